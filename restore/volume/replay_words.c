/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ntfsrecover says of a journal, option -v, line by line.
 *
 * It goes back through the journal from the latest record to the one it has to start from, and passes over pages that it
 * can't read: then it redoes the rest, and calls that success.  So each record it names has to begin where the one before it
 * ends.  An LSN is the record's place in the file, in units of 8 bytes, below its lap; a record that would begin less than
 * a head before the end of its page begins on the next page, behind that page's head; behind the last page comes the first
 * one that is no copy.
 *
 * Source:      libntfs-3g's logfile.h, ntfsrecover.c of 2022.10.3; held true for all records of the journals of test data.
 */
#include "restore/volume/replay_priv.h"

#include <stdlib.h>
#include <string.h>

#define ACTIONS     (1ul << 20)
#define RECORD_HEAD 48u
#define BASE_1      4u /* pages before the records: restart pages and copies, by version */
#define BASE_2      34u

int
hc_replay_words_init(struct hc_replay_words *w, unsigned log_major, struct hc_err *err)
{
	*w = (struct hc_replay_words){ .log_major = log_major };
	w->idle = calloc(ACTIONS / 8, 1);
	return w->idle != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory to replay a journal");
}

void
hc_replay_words_done(struct hc_replay_words *w)
{
	free(w->idle);
	w->idle = NULL;
}

/* ---------------------------------------------------------------- one record after the other */

/* The place of an LSN in a journal that has no end; `ahead` bytes behind it. */
static uint64_t
place_of(const struct hc_replay_words *w, uint64_t lsn, uint64_t ahead)
{
	const uint64_t base = (w->log_major < 2 ? BASE_1 : BASE_2) * w->page_size;
	const uint64_t lap = lsn >> (64 - w->sequence_bits);
	const uint64_t within = lsn & ((1ull << (64 - w->sequence_bits)) - 1);

	/* Modulo 2^64, on both sides of the comparison. */
	return lap * (w->file_size - base) + within * 8 + ahead;
}

/* Whether the record of `size` bytes at `lsn` ends where the one at `next` begins. */
static bool
is_followed(const struct hc_replay_words *w, uint64_t lsn, uint64_t size, uint64_t next)
{
	const uint64_t page = w->page_size, per_page = page - w->data_offset;
	const uint64_t at = lsn * 8 % page, room = page - at;
	uint64_t pages = 0, end = at + size;

	if (size > room) {
		pages = (size - room + per_page - 1) / per_page;
		end = w->data_offset + size - room - (pages - 1) * per_page;
	}
	if (page - end < RECORD_HEAD) {
		pages++;
		end = w->data_offset;
	}
	return place_of(w, lsn, pages * page + end - at) == place_of(w, next, 0);
}

static bool
knows_layout(const struct hc_replay_words *w)
{
	return w->page_size >= 512 && w->page_size <= 65536 && w->data_offset >= 40 &&
	       w->data_offset <= w->page_size / 2 && w->sequence_bits > 0 &&
	       w->sequence_bits < 64;
}

/* "this_lsn               00000000002039c5 (synced+2675) committed" */
static void
take_lsn(struct hc_replay_words *w, const char *line)
{
	const uint64_t lsn = strtoull(line + strcspn(line, " "), NULL, 16);

	if (w->size == 0)
		return;
	if (!knows_layout(w) || (w->lsn != 0 && !is_followed(w, lsn, w->size, w->lsn)))
		w->has_gap = true;
	w->lsn = lsn;
	w->size = 0;
	w->reached = strstr(line, "(synced+0)") != NULL;
}

/* ---------------------------------------------------------------- lines */

/* What a checkpoint holds, the opening of an attribute, and what is there for its undo only. */
static bool
is_idle(const char *line)
{
	return strstr(line, "Dump") != NULL || strstr(line, "OpenNonResident") != NULL ||
	       strstr(line, "Noop") != NULL;
}

/* "** Action 3 was aborted": no end of its transaction was logged. */
static bool
take_aborted(struct hc_replay_words *w, const char *line)
{
	unsigned long action;

	if (strncmp(line, "** Action ", 10) != 0 || strstr(line, " was aborted") == NULL)
		return false;
	action = strtoul(line + 10, NULL, 10);
	if (action >= ACTIONS || (w->idle[action / 8] & 1u << action % 8) == 0)
		w->aborted++;
	return true;
}

/* "* log backward action 3 at 0x890 size 136 (next at 0x918)" */
static void
take_action(struct hc_replay_words *w, const char *number)
{
	const char *size = strstr(number, " size ");

	w->action = strtoul(number, NULL, 10);
	w->size = size != NULL ? strtoul(size + 6, NULL, 10) : 0;
}

/* Members of the restart area, in hexadecimal. */
static void
take_layout(struct hc_replay_words *w, const char *line)
{
	struct {
		const char *name;
		uint64_t *value;
	} const rows[] = {
		{ "log_page_size ", &w->page_size },
		{ "log_page_data_offs ", &w->data_offset },
		{ "seq_number_bits ", &w->sequence_bits },
		{ "file_size ", &w->file_size },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strncmp(line, rows[i].name, strlen(rows[i].name)) == 0)
			*rows[i].value = strtoull(line + strlen(rows[i].name), NULL, 16);
}

/* ntfsrecover marks errors by asterisks, the first one being the cause. */
static void
take_line(struct hc_replay_words *w)
{
	const char *line = w->line, *action;

	w->line[w->length] = '\0';
	w->length = 0;
	if (take_aborted(w, line))
		return;
	action = strstr(line, "backward action ");
	if (action != NULL)
		take_action(w, action + strlen("backward action "));
	else if (strncmp(line, "this_lsn ", 9) == 0)
		take_lsn(w, line);
	else if (strncmp(line, "redo_operation ", 15) == 0 && is_idle(line) &&
		 w->action < ACTIONS)
		w->idle[w->action / 8] |= (uint8_t)(1u << w->action % 8);
	else
		take_layout(w, line);
	if (w->reason[0] == '\0' &&
	    (strncmp(line, "** ", 3) == 0 || strstr(line, "ERROR") != NULL))
		memcpy(w->reason, line + strspn(line, "* "),
		       strlen(line + strspn(line, "* ")) + 1);
}

void
hc_replay_words_take(struct hc_replay_words *w, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\n')
			take_line(w);
		else if (w->length < sizeof(w->line) - 1)
			w->line[w->length++] = text[i] < ' ' || text[i] > '~' ? '?' : text[i];
	}
}
