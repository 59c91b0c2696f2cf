/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lists of a registry key: its subkeys, and its values with their types. */
#include "restore/hive/hive_priv.h"

#include <stdlib.h>
#include <string.h>

#include "restore/base/text.h"

/* Nothing forbids a hive to list one long name a hundred thousand times. */
#define NAMES_MAX (64u << 20)
#define TEXT_MAX  65536u

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a list of the registry");
}

/* Takes the malloced name into the arena, or frees it; NULL with err set. */
static const char *
take_name(struct hc_hive *hive, struct hc_arena *arena, char *name, size_t *budget,
	  struct hc_err *err)
{
	size_t size = strlen(name) + 1;
	const char *copy = NULL;

	if (size > *budget) {
		hc_err_set(err, H_HIVE_FORMAT, "a list of %s has more than %u bytes of names",
			   hive->name, NAMES_MAX);
	} else {
		*budget -= size;
		copy = hc_arena_strndup(arena, name, size - 1);
		if (copy == NULL)
			no_memory(err);
	}
	free(name);
	return copy;
}

/* ---------------------------------------------------------------- lists */

int
hc_hive_children(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
		 struct hc_hive_children *ret, struct hc_err *err)
{
	hive_node_h *nodes = hivex_node_children(hive->hive, key.node);
	struct hc_hive_children list = { 0 };
	size_t budget = NAMES_MAX;
	int result = 0;

	if (nodes == NULL)
		return hc_err_sys(err, H_HIVE_FORMAT, "a list of keys of %s cannot be read",
				  hive->name);
	for (size_t i = 0; nodes[i] != 0 && result == 0; i++) {
		struct hc_hive_child child = { .key = { nodes[i] } }, *item;
		char *name = hivex_node_name(hive->hive, nodes[i]);

		/* One whose name can't be read is left out: nobody can ask for it. */
		if (name == NULL)
			continue;
		child.name = take_name(hive, arena, name, &budget, err);
		item = child.name == NULL
			       ? NULL
			       : hc_arena_grow(arena, &list.items, &list.count, sizeof(*item));
		if (item != NULL)
			*item = child;
		else
			result = child.name == NULL ? -1 : no_memory(err);
	}
	free(nodes);
	if (result == 0)
		*ret = list;
	return result;
}

int
hc_hive_values(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
	       struct hc_hive_value_list *ret, struct hc_err *err)
{
	hive_value_h *values = hivex_node_values(hive->hive, key.node);
	struct hc_hive_value_list list = { 0 };
	size_t budget = NAMES_MAX;
	int result = 0;

	if (values == NULL)
		return hc_err_sys(err, H_HIVE_FORMAT, "a list of values of %s cannot be read",
				  hive->name);
	for (size_t i = 0; values[i] != 0 && result == 0; i++) {
		struct hc_hive_value value = { .value = values[i] }, *item;
		char *name = hivex_value_key(hive->hive, values[i]);
		hive_type type;

		if (name == NULL)
			continue;
		if (hivex_value_type(hive->hive, values[i], &type, &value.size) < 0) {
			free(name);
			continue;
		}
		value.type = (uint32_t)type;
		value.name = take_name(hive, arena, name, &budget, err);
		item = value.name == NULL
			       ? NULL
			       : hc_arena_grow(arena, &list.items, &list.count, sizeof(*item));
		if (item != NULL)
			*item = value;
		else
			result = value.name == NULL ? -1 : no_memory(err);
	}
	free(values);
	if (result == 0)
		*ret = list;
	return result;
}

bool
hc_hive_value_find(struct hc_hive *hive, struct hc_hive_key key, const char *name,
		   struct hc_hive_value *ret)
{
	struct hc_hive_value value = { .name = name };
	hive_type type;

	value.value = hivex_node_get_value(hive->hive, key.node, name);
	if (value.value == 0 ||
	    hivex_value_type(hive->hive, value.value, &type, &value.size) < 0)
		return false;
	value.type = (uint32_t)type;
	*ret = value;
	return true;
}

/* ---------------------------------------------------------------- data as text */

/* [MS-RRP] 3.1.1.5; the numbers are those of winnt.h. */
static const char *const type_names[] = {
	"REG_NONE",
	"REG_SZ",
	"REG_EXPAND_SZ",
	"REG_BINARY",
	"REG_DWORD",
	"REG_DWORD_BIG_ENDIAN",
	"REG_LINK",
	"REG_MULTI_SZ",
	"REG_RESOURCE_LIST",
	"REG_FULL_RESOURCE_DESCRIPTOR",
	"REG_RESOURCE_REQUIREMENTS_LIST",
	"REG_QWORD",
};
#define TYPE_NAMES (sizeof(type_names) / sizeof(type_names[0]))

const char *
hc_hive_type_name(struct hc_arena *arena, uint32_t type)
{
	return type < TYPE_NAMES ? type_names[type] : hc_arena_printf(arena, "REG_%08x", type);
}

bool
hc_hive_type_number(const char *name, uint32_t *ret)
{
	unsigned long number;
	char *end;

	if (name == NULL || strncmp(name, "REG_", 4) != 0)
		return false;
	for (uint32_t i = 0; i < TYPE_NAMES; i++)
		if (strcmp(name, type_names[i]) == 0) {
			*ret = i;
			return true;
		}
	number = strtoul(name + 4, &end, 16);
	if (strlen(name) != 12 || *end != '\0')
		return false;
	*ret = (uint32_t)number;
	return true;
}

/* REG_MULTI_SZ: the NULs between its parts become blanks, those at its end go. */
static char *
list_text(struct hc_arena *arena, uint8_t *bytes, size_t size)
{
	while (size >= 2 && hc_get_le16(bytes + size - 2) == 0)
		size -= 2;
	for (size_t i = 0; size - i >= 2; i += 2)
		if (hc_get_le16(bytes + i) == 0)
			hc_put_le16(bytes + i, ' ');
	return hc_utf16_to_utf8(arena, hc_span(bytes, size));
}

static char *
hex_text(struct hc_arena *arena, const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *text = hc_arena_alloc(arena, size * 2 + 1);

	for (size_t i = 0; text != NULL && i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	return text;
}

static char *
data_text(struct hc_arena *arena, uint32_t type, uint8_t *bytes, size_t size)
{
	size_t even = size / 2 * 2;

	if (type == hive_t_string || type == hive_t_expand_string || type == hive_t_link)
		return hc_utf16_to_utf8(arena, hc_span(bytes, even));
	if (type == hive_t_multiple_strings)
		return list_text(arena, bytes, even);
	if (type == hive_t_dword && size == 4)
		return hc_arena_printf(arena, "%u", hc_get_le32(bytes));
	if (type == hive_t_dword_be && size == 4)
		return hc_arena_printf(arena, "%u", __builtin_bswap32(hc_get_le32(bytes)));
	return hex_text(arena, bytes, size);
}

const char *
hc_hive_data_text(struct hc_arena *arena, uint32_t type, struct hc_span data)
{
	uint8_t *copy = hc_arena_alloc(arena, data.size + 1);

	if (copy == NULL)
		return NULL;
	if (data.size > 0)
		memcpy(copy, data.data, data.size);
	return data_text(arena, type, copy, data.size);
}

int
hc_hive_value_text(struct hc_hive *hive, const struct hc_hive_value *value,
		   struct hc_arena *arena, const char **ret, struct hc_err *err)
{
	char *bytes, *text;
	hive_type type;
	size_t size;

	if (value->size > TEXT_MAX)
		return hc_err_set(err, H_HIVE_FORMAT, "the value %s of %s has %zu bytes",
				  value->name, hive->name, value->size);
	bytes = hivex_value_value(hive->hive, value->value, &type, &size);
	if (bytes == NULL)
		return hc_err_sys(err, H_HIVE_FORMAT, "the value %s of %s cannot be read",
				  value->name, hive->name);
	text = data_text(arena, type, (uint8_t *)bytes, size);
	free(bytes);
	if (text == NULL)
		return no_memory(err);
	*ret = text;
	return 0;
}
