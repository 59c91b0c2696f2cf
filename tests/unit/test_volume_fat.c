/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume/fat: volumes made by mkfs.fat and mcopy, whole, as a part of a disk, and as a backup's blob. */
#include "tests/unit/tap.h"

#include <errno.h>
#include <fcntl.h>

#include "restore/volume/volume.h"
#include "tests/unit/sandbox.h"

#define PART_AT (5ull << 30) /* past 4 GiB, to see that offsets are not cut */

static const char long_name[] =
	"A name of more than eight characters & [odd] ones; 'quoted' $HOME.tar.gz";

/* vol.img of one kind, with an NT 4.0's folders in it. */
static bool
make_fat(struct sandbox *box, int bits, const char *size)
{
	return run(box,
		   "rm -rf vol.img t && truncate -s %s vol.img && "
		   "mkfs.fat -F %d -n 'NT SYSTEM' -i 1234abcd vol.img && "
		   "mkdir -p t/WINNT/system32/config t/deep/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p && "
		   "printf 'boot code' >t/NTLDR && printf system >t/WINNT/system32/config/SYSTEM && "
		   "printf deep >t/deep/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/file.txt && "
		   "seq 1 400000 >t/large.bin && : >t/empty && printf odd >'t/%s' && "
		   "printf u >t/Größe.txt && printf j >t/日本.txt && "
		   "touch -d 2003-04-05T06:07:08Z t/NTLDR && export TZ=UTC LC_ALL=C.UTF-8 && "
		   "mcopy -s -m -i vol.img t/* ::/ && mattrib -i vol.img +h +s +r ::/NTLDR",
		   size, bits,
		   "A name of more than eight characters & [odd] ones; '\\''quoted'\\'' "
		   "$HOME.tar.gz") == 0;
}

struct opened {
	struct hc_buf bytes;
	struct hc_io *file, *io;
	struct hc_volume *volume;
};

enum way {
	WHOLE,  /* the io is the file */
	PART,   /* a window of it */
	MEMORY, /* something that is in no file */
};

static int
open_image(struct sandbox *box, const char *name, enum way way, struct opened *ret,
	   struct hc_err *err)
{
	char path[PATH_MAX];
	int result;

	*ret = (struct opened){ 0 };
	if (way == MEMORY) {
		ret->bytes = slurp(box, name);
		result = hc_io_memory(hc_buf_span(&ret->bytes), &ret->io, err);
	} else {
		result = hc_io_open_file(path_in(box, path, "%s", name), &ret->file, err);
		if (result == 0)
			result = hc_io_window(
				ret->file,
				way == WHOLE ? (struct hc_extent){ 0, ret->file->size }
					     : (struct hc_extent){ PART_AT,
								   ret->file->size - PART_AT },
				&ret->io, err);
	}
	return result < 0 ? -1 : hc_volume_open(ret->io, &ret->volume, err);
}

static void
close_image(struct opened *o)
{
	hc_volume_close(o->volume);
	hc_io_close(o->io);
	hc_io_close(o->file);
	hc_buf_done(&o->bytes);
}

static bool
reads(struct hc_volume *volume, const char *path, const char *want)
{
	struct hc_buf out = { 0 };
	struct hc_err err;
	bool same = hc_volume_read_all(volume, path, 8u << 20, &out, &err) == 0 &&
		    out.size == strlen(want) &&
		    (out.size == 0 || memcmp(out.data, want, out.size) == 0);

	hc_buf_done(&out);
	return same;
}

/* ---------------------------------------------------------------- files */

static void
test_files(struct sandbox *box, struct hc_volume *volume)
{
	struct hc_buf out = { 0 }, want = slurp(box, "t/large.bin");
	struct hc_arena arena = { 0 };
	struct hc_entry entry;
	struct hc_err err;

	ok(reads(volume, "C:\\WINNT\\System32\\CONFIG\\system", "system"),
	   "a file, in any case and with either slash");
	ok(reads(volume, "deep/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/file.txt", "deep"),
	   "one sixteen folders down");
	ok(reads(volume, long_name, "odd"), "one whose name would mean something to a shell");
	ok(reads(volume, "Größe.txt", "u") && reads(volume, "/日本.txt", "j"),
	   "names in other scripts");
	ok(reads(volume, "empty", ""), "an empty one");
	ok(hc_volume_read_all(volume, "LARGE.BIN", 8u << 20, &out, &err) == 0 &&
		   out.size == want.size && memcmp(out.data, want.data, out.size) == 0,
	   "a large one (%zu)", out.size);
	ok(hc_volume_stat(volume, "ntldr", &arena, &entry, &err) == 0 && entry.size == 9 &&
		   entry.type == HC_ENTRY_FILE && strcmp(entry.name, "NTLDR") == 0 &&
		   entry.modified == 1049522820,
	   "a hidden one's size and time, to the minute");
	ok(hc_volume_stat(volume, "ANAMEO~1.GZ", &arena, &entry, &err) == 0 &&
		   strcmp(entry.name, long_name) == 0,
	   "a short name leads to the long one");
	ok(hc_volume_stat(volume, "/", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_FOLDER,
	   "the root is a folder");
	ok_fails(hc_volume_stat(volume, "WINNT/none", &arena, &entry, &err), &err,
		 H_PATH_NOT_FOUND, "what is not there");
	ok_fails(hc_volume_stat(volume, "NTLDR/none", &arena, &entry, &err), &err,
		 H_PATH_NOT_FOUND, "a file is no folder");
	ok_fails(hc_volume_stat(volume, "WINNT/../NTLDR", &arena, &entry, &err), &err,
		 H_PATH_NOT_FOUND, "no steps upwards");
	ok_fails(hc_volume_stat(volume, "NT*", &arena, &entry, &err), &err, H_PATH_NOT_FOUND,
		 "no patterns");
	ok_fails(hc_volume_read_all(volume, "WINNT", 9, &out, &err), &err, H_PATH_NOT_FOUND,
		 "a folder is no file");
	hc_buf_done(&out);
	hc_buf_done(&want);
	hc_arena_done(&arena);
}

static void
test_list(struct hc_volume *volume)
{
	const char *const want[] = { long_name,   "deep",  "empty", "Größe.txt",
				     "large.bin", "NTLDR", "WINNT", "日本.txt" };
	struct hc_arena arena = { 0 };
	struct hc_entries list = { 0 };
	struct hc_volume_map map;
	struct hc_err err;
	bool same;

	ok_call(hc_volume_list(volume, "", &arena, &list, &err), &err, "the root is listed");
	same = list.count == sizeof(want) / sizeof(want[0]);
	for (size_t i = 0; same && i < list.count; i++)
		same = strcmp(list.items[i].name, want[i]) == 0 &&
		       (list.items[i].type == HC_ENTRY_FOLDER) == (i == 1 || i == 6);
	ok(same, "by name, each with its type (%zu)", list.count);
	ok(hc_volume_list(volume, "winnt/system32", &arena, &list, &err) == 0 &&
		   list.count == 1 && strcmp(list.items[0].name, "config") == 0,
	   "a folder without . and ..");
	ok_fails(hc_volume_list(volume, "NTLDR", &arena, &list, &err), &err, H_PATH_NOT_FOUND,
		 "a file can't be listed");
	ok_fails(hc_volume_map(volume, &map, &err), &err, H_UNSUPPORTED, "it has no map");
	hc_arena_done(&arena);
}

static void
test_kind(struct sandbox *box, int bits, const char *size)
{
	const struct hc_volume_info *info;
	struct opened o;
	struct hc_err err;

	if (!make_fat(box, bits, size)) {
		tap_skip("mkfs.fat and mtools are needed");
		return;
	}
	ok_call(open_image(box, "vol.img", WHOLE, &o, &err), &err, "FAT%d is opened", bits);
	if (o.volume != NULL) {
		info = hc_volume_info(o.volume);
		ok(strcmp(info->kind, "fat") == 0 && strcmp(info->label, "NT SYSTEM") == 0 &&
			   info->serial == 0x1234abcd && info->sector_size == 512 &&
			   info->cluster_size >= 512 && info->clusters_end <= o.io->size &&
			   info->clusters_end > o.io->size - 65536,
		   "label, serial, sizes");
		ok(!info->state.dirty && !info->state.hibernated, "it was closed properly");
		test_files(box, o.volume);
		test_list(o.volume);
	}
	close_image(&o);
}

/* ---------------------------------------------------------------- where it lies */

static int
count_files(struct sandbox *box, const char *folder)
{
	return run(box, "n=$(ls -A %s | wc -l); exit $n", folder);
}

static void
test_ways(struct sandbox *box)
{
	char folder[PATH_MAX];
	struct opened o;
	struct hc_err err;

	if (!make_fat(box, 16, "20M"))
		return;
	run(box, "truncate -s %llu disk.img && cat vol.img >>disk.img", PART_AT);
	run(box, "mkdir -p temporary");
	setenv("TMPDIR", path_in(box, folder, "temporary"), 1);
	ok_call(open_image(box, "disk.img", PART, &o, &err), &err,
		"a part of a disk, 5 GiB from its start");
	ok(o.volume != NULL && reads(o.volume, "NTLDR", "boot code"), "is read in place");
	close_image(&o);
	ok_call(open_image(box, "vol.img", MEMORY, &o, &err), &err, "what is in no file");
	ok(count_files(box, "temporary") == 0, "is copied to a file without a name");
	if (o.volume != NULL)
		test_files(box, o.volume);
	close_image(&o);
	setenv("TMPDIR", path_in(box, folder, "none"), 1);
	ok_fails(open_image(box, "vol.img", MEMORY, &o, &err), &err, H_IO,
		 "without a folder for temporary files");
	close_image(&o);
	unsetenv("TMPDIR");
}

static int
stop_at_once(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	*(size_t *)ctx += bytes.size;
	return hc_err_set(err, H_CANCELLED, "enough");
}

static void
test_children(struct sandbox *box)
{
	const char *path = getenv("PATH");
	char *kept = strdup(path == NULL ? "" : path);
	struct opened o;
	struct hc_err err;
	size_t seen = 0;

	if (make_fat(box, 16, "20M") && open_image(box, "vol.img", WHOLE, &o, &err) == 0) {
		ok_fails(hc_volume_read(o.volume, "large.bin",
					(struct hc_sink){ stop_at_once, &seen }, &err),
			 &err, H_CANCELLED, "reading ends when the sink says so");
		ok(seen > 0 && seen < 1u << 20, "at once");
		ok(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "no child is left");
		ok(reads(o.volume, "NTLDR", "boot code"), "and the next file is read");
		close_image(&o);
		setenv("PATH", "/nowhere", 1);
		ok_fails(open_image(box, "vol.img", WHOLE, &o, &err), &err, H_UNSUPPORTED,
			 "without mtools");
		ok(strstr(err.remedy, "mtools") != NULL, "which the remedy names");
		close_image(&o);
		setenv("PATH", kept, 1);
	}
	free(kept);
}

/* ---------------------------------------------------------------- damage */

static void
test_states(struct sandbox *box)
{
	struct opened o;
	struct hc_err err;

	if (!make_fat(box, 16, "20M"))
		return;
	run(box, "printf '\\001' | dd of=vol.img bs=1 seek=37 conv=notrunc && "
		 "{ printf hibr; head -c 5000 /dev/zero; } >HIBERFIL.SYS && "
		 "mcopy -i vol.img HIBERFIL.SYS ::/");
	ok(open_image(box, "vol.img", WHOLE, &o, &err) == 0 &&
		   hc_volume_info(o.volume)->state.dirty &&
		   hc_volume_info(o.volume)->state.hibernated,
	   "not closed properly, and hibernated");
	close_image(&o);
	run(box, "printf wake | dd of=HIBERFIL.SYS conv=notrunc && "
		 "mcopy -D o -i vol.img HIBERFIL.SYS ::/");
	ok(open_image(box, "vol.img", WHOLE, &o, &err) == 0 &&
		   !hc_volume_info(o.volume)->state.hibernated,
	   "a hibernation that was resumed from");
	close_image(&o);
}

/* Bytes written over the boot sector, after which the volume must be refused. */
static const struct damage {
	const char *name;
	unsigned at;
	const char *bytes; /* for printf */
	const char *says;
} damages[] = {
	{ "no jump", 0, "\\000", "neither" },
	{ "no signature", 510, "\\000\\000", "neither" },
	{ "sectors of 0 bytes", 11, "\\000\\000", "neither" },
	{ "sectors of 768 bytes", 11, "\\000\\003", "neither" },
	{ "sectors of 8192 bytes", 11, "\\000\\040", "neither" },
	{ "clusters of 0 sectors", 13, "\\000", "neither" },
	{ "clusters of 3 sectors", 13, "\\003", "neither" },
	{ "no reserved sectors", 14, "\\000\\000", "neither" },
	{ "no table", 16, "\\000", "neither" },
	{ "nine tables", 16, "\\011", "neither" },
	{ "no room in the root folder", 17, "\\000\\000", "neither" },
	{ "tables larger than the volume", 22, "\\377\\377", "neither" },
	{ "another medium", 21, "\\001", "neither" },
	{ "more sectors than there are", 19, "\\377\\377", "of which there are" },
};

static void
test_damage(struct sandbox *box)
{
	struct hc_buf out = { 0 };
	struct opened o;
	struct hc_err err;

	if (!make_fat(box, 16, "20M"))
		return;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		run(box,
		    "cp vol.img bad.img && printf '%s' | dd of=bad.img bs=1 seek=%u conv=notrunc",
		    damages[i].bytes, damages[i].at);
		ok_fails(open_image(box, "bad.img", WHOLE, &o, &err), &err, H_VOLUME_FORMAT,
			 "%s", damages[i].name);
		/* By its own check: mtools, or another one, might refuse it too. */
		ok(strstr(err.text[0], damages[i].says) != NULL, "says why");
		close_image(&o);
	}
	run(box, "head -c 1000000 vol.img >bad.img");
	ok_fails(open_image(box, "bad.img", WHOLE, &o, &err), &err, H_VOLUME_FORMAT,
		 "a volume that was cut short");
	close_image(&o);
	hc_buf_done(&out);
}

/* bad.img: vol.img with 2 bytes changed in the first folder entry of a short name, such as "NTLDR      ". */
static bool
spoil_entry(struct sandbox *box, const char name[12], size_t at, uint16_t value)
{
	struct hc_buf image = slurp(box, "vol.img");
	char path[PATH_MAX];
	uint8_t *found = memmem(image.data, image.size, name, 11);
	FILE *file = fopen(path_in(box, path, "bad.img"), "wb");
	bool done;

	if (found != NULL)
		hc_put_le16(found + at, value);
	done = file != NULL && found != NULL && fwrite(image.data, image.size, 1, file) == 1;
	done = (file == NULL || fclose(file) == 0) && done;
	hc_buf_done(&image);
	return done;
}

static void
test_damaged_files(struct sandbox *box)
{
	struct hc_buf out = { 0 };
	struct opened o;
	struct hc_err err;

	if (!make_fat(box, 16, "20M"))
		return;
	/* Both tables lost: the root folder has its own place, chains make no sense. */
	run(box,
	    "cp vol.img bad.img && dd if=/dev/zero of=bad.img bs=512 seek=$(minfo -i vol.img | "
	    "sed -n 's/^reserved.*: *//p') count=80 conv=notrunc");
	if (ok(open_image(box, "bad.img", WHOLE, &o, &err) == 0, "a volume without tables"))
		ok_fails(hc_volume_read_all(o.volume, "large.bin", 8u << 20, &out, &err), &err,
			 H_VOLUME_FORMAT, "has files that can't be read");
	close_image(&o);
	/* mtype is content with as many clusters as there are. */
	if (ok(spoil_entry(box, "NTLDR      ", 30, 1) &&
		       open_image(box, "bad.img", WHOLE, &o, &err) == 0,
	       "a file that says it is 64 KiB larger")) {
		ok_fails(hc_volume_read_all(o.volume, "NTLDR", 8u << 20, &out, &err), &err,
			 H_VOLUME_FORMAT, "is not passed off as whole");
		ok(strcmp(err.object, "NTLDR") == 0, "and is named");
	}
	close_image(&o);
	/* mdir lists what it can, and says by its exit status that something was amiss. */
	ok(spoil_entry(box, "WINNT      ", 26, 0xfff0), "a folder that lies nowhere");
	ok_fails(open_image(box, "bad.img", WHOLE, &o, &err), &err, H_VOLUME_FORMAT,
		 "is not passed off as empty");
	close_image(&o);
	hc_buf_done(&out);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_kind(&box, 12, "8M");
	test_kind(&box, 16, "20M");
	test_kind(&box, 32, "40M");
	test_ways(&box);
	test_children(&box);
	test_states(&box);
	test_damage(&box);
	test_damaged_files(&box);
	sandbox_close(&box);
	return tap_done();
}
