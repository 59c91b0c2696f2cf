/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NTFS through libntfs-3g: the device it reads from, opening, and the state the volume was left in. */
#include "restore/volume/ntfs_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* ---------------------------------------------------------------- the device */

static struct hc_ntfs *
of_device(struct ntfs_device *dev)
{
	return dev->d_private;
}

static int
device_open(struct ntfs_device *dev, int flags)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;

	if (write && of_device(dev)->volume.writer == NULL) {
		errno = EROFS;
		return -1;
	}
	if (NDevOpen(dev)) {
		errno = EBUSY;
		return -1;
	}
	NDevSetOpen(dev);
	if (!write)
		NDevSetReadOnly(dev);
	return 0;
}

static int
device_close(struct ntfs_device *dev)
{
	dev->d_state &= ~(1ul << ND_Open);
	return 0;
}

static s64
device_seek(struct ntfs_device *dev, s64 offset, int whence)
{
	struct hc_ntfs *n = of_device(dev);
	s64 size = (s64)n->volume.io->size, from = 0, to;

	if (whence == SEEK_CUR)
		from = n->position;
	else if (whence == SEEK_END)
		from = size;
	if (__builtin_add_overflow(from, offset, &to) || to < 0 || to > size) {
		errno = EINVAL;
		return -1;
	}
	n->position = to;
	return to;
}

/* Puts what was written and lost over what was read. */
static void
read_lost(const struct hc_ntfs *n, uint64_t offset, uint8_t *buf, size_t length)
{
	uint64_t from, to;

	for (const struct hc_ntfs_lost *l = n->lost; l != NULL; l = l->next) {
		from = hc_max_u64(offset, l->offset);
		to = hc_min_u64(offset + length, l->offset + l->size);
		if (from < to)
			memcpy(buf + (from - offset), l->bytes + (from - l->offset),
			       (size_t)(to - from));
	}
}

static int
keep_lost(struct hc_ntfs *n, uint64_t offset, const void *buf, size_t size)
{
	struct hc_ntfs_lost *lost = malloc(sizeof(*lost) + size);

	if (lost == NULL)
		return -1;
	*lost = (struct hc_ntfs_lost){ .offset = offset, .size = size };
	memcpy(lost->bytes, buf, size);
	if (n->lost == NULL)
		n->lost_end = &n->lost;
	*n->lost_end = lost;
	n->lost_end = &lost->next;
	return 0;
}

static s64
device_pread(struct ntfs_device *dev, void *buf, s64 count, s64 offset)
{
	struct hc_ntfs *n = of_device(dev);
	uint64_t size = n->volume.io->size, length;

	if (offset < 0 || count < 0) {
		errno = EINVAL;
		return -1;
	}
	if ((uint64_t)offset >= size)
		return 0;
	length = hc_min_u64((uint64_t)count, size - (uint64_t)offset);
	if (hc_io_pread(n->volume.io, (uint64_t)offset, buf, length, &n->io_err) < 0) {
		n->io_failed = true;
		errno = EIO;
		return -1;
	}
	read_lost(n, (uint64_t)offset, buf, length);
	return (s64)length;
}

static s64
device_read(struct ntfs_device *dev, void *buf, s64 count)
{
	struct hc_ntfs *n = of_device(dev);
	s64 got = device_pread(dev, buf, count, n->position);

	if (got > 0)
		n->position += got;
	return got;
}

static s64
device_pwrite(struct ntfs_device *dev, const void *buf, s64 count, s64 offset)
{
	struct hc_ntfs *n = of_device(dev);

	if (n->volume.writer == NULL) {
		errno = EROFS;
		return -1;
	}
	if (offset < 0 || count < 0) {
		errno = EINVAL;
		return -1;
	}
	if (!n->write_failed && !n->discard && count > 0 &&
	    hc_io_pwrite(n->volume.io, (uint64_t)offset, buf, (size_t)count, &n->write_err) < 0)
		n->write_failed = true;
	if ((n->write_failed || n->discard) &&
	    keep_lost(n, (uint64_t)offset, buf, (size_t)count) < 0)
		return -1;
	return count;
}

static s64
device_write(struct ntfs_device *dev, const void *buf, s64 count)
{
	struct hc_ntfs *n = of_device(dev);
	s64 put = device_pwrite(dev, buf, count, n->position);

	if (put > 0)
		n->position += put;
	return put;
}

static int
device_sync(struct ntfs_device *dev)
{
	(void)dev;
	return 0;
}

static int
device_stat(struct ntfs_device *dev, struct stat *buf)
{
	*buf = (struct stat){ .st_mode = S_IFREG | 0400,
			      .st_size = (off_t)of_device(dev)->volume.io->size };
	return 0;
}

static int
device_ioctl(struct ntfs_device *dev, unsigned long request, void *argp)
{
	(void)dev;
	(void)request;
	(void)argp;
	errno = EOPNOTSUPP;
	return -1;
}

/* libntfs-3g takes the table as writable, but never writes to it. */
static struct ntfs_device_operations device_ops = {
	.open = device_open,
	.close = device_close,
	.seek = device_seek,
	.read = device_read,
	.write = device_write,
	.pread = device_pread,
	.pwrite = device_pwrite,
	.sync = device_sync,
	.stat = device_stat,
	.ioctl = device_ioctl,
};

int
hc_ntfs_fail(struct hc_ntfs *n, struct hc_err *err, const char *what, const char *path)
{
	if (n->io_failed) {
		*err = n->io_err;
		n->io_failed = false;
		return hc_err_wrap(err, "while %s %s", what, path);
	}
	hc_err_sys(err, errno == ENOMEM ? H_OUT_OF_MEMORY : H_VOLUME_FORMAT, "%s %s", what,
		   path);
	return -1;
}

/* ---------------------------------------------------------------- state */

/* *ret_major: 2 when it was written by a Windows 8 or later that did not unmount; such a log (LFS 2.0) may say "clean" all
 * the same. */
static bool
is_journal_clean(ntfs_volume *ntfs, unsigned *ret_major)
{
	ntfs_inode *inode = ntfs_inode_open(ntfs, FILE_LogFile);
	RESTART_PAGE_HEADER *page = NULL;
	ntfs_attr *data = NULL;
	bool clean = false;

	*ret_major = 0;
	if (inode == NULL)
		return false;
	data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	if (data != NULL)
		clean = ntfs_check_logfile(data, &page) && ntfs_is_logfile_clean(data, page);
	if (page != NULL)
		*ret_major = le16_to_cpu(page->major_ver);
	free(page);
	if (data != NULL)
		ntfs_attr_close(data);
	ntfs_inode_close(inode);
	return clean;
}

/* Refuses what must not be written to: hazards 12, windows-offline.md section 10. */
static int
start_writing(struct hc_ntfs *n, enum hc_volume_access access, struct hc_err *err)
{
	const struct hc_volume_state *state = &n->volume.info.state;

	if (state->hibernated && access == HC_ACCESS_WRITE) {
		hc_err_set(err, H_VOLUME_READ_ONLY,
			   "the volume belongs to a hibernated Windows");
		return hc_err_remedy(err, "Shut that Windows down fully, then capture again.");
	}
	if (hc_ntfs_needs_replay(n) && access != HC_ACCESS_DROP_JOURNAL) {
		hc_err_set(err, H_VOLUME_READ_ONLY,
			   "the volume's journal ($LogFile) was not replayed");
		return hc_err_remedy(
			err, "Replay it with ntfsrecover, or start Windows and shut it down.");
	}
	/* Without them it loses memory wherever it looks for $Reparse (ntfs_inode_lookup_by_mbsname). */
	ntfs_create_lru_caches(n->ntfs);
	/* Counts what is free; reads only. */
	errno = EIO;
	if (ntfs_volume_get_free_space(n->ntfs) < 0)
		return hc_ntfs_fail(n, err, "reading", "$Bitmap");
	/* What is made in a compressed folder is not compressed: boot loaders read it too. */
	n->ntfs->state &= ~(1ul << NV_Compression);
	return 0;
}

/* The first bytes of \hiberfil.sys: "hibr" (XP to 7, and 8 on in capitals) is a session to resume,
 * "rstr" one that is being resumed; "wake" and zeros are used up. */
bool
hc_ntfs_is_hibernated(struct hc_ntfs *n)
{
	struct hc_err err;
	ntfs_inode *inode = hc_ntfs_lookup(n, "/hiberfil.sys", &err);
	ntfs_attr *data;
	char magic[4] = "";
	bool result = false;

	if (inode == NULL)
		return false;
	data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	if (data != NULL) {
		/* What can't be read might be a session: it is kept. */
		result = ntfs_attr_pread(data, 0, sizeof(magic), magic) < 0 ||
			 strncasecmp(magic, "hibr", 4) == 0 ||
			 strncasecmp(magic, "rstr", 4) == 0;
		ntfs_attr_close(data);
	}
	ntfs_inode_close(inode);
	n->io_failed = false;
	return result;
}

static void
fill_info(struct hc_ntfs *n, const uint8_t *boot)
{
	ntfs_volume *ntfs = n->ntfs;
	struct hc_volume_info *info = &n->volume.info;

	info->kind = "ntfs";
	info->label = ntfs->vol_name == NULL ? "" : ntfs->vol_name;
	info->serial = hc_get_le64(boot + 0x48);
	info->cluster_size = ntfs->cluster_size;
	info->sector_size = ntfs->sector_size;
	info->clusters_end = hc_min_u64((uint64_t)ntfs->nr_clusters * ntfs->cluster_size,
					n->volume.io->size);
	info->state.dirty = (ntfs->flags & VOLUME_IS_DIRTY) != 0;
	info->state.hibernated = hc_ntfs_is_hibernated(n);
	info->state.journal_clean = is_journal_clean(ntfs, &n->journal_major);
}

bool
hc_ntfs_needs_replay(const struct hc_ntfs *n)
{
	return !n->volume.info.state.journal_clean || n->journal_major >= 2;
}

/* ---------------------------------------------------------------- open and close */

/* Forensic: mounting looks at neither journal nor hibernation (we do), and repairs nothing. */
int
hc_ntfs_mount(struct hc_ntfs *n)
{
	const unsigned long flags =
		NTFS_MNT_FORENSIC | (n->volume.writer != NULL ? 0 : NTFS_MNT_RDONLY);

	errno = ENOMEM;
	n->device = ntfs_device_alloc("volume", 0, &device_ops, n);
	if (n->device == NULL)
		return -1;
	errno = EIO;
	n->ntfs = ntfs_device_mount(n->device, flags);
	if (n->ntfs != NULL)
		return 0;
	if (n->device != NULL)
		ntfs_device_free(n->device);
	n->device = NULL;
	return -1;
}

static void
ntfs_close(struct hc_volume *volume)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	struct hc_ntfs_lost *lost;

	n->discard = true;
	/* Unmounting frees the device too, and so does a mount that failed after opening it. */
	if (n->ntfs != NULL)
		ntfs_umount(n->ntfs, TRUE);
	while ((lost = n->lost) != NULL) {
		n->lost = lost->next;
		free(lost);
	}
	free(n);
}

static const struct hc_volume_ops ntfs_ops = {
	.map = hc_ntfs_map,
	.zeroed_extents = hc_ntfs_zeroed_extents,
	.stat = hc_ntfs_stat,
	.list = hc_ntfs_list,
	.read = hc_ntfs_read,
	.file_extents = hc_ntfs_file_extents,
	.is_protected = hc_ntfs_is_protected,
	.close = ntfs_close,
};

int
hc_ntfs_open(struct hc_io *io, enum hc_volume_access access, struct hc_volume **ret,
	     struct hc_err *err)
{
	struct hc_ntfs *n = calloc(1, sizeof(*n));
	const bool write = access != HC_ACCESS_READ;
	uint8_t boot[512];

	if (n == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a volume");
	n->volume.ops = &ntfs_ops;
	n->volume.io = io;
	n->volume.writer = write ? &hc_ntfs_writer : NULL;
	ntfs_log_set_handler(ntfs_log_handler_null);
	if (hc_io_pread(io, 0, boot, sizeof(boot), err) < 0)
		goto fail;
	if (hc_ntfs_mount(n) < 0) {
		hc_ntfs_fail(n, err, "opening", "an NTFS volume");
		goto fail;
	}
	if (ntfs_set_ignore_case(n->ntfs) < 0 ||
	    ntfs_set_shown_files(n->ntfs, FALSE, TRUE, FALSE) < 0) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a volume");
		goto fail;
	}
	fill_info(n, boot);
	if (write && start_writing(n, access, err) < 0)
		goto fail;
	*ret = &n->volume;
	return 0;
fail:
	ntfs_close(&n->volume);
	return -1;
}
