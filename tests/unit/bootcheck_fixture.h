/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines to check the boot chain of: three trees made once (bootcheck_prepare), each case a fresh copy with one thing
 * changed, on the disk of fixup_fixture.h.
 *
 *	struct bootcheck_case c = { .kind = SEVEN_BIOS, .does = "rm mnt/bootmgr" };
 *	ok(bootcheck_is(&box, &c, HC_NO, "boot-manager", "bcd"), "…");
 */
#ifndef HC_TESTS_BOOTCHECK_FIXTURE_H
#define HC_TESTS_BOOTCHECK_FIXTURE_H

#include "restore/fixup/bootcheck.h"
#include "tests/unit/fixup_fixture.h"
#include "tests/unit/windows_image.h"

#define BOOTMGR "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define LOADER  "{11111111-aaaa-bbbb-cccc-000000000001}"

enum machine_kind {
	SEVEN_BIOS,
	SEVEN_UEFI,
	OLD_BIOS, /* 2003 */
	MACHINE_KINDS
};

struct bootcheck_case {
	enum machine_kind kind;
	const char *does;       /* while the volume is mounted at mnt */
	const char *hive, *reg; /* a hive there, and how it is changed */
	const char *after;      /* with the volume closed: w.img */
	bool no_facts, no_disk, no_code;
	unsigned sector_at; /* 0: the boot record stays */
	uint8_t sector_value;
	unsigned firmware;  /* of the machine; 0: as the disk has it */
	uint64_t bits;      /* of its UEFI; 0: 64 */
	uint64_t offset;    /* that the store names; 0: the right one */
	uint32_t signature; /* the same of the disk */
	uint8_t guid_byte;  /* the last one of the partition's GUID; 0: the right one */
};

/* Drivers that start at boot; the chain and one more. */
#define BOOT_DRIVERS "ACPI pci partmgr volmgr volsnap mountmgr disk viostor cng"

static const struct {
	const char *version, *architecture, *loader, *drivers;
	uint16_t machine;
} machine_kinds[] = {
	{ "6.1", "AMD64", "winload.exe", BOOT_DRIVERS, 0x8664 },
	{ "6.1", "AMD64", "winload.efi", BOOT_DRIVERS, 0x8664 },
	{ "5.2", "x86", NULL, BOOT_DRIVERS " ftdisk", 0x14c },
};

/* ---------------------------------------------------------------- the store */

static int
put_hex(struct hc_buf *out, const uint8_t *bytes, size_t size, struct hc_err *err)
{
	for (size_t i = 0; i < size; i++)
		if (hc_buf_printf(out, err, "%s%02x", i > 0 ? "," : "hex:", bytes[i]) < 0)
			return -1;
	return hc_buf_printf(out, err, "\n");
}

/* 88 bytes as windows-offline.md section 7 has them. */
static void
make_device(const struct bootcheck_case *c, uint8_t ret[88])
{
	memset(ret, 0, 88);
	hc_put_le32(ret + 0x10, 6);
	hc_put_le32(ret + 0x18, 0x48);
	if (c->kind == SEVEN_UEFI) {
		/* aaaaaaaa-0000-0000-0000-000000000002 on 11111111-2222-3333-4444-555555555555 */
		memset(ret + 0x20, 0xaa, 4);
		ret[0x2f] = c->guid_byte != 0 ? c->guid_byte : 2;
		memcpy(ret + 0x38,
		       "\x11\x11\x11\x11\x22\x22\x33\x33\x44\x44\x55\x55\x55\x55\x55\x55", 16);
		return;
	}
	hc_put_le64(ret + 0x20, c->offset != 0 ? c->offset : 1u << 20);
	hc_put_le32(ret + 0x34, 1);
	hc_put_le32(ret + 0x38, c->signature != 0 ? c->signature : 0xa1b2c3d4);
}

__attribute__((unused)) static bool
make_store(const struct sandbox *box, const struct bootcheck_case *c)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	uint8_t device[88];
	bool made;

	make_device(c, device);
	hc_buf_printf(&text, &err,
		      "[\\Objects\\" BOOTMGR "\\Description]\n\"Type\"=dword:10100002\n"
		      "[\\Objects\\" BOOTMGR "\\Elements\\23000003]\n\"Element\"=\"" LOADER
		      "\"\n"
		      "[\\Objects\\" LOADER "\\Description]\n\"Type\"=dword:10200003\n"
		      "[\\Objects\\" LOADER "\\Elements\\12000002]\n"
		      "\"Element\"=\"\\\\Windows\\\\system32\\\\%s\"\n"
		      "[\\Objects\\" LOADER "\\Elements\\22000002]\n"
		      "\"Element\"=\"\\\\Windows\"\n",
		      machine_kinds[c->kind].loader);
	for (unsigned i = 1; i < 3; i++) {
		hc_buf_printf(&text, &err,
			      "[\\Objects\\" LOADER "\\Elements\\%u1000001]\n\"Element\"=", i);
		put_hex(&text, device, sizeof(device), &err);
	}
	hc_buf_append(&text, "", 1, &err);
	made = make_hive_text(box, "BCD", (const char *)text.data);
	hc_buf_done(&text);
	return made;
}

/* ---------------------------------------------------------------- the registry */

__attribute__((unused)) static bool
make_registry(const struct sandbox *box, enum machine_kind kind)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	char names[] = BOOT_DRIVERS " ftdisk", *rest = NULL, software[512];
	bool made;

	hc_buf_printf(
		&text, &err,
		"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
		"[\\ControlSet001\\Control\\Session Manager\\Environment]\n"
		"\"PROCESSOR_ARCHITECTURE\"=\"%s\"\n"
		"[\\ControlSet001\\Control\\CriticalDeviceDatabase\\pci#ven_1af4&dev_1001]\n"
		"\"Service\"=\"viostor\"\n"
		"[\\ControlSet001\\Control\\CriticalDeviceDatabase\\*pnp0a03]\n"
		"\"Service\"=\"pci\"\n"
		"[\\MountedDevices]\n\"\\\\DosDevices\\\\C:\"=hex:%s\n",
		machine_kinds[kind].architecture,
		kind == SEVEN_UEFI ? "44,4d,49,4f,3a,49,44,3a,aa,aa,aa,aa,00,00,00,00,00,"
				     "00,00,00,00,00,00,02"
				   : "d4,c3,b2,a1,00,00,10,00,00,00,00,00");
	for (char *name = strtok_r(names, " ", &rest); name != NULL;
	     name = strtok_r(NULL, " ", &rest))
		if (kind == OLD_BIOS || strcmp(name, "ftdisk") != 0)
			hc_buf_printf(
				&text, &err,
				"[\\ControlSet001\\Services\\%s]\n\"Start\"=dword:00000000\n"
				"\"Type\"=dword:00000001\n\"ErrorControl\"=dword:00000001\n",
				name);
	hc_buf_append(&text, "", 1, &err);
	snprintf(software, sizeof(software),
		 "[\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"%s\"\n"
		 "\"ProductName\"=\"Windows of a test\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n",
		 machine_kinds[kind].version);
	made = make_hive_text(box, "SYSTEM", (const char *)text.data) &&
	       make_hive_text(box, "SOFTWARE", software);
	hc_buf_done(&text);
	return made;
}

/* ---------------------------------------------------------------- the volumes */

/* base<kind>.img, and esp<kind>.img; what is missing is the store, which each case has its own of. */
__attribute__((unused)) static bool
make_base(struct sandbox *box, enum machine_kind kind)
{
	unsigned start = kind == SEVEN_UEFI ? 2048 + 40 * 2048 : 2048;

	if (!make_registry(box, kind) || !put_pe(box, "own.pe", machine_kinds[kind].machine) ||
	    run(box,
		"rm -f w.img && truncate -s 40M w.img && "
		"mkntfs -qFQ -s 512 -p %u -H 255 -S 63 w.img",
		start) != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes,compression"))
		return false;
	run(box,
	    "s=mnt/Windows/System32; mkdir -p $s/config $s/drivers mnt/Boot && "
	    "cp SYSTEM SOFTWARE $s/config/ && for d in %s ntfs; do cp own.pe $s/drivers/$d.sys; "
	    "done && for f in ntoskrnl.exe hal.dll cmd.exe winload.exe winload.efi; do "
	    "cp own.pe $s/$f; done && "
	    "if [ %d = %d ]; then echo code >mnt/ntldr && echo code >mnt/ntdetect.com && "
	    "printf '[boot loader]\\r\\ntimeout=30\\r\\ndefault="
	    "multi(0)disk(0)rdisk(0)partition(1)\\\\Windows\\r\\n[operating systems]\\r\\n"
	    "multi(0)disk(0)rdisk(0)partition(1)\\\\Windows=\"2003\" /fastdetect\\r\\n' "
	    ">mnt/boot.ini; else echo code >mnt/bootmgr; fi",
	    machine_kinds[kind].drivers, kind, OLD_BIOS);
	return umount_ntfs(box) &&
	       run(box,
		   "mv w.img base%d.img && cp SOFTWARE software && "
		   "truncate -s 40M esp.img && mkfs.fat -F 32 esp.img && "
		   "mmd -i esp.img ::/EFI ::/EFI/BOOT ::/EFI/Microsoft ::/EFI/Microsoft/Boot && "
		   "mcopy -i esp.img own.pe ::/EFI/BOOT/BOOTX64.EFI && "
		   "mcopy -i esp.img own.pe ::/EFI/Microsoft/Boot/bootmgfw.efi && "
		   "mv esp.img esp%d.img",
		   kind, kind) == 0;
}

__attribute__((unused)) static bool
bootcheck_prepare(struct sandbox *box)
{
	for (unsigned kind = 0; kind < MACHINE_KINDS; kind++)
		if (!make_base(box, (enum machine_kind)kind))
			return false;
	for (unsigned kind = SEVEN_BIOS; kind < MACHINE_KINDS; kind++) {
		struct bootcheck_case whole = { .kind = (enum machine_kind)kind };

		if ((kind != OLD_BIOS && !make_store(box, &whole)) ||
		    run(box, "cp BCD store%u", kind) != 0)
			return false;
	}
	return put_pe(box, "arm64.pe", 0xaa64) && put_pe(box, "x86.pe", 0x14c) &&
	       /* The first sequence number one ahead of the second, as after a crash. */
	       put_text(
		       box, "dirty.py",
		       "import struct, sys\nf = open(sys.argv[1], 'r+b')\n"
		       "b = bytearray(f.read(512))\n"
		       "struct.pack_into('<I', b, 4, struct.unpack_from('<I', b, 8)[0] + 1)\n"
		       "s = 0\nfor w in struct.unpack('<127I', b[:508]):\n    s ^= w\n"
		       "struct.pack_into('<I', b, 508, s)\nf.seek(0)\nf.write(b)\nf.close()\n");
}

/* A fresh w.img and esp.img with the change of the case. */
__attribute__((unused)) static bool
make_case(struct sandbox *box, const struct bootcheck_case *c)
{
	/* One that differs is the case's own; the others were made once. */
	bool own = c->offset != 0 || c->signature != 0 || c->guid_byte != 0;

	if (own ? !make_store(box, c) : run(box, "cp store%d BCD", c->kind) != 0)
		return false;
	if (run(box,
		"cp --sparse=always base%d.img w.img && cp --sparse=always esp%d.img esp.img",
		c->kind, c->kind) != 0 ||
	    (c->kind == SEVEN_UEFI &&
	     run(box, "mcopy -i esp.img BCD ::/EFI/Microsoft/Boot/BCD") != 0) ||
	    !mount_ntfs(box, "w.img", "big_writes,compression"))
		return false;
	if (c->kind == SEVEN_BIOS && run(box, "cp BCD mnt/Boot/BCD") != 0)
		return false;
	if (c->does != NULL && run(box, "%s", c->does) != 0)
		return false;
	if (c->hive != NULL &&
	    (run(box, "cp %s changed", c->hive) != 0 || !change_hive(box, "changed", c->reg) ||
	     run(box, "cp changed %s", c->hive) != 0))
		return false;
	return umount_ntfs(box) && (c->after == NULL || run(box, "%s", c->after) == 0);
}

/* ---------------------------------------------------------------- the check */

__attribute__((unused)) static const struct machine_pci virtio_disk = {
	"0000:00:04.0", NULL, "1AF4&DEV_1001", "00021AF4", "00", "010000"
};

__attribute__((unused)) static void
make_sector(const struct bootcheck_case *c, uint8_t ret[512])
{
	memset(ret, 0, 512);
	if (!c->no_code)
		memset(ret, 0x90, 440);
	ret[446] = 0x80;
	ret[510] = 0x55;
	ret[511] = 0xaa;
	if (c->sector_at != 0)
		ret[c->sector_at] = c->sector_value;
}

/* Whether it could be made and looked at; *ret lives in the arena of *m. */
__attribute__((unused)) static bool
check_case(struct sandbox *box, const struct bootcheck_case *c, struct offline_machine *m,
	   struct hc_bootcheck *ret)
{
	struct hc_io *disk = NULL;
	struct machine machine;
	uint8_t sector[512];
	struct hc_err err;
	bool made = make_case(box, c) && offline_open(box, m, c->kind == SEVEN_UEFI);
	bool done = false;

	if (!made) {
		printf("# the case could not be made\n");
		return false;
	}
	machine_init(&machine, &virtio_disk);
	machine.facts.firmware.bits = c->bits;
	machine.facts.firmware.type = c->firmware != 0        ? c->firmware
				      : c->kind == SEVEN_UEFI ? HC_FIRMWARE_UEFI
							      : HC_FIRMWARE_BIOS;
	make_sector(c, sector);
	if (hc_io_memory(hc_span(sector, sizeof(sector)), &disk, &err) == 0) {
		m->offline.disk = c->no_disk ? NULL : disk;
		done = hc_bootcheck(&m->offline, c->no_facts ? NULL : &machine.facts,
				    &machine.disk, false, &m->arena, ret, &err) == 0;
	}
	if (!done)
		printf("# %s\n", err.text[0]);
	hc_io_close(disk);
	machine_done(&machine);
	return done;
}

__attribute__((unused)) static const struct hc_boot_link *
find_link(const struct hc_bootcheck *check, const char *id)
{
	for (size_t i = 0; id != NULL && i < check->links.count; i++)
		if (strcmp(check->links.items[i].id, id) == 0)
			return &check->links.items[i];
	return NULL;
}

__attribute__((unused)) static void
print_links(const struct hc_bootcheck *check)
{
	for (size_t i = 0; i < check->links.count; i++)
		printf("# %-18s %-8s %s (%s)\n", check->links.items[i].id,
		       hc_link_state_names[check->links.items[i].state],
		       check->links.items[i].found,
		       check->links.items[i].fixup ? check->links.items[i].fixup : "-");
}

/*
 * Whether the answer is `boots`.  HC_NO: `link` is the first broken one, and none before it is unknown; HC_UNKNOWN: that link is
 * unknown, and none is broken.  And whether its fixup is this one.
 */
__attribute__((unused)) static bool
bootcheck_is(struct sandbox *box, const struct bootcheck_case *c, unsigned boots,
	     const char *link, const char *fixup)
{
	struct hc_bootcheck check = { 0 };
	struct offline_machine m = { 0 };
	const struct hc_boot_link *found;
	bool good = check_case(box, c, &m, &check);

	found = find_link(&check, link);
	good = good && check.boots == boots && (link == NULL || found != NULL) &&
	       is(check.first_broken, boots == HC_NO ? link : NULL) &&
	       (found == NULL ||
		(is(found->fixup, fixup) &&
		 found->state == (boots == HC_NO ? HC_LINK_BROKEN : HC_LINK_UNKNOWN)));
	if (!good)
		print_links(&check);
	offline_done(&m);
	return good;
}

/* Its page, of a disk "DISK"; valid until the next call. */
__attribute__((unused)) static const char *
bootcheck_page(struct sandbox *box, const struct bootcheck_case *c)
{
	static char page[16384];
	struct hc_bootcheck check = { 0 };
	struct offline_machine m = { 0 };
	struct hc_buf text = { 0 };
	struct hc_err err;

	page[0] = '\0';
	if (check_case(box, c, &m, &check) &&
	    hc_bootcheck_text(&check, "DISK", &text, &err) == 0)
		snprintf(page, sizeof(page), "%.*s", (int)text.size, (char *)text.data);
	hc_buf_done(&text);
	offline_done(&m);
	return page;
}

#endif
