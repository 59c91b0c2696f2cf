/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey: room for the journal, and what the target holds. */
#include "restore/survey/survey.h"

#include <string.h>
#include <time.h>

#include "restore/base/text.h"
#include "restore/disk/disk.h"
#include "restore/disk/journal.h"
#include "restore/source/source.h"
#include "restore/volume/volume.h"
#include "restore/windows/windows.h"

#define CACHE_BYTES (4u << 20)

/* ---------------------------------------------------------------- room for the journal */

/* Bytes at the start that the table needs: sector 0, and under GPT the header and the entries behind it. */
static uint64_t
table_end(const struct hc_manifest_disk *disk)
{
	uint64_t block = disk->logical_block;

	if (disk->table != HC_TABLE_GPT || disk->gpt_entries == NULL)
		return block;
	return 2 * block + hc_round_up(strlen(disk->gpt_entries) / 4 * 3, block);
}

/* Looks from the first partition downwards: boot loaders use the gap from its start. */
static int
find_room(struct hc_io *head, const struct hc_manifest_disk *disk, uint64_t *ret,
	  struct hc_err *err)
{
	uint64_t block = disk->logical_block, least = hc_round_up(table_end(disk), block);
	uint64_t at = hc_round_down(hc_min_u64(head->size, HC_JOURNAL_WITHIN), block);
	uint8_t bytes[HC_JOURNAL_BYTES];

	*ret = 0;
	while (at >= least + HC_JOURNAL_BYTES) {
		at -= block;
		if (at + HC_JOURNAL_BYTES > head->size ||
		    at + HC_JOURNAL_BYTES > HC_JOURNAL_WITHIN)
			continue;
		if (hc_io_pread(head, at, bytes, sizeof(bytes), err) < 0)
			return -1;
		if (hc_is_zero(bytes, sizeof(bytes))) {
			*ret = at;
			return 0;
		}
	}
	return 0;
}

static int
journal_room(struct hc_backup *backup, size_t number, uint64_t *ret, struct hc_err *err)
{
	const struct hc_manifest_disk *disk = &hc_backup_manifest(backup)->disks.items[number];
	const struct hc_region *head = disk->regions.count > 0 ? &disk->regions.items[0] : NULL;
	struct hc_session *session = NULL;
	struct hc_image *image = NULL;
	struct hc_io *io = NULL;
	int result = -1;

	*ret = 0;
	if (head == NULL || head->kind != HC_REGION_HEAD)
		return 0;
	if (hc_session_open(hc_backup_place(backup), &session, err) == 0 &&
	    hc_backup_image(backup, session, number, 0, &image, err) == 0 &&
	    hc_image_io(image, session, CACHE_BYTES, &io, err) == 0)
		result = find_room(io, disk, ret, err);
	hc_io_close(io);
	hc_image_close(image);
	hc_session_close(session);
	return result;
}

/* ---------------------------------------------------------------- what the target holds */

/* The host name of a Windows on this partition, or NULL. */
static const char *
windows_on(struct hc_io *disk, const struct hc_partition *partition, struct hc_arena *arena)
{
	struct hc_volume *volume = NULL;
	struct hc_windows windows = { 0 };
	struct hc_io *part = NULL;
	const char *found = NULL;
	struct hc_err ignored;

	if (partition->filesystem == NULL || strcmp(partition->filesystem, "ntfs") != 0)
		return NULL;
	if (hc_io_window(disk, (struct hc_extent){ partition->start, partition->size }, &part,
			 &ignored) == 0 &&
	    hc_volume_open(part, &volume, &ignored) == 0 &&
	    hc_windows_inspect(volume, arena, &windows, &ignored) == 0)
		found = hc_arena_printf(
			arena, "%s of %s", windows.product ? windows.product : "a Windows",
			windows.hostname ? windows.hostname : "an unknown host");
	hc_volume_close(volume);
	hc_io_close(part);
	return found;
}

static const char *
holds(const struct hc_disk *target, struct hc_arena *arena)
{
	struct hc_io *io = NULL;
	struct hc_err ignored;
	const char *found = NULL;

	if (hc_io_open_file(target->path, &io, &ignored) < 0)
		return target->holds;
	for (size_t i = 0; found == NULL && i < target->partitions.count; i++)
		found = windows_on(io, &target->partitions.items[i], arena);
	hc_io_close(io);
	if (found == NULL)
		return target->holds;
	return hc_arena_printf(arena, "%s; %s", found, target->holds ? target->holds : "");
}

int
hc_survey(struct hc_backup *backup, uint64_t disk, const struct hc_disk *target,
	  struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err)
{
	const struct hc_manifest *manifest = hc_backup_manifest(backup);
	char created[HC_TIME_TEXT];

	if (disk >= manifest->disks.count)
		return hc_err_set(err, H_NOT_FOUND, "the backup has no disk %llu",
				  (unsigned long long)disk);
	hc_time_text(time(NULL), created);
	ret->created = hc_arena_strdup(arena, created);
	ret->backup = manifest->id;
	ret->disk = disk;
	if (target != NULL) {
		ret->target = target->path;
		ret->target_holds = holds(target, arena);
	}
	return journal_room(backup, (size_t)disk, &ret->journal_room, err);
}
