/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of restore/disk share among themselves. */
#ifndef HC_DISK_DISK_PRIV_H
#define HC_DISK_DISK_PRIV_H

#include <sys/stat.h>

#include "restore/base/digest.h"
#include "restore/base/tree.h"
#include "restore/disk/disk.h"

#define EDGE_BYTES (1u << 20)

/* ---------------------------------------------------------------- sysfs.c, path.c */

/* Names below /sys/block that are disks: not ram, loop, optical or floppy drives, hidden or empty ones. */
bool hc_sys_is_disk(const struct hc_tree *tree, struct hc_arena *arena, const char *name);
/* What sysfs knows of the disk `name` ("sda", "cciss!c0d0"): all but what needs its contents. */
int hc_sys_disk(const struct hc_tree *tree, const char *name, struct hc_arena *arena,
		struct hc_disk *ret, struct hc_err *err);
/* The name below /sys/block of a device number.  H_TARGET_BAD for a partition, naming its disk. */
int hc_sys_name(const struct hc_tree *tree, unsigned major, unsigned minor,
		struct hc_arena *arena, const char **ret, struct hc_err *err);
/* Bus, controller and stable path out of "/sys/devices/…"; texts may be NULL. */
int hc_sys_path(const struct hc_tree *tree, const char *name, const char *real,
		struct hc_arena *arena, struct hc_disk *disk, struct hc_err *err);
/* Serial numbers that tell nothing: blank, or one character repeated. */
bool hc_serial_is_useless(const char *serial);
/* Fills identity from the disk's members: name, serial, wwn, pci_path stay or are chosen. */
void hc_identity_choose(struct hc_disk *disk);
/* Merges paths to one disk and marks shared identities (hazards 3). */
int hc_disks_compare(struct hc_disk_list *list, struct hc_arena *arena, struct hc_err *err);

/* ---------------------------------------------------------------- users.c */

/* Adds to disk->in_use_by: mounts, swap, holders, loop devices, of the disk and its partitions. */
int hc_disk_users(const struct hc_tree *tree, const char *name, struct hc_arena *arena,
		  struct hc_disk *disk, struct hc_err *err);
/* Where the block device `name` ("sdb1") is mounted now. */
int hc_mount_points(const struct hc_tree *tree, const char *name, struct hc_arena *arena,
		    struct hc_strings *list, struct hc_err *err);
/* Loop devices that are attached to a file (device and inode numbers of it). */
int hc_file_users(const struct hc_tree *tree, const char *path, uint64_t dev, uint64_t inode,
		  struct hc_arena *arena, struct hc_strings *list, struct hc_err *err);

/* ---------------------------------------------------------------- medium.c */

/* Adds HC_DISK_BOOT_MEDIUM to in_use_by where halcyon.medium= names the disk, by the serial number or GUID of one of its volumes,
 * or by the GUID of its table. */
int hc_medium_mark(const struct hc_tree *tree, struct hc_disk *disk, struct hc_arena *arena,
		   struct hc_err *err);
/* The same for a disk that was not described yet (path, size and logical_block are given), by its table alone. */
int hc_medium_look(const struct hc_tree *tree, struct hc_disk *disk, struct hc_arena *arena,
		   struct hc_err *err);

/* ---------------------------------------------------------------- content.c, signature.c */

struct hc_signature {
	const char *type; /* as libblkid names it; NULL: nothing recognised */
	const char *label;
	const char *serial;
	struct hc_strings members; /* types that make the device a part of something else */
};

/* What libblkid sees in a range of an open device or file. */
int hc_signature_read(int fd, struct hc_extent range, struct hc_arena *arena,
		      struct hc_signature *ret, struct hc_err *err);
/* table, partitions, members, holds, holds_kind, edges of an open disk. */
int hc_disk_content(int fd, struct hc_arena *arena, struct hc_disk *disk, struct hc_err *err);

/* lstat with the rule for links (hazards 3): a link to a disk is followed, a link to a file is H_TARGET_BAD. */
int hc_disk_stat(const char *path, struct stat *ret, struct hc_err *err);
/* SHA-256 over first and last MiB; *ret_blank: both are all zeros. */
int hc_edges(struct hc_io *io, char ret[HC_DIGEST_TEXT], bool *ret_blank, struct hc_err *err);

#endif
