/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tui/model: whatever is pressed, and whatever the engine answers, nothing but the typed confirmation reaches a disk.
 * HALCYON_KEYS_MINUTES=10 goes on for that long, each round with other keys; docs/reliability.md has what came of it.
 */
#include <time.h>

#include "tests/unit/wizard_play.h"
#include "tui/screens/screens.h"

#define STEPS      300000 /* of a round */
#define FIRST_SEED 2463534242u

struct tally {
	unsigned applied, wrong, drawn;
};

/* xorshift: the same keys in every run. */
static uint32_t
next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Answers what was asked for, mostly with what is wanted. */
static void
answer_randomly(struct play *play, uint32_t r)
{
	const struct hc_buf *documents[HC_JOB_COUNT] = { [HC_JOB_PROBE] = &play->facts,
							 [HC_JOB_CATALOG] = &play->catalog,
							 [HC_JOB_CHECK] = &play->check,
							 [HC_JOB_PLAN] = &play->plan };
	enum hc_wiz_job job = play->wiz->job;

	if (job == HC_JOB_NONE)
		return;
	if ((job == HC_JOB_PLAN || job == HC_JOB_CHECK) && r % 4 == 0)
		answer(play, &play->verdict, 4);
	else
		answer(play, r % 16 != 1 ? documents[job] : NULL, r % 8 == 1 ? 1 : 0);
}

/* What has to hold in the moment before a run that writes is asked for. */
static bool
is_at_the_door(const struct hc_wiz *wiz)
{
	return wiz->screen == HC_SCREEN_CONFIRM && wiz->have_plan && !wiz->plan_is_old &&
	       wiz->ask == HC_ASK_NOTHING && !wiz->help && wiz->trouble[0] == '\0' &&
	       !strcmp(wiz->confirm.text, "4567") && hc_wiz_target(wiz) != NULL &&
	       !strcmp(hc_wiz_target(wiz)->identity.name, disk_serial);
}

/* One key, or an answer of the engine; half of the keys are ones that lead on. */
static void
press(struct play *play, uint32_t r)
{
	static const enum hc_key codes[] = { HC_KEY_ENTER, HC_KEY_ENTER, HC_KEY_ENTER,
					     HC_KEY_DOWN,  HC_KEY_UP,    HC_KEY_BACK,
					     HC_KEY_END,   HC_KEY_HELP };
	static const char letters[] = "4567alry?queovc ";

	if (r % 5 == 0)
		answer_randomly(play, r >> 8);
	else if (play->wiz->screen == HC_SCREEN_CONFIRM && r % 3 == 0)
		type(play, "4567");
	else if (r % 5 < 4)
		key(play, codes[(r >> 8) % 8]);
	else
		type(play, (char[]){ letters[(r >> 8) % (sizeof(letters) - 1)], '\0' });
}

static void
draw(const struct play *play, struct tally *tally)
{
	struct hc_canvas canvas = { 0 };
	struct hc_err err;

	if (hc_canvas_init(&canvas, 80, 24, true, &err) == 0)
		hc_screen_draw(play->wiz, &canvas);
	hc_canvas_done(&canvas);
	tally->drawn++;
}

static void
play_round(uint32_t seed, struct tally *tally)
{
	uint32_t state = seed;
	struct play play;

	begin(&play);
	for (unsigned i = 0; i < STEPS; i++) {
		uint32_t r = next_random(&state);
		bool door = is_at_the_door(play.wiz);

		play.now_ms += r % 50;
		play.effect.kind = HC_EFFECT_NONE;
		press(&play, r);
		if (i % 64 == 0)
			draw(&play, tally);
		if (play.effect.kind == HC_EFFECT_RUN && play.effect.job == HC_JOB_APPLY) {
			tally->applied++;
			tally->wrong += !door;
		}
	}
	end(&play);
}

int
main(void)
{
	const char *minutes = getenv("HALCYON_KEYS_MINUTES");
	time_t until = minutes != NULL ? time(NULL) + 60 * strtol(minutes, NULL, 10) : 0;
	struct tally tally = { 0 };
	unsigned rounds = 0;

	do
		play_round(FIRST_SEED + 7919 * rounds++, &tally);
	while (time(NULL) < until);
	printf("# %u rounds of %u keys and answers, %u screens drawn\n", rounds, STEPS,
	       tally.drawn);
	ok(tally.applied > 10, "random keys reach the disk: %u times", tally.applied);
	ok(tally.wrong == 0, "each time through the typed confirmation");
	return tap_done();
}
