/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plan: every write that a restore will do, in the order in which it does them; verdict: whether it may.
 *
 * Shape:   plan ─ target ─ invalidate[] → data[] (read back) → edits[] → held[] → tables[] → journal
 * Units:   bytes on the target disk, counted from its start.
 * Owner:   the arena it was built in.
 * Source:  design.md sections 1, 3, 4, 6; hazards 2, 3, 5, 6, 7, 10.
 *
 * Read this file first, then apply/apply.h: together they are the engine.
 */
#ifndef HC_MODEL_PLAN_H
#define HC_MODEL_PLAN_H

#include "restore/model/edit.h"
#include "restore/model/manifest.h"

/* ---------------------------------------------------------------- verdict */

enum hc_level {
	HC_LEVEL_PASS,
	HC_LEVEL_INFO,
	HC_LEVEL_REPAIR,
	HC_LEVEL_WARN,
	HC_LEVEL_BLOCK,
};

enum hc_outcome {
	HC_OUTCOME_COMPATIBLE,
	HC_OUTCOME_REPAIRS,
	HC_OUTCOME_CONFIRM,
	HC_OUTCOME_BLOCKED,
};

extern const char *const hc_level_names[];   /* pass info repair warn block */
extern const char *const hc_outcome_names[]; /* compatible … blocked */

struct hc_evidence {
	const char *fact;
	const char *where;
};

struct hc_finding {
	const char *rule;
	unsigned level;
	const char *title;
	struct {
		struct hc_evidence *items;
		size_t count;
	} evidence;
	const char *because;
	const char *source;
	const char *remedy;
	struct hc_strings fixups;
	bool overridden; /* a block that the operator overrode by name, or a warning accepted */
	bool overridable; /* a block that somebody may override by name, to some use */
	bool unmade;      /* a repair that can't be made here: it has to be accepted by name */
	const char *consequence; /* what overriding or accepting it means */
};

struct hc_verdict {
	unsigned outcome;
	struct {
		struct hc_finding *items;
		size_t count;
	} findings;
};

/* ---------------------------------------------------------------- plan */

/* A range that gets zeros. */
struct hc_plan_range {
	uint64_t offset;
	uint64_t length;
	const char *what;
};

struct hc_plan_ranges {
	struct hc_plan_range *items;
	size_t count;
};

/* Bytes that the plan itself carries: partition tables. */
struct hc_plan_write {
	uint64_t offset;
	const char *bytes; /* base64 */
	const char *what;
};

struct hc_plan_writes {
	struct hc_plan_write *items;
	size_t count;
};

/* A part of a blob that goes to the target. */
struct hc_plan_data {
	const char *what; /* "disk0-p2" */
	struct hc_file_ref index;
	struct hc_file_ref *free;
	uint64_t source_offset;
	uint64_t length;
	uint64_t target_offset;
};

/* A range that data would cover, kept back (zeros until then) and written after the read-back. */
struct hc_plan_held {
	uint64_t offset;
	uint64_t length;
	const char *what;
	bool discard; /* its content comes from tables[]; what the backup has there is not written */
};

struct hc_plan_target {
	const char *path;
	bool is_file;
	uint64_t create_size; /* of a file that doesn't exist yet; else 0 */
	uint64_t size;
	uint64_t logical_block;
	struct hc_identity identity;
};

/* What becomes of one of the program's repairs. */
struct hc_plan_repair {
	const char *fixup;
	const char *title;
	bool on_request; /* made only when asked for by name */
	bool left_out;   /* it was asked for without this one */
	uint64_t edits;  /* how many of the plan's */
	uint64_t notes;  /* how many say that it was refused */
};

struct hc_plan {
	const char *created;
	const char *tool;
	const char *mode; /* bmr */
	const char *repository;
	const char *backup;
	const char *manifest_sha256;
	const char *store;
	const char *task; /* of an unattended run, else NULL */
	bool reuse;       /* hash the target first, fetch what differs */
	struct hc_plan_target target;
	struct hc_verdict verdict;
	struct hc_plan_ranges invalidate;
	struct {
		struct hc_plan_data *items;
		size_t count;
	} data;
	struct {
		struct hc_plan_held *items;
		size_t count;
	} held;
	struct hc_plan_writes tables;
	uint64_t
		journal_offset; /* of the 4 KiB journal; 0: the layout leaves no room for one */
	uint64_t data_bytes;    /* that will be fetched and written at most */
	struct hc_strings overrides;
	struct hc_strings accepted;
	struct hc_strings losses;  /* what the target can't keep, for people */
	struct hc_edits edits;     /* repairs, made after the read-back */
	struct hc_fix_notes notes; /* what they say besides */
	struct {
		struct hc_plan_repair *items;
		size_t count;
	} repairs; /* all that the program knows, in their order; empty: nothing was looked at */
	uint64_t system_partition; /* that holds Windows: the undo folder goes there; 0: none */
	const char
		*new_table_id; /* the disk GUID or signature that it gets; NULL: the backup's */
	const char *convert_firmware; /* uefi: what starts the disk then; NULL: as it was */
	const char *run;              /* names the repairs of this plan */
	const char
		*undo_to; /* folder that keeps their record, encrypted; NULL: the volume does */
	const char *undo_key; /* file with the key for it: its path, never the key */
};

extern const struct hc_shape hc_verdict_shape; /* halcyon.verdict/1 */
extern const struct hc_shape hc_plan_target_shape, hc_plan_write_shape;
extern const struct hc_shape
	hc_plan_shape; /* halcyon.plan/1, sealed: its seal is the plan's id */

#endif
