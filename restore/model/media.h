/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * media: what is attached to this machine, and where backups may come from.
 *
 * Shape:   volumes (what a stick, a disk or a disc holds, and what was found on it) and places (what the REPO of a
 *          command may be: on those volumes, or on a server that the kernel line or DHCP named).
 * Units:   bytes.
 * Owner:   the arena it was built in.
 * Source:  design.md section 10 (repositories on any attached medium are found by themselves); decision 0016.
 * Example:
 *	if (hc_doc_load(&hc_media_shape, "media.json", &arena, &media, err) == 0 && media.places.count > 0)
 *		puts(media.places.items[0].where);
 */
#ifndef HC_MODEL_MEDIA_H
#define HC_MODEL_MEDIA_H

#include "restore/model/json.h"

enum hc_media_kind {
	HC_MEDIA_REPOSITORY,   /* halcyon.json and what belongs to it */
	HC_MEDIA_IMAGE_BACKUP, /* WindowsImageBackup, as Windows' own backup leaves it */
	HC_MEDIA_DRIVERS,      /* a folder with INF files somewhere in it */
	HC_MEDIA_KIND_COUNT
};

extern const char *const hc_media_kind_names[]; /* repository windows-image-backup drivers */

/* Something worth knowing in a folder of a volume. */
struct hc_media_find {
	unsigned kind;     /* enum hc_media_kind */
	const char *path;  /* from the root of the volume, with '/'; "" is the root itself */
	uint64_t count;    /* backups, machines, INF files */
	const char *about; /* for people; NULL: nothing to add */
};

struct hc_media_volume {
	const char *device; /* /dev/sdb2: changes between boots */
	const char *disk;   /* /dev/sdb */
	const char *model;
	const char *serial;
	const char *bus; /* as in facts: usb, ata, optical … */
	bool removable;
	bool boot;              /* this system was started from that disk */
	const char *filesystem; /* NULL: a disk that could not be read */
	const char *label;
	const char *uuid;
	uint64_t size;
	struct hc_strings mounts; /* where it is mounted now */
	const char *folder;       /* where --mount puts it */
	struct {
		struct hc_media_find *items;
		size_t count;
	} finds;
	const char *unread; /* what was not looked at, and why; NULL: all was looked at */
};

/* One row of the list to choose from. */
struct hc_media_place {
	const char *where;  /* what a command takes: a folder, or a URL */
	unsigned kind;      /* enum hc_media_kind */
	const char *from;   /* for people: "USB stick BACKUPS (Ultra USB 3.0)", "kernel line" */
	const char *device; /* the volume to mount first; NULL: nothing is to be mounted */
	bool mounted;
	bool usable; /* halcyon can read what is there */
	uint64_t count;
	const char *note; /* why it isn't, or what else is to be known; NULL: nothing */
};

struct hc_media {
	const char *created;
	struct {
		struct hc_media_volume *items;
		size_t count;
	} volumes;
	struct {
		struct hc_media_place *items;
		size_t count;
	} places;
};

extern const struct hc_shape hc_media_shape; /* halcyon.media/1 */

#endif
