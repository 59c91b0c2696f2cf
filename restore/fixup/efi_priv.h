/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What starts Windows under UEFI: what efi-boot's two halves share. */
#ifndef HC_FIXUP_EFI_PRIV_H
#define HC_FIXUP_EFI_PRIV_H

#include "restore/base/digest.h"
#include "restore/fixup/fixup_priv.h"

#define EFI_MANAGER "/EFI/Microsoft/Boot/bootmgfw.efi"

/* UEFI 2.10 section 5.3.3. */
#define EFI_PARTITION_TYPE "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

/* efi_boot.c: boot manager, fallback and entry on this partition.  0: wished; 1: there is no boot manager to be had, and a
 * note says so. */
int efi_want_start(struct fix *fix, size_t esp, struct hc_err *err);

/* ---------------------------------------------------------------- programs: efi_program.c */

struct efi_program {
	const char *architecture; /* x86, x64, arm64; NULL: another one */
	const char *version;      /* 10.0.19041.1; NULL: it tells none */
	const char *company;      /* NULL: it tells none */
	char digest[HC_DIGEST_TEXT];
};

enum efi_found {
	EFI_THERE,
	EFI_MISSING,
	EFI_UNREADABLE, /* *why says so */
};

/* -1 for what ends the detection only. */
int efi_program_read(struct fix *fix, size_t volume, const char *path, struct efi_program *ret,
		     enum efi_found *found, struct hc_err *why, struct hc_err *err);
/* Whether Microsoft made it, by its version resource: what GRUB, shim and the like have none of. */
bool efi_program_is_windows(const struct efi_program *program);
/* Whether a is newer than b, by their four numbers; false when one of them is not known. */
bool efi_program_is_newer(const struct efi_program *a, const struct efi_program *b);
/* /EFI/BOOT/BOOTX64.EFI: what firmware of that architecture starts without an entry; NULL: not known. */
const char *efi_fallback_path(const struct efi_program *program);

/* ---------------------------------------------------------------- firmware variables: efi_entries.c */

/* `esp` is on a GPT disk, and the variables are those of the machine it shall boot on. */
int efi_entries(struct fix *fix, size_t esp, struct hc_err *err);

#endif
