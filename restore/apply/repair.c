/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making a repair: overlay, undo folder, list of sectors, commit. */
#include "restore/apply/repair.h"

#include <stdlib.h>
#include <string.h>

#include "restore/apply/repair_priv.h"
#include "restore/base/digest.h"
#include "restore/base/text.h"
#include "restore/disk/disk.h"
#include "restore/disk/overlay.h"
#include "restore/fixup/fixup.h"
#include "restore/volume/write.h"

/* Of memory: a HAL with its kernels, a driver package, a boot partition's files all fit; more is no repair. */
#define OVERLAY_BUDGET (192u << 20)
/* Room for the list at first: enough for edits of registries. */
#define LIST_START    (1u << 20)
#define LIST_SLACK    (256u << 10)
#define LIST_ROUND    (64u << 10)
#define LIST_ATTEMPTS 4

struct making {
	const struct hc_repair *repair;
	struct hc_arena *arena;
	struct hc_io *overlay;
	struct hc_fix_target *targets; /* 0: the disk as a whole; then each partition */
	size_t count;
	struct hc_extents list; /* where the list's file lies, on the disk */
	const char *folder;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
}

/* ---------------------------------------------------------------- the disk, partition by partition */

static int
open_targets(struct making *m, struct hc_err *err)
{
	struct hc_table table = { 0 };

	if (hc_table_read(m->overlay, m->repair->block, m->arena, &table, err) < 0)
		return -1;
	m->targets = hc_arena_array(m->arena, table.partitions.count + 1, sizeof(*m->targets));
	if (m->targets == NULL)
		return no_memory(err);
	m->targets[m->count++] = (struct hc_fix_target){ .io = m->overlay };
	for (size_t i = 0; i < table.partitions.count; i++) {
		const struct hc_partition *p = &table.partitions.items[i];
		struct hc_fix_target *target = &m->targets[m->count];

		if (hc_io_window(m->overlay, (struct hc_extent){ p->start, p->size },
				 &target->io, err) < 0)
			return -1;
		target->partition = p->number;
		target->start = p->start;
		m->count++;
	}
	return 0;
}

static void
close_targets(struct making *m)
{
	for (size_t i = 1; i < m->count; i++)
		hc_io_close(m->targets[i].io);
	hc_io_close(m->overlay);
	hc_extents_done(&m->list);
	m->list = (struct hc_extents){ 0 };
	m->overlay = NULL;
	m->count = 0;
}

static const struct hc_fix_target *
system_target(const struct making *m, struct hc_err *err)
{
	for (size_t i = 1; i < m->count; i++)
		if (m->targets[i].partition == m->repair->system_partition)
			return &m->targets[i];
	hc_err_set(err, H_FIX_STALE, "partition %llu, which holds Windows, is not on this disk",
		   (unsigned long long)m->repair->system_partition);
	return NULL;
}

/* ---------------------------------------------------------------- the undo folder, or the place */

/* Room for the list: written with something that is not zeros, so that clusters are taken. */
static int
put_list_file(struct making *m, struct hc_volume *volume, uint64_t size, struct hc_err *err)
{
	const char *path = hc_arena_printf(m->arena, "%s/" HC_UNDO_SECTORS, m->folder);
	struct hc_buf filler = { 0 };
	int result = -1;

	if (path == NULL)
		return no_memory(err);
	if (hc_buf_reserve(&filler, size, err) == 0) {
		memset(filler.data, 0x68, size);
		filler.size = size;
		hc_extents_done(&m->list);
		m->list = (struct hc_extents){ 0 };
		if (hc_volume_write(volume, path, hc_buf_span(&filler), err) == 0)
			result = hc_volume_file_extents(volume, path, &m->list, err);
	}
	hc_buf_done(&filler);
	return result;
}

/* Into the undo folder; `volume` NULL: to the place. */
static int
put_manifest(struct making *m, struct hc_volume *volume, struct hc_err *err)
{
	const struct hc_undo *undo = m->repair->undo;
	const char *path = hc_arena_printf(m->arena, "%s/" HC_UNDO_MANIFEST, m->folder);
	struct hc_buf text = { 0 };
	int result = -1;

	if (path == NULL)
		return no_memory(err);
	if (hc_doc_write(&hc_undo_shape, undo, HC_JSON_PRETTY, &text, err) == 0)
		result = volume != NULL
				 ? hc_volume_write(volume, path, hc_buf_span(&text), err)
				 : hc_undo_place_put(m->repair->place, undo->run,
						     HC_UNDO_MANIFEST, hc_buf_span(&text), err);
	hc_buf_done(&text);
	return result;
}

/* Each folder is protected before anything is in it: it holds what hives held (hazards 24). */
static int
put_folder(struct making *m, struct hc_volume *volume, struct hc_err *err)
{
	const char *const folders[] = { "/halcyon", "/halcyon/undo", m->folder };
	bool is_protected = false;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (hc_volume_make_folder(volume, folders[i], err) < 0 ||
		    hc_volume_protect(volume, folders[i], err) < 0)
			return -1;
	if (hc_volume_is_protected(volume, m->folder, &is_protected, err) < 0)
		return -1;
	return is_protected ? 0
			    : hc_err_set(err, H_FIX_NO_ROOM,
					 "%s could not be closed to other users", m->folder);
}

static int
put_undo(struct making *m, const struct hc_fix_target *system, uint64_t list_size,
	 struct hc_err *err)
{
	struct hc_volume *volume = NULL;
	int result = -1;

	if (hc_fixup_open_write(&m->repair->undo->edits, system, &volume, err) < 0)
		return -1;
	if (put_folder(m, volume, err) == 0 && put_manifest(m, volume, err) == 0 &&
	    put_list_file(m, volume, list_size, err) == 0) {
		result = hc_volume_finish(volume, err);
	} else {
		hc_volume_close(volume);
	}
	for (size_t i = 0; result == 0 && i < m->list.count; i++)
		m->list.items[i].offset += system->start;
	if (result < 0 && err->code == H_VOLUME_FULL)
		hc_err_remedy(err,
			      "Free some space on partition %llu, or keep the record of "
			      "the repair elsewhere, by --undo-to and --undo-key.",
			      (unsigned long long)system->partition);
	return result;
}

/* ---------------------------------------------------------------- the list */

/* `runs` without what the list's own file covers: that is written before the rest, and was free. */
static int
without_list(const struct hc_extents *runs, const struct hc_extents *list,
	     struct hc_extents *ret, struct hc_err *err)
{
	struct hc_extents holes = { 0 };
	int result = 0;

	for (size_t i = 0; result == 0 && i < list->count; i++)
		result = hc_extents_add(&holes, list->items[i], err);
	hc_extents_sort(&holes);
	for (size_t i = 0, h = 0; result == 0 && i < runs->count; i++) {
		struct hc_extent rest = runs->items[i];

		while (h < holes.count && hc_extent_end(holes.items[h]) <= rest.offset)
			h++;
		for (size_t k = h; result == 0 && rest.length > 0; k++) {
			const struct hc_extent hole =
				k < holes.count ? holes.items[k]
						: (struct hc_extent){ UINT64_MAX, 0 };
			const uint64_t end = hc_extent_end(rest);
			const uint64_t until =
				hc_min_u64(end, hc_max_u64(hole.offset, rest.offset));

			result = hc_extents_add(
				ret, (struct hc_extent){ rest.offset, until - rest.offset },
				err);
			rest.offset = k < holes.count
					      ? hc_min_u64(end, hc_max_u64(until,
									   hc_extent_end(hole)))
					      : end;
			rest.length = end - rest.offset;
		}
	}
	hc_extents_done(&holes);
	return result;
}

/* The list of everything that differs, but what its own file covers.  1 and *ret_size: it does not fit into `room`. */
static int
write_list(struct making *m, uint64_t room, struct hc_buf *ret, uint64_t *ret_size,
	   struct hc_err *err)
{
	struct hc_extents runs = { 0 }, changed = { 0 };
	int result = -1;

	if (hc_overlay_runs(m->overlay, m->arena, &runs, err) < 0 ||
	    without_list(&runs, &m->list, &changed, err) < 0)
		goto out;
	*ret_size = hc_sectors_size(&changed);
	result = *ret_size > room ? 1
				  : hc_sectors_write(m->repair->disk, m->overlay,
						     m->repair->block, &changed, ret, err);
out:
	hc_extents_done(&runs);
	hc_extents_done(&changed);
	return result;
}

/* ---------------------------------------------------------------- on the overlay */

/*
 * The undo folder comes first: its clusters must have been free before the repair, since the list is written there before
 * anything else is, and since what was there is not in the list.  1 and *ret_size as write_list; with a place there is room.
 */
static int
make_on_overlay(struct making *m, uint64_t room, struct hc_buf *list, uint64_t *ret_size,
		struct hc_err *err)
{
	const struct hc_edits *edits = &m->repair->undo->edits;
	const bool elsewhere = m->repair->place != NULL;
	const struct hc_fix_target *system;

	if (hc_overlay_open(m->repair->disk, m->repair->block, OVERLAY_BUDGET, &m->overlay,
			    err) < 0 ||
	    open_targets(m, err) < 0)
		return -1;
	system = system_target(m, err);
	if (system == NULL || (!elsewhere && put_undo(m, system, room, err) < 0) ||
	    hc_fixup_perform(edits, m->targets, m->count, m->arena, err) < 0 ||
	    hc_fixup_check(edits, m->targets, m->count, m->arena, err) < 0)
		return -1;
	return write_list(m, elsewhere ? UINT64_MAX : room, list, ret_size, err);
}

/* ---------------------------------------------------------------- commit */

static int
describe(struct making *m, const struct hc_buf *list, struct hc_journal_repair *ret,
	 struct hc_err *err)
{
	struct hc_digest sum;
	char hex[HC_DIGEST_TEXT];

	hc_digest_of(HC_DIGEST_SHA256, list->data, list->size, &sum);
	hc_digest_hex(&sum, hex);
	*ret = (struct hc_journal_repair){ .run = m->repair->undo->run,
					   .state = HC_REPAIR_PENDING,
					   .created = m->repair->undo->created,
					   .size = list->size,
					   .sha256 = hc_arena_strdup(m->arena, hex) };
	ret->list.items = hc_arena_array(m->arena, m->list.count + 1, sizeof(*ret->list.items));
	if (ret->sha256 == NULL || ret->list.items == NULL)
		return no_memory(err);
	if (m->repair->place != NULL) {
		ret->kept_at = hc_undo_place_folder(m->repair->place);
		return 0;
	}
	for (size_t i = 0; i < m->list.count; i++)
		ret->list.items[ret->list.count++] =
			(struct hc_journal_extent){ m->list.items[i].offset,
						    m->list.items[i].length };
	return hc_repair_list_is_zero(m->repair->disk, ret, &ret->list_was_zero, err);
}

/* Durable before anything names it. */
static int
keep_list(struct making *m, const struct hc_journal_repair *record, const struct hc_buf *list,
	  struct hc_err *err)
{
	const struct hc_repair *repair = m->repair;

	if (repair->place != NULL)
		return put_manifest(m, NULL, err) < 0
			       ? -1
			       : hc_undo_place_put(repair->place, record->run, HC_UNDO_SECTORS,
						   hc_buf_span(list), err);
	if (hc_repair_put_list(repair->disk, record, hc_buf_span(list), err) < 0)
		return -1;
	return hc_io_flush(repair->disk, err);
}

static int
commit(struct making *m, const struct hc_buf *list, struct hc_err *err)
{
	const struct hc_repair *repair = m->repair;
	struct hc_journal_repair record;

	if (describe(m, list, &record, err) < 0 || keep_list(m, &record, list, err) < 0 ||
	    repair->record(repair->ctx, &record, err) < 0)
		return -1;
	return hc_repair_finish(repair, &record, m->arena, err);
}

int
hc_repair_make(const struct hc_repair *repair, struct hc_arena *arena, struct hc_err *err)
{
	struct making m = { .repair = repair, .arena = arena };
	struct hc_buf list = { 0 };
	uint64_t room = LIST_START, size = 0;
	int result = 1;

	if (repair->undo->edits.count == 0)
		return 0;
	m.folder = hc_arena_printf(arena, "/halcyon/undo/%s", repair->undo->run);
	if (m.folder == NULL)
		return no_memory(err);
	for (int i = 0; result == 1 && i < LIST_ATTEMPTS; i++) {
		close_targets(&m);
		result = make_on_overlay(&m, room, &list, &size, err);
		room = hc_round_up(size + LIST_SLACK, LIST_ROUND);
	}
	if (result == 1)
		result = hc_err_set(err, H_FIX_NO_ROOM, "the list of changes does not settle");
	if (result == 0)
		result = commit(&m, &list, err);
	hc_buf_done(&list);
	close_targets(&m);
	return result;
}
