/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui/model: tasks besides restoring. */
#include "tests/unit/wizard_play.h"

static void
answer_facts(struct play *play)
{
	const char *used[] = { "/mnt" }, *member[] = { "LVM2_member" };
	struct hc_disk disks[] = {
		{ .path = "/dev/sda", .size = 100, .identity = { .name = "WD-1234567" } },
		{ .path = "/dev/sdb",
		  .size = 100,
		  .in_use_by = { used, 1 },
		  .identity = { .name = "B" } },
		{ .path = "/dev/sdc",
		  .size = 100,
		  .member_of = { member, 1 },
		  .identity = { .name = "C" } },
		{ .path = "/dev/sdd",
		  .size = 100,
		  .read_only = true,
		  .identity = { .name = "D" } },
		{ .path = "/dev/sde", .size = 100 },
		{ .path = "/dev/sdf", .identity = { .name = "F" } },
	};
	struct hc_facts facts = { .disks = { disks, sizeof(disks) / sizeof(disks[0]) } };

	play_answer(play, &hc_facts_shape, &facts, 0);
}

/* A wizard that has read the machine, on the list of disks of the n-th task. */
static void
begin(struct play *play, size_t task)
{
	struct hc_wiz_config config = { .run_dir = "/run/x", .reports_dir = "/run" };

	*play = (struct play){ .wiz = hc_wiz_new(&config) };
	hc_wiz_start(play->wiz, 0, &play->effect);
	answer_facts(play);
	play->wiz->selected[HC_SCREEN_WELCOME] = 3;
	play_key(play, HC_KEY_ENTER);
	play->wiz->selected[HC_SCREEN_TASKS] = task;
	play_key(play, HC_KEY_ENTER);
}

static void
end(struct play *play)
{
	hc_wiz_free(play->wiz);
}

enum { BOOTCHECK, REPORTS };

static void
answer_chain(struct play *play, unsigned boots)
{
	struct hc_boot_link links[] = {
		{ .id = "mbr", .title = "Master boot record", .state = HC_LINK_OK },
		{ .id = "boot-store",
		  .title = "Boot store",
		  .state = boots == HC_NO ? HC_LINK_BROKEN : HC_LINK_OK },
	};
	struct hc_bootcheck chain = { .windows = "Windows 7",
				      .links = { links, 2 },
				      .boots = boots,
				      .first_broken = boots == HC_NO ? "boot-store" : NULL };

	play_answer(play, &hc_bootcheck_shape, &chain, boots == HC_NO ? 3 : 0);
}

static void
test_bootcheck(void)
{
	struct play play;

	begin(&play, BOOTCHECK);
	ok(play.wiz->screen == HC_SCREEN_DISK, "a boot check begins with a disk");
	play_key(&play, HC_KEY_DOWN);
	play_key(&play, HC_KEY_ENTER);
	ok(play_runs(&play, "halcyon bootcheck /dev/sdb --json"),
	   "one that is in use may be looked at");
	play_key(&play, HC_KEY_BACK);
	ok(play.effect.kind == HC_EFFECT_CANCEL && play.wiz->screen == HC_SCREEN_DISK,
	   "back stops it");
	answer_chain(&play, HC_YES);
	ok(!play.wiz->tasks.have_chain, "what was stopped is not shown");
	play_key(&play, HC_KEY_HOME);
	play_key(&play, HC_KEY_ENTER);
	answer_chain(&play, HC_NO);
	ok(play.wiz->screen == HC_SCREEN_CHAIN && play.wiz->trouble[0] == '\0' &&
		   hc_wiz_link(play.wiz) != NULL &&
		   !strcmp(hc_wiz_link(play.wiz)->id, "boot-store"),
	   "a broken chain is an answer, and its first broken link is selected");
	play_type(&play, "r");
	ok(play_runs(&play, "halcyon bootcheck /dev/sda --json") && !play.wiz->tasks.have_chain,
	   "r looks again");
	play_say(&play, HC_INPUT_NOTE, "halcyon: error: H0007 there is no Windows");
	play_answer(&play, NULL, NULL, 1);
	ok(play.wiz->screen == HC_SCREEN_DISK && strstr(play.wiz->trouble, "H0007") != NULL,
	   "without an answer it leads back and says why");
	play_key(&play, HC_KEY_ENTER);
	play_key(&play, HC_KEY_BACK);
	play_key(&play, HC_KEY_BACK);
	ok(play.wiz->screen == HC_SCREEN_WELCOME, "and back to the start");
	end(&play);
}

static void
test_bad_documents(void)
{
	struct play play;

	begin(&play, BOOTCHECK);
	play_key(&play, HC_KEY_ENTER);
	answer_chain(&play, HC_YES);
	play_type(&play, "r");
	play_say(&play, HC_INPUT_DOCUMENT, "{ \"schema\": \"halcyon.bootcheck/1\", ");
	play_answer(&play, NULL, NULL, 0);
	ok(!play.wiz->tasks.have_chain && play.wiz->trouble[0] != '\0',
	   "a document that is cut off is none, and the one before it is gone");
	end(&play);
}

static void
test_reports(void)
{
	struct hc_run_entry entries[] = { { .path = "/run/a/restore-2", .outcome = "failed" },
					  { .path = "/run/a/restore-1" } };
	struct hc_runs runs = { .folder = "/run", .runs = { entries, 2 } };
	struct play play;

	begin(&play, REPORTS);
	ok(play_runs(&play, "halcyon report /run --list --json"), "reports are looked for");
	play_answer(&play, &hc_runs_shape, &runs, 0);
	play_key(&play, HC_KEY_DOWN);
	play_key(&play, HC_KEY_ENTER);
	ok(play_runs(&play, "halcyon report /run/a/restore-1"), "one is read");
	play_say(&play, HC_INPUT_DOCUMENT, "one\ntwo\n");
	play_answer(&play, NULL, NULL, 0);
	ok(play.wiz->screen == HC_SCREEN_REPORT && hc_wiz_rows(play.wiz) == 2, "line by line");
	play_key(&play, HC_KEY_BACK);
	play_key(&play, HC_KEY_UP);
	play_key(&play, HC_KEY_ENTER);
	ok(play_runs(&play, "halcyon report /run/a/restore-2") && play.wiz->report_count == 0,
	   "another one");
	play_answer(&play, NULL, NULL, 1);
	ok(play.wiz->screen == HC_SCREEN_RUNS && play.wiz->trouble[0] != '\0',
	   "one that can't be read leads back");
	end(&play);
}

static void
test_refusals(void)
{
	static const char *const want[][6] = {
		[BOOTCHECK] = { NULL, NULL, "part of something larger", NULL, NULL,
				"no medium" },
	};
	char buf[HC_WIZ_LINE];

	for (size_t task = 0; task < sizeof(want) / sizeof(want[0]); task++) {
		struct play play;

		begin(&play, task);
		for (size_t i = 0; i < 6; i++) {
			const char *got =
				hc_wiz_refusal(play.wiz, &play.wiz->facts.disks.items[i], buf);

			ok(want[task][i] == NULL ? got == NULL
						 : got != NULL && !strcmp(got, want[task][i]),
			   "task %zu, disk %zu: %s", task, i,
			   got != NULL ? got : "may be chosen");
		}
		end(&play);
	}
}

int
main(void)
{
	test_bootcheck();
	test_bad_documents();
	test_reports();
	test_refusals();
	return tap_done();
}
