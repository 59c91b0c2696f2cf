/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon: the engine's program.  Its commands are the table below; only this file ends the process. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/log.h"
#include "restore/cmd/cli.h"

atomic_bool cli_stop;

/* clang-format off: a row of options a line */
#define END                                                                                    \
	{                                                                                      \
		NULL, NULL, NULL                                                               \
	}
#define MACHINE_OPTIONS                                                                        \
	{ "facts", "FILE", "facts of the machine that will run this (default: this one)" },    \
		{ "for-machine", "FACTS", "for another machine: its facts, or \"unknown\"" },  \
		{ "disk", "N", "disk of the backup, from 0 (default 0)" },                     \
		{ "mode", "MODE", "bmr: whole disks (check also: volume, system-state)" },     \
		{ "tombstone-days", "N",                                                       \
		  "how long the domain of a backed-up controller keeps deleted objects" },     \
		{ "override", "RULE", "override a block by name; stands in plan and report" }, \
	{                                                                                      \
		"accept", "RULE", "accept a warning by name; stands in plan and report"        \
	}
#define UNDO_OPTIONS                                                                           \
	{ "undo-to", "DIR", "folder outside of the disk for the record of a repair" },         \
	{                                                                                      \
		"undo-key", "FILE", "passphrase or key that encrypts the record there"         \
	}
#define REPAIR_OPTIONS                                                                         \
	{ "fixups", "ID", "make a repair that is made on request only; may be repeated" },     \
		{ "without", "ID", "leave a repair out; may be repeated" },                    \
		{ "drivers", "DIR", "driver packages for devices that Windows has none for" }, \
		{ "sysvol-authoritative", NULL,                                                \
		  "a restored domain controller is the only one of its domain" },              \
		{ "convert-firmware", "KIND", "uefi or bios: make Windows start by that" },    \
		UNDO_OPTIONS
#define PLACE_OPTIONS                                                                          \
	{ "ca-file", "FILE", "PEM certificates to trust for https" },                          \
		{ "credentials", "FILE",                                                       \
		  "user and password, or a token, for the server; mode 0600" },                \
	{                                                                                      \
		"patience", "SECONDS", "how long a server may be away (default 300)"           \
	}
/* clang-format on */

static const struct cli_option probe_options[] = {
	{ "sysroot", "DIR", "read a recorded machine instead of this one" },
	{ "record", "DIR", "write what was read into DIR, for a support case" },
	END
};
static const struct cli_option media_options[] = {
	{ "mount", "DEVICE", "mount this volume read-only and print where" },
	{ "unmount", "DEVICE", "take that away again" },
	{ "offline", NULL, "ask no servers" },
	{ "sysroot", "DIR", "list the volumes of a recorded machine instead of this one" },
	PLACE_OPTIONS,
	END
};
static const struct cli_option inspect_options[] = {
	{ "partition", "N",
	  "the Windows on this partition (default: the first that is found)" },
	{ "disk", "N", "the Windows on this disk of the backup, from 0" },
	PLACE_OPTIONS,
	END
};
static const struct cli_option capture_options[] = {
	{ "to", "REPO", "repository folder; made when it isn't there" },
	{ "id", "ID", "name of the backup (default: host and time)" },
	{ "events", NULL, "what is being done, a JSON object a line, on standard output" },
	{ "threads", "N", "threads (default: one per processor)" },
	{ "level", "N", "zstd level (default 3)" },
	{ "discard-hibernation", NULL, "leave out a resumable hiberfil.sys too" },
	{ "trust-bitmap", NULL,
	  "leave out free clusters of a volume with an unreplayed journal" },
	END
};
static const struct cli_option catalog_options[] = {
	{ "facts", "FILE", "say which fit the machine with these facts, best first" },
	PLACE_OPTIONS,
	END
};
static const struct cli_option check_options[] = {
	{ "target", "TARGET", "disk or image file to judge, too" },
	{ "partition", "N", "volume that --mode volume is about" },
	MACHINE_OPTIONS,
	REPAIR_OPTIONS,
	PLACE_OPTIONS,
	END
};
static const struct cli_option plan_options[] = {
	{ "target", "TARGET", "disk or image file that will be erased" },
	{ "intent", "FILE", "take backup and choices from an answer file" },
	{ "out", "FILE", "write the plan to FILE (default with --json: standard output)" },
	{ "reuse", NULL, "keep what the target holds already where it is the same" },
	MACHINE_OPTIONS,
	REPAIR_OPTIONS,
	PLACE_OPTIONS,
	END
};
static const struct cli_option apply_options[] = {
	{ "confirm", "IDENTITY", "the target's serial or WWN, or the base name of a file" },
	{ "threads", "N", "threads (default: 16 for a server)" },
	{ "state-dir", "DIR", "keep plan, events and report there" },
	UNDO_OPTIONS,
	PLACE_OPTIONS,
	END
};
static const struct cli_option restore_options[] = {
	{ "target", "TARGET", "disk or image file that will be erased" },
	{ "confirm", "IDENTITY", "the target's serial or WWN, or the base name of a file" },
	{ "reuse", NULL, "keep what the target holds already where it is the same" },
	{ "threads", "N", "threads (default: 16 for a server)" },
	{ "state-dir", "DIR", "keep plan, events and report there" },
	{ "unattended", NULL, "ask nobody; the answer file says everything" },
	{ "intent", "URL", "answer file, a path or a URL" },
	MACHINE_OPTIONS,
	REPAIR_OPTIONS,
	PLACE_OPTIONS,
	END
};
static const struct cli_option fix_options[] = {
	{ "only", "ID", "this repair alone, also one on request; may be repeated" },
	{ "dry-run", NULL, "say what would be changed, old and new, and change nothing" },
	{ "confirm", "IDENTITY", "the target's serial or WWN, or the base name of a file" },
	{ "facts", "FILE", "facts of the machine that it shall start on (default: this one)" },
	{ "for-machine", "FACTS", "for another machine: its facts, or \"unknown\"" },
	{ "accept", "RULE", "accept what a repair may cost, by name: VOL-1, VOL-3" },
	REPAIR_OPTIONS,
	END
};
static const struct cli_option undo_options[] = {
	{ "dry-run", NULL,
	  "say what would be taken back, and whether it can be, and write nothing" },
	{ "confirm", "IDENTITY", "the target's serial or WWN, or the base name of a file" },
	UNDO_OPTIONS,
	END
};
static const struct cli_option bootcheck_options[] = {
	{ "facts", "FILE", "facts of the machine that it shall boot on (default: this one)" },
	{ "for-machine", "FACTS", "for another machine: its facts, or \"unknown\"" },
	{ "disk", "N", "disk of the backup, from 0 (default 0)" },
	PLACE_OPTIONS,
	END
};
static const struct cli_option verify_options[] = {
	{ "target", "TARGET", "compare a restored disk or file with the backup" },
	{ "disk", "N", "disk of the backup, from 0 (default 0)" },
	{ "threads", "N", "threads" },
	UNDO_OPTIONS,
	PLACE_OPTIONS,
	END
};
static const struct cli_option file_options[] = {
	{ "partition", "N", "partition to look into (default: the one Windows lies on)" },
	{ "disk", "N", "disk of the backup, from 0" },
	PLACE_OPTIONS,
	END
};
static const struct cli_option extract_options[] = {
	{ "to", "OUT", "a file for a file, a folder for a folder" },
	{ "partition", "N", "partition to look into (default: the one Windows lies on)" },
	{ "disk", "N", "disk of the backup, from 0" },
	PLACE_OPTIONS,
	END
};
static const struct cli_option report_options[] = {
	{ "list", NULL, "the runs that left a report in DIR or below it, the latest first" },
	END
};
static const struct cli_option explain_options[] = {
	{ "list", "KIND", "errors, rules, fixups, schemas or commands" },
	{ "schema", "NAME", "the JSON Schema of a document" },
	END
};

const struct cli_command cli_commands[] = {
	{ "probe", "", 0, 0, "Facts of this machine, or of a recorded one.", probe_options,
	  cmd_probe },
	{ "media", "[DEVICE...]", 0, 4,
	  "What is attached, and where backups may be restored from.", media_options,
	  cmd_media },
	{ "inspect", "IMAGE|DEVICE|BACKUP|DIRECTORY", 1, 1, "The offline Windows found there.",
	  inspect_options, cmd_inspect },
	{ "capture", "IMAGE|DEVICE", 1, 1, "Captures a disk into a repository.",
	  capture_options, cmd_capture },
	{ "catalog", "REPO", 1, 1, "The backups in a repository.", catalog_options,
	  cmd_catalog },
	{ "check", "BACKUP", 1, 1, "The verdict only: whether a backup fits.", check_options,
	  cmd_check },
	{ "plan", "[BACKUP]", 0, 1, "The verdict and every write that a restore would do.",
	  plan_options, cmd_plan },
	{ "apply", "PLAN", 1, 1, "Carries out a plan.", apply_options, cmd_apply },
	{ "restore", "[BACKUP]", 0, 1, "Probe, plan, apply and report in one, for people.",
	  restore_options, cmd_restore },
	{ "fix", "TARGET", 1, 1, "Repairs the Windows on a disk for the machine it stands in.",
	  fix_options, cmd_fix },
	{ "undo", "TARGET", 1, 1, "Takes the last repair back.", undo_options, cmd_undo },
	{ "bootcheck", "TARGET|BACKUP", 1, 1,
	  "Whether a Windows would boot, and where it breaks.", bootcheck_options,
	  cmd_bootcheck },
	{ "verify", "BACKUP", 1, 1, "Checks a backup, or a target against it.", verify_options,
	  cmd_verify },
	{ "ls", "BACKUP PATH", 1, 2, "Lists a folder inside a backup.", file_options, cmd_ls },
	{ "cat", "BACKUP PATH", 2, 2, "Prints a file inside a backup.", file_options, cmd_cat },
	{ "extract", "BACKUP PATH", 2, 2, "Copies a file or folder out of a backup.",
	  extract_options, cmd_extract },
	{ "report", "DIR", 1, 1, "The report of a run.", report_options, cmd_report },
	{ "explain", "[RULE|ERROR|FIXUP]", 0, 1,
	  "What a rule, an error or a repair means and what to do.", explain_options,
	  cmd_explain },
	{ NULL, NULL, 0, 0, NULL, NULL, NULL },
};

static void
on_signal(int number)
{
	(void)number;
	atomic_store(&cli_stop, true);
}

static void
catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* A reader that went away must not stop a write in progress. */
	signal(SIGPIPE, SIG_IGN);
}

static int
report_failure(struct hc_err *err)
{
	hc_log_err(err);
	return hc_err_exit_status(err);
}

static const struct cli_command *
find_command(const char *name)
{
	for (const struct cli_command *c = cli_commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int
main(int argc, char **argv)
{
	struct cli cli = { 0 };
	struct hc_err err;
	int status = 0;

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		cli_print_index();
		return argc < 2 ? 2 : 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("halcyon %s\n", HC_VERSION);
		return 0;
	}
	cli.command = find_command(argv[1]);
	if (cli.command == NULL) {
		hc_err_set(&err, H_USAGE, "there is no command \"%s\"", argv[1]);
		hc_err_remedy(&err, "`halcyon --help` lists the commands.");
		return report_failure(&err);
	}
	catch_signals();
	if (cli_parse(&cli, argc - 2, argv + 2, &err) < 0)
		status = report_failure(&err);
	else if (cli.help)
		cli_print_help(cli.command);
	else if (cli.command->run(&cli, &err) < 0)
		status = report_failure(&err);
	hc_arena_done(&cli.arena);
	return status;
}
