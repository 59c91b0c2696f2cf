/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SMBIOS: the machine's names.
 *
 * A structure: 0 type, 1 length of the formatted part, 2 handle; behind it strings, each ended by a zero, the list by
 * another.  Type 1: 4 manufacturer, 5 product, 6 version, 7 serial (numbers of strings, from 1), 8 uuid (16 bytes).
 * Entry points: "_SM3_" 7, 8 version; "_SM_" 6, 7 version; "_DMI_" 14 version as two decimal digits (2.0 to 2.2).
 * Source: SMBIOS 3.7 (DSP0134) sections 5.2, 6.1, 7.2; SMBIOS 2.3 section 2.1 for _DMI_.
 */
#include "restore/probe/probe_priv.h"

#include <string.h>

#define TABLE_MAX (1u << 20)

bool
hc_smbios_version(struct hc_span entry, unsigned *ret_version)
{
	if (entry.size >= 24 && memcmp(entry.data, "_SM3_", 5) == 0) {
		*ret_version = (unsigned)entry.data[7] << 8 | entry.data[8];
		return true;
	}
	if (entry.size >= 31 && memcmp(entry.data, "_SM_", 4) == 0) {
		*ret_version = (unsigned)entry.data[6] << 8 | entry.data[7];
		/* Some firmware writes 2.31 and 2.33 for 2.3.1 and 2.3.3; Linux and dmidecode read them so, too. */
		if (*ret_version == 0x21f || *ret_version == 0x221)
			*ret_version = 0x203;
		return true;
	}
	if (entry.size >= 15 && memcmp(entry.data, "_DMI_", 5) == 0) {
		*ret_version = (unsigned)(entry.data[14] >> 4) << 8 | (entry.data[14] & 15);
		return true;
	}
	return false;
}

/* The string of this number in the unformatted part; NULL when there is none, or only blanks. */
static const char *
string(struct hc_span texts, unsigned number, struct hc_arena *arena)
{
	size_t at = 0;

	for (unsigned n = 1; number != 0 && at < texts.size && texts.data[at] != 0; n++) {
		size_t start = at, end;

		while (at < texts.size && texts.data[at] != 0)
			at++;
		end = at++;
		if (n != number)
			continue;
		while (start < end && texts.data[start] <= ' ')
			start++;
		while (end > start && texts.data[end - 1] <= ' ')
			end--;
		return start == end ? NULL
				    : hc_arena_strndup(arena, (const char *)texts.data + start,
						       end - start);
	}
	return NULL;
}

static const char *
uuid_text(const uint8_t *u, unsigned version, struct hc_arena *arena)
{
	static const uint8_t little[] = {
		3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15
	};
	char text[37], *to = text;

	for (unsigned i = 0; i < 16; i++) {
		static const char hex[] = "0123456789abcdef";
		uint8_t byte = version >= 0x206 ? u[little[i]] : u[i];

		if (i == 4 || i == 6 || i == 8 || i == 10)
			*to++ = '-';
		*to++ = hex[byte >> 4];
		*to++ = hex[byte & 15];
	}
	*to = '\0';
	return hc_arena_strdup(arena, text);
}

/* Texts are UTF-8 in the documents; firmware's are ASCII, or damaged. */
static const char *
ascii(const char *text, struct hc_arena *arena)
{
	char *copy = text == NULL ? NULL : hc_arena_strdup(arena, text);

	for (char *p = copy; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
			*p = '.';
	return copy;
}

static void
take_system(struct hc_span formatted, struct hc_span texts, unsigned version,
	    struct hc_arena *arena, struct hc_machine *ret)
{
	const uint8_t *f = formatted.data;

	ret->vendor = ascii(string(texts, f[4], arena), arena);
	ret->product = ascii(string(texts, f[5], arena), arena);
	ret->version = ascii(string(texts, f[6], arena), arena);
	ret->serial = ascii(string(texts, f[7], arena), arena);
	ret->uuid = formatted.size >= 24 ? uuid_text(f + 8, version, arena) : NULL;
}

bool
hc_smbios_machine(struct hc_span table, unsigned version, struct hc_arena *arena,
		  struct hc_machine *ret)
{
	size_t at = 0;

	while (at + 4 <= table.size) {
		uint8_t type = table.data[at], length = table.data[at + 1];
		size_t texts = at + length, end;

		if (length < 4 || texts > table.size)
			return false;
		/* The list of strings ends with two zeros, also when it is empty. */
		for (end = texts; end + 1 < table.size; end++)
			if (table.data[end] == 0 && table.data[end + 1] == 0)
				break;
		if (type == 1 && length >= 8) {
			struct hc_machine found = { 0 };

			take_system(hc_span(table.data + at, length),
				    hc_span(table.data + texts,
					    hc_min_u64(end + 1, table.size) - texts),
				    version, arena, &found);
			*ret = found;
			return true;
		}
		if (type == 127)
			return false;
		at = end + 2;
	}
	return false;
}

static void
from_sysfs(struct probe *p, struct hc_machine *m)
{
	m->vendor = hc_tree_text(&p->tree, p->arena, "/sys/class/dmi/id/sys_vendor");
	m->product = hc_tree_text(&p->tree, p->arena, "/sys/class/dmi/id/product_name");
	m->version = hc_tree_text(&p->tree, p->arena, "/sys/class/dmi/id/product_version");
	m->serial = hc_tree_text(&p->tree, p->arena, "/sys/class/dmi/id/product_serial");
	m->uuid = hc_tree_text(&p->tree, p->arena, "/sys/class/dmi/id/product_uuid");
}

static const char *
unless_placeholder(const char *text)
{
	return text == NULL || hc_is_placeholder(text) ? NULL : text;
}

int
hc_probe_machine(struct probe *p, struct hc_err *err)
{
	struct hc_machine *m = &p->facts->machine;
	struct hc_buf entry = { 0 }, table = { 0 };
	unsigned version;

	(void)err;
	if (!hc_tree_bytes(&p->tree, &entry, 64,
			   "/sys/firmware/dmi/tables/smbios_entry_point") ||
	    !hc_tree_bytes(&p->tree, &table, TABLE_MAX, "/sys/firmware/dmi/tables/DMI") ||
	    !hc_smbios_version(hc_buf_span(&entry), &version) ||
	    !hc_smbios_machine(hc_buf_span(&table), version, p->arena, m))
		from_sysfs(p, m);
	m->vendor = unless_placeholder(m->vendor);
	m->product = unless_placeholder(m->product);
	m->version = unless_placeholder(m->version);
	m->serial = unless_placeholder(m->serial);
	if (m->uuid != NULL && hc_is_placeholder_uuid(m->uuid))
		m->uuid = NULL;
	hc_buf_done(&entry);
	hc_buf_done(&table);
	return 0;
}
