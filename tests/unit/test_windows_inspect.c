/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * restore/windows: real registries on NTFS volumes made here.
 *
 * What is expected is what data/hives/FACTS.md says; what that leaves out was read by hivexregedit --export, and is
 * marked so.  The hives came without the files of their Windows, so hal.dll and the kernel are always missing.
 */
#include "tests/unit/tap.h"

#include "tests/unit/windows_image.h"

static const char *
shown(const char *text)
{
	return text == NULL ? "-" : text;
}

struct expected {
	const char *set, *root;
	uint16_t machine;
	const char *product, *version, *build, *edition, *product_type, *installation_type,
		*service_pack, *architecture, *hostname, *system_root;
	size_t control_sets;
	bool dirty;
	const char *suite, *channel, *profiles;
	/* hivexregedit: packages Package_for_KB<number>~ whose CurrentState is 70h, each number once, and that of the rollup. */
	size_t hotfixes;
	const char *rollup, *rollup_number;
	const char *hal_id, *hal_type;
	bool fast_startup; /* hivexregedit */
	const char *protocol, *protocol_data;
	size_t protocols;
	const char *unread; /* besides the files */
};

static const struct expected cases[] = {
	{ "win7-sp1-x86-WKS-WIN732BITA",
	  "Windows",
	  0x14c,
	  "Windows 7 Ultimate",
	  "6.1",
	  "7601",
	  "Ultimate",
	  "WinNT",
	  "Client",
	  "Service Pack 1",
	  "x86",
	  "WKS-WIN732BITA",
	  "C:\\Windows",
	  2,
	  false,
	  "Terminal Server",
	  "retail",
	  "%SystemDrive%\\Users",
	  83,
	  NULL,
	  NULL,
	  "acpiapic",
	  "acpi-multiprocessor",
	  false,
	  "ncacn_http",
	  "rpcrt4.dll",
	  4,
	  NULL },
	{ "win81-x64-STUDENT-PC8",
	  "Windows",
	  0x8664,
	  "Windows 8.1 Enterprise Evaluation",
	  "6.3",
	  "9600",
	  "EnterpriseEval",
	  "WinNT",
	  "Client",
	  NULL,
	  "x64",
	  "STUDENT-PC8",
	  "C:\\Windows",
	  1,
	  true,
	  "Terminal Server",
	  "evaluation",
	  "%SystemDrive%\\Users",
	  213,
	  "9600.18528",
	  "KB3197874",
	  "acpiapic",
	  "acpi-multiprocessor",
	  true,
	  "ncadg_ip_udp",
	  "rpcrt4.dll",
	  4,
	  NULL },
	/* No key of the registry names its HAL.  Its ProductId is 70234 270 7519596 61633. */
	{ "nt4-sp3-pdc-x86",
	  "NT.OLD",
	  0,
	  "Windows NT 4.0",
	  "4.0",
	  "1381",
	  "Enterprise Server",
	  "LanmanNT",
	  NULL,
	  "Service Pack 3",
	  "x86",
	  "server",
	  "C:\\WINNT",
	  2,
	  false,
	  "Enterprise",
	  "volume",
	  NULL,
	  0,
	  NULL,
	  NULL,
	  NULL,
	  NULL,
	  false,
	  "ncacn_np",
	  "rpcltc1.dll",
	  8,
	  NULL },
	/* No SOFTWARE: the version is that of hal.inf, the drive the one that MountedDevices has. */
	{ "2003-sp1-x86-dc",
	  "WINDOWS",
	  0,
	  "Windows Server 2003", /* by version and type: its SOFTWARE is not in the data */
	  "5.2",
	  NULL,
	  "Standard",
	  "LanmanNT",
	  NULL,
	  "Service Pack 1",
	  "x86",
	  "addemo",
	  "C:\\WINDOWS",
	  2,
	  false,
	  "Terminal Server",
	  "unknown",
	  NULL,
	  0,
	  NULL,
	  NULL,
	  "acpiapic_up",
	  "acpi-uniprocessor",
	  false,
	  NULL,
	  NULL,
	  0,
	  "SOFTWARE" },
	{ "win10-1709-x64-dell-physical-gpt",
	  "Windows",
	  0,
	  NULL,
	  "10.0",
	  NULL,
	  NULL,
	  "WinNT",
	  NULL,
	  NULL,
	  "x64",
	  "DESKTOP-PM6C56D",
	  "C:\\Windows",
	  1,
	  true,
	  "Terminal Server",
	  "unknown",
	  NULL,
	  0,
	  NULL,
	  NULL,
	  "acpiapic",
	  "acpi-multiprocessor",
	  true,
	  NULL,
	  NULL,
	  0,
	  "SOFTWARE" },
	/* Three partitions have letters: which is its own is not known. */
	{ "win10-1903-x64-vmware",
	  "Windows",
	  0,
	  NULL,
	  "10.0",
	  NULL,
	  NULL,
	  "WinNT",
	  NULL,
	  NULL,
	  "x64",
	  "DESKTOP-2KGM189",
	  NULL,
	  1,
	  true,
	  "Terminal Server",
	  "unknown",
	  NULL,
	  0,
	  NULL,
	  NULL,
	  "acpiapic",
	  "acpi-multiprocessor",
	  true,
	  NULL,
	  NULL,
	  0,
	  "SOFTWARE" },
};

static void
check_names(const struct hc_windows *w, const struct expected *e)
{
	ok(is(w->product, e->product) && is(w->version, e->version) && is(w->build, e->build) &&
		   is(w->edition, e->edition) && is(w->service_pack, e->service_pack),
	   "which Windows: %s, %s, %s, %s, %s", shown(w->product), shown(w->version),
	   shown(w->build), shown(w->edition), shown(w->service_pack));
	ok(is(w->product_type, e->product_type) &&
		   is(w->installation_type, e->installation_type) &&
		   w->product_suite.count == 1 && is(w->product_suite.items[0], e->suite),
	   "of what type and suite");
	ok(is(w->architecture, e->architecture), "architecture: %s", shown(w->architecture));
	ok(w->hostname != NULL && strcasecmp(w->hostname, e->hostname) == 0, "host: %s",
	   shown(w->hostname));
	ok((w->system_root == NULL) == (e->system_root == NULL) &&
		   (w->system_root == NULL || (strcmp(w->system_root, e->system_root) == 0 &&
					       strcmp(w->system_drive, "C:") == 0)),
	   "where it thinks it is: %s", shown(w->system_root));
	ok(w->control_sets.count == e->control_sets &&
		   is(w->current_control_set, "ControlSet001"),
	   "control sets (%zu)", w->control_sets.count);
}

static void
check_settings(const struct hc_windows *w, const struct expected *e)
{
	const struct hc_windows_value *found = NULL;

	ok(is(w->channel, e->channel) && w->oem == NULL, "channel: %s", shown(w->channel));
	ok(w->hotfixes.count == e->hotfixes, "hotfixes (%zu)", w->hotfixes.count);
	ok(is(w->rollup, e->rollup) && w->servicing_stack == NULL &&
		   (e->rollup_number == NULL || hc_strings_has(&w->hotfixes, e->rollup_number)),
	   "rollup: %s, %s", shown(w->rollup), shown(e->rollup_number));
	ok(is(w->profiles_directory, e->profiles), "profiles: %s",
	   shown(w->profiles_directory));
	for (size_t i = 0; i < w->client_protocols.count; i++)
		if (is(w->client_protocols.items[i].name, e->protocol))
			found = &w->client_protocols.items[i];
	ok(w->client_protocols.count == e->protocols &&
		   (e->protocols == 0 || (found != NULL && is(found->type, "REG_SZ") &&
					  is(found->data, e->protocol_data))),
	   "RPC's protocols (%zu)", w->client_protocols.count);
	ok(w->fast_startup == e->fast_startup, "fast startup");
	ok(w->driver_policies.count == 0 && w->restore_history.count == 0,
	   "no policy on drivers, no earlier restore");
}

static void
check_hal(const struct hc_windows *w, const struct expected *e)
{
	const struct hc_hal_witness *by = w->hal.witnesses.items;

	ok(is(w->hal.id, e->hal_id) && is(w->hal.type, e->hal_type) && w->hal.file == NULL &&
		   w->kernel.file == NULL && w->kernel32.version == NULL,
	   "HAL: %s, %s, no file", shown(w->hal.id), shown(w->hal.type));
	if (e->hal_id == NULL)
		ok(w->hal.witnesses.count == 0, "nobody tells of it");
	else
		ok(w->hal.witnesses.count == 2 && is(by[0].witness, "enum-hardware-id") &&
			   is(by[0].says, e->hal_id) &&
			   strcasecmp(by[0].where,
				      "SYSTEM\\ControlSet001\\Enum\\Root\\ACPI_HAL\\0000") ==
				   0 &&
			   is(by[1].witness, "class-matching-device-id") &&
			   is(by[1].says, e->hal_id) &&
			   strstr(by[1].where, "4D36E966-E325-11CE-BFC1-08002BE10318}\\0000"),
		   "who tells of it, and where");
}

static void
test_case(struct sandbox *box, const struct expected *e)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (!make_windows(box, e->set, e->root, e->machine)) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return;
	}
	ok_call(inspect_volume(box, &arena, &w, &err), &err, "%s is inspected", e->set);
	check_names(&w, e);
	check_settings(&w, e);
	check_hal(&w, e);
	ok((w.domain_controller != NULL) == (strcmp(e->product_type, "LanmanNT") == 0),
	   "whether it is a domain controller");
	ok(w.hives.count >= 1 && strcmp(w.hives.items[0].name, "SYSTEM") == 0 &&
		   w.hives.items[0].dirty == e->dirty,
	   "state of its hives");
	ok(notes(&w, "hal.dll") && notes(&w, "ntoskrnl.exe") && notes(&w, "kernel32.dll") &&
		   (e->unread == NULL || notes(&w, e->unread)) &&
		   notes(&w, "system_drive") == (e->system_root == NULL),
	   "what can't be read is named (%zu)", w.unread.count);
	hc_arena_done(&arena);
}

/* FACTS.md, NTDS Parameters of 2003-sp1-x86-dc; SYSVOL, NtFrs and the domain by hivexregedit. */
static void
test_controller(struct sandbox *box)
{
	const struct hc_domain_controller *dc;
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (!make_windows(box, "2003-sp1-x86-dc", "WINDOWS", 0)) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return;
	}
	ok_call(inspect_volume(box, &arena, &w, &err), &err, "the controller is inspected");
	dc = w.domain_controller;
	ok(is(dc->database, "C:\\WINDOWS\\NTDS\\ntds.dit") &&
		   is(dc->log_path, "C:\\WINDOWS\\NTDS") &&
		   is(dc->working_directory, "C:\\WINDOWS\\NTDS") &&
		   is(dc->backup_path, "C:\\WINDOWS\\NTDS\\dsadata.bak"),
	   "the directory: %s", shown(dc->database));
	ok(is(dc->sysvol, "C:\\WINDOWS\\SYSVOL\\sysvol") && is(dc->replication, "frs") &&
		   is(dc->frs_working_directory, "%SystemRoot%\\ntfrs") &&
		   dc->frs_log_directory == NULL,
	   "SYSVOL by %s", shown(dc->replication));
	ok(is(dc->domain, "demo.local") && dc->tombstone_days == 0, "domain %s",
	   shown(dc->domain));
	ok(is(dc->where, "SYSTEM\\ControlSet001\\Services\\NTDS\\Parameters"), "read in %s",
	   shown(dc->where));
	hc_arena_done(&arena);
	arena = (struct hc_arena){ 0 };
	ok(make_windows(box, "nt4-sp3-pdc-x86", "WINNT", 0) &&
		   inspect_volume(box, &arena, &w, &err) == 0,
	   "that of NT 4 too");
	dc = w.domain_controller;
	ok(dc->database == NULL && dc->sysvol == NULL && dc->replication == NULL &&
		   is(dc->domain, "TEST") &&
		   is(dc->where, "SYSTEM\\ControlSet001\\Control\\ProductOptions") &&
		   !notes(&w, "domain_controller.database"),
	   "which has no directory, and a flat domain: %s", shown(dc->domain));
	hc_arena_done(&arena);
}

/* The state of its volume: ntfsfix sets the flag that asks for chkdsk; hiberfil.sys begins with "HIBR" where it can be
 * resumed from (windows-offline.md section 10). */
static void
test_volume_state(struct sandbox *box)
{
	static const struct {
		const char *commands;
		bool dirty, hibernated;
	} rows[] = {
		{ "true", false, false },
		{ "ntfsfix w.img", true, false },
		{ "printf HIBR | dd of=h bs=4096 conv=sync && ntfscp -f w.img h hiberfil.sys",
		  false, true },
		{ "printf '\\0\\0\\0\\0' | dd of=h bs=4096 conv=sync && "
		  "ntfscp -f w.img h hiberfil.sys",
		  false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hc_arena arena = { 0 };
		struct hc_windows w = { 0 };
		struct hc_err err;

		if (!make_windows(box, "nt4-sp3-pdc-x86", "WINNT", 0)) {
			tap_skip("an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, "
				 "root) are needed");
			return;
		}
		ok(run(box, "%s", rows[i].commands) == 0, "%s", rows[i].commands);
		ok(inspect_volume(box, &arena, &w, &err) == 0 &&
			   w.volume_dirty == rows[i].dirty &&
			   w.hibernated == rows[i].hibernated,
		   "a volume that is %sdirty and %shibernated", rows[i].dirty ? "" : "not ",
		   rows[i].hibernated ? "" : "not ");
		hc_arena_done(&arena);
	}
}

/*
 * Files that somebody else built: Wine's, with what pefile reads from them (data/pe/FACTS.md), beside a real registry.  A
 * hal.dll of Microsoft's is not at hand; Wine gives its own the version of XP's, which no Windows 8.1 would have.
 */
static void
test_files_of_others(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (!make_windows(box, "win81-x64-STUDENT-PC8", "Windows", 0) ||
	    !mount_ntfs(box, "w.img", "big_writes")) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return;
	}
	run(box,
	    "for f in hal.dll ntoskrnl.exe kernel32.dll; do "
	    "xz -dc %s/pe/wine-8.0-x86_64/$f.xz >mnt/Windows/system32/$f; done",
	    getenv("HALCYON_TESTDATA"));
	ok(umount_ntfs(box), "the volume gets files of Wine's");
	ok_call(inspect_volume(box, &arena, &w, &err), &err, "and is inspected");
	ok(is(w.hal.file, "hal.dll") && is(w.hal.version, "5.1.2600.5512"), "hal.dll: %s, %s",
	   shown(w.hal.file), shown(w.hal.version));
	ok(is(w.kernel.file, "ntoskrnl.exe") && is(w.kernel.version, "6.1.7601.21863"),
	   "kernel: %s, %s", shown(w.kernel.file), shown(w.kernel.version));
	ok(is(w.kernel32.version, "10.0.18362.1350"), "kernel32.dll: %s",
	   shown(w.kernel32.version));
	ok(w.hal.witnesses.count == 4 && is(w.hal.witnesses.items[2].witness, "hal-file") &&
		   is(w.hal.witnesses.items[3].witness, "kernel-file") &&
		   is(w.hal.witnesses.items[3].says, "ntoskrnl.exe"),
	   "four witnesses of the HAL");
	ok(is(w.architecture, "x64") && is(w.version, "6.3") && is(w.build, "9600"),
	   "version and build stay those of the registry");
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
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&box, &cases[i]);
	test_controller(&box);
	test_files_of_others(&box);
	test_volume_state(&box);
	sandbox_close(&box);
	return tap_done();
}
