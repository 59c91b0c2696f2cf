/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile NTFS volumes: open, map, list and read. An input is a packed image, see pack.py.
 * modules: restore/volume */
#include <stdlib.h>
#include <string.h>

#include "restore/volume/volume.h"

#define SECTOR      512u
#define SECTORS_MAX 8192u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
const char *__lsan_default_suppressions(void);

/* libntfs-3g itself loses an inode and an attribute when a mount fails half-way. */
const char *
__lsan_default_suppressions(void)
{
	return "leak:libntfs-3g";
}

/* u16 sectors in all, then stretches: u16 first, u16 count, u8 kind; kind 0: the bytes follow, 1: one byte
 * that fills them follows. */
static size_t
unpack(const uint8_t *in, size_t length, uint8_t *image)
{
	size_t sectors = length < 2 ? 0 : hc_get_le16(in) % (SECTORS_MAX + 1), at = 2;

	while (at + 6 <= length) {
		size_t first = hc_get_le16(in + at), count = hc_get_le16(in + at + 2);
		size_t size = in[at + 4] == 0 ? count * SECTOR : 1;

		at += 5;
		if (first > sectors || count > sectors - first || size > length - at)
			break;
		if (in[at - 1] == 0)
			memcpy(image + first * SECTOR, in + at, size);
		else
			memset(image + first * SECTOR, in[at], count * SECTOR);
		at += size;
	}
	return sectors * SECTOR;
}

static int
drop(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	size_t *left = ctx;

	if (bytes.size > *left)
		return hc_err_set(err, H_CANCELLED, "enough");
	*left -= bytes.size;
	return 0;
}

static void
walk(struct hc_volume *volume, const char *folder, int levels, struct hc_arena *arena)
{
	struct hc_entries list = { 0 };
	struct hc_err err;
	size_t left = 4u << 20;

	if (hc_volume_list(volume, folder, arena, &list, &err) < 0)
		return;
	for (size_t i = 0; i < list.count && i < 32; i++) {
		char *path = hc_arena_printf(arena, "%s/%s", folder, list.items[i].name);

		(void)(hc_volume_read(volume, path, (struct hc_sink){ drop, &left }, &err) < 0);
		if (levels > 0)
			walk(volume, path, levels - 1, arena);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	uint8_t *image = calloc(SECTORS_MAX, SECTOR);
	struct hc_volume_map map = { 0 };
	struct hc_volume *volume = NULL;
	struct hc_extents zeros = { 0 };
	struct hc_strings names = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_io *io = NULL;
	struct hc_err err;

	if (hc_io_memory(hc_span(image, unpack(bytes, length, image)), &io, &err) == 0 &&
	    hc_volume_open(io, &volume, &err) == 0) {
		(void)(hc_volume_map(volume, &map, &err) < 0);
		(void)(hc_volume_zeroed_extents(volume, true, &arena, &names, &zeros, &err) <
		       0);
		walk(volume, "", 2, &arena);
	}
	hc_volume_map_done(&map);
	hc_extents_done(&zeros);
	hc_volume_close(volume);
	hc_io_close(io);
	hc_arena_done(&arena);
	free(image);
	return 0;
}
