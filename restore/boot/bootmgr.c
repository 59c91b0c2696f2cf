/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the firmware or the boot sector starts: it lies on the EFI system partition, or on the active partition. */
#include <string.h>

#include "restore/base/authenticode.h"
#include "restore/boot/boot.h"
#include "restore/boot/pe.h"

#define PROGRAM_MAX (64u << 20)

/* In the order of the generations, newest first: a disk that came from an older Windows may still hold ntldr. */
static const char *const places[] = {
	"\\EFI\\Microsoft\\Boot\\bootmgfw.efi",
	"\\bootmgr",
	"\\ntldr",
};

/* Adds a name unless the list has it. */
static int
add_signer(struct hc_strings *signers, struct hc_arena *arena, const char *name,
	   struct hc_err *err)
{
	for (size_t i = 0; i < signers->count; i++)
		if (strcmp(signers->items[i], name) == 0)
			return 0;
	return hc_strings_add(signers, arena, name, err);
}

static int
read_signers(struct hc_span file, struct hc_arena *arena, struct hc_boot_manager *manager,
	     struct hc_err *err)
{
	struct hc_authenticode code;
	char hex[HC_DIGEST_TEXT];

	if (hc_authenticode_read(file, arena, &code, err) < 0)
		return -1;
	hc_digest_hex(&code.digest, hex);
	manager->digest = hc_arena_strdup(arena, hex);
	if (manager->digest == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read a boot manager");
	for (size_t i = 0; i < code.count; i++) {
		const struct hc_signature *signature = &code.signatures[i];

		/* Made over something else, it is no signature of this file. */
		if (!signature->fits)
			continue;
		for (size_t k = 0; k < signature->count; k++)
			if (add_signer(&manager->signers, arena, signature->subjects[k], err) <
			    0)
				return -1;
		if (add_signer(&manager->signers, arena, signature->issuer, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_program(struct hc_span file, struct hc_arena *arena, struct hc_boot_manager *manager,
	     struct hc_err *err)
{
	struct hc_pe pe;

	/* ntldr, and bootmgr of a BIOS, start with 16-bit code. */
	if (file.size < 2 || memcmp(file.data, "MZ", 2) != 0)
		return 0;
	if (hc_pe_read(file, arena, &pe, err) < 0)
		return -1;
	manager->version = pe.file_version;
	return read_signers(file, arena, manager, err);
}

int
hc_boot_manager_read(struct hc_volume *volume, struct hc_arena *arena,
		     struct hc_boot_manager *ret, struct hc_err *err)
{
	struct hc_boot_manager manager = { 0 };
	struct hc_buf bytes = { 0 };
	struct hc_err why;
	int result;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		result = hc_volume_read_all(volume, places[i], PROGRAM_MAX, &bytes, &why);
		if (result < 0 && why.code == H_PATH_NOT_FOUND)
			continue;
		manager.path = places[i];
		if (result == 0)
			result = read_program(hc_buf_span(&bytes), arena, &manager, &why);
		hc_buf_done(&bytes);
		if (result == 0) {
			*ret = manager;
			return 0;
		}
		hc_err_at(&why, HC_NO_OFFSET, "%s", places[i]);
		*err = why;
		return -1;
	}
	return 1;
}
