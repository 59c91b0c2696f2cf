/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A repair that is cut off: at each write, and in the middle of each write.  Before it is recorded nothing that anybody uses has
 * changed; afterwards the list finishes it, or takes it back, from wherever it was.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "restore/apply/repair.h"
#include "restore/base/text.h"
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

/* One NTFS partition of an MBR disk, with a SYSTEM hive. */
static bool
make_disk(struct sandbox *box)
{
	return make_hive_text(box, "SYSTEM", system_text) && make_windows_volume(box, "") &&
	       run(box, "truncate -s 96M disk.img && printf 'label: dos\\nstart=2048, "
			"size=163840, type=7, bootable\\n' | sfdisk -q disk.img && dd if=w.img "
			"of=disk.img bs=1M seek=1 conv=notrunc") == 0;
}

static bool
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

static void
restart(struct scene *s, size_t cut_at, bool half)
{
	memcpy(s->disk.bytes, s->original, s->size);
	s->disk.writes = 0;
	s->disk.cut_at = cut_at;
	s->disk.half = half;
	s->disk.recorded = false;
}

static void
power_on(struct scene *s)
{
	s->disk.cut_at = SIZE_MAX;
}

/* Whether the disk is the original one, but for what lies where the list does. */
static bool
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
static bool
is_repaired(struct scene *s)
{
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	struct hc_err err;
	bool good = hc_repair_list(&s->disk.io, &s->disk.record, &s->arena, &bytes, &list,
				   &err) == 0 &&
		    s->disk.record.state == HC_REPAIR_DONE;

	for (size_t i = 0; good && i < list.count; i++)
		good = memcmp(s->disk.bytes + list.items[i].offset, list.items[i].after,
			      list.items[i].length) == 0;
	hc_buf_done(&bytes);
	return good;
}

/* Where any run's list may lie: clusters that were free, by where the runs so far put it. */
static void
note_list(struct scene *s, struct hc_extents *lists)
{
	struct hc_err err;

	for (size_t i = 0; i < s->disk.record.list.count; i++)
		hc_extents_add(lists,
			       (struct hc_extent){ s->disk.record.list.items[i].offset,
						   s->disk.record.list.items[i].length },
			       &err);
	hc_extents_sort(lists);
}

static void
test_whole(struct scene *s, struct hc_extents *lists, size_t *ret_writes)
{
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	ok_call(hc_repair_make(&s->repair, &s->arena, &err), &err, "a repair is made");
	ok(is_repaired(s), "all of it is there");
	*ret_writes = s->disk.writes;
	note_list(s, lists);
	ok_call(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err,
		"it is taken back");
	ok(is_original(s, lists), "the disk is as it was, but for the clusters of the list");
}

/* Cut off after each write, and in the middle of it; then finished. */
static void
test_cut(struct scene *s, const struct hc_extents *lists, size_t writes)
{
	size_t untouched = 0, finished = 0, bad = 0;
	struct hc_err err;

	for (size_t at = 0; at < 2 * writes; at++) {
		restart(s, at / 2, at % 2 == 1);
		if (hc_repair_make(&s->repair, &s->arena, &err) == 0)
			continue;
		power_on(s);
		if (!s->disk.recorded) {
			untouched++;
			bad += is_original(s, lists) ? 0 : 1;
			continue;
		}
		finished++;
		if (hc_repair_finish(&s->repair, &s->disk.record, &s->arena, &err) < 0 ||
		    !is_repaired(s))
			bad++;
	}
	ok(untouched > 0 && finished > 0, "%zu cuts before it was recorded, %zu after",
	   untouched, finished);
	ok(bad == 0, "the old state before, and the new one once it is finished");
}

/* Cut off, and then taken back instead; and taking back is cut off as well. */
static void
test_cut_back(struct scene *s, const struct hc_extents *lists, size_t writes)
{
	size_t tried = 0, bad = 0;
	struct hc_err err;

	for (size_t at = 0; at < 2 * writes; at++) {
		restart(s, at / 2, at % 2 == 1);
		if (hc_repair_make(&s->repair, &s->arena, &err) == 0 || !s->disk.recorded)
			continue;
		tried++;
		power_on(s);
		s->disk.cut_at = s->disk.writes + at % 5;
		(void)(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err) < 0);
		power_on(s);
		if (hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err) < 0 ||
		    !is_original(s, lists))
			bad++;
	}
	ok(tried > 0 && bad == 0, "%zu times taken back from the middle, cut off once more",
	   tried);
}

static void
test_refusals(struct scene *s)
{
	struct hc_edit_state *before = s->undo.edits.items[0].before;
	struct hc_edit_state other = *before;
	struct hc_extents none = { 0 };
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	other.bytes = "BwAAAA==";
	s->undo.edits.items[0].before = &other;
	ok_fails(hc_repair_make(&s->repair, &s->arena, &err), &err, H_FIX_STALE,
		 "a value that is not as the plan says");
	ok(is_original(s, &none) && s->disk.writes == 0, "nothing was written then");
	s->undo.edits.items[0].before = before;
	ok_call(hc_repair_make(&s->repair, &s->arena, &err), &err, "the right one");
	s->disk.bytes[s->disk.record.list.items[0].offset + 100] ^= 1;
	ok_fails(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err, H_SECTORS,
		 "a list that somebody wrote over");
	s->disk.bytes[s->disk.record.list.items[0].offset + 100] ^= 1;
}

/* Somebody used the disk since: nothing is taken back. */
static void
test_changed(struct scene *s)
{
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	if (hc_repair_make(&s->repair, &s->arena, &err) < 0 ||
	    hc_repair_list(&s->disk.io, &s->disk.record, &s->arena, &bytes, &list, &err) < 0) {
		ok(false, "a repair to take back");
		return;
	}
	s->disk.bytes[list.items[list.count - 1].offset] ^= 1;
	s->disk.writes = 0;
	ok_fails(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err,
		 H_UNDO_CHANGED, "a sector that was changed since");
	ok(s->disk.writes == 0 && err.offset == list.items[list.count - 1].offset,
	   "nothing was written, and the place is named");
	hc_buf_done(&bytes);
}

/* Cut off, and then somebody used the disk: what they wrote is not written over. */
static void
test_changed_before_the_end(struct scene *s, size_t writes)
{
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	struct hc_err err;

	restart(s, writes - 2, false);
	ok_fails(hc_repair_make(&s->repair, &s->arena, &err), &err, H_DISK_WRITE,
		 "it is cut off");
	power_on(s);
	if (!ok(s->disk.recorded && s->disk.record.state == HC_REPAIR_PENDING &&
			hc_repair_list(&s->disk.io, &s->disk.record, &s->arena, &bytes, &list,
				       &err) == 0,
		"after it was recorded"))
		return;
	s->disk.bytes[list.items[0].offset + 7] ^= 0x55;
	s->disk.writes = 0;
	ok_fails(hc_repair_finish(&s->repair, &s->disk.record, &s->arena, &err), &err,
		 H_UNDO_CHANGED,
		 "a sector that is neither old nor new keeps it from being finished");
	ok(s->disk.writes == 0, "and nothing is written");
	hc_buf_done(&bytes);
}

int
main(void)
{
	struct hc_extents lists = { 0 };
	struct sandbox box;
	struct scene s;
	size_t writes;

	sandbox_open(&box);
	if (!make_disk(&box)) {
		tap_skip(NO_NTFS);
	} else if (ok(scene_open(&s, &box), "a disk with a Windows")) {
		test_whole(&s, &lists, &writes);
		test_cut(&s, &lists, writes);
		test_cut_back(&s, &lists, writes);
		test_refusals(&s);
		test_changed(&s);
		test_changed_before_the_end(&s, writes);
		free(s.original);
		free(s.disk.bytes);
		hc_arena_done(&s.arena);
	}
	hc_extents_done(&lists);
	sandbox_close(&box);
	return tap_done();
}
