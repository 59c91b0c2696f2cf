/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes of attached media: mounting one, read-only and with nothing on it believed. */
#include "restore/disk/media.h"

#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/base/log.h"
#include "restore/disk/disk_priv.h"

#define MOUNT_FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* What reads which; `options` keep the kernel from replaying a journal, which it does even on a read-only mount.
 * Hybrid discs have both of their file systems told. */
static const struct way {
	const char *filesystem; /* as libblkid names it */
	enum hc_media_reader reader;
	const char *type; /* of mount(2); "": by ntfs-3g */
	const char *options;
} ways[] = {
	{ "ntfs", HC_MEDIA_VOLUME, "", NULL },
	{ "vfat", HC_MEDIA_VOLUME, "vfat", NULL },
	{ "exfat", HC_MEDIA_MOUNT, "exfat", NULL },
	{ "ext2", HC_MEDIA_MOUNT, "ext4", NULL },
	{ "ext3", HC_MEDIA_MOUNT, "ext4", "noload" },
	{ "ext4", HC_MEDIA_MOUNT, "ext4", "noload" },
	{ "xfs", HC_MEDIA_MOUNT, "xfs", "norecovery,nouuid" },
	{ "btrfs", HC_MEDIA_MOUNT, "btrfs", "rescue=nologreplay" },
	{ "iso9660", HC_MEDIA_MOUNT, "iso9660", NULL },
	{ "udf", HC_MEDIA_MOUNT, "udf", NULL },
	{ "iso9660+udf", HC_MEDIA_MOUNT, "udf", NULL },
	{ "udf+iso9660", HC_MEDIA_MOUNT, "udf", NULL },
};

static const struct way *
way_of(const struct hc_media_volume *volume)
{
	for (size_t i = 0; volume->filesystem != NULL && i < sizeof(ways) / sizeof(ways[0]);
	     i++)
		if (strcmp(ways[i].filesystem, volume->filesystem) == 0)
			return &ways[i];
	return NULL;
}

enum hc_media_reader
hc_media_reader(const struct hc_media_volume *volume)
{
	const struct way *way = way_of(volume);

	return way != NULL ? way->reader : HC_MEDIA_NOTHING;
}

/* ---------------------------------------------------------------- mounting */

/* ntfs-3g serves the volume from a process of its own; what it says goes where we say things. */
static int
mount_ntfs(const char *device, const char *folder, struct hc_err *err)
{
	char program[] = "ntfs-3g", o[] = "-o", options[] = "ro,nosuid,nodev,noexec";
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", lang[] = "LC_ALL=C.UTF-8";
	char *const env[] = { path, lang, NULL };
	char *const argv[] = {
		program, o, options, (char *)(uintptr_t)device, (char *)(uintptr_t)folder, NULL
	};
	int status = 0, number;
	pid_t pid;

	number = posix_spawnp(&pid, program, NULL, NULL, argv, env);
	if (number != 0) {
		errno = number;
		return hc_err_sys(err, H_MEDIA_MOUNT, "starting ntfs-3g");
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return hc_err_sys(err, H_MEDIA_MOUNT, "waiting for ntfs-3g");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return hc_err_set(err, H_MEDIA_MOUNT, "ntfs-3g can't mount %s (status %d)",
				  device, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

static int
mount_at(const struct hc_media_volume *volume, const char *folder, struct hc_err *err)
{
	const struct way *way = way_of(volume);

	if (way == NULL)
		return hc_err_set(err, H_MEDIA_MOUNT, "nothing here reads %s, which is on %s",
				  volume->filesystem != NULL ? volume->filesystem
							     : "the file system",
				  volume->device);
	if (way->type[0] == '\0')
		return mount_ntfs(volume->device, folder, err);
	if (mount(volume->device, folder, way->type, MOUNT_FLAGS, way->options) == 0)
		return 0;
	hc_err_sys(err, H_MEDIA_MOUNT, "mounting %s (%s) at %s", volume->device,
		   volume->filesystem, folder);
	/* What the kernel was built without, or its modules lack. */
	if (err->os_errno == ENODEV)
		hc_err_remedy(err, "This kernel has no %s; use a medium with ext4 or NTFS.",
			      way->type);
	return -1;
}

/* Something is mounted there already: it would be hidden, not replaced. */
static int
check_free(const char *folder, struct hc_err *err)
{
	struct stat st, above;
	char parent[HC_TREE_PATH];

	snprintf(parent, sizeof(parent), "%s/..", folder);
	if (stat(folder, &st) == 0 && stat(parent, &above) == 0 && st.st_dev == above.st_dev)
		return 0;
	hc_err_set(err, H_MEDIA_MOUNT, "another medium is mounted at %s", folder);
	return hc_err_remedy(err, "`umount %s` takes it away.", folder);
}

int
hc_media_mount(const struct hc_media_volume *volume, struct hc_err *err)
{
	if (volume->mounts.count > 0)
		return 0;
	if (hc_file_make_dirs(volume->folder, err) < 0 || check_free(volume->folder, err) < 0)
		return -1;
	if (mount_at(volume, volume->folder, err) == 0)
		return 0;
	rmdir(volume->folder);
	return -1;
}

int
hc_media_unmount(const struct hc_media_volume *volume, struct hc_err *err)
{
	if (!hc_strings_has(&volume->mounts, volume->folder))
		return hc_err_set(err, H_MEDIA_MOUNT, "%s is not mounted at %s", volume->device,
				  volume->folder);
	if (umount2(volume->folder, UMOUNT_NOFOLLOW) < 0)
		return hc_err_sys(err, H_MEDIA_MOUNT, "unmounting %s", volume->folder);
	rmdir(volume->folder);
	return 0;
}

/* ---------------------------------------------------------------- one look */

/* A mount namespace of our own: what is mounted in it goes when we do, even when we are killed. */
static int
leave_others(struct hc_err *err)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return hc_err_sys(err, H_MEDIA_MOUNT, "making a mount namespace");
	return 0;
}

int
hc_media_peek(const struct hc_media_volume *volume,
	      int (*look)(void *ctx, const char *folder, struct hc_err *err), void *ctx,
	      struct hc_err *err)
{
	char folder[] = "/tmp/halcyon-media-XXXXXX";
	int result;

	if (mkdtemp(folder) == NULL)
		return hc_err_sys(err, H_MEDIA_MOUNT, "making a folder to mount at");
	result = leave_others(err);
	if (result == 0)
		result = mount_at(volume, folder, err);
	if (result == 0) {
		result = look(ctx, folder, err);
		if (umount2(folder, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			hc_log(HC_LOG_WARN, "%s stays mounted at %s", volume->device, folder);
	}
	rmdir(folder);
	return result;
}
