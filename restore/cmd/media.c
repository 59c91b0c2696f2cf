/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon media: what is attached, what may be restored from there, and mounting it. */
#include "restore/cmd/media.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "restore/base/text.h"
#include "restore/disk/media.h"

/* ---------------------------------------------------------------- one volume by its name */

static struct hc_media_volume *
find_volume(struct hc_media *media, const char *device)
{
	for (size_t i = 0; i < media->volumes.count; i++)
		if (strcmp(media->volumes.items[i].device, device) == 0)
			return &media->volumes.items[i];
	return NULL;
}

/* By way of the whole list, so that it gets the folder that the list gave it; what isn't listed (a loop device) by itself. */
static int
name_volume(struct cli *cli, const char *device, struct hc_media *media,
	    struct hc_media_volume **ret, struct hc_err *err)
{
	struct hc_media all = { 0 }, one = { 0 };

	if (hc_media_volume(device, &cli->arena, &one, err) < 0 ||
	    hc_media_volumes(NULL, &cli->arena, &all, err) < 0)
		return -1;
	*ret = find_volume(&all, one.volumes.items[0].device);
	*media = *ret != NULL ? all : one;
	if (*ret == NULL)
		*ret = &media->volumes.items[0];
	return 0;
}

/* ---------------------------------------------------------------- for people */

static void
print_find(const struct hc_media_find *find)
{
	static const char *const counted[] = { "backup", "machine", "INF file" };

	printf("      %s: /%s, %llu %s%s%s%s%s\n", hc_media_kind_names[find->kind], find->path,
	       (unsigned long long)find->count, counted[find->kind],
	       find->count == 1 ? "" : "s", find->about != NULL ? " (" : "",
	       find->about != NULL ? find->about : "", find->about != NULL ? ")" : "");
}

static void
print_volume(const struct hc_media_volume *v)
{
	char size[HC_SIZE_TEXT];

	hc_size_text(v->size, size);
	printf("  %-14s %10s  %-8s %-16s %s %s%s%s\n", v->device, size,
	       v->filesystem != NULL ? v->filesystem : "-", v->label != NULL ? v->label : "-",
	       v->bus != NULL ? v->bus : "-", v->model != NULL ? v->model : "",
	       v->removable ? "; removable" : "", v->boot ? "; boot medium" : "");
	for (size_t i = 0; i < v->mounts.count; i++)
		printf("      mounted at %s\n", v->mounts.items[i]);
	for (size_t i = 0; i < v->finds.count; i++)
		print_find(&v->finds.items[i]);
	if (v->unread != NULL)
		printf("      not looked at: %s\n", v->unread);
}

static void
print_place(const struct hc_media_place *place)
{
	printf("  %s\n      %s, %s%s\n", place->where, hc_media_kind_names[place->kind],
	       place->from, place->device != NULL && !place->mounted ? "; not mounted" : "");
	if (place->note != NULL)
		printf("      %s\n", place->note);
}

static int
print_media(struct cli *cli, const struct hc_media *media, struct hc_err *err)
{
	if (cli->json)
		return cli_print(&hc_media_shape, media, err);
	printf("Volumes\n");
	for (size_t i = 0; i < media->volumes.count; i++)
		print_volume(&media->volumes.items[i]);
	printf("Places\n");
	for (size_t i = 0; i < media->places.count; i++)
		print_place(&media->places.items[i]);
	return 0;
}

/* ---------------------------------------------------------------- commands */

static int
stamp(struct cli *cli, struct hc_media *media, struct hc_err *err)
{
	char now[HC_TIME_TEXT];

	hc_time_text(time(NULL), now);
	media->created = hc_arena_strdup(&cli->arena, now);
	return media->created != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a time");
}

static int
mount_one(struct cli *cli, const char *device, struct hc_err *err)
{
	struct hc_media media = { 0 };
	struct hc_media_volume *v;

	if (name_volume(cli, device, &media, &v, err) < 0 || hc_media_mount(v, err) < 0)
		return -1;
	if (v->mounts.count == 0 && hc_strings_add(&v->mounts, &cli->arena, v->folder, err) < 0)
		return -1;
	if (!cli->json) {
		printf("%s\n", v->mounts.items[0]);
		return 0;
	}
	media.volumes.items = v;
	media.volumes.count = 1;
	if (stamp(cli, &media, err) < 0 || media_look(cli, &media, err) < 0 ||
	    media_add_finds(cli, &media, err) < 0)
		return -1;
	return print_media(cli, &media, err);
}

static int
unmount_one(struct cli *cli, const char *device, struct hc_err *err)
{
	struct hc_media media = { 0 };
	struct hc_media_volume *v;

	if (name_volume(cli, device, &media, &v, err) < 0)
		return -1;
	return hc_media_unmount(v, err);
}

static int
list(struct cli *cli, struct hc_media *media, struct hc_err *err)
{
	const char *sysroot = cli_get(cli, "sysroot");

	if (cli->arg_count == 0)
		return hc_media_volumes(sysroot, &cli->arena, media, err);
	for (unsigned i = 0; i < cli->arg_count; i++)
		if (hc_media_volume(cli->args[i], &cli->arena, media, err) < 0)
			return -1;
	return 0;
}

int
cmd_media(struct cli *cli, struct hc_err *err)
{
	const char *sysroot = cli_get(cli, "sysroot");
	bool ask = sysroot == NULL && !cli_has(cli, "offline");
	struct hc_media media = { 0 };

	if (cli_has(cli, "mount"))
		return mount_one(cli, cli_get(cli, "mount"), err);
	if (cli_has(cli, "unmount"))
		return unmount_one(cli, cli_get(cli, "unmount"), err);
	if (list(cli, &media, err) < 0 || stamp(cli, &media, err) < 0 ||
	    media_look(cli, &media, err) < 0 ||
	    media_add_servers(cli, sysroot != NULL ? sysroot : "", ask, &media, err) < 0 ||
	    media_add_finds(cli, &media, err) < 0)
		return -1;
	return print_media(cli, &media, err);
}
