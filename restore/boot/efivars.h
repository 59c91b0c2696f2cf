/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Variables of the firmware's boot manager: which programs a UEFI machine starts, and in which order.
 *
 * Shape:   a variable is a file NAME-GUID of a folder: four bytes of attributes, then the data, as efivarfs shows it.
 *          Boot#### holds a load option (a description, where the program lies, data for it), BootOrder the numbers.
 * Units:   blocks of the disk in load options; everything else bytes.
 * Owner:   the caller's arena.
 * Errors:  H_LOAD_OPTION: bytes that are no load option.  H_EFIVARS_READ, H_EFIVARS_WRITE; H_EFIVARS_FULL: the firmware
 *          has no room, and the variable is as it was.
 * Source:  UEFI 2.10 sections 3.1.3, 3.3, 10.3.4.1, 10.3.5.1, 10.3.5.4; Linux Documentation/filesystems/efivarfs.rst;
 *          windows-offline.md section 8, checked against the copies that real boot stores keep (data/hives/bcd).
 * Example:
 *	if (hc_efi_boot_read("/sys/firmware/efi/efivars", &arena, &boot, err) == 0)
 *		for (size_t i = 0; i < boot.entries.count; i++)
 *			printf("%s\n", boot.entries.items[i].name);
 */
#ifndef HC_BOOT_EFIVARS_H
#define HC_BOOT_EFIVARS_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

#define HC_EFI_GLOBAL     "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define HC_EFI_BOOT_ORDER "BootOrder-" HC_EFI_GLOBAL
#define HC_EFIVARS        "/sys/firmware/efi/efivars"

/* What boot entries are stored with: kept without power, seen before and after the system starts. */
#define HC_EFI_ATTRIBUTES      7u
#define HC_EFI_ATTRIBUTE_BYTES 4u

#define HC_EFI_WINDOWS_PATH "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"

/* ---------------------------------------------------------------- load options: load_option.c */

#define HC_LOAD_OPTION_ACTIVE 1u

enum hc_efi_signature {
	HC_EFI_SIGNATURE_NONE = 0,
	HC_EFI_SIGNATURE_MBR = 1,  /* the first four bytes */
	HC_EFI_SIGNATURE_GUID = 2, /* of the partition */
};

/* A partition, as the node "hard drive" of a device path names it. */
struct hc_efi_drive {
	uint32_t partition;
	uint64_t start, size; /* blocks */
	uint8_t signature[16];
	uint8_t format;         /* 1 MBR, 2 GPT */
	uint8_t signature_kind; /* enum hc_efi_signature */
};

struct hc_load_option {
	uint32_t attributes;
	const char *description;
	bool has_drive;
	struct hc_efi_drive drive;
	const char *path;        /* \EFI\Microsoft\Boot\bootmgfw.efi; NULL: it names no file */
	struct hc_span optional; /* data for the program; borrowed */
};

/* Without the variable's attributes.  Of a device path it takes the first drive and all file names; nodes of other kinds are
 * passed over. */
int hc_load_option_read(struct hc_span bytes, struct hc_arena *arena,
			struct hc_load_option *ret, struct hc_err *err);
/* Appends one that has these members and nothing besides. */
int hc_load_option_write(const struct hc_load_option *option, struct hc_buf *out,
			 struct hc_err *err);
/* The entry that Windows makes for itself, for the EFI system partition `drive`; appended. */
int hc_load_option_windows(const struct hc_efi_drive *drive, struct hc_buf *out,
			   struct hc_err *err);

/* ---------------------------------------------------------------- variables: efivars.c */

/* 0: *ret holds attributes and data; 1: there is no such variable. */
int hc_efivar_read(const char *folder, const char *name, struct hc_arena *arena,
		   struct hc_span *ret, struct hc_err *err);
/*
 * Attributes first; data NULL: the variable goes, and it is fine if it isn't there.  One write, which the firmware does wholly
 * or not at all; a file that efivarfs protects against deletion ("immutable") is freed for it and protected again.
 */
int hc_efivar_write(const char *folder, const char *name, struct hc_span bytes,
		    struct hc_err *err);

struct hc_efi_entry {
	unsigned number;
	const char *name;     /* Boot0001-8be4df61-…: of the file */
	struct hc_span bytes; /* attributes and load option */
};

struct hc_efi_boot {
	struct {
		struct hc_efi_entry *items;
		size_t count;
	} entries;            /* by number */
	struct hc_span order; /* attributes and numbers; data NULL: there is none */
};

/* H_EFIVARS_READ too when the folder can't be listed, or is empty: then efivarfs is not mounted there. */
int hc_efi_boot_read(const char *folder, struct hc_arena *arena, struct hc_efi_boot *ret,
		     struct hc_err *err);

#endif
