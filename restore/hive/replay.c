/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which logs of a hive count, and the copy of the hive with their pages in it.
 *
 * When a log counts:
 * - old:  it is of the flush that the hive was in: same time of writing, and the number is one of the hive's two.
 *         Windows 7 has it in the primary one; the secondary one is for systems that count the writing of log and
 *         hive apart, which no fixture here shows.
 * - new:  its entries lead on from the hive's secondary sequence number without a gap.  Two logs take turns: the
 *         one that begins with the lower number goes first.  One that begins before the hive's number is over: the
 *         hive already holds it.
 * A new log that begins later than the numbers before it allow is of another time.  Its pages would go into a hive
 * that lacks what was written in between, so nothing is replayed (hazards 13).  That holds for a gap between two logs
 * too, although the first one alone could be replayed: the second is begun when the hive is being written, so the
 * hive may hold pages that are newer than the end of the first.  A bad entry at the end of the last log is only
 * what was being logged when the machine stopped; it and what follows is left out, as Windows does.
 *
 * Without a sound base block in the hive the numbers to fit are not known.  The logs of the last turn are taken:
 * pages are whole, so putting in once more what the hive holds already changes nothing.
 */
#include <stdio.h>
#include <string.h>

#include "restore/hive/hive_log_priv.h"

#define LOGS 3
/* A hive grows by bins, and new ones are in the log: whole in the logs of 1709; this leaves room for a log that has
 * only their beginning.  It keeps a few bytes of log from asking for 2 GiB. */
#define GROWTH_PER_BYTE 16u

struct log {
	const char *suffix; /* ".LOG1" */
	struct hc_span bytes;
	struct hc_base_block base;
};

struct replay {
	const char *name;
	struct hc_span hive;
	struct hc_base_block base; /* the hive's; where it is sound */
	const char *base_fault;    /* NULL: it is */
	struct log logs[LOGS];     /* the sound ones, lowest sequence number first */
	size_t count;
	struct hc_buf out;
	const struct log *base_from; /* the log whose base block the copy gets; NULL: its own */
	uint32_t sequence;           /* of the last flush that is in the copy */
	uint32_t bins_bytes;
	uint32_t flags;
	uint64_t carried; /* bytes of pages so far */
	struct hc_hive_recovery state;
};

static bool
is_new(const struct log *log)
{
	return log->base.type == HC_BASE_NEW_LOG;
}

/* ---------------------------------------------------------------- what to say */

static void
note(struct replay *r, const char *suffix, uint64_t offset, const char *fault)
{
	size_t used = strlen(r->state.ignored);

	(void)snprintf(r->state.ignored + used, sizeof(r->state.ignored) - used,
		       "%s%s%s at byte %llu: %s", used > 0 ? "; " : "", r->name, suffix,
		       (unsigned long long)offset, fault);
}

/* "SYSTEM needs its logs from number 3 on: SYSTEM.LOG2 begins with 7". */
static int
refuse_unfit(const struct replay *r, uint32_t next, struct hc_err *err)
{
	char found[3 * HC_ERR_TEXT] = "";
	size_t used = 0;

	for (size_t i = 0; i < r->count && used < sizeof(found); i++)
		used += (size_t)snprintf(found + used, sizeof(found) - used, "%s%s%s %s %u",
					 i > 0 ? ", " : "", r->name, r->logs[i].suffix,
					 is_new(&r->logs[i]) ? "begins with"
							     : "is of another write, number",
					 r->logs[i].base.primary);
	hc_err_set(err, H_HIVE_LOG_UNFIT,
		   "%s was not shut down cleanly and needs its logs from number %u on: %s%s%s",
		   r->name, next, found, r->state.ignored[0] != '\0' ? "; " : "",
		   r->state.ignored);
	return hc_err_at(err, HC_NO_OFFSET, "%s", r->name);
}

static int
refuse_damaged(const struct replay *r, struct hc_err *err)
{
	hc_err_set(err, H_HIVE_LOG_DAMAGED,
		   "%s was not shut down cleanly, and its logs cannot be used: %s", r->name,
		   r->state.ignored[0] != '\0' ? r->state.ignored : "they hold no entry");
	return hc_err_at(err, HC_NO_OFFSET, "%s", r->name);
}

static int
refuse_format(const struct replay *r, struct hc_err *err)
{
	hc_err_set(err, H_HIVE_FORMAT, "%s is no registry hive: %s", r->name, r->base_fault);
	return hc_err_at(err, HC_NO_OFFSET, "%s", r->name);
}

/* There is no log that could count. */
static int
refuse_without_log(const struct replay *r, struct hc_err *err)
{
	if (r->state.ignored[0] != '\0')
		return refuse_damaged(r, err);
	if (r->base_fault != NULL)
		return refuse_format(r, err);
	hc_err_set(err, H_HIVE_DIRTY,
		   "%s was not shut down cleanly (sequence numbers %u and %u), and there is "
		   "no log",
		   r->name, r->base.primary, r->base.secondary);
	return hc_err_at(err, HC_NO_OFFSET, "%s", r->name);
}

/* ---------------------------------------------------------------- the logs in order */

/* What Windows made room for and did not write yet is no log: nothing, or zeros. */
static bool
is_blank(struct hc_span bytes)
{
	return bytes.size == 0 ||
	       hc_is_zero(bytes.data, (size_t)hc_min_u64(bytes.size, SECTOR_BYTES));
}

static void
add_log(struct replay *r, const char *suffix, struct hc_span bytes)
{
	struct log log = { .suffix = suffix, .bytes = bytes };
	const char *fault;
	size_t at = r->count;

	if (is_blank(bytes))
		return;
	fault = hc_base_block_parse(bytes, &log.base);
	if (fault == NULL && !is_new(&log) && log.base.type != HC_BASE_OLD_LOG &&
	    log.base.type != HC_BASE_OLD_LOG_2)
		fault = "it is no transaction log";
	/* It was being begun anew: nothing of the new turn is in it yet. */
	if (fault == NULL && log.base.primary != log.base.secondary)
		fault = "its own sequence numbers differ";
	if (fault != NULL) {
		note(r, suffix, 0, fault);
		return;
	}
	for (; at > 0 && r->logs[at - 1].base.primary > log.base.primary; at--)
		r->logs[at] = r->logs[at - 1];
	r->logs[at] = log;
	r->count++;
}

/* ---------------------------------------------------------------- the copy */

/* The copy as long as these bins want it; what is new is zeros.  -1 no memory, 1 longer than the pages explain. */
static int
set_length(struct replay *r, uint32_t bins_bytes, struct hc_err *err)
{
	uint64_t there = hc_max_u64(r->hive.size, BASE_BLOCK_BYTES) - BASE_BLOCK_BYTES;
	size_t length = (size_t)BASE_BLOCK_BYTES + bins_bytes;

	if (bins_bytes > there && bins_bytes - there > r->carried * GROWTH_PER_BYTE)
		return 1;
	/* Room for exactly this: a buffer that grows by itself may take twice the hive. */
	if (hc_buf_reserve(&r->out, (size_t)hc_max_u64(r->hive.size, length), err) < 0)
		return -1;
	if (r->out.size == 0 && hc_buf_append(&r->out, r->hive.data, r->hive.size, err) < 0)
		return -1;
	if (length > r->out.size) {
		memset(r->out.data + r->out.size, 0, length - r->out.size);
		r->out.size = length;
	}
	r->bins_bytes = bins_bytes;
	return 0;
}

static void
put_page(struct replay *r, uint32_t offset, const uint8_t *page, uint32_t length)
{
	memcpy(r->out.data + BASE_BLOCK_BYTES + offset, page, length);
	r->state.bytes_replayed += length;
}

/* ---------------------------------------------------------------- old log */

/* The one that counts; NULL: none does. */
static const struct log *
choose_old(const struct replay *r)
{
	const struct log *best = NULL;

	for (size_t i = 0; i < r->count; i++) {
		const struct log *log = &r->logs[i];

		if (is_new(log)) {
			/* Windows 8.1 or later was here: an old log has been lying about. */
			if (r->base_fault != NULL)
				return NULL;
			continue;
		}
		if (r->base_fault == NULL &&
		    (log->base.written != r->base.written || log->base.written == 0 ||
		     (log->base.primary != r->base.primary &&
		      log->base.primary != r->base.secondary)))
			continue;
		if (best == NULL || log->base.written >= best->base.written)
			best = log;
	}
	return best;
}

static int
replay_old(struct replay *r, const struct log *log, struct hc_err *err)
{
	struct hc_dirty_pages dirty;
	const char *fault = hc_dirty_pages_parse(log->bytes, &log->base, &dirty);
	const uint8_t *page;
	int result = 0;

	if (fault == NULL) {
		r->carried = dirty.data.size;
		result = set_length(r, log->base.bins_bytes, err);
		if (result > 0)
			fault = "the hive would grow by more than its pages explain";
	}
	if (fault != NULL) {
		note(r, log->suffix, 0, fault);
		return refuse_damaged(r, err);
	}
	if (result < 0)
		return -1;
	page = dirty.data.data;
	for (uint32_t at = 0; at < log->base.bins_bytes; at += SECTOR_BYTES) {
		if (!hc_dirty_bit(dirty.bits, at / SECTOR_BYTES))
			continue;
		put_page(r, at, page, SECTOR_BYTES);
		page += SECTOR_BYTES;
	}
	r->base_from = log;
	r->flags = hc_get_le32(log->bytes.data + 144);
	r->sequence = log->base.primary;
	r->state.entries = 1;
	return 0;
}

/* ---------------------------------------------------------------- new logs */

/* The number that the next log has to begin with. */
static uint32_t
number_behind(const struct log *log)
{
	struct hc_log_entry entry;
	uint64_t offset = SECTOR_BYTES;
	uint32_t next = log->base.primary;

	for (; hc_log_entry_parse(log->bytes, offset, next, &entry) == NULL; next++)
		offset += entry.bytes;
	return next;
}

/* Position of the log to begin with; `count` when there is none. */
static size_t
first_new(const struct replay *r)
{
	size_t at = r->count;

	if (r->base_fault == NULL) {
		for (at = 0; at < r->count; at++)
			if (is_new(&r->logs[at]) &&
			    r->logs[at].base.primary >= r->base.secondary)
				break;
		return at;
	}
	for (size_t i = r->count; i-- > 0;) {
		if (!is_new(&r->logs[i]))
			continue;
		if (at < r->count && number_behind(&r->logs[i]) != r->logs[at].base.primary)
			break;
		at = i;
	}
	return at;
}

static void
put_entry(struct replay *r, const struct hc_log_entry *entry)
{
	const uint8_t *page = entry->data.data;

	for (uint32_t i = 0; i < entry->pages; i++) {
		uint32_t offset = hc_get_le32(entry->refs.data + 8 * (size_t)i);
		uint32_t length = hc_get_le32(entry->refs.data + 8 * (size_t)i + 4);

		put_page(r, offset, page, length);
		page += length;
	}
	r->flags = entry->flags;
	r->state.entries++;
}

/* As far as its entries are whole; *next is the number that is expected, before and after. */
static int
replay_entries(struct replay *r, const struct log *log, uint32_t *next, struct hc_err *err)
{
	struct hc_log_entry entry;
	uint64_t offset = SECTOR_BYTES;
	const char *fault;
	int result;

	for (;;) {
		fault = hc_log_entry_parse(log->bytes, offset, *next, &entry);
		if (fault != NULL)
			break;
		r->carried += entry.pages_bytes;
		result = set_length(r, entry.bins_bytes, err);
		if (result < 0)
			return -1;
		if (result > 0) {
			fault = "an entry makes the hive grow by more than its pages explain";
			break;
		}
		put_entry(r, &entry);
		r->sequence = (*next)++;
		offset += entry.bytes;
	}
	if (fault != HC_LOG_END)
		note(r, log->suffix, offset, fault);
	return 0;
}

/* So far the pages changed nothing: the hive held them already. */
static bool
is_unchanged(const struct replay *r)
{
	return r->out.size == r->hive.size &&
	       memcmp(r->out.data + BASE_BLOCK_BYTES, r->hive.data + BASE_BLOCK_BYTES,
		      r->hive.size - BASE_BLOCK_BYTES) == 0;
}

/*
 * Windows 10 writes the pages of one log to the hive before it turns to the other, and may leave the hive's numbers as
 * they were: they say 1621 where the logs begin with 2107 (decision 9).  Nothing is missing where the first log has
 * nothing new for the hive; anything else is a log of another time.
 */
static int
replay_new(struct replay *r, struct hc_err *err)
{
	size_t at = first_new(r), first = at;
	uint32_t next;
	bool late;

	if (at == r->count)
		return refuse_unfit(r, r->base.secondary, err);
	next = r->logs[at].base.primary;
	late = r->base_fault == NULL && next != r->base.secondary;
	for (; at < r->count; at++) {
		if (!is_new(&r->logs[at]))
			continue;
		if (r->logs[at].base.primary != next)
			return refuse_unfit(r, next, err);
		if (replay_entries(r, &r->logs[at], &next, err) < 0)
			return -1;
		if (at == first && late && (r->state.entries == 0 || !is_unchanged(r)))
			return refuse_unfit(r, r->base.secondary, err);
		if (r->base_fault != NULL)
			r->base_from = &r->logs[at];
	}
	return r->state.entries > 0 ? 0 : refuse_damaged(r, err);
}

/* ---------------------------------------------------------------- a clean hive */

/* As Windows leaves a hive that it brought up to date: the number of the last flush plus 1, twice. */
static void
finish_base_block(struct replay *r)
{
	uint8_t *block = r->out.data;
	uint32_t flags;

	if (r->base_from != NULL)
		memcpy(block, r->base_from->bytes.data, SECTOR_BYTES);
	flags = hc_get_le32(block + 144);
	hc_put_le32(block + 4, r->sequence + 1);
	hc_put_le32(block + 8, r->sequence + 1);
	hc_put_le32(block + 28, HC_BASE_HIVE);
	hc_put_le32(block + 40, r->bins_bytes);
	hc_put_le32(block + 144, (flags & ~1u) | (r->flags & 1));
	hc_put_le32(block + 508, hc_base_block_checksum(block));
	r->state.base_block_from_log = r->base_fault != NULL;
}

/* Else the pages do not belong to this hive. */
static int
check_bins(const struct replay *r, struct hc_err *err)
{
	uint64_t at;

	if (hc_bins_whole(r->out.data + BASE_BLOCK_BYTES, r->bins_bytes, &at))
		return 0;
	hc_err_set(err, H_HIVE_REPLAY,
		   "%s is not sound after its logs were replayed: the bin at byte %llu",
		   r->name, (unsigned long long)at);
	return hc_err_at(err, at, "%s", r->name);
}

/* What has neither a base block nor a bin is no damaged hive, but something else. */
static bool
has_first_bin(struct hc_span hive)
{
	struct hc_span bin = hc_span_part(hive, BASE_BLOCK_BYTES, 8);

	return bin.data != NULL && memcmp(bin.data, "hbin\0\0\0\0", 8) == 0;
}

int
hc_hive_recover(struct hc_span hive, const struct hc_hive_logs *logs, const char *name,
		struct hc_buf *ret, struct hc_hive_recovery *ret_state, struct hc_err *err)
{
	struct replay r = { .name = name, .hive = hive };
	const struct log *old;
	int result;

	r.base_fault = hc_base_block_parse(hive, &r.base);
	if (r.base_fault == NULL && r.base.type != HC_BASE_HIVE)
		r.base_fault = "it is a transaction log";
	if (r.base_fault == NULL && r.base.primary == r.base.secondary) {
		*ret_state = r.state;
		return 0;
	}
	if (r.base_fault != NULL && !has_first_bin(hive))
		return refuse_format(&r, err);
	r.state.dirty = true;
	add_log(&r, ".LOG", logs->log);
	add_log(&r, ".LOG1", logs->log1);
	add_log(&r, ".LOG2", logs->log2);
	if (r.count == 0)
		return refuse_without_log(&r, err);
	old = choose_old(&r);
	result = old != NULL ? replay_old(&r, old, err) : replay_new(&r, err);
	if (result == 0) {
		finish_base_block(&r);
		result = check_bins(&r, err);
	}
	if (result < 0) {
		hc_buf_done(&r.out);
		return -1;
	}
	*ret = r.out;
	*ret_state = r.state;
	return 0;
}
