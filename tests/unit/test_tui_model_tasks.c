/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui/model: tasks besides restoring. */
#include "tests/unit/wizard_play.h"

/* The end of the running job; its document first, where there is a shape. */
static void
answer_doc(struct play *play, const struct hc_shape *shape, const void *doc, int status)
{
	struct hc_buf text = { 0 };

	if (shape != NULL)
		write_doc(shape, doc, &text);
	answer(play, shape != NULL ? &text : NULL, status);
	hc_buf_done(&text);
}

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

	answer_doc(play, &hc_facts_shape, &facts, 0);
}

/* A wizard that has read the machine, on the list of disks of the n-th task. */
static void
begin_task(struct play *play, size_t task)
{
	struct hc_wiz_config config = { .run_dir = "/run/x", .reports_dir = "/run" };

	*play = (struct play){ .wiz = hc_wiz_new(&config) };
	hc_wiz_start(play->wiz, 0, &play->effect);
	answer_facts(play);
	play->wiz->selected[HC_SCREEN_WELCOME] = 3;
	key(play, HC_KEY_ENTER);
	play->wiz->selected[HC_SCREEN_TASKS] = task;
	key(play, HC_KEY_ENTER);
}

enum { BOOTCHECK, FIX, UNDO, REPORTS };

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

	answer_doc(play, &hc_bootcheck_shape, &chain, boots == HC_NO ? 3 : 0);
}

static void
test_bootcheck(void)
{
	struct play play;

	begin_task(&play, BOOTCHECK);
	ok(play.wiz->screen == HC_SCREEN_DISK, "a boot check begins with a disk");
	key(&play, HC_KEY_DOWN);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon bootcheck /dev/sdb --json"),
	   "one that is in use may be looked at");
	key(&play, HC_KEY_BACK);
	ok(play.effect.kind == HC_EFFECT_CANCEL && play.wiz->screen == HC_SCREEN_DISK,
	   "back stops it");
	answer_chain(&play, HC_YES);
	ok(!play.wiz->tasks.have_chain, "what was stopped is not shown");
	key(&play, HC_KEY_HOME);
	key(&play, HC_KEY_ENTER);
	answer_chain(&play, HC_NO);
	ok(play.wiz->screen == HC_SCREEN_CHAIN && play.wiz->trouble[0] == '\0' &&
		   hc_wiz_link(play.wiz) != NULL &&
		   !strcmp(hc_wiz_link(play.wiz)->id, "boot-store"),
	   "a broken chain is an answer, and its first broken link is selected");
	type(&play, "r");
	ok(runs(&play, "halcyon bootcheck /dev/sda --json") && !play.wiz->tasks.have_chain,
	   "r looks again");
	say(&play, HC_INPUT_NOTE, "halcyon: error: H0007 there is no Windows");
	answer_doc(&play, NULL, NULL, 1);
	ok(play.wiz->screen == HC_SCREEN_DISK && strstr(play.wiz->trouble, "H0007") != NULL,
	   "without an answer it leads back and says why");
	key(&play, HC_KEY_ENTER);
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_BACK);
	ok(play.wiz->screen == HC_SCREEN_WELCOME, "and back to the start");
	end(&play);
}

static void
test_bad_documents(void)
{
	struct play play;

	begin_task(&play, BOOTCHECK);
	key(&play, HC_KEY_ENTER);
	answer_chain(&play, HC_YES);
	type(&play, "r");
	say(&play, HC_INPUT_DOCUMENT, "{ \"schema\": \"halcyon.bootcheck/1\", ");
	answer_doc(&play, NULL, NULL, 0);
	ok(!play.wiz->tasks.have_chain && play.wiz->trouble[0] != '\0',
	   "a document that is cut off is none, and the one before it is gone");
	end(&play);
}

static void
test_reports(void)
{
	struct hc_run_entry entries[] = { { .path = "/run/a/restore-2", .outcome = "failed" },
					  { .path = "/run/a/restore-1" } };
	struct hc_runs list = { .folder = "/run", .runs = { entries, 2 } };
	struct play play;

	begin_task(&play, REPORTS);
	ok(runs(&play, "halcyon report /run --list --json"), "reports are looked for");
	answer_doc(&play, &hc_runs_shape, &list, 0);
	key(&play, HC_KEY_DOWN);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon report /run/a/restore-1"), "one is read");
	say(&play, HC_INPUT_DOCUMENT, "one\ntwo\n");
	answer_doc(&play, NULL, NULL, 0);
	ok(play.wiz->screen == HC_SCREEN_REPORT && hc_wiz_rows(play.wiz) == 2, "line by line");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_UP);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon report /run/a/restore-2") && play.wiz->report_count == 0,
	   "another one");
	answer_doc(&play, NULL, NULL, 1);
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
		[FIX] = { NULL, "in use by this system", "part of something larger",
			  "read-only",
			  "neither serial number nor WWN: it can't be told from others",
			  "no medium" },
		[UNDO] = { NULL, "in use by this system", "part of something larger",
			   "read-only",
			   "neither serial number nor WWN: it can't be told from others",
			   "no medium" },
	};
	char buf[HC_WIZ_LINE];

	for (size_t task = 0; task < sizeof(want) / sizeof(want[0]); task++) {
		struct play play;

		begin_task(&play, task);
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

/* ---------------------------------------------------------------- what writes */

static void
answer_repairs(struct play *play, size_t edits, bool made)
{
	struct hc_edit_state old = { .text = "3" };
	struct hc_edit edit = { .fixup = "storage-boot",
				.kind = HC_EDIT_VALUE,
				.path = "/SYSTEM",
				.key = "Select",
				.name = "x",
				.before = &old };
	struct hc_repairs repairs = { .target = "/dev/sda",
				      .made = made,
				      .edits = { &edit, edits } };

	answer_doc(play, &hc_repairs_shape, &repairs, 0);
}

static void
answer_undoable(struct play *play, const char *hindrance)
{
	struct hc_made_repair made = { .run = "{1}" };
	struct hc_undoable undoable = { .target = "/dev/sda",
					.repairs = { &made, 1 },
					.hindrance = hindrance };

	answer_doc(play, &hc_undoable_shape, &undoable, hindrance != NULL ? 3 : 0);
}

static void
test_fix(void)
{
	struct play play;

	begin_task(&play, FIX);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon fix /dev/sda --dry-run --json"), "a repair first looks");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_REPAIRS, "without a list it doesn't go on");
	answer_repairs(&play, 0, false);
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_REPAIRS, "with nothing to change neither");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_ENTER);
	answer_repairs(&play, 1, false);
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_ALLOW && !strcmp(hc_wiz_allow_word(play.wiz), "4567"),
	   "with a change it asks for the disk's name");
	key(&play, HC_KEY_ENTER);
	type(&play, "4568");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_ALLOW && play.effect.kind == HC_EFFECT_NONE,
	   "nothing and the wrong characters change nothing");
	key(&play, HC_KEY_ERASE);
	type(&play, "7");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon fix /dev/sda --confirm WD-1234567 --json"),
	   "the right ones start it");
	key(&play, HC_KEY_BACK);
	type(&play, "rf");
	ok(play.effect.kind == HC_EFFECT_NONE && play.wiz->screen == HC_SCREEN_CHAIN &&
		   play.wiz->queued == HC_JOB_NONE,
	   "no key leads away while it writes");
	answer_repairs(&play, 1, true);
	ok(play.wiz->tasks.change == HC_CHANGE_MADE &&
		   runs(&play, "halcyon bootcheck /dev/sda --json"),
	   "then the boot chain is looked at");
	ok(!hc_wiz_may_change(play.wiz), "and the list is spent");
	answer_chain(&play, HC_YES);
	end(&play);
}

static void
test_failed_fix(void)
{
	struct play play;

	begin_task(&play, FIX);
	key(&play, HC_KEY_ENTER);
	answer_repairs(&play, 1, false);
	key(&play, HC_KEY_ENTER);
	type(&play, "4567");
	key(&play, HC_KEY_ENTER);
	say(&play, HC_INPUT_NOTE, "halcyon: error: H0607 wrong");
	answer_doc(&play, NULL, NULL, 4);
	ok(play.wiz->tasks.change == HC_CHANGE_FAILED &&
		   !strcmp(play.wiz->tasks.failure, "H0607 wrong") &&
		   strstr(play.wiz->trouble, "H0607") != NULL,
	   "a repair that failed says so, and why");
	ok(runs(&play, "halcyon bootcheck /dev/sda --json"), "the chain is looked at");
	end(&play);
}

static void
test_fix_of_chain(void)
{
	struct play play;

	begin_task(&play, BOOTCHECK);
	key(&play, HC_KEY_DOWN);
	key(&play, HC_KEY_ENTER);
	answer_chain(&play, HC_NO);
	type(&play, "f");
	ok(play.wiz->screen == HC_SCREEN_CHAIN && play.wiz->task == HC_TASK_BOOTCHECK &&
		   play.wiz->notice[0] != '\0',
	   "a disk that is in use is not repaired");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_UP);
	key(&play, HC_KEY_ENTER);
	answer_chain(&play, HC_YES);
	type(&play, "f");
	ok(play.effect.kind == HC_EFFECT_NONE, "a chain that is whole neither");
	type(&play, "r");
	answer_chain(&play, HC_NO);
	type(&play, "f");
	ok(runs(&play, "halcyon fix /dev/sda --dry-run --json"),
	   "a broken one leads to what would be changed");
	end(&play);
}

static void
test_undo(void)
{
	struct play play;

	begin_task(&play, UNDO);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon undo /dev/sda --dry-run --json"), "undo first looks");
	answer_undoable(&play, "somebody wrote there");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_UNDOABLE && play.wiz->trouble[0] == '\0',
	   "what was changed since is not taken back");
	key(&play, HC_KEY_BACK);
	key(&play, HC_KEY_ENTER);
	answer_undoable(&play, NULL);
	key(&play, HC_KEY_ENTER);
	type(&play, "4567");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon undo /dev/sda --confirm WD-1234567 --json"),
	   "the typed name starts it");
	answer_doc(&play, NULL, NULL, 0);
	ok(play.wiz->tasks.change == HC_CHANGE_MADE &&
		   runs(&play, "halcyon bootcheck /dev/sda --json"),
	   "then the boot chain is looked at");
	end(&play);
}

/* The disk that was chosen is gone when the machine is read again: nothing may be changed. */
static void
test_lost_disk(void)
{
	struct hc_disk other = { .path = "/dev/sda", .size = 5, .identity = { .name = "Z" } };
	struct hc_facts facts = { .disks = { &other, 1 } };
	struct play play;

	begin_task(&play, FIX);
	type(&play, "r");
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->queued == HC_JOB_FIX_LOOK, "the look waits for the machine to be read");
	answer_doc(&play, &hc_facts_shape, &facts, 0);
	answer_repairs(&play, 1, false);
	key(&play, HC_KEY_ENTER);
	ok(play.wiz->screen == HC_SCREEN_REPAIRS && !hc_wiz_may_change(play.wiz),
	   "another disk under that name is not changed");
	end(&play);
}

/* ---------------------------------------------------------------- random keys */

static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void
answer_randomly(struct play *play, uint32_t r)
{
	switch ((int)play->wiz->job) {
	case HC_JOB_NONE:
		break;
	case HC_JOB_PROBE:
		answer_facts(play);
		break;
	case HC_JOB_BOOTCHECK:
		answer_chain(play, r % 4 == 0 ? HC_YES : HC_NO);
		break;
	case HC_JOB_FIX_LOOK:
	case HC_JOB_FIX:
		answer_repairs(play, r % 4 != 0, play->wiz->job == HC_JOB_FIX);
		break;
	case HC_JOB_UNDO_LOOK:
		answer_undoable(play, r % 4 == 0 ? "no" : NULL);
		break;
	default:
		answer_doc(play, NULL, NULL, r % 2);
	}
}

/* Whether the next Enter may write: the screen, the list that was looked at, and the name that was typed. */
static bool
stands_at_the_door(const struct hc_wiz *wiz)
{
	const struct hc_wiz_tasks *tasks = &wiz->tasks;

	if (wiz->screen != HC_SCREEN_ALLOW || wiz->job != HC_JOB_NONE ||
	    strcmp(wiz->confirm.text, "4567") != 0 ||
	    strcmp(tasks->disk_identity, "WD-1234567") != 0)
		return false;
	return wiz->task == HC_TASK_FIX
		       ? tasks->have_repairs && tasks->repairs.edits.count > 0
		       : tasks->have_undoable && tasks->undoable.hindrance == NULL;
}

/* Every way to the disk passes the typed name. */
static void
test_random(void)
{
	static const enum hc_key codes[] = { HC_KEY_ENTER, HC_KEY_ENTER, HC_KEY_ENTER,
					     HC_KEY_DOWN,  HC_KEY_UP,    HC_KEY_BACK,
					     HC_KEY_END,   HC_KEY_HELP };
	unsigned written = 0, wrong = 0;
	uint32_t state = 2463534242u;
	struct play play;

	begin_task(&play, FIX);
	for (unsigned i = 0; i < 600000; i++) {
		uint32_t r = next_random(&state);
		bool door = stands_at_the_door(play.wiz);

		play.effect.kind = HC_EFFECT_NONE;
		/* Restoring has a test of its own. */
		if (play.wiz->screen == HC_SCREEN_WELCOME)
			play.wiz->selected[HC_SCREEN_WELCOME] = 3;
		if (r % 5 == 0)
			answer_randomly(&play, r >> 8);
		else if (play.wiz->screen == HC_SCREEN_ALLOW && r % 3 == 0)
			type(&play, "4567");
		else if (r % 5 < 4)
			key(&play, codes[(r >> 8) % 8]);
		else
			type(&play, (char[]){ "4567rf?nq"[(r >> 8) % 9], '\0' });
		if (play.effect.kind == HC_EFFECT_RUN && hc_wiz_job_writes(play.effect.job)) {
			written++;
			wrong += !door;
		}
	}
	ok(written > 20, "random keys reach the disk: %u times", written);
	ok(wrong == 0, "each time through the typed name");
	end(&play);
}

int
main(void)
{
	test_bootcheck();
	test_bad_documents();
	test_reports();
	test_refusals();
	test_fix();
	test_failed_fix();
	test_fix_of_chain();
	test_undo();
	test_lost_disk();
	test_random();
	return tap_done();
}
