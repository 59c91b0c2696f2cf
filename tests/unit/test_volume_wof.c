/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume: files that the Windows Overlay Filter compressed; libwim (wof_sample.py) is the witness. */
#include "tests/unit/tap.h"

#include <sys/xattr.h>

#include "restore/base/text.h"
#include "restore/volume/wof_priv.h"
#include "tests/unit/sandbox.h"

#define BIG_MAX (2u << 20)

struct sample {
	unsigned algorithm;
	char name[64];
};

/* The next line of `list`; false at the end. */
static bool
next_sample(const char **list, struct sample *ret)
{
	int moved = 0;

	if (sscanf(*list, "%u %63s %n", &ret->algorithm, ret->name, &moved) != 2)
		return false;
	*list += moved;
	return true;
}

static struct hc_buf
slurp_part(const struct sandbox *box, const char *name, const char *end)
{
	char whole[80];

	snprintf(whole, sizeof(whole), "%s.%s", name, end);
	return slurp(box, whole);
}

static bool
same(const struct hc_buf *a, const struct hc_buf *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static int
take_all(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	return hc_buf_append(ctx, bytes.data, bytes.size, err);
}

/* WOF_EXTERNAL_INFO and FILE_PROVIDER_EXTERNAL_INFO behind a tag. */
static void
put_reparse(uint8_t data[24], uint32_t tag, const uint32_t info[4])
{
	hc_put_le32(data, tag);
	hc_put_le32(data + 4, 16);
	for (size_t i = 0; i < 4; i++)
		hc_put_le32(data + 8 + i * 4, info[i]);
}

static int
decode_stream(unsigned algorithm, uint64_t size, struct hc_span stream, struct hc_buf *out,
	      struct hc_err *err)
{
	struct hc_io *io = NULL;
	struct hc_wof wof;
	uint8_t reparse[24];
	int result;

	put_reparse(reparse, HC_TAG_WOF, (uint32_t[]){ 1, 2, 1, algorithm });
	if (hc_wof_parse(hc_span(reparse, sizeof(reparse)), &wof) != NULL ||
	    hc_io_memory(stream, &io, err) < 0)
		return -2;
	result = hc_wof_decode(&wof, size, io, "C:/x", (struct hc_sink){ take_all, out }, err);
	hc_io_close(io);
	return result;
}

/* The decoders read and write exact allocations, so that the sanitizer sees a byte too many. */
static int
decode_exactly(int (*decode)(struct hc_span, uint8_t *, size_t), struct hc_span in, size_t size,
	       struct hc_buf *ret)
{
	uint8_t *copy = malloc(in.size + (in.size == 0));
	int result;

	memcpy(copy, in.data, in.size);
	free(ret->data);
	*ret = (struct hc_buf){ malloc(size + (size == 0)), size, size };
	result = decode(hc_span(copy, in.size), ret->data, size);
	free(copy);
	return result;
}

/* ---------------------------------------------------------------- the decoders alone */

/* The two examples of [MS-XCA] for LZ77+Huffman: the alphabet, and 100 times abc. */
static void
test_xpress(void)
{
	static const uint8_t letters[] = { 0xd8, 0x52, 0x3e, 0xd7, 0x94, 0x11, 0x5b,
					   0xe9, 0x19, 0x5f, 0xf9, 0xd6, 0x7c, 0xdf,
					   0x8d, 0x04, 0,    0,    0,    0 };
	static const uint8_t abc[] = { 0xa8, 0xdc, 0, 0, 0xff, 0x26, 1 };
	uint8_t in[256 + 20] = { 0 };
	struct hc_buf out = { 0 };
	bool good = true;

	in[0x30] = 0x50;
	memset(in + 0x31, 0x55, 10);
	in[0x3b] = 0x45, in[0x3c] = 0x44, in[0x3d] = in[0x80] = 0x04;
	memcpy(in + 256, letters, 20);
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 276), 26, &out) == 0 &&
		   memcmp(out.data, "abcdefghijklmnopqrstuvwxyz", 26) == 0,
	   "the specification's alphabet is decoded");
	in[0] = 0x11;
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 276), 26, &out) == -1,
	   "more codes than bits can tell apart are refused");
	memset(in, 0, sizeof(in));
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 276), 26, &out) == -1,
	   "so are no codes");
	in[0x30] = 0x30, in[0x31] = 0x23, in[0x80] = 0x02, in[0x8f] = 0x20;
	memcpy(in + 256, abc, 7);
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 263), 300, &out) == 0,
	   "the specification's long match is decoded");
	for (size_t i = 0; i < 300; i++)
		good = good && out.data[i] == "abc"[i % 3];
	ok(good, "to 100 times abc");
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 263), 299, &out) == -1,
	   "a match past the end is refused");
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 262), 300, &out) == -1,
	   "so is an input without its last byte");
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 255), 1, &out) == -1,
	   "and one without its table");
	/* 10 first: the match comes when there is nothing to repeat. */
	in[257] = 0xa0;
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 263), 300, &out) == -1,
	   "a match from before the start is refused");
	ok(decode_exactly(hc_xpress_decode, hc_span(in, 263), 65537, &out) == -1,
	   "more than a block is refused");
	hc_buf_done(&out);
}

/* Uncompressed blocks, which need no encoder: type 3, a size of 16 bits, R0 R1 R2, bytes. */
static void
test_lzx(void)
{
	uint8_t in[4 + 12 + 6] = { 0x00, 0x60, 0x00, 0x50, 1, 0, 0, 0, 1, 0, 0, 0, 1 };
	struct hc_buf out = { 0 };

	memcpy(in + 16, "hello", 5);
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 22), 5, &out) == 0 &&
		   memcmp(out.data, "hello", 5) == 0,
	   "an uncompressed block is copied");
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 20), 5, &out) == -1,
	   "one that ends too early is refused");
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 22), 4, &out) == -1,
	   "one that is larger than the chunk too");
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 22), 6, &out) == -1,
	   "one that is smaller, with nothing behind it, too");
	in[3] = 0;
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 22), 5, &out) == -1,
	   "a block of no bytes is refused");
	in[1] = 0x80;
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 22), 5, &out) == -1,
	   "a block of type 4 is refused");
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 0), 5, &out) == -1,
	   "nothing is not 5 bytes");
	ok(decode_exactly(hc_lzx_decode, hc_span(in, 22), 32769, &out) == -1,
	   "more than the window is refused");
	hc_buf_done(&out);
}

/* Blocks of each kind one after another, at each alignment: as libwim decodes them. */
static void
test_hand_made(const struct sandbox *box)
{
	struct hc_buf list = slurp(box, "hand"), out = { 0 };
	const char *rest = (const char *)list.data;
	unsigned count = 0, good = 0;
	char name[64];

	for (int moved; sscanf(rest, "%63s %n", name, &moved) == 1; rest += moved, count++) {
		struct hc_buf in = slurp_part(box, name, "in");
		struct hc_buf want = slurp_part(box, name, "out");

		good += decode_exactly(hc_lzx_decode, hc_buf_span(&in), want.size, &out) == 0 &&
			same(&out, &want);
		hc_buf_done(&in);
		hc_buf_done(&want);
	}
	ok(count == 32 && good == 32,
	   "uncompressed blocks between others, at each alignment: %u of %u", good, count);
	hc_buf_done(&list);
	list = slurp(box, "crossing.in");
	ok(list.size > 0 && decode_exactly(hc_lzx_decode, hc_buf_span(&list), 21, &out) == -1,
	   "a match that leaves its block is refused");
	hc_buf_done(&out);
	hc_buf_done(&list);
}

static void
test_samples(const struct sandbox *box)
{
	struct hc_buf list = slurp(box, "list");
	const char *rest = (const char *)list.data;
	struct sample sample;
	unsigned count = 0;
	struct hc_err err;

	for (; next_sample(&rest, &sample); count++) {
		struct hc_buf plain = slurp_part(box, sample.name, "plain");
		struct hc_buf packed = slurp_part(box, sample.name, "wof"), out = { 0 };

		ok_call(decode_stream(sample.algorithm, plain.size, hc_buf_span(&packed), &out,
				      &err),
			&err, "%s is decoded, %zu bytes of %zu", sample.name, packed.size,
			plain.size);
		ok(same(&out, &plain), "to what it was");
		hc_buf_done(&plain);
		hc_buf_done(&packed);
		hc_buf_done(&out);
	}
	ok(count == 40, "ten contents with four algorithms");
	hc_buf_done(&list);
}

/* ---------------------------------------------------------------- damage */

/* Of a chunk cut short, and of one with a bit flipped: nothing is read or written out of bounds. */
static void
test_bad_chunk(const struct sandbox *box, const char *name,
	       int (*decode)(struct hc_span, uint8_t *, size_t))
{
	struct hc_buf plain = slurp_part(box, name, "plain");
	struct hc_buf packed = slurp_part(box, name, "wof"), out = { 0 };
	unsigned cut = 0, flips = 0, found = 0;
	bool never_wrong = true;

	for (size_t size = 0; size < packed.size; size++) {
		if (decode_exactly(decode, hc_span(packed.data, size), plain.size, &out) < 0)
			cut++;
		else
			never_wrong = never_wrong && same(&out, &plain);
	}
	ok(never_wrong && cut + 4 >= packed.size,
	   "%s, cut short: %u of %zu are refused, the others lack padding", name, cut,
	   packed.size);
	for (size_t bit = 0; bit < packed.size * 8; bit += 37, flips++) {
		packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		found += decode_exactly(decode, hc_buf_span(&packed), plain.size, &out) < 0 ||
			 !same(&out, &plain);
		packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ok(found + flips / 20 > flips, "of %u flipped bits %u matter", flips, found);
	hc_buf_done(&plain);
	hc_buf_done(&packed);
	hc_buf_done(&out);
}

static void
test_bad_table(const struct sandbox *box)
{
	struct hc_buf plain = slurp(box, "xpress4k-text.plain");
	struct hc_buf packed = slurp(box, "xpress4k-text.wof"), out = { 0 };
	struct hc_span stream = hc_buf_span(&packed);
	uint32_t first = hc_get_le32(packed.data), second = hc_get_le32(packed.data + 4);
	/* Where the third chunk begins, and the second one ends. */
	const struct {
		uint32_t value;
		uint64_t at;
		const char *why;
	} entries[] = {
		{ UINT32_MAX, 4096, "XPRESS4K: chunk 2 of 257 lies outside of the stream" },
		{ first - 1, 4096, "XPRESS4K: chunk 2 of 257 lies outside of the stream" },
		{ first, 4096, "XPRESS4K: chunk 2 of 257 has a length that cannot be" },
		{ first + 4097, 4096, "XPRESS4K: chunk 2 of 257 has a length that cannot be" },
	};
	struct hc_err err;

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		hc_put_le32(packed.data + 4, entries[i].value);
		ok_fails(decode_stream(0, plain.size, stream, &out, &err), &err, H_WOF_DAMAGED,
			 "an entry of %u is refused", entries[i].value);
		ok(strstr(err.text[0], entries[i].why) != NULL && err.offset == entries[i].at &&
			   strcmp(err.object, "C:/x") == 0,
		   "naming file and chunk: %s", err.text[0]);
	}
	hc_put_le32(packed.data + 4, second);
	memset(packed.data + 256 * 4 + second, 0, 256);
	ok_fails(decode_stream(0, plain.size, stream, &out, &err), &err, H_WOF_DAMAGED,
		 "zeros in place of a chunk are refused");
	ok(strstr(err.text[0], "chunk 3 of 257 ") != NULL && out.size == 0,
	   "before anything is handed out: %s", err.text[0]);
	stream.size = 256 * 4;
	ok_fails(decode_stream(0, plain.size, stream, &out, &err), &err, H_WOF_DAMAGED,
		 "a stream that is all table is refused");
	ok_fails(decode_stream(0, UINT64_MAX, stream, &out, &err), &err, H_WOF_DAMAGED,
		 "a size that cannot be is refused");
	ok_fails(decode_stream(0, 0, stream, &out, &err), &err, H_WOF_DAMAGED,
		 "a stream of nothing is refused");
	stream.size = 0;
	ok(decode_stream(0, 0, stream, &out, &err) == 0 && out.size == 0,
	   "nothing is decoded to nothing");
	hc_buf_done(&plain);
	hc_buf_done(&packed);
	hc_buf_done(&out);
}

/* The table of a file of 4 GiB or more has entries of 8 bytes; this one's chunks are all the same one, of zeros. */
static int
count_zeros(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	uint64_t *count = ctx;

	(void)err;
	for (size_t i = 0; i < bytes.size; i++)
		*count += bytes.data[i] == 0;
	return *count > 8u << 20 ? hc_err_set(err, H_CANCELLED, "enough") : 0;
}

static void
test_wide_table(const struct sandbox *box)
{
	struct hc_buf zeros = slurp(box, "lzx-zeros.wof"), stream = { 0 };
	const uint64_t chunks = 131073, size = (4ull << 30) + 1;
	uint32_t chunk = hc_get_le32(zeros.data);
	struct hc_io *io = NULL;
	struct hc_wof wof;
	uint64_t count = 0;
	uint8_t entry[24];
	struct hc_err err;

	put_reparse(entry, HC_TAG_WOF, (uint32_t[]){ 1, 2, 1, 1 });
	hc_wof_parse(hc_span(entry, sizeof(entry)), &wof);
	for (uint64_t i = 1; i < chunks; i++) {
		hc_put_le64(entry, i * chunk);
		hc_buf_append(&stream, entry, 8, &err);
	}
	for (uint64_t i = 0; i < chunks; i++)
		hc_buf_append(&stream, zeros.data + 32 * 4, chunk, &err);
	hc_io_memory(hc_buf_span(&stream), &io, &err);
	ok_fails(hc_wof_decode(&wof, size, io, "x", (struct hc_sink){ count_zeros, &count },
			       &err),
		 &err, H_CANCELLED, "a file of 4 GiB is read until its reader has enough");
	ok(count == 9u << 20, "%llu zeros were read", (unsigned long long)count);
	hc_io_close(io);
	hc_buf_done(&zeros);
	hc_buf_done(&stream);
}

/* ---------------------------------------------------------------- on a volume */

static int
set_reparse(const struct sandbox *box, const char *name, uint32_t tag, const uint32_t info[4])
{
	uint8_t data[24];
	char path[PATH_MAX];

	put_reparse(data, tag, info);
	return setxattr(path_in(box, path, "mnt/%s", name), "system.ntfs_reparse_data", data,
			sizeof(data), 0);
}

/* [MS-FSCC] 2.1.2.4, 2.1.2.5: one name, to substitute and to show. */
static int
set_link(const struct sandbox *box, const char *name, uint32_t tag)
{
	size_t head = tag == 0xa000000c ? 20 : 16;
	struct hc_buf target = { 0 };
	uint8_t data[256] = { 0 };
	char path[PATH_MAX];
	struct hc_err err;

	hc_utf8_to_utf16("\\??\\C:\\x", &target, &err);
	hc_put_le32(data, tag);
	hc_put_le16(data + 4, (uint16_t)(head - 8 + 2 * target.size + 4));
	hc_put_le16(data + 10, (uint16_t)target.size);
	hc_put_le16(data + 12, (uint16_t)(target.size + 2));
	hc_put_le16(data + 14, (uint16_t)target.size);
	memcpy(data + head, target.data, target.size);
	memcpy(data + head + target.size + 2, target.data, target.size);
	head += 2 * target.size + 4;
	hc_buf_done(&target);
	return setxattr(path_in(box, path, "mnt/%s", name), "system.ntfs_reparse_data", data,
			head, 0);
}

struct refusal {
	uint32_t tag;
	uint32_t info[4];
	const char *why;
};

static const struct refusal refusals[] = {
	{ HC_TAG_WOF, { 1, 1, 1, 0 }, "lies in a WIM archive" },
	{ HC_TAG_WOF, { 1, 2, 1, 4 }, "Overlay Filter with an unknown algorithm" },
	{ HC_TAG_WOF, { 1, 2, 2, 0 }, "Overlay Filter in an unknown form" },
	{ HC_TAG_WOF, { 1, 3, 1, 0 }, "Overlay Filter in an unknown form" },
	{ HC_TAG_WOF, { 2, 2, 1, 0 }, "Overlay Filter in an unknown form" },
	{ 0x80000013, { 1 }, "is deduplicated" },
	{ 0x9000001a, { 1 }, "cloud file" },
	{ 0x9000601a, { 1 }, "cloud file" },
	{ 0x80000021, { 1 }, "OneDrive" },
	{ 0x9000001c, { 1 }, "projected file" },
	{ 0xc0000004, { 1 }, "(HSM)" },
	{ 0x80000006, { 1 }, "(HSM2)" },
	{ 0x80000008, { 1 }, "mounted WIM" },
	{ 0xa0000003, { 0 }, "mount point" },
	{ 0xa000000c, { 0 }, "symbolic link" },
	{ 0x80001234, { 1 }, "content elsewhere" },
};
#define REFUSALS (sizeof(refusals) / sizeof(refusals[0]))

static bool
fill_samples(struct sandbox *box)
{
	struct hc_buf list = slurp(box, "list");
	const char *rest = (const char *)list.data;
	struct sample s;
	bool good = true;

	while (good && next_sample(&rest, &s))
		good = run(box,
			   "truncate -s $(stat -c %%s %s.plain) mnt/%s && "
			   "cat %s.wof >mnt/%s:WofCompressedData",
			   s.name, s.name, s.name, s.name) == 0 &&
		       set_reparse(box, s.name, HC_TAG_WOF,
				   (uint32_t[]){ 1, 2, 1, s.algorithm }) == 0;
	hc_buf_done(&list);
	return good;
}

static bool
fill_volume(struct sandbox *box)
{
	bool good = run(box, "truncate -s 64M a.img && mkntfs -qFQ -c 4096 a.img") == 0 &&
		    mount_ntfs(box, "a.img", "big_writes,streams_interface=windows") &&
		    fill_samples(box);
	char name[32];

	for (size_t i = 0; good && i < REFUSALS; i++) {
		const struct refusal *r = &refusals[i];

		snprintf(name, sizeof(name), "refused-%zu", i);
		/* Mount points are folders. */
		good = run(box, r->tag == 0xa0000003 ? "mkdir mnt/%s" : "printf a >mnt/%s",
			   name) == 0 &&
		       (r->info[0] == 0 ? set_link(box, name, r->tag)
					: set_reparse(box, name, r->tag, r->info)) == 0;
	}
	good = good &&
	       run(box, "truncate -s 100000 mnt/lost mnt/zeros && mkdir mnt/folder && "
			"head -c 50000 /dev/zero >mnt/zeros:WofCompressedData") == 0 &&
	       set_reparse(box, "lost", HC_TAG_WOF, (uint32_t[]){ 1, 2, 1, 1 }) == 0 &&
	       set_reparse(box, "zeros", HC_TAG_WOF, (uint32_t[]){ 1, 2, 1, 1 }) == 0 &&
	       set_reparse(box, "folder", HC_TAG_WOF, (uint32_t[]){ 1, 2, 1, 1 }) == 0;
	return umount_ntfs(box) && good;
}

static void
test_read(const struct sandbox *box, struct hc_volume *volume)
{
	struct hc_buf list = slurp(box, "list");
	const char *rest = (const char *)list.data;
	unsigned count = 0, read = 0, listed = 0;
	struct hc_arena arena = { 0 };
	struct hc_entry entry;
	struct sample sample;
	struct hc_err err;

	for (; next_sample(&rest, &sample); count++) {
		struct hc_buf plain = slurp_part(box, sample.name, "plain"), out = { 0 };

		if (hc_volume_read_all(volume, sample.name, BIG_MAX, &out, &err) == 0)
			read += same(&out, &plain);
		else
			printf("# %s\n", err.text[0]);
		listed += hc_volume_stat(volume, sample.name, &arena, &entry, &err) == 0 &&
			  entry.type == HC_ENTRY_FILE && entry.size == plain.size &&
			  entry.reparse_tag == HC_TAG_WOF;
		hc_buf_done(&plain);
		hc_buf_done(&out);
	}
	ok(count == 40 && read == 40, "%u of %u files are read from a volume", read, count);
	ok(listed == 40, "%u are files of their size, with their tag", listed);
	hc_arena_done(&arena);
	hc_buf_done(&list);
}

static void
test_refused(struct hc_volume *volume)
{
	struct hc_arena arena = { 0 };
	struct hc_buf out = { 0 };
	struct hc_entry entry = { 0 };
	struct hc_err err;
	char name[32];

	for (size_t i = 0; i < REFUSALS; i++) {
		bool link = refusals[i].info[0] == 0;

		snprintf(name, sizeof(name), "refused-%zu", i);
		ok_fails(hc_volume_read_all(volume, name, 99, &out, &err), &err,
			 H_REPARSE_UNSUPPORTED, "tag 0x%08x is refused", refusals[i].tag);
		ok(out.size == 0 && strstr(err.text[0], refusals[i].why) != NULL, "by name: %s",
		   err.text[0]);
		ok(hc_volume_stat(volume, name, &arena, &entry, &err) == 0 &&
			   entry.type == (link ? HC_ENTRY_LINK : HC_ENTRY_OTHER) &&
			   entry.reparse_tag == refusals[i].tag,
		   "and a listing says so");
	}
	ok_fails(hc_volume_read_all(volume, "folder", 99, &out, &err), &err,
		 H_REPARSE_UNSUPPORTED, "a folder cannot be compressed so");
	ok_fails(hc_volume_read_all(volume, "lost", BIG_MAX, &out, &err), &err, H_WOF_DAMAGED,
		 "a file without its stream is damaged: %s", err.text[0]);
	ok_fails(hc_volume_read_all(volume, "zeros", BIG_MAX, &out, &err), &err, H_WOF_DAMAGED,
		 "one whose stream is zeros too");
	ok(out.size == 0, "and no zeros are handed out");
	hc_buf_done(&out);
	hc_arena_done(&arena);
}

static void
test_volume(struct sandbox *box)
{
	struct hc_volume *volume = NULL;
	struct hc_io *io = NULL;
	char path[PATH_MAX];
	struct hc_err err;

	if (!fill_volume(box)) {
		tap_skip("an NTFS image cannot be made: mkntfs and ntfs-3g (FUSE, root) are "
			 "needed");
		return;
	}
	if (hc_io_open_file(path_in(box, path, "a.img"), &io, &err) == 0)
		ok_call(hc_volume_open(io, &volume, &err), &err, "a volume opens");
	if (volume != NULL) {
		test_read(box, volume);
		test_refused(volume);
	}
	hc_volume_close(volume);
	hc_io_close(io);
}

int
main(void)
{
	char here[PATH_MAX] = "";
	struct sandbox box;

	setvbuf(stdout, NULL, _IOLBF, 0);
	test_xpress();
	test_lzx();
	sandbox_open(&box);
	if (getcwd(here, sizeof(here)) != NULL &&
	    run(&box, "python3 %s/tests/tools/wof_sample.py .", here) == 0) {
		test_hand_made(&box);
		test_samples(&box);
		test_bad_chunk(&box, "xpress4k-text-chunk", hc_xpress_decode);
		test_bad_chunk(&box, "lzx-text-less", hc_lzx_decode);
		test_bad_table(&box);
		test_wide_table(&box);
		test_volume(&box);
	} else {
		tap_skip("samples cannot be made: python3 and libwim15 are needed");
	}
	sandbox_close(&box);
	return tap_done();
}
