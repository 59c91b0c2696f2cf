/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/boot/bootmgr: which file starts Windows, and who signed it. */
#include "tests/unit/tap.h"

#include "restore/base/file.h"
#include "restore/boot/boot.h"
#include "tests/unit/sandbox.h"

#define CORPUS "tests/fuzz/authenticode/corpus/"
#define EFI    "EFI/Microsoft/Boot/bootmgfw.efi"

/* Copies a file of the tree's or another place into the directory that stands for the volume. */
static bool
put(const struct sandbox *box, const char *from, const char *to)
{
	struct hc_buf bytes = { 0 };
	struct hc_err err;
	char path[PATH_MAX];
	bool done = hc_file_read(from, 16u << 20, &bytes, &err) == 0 &&
		    hc_file_replace(path_in(box, path, "esp/%s", to), hc_buf_span(&bytes),
				    &err) == 0;

	hc_buf_done(&bytes);
	return done;
}

static int
read_manager(const struct sandbox *box, struct hc_arena *arena, struct hc_boot_manager *ret,
	     struct hc_err *err)
{
	struct hc_volume *volume = NULL;
	char path[PATH_MAX];
	int result;

	*ret = (struct hc_boot_manager){ 0 };
	if (hc_volume_open_dir(path_in(box, path, "esp"), &volume, err) < 0)
		return -1;
	result = hc_boot_manager_read(volume, arena, ret, err);
	hc_volume_close(volume);
	return result;
}

static void
test_bios(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_boot_manager m;
	struct hc_err err;

	run(box, "mkdir -p esp");
	ok(read_manager(box, &arena, &m, &err) == 1, "an empty volume starts nothing");
	run(box, "echo 16-bit code >esp/NTLDR");
	ok(read_manager(box, &arena, &m, &err) == 0 && strcmp(m.path, "\\ntldr") == 0 &&
		   m.version == NULL && m.digest == NULL && m.signers.count == 0,
	   "ntldr tells its path only");
	run(box, ": >esp/bootmgr");
	ok(read_manager(box, &arena, &m, &err) == 0 && strcmp(m.path, "\\bootmgr") == 0 &&
		   m.version == NULL,
	   "bootmgr goes before it, though empty");
	run(box, "mkdir -p esp/EFI/Microsoft/Boot");
	ok(read_manager(box, &arena, &m, &err) == 0 && strcmp(m.path, "\\bootmgr") == 0,
	   "a folder alone changes nothing");
	hc_arena_done(&arena);
}

static void
test_efi(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_boot_manager m;
	struct hc_err err;

	ok(put(box, CORPUS "two-signatures", EFI) && read_manager(box, &arena, &m, &err) == 0 &&
		   strcmp(m.path, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi") == 0,
	   "an EFI program goes first");
	ok(m.version == NULL && m.digest != NULL &&
		   strcmp(m.digest, "db86f94357749b7cebdf618d1b548424fd7c753db0fa8d8903219d0032"
				    "225980") == 0,
	   "its digest");
	ok(m.signers.count == 3 &&
		   strcmp(m.signers.items[0], "CN=Pr\\C3\\BCfer,O=Halcyon tests") == 0 &&
		   strcmp(m.signers.items[2], "CN=Root,O=Halcyon tests") == 0,
	   "its signers, each once");
	ok(put(box, CORPUS "issuer-not-enclosed", EFI) &&
		   read_manager(box, &arena, &m, &err) == 0 && m.signers.count == 2 &&
		   strcmp(m.signers.items[1], "CN=Middle\\, of three,O=Halcyon tests") == 0,
	   "who issued the last, though it is not enclosed");
	ok(put(box, CORPUS "changed-after-it-was-signed", EFI) &&
		   read_manager(box, &arena, &m, &err) == 0 && m.signers.count == 0 &&
		   m.digest != NULL,
	   "a signature of something else is none");
	put(box, CORPUS "cut-in-the-table", EFI);
	ok_fails(read_manager(box, &arena, &m, &err), &err, H_SIGNATURE_FORMAT,
		 "a damaged signature");
	ok(strcmp(err.object, "\\EFI\\Microsoft\\Boot\\bootmgfw.efi") == 0, "of which file");
	run(box, "printf MZ >esp/" EFI);
	ok_fails(read_manager(box, &arena, &m, &err), &err, H_PE_FORMAT, "a damaged program");
	hc_arena_done(&arena);
}

static void
test_version(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_boot_manager m;
	struct hc_err err;

	run(box, "xz -dc %s/pe/wine-8.0-x86_64/version.dll.xz >esp/" EFI,
	    getenv("HALCYON_TESTDATA"));
	ok(read_manager(box, &arena, &m, &err) == 0 && m.version != NULL &&
		   strcmp(m.version, "5.1.2600.2180") == 0 && m.signers.count == 0,
	   "a version, and no signature");
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_bios(&box);
	test_efi(&box);
	if (getenv("HALCYON_TESTDATA") == NULL)
		tap_skip("HALCYON_TESTDATA is not set");
	else
		test_version(&box);
	sandbox_close(&box);
	return tap_done();
}
