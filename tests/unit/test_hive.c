/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/hive: hives of real machines, dirty ones, damaged ones. */
#include "tests/unit/tap.h"

#include "restore/hive/hive.h"
#include "tests/unit/sandbox.h"

/* A hive of HALCYON_TESTDATA, unpacked. */
static struct hc_buf
unpack(const struct sandbox *box, const char *name)
{
	bool packed = strstr(name, ".xz") != NULL;

	run(box, "%s %s/hives/%s >hive", packed ? "xz -dc" : "cat", getenv("HALCYON_TESTDATA"),
	    name);
	return slurp(box, "hive");
}

static struct hc_hive *
open_real(const struct sandbox *box, const char *name)
{
	struct hc_buf bytes = unpack(box, name);
	struct hc_hive *hive = NULL;
	struct hc_err err;

	ok_call(hc_hive_open(hc_buf_span(&bytes), "SYSTEM", &hive, &err), &err, "%s opens",
		name);
	hc_buf_done(&bytes);
	return hive;
}

static void
test_values(const struct sandbox *box)
{
	struct hc_hive *hive = open_real(box, "win7-sp1-x86-WKS-WIN732BITA/SYSTEM.xz");
	struct hc_arena arena = { 0 };
	struct hc_strings list = { 0 };
	struct hc_hive_key key;
	struct hc_span bytes;
	struct hc_err err;
	const char *text;
	uint32_t number;

	ok(!hc_hive_is_dirty(hive), "it was shut down cleanly");
	ok(hc_hive_key(hive, "select", &key, &err) == 0 &&
		   hc_hive_dword(hive, key, "CURRENT", &number, &err) == 0 && number == 1,
	   "a number, whatever the case of its name");
	ok(hc_hive_key(hive, "ControlSet001\\Control\\ComputerName\\ComputerName", &key,
		       &err) == 0 &&
		   hc_hive_string(hive, key, "ComputerName", &arena, &text, &err) == 0 &&
		   strcmp(text, "WKS-WIN732BITA") == 0,
	   "a text");
	ok(hc_hive_key(hive, "\\ControlSet001\\Enum\\Root\\ACPI_HAL\\0000", &key, &err) == 0 &&
		   hc_hive_strings(hive, key, "HardwareID", &arena, &list, &err) == 0 &&
		   list.count == 1 && strcmp(list.items[0], "acpiapic") == 0,
	   "a list");
	ok(hc_hive_key(hive, "MountedDevices", &key, &err) == 0 &&
		   hc_hive_bytes(hive, key, "\\DosDevices\\C:", &arena, &bytes, &err) == 0 &&
		   bytes.size == 12 && hc_get_le32(bytes.data) == 0x5cbea03e &&
		   hc_get_le64(bytes.data + 4) == 0x100000,
	   "bytes: signature and start of the disk of C:");
	list = (struct hc_strings){ 0 };
	ok(hc_hive_key(hive, "", &key, &err) == 0 &&
		   hc_hive_subkeys(hive, key, &arena, &list, &err) == 0 && list.count == 8 &&
		   hc_strings_has(&list, "MountedDevices"),
	   "the keys of the root");
	ok_fails(hc_hive_key(hive, "ControlSet009\\x", &key, &err), &err, H_HIVE_MISSING,
		 "a key that is not there");
	hc_hive_key(hive, "Select", &key, &err);
	ok_fails(hc_hive_dword(hive, key, "nope", &number, &err), &err, H_HIVE_MISSING,
		 "a value that is not there");
	ok_fails(hc_hive_string(hive, key, "Current", &arena, &text, &err), &err,
		 H_HIVE_MISSING, "a value of another type");
	hc_hive_close(hive);
	hc_arena_done(&arena);
}

static void
test_dirty(const struct sandbox *box)
{
	static const struct {
		const char *name;
		bool dirty;
	} hives[] = {
		{ "nt4-sp3-pdc-x86/SYSTEM", false },
		{ "2003-sp1-x86-dc/SYSTEM.xz", false },
		{ "win81-x64-STUDENT-PC8/SYSTEM.xz", true },
		{ "win10-1709-x64-dell-physical-gpt/SYSTEM.xz", true },
		{ "win10-1903-x64-vmware/SYSTEM.xz", true },
	};

	for (size_t i = 0; i < sizeof(hives) / sizeof(hives[0]); i++) {
		struct hc_hive *hive = open_real(box, hives[i].name);

		ok(hive != NULL && hc_hive_is_dirty(hive) == hives[i].dirty, "and is %s",
		   hives[i].dirty ? "dirty" : "clean");
		hc_hive_close(hive);
	}
}

static void
test_damaged(const struct sandbox *box)
{
	struct hc_buf bytes = unpack(box, "corrupt/NotAHive");
	struct hc_hive *hive = NULL;
	struct hc_err err;

	ok_fails(hc_hive_open(hc_buf_span(&bytes), "X", &hive, &err), &err, H_HIVE_FORMAT,
		 "what is no hive is refused");
	hc_buf_done(&bytes);
	bytes = unpack(box, "nt4-sp3-pdc-x86/SYSTEM");
	bytes.data[0x1fc] ^= 1; /* the checksum of the base block */
	ok_fails(hc_hive_open(hc_buf_span(&bytes), "SYSTEM", &hive, &err), &err, H_HIVE_FORMAT,
		 "so is one whose checksum is wrong");
	ok(strcmp(err.object, "SYSTEM") == 0, "by its name");
	hc_buf_done(&bytes);
}

int
main(void)
{
	struct sandbox box;
	struct hc_hive *hive = NULL;
	struct hc_err err;

	ok_fails(hc_hive_open(hc_span("regf", 4), "X", &hive, &err), &err, H_HIVE_FORMAT,
		 "four bytes are no hive");
	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
		return tap_done();
	}
	sandbox_open(&box);
	test_values(&box);
	test_dirty(&box);
	test_damaged(&box);
	sandbox_close(&box);
	return tap_done();
}
