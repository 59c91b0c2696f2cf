/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names on NTFS: making files and folders, and removing them.
 *
 * libntfs-3g makes names of the POSIX namespace.  Windows shows those too, but what is made here has the names that
 * Windows gives by default: one of the namespace "Win32 and DOS" when it fits 8.3, else a Win32 name and a
 * short one beside it ([seen] in data/images/plaso/usnjrnl).
 */
#include "restore/volume/ntfs_priv.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "restore/base/text.h"

#define DEPTH_MAX   255u
#define SHORT_TEXT  13u /* 8, a dot, 3, U+0000 */
#define SHORT_TRIES 100000u

/* ---------------------------------------------------------------- short names */

/* What a short name holds of a character: itself in capitals, '_', or '\0' for nothing. */
static char
short_character(uint8_t c)
{
	if (isalnum(c) && c < 0x80)
		return (char)toupper(c);
	if (c == ' ' || c == '.')
		return '\0';
	return c < 0x80 && strchr("!#$%&'()-@^_`{}~", c) != NULL ? (char)c : '_';
}

/* Appends at most `max` characters of the text to a short name. */
static void
add_short(char ret[SHORT_TEXT], const char *text, size_t length, size_t max)
{
	size_t at = strlen(ret), end = at + max;

	for (size_t i = 0; i < length && at < end; i++) {
		char c = short_character((uint8_t)text[i]);

		/* Of a character of UTF-8 the first byte alone. */
		if (c != '\0' && ((uint8_t)text[i] & 0xc0) != 0x80)
			ret[at++] = c;
	}
	ret[at] = '\0';
}

/* Where the extension starts: behind the last dot that isn't the first character. */
static size_t
extension_of(struct hc_span name)
{
	for (size_t i = name.size; i > 1; i--)
		if (name.data[i - 1] == '.')
			return i;
	return name.size;
}

/* In capitals; whether the name is its own short name. */
static bool
fits_short(struct hc_span name, char ret[SHORT_TEXT])
{
	size_t extension = extension_of(name), base;

	base = extension == name.size ? name.size : extension - 1;
	if (base == 0 || base > 8 || name.size - extension > 3)
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (i + 1 != extension &&
		    (name.data[i] >= 0x80 ||
		     short_character(name.data[i]) != toupper(name.data[i])))
			return false;
	for (size_t i = 0; i < name.size; i++)
		ret[i] = (char)toupper(name.data[i]);
	ret[name.size] = '\0';
	return true;
}

/* 0: there is none of that name in the folder; 1: there is; -1: errno says why it can't be told. */
static int
has_name(ntfs_inode *folder, const char *ascii)
{
	ntfschar name[SHORT_TEXT];
	size_t length = strlen(ascii);

	for (size_t i = 0; i < length; i++)
		name[i] = cpu_to_le16((uint8_t)ascii[i]);
	errno = EIO;
	if (ntfs_inode_lookup_by_name(folder, name, (int)length) != (u64)-1)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

/* "LONGNA~1.TXT"; -1 with errno set. */
static int
choose_short(ntfs_inode *folder, struct hc_span name, char ret[SHORT_TEXT])
{
	size_t extension = extension_of(name);
	const char *text = (const char *)name.data;
	char number[8];
	int found = 1;

	if (fits_short(name, ret))
		return 0;
	for (unsigned i = 1; i < SHORT_TRIES && found > 0; i++) {
		int length = snprintf(number, sizeof(number), "~%u", i);

		ret[0] = '\0';
		add_short(ret, text, extension, 8 - (size_t)length);
		strcat(ret, number);
		if (extension < name.size) {
			strcat(ret, ".");
			add_short(ret, text + extension, name.size - extension, 3);
		}
		found = has_name(folder, ret);
	}
	if (found > 0)
		errno = EEXIST;
	return found == 0 ? 0 : -1;
}

/* ---------------------------------------------------------------- making */

/* A folder that names can be added to; NULL with err set. */
static ntfs_inode *
open_folder(struct hc_ntfs *n, const char *path, struct hc_err *err)
{
	ntfs_inode *folder = hc_ntfs_lookup_own(n, path, err);

	if (folder == NULL)
		return NULL;
	if (!(folder->mrec->flags & MFT_RECORD_IS_DIRECTORY)) {
		hc_err_set(err, H_PATH_NOT_FOUND, "%s is not a folder", path);
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	} else if (hc_ntfs_reparse_tag(folder) != 0) {
		hc_ntfs_refuse_reparse(path, hc_ntfs_reparse_tag(folder), NULL, err);
	} else {
		return folder;
	}
	ntfs_inode_close(folder);
	return NULL;
}

/* Takes the folder.  -1 with errno set. */
static int
add_object(struct hc_ntfs *n, ntfs_inode *take_folder, struct hc_span name,
	   const struct hc_buf *utf16, const struct hc_buf *descriptor, bool is_folder)
{
	char alias[SHORT_TEXT];
	ntfs_inode *made = NULL;

	errno = EIO;
	if (choose_short(take_folder, name, alias) == 0) {
		errno = EIO;
		made = ntfs_create(take_folder, const_cpu_to_le32(0),
				   (const ntfschar *)(void *)utf16->data, (u8)(utf16->size / 2),
				   is_folder ? S_IFDIR : S_IFREG);
	}
	if (made == NULL) {
		int why = errno;

		ntfs_inode_close(take_folder);
		errno = why;
		return -1;
	}
	/* Of folders Windows has nothing to archive. */
	if (is_folder)
		made->flags &= ~(le32)FILE_ATTR_ARCHIVE;
	NInoFileNameSetDirty(made);
	/* Made open to everyone until here. */
	if (hc_ntfs_set_descriptor(n, made, descriptor) < 0) {
		int why = errno;

		ntfs_inode_close_in_dir(made, take_folder);
		ntfs_inode_close(take_folder);
		errno = why;
		return -1;
	}
	errno = EIO;
	/* Closes both. */
	return ntfs_set_ntfs_dos_name(made, take_folder, alias, strlen(alias), 0);
}

/* The folder above is there. */
static int
make_one(struct hc_ntfs *n, const char *path, bool is_folder, struct hc_err *err)
{
	struct hc_buf utf16 = { 0 }, descriptor = { 0 };
	char *above = NULL, *text = NULL;
	struct hc_span name;
	ntfs_inode *folder;
	int result = -1;

	if (hc_path_split(path, &above, &name, err) < 0)
		return -1;
	text = strndup((const char *)name.data, name.size);
	if (text == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
		goto out;
	}
	if (hc_utf8_to_utf16(text, &utf16, err) < 0 || hc_ntfs_check_room(n, 1, path, err) < 0)
		goto out;
	folder = open_folder(n, above, err);
	if (folder == NULL)
		goto out;
	if (hc_ntfs_inherit(n, folder, is_folder, &descriptor, err) < 0) {
		ntfs_inode_close(folder);
		goto out;
	}
	result = add_object(n, folder, name, &utf16, &descriptor, is_folder);
	if (result != 0)
		result = hc_ntfs_change_failed(n, "making", path, err);
	result = hc_ntfs_changed(n, result, "making", path, err);
out:
	free(above);
	free(text);
	hc_buf_done(&descriptor);
	hc_buf_done(&utf16);
	return result;
}

int
hc_ntfs_make_folder(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	const char *rest = path;
	struct hc_span part;
	int result = 0;

	while (result == 0 && hc_path_next(&rest, &part)) {
		char *upto = strndup(path, (size_t)(rest - path));
		ntfs_inode *folder;

		if (upto == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
		folder = hc_ntfs_lookup(n, upto, err);
		if (folder != NULL)
			ntfs_inode_close(folder);
		if (folder == NULL && err->code == H_PATH_NOT_FOUND) {
			result = make_one(n, upto, true, err);
		} else if (folder == NULL) {
			result = -1;
		} else {
			folder = open_folder(n, upto, err);
			result = folder == NULL ? -1 : 0;
			if (folder != NULL)
				ntfs_inode_close(folder);
		}
		free(upto);
	}
	return result;
}

int
hc_ntfs_make(struct hc_ntfs *n, const char *path, struct hc_err *err)
{
	char *above = NULL;
	struct hc_span name;
	int result;

	if (hc_path_split(path, &above, &name, err) < 0)
		return -1;
	result = hc_ntfs_make_folder(&n->volume, above, err);
	free(above);
	return result < 0 ? -1 : make_one(n, path, false, err);
}

/* ---------------------------------------------------------------- removing */

struct child {
	const ntfschar *name;
	u8 length;
	u64 number;
};

struct children {
	struct hc_arena arena;
	struct child *items;
	size_t count;
};

static int
take_child(void *ctx, const ntfschar *name, const int length, const int type, const s64 pos,
	   const MFT_REF reference, const unsigned kind)
{
	struct children *list = ctx;
	struct child *item;
	ntfschar *copy;

	(void)pos;
	(void)kind;
	if (type == FILE_NAME_DOS || length <= 0 ||
	    (length <= 2 && name[0] == const_cpu_to_le16('.') &&
	     name[length - 1] == const_cpu_to_le16('.')))
		return 0;
	item = hc_arena_grow(&list->arena, &list->items, &list->count, sizeof(*item));
	copy = hc_arena_alloc(&list->arena, (size_t)length * sizeof(*copy));
	if (item == NULL || copy == NULL) {
		errno = ENOMEM;
		return -1;
	}
	memcpy(copy, name, (size_t)length * sizeof(*copy));
	*item = (struct child){ copy, (u8)length, MREF(reference) };
	return 0;
}

/* What a folder holds; nothing of a file or link.  -1 with errno set. */
static int
list_children(struct hc_ntfs *n, u64 number, struct children *list)
{
	ntfs_inode *inode = ntfs_inode_open(n->ntfs, number);
	s64 pos = 0;
	int result = 0, why;

	if (inode == NULL)
		return -1;
	if (inode->mrec->flags & MFT_RECORD_IS_DIRECTORY && hc_ntfs_reparse_tag(inode) == 0) {
		/* As in hc_ntfs_list: names as they are. */
		NVolSetCaseSensitive(n->ntfs);
		errno = EIO;
		result = ntfs_readdir(inode, &pos, list, take_child);
		n->ntfs->state &= ~(1ul << NV_CaseSensitive);
	}
	why = errno;
	ntfs_inode_close(inode);
	errno = why;
	return result == 0 ? 0 : -1;
}

/* -1 with errno set. */
static int
remove_name(struct hc_ntfs *n, u64 folder, const struct child *what)
{
	ntfs_inode *above, *inode;

	errno = EIO;
	above = ntfs_inode_open(n->ntfs, folder);
	if (above == NULL)
		return -1;
	inode = ntfs_inode_open(n->ntfs, what->number);
	if (inode == NULL) {
		ntfs_inode_close(above);
		errno = EIO;
		return -1;
	}
	/* Closes both. */
	return ntfs_delete(n->ntfs, NULL, inode, above, what->name, what->length);
}

/* -1 with errno set. */
static int
remove_tree(struct hc_ntfs *n, u64 folder, const struct child *what, unsigned depth)
{
	struct children list = { 0 };
	int result;

	if (depth > DEPTH_MAX) {
		errno = ELOOP;
		return -1;
	}
	errno = EIO;
	result = list_children(n, what->number, &list);
	for (size_t i = 0; i < list.count && result == 0; i++)
		result = remove_tree(n, what->number, &list.items[i], depth + 1);
	hc_arena_done(&list.arena);
	return result < 0 ? -1 : remove_name(n, folder, what);
}

int
hc_ntfs_remove(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	struct hc_buf utf16 = { 0 };
	struct child what = { 0 };
	struct hc_span name;
	char *above = NULL, *text = NULL;
	ntfs_inode *inode, *folder = NULL;
	u64 number;
	int result = -1;

	if (hc_path_split(path, &above, &name, err) < 0)
		return -1;
	inode = hc_ntfs_lookup_own(n, path, err);
	if (inode == NULL) {
		result = err->code == H_PATH_NOT_FOUND ? 0 : -1;
		goto out;
	}
	what.number = inode->mft_no;
	ntfs_inode_close(inode);
	text = strndup((const char *)name.data, name.size);
	if (text == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
		goto out;
	}
	folder = hc_ntfs_lookup_own(n, above, err);
	if (folder == NULL || hc_utf8_to_utf16(text, &utf16, err) < 0)
		goto out;
	number = folder->mft_no;
	ntfs_inode_close(folder);
	folder = NULL;
	what.name = (const ntfschar *)(void *)utf16.data;
	what.length = (u8)(utf16.size / 2);
	result = remove_tree(n, number, &what, 0);
	if (result != 0)
		result = hc_ntfs_change_failed(n, "removing", path, err);
	result = hc_ntfs_changed(n, result, "removing", path, err);
out:
	if (folder != NULL)
		ntfs_inode_close(folder);
	free(above);
	free(text);
	hc_buf_done(&utf16);
	return result;
}
