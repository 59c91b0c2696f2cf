/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI functions with the ids that Windows matches drivers by.
 * Source: Microsoft, "Identifiers for PCI devices": hardware ids, then compatible ids, each from the most exact on.
 */
#include "restore/probe/probe_priv.h"

#include <string.h>

struct ids {
	unsigned vendor, device, subsystem_vendor, subsystem, revision, class;
};

static unsigned
attribute(const struct probe *p, const char *address, const char *name)
{
	return (unsigned)hc_tree_number(&p->tree, 0, "/sys/bus/pci/devices/%s/%s", address,
					name);
}

static int
add(struct hc_strings *list, struct hc_arena *arena, const char *text, struct hc_err *err)
{
	return text == NULL ? hc_probe_no_memory(err) : hc_strings_add(list, arena, text, err);
}

static int
add_hardware_ids(struct hc_pci *pci, const struct ids *i, struct hc_arena *arena,
		 struct hc_err *err)
{
	const char *device =
		hc_arena_printf(arena, "PCI\\VEN_%04X&DEV_%04X", i->vendor, i->device);
	const char *subsystem = hc_arena_printf(arena, "%s&SUBSYS_%04X%04X", device,
						i->subsystem, i->subsystem_vendor);
	struct hc_strings *list = &pci->hardware_ids;

	if (device == NULL || subsystem == NULL)
		return hc_probe_no_memory(err);
	if (add(list, arena, hc_arena_printf(arena, "%s&REV_%02X", subsystem, i->revision),
		err) < 0 ||
	    add(list, arena, subsystem, err) < 0 ||
	    add(list, arena, hc_arena_printf(arena, "%s&CC_%06X", device, i->class), err) < 0 ||
	    add(list, arena, hc_arena_printf(arena, "%s&CC_%04X", device, i->class >> 8), err) <
		    0)
		return -1;
	list = &pci->compatible_ids;
	if (add(list, arena, hc_arena_printf(arena, "%s&REV_%02X", device, i->revision), err) <
		    0 ||
	    add(list, arena, device, err) < 0 ||
	    add(list, arena,
		hc_arena_printf(arena, "PCI\\VEN_%04X&CC_%06X", i->vendor, i->class),
		err) < 0 ||
	    add(list, arena,
		hc_arena_printf(arena, "PCI\\VEN_%04X&CC_%04X", i->vendor, i->class >> 8),
		err) < 0 ||
	    add(list, arena, hc_arena_printf(arena, "PCI\\VEN_%04X", i->vendor), err) < 0 ||
	    add(list, arena, hc_arena_printf(arena, "PCI\\CC_%06X", i->class), err) < 0)
		return -1;
	return add(list, arena, hc_arena_printf(arena, "PCI\\CC_%04X", i->class >> 8), err);
}

/* /sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0: what stands before the last part, if that is an address. */
static const char *
parent_of(const struct probe *p, const char *address)
{
	char *real = hc_tree_real(&p->tree, p->arena, "/sys/bus/pci/devices/%s", address);
	char *slash = real == NULL ? NULL : strrchr(real, '/');

	if (slash == NULL)
		return NULL;
	*slash = '\0';
	slash = strrchr(real, '/');
	return slash == NULL || strncmp(slash + 1, "pci", 3) == 0 ||
			       strchr(slash + 1, ':') == NULL
		       ? NULL
		       : slash + 1;
}

int
hc_probe_pci(struct probe *p, struct hc_err *err)
{
	struct hc_tree_names names = hc_tree_list(&p->tree, p->arena, "/sys/bus/pci/devices");

	for (size_t n = 0; n < names.count; n++) {
		const char *address = names.items[n];
		struct ids ids = { .vendor = attribute(p, address, "vendor"),
				   .device = attribute(p, address, "device"),
				   .subsystem_vendor =
					   attribute(p, address, "subsystem_vendor"),
				   .subsystem = attribute(p, address, "subsystem_device"),
				   .revision = attribute(p, address, "revision"),
				   .class = attribute(p, address, "class") };
		struct hc_pci *pci = hc_arena_grow(p->arena, &p->facts->pci.items,
						   &p->facts->pci.count, sizeof(*pci));

		if (pci == NULL)
			return hc_probe_no_memory(err);
		pci->address = address;
		pci->parent = parent_of(p, address);
		pci->class = hc_arena_printf(p->arena, "%06x", ids.class);
		pci->driver = hc_tree_link(&p->tree, p->arena, "/sys/bus/pci/devices/%s/driver",
					   address);
		if (pci->class == NULL)
			return hc_probe_no_memory(err);
		if (add_hardware_ids(pci, &ids, p->arena, err) < 0)
			return -1;
	}
	return 0;
}
