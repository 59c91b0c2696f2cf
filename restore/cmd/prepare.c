/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a request to everything that a plan is made of. */
#include "restore/cmd/prepare.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/text.h"
#include "restore/probe/probe.h"
#include "restore/survey/survey.h"

int
place_options(struct cli *cli, struct hc_place_options *ret, struct hc_err *err)
{
	uint64_t seconds;

	if (cli_number(cli, "patience", 0, &seconds, err) < 0)
		return -1;
	if (seconds > UINT_MAX / 1000)
		return hc_err_set(err, H_USAGE, "--patience is too long");
	*ret = (struct hc_place_options){ .patience_ms = (unsigned)seconds * 1000,
					  .ca_file = cli_get(cli, "ca-file"),
					  .credentials_file = cli_get(cli, "credentials"),
					  .stop = &cli_stop };
	return 0;
}

int
request_from_options(struct cli *cli, struct request *ret, struct hc_err *err)
{
	*ret = (struct request){ .backup = cli->arg_count > 0 ? cli->args[0] : NULL,
				 .target = cli_get(cli, "target"),
				 .reuse = cli_has(cli, "reuse") };
	if (fix_request_from_options(cli, &ret->fix, err) < 0 ||
	    cli_number(cli, "tombstone-days", 0, &ret->tombstone_days, err) < 0 ||
	    cli_list(cli, "accept", &ret->accepted, err) < 0)
		return -1;
	return cli_list(cli, "override", &ret->overrides, err);
}

int
server_time(struct cli *cli, const struct hc_backup *backup, const char **ret,
	    struct hc_err *err)
{
	int64_t when = hc_backup_server_time(backup);
	char text[HC_TIME_TEXT];

	if (when == 0)
		return 0;
	hc_time_text((time_t)when, text);
	*ret = hc_arena_strdup(&cli->arena, text);
	return *ret != NULL ? 0 : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a time");
}

int
undo_place(const char *folder, const char *key_file, struct hc_undo_place **ret,
	   struct hc_err *err)
{
	*ret = NULL;
	if (folder == NULL && key_file == NULL)
		return 0;
	return hc_undo_place_open(folder, key_file, ret, err);
}

/* ---------------------------------------------------------------- the machine */

int
machine_facts(struct cli *cli, const char *target, struct hc_facts *store,
	      const struct hc_facts **ret, bool *ret_here, struct hc_err *err)
{
	const char *other = cli_get(cli, "for-machine"), *file = cli_get(cli, "facts");
	const struct hc_probe_options here = { 0 };
	struct stat st;
	bool is_device = target != NULL && stat(target, &st) == 0 && S_ISBLK(st.st_mode);

	*ret = NULL;
	*ret_here = false;
	if (other != NULL && strcmp(other, "unknown") == 0)
		return 0;
	if (other != NULL)
		file = other;
	/* An image file will be used by another machine, of which nothing was said. */
	if (file == NULL && target != NULL && !is_device)
		return 0;
	*ret = store;
	if (file != NULL)
		return hc_doc_load(&hc_facts_shape, file, &cli->arena, store, err);
	*ret_here = true;
	return hc_probe(&here, &cli->arena, store, err);
}

/* Which facts the rules about the machine are judged on; NULL: none (hazards 6).  *ret_here: they are those of the machine
 * that this runs on, and the target is a disk of it. */
static int
choose_facts(struct cli *cli, const struct request *request, struct prepared *ret,
	     bool *ret_here, struct hc_err *err)
{
	const struct hc_facts **facts = &ret->input.rules.facts;

	if (request->facts != NULL) {
		*facts = request->facts;
		*ret_here = request->target != NULL;
		return 0;
	}
	if (machine_facts(cli, request->target, &ret->facts, facts, ret_here, err) < 0)
		return -1;
	*ret_here = *ret_here && request->target != NULL;
	return 0;
}

/* What rules and options mean for the repairs. */
static int
choose_repairs(struct cli *cli, const struct prepared *prepared, struct hc_fix_request *fix,
	       struct hc_err *err)
{
	const struct hc_rules_input *rules = &prepared->input.rules;

	fix->this_machine = prepared->here;
	fix->accepted = rules->accepted;
	fix->same_machine = rules->facts != NULL && hc_same_machine(rules);
	/* Who accepts the session of another machine by name wants it kept. */
	if (!hc_strings_has(&rules->accepted, "VOL-2"))
		return 0;
	return hc_strings_add(&fix->without, &cli->arena, "hibernation", err);
}

/* The repairs that this program makes here: of its table, those that are not left out and did not refuse. */
static int
list_fixups(struct cli *cli, const struct hc_survey *survey, const struct hc_strings *without,
	    struct hc_strings *ret, struct hc_err *err)
{
	const struct hc_fixup *fixup;

	for (size_t i = 0; survey->repairs_known && (fixup = hc_fixups_at(i)) != NULL; i++) {
		bool refused = hc_strings_has(without, fixup->id);

		for (size_t k = 0; k < survey->notes.count; k++)
			refused = refused ||
				  (survey->notes.items[k].refused &&
				   strcmp(survey->notes.items[k].fixup, fixup->id) == 0);
		if (!refused && hc_strings_add(ret, &cli->arena, fixup->id, err) < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- the target */

static int
describe_new_file(struct cli *cli, const char *path, const struct hc_manifest_disk *disk,
		  struct prepared *ret, struct hc_err *err)
{
	const char *slash = strrchr(path, '/');
	struct hc_disk *target = &ret->target;

	target->path = path;
	target->bus = "file";
	target->is_file = true;
	target->size = disk->size;
	target->logical_block = disk->logical_block;
	target->physical_block = disk->physical_block;
	target->holds = "nothing: it will be created";
	target->holds_kind = "blank";
	target->identity.name = hc_arena_strdup(&cli->arena, slash ? slash + 1 : path);
	target->identity.size = disk->size;
	ret->input.create_size = disk->size;
	return target->identity.name != NULL ? 0
					     : hc_err_set(err, H_OUT_OF_MEMORY, "no memory");
}

static int
describe_target(struct cli *cli, const char *path, uint64_t disk, struct prepared *ret,
		struct hc_err *err)
{
	const struct hc_manifest *manifest = hc_backup_manifest(ret->backup);
	struct stat st;

	if (lstat(path, &st) == 0)
		return hc_disk_describe(path, &cli->arena, &ret->target, err);
	if (errno != ENOENT)
		return hc_err_sys(err, H_TARGET_BAD, "looking at %s", path);
	if (strncmp(path, "/dev/", 5) == 0)
		return hc_err_set(err, H_TARGET_BAD, "there is no device %s", path);
	if (disk >= manifest->disks.count)
		return hc_err_set(err, H_NOT_FOUND, "the backup has no disk %llu",
				  (unsigned long long)disk);
	return describe_new_file(cli, path, &manifest->disks.items[disk], ret, err);
}

/* ---------------------------------------------------------------- all together */

/* A plan is carried out later, perhaps from elsewhere: folders are absolute in it. */
static int
absolute_repository(struct cli *cli, const char *backup, const char **ret, struct hc_err *err)
{
	const char *repository, *id;
	char path[PATH_MAX];

	if (hc_backup_parse_name(backup, &cli->arena, &repository, &id, err) < 0)
		return -1;
	if (strstr(repository, "://") == NULL) {
		if (realpath(repository, path) == NULL)
			return hc_err_sys(err, H_NOT_FOUND, "looking for the repository %s",
					  repository);
		repository = hc_arena_strdup(&cli->arena, path);
	}
	*ret = repository;
	return repository != NULL ? 0 : hc_err_set(err, H_OUT_OF_MEMORY, "no memory");
}

/* Only the verdict is there for every mode so far. */
static int
check_mode(const struct cli *cli, const char **ret, struct hc_err *err)
{
	const char *mode = cli_get(cli, "mode");

	*ret = mode != NULL ? mode : "bmr";
	if (strcmp(*ret, "bmr") == 0)
		return 0;
	if (strcmp(mode, "volume") != 0 && strcmp(mode, "system-state") != 0)
		return hc_err_set(err, H_USAGE, "--mode %s: bmr, volume or system-state", mode);
	if (strcmp(cli->command->name, "check") == 0)
		return 0;
	return hc_err_set(err, H_UNSUPPORTED, "--mode %s: only bmr, whole disks, so far", mode);
}

int
prepare(struct cli *cli, const struct request *request, struct prepared *ret,
	struct hc_err *err)
{
	struct hc_rules_input *rules = &ret->input.rules;
	struct hc_place_options place;
	uint64_t disk, partition;
	const char *mode;

	memset(ret, 0, sizeof(*ret));
	if (request->backup == NULL)
		return hc_err_set(err, H_USAGE, "which backup? Give REPO//ID");
	if (check_mode(cli, &mode, err) < 0 || place_options(cli, &place, err) < 0 ||
	    cli_number(cli, "disk", 0, &disk, err) < 0 ||
	    cli_number(cli, "partition", 0, &partition, err) < 0 ||
	    absolute_repository(cli, request->backup, &ret->input.repository, err) < 0 ||
	    hc_backup_open(request->backup, &place, &ret->backup, err) < 0)
		return -1;
	*rules = (struct hc_rules_input){ .manifest = hc_backup_manifest(ret->backup),
					  .disk = disk,
					  .partition = partition,
					  .mode = mode,
					  .tombstone_days = request->tombstone_days,
					  .unattended = request->unattended,
					  .named_by_identity = request->named_by_identity,
					  .reerase = request->reerase,
					  .overrides = request->overrides,
					  .accepted = request->accepted };
	ret->input.manifest_sha256 = hc_backup_manifest_sha256(ret->backup);
	ret->input.task = request->task;
	ret->input.reuse = request->reuse;
	ret->input.undo_to = request->fix.undo_to;
	ret->input.undo_key = request->fix.undo_key;
	if (server_time(cli, ret->backup, &rules->server_time, err) < 0 ||
	    choose_facts(cli, request, ret, &ret->here, err) < 0)
		return -1;
	if (request->target != NULL) {
		if (describe_target(cli, request->target, disk, ret, err) < 0)
			return -1;
		rules->target = &ret->target;
		/* What an interrupted restore wrote is looked at before it is fetched again. */
		if (ret->target.holds_kind != NULL &&
		    strcmp(ret->target.holds_kind, "halcyon-unfinished") == 0)
			ret->input.reuse = true;
	}
	if (disk < rules->manifest->disks.count) {
		struct hc_survey_request survey = { .disk = disk,
						    .target = rules->target,
						    .facts = rules->facts,
						    .fix = request->fix };

		survey.compare = request->compare;
		survey.keep_identity = hc_strings_has(&rules->accepted, "DSK-3");
		if (choose_repairs(cli, ret, &survey.fix, err) < 0)
			return -1;
		if (hc_survey(ret->backup, &survey, &cli->arena, &ret->survey, err) < 0 ||
		    list_fixups(cli, &ret->survey, &survey.fix.without, &ret->input.fixups,
				err) < 0)
			return -1;
		ret->without = survey.fix.without;
		rules->survey = &ret->survey;
	}
	return 0;
}

void
prepared_done(struct prepared *prepared)
{
	hc_backup_close(prepared->backup);
	prepared->backup = NULL;
}

/* For people who choose: each repair, and what the plan makes of it. */
static int
describe_repairs(struct cli *cli, const struct prepared *prepared, struct hc_plan *plan,
		 struct hc_err *err)
{
	const struct hc_fixup *fixup;

	for (size_t i = 0; prepared->survey.repairs_known && (fixup = hc_fixups_at(i)) != NULL;
	     i++) {
		struct hc_plan_repair *repair =
			hc_arena_grow(&cli->arena, &plan->repairs.items, &plan->repairs.count,
				      sizeof(*repair));

		if (repair == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a plan");
		*repair = (struct hc_plan_repair){
			.fixup = fixup->id,
			.title = fixup->title,
			.on_request = fixup->on_request,
			.left_out = hc_strings_has(&prepared->without, fixup->id),
		};
		for (size_t k = 0; k < plan->edits.count; k++)
			repair->edits += strcmp(plan->edits.items[k].fixup, fixup->id) == 0;
		for (size_t k = 0; k < plan->notes.count; k++)
			repair->notes += plan->notes.items[k].refused &&
					 strcmp(plan->notes.items[k].fixup, fixup->id) == 0;
	}
	return 0;
}

int
prepared_plan(struct cli *cli, const struct prepared *prepared, struct hc_plan *ret,
	      const char **ret_id, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	char seal[HC_SEAL_TEXT];
	int result;

	if (hc_plan_build(&prepared->input, &cli->arena, ret, err) < 0 ||
	    describe_repairs(cli, prepared, ret, err) < 0)
		return -1;
	result = hc_doc_write(&hc_plan_shape, ret, HC_JSON_PRETTY, &text, err);
	if (result == 0) {
		hc_doc_seal(hc_buf_span(&text), seal);
		*ret_id = hc_arena_strdup(&cli->arena, seal);
		if (*ret_id == NULL)
			result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a plan's id");
	}
	hc_buf_done(&text);
	return result;
}
