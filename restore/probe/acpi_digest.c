/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ACPI tables by their digest: whether this is the firmware that a backup's Windows ran on (hazards 15).
 *
 * Every table: 0 signature, 4 length, 9 checksum, 10 OEM ID (6), 16 OEM Table ID (8), 24 OEM Revision (4).
 * FADT: pointers to FACS and DSDT at 36, 40, 132 and 140.  They are addresses, which follow the memory map.
 * Source: ACPI 6.5 sections 5.2.6 and 5.2.9.
 */
#include "restore/probe/probe_priv.h"

#include <stdlib.h>
#include <string.h>

#include "restore/base/digest.h"
#include "restore/base/text.h"

#define HEAD_BYTES 36u
#define CHECKSUM   9u

/*
 * The tables that are kept: those that a HAL is chosen by and started with.  Left out are
 *   FACS          the operating system writes to it
 *   SSDT          some are made at each start, by what the processors can do
 *   BGRT FPDT …   addresses and times of this start
 *   MSDM SLIC     licence keys: nobody's business, not even as digests
 */
static const char *const kept[] = { "FACP", "APIC", "DSDT", "HPET", "MCFG" };
static const char *const secret[] = { "MSDM", "SLIC" };

static const struct hc_extent fadt_pointers[] = { { 36, 8 }, { 132, 16 } };

static bool
is_among(const char *signature, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(signature, list[i], 4) == 0)
			return true;
	return false;
}

bool
hc_acpi_is_secret(const char *signature)
{
	return is_among(signature, secret, sizeof(secret) / sizeof(secret[0]));
}

/* Zeros over a range, as far as the table reaches. */
static void
blank(uint8_t *table, size_t size, struct hc_extent range)
{
	uint64_t end = hc_extent_end(range) < size ? hc_extent_end(range) : size;

	if (range.offset < end)
		memset(table + range.offset, 0, end - range.offset);
}

static int
digest_of(struct hc_span table, char ret[HC_DIGEST_TEXT], struct hc_err *err)
{
	uint8_t *copy = malloc(table.size);
	struct hc_digest digest;

	if (copy == NULL)
		return hc_probe_no_memory(err);
	memcpy(copy, table.data, table.size);
	copy[CHECKSUM] = 0;
	if (memcmp(copy, "FACP", 4) == 0) {
		blank(copy, table.size, fadt_pointers[0]);
		blank(copy, table.size, fadt_pointers[1]);
	}
	hc_digest_of(HC_DIGEST_SHA256, copy, table.size, &digest);
	hc_digest_hex(&digest, ret);
	free(copy);
	return 0;
}

/* A name of the head: up to the first NUL or the blanks that fill it, what is not printable as '?'. */
static const char *
name_of(const uint8_t *at, size_t size, struct hc_arena *arena)
{
	char text[9] = "";
	size_t n = 0;

	for (; n < size && at[n] != '\0'; n++)
		text[n] = at[n] >= ' ' && at[n] < 0x7f ? (char)at[n] : '?';
	while (n > 0 && text[n - 1] == ' ')
		n--;
	return hc_arena_strndup(arena, text, n);
}

int
hc_acpi_digest(struct hc_span bytes, struct hc_arena *arena, struct hc_acpi_digest *ret,
	       struct hc_err *err)
{
	char hex[HC_DIGEST_TEXT];
	uint32_t length;

	if (bytes.size < HEAD_BYTES ||
	    !is_among((const char *)bytes.data, kept, sizeof(kept) / sizeof(kept[0])))
		return 1;
	length = hc_get_le32(bytes.data + 4);
	if (length < HEAD_BYTES || length > bytes.size)
		return 1;
	if (digest_of(hc_span(bytes.data, length), hex, err) < 0)
		return -1;
	ret->signature = name_of(bytes.data, 4, arena);
	ret->oem = name_of(bytes.data + 10, 6, arena);
	ret->oem_table = name_of(bytes.data + 16, 8, arena);
	ret->oem_revision = hc_get_le32(bytes.data + 24);
	ret->sha256 = hc_arena_strdup(arena, hex);
	return ret->signature != NULL && ret->oem != NULL && ret->oem_table != NULL &&
			       ret->sha256 != NULL
		       ? 0
		       : hc_probe_no_memory(err);
}
