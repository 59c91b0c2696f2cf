/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey: room for the journal, what the target holds, and drivers of the backup for this machine. */
#include "restore/survey/survey_priv.h"

#include <string.h>
#include <time.h>

#include "restore/base/text.h"
#include "restore/disk/convert.h"
#include "restore/disk/disk.h"
#include "restore/disk/journal.h"
#include "restore/source/source.h"
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
	return 2 * block + hc_round_up(hc_base64_size(disk->gpt_entries), block);
}

static int
journal_room(struct hc_backup *backup, size_t number, struct hc_arena *arena,
	     struct hc_survey *ret, struct hc_err *err)
{
	struct hc_manifest_disk disk;
	const struct hc_region *head;
	struct hc_session *session = NULL;
	struct hc_image *image = NULL;
	struct hc_io *io = NULL;
	int result = -1;

	if (hc_disk_as_restored(&hc_backup_manifest(backup)->disks.items[number], ret, arena,
				&disk, err) < 0)
		return -1;
	head = disk.regions.count > 0 ? &disk.regions.items[0] : NULL;
	if (head == NULL || head->kind != HC_REGION_HEAD)
		return 0;
	if (hc_session_open(hc_backup_place(backup), &session, err) == 0 &&
	    hc_backup_image(backup, session, number, 0, &image, err) == 0 &&
	    hc_image_io(image, session, CACHE_BYTES, &io, err) == 0)
		result = hc_journal_room(io, table_end(&disk), disk.logical_block,
					 &ret->journal_room, err);
	hc_io_close(io);
	hc_image_close(image);
	hc_session_close(session);
	return result;
}

/* ---------------------------------------------------------------- what the target holds */

/* Our own record (hazards 16): the journal of a finished restore, which lies before the first partition. */
static void
add_own_record(const struct hc_disk *target, struct hc_arena *arena, struct hc_windows *windows)
{
	struct hc_restore_record *record;

	if (target->journal == NULL || target->holds_kind == NULL ||
	    strcmp(target->holds_kind, "halcyon-finished") != 0)
		return;
	record = hc_arena_grow(arena, &windows->restore_history.items,
			       &windows->restore_history.count, sizeof(*record));
	if (record != NULL)
		*record = (struct hc_restore_record){
			.kind = "halcyon",
			.id = target->journal,
			.where = "the journal before the first partition of the target"
		};
}

static void
look_at_target(const struct hc_disk *target, struct hc_arena *arena, struct hc_survey *ret)
{
	struct hc_windows *windows = NULL;
	struct hc_io *io = NULL;
	struct hc_err ignored;

	ret->target = target->path;
	ret->target_holds = target->holds;
	if (hc_io_open_file(target->path, &io, &ignored) < 0)
		return;
	for (size_t i = 0; windows == NULL && i < target->partitions.count; i++)
		windows = hc_windows_on(io, target->table, &target->partitions.items[i], arena);
	hc_io_close(io);
	if (windows == NULL)
		return;
	add_own_record(target, arena, windows);
	ret->target_windows = windows;
	ret->target_holds = hc_arena_printf(arena, "%s; %s", hc_windows_name(windows, arena),
					    target->holds ? target->holds : "");
}

bool
survey_is_unreadable(const struct hc_err *err)
{
	return err->code == H_VOLUME_FORMAT || err->code == H_PATH_NOT_FOUND ||
	       err->code == H_REPARSE_UNSUPPORTED || err->code == H_FILE_ENCRYPTED;
}

/* ---------------------------------------------------------------- all of it */

static int
name_run(struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err)
{
	char guid[HC_GUID_TEXT];

	if (hc_guid_random(guid, err) < 0)
		return -1;
	ret->run = hc_arena_printf(arena, "{%s}", guid);
	return ret->run != NULL ? 0 : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a name");
}

/* What the disk will be called, and look like, decides what has to be repaired. */
static int
find_repairs(struct hc_backup *backup, const struct hc_survey_request *request,
	     struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err)
{
	const struct hc_manifest *manifest = hc_backup_manifest(backup);
	struct hc_io *esp = NULL;
	int result = name_run(arena, ret, err);

	if (result == 0)
		result = survey_conversion(request, manifest, arena, ret, &esp, err);
	if (result == 0 && ret->conversion == NULL)
		result = survey_identity(request, &manifest->disks.items[request->disk], arena,
					 ret, err);
	if (result == 0)
		result = survey_windows(backup, request, esp, arena, ret, err);
	if (result == 0 && !request->compare)
		result = survey_conversion_judged(ret, arena, err);
	hc_io_close(esp);
	return result;
}

int
hc_survey(struct hc_backup *backup, const struct hc_survey_request *request,
	  struct hc_arena *arena, struct hc_survey *ret, struct hc_err *err)
{
	const struct hc_manifest *manifest = hc_backup_manifest(backup);
	char created[HC_TIME_TEXT];

	if (request->disk >= manifest->disks.count)
		return hc_err_set(err, H_NOT_FOUND, "the backup has no disk %llu",
				  (unsigned long long)request->disk);
	hc_time_text(time(NULL), created);
	ret->created = hc_arena_strdup(arena, created);
	ret->backup = manifest->id;
	ret->disk = request->disk;
	if (request->target != NULL)
		look_at_target(request->target, arena, ret);
	if (find_repairs(backup, request, arena, ret, err) < 0)
		return hc_err_wrap(err, "while looking at the Windows in the backup");
	return journal_room(backup, (size_t)request->disk, arena, ret, err);
}
