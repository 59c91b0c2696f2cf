/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making edits and checking what is there: what perform.c and check.c share. */
#ifndef HC_FIXUP_PERFORM_PRIV_H
#define HC_FIXUP_PERFORM_PRIV_H

#include "restore/fixup/fixup_priv.h"
#include "restore/hive/edit.h"
#include "restore/volume/replay.h"
#include "restore/volume/write.h"

struct perform {
	const struct hc_edits *edits;
	const struct hc_fix_target *targets;
	size_t count;
	struct hc_arena *arena;
	struct hc_volume **readers; /* of each target, opened when a file is fetched from it */
	struct hc_volume *volume;   /* the one that is written now, */
	uint64_t partition;         /* and its partition */
};

int fix_perform_begin(struct perform *ret, const struct hc_edits *edits,
		      const struct hc_fix_target *targets, size_t count, struct hc_arena *arena,
		      struct hc_err *err);
void fix_perform_end(struct perform *p);
/* NULL with err: no such partition. */
const struct hc_fix_target *fix_perform_target(const struct perform *p, uint64_t partition,
					       struct hc_err *err);
/* The volume of a partition, for reading its files; one that is being written is read as it has become. */
struct hc_volume *fix_perform_volume(void *ctx, uint64_t partition, struct hc_err *err);

/* check.c: whether an edit's object is in `state`, its before or its after; else H_FIX_STALE naming it. */
int fix_check_file(struct hc_volume *volume, const struct hc_edit *edit,
		   const struct hc_edit_state *state, struct hc_err *err);
/* The flag "journal": it is dropped. */
bool fix_is_of_journal(const struct hc_edit *edit);
int fix_check_hive(struct hc_hive *hive, const struct hc_edit *edit,
		   const struct hc_edit_state *state, struct hc_arena *arena,
		   struct hc_err *err);
int fix_check_bytes(struct hc_io *io, const struct hc_edit *edit,
		    const struct hc_edit_state *state, struct hc_arena *arena,
		    struct hc_err *err);

#endif
