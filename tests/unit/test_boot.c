/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/boot: device elements, listed and patched; boot.ini. */
#include "tests/unit/tap.h"

#include <stdlib.h>

#include "restore/boot/boot.h"

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

/* ---------------------------------------------------------------- elements, built as windows-offline.md section 7 says */

#define DISK_GUID "{984c884b-4218-4f07-aa93-5ede4c7c5384}"
#define PART_GUID "{76cc3abd-2782-4839-af5c-5fc8e6659147}"

static const struct hc_bcd_partition gpt = {
	HC_BCD_GPT,
	{ 0x4b, 0x88, 0x4c, 0x98, 0x18, 0x42, 0x07, 0x4f, 0xaa, 0x93, 0x5e, 0xde, 0x4c, 0x7c,
	  0x53, 0x84 },
	{ 0xbd, 0x3a, 0xcc, 0x76, 0x82, 0x27, 0x39, 0x48, 0xaf, 0x5c, 0x5f, 0xc8, 0xe6, 0x65,
	  0x91, 0x47 },
};
/* Signature 36234da4, offset 47566553088. */
static const struct hc_bcd_partition mbr = {
	HC_BCD_MBR,
	{ 0xa4, 0x4d, 0x23, 0x36 },
	{ 0x00, 0x00, 0x30, 0x13, 0x0b },
};
static const struct hc_bcd_partition other = {
	HC_BCD_MBR,
	{ 0xa4, 0x4d, 0x23, 0x36 },
	{ 0x00, 0x00, 0x10 },
};

static size_t
put_header(uint8_t *to, uint32_t type, uint32_t flags, uint32_t size)
{
	hc_put_le32(to, type);
	hc_put_le32(to + 4, flags);
	hc_put_le32(to + 8, size);
	return 16;
}

/* NULL: boot. */
static size_t
put_partition(uint8_t *to, const struct hc_bcd_partition *p)
{
	put_header(to, p == NULL ? 5 : 6, 0, 0x48);
	if (p != NULL) {
		memcpy(to + 0x10, p->partition, 16);
		hc_put_le32(to + 0x24, p->scheme);
		memcpy(to + 0x28, p->disk, 16);
	}
	return 0x48;
}

static size_t
put_text(uint8_t *to, const char *text)
{
	size_t length = strlen(text) + 1;

	for (size_t i = 0; i < length; i++)
		hc_put_le16(to + 2 * i, (uint8_t)text[i]);
	return 2 * length;
}

/* What names a file: 1, size, 5, the volume's descriptor, the path. */
static size_t
put_file(uint8_t *to, const struct hc_bcd_partition *p, const char *path)
{
	size_t size = 12;

	hc_put_le32(to, 1);
	hc_put_le32(to + 8, 5);
	size += put_partition(to + size, p);
	size += put_text(to + size, path);
	hc_put_le32(to + 4, (uint32_t)size);
	return size;
}

struct element {
	uint8_t bytes[512];
	size_t size;
};

static struct element
plain(const struct hc_bcd_partition *p)
{
	struct element e = { .size = 0x10 };

	e.size += put_partition(e.bytes + 0x10, p);
	return e;
}

/* Nested at 0x44. */
static struct element
ramdisk(const struct hc_bcd_partition *p, const char *path)
{
	struct element e = { .size = 0x38 };

	e.size += put_file(e.bytes + 0x38, p, path);
	put_header(e.bytes + 0x10, 0, 1, (uint32_t)e.size - 0x10);
	hc_put_le32(e.bytes + 0x20, 3);
	return e;
}

/* Nested at 0x30. */
static struct element
in_file(const struct hc_bcd_partition *p, const char *path)
{
	struct element e = { .size = 0x24 };

	e.size += put_file(e.bytes + 0x24, p, path);
	put_header(e.bytes + 0x10, 0, 0, (uint32_t)e.size - 0x10);
	hc_put_le32(e.bytes + 0x20, 5);
	return e;
}

/* locate { virtual disk { file { nested at 0x76 } } } */
static struct element
in_vhd(const struct hc_bcd_partition *p, const char *path)
{
	struct element e = { .size = 0x6a };

	e.size += put_file(e.bytes + 0x6a, p, path);
	put_header(e.bytes + 0x10, 8, 0, (uint32_t)e.size - 0x10);
	hc_put_le32(e.bytes + 0x24, 0x12000002);
	hc_put_le32(e.bytes + 0x28, 0x1e);
	put_header(e.bytes + 0x2e, 0, 0, (uint32_t)e.size - 0x2e);
	hc_put_le32(e.bytes + 0x3e, 6);
	put_header(e.bytes + 0x56, 0, 0, (uint32_t)e.size - 0x56);
	hc_put_le32(e.bytes + 0x66, 5);
	return e;
}

/* ---------------------------------------------------------------- listing */

static struct hc_bcd_object
list(struct hc_arena *arena, const struct element *e)
{
	struct hc_bcd_object object = { 0 };
	struct hc_err err;

	if (hc_bcd_devices(hc_span(e->bytes, e->size), "21000001", arena, &object, &err) < 0)
		object.devices.count = SIZE_MAX;
	return object;
}

static bool
row_is(const struct hc_bcd_object *object, size_t row, uint64_t at, const char *scheme,
       const char *path)
{
	return row < object->devices.count && object->devices.items[row].at == at &&
	       is(object->devices.items[row].element, "21000001") &&
	       is(object->devices.items[row].scheme, scheme) &&
	       is(object->devices.items[row].path, path);
}

static void
test_list(void)
{
	struct hc_arena arena = { 0 };
	struct element e = plain(&gpt);
	struct hc_bcd_object o = list(&arena, &e);
	const struct hc_bcd_device *d = o.devices.items;

	ok(e.size == 88 && o.devices.count == 1 && row_is(&o, 0, 0x10, "gpt", NULL) &&
		   is(d->disk, DISK_GUID) && is(d->partition, PART_GUID) && d->offset == 0,
	   "a GPT partition");
	e = plain(&mbr);
	o = list(&arena, &e);
	d = o.devices.items;
	ok(o.devices.count == 1 && row_is(&o, 0, 0x10, "mbr", NULL) &&
		   is(d->disk, "36234da4") && d->partition == NULL && d->offset == 47566553088,
	   "an MBR partition");
	e = plain(NULL);
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x10, "boot", NULL), "the boot device");
	e = ramdisk(&gpt, "\\Recovery\\WindowsRE\\Winre.wim");
	o = list(&arena, &e);
	ok(e.size == 200 && o.devices.count == 1 &&
		   row_is(&o, 0, 0x44, "gpt", "\\Recovery\\WindowsRE\\Winre.wim") &&
		   is(o.devices.items[0].partition, PART_GUID),
	   "a ramdisk: nested at 0x44, with its path");
	e = ramdisk(NULL, "\\sources\\boot.wim");
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x44, "boot", "\\sources\\boot.wim"),
	   "a ramdisk on the boot device");
	e = in_file(&mbr, "\\a.wim");
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x30, "mbr", "\\a.wim"),
	   "a file: nested at 0x30");
	e = in_vhd(&mbr, "\\test.vhd");
	o = list(&arena, &e);
	ok(e.size == 210 && o.devices.count == 2 && row_is(&o, 0, 0x10, "none", NULL) &&
		   row_is(&o, 1, 0x76, "mbr", "\\test.vhd") &&
		   o.devices.items[1].offset == 47566553088,
	   "a VHD found by locate: nested at 0x76");
	hc_arena_done(&arena);
}

static void
test_list_odd(void)
{
	struct hc_arena arena = { 0 };
	struct element e = plain(&gpt);
	struct hc_bcd_object o;

	hc_put_le32(e.bytes + 0x34, 2);
	o = list(&arena, &e);
	ok(row_is(&o, 0, 0x10, "raw", NULL) && o.devices.items[0].disk == NULL, "a raw disk");
	hc_put_le32(e.bytes + 0x34, 3);
	o = list(&arena, &e);
	ok(row_is(&o, 0, 0x10, "unknown", NULL), "a scheme that nobody knows");
	e.size = 87;
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x10, "unknown", NULL), "a byte too short");
	e.size = 0;
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x10, "unknown", NULL), "nothing at all");
	/* By a path of its own, kind 1, as a store made with bcdedit has it. */
	e = (struct element){ .size = 0x2c };
	e.size += put_text(e.bytes + 0x2c, "\\x.vhd");
	put_header(e.bytes + 0x10, 8, 0, (uint32_t)e.size - 0x10);
	hc_put_le32(e.bytes + 0x20, 1);
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x10, "none", "\\x.vhd"),
	   "a device found by a path");
	/* At an offset that is even and no more. */
	e = (struct element){ .size = 0x12 };
	e.size += put_partition(e.bytes + 0x12, &gpt);
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x12, "gpt", NULL), "at an even offset");
	hc_put_le32(e.bytes + 0x12 + 8, 0x47);
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x10, "unknown", NULL),
	   "a descriptor of another size is none");
	e = ramdisk(&gpt, "\\a");
	hc_put_le32(e.bytes + 0x40, 4);
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x44, "gpt", NULL),
	   "only behind a file's volume stands a path");
	/* A path that claims to go on behind the end. */
	e = ramdisk(&gpt, "\\a");
	hc_put_le32(e.bytes + 0x3c, (uint32_t)e.size - 0x38 + 2);
	o = list(&arena, &e);
	ok(o.devices.count == 1 && row_is(&o, 0, 0x44, "gpt", NULL),
	   "a path that does not fit is none");
	hc_arena_done(&arena);
}

static void
test_many(void)
{
	struct hc_arena arena = { 0 };
	struct hc_bcd_object object = { 0 };
	struct hc_bcd_patched patched;
	const struct hc_bcd_move move = { .from = gpt, .to = mbr };
	const struct hc_bcd_map map = { &move, 1 };
	static uint8_t bytes[0x10 + 65 * 0x48], before[sizeof(bytes)];
	struct hc_err err;

	for (size_t i = 0; i < 65; i++)
		put_partition(bytes + 0x10 + i * 0x48, &gpt);
	ok_call(hc_bcd_devices(hc_span(bytes, sizeof(bytes) - 0x48), "11000001", &arena,
			       &object, &err),
		&err, "64 descriptors");
	ok(object.devices.count == 64, "each is listed");
	ok_fails(hc_bcd_devices(hc_span(bytes, sizeof(bytes)), "11000001", &arena, &object,
				&err),
		 &err, H_BCD_FORMAT, "65 are refused");
	memcpy(before, bytes, sizeof(bytes));
	ok_fails(hc_bcd_patch(bytes, sizeof(bytes), &map, &arena, &patched, &err), &err,
		 H_BCD_FORMAT, "and not patched");
	ok(object.devices.count == 64 && memcmp(bytes, before, sizeof(bytes)) == 0,
	   "nothing has changed");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- patching */

/* Patches a copy; true when that is `want`, byte for byte. */
static bool
patch_gives(struct element e, const struct hc_bcd_map *map, const struct element *want,
	    struct hc_bcd_patched *ret, struct hc_arena *arena)
{
	struct hc_err err;

	return hc_bcd_patch(e.bytes, e.size, map, arena, ret, &err) == 0 &&
	       e.size == want->size && memcmp(e.bytes, want->bytes, sizeof(e.bytes)) == 0;
}

static void
test_patch(void)
{
	const struct hc_bcd_move moves[] = { { gpt, mbr, 0 },
					     { mbr, gpt, 0 },
					     { other, other, 0 } };
	const struct hc_bcd_map map = { moves, 3 };
	const struct {
		const char *name;
		struct element from, to;
	} cases[] = {
		{ "a partition", plain(&gpt), plain(&mbr) },
		{ "a partition, the other way", plain(&mbr), plain(&gpt) },
		{ "a ramdisk", ramdisk(&gpt, "\\r.wim"), ramdisk(&mbr, "\\r.wim") },
		{ "a file", in_file(&mbr, "\\f.wim"), in_file(&gpt, "\\f.wim") },
		{ "a VHD", in_vhd(&mbr, "\\v.vhd"), in_vhd(&gpt, "\\v.vhd") },
	};
	struct hc_arena arena = { 0 };
	struct hc_bcd_patched done;
	struct element e;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(patch_gives(cases[i].from, &map, &cases[i].to, &done, &arena) &&
			   done.changed == 1 && done.kept == 0 && done.unknown.count == 0,
		   "%s: ids and scheme change, nothing else", cases[i].name);
	e = plain(&other);
	ok(patch_gives(e, &map, &e, &done, &arena) && done.changed == 0 && done.kept == 1 &&
		   done.unknown.count == 0,
	   "what stays the same is not counted as changed");
	e = plain(NULL);
	ok(patch_gives(e, &map, &e, &done, &arena) && done.changed == 0 && done.kept == 0 &&
		   done.unknown.count == 0,
	   "the boot device has nothing to change");
	hc_arena_done(&arena);
}

static void
test_patch_unknown(void)
{
	const struct hc_bcd_move move = { .from = mbr, .to = gpt };
	const struct hc_bcd_map map = { &move, 1 };
	struct hc_bcd_partition near[3] = { mbr, mbr, gpt };
	struct hc_arena arena = { 0 };
	struct hc_bcd_patched done;
	struct element e = ramdisk(&other, "\\r.wim");

	ok(patch_gives(e, &map, &e, &done, &arena) && done.changed == 0 &&
		   done.unknown.count == 1 && done.unknown.items[0].at == 0x44 &&
		   memcmp(&done.unknown.items[0].partition, &other, sizeof(other)) == 0,
	   "what the map does not hold stays, and is reported");
	near[0].disk[3] ^= 1;
	near[1].partition[7] ^= 1;
	for (size_t i = 0; i < 3; i++) {
		e = plain(&near[i]);
		ok(patch_gives(e, &map, &e, &done, &arena) && done.unknown.count == 1,
		   "both ids and the scheme have to agree (%zu)", i);
	}
	e = plain(&mbr);
	hc_put_le32(e.bytes + 0x34, HC_BCD_RAW);
	ok(patch_gives(e, &map, &e, &done, &arena) && done.unknown.count == 1,
	   "a raw disk stays");
	e = plain(&mbr);
	hc_put_le32(e.bytes + 0x1c, 1);
	ok(patch_gives(e, &map, &e, &done, &arena) && done.unknown.count == 0,
	   "what is no descriptor stays, whatever it looks like");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- boot.ini */

static const char server[] =
	"[Boot Loader]\r\n"
	"timeout=30\r\n"
	"DEFAULT=multi(0)disk(0)rdisk(0)partition(1)\\WINDOWS\r\n"
	"[operating systems]\r\n"
	" ; a comment = no entry\r\n"
	"multi(0)disk(0)rdisk(1)partition(2)\\WINDOWS=\"Windows Server 2003, Standard\" "
	"/noexecute=optout /fastdetect\r\n"
	"scsi(1)disk(3)rdisk(0)partition(1)\\WINNT=\"NT a=b / \xe9\" /HAL=halmps.dll/kernel=ntkrnlmp.exe\r\n"
	"signature(8b467c12)disk(2)rdisk(0)partition(3)\\WINDOWS = Unquoted title  /basevideo\r\n"
	"C:\\CMDCONS\\BOOTSECT.DAT=\"Recovery Console\" /cmdcons\r\n"
	"multi()disk()rdisk()partition(4)\\W=\"No end\n"
	"[other]\r\n"
	"timeout=1\r\n"
	"\x1a\r\n"
	"[boot loader]\r\ntimeout=2\r\n";

static int
read_ini(const char *text, struct hc_arena *arena, struct hc_boot_ini *ret, struct hc_err *err)
{
	return hc_boot_ini_read(hc_span(text, strlen(text)), arena, ret, err);
}

static void
test_boot_ini(void)
{
	struct hc_arena arena = { 0 };
	struct hc_boot_ini ini = { 0 };
	const struct hc_boot_ini_entry *e;
	struct hc_err err;

	ok_call(read_ini(server, &arena, &ini, &err), &err, "a boot.ini of 2003");
	ok(ini.has_timeout && ini.timeout == 30 &&
		   is(ini.default_path, "multi(0)disk(0)rdisk(0)partition(1)\\WINDOWS"),
	   "timeout and default; other sections, comments and what is behind ^Z do not count");
	if (!ok(ini.entries.count == 5, "%zu entries", ini.entries.count)) {
		hc_arena_done(&arena);
		return;
	}
	e = ini.entries.items;
	ok(is(e->kind, "multi") && e->adapter == 0 && e->disk == 1 && e->partition == 2 &&
		   e->signature == NULL && is(e->folder, "\\WINDOWS"),
	   "multi: the BIOS's disk is rdisk");
	ok(is(e->title, "Windows Server 2003, Standard") && e->options.count == 2 &&
		   is(e->options.items[0], "/noexecute=optout") &&
		   is(e->options.items[1], "/fastdetect") && e->hal == NULL &&
		   e->kernel == NULL,
	   "title and switches");
	e++;
	ok(is(e->kind, "scsi") && e->adapter == 1 && e->disk == 3 && e->partition == 1 &&
		   is(e->folder, "\\WINNT"),
	   "scsi: the disk is disk");
	ok(is(e->title, "NT a=b / \xef\xbf\xbd") && is(e->hal, "halmps.dll") &&
		   is(e->kernel, "ntkrnlmp.exe") && e->options.count == 2,
	   "/HAL and /KERNEL, without a blank between them");
	e++;
	ok(is(e->kind, "signature") && is(e->signature, "8b467c12") && e->disk == 2 &&
		   e->partition == 3 && is(e->title, "Unquoted title") &&
		   e->options.count == 1 && is(e->options.items[0], "/basevideo"),
	   "signature; a title without quotes");
	e++;
	ok(e->kind == NULL && is(e->path, "C:\\CMDCONS\\BOOTSECT.DAT") && e->folder == NULL &&
		   is(e->title, "Recovery Console"),
	   "a boot sector is no ARC name");
	e++;
	ok(is(e->kind, "multi") && e->partition == 4 && is(e->title, "No end") &&
		   e->options.count == 0,
	   "numbers left out are 0; a quote without end");
	hc_arena_done(&arena);
}

static void
test_boot_ini_odd(void)
{
	static const struct {
		const char *text;
		bool has;
		int64_t timeout;
	} timeouts[] = {
		{ "[boot loader]\ntimeout=-1\n", true, -1 },
		{ "[boot loader]\ntimeout = 0", true, 0 },
		{ "[boot loader]\ntimeout=soon\n", false, 0 },
		{ "[boot loader]\ntimeout=99999999999999999999\n", false, 0 },
		{ "[boot loader]\n", false, 0 },
		{ "[operating systems]\ntimeout=3\n", false, 0 },
	};
	static const char *const no_arc[] = {
		"multi(0)disk(0)rdisk(0)\\W",
		"multi(0)disk(0)rdisk(0)partition(1)W",
		"multi(99999999999)disk(0)rdisk(0)partition(1)\\W",
		"multi(0disk(0)rdisk(0)partition(1)\\W",
		"multi(a)disk(0)rdisk(0)partition(1)\\W",
		"signature(1234567890)disk(0)rdisk(0)partition(1)\\W",
	};
	struct hc_arena arena = { 0 };
	struct hc_boot_ini ini = { 0 };
	struct hc_err err;
	char text[256], *large = calloc(1, 65537);

	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++)
		ok(read_ini(timeouts[i].text, &arena, &ini, &err) == 0 &&
			   ini.has_timeout == timeouts[i].has &&
			   ini.timeout == timeouts[i].timeout,
		   "timeout %zu", i);
	for (size_t i = 0; i < sizeof(no_arc) / sizeof(no_arc[0]); i++) {
		snprintf(text, sizeof(text), "[operating systems]\n%s=\"x\"\n", no_arc[i]);
		ok(read_ini(text, &arena, &ini, &err) == 0 && ini.entries.count == 1 &&
			   ini.entries.items[0].kind == NULL &&
			   is(ini.entries.items[0].path, no_arc[i]),
		   "%s is no ARC name", no_arc[i]);
	}
	ok_fails(read_ini("", &arena, &ini, &err), &err, H_BOOT_INI_FORMAT, "an empty file");
	ok_fails(read_ini("[fonts]\na=b\n", &arena, &ini, &err), &err, H_BOOT_INI_FORMAT,
		 "another ini file");
	memcpy(large, "[boot loader]", 13);
	ok(hc_boot_ini_read(hc_span(large, 65536), &arena, &ini, &err) == 0, "64 KiB");
	ok_fails(hc_boot_ini_read(hc_span(large, 65537), &arena, &ini, &err), &err,
		 H_BOOT_INI_FORMAT, "more than 64 KiB");
	free(large);
	hc_arena_done(&arena);
}

int
main(void)
{
	test_list();
	test_list_odd();
	test_many();
	test_patch();
	test_patch_unknown();
	test_boot_ini();
	test_boot_ini_odd();
	return tap_done();
}
