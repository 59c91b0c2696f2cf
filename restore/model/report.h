/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report: what a run did and how it ended, for people, for the server, and for the next run.
 * journal: the 4 KiB block on the target that says which plan was begun or finished there.
 *
 * Source:  design.md section 3; hazards 1, 2, 7, 18.
 */
#ifndef HC_MODEL_REPORT_H
#define HC_MODEL_REPORT_H

#include "restore/model/bootcheck.h"
#include "restore/model/plan.h"

struct hc_step_result {
	const char *step;
	uint64_t bytes;
	uint64_t milliseconds;
	const char *text;
};

struct hc_report {
	const char *created;
	const char *tool;
	const char *outcome; /* "restored", "failed", "blocked", "verified" */
	const char *task;
	const char *plan; /* id of the plan */
	const char *backup;
	const char *repository;
	struct hc_machine machine;
	struct hc_plan_target target;
	struct hc_verdict verdict;
	struct {
		struct hc_step_result *items;
		size_t count;
	} steps;
	uint64_t written_bytes;
	uint64_t zeroed_bytes;
	uint64_t reused_bytes;   /* were on the target already */
	uint64_t received_bytes; /* over the network */
	uint64_t read_back_bytes;
	uint64_t left_bytes; /* free ranges that were left as they were */
	uint64_t retries;
	bool read_back_independent; /* past the page cache */
	uint64_t milliseconds;
	const char *
		run; /* names the repairs: `halcyon undo` takes them back; NULL: none were made */
	/* What was repaired, a line each: "storage-boot: SYSTEM\ControlSet001\...\Start".  No contents: a report may be
	 * read by many (hazards 24). */
	struct hc_strings repairs;
	struct hc_fix_notes notes;
	struct hc_bootcheck *bootcheck; /* NULL: no Windows was restored */
	struct hc_strings losses;
	struct hc_strings overrides;
	struct hc_strings accepted;
	const char *error; /* "H0404" and its text, when it failed */
	const char *error_text;
	const char *state; /* what is on the disk now, in plain words */
};

enum hc_journal_state {
	HC_JOURNAL_STARTED,
	HC_JOURNAL_FINISHED,
	HC_JOURNAL_NONE, /* no restore: the block is there for the repairs alone */
};

enum hc_repair_state {
	HC_REPAIR_PENDING, /* to be written, or written again: the list has it all */
	HC_REPAIR_DONE,
	HC_REPAIR_UNDOING, /* to be taken back */
};

extern const char *const hc_repair_state_names[];

/* The last repair of this disk: where its list of sectors (disk/sectors.h) lies. */
struct hc_journal_extent {
	uint64_t offset, length; /* on the disk */
};
struct hc_journal_repair {
	const char *run;
	unsigned state; /* enum hc_repair_state */
	const char *created;
	struct {
		struct hc_journal_extent *items;
		size_t count;
	} list;
	uint64_t size; /* of the list; its extents may be longer */
	const char *sha256;
	bool list_was_zero; /* what was there before: free clusters that held zeros */
	/* NULL: the list lies on this disk.  Else the folder, as it was called then, that keeps it encrypted
	 * (apply/undo_place.h); `size` and `sha256` are those of the list before it was encrypted. */
	const char *kept_at;
};

extern const char *const hc_journal_names[];

/* Document inside the journal block; restore/apply/journal.h has the block itself. */
struct hc_journal {
	const char *plan;
	const char *task;
	const char *backup;
	unsigned state;
	const char *created;
	struct hc_journal_repair *repair; /* the last one; NULL: none */
	struct {
		struct hc_journal_repair *items;
		size_t count;
	} earlier; /* those before it, latest first, as many as the block has room for */
};

extern const struct hc_shape hc_report_shape;  /* halcyon.report/1 */
extern const struct hc_shape hc_journal_shape; /* halcyon.journal/1, sealed */

#endif
