/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line as tables: parsing, --help, and what each command prints.
 *
 * Shape:   a command is a row with its options; cli_parse fills a struct cli; run() returns 0 or -1 with err, and
 *          main turns the error into text and exit status.
 * Owner:   option values are borrowed from argv.
 * Errors:  H_USAGE.
 * Source:  design.md section 4: names, options and exit statuses are contracts.
 */
#ifndef HC_CMD_CLI_H
#define HC_CMD_CLI_H

#include <stdatomic.h>
#include <stdbool.h>

#include "restore/base/arena.h"
#include "restore/model/json.h"

#define CLI_VALUES_MAX 64

struct cli_option {
	const char *name;  /* without dashes */
	const char *value; /* "FILE"; NULL: a flag */
	const char *about;
};

struct cli;

struct cli_command {
	const char *name;
	const char *arguments; /* "BACKUP PATH" */
	unsigned least, most;  /* how many of them */
	const char *about;
	const struct cli_option *options; /* ends with a NULL name */
	int (*run)(struct cli *cli, struct hc_err *err);
};

struct cli {
	const struct cli_command *command;
	const char *args[4];
	unsigned arg_count;
	struct {
		const char *name;
		const char *value;
	} values[CLI_VALUES_MAX];
	unsigned value_count;
	bool json, quiet, help;
	struct hc_arena arena; /* for everything that lives as long as the command */
};

/* Set by SIGINT and SIGTERM: long work stops cleanly. */
extern atomic_bool cli_stop;

/* All commands, ends with a NULL name. */
extern const struct cli_command cli_commands[];

int cli_parse(struct cli *cli, int argc, char **argv, struct hc_err *err);
void cli_print_help(const struct cli_command *command);
void cli_print_index(void);

/* The last value given, or NULL. */
const char *cli_get(const struct cli *cli, const char *name);
bool cli_has(const struct cli *cli, const char *name);
/* Every value given for an option that may be repeated or hold a list with commas. */
int cli_list(struct cli *cli, const char *name, struct hc_strings *ret, struct hc_err *err);
/* A whole number; `otherwise` when the option wasn't given. */
int cli_number(const struct cli *cli, const char *name, uint64_t otherwise, uint64_t *ret,
	       struct hc_err *err);

/* A document on standard output. */
int cli_print(const struct hc_shape *shape, const void *doc, struct hc_err *err);
int cli_print_buf(const struct hc_buf *text, struct hc_err *err);

/* The commands, one file each or a few that belong together. */
#define CLI_RUN(name) int cmd_##name(struct cli *cli, struct hc_err *err)
CLI_RUN(probe);
CLI_RUN(media);
CLI_RUN(inspect);
CLI_RUN(capture);
CLI_RUN(catalog);
CLI_RUN(check);
CLI_RUN(plan);
CLI_RUN(apply);
CLI_RUN(restore);
CLI_RUN(fix);
CLI_RUN(undo);
CLI_RUN(bootcheck);
CLI_RUN(verify);
CLI_RUN(ls);
CLI_RUN(cat);
CLI_RUN(extract);
CLI_RUN(report);
CLI_RUN(explain);

#endif
