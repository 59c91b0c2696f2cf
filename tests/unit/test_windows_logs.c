/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows: hives that were not shut down cleanly, with their logs beside them. */
#include "tests/unit/tap.h"

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
	sandbox_close(&box);
	return tap_done();
}
