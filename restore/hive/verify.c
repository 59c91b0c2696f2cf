/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What changes were to do, against what libhivex finds in the hive that was changed. */
#include <string.h>

#include "restore/hive/hive_cells_priv.h"

/* What the changes, one after the other, say of one key or value. */
struct outcome {
	bool touched; /* they say something */
	bool there;
	const struct hc_hive_change *set; /* of a value: the one that it has its data from */
};

static struct outcome
outcome_of_key(const struct hc_hive_changes *changes, const char *key)
{
	struct outcome o = { false, false, NULL };

	for (size_t i = 0; i < changes->count; i++) {
		const struct hc_hive_change *c = &changes->items[i];
		bool makes = c->kind == HC_HIVE_SET_VALUE || c->kind == HC_HIVE_MAKE_KEY;

		if (makes && hc_path_is_within(c->key, key))
			o = (struct outcome){ true, true, NULL };
		else if (c->kind == HC_HIVE_DELETE_KEY && hc_path_is_within(key, c->key))
			o = (struct outcome){ true, false, NULL };
	}
	return o;
}

static struct outcome
outcome_of_value(const struct hc_hive_changes *changes, const char *key, const char *name)
{
	struct outcome o = { false, false, NULL };

	for (size_t i = 0; i < changes->count; i++) {
		const struct hc_hive_change *c = &changes->items[i];

		if (c->kind == HC_HIVE_MAKE_KEY)
			continue;
		if (c->kind == HC_HIVE_DELETE_KEY ? !hc_path_is_within(key, c->key)
						  : hc_text_compare(c->key, key) != 0 ||
							    hc_text_compare(c->name, name) != 0)
			continue;
		o.touched = true;
		o.there = c->kind == HC_HIVE_SET_VALUE;
		o.set = o.there ? c : NULL;
	}
	return o;
}

static bool
is_data_of(const struct hc_hive_change *set, uint32_t type, struct hc_span data)
{
	return set->type == type && set->data.size == data.size &&
	       (data.size == 0 || memcmp(set->data.data, data.data, data.size) == 0);
}

/* ---------------------------------------------------------------- nothing else may differ */

static int
check_difference(const struct hc_hive_changes *changes, const struct hc_hive_difference *row,
		 struct hc_err *err)
{
	struct outcome o = row->name == NULL ? outcome_of_key(changes, row->key)
					     : outcome_of_value(changes, row->key, row->name);
	const char *what = row->name == NULL ? "the key" : "the value";
	const char *name = row->name == NULL ? row->key : row->name;

	if (!o.touched)
		return hc_err_set(err, H_HIVE_EDIT,
				  "%s %s (of %s) differs, and no change was asked for", what,
				  name, row->key);
	if (o.there != row->after)
		return hc_err_set(err, H_HIVE_EDIT, "%s %s (of %s) is %s", what, name, row->key,
				  row->after ? "there, and should be deleted" : "missing");
	if (o.set != NULL && !is_data_of(o.set, row->type_after, row->data_after))
		return hc_err_set(err, H_HIVE_EDIT,
				  "the value %s of %s does not hold what was asked for", name,
				  row->key);
	return 0;
}

/* What libhivex passes over, names that it can't read, may not have changed either. What is deleted holds any number
 * of them. */
static int
check_counts(const struct hc_hive_differences *rows, const struct hc_hive_census *before,
	     const struct hc_hive_census *after, struct hc_err *err)
{
	uint64_t keys = before->keys, values = before->values;

	for (size_t i = 0; i < rows->count; i++) {
		const struct hc_hive_difference *row = &rows->items[i];
		uint64_t *count = row->name == NULL ? &keys : &values;

		if (row->name == NULL && row->before)
			return 0;
		*count += row->after;
		*count -= row->before;
	}
	if (keys == after->keys && values == after->values)
		return 0;
	return hc_err_set(err, H_HIVE_EDIT,
			  "there are %llu keys and %llu values, and should be %llu and %llu",
			  (unsigned long long)after->keys, (unsigned long long)after->values,
			  (unsigned long long)keys, (unsigned long long)values);
}

/* ---------------------------------------------------------------- all must be done */

/* By path, as Windows compares names; libhivex knows the case of ASCII only. 1: it isn't there. */
static int
find_key(struct hc_hive *hive, const char *path, struct hc_arena *arena,
	 struct hc_hive_key *ret, struct hc_err *err)
{
	struct hc_hive_children list;
	size_t length, at;
	char *part;

	if (hc_hive_key(hive, "", ret, err) < 0)
		return -1;
	for (; *path != '\0'; path += length + (path[length] == '\\')) {
		length = strcspn(path, "\\");
		part = hc_arena_strndup(arena, path, length);
		list = (struct hc_hive_children){ NULL, 0 };
		if (part == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to check a hive");
		if (hc_hive_children(hive, *ret, arena, &list, err) < 0)
			return -1;
		for (at = 0; at < list.count; at++)
			if (hc_text_compare(list.items[at].name, part) == 0)
				break;
		if (at == list.count)
			return 1;
		*ret = list.items[at].key;
	}
	return 0;
}

/* 1: it isn't there. */
static int
look_up(struct hc_hive *hive, const struct hc_hive_change *c, struct hc_arena *arena,
	uint32_t *ret_type, struct hc_span *ret, struct hc_err *err)
{
	struct hc_hive_value_list values = { 0 };
	struct hc_hive_key key;
	int found = find_key(hive, c->key, arena, &key, err);

	if (found != 0)
		return found;
	if (c->kind == HC_HIVE_MAKE_KEY || c->kind == HC_HIVE_DELETE_KEY)
		return 0;
	if (hc_hive_values(hive, key, arena, &values, err) < 0)
		return -1;
	for (size_t i = 0; i < values.count; i++) {
		if (hc_text_compare(values.items[i].name, c->name) != 0)
			continue;
		*ret_type = values.items[i].type;
		return hc_hive_bytes(hive, key, values.items[i].name, arena, ret, err);
	}
	return 1;
}

static int
check_change(struct hc_hive *after, const struct hc_hive_changes *changes,
	     const struct hc_hive_change *c, struct hc_err *err)
{
	bool of_key = c->kind == HC_HIVE_MAKE_KEY || c->kind == HC_HIVE_DELETE_KEY;
	struct outcome o = of_key ? outcome_of_key(changes, c->key)
				  : outcome_of_value(changes, c->key, c->name);
	struct hc_arena arena = { 0 };
	struct hc_span data = { NULL, 0 };
	uint32_t type = 0;
	int result = look_up(after, c, &arena, &type, &data, err);

	if (result < 0)
		;
	else if (o.there != (result == 0) || (o.set != NULL && !is_data_of(o.set, type, data)))
		result = hc_err_set(err, H_HIVE_EDIT, "a change of %s was not made: %s", c->key,
				    of_key ? "the key" : c->name);
	else
		result = 0;
	hc_arena_done(&arena);
	return result;
}

int
hc_hive_verify(struct hc_hive *before, struct hc_hive *after,
	       const struct hc_hive_changes *changes,
	       const struct hc_hive_census *census_before,
	       const struct hc_hive_census *census_after, struct hc_err *err)
{
	struct hc_hive_differences rows = { 0 };
	struct hc_arena arena = { 0 };
	int result = hc_hive_diff(before, after, &arena, &rows, err);

	for (size_t i = 0; i < rows.count && result == 0; i++)
		result = check_difference(changes, &rows.items[i], err);
	if (result == 0)
		result = check_counts(&rows, census_before, census_after, err);
	for (size_t i = 0; i < changes->count && result == 0; i++)
		result = check_change(after, changes, &changes->items[i], err);
	hc_arena_done(&arena);
	return result;
}
