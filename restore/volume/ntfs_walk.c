/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of an NTFS volume is to be captured: free clusters, starts of data runs, contents worth nothing.
 *
 * The walk reads $MFT record by record instead of opening file by file: a file whose attributes are
 * spread over several records (an attribute list) has all of them in $MFT too, each with its own
 * part of the run list and the place of that part in the file.
 *
 * MFT record:  0 "FILE"   20 u16 offset of first attribute   22 u16 flags (1: in use)   24 u32 bytes used
 * Attribute:   0 u32 type (0xffffffff: end)   4 u32 length   8 u8 non-resident   16 u64 first VCN
 *              32 u16 offset of the run list
 * Run list:    u8 (low half: bytes of length, high half: bytes of LCN difference; 0: end), length, difference
 */
#include "restore/volume/ntfs_priv.h"

#include <errno.h>
#include <string.h>

#define MFT_BATCH (256u << 10)
#define CUT_STEP  (1ull << 20) /* of a file: no chunk is larger */
#define CUT_ALIGN 4096u

/* ---------------------------------------------------------------- $Bitmap */

static int
load_bitmap(struct hc_walk *w, struct hc_err *err)
{
	s64 size = (s64)((w->clusters + 7) / 8);

	w->bitmap = malloc((size_t)size);
	if (w->bitmap == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a bitmap of %lld bytes",
				  (long long)size);
	errno = EIO;
	if (ntfs_attr_pread(w->n->ntfs->lcnbmp_na, 0, size, w->bitmap) != size)
		return hc_ntfs_fail(w->n, err, "reading", "$Bitmap");
	return 0;
}

static bool
is_used(const struct hc_walk *w, uint64_t cluster)
{
	return w->bitmap[cluster / 8] >> (cluster % 8) & 1;
}

uint64_t
hc_walk_use(struct hc_walk *w, uint64_t first, uint64_t count)
{
	uint64_t found = 0;

	for (uint64_t i = first; i < first + count; i++) {
		if (i % 8 == 0 && first + count - i >= 8 && w->bitmap[i / 8] == 0xff) {
			i += 7;
		} else if (!is_used(w, i)) {
			w->bitmap[i / 8] |= (uint8_t)(1u << (i % 8));
			found++;
		}
	}
	return found;
}

static int
list_free(const struct hc_walk *w, struct hc_extents *ret, struct hc_err *err)
{
	uint64_t i = 0, start;

	while (i < w->clusters) {
		if (is_used(w, i)) {
			i += i % 8 == 0 && w->bitmap[i / 8] == 0xff ? 8 : 1;
			continue;
		}
		start = i;
		while (i < w->clusters && !is_used(w, i))
			i += i % 8 == 0 && w->bitmap[i / 8] == 0 ? 8 : 1;
		i = hc_min_u64(i, w->clusters);
		if (hc_extents_add(ret,
				   (struct hc_extent){ start * w->cluster_size,
						       (i - start) * w->cluster_size },
				   err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- runs */

struct run {
	uint64_t vcn; /* in the file */
	uint64_t lcn; /* on the volume */
	uint64_t length;
};

/* A little-endian number of `size` bytes, sign-extended. */
static int64_t
get_number(const uint8_t *p, unsigned size)
{
	uint64_t value = size > 0 && p[size - 1] & 0x80 ? UINT64_MAX : 0;

	while (size > 0)
		value = value << 8 | p[--size];
	return (int64_t)value;
}

static int
note_run(struct hc_walk *w, struct run run, struct hc_err *err)
{
	uint64_t at = run.lcn * w->cluster_size, end = at + run.length * w->cluster_size;
	/* Where in the file the run starts; the product may wrap, its place in a step is right all the
	 * same. */
	uint64_t in_step = run.vcn * w->cluster_size % CUT_STEP;

	/* Runs do not overlap on a sound volume; on one made to, the walk must end all the same. */
	w->marked += run.length;
	if (w->marked > 4 * w->clusters)
		return hc_err_set(err, H_VOLUME_FORMAT, "the files of $MFT overlap each other");
	w->misfits += hc_walk_use(w, run.lcn, run.length);
	for (; at < end; at += CUT_STEP - in_step, in_step = 0)
		if (at % CUT_ALIGN == 0 && hc_cuts_add(&w->cuts, at, err) < 0)
			return -1;
	return 0;
}

/* The runs that have clusters on the volume; a list that makes no sense ends where the sense ends. */
static int
note_runs(struct hc_walk *w, struct hc_span list, uint64_t vcn, struct hc_err *err)
{
	size_t at = 0;
	int64_t lcn = 0, length;
	unsigned length_size, lcn_size;

	while (at < list.size && list.data[at] != 0) {
		length_size = list.data[at] & 15;
		lcn_size = list.data[at] >> 4;
		at++;
		if (length_size == 0 || length_size > 8 || lcn_size > 8 ||
		    length_size + lcn_size > list.size - at)
			return 0;
		length = get_number(list.data + at, length_size);
		at += length_size;
		if (length <= 0)
			return 0;
		if (lcn_size > 0) {
			if (__builtin_add_overflow(lcn, get_number(list.data + at, lcn_size),
						   &lcn) ||
			    lcn < 0 || (uint64_t)lcn > w->clusters ||
			    (uint64_t)length > w->clusters - (uint64_t)lcn)
				return 0;
			at += lcn_size;
			if (note_run(w, (struct run){ vcn, (uint64_t)lcn, (uint64_t)length },
				     err) < 0)
				return -1;
		}
		if (!hc_add_u64(vcn, (uint64_t)length, &vcn))
			return 0;
	}
	return 0;
}

/* ---------------------------------------------------------------- $MFT */

static int
note_record(struct hc_walk *w, struct hc_span record, struct hc_err *err)
{
	uint32_t used, at, length, runs;

	if (record.size < 48 || memcmp(record.data, "FILE", 4) != 0 ||
	    !(hc_get_le16(record.data + 22) & 1))
		return 0;
	used = hc_get_le32(record.data + 24);
	if (used > record.size)
		return 0;
	for (at = hc_get_le16(record.data + 20); at <= used && used - at >= 16; at += length) {
		const uint8_t *a = record.data + at;

		length = hc_get_le32(a + 4);
		if (hc_get_le32(a) == UINT32_MAX || length < 16 || length > used - at)
			return 0;
		if (a[8] == 0 || length < 64)
			continue;
		runs = hc_get_le16(a + 32);
		if (runs < length && note_runs(w, hc_span(a + runs, length - runs),
					       hc_get_le64(a + 16), err) < 0)
			return -1;
	}
	return 0;
}

static int
walk_mft(struct hc_walk *w, struct hc_err *err)
{
	ntfs_attr *mft = w->n->ntfs->mft_na;
	uint32_t record_size = w->n->ntfs->mft_record_size;
	s64 records = mft->initialized_size / record_size, done = 0, got;
	s64 batch = MFT_BATCH / record_size < 1 ? 1 : MFT_BATCH / record_size;
	uint8_t *bytes = malloc((size_t)batch * record_size);
	int result = -1;

	if (bytes == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read $MFT");
	while (done < records) {
		if (batch > records - done)
			batch = records - done;
		errno = EIO;
		got = ntfs_attr_mst_pread(mft, done * record_size, batch, record_size, bytes);
		if (got <= 0) {
			hc_ntfs_fail(w->n, err, "reading", "$MFT");
			goto out;
		}
		for (s64 i = 0; i < got; i++)
			if (note_record(w, hc_span(bytes + i * record_size, record_size), err) <
			    0)
				goto out;
		done += got;
	}
	hc_cuts_sort(&w->cuts);
	result = 0;
out:
	free(bytes);
	return result;
}

int
hc_ntfs_map(struct hc_volume *volume, struct hc_volume_map *ret, struct hc_err *err)
{
	struct hc_walk w = {
		.n = (struct hc_ntfs *)volume,
		.cluster_size = volume->info.cluster_size,
		.clusters = volume->info.clusters_end / volume->info.cluster_size,
	};
	struct hc_volume_map found = { 0 };
	int result = -1;

	found.free_known = volume->info.state.journal_clean;
	if (load_bitmap(&w, err) < 0 || walk_mft(&w, err) < 0 ||
	    (!found.free_known && hc_ntfs_log_uses(&w, &found.free_known, err) < 0) ||
	    list_free(&w, &found.free, err) < 0)
		goto out;
	found.cuts = w.cuts;
	found.misfits = w.misfits;
	found.logged = w.logged;
	*ret = found;
	w.cuts = (struct hc_cuts){ 0 };
	found = (struct hc_volume_map){ 0 };
	result = 0;
out:
	free(w.bitmap);
	free(w.cuts.items);
	hc_volume_map_done(&found);
	return result;
}

/* ---------------------------------------------------------------- contents worth nothing */

/* The clusters of a file in the root folder; none when it isn't there. */
static int
add_file_extents(struct hc_ntfs *n, const char *path, struct hc_extents *ret, bool *ret_any,
		 struct hc_err *err)
{
	uint64_t size = n->volume.info.cluster_size, end = n->volume.info.clusters_end;
	struct hc_err none;
	ntfs_inode *inode = hc_ntfs_lookup(n, path, &none);
	ntfs_attr *data = NULL;
	struct hc_extent extent;
	int result = -1;

	*ret_any = false;
	if (inode == NULL)
		return none.code == H_PATH_NOT_FOUND ? 0 : (*err = none, -1);
	errno = EIO;
	data = inode->mrec->flags & MFT_RECORD_IS_DIRECTORY
		       ? NULL
		       : ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	if (data == NULL || !NAttrNonResident(data)) {
		result = 0; /* a folder of that name, or a file so small that it lies in $MFT */
		goto out;
	}
	if (ntfs_attr_map_whole_runlist(data) < 0) {
		hc_ntfs_fail(n, err, "reading the runs of", path);
		goto out;
	}
	for (const runlist_element *r = data->rl; r != NULL && r->length > 0; r++) {
		if (r->lcn < 0)
			continue;
		extent.offset = (uint64_t)r->lcn * size;
		extent.length = (uint64_t)r->length * size;
		if (extent.offset > end || extent.length > end - extent.offset)
			continue;
		if (hc_extents_add(ret, extent, err) < 0)
			goto out;
		*ret_any = true;
	}
	result = 0;
out:
	if (data != NULL)
		ntfs_attr_close(data);
	ntfs_inode_close(inode);
	return result;
}

int
hc_ntfs_zeroed_extents(struct hc_volume *volume, bool discard_hibernation,
		       struct hc_arena *arena, struct hc_strings *names, struct hc_extents *ret,
		       struct hc_err *err)
{
	static const char *const files[] = { "\\pagefile.sys", "\\swapfile.sys",
					     "\\hiberfil.sys" };
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	struct hc_extents found = { 0 };
	bool any;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (strcmp(files[i], "\\hiberfil.sys") == 0 && volume->info.state.hibernated &&
		    !discard_hibernation)
			continue;
		if (add_file_extents(n, files[i], &found, &any, err) < 0 ||
		    (any && hc_strings_add(names, arena, files[i], err) < 0)) {
			hc_extents_done(&found);
			return -1;
		}
	}
	hc_extents_sort(&found);
	*ret = found;
	return 0;
}
