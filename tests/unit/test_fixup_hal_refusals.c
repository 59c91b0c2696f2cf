/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The repair hal where it must not be made (hazards 27): each reason by itself, and nothing is changed in part. */
#include "tests/unit/hal_machine.h"

#define NOT_HERE(name, version) "refused: " name " of version " version " is not on this disk"
#define IN_SP1                  "; the one in /WINDOWS/Driver Cache/i386/sp1.cab "
#define STAYS                   ": the HAL stays\n"

#define NO_ID(set) "[\\" set "\\Enum\\Root\\ACPI_HAL\\0000]\n\"HardwareID\"=-\n"
#define NO_CLASS                                                                               \
	"[\\ControlSet001\\Control\\Class\\{4D36E966-E325-11CE-BFC1-08002BE10318}\\0000]\n"    \
	"\"MatchingDeviceId\"=-\n"

static const struct refusal {
	const char *what;
	struct setup setup;
	const char *needed;
	const char *want;
} refusals[] = {
	{ "a kernel at another hotfix level",
	  { .files = "WINDOWS/system32/hal.dll x86 halaacpi.dll 5.2.3790.1830\n"
		     "WINDOWS/system32/ntoskrnl.exe x86 ntoskrnl.exe 5.2.3790.2895\n"
		     "WINDOWS/system32/ntkrnlpa.exe x86 ntkrnlpa.exe 5.2.3790.2895\n",
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NOT_HERE("ntkrnlmp.exe", "5.2.3790.2895") IN_SP1
	  "has version 5.2.3790.1830, but ntoskrnl.exe of this Windows "
	  "5.2.3790.2895" STAYS NOT_HERE("ntkrpamp.exe", "5.2.3790.2895") IN_SP1
	  "has version 5.2.3790.1830, but ntkrnlpa.exe of this "
	  "Windows 5.2.3790.2895" STAYS },
	{ "a cabinet that is older than what is installed",
	  { .files = "WINDOWS/system32/hal.dll x86 halaacpi.dll 5.2.3790.3959\n"
		     "WINDOWS/system32/ntoskrnl.exe x86 ntoskrnl.exe 5.2.3790.1830\n"
		     "WINDOWS/system32/ntkrnlpa.exe x86 ntkrnlpa.exe 5.2.3790.1830\n",
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NOT_HERE("halmacpi.dll", "5.2.3790.3959") IN_SP1
	  "has version 5.2.3790.1830, but hal.dll of this Windows "
	  "5.2.3790.3959" STAYS },
	{ "a file that is nowhere",
	  { .files = usual_files,
	    .cache = "halmacpi.dll x86 halmacpi.dll 5.2.3790.1830\n"
		     "ntkrpamp.exe x86 ntkrpamp.exe 5.2.3790.1830\n",
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NOT_HERE("ntkrnlmp.exe", "5.2.3790.1830") STAYS },
	{ "the kernel for PAE is missing",
	  { .files = usual_files,
	    .cache = "halmacpi.dll x86 halmacpi.dll 5.2.3790.1830\n"
		     "ntkrnlmp.exe x86 ntkrnlmp.exe 5.2.3790.1830\n",
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NOT_HERE("ntkrpamp.exe", "5.2.3790.1830") STAYS },
	{ "the kernel for PAE is not installed",
	  { .files = "WINDOWS/system32/hal.dll x86 halaacpi.dll 5.2.3790.1830\n"
		     "WINDOWS/system32/ntoskrnl.exe x86 ntoskrnl.exe 5.2.3790.1830\n",
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  "refused: System32\\ntkrnlpa.exe is missing: the HAL can't be updated\n" },
	{ "another processor's kernel",
	  { .files = usual_files,
	    .cache = "halmacpi.dll x86 halmacpi.dll 5.2.3790.1830\n"
		     "ntkrnlmp.exe x64 ntkrnlmp.exe 5.2.3790.1830\n"
		     "ntkrpamp.exe x86 ntkrpamp.exe 5.2.3790.1830\n",
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NOT_HERE("ntkrnlmp.exe", "5.2.3790.1830") IN_SP1 "is not for x86" STAYS },
	{ "a file under another's name",
	  { .files = usual_files,
	    .cache = "halmacpi.dll x86 halacpi.dll 5.2.3790.1830\n"
		     "ntkrnlmp.exe x86 ntkrnlmp.exe 5.2.3790.1830\n"
		     "ntkrpamp.exe x86 ntkrpamp.exe 5.2.3790.1830\n",
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NOT_HERE("halmacpi.dll", "5.2.3790.1830") IN_SP1 "calls itself halacpi.dll" STAYS },
	{ "a cabinet that is damaged",
	  { .files = usual_files,
	    .cache = usual_cache,
	    .pack = "mkdir -p " CACHE " && echo MSCFnonsense >" CACHE "/sp1.cab",
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NOT_HERE("halmacpi.dll", "5.2.3790.1830") IN_SP1
	  "can't be read (the cabinet can't be unpacked: it was cut short)" STAYS NOT_HERE(
		  "ntkrnlmp.exe", "5.2.3790.1830") IN_SP1
	  "can't be read (the cabinet can't be unpacked: it was "
	  "cut short)" STAYS NOT_HERE("ntkrpamp.exe", "5.2.3790.1830") IN_SP1
	  "can't be read (the cabinet can't be "
	  "unpacked: it was cut short)" STAYS },
	{ "a multiprocessor kernel with a uniprocessor HAL",
	  { .files = "WINDOWS/system32/hal.dll x86 halaacpi.dll 5.2.3790.1830\n"
		     "WINDOWS/system32/ntoskrnl.exe x86 ntkrnlmp.exe 5.2.3790.1830\n"
		     "WINDOWS/system32/ntkrnlpa.exe x86 ntkrnlpa.exe 5.2.3790.1830\n",
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  "refused: the HAL is acpiapic_up, but \\WINDOWS\\System32\\ntoskrnl.exe says "
	  "ntkrnlmp.exe: HAL, kernel and registry don't belong together, so none of them is "
	  "changed\n" },
	{ "two keys of the registry that differ",
	  { .system =
		    "[\\ControlSet001\\Control\\Class\\{4D36E966-E325-11CE-BFC1-08002BE10318}\\0000]\n"
		    "\"MatchingDeviceId\"=\"acpiapic_mp\"\n",
	    .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  "refused: the HAL is acpiapic_up, but SYSTEM\\ControlSet001\\Control\\Class\\"
	  "{4D36E966-E325-11CE-BFC1-08002BE10318}\\0000 says acpiapic_mp: HAL, kernel and "
	  "registry don't belong together, so none of them is changed\n" },
	{ "a registry that names no HAL",
	  { .system = NO_ID("ControlSet001") NO_ID("ControlSet002") NO_CLASS,
	    .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  "refused: the registry does not tell which HAL this Windows has, so it stays\n" },
	{ "a device that names no HAL",
	  { .system = NO_ID("ControlSet001") NO_ID("ControlSet002"),
	    .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  "refused: no device of the registry names the HAL\n" },
	{ "a HAL that was cut short",
	  { .files = usual_files,
	    .cache = usual_cache,
	    .pack = "head -c 700 System32/hal.dll >x && mv x System32/hal.dll && " PACK,
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  "refused: /WINDOWS/System32/hal.dll tells no version, so no other can take its place\n" },
	{ "HALs that are no pair",
	  { .files = usual_files, .cache = usual_cache, .pack = PACK, .boot_ini = BOOT_INI },
	  "mps_mp",
	  "refused: the HAL is acpiapic_up and this machine needs mps_mp: no update leads from one "
	  "to the other\n" },
	{ "a machine without an APIC",
	  { .files = usual_files, .cache = usual_cache, .pack = PACK, .boot_ini = BOOT_INI },
	  "acpipic_up",
	  "refused: the HAL is acpiapic_up and this machine needs acpipic_up: no update leads from "
	  "one to the other\n" },
	{ "a machine whose HAL is not known",
	  { .files = usual_files, .cache = usual_cache, .pack = PACK, .boot_ini = BOOT_INI },
	  NULL,
	  "note: which HAL this machine needs is not known\n" },
#define NO_ENTRY                                                                               \
	"refused: boot.ini can't be given an entry with the old HAL, so the HAL stays: "
	{ "no boot.ini",
	  { .files = usual_files, .cache = usual_cache, .pack = PACK },
	  "acpiapic_mp",
	  NO_ENTRY "/boot.ini does not exist\n" },
	{ "boot.ini for another Windows",
	  { .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = "[operating systems]\r\nC:\\=\"Windows 98\"\r\n"
			"multi(0)disk(0)rdisk(0)partition(1)\\WINNT=\"2000\"\r\n" },
	  "acpiapic_mp",
	  NO_ENTRY "it has no entry for this Windows, or more than one\n" },
	{ "boot.ini with two of that folder",
	  { .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = "[operating systems]\r\n"
			"multi(0)disk(0)rdisk(0)partition(1)\\WINDOWS=\"a\"\r\n"
			"multi(0)disk(0)rdisk(1)partition(1)\\WINDOWS=\"b\"\r\n" },
	  "acpiapic_mp",
	  NO_ENTRY "it has no entry for this Windows, or more than one\n" },
	{ "boot.ini with a HAL of its own",
	  { .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = BOOT_TOP BOOT_LINE "\" /HAL=halmacpi.dll\r\n" },
	  "acpiapic_mp",
	  NO_ENTRY "its entry for this Windows names a HAL or kernel of its own\n" },
	{ "what is no boot.ini",
	  { .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = "nonsense\n" },
	  "acpiapic_mp",
	  NO_ENTRY "boot.ini has neither [boot loader] nor [operating systems]\n" },
	{ "XP, whose HAL has no pair",
	  { .generation = "xp", .files = "", .cache = "", .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  "refused: the HAL is acpipic_up and this machine needs acpiapic_mp: no update leads from "
	  "one to the other\n" },
	{ "2019, which chooses by itself",
	  { .generation = "2019", .files = "", .cache = "" },
	  "acpiapic_mp",
	  "" },
};

static void
test_refusals(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *c = &refusals[i];
		struct offline_machine m;
		struct hc_facts facts;

		if (!ok(open_machine(box, &m, &c->setup), "%s opens", c->what))
			continue;
		facts = facts_of(&m.arena, c->needed, NULL);
		m.request.facts = &facts;
		is_found(&m, c->want, c->what);
		offline_done(&m);
	}
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (getenv("HALCYON_TESTDATA") == NULL)
		tap_skip("HALCYON_TESTDATA is not set");
	else if (!make_windows_volume(&box, ""))
		tap_skip(NO_NTFS);
	else
		test_refusals(&box);
	sandbox_close(&box);
	return tap_done();
}
