/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of SMBIOS and of names that are none, a part of test_probe.c. */
#ifndef HC_TESTS_PROBE_NAMES_H
#define HC_TESTS_PROBE_NAMES_H

#include "tests/unit/probe_data.h"

/* Whether `judge` says `want` of each of the texts, which are separated by bars. */
static void
judge_all(const char *texts, bool (*judge)(const char *), bool want, const char *what)
{
	char *copy = strdup(texts), *rest = copy, *text;

	while ((text = strsep(&rest, "|")) != NULL)
		ok(judge(text) == want, "%s: \"%s\"", what, text);
	free(copy);
}

static void
test_placeholders(void)
{
	judge_all("| |0|00000000|FFFFFFFF|xxxxxxxx|....................|--|-|None|NONE "
		  "|OEM|O.E.M.|Unknown|"
		  "To be filled by O.E.M.|To Be Filled By O.E.M.|To Be Filled By O.E.M|Default "
		  "string|"
		  "Default string |System Serial Number|System Product Name|System "
		  "Version|0123456789|"
		  "1234567890|123456789|Not Specified|Not "
		  "Available|N/A|Type1ProductConfigId|INVALID|empty|"
		  "Chassis Serial Number|sernum0|To Be Filled By O.E.M. by More String",
		  hc_is_placeholder, true, "no name");
	judge_all("CZC214446Z|790H8D2|S4JA0501|XD198915C|PF1NKFHN|1519-7810-4472-8775-7272-"
		  "8851-12|SN123|"
		  "VMware-56 4d 2c|PowerEdge R630|1.0|X|HP Z600 Workstation|0x1F|00001|Virtual "
		  "Machine|7.0|"
		  "Standard PC (Q35 + ICH9, 2009)",
		  hc_is_placeholder, false, "a name");
	judge_all("00000000-0000-0000-0000-000000000000|FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF|"
		  "03000200-0400-0500-0006-000700080009|00020003-0004-0005-0006-000700080009|"
		  "12345678-1234-5678-90ab-cddeefaabbcc|Not Present||4c4c4544",
		  hc_is_placeholder_uuid, true, "no uuid");
	judge_all("30D3F174-7f5d-11e1-bbda-5f0d3dbc082e|00000000-0000-0000-0000-d05099faa835",
		  hc_is_placeholder_uuid, false, "a uuid");
	judge_all("00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|52:54:00:12:34:56|02:fc:00:00:00:01|01:"
		  "00:5e:00:00:01|"
		  "garbage||00:1b:21:aa:bb:cc:dd:ee",
		  hc_is_placeholder_mac, true, "no address");
	judge_all("00:1b:21:aa:bb:cc", hc_is_placeholder_mac, false, "an address");
}

struct smbios_case {
	const char *file;
	const char *vendor, *product, *version, *serial, *uuid; /* as the firmware has them */
	bool placeholder;                                       /* the serial number is none */
};

/* Values as go-smbios, dmidecode and strings(1) read them from the same files. */
static void
test_real_smbios(void)
{
	static const struct smbios_case cases[] = {
		{ "systemd-HP-Z600.bin", "Hewlett-Packard", "HP Z600 Workstation", NULL,
		  "CZC214446Z", "30d3f174-7f5d-11e1-bbda-5f0d3dbc082e", false },
		{ "systemd-Lenovo-Thinkcentre-m720s.bin", "LENOVO", "10STS04K00",
		  "ThinkCentre M720s", "S4JA0501", "50f6e780-fffc-11e8-9fd5-8180663e1200",
		  false },
		{ "uroot-satellite_pro_l70.bin", "TOSHIBA", "SATELLITE PRO L70-A",
		  "PSKNFE-00300FCE", "XD198915C", "b560f4a0-4048-11e3-8b6a-089e01ee6336",
		  false },
		{ "uroot-smbios_table.bin", "LENOVO", "20N2CTO1WW", "ThinkPad T490", "PF1NKFHN",
		  "0677d5cc-25b1-11b2-a85c-c66e0b64b3d5", false },
		{ "siderolabs-Dell-PowerEdge-R630-Dual-Xeon.dmi", "Dell Inc.", "PowerEdge R630",
		  NULL, "790H8D2", "4c4c4544-0039-3010-8048-b7c04f384432", false },
		{ "siderolabs-HyperV.dmi", "Microsoft Corporation", "Virtual Machine", "7.0",
		  "1519-7810-4472-8775-7272-8851-12", "b26849ef-4fb0-4e03-a9d1-1a165a40c8d7",
		  false },
		{ "siderolabs-SuperMicro-Quad-Opteron.dmi", "Supermicro", "H8QG6", "1234567890",
		  "1234567890", "47513848-0036-3000-48fe-003048fec30c", true },
		{ "siderolabs-ASRock-Single-Ryzen.dmi", "To Be Filled By O.E.M.",
		  "To Be Filled By O.E.M.", "To Be Filled By O.E.M.", "To Be Filled By O.E.M.",
		  "00000000-0000-0000-0000-d05099faa835", true },
	};
	struct hc_arena arena = { 0 };
	struct hc_buf bytes = { 0 };

	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set, so no real SMBIOS tables");
		return;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct smbios_case *c = &cases[i];
		struct hc_machine m = { 0 };
		unsigned version = 0x303;
		size_t skip = 0;
		char path[128];

		snprintf(path, sizeof(path), "dmi/binary/%s", c->file);
		if (!ok(data_file(path, &bytes), "%s is there", path))
			continue;
		/* dmidecode's dumps have the entry point in front, padded to 32 bytes. */
		if (hc_smbios_version(hc_buf_span(&bytes), &version))
			skip = 32;
		ok(hc_smbios_machine(hc_span(bytes.data + skip, bytes.size - skip), version,
				     &arena, &m) &&
			   is(m.vendor, c->vendor) && is(m.product, c->product) &&
			   is(m.version, c->version) && is(m.serial, c->serial) &&
			   is(m.uuid, c->uuid),
		   "%s: %s, %s", c->product, c->serial, c->uuid);
		ok(hc_is_placeholder(c->serial) == c->placeholder, "whose serial number is %s",
		   c->placeholder ? "none" : "one");
		if (i == 0)
			ok(hc_smbios_machine(hc_span(bytes.data + skip, bytes.size - skip),
					     0x205, &arena, &m) &&
				   is(m.uuid, "74f1d330-5d7f-e111-bbda-5f0d3dbc082e"),
			   "before SMBIOS 2.6 the uuid's bytes are printed as they stand");
	}
	hc_buf_done(&bytes);
	hc_arena_done(&arena);
}

static void
test_smbios(void)
{
	/* A BIOS structure with an empty list of strings, then system information without serial and uuid. */
	static const uint8_t table[] = "\0\x04\0\0\0\0"
				       "\x01\x08\x01\0\x01\x02\0\x07"
				       "Maker\0Thing\x80\0";
	struct hc_arena arena = { 0 };
	struct hc_machine m = { 0 };
	static const uint8_t short_one[] = "\0\x03\0\0\0\x01\x08\x01\0\x01\0\0\0Maker\0";

	ok(hc_smbios_machine(hc_span(table, sizeof(table)), 0x200, &arena, &m) &&
		   is(m.vendor, "Maker") && is(m.product, "Thing.") && m.version == NULL &&
		   m.serial == NULL && m.uuid == NULL,
	   "SMBIOS 2.0: no uuid; a string number that isn't there is none");
	/* Cut at each length, in memory of just that size: the address sanitizer looks on. */
	for (size_t n = 1; n < sizeof(table); n++) {
		uint8_t *cut = malloc(n);

		memcpy(cut, table, n);
		hc_smbios_machine(hc_span(cut, n), 0x300, &arena, &m);
		free(cut);
	}
	ok(!hc_smbios_machine(hc_span(table, 9), 0x200, &arena, &m),
	   "refused: a structure cut off");
	ok(!hc_smbios_machine(hc_span(short_one, sizeof(short_one)), 0x200, &arena, &m),
	   "refused: a structure shorter than its head");
	hc_arena_done(&arena);
}

#endif
