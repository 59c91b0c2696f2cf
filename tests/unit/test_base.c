/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/base: errors, arena, bytes, text, digests, io. */
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "restore/base/arena.h"
#include "restore/base/digest.h"
#include "restore/base/file.h"
#include "restore/base/io.h"
#include "restore/base/text.h"

static void
test_err(void)
{
	struct hc_err err;
	char text[2048];

	hc_err_set(&err, H_HIVE_DIRTY, "sequence numbers %d and %d differ", 812, 811);
	hc_err_at(&err, 4, "SYSTEM");
	hc_err_wrap(&err, "while reading the registry");
	hc_err_format(&err, text, sizeof(text));
	ok(strstr(text, "H0202 ") == text, "an error starts with its id");
	ok(strstr(text, "812 and 811") && strstr(text, "while reading"),
	   "it keeps cause and frames");
	ok(strstr(text, "at SYSTEM, byte 4") != NULL, "it names object and offset");
	ok(strstr(text, "Remedy: ") != NULL, "it has a remedy from the table");
	ok(hc_err_exit_status(&err) == 1, "a failure exits with 1");
	hc_err_set(&err, H_CHUNK_DAMAGED, "x");
	ok(hc_err_exit_status(&err) == 5, "lost integrity exits with 5");
	for (unsigned i = 0; i < 20; i++)
		hc_err_wrap(&err, "frame %u", i);
	ok(err.frames == HC_ERR_FRAMES && strcmp(err.text[0], "x") == 0,
	   "a full chain keeps its cause");
	ok(hc_err_info_by_id("H0404") && hc_err_info_by_id("404")->code == H_CHUNK_DAMAGED,
	   "errors are found by id");
	ok(hc_err_info_by_id("H9999") == NULL && hc_err_info_by_id("x") == NULL,
	   "unknown ids are not");
}

static void
test_arena(void)
{
	struct hc_arena arena = { 0 };
	unsigned *list = NULL;
	size_t count = 0;
	bool good = true;

	for (unsigned i = 0; i < 1000; i++) {
		unsigned *slot = hc_arena_grow(&arena, &list, &count, sizeof(*slot));

		*slot = i;
	}
	for (unsigned i = 0; i < 1000; i++)
		good = good && list[i] == i;
	ok(good && count == 1000, "a list grows and keeps its items");
	ok(hc_arena_array(&arena, SIZE_MAX / 2, 4) == NULL,
	   "an array that overflows is refused");
	ok(strcmp(hc_arena_printf(&arena, "%s-%d", "p", 2), "p-2") == 0, "printf");
	hc_arena_done(&arena);
}

static void
test_text(void)
{
	static const uint8_t guid[16] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
					  0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
	struct hc_arena arena = { 0 };
	struct hc_err err;
	struct hc_buf utf16 = { 0 };
	struct hc_span bytes;
	char text[64];
	uint8_t back[16];
	uint64_t size;

	hc_guid_text(guid, text);
	ok(strcmp(text, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b") == 0,
	   "a GUID has mixed endianness");
	ok(hc_guid_parse("{C12A7328-F81F-11D2-BA4B-00A0C93EC93B}", back) &&
		   !memcmp(guid, back, 16),
	   "and is read back, braces and capitals too");
	ok(!hc_guid_parse("c12a7328", back), "half a GUID is none");
	hc_size_text(1536, text);
	ok(strcmp(text, "1.5 KiB") == 0, "sizes for people");
	ok(hc_size_parse("2G", &size) && size == 2ull << 30 && !hc_size_parse("2X", &size),
	   "sizes from people");
	ok_call(hc_utf8_to_utf16("a\xc3\xa4\xf0\x9f\x98\x80", &utf16, &err), &err,
		"UTF-8 to UTF-16");
	ok(utf16.size == 8 && strcmp(hc_utf16_to_utf8(&arena, hc_buf_span(&utf16)),
				     "a\xc3\xa4\xf0\x9f\x98\x80") == 0,
	   "and back, with a surrogate pair");
	ok_fails(hc_utf8_to_utf16("\xc0\x80", &utf16, &err), &err, H_TEXT_ENCODING,
		 "overlong UTF-8 is refused");
	ok_call(hc_base64_decode(&arena, "aGFs", &bytes, &err), &err, "base64");
	ok(bytes.size == 3 && memcmp(bytes.data, "hal", 3) == 0, "decodes");
	ok(strcmp(hc_base64_encode(&arena, hc_span("ha", 2)), "aGE=") == 0, "and encodes");
	ok(hc_base64_size("") == 0 && hc_base64_size("aGFs") == 3 &&
		   hc_base64_size("aGE=") == 2 && hc_base64_size("aA==") == 1,
	   "and counts");
	ok_fails(hc_base64_decode(&arena, "a*==", &bytes, &err), &err, H_TEXT_ENCODING,
		 "what isn't base64 is refused");
	hc_buf_done(&utf16);
	hc_arena_done(&arena);
}

static void
test_digest(void)
{
	char hex[HC_DIGEST_TEXT];
	struct hc_digest d, e;

	hc_digest_of(HC_DIGEST_SHA256, "abc", 3, &d);
	hc_digest_hex(&d, hex);
	ok(!strcmp(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	   "SHA-256 of abc as FIPS 180-4 has it");
	ok(hc_digest_parse(hex, &e) && hc_digest_equal(&d, &e), "hex is read back");
	ok(!hc_digest_parse("BA7816", &e), "short or upper-case hex is refused");
	hc_digest_of(HC_DIGEST_SHA512_256, "abc", 3, &d);
	hc_digest_hex(&d, hex);
	ok(!strcmp(hex, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"),
	   "SHA-512/256 of abc as FIPS 180-4 has it");
}

static void
test_io(void)
{
	static const uint8_t bytes[] = "0123456789";
	struct hc_io *memory = NULL, *part = NULL;
	struct hc_err err;
	char got[4] = "";

	ok_call(hc_io_memory(hc_span(bytes, 10), &memory, &err), &err, "memory opens");
	ok_call(hc_io_window(memory, (struct hc_extent){ 4, 4 }, &part, &err), &err,
		"a window opens");
	ok_call(hc_io_pread(part, 1, got, 3, &err), &err, "and is read");
	ok(memcmp(got, "567", 3) == 0, "from its start");
	ok_fails(hc_io_pread(part, 2, got, 3, &err), &err, H_IO, "reading past its end fails");
	ok_fails(hc_io_pread(part, UINT64_MAX, got, 2, &err), &err, H_IO,
		 "an offset can't wrap");
	ok_fails(hc_io_pwrite(part, 0, got, 1, &err), &err, H_INTERNAL, "it can't be written");
	hc_io_close(part);
	hc_io_close(memory);
	ok(!hc_is_zero("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 18), "a late one is seen");
	ok(hc_is_zero("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18), "zeros are zeros");
}

/* What a program that reads by itself is told. */
static void
test_io_file(void)
{
	char path[] = "/tmp/halcyon-test-XXXXXX";
	struct hc_io *whole = NULL, *part = NULL, *inner = NULL, *memory = NULL;
	uint64_t offset = 0;
	struct hc_err err;
	int fd = mkstemp(path), told = -1;

	if (!ok(fd >= 0 && write(fd, "0123456789", 10) == 10, "a file for the test"))
		return;
	ok_call(hc_io_borrow_fd(fd, 10, path, &whole, &err), &err, "it is opened");
	ok_call(hc_io_window(whole, (struct hc_extent){ 3, 6 }, &part, &err), &err,
		"a part of it");
	ok_call(hc_io_window(part, (struct hc_extent){ 2, 4 }, &inner, &err), &err,
		"a part of that");
	ok(hc_io_file(inner, &told, &offset) && told == fd && offset == 5,
	   "it lies in the file, at the sum of the offsets");
	ok_call(hc_io_memory(hc_span("abc", 3), &memory, &err), &err, "memory opens");
	ok(!hc_io_file(memory, &told, &offset), "which lies in no file");
	hc_io_close(inner);
	hc_io_close(part);
	hc_io_close(whole);
	hc_io_close(memory);
	close(fd);
	unlink(path);
}

static void
test_file(void)
{
	char folder[] = "/tmp/halcyon-test-XXXXXX", path[64], deep[96];
	struct hc_buf out = { 0 };
	struct hc_err err;

	if (!ok(mkdtemp(folder) != NULL, "a folder for the test"))
		return;
	snprintf(path, sizeof(path), "%s/f", folder);
	ok_call(hc_file_replace(path, hc_span("one", 3), &err), &err, "a file is written");
	ok_call(hc_file_replace(path, hc_span("two!", 4), &err), &err, "and replaced");
	ok_call(hc_file_read(path, 4, &out, &err), &err, "and read");
	ok(out.size == 4 && memcmp(out.data, "two!", 4) == 0, "as it was written");
	ok_fails(hc_file_read(path, 3, &out, &err), &err, H_IO,
		 "a file that is too large is refused");
	unlink(path);
	ok_fails(hc_file_read(path, 3, &out, &err), &err, H_NOT_FOUND,
		 "a missing one is not found");
	snprintf(deep, sizeof(deep), "%s/a", folder);
	ok_call(hc_file_make_dirs(deep, &err), &err, "folders are made");
	rmdir(deep);
	rmdir(folder);
	hc_buf_done(&out);
}

int
main(void)
{
	test_err();
	test_arena();
	test_text();
	test_digest();
	test_io();
	test_io_file();
	test_file();
	return tap_done();
}
