/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Programs of Windows (Portable Executable): for which processor, and what the version resource says.
 *
 * Shape:   struct hc_pe holds text; what the file does not tell is NULL.
 * Owner:   text lives in the caller's arena; the architecture is static.
 * Errors:  H_PE_FORMAT: no PE, cut short, or a version resource that makes no sense.
 * Source:  [PE Format] (Microsoft Learn): MS-DOS stub, COFF header, optional header, section table, .rsrc;
 *          VS_VERSIONINFO, VS_FIXEDFILEINFO, StringFileInfo, StringTable, String (Microsoft Learn).
 *          Why it counts: windows-offline.md section 6.1, the third witness of the installed HAL.
 * Example:
 *	if (hc_pe_read(hc_buf_span(&file), &arena, &pe, err) == 0 && pe.original_filename != NULL)
 *		printf("%s %s\n", pe.original_filename, pe.file_version);	// halmacpi.dll 5.2.3790.1830
 */
#ifndef HC_BOOT_PE_H
#define HC_BOOT_PE_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

struct hc_pe {
	const char *architecture; /* x86 x64 arm64 ia64; NULL: another one */
	/* The four numbers of VS_FIXEDFILEINFO. */
	const char *file_version;
	/* From the first table of the first language; NULL where missing or empty. */
	const char *file_version_text; /* "5.2.3790.1830 (srv03_sp1_rtm.050324-1447)" */
	const char *original_filename, *internal_name, *company, *product;
};

/* A PE without a version resource is fine: its members are NULL. */
int hc_pe_read(struct hc_span file, struct hc_arena *arena, struct hc_pe *ret,
	       struct hc_err *err);

/* The architecture alone, NULL for another one: the first 4 KiB of a file are enough, whatever its size. */
int hc_pe_architecture(struct hc_span head, const char **ret, struct hc_err *err);

#endif
