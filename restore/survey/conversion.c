/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the restored disk becomes one that UEFI starts, where that is asked for: its layout, new ids, and an empty file system
 * for what the repair "firmware" then puts there. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/disk/convert.h"
#include "restore/survey/survey_priv.h"
#include "restore/volume/format.h"

#define ROOM_BYTES (UINT64_C(1) << 30) /* more than any conversion takes */

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a conversion");
}

/* ---------------------------------------------------------------- whether */

/* Why not, before anything is laid out; NULL: nothing is against it. */
static const char *
refusal(const struct hc_survey_request *request, const struct hc_manifest *manifest,
	const char *to)
{
	const struct hc_windows *windows = manifest->windows;

	if (windows == NULL)
		return "the backup holds no Windows that is known";
	if (windows->system_disk != request->disk)
		return "Windows lies on another disk of the backup; this one needs no conversion";
	if (windows->bitlocker)
		return "BitLocker encrypts this Windows, so nothing in it can be changed";
	if (windows->firmware == NULL)
		return "what starts this Windows now is not known";
	if (strcmp(to, "uefi") != 0)
		return "halcyon converts from BIOS to UEFI only";
	return hc_strings_has(&request->fix.without, "firmware")
		       ? "the repair firmware, which makes it, is left out"
		       : NULL;
}

/* A target that was converted before has each partition of the backup at its place, in a GPT. */
static bool
is_converted(const struct hc_disk *target, const struct hc_conversion *conversion)
{
	for (size_t i = 0; i < conversion->partitions.count; i++) {
		const struct hc_partition *p = &conversion->partitions.items[i];
		bool found = false;

		for (size_t k = 0; k < target->partitions.count; k++)
			found = found || (target->partitions.items[k].number == p->number &&
					  target->partitions.items[k].start == p->start &&
					  target->partitions.items[k].guid != NULL);
		if (!found)
			return false;
	}
	return target->table == HC_TABLE_GPT && target->table_id != NULL;
}

/* ---------------------------------------------------------------- ids */

static int
new_ids(struct hc_conversion *conversion, struct hc_arena *arena, struct hc_err *err)
{
	char guid[HC_GUID_TEXT];

	for (size_t i = 0; i <= conversion->partitions.count; i++) {
		const char **id = i == 0 ? &conversion->table_id
					 : &conversion->partitions.items[i - 1].guid;

		if (hc_guid_random(guid, err) < 0)
			return -1;
		*id = hc_arena_strdup(arena, guid);
		if (*id == NULL)
			return no_memory(err);
	}
	return 0;
}

/* Those that the target was given. */
static void
old_ids(const struct hc_disk *target, struct hc_conversion *conversion)
{
	conversion->table_id = target->table_id;
	for (size_t i = 0; i < conversion->partitions.count; i++)
		for (size_t k = 0; k < target->partitions.count; k++)
			if (target->partitions.items[k].number ==
			    conversion->partitions.items[i].number)
				conversion->partitions.items[i].guid =
					target->partitions.items[k].guid;
}

/* ---------------------------------------------------------------- the file system */

static int
add_write(struct hc_conversion *conversion, uint64_t offset, struct hc_span bytes,
	  struct hc_arena *arena, struct hc_err *err)
{
	struct hc_plan_write *write = hc_arena_grow(arena, &conversion->format.items,
						    &conversion->format.count, sizeof(*write));

	if (write == NULL)
		return no_memory(err);
	*write = (struct hc_plan_write){
		.offset = offset,
		.bytes = hc_base64_encode(arena, bytes),
		.what = "the empty file system of the EFI system partition",
	};
	return write->bytes == NULL ? no_memory(err) : 0;
}

/* Its sectors that are not zeros: a few, however large it is. */
static int
add_writes(struct hc_io *io, uint64_t start, size_t block, struct hc_conversion *conversion,
	   struct hc_arena *arena, struct hc_err *err)
{
	uint8_t sector[4096];
	struct hc_extent data = { 0, 0 };

	for (uint64_t at = 0; at < io->size; at += block) {
		if (at >= hc_extent_end(data)) {
			if (hc_io_next_data(io, at, &data, err) < 0)
				return -1;
			at = hc_round_down(hc_max_u64(at, data.offset), block);
		}
		if (data.length == 0)
			return 0;
		if (hc_io_pread(io, at, sector, block, err) < 0)
			return -1;
		if (!hc_is_zero(sector, block) &&
		    add_write(conversion, start + at, hc_span(sector, block), arena, err) < 0)
			return -1;
	}
	return 0;
}

static int
make_format(const struct hc_manifest_disk *disk, struct hc_conversion *conversion,
	    struct hc_arena *arena, struct hc_io **ret_esp, struct hc_err *err)
{
	const struct hc_partition *esp = hc_convert_esp(conversion);
	const struct hc_fat_request request = {
		.size = esp->size,
		.start = esp->start,
		.block = (uint32_t)disk->logical_block,
		.serial = (uint32_t)strtoul(esp->guid, NULL, 16),
	};

	if (hc_fat_format(&request, ret_esp, err) < 0)
		return -1;
	return add_writes(*ret_esp, esp->start, request.block, conversion, arena, err);
}

/* ---------------------------------------------------------------- all of it */

/* Before a target is chosen it is one that has room: whether the one that is chosen has is seen then. */
static int
lay_out(const struct hc_survey_request *request, const struct hc_manifest *manifest,
	struct hc_arena *arena, struct hc_conversion *ret, struct hc_err *err)
{
	const struct hc_manifest_disk *disk = &manifest->disks.items[request->disk];
	const struct hc_convert_request layout = {
		.disk = disk,
		.target_size = request->target != NULL ? request->target->size
						       : disk->size + ROOM_BYTES,
		.system_partition = manifest->windows->system_partition,
	};

	return hc_convert_layout(&layout, arena, ret, err);
}

/* Nothing will be written: whether the target was converted is seen by looking at it. */
static int
compare(const struct hc_survey_request *request, const struct hc_manifest *manifest,
	struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err)
{
	struct hc_conversion *conversion = hc_arena_alloc(arena, sizeof(*conversion));

	if (conversion == NULL)
		return no_memory(err);
	if (request->target == NULL || request->target->table != HC_TABLE_GPT ||
	    refusal(request, manifest, "uefi") != NULL)
		return 0;
	if (lay_out(request, manifest, arena, conversion, err) < 0)
		return -1;
	if (conversion->refused != NULL || !is_converted(request->target, conversion))
		return 0;
	old_ids(request->target, conversion);
	ret->conversion = conversion;
	return 0;
}

int
survey_conversion(const struct hc_survey_request *request, const struct hc_manifest *manifest,
		  struct hc_arena *arena, struct hc_survey *ret, struct hc_io **ret_esp,
		  struct hc_err *err)
{
	const char *to = request->fix.convert_firmware;
	struct hc_conversion *conversion;

	if (request->compare)
		return compare(request, manifest, arena, ret, err);
	if (to == NULL || (manifest->windows != NULL && manifest->windows->firmware != NULL &&
			   strcmp(manifest->windows->firmware, to) == 0))
		return 0;
	conversion = hc_arena_alloc(arena, sizeof(*conversion));
	if (conversion == NULL)
		return no_memory(err);
	ret->conversion = conversion;
	*conversion =
		(struct hc_conversion){ .to = to, .refused = refusal(request, manifest, to) };
	if (conversion->refused != NULL)
		return 0;
	if (lay_out(request, manifest, arena, conversion, err) < 0)
		return -1;
	if (conversion->refused != NULL)
		return 0;
	if (new_ids(conversion, arena, err) < 0)
		return -1;
	return make_format(&manifest->disks.items[request->disk], conversion, arena, ret_esp,
			   err);
}

/* Without the boot files the layout alone starts nothing. */
int
survey_conversion_judged(struct hc_survey *survey, struct hc_arena *arena, struct hc_err *err)
{
	struct hc_conversion *conversion = survey->conversion;

	if (conversion == NULL || conversion->refused != NULL)
		return 0;
	for (size_t i = 0; i < survey->notes.count; i++)
		if (survey->notes.items[i].refused &&
		    strcmp(survey->notes.items[i].fixup, "firmware") == 0) {
			conversion->refused = survey->notes.items[i].text;
			return 0;
		}
	if (survey->repairs_known)
		return 0;
	conversion->refused =
		hc_arena_printf(arena, "Windows can't be looked at: %s",
				survey->repairs_unread != NULL ? survey->repairs_unread
							       : "it is not on this disk");
	return conversion->refused == NULL ? no_memory(err) : 0;
}
