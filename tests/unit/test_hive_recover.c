/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive: the replay of transaction logs, on hives and logs that Windows wrote. */
#include "tests/unit/tap.h"

#include "restore/hive/hive.h"
#include "tests/unit/hive_sample.h"
#include "tests/unit/sandbox.h"

struct set {
	struct hc_buf hive, log, log1, log2;
};

/* A file of HALCYON_TESTDATA/hives, unpacked; empty when there is none. */
static struct hc_buf
unpack(const struct sandbox *box, const char *name)
{
	run(box,
	    "f=%s/hives/%s; rm -f got; if [ -e $f.xz ]; then xz -dc $f.xz; else cat $f; "
	    "fi >got",
	    getenv("HALCYON_TESTDATA"), name);
	return slurp(box, "got");
}

static struct set
unpack_set(const struct sandbox *box, const char *name)
{
	char path[256];
	struct set s;

	s.hive = unpack(box, name);
	snprintf(path, sizeof(path), "%s.LOG", name);
	s.log = unpack(box, path);
	snprintf(path, sizeof(path), "%s.LOG1", name);
	s.log1 = unpack(box, path);
	snprintf(path, sizeof(path), "%s.LOG2", name);
	s.log2 = unpack(box, path);
	return s;
}

static void
done(struct set *s)
{
	hc_buf_done(&s->hive);
	hc_buf_done(&s->log);
	hc_buf_done(&s->log1);
	hc_buf_done(&s->log2);
}

static int
recover(const struct set *s, struct hc_buf *ret, struct hc_hive_recovery *state,
	struct hc_err *err)
{
	struct hc_hive_logs logs = { hc_buf_span(&s->log), hc_buf_span(&s->log1),
				     hc_buf_span(&s->log2) };

	*ret = (struct hc_buf){ 0 };
	return hc_hive_recover(hc_buf_span(&s->hive), &logs, "SYSTEM", ret, state, err);
}

static bool
same(const struct hc_buf *a, const struct hc_buf *b, size_t from)
{
	return a->size == b->size && a->size > from &&
	       memcmp(a->data + from, b->data + from, a->size - from) == 0;
}

/* hivexsh, which is not ours: what does the hive hold? */
static bool
shell_finds(const struct sandbox *box, const struct hc_buf *hive, const char *key,
	    const char *name)
{
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "copy"), "wb");
	bool written = file != NULL && fwrite(hive->data, 1, hive->size, file) == hive->size;

	return file != NULL && fclose(file) == 0 && written &&
	       run(box, "printf 'cd %s\\nls\\n' | hivexsh copy | grep -qx '%s'", key, name) ==
		       0;
}

/* The second replay, by somebody who did not read this one (hazards 13), makes the same hive of the same files. */
static bool
witness_agrees(const struct sandbox *box, const char *name, const struct hc_buf *copy)
{
	char path[PATH_MAX], tool[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "ours"), "wb");
	bool written = file != NULL && fwrite(copy->data, 1, copy->size, file) == copy->size;

	if (file == NULL || fclose(file) != 0 || !written ||
	    realpath("tests/tools/hive_replay.py", tool) == NULL)
		return false;
	return run(box,
		   "f=%s/hives/%s; logs=$(ls $f.LOG*); [ ! -e $f.xz ] || f=$f.xz; "
		   "%s $f $logs --output theirs && %s --diff theirs ours",
		   getenv("HALCYON_TESTDATA"), name, tool, tool) == 0;
}

/* ---------------------------------------------------------------- hives with a known outcome */

static void
test_windows_10(const struct sandbox *box)
{
	struct set s = unpack_set(box, "dirty-yarp/NewDirtyHive1/NewDirtyHive");
	struct hc_buf want = unpack(box, "dirty-yarp/NewDirtyHive1/RecoveredHive_Windows10");
	struct hc_hive_recovery state;
	struct hc_buf copy;
	struct hc_err err;

	ok_call(recover(&s, &copy, &state, &err), &err, "a hive of Windows 10 with two logs");
	ok(state.dirty && state.entries == 4 && state.ignored[0] == '\0',
	   "four entries, none left out");
	ok(same(&copy, &want, 0), "the copy is, byte for byte, what Windows 10 made of it");
	ok(!shell_finds(box, &s.hive, "\\\\", "Key3") &&
		   shell_finds(box, &copy, "\\\\", "Key3") &&
		   !shell_finds(box, &copy, "\\\\", "Key1"),
	   "hivexsh finds the new key in it, and not the old one");
	ok(witness_agrees(box, "dirty-yarp/NewDirtyHive1/NewDirtyHive", &copy),
	   "the witness makes the same hive");
	hc_buf_done(&copy);
	hc_buf_done(&s.log1);
	ok_fails(recover(&s, &copy, &state, &err), &err, H_HIVE_LOG_UNFIT,
		 "without its first log it is refused");
	hc_buf_done(&want);
	done(&s);
}

static void
test_windows_7(const struct sandbox *box)
{
	struct set s = unpack_set(box, "dirty-yarp/OldDirtyHive/OldDirtyHive");
	struct set bad = unpack_set(box, "dirty-yarp/BadBaseBlockHive/BadBaseBlockHive");
	struct hc_buf want = unpack(box, "dirty-yarp/OldDirtyHive/RecoveredHive_Windows7");
	struct hc_buf copy, from_bad = { 0 };
	struct hc_hive_recovery state;
	struct hc_err err;

	ok_call(recover(&s, &copy, &state, &err), &err, "a hive of Windows 7 with its log");
	ok(state.dirty && state.entries == 1 && state.bytes_replayed == 64 * 512 &&
		   !state.base_block_from_log,
	   "64 sectors");
	/* Windows wrote to it once more afterwards: the time in the first bin, and in key 4500 the length of
	 * the longest name of a value (24 is 2 there).  Nothing else may differ. */
	if (copy.size == want.size) {
		memcpy(want.data + 4096 + 20, copy.data + 4096 + 20, 8);
		ok(want.data[0x6bdc8] == 2 && copy.data[0x6bdc8] == 24, "but for one number");
		want.data[0x6bdc8] = 24;
	}
	ok(same(&copy, &want, 512), "the bins are what Windows 7 made of them");
	ok(shell_finds(box, &copy, "\\\\key_with_many_subkeys", "1000") &&
		   shell_finds(box, &s.hive, "\\\\key_with_many_subkeys", "1") &&
		   !shell_finds(box, &copy, "\\\\key_with_many_subkeys", "1"),
	   "hivexsh opens it; the key that Windows deleted is gone");
	ok(witness_agrees(box, "dirty-yarp/OldDirtyHive/OldDirtyHive", &copy),
	   "the witness makes the same hive");
	ok_call(recover(&bad, &from_bad, &state, &err), &err,
		"the same hive with a damaged base block");
	ok(state.base_block_from_log && same(&copy, &from_bad, 0), "comes out the same");
	hc_buf_done(&copy);
	hc_buf_done(&from_bad);
	hc_buf_done(&want);
	done(&bad);
	done(&s);
}

/* A clean hive whose log holds what was written to it last.  With its number set back it is dirty; replayed, it must
 * be the hive that Windows left. */
static void
test_windows_81(const struct sandbox *box)
{
	struct set s = unpack_set(box, "win81-x64-STUDENT-PC8/NTUSER.DAT");
	struct hc_hive_recovery state;
	struct hc_buf copy, want;
	struct hc_err err;

	ok(recover(&s, &copy, &state, &err) == 0 && !state.dirty && copy.data == NULL,
	   "a clean hive of Windows 8.1 is left alone");
	want = unpack(box, "win81-x64-STUDENT-PC8/NTUSER.DAT");
	hc_put_le32(s.hive.data + 8, 131);
	put_checksum(s.hive.data);
	memset(s.hive.data + 4096 + 0x5000 + 32, 0, 4096 - 32); /* a page of the log */
	ok_call(recover(&s, &copy, &state, &err), &err, "set back to before its last write");
	ok(state.entries == 1 && same(&copy, &want, 0), "it comes out as Windows wrote it");
	hc_buf_done(&copy);
	hc_buf_done(&want);
	done(&s);
}

/* ---------------------------------------------------------------- hives without usable logs */

/* The numbers of this hive stayed at 1621 while its logs went on to 2107; the first of them brings nothing new, so the
 * second continues what the hive holds (docs/decisions/0009-late-logs.md). */
static void
test_windows_1709(const struct sandbox *box)
{
	struct set s = unpack_set(box, "win10-1709-x64-dell-physical-gpt/SYSTEM");
	struct hc_buf second = { 0 };
	struct hc_hive_recovery state;
	struct hc_buf copy;
	struct hc_err err;

	ok_call(recover(&s, &copy, &state, &err), &err,
		"a hive whose numbers stayed behind (Windows 10 1709)");
	ok(state.entries == 24 && hc_get_le32(copy.data + 4) == 2131 &&
		   hc_get_le32(copy.data + 40) == 0xc02000 && state.ignored[0] == '\0',
	   "24 entries in two logs, by which the hive grows twice");
	ok(shell_finds(box, &copy, "\\\\", "ControlSet001"), "hivexsh opens it");
	ok(witness_agrees(box, "win10-1709-x64-dell-physical-gpt/SYSTEM", &copy),
	   "the witness makes the same hive");
	hc_buf_done(&copy);
	/* Without the log that the hive holds already nothing shows that the other one belongs to it. */
	second = s.log1;
	s.log1 = (struct hc_buf){ 0 };
	ok_fails(recover(&s, &copy, &state, &err), &err, H_HIVE_LOG_UNFIT,
		 "the second log alone is refused");
	ok(strstr(err.text[0], "from number 1621 on: SYSTEM.LOG2 begins with 2111") != NULL,
	   "with the numbers: %s", err.text[0]);
	s.log1 = second;
	done(&s);
}

static void
test_without_logs(const struct sandbox *box)
{
	static const char *const names[] = { "win81-x64-STUDENT-PC8/SYSTEM",
					     "win81-x64-STUDENT-PC8/SOFTWARE",
					     "win10-1903-x64-vmware/SYSTEM" };
	struct hc_hive_recovery state;
	struct hc_buf copy;
	struct hc_err err;
	struct set s;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		s = unpack_set(box, names[i]);
		ok_fails(recover(&s, &copy, &state, &err), &err, H_HIVE_DIRTY, "%s has no log",
			 names[i]);
		done(&s);
	}
}

/* ---------------------------------------------------------------- odd ones */

/* Alone, then with the logs of another hive; none may be taken for more than it is. */
static void
test_odd(const struct sandbox *box)
{
	static const struct {
		const char *name;
		bool hive; /* its base block is sound */
	} odd[] = {
		{ "corrupt/NotAHive", false },
		{ "corrupt/SAMBadHBinHeader", true },
		{ "corrupt/SAM_hasBigEndianDWord", true },
		{ "corrupt/corrupted_system_hive", true },
		{ "bcd/bandysc-BCD.LOG", false },
		{ "win9x/SYSTEM.DAT", false },
		{ "quirks-yarp/BigDataHive", true },
		{ "quirks-yarp/DupNameHive", true },
		{ "quirks-yarp/EmptyHive", true },
		{ "quirks-yarp/ExtendedASCIIHive", true },
		{ "quirks-yarp/ManySubkeysHive", true },
		{ "quirks-yarp/MultiSzHive", true },
		{ "nt4-sp3-pdc-x86/SYSTEM", true },
		{ "2003-sp1-x86-dc/SYSTEM", true },
	};
	struct set logs = unpack_set(box, "dirty-yarp/NewDirtyHive1/NewDirtyHive"), s;
	struct hc_hive_recovery state;
	struct hc_buf copy;
	struct hc_err err;
	int result;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		s = (struct set){ .hive = unpack(box, odd[i].name) };
		result = recover(&s, &copy, &state, &err);
		ok(s.hive.size > 0 && (odd[i].hive ? result == 0 && !state.dirty
						   : result < 0 && err.code == H_HIVE_FORMAT),
		   "%s is %s", odd[i].name, odd[i].hive ? "a clean hive" : "no hive");
		s.log1 = logs.log1;
		s.log2 = logs.log2;
		result = recover(&s, &copy, &state, &err);
		ok(odd[i].hive ? result == 0 && copy.data == NULL
			       : result < 0 && err.code == H_HIVE_FORMAT,
		   "also beside the logs of another");
		hc_buf_done(&s.hive);
	}
	/* Of the same machine, with a checksum that somebody overwrote: the logs hold all of its bins. */
	hc_buf_done(&logs.hive);
	logs.hive = unpack(box, "quirks-yarp/GarbageHive");
	ok(recover(&(struct set){ .hive = logs.hive }, &copy, &state, &err) < 0 &&
		   err.code == H_HIVE_FORMAT,
	   "a hive with a wrong checksum is refused");
	ok(recover(&logs, &copy, &state, &err) == 0 && state.base_block_from_log &&
		   shell_finds(box, &copy, "\\\\", "Key3"),
	   "its logs make it whole");
	hc_buf_done(&copy);
	done(&logs);
}

int
main(void)
{
	struct sandbox box;

	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
		return tap_done();
	}
	sandbox_open(&box);
	test_windows_10(&box);
	test_windows_7(&box);
	test_windows_81(&box);
	test_windows_1709(&box);
	test_without_logs(&box);
	test_odd(&box);
	sandbox_close(&box);
	return tap_done();
}
