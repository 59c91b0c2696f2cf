/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * storage-boot on the registries of real machines: onto the controller they had (nothing to do), and onto others.  Where
 * a registry was not shut down cleanly and has no logs, a copy that is declared clean is asked.
 */
#include "tests/unit/storage_fixture.h"

#define S1  "SYSTEM ControlSet001\\Services\\"
#define S2  "SYSTEM ControlSet002\\Services\\"
#define D1  "SYSTEM ControlSet001\\Control\\CriticalDeviceDatabase\\"
#define D2  "SYSTEM ControlSet002\\Control\\CriticalDeviceDatabase\\"
#define HDC "{4D36E96A-E325-11CE-BFC1-08002BE10318}"

#define FILTER                                                                                 \
	"note: stdcfltn of an unknown maker is a filter over the class DiskDrive: `filters` "  \
	"disables it on request\n"

static const struct storage_case cases[] = {
	{ .set = "2003-sp1-x86-dc",
	  .controller = &lsi_u320,
	  .want = "",
	  .about = "2003, its own SCSI" },
	{ .controller = &piix4, .want = "", .about = "2003, its own IDE" },
	{ .controller = &ich9_ahci,
	  .want = "refused: this Windows has no driver for 0000:00:1f.2 "
		  "(PCI\\VEN_8086&DEV_2922&SUBSYS_11001AF4&REV_02)\n",
	  .about = "2003 onto AHCI" },
	{ .controller = &via_ide,
	  .want = D1 "PCI#CC_0101 Service: (none) -> pciide\n" D1
		     "PCI#CC_0101 ClassGUID: (none) -> " HDC "\n" D2
		     "PCI#CC_0101 Service: (none) -> pciide\n" D2
		     "PCI#CC_0101 ClassGUID: (none) -> " HDC "\n" S1 "pciide Start: 4 -> 0\n" S2
		     "pciide Start: 4 -> 0\n",
	  .about = "2003 onto another IDE" },
	{ .set = "2003-sp1-x86-dc",
	  .without = "pciide symmpi crcdisk",
	  .controller = &via_ide,
	  .want = S1 "crcdisk Start: 0 -> 4\n" S1 "symmpi Start: 0 -> 4\n" S2
		     "crcdisk Start: 0 -> 4\n" S2 "symmpi Start: 0 -> 4\n"
		     "refused: 0000:00:0f.1 (PCI\\VEN_1106&DEV_0571&SUBSYS_05711106&REV_06) is "
		     "driven by pciide, which is not installed\n",
	  .about = "2003 onto another IDE without pciide.sys, and files missing" },
	{ .set = "2003-sp1-x86-dc",
	  .without = "symmpi crcdisk",
	  .controller = &lsi_u320,
	  .want = S1 "crcdisk Start: 0 -> 4\n" S2 "crcdisk Start: 0 -> 4\n"
		     "refused: 0000:00:10.0 (PCI\\VEN_1000&DEV_0030&SUBSYS_197615AD&REV_01) is "
		     "driven by symmpi, whose file \\Windows\\system32\\DRIVERS\\symmpi.sys is "
		     "missing\n",
	  .about = "2003, its own SCSI without symmpi.sys: what the disk needs stays" },
	{ .set = "win7-sp1-x86-WKS-WIN732BITA",
	  .controller = &lsi_sas_vmware,
	  .bridge = true,
	  .want = "",
	  .about = "7, its own SAS" },
	{ .controller = &lsi_sas, .want = "", .about = "7 onto another SAS of that kind" },
	{ .controller = &piix3, .want = "", .about = "7 onto IDE" },
	{ .controller = &nvme,
	  .want = "refused: 0000:01:00.0 (PCI\\VEN_144D&DEV_A808&SUBSYS_A801144D&REV_00) is "
		  "driven by stornvme, which is not installed\n",
	  .about = "7 onto NVMe" },
	{ .controller = &ich9_ahci,
	  .want = S1 "msahci Start: 3 -> 0\n" S2 "msahci Start: 3 -> 0\n",
	  .about = "7 onto AHCI" },
	{ .set = "win81-x64-STUDENT-PC8",
	  .controller = &vbox_ahci,
	  .want = "",
	  .about = "8.1, its own AHCI" },
	{ .controller = &virtio,
	  .want = "refused: this Windows has no driver for 0000:00:04.0 "
		  "(PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00)\n",
	  .about = "8.1 onto virtio" },
	{ .controller = &lsi_sas,
	  .want = S1 "LSI_SAS\\StartOverride 0: 3 -> (none)\n" S1
		     "LSI_SAS\\StartOverride 1: 3 -> (none)\n",
	  .about = "8.1 onto SAS: demoted on both machines it knew" },
	{ .controller = &nvme,
	  .want = S1 "stornvme\\StartOverride 1: 3 -> (none)\n",
	  .about = "8.1 onto NVMe: demoted on the last machine" },
	{ .set = "win10-1709-x64-dell-physical-gpt",
	  .controller = &dell_raid,
	  .want = FILTER,
	  .about = "10, its own RAID" },
	{ .controller = &pvscsi,
	  .want = "refused: this Windows has no driver for 0000:0b:00.0 "
		  "(PCI\\VEN_15AD&DEV_07C0&SUBSYS_07C015AD&REV_02)\n" FILTER,
	  .about = "10 onto pvscsi" },
	{ .controller = &ich9_ahci,
	  .want = S1 "storahci\\StartOverride 0: 3 -> (none)\n" FILTER,
	  .about = "10 onto AHCI" },
	{ .controller = &nvme,
	  .want = S1 "stornvme\\StartOverride 0: 3 -> (none)\n" FILTER,
	  .about = "10 onto NVMe" },
	{ .controller = &piix3,
	  .want = S1 "intelide\\StartOverride 0: 3 -> (none)\n" S1
		     "atapi\\StartOverride 0: 3 -> (none)\n" FILTER,
	  .about = "10 onto IDE: the controller and its channels" },
	{ .set = "win10-1903-x64-vmware",
	  .controller = &lsi_sas_vmware,
	  .bridge = true,
	  .want = "",
	  .about = "10 1903, its own SAS" },
	{ .set = "nt4-sp3-pdc-x86",
	  .version = "4.0",
	  .controller = &piix4,
	  .want = "",
	  .about = "NT 4.0, its own IDE" },
	{ .set = "nt4-sp3-pdc-x86",
	  .version = "4.0",
	  .change = "[\\ControlSet001\\Services\\atapi]\n\"Start\"=dword:00000004\n",
	  .controller = &piix4,
	  .want = S1 "atapi Start: 4 -> 0\n",
	  .about = "NT 4.0, atapi disabled" },
};

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
		run_case(&box, &cases[i], "storage-boot");
	sandbox_close(&box);
	return tap_done();
}
