/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storage-boot on registries written by hand: XP, 7 and 10 with one thing wrong at a time.  They show what is done; that a
 * real Windows has it there is shown by test_fixup_storage.c.
 */
#include "tests/unit/storage_fixture.h"

#define DRIVER(set, name, start)                                                               \
	"[\\ControlSet00" set "\\Services\\" name "]\n\"Type\"=dword:00000001\n"               \
	"\"Start\"=dword:0000000" start "\n"
#define CRITICAL(set, id, service, class)                                                      \
	"[\\ControlSet00" set "\\Control\\CriticalDeviceDatabase\\" id                         \
	"]\n\"Service\"=\"" service "\"\n\"ClassGUID\"=\"" class "\"\n"
#define HDC  "{4D36E96A-E325-11CE-BFC1-08002BE10318}"
#define SYS  "{4D36E97D-E325-11CE-BFC1-08002BE10318}"
#define DISK "{4D36E967-E325-11CE-BFC1-08002BE10318}"
#define SCSI "{4D36E97B-E325-11CE-BFC1-08002BE10318}"
#define SELECT                                                                                 \
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"                 \
	"[\\ControlSet001\\Control\\ProductOptions]\n\"ProductType\"=\"ServerNT\"\n"
#define CLASS(set, guid) "[\\ControlSet00" set "\\Control\\Class\\" guid "]\n"

#define S1 "SYSTEM ControlSet001\\Services\\"
#define S2 "SYSTEM ControlSet002\\Services\\"
#define D1 "SYSTEM ControlSet001\\Control\\CriticalDeviceDatabase\\"
#define D2 "SYSTEM ControlSet002\\Control\\CriticalDeviceDatabase\\"
#define C1 "SYSTEM ControlSet001\\Control\\Class\\"

/* ---------------------------------------------------------------- XP */

/* What every disk needs of XP, in two control sets. */
#define XP_STACK(set)                                                                          \
	DRIVER(set, "ACPI", "0")                                                               \
	DRIVER(set, "pci", "0")                                                                \
	DRIVER(set, "disk", "0")                                                               \
	DRIVER(set, "partmgr", "0")                                                            \
	DRIVER(set, "ftdisk", "0")                                                             \
	DRIVER(set, "volsnap", "0")                                                            \
	DRIVER(set, "mountmgr", "0")                                                           \
	CRITICAL(set, "*pnp0a03", "pci", SYS)                                                  \
	CRITICAL(set, "*pnp0c08", "ACPI", SYS)
#define XP SELECT XP_STACK("1") XP_STACK("2")

#define ENTRY(d, id, service, class)                                                           \
	d id " Service: (none) -> " service "\n" d id " ClassGUID: (none) -> " class "\n"

static const struct storage_case xp[] = {
	{ .text = XP DRIVER("1", "pciide", "4") DRIVER("2", "pciide", "4") DRIVER(
		  "1", "intelide", "4") DRIVER("1", "atapi", "1") DRIVER("2", "atapi", "0"),
	  .version = "5.1",
	  .controller = &piix4,
	  .want = ENTRY(D1, "PCI#VEN_8086&DEV_7111", "intelide", HDC) S1
	  "intelide Start: 4 -> 0\n" ENTRY(D1, "Primary_IDE_Channel", "atapi", HDC)
		  ENTRY(D2, "Primary_IDE_Channel", "atapi", HDC)
			  ENTRY(D1, "Secondary_IDE_Channel", "atapi", HDC)
				  ENTRY(D2, "Secondary_IDE_Channel", "atapi", HDC) S1
	  "atapi Start: 1 -> 0\n" ENTRY(D1, "GenDisk", "disk", DISK)
		  ENTRY(D2, "GenDisk", "disk", DISK),
	  .about = "XP: an empty database; a driver that one control set has" },
	{ .text = XP DRIVER("1", "pciide", "0") DRIVER("1", "intelide", "0")
		  DRIVER("1", "atapi", "0"),
	  .version = "5.1",
	  .without = "intelide",
	  .controller = &piix4,
	  .want = ENTRY(D1, "PCI#CC_0101", "pciide", HDC) ENTRY(D1, "Primary_IDE_Channel",
								"atapi", HDC)
		  ENTRY(D1, "Secondary_IDE_Channel", "atapi", HDC)
			  ENTRY(D1, "GenDisk", "disk", DISK) ENTRY(D2, "GenDisk", "disk", DISK)
				  S1 "intelide Start: 0 -> 4\n",
	  .about = "XP: without intelide.sys the driver of the class is taken" },
	{ .text = XP DRIVER("1", "pciide", "0"),
	  .version = "5.1",
	  .controller = &via_ide,
	  .want = ENTRY(D1, "GenDisk", "disk", DISK) ENTRY(
		  D2, "GenDisk", "disk",
		  DISK) "refused: 0000:00:0f.1 (PCI\\VEN_1106&DEV_0571&SUBSYS_05711106&REV_06) is "
			"driven by atapi, which is not installed\n",
	  .about = "XP: IDE without atapi" },
	{ .text = XP CRITICAL("1", "GenDisk", "disk", DISK)
		  CRITICAL("2", "GenDisk", "disk", DISK) DRIVER("1", "symmpi", "0")
			  DRIVER("2", "symmpi", "3")
				  CRITICAL("1", "pci#ven_1000&dev_0030", "symmpi", SCSI),
	  .version = "5.1",
	  .controller = &lsi_u320,
	  .want = S2
	  "symmpi Start: 3 -> 0\n" ENTRY(D2, "PCI#VEN_1000&DEV_0030", "symmpi", SCSI),
	  .about = "XP: what one control set has, the other gets" },
	{ .text = XP CRITICAL("1", "GenDisk", "disk", DISK) CRITICAL(
		  "2", "GenDisk", "disk", DISK) DRIVER("1", "symmpi", "0")
		  DRIVER("2", "symmpi", "0") DRIVER("1", "maker", "0") DRIVER("2", "maker", "0")
			  CRITICAL("1", "pci#ven_1000&dev_0030", "symmpi", SCSI)
				  CRITICAL("2", "pci#ven_1000&dev_0030", "maker", SCSI),
	  .version = "5.1",
	  .controller = &lsi_u320,
	  .want = "",
	  .about = "XP: an entry of another driver stays" },
	{ .text = XP DRIVER("1", "stornvme", "0"),
	  .version = "5.1",
	  .controller = &nvme,
	  .want = ENTRY(D1, "GenDisk", "disk", DISK)
		  ENTRY(D2, "GenDisk", "disk",
			DISK) "refused: this Windows has no driver for 0000:01:00.0 "
			      "(PCI\\VEN_144D&DEV_A808&SUBSYS_A801144D&REV_00)\n",
	  .about = "XP: an entry alone makes no NVMe driver of it" },
};

/* ---------------------------------------------------------------- 7 */

#define SEVEN                                                                                  \
	SELECT DRIVER("1", "ACPI", "0") DRIVER("1", "pci", "0") DRIVER("1", "disk", "0")       \
		DRIVER("1", "partmgr", "0") DRIVER("1", "volmgr", "0")                         \
			DRIVER("1", "volsnap", "0") DRIVER("1", "mountmgr", "0")               \
				CRITICAL("1", "*pnp0a08", "pci", SYS)                          \
					CRITICAL("1", "*pnp0c08", "ACPI", SYS)                 \
						CRITICAL("1", "GenDisk", "disk", DISK)

static const struct storage_case seven[] = {
	{ .text = SEVEN DRIVER("1", "stornvme", "3"),
	  .version = "6.1",
	  .controller = &nvme,
	  .want = ENTRY(D1, "PCI#CC_010802", "stornvme", SCSI) S1 "stornvme Start: 3 -> 0\n",
	  .about = "7: NVMe, once its update is installed" },
	{ .text = SEVEN DRIVER("1", "msahci", "3") DRIVER("1", "atapi", "3")
		  CRITICAL("1", "Internal_IDE_Channel", "atapi", HDC),
	  .version = "6.1",
	  .controller = &ich9_ahci,
	  .want = ENTRY(D1, "PCI#CC_010601", "msahci", HDC) S1 "msahci Start: 3 -> 0\n" S1
							       "atapi Start: 3 -> 0\n",
	  .about = "7: AHCI, its entry lost" },
	{ .text = SEVEN DRIVER("1", "maker", "0") DRIVER("1", "CLFS", "0")
		  DRIVER("1", "demand", "3"),
	  .version = "6.1",
	  .without = "maker CLFS demand",
	  .controller = &nvme,
	  .want = S1 "maker Start: 0 -> 4\n"
		     "refused: 0000:01:00.0 (PCI\\VEN_144D&DEV_A808&SUBSYS_A801144D&REV_00) is "
		     "driven by stornvme, which is not installed\n"
		     "refused: \\Windows\\System32\\drivers\\CLFS.sys, the file of CLFS, is "
		     "missing, and Windows doesn't start without it\n",
	  .about = "7: missing files: what starts later is no matter" },
};

/* ---------------------------------------------------------------- lists of filters */

#define VOLUME "{71a27cdd-812a-11d0-bec7-08002be2092f}"
#define DRIVE  "{4d36e967-e325-11ce-bfc1-08002be10318}"
#define KEYS   "{4d36e96b-e325-11ce-bfc1-08002be10318}"
#define CDROM  "{4d36e965-e325-11ce-bfc1-08002be10318}"
#define BRIDGE "ControlSet001\\Enum\\PCI\\VEN_8086&DEV_0001\\3&1&0&08"
#define KEYED  "ControlSet001\\Enum\\ACPI\\PNP0303\\4&1&0"

static const struct storage_case lists[] = {
	{ .text = SELECT DRIVER("1", "partmgr", "0") DRIVER("1", "nofile", "3") DRIVER(
		  "1", "maker", "0") DRIVER("2", "nofile", "3")
		  CLASS("1",
			DRIVE) "\"UpperFilters\"=multi:\"gone\",\"partmgr\",\"nofile\",\"maker\"\n"
			       "\"LowerFilters\"=\"gone\"\n" CLASS(
				       "1",
				       VOLUME) "\"UpperFilters\"=multi:\"volsnap\"\n"
					       "\"LowerFilters\"=multi:\"gone\"\n" CLASS("1", KEYS) "\"UpperFilters\"=multi:\"gone\"\n" CLASS(
						       "1",
						       CDROM) "\"UpperFilters\"=hex:01\n"
							      "[\\" BRIDGE
							      "]\n\"ClassGUID\"=\"" SYS
							      "\"\n\"UpperFilters\"=multi:\"gone\",\"maker\"\n"
							      "[\\" KEYED
							      "]\n\"ClassGUID\"=\"" KEYS
							      "\"\n\"UpperFilters\"=multi:\"gone\"\n" CLASS(
								      "2",
								      DRIVE) "\"UpperFilters\"=multi:\"partmgr\"\n",
	  .version = "6.1",
	  .without = "nofile",
	  .want = C1 DRIVE
	  " UpperFilters: gone partmgr nofile maker -> partmgr maker\n" C1 DRIVE
	  " LowerFilters: gone -> (none)\n" C1 VOLUME " LowerFilters: gone -> (none)\n"
	  "SYSTEM " BRIDGE " UpperFilters: gone maker -> maker\n"
	  "note: the machine that it shall start on is unknown: which drivers have "
	  "to start there can't be said\n"
	  "refused: the filter driver volsnap of the class Volume is missing, and "
	  "no volume starts without it\n"
	  "refused: the filter driver partmgr of the class DiskDrive is missing, "
	  "and no volume starts without it\n"
	  "note: maker of an unknown maker is a filter over the class DiskDrive: "
	  "`filters` disables it on request\n",
	  .about = "names without a driver go, in order; other classes stay" },
};

/* ---------------------------------------------------------------- 10 */

#define PACKAGE(id, inf, service)                                                              \
	"[\\DriverDatabase\\DeviceIds\\" id "]\n\"" inf "\"=hex:01,ff,00,00\n"                 \
	"[\\DriverDatabase\\DriverInfFiles\\" inf "]\n\"Active\"=\"" inf "_amd64_1\"\n"        \
	"[\\DriverDatabase\\DriverPackages\\" inf "_amd64_1\\Descriptors\\" id "]\n"           \
	"\"Configuration\"=\"c\"\n"                                                            \
	"[\\DriverDatabase\\DriverPackages\\" inf "_amd64_1\\Configurations\\c]\n"             \
	"\"Service\"=\"" service "\"\n"
#define DEMOTED(name, value)                                                                   \
	"[\\ControlSet001\\Services\\" name "\\StartOverride]\n\"0\"=dword:0000000" value "\n"
#define CHANNEL "00000000-1111-2222-3333-444444444444"
#define VPCI    "VMBUS\\{44C4F61D-4444-4400-9D52-802E27EDE19F}"
#define TEN                                                                                    \
	SELECT DRIVER("1", "ACPI", "0") DRIVER("1", "pci", "0") DRIVER(                        \
		"1", "disk", "0") DRIVER("1", "partmgr", "0") DRIVER("1", "volmgr", "0")       \
		DRIVER("1", "volume", "0") DRIVER("1", "volsnap", "0") DRIVER("1", "mountmgr", \
									      "0")             \
			DRIVER("1", "stornvme", "0") DRIVER("1", "vpci", "3") DRIVER(          \
				"1", "vmbus", "0") PACKAGE("*PNP0A08", "pci.inf", "pci")       \
				PACKAGE("*PNP0C08", "acpi.inf", "ACPI") PACKAGE(               \
					"PCI\\CC_010802", "stornvme.inf", "stornvme")          \
					PACKAGE("PCI\\CC_010601", "mshdc.inf",                 \
						"storahci") PACKAGE(VPCI, "wvpci.inf", "vpci") \
						PACKAGE("ACPI\\VMBus", "wvmbus.inf", "vmbus")

#define NEVER                                                                                  \
	"note: this server never had the controller "                                          \
	"PCI\\VEN_144D&DEV_A808&SUBSYS_A801144D&REV_00: disks with data may stay offline; "    \
	"`san-policy` brings them online on request\n"
#define HAD(id, class)                                                                         \
	"[\\ControlSet001\\Enum\\PCI\\" id "\\3&1&0&FF]\n\"Service\"=\"storahci\"\n"           \
	"\"CompatibleIDs\"=multi:\"PCI\\\\CC_" class "\"\n"

static const struct storage_case ten[] = {
	{ .text = TEN DEMOTED("pci", "3") DEMOTED("volmgr", "3") DEMOTED(
		  "disk",
		  "0") "[\\ControlSet001\\Services\\stornvme\\StartOverride]\n\"0\"=dword:00000003\n"
		       "\"4\"=dword:00000003\n\"5\"=dword:00000000\n",
	  .version = "10.0",
	  .controller = &nvme,
	  .want = S1 "stornvme\\StartOverride 0: 3 -> (none)\n" S1
		     "stornvme\\StartOverride 4: 3 -> (none)\n" S1
		     "pci\\StartOverride 0: 3 -> (none)\n" S1
		     "volmgr\\StartOverride 0: 3 -> (none)\n",
	  .about = "10: demoted by Start 0, all over the chain" },
	{ .controller = &ich9_ahci,
	  .want = "refused: 0000:00:1f.2 (PCI\\CC_010601) is driven by storahci, which is not "
		  "installed\n",
	  .about = "10: a package without its service" },
	{ .text = TEN HAD("VEN_8086&DEV_2922&SUBSYS_11001AF4&REV_02", "010601"),
	  .version = "10.0",
	  .controller = &nvme,
	  .want = NEVER,
	  .about = "a server on a controller that it never had" },
	{ .text = TEN HAD("VEN_144D&DEV_A808&SUBSYS_A801144D&REV_00", "010802"),
	  .version = "10.0",
	  .controller = &nvme,
	  .want = "",
	  .about = "a server on a controller that it had, in another slot" },
	{ .text = TEN HAD(
		  "VEN_8086&DEV_2922&SUBSYS_11001AF4&REV_02",
		  "010601") "[\\ControlSet001\\Services\\partmgr\\Parameters]\n\"SanPolicy\"=dword:00000001\n",
	  .version = "10.0",
	  .controller = &nvme,
	  .want = "",
	  .about = "a server that brings every disk online" },
};

static void
run_cases(struct sandbox *box, const struct storage_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		run_case(box, &cases[i], "storage-boot");
}

/* ---------------------------------------------------------------- requests of other kinds */

/* NVMe of Hyper-V, a disk on USB, a folder of drivers, a folder that is missing. */
static void
test_requests(struct sandbox *box)
{
	const struct storage_case c = { .text = TEN DRIVER("1", "maker", "0")
						DRIVER("1", "USBSTOR", "3"),
					.version = "10.0",
					.without = "maker" };
	struct machine_pci passed = nvme;
	struct offline_machine m;
	struct machine machine;
	struct hc_vmbus channel = { .address = CHANNEL };
	struct hc_err err;

	if (!prepare_case(box, &c) || !offline_open(box, &m, false)) {
		tap_skip(NO_NTFS);
		return;
	}
	ask_only(&m, "storage-boot");
	passed.parent = CHANNEL;
	machine_init(&machine, &passed);
	hc_strings_add(&channel.hardware_ids, &m.arena, VPCI, &err);
	machine.facts.vmbus.items = &channel;
	machine.facts.vmbus.count = 1;
	m.request.facts = &machine.facts;
	m.request.target = &machine.disk;
	m.request.drivers = "/drivers";
	is_found(
		&m,
		S1
		"vpci Start: 3 -> 0\n"
		"note: \\Windows\\System32\\drivers\\maker.sys, the file of maker, is missing: "
		"it is left as it is, since drivers are to be added\n",
		"a PCI device behind VMBus needs vpci");
	machine_done(&machine);
	machine_init(&machine, &virtio);
	is_found(
		&m,
		"note: this Windows has no driver for 0000:00:04.0 "
		"(PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00): the folder of drivers may "
		"have it\n"
		"note: \\Windows\\System32\\drivers\\maker.sys, the file of maker, is missing: it "
		"is left as it is, since drivers are to be added\n",
		"a folder of drivers is for driver-inject");
	machine_done(&machine);
	m.request.drivers = NULL;
	machine_init(&machine, &nvme);
	machine.disk.bus = "usb";
	is_found(&m,
		 S1
		 "maker Start: 0 -> 4\n"
		 "refused: the disk hangs on USB, and this Windows was not made to start from "
		 "there\n",
		 "a disk on USB");
	machine.disk.bus = "nvme";
	machine.disk.controller = NULL;
	is_found(&m,
		 "note: which driver this disk needs can't be said: the way from the processor "
		 "to it is unknown\n",
		 "a disk on nothing known");
	machine_done(&machine);
	offline_done(&m);
}

static void
test_no_folder(struct sandbox *box)
{
	struct offline_machine m;
	struct machine machine;
	struct hc_err err;

	run(box, "rm -rf SYSTEM SOFTWARE DRIVERS");
	if (!make_hive_text(box, "SYSTEM", TEN DRIVER("1", "maker", "0")) ||
	    !make_windows_volume(box, "") || !mount_ntfs(box, "w.img", "big_writes")) {
		tap_skip(NO_NTFS);
		return;
	}
	run(box, "rmdir mnt/Windows/System32/drivers");
	if (!ok(umount_ntfs(box) && offline_open(box, &m, false), "no folder of drivers"))
		return;
	ask_only(&m, "storage-boot");
	machine_init(&machine, &nvme);
	m.request.facts = &machine.facts;
	m.request.target = &machine.disk;
	ok_call(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err), &err,
		"it looks");
	ok(m.found.edits.count == 0 && m.found.notes.count > 0 &&
		   strncmp(m.found.notes.items[m.found.notes.count - 1].text,
			   "the folder /Windows/System32/drivers can't be read", 50) == 0,
	   "without the folder nothing is disabled");
	machine_done(&machine);
	offline_done(&m);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	run_cases(&box, xp, sizeof(xp) / sizeof(xp[0]));
	run_cases(&box, seven, sizeof(seven) / sizeof(seven[0]));
	run_cases(&box, lists, sizeof(lists) / sizeof(lists[0]));
	run_cases(&box, ten, sizeof(ten) / sizeof(ten[0]));
	test_requests(&box);
	test_no_folder(&box);
	sandbox_close(&box);
	return tap_done();
}
