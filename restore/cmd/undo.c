/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon undo: taking the last repair of a disk back. */
#include <stdio.h>

#include "restore/apply/fix.h"
#include "restore/base/log.h"
#include "restore/cmd/prepare.h"
#include "restore/cmd/run.h"
#include "restore/fixup/fixup.h"

/* ---------------------------------------------------------------- looking */

static int
describe(struct cli *cli, struct hc_fix *fix, const struct hc_journal_repair *recorded,
	 struct hc_made_repair *ret, struct hc_err *err)
{
	struct hc_undo undo = { 0 };
	struct hc_err why;

	*ret = (struct hc_made_repair){ .run = recorded->run,
					.created = recorded->created,
					.state = hc_repair_state_names[recorded->state] };
	if (hc_fix_manifest(fix, recorded, &undo, &why) == 0) {
		ret->backup = undo.backup;
		ret->edits = undo.edits;
		return 0;
	}
	ret->unknown = hc_arena_strdup(&cli->arena, why.text[0]);
	return ret->unknown != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
}

static int
look(struct cli *cli, struct hc_fix *fix, struct hc_undoable *ret, struct hc_err *err)
{
	const struct hc_journal_repair *recorded;
	struct hc_made_repair *made;
	struct hc_err why;

	for (size_t i = 0; (recorded = hc_fix_recorded(fix, i)) != NULL; i++) {
		made = hc_arena_grow(&cli->arena, &ret->repairs.items, &ret->repairs.count,
				     sizeof(*made));
		if (made == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
		if (describe(cli, fix, recorded, made, err) < 0)
			return -1;
	}
	if (hc_fix_may_undo(fix, &why) == 0)
		return 0;
	ret->hindrance = hc_arena_strdup(&cli->arena, why.text[0]);
	return ret->hindrance != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a repair");
}

static int
print_one(const struct hc_made_repair *made, struct hc_buf *out, struct hc_err *err)
{
	const struct hc_fix_notes none = { 0 };

	if (hc_buf_printf(out, err, "Repair %s of %s, %s\n", made->run,
			  made->created != NULL ? made->created : "an unknown time",
			  made->state) < 0 ||
	    (made->unknown != NULL &&
	     hc_buf_printf(out, err, "  what it changed is not known: %s\n", made->unknown) <
		     0))
		return -1;
	return hc_edits_text(&made->edits, &none, "  ", out, err);
}

static int
print(const struct hc_undoable *undoable, struct hc_err *err)
{
	struct hc_buf out = { 0 };
	int result = 0;

	for (size_t i = 0; result == 0 && i < undoable->repairs.count; i++)
		result = print_one(&undoable->repairs.items[i], &out, err);
	if (result == 0)
		result = undoable->hindrance != NULL
				 ? hc_buf_printf(&out, err,
						 "%s: nothing can be taken back: %s\n",
						 undoable->target, undoable->hindrance)
				 : hc_buf_printf(
					   &out, err,
					   "%s: %s can be taken back, as it was before.\n",
					   undoable->target, undoable->repairs.items[0].run);
	if (result == 0)
		result = cli_print_buf(&out, err);
	hc_buf_done(&out);
	return result;
}

/* What would be taken back; ends as undo would. */
static int
dry_run(struct cli *cli, struct hc_fix *fix, const char *target, struct hc_err *err)
{
	struct hc_undoable undoable = { .target = target };
	int result = look(cli, fix, &undoable, err);

	if (result == 0 && cli->json)
		result = cli_print(&hc_undoable_shape, &undoable, err);
	else if (result == 0 && !cli->quiet)
		result = print(&undoable, err);
	return result == 0 ? hc_fix_may_undo(fix, err) : -1;
}

/* ---------------------------------------------------------------- taking back */

/* The firmware's own variables: those of another machine, or changed since, stay as they are. */
static void
unset_variables(const struct hc_edits *edits)
{
	struct hc_err why;

	if (hc_fixup_unset_variables(edits, NULL, &why) == 0)
		return;
	hc_log(HC_LOG_WARN, "the firmware's boot entries stay as they are:");
	hc_log_err(&why);
}

static int
take_back(struct cli *cli, struct hc_fix *fix, const struct hc_disk *disk, struct hc_err *err)
{
	const struct hc_plan_target target = { .path = disk->path, .identity = disk->identity };
	const struct hc_journal_repair *recorded = hc_fix_recorded(fix, 0);
	struct hc_undo undo = { 0 };
	const char *name;

	if (recorded == NULL)
		return hc_err_set(err, H_UNDO_NONE, "%s", disk->path);
	name = recorded->run;
	if (run_confirm_target(cli, &target, "changed", hc_span("", 0), err) < 0)
		return -1;
	/* It goes with everything else; of a repair that was cut off it may not be there yet, and then no variable was set. */
	if (hc_fix_manifest(fix, recorded, &undo, err) < 0) {
		hc_log(HC_LOG_WARN,
		       "which of the firmware's boot entries it made is not known:");
		hc_log_err(err);
		undo.edits.count = 0;
	}
	if (hc_fix_undo(fix, err) < 0)
		return -1;
	unset_variables(&undo.edits);
	if (!cli->json && !cli->quiet)
		printf("%s: the repair %s was taken back.\n", disk->path, name);
	return 0;
}

int
cmd_undo(struct cli *cli, struct hc_err *err)
{
	struct hc_disk disk = { 0 };
	struct hc_fix *fix = NULL;
	int result;

	if (hc_disk_describe(cli->args[0], &cli->arena, &disk, err) < 0 ||
	    hc_fix_open(&disk, &cli->arena, &fix, err) < 0)
		return -1;
	result = cli_has(cli, "dry-run") ? dry_run(cli, fix, disk.path, err)
					 : take_back(cli, fix, &disk, err);
	hc_fix_close(fix);
	return result;
}
