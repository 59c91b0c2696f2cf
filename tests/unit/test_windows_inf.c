/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows/inf: the grammar, encodings, limits, which sections count, what an installation holds. */
#include "tests/unit/tap.h"

#include <stdlib.h>

#include "restore/base/text.h"
#include "restore/windows/inf.h"

#define VERSION "[Version]\nSignature=\"$Windows NT$\"\n"

static const struct hc_inf_target ws2003 = { "x86", 5, 2, 3790, 3, 0 };
static const struct hc_inf_target w2000 = { "x86", 5, 0, 2195, 1, 0 };
static const struct hc_inf_target server2019 = { "x64", 10, 0, 17763, 3, 0x10 };

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

static int
read_text(struct hc_arena *arena, const char *text, struct hc_inf **ret, struct hc_err *err)
{
	return hc_inf_read(hc_span(text, strlen(text)), 0, arena, ret, err);
}

/* ---------------------------------------------------------------- texts */

/* Provider, as a file of these bytes has it. */
static const char *
provider(struct hc_arena *arena, const void *bytes, size_t size, unsigned language)
{
	struct hc_inf *inf;
	struct hc_err err;

	return hc_inf_read(hc_span(bytes, size), language, arena, &inf, &err) < 0
		       ? err.text[0]
		       : inf->provider;
}

static void
test_encodings(void)
{
	static const char utf8[] = "\xef\xbb\xbf[Version]\nProvider=Z\xc3\xbcrich";
	static const char ansi[] = "[Version]\nProvider=Z\xfcrich \x80\x1a[Version]";
	static const char bad[] = "\xef\xbb\xbf[Version]\nProvider=Z\xfcrich";
	struct hc_arena arena = { 0 };
	struct hc_buf wide = { 0 };
	struct hc_inf *inf;
	struct hc_err err;

	ok(is(provider(&arena, utf8, sizeof(utf8) - 1, 0), "Zürich"), "UTF-8 with its mark");
	ok(is(provider(&arena, ansi, sizeof(ansi) - 1, 0), "Zürich €"),
	   "without mark: Windows-1252, up to control-Z");
	ok_fails(hc_inf_read(hc_span(bad, sizeof(bad) - 1), 0, &arena, &inf, &err), &err,
		 H_INF_FORMAT, "a mark of UTF-8 before what isn't");
	hc_utf8_to_utf16("\xef\xbb\xbf[Version]\nProvider=Zürich €", &wide, &err);
	ok(is(provider(&arena, wide.data, wide.size, 0), "Zürich €"), "UTF-16LE");
	ok(is(provider(&arena, wide.data + 2, wide.size - 2, 0), "Zürich €"),
	   "UTF-16LE without mark");
	for (size_t i = 0; i + 1 < wide.size; i += 2) {
		uint8_t first = wide.data[i];

		wide.data[i] = wide.data[i + 1];
		wide.data[i + 1] = first;
	}
	ok(is(provider(&arena, wide.data, wide.size, 0), "Zürich €"), "UTF-16BE");
	hc_buf_done(&wide);
	hc_arena_done(&arena);
}

static void
test_grammar(void)
{
	static const char *const rows[][3] = {
		{ "[Version]\nProvider = a b \t ; c\n", "a b", "blanks around, a comment" },
		{ "[Version]\r\nProvider = a\r\n", "a", "line ends of DOS" },
		{ "[VERSION]\nPROVIDER=a", "a", "any case, no end of line" },
		{ "[ Version ]garbage\nProvider=a", "a", "a head with blanks and more" },
		{ "[Version]\nProvider=\" a;b, \"\"c\"\" \"", " a;b, \"c\" ", "quotes" },
		{ "[Version]\nProvider=a\"b,c\"d", "ab,cd", "quotes within a field" },
		{ "[Version]\nProvider=\"a\r\nb=c", "a", "a quote ends with its line" },
		{ "[Version]\nProvider= \\\n  a", "a", "goes on in the next line" },
		{ "[Version]\nProvider= \\ ; no\n  a", "a", "goes on behind a comment" },
		{ "[Version]\nProvider=a\\b\\ \\c", "a\\b\\ \\c", "other backslashes stay" },
		{ "[Version]\nProvider=a \\", "a", "goes on where there is nothing" },
		{ "[Version]\nProvider=a=b", "a=b", "the first = counts" },
		{ "stray\n[Version]\nProvider=a", "a", "a line before all sections" },
		{ "[Version]\n[x]\ny\n[version]\nProvider=a", "a", "one section in two parts" },
		{ "[Version]\nProvider=a\nProvider=b", "a", "the first line of a key counts" },
		{ "[Version]\nProvider=", NULL, "nothing" },
		{ "[Versions]\nProvider=a", NULL, "another section" },
		{ "[Version]\nProvider=%x%\n[Strings]\nX=a", "a", "a string" },
		{ "[Version]\nProvider=<%x%%x%>\n[Strings]\nx=a", "<aa>", "two strings" },
		{ "[Version]\nProvider=100%%%x%%%\n[Strings]\nx=a", "100%a%", "%%" },
		{ "[Version]\nProvider=%12%\\%y\n[Strings]\nx=a", "%12%\\%y", "no string" },
		{ "[Version]\nProvider=%x%\n[Strings]\nx=%y%\ny=a", "%y%", "not twice" },
		{ "[Version]\n%x%=a\n[Strings]\nx=Provider", "a", "a key of a string" },
		{ "[Version]\nProvider=%x%\n[Strings]\nx=\"\"", NULL, "an empty string" },
		{ "[Version]\nProvider=%x%\n[Strings.0407]\nx=b", "%x%", "another language" },
	};
	struct hc_arena arena = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = provider(&arena, rows[i][0], strlen(rows[i][0]), 0);

		if (!ok(is(got, rows[i][1]), "grammar: %s", rows[i][2]))
			printf("# got %s\n", got == NULL ? "nothing" : got);
	}
	hc_arena_done(&arena);
}

static void
test_languages(void)
{
	static const char text[] = "[Version]\nProvider=%a% %b% %c%\n[Strings]\na=1\nb=1\nc=1\n"
				   "[Strings.0407]\na=2\n[strings.07]\nA=3\nB=3\n";
	struct hc_arena arena = { 0 };

	ok(is(provider(&arena, text, strlen(text), 0x407), "2 3 1"),
	   "the language, then its primary language, then [Strings]");
	ok(is(provider(&arena, text, strlen(text), 0x807), "3 3 1"), "a language nearby");
	ok(is(provider(&arena, text, strlen(text), 0x409), "1 1 1"), "another language");
	hc_arena_done(&arena);
}

static void
test_version(void)
{
	static const struct {
		const char *text;
		uint32_t date;
		uint64_t version;
	} rows[] = {
		{ "DriverVer=07/30/2023,6.3.0.1", 20230730, 0x0006000300000001 },
		{ "DriverVer=8-15-2011 , 10", 20110815, 0x000a000000000000 },
		{ "DriverVer=04/01/2006", 20060401, 0 },
		{ "DriverVer=13/01/2006,1.2.3.4.5", 0, 0 },
		{ "DriverVer=2006,1.70000", 0, 0 },
		{ "DriverVer=00/01/2006,1.", 0, 0 },
		{ "", 0, 0 },
	};
	struct hc_arena arena = { 0 };
	struct hc_inf *inf;
	struct hc_err err;
	char text[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), VERSION "%s", rows[i].text);
		ok(read_text(&arena, text, &inf, &err) == 0 &&
			   inf->date_number == rows[i].date &&
			   inf->version_number == rows[i].version && inf->is_windows,
		   "version: %s", rows[i].text);
	}
	ok(read_text(&arena, VERSION "CatalogFile=a\nCatalogFile.NT=b\nCatalogFile.ntamd64=c\n",
		     &inf, &err) == 0 &&
		   is(hc_inf_catalog(inf, &ws2003), "b") &&
		   is(hc_inf_catalog(inf, &server2019), "c"),
	   "the catalog of an architecture");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- hostile ones */

static char *
repeat(const char *head, const char *text, size_t count)
{
	size_t length = strlen(text), at = strlen(head);
	char *all = malloc(at + length * count + 1);

	if (all == NULL)
		abort();
	memcpy(all, head, at);
	for (size_t i = 0; i < count; i++, at += length)
		memcpy(all + at, text, length);
	all[at] = '\0';
	return all;
}

static void
refused(const char *head, const char *text, size_t count, const char *why)
{
	struct hc_arena arena = { 0 };
	struct hc_inf *inf;
	struct hc_err err;
	char *all = repeat(head, text, count);

	ok_fails(read_text(&arena, all, &inf, &err), &err, H_INF_FORMAT, "%s", why);
	free(all);
	hc_arena_done(&arena);
}

static void
test_limits(void)
{
	struct hc_arena arena = { 0 };
	struct hc_inf_models models;
	struct hc_inf_install install;
	struct hc_inf *inf;
	struct hc_err err;
	char *tail, *all;

	refused("", "", 0, "an empty file");
	refused("key = value\n", "", 0, "a file without section");
	refused("[Version\nProvider=a]", "", 0, "a head without end");
	refused("[a]\n", "; comment ", (HC_INF_BYTES_MAX / 10) + 1, "too many bytes");
	refused("[a]", "\n", HC_INF_LINES_MAX + 1, "too many lines");
	refused("[a]\nx", ",", HC_INF_FIELDS_MAX + 1, "too many fields");
	tail = repeat("[Strings]\nx=", "aaaaaaaa", 1024);
	all = malloc(strlen(tail) + 8 * 8192);
	if (all == NULL)
		abort();
	strcpy(all, tail);
	strcat(all, "\n[a]\ny=");
	for (size_t at = strlen(all), i = 0; i < 8192; i++, at += 3)
		strcpy(all + at, "%x%");
	refused(all, "", 0, "strings that make too much of it");
	free(all);
	free(tail);
	all = repeat(VERSION "[s]\n", "a,b\n", 4096);
	tail = repeat("[Manufacturer]\n", "s\n", 4096);
	all = realloc(all, strlen(all) + strlen(tail) + 1);
	if (all == NULL)
		abort();
	strcat(all, tail);
	ok_call(read_text(&arena, all, &inf, &err), &err, "a section that is named often");
	ok_fails(hc_inf_models(inf, &ws2003, &arena, &models, &err), &err, H_INF_FORMAT,
		 "… makes too many models");
	free(tail);
	free(all);
	tail = repeat(VERSION "[f]\na\nb\n[s]\nCopyFiles=f", ",f", HC_INF_ITEMS_MAX);
	ok_call(read_text(&arena, tail, &inf, &err), &err, "files that are named often");
	ok_fails(hc_inf_install(inf, &ws2003, "s", &arena, &install, &err), &err, H_INF_FORMAT,
		 "… are too many files");
	free(tail);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- which sections */

/* Which install section a device A of `manufacturer`'s models gets. */
static void
chooses(const struct hc_inf_target *target, const char *text, const char *want,
	const char *name)
{
	const char *hardware[] = { "PCI\\A" };
	struct hc_strings list = { hardware, 1 };
	struct hc_arena arena = { 0 };
	struct hc_inf_match match = { .install = NULL };
	struct hc_inf *inf;
	struct hc_err err;
	char all[1024];
	int result;

	snprintf(all, sizeof(all), VERSION "%s", text);
	result = read_text(&arena, all, &inf, &err);
	if (result == 0)
		result = hc_inf_match(inf, target, (struct hc_device_ids){ &list, NULL },
				      &arena, &match, &err);
	if (!ok(result == (want == NULL) && (want == NULL || is(match.install, want)),
		"chooses: %s", name))
		printf("# %d: %s\n", result, match.install == NULL ? "-" : match.install);
	hc_arena_done(&arena);
}

static void
test_choice(void)
{
	static const struct hc_inf_target dc = { "x64", 6, 3, 9600, 2, 0 };
#define MODEL(section) "[" section "]\nd=" section "x,pci\\a\n[" section "x]\n"

	chooses(&w2000, "[Manufacturer]\nm=m,NTx86\n" MODEL("m") MODEL("m.NTx86"), "mx",
		"Windows 2000 knows no decoration");
	chooses(&ws2003, "[Manufacturer]\nm=m,NTx86\n" MODEL("m") MODEL("m.NTx86"), "m.NTx86x",
		"XP and later do");
	chooses(&ws2003,
		"[Manufacturer]\nm=m,NT.5.1,NTx86\n" MODEL("m.NT.5.1") MODEL("m.NTx86"),
		"m.NTx86x", "the architecture before the version");
	chooses(&ws2003, "[Manufacturer]\nm=m,NT.6\n" MODEL("m") MODEL("m.NT.6"), "mx",
		"none fits: without decoration");
	chooses(&ws2003, "[Manufacturer]\nm=m,NTx86\n" MODEL("m"), NULL,
		"what [Manufacturer] names counts, even if it isn't there");
	chooses(&server2019, "[Manufacturer]\nm=m,NT.5.2\n" MODEL("m") MODEL("m.NT.5.2"), NULL,
		"64 bits: not without architecture");
	chooses(&server2019,
		"[Manufacturer]\nm=m,NTamd64.10.0...17764,NTamd64.10.0...16299,NTamd64.10.0,NTarm64\n" MODEL(
			"m.NTamd64.10.0...17764") MODEL("m.NTamd64.10.0...16299")
			MODEL("m.NTamd64.10.0") MODEL("m.NTarm64"),
		"m.NTamd64.10.0...16299x", "the closest build");
	chooses(&server2019,
		"[Manufacturer]\nm=m,NTamd64...3,NTamd64...1,NTamd64...3.0x80\n" MODEL(
			"m.NTamd64...3") MODEL("m.NTamd64...1") MODEL("m.NTamd64...3.0x80"),
		"m.NTamd64...3x", "product type and suite");
	chooses(&server2019,
		"[Manufacturer]\nm=m,NTamd64,NTamd64...3.0x10\n" MODEL("m.NTamd64")
			MODEL("m.NTamd64...3.0x10"),
		"m.NTamd64...3.0x10x", "a suite that it has");
	chooses(&dc,
		"[Manufacturer]\nm=m,NTamd64.6.3.3,NTamd64.6.3.2\n" MODEL("m.NTamd64.6.3.3")
			MODEL("m.NTamd64.6.3.2"),
		"m.NTamd64.6.3.2x", "a domain controller");
	chooses(&ws2003, "[Manufacturer]\nm=m,NTx86.5.x,NTx86.1.2.3.4.5.6,XT\n" MODEL("m"),
		"mx", "what is no decoration is none");
	chooses(&ws2003,
		"[Manufacturer]\nm\n[m]\nd=i,PCI\\A\n[i]\n[i.NT]\n[i.NTamd64]\n[i.NTx86]\n",
		"i.NTx86", "install section of the architecture");
	chooses(&ws2003, "[Manufacturer]\nm\n[m]\nd=i,PCI\\A\n[i]\n[i.NT]\n[i.NT.Services]\n",
		"i.NT", "install section for NT");
	chooses(&w2000, "[Manufacturer]\nm\n[m]\nd=i,PCI\\A\n[i.NTx86.5.0]\n[i.NTx86]\n",
		"i.NTx86", "Windows 2000 knows no version there");
#undef MODEL
}

static void
test_rank(void)
{
	static const char text[] =
		VERSION "[Manufacturer]\nm\n[m]\n"
			"c=c,Z,X,COMPAT2\nb=b,COMPAT1\na=a,HW2,Y\nd=d,Z,HW2\ne=e,Z,,HW1\n";
	const char *hardware[] = { "HW1", "HW2" }, *compatible[] = { "compat1", "compat2" };
	struct hc_strings hw = { hardware, 2 }, compat = { compatible, 2 }, none = { NULL, 0 };
	struct hc_arena arena = { 0 };
	struct hc_inf_match m;
	struct hc_inf *inf;
	struct hc_err err;

	ok_call(read_text(&arena, text, &inf, &err), &err, "an INF of many models");
	ok(hc_inf_match(inf, &ws2003, (struct hc_device_ids){ &hw, &compat }, &arena, &m,
			&err) == 0 &&
		   m.rank == 1 && is(m.model.install, "a") && is(m.id, "HW2") &&
		   is(m.model.description, "a") && is(m.model.manufacturer, "m") &&
		   m.install == NULL,
	   "a hardware id by a hardware id, though the second");
	hw.count = 1;
	ok(hc_inf_match(inf, &ws2003, (struct hc_device_ids){ &hw, &compat }, &arena, &m,
			&err) == 0 &&
		   m.rank == 0x1000 && is(m.model.install, "e") && m.id_position == 2,
	   "a hardware id by a compatible id");
	ok(hc_inf_match(inf, &ws2003, (struct hc_device_ids){ NULL, &compat }, &arena, &m,
			&err) == 0 &&
		   m.rank == 0x2000 && is(m.model.install, "b"),
	   "a compatible id by a hardware id");
	compat.items++;
	compat.count = 1;
	ok(hc_inf_match(inf, &ws2003, (struct hc_device_ids){ &none, &compat }, &arena, &m,
			&err) == 0 &&
		   m.rank == 0x3000 && is(m.model.install, "c") && is(m.id, "COMPAT2"),
	   "a compatible id by a compatible id");
	ok(hc_inf_match(inf, &ws2003, (struct hc_device_ids){ &none, NULL }, &arena, &m,
			&err) == 1,
	   "a device without ids");
	ok(read_text(&arena, "[Manufacturer]\nm\n[m]\na=a,HW1\n", &inf, &err) == 0 &&
		   hc_inf_match(inf, &ws2003, (struct hc_device_ids){ &hw, NULL }, &arena, &m,
				&err) == 1,
	   "Windows takes no INF without its signature");
	hc_arena_done(&arena);
}

int
main(void)
{
	test_encodings();
	test_grammar();
	test_languages();
	test_version();
	test_limits();
	test_choice();
	test_rank();
	return tap_done();
}
