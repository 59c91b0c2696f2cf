/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing to NTFS: contents of files, the dirty flag, where contents lie.
 *
 * libntfs-3g has no journal, so a change that fails leaves whatever it left: the volume is marked as broken, and takes no
 * further change.  What can be known before is looked at before: whether the file may be written at all, and
 * whether there is room.
 */
#include "restore/volume/ntfs_priv.h"

#include <errno.h>
#include <string.h>

#include "restore/base/text.h"

#define ROOM_SPARE 16u /* clusters for MFT records, indexes and run lists */

/* ---------------------------------------------------------------- errors */

static int
set_failed(struct hc_ntfs *n, const char *what, const char *path, struct hc_err *err)
{
	if (n->write_failed) {
		*err = n->write_err;
		return hc_err_wrap(err, "while %s %s", what, path);
	}
	if (n->io_failed)
		return hc_ntfs_fail(n, err, what, path);
	hc_err_sys(err,
		   errno == ENOSPC   ? H_VOLUME_FULL
		   : errno == ENOMEM ? H_OUT_OF_MEMORY
				     : H_VOLUME_WRITE,
		   "%s %s", what, path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

int
hc_ntfs_change_failed(struct hc_ntfs *n, const char *what, const char *path, struct hc_err *err)
{
	n->volume.broken = true;
	return set_failed(n, what, path, err);
}

int
hc_ntfs_changed(struct hc_ntfs *n, int result, const char *what, const char *path,
		struct hc_err *err)
{
	if (result < 0)
		return -1;
	return n->write_failed ? hc_ntfs_change_failed(n, what, path, err) : 0;
}

int
hc_ntfs_check_room(struct hc_ntfs *n, uint64_t clusters, const char *path, struct hc_err *err)
{
	uint64_t room = n->ntfs->free_clusters < 0 ? 0 : (uint64_t)n->ntfs->free_clusters;

	if (clusters <= room && room - clusters >= ROOM_SPARE)
		return 0;
	hc_err_set(err, H_VOLUME_FULL,
		   "%s needs %llu more clusters of %u bytes; %llu are free, and %u of them "
		   "stay so",
		   path, (unsigned long long)clusters, (unsigned)n->ntfs->cluster_size,
		   (unsigned long long)room, ROOM_SPARE);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

int
hc_ntfs_empty_journal(struct hc_ntfs *n, struct hc_err *err)
{
	return ntfs_logfile_reset(n->ntfs) < 0 || n->write_failed
		       ? hc_ntfs_change_failed(n, "emptying", "$LogFile", err)
		       : 0;
}

/* ---------------------------------------------------------------- which files */

ntfs_inode *
hc_ntfs_lookup_own(struct hc_ntfs *n, const char *path, struct hc_err *err)
{
	const char *rest = path;
	ntfs_inode *inode = NULL, *top;
	struct hc_span part;
	char *first;
	u64 number;

	while (hc_path_next(&rest, &part))
		if (part.size != 1 || part.data[0] != '.')
			break;
	first = strndup(path, (size_t)(rest - path));
	if (first == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
		return NULL;
	}
	/* What lies in $Extend has numbers like any other file. */
	top = hc_ntfs_lookup(n, first, err);
	free(first);
	if (top == NULL)
		return NULL;
	number = top->mft_no;
	ntfs_inode_close(top);
	if (number < FILE_first_user && number != FILE_root) {
		hc_err_set(err, H_VOLUME_READ_ONLY, "%s belongs to the file system itself",
			   path);
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
		return NULL;
	}
	inode = hc_ntfs_lookup(n, path, err);
	return inode;
}

/* Whether the content of a file may be replaced; *ret_wof: it has a reparse point, which goes. */
static int
check_file(ntfs_inode *inode, const char *path, bool *ret_wof, struct hc_err *err)
{
	uint32_t tag = hc_ntfs_reparse_tag(inode);

	*ret_wof = tag == HC_TAG_WOF;
	if (inode->mrec->flags & MFT_RECORD_IS_DIRECTORY) {
		hc_err_set(err, H_PATH_NOT_FOUND, "%s is a folder", path);
		return hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	if (tag != 0 && !*ret_wof)
		return hc_ntfs_refuse_reparse(path, tag, NULL, err);
	if (inode->flags & FILE_ATTR_ENCRYPTED) {
		hc_err_set(err, H_FILE_ENCRYPTED, "%s is encrypted", path);
		return hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	return 0;
}

/* ---------------------------------------------------------------- making a file an ordinary one */

/* Clusters that the unnamed stream has. */
static uint64_t
clusters_of(const struct hc_ntfs *n, const ntfs_attr *data)
{
	uint64_t bytes = 0;

	if (NAttrNonResident(data))
		bytes = (uint64_t)(data->data_flags & (ATTR_IS_COMPRESSED | ATTR_IS_SPARSE)
					   ? data->compressed_size
					   : data->allocated_size);
	return bytes / n->ntfs->cluster_size;
}

/* Whether a named stream is sparse: then the file counts as such, whatever its content is. */
static bool
has_sparse_stream(ntfs_inode *inode)
{
	ntfs_attr_search_ctx *search = ntfs_attr_get_search_ctx(inode, NULL);
	bool found = false;

	while (search != NULL && !found &&
	       ntfs_attr_lookup(AT_DATA, NULL, 0, CASE_SENSITIVE, 0, NULL, 0, search) == 0)
		found = search->attr->name_length > 0 && search->attr->flags & ATTR_IS_SPARSE;
	if (search != NULL)
		ntfs_attr_put_search_ctx(search);
	return found;
}

/* Removes the reparse point, its entry in $Extend/$Reparse, and the stream that holds the packed content. */
static int
drop_wof(ntfs_inode *inode)
{
	struct hc_buf name = { 0 };
	struct hc_err err;
	int result;

	if (hc_utf8_to_utf16(HC_WOF_STREAM, &name, &err) < 0) {
		errno = ENOMEM;
		return -1;
	}
	errno = EIO;
	result = ntfs_remove_ntfs_reparse_data(inode);
	/* It succeeds without doing anything on a volume without that index. */
	if (result == 0 && hc_ntfs_reparse_tag(inode) != 0) {
		errno = EIO;
		result = -1;
	}
	if (result == 0 && ntfs_attr_exist(inode, AT_DATA, (ntfschar *)(void *)name.data,
					   (u32)(name.size / 2)))
		result = ntfs_attr_remove(inode, AT_DATA, (ntfschar *)(void *)name.data,
					  (u32)(name.size / 2));
	hc_buf_done(&name);
	return result;
}

/* A new unnamed stream in the place of one with holes or compressed. */
static int
renew_data(ntfs_inode *inode, ntfs_attr **data)
{
	int result;

	errno = EIO;
	result = ntfs_attr_rm(*data);
	ntfs_attr_close(*data);
	*data = NULL;
	if (result != 0)
		return -1;
	inode->flags &= ~(le32)FILE_ATTR_COMPRESSED;
	if (!has_sparse_stream(inode))
		inode->flags &= ~(le32)FILE_ATTR_SPARSE_FILE;
	NInoFileNameSetDirty(inode);
	if (ntfs_attr_add(inode, AT_DATA, AT_UNNAMED, 0, NULL, 0) != 0)
		return -1;
	*data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	return *data == NULL ? -1 : 0;
}

/* ---------------------------------------------------------------- contents */

static int
put_content(ntfs_inode *inode, ntfs_attr *data, struct hc_span content)
{
	size_t done = 0;
	s64 put;

	errno = EIO;
	/* Solid: libntfs-3g would make a hole of what grows otherwise. */
	if (data->data_size != (s64)content.size &&
	    ntfs_attr_truncate_solid(data, (s64)content.size) != 0)
		return -1;
	while (done < content.size) {
		errno = EIO;
		put = ntfs_attr_pwrite(data, (s64)done, (s64)(content.size - done),
				       content.data + done);
		if (put <= 0 || (uint64_t)put > content.size - done)
			return -1;
		done += (size_t)put;
	}
	inode->data_size = data->data_size;
	inode->allocated_size =
		NAttrNonResident(data) ? data->allocated_size : (data->data_size + 7) & ~(s64)7;
	ntfs_inode_update_times(inode, NTFS_UPDATE_MCTIME);
	return 0;
}

static int
replace_content(struct hc_ntfs *n, ntfs_inode *inode, bool wof, struct hc_span content,
		const char *path, struct hc_err *err)
{
	ntfs_attr *data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	uint64_t needed =
		hc_round_up(content.size, n->ntfs->cluster_size) / n->ntfs->cluster_size;
	uint64_t has;
	int result = -1;

	if (data == NULL)
		return hc_ntfs_fail(n, err, "opening", path);
	has = clusters_of(n, data);
	if (hc_ntfs_check_room(n, needed > has ? needed - has : 0, path, err) < 0)
		goto out;
	if ((wof && drop_wof(inode) < 0) ||
	    ((wof || data->data_flags & (ATTR_COMPRESSION_MASK | ATTR_IS_SPARSE) ||
	      inode->flags & FILE_ATTR_COMPRESSED) &&
	     renew_data(inode, &data) < 0) ||
	    put_content(inode, data, content) < 0)
		hc_ntfs_change_failed(n, "writing", path, err);
	else
		result = 0;
out:
	if (data != NULL)
		ntfs_attr_close(data);
	return result;
}

int
hc_ntfs_write(struct hc_volume *volume, const char *path, struct hc_span content,
	      struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *inode = hc_ntfs_lookup_own(n, path, err);
	bool wof = false, made = false;
	int result = -1;

	if (inode == NULL && err->code == H_PATH_NOT_FOUND) {
		/* Names may need some too. */
		if (hc_ntfs_check_room(n, content.size / n->ntfs->cluster_size + ROOM_SPARE,
				       path, err) < 0 ||
		    hc_ntfs_make(n, path, err) < 0)
			return -1;
		made = true;
		inode = hc_ntfs_lookup(n, path, err);
	}
	if (inode != NULL && check_file(inode, path, &wof, err) == 0)
		result = replace_content(n, inode, wof, content, path, err);
	errno = EIO;
	if (inode != NULL && ntfs_inode_close(inode) != 0 && result == 0)
		result = hc_ntfs_change_failed(n, "writing", path, err);
	/* A new file without its content is a change half-way. */
	if (made && result < 0)
		n->volume.broken = true;
	return hc_ntfs_changed(n, result, "writing", path, err);
}

/* ---------------------------------------------------------------- dirty flag */

static int
set_dirty(struct hc_volume *volume, bool dirty, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	le16 flags = n->ntfs->flags & (le16)~VOLUME_IS_DIRTY;
	int result = 0;

	if (dirty)
		flags |= VOLUME_IS_DIRTY;
	if (flags == n->ntfs->flags)
		return 0;
	errno = EIO;
	if (ntfs_volume_write_flags(n->ntfs, flags) != 0)
		result = hc_ntfs_change_failed(n, "marking", "$Volume", err);
	result = hc_ntfs_changed(n, result, "marking", "$Volume", err);
	if (result == 0)
		n->volume.info.state.dirty = dirty;
	return result;
}

/* ---------------------------------------------------------------- places */

static int
add_runs(struct hc_ntfs *n, const ntfs_attr *data, const char *path, struct hc_extents *ret,
	 struct hc_err *err)
{
	uint64_t cluster = n->ntfs->cluster_size, left = (uint64_t)data->data_size;
	struct hc_extent extent;

	for (const runlist_element *run = data->rl; run->length > 0 && left > 0; run++) {
		if (run->lcn < 0) {
			hc_err_set(err, H_UNSUPPORTED, "%s has holes", path);
			return hc_err_at(err, HC_NO_OFFSET, "%s", path);
		}
		extent =
			(struct hc_extent){ (uint64_t)run->lcn * cluster,
					    hc_min_u64((uint64_t)run->length * cluster, left) };
		left -= extent.length;
		if (hc_extents_add(ret, extent, err) < 0)
			return -1;
	}
	return left == 0 ? 0
			 : hc_err_set(err, H_VOLUME_FORMAT, "%s ends before its size", path);
}

static int
list_runs(struct hc_ntfs *n, ntfs_inode *inode, const char *path, struct hc_extents *ret,
	  struct hc_err *err)
{
	ntfs_attr *data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	const char *why = NULL;
	int result = -1;

	if (data == NULL)
		return hc_ntfs_fail(n, err, "opening", path);
	if (!NAttrNonResident(data))
		why = "lies in the $MFT";
	else if (hc_ntfs_reparse_tag(inode) != 0 || NAttrEncrypted(data) ||
		 data->data_flags & ATTR_COMPRESSION_MASK)
		why = "is not stored as it is read";
	else if (data->initialized_size < data->data_size)
		why = "reads as zeros in its last part";
	errno = EIO;
	if (why != NULL && data->data_size > 0) {
		hc_err_set(err, H_UNSUPPORTED, "the content of %s %s", path, why);
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	} else if (why != NULL) {
		result = 0;
	} else if (ntfs_attr_map_whole_runlist(data) != 0) {
		hc_ntfs_fail(n, err, "reading the run list of", path);
	} else {
		result = add_runs(n, data, path, ret, err);
	}
	ntfs_attr_close(data);
	return result;
}

int
hc_ntfs_file_extents(struct hc_volume *volume, const char *path, struct hc_extents *ret,
		     struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	struct hc_extents extents = { 0 };
	ntfs_inode *inode = hc_ntfs_lookup(n, path, err);
	int result = -1;

	if (inode == NULL)
		return -1;
	errno = EIO;
	if (inode->mrec->flags & MFT_RECORD_IS_DIRECTORY) {
		hc_err_set(err, H_PATH_NOT_FOUND, "%s is a folder", path);
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	} else {
		result = list_runs(n, inode, path, &extents, err);
	}
	ntfs_inode_close(inode);
	if (result == 0)
		*ret = extents;
	else
		hc_extents_done(&extents);
	return result;
}

/* ---------------------------------------------------------------- the end */

static int
finish(struct hc_volume *volume, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	int result = 0;

	errno = EIO;
	/* Unmounting writes what libntfs-3g still holds: its own files' records. */
	if (ntfs_umount(n->ntfs, TRUE) != 0)
		result = hc_ntfs_change_failed(n, "finishing", "the volume", err);
	n->ntfs = NULL;
	result = hc_ntfs_changed(n, result, "finishing", "the volume", err);
	return result == 0 ? hc_io_flush(n->volume.io, err) : -1;
}

const struct hc_volume_writer hc_ntfs_writer = {
	.write = hc_ntfs_write,
	.make_folder = hc_ntfs_make_folder,
	.remove = hc_ntfs_remove,
	.protect = hc_ntfs_protect,
	.set_dirty = set_dirty,
	.finish = finish,
};
