/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/probe: parsers against real tables, HAL types, placeholders, recorded machines. */
#include "tests/unit/probe_names.h"

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
		struct hc_mps mps = { .present = c->mps, .processors = c->mp_processors };
		struct hc_firmware firmware = { .type = c->firmware };
		struct hc_machine machine = { .vendor = "COMPAQ", .product = c->product };
		struct hc_hal_input in = { .acpi = &acpi,
					   .mps = &mps,
					   .firmware = &firmware,
					   .machine = &machine,
					   .fadt = { 4, c->reduced },
					   .pcat = c->pcat };
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

/* ---------------------------------------------------------------- PCI ids */

struct pci_case {
	const char *name;
	struct hc_pci_numbers numbers;
	const char *hardware, *compatible; /* separated by blanks */
};

static bool
list_is(const struct hc_strings *list, const char *want)
{
	char text[1024] = "";

	for (size_t i = 0; i < list->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			 i > 0 ? " " : "", list->items[i]);
	if (strcmp(text, want) != 0)
		printf("# %s\n", text);
	return strcmp(text, want) == 0;
}

/* As these devices stand in Enum\PCI of real registries, and a virtio disk as QEMU has it. */
static void
test_pci_ids(void)
{
	static const struct pci_case cases[] = {
		{ "LSI controller of the Server 2003",
		  { 0x1000, 0x0030, 0x15ad, 0x1976, 0x01, 0x010000 },
		  "PCI\\VEN_1000&DEV_0030&SUBSYS_197615AD&REV_01 "
		  "PCI\\VEN_1000&DEV_0030&SUBSYS_197615AD "
		  "PCI\\VEN_1000&DEV_0030&CC_010000 PCI\\VEN_1000&DEV_0030&CC_0100",
		  "PCI\\VEN_1000&DEV_0030&REV_01 PCI\\VEN_1000&DEV_0030 "
		  "PCI\\VEN_1000&CC_010000 PCI\\VEN_1000&CC_0100 PCI\\VEN_1000 "
		  "PCI\\CC_010000 PCI\\CC_0100" },
		{ "AHCI controller without a subsystem, of the Windows 8.1",
		  { 0x8086, 0x2829, 0, 0, 0x02, 0x010601 },
		  "PCI\\VEN_8086&DEV_2829&SUBSYS_00000000&REV_02 "
		  "PCI\\VEN_8086&DEV_2829&SUBSYS_00000000 "
		  "PCI\\VEN_8086&DEV_2829&REV_02 PCI\\VEN_8086&DEV_2829 "
		  "PCI\\VEN_8086&DEV_2829&CC_010601 PCI\\VEN_8086&DEV_2829&CC_0106",
		  "PCI\\VEN_8086&CC_010601 PCI\\VEN_8086&CC_0106 PCI\\VEN_8086 "
		  "PCI\\CC_010601 PCI\\CC_0106" },
		{ "virtio disk",
		  { 0x1af4, 0x1001, 0x1af4, 0x0002, 0x00, 0x010000 },
		  "PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00 "
		  "PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4 "
		  "PCI\\VEN_1AF4&DEV_1001&CC_010000 PCI\\VEN_1AF4&DEV_1001&CC_0100",
		  "PCI\\VEN_1AF4&DEV_1001&REV_00 PCI\\VEN_1AF4&DEV_1001 "
		  "PCI\\VEN_1AF4&CC_010000 PCI\\VEN_1AF4&CC_0100 PCI\\VEN_1AF4 "
		  "PCI\\CC_010000 PCI\\CC_0100" },
	};
	struct hc_arena arena = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hc_pci pci = { 0 };

		ok_call(hc_pci_ids(&cases[i].numbers, &arena, &pci, &err), &err, "%s",
			cases[i].name);
		ok(list_is(&pci.hardware_ids, cases[i].hardware), "its hardware ids");
		ok(list_is(&pci.compatible_ids, cases[i].compatible), "its compatible ids");
	}
	hc_arena_done(&arena);
}

static const char *
parent(const struct hc_facts *f, const char *address)
{
	for (size_t i = 0; i < f->pci.count; i++)
		if (is(f->pci.items[i].address, address))
			return f->pci.items[i].parent;
	return "no such function";
}

/* Where there is a root bus inside, what stands above it is the parent. */
static void
test_buses(void)
{
	static const char channel[] = "f8b3781a-1e82-4818-a1c3-63d806ec15bb";
	struct hc_arena arena = { 0 };
	struct hc_probe_options options = { .sysroot = hc_arena_strdup(&arena, in_dir("b")) };
	struct hc_facts f = { 0 };

	put_text("b/sys/devices/pci0000:00/0000:00:0e.0/class", "0x010400\n");
	put_text("b/sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/class",
		 "0x060400\n");
	put_link("b/sys/bus/pci/devices/0000:00:0e.0",
		 "../../../devices/pci0000:00/0000:00:0e.0");
	put_link("b/sys/bus/pci/devices/10000:e0:06.0",
		 "../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0");
	put_text("b/sys/devices/ACPI0004:00/VMBUS:01/f8b3781a-1e82-4818-a1c3-63d806ec15bb/"
		 "class_id",
		 "{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}\n");
	put_text("b/sys/devices/ACPI0004:00/VMBUS:01/f8b3781a-1e82-4818-a1c3-63d806ec15bb/"
		 "pci4b2d:00/4b2d:00:00.0/class",
		 "0x010802\n");
	put_link("b/sys/devices/ACPI0004:00/VMBUS:01/f8b3781a-1e82-4818-a1c3-63d806ec15bb/"
		 "driver",
		 "../../../../bus/vmbus/drivers/hv_storvsc");
	put_link("b/sys/bus/vmbus/devices/f8b3781a-1e82-4818-a1c3-63d806ec15bb",
		 "../../../devices/ACPI0004:00/VMBUS:01/f8b3781a-1e82-4818-a1c3-63d806ec15bb");
	put_link("b/sys/bus/pci/devices/4b2d:00:00.0",
		 "../../../devices/ACPI0004:00/VMBUS:01/f8b3781a-1e82-4818-a1c3-63d806ec15bb/"
		 "pci4b2d:00/4b2d:00:00.0");
	ok_call(hc_probe(&options, &arena, &f, &err), &err, "a machine with VMD and Hyper-V");
	ok(f.pci.count == 3 && is(parent(&f, "0000:00:0e.0"), NULL) &&
		   is(parent(&f, "4b2d:00:00.0"), channel) &&
		   is(parent(&f, "10000:e0:06.0"), "0000:00:0e.0"),
	   "the chain goes on above a root bus that is not the machine's");
	ok(f.vmbus.count == 1 && is(f.vmbus.items[0].address, channel) &&
		   is(f.vmbus.items[0].driver, "hv_storvsc") &&
		   list_is(&f.vmbus.items[0].hardware_ids,
			   "VMBUS\\{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}"),
	   "a storage controller on the VMBus, as Windows 7's CriticalDeviceDatabase has it");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- a recorded machine */

/* What Windows 8, 8.1 and 11 ask for, by the kernel's names (arch/x86/include/asm/cpufeatures.h). */
#define FEATURES "fpu pae cx8 sse2 nx lm lahf_lm cx16 3dnowprefetch popcnt sse4_2"

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
		 "physical id\t: 0\nflags\t\t: " FEATURES "\n\n"
		 "processor\t: 1\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\n"
		 "physical id\t: 2\nflags\t\t: " FEATURES "\n\n"
		 "processor\t: 2\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\n"
		 "physical id\t: 2\nflags\t\t: " FEATURES "\n");
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
	ok(f.cpu.logical == 3 && f.cpu.packages == 2 && f.memory == 16384 * 1024,
	   "three processors in two packages, memory");
	ok(f.cpu.long_mode && list_is(&f.cpu.features, FEATURES),
	   "features by the kernel's names: what the rules ask for is among them");
	ok(f.hal.type == NULL && f.mps.present == HC_UNKNOWN,
	   "without tables the HAL type is unknown");
	ok(f.pci.count == 2, "PCI functions");
	pci = &f.pci.items[1];
	ok(is(pci->address, "0000:03:00.0") && is(pci->parent, "0000:00:1c.0") &&
		   f.pci.items[0].parent == NULL && is(pci->driver, "ahci") &&
		   is(pci->class, "010601"),
	   "with bridge, driver and class");
	ok(pci->hardware_ids.count == 4 && is(pci->hardware_ids.items[0],
					      "PCI\\VEN_8086&DEV_2922&SUBSYS_11001AF4&REV_02"),
	   "and ids");
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
	struct hc_probe_options here = { .windows = true };
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
	test_hal();
	test_placeholders();
	test_real_smbios();
	test_smbios();
	test_pci_ids();
	test_buses();
	test_machine();
	test_record();
	fixture_end();
	return tap_done();
}
