/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Volumes of attached media, and the two ways to get at one: mounted for as long as somebody needs it, or for one look.
 *
 * Shape:   hc_media_volumes lists, hc_media_mount mounts read-only below HC_MEDIA_DIR, hc_media_peek calls back with the
 *          volume mounted where nobody else sees it.
 * Units:   bytes.
 * Owner:   what is listed lives in the caller's arena.
 * Errors:  H_MEDIA_MOUNT; H_DISK_*.  Nothing is ever written: file systems are mounted read-only and told to leave their
 *          journals alone, and programs and devices on them are not believed.
 * Source:  mount(2), mount_namespaces(7); Documentation/filesystems of Linux for the options; decision 0016.
 * Example:
 *	if (hc_media_volumes(NULL, &arena, &media, err) == 0 && media.volumes.count > 0)
 *		result = hc_media_mount(&media.volumes.items[0], err);
 */
#ifndef HC_DISK_MEDIA_H
#define HC_DISK_MEDIA_H

#include "restore/base/arena.h"
#include "restore/model/media.h"

#define HC_MEDIA_DIR "/run/halcyon/media"

/* How a volume can be read. */
enum hc_media_reader {
	HC_MEDIA_NOTHING, /* nothing here reads it */
	HC_MEDIA_VOLUME,  /* restore/volume, without the kernel: NTFS and FAT */
	HC_MEDIA_MOUNT,   /* the kernel */
};

/*
 * Adds to ret->volumes each volume with a file system on the disks and discs of this machine (sysroot NULL), or of a
 * recorded one.  Members of something larger, swap and the like are left out.  `finds` stays empty, and `unread` is set
 * where nobody can look: why.
 */
int hc_media_volumes(const char *sysroot, struct hc_arena *arena, struct hc_media *ret,
		     struct hc_err *err);
/* The same for one device: a partition, a disk without a table, a disc, a loop device. */
int hc_media_volume(const char *device, struct hc_arena *arena, struct hc_media *ret,
		    struct hc_err *err);
enum hc_media_reader hc_media_reader(const struct hc_media_volume *volume);
/* Whether the running system lives on it. */
bool hc_media_is_running_system(const struct hc_media_volume *volume);

/* Mounts it at volume->folder, which is made.  Nothing to do when it is mounted somewhere. */
int hc_media_mount(const struct hc_media_volume *volume, struct hc_err *err);
/* Takes that away again, the folder too.  A mount elsewhere is not ours to end: H_MEDIA_MOUNT. */
int hc_media_unmount(const struct hc_media_volume *volume, struct hc_err *err);
/* Calls `look` with a folder in which the volume is mounted read-only, in a mount namespace that ends with this process.
 * Its result is returned. */
int hc_media_peek(const struct hc_media_volume *volume,
		  int (*look)(void *ctx, const char *folder, struct hc_err *err), void *ctx,
		  struct hc_err *err);

#endif
