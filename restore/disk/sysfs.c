/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sysfs says about a disk.  Source: Documentation/ABI/{stable,testing}/sysfs-block of Linux. */
#include "restore/disk/disk_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to describe a disk");
}

static bool
starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Device-mapper devices that stand for a disk: multipath, and firmware RAID set up by dmraid. */
static bool
is_dm_disk(const struct hc_tree *tree, struct hc_arena *arena, const char *name)
{
	const char *uuid = hc_tree_text(tree, arena, "/sys/block/%s/dm/uuid", name);

	return uuid != NULL && (starts(uuid, "mpath-") || starts(uuid, "DMRAID-"));
}

bool
hc_sys_is_disk(const struct hc_tree *tree, struct hc_arena *arena, const char *name)
{
	static const char *const no_disks[] = { "ram", "loop",     "zram", "sr",
						"fd",  "mtdblock", "nbd" };

	for (size_t i = 0; i < sizeof(no_disks) / sizeof(no_disks[0]); i++) {
		size_t n = strlen(no_disks[i]);

		if (starts(name, no_disks[i]) && isdigit((unsigned char)name[n]))
			return false;
	}
	/* eMMC's boot and replay-protected areas are no places for an operating system. */
	if (starts(name, "mmcblk") &&
	    (strstr(name, "boot") != NULL || strstr(name, "rpmb") != NULL))
		return false;
	if (starts(name, "dm-") && !is_dm_disk(tree, arena, name))
		return false;
	return hc_tree_number(tree, 0, "/sys/block/%s/hidden", name) == 0 &&
	       hc_tree_number(tree, 0, "/sys/block/%s/size", name) > 0;
}

bool
hc_serial_is_useless(const char *serial)
{
	size_t n = strlen(serial);

	/* 000000000000, FFFFFFFF, and what is too short to tell disks apart. */
	return n == 0 || strspn(serial, (const char[]){ serial[0], ' ', '\0' }) == n;
}

/* Printable ASCII of a text out of hardware, trimmed; NULL when it tells nothing. */
static const char *
clean(struct hc_arena *arena, const char *text)
{
	char *copy = text == NULL ? NULL : hc_arena_strdup(arena, text);

	if (copy == NULL)
		return NULL;
	for (char *p = copy; *p != '\0'; p++)
		if (!isprint((unsigned char)*p))
			*p = '?';
	return copy;
}

static const char *
clean_serial(struct hc_arena *arena, const char *text)
{
	return text == NULL || hc_serial_is_useless(text) ? NULL : clean(arena, text);
}

/* SCSI's unit serial number page: bytes 2-3 (big-endian) give the length of what follows byte 4. */
static const char *
vpd_serial(const struct hc_tree *tree, const char *name, struct hc_arena *arena)
{
	struct hc_buf page = { 0 };
	const char *ret = NULL;
	size_t length, start = 4;

	if (hc_tree_bytes(tree, &page, 4096, "/sys/block/%s/device/vpd_pg80", name) &&
	    page.size > 4 && page.data[1] == 0x80) {
		length = (size_t)page.data[2] << 8 | page.data[3];
		if (length > page.size - 4)
			length = page.size - 4;
		while (length > 0 && isspace(page.data[start])) {
			start++;
			length--;
		}
		while (length > 0 && (isspace(page.data[start + length - 1]) ||
				      page.data[start + length - 1] == 0))
			length--;
		ret = clean_serial(
			arena,
			hc_arena_strndup(arena, (const char *)page.data + start, length));
	}
	hc_buf_done(&page);
	return ret;
}

/* The serial number of the USB device that a disk hangs on: the nearest one up the tree. */
static const char *
usb_serial(const struct hc_tree *tree, const char *real, struct hc_arena *arena)
{
	char *path = hc_arena_strdup(arena, real), *slash;

	while (path != NULL && (slash = strrchr(path, '/')) != NULL && slash > path) {
		if (hc_tree_exists(tree, "%s/idVendor", path))
			return clean_serial(arena,
					    hc_tree_text(tree, arena, "%s/serial", path));
		*slash = '\0';
	}
	return NULL;
}

static const char *
find_serial(const struct hc_tree *tree, const char *name, const char *real, const char *bus,
	    struct hc_arena *arena)
{
	static const char *const files[] = { "serial", "device/serial", "md/uuid" };
	const char *serial;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		serial = clean_serial(
			arena, hc_tree_text(tree, arena, "/sys/block/%s/%s", name, files[i]));
		if (serial != NULL)
			return serial;
	}
	serial = vpd_serial(tree, name, arena);
	if (serial == NULL && strcmp(bus, "usb") == 0)
		serial = usb_serial(tree, real, arena);
	return serial;
}

/* "naa.5000c500…" is written as 0x5000c500…, as lsblk and udev do; eui and uuid of NVMe stay.  Ids that are made of
 * model and serial ("t10.", "nvme.") are no names of their own. */
static const char *
find_wwn(const struct hc_tree *tree, const char *name, struct hc_arena *arena)
{
	const char *id = hc_tree_text(tree, arena, "/sys/block/%s/wwid", name);
	const char *dm = hc_tree_text(tree, arena, "/sys/block/%s/dm/uuid", name);
	const char *digits;

	if (dm != NULL && starts(dm, "mpath-3"))
		return hc_arena_printf(arena, "0x%s", dm + strlen("mpath-3"));
	if (id == NULL)
		id = hc_tree_text(tree, arena, "/sys/block/%s/device/wwid", name);
	if (id == NULL || (!starts(id, "naa.") && !starts(id, "eui.") && !starts(id, "uuid.")))
		return NULL;
	digits = strchr(id, '.') + 1;
	if (strspn(digits, "0-") == strlen(digits) || strspn(digits, "fF-") == strlen(digits))
		return NULL;
	return starts(id, "naa.") ? hc_arena_printf(arena, "0x%s", digits) : clean(arena, id);
}

static const char *
find_model(const struct hc_tree *tree, const char *name, struct hc_arena *arena)
{
	const char *model = hc_tree_text(tree, arena, "/sys/block/%s/device/model", name);
	const char *vendor = hc_tree_text(tree, arena, "/sys/block/%s/device/vendor", name);

	if (model == NULL)
		return clean(arena,
			     hc_tree_text(tree, arena, "/sys/block/%s/device/name", name));
	/* "ATA" is what libata says for all; virtio's vendor is a number. */
	if (vendor == NULL || strcmp(vendor, "ATA") == 0 || starts(vendor, "0x"))
		return clean(arena, model);
	return clean(arena, hc_arena_printf(arena, "%s %s", vendor, model));
}

static int
add_lun_kind(struct hc_disk *disk, struct hc_arena *arena, struct hc_err *err)
{
	const char *kind = NULL;

	if (strcmp(disk->bus, "iscsi") == 0)
		kind = "iscsi_lun";
	else if (strcmp(disk->bus, "fc") == 0)
		kind = "fc_lun";
	return kind == NULL ? 0 : hc_strings_add(&disk->member_of, arena, kind, err);
}

int
hc_sys_disk(const struct hc_tree *tree, const char *name, struct hc_arena *arena,
	    struct hc_disk *ret, struct hc_err *err)
{
	struct hc_disk disk = { 0 };
	char *real = hc_tree_real(tree, arena, "/sys/block/%s", name);
	char *path = hc_arena_printf(arena, "/dev/%s", name);

	if (real == NULL) {
		hc_err_set(err, H_DISK_OPEN, "there is no disk %s in /sys/block", name);
		return hc_err_at(err, HC_NO_OFFSET, "/dev/%s", name);
	}
	if (path == NULL)
		return no_memory(err);
	/* sysfs writes the slash of cciss/c0d0 as an exclamation mark. */
	for (char *p = path; *p != '\0'; p++)
		if (*p == '!')
			*p = '/';
	disk.path = path;
	if (hc_sys_path(tree, name, real, arena, &disk, err) < 0)
		return -1;
	disk.model = find_model(tree, name, arena);
	disk.serial = find_serial(tree, name, real, disk.bus, arena);
	disk.wwn = find_wwn(tree, name, arena);
	disk.size = hc_tree_number(tree, 0, "/sys/block/%s/size", name) * 512;
	disk.logical_block =
		hc_tree_number(tree, 512, "/sys/block/%s/queue/logical_block_size", name);
	disk.physical_block = hc_tree_number(tree, disk.logical_block,
					     "/sys/block/%s/queue/physical_block_size", name);
	disk.removable = hc_tree_number(tree, 0, "/sys/block/%s/removable", name) != 0;
	disk.read_only = hc_tree_number(tree, 0, "/sys/block/%s/ro", name) != 0;
	if (add_lun_kind(&disk, arena, err) < 0)
		return -1;
	disk.identity.size = disk.size;
	hc_identity_choose(&disk);
	*ret = disk;
	return 0;
}

int
hc_sys_name(const struct hc_tree *tree, unsigned major, unsigned minor, struct hc_arena *arena,
	    const char **ret, struct hc_err *err)
{
	char *real = hc_tree_real(tree, arena, "/sys/dev/block/%u:%u", major, minor);
	char *slash = real == NULL ? NULL : strrchr(real, '/');

	if (slash == NULL)
		return hc_err_set(err, H_DISK_OPEN, "the kernel knows no block device %u:%u",
				  major, minor);
	if (hc_tree_exists(tree, "%s/partition", real)) {
		char *name = slash + 1;

		*slash = '\0';
		slash = strrchr(real, '/');
		hc_err_set(err, H_TARGET_BAD, "/dev/%s is a partition, not a disk", name);
		return hc_err_remedy(err, "Name the whole disk: /dev/%s.",
				     slash != NULL ? slash + 1 : "…");
	}
	*ret = slash + 1;
	return 0;
}
