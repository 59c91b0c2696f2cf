/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/probe: parsers against real tables, HAL types, placeholders, recorded machines. */
#include "tests/unit/probe_names.h"

/* ---------------------------------------------------------------- ACPI against FACTS.md */

struct acpi_row {
	char name[128];
	unsigned lapic, lapic_enabled, x2, x2_enabled, io_apics, pcat, fadt_revision, reduced;
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

static void
check_row(const struct acpi_row *r, bool qemu, struct hc_arena *arena)
{
	struct hc_buf bytes = { 0 };
	struct hc_madt madt = { 0 };
	struct hc_fadt fadt = { 0 };
	char path[256];
	bool pcat = false;

	snprintf(path, sizeof(path), qemu ? "acpi/qemu-%s" : "acpi/physical/%s/APIC.bin",
		 r->name);
	if (!ok(data_file(path, &bytes), "%s is there", path))
		return;
	ok(hc_madt_parse(hc_buf_span(&bytes), arena, &madt, &pcat) &&
		   madt.local_apics == r->lapic + r->x2 &&
		   madt.enabled == r->lapic_enabled + r->x2_enabled &&
		   madt.io_apics == r->io_apics,
	   "MADT of %s: %u of %u processors enabled", r->name, r->lapic_enabled + r->x2_enabled,
	   r->lapic + r->x2);
	if (!qemu) {
		snprintf(path, sizeof(path), "acpi/physical/%s/FACP.bin", r->name);
		ok(data_file(path, &bytes) && hc_fadt_parse(hc_buf_span(&bytes), &fadt) &&
			   fadt.revision == r->fadt_revision &&
			   fadt.hardware_reduced == (r->reduced == 1) && pcat == (r->pcat == 1),
		   "FADT: revision %u, %s", r->fadt_revision,
		   r->reduced ? "hardware-reduced" : "full");
	}
	hc_buf_done(&bytes);
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
		struct acpi_row row = { 0 };
		int kind = parse_row(line, &row);

		if (kind >= 0) {
			check_row(&row, kind == 1, &arena);
			rows[kind]++;
		}
	}
	ok(rows[0] >= 33 && rows[1] >= 8, "%u machines and %u tables of QEMU were compared",
	   rows[0], rows[1]);
	hc_buf_done(&facts);
	hc_arena_done(&arena);
}

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
}

static void
test_madt(void)
{
	struct hc_arena arena = { 0 };
	uint8_t madt[256] = "APIC";
	struct hc_madt m = { 0 };
	size_t at = 44;
	bool pcat;

	madt[8] = 5;
	put_entry(madt, &at, 0, 8, 0, 1);
	put_entry(madt, &at, 9, 16, 0, 1); /* the same processor again */
	put_entry(madt, &at, 9, 16, 300, 1);
	put_entry(madt, &at, 0, 8, 1, 2);
	put_entry(madt, &at, 0, 8, 2, 0);
	put_entry(madt, &at, 1, 12, 0, 0);
	ok(hc_madt_parse(hc_span(madt, at), &arena, &m, &pcat) && m.enabled == 2 &&
		   m.local_apics == 5 && m.online_capable == 1 && m.io_apics == 1 && !pcat,
	   "each enabled processor counts once, those to come are counted apart");
	madt[8] = 3;
	ok(hc_madt_parse(hc_span(madt, at), &arena, &m, &pcat) && m.online_capable == 0,
	   "before revision 5 nothing is online-capable");
	ok(!hc_madt_parse(hc_span(madt, at - 1), &arena, &m, &pcat),
	   "refused: a table cut off");
	madt[45] = 0;
	ok(!hc_madt_parse(hc_span(madt, at), &arena, &m, &pcat),
	   "refused: an entry of no length");
	madt[45] = 255;
	ok(!hc_madt_parse(hc_span(madt, at), &arena, &m, &pcat),
	   "refused: an entry beyond the table");
	madt[0] = 'B';
	ok(!hc_madt_parse(hc_span(madt, at), &arena, &m, &pcat), "refused: another table");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- MP table */

static void
put_sum(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;

	bytes[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes[i]);
	bytes[at] = (uint8_t)-sum;
}

static void
put_pointer(uint8_t *low, uint32_t where, uint32_t table, uint8_t configuration)
{
	uint8_t *p = low + where;

	memcpy(p, "_MP_", 4);
	hc_put_le32(p + 4, table);
	p[8] = 1;
	p[9] = 4;
	p[11] = configuration;
	put_sum(p, 16, 10);
}

/* A table of `usable` processors, one more that is not, and a bus. */
static void
put_mp(uint8_t *low, uint32_t where, unsigned usable)
{
	uint8_t *t = low + where;
	size_t at = 44;

	memset(t, 0, 512);
	memcpy(t, "PCMP", 4);
	for (unsigned i = 0; i <= usable; i++, at += 20)
		t[at + 3] = i < usable ? 1 : 0;
	t[at] = 1;
	at += 8;
	hc_put_le16(t + 4, (uint16_t)at);
	hc_put_le16(t + 34, (uint16_t)(usable + 2));
	put_sum(t, at, 7);
}

static void
test_mps(void)
{
	uint8_t *low = calloc(1, LOW_MEMORY_BYTES);
	uint64_t n = 9;

	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_NO && n == 0, "no MP table");
	put_pointer(low, 0xf1230, 0xf2000, 0);
	put_mp(low, 0xf2000, 3);
	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_YES && n == 3,
	   "an MP table in the ROM: only usable processors count");
	low[0xf2000 + 44]++;
	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_NO,
	   "refused: a wrong checksum of the table");
	put_mp(low, 0xf2000, 3);
	low[0xf1230 + 9]++;
	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_NO,
	   "refused: of the pointer");
	put_pointer(low, 0xf1230, 0, 5);
	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_YES && n == 2,
	   "a default configuration has two processors");
	put_pointer(low, 0xf1230, 0x7fff0000, 0);
	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_UNKNOWN,
	   "a table beyond the first MiB: unknown, not none");
	memset(low, 0, LOW_MEMORY_BYTES);
	put_pointer(low, 0x9e010, 0x9e100, 0);
	put_mp(low, 0x9e100, 1);
	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_NO,
	   "the EBDA is looked at only where the BIOS data says it is");
	hc_put_le16(low + 0x40e, 0x9e00);
	ok(hc_mps_parse(hc_span(low, LOW_MEMORY_BYTES), &n) == HC_YES && n == 1, "in the EBDA");
	ok(hc_mps_parse(hc_span(low, 0x9e110), &n) == HC_UNKNOWN,
	   "cut memory is no reason to read beyond it");
	free(low);
}

/* ---------------------------------------------------------------- HAL types */

struct hal_case {
	const char *name;
	bool fadt, madt, reduced, pcat;
	uint64_t enabled;
	unsigned mps;
	uint64_t mp_processors;
	const char *product;
	unsigned firmware;
	const char *want, *runnable; /* NULL: unknown */
};

static void
test_hal(void)
{
	static const struct hal_case cases[] = {
		{ "ACPI, two processors", true, true, false, true, 2, HC_YES, 2, NULL,
		  HC_FIRMWARE_BIOS, "acpi-multiprocessor acpiapic_mp halmacpi.dll",
		  "acpiapic acpiapic_mp acpiapic_up acpipic_up mps_mp mps_up e_isa_up" },
		{ "ACPI, one processor", true, true, false, true, 1, HC_NO, 0, NULL,
		  HC_FIRMWARE_BIOS, "acpi-uniprocessor acpiapic_up halaacpi.dll",
		  "acpiapic acpiapic_mp acpiapic_up acpipic_up e_isa_up" },
		{ "ACPI without APIC", true, false, false, false, 0, HC_NO, 0, NULL,
		  HC_FIRMWARE_BIOS, "acpi-pc acpipic_up halacpi.dll", "acpipic_up e_isa_up" },
		{ "UEFI", true, true, false, true, 8, HC_UNKNOWN, 0, NULL, HC_FIRMWARE_UEFI,
		  "acpi-multiprocessor acpiapic_mp halmacpi.dll",
		  "acpiapic acpiapic_mp acpiapic_up acpipic_up" },
		{ "hardware-reduced tablet", true, true, true, false, 4, HC_UNKNOWN, 0, NULL,
		  HC_FIRMWARE_UEFI, "acpi-multiprocessor acpiapic_mp halmacpi.dll",
		  "acpiapic acpiapic_mp acpiapic_up" },
		{ "MP table, two processors", false, false, false, false, 0, HC_YES, 2, NULL,
		  HC_FIRMWARE_BIOS, "mps-multiprocessor mps_mp halmps.dll",
		  "mps_mp mps_up e_isa_up" },
		{ "MP table, one processor", false, false, false, false, 0, HC_YES, 1, NULL,
		  HC_FIRMWARE_BIOS, "mps-uniprocessor mps_up halapic.dll",
		  "mps_mp mps_up e_isa_up" },
		{ "SystemPro", false, false, false, false, 0, HC_NO, 0, "SystemPro XL",
		  HC_FIRMWARE_BIOS, "syspro-multiprocessor syspro_mp halsp.dll",
		  "syspro_mp e_isa_up" },
		{ "nothing", false, false, false, false, 0, HC_NO, 0, NULL, HC_FIRMWARE_BIOS,
		  "standard-pc e_isa_up hal.dll", "e_isa_up" },
		{ "no ACPI and no way to look", false, false, false, false, 0, HC_UNKNOWN, 0,
		  NULL, HC_FIRMWARE_BIOS, NULL, "e_isa_up" },
	};
	struct hc_arena arena = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct hal_case *c = &cases[i];
		struct hc_madt madt = { .enabled = c->enabled };
		struct hc_acpi acpi = { .present = c->fadt, .madt = c->madt ? &madt : NULL };
		struct hc_mps mps = { c->mps, c->mp_processors };
		struct hc_firmware firmware = { .type = c->firmware };
		struct hc_machine machine = { .vendor = "COMPAQ", .product = c->product };
		struct hc_hal_input in = { &acpi,  &mps, &firmware, &machine, { 4, c->reduced },
					   c->pcat };
		struct hc_hal hal = { 0 };
		char text[256] = "", runs[256] = "";

		ok_call(hc_hal_classify(&in, &arena, &hal, &err), &err, "HAL: %s", c->name);
		if (hal.type != NULL)
			snprintf(text, sizeof(text), "%s %s %s", hal.type, hal.id, hal.file);
		for (size_t r = 0; r < hal.runnable.count; r++)
			snprintf(runs + strlen(runs), sizeof(runs) - strlen(runs), "%s%s",
				 r > 0 ? " " : "", hal.runnable.items[r]);
		ok(is(hal.type != NULL ? text : NULL, c->want) && is(hal.preferred, hal.id),
		   "is %s", c->want ? c->want : "unknown");
		if (!ok(is(runs, c->runnable), "and can run %s", c->runnable))
			printf("# %s\n", runs);
		ok(hal.evidence.count >= 2, "with evidence");
	}
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- a recorded machine */

static void
tree_put(const char *path, const char *text)
{
	char name[512];

	snprintf(name, sizeof(name), "m%s", path);
	put_text(name, text);
}

static void
make_machine(void)
{
	static const uint8_t secure[5] = { 6, 0, 0, 0, 1 };

	tree_put("/created", "2026-11-23T16:50:00Z\n");
	tree_put("/sys/firmware/efi/fw_platform_size", "64\n");
	tree_put("/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
		 "");
	poke("m/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", 0,
	     secure, sizeof(secure));
	tree_put("/sys/class/dmi/id/sys_vendor", "Dell Inc.\n");
	tree_put("/sys/class/dmi/id/product_name", "PowerEdge R630\n");
	tree_put("/sys/class/dmi/id/product_serial", "To be filled by O.E.M.\n");
	tree_put("/sys/class/dmi/id/product_uuid", "4c4c4544-0039-3010-8048-b7c04f384432\n");
	tree_put("/proc/cpuinfo",
		 "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\n"
		 "physical id\t: 0\nflags\t\t: fpu nx lm\n\n"
		 "processor\t: 1\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\n"
		 "physical id\t: 1\nflags\t\t: fpu nx lm\n");
	tree_put("/proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\n");
	tree_put("/sys/devices/pci0000:00/0000:00:1c.0/class", "0x060400\n");
	tree_put("/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/vendor", "0x8086\n");
	tree_put("/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/device", "0x2922\n");
	tree_put("/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/subsystem_vendor",
		 "0x1af4\n");
	tree_put("/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/subsystem_device",
		 "0x1100\n");
	tree_put("/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/revision", "0x02\n");
	tree_put("/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/class", "0x010601\n");
	put_link("m/sys/devices/pci0000:00/0000:00:1c.0/0000:03:00.0/driver",
		 "../../../../bus/pci/drivers/ahci");
	put_link("m/sys/bus/pci/devices/0000:00:1c.0",
		 "../../../devices/pci0000:00/0000:00:1c.0");
	put_link("m/sys/bus/pci/devices/0000:03:00.0",
		 "../../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0");
	tree_put("/sys/devices/net/eth0/address", "00:1b:21:aa:bb:cc\n");
	tree_put("/sys/devices/net/eth0/carrier", "1\n");
	tree_put("/sys/devices/net/eth0/device/x", "");
	put_link("m/sys/class/net/eth0", "../../devices/net/eth0");
	tree_put("/sys/devices/net/lo/address", "00:00:00:00:00:00\n");
	put_link("m/sys/class/net/lo", "../../devices/net/lo");
}

static void
test_machine(void)
{
	struct hc_arena arena = { 0 };
	struct hc_probe_options options = { .sysroot = hc_arena_strdup(&arena, in_dir("m")) };
	struct hc_facts f = { 0 };
	const struct hc_pci *pci;

	make_machine();
	ok_call(hc_probe(&options, &arena, &f, &err), &err, "a recorded machine is probed");
	ok(f.firmware.type == HC_FIRMWARE_UEFI && f.firmware.bits == 64 &&
		   f.firmware.secure_boot == HC_YES,
	   "firmware");
	ok(is(f.created, "2026-11-23T16:50:00Z") && is(f.machine.product, "PowerEdge R630") &&
		   f.machine.serial == NULL &&
		   is(f.machine.uuid, "4c4c4544-0039-3010-8048-b7c04f384432"),
	   "names, a placeholder is none");
	ok(f.cpu.logical == 2 && f.cpu.packages == 2 && f.cpu.long_mode &&
		   f.cpu.features.count == 3 && f.memory == 16384 * 1024,
	   "processors and memory");
	ok(f.hal.type == NULL && f.mps.present == HC_UNKNOWN,
	   "without tables the HAL type is unknown");
	ok(f.pci.count == 2, "PCI functions");
	pci = &f.pci.items[1];
	ok(is(pci->address, "0000:03:00.0") && is(pci->parent, "0000:00:1c.0") &&
		   f.pci.items[0].parent == NULL && is(pci->driver, "ahci") &&
		   is(pci->class, "010601"),
	   "with bridge, driver and class");
	ok(pci->hardware_ids.count == 4 &&
		   is(pci->hardware_ids.items[0],
		      "PCI\\VEN_8086&DEV_2922&SUBSYS_11001AF4&REV_02") &&
		   is(pci->hardware_ids.items[1], "PCI\\VEN_8086&DEV_2922&SUBSYS_11001AF4") &&
		   is(pci->hardware_ids.items[2], "PCI\\VEN_8086&DEV_2922&CC_010601") &&
		   is(pci->hardware_ids.items[3], "PCI\\VEN_8086&DEV_2922&CC_0106"),
	   "hardware ids as Windows has them, best match first");
	ok(pci->compatible_ids.count == 7 &&
		   is(pci->compatible_ids.items[0], "PCI\\VEN_8086&DEV_2922&REV_02") &&
		   is(pci->compatible_ids.items[1], "PCI\\VEN_8086&DEV_2922") &&
		   is(pci->compatible_ids.items[6], "PCI\\CC_0106"),
	   "compatible ids");
	ok(f.network.count == 1 && is(f.network.items[0].mac, "00:1b:21:aa:bb:cc") &&
		   f.network.items[0].link,
	   "network adapters: those with hardware");
	options.sysroot = in_dir("no-machine");
	ok_fails(hc_probe(&options, &arena, &f, &err), &err, H_PROBE,
		 "refused: a folder that isn't there");
	hc_arena_done(&arena);
}

/* Records this machine, and reads the recording. */
static void
test_record(void)
{
	struct hc_arena arena = { 0 };
	struct hc_probe_options here = { 0 };
	struct hc_probe_options there = { .sysroot = hc_arena_strdup(&arena, in_dir("rec")) };
	struct hc_facts a = { 0 }, b = { 0 };
	struct hc_buf x = { 0 }, y = { 0 };

	ok_call(hc_probe_record(in_dir("rec"), &err), &err, "this machine is recorded");
	ok(hc_probe(&here, &arena, &a, &err) == 0 && hc_probe(&there, &arena, &b, &err) == 0,
	   "this machine and the recording are probed");
	a.created = b.created = NULL;
	for (size_t i = 0; i < a.network.count; i++)
		a.network.items[i].addresses.count = 0;
	ok(hc_doc_write(&hc_facts_shape, &a, HC_JSON_PRETTY, &x, &err) == 0 &&
		   hc_doc_write(&hc_facts_shape, &b, HC_JSON_PRETTY, &y, &err) == 0 &&
		   x.size == y.size && memcmp(x.data, y.data, x.size) == 0,
	   "both give the same facts, but for time and network addresses");
	ok_fails(hc_probe_record(in_dir("rec"), &err), &err, H_PROBE,
		 "refused: a second recording there");
	hc_buf_done(&x);
	hc_buf_done(&y);
	hc_arena_done(&arena);
}

int
main(void)
{
	fixture_start();
	test_real_acpi();
	test_madt();
	test_mps();
	test_hal();
	test_placeholders();
	test_real_smbios();
	test_smbios();
	test_machine();
	test_record();
	fixture_end();
	return tap_done();
}
