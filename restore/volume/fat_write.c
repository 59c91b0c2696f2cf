/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing to FAT: mtools works on a copy of the volume, and what it changed there goes to the io at the end.
 *
 * `mcopy` makes a file anew, so its attributes are read before and set after; its clusters are others.  mtools would ask
 * before it overwrites what is there, or removes what is read-only; it has no terminal to do so (fat_run.c).
 */
#include "restore/volume/fat_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TEXT_MAX (1u << 20)

/* [MS-FSCC] 2.6, and the letters of mattrib. */
static const struct attribute {
	uint32_t bit;
	char letter;
} attributes_table[] = { { 0x01, 'R' }, { 0x02, 'H' }, { 0x04, 'S' }, { 0x20, 'A' } };
#define ATTRIBUTES (sizeof(attributes_table) / sizeof(attributes_table[0]))

/* ---------------------------------------------------------------- mtools */

static int
take_nothing(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	(void)ctx;
	(void)bytes;
	(void)err;
	return 0;
}

static int
take_text(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct hc_buf *text = ctx;

	if (bytes.size > TEXT_MAX - text->size)
		return hc_err_set(err, H_VOLUME_FORMAT, "mtools says more than it can have to");
	return hc_buf_append(text, bytes.data, bytes.size, err);
}

/* A change; when it fails, the copy is worth nothing any more. */
static int
change(struct hc_fat *f, const char *program, const char *const *args, int input,
       const char *path, struct hc_err *err)
{
	struct hc_err why;

	hc_fat_forget(f);
	if (hc_mtools_feed(&f->image, program, args, input,
			   (struct hc_sink){ take_nothing, NULL }, &why) == 0)
		return 0;
	f->volume.broken = true;
	*err = why;
	/* The words of mtools 4.0. */
	if (why.code == H_VOLUME_FORMAT)
		hc_err_set(err,
			   strstr(why.text[0], "Disk full") != NULL ||
					   strstr(why.text[0], "o free cluster") != NULL
				   ? H_VOLUME_FULL
				   : H_VOLUME_WRITE,
			   "%s: %s", program, why.text[0]);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}

/* ---------------------------------------------------------------- attributes */

/* "  A   HR     ::/NTLDR" */
static int
get_attributes(struct hc_fat *f, const char *quoted, uint32_t *ret, struct hc_err *err)
{
	const char *const args[] = { quoted, NULL };
	struct hc_buf text = { 0 };
	const char *line, *name;
	uint32_t found = 0;
	int result = hc_mtools_run(&f->image, "mattrib", args,
				   (struct hc_sink){ take_text, &text }, err);

	if (result == 0)
		result = hc_buf_append(&text, "", 1, err);
	if (result == 0) {
		line = (const char *)text.data;
		name = strstr(line, "::");
		for (size_t i = 0; name != NULL && i < ATTRIBUTES; i++)
			if (memchr(line, attributes_table[i].letter, (size_t)(name - line)) !=
			    NULL)
				found |= attributes_table[i].bit;
		if (name == NULL)
			result =
				hc_err_set(err, H_VOLUME_FORMAT,
					   "mattrib does not say the attributes of %s", quoted);
	}
	hc_buf_done(&text);
	if (result == 0)
		*ret = found;
	return result;
}

static int
put_attributes(struct hc_fat *f, const char *quoted, uint32_t attributes, const char *path,
	       struct hc_err *err)
{
	char flags[ATTRIBUTES][3];
	const char *args[ATTRIBUTES + 2] = { NULL };

	for (size_t i = 0; i < ATTRIBUTES; i++) {
		bool on = attributes & attributes_table[i].bit;

		snprintf(flags[i], sizeof(flags[i]), "%c%c", on ? '+' : '-',
			 attributes_table[i].letter + ('a' - 'A'));
		args[i] = flags[i];
	}
	args[ATTRIBUTES] = quoted;
	return change(f, "mattrib", args, -1, path, err);
}

/* ---------------------------------------------------------------- making */

/* "::/folder\[s\]/" and the new name as it is: mtools takes only what it looks for as a pattern. */
static int
new_path(const char *folder, struct hc_span name, struct hc_buf *ret, struct hc_err *err)
{
	if (hc_fat_mtools_path(folder, true, ret, err) < 0)
		return -1;
	ret->size--;
	return hc_buf_append(ret, name.data, name.size, err) < 0
		       ? -1
		       : hc_buf_append(ret, "", 1, err);
}

/* What lies at a path: the name that the listings have is appended to ret_name, with its U+0000. */
static int
find(struct hc_fat *f, const char *path, struct hc_buf *ret_name, bool *ret_there,
     const struct hc_fat_entry **ret, struct hc_err *err)
{
	*ret = NULL;
	*ret_there = hc_fat_lookup(f, path, ret_name, ret, err) == 0;
	return *ret_there || err->code == H_PATH_NOT_FOUND ? 0 : -1;
}

static int
make_one(struct hc_fat *f, const char *path, struct hc_err *err)
{
	const struct hc_fat_entry *entry;
	struct hc_buf above = { 0 }, target = { 0 };
	struct hc_span name;
	char *folder = NULL;
	int result;

	if (hc_path_split(path, &folder, &name, err) < 0)
		return -1;
	result = hc_fat_lookup(f, folder, &above, &entry, err);
	if (result == 0)
		result = new_path((const char *)above.data, name, &target, err);
	if (result == 0) {
		const char *const args[] = { (const char *)target.data, NULL };

		result = change(f, "mmd", args, -1, path, err);
	}
	free(folder);
	hc_buf_done(&above);
	hc_buf_done(&target);
	return result;
}

static int
fat_make_folder(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;
	const struct hc_fat_entry *entry;
	const char *rest = path;
	struct hc_span part;
	int result = 0;

	while (result == 0 && hc_path_next(&rest, &part)) {
		char *upto = strndup(path, (size_t)(rest - path));
		struct hc_buf name = { 0 };
		bool there;

		if (upto == NULL)
			return hc_fat_no_memory(err);
		result = find(f, upto, &name, &there, &entry, err);
		if (result == 0 && there && entry != NULL &&
		    entry->entry.type != HC_ENTRY_FOLDER)
			result = hc_fat_not_found(upto, "is not a folder", err);
		if (result == 0 && !there)
			result = make_one(f, upto, err);
		hc_buf_done(&name);
		free(upto);
	}
	return result;
}

/* ---------------------------------------------------------------- contents */

/* A file in memory; -1 with err set. */
static int
open_content(struct hc_span content, struct hc_err *err)
{
	int fd = memfd_create("content", MFD_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < content.size) {
		ssize_t put = write(fd, content.data + done, content.size - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			break;
		done += (size_t)put;
	}
	if (fd >= 0 && done == content.size && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	hc_err_sys(err, H_OUT_OF_MEMORY, "holding %zu bytes for mtools", content.size);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The folder is there. */
static int
copy_in(struct hc_fat *f, const char *path, const char *target, struct hc_span content,
	struct hc_err *err)
{
	const char *const args[] = { "-o", "-", target, NULL };
	int input = open_content(content, err), result;

	if (input < 0)
		return -1;
	result = change(f, "mcopy", args, input, path, err);
	close(input);
	return result;
}

/* A file that is there keeps its attributes. */
static int
write_over(struct hc_fat *f, const char *path, const char *name, struct hc_span content,
	   struct hc_err *err)
{
	struct hc_buf quoted = { 0 }, target = { 0 };
	const char *last = strrchr(name, '/');
	char *folder = strndup(name, (size_t)(last - name));
	uint32_t old = 0;
	int result = -1;

	if (folder == NULL) {
		hc_fat_no_memory(err);
		goto out;
	}
	if (hc_fat_mtools_path(name, false, &quoted, err) < 0 ||
	    new_path(folder, hc_span(last + 1, strlen(last + 1)), &target, err) < 0 ||
	    get_attributes(f, (const char *)quoted.data, &old, err) < 0 ||
	    copy_in(f, path, (const char *)target.data, content, err) < 0)
		goto out;
	result = put_attributes(f, (const char *)quoted.data, old, path, err);
out:
	free(folder);
	hc_buf_done(&quoted);
	hc_buf_done(&target);
	return result;
}

static int
write_new(struct hc_fat *f, const char *path, struct hc_span content, struct hc_err *err)
{
	const struct hc_fat_entry *entry;
	struct hc_buf above = { 0 }, target = { 0 };
	struct hc_span name;
	char *folder = NULL;
	int result;

	if (hc_path_split(path, &folder, &name, err) < 0)
		return -1;
	result = fat_make_folder(&f->volume, folder, err);
	if (result == 0)
		result = hc_fat_lookup(f, folder, &above, &entry, err);
	if (result == 0)
		result = new_path((const char *)above.data, name, &target, err);
	if (result == 0)
		result = copy_in(f, path, (const char *)target.data, content, err);
	free(folder);
	hc_buf_done(&above);
	hc_buf_done(&target);
	return result;
}

static int
fat_write(struct hc_volume *volume, const char *path, struct hc_span content,
	  struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;
	const struct hc_fat_entry *entry;
	struct hc_buf name = { 0 };
	bool there;
	int result;

	if (content.size > UINT32_MAX)
		return hc_err_set(err, H_UNSUPPORTED, "%s: FAT holds no file of 4 GiB", path);
	result = find(f, path, &name, &there, &entry, err);
	if (result == 0 && there && (entry == NULL || entry->entry.type != HC_ENTRY_FILE))
		result = hc_fat_not_found(path, "is a folder", err);
	if (result == 0)
		result = there ? write_over(f, path, (const char *)name.data, content, err)
			       : write_new(f, path, content, err);
	hc_buf_done(&name);
	return result;
}

/* ---------------------------------------------------------------- removing */

static int
remove_found(struct hc_fat *f, const char *path, const char *name, bool folder,
	     struct hc_err *err)
{
	struct hc_buf quoted = { 0 };
	int result = hc_fat_mtools_path(name, false, &quoted, err);

	if (result == 0) {
		const char *const args[] = { (const char *)quoted.data, NULL };

		result = change(f, folder ? "mdeltree" : "mdel", args, -1, path, err);
	}
	hc_buf_done(&quoted);
	return result;
}

static int
fat_remove(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;
	const struct hc_fat_entry *entry;
	struct hc_buf name = { 0 };
	bool there;
	int result = find(f, path, &name, &there, &entry, err);

	if (result == 0 && there && entry == NULL)
		result = hc_err_set(err, H_UNSUPPORTED, "the root of the volume is meant");
	if (result == 0 && there)
		result = remove_found(f, path, (const char *)name.data,
				      entry->entry.type == HC_ENTRY_FOLDER, err);
	hc_buf_done(&name);
	return result;
}

/* ---------------------------------------------------------------- dirty flag */

static int
change_byte(struct hc_fat *f, uint64_t offset, uint8_t bit, bool on, struct hc_err *err)
{
	uint8_t byte;

	offset += f->image.offset;
	if (pread(f->image.fd, &byte, 1, (off_t)offset) == 1) {
		byte = (uint8_t)(on ? byte | bit : byte & ~bit);
		if (pwrite(f->image.fd, &byte, 1, (off_t)offset) == 1)
			return 0;
	}
	f->volume.broken = true;
	return hc_err_sys(err, H_VOLUME_WRITE, "marking the copy of a FAT volume");
}

/*
 * In the boot sector bit 0 of the reserved byte, as fill_info reads it (Linux, msdos_fs.h: FAT_STATE_DIRTY), and in each
 * FAT's second entry "clean shutdown": 0x08000000 of FAT32, 0x8000 of FAT16, 0 when dirty ([FAT] "FAT[1]"); FAT12 has none.
 */
static int
fat_set_dirty(struct hc_volume *volume, bool dirty, struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;
	const struct hc_fat_geometry *g = &f->geometry;
	unsigned last = g->bits == 32 ? 7 : 3;
	uint8_t bit = g->bits == 32 ? 0x08 : 0x80;

	if (change_byte(f, g->bits == 32 ? 0x41 : 0x25, 1, dirty, err) < 0)
		return -1;
	for (unsigned i = 0; g->bits != 12 && i < g->tables_count; i++)
		if (change_byte(f, g->tables + i * g->table + last, bit, !dirty, err) < 0)
			return -1;
	f->volume.info.state.dirty = dirty;
	return 0;
}

/* ---------------------------------------------------------------- places */

/* "::/NTLDR <2-148> <150>": clusters, counted from 2. */
static int
parse_clusters(struct hc_fat *f, const char *text, uint64_t size, struct hc_extents *ret,
	       struct hc_err *err)
{
	const struct hc_fat_geometry *g = &f->geometry;
	uint64_t clusters = (g->end - g->data) / g->cluster, left = size;
	unsigned long first, last;

	for (const char *at = strchr(text, '<'); at != NULL && left > 0;
	     at = strchr(at + 1, '<')) {
		int fields = sscanf(at, "<%lu-%lu>", &first, &last);
		struct hc_extent extent;

		if (fields == 1)
			last = first;
		if (fields < 1 || first < 2 || last < first || last - 2 >= clusters)
			return hc_err_set(
				err, H_VOLUME_FORMAT,
				"mshowfat names clusters that the volume doesn't have");
		extent.offset = g->data + (first - 2) * g->cluster;
		extent.length = hc_min_u64((last - first + 1) * g->cluster, left);
		left -= extent.length;
		if (hc_extents_add(ret, extent, err) < 0)
			return -1;
	}
	return left == 0 ? 0
			 : hc_err_set(err, H_VOLUME_FORMAT,
				      "the file has fewer clusters than its size");
}

int
hc_fat_file_extents(struct hc_volume *volume, const char *path, struct hc_extents *ret,
		    struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;
	const struct hc_fat_entry *entry;
	struct hc_buf name = { 0 }, quoted = { 0 }, text = { 0 };
	struct hc_extents extents = { 0 };
	int result = hc_fat_lookup(f, path, &name, &entry, err);

	if (result == 0 && (entry == NULL || entry->entry.type != HC_ENTRY_FILE))
		result = hc_fat_not_found(path, "is a folder", err);
	if (result == 0)
		result = hc_fat_mtools_path((const char *)name.data, false, &quoted, err);
	if (result == 0) {
		const char *const args[] = { (const char *)quoted.data, NULL };

		result = hc_mtools_run(&f->image, "mshowfat", args,
				       (struct hc_sink){ take_text, &text }, err);
	}
	if (result == 0)
		result = hc_buf_append(&text, "", 1, err);
	if (result == 0)
		result = parse_clusters(f, (const char *)text.data, entry->entry.size, &extents,
					err);
	if (result == 0)
		*ret = extents;
	else
		hc_extents_done(&extents);
	hc_buf_done(&name);
	hc_buf_done(&quoted);
	hc_buf_done(&text);
	return result;
}

/* ---------------------------------------------------------------- the end */

static int
finish(struct hc_volume *volume, struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;

	if (hc_fat_image_return(&f->image, volume->io, err) < 0)
		return -1;
	return hc_io_flush(volume->io, err);
}

const struct hc_volume_writer hc_fat_writer = {
	.write = fat_write,
	.make_folder = fat_make_folder,
	.remove = fat_remove,
	.set_dirty = fat_set_dirty,
	.finish = finish,
};
