/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line as tables: parsing and help. */
#include "restore/cmd/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/log.h"

static const struct cli_option common[] = {
	{ "json", NULL, "documents on standard output, nothing else" },
	{ "quiet", NULL, "no progress, no notes" },
	{ "log-level", "LEVEL", "error, warn, note (default) or debug" },
	{ "help", NULL, "this text" },
	{ NULL, NULL, NULL },
};

static const struct cli_option *
find(const struct cli_option *options, const char *name, size_t length)
{
	for (; options->name != NULL; options++)
		if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
			return options;
	return NULL;
}

static int
set_common(struct cli *cli, const char *name, const char *value, struct hc_err *err)
{
	enum hc_log_level level;

	if (strcmp(name, "json") == 0)
		cli->json = true;
	else if (strcmp(name, "help") == 0)
		cli->help = true;
	else if (strcmp(name, "quiet") == 0) {
		cli->quiet = true;
		hc_log_set_level(HC_LOG_WARN);
	} else if (hc_log_parse_level(value, &level)) {
		hc_log_set_level(level);
	} else {
		return hc_err_set(err, H_USAGE, "--log-level %s: error, warn, note or debug",
				  value);
	}
	return 0;
}

/* "--name", "--name=value" or "--name value"; returns how many words it took. */
static int
parse_option(struct cli *cli, char **words, int left, struct hc_err *err)
{
	const char *name = words[0] + 2, *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct cli_option *shared = find(common, name, length);
	const struct cli_option *option =
		shared ? shared : find(cli->command->options, name, length);
	const char *value = equals ? equals + 1 : NULL;
	int used = 1;

	if (option == NULL)
		return hc_err_set(err, H_USAGE, "%s has no option %s", cli->command->name,
				  words[0]);
	if (option->value == NULL && value != NULL)
		return hc_err_set(err, H_USAGE, "--%s takes no value", option->name);
	if (option->value != NULL && value == NULL) {
		if (left < 2)
			return hc_err_set(err, H_USAGE, "--%s wants %s", option->name,
					  option->value);
		value = words[1];
		used = 2;
	}
	if (shared != NULL)
		return set_common(cli, option->name, value, err) < 0 ? -1 : used;
	if (cli->value_count == CLI_VALUES_MAX)
		return hc_err_set(err, H_USAGE, "more than %d options", CLI_VALUES_MAX);
	cli->values[cli->value_count].name = option->name;
	cli->values[cli->value_count++].value = value;
	return used;
}

int
cli_parse(struct cli *cli, int argc, char **argv, struct hc_err *err)
{
	const unsigned room = sizeof(cli->args) / sizeof(cli->args[0]);
	bool options_over = false;

	for (int i = 0; i < argc;) {
		if (!options_over && strcmp(argv[i], "--") == 0) {
			options_over = true;
			i++;
		} else if (!options_over && strncmp(argv[i], "--", 2) == 0) {
			int used = parse_option(cli, argv + i, argc - i, err);

			if (used < 0)
				return -1;
			i += used;
		} else {
			if (cli->arg_count == room || cli->arg_count == cli->command->most)
				return hc_err_set(err, H_USAGE,
						  "%s: \"%s\" is one word too many",
						  cli->command->name, argv[i]);
			cli->args[cli->arg_count++] = argv[i++];
		}
	}
	if (!cli->help && cli->arg_count < cli->command->least)
		return hc_err_set(err, H_USAGE, "%s wants %s", cli->command->name,
				  cli->command->arguments);
	return 0;
}

static void
print_options(const struct cli_option *options)
{
	char name[64];

	for (; options->name != NULL; options++) {
		snprintf(name, sizeof(name), "--%s%s%s", options->name,
			 options->value ? " " : "", options->value ? options->value : "");
		printf("  %-24s %s\n", name, options->about);
	}
}

void
cli_print_help(const struct cli_command *command)
{
	printf("Usage: halcyon %s%s%s%s\n\n%s\n\nOptions:\n", command->name,
	       command->arguments[0] ? " " : "", command->arguments,
	       command->options->name ? " [OPTION...]" : "", command->about);
	print_options(command->options);
	print_options(common);
}

void
cli_print_index(void)
{
	printf("Usage: halcyon COMMAND [ARGUMENT...] [OPTION...]\n\n"
	       "Restores Windows machines onto bare metal while Windows is offline.\n\nCommands:\n");
	for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
		/* What needs more room gets a line of its own. */
		printf("  %-9s %-20s%s%.*s\n", c->name, c->arguments,
		       strlen(c->arguments) <= 20 ? " " : "\n                                 ",
		       (int)strcspn(c->about, "\n"), c->about);
	printf("\nEvery command knows --json, --quiet, --log-level LEVEL and --help.\n"
	       "`halcyon --version` prints the version.\n"
	       "Exit status: 0 done, 1 failed, 2 bad usage, 3 blocked by a rule, 4 needs an answer, "
	       "5 integrity failure.\n");
}

const char *
cli_get(const struct cli *cli, const char *name)
{
	for (unsigned i = cli->value_count; i > 0; i--)
		if (strcmp(cli->values[i - 1].name, name) == 0)
			return cli->values[i - 1].value;
	return NULL;
}

bool
cli_has(const struct cli *cli, const char *name)
{
	for (unsigned i = 0; i < cli->value_count; i++)
		if (strcmp(cli->values[i].name, name) == 0)
			return true;
	return false;
}

int
cli_list(struct cli *cli, const char *name, struct hc_strings *ret, struct hc_err *err)
{
	for (unsigned i = 0; i < cli->value_count; i++) {
		const char *at = cli->values[i].value;

		if (strcmp(cli->values[i].name, name) != 0)
			continue;
		while (*at != '\0') {
			size_t length = strcspn(at, ",");
			char *word = hc_arena_strndup(&cli->arena, at, length);

			if (word == NULL || hc_strings_add(ret, &cli->arena, word, err) < 0)
				return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for --%s",
						  name);
			at += length + (at[length] == ',');
		}
	}
	return 0;
}

int
cli_number(const struct cli *cli, const char *name, uint64_t otherwise, uint64_t *ret,
	   struct hc_err *err)
{
	const char *text = cli_get(cli, name);
	char *end;

	if (text == NULL) {
		*ret = otherwise;
		return 0;
	}
	errno = 0;
	*ret = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0)
		return hc_err_set(err, H_USAGE, "--%s %s: a whole number is wanted", name,
				  text);
	return 0;
}

int
cli_print_buf(const struct hc_buf *text, struct hc_err *err)
{
	if (text->size == 0)
		return 0;
	if (fwrite(text->data, 1, text->size, stdout) != text->size || fflush(stdout) != 0)
		return hc_err_sys(err, H_IO, "writing to standard output");
	return 0;
}

int
cli_print(const struct hc_shape *shape, const void *doc, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result = hc_doc_write(shape, doc, HC_JSON_PRETTY, &text, err);

	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}
