/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bus, controller and stable path of a disk, out of its place in /sys/devices.
 * The path names port and unit, never the numbers that change between boots (host4, ata3, usb2).
 * Source: the same idea as udev's path_id; spelled alike where it can be.
 */
#include "restore/disk/disk_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

struct parts {
	const char *controller; /* last PCI address, or device of Hyper-V's VMBus */
	const char *ata;        /* ata3 */
	const char *usb;        /* port path: 2.3 of 1-2.3 */
	const char *sas;        /* end_device-0:1 */
	const char *nvme;       /* nvme0 */
	const char *scsi;       /* 2:0:0:1 */
	bool iscsi, fc, virtio, mmc, xen;
};

static bool
starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool
hc_disk_is_pci_address(const char *text)
{
	unsigned domain, bus, device, function;
	int used = 0;

	return sscanf(text, "%8x:%2x:%2x.%1u%n", &domain, &bus, &device, &function, &used) ==
		       4 &&
	       text[used] == '\0';
}

/* /sys/devices/…/VMBUS:01/f8b3781a-1e82-4818-a1c3-63d806ec15bb/host0/…; such a name stays between boots. */
bool
hc_disk_is_guid(const char *text)
{
	return strlen(text) == 36 && strspn(text, "0123456789abcdef-") == 36 && text[8] == '-';
}

static bool
is_scsi_address(const char *text)
{
	unsigned h, c, t;
	unsigned long long l;
	int used = 0;

	return sscanf(text, "%u:%u:%u:%llu%n", &h, &c, &t, &l, &used) == 4 &&
	       text[used] == '\0';
}

static void
look_at(const char *part, struct parts *parts)
{
	if (hc_disk_is_pci_address(part) || hc_disk_is_guid(part))
		parts->controller = part;
	else if (is_scsi_address(part))
		parts->scsi = part;
	else if (starts(part, "ata") && isdigit((unsigned char)part[3]))
		parts->ata = part;
	else if (isdigit((unsigned char)part[0]) && strchr(part, '-') && !strchr(part, ':'))
		parts->usb = strchr(part, '-') + 1;
	else if (starts(part, "end_device-"))
		parts->sas = part;
	else if (starts(part, "nvme") && isdigit((unsigned char)part[4]))
		parts->nvme = parts->nvme == NULL ? part : parts->nvme;
	else if (starts(part, "session"))
		parts->iscsi = true;
	else if (starts(part, "rport-"))
		parts->fc = true;
	else if (starts(part, "virtio"))
		parts->virtio = true;
	else if (starts(part, "mmc"))
		parts->mmc = true;
	else if (starts(part, "vbd-"))
		parts->xen = true;
}

static int
split(const char *real, struct hc_arena *arena, struct parts *parts, struct hc_err *err)
{
	char *copy = hc_arena_strdup(arena, real), *save = NULL;

	if (copy == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to describe a disk");
	for (char *part = strtok_r(copy, "/", &save); part != NULL;
	     part = strtok_r(NULL, "/", &save)) {
		if (strcmp(part, "block") == 0)
			break;
		look_at(part, parts);
	}
	return 0;
}

static const char *
bus_of(const char *name, const struct parts *p)
{
	if (starts(name, "md"))
		return "md";
	if (starts(name, "dm-"))
		return "multipath";
	if (starts(name, "loop"))
		return "loop";
	if (p->usb != NULL)
		return "usb";
	if (p->ata != NULL)
		return "ata";
	if (p->nvme != NULL || starts(name, "nvme"))
		return "nvme";
	if (p->iscsi)
		return "iscsi";
	if (p->fc)
		return "fc";
	if (p->sas != NULL)
		return "sas";
	if (p->virtio)
		return p->scsi != NULL ? "scsi" : "virtio";
	if (p->mmc)
		return "mmc";
	if (p->xen)
		return "xen";
	return p->scsi != NULL ? "scsi" : "other";
}

/* What stands behind the controller's address. */
static const char *
port_of(const struct hc_tree *tree, const char *name, const struct parts *p,
	struct hc_arena *arena)
{
	unsigned h = 0, c = 0, t = 0;
	unsigned long long l = 0;

	if (p->scsi != NULL)
		sscanf(p->scsi, "%u:%u:%u:%llu", &h, &c, &t, &l);
	if (p->ata != NULL)
		/* Behind a port multiplier the channel counts, on a PATA cable the unit. */
		return hc_arena_printf(
			arena, "-ata-%llu.%u",
			(unsigned long long)hc_tree_number(
				tree, 0, "/sys/class/ata_port/%s/port_no", p->ata),
			c != 0 ? c : t);
	if (p->usb != NULL)
		return hc_arena_printf(arena, "-usb-0:%s-scsi-%u:%u:%llu", p->usb, c, t, l);
	if (p->sas != NULL)
		return hc_arena_printf(
			arena, "-sas-%s-lun-%llu",
			hc_tree_text(tree, arena, "/sys/block/%s/device/sas_address", name), l);
	if (p->nvme != NULL)
		return hc_arena_printf(arena, "-nvme-%llu",
				       (unsigned long long)hc_tree_number(
					       tree, 1, "/sys/block/%s/nsid", name));
	if (p->scsi != NULL)
		return hc_arena_printf(arena, "-scsi-%u:%u:%llu", c, t, l);
	return "";
}

/* With native NVMe multipath the disk hangs on a subsystem; its controllers are linked there. */
static char *
nvme_real(const struct hc_tree *tree, const char *real, struct hc_arena *arena)
{
	char *folder = hc_arena_strdup(arena, real), *slash;
	struct hc_tree_names names;

	if (folder == NULL || (slash = strrchr(folder, '/')) == NULL)
		return NULL;
	*slash = '\0';
	names = hc_tree_list(tree, arena, "%s", folder);
	for (size_t i = 0; i < names.count; i++)
		if (starts(names.items[i], "nvme") && strchr(names.items[i] + 4, 'n') == NULL)
			return hc_tree_real(tree, arena, "%s/%s", folder, names.items[i]);
	return NULL;
}

static const char *
dm_uuid(const struct hc_tree *tree, const char *name, struct hc_arena *arena)
{
	const char *uuid = hc_tree_text(tree, arena, "/sys/block/%s/dm/uuid", name);

	return uuid != NULL ? uuid : "";
}

int
hc_sys_path(const struct hc_tree *tree, const char *name, const char *real,
	    struct hc_arena *arena, struct hc_disk *disk, struct hc_err *err)
{
	struct parts parts = { 0 };
	const char *from = NULL, *port;

	if (strstr(real, "/nvme-subsystem/") != NULL)
		from = nvme_real(tree, real, arena);
	if (split(from != NULL ? from : real, arena, &parts, err) < 0)
		return -1;
	disk->bus = bus_of(name, &parts);
	disk->controller = parts.controller;
	port = port_of(tree, name, &parts, arena);
	if (strcmp(disk->bus, "multipath") == 0 &&
	    starts(dm_uuid(tree, name, arena), "DMRAID-"))
		disk->bus = "dmraid";
	if (strcmp(disk->bus, "loop") == 0)
		disk->identity.pci_path = hc_arena_printf(
			arena, "loop-%s",
			hc_tree_text(tree, arena, "/sys/block/%s/loop/backing_file", name));
	else if (parts.controller != NULL && port != NULL)
		disk->identity.pci_path = hc_arena_printf(
			arena, "%s-%s%s", hc_disk_is_guid(parts.controller) ? "vmbus" : "pci",
			parts.controller, port);
	else
		disk->identity.pci_path = hc_arena_strdup(arena, real);
	if (disk->identity.pci_path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to describe a disk");
	return 0;
}
