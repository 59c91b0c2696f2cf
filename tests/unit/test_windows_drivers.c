/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * restore/windows: is a driver available?  Asked of the registries of real machines, for controllers that they have
 * and others, with the files of some drivers put there.
 */
#include "tests/unit/windows_machine.h"

#define STACK_FILES "disk partmgr ftdisk volmgr volume volsnap mountmgr pci ACPI "

static const struct machine_pci lsi_u320 = { "0000:00:10.0", NULL, "1000&DEV_0030",
					     "197615AD",     "01", "010000" };
static const struct machine_pci lsi_u320_elsewhere = { "0000:00:11.0", NULL, "1000&DEV_0030",
						       "197615AD",     "01", "010000" };
static const struct machine_pci lsi_sas = { "0000:03:00.0", NULL, "1000&DEV_0054",
					    "1F091028",     "02", "010000" };
static const struct machine_pci lsi_sas_vmware = {
	"0000:03:00.0", "0000:00:15.0", "1000&DEV_0054", "197615AD", "01", "010000"
};
static const struct machine_pci vmware_bridge = { "0000:00:15.0", NULL, "15AD&DEV_07A0",
						  "07A015AD",     "01", "060400" };
static const struct machine_pci piix4 = { "0000:00:07.1", NULL, "8086&DEV_7111",
					  "197615AD",     "01", "01018a" };
static const struct machine_pci piix3 = { "0000:00:01.1", NULL, "8086&DEV_7010",
					  "11001AF4",     "00", "010180" };
static const struct machine_pci via_ide = { "0000:00:0f.1", NULL, "1106&DEV_0571",
					    "05711106",     "06", "01018a" };
static const struct machine_pci ich9_ahci = { "0000:00:1f.2", NULL, "8086&DEV_2922",
					      "11001AF4",     "02", "010601" };
static const struct machine_pci dell_raid = { "0000:00:1f.2", NULL, "8086&DEV_282A",
					      "05341028",     "04", "010400" };
static const struct machine_pci nvme = { "0000:01:00.0", NULL, "144D&DEV_A808",
					 "A801144D",     "00", "010802" };
static const struct machine_pci virtio = { "0000:00:04.0", NULL, "1AF4&DEV_1001",
					   "00021AF4",     "00", "010000" };
static const struct machine_pci megasas = { "0000:02:00.0", NULL, "1000&DEV_005B",
					    "1F381028",     "05", "010400" };

/* One question: of the Windows that was prepared last, or of `set` with `drivers`, changed by `change`. */
struct question {
	const char *set, *drivers, *change;
	const struct machine_pci *controller;
	const char *state, *service, *inf, *id, *where;
	const char *about;
};

#define CCS "SYSTEM\\ControlSet001\\"
#define CDD CCS "Control\\CriticalDeviceDatabase\\"
#define IDS "SYSTEM\\DriverDatabase\\DeviceIds\\"

static const struct question critical[] = {
	{ "2003-sp1-x86-dc", STACK_FILES "symmpi intelide", NULL, &lsi_u320, "ready", "symmpi",
	  NULL, "PCI\\VEN_1000&DEV_0030&SUBSYS_197615AD&REV_01",
	  CCS "Enum\\PCI\\VEN_1000&DEV_0030&SUBSYS_197615AD&REV_01\\3&61aaa01&0&80",
	  "2003: the controller it had, in the slot it was in" },
	{ NULL, NULL, NULL, &lsi_u320_elsewhere, "ready", "symmpi", NULL,
	  "PCI\\VEN_1000&DEV_0030", CDD "PCI#VEN_1000&DEV_0030",
	  "2003: the same controller in another slot" },
	{ NULL, NULL, NULL, &ich9_ahci, "absent", NULL, NULL,
	  "PCI\\VEN_8086&DEV_2922&SUBSYS_11001AF4&REV_02",
	  CCS "Control\\CriticalDeviceDatabase", "2003: AHCI" },
	{ NULL, NULL, NULL, &via_ide, "absent", NULL, NULL, NULL,
	  CCS "Control\\CriticalDeviceDatabase", "2003: IDE of a maker that it never met" },
	{ NULL, NULL, NULL, &piix4, "ready", "intelide", NULL, NULL, NULL,
	  "2003: the IDE controller it had" },
	{ "2003-sp1-x86-dc", STACK_FILES, NULL, &lsi_u320_elsewhere, "file-missing", "symmpi",
	  NULL, NULL, CCS "Services\\symmpi", "2003: symmpi.sys is missing" },
	{ "2003-sp1-x86-dc", STACK_FILES "symmpi",
	  "[\\ControlSet001\\Services\\symmpi]\n\"Start\"=dword:00000004\n", &lsi_u320,
	  "disabled", "symmpi", NULL, NULL, CCS "Services\\symmpi", "2003: symmpi disabled" },
	{ "win7-sp1-x86-WKS-WIN732BITA",
	  STACK_FILES "lsi_sas msahci atapi intelide pciide megasas", NULL, &lsi_sas, "ready",
	  "LSI_SAS", "lsi_sas.inf", "PCI\\VEN_1000&DEV_0054&SUBSYS_1F091028",
	  CDD "PCI#VEN_1000&DEV_0054&SUBSYS_1F091028", "7: SAS, by its subsystem" },
	{ NULL, NULL, NULL, &ich9_ahci, "disabled", "msahci", "mshdc.inf", "PCI\\CC_010601",
	  CCS "Services\\msahci", "7: AHCI, whose driver starts on demand" },
	{ NULL, NULL, NULL, &nvme, "absent", NULL, NULL, NULL, NULL, "7: NVMe" },
	{ NULL, NULL, NULL, &piix3, "ready", "intelide", "mshdc.inf", "PCI\\VEN_8086&DEV_7010",
	  CDD "PCI#VEN_8086&DEV_7010", "7: another IDE controller" },
	{ "win7-sp1-x86-WKS-WIN732BITA", STACK_FILES, NULL, &ich9_ahci, "file-missing",
	  "msahci", "mshdc.inf", NULL, CCS "Services\\msahci",
	  "7: msahci.sys is missing, which outweighs Start" },
};

static const struct question packages[] = {
	{ "win81-x64-STUDENT-PC8", STACK_FILES "storahci stornvme pciide lsi_sas", NULL,
	  &ich9_ahci, "ready", "storahci", "mshdc.inf", "PCI\\CC_010601", IDS "PCI\\CC_010601",
	  "8.1: AHCI, as it had" },
	{ NULL, NULL, NULL, &nvme, "ready", "stornvme", "stornvme.inf", "PCI\\CC_010802",
	  IDS "PCI\\CC_010802", "8.1: NVMe" },
	{ NULL, NULL, NULL, &lsi_sas, "disabled", "LSI_SAS", "lsi_sas.inf",
	  "PCI\\VEN_1000&DEV_0054&SUBSYS_1F091028", CCS "Services\\LSI_SAS\\StartOverride",
	  "8.1: SAS, demoted by StartOverride" },
	{ NULL, NULL, NULL, &virtio, "absent", NULL, NULL, NULL,
	  "SYSTEM\\DriverDatabase\\DeviceIds", "8.1: virtio" },
	{ NULL, NULL, NULL, &megasas, "file-missing", "megasas", "megasas.inf",
	  "PCI\\VEN_1000&DEV_005B&SUBSYS_1F381028", CCS "Services\\megasas",
	  "8.1: MegaRAID, without its file" },
	{ "win10-1709-x64-dell-physical-gpt", STACK_FILES "storahci stornvme iaStorAV", NULL,
	  &dell_raid, "ready", "iaStorAV", NULL, NULL,
	  CCS "Enum\\PCI\\VEN_8086&DEV_282A&SUBSYS_05341028&REV_04\\3&11583659&0&FA",
	  "10: the Dell's own controller" },
	{ NULL, NULL, NULL, &ich9_ahci, "disabled", "storahci", "mshdc.inf", "PCI\\CC_010601",
	  CCS "Services\\storahci\\StartOverride", "10: AHCI, demoted by StartOverride" },
	{ NULL, NULL, NULL, &nvme, "disabled", "stornvme", "stornvme.inf", NULL,
	  CCS "Services\\stornvme\\StartOverride", "10: NVMe, demoted" },
	{ NULL, NULL, NULL, &lsi_u320, "absent", NULL, NULL, NULL, NULL,
	  "10: the SCSI of the 2003 machine" },
	{ "win10-1709-x64-dell-physical-gpt", STACK_FILES "storahci",
	  "[\\ControlSet001\\Services\\storahci\\StartOverride]\n\"0\"=dword:00000000\n",
	  &ich9_ahci, "ready", "storahci", "mshdc.inf", NULL, IDS "PCI\\CC_010601",
	  "10: AHCI, once StartOverride is 0" },
};

static bool
prepare(struct sandbox *box, const struct question *q)
{
	if (q->set == NULL)
		return true;
	run(box, "rm -f SYSTEM SOFTWARE DRIVERS");
	if (!real_hive(box, q->set, "SOFTWARE", "SOFTWARE"))
		run(box, "rm -f SOFTWARE");
	return real_hive(box, q->set, "SYSTEM", "SYSTEM") &&
	       (q->change == NULL || change_hive(box, "SYSTEM", q->change)) &&
	       make_windows_volume(box, q->drivers);
}

static bool
is_what(const char *got, const char *want)
{
	return want == NULL || same(got, want);
}

static void
test_questions(struct sandbox *box, const struct question *questions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct question *q = &questions[i];
		const struct hc_driver_answer *a;
		struct hc_err err = { 0 };
		struct machine m;

		if (!prepare(box, q)) {
			tap_skip(NO_NTFS);
			return;
		}
		machine_init(&m, q->controller);
		a = machine_ask(box, &m, &err) == 0 ? machine_answer(&m, q->controller->address)
						    : NULL;
		if (!ok(a != NULL && m.survey.drivers_known && same(a->role, "controller") &&
				same(a->state, q->state) && is_what(a->service, q->service) &&
				is_what(a->hardware_id, q->id) && is_what(a->where, q->where) &&
				(same(q->state, "absent") ? a->inf == NULL
							  : same(a->inf, q->inf)),
			"%s: %s", q->about, q->state) &&
		    a != NULL)
			printf("# %s, service %s, inf %s, id %s, %s\n", a->state,
			       a->service ? a->service : "-", a->inf ? a->inf : "-",
			       a->hardware_id ? a->hardware_id : "-", a->where);
		ok(machine_faults(&m, "bus") == 0 && machine_faults(&m, "stack") == 0,
		   "nothing wrong above and below it (%zu answers)", m.survey.drivers.count);
		machine_done(&m);
	}
}

/* ---------------------------------------------------------------- the rest of the chain */

/* What there is an answer for besides the controller, by generation. */
static void
test_chain(struct sandbox *box)
{
	static const struct {
		const char *set, *drivers;
		size_t answers;
		const char *has, *has_not;
	} chains[] = {
		{ "2003-sp1-x86-dc", STACK_FILES "symmpi", 9, "ftdisk", "volmgr" },
		{ "win7-sp1-x86-WKS-WIN732BITA", STACK_FILES "lsi_sas", 9, "volmgr", "volume" },
		{ "win10-1903-x64-vmware", STACK_FILES "lsi_sas", 10, "volume", "ftdisk" },
	};

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		const struct question q = { .set = chains[i].set,
					    .drivers = chains[i].drivers };
		const struct hc_driver_answer *bridge;
		struct hc_err err;
		struct machine m;

		if (!prepare(box, &q)) {
			tap_skip(NO_NTFS);
			return;
		}
		machine_init(&m, &lsi_sas_vmware);
		machine_add(&m, &vmware_bridge);
		ok_call(machine_ask(box, &m, &err), &err, "a controller below a bridge: %s",
			chains[i].set);
		bridge = machine_answer(&m, vmware_bridge.address);
		ok(bridge != NULL && same(bridge->role, "bus") &&
			   same(bridge->service, "pci") && same(bridge->state, "ready"),
		   "the bridge has a driver");
		ok(machine_answer(&m, "PCI root") != NULL &&
			   same(machine_answer(&m, "PCI root")->service, "pci") &&
			   machine_answer(&m, "ACPI") != NULL &&
			   same(machine_answer(&m, "ACPI")->service, "ACPI"),
		   "and so have the root and ACPI");
		ok(m.survey.drivers.count == chains[i].answers &&
			   machine_answer(&m, chains[i].has) != NULL &&
			   machine_answer(&m, chains[i].has_not) == NULL &&
			   machine_faults(&m, "bus") + machine_faults(&m, "stack") == 0,
		   "what disks and volumes need: %zu answers, %s", m.survey.drivers.count,
		   chains[i].has);
		m.facts.acpi.present = false;
		ok(machine_ask(box, &m, &err) == 0 && machine_answer(&m, "ACPI") == NULL,
		   "a machine without ACPI needs no driver for it");
		machine_done(&m);
	}
}

/* Instance ids: the controller of the 1903 machine stands in Enum as 4&…&00A8, below bridge A8. */
static void
test_slots(struct sandbox *box)
{
	static const char seen[] =
		CCS "Enum\\PCI\\VEN_1000&DEV_0054&SUBSYS_197615AD&REV_01\\4&";
	const struct question q = { .set = "win10-1903-x64-vmware",
				    .drivers = STACK_FILES "lsi_sas" };
	struct machine_pci other = lsi_sas_vmware;
	const struct hc_driver_answer *a;
	struct hc_err err;
	struct machine m;

	if (!prepare(box, &q)) {
		tap_skip(NO_NTFS);
		return;
	}
	machine_init(&m, &lsi_sas_vmware);
	machine_add(&m, &vmware_bridge);
	a = machine_ask(box, &m, &err) == 0 ? machine_answer(&m, other.address) : NULL;
	ok(a != NULL && same(a->state, "ready") &&
		   strncasecmp(a->where, seen, strlen(seen)) == 0,
	   "a device below a bridge is known again by both slots");
	machine_done(&m);
	other.address = "0000:03:01.0";
	machine_init(&m, &other);
	machine_add(&m, &vmware_bridge);
	a = machine_ask(box, &m, &err) == 0 ? machine_answer(&m, other.address) : NULL;
	ok(a != NULL && same(a->where, IDS "PCI\\VEN_1000&DEV_0054"),
	   "in another slot it is a device that is new: %s", a != NULL ? a->where : "-");
	machine_done(&m);
}

/* A fault in the stack is found: each service in turn. */
static void
test_stack(struct sandbox *box)
{
	const struct question q = { .set = "win10-1709-x64-dell-physical-gpt",
				    .drivers = "disk volmgr volume volsnap mountmgr pci ACPI "
					       "iaStorAV",
				    .change =
					    "[\\ControlSet001\\Services\\volmgr]\n"
					    "\"Start\"=dword:00000003\n\n"
					    "[\\ControlSet001\\Services\\pci\\StartOverride]\n"
					    "\"0\"=dword:00000003\n" };
	struct hc_err err;
	struct machine m;

	if (!prepare(box, &q)) {
		tap_skip(NO_NTFS);
		return;
	}
	machine_init(&m, &dell_raid);
	ok_call(machine_ask(box, &m, &err), &err, "a Windows with faults all over");
	ok(machine_faults(&m, "controller") == 0 && machine_faults(&m, "stack") == 2 &&
		   same(machine_answer(&m, "partmgr")->state, "file-missing") &&
		   same(machine_answer(&m, "volmgr")->state, "disabled"),
	   "partmgr.sys is missing, volmgr starts on demand");
	ok(machine_faults(&m, "bus") == 1 &&
		   same(machine_answer(&m, "PCI root")->state, "disabled"),
	   "and pci is demoted: a bus driver");
	m.disk.bus = "usb";
	ok(machine_ask(box, &m, &err) == 0 && machine_answer(&m, "USB storage") != NULL &&
		   !same(machine_answer(&m, "USB storage")->state, "ready"),
	   "a disk on USB needs one driver more");
	machine_done(&m);
}

/* IDE controllers have channels, which need a driver of their own. */
static void
test_channels(struct sandbox *box)
{
	static const char *const with[] = { STACK_FILES "intelide atapi",
					    STACK_FILES "intelide" };

	for (size_t i = 0; i < 2; i++) {
		const struct question q = { .set = "2003-sp1-x86-dc", .drivers = with[i] };
		const struct hc_driver_answer *a;
		struct hc_err err;
		struct machine m;

		if (!prepare(box, &q)) {
			tap_skip(NO_NTFS);
			return;
		}
		machine_init(&m, &piix4);
		a = machine_ask(box, &m, &err) == 0 ? machine_answer(&m, "IDE channel") : NULL;
		ok(a != NULL && same(a->service, "atapi") && same(a->role, "controller") &&
			   same(a->state, i == 0 ? "ready" : "file-missing") &&
			   same(a->hardware_id, "Primary_IDE_Channel"),
		   "an IDE channel: %s", a != NULL ? a->state : "-");
		machine_done(&m);
	}
}

/* ---------------------------------------------------------------- NT 4.0 */

static void
test_nt4(struct sandbox *box)
{
	static const struct {
		struct machine_pci controller;
		const char *state, *service;
	} cases[] = {
		{ { "0000:00:10.0", NULL, "104B&DEV_1040", "1040104B", "01", "010000" },
		  "ready",
		  "BusLogic" },
		{ { "0000:00:07.1", NULL, "8086&DEV_7111", "00000000", "01", "01018a" },
		  "file-missing",
		  "atapi" },
		{ { "0000:00:09.0", NULL, "9004&DEV_8178", "00000000", "00", "010000" },
		  "disabled",
		  "aic78xx" },
		{ { "0000:00:04.0", NULL, "1077&DEV_1020", "00000000", "00", "010000" },
		  "file-missing",
		  "Ql10wnt" },
	};
	const struct question q = { .set = "nt4-sp3-pdc-x86",
				    .drivers = "disk buslogic aic78xx" };
	struct hc_err err;
	struct machine m;

	if (!prepare(box, &q)) {
		tap_skip(NO_NTFS);
		return;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hc_driver_answer *a;

		machine_init(&m, &cases[i].controller);
		a = machine_ask(box, &m, &err) == 0
			    ? machine_answer(&m, cases[i].controller.address)
			    : NULL;
		ok(a != NULL && same(a->state, cases[i].state) &&
			   same(a->service, cases[i].service) && m.survey.drivers.count == 2 &&
			   same(machine_answer(&m, "disk")->state, "ready"),
		   "NT 4.0: %s is %s", cases[i].service, cases[i].state);
		machine_done(&m);
	}
	machine_init(&m, &ich9_ahci);
	ok(machine_ask(box, &m, &err) == 0 && !m.survey.drivers_known &&
		   m.survey.drivers.count == 0,
	   "NT 4.0: of AHCI nobody can say");
	machine_done(&m);
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
	test_questions(&box, critical, sizeof(critical) / sizeof(critical[0]));
	test_questions(&box, packages, sizeof(packages) / sizeof(packages[0]));
	test_chain(&box);
	test_slots(&box);
	test_stack(&box);
	test_channels(&box);
	test_nt4(&box);
	sandbox_close(&box);
	return tap_done();
}
