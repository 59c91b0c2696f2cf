/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The claim of a task on the server. */
#include "restore/cmd/claim.h"

#include <string.h>

#include "restore/base/file.h"

#define PLAN_MAX_BYTES   (64u << 20)
#define EVENTS_MAX_BYTES (64u << 20)

int
claim_open(const char *reports, const char *task, const struct hc_place_options *options,
	   struct claim *ret, struct hc_err *err)
{
	*ret = (struct claim){ .task = task };
	if (hc_place_open(reports, options, &ret->place, err) < 0)
		return -1;
	return hc_session_open(ret->place, &ret->session, err);
}

static int
name_in(struct cli *cli, const struct claim *claim, const char *file, const char **ret,
	struct hc_err *err)
{
	*ret = hc_arena_printf(&cli->arena, "%s/%s", claim->task, file);
	return *ret != NULL ? 0 : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a name");
}

static int
put_plan(struct cli *cli, struct claim *claim, const struct hc_plan *plan, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	const char *name;
	int result = name_in(cli, claim, "plan.json", &name, err);

	if (result == 0)
		result = hc_doc_write(&hc_plan_shape, plan, HC_JSON_PRETTY, &bytes, err);
	if (result == 0)
		result = hc_place_put(claim->session, name, hc_buf_span(&bytes), err);
	hc_buf_done(&bytes);
	return result;
}

/* The plan of the run that made the claim. */
static int
get_plan(struct cli *cli, struct claim *claim, struct hc_plan *ret, const char **ret_id,
	 struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	char seal[HC_SEAL_TEXT];
	const char *name;
	int result = name_in(cli, claim, "plan.json", &name, err);

	if (result == 0)
		result = hc_place_get(claim->session, name, PLAN_MAX_BYTES, &bytes, err);
	if (result == 0) {
		*ret = (struct hc_plan){ 0 };
		result =
			hc_doc_read(&hc_plan_shape, hc_buf_span(&bytes), &cli->arena, ret, err);
	}
	if (result == 0) {
		hc_doc_seal(hc_buf_span(&bytes), seal);
		*ret_id = hc_arena_strdup(&cli->arena, seal);
		if (*ret_id == NULL)
			result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a plan's id");
	}
	hc_buf_done(&bytes);
	return result;
}

static int
taken(const struct claim *claim, const char *why, struct hc_err *err)
{
	hc_err_set(err, H_CLAIM_TAKEN, "task %s was claimed before, and %s", claim->task, why);
	return hc_err_at(err, HC_NO_OFFSET, "%s", hc_place_name(claim->place));
}

/* The plan of an earlier claim of this task, which this disk must be in the middle of; *ret_found: there is one. */
static int
earlier_plan(struct cli *cli, struct claim *claim, const struct hc_disk *disk,
	     struct hc_plan *ret, const char **ret_id, bool *ret_found, struct hc_err *err)
{
	*ret_found = false;
	if (get_plan(cli, claim, ret, ret_id, err) < 0)
		return err->code == H_NOT_FOUND ? 0 : -1;
	*ret_found = true;
	if (disk->journal == NULL || strcmp(disk->journal, *ret_id) != 0 ||
	    disk->holds_kind == NULL || strcmp(disk->holds_kind, "halcyon-unfinished") != 0)
		return taken(claim, "this disk does not carry its unfinished journal", err);
	return 0;
}

int
claim_check(struct cli *cli, struct claim *claim, const struct hc_disk *disk,
	    struct hc_err *err)
{
	struct hc_plan old;
	const char *old_id;
	bool found;

	return earlier_plan(cli, claim, disk, &old, &old_id, &found, err);
}

int
claim_take(struct cli *cli, struct claim *claim, const struct hc_disk *disk,
	   struct hc_plan *plan, const char **plan_id, struct hc_err *err)
{
	struct hc_plan old;
	const char *old_id;
	bool made = false, found;

	if (hc_place_make_folder(claim->session, claim->task, &made, err) < 0)
		return hc_err_wrap(err, "while claiming task %s", claim->task);
	if (made)
		return put_plan(cli, claim, plan, err);
	if (earlier_plan(cli, claim, disk, &old, &old_id, &found, err) < 0)
		return -1;
	if (!found)
		return taken(
			claim,
			"its plan is not there: that run never began, or is just beginning",
			err);
	*plan = old;
	*plan_id = old_id;
	/* Device names change between boots; the identity in the plan is what apply compares. */
	plan->target.path = disk->path;
	return 0;
}

static int
put_file(struct cli *cli, struct claim *claim, const struct run *run, const char *file,
	 struct hc_err *err)
{
	const char *path = hc_arena_printf(&cli->arena, "%s/%s", run->state_dir, file);
	struct hc_buf bytes = { 0 };
	const char *name;
	int result = name_in(cli, claim, file, &name, err);

	if (result == 0 && path == NULL)
		result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
	if (result == 0)
		result = hc_file_read(path, EVENTS_MAX_BYTES, &bytes, err);
	if (result == 0)
		result = hc_place_put(claim->session, name, hc_buf_span(&bytes), err);
	hc_buf_done(&bytes);
	return result;
}

int
claim_report(struct cli *cli, struct claim *claim, const struct run *run, struct hc_err *err)
{
	/* report.json last: where it is, the others are. */
	if (put_file(cli, claim, run, "events.jsonl", err) < 0 ||
	    put_file(cli, claim, run, "report.txt", err) < 0)
		return -1;
	return put_file(cli, claim, run, "report.json", err);
}

void
claim_close(struct claim *claim)
{
	hc_session_close(claim->session);
	hc_place_close(claim->place);
}
