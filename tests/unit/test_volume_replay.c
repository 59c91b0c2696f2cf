/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replaying the journal of an NTFS volume; ntfsrecover, the program, is the witness. */
#include <sys/socket.h>

#include "restore/base/file.h"
#include "restore/volume/replay_priv.h"
#include "restore/volume/write.h"
#include "tests/unit/journal_image.h"
#include "tests/unit/ntfs_journal.h"

/* Replays w.img here into ours.img, and by ntfsrecover in theirs.img. */
static void
replay_both(const struct sandbox *box, struct copy *c)
{
	struct hc_err err;

	run(box, "cp --sparse=always w.img theirs.img");
	ok(run(box, "ntfsrecover -k -s theirs.img") == 0, "ntfsrecover replays w.img");
	copy_open(box, "w.img", c);
	ok_call(hc_volume_replay(c->overlay, &c->replayed, &err), &err, "so do we");
	copy_save(box, c, "w.img", "ours.img");
	ok(run(box, "ntfsfix -n ours.img && ntfsinfo -m ours.img") == 0,
	   "ntfsfix finds it sound, and ntfsinfo mounts it");
}

/* Some pages had not reached the disk: a piece of $MFT's bitmap, and record 31 of $MFT. */
static void
test_late_pages(const struct sandbox *box)
{
	static const unsigned clusters[] = { 349087, 349119 };
	struct hc_volume *volume = NULL;
	struct hc_io *overlay = NULL;
	struct hc_err err;
	struct copy c;
	uint64_t first = roll_back(box, 8);

	run(box, "cp --sparse=always real.img w.img");
	for (size_t i = 0; i < 2; i++)
		ok(run(box,
		       "dd if=undone.img of=w.img bs=1024 skip=%u seek=%u count=1 "
		       "conv=notrunc; ! cmp -n 1024 -i %u real.img w.img",
		       clusters[i], clusters[i], clusters[i] * 1024) == 0,
		   "cluster %u is as it was before", clusters[i]);
	reopen(box, "w.img", first, 1, 1);
	replay_both(box, &c);
	ok(c.replayed.needed && c.replayed.log_major == 1 && c.replayed.redone == 57 &&
		   c.replayed.aborted == 0,
	   "57 records were redone (%llu, %llu aborted)", (unsigned long long)c.replayed.redone,
	   (unsigned long long)c.replayed.aborted);
	ok(run(box, "cmp ours.img theirs.img") == 0, "and the volumes are the same");
	/* $LogFile is clusters 341784 on; the record's update sequence number is at 48, and at the end of each sector. */
	ok(run(box, "cmp -l ours.img real.img | awk '{ at = $1 - 1; if (at < 341784 * 1024 || "
		    "at >= 349087 * 1024) print at - 349119 * 1024 }' | "
		    "grep -vxE '4[89]|51[01]|102[23]' >left; test ! -s left") == 0,
	   "it is the volume that Windows wrote, but for the journal");
	ok_call(hc_volume_replay(c.overlay, &c.replayed, &err), &err, "a second replay");
	ok(!c.replayed.needed && c.replayed.redone == 0, "has nothing to do");
	ok_call(hc_volume_open_write(c.overlay, 0, &volume, &err), &err,
		"the volume may be written to");
	hc_volume_close(volume);
	ok_call(hc_volume_open_replayed(c.base, &volume, &overlay, &err), &err,
		"looking at the one that was not replayed");
	ok(overlay != NULL && hc_volume_info(volume)->state.journal_clean,
	   "shows it as it will be");
	hc_volume_close(volume);
	hc_io_close(overlay);
	copy_close(&c);
}

/* The end of one transaction, of four changes, is taken out of the journal: its record becomes a Noop. */
static void
test_open_transaction(const struct sandbox *box)
{
	struct hc_volume *volume = NULL;
	uint64_t first = roll_back(box, 8);
	struct hc_buf image;
	struct hc_err err;
	char path[PATH_MAX];
	struct copy c;
	int fd, seen = 0;

	run(box, "cp --sparse=always real.img w.img");
	reopen(box, "w.img", first, 1, 1);
	image = slurp(box, "w.img");
	fd = open(path_in(box, path, "w.img"), O_WRONLY);
	for (size_t at = 341784u * 1024u; at < 349087u * 1024u; at += 8)
		if (hc_get_le64(image.data + at) == 0x2039c5 &&
		    hc_get_le16(image.data + at + 48) == 0x1b)
			seen += pwrite(fd, "\0\0", 2, (off_t)at + 48) == 2;
	close(fd);
	hc_buf_done(&image);
	ok(seen == 1, "a transaction has no end");
	copy_open(box, "w.img", &c);
	ok_call(hc_volume_replay(c.overlay, &c.replayed, &err), &err, "it is replayed");
	ok(c.replayed.aborted == 4, "but for its changes (%llu)",
	   (unsigned long long)c.replayed.aborted);
	ok_call(hc_volume_open(c.overlay, &volume, &err), &err, "the volume opens");
	ok(hc_volume_info(volume)->state.dirty && hc_volume_info(volume)->state.journal_clean,
	   "and is marked: Windows checks it");
	hc_volume_close(volume);
	copy_close(&c);
}

static void
fails(const struct sandbox *box, const char *name, enum hc_err_code code, const char *why)
{
	struct hc_volume *volume = NULL;
	struct hc_io *overlay = NULL;
	struct hc_err err;
	struct copy c;

	copy_open(box, name, &c);
	ok_fails(hc_volume_replay(c.overlay, &c.replayed, &err), &err, code,
		 "%s is not replayed", name);
	if (!ok(strstr(err.text[0], why) != NULL, "the reason is: %s", why))
		printf("# %s\n", err.text[0]);
	ok(changed(&c) == 0, "and nothing was written");
	ok_call(hc_volume_open_replayed(c.base, &volume, &overlay, &err), &err,
		"looking at it");
	ok(overlay == NULL && !hc_volume_info(volume)->state.journal_clean,
	   "shows it as it is");
	hc_volume_close(volume);
	copy_close(&c);
}

static void
test_unfit(const struct sandbox *box)
{
	uint64_t first = roll_back(box, 10);

	/* An index block that the undo left otherwise than the journal expects it. */
	run(box, "cp --sparse=always undone.img w.img");
	reopen(box, "w.img", first, 1, 1);
	fails(box, "w.img", H_VOLUME_REPLAY, "Bad index record length");
	run(box, "cp --sparse=always real.img w.img");
	reopen(box, "w.img", first, 1, 1);
	/* ntfsrecover would pass over most of these, redo the rest, and be content. */
	for (unsigned page = 24; page < 30; page++) {
		run(box, "cp --sparse=always real.img w.img");
		reopen(box, "w.img", first, 1, 1);
		run(box, "dd if=/dev/zero of=w.img bs=4096 seek=%u count=1 conv=notrunc",
		    341784 / 4 + page);
		fails(box, "w.img", H_VOLUME_REPLAY, page > 25 && page < 29 ? "has a gap" : "");
	}
	run(box, "cp --sparse=always real.img w.img");
	reopen(box, "w.img", 0x100000, 1, 1);
	fails(box, "w.img", H_VOLUME_REPLAY, "");
}

/* $Bitmap, clusters 523681 on, calls the first clusters of $MFT free: no record of the journal says otherwise. */
static void
test_unsound(const struct sandbox *box)
{
	uint64_t first = roll_back(box, 8);
	struct hc_err err;
	struct copy c;

	run(box, "cp --sparse=always real.img w.img");
	reopen(box, "w.img", first, 1, 1);
	run(box, "dd if=/dev/zero of=w.img bs=1 seek=$((523681 * 1024 + 349088 / 8)) count=1 "
		 "conv=notrunc");
	copy_open(box, "w.img", &c);
	ok_fails(hc_volume_replay(c.overlay, &c.replayed, &err), &err, H_VOLUME_UNSOUND,
		 "a volume that is not sound afterwards");
	ok(strstr(err.text[0], "8 clusters") != NULL && changed(&c) == 0,
	   "is left as it was: %s", err.text[0]);
	copy_close(&c);
	copy_open(box, "w.img", &c);
	ok_fails(hc_volume_drop_journal(c.overlay, &err), &err, H_VOLUME_UNSOUND,
		 "nor is its journal dropped");
	ok(strstr(err.text[0], "8 clusters") != NULL && changed(&c) == 0,
	   "and nothing is written: %s", err.text[0]);
	copy_close(&c);
	copy_open(box, "real.img", &c);
	ok_call(hc_volume_drop_journal(c.overlay, &err), &err, "a clean journal");
	ok(changed(&c) == 0, "is not dropped");
	copy_close(&c);
}

static void
test_version_1(const struct sandbox *box)
{
	struct hc_err err;
	struct copy c;

	if (!take_real(box, JOURNAL_1)) {
		tap_skip("HALCYON_TESTDATA is not set, or there is no qemu-img");
		return;
	}
	copy_open(box, "real.img", &c);
	ok_call(hc_volume_replay(c.overlay, &c.replayed, &err), &err,
		"a volume with a clean journal");
	ok(!c.replayed.needed && changed(&c) == 0, "is left as it is");
	copy_close(&c);
	test_late_pages(box);
	test_open_transaction(box);
	test_unfit(box);
	test_unsound(box);
}

/* The version is put back. */
static void
test_version_2(const struct sandbox *box)
{
	struct copy c;
	uint64_t first;

	if (!take_real(box, JOURNAL_2)) {
		tap_skip("HALCYON_TESTDATA is not set, or there is no qemu-img");
		return;
	}
	first = roll_back(box, 5);
	run(box, "cp --sparse=always undone.img w.img");
	reopen(box, "w.img", first, 2, 0);
	replay_both(box, &c);
	ok(c.replayed.needed && c.replayed.log_major == 2 && c.replayed.redone > 0,
	   "%llu records of version 2.0 were redone", (unsigned long long)c.replayed.redone);
	ok(run(box, "cmp ours.img theirs.img && cp ours.img unclean.img") == 0,
	   "and the volumes are the same");
	copy_close(&c);
	reopen(box, "w.img", first, 2, 2);
	replay_both(box, &c);
	ok(c.replayed.needed && c.replayed.redone > 0 &&
		   run(box, "cmp ours.img unclean.img") == 0,
	   "a journal of version 2.0 is replayed also where it says that it is clean");
	copy_close(&c);
}

/* ---------------------------------------------------------------- volumes of ntfs-3g */

static void
test_made_here(const struct sandbox *box)
{
	static const uint32_t clusters[3] = { 1000, 1010, 1020 };
	struct hc_buf image;
	struct hc_err err;
	char path[PATH_MAX];
	struct copy c;

	ok(run(box, "truncate -s 16M w.img && mkntfs -qFQ w.img") == 0, "a volume is made");
	copy_open(box, "w.img", &c);
	ok_call(hc_volume_replay(c.overlay, &c.replayed, &err), &err, "its journal is empty");
	ok(!c.replayed.needed && changed(&c) == 0, "which is nothing to replay");
	copy_close(&c);
	image = slurp(box, "w.img");
	ok(write_journal(&image, clusters), "a journal without a client is written");
	hc_file_replace(path_in(box, path, "w.img"), hc_buf_span(&image), &err);
	hc_buf_done(&image);
	fails(box, "w.img", H_VOLUME_REPLAY, "restart page");
	run(box, "truncate -s 0 w.img; truncate -s 4M w.img && mkfs.fat w.img");
	copy_open(box, "w.img", &c);
	ok_call(hc_volume_replay(c.overlay, &c.replayed, &err), &err, "FAT has no journal");
	ok(!c.replayed.needed && changed(&c) == 0, "and is left as it is");
	copy_close(&c);
}

/* ---------------------------------------------------------------- a process that goes wrong */

static void
crash(uint64_t size)
{
	(void)size;
	abort();
}

static void
loop(uint64_t size)
{
	for (volatile uint64_t i = size;; i++)
		continue;
}

static void
chatter(uint64_t size)
{
	for (uint64_t i = size;; i++)
		if (write(1, "still there\n", 12) != 12)
			_exit(1);
}

static void
eat(uint64_t size)
{
	for (volatile uint8_t *p;;) {
		p = malloc(1 << 20);
		if (p == NULL)
			_exit(1);
		memset((void *)(uintptr_t)p, (int)size, 1 << 20);
	}
}

static void
say_nothing(uint64_t size)
{
	(void)size;
}

/* Asks for what is not on the volume. */
static void
stray(uint64_t size)
{
	static struct hc_replay_message m = { .what = HC_REPLAY_WRITE, .length = 1024 };

	m.offset = size - 512;
	send(3, &m, HC_REPLAY_HEAD + m.length, 0);
	pause();
}

static void
lie(uint64_t size)
{
	static struct hc_replay_message m = { .what = HC_REPLAY_WRITE, .length = 1u << 20 };

	m.offset = size;
	send(3, &m, HC_REPLAY_HEAD, 0);
	pause();
}

/* Only the socket and what it says: anything else that is open would be ours. */
static void
look_around(uint64_t size)
{
	static struct hc_replay_message m = { .what = HC_REPLAY_DONE };

	m.offset = size;
	for (int fd = 4; fd < 256; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			m.what = HC_REPLAY_FAILED;
	send(3, &m, HC_REPLAY_HEAD, 0);
	_exit(0);
}

static void
test_children(const struct sandbox *box)
{
	static const struct {
		hc_replay_body *body;
		enum hc_err_code code;
		const char *why, *name;
	} rows[] = {
		{ crash, H_VOLUME_REPLAY, "signal 6", "that crashes" },
		{ loop, H_VOLUME_REPLAY, "too long", "that loops" },
		{ chatter, H_VOLUME_REPLAY, "too long", "that talks for ever" },
		{ eat, H_VOLUME_REPLAY, "", "that takes all memory" },
		{ say_nothing, H_VOLUME_REPLAY, "not say why", "that ends early" },
		{ stray, H_IO, "", "that writes behind the end" },
		{ lie, H_VOLUME_REPLAY, "went wrong", "that sends what makes no sense" },
	};
	const struct hc_replay_limits limits = { .silence_ms = 1500, .total_ms = 3000 };
	struct hc_err err;
	struct copy c;

	run(box, "truncate -s 0 w.img; truncate -s 1M w.img");
	copy_open(box, "w.img", &c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok_fails(hc_replay_run(c.overlay, rows[i].body, &limits, &c.replayed, &err),
			 &err, rows[i].code, "a process %s", rows[i].name);
		if (!ok(strstr(err.text[0], rows[i].why) != NULL, "is told: %s", rows[i].why))
			printf("# %s\n", err.text[0]);
	}
	ok_fails(hc_replay_run(c.overlay, look_around, &limits, &c.replayed, &err), &err,
		 H_VOLUME_REPLAY, "a process that has nothing of ours");
	ok(strstr(err.text[0], "reach back") != NULL, "and redid nothing");
	ok(c.replayed.redone == 1u << 20 && changed(&c) == 0, "says what it did");
	copy_close(&c);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_children(&box);
	test_made_here(&box);
	test_version_1(&box);
	test_version_2(&box);
	sandbox_close(&box);
	return tap_done();
}
