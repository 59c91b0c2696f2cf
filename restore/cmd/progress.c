/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events for people: a bar on a terminal, a line a second elsewhere; JSON lines with --json. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "restore/base/text.h"
#include "restore/cmd/run.h"

#define BAR_WIDTH 24u

struct progress {
	bool json, quiet, terminal, bar_open;
	uint64_t shown_ms;
	char step[24];
	uint64_t step_ms;
};

struct progress *
progress_new(const struct cli *cli)
{
	struct progress *progress = calloc(1, sizeof(*progress));

	if (progress != NULL) {
		progress->json = cli->json;
		progress->quiet = cli->quiet;
		progress->terminal = isatty(STDERR_FILENO) == 1;
	}
	return progress;
}

static void
show_json(const struct hc_event *event)
{
	struct hc_buf line = { 0 };
	struct hc_err ignored;

	if (hc_doc_write(&hc_event_shape, event, HC_JSON_LINE, &line, &ignored) == 0) {
		fwrite(line.data, 1, line.size, stdout);
		fflush(stdout);
	}
	hc_buf_done(&line);
}

/* "1.2 GiB of 4.0 GiB  312.0 MiB/s  0:08 left" */
static void
figures(const struct progress *p, const struct hc_event *event, char *buf, size_t size)
{
	uint64_t ms = event->at_ms > p->step_ms ? event->at_ms - p->step_ms : 1;
	uint64_t rate = event->done_bytes * 1000 / ms;
	uint64_t left = rate == 0 ? 0 : (event->total_bytes - event->done_bytes) / rate;
	char done[HC_SIZE_TEXT], total[HC_SIZE_TEXT], per_second[HC_SIZE_TEXT];

	hc_size_text(event->done_bytes, done);
	hc_size_text(event->total_bytes, total);
	hc_size_text(rate, per_second);
	snprintf(buf, size, "%s of %s  %s/s  %llu:%02llu left", done, total, per_second,
		 (unsigned long long)left / 60, (unsigned long long)left % 60);
}

static void
show_progress(struct progress *p, const struct hc_event *event)
{
	unsigned filled =
		event->total_bytes == 0
			? 0
			: (unsigned)(event->done_bytes * BAR_WIDTH / event->total_bytes);
	char bar[BAR_WIDTH + 1], text[128];

	figures(p, event, text, sizeof(text));
	if (!p->terminal) {
		if (event->at_ms - p->shown_ms < 1000)
			return;
		p->shown_ms = event->at_ms;
		fprintf(stderr, "%-10s %s\n", event->step, text);
		return;
	}
	memset(bar, '-', BAR_WIDTH);
	memset(bar, '#', filled);
	bar[BAR_WIDTH] = '\0';
	fprintf(stderr, "\r%-10s [%s] %s\033[K", event->step, bar, text);
	p->bar_open = true;
}

static void
close_bar(struct progress *p)
{
	if (p->bar_open)
		fputc('\n', stderr);
	p->bar_open = false;
}

void
progress_show(struct progress *p, const struct hc_event *event)
{
	char size[HC_SIZE_TEXT];

	if (p == NULL)
		return;
	if (p->json) {
		show_json(event);
		return;
	}
	if (p->quiet)
		return;
	if (event->step != NULL && strcmp(p->step, event->step) != 0) {
		snprintf(p->step, sizeof(p->step), "%s", event->step);
		p->step_ms = event->at_ms;
	}
	if (event->kind == HC_EVENT_PROGRESS) {
		show_progress(p, event);
		return;
	}
	close_bar(p);
	hc_size_text(event->done_bytes, size);
	if (event->kind == HC_EVENT_RETRY)
		fprintf(stderr, "%-10s trying again: %s\n", event->step, event->text);
	else if (event->kind == HC_EVENT_DONE)
		fprintf(stderr, "%-10s done%s%s\n", event->step, event->done_bytes ? ", " : "",
			event->done_bytes ? size : "");
}

void
progress_free(struct progress *p)
{
	if (p != NULL)
		close_bar(p);
	free(p);
}
