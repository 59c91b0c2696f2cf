/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads of the data and readback steps: each takes a span, works on it, takes the next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "restore/apply/apply_priv.h"

#define POLL_NS 250000000L

static bool
take_span(struct hc_apply *apply, struct span *ret)
{
	bool taken;

	if (apply->options.stop != NULL && atomic_load(apply->options.stop))
		atomic_store(&apply->halt, true);
	pthread_mutex_lock(&apply->lock);
	taken = !atomic_load(&apply->halt) && apply_next_span(apply, ret) == 1;
	pthread_mutex_unlock(&apply->lock);
	return taken;
}

static void
finish_span(struct hc_apply *apply, const struct span *span)
{
	pthread_mutex_lock(&apply->lock);
	apply->figures.done += span->source.length;
	pthread_mutex_unlock(&apply->lock);
}

/* The first failure is the one that is told. */
static void
fail(struct hc_apply *apply, const struct hc_err *err)
{
	pthread_mutex_lock(&apply->lock);
	if (!apply->failed)
		apply->failure = *err;
	apply->failed = true;
	pthread_mutex_unlock(&apply->lock);
	atomic_store(&apply->halt, true);
}

static int
run_spans(struct hc_apply *apply, struct hc_session *session, uint8_t *buf, struct hc_err *err)
{
	struct span span;

	while (take_span(apply, &span)) {
		if (apply->work(apply, session, &span, buf, err) < 0)
			return hc_err_wrap(err, "while restoring %s",
					   apply->blobs[span.blob].plan->what);
		finish_span(apply, &span);
	}
	return 0;
}

static void *
worker(void *arg)
{
	struct hc_apply *apply = arg;
	struct hc_session *session = NULL;
	uint8_t *buf = aligned_alloc(BUFFER_ALIGN, SPAN_BYTES);
	struct hc_err err;
	int result;

	if (buf == NULL)
		result = hc_err_set(&err, H_OUT_OF_MEMORY, "no memory for a buffer of %u bytes",
				    SPAN_BYTES);
	else
		result = hc_session_open(hc_backup_place(apply->backup), &session, &err);
	if (result == 0)
		result = run_spans(apply, session, buf, &err);
	if (result < 0)
		fail(apply, &err);
	free(buf);
	pthread_mutex_lock(&apply->lock);
	if (session != NULL)
		apply->figures.received += hc_session_received(session);
	apply->running--;
	pthread_cond_signal(&apply->changed_cond);
	pthread_mutex_unlock(&apply->lock);
	hc_session_close(session);
	return NULL;
}

int
apply_start_workers(struct hc_apply *apply, struct hc_err *err)
{
	apply->threads = calloc(apply->options.threads, sizeof(*apply->threads));
	if (apply->threads == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %u threads",
				  apply->options.threads);
	apply->cursor_blob = 0;
	apply->cursor_at = 0;
	apply->figures.done = 0;
	apply->thread_count = 0;
	for (unsigned i = 0; i < apply->options.threads; i++) {
		int problem;

		pthread_mutex_lock(&apply->lock);
		apply->running++;
		pthread_mutex_unlock(&apply->lock);
		problem = pthread_create(&apply->threads[i], NULL, worker, apply);
		if (problem != 0) {
			pthread_mutex_lock(&apply->lock);
			apply->running--;
			pthread_mutex_unlock(&apply->lock);
			if (i > 0)
				break; /* fewer threads do it too */
			return hc_err_set(err, H_OUT_OF_MEMORY, "starting a thread: %s",
					  strerror(problem));
		}
		apply->thread_count++;
	}
	return 0;
}

static void
join(struct hc_apply *apply)
{
	for (unsigned i = 0; i < apply->thread_count; i++)
		pthread_join(apply->threads[i], NULL);
	apply->thread_count = 0;
	free(apply->threads);
	apply->threads = NULL;
}

void
apply_stop_workers(struct hc_apply *apply)
{
	atomic_store(&apply->halt, true);
	join(apply);
}

/* A retry that nobody was told of goes before progress. */
static void
describe(struct hc_apply *apply, struct hc_event *ret)
{
	ret->kind = HC_EVENT_PROGRESS;
	ret->done_bytes = apply->figures.done;
	ret->total_bytes = apply_total_bytes(apply);
	if (apply->figures.retries > apply->retries_told) {
		apply->retries_told = apply->figures.retries;
		ret->kind = HC_EVENT_RETRY;
		snprintf(apply->text, sizeof(apply->text), "%s", apply->retry_text);
		ret->text = apply->text;
	}
}

int
apply_poll_workers(struct hc_apply *apply, struct hc_event *ret, struct hc_err *err)
{
	struct timespec until;
	bool running;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += POLL_NS;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&apply->lock);
	while (apply->running > 0)
		if (pthread_cond_timedwait(&apply->changed_cond, &apply->lock, &until) != 0)
			break;
	running = apply->running > 0;
	describe(apply, ret);
	pthread_mutex_unlock(&apply->lock);
	if (running)
		return 1;
	join(apply);
	if (apply->failed) {
		*err = apply->failure;
		return -1;
	}
	if (atomic_load(&apply->halt))
		return hc_err_set(err, H_CANCELLED, "stopped with %llu bytes of this step done",
				  (unsigned long long)apply->figures.done);
	return 0;
}
