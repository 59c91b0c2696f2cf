/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Arena: memory for one document, built freely and freed at once.
 *
 * Owner:   the caller owns the arena; everything returned lives until hc_arena_done.
 * Errors:  allocation returns NULL when memory is out; callers report H_OUT_OF_MEMORY.
 * Example:
 *	struct hc_arena arena = { 0 };
 *	char *name = hc_arena_printf(&arena, "disk%u", 0u);
 *	hc_arena_done(&arena);
 */
#ifndef HC_BASE_ARENA_H
#define HC_BASE_ARENA_H

#include <stddef.h>

#include "restore/base/err.h"

struct hc_arena_block;

struct hc_arena {
	struct hc_arena_block *blocks;
};

/* Zeroed memory, aligned for any type. */
void *hc_arena_alloc(struct hc_arena *arena, size_t size);
/* Zeroed array; NULL too when count * size overflows. */
void *hc_arena_array(struct hc_arena *arena, size_t count, size_t size);
char *hc_arena_strdup(struct hc_arena *arena, const char *text);
char *hc_arena_strndup(struct hc_arena *arena, const char *text, size_t length);
char *hc_arena_printf(struct hc_arena *arena, const char *fmt, ...) HC_PRINTF(2, 3);
/* A list of `count` items of `size` bytes grown by one: returns the new zeroed item, and updates
 * *items and *count.  Amortised: the room doubles.  NULL leaves both as they were. */
void *hc_arena_grow(struct hc_arena *arena, void *items, size_t *count, size_t size);
/* Frees everything; the arena can be used again. */
void hc_arena_done(struct hc_arena *arena);

#endif
