/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/fixup/efi-boot: the files on the EFI system partition and the firmware's boot entries; making those entries and
 * taking them back. */
#include "tests/unit/fixup_fixture.h"

#include "restore/base/text.h"
#include "restore/boot/efivars.h"

#define ESP_GUID  "aaaaaaaa-0000-0000-0000-000000000001"
#define OLD_GUID  "bbbbbbbb-0000-0000-0000-000000000001"
#define LOST_GUID "cccccccc-0000-0000-0000-000000000001"
#define BOOT(x)   "Boot" x "-" HC_EFI_GLOBAL
#define OUT_OF_REACH                                                                           \
	"note: the boot entries of the machine that this Windows shall start on are out of "   \
	"reach: it starts by \\EFI\\BOOT there\n"
#define BITLOCKER                                                                              \
	"note: what starts Windows is changed, and partition 2 is encrypted by BitLocker, "    \
	"which asks for its recovery key at the next start\n"
#define OURS                                                                                   \
	"Windows Boot Manager: \\EFI\\Microsoft\\Boot\\bootmgfw.efi on partition 1 (" ESP_GUID \
	")"
#define THEIRS(guid)                                                                           \
	"Windows Boot Manager: \\EFI\\Microsoft\\Boot\\bootmgfw.efi on partition 7 (" guid ")"

static const char *const system_text =
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
	"[\\ControlSet001\\Control]\n";

/* ---------------------------------------------------------------- machines */

/* An EFI program of Microsoft's, as far as its version resource goes. */
static bool
make_program(const struct sandbox *box, const char *file, const char *architecture,
	     unsigned build)
{
	const bool arm = strcmp(architecture, "arm64") == 0;
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL &&
	       run(box,
		   "python3 -c \"import sys; sys.path.insert(0, '%s/tests/fixtures/standin'); "
		   "from builder import pe; "
		   "b = bytearray(pe.make('%s', 'bootmgr.exe', 'x', (10, 0, %u, 1), "
		   "kind='efi')); "
		   "b[0x84:0x86] = %s; open('%s', 'wb').write(b)\"",
		   top, arm ? "x64" : architecture, build,
		   arm ? "bytes((0x64, 0xaa))" : "b[0x84:0x86]", file) == 0;
}

/* `files`: shell commands that put things into the folder esp. */
static bool
make_esp(const struct sandbox *box, const char *files)
{
	return run(box,
		   "rm -rf esp esp.img && mkdir -p esp/EFI/Microsoft/Boot esp/EFI/BOOT && { %s; } "
		   "&& truncate -s 8M esp.img && mkfs.vfat esp.img && "
		   "mcopy -s -i esp.img esp/EFI ::/",
		   files) == 0;
}

static bool
open_esp(const struct sandbox *box, struct offline_machine *m, const char *files)
{
	if (!ok(make_esp(box, files) && offline_open(box, m, true), "an offline machine opens"))
		return false;
	ask_only(m, "efi-boot");
	return true;
}

/* One look with these files. */
static void
look(const struct sandbox *box, const char *files, const char *want, const char *what)
{
	struct offline_machine m;

	if (!open_esp(box, &m, files))
		return;
	is_found(&m, want, what);
	offline_done(&m);
}

#define NEW  "cp new esp/EFI/Microsoft/Boot/bootmgfw.efi"
#define TO64 "esp/EFI/BOOT/BOOTX64.EFI"

/* ---------------------------------------------------------------- files */

static void
test_files(const struct sandbox *box)
{
	look(box, NEW " && cp new " TO64, OUT_OF_REACH, "all is there");
	look(box, NEW, "1:/EFI/BOOT/BOOTX64.EFI made\n" OUT_OF_REACH, "no copy");
	look(box, NEW " && cp old " TO64, "1:/EFI/BOOT/BOOTX64.EFI replaced\n" OUT_OF_REACH,
	     "an older copy");
	look(box, NEW " && cp newer " TO64,
	     "note: /EFI/BOOT/BOOTX64.EFI is left: its version 10.0.22621.1 is newer than "
	     "10.0.19041.1 of the boot manager beside it\n" OUT_OF_REACH,
	     "a newer copy");
	look(box, NEW " && cp shim " TO64,
	     "note: /EFI/BOOT/BOOTX64.EFI is left: it is not Windows' boot manager but another "
	     "system's, or a tool\n" OUT_OF_REACH,
	     "another system's program");
	look(box, NEW " && : >" TO64,
	     "note: /EFI/BOOT/BOOTX64.EFI is left: the file does not start as a program "
	     "of Windows does (MZ)\n" OUT_OF_REACH,
	     "an empty file");
	look(box, ":",
	     "1:/EFI/Microsoft/Boot/bootmgfw.efi made\n"
	     "1:/EFI/BOOT/BOOTX64.EFI made\n" OUT_OF_REACH,
	     "no boot manager");
	look(box, "cp new32 esp/EFI/Microsoft/Boot/bootmgfw.efi",
	     "1:/EFI/BOOT/BOOTIA32.EFI made\n" OUT_OF_REACH, "32-bit firmware");
	look(box, "cp arm esp/EFI/Microsoft/Boot/bootmgfw.efi",
	     "1:/EFI/BOOT/BOOTAA64.EFI made\n" OUT_OF_REACH, "ARM");
	look(box, ": >esp/EFI/Microsoft/Boot/bootmgfw.efi",
	     "refused: /EFI/Microsoft/Boot/bootmgfw.efi: the file does not start as a program "
	     "of Windows does (MZ)\n",
	     "a boot manager that is damaged");
}

static void
test_sources(const struct sandbox *box)
{
	const struct hc_edit *edit;
	struct offline_machine m;

	if (!open_esp(box, &m, ":"))
		return;
	is_found(&m,
		 "1:/EFI/Microsoft/Boot/bootmgfw.efi made\n"
		 "1:/EFI/BOOT/BOOTX64.EFI made\n" OUT_OF_REACH,
		 "no boot manager");
	for (size_t i = 0; i < m.found.edits.count; i++) {
		edit = &m.found.edits.items[i];
		ok(edit->from != NULL && strcmp(edit->from->kind, "volume") == 0 &&
			   edit->from->partition == 2 &&
			   strcmp(edit->from->path, "/Windows/Boot/EFI/bootmgfw.efi") == 0 &&
			   edit->after->size > 0 && edit->before == NULL,
		   "%s comes from the volume of Windows", edit->path);
	}
	offline_done(&m);
	if (!open_esp(box, &m, NEW))
		return;
	is_found(&m, "1:/EFI/BOOT/BOOTX64.EFI made\n" OUT_OF_REACH, "no copy");
	edit = &m.found.edits.items[0];
	ok(m.found.edits.count == 1 && edit->from->partition == 1 &&
		   strcmp(edit->from->path, "/EFI/Microsoft/Boot/bootmgfw.efi") == 0,
	   "the copy comes from beside it");
	offline_done(&m);
}

/* One rule for every repair (settle.c): without the operator's word nothing that starts Windows is changed. */
static void
test_bitlocker(const struct sandbox *box)
{
	static const char files[] = NEW " && cp old " TO64;
	struct offline_machine m;
	struct hc_err err;

	if (!open_esp(box, &m, files))
		return;
	m.offline.volumes[1].entry.filesystem = "BitLocker";
	is_found(
		&m,
		OUT_OF_REACH
		"refused: partition 2 is encrypted by BitLocker, which asks for its recovery key "
		"after a change of what starts Windows: that is not changed\n",
		"BitLocker, and nobody accepts that");
	m.request.restoring = true;
	is_found(&m, "1:/EFI/BOOT/BOOTX64.EFI replaced\n" OUT_OF_REACH BITLOCKER,
		 "BitLocker, in a restore: the verdict asks");
	m.request.restoring = false;
	hc_strings_add(&m.request.accepted, &m.arena, "VOL-1", &err);
	is_found(&m, "1:/EFI/BOOT/BOOTX64.EFI replaced\n" OUT_OF_REACH BITLOCKER,
		 "BitLocker, and it is accepted");
	ask_only(&m, "autoreboot");
	is_found(&m, "SYSTEM ControlSet001\\Control\\CrashControl AutoReboot: (none) -> 0\n",
		 "BitLocker is not told of by what does not start Windows");
	m.request.accepted.count = 0;
	is_found(&m, "SYSTEM ControlSet001\\Control\\CrashControl AutoReboot: (none) -> 0\n",
		 "nor is that refused");
	offline_done(&m);
}

/* Nothing to take a boot manager from, then no UEFI. */
static void
test_without(struct sandbox *box)
{
	struct offline_machine m;

	run(box, "cp w.img full.img");
	make_windows_volume(box, "");
	look(box, ":",
	     "refused: /EFI/Microsoft/Boot/bootmgfw.efi is not there, and it can't be taken from "
	     "/Windows/Boot/EFI/bootmgfw.efi: /Windows/Boot/EFI/bootmgfw.efi does not exist\n",
	     "no boot manager anywhere");
	if (ok(offline_open(box, &m, false), "a disk of a BIOS machine")) {
		ask_only(&m, "efi-boot");
		is_found(&m, "", "is not asked");
		offline_done(&m);
	}
	run(box, "mv full.img w.img && mv esp.img esp.fat && truncate -s 8M esp.img");
	if (ok(offline_open(box, &m, true), "a system partition without a file system")) {
		ask_only(&m, "efi-boot");
		is_found(&m,
			 "refused: there is no EFI system partition that a firmware can read\n",
			 "nothing to put files on");
		offline_done(&m);
	}
}

/* ---------------------------------------------------------------- boot entries */

struct firmware {
	struct hc_facts facts;
	struct hc_disk disks[2];
	struct hc_partition partition; /* of the other disk */
	struct hc_bcd_move move;
	char folder[PATH_MAX];
};

/* A machine that was started by UEFI, with files that need nothing. */
static bool
open_firmware(const struct sandbox *box, struct offline_machine *m, struct firmware *f)
{
	*f = (struct firmware){ 0 };
	if (run(box,
		"rm -rf vars && mkdir vars && printf 12345 >vars/SecureBoot-" HC_EFI_GLOBAL) !=
		    0 ||
	    !open_esp(box, m, NEW " && cp new " TO64))
		return false;
	path_in(box, f->folder, "vars");
	f->facts.firmware.type = HC_FIRMWARE_UEFI;
	f->disks[0].path = "/dev/sda";
	f->disks[1].path = "/dev/sdb";
	f->facts.disks.items = f->disks;
	f->facts.disks.count = 2;
	f->move.from.scheme = f->move.to.scheme = HC_BCD_GPT;
	hc_guid_parse(OLD_GUID, f->move.from.partition);
	hc_guid_parse(ESP_GUID, f->move.to.partition);
	m->request.facts = &f->facts;
	m->request.target = &f->disks[0];
	m->request.this_machine = true;
	m->request.efivars = f->folder;
	m->request.moves.items = &f->move;
	m->request.moves.count = 1;
	return true;
}

static void
put_entry(const struct firmware *f, const char *name, const char *guid)
{
	static const uint8_t attributes[4] = { HC_EFI_ATTRIBUTES };
	struct hc_efi_drive d = { .partition = 7, .format = 2, .signature_kind = 2 };
	struct hc_buf bytes = { 0 };
	struct hc_err err;

	hc_guid_parse(guid, d.signature);
	hc_buf_append(&bytes, attributes, sizeof(attributes), &err);
	hc_load_option_windows(&d, &bytes, &err);
	ok_call(hc_efivar_write(f->folder, name, hc_buf_span(&bytes), &err), &err,
		"there is %s for %s", name, guid);
	hc_buf_done(&bytes);
}

/* GRUB's entry on the same partition. */
static void
put_grub(const struct firmware *f, const char *name)
{
	static const uint8_t attributes[4] = { HC_EFI_ATTRIBUTES };
	struct hc_load_option option = { .attributes = 1,
					 .description = "debian",
					 .has_drive = true,
					 .drive = { .format = 2, .signature_kind = 2 },
					 .path = "\\EFI\\debian\\shimx64.efi" };
	struct hc_buf bytes = { 0 };
	struct hc_err err;

	hc_guid_parse(OLD_GUID, option.drive.signature);
	hc_buf_append(&bytes, attributes, sizeof(attributes), &err);
	hc_load_option_write(&option, &bytes, &err);
	ok_call(hc_efivar_write(f->folder, name, hc_buf_span(&bytes), &err), &err,
		"there is %s for another system", name);
	hc_buf_done(&bytes);
}

static void
put_order(const struct firmware *f, const uint16_t *numbers, size_t count)
{
	uint8_t bytes[64] = { HC_EFI_ATTRIBUTES };
	struct hc_err err;

	for (size_t i = 0; i < count; i++)
		hc_put_le16(bytes + 4 + 2 * i, numbers[i]);
	ok_call(hc_efivar_write(f->folder, HC_EFI_BOOT_ORDER, hc_span(bytes, 4 + 2 * count),
				&err),
		&err, "there is an order");
}

/* What was found is made, and then there is nothing more to do; taken back, the variables are as they were. */
static void
carry_out(const struct sandbox *box, struct offline_machine *m, const struct firmware *f,
	  const char *notes)
{
	struct hc_edits edits = m->found.edits;
	struct hc_err err;

	run(box, "rm -rf before && cp -a vars before");
	ok_call(hc_fixup_set_variables(&edits, f->folder, &err), &err, "it is made");
	ok_call(hc_fixup_set_variables(&edits, f->folder, &err), &err, "and once more");
	is_found(m, notes, "a second look");
	ok_call(hc_fixup_unset_variables(&edits, f->folder, &err), &err, "it is taken back");
	ok(run(box, "diff -r vars before") == 0, "all is as it was");
}

/* The partition's place, in blocks: what some firmware compares too. */
static void
check_drive(struct offline_machine *m)
{
	struct hc_load_option option;
	struct hc_span bytes;
	struct hc_err err;

	ok(hc_base64_decode(&m->arena, m->found.edits.items[0].after->bytes, &bytes, &err) ==
			   0 &&
		   hc_get_le32(bytes.data) == HC_EFI_ATTRIBUTES &&
		   hc_load_option_read(hc_span(bytes.data + 4, bytes.size - 4), &m->arena,
				       &option, &err) == 0,
	   "the entry can be read");
	ok(option.drive.partition == 1 && option.drive.start == 0x800 &&
		   option.drive.size == 0x4000 && option.drive.format == 2 &&
		   option.attributes == HC_LOAD_OPTION_ACTIVE,
	   "it tells the partition's number, start and size");
}

static void
test_new_entry(const struct sandbox *box)
{
	static const uint16_t order[] = { 3, 0 };
	struct offline_machine m;
	struct firmware f;

	if (!open_firmware(box, &m, &f))
		return;
	is_found(&m,
		 "0 variable " BOOT("0000") " @0: (none) -> " OURS "\n"
					    "0 variable " HC_EFI_BOOT_ORDER
					    " @0: (none) -> 0000\n",
		 "firmware without entries");
	check_drive(&m);
	carry_out(box, &m, &f, "");
	put_grub(&f, BOOT("0000"));
	put_grub(&f, BOOT("0003"));
	put_order(&f, order, 2);
	is_found(&m,
		 "0 variable " BOOT("0001") " @0: (none) -> " OURS "\n"
					    "0 variable " HC_EFI_BOOT_ORDER
					    " @0: 0003 0000 -> 0001 0003 0000\n",
		 "firmware with entries of another system");
	if (run(box, "command -v efibootmgr") == 0) {
		struct hc_err err;

		hc_fixup_set_variables(&m.found.edits, f.folder, &err);
		run(box, "EFIVARFS_PATH=$PWD/vars/ efibootmgr -v >witness");
		ok(run(box, "grep -qx 'BootOrder: 0001,0003,0000' witness && grep -qE "
			    "'^Boot0001. Windows Boot Manager.HD\\(1,GPT," ESP_GUID
			    ",0x800,0x4000\\)/File\\(.EFI.Microsoft.Boot.bootmgfw.efi' "
			    "witness") == 0,
		   "efibootmgr: this partition, its place and its file");
		hc_fixup_unset_variables(&m.found.edits, f.folder, &err);
	} else {
		tap_skip("there is no efibootmgr");
	}
	carry_out(box, &m, &f, "");
	offline_done(&m);
}

static void
test_stale(const struct sandbox *box)
{
	static const uint16_t order[] = { 0, 4, 2, 6 };
	struct offline_machine m;
	struct firmware f;

	if (!open_firmware(box, &m, &f))
		return;
	put_grub(&f, BOOT("0000"));
	put_entry(&f, BOOT("0002"), OLD_GUID);
	put_entry(&f, BOOT("0004"), OLD_GUID);
	put_entry(&f, BOOT("0005"), OLD_GUID);
	put_entry(&f, BOOT("0006"), LOST_GUID);
	put_order(&f, order, 4);
	is_found(
		&m,
		"0 variable " BOOT("0004") " @0: " THEIRS(
			OLD_GUID) " -> " OURS "\n"
				  "0 variable " HC_EFI_BOOT_ORDER
				  " @0: 0000 0004 0002 0006 -> 0000 0004 0006\n"
				  "0 variable " BOOT("0002") " @0: " THEIRS(
					  OLD_GUID) " -> (none)\n"
						    "0 variable " BOOT("0005") " @0: " THEIRS(
							    OLD_GUID) " -> (none)\n"
								      "note: Boot0006 is left: it starts Windows from partition " LOST_GUID
								      ", which is on no disk of this machine\n",
		"entries by the old id");
	carry_out(box, &m, &f,
		  "note: Boot0006 is left: it starts Windows from partition " LOST_GUID
		  ", which is on no disk of this machine\n");
	put_entry(&f, BOOT("0007"), ESP_GUID);
	put_order(&f, (const uint16_t[]){ 7, 4 }, 2);
	is_found(
		&m,
		"0 variable " HC_EFI_BOOT_ORDER " @0: 0007 0004 -> 0007\n"
		"0 variable " BOOT("0002") " @0: " THEIRS(
			OLD_GUID) " -> (none)\n"
				  "0 variable " BOOT("0004") " @0: " THEIRS(
					  OLD_GUID) " -> (none)\n"
						    "0 variable " BOOT("0005") " @0: " THEIRS(
							    OLD_GUID) " -> (none)\n"
								      "note: Boot0006 is left: it starts Windows from partition " LOST_GUID
								      ", which is on no disk of this machine\n",
		"entries by the old id beside one by the new");
	m.request.moves.count = 0;
	run(box, "rm vars/Boot0002-* vars/Boot0005-* vars/Boot0006-*");
	is_found(&m,
		 "note: Boot0004 is left: it starts Windows from partition " OLD_GUID
		 ", which is on no disk of this machine\n",
		 "without a map nothing is replaced");
	offline_done(&m);
}

static void
test_clone(const struct sandbox *box)
{
	struct offline_machine m;
	struct firmware f;

	if (!open_firmware(box, &m, &f))
		return;
	f.partition.guid = OLD_GUID;
	f.disks[1].partitions.items = &f.partition;
	f.disks[1].partitions.count = 1;
	put_entry(&f, BOOT("0000"), OLD_GUID);
	put_order(&f, (const uint16_t[]){ 0 }, 1);
	is_found(
		&m,
		"0 variable " BOOT(
			"0001") " @0: (none) -> " OURS "\n"
				"0 variable " HC_EFI_BOOT_ORDER " @0: 0000 -> 0001 0000\n"
				"note: Boot0000 is left: it starts the disk that this one was made from, "
				"partition " OLD_GUID ", which is attached too\n",
		"the disk with the old id is attached");
	m.request.target = &f.disks[1];
	is_found(&m, "0 variable " BOOT("0000") " @0: " THEIRS(OLD_GUID) " -> " OURS "\n",
		 "what the target was called before does not count");
	m.request.moves.count = 0;
	m.request.target = &f.disks[0];
	is_found(&m,
		 "0 variable " BOOT("0001") " @0: (none) -> " OURS "\n"
					    "0 variable " HC_EFI_BOOT_ORDER
					    " @0: 0000 -> 0001 0000\n",
		 "another Windows beside this one");
	offline_done(&m);
}

static void
test_left(const struct sandbox *box)
{
	struct offline_machine m;
	struct firmware f;
	char *option;
	struct hc_buf bytes;
	struct hc_err err;

	if (!open_firmware(box, &m, &f))
		return;
	put_entry(&f, BOOT("0001"), ESP_GUID);
	is_found(&m,
		 "note: Boot0001 starts this Windows, but it is not in the firmware's "
		 "BootOrder\n",
		 "an entry without a place");
	put_order(&f, (const uint16_t[]){ 9, 1 }, 2);
	is_found(&m, "", "a healthy machine");
	bytes = slurp(box, "vars/" BOOT("0001"));
	option = (char *)bytes.data + 4;
	option[0] = 0;
	ok_call(hc_efivar_write(f.folder, BOOT("0001"), hc_buf_span(&bytes), &err), &err,
		"its entry is turned off");
	hc_buf_done(&bytes);
	is_found(&m, "note: Boot0001 starts this Windows, but somebody has turned it off\n",
		 "an entry that is turned off");
	run(box, "printf '\\7\\0\\0\\0\\1\\0\\0\\0' >vars/" BOOT("0001"));
	is_found(
		&m,
		"0 variable " BOOT(
			"0000") " @0: (none) -> " OURS "\n"
				"0 variable " HC_EFI_BOOT_ORDER
				" @0: 0009 0001 -> 0000 0009 0001\n"
				"note: Boot0001 is left: a boot entry is cut off in its head at byte 4\n",
		"an entry that can't be read");
	run(box, "printf '\\7\\0\\0\\0\\1\\0\\2' >vars/" HC_EFI_BOOT_ORDER);
	is_found(&m,
		 "refused: the firmware's BootOrder has 3 bytes, which is no list: its boot "
		 "entries are left\n",
		 "an order that is none");
	run(box, "rm vars/*");
	ok(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err) == 0 &&
		   m.found.edits.count == 0 && m.found.notes.count == 1 &&
		   m.found.notes.items[0].refused &&
		   strstr(m.found.notes.items[0].text, "efivarfs is not mounted") != NULL,
	   "without efivarfs it is refused");
	f.facts.firmware.type = HC_FIRMWARE_BIOS;
	is_found(&m,
		 "note: this system was not started by UEFI, so the firmware's boot entries "
		 "are out of reach: Windows starts by \\EFI\\BOOT\n",
		 "started by a BIOS");
	f.facts.firmware.type = HC_FIRMWARE_UEFI;
	m.request.this_machine = false;
	is_found(&m, OUT_OF_REACH, "another machine's disk");
	offline_done(&m);
}

/* ---------------------------------------------------------------- making and taking back */

static void
test_variables(const struct sandbox *box)
{
	struct offline_machine m;
	struct firmware f;
	struct hc_err err;

	if (!open_firmware(box, &m, &f))
		return;
	put_entry(&f, BOOT("0002"), OLD_GUID);
	put_entry(&f, BOOT("0004"), OLD_GUID);
	put_order(&f, (const uint16_t[]){ 4, 2 }, 2);
	ok_call(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err), &err,
		"edits");
	ok(m.found.edits.count == 3, "of three variables");
	put_order(&f, (const uint16_t[]){ 2, 4 }, 2);
	run(box, "rm -rf before && cp -a vars before");
	ok_fails(hc_fixup_set_variables(&m.found.edits, f.folder, &err), &err, H_FIX_STALE,
		 "somebody changed the order meanwhile");
	ok(run(box, "diff -r vars before") == 0, "and nothing was written");
	put_order(&f, (const uint16_t[]){ 4, 2 }, 2);
	/* What stands in the way of the last one: it can't be unlinked. */
	if (run(box, "chattr +a vars && rm -rf before && cp -a vars before") == 0) {
		ok_fails(hc_fixup_set_variables(&m.found.edits, f.folder, &err), &err,
			 H_EFIVARS_WRITE, "the last one can't be deleted");
		ok(run(box, "diff -r vars before") == 0, "the ones before were taken back");
		run(box, "chattr -a vars");
	} else {
		tap_skip("no folder can be made to take files only");
	}
	ok_call(hc_fixup_set_variables(&m.found.edits, f.folder, &err), &err, "now it can");
	put_order(&f, (const uint16_t[]){ 4, 9 }, 2);
	ok_fails(hc_fixup_unset_variables(&m.found.edits, f.folder, &err), &err, H_FIX_STALE,
		 "nor is it taken back over what somebody set since");
	m.found.edits.items[0].name = "../x";
	ok_fails(hc_fixup_set_variables(&m.found.edits, f.folder, &err), &err, H_DOC_SCHEMA,
		 "a name that leads elsewhere");
	offline_done(&m);
}

int
main(void)
{
	struct sandbox box;
	char top[PATH_MAX];

	sandbox_open(&box);
	if (getcwd(top, sizeof(top)) == NULL || !make_hive_text(&box, "SYSTEM", system_text) ||
	    !make_windows_volume(&box, "")) {
		tap_skip(NO_NTFS);
		sandbox_close(&box);
		return tap_done();
	}
	ok(make_program(&box, "new", "x64", 19041) && make_program(&box, "old", "x64", 17763) &&
		   make_program(&box, "newer", "x64", 22621) &&
		   make_program(&box, "new32", "x86", 19041) &&
		   make_program(&box, "arm", "arm64", 19041) &&
		   run(&box, "cp %s/tests/fuzz/authenticode/corpus/two-signatures shim", top) ==
			   0,
	   "boot managers are made");
	ok(mount_ntfs(&box, "w.img", "big_writes") &&
		   run(&box, "mkdir -p mnt/Windows/Boot/EFI && "
			     "cp new mnt/Windows/Boot/EFI/bootmgfw.efi") == 0 &&
		   umount_ntfs(&box),
	   "Windows keeps a copy of its own");
	test_files(&box);
	test_sources(&box);
	test_bitlocker(&box);
	test_new_entry(&box);
	test_stale(&box);
	test_clone(&box);
	test_left(&box);
	test_variables(&box);
	test_without(&box);
	sandbox_close(&box);
	return tap_done();
}
