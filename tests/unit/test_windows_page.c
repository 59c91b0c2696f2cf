/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows: the page that people read, from a document that has everything, and from one that has nothing. */
#include "tests/unit/tap.h"

#include <stdlib.h>

#include "restore/windows/windows.h"

static const char document[] =
	"{ \"schema\": \"halcyon.windows/1\", \"product\": \"Windows Server 2003\", \"version\": "
	"\"5.2\","
	" \"build\": \"3790\", \"ubr\": 7, \"edition\": \"Standard\", \"product_type\": \"LanmanNT\","
	" \"product_suite\": [\"Terminal Server\"], \"installation_type\": \"Server\","
	" \"service_pack\": \"Service Pack 1\", \"hotfixes\": [\"KB810161\", \"KB958644\"],"
	" \"architecture\": \"x86\", \"channel\": \"oem\", \"oem\": \"DELL\", \"hostname\": "
	"\"ADD\\u001b[2JEMO\\u009b\","
	" \"system_root\": \"C:\\\\WINDOWS\", \"firmware\": \"bios\","
	" \"control_sets\": [\"ControlSet001\", \"ControlSet002\"], \"current_control_set\": "
	"\"ControlSet001\","
	" \"hal\": { \"type\": \"acpi-uniprocessor\", \"id\": \"acpiapic_up\", \"file\": "
	"\"halaacpi.dll\","
	"  \"version\": \"5.2.3790.1830\", \"witnesses\": [ { \"witness\": \"enum-hardware-id\","
	"  \"says\": \"acpiapic_up\", \"where\": \"SYSTEM\\\\Enum\" } ] },"
	" \"kernel\": { \"file\": \"ntoskrnl.exe\", \"version\": \"5.2.3790.1830\" },"
	" \"kernel32\": { \"file\": \"kernel32.dll\", \"version\": \"5.2.3790.1831\" },"
	" \"domain_controller\": { \"database\": \"C:\\\\WINDOWS\\\\NTDS\\\\ntds.dit\", \"domain\": "
	"\"DC=demo\","
	"  \"tombstone_days\": 60 },"
	" \"boot_drivers\": [ { \"name\": \"symmpi\", \"file\": \"\\\\drivers\\\\symmpi.sys\","
	"  \"file_present\": \"no\" }, { \"name\": \"atapi\", \"file_present\": \"yes\","
	"  \"overridden\": true } ],"
	" \"filter_drivers\": [ { \"name\": \"fltmgr\", \"kind\": \"minifilter\", \"microsoft\": "
	"\"yes\","
	"   \"service_present\": true, \"file_present\": \"yes\" },"
	"  { \"name\": \"veraswap\", \"kind\": \"class-upper\", \"class_name\": \"DiskDrive\","
	"   \"company\": \"IDRIX\", \"microsoft\": \"no\", \"service_present\": true,"
	"   \"file_present\": \"no\" },"
	"  { \"name\": \"gone\", \"kind\": \"class-lower\", \"group\": \"{4D36E967}\" } ],"
	" \"network_adapters\": [ { \"description\": \"PRO/1000\", \"hardware_id\": \"PCI\\\\1\","
	"   \"dhcp\": \"no\", \"addresses\": [\"10.0.0.5\"] },"
	"  { \"description\": \"Second\", \"hardware_id\": \"PCI\\\\2\", \"dhcp\": \"yes\" } ],"
	" \"display_adapters\": [ { \"description\": \"VGA\", \"hardware_id\": \"PCI\\\\3\" } ],"
	" \"mounted_devices\": [ { \"name\": \"\\\\DosDevices\\\\C:\", \"kind\": \"mbr\","
	"   \"disk\": \"8b4c8b4c\", \"offset\": 28672 },"
	"  { \"name\": \"\\\\??\\\\Volume{1}\", \"kind\": \"mbr\", \"disk\": \"8b4c8b4c\" },"
	"  { \"name\": \"\\\\DosDevices\\\\D:\", \"kind\": \"gpt\", \"partition\": \"{09931f21}\" },"
	"  { \"name\": \"\\\\DosDevices\\\\A:\", \"kind\": \"device\","
	"   \"device\": \"\\\\??\\\\FDC#GENERIC_FLOPPY_DRIVE____#6&1435b2e2&0&0#{53f5630d}\" } ],"
	" \"bcd\": { \"where\": \"disk0-p1 \\\\Boot\\\\BCD\", \"objects\": ["
	"  { \"id\": \"{9dea862c}\", \"type\": \"10100002\", \"description\": \"Windows Boot Manager\","
	"   \"default_object\": \"{1}\", \"devices\": [ { \"element\": \"11000001\", \"scheme\": "
	"\"boot\" } ] },"
	"  { \"id\": \"{1}\", \"type\": \"10200003\", \"description\": \"Windows 7\", \"path\": "
	"\"\\\\winload.exe\","
	"   \"default_object\": \"{2}\", \"devices\": ["
	"    { \"element\": \"21000001\", \"scheme\": \"mbr\", \"disk\": \"0003ee7c\", \"offset\": 512 },"
	"    { \"element\": \"11000001\", \"scheme\": \"gpt\", \"disk\": \"{d}\", \"partition\": \"{p}\","
	"     \"path\": \"\\\\r.wim\" } ] },"
	"  { \"id\": \"{3}\", \"type\": \"20100000\" } ] },"
	" \"boot_manager\": { \"path\": \"\\\\bootmgr\", \"version\": \"6.1\", \"signers\": [\"CN=M\"] },"
	" \"driver_policies\": [\"DenyUnspecified\"],"
	" \"restore_history\": [ { \"kind\": \"asr\", \"id\": \"{5}\", \"where\": \"SOFTWARE\" } ],"
	" \"bitlocker\": true, \"hibernated\": true, \"fast_startup\": true, \"volume_dirty\": true,"
	" \"hives\": { \"SYSTEM\": { \"dirty\": true, \"recovered\": true, \"log_entries_replayed\": 3 },"
	"  \"SOFTWARE\": { \"dirty\": true }, \"BCD\": { \"dirty\": false } },"
	" \"system_disk\": 1, \"system_partition\": 2, \"unread\": [\"a: b\", \"c: d\"] }";

static const char expected[] =
	"Windows        Windows Server 2003, Service Pack 1\n"
	"Version        5.2, build 3790.7\n"
	"Edition        Standard, Server\n"
	"Architecture   x86\n"
	"Channel        oem, DELL\n"
	"Host           ADD?[2JEMO??\n"
	"Role           domain controller\n"
	"Suites         Terminal Server\n"
	"Hotfixes       KB810161, KB958644\n"
	"Domain         DC=demo\n"
	"  database     C:\\WINDOWS\\NTDS\\ntds.dit\n"
	"  tombstones   kept for 60 days\n"
	"HAL            acpi-uniprocessor, id acpiapic_up, file halaacpi.dll 5.2.3790.1830\n"
	"               enum-hardware-id says acpiapic_up (SYSTEM\\Enum)\n"
	"Kernel         ntoskrnl.exe 5.2.3790.1830\n"
	"kernel32.dll   5.2.3790.1831\n"
	"Firmware       bios\n"
	"Boot manager   \\bootmgr 6.1\n"
	"               signed by CN=M\n"
	"Lies on        disk 1, partition 2\n"
	"System root    C:\\WINDOWS\n"
	"Control set    ControlSet001 of 2\n"
	"Boot store     disk0-p1 \\Boot\\BCD, 3 objects\n"
	"               {9dea862c} Windows Boot Manager\n"
	"                   default {1}\n"
	"                   device boot\n"
	"               {1} Windows 7\n"
	"                   \\winload.exe\n"
	"                   osdevice disk 0003ee7c, offset 512\n"
	"                   device partition {p} of disk {d} \\r.wim\n"
	"Drive letters  C: disk 8b4c8b4c, offset 28672\n"
	"               D: partition {09931f21}\n"
	"               A: FDC#GENERIC_FLOPPY_DRIVE\n"
	"Boot drivers   atapi, symmpi\n"
	"               FILE MISSING: symmpi wants \\drivers\\symmpi.sys\n"
	"  not started  of these, StartOverride keeps from starting:\n"
	"               atapi\n"
	"Filters        veraswap: class-upper of DiskDrive, IDRIX, FILE MISSING\n"
	"               gone: class-lower of {4D36E967}, company unknown, NO SUCH SERVICE\n"
	"Network        PRO/1000 (PCI\\1)\n"
	"                   fixed address 10.0.0.5\n"
	"               Second (PCI\\2), DHCP\n"
	"Display        VGA (PCI\\3)\n"
	"State          encrypted by BitLocker\n"
	"               hibernated: a resumable hiberfil.sys is there\n"
	"               fast startup is on: shutting down hibernates the kernel\n"
	"               the volume is marked dirty: chkdsk is due\n"
	"Hives          SYSTEM: not shut down cleanly; 3 log entries replayed\n"
	"               SOFTWARE: not shut down cleanly, and not brought up to date from its logs\n"
	"               BCD: clean\n"
	"Policies       DenyUnspecified forbids installing drivers\n"
	"Restored       asr {5} (SOFTWARE)\n"
	"Not read       a: b\n"
	"               c: d\n";

/* Line by line, so that a difference is seen. */
static void
same_page(const struct hc_buf *page, const char *want, const char *name)
{
	const char *got = (const char *)page->data;

	for (unsigned number = 1; *want != '\0'; number++) {
		size_t length = strcspn(want, "\n") + 1;

		if (strncmp(got, want, length) != 0) {
			ok(false, "%s: line %u", name, number);
			printf("#   got  %.*s\n#   want %.*s\n", (int)strcspn(got, "\n"), got,
			       (int)length - 1, want);
			return;
		}
		got += length;
		want += length;
	}
	ok(*got == '\0', "%s", name);
}

static void
test_full(void)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w = { 0 };
	struct hc_buf page = { 0 };
	struct hc_err err;

	ok_call(hc_doc_read(&hc_windows_shape, hc_span(document, strlen(document)), &arena, &w,
			    &err),
		&err, "a document with everything");
	ok(hc_windows_page(&w, &arena, &page, &err) == 0 &&
		   hc_buf_append(&page, "", 1, &err) == 0,
	   "is a page");
	same_page(&page, expected, "all of it is there, and nothing a terminal obeys");
	hc_buf_done(&page);
	hc_arena_done(&arena);
}

static void
test_nothing(void)
{
	const struct hc_windows w = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_buf page = { 0 };
	struct hc_err err;

	ok(hc_windows_page(&w, &arena, &page, &err) == 0 &&
		   hc_buf_append(&page, "", 1, &err) == 0,
	   "a Windows of which nothing is known is a page, too");
	same_page(&page,
		  "Windows        unknown\n"
		  "Version        unknown, build unknown\n"
		  "Architecture   unknown\n"
		  "Host           unknown\n"
		  "Firmware       unknown\n",
		  "what is not known is said, or left out");
	hc_buf_done(&page);
	hc_arena_done(&arena);
}

static void
test_long(void)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w = { 0 };
	struct hc_buf page = { 0 };
	struct hc_err err;
	size_t widest = 0, lines = 0, drivers = 0;

	for (unsigned i = 0; i < 90; i++) {
		struct hc_boot_driver *d = hc_arena_grow(&arena, &w.boot_drivers.items,
							 &w.boot_drivers.count, sizeof(*d));

		d->name = i == 40 ? hc_arena_printf(&arena, "x%0300u", i)
				  : hc_arena_printf(&arena, "driver%u", i);
	}
	ok(hc_windows_page(&w, &arena, &page, &err) == 0 &&
		   hc_buf_append(&page, "", 1, &err) == 0,
	   "ninety drivers");
	for (const char *at = (const char *)page.data; *at != '\0';
	     at += strcspn(at, "\n") + 1) {
		size_t length = strcspn(at, "\n");

		lines++;
		if (length < 200 && length > widest)
			widest = length;
	}
	for (const char *at = (const char *)page.data; (at = strstr(at, "driver")) != NULL;
	     at++)
		drivers++;
	ok(widest <= 80 && lines > 10, "stand in lines of at most 80 (%zu)", widest);
	/* The label is "Boot drivers". */
	ok(drivers == 89 + 1 &&
		   strstr((const char *)page.data, "\n               x000") != NULL,
	   "and none is lost");
	hc_buf_done(&page);
	hc_arena_done(&arena);
}

/* Two hundred hotfixes are no reading matter: how many, and how far. */
static void
test_many_hotfixes(void)
{
	const char *names[14] = { "KB2894856", "KB3202790", "KB958644" };
	struct hc_windows w = { .hotfixes = { names, 14 } };
	struct hc_arena arena = { 0 };
	struct hc_buf out = { 0 };
	struct hc_err err;

	for (size_t i = 3; i < 14; i++)
		names[i] = "KB3000000";
	ok_call(hc_windows_page(&w, &arena, &out, &err), &err, "a page of many hotfixes");
	ok_call(hc_buf_append(&out, "", 1, &err), &err, "with an end");
	ok(strstr((const char *)out.data,
		  "Hotfixes       14, up to KB3202790 (--json has them all)\n") != NULL,
	   "they are counted");
	hc_buf_done(&out);
	hc_arena_done(&arena);
}

int
main(void)
{
	test_full();
	test_nothing();
	test_long();
	test_many_hotfixes();
	return tap_done();
}
