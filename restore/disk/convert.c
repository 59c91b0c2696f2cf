/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where things lie on a disk that is converted from BIOS to UEFI.  Pure. */
#include "restore/disk/convert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"

#define MIB (UINT64_C(1) << 20)

#define TABLE_BYTES 16384u /* of 128 entries */
#define NUMBER_MAX  128u   /* and so of a partition */
#define ESP_WANTED                                                                             \
	(260 * MIB) /* what Windows' own set-up makes on 4K disks, and updates ask for */
#define ESP_LEAST (100 * MIB)
#define MSR_BYTES (16 * MIB)
#define FAT_CLUSTERS                                                                           \
	66500u /* FAT32 starts at 65525 of them; the rest for the FATs themselves */
#define REPLACED_MAX (1024 * MIB) /* a System Reserved is not larger; what is may hold data */

#define TYPE_ESP      "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define TYPE_MSR      "e3c9e316-0b5c-4db8-817d-f92df00215ae"
#define TYPE_DATA     "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
#define TYPE_RECOVERY "de94bba4-06d1-4d40-a16a-bfd50179d6ac"
#define TYPE_LINUX    "0fc63daf-8483-4772-8e79-3d69d8477de4"
#define TYPE_SWAP     "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f"

/* GPT_BASIC_DATA_ATTRIBUTE_NO_DRIVE_LETTER and _HIDDEN, GPT_ATTRIBUTE_PLATFORM_REQUIRED. */
#define PLAIN     "0000000000000000"
#define NO_LETTER "8000000000000000"
#define HIDDEN    "c000000000000000"
#define REQUIRED  "8000000000000001"

/* What a type byte becomes.  A type that isn't here is refused: nobody knows what lies there. */
static const struct type {
	const char *mbr, *gpt, *attributes;
} types[] = {
	{ "01", TYPE_DATA, PLAIN },  { "04", TYPE_DATA, PLAIN },
	{ "06", TYPE_DATA, PLAIN },  { "07", TYPE_DATA, PLAIN },
	{ "0b", TYPE_DATA, PLAIN },  { "0c", TYPE_DATA, PLAIN },
	{ "0e", TYPE_DATA, PLAIN },  { "11", TYPE_DATA, HIDDEN },
	{ "12", TYPE_DATA, HIDDEN }, { "14", TYPE_DATA, HIDDEN },
	{ "16", TYPE_DATA, HIDDEN }, { "17", TYPE_DATA, HIDDEN },
	{ "1b", TYPE_DATA, HIDDEN }, { "1c", TYPE_DATA, HIDDEN },
	{ "1e", TYPE_DATA, HIDDEN }, { "27", TYPE_RECOVERY, REQUIRED },
	{ "82", TYPE_SWAP, PLAIN },  { "83", TYPE_LINUX, PLAIN },
	{ "de", TYPE_DATA, HIDDEN },
};

/* Space that no partition has. */
struct area {
	uint64_t start, end;
};

struct layout {
	const struct hc_convert_request *request;
	struct hc_arena *arena;
	struct hc_conversion *ret;
	struct area *areas; /* behind the partition with the same place in the list */
	uint64_t usable_end;
	uint64_t least; /* of an EFI system partition */
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a layout");
}

/* 1, for the caller to hand on. */
static int HC_PRINTF(3, 4) refuse(struct layout *l, struct hc_err *err, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	l->ret->refused = hc_arena_strdup(l->arena, text);
	return l->ret->refused == NULL ? no_memory(err) : 1;
}

bool
hc_convert_is_kept(const struct hc_manifest_disk *disk, const struct hc_partition *p)
{
	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].partition != NULL &&
		    disk->regions.items[i].partition->number == p->number)
			return true;
	return false;
}

const struct hc_partition *
hc_convert_esp(const struct hc_conversion *conversion)
{
	for (size_t i = 0; i < conversion->partitions.count; i++)
		if (strcmp(conversion->partitions.items[i].type, TYPE_ESP) == 0)
			return &conversion->partitions.items[i];
	return NULL;
}

/* ---------------------------------------------------------------- what is kept */

static const struct type *
find_type(const struct hc_partition *p)
{
	for (size_t i = 0; p->type != NULL && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcasecmp(types[i].mbr, p->type) == 0)
			return &types[i];
	return NULL;
}

/* 0: added; 1: refused. */
static int
keep(struct layout *l, const struct hc_partition *old, struct hc_err *err)
{
	const uint64_t block = l->request->disk->logical_block;
	const struct type *type = find_type(old);
	struct hc_partitions *list = &l->ret->partitions;
	struct hc_partition *p;

	if (type == NULL)
		return refuse(l, err,
			      "partition %llu is of type %s, which has no counterpart in a GPT",
			      (unsigned long long)old->number,
			      old->type != NULL ? old->type : "unknown");
	if (old->start % block != 0 || old->size % block != 0 || old->size == 0)
		return refuse(l, err, "partition %llu does not end where a sector ends",
			      (unsigned long long)old->number);
	if (old->start < 2 * block + TABLE_BYTES)
		return refuse(l, err, "partition %llu lies where the GPT has to be",
			      (unsigned long long)old->number);
	p = hc_arena_grow(l->arena, &list->items, &list->count, sizeof(*p));
	if (p == NULL)
		return no_memory(err);
	*p = *old;
	p->type = type->gpt;
	p->name = "Basic data partition";
	p->attributes = type->attributes;
	/* Windows gave what started it no letter, and shall not do so now. */
	if (old->active && old->number != l->request->system_partition &&
	    strcmp(type->attributes, PLAIN) == 0)
		p->attributes = NO_LETTER;
	p->active = p->logical = false;
	return 0;
}

static int
keep_all(struct layout *l, struct hc_err *err)
{
	const struct hc_regions *regions = &l->request->disk->regions;
	int result = 0;

	for (size_t i = 0; result == 0 && i < regions->count; i++)
		if (regions->items[i].partition != NULL)
			result = keep(l, regions->items[i].partition, err);
	return result;
}

/* ---------------------------------------------------------------- what is free */

static uint64_t
end_of(const struct hc_partition *p)
{
	return p->start + p->size;
}

/* The space before the first partition holds the tables, the journal and boot loaders: it is left alone. */
static int
find_areas(struct layout *l, struct hc_err *err)
{
	const struct hc_partitions *list = &l->ret->partitions;

	l->areas = hc_arena_array(l->arena, list->count + 1, sizeof(*l->areas));
	if (l->areas == NULL)
		return no_memory(err);
	for (size_t i = 0; i < list->count; i++) {
		l->areas[i].start = hc_round_up(end_of(&list->items[i]), MIB);
		l->areas[i].end =
			i + 1 < list->count ? list->items[i + 1].start : l->usable_end;
	}
	return 0;
}

/* From the disk's end on, and the space is taken. */
static bool
take(struct layout *l, size_t count, uint64_t size, uint64_t *ret_start)
{
	for (size_t i = count; i-- > 0;) {
		struct area *area = &l->areas[i];

		if (area->end < area->start || area->end - area->start < size)
			continue;
		*ret_start = area->start;
		area->start += size;
		return true;
	}
	return false;
}

/* ---------------------------------------------------------------- what is made */

static int
add(struct layout *l, const struct hc_partition *made, struct hc_err *err)
{
	struct hc_partitions *list = &l->ret->partitions;
	struct hc_partition *p =
		hc_arena_grow(l->arena, &list->items, &list->count, sizeof(*p));
	uint64_t number = 0;

	if (p == NULL)
		return no_memory(err);
	*p = *made;
	for (size_t i = 0; i + 1 < list->count; i++)
		number = hc_max_u64(number, list->items[i].number);
	/* The number of one whose place is taken is not used again. */
	p->number = hc_max_u64(number, l->ret->replaces) + 1;
	return p->number <= NUMBER_MAX
		       ? 0
		       : refuse(l, err, "a partition has the number %llu; a GPT has %u",
				(unsigned long long)p->number, NUMBER_MAX);
}

/* What starts Windows by BIOS and does nothing else. */
static bool
is_replaceable(const struct layout *l, const struct hc_manifest_disk *disk, uint64_t number)
{
	for (size_t i = 0; i < disk->regions.count; i++) {
		const struct hc_partition *p = disk->regions.items[i].partition;

		if (p != NULL && p->number == number)
			return p->active && number != l->request->system_partition &&
			       p->size >= l->least && p->size <= REPLACED_MAX;
	}
	return false;
}

/* The place of a partition that the new firmware does not need; false: there is none. */
static bool
replace(struct layout *l, struct hc_partition *esp)
{
	struct hc_partitions *list = &l->ret->partitions;

	for (size_t i = 0; i < list->count; i++) {
		if (!is_replaceable(l, l->request->disk, list->items[i].number))
			continue;
		esp->start = list->items[i].start;
		esp->size = list->items[i].size;
		l->ret->replaces = list->items[i].number;
		memmove(&list->items[i], &list->items[i + 1],
			(list->count - i - 1) * sizeof(*list->items));
		list->count--;
		return true;
	}
	return false;
}

static int
refuse_room(struct layout *l, struct hc_err *err)
{
	const struct hc_partitions *list = &l->ret->partitions;
	const struct hc_partition *last = &list->items[list->count - 1];
	const uint64_t block = l->request->disk->logical_block;
	char size[HC_SIZE_TEXT];

	l->ret->least_size = hc_round_up(
		hc_round_up(end_of(last), MIB) + l->least + TABLE_BYTES + block, MIB);
	hc_size_text(l->least, size);
	return refuse(l, err,
		      "there is no room for an EFI system partition of %s: the target would "
		      "have to be of %llu bytes at least, it has %llu",
		      size, (unsigned long long)l->ret->least_size,
		      (unsigned long long)l->request->target_size);
}

static int
make_partitions(struct layout *l, struct hc_err *err)
{
	struct hc_partition esp = { .type = TYPE_ESP,
				    .name = "EFI system partition",
				    .attributes = NO_LETTER,
				    .size = hc_max_u64(ESP_WANTED, l->least) };
	struct hc_partition msr = { .type = TYPE_MSR,
				    .name = "Microsoft reserved partition",
				    .attributes = NO_LETTER,
				    .size = MSR_BYTES };
	const size_t count = l->ret->partitions.count;
	int result;

	if (!take(l, count, esp.size, &esp.start)) {
		esp.size = l->least;
		if (!take(l, count, esp.size, &esp.start) && !replace(l, &esp))
			return refuse_room(l, err);
	}
	result = add(l, &esp, err);
	if (result == 0 && take(l, count, msr.size, &msr.start))
		result = add(l, &msr, err);
	return result;
}

static int
compare_start(const void *a, const void *b)
{
	const struct hc_partition *p = a, *q = b;

	return p->start < q->start ? -1 : p->start > q->start;
}

/* ---------------------------------------------------------------- all of it */

/* 0: it can be; 1: refused. */
static int
lay_out(struct layout *l, struct hc_err *err)
{
	const struct hc_manifest_disk *disk = l->request->disk;
	const struct hc_partitions *list = &l->ret->partitions;
	const uint64_t block = disk->logical_block;
	int result;

	if (disk->table != HC_TABLE_MBR)
		return refuse(l, err, "the backup's disk has %s",
			      disk->table == HC_TABLE_GPT ? "a GPT already"
							  : "no partition table");
	if (block < 512 || block > 4096 || (block & (block - 1)) != 0)
		return refuse(l, err, "its sectors are of %llu bytes",
			      (unsigned long long)block);
	l->least = hc_max_u64(ESP_LEAST, hc_round_up(FAT_CLUSTERS * block, MIB));
	l->usable_end = hc_round_down(l->request->target_size, block);
	l->usable_end -= hc_min_u64(l->usable_end, TABLE_BYTES + block);
	result = keep_all(l, err);
	if (result != 0)
		return result;
	if (list->count == 0)
		return refuse(l, err, "the backup's disk has no partitions");
	if (end_of(&list->items[list->count - 1]) > l->usable_end)
		return refuse_room(l, err);
	if (find_areas(l, err) < 0)
		return -1;
	result = make_partitions(l, err);
	qsort(list->items, list->count, sizeof(*list->items), compare_start);
	return result;
}

int
hc_convert_layout(const struct hc_convert_request *request, struct hc_arena *arena,
		  struct hc_conversion *ret, struct hc_err *err)
{
	struct layout l = { .request = request, .arena = arena, .ret = ret };
	int result;

	*ret = (struct hc_conversion){ .to = "uefi" };
	result = lay_out(&l, err);
	if (result == 1)
		ret->partitions = (struct hc_partitions){ NULL, 0 };
	return result < 0 ? -1 : 0;
}
