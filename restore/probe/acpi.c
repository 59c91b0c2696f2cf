/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ACPI: FADT, MADT and the root pointer as bytes.
 *
 * Every table: 0 signature, 4 length, 8 revision, 9 checksum over all of it, …; 36 on: its own fields.
 * MADT: 36 local APIC address, 40 flags (bit 0: two 8259s), 44 on entries of (type, length, …):
 *   0 local APIC: 2 processor, 3 APIC id, 4 flags       9 local x2APIC: 4 APIC id, 8 flags, 12 processor
 *   1 I/O APIC                                          flags: bit 0 enabled, bit 1 online-capable (revision 5 on)
 *   APIC ids of all ones stand for no processor: they address all of them.
 * FADT: 112 flags, bit 20 hardware-reduced (revision 5 on).
 * Root pointer: "RSD PTR ", checksum over 20 bytes; in the first KiB of the EBDA or in e0000 to fffff, at a multiple of 16.
 *
 * A damaged table is never none: that would change the HAL type.  What could be read counts, the damage is told.
 * Source: ACPI 6.5 sections 5.2.5, 5.2.6, 5.2.9, 5.2.12; ACPI 1.0 section 5.2.5 for the FADT of 116 bytes.
 */
#include "restore/probe/probe_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MADT_ENTRIES 44u
#define FADT_LEAST   44u /* where its fixed pointers end; revision 1 has 116 bytes */
#define FADT_FLAGS   112u

#define FLAG_ENABLED        1u
#define FLAG_ONLINE_CAPABLE 2u

static void
damaged(struct hc_damage *damage, bool incomplete, const char *text)
{
	damage->incomplete = damage->incomplete || incomplete;
	if (damage->text[0] == '\0')
		snprintf(damage->text, sizeof(damage->text), "%s", text);
}

static bool
sum_is_zero(struct hc_span bytes)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < bytes.size; i++)
		sum = (uint8_t)(sum + bytes.data[i]);
	return sum == 0;
}

/* The bytes that belong to the table; an empty span when there is no telling. */
static struct hc_span
table_bytes(struct hc_span bytes, const char *signature, size_t least, struct hc_damage *damage)
{
	char text[sizeof(damage->text)];
	uint32_t length;

	if (bytes.size < least) {
		snprintf(text, sizeof(text), "only %zu bytes", bytes.size);
		damaged(damage, true, text);
		return hc_span(NULL, 0);
	}
	length = hc_get_le32(bytes.data + 4);
	if (memcmp(bytes.data, signature, 4) != 0 || length < least) {
		damaged(damage, true,
			length < least ? "a length too short to be one"
				       : "the signature is another one");
		return hc_span(NULL, 0);
	}
	if (length > bytes.size) {
		snprintf(text, sizeof(text), "cut off: %zu of %lu bytes", bytes.size,
			 (unsigned long)length);
		damaged(damage, true, text);
		return bytes;
	}
	if (!sum_is_zero(hc_span(bytes.data, length)))
		damaged(damage, false, "a wrong checksum");
	return hc_span(bytes.data, length);
}

bool
hc_fadt_parse(struct hc_span bytes, struct hc_fadt *ret, struct hc_damage *ret_damage)
{
	struct hc_damage damage = { 0 };
	struct hc_span t = table_bytes(bytes, "FACP", FADT_LEAST, &damage);

	*ret_damage = damage;
	if (t.size == 0)
		return false;
	ret->revision = t.data[8];
	ret->hardware_reduced = t.size >= FADT_FLAGS + 4 && t.data[8] >= 5 &&
				(hc_get_le32(t.data + FADT_FLAGS) & 1u << 20) != 0;
	return true;
}

/* ---------------------------------------------------------------- MADT */

/* APIC ids of processors: the enabled ones, and those that can be added while the system runs. */
struct apic_ids {
	uint32_t *enabled, *capable;
	size_t enabled_count, capable_count;
};

static int
compare_ids(const void *a, const void *b)
{
	uint32_t p = *(const uint32_t *)a, q = *(const uint32_t *)b;

	return p < q ? -1 : p > q;
}

/* Sorts the ids and drops those that are there twice: firmware may list one processor as type 0 and as type 9. */
static size_t
make_distinct(uint32_t *ids, size_t count)
{
	size_t kept = 0;

	if (count > 1)
		qsort(ids, count, sizeof(*ids), compare_ids);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	return kept;
}

static void
count_ids(struct apic_ids *ids, struct hc_madt *madt)
{
	size_t enabled = make_distinct(ids->enabled, ids->enabled_count);
	size_t capable = make_distinct(ids->capable, ids->capable_count);

	madt->enabled = enabled;
	for (size_t i = 0; i < capable; i++)
		madt->online_capable +=
			enabled == 0 || bsearch(&ids->capable[i], ids->enabled, enabled,
						sizeof(uint32_t), compare_ids) == NULL;
}

/* Takes an entry of type 0 or 9 down; false when it is shorter than its type demands. */
static bool
take_processor(const uint8_t *entry, uint8_t length, uint8_t revision, struct apic_ids *ids)
{
	bool wide = entry[0] == 9;
	uint32_t id, flags;

	if (length < (wide ? 16 : 8))
		return false;
	id = wide ? hc_get_le32(entry + 4) : entry[3];
	flags = hc_get_le32(entry + (wide ? 8 : 4));
	if (id == (wide ? UINT32_MAX : UINT8_MAX))
		return true;
	if ((flags & FLAG_ENABLED) != 0)
		ids->enabled[ids->enabled_count++] = id;
	else if ((flags & FLAG_ONLINE_CAPABLE) != 0 && revision >= 5)
		ids->capable[ids->capable_count++] = id;
	return true;
}

static void
walk_entries(struct hc_span t, struct apic_ids *ids, struct hc_madt *madt,
	     struct hc_damage *damage)
{
	char text[sizeof(damage->text)];

	for (size_t at = MADT_ENTRIES; at < t.size;) {
		const uint8_t *entry = t.data + at;
		uint8_t length = t.size - at >= 2 ? entry[1] : 0;
		bool good = length >= 2 && length <= t.size - at;

		if (good && (entry[0] == 0 || entry[0] == 9)) {
			madt->local_apics++;
			good = take_processor(entry, length, t.data[8], ids);
		} else if (good) {
			madt->io_apics += entry[0] == 1;
		}
		if (!good) {
			snprintf(text, sizeof(text),
				 "an entry of type %u with %u bytes at byte %zu of %zu",
				 entry[0], length, at, t.size);
			damaged(damage, true, text);
		}
		if (length < 2 || length > t.size - at)
			return;
		at += length;
	}
}

int
hc_madt_parse(struct hc_span bytes, struct hc_madt *ret, bool *ret_pcat,
	      struct hc_damage *ret_damage, struct hc_err *err)
{
	struct hc_damage damage = { 0 };
	struct hc_span t = table_bytes(bytes, "APIC", MADT_ENTRIES, &damage);
	struct hc_madt found = { 0 };
	struct apic_ids ids = { 0 };
	size_t most = t.size / 8 + 1; /* the shortest entry of a processor has 8 bytes */
	int result = -1;

	ids.enabled = calloc(most, sizeof(uint32_t));
	ids.capable = calloc(most, sizeof(uint32_t));
	if (ids.enabled == NULL || ids.capable == NULL) {
		hc_probe_no_memory(err);
		goto out;
	}
	if (t.size > 0) {
		walk_entries(t, &ids, &found, &damage);
		count_ids(&ids, &found);
	}
	*ret = found;
	*ret_pcat = t.size > 0 && (hc_get_le32(t.data + 40) & 1) != 0;
	*ret_damage = damage;
	result = 0;
out:
	free(ids.enabled);
	free(ids.capable);
	return result;
}

/* ---------------------------------------------------------------- the root pointer */

uint64_t
hc_rsdp_find(struct hc_span low)
{
	struct hc_extent places[2] = { { 0, 0 }, { 0xe0000, 0x20000 } };

	places[0] = hc_ebda(low);
	for (size_t i = 0; i < 2; i++)
		for (uint64_t at = places[i].offset; at < hc_extent_end(places[i]); at += 16) {
			struct hc_span p = hc_span_part(low, at, 20);

			if (p.data != NULL && memcmp(p.data, "RSD PTR ", 8) == 0 &&
			    sum_is_zero(p))
				return at;
		}
	return 0;
}
