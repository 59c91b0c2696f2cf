/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ACPI: FADT and MADT as bytes.
 *
 * Every table: 0 "APIC", 4 length, 8 revision, …; 36 on: its own fields.
 * MADT: 36 local APIC address, 40 flags (bit 0: two 8259s), 44 on entries of (type, length, …):
 *   0 local APIC: 2 processor, 3 APIC id, 4 flags       9 local x2APIC: 4 APIC id, 8 flags, 12 processor
 *   1 I/O APIC                                          flags: bit 0 enabled, bit 1 online-capable (revision 5 on)
 * FADT: 112 flags, bit 20 hardware-reduced.
 * Source: ACPI 6.5 sections 5.2.6, 5.2.9, 5.2.12.
 */
#include "restore/probe/probe_priv.h"

#include <stdlib.h>
#include <string.h>

/* The table's own bytes, or an empty span when signature or length are wrong. */
static struct hc_span
table_bytes(struct hc_span bytes, const char *signature, size_t least)
{
	uint32_t length;

	if (bytes.size < least || memcmp(bytes.data, signature, 4) != 0)
		return hc_span(NULL, 0);
	length = hc_get_le32(bytes.data + 4);
	if (length < least || length > bytes.size)
		return hc_span(NULL, 0);
	return hc_span(bytes.data, length);
}

bool
hc_fadt_parse(struct hc_span bytes, struct hc_fadt *ret)
{
	/* Revision 1 has 116 bytes; 44 is where its fixed pointers end. */
	struct hc_span t = table_bytes(bytes, "FACP", 44);

	if (t.size == 0)
		return false;
	ret->revision = t.data[8];
	ret->hardware_reduced =
		t.size >= 116 && t.data[8] >= 5 && (hc_get_le32(t.data + 112) & 1u << 20) != 0;
	return true;
}

static int
compare_ids(const void *a, const void *b)
{
	uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;

	return p < q ? -1 : p > q;
}

static uint64_t
count_distinct(uint32_t *ids, size_t count)
{
	uint64_t distinct = 0;

	if (count > 1)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || ids[i] != ids[i - 1];
	return distinct;
}

/* APIC id and flags of an entry that stands for a processor. */
static bool
processor(const uint8_t *entry, uint8_t length, uint32_t *ret_id, uint32_t *ret_flags)
{
	if (entry[0] == 0 && length >= 8) {
		*ret_id = entry[3];
		*ret_flags = hc_get_le32(entry + 4);
		return true;
	}
	if (entry[0] == 9 && length >= 16) {
		*ret_id = hc_get_le32(entry + 4);
		*ret_flags = hc_get_le32(entry + 8);
		return true;
	}
	return false;
}

bool
hc_madt_parse(struct hc_span bytes, struct hc_arena *arena, struct hc_madt *ret, bool *ret_pcat)
{
	struct hc_span t = table_bytes(bytes, "APIC", 44);
	size_t enabled = 0, capable = 0, most = t.size / 8;
	struct hc_madt found = { 0 };
	uint32_t *ids, *later, id, flags;

	if (t.size == 0)
		return false;
	ids = hc_arena_array(arena, most + 1, sizeof(*ids));
	later = hc_arena_array(arena, most + 1, sizeof(*later));
	if (ids == NULL || later == NULL)
		return false;
	for (size_t at = 44; at + 2 <= t.size;) {
		const uint8_t *entry = t.data + at;
		uint8_t length = entry[1];

		if (length < 2 || length > t.size - at)
			return false;
		found.io_apics += entry[0] == 1;
		if (processor(entry, length, &id, &flags)) {
			found.local_apics++;
			if ((flags & 1) != 0)
				ids[enabled++] = id;
			else if ((flags & 2) != 0 && t.data[8] >= 5)
				later[capable++] = id;
		}
		at += length;
	}
	found.enabled = count_distinct(ids, enabled);
	found.online_capable = count_distinct(later, capable);
	*ret = found;
	*ret_pcat = (hc_get_le32(t.data + 40) & 1) != 0;
	return true;
}
