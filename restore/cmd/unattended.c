/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A restore that asks nobody. */
#include "restore/cmd/unattended.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/base/file.h"
#include "restore/base/log.h"
#include "restore/cmd/claim.h"
#include "restore/cmd/prepare.h"
#include "restore/probe/probe.h"

#define INTENT_MAX_BYTES (1u << 20)
#define MATCHES_WANTED   2u

/* ---------------------------------------------------------------- the answer file */

/* "http://server" of "http://server/a/b.json"; NULL for a path. */
static const char *
origin_of(struct cli *cli, const char *url)
{
	const char *host = strstr(url, "://");

	if (host == NULL)
		return NULL;
	host += 3;
	return hc_arena_strndup(&cli->arena, url, (size_t)(host - url) + strcspn(host, "/"));
}

/* A path on the answer file's own server. */
static int
resolve(struct cli *cli, const char *intent, const char **url, struct hc_err *err)
{
	const char *origin = origin_of(cli, intent);

	if (*url == NULL || origin == NULL || (*url)[0] != '/')
		return 0;
	*url = hc_arena_printf(&cli->arena, "%s%s", origin, *url);
	return *url != NULL ? 0 : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a URL");
}

static int
fetch_intent(struct cli *cli, const char *where, const struct hc_place_options *options,
	     struct hc_intent *ret, struct hc_err *err)
{
	const char *slash = strrchr(where, '/');
	const char *folder =
		slash ? hc_arena_strndup(&cli->arena, where, (size_t)(slash - where)) : ".";
	struct hc_session *session = NULL;
	struct hc_place *place = NULL;
	struct hc_buf bytes = { 0 };
	int result = -1;

	if (folder == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
	if (hc_place_open(folder[0] ? folder : "/", options, &place, err) == 0 &&
	    hc_session_open(place, &session, err) == 0 &&
	    hc_place_get(session, slash ? slash + 1 : where, INTENT_MAX_BYTES, &bytes, err) ==
		    0)
		result = hc_doc_read(&hc_intent_shape, hc_buf_span(&bytes), &cli->arena, ret,
				     err);
	hc_buf_done(&bytes);
	hc_session_close(session);
	hc_place_close(place);
	if (result < 0)
		return hc_err_wrap(err, "while reading the answer file %s", where);
	if (resolve(cli, where, &ret->backup, err) < 0)
		return -1;
	return resolve(cli, where, &ret->reports, err);
}

static int
check_intent(const struct hc_intent *intent, struct hc_err *err)
{
	if (intent->task == NULL || intent->reports == NULL)
		return hc_err_set(
			err, H_INTENT_INCOMPLETE,
			"it must name its task and the reports folder that takes its claim");
	if (hc_backup_check_id(intent->task, err) < 0)
		return hc_err_wrap(err, "the name of a task follows the rules of backup ids");
	if (intent->mode != NULL && strcmp(intent->mode, "bmr") != 0)
		return hc_err_set(err, H_UNSUPPORTED, "mode %s: only bmr so far", intent->mode);
	if (intent->target.identity == NULL && intent->target.only_disk_min == 0)
		return hc_err_set(
			err, H_INTENT_INCOMPLETE,
			"it must say which disk: target.identity or target.only_disk_min");
	return 0;
}

/* ---------------------------------------------------------------- the machine */

struct matches {
	unsigned good, bad;
};

static void
match(struct matches *m, const char *wanted, const char *found)
{
	if (wanted == NULL)
		return;
	if (found != NULL && strcasecmp(wanted, found) == 0)
		m->good++;
	else
		m->bad++;
}

static const char *
mac_here(const struct hc_facts *facts, const char *wanted)
{
	for (size_t i = 0; wanted != NULL && i < facts->network.count; i++)
		if (facts->network.items[i].mac != NULL &&
		    strcasecmp(facts->network.items[i].mac, wanted) == 0)
			return facts->network.items[i].mac;
	return NULL;
}

/* Two identifiers must fit, and none may contradict (design.md section 11). */
static int
match_machine(const struct hc_intent_match *wanted, const struct hc_facts *facts,
	      struct hc_err *err)
{
	const struct hc_machine *machine = &facts->machine;
	struct matches m = { 0, 0 };

	match(&m, wanted->uuid, machine->uuid);
	match(&m, wanted->serial, machine->serial);
	match(&m, wanted->mac, mac_here(facts, wanted->mac));
	if (wanted->vendor != NULL && machine->vendor != NULL &&
	    strcasecmp(wanted->vendor, machine->vendor) == 0)
		match(&m, wanted->product, machine->product);
	else if (wanted->vendor != NULL || wanted->product != NULL)
		m.bad++;
	if (m.bad == 0 && m.good >= MATCHES_WANTED)
		return 0;
	return hc_err_set(
		err, H_INTENT_NO_MATCH,
		"%u of its identifiers fit this machine and %u contradict; %u must fit and none "
		"contradict (this is %s %s, serial %s, uuid %s)",
		m.good, m.bad, MATCHES_WANTED, machine->vendor ? machine->vendor : "?",
		machine->product ? machine->product : "?",
		machine->serial ? machine->serial : "unknown",
		machine->uuid ? machine->uuid : "unknown");
}

/* ---------------------------------------------------------------- the disk */

static bool
fits(const struct hc_disk *disk, const struct hc_intent_target *wanted)
{
	if (wanted->identity != NULL)
		return (disk->serial != NULL && strcmp(disk->serial, wanted->identity) == 0) ||
		       (disk->wwn != NULL && strcmp(disk->wwn, wanted->identity) == 0);
	return !disk->removable && !disk->read_only && disk->in_use_by.count == 0 &&
	       disk->size >= wanted->only_disk_min;
}

static int
choose_disk(const struct hc_intent_target *wanted, const struct hc_facts *facts,
	    const struct hc_disk **ret, struct hc_err *err)
{
	unsigned found = 0;

	for (size_t i = 0; i < facts->disks.count; i++) {
		if (!fits(&facts->disks.items[i], wanted))
			continue;
		*ret = &facts->disks.items[i];
		found++;
	}
	if (found == 1)
		return 0;
	if (found > 1)
		return hc_err_set(err, H_DISK_AMBIGUOUS, "%u disks fit the answer file", found);
	if (wanted->identity != NULL)
		return hc_err_set(err, H_INTENT_NO_MATCH, "no disk has the serial or WWN %s",
				  wanted->identity);
	return hc_err_set(err, H_INTENT_NO_MATCH, "no free disk of at least %llu bytes",
			  (unsigned long long)wanted->only_disk_min);
}

/* ---------------------------------------------------------------- telling */

/* What is known before the run, for whoever shows it: steps "answer-file", "disk", "verdict", "finding"
 * (tui/model/kiosk.c). */
static void
note(const struct cli *cli, const char *step, const char *what, const char *text)
{
	struct progress *progress = cli->json ? progress_new(cli) : NULL;
	struct hc_event event = {
		.kind = HC_EVENT_NOTE, .step = step, .what = what, .text = text
	};

	progress_show(progress, &event);
	progress_free(progress);
}

static void
note_disk(const struct cli *cli, const struct hc_disk *disk)
{
	char text[256];

	snprintf(text, sizeof(text), "%s%s%s", disk->model ? disk->model : "",
		 disk->model != NULL && disk->serial != NULL ? " " : "",
		 disk->serial ? disk->serial : "");
	note(cli, "disk", disk->path, text);
}

static void
note_verdict(const struct cli *cli, const struct hc_verdict *verdict)
{
	note(cli, "verdict", hc_outcome_names[verdict->outcome], NULL);
	for (size_t i = 0; i < verdict->findings.count; i++) {
		const struct hc_finding *finding = &verdict->findings.items[i];

		if (finding->level >= HC_LEVEL_WARN && !finding->overridden)
			note(cli, "finding", finding->rule, finding->title);
	}
}

/* ---------------------------------------------------------------- all together */

/* init reads this and does it. */
static void
write_end_action(struct cli *cli, const struct run *run, const char *action)
{
	const char *path = hc_arena_printf(&cli->arena, "%s/end-action", run->state_dir);
	struct hc_err err;

	if (path != NULL && hc_file_replace(path, hc_span(action, strlen(action)), &err) < 0)
		hc_log_err(&err);
}

static int
claim_and_run(struct cli *cli, struct claim *claim, const struct hc_disk *disk, struct run *run,
	      struct hc_plan *plan, struct hc_err *err)
{
	struct hc_err unsent;
	int result = claim_take(cli, claim, disk, plan, &run->plan_id, err);

	if (result < 0)
		return -1;
	result = run_plan(cli, run, err);
	if (claim_report(cli, claim, run, &unsent) < 0) {
		hc_log(HC_LOG_WARN,
		       "the report stays in %s, the server does not take it:", run->state_dir);
		hc_log_err(&unsent);
	}
	return result;
}

static int
plan_and_run(struct cli *cli, const struct hc_intent *intent, const struct hc_facts *facts,
	     const struct hc_disk *disk, struct claim *claim, struct hc_err *err)
{
	struct request request = { .backup = intent->backup,
				   .target = disk->path,
				   .facts = facts,
				   .accepted = intent->accept,
				   .tombstone_days = intent->tombstone_days,
				   .overrides = intent->override,
				   .task = intent->task,
				   .reuse = intent->reuse,
				   .unattended = true,
				   .named_by_identity = intent->target.identity != NULL,
				   .reerase = intent->reerase };
	struct prepared prepared = { 0 };
	struct hc_plan plan = { 0 };
	struct run run = { .plan = &plan,
			   .facts = facts,
			   .here = true,
			   .state_dir = cli_get(cli, "state-dir") };
	struct hc_buf text = { 0 };
	int result = fix_request_from_intent(cli, intent, &request.fix, err);

	if (result == 0)
		result = prepare(cli, &request, &prepared, err);
	if (result == 0)
		result = prepared_plan(cli, &prepared, &plan, &run.plan_id, err);
	if (plan.verdict.findings.count > 0)
		note_verdict(cli, &plan.verdict);
	if (plan.verdict.findings.count > 0 && !cli->json &&
	    hc_verdict_text(&plan.verdict, &text, &(struct hc_err){ 0 }) == 0)
		fprintf(stderr, "%.*s\n", (int)text.size, (const char *)text.data);
	hc_buf_done(&text);
	if (result == 0)
		result = run_check_undo(cli, &plan, err);
	if (result == 0)
		result = claim_and_run(cli, claim, disk, &run, &plan, err);
	if (result == 0)
		write_end_action(cli, &run, intent->end ? intent->end : "reboot");
	prepared_done(&prepared);
	return result;
}

int
restore_unattended(struct cli *cli, struct hc_err *err)
{
	const char *where = cli_get(cli, "intent");
	const struct hc_probe_options here = { 0 };
	const struct hc_disk *disk = NULL;
	struct hc_place_options options;
	struct hc_intent intent = { 0 };
	struct hc_facts facts = { 0 };
	struct claim claim = { 0 };
	int result;

	if (where == NULL || cli_get(cli, "state-dir") == NULL)
		return hc_err_set(err, H_USAGE, "--unattended wants --intent and --state-dir");
	if (place_options(cli, &options, err) < 0 ||
	    fetch_intent(cli, where, &options, &intent, err) < 0)
		return -1;
	note(cli, "answer-file", intent.task, intent.backup);
	if (check_intent(&intent, err) < 0 || hc_probe(&here, &cli->arena, &facts, err) < 0 ||
	    match_machine(&intent.match, &facts, err) < 0 ||
	    choose_disk(&intent.target, &facts, &disk, err) < 0)
		return -1;
	note_disk(cli, disk);
	result = claim_open(intent.reports, intent.task, &options, &claim, err);
	if (result == 0)
		result = claim_check(cli, &claim, disk, err);
	if (result == 0)
		result = plan_and_run(cli, &intent, &facts, disk, &claim, err);
	claim_close(&claim);
	return result;
}
