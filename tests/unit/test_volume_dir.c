/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume/dir: a directory as a volume, and the ways out of it. */
#include "tests/unit/tap.h"

#include "restore/volume/volume.h"
#include "tests/unit/sandbox.h"

static struct hc_volume *
open_tree(struct sandbox *box)
{
	struct hc_volume *volume = NULL;
	struct hc_err err;
	char path[PATH_MAX];

	run(box,
	    "mkdir -p tree/Windows/System32/config tree/empty && echo secret >outside && "
	    "echo hive >tree/Windows/System32/config/SYSTEM && echo one >tree/Both && "
	    "echo two >tree/both && echo n >tree/Büro && touch -d 2003-04-05T06:07:08Z tree/both && "
	    "ln -s ../outside tree/link && ln -s .. tree/up && ln -s Windows tree/inside && "
	    "mkfifo tree/pipe && touch \"tree/$(printf 'bad\\377')\" && echo x >tree/10 && echo y >tree/9");
	ok_call(hc_volume_open_dir(path_in(box, path, "tree"), &volume, &err), &err,
		"a directory is opened");
	return volume;
}

static bool
reads(struct hc_volume *volume, const char *path, const char *want)
{
	struct hc_buf out = { 0 };
	struct hc_err err;
	bool same = hc_volume_read_all(volume, path, 4096, &out, &err) == 0 &&
		    out.size == strlen(want) && memcmp(out.data, want, out.size) == 0;

	hc_buf_done(&out);
	return same;
}

static void
test_lookup(struct hc_volume *volume)
{
	struct hc_arena arena = { 0 };
	struct hc_buf out = { 0 };
	struct hc_entry entry;
	struct hc_err err;

	ok(reads(volume, "C:\\WINDOWS\\system32\\CONFIG\\system", "hive\n"),
	   "a file is found in any case and with either slash");
	ok(reads(volume, "both", "two\n") && reads(volume, "Both", "one\n"),
	   "the very name comes first");
	ok(reads(volume, "/BOTH", "one\n"), "then the first in order");
	ok(reads(volume, "./bürO", "n\n") && !reads(volume, "./bÜro", "n\n"),
	   "only A to Z match in either case");
	ok_call(hc_volume_stat(volume, "windows/SYSTEM32", &arena, &entry, &err), &err,
		"a folder");
	ok(entry.type == HC_ENTRY_FOLDER && strcmp(entry.name, "System32") == 0 &&
		   entry.size == 0,
	   "by the name it has");
	ok(hc_volume_stat(volume, "", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_FOLDER && strcmp(entry.name, "") == 0,
	   "the root");
	ok(hc_volume_stat(volume, "both", &arena, &entry, &err) == 0 && entry.size == 4 &&
		   entry.modified == 1049522828 && entry.type == HC_ENTRY_FILE,
	   "a file's size and time");
	ok_fails(hc_volume_read_all(volume, "Windows/none", 10, &out, &err), &err,
		 H_PATH_NOT_FOUND, "a missing file");
	ok_fails(hc_volume_read_all(volume, "Both/none", 10, &out, &err), &err,
		 H_PATH_NOT_FOUND, "a file is no folder");
	ok_fails(hc_volume_read_all(volume, "Windows", 10, &out, &err), &err, H_PATH_NOT_FOUND,
		 "a folder is no file");
	ok_fails(hc_volume_read_all(volume, "Both", 2, &out, &err), &err, H_VOLUME_FORMAT,
		 "a file larger than expected");
	hc_buf_done(&out);
	hc_arena_done(&arena);
}

static void
test_ways_out(struct hc_volume *volume)
{
	static const char *const paths[] = { "../outside", "Windows/../../outside",
					     "up/outside", "UP/outside",
					     "link",       "inside/System32/config/SYSTEM",
					     "pipe" };
	struct hc_arena arena = { 0 };
	struct hc_entries list;
	struct hc_buf out = { 0 };
	struct hc_entry entry;
	struct hc_err err;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		ok_fails(hc_volume_read_all(volume, paths[i], 4096, &out, &err), &err,
			 H_PATH_NOT_FOUND, "%s is not read", paths[i]);
	ok(out.size == 0, "not a byte of it");
	ok(hc_volume_stat(volume, "LINK", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_LINK && strcmp(entry.target, "../outside") == 0,
	   "a link is shown as one");
	ok_fails(hc_volume_list(volume, "up", &arena, &list, &err), &err, H_PATH_NOT_FOUND,
		 "a link is not listed through");
	ok(hc_volume_stat(volume, "pipe", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_OTHER,
	   "a pipe is something else");
	hc_buf_done(&out);
	hc_arena_done(&arena);
}

static void
test_list(struct hc_volume *volume)
{
	static const char *const want[] = { "10",     "9",    "Both", "both", "Büro",   "empty",
					    "inside", "link", "pipe", "up",   "Windows" };
	struct hc_arena arena = { 0 };
	struct hc_entries list = { 0 };
	struct hc_volume_map map;
	struct hc_strings names = { 0 };
	struct hc_extents extents = { 0 };
	struct hc_err err;
	bool same;

	ok_call(hc_volume_list(volume, "/", &arena, &list, &err), &err, "the root is listed");
	same = list.count == sizeof(want) / sizeof(want[0]);
	for (size_t i = 0; same && i < list.count; i++)
		same = strcmp(list.items[i].name, want[i]) == 0;
	ok(same, "by name, without what is no UTF-8 (%zu)", list.count);
	ok(hc_volume_list(volume, "EMPTY", &arena, &list, &err) == 0 && list.count == 0,
	   "an empty folder");
	ok_fails(hc_volume_list(volume, "Both", &arena, &list, &err), &err, H_PATH_NOT_FOUND,
		 "a file can't be listed");
	ok_fails(hc_volume_map(volume, &map, &err), &err, H_UNSUPPORTED, "it has no clusters");
	ok_fails(hc_volume_zeroed_extents(volume, false, &arena, &names, &extents, &err), &err,
		 H_UNSUPPORTED, "nor extents");
	ok(strcmp(hc_volume_info(volume)->kind, "directory") == 0, "it says what it is");
	hc_arena_done(&arena);
}

int
main(void)
{
	struct hc_volume *volume, *none = NULL;
	struct sandbox box;
	struct hc_err err;
	char path[PATH_MAX];

	sandbox_open(&box);
	volume = open_tree(&box);
	if (volume != NULL) {
		test_lookup(volume);
		test_ways_out(volume);
		test_list(volume);
		hc_volume_close(volume);
	}
	ok_fails(hc_volume_open_dir(path_in(&box, path, "none"), &none, &err), &err, H_IO,
		 "a directory that does not exist");
	ok_fails(hc_volume_open_dir(path_in(&box, path, "outside"), &none, &err), &err, H_IO,
		 "a file is no directory");
	sandbox_close(&box);
	return tap_done();
}
