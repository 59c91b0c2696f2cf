/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arena: blocks in a chain, the newest in front. */
#include "restore/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 8192u
#define ALIGN       _Alignof(max_align_t)

struct hc_arena_block {
	struct hc_arena_block *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) unsigned char bytes[];
};

void *
hc_arena_alloc(struct hc_arena *arena, size_t size)
{
	struct hc_arena_block *block = arena->blocks;
	size_t need;
	void *result;

	if (size > SIZE_MAX / 2)
		return NULL;
	need = (size + ALIGN - 1) / ALIGN * ALIGN;
	if (block == NULL || need > block->size - block->used) {
		size_t room = need > BLOCK_BYTES ? need : BLOCK_BYTES;

		block = calloc(1, sizeof(*block) + room);
		if (block == NULL)
			return NULL;
		block->size = room;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	result = block->bytes + block->used;
	block->used += need;
	return result;
}

void *
hc_arena_array(struct hc_arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size)
		return NULL;
	return hc_arena_alloc(arena, count * size);
}

char *
hc_arena_strndup(struct hc_arena *arena, const char *text, size_t length)
{
	char *copy = hc_arena_alloc(arena, length + 1);

	if (copy != NULL)
		memcpy(copy, text, length);
	return copy;
}

char *
hc_arena_strdup(struct hc_arena *arena, const char *text)
{
	return hc_arena_strndup(arena, text, strlen(text));
}

char *
hc_arena_printf(struct hc_arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int length;

	va_start(args, fmt);
	length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (length < 0)
		return NULL;
	text = hc_arena_alloc(arena, (size_t)length + 1);
	if (text == NULL)
		return NULL;
	va_start(args, fmt);
	vsnprintf(text, (size_t)length + 1, fmt, args);
	va_end(args);
	return text;
}

/* Room of a list that holds `count` items: the least power of two from 8 on. */
static size_t
room_for(size_t count)
{
	size_t room = 8;

	while (room < count)
		room *= 2;
	return room;
}

void *
hc_arena_grow(struct hc_arena *arena, void *items, size_t *count, size_t size)
{
	void **list = items;
	unsigned char *grown = *list;

	if (*count == 0 || *count == room_for(*count)) {
		size_t room = *count == 0 ? room_for(1) : *count * 2;

		grown = hc_arena_array(arena, room, size);
		if (grown == NULL)
			return NULL;
		if (*count > 0)
			memcpy(grown, *list, *count * size);
		*list = grown;
	}
	(*count)++;
	memset(grown + (*count - 1) * size, 0, size);
	return grown + (*count - 1) * size;
}

void
hc_arena_done(struct hc_arena *arena)
{
	while (arena->blocks != NULL) {
		struct hc_arena_block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
}
