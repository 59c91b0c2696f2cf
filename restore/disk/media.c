/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Volumes of attached media: which there are. */
#include "restore/disk/media.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "restore/disk/disk_priv.h"

static const struct hc_tree live = { "" };

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of media");
}

bool
hc_media_is_running_system(const struct hc_media_volume *volume)
{
	static const char *const own[] = { "/", "/boot", "/boot/efi", "/usr", "/var", "/home" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (hc_strings_has(&volume->mounts, own[i]))
			return true;
	return false;
}

/* ---------------------------------------------------------------- names */

/* sda1, nvme0n1p1: disk_name() of the kernel. */
static const char *
partition_device(const char *disk, uint64_t number, struct hc_arena *arena)
{
	bool digit = isdigit((unsigned char)disk[strlen(disk) - 1]) != 0;

	return hc_arena_printf(arena, "%s%s%llu", disk, digit ? "p" : "",
			       (unsigned long long)number);
}

static bool
is_taken(const struct hc_media *media, const char *folder)
{
	for (size_t i = 0; i + 1 < media->volumes.count; i++)
		if (strcmp(media->volumes.items[i].folder, folder) == 0)
			return true;
	return false;
}

/* A label, or else the serial number, as the name of a folder: what follows must be fit for a command line and a URL.
 * The second of a name gets its device as well. */
static const char *
folder_of(const struct hc_media *media, const struct hc_media_volume *v, struct hc_arena *arena)
{
	const char *base = strrchr(v->device, '/') + 1, *name = base;
	char *folder;

	if (v->label != NULL && strspn(v->label, ". ") < strlen(v->label))
		name = v->label;
	else if (v->uuid != NULL)
		name = v->uuid;
	folder = hc_arena_printf(arena, HC_MEDIA_DIR "/%.64s", name);
	for (char *p = folder == NULL ? NULL : folder + sizeof(HC_MEDIA_DIR);
	     p != NULL && *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("-_.", *p) == NULL)
			*p = '_';
	if (folder != NULL && (folder[sizeof(HC_MEDIA_DIR)] == '.' || is_taken(media, folder)))
		folder = hc_arena_printf(arena, HC_MEDIA_DIR "/%s-%s", base,
					 folder + sizeof(HC_MEDIA_DIR));
	return folder;
}

/* ---------------------------------------------------------------- one volume */

/* What holds no files.  Encrypted volumes are listed: somebody looks for them. */
static bool
is_no_volume(const char *filesystem)
{
	return filesystem == NULL || strstr(filesystem, "_member") != NULL ||
	       strcmp(filesystem, "swap") == 0;
}

/* "/dev/cciss/c0d0p1" → "cciss!c0d0p1" */
static const char *
sys_name(const char *device, struct hc_arena *arena)
{
	char *name = hc_arena_strdup(arena, device + strlen("/dev/"));

	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (*p == '/')
			*p = '!';
	return name;
}

static const char *
why_unread(const struct hc_media_volume *v, bool live_machine, struct hc_arena *arena)
{
	if (!live_machine)
		return "a recorded machine: only its list of volumes is there";
	if (hc_media_is_running_system(v))
		return "the running system lives on it";
	if (hc_media_reader(v) == HC_MEDIA_NOTHING)
		return hc_arena_printf(arena, "nothing here reads %s", v->filesystem);
	return NULL;
}

static int
add_volume(const struct hc_tree *tree, const struct hc_disk *disk, const char *device,
	   const struct hc_signature *found, uint64_t size, struct hc_arena *arena,
	   struct hc_media *ret, struct hc_err *err)
{
	const char *name = device != NULL ? sys_name(device, arena) : NULL;
	struct hc_media_volume *v;

	v = hc_arena_grow(arena, &ret->volumes.items, &ret->volumes.count, sizeof(*v));
	if (v == NULL || name == NULL)
		return no_memory(err);
	*v = (struct hc_media_volume){ .device = device,
				       .disk = disk->path,
				       .model = disk->model,
				       .serial = disk->serial,
				       .bus = disk->bus,
				       .removable = disk->removable,
				       .filesystem = found->type,
				       .label = found->label,
				       .uuid = found->serial,
				       .size = size };
	v->boot = hc_strings_has(&disk->in_use_by, HC_DISK_BOOT_MEDIUM);
	if (hc_mount_points(tree, name, arena, &v->mounts, err) < 0)
		return -1;
	v->folder = folder_of(ret, v, arena);
	if (v->folder == NULL)
		return no_memory(err);
	v->unread =
		found->type != NULL ? why_unread(v, tree->root[0] == '\0', arena) : disk->holds;
	return 0;
}

static int
add_partition(const struct hc_tree *tree, const struct hc_disk *disk,
	      const struct hc_partition *p, struct hc_arena *arena, struct hc_media *ret,
	      struct hc_err *err)
{
	const struct hc_signature found = {
		p->filesystem, p->label, p->volume_serial, { NULL, 0 }
	};

	return is_no_volume(p->filesystem)
		       ? 0
		       : add_volume(tree, disk, partition_device(disk->path, p->number, arena),
				    &found, p->size, arena, ret, err);
}

/* A volume that begins at the first byte: sticks without a table, discs. */
static int
add_whole(const struct hc_tree *tree, const struct hc_disk *disk, struct hc_arena *arena,
	  struct hc_media *ret, struct hc_err *err)
{
	struct hc_signature found = { 0 };
	int fd, result;

	if (tree->root[0] != '\0')
		return 0;
	fd = open(disk->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* A drive without a disc has nothing to list; a disk that can't be read is told. */
	if (fd < 0)
		return disk->holds == NULL ? 0
					   : add_volume(tree, disk, disk->path, &found,
							disk->size, arena, ret, err);
	result = hc_signature_read(fd, (struct hc_extent){ 0, disk->size }, arena, &found, err);
	close(fd);
	if (result < 0 || found.members.count > 0 || is_no_volume(found.type))
		return result;
	return add_volume(tree, disk, disk->path, &found, disk->size, arena, ret, err);
}

static int
add_disk(const struct hc_tree *tree, const struct hc_disk *disk, struct hc_arena *arena,
	 struct hc_media *ret, struct hc_err *err)
{
	/* Parts of something larger have no files of their own. */
	if (disk->member_of.count > 0 || disk->size == 0)
		return 0;
	if (disk->partitions.count == 0)
		return add_whole(tree, disk, arena, ret, err);
	for (size_t i = 0; i < disk->partitions.count; i++)
		if (add_partition(tree, disk, &disk->partitions.items[i], arena, ret, err) < 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------- all of them */

static int
add_discs(const struct hc_tree *tree, struct hc_arena *arena, struct hc_media *ret,
	  struct hc_err *err)
{
	struct hc_tree_names names = hc_tree_list(tree, arena, "/sys/block");

	for (size_t i = 0; i < names.count; i++) {
		struct hc_disk disk;

		if (strncmp(names.items[i], "sr", 2) != 0 ||
		    !isdigit((unsigned char)names.items[i][2]))
			continue;
		if (hc_sys_disk(tree, names.items[i], arena, &disk, err) < 0)
			return -1;
		disk.bus = "optical";
		if (add_disk(tree, &disk, arena, ret, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_media_volumes(const char *sysroot, struct hc_arena *arena, struct hc_media *ret,
		 struct hc_err *err)
{
	const struct hc_tree tree = { sysroot != NULL ? sysroot : "" };
	struct hc_disk_list disks;

	if (hc_disk_list(sysroot, arena, &disks, err) < 0)
		return -1;
	for (size_t i = 0; i < disks.count; i++)
		if (add_disk(&tree, &disks.items[i], arena, ret, err) < 0)
			return -1;
	return add_discs(&tree, arena, ret, err);
}

/* The disk that a device node is, or is a partition of; and the node's own name in /dev, whichever link led there. */
static int
find_disk(const struct stat *st, struct hc_arena *arena, struct hc_disk *ret,
	  const char **ret_device, struct hc_err *err)
{
	char *real = hc_tree_real(&live, arena, "/sys/dev/block/%u:%u", major(st->st_rdev),
				  minor(st->st_rdev));
	char *slash = real == NULL ? NULL : strrchr(real, '/'), *device;

	if (slash == NULL)
		return hc_err_set(err, H_DISK_OPEN, "the kernel knows no block device %u:%u",
				  major(st->st_rdev), minor(st->st_rdev));
	device = hc_arena_printf(arena, "/dev/%s", slash + 1);
	for (char *p = device; p != NULL && *p != '\0'; p++)
		if (*p == '!')
			*p = '/';
	if (device == NULL)
		return no_memory(err);
	*ret_device = device;
	if (hc_tree_exists(&live, "%s/partition", real)) {
		*slash = '\0';
		slash = strrchr(real, '/');
	}
	return hc_sys_disk(&live, slash + 1, arena, ret, err);
}

static int
read_signature(const char *device, struct hc_arena *arena, struct hc_signature *ret,
	       uint64_t *ret_size, struct hc_err *err)
{
	int fd = open(device, O_RDONLY | O_CLOEXEC | O_NONBLOCK), result;
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);

	if (size < 0)
		result = hc_err_sys(err, H_DISK_OPEN, "opening %s for reading", device);
	else
		result = hc_signature_read(fd, (struct hc_extent){ 0, (uint64_t)size }, arena,
					   ret, err);
	*ret_size = (uint64_t)size;
	if (fd >= 0)
		close(fd);
	return result;
}

int
hc_media_volume(const char *device, struct hc_arena *arena, struct hc_media *ret,
		struct hc_err *err)
{
	struct hc_signature found = { 0 };
	struct hc_disk disk;
	struct stat st;
	uint64_t size;

	if (hc_disk_stat(device, &st, err) < 0)
		return -1;
	if (!S_ISBLK(st.st_mode))
		hc_err_set(err, H_MEDIA_MOUNT, "%s is no block device", device);
	else if (find_disk(&st, arena, &disk, &device, err) < 0 ||
		 read_signature(device, arena, &found, &size, err) < 0)
		return -1;
	else if (!is_no_volume(found.type))
		return add_volume(&live, &disk, device, &found, size, arena, ret, err);
	else
		hc_err_set(err, H_MEDIA_MOUNT, "there is no file system on %s", device);
	return hc_err_remedy(err, "`halcyon media` lists the volumes that there are.");
}
