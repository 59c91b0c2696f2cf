/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * restore/windows: the generations of which there is no real hive, 2000 to 2025.
 *
 * Their hives and programs are BUILT, out of the text in tests/fixtures/windows; they prove what is read, not that real
 * ones have it there.
 */
#include "tests/unit/tap.h"

#include "tests/unit/windows_image.h"

static const char *
shown(const char *text)
{
	return text == NULL ? "-" : text;
}

struct expected {
	const char *generation;
	const char *product, *version, *build, *edition, *service_pack, *architecture;
	uint64_t ubr;
	const char *channel, *oem;
	const char *hotfixes; /* a blank between */
	const char *hal_id, *hal_type, *hal_file, *hal_version, *kernel;
	const char *policies;
	const char *replication; /* of domain controllers; "unknown" for none of the two */
	bool restored, fast_startup;
};

static const struct expected cases[] = {
	{ "2000",
	  "Microsoft Windows 2000",
	  "5.0",
	  "2195",
	  "Advanced Server",
	  "Service Pack 4",
	  "x86",
	  0,
	  "retail",
	  NULL,
	  "KB835732 Q810161",
	  "mps_mp",
	  "mps-multiprocessor",
	  "halmps.dll",
	  "5.0.2195.7133",
	  "ntkrnlmp.exe",
	  "",
	  NULL,
	  false,
	  false },
	/* Of two subkeys of the class Computer the one counts that the device names. */
	{ "xp",
	  "Microsoft Windows XP",
	  "5.1",
	  "2600",
	  "Home",
	  "Service Pack 2",
	  "x86",
	  0,
	  "oem",
	  "Dell Computer Corporation",
	  "KB885835 KB888302 KB893756",
	  "acpipic_up",
	  "acpi-pc",
	  "halacpi.dll",
	  "5.1.2600.2180",
	  "ntoskrnl.exe",
	  "",
	  NULL,
	  false,
	  false },
	{ "2003-x64",
	  "Microsoft Windows Server 2003 R2",
	  "5.2",
	  "3790",
	  "Enterprise",
	  "Service Pack 2",
	  "x64",
	  0,
	  "volume",
	  NULL,
	  "",
	  "acpiapic_mp",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "5.2.3790.3959",
	  "ntkrnlmp.exe",
	  "",
	  "frs",
	  false,
	  false },
	{ "vista",
	  "Windows Vista (TM) Business",
	  "6.0",
	  "6002",
	  "Business",
	  "Service Pack 2",
	  "x86",
	  0,
	  "oem",
	  "LENOVO",
	  "KB948465",
	  "acpiapic",
	  "acpi-pc",
	  "halacpi.dll",
	  "6.0.6002.18005",
	  "ntkrnlmp.exe",
	  "",
	  NULL,
	  false,
	  false },
	{ "2008",
	  "Windows Server (R) 2008 Standard",
	  "6.0",
	  "6002",
	  "ServerStandard",
	  "Service Pack 2",
	  "x86",
	  0,
	  "retail",
	  NULL,
	  "",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "halmacpi.dll",
	  "6.0.6002.18005",
	  "ntkrnlmp.exe",
	  "",
	  "frs",
	  false,
	  false },
	{ "2008r2",
	  "Windows Server 2008 R2 Enterprise",
	  "6.1",
	  "7601",
	  "ServerEnterprise",
	  "Service Pack 1",
	  "x64",
	  0,
	  "volume",
	  NULL,
	  "KB3033929 KB976902",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "6.1.7601.17514",
	  "ntkrnlmp.exe",
	  "",
	  "dfsr",
	  false,
	  false },
	{ "2012",
	  "Windows Server 2012 Datacenter",
	  "6.2",
	  "9200",
	  "ServerDatacenter",
	  NULL,
	  "x64",
	  0,
	  "volume",
	  NULL,
	  "",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "6.2.9200.16384",
	  "ntkrnlmp.exe",
	  "DenyDeviceIDs DenyUnspecified",
	  NULL,
	  false,
	  false },
	{ "2012r2",
	  "Windows Server 2012 R2 Foundation",
	  "6.3",
	  "9600",
	  "ServerSolution",
	  NULL,
	  "x64",
	  0,
	  "oem",
	  "Hewlett-Packard",
	  "",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "6.3.9600.16384",
	  "ntkrnlmp.exe",
	  "",
	  NULL,
	  false,
	  false },
	{ "2016",
	  "Windows Server 2016 Standard Evaluation",
	  "10.0",
	  "14393",
	  "ServerStandardEval",
	  NULL,
	  "x64",
	  2381,
	  "evaluation",
	  NULL,
	  "",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "10.0.14393.2430",
	  "ntkrnlmp.exe",
	  "",
	  NULL,
	  true,
	  false },
	{ "2019",
	  "Windows Server 2019 Standard",
	  "10.0",
	  "17763",
	  "ServerStandard",
	  NULL,
	  "x64",
	  5211,
	  "volume",
	  NULL,
	  "",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "10.0.17763.5202",
	  "ntkrnlmp.exe",
	  "",
	  NULL,
	  false,
	  false },
	/* No DigitalProductId4, and a ProductId that does not tell. */
	{ "2022",
	  "Windows Server 2022 Datacenter",
	  "10.0",
	  "20348",
	  "ServerDatacenter",
	  NULL,
	  "x64",
	  2422,
	  "unknown",
	  NULL,
	  "",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "10.0.20348.2402",
	  "ntkrnlmp.exe",
	  "",
	  NULL,
	  false,
	  false },
	{ "2025",
	  "Windows Server 2025 Standard",
	  "10.0",
	  "26100",
	  "ServerStandard",
	  NULL,
	  "x64",
	  1760,
	  "retail",
	  NULL,
	  "",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "10.0.26100.1742",
	  "ntkrnlmp.exe",
	  "",
	  "unknown",
	  false,
	  false },
	{ "11",
	  "Windows 11 Pro",
	  "10.0",
	  "22631",
	  "Professional",
	  NULL,
	  "x64",
	  3155,
	  "oem",
	  "Framework",
	  "KB5027397 KB5034765",
	  "acpiapic",
	  "acpi-multiprocessor",
	  "hal.dll",
	  "10.0.22621.3155",
	  "ntkrnlmp.exe",
	  "",
	  NULL,
	  false,
	  true },
};

/* Puts the built tree on a new volume, does `more` in the folder where it is mounted, and inspects. */
static bool
inspect_built(struct sandbox *box, const char *tree, const char *generation, const char *more,
	      struct hc_arena *arena, struct hc_windows *ret)
{
	struct hc_err err;

	if (run(box, "rm -f w.img && truncate -s 16M w.img && mkntfs -qFQ w.img") != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes")) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return false;
	}
	ok(run(box, "%s/tests/fixtures/windows/build.py %s mnt && ( cd mnt && %s )", tree,
	       generation, more) == 0,
	   "%s is built", generation);
	umount_ntfs(box);
	ok_call(inspect_volume(box, arena, ret, &err), &err, "and inspected");
	return true;
}

static bool
joined(const struct hc_strings *list, const char *want)
{
	char text[512] = "";

	for (size_t i = 0; i < list->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 i == 0 ? "" : " ", list->items[i]);
	return strcmp(text, want) == 0;
}

static void
check_names(const struct hc_windows *w, const struct expected *e)
{
	static const char *const topics[] = {
		"SYSTEM",
		"SOFTWARE",
		"hostname",
		"product_type",
		"product_suite",
		"version",
		"build",
		"architecture",
		"hotfixes",
		"Enum\\Root",
		"hal.dll",
		"ntoskrnl.exe",
		"kernel32.dll",
		"client_protocols",
		"driver_policies",
		"restore_history",
		"control sets",
		"system_drive",
		"domain_controller.database",
		"current control set",
	};
	size_t unread = 0;

	ok(is(w->product, e->product) && is(w->version, e->version) && is(w->build, e->build) &&
		   is(w->edition, e->edition) && is(w->service_pack, e->service_pack) &&
		   w->ubr == e->ubr,
	   "%s, %s, %s.%llu, %s, %s", shown(w->product), shown(w->version), shown(w->build),
	   (unsigned long long)w->ubr, shown(w->edition), shown(w->service_pack));
	ok(is(w->architecture, e->architecture), "for %s", shown(w->architecture));
	ok(is(w->channel, e->channel) && is(w->oem, e->oem), "channel %s, %s",
	   shown(w->channel), shown(w->oem));
	ok(joined(&w->hotfixes, e->hotfixes), "hotfixes: %s", e->hotfixes);
	if (is(e->generation, "11"))
		ok(is(w->rollup, "22621.3155") && is(w->servicing_stack, "22621.3073"),
		   "the newest rollup and servicing stack of those that are installed");
	if (is(e->generation, "2022"))
		ok(is(w->rollup, "20348.2402") && w->servicing_stack == NULL,
		   "a rollup whose file does not tell its number");
	ok(joined(&w->driver_policies, e->policies), "policies on drivers: %s", e->policies);
	ok(w->fast_startup == e->fast_startup, "fast startup");
	for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
		unread += notes(w, topics[i]);
	ok(unread == 0, "nothing of it was unread (%zu)", unread);
	ok((w->restore_history.count == 1) == e->restored &&
		   (!e->restored ||
		    (is(w->restore_history.items[0].kind, "asr") &&
		     is(w->restore_history.items[0].id,
			"{5c0ff3a1-7f1e-4a3c-9d55-0d6f7b1c2e44}") &&
		     is(w->restore_history.items[0].where,
			"SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ASR\\RestoreSession"))),
	   "earlier restores (%zu)", w->restore_history.count);
}

static void
check_hal(const struct hc_windows *w, const struct expected *e)
{
	const struct hc_hal_witness *by = w->hal.witnesses.items;
	char where[64];

	ok(is(w->hal.id, e->hal_id) && is(w->hal.type, e->hal_type) &&
		   is(w->hal.file, e->hal_file) && is(w->hal.version, e->hal_version),
	   "HAL: %s, %s, %s, %s", shown(w->hal.id), shown(w->hal.type), shown(w->hal.file),
	   shown(w->hal.version));
	ok(is(w->kernel.file, e->kernel) && is(w->kernel.version, e->hal_version) &&
		   is(w->kernel32.file, "kernel32") && is(w->kernel32.version, e->hal_version),
	   "kernel: %s", shown(w->kernel.file));
	snprintf(where, sizeof(where), "\\%s\\System32\\hal.dll",
		 strcmp(e->generation, "2000") == 0 ? "WINNT" : "Windows");
	ok(w->hal.witnesses.count == 4 && is(by[0].witness, "enum-hardware-id") &&
		   is(by[0].says, e->hal_id) && is(by[1].witness, "class-matching-device-id") &&
		   is(by[1].says, e->hal_id) && is(by[2].witness, "hal-file") &&
		   is(by[2].says, e->hal_file) && is(by[2].where, where) &&
		   is(by[3].witness, "kernel-file") && is(by[3].says, e->kernel),
	   "four witnesses (%zu)", w->hal.witnesses.count);
}

static void
test_case(struct sandbox *box, const char *tree, const struct expected *e)
{
	bool xp = strcmp(e->generation, "xp") == 0;
	const struct hc_domain_controller *dc;
	struct hc_arena arena = { 0 };
	struct hc_windows w;

	if (!inspect_built(box, tree, e->generation,
			   xp ? "printf '[Support]\\r\\nManufacturer=no\\r\\n[General]\\r\\n"
				"Manufacturer = \"Dell Computer Corporation\"\\r\\n' "
				">WINDOWS/system32/oeminfo.ini"
			      : "true",
			   &arena, &w))
		return;
	check_names(&w, e);
	check_hal(&w, e);
	dc = w.domain_controller;
	ok((dc != NULL) == (e->replication != NULL), "whether it is a domain controller");
	if (dc != NULL)
		ok(is(dc->replication,
		      strcmp(e->replication, "unknown") == 0 ? NULL : e->replication) &&
			   is(dc->domain, "corp.example") && dc->database != NULL &&
			   dc->sysvol != NULL,
		   "of %s, SYSVOL by %s", shown(dc->domain), shown(dc->replication));
	hc_arena_done(&arena);
}

/* Each place where a domain controller keeps something, of its own. */
static void
test_controller(struct sandbox *box, const char *tree)
{
	const struct hc_domain_controller *dc;
	struct hc_arena arena = { 0 };
	struct hc_windows w;

	if (!inspect_built(box, tree, "2003-x64", "true", &arena, &w))
		return;
	dc = w.domain_controller;
	ok(dc != NULL && is(dc->database, "D:\\NTDS\\ntds.dit") &&
		   is(dc->log_path, "E:\\NTDS-LOG") && is(dc->working_directory, "D:\\NTDS") &&
		   is(dc->backup_path, "D:\\NTDS\\dsadata.bak") &&
		   is(dc->sysvol, "D:\\SYSVOL\\sysvol") &&
		   is(dc->frs_working_directory, "%SystemRoot%\\ntfrs") &&
		   is(dc->frs_log_directory, "E:\\ntfrs-log"),
	   "the paths of a domain controller");
	hc_arena_done(&arena);
}

/* Without SOFTWARE the files tell more than hal.inf does; without SYSTEM they tell the HAL. */
static void
test_missing(struct sandbox *box, const char *tree)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;

	if (!inspect_built(box, tree, "2008r2",
			   "rm Windows/System32/config/SOFTWARE && mkdir -p halcyon/undo/p-1 "
			   "halcyon/undo/p-2 && touch halcyon/undo/file",
			   &arena, &w))
		return;
	ok(is(w.version, "6.1") && is(w.build, "7601") &&
		   is(w.service_pack, "Service Pack 1") &&
		   is(w.product, "Windows Server 2008 R2") && w.edition == NULL &&
		   is(w.channel, "unknown"),
	   "without SOFTWARE: %s, %s, %s", shown(w.version), shown(w.build),
	   shown(w.service_pack));
	ok(w.restore_history.count == 2 && is(w.restore_history.items[0].kind, "halcyon") &&
		   is(w.restore_history.items[0].id, "p-1") &&
		   is(w.restore_history.items[1].where, "\\halcyon\\undo\\p-2"),
	   "our own records");
	ok(notes(&w, "SOFTWARE") && notes(&w, "system_drive") && w.system_root == NULL,
	   "without MountedDevices the drive is unknown");
	if (!inspect_built(box, tree, "2000", "echo >WINNT/system32/config/SYSTEM", &arena, &w))
		return;
	ok(w.hal.id == NULL && is(w.hal.type, "mps-multiprocessor") &&
		   w.hal.witnesses.count == 2 && is(w.version, "5.0") && w.edition == NULL,
	   "without SYSTEM: %s by its file", shown(w.hal.type));
	if (!inspect_built(box, tree, "2003-x64",
			   "echo >WINDOWS/system32/config/SYSTEM; rm WINDOWS/system32/cmd.exe",
			   &arena, &w))
		return;
	ok(w.hal.type == NULL && is(w.hal.file, "hal.dll"),
	   "the hal.dll of a 64-bit Windows is not the standard PC's");
	ok(is(w.architecture, "x64"), "Wow6432Node tells what neither cmd.exe nor SYSTEM does");
	if (!inspect_built(box, tree, "xp",
			   "rm WINDOWS/system32/hal.dll; cp WINDOWS/system32/cmd.exe "
			   "WINDOWS/system32/hal.dll",
			   &arena, &w))
		return;
	ok(is(w.hal.id, "acpipic_up") && is(w.hal.file, "cmd.exe") &&
		   is(w.hal.type, "acpi-pc") && is(w.hal.witnesses.items[2].says, "Cmd.Exe"),
	   "witnesses that differ are told as they stand: %s", shown(w.hal.file));
	ok(is(w.channel, "oem") && w.oem == NULL, "an OEM that left no name");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- changed by a few keys */

#define CCS     "\\\\ControlSet001\\\\"
#define CLASS_0 CCS "Control\\\\Class\\\\{4D36E966-E325-11CE-BFC1-08002BE10318}\\\\0000"
#define MERGE(hive, text)                                                                      \
	"printf 'Windows Registry Editor Version 5.00\\n\\n" text                              \
	"\\n\\n' | hivexregedit --merge " hive

static void
test_disagreement(struct sandbox *box, const char *tree)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;

	if (!inspect_built(box, tree, "xp",
			   MERGE("WINDOWS/system32/config/SYSTEM",
				 "[" CLASS_0 "]\\n\"MatchingDeviceId\"=\"acpiapic_mp\""),
			   &arena, &w))
		return;
	ok(is(w.hal.id, "acpipic_up") && is(w.hal.witnesses.items[1].says, "acpiapic_mp"),
	   "where the class says something else, the device counts: %s", shown(w.hal.id));
	if (!inspect_built(
		    box, tree, "xp",
		    MERGE("WINDOWS/system32/config/SYSTEM",
			  "[" CCS "Enum\\\\Root\\\\PCI_HAL]\\n\\n"
			  "[" CCS "Enum\\\\Root\\\\PCI_HAL\\\\0000]\\n\"HardwareID\"="
			  "hex(7):65,00,5f,00,69,00,73,00,61,00,5f,00,75,00,70,00,00,00,00,00"),
		    &arena, &w))
		return;
	ok(is(w.hal.id, "acpipic_up") && w.hal.witnesses.count == 5 &&
		   is(w.hal.witnesses.items[2].witness, "class-matching-device-id"),
	   "of two devices that differ the class decides: %s", shown(w.hal.id));
	hc_arena_done(&arena);
}

static void
test_changed(struct sandbox *box, const char *tree)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;

	if (!inspect_built(
		    box, tree, "2008r2",
		    MERGE("Windows/System32/config/SYSTEM",
			  "[-" CCS
			  "Services\\\\DFSR\\\\Parameters\\\\SysVols\\\\Migrating SysVols]"),
		    &arena, &w))
		return;
	ok(w.domain_controller != NULL && w.domain_controller->replication == NULL,
	   "a disabled FRS replicates nothing");
	if (!inspect_built(box, tree, "2019",
			   MERGE("Windows/System32/config/SYSTEM",
				 "[\\\\Select]\\n\"Current\"=dword:00000000"),
			   &arena, &w))
		return;
	ok(is(w.current_control_set, "ControlSet001") && is(w.hostname, "CORE2019"),
	   "before the first start the default control set counts");
	if (!inspect_built(box, tree, "2008r2",
			   "echo >Windows/System32/config/SYSTEM; rm Windows/System32/cmd.exe",
			   &arena, &w))
		return;
	ok(is(w.architecture, "x64"), "BuildLabEx tells the architecture");
	hc_arena_done(&arena);
}

int
main(void)
{
	char tree[PATH_MAX];
	struct sandbox box;

	if (getcwd(tree, sizeof(tree)) == NULL)
		return 99;
	sandbox_open(&box);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&box, tree, &cases[i]);
	test_controller(&box, tree);
	test_missing(&box, tree);
	test_disagreement(&box, tree);
	test_changed(&box, tree);
	sandbox_close(&box);
	return tap_done();
}
