/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui/model: places that were found, and the medium that is mounted for one. */
#include "tests/unit/tap.h"
#include "tui/model/model.h"

struct play {
	struct hc_wiz *wiz;
	struct hc_wiz_effect effect;
	struct hc_buf media;
};

/* A server, a stick that is not mounted, an image backup. */
static void
write_media(struct hc_buf *out)
{
	struct hc_media_volume volumes[] = {
		{ .device = "/dev/sdc1", .folder = "/m/STICK" },
		{ .device = "/dev/sdd1", .folder = "/m/STICK2" },
	};
	struct hc_media_place places[] = {
		{ .where = "http://s/repository", .mounted = true, .usable = true },
		{ .where = "/m/STICK/repo", .device = "/dev/sdc1", .usable = true },
		{ .where = "/m/STICK/d", .device = "/dev/sdc1", .kind = HC_MEDIA_DRIVERS },
		{ .where = "/m/STICK2/WindowsImageBackup",
		  .device = "/dev/sdd1",
		  .kind = HC_MEDIA_IMAGE_BACKUP,
		  .note = "not by this version" },
	};
	struct hc_media media = { .volumes = { volumes, 2 }, .places = { places, 4 } };
	struct hc_err err;

	if (hc_doc_write(&hc_media_shape, &media, HC_JSON_LINE, out, &err) < 0)
		printf("Bail out! %s\n", err.text[0]);
}

static void
input(struct play *play, struct hc_wiz_input in)
{
	hc_wiz_step(play->wiz, &in, &play->effect);
}

static void
key(struct play *play, enum hc_key code)
{
	input(play, (struct hc_wiz_input){ .kind = HC_INPUT_KEY, .key = code });
}

static void
type(struct play *play, const char *text)
{
	for (; *text != '\0'; text++)
		input(play, (struct hc_wiz_input){ .kind = HC_INPUT_KEY,
						   .key = HC_KEY_TEXT,
						   .ch = (unsigned char)*text });
}

/* The running job's document, if any, and its exit. */
static void
answer(struct play *play, const struct hc_buf *document, int status)
{
	if (document != NULL)
		input(play, (struct hc_wiz_input){ .kind = HC_INPUT_DOCUMENT,
						   .bytes = hc_buf_span(document) });
	input(play, (struct hc_wiz_input){ .kind = HC_INPUT_EXIT, .status = status });
}

static bool
runs(const struct play *play, const char *want)
{
	char got[1024] = "";

	for (size_t i = 0; play->effect.kind == HC_EFFECT_RUN && play->effect.argv[i] != NULL;
	     i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, play->effect.argv[i]);
	}
	if (strcmp(got, want) != 0)
		printf("# runs: %s\n", got);
	return strcmp(got, want) == 0;
}

static bool
line_is(const struct play *play, const char *text)
{
	return strcmp(play->wiz->repository.text, text) == 0;
}

/* On the screen that asks for the repository, whose line begins with `repository`. */
static void
begin(struct play *play, const char *repository)
{
	struct hc_wiz_config config = { .run_dir = "/run/x", .repository = repository };

	*play = (struct play){ .wiz = hc_wiz_new(&config) };
	write_media(&play->media);
	hc_wiz_start(play->wiz, 0, &play->effect);
	answer(play, NULL, 1);
	key(play, HC_KEY_HELP); /* takes the trouble away */
	key(play, HC_KEY_ENTER);
}

static void
end(struct play *play)
{
	hc_wiz_free(play->wiz);
	hc_buf_done(&play->media);
}

static void
test_look(void)
{
	struct play play;

	begin(&play, "/r/");
	ok(runs(&play, "halcyon media --json"), "the repository's screen looks for places");
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_CANCEL && play.wiz->queued == HC_JOB_CATALOG,
	   "whoever has chosen before does not wait for them");
	answer(&play, &play.media, 143);
	ok(runs(&play, "halcyon catalog /r --json") && !play.wiz->have_media,
	   "and the list that was cut short isn't taken");
	answer(&play, NULL, 1);
	key(&play, HC_KEY_ENTER);
	key(&play, HC_KEY_AGAIN);
	ok(runs(&play, "halcyon media --json"), "Ctrl-R looks again");
	answer(&play, &play.media, 0);
	ok(hc_wiz_place_count(play.wiz) == 3 && line_is(&play, "/r/"),
	   "drivers are no repository; what stood in the line stays");
	key(&play, HC_KEY_DOWN);
	ok(line_is(&play, "/r/"), "below the line there is nothing");
	key(&play, HC_KEY_UP);
	ok(line_is(&play, "/m/STICK2/WindowsImageBackup"), "above it is the last place");
	key(&play, HC_KEY_ENTER);
	ok(play.effect.kind == HC_EFFECT_NONE &&
		   !strcmp(play.wiz->notice, "not by this version"),
	   "an image backup is not opened");
	key(&play, HC_KEY_DOWN);
	ok(line_is(&play, "/r/"), "what was typed comes back");
	end(&play);
	begin(&play, NULL);
	answer(&play, &play.media, 0);
	ok(line_is(&play, "http://s/repository"), "an empty line gets the likeliest place");
	end(&play);
}

static void
test_mount(void)
{
	struct play play;

	begin(&play, NULL);
	answer(&play, &play.media, 0);
	key(&play, HC_KEY_DOWN);
	type(&play, "/b");
	ok(line_is(&play, "/m/STICK/repo/b"), "a place can be edited");
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon media --mount /dev/sdc1 --json") &&
		   play.wiz->screen == HC_SCREEN_REPOSITORY,
	   "its medium is mounted first");
	answer(&play, NULL, 1);
	ok(play.wiz->screen == HC_SCREEN_REPOSITORY && play.effect.kind == HC_EFFECT_NONE &&
		   strstr(play.wiz->trouble, "could not be mounted") != NULL,
	   "one that can't be says so");
	key(&play, HC_KEY_ENTER);
	key(&play, HC_KEY_ENTER);
	answer(&play, &play.media, 0);
	ok(runs(&play, "halcyon catalog /m/STICK/repo/b --json") &&
		   play.wiz->screen == HC_SCREEN_BACKUP,
	   "then the list of its backups is read");
	answer(&play, NULL, 1);
	key(&play, HC_KEY_ENTER);
	key(&play, HC_KEY_ERASE);
	key(&play, HC_KEY_ERASE);
	key(&play, HC_KEY_ENTER);
	ok(runs(&play, "halcyon catalog /m/STICK/repo --json"), "a medium is mounted once");
	end(&play);
}

int
main(void)
{
	test_look();
	test_mount();
	return tap_done();
}
