/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EFI programs on a volume: whose they are, and for which firmware. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/boot/pe.h"
#include "restore/fixup/edits_priv.h"
#include "restore/fixup/efi_priv.h"

#define PROGRAM_MAX (64u << 20)

int
efi_program_read(struct fix *fix, size_t volume, const char *path, struct efi_program *ret,
		 enum efi_found *found, struct hc_err *why, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	struct hc_digest digest;
	struct hc_pe pe;
	int result = hc_volume_read_all(fix->offline->volumes[volume].volume, path, PROGRAM_MAX,
					&bytes, why);

	if (result == 0)
		result = hc_pe_read(hc_buf_span(&bytes), fix->arena, &pe, why);
	*found = EFI_THERE;
	if (result == 0) {
		*ret = (struct efi_program){ pe.architecture, pe.file_version, pe.company, "" };
		hc_digest_of(HC_DIGEST_SHA256, bytes.data, bytes.size, &digest);
		hc_digest_hex(&digest, ret->digest);
	} else if (fix_is_of_file(why->code)) {
		*found = why->code == H_PATH_NOT_FOUND ? EFI_MISSING : EFI_UNREADABLE;
		result = 0;
	} else {
		*err = *why;
		hc_err_wrap(err, "while reading %s of %s", path,
			    fix->offline->volumes[volume].name);
	}
	hc_buf_done(&bytes);
	return result;
}

/* Own knowledge: every bootmgfw.efi since Vista names Microsoft Corporation as its company. */
bool
efi_program_is_windows(const struct efi_program *program)
{
	return program->company != NULL && strncasecmp(program->company, "Microsoft", 9) == 0;
}

static bool
numbers(const char *version, unsigned ret[4])
{
	return version != NULL &&
	       sscanf(version, "%5u.%5u.%5u.%5u", &ret[0], &ret[1], &ret[2], &ret[3]) == 4;
}

bool
efi_program_is_newer(const struct efi_program *a, const struct efi_program *b)
{
	unsigned of_a[4], of_b[4];

	if (!numbers(a->version, of_a) || !numbers(b->version, of_b))
		return false;
	for (size_t i = 0; i < 4; i++)
		if (of_a[i] != of_b[i])
			return of_a[i] > of_b[i];
	return false;
}

const char *
efi_fallback_path(const struct efi_program *program)
{
	/* UEFI 2.10 section 3.5.1.1. */
	static const struct {
		const char *architecture, *path;
	} names[] = {
		{ "x64", "/EFI/BOOT/BOOTX64.EFI" },
		{ "x86", "/EFI/BOOT/BOOTIA32.EFI" },
		{ "arm64", "/EFI/BOOT/BOOTAA64.EFI" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (program->architecture != NULL &&
		    strcmp(program->architecture, names[i].architecture) == 0)
			return names[i].path;
	return NULL;
}
