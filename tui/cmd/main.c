/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon-wizard: the wizard, on a terminal or without one. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/base/log.h"
#include "tui/cmd/cmd_priv.h"

static const char usage[] =
	"halcyon-wizard [OPTION]...\n"
	"Restore and verify backups, step by step, on the screen or a serial console.\n"
	"\n"
	"  --repo REPO       repository to begin with: a folder or a URL; else the "
	"environment's\n"
	"                    HALCYON_REPO, else the kernel parameter halcyon.repo\n"
	"  --engine PROGRAM  halcyon; else the one beside this program, else the one in PATH\n"
	"  --run-dir DIR     where plan, events and report of this run are kept; else a new "
	"folder in\n"
	"                    /run/halcyon, or in TMPDIR\n"
	"  --facts FILE      this machine's facts from a file instead of `halcyon probe`\n"
	"  --ascii           draw lines in ASCII\n"
	"  --utf8            draw lines in UTF-8, whatever the terminal says\n"
	"  --console DEVICE[,TYPE]  show it on this terminal in place of this one, and take keys "
	"from it; may be\n"
	"                    given up to eight times; TYPE as TERM has it\n"
	"  --kiosk URL       restore what this answer file says, without asking, as an\n"
	"                    unattended halcyon restore does\n"
	"  --resident        the wizard is all there is: it can't be quit\n"
	"  --script FILE     no terminal: follow the keys in FILE and print the screens; the "
	"engine's\n"
	"                    answers are files beside it\n"
	"  --size 80x24      of the script's screens\n"
	"  --help, --version\n"
	"\n"
	"Words of a script: UP DOWN LEFT RIGHT PGUP PGDN HOME END ENTER ESC BACKSPACE DELETE "
	"CTRL-U F1,\n"
	"\"text\" that is typed, SCREEN (print it), TICK milliseconds, HOLD and ANSWER (let a "
	"document wait,\n"
	"deliver it), FEED count|ALL (lines of events), EXIT status (of the run).  # begins a "
	"comment.\n";

enum {
	OPT_REPO = 256,
	OPT_ENGINE,
	OPT_RUN_DIR,
	OPT_FACTS,
	OPT_ASCII,
	OPT_UTF8,
	OPT_CONSOLE,
	OPT_KIOSK,
	OPT_RESIDENT,
	OPT_SCRIPT,
	OPT_SIZE,
	OPT_HELP,
	OPT_VERSION,
};

static const struct option long_options[] = {
	{ "repo", required_argument, NULL, OPT_REPO },
	{ "engine", required_argument, NULL, OPT_ENGINE },
	{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
	{ "facts", required_argument, NULL, OPT_FACTS },
	{ "ascii", no_argument, NULL, OPT_ASCII },
	{ "utf8", no_argument, NULL, OPT_UTF8 },
	{ "console", required_argument, NULL, OPT_CONSOLE },
	{ "kiosk", required_argument, NULL, OPT_KIOSK },
	{ "resident", no_argument, NULL, OPT_RESIDENT },
	{ "script", required_argument, NULL, OPT_SCRIPT },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

static bool
parse_size(const char *text, int *width, int *height)
{
	char rest;

	return sscanf(text, "%4dx%4d%c", width, height, &rest) == 2 && *width > 0 &&
	       *height > 0;
}

/* DEVICE[,TYPE]; the text is cut in two. */
static int
add_console(struct hc_wizard_options *options, char *text, struct hc_err *err)
{
	char *comma = strchr(text, ',');

	if (options->console_count == HC_TERMS)
		return hc_err_set(err, H_USAGE, "there are more than %d consoles", HC_TERMS);
	if (comma != NULL)
		*comma++ = '\0';
	options->consoles[options->console_count++] =
		(struct hc_term_options){ .device = text, .type = comma };
	return 0;
}

/* 0: go on; 1: everything was said; -1: wrong. */
static int
parse(int argc, char **argv, struct hc_wizard_options *options, struct hc_err *err)
{
	int got;

	opterr = 0;
	while ((got = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (got) {
		case OPT_REPO:
			options->repository = optarg;
			break;
		case OPT_ENGINE:
			options->engine = optarg;
			break;
		case OPT_RUN_DIR:
			options->run_dir = optarg;
			break;
		case OPT_FACTS:
			options->facts = optarg;
			break;
		case OPT_ASCII:
			options->draw = HC_DRAW_ASCII;
			break;
		case OPT_UTF8:
			options->draw = HC_DRAW_UTF8;
			break;
		case OPT_CONSOLE:
			if (add_console(options, optarg, err) < 0)
				return -1;
			break;
		case OPT_KIOSK:
			options->intent = optarg;
			break;
		case OPT_RESIDENT:
			options->resident = true;
			break;
		case OPT_SCRIPT:
			options->script = optarg;
			break;
		case OPT_HELP:
			fputs(usage, stdout);
			return 1;
		case OPT_VERSION:
			puts("halcyon-wizard " HC_VERSION);
			return 1;
		case OPT_SIZE:
			if (!parse_size(optarg, &options->width, &options->height))
				return hc_err_set(err, H_USAGE,
						  "--size wants 80x24, not \"%s\"", optarg);
			break;
		default:
			return hc_err_set(err, H_USAGE,
					  "\"%s\" is not an option, or wants a value",
					  argv[optind - 1]);
		}
	}
	if (optind < argc)
		return hc_err_set(err, H_USAGE, "\"%s\" is too much", argv[optind]);
	return 0;
}

/* The value of a kernel parameter; false when it isn't there. */
static bool
kernel_parameter(const char *name, char *buf, size_t size)
{
	struct hc_buf line = { 0 };
	struct hc_err err;
	bool found = false;
	char *word, *rest = NULL;

	if (hc_file_read("/proc/cmdline", 65536, &line, &err) < 0 ||
	    hc_buf_append(&line, "", 1, &err) < 0)
		goto out;
	for (word = strtok_r((char *)line.data, " \n", &rest); word != NULL;
	     word = strtok_r(NULL, " \n", &rest)) {
		if (strncmp(word, name, strlen(name)) != 0 || word[strlen(name)] != '=')
			continue;
		snprintf(buf, size, "%s", word + strlen(name) + 1);
		found = true;
	}
out:
	hc_buf_done(&line);
	return found;
}

/* The engine beside this program, else the one in PATH. */
static void
find_engine(char *buf, size_t size)
{
	ssize_t got = readlink("/proc/self/exe", buf, size - 16);
	char *slash;

	buf[got > 0 ? got : 0] = '\0';
	slash = strrchr(buf, '/');
	if (slash != NULL) {
		strcpy(slash + 1, "halcyon");
		if (access(buf, X_OK) == 0)
			return;
	}
	snprintf(buf, size, "halcyon");
}

/* A folder of its own for this run: in /run where that may be written, else among the temporary files. */
static int
make_run_dir(char *buf, size_t size, struct hc_err *err)
{
	const char *tmp = getenv("TMPDIR");
	struct hc_err ignored;

	snprintf(buf, size, HC_STATE_DIR "/wizard-XXXXXX");
	if (hc_file_make_dirs(HC_STATE_DIR, &ignored) == 0 && mkdtemp(buf) != NULL)
		return 0;
	snprintf(buf, size, "%s/halcyon-wizard-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(buf) == NULL)
		return hc_err_sys(err, H_IO, "making the folder %s", buf);
	return 0;
}

/* Goes only when it is empty: documents of a run are kept. */
static void
drop_run_dir(const char *path, const char *made)
{
	if (path == made)
		rmdir(path);
}

static int
load_facts(struct hc_wiz *wiz, const char *path, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result = hc_file_read(path, 64u << 20, &text, err);

	if (result == 0 && !hc_wiz_load_facts(wiz, hc_buf_span(&text)))
		result = hc_err_set(err, H_DOC_SCHEMA, "%s: %s", path, wiz->trouble);
	hc_buf_done(&text);
	return result;
}

/* All consoles of the boot image keep their runs below one folder; elsewhere only this run's are ours. */
static const char *
reports_dir(const char *run_dir)
{
	static const char shared[] = HC_STATE_DIR "/";

	return strncmp(run_dir, shared, sizeof(shared) - 1) == 0 ? HC_STATE_DIR : run_dir;
}

static int
run(struct hc_wizard_options *options, struct hc_err *err)
{
	char engine[4096], made[256] = "", parameter[512];
	struct hc_wiz_config config;
	struct hc_wiz *wiz;
	int result = -1;

	if (options->repository == NULL)
		options->repository = getenv("HALCYON_REPO");
	/* A script shows the same on every machine. */
	if (options->repository == NULL && options->script == NULL &&
	    kernel_parameter("halcyon.repo", parameter, sizeof(parameter)))
		options->repository = parameter;
	if (options->engine == NULL) {
		find_engine(engine, sizeof(engine));
		options->engine = engine;
	}
	options->run_dir_given = options->run_dir != NULL;
	if (options->console_count == 0)
		options->console_count = 1;
	for (size_t i = 0; i < options->console_count; i++)
		options->consoles[i].draw = options->draw;
	if (options->run_dir == NULL && options->script != NULL)
		options->run_dir = HC_STATE_DIR;
	if (options->run_dir == NULL) {
		if (make_run_dir(made, sizeof(made), err) < 0)
			return -1;
		options->run_dir = made;
	}
	config = (struct hc_wiz_config){ .run_dir = options->run_dir,
					 .repository = options->repository,
					 .resident = options->resident,
					 .reports_dir = reports_dir(options->run_dir),
					 .intent = options->intent,
					 .state_dir = options->run_dir_given ? options->run_dir
									     : HC_STATE_DIR };
	wiz = hc_wiz_new(&config);
	if (wiz == NULL)
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the wizard");
	else if (options->facts == NULL || load_facts(wiz, options->facts, err) == 0)
		result = options->script != NULL ? hc_wizard_script(wiz, options, err)
						 : hc_wizard_live(wiz, options, err);
	hc_wiz_free(wiz);
	drop_run_dir(options->run_dir, made);
	return result;
}

int
main(int argc, char **argv)
{
	struct hc_wizard_options options = { .width = 80, .height = 24 };
	struct hc_err err;
	int parsed = parse(argc, argv, &options, &err);

	if (parsed > 0)
		return 0;
	if (parsed == 0 && run(&options, &err) == 0)
		return 0;
	hc_log_err(&err);
	return hc_err_exit_status(&err);
}
