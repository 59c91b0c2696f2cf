/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui/model: the way to the disk and back, and that nothing but the confirmation leads to it. */
#include "tests/unit/wizard_play.h"

static void
test_restore(void)
{
	struct play play;

	begin(&play);
	ok(runs(&play, "halcyon probe --json"), "it begins by reading the machine");
	go_to_target(&play);
	ok(play.wiz->screen == HC_SCREEN_TARGET,
	   "repository, backup and verdict lead to the disks");
	ok(!strcmp(play.wiz->backup, "/r//mine"), "this machine's newest backup is first");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon plan /r//mine --target /dev/sdb --json"),
	   "a disk is planned for");
	key(&play, HC_KEY_ENTER);
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_REVIEW, "without a plan it doesn't go on");
	answer(&play, &play.plan, 0);
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_CONFIRM, "with one it asks for the disk's name");
	ok(!strcmp(hc_wiz_confirm_word(play.wiz), "4567"), "its last four characters");
	key(&play, HC_KEY_ENTER);
	type(&play, "4568");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_CONFIRM && play.effect.kind == HC_EFFECT_NONE,
	   "nothing and the wrong characters erase nothing");
	key(&play, HC_KEY_ERASE);
	type(&play, "7");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon apply /run/x/plan.json --confirm WD-WX41A1234567 "
		       "--state-dir /run/x/restore-1 --json"),
	   "the right ones start it");
	answer(&play, NULL, 0);
	ok(play.wiz->screen == HC_SCREEN_RESULT &&
		   runs(&play, "halcyon report /run/x/restore-1"),
	   "its end asks for the report");
	ok(!play.wiz->have_plan, "the plan is spent");
	say(&play, HC_INPUT_DOCUMENT, "one\ntwo\n\nfour");
	answer(&play, NULL, 0);
	ok(play.wiz->report_count == 4 && !strcmp(play.wiz->report[3], "four"),
	   "it has four lines");
	end(&play);
}

static void
test_refusals(void)
{
	static const char *const want[] = {
		"in use: /mnt",
		NULL,
		"part of something larger: LVM2_member",
		"read-only",
		"neither serial number nor WWN: it can't be told from others",
		"smaller than what the backup holds"
	};
	char buf[HC_WIZ_LINE];
	struct play play;

	begin(&play);
	go_to_target(&play);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const char *got =
			hc_wiz_refusal(play.wiz, &play.wiz->facts.disks.items[i], buf);

		ok(want[i] == NULL ? got == NULL : got != NULL && !strcmp(got, want[i]),
		   "disk %zu: %s", i, got != NULL ? got : "may be chosen");
	}
	key(&play, HC_KEY_UP);
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE && play.wiz->screen == HC_SCREEN_TARGET &&
		   play.wiz->notice[0] != '\0',
	   "a disk in use is refused, and why is said");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_BACK);
	play.wiz->selected[HC_SCREEN_BACKUP] = 2;
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_BACKUP, "an incomplete backup is refused");
	end(&play);
}

static void
test_moved_disk(void)
{
	struct play play;

	begin(&play);
	write_plan(&play, "ANOTHER-DISK");
	go_to_target(&play);
	key(&play, HC_KEY_ENTER);
	answer(&play, &play.plan, 0);
	ok(play.wiz->screen == HC_SCREEN_TARGET && !play.wiz->have_plan &&
		   strstr(play.wiz->trouble, "ANOTHER-DISK") != NULL,
	   "a plan for another disk under the same name is refused");
	end(&play);
}

static void
test_reuse(void)
{
	struct play play;

	begin(&play);
	go_to_target(&play);
	play.wiz->facts.disks.items[1].holds_kind = "halcyon-unfinished";
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon plan /r//mine --target /dev/sdb --reuse --json"),
	   "what an interrupted restore wrote is used");
	end(&play);
}

static void
test_back(void)
{
	struct play play;

	begin(&play);
	answer(&play, &play.facts, 0);
	key(&play, HC_KEY_ENTER);
	answer(&play, NULL, 1);
	key(&play, HC_KEY_CLEAR);
	type(&play, "http://h/?a");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon catalog http://h/?a --json"), "'?' can be typed into a line");
	key(&play, HC_KEY_BACK);
	ok(play.effect.kind == HC_EFFECT_CANCEL && play.wiz->screen == HC_SCREEN_REPOSITORY,
	   "back stops what the screen waits for");
	ok(!strcmp(play.wiz->repository.text, "http://h/?a"), "what was typed stays");
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE && play.wiz->queued == HC_JOB_CATALOG,
	   "the next run waits for the stopped one");
	answer(&play, &play.catalog, 143);
	ok(runs(&play, "halcyon catalog http://h/?a --json") && !play.wiz->have_catalog,
	   "then it starts; the stopped one's document isn't taken");
	answer(&play, &play.catalog, 0);
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE && play.wiz->screen == HC_SCREEN_BACKUP,
	   "a list that was read is not read again");
	end(&play);
}

static void
test_stop(void)
{
	struct play play;

	begin(&play);
	go_to_confirm(&play);
	type(&play, "4567");
	key(&play, HC_KEY_ENTER);
	say(&play, HC_INPUT_LINE,
	    "{\"schema\":\"halcyon.event/1\",\"kind\":\"start\",\"step\":\"target\"}");
	key(&play, HC_KEY_BACK);
	ok(play.wiz->ask == HC_ASK_STOP, "Esc asks");
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE && play.wiz->ask == HC_ASK_NOTHING,
	   "Enter is no");
	key(&play, HC_KEY_BACK);
	type(&play, "y");
	ok(play.effect.kind == HC_EFFECT_CANCEL, "y is yes");
	say(&play, HC_INPUT_NOTE, "halcyon: error: H0004 stopped on request");
	answer(&play, NULL, 1);
	ok(play.wiz->run.outcome == HC_RUN_STOPPED &&
		   hc_wiz_left(play.wiz) == HC_LEFT_UNTOUCHED,
	   "it ended before the disk was touched");
	ok(!strcmp(play.wiz->run.failure, "H0004 stopped on request\n"),
	   "the engine's word is kept");
	end(&play);
}

/* The engine dies after each word that it says: what is on the disk must never sound better than it is. */
static void
test_death(void)
{
	static const struct {
		const char *kind, *step;
		enum hc_wiz_left left;
	} words[] = {
		{ "start", "target", HC_LEFT_UNTOUCHED },
		{ "done", "target", HC_LEFT_HALF },
		{ "done", "readback", HC_LEFT_HALF },
		{ "start", "fixups", HC_LEFT_HALF },
		{ "start", "unheard-of", HC_LEFT_HALF },
		{ "start", "held", HC_LEFT_HALF },
		{ "done", "held", HC_LEFT_UNMARKED },
		{ "start", "tables", HC_LEFT_UNMARKED },
		{ "start", "journal", HC_LEFT_UNMARKED },
		{ "done", "journal", HC_LEFT_RESTORED },
		{ "start", "firmware", HC_LEFT_RESTORED },
		{ "done", "firmware", HC_LEFT_UNPROVEN },
	};
	char line[256];

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct play play;

		begin(&play);
		go_to_confirm(&play);
		type(&play, "4567");
		key(&play, HC_KEY_ENTER);
		snprintf(line, sizeof(line),
			 "{\"schema\":\"halcyon.event/1\",\"kind\":\"%s\",\"step\":\"%s\"}",
			 words[i].kind, words[i].step);
		say(&play, HC_INPUT_LINE, line);
		say(&play, HC_INPUT_NOTE, "its last words");
		answer(&play, NULL, 128 + 9);
		ok(hc_wiz_left(play.wiz) == words[i].left &&
			   !strcmp(play.wiz->run.failure,
				   "The engine was ended by signal 9.\nits last words\n"),
		   "killed after %s of %s", words[i].kind, words[i].step);
		end(&play);
	}
}

static void
test_figures(void)
{
	struct play play;
	char line[256];
	uint64_t done, total, left;

	begin(&play);
	go_to_confirm(&play);
	type(&play, "4567");
	key(&play, HC_KEY_ENTER);
	for (unsigned s = 0; s <= 20; s++) {
		play.now_ms = s * 1000;
		snprintf(line, sizeof(line),
			 "{\"schema\":\"halcyon.event/1\",\"kind\":\"%s\",\"step\":\"data\","
			 "\"done_bytes\":%u,\"total_bytes\":10000,\"received_bytes\":7}",
			 s == 0 ? "start" : "progress",
			 s < 10 ? s * 1000 : 9000 + (s - 10) * 50);
		say(&play, HC_INPUT_LINE, line);
	}
	ok(hc_wiz_rate(play.wiz) >= 50 && hc_wiz_rate(play.wiz) <= 60,
	   "the rate is of the last seconds: %u", (unsigned)hc_wiz_rate(play.wiz));
	ok(hc_wiz_left_ms(play.wiz) > 8000 && hc_wiz_left_ms(play.wiz) <= 10000,
	   "so is what is left");
	ok(hc_wiz_left(play.wiz) == HC_LEFT_HALF, "the disk was touched");
	play.wiz->plan.data_bytes = 10000;
	hc_wiz_overall(play.wiz, &done, &total, &left);
	ok(done == 9500 && total == 20000, "writing and reading back are one whole");
	ok(left == 20000u * 10500 / 9500, "which takes as long as its pace so far says");
	say(&play, HC_INPUT_LINE, "not an event");
	say(&play, HC_INPUT_LINE, "");
	ok(play.wiz->run.logged == 3, "what isn't an event is in the log");
	for (unsigned i = 0; i < 1000; i++)
		say(&play, HC_INPUT_NOTE,
		    "a line of some length, again and again and again and again");
	ok(strlen(play.wiz->notes) < sizeof(play.wiz->notes), "the last words fit their room");
	end(&play);
}

int
main(void)
{
	test_restore();
	test_refusals();
	test_moved_disk();
	test_reuse();
	test_back();
	test_stop();
	test_death();
	test_figures();
	return tap_done();
}
