/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys: one table says what each does on which screen, and what the screens print about it. */
#include "tui/model/wiz_priv.h"

#include <string.h>

#define ON(screen) (1u << HC_SCREEN_##screen)
#define ON_LISTS                                                                               \
	(ON(WELCOME) | ON(MACHINE) | ON(BACKUP) | ON(VERDICT) | ON(FINDING) | ON(TARGET) |     \
	 ON(REVIEW) | ON(OPTIONS) | ON(RESULT) | ON_TASK_LISTS)
#define ON_TASK_LISTS                                                                          \
	(ON(TASKS) | ON(DISK) | ON(CHAIN) | ON(REPAIRS) | ON(UNDOABLE) | ON(RUNS) | ON(REPORT))
#define ON_TASKS  (ON_TASK_LISTS | ON(ALLOW) | ON(CAPTURE))
#define ON_FIELDS (ON(REPOSITORY) | ON(CONFIRM) | ON(ALLOW) | ON(CAPTURE))
#define ON_ALL    ((1u << HC_SCREEN_COUNT) - 1)
#define PAGE      10
#define SCROLL    5 /* lines of a report, which may be broken into more */

static const char *const key_names[HC_KEY_COUNT] = {
	[HC_KEY_UP] = "UP",        [HC_KEY_DOWN] = "DOWN",       [HC_KEY_LEFT] = "LEFT",
	[HC_KEY_RIGHT] = "RIGHT",  [HC_KEY_PAGE_UP] = "PGUP",    [HC_KEY_PAGE_DOWN] = "PGDN",
	[HC_KEY_HOME] = "HOME",    [HC_KEY_END] = "END",         [HC_KEY_ENTER] = "ENTER",
	[HC_KEY_BACK] = "ESC",     [HC_KEY_ERASE] = "BACKSPACE", [HC_KEY_DELETE] = "DELETE",
	[HC_KEY_CLEAR] = "CTRL-U", [HC_KEY_HELP] = "F1",         [HC_KEY_AGAIN] = "CTRL-R",
};

enum hc_key
hc_key_named(const char *name)
{
	for (unsigned i = 0; i < HC_KEY_COUNT; i++)
		if (key_names[i] != NULL && strcmp(key_names[i], name) == 0)
			return (enum hc_key)i;
	return HC_KEY_NONE;
}

/* ---------------------------------------------------------------- moving */

static void
move(struct hc_wiz *wiz, size_t back, size_t forth)
{
	size_t rows = hc_wiz_rows(wiz), *row = &wiz->selected[wiz->screen];

	if (rows == 0 || *row >= rows)
		*row = 0;
	*row = *row >= back ? *row - back : 0;
	if (rows > 0)
		*row = rows - 1 - *row >= forth ? *row + forth : rows - 1;
}

static void
act_up(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	move(wiz, 1, 0);
}

static void
act_down(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	move(wiz, 0, 1);
}

static void
act_page_up(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	move(wiz, PAGE, 0);
}

static void
act_page_down(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	move(wiz, 0, PAGE);
}

static void
act_first(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	move(wiz, SIZE_MAX, 0);
}

static void
act_last(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	move(wiz, 0, SIZE_MAX);
}

static void
act_report_up(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->report_top = wiz->report_top > SCROLL ? wiz->report_top - SCROLL : 0;
}

static void
act_report_down(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (wiz->report_top + SCROLL < wiz->report_count)
		wiz->report_top += SCROLL;
}

static void
act_log(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->show_log = !wiz->show_log;
}

static void
act_help(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->help = true;
}

static void
act_stop(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->ask = HC_ASK_STOP;
}

static void
act_quit(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	wiz->ask = HC_ASK_QUIT;
}

/* One arrow back in the drawing of model.h; what this screen waits for isn't wanted any more. */
static void
act_back(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	static const enum hc_wiz_screen before[HC_SCREEN_COUNT] = {
		[HC_SCREEN_BACKUP] = HC_SCREEN_REPOSITORY,
		[HC_SCREEN_VERDICT] = HC_SCREEN_BACKUP,
		[HC_SCREEN_FINDING] = HC_SCREEN_VERDICT,
		[HC_SCREEN_TARGET] = HC_SCREEN_VERDICT,
		[HC_SCREEN_OPTIONS] = HC_SCREEN_TARGET,
		[HC_SCREEN_REVIEW] = HC_SCREEN_OPTIONS,
		[HC_SCREEN_CONFIRM] = HC_SCREEN_REVIEW,
	};
	/* The job that a screen waits for. */
	static const enum hc_wiz_job waits[HC_SCREEN_COUNT] = {
		[HC_SCREEN_BACKUP] = HC_JOB_CATALOG,
		[HC_SCREEN_VERDICT] = HC_JOB_CHECK,
		[HC_SCREEN_OPTIONS] = HC_JOB_PLAN,
		[HC_SCREEN_REVIEW] = HC_JOB_PLAN,
	};
	enum hc_wiz_screen from = wiz->screen;

	wiz->queued = HC_JOB_NONE;
	if (wiz->job != HC_JOB_NONE && wiz->job == waits[from])
		hc_wiz_cancel(wiz, effect);
	wiz->screen = before[from];
	if (from == HC_SCREEN_OPTIONS && !wiz->of_disk)
		hc_wiz_act_options_done(wiz, effect);
	/* Back from what was compared for the disk to the plan, where it stands; else to the disks. */
	if (from == HC_SCREEN_VERDICT && wiz->of_disk)
		wiz->screen = hc_wiz_may_go_on(wiz) ? HC_SCREEN_REVIEW : HC_SCREEN_TARGET;
	if (from == HC_SCREEN_TARGET) {
		wiz->of_disk = false;
		hc_wiz_select_question(wiz);
	}
}

static bool
can_quit(const struct hc_wiz *wiz)
{
	return !wiz->resident;
}

/* What writes to a disk is waited for. */
static bool
writes_nothing(const struct hc_wiz *wiz)
{
	return !hc_wiz_job_writes(wiz->job);
}

static bool
has_rows(const struct hc_wiz *wiz)
{
	return hc_wiz_rows(wiz) > 0;
}

static bool
has_log(const struct hc_wiz *wiz)
{
	return wiz->run.logged > 0;
}

static bool
has_long_report(const struct hc_wiz *wiz)
{
	return wiz->report_count > SCROLL && !wiz->show_log;
}

/* Before a disk is chosen, and not while it is read. */
static bool
is_first_verdict(const struct hc_wiz *wiz)
{
	return !wiz->of_disk && wiz->job == HC_JOB_NONE;
}

static bool
has_plan_verdict(const struct hc_wiz *wiz)
{
	return wiz->have_verdict && wiz->job == HC_JOB_NONE;
}

/* ---------------------------------------------------------------- the table */

struct bind {
	unsigned screens;
	enum hc_key key;
	char ch;          /* of HC_KEY_TEXT */
	const char *name; /* NULL: works, but isn't advertised */
	const char *label;
	bool (*when)(const struct hc_wiz *wiz); /* NULL: always */
	hc_wiz_act *act;
};

static const struct bind binds[] = {
	{ ON_LISTS | ON(CAPTURE), HC_KEY_UP, 0, "Up/Down", "Move", NULL, act_up },
	{ ON_LISTS | ON(CAPTURE), HC_KEY_DOWN, 0, NULL, NULL, NULL, act_down },
	{ ON(RESULT), HC_KEY_PAGE_UP, 0, "PgUp/PgDn", "Report", has_long_report,
	  act_report_up },
	{ ON(RESULT), HC_KEY_PAGE_DOWN, 0, NULL, NULL, NULL, act_report_down },
	{ ON_LISTS, HC_KEY_PAGE_UP, 0, NULL, NULL, NULL, act_page_up },
	{ ON_LISTS, HC_KEY_PAGE_DOWN, 0, NULL, NULL, NULL, act_page_down },
	{ ON_LISTS, HC_KEY_HOME, 0, NULL, NULL, NULL, act_first },
	{ ON_LISTS, HC_KEY_END, 0, NULL, NULL, NULL, act_last },
	{ ON(WELCOME) | ON(RESULT) | ON(TASKS), HC_KEY_ENTER, 0, "Enter", "Choose", NULL,
	  hc_wiz_act_choose },
	{ ON(REPOSITORY), HC_KEY_UP, 0, "Up/Down", "Places", hc_wiz_has_places,
	  hc_wiz_act_place_up },
	{ ON(REPOSITORY), HC_KEY_DOWN, 0, NULL, NULL, NULL, hc_wiz_act_place_down },
	{ ON(REPOSITORY), HC_KEY_ENTER, 0, "Enter", "Open", NULL, hc_wiz_act_repository },
	{ ON(REPOSITORY), HC_KEY_CLEAR, 0, "Ctrl-U", "Empty", NULL, NULL },
	{ ON(REPOSITORY), HC_KEY_AGAIN, 0, "Ctrl-R", "Rescan", NULL, hc_wiz_act_rescan },
	{ ON(BACKUP), HC_KEY_ENTER, 0, "Enter", "Choose", NULL, hc_wiz_act_backup },
	{ ON(TARGET), HC_KEY_ENTER, 0, "Enter", "Choose", NULL, hc_wiz_act_target },
	{ ON(VERDICT), HC_KEY_ENTER, 0, "Enter", "Go on", hc_wiz_verdict_may_go_on,
	  hc_wiz_act_verdict },
	{ ON(VERDICT), HC_KEY_TEXT, 'e', "e", "More", hc_wiz_has_finding, hc_wiz_act_finding },
	{ ON(VERDICT), HC_KEY_TEXT, 'a', "a", "Accept this", hc_wiz_may_accept,
	  hc_wiz_act_accept },
	{ ON(VERDICT), HC_KEY_TEXT, 'o', "o", "Override this", hc_wiz_may_override,
	  hc_wiz_act_override },
	{ ON(VERDICT), HC_KEY_TEXT, 'u', "u", "Undo", hc_wiz_may_take_back,
	  hc_wiz_act_take_back },
	{ ON(VERDICT), HC_KEY_TEXT, 'c', "c", "Options", is_first_verdict, hc_wiz_act_options },
	{ ON(OPTIONS), HC_KEY_ENTER, 0, "Enter", "Go on", NULL, hc_wiz_act_options_done },
	{ ON(OPTIONS), HC_KEY_TEXT, ' ', "Space", "Change", hc_wiz_may_switch,
	  hc_wiz_act_switch },
	{ ON(REVIEW), HC_KEY_ENTER, 0, "Enter", "Go on", hc_wiz_may_go_on, hc_wiz_act_review },
	{ ON(REVIEW), HC_KEY_TEXT, 'v', "v", "Verdict", has_plan_verdict,
	  hc_wiz_act_verdict_of_disk },
	{ ON(CONFIRM), HC_KEY_ENTER, 0, "Enter", "Erase and restore", hc_wiz_confirmed,
	  hc_wiz_act_confirm },
	{ ON(KIOSK), HC_KEY_ENTER, 0, "Enter", "Go on by hand", hc_wiz_kiosk_waits,
	  hc_wiz_act_by_hand },
	{ ON(KIOSK), HC_KEY_TEXT, 'r', "r", "Try again", hc_wiz_kiosk_waits, hc_wiz_act_again },
	{ ON(KIOSK), HC_KEY_BACK, 0, "Esc", "Stop", hc_wiz_kiosk_runs, act_stop },
	{ ON(DISK), HC_KEY_ENTER, 0, "Enter", "Choose", NULL, hc_wiz_act_disk },
	{ ON(CHAIN), HC_KEY_TEXT, 'f', "f", "Repair", hc_wiz_may_repair, hc_wiz_act_repair },
	{ ON(REPAIRS) | ON(UNDOABLE), HC_KEY_ENTER, 0, "Enter", "Go on", hc_wiz_may_change,
	  hc_wiz_act_change },
	{ ON(ALLOW), HC_KEY_ENTER, 0, "Enter", "Change this disk", hc_wiz_allowed,
	  hc_wiz_act_allow },
	{ ON(CAPTURE), HC_KEY_ENTER, 0, "Enter", "Capture", NULL, hc_wiz_act_capture_disk },
	{ ON(RUNS), HC_KEY_ENTER, 0, "Enter", "Read", has_rows, hc_wiz_act_run },
	{ ON(MACHINE) | ON(BACKUP) | ON(TARGET) | ON(DISK) | ON(CHAIN), HC_KEY_TEXT, 'r', "r",
	  "Read again", writes_nothing, hc_wiz_act_reread },
	{ ON(PROGRESS) | ON(RESULT) | ON(KIOSK), HC_KEY_TEXT, 'l', "l", "Log", has_log,
	  act_log },
	{ ON(PROGRESS), HC_KEY_BACK, 0, "Esc", "Stop", NULL, act_stop },
	{ ON_TASKS, HC_KEY_BACK, 0, "Esc", "Back", writes_nothing, hc_wiz_act_task_back },
	{ ON_ALL & ~(ON(WELCOME) | ON(PROGRESS) | ON(RESULT) | ON(KIOSK) | ON_TASKS),
	  HC_KEY_BACK, 0, "Esc", "Back", NULL, act_back },
	{ ON(WELCOME), HC_KEY_TEXT, 'q', "q", "Quit", can_quit, act_quit },
	{ ON_ALL, HC_KEY_HELP, 0, "F1", "Help", NULL, act_help },
	{ ON_ALL & ~ON_FIELDS, HC_KEY_TEXT, '?', NULL, NULL, NULL, act_help },
};

static bool
applies(const struct hc_wiz *wiz, const struct bind *bind)
{
	return (bind->screens & 1u << wiz->screen) != 0 &&
	       (bind->when == NULL || bind->when(wiz));
}

bool
hc_wiz_hint(const struct hc_wiz *wiz, size_t i, const char **key, const char **label)
{
	for (size_t n = 0; n < sizeof(binds) / sizeof(binds[0]); n++) {
		if (binds[n].name == NULL || !applies(wiz, &binds[n]) || i-- > 0)
			continue;
		*key = binds[n].name;
		*label = binds[n].label;
		return true;
	}
	return false;
}

/* Yes is 'y'; anything else that is pressed is no. */
static void
answer(struct hc_wiz *wiz, const struct hc_wiz_input *input, struct hc_wiz_effect *effect)
{
	static const enum hc_wiz_effect_kind does[] = {
		[HC_ASK_NOTHING] = HC_EFFECT_NONE,  [HC_ASK_STOP] = HC_EFFECT_NONE,
		[HC_ASK_REBOOT] = HC_EFFECT_REBOOT, [HC_ASK_POWEROFF] = HC_EFFECT_POWEROFF,
		[HC_ASK_QUIT] = HC_EFFECT_QUIT,     [HC_ASK_OVERRIDE] = HC_EFFECT_NONE,
	};
	enum hc_wiz_ask asked = wiz->ask;

	wiz->ask = HC_ASK_NOTHING;
	if (input->key != HC_KEY_TEXT || (input->ch != 'y' && input->ch != 'Y'))
		return;
	if (asked == HC_ASK_STOP)
		hc_wiz_cancel(wiz, effect);
	else if (asked == HC_ASK_OVERRIDE)
		hc_wiz_override(wiz);
	else
		effect->kind = does[asked];
}

/* What is typed into the selected row of OPTIONS. */
static bool
option_key(struct hc_wiz *wiz, const struct hc_wiz_input *input)
{
	struct hc_wiz_field *field = hc_wiz_option_field(wiz);
	size_t length = field != NULL ? field->length : 0;

	if (field == NULL || !hc_wiz_field_key(field, input))
		return false;
	if (field->length != length)
		hc_wiz_options_changed(wiz);
	return true;
}

void
hc_wiz_key(struct hc_wiz *wiz, const struct hc_wiz_input *input, struct hc_wiz_effect *effect)
{
	wiz->notice[0] = '\0';
	if (wiz->trouble[0] != '\0' || wiz->help) {
		wiz->trouble[0] = '\0';
		wiz->help = false;
		return;
	}
	if (wiz->ask != HC_ASK_NOTHING) {
		answer(wiz, input, effect);
		return;
	}
	if (wiz->end_at_ms != 0) {
		wiz->end_at_ms = 0;
		hc_wiz_notice(wiz, "This machine stays as it is.");
		return;
	}
	if (option_key(wiz, input))
		return;
	if (wiz->screen == HC_SCREEN_REPOSITORY && hc_wiz_field_key(&wiz->repository, input)) {
		hc_wiz_place_typed(wiz);
		return;
	}
	if (wiz->screen == HC_SCREEN_CONFIRM && hc_wiz_field_key(&wiz->confirm, input))
		return;
	if (hc_wiz_task_field(wiz) != NULL && hc_wiz_field_key(hc_wiz_task_field(wiz), input))
		return;
	for (size_t i = 0; i < sizeof(binds) / sizeof(binds[0]); i++) {
		if (binds[i].act == NULL || !applies(wiz, &binds[i]) ||
		    binds[i].key != input->key ||
		    (input->key == HC_KEY_TEXT && (uint32_t)binds[i].ch != input->ch))
			continue;
		binds[i].act(wiz, effect);
		return;
	}
}
