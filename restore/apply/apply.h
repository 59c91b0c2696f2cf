/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * apply: carries out a plan, and nothing else.  The only stage that writes to a target.
 *
 * Shape:   open ─ step ─ step ─ … ─ close; each step returns one event.  The steps, in this order (hazards 5):
 *            target      opened exclusively, identity compared on that descriptor, journal read
 *            invalidate  tables and first sectors become zeros, the kernel's partitions are dropped
 *            data        fetch → decompress → check → write, in spans of up to 2 MiB, several threads
 *            readback    every span is read from the medium and checked again
 *            fixups      the plan's edits are made in the restored Windows (repair.h)
 *            held        first sectors of the volumes are written
 *            tables      backup GPT, primary GPT, sector 0; each flushed and read back
 *            journal     "finished"
 *            firmware    boot entries of the plan's edits: last, the disk starts without them too
 * Units:   bytes; memory stays below hc_apply_memory(threads).
 * Owner:   plan and options are borrowed until hc_apply_close.
 * Errors:  H_PLAN_STALE, H_PLAN_SPENT, H_DISK_*, H_READBACK_MISMATCH, H_CHUNK_*, H_NET_*, H_CANCELLED.
 *          After an error the target is not bootable and carries its unfinished journal; the same plan
 *          carries on from there: what the target holds already is not fetched again.
 * Source:  design.md section 8; hazards 3, 5, 7, 18, 19; transport.md section 5.
 * Example:
 *	if (hc_apply_open(&plan, &options, &apply, err) < 0)
 *		return -1;
 *	while ((more = hc_apply_step(apply, &event, err)) > 0)
 *		print(&event);
 *	hc_apply_close(apply);
 */
#ifndef HC_APPLY_APPLY_H
#define HC_APPLY_APPLY_H

#include <stdatomic.h>

#include "restore/apply/undo_place.h"
#include "restore/model/event.h"
#include "restore/model/plan.h"
#include "restore/model/report.h"

struct hc_apply;

struct hc_apply_options {
	unsigned threads;             /* 0: by the kind of place */
	const char *ca_file;          /* PEM bundle of the site, or NULL */
	const char *credentials_file; /* for the server, see source.h; NULL: none */
	unsigned patience_ms;    /* for a server that has gone; 0: the default of source.h */
	const atomic_bool *stop; /* set to true: stops cleanly with H_CANCELLED; may be NULL */
	bool verify_only;        /* compare the target with the backup, write nothing */
	/* Keeps the record of the repairs, and finds those of earlier ones when comparing; NULL: the volume does. */
	const struct hc_undo_place *place;
};

/* Checks that the plan is whole and allowed (its seal was checked when it was read); contacts the repository;
 * writes nothing. */
int hc_apply_open(const struct hc_plan *plan, const char *plan_id,
		  const struct hc_apply_options *options, struct hc_apply **ret,
		  struct hc_err *err);
/* 1: *ret holds an event, valid until the next call; 0: everything is done; -1: failed. */
int hc_apply_step(struct hc_apply *apply, struct hc_event *ret, struct hc_err *err);
/* The figures so far; strings are the plan's. */
void hc_apply_figures(struct hc_apply *apply, struct hc_report *ret);
/* What is on the disk now, in plain words; valid until close. */
const char *hc_apply_state(const struct hc_apply *apply);
void hc_apply_close(struct hc_apply *apply);

/* Upper bound of the buffers of that many threads. */
uint64_t hc_apply_memory(unsigned threads);

#endif
