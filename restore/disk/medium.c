/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The medium that the machine was started from.  Nothing of it need be mounted: the image is in memory by then, so
 * that the kernel's command line has to tell.
 * Source: halcyon.medium=ID, written by pxe/usb; halcyon-cmdline(7); design.md section 1, promise 3.
 */
#include "restore/disk/disk_priv.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool
is_named(const char *id, const char *name)
{
	return id != NULL && strcasecmp(id, name) == 0;
}

/* All that comes of it is that a disk is not written to: a name that fits two disks keeps both. */
int
hc_medium_mark(const struct hc_tree *tree, struct hc_disk *disk, struct hc_arena *arena,
	       struct hc_err *err)
{
	const char *name = hc_tree_parameter(tree, arena, "halcyon.medium");
	bool fits;

	if (name == NULL || name[0] == '\0')
		return 0;
	fits = is_named(disk->table_id, name);
	for (size_t i = 0; !fits && i < disk->partitions.count; i++)
		fits = is_named(disk->partitions.items[i].volume_serial, name) ||
		       is_named(disk->partitions.items[i].guid, name);
	if (!fits || hc_strings_has(&disk->in_use_by, HC_DISK_BOOT_MEDIUM))
		return 0;
	return hc_strings_add(&disk->in_use_by, arena, HC_DISK_BOOT_MEDIUM, err);
}

int
hc_medium_look(const struct hc_tree *tree, struct hc_disk *disk, struct hc_arena *arena,
	       struct hc_err *err)
{
	struct hc_table table = { 0 };
	struct hc_disk with_table = *disk;
	struct hc_err unreadable;
	struct hc_io *io;
	int fd = open(disk->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int result = 0;

	/* What can't be opened or has no table is not what we started from. */
	if (fd < 0)
		return 0;
	if (hc_io_borrow_fd(fd, disk->size, disk->path, &io, err) < 0) {
		close(fd);
		return -1;
	}
	if (hc_table_read(io, disk->logical_block, arena, &table, &unreadable) == 0) {
		with_table.table_id = table.id;
		with_table.partitions = table.partitions;
		result = hc_medium_mark(tree, &with_table, arena, err);
		disk->in_use_by = with_table.in_use_by;
	} else if (unreadable.code == H_OUT_OF_MEMORY) {
		*err = unreadable;
		result = -1;
	}
	hc_io_close(io);
	close(fd);
	return result;
}
