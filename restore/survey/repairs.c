/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Windows of a backup: its volumes opened in place, once, asked for drivers, and the fixups for what they would repair. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/disk/convert.h"
#include "restore/disk/disk.h"
#include "restore/source/source.h"
#include "restore/survey/survey_priv.h"
#include "restore/volume/volume.h"
#include "restore/windows/windows.h"

/* What reading may hold of each volume.  That of Windows is read in two rounds and all over: hives, drivers, INF files. */
#define CACHE_BYTES        (4u << 20)
#define SYSTEM_CACHE_BYTES (48u << 20)

/* The volumes of one disk of the backup. */
struct disk_volumes {
	struct hc_session *session;
	struct hc_image **images;
	struct hc_io **ios;
	struct hc_offline_part *parts;
	size_t count;      /* of the backup */
	size_t part_count; /* with the one that is made */
};

static void
close_volumes(struct disk_volumes *v)
{
	for (size_t i = 0; i < v->count; i++) {
		hc_io_close(v->ios[i]);
		hc_image_close(v->images[i]);
	}
	hc_session_close(v->session);
}

/* After a failure the last of `parts` is the one that can't be opened, if any. */
static int
open_volumes(struct hc_backup *backup, size_t disk, struct hc_arena *arena,
	     struct disk_volumes *v, struct hc_err *err)
{
	const struct hc_manifest *manifest = hc_backup_manifest(backup);
	const struct hc_regions *regions = &manifest->disks.items[disk].regions;

	*v = (struct disk_volumes){ 0 };
	v->images = hc_arena_array(arena, regions->count + 1, sizeof(struct hc_image *));
	v->ios = hc_arena_array(arena, regions->count + 1, sizeof(struct hc_io *));
	v->parts = hc_arena_array(arena, regions->count + 2, sizeof(*v->parts));
	if (v->images == NULL || v->ios == NULL || v->parts == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (hc_session_open(hc_backup_place(backup), &v->session, err) < 0)
		return -1;
	for (size_t i = 0; i < regions->count; i++) {
		const struct hc_partition *entry = regions->items[i].partition;
		size_t at = v->count;

		if (entry == NULL)
			continue;
		v->count++;
		v->parts[at].entry = *entry;
		if (hc_backup_image(backup, v->session, disk, i, &v->images[at], err) < 0 ||
		    hc_image_io(v->images[at], v->session,
				entry->number == manifest->windows->system_partition
					? SYSTEM_CACHE_BYTES
					: CACHE_BYTES,
				&v->ios[at], err) < 0)
			return -1;
		v->parts[at].io = v->ios[at];
	}
	v->part_count = v->count;
	return 0;
}

/* The EFI system partition that a conversion makes. */
static void
add_esp(struct disk_volumes *v, const struct hc_conversion *conversion, struct hc_io *esp)
{
	if (esp == NULL)
		return;
	v->parts[v->part_count].entry = *hc_convert_esp(conversion);
	v->parts[v->part_count++].io = esp;
}

/* NULL: the disk has none of that number. */
static const struct hc_partition *
partition_of(const struct hc_manifest_disk *disk, uint64_t number)
{
	for (size_t i = 0; i < disk->regions.count; i++)
		if (disk->regions.items[i].partition != NULL &&
		    disk->regions.items[i].partition->number == number)
			return disk->regions.items[i].partition;
	return NULL;
}

/* old → new, of each partition that a boot store can name; an empty map without a new identity. */
static int
make_moves(const struct hc_manifest_disk *old, const struct hc_manifest_disk *new,
	   struct hc_arena *arena, struct hc_bcd_map *ret, struct hc_err *err)
{
	struct hc_bcd_move *moves =
		hc_arena_array(arena, old->regions.count + 1, sizeof(*moves));

	*ret = (struct hc_bcd_map){ moves, 0 };
	if (moves == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	for (size_t i = 0; old->table_id != new->table_id &&i < old->regions.count; i++) {
		const struct hc_partition *from = old->regions.items[i].partition;
		const struct hc_partition *to =
			from == NULL ? NULL : partition_of(new, from->number);
		struct hc_bcd_move *move = &moves[ret->count];

		if (to == NULL ||
		    !hc_bcd_partition_of(from, old->table, old->table_id, &move->from) ||
		    !hc_bcd_partition_of(to, new->table, new->table_id, &move->to))
			continue;
		move->start = from->start;
		ret->count++;
	}
	return 0;
}

/* The partitions as the table will have them; one whose place is taken stays what it was, to be read from. */
static void
rename_parts(const struct hc_manifest_disk *disk, const struct disk_volumes *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct hc_partition *p = partition_of(disk, v->parts[i].entry.number);

		if (p != NULL)
			v->parts[i].entry = *p;
	}
}

/* Whether storage-boot names a driver for the device at this address. */
static bool
is_told_of(const struct hc_edit *edit, const struct hc_facts *facts, const char *address)
{
	if (strcmp(edit->fixup, "storage-boot") != 0 || edit->kind != HC_EDIT_VALUE ||
	    edit->after == NULL || strcmp(edit->name, "Service") != 0)
		return false;
	for (size_t i = 0; i < facts->pci.count; i++)
		if (strcasecmp(facts->pci.items[i].address, address) == 0 &&
		    (hc_fixup_lists(edit, &facts->pci.items[i].hardware_ids) ||
		     hc_fixup_lists(edit, &facts->pci.items[i].compatible_ids)))
			return true;
	return false;
}

/* Windows 2000 to 7 have drivers for controllers that they were never told of: storage-boot tells them. */
static void
mark_unlisted(const struct hc_facts *facts, const struct hc_edits *edits, struct hc_survey *ret)
{
	for (size_t i = 0; facts != NULL && i < ret->drivers.count; i++) {
		struct hc_driver_answer *answer = &ret->drivers.items[i];

		if (strcmp(answer->role, "controller") != 0 ||
		    strcmp(answer->state, "absent") != 0)
			continue;
		for (size_t e = 0; e < edits->count; e++) {
			if (!is_told_of(&edits->items[e], facts, answer->device))
				continue;
			answer->state = "unlisted";
			answer->service = edits->items[e].after->text;
			break;
		}
	}
}

/* driver-inject refuses each device on the way to the disk that it has no package for: where it refuses none, all of those
 * that lack a driver get one. */
static void
mark_injected(const struct hc_survey_request *request, const struct hc_fix_found *found,
	      struct hc_survey *ret)
{
	if (request->fix.drivers == NULL ||
	    hc_strings_has(&request->fix.without, "driver-inject"))
		return;
	for (size_t i = 0; i < found->notes.count; i++)
		if (found->notes.items[i].refused &&
		    strcmp(found->notes.items[i].fixup, "driver-inject") == 0)
			return;
	for (size_t i = 0; i < ret->drivers.count; i++) {
		struct hc_driver_answer *answer = &ret->drivers.items[i];

		if (strcmp(answer->role, "stack") != 0 &&
		    (strcmp(answer->state, "absent") == 0 ||
		     strcmp(answer->state, "file-missing") == 0))
			answer->state = "injected";
	}
}

static int
detect(const struct hc_survey_request *request, const struct hc_manifest *manifest,
       const struct disk_volumes *v, struct hc_arena *arena, struct hc_survey *ret,
       struct hc_err *err)
{
	const struct hc_manifest_disk *old = &manifest->disks.items[request->disk];
	struct hc_manifest_disk disk;
	struct hc_offline_layout layout = { .parts = v->parts, .count = v->part_count };
	struct hc_fix_request fix = request->fix;
	struct hc_fix_found found = { 0 };
	struct hc_offline offline;
	int result;

	if (hc_disk_as_restored(old, ret, arena, &disk, err) < 0)
		return -1;
	layout.logical_block = disk.logical_block;
	layout.disk_size = request->target != NULL ? request->target->size : disk.size;
	layout.table = disk.table;
	layout.table_id = disk.table_id;
	rename_parts(&disk, v);
	if (make_moves(old, &disk, arena, &fix.moves, err) < 0)
		return -1;
	fix.gone = ret->conversion != NULL ? ret->conversion->replaces : 0;
	fix.facts = request->facts;
	fix.target = request->target;
	fix.restoring = true;
	fix.run = ret->run;
	if (hc_offline_open(&layout, manifest->windows, arena, &offline, err) < 0)
		return -1;
	result = hc_fixup_detect(&offline, &fix, arena, &found, err);
	hc_offline_close(&offline);
	if (result < 0)
		return -1;
	ret->repairs_known = true;
	mark_unlisted(request->facts, &found.edits, ret);
	mark_injected(request, &found, ret);
	ret->edits = found.edits;
	ret->notes = found.notes;
	ret->unreplayed = found.unreplayed;
	return 0;
}

/* The position of the volume of Windows among those that were opened, or that failed to open; v->count: it is not there. */
static size_t
find_system(const struct hc_manifest *manifest, const struct disk_volumes *v)
{
	size_t i = 0;

	while (i < v->count && v->parts[i].entry.number != manifest->windows->system_partition)
		i++;
	return i;
}

/* What can't be read has no drivers that are known. */
static int
find_drivers(const struct hc_survey_request *request, const struct hc_manifest *manifest,
	     const struct disk_volumes *v, struct hc_arena *arena, struct hc_survey *ret,
	     struct hc_err *err)
{
	const size_t system = find_system(manifest, v);
	struct hc_volume *volume = NULL;
	int result;

	if (request->facts == NULL || system == v->count)
		return 0;
	result = hc_volume_open(v->ios[system], &volume, err);
	if (result == 0)
		result = hc_windows_drivers(volume, request->facts, request->target, arena, ret,
					    err);
	hc_volume_close(volume);
	if (result == 0 || survey_is_unreadable(err))
		return 0;
	return hc_err_wrap(err, "while looking for drivers in the backup");
}

/* Nobody can say what such a Windows needs: the plan says so. */
static int
set_unread(struct hc_arena *arena, const char *why, struct hc_survey *ret, struct hc_err *err)
{
	ret->repairs_unread = hc_arena_strdup(arena, why);
	return ret->repairs_unread != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
}

static int
find_repairs(const struct hc_survey_request *request, const struct hc_manifest *manifest,
	     const struct disk_volumes *v, struct hc_arena *arena, struct hc_survey *ret,
	     struct hc_err *err)
{
	if (manifest->windows->bitlocker)
		return set_unread(arena, "its volume is encrypted by BitLocker", ret, err);
	if (detect(request, manifest, v, arena, ret, err) == 0)
		return 0;
	return survey_is_unreadable(err) || err->code == H_NOT_FOUND
		       ? set_unread(arena, err->text[0], ret, err)
		       : -1;
}

int
survey_windows(struct hc_backup *backup, const struct hc_survey_request *request,
	       struct hc_io *esp, struct hc_arena *arena, struct hc_survey *ret,
	       struct hc_err *err)
{
	const struct hc_manifest *manifest = hc_backup_manifest(backup);
	struct disk_volumes v;
	int result;

	if (manifest->windows == NULL || manifest->windows->system_disk != request->disk)
		return 0;
	if (open_volumes(backup, (size_t)request->disk, arena, &v, err) == 0) {
		add_esp(&v, ret->conversion, esp);
		result = find_drivers(request, manifest, &v, arena, ret, err) < 0
				 ? -1
				 : find_repairs(request, manifest, &v, arena, ret, err);
	} else if (survey_is_unreadable(err) ||
		   (err->code == H_NOT_FOUND &&
		    (request->facts == NULL || find_system(manifest, &v) + 1 != v.count))) {
		/* That of Windows itself has to be there when drivers are asked for. */
		result = set_unread(arena, err->text[0], ret, err);
	} else {
		result = -1;
	}
	close_volumes(&v);
	return result;
}
