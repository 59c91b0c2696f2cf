/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows on FAT: an NT 4.0 whose system volume is FAT16, as the installer made them. */
#include "tests/unit/tap.h"

#include "restore/boot/boot.h"
#include "restore/windows/windows.h"
#include "tests/unit/sandbox.h"

static bool
is(const char *got, const char *want)
{
	return got != NULL && strcmp(got, want) == 0;
}

static bool
make_nt4(struct sandbox *box)
{
	return run(box,
		   "hives=%s/hives/nt4-sp3-pdc-x86 && rm -rf t && "
		   "mkdir -p t/WINNT/SYSTEM32/CONFIG && for h in SYSTEM SOFTWARE; do "
		   "to=t/WINNT/SYSTEM32/CONFIG/$h; if [ -e $hives/$h.xz ]; then "
		   "xz -dc $hives/$h.xz >$to; else cat $hives/$h >$to; fi || exit 1; done; "
		   "cat %s/pe/virt-v2v/bin-win32.exe >t/WINNT/SYSTEM32/CMD.EXE && "
		   "echo code >t/NTLDR && truncate -s 400M nt.img && "
		   "mkfs.fat -F 16 -n NT nt.img && mcopy -s -i nt.img t/* ::/",
		   getenv("HALCYON_TESTDATA"), getenv("HALCYON_TESTDATA")) == 0;
}

/* Expected values are those of data/hives/FACTS.md. */
static void
test_nt4(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_volume *volume = NULL;
	struct hc_boot_manager manager = { 0 };
	struct hc_windows w = { 0 };
	struct hc_io *io = NULL;
	struct hc_err err;
	char path[PATH_MAX];

	if (!make_nt4(box)) {
		tap_skip("mkfs.fat and mtools are needed");
		return;
	}
	ok_call(hc_io_open_file(path_in(box, path, "nt.img"), &io, &err) < 0
			? -1
			: hc_volume_open(io, &volume, &err),
		&err, "the volume is opened");
	if (volume != NULL) {
		ok_call(hc_windows_inspect(volume, &arena, &w, &err), &err, "NT 4.0 on FAT16");
		ok(is(w.version, "4.0") && is(w.build, "1381") &&
			   is(w.service_pack, "Service Pack 3") &&
			   is(w.product_type, "LanmanNT"),
		   "which it is");
		ok(is(w.architecture, "x86") && is(w.system_root, "C:\\WINNT") &&
			   w.hostname != NULL && strcasecmp(w.hostname, "server") == 0,
		   "for which processor, where, of which host");
		ok(hc_boot_manager_read(volume, &arena, &manager, &err) == 0 &&
			   is(manager.path, "\\ntldr"),
		   "ntldr starts it");
	}
	hc_volume_close(volume);
	hc_io_close(io);
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (getenv("HALCYON_TESTDATA") == NULL)
		tap_skip("HALCYON_TESTDATA is not set");
	else
		test_nt4(&box);
	sandbox_close(&box);
	return tap_done();
}
