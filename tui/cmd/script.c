/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wizard without a terminal: keys from a file, screens to standard output; the engine's answers are
 * files beside the script.  Golden tests and the pictures of the guide are made so.
 *
 *	facts.json catalog.json plan.json report.text  documents; plan.2.json answers the second plan, and so on
 *	apply.events verify.events                     what a run says, a line at a time
 *	NAME.err NAME.exit                             its standard error, its exit status (else 0)
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "tui/cmd/cmd_priv.h"
#include "tui/screens/screens.h"

#define FILE_MAX_BYTES (16u << 20)

struct script {
	struct hc_wiz *wiz;
	struct hc_canvas canvas;
	char folder[2048];
	char *text, *at; /* of the script; `at` moves */
	uint64_t now_ms;
	enum hc_wiz_job running;
	unsigned runs[HC_JOB_COUNT];
	bool hold;  /* documents wait for ANSWER */
	bool shown; /* nothing happened since the last screen */
	struct hc_buf stream;
	size_t stream_at;
	struct hc_err *err;
};

static int step(struct script *s, struct hc_wiz_input input);

/* ---------------------------------------------------------------- the engine's answers */

/* CASE/plan.2.json if this is the second run and it is there, else CASE/plan.json; `ending` NULL: what the
 * run says on standard output.  False when there is none. */
static bool
read_answer(struct script *s, const char *ending, struct hc_buf *ret)
{
	const char *name = hc_wiz_job_names[s->running], *file = hc_wiz_job_files[s->running];
	int length = (int)strlen(name);
	char path[2200];
	struct hc_err ignored;

	if (ending == NULL) {
		name = file;
		length = (int)strcspn(file, ".");
		ending = file + length + 1;
	}
	snprintf(path, sizeof(path), "%s/%.*s.%u.%s", s->folder, length, name,
		 s->runs[s->running], ending);
	if (access(path, R_OK) < 0)
		snprintf(path, sizeof(path), "%s/%.*s.%s", s->folder, length, name, ending);
	return hc_file_read(path, FILE_MAX_BYTES, ret, &ignored) == 0;
}

static int
feed_lines(struct script *s, struct hc_span text, size_t *at, uint64_t count,
	   enum hc_wiz_input_kind kind)
{
	while (*at < text.size && count-- > 0) {
		const uint8_t *start = text.data + *at,
			      *end = memchr(start, '\n', text.size - *at);
		size_t length = end != NULL ? (size_t)(end - start) : text.size - *at;
		struct hc_wiz_input line = { .kind = kind, .bytes = hc_span(start, length) };

		*at += length + 1;
		if (step(s, line) < 0)
			return -1;
	}
	return 0;
}

static int
answer_exit(struct script *s, int status)
{
	struct hc_wiz_input ended = { .kind = HC_INPUT_EXIT, .status = status };
	struct hc_buf said = { 0 };
	size_t at = 0;
	int result = 0;

	if (read_answer(s, "err", &said))
		result = feed_lines(s, hc_buf_span(&said), &at, UINT64_MAX, HC_INPUT_NOTE);
	hc_buf_done(&said);
	s->running = HC_JOB_NONE;
	return result == 0 ? step(s, ended) : -1;
}

/* The exit status that the case says, else `otherwise`. */
static int
status_of(struct script *s, int otherwise)
{
	struct hc_buf text = { 0 };
	int status = otherwise;

	if (read_answer(s, "exit", &text) && hc_buf_append(&text, "", 1, s->err) == 0)
		status = atoi((const char *)text.data);
	hc_buf_done(&text);
	return status;
}

static int
answer_document(struct script *s)
{
	struct hc_wiz_input document = { .kind = HC_INPUT_DOCUMENT };
	struct hc_buf text = { 0 };
	bool found = read_answer(s, NULL, &text);
	int result = 0;

	document.bytes = hc_buf_span(&text);
	if (found)
		result = step(s, document);
	hc_buf_done(&text);
	return result == 0 ? answer_exit(s, status_of(s, found ? 0 : 127)) : -1;
}

/* ---------------------------------------------------------------- effects */

static int
start(struct script *s, const struct hc_wiz_effect *effect)
{
	printf("$");
	for (size_t i = 0; effect->argv[i] != NULL; i++)
		printf(" %s", effect->argv[i]);
	printf("\n");
	s->running = effect->job;
	s->runs[effect->job]++;
	if (!hc_wiz_job_streams(effect->job))
		return s->hold ? 0 : answer_document(s);
	s->stream.size = s->stream_at = 0;
	read_answer(s, NULL, &s->stream);
	return 0;
}

static int
step(struct script *s, struct hc_wiz_input input)
{
	static const char *const names[HC_EFFECT_COUNT] = {
		[HC_EFFECT_CANCEL] = "cancel", [HC_EFFECT_SHELL] = "shell",
		[HC_EFFECT_REBOOT] = "reboot", [HC_EFFECT_POWEROFF] = "power off",
		[HC_EFFECT_QUIT] = "quit",
	};
	struct hc_wiz_effect effect;

	input.at_ms = s->now_ms;
	s->shown = false;
	hc_wiz_step(s->wiz, &input, &effect);
	if (effect.kind == HC_EFFECT_RUN)
		return start(s, &effect);
	if (names[effect.kind] != NULL)
		printf("! %s\n", names[effect.kind]);
	return 0;
}

/* ---------------------------------------------------------------- words */

static int
show(struct script *s)
{
	struct hc_buf out = { 0 };
	int result;

	hc_screen_draw(s->wiz, &s->canvas);
	result = hc_canvas_dump(&s->canvas, &out, s->err);
	printf("==== %s\n", hc_screen_name(s->wiz->screen));
	fwrite(out.data, 1, out.size, stdout);
	hc_buf_done(&out);
	s->shown = true;
	return result;
}

static int
type(struct script *s, const char *text)
{
	struct hc_wiz_input key = { .kind = HC_INPUT_KEY, .key = HC_KEY_TEXT };
	unsigned length;

	for (; (length = hc_utf8_get(text, &key.ch)) > 0; text += length)
		if (step(s, key) < 0)
			return -1;
	return 0;
}

/* The next word, in place; a quoted one is text.  NULL at the end. */
static char *
next_word(struct script *s, bool *quoted)
{
	char *p = s->at, *word;

	while (*p != '\0' && (isspace((unsigned char)*p) || *p == '#')) {
		if (*p == '#')
			p += strcspn(p, "\n");
		else
			p++;
	}
	if (*p == '\0')
		return NULL;
	*quoted = *p == '"';
	word = *quoted ? p + 1 : p;
	p = word + strcspn(word, *quoted ? "\"\n" : " \t\r\n");
	s->at = *p != '\0' ? p + 1 : p;
	*p = '\0';
	return word;
}

static int
number(struct script *s, const char *verb, uint64_t *ret)
{
	bool quoted;
	char *word = next_word(s, &quoted), *end;

	if (word != NULL && strcmp(word, "ALL") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	*ret = word != NULL ? strtoull(word, &end, 10) : 0;
	if (word == NULL || end == word || *end != '\0')
		return hc_err_set(s->err, H_SCRIPT, "%s wants a number", verb);
	return 0;
}

static int
do_verb(struct script *s, const char *word)
{
	uint64_t n = 0;

	if (strcmp(word, "SCREEN") == 0)
		return show(s);
	if (strcmp(word, "HOLD") == 0) {
		s->hold = true;
		return 0;
	}
	if (strcmp(word, "ANSWER") == 0) {
		s->hold = false;
		return s->running != HC_JOB_NONE
			       ? answer_document(s)
			       : hc_err_set(s->err, H_SCRIPT, "ANSWER: nothing runs");
	}
	if (strcmp(word, "TICK") == 0) {
		if (number(s, word, &n) < 0)
			return -1;
		s->now_ms += n;
		return step(s, (struct hc_wiz_input){ .kind = HC_INPUT_TICK });
	}
	if (strcmp(word, "FEED") == 0)
		return number(s, word, &n) < 0 ? -1
					       : feed_lines(s, hc_buf_span(&s->stream),
							    &s->stream_at, n, HC_INPUT_LINE);
	if (strcmp(word, "EXIT") == 0)
		return number(s, word, &n) < 0 ? -1 : answer_exit(s, (int)n);
	return hc_err_set(s->err, H_SCRIPT, "there is no key and no word \"%s\"", word);
}

static int
do_word(struct script *s, const char *word, bool quoted)
{
	struct hc_wiz_input key = { .kind = HC_INPUT_KEY, .key = hc_key_named(word) };

	if (quoted)
		return type(s, word);
	return key.key != HC_KEY_NONE ? step(s, key) : do_verb(s, word);
}

static int
follow(struct script *s)
{
	struct hc_wiz_effect effect;
	bool quoted;
	char *word;

	s->at = s->text;
	hc_wiz_start(s->wiz, 0, &effect);
	if (effect.kind == HC_EFFECT_RUN && start(s, &effect) < 0)
		return -1;
	while ((word = next_word(s, &quoted)) != NULL)
		if (do_word(s, word, quoted) < 0)
			return -1;
	return s->shown ? 0 : show(s);
}

int
hc_wizard_script(struct hc_wiz *wiz, const struct hc_wizard_options *options,
		 struct hc_err *err)
{
	struct script s = { .wiz = wiz, .err = err };
	const char *slash = strrchr(options->script, '/');
	struct hc_buf text = { 0 };
	int result = -1;

	snprintf(s.folder, sizeof(s.folder), "%.*s",
		 slash != NULL ? (int)(slash - options->script) : 1,
		 slash != NULL ? options->script : ".");
	if (hc_file_read(options->script, FILE_MAX_BYTES, &text, err) < 0 ||
	    hc_buf_append(&text, "", 1, err) < 0 ||
	    hc_canvas_init(&s.canvas, options->width, options->height,
			   options->draw == HC_DRAW_ASCII, err) < 0)
		goto out;
	s.text = (char *)text.data;
	result = follow(&s);
out:
	hc_canvas_done(&s.canvas);
	hc_buf_done(&s.stream);
	hc_buf_done(&text);
	return result;
}
