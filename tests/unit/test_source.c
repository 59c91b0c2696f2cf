/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/source: indexes good and bad, chunks good and bad, images, places; desync's own data. */
#include "tests/unit/tap.h"

#include "restore/base/file.h"
#include "restore/source/source_priv.h"
#include "tests/unit/castr_store.h"
#include "tests/unit/http_stub.h"
#include "tests/unit/index_cases.h"

/* ---------------------------------------------------------------- index */

/* ---------------------------------------------------------------- images */

static struct hc_image *
open_image(const struct store *store)
{
	struct hc_image *image = NULL;
	struct hc_buf bytes = { 0 };
	struct hc_index index;
	struct hc_err err;

	if (hc_index_write(&store->index, &bytes, &err) < 0 ||
	    hc_index_parse(hc_buf_span(&bytes), &index, &err) < 0 ||
	    hc_image_open_castr(&index, "s.castr", &image, &err) < 0)
		abort();
	hc_buf_done(&bytes);
	return image;
}

static void
open_place(const char *where, struct hc_place **place, struct hc_session **session)
{
	const struct hc_place_options options = { .patience_ms = 1000 };
	struct hc_err err;

	if (hc_place_open(where, &options, place, &err) < 0 ||
	    hc_session_open(*place, session, &err) < 0)
		abort();
}

static bool
extent_is(struct hc_extent e, uint64_t offset, uint64_t length)
{
	return e.offset == offset && e.length == length;
}

static void
test_layout(const struct store *s, struct hc_image *image)
{
	const struct hc_image_ops *ops = image->ops;
	uint8_t *copy = malloc(s->blob.size);

	ok(image->size == s->blob.size, "an image is as large as its last row says");
	ok(extent_is(ops->next_data(image, 0), 0, 4096), "data");
	ok(extent_is(ops->next_data(image, 5000), 12288, 1), "zeros of 8 KiB are passed over");
	ok(extent_is(ops->next_data(image, 12289), 24289, 12000 + 777 + 100),
	   "zeros of the greatest size too, of an odd size not; rows of data are one extent");
	ok(extent_is(ops->next_data(image, 24300), 24300, 12877 - 11), "from the middle of it");
	ok(extent_is(ops->next_data(image, image->size), image->size, 0), "nothing at the end");
	ok(ops->boundary(image, 0, 4095) == 4095 && ops->boundary(image, 0, 4096) == 4096 &&
		   ops->boundary(image, 0, 12287) == 4096 &&
		   ops->boundary(image, 0, 12289) == 12289,
	   "the greatest boundary within reach");
	ok(ops->boundary(image, 4096, 100) == 4196, "or as far as it reaches");
	ok(ops->boundary(image, 100, UINT64_MAX) == image->size, "or the end");
	ok(extent_is(ops->row(image, 12288), 12288, 1) &&
		   extent_is(ops->row(image, 5000), 4096, 8192),
	   "the row around an offset");
	memcpy(copy, s->blob.data, s->blob.size);
	ok(ops->same(image, (struct hc_extent){ 0, image->size }, copy) == 1,
	   "same: all of it");
	ok(ops->same(image, (struct hc_extent){ 4096, 8193 }, copy + 4096) == 1,
	   "some rows of it");
	copy[5000] = 1;
	ok(ops->same(image, (struct hc_extent){ 4096, 8193 }, copy + 4096) == 0,
	   "not with a byte in zeros");
	copy[5000] = 0;
	copy[12288] ^= 1;
	ok(ops->same(image, (struct hc_extent){ 4096, 8193 }, copy + 4096) == 0, "nor in data");
	ok(ops->same(image, (struct hc_extent){ 1, 4095 }, copy + 1) == 0,
	   "nor a part of a row");
	ok(ops->same(image, (struct hc_extent){ 0, 4000 }, copy) == 0, "at either end");
	free(copy);
}

/* 300 reads of random extents, through one session that keeps parts of rows. */
static bool
reads_are_right(const struct store *s, struct hc_image *image, struct hc_session *session,
		struct hc_io *io)
{
	uint8_t *buf = malloc(s->blob.size);
	struct hc_err err;
	bool good = true;

	for (unsigned i = 0; i < 300 && good; i++) {
		uint64_t offset = (uint64_t)rand() % s->blob.size;
		size_t length = (size_t)rand() % (s->blob.size - offset + 1);

		if (i % 2 == 0)
			length %= 600;
		memset(buf, 0xa5, s->blob.size);
		good = (io != NULL ? hc_io_pread(io, offset, buf, length, &err)
				   : image->ops->read(image, session,
						      (struct hc_extent){ offset, length }, buf,
						      &err)) == 0 &&
		       memcmp(buf, s->blob.data + offset, length) == 0;
	}
	free(buf);
	return good;
}

static void
test_image(enum hc_digest_type type)
{
	struct hc_session *session;
	struct hc_place *place;
	struct hc_image *image;
	struct hc_io *io;
	struct hc_err err;
	struct hc_extent data;
	struct store store;
	uint8_t *all;

	make_store(&store, type);
	open_place(folder, &place, &session);
	image = open_image(&store);
	all = malloc(image->size);
	if (type == HC_DIGEST_SHA256)
		test_layout(&store, image);
	ok_call(image->ops->read(image, session, (struct hc_extent){ 0, image->size }, all,
				 &err),
		&err, "the whole image is read");
	ok(memcmp(all, store.blob.data, image->size) == 0, "and is what was stored");
	ok(reads_are_right(&store, image, session, NULL), "so are parts of it");
	ok_fails(image->ops->read(image, session, (struct hc_extent){ image->size, 1 }, all,
				  &err),
		 &err, H_INTERNAL, "nothing beyond the end is read");
	for (size_t room = 0; room <= 1 << 20; room += 1 << 14) {
		if (room > 1 << 15 && room < 1 << 20)
			continue;
		ok_call(hc_image_io(image, session, room, &io, &err), &err,
			"a cache of %zu bytes", room);
		ok(reads_are_right(&store, image, session, io), "reads the same");
		ok(hc_io_next_data(io, 5000, &data, &err) == 0 && extent_is(data, 12288, 1),
		   "and knows zeros");
		hc_io_close(io);
	}
	free(all);
	hc_image_close(image);
	hc_session_close(session);
	hc_place_close(place);
	hc_buf_done(&store.blob);
}

/* ---------------------------------------------------------------- damage */

static int
read_row(const struct store *s, struct hc_session *session, size_t row, struct hc_err *err)
{
	struct hc_image *image = open_image(s);
	uint8_t *buf = malloc(CHUNK_MAX);
	uint64_t start = row == 0 ? 0 : s->rows[row - 1].end;
	int result = image->ops->read(image, session,
				      (struct hc_extent){ start, s->rows[row].end - start },
				      buf, err);

	free(buf);
	hc_image_close(image);
	return result;
}

static void
write_chunk(const struct store *s, size_t row, struct hc_span bytes)
{
	char path[512];

	chunk_path(&s->rows[row].digest, path);
	write_file(path, bytes);
}

static void
test_seal(void)
{
	static const struct {
		const char *text;
		uint64_t sum; /* known values of XXH64 */
	} known[] = { { "", 0xef46db3751d8e999 },
		      { "a", 0xd24ec4f1a98c6e5b },
		      { "abc", 0x44bc2cf5ad770999 },
		      { "Nobody inspects the spammish repetition", 0xfbcea83c8a378bf1 } };
	static const uint8_t casync[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00,
					  0x58, 0x09, 0x00, 0x00, 'x' };
	struct hc_buf frame = { 0 };
	struct hc_zstd *zstd;
	struct hc_err err;
	char one;

	for (size_t i = 0; i < COUNT(known); i++)
		ok(hc_xxh64(hc_span(known[i].text, strlen(known[i].text))) == known[i].sum,
		   "XXH64 of \"%s\"", known[i].text);
	ok_call(hc_zstd_new(&zstd, &err), &err, "zstd");
	ok_call(hc_zstd_unpack(zstd, hc_span(casync, sizeof(casync)), &one, 1, &err), &err,
		"a frame without a seal is read");
	ok(hc_zstd_pack(zstd, 3, hc_span("y", 1), &frame, &err) == 0 &&
		   memcmp(frame.data + frame.size - 4, "\3\0\0", 3) == 0,
	   "ours has one");
	ok_call(hc_zstd_unpack(zstd, hc_buf_span(&frame), &one, 1, &err), &err, "and is read");
	hc_zstd_free(zstd);
	hc_buf_done(&frame);
}

/* Each bit of a chunk file in turn. */
static void
test_flips(const struct store *s, struct hc_session *session, size_t row)
{
	struct hc_buf bytes = { 0 };
	struct hc_err err;
	unsigned missed = 0, wrong = 0;
	char path[512];

	chunk_path(&s->rows[row].digest, path);
	if (hc_file_read(path, 1 << 20, &bytes, &err) < 0)
		abort();
	for (size_t bit = 0; bit < bytes.size * 8 && bit < 2400; bit++) {
		bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		write_chunk(s, row, hc_buf_span(&bytes));
		if (read_row(s, session, row, &err) == 0) {
			printf("# bit %zu of byte %zu (0x%02x)\n", bit % 8, bit / 8,
			       bytes.data[bit / 8]);
			missed++;
		} else
			wrong += err.code != H_CHUNK_DAMAGED;
		bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	ok(missed == 0 && wrong == 0, "each flipped bit of a chunk of %zu bytes is found",
	   bytes.size);
	write_chunk(s, row, hc_buf_span(&bytes));
	hc_buf_done(&bytes);
}

static void
test_damage(void)
{
	static const uint8_t xz[] = { 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00 };
	struct hc_session *session;
	struct hc_place *place;
	struct hc_err err;
	struct store s;
	char path[512], text[2048], hex[HC_DIGEST_TEXT];

	make_store(&s, HC_DIGEST_SHA256);
	open_place(folder, &place, &session);
	test_flips(&s, session, 0);
	test_flips(&s, session, 2);
	test_flips(&s, session, 4);
	test_flips(&s, session, 6);
	write_chunk(&s, 0, hc_span("", 0));
	ok_fails(read_row(&s, session, 0, &err), &err, H_CHUNK_DAMAGED, "an empty chunk file");
	write_chunk(&s, 0, hc_span(xz, sizeof(xz)));
	ok_fails(read_row(&s, session, 0, &err), &err, H_CHUNK_DAMAGED,
		 "a chunk compressed by xz");
	ok(strstr(err.text[0], "xz") != NULL, "says so");
	put_chunk(&s.rows[0].digest, hc_span(s.blob.data, 4095));
	ok_fails(read_row(&s, session, 0, &err), &err, H_CHUNK_DAMAGED,
		 "a chunk that is too short");
	put_chunk(&s.rows[0].digest, hc_span(s.blob.data, 4097));
	ok_fails(read_row(&s, session, 0, &err), &err, H_CHUNK_DAMAGED,
		 "a chunk that is too long");
	write_chunk(&s, 0, hc_buf_span(&s.blob));
	ok_fails(read_row(&s, session, 0, &err), &err, H_CHUNK_DAMAGED, "a file far too large");

	put_chunk(&s.rows[6].digest, hc_span(s.blob.data, 100));
	ok_fails(read_row(&s, session, 6, &err), &err, H_CHUNK_DAMAGED,
		 "another chunk's content");
	hc_err_format(&err, text, sizeof(text));
	hc_digest_hex(&s.rows[6].digest, hex);
	chunk_path(&s.rows[6].digest, path);
	ok(strstr(text, hex) && strstr(text, path) && strstr(text, "byte 37066"),
	   "names chunk, file and place in the blob");
	unlink(path);
	ok_fails(read_row(&s, session, 6, &err), &err, H_CHUNK_MISSING, "a missing chunk");
	ok(strstr(err.object, hex) != NULL, "is named");

	*strrchr(path, '.') = '\0'; /* X instead of X.cacnk: uncompressed */
	hc_file_replace(path, hc_span(s.blob.data + 37066, 100), &err);
	ok_call(read_row(&s, session, 6, &err), &err, "a chunk that is stored uncompressed");
	ok_call(read_row(&s, session, 4, &err), &err, "and compressed ones beside it");
	hc_file_replace(path, hc_span(s.blob.data + 37067, 100), &err);
	ok_fails(read_row(&s, session, 6, &err), &err, H_CHUNK_DAMAGED,
		 "a damaged uncompressed one");
	write_file(path, hc_span(s.blob.data + 37066, 100));
	ok_call(read_row(&s, session, 6, &err), &err, "a good one");
	write_file(path, hc_span(s.blob.data + 37066, 99));
	ok_fails(read_row(&s, session, 6, &err), &err, H_CHUNK_DAMAGED,
		 "the same, one byte short");
	unlink(path);
	hc_session_close(session);
	hc_place_close(place);
	hc_buf_done(&s.blob);
}

static void
test_http(void)
{
	struct hc_session *session;
	struct hc_image *image;
	struct hc_place *place;
	struct hc_err err;
	struct stub stub;
	struct store s;

	make_store(&s, HC_DIGEST_SHA512_256);
	stub_serve(&stub, folder);
	open_place(stub.url, &place, &session);
	image = open_image(&s);
	ok(reads_are_right(&s, image, session, NULL), "an image is read over HTTP");
	ok(hc_session_received(session) > 0 && atomic_load(&stub.connections) == 1,
	   "through one connection");
	stub.garble = ".cacnk";
	atomic_store(&stub.garble_left, 1);
	ok_call(read_row(&s, session, 4, &err), &err,
		"a chunk garbled on its way is fetched again");
	ok(strstr(stub.last, "Cache-Control: no-cache") != NULL, "past the caches");
	ok_call(read_row(&s, session, 4, &err), &err, "only then");
	ok(strstr(stub.last, "Cache-Control: no-cache") == NULL,
	   "the next request is as usual");
	atomic_store(&stub.garble_left, 2);
	ok_fails(read_row(&s, session, 4, &err), &err, H_CHUNK_DAMAGED, "but not for ever");
	ok(strncmp(err.object, "http://127.0.0.1", 16) == 0, "its URL is named");
	hc_image_close(image);
	hc_session_close(session);
	hc_place_close(place);
	stub_stop(&stub);
	hc_buf_done(&s.blob);
}

/* ---------------------------------------------------------------- places */

static void
test_place(void)
{
	static const char *const outside[] = {
		"/etc/hostname", "../x", "a/../b", "a//b", "", ".", "a/"
	};
	struct hc_file_want want = { "a/b.json", 5, { { 0 } } };
	struct hc_session *session;
	struct hc_buf out = { 0 };
	struct hc_place *place;
	struct hc_err err;
	bool yes;

	open_place(folder, &place, &session);
	ok(strcmp(hc_place_name(place), folder) == 0 &&
		   hc_place_folder(place) == hc_place_name(place),
	   "a folder's name");
	ok_call(hc_place_make_folder(session, "a", &yes, &err), &err, "a new folder");
	ok(yes, "is new");
	ok_call(hc_place_make_folder(session, "a", &yes, &err), &err, "the same again");
	ok(!yes, "is not");
	ok_fails(hc_place_make_folder(session, "x/y", &yes, &err), &err, H_NOT_FOUND,
		 "without parent");
	ok_call(hc_place_put(session, "a/b.json", hc_span("hello", 5), &err), &err, "put");
	ok_call(hc_place_get(session, "a/b.json", 5, &out, &err), &err, "get");
	ok(out.size == 5 && memcmp(out.data, "hello", 5) == 0, "returns what was put");
	ok_fails(hc_place_get(session, "a/b.json", 4, &out, &err), &err, H_NET_TOO_LARGE,
		 "too large");
	ok_fails(hc_place_get(session, "a/c.json", 4, &out, &err), &err, H_NOT_FOUND,
		 "not there");
	ok_fails(hc_place_get(session, "a", 4, &out, &err), &err, H_IO, "a folder is no file");
	ok(hc_place_exists(session, "a/b.json", &yes, &err) == 0 && yes, "is there");
	ok(hc_place_exists(session, "a/c.json", &yes, &err) == 0 && !yes, "is not there");
	for (size_t i = 0; i < COUNT(outside); i++)
		ok_fails(hc_place_get(session, outside[i], 99, &out, &err), &err, H_NOT_FOUND,
			 "no name inside a place: \"%s\"", outside[i]);
	ok_fails(hc_place_get_checked(session, &want, &out, &err), &err, H_DIGEST_MISMATCH,
		 "a file of another digest");
	hc_digest_of(HC_DIGEST_SHA256, "hello", 5, &want.sha256);
	out.size = 0;
	ok_call(hc_place_get_checked(session, &want, &out, &err), &err, "of the right one");
	want.size = 6;
	ok_fails(hc_place_get_checked(session, &want, &out, &err), &err, H_DIGEST_MISMATCH,
		 "too short");
	want.size = 4;
	ok_fails(hc_place_get_checked(session, &want, &out, &err), &err, H_DIGEST_MISMATCH,
		 "too long");
	ok(out.size == 5, "none of which is appended");
	hc_session_close(session);
	hc_place_close(place);
	if (hc_place_open("/nonexistent/folder/", NULL, &place, &err) < 0)
		abort();
	ok_fails(hc_session_open(place, &session, &err), &err, H_NOT_FOUND, "no such folder");
	hc_place_close(place);
	hc_buf_done(&out);
}

static void
test_raw(void)
{
	struct hc_image *image;
	struct hc_err err;
	char path[512], buf[8];
	int fd;

	snprintf(path, sizeof(path), "%s/raw.img", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, 1 << 20) < 0 || pwrite(fd, "data", 4, 1 << 19) != 4)
		abort();
	close(fd);
	ok_call(hc_image_open_raw(path, &image, &err), &err, "a raw image");
	ok(image->size == 1 << 20 && image->ops->same == NULL, "has a size and no digests");
	ok(image->ops->read(image, NULL, (struct hc_extent){ (1 << 19) - 1, 5 }, buf, &err) ==
			   0 &&
		   memcmp(buf, "\0data", 5) == 0,
	   "is read as it is");
	ok(image->ops->next_data(image, 0).offset == 1 << 19, "its hole is known");
	ok(image->ops->boundary(image, 5, 100) == 105 &&
		   image->ops->boundary(image, 5, 1 << 20) == 1 << 20,
	   "its boundaries are where one likes");
	hc_image_close(image);
	ok_fails(hc_image_open_raw("/nonexistent", &image, &err), &err, H_DISK_OPEN,
		 "no such image");
}

/* ---------------------------------------------------------------- desync's data */

static int
load_index(const char *root, const char *name, struct hc_index *ret, struct hc_buf *bytes,
	   struct hc_err *err)
{
	char path[512];

	bytes->size = 0;
	snprintf(path, sizeof(path), "%s/%s", root, name);
	if (hc_file_read(path, 1 << 24, bytes, err) < 0)
		return -1;
	return hc_index_parse(hc_buf_span(bytes), ret, err);
}

static void
test_desync(const char *data)
{
	struct hc_buf bytes = { 0 }, again = { 0 }, blob = { 0 };
	struct hc_session *session;
	struct hc_image *image;
	struct hc_place *place;
	struct hc_index index;
	struct hc_err err;
	char root[400], path[512];
	uint8_t *all;

	snprintf(root, sizeof(root), "%s/casync/desync", data);
	snprintf(path, sizeof(path), "%s/blob1", root);
	open_place(root, &place, &session);
	ok_call(hc_file_read(path, 1 << 24, &blob, &err), &err, "desync's blob1");
	all = calloc(1, blob.size + 1);
	ok_call(load_index(root, "blob1.caibx", &index, &bytes, &err), &err,
		"its index is read");
	ok(hc_index_write(&index, &again, &err) == 0 && again.size == bytes.size &&
		   memcmp(again.data, bytes.data, again.size) == 0,
	   "and written again byte for byte");
	ok_call(hc_image_open_castr(&index, "blob1.store", &image, &err), &err, "its image");
	ok(image->size == blob.size, "is as large as the blob");
	ok_call(image->ops->read(image, session, (struct hc_extent){ 0, image->size }, all,
				 &err),
		&err, "and can be read");
	ok(memcmp(all, blob.data, blob.size) == 0, "byte for byte");
	hc_image_close(image);
	ok_call(load_index(root, "blob1_corrupted_index.caibx", &index, &bytes, &err), &err,
		"the corrupted index is well-formed");
	ok_call(hc_image_open_castr(&index, "blob1.store", &image, &err), &err,
		"its image opens");
	ok_fails(image->ops->read(image, session, (struct hc_extent){ 0, image->size }, all,
				  &err),
		 &err, H_CHUNK_MISSING, "but names chunks that are not there");
	hc_image_close(image);
	for (unsigned i = 0; i < 2; i++) {
		ok_call(load_index(root, i ? "chunker.index" : "index.caibx", &index, &bytes,
				   &err),
			&err, "another of desync's indexes");
		hc_index_done(&index);
	}
	ok_fails(load_index(root, "flat.catar", &index, &bytes, &err), &err, H_INDEX_FORMAT,
		 "an archive is no index");
	hc_session_close(session);
	hc_place_close(place);
	free(all);
	hc_buf_done(&bytes);
	hc_buf_done(&again);
	hc_buf_done(&blob);
}

int
main(void)
{
	const char *data = getenv("HALCYON_TESTDATA");

	begin_folder();
	test_index();
	test_index_damage();
	test_zeros();
	for (unsigned type = 0; type < 2; type++)
		test_image(type);
	test_seal();
	test_damage();
	test_http();
	test_place();
	test_raw();
	if (data != NULL)
		test_desync(data);
	else
		tap_skip("HALCYON_TESTDATA is not set: desync's own stores");
	ok(end_folder(), "cleaned up");
	return tap_done();
}
