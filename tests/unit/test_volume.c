/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume: NTFS volumes made by mkntfs and ntfs-3g, and ones that Windows made. */
#include "tests/unit/tap.h"

#include <fcntl.h>

#include "restore/volume/volume.h"
#include "tests/unit/ntfs_image.h"
#include "tests/unit/ntfs_journal.h"
#include "tests/unit/sandbox.h"

struct opened {
	struct hc_io *file;
	struct hc_volume *volume;
};

static int
open_image(const struct sandbox *box, const char *name, struct opened *ret, struct hc_err *err)
{
	char path[PATH_MAX];

	*ret = (struct opened){ 0 };
	if (hc_io_open_file(path_in(box, path, "%s", name), &ret->file, err) < 0)
		return -1;
	return hc_volume_open(ret->file, &ret->volume, err);
}

static void
close_image(struct opened *o)
{
	hc_volume_close(o->volume);
	hc_io_close(o->file);
}

static bool
is_free(const struct hc_volume_map *map, uint64_t offset)
{
	for (size_t i = 0; i < map->free.count; i++)
		if (offset >= map->free.items[i].offset &&
		    offset < hc_extent_end(map->free.items[i]))
			return true;
	return false;
}

static bool
has_cut(const struct hc_volume_map *map, uint64_t offset)
{
	for (size_t i = 0; i < map->cuts.count; i++)
		if (map->cuts.items[i] == offset)
			return true;
	return false;
}

/* ---------------------------------------------------------------- made here */

static void
test_info(struct sandbox *box)
{
	const struct hc_volume_info *info;
	struct opened o;
	struct hc_err err;
	char serial[32];

	ok_call(open_image(box, "a.img", &o, &err), &err, "a volume opens");
	info = hc_volume_info(o.volume);
	ok(strcmp(info->kind, "ntfs") == 0 && strcmp(info->label, "Täst") == 0,
	   "kind and label");
	ok(info->cluster_size == 4096 && info->sector_size == 512, "cluster and sector size");
	snprintf(serial, sizeof(serial), "%016llX", (unsigned long long)info->serial);
	ok(run(box,
	       "ntfslabel -n -v a.img 2>&1 | tee serial; grep -qi %s serial || "
	       "ntfsinfo -fm a.img | grep -i %s",
	       serial, serial) == 0,
	   "its serial number is what ntfslabel says");
	ok(info->clusters_end == IMAGE_BYTES - 4096,
	   "the last cluster ends before the backup boot sector");
	ok(!info->state.dirty && info->state.journal_clean && info->state.hibernated,
	   "a clean volume with a session to resume");
	close_image(&o);
}

/* Our free list against what ntfscat reads of $Bitmap, bit for bit. */
static void
test_free(struct sandbox *box)
{
	struct opened o;
	struct hc_volume_map map = { 0 };
	struct hc_buf bitmap;
	struct hc_err err;
	bool same = true;

	open_image(box, "a.img", &o, &err);
	ok_call(hc_volume_map(o.volume, &map, &err), &err, "a volume is mapped");
	ok(run(box, "ntfscat -i 6 a.img >bitmap") == 0, "ntfscat reads $Bitmap");
	bitmap = slurp(box, "bitmap");
	for (uint64_t i = 0; i < IMAGE_BYTES / 4096 - 1; i++)
		same = same && i / 8 < bitmap.size &&
		       is_free(&map, i * 4096) == !(bitmap.data[i / 8] >> (i % 8) & 1);
	ok(same && map.free.count > 1, "what is free is free in $Bitmap, and nothing else");
	ok(map.misfits == 0 && map.logged == 0 && map.free_known, "nothing contradicts it");
	ok(!is_free(&map, IMAGE_BYTES - 512), "the backup boot sector is used");
	hc_buf_done(&bitmap);
	hc_volume_map_done(&map);
	close_image(&o);
}

/* How many MiB of a file start at a cut: the file's own bytes are looked for in the image. */
static unsigned
count_steps(const struct hc_buf *image, const struct hc_buf *file,
	    const struct hc_volume_map *map)
{
	const uint8_t *at;
	unsigned found = 0;

	for (size_t step = 0; step + 64 <= file->size; step += 1u << 20) {
		at = memmem(image->data, image->size, file->data + step, 64);
		found += at != NULL && has_cut(map, (uint64_t)(at - image->data));
	}
	return found;
}

static void
test_cuts(struct sandbox *box)
{
	struct hc_buf image = slurp(box, "a.img"), big = slurp(box, "big");
	struct hc_buf pieces = slurp(box, "pieces");
	struct hc_volume_map map = { 0 };
	struct opened o;
	struct hc_err err;
	bool sorted = true, aligned = true;

	open_image(box, "a.img", &o, &err);
	hc_volume_map(o.volume, &map, &err);
	for (size_t i = 0; i < map.cuts.count; i++) {
		sorted = sorted && (i == 0 || map.cuts.items[i - 1] < map.cuts.items[i]);
		aligned = aligned && map.cuts.items[i] % 4096 == 0;
	}
	ok(map.cuts.count > 10 && sorted && aligned,
	   "cuts are sorted, multiples of 4 KiB, each once");
	ok(count_steps(&image, &big, &map) == 4,
	   "a file is cut at its start and at each of its MiB");
	ok(count_steps(&image, &pieces, &map) == 4, "one in pieces too");
	ok(has_cut(&map, 0), "$Boot is a file too");
	hc_volume_map_done(&map);
	close_image(&o);
	hc_buf_done(&image);
	hc_buf_done(&big);
	hc_buf_done(&pieces);
}

static void
test_zeroed(struct sandbox *box)
{
	struct hc_extents extents = { 0 };
	struct hc_strings names = { 0 };
	struct hc_arena arena = { 0 };
	struct opened o;
	struct hc_err err;

	open_image(box, "a.img", &o, &err);
	ok_call(hc_volume_zeroed_extents(o.volume, false, &arena, &names, &extents, &err), &err,
		"worthless contents are listed");
	ok(hc_strings_has(&names, "\\pagefile.sys") &&
		   hc_strings_has(&names, "\\swapfile.sys") &&
		   !hc_strings_has(&names, "\\hiberfil.sys"),
	   "page and swap file are, a session to resume is not");
	ok(hc_extents_total(&extents) == (2u << 20) + (256u << 10), "all of their clusters");
	hc_extents_done(&extents);
	names = (struct hc_strings){ 0 };
	ok_call(hc_volume_zeroed_extents(o.volume, true, &arena, &names, &extents, &err), &err,
		"a session may be thrown away");
	ok(hc_strings_has(&names, "\\hiberfil.sys") &&
		   hc_extents_total(&extents) == (3u << 20) + (256u << 10) + 4096,
	   "then it is worthless too");
	hc_extents_done(&extents);
	hc_arena_done(&arena);
	close_image(&o);
	run(box,
	    "cp a.img wake.img && at=$(grep -obUa -m1 hibr wake.img | head -1 | cut -d: -f1) && "
	    "printf wake | dd of=wake.img bs=1 seek=$at conv=notrunc");
	ok_call(open_image(box, "wake.img", &o, &err), &err, "a used session opens");
	ok(!hc_volume_info(o.volume)->state.hibernated, "it is none to resume");
	close_image(&o);
}

static void
test_read(struct sandbox *box)
{
	static const char *const names[] = { "C:/Windows/System32/big.bin",
					     "\\windows\\SYSTEM32\\BIG.BIN",
					     "/Windows/System32/big.bin",
					     "windows/system32/Big.Bin" };
	struct hc_buf big = slurp(box, "big"), out = { 0 };
	struct opened o;
	struct hc_err err;
	bool same = true;

	open_image(box, "a.img", &o, &err);
	for (size_t i = 0; i < 4; i++) {
		out.size = 0;
		same = same &&
		       hc_volume_read_all(o.volume, names[i], 1u << 30, &out, &err) == 0 &&
		       out.size == big.size && memcmp(out.data, big.data, big.size) == 0;
	}
	ok(same, "a file is read by any way of writing its path");
	out.size = 0;
	ok_call(hc_volume_read_all(o.volume, "/packed/text", 1u << 20, &out, &err), &err,
		"a compressed file is read");
	ok(out.size == 300000 && memcmp(out.data + 299992, "halcyon\n", 8) == 0,
	   "and decompressed");
	out.size = 0;
	ok(hc_volume_read_all(o.volume, "/sparse", 8u << 20, &out, &err) == 0 &&
		   out.size == (5u << 20) + 3 && memcmp(out.data + (5u << 20), "end", 3) == 0,
	   "holes are zeros");
	out.size = 0;
	ok(hc_volume_read_all(o.volume, "/empty", 1, &out, &err) == 0 && out.size == 0,
	   "an empty file is empty");
	out.size = 0;
	ok(hc_volume_read_all(o.volume, "/Ünïcode Ördner/Ä€𝄞.TXT", 9, &out, &err) == 0 &&
		   out.size == 1,
	   "names may hold any character");
	ok_fails(hc_volume_read_all(o.volume, "/Windows/win.ini", 4, &out, &err), &err,
		 H_VOLUME_FORMAT, "a file larger than it may be is refused");
	ok_fails(hc_volume_read_all(o.volume, "/nope/x", 9, &out, &err), &err, H_PATH_NOT_FOUND,
		 "what isn't there is not found");
	ok_fails(hc_volume_read_all(o.volume, "/Windows/win.ini/x", 9, &out, &err), &err,
		 H_PATH_NOT_FOUND, "nor what a file can't hold");
	ok_fails(hc_volume_read_all(o.volume, "/Windows", 9, &out, &err), &err,
		 H_PATH_NOT_FOUND, "a folder is no file");
	hc_buf_done(&big);
	hc_buf_done(&out);
	close_image(&o);
}

static void
test_refusals(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_buf out = { 0 };
	struct hc_entry entry;
	struct opened o;
	struct hc_err err;

	open_image(box, "a.img", &o, &err);
	ok_fails(hc_volume_read_all(o.volume, "/wof", 99, &out, &err), &err,
		 H_REPARSE_UNSUPPORTED, "a file compressed by WOF is refused");
	ok(strstr(err.text[0], "Overlay Filter") != NULL && out.size == 0,
	   "by name, without zeros");
	ok_fails(hc_volume_read_all(o.volume, "/dedup", 99, &out, &err), &err,
		 H_REPARSE_UNSUPPORTED, "a deduplicated one too");
	ok(hc_volume_stat(o.volume, "/wof", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_OTHER && entry.reparse_tag == 0x80000017,
	   "a listing says so");
	ok(hc_volume_stat(o.volume, "/link", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_LINK && entry.target != NULL &&
		   strcmp(entry.target, "C:\\Users") == 0,
	   "a symbolic link shows where it leads");
	ok_fails(hc_volume_read_all(o.volume, "/efs", 99, &out, &err), &err, H_FILE_ENCRYPTED,
		 "an encrypted file is refused");
	hc_buf_done(&out);
	hc_arena_done(&arena);
	close_image(&o);
}

static void
test_list(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_entries list = { 0 };
	struct hc_entry entry;
	struct opened o;
	struct hc_err err;
	unsigned good = 0;

	open_image(box, "a.img", &o, &err);
	ok_call(hc_volume_list(o.volume, "C:\\", &arena, &list, &err), &err,
		"the root is listed");
	for (size_t i = 0; i < list.count; i++) {
		const struct hc_entry *e = &list.items[i];

		good += strcmp(e->name, "Windows") == 0 && e->type == HC_ENTRY_FOLDER;
		good += strcmp(e->name, "Ünïcode Ördner") == 0;
		good += strcmp(e->name, "sparse") == 0 && e->size == (5u << 20) + 3 &&
			e->type == HC_ENTRY_FILE;
		good += e->name[0] == '$' || e->name[0] == '.' ? 100 : 0;
	}
	ok(good == 3 && list.count == 13,
	   "names, types and sizes, without NTFS's own files (%zu)", list.count);
	ok(hc_volume_stat(o.volume, "/Windows/WIN.INI", &arena, &entry, &err) == 0 &&
		   entry.size == 5 && entry.modified > 1600000000 && entry.created > 1600000000,
	   "a file's times are counted from 1970");
	ok_fails(hc_volume_list(o.volume, "/empty", &arena, &list, &err), &err,
		 H_PATH_NOT_FOUND, "a file can't be listed");
	hc_arena_done(&arena);
	close_image(&o);
}

static void
test_states(struct sandbox *box)
{
	struct opened o;
	struct hc_volume_map map = { 0 };
	struct hc_buf image, bitmap;
	struct hc_err err;
	uint8_t *at;

	/* ntfsfix, as its manual says, schedules a check: it sets the dirty flag. */
	run(box, "cp a.img dirty.img && ntfsfix dirty.img");
	ok_call(open_image(box, "dirty.img", &o, &err), &err, "a dirty volume opens");
	ok(hc_volume_info(o.volume)->state.dirty, "and is said to be dirty");
	close_image(&o);
	/* All of $Bitmap zeros: no cluster of a file may be taken for free. */
	image = slurp(box, "a.img");
	bitmap = slurp(box, "bitmap");
	at = memmem(image.data, image.size, bitmap.data, bitmap.size);
	if (ok(at != NULL, "$Bitmap is found in the image"))
		memset(at, 0, bitmap.size);
	spill(box, "lost.img", &image);
	hc_buf_done(&image);
	hc_buf_done(&bitmap);
	ok_call(open_image(box, "lost.img", &o, &err), &err, "a volume without bitmap opens");
	ok(hc_volume_map(o.volume, &map, &err) == 0 && map.misfits > 1000 && !is_free(&map, 0),
	   "files keep their clusters (%llu)", (unsigned long long)map.misfits);
	hc_volume_map_done(&map);
	close_image(&o);
}

static void
test_damage(struct sandbox *box)
{
	struct opened o;
	struct hc_err err;

	run(box, "cp a.img cut.img && truncate -s 20M cut.img");
	ok_fails(open_image(box, "cut.img", &o, &err), &err, H_VOLUME_FORMAT,
		 "a volume cut short is refused");
	close_image(&o);
	run(box, "head -c 1M /dev/zero >zero.img");
	ok_fails(open_image(box, "zero.img", &o, &err), &err, H_VOLUME_FORMAT,
		 "so is what is no volume");
	close_image(&o);
}

/* ---------------------------------------------------------------- a journal written by hand */

static void
test_journal(struct sandbox *box)
{
	struct hc_volume_map map = { 0 };
	struct hc_buf image = slurp(box, "a.img");
	uint32_t clusters[3];
	struct opened o;
	struct hc_err err;
	bool used = true;

	open_image(box, "a.img", &o, &err);
	hc_volume_map(o.volume, &map, &err);
	for (size_t i = 0; i < 3; i++)
		clusters[i] = (uint32_t)(map.free.items[map.free.count - 1].offset / 4096 +
					 10 * i + 5);
	hc_volume_map_done(&map);
	close_image(&o);
	if (!ok(write_journal(&image, clusters), "a journal is written"))
		return;
	spill(box, "log.img", &image);
	hc_buf_done(&image);
	ok_call(open_image(box, "log.img", &o, &err), &err, "its volume opens");
	ok(!hc_volume_info(o.volume)->state.journal_clean, "the journal was not replayed");
	ok_call(hc_volume_map(o.volume, &map, &err), &err, "the volume is mapped");
	ok(map.free_known && map.logged == 9, "nine clusters are the journal's (%llu)",
	   (unsigned long long)map.logged);
	for (size_t i = 0; i < 3; i++) {
		used = used && !is_free(&map, clusters[i] * 4096ull) &&
		       !is_free(&map, (clusters[i] + 2) * 4096ull) &&
		       is_free(&map, (clusters[i] + 3) * 4096ull);
		printf("# record %zu: %s\n", i, used ? "found" : "not found");
	}
	ok(used, "on one page, across two, and on a copy of a page");
	hc_volume_map_done(&map);
	close_image(&o);
}

/* ---------------------------------------------------------------- made by Windows */

/* The volume of an image of HALCYON_TESTDATA, `sectors` into it. */
static bool
take_real(struct sandbox *box, const char *name, unsigned sectors)
{
	const char *data = getenv("HALCYON_TESTDATA");
	bool qcow = strstr(name, ".qcow2") != NULL;

	if (data == NULL)
		return false;
	return run(box,
		   "xz -dc %s/images/%s >unpacked && %s && "
		   "dd if=unpacked of=real.img bs=1M skip=%u conv=sparse "
		   "iflag=fullblock,skip_bytes",
		   data, name,
		   qcow ? "qemu-img convert -O raw unpacked raw && mv raw unpacked" : "true",
		   sectors * 512) == 0;
}

/* Marks both restart areas as open (12: clients in use) and not clean (14: flags): the journal counts as one
 * that was not replayed. */
static void
make_unclean(const struct sandbox *box)
{
	struct hc_io *io = NULL;
	struct hc_extent data;
	struct hc_err err;
	char path[PATH_MAX];
	uint8_t page[4096];
	int fd = open(path_in(box, path, "real.img"), O_WRONLY);

	hc_io_open_file(path, &io, &err);
	for (uint64_t at = 0; at < io->size && hc_io_next_data(io, at, &data, &err) == 0;
	     at += 4096) {
		at = hc_max_u64(at, hc_round_down(data.offset, 4096));
		if (data.length == 0 || io->size - at < 4096 ||
		    hc_io_pread(io, at, page, sizeof(page), &err) < 0)
			break;
		for (size_t i = 0; i < sizeof(page); i += 512) {
			if (memcmp(page + i, "RSTR", 4) != 0)
				continue;
			uint64_t area = at + i + hc_get_le16(page + i + 24);

			ok(pwrite(fd, "\0\0\0\0", 4, (off_t)(area + 12)) == 4,
			   "a restart area is changed");
		}
	}
	hc_io_close(io);
	close(fd);
}

/* Every bit that ntfsrecover finds being set in $Bitmap is one that is not free for us. */
static void
test_real_journal(struct sandbox *box)
{
	struct hc_volume_map before = { 0 }, map = { 0 };
	struct opened o;
	struct hc_buf bits;
	struct hc_err err;
	unsigned long vcn, first, count, seen = 0;
	bool all_used = true;
	const char *p;
	int moved;

	if (!take_real(box, "plaso/usnjrnl.qcow2.xz", 63)) {
		tap_skip("HALCYON_TESTDATA is not set, or there is no qemu-img");
		return;
	}
	ok_call(open_image(box, "real.img", &o, &err), &err, "a volume made by Windows opens");
	ok(hc_volume_info(o.volume)->state.journal_clean, "with a clean journal");
	ok_call(hc_volume_map(o.volume, &before, &err), &err, "and is mapped");
	close_image(&o);
	make_unclean(box);
	ok_call(open_image(box, "real.img", &o, &err), &err,
		"and with one that was not replayed");
	ok(!hc_volume_info(o.volume)->state.journal_clean, "which is seen");
	ok_call(hc_volume_map(o.volume, &map, &err), &err, "it is mapped");
	ok(map.free_known && map.logged > 0, "the journal allocates clusters of its own (%llu)",
	   (unsigned long long)map.logged);
	ok(hc_extents_total(&map.free) + map.logged * 1024 == hc_extents_total(&before.free),
	   "which are no longer free");
	run(box, "ntfsrecover -nfvv real.img | awk '/^redo_operation/ {op=$2} "
		 "/first bit/ && op==\"0015\" {f=$3} "
		 "/^target_vcn/ {v=$2} "
		 "/bit count/ && op==\"0015\" {print v, f, $3; op=\"\"}' >bits");
	bits = slurp(box, "bits");
	for (p = (const char *)bits.data;
	     sscanf(p, "%lx %lu %lu%n", &vcn, &first, &count, &moved) == 3; p += moved) {
		seen++;
		first += vcn * 1024 * 8;
		for (unsigned long i = first; i < first + count; i++)
			all_used = all_used && !is_free(&map, i * 1024);
	}
	ok(seen >= 12 && all_used, "all %lu allocations that ntfsrecover finds are seen", seen);
	hc_buf_done(&bits);
	hc_volume_map_done(&before);
	hc_volume_map_done(&map);
	close_image(&o);
}

static void
test_real_files(struct sandbox *box)
{
	struct hc_volume_map map = { 0 };
	struct hc_entries list = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_buf out = { 0 };
	struct hc_entry entry;
	struct opened o;
	struct hc_err err;
	bool aligned = true, short_names = false;

	if (!take_real(box, "dfvfs/vss.raw.xz", 0)) {
		tap_skip("HALCYON_TESTDATA is not set");
		return;
	}
	ok_call(open_image(box, "real.img", &o, &err), &err,
		"a volume with clusters of 512 bytes opens");
	ok(hc_volume_read_all(o.volume, "\\passwords.txt", 4096, &out, &err) == 0 &&
		   out.size == 126,
	   "a file is read");
	ok(hc_volume_stat(o.volume, "/a_link", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_LINK && entry.target != NULL &&
		   strstr(entry.target, "a_directory") != NULL,
	   "a link made by Windows leads somewhere");
	ok_call(hc_volume_list(o.volume, "/", &arena, &list, &err), &err, "its root is listed");
	for (size_t i = 0; i < list.count; i++)
		short_names = short_names || strchr(list.items[i].name, '~') != NULL;
	ok(list.count == 6 && !short_names, "without short names");
	hc_volume_map(o.volume, &map, &err);
	for (size_t i = 0; i < map.cuts.count; i++)
		aligned = aligned && map.cuts.items[i] % 4096 == 0;
	ok(map.cuts.count > 5 && aligned, "it is cut at multiples of 4 KiB all the same");
	hc_volume_map_done(&map);
	hc_buf_done(&out);
	hc_arena_done(&arena);
	close_image(&o);
}

int
main(void)
{
	struct sandbox box;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sandbox_open(&box);
	if (fill_image(&box)) {
		test_info(&box);
		test_free(&box);
		test_cuts(&box);
		test_zeroed(&box);
		test_read(&box);
		test_refusals(&box);
		test_list(&box);
		test_states(&box);
		test_damage(&box);
		test_journal(&box);
	} else {
		tap_skip(
			"an NTFS image cannot be made: mkntfs, ntfs-3g (FUSE, root) and setfattr are needed");
	}
	test_real_journal(&box);
	test_real_files(&box);
	sandbox_close(&box);
	return tap_done();
}
