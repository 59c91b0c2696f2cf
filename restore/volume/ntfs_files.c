/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files on NTFS: paths, listings, contents, and the refusal of contents that are not really there. */
#include "restore/volume/ntfs_priv.h"

#include <errno.h>
#include <string.h>

#include "restore/base/text.h"

#define READ_STEP       (1u << 20)
#define ENTRIES_MAX     4000000u
#define NTFS_EPOCH      11644473600ll /* seconds from 1601 to 1970 */
#define TAG_MOUNT_POINT 0xa0000003u
#define TAG_SYMLINK     0xa000000cu
#define NAME_UNITS      255 /* of UTF-16, in a name */

/* ---------------------------------------------------------------- paths */

static int
not_found(const char *path, struct hc_err *err)
{
	hc_err_set(err, H_PATH_NOT_FOUND, "%s does not exist", path[0] == '\0' ? "/" : path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

/* The inode of one name in a folder, which is closed; NULL with err set. */
static ntfs_inode *
step_into(struct hc_ntfs *n, ntfs_inode *take_folder, struct hc_span name, const char *path,
	  struct hc_err *err)
{
	struct hc_buf utf16 = { 0 };
	ntfs_inode *found = NULL;
	char text[NAME_UNITS * 4 + 1];
	u64 reference = (u64)-1;

	errno = ENOENT;
	if (!(take_folder->mrec->flags & MFT_RECORD_IS_DIRECTORY) ||
	    name.size >= sizeof(text)) {
		not_found(path, err);
		goto out;
	}
	memcpy(text, name.data, name.size);
	text[name.size] = '\0';
	if (hc_utf8_to_utf16(text, &utf16, err) < 0)
		goto out;
	if (utf16.size / 2 > NAME_UNITS) {
		not_found(path, err);
		goto out;
	}
	reference = ntfs_inode_lookup_by_name(take_folder, (const ntfschar *)(void *)utf16.data,
					      (int)(utf16.size / 2));
	if (reference == (u64)-1) {
		if (errno == ENOENT && !n->io_failed)
			not_found(path, err);
		else
			hc_ntfs_fail(n, err, "looking for", path);
		goto out;
	}
	errno = EIO;
	found = ntfs_inode_open(n->ntfs, reference);
	if (found == NULL)
		hc_ntfs_fail(n, err, "opening", path);
out:
	hc_buf_done(&utf16);
	ntfs_inode_close(take_folder);
	return found;
}

ntfs_inode *
hc_ntfs_lookup(struct hc_ntfs *n, const char *path, struct hc_err *err)
{
	ntfs_inode *inode;
	const char *rest = path;
	struct hc_span part;

	n->io_failed = false;
	errno = EIO;
	inode = ntfs_inode_open(n->ntfs, FILE_root);
	if (inode == NULL) {
		hc_ntfs_fail(n, err, "opening", "the root folder");
		return NULL;
	}
	while (inode != NULL && hc_path_next(&rest, &part))
		if (part.size != 1 || part.data[0] != '.')
			inode = step_into(n, inode, part, path, err);
	return inode;
}

/* ---------------------------------------------------------------- reparse points */

uint8_t *
hc_ntfs_reparse_data(ntfs_inode *inode, size_t *ret_size)
{
	s64 size = 0;
	uint8_t *data = ntfs_attr_readall(inode, AT_REPARSE_POINT, NULL, 0, &size);

	if (data != NULL && size < 8) {
		free(data);
		data = NULL;
	}
	*ret_size = (size_t)size;
	return data;
}

uint32_t
hc_ntfs_reparse_tag(ntfs_inode *inode)
{
	size_t size;
	uint8_t *data;
	uint32_t tag;

	/* The attribute counts, not the flag of the file: they should agree, but this is about not
	 * mistaking a hole for content. */
	if (!ntfs_attr_exist(inode, AT_REPARSE_POINT, AT_UNNAMED, 0))
		return 0;
	data = hc_ntfs_reparse_data(inode, &size);
	if (data == NULL)
		return UINT32_MAX;
	tag = hc_get_le32(data);
	free(data);
	return tag;
}

/*
 * Where a link leads.  [MS-FSCC] 2.1.2.4 and 2.1.2.5: after tag, length and two reserved bytes come offset and
 * length of the substitute name and of the name to show, of symbolic links 4 bytes of flags, then the names.
 */
static const char *
link_target(ntfs_inode *inode, uint32_t tag, struct hc_arena *arena)
{
	size_t size, names = tag == TAG_SYMLINK ? 20 : 16;
	uint8_t *data = hc_ntfs_reparse_data(inode, &size);
	struct hc_span text;
	const char *result = NULL;

	if (data != NULL && size >= names) {
		text = hc_span_part(hc_span(data, size), names + hc_get_le16(data + 12),
				    hc_get_le16(data + 14));
		if (text.size == 0)
			text = hc_span_part(hc_span(data, size), names + hc_get_le16(data + 8),
					    hc_get_le16(data + 10));
		if (text.data != NULL)
			result = hc_utf16_to_utf8(arena, text);
	}
	free(data);
	return result;
}

struct tag_name {
	uint32_t tag;
	uint32_t mask;
	const char *name;
};

/* [MS-FSCC] 2.1.2.1 */
static const struct tag_name tag_names[] = {
	/* Files whose form is known are read: wof.c. */
	{ HC_TAG_WOF, 0xffffffff, "is compressed by the Windows Overlay Filter (compact OS)" },
	{ 0x80000013, 0xffffffff, "is deduplicated" },
	{ 0x9000001a, 0xffff0fff, "is a placeholder of a cloud file" },
	{ 0x80000021, 0xffffffff, "is a placeholder of OneDrive" },
	{ 0x9000001c, 0xffff0fff, "is a projected file" },
	{ 0xc0000004, 0xffffffff, "was moved to other storage (HSM)" },
	{ 0x80000006, 0xffffffff, "was moved to other storage (HSM2)" },
	{ 0x80000008, 0xffffffff, "lies in a mounted WIM" },
	{ 0xa0000003, 0xffffffff, "is a mount point" },
	{ 0xa000000c, 0xffffffff, "is a symbolic link" },
};

int
hc_ntfs_refuse_reparse(const char *path, uint32_t tag, const char *why, struct hc_err *err)
{
	for (size_t i = 0; why == NULL && i < sizeof(tag_names) / sizeof(tag_names[0]); i++)
		if ((tag & tag_names[i].mask) == tag_names[i].tag)
			why = tag_names[i].name;
	if (why == NULL)
		why = "has its content elsewhere";
	hc_err_set(err, H_REPARSE_UNSUPPORTED, "%s %s (reparse tag 0x%08x)", path, why, tag);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

/* ---------------------------------------------------------------- entries */

static int64_t
unix_time(sle64 when)
{
	return (int64_t)sle64_to_cpu(when) / 10000000 - NTFS_EPOCH;
}

static void
fill_entry(ntfs_inode *inode, struct hc_arena *arena, struct hc_entry *entry)
{
	bool folder = inode->mrec->flags & MFT_RECORD_IS_DIRECTORY;
	struct hc_wof wof;

	entry->type = folder ? HC_ENTRY_FOLDER : HC_ENTRY_FILE;
	entry->size = folder || inode->data_size < 0 ? 0 : (uint64_t)inode->data_size;
	entry->modified = unix_time(inode->last_data_change_time);
	entry->created = unix_time(inode->creation_time);
	entry->attributes = le32_to_cpu(inode->flags);
	entry->reparse_tag = hc_ntfs_reparse_tag(inode);
	if (entry->reparse_tag == TAG_SYMLINK || entry->reparse_tag == TAG_MOUNT_POINT) {
		entry->type = HC_ENTRY_LINK;
		entry->target = link_target(inode, entry->reparse_tag, arena);
	} else if (entry->reparse_tag != 0 && !folder &&
		   hc_ntfs_wof_parse(inode, &wof) != NULL) {
		entry->type = HC_ENTRY_OTHER;
	}
}

int
hc_ntfs_stat(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	     struct hc_entry *ret, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *inode = hc_ntfs_lookup(n, path, err);
	struct hc_entry entry = { 0 };
	struct hc_span part;
	const char *rest = path;

	if (inode == NULL)
		return -1;
	while (hc_path_next(&rest, &part))
		entry.name = hc_arena_strndup(arena, (const char *)part.data, part.size);
	if (entry.name == NULL)
		entry.name = "";
	fill_entry(inode, arena, &entry);
	ntfs_inode_close(inode);
	*ret = entry;
	return 0;
}

struct listing {
	struct hc_arena *arena;
	struct named {
		const char *name;
		u64 reference;
	} * items;
	size_t count;
};

static int
take_name(void *ctx, const ntfschar *name, const int length, const int type, const s64 pos,
	  const MFT_REF reference, const unsigned kind)
{
	struct listing *l = ctx;
	struct named *item;
	const char *text;

	(void)pos;
	(void)kind;
	/* Short names are second names of files that are listed anyway. */
	if (type == FILE_NAME_DOS || length <= 0)
		return 0;
	text = hc_utf16_to_utf8(l->arena, hc_span(name, (size_t)length * 2));
	if (text == NULL || l->count >= ENTRIES_MAX) {
		errno = ENOMEM;
		return -1;
	}
	if (strcmp(text, ".") == 0 || strcmp(text, "..") == 0)
		return 0;
	item = hc_arena_grow(l->arena, &l->items, &l->count, sizeof(*item));
	if (item == NULL) {
		errno = ENOMEM;
		return -1;
	}
	*item = (struct named){ text, reference };
	return 0;
}

/* The entry of one name; a file whose record can't be read is listed with what is known: its name. */
static int
add_entry(struct hc_ntfs *n, const struct named *named, struct hc_arena *arena,
	  struct hc_entries *list, struct hc_err *err)
{
	struct hc_entry *entry =
		hc_arena_grow(arena, &list->items, &list->count, sizeof(*entry));
	ntfs_inode *inode;

	if (entry == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a listing");
	entry->name = named->name;
	entry->type = HC_ENTRY_OTHER;
	inode = ntfs_inode_open(n->ntfs, named->reference);
	if (inode == NULL)
		return n->io_failed ? hc_ntfs_fail(n, err, "opening", named->name) : 0;
	fill_entry(inode, arena, entry);
	ntfs_inode_close(inode);
	return 0;
}

int
hc_ntfs_list(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	     struct hc_entries *ret, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *folder = hc_ntfs_lookup(n, path, err);
	struct listing names = { .arena = arena };
	struct hc_entries list = { 0 };
	s64 pos = 0;
	int result = -1;

	if (folder == NULL)
		return -1;
	if (!(folder->mrec->flags & MFT_RECORD_IS_DIRECTORY)) {
		hc_err_set(err, H_PATH_NOT_FOUND, "%s is not a folder", path);
		goto out;
	}
	if (hc_ntfs_reparse_tag(folder) != 0) {
		hc_ntfs_refuse_reparse(path, hc_ntfs_reparse_tag(folder), NULL, err);
		goto out;
	}
	errno = EIO;
	/* Ignoring case, libntfs-3g lists names in lower case. */
	NVolSetCaseSensitive(n->ntfs);
	result = ntfs_readdir(folder, &pos, &names, take_name);
	n->ntfs->state &= ~(1ul << NV_CaseSensitive);
	if (result != 0) {
		result = hc_ntfs_fail(n, err, "listing", path);
		goto out;
	}
	for (size_t i = 0; i < names.count && result == 0; i++)
		result = add_entry(n, &names.items[i], arena, &list, err);
	if (result == 0)
		*ret = list;
out:
	ntfs_inode_close(folder);
	return result;
}

/* ---------------------------------------------------------------- contents */

static int
copy_data(struct hc_ntfs *n, ntfs_attr *data, const char *path, struct hc_sink sink,
	  struct hc_err *err)
{
	uint8_t *buf = malloc(READ_STEP);
	s64 done = 0, want, got;
	int result = -1;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read %s", path);
	while (done < data->data_size) {
		want = data->data_size - done < READ_STEP ? data->data_size - done : READ_STEP;
		errno = EIO;
		got = ntfs_attr_pread(data, done, want, buf);
		if (got <= 0 || got > want) {
			hc_ntfs_fail(n, err, "reading", path);
			hc_err_at(err, (uint64_t)done, "%s", path);
			goto out;
		}
		if (sink.take(sink.ctx, hc_span(buf, (size_t)got), err) < 0)
			goto out;
		done += got;
	}
	result = 0;
out:
	free(buf);
	return result;
}

int
hc_ntfs_read(struct hc_volume *volume, const char *path, struct hc_sink sink,
	     struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *inode = hc_ntfs_lookup(n, path, err);
	bool folder, packed;
	struct hc_wof wof;
	const char *why = NULL;
	ntfs_attr *data = NULL;
	uint32_t tag;
	int result = -1;

	if (inode == NULL)
		return -1;
	folder = inode->mrec->flags & MFT_RECORD_IS_DIRECTORY;
	tag = hc_ntfs_reparse_tag(inode);
	packed = tag == HC_TAG_WOF && !folder;
	if (packed)
		why = hc_ntfs_wof_parse(inode, &wof);
	if (tag != 0 && (!packed || why != NULL)) {
		hc_ntfs_refuse_reparse(path, tag, why, err);
		goto out;
	}
	if (folder) {
		hc_err_set(err, H_PATH_NOT_FOUND, "%s is a folder", path);
		goto out;
	}
	errno = EIO;
	data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	if (inode->flags & FILE_ATTR_ENCRYPTED || (data != NULL && NAttrEncrypted(data))) {
		hc_err_set(err, H_FILE_ENCRYPTED, "%s is encrypted", path);
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
		goto out;
	}
	if (data == NULL) {
		hc_ntfs_fail(n, err, "opening", path);
		goto out;
	}
	if (packed)
		result = hc_ntfs_wof_read(n, inode, &wof, path, sink, err);
	else
		result = copy_data(n, data, path, sink, err);
out:
	if (data != NULL)
		ntfs_attr_close(data);
	ntfs_inode_close(inode);
	return result;
}
