/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The interface each kind of file system fills in, and what the parts of the NTFS reader share. */
#ifndef HC_VOLUME_VOLUME_PRIV_H
#define HC_VOLUME_VOLUME_PRIV_H

#include "restore/volume/write.h"

struct hc_volume_ops {
	int (*map)(struct hc_volume *, struct hc_volume_map *, struct hc_err *);
	int (*zeroed_extents)(struct hc_volume *, bool, struct hc_arena *, struct hc_strings *,
			      struct hc_extents *, struct hc_err *);
	int (*stat)(struct hc_volume *, const char *, struct hc_arena *, struct hc_entry *,
		    struct hc_err *);
	int (*list)(struct hc_volume *, const char *, struct hc_arena *, struct hc_entries *,
		    struct hc_err *);
	int (*read)(struct hc_volume *, const char *, struct hc_sink, struct hc_err *);
	/* NULL: H_UNSUPPORTED, as the two that follow. */
	int (*file_extents)(struct hc_volume *, const char *, struct hc_extents *,
			    struct hc_err *);
	int (*is_protected)(struct hc_volume *, const char *, bool *, struct hc_err *);
	void (*close)(struct hc_volume *);
};

/* Paths and names were looked at already (write.c). */
struct hc_volume_writer {
	int (*write)(struct hc_volume *, const char *, struct hc_span, struct hc_err *);
	int (*make_folder)(struct hc_volume *, const char *, struct hc_err *);
	int (*remove)(struct hc_volume *, const char *, struct hc_err *);
	/* NULL: H_UNSUPPORTED. */
	int (*protect)(struct hc_volume *, const char *, struct hc_err *);
	int (*set_dirty)(struct hc_volume *, bool, struct hc_err *);
	/* Writes out what is left; `close` follows. */
	int (*finish)(struct hc_volume *, struct hc_err *);
};

/* The first member of each kind's own struct. */
struct hc_volume {
	const struct hc_volume_ops *ops;
	struct hc_io *io;
	struct hc_volume_info info;
	const struct hc_volume_writer *writer; /* NULL: not opened for writing */
	/* An operation failed half-way: nothing may be built on what it left. */
	bool broken;
};

/* What a volume is opened for. */
enum hc_volume_access {
	HC_ACCESS_READ,
	HC_ACCESS_WRITE,
	HC_ACCESS_WRITE_HIBERNATED, /* although Windows would resume on it */
	HC_ACCESS_DROP_JOURNAL,     /* although its journal was not replayed: it goes */
};

int hc_ntfs_open(struct hc_io *io, enum hc_volume_access access, struct hc_volume **ret,
		 struct hc_err *err);
/* Whether a boot sector describes a FAT volume that makes sense. */
bool hc_fat_is(const uint8_t boot[512]);
int hc_fat_open(struct hc_io *io, const uint8_t boot[512], enum hc_volume_access access,
		struct hc_volume **ret, struct hc_err *err);

/* The next part of a path, without slashes and drive letter; false at the end.  *path moves on. */
bool hc_path_next(const char **path, struct hc_span *ret_part);

/* The path without its last part, on the heap, and the last part, in `path`; H_UNSUPPORTED for the root.  (write.c) */
int hc_path_split(const char *path, char **ret_folder, struct hc_span *ret_name,
		  struct hc_err *err);

/* False for a name that is no UTF-8: Windows has no names that aren't Unicode. */
bool hc_name_is_text(const char *name);
/* By name: first without, then with regard to case. */
void hc_entries_sort(struct hc_entries *list);

int hc_cuts_add(struct hc_cuts *cuts, uint64_t offset, struct hc_err *err);
/* Sorts, and drops what is there twice. */
void hc_cuts_sort(struct hc_cuts *cuts);

#endif
