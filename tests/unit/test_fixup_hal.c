/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The repair hal: what it changes.  What comes of it is read by tests/tools/pe_list.py. */
#include "tests/unit/hal_machine.h"

#define KB_LEVEL "5.2.3790.1830"

/* ---------------------------------------------------------------- a uniprocessor 2003 on a machine with two */

#define ENUM  "\\Enum\\Root\\ACPI_HAL\\0000 "
#define CLASS "\\Control\\Class\\{4D36E966-E325-11CE-BFC1-08002BE10318}\\0000 "

#define REGISTRY(set, was, is, WAS, IS, Was, Is)                                               \
	"SYSTEM " set ENUM "HardwareID: " was " -> " is "\n"                                   \
	"SYSTEM " set ENUM "DeviceDesc: ACPI " Was " PC -> ACPI " Is " PC\n"                   \
	"SYSTEM " set CLASS "DriverDesc: ACPI " Was " PC -> ACPI " Is " PC\n"                  \
	"SYSTEM " set CLASS "InfSection: " WAS " -> " IS "\n"                                  \
	"SYSTEM " set CLASS "MatchingDeviceId: " was " -> " is "\n"
#define TO_MP(set)                                                                             \
	REGISTRY(set, "acpiapic_up", "acpiapic_mp", "ACPIAPIC_UP_HAL", "ACPIAPIC_MP_HAL",      \
		 "Uniprocessor", "Multiprocessor")

static const char *const to_mp =
	"1:/WINDOWS/System32/halold.dll made\n"
	"1:/WINDOWS/System32/krnlold.exe made\n"
	"1:/WINDOWS/System32/hal.dll replaced\n"
	"1:/WINDOWS/System32/ntoskrnl.exe replaced\n"
	"1:/WINDOWS/System32/ntkrnlpa.exe replaced\n"
	"1:/boot.ini replaced\n" TO_MP("ControlSet001") TO_MP("ControlSet002");

/* The files of a mounted volume, by the other tool. */
static void
versions_are(struct sandbox *box, const char *files, const char *want, const char *what)
{
	char top[PATH_MAX];
	struct hc_buf got;

	if (!ok(getcwd(top, sizeof(top)) != NULL && mount_ntfs(box, "w.img", "ro") &&
			run(box,
			    "cd mnt/W*/System32 && python3 %s/tests/tools/pe_list.py show "
			    "%s >../../../shown; cd ../../.. && cp mnt/boot.ini shown.ini",
			    top, files) == 0 &&
			umount_ntfs(box),
		"%s: the files are there", what))
		return;
	got = slurp(box, "shown");
	ok(strcmp((const char *)got.data, want) == 0, "%s: they are those wanted", what);
	if (strcmp((const char *)got.data, want) != 0)
		printf("# wanted\n%s# got\n%s", want, (const char *)got.data);
	hc_buf_done(&got);
}

static void
boot_ini_is(const struct sandbox *box, const char *want, const char *what)
{
	struct hc_buf got = slurp(box, "shown.ini");

	ok(got.size == strlen(want) && memcmp(got.data, want, got.size) == 0,
	   "%s: boot.ini is as wanted", what);
	if (got.size != strlen(want) || memcmp(got.data, want, got.size) != 0)
		printf("# wanted\n%s# got\n%s", want, (const char *)got.data);
	hc_buf_done(&got);
}

static void
test_real_2003(struct sandbox *box)
{
	struct offline_machine m;
	struct hc_facts facts;

	if (!ok(open_machine(box, &m, &usual), "the real 2003 controller opens"))
		return;
	facts = facts_of(&m.arena, "acpiapic_up", NULL);
	m.request.facts = &facts;
	is_found(&m, "", "a machine with one processor");
	m.request.facts = NULL;
	is_found(&m,
		 "note: the machine that it shall start on is not known, so its HAL stays\n",
		 "a machine that nobody knows");
	facts = facts_of(&m.arena, "acpiapic_mp", "acpiapic_up");
	m.request.facts = &facts;
	m.request.same_machine = true;
	is_found(&m, "", "the machine that it comes from");
	m.request.same_machine = false;
	is_found(&m, to_mp, "a machine with two processors");
	if (!ok(apply_found(box, &m) && offline_open(box, &m, false), "it is done"))
		return;
	ask_only(&m, "hal");
	m.request.restoring = true;
	m.request.facts = &facts;
	ok(same(m.offline.windows->hal.id, "acpiapic_mp") &&
		   same(m.offline.windows->hal.file, "halmacpi.dll") &&
		   same(m.offline.windows->kernel.file, "ntkrnlmp.exe"),
	   "an inspection finds HAL and kernel for two");
	is_found(&m, "", "a second look");
	offline_done(&m);
	versions_are(box, "hal.dll ntoskrnl.exe ntkrnlpa.exe halold.dll krnlold.exe",
		     "hal.dll halmacpi.dll " KB_LEVEL "\nntoskrnl.exe ntkrnlmp.exe " KB_LEVEL
		     "\nntkrnlpa.exe ntkrpamp.exe " KB_LEVEL
		     "\nhalold.dll halaacpi.dll " KB_LEVEL
		     "\nkrnlold.exe ntoskrnl.exe " KB_LEVEL "\n",
		     "for two");
	boot_ini_is(box, BOOT_INI BOOT_OLD, "for two");
}

/* And back: the entry of boot.ini is there already, and the files that are kept are the newer old ones. */
static void
test_back(struct sandbox *box)
{
	struct offline_machine m;
	struct hc_facts facts;

	/* On the volume that test_real_2003 left. */
	if (!ok(mount_ntfs(box, "w.img", "big_writes") &&
			run(box,
			    "cd cache && rm * && cp ../mnt/WINDOWS/System32/halold.dll "
			    "halaacpi.dll && cp ../mnt/WINDOWS/System32/krnlold.exe "
			    "ntoskrnl.exe && cp ../tree/WINDOWS/System32/ntkrnlpa.exe . && "
			    "gcab -cnz '../mnt/WINDOWS/Driver Cache/i386/driver.cab' *") == 0 &&
			umount_ntfs(box) && offline_open(box, &m, false),
		"the same disk opens"))
		return;
	ask_only(&m, "hal");
	m.request.restoring = true;
	facts = facts_of(&m.arena, "acpiapic_up", "acpiapic_mp");
	m.request.facts = &facts;
#define TO_UP(set)                                                                             \
	REGISTRY(set, "acpiapic_mp", "acpiapic_up", "ACPIAPIC_MP_HAL", "ACPIAPIC_UP_HAL",      \
		 "Multiprocessor", "Uniprocessor")
	is_found(&m,
		 "1:/WINDOWS/System32/halold.dll replaced\n"
		 "1:/WINDOWS/System32/krnlold.exe replaced\n"
		 "1:/WINDOWS/System32/hal.dll replaced\n"
		 "1:/WINDOWS/System32/ntoskrnl.exe replaced\n"
		 "1:/WINDOWS/System32/ntkrnlpa.exe replaced\n" TO_UP("ControlSet001")
			 TO_UP("ControlSet002"),
		 "back to one processor");
	offline_done(&m);
}

/* A disk that is in use already. */
/* Whether the HAL has a note that is no refusal. */
static bool
is_told(const struct hc_fix_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->items[i].fixup, "hal") == 0)
			return !notes->items[i].refused;
	return false;
}

static void
test_fix(struct sandbox *box)
{
	struct offline_machine m;
	struct hc_facts facts;

	if (!ok(open_machine(box, &m, &usual), "the real 2003 controller opens"))
		return;
	facts = facts_of(&m.arena, "acpiapic_mp", "acpiapic_up");
	m.request.facts = &facts;
	m.request.restoring = false;
	is_found(&m, to_mp, "asked for by name");
	m.request.only.count = 0;
	m.found = (struct hc_fix_found){ 0 };
	{
		struct hc_err err;

		ok_call(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err), &err,
			"it looks");
	}
	for (size_t i = 0; i < m.found.edits.count; i++)
		ok(strcmp(m.found.edits.items[i].fixup, "hal") != 0,
		   "not asked for, it is left alone");
	ok(is_told(&m.found.notes), "and told");
	offline_done(&m);
}

/* ---------------------------------------------------------------- other places, other Windows */

#define TWO(number) "multi(0)disk(0)rdisk(0)partition(" #number ")\\WINDOWS"
#define TWO_TOP                                                                                \
	"[boot loader]\ndefault=" TWO(2) "\n[operating systems]\n" TWO(                        \
		2) "=\"Other\" /fastdetect\n"
#define TWO_LINE                                                                               \
	TWO(1)                                                                                 \
	"=\"Th\x84"                                                                            \
	"s"

static const struct place_case {
	const char *what;
	struct setup setup;
	const char *needed;
	const char *want;
	const char *shown_files, *shown;
} place_cases[] = {
	/* The service pack's cabinet has another version, an update's folder the kernels, plain and packed. */
	{ "an update of the kernel",
	  { .files =
		    "WINDOWS/system32/hal.dll x86 halaacpi.dll 5.2.3790.1830\n"
		    "WINDOWS/system32/ntoskrnl.exe x86 ntoskrnl.exe 5.2.3790.2895\n"
		    "WINDOWS/system32/ntkrnlpa.exe x86 ntkrnlpa.exe 5.2.3790.2895\n"
		    "WINDOWS/$hf_mig$/KB931784/SP1QFE/ntkrnlmp.exe x86 ntkrnlmp.exe 5.2.3790.2895\n"
		    "WINDOWS/ServicePackFiles/i386/ntkrpamp.exe x86 ntkrpamp.exe 5.2.3790.2895\n",
	    .cache = usual_cache,
	    .pack = PACK " && cd $OLDPWD/ServicePackFiles/i386 && "
			 "gcab -cnz ntkrpamp.ex_ ntkrpamp.exe && rm ntkrpamp.exe",
	    .boot_ini = BOOT_INI },
	  "acpiapic_mp",
	  NULL,
	  "hal.dll ntoskrnl.exe ntkrnlpa.exe",
	  "hal.dll halmacpi.dll 5.2.3790.1830\nntoskrnl.exe ntkrnlmp.exe 5.2.3790.2895\n"
	  "ntkrnlpa.exe ntkrpamp.exe 5.2.3790.2895\n" },
	/* MPS, files by COMPRESS.EXE, and an edition without a kernel for PAE. */
	{ "2000 on MPS",
	  { .generation = "2000",
	    .files = "",
	    .cache = "halapic.dll x86 halapic.dll 5.0.2195.7133\n"
		     "ntoskrnl.exe x86 ntoskrnl.exe 5.0.2195.7133\n",
	    .pack = "mkdir -p ServicePackFiles/i386 && cd ../../cache && mscompress halapic.dll "
		    "ntoskrnl.exe && mv halapic.dll_ $OLDPWD/ServicePackFiles/i386/halapic.dl_ "
		    "&& mv ntoskrnl.exe_ $OLDPWD/ServicePackFiles/i386/ntoskrnl.ex_",
	    .boot_ini = "[boot loader]\ndefault=multi(0)disk(0)rdisk(0)partition(1)\\WINNT\n"
			"[operating systems]\n"
			"multi(0)disk(0)rdisk(0)partition(1)\\WINNT=Windows 2000 /fastdetect" },
	  "mps_up",
	  "1:/WINNT/System32/halold.dll made\n"
	  "1:/WINNT/System32/krnlold.exe made\n"
	  "1:/WINNT/System32/hal.dll replaced\n"
	  "1:/WINNT/System32/ntoskrnl.exe replaced\n"
	  "1:/boot.ini replaced\n"
	  "SYSTEM ControlSet001\\Enum\\Root\\MPS_HAL\\0000 HardwareID: mps_mp -> mps_up\n"
	  "SYSTEM ControlSet001" CLASS "DriverDesc: (none) -> MPS Uniprocessor PC\n"
	  "SYSTEM ControlSet001" CLASS "InfSection: (none) -> MPS_UP_HAL\n"
	  "SYSTEM ControlSet001" CLASS "MatchingDeviceId: mps_mp -> mps_up\n",
	  "hal.dll ntoskrnl.exe halold.dll krnlold.exe",
	  "hal.dll halapic.dll 5.0.2195.7133\nntoskrnl.exe ntoskrnl.exe 5.0.2195.7133\n"
	  "halold.dll halmps.dll 5.0.2195.7133\nkrnlold.exe ntkrnlmp.exe 5.0.2195.7133\n" },
	/* 64 bit: the kernel only; the highest service pack's cabinet comes first. */
	{ "2003 x64",
	  { .generation = "2003-x64",
	    .files = "",
	    .cache = "new/ntoskrnl.exe x64 ntoskrnl.exe 5.2.3790.3959\n"
		     "old/ntoskrnl.exe x64 ntoskrnl.exe 5.2.3790.1830\n",
	    .pack = "mkdir -p 'Driver Cache/amd64' && cd ../../cache && "
		    "gcab -cnz sp2.cab new/ntoskrnl.exe && gcab -cn driver.cab old/ntoskrnl.exe "
		    "&& mv *.cab $OLDPWD/'Driver Cache/amd64/'",
	    .boot_ini = BOOT_INI },
	  "acpiapic_up",
	  "1:/WINDOWS/System32/krnlold.exe made\n"
	  "1:/WINDOWS/System32/ntoskrnl.exe replaced\n"
	  "1:/boot.ini replaced\n"
	  "SYSTEM ControlSet001" ENUM "HardwareID: acpiapic_mp -> acpiapic_up\n"
	  "SYSTEM ControlSet001" CLASS "DriverDesc: (none) -> ACPI Uniprocessor PC\n"
	  "SYSTEM ControlSet001" CLASS "InfSection: (none) -> ACPIAPIC_UP_HAL\n"
	  "SYSTEM ControlSet001" CLASS "MatchingDeviceId: acpiapic_mp -> acpiapic_up\n",
	  "hal.dll ntoskrnl.exe krnlold.exe",
	  "hal.dll hal.dll 5.2.3790.3959\nntoskrnl.exe ntoskrnl.exe 5.2.3790.3959\n"
	  "krnlold.exe ntkrnlmp.exe 5.2.3790.3959\n" },
	/* Another Windows of that folder is the default one; lines end as on Unix, and ^Z ends the file. */
	{ "a second Windows",
	  { .files = usual_files,
	    .cache = usual_cache,
	    .pack = PACK,
	    .boot_ini = TWO_TOP TWO_LINE "\" /fastdetect  \n; end\x1a" },
	  "acpiapic_mp",
	  NULL,
	  "hal.dll",
	  "hal.dll halmacpi.dll 5.2.3790.1830\n" },
};

static void
test_places(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(place_cases) / sizeof(place_cases[0]); i++) {
		const struct place_case *c = &place_cases[i];
		struct offline_machine m;
		struct hc_facts facts;

		if (!ok(open_machine(box, &m, &c->setup), "%s opens", c->what))
			continue;
		facts = facts_of(&m.arena, c->needed, NULL);
		m.request.facts = &facts;
		is_found(&m, c->want != NULL ? c->want : to_mp, c->what);
		if (!ok(apply_found(box, &m) && offline_open(box, &m, false), "%s: it is done",
			c->what))
			continue;
		ask_only(&m, "hal");
		m.request.restoring = true;
		m.request.facts = &facts;
		is_found(&m, "", "a second look");
		offline_done(&m);
		versions_are(box, c->shown_files, c->shown, c->what);
		if (i == 1)
			boot_ini_is(box,
				    "[boot loader]\ndefault=multi(0)disk(0)rdisk(0)partition(1)"
				    "\\WINNT\n[operating systems]\n"
				    "multi(0)disk(0)rdisk(0)partition(1)\\WINNT=Windows 2000 "
				    "/fastdetect\r\n"
				    "multi(0)disk(0)rdisk(0)partition(1)\\WINNT=Windows 2000 "
				    "/fastdetect /HAL=halold.dll /KERNEL=krnlold.exe",
				    "a last line that nothing ends");
		if (i == 3)
			boot_ini_is(box,
				    TWO_TOP TWO_LINE "\" /fastdetect  \n" TWO_LINE
						     " (previous HAL)\" /fastdetect "
						     "/HAL=halold.dll /KERNEL=krnlold.exe\n; "
						     "end\x1a",
				    "another Windows in boot.ini");
		if (i == 2)
			boot_ini_is(box,
				    BOOT_INI BOOT_LINE " (previous HAL)\"" BOOT_SWITCHES
						       " /KERNEL=krnlold.exe\r\n",
				    "64 bit");
	}
}

/* What the same machine runs stays, although another would have been chosen. */
static void
test_runnable(struct sandbox *box)
{
	const struct setup xp = {
		.generation = "xp", .files = "", .cache = "", .boot_ini = BOOT_INI
	};
	struct offline_machine m;
	struct hc_facts facts;

	if (!ok(open_machine(box, &m, &xp), "XP with the HAL of an ACPI PC opens"))
		return;
	facts = facts_of(&m.arena, "acpiapic_mp", "acpipic_up");
	m.request.facts = &facts;
	is_found(
		&m,
		"note: the HAL stays acpipic_up, which this machine runs too; Windows would have "
		"been installed with acpiapic_mp here\n",
		"a machine that runs it");
	offline_done(&m);
}

/* ---------------------------------------------------------------- NT 4.0 */

static void
test_nt4(struct sandbox *box)
{
	struct offline_machine m;
	struct hc_facts facts;

	run(box, "rm -f SYSTEM SOFTWARE");
	if (!ok(real_hive(box, "nt4-sp3-pdc-x86", "SYSTEM", "SYSTEM") &&
			real_hive(box, "nt4-sp3-pdc-x86", "SOFTWARE", "SOFTWARE") &&
			make_windows_volume(box, "") &&
			mount_ntfs(box, "w.img", "big_writes") &&
			run(box, "cp tree/W*/System32/hal.dll mnt/Windows/System32/") == 0 &&
			umount_ntfs(box) && offline_open(box, &m, false),
		"the real NT 4.0 opens, with a HAL"))
		return;
	ask_only(&m, "hal");
	m.request.restoring = true;
	facts = facts_of(&m.arena, "acpiapic_mp", NULL);
	facts.hal.file = m.offline.windows->hal.file;
	m.request.facts = &facts;
	is_found(&m, "", "a machine for that HAL");
	facts.hal.file = "halmps.dll";
	is_found(
		&m,
		"refused: the HAL of NT 4.0 can't be updated on its disk: it takes the files of "
		"the installation medium\n",
		"a machine for another");
	offline_done(&m);
	run(box, "rm -f SOFTWARE");
}

/* ---------------------------------------------------------------- Vista */

#define LOADER "{3fdd12e2-432f-dcda-3249-2134abcdef13}"
static const char *const store =
	"[\\Objects\\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\\Description]\n"
	"\"Type\"=dword:10100002\n"
	"[\\Objects\\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\\Elements\\23000003]\n"
	"\"Element\"=\"" LOADER "\"\n"
	"[\\Objects\\" LOADER "\\Description]\n\"Type\"=dword:10200003\n"
	"[\\Objects\\" LOADER "\\Elements\\22000002]\n\"Element\"=\"\\\\Windows\"\n";

static bool
open_vista(struct sandbox *box, struct offline_machine *m, const char *text)
{
	const struct setup vista = { .generation = "vista",
				     .files = "",
				     .cache = "",
				     .pack = text != NULL
						     ? "mkdir ../Boot && cp ../../BCD ../Boot/"
						     : NULL };

	return (text == NULL || make_hive_text(box, "BCD", text)) &&
	       open_machine(box, m, &vista);
}

static void
test_vista(struct sandbox *box)
{
	struct offline_machine m;
	struct hc_facts facts;
	static const char *const want =
		"BCD Objects\\" LOADER "\\Elements\\26000010 Element: (none) -> 01\n";

	if (!ok(open_vista(box, &m, store), "Vista with halacpi.dll opens"))
		return;
	facts = facts_of(&m.arena, "acpiapic_mp", NULL);
	m.request.facts = &facts;
	is_found(&m, want, "a machine with an APIC");
	facts.acpi.madt = NULL;
	is_found(&m, "", "a machine without");
	facts.acpi.present = false;
	is_found(&m, "note: which HAL this machine needs is not known\n",
		 "a machine whose tables nobody could read");
	facts.hal.evidence.items = (const char *[]){ "no FADT" };
	facts.hal.evidence.count = 1;
	is_found(&m,
		 "refused: this machine has no ACPI, and no HAL of this Windows runs without\n",
		 "a machine without ACPI");
	facts = facts_of(&m.arena, "acpiapic_mp", NULL);
	is_found(&m, want, "a machine with an APIC");
	if (ok(apply_found(box, &m) && offline_open(box, &m, false), "it is done")) {
		ask_only(&m, "hal");
		m.request.facts = &facts;
		is_found(&m, "", "a second look");
	}
	offline_done(&m);
	if (!ok(open_vista(box, &m, NULL), "Vista without a store opens"))
		return;
	m.request.facts = &facts;
	is_found(
		&m,
		"refused: the loader that starts this Windows is not known, so it can't be told "
		"to choose the HAL\n",
		"no store");
	offline_done(&m);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (!make_windows_volume(&box, "")) {
		tap_skip(NO_NTFS);
	} else {
		if (getenv("HALCYON_TESTDATA") == NULL) {
			tap_skip("HALCYON_TESTDATA is not set");
		} else {
			test_real_2003(&box);
			test_back(&box);
			test_fix(&box);
			test_places(&box);
			test_nt4(&box);
		}
		test_runnable(&box);
		test_vista(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
