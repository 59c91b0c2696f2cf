/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two hives compared as libhivex reads them: keys and values side by side, sorted by name. */
#include <stdlib.h>
#include <string.h>

#include "restore/hive/hive_cells_priv.h"
#include "restore/hive/hive_priv.h"

struct diff {
	struct hc_hive *before, *after;
	struct hc_arena *arena;
	struct hc_hive_differences *ret;
};

/* A key on both sides, or on one: NULL is the other. */
struct both {
	const char *path;
	const struct hc_hive_key *before, *after;
	unsigned depth;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to compare two hives");
}

static struct hc_hive_difference *
add(struct diff *d, const char *key, const char *name, struct hc_err *err)
{
	struct hc_hive_difference *row =
		hc_arena_grow(d->arena, &d->ret->items, &d->ret->count, sizeof(*row));
	const char *own_key = hc_arena_strdup(d->arena, key);
	const char *own_name = name == NULL ? NULL : hc_arena_strdup(d->arena, name);

	if (row == NULL || own_key == NULL || (name != NULL && own_name == NULL)) {
		no_memory(err);
		return NULL;
	}
	row->key = own_key;
	row->name = own_name;
	return row;
}

/* ---------------------------------------------------------------- values */

/* Malloced; NULL: libhivex can't read it. */
static char *
data_of(struct hc_hive *hive, const struct hc_hive_value *value, size_t *ret_size)
{
	hive_type type;

	*ret_size = 0;
	return value == NULL ? NULL
			     : hivex_value_value(hive->hive, value->value, &type, ret_size);
}

static int
keep(struct diff *d, const char *data, size_t size, struct hc_span *ret, struct hc_err *err)
{
	uint8_t *copy = hc_arena_alloc(d->arena, size + 1);

	if (copy == NULL)
		return no_memory(err);
	if (size > 0)
		memcpy(copy, data, size);
	*ret = hc_span(copy, size);
	return 0;
}

/* Data that nobody can read are the same on both sides where their type and length are. */
static int
compare_value(struct diff *d, const char *path, const struct hc_hive_value *b,
	      const struct hc_hive_value *a, struct hc_err *err)
{
	size_t size_before, size_after;
	char *before = data_of(d->before, b, &size_before);
	char *after = data_of(d->after, a, &size_after);
	struct hc_hive_difference *row;
	int result = 0;

	if (b != NULL && a != NULL && b->type == a->type && b->size == a->size &&
	    size_before == size_after && (before == NULL) == (after == NULL) &&
	    (before == NULL || memcmp(before, after, size_before) == 0))
		goto out;
	result = -1;
	row = add(d, path, b != NULL ? b->name : a->name, err);
	if (row == NULL)
		goto out;
	if ((b != NULL && before == NULL) || (a != NULL && after == NULL)) {
		hc_err_set(err, H_HIVE_FORMAT, "the value %s of %s in %s cannot be read",
			   row->name, path, d->before->name);
		goto out;
	}
	row->before = b != NULL;
	row->after = a != NULL;
	row->type_before = b != NULL ? b->type : 0;
	row->type_after = a != NULL ? a->type : 0;
	if (keep(d, before, size_before, &row->data_before, err) == 0 &&
	    keep(d, after, size_after, &row->data_after, err) == 0)
		result = 0;
out:
	free(before);
	free(after);
	return result;
}

/* Of one name in the order that they were listed in: a list lies in one piece. */
static int
by_value_name(const void *a, const void *b)
{
	const struct hc_hive_value *x = a, *y = b;
	int order = hc_text_compare(x->name, y->name);

	return order != 0 ? order : x->value < y->value ? -1 : x->value > y->value;
}

static int
list_values(struct hc_hive *hive, const struct hc_hive_key *key, struct hc_arena *arena,
	    struct hc_hive_value_list *ret, struct hc_err *err)
{
	if (key == NULL)
		return 0;
	if (hc_hive_values(hive, *key, arena, ret, err) < 0)
		return -1;
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof(ret->items[0]), by_value_name);
	return 0;
}

static int
compare_values(struct diff *d, const struct both *key, struct hc_arena *arena,
	       struct hc_err *err)
{
	struct hc_hive_value_list before = { 0 }, after = { 0 };
	size_t i = 0, j = 0;

	if (list_values(d->before, key->before, arena, &before, err) < 0 ||
	    list_values(d->after, key->after, arena, &after, err) < 0)
		return -1;
	while (i < before.count || j < after.count) {
		const struct hc_hive_value *b = i < before.count ? &before.items[i] : NULL;
		const struct hc_hive_value *a = j < after.count ? &after.items[j] : NULL;
		int order = b == NULL ? 1 : a == NULL ? -1 : hc_text_compare(b->name, a->name);

		b = order <= 0 ? b : NULL;
		a = order >= 0 ? a : NULL;
		if (compare_value(d, key->path, b, a, err) < 0)
			return -1;
		i += b != NULL;
		j += a != NULL;
	}
	return 0;
}

/* ---------------------------------------------------------------- keys */

static int
by_key_name(const void *a, const void *b)
{
	const struct hc_hive_child *x = a, *y = b;
	int order = hc_text_compare(x->name, y->name);

	return order != 0 ? order : x->key.node < y->key.node ? -1 : x->key.node > y->key.node;
}

static int
list_keys(struct hc_hive *hive, const struct hc_hive_key *key, struct hc_arena *arena,
	  struct hc_hive_children *ret, struct hc_err *err)
{
	if (key == NULL)
		return 0;
	if (hc_hive_children(hive, *key, arena, ret, err) < 0)
		return -1;
	if (ret->count > 1)
		qsort(ret->items, ret->count, sizeof(ret->items[0]), by_key_name);
	return 0;
}

static int compare_key(struct diff *d, const struct both *key, struct hc_err *err);

static int
compare_child(struct diff *d, const struct both *above, const struct hc_hive_child *b,
	      const struct hc_hive_child *a, struct hc_err *err)
{
	const char *name = b != NULL ? b->name : a->name;
	size_t length = strlen(above->path), size = length + strlen(name) + 2;
	char *path = malloc(size);
	struct both key = { .path = path, .depth = above->depth + 1 };
	struct hc_hive_difference *row;
	int result = -1;

	if (path == NULL)
		return no_memory(err);
	memcpy(path, above->path, length);
	if (length > 0)
		path[length++] = '\\';
	memcpy(path + length, name, strlen(name) + 1);
	key.before = b != NULL ? &b->key : NULL;
	key.after = a != NULL ? &a->key : NULL;
	if (b == NULL || a == NULL) {
		row = add(d, path, NULL, err);
		if (row == NULL)
			goto out;
		row->before = b != NULL;
		row->after = a != NULL;
	}
	result = compare_key(d, &key, err);
out:
	free(path);
	return result;
}

static int
compare_children(struct diff *d, const struct both *key, struct hc_arena *arena,
		 struct hc_err *err)
{
	struct hc_hive_children before = { 0 }, after = { 0 };
	size_t i = 0, j = 0;

	if (list_keys(d->before, key->before, arena, &before, err) < 0 ||
	    list_keys(d->after, key->after, arena, &after, err) < 0)
		return -1;
	while (i < before.count || j < after.count) {
		const struct hc_hive_child *b = i < before.count ? &before.items[i] : NULL;
		const struct hc_hive_child *a = j < after.count ? &after.items[j] : NULL;
		int order = b == NULL ? 1 : a == NULL ? -1 : hc_text_compare(b->name, a->name);

		b = order <= 0 ? b : NULL;
		a = order >= 0 ? a : NULL;
		if (compare_child(d, key, b, a, err) < 0)
			return -1;
		i += b != NULL;
		j += a != NULL;
	}
	return 0;
}

static int
compare_key(struct diff *d, const struct both *key, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	int result;

	if (key->depth > DEPTH_MAX)
		return hc_err_set(err, H_HIVE_FORMAT, "keys of %s are nested too deep",
				  d->before->name);
	result = compare_values(d, key, &arena, err);
	if (result == 0)
		result = compare_children(d, key, &arena, err);
	hc_arena_done(&arena);
	return result;
}

int
hc_hive_diff(struct hc_hive *before, struct hc_hive *after, struct hc_arena *arena,
	     struct hc_hive_differences *ret, struct hc_err *err)
{
	struct hc_hive_differences found = { 0 };
	struct diff d = { before, after, arena, &found };
	struct hc_hive_key root_before, root_after;
	struct both roots = { .path = "", .before = &root_before, .after = &root_after };

	if (hc_hive_key(before, "", &root_before, err) < 0 ||
	    hc_hive_key(after, "", &root_after, err) < 0 || compare_key(&d, &roots, err) < 0)
		return -1;
	*ret = found;
	return 0;
}
