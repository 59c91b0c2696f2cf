/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines to update the HAL of: the registry of the real 2003 controller or a Windows from text, programs with version
 * resources, cabinets by gcab, compressed files by mscompress.
 */
#ifndef HC_TESTS_HAL_MACHINE_H
#define HC_TESTS_HAL_MACHINE_H

#include "tests/unit/fixup_apply.h"

/* ---------------------------------------------------------------- machines */

/* What one machine is made of; lines of `files` and `cache` are those of tests/tools/pe_list.py. */
struct setup {
	const char *generation; /* of tests/fixtures/windows; NULL: the real 2003 controller */
	const char *system;     /* changes to SYSTEM; NULL */
	const char *files;      /* on the volume */
	const char *cache;      /* for `pack` */
	const char *
		pack; /* a command in the folder of the Windows, "../../cache" holding `cache` */
	const char *boot_ini; /* NULL: there is none */
};

static const char *const usual_files =
	"WINDOWS/system32/hal.dll x86 halaacpi.dll 5.2.3790.1830\n"
	"WINDOWS/system32/ntoskrnl.exe x86 ntoskrnl.exe 5.2.3790.1830\n"
	"WINDOWS/system32/ntkrnlpa.exe x86 ntkrnlpa.exe 5.2.3790.1830\n";

static const char *const usual_cache = "halmacpi.dll x86 halmacpi.dll 5.2.3790.1830\n"
				       "ntkrnlmp.exe x86 ntkrnlmp.exe 5.2.3790.1830\n"
				       "ntkrpamp.exe x86 ntkrpamp.exe 5.2.3790.1830\n";

#define CACHE "\"Driver Cache/i386\""
#define PACK                                                                                   \
	"mkdir -p " CACHE                                                                      \
	" && cd ../../cache && gcab -cnz sp1.cab *.dll *.exe && mv sp1.cab $OLDPWD/" CACHE

#define BOOT_TOP                                                                                  \
	"[boot loader]\r\ntimeout=30\r\ndefault=multi(0)disk(0)rdisk(0)partition(1)\\WINDOWS\r\n" \
	"[operating systems]\r\n"
#define BOOT_LINE                                                                              \
	"multi(0)disk(0)rdisk(0)partition(1)\\WINDOWS=\"Windows Server 2003, Enterprise"
#define BOOT_SWITCHES " /noexecute=optout /fastdetect"
#define BOOT_INI      BOOT_TOP BOOT_LINE "\"" BOOT_SWITCHES "\r\n"
#define BOOT_OLD                                                                               \
	BOOT_LINE " (previous HAL)\"" BOOT_SWITCHES " /HAL=halold.dll /KERNEL=krnlold.exe\r\n"

__attribute__((unused)) static const struct setup usual = {
	.files = usual_files, .cache = usual_cache, .pack = PACK, .boot_ini = BOOT_INI
};

static bool
put_bytes(const struct sandbox *box, const char *name, const char *text)
{
	return text == NULL || put_text(box, name, text);
}

/* w.img, from the folder `tree`. */
static bool
make_machine(struct sandbox *box, const struct setup *s)
{
	char top[PATH_MAX];

	run(box, "rm -rf tree cache SYSTEM boot.ini new.*; mkdir -p tree cache");
	if (getcwd(top, sizeof(top)) == NULL || !put_bytes(box, "files", s->files) ||
	    !put_bytes(box, "cached", s->cache) || !put_bytes(box, "boot.ini", s->boot_ini))
		return false;
	if (s->generation != NULL
		    ? run(box, "python3 %s/tests/fixtures/windows/build.py %s tree", top,
			  s->generation) != 0
		    : !real_hive(box, "2003-sp1-x86-dc", "SYSTEM", "SYSTEM") ||
			      run(box, "mkdir -p tree/WINDOWS/system32/config && "
				       "cp SYSTEM tree/WINDOWS/system32/config/") != 0)
		return false;
	/* ntfs-3g tells capitals from small letters, and edits say System32. */
	if (run(box,
		"python3 %s/tests/tools/pe_list.py make tree <files && "
		"python3 %s/tests/tools/pe_list.py make cache <cached && "
		"{ [ ! -e boot.ini ] || cp boot.ini tree/; } && "
		"{ [ ! -e tree/W*/system32 ] || mv tree/W*/system32 $(echo tree/W*)/System32; } && "
		"cp tree/W*/System32/config/SYSTEM SYSTEM && (cd tree/W* && %s)",
		top, top, s->pack != NULL ? s->pack : ":") != 0)
		return false;
	if (s->system != NULL && (!change_hive(box, "SYSTEM", s->system) ||
				  run(box, "cp SYSTEM tree/W*/System32/config/SYSTEM") != 0))
		return false;
	return run(box, "rm -f w.img && truncate -s 80M w.img && mkntfs -qFQ w.img") == 0 &&
	       mount_ntfs(box, "w.img", "big_writes") && run(box, "cp -r tree/. mnt/") == 0 &&
	       umount_ntfs(box);
}

static struct hc_madt madt = { .local_apics = 2, .enabled = 2, .io_apics = 1 };

/* A machine that would be given this HAL, and runs what is in `runnable` too. */
__attribute__((unused)) static struct hc_facts
facts_of(struct hc_arena *arena, const char *id, const char *runnable)
{
	struct hc_facts facts = { .acpi = { .present = true, .madt = &madt } };
	struct hc_err err;

	facts.hal.id = facts.hal.preferred = id;
	if (runnable != NULL)
		hc_strings_add(&facts.hal.runnable, arena, runnable, &err);
	return facts;
}

__attribute__((unused)) static bool
open_machine(struct sandbox *box, struct offline_machine *m, const struct setup *s)
{
	if (!make_machine(box, s) || !offline_open(box, m, false))
		return false;
	ask_only(m, "hal");
	m->request.restoring = true;
	return true;
}

#endif
