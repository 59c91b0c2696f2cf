/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of apply share: the run, its blobs, its spans and its workers. */
#ifndef HC_APPLY_PRIV_H
#define HC_APPLY_PRIV_H

#include <pthread.h>

#include "restore/apply/apply.h"
#include "restore/catalog/catalog.h"
#include "restore/disk/disk.h"
#include "restore/disk/journal.h"
#include "restore/disk/sectors.h"
#include "restore/source/source.h"

#define SPAN_BYTES      (2u << 20) /* greatest read or write: large enough for any disk */
#define ZERO_SPAN_BYTES (1ull << 30)
#define BUFFER_ALIGN    4096u

/* One plan_data entry, opened. */
struct blob {
	const struct hc_plan_data *plan;
	struct hc_image *image;
	struct hc_extents free; /* sorted; bytes of the blob that no file uses */
};

enum span_kind {
	SPAN_DATA,
	SPAN_ZERO, /* allocated zeros: must read as zeros */
	SPAN_FREE, /* no file uses it: zeros where that is cheap */
};

/* The unit of work: a part of one blob. */
struct span {
	enum span_kind kind;
	size_t blob;
	struct hc_extent source;
	uint64_t target;
};

/* A held range while the run lasts. */
struct held {
	const struct hc_plan_held *plan;
	uint8_t *content; /* what the backup has there: from the data step on */
	uint8_t *mask;    /* what stands there until the end: zeros, or the journal */
};

/* A write of the plan's tables, decoded; a repair may change it. */
struct table_write {
	uint64_t offset;
	struct hc_buf bytes;
	const char *what;
};

struct figures {
	uint64_t done; /* of the step that runs */
	uint64_t written, zeroed, left, reused, read_back, received, retries;
};

struct hc_apply {
	const struct hc_plan *plan;
	const char *plan_id;
	struct hc_apply_options options;
	struct hc_arena arena;
	struct hc_backup *backup;
	struct hc_target *target;
	struct blob *blobs;
	struct held *held;
	struct table_write *tables;       /* as many as the plan has */
	struct hc_journal_repair *repair; /* that was made; NULL: none */
	/* When comparing: what was repaired since the restore, latest first. */
	struct repaired {
		struct hc_buf bytes;
		struct hc_sectors list;
	} * repaired;
	size_t repaired_count;
	uint64_t journal_at; /* index into held + 1; 0: no journal */
	bool compare_first;  /* resumed, or --reuse: look at the target before fetching */
	const char *state;
	size_t step;
	bool announced; /* its start event was given */
	uint64_t begun_ms, step_begun_ms;
	struct {
		struct hc_step_result *items;
		size_t count;
	} results;
	char text[512];

	/* The workers of the data and readback steps; all below is under `lock`. */
	pthread_mutex_t lock;
	pthread_cond_t changed_cond;
	int (*work)(struct hc_apply *apply, struct hc_session *session, const struct span *span,
		    uint8_t *buf, struct hc_err *err);
	pthread_t *threads;
	unsigned thread_count, running;
	size_t cursor_blob;
	uint64_t cursor_at;
	struct figures figures;
	struct hc_err failure;
	bool failed;
	char retry_text[256];
	uint64_t retries_told;
	atomic_bool halt; /* a worker failed or the caller asked: everybody stops */
};

/* blob.c: opens what the plan names and compares it with the plan. */
int apply_open_blobs(struct hc_apply *apply, struct hc_err *err);
void apply_close_blobs(struct hc_apply *apply);

/* span.c: the next piece of work from the cursor; 1 and *ret, or 0 when all is given out. */
int apply_next_span(struct hc_apply *apply, struct span *ret);
uint64_t apply_total_bytes(const struct hc_apply *apply);

/* worker.c: starts the threads; poll waits a moment, 1 while they run, 0 when done, -1 failed. */
int apply_start_workers(struct hc_apply *apply, struct hc_err *err);
int apply_poll_workers(struct hc_apply *apply, struct hc_event *ret, struct hc_err *err);
void apply_stop_workers(struct hc_apply *apply);

/* data.c, readback.c: what a worker does with a span. */
int apply_write_span(struct hc_apply *apply, struct hc_session *session,
		     const struct span *span, uint8_t *buf, struct hc_err *err);
int apply_check_span(struct hc_apply *apply, struct hc_session *session,
		     const struct span *span, uint8_t *buf, struct hc_err *err);

/* held.c: the ranges that are written last, and the journal. */
int apply_open_held(struct hc_apply *apply, struct hc_err *err);
void apply_close_held(struct hc_apply *apply);
/* Whether a span meets a held range. */
bool apply_meets_held(const struct hc_apply *apply, const struct span *span);
/* Takes the content of held ranges out of a span that was read from the backup and puts the mask in. */
void apply_mask(struct hc_apply *apply, const struct span *span, uint8_t *buf);
/* In a span read from the target: the mask must be there (unless final); puts the content back in. */
int apply_unmask(struct hc_apply *apply, const struct span *span, uint8_t *buf,
		 struct hc_err *err);
int apply_write_held(struct hc_apply *apply, struct hc_err *err);
int apply_write_tables(struct hc_apply *apply, struct hc_err *err);
int apply_check_tables(struct hc_apply *apply, struct hc_err *err);
/* What of a range is not the journal's block: it stays from the first write to the last.  Returns how many pieces. */
size_t apply_beside_journal(const struct hc_apply *apply, struct hc_extent range,
			    struct hc_extent ret[2]);
int apply_write_journal(struct hc_apply *apply, enum hc_journal_state state,
			struct hc_err *err);
/* late.c: the target with what is written last, for the repairs. */
int apply_late_io(struct hc_apply *apply, struct hc_io **ret, struct hc_err *err);
/* fixups.c: makes the plan's edits; and when comparing, takes what repairs changed out of bytes read from the target. */
int apply_make_repairs(struct hc_apply *apply, struct hc_err *err);
int apply_set_variables(struct hc_apply *apply, struct hc_err *err);
int apply_open_repaired(struct hc_apply *apply, const struct hc_journal *journal,
			struct hc_err *err);
void apply_take_out_repairs(const struct hc_apply *apply, uint64_t offset, uint8_t *bytes,
			    size_t length);
void apply_close_repaired(struct hc_apply *apply);
/* Looks at the start of the target: our own unfinished journal means that this is a resumed run. */
int apply_read_journal(struct hc_apply *apply, bool *ret_ours, struct hc_err *err);
/* The same when comparing: opens the lists of what was repaired here. */
int apply_read_repairs(struct hc_apply *apply, struct hc_err *err);

#endif
