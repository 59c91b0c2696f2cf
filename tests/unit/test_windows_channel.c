/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows/channel: licences out of texts that setup left. */
#include "tests/unit/tap.h"

#include "restore/windows/channel.h"

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

static void
test_texts(void)
{
	static const char *const keys[][2] = {
		/* Those of the real Windows 7 and 8.1 first. */
		{ "Retail", "retail" },
		{ "Retail:TB:Eval", "evaluation" },
		{ "Volume:GVLK", "volume" },
		{ "Volume:MAK", "volume" },
		{ "OEM:SLP", "oem" },
		{ "OEM:DM", "oem" },
		{ "PGS:TB:Eval", "evaluation" },
		{ "BYPASS", NULL },
		{ "", NULL },
	};
	static const char *const ids[][2] = {
		/* Real: 8.1 (an evaluation, which the id does not tell), 7, NT 4. */
		{ "00260-60000-00000-AA427", NULL },
		{ "00426-067-1817155-86250", NULL },
		{ "70234270751959661633", "volume" },
		{ "50036OEM002789603333", "oem" },
		{ "50036335002789603333", "retail" },
		{ "76477-OEM-0011903-00102", "oem" },
		{ "89578-OEM-7332157-00204", "oem" },
		{ "00359-OEM-8992687-00006", "oem" },
		{ "55274-640-1011873-23081", "volume" },
		{ "69712-652-1011873-23081", "volume" },
		{ "55274-653-1011873-23081", NULL },
		{ "51873-335-1011873-23081", "retail" },
		{ "55274-000-1011873-23081", NULL },
		/* From Vista on the numbers mean something else. */
		{ "89578-640-7332157-00204", NULL },
		{ "00371-640-7332157-00204", NULL },
		{ "00330-80000-00000-AA535", "retail" },
		{ "00329-00000-00003-AA712", "volume" },
		{ "00330-50000-00000-AAOEM", "oem" },
		{ "00330-80000-00000-AAOEM", "oem" },
		{ "55274-OEM-1011873-23081-1", NULL },
		{ "55274-640-101187", NULL },
		{ "-OEM-", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ok(is(hc_channel_of_key(keys[i][0]), keys[i][1]), "key %s: %s", keys[i][0],
		   keys[i][1] == NULL ? "unknown" : keys[i][1]);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		ok(is(hc_channel_of_product_id(ids[i][0]), ids[i][1]), "id %s: %s", ids[i][0],
		   ids[i][1] == NULL ? "unknown" : ids[i][1]);
}

static void
test_digital_product_id(void)
{
	struct hc_arena arena = { 0 };
	uint8_t value[0x4f8] = { 0 };
	const char *channel;
	struct hc_err err;

	memcpy(value + 0x3f8, "V\0o\0l\0u\0m\0e\0:", 13);
	ok(hc_channel_of_digital_product_id(hc_span(value, sizeof(value)), &arena, &channel,
					    &err) == 0 &&
		   is(channel, "volume"),
	   "the channel in DigitalProductId4");
	ok(hc_channel_of_digital_product_id(hc_span(value, 0x477), &arena, &channel, &err) ==
			   0 &&
		   channel == NULL,
	   "one that is too short has none");
	memset(value, 'x', sizeof(value));
	ok(hc_channel_of_digital_product_id(hc_span(value, sizeof(value)), &arena, &channel,
					    &err) == 0 &&
		   channel == NULL,
	   "nor has one full of other things");
	hc_arena_done(&arena);
}

static void
test_ini(void)
{
	static const struct {
		const char *file, *want, *what;
	} cases[] = {
		{ "[General]\r\nManufacturer=DELL\r\n", "DELL", "as it is written" },
		{ "; x\n\n[support]\nManufacturer=no\n[GENERAL]\n manufacturer = \"A B\" \n",
		  "A B", "case, blanks and quotes" },
		{ "[General]\nManufacturer=\nManufacturer=X", "X", "the first that says more" },
		{ "[General]\nManufacturerX=Y\n", NULL, "a longer name is another" },
		{ "[GeneralX]\nManufacturer=Y\n", NULL, "so is a longer section" },
		{ "[General]\n[Other]\nManufacturer=Y\n", NULL, "the section ended" },
		{ "Manufacturer=Y\n", NULL, "no section" },
		{ "[General]\nManufacturer", NULL, "no data" },
		{ "[General", NULL, "an open bracket" },
		{ "", NULL, "nothing" },
		{ "[General]\nManufacturer=F\xfcrst\n", "F?rst", "only ASCII is kept" },
	};
	static const uint8_t wide[] = "\xff\xfe[\0g\0e\0n\0e\0r\0a\0l\0]\0\n\0"
				      "m\0a\0n\0u\0f\0a\0c\0t\0u\0r\0e\0r\0=\0\xfc\0";
	struct hc_arena arena = { 0 };
	const char *text;
	struct hc_err err;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(hc_ini_text(hc_span(cases[i].file, strlen(cases[i].file)), "General",
			       "Manufacturer", &arena, &text, &err) == 0 &&
			   is(text, cases[i].want),
		   "oeminfo.ini: %s", cases[i].what);
	ok(hc_ini_text(hc_span(wide, sizeof(wide) - 1), "General", "Manufacturer", &arena,
		       &text, &err) == 0 &&
		   is(text, "ü"),
	   "oeminfo.ini in UTF-16");
	hc_arena_done(&arena);
}

int
main(void)
{
	test_texts();
	test_digital_product_id();
	test_ini();
	return tap_done();
}
