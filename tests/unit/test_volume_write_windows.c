/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume: writing to volumes that Windows made, of HALCYON_TESTDATA: small clusters, journals in use. */
#include "tests/unit/tap.h"

#include "tests/unit/volume_write.h"

static const struct sample {
	const char *image;
	unsigned sector; /* where the volume starts */
} samples[] = {
	{ "dfvfs/vss.raw.xz", 0 },
	{ "dfvfs/ntfs.raw.xz", 0 },
	{ "plaso/usnjrnl.qcow2.xz", 63 },
};

static bool
unpack(const struct sandbox *box, const struct sample *sample)
{
	return run(box,
		   "xz -dc %s/images/%s >unpacked && %s && "
		   "dd if=unpacked of=w.img bs=1M skip=%u iflag=fullblock,skip_bytes",
		   getenv("HALCYON_TESTDATA"), sample->image,
		   strstr(sample->image, ".qcow2") != NULL
			   ? "qemu-img convert -O raw unpacked raw && mv raw unpacked"
			   : "true",
		   sample->sector * 512) == 0;
}

static void
test_sample(const struct sandbox *box, const struct sample *sample)
{
	struct hc_buf content = noise(200000, 1);
	struct hc_entries list = { 0 };
	struct hc_arena arena = { 0 };
	const char *first = NULL;
	struct opened o;
	struct hc_err err;
	bool is = false;

	ok_call(open_copy(box, "w.img", &o, &err), &err, "%s opens for writing", sample->image);
	if (o.volume == NULL) {
		hc_buf_done(&o.bytes);
		hc_buf_done(&content);
		return;
	}
	ok(o.io.writes == 0, "which writes nothing");
	hc_volume_list(o.volume, "/", &arena, &list, &err);
	for (size_t i = 0; i < list.count; i++)
		if (list.items[i].type == HC_ENTRY_FILE && first == NULL)
			first = list.items[i].name;
	ok(first != NULL &&
		   hc_volume_write(o.volume, first, hc_buf_span(&content), &err) == 0 &&
		   reads(o.volume, first, hc_buf_span(&content)),
	   "a file of Windows is replaced");
	ok_call(hc_volume_write(o.volume, "Halcyon/undo of it/undo.bin", hc_buf_span(&content),
				&err),
		&err, "a new one is made");
	ok(hc_volume_protect(o.volume, "Halcyon", &err) == 0 &&
		   hc_volume_is_protected(o.volume, "Halcyon", &is, &err) == 0 && is,
	   "its folder is protected");
	ok_call(hc_volume_remove(o.volume, "System Volume Information", &err), &err,
		"a folder of Windows is removed");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(run(box,
	       "ntfsfix -n b.img && ntfsresize -i -f -P b.img && "
	       "ntfssecaudit -a b.img >audit 2>&1; grep 'No errors were found' audit") == 0,
	   "and is sound");
	ok(run(box,
	       "ntfscat -f -i 2 w.img >log1 && ntfscat -f -i 2 b.img >log2 && cmp log1 log2") ==
		   0,
	   "its journal is as it was");
	ok(run(box,
	       "test $(ntfscat -f b.img 'Halcyon/undo of it/undo.bin' | wc -c) = 200000") == 0,
	   "ntfscat reads the new file");
	hc_buf_done(&content);
	hc_arena_done(&arena);
}

/* The restart pages say LFS 2.0 (26: u16 minor, 28: u16 major version), as Windows 8 and later do while a volume is mounted
 * or asleep: "clean" means nothing then. */
static void
test_cached(const struct sandbox *box)
{
	struct hc_buf image = slurp(box, "w.img");
	struct opened o;
	struct hc_err err;
	char path[PATH_MAX];
	unsigned found = 0;

	for (size_t at = 0; at + 512 <= image.size; at += 512)
		if (memcmp(image.data + at, "RSTR", 4) == 0) {
			hc_put_le32(image.data + at + 26, 0x00020000);
			found++;
		}
	/* One of them has a journal of nothing but 0xff. */
	if (found == 0) {
		hc_buf_done(&image);
		return;
	}
	hc_file_replace(path_in(box, path, "b.img"), hc_buf_span(&image), &err);
	hc_buf_done(&image);
	ok_fails(open_copy(box, "b.img", &o, &err), &err, H_VOLUME_READ_ONLY,
		 "its volume is refused");
	abandon(&o);
}

int
main(void)
{
	struct sandbox box;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sandbox_open(&box);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		if (getenv("HALCYON_TESTDATA") == NULL || !unpack(&box, &samples[i])) {
			tap_skip("HALCYON_TESTDATA is not set, or there is no qemu-img");
			continue;
		}
		test_sample(&box, &samples[i]);
		test_cached(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
