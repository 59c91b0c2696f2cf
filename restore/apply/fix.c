/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repairs of a disk that is there: the target, its journal, and the repair itself. */
#include "restore/apply/fix.h"

#include <stdlib.h>
#include <string.h>

#include "restore/apply/repair.h"
#include "restore/apply/repair_priv.h"
#include "restore/disk/disk.h"
#include "restore/disk/journal.h"
#include "restore/volume/volume.h"

#define MANIFEST_MAX (16u << 20)

struct hc_fix {
	struct hc_arena *arena;
	struct hc_target *target;
	struct hc_io *disk;
	uint32_t block;
	struct hc_journal
		journal;     /* as it stands; state none where there is no restore of ours */
	uint64_t journal_at; /* 0: there is none yet */
};

/* ---------------------------------------------------------------- the journal */

static int
read_journal(struct hc_fix *fix, struct hc_err *err)
{
	size_t length = (size_t)hc_min_u64(fix->disk->size, HC_JOURNAL_WITHIN);
	uint8_t *start = malloc(length);
	int result;

	if (start == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a journal");
	fix->journal.state = HC_JOURNAL_NONE;
	result = hc_io_pread(fix->disk, 0, start, length, err);
	if (result == 0)
		hc_journal_find(hc_span(start, length), fix->arena, &fix->journal,
				&fix->journal_at);
	free(start);
	return result;
}

/* Zeros before the first partition. */
static int
find_room(struct hc_fix *fix, struct hc_err *err)
{
	const uint64_t block = hc_fix_block(fix);
	struct hc_table table = { 0 };
	struct hc_io *head = NULL;
	uint64_t first = fix->disk->size, least;
	int result = -1;

	if (hc_table_read(fix->disk, block, fix->arena, &table, err) < 0)
		return -1;
	for (size_t i = 0; i < table.partitions.count; i++)
		first = hc_min_u64(first, table.partitions.items[i].start);
	least = table.type == HC_TABLE_GPT
			? 2 * block + hc_round_up(table.gpt_entries.size, block)
			: block;
	if (hc_io_window(fix->disk, (struct hc_extent){ 0, first }, &head, err) == 0)
		result = hc_journal_room(head, least, block, &fix->journal_at, err);
	hc_io_close(head);
	if (result == 0 && fix->journal_at == 0)
		return hc_err_set(err, H_FIX_NO_ROOM,
				  "there are no 4 KiB of zeros before the "
				  "first partition");
	return result;
}

static int
write_block(struct hc_fix *fix, const uint8_t block[HC_JOURNAL_BYTES], struct hc_err *err)
{
	if (hc_io_pwrite(fix->disk, fix->journal_at, block, HC_JOURNAL_BYTES, err) < 0)
		return -1;
	return hc_io_flush(fix->disk, err);
}

/* A journal that says nothing any more is zeros again. */
static int
write_journal(struct hc_fix *fix, const struct hc_journal *journal, struct hc_err *err)
{
	struct hc_journal shorter = *journal;
	uint8_t block[HC_JOURNAL_BYTES] = { 0 };

	if (journal->repair == NULL && journal->state == HC_JOURNAL_NONE) {
		if (write_block(fix, block, err) < 0)
			return -1;
	} else {
		/* The oldest repairs are forgotten where the block is full. */
		while (hc_journal_block(&shorter, block, err) < 0) {
			if (err->code != H_JOURNAL || shorter.earlier.count == 0)
				return -1;
			shorter.earlier.count--;
		}
		if (write_block(fix, block, err) < 0)
			return -1;
	}
	fix->journal = shorter;
	return 0;
}

static bool
is_same_run(const struct hc_journal_repair *a, const struct hc_journal_repair *b)
{
	return strcmp(a->run, b->run) == 0;
}

/* What is now known of a repair.  A new one goes in front of the one that was the last so far. */
static int
record(void *ctx, const struct hc_journal_repair *repair, struct hc_err *err)
{
	struct hc_fix *fix = ctx;
	struct hc_journal journal = fix->journal;
	const size_t count = fix->journal.earlier.count;

	journal.repair = hc_arena_alloc(fix->arena, sizeof(*journal.repair));
	if (journal.repair == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a journal");
	*journal.repair = *repair;
	if (fix->journal.repair != NULL && !is_same_run(fix->journal.repair, repair)) {
		journal.earlier.items = hc_arena_array(fix->arena, count + 1, sizeof(*repair));
		if (journal.earlier.items == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a journal");
		journal.earlier.items[0] = *fix->journal.repair;
		for (size_t i = 0; i < count; i++)
			journal.earlier.items[i + 1] = fix->journal.earlier.items[i];
		journal.earlier.count = count + 1;
	}
	return write_journal(fix, &journal, err);
}

/* The last repair was taken back: the one before it is the last now. */
static int
forget(struct hc_fix *fix, struct hc_err *err)
{
	struct hc_journal journal = fix->journal;

	journal.repair = NULL;
	if (journal.earlier.count > 0) {
		journal.repair = &journal.earlier.items[0];
		journal.earlier.items++;
		journal.earlier.count--;
	}
	return write_journal(fix, &journal, err);
}

/* ---------------------------------------------------------------- open and close */

int
hc_fix_open(const struct hc_disk *described, struct hc_arena *arena, struct hc_fix **ret,
	    struct hc_err *err)
{
	struct hc_fix *fix = calloc(1, sizeof(*fix));

	if (fix == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
	fix->arena = arena;
	fix->block = (uint32_t)described->logical_block;
	if (hc_target_open(described->path, &described->identity, 0, &fix->target, err) < 0 ||
	    hc_target_io(fix->target, &fix->disk, err) < 0 || read_journal(fix, err) < 0) {
		hc_fix_close(fix);
		return -1;
	}
	*ret = fix;
	return 0;
}

void
hc_fix_close(struct hc_fix *fix)
{
	if (fix == NULL)
		return;
	hc_io_close(fix->disk);
	hc_target_close(fix->target);
	free(fix);
}

struct hc_io *
hc_fix_disk(struct hc_fix *fix)
{
	return fix->disk;
}

uint32_t
hc_fix_block(const struct hc_fix *fix)
{
	return fix->block;
}

const struct hc_journal_repair *
hc_fix_recorded(const struct hc_fix *fix, size_t i)
{
	if (i == 0)
		return fix->journal.repair;
	return i - 1 < fix->journal.earlier.count ? &fix->journal.earlier.items[i - 1] : NULL;
}

/* ---------------------------------------------------------------- repairs */

static struct hc_repair
repair_of(struct hc_fix *fix)
{
	return (struct hc_repair){
		.disk = fix->disk, .block = hc_fix_block(fix), .record = record, .ctx = fix
	};
}

/* Back to where there was no repair; then it is forgotten, and its list goes where zeros were. */
static int
take_back(struct hc_fix *fix, struct hc_err *err)
{
	const struct hc_journal_repair *recorded = fix->journal.repair;
	const struct hc_repair repair = repair_of(fix);

	if (hc_repair_undo(&repair, recorded, fix->arena, err) < 0 || forget(fix, err) < 0)
		return -1;
	if (recorded->list_was_zero &&
	    (hc_repair_put_list(fix->disk, recorded, hc_span("", 0), err) < 0 ||
	     hc_io_flush(fix->disk, err) < 0))
		return -1;
	return 0;
}

int
hc_fix_resume(struct hc_fix *fix, struct hc_err *err)
{
	const struct hc_journal_repair *recorded = fix->journal.repair;
	const struct hc_repair repair = repair_of(fix);

	if (recorded == NULL || recorded->state == HC_REPAIR_DONE)
		return 0;
	return recorded->state == HC_REPAIR_UNDOING
		       ? take_back(fix, err)
		       : hc_repair_finish(&repair, recorded, fix->arena, err);
}

int
hc_fix_make(struct hc_fix *fix, const struct hc_undo *undo, uint64_t system_partition,
	    struct hc_err *err)
{
	struct hc_repair repair = repair_of(fix);

	if (hc_fix_resume(fix, err) < 0)
		return hc_err_wrap(err, "while finishing an earlier repair");
	if (fix->journal_at == 0 && find_room(fix, err) < 0)
		return -1;
	repair.undo = undo;
	repair.system_partition = system_partition;
	return hc_repair_make(&repair, fix->arena, err);
}

/* The manifest on one volume; 1: it isn't there. */
static int
read_manifest(struct hc_fix *fix, const struct hc_partition *partition, const char *path,
	      struct hc_undo *ret, struct hc_err *err)
{
	struct hc_volume *volume = NULL;
	struct hc_buf text = { 0 };
	struct hc_io *part = NULL;
	struct hc_err ignored;
	int result = 1;

	if (hc_io_window(fix->disk, (struct hc_extent){ partition->start, partition->size },
			 &part, &ignored) == 0 &&
	    hc_volume_open(part, &volume, &ignored) == 0 &&
	    hc_volume_read_all(volume, path, MANIFEST_MAX, &text, &ignored) == 0)
		result = hc_doc_read(&hc_undo_shape, hc_buf_span(&text), fix->arena, ret, err);
	hc_buf_done(&text);
	hc_volume_close(volume);
	hc_io_close(part);
	return result;
}

int
hc_fix_manifest(struct hc_fix *fix, const struct hc_journal_repair *recorded,
		struct hc_undo *ret, struct hc_err *err)
{
	struct hc_table table = { 0 };
	const char *path;
	int result = 1;

	path = hc_arena_printf(fix->arena, "/halcyon/undo/%s/manifest.json", recorded->run);
	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
	if (hc_table_read(fix->disk, hc_fix_block(fix), fix->arena, &table, err) < 0)
		return -1;
	for (size_t i = 0; result == 1 && i < table.partitions.count; i++)
		result = read_manifest(fix, &table.partitions.items[i], path, ret, err);
	return result == 1
		       ? hc_err_set(err, H_UNDO_NONE, "%s is on no volume of this disk", path)
		       : result;
}

static int
is_recorded(const struct hc_fix *fix, struct hc_err *err)
{
	if (fix->journal.repair == NULL)
		return hc_err_set(err, H_UNDO_NONE,
				  "the journal of this disk records no repair");
	return 0;
}

int
hc_fix_may_undo(struct hc_fix *fix, struct hc_err *err)
{
	const struct hc_repair repair = repair_of(fix);

	if (is_recorded(fix, err) < 0)
		return -1;
	return hc_repair_may_undo(&repair, fix->journal.repair, fix->arena, err);
}

int
hc_fix_undo(struct hc_fix *fix, struct hc_err *err)
{
	return is_recorded(fix, err) < 0 ? -1 : take_back(fix, err);
}
