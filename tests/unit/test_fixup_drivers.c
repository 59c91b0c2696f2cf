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

#define PACKAGES                                                                               \
	"1:/Windows/System32/drivers/viostor.sys made\n"                                       \
	"1:/Windows/INF/%d.inf made\n" STORE "viostor.inf made\n" STORE "viostor.cat made\n"   \
	STORE "viostor.sys made\n"                                                             \
	"1:/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/%d.cat made\n"     \
	SERVICE("ControlSet001")                                                               \
	DB "DriverInfFiles\\%d.inf : (none) -> " LABEL "\n"                                    \
	DB "DriverInfFiles\\%d.inf Active: (none) -> " LABEL "\n"                              \
	DB "DriverInfFiles\\%d.inf Configurations: (none) -> scsi_inst\n"                      \
	DB "DeviceIds\\" FULL " %d.inf: (none) -> 01ff0000\n"                                  \
	DB "DeviceIds\\" SHORT " %d.inf: (none) -> 02ff0000\n"                                 \
	DB "DriverPackages\\" LABEL " : (none) -> %d.inf\n"                                    \
	DB "DriverPackages\\" LABEL " Catalog: (none) -> viostor.cat\n"                        \
	DB "DriverPackages\\" LABEL " InfName: (none) -> viostor.inf\n"                        \
	DB "DriverPackages\\" LABEL " Provider: (none) -> Red Hat, Inc.\n"                     \
	DB "DriverPackages\\" LABEL " Version: (none) -> 00ff090000000000"                     \
	"7be9364d25e3ce11bfc108002be10318" "004052c84547da01" "586668005f006400"               \
	"0000000000000000\n"                                                                   \
	CONF " ConfigFlags: (none) -> 0\n" CONF " Service: (none) -> viostor\n"                \
	CONF "\\Device\\Interrupt Management (key): (none) -> key\n"                           \
	CONF "\\Device\\Interrupt Management\\MessageSignaledInterruptProperties (key): "      \
	"(none) -> key\n"                                                                      \
	CONF "\\Device\\Interrupt Management\\MessageSignaledInterruptProperties "             \
	"MSISupported: (none) -> 1\n"                                                          \
	CONF "\\Device\\Interrupt Management\\MessageSignaledInterruptProperties "             \
	"MessageNumberLimit: (none) -> 257\n"                                                  \
	CONF "\\Device\\Interrupt Management\\Affinity Policy (key): (none) -> key\n"          \
	CONF "\\Device\\Interrupt Management\\Affinity Policy DevicePolicy: (none) -> 5\n"     \
	CONF "\\Device\\Interrupt Management\\Affinity Policy GroupPolicy: (none) -> 1\n"      \
	DB "DriverPackages\\" LABEL "\\Descriptors\\" FULL                                     \
	" Configuration: (none) -> scsi_inst\n"                                                \
	DB "DriverPackages\\" LABEL "\\Descriptors\\" SHORT                                    \
	" Configuration: (none) -> scsi_inst\n"

/* Windows 7, 32 bits. */
#define STORE7                                                                                 \
	"1:/Windows/System32/DriverStore/FileRepository/viostor.inf_x86_neutral_%s/"
#define STAGED7 "1:/Windows/halcyon/drivers/viostor.inf_x86_neutral_%s/"
#define CDD7(set, id)                                                                          \
	"SYSTEM " set "\\Control\\CriticalDeviceDatabase\\" id " Service: (none) -> viostor\n"  \
	"SYSTEM " set "\\Control\\CriticalDeviceDatabase\\" id                                 \
	" ClassGUID: (none) -> {4D36E97B-E325-11CE-BFC1-08002BE10318}\n"
#define LINES7                                                                                \
	"1:/Windows/System32/drivers/viostor.sys made\n"                                       \
	"1:/Windows/INF/%d.inf made\n" STORE7 "viostor.inf made\n" STORE7                      \
	"viostor.cat made\n" STORE7 "viostor.sys made\n"                                       \
	"1:/Windows/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/%d.cat made\n"     \
	SERVICE("ControlSet001")                                                               \
	SERVICE("ControlSet002")                                                               \
	CDD7("ControlSet001", "PCI#VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00")                  \
	CDD7("ControlSet001", "PCI#VEN_1AF4&DEV_1001")                                         \
	CDD7("ControlSet002", "PCI#VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00")                  \
	CDD7("ControlSet002", "PCI#VEN_1AF4&DEV_1001")                                         \
	STAGED7 "viostor.inf made\n" STAGED7 "viostor.cat made\n" STAGED7                      \
	"viostor.sys made\n"                                                                   \
	"SOFTWARE Microsoft\\Windows\\CurrentVersion DevicePath: %SystemRoot%\\inf -> "         \
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
		       make_programs(&w.box, "v", "viostor", r->arch, SIGNED) && windows_open(&w),
	       "%s", r->set)) {
		is_wanted(&w, "drv/v/viostor.inf", r->want, r->oem, r->set);
		is_repaired(&w, r->set);
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
	return tap_done();
}
