/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Access control on NTFS, through libntfs-3g: it keeps descriptors in $Secure, as Windows does, or on NTFS 1.2 in the
 * file's own $SECURITY_DESCRIPTOR.  Inheriting is done here (descriptor.c): libntfs-3g's own does not know NTFS 1.2, and
 * before Debian's 2022.10.3-1+deb12u4 overflows (CVE-2026-56135).
 */
#include "restore/volume/ntfs_priv.h"

#include <errno.h>

#include "restore/volume/descriptor_priv.h"

static struct SECURITY_CONTEXT
context_of(struct hc_ntfs *n, struct PERMISSIONS_CACHE **cache)
{
	*cache = NULL;
	return (struct SECURITY_CONTEXT){ .vol = n->ntfs, .pseccache = cache };
}

/* Appended to `out`, which stays empty when there is none that libntfs-3g takes for one. */
static int
read_descriptor(struct hc_ntfs *n, ntfs_inode *inode, struct hc_buf *out, struct hc_err *err)
{
	struct PERMISSIONS_CACHE *cache;
	struct SECURITY_CONTEXT context = context_of(n, &cache);
	int size;

	if (hc_buf_reserve(out, HC_DESCRIPTOR_MAX, err) < 0)
		return -1;
	errno = EIO;
	size = ntfs_get_ntfs_acl(&context, inode, (char *)out->data, HC_DESCRIPTOR_MAX);
	if (size > 0 && (unsigned)size <= HC_DESCRIPTOR_MAX)
		out->size = (size_t)size;
	return 0;
}

int
hc_ntfs_set_descriptor(struct hc_ntfs *n, ntfs_inode *inode, const struct hc_buf *bytes)
{
	struct PERMISSIONS_CACHE *cache;
	struct SECURITY_CONTEXT context = context_of(n, &cache);

	errno = EIO;
	if (ntfs_set_ntfs_acl(&context, inode, (const char *)bytes->data, bytes->size, 0) != 0)
		return -1;
	ntfs_inode_update_times(inode, NTFS_UPDATE_CTIME);
	return 0;
}

int
hc_ntfs_inherit(struct hc_ntfs *n, ntfs_inode *folder, bool for_folder, struct hc_buf *ret,
		struct hc_err *err)
{
	struct hc_buf parent = { 0 };
	int result = read_descriptor(n, folder, &parent, err);

	if (result == 0)
		result = hc_descriptor_inherit(hc_buf_span(&parent), for_folder,
					       n->ntfs->major_ver >= 3, ret, err);
	hc_buf_done(&parent);
	return result;
}

int
hc_ntfs_is_protected(struct hc_volume *volume, const char *path, bool *ret, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *inode = hc_ntfs_lookup(n, path, err);
	struct hc_buf bytes = { 0 };
	int result;

	if (inode == NULL)
		return -1;
	result = read_descriptor(n, inode, &bytes, err);
	if (result == 0)
		*ret = hc_descriptor_is_protected(hc_buf_span(&bytes),
						  inode->mrec->flags & MFT_RECORD_IS_DIRECTORY);
	hc_buf_done(&bytes);
	ntfs_inode_close(inode);
	return result;
}

int
hc_ntfs_protect(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *inode = hc_ntfs_lookup_own(n, path, err);
	struct hc_buf bytes = { 0 };
	bool done = false;
	int result;

	if (inode == NULL)
		return -1;
	result = hc_descriptor_protected(inode->mrec->flags & MFT_RECORD_IS_DIRECTORY, &bytes,
					 err);
	if (result == 0 && hc_ntfs_set_descriptor(n, inode, &bytes) < 0)
		result = hc_ntfs_change_failed(n, "protecting", path, err);
	hc_buf_done(&bytes);
	errno = EIO;
	if (ntfs_inode_close(inode) != 0 && result == 0)
		result = hc_ntfs_change_failed(n, "protecting", path, err);
	result = hc_ntfs_changed(n, result, "protecting", path, err);
	if (result < 0 || hc_ntfs_is_protected(volume, path, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	volume->broken = true;
	hc_err_set(err, H_VOLUME_WRITE, "%s does not have the access control that it was given",
		   path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}
