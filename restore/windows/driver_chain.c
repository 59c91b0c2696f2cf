/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which devices and services the start from a disk rests on, by generation of Windows.
 *
 *	processor ─ ACPI ─ PCI root ─ bridges ─ controller ─ (IDE channel) ─ disk ─ partitions ─ volumes
 *	            role: bus                   role: controller            role: stack
 *
 * Source: windows-offline.md sections 3.3 and 3.5; CriticalDeviceDatabase and DriverDatabase of the test data.
 */
#include "restore/windows/driver_chain.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BUS        "bus"
#define CONTROLLER "controller"
#define STACK      "stack"
#define DEPTH_MAX  32u

/* Parts of a PCI class code: base class and subclass. */
#define CLASS_STORAGE     "01"
#define CLASS_STORAGE_IDE "0101"

/* Lists of ids that are given here, not read. */
#define IDS(...)                                                                               \
	(const struct hc_strings)                                                              \
	{                                                                                      \
		(const char *[]){ __VA_ARGS__ },                                               \
			sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(const char *)         \
	}

enum generation {
	NT_4,
	NT_5,  /* 2000, XP, 2003 */
	NT_6,  /* Vista, 7 */
	NT_62, /* 8 and later */
	GENERATION_COUNT
};

static bool
has_service(struct driver_chain *c, const char *name, int *failed, struct hc_err *err)
{
	struct hc_service service;
	int result = hc_windows_service(&c->in, name, &service, err);

	if (result < 0)
		*failed = -1;
	return result == 0;
}

/* By what its registry has; `version` may be missing with SOFTWARE. */
static int
generation_of(struct driver_chain *c, enum generation *ret, struct hc_err *err)
{
	const char *version = c->in.windows->version;
	int failed = 0;

	if (c->db.kind == HC_DRIVER_DB_PACKAGES)
		*ret = NT_62;
	else if (c->db.kind == HC_DRIVER_DB_NONE)
		*ret = NT_4;
	else if (version != NULL)
		*ret = strtol(version, NULL, 10) >= 6 ? NT_6 : NT_5;
	else
		*ret = has_service(c, "volmgr", &failed, err) ? NT_6 : NT_5;
	return failed;
}

/* ---------------------------------------------------------------- what every disk needs */

/* Since which generation a service is needed, up to which; where optional, only if there is one. */
static const struct {
	const char *service;
	enum generation first, last;
	bool optional;
} stack[] = {
	{ "disk", NT_4, NT_62, false },    { "partmgr", NT_5, NT_62, false },
	{ "ftdisk", NT_5, NT_5, false },   { "volmgr", NT_6, NT_62, false },
	{ "volume", NT_62, NT_62, true }, /* since 10 */
	{ "volsnap", NT_5, NT_5, true },  /* since XP; there it drives STORAGE\Volume */
	{ "volsnap", NT_6, NT_62, false }, { "mountmgr", NT_5, NT_62, false },
};

static int
add_stack(struct driver_chain *c, enum generation generation, struct hc_err *err)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof(stack) / sizeof(stack[0]); i++) {
		if (generation < stack[i].first || generation > stack[i].last ||
		    (stack[i].optional && !has_service(c, stack[i].service, &failed, err)))
			continue;
		if (failed < 0 || hc_driver_add_service(c, stack[i].service, STACK,
							stack[i].service, err) < 0)
			return -1;
	}
	return failed;
}

/* ---------------------------------------------------------------- buses */

static int
add_root(struct driver_chain *c, struct hc_err *err)
{
	const struct hc_strings acpi = IDS("*PNP0C08");
	/* A PCI Express root is PNP0A08, compatible with PNP0A03. */
	const struct hc_strings root = IDS("*PNP0A08", "*PNP0A03");
	struct hc_hive_key key;
	struct hc_err why;

	if (hc_driver_add_ids(c, "PCI root", BUS, (struct hc_device_ids){ &root, NULL }, err) <
	    0)
		return -1;
	/* A Windows with another HAL finds PCI without ACPI; whether that HAL fits is HAL-1's matter. */
	if (!c->facts->acpi.present ||
	    hc_windows_key(&c->in, "Enum\\Root\\ACPI_HAL", &key, &why) < 0)
		return 0;
	return hc_driver_add_ids(c, "ACPI", BUS, (struct hc_device_ids){ &acpi, NULL }, err);
}

/* Hyper-V's bus, which ACPI announces. */
static int
add_vmbus_root(struct driver_chain *c, struct hc_err *err)
{
	const struct hc_strings bus = IDS("ACPI\\VMBUS", "Root\\VMBUS");
	const struct hc_strings acpi = IDS("*PNP0C08");

	if (hc_driver_add_ids(c, "VMBus", BUS, (struct hc_device_ids){ &bus, NULL }, err) < 0)
		return -1;
	return hc_driver_add_ids(c, "ACPI", BUS, (struct hc_device_ids){ &acpi, NULL }, err);
}

/* A channel that a PCI root hangs on: its driver is vpci (windows-offline.md 3.3). */
static const struct hc_vmbus *
channel_at(const struct driver_chain *c, const char *address)
{
	for (size_t i = 0; address != NULL && i < c->facts->vmbus.count; i++)
		if (c->facts->vmbus.items[i].address != NULL &&
		    strcasecmp(c->facts->vmbus.items[i].address, address) == 0)
			return &c->facts->vmbus.items[i];
	return NULL;
}

static int
add_buses(struct driver_chain *c, const struct hc_pci *controller, struct hc_err *err)
{
	const struct hc_pci *top = controller, *bridge = hc_driver_pci(c, controller->parent);
	const struct hc_vmbus *channel;

	for (size_t depth = 0; bridge != NULL && depth < DEPTH_MAX; depth++) {
		if (hc_driver_add_pci(c, bridge, BUS, err) < 0)
			return -1;
		top = bridge;
		bridge = hc_driver_pci(c, bridge->parent);
	}
	channel = channel_at(c, top->parent);
	if (channel == NULL)
		return add_root(c, err);
	if (hc_driver_add_ids(c, channel->address, BUS,
			      (struct hc_device_ids){ &channel->hardware_ids, NULL }, err) < 0)
		return -1;
	return add_vmbus_root(c, err);
}

/* ---------------------------------------------------------------- the controller */

/* Drivers whose controllers have IDE channels, which atapi drives [own knowledge]; msahci is a miniport of ataport. */
static bool
has_channels(const char *service)
{
	static const char *const parents[] = { "aliide", "amdide",     "cmdide", "intelide",
					       "msahci", "pciide",     "toside", "ultra",
					       "viaide", "serverworks" };

	for (size_t i = 0; service != NULL && i < sizeof(parents) / sizeof(parents[0]); i++)
		if (strcasecmp(service, parents[i]) == 0)
			return true;
	return false;
}

static int
add_controller(struct driver_chain *c, const struct hc_pci *pci, struct hc_err *err)
{
	const struct hc_strings channel =
		IDS("Internal_IDE_Channel", "Primary_IDE_Channel", "*PNP0600");

	if (hc_driver_add_pci(c, pci, CONTROLLER, err) < 0)
		return -1;
	if (!has_channels(c->answers.items[c->answers.count - 1].service))
		return 0;
	return hc_driver_add_ids(c, "IDE channel", CONTROLLER,
				 (struct hc_device_ids){ &channel, NULL }, err);
}

/* Hyper-V: generation 2 has no PCI, the disk hangs on VMBus. */
static int
add_vmbus(struct driver_chain *c, struct hc_err *err)
{
	const struct hc_strings scsi = IDS("VMBUS\\{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}");

	if (hc_driver_add_ids(c, "VMBus SCSI controller", CONTROLLER,
			      (struct hc_device_ids){ &scsi, NULL }, err) < 0)
		return -1;
	return add_vmbus_root(c, err);
}

static bool
is_hyper_v(const struct hc_facts *facts)
{
	return facts->machine.vendor != NULL && facts->machine.product != NULL &&
	       strcmp(facts->machine.vendor, "Microsoft Corporation") == 0 &&
	       strcmp(facts->machine.product, "Virtual Machine") == 0;
}

static const struct hc_pci *
only_of_class(const struct driver_chain *c, const char *class)
{
	const struct hc_pci *found = NULL;

	for (size_t i = 0; i < c->facts->pci.count; i++) {
		const struct hc_pci *pci = &c->facts->pci.items[i];

		if (pci->class == NULL || strncmp(pci->class, class, strlen(class)) != 0)
			continue;
		if (found != NULL)
			return NULL;
		found = pci;
	}
	return found;
}

/* What Windows is not restored onto here: it goes with the medium. */
static bool
is_portable(const struct hc_disk *disk)
{
	return disk->removable || disk->is_file ||
	       (disk->bus != NULL && strcmp(disk->bus, "usb") == 0);
}

/* The controller of every fixed disk of the machine, where that is one: a server has a second one for its DVD drive. */
static const struct hc_pci *
only_with_disks(const struct driver_chain *c)
{
	const struct hc_pci *found = NULL;

	for (size_t i = 0; i < c->facts->disks.count; i++) {
		const struct hc_disk *disk = &c->facts->disks.items[i];
		const struct hc_pci *pci = hc_driver_pci(c, disk->controller);

		if (is_portable(disk))
			continue;
		if (pci == NULL || (found != NULL && found != pci))
			return NULL;
		found = pci;
	}
	return found;
}

/*
 * The controller of the target.  While no disk of the machine is named, and for an image file that will be used there, it
 * is the one that all its disks hang on, else its only storage controller.  Linux reaches the IDE disks of Hyper-V's
 * generation 1 through VMBus; Windows starts from the IDE controller.  NULL: nobody can say.
 */
static const struct hc_pci *
find_controller(const struct driver_chain *c)
{
	const struct hc_pci *pci =
		c->target == NULL ? NULL : hc_driver_pci(c, c->target->controller);

	if (pci != NULL)
		return pci;
	if (is_hyper_v(c->facts))
		return only_of_class(c, CLASS_STORAGE_IDE);
	if (c->target != NULL && !c->target->is_file)
		return NULL;
	pci = only_with_disks(c);
	return pci != NULL ? pci : only_of_class(c, CLASS_STORAGE);
}

/* ---------------------------------------------------------------- NT 4.0 */

/* Miniports that come with NT 4.0 and the PCI devices that they look for [own knowledge]. */
static const struct {
	const char *id, *service;
} nt4_miniports[] = {
	{ "PCI\\CC_0101", "atapi" },
	{ "PCI\\VEN_9004&DEV_5078", "aic78xx" },
	{ "PCI\\VEN_9004&DEV_7078", "aic78xx" },
	{ "PCI\\VEN_9004&DEV_7178", "aic78xx" },
	{ "PCI\\VEN_9004&DEV_7278", "aic78xx" },
	{ "PCI\\VEN_9004&DEV_7478", "aic78xx" },
	{ "PCI\\VEN_9004&DEV_8078", "aic78xx" },
	{ "PCI\\VEN_9004&DEV_8178", "aic78xx" },
	{ "PCI\\VEN_9004&DEV_8278", "aic78xx" },
	{ "PCI\\VEN_1000&DEV_0001", "symc810" },
	{ "PCI\\VEN_104B&DEV_1040", "BusLogic" },
	{ "PCI\\VEN_104B&DEV_8130", "flashpnt" },
	{ "PCI\\VEN_1022&DEV_2020", "amsint" },
	{ "PCI\\VEN_1077&DEV_1020", "Ql10wnt" },
	{ "PCI\\VEN_0E11&DEV_AE10", "Cpqarray" },
	{ "PCI\\VEN_1069&DEV_0001", "dac960nt" },
	{ "PCI\\VEN_1069&DEV_0002", "dac960nt" },
};

/* Its HAL drives PCI and IDE channels are atapi's own: the controller and the disk are the whole chain.
 * A device that the table does not know may have a driver of its maker's: 1, nobody can say. */
static int
nt4_chain(struct driver_chain *c, const struct hc_pci *pci, struct hc_err *err)
{
	struct hc_driver_answer answer = { .device = pci->address, .role = CONTROLLER };

	for (size_t i = 0; i < sizeof(nt4_miniports) / sizeof(nt4_miniports[0]); i++) {
		if (!hc_strings_has(&pci->hardware_ids, nt4_miniports[i].id) &&
		    !hc_strings_has(&pci->compatible_ids, nt4_miniports[i].id))
			continue;
		answer.hardware_id = nt4_miniports[i].id;
		if (hc_driver_judge(c, nt4_miniports[i].service, &answer, err) < 0 ||
		    hc_driver_add(c, &answer, err) < 0)
			return -1;
		return add_stack(c, NT_4, err);
	}
	return 1;
}

/* ---------------------------------------------------------------- all of it */

int
hc_driver_chain(struct driver_chain *c, struct hc_err *err)
{
	const struct hc_pci *controller = find_controller(c);
	enum generation generation;

	if (generation_of(c, &generation, err) < 0)
		return -1;
	if (generation == NT_4) {
		/* A later one without either database is damaged. */
		if (controller == NULL || c->in.windows->version == NULL ||
		    c->in.windows->version[0] != '4')
			return 1;
		return nt4_chain(c, controller, err);
	}
	if (controller != NULL) {
		if (add_controller(c, controller, err) < 0 || add_buses(c, controller, err) < 0)
			return -1;
	} else if (is_hyper_v(c->facts) && c->facts->firmware.type == HC_FIRMWARE_UEFI) {
		if (add_vmbus(c, err) < 0)
			return -1;
	} else {
		return 1;
	}
	/* Not a bus to start from unless somebody made it one: its driver starts on demand [own knowledge]. */
	if (c->target != NULL && c->target->bus != NULL && strcmp(c->target->bus, "usb") == 0 &&
	    hc_driver_add_service(c, "USB storage", CONTROLLER, "USBSTOR", err) < 0)
		return -1;
	return add_stack(c, generation, err);
}
