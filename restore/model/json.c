/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents as tables: reading. */
#include "restore/model/json_priv.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/digest.h"
#include "restore/base/file.h"

#define DOC_MAX_BYTES (256u << 20)

/* Where in the document we are, for messages: a chain on the stack. */
struct at {
	const struct at *up;
	const char *name;
	size_t index; /* SIZE_MAX: not in a list */
};

static void
path_of(const struct at *at, char *buf, size_t size)
{
	size_t used = 0;

	if (at->up != NULL) {
		path_of(at->up, buf, size);
		used = strlen(buf);
	}
	if (used < size && at->index != SIZE_MAX)
		snprintf(buf + used, size - used, "[%zu]", at->index);
	else if (used < size)
		snprintf(buf + used, size - used, "%s%s", used > 0 ? "." : "", at->name);
}

static int
wrong(const struct at *at, const char *expected, struct hc_err *err)
{
	char path[256] = "";

	path_of(at, path, sizeof(path));
	return hc_err_set(err, H_DOC_SCHEMA, "member %s: expected %s", path, expected);
}

static int read_object(const struct hc_shape *shape, json_t *json, const struct at *at,
		       struct hc_arena *arena, void *ret, struct hc_err *err);

static int
read_strings(json_t *json, const struct at *at, struct hc_arena *arena, struct hc_strings *ret,
	     struct hc_err *err)
{
	if (!json_is_array(json))
		return wrong(at, "a list of strings", err);
	for (size_t i = 0; i < json_array_size(json); i++) {
		const char *text = json_string_value(json_array_get(json, i));

		if (text == NULL)
			return wrong(&(struct at){ at, NULL, i }, "a string", err);
		if (hc_strings_add(ret, arena, text, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_list(const struct hc_shape *shape, json_t *json, const struct at *at,
	  struct hc_arena *arena, struct hc_json_list *ret, struct hc_err *err)
{
	size_t count = json_array_size(json);

	if (!json_is_array(json))
		return wrong(at, "a list", err);
	ret->items = hc_arena_array(arena, count, shape->size);
	if (ret->items == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu items", count);
	for (size_t i = 0; i < count; i++) {
		if (read_object(shape, json_array_get(json, i), &(struct at){ at, NULL, i },
				arena, (char *)ret->items + i * shape->size, err) < 0)
			return -1;
	}
	ret->count = count;
	return 0;
}

/* The first field of the shape is the member's name. */
static int
read_map(const struct hc_shape *shape, json_t *json, const struct at *at,
	 struct hc_arena *arena, struct hc_json_list *ret, struct hc_err *err)
{
	const char *name;
	json_t *value;

	if (!json_is_object(json))
		return wrong(at, "an object", err);
	ret->items = hc_arena_array(arena, json_object_size(json), shape->size);
	if (ret->items == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu items",
				  json_object_size(json));
	json_object_foreach(json, name, value)
	{
		char *item = (char *)ret->items + ret->count * shape->size;
		const char *copy = hc_arena_strdup(arena, name);

		if (copy == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a name");
		if (read_object(shape, value, &(struct at){ at, name, SIZE_MAX }, arena, item,
				err) < 0)
			return -1;
		*(const char **)(void *)(item + shape->fields[0].offset) = copy;
		ret->count++;
	}
	return 0;
}

static int
read_enum(const struct hc_field *field, json_t *json, const struct at *at, unsigned *ret,
	  struct hc_err *err)
{
	const char *text = json_string_value(json);

	for (unsigned i = 0; text != NULL && field->names[i] != NULL; i++) {
		if (strcmp(text, field->names[i]) == 0) {
			*ret = i;
			return 0;
		}
	}
	return wrong(at, "one of the names in docs/formats/", err);
}

static int
read_value(const struct hc_field *field, json_t *json, const struct at *at,
	   struct hc_arena *arena, void *to, struct hc_err *err)
{
	switch (field->type) {
	case HC_JSON_STRING:
		if (!json_is_string(json))
			return wrong(at, "a string", err);
		*(const char **)to = hc_arena_strdup(arena, json_string_value(json));
		return *(const char **)to != NULL
			       ? 0
			       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory");
	case HC_JSON_NUMBER:
		if (!json_is_integer(json) || json_integer_value(json) < 0)
			return wrong(at, "a whole number of at least 0", err);
		*(uint64_t *)to = (uint64_t)json_integer_value(json);
		return 0;
	case HC_JSON_BOOL:
		if (!json_is_boolean(json))
			return wrong(at, "true or false", err);
		*(bool *)to = json_is_true(json);
		return 0;
	case HC_JSON_ENUM:
		return read_enum(field, json, at, to, err);
	case HC_JSON_OBJECT:
		return read_object(field->shape, json, at, arena, to, err);
	case HC_JSON_OPTIONAL:
		*(void **)to = hc_arena_alloc(arena, field->shape->size);
		if (*(void **)to == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory");
		return read_object(field->shape, json, at, arena, *(void **)to, err);
	case HC_JSON_LIST:
		return read_list(field->shape, json, at, arena, to, err);
	case HC_JSON_STRINGS:
		return read_strings(json, at, arena, to, err);
	case HC_JSON_MAP:
		return read_map(field->shape, json, at, arena, to, err);
	}
	return hc_err_set(err, H_INTERNAL, "field %s has no type", field->name);
}

/* A part that is left out is an empty part, which lacks what a part of its shape needs. */
static bool
is_needed(const struct hc_field *field)
{
	if (field->required || field->type != HC_JSON_OBJECT)
		return field->required;
	for (size_t i = 0; i < field->shape->count; i++)
		if (is_needed(&field->shape->fields[i]))
			return true;
	return false;
}

static int
read_object(const struct hc_shape *shape, json_t *json, const struct at *at,
	    struct hc_arena *arena, void *ret, struct hc_err *err)
{
	if (!json_is_object(json))
		return wrong(at, "an object", err);
	for (size_t i = 0; i < shape->count; i++) {
		const struct hc_field *field = &shape->fields[i];
		const struct at here = { at, field->name, SIZE_MAX };
		json_t *value = json_object_get(json, field->name);

		if (value == NULL || json_is_null(value)) {
			if (is_needed(field))
				return wrong(&here, "a value; it is missing", err);
			continue;
		}
		if (read_value(field, value, &here, arena, (char *)ret + field->offset, err) <
		    0)
			return -1;
	}
	return 0;
}

/* "halcyon.facts/1" against what the document says. */
static int
check_schema(const struct hc_shape *shape, json_t *json, struct hc_err *err)
{
	const char *said = json_string_value(json_object_get(json, "schema"));
	const char *slash = strchr(shape->schema, '/');
	size_t name = (size_t)(slash - shape->schema);

	if (said == NULL)
		return hc_err_set(err, H_DOC_SCHEMA, "no member \"schema\"; expected \"%s\"",
				  shape->schema);
	if (strcmp(said, shape->schema) == 0)
		return 0;
	if (strncmp(said, shape->schema, name + 1) != 0)
		return hc_err_set(err, H_DOC_SCHEMA, "this is a \"%s\"; expected a \"%s\"",
				  said, shape->schema);
	return hc_err_set(err, H_DOC_VERSION, "this is a \"%s\"; this halcyon knows \"%s\"",
			  said, shape->schema);
}

int
hc_doc_read(const struct hc_shape *shape, struct hc_span bytes, struct hc_arena *arena,
	    void *ret, struct hc_err *err)
{
	static const struct at top = { NULL, "", SIZE_MAX };
	json_error_t problem;
	json_t *json;
	int result = -1;

	if (shape->sealed && hc_seal_check(bytes, err) < 0)
		return -1;
	json = json_loadb((const char *)bytes.data, bytes.size, JSON_REJECT_DUPLICATES,
			  &problem);
	if (json == NULL) {
		hc_err_set(err, H_DOC_SYNTAX, "line %d: %s", problem.line, problem.text);
		return -1;
	}
	if (shape->schema == NULL || check_schema(shape, json, err) == 0)
		result = read_object(shape, json, &top, arena, ret, err);
	json_decref(json);
	return result;
}

int
hc_doc_load(const struct hc_shape *shape, const char *path, struct hc_arena *arena, void *ret,
	    struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	int result = hc_file_read(path, DOC_MAX_BYTES, &bytes, err);

	if (result == 0)
		result = hc_doc_read(shape, hc_buf_span(&bytes), arena, ret, err);
	if (result < 0)
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	hc_buf_done(&bytes);
	return result;
}

int
hc_strings_add(struct hc_strings *list, struct hc_arena *arena, const char *text,
	       struct hc_err *err)
{
	const char *copy = hc_arena_strdup(arena, text);
	const char **slot =
		copy == NULL ? NULL
			     : hc_arena_grow(arena, &list->items, &list->count, sizeof(copy));

	if (slot == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a string");
	*slot = copy;
	return 0;
}

bool
hc_strings_has(const struct hc_strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

bool
hc_strings_has_name(const struct hc_strings *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i], name) == 0)
			return true;
	return false;
}
