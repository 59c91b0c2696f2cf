/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libfdisk as the second reader of a table: the only user of libfdisk.
 * It wants a file, so it gets one: as large as the disk, in memory, with the tables' sectors alone.
 */
#include "restore/disk/table_priv.h"

#include <errno.h>
#include <libfdisk/libfdisk.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

static int
differs(struct hc_err *err, const char *what, const char *ours, const char *theirs)
{
	return hc_err_set(err, H_DISK_TABLE, "%s is %s to halcyon and %s to libfdisk", what,
			  ours, theirs);
}

static int
copy(struct hc_io *disk, int fd, uint64_t offset, uint64_t length, struct hc_err *err)
{
	uint8_t part[4096];

	if (offset >= disk->size)
		return 0;
	length = hc_min_u64(length, disk->size - offset);
	while (length > 0) {
		size_t n = (size_t)hc_min_u64(length, sizeof(part));

		if (hc_io_pread(disk, offset, part, n, err) < 0)
			return -1;
		if (pwrite(fd, part, n, (off_t)offset) != (ssize_t)n)
			return hc_err_sys(err, H_IO, "copying a partition table into memory");
		offset += n;
		length -= n;
	}
	return 0;
}

/* Extended boot records: where the chain of the table says. */
static int
copy_chain(struct hc_io *disk, int fd, const struct hc_table *table, struct hc_err *err)
{
	struct hc_mbr_entry e;

	for (unsigned slot = 0; slot < 4; slot++) {
		uint64_t start, lba;

		hc_mbr_entry(table->sector0, slot, &e);
		if (!hc_mbr_is_extended(e.type))
			continue;
		start = lba = e.start;
		for (unsigned n = 0; n < MBR_LOGICAL_MAX && lba != 0; n++) {
			uint64_t at = lba * table->logical_block;
			uint8_t sector[512];

			if (at > disk->size - 512 || copy(disk, fd, at, 512, err) < 0 ||
			    hc_io_pread(disk, at, sector, 512, err) < 0)
				return at > disk->size - 512 ? 0 : -1;
			lba = 0;
			for (unsigned link = 0; link < 2; link++) {
				hc_mbr_entry(hc_span(sector, 512), link, &e);
				if (hc_mbr_is_extended(e.type) && e.sectors != 0)
					lba = start + e.start;
			}
		}
	}
	return 0;
}

static int
make_copy(struct hc_io *disk, const struct hc_table *table, int *ret_fd, struct hc_err *err)
{
	uint64_t block = table->logical_block, tail;
	int fd = memfd_create("halcyon-table", MFD_CLOEXEC);
	struct hc_gpt gpt;

	if (fd < 0 || ftruncate(fd, (off_t)disk->size) != 0) {
		hc_err_sys(err, H_IO, "making a copy of a partition table in memory");
		goto failed;
	}
	if (copy(disk, fd, 0, block, err) < 0)
		goto failed;
	if (table->type == HC_TABLE_GPT) {
		if (hc_gpt_parse(table->gpt_header, 1, &gpt, err) < 0)
			goto failed;
		tail = hc_round_up(hc_gpt_entries_size(&gpt), block) + block;
		if (copy(disk, fd, block, block, err) < 0 ||
		    copy(disk, fd, gpt.entries_lba * block, hc_gpt_entries_size(&gpt), err) <
			    0 ||
		    copy(disk, fd,
			 hc_round_down(disk->size, block) - hc_min_u64(tail, disk->size), tail,
			 err) < 0)
			goto failed;
	} else if (table->type == HC_TABLE_MBR && copy_chain(disk, fd, table, err) < 0) {
		goto failed;
	}
	*ret_fd = fd;
	return 0;
failed:
	if (fd >= 0)
		close(fd);
	return -1;
}

/* ---------------------------------------------------------------- comparison */

static const struct hc_partition *
find_number(const struct hc_table *table, uint64_t number)
{
	for (size_t i = 0; i < table->partitions.count; i++)
		if (table->partitions.items[i].number == number)
			return &table->partitions.items[i];
	return NULL;
}

static bool
same_type(const struct hc_table *table, const struct hc_partition *ours,
	  struct fdisk_partition *theirs)
{
	struct fdisk_parttype *type = fdisk_partition_get_type(theirs);
	const char *text;

	if (type == NULL)
		return false;
	if (table->type == HC_TABLE_MBR)
		return fdisk_parttype_get_code(type) == strtoul(ours->type, NULL, 16);
	text = fdisk_parttype_get_string(type);
	return text != NULL && strcasecmp(text, ours->type) == 0;
}

static int
compare_partition(const struct hc_table *table, struct fdisk_partition *theirs, size_t *seen,
		  struct hc_err *err)
{
	uint64_t number = fdisk_partition_get_partno(theirs) + 1;
	const struct hc_partition *ours = find_number(table, number);
	const char *uuid = fdisk_partition_get_uuid(theirs);

	if (fdisk_partition_is_container(theirs))
		return 0; /* the extended partition itself */
	if (ours == NULL)
		return hc_err_set(err, H_DISK_TABLE,
				  "libfdisk sees a partition %llu that halcyon does not",
				  (unsigned long long)number);
	(*seen)++;
	if (fdisk_partition_get_start(theirs) * table->logical_block != ours->start ||
	    fdisk_partition_get_size(theirs) * table->logical_block != ours->size)
		return hc_err_set(err, H_DISK_TABLE,
				  "partition %llu has sectors %llu+%llu to halcyon and "
				  "%llu+%llu to libfdisk",
				  (unsigned long long)number,
				  (unsigned long long)(ours->start / table->logical_block),
				  (unsigned long long)(ours->size / table->logical_block),
				  (unsigned long long)fdisk_partition_get_start(theirs),
				  (unsigned long long)fdisk_partition_get_size(theirs));
	if (!same_type(table, ours, theirs))
		return differs(err, "the type of a partition", ours->type, "another");
	if (table->type == HC_TABLE_GPT && (uuid == NULL || strcasecmp(uuid, ours->guid) != 0))
		return differs(err, "the GUID of a partition", ours->guid,
			       uuid != NULL ? uuid : "none");
	return 0;
}

static int
compare_partitions(struct fdisk_context *context, const struct hc_table *table,
		   struct hc_err *err)
{
	struct fdisk_iter *iter = fdisk_new_iter(FDISK_ITER_FORWARD);
	struct fdisk_partition *theirs;
	struct fdisk_table *list = NULL;
	size_t seen = 0;
	int result = -1;

	if (iter == NULL || fdisk_get_partitions(context, &list) != 0) {
		hc_err_set(err, H_DISK_TABLE, "libfdisk can't list the partitions");
		goto out;
	}
	while (fdisk_table_next_partition(list, iter, &theirs) == 0)
		if (compare_partition(table, theirs, &seen, err) < 0)
			goto out;
	if (seen != table->partitions.count) {
		hc_err_set(err, H_DISK_TABLE, "libfdisk sees %zu partitions, halcyon %zu", seen,
			   table->partitions.count);
		goto out;
	}
	result = 0;
out:
	fdisk_free_iter(iter);
	fdisk_unref_table(list);
	return result;
}

static int
compare_id(struct fdisk_context *context, const struct hc_table *table, struct hc_err *err)
{
	char *id = NULL;
	const char *text;
	int result = 0;

	if (fdisk_get_disklabel_id(context, &id) != 0 || id == NULL)
		return hc_err_set(err, H_DISK_TABLE,
				  "libfdisk finds no id in the partition table");
	text = strncmp(id, "0x", 2) == 0 ? id + 2 : id;
	if (strcasecmp(text, table->id) != 0)
		result = differs(err, "the id of the table", table->id, id);
	free(id);
	return result;
}

static const char *
theirs_of(const struct hc_table *table)
{
	return table->type == HC_TABLE_GPT ? "gpt" : "dos";
}

int
hc_table_witness(struct hc_io *disk, const struct hc_table *table, struct hc_err *err)
{
	struct fdisk_context *context = NULL;
	struct fdisk_label *label;
	const char *name;
	int fd = -1, result = -1;

	if (table->type == HC_TABLE_NONE)
		return 0; /* file systems without a table look like one to some readers */
	if (make_copy(disk, table, &fd, err) < 0)
		return -1;
	context = fdisk_new_context();
	if (context == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for libfdisk");
		goto out;
	}
	fdisk_disable_dialogs(context, 1);
	if (fdisk_save_user_sector_size(context, (unsigned)table->logical_block,
					(unsigned)table->logical_block) != 0 ||
	    fdisk_assign_device_by_fd(context, fd, "a copy in memory", 1) != 0) {
		hc_err_sys(err, H_DISK_TABLE, "libfdisk can't open the partition table");
		goto out;
	}
	label = fdisk_get_label(context, NULL);
	name = label != NULL ? fdisk_label_get_name(label) : "none";
	if (strcmp(name, theirs_of(table)) != 0)
		differs(err, "the partition table", theirs_of(table), name);
	else if (compare_id(context, table, err) == 0)
		result = compare_partitions(context, table, err);
out:
	if (context != NULL) {
		fdisk_deassign_device(context, 1);
		fdisk_unref_context(context);
	}
	if (fd >= 0)
		close(fd);
	return result;
}
