/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * restore/fixup/bootcheck: registries of real machines on the disks that they ran on, with made programs for all that they
 * name (tests/image/lib/real_tree.py).  On their own controllers nothing is broken.
 */
#include "tests/unit/bootcheck_fixture.h"

struct real {
	const char *set, *architecture, *version, *hal, *kernel;
	enum machine_kind kind;
	const char *
		signature; /* of its disk, and where its partition lies: FACTS.md of the test data */
	uint64_t start;
	struct machine_pci controller;
	unsigned boots;
	const char *first_broken, *fixup;
};

static const struct real reals[] = {
	{ "2003-sp1-x86-dc",
	  "x86",
	  "5.2.3790.1830",
	  "halaacpi.dll",
	  "ntoskrnl.exe",
	  OLD_BIOS,
	  "8b4c8b4c",
	  28672,
	  { "0000:00:10.0", NULL, "1000&DEV_0030", "197615AD", "01", "010000" },
	  HC_YES,
	  NULL,
	  NULL },
	{ "2003-sp1-x86-dc",
	  "x86",
	  "5.2.3790.1830",
	  "halaacpi.dll",
	  "ntoskrnl.exe",
	  OLD_BIOS,
	  "8b4c8b4c",
	  28672,
	  { "0000:00:1f.2", NULL, "8086&DEV_2922", "11001AF4", "02", "010601" },
	  HC_NO,
	  "controller-driver",
	  "driver-inject" },
	{ "win7-sp1-x86-WKS-WIN732BITA",
	  "x86",
	  "6.1.7601.17514",
	  "halmacpi.dll",
	  "ntkrpamp.exe",
	  SEVEN_BIOS,
	  "5cbea03e",
	  1u << 20,
	  { "0000:03:00.0", NULL, "1000&DEV_0054", "1F091028", "02", "010000" },
	  HC_YES,
	  NULL,
	  NULL },
	{ "win7-sp1-x86-WKS-WIN732BITA",
	  "x86",
	  "6.1.7601.17514",
	  "halmacpi.dll",
	  "ntkrpamp.exe",
	  SEVEN_BIOS,
	  "5cbea03e",
	  1u << 20,
	  { "0000:00:1f.2", NULL, "8086&DEV_2922", "11001AF4", "02", "010601" },
	  HC_NO,
	  "controller-driver",
	  "storage-boot" },
	/* It was copied without its logs (FACTS.md). */
	{ "win81-x64-STUDENT-PC8",
	  "x64",
	  "6.3.9600.17415",
	  "hal.dll",
	  "ntkrnlmp.exe",
	  SEVEN_BIOS,
	  "d1cecf67",
	  368050176,
	  { "0000:00:1f.2", NULL, "8086&DEV_2922", "11001AF4", "02", "010601" },
	  HC_NO,
	  "system-hive",
	  NULL },
};

/* w.img: the tree, ntldr or bootmgr, boot.ini or a store that names this disk. */
static bool
make_real(struct sandbox *box, const struct real *r)
{
	struct bootcheck_case store = { .kind = r->kind,
					.offset = r->start,
					.signature =
						(uint32_t)strtoul(r->signature, NULL, 16) };
	char top[PATH_MAX];

	if (getcwd(top, sizeof(top)) == NULL ||
	    (r->kind == SEVEN_BIOS && !make_store(box, &store)) ||
	    run(box,
		"rm -rf tree w.img && %s/tests/image/lib/real_tree.py "
		"\"$HALCYON_TESTDATA/hives/%s\" tree Windows %s %s %s %s && "
		"truncate -s 300M w.img && mkntfs -qFQ -s 512 -p %llu -H 255 -S 63 w.img",
		top, r->set, r->architecture, r->version, r->hal, r->kernel,
		(unsigned long long)r->start / 512) != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes"))
		return false;
	run(box,
	    "cp -r tree/. mnt/ && mkdir -p mnt/Boot && if [ -e BCD ]; then cp BCD mnt/Boot/; fi && "
	    "echo code >mnt/bootmgr && echo code >mnt/ntldr && echo code >mnt/ntdetect.com && "
	    "cp mnt/Windows/System32/hal.dll mnt/Windows/System32/winload.exe && "
	    "{ [ -e mnt/Windows/System32/config/SOFTWARE ] || "
	    "cp SOFTWARE mnt/Windows/System32/config/; } && "
	    "printf '[boot loader]\\r\\ndefault=multi(0)disk(0)rdisk(0)partition(1)\\\\Windows\\r\\n"
	    "[operating systems]\\r\\nmulti(0)disk(0)rdisk(0)partition(1)\\\\Windows=\"2003\"\\r\\n' "
	    ">mnt/boot.ini");
	return umount_ntfs(box);
}

static void
test_real(struct sandbox *box, const struct real *r)
{
	struct bootcheck_case whole = { .kind = r->kind };
	struct offline_machine m = { 0 };
	struct hc_bootcheck check = { 0 };
	struct hc_io *disk = NULL;
	struct machine machine;
	uint8_t sector[512];
	struct hc_err err;

	machine_init(&machine, &r->controller);
	make_sector(&whole, sector);
	ok(make_real(box, r) && offline_open(box, &m, false) &&
		   hc_io_memory(hc_span(sector, sizeof(sector)), &disk, &err) == 0,
	   "%s: a disk", r->set);
	m.offline.disk = disk;
	m.offline.table_id = r->signature;
	if (m.offline.count > 0)
		m.offline.volumes[0].entry.start = r->start;
	ok_call(hc_bootcheck(&m.offline, &machine.facts, &machine.disk, false, &m.arena, &check,
			     &err),
		&err, "%s: it is looked at", r->set);
	if (!ok(check.boots == r->boots && is(check.first_broken, r->first_broken) &&
			is(r->first_broken == NULL ? NULL
						   : hc_bootcheck_first_broken(&check)->fixup,
			   r->fixup),
		"%s with %s: %s", r->set, r->controller.device,
		r->first_broken != NULL ? r->first_broken : "boots"))
		print_links(&check);
	offline_done(&m);
	hc_io_close(disk);
	machine_done(&machine);
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
	if (!make_registry(&box, OLD_BIOS) || run(&box, "command -v mkntfs ntfs-3g") != 0)
		tap_skip(NO_NTFS);
	else
		for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++)
			test_real(&box, &reals[i]);
	sandbox_close(&box);
	return tap_done();
}
