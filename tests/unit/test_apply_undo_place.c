/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Repairs of a FAT volume, whose record lies in a folder outside of the disk, and their being cut off.  There is no list on the
 * disk: each cut before the record leaves it byte for byte as it was, and so does taking back.
 */
#include <signal.h>
#include <sys/resource.h>

#include "restore/apply/undo_place.h"
#include "restore/base/text.h"
#include "tests/unit/cut_disk.h"

static const struct hc_extents no_list;
static const char run_name[] = "{11111111-2222-3333-4444-555555555555}";

/* One FAT partition of an MBR disk, with a SYSTEM hive and its log, and others' files. */
static bool
make_disk(struct sandbox *box, int bits, const char *size)
{
	return make_hive_text(box, "SYSTEM", system_text) &&
	       run(box,
		   "rm -rf t w.img disk.img stick && mkdir -p t/Windows/System32/config stick && "
		   "cp SYSTEM t/Windows/System32/config/ && echo old >t/Windows/System32/config/SYSTEM.LOG && "
		   "seq 1 5000 >t/others.txt && printf 'correct horse' >key && printf 'other horse' >key2 && "
		   "truncate -s %s w.img && mkfs.fat -F %d w.img && mcopy -s -i w.img t/* ::/ && "
		   "mattrib -i w.img +h +s ::/Windows/System32/config/SYSTEM && "
		   "cp w.img tail && truncate -s 1M disk.img && cat tail >>disk.img && "
		   "printf 'label: dos\\nstart=2048, type=c, bootable\\n' | sfdisk -q disk.img",
		   size, bits) == 0;
}

static struct hc_undo_place *
open_place(const struct sandbox *box, const char *folder, const char *key)
{
	char path[PATH_MAX], key_path[PATH_MAX];
	struct hc_undo_place *place = NULL;
	struct hc_err err;

	ok_call(hc_undo_place_open(path_in(box, path, "%s", folder),
				   path_in(box, key_path, "%s", key), &place, &err),
		&err, "the place %s opens with %s", folder, key);
	return place;
}

/* ---------------------------------------------------------------- places */

static void
refuses(const struct sandbox *box, const char *folder, const char *key, const char *what)
{
	char path[PATH_MAX], key_path[PATH_MAX];
	struct hc_undo_place *place = NULL;
	struct hc_err err;
	int result = hc_undo_place_open(path_in(box, path, "%s", folder),
					path_in(box, key_path, "%s", key), &place, &err);

	ok_fails(result, &err, H_UNDO_PLACE, "%s", what);
}

static void
test_places(const struct sandbox *box)
{
	struct hc_undo_place *place, *other;
	struct hc_buf out = { 0 };
	struct hc_err err;

	run(box, "printf '1234567\\n' >short && cp key stick/ && ln -s ../stick/key linked && "
		 "printf 'correct horse\\r\\n' >key-crlf");
	refuses(box, "none", "key", "a folder that isn't there");
	refuses(box, "key", "key", "a file in place of a folder");
	refuses(box, "stick", "none", "a key file that isn't there");
	refuses(box, "stick", "short", "a passphrase of seven characters");
	refuses(box, "stick", "stick/key", "a key that lies in the folder");
	refuses(box, "stick", "linked", "nor by a link to it");
	run(box, "rm stick/key");
	place = open_place(box, "stick", "key");
	ok_call(hc_undo_place_put(place, run_name, HC_UNDO_SECTORS, hc_span("secret", 6), &err),
		&err, "bytes are kept");
	ok(run(box, "! grep -r secret stick && test -f stick/halcyon-undo/%s/sectors",
	       run_name) == 0,
	   "and can't be read there");
	ok_fails(hc_undo_place_get(place, run_name, HC_UNDO_MANIFEST, &out, &err), &err,
		 H_UNDO_ELSEWHERE, "what was not kept");
	ok_fails(hc_undo_place_get(place, "../../stick", HC_UNDO_SECTORS, &out, &err), &err,
		 H_SECTORS, "a run that leads elsewhere");
	other = open_place(box, "stick", "key2");
	ok_fails(hc_undo_place_get(other, run_name, HC_UNDO_SECTORS, &out, &err), &err,
		 H_UNDO_KEY, "another key");
	hc_undo_place_close(other);
	other = open_place(box, "stick", "key-crlf");
	ok(hc_undo_place_get(other, run_name, HC_UNDO_SECTORS, &out, &err) == 0 &&
		   out.size == 6 && memcmp(out.data, "secret", 6) == 0,
	   "the same passphrase with a line end is the same key");
	hc_undo_place_close(other);
	ok(hc_undo_place_remove(place, run_name, &err) == 0 &&
		   hc_undo_place_remove(place, run_name, &err) == 0 &&
		   run(box, "! ls stick/halcyon-undo/*") == 0,
	   "it is removed, twice if need be");
	hc_undo_place_close(place);
	hc_buf_done(&out);
}

/* ---------------------------------------------------------------- a whole repair */

/* What stands on the volume, by mtools and fsck.fat. */
static bool
volume_is(const struct sandbox *box, const struct scene *s, const char *auto_reboot)
{
	FILE *file;
	char path[PATH_MAX];

	file = fopen(path_in(box, path, "after.img"), "wb");
	if (file == NULL || fwrite(s->disk.bytes, 1, s->size, file) != s->size ||
	    fclose(file) != 0)
		return false;
	return run(box,
		   "dd if=after.img of=v.img bs=1M skip=1 && fsck.fat -n v.img && "
		   "mattrib -i v.img ::/Windows/System32/config/SYSTEM | grep ' A  SH ' && "
		   "mtype -i v.img ::/others.txt | cmp - t/others.txt && rm -f got && "
		   "mcopy -i v.img ::/Windows/System32/config/SYSTEM got && "
		   "hivexget got 'ControlSet001\\Control\\CrashControl' AutoReboot | grep -x %s",
		   auto_reboot) == 0;
}

static void
test_whole(const struct sandbox *box, struct scene *s, size_t *ret_writes)
{
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	ok_call(hc_repair_make(&s->repair, &s->arena, &err), &err, "a repair is made");
	*ret_writes = s->disk.writes;
	ok(is_repaired(s) && volume_is(box, s, "0"),
	   "all of it is there; fsck.fat finds no fault, attributes and other files stay");
	ok(s->disk.record.list.count == 0 && s->disk.record.kept_at != NULL,
	   "the journal says that the list lies elsewhere");
	ok(run(box, "mdir -b -i v.img ::/ | grep -i halcyon; test $? = 1") == 0,
	   "and the volume has no folder of it");
	ok_call(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err,
		"it is taken back");
	ok(is_original(s, &no_list), "the disk is as it was, byte for byte");
}

/* ---------------------------------------------------------------- cut off */

static void
test_cut(struct scene *s, size_t writes)
{
	size_t untouched = 0, finished = 0, back = 0, bad = 0;
	const size_t step = getenv("HALCYON_SLOW") != NULL ? 1 : 2;
	struct hc_err err;

	/* After a write, and in the middle of the next, by turns; test_apply_repair.c does both at each.  Every second one, unless
	 * there is time. */
	for (size_t at = 0; at < writes; at += step) {
		restart(s, at, at / step % 2 == 1);
		if (hc_repair_make(&s->repair, &s->arena, &err) == 0)
			continue;
		power_on(s);
		if (!s->disk.recorded) {
			untouched++;
			bad += is_original(s, &no_list) ? 0 : 1;
			continue;
		}
		if (finished <= back) {
			finished++;
			if (hc_repair_finish(&s->repair, &s->disk.record, &s->arena, &err) <
				    0 ||
			    !is_repaired(s))
				bad++;
			continue;
		}
		/* Back, and that is cut off as well. */
		back++;
		s->disk.cut_at = s->disk.writes + at % 5;
		(void)(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err) < 0);
		power_on(s);
		if (hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err) < 0 ||
		    !is_original(s, &no_list))
			bad++;
	}
	ok(untouched > 0 && finished > 0 && back > 0,
	   "%zu cuts before it was recorded, %zu after, %zu taken back", untouched, finished,
	   back);
	ok(bad == 0, "the old state before, the new one once finished, the old one once back");
}

/* What the journal names was there before: the first record of each run finds its list. */
static bool list_was_there;

static int
record_and_look(void *ctx, const struct hc_journal_repair *repair, struct hc_err *err)
{
	struct scene *s = ctx;
	struct hc_sectors list;
	struct hc_buf bytes = { 0 };
	struct hc_err why;

	if (repair->state == HC_REPAIR_PENDING)
		list_was_there =
			s->disk.writes == 0 &&
			hc_repair_list(&s->repair, repair, &s->arena, &bytes, &list, &why) == 0;
	hc_buf_done(&bytes);
	return record(&s->disk, repair, err);
}

static void
test_order(struct scene *s)
{
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	list_was_there = false;
	s->repair.record = record_and_look;
	s->repair.ctx = s;
	ok(hc_repair_make(&s->repair, &s->arena, &err) == 0 && list_was_there,
	   "before the first write to the disk the list is at its place");
	s->repair.record = record;
	s->repair.ctx = &s->disk;
}

/* ---------------------------------------------------------------- what can't be */

static void
test_full_place(struct scene *s)
{
	struct rlimit small = { 8192, RLIM_INFINITY }, old;
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	/* mtools works on a copy: its file is made sparse before. */
	setrlimit(RLIMIT_FSIZE, &small);
	ok(hc_undo_place_put(s->repair.place, run_name, HC_UNDO_SECTORS,
			     hc_span(s->original, 65536), &err) < 0 &&
		   err.code == H_IO,
	   "a place that is full takes nothing");
	setrlimit(RLIMIT_FSIZE, &old);
}

static void
test_refusals(const struct sandbox *box, struct scene *s)
{
	const struct hc_undo_place *place = s->repair.place;
	struct hc_undo_place *other = open_place(box, "stick", "key2");
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	s->repair.place = NULL;
	ok_fails(hc_repair_make(&s->repair, &s->arena, &err), &err, H_UNSUPPORTED,
		 "without a place: FAT protects nothing");
	ok(s->disk.writes == 0, "nothing was written");
	s->repair.place = place;
	run(box, "rm -r stick/halcyon-undo && : >stick/halcyon-undo");
	ok_fails(hc_repair_make(&s->repair, &s->arena, &err), &err, H_UNDO_PLACE,
		 "a place that can't be written");
	ok(s->disk.writes == 0, "nothing was written then either");
	run(box, "rm stick/halcyon-undo");
	ok_call(hc_repair_make(&s->repair, &s->arena, &err), &err, "one that can");
	s->disk.writes = 0;
	s->repair.place = NULL;
	ok_fails(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err,
		 H_UNDO_ELSEWHERE, "taking back without the place");
	s->repair.place = other;
	ok_fails(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err, H_UNDO_KEY,
		 "with another key");
	s->repair.place = place;
	run(box, "f=$(echo stick/halcyon-undo/*/sectors) && printf X | "
		 "dd of=$f bs=1 seek=200 conv=notrunc");
	ok_fails(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err, H_UNDO_KEY,
		 "with a list that was changed");
	ok(s->disk.writes == 0, "nothing was written by any of them");
	hc_undo_place_close(other);
}

/* A record of another repair under the name of this one. */
static void
test_exchanged(const struct sandbox *box, struct scene *s)
{
	struct hc_err err;

	restart(s, SIZE_MAX, false);
	ok_call(hc_repair_make(&s->repair, &s->arena, &err), &err, "a repair");
	hc_undo_place_put(s->repair.place, run_name, HC_UNDO_SECTORS, hc_span("another", 7),
			  &err);
	s->disk.writes = 0;
	ok_fails(hc_repair_undo(&s->repair, &s->disk.record, &s->arena, &err), &err, H_SECTORS,
		 "a list that is not the one that the journal names");
	ok(s->disk.writes == 0, "nothing was written");
	run(box, "rm -rf stick/*");
}

/* ---------------------------------------------------------------- NTFS without room */

static bool
make_full_ntfs(struct sandbox *box)
{
	if (!make_hive_text(box, "SYSTEM", system_text) || !make_windows_volume(box, "") ||
	    !mount_ntfs(box, "w.img", "big_writes"))
		return false;
	/* A few clusters stay free. */
	run(box, "rm -rf stick/*; dd if=/dev/zero of=mnt/filler bs=64K; "
		 "truncate -s -262144 mnt/filler");
	return umount_ntfs(box) &&
	       run(box, "truncate -s 1M disk.img && cat w.img >>disk.img && "
			"printf 'label: dos\\nstart=2048, type=7, bootable\\n' | "
			"sfdisk -q disk.img") == 0;
}

static void
test_full_volume(struct sandbox *box)
{
	struct hc_undo_place *place;
	struct hc_err err;
	struct scene s;

	if (!make_full_ntfs(box)) {
		tap_skip(NO_NTFS);
		return;
	}
	if (!ok(scene_open(&s, box), "a disk with a Windows on NTFS that is full"))
		return;
	restart(&s, SIZE_MAX, false);
	ok_fails(hc_repair_make(&s.repair, &s.arena, &err), &err, H_VOLUME_FULL,
		 "there is no room for the record");
	ok(s.disk.writes == 0 && strstr(err.remedy, "--undo-to") != NULL,
	   "nothing was written, and the way out is named");
	place = open_place(box, "stick", "key");
	s.repair.place = place;
	ok_call(hc_repair_make(&s.repair, &s.arena, &err), &err, "elsewhere there is");
	ok(is_repaired(&s) && s.disk.record.list.count == 0, "the repair is made");
	ok(hc_repair_undo(&s.repair, &s.disk.record, &s.arena, &err) == 0 &&
		   is_original(&s, &no_list),
	   "and taken back, byte for byte");
	hc_undo_place_close(place);
	scene_close(&s);
}

int
main(void)
{
	static const struct {
		int bits;
		const char *size;
	} kinds[] = { { 16, "16M" }, { 32, "40M" } };
	struct sandbox box;
	struct scene s;
	size_t writes = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sandbox_open(&box);
	for (size_t i = 0; i < 2; i++) {
		struct hc_undo_place *place;

		if (!ok(make_disk(&box, kinds[i].bits, kinds[i].size) && scene_open(&s, &box),
			"a disk with a Windows on FAT%d", kinds[i].bits))
			break;
		if (i == 0)
			test_places(&box);
		place = open_place(&box, "stick", "key");
		s.repair.place = place;
		test_whole(&box, &s, &writes);
		if (i == 0) {
			test_cut(&s, writes);
			test_order(&s);
			test_full_place(&s);
			test_refusals(&box, &s);
			test_exchanged(&box, &s);
		}
		hc_undo_place_close(place);
		scene_close(&s);
	}
	test_full_volume(&box);
	sandbox_close(&box);
	return tap_done();
}
