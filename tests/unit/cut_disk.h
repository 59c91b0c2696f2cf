/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A disk in memory whose power goes, and a repair of a registry value on it, for tests that cut repairs off.
 *
 *	scene_open(&s, &box);			// disk.img of the sandbox: partition 1, /Windows/System32/config/SYSTEM
 *	restart(&s, 3, true);			// the original; three writes, and half of the fourth
 *	hc_repair_make(&s.repair, &s.arena, &err);
 *	power_on(&s);
 */
#ifndef HC_TESTS_CUT_DISK_H
#define HC_TESTS_CUT_DISK_H

#include <stdlib.h>

#include "restore/apply/repair.h"
#include "restore/disk/sectors.h"
#include "tests/unit/windows_volume.h"

static const char *const system_text =
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
	"[\\ControlSet001\\Control\\CrashControl]\n\"AutoReboot\"=dword:00000001\n";

/* A disk in memory whose power goes after some writes: the last one is done by half, the rest not at all. */
struct memory_disk {
	struct hc_io io;
	uint8_t *bytes;
	size_t writes, cut_at; /* SIZE_MAX: never */
	bool half;
	/* What the journal says; it is a write like any other. */
	bool recorded;
	struct hc_journal_repair record;
};

static bool
power_is_off(struct memory_disk *d)
{
	return d->writes > d->cut_at;
}

static int
disk_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	(void)err;
	memcpy(buf, ((struct memory_disk *)io)->bytes + offset, length);
	return 0;
}

static int
off(struct hc_err *err)
{
	return hc_err_set(err, H_DISK_WRITE, "the power went");
}

static int
disk_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	    struct hc_err *err)
{
	struct memory_disk *d = (struct memory_disk *)io;

	d->writes++;
	if (!power_is_off(d)) {
		memcpy(d->bytes + offset, buf, length);
		return 0;
	}
	if (d->writes == d->cut_at + 1 && d->half)
		memcpy(d->bytes + offset, buf, length / 2 / 512 * 512);
	return off(err);
}

static int
record(void *ctx, const struct hc_journal_repair *repair, struct hc_err *err)
{
	struct memory_disk *d = ctx;

	d->writes++;
	if (power_is_off(d))
		return off(err);
	d->recorded = true;
	d->record = *repair;
	return 0;
}

static const struct hc_io_ops disk_ops = { .name = "memory disk",
					   .pread = disk_pread,
					   .pwrite = disk_pwrite };

struct scene {
	struct hc_arena arena;
	uint8_t *original;
	size_t size;
	struct memory_disk disk;
	struct hc_undo undo;
	struct hc_repair repair;
};

__attribute__((unused)) static bool
scene_open(struct scene *s, struct sandbox *box)
{
	static struct hc_edit_state before = { .type = "REG_DWORD", .bytes = "AQAAAA==" };
	static struct hc_edit_state after = { .type = "REG_DWORD", .bytes = "AAAAAA==" };
	static struct hc_edit edit = { .fixup = "autoreboot",
				       .kind = HC_EDIT_VALUE,
				       .partition = 1,
				       .path = "/Windows/System32/config/SYSTEM",
				       .key = "ControlSet001\\Control\\CrashControl",
				       .name = "AutoReboot",
				       .before = &before,
				       .after = &after };
	struct hc_buf image = slurp(box, "disk.img");

	memset(s, 0, sizeof(*s));
	s->size = image.size;
	s->original = image.data;
	s->disk.bytes = malloc(s->size + 1);
	if (s->size == 0 || s->disk.bytes == NULL)
		return false;
	s->disk.io = (struct hc_io){ &disk_ops, s->size };
	s->undo = (struct hc_undo){ .run = "{11111111-2222-3333-4444-555555555555}",
				    .created = "2026-01-01T00:00:00Z",
				    .edits = { &edit, 1 } };
	s->repair = (struct hc_repair){ .disk = &s->disk.io,
					.block = 512,
					.system_partition = 1,
					.undo = &s->undo,
					.record = record,
					.ctx = &s->disk };
	return true;
}

__attribute__((unused)) static void
restart(struct scene *s, size_t cut_at, bool half)
{
	memcpy(s->disk.bytes, s->original, s->size);
	s->disk.writes = 0;
	s->disk.cut_at = cut_at;
	s->disk.half = half;
	s->disk.recorded = false;
}

__attribute__((unused)) static void
power_on(struct scene *s)
{
	s->disk.cut_at = SIZE_MAX;
}

/* Whether the disk is the original one, but for what lies where the list does. */
__attribute__((unused)) static bool
is_original(struct scene *s, const struct hc_extents *list)
{
	uint64_t at = 0;

	for (size_t i = 0; i < list->count; i++) {
		if (memcmp(s->disk.bytes + at, s->original + at,
			   (size_t)(list->items[i].offset - at)) != 0)
			return false;
		at = hc_extent_end(list->items[i]);
	}
	return memcmp(s->disk.bytes + at, s->original + at, s->size - (size_t)at) == 0;
}

/* Whether the repair is there as a whole, by its own list. */
__attribute__((unused)) static bool
is_repaired(struct scene *s)
{
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	struct hc_err err;
	bool good = hc_repair_list(&s->repair, &s->disk.record, &s->arena, &bytes, &list,
				   &err) == 0 &&
		    s->disk.record.state == HC_REPAIR_DONE;

	for (size_t i = 0; good && i < list.count; i++)
		good = memcmp(s->disk.bytes + list.items[i].offset, list.items[i].after,
			      list.items[i].length) == 0;
	hc_buf_done(&bytes);
	return good;
}

__attribute__((unused)) static void
scene_close(struct scene *s)
{
	free(s->original);
	free(s->disk.bytes);
	hc_arena_done(&s->arena);
}

#endif
