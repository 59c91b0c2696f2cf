/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Load options: what the firmware starts.
 *
 * 0 attributes, 4 bytes of the device path, 6 description (UTF-16, ends with U+0000), device path, optional data.
 * A device path is a list of nodes: 0 type, 1 subtype, 2 length with these four bytes.
 *   4/1  hard drive, 42 bytes: 4 partition, 8 start, 16 size, 24 signature, 40 format, 41 kind of signature
 *   4/4  file name, UTF-16, ends with U+0000
 *   7f   end: ff of all, 01 of this path
 * Source: UEFI 2.10 sections 3.1.3, 10.3.1, 10.3.5.1, 10.3.5.4.
 */
#include "restore/boot/efivars.h"

#include <string.h>

#include "restore/base/text.h"

#define HEAD       6u
#define NODE       4u
#define DRIVE_NODE 42u
#define MEDIA      4u
#define MEDIA_DISK 1u
#define MEDIA_FILE 4u
#define END        0x7fu
#define END_ALL    0xffu
#define NAMES_MAX  16u /* file names of one path: real ones have one or two */

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a boot entry");
}

static int
damaged(struct hc_err *err, const char *what, size_t at)
{
	return hc_err_set(err, H_LOAD_OPTION, "a boot entry %s at byte %zu", what, at);
}

/* ---------------------------------------------------------------- reading */

static void
read_drive(const uint8_t *node, struct hc_efi_drive *ret)
{
	ret->partition = hc_get_le32(node + 4);
	ret->start = hc_get_le64(node + 8);
	ret->size = hc_get_le64(node + 16);
	memcpy(ret->signature, node + 24, sizeof(ret->signature));
	ret->format = node[40];
	ret->signature_kind = node[41];
}

/* File names may be spread over several nodes: folders, then the file. */
static int
add_name(struct hc_load_option *option, struct hc_span name, struct hc_arena *arena,
	 struct hc_err *err)
{
	const char *text = hc_utf16_to_utf8(arena, name), *above = option->path;
	size_t length = above == NULL ? 0 : strlen(above);
	bool joined = length == 0 || above[length - 1] == '\\' || text == NULL ||
		      text[0] == '\\' || text[0] == '\0';

	if (text != NULL && above != NULL)
		text = hc_arena_printf(arena, "%s%s%s", above, joined ? "" : "\\", text);
	option->path = text;
	return text == NULL ? no_memory(err) : 0;
}

/* `first`: where it begins in the load option. */
static int
read_path(struct hc_span path, size_t first, struct hc_arena *arena,
	  struct hc_load_option *option, struct hc_err *err)
{
	unsigned names = 0;

	for (size_t at = 0;;) {
		struct hc_span head = hc_span_part(path, at, NODE), node;

		if (head.data == NULL)
			return damaged(err, "has a device path without an end", first + at);
		if (head.data[0] == END)
			return 0;
		node = hc_span_part(path, at, hc_get_le16(head.data + 2));
		if (node.data == NULL || node.size < NODE)
			return damaged(err, "has a node that does not fit in its device path",
				       first + at);
		if (node.data[0] == MEDIA && node.data[1] == MEDIA_DISK && !option->has_drive) {
			if (node.size < DRIVE_NODE)
				return damaged(err, "has a partition that is cut off",
					       first + at);
			read_drive(node.data, &option->drive);
			option->has_drive = true;
		}
		if (node.data[0] == MEDIA && node.data[1] == MEDIA_FILE) {
			if (++names > NAMES_MAX)
				return damaged(err, "has too many file names", first + at);
			if (add_name(option, hc_span(node.data + NODE, node.size - NODE), arena,
				     err) < 0)
				return -1;
		}
		at += node.size;
	}
}

int
hc_load_option_read(struct hc_span bytes, struct hc_arena *arena, struct hc_load_option *ret,
		    struct hc_err *err)
{
	struct hc_load_option option = { 0 };
	size_t at = HEAD, length;
	struct hc_span path;

	if (bytes.size < HEAD)
		return damaged(err, "is cut off in its head", bytes.size);
	option.attributes = hc_get_le32(bytes.data);
	length = hc_get_le16(bytes.data + 4);
	while (at + 2 <= bytes.size && hc_get_le16(bytes.data + at) != 0)
		at += 2;
	if (at + 2 > bytes.size)
		return damaged(err, "has a description without an end", HEAD);
	option.description = hc_utf16_to_utf8(arena, hc_span(bytes.data + HEAD, at - HEAD));
	if (option.description == NULL)
		return no_memory(err);
	at += 2;
	path = hc_span_part(bytes, at, length);
	if (path.data == NULL)
		return damaged(err, "has a device path that is cut off", at);
	if (read_path(path, at, arena, &option, err) < 0)
		return -1;
	option.optional = hc_span(bytes.data + at + length, bytes.size - at - length);
	*ret = option;
	return 0;
}

/* ---------------------------------------------------------------- writing */

static int
append_text(struct hc_buf *out, const char *text, struct hc_err *err)
{
	return hc_utf8_to_utf16(text, out, err) < 0 ? -1 : hc_buf_append(out, "\0", 2, err);
}

static int
append_drive(struct hc_buf *out, const struct hc_efi_drive *drive, struct hc_err *err)
{
	uint8_t node[DRIVE_NODE] = { MEDIA, MEDIA_DISK, DRIVE_NODE };

	hc_put_le32(node + 4, drive->partition);
	hc_put_le64(node + 8, drive->start);
	hc_put_le64(node + 16, drive->size);
	memcpy(node + 24, drive->signature, sizeof(drive->signature));
	node[40] = drive->format;
	node[41] = drive->signature_kind;
	return hc_buf_append(out, node, sizeof(node), err);
}

static int
append_file(struct hc_buf *out, const char *path, struct hc_err *err)
{
	uint8_t node[NODE] = { MEDIA, MEDIA_FILE };
	size_t at = out->size, length;

	if (hc_buf_append(out, node, sizeof(node), err) < 0 || append_text(out, path, err) < 0)
		return -1;
	length = out->size - at;
	if (length > UINT16_MAX)
		return hc_err_set(err, H_LOAD_OPTION, "%.64s…: too long for a boot entry",
				  path);
	hc_put_le16(out->data + at + 2, (uint16_t)length);
	return 0;
}

int
hc_load_option_write(const struct hc_load_option *option, struct hc_buf *out,
		     struct hc_err *err)
{
	static const uint8_t end[NODE] = { END, END_ALL, NODE };
	const size_t first = out->size;
	uint8_t head[HEAD] = { 0 };
	size_t path;

	hc_put_le32(head, option->attributes);
	if (hc_buf_append(out, head, sizeof(head), err) < 0 ||
	    append_text(out, option->description, err) < 0)
		return -1;
	path = out->size;
	if ((option->has_drive && append_drive(out, &option->drive, err) < 0) ||
	    (option->path != NULL && append_file(out, option->path, err) < 0) ||
	    hc_buf_append(out, end, sizeof(end), err) < 0)
		return -1;
	if (out->size - path > UINT16_MAX)
		return hc_err_set(err, H_LOAD_OPTION, "%.64s…: too long for a boot entry",
				  option->path);
	hc_put_le16(out->data + first + 4, (uint16_t)(out->size - path));
	return option->optional.size == 0
		       ? 0
		       : hc_buf_append(out, option->optional.data, option->optional.size, err);
}

/*
 * The data for the Windows Boot Manager, 136 bytes: 0 "WINDOWS", 8 version 1, 12 their number, 16 where an empty device path
 * of Windows' own kind begins, 20 the boot store's object, UTF-16.  Source: windows-offline.md section 8, and the copy in
 * FirmwareVariable of real stores.
 */
int
hc_load_option_windows(const struct hc_efi_drive *drive, struct hc_buf *out, struct hc_err *err)
{
	static const uint8_t head[20] = { 'W', 'I', 'N',  'D', 'O', 'W', 'S',  0, 1, 0,
					  0,   0,   0x88, 0,   0,   0,   0x78, 0, 0, 0 };
	static const uint8_t tail[16] = { 1, 0, 0, 0, 0x10, 0,    0,    0,
					  4, 0, 0, 0, 0x7f, 0xff, 0x04, 0 };
	struct hc_load_option option = { .attributes = HC_LOAD_OPTION_ACTIVE,
					 .description = "Windows Boot Manager",
					 .has_drive = true,
					 .drive = *drive,
					 .path = HC_EFI_WINDOWS_PATH };
	struct hc_buf data = { 0 };
	int result = -1;

	if (hc_buf_append(&data, head, sizeof(head), err) == 0 &&
	    append_text(&data, "BCDOBJECT={9dea862c-5cdd-4e70-acc1-f32b344d4795}", err) == 0 &&
	    hc_buf_append(&data, "\0", 2, err) == 0 &&
	    hc_buf_append(&data, tail, sizeof(tail), err) == 0) {
		option.optional = hc_buf_span(&data);
		result = hc_load_option_write(&option, out, err);
	}
	hc_buf_done(&data);
	return result;
}
