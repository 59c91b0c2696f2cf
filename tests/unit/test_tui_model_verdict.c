/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui/model: what the verdict asks is answered by name, one rule at a time, and nothing goes on before that. */
#include "tests/unit/wizard_play.h"

/* A warning about the chosen disk: the plan is made again with the answer. */
static void
test_accept(void)
{
	struct play play;

	begin(&play);
	go_to_target(&play);
	key(&play, HC_KEY_ENTER);
	answer(&play, &play.verdict, 4);
	ok(play.wiz->screen == HC_SCREEN_VERDICT && play.wiz->of_disk &&
		   hc_wiz_finding(play.wiz)->level == HC_LEVEL_WARN,
	   "without a plan its verdict is shown, the worst finding first");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_VERDICT && play.effect.kind == HC_EFFECT_NONE,
	   "a warning stops it");
	type(&play, "e");
	key(&play, HC_KEY_DOWN);
	type(&play, "a");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_FINDING && play.wiz->answer_count == 0,
	   "the finding in full is for reading: nothing is accepted or begun there");
	key(&play, HC_KEY_BACK);
	type(&play, "ua");
	ok(play.wiz->answer_count == 1 && play.wiz->job == HC_JOB_NONE,
	   "it is accepted by name");
	type(&play, "u");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->answer_count == 0 && play.effect.kind == HC_EFFECT_NONE,
	   "taken back it stops it again");
	type(&play, "a");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon plan /r//mine --target /dev/sdb --accept BAK-1 --json") &&
		   play.wiz->screen == HC_SCREEN_OPTIONS,
	   "accepted it is planned again");
	type(&play, "u");
	ok(play.wiz->answer_count == 1, "nothing is taken back while it is planned");
	answer(&play, &play.plan, 0);
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_REVIEW && hc_wiz_may_go_on(play.wiz),
	   "the plan is reviewed");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon plan /r//mine --target /dev/sdb --accept BAK-1 --json"),
	   "the same disk keeps what was answered about it");
	answer(&play, NULL, 3);
	ok(play.wiz->screen == HC_SCREEN_TARGET && play.wiz->trouble[0] != '\0',
	   "an engine without a verdict leads back");
	key(&play, HC_KEY_ENTER);
	key(&play, HC_KEY_DOWN);
	play.wiz->facts.disks.items[2].member_of.count = 0;
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon plan /r//mine --target /dev/sdc --json"),
	   "another disk doesn't");
	end(&play);
}

/* An engine that leaves out an answer it was given, or forgets to ask, leads nowhere. */
static void
test_plan_without_answer(void)
{
	struct hc_finding warn = { .rule = "BAK-1", .level = HC_LEVEL_WARN };
	struct hc_verdict verdict = { .outcome = HC_OUTCOME_CONFIRM, .findings = { &warn, 1 } };
	struct play play;

	begin(&play);
	go_to_target(&play);
	key(&play, HC_KEY_ENTER);
	answer(&play, &play.plan, 0);
	ok(hc_wiz_may_go_on(play.wiz), "a plan without questions leads on");
	play.wiz->plan.verdict = verdict;
	ok(!hc_wiz_may_go_on(play.wiz), "one with a warning that nobody accepted doesn't");
	warn.overridden = true;
	ok(!hc_wiz_may_go_on(play.wiz),
	   "even where it says that somebody did, who wasn't the operator");
	play.wiz->plan.verdict = (struct hc_verdict){ 0 };
	end(&play);
}

/* What blocks is overridden one rule at a time, after a question; what nobody may override stays. */
static void
test_override(void)
{
	struct hc_finding findings[] = {
		{ .rule = "FW-3", .level = HC_LEVEL_BLOCK, .overridable = true },
		{ .rule = "OS-2", .level = HC_LEVEL_BLOCK, .overridable = true },
		{ .rule = "FW-1", .level = HC_LEVEL_BLOCK },
	};
	struct hc_verdict verdict = { .outcome = HC_OUTCOME_BLOCKED,
				      .findings = { findings, 2 } };
	struct play play;
	size_t hopeless;

	begin(&play);
	go_to_target(&play);
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_BACK);
	play.check.size = 0;
	write_doc(&hc_verdict_shape, &verdict, &play.check);
	play.wiz->have_check = false;
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon check /r//mine --json"), "backup and machine are compared");
	answer(&play, &play.check, 3);
	ok(hc_wiz_questions(play.wiz, &hopeless) == 2 && hopeless == 0, "two rules block");
	type(&play, "a");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->answer_count == 0 && play.wiz->screen == HC_SCREEN_VERDICT,
	   "a block isn't accepted like a warning");
	type(&play, "on");
	ok(play.wiz->answer_count == 0, "the question is answered by yes alone");
	type(&play, "oy");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->answer_count == 1 && play.wiz->screen == HC_SCREEN_VERDICT,
	   "one override lifts one block");
	key(&play, HC_KEY_DOWN);
	type(&play, "oy");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_TARGET, "both lead on");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon plan /r//mine --target /dev/sdb --override FW-3,OS-2 --json"),
	   "the plan is asked for with their names");
	answer(&play, NULL, 3);
	key(&play, HC_KEY_ENTER);
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_DOWN);
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->answer_count == 0 && runs(&play, "halcyon check /r//mine-old --json"),
	   "another backup is another question");
	verdict.findings.count = 3;
	play.check.size = 0;
	write_doc(&hc_verdict_shape, &verdict, &play.check);
	answer(&play, &play.check, 3);
	key(&play, HC_KEY_END);
	type(&play, "oy");
	ok(play.wiz->answer_count == 0 && hc_wiz_questions(play.wiz, &hopeless) == 3 &&
		   hopeless == 1,
	   "what the engine doesn't let be overridden can't be");
	end(&play);
}

static void
go_to_options(struct play *play)
{
	begin(play);
	go_to_target(play);
	key(play, HC_KEY_ENTER);
	answer(play, &play->plan, 0);
}

/* Options of the engine make a new plan; what is chosen stays when somebody goes back. */
static void
test_options(void)
{
	struct hc_wiz_option row;
	struct play play;

	go_to_options(&play);
	ok(hc_wiz_option(play.wiz, 5, &row) && !strcmp(row.label, "storage-boot") &&
		   !strcmp(row.value, "yes") && hc_wiz_option(play.wiz, 6, &row) &&
		   !strcmp(row.label, "filters") && !strcmp(row.value, "no") &&
		   !hc_wiz_option(play.wiz, 7, &row),
	   "repairs that are made or on request are listed, those with nothing to do aren't");
	key(&play, HC_KEY_END);
	type(&play, " ");
	key(&play, HC_KEY_UP);
	type(&play, " ");
	key(&play, HC_KEY_HOME);
	type(&play, " ");
	key(&play, HC_KEY_DOWN);
	type(&play, "/a b?");
	key(&play, HC_KEY_DOWN);
	type(&play, " ");
	key(&play, HC_KEY_DOWN);
	type(&play, " ");
	key(&play, HC_KEY_DOWN);
	type(&play, " ");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play,
		"halcyon plan /r//mine --target /dev/sdb --accept DSK-3 --fixups filters "
		"--without storage-boot --drivers /a b? --sysvol-authoritative "
		"--convert-firmware uefi --json"),
	   "each becomes the engine's option");
	answer(&play, &play.plan, 0);
	ok(play.wiz->screen == HC_SCREEN_REVIEW && hc_wiz_may_go_on(play.wiz),
	   "and the new plan is reviewed");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE && play.wiz->screen == HC_SCREEN_REVIEW,
	   "what wasn't changed isn't planned again");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_HOME);
	type(&play, " ");
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE && hc_wiz_may_go_on(play.wiz),
	   "what happens at the end is no part of the plan");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_END);
	type(&play, " ");
	ok(!hc_wiz_may_go_on(play.wiz), "a plan that was made before a change doesn't count");
	key(&play, HC_KEY_ENTER);
	answer(&play, &play.verdict, 4);
	ok(play.wiz->screen == HC_SCREEN_VERDICT && play.wiz->of_disk,
	   "where the change raises a question it is asked");
	end(&play);
}

/* A block for lack of a driver comes before the disk: the folder is named there. */
static void
test_options_first(void)
{
	struct play play;

	begin(&play);
	go_to_target(&play);
	key(&play, HC_KEY_BACK);
	type(&play, "c");
	ok(play.wiz->screen == HC_SCREEN_OPTIONS, "options are there before a disk is chosen");
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE && play.wiz->screen == HC_SCREEN_VERDICT,
	   "without a change nothing is compared again");
	type(&play, "c");
	key(&play, HC_KEY_DOWN);
	type(&play, "/inf");
	key(&play, HC_KEY_BACK);
	ok(runs(&play, "halcyon check /r//mine --drivers /inf --json") &&
		   play.wiz->screen == HC_SCREEN_VERDICT && !play.wiz->have_check,
	   "with one it is");
	key(&play, HC_KEY_BACK);
	answer(&play, NULL, 143);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon check /r//mine --drivers /inf --json"),
	   "a comparison that was stopped is begun again");
	end(&play);
}

/* The machine is rebooted by itself after a good end alone, and any key stops that. */
static void
test_end(void)
{
	static const struct {
		const char *name;
		int status;
		bool key;
		enum hc_wiz_effect_kind effect;
	} rows[] = {
		{ "a good end reboots", 0, false, HC_EFFECT_REBOOT },
		{ "a key stops it", 0, true, HC_EFFECT_NONE },
		{ "a chain that is broken waits", 3, false, HC_EFFECT_NONE },
		{ "damage waits", 5, false, HC_EFFECT_NONE },
	};
	struct play play;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		go_to_options(&play);
		type(&play, " ");
		key(&play, HC_KEY_ENTER);
		key(&play, HC_KEY_ENTER);
		type(&play, "4567");
		key(&play, HC_KEY_ENTER);
		answer(&play, NULL, rows[i].status);
		answer(&play, NULL, 0);
		play.now_ms += 29000;
		input(&play, (struct hc_wiz_input){ .kind = HC_INPUT_TICK });
		ok(play.effect.kind == HC_EFFECT_NONE, "not at once");
		if (rows[i].key)
			key(&play, HC_KEY_ENTER);
		play.now_ms += 2000;
		input(&play, (struct hc_wiz_input){ .kind = HC_INPUT_TICK });
		ok(play.effect.kind == rows[i].effect, "%s", rows[i].name);
		end(&play);
	}
}

/* ---------------------------------------------------------------- the review */

static bool
reviews(const struct play *play, const char *words)
{
	for (size_t i = 0; i < play->wiz->review_count; i++)
		if (strstr(play->wiz->review[i], words) != NULL)
			return true;
	return false;
}

/* A disk gets another identity for one of two reasons, and only the one is told. */
static void
test_new_table(void)
{
	static const struct {
		const char *id, *firmware;
		bool other_disk, converted;
	} rows[] = {
		{ NULL, NULL, false, false },
		{ "1f0bc3a9", NULL, true, false },
		{ "1f0bc3a9", "uefi", false, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct play play;

		begin(&play);
		play.new_table_id = rows[i].id;
		play.convert_firmware = rows[i].firmware;
		write_plan(&play, disk_serial);
		go_to_confirm(&play);
		ok(reviews(&play, "another disk here") == rows[i].other_disk &&
			   reviews(&play, "from BIOS to UEFI") == rows[i].converted,
		   "identity %s, firmware %s", rows[i].id ? rows[i].id : "kept",
		   rows[i].firmware ? rows[i].firmware : "kept");
		end(&play);
	}
}

int
main(void)
{
	test_new_table();
	test_accept();
	test_plan_without_answer();
	test_override();
	test_options();
	test_options_first();
	test_end();
	return tap_done();
}
