/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run that streams: its events become steps, figures and a log; its report becomes lines. */
#include "tui/model/wiz_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The rate is taken over this long; a sample is kept each eighth of it. */
#define RATE_WINDOW_MS 8000
#define SAMPLES        HC_WIZ_SAMPLES

/* Steps that are known to come (restore/apply/apply.h), so that the screen shows what lies ahead; and what is on
 * the disk once a step began and once it ended.  The first step only reads: it takes hold of the disk and
 * compares its identity; but its end may be the last word before a write. */
static const struct {
	const char *name;
	enum hc_wiz_left began, ended;
} apply_steps[] = {
	{ "target", HC_LEFT_UNTOUCHED, HC_LEFT_HALF },
	{ "invalidate", HC_LEFT_HALF, HC_LEFT_HALF },
	{ "data", HC_LEFT_HALF, HC_LEFT_HALF },
	{ "readback", HC_LEFT_HALF, HC_LEFT_HALF },
	{ "fixups", HC_LEFT_HALF, HC_LEFT_HALF },
	/* What follows the end of "held" is the tables: a word may be missing between them. */
	{ "held", HC_LEFT_HALF, HC_LEFT_UNMARKED },
	{ "tables", HC_LEFT_UNMARKED, HC_LEFT_UNMARKED },
	{ "journal", HC_LEFT_UNMARKED, HC_LEFT_RESTORED },
	/* After it the engine looks whether the disk will boot, which is no step of its own. */
	{ "firmware", HC_LEFT_RESTORED, HC_LEFT_UNPROVEN },
};

static struct hc_wiz_run_step *
step_named(struct hc_wiz_run *run, const char *name)
{
	struct hc_wiz_run_step *step;

	for (size_t i = 0; i < run->count; i++)
		if (strcmp(run->steps[i].name, name) == 0)
			return &run->steps[i];
	if (run->count == HC_WIZ_STEPS)
		return &run->steps[HC_WIZ_STEPS - 1];
	step = &run->steps[run->count++];
	snprintf(step->name, sizeof(step->name), "%s", name);
	return step;
}

void
hc_wiz_run_start(struct hc_wiz *wiz)
{
	wiz->run = (struct hc_wiz_run){ .outcome = HC_RUN_GOING, .began_ms = wiz->now_ms };
	wiz->show_log = false;
	hc_wiz_drop_lines(wiz);
	if (wiz->task != HC_TASK_RESTORE)
		return;
	for (size_t i = 0; i < sizeof(apply_steps) / sizeof(apply_steps[0]); i++)
		step_named(&wiz->run, apply_steps[i].name);
}

void
hc_wiz_run_log(struct hc_wiz *wiz, const char *fmt, ...)
{
	char *line = wiz->run.log[wiz->run.logged % HC_WIZ_LOG];
	uint64_t ms = wiz->now_ms - wiz->run.began_ms;
	int used = snprintf(line, HC_WIZ_LINE, "%4u:%02u  ", (unsigned)(ms / 60000),
			    (unsigned)(ms / 1000 % 60));
	va_list args;

	va_start(args, fmt);
	vsnprintf(line + used, HC_WIZ_LINE - (size_t)used, fmt, args);
	va_end(args);
	wiz->run.logged++;
}

/* ---------------------------------------------------------------- figures */

static void
take_sample(struct hc_wiz *wiz, uint64_t done)
{
	struct hc_wiz_run *run = &wiz->run;

	if (run->sample_count > 0 &&
	    wiz->now_ms - run->samples[run->sample_count - 1].at_ms < RATE_WINDOW_MS / SAMPLES)
		return;
	if (run->sample_count == SAMPLES)
		memmove(run->samples, run->samples + 1,
			--run->sample_count * sizeof(run->samples[0]));
	run->samples[run->sample_count].at_ms = wiz->now_ms;
	run->samples[run->sample_count].done = done;
	run->sample_count++;
}

uint64_t
hc_wiz_rate(const struct hc_wiz *wiz)
{
	const struct hc_wiz_run *run = &wiz->run;
	uint64_t done, ms;

	if (run->sample_count == 0 || run->current >= run->count)
		return 0;
	done = run->steps[run->current].done;
	ms = wiz->now_ms - run->samples[0].at_ms;
	/* One second at least: before that a rate is noise. */
	if (ms < 1000 || done <= run->samples[0].done)
		return 0;
	return (uint64_t)((double)(done - run->samples[0].done) * 1000 / (double)ms);
}

uint64_t
hc_wiz_left_ms(const struct hc_wiz *wiz)
{
	const struct hc_wiz_run_step *step = &wiz->run.steps[wiz->run.current];
	uint64_t rate = hc_wiz_rate(wiz);

	if (rate == 0 || step->total <= step->done)
		return 0;
	return (uint64_t)((double)(step->total - step->done) * 1000 / (double)rate);
}

void
hc_wiz_overall(const struct hc_wiz *wiz, uint64_t *ret_done, uint64_t *ret_total,
	       uint64_t *ret_left_ms)
{
	static const char *const long_steps[] = { "data", "readback" };
	const struct hc_wiz_run *run = &wiz->run;
	uint64_t ms = wiz->now_ms - run->began_ms;

	*ret_done = *ret_total = *ret_left_ms = 0;
	for (size_t i = 0; i < run->count; i++) {
		const struct hc_wiz_run_step *step = &run->steps[i];
		/* What lies ahead is as long as the plan says. */
		uint64_t total = step->total > 0 ? step->total : wiz->plan.data_bytes;

		for (size_t k = 0; k < sizeof(long_steps) / sizeof(long_steps[0]); k++) {
			if (strcmp(step->name, long_steps[k]) != 0)
				continue;
			*ret_total += total;
			*ret_done += step->state == HC_STEP_DONE ? total : step->done;
		}
	}
	/* Before some seconds, and a thousandth, have passed a pace is noise. */
	if (ms < 5000 || *ret_done <= *ret_total / 1000 || *ret_done >= *ret_total)
		return;
	*ret_left_ms =
		(uint64_t)((double)ms * (double)(*ret_total - *ret_done) / (double)*ret_done);
}

/* ---------------------------------------------------------------- events */

/* A step that is told of when it is done began when the one before it ended. */
static uint64_t
begin_of(const struct hc_wiz *wiz, const struct hc_wiz_run_step *step)
{
	const struct hc_wiz_run *run = &wiz->run;

	if (step == run->steps)
		return run->began_ms;
	return step[-1].state == HC_STEP_DONE ? step[-1].ended_ms : wiz->now_ms;
}

static void
step_event(struct hc_wiz *wiz, const struct hc_event *event)
{
	struct hc_wiz_run *run = &wiz->run;
	struct hc_wiz_run_step *step = step_named(run, event->step);
	bool ended = event->kind == HC_EVENT_DONE;

	if (step->state == HC_STEP_AHEAD || (size_t)(step - run->steps) != run->current) {
		run->sample_count = 0;
		step->began_ms =
			step->state != HC_STEP_AHEAD ? step->began_ms : begin_of(wiz, step);
	}
	run->current = (size_t)(step - run->steps);
	step->state = ended ? HC_STEP_DONE : HC_STEP_RUNNING;
	step->ended_ms = wiz->now_ms;
	if (event->what != NULL)
		snprintf(step->what, sizeof(step->what), "%s", event->what);
	if (event->total_bytes > 0)
		step->total = event->total_bytes;
	if (event->done_bytes > 0)
		step->done = event->done_bytes;
	if (!ended)
		take_sample(wiz, step->done);
}

static void
note_event(struct hc_wiz *wiz, const struct hc_event *event)
{
	struct hc_wiz_run *run = &wiz->run;

	if (event->kind == HC_EVENT_RETRY)
		run->retries++;
	if (event->kind == HC_EVENT_NOTE)
		hc_wiz_kiosk_note(wiz, event);
	if (event->kind == HC_EVENT_FAILED) {
		snprintf(run->failure, sizeof(run->failure), "%s %s",
			 event->error != NULL ? event->error : "",
			 event->text != NULL ? event->text : "");
	}
	/* A restore has a report that says it. */
	if (wiz->task == HC_TASK_CAPTURE && event->text != NULL &&
	    (event->kind == HC_EVENT_NOTE || event->kind == HC_EVENT_FINISHED)) {
		hc_wiz_add_lines(wiz, hc_span(event->text, strlen(event->text)));
	}
	if (event->kind != HC_EVENT_PROGRESS)
		hc_wiz_run_log(wiz, "%s%s%s%s%s%s%s", event->step != NULL ? event->step : "",
			       event->step != NULL ? ": " : "", hc_event_names[event->kind],
			       event->what != NULL ? " " : "",
			       event->what != NULL ? event->what : "",
			       event->text != NULL ? ": " : "",
			       event->text != NULL ? event->text : "");
}

void
hc_wiz_run_line(struct hc_wiz *wiz, struct hc_span line)
{
	struct hc_arena arena = { 0 };
	struct hc_event event = { 0 };
	struct hc_err err;
	bool of_step;

	if (hc_doc_read(&hc_event_shape, line, &arena, &event, &err) < 0) {
		hc_wiz_run_log(wiz, "%.*s", (int)line.size, (const char *)line.data);
		hc_arena_done(&arena);
		return;
	}
	if (wiz->catching_up)
		wiz->now_ms = hc_max_u64(wiz->now_ms, wiz->run.began_ms + event.at_ms);
	of_step = event.kind == HC_EVENT_START || event.kind == HC_EVENT_PROGRESS ||
		  event.kind == HC_EVENT_DONE;
	if (of_step && event.step != NULL)
		step_event(wiz, &event);
	if (event.received_bytes > wiz->run.received)
		wiz->run.received = event.received_bytes;
	note_event(wiz, &event);
	hc_arena_done(&arena);
}

/* Why it ended badly, with what helps: the engine's last words; else its event; else its status. */
static void
explain(struct hc_wiz *wiz, int status)
{
	struct hc_wiz_run *run = &wiz->run;

	/* Last words of an engine that was killed are not why it ended. */
	if (status > 128 && !wiz->cancelled)
		snprintf(run->failure, sizeof(run->failure),
			 "The engine was ended by signal %d.\n%.*s", status - 128,
			 HC_WIZ_TEXT / 2, wiz->notes);
	else if (wiz->notes[0] != '\0')
		snprintf(run->failure, sizeof(run->failure), "%s", wiz->notes);
	else if (run->failure[0] != '\0')
		return;
	else if (status == 127)
		snprintf(run->failure, sizeof(run->failure),
			 "The program halcyon could not be started.");
	else if (status > 128)
		snprintf(run->failure, sizeof(run->failure),
			 "The engine was ended by signal %d.", status - 128);
	else
		snprintf(run->failure, sizeof(run->failure),
			 "The engine ended with status %d and said nothing.", status);
}

void
hc_wiz_run_end(struct hc_wiz *wiz, int status)
{
	struct hc_wiz_run *run = &wiz->run;

	run->status = status;
	run->ended_ms = wiz->now_ms;
	run->outcome = status == 0 ? HC_RUN_GOOD : wiz->cancelled ? HC_RUN_STOPPED : HC_RUN_BAD;
	for (size_t i = 0; i < run->count; i++)
		if (run->steps[i].state == HC_STEP_RUNNING)
			run->steps[i].state = status == 0 ? HC_STEP_DONE : HC_STEP_FAILED;
	if (status == 0)
		return;
	explain(wiz, status);
	hc_wiz_add_lines(wiz, hc_span(run->failure, strlen(run->failure)));
	wiz->failure_count = wiz->report_count;
	hc_wiz_add_lines(wiz, hc_span("\n", 1));
}

/* A step that the table doesn't know came from a newer engine: it may have written. */
static enum hc_wiz_left
left_by(const struct hc_wiz_run_step *step)
{
	if (step->state == HC_STEP_AHEAD)
		return HC_LEFT_UNTOUCHED;
	for (size_t i = 0; i < sizeof(apply_steps) / sizeof(apply_steps[0]); i++)
		if (strcmp(apply_steps[i].name, step->name) == 0)
			return step->state == HC_STEP_DONE ? apply_steps[i].ended
							   : apply_steps[i].began;
	return HC_LEFT_HALF;
}

enum hc_wiz_left
hc_wiz_left(const struct hc_wiz *wiz)
{
	enum hc_wiz_left most = HC_LEFT_UNTOUCHED;

	for (size_t i = 0; wiz->task == HC_TASK_RESTORE && i < wiz->run.count; i++) {
		enum hc_wiz_left left = left_by(&wiz->run.steps[i]);

		most = left > most ? left : most;
	}
	return most;
}

/* ---------------------------------------------------------------- report */

void
hc_wiz_drop_lines(struct hc_wiz *wiz)
{
	hc_arena_done(&wiz->report_arena);
	wiz->report = NULL;
	wiz->report_count = wiz->report_top = wiz->failure_count = 0;
}

void
hc_wiz_add_lines(struct hc_wiz *wiz, struct hc_span text)
{
	const char *p = (const char *)text.data, *end = p + text.size;

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));
		const char *line, **grown;

		if (stop == NULL)
			stop = end;
		line = hc_arena_strndup(&wiz->report_arena, p, (size_t)(stop - p));
		if (line == NULL)
			return;
		grown = hc_arena_grow(&wiz->report_arena, &wiz->report, &wiz->report_count,
				      sizeof(*grown));
		if (grown == NULL)
			return;
		*grown = line;
		p = stop + 1;
	}
}
