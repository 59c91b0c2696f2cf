/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows: services, filters, adapters, PCI devices and MountedDevices, of real registries and made ones. */
#include "tests/unit/windows_volume.h"

/* ---------------------------------------------------------------- finding what was read */

static const struct hc_boot_driver *
boot_driver(const struct hc_windows *w, const char *name)
{
	for (size_t i = 0; i < w->boot_drivers.count; i++)
		if (same(w->boot_drivers.items[i].name, name))
			return &w->boot_drivers.items[i];
	return NULL;
}

static const struct hc_filter_driver *
filter(const struct hc_windows *w, const char *name, const char *kind)
{
	for (size_t i = 0; i < w->filter_drivers.count; i++)
		if (same(w->filter_drivers.items[i].name, name) &&
		    same(w->filter_drivers.items[i].kind, kind))
			return &w->filter_drivers.items[i];
	return NULL;
}

static const struct hc_mounted_device *
mounted(const struct hc_windows *w, const char *name)
{
	for (size_t i = 0; i < w->mounted_devices.count; i++)
		if (same(w->mounted_devices.items[i].name, name))
			return &w->mounted_devices.items[i];
	return NULL;
}

static const struct hc_windows_pci *
pci_device(const struct hc_windows *w, const char *id)
{
	for (size_t i = 0; i < w->pci.count; i++)
		if (same(w->pci.items[i].id, id))
			return &w->pci.items[i];
	return NULL;
}

/* ---------------------------------------------------------------- real registries */

/* Numbers and names are those of data/hives/FACTS.md, or were read from the hives with hivexregedit. */
static const struct {
	const char *set;
	size_t boot, filters, network, display, mounted;
	const char *unknown_filter, *unknown_kind; /* one that is not Microsoft's */
	const char *controller, *controller_service, *controller_class;
	const char *network_service, *address;
	unsigned dhcp;
} sets[] = {
	{ "2003-sp1-x86-dc", 21, 5, 1, 1, 8, NULL, NULL,
	  "PCI\\VEN_1000&DEV_0030&SUBSYS_197615AD&REV_01", "symmpi", "SCSIAdapter", "E1000",
	  "192.168.1.2", HC_NO },
	{ "nt4-sp3-pdc-x86", 3, 0, 1, 0, 0, NULL, NULL, NULL, NULL, NULL, "AMDPCN1", NULL,
	  HC_YES },
	{ "win7-sp1-x86-WKS-WIN732BITA", 36, 14, 2, 1, 11, "mfehidk", "minifilter",
	  "PCI\\VEN_1000&DEV_0054&SUBSYS_197615AD&REV_01", "LSI_SAS", "SCSIAdapter", "E1G60",
	  "192.168.1.123", HC_NO },
	{ "win81-x64-STUDENT-PC8", 78, 21, 1, 1, 7, "VBoxMouse", "class-upper",
	  "PCI\\VEN_8086&DEV_2829&SUBSYS_00000000&REV_02", "storahci", "hdc", "E1G60", NULL,
	  HC_YES },
	{ "win10-1709-x64-dell-physical-gpt", 86, 38, 2, 2, 6, "stdcfltn", "class-lower",
	  "PCI\\VEN_8086&DEV_282A&SUBSYS_05341028&REV_04", "iaStorAV", "SCSIAdapter",
	  "e1iexpress", NULL, HC_YES },
	{ "win10-1903-x64-vmware", 93, 38, 1, 1, 8, NULL, NULL,
	  "PCI\\VEN_15AD&DEV_07E0&SUBSYS_07E015AD&REV_00", "storahci", "HDC", "e1i65x64", NULL,
	  HC_YES },
};

static bool
prepare_set(struct sandbox *box, const char *set, const char *drivers)
{
	run(box, "rm -f SYSTEM SOFTWARE DRIVERS");
	if (!real_hive(box, set, "SOFTWARE", "SOFTWARE"))
		run(box, "rm -f SOFTWARE");
	return real_hive(box, set, "SYSTEM", "SYSTEM") && make_windows_volume(box, drivers);
}

static void
check_hardware(const struct hc_windows *w, size_t i)
{
	const struct hc_windows_pci *controller = pci_device(w, sets[i].controller);
	const struct hc_windows_adapter *network = w->network_adapters.items;

	ok(w->network_adapters.count == sets[i].network &&
		   w->display_adapters.count == sets[i].display,
	   "adapters without the software ones (%zu, %zu)", w->network_adapters.count,
	   w->display_adapters.count);
	ok(w->network_adapters.count > 0 && same(network->service, sets[i].network_service) &&
		   network->dhcp == sets[i].dhcp && network->where != NULL &&
		   (sets[i].address == NULL
			    ? network->addresses.count == 0
			    : network->addresses.count == 1 &&
				      same(network->addresses.items[0], sets[i].address)),
	   "the first one: %s, %s", w->network_adapters.count > 0 ? network->service : "-",
	   w->network_adapters.count > 0 && network->addresses.count > 0
		   ? network->addresses.items[0]
		   : "no fixed address");
	ok(sets[i].controller == NULL
		   ? w->pci.count == 0
		   : controller != NULL &&
			     same(controller->service, sets[i].controller_service) &&
			     same(controller->class_name, sets[i].controller_class),
	   "its storage controller");
}

static void
check_filters(const struct hc_windows *w, size_t i)
{
	const struct hc_filter_driver *f;
	size_t others = 0;

	ok(w->filter_drivers.count == sets[i].filters, "filter drivers (%zu)",
	   w->filter_drivers.count);
	for (size_t n = 0; n < w->filter_drivers.count; n++)
		others += w->filter_drivers.items[n].microsoft != HC_YES;
	f = sets[i].unknown_filter == NULL
		    ? NULL
		    : filter(w, sets[i].unknown_filter, sets[i].unknown_kind);
	ok(sets[i].unknown_filter == NULL
		   ? others == 0
		   : others == 1 && f != NULL && f->microsoft == HC_UNKNOWN,
	   "not Microsoft's: %s", sets[i].unknown_filter ? sets[i].unknown_filter : "none");
	f = filter(w, "IRENUM", "class-upper");
	ok(same(sets[i].set, "win10-1903-x64-vmware")
		   ? f != NULL && !f->service_present && f->file == NULL && f->start == 0
		   : f == NULL || f->service_present,
	   "1903 comes with a name of no service, the others do not");
}

static void
test_real(struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct hc_arena arena = { 0 };
		const struct hc_boot_driver *disk;
		struct hc_windows w;
		struct hc_err err;

		if (!prepare_set(box, sets[i].set, "disk")) {
			tap_skip(NO_NTFS);
			return;
		}
		ok_call(inspect_volume(box, &arena, &w, &err), &err, "%s is inspected",
			sets[i].set);
		disk = boot_driver(&w, "disk");
		ok(w.boot_drivers.count == sets[i].boot && disk != NULL &&
			   disk->file_present == HC_YES && !disk->overridden,
		   "boot drivers (%zu), disk.sys among them", w.boot_drivers.count);
		check_filters(&w, i);
		check_hardware(&w, i);
		ok(w.mounted_devices.count == sets[i].mounted, "mounted devices (%zu)",
		   w.mounted_devices.count);
		hc_arena_done(&arena);
	}
}

static void
test_real_details(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	const struct hc_mounted_device *m;
	const struct hc_boot_driver *b;
	const struct hc_filter_driver *f;
	struct hc_windows w;
	struct hc_err err;

	if (!prepare_set(box, "win10-1709-x64-dell-physical-gpt", "storahci iaStorAV")) {
		tap_skip(NO_NTFS);
		return;
	}
	ok_call(inspect_volume(box, &arena, &w, &err), &err, "the physical machine again");
	b = boot_driver(&w, "storahci");
	ok(b != NULL && b->overridden && same(b->group, "SCSI Miniport") &&
		   same(b->file, "\\Windows\\System32\\drivers\\storahci.sys") &&
		   b->file_present == HC_YES &&
		   same(b->where, "SYSTEM\\ControlSet001\\Services\\storahci"),
	   "a driver that StartOverride demotes");
	b = boot_driver(&w, "iaStorAV");
	ok(b != NULL && !b->overridden, "one whose StartOverride is empty");
	b = boot_driver(&w, "stornvme");
	ok(b != NULL && b->file_present == HC_NO, "one whose file is missing");
	f = filter(&w, "CldFlt", "minifilter");
	ok(f != NULL && same(f->altitude, "180451") && same(f->group, "FSFilter HSM") &&
		   f->start == 2 && f->microsoft == HC_YES && f->file_present == HC_NO,
	   "a minifilter");
	f = filter(&w, "iorate", "class-lower");
	ok(f != NULL && same(f->class_name, "Volume") &&
		   same(f->group, "{71a27cdd-812a-11d0-bec7-08002be2092f}") &&
		   f->service_present,
	   "a class filter");
	m = mounted(&w, "\\DosDevices\\C:");
	ok(m != NULL && same(m->kind, "gpt") &&
		   same(m->partition, "09931f21-7faf-44a9-81d8-1e73c14b9eaf"),
	   "a letter of a GPT partition");
	m = mounted(&w, "\\DosDevices\\D:");
	ok(m != NULL && same(m->kind, "device") &&
		   strncmp(m->device, "_??_USBSTOR#Disk&Ven_SanDisk", 28) == 0,
	   "a letter of a removable disk");
	hc_arena_done(&arena);
}

/* What the file says outweighs the name: Wine's hal.dll is "Microsoft Corporation", a changed one is not. */
static void
test_company(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	const struct hc_filter_driver *f;
	struct hc_windows w;
	struct hc_err err;

	if (!prepare_set(box, "win10-1709-x64-dell-physical-gpt", "") ||
	    !mount_ntfs(box, "w.img", "big_writes")) {
		tap_skip(NO_NTFS);
		return;
	}
	run(box,
	    "cd mnt/Windows/System32/drivers && "
	    "xz -dc %s/pe/wine-8.0-x86_64/hal.dll.xz >stdcfltn.sys && python3 -c \""
	    "a, b = 'Microsoft', 'Acmesofts'; "
	    "open('wcifs.sys', 'wb').write(open('stdcfltn.sys', 'rb').read().replace("
	    "a.encode('utf-16-le'), b.encode('utf-16-le')))\"",
	    getenv("HALCYON_TESTDATA"));
	umount_ntfs(box);
	ok_call(inspect_volume(box, &arena, &w, &err), &err, "drivers with version resources");
	f = filter(&w, "stdcfltn", "class-lower");
	ok(f != NULL && same(f->company, "Microsoft Corporation") && f->microsoft == HC_YES,
	   "a filter of a name that isn't known, whose file says Microsoft");
	f = filter(&w, "wcifs", "minifilter");
	ok(f != NULL && same(f->company, "Acmesofts Corporation") && f->microsoft == HC_NO,
	   "one of a name of Microsoft's, whose file says another");
	f = filter(&w, "CldFlt", "minifilter");
	ok(f != NULL && f->company == NULL && f->microsoft == HC_YES,
	   "one without a file, by name");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- made registries */

static void
check_files(const struct hc_windows *w)
{
	static const struct {
		const char *name, *file;
	} files[] = {
		{ "plain", "\\Windows\\System32\\drivers\\plain.sys" },
		{ "root", "\\Windows\\System32\\drivers\\r.sys" },
		{ "percent", "\\Windows\\System32\\p.sys" },
		{ "relative", "\\Windows\\system32\\DRIVERS\\l.sys" },
		{ "drive", "\\Vendor\\d.sys" },
		{ "bare", "\\Vendor\\b.sys" },
		{ "elsewhere", NULL },
		{ "device", NULL },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		const struct hc_boot_driver *b = boot_driver(w, files[i].name);
		unsigned present = files[i].file == NULL ? HC_UNKNOWN : i < 1 ? HC_YES : HC_NO;

		ok(b != NULL && same(b->file, files[i].file) && b->file_present == present,
		   "ImagePath of %s: %s", files[i].name,
		   b != NULL && b->file != NULL ? b->file : "on another volume");
	}
	ok(boot_driver(w, "demoted") != NULL && boot_driver(w, "demoted")->overridden,
	   "StartOverride 3 demotes");
	ok(boot_driver(w, "promoted") != NULL && !boot_driver(w, "promoted")->overridden &&
		   !boot_driver(w, "otherprofile")->overridden,
	   "0 does not, nor one of another hardware profile");
	ok(boot_driver(w, "later") == NULL && boot_driver(w, "program") == NULL &&
		   boot_driver(w, "nothing") == NULL,
	   "what does not start then, or is no driver, is none");
}

static void
check_made_filters(const struct hc_windows *w)
{
	const struct hc_filter_driver *f = filter(w, "partmgr", "class-upper");

	ok(f != NULL && f->microsoft == HC_YES && !f->service_present, "partmgr by name");
	f = filter(w, "gone", "class-upper");
	ok(f != NULL && f->microsoft == HC_UNKNOWN && !f->service_present,
	   "a name without a service");
	f = filter(w, "plain", "class-lower");
	ok(f != NULL && f->service_present && same(f->class_name, "DiskDrive"),
	   "a filter in a single text");
	f = filter(w, "oldav", "minifilter");
	ok(f != NULL && f->altitude == NULL, "a file system filter of the older kind");
	f = filter(w, "newav", "minifilter");
	ok(f != NULL && same(f->altitude, "328000"), "the altitude of the default instance");
	ok(filter(w, "noinstance", "minifilter") == NULL && w->filter_drivers.count == 5,
	   "what has neither altitude nor group is none");
}

static void
test_made(struct sandbox *box)
{
	const struct hc_windows_adapter *a;
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	run(box, "rm -f SYSTEM SOFTWARE DRIVERS");
	if (!make_hive(box, "SYSTEM", "services.reg") || !make_windows_volume(box, "plain")) {
		tap_skip(NO_NTFS);
		return;
	}
	ok_call(inspect_volume(box, &arena, &w, &err), &err, "a made registry is inspected");
	check_files(&w);
	check_made_filters(&w);
	a = w.network_adapters.items;
	ok(w.network_adapters.count == 2 && a[0].addresses.count == 2 &&
		   same(a[0].addresses.items[1], "10.0.1.5") && a[0].dhcp == HC_NO &&
		   same(a[0].service, "netkvm"),
	   "fixed addresses, without 0.0.0.0; kdnic is not listed");
	ok(w.network_adapters.count == 2 && a[1].dhcp == HC_YES && a[1].addresses.count == 0,
	   "an adapter on DHCP has no fixed addresses, whatever is left there");
	ok(w.pci.count == 1 && same(w.pci.items[0].service, "netkvm"),
	   "of PCI devices those that count");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- MountedDevices */

static void
test_mounted(void)
{
	static const uint8_t mbr[12] = { 0xef, 0xbe, 0xad, 0xde, 0, 0, 0x10, 0, 2, 0, 0, 0 };
	static const char gpt[25] = "DMIO:ID:\x01\x02\x03\x04\x05\x06\x07\x08"
				    "\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10";
	static const char device[] = "\\\0?\0?\0\\\0F\0D\0C\0#\0x";
	static const char half[] = "\\\0?\0?\0_\0F\0D\0C\0#\0x";
	struct hc_arena arena = { 0 };
	struct hc_mounted_device m;
	struct hc_err err;

	ok(hc_mounted_device_parse(hc_span(mbr, 12), &arena, &m, &err) == 0 &&
		   same(m.kind, "mbr") && same(m.disk, "deadbeef") && m.offset == 0x200100000 &&
		   m.name == NULL,
	   "12 bytes: signature and offset, of 64 bits");
	ok(hc_mounted_device_parse(hc_span(gpt, 24), &arena, &m, &err) == 0 &&
		   same(m.kind, "gpt") &&
		   same(m.partition, "04030201-0605-0807-090a-0b0c0d0e0f10"),
	   "24 bytes: a partition's GUID");
	ok(hc_mounted_device_parse(hc_span(device, 18), &arena, &m, &err) == 0 &&
		   same(m.kind, "device") && same(m.device, "\\??\\FDC#x"),
	   "a device");
	ok(hc_mounted_device_parse(hc_span(device, 17), &arena, &m, &err) == 0 &&
		   same(m.kind, "unknown"),
	   "half a character");
	ok(hc_mounted_device_parse(hc_span(half, 18), &arena, &m, &err) == 0 &&
		   same(m.kind, "unknown"),
	   "another prefix");
	ok(hc_mounted_device_parse(hc_span(gpt, 23), &arena, &m, &err) == 0 &&
		   same(m.kind, "unknown") && m.partition == NULL,
	   "a GUID that is cut short");
	ok(hc_mounted_device_parse(hc_span("", 0), &arena, &m, &err) == 0 &&
		   same(m.kind, "unknown"),
	   "nothing");
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_mounted();
	test_made(&box);
	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
	} else {
		test_real(&box);
		test_real_details(&box);
		test_company(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
