/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon fix: repairs of a Windows that is on a disk. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "restore/apply/fix.h"
#include "restore/base/log.h"
#include "restore/base/text.h"
#include "restore/cmd/prepare.h"
#include "restore/cmd/run.h"
#include "restore/fixup/fixup.h"

/* ---------------------------------------------------------------- what is asked for */

struct fix_run {
	struct cli *cli;
	struct hc_disk disk;
	struct hc_facts facts;
	struct hc_fix_request request;
	struct hc_repairs repairs;
	uint64_t system_partition;
};

static int
check_ids(const struct hc_strings *ids, struct hc_err *err)
{
	for (size_t i = 0; i < ids->count; i++)
		if (hc_fixups_by_id(ids->items[i]) == NULL) {
			hc_err_set(err, H_USAGE, "there is no repair \"%s\"", ids->items[i]);
			return hc_err_remedy(err,
					     "`halcyon explain --list fixups` lists them.");
		}
	return 0;
}

/* Whether all that is asked for exists.  A conversion is a repair on request like any other. */
static int
complete(struct cli *cli, struct hc_fix_request *request, struct hc_err *err)
{
	const char *convert = request->convert_firmware;

	if (convert != NULL && !hc_strings_has(&request->requested, "firmware") &&
	    hc_strings_add(&request->requested, &cli->arena, "firmware", err) < 0)
		return -1;
	if (convert != NULL && strcmp(convert, "uefi") != 0 && strcmp(convert, "bios") != 0)
		return hc_err_set(err, H_USAGE, "convert firmware to \"%s\": uefi or bios",
				  convert);
	if ((request->undo_to != NULL) != (request->undo_key != NULL))
		return hc_err_set(err, H_USAGE,
				  "--undo-to and --undo-key belong together: the record is "
				  "kept encrypted only");
	if (check_ids(&request->only, err) < 0 || check_ids(&request->requested, err) < 0)
		return -1;
	return check_ids(&request->without, err);
}

int
fix_request_from_options(struct cli *cli, struct hc_fix_request *ret, struct hc_err *err)
{
	*ret = (struct hc_fix_request){ .drivers = cli_get(cli, "drivers"),
					.convert_firmware = cli_get(cli, "convert-firmware"),
					.undo_to = cli_get(cli, "undo-to"),
					.undo_key = cli_get(cli, "undo-key"),
					.sysvol_authoritative =
						cli_has(cli, "sysvol-authoritative") };
	if (cli_list(cli, "only", &ret->only, err) < 0 ||
	    cli_list(cli, "fixups", &ret->requested, err) < 0 ||
	    cli_list(cli, "without", &ret->without, err) < 0)
		return -1;
	return complete(cli, ret, err);
}

static int
add_all(struct cli *cli, struct hc_strings *list, const struct hc_strings *more,
	struct hc_err *err)
{
	for (size_t i = 0; i < more->count; i++)
		if (!hc_strings_has(list, more->items[i]) &&
		    hc_strings_add(list, &cli->arena, more->items[i], err) < 0)
			return -1;
	return 0;
}

int
fix_request_from_intent(struct cli *cli, const struct hc_intent *intent,
			struct hc_fix_request *ret, struct hc_err *err)
{
	if (ret->drivers == NULL)
		ret->drivers = intent->drivers;
	if (ret->convert_firmware == NULL)
		ret->convert_firmware = intent->convert_firmware;
	if (ret->undo_to == NULL && ret->undo_key == NULL) {
		ret->undo_to = intent->undo_to;
		ret->undo_key = intent->undo_key;
	}
	if (add_all(cli, &ret->requested, &intent->fixups, err) < 0 ||
	    add_all(cli, &ret->without, &intent->without, err) < 0)
		return -1;
	ret->sysvol_authoritative = ret->sysvol_authoritative || intent->sysvol_authoritative;
	return complete(cli, ret, err);
}

static int
begin(struct cli *cli, struct fix_run *run, struct hc_err *err)
{
	*run = (struct fix_run){ .cli = cli };
	if (fix_request_from_options(cli, &run->request, err) < 0 ||
	    cli_list(cli, "accept", &run->request.accepted, err) < 0 ||
	    hc_disk_describe(cli->args[0], &cli->arena, &run->disk, err) < 0 ||
	    machine_facts(cli, cli->args[0], &run->facts, &run->request.facts,
			  &run->request.this_machine, err) < 0)
		return -1;
	run->request.target = &run->disk;
	run->repairs.target = run->disk.path;
	return 0;
}

/* ---------------------------------------------------------------- looking */

static int
look(struct fix_run *run, struct hc_io *disk, uint64_t block, struct hc_err *err)
{
	struct hc_fix_found found = { 0 };
	struct hc_offline offline;
	char guid[HC_GUID_TEXT];
	int result;

	if (hc_guid_random(guid, err) < 0)
		return -1;
	run->request.run = hc_arena_printf(&run->cli->arena, "{%s}", guid);
	if (run->request.run == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a name");
	if (hc_offline_open_disk(disk, block, &run->cli->arena, &offline, err) < 0)
		return -1;
	run->system_partition = offline.volumes[offline.system].number;
	result = hc_fixup_detect(&offline, &run->request, &run->cli->arena, &found, err);
	hc_offline_close(&offline);
	run->repairs.edits = found.edits;
	run->repairs.notes = found.notes;
	return result;
}

static bool
is_refused(const struct hc_fix_notes *notes)
{
	for (size_t i = 0; i < notes->count; i++)
		if (notes->items[i].refused)
			return true;
	return false;
}

/* ---------------------------------------------------------------- telling */

static int
page(const struct fix_run *run, struct hc_buf *out, struct hc_err *err)
{
	const struct hc_repairs *repairs = &run->repairs;

	if (hc_edits_text(&repairs->edits, &repairs->notes, "", out, err) < 0)
		return -1;
	if (repairs->edits.count == 0)
		return hc_buf_printf(out, err, "%s: nothing to repair%s.\n", repairs->target,
				     is_refused(&repairs->notes) ? " that could be repaired"
								 : "");
	if (!repairs->made)
		return hc_buf_printf(out, err, "%s: %zu change%s to make.\n", repairs->target,
				     repairs->edits.count,
				     repairs->edits.count == 1 ? "" : "s");
	return hc_buf_printf(out, err,
			     "%s: %zu change%s made; `halcyon undo` takes them back, run %s.\n",
			     repairs->target, repairs->edits.count,
			     repairs->edits.count == 1 ? "" : "s", repairs->run);
}

static int
tell(const struct fix_run *run, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result;

	if (run->cli->json)
		return cli_print(&hc_repairs_shape, &run->repairs, err);
	if (run->cli->quiet)
		return 0;
	result = page(run, &text, err);
	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}

/* ---------------------------------------------------------------- making */

static int
confirm(const struct fix_run *run, struct hc_err *err)
{
	const struct hc_plan_target target = { .path = run->disk.path,
					       .identity = run->disk.identity };
	struct hc_buf text = { 0 };
	int result = page(run, &text, err);

	if (result == 0)
		result = run_confirm_target(run->cli, &target, "changed", hc_buf_span(&text),
					    err);
	hc_buf_done(&text);
	return result;
}

static int
make(struct fix_run *run, struct hc_fix *fix, struct hc_err *err)
{
	char created[HC_TIME_TEXT];
	struct hc_undo undo = { .run = run->request.run,
				.tool = "halcyon " HC_VERSION,
				.edits = run->repairs.edits };

	hc_time_text(time(NULL), created);
	undo.created = hc_arena_strdup(&run->cli->arena, created);
	if (undo.created == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (hc_fix_make(fix, &undo, run->system_partition, err) < 0 ||
	    hc_fixup_set_variables(&undo.edits, NULL, err) < 0)
		return -1;
	run->repairs.made = true;
	run->repairs.run = undo.run;
	return 0;
}

/* What is wrong and was not repaired makes the command fail, whatever else it repaired. */
static int
end(const struct fix_run *run, struct hc_err *err)
{
	if (tell(run, err) < 0)
		return -1;
	for (size_t i = 0; i < run->repairs.notes.count; i++) {
		const struct hc_fix_note *note = &run->repairs.notes.items[i];

		if (!note->refused)
			continue;
		hc_err_set(err, H_FIX_REFUSED, "%s: %s", note->fixup, note->text);
		return note->remedy != NULL ? hc_err_remedy(err, "%s", note->remedy) : -1;
	}
	return 0;
}

static int
dry_run(struct fix_run *run, struct hc_err *err)
{
	struct hc_io *disk = NULL;
	int result = hc_io_open_file(run->disk.path, &disk, err);

	if (result == 0)
		result = look(run, disk, run->disk.is_file ? 0 : run->disk.logical_block, err);
	hc_io_close(disk);
	return result < 0 ? -1 : end(run, err);
}

static int
fix_with(struct fix_run *run, const struct hc_undo_place *place, struct hc_err *err)
{
	struct hc_fix *fix = NULL;
	int result = -1;

	if (hc_fix_open(&run->disk, place, &run->cli->arena, &fix, err) < 0)
		return -1;
	/* What an earlier run was cut off in has the operator's word already. */
	if (hc_fix_resume(fix, err) == 0 &&
	    look(run, hc_fix_disk(fix), hc_fix_block(fix), err) == 0 &&
	    (run->repairs.edits.count == 0 ||
	     (confirm(run, err) == 0 && make(run, fix, err) == 0)))
		result = end(run, err);
	hc_fix_close(fix);
	return result;
}

int
cmd_fix(struct cli *cli, struct hc_err *err)
{
	struct hc_undo_place *place = NULL;
	struct fix_run run;
	int result;

	if (begin(cli, &run, err) < 0)
		return -1;
	if (cli_has(cli, "dry-run"))
		return dry_run(&run, err);
	if (undo_place(run.request.undo_to, run.request.undo_key, &place, err) < 0)
		return -1;
	result = fix_with(&run, place, err);
	hc_undo_place_close(place);
	return result;
}
