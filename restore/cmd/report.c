/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon report: what one run left; which runs left something. */
#include "restore/report/report.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "restore/cmd/cli.h"
#include "restore/model/runs.h"

/* A run's folder, or the folder of a wizard that holds those of its runs, or the one that holds the wizards'. */
#define DEPTH 2
/* A folder of many other things is none of runs. */
#define FOLDERS_MAX 4096

struct look {
	struct cli *cli;
	struct hc_runs runs;
	unsigned folders;
};

static int
add_run(struct look *look, const char *folder, const char *path, struct hc_err *err)
{
	struct hc_arena *arena = &look->cli->arena;
	struct hc_report report = { 0 };
	struct hc_run_entry *entry;
	struct hc_err why;
	const char *text;

	if (hc_doc_load(&hc_report_shape, path, arena, &report, &why) < 0) {
		text = hc_arena_printf(arena, "%s: %s", path, why.text[0]);
		return text == NULL ? hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list")
				    : hc_strings_add(&look->runs.unreadable, arena, text, err);
	}
	entry = hc_arena_grow(arena, &look->runs.runs.items, &look->runs.runs.count,
			      sizeof(*entry));
	if (entry == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list");
	*entry = (struct hc_run_entry){ .path = folder,
					.created = report.created,
					.outcome = report.outcome,
					.task = report.task,
					.backup = report.backup,
					.target = report.target.path,
					.identity = report.target.identity.name,
					.error = report.error,
					.state = report.state };
	return 0;
}

static int look_into(struct look *look, const char *folder, unsigned depth, struct hc_err *err);

/* Links are not followed: they lead out of the folder, or around in it. */
static int
is_folder(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.';
}

static int
look_below(struct look *look, const char *folder, unsigned depth, struct hc_err *err)
{
	struct dirent **names = NULL;
	/* Folders that only others may read are no concern of ours. */
	int count = scandir(folder, &names, is_folder, alphasort), result = 0;

	for (int i = 0; i < count; i++) {
		const char *path =
			hc_arena_printf(&look->cli->arena, "%s/%s", folder, names[i]->d_name);

		if (path == NULL)
			result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
		if (result == 0 && look->folders++ < FOLDERS_MAX)
			result = look_into(look, path, depth, err);
		free(names[i]);
	}
	free(names);
	return result;
}

static int
look_into(struct look *look, const char *folder, unsigned depth, struct hc_err *err)
{
	const char *path = hc_arena_printf(&look->cli->arena, "%s/report.json", folder);

	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
	if (access(path, F_OK) == 0 && add_run(look, folder, path, err) < 0)
		return -1;
	return depth > 0 ? look_below(look, folder, depth - 1, err) : 0;
}

/* Times are RFC 3339 in UTC, so text compares; folders of one second by name. */
static bool
is_later(const struct hc_run_entry *a, const struct hc_run_entry *b)
{
	int by_time = strcmp(a->created != NULL ? a->created : "",
			     b->created != NULL ? b->created : "");

	return by_time != 0 ? by_time > 0 : strcmp(a->path, b->path) > 0;
}

static void
sort_runs(struct hc_runs *runs)
{
	struct hc_run_entry *items = runs->runs.items;

	for (size_t i = 1; i < runs->runs.count; i++) {
		struct hc_run_entry item = items[i];
		size_t at = i;

		for (; at > 0 && is_later(&item, &items[at - 1]); at--)
			items[at] = items[at - 1];
		items[at] = item;
	}
}

static void
print_runs(const struct hc_runs *runs)
{
	for (size_t i = 0; i < runs->runs.count; i++) {
		const struct hc_run_entry *run = &runs->runs.items[i];

		printf("%-20s  %-8s  %-5s  %s  %s  %s\n",
		       run->created != NULL ? run->created : "-",
		       run->outcome != NULL ? run->outcome : "-",
		       run->error != NULL ? run->error : "-",
		       run->target != NULL ? run->target : "-",
		       run->backup != NULL ? run->backup : "-", run->path);
	}
	for (size_t i = 0; i < runs->unreadable.count; i++)
		fprintf(stderr, "Not read: %s\n", runs->unreadable.items[i]);
}

static int
list_runs(struct cli *cli, struct hc_err *err)
{
	struct look look = { .cli = cli, .runs = { .folder = cli->args[0] } };

	if (access(cli->args[0], R_OK | X_OK) < 0)
		return hc_err_sys(err, H_NOT_FOUND, "looking into %s", cli->args[0]);
	if (look_into(&look, cli->args[0], DEPTH, err) < 0)
		return -1;
	sort_runs(&look.runs);
	if (cli->json)
		return cli_print(&hc_runs_shape, &look.runs, err);
	print_runs(&look.runs);
	return 0;
}

int
cmd_report(struct cli *cli, struct hc_err *err)
{
	struct hc_report report = { 0 };
	struct hc_buf text = { 0 };
	const char *path = hc_arena_printf(&cli->arena, "%s/report.json", cli->args[0]);
	int result;

	if (cli_has(cli, "list"))
		return list_runs(cli, err);
	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
	if (hc_doc_load(&hc_report_shape, path, &cli->arena, &report, err) < 0)
		return -1;
	if (cli->json)
		return cli_print(&hc_report_shape, &report, err);
	result = hc_report_text(&report, &text, err);
	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}
