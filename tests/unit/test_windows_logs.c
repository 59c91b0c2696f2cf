/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows: hives that were not shut down cleanly, with their logs beside them. */
#include "tests/unit/tap.h"

#include "restore/hive/hive.h"
#include "tests/unit/hive_sample.h"
#include "tests/unit/windows_volume.h"

/* A volume w.img whose folder Windows\System32\config is filled by `commands`: `put FROM TO` unpacks a file of
 * HALCYON_TESTDATA/hives. */
static bool
make_windows(struct sandbox *box, const char *commands)
{
	if (run(box, "rm -f w.img && truncate -s 64M w.img && mkntfs -qFQ w.img") != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes")) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return false;
	}
	run(box,
	    "put() { f=%s/hives/$1; if [ -e $f.xz ]; then xz -dc $f.xz; else cat $f; fi "
	    ">mnt/Windows/System32/config/$2; }; mkdir -p mnt/Windows/System32/config; %s",
	    getenv("HALCYON_TESTDATA"), commands);
	return umount_ntfs(box) && run(box, "sha256sum w.img >before") == 0;
}

static bool
hive_is(const struct hc_windows *w, size_t at, bool dirty, bool recovered, uint64_t entries)
{
	const struct hc_hive_state *state;

	if (at >= w->hives.count)
		return false;
	state = &w->hives.items[at];
	return strcmp(state->name, at == 0 ? "SYSTEM" : "SOFTWARE") == 0 &&
	       state->dirty == dirty && state->recovered == recovered &&
	       state->log_entries_replayed == entries;
}

static bool
unread_has(const struct hc_windows *w, const char *words)
{
	for (size_t i = 0; i < w->unread.count; i++) {
		if (strstr(w->unread.items[i], words) != NULL)
			return true;
	}
	return false;
}

static void
test_replayed(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (!make_windows(box, "put dirty-yarp/NewDirtyHive1/NewDirtyHive SYSTEM; "
			       "put dirty-yarp/NewDirtyHive1/NewDirtyHive.LOG1 SYSTEM.LOG1; "
			       "put dirty-yarp/NewDirtyHive1/NewDirtyHive.LOG2 SYSTEM.LOG2; "
			       "put dirty-yarp/BadBaseBlockHive/BadBaseBlockHive SOFTWARE; "
			       "put dirty-yarp/BadBaseBlockHive/BadBaseBlockHive.LOG1 "
			       "SOFTWARE.LOG1; >mnt/Windows/System32/config/SOFTWARE.LOG2"))
		return;
	ok_call(inspect_volume(box, &arena, &w, &err), &err,
		"a Windows with dirty hives and logs");
	ok(hive_is(&w, 0, true, true, 4), "SYSTEM is read with the four entries of its logs");
	ok(hive_is(&w, 1, true, true, 1), "SOFTWARE with its old log, and its base block");
	ok(!unread_has(&w, "shut down"), "nothing is said to be missing for that");
	ok(run(box, "sha256sum w.img | cmp - before") == 0, "the volume is as it was");
	hc_arena_done(&arena);
}

static void
test_impossible(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (!make_windows(box, "s=win10-1709-x64-dell-physical-gpt/SYSTEM; put $s SYSTEM; "
			       "put $s.LOG2 SYSTEM.LOG2; "
			       "put win81-x64-STUDENT-PC8/NTUSER.DAT SOFTWARE; "
			       "truncate -s 2G mnt/Windows/System32/config/SYSTEM.LOG1"))
		return;
	ok_call(inspect_volume(box, &arena, &w, &err), &err, "a Windows whose logs do not fit");
	ok(hive_is(&w, 0, true, false, 0), "SYSTEM is not brought up to date");
	ok(unread_has(&w, "SYSTEM.LOG2 begins with 2111"), "with the reason");
	ok(w.control_sets.count == 1 && w.hostname != NULL, "it is read all the same: %s",
	   w.hostname != NULL ? w.hostname : "-");
	ok(hive_is(&w, 1, false, true, 0), "a clean hive needs no log");
	ok(unread_has(&w, "SYSTEM.LOG1"), "one that is too large to be one is named");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- SYSTEM.ALT */

static bool
save(const struct sandbox *box, const char *name, const struct hc_buf *bytes)
{
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "%s", name), "wb");
	bool written = file != NULL && fwrite(bytes->data, 1, bytes->size, file) == bytes->size;

	return file != NULL && fclose(file) == 0 && written;
}

/* The numbers and the type of a base block; its checksum is made good. */
static void
number(struct hc_buf *hive, uint32_t primary, uint32_t secondary, uint32_t type)
{
	hc_put_le32(hive->data + 4, primary);
	hc_put_le32(hive->data + 8, secondary);
	hc_put_le32(hive->data + 28, type);
	put_checksum(hive->data);
}

/*
 * The real NT 4.0 with a SYSTEM that was torn after its first page, and a SYSTEM.ALT.  No real one is at hand: this is
 * the real SYSTEM as it was before, with the type of a second copy.
 */
static bool
make_torn(struct sandbox *box, uint32_t alternate, void (*damage)(struct hc_buf *hive))
{
	struct hc_buf hive;
	bool good;

	if (!real_hive(box, "nt4-sp3-pdc-x86", "SYSTEM", "sys"))
		return false;
	hive = slurp(box, "sys");
	number(&hive, alternate, alternate, 1);
	good = save(box, "alt", &hive);
	number(&hive, 901, 900, 0);
	damage(&hive);
	good = save(box, "torn", &hive) && good;
	hc_buf_done(&hive);
	return good && make_windows(box, "put nt4-sp3-pdc-x86/SOFTWARE SOFTWARE; "
					 "cp torn mnt/Windows/System32/config/SYSTEM; "
					 "cp alt mnt/Windows/System32/config/SYSTEM.ALT");
}

static void
tear_pages(struct hc_buf *hive)
{
	memset(hive->data + 4096 + 512, 0xee, hive->size - 4096 - 512);
}

/* Only the second number did not come down: something can be read of it as it lies there. */
static void
tear_nothing(struct hc_buf *hive)
{
	(void)hive;
}

static void
tear_head(struct hc_buf *hive)
{
	memset(hive->data, 0xee, 512);
}

static void
tear_all(struct hc_buf *hive)
{
	memset(hive->data, 0, hive->size);
}

/* Whether a repair would be let at it. */
static bool
may_change(struct sandbox *box, struct hc_arena *arena)
{
	struct opened_volume opened;
	struct hc_buf bytes = { 0 };
	struct hc_err err;
	bool may = open_windows_volume(box, &opened, &err) < 0 ||
		   hc_hive_load_bytes(opened.volume, "/Windows/System32/config/SYSTEM",
				      "SYSTEM", arena, &bytes, &err) == 0 ||
		   err.code != H_HIVE_DIRTY;

	hc_buf_done(&bytes);
	close_windows_volume(&opened);
	return may;
}

static void
test_alternate(struct sandbox *box)
{
	static const struct {
		const char *what;
		uint32_t alternate;
		void (*damage)(struct hc_buf *hive);
		const char *said;
	} rows[] = {
		{ "torn pages", 900, tear_pages, NULL },
		{ "torn pages, and a copy with the newer number", 901, tear_pages, NULL },
		{ "a torn base block", 7, tear_head, NULL },
		{ "no hive at all", 7, tear_all, NULL },
		{ "a copy of another time", 899, tear_nothing,
		  "SYSTEM.ALT can't be read in its place: it is of another time" },
	};
	struct hc_arena arena = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hc_windows w = { 0 };
		struct hc_err err;
		bool read;

		if (!make_torn(box, rows[i].alternate, rows[i].damage))
			return;
		ok_call(inspect_volume(box, &arena, &w, &err), &err, "%s", rows[i].what);
		read = w.hives.count == 2 && w.hives.items[0].read_from != NULL &&
		       strcmp(w.hives.items[0].read_from, "SYSTEM.ALT") == 0;
		if (rows[i].said != NULL)
			ok(!read && unread_has(&w, rows[i].said), "is not read: %s",
			   rows[i].said);
		else
			ok(read && hive_is(&w, 0, true, false, 0) && w.hostname != NULL &&
				   w.control_sets.count > 0 &&
				   unread_has(&w, "SYSTEM.ALT was read in its place"),
			   "SYSTEM.ALT is read, and that is said");
		ok(!may_change(box, &arena), "no repair may change it");
		ok(run(box, "sha256sum w.img | cmp - before") == 0, "the volume is as it was");
	}
	hc_arena_done(&arena);
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
	test_replayed(&box);
	test_impossible(&box);
	test_alternate(&box);
	sandbox_close(&box);
	return tap_done();
}
