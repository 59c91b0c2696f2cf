/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/probe: ACPI tables of real machines and damaged ones, and the HAL type that follows. */
#include "tests/unit/probe_data.h"

#include <dirent.h>

/* ---------------------------------------------------------------- real tables against FACTS.md */

struct acpi_row {
	char name[128];
	unsigned lapic, lapic_enabled, x2, x2_enabled, io_apics, pcat, fadt_revision, reduced;
};

/* A machine's tables, and what FACTS.md says of them. */
struct machine {
	struct acpi_row row;
	struct hc_buf apic, facp;
};

/* Parses a row of the table of physical machines, or of QEMU's tables (then 1 is returned). */
static int
parse_row(const char *line, struct acpi_row *r)
{
	unsigned overrides, madt_revision, length, profile;
	char boot[16], flags[16];

	if (sscanf(line,
		   "| %127[^ |] | %u | %u | %u | %u | %u | %u | %u | %u | %u/%u | %u | %15s | "
		   "%15s | %u |",
		   r->name, &r->lapic, &r->lapic_enabled, &r->x2, &r->x2_enabled, &r->io_apics,
		   &overrides, &r->pcat, &madt_revision, &r->fadt_revision, &length, &profile,
		   boot, flags, &r->reduced) == 15)
		return 0;
	if (sscanf(line, "| qemu-%127[^ |] | %u | %u | %u | %u | %u |", r->name, &r->lapic,
		   &r->lapic_enabled, &r->x2, &r->x2_enabled, &r->io_apics) == 6)
		return 1;
	return -1;
}

/* design.md section 5 for machines with FADT and MADT, by the figures of FACTS.md. */
static const char *
type_of(const struct acpi_row *r)
{
	return r->lapic_enabled + r->x2_enabled > 1
		       ? "acpi-multiprocessor acpiapic_mp halmacpi.dll"
		       : "acpi-uniprocessor acpiapic_up halaacpi.dll";
}

static const char *
said(const struct hc_hal *hal, struct hc_arena *arena)
{
	return hal->type == NULL
		       ? "unknown"
		       : hc_arena_printf(arena, "%s %s %s", hal->type, hal->id, hal->file);
}

/* The whole probe over a recorded machine of these two tables. */
static void
probe_tables(const struct machine *m, struct hc_arena *arena, struct hc_facts *ret)
{
	const struct hc_probe_options options = { .sysroot =
							  hc_arena_strdup(arena, in_dir("t")) };

	run("rm -rf \"$D/t\"; mkdir -p \"$D/t/sys/firmware/acpi/tables\"");
	if (m->facp.size > 0)
		poke("t/sys/firmware/acpi/tables/FACP", 0, m->facp.data, m->facp.size);
	if (m->apic.size > 0)
		poke("t/sys/firmware/acpi/tables/APIC", 0, m->apic.data, m->apic.size);
	ok_call(hc_probe(&options, arena, ret, &err), &err, "it is probed");
}

static void
check_machine(const struct machine *m, bool qemu, struct hc_arena *arena)
{
	const struct acpi_row *r = &m->row;
	unsigned enabled = r->lapic_enabled + r->x2_enabled;
	struct hc_damage damage = { 0 };
	struct hc_fadt fadt = { 0 };
	struct hc_facts f = { 0 };
	struct hc_madt madt;
	bool pcat = false;

	probe_tables(m, arena, &f);
	if (!ok(f.acpi.present && f.acpi.madt != NULL && f.acpi.damaged.count == 0 &&
			is(said(&f.hal, arena), type_of(r)),
		"%s%s: %s, nothing damaged", qemu ? "qemu-" : "", r->name, type_of(r)))
		printf("# %s %s\n", said(&f.hal, arena),
		       f.acpi.damaged.count > 0 ? f.acpi.damaged.items[0] : "");
	ok(f.acpi.madt != NULL && f.acpi.madt->local_apics == r->lapic + r->x2 &&
		   f.acpi.madt->enabled == enabled && f.acpi.madt->io_apics == r->io_apics,
	   "MADT: %u of %u processors enabled, %u I/O APICs", enabled, r->lapic + r->x2,
	   r->io_apics);
	if (qemu)
		return;
	ok(hc_fadt_parse(hc_buf_span(&m->facp), &fadt, &damage) &&
		   hc_madt_parse(hc_buf_span(&m->apic), &madt, &pcat, &damage, &err) == 0 &&
		   fadt.revision == r->fadt_revision &&
		   fadt.hardware_reduced == (r->reduced == 1) && pcat == (r->pcat == 1),
	   "FADT: revision %u, %s; %s8259s", r->fadt_revision,
	   r->reduced ? "hardware-reduced" : "full", r->pcat ? "" : "no ");
}

/* The type that follows from a MADT in this state. */
static const char *
type_with(struct hc_span apic, struct hc_arena *arena, bool *ret_damaged)
{
	struct hc_acpi acpi = { .present = true };
	struct hc_mps mps = { .present = HC_UNKNOWN };
	struct hc_firmware firmware = { .type = HC_FIRMWARE_UEFI };
	struct hc_machine machine = { 0 };
	struct hc_hal_input in = {
		.acpi = &acpi, .mps = &mps, .firmware = &firmware, .machine = &machine
	};
	struct hc_damage damage = { 0 };
	struct hc_hal hal = { 0 };
	struct hc_madt madt;

	if (hc_madt_parse(apic, &madt, &in.pcat, &damage, &err) < 0)
		return "no memory";
	acpi.madt = &madt;
	in.madt_incomplete = damage.incomplete;
	*ret_damaged = damage.text[0] != '\0';
	return hc_hal_classify(&in, arena, &hal, &err) < 0 ? "no memory" : said(&hal, arena);
}

/* However a real MADT is cut, and whichever entry loses its length: never another HAL type, never silence. */
static void
check_damaged(const struct machine *m)
{
	struct hc_arena arena = { 0 };
	const char *want = type_of(&m->row), *type;
	unsigned wrong = 0, silent = 0, tried = 0;
	struct hc_buf copy = { 0 };
	bool told;

	for (size_t n = 0; n < m->apic.size; n++, tried++) {
		copy.size = 0;
		if (hc_buf_append(&copy, m->apic.data, n, &err) < 0)
			break;
		type = type_with(hc_buf_span(&copy), &arena, &told);
		wrong += !is(type, want) && !is(type, "unknown");
		silent += !told;
	}
	for (size_t at = 44; at + 2 <= m->apic.size; at += m->apic.data[at + 1], tried++) {
		copy.size = 0;
		if (hc_buf_append(&copy, m->apic.data, m->apic.size, &err) < 0)
			break;
		copy.data[at + 1] = 0;
		put_sum(copy.data, copy.size, 9);
		type = type_with(hc_buf_span(&copy), &arena, &told);
		wrong += !is(type, want) && !is(type, "unknown");
		silent += !told;
	}
	ok(tried > 44 && wrong == 0 && silent == 0,
	   "%s: %u ways to damage its MADT, %u with another HAL type, %u not told", m->row.name,
	   tried, wrong, silent);
	hc_buf_done(&copy);
	hc_arena_done(&arena);
}

static bool
load(const char *name, const struct acpi_row *row, bool qemu, struct machine *ret)
{
	char path[256];
	bool there;

	ret->row = *row;
	snprintf(path, sizeof(path), qemu ? "acpi/qemu-%s" : "acpi/physical/%s/APIC.bin", name);
	there = data_file(path, &ret->apic);
	/* QEMU's variants of a MADT go with the FADT of the machine type: "q35/APIC.dimmpxm". */
	if (qemu)
		snprintf(path, sizeof(path), "acpi/qemu-%.*s/FACP", (int)strcspn(name, "/"),
			 name);
	else
		snprintf(path, sizeof(path), "acpi/physical/%s/FACP.bin", name);
	return data_file(path, &ret->facp) && there;
}

/* Folders of machines, so that none is passed over because FACTS.md lacks its row. */
static unsigned
count_folders(void)
{
	char path[512];
	struct dirent *entry;
	unsigned count = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/acpi/physical", getenv("HALCYON_TESTDATA"));
	dir = opendir(path);
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		count += entry->d_name[0] != '.';
	if (dir != NULL)
		closedir(dir);
	return count;
}

static void
test_real_acpi(void)
{
	struct hc_arena arena = { 0 };
	struct hc_buf facts = { 0 };
	unsigned rows[2] = { 0, 0 };
	char *save = NULL;

	if (!data_file("acpi/FACTS.md", &facts) || hc_buf_append(&facts, "", 1, &err) < 0) {
		tap_skip("HALCYON_TESTDATA is not set, so no real ACPI tables");
		return;
	}
	for (char *line = strtok_r((char *)facts.data, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		struct machine m = { 0 };
		struct acpi_row row = { 0 };
		int kind = parse_row(line, &row);

		if (kind < 0)
			continue;
		rows[kind]++;
		if (ok(load(row.name, &row, kind == 1, &m), "tables of %s", row.name)) {
			check_machine(&m, kind == 1, &arena);
			check_damaged(&m);
		}
		hc_buf_done(&m.apic);
		hc_buf_done(&m.facp);
	}
	ok(rows[0] == count_folders() && rows[0] >= 33 && rows[1] >= 8,
	   "all %u machines there are and %u tables of QEMU were compared", rows[0], rows[1]);
	hc_buf_done(&facts);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- made tables */

static void
put_entry(uint8_t *madt, size_t *at, uint8_t type, uint8_t length, uint32_t id, uint32_t flags)
{
	uint8_t *e = madt + *at;

	e[0] = type;
	e[1] = length;
	if (type == 0) {
		e[3] = (uint8_t)id;
		hc_put_le32(e + 4, flags);
	} else if (type == 9) {
		hc_put_le32(e + 4, id);
		hc_put_le32(e + 8, flags);
	}
	*at += length;
	hc_put_le32(madt + 4, (uint32_t)*at);
	put_sum(madt, *at, 9);
}

/* Whether the parser says so of these bytes, in memory of just their size. */
static bool
madt_is(const uint8_t *bytes, size_t size, struct hc_madt want, const char *damage,
	bool incomplete)
{
	uint8_t *copy = malloc(size + 1);
	struct hc_damage told = { 0 };
	struct hc_madt m = { 0 };
	bool pcat, same;

	memcpy(copy, bytes, size);
	same = hc_madt_parse(hc_span(copy, size), &m, &pcat, &told, &err) == 0 &&
	       m.local_apics == want.local_apics && m.enabled == want.enabled &&
	       m.online_capable == want.online_capable && m.io_apics == want.io_apics &&
	       is(told.text, damage) && told.incomplete == incomplete;
	if (!same)
		printf("# %d entries, %d enabled, %d capable, %d I/O; \"%s\"%s\n",
		       (int)m.local_apics, (int)m.enabled, (int)m.online_capable,
		       (int)m.io_apics, told.text, told.incomplete ? ", incomplete" : "");
	free(copy);
	return same;
}

static void
test_madt(void)
{
	uint8_t madt[256] = "APIC";
	size_t at = 44, tail;

	madt[8] = 5;
	put_entry(madt, &at, 0, 8, 0, 1);
	put_entry(madt, &at, 9, 16, 0, 1); /* the same processor again */
	put_entry(madt, &at, 9, 16, 300, 1);
	put_entry(madt, &at, 0, 8, 1, 2);
	put_entry(madt, &at, 9, 16, 300, 2); /* enabled above */
	put_entry(madt, &at, 0, 8, 2, 0);
	put_entry(madt, &at, 0, 8, 0xff, 1);        /* addresses all, is none */
	put_entry(madt, &at, 9, 16, UINT32_MAX, 1); /* the same */
	put_entry(madt, &at, 1, 12, 0, 0);
	ok(madt_is(madt, at, (struct hc_madt){ 8, 2, 1, 1 }, "", false),
	   "each enabled processor counts once, those to come are counted apart");
	madt[8] = 3;
	put_sum(madt, at, 9);
	ok(madt_is(madt, at, (struct hc_madt){ 8, 2, 0, 1 }, "", false),
	   "before revision 5 nothing is online-capable");
	madt[9]++;
	ok(madt_is(madt, at, (struct hc_madt){ 8, 2, 0, 1 }, "a wrong checksum", false),
	   "a wrong checksum is told, and the entries count");
	put_sum(madt, at, 9);
	ok(madt_is(madt, 44 + 8 + 3, (struct hc_madt){ 1, 1, 0, 0 }, "cut off: 55 of 152 bytes",
		   true),
	   "a table cut off: what is there counts, and that it is not all is told");
	madt[44 + 8 + 1] = 0;
	put_sum(madt, at, 9);
	ok(madt_is(madt, at, (struct hc_madt){ 1, 1, 0, 0 },
		   "an entry of type 9 with 0 bytes at byte 52 of 152", true),
	   "an entry of no length");
	madt[44 + 8 + 1] = 255;
	put_sum(madt, at, 9);
	ok(madt_is(madt, at, (struct hc_madt){ 1, 1, 0, 0 },
		   "an entry of type 9 with 255 bytes at byte 52 of 152", true),
	   "an entry beyond the table");
	tail = 44;
	put_entry(madt, &tail, 0, 6, 0, 1);
	put_entry(madt, &tail, 0, 8, 1, 1);
	ok(madt_is(madt, tail, (struct hc_madt){ 2, 1, 0, 0 },
		   "an entry of type 0 with 6 bytes at byte 44 of 58", true),
	   "a processor's entry too short to be one: those behind it count");
	ok(madt_is(madt, 20, (struct hc_madt){ 0 }, "only 20 bytes", true), "no head");
	hc_put_le32(madt + 4, 40);
	ok(madt_is(madt, tail, (struct hc_madt){ 0 }, "a length too short to be one", true),
	   "a length shorter than the head");
	madt[0] = 'B';
	hc_put_le32(madt + 4, (uint32_t)tail);
	ok(madt_is(madt, tail, (struct hc_madt){ 0 }, "the signature is another one", true),
	   "another table");
}

/* A damaged table among the facts, and what becomes of the HAL type. */
static void
test_damaged_machine(void)
{
	struct hc_arena arena = { 0 };
	struct machine m = { 0 };
	uint8_t madt[64] = "APIC", facp[116] = "FACP";
	struct hc_facts f = { 0 };
	size_t at = 44;

	hc_put_le32(facp + 4, sizeof(facp));
	facp[8] = 1;
	put_sum(facp, sizeof(facp), 9);
	put_entry(madt, &at, 0, 8, 0, 1);
	m.apic = (struct hc_buf){ madt, at, at };
	m.facp = (struct hc_buf){ facp, sizeof(facp), sizeof(facp) };
	probe_tables(&m, &arena, &f);
	ok(is(f.hal.id, "acpiapic_up") && f.acpi.damaged.count == 0, "one processor: %s",
	   f.hal.id);

	madt[45] = 0;
	put_sum(madt, at, 9);
	memset(&f, 0, sizeof(f));
	probe_tables(&m, &arena, &f);
	ok(f.acpi.present && f.acpi.madt != NULL && f.hal.id == NULL &&
		   f.acpi.damaged.count == 1 &&
		   is(f.acpi.damaged.items[0],
		      "APIC: an entry of type 0 with 0 bytes at byte 44 of 52"),
	   "with its entry damaged it is a machine with a MADT and of unknown type");
	ok(hc_strings_has(
		   &f.hal.evidence,
		   "damaged table: APIC: an entry of type 0 with 0 bytes at byte 44 of 52"),
	   "and the evidence says why");

	m.facp.size = 20;
	memset(&f, 0, sizeof(f));
	probe_tables(&m, &arena, &f);
	ok(f.acpi.present && is(f.acpi.damaged.items[0], "FACP: only 20 bytes"),
	   "a damaged FADT is one, too");

	/* Two MADTs: Linux numbers the files, the first one counts. */
	m.facp.size = sizeof(facp);
	madt[45] = 8;
	put_sum(madt, at, 9);
	memset(&f, 0, sizeof(f));
	probe_tables(&m, &arena, &f);
	run("cd \"$D/t/sys/firmware/acpi/tables\" && mv APIC APIC1 && cp FACP APIC2");
	ok(hc_probe(&(struct hc_probe_options){ .sysroot = in_dir("t") }, &arena, &f, &err) ==
			   0 &&
		   is(f.hal.id, "acpiapic_up"),
	   "of two MADTs the first one counts");
	hc_arena_done(&arena);
}

/* Linux started without ACPI on a machine that has it: no reason to call it a Standard PC. */
static void
test_hidden_acpi(void)
{
	static uint8_t low[LOW_MEMORY_BYTES];
	struct hc_arena arena = { 0 };
	struct hc_probe_options options = { .sysroot = hc_arena_strdup(&arena, in_dir("h")) };
	struct hc_facts f = { 0 };

	run("mkdir -p \"$D/h/sys/firmware\"");
	poke("h/low-memory", 0, low, sizeof(low));
	ok(hc_probe(&options, &arena, &f, &err) == 0 && is(f.hal.id, "e_isa_up"),
	   "no ACPI, no MP table: a Standard PC");
	memcpy(low + 0xf5a40, "RSD PTR ", 8);
	put_sum(low + 0xf5a40, 20, 8);
	ok(hc_rsdp_find(hc_span(low, sizeof(low))) == 0xf5a40, "the root pointer is found");
	poke("h/low-memory", 0, low, sizeof(low));
	memset(&f, 0, sizeof(f));
	ok(hc_probe(&options, &arena, &f, &err) == 0 && f.hal.id == NULL &&
		   hc_strings_has(&f.hal.evidence,
				  "the firmware has ACPI tables, but Linux runs without them"),
	   "a root pointer without tables: unknown");
	low[0xf5a40 + 15]++;
	ok(hc_rsdp_find(hc_span(low, sizeof(low))) == 0, "a wrong checksum is no root pointer");
	memset(low, 0, sizeof(low));
	hc_put_le16(low + 0x40e, 0x9fc0);
	memcpy(low + 0x9fc10, "RSD PTR ", 8);
	put_sum(low + 0x9fc10, 20, 8);
	ok(hc_rsdp_find(hc_span(low, sizeof(low))) == 0x9fc10, "one in the EBDA");

	run("rm \"$D/h/low-memory\"");
	put_text("h/sys/firmware/efi/systab", "SMBIOS3=0x7f9e8000\nMPS=0x7f000000\n");
	memset(&f, 0, sizeof(f));
	ok(hc_probe(&options, &arena, &f, &err) == 0 && f.hal.id == NULL &&
		   f.firmware.type == HC_FIRMWARE_UEFI,
	   "UEFI without ACPI and without memory to look at: unknown");
	hc_arena_done(&arena);
}

int
main(void)
{
	fixture_start();
	test_real_acpi();
	test_madt();
	test_damaged_machine();
	test_hidden_acpi();
	fixture_end();
	return tap_done();
}
