/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon capture: a disk into a repository. */
#include "restore/capture/capture.h"

#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "restore/base/text.h"
#include "restore/cmd/run.h"
#include "restore/probe/probe.h"

struct watch {
	struct progress *progress;
	struct timespec begun;
};

static void
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct watch *watch = ctx;
	struct timespec now;
	struct hc_event event = { .kind = HC_EVENT_PROGRESS,
				  .step = "capture",
				  .done_bytes = done,
				  .total_bytes = total };

	clock_gettime(CLOCK_MONOTONIC, &now);
	event.at_ms = (uint64_t)(now.tv_sec - watch->begun.tv_sec) * 1000 +
		      (uint64_t)(now.tv_nsec / 1000000) -
		      (uint64_t)(watch->begun.tv_nsec / 1000000);
	progress_show(watch->progress, &event);
}

/* Standard output is the events': what print_summary says is said by the last of them, each warning by one of its own. */
static void
tell_end(struct watch *watch, const struct hc_manifest *manifest, struct hc_arena *arena)
{
	struct hc_event event = { .kind = HC_EVENT_NOTE, .step = "capture" };
	char used[HC_SIZE_TEXT], stored[HC_SIZE_TEXT];

	for (size_t i = 0; i < manifest->warnings.count; i++) {
		event.text = manifest->warnings.items[i];
		progress_show(watch->progress, &event);
	}
	hc_size_text(manifest->totals.used_bytes, used);
	hc_size_text(manifest->totals.stored_bytes, stored);
	event.kind = HC_EVENT_FINISHED;
	event.what = manifest->id;
	event.text = hc_arena_printf(arena, "Captured %s: %s in use, %s of it new and stored",
				     manifest->id, used, stored);
	progress_show(watch->progress, &event);
}

static void
print_summary(const struct hc_manifest *manifest)
{
	char disk[HC_SIZE_TEXT], used[HC_SIZE_TEXT], stored[HC_SIZE_TEXT];
	const struct hc_totals *totals = &manifest->totals;

	hc_size_text(totals->disk_bytes, disk);
	hc_size_text(totals->used_bytes, used);
	hc_size_text(totals->stored_bytes, stored);
	printf("Captured %s: %s of disk, %s in use, %llu chunks, %llu of them new (%s stored)\n",
	       manifest->id, disk, used, (unsigned long long)totals->chunks,
	       (unsigned long long)totals->new_chunks, stored);
	for (size_t i = 0; i < manifest->warnings.count; i++)
		printf("Warning: %s\n", manifest->warnings.items[i]);
}

/* A disk of this machine is captured with its facts; an image file came from a machine that isn't known. */
static int
machine_of(struct cli *cli, const char *source, struct hc_facts *facts,
	   const struct hc_facts **ret, struct hc_err *err)
{
	const struct hc_probe_options here = { 0 };
	struct stat st;

	*ret = NULL;
	if (stat(source, &st) < 0 || !S_ISBLK(st.st_mode))
		return 0;
	*ret = facts;
	return hc_probe(&here, &cli->arena, facts, err);
}

int
cmd_capture(struct cli *cli, struct hc_err *err)
{
	struct watch watch = { .progress = NULL };
	struct hc_manifest manifest = { 0 };
	struct hc_facts facts = { 0 };
	struct hc_capture_options options = {
		.source = cli->args[0],
		.repository = cli_get(cli, "to"),
		.id = cli_get(cli, "id"),
		.discard_hibernation = cli_has(cli, "discard-hibernation"),
		.trust_bitmap = cli_has(cli, "trust-bitmap"),
		.progress = on_progress,
		.ctx = &watch,
		.stop = &cli_stop,
	};
	uint64_t threads, level;
	int result;

	struct cli listener = *cli;

	listener.json = cli_has(cli, "events");
	if (options.repository == NULL)
		return hc_err_set(err, H_USAGE, "capture wants --to REPO");
	if (cli->json && listener.json)
		return hc_err_set(err, H_USAGE,
				  "--json prints the manifest, --events what is being done: "
				  "give one of them");
	if (cli_number(cli, "threads", 0, &threads, err) < 0 ||
	    cli_number(cli, "level", HC_CAPTURE_LEVEL, &level, err) < 0 ||
	    machine_of(cli, options.source, &facts, &options.facts, err) < 0)
		return -1;
	if (level < 1 || level > 19)
		return hc_err_set(err, H_USAGE, "--level goes from 1 to 19");
	options.threads = (unsigned)threads;
	options.level = (int)level;
	clock_gettime(CLOCK_MONOTONIC, &watch.begun);
	/* With --json standard output belongs to the manifest. */
	watch.progress = cli->json ? NULL : progress_new(&listener);
	result = hc_capture(&options, &cli->arena, &manifest, err);
	if (result == 0 && listener.json)
		tell_end(&watch, &manifest, &cli->arena);
	progress_free(watch.progress);
	if (result < 0)
		return -1;
	if (cli->json)
		return cli_print(&hc_manifest_shape, &manifest, err);
	if (!cli->quiet && !listener.json)
		print_summary(&manifest);
	return 0;
}
