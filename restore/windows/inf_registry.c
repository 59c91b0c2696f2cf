/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: AddReg: lines of root, key, name, flags, data …
 *
 * Flags hold the type: bit 0 says that the data are bytes or numbers, bits 16 to 31 which type; without bit 0 they are texts.
 *
 * Source:  "INF AddReg Directive".
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/windows/inf_priv.h"

#define FLAG_BINARY    0x00000001u /* FLG_ADDREG_BINVALUETYPE */
#define TYPE_MASK      0xffff0001u
#define TYPE_MULTI_SZ  0x00010000u
#define TYPE_EXPAND_SZ 0x00020000u
#define TYPE_BINARY    0x00000001u
#define TYPE_DWORD     0x00010001u
#define TYPE_NONE      0x00020001u
#define DATA           4u /* number of the first field of data */

/* As the registry numbers them. */
enum {
	REG_NONE = 0,
	REG_SZ = 1,
	REG_EXPAND_SZ = 2,
	REG_BINARY = 3,
	REG_DWORD = 4,
	REG_MULTI_SZ = 7,
};

static uint32_t
type_of(uint32_t flags)
{
	switch (flags & TYPE_MASK) {
	case TYPE_BINARY:
		return REG_BINARY;
	case TYPE_DWORD:
		return REG_DWORD;
	case TYPE_NONE:
		return REG_NONE;
	case TYPE_MULTI_SZ:
		return REG_MULTI_SZ;
	case TYPE_EXPAND_SZ:
		return REG_EXPAND_SZ;
	default:
		return flags & FLAG_BINARY ? flags >> 16 : REG_SZ;
	}
}

static int
append_text(struct hc_buf *out, const char *text, struct hc_err *err)
{
	if (hc_utf8_to_utf16(text, out, err) < 0)
		return -1;
	return hc_buf_append(out, "\0", 2, err);
}

/* An empty text would end the list. */
static int
append_texts(struct hc_buf *out, const struct inf_line *line, struct hc_err *err)
{
	for (size_t i = DATA; i < line->fields.count; i++)
		if (*line->fields.items[i] != '\0' &&
		    append_text(out, line->fields.items[i], err) < 0)
			return -1;
	return hc_buf_append(out, "\0", 2, err);
}

/* Bytes in hexadecimal, a field each. */
static int
append_bytes(struct hc_buf *out, const struct inf_section *section, const struct inf_line *line,
	     struct hc_err *err)
{
	for (size_t i = DATA; i < line->fields.count; i++) {
		const char *text = line->fields.items[i];
		char *end;
		unsigned long value = strtoul(text, &end, 16);
		uint8_t byte = (uint8_t)value;

		/* A comma at the end of the line makes a field of nothing. */
		if (*text == '\0' && i + 1 == line->fields.count)
			break;
		if (end == text || *end != '\0' || value > UINT8_MAX)
			return hc_err_set(err, H_INF_FORMAT, "[%s]: \"%.64s\" is no byte",
					  section->name, text);
		if (hc_buf_append(out, &byte, 1, err) < 0)
			return -1;
	}
	return 0;
}

/* One number, or its four bytes. */
static int
append_number(struct hc_buf *out, const struct inf_section *section,
	      const struct inf_line *line, struct hc_err *err)
{
	uint8_t bytes[4];
	uint32_t value;

	if (line->fields.count == DATA + 4)
		return append_bytes(out, section, line, err);
	if (hc_inf_need_number(section, hc_inf_field(line, DATA), 0, &value, err) < 0)
		return -1;
	hc_put_le32(bytes, value);
	return hc_buf_append(out, bytes, sizeof(bytes), err);
}

static int
read_data(struct inf_build *build, const struct inf_section *section,
	  const struct inf_line *line, struct hc_inf_registry *value, struct hc_err *err)
{
	struct hc_buf out = { 0 };
	uint8_t *copy;
	int result;

	if (value->type == REG_DWORD)
		result = append_number(&out, section, line, err);
	else if (value->flags & FLAG_BINARY)
		result = append_bytes(&out, section, line, err);
	else if (value->type == REG_MULTI_SZ)
		result = append_texts(&out, line, err);
	else
		result = append_text(&out, hc_inf_field(line, DATA), err);
	if (result == 0)
		result = hc_inf_take(build, out.size, err);
	if (result == 0 && out.size > 0) {
		copy = hc_arena_alloc(build->arena, out.size);
		if (copy == NULL) {
			result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
		} else {
			memcpy(copy, out.data, out.size);
			value->data = hc_span(copy, out.size);
		}
	}
	hc_buf_done(&out);
	return result;
}

static const char *
root_of(const char *text)
{
	static const char *const roots[] = { "HKR", "HKLM", "HKCR", "HKCU", "HKU" };

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strcasecmp(text, roots[i]) == 0)
			return roots[i];
	return NULL;
}

static int
add_value(struct inf_build *build, const struct inf_section *section,
	  const struct inf_line *line, const struct hc_inf_registry *of, struct hc_err *err)
{
	struct hc_inf_install *install = build->install;
	struct hc_inf_registry *value;

	if (install->registry.count == HC_INF_ITEMS_MAX)
		return hc_err_set(err, H_INF_FORMAT, "[%s] sets more than %u values",
				  install->section, HC_INF_ITEMS_MAX);
	value = hc_arena_grow(build->arena, &install->registry.items, &install->registry.count,
			      sizeof(*value));
	if (value == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for an INF file");
	*value = *of;
	value->root = root_of(hc_inf_field(line, 0));
	value->key = hc_inf_field(line, 1);
	value->name = hc_inf_field(line, 2);
	if (value->root == NULL)
		return hc_err_set(err, H_INF_FORMAT,
				  "[%s]: \"%.64s\" is no root of the registry", section->name,
				  hc_inf_field(line, 0));
	/* Flags that are no number are none: Microsoft's sample netvadapterum.inf says %REG_SZ%, and has no such string. */
	hc_inf_number(hc_inf_field(line, 3), &value->flags);
	/* A key's own value has to be given, if only as "". */
	value->key_only = (value->flags & HC_INF_KEY_ONLY) != 0 ||
			  (*value->name == '\0' && line->fields.count <= DATA);
	if (value->key_only)
		return 0;
	value->type = type_of(value->flags);
	return read_data(build, section, line, value, err);
}

int
hc_inf_add_reg(struct inf_build *build, const struct inf_line *line, enum hc_inf_scope scope,
	       const char *service, struct hc_err *err)
{
	const struct hc_inf_registry of = { .scope = scope, .service = service };

	for (size_t i = 0; i < line->fields.count; i++) {
		const struct inf_section *section =
			hc_inf_section(build->inf->sections, line->fields.items[i]);

		if (section == NULL)
			continue;
		if (hc_inf_take(build, section->count, err) < 0)
			return -1;
		for (size_t k = 0; k < section->count; k++)
			if (add_value(build, section, &section->lines[k], &of, err) < 0)
				return -1;
	}
	return 0;
}
