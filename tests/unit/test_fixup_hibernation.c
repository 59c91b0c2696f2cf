/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/fixup/hibernation and chkdsk: sessions that must not be resumed, volumes that were not closed. */
#include "tests/unit/fixup_fixture.h"
#include "tests/unit/ntfs_journal.h"

#define POWER "Control\\Session Manager\\Power HiberbootEnabled: "

static const char *const system_text =
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
	"[\\ControlSet001\\Control\\Session Manager\\Power]\n\"HiberbootEnabled\"=dword:00000001\n"
	"[\\ControlSet002\\Control\\Session Manager\\Power]\n\"HiberbootEnabled\"=dword:00000000\n"
	"[\\ControlSet003\\Control\\Session Manager\\Power]\n\"HiberbootEnabled\"=dword:00000001\n"
	"[\\ControlSet004\\Control\\Session Manager\\Power]\n";

/* w.img with the registry of the sandbox and a hiberfil.sys of 8 KiB that begins so; "": none. */
static bool
make_volume(struct sandbox *box, const char *begin)
{
	return make_windows_volume(box, "") && mount_ntfs(box, "w.img", "big_writes") &&
	       (begin[0] == '\0' ||
		run(box, "printf %s >mnt/hiberfil.sys && truncate -s 8192 mnt/hiberfil.sys",
		    begin) == 0) &&
	       umount_ntfs(box);
}

static void
look(struct sandbox *box, const char *begin, const char *want, const char *what)
{
	struct offline_machine m;

	if (!ok(make_volume(box, begin) && offline_open(box, &m, false), "%s: it opens", what))
		return;
	ask_only(&m, "hibernation");
	is_found(&m, want, what);
	offline_done(&m);
}

static void
test_sessions(struct sandbox *box)
{
	static const char want[] = "1:/hiberfil.sys deleted\n"
				   "SYSTEM ControlSet001\\" POWER "1 -> 0\n"
				   "SYSTEM ControlSet003\\" POWER "1 -> 0\n";
	struct offline_machine m;
	struct hc_err err;

	look(box, "hibr", want, "a session of Windows 7");
	look(box, "HIBR", want, "a session of Windows 8 or later");
	look(box, "RSTR", want, "a session that was being resumed");
	look(box, "wake", "", "a session that was resumed");
	look(box, "", "", "no hibernation file");
	if (!ok(make_volume(box, "hibr") && offline_open(box, &m, false), "it opens"))
		return;
	is_found_by(&m, "hibernation", want, "it needs not be asked for");
	ok(m.found.edits.items[0].before->size == 8192 &&
		   m.found.edits.items[0].before->sha256 == NULL &&
		   m.found.edits.items[0].after == NULL,
	   "the file goes unread, by its size");
	offline_done(&m);
	if (!ok(make_volume(box, "wake") && offline_open(box, &m, false), "it opens"))
		return;
	hc_strings_add(&m.request.requested, &m.arena, "hibernation", &err);
	is_found_by(&m, "hibernation", want, "asked for, a used file goes too");
	offline_done(&m);
}

/* What was found, made by other tools, leaves nothing to do. */
static void
test_second_look(struct sandbox *box)
{
	struct offline_machine m;

	ok(change_hive(box, "SYSTEM",
		       "[\\ControlSet001\\Control\\Session "
		       "Manager\\Power]\n\"HiberbootEnabled\"=dword:00000000\n"
		       "[\\ControlSet003\\Control\\Session "
		       "Manager\\Power]\n\"HiberbootEnabled\"=dword:00000000\n") &&
		   make_volume(box, ""),
	   "the repair is made");
	if (!ok(offline_open(box, &m, false), "it opens"))
		return;
	is_found_by(&m, "hibernation", "", "a second look");
	offline_done(&m);
	look(box, "hibr", "1:/hiberfil.sys deleted\n", "without fast startup only the file");
}

/* Another volume's session, of which this registry says nothing. */
static void
test_other_volume(struct sandbox *box)
{
	struct offline_machine m;

	if (!ok(make_hive_text(box, "SYSTEM", system_text) && make_volume(box, "") &&
			run(box, "truncate -s 8M esp.img && mkfs.vfat esp.img && "
				 "printf HIBR >hiberfil.sys && mcopy -i esp.img hiberfil.sys "
				 "::/") == 0 &&
			offline_open(box, &m, true),
		"another volume is hibernated"))
		return;
	ask_only(&m, "hibernation");
	is_found(&m, "1:/hiberfil.sys deleted\n", "another volume's session");
	offline_done(&m);
}

/* A registry that may not be written keeps its fast startup; the session goes all the same. */
static void
test_dirty_registry(struct sandbox *box)
{
	struct offline_machine m;
	struct hc_err err;

	run(box, "printf '\\377' | dd of=SYSTEM bs=1 seek=4 conv=notrunc");
	if (!ok(make_volume(box, "hibr") && offline_open(box, &m, false), "it opens"))
		return;
	ask_only(&m, "hibernation");
	ok_call(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err), &err,
		"it looks");
	ok(m.found.edits.count == 1 && m.found.edits.items[0].kind == HC_EDIT_FILE &&
		   m.found.notes.count == 1 && m.found.notes.items[0].refused,
	   "a dirty registry stays, and the file goes");
	offline_done(&m);
}

/* Those of 8.1 and 10 were not shut down cleanly and have no logs: copies declared clean, by hivex (hazards 13). */
static void
test_real(struct sandbox *box)
{
	static const struct {
		const char *set, *want;
	} cases[] = {
		{ "win7-sp1-x86-WKS-WIN732BITA", "1:/hiberfil.sys deleted\n" },
		{ "win81-x64-STUDENT-PC8",
		  "1:/hiberfil.sys deleted\nSYSTEM ControlSet001\\" POWER "1 -> 0\n" },
		{ "win10-1903-x64-vmware",
		  "1:/hiberfil.sys deleted\nSYSTEM ControlSet001\\" POWER "1 -> 0\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (!ok(real_hive(box, cases[i].set, "SYSTEM", "SYSTEM"), "%s", cases[i].set))
			continue;
		look(box, "", "", "as it is");
		ok(change_hive(box, "SYSTEM", "[\\Select]\n\"Failed\"=dword:00000000\n"),
		   "declared clean");
		look(box, "HIBR", cases[i].want, "hibernated");
	}
}

/* ---------------------------------------------------------------- chkdsk */

static void
look_journal(const struct sandbox *box, const char *want, const char *what)
{
	struct offline_machine m;

	if (!ok(offline_open(box, &m, false), "%s: it opens", what))
		return;
	ask_only(&m, "chkdsk");
	is_found(&m, want, what);
	offline_done(&m);
}

static void
test_chkdsk(struct sandbox *box)
{
	static const uint32_t clusters[3] = { 15000, 15100, 15200 };
	struct hc_buf image;
	char path[PATH_MAX];
	FILE *file;

	make_hive_text(box, "SYSTEM", system_text);
	ok(make_volume(box, ""), "a volume");
	look_journal(box, "", "one that was closed");
	image = slurp(box, "w.img");
	ok(write_journal(&image, clusters), "its journal is open");
	file = fopen(path_in(box, path, "w.img"), "wb");
	ok(fwrite(image.data, 1, image.size, file) == image.size && fclose(file) == 0,
	   "on the volume");
	hc_buf_done(&image);
	look_journal(
		box,
		"note: the journal of partition 1 can't be replayed here; nothing on it is "
		"changed, and it is left to Windows\n",
		"one that was not closed and can't be replayed");
	run(box, "cp w.img open.img && ntfsfix w.img");
	look_journal(box, "", "one that is to be checked already");
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (!make_hive_text(&box, "SYSTEM", system_text) || !make_windows_volume(&box, "")) {
		tap_skip(NO_NTFS);
	} else {
		test_sessions(&box);
		test_second_look(&box);
		test_other_volume(&box);
		test_dirty_registry(&box);
		test_chkdsk(&box);
		if (getenv("HALCYON_TESTDATA") == NULL)
			tap_skip("HALCYON_TESTDATA is not set");
		else
			test_real(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
