/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Volumes of Windows whose journal was closed, opened again: as if they had been in use.
 *
 *	if (take_real(&box, JOURNAL_1)) {
 *		first = roll_back(&box, 8);
 *		run(&box, "cp --sparse=always real.img w.img");
 *		reopen(&box, "w.img", first, 1, 1);
 *		copy_open(&box, "w.img", &copy);
 */
#ifndef HC_TESTS_JOURNAL_IMAGE_H
#define HC_TESTS_JOURNAL_IMAGE_H

#include <fcntl.h>

#include "restore/disk/overlay.h"
#include "restore/volume/replay.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/tap.h"

/* For take_real: an image of HALCYON_TESTDATA, where the volume lies in it, its size. */
#define JOURNAL_1                                                                              \
	"plaso/usnjrnl.qcow2.xz", 32256,                                                       \
		1072398848 /* $LogFile is clusters 341784 on, of 1024 bytes */
/* Windows 10 wrote it in version 2.0, and made it 1.1 when it let go of it. */
#define JOURNAL_2 "dissect/fixed.vhd.gz", 65536, 7340032

#define BUDGET (64u << 20)

/* A file of the sandbox under an overlay. */
struct copy {
	struct hc_io *base, *overlay;
	struct hc_volume_replayed replayed;
	struct hc_extents runs;
};

__attribute__((unused)) static void
copy_open(const struct sandbox *box, const char *name, struct copy *ret)
{
	char path[PATH_MAX];
	struct hc_err err;

	memset(ret, 0, sizeof(*ret));
	ok_call(hc_io_open_file(path_in(box, path, "%s", name), &ret->base, &err), &err,
		"%s opens", name);
	ok_call(hc_overlay_open(ret->base, 512, BUDGET, &ret->overlay, &err), &err,
		"with an overlay");
}

__attribute__((unused)) static void
copy_close(struct copy *c)
{
	hc_io_close(c->overlay);
	hc_io_close(c->base);
	hc_extents_done(&c->runs);
}

/* How many bytes the replay changed, in whole sectors. */
__attribute__((unused)) static uint64_t
changed(struct copy *c)
{
	struct hc_arena arena = { 0 };
	struct hc_err err;

	hc_extents_done(&c->runs);
	c->runs = (struct hc_extents){ 0 };
	ok_call(hc_overlay_runs(c->overlay, &arena, &c->runs, &err), &err, "what changed");
	hc_arena_done(&arena);
	return hc_extents_total(&c->runs);
}

/* Writes what the overlay has to another file of the sandbox. */
__attribute__((unused)) static void
copy_save(const struct sandbox *box, struct copy *c, const char *from, const char *to)
{
	static uint8_t buf[1 << 16];
	char path[PATH_MAX];
	struct hc_err err;
	bool good = run(box, "cp --sparse=always %s %s", from, to) == 0;
	int fd = open(path_in(box, path, "%s", to), O_WRONLY);

	changed(c);
	for (size_t i = 0; i < c->runs.count; i++)
		for (uint64_t at = 0, n; at < c->runs.items[i].length; at += n) {
			uint64_t offset = c->runs.items[i].offset + at;

			n = hc_min_u64(sizeof(buf), c->runs.items[i].length - at);
			good = good &&
			       hc_io_pread(c->overlay, offset, buf, (size_t)n, &err) == 0 &&
			       pwrite(fd, buf, (size_t)n, (off_t)offset) == (ssize_t)n;
		}
	close(fd);
	ok(good, "%s is written", to);
}

__attribute__((unused)) static bool
take_real(const struct sandbox *box, const char *name, unsigned offset, unsigned size)
{
	const char *data = getenv("HALCYON_TESTDATA");

	return data != NULL &&
	       run(box,
		   "case %s in *.gz) gzip -dc <%s/images/%s;; *) xz -dc <%s/images/%s;; esac "
		   ">packed && qemu-img convert -O raw packed raw && "
		   "dd if=raw of=real.img bs=1M skip=%u conv=sparse "
		   "iflag=fullblock,skip_bytes && rm packed raw && "
		   "truncate -s %u real.img",
		   name, data, name, data, name, offset, size) == 0;
}

/*
 * Puts the journal back to when the volume was in use: clients in use and flags (bytes 12 and 14 of the restart areas) as
 * given, replayed from `oldest` on (the first member of the client's record; the place of the clients is at 22).  The
 * version is at 26 of the page, minor first.
 */
__attribute__((unused)) static void
reopen(const struct sandbox *box, const char *name, uint64_t oldest, unsigned major,
       unsigned flags)
{
	struct hc_buf image = slurp(box, name);
	char path[PATH_MAX];
	int fd = open(path_in(box, path, "%s", name), O_WRONLY), seen = 0;

	for (size_t at = 0; at + 4096 <= image.size; at += 512) {
		uint8_t *page = image.data + at;

		if (memcmp(page, "RSTR", 4) != 0 || hc_get_le32(page + 20) != 4096)
			continue;
		uint8_t *area = page + hc_get_le16(page + 24);

		hc_put_le16(page + 26, major == 2 ? 0 : 1);
		hc_put_le16(page + 28, (uint16_t)major);
		hc_put_le16(area + 12, 0);
		hc_put_le16(area + 14, (uint16_t)flags);
		hc_put_le64(area + hc_get_le16(area + 22), oldest);
		seen += pwrite(fd, page, 512, (off_t)at) == 512;
	}
	ok(seen == 2, "the journal of %s is open again, from %llx on", name,
	   (unsigned long long)oldest);
	close(fd);
	hc_buf_done(&image);
}

/* Takes back the last `sets` of transactions in undone.img, as ntfsrecover can; returns the first one's LSN. */
__attribute__((unused)) static uint64_t
roll_back(const struct sandbox *box, unsigned sets)
{
	struct hc_buf text;
	uint64_t lsn;

	run(box,
	    "cp --sparse=always real.img undone.img; ntfsrecover -u %u -v undone.img | "
	    "sed -n 's/^Undo action.*lsn //p' | tail -n 1 >lsn",
	    sets);
	text = slurp(box, "lsn");
	lsn = strtoull((const char *)text.data, NULL, 0);
	hc_buf_done(&text);
	ok(lsn != 0, "%u sets of transactions are known", sets);
	return lsn;
}

#endif
