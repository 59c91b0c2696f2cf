/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents as tables: writing, and the JSON Schema of a table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/file.h"
#include "restore/model/json_priv.h"

static json_t *object_of(const struct hc_shape *shape, const void *from);

static json_t *
strings_of(const struct hc_strings *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < list->count; i++)
		json_array_append_new(array, json_string(list->items[i]));
	return array;
}

static json_t *
list_of(const struct hc_shape *shape, const struct hc_json_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < list->count; i++)
		json_array_append_new(
			array, object_of(shape, (const char *)list->items + i * shape->size));
	return array;
}

static json_t *
map_of(const struct hc_shape *shape, const struct hc_json_list *list)
{
	json_t *object = json_object();

	for (size_t i = 0; object != NULL && i < list->count; i++) {
		const char *item = (const char *)list->items + i * shape->size;
		const char *name =
			*(const char *const *)(const void *)(item + shape->fields[0].offset);
		json_t *value = object_of(shape, item);

		if (value == NULL || json_object_del(value, shape->fields[0].name) < 0 ||
		    json_object_set(object, name, value) < 0) {
			json_decref(object);
			object = NULL;
		}
		json_decref(value);
	}
	return object;
}

static json_t *
value_of(const struct hc_field *field, const void *from)
{
	const char *text;
	const void *part;

	switch (field->type) {
	case HC_JSON_STRING:
		text = *(const char *const *)from;
		return text == NULL ? json_null() : json_string(text);
	case HC_JSON_NUMBER:
		return json_integer((json_int_t) * (const uint64_t *)from);
	case HC_JSON_BOOL:
		return json_boolean(*(const bool *)from);
	case HC_JSON_ENUM:
		return json_string(field->names[*(const unsigned *)from]);
	case HC_JSON_OBJECT:
		return object_of(field->shape, from);
	case HC_JSON_OPTIONAL:
		part = *(const void *const *)from;
		return part == NULL ? json_null() : object_of(field->shape, part);
	case HC_JSON_LIST:
		return list_of(field->shape, from);
	case HC_JSON_STRINGS:
		return strings_of(from);
	case HC_JSON_MAP:
		return map_of(field->shape, from);
	}
	return NULL;
}

static json_t *
object_of(const struct hc_shape *shape, const void *from)
{
	json_t *object = json_object();

	if (object != NULL && shape->schema != NULL)
		json_object_set_new(object, "schema", json_string(shape->schema));
	for (size_t i = 0; object != NULL && i < shape->count; i++) {
		const struct hc_field *field = &shape->fields[i];
		json_t *value = value_of(field, (const char *)from + field->offset);

		/* NULL: a string that is not UTF-8, or no memory. */
		if (value == NULL || json_object_set_new(object, field->name, value) < 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static int
append_dump(json_t *json, enum hc_json_style style, struct hc_buf *out, struct hc_err *err)
{
	size_t flags = style == HC_JSON_PRETTY ? JSON_INDENT(2) : JSON_COMPACT;
	char *text = json == NULL ? NULL : json_dumps(json, flags);
	int result;

	if (text == NULL)
		return hc_err_set(err, H_TEXT_ENCODING,
				  "a document holds text that is not UTF-8");
	result = hc_buf_append(out, text, strlen(text), err);
	free(text);
	return result < 0 ? -1 : hc_buf_append(out, "\n", 1, err);
}

int
hc_doc_write(const struct hc_shape *shape, const void *doc, enum hc_json_style style,
	     struct hc_buf *out, struct hc_err *err)
{
	static const char zeros[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	size_t start = out->size;
	json_t *json = object_of(shape, doc);
	int result;

	if (json != NULL && shape->sealed)
		json_object_set_new(json, "seal", json_string(zeros));
	result = append_dump(json, style, out, err);
	json_decref(json);
	if (result == 0 && shape->sealed)
		result = hc_seal_fill(out, start, err);
	return result;
}

int
hc_doc_save(const struct hc_shape *shape, const void *doc, const char *path, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	int result = hc_doc_write(shape, doc, HC_JSON_PRETTY, &bytes, err);

	if (result == 0)
		result = hc_file_replace(path, hc_buf_span(&bytes), err);
	hc_buf_done(&bytes);
	return result;
}

/* ---------------------------------------------------------------- schema */

static json_t *schema_of(const struct hc_shape *shape);

/* Of the members of a map, whose first field is their name. */
static json_t *
schema_of_member(const struct hc_shape *shape)
{
	json_t *schema = schema_of(shape);

	json_object_del(json_object_get(schema, "properties"), shape->fields[0].name);
	return schema;
}

static json_t *
schema_of_field(const struct hc_field *field)
{
	json_t *names;

	switch (field->type) {
	case HC_JSON_STRING:
		return json_pack("{s:[s,s]}", "type", "string", "null");
	case HC_JSON_NUMBER:
		return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
	case HC_JSON_BOOL:
		return json_pack("{s:s}", "type", "boolean");
	case HC_JSON_ENUM:
		names = json_array();
		for (unsigned i = 0; field->names[i] != NULL; i++)
			json_array_append_new(names, json_string(field->names[i]));
		return json_pack("{s:o}", "enum", names);
	case HC_JSON_OBJECT:
		return schema_of(field->shape);
	case HC_JSON_OPTIONAL:
		return json_pack("{s:[o,{s:s}]}", "anyOf", schema_of(field->shape), "type",
				 "null");
	case HC_JSON_LIST:
		return json_pack("{s:s, s:o}", "type", "array", "items",
				 schema_of(field->shape));
	case HC_JSON_STRINGS:
		return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
	case HC_JSON_MAP:
		return json_pack("{s:s, s:o}", "type", "object", "additionalProperties",
				 schema_of_member(field->shape));
	}
	return NULL;
}

static json_t *
schema_of(const struct hc_shape *shape)
{
	json_t *members = json_object(), *required = json_array();

	if (shape->schema != NULL) {
		json_object_set_new(members, "schema",
				    json_pack("{s:s}", "const", shape->schema));
		json_array_append_new(required, json_string("schema"));
	}
	for (size_t i = 0; i < shape->count; i++) {
		const struct hc_field *field = &shape->fields[i];
		json_t *member = schema_of_field(field);

		json_object_set_new(member, "description", json_string(field->about));
		json_object_set_new(members, field->name, member);
		if (field->required)
			json_array_append_new(required, json_string(field->name));
	}
	if (shape->sealed) {
		json_object_set_new(
			members, "seal",
			json_pack("{s:s, s:s, s:s}", "type", "string", "pattern",
				  "^[0-9a-f]{64}$", "description",
				  "SHA-256 of the document with these digits as zeros."));
		json_array_append_new(required, json_string("seal"));
	}
	return json_pack("{s:s, s:s, s:o, s:o}", "type", "object", "description", shape->about,
			 "properties", members, "required", required);
}

int
hc_doc_schema(const struct hc_shape *shape, struct hc_buf *out, struct hc_err *err)
{
	json_t *json = schema_of(shape);
	int result;

	if (json != NULL && shape->schema != NULL) {
		json_object_set_new(
			json, "$schema",
			json_string("https://json-schema.org/draft/2020-12/schema"));
		json_object_set_new(json, "title", json_string(shape->schema));
	}
	result = append_dump(json, HC_JSON_PRETTY, out, err);
	json_decref(json);
	return result;
}
