/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files on FAT12, FAT16 and FAT32, through mtools: `mdir` lists a folder (fat_list.c), `mtype` writes a file's
 * content.  The boot sector is read here, to recognise the volume ([FAT] Microsoft FAT32 File System Specification 1.03).
 */
#include "restore/volume/fat_priv.h"

#include <stdlib.h>
#include <string.h>

#define HIBERFIL "hiberfil.sys"

/* ---------------------------------------------------------------- boot sector */

static bool
is_power_of_2(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* False when it makes no sense.  [FAT] "Boot Sector and BPB". */
static bool
read_geometry(const uint8_t boot[512], struct hc_fat_geometry *ret)
{
	struct hc_fat_geometry g = { .sector = hc_get_le16(boot + 11),
				     .cluster = boot[13],
				     .tables_count = boot[16] };
	bool wide = hc_get_le16(boot + 22) == 0;
	uint64_t reserved = hc_get_le16(boot + 14), root = hc_get_le16(boot + 17) * 32ull;
	uint64_t table = wide ? hc_get_le32(boot + 36) : hc_get_le16(boot + 22);
	uint64_t sectors = hc_get_le16(boot + 19), clusters;

	if (sectors == 0)
		sectors = hc_get_le32(boot + 32);
	if ((boot[0] != 0xeb && boot[0] != 0xe9) || boot[510] != 0x55 || boot[511] != 0xaa ||
	    g.sector < 512 || g.sector > 4096 || !is_power_of_2(g.sector) ||
	    !is_power_of_2(g.cluster) || reserved == 0 || boot[16] == 0 || boot[16] > 4 ||
	    boot[21] < 0xf0 || table == 0 || (wide ? root != 0 : root == 0))
		return false;
	g.cluster *= g.sector;
	g.tables = reserved * g.sector;
	g.table = table * g.sector;
	g.data = g.tables + g.tables_count * g.table + hc_round_up(root, g.sector);
	if (g.data >= sectors * g.sector)
		return false;
	g.end = g.data + hc_round_down(sectors * g.sector - g.data, g.cluster);
	clusters = (g.end - g.data) / g.cluster;
	/* [FAT] "FAT Type Determination" goes by the count alone; mtools too goes by the BPB for FAT32. */
	g.bits = wide ? 32 : clusters < 4085 ? 12 : 16;
	*ret = g;
	return true;
}

bool
hc_fat_is(const uint8_t boot[512])
{
	struct hc_fat_geometry g;

	return read_geometry(boot, &g);
}

/* Eleven characters of a code page that nothing tells, filled up by blanks. */
static void
read_label(const uint8_t field[11], char ret[12])
{
	size_t length = 0;

	for (size_t i = 0; i < 11; i++) {
		ret[i] = field[i] >= ' ' && field[i] < 0x7f ? (char)field[i] : '?';
		if (ret[i] != ' ')
			length = i + 1;
	}
	ret[length] = '\0';
	if (strcmp(ret, "NO NAME") == 0)
		ret[0] = '\0';
}

static void
fill_info(struct hc_fat *f, const uint8_t boot[512], const struct hc_fat_geometry *g)
{
	const uint8_t *extended = boot + (g->bits == 32 ? 64 : 36);

	/* Extended boot signature: label and serial are there. */
	if (extended[2] == 0x29) {
		f->volume.info.serial = hc_get_le32(extended + 3);
		read_label(extended + 7, f->label);
	}
	f->volume.info.kind = "fat";
	f->volume.info.label = f->label;
	f->volume.info.cluster_size = g->cluster;
	f->volume.info.sector_size = g->sector;
	f->volume.info.clusters_end = g->end;
	/* Bit 0 of the reserved byte: mounted and not unmounted since (Linux, msdos_fs.h: FAT_STATE_DIRTY). */
	f->volume.info.state.dirty = extended[1] & 1;
	f->volume.info.state.journal_clean = true;
}

/* ---------------------------------------------------------------- operations */

/* Into the caller's arena. */
static int
copy_entry(const struct hc_entry *entry, struct hc_arena *arena, struct hc_entry *ret,
	   struct hc_err *err)
{
	*ret = *entry;
	ret->name = hc_arena_strdup(arena, entry->name);
	return ret->name == NULL ? hc_fat_no_memory(err) : 0;
}

static int
fat_stat(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	 struct hc_entry *ret, struct hc_err *err)
{
	static const struct hc_entry root = { .name = "", .type = HC_ENTRY_FOLDER };
	const struct hc_fat_entry *entry;
	struct hc_buf name = { 0 };
	int result = hc_fat_lookup((struct hc_fat *)volume, path, &name, &entry, err);

	hc_buf_done(&name);
	return result < 0 ? -1
			  : copy_entry(entry == NULL ? &root : &entry->entry, arena, ret, err);
}

static int
fat_list(struct hc_volume *volume, const char *path, struct hc_arena *arena,
	 struct hc_entries *ret, struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;
	const struct hc_fat_entry *entry;
	struct hc_entries list = { 0 };
	struct hc_fat_folder *folder = NULL;
	struct hc_buf name = { 0 };
	int result = hc_fat_lookup(f, path, &name, &entry, err);

	if (result == 0 && entry != NULL && entry->entry.type != HC_ENTRY_FOLDER)
		result = hc_fat_not_found(path, "is not a folder", err);
	if (result == 0)
		result = hc_fat_folder(f, (const char *)name.data, &folder, err);
	hc_buf_done(&name);
	if (result < 0)
		return -1;
	list.items = hc_arena_array(arena, folder->count, sizeof(*list.items));
	if (list.items == NULL && folder->count > 0)
		return hc_fat_no_memory(err);
	for (; list.count < folder->count; list.count++)
		if (copy_entry(&folder->items[list.count].entry, arena, &list.items[list.count],
			       err) < 0)
			return -1;
	hc_entries_sort(&list);
	*ret = list;
	return 0;
}

/* Counts on the way to the caller's sink. */
struct counted {
	struct hc_sink sink;
	uint64_t left;
};

static int
take_counted(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct counted *c = ctx;

	if (bytes.size > c->left)
		return hc_err_set(err, H_VOLUME_FORMAT, "there is more of it than its size");
	c->left -= bytes.size;
	return c->sink.take(c->sink.ctx, bytes, err);
}

static int
fat_read(struct hc_volume *volume, const char *path, struct hc_sink sink, struct hc_err *err)
{
	struct hc_fat *f = (struct hc_fat *)volume;
	struct counted counted = { .sink = sink };
	const struct hc_fat_entry *entry;
	struct hc_buf name = { 0 }, quoted = { 0 };
	int result = hc_fat_lookup(f, path, &name, &entry, err);

	if (result == 0 && (entry == NULL || entry->entry.type != HC_ENTRY_FILE))
		result = hc_fat_not_found(path, "is a folder", err);
	if (result == 0)
		result = hc_fat_mtools_path((const char *)name.data, false, &quoted, err);
	if (result == 0) {
		const char *const args[] = { (const char *)quoted.data, NULL };

		counted.left = entry->entry.size;
		result = hc_mtools_run(&f->image, "mtype", args,
				       (struct hc_sink){ take_counted, &counted }, err);
		if (result == 0 && counted.left > 0)
			result = hc_err_set(err, H_VOLUME_FORMAT,
					    "%s ends %llu bytes before its size", path,
					    (unsigned long long)counted.left);
		if (result < 0)
			hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	hc_buf_done(&name);
	hc_buf_done(&quoted);
	return result;
}

static int
fat_map(struct hc_volume *volume, struct hc_volume_map *ret, struct hc_err *err)
{
	(void)volume;
	(void)ret;
	return hc_err_set(err, H_UNSUPPORTED, "the clusters of a FAT volume are not looked at");
}

static int
fat_zeroed_extents(struct hc_volume *volume, bool discard_hibernation, struct hc_arena *arena,
		   struct hc_strings *names, struct hc_extents *ret, struct hc_err *err)
{
	(void)discard_hibernation;
	(void)arena;
	(void)names;
	(void)ret;
	return fat_map(volume, NULL, err);
}

static void
fat_close(struct hc_volume *volume)
{
	struct hc_fat *f = (struct hc_fat *)volume;

	hc_fat_image_done(&f->image);
	hc_arena_done(&f->arena);
	free(f);
}

static const struct hc_volume_ops fat_ops = {
	.map = fat_map,
	.zeroed_extents = fat_zeroed_extents,
	.stat = fat_stat,
	.list = fat_list,
	.read = fat_read,
	.file_extents = hc_fat_file_extents,
	.close = fat_close,
};

/* ---------------------------------------------------------------- opening */

struct head {
	uint8_t bytes[4];
	size_t size;
};

/* Takes the first bytes of a file, then ends the reading by an error that the caller knows. */
static int
take_head(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct head *head = ctx;

	while (bytes.size > 0 && head->size < sizeof(head->bytes)) {
		head->bytes[head->size++] = bytes.data[0];
		bytes = hc_span(bytes.data + 1, bytes.size - 1);
	}
	return head->size == sizeof(head->bytes) ? hc_err_set(err, H_CANCELLED, "enough") : 0;
}

/* A hibernation file that a boot will resume from: windows-offline.md section 10. */
static int
read_hibernation(struct hc_fat *f, struct hc_err *err)
{
	struct head head = { .size = 0 };
	struct hc_fat_folder *root;
	struct hc_err why;

	/* This first listing shows too whether the volume can be read at all. */
	if (hc_fat_folder(f, "", &root, err) < 0)
		return -1;
	if (hc_fat_find(root, hc_span(HIBERFIL, strlen(HIBERFIL))) == NULL)
		return 0;
	if (fat_read(&f->volume, HIBERFIL, (struct hc_sink){ take_head, &head }, &why) < 0 &&
	    why.code == H_OUT_OF_MEMORY) {
		*err = why;
		return -1;
	}
	f->volume.info.state.hibernated =
		head.size == 4 &&
		(memcmp(head.bytes, "hibr", 4) == 0 || memcmp(head.bytes, "HIBR", 4) == 0);
	return 0;
}

int
hc_fat_open(struct hc_io *io, const uint8_t boot[512], enum hc_volume_access access,
	    struct hc_volume **ret, struct hc_err *err)
{
	const bool write = access != HC_ACCESS_READ;
	struct hc_fat *f = calloc(1, sizeof(*f));
	struct hc_fat_geometry g;
	int result;

	if (f == NULL)
		return hc_fat_no_memory(err);
	f->volume.ops = &fat_ops;
	f->volume.io = io;
	f->image.fd = -1;
	if (!read_geometry(boot, &g)) {
		hc_err_set(err, H_VOLUME_FORMAT, "the boot sector describes no FAT volume");
		goto out;
	}
	f->geometry = g;
	f->volume.writer = write ? &hc_fat_writer : NULL;
	fill_info(f, boot, &g);
	if (g.end > io->size) {
		hc_err_set(err, H_VOLUME_FORMAT,
			   "the FAT volume is %llu bytes, of which there are %llu",
			   (unsigned long long)g.end, (unsigned long long)io->size);
		goto out;
	}
	result = write ? hc_fat_image_copy(io, &f->image, err)
		       : hc_fat_image_open(io, &f->image, err);
	if (result < 0 || read_hibernation(f, err) < 0)
		goto out;
	if (access == HC_ACCESS_WRITE && f->volume.info.state.hibernated) {
		hc_err_set(err, H_VOLUME_READ_ONLY,
			   "the volume belongs to a hibernated Windows");
		goto out;
	}
	*ret = &f->volume;
	return 0;
out:
	fat_close(&f->volume);
	return -1;
}
