/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui/model: a run that an earlier wizard began is taken up, at the time its events name, and nothing else is. */
#include "tests/unit/wizard_play.h"

static void
past(struct play *play, const char *line)
{
	struct hc_wiz_input in = { .kind = HC_INPUT_LINE,
				   .bytes = hc_span(line, strlen(line)) };

	hc_wiz_step(play->wiz, &in, &play->effect);
}

/* A wizard that has begun to write, and what it wrote down. */
static void
record_of(struct play *play, struct hc_buf *record)
{
	struct hc_err err;

	begin(play);
	go_to_confirm(play);
	type(play, "4567");
	play->now_ms = 50000;
	key(play, HC_KEY_ENTER);
	ok(play->wiz->job == HC_JOB_APPLY, "a restore is asked for");
	ok(hc_wiz_record(play->wiz, record, &err) == 0, "it is written down");
}

static void
test_taken_up(void)
{
	struct play first, second;
	struct hc_buf record = { 0 };
	struct hc_err err;

	record_of(&first, &record);
	begin(&second);
	ok(hc_wiz_resume(second.wiz, hc_buf_span(&record), &err) == 0, "it is taken up");
	hc_wiz_resume_plan(second.wiz, hc_buf_span(&second.plan));
	ok(second.wiz->screen == HC_SCREEN_PROGRESS && second.wiz->job == HC_JOB_APPLY,
	   "the next wizard shows its progress");
	ok(strcmp(second.wiz->backup, first.wiz->backup) == 0 &&
		   strcmp(second.wiz->state_dir, first.wiz->state_dir) == 0 &&
		   strcmp(hc_wiz_identity(second.wiz), disk_serial) == 0,
	   "of that backup, that disk, with its report");
	past(&second, "{\"schema\":\"halcyon.event/1\",\"at_ms\":2000,\"kind\":\"done\","
		      "\"step\":\"target\"}");
	past(&second, "{\"schema\":\"halcyon.event/1\",\"at_ms\":9000,\"kind\":\"start\","
		      "\"step\":\"data\",\"total_bytes\":1000}");
	ok(second.wiz->now_ms == 59000 && second.wiz->run.steps[0].ended_ms == 52000,
	   "what was said before happened when it did");
	second.now_ms = 70000;
	say(&second, HC_INPUT_LINE,
	    "{\"schema\":\"halcyon.event/1\",\"at_ms\":20500,\"kind\":\"progress\",\"step\":"
	    "\"data\",\"done_bytes\":10}");
	ok(second.wiz->now_ms == 70000, "what is said now happens now");
	key(&second, HC_KEY_BACK);
	type(&second, "y");
	ok(second.effect.kind == HC_EFFECT_CANCEL, "it can be stopped");
	answer(&second, NULL, 128 + 9);
	ok(second.wiz->screen == HC_SCREEN_RESULT && hc_wiz_left(second.wiz) == HC_LEFT_HALF,
	   "its end is told, and what is on the disk");
	ok(second.wiz->plan_file != NULL &&
		   strcmp(second.wiz->plan_file, "/run/x/plan.json") == 0,
	   "plans that it makes itself go to its own folder");
	hc_buf_done(&record);
	end(&first);
	end(&second);
}

/* Something else than a run that streams would be answered on a screen that nobody chose. */
static void
test_refused(void)
{
	static const char *const records[] = {
		"",
		"{}",
		"{\"schema\": \"halcyon.wizard-run/1\", \"job\": \"probe\"}",
		"{\"schema\": \"halcyon.wizard-run/1\", \"job\": \"format\"}",
		"{\"schema\": \"halcyon.wizard-run/2\", \"job\": \"apply\"}",
		"{\"schema\": \"halcyon.wizard-run/1\"}",
		"{\"schema\": \"halcyon.wizard-run/1\", \"job\": \"apply\", \"task\": 99}",
	};
	struct play play;
	struct hc_err err;

	begin(&play);
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		ok(hc_wiz_resume(play.wiz, hc_span(records[i], strlen(records[i])), &err) < 0,
		   "not a run: %s", records[i]);
		ok(play.wiz->screen == HC_SCREEN_WELCOME && play.wiz->job == HC_JOB_PROBE,
		   "and nothing has changed");
	}
	end(&play);
}

int
main(void)
{
	test_taken_up();
	test_refused();
	return tap_done();
}
