/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/capture: disks captured, read back by casync, killed, damaged, captured at the same time. */
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "restore/capture/capture.h"
#include "restore/capture/capture_priv.h"
#include "restore/catalog/catalog.h"
#include "tests/unit/capture_disk.h"
#include "tests/unit/sandbox.h"

/* ---------------------------------------------------------------- rows */

static void
test_zero_rows(void)
{
	static const struct {
		uint64_t from, length, want;
	} cases[] = {
		{ 0, 1 << 20, 1 << 20 },       { 0, 3 << 20, 1 << 20 },
		{ 4096, 8192, 4096 },          { 8192, 8192, 8192 },
		{ 1 << 20, 4096, 4096 },       { 0, 512, 512 },
		{ 4096, 3584, 2048 },          { 12288, 1 << 20, 4096 },
		{ 1 << 19, 1 << 20, 1 << 19 }, { 63 * 512, 1 << 20, 512 },
	};
	bool good = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		good = good &&
		       hc_rows_zero_row(cases[i].from, cases[i].length) == cases[i].want;
	ok(good, "rows of zeros are powers of two, aligned, of at most 1 MiB");
}

static void
test_zeros_on_blocks(void)
{
	struct hc_extent items[] = {
		{ 512, 1024 }, { 5000, 9000 }, { 20480, 100 }, { 30000, 2000 }
	};
	struct hc_extents list = { items, 4, 4 };
	struct hc_rows rows = { .size = 32000 };
	struct hc_err err;

	ok_call(hc_rows_set_zeros(&rows, &list, &err), &err, "zeros are set");
	ok(rows.zeros.count == 1 && rows.zeros.items[0].offset == 8192 &&
		   rows.zeros.items[0].length == 4096,
	   "zeros count on whole blocks of 4 KiB only");
	ok(hc_rows_zeros_at(&rows, 0) == 0 && hc_rows_zeros_at(&rows, 8192) == 4096 &&
		   hc_rows_zeros_at(&rows, 12288) == 0,
	   "and are found where they are");
	hc_rows_done(&rows);
	items[3].offset = 28672;
	items[3].length = 32000 - 28672;
	rows.size = 32000;
	hc_rows_set_zeros(&rows, &list, &err);
	ok(rows.zeros.count == 2 && hc_extent_end(rows.zeros.items[1]) == 32000,
	   "but for those that reach the end");
	hc_rows_done(&rows);
}

static void
test_cut_rows(void)
{
	uint64_t at[] = { 4096, 16384, 3 << 20 };
	struct hc_rows rows = { .size = 4 << 20, .cuts = { at, 3, 3 } };
	uint8_t *data = malloc(4 << 20);
	bool zeros;

	memset(data, 1, 4 << 20);
	ok(hc_rows_data_at(&rows, 0, 2 << 20) == 16384 + (1 << 20),
	   "reading stops where a row ends");
	ok(hc_rows_cut(&rows, 0, hc_span(data, 2 << 20), false, &zeros) == 4096 && !zeros,
	   "a row ends at the next cut");
	ok(hc_rows_cut(&rows, 4096, hc_span(data, 2 << 20), false, &zeros) == 12288,
	   "and so on");
	ok(hc_rows_cut(&rows, 16384, hc_span(data, 2 << 20), false, &zeros) == 1 << 20,
	   "or after 1 MiB");
	rows.cuts = (struct hc_cuts){ 0 };
	memset(data, 0, 4 << 20);
	ok(hc_rows_cut(&rows, 0, hc_span(data, 8192), true, &zeros) == 8192 && zeros,
	   "zeros are seen");
	free(data);
}

/* The same content at another place is cut alike: what makes copies cost nothing. */
static void
test_cut_by_content(void)
{
	struct hc_rows rows = { .size = 4 << 20, .by_content = true };
	uint8_t *data = malloc(4 << 20), *moved = malloc(4 << 20);
	uint64_t seed = 1;
	size_t a = 0, b = 0, same = 0, count = 0, largest = 0, row;
	bool zeros, alone = false;

	for (size_t i = 0; i < 4 << 20; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		data[i] = (uint8_t)(seed >> 56);
	}
	memset(data + (1 << 20), 0, 20480);
	memcpy(moved, data + 40960, (4 << 20) - 40960);
	memcpy(moved + (4 << 20) - 40960, data, 40960);
	for (; a < 4 << 20; a += row, count++) {
		row = hc_rows_cut(&rows, a, hc_span(data + a, (4 << 20) - a), true, &zeros);
		largest = !zeros && row > largest ? row : largest;
		alone = alone || (zeros && a == 1 << 20 && row == 20480);
		while (b + 40960 < a)
			b += hc_rows_cut(&rows, b, hc_span(moved + b, (4 << 20) - b), true,
					 &zeros);
		same += b + 40960 == a;
	}
	ok(count > 40 && count < 110, "rows of 64 KiB on average (%zu in 4 MiB)", count);
	ok(largest <= 256 << 10, "of 256 KiB at most (%zu)", largest);
	ok(same + 3 >= count, "content that moved is cut alike (%zu of %zu)", same, count);
	ok(alone, "a stretch of zeros is a row of its own");
	row = hc_rows_cut(&rows, 0, hc_span(data, 4 << 20), true, &zeros);
	ok(row > 4096 && hc_rows_cut(&rows, 0, hc_span(data, row - 4096), false, &zeros) == 0 &&
		   hc_rows_cut(&rows, 0, hc_span(data, row - 4096), true, &zeros) == row - 4096,
	   "a row that goes on behind what was read is not cut");
	free(data);
	free(moved);
}

/* ---------------------------------------------------------------- lists of extents */

static void
test_extents(void)
{
	struct hc_extent items[] = { { 4096, 8192 }, { 20480, 4096 }, { 1ull << 40, 512 } };
	struct hc_extents list = { items, 3, 3 }, back = { 0 };
	struct hc_buf file = { 0 };
	struct hc_err err;

	ok_call(hc_extents_pack(&list, &file, &err), &err, "a list of extents is packed");
	ok(hc_extents_unpack(hc_buf_span(&file), (1ull << 40) + 512, &back, &err) == 0 &&
		   back.count == 3 && memcmp(back.items, items, sizeof(items)) == 0,
	   "and unpacked");
	hc_extents_done(&back);
	ok_fails(hc_extents_unpack(hc_buf_span(&file), 1ull << 40, &back, &err), &err,
		 H_INDEX_FORMAT, "one that leaves the blob is refused");
	file.data[file.size / 2] ^= 4;
	ok_fails(hc_extents_unpack(hc_buf_span(&file), 1ull << 41, &back, &err), &err,
		 H_INDEX_FORMAT, "so is a damaged one");
	file.size = 0;
	items[1].offset = 12000;
	hc_extents_pack(&list, &file, &err);
	ok_fails(hc_extents_unpack(hc_buf_span(&file), 1ull << 41, &back, &err), &err,
		 H_INDEX_FORMAT, "and one that overlaps itself");
	hc_buf_done(&file);
}

/* ---------------------------------------------------------------- a disk */

/* Rows of 1 MiB that are not zeros. */
static unsigned
count_whole_mib(const struct sandbox *box, const char *repository, const char *id,
		size_t region)
{
	struct hc_session *session = NULL;
	struct hc_backup *backup = NULL;
	struct hc_index index = { 0 };
	struct hc_err err;
	char name[PATH_MAX];
	unsigned found = 0;

	path_in(box, name, "%s//%s", repository, id);
	if (hc_backup_open(name, NULL, &backup, &err) == 0 &&
	    hc_session_open(hc_backup_place(backup), &session, &err) == 0 &&
	    hc_backup_index(backup, session, 0, region, &index, &err) == 0)
		for (size_t i = 1; i < index.count; i++)
			found += index.rows[i].end - index.rows[i - 1].end == 1 << 20 &&
				 !hc_index_row_is_zero(&index, i);
	hc_index_done(&index);
	hc_session_close(session);
	hc_backup_close(backup);
	return found;
}

static void
test_disk(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_manifest m, again;
	const struct hc_manifest_disk *disk;
	const struct hc_region *c;
	struct hc_err err;
	char path[PATH_MAX];

	ok_call(capture(box, "disk.img", "repo", "one", &arena, &m, &err), &err,
		"a disk is captured");
	disk = &m.disks.items[0];
	ok(m.disks.count == 1 && disk->table == HC_TABLE_MBR && disk->regions.count == 5,
	   "head, partition, gap, partition, tail");
	c = &disk->regions.items[1];
	ok(c->kind == HC_REGION_PARTITION && c->start == 63 * 512 && c->volume != NULL &&
		   strcmp(c->partition->label, "C") == 0 && c->partition->active,
	   "a volume with its name and flag");
	ok(c->free != NULL && c->zeroed.count == 1 &&
		   strcmp(c->zeroed.items[0], "\\pagefile.sys") == 0,
	   "free clusters and worthless contents are said");
	ok(c->used_bytes < c->size && c->data_bytes < c->used_bytes && c->data_bytes < 25 << 20,
	   "and were not captured");
	ok(m.totals.new_chunks > 0 && m.totals.chunks > m.totals.new_chunks - 11 &&
		   m.totals.disk_bytes == disk->size && m.warnings.count == 0,
	   "totals");
	ok(verifies(box, "repo", "one"), "it verifies");
	ok(count_whole_mib(box, "repo", "one", 1) >= 16 &&
		   count_whole_mib(box, "repo", "one", 3) == 0,
	   "files of a volume make rows of 1 MiB, what is not NTFS is cut by content");
	ok_call(hc_doc_load(&hc_manifest_shape,
			    path_in(box, path, "repo/backups/one/manifest.json"), &arena,
			    &again, &err),
		&err, "its manifest is read back");
	ok(run(box, "! test -e repo/backups/one/staging && ! test -e repo/backups/one/.lock && "
		    "grep -q '\"one\"' repo/catalog.json && "
		    "! find repo/default.castr -type f ! -perm 0444 | grep .") == 0,
	   "nothing is left over, the list names it, chunks are read-only");
	if (run(box, "casync --version") == 0)
		check_with_casync(box, "disk.img", "repo", "one", &m);
	else
		tap_skip("casync is not installed");
	ok_call(capture(box, "disk.img", "repo", "two", &arena, &again, &err), &err,
		"it is captured again");
	ok(again.totals.new_chunks == 0 && again.totals.chunks == m.totals.chunks,
	   "for nothing");
	hc_arena_done(&arena);
}

/* A file's second copy costs nothing, wherever it lies: it starts at a cut. */
static void
test_copies(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_manifest m;
	struct hc_err err;
	uint64_t bytes = 0;

	if (capture(box, "disk.img", "lone", "x", &arena, &m, &err) == 0)
		bytes = m.totals.stored_bytes;
	ok(bytes > 9000000 && bytes < 13500000,
	   "a file and its copy are stored once (%llu bytes)", (unsigned long long)bytes);
	hc_arena_done(&arena);
}

static void
test_digest(const struct sandbox *box)
{
	struct hc_repository wanted = { .digest = "sha512-256",
					.store = "other.castr",
					.chunk_min = 4096,
					.chunk_avg = 262144,
					.chunk_max = 1048576 },
			     found;
	struct hc_arena arena = { 0 };
	struct hc_manifest m;
	struct hc_err err;
	char path[PATH_MAX];

	ok_call(hc_repository_open_or_create(path_in(box, path, "wide"), &wanted, &arena,
					     &found, &err),
		&err, "a repository of another digest");
	ok_call(capture(box, "disk.img", "wide", "x", &arena, &m, &err), &err,
		"takes a capture");
	ok(strcmp(m.digest, "sha512-256") == 0 && strcmp(m.store, "other.castr") == 0 &&
		   verifies(box, "wide", "x"),
	   "with that digest, into its store");
	if (run(box, "casync --version") == 0)
		check_with_casync(box, "disk.img", "wide", "x", &m);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- refusals */

static void
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	const char *path = ctx;
	int fd = open(path, O_WRONLY);

	(void)done;
	(void)total;
	if (pwrite(fd, "changed", 7, 1024) != 7)
		perror("changing the image");
	close(fd);
}

static void
test_refusals(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_manifest m;
	struct hc_err err;
	char source[PATH_MAX], to[PATH_MAX];
	atomic_bool stop = true;
	int lock;
	struct hc_capture_options options = { .source = path_in(box, source, "changing.img"),
					      .repository = path_in(box, to, "repo"),
					      .id = "changing",
					      .progress = on_progress,
					      .ctx = source };

	ok_fails(capture(box, "disk.img", "repo", "one", &arena, &m, &err), &err,
		 H_BACKUP_EXISTS, "an id that is taken is refused");
	ok_fails(capture(box, "disk.img", "repo", "../one", &arena, &m, &err), &err,
		 H_BACKUP_ID, "so is one that is none");
	ok_fails(capture(box, "none.img", "repo", "x", &arena, &m, &err), &err,
		 H_CAPTURE_SOURCE, "a source that isn't there");
	ok_fails(capture(box, "repo", "repo", "x", &arena, &m, &err), &err, H_CAPTURE_SOURCE,
		 "a source that is a folder");
	run(box, "ln -s disk.img link.img");
	ok_call(capture(box, "link.img", "lone", "linked", &arena, &m, &err), &err,
		"a link to an image is followed");
	run(box, "cp --sparse=always disk.img changing.img");
	ok_fails(hc_capture(&options, &arena, &m, &err), &err, H_CAPTURE_CHANGED,
		 "a source that is written to meanwhile");
	options.stop = &stop;
	options.progress = NULL;
	ok_fails(hc_capture(&options, &arena, &m, &err), &err, H_CANCELLED,
		 "a capture can be stopped");
	options.repository = "http://server/repo";
	ok_fails(hc_capture(&options, &arena, &m, &err), &err, H_UNSUPPORTED,
		 "a URL is not written to");
	run(box, "mkdir repo/backups/busy");
	lock = open(path_in(box, source, "repo/backups/busy/.lock"), O_RDWR | O_CREAT, 0644);
	flock(lock, LOCK_EX);
	ok_fails(capture(box, "disk.img", "repo", "busy", &arena, &m, &err), &err,
		 H_BACKUP_EXISTS, "an id that is being captured at this moment is refused");
	close(lock);
	run(box, "rm -r repo/backups/busy");
	ok(run(box, "test \"$(ls repo/backups | sort | tr '\\n' ' ')\" = 'one two '") == 0,
	   "none of these leaves a trace");
	hc_arena_done(&arena);
}

/* A store that runs full stays what it was. */
static void
test_full(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_manifest m;
	struct hc_err err;

	if (run(box, "mkdir full && mount -t tmpfs -o size=6M none full") != 0) {
		tap_skip("a small file system cannot be mounted");
		return;
	}
	run(box,
	    "truncate -s 3M small.img && printf x | dd of=small.img bs=1 seek=5000 conv=notrunc");
	ok_call(capture(box, "small.img", "full", "small", &arena, &m, &err), &err,
		"a small disk fits");
	ok_fails(capture(box, "disk.img", "full", "large", &arena, &m, &err), &err,
		 H_STORE_WRITE, "a large one does not");
	ok(verifies(box, "full", "small") && run(box, "test $(ls full/backups) = small") == 0,
	   "which leaves no trace");
	run(box, "umount full");
	hc_arena_done(&arena);
}

static void
test_damaged_store(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_manifest m;
	struct hc_err err;

	/* Empty, no frame (twice), and a sound frame of something else. */
	run(box,
	    "set -- $(find lone/default.castr -type f -size +40k | sort) && chmod u+w $1 $2 $3 $4 && "
	    ": >$1 && truncate -s 3 $2 && printf 'no frame at all' >$3 && "
	    "head -c 5000 /dev/urandom >other && zstd -qf other -o $4");
	ok(!verifies(box, "lone", "x"), "a damaged store does not verify");
	ok_call(capture(box, "disk.img", "lone", "y", &arena, &m, &err), &err,
		"a disk is captured into a damaged store");
	ok(m.totals.new_chunks == 4 && verifies(box, "lone", "y") && verifies(box, "lone", "x"),
	   "chunks that can't be it are written again (%llu)",
	   (unsigned long long)m.totals.new_chunks);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- kill and race */

static pid_t
capture_in_child(const struct sandbox *box, const char *image, const char *repository,
		 const char *id)
{
	pid_t child = fork();

	if (child == 0) {
		struct hc_arena arena = { 0 };
		struct hc_manifest m;
		struct hc_err err;
		int result = capture(box, image, repository, id, &arena, &m, &err);

		hc_arena_done(&arena);
		_exit(result == 0 ? 0 : 1);
	}
	return child;
}

/* Every chunk that has its name in the store is what the name says. */
static bool
store_is_sound(const struct sandbox *box, const char *store)
{
	return run(box,
		   "find %s -name '*.cacnk' | while read -r f; do "
		   "h=$(zstd -dcq $f | sha256sum | cut -c1-64); n=${f##*/}; "
		   "[ $h = ${n%%.cacnk} ] || { echo bad $f; exit 1; }; done",
		   store) == 0;
}

static void
test_kill(const struct sandbox *box)
{
	const long steps = 12;
	struct timespec begun, ended, pause = { 0 };
	unsigned killed = 0, finished = 0;
	bool sound = true;
	int status;
	long whole;
	pid_t child;

	run(box, "mkdir killed");
	clock_gettime(CLOCK_MONOTONIC, &begun);
	waitpid(capture_in_child(box, "disk.img", "timed", "t"), &status, 0);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	whole = (ended.tv_sec - begun.tv_sec) * 1000000 +
		(ended.tv_nsec - begun.tv_nsec) / 1000;
	for (long i = 0; i < steps && finished == 0; i++) {
		child = capture_in_child(box, "disk.img", "killed", "k");
		/* From before the first chunk to the end. */
		pause.tv_sec = whole * i / steps / 1000000;
		pause.tv_nsec = whole * i / steps % 1000000 * 1000;
		nanosleep(&pause, NULL);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		killed += WIFSIGNALED(status);
		finished += WIFEXITED(status) && WEXITSTATUS(status) == 0;
		sound = sound && run(box, "! test -e killed/backups/k/manifest.json || "
					  "grep -q seal killed/backups/k/manifest.json") == 0;
	}
	ok(killed >= 3 && sound, "a capture is killed %u times", killed);
	ok(store_is_sound(box, "killed"), "every chunk in the store is whole");
	if (run(box, "test -e killed/backups/k/manifest.json") != 0) {
		child = capture_in_child(box, "disk.img", "killed", "k");
		waitpid(child, &status, 0);
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		   "the next one of the same id takes over");
		ok(run(box, "! test -e killed/backups/k/staging") == 0,
		   "nothing is left of the killed ones");
	}
	ok(verifies(box, "killed", "k"), "the backup is whole in the end");
}

static void
test_race(const struct sandbox *box)
{
	pid_t children[3];
	bool good = true;
	int status;

	run(box, "mkdir race");
	children[0] = capture_in_child(box, "disk.img", "race", "a");
	children[1] = capture_in_child(box, "disk.img", "race", "b");
	children[2] = capture_in_child(box, "c.img", "race", "c");
	for (unsigned i = 0; i < 3; i++) {
		waitpid(children[i], &status, 0);
		good = good && WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	ok(good && verifies(box, "race", "a") && verifies(box, "race", "b") &&
		   verifies(box, "race", "c"),
	   "three captures into one store at once lose nothing");
	ok(run(box, "grep -c '\"id\"' race/catalog.json | grep -qx 3") == 0,
	   "the list names all three");
	children[0] = capture_in_child(box, "disk.img", "race", "same");
	children[1] = capture_in_child(box, "disk.img", "race", "same");
	good = false;
	for (unsigned i = 0; i < 2; i++) {
		waitpid(children[i], &status, 0);
		good = good != (WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	ok(good && verifies(box, "race", "same"), "of two with one id, one wins");
}

/* ---------------------------------------------------------------- states of a volume */

static void
test_states(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_manifest m;
	struct hc_err err;
	char source[PATH_MAX], to[PATH_MAX];
	struct hc_capture_options options = { .source = path_in(box, source, "dirty.img"),
					      .repository = path_in(box, to, "repo"),
					      .id = "dirty" };

	run(box, "cp c.img v.img && ntfsfix v.img && cp disk.img dirty.img && "
		 "dd if=v.img of=dirty.img bs=512 seek=63 conv=notrunc");
	ok_call(hc_capture(&options, &arena, &m, &err), &err, "a dirty volume is captured");
	ok(m.disks.items[0].regions.items[1].volume->dirty && m.warnings.count == 1 &&
		   strstr(m.warnings.items[0], "partition 1") != NULL,
	   "and said to be so");
	run(box,
	    "printf 'NTFS    ' >n && dd if=n of=dirty.img bs=1 seek=$((90001 * 512 + 3)) conv=notrunc");
	options.id = "no-ntfs";
	ok_call(hc_capture(&options, &arena, &m, &err), &err,
		"what looks like NTFS and is not is captured");
	ok(m.warnings.count == 2 && verifies(box, "repo", "no-ntfs") &&
		   m.disks.items[0].regions.items[3].volume == NULL,
	   "block for block, with a warning");
	run(box,
	    "printf -- '-FVE-FS-' >n && dd if=n of=dirty.img bs=1 seek=$((90001 * 512 + 3)) "
	    "conv=notrunc");
	options.id = "bitlocker";
	ok_call(hc_capture(&options, &arena, &m, &err), &err, "a BitLocker volume is captured");
	ok(m.disks.items[0].regions.items[3].volume != NULL &&
		   m.disks.items[0].regions.items[3].volume->bitlocker,
	   "and said to be one");
	hc_arena_done(&arena);
}

/* What the repository's manifest says of the machine, read back. */
static void
test_machine(const struct sandbox *box)
{
	struct hc_acpi_digest table = { "DSDT", "LAB", "BOARD", 7, "aa" };
	struct hc_facts facts = { .machine.product = "Board", .acpi.digests = { &table, 1 } };
	struct hc_arena arena = { 0 };
	struct hc_backup *backup = NULL;
	const struct hc_acpi_digests *kept = NULL;
	struct hc_manifest m;
	struct hc_err err;
	char source[PATH_MAX], to[PATH_MAX];
	struct hc_capture_options options = { .source = path_in(box, source, "blank.img"),
					      .repository = path_in(box, to, "repo"),
					      .id = "machine",
					      .facts = &facts };

	ok_call(hc_capture(&options, &arena, &m, &err), &err, "a disk of a known machine");
	if (hc_backup_open(path_in(box, to, "repo//machine"), NULL, &backup, &err) == 0)
		kept = &hc_backup_manifest(backup)->acpi_digests;
	ok(kept != NULL && kept->count == 1 && strcmp(kept->items[0].signature, "DSDT") == 0 &&
		   strcmp(kept->items[0].oem_table, "BOARD") == 0 &&
		   kept->items[0].oem_revision == 7 && strcmp(kept->items[0].sha256, "aa") == 0,
	   "its manifest has the digests of that machine's ACPI tables");
	hc_backup_close(backup);
	hc_arena_done(&arena);
}

static void
test_plain(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_manifest m;
	struct hc_err err;

	run(box, "truncate -s 5000000 blank.img");
	ok_call(capture(box, "blank.img", "repo", NULL, &arena, &m, &err), &err,
		"a blank disk is captured");
	ok(m.totals.data_bytes == 0 && m.totals.chunks <= 2 &&
		   strncmp(m.id, "blank.img-20", 12) == 0 && verifies(box, "repo", m.id),
	   "as next to nothing, under a name made from the image's (%s)", m.id);
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	test_zero_rows();
	test_zeros_on_blocks();
	test_cut_rows();
	test_cut_by_content();
	test_extents();
	sandbox_open(&box);
	if (make_disk(&box)) {
		test_disk(&box);
		test_copies(&box);
		test_digest(&box);
		test_refusals(&box);
		test_full(&box);
		test_damaged_store(&box);
		test_kill(&box);
		test_race(&box);
		test_states(&box);
		test_plain(&box);
		test_machine(&box);
	} else {
		tap_skip(
			"a disk cannot be made: mkntfs, ntfs-3g (FUSE, root), mkfs.fat and sfdisk are needed");
	}
	sandbox_close(&box);
	return tap_done();
}
