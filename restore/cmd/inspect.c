/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon inspect: the offline Windows on a disk, in an image, a backup or a directory. */
#include <string.h>

#include "restore/base/log.h"
#include "restore/cmd/places.h"
#include "restore/windows/windows.h"

struct search {
	struct cli *cli;
	struct places *places;
	uint64_t disk, partition; /* where to look; UINT64_MAX: anywhere */
	struct hc_windows windows;
	size_t system; /* the place that it lies on */
	bool found;
	size_t looked;         /* at how many places */
	const char *bitlocker; /* a place that is encrypted */
	struct hc_err failure; /* the first that kept a place from being read */
	bool failed;
};

/* Names of file systems are libblkid's. */
static bool
has(const struct place *place, const char *filesystem)
{
	return place->filesystem != NULL && strcmp(place->filesystem, filesystem) == 0;
}

/* 0: there is one; 1: none; -1 with err. */
static int
look(struct search *s, size_t i, struct hc_windows *ret, struct hc_err *err)
{
	const struct hc_boot_volume *place = &s->places->volumes[i];
	struct hc_volume *opened = NULL;
	int result;

	if (place->volume != NULL)
		return hc_windows_inspect(place->volume, &s->cli->arena, ret, err);
	if (hc_volume_open(place->io, &opened, err) < 0)
		return -1;
	result = hc_windows_inspect(opened, &s->cli->arena, ret, err);
	hc_volume_close(opened);
	return result;
}

/* What could not be read; a volume of a kind that holds no Windows is not worth a word. */
static int
note_failure(struct search *s, size_t i, const struct hc_err *why, struct hc_err *err)
{
	const char *note;

	if (why->code == H_VOLUME_FORMAT && !has(&s->places->items[i], "ntfs"))
		return 0;
	if (!s->failed)
		s->failure = *why;
	s->failed = true;
	note = hc_arena_printf(&s->cli->arena, "%s: %s", s->places->volumes[i].name,
			       why->text[0]);
	if (note == NULL || why->code == H_OUT_OF_MEMORY)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	return hc_strings_add(&s->places->unread, &s->cli->arena, note, err);
}

/* An encrypted volume is told of, whether it is that of Windows or one of data.  BitLocker To Go has a small FAT volume for
 * show, which says nothing. */
static int
note_encrypted(struct search *s, size_t i, struct hc_err *err)
{
	const char *note = hc_arena_printf(&s->cli->arena, HC_WINDOWS_ENCRYPTED,
					   s->places->volumes[i].name);

	if (s->bitlocker == NULL)
		s->bitlocker = s->places->volumes[i].name;
	return note != NULL ? hc_strings_add(&s->places->unread, &s->cli->arena, note, err)
			    : hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

static int
look_everywhere(struct search *s, struct hc_err *err)
{
	for (size_t i = 0; i < s->places->count; i++) {
		const struct place *place = &s->places->items[i];
		struct hc_windows windows = { 0 };
		struct hc_err why;
		int result;

		if ((s->disk != UINT64_MAX && place->disk != s->disk) ||
		    (s->partition != UINT64_MAX && place->partition != s->partition))
			continue;
		s->looked++;
		if (s->places->volumes[i].io != NULL &&
		    hc_volume_is_bitlocker(s->places->volumes[i].io)) {
			if (note_encrypted(s, i, err) < 0)
				return -1;
			continue;
		}
		result = look(s, i, &windows, &why);
		if (result < 0 && note_failure(s, i, &why, err) < 0)
			return -1;
		if (result != 0)
			continue;
		if (s->found) {
			hc_log(HC_LOG_WARN,
			       "another Windows (%s) lies on %s: --disk %llu --partition %llu "
			       "shows it",
			       windows.product ? windows.product : "unknown",
			       s->places->volumes[i].name, (unsigned long long)place->disk,
			       (unsigned long long)place->partition);
			continue;
		}
		s->windows = windows;
		s->windows.system_disk = place->disk;
		s->windows.system_partition = place->partition;
		s->system = i;
		s->found = true;
	}
	return 0;
}

/* Why there is none: what could not be read may have been it. */
static int
say_none(struct search *s, struct hc_err *err)
{
	const char *name = s->cli->args[0];

	if (s->bitlocker != NULL) {
		hc_err_set(err, H_NOT_FOUND,
			   "no Windows was recognised on %s; %s is encrypted by BitLocker",
			   name, s->bitlocker);
		return hc_err_remedy(err, "Nothing can be read there without the key; the "
					  "blocks can still be captured and restored.");
	}
	if (s->failed || s->places->unread.count > 0) {
		*err = s->failed ? s->failure : s->places->first;
		return hc_err_wrap(err,
				   "no Windows was recognised on %s; of what is there, "
				   "%zu volumes could not be read",
				   name, s->places->unread.count);
	}
	if (s->looked == 0 && s->places->count > 0)
		return hc_err_set(err, H_NOT_FOUND, "%s has no such disk or partition", name);
	hc_err_set(err, H_NOT_FOUND, "no Windows was recognised on %s", name);
	return hc_err_remedy(err, "Name the disk, image or backup that holds \\Windows or "
				  "\\WINNT; `halcyon ls` shows what is there.");
}

/* Nothing was found that can be looked into; one that is encrypted is found all the same. */
static int
look_outside(struct search *s, struct hc_err *err)
{
	const struct place *place;
	int result;

	if (s->found || s->bitlocker == NULL)
		return 0;
	result = hc_windows_encrypted(s->places->volumes, s->places->count, &s->cli->arena,
				      &s->windows, &s->system, err);
	if (result != 0)
		return result < 0 ? -1 : 0;
	place = &s->places->items[s->system];
	s->windows.system_disk = place->disk;
	s->windows.system_partition = place->partition;
	s->found = true;
	return 0;
}

/* What starts it, and what could not be looked into. */
static int
complete(struct search *s, struct hc_err *err)
{
	struct places *places = s->places;

	if (!s->windows.bitlocker && hc_boot_describe(places->volumes, places->count, s->system,
						      &s->cli->arena, &s->windows, err) < 0)
		return -1;
	for (size_t i = 0; i < places->unread.count; i++)
		if (!hc_strings_has(&s->windows.unread, places->unread.items[i]) &&
		    hc_strings_add(&s->windows.unread, &s->cli->arena, places->unread.items[i],
				   err) < 0)
			return -1;
	return 0;
}

static int
print(struct search *s, struct hc_err *err)
{
	struct hc_buf page = { 0 };
	int result;

	if (s->cli->json)
		return cli_print(&hc_windows_shape, &s->windows, err);
	result = hc_windows_page(&s->windows, &s->cli->arena, &page, err);
	if (result == 0)
		result = cli_print_buf(&page, err);
	hc_buf_done(&page);
	return result;
}

int
cmd_inspect(struct cli *cli, struct hc_err *err)
{
	struct places places = { 0 };
	struct search s = { .cli = cli, .places = &places };
	int result = -1;

	if (cli_number(cli, "disk", UINT64_MAX, &s.disk, err) < 0 ||
	    cli_number(cli, "partition", UINT64_MAX, &s.partition, err) < 0 ||
	    places_open(cli, cli->args[0], &places, err) < 0 || look_everywhere(&s, err) < 0 ||
	    look_outside(&s, err) < 0)
		goto out;
	if (!s.found)
		result = say_none(&s, err);
	else if (complete(&s, err) == 0)
		result = print(&s, err);
out:
	places_close(&places);
	return result;
}
