/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines to ask for drivers for: PCI functions with the ids that Windows gives them, written out once more here so
 * that the probe's are not trusted, and a disk on one of them.
 */
#ifndef HC_TESTS_WINDOWS_MACHINE_H
#define HC_TESTS_WINDOWS_MACHINE_H

#include "tests/unit/windows_volume.h"

struct machine_pci {
	const char *address, *parent;
	const char *device;    /* "8086&DEV_2922" */
	const char *subsystem; /* "02011AF4" */
	const char *revision;  /* "02" */
	const char *class;     /* "010601" */
};

struct machine {
	struct hc_arena arena;
	struct hc_facts facts;
	struct hc_disk disk;
	struct hc_survey survey;
};

__attribute__((unused)) static void
machine_add(struct machine *m, const struct machine_pci *p)
{
	struct hc_arena *a = &m->arena;
	struct hc_err err;
	struct hc_pci *pci =
		hc_arena_grow(a, &m->facts.pci.items, &m->facts.pci.count, sizeof(*pci));
	char short_class[5] = { 0 };

	memcpy(short_class, p->class, 4);
	pci->address = p->address;
	pci->parent = p->parent;
	pci->class = p->class;
#define HARDWARE(...)                                                                          \
	hc_strings_add(&pci->hardware_ids, a, hc_arena_printf(a, __VA_ARGS__), &err)
#define COMPATIBLE(...)                                                                        \
	hc_strings_add(&pci->compatible_ids, a, hc_arena_printf(a, __VA_ARGS__), &err)
	HARDWARE("PCI\\VEN_%s&SUBSYS_%s&REV_%s", p->device, p->subsystem, p->revision);
	HARDWARE("PCI\\VEN_%s&SUBSYS_%s", p->device, p->subsystem);
	HARDWARE("PCI\\VEN_%s&CC_%s", p->device, p->class);
	HARDWARE("PCI\\VEN_%s&CC_%s", p->device, short_class);
	COMPATIBLE("PCI\\VEN_%s&REV_%s", p->device, p->revision);
	COMPATIBLE("PCI\\VEN_%s", p->device);
	COMPATIBLE("PCI\\VEN_%.4s&CC_%s", p->device, p->class);
	COMPATIBLE("PCI\\VEN_%.4s", p->device);
	COMPATIBLE("PCI\\CC_%s", p->class);
	COMPATIBLE("PCI\\CC_%s", short_class);
#undef HARDWARE
#undef COMPATIBLE
}

/* With ACPI; the disk hangs on `controller`. */
__attribute__((unused)) static void
machine_init(struct machine *m, const struct machine_pci *controller)
{
	memset(m, 0, sizeof(*m));
	m->facts.acpi.present = true;
	m->facts.firmware.type = HC_FIRMWARE_BIOS;
	m->disk.path = "/dev/sda";
	m->disk.bus = "scsi";
	if (controller != NULL) {
		machine_add(m, controller);
		m->disk.controller = controller->address;
	}
}

__attribute__((unused)) static void
machine_done(struct machine *m)
{
	hc_arena_done(&m->arena);
}

/* Asks the Windows on w.img. */
__attribute__((unused)) static int
machine_ask(const struct sandbox *box, struct machine *m, struct hc_err *err)
{
	struct opened_volume opened;
	int result = open_windows_volume(box, &opened, err);

	memset(&m->survey, 0, sizeof(m->survey));
	if (result == 0)
		result = hc_windows_drivers(opened.volume, &m->facts, &m->disk, &m->arena,
					    &m->survey, err);
	close_windows_volume(&opened);
	return result;
}

__attribute__((unused)) static const struct hc_driver_answer *
machine_answer(const struct machine *m, const char *device)
{
	for (size_t i = 0; i < m->survey.drivers.count; i++)
		if (same(m->survey.drivers.items[i].device, device))
			return &m->survey.drivers.items[i];
	return NULL;
}

/* How many answers of a role are not ready. */
__attribute__((unused)) static size_t
machine_faults(const struct machine *m, const char *role)
{
	size_t faults = 0;

	for (size_t i = 0; i < m->survey.drivers.count; i++)
		if (same(m->survey.drivers.items[i].role, role) &&
		    !same(m->survey.drivers.items[i].state, "ready"))
			faults++;
	return faults;
}

#endif
