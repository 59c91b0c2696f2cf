/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/boot/efivars: load options against the copies that Windows keeps in real boot stores; variables in a folder, with
 * efibootmgr as a witness. */
#include "tests/unit/tap.h"

#include "restore/base/text.h"
#include "restore/boot/boot.h"
#include "restore/boot/efivars.h"
#include "tests/unit/sandbox.h"

#define GUID    "36be3955-63bf-4068-a6ab-00195cca3a22"
#define BOOT(x) "Boot" x "-" HC_EFI_GLOBAL

static struct hc_efi_drive
drive(void)
{
	struct hc_efi_drive d = { .partition = 1,
				  .start = 0x800,
				  .size = 0x81800,
				  .format = 2,
				  .signature_kind = HC_EFI_SIGNATURE_GUID };

	hc_guid_parse(GUID, d.signature);
	return d;
}

/* ---------------------------------------------------------------- against real boot stores */

/*
 * FirmwareVariable of the boot manager's Description: 0 version, 4 length, 16 and 20 where description and path begin, 24
 * length of the data, 28 the data; of the path: 0 version, 4 length, 8 kind (4: EFI), 12 the device path.
 */
static bool
load_option_of(struct hc_span v, struct hc_buf *ret, struct hc_err *err)
{
	const uint32_t text = hc_get_le32(v.data + 16), path = hc_get_le32(v.data + 20);
	const uint32_t path_size = hc_get_le32(v.data + path + 4) - 12;
	uint8_t head[6];

	hc_put_le32(head, HC_LOAD_OPTION_ACTIVE);
	hc_put_le16(head + 4, (uint16_t)path_size);
	return hc_get_le32(v.data + path + 8) == 4 &&
	       hc_buf_append(ret, head, sizeof(head), err) == 0 &&
	       hc_buf_append(ret, v.data + text, sizeof(u"Windows Boot Manager"), err) == 0 &&
	       hc_buf_append(ret, v.data + path + 12, path_size, err) == 0 &&
	       hc_buf_append(ret, v.data + 28, hc_get_le32(v.data + 24), err) == 0;
}

static void
compare_store(struct hc_hive *hive, const char *name, struct hc_arena *arena)
{
	struct hc_buf real = { 0 }, made = { 0 };
	struct hc_load_option option = { 0 };
	struct hc_hive_key key;
	struct hc_span value;
	struct hc_err err;
	struct hc_bcd bcd;
	char guid[HC_GUID_TEXT] = "", braces[HC_GUID_TEXT + 2];
	bool named = false;

	ok_call(hc_hive_key(hive,
			    "Objects\\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\\Description",
			    &key, &err),
		&err, "%s: the boot manager's description", name);
	ok_call(hc_hive_bytes(hive, key, "FirmwareVariable", arena, &value, &err), &err,
		"%s: its copy of the entry", name);
	ok(load_option_of(value, &real, &err) &&
		   hc_load_option_read(hc_buf_span(&real), arena, &option, &err) == 0,
	   "%s: it is read", name);
	ok(option.has_drive && option.drive.format == 2 &&
		   option.drive.signature_kind == HC_EFI_SIGNATURE_GUID &&
		   option.path != NULL && strcmp(option.path, HC_EFI_WINDOWS_PATH) == 0 &&
		   strcmp(option.description, "Windows Boot Manager") == 0 &&
		   option.optional.size == 136,
	   "%s: it names a partition and the boot manager", name);
	hc_guid_text(option.drive.signature, guid);
	snprintf(braces, sizeof(braces), "{%s}", guid);
	ok_call(hc_bcd_read(hive, name, arena, &bcd, &err), &err, "%s: the store", name);
	for (size_t i = 0; i < bcd.objects.count; i++)
		for (size_t k = 0; k < bcd.objects.items[i].devices.count; k++) {
			const char *p = bcd.objects.items[i].devices.items[k].partition;

			named = named || (p != NULL && strcmp(p, braces) == 0);
		}
	ok(named, "%s: the store names the same partition %s", name, guid);
	ok_call(hc_load_option_windows(&option.drive, &made, &err), &err, "%s: one is made",
		name);
	/* Two bytes behind the text are whatever was there. */
	if (real.size == made.size && real.size > 18) {
		real.data[real.size - 18] = made.data[made.size - 18] = 0;
		real.data[real.size - 17] = made.data[made.size - 17] = 0;
	}
	ok(real.size == made.size && memcmp(real.data, made.data, made.size) == 0,
	   "%s: the same, byte by byte", name);
	hc_buf_done(&real);
	hc_buf_done(&made);
}

static void
test_real(const struct sandbox *box)
{
	static const char *const stores[] = {
		"regipy-win10-uefi-dualboot-linux",
		"bandysc-win10-uefi-2020-04-20",
		"bandysc-win10-uefi-2020-06-07",
	};

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		struct hc_arena arena = { 0 };
		struct hc_hive *hive;
		struct hc_buf bytes;
		struct hc_err err;

		run(box, "f=%s/hives/bcd/%s; xz -dc $f.xz >store || cat $f >store",
		    getenv("HALCYON_TESTDATA"), stores[i]);
		bytes = slurp(box, "store");
		if (ok(hc_hive_open(hc_buf_span(&bytes), "BCD", &hive, &err) == 0, "%s opens",
		       stores[i])) {
			compare_store(hive, stores[i], &arena);
			hc_hive_close(hive);
		}
		hc_buf_done(&bytes);
		hc_arena_done(&arena);
	}
}

/* ---------------------------------------------------------------- hostile and odd ones */

static void
test_damaged(void)
{
	struct hc_arena arena = { 0 };
	struct hc_load_option option;
	struct hc_buf good = { 0 };
	struct hc_efi_drive d = drive();
	unsigned refused = 0;
	struct hc_err err;
	size_t end;

	ok_call(hc_load_option_windows(&d, &good, &err), &err, "an entry");
	ok(hc_load_option_read(hc_buf_span(&good), &arena, &option, &err) == 0 &&
		   memcmp(&option.drive, &d, sizeof(d)) == 0,
	   "is read as it was written");
	end = good.size - option.optional.size;
	for (size_t i = 0; i < end; i++)
		refused += hc_load_option_read(hc_span(good.data, i), &arena, &option, &err) ==
				   -1 &&
			   err.code == H_LOAD_OPTION;
	ok(refused == end, "cut off anywhere before its data it is refused");
	ok(hc_load_option_read(hc_span(good.data, end), &arena, &option, &err) == 0 &&
		   option.optional.size == 0,
	   "without its data it is one");
	good.data[48 + 2] = 3;
	ok_fails(hc_load_option_read(hc_buf_span(&good), &arena, &option, &err), &err,
		 H_LOAD_OPTION, "a node shorter than its head");
	good.data[48] = 9;
	good.data[48 + 2] = 0;
	ok_fails(hc_load_option_read(hc_buf_span(&good), &arena, &option, &err), &err,
		 H_LOAD_OPTION, "a node of no length");
	good.data[48] = 4;
	good.data[48 + 2] = 41;
	ok_fails(hc_load_option_read(hc_buf_span(&good), &arena, &option, &err), &err,
		 H_LOAD_OPTION, "a partition that is cut off");
	hc_buf_done(&good);
	hc_arena_done(&arena);
}

static void
test_names(void)
{
	static const uint8_t bytes[] = {
		1,    0, 0,  0, 54,   0,    'x',  0,    0,   0,         /* "x" */
		2,    1, 12, 0, 0xd0, 0x41, 3,    0x0a, 0,   0, 0,   0, /* ACPI: PciRoot */
		4,    4, 14, 0, '\\', 0,    'E',  0,    'F', 0, 'I', 0, 0, 0, /* \EFI */
		4,    4, 12, 0, 'B',  0,    '\\', 0,    'C', 0, 0,   0,       /* B\C */
		4,    4, 12, 0, '\\', 0,    'd',  0,    'e', 0, 0,   0,       /* \de */
		0x7f, 1, 4,  0, /* end of this path */
	};
	struct hc_load_option option;
	struct hc_arena arena = { 0 };
	struct hc_buf many = { 0 };
	struct hc_err err;

	ok_call(hc_load_option_read(hc_span(bytes, sizeof(bytes)), &arena, &option, &err), &err,
		"a path of several names");
	ok(strcmp(option.path, "\\EFI\\B\\C\\de") == 0 && !option.has_drive,
	   "they are joined: %s", option.path);
	hc_buf_append(&many, bytes, 10, &err);
	for (unsigned i = 0; i < 17; i++)
		hc_buf_append(&many, bytes + 22, 14, &err);
	hc_buf_append(&many, bytes + sizeof(bytes) - 4, 4, &err);
	hc_put_le16(many.data + 4, (uint16_t)(many.size - 10));
	ok_fails(hc_load_option_read(hc_buf_span(&many), &arena, &option, &err), &err,
		 H_LOAD_OPTION, "more names than a path has");
	hc_buf_done(&many);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- variables */

static void
put_entry(const char *folder, const char *name)
{
	static const uint8_t attributes[4] = { HC_EFI_ATTRIBUTES };
	struct hc_efi_drive d = drive();
	struct hc_buf bytes = { 0 };
	struct hc_err err;

	hc_buf_append(&bytes, attributes, sizeof(attributes), &err);
	ok(hc_load_option_windows(&d, &bytes, &err) == 0 &&
		   hc_efivar_write(folder, name, hc_buf_span(&bytes), &err) == 0,
	   "%s is written", name);
	hc_buf_done(&bytes);
}

static void
test_folder(const struct sandbox *box)
{
	static const uint8_t order[] = { 7, 0, 0, 0, 0x0a, 0, 1, 0 };
	struct hc_efi_boot boot = { 0 };
	struct hc_arena arena = { 0 };
	char folder[PATH_MAX];
	struct hc_span value;
	struct hc_err err;

	path_in(box, folder, "vars");
	ok_fails(hc_efi_boot_read(folder, &arena, &boot, &err), &err, H_EFIVARS_READ,
		 "no folder");
	run(box, "mkdir vars");
	ok_fails(hc_efi_boot_read(folder, &arena, &boot, &err), &err, H_EFIVARS_READ,
		 "an empty folder: nothing is mounted there");
	put_entry(folder, BOOT("000A"));
	put_entry(folder, BOOT("0001"));
	run(box,
	    "cd vars && : >" BOOT(
		    "0005") " && printf 1234 >BootNext-" HC_EFI_GLOBAL
			    " && printf 1234 >Boot0002-00000000-0000-0000-0000-000000000000");
	ok_call(hc_efi_boot_read(folder, &arena, &boot, &err), &err, "the list");
	ok(boot.entries.count == 2 && boot.entries.items[0].number == 1 &&
		   boot.entries.items[1].number == 10 && boot.order.data == NULL,
	   "entries by number; no order, nothing empty, nothing of another name");
	ok(hc_efivar_read(folder, HC_EFI_BOOT_ORDER, &arena, &value, &err) == 1,
	   "a variable that is not there");
	ok_call(hc_efivar_write(folder, HC_EFI_BOOT_ORDER, hc_span(order, sizeof(order)), &err),
		&err, "an order is written");
	if (run(box, "command -v efibootmgr") == 0) {
		run(box,
		    "rm vars/Boot0005-* && EFIVARFS_PATH=$PWD/vars/ efibootmgr -v >witness");
		ok(run(box, "grep -qx 'BootOrder: 000A,0001' witness") == 0,
		   "efibootmgr: the order");
		ok(run(box, "grep -qE '^Boot000A. Windows Boot Manager.HD\\(1,GPT," GUID
			    ",0x800,0x81800\\)/File\\(.EFI.Microsoft.Boot.bootmgfw.efi\\)"
			    "WINDOWS' witness") == 0,
		   "efibootmgr: the entry");
	} else {
		tap_skip("there is no efibootmgr");
	}
	ok(hc_efivar_write(folder, HC_EFI_BOOT_ORDER, hc_span(order, 6), &err) == 0 &&
		   hc_efivar_read(folder, HC_EFI_BOOT_ORDER, &arena, &value, &err) == 0 &&
		   value.size == 6,
	   "a shorter one");
	ok(hc_efivar_write(folder, BOOT("0001"), (struct hc_span){ 0 }, &err) == 0 &&
		   hc_efivar_read(folder, BOOT("0001"), &arena, &value, &err) == 1 &&
		   hc_efivar_write(folder, BOOT("0001"), (struct hc_span){ 0 }, &err) == 0,
	   "deleted, and once more");
	run(box, "printf 12 >vars/" BOOT("0007"));
	ok_fails(hc_efi_boot_read(folder, &arena, &boot, &err), &err, H_EFIVARS_READ,
		 "one shorter than its attributes");
	run(box, "mkdir vars/" BOOT("0008"));
	ok_fails(hc_efivar_write(folder, BOOT("0008"), hc_span(order, 6), &err), &err,
		 H_EFIVARS_WRITE, "one that can't be written");
	hc_arena_done(&arena);
}

/* As efivarfs protects what it does not know. */
static void
test_immutable(const struct sandbox *box)
{
	static const uint8_t order[] = { 7, 0, 0, 0, 1, 0 };
	char folder[PATH_MAX];
	struct hc_err err;

	path_in(box, folder, "vars");
	if (run(box, "rm -rf vars && mkdir vars && printf 1234 >vars/x && chattr +i vars/x") !=
	    0) {
		tap_skip("no file can be made immutable here");
		return;
	}
	ok_call(hc_efivar_write(folder, "x", hc_span(order, sizeof(order)), &err), &err,
		"an immutable one is written");
	ok(run(box, "lsattr vars/x | cut -d' ' -f1 | grep -q i && test $(wc -c <vars/x) = 6") ==
		   0,
	   "and is immutable again");
	ok_call(hc_efivar_write(folder, "x", (struct hc_span){ 0 }, &err), &err,
		"an immutable one is deleted");
	ok(run(box, "test ! -e vars/x") == 0, "it is gone");
	run(box, "chattr -f -i vars/x");
}

static void
test_full(const struct sandbox *box)
{
	static const uint8_t order[] = { 7, 0, 0, 0, 1, 0 };
	char folder[PATH_MAX];
	struct hc_err err;

	if (run(box, "mkdir full && mount -t tmpfs -o size=16k,mode=700 none full") != 0) {
		tap_skip("no small file system can be mounted here");
		return;
	}
	run(box, "printf 1234 >full/old; dd if=/dev/zero of=full/rest bs=4k");
	path_in(box, folder, "full");
	ok_fails(hc_efivar_write(folder, "new", hc_span(order, sizeof(order)), &err), &err,
		 H_EFIVARS_FULL, "a full store");
	ok(run(box, "test ! -e full/new && test $(cat full/old) = 1234") == 0,
	   "leaves nothing behind");
	run(box, "umount full");
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (getenv("HALCYON_TESTDATA") == NULL)
		tap_skip("HALCYON_TESTDATA is not set");
	else
		test_real(&box);
	test_damaged();
	test_names();
	test_folder(&box);
	test_immutable(&box);
	test_full(&box);
	sandbox_close(&box);
	return tap_done();
}
