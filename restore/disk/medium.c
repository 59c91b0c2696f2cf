/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The medium that the machine was started from.  Nothing of it need be mounted: the image is in memory by then, so
 * that the kernel's command line has to tell.
 * Source: halcyon.medium=GUID, written by pxe/usb; halcyon-cmdline(7); design.md section 1, promise 3.
 */
#include "restore/disk/disk_priv.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define WORD "halcyon.medium="

/* The last one counts, as for every word of ours. */
static const char *
medium_on_command_line(const struct hc_tree *tree, struct hc_arena *arena)
{
	char *line = hc_tree_text(tree, arena, "/proc/cmdline");
	const char *found = NULL;
	char *save = NULL;

	for (char *word = line != NULL ? strtok_r(line, " \n", &save) : NULL; word != NULL;
	     word = strtok_r(NULL, " \n", &save))
		if (strncmp(word, WORD, sizeof(WORD) - 1) == 0)
			found = word + sizeof(WORD) - 1;
	return found;
}

int
hc_medium_mark(const struct hc_tree *tree, const char *table_id, struct hc_arena *arena,
	       struct hc_strings *users, struct hc_err *err)
{
	const char *medium = medium_on_command_line(tree, arena);

	if (medium == NULL || table_id == NULL || strcasecmp(medium, table_id) != 0 ||
	    hc_strings_has(users, HC_USER_BOOT_MEDIUM))
		return 0;
	return hc_strings_add(users, arena, HC_USER_BOOT_MEDIUM, err);
}

int
hc_medium_look(const struct hc_tree *tree, struct hc_disk *disk, struct hc_arena *arena,
	       struct hc_err *err)
{
	struct hc_table table = { 0 };
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
	if (hc_table_read(io, disk->logical_block, arena, &table, &unreadable) == 0)
		result = hc_medium_mark(tree, table.id, arena, &disk->in_use_by, err);
	else if (unreadable.code == H_OUT_OF_MEMORY) {
		*err = unreadable;
		result = -1;
	}
	hc_io_close(io);
	close(fd);
	return result;
}
