/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI functions with the ids that Windows matches drivers by.
 *
 * A function that has a subsystem:               one that has none (SUBSYS_00000000: many bridges, old cards):
 *   hardware ids    VEN&DEV&SUBSYS&REV             VEN&DEV&SUBSYS_00000000&REV
 *                   VEN&DEV&SUBSYS                 VEN&DEV&SUBSYS_00000000
 *                                                  VEN&DEV&REV
 *                                                  VEN&DEV
 *                   VEN&DEV&CC_ccsspp              VEN&DEV&CC_ccsspp
 *                   VEN&DEV&CC_ccss                VEN&DEV&CC_ccss
 *   compatible ids  VEN&DEV&REV
 *                   VEN&DEV
 *                   VEN&CC_ccsspp, VEN&CC_ccss, VEN, CC_ccsspp, CC_ccss: the same for both
 * Windows 7 and later add CC_ccsspp&DT_n and CC_ccss&DT_n before the last two where they run PCI Express natively; that
 * depends on an agreement with the firmware which can't be seen from here, and no storage driver hangs on it alone.
 *
 * Source: Microsoft, "Identifiers for PCI Devices"; the order and the two columns are those of Enum\PCI in the registries
 * of Server 2003, Windows 7, 8.1 and 10 (165 functions, compared in tests/image/probe.sh).
 */
#include "restore/disk/disk.h"
#include "restore/probe/probe_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ID_TEXT 64 /* the longest has 45 characters */

static unsigned
attribute(const struct probe *p, const char *address, const char *name)
{
	return (unsigned)hc_tree_number(&p->tree, 0, "/sys/bus/pci/devices/%s/%s", address,
					name);
}

__attribute__((format(printf, 4, 5))) static int
add(struct hc_strings *list, struct hc_arena *arena, struct hc_err *err, const char *fmt, ...)
{
	char text[ID_TEXT];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return hc_strings_add(list, arena, text, err);
}

static int
add_class_ids(struct hc_strings *list, struct hc_arena *arena, const char *prefix,
	      unsigned class, struct hc_err *err)
{
	if (add(list, arena, err, "%sCC_%06X", prefix, class) < 0)
		return -1;
	return add(list, arena, err, "%sCC_%04X", prefix, class >> 8);
}

int
hc_pci_ids(const struct hc_pci_numbers *n, struct hc_arena *arena, struct hc_pci *pci,
	   struct hc_err *err)
{
	bool has_subsystem = n->subsystem_vendor != 0 || n->subsystem != 0;
	struct hc_strings *hardware = &pci->hardware_ids, *compatible = &pci->compatible_ids;
	struct hc_strings *plain = has_subsystem ? compatible : hardware;
	char vendor[16], device[32], of_vendor[17], of_device[33];

	snprintf(vendor, sizeof(vendor), "PCI\\VEN_%04X", n->vendor & 0xffff);
	snprintf(device, sizeof(device), "%s&DEV_%04X", vendor, n->device & 0xffff);
	snprintf(of_vendor, sizeof(of_vendor), "%s&", vendor);
	snprintf(of_device, sizeof(of_device), "%s&", device);
	if (add(hardware, arena, err, "%s&SUBSYS_%04X%04X&REV_%02X", device, n->subsystem,
		n->subsystem_vendor, n->revision) < 0 ||
	    add(hardware, arena, err, "%s&SUBSYS_%04X%04X", device, n->subsystem,
		n->subsystem_vendor) < 0 ||
	    add(plain, arena, err, "%s&REV_%02X", device, n->revision) < 0 ||
	    add(plain, arena, err, "%s", device) < 0 ||
	    add_class_ids(hardware, arena, of_device, n->class, err) < 0 ||
	    add_class_ids(compatible, arena, of_vendor, n->class, err) < 0 ||
	    add(compatible, arena, err, "%s", vendor) < 0)
		return -1;
	return add_class_ids(compatible, arena, "PCI\\", n->class, err);
}

/*
 * /sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0: what stands before the last part, if that is a device.
 * Behind Intel's VMD and Hyper-V's virtual PCI there is a root bus of its own in between, which no driver is for:
 * …/0000:00:0e.0/pci10000:e0/10000:e0:06.0, …/VMBUS:01/3b2d0f5a-…/pci4b2d:00/4b2d:00:00.0.
 */
static const char *
parent_of(const struct probe *p, const char *address)
{
	char *real = hc_tree_real(&p->tree, p->arena, "/sys/bus/pci/devices/%s", address);
	char *slash = real == NULL ? NULL : strrchr(real, '/');

	while (slash != NULL) {
		*slash = '\0';
		slash = strrchr(real, '/');
		if (slash == NULL)
			break;
		if (hc_disk_is_pci_address(slash + 1) || hc_disk_is_guid(slash + 1))
			return slash + 1;
		if (strncmp(slash + 1, "pci", 3) != 0)
			break;
	}
	return NULL;
}

static int
add_function(struct probe *p, const char *address, struct hc_err *err)
{
	struct hc_pci_numbers n = {
		.vendor = attribute(p, address, "vendor"),
		.device = attribute(p, address, "device"),
		.subsystem_vendor = attribute(p, address, "subsystem_vendor"),
		.subsystem = attribute(p, address, "subsystem_device"),
		.revision = attribute(p, address, "revision"),
		.class = attribute(p, address, "class"),
	};
	struct hc_pci *pci = hc_arena_grow(p->arena, &p->facts->pci.items, &p->facts->pci.count,
					   sizeof(*pci));

	if (pci == NULL)
		return hc_probe_no_memory(err);
	pci->address = address;
	pci->parent = parent_of(p, address);
	pci->class = hc_arena_printf(p->arena, "%06x", n.class);
	pci->driver =
		hc_tree_link(&p->tree, p->arena, "/sys/bus/pci/devices/%s/driver", address);
	if (pci->class == NULL)
		return hc_probe_no_memory(err);
	return hc_pci_ids(&n, p->arena, pci, err);
}

/*
 * Hyper-V's devices without PCI.  Windows names them by the class of the channel: VMBUS\{ba6163d9-…} is the storage
 * controller; so it stands in Windows 7's CriticalDeviceDatabase (VMBUS#{ba6163d9-…} → storvsc).
 */
static int
add_channel(struct probe *p, const char *address, struct hc_err *err)
{
	const char *class =
		hc_tree_text(&p->tree, p->arena, "/sys/bus/vmbus/devices/%s/class_id", address);
	struct hc_vmbus *channel = hc_arena_grow(p->arena, &p->facts->vmbus.items,
						 &p->facts->vmbus.count, sizeof(*channel));

	if (channel == NULL)
		return hc_probe_no_memory(err);
	channel->address = address;
	channel->driver =
		hc_tree_link(&p->tree, p->arena, "/sys/bus/vmbus/devices/%s/driver", address);
	if (class == NULL)
		return 0;
	return add(&channel->hardware_ids, p->arena, err, "VMBUS\\%s", class);
}

int
hc_probe_pci(struct probe *p, struct hc_err *err)
{
	struct hc_tree_names pci = hc_tree_list(&p->tree, p->arena, "/sys/bus/pci/devices");
	struct hc_tree_names vmbus = hc_tree_list(&p->tree, p->arena, "/sys/bus/vmbus/devices");

	for (size_t i = 0; i < pci.count; i++)
		if (add_function(p, pci.items[i], err) < 0)
			return -1;
	for (size_t i = 0; i < vmbus.count; i++)
		if (add_channel(p, vmbus.items[i], err) < 0)
			return -1;
	return 0;
}
