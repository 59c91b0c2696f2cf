/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A wizard that is played by a test: keys, the engine's words, and what it last asked for. */
#ifndef HC_TEST_WIZARD_PLAY_H
#define HC_TEST_WIZARD_PLAY_H

#include <string.h>

#include "tests/unit/tap.h"
#include "tui/model/model.h"

struct play {
	struct hc_wiz *wiz;
	struct hc_wiz_effect effect;
	uint64_t now_ms;
};

static inline void
play_input(struct play *play, struct hc_wiz_input in)
{
	in.at_ms = play->now_ms;
	hc_wiz_step(play->wiz, &in, &play->effect);
}

static inline void
play_key(struct play *play, enum hc_key code)
{
	play_input(play, (struct hc_wiz_input){ .kind = HC_INPUT_KEY, .key = code });
}

static inline void
play_type(struct play *play, const char *text)
{
	for (; *text != '\0'; text++)
		play_input(play, (struct hc_wiz_input){ .kind = HC_INPUT_KEY,
							.key = HC_KEY_TEXT,
							.ch = (unsigned char)*text });
}

static inline void
play_say(struct play *play, enum hc_wiz_input_kind kind, const char *text)
{
	play_input(play,
		   (struct hc_wiz_input){ .kind = kind, .bytes = hc_span(text, strlen(text)) });
}

/* The end of the running job; its document first, where there is a shape. */
static inline void
play_answer(struct play *play, const struct hc_shape *shape, const void *doc, int status)
{
	struct hc_buf text = { 0 };
	struct hc_err err;

	if (shape != NULL && hc_doc_write(shape, doc, HC_JSON_PRETTY, &text, &err) < 0)
		ok(false, "writing %s: %s", shape->schema, err.text[0]);
	if (shape != NULL)
		play_input(play, (struct hc_wiz_input){ .kind = HC_INPUT_DOCUMENT,
							.bytes = hc_buf_span(&text) });
	hc_buf_done(&text);
	play_input(play, (struct hc_wiz_input){ .kind = HC_INPUT_EXIT, .status = status });
}

/* Whether that is what it asked the engine for last. */
static inline bool
play_runs(const struct play *play, const char *want)
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

#endif
