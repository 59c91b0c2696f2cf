/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/fixup/cabinet: cabinets made by gcab, files compressed by mscompress, some of libmspack's own tests, and damage. */
#include "restore/fixup/cabinet.h"

#include "restore/fixup/fixup_priv.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/tap.h"

static int
unpack(struct hc_span cabinet, const char *member, struct hc_buf *out, struct hc_err *err)
{
	out->size = 0;
	return fix_cabinet_read(cabinet, member, &FIX_CABINET_LIMITS, out, err);
}

static bool
equals(const struct hc_buf *a, const struct hc_buf *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* A member comes out as it went in. */
static void
is_member(const struct sandbox *box, const char *cabinet, const char *member, const char *file)
{
	struct hc_buf packed = slurp(box, cabinet), want = slurp(box, file), got = { 0 };
	struct hc_err err;

	ok_call(unpack(hc_buf_span(&packed), member, &got, &err), &err, "%s of %s is unpacked",
		member != NULL ? member : "the only file", cabinet);
	ok(want.size > 0 && equals(&got, &want), "as it was");
	hc_buf_done(&packed);
	hc_buf_done(&want);
	hc_buf_done(&got);
}

static void
fails(const struct sandbox *box, const char *cabinet, const char *member,
      const struct fix_cabinet_limits *limits, enum hc_err_code code, const char *what)
{
	struct hc_buf packed = slurp(box, cabinet), got = { 0 };
	struct hc_err err;

	hc_buf_append(&got, "before", 6, &err);
	ok_fails(fix_cabinet_read(hc_buf_span(&packed), member, limits, &got, &err), &err, code,
		 "%s", what);
	ok(got.size == 6, "nothing was added");
	hc_buf_done(&packed);
	hc_buf_done(&got);
}

/* ---------------------------------------------------------------- gcab */

static void
test_cabinets(const struct sandbox *box)
{
	const struct fix_cabinet_limits small = { .member = 1000, .total = 1u << 20 },
					early = { .member = 1u << 20, .total = 300000 };

	/* Three files of more than a block of 32 KiB, with something to find twice. */
	if (run(box,
		"for f in one.sys two.sys Three.DLL; do "
		"{ seq 1 20000; echo $f; head -c 70000 /dev/urandom; seq 1 9000; } >$f; done; "
		"gcab -cnz zipped.cab one.sys two.sys Three.DLL && "
		"gcab -cn stored.cab one.sys two.sys Three.DLL && "
		"gcab -cnz only.cab two.sys") != 0) {
		ok(false, "gcab makes cabinets");
		return;
	}
	is_member(box, "zipped.cab", "one.sys", "one.sys");
	is_member(box, "zipped.cab", "three.dll", "Three.DLL");
	is_member(box, "stored.cab", "TWO.SYS", "two.sys");
	is_member(box, "only.cab", NULL, "two.sys");
	fails(box, "zipped.cab", "four.sys", &FIX_CABINET_LIMITS, H_CABINET_MEMBER,
	      "a name that is not there");
	fails(box, "zipped.cab", NULL, &FIX_CABINET_LIMITS, H_CABINET_MEMBER,
	      "the only one of three");
	fails(box, "zipped.cab", "one.sys", &small, H_CABINET_FORMAT,
	      "a member beyond the limit");
	fails(box, "zipped.cab", "two.sys", &early, H_CABINET_FORMAT,
	      "a member that lies too far behind");
	fails(box, "one.sys", "one.sys", &FIX_CABINET_LIMITS, H_CABINET_FORMAT, "no cabinet");
	fails(box, "nothing", "one.sys", &FIX_CABINET_LIMITS, H_CABINET_FORMAT, "no bytes");
}

/* Cut anywhere, and with a byte changed anywhere, it fails or tells the truth. */
static void
test_damage(const struct sandbox *box)
{
	struct hc_buf packed = slurp(box, "zipped.cab"), want = slurp(box, "two.sys"),
		      got = { 0 };
	size_t lies = 0, failed = 0;
	struct hc_err err;

	for (size_t cut = 0; cut < packed.size; cut += packed.size / 61 + 1) {
		if (unpack(hc_span(packed.data, cut), "two.sys", &got, &err) < 0)
			failed++;
		else if (!equals(&got, &want))
			lies++;
	}
	ok(lies == 0 && failed > 40, "cut short it is refused (%zu), or as it was", failed);
	failed = 0;
	for (size_t at = 0; at < packed.size; at += packed.size / 211 + 1) {
		packed.data[at] ^= 0x55;
		if (unpack(hc_buf_span(&packed), "two.sys", &got, &err) < 0)
			failed++;
		else if (!equals(&got, &want))
			lies++;
		packed.data[at] ^= 0x55;
	}
	ok(lies == 0 && failed > 50, "changed it is refused (%zu), or as it was", failed);
	hc_buf_done(&packed);
	hc_buf_done(&want);
	hc_buf_done(&got);
}

/* ---------------------------------------------------------------- single files */

static void
test_single_files(const struct sandbox *box)
{
	/* KWAJ, [own knowledge] checked against libmspack's description: 14 bytes of head with method 0 (stored) or 1 (each byte
	 * XOR FF). */
	static const uint8_t head[14] = { 'K',  'W',  'A', 'J', 0x88, 0xf0, 0x27,
					  0xd1, 0x01, 0,   14,  0,    0,    0 };
	struct hc_buf kwaj = { 0 }, got = { 0 };
	const struct fix_cabinet_limits small = { .member = 1000, .total = 1000 };
	struct hc_err err;

	if (ok(run(box, "mscompress one.sys && mv one.sys_ one.sy_ && head -c 4 one.sy_ | "
			"grep -q SZDD") == 0,
	       "mscompress makes a file of SZDD")) {
		is_member(box, "one.sy_", NULL, "one.sys");
		is_member(box, "one.sy_", "whatever.sys", "one.sys");
		fails(box, "one.sy_", NULL, &small, H_CABINET_FORMAT,
		      "a file that grows beyond the limit");
	}
	hc_buf_append(&kwaj, head, sizeof(head), &err);
	for (const char *p = "hello"; *p != '\0'; p++) {
		uint8_t b = (uint8_t)(*p ^ 0xff);

		hc_buf_append(&kwaj, &b, 1, &err);
	}
	ok_call(unpack(hc_buf_span(&kwaj), NULL, &got, &err), &err, "KWAJ is unpacked");
	ok(got.size == 5 && memcmp(got.data, "hello", 5) == 0, "as it was");
	hc_buf_done(&kwaj);
	hc_buf_done(&got);
}

/* ---------------------------------------------------------------- cabinets of others */

/* libmspack's own tests, where its source was fetched for the static build: MSZIP, LZX and Quantum in one cabinet, made by
 * Microsoft's tools; each member is text that names its method. */
static bool
fetch_foreign(const struct sandbox *box)
{
	const char *build = getenv("HALCYON_BUILD");
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL &&
	       run(box,
		   "t=$(ls %s/%s/sources/libmspack_*.orig.tar.* \"$HALCYON_SOURCES\"/"
		   "libmspack_*.orig.tar.* 2>/dev/null | head -n 1); [ -n \"$t\" ] && "
		   "tar xf $t --strip-components=1 && cp test/test_files/cabd/*.cab .",
		   top, build != NULL ? build : "build") == 0;
}

/* Damaged in the ways that libmspack's authors know: some are read all the same, none does harm. */
static void
test_hostile(const struct sandbox *box)
{
	char name[128];
	struct hc_buf list, packed, got = { 0 };
	const struct fix_cabinet_limits limits = { .member = 1u << 20, .total = 1u << 24 };
	size_t count = 0;
	struct hc_err err;

	run(box, "ls bad_*.cab partial_*.cab cve-*.cab filename-*.cab multi_*.cab >hostile");
	list = slurp(box, "hostile");
	for (const char *at = (const char *)list.data; sscanf(at, "%127s", name) == 1;
	     at += strlen(name) + 1, count++) {
		packed = slurp(box, name);
		got.size = 0;
		if (fix_cabinet_read(hc_buf_span(&packed), NULL, &limits, &got, &err) < 0 &&
		    (err.code == H_OUT_OF_MEMORY || got.size != 0))
			ok(false, "%s is refused for what it is", name);
		hc_buf_done(&packed);
	}
	ok(count > 30, "%zu hostile cabinets did no harm", count);
	hc_buf_done(&list);
	hc_buf_done(&got);
}

static void
test_foreign(const struct sandbox *box)
{
	static const char *const members[] = { "mszip.txt", "lzx.txt", "qtm.txt" };
	struct hc_buf packed, got = { 0 };
	struct hc_err err;

	if (!fetch_foreign(box)) {
		tap_skip("the source of libmspack, with its cabinets, was not fetched");
		return;
	}
	packed = slurp(box, "mszip_lzx_qtm.cab");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		ok_call(unpack(hc_buf_span(&packed), members[i], &got, &err), &err,
			"%s of a cabinet of Microsoft's tools is unpacked", members[i]);
		ok(got.size > 0 && hc_buf_append(&got, "", 1, &err) == 0 &&
			   strstr((const char *)got.data, "decompressor is working") != NULL,
		   "it says what it is");
	}
	hc_buf_done(&packed);
	hc_buf_done(&got);
	/* One part of a set of cabinets: its files go on in the next one. */
	fails(box, "multi_basic_pt1.cab", "test2.txt", &FIX_CABINET_LIMITS, H_CABINET_FORMAT,
	      "a file that goes on in the next cabinet");
	test_hostile(box);
}

/* ---------------------------------------------------------------- as the source of an edit */

static struct hc_volume *
volume_of(void *ctx, uint64_t partition, struct hc_err *err)
{
	if (partition == 3)
		return ctx;
	hc_err_set(err, H_NOT_FOUND, "no such partition");
	return NULL;
}

static void
test_source(const struct sandbox *box)
{
	struct hc_edit_source from = {
		.kind = "cabinet", .partition = 3, .path = "/zipped.cab", .member = "two.sys"
	};
	struct hc_buf got = { 0 }, want = slurp(box, "two.sys");
	struct hc_volume *volume;
	struct fix_volumes volumes = { volume_of, NULL };
	struct hc_err err;

	if (!ok(hc_volume_open_dir(box->path, &volume, &err) == 0, "a folder opens"))
		return;
	volumes.ctx = volume;
	ok_call(fix_source_read(&from, &volumes, &got, &err), &err,
		"a member is read from a volume");
	ok(equals(&got, &want), "as it was");
	from.member = "none.sys";
	ok_fails(fix_source_read(&from, &volumes, &got, &err), &err, H_CABINET_MEMBER,
		 "a member that is not there");
	ok(strcmp(err.object, "/zipped.cab") == 0, "the error names the cabinet");
	from.path = "/none.cab";
	ok_fails(fix_source_read(&from, &volumes, &got, &err), &err, H_PATH_NOT_FOUND,
		 "a cabinet that is not there");
	hc_volume_close(volume);
	hc_buf_done(&got);
	hc_buf_done(&want);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_cabinets(&box);
	test_damage(&box);
	test_single_files(&box);
	test_foreign(&box);
	test_source(&box);
	sandbox_close(&box);
	return tap_done();
}
