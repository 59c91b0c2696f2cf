/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A repair that is cut off: at each write, and in the middle of each write.  Before it is recorded nothing that anybody uses has
 * changed; afterwards the list finishes it, or takes it back, from wherever it was.
 */
#include "tests/unit/cut_disk.h"

/* One NTFS partition of an MBR disk, with a SYSTEM hive. */
static bool
make_disk(struct sandbox *box)
{
	return make_hive_text(box, "SYSTEM", system_text) && make_windows_volume(box, "") &&
	       run(box, "truncate -s 96M disk.img && printf 'label: dos\\nstart=2048, "
			"size=163840, type=7, bootable\\n' | sfdisk -q disk.img && dd if=w.img "
			"of=disk.img bs=1M seek=1 conv=notrunc") == 0;
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
	    hc_repair_list(&s->repair, &s->disk.record, &s->arena, &bytes, &list, &err) < 0) {
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
			hc_repair_list(&s->repair, &s->disk.record, &s->arena, &bytes, &list,
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
		scene_close(&s);
	}
	hc_extents_done(&lists);
	sandbox_close(&box);
	return tap_done();
}
