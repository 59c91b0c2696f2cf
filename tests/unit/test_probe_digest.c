/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/probe: digests of ACPI tables, real ones and made ones; sha256sum is the witness. */
#include "tests/unit/probe_data.h"

#include <dirent.h>

#define MACHINES 64

static struct hc_arena arena;

static const char *
digest(struct hc_span bytes)
{
	struct hc_acpi_digest d = { 0 };
	int result = hc_acpi_digest(bytes, &arena, &d, &err);

	return result == 0 ? d.sha256 : result > 0 ? "none" : "no memory";
}

/* sha256sum of a table of QEMU's with zeros where `zeros` says: "9:1 36:8". */
static bool
sum_is(const char *table, const char *zeros, const char *want)
{
	char line[512];

	snprintf(
		line, sizeof(line),
		"cd \"$D\" && cp \"$HALCYON_TESTDATA/acpi/%s\" w && chmod u+w w && "
		"for z in %s; do dd if=/dev/zero of=w bs=1 seek=${z%%:*} count=${z#*:} conv=notrunc "
		"status=none; done && test \"$(sha256sum <w | cut -c 1-64)\" = %s",
		table, zeros, want);
	return system(line) == 0; /* NOLINT(cert-env33-c): a test */
}

static void
test_witness(void)
{
	static const struct {
		const char *table, *zeros, *head;
	} rows[] = {
		{ "qemu-q35/FACP", "9:1 36:8 132:16", "FACP BOCHS BXPC 1" },
		{ "qemu-q35/APIC", "9:1", "APIC BOCHS BXPC 1" },
		{ "qemu-q35/DSDT", "9:1", "DSDT BOCHS BXPC 1" },
		{ "qemu-q35/HPET", "9:1", "HPET BOCHS BXPC 1" },
		{ "qemu-q35/MCFG", "9:1", "MCFG BOCHS BXPC 1" },
		{ "qemu-pc/FACP", "9:1 36:8", "FACP BOCHS BXPC 1" }, /* 116 bytes */
	};
	struct hc_buf bytes = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hc_acpi_digest d = { 0 };
		char path[64], head[64];

		snprintf(path, sizeof(path), "acpi/%s", rows[i].table);
		if (!data_file(path, &bytes)) {
			tap_skip("HALCYON_TESTDATA is not set, so no tables of QEMU");
			break;
		}
		ok_call(hc_acpi_digest(hc_buf_span(&bytes), &arena, &d, &err), &err, "%s",
			rows[i].table);
		snprintf(head, sizeof(head), "%s %s %s %u", d.signature, d.oem, d.oem_table,
			 (unsigned)d.oem_revision);
		ok(is(head, rows[i].head) && sum_is(rows[i].table, rows[i].zeros, d.sha256),
		   "%s: %s, %s as sha256sum has it", rows[i].table, head, d.sha256);
	}
	hc_buf_done(&bytes);
}

/* No two of the real machines have one FADT and one MADT; where a FADT points to tells nothing. */
static void
test_real_machines(void)
{
	const char *data = getenv("HALCYON_TESTDATA");
	const char *seen[MACHINES];
	unsigned count = 0, twins = 0, moved = 0;
	struct hc_buf facp = { 0 }, apic = { 0 };
	struct dirent *entry;
	DIR *dir = data != NULL ? opendir(hc_arena_printf(&arena, "%s/acpi/physical", data))
				: NULL;

	while (dir != NULL && (entry = readdir(dir)) != NULL && count < MACHINES) {
		const char *both, *name = entry->d_name;

		if (!data_file(hc_arena_printf(&arena, "acpi/physical/%s/FACP.bin", name),
			       &facp) ||
		    !data_file(hc_arena_printf(&arena, "acpi/physical/%s/APIC.bin", name),
			       &apic))
			continue;
		both = hc_arena_printf(&arena, "%s %s", digest(hc_buf_span(&facp)),
				       digest(hc_buf_span(&apic)));
		for (unsigned i = 0; i < count; i++)
			twins += is(seen[i], both);
		hc_put_le32(facp.data + 36, 0x12345678);
		hc_put_le32(facp.data + 40, 0x9abcdef0);
		if (facp.size >= 148)
			memset(facp.data + 132, 0x77, 16);
		put_sum(facp.data, facp.size, 9);
		moved += strncmp(digest(hc_buf_span(&facp)), both, 64) != 0;
		seen[count++] = both;
	}
	if (dir == NULL)
		tap_skip("HALCYON_TESTDATA is not set, so no real machines");
	else
		ok(closedir(dir) == 0 && count >= 33 && twins == 0 && moved == 0,
		   "%u real machines: %u twins, %u other digests once their FADT points elsewhere",
		   count, twins, moved);
	hc_buf_done(&facp);
	hc_buf_done(&apic);
}

/* Every byte counts, but those that follow the memory map. */
static void
test_bytes(void)
{
	uint8_t facp[160] = "FACP";
	unsigned wrong = 0;
	const char *whole;

	hc_put_le32(facp + 4, 148);
	memcpy(facp + 10, "A\x01 \0xxTABLE   ", 14);
	whole = digest(hc_span(facp, 148));
	for (size_t i = 8; i < sizeof(facp); i++) {
		bool counts = i != 9 && (i < 36 || i >= 44) && i < 132;

		facp[i] ^= 1;
		wrong += is(digest(hc_span(facp, sizeof(facp))), whole) == counts;
		facp[i] ^= 1;
	}
	ok(wrong == 0, "%u bytes of a FADT count wrongly", wrong);
}

static void
test_none(void)
{
	static const char *const others[] = { "FACS", "SSDT", "BGRT", "MSDM", "SLIC", "facp" };
	uint8_t table[64] = "DSDT";
	struct hc_acpi_digest d = { 0 };
	unsigned told = 0;

	hc_put_le32(table + 4, 40);
	memcpy(table + 10, "A\x01 \0xxTABLE   ", 14);
	ok(hc_acpi_digest(hc_span(table, 64), &arena, &d, &err) == 0 && is(d.oem, "A?") &&
		   is(d.oem_table, "TABLE"),
	   "names of the head end before blanks; what can't be printed is a question mark");
	ok(is(digest(hc_span(table, 39)), "none") && is(digest(hc_span(table, 3)), "none"),
	   "a table that is cut off has none");
	hc_put_le32(table + 4, 35);
	ok(is(digest(hc_span(table, 64)), "none"), "nor has one shorter than a head");
	hc_put_le32(table + 4, 40);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		memcpy(table, others[i], 4);
		told += !is(digest(hc_span(table, 64)), "none");
	}
	ok(told == 0, "tables that change at each start, and licence keys, have none");
	ok(hc_acpi_is_secret("MSDM") && hc_acpi_is_secret("SLIC1") &&
		   !hc_acpi_is_secret("DSDT"),
	   "MSDM and SLIC hold licence keys");
}

static bool
digests_are(const struct hc_acpi *acpi, const char *want)
{
	char text[64] = "";

	for (size_t i = 0; i < acpi->digests.count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ",
			 acpi->digests.items[i].signature);
	return is(text, want);
}

/* The whole probe: one digest a table, of the first one where there are two. */
static void
test_facts(void)
{
	struct hc_probe_options options = { .sysroot = hc_arena_strdup(&arena, in_dir("m")) };
	uint8_t table[40] = "DSDT";
	struct hc_facts f = { 0 };
	const char *first;

	run("mkdir -p \"$D/m/sys/firmware/acpi/tables\"");
	hc_put_le32(table + 4, sizeof(table));
	first = digest(hc_span(table, sizeof(table)));
	poke("m/sys/firmware/acpi/tables/DSDT", 0, table, sizeof(table));
	memcpy(table, "HPET", 4);
	poke("m/sys/firmware/acpi/tables/HPET1", 0, table, sizeof(table));
	table[39] = 1;
	poke("m/sys/firmware/acpi/tables/HPET2", 0, table, sizeof(table));
	memcpy(table, "MSDM", 4);
	poke("m/sys/firmware/acpi/tables/MSDM", 0, table, sizeof(table));
	ok(hc_probe(&options, &arena, &f, &err) == 0 && digests_are(&f.acpi, "DSDT HPET ") &&
		   is(f.acpi.digests.items[0].sha256, first) &&
		   hc_strings_has(&f.acpi.tables, "MSDM"),
	   "the facts have one of each; a licence key is named only");
}

int
main(void)
{
	fixture_start();
	test_witness();
	test_real_machines();
	test_bytes();
	test_none();
	test_facts();
	hc_arena_done(&arena);
	fixture_end();
	return tap_done();
}
