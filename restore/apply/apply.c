/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * apply: the steps in their order (hazards 5).
 *
 *	open ─▶ target ─▶ invalidate ─▶ data ─▶ readback ─▶ fixups ─▶ held ─▶ tables ─▶ journal ─▶ firmware ─▶ done
 *	open ─▶ target ─▶ held contents ─▶ readback ─▶ tables compared ─▶ done         (verify_only)
 *
 * Each step has a `run` that does its work, or starts the workers, and then a poll until they end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "restore/apply/apply_priv.h"
#include "restore/base/text.h"

#define HTTP_THREADS 16u
#define MAX_THREADS  64u

struct step {
	const char *name;
	int (*run)(struct hc_apply *apply, struct hc_err *err);
	bool polled;       /* run started workers */
	const char *state; /* what is on the disk when this step is over */
};

static uint64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---------------------------------------------------------------- steps */

/* Opens once to look for our journal, and once more comparing what must still be the same: a run that is carried
 * on has changed the disk's first MiB itself. */
static int
open_target(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_plan_target *target = &apply->plan->target;
	struct hc_identity identity = target->identity;
	bool ours = false;

	if (target->create_size != 0 && access(target->path, F_OK) != 0)
		return hc_target_open(target->path, NULL, target->create_size, &apply->target,
				      err);
	if (!apply->options.verify_only) {
		if (hc_target_open(target->path, NULL, 0, &apply->target, err) < 0 ||
		    apply_read_journal(apply, &ours, err) < 0)
			return -1;
		hc_target_close(apply->target);
		apply->target = NULL;
	}
	if (target->create_size != 0 && !ours)
		return hc_err_set(err, H_PLAN_STALE, "%s was to be created, but it exists now",
				  target->path);
	if (ours || apply->options.verify_only)
		identity.edges = NULL;
	apply->compare_first = ours || apply->plan->reuse;
	if (ours)
		apply->state = "an interrupted restore of this plan: not bootable";
	return hc_target_open(target->path, &identity, 0, &apply->target, err);
}

static int
check_target(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_plan_target *target = &apply->plan->target;

	if (open_target(apply, err) < 0)
		return -1;
	/* A file has no sectors of its own: it takes those of the plan. */
	if (hc_target_size(apply->target) == target->size &&
	    (target->is_file ||
	     hc_target_logical_block(apply->target) == target->logical_block))
		return 0;
	return hc_err_set(
		err, H_PLAN_STALE,
		"%s has %llu bytes in sectors of %llu; the plan was made for %llu in %llu",
		target->path, (unsigned long long)hc_target_size(apply->target),
		(unsigned long long)hc_target_logical_block(apply->target),
		(unsigned long long)target->size, (unsigned long long)target->logical_block);
}

static int
erase(struct hc_apply *apply, const struct hc_plan_range *range, struct hc_err *err)
{
	struct hc_extent pieces[2];
	size_t count = apply_beside_journal(
		apply, (struct hc_extent){ range->offset, range->length }, pieces);
	bool zeroed;

	for (size_t i = 0; i < count; i++)
		if (hc_target_zero(apply->target, pieces[i], true, &zeroed, err) < 0)
			return hc_err_wrap(err, "while erasing %s", range->what);
	return 0;
}

static int
discard(struct hc_apply *apply, struct hc_err *err)
{
	struct hc_extent pieces[2];
	size_t count = apply_beside_journal(
		apply, (struct hc_extent){ 0, hc_target_size(apply->target) }, pieces);

	for (size_t i = 0; i < count; i++)
		if (hc_target_discard(apply->target, pieces[i], err) < 0)
			return -1;
	return 0;
}

static int
invalidate(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_plan_ranges *ranges = &apply->plan->invalidate;

	/* Before anything else, whatever lies at its place, and never erased again: a run that is cut off without its
	 * journal would leave a disk that its plan no longer knows, and that nobody can carry on with (decision 3). */
	apply->state = "begun: a journal before the first partition, nothing erased yet";
	if (apply_write_journal(apply, HC_JOURNAL_STARTED, err) < 0 ||
	    hc_target_flush(apply->target, err) < 0)
		return -1;
	apply->state = "tables erased: not bootable";
	for (size_t i = 0; i < ranges->count; i++)
		if (erase(apply, &ranges->items[i], err) < 0)
			return -1;
	if (hc_target_flush(apply->target, err) < 0 ||
	    hc_target_drop_partitions(apply->target, err) < 0)
		return -1;
	/* Discarding all would also take what a resumed run can keep. */
	return apply->compare_first ? 0 : discard(apply, err);
}

static int
start_data(struct hc_apply *apply, struct hc_err *err)
{
	apply->work = apply_write_span;
	return apply_start_workers(apply, err);
}

static int
start_readback(struct hc_apply *apply, struct hc_err *err)
{
	if (!apply->options.verify_only && hc_target_flush(apply->target, err) < 0)
		return -1;
	apply->work = apply_check_span;
	return apply_start_workers(apply, err);
}

/* For comparing only: what the target has been through since it was restored; and rows that tables or the journal share with data need what the backup has there. */
static int
load_held(struct hc_apply *apply, struct hc_err *err)
{
	struct hc_session *session = NULL;
	int result = apply_read_repairs(apply, err);

	if (result == 0)
		result = hc_session_open(hc_backup_place(apply->backup), &session, err);
	for (size_t i = 0; result == 0 && i < apply->plan->held.count; i++) {
		const struct hc_plan_held *held = apply->held[i].plan;

		for (size_t b = 0; result == 0 && b < apply->plan->data.count; b++) {
			const struct blob *blob = &apply->blobs[b];
			const struct hc_plan_data *data = blob->plan;
			struct hc_extent part;

			if (held->offset < data->target_offset ||
			    held->offset + held->length > data->target_offset + data->length)
				continue;
			part.offset = held->offset - data->target_offset + data->source_offset;
			part.length = held->length;
			result = blob->image->ops->read(blob->image, session, part,
							apply->held[i].content, err);
		}
	}
	hc_session_close(session);
	return result;
}

static int
finish(struct hc_apply *apply, struct hc_err *err)
{
	if (apply_write_journal(apply, HC_JOURNAL_FINISHED, err) < 0 ||
	    hc_target_flush(apply->target, err) < 0)
		return -1;
	return hc_target_reread_partitions(apply->target, err);
}

static const struct step restore_steps[] = {
	{ "target", check_target, false, "untouched" },
	{ "invalidate", invalidate, false, "tables erased: not bootable" },
	{ "data", start_data, true, "data written, not yet checked: not bootable" },
	{ "readback", start_readback, true, "data written and checked: not bootable yet" },
	{ "fixups", apply_make_repairs, false,
	  "data checked, Windows repaired: not bootable yet" },
	{ "held", apply_write_held, false, "volumes complete, partition table missing" },
	{ "tables", apply_write_tables, false, "restored; the journal still says started" },
	{ "journal", finish, false, "restored and checked" },
	{ "firmware", apply_set_variables, false, "restored and checked" },
	{ NULL, NULL, false, NULL },
};

static const struct step verify_steps[] = {
	{ "target", check_target, false, "untouched" },
	{ "open", load_held, false, "untouched" },
	{ "readback", start_readback, true, "untouched" },
	{ "tables", apply_check_tables, false, "compared: the same as the backup" },
	{ NULL, NULL, false, NULL },
};

static const struct step *
current(const struct hc_apply *apply)
{
	return (apply->options.verify_only ? verify_steps : restore_steps) + apply->step;
}

/* ---------------------------------------------------------------- the run */

static int
keep_result(struct hc_apply *apply, const char *name, struct hc_err *err)
{
	struct hc_step_result *result = hc_arena_grow(&apply->arena, &apply->results.items,
						      &apply->results.count, sizeof(*result));

	if (result == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the result of a step");
	result->step = name;
	result->bytes = apply->figures.done;
	result->milliseconds = now_ms() - apply->step_begun_ms;
	return 0;
}

/* The step is over: remember its figures, announce it, go to the next. */
static int
end_step(struct hc_apply *apply, struct hc_event *ret, struct hc_err *err)
{
	const struct step *step = current(apply);

	if (keep_result(apply, step->name, err) < 0)
		return -1;
	apply->state = step->state;
	ret->kind = HC_EVENT_DONE;
	ret->done_bytes = ret->total_bytes = apply->figures.done;
	apply->figures.done = 0;
	apply->announced = false;
	apply->step++;
	return 1;
}

int
hc_apply_step(struct hc_apply *apply, struct hc_event *ret, struct hc_err *err)
{
	const struct step *step = current(apply);
	int more;

	if (step->name == NULL)
		return 0;
	*ret = (struct hc_event){ .at_ms = now_ms() - apply->begun_ms,
				  .step = step->name,
				  .what = apply->plan->backup,
				  .received_bytes = apply->figures.received };
	if (!apply->announced) {
		apply->announced = true;
		apply->step_begun_ms = now_ms();
		ret->kind = HC_EVENT_START;
		ret->total_bytes = step->polled ? apply_total_bytes(apply) : 0;
		return 1;
	}
	if (!step->polled || apply->thread_count == 0) {
		if (step->run(apply, err) < 0)
			return hc_err_wrap(err, "in step %s of the restore", step->name);
		if (!step->polled)
			return end_step(apply, ret, err);
	}
	more = apply_poll_workers(apply, ret, err);
	if (more < 0)
		return hc_err_wrap(err, "in step %s of the restore", step->name);
	return more > 0 ? 1 : end_step(apply, ret, err);
}

static void
on_retry(void *ctx, const struct hc_err *why, unsigned attempt)
{
	struct hc_apply *apply = ctx;

	pthread_mutex_lock(&apply->lock);
	apply->figures.retries++;
	snprintf(apply->retry_text, sizeof(apply->retry_text), "attempt %u: %.200s", attempt,
		 why->text[0]);
	pthread_mutex_unlock(&apply->lock);
}

static int
open_backup(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_place_options place = { .patience_ms = apply->options.patience_ms,
						.ca_file = apply->options.ca_file,
						.credentials_file =
							apply->options.credentials_file,
						.stop = &apply->halt,
						.on_retry = on_retry,
						.ctx = apply };
	const char *name = hc_arena_printf(&apply->arena, "%s//%s", apply->plan->repository,
					   apply->plan->backup);

	if (name == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a name");
	return hc_backup_open(name, &place, &apply->backup, err);
}

static unsigned
default_threads(const struct hc_apply *apply)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (hc_place_folder(hc_backup_place(apply->backup)) == NULL)
		return HTTP_THREADS;
	return cpus < 1 ? 2 : (unsigned)hc_min_u64((uint64_t)cpus * 2, HTTP_THREADS);
}

uint64_t
hc_apply_memory(unsigned threads)
{
	/* A span, and in the session a compressed and a decompressed chunk of casync's usual sizes. */
	return (uint64_t)threads * (SPAN_BYTES + (2u << 20));
}

int
hc_apply_open(const struct hc_plan *plan, const char *plan_id,
	      const struct hc_apply_options *options, struct hc_apply **ret, struct hc_err *err)
{
	struct hc_apply *apply = calloc(1, sizeof(*apply));

	if (apply == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a restore");
	apply->plan = plan;
	apply->plan_id = plan_id;
	apply->options = *options;
	apply->state = "untouched";
	apply->begun_ms = now_ms();
	pthread_mutex_init(&apply->lock, NULL);
	pthread_cond_init(&apply->changed_cond, NULL);
	if (!options->verify_only && plan->verdict.outcome == HC_OUTCOME_BLOCKED)
		hc_err_set(err, H_PLAN_BLOCKED, "the plan's own verdict is blocked");
	else if (!options->verify_only && plan->undo_to != NULL && options->place == NULL)
		hc_err_set(
			err, H_UNDO_PLACE,
			"the plan keeps the record of its repairs in %s, which was not given",
			plan->undo_to);
	else if (plan->target.logical_block == 0)
		hc_err_set(err, H_PLAN_STALE, "the plan does not say the target's sector size");
	else if (open_backup(apply, err) == 0 && apply_open_blobs(apply, err) == 0 &&
		 apply_open_held(apply, err) == 0) {
		if (apply->options.threads == 0)
			apply->options.threads = default_threads(apply);
		apply->options.threads =
			(unsigned)hc_min_u64(apply->options.threads, MAX_THREADS);
		*ret = apply;
		return 0;
	}
	hc_apply_close(apply);
	return -1;
}

void
hc_apply_figures(struct hc_apply *apply, struct hc_report *ret)
{
	pthread_mutex_lock(&apply->lock);
	ret->written_bytes = apply->figures.written;
	ret->zeroed_bytes = apply->figures.zeroed;
	ret->left_bytes = apply->figures.left;
	ret->reused_bytes = apply->figures.reused;
	ret->read_back_bytes = apply->figures.read_back;
	ret->received_bytes = apply->figures.received;
	ret->retries = apply->figures.retries;
	pthread_mutex_unlock(&apply->lock);
	ret->milliseconds = now_ms() - apply->begun_ms;
	ret->read_back_independent =
		apply->target != NULL && hc_target_independent(apply->target);
	ret->steps.items = apply->results.items;
	ret->steps.count = apply->results.count;
}

const char *
hc_apply_state(const struct hc_apply *apply)
{
	return apply->state;
}

void
hc_apply_close(struct hc_apply *apply)
{
	if (apply == NULL)
		return;
	apply_stop_workers(apply);
	apply_close_blobs(apply);
	apply_close_held(apply);
	apply_close_repaired(apply);
	hc_target_close(apply->target);
	hc_backup_close(apply->backup);
	pthread_cond_destroy(&apply->changed_cond);
	pthread_mutex_destroy(&apply->lock);
	hc_arena_done(&apply->arena);
	free(apply);
}
