/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Places that were found: the list above the typed one, and the medium that has to be mounted for one of them. */
#include "tui/model/wiz_priv.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- the list */

size_t
hc_wiz_place_count(const struct hc_wiz *wiz)
{
	size_t count = 0;

	while (hc_wiz_place(wiz, count) != NULL)
		count++;
	return count;
}

const struct hc_media_place *
hc_wiz_place(const struct hc_wiz *wiz, size_t i)
{
	for (size_t n = 0; wiz->have_media && n < wiz->media.places.count; n++)
		/* Drivers are no backups. */
		if (wiz->media.places.items[n].kind != HC_MEDIA_DRIVERS && i-- == 0)
			return &wiz->media.places.items[n];
	return NULL;
}

bool
hc_wiz_has_places(const struct hc_wiz *wiz)
{
	return hc_wiz_place(wiz, 0) != NULL;
}

/* Row `row` of the screen: a place, whose name comes into the line, or what was typed. */
static void
go_to(struct hc_wiz *wiz, size_t row)
{
	size_t *selected = &wiz->selected[HC_SCREEN_REPOSITORY];
	const struct hc_media_place *place = hc_wiz_place(wiz, row);

	if (hc_wiz_place(wiz, *selected) == NULL)
		wiz->typed = wiz->repository;
	if (place != NULL)
		hc_wiz_field_set(&wiz->repository, place->where);
	else
		wiz->repository = wiz->typed;
	*selected = row;
}

void
hc_wiz_act_place_up(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (wiz->selected[HC_SCREEN_REPOSITORY] > 0)
		go_to(wiz, wiz->selected[HC_SCREEN_REPOSITORY] - 1);
}

void
hc_wiz_act_place_down(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (wiz->selected[HC_SCREEN_REPOSITORY] < hc_wiz_place_count(wiz))
		go_to(wiz, wiz->selected[HC_SCREEN_REPOSITORY] + 1);
}

/* Whoever types is in the line below the list; it begins with what stands there. */
void
hc_wiz_place_typed(struct hc_wiz *wiz)
{
	wiz->selected[HC_SCREEN_REPOSITORY] = hc_wiz_place_count(wiz);
}

void
hc_wiz_act_rescan(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	hc_wiz_request(wiz, HC_JOB_MEDIA, effect);
}

void
hc_wiz_enter_repository(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	wiz->screen = HC_SCREEN_REPOSITORY;
	if (!wiz->have_media)
		hc_wiz_request(wiz, HC_JOB_MEDIA, effect);
}

/* ---------------------------------------------------------------- its document */

/* What stands in the line stays; an empty one is filled in with the likeliest place. */
static void
select_place(struct hc_wiz *wiz)
{
	size_t count = hc_wiz_place_count(wiz), row = count;

	for (size_t i = 0; i < count && row == count; i++)
		if (wiz->repository.length == 0
			    ? hc_wiz_place(wiz, i)->usable
			    : strcmp(hc_wiz_place(wiz, i)->where, wiz->repository.text) == 0)
			row = i;
	wiz->typed = wiz->repository;
	wiz->selected[HC_SCREEN_REPOSITORY] = count;
	if (row < count)
		go_to(wiz, row);
}

void
hc_wiz_load_media(struct hc_wiz *wiz, struct hc_span bytes)
{
	struct hc_arena arena = { 0 };
	struct hc_media media = { 0 };
	struct hc_err err;

	if (hc_doc_read(&hc_media_shape, bytes, &arena, &media, &err) < 0) {
		hc_wiz_trouble(wiz, "The list of media can't be read.\n%s", err.text[0]);
		hc_arena_done(&arena);
		return;
	}
	hc_arena_done(&wiz->media_arena);
	wiz->media_arena = arena;
	wiz->media = media;
	wiz->have_media = true;
	select_place(wiz);
}

/* Without the list, a place can be typed all the same. */
void
hc_wiz_end_media(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	(void)effect;
	if (status != 0)
		hc_wiz_notice(wiz, "Media could not be listed: %.*s",
			      (int)strcspn(wiz->notes, "\n"), wiz->notes);
}

/* ---------------------------------------------------------------- mounting */

/* A server that did not answer may do so now; an image backup does not become a repository. */
bool
hc_wiz_is_refused(struct hc_wiz *wiz)
{
	const struct hc_media_place *place;

	for (size_t i = 0; (place = hc_wiz_place(wiz, i)) != NULL; i++) {
		if (place->kind == HC_MEDIA_REPOSITORY || place->usable ||
		    strcmp(place->where, wiz->repository.text) != 0)
			continue;
		hc_wiz_notice(wiz, "%s", place->note != NULL ? place->note : "No repository.");
		return true;
	}
	return false;
}

/* A place may be edited to a folder below or beside it: what counts is the medium that it lies on. */
static struct hc_media_place *
place_to_mount(struct hc_wiz *wiz)
{
	for (size_t v = 0; wiz->have_media && v < wiz->media.volumes.count; v++) {
		const struct hc_media_volume *volume = &wiz->media.volumes.items[v];
		size_t length = volume->folder != NULL ? strlen(volume->folder) : 0;

		if (length == 0 || strncmp(wiz->repository.text, volume->folder, length) != 0 ||
		    (wiz->repository.text[length] != '/' &&
		     wiz->repository.text[length] != '\0'))
			continue;
		for (size_t i = 0; i < wiz->media.places.count; i++) {
			struct hc_media_place *place = &wiz->media.places.items[i];

			if (place->device != NULL && !place->mounted &&
			    strcmp(place->device, volume->device) == 0)
				return place;
		}
	}
	return NULL;
}

bool
hc_wiz_mount_first(struct hc_wiz *wiz, struct hc_wiz_effect *effect)
{
	const struct hc_media_place *place = place_to_mount(wiz);

	if (place == NULL)
		return false;
	hc_wiz_keep(&wiz->mounting, "%s", place->device);
	hc_wiz_request(wiz, HC_JOB_MOUNT, effect);
	return true;
}

void
hc_wiz_end_mount(struct hc_wiz *wiz, int status, struct hc_wiz_effect *effect)
{
	if (status != 0) {
		hc_wiz_tell(wiz, status, "The medium could not be mounted.");
		return;
	}
	for (size_t i = 0; i < wiz->media.places.count; i++) {
		struct hc_media_place *place = &wiz->media.places.items[i];

		if (place->device != NULL && wiz->mounting != NULL &&
		    strcmp(place->device, wiz->mounting) == 0)
			place->mounted = true;
	}
	if (wiz->screen == HC_SCREEN_REPOSITORY)
		hc_wiz_act_repository(wiz, effect);
}
