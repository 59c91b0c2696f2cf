/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * restore/fixup/bootcheck: a whole chain boots; each link broken in turn is the first broken one, with its fixup.
 * A Windows 7 x64 on BIOS and UEFI and a Windows 2003 x86 are made from text and made programs.
 */
#include "tests/unit/bootcheck_fixture.h"

/* ---------------------------------------------------------------- whole chains */

static void
test_whole(struct sandbox *box)
{
	struct bootcheck_case c = { .kind = SEVEN_BIOS };

	ok(bootcheck_is(box, &c, HC_YES, NULL, NULL), "Windows 7 by BIOS boots");
	c.no_facts = true;
	ok(bootcheck_is(box, &c, HC_UNKNOWN, "controller-driver", NULL),
	   "on an unknown machine nobody can say");
	c = (struct bootcheck_case){ .kind = SEVEN_BIOS, .no_disk = true };
	ok(bootcheck_is(box, &c, HC_UNKNOWN, "mbr", NULL),
	   "of volumes alone the boot record is not known");
	c = (struct bootcheck_case){ .kind = SEVEN_UEFI };
	ok(bootcheck_is(box, &c, HC_YES, NULL, NULL), "Windows 7 by UEFI boots");
	c = (struct bootcheck_case){ .kind = OLD_BIOS };
	ok(bootcheck_is(box, &c, HC_YES, NULL, NULL), "Windows 2003 boots");
}

/* ---------------------------------------------------------------- one link after the other */

struct damage {
	enum machine_kind kind;
	const char *does; /* a command; the volume is mounted at mnt, esp.img is there */
	const char *reg;  /* a change to the hive that $hive is then the path of */
	const char *hive;
	const char *link;
	const char *fixup;
	unsigned boots;
};

#define SERVICES "[\\ControlSet001\\Services\\"
#define SYS      "mnt/Windows/System32/"
#define CONFIG   SYS "config/"
#define PE_ARM   "cp arm64.pe "
/* hivexregedit deletes no keys. */
#define DELETE_KEY(hive, key) "printf 'cd \\\\" key "\\ndel\\ncommit\\n' | hivexsh -w " hive

static const struct damage damages[] = {
	/* BIOS: before Windows */
	{ SEVEN_BIOS, "rm mnt/bootmgr", NULL, NULL, "boot-manager", "bcd", HC_NO },
	{ SEVEN_BIOS, ": >mnt/bootmgr", NULL, NULL, "boot-manager", "bcd", HC_NO },
	{ SEVEN_BIOS, "rm mnt/bootmgr && mkdir mnt/bootmgr", NULL, NULL, "boot-manager", "bcd",
	  HC_NO },
	/* A new file of a compressed folder is compressed. */
	{ SEVEN_BIOS,
	  "rm mnt/bootmgr && mkdir mnt/z && python3 -c \"import os; "
	  "os.setxattr('mnt/z', 'system.ntfs_attrib_be', bytes([0, 0, 8, 16]))\" && "
	  "head -c 100000 /dev/zero >mnt/z/bootmgr && mv mnt/z/bootmgr mnt/bootmgr",
	  NULL, NULL, "boot-manager", NULL, HC_NO },
	{ SEVEN_BIOS, "rm mnt/Boot/BCD", NULL, NULL, "boot-store", "bcd", HC_NO },
	{ SEVEN_BIOS, "echo text >mnt/Boot/BCD", NULL, NULL, "boot-store", "bcd", HC_NO },
	{ SEVEN_BIOS, "cp SOFTWARE mnt/Boot/BCD", NULL, NULL, "boot-store", "bcd", HC_NO },
	{ SEVEN_BIOS, NULL,
	  "[\\Objects\\" BOOTMGR "\\Elements\\23000003]\n"
	  "\"Element\"=\"{00000000-0000-0000-0000-000000000001}\"\n",
	  "mnt/Boot/BCD", "boot-store", "bcd", HC_NO },
	{ SEVEN_BIOS, NULL,
	  "[\\Objects\\" LOADER "\\Elements\\22000002]\n\"Element\"=\"\\\\Elsewhere\"\n",
	  "mnt/Boot/BCD", "boot-entry", NULL, HC_NO },
	{ SEVEN_BIOS,
	  DELETE_KEY("mnt/Boot/BCD", "Objects\\\\" LOADER "\\\\Elements\\\\21000001"), NULL,
	  NULL, "boot-entry", "bcd", HC_NO },
	{ SEVEN_BIOS, NULL,
	  "[\\Objects\\" LOADER "\\Elements\\12000002]\n"
	  "\"Element\"=\"\\\\Windows\\\\system32\\\\winload.efi\"\n",
	  "mnt/Boot/BCD", "loader", NULL, HC_NO },
	{ SEVEN_BIOS, "rm " SYS "winload.exe", NULL, NULL, "loader", NULL, HC_NO },
	{ SEVEN_BIOS, PE_ARM SYS "winload.exe", NULL, NULL, "loader", NULL, HC_NO },
	{ SEVEN_BIOS, "echo text >" SYS "winload.exe", NULL, NULL, "loader", NULL, HC_NO },
	/* Windows */
	{ SEVEN_BIOS, "head -c 8000 /dev/zero >" CONFIG "SYSTEM", NULL, NULL, "system-hive",
	  NULL, HC_NO },
	{ SEVEN_BIOS, "python3 dirty.py " CONFIG "SYSTEM", NULL, NULL, "system-hive", NULL,
	  HC_NO },
	{ SEVEN_BIOS, NULL, "[\\Select]\n\"Default\"=dword:00000007\n", CONFIG "SYSTEM",
	  "control-set", NULL, HC_NO },
	{ SEVEN_BIOS, NULL, "[\\Select]\n\"Default\"=-\n", CONFIG "SYSTEM", "control-set", NULL,
	  HC_NO },
	{ SEVEN_BIOS, "rm " SYS "ntoskrnl.exe", NULL, NULL, "kernel", NULL, HC_NO },
	{ SEVEN_BIOS, "cp x86.pe " SYS "ntoskrnl.exe", NULL, NULL, "kernel", NULL, HC_NO },
	{ SEVEN_BIOS, "rm " SYS "hal.dll", NULL, NULL, "hal", NULL, HC_NO },
	{ SEVEN_BIOS, "rm " SYS "drivers/cng.sys", NULL, NULL, "boot-drivers", "storage-boot",
	  HC_NO },
	{ SEVEN_BIOS, "rm " SYS "drivers/viostor.sys", NULL, NULL, "boot-drivers",
	  "driver-inject", HC_NO },
	{ SEVEN_BIOS, "rm " SYS "drivers/ntfs.sys", NULL, NULL, "boot-drivers", "storage-boot",
	  HC_NO },
	{ SEVEN_BIOS, "cp x86.pe " SYS "drivers/cng.sys", NULL, NULL, "boot-drivers",
	  "storage-boot", HC_NO },
	{ SEVEN_BIOS, "rm " SYS "drivers/cng.sys",
	  SERVICES "cng]\n\"ErrorControl\"=dword:00000000\n", CONFIG "SYSTEM", NULL, NULL,
	  HC_YES },
	{ SEVEN_BIOS, "rm " SYS "drivers/cng.sys",
	  SERVICES "cng\\StartOverride]\n\"0\"=dword:00000003\n", CONFIG "SYSTEM", NULL, NULL,
	  HC_YES },
	/* the way to the disk */
	{ SEVEN_BIOS, NULL, SERVICES "pci]\n\"Start\"=dword:00000003\n", CONFIG "SYSTEM",
	  "bus-drivers", "storage-boot", HC_NO },
	{ SEVEN_BIOS, NULL, SERVICES "viostor]\n\"Start\"=dword:00000003\n", CONFIG "SYSTEM",
	  "controller-driver", "storage-boot", HC_NO },
	{ SEVEN_BIOS, NULL, SERVICES "viostor\\StartOverride]\n\"0\"=dword:00000003\n",
	  CONFIG "SYSTEM", "controller-driver", "storage-boot", HC_NO },
	{ SEVEN_BIOS,
	  DELETE_KEY(
		  CONFIG "SYSTEM",
		  "ControlSet001\\\\Control\\\\CriticalDeviceDatabase\\\\pci#ven_1af4&dev_1001"),
	  NULL, NULL, "controller-driver", "driver-inject", HC_NO },
	{ SEVEN_BIOS, NULL, SERVICES "disk]\n\"Start\"=dword:00000004\n", CONFIG "SYSTEM",
	  "disk-drivers", "storage-boot", HC_NO },
	/* the end of it */
	{ SEVEN_BIOS, "rm " CONFIG "SOFTWARE && echo text >" CONFIG "SOFTWARE", NULL, NULL,
	  "software-hive", NULL, HC_NO },
	{ SEVEN_BIOS, NULL,
	  "[\\MountedDevices]\n\"\\\\DosDevices\\\\C:\"=hex:01,02,03,04,00,00,10,00,00,00,00,"
	  "00\n",
	  CONFIG "SYSTEM", "drive-letter", "mounted-devices", HC_NO },
	{ SEVEN_BIOS, DELETE_KEY(CONFIG "SYSTEM", "MountedDevices"), NULL, NULL, NULL, NULL,
	  HC_YES },
	/* UEFI */
	{ SEVEN_UEFI, "mdel -i esp.img ::/EFI/Microsoft/Boot/bootmgfw.efi", NULL, NULL,
	  "boot-manager", "efi-boot", HC_NO },
	{ SEVEN_UEFI, "mcopy -o -i esp.img arm64.pe ::/EFI/Microsoft/Boot/bootmgfw.efi", NULL,
	  NULL, "boot-manager", "efi-boot", HC_NO },
	{ SEVEN_UEFI, "mdel -i esp.img ::/EFI/BOOT/BOOTX64.EFI", NULL, NULL, "fallback",
	  "efi-boot", HC_UNKNOWN },
	{ SEVEN_UEFI, "mdel -i esp.img ::/EFI/Microsoft/Boot/BCD", NULL, NULL, "boot-store",
	  "bcd", HC_NO },
	{ SEVEN_UEFI, "rm " SYS "winload.efi", NULL, NULL, "loader", NULL, HC_NO },
	{ SEVEN_UEFI, "head -c 40M /dev/zero >esp.img", NULL, NULL, "partition-table", NULL,
	  HC_NO },
	{ SEVEN_UEFI, NULL,
	  "[\\MountedDevices]\n\"\\\\DosDevices\\\\C:\"=hex:44,4d,49,4f,3a,49,44,3a,01,00,00,"
	  "00,00,00,00,00,00,00,00,00,00,00,00,00\n",
	  CONFIG "SYSTEM", "drive-letter", "mounted-devices", HC_NO },
	/* NT 5.x */
	{ OLD_BIOS, "rm mnt/ntldr", NULL, NULL, "boot-manager", NULL, HC_NO },
	{ OLD_BIOS, "rm mnt/ntdetect.com", NULL, NULL, "boot-manager", NULL, HC_NO },
	{ OLD_BIOS, "echo nothing >mnt/boot.ini", NULL, NULL, "boot-store", NULL, HC_NO },
	{ OLD_BIOS, "rm mnt/boot.ini", NULL, NULL, "boot-store", NULL, HC_UNKNOWN },
	{ OLD_BIOS, "sed -i 's/partition(1)/partition(2)/' mnt/boot.ini", NULL, NULL,
	  "boot-entry", NULL, HC_NO },
	{ OLD_BIOS, "sed -i 's/rdisk(0)/rdisk(1)/' mnt/boot.ini", NULL, NULL, "boot-entry",
	  NULL, HC_UNKNOWN },
	{ OLD_BIOS, "sed -i 's/multi(0)/signature(a1b2c3d4)/' mnt/boot.ini", NULL, NULL, NULL,
	  NULL, HC_YES },
	{ OLD_BIOS, "sed -i 's/multi(0)/signature(a1b2c3d5)/' mnt/boot.ini", NULL, NULL,
	  "boot-entry", NULL, HC_NO },
	{ OLD_BIOS, "sed -i 's/multi(0)/scsi(0)/' mnt/boot.ini", NULL, NULL, "boot-entry", NULL,
	  HC_NO },
	{ OLD_BIOS,
	  "sed -i 's/.Windows=/\\\\Elsewhere=/;s/.Windows\\r/\\\\Elsewhere\\r/' mnt/boot.ini",
	  NULL, NULL, "loader", NULL, HC_NO },
	{ OLD_BIOS, "sed -i 's,/fastdetect,/HAL=other.dll,' mnt/boot.ini", NULL, NULL, "hal",
	  NULL, HC_NO },
	{ OLD_BIOS, "sed -i 's,/fastdetect,/KERNEL=other.exe,' mnt/boot.ini", NULL, NULL,
	  "kernel", NULL, HC_NO },
};

static void
test_damages(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];
		struct bootcheck_case c = {
			.kind = d->kind, .does = d->does, .reg = d->reg, .hive = d->hive
		};

		ok(bootcheck_is(box, &c, d->boots, d->link, d->fixup), "%s: %s",
		   d->does != NULL ? d->does : d->hive, d->link != NULL ? d->link : "boots");
	}
}

/* ---------------------------------------------------------------- sectors, firmware, devices */

static void
test_sectors(struct sandbox *box)
{
	struct bootcheck_case c = { .kind = SEVEN_BIOS };

	c.sector_at = 510;
	ok(bootcheck_is(box, &c, HC_NO, "mbr", "boot-sectors"), "no 55 AA in the boot record");
	c.sector_at = 446;
	ok(bootcheck_is(box, &c, HC_NO, "mbr", NULL), "no partition is active");
	c.sector_at = 446;
	c.sector_value = 0x81;
	ok(bootcheck_is(box, &c, HC_NO, "mbr", NULL), "a flag that is none");
	c.sector_at = 462;
	c.sector_value = 0x80;
	ok(bootcheck_is(box, &c, HC_NO, "mbr", NULL), "two partitions are active");
	c = (struct bootcheck_case){ .kind = SEVEN_BIOS, .no_code = true };
	ok(bootcheck_is(box, &c, HC_NO, "mbr", "boot-sectors"), "no boot code");
	c = (struct bootcheck_case){ .kind = SEVEN_BIOS,
				     .after = "printf '\\77' | dd of=w.img "
					      "bs=1 seek=28 conv=notrunc" };
	ok(bootcheck_is(box, &c, HC_NO, "boot-sector", "boot-sectors"), "hidden sectors 63");
	c.after = "printf '\\0' | dd of=w.img bs=1 seek=511 conv=notrunc";
	ok(bootcheck_is(box, &c, HC_NO, "boot-sector", "boot-sectors"),
	   "no 55 AA in the boot sector");
}

static void
test_firmware(struct sandbox *box)
{
	struct bootcheck_case c = { .kind = SEVEN_BIOS, .firmware = HC_FIRMWARE_UEFI };

	ok(bootcheck_is(box, &c, HC_NO, "firmware", "firmware"), "a BIOS disk on UEFI");
	c = (struct bootcheck_case){ .kind = SEVEN_UEFI, .firmware = HC_FIRMWARE_BIOS };
	ok(bootcheck_is(box, &c, HC_NO, "firmware", "firmware"), "a UEFI disk on BIOS");
	c = (struct bootcheck_case){ .kind = SEVEN_UEFI, .bits = 32 };
	ok(bootcheck_is(box, &c, HC_NO, "firmware", NULL), "an x64 Windows on 32-bit UEFI");
}

static void
test_devices(struct sandbox *box)
{
	struct bootcheck_case c = { .kind = SEVEN_BIOS, .offset = 3u << 20 };

	ok(bootcheck_is(box, &c, HC_NO, "boot-entry", "bcd"), "the store names another offset");
	c = (struct bootcheck_case){ .kind = SEVEN_BIOS, .signature = 0x01020304 };
	ok(bootcheck_is(box, &c, HC_NO, "boot-entry", "bcd"), "the store names another disk");
	c = (struct bootcheck_case){ .kind = SEVEN_UEFI, .guid_byte = 1 };
	ok(bootcheck_is(box, &c, HC_NO, "boot-entry", "bcd"),
	   "the store names the EFI system partition");
	c.guid_byte = 9;
	ok(bootcheck_is(box, &c, HC_NO, "boot-entry", "bcd"), "the store names none of these");
}

static void
test_hibernation(struct sandbox *box)
{
	static const char wake[] = "printf 'HIBR' >mnt/hiberfil.sys && "
				   "truncate -s 8192 mnt/hiberfil.sys";
	static const char pci[] =
		"[\\ControlSet001\\Enum\\PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00\\3&1&0&20]\n"
		"\"Service\"=\"viostor\"\n\"CompatibleIDs\"=multi:\"PCI\\\\CC_0100\"\n";
	static const char other[] =
		"[\\ControlSet001\\Enum\\PCI\\VEN_8086&DEV_2922&SUBSYS_11001AF4&REV_02\\3&1&0&fa]\n"
		"\"Service\"=\"msahci\"\n\"CompatibleIDs\"=multi:\"PCI\\\\CC_0106\"\n";
	struct bootcheck_case c = { .kind = SEVEN_BIOS, .does = wake };

	ok(bootcheck_is(box, &c, HC_UNKNOWN, "hibernation", "hibernation"),
	   "it would resume, and the old hardware is not known");
	c.hive = CONFIG "SYSTEM";
	c.reg = pci;
	ok(bootcheck_is(box, &c, HC_YES, NULL, NULL), "it resumes on the same hardware");
	c.reg = other;
	ok(bootcheck_is(box, &c, HC_NO, "hibernation", "hibernation"),
	   "it would resume on other hardware");
}

/* ---------------------------------------------------------------- for people */

static void
test_text(struct sandbox *box)
{
	struct bootcheck_case c = { .kind = SEVEN_BIOS, .does = "rm mnt/bootmgr" };
	const char *text = bootcheck_page(box, &c);

	ok(strstr(text,
		  "\n  BROKEN  Boot manager          partition 1 \\bootmgr: there is no such "
		  "file\n") != NULL &&
		   strstr(text, "\n  ok      Master boot record    ") != NULL &&
		   strstr(text,
			  "\nIt will not boot: Boot manager.  Run: halcyon fix DISK --only "
			  "bcd\n") != NULL,
	   "the page has a mark for each link, and says what to run");
	c.does = NULL;
	ok(strstr(bootcheck_page(box, &c), "\nIt will boot.\n") != NULL,
	   "or that it will boot");
	c.no_facts = true;
	text = bootcheck_page(box, &c);
	ok(strstr(text, "\n  ?       Driver of controller  ") != NULL &&
		   strstr(text, "\nNothing is broken, but this could not be judged: Firmware, "
				"Drivers of buses, ") != NULL,
	   "or what nobody can say");
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (!bootcheck_prepare(&box)) {
		tap_skip(NO_NTFS);
	} else {
		test_whole(&box);
		test_damages(&box);
		test_sectors(&box);
		test_firmware(&box);
		test_devices(&box);
		test_hibernation(&box);
		test_text(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
