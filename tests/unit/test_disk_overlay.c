/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Overlays, and the list of sectors that one becomes. */
#include <stdlib.h>

#include "restore/disk/overlay.h"
#include "restore/disk/sectors.h"
#include "tests/unit/tap.h"

#define SIZE  (64u * 512u + 100u) /* the last block is cut short */
#define BLOCK 512u

struct pair {
	uint8_t bytes[SIZE];
	struct hc_io *base, *overlay;
	struct hc_arena arena;
};

static void
pair_open(struct pair *p, uint64_t budget)
{
	struct hc_err err;

	memset(&p->arena, 0, sizeof(p->arena));
	for (size_t i = 0; i < SIZE; i++)
		p->bytes[i] = (uint8_t)(i * 7 + i / 512);
	ok_call(hc_io_memory(hc_span(p->bytes, SIZE), &p->base, &err), &err, "a base");
	ok_call(hc_overlay_open(p->base, BLOCK, budget, &p->overlay, &err), &err, "an overlay");
}

static void
pair_close(struct pair *p)
{
	hc_io_close(p->overlay);
	hc_io_close(p->base);
	hc_arena_done(&p->arena);
}

/* Many writes of any alignment, against the same writes to plain memory. */
static void
test_same_as_memory(void)
{
	static uint8_t want[SIZE], got[SIZE], junk[3000];
	static struct pair p;
	struct hc_err err;
	bool good = true;

	pair_open(&p, 1u << 20);
	memcpy(want, p.bytes, SIZE);
	srand(4711);
	for (int i = 0; i < 400 && good; i++) {
		size_t at = (size_t)rand() % SIZE, n = (size_t)rand() % sizeof(junk);

		if (n > SIZE - at)
			n = SIZE - at;
		for (size_t k = 0; k < n; k++)
			junk[k] = (uint8_t)rand();
		memcpy(want + at, junk, n);
		good = hc_io_pwrite(p.overlay, at, junk, n, &err) == 0 &&
		       hc_io_pread(p.overlay, 0, got, SIZE, &err) == 0 &&
		       memcmp(got, want, SIZE) == 0;
	}
	ok(good, "reads see what was written, at any alignment");
	ok(hc_io_pread(p.base, 0, got, SIZE, &err) == 0 && memcmp(got, p.bytes, SIZE) == 0,
	   "the base is as it was");
	pair_close(&p);
}

static void
test_runs(void)
{
	static struct pair p;
	struct hc_extents runs = { 0 };
	struct hc_err err;

	pair_open(&p, 1u << 20);
	ok(hc_io_pwrite(p.overlay, 5 * 512 + 10, "x", 1, &err) == 0 &&
		   hc_io_pwrite(p.overlay, 6 * 512, "y", 1, &err) == 0 &&
		   hc_io_pwrite(p.overlay, 20 * 512, p.bytes + 20 * 512, 512, &err) == 0 &&
		   hc_io_pwrite(p.overlay, SIZE - 1, "z", 1, &err) == 0,
	   "writes");
	ok_call(hc_overlay_runs(p.overlay, &p.arena, &runs, &err), &err, "what differs");
	ok(runs.count == 2 && runs.items[0].offset == 5 * 512 && runs.items[0].length == 1024 &&
		   runs.items[1].offset == 64 * 512 && runs.items[1].length == 100,
	   "whole blocks, neighbours in one, the same bytes left out, the end cut short");
	hc_extents_done(&runs);
	pair_close(&p);
}

static void
test_budget(void)
{
	static struct pair p;
	static const uint8_t junk[1024];
	struct hc_err err;

	pair_open(&p, 1024);
	ok_call(hc_io_pwrite(p.overlay, 0, junk, 1024, &err), &err, "as much as is allowed");
	ok_call(hc_io_pwrite(p.overlay, 100, junk, 900, &err), &err, "the same blocks again");
	ok_fails(hc_io_pwrite(p.overlay, 4096, junk, 1, &err), &err, H_OUT_OF_MEMORY,
		 "one block more is refused");
	pair_close(&p);
}

/* ---------------------------------------------------------------- lists */

static bool
make_list(struct pair *p, struct hc_buf *list)
{
	struct hc_extents runs = { 0 };
	struct hc_err err;
	bool good;

	hc_io_pwrite(p->overlay, 512, "abc", 3, &err);
	hc_io_pwrite(p->overlay, 30 * 512 + 511, "de", 2, &err);
	good = hc_overlay_runs(p->overlay, &p->arena, &runs, &err) == 0 &&
	       hc_sectors_write(p->base, p->overlay, BLOCK, &runs, list, &err) == 0 &&
	       list->size == hc_sectors_size(&runs);
	hc_extents_done(&runs);
	return good;
}

static void
test_list(void)
{
	static struct pair p;
	struct hc_buf list = { 0 };
	struct hc_sectors read;
	struct hc_err err;

	pair_open(&p, 1u << 20);
	ok(make_list(&p, &list), "a list is written, of the size that was told");
	hc_buf_append(&list, "junk", 4, &err);
	ok_call(hc_sectors_read(hc_buf_span(&list), &p.arena, &read, &err), &err,
		"it is read, whatever lies behind it");
	ok(read.count == 2 && read.items[0].offset == 512 && read.items[0].length == 512 &&
		   memcmp(read.items[0].before, p.bytes + 512, 512) == 0 &&
		   memcmp(read.items[0].after, "abc", 3) == 0 &&
		   memcmp(read.items[0].after + 3, p.bytes + 515, 509) == 0 &&
		   read.items[1].offset == 30 * 512 && read.items[1].length == 1024 &&
		   read.items[1].after[511] == 'd',
	   "with the old bytes and the new");
	hc_buf_done(&list);
	pair_close(&p);
}

static void
test_damage(void)
{
	static struct pair p;
	struct hc_buf list = { 0 };
	struct hc_sectors read;
	struct hc_err err;
	size_t unnoticed = 0, accepted = 0;

	pair_open(&p, 1u << 20);
	ok(make_list(&p, &list), "a list");
	for (size_t i = 0; i < list.size; i++) {
		list.data[i] ^= 0x10;
		if (hc_sectors_read(hc_buf_span(&list), &p.arena, &read, &err) == 0)
			unnoticed++;
		list.data[i] ^= 0x10;
		if (hc_sectors_read(hc_span(list.data, i), &p.arena, &read, &err) == 0)
			accepted++;
	}
	ok(unnoticed == 0, "a changed byte anywhere is noticed");
	ok(accepted == 0, "a list that was cut anywhere is refused");
	ok_fails(hc_sectors_read(hc_span(list.data, 100), &p.arena, &read, &err), &err,
		 H_SECTORS, "with its own error");
	hc_buf_done(&list);
	pair_close(&p);
}

int
main(void)
{
	test_same_as_memory();
	test_runs();
	test_budget();
	test_list();
	test_damage();
	return tap_done();
}
