/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ranges that are written last: volumes' first sectors, partition tables, the journal. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "restore/apply/apply_priv.h"
#include "restore/base/text.h"

/* Where a held range and a span meet, in offsets of both; length 0: they don't. */
struct meeting {
	size_t in_span, in_held, length;
};

static struct meeting
meet(const struct hc_plan_held *held, const struct span *span)
{
	uint64_t start = hc_max_u64(held->offset, span->target);
	uint64_t end =
		hc_min_u64(held->offset + held->length, span->target + span->source.length);

	if (start >= end)
		return (struct meeting){ 0, 0, 0 };
	return (struct meeting){ (size_t)(start - span->target), (size_t)(start - held->offset),
				 (size_t)(end - start) };
}

static int
open_tables(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_plan_writes *tables = &apply->plan->tables;
	struct hc_span bytes;

	apply->tables = calloc(tables->count + 1, sizeof(*apply->tables));
	if (apply->tables == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the plan's tables");
	for (size_t i = 0; i < tables->count; i++) {
		struct table_write *table = &apply->tables[i];

		table->offset = tables->items[i].offset;
		table->what = tables->items[i].what;
		if (hc_base64_decode(&apply->arena, tables->items[i].bytes, &bytes, err) < 0 ||
		    hc_buf_append(&table->bytes, bytes.data, bytes.size, err) < 0)
			return -1;
	}
	return 0;
}

int
apply_open_held(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_plan *plan = apply->plan;

	apply->held = calloc(plan->held.count + 1, sizeof(*apply->held));
	if (apply->held == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the plan's held ranges");
	for (size_t i = 0; i < plan->held.count; i++) {
		struct held *held = &apply->held[i];

		held->plan = &plan->held.items[i];
		if (held->plan->length > SPAN_BYTES || held->plan->offset > plan->target.size ||
		    held->plan->length > plan->target.size - held->plan->offset)
			return hc_err_set(err, H_PLAN_STALE, "the held range %s cannot be",
					  held->plan->what);
		held->content = aligned_alloc(BUFFER_ALIGN,
					      hc_round_up(held->plan->length, BUFFER_ALIGN));
		held->mask = calloc(1, (size_t)held->plan->length);
		if (held->content == NULL || held->mask == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a held range");
		memset(held->content, 0, hc_round_up(held->plan->length, BUFFER_ALIGN));
		if (plan->journal_offset != 0 && held->plan->offset == plan->journal_offset)
			apply->journal_at = i + 1;
	}
	return open_tables(apply, err);
}

void
apply_close_held(struct hc_apply *apply)
{
	for (size_t i = 0; apply->tables != NULL && i < apply->plan->tables.count; i++)
		hc_buf_done(&apply->tables[i].bytes);
	free(apply->tables);
	for (size_t i = 0; apply->held != NULL && i < apply->plan->held.count; i++) {
		free(apply->held[i].content);
		free(apply->held[i].mask);
	}
	free(apply->held);
}

bool
apply_meets_held(const struct hc_apply *apply, const struct span *span)
{
	for (size_t i = 0; i < apply->plan->held.count; i++)
		if (meet(apply->held[i].plan, span).length > 0)
			return true;
	return false;
}

void
apply_mask(struct hc_apply *apply, const struct span *span, uint8_t *buf)
{
	for (size_t i = 0; i < apply->plan->held.count; i++) {
		struct held *held = &apply->held[i];
		struct meeting m = meet(held->plan, span);

		if (m.length == 0)
			continue;
		memcpy(held->content + m.in_held, buf + m.in_span, m.length);
		memcpy(buf + m.in_span, held->mask + m.in_held, m.length);
	}
}

int
apply_unmask(struct hc_apply *apply, const struct span *span, uint8_t *buf, struct hc_err *err)
{
	for (size_t i = 0; i < apply->plan->held.count; i++) {
		struct held *held = &apply->held[i];
		struct meeting m = meet(held->plan, span);

		if (m.length == 0)
			continue;
		if (!apply->options.verify_only &&
		    memcmp(buf + m.in_span, held->mask + m.in_held, m.length) != 0) {
			hc_err_set(err, H_READBACK_MISMATCH, "%s is not as it was left",
				   held->plan->what);
			return hc_err_at(err, held->plan->offset, "%s",
					 apply->plan->target.path);
		}
		/* When only comparing, a volume's first sector is compared as it lies there. */
		if (!apply->options.verify_only || held->plan->discard)
			memcpy(buf + m.in_span, held->content + m.in_held, m.length);
	}
	return 0;
}

/* Writes and reads back at once: these are the writes that make the disk bootable. */
static int
write_checked(struct hc_apply *apply, uint64_t offset, const uint8_t *bytes, size_t length,
	      const char *what, struct hc_err *err)
{
	size_t room = hc_round_up(length, BUFFER_ALIGN);
	uint8_t *buf = aligned_alloc(BUFFER_ALIGN, room);
	int result;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu bytes", length);
	memcpy(buf, bytes, length);
	result = hc_target_write(apply->target, offset, buf, length, err);
	if (result == 0)
		result = hc_target_flush(apply->target, err);
	if (result == 0)
		result = hc_target_read(apply->target, offset, buf, length, err);
	if (result == 0 && memcmp(buf, bytes, length) != 0) {
		hc_err_set(err, H_READBACK_MISMATCH, "%s reads back differently", what);
		result = hc_err_at(err, offset, "%s", apply->plan->target.path);
	}
	free(buf);
	return result < 0 ? hc_err_wrap(err, "while writing %s", what) : 0;
}

int
apply_write_held(struct hc_apply *apply, struct hc_err *err)
{
	for (size_t i = 0; i < apply->plan->held.count; i++) {
		const struct held *held = &apply->held[i];

		if (!held->plan->discard &&
		    write_checked(apply, held->plan->offset, held->content,
				  (size_t)held->plan->length, held->plan->what, err) < 0)
			return -1;
	}
	return 0;
}

int
apply_write_tables(struct hc_apply *apply, struct hc_err *err)
{
	for (size_t i = 0; i < apply->plan->tables.count; i++) {
		const struct table_write *table = &apply->tables[i];

		if (write_checked(apply, table->offset, table->bytes.data, table->bytes.size,
				  table->what, err) < 0)
			return -1;
	}
	return 0;
}

int
apply_check_tables(struct hc_apply *apply, struct hc_err *err)
{
	uint8_t *buf = aligned_alloc(BUFFER_ALIGN, SPAN_BYTES);
	int result = -1;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a buffer");
	for (size_t i = 0; i < apply->plan->tables.count; i++) {
		const struct table_write *write = &apply->tables[i];
		const struct hc_span bytes = hc_buf_span(&write->bytes);

		if (bytes.size > SPAN_BYTES) {
			hc_err_set(err, H_PLAN_STALE, "%s has %zu bytes", write->what,
				   bytes.size);
			goto out;
		}
		if (hc_target_read(apply->target, write->offset, buf, bytes.size, err) < 0)
			goto out;
		apply_take_out_repairs(apply, write->offset, buf, bytes.size);
		if (memcmp(buf, bytes.data, bytes.size) != 0) {
			hc_err_set(err, H_TARGET_DIFFERS, "%s is not what the backup has",
				   write->what);
			hc_err_at(err, write->offset, "%s", apply->plan->target.path);
			goto out;
		}
	}
	result = 0;
out:
	free(buf);
	return result;
}

size_t
apply_beside_journal(const struct hc_apply *apply, struct hc_extent range,
		     struct hc_extent ret[2])
{
	uint64_t from = apply->plan->journal_offset, to = from + HC_JOURNAL_BYTES;
	uint64_t end = hc_extent_end(range);
	size_t count = 0;

	if (apply->journal_at == 0 || end <= from || range.offset >= to) {
		ret[0] = range;
		return 1;
	}
	if (range.offset < from)
		ret[count++] = (struct hc_extent){ range.offset, from - range.offset };
	if (end > to)
		ret[count++] = (struct hc_extent){ to, end - to };
	return count;
}

int
apply_write_journal(struct hc_apply *apply, enum hc_journal_state state, struct hc_err *err)
{
	struct hc_journal journal = { .plan = apply->plan_id,
				      .task = apply->plan->task,
				      .backup = apply->plan->backup,
				      .state = state,
				      .repair = apply->repair };
	char created[HC_TIME_TEXT];
	struct held *held;

	if (apply->journal_at == 0)
		return 0;
	held = &apply->held[apply->journal_at - 1];
	hc_time_text(time(NULL), created);
	journal.created = created;
	if (hc_journal_block(&journal, held->mask, err) < 0)
		return -1;
	return write_checked(apply, held->plan->offset, held->mask, HC_JOURNAL_BYTES,
			     "the journal", err);
}

/* 1 and the journal at the start of the target, 0 when there is none. */
static int
find_journal(struct hc_apply *apply, struct hc_journal *ret, struct hc_err *err)
{
	uint64_t block = hc_target_logical_block(apply->target);
	size_t length = (size_t)hc_round_down(
		hc_min_u64(hc_target_size(apply->target), HC_JOURNAL_WITHIN), block);
	uint8_t *buf = aligned_alloc(BUFFER_ALIGN, HC_JOURNAL_WITHIN);
	uint64_t offset;
	int result;

	if (buf == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read the journal");
	result = hc_target_read(apply->target, 0, buf, length, err);
	if (result == 0)
		result = hc_journal_find(hc_span(buf, length), &apply->arena, ret, &offset);
	free(buf);
	return result;
}

int
apply_read_journal(struct hc_apply *apply, bool *ret_ours, struct hc_err *err)
{
	struct hc_journal journal = { 0 };
	int found = find_journal(apply, &journal, err);

	*ret_ours = false;
	if (found <= 0)
		return found;
	if (journal.plan == NULL || strcmp(journal.plan, apply->plan_id) != 0)
		return 0;
	*ret_ours = journal.state == HC_JOURNAL_STARTED;
	if (journal.state != HC_JOURNAL_FINISHED)
		return 0;
	return hc_err_set(err, H_PLAN_SPENT, "%s carries it as finished since %s",
			  apply->plan->target.path, journal.created);
}

int
apply_read_repairs(struct hc_apply *apply, struct hc_err *err)
{
	struct hc_journal journal = { 0 };
	int found = find_journal(apply, &journal, err);

	return found <= 0 ? found : apply_open_repaired(apply, &journal, err);
}
