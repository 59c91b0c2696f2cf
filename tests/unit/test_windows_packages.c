/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows: which of several drivers a device gets, on registries made for it, with a DRIVERS hive. */
#include "tests/unit/windows_machine.h"

#define FILES                                                                                  \
	"disk partmgr volmgr volsnap mountmgr pci ACPI vmbus storvsc storahci maker makernew " \
	"makerunsigned makerbetter"

static bool
prepare(struct sandbox *box)
{
	run(box, "rm -f SYSTEM SOFTWARE DRIVERS");
	return make_hive(box, "SYSTEM", "packages-system.reg") &&
	       make_hive(box, "DRIVERS", "packages.reg") && make_windows_volume(box, FILES);
}

/* ---------------------------------------------------------------- rank */

static const struct {
	struct machine_pci controller;
	const char *state, *service, *inf, *where, *about;
} ranks[] = {
	{ { "0000:00:01.0", NULL, "1234&DEV_0009", "00091234", "00", "010601" },
	  "ready",
	  "storahci",
	  "mshdc.inf",
	  "DRIVERS\\DriverDatabase\\DeviceIds\\PCI\\CC_010601",
	  "by class" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0002", "00021234", "00", "010601" },
	  "absent",
	  NULL,
	  NULL,
	  "DRIVERS\\DriverDatabase\\DeviceIds",
	  "excluded" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0001", "00021234", "00", "010000" },
	  "ready",
	  "makernew",
	  "oem2.inf",
	  NULL,
	  "the newer one, if it is signed" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0001", "00011234", "00", "010000" },
	  "ready",
	  "maker",
	  "oem4.inf",
	  NULL,
	  "the more exact id, though older" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0001", "00031234", "00", "010000" },
	  "ready",
	  "makerbetter",
	  "oem5.inf",
	  NULL,
	  "a hardware id of the device before its compatible ids" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0003", "00031234", "00", "010401" },
	  "ready",
	  "makerbetter",
	  "oem6.inf",
	  NULL,
	  "feature score before identifier" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0004", "00041234", "00", "010000" },
	  "absent",
	  "staged",
	  "oem8.inf",
	  "SYSTEM\\ControlSet001\\Services\\staged",
	  "a package without its service" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0005", "00051234", "00", "010000" },
	  "absent",
	  "program",
	  "oem9.inf",
	  NULL,
	  "a service that is no driver" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0006", "00061234", "00", "010000" },
	  "absent",
	  NULL,
	  NULL,
	  NULL,
	  "a configuration that binds nothing" },
	{ { "0000:00:01.0", NULL, "1234&DEV_0007", "00071234", "00", "010000" },
	  "absent",
	  NULL,
	  NULL,
	  NULL,
	  "an INF without a package" },
};

static void
test_rank(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++) {
		const struct hc_driver_answer *a;
		struct hc_err err;
		struct machine m;

		machine_init(&m, &ranks[i].controller);
		a = machine_ask(box, &m, &err) == 0
			    ? machine_answer(&m, ranks[i].controller.address)
			    : NULL;
		if (!ok(a != NULL && same(a->state, ranks[i].state) &&
				same(a->service, ranks[i].service) &&
				same(a->inf, ranks[i].inf) &&
				(ranks[i].where == NULL || same(a->where, ranks[i].where)),
			"%s: %s", ranks[i].about, ranks[i].state) &&
		    a != NULL)
			printf("# %s, service %s, inf %s, %s\n", a->state,
			       a->service ? a->service : "-", a->inf ? a->inf : "-", a->where);
		ok(machine_faults(&m, "bus") == 0 && machine_faults(&m, "stack") == 0 &&
			   m.survey.drivers.count == 8,
		   "and the rest is there");
		machine_done(&m);
	}
}

/* ---------------------------------------------------------------- which controller */

static const struct machine_pci ahci = { "0000:00:01.0", NULL, "1234&DEV_0009",
					 "00091234",     "00", "010601" };
static const struct machine_pci second = { "0000:00:02.0", NULL, "1234&DEV_0001",
					   "00021234",     "00", "010000" };
static const struct machine_pci network = { "0000:00:03.0", NULL, "1234&DEV_0008",
					    "00081234",     "00", "020000" };

static void
test_image_files(struct sandbox *box)
{
	struct hc_err err;
	struct machine m;

	machine_init(&m, &ahci);
	machine_add(&m, &network);
	m.disk.controller = NULL;
	m.disk.is_file = true;
	ok(machine_ask(box, &m, &err) == 0 && m.survey.drivers_known &&
		   machine_answer(&m, ahci.address) != NULL,
	   "an image file hangs on the only storage controller");
	machine_add(&m, &second);
	ok(machine_ask(box, &m, &err) == 0 && !m.survey.drivers_known &&
		   m.survey.drivers.count == 0,
	   "of two nobody can say which");
	m.disk.is_file = false;
	m.disk.controller = "0000:0f:00.0";
	ok(machine_ask(box, &m, &err) == 0 && !m.survey.drivers_known,
	   "nor of a controller that the facts don't list");
	machine_done(&m);
}

static void
test_hyper_v(struct sandbox *box)
{
	struct hc_err err;
	struct machine m;

	machine_init(&m, NULL);
	m.facts.machine.vendor = "Microsoft Corporation";
	m.facts.machine.product = "Virtual Machine";
	m.facts.firmware.type = HC_FIRMWARE_UEFI;
	ok(machine_ask(box, &m, &err) == 0 && m.survey.drivers_known &&
		   machine_answer(&m, "VMBus") != NULL &&
		   same(machine_answer(&m, "VMBus")->service, "vmbus") &&
		   same(machine_answer(&m, "VMBus SCSI controller")->service, "storvsc") &&
		   machine_faults(&m, "controller") + machine_faults(&m, "bus") == 0,
	   "Hyper-V of generation 2: VMBus");
	m.facts.machine.product = "Surface";
	ok(machine_ask(box, &m, &err) == 0 && !m.survey.drivers_known,
	   "another machine without PCI: nobody can say");
	machine_done(&m);
}

/* ---------------------------------------------------------------- what can't be asked */

static void
test_unknown(struct sandbox *box)
{
	struct hc_err err;
	struct machine m;

	machine_init(&m, &ahci);
	run(box, "rm -f DRIVERS");
	if (!make_windows_volume(box, FILES)) {
		tap_skip(NO_NTFS);
		return;
	}
	ok(machine_ask(box, &m, &err) == 0 && !m.survey.drivers_known,
	   "a Windows without either database, of a version that isn't known");
	run(box, "echo nothing >SYSTEM");
	make_windows_volume(box, FILES);
	ok(machine_ask(box, &m, &err) == 0 && !m.survey.drivers_known,
	   "a registry that can't be read");
	run(box, "rm SYSTEM");
	make_windows_volume(box, FILES);
	ok(machine_ask(box, &m, &err) == 0 && !m.survey.drivers_known, "no Windows at all");
	machine_done(&m);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (prepare(&box)) {
		test_rank(&box);
		test_image_files(&box);
		test_hyper_v(&box);
		test_unknown(&box);
	} else {
		tap_skip(NO_NTFS);
	}
	sandbox_close(&box);
	return tap_done();
}
