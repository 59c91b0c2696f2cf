/* SPDX-License-Identifier: GPL-3.0-or-later */
/* driver-inject: packages from a folder, for the registries of real machines and others. */
#include "tests/unit/driver_packages.h"

/* ---------------------------------------------------------------- real registries */

static const char *const software_10 =
	"[\\Microsoft\\Windows NT\\CurrentVersion]\n\"ProductName\"=\"Windows 10 Pro\"\n"
	"\"CurrentVersion\"=\"6.3\"\n\"CurrentMajorVersionNumber\"=dword:0000000a\n"
	"\"CurrentMinorVersionNumber\"=dword:00000000\n\"CurrentBuildNumber\"=\"18362\"\n";

/* Windows 8 and later, 64 bits. */
#define LABEL "viostor.inf_amd64_%s"
#define STORE "1:/Windows/System32/DriverStore/FileRepository/" LABEL "/"
#define DB    "SYSTEM DriverDatabase\\"
#define CONF  DB "DriverPackages\\" LABEL "\\Configurations\\scsi_inst"
#define FULL  "PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00"
#define SHORT "PCI\\VEN_1AF4&DEV_1001"
#define SERVICE(set)                                                                           \
	"SYSTEM " set "\\Services\\viostor Type: (none) -> 1\n"                                \
	"SYSTEM " set "\\Services\\viostor Start: (none) -> 0\n"                               \
	"SYSTEM " set "\\Services\\viostor ErrorControl: (none) -> 1\n"                        \
	"SYSTEM " set                                                                          \
	"\\Services\\viostor ImagePath: (none) -> System32\\drivers\\viostor.sys\n"            \
	"SYSTEM " set "\\Services\\viostor Group: (none) -> SCSI miniport\n"                   \
	"SYSTEM " set "\\Services\\viostor\\Parameters\\PnpInterface 5: (none) -> 1\n"         \
	"SYSTEM " set "\\Services\\viostor\\Parameters BusType: (none) -> 1\n"                 \
	"SYSTEM " set "\\Services\\viostor\\Parameters DmaRemappingCompatible: (none) -> 0\n"

#define PACKAGES                                                                                    \
	"1:/Windows/System32/drivers/viostor.sys made\n"                                            \
	"1:/Windows/INF/%d.inf made\n" STORE "viostor.inf made\n" STORE                             \
	"viostor.cat made\n" STORE "viostor.sys made\n"                                             \
	"1:/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/%d.cat made\n" SERVICE( \
		"ControlSet001") DB                                                                 \
		"DriverInfFiles\\%d.inf : (none) -> " LABEL "\n" DB                                 \
		"DriverInfFiles\\%d.inf Active: (none) -> " LABEL "\n" DB                           \
		"DriverInfFiles\\%d.inf Configurations: (none) -> scsi_inst\n" DB                   \
		"DeviceIds\\" FULL " %d.inf: (none) -> 01ff0000\n" DB "DeviceIds\\" SHORT           \
		" %d.inf: (none) -> 02ff0000\n" DB "DriverPackages\\" LABEL                         \
		" : (none) -> %d.inf\n" DB "DriverPackages\\" LABEL                                 \
		" Catalog: (none) -> viostor.cat\n" DB "DriverPackages\\" LABEL                     \
		" InfName: (none) -> viostor.inf\n" DB "DriverPackages\\" LABEL                     \
		" Provider: (none) -> Red Hat, Inc.\n" DB "DriverPackages\\" LABEL                  \
		" Version: (none) -> 00ff090000000000"                                              \
		"7be9364d25e3ce11bfc108002be10318"                                                  \
		"004052c84547da01"                                                                  \
		"586668005f006400"                                                                  \
		"0000000000000000\n" CONF " ConfigFlags: (none) -> 0\n" CONF                        \
		" Service: (none) -> viostor\n" CONF                                                \
		"\\Device\\Interrupt Management (key): (none) -> key\n" CONF                        \
		"\\Device\\Interrupt Management\\MessageSignaledInterruptProperties (key): "        \
		"(none) -> key\n" CONF                                                              \
		"\\Device\\Interrupt Management\\MessageSignaledInterruptProperties "               \
		"MSISupported: (none) -> 1\n" CONF                                                  \
		"\\Device\\Interrupt Management\\MessageSignaledInterruptProperties "               \
		"MessageNumberLimit: (none) -> 257\n" CONF                                          \
		"\\Device\\Interrupt Management\\Affinity Policy (key): (none) -> key\n" CONF       \
		"\\Device\\Interrupt Management\\Affinity Policy DevicePolicy: (none) -> 5\n" CONF  \
		"\\Device\\Interrupt Management\\Affinity Policy GroupPolicy: (none) -> 1\n" DB     \
		"DriverPackages\\" LABEL "\\Descriptors\\" FULL                                     \
		" Configuration: (none) -> scsi_inst\n" DB "DriverPackages\\" LABEL                 \
		"\\Descriptors\\" SHORT " Configuration: (none) -> scsi_inst\n"

/* Windows 7, 32 bits. */
#define STORE7  "1:/Windows/System32/DriverStore/FileRepository/viostor.inf_x86_neutral_%s/"
#define STAGED7 "1:/Windows/halcyon/drivers/viostor.inf_x86_neutral_%s/"
#define CDD7(set, id)                                                                          \
	"SYSTEM " set "\\Control\\CriticalDeviceDatabase\\" id " Service: (none) -> viostor\n" \
	"SYSTEM " set "\\Control\\CriticalDeviceDatabase\\" id                                 \
	" ClassGUID: (none) -> {4D36E97B-E325-11CE-BFC1-08002BE10318}\n"
#define LINES7                                                                                      \
	"1:/Windows/System32/drivers/viostor.sys made\n"                                            \
	"1:/Windows/INF/%d.inf made\n" STORE7 "viostor.inf made\n" STORE7                           \
	"viostor.cat made\n" STORE7 "viostor.sys made\n"                                            \
	"1:/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/%d.cat made\n" SERVICE( \
		"ControlSet001") SERVICE("ControlSet002")                                           \
		CDD7("ControlSet001", "PCI#VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00") CDD7(         \
			"ControlSet001", "PCI#VEN_1AF4&DEV_1001")                                   \
			CDD7("ControlSet002", "PCI#VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00")       \
				CDD7("ControlSet002", "PCI#VEN_1AF4&DEV_1001") STAGED7              \
		"viostor.inf made\n" STAGED7 "viostor.cat made\n" STAGED7 "viostor.sys made\n"      \
		"SOFTWARE Microsoft\\Windows\\CurrentVersion DevicePath: %SystemRoot%\\inf -> "     \
		"%SystemRoot%\\inf;%SystemRoot%\\halcyon\\drivers\\viostor.inf_x86_neutral_%s\n"

static const struct real {
	const char *set, *software; /* NULL: its own */
	const char *arch, *inf_arch;
	unsigned oem;
	const char *want;
} reals[] = {
	{ "win10-1903-x64-vmware", software_10, "x64", "amd64", 12,
	  PACKAGES "SYSTEM DriverDatabase OemInfMap: fff0 -> fff8\n" },
	{ "win10-1709-x64-dell-physical-gpt", software_10, "x64", "amd64", 14,
	  PACKAGES "SYSTEM DriverDatabase OemInfMap: fffc -> fffe\n" },
	{ "win81-x64-STUDENT-PC8", NULL, "x64", "amd64", 3,
	  PACKAGES "SYSTEM DriverDatabase OemInfMap: e0 -> f0\n" },
	{ "win7-sp1-x86-WKS-WIN732BITA", NULL, "x86", "x86", 0, LINES7 },
};

static void
test_real(const struct real *r)
{
	static const char *const version = "01/15/2024,100.95.104.26200";
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &virtio_disk);
	if (ok(real_hive(&w.box, r->set, "SYSTEM", "SYSTEM") &&
		       change_hive(&w.box, "SYSTEM", "[\\Select]\n") &&
		       (r->software != NULL
				? make_hive_text(&w.box, "SOFTWARE", r->software)
				: real_hive(&w.box, r->set, "SOFTWARE", "SOFTWARE")) &&
		       make_windows_volume(&w.box, FILES) &&
		       make_viostor(&w.box, "v", r->inf_arch, version) &&
		       make_programs(&w.box, "v", "viostor", r->arch, SIGNED) &&
		       windows_open(&w),
	       "%s", r->set)) {
		is_wanted(&w, "drv/v/viostor.inf", r->want, r->oem, r->set);
		is_repaired(&w, r->set);
	}
	windows_end(&w);
}

static const struct machine_pci lsi_u320 = { "0000:00:10.0", NULL, "1000&DEV_0030",
					     "197615AD",     "01", "010000" };
static const struct machine_pci lsi_sas = { "0000:03:00.0", NULL, "1000&DEV_0054",
					    "1F091028",     "02", "010000" };
static const struct machine_pci ich9_ahci = { "0000:00:1f.2", NULL, "8086&DEV_2922",
					      "11001AF4",     "02", "010601" };
static const struct machine_pci dell_raid = { "0000:00:1f.2", NULL, "8086&DEV_282A",
					      "05341028",     "04", "010400" };
static const struct machine_pci e1000 = { "0000:00:03.0", NULL, "8086&DEV_100E",
					  "001E8086",     "02", "020000" };

/* Windows that have their drivers, and a folder that has them too. */
static const struct healthy {
	const char *set, *drivers, *arch, *target;
	const struct machine_pci *controller, *other;
} healthy[] = {
	{ "2003-sp1-x86-dc", FILES "symmpi", "x86", "", &lsi_u320, NULL },
	{ "win7-sp1-x86-WKS-WIN732BITA", FILES "lsi_sas", "x86", "", &lsi_sas, NULL },
	{ "win81-x64-STUDENT-PC8", FILES "storahci E1G6032E", "x64", ",NTamd64", &ich9_ahci,
	  &e1000 },
	{ "win10-1709-x64-dell-physical-gpt", FILES "iaStorAV", "x64", ",NTamd64", &dell_raid,
	  NULL },
	/* Its driver is there and doesn't start: nothing that a package would help. */
	{ "win10-1709-x64-dell-physical-gpt", FILES "storahci", "x64", ",NTamd64", &ich9_ahci,
	  NULL },
};

static void
test_healthy(const struct healthy *h)
{
	struct windows w;
	char id[64];

	windows_begin(&w);
	machine_init(&w.machine, h->controller);
	if (h->other != NULL)
		machine_add(&w.machine, h->other);
	snprintf(id, sizeof(id), "PCI\\VEN_%s", h->controller->device);
	make_inf(&w.box, "a/a.inf", "a", h->target, id, "01/01/2099,9.0.0.0", "");
	make_inf(&w.box, "b/b.inf", "b", ",NTamd64", "PCI\\VEN_8086&DEV_100E",
		 "01/01/2099,9.0.0.0", "");
	make_programs(&w.box, "a", "a", h->arch, SIGNED);
	make_programs(&w.box, "b", "b", "x64", SIGNED);
	if (!real_hive(&w.box, h->set, "SOFTWARE", "SOFTWARE"))
		run(&w.box, "rm -f SOFTWARE");
	if (ok(real_hive(&w.box, h->set, "SYSTEM", "SYSTEM") &&
		       make_windows_volume(&w.box, h->drivers) && windows_open(&w),
	       "%s, healthy", h->set))
		is_found(&w.offline, "", h->set);
	windows_end(&w);
}

/* ---------------------------------------------------------------- registries from text */

static const char *const wanted_xp =
	"1:/Windows/System32/drivers/virt.sys made\n"
	"1:/Windows/System32/drivers/virtlow.sys made\n"
	"1:/Windows/INF/oem0.inf made\n"
	"SYSTEM ControlSet001\\Services\\virt Type: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\virt Start: (none) -> 0\n"
	"SYSTEM ControlSet001\\Services\\virt ErrorControl: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\virt ImagePath: (none) -> System32\\drivers\\virt.sys\n"
	"SYSTEM ControlSet001\\Services\\virt Group: (none) -> SCSI miniport\n"
	"SYSTEM ControlSet001\\Services\\virt DependOnService: (none) -> PlugPlay\n"
	"SYSTEM ControlSet001\\Services\\virt DependOnGroup: (none) -> Base\n"
	"SYSTEM ControlSet001\\Services\\virt\\StartOverride (key): key -> (none)\n"
	"SYSTEM ControlSet001\\Services\\virt\\Parameters BusType: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\virtlow Type: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\virtlow Start: (none) -> 0\n"
	"SYSTEM ControlSet001\\Services\\virtlow ErrorControl: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\virtlow ImagePath: (none) -> System32\\drivers\\virtlow.sys\n"
	"SYSTEM ControlSet001\\Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_1001 Service: (none) -> virt\n"
	"SYSTEM ControlSet001\\Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_1001 ClassGUID: (none) -> {4D36E97B-E325-11CE-BFC1-08002BE10318}\n"
	"SYSTEM ControlSet001\\Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_1001 LowerFilters: (none) -> virtlow\n";

/* 2000 to 2003: files, INF, service and CriticalDeviceDatabase, and nothing else. */
static void
test_xp(void)
{
	static const char *const system =
		"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
		"[\\ControlSet001\\Control\\Session Manager\\Environment]\n"
		"\"PROCESSOR_ARCHITECTURE\"=\"x86\"\n"
		"[\\ControlSet001\\Control\\CriticalDeviceDatabase\\*pnp0a03]\n"
		"\"Service\"=\"pci\"\n"
		"[\\ControlSet001\\Services\\pci]\n\"Type\"=dword:00000001\n"
		"\"Start\"=dword:00000000\n"
		"[\\ControlSet001\\Services\\virt\\StartOverride]\n\"0\"=dword:00000003\n";
	static const char *const software =
		"[\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"5.1\"\n"
		"\"CurrentBuildNumber\"=\"2600\"\n";
	/* What its own lines say counts, and what nothing starts is no filter. */
	static const char *const more =
		"AddReg=Values\nDependencies=+Base,PlugPlay\n"
		"[Values]\nHKR,,Start,0x00010001,3\nHKR,Parameters,BusType,0x00010001,9\n"
		"HKR,Parameters,BusType,0x00010001,1\nHKLM,Software\\Other,x,,y\n"
		"[Install.HW]\nAddReg=Device\n"
		"[Device]\nHKR,,UpperFilters,0x00010000,elsewhere\n"
		"HKR,,LowerFilters,0x00010000,virtlow\n"
		"[Install.Services]\nAddService=virtlow,0,Low\nAddService=demand,0,Demand\n"
		"[Low]\nServiceType=1\nStartType=0\nErrorControl=1\n"
		"ServiceBinary=%12%\\virtlow.sys\n"
		"[Demand]\nServiceType=1\nStartType=3\nErrorControl=1\n"
		"ServiceBinary=%12%\\demand.sys\n";
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &virtio_disk);
	make_inf(&w.box, "a/virt.inf", "virt", "", "PCI\\VEN_1AF4&DEV_1001",
		 "01/01/2001,1.0.0.0", more);
	run(&w.box, "sed -i 's/^CopyFiles=@virt.sys/CopyFiles=@virt.sys,@virtlow.sys/; "
		    "s/^virt.sys=1/virt.sys=1\\nvirtlow.sys=1/' drv/a/virt.inf");
	make_programs(&w.box, "a", "virt", "x86", UNSIGNED);
	make_programs(&w.box, "a", "virtlow", "x86", UNSIGNED);
	if (ok(make_hive_text(&w.box, "SYSTEM", system) &&
		       make_hive_text(&w.box, "SOFTWARE", software) &&
		       make_windows_volume(&w.box, FILES) && windows_open(&w),
	       "Windows XP")) {
		is_found(&w.offline, wanted_xp, "Windows XP");
		is_repaired(&w, "Windows XP");
	}
	windows_end(&w);
}

static const char *const wanted_drivers_hive =
	"1:/Windows/System32/drivers/virt.sys made\n"
	"1:/Windows/System32/DriverStore/FileRepository/virt.inf_amd64_feedfeedfeedfeed/virt.inf made\n"
	"1:/Windows/System32/DriverStore/FileRepository/virt.inf_amd64_feedfeedfeedfeed/virt.cat made\n"
	"1:/Windows/System32/DriverStore/FileRepository/virt.inf_amd64_feedfeedfeedfeed/virt.sys made\n"
	"1:/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/oem14.cat made\n"
	"SYSTEM ControlSet001\\Services\\virt Type: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\virt Start: (none) -> 0\n"
	"SYSTEM ControlSet001\\Services\\virt ErrorControl: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\virt ImagePath: (none) -> System32\\drivers\\virt.sys\n"
	"SYSTEM ControlSet001\\Services\\virt Group: (none) -> SCSI miniport\n"
	"DRIVERS DriverDatabase\\DriverInfFiles\\oem14.inf Configurations: (none) -> Install\n"
	"DRIVERS DriverDatabase\\DeviceIds\\PCI\\VEN_1AF4&DEV_1001 oem14.inf: (none) -> 01ff0000\n"
	"DRIVERS DriverDatabase\\DriverPackages\\virt.inf_amd64_feedfeedfeedfeed\\Configurations\\Install ConfigFlags: (none) -> 0\n"
	"DRIVERS DriverDatabase\\DriverPackages\\virt.inf_amd64_feedfeedfeedfeed\\Configurations\\Install Service: (none) -> virt\n"
	"DRIVERS DriverDatabase\\DriverPackages\\virt.inf_amd64_feedfeedfeedfeed\\Descriptors\\PCI\\VEN_1AF4&DEV_1001 Configuration: (none) -> Install\n"
	"1:/Windows/System32/drivers/bus.sys made\n"
	"1:/Windows/INF/oem11.inf made\n"
	"1:/Windows/System32/DriverStore/FileRepository/bus.inf_amd64_%s/bus.inf made\n"
	"1:/Windows/System32/DriverStore/FileRepository/bus.inf_amd64_%s/bus.cat made\n"
	"1:/Windows/System32/DriverStore/FileRepository/bus.inf_amd64_%s/bus.sys made\n"
	"1:/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/oem11.cat made\n"
	"SYSTEM ControlSet001\\Services\\bus Type: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\bus Start: (none) -> 0\n"
	"SYSTEM ControlSet001\\Services\\bus ErrorControl: (none) -> 1\n"
	"SYSTEM ControlSet001\\Services\\bus ImagePath: (none) -> System32\\drivers\\bus.sys\n"
	"SYSTEM ControlSet001\\Services\\bus Group: (none) -> SCSI miniport\n"
	"DRIVERS DriverDatabase\\DriverInfFiles\\oem11.inf : (none) -> bus.inf_amd64_%s\n"
	"DRIVERS DriverDatabase\\DriverInfFiles\\oem11.inf Active: (none) -> bus.inf_amd64_%s\n"
	"DRIVERS DriverDatabase\\DriverInfFiles\\oem11.inf Configurations: (none) -> Install\n"
	"DRIVERS DriverDatabase\\DeviceIds\\PCI\\VEN_1AF4&DEV_00B0 oem11.inf: (none) -> 01ff0000\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s : (none) -> oem11.inf\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s Catalog: (none) -> bus.cat\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s InfName: (none) -> bus.inf\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s Provider: (none) -> Maker\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s Version: (none) -> 00ff0900000000007be9364d25e3ce11bfc108002be103180080350cd1dfd60100000000000001000000000000000000\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s\\Configurations\\Install ConfigFlags: (none) -> 0\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s\\Configurations\\Install Service: (none) -> bus\n"
	"DRIVERS DriverDatabase\\DriverPackages\\bus.inf_amd64_%s\\Descriptors\\PCI\\VEN_1AF4&DEV_00B0 Configuration: (none) -> Install\n"
	"DRIVERS DriverDatabase OemInfMap: fe -> fe12\n";

static const struct machine_pci bridge = { "0000:00:01.0", NULL, "1AF4&DEV_00B0",
					   "00B01AF4",     "00", "060700" };
static const struct machine_pci behind = { "0000:01:04.0", "0000:00:01.0", "1AF4&DEV_1001",
					   "00021AF4",     "00",           "010000" };

/* DriverDatabase in DRIVERS, a bus and a controller without drivers, and one of the packages is in Windows already. */
static void
test_drivers_hive(void)
{
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &behind);
	machine_add(&w.machine, &bridge);
	make_inf(&w.box, "bus/bus.inf", "bus", ",NTamd64", "PCI\\VEN_1AF4&DEV_00B0",
		 "01/01/2021,1.0.0.0", "");
	make_inf(&w.box, "disk/virt.inf", "virt", ",NTamd64", "PCI\\VEN_1AF4&DEV_1001",
		 "01/01/2021,1.0.0.0", "");
	make_programs(&w.box, "bus", "bus", "x64", SIGNED);
	make_programs(&w.box, "disk", "virt", "x64", SIGNED);
	if (ok(make_hive(&w.box, "SYSTEM", "packages-system.reg") &&
		       change_hive(&w.box, "SYSTEM",
				   "[\\ControlSet001\\Control\\Session Manager\\Environment]\n"
				   "\"PROCESSOR_ARCHITECTURE\"=\"AMD64\"\n") &&
		       make_hive(&w.box, "DRIVERS", "packages.reg") &&
		       change_hive(&w.box, "DRIVERS",
				   "[\\DriverDatabase]\n\"OemInfMap\"=hex:fe\n"
				   "[\\DriverDatabase\\DriverInfFiles\\oem14.inf]\n"
				   "@=multi:\"virt.inf_amd64_feedfeedfeedfeed\"\n"
				   "\"Active\"=\"virt.inf_amd64_feedfeedfeedfeed\"\n"
				   "[\\DriverDatabase\\DriverPackages\\"
				   "virt.inf_amd64_feedfeedfeedfeed]\n\"Version\"=hex:00\n") &&
		       make_hive_text(&w.box, "SOFTWARE", software_10) &&
		       make_windows_volume(&w.box, FILES) &&
		       mount_ntfs(&w.box, "w.img", "big_writes") &&
		       run(&w.box,
			   "mkdir mnt/Windows/INF && cp drv/disk/virt.inf "
			   "mnt/Windows/INF/oem14.inf && : >mnt/Windows/INF/oem7.inf") == 0 &&
		       umount_ntfs(&w.box) && windows_open(&w),
	       "Windows 10 with DRIVERS")) {
		is_wanted(&w, "drv/bus/bus.inf", wanted_drivers_hive, 0,
			  "Windows 10 with DRIVERS");
		is_repaired(&w, "Windows 10 with DRIVERS");
	}
	windows_end(&w);
}

int
main(void)
{
	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
		return tap_done();
	}
	for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++)
		test_real(&reals[i]);
	for (size_t i = 0; i < sizeof(healthy) / sizeof(healthy[0]); i++)
		test_healthy(&healthy[i]);
	test_xp();
	test_drivers_hive();
	return tap_done();
}
