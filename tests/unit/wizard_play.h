/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of tui/model need: a wizard, documents that answer it, keys, and the way to a screen. */
#ifndef HC_TESTS_WIZARD_PLAY_H
#define HC_TESTS_WIZARD_PLAY_H

#include <stdint.h>
#include <stdlib.h>

#include "tests/unit/tap.h"
#include "tui/model/model.h"

/* A wizard, what it last asked for, and the documents that answer it. */
struct play {
	struct hc_wiz *wiz;
	struct hc_wiz_effect effect;
	uint64_t now_ms;
	struct hc_buf facts, catalog, check, plan, verdict;
	/* What its plan says of the disk; NULL: it keeps both. */
	const char *new_table_id, *convert_firmware;
};

static const char disk_serial[] = "WD-WX41A1234567";

__attribute__((unused)) static void
write_doc(const struct hc_shape *shape, const void *doc, struct hc_buf *out)
{
	struct hc_err err;

	if (hc_doc_write(shape, doc, HC_JSON_PRETTY, out, &err) < 0)
		ok(false, "writing %s: %s", shape->schema, err.text[0]);
}

__attribute__((unused)) static void
write_facts(struct play *play)
{
	const char *used[] = { "/mnt" }, *member[] = { "LVM2_member" };
	struct hc_disk disks[] = {
		{ .path = "/dev/sda",
		  .size = 100,
		  .in_use_by = { used, 1 },
		  .identity = { .name = "A" } },
		{ .path = "/dev/sdb", .size = 100, .identity = { .name = disk_serial } },
		{ .path = "/dev/sdc",
		  .size = 100,
		  .member_of = { member, 1 },
		  .identity = { .name = "C" } },
		{ .path = "/dev/sdd",
		  .size = 100,
		  .read_only = true,
		  .identity = { .name = "D" } },
		{ .path = "/dev/sde", .size = 100 },
		{ .path = "/dev/sdf", .size = 5, .identity = { .name = "F" } },
	};
	struct hc_facts facts = { .machine = { .uuid = "AB12" },
				  .disks = { disks, sizeof(disks) / sizeof(disks[0]) } };

	play->facts.size = 0;
	write_doc(&hc_facts_shape, &facts, &play->facts);
}

__attribute__((unused)) static void
write_catalog(struct play *play)
{
	struct hc_catalog_backup backups[] = {
		{ .id = "new",
		  .created = "2026-02-01T00:00:00Z",
		  .complete = true,
		  .used_bytes = 10 },
		{ .id = "mine-old",
		  .created = "2025-01-01T00:00:00Z",
		  .complete = true,
		  .machine_uuid = "ab12",
		  .used_bytes = 10 },
		{ .id = "mine",
		  .created = "2026-01-01T00:00:00Z",
		  .complete = true,
		  .machine_uuid = "ab12",
		  .used_bytes = 10 },
		{ .id = "broken", .created = "2026-03-01T00:00:00Z", .used_bytes = 10 },
	};
	struct hc_catalog catalog = { .repository = "/r", .backups = { backups, 4 } };

	write_doc(&hc_catalog_shape, &catalog, &play->catalog);
}

/* A plan for the disk with this identity, and a verdict that asks for an answer to a warning. */
__attribute__((unused)) static void
write_plan(struct play *play, const char *identity)
{
	struct hc_finding pass = { .rule = "FW-1",
				   .level = HC_LEVEL_PASS,
				   .title = "firmware" };
	struct hc_finding warn = { .rule = "BAK-1",
				   .level = HC_LEVEL_WARN,
				   .title = "signature" };
	struct hc_finding both[] = { pass, warn };
	struct hc_verdict checked = { .findings = { &pass, 1 } };
	struct hc_verdict verdict = { .outcome = HC_OUTCOME_CONFIRM, .findings = { both, 2 } };
	struct hc_plan_repair repairs[] = {
		{ .fixup = "storage-boot", .title = "drivers", .edits = 2 },
		{ .fixup = "bcd", .title = "boot store" },
		{ .fixup = "filters", .title = "filters", .on_request = true },
	};
	struct hc_plan plan = { .mode = "bmr",
				.repository = "/r",
				.backup = "mine",
				.manifest_sha256 = "00",
				.store = "s",
				.target = { .path = "/dev/sdb",
					    .identity = { .name = identity } },
				.verdict = { .findings = { &pass, 1 } },
				.new_table_id = play->new_table_id,
				.convert_firmware = play->convert_firmware,
				.repairs = { repairs, 3 } };

	play->check.size = play->plan.size = play->verdict.size = 0;
	write_doc(&hc_verdict_shape, &checked, &play->check);
	write_doc(&hc_plan_shape, &plan, &play->plan);
	write_doc(&hc_verdict_shape, &verdict, &play->verdict);
}

__attribute__((unused)) static void
input(struct play *play, struct hc_wiz_input in)
{
	in.at_ms = play->now_ms;
	hc_wiz_step(play->wiz, &in, &play->effect);
}

__attribute__((unused)) static void
key(struct play *play, enum hc_key code)
{
	input(play, (struct hc_wiz_input){ .kind = HC_INPUT_KEY, .key = code });
}

__attribute__((unused)) static void
type(struct play *play, const char *text)
{
	for (; *text != '\0'; text++)
		input(play, (struct hc_wiz_input){ .kind = HC_INPUT_KEY,
						   .key = HC_KEY_TEXT,
						   .ch = (unsigned char)*text });
}

__attribute__((unused)) static void
say(struct play *play, enum hc_wiz_input_kind kind, const char *text)
{
	input(play,
	      (struct hc_wiz_input){ .kind = kind, .bytes = hc_span(text, strlen(text)) });
}

/* The running job's document and exit. */
__attribute__((unused)) static void
answer(struct play *play, const struct hc_buf *document, int status)
{
	if (document != NULL)
		input(play, (struct hc_wiz_input){ .kind = HC_INPUT_DOCUMENT,
						   .bytes = hc_buf_span(document) });
	input(play, (struct hc_wiz_input){ .kind = HC_INPUT_EXIT, .status = status });
}

__attribute__((unused)) static bool
runs(const struct play *play, const char *want)
{
	char got[1024] = "";

	if (play->effect.kind != HC_EFFECT_RUN)
		return false;
	for (size_t i = 0; play->effect.argv[i] != NULL; i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, play->effect.argv[i]);
	}
	if (strcmp(got, want) != 0)
		printf("# runs: %s\n", got);
	return strcmp(got, want) == 0;
}

__attribute__((unused)) static void
begin(struct play *play)
{
	struct hc_wiz_config config = { .run_dir = "/run/x", .repository = "/r/" };

	*play = (struct play){ .wiz = hc_wiz_new(&config) };
	write_facts(play);
	write_catalog(play);
	write_plan(play, disk_serial);
	hc_wiz_start(play->wiz, 0, &play->effect);
}

/* To the screen that lists disks, with the one on /dev/sdb selected. */
__attribute__((unused)) static void
go_to_target(struct play *play)
{
	answer(play, &play->facts, 0);
	key(play, HC_KEY_ENTER);
	answer(play, NULL, 1); /* no list of media: the repository was named */
	key(play, HC_KEY_ENTER);
	answer(play, &play->catalog, 0);
	key(play, HC_KEY_ENTER);
	answer(play, &play->check, 0);
	key(play, HC_KEY_ENTER);
	key(play, HC_KEY_DOWN);
}

__attribute__((unused)) static void
go_to_confirm(struct play *play)
{
	go_to_target(play);
	key(play, HC_KEY_ENTER);
	answer(play, &play->plan, 0);
	key(play, HC_KEY_ENTER);
	key(play, HC_KEY_ENTER);
}

__attribute__((unused)) static void
end(struct play *play)
{
	hc_wiz_free(play->wiz);
	hc_buf_done(&play->facts);
	hc_buf_done(&play->catalog);
	hc_buf_done(&play->check);
	hc_buf_done(&play->plan);
	hc_buf_done(&play->verdict);
}

#endif
