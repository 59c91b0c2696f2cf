/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon media: looking into volumes, and the places that come of it. */
#include <string.h>

#include "restore/catalog/look.h"
#include "restore/cmd/media.h"
#include "restore/disk/media.h"

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of media");
}

/* ---------------------------------------------------------------- one volume */

struct look {
	struct cli *cli;
	struct hc_media_volume *volume;
};

static int
look_at_folder(void *ctx, const char *folder, struct hc_err *err)
{
	struct look *look = ctx;
	struct hc_volume *volume = NULL;
	int result;

	if (hc_volume_open_dir(folder, &volume, err) < 0)
		return -1;
	result = hc_media_look(volume, &look->cli->arena, look->volume, err);
	hc_volume_close(volume);
	return result;
}

/* By readers of our own: no file system of the kernel sees what lies on a medium that nobody chose. */
static int
look_at_device(struct look *look, struct hc_err *err)
{
	struct hc_volume *volume = NULL;
	struct hc_io *io = NULL;
	int result = -1;

	if (hc_io_open_file(look->volume->device, &io, err) == 0 &&
	    hc_volume_open(io, &volume, err) == 0)
		result = hc_media_look(volume, &look->cli->arena, look->volume, err);
	hc_volume_close(volume);
	hc_io_close(io);
	return result;
}

static int
look_at(struct look *look, struct hc_err *err)
{
	const struct hc_media_volume *v = look->volume;

	if (v->mounts.count > 0)
		return look_at_folder(look, v->mounts.items[0], err);
	if (hc_media_reader(v) == HC_MEDIA_VOLUME)
		return look_at_device(look, err);
	return hc_media_peek(v, look_at_folder, look, err);
}

int
media_look(struct cli *cli, struct hc_media *media, struct hc_err *err)
{
	for (size_t i = 0; i < media->volumes.count; i++) {
		struct look look = { cli, &media->volumes.items[i] };
		struct hc_err why;

		if (atomic_load(&cli_stop))
			return hc_err_set(err, H_CANCELLED, "stopped while looking at media");
		if (look.volume->unread != NULL || look_at(&look, &why) == 0)
			continue;
		/* A stick that is damaged is no reason not to list the others. */
		look.volume->unread = hc_arena_strdup(&cli->arena, why.text[0]);
		if (look.volume->unread == NULL || why.code == H_OUT_OF_MEMORY)
			return no_memory(err);
	}
	return 0;
}

/* ---------------------------------------------------------------- places */

static bool
can_be_taken_out(const struct hc_media_volume *v)
{
	return v->removable || (v->bus != NULL &&
				(strcmp(v->bus, "usb") == 0 || strcmp(v->bus, "optical") == 0));
}

static const char *
from_text(const struct hc_media_volume *v, struct hc_arena *arena)
{
	return hc_arena_printf(arena, "%s%s%s%s on %s%s%s%s%s", v->device,
			       v->label != NULL ? " \"" : "", v->label != NULL ? v->label : "",
			       v->label != NULL ? "\"" : "", v->bus != NULL ? v->bus : "a disk",
			       v->model != NULL ? ", " : "", v->model != NULL ? v->model : "",
			       can_be_taken_out(v) ? "; can be taken out" : "",
			       v->boot ? "; boot medium" : "");
}

static int
add_place(struct cli *cli, const struct hc_media_volume *v, const struct hc_media_find *find,
	  struct hc_media *media, struct hc_err *err)
{
	static const char no_image_backups[] =
		"Windows' own backups can't be restored by this version of halcyon.";
	struct hc_media_place *place = hc_arena_grow(&cli->arena, &media->places.items,
						     &media->places.count, sizeof(*place));
	const char *root = v->mounts.count > 0 ? v->mounts.items[0] : v->folder;

	if (place == NULL)
		return no_memory(err);
	place->kind = find->kind;
	place->where = find->path[0] == '\0'
			       ? root
			       : hc_arena_printf(&cli->arena, "%s/%s", root, find->path);
	place->from = from_text(v, &cli->arena);
	place->device = v->device;
	place->mounted = v->mounts.count > 0;
	place->count = find->count;
	place->usable = find->kind == HC_MEDIA_DRIVERS ||
			(find->kind == HC_MEDIA_REPOSITORY && find->about == NULL);
	place->note = find->kind == HC_MEDIA_IMAGE_BACKUP ? no_image_backups : find->about;
	return place->where != NULL && place->from != NULL ? 0 : no_memory(err);
}

int
media_add_finds(struct cli *cli, struct hc_media *media, struct hc_err *err)
{
	/* Twice through the list: first what somebody brought along. */
	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < media->volumes.count; i++) {
			const struct hc_media_volume *v = &media->volumes.items[i];

			if (can_be_taken_out(v) != (pass == 0))
				continue;
			for (size_t k = 0; k < v->finds.count; k++)
				if (add_place(cli, v, &v->finds.items[k], media, err) < 0)
					return -1;
		}
	return 0;
}
