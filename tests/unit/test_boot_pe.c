/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/boot/pe: real programs, and files made here that contradict themselves. */
#include "tests/unit/tap.h"

#include "restore/boot/pe.h"
#include "tests/unit/sandbox.h"

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

static const char *
shown(const char *text)
{
	return text == NULL ? "-" : text;
}

/* ---------------------------------------------------------------- real ones */

/* What pefile reads from them: data/pe/FACTS.md. */
static const struct expected {
	const char *name, *architecture, *version, *version_text, *original, *internal,
		*company, *product;
} cases[] = {
	{ "debian/i686-zlib1.dll.xz", "x86", "1.2.13.0", "1.2.13", "zlib1.dll", "zlib1.dll",
	  NULL, "zlib" },
	{ "debian/x86_64-zlib1.dll.xz", "x64", "1.2.13.0", "1.2.13", "zlib1.dll", "zlib1.dll",
	  NULL, "zlib" },
	{ "plaso/test_driver.sys", "x86", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "plaso/test_pe.exe", "x86", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "virt-v2v/bin-win32.exe", "x86", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "virt-v2v/bin-win64.exe", "x64", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "wine-8.0-x86_64/cng.sys.xz", "x64", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "wine-8.0-x86_64/hal.dll.xz", "x64", "5.1.2600.5512", "5.1.2600.5512", "hal.dll",
	  NULL, "Microsoft Corporation", "Wine" },
	/* The first of its 44 languages is Arabic. */
	{ "wine-8.0-x86_64/kernel32.dll.xz", "x64", "10.0.18362.1350", "10.0.18362.1350",
	  "kernel32.dll", NULL, "Microsoft Corporation", "واين" },
	{ "wine-8.0-x86_64/ndis.sys.xz", "x64", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "wine-8.0-x86_64/notepad.exe.xz", "x64", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "wine-8.0-x86_64/ntoskrnl.exe.xz", "x64", "6.1.7601.21863", "6.1.7601.21863",
	  "ntoskrnl.exe", NULL, "Microsoft Corporation", "Wine" },
	{ "wine-8.0-x86_64/scsiport.sys.xz", "x64", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "wine-8.0-x86_64/usbd.sys.xz", "x64", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "wine-8.0-x86_64/version.dll.xz", "x64", "5.1.2600.2180", "5.1.2600.2180",
	  "version.dll", NULL, "Microsoft Corporation", "Wine" },
	{ "winevt-kb/nowrc_test.dll", "x86", NULL, NULL, NULL, NULL, NULL, NULL },
	{ "winevt-kb/wrc_test.mui.dll", "x64", NULL, NULL, NULL, NULL, NULL, NULL },
};

static void
test_real(const struct sandbox *box, const struct expected *e)
{
	struct hc_arena arena = { 0 };
	struct hc_buf file;
	struct hc_pe pe = { 0 };
	struct hc_err err;
	size_t cut;

	run(box, "f=%s/pe/%s; case $f in *.xz) xz -dc $f;; *) cat $f;; esac >pe",
	    getenv("HALCYON_TESTDATA"), e->name);
	file = slurp(box, "pe");
	ok_call(hc_pe_read(hc_buf_span(&file), &arena, &pe, &err), &err, "%s is read", e->name);
	ok(is(pe.architecture, e->architecture), "for %s", shown(pe.architecture));
	ok(is(pe.file_version, e->version) && is(pe.file_version_text, e->version_text),
	   "version %s, %s", shown(pe.file_version), shown(pe.file_version_text));
	ok(is(pe.original_filename, e->original) && is(pe.internal_name, e->internal) &&
		   is(pe.company, e->company) && is(pe.product, e->product),
	   "named %s, %s, %s, %s", shown(pe.original_filename), shown(pe.internal_name),
	   shown(pe.company), shown(pe.product));
	/* Cut short, it is refused, or what is there of it is told truly. */
	for (cut = 0; cut < file.size; cut += file.size / 97 + 1)
		if (hc_pe_read(hc_span(file.data, cut), &arena, &pe, &err) == 0 &&
		    !(is(pe.architecture, e->architecture) && is(pe.file_version, e->version) &&
		      is(pe.original_filename, e->original)))
			break;
	ok(cut >= file.size, "cut anywhere it tells the truth or nothing");
	hc_buf_done(&file);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- made here */

#define SECTION_AT  0x200u
#define RESOURCE_VA 0x1000u

struct made {
	uint8_t bytes[0x600];
	size_t at;
};

static void
put16(struct made *m, uint16_t value)
{
	hc_put_le16(m->bytes + m->at, value);
	m->at += 2;
}

static void
put_key(struct made *m, const char *key)
{
	for (size_t i = 0; i <= strlen(key); i++)
		put16(m, (uint8_t)key[i]);
	m->at = (m->at + 3) & ~(size_t)3;
}

/* Length, value length, type, key; the length is filled in by end_block. */
static size_t
begin_block(struct made *m, const char *key, uint16_t value_length)
{
	size_t start = m->at = (m->at + 3) & ~(size_t)3;

	put16(m, 0);
	put16(m, value_length);
	put16(m, 1);
	put_key(m, key);
	return start;
}

static void
end_block(struct made *m, size_t start)
{
	hc_put_le16(m->bytes + start, (uint16_t)(m->at - start));
}

static void
put_string(struct made *m, const char *key, const char *value)
{
	size_t start = begin_block(m, key, (uint16_t)(strlen(value) + 1));

	for (size_t i = 0; i <= strlen(value); i++)
		put16(m, (uint8_t)value[i]);
	end_block(m, start);
}

static void
put_version(struct made *m)
{
	static const uint32_t fixed[13] = { 0xfeef04bd, 0x10000, 0x50002, 0x0ece0726 };
	size_t root = begin_block(m, "VS_VERSION_INFO", 52), var, info, table;

	for (size_t i = 0; i < 13; i++, m->at += 4)
		hc_put_le32(m->bytes + m->at, fixed[i]);
	/* StringFileInfo may come after VarFileInfo. */
	var = begin_block(m, "VarFileInfo", 0);
	put_string(m, "OriginalFilename", "not this one");
	end_block(m, var);
	info = begin_block(m, "StringFileInfo", 0);
	table = begin_block(m, "040904B0", 0);
	put_string(m, "OriginalFilename", "halmacpi.dll");
	put_string(m, "InternalName", "");
	put_string(m, "OriginalFilename", "the second of its name");
	put_string(m, "FileVersion", "5.2.3790.1830 (srv03_sp1_rtm.050324-1447)");
	end_block(m, table);
	table = begin_block(m, "040704B0", 0);
	put_string(m, "CompanyName", "second table");
	end_block(m, table);
	end_block(m, info);
	end_block(m, root);
}

/* A directory with one entry. */
static void
put_directory(uint8_t *at, uint32_t id, uint32_t to)
{
	hc_put_le16(at + 14, 1);
	hc_put_le32(at + 16, id);
	hc_put_le32(at + 20, to);
}

#define IN_SECTION(offset) (SECTION_AT + (offset))

/* A PE with a section of resources: directories at 0, 0x20, 0x40 of it, the data's place at 0x60, data at 0x80. */
static struct made
make_pe(uint16_t machine, bool wide)
{
	struct made m = { { 'M', 'Z' }, IN_SECTION(0x80) };
	uint8_t *coff = m.bytes + 0x84, *optional = coff + 20;
	size_t optional_size = wide ? 240 : 224, count_at = wide ? 108 : 92;
	uint8_t *section = optional + optional_size, *rsrc = m.bytes + SECTION_AT;

	hc_put_le32(m.bytes + 60, 0x80);
	memcpy(coff - 4, "PE", 2);
	hc_put_le16(coff, machine);
	hc_put_le16(coff + 2, 1);
	hc_put_le16(coff + 16, (uint16_t)optional_size);
	hc_put_le16(optional, wide ? 0x20b : 0x10b);
	hc_put_le32(optional + count_at, 16);
	hc_put_le32(optional + count_at + 4 + 16, RESOURCE_VA);
	hc_put_le32(section + 12, RESOURCE_VA);
	hc_put_le32(section + 16, sizeof(m.bytes) - SECTION_AT);
	hc_put_le32(section + 20, SECTION_AT);
	put_directory(rsrc, 16, 0x80000020);
	put_directory(rsrc + 0x20, 1, 0x80000040);
	put_directory(rsrc + 0x40, 0x409, 0x60);
	put_version(&m);
	hc_put_le32(rsrc + 0x60, RESOURCE_VA + 0x80);
	hc_put_le32(rsrc + 0x64, (uint32_t)(m.at - IN_SECTION(0x80)));
	return m;
}

static void
test_made(void)
{
	static const struct {
		uint16_t machine;
		bool wide;
		const char *name;
	} machines[] = {
		{ 0x14c, false, "x86" }, { 0x8664, true, "x64" }, { 0xaa64, true, "arm64" },
		{ 0x200, true, "ia64" }, { 0x1c4, false, NULL },
	};
	struct hc_arena arena = { 0 };
	const char *architecture;
	struct hc_pe pe;
	struct hc_err err;

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		struct made m = make_pe(machines[i].machine, machines[i].wide);

		ok(hc_pe_architecture(hc_span(m.bytes, 256), &architecture, &err) == 0 &&
			   is(architecture, machines[i].name),
		   "its head alone says for which machine it is");
		ok_fails(hc_pe_architecture(hc_span(m.bytes, 64), &architecture, &err), &err,
			 H_PE_FORMAT, "but not less than that");
		ok_call(hc_pe_read(hc_span(m.bytes, sizeof(m.bytes)), &arena, &pe, &err), &err,
			"a program for machine 0x%x is read", machines[i].machine);
		ok(is(pe.architecture, machines[i].name), "which is %s",
		   shown(machines[i].name));
		ok(is(pe.file_version, "5.2.3790.1830") &&
			   is(pe.file_version_text,
			      "5.2.3790.1830 (srv03_sp1_rtm.050324-1447)"),
		   "its version, in numbers and in words");
		ok(is(pe.original_filename, "halmacpi.dll") && pe.internal_name == NULL &&
			   pe.company == NULL && pe.product == NULL,
		   "its strings, of the first table alone; an empty one is none");
	}
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- hostile ones */

/* A change of two bytes of the x86 file made here, and what then becomes of it. */
static const struct change {
	const char *name;
	size_t at;
	uint16_t value;
	bool fails;
	const char *version, *original; /* when it does not fail */
} changes[] = {
	{ "not MZ", 0, 0x5a5a, true, NULL, NULL },
	{ "PE header beyond the end", 62, 0xffff, true, NULL, NULL },
	{ "no PE signature", 0x80, 0x454e, true, NULL, NULL },
	{ "optional header beyond the end", 0x94, 0xffff, true, NULL, NULL },
	{ "section table beyond the end", 0x86, 0xffff, true, NULL, NULL },
	{ "optional header of another kind", 0x98, 0x107, false, NULL, NULL },
	{ "two data directories only", 0xf4, 2, false, NULL, NULL },
	{ "resources at an address of no section", 0x10a, 0x7777, true, NULL, NULL },
	{ "section beyond the end", 0x18e, 0x7777, true, NULL, NULL },
	{ "types: more entries than fit", IN_SECTION(14), 0xffff, true, NULL, NULL },
	{ "no type is RT_VERSION", IN_SECTION(16), 3, false, NULL, NULL },
	{ "a type leads to data", IN_SECTION(22), 0, true, NULL, NULL },
	/* Its entry is not VS_VERSION_INFO then: 16, not 1. */
	{ "the directory leads to itself", IN_SECTION(20), 0, false, NULL, NULL },
	{ "a language leads to a directory", IN_SECTION(0x56), 0x8000, true, NULL, NULL },
	{ "place of the data beyond the end", IN_SECTION(0x54), 0x7777, true, NULL, NULL },
	{ "data beyond the end", IN_SECTION(0x60), 0xeeee, true, NULL, NULL },
	{ "data longer than its section", IN_SECTION(0x66), 0xffff, true, NULL, NULL },
	{ "version block of no length", IN_SECTION(0x80), 0, true, NULL, NULL },
	{ "version block longer than its data", IN_SECTION(0x80), 0xffff, true, NULL, NULL },
	{ "another key", IN_SECTION(0x86), 'X', true, NULL, NULL },
	{ "no magic number of VS_FIXEDFILEINFO", IN_SECTION(0xa8), 0, true, NULL, NULL },
	{ "no VS_FIXEDFILEINFO", IN_SECTION(0x82), 0, false, NULL, NULL },
	{ "VS_FIXEDFILEINFO cut short", IN_SECTION(0x82), 51, true, NULL, NULL },
	{ "value longer than its block", IN_SECTION(0x82), 0xfffe, false, "5.2.3790.1830",
	  NULL },
	{ "child of no length", IN_SECTION(0xdc), 0, false, "5.2.3790.1830", NULL },
	{ "child longer than its parent", IN_SECTION(0xdc), 0xffff, false, "5.2.3790.1830",
	  NULL },
};

static void
test_hostile(void)
{
	struct hc_arena arena = { 0 };
	struct hc_pe pe;
	struct hc_err err;
	const struct made good = make_pe(0x14c, false);
	size_t cut;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		struct made m = good;

		hc_put_le16(m.bytes + c->at, c->value);
		if (c->fails)
			ok_fails(hc_pe_read(hc_span(m.bytes, sizeof(m.bytes)), &arena, &pe,
					    &err),
				 &err, H_PE_FORMAT, "%s: refused", c->name);
		else
			ok(hc_pe_read(hc_span(m.bytes, sizeof(m.bytes)), &arena, &pe, &err) ==
					   0 &&
				   is(pe.architecture, "x86") &&
				   is(pe.file_version, c->version) &&
				   is(pe.original_filename, c->original),
			   "%s: told is what there is", c->name);
	}
	/* The last bytes of the section are unused, but it says that they are there. */
	for (cut = 0; cut < sizeof(good.bytes); cut++)
		if (hc_pe_read(hc_span(good.bytes, cut), &arena, &pe, &err) != -1)
			break;
	ok(cut == sizeof(good.bytes), "cut at any byte it is refused");
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_made();
	test_hostile();
	if (getenv("HALCYON_TESTDATA") == NULL)
		tap_skip("HALCYON_TESTDATA is not set");
	else
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			test_real(&box, &cases[i]);
	sandbox_close(&box);
	return tap_done();
}
