/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows: a volume that holds no Windows, or a broken one. */
#include "tests/unit/tap.h"

#include "tests/unit/windows_image.h"

static void
test_partial(struct sandbox *box)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} machines[] = {
		{ 0x14c, "x86" }, { 0x8664, "x64" }, { 0x200, "ia64" }, { 0x1c4, NULL }
	};
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (run(box, "rm -f w.img && truncate -s 16M w.img && mkntfs -qFQ w.img") != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes")) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return;
	}
	run(box, "mkdir -p mnt/Windows/System32/config");
	umount_ntfs(box);
	ok(inspect_volume(box, &arena, &w, &err) == 1,
	   "a volume without SYSTEM holds no Windows");
	mount_ntfs(box, "w.img", "big_writes");
	run(box, "echo nothing >mnt/Windows/System32/config/SYSTEM");
	put_pe(box, "mnt/Windows/System32/cmd.exe", 0xaa64);
	umount_ntfs(box);
	ok_call(inspect_volume(box, &arena, &w, &err), &err,
		"a Windows with broken hives is one");
	ok(w.unread.count >= 2 && strncmp(w.unread.items[0], "SYSTEM: ", 8) == 0 &&
		   strncmp(w.unread.items[1], "SOFTWARE: ", 10) == 0,
	   "of which is said what can't be read");
	ok(is(w.architecture, "arm64") && w.hostname == NULL && w.version == NULL,
	   "and what can is told");
	for (size_t i = 0; i < 4; i++) {
		mount_ntfs(box, "w.img", "big_writes");
		put_pe(box, "mnt/Windows/System32/cmd.exe", machines[i].machine);
		umount_ntfs(box);
		ok(inspect_volume(box, &arena, &w, &err) == 0 &&
			   is(w.architecture, machines[i].name),
		   "machine 0x%x of cmd.exe is %s", machines[i].machine,
		   machines[i].name == NULL ? "unknown" : machines[i].name);
	}
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_partial(&box);
	sandbox_close(&box);
	return tap_done();
}
