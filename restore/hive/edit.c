/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes to a hive, one after the other, in a copy; edit.h says what is checked before anybody gets it. */
#include "restore/hive/edit.h"

#include <string.h>

#include "restore/base/text.h"
#include "restore/hive/hive_cells_priv.h"

/* 255 and 16383 characters: Microsoft, "Registry Element Size Limits"; 1 MiB of data there too, for hives of the
 * standard format. */
#define KEY_NAME_MAX   255u
#define VALUE_NAME_MAX 16383u
#define DATA_MAX       (1u << 20)
#define MINOR_FIRST    3u
#define MINOR_LAST     5u /* 6 has layers of keys, which no hive here has */

struct edit {
	const char *name;
	struct hc_arena arena;
	struct hc_hive_changes changes; /* their keys without needless backslashes */
	struct hc_base_block base;      /* as it was */
	struct hc_hive_census before, after;
	struct hc_buf work;
	struct hc_cells cells;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for changes of a hive");
}

/* ---------------------------------------------------------------- what is asked for */

/* "\A\\B\" is "A\B". */
static char *
plain_path(struct hc_arena *arena, const char *path)
{
	char *plain = hc_arena_alloc(arena, strlen(path) + 1), *to = plain;

	for (const char *p = path; plain != NULL && *p != '\0'; p++) {
		if (*p == '\\' && (to == plain || to[-1] == '\\'))
			continue;
		*to++ = *p;
	}
	if (plain != NULL && to > plain && to[-1] == '\\')
		to[-1] = '\0';
	return plain;
}

static int
take_changes(struct edit *e, const struct hc_hive_changes *changes, struct hc_err *err)
{
	struct hc_hive_change *items =
		hc_arena_array(&e->arena, changes->count, sizeof(*items));

	if (items == NULL)
		return no_memory(err);
	for (size_t i = 0; i < changes->count; i++) {
		items[i] = changes->items[i];
		items[i].key = plain_path(&e->arena, items[i].key);
		if (items[i].key == NULL)
			return no_memory(err);
		if (items[i].kind == HC_HIVE_DELETE_KEY && items[i].key[0] == '\0')
			return hc_err_set(err, H_HIVE_EDIT, "the root of %s cannot be deleted",
					  e->name);
		if (items[i].kind == HC_HIVE_SET_VALUE && items[i].data.size > DATA_MAX)
			return hc_err_set(err, H_HIVE_EDIT,
					  "the value %s of %s cannot have %zu bytes",
					  items[i].name, e->name, items[i].data.size);
	}
	e->changes = (struct hc_hive_changes){ items, changes->count };
	return 0;
}

/* `size` bytes of UTF-8. */
static int
take_name(struct edit *e, const char *text, size_t size, uint32_t max, struct hc_name *ret,
	  struct hc_err *err)
{
	char *copy = hc_arena_strndup(&e->arena, text, size);
	struct hc_buf units = { 0 };
	uint8_t *kept = NULL;

	if (copy == NULL)
		return no_memory(err);
	if (hc_utf8_to_utf16(copy, &units, err) < 0)
		goto out;
	if (units.size / 2 > max) {
		hc_err_set(err, H_HIVE_EDIT, "a name of %zu characters is too long for %s",
			   units.size / 2, e->name);
		goto out;
	}
	kept = hc_arena_alloc(&e->arena, units.size + 1);
	if (kept == NULL) {
		no_memory(err);
		goto out;
	}
	if (units.size > 0)
		memcpy(kept, units.data, units.size);
	*ret = (struct hc_name){ kept, (uint32_t)(units.size / 2), false };
out:
	hc_buf_done(&units);
	return kept == NULL ? -1 : 0;
}

/* ---------------------------------------------------------------- keys */

static uint32_t
root_of(const struct edit *e)
{
	return hc_get_le32(e->work.data + 36);
}

/* With the security of the key above it. */
static uint32_t
make_key(struct edit *e, uint32_t above, struct hc_name name, struct hc_err *err)
{
	struct hc_cells *cells = &e->cells;
	uint32_t bytes = hc_name_bytes(name), key, security;
	uint8_t *nk, *sk;

	if (!hc_name_is_known(name)) {
		hc_err_set(err, H_HIVE_EDIT,
			   "a key of %s cannot be made: its name has "
			   "characters whose upper case is not known",
			   e->name);
		return HC_NO_CELL;
	}
	key = hc_cell_new(cells, 76 + bytes, err);
	if (key == HC_NO_CELL)
		return HC_NO_CELL;
	security = hc_get_le32(hc_cell(cells, above) + 44);
	nk = hc_cell(cells, key);
	memcpy(nk, "nk", 2);
	if (hc_name_put(name, nk + 76))
		hc_put_le16(nk + 2, KEY_NARROW);
	hc_put_le64(nk + 4, cells->now);
	hc_put_le32(nk + 16, above);
	hc_put_le32(nk + 28, HC_NO_CELL);
	hc_put_le32(nk + 32, HC_NO_CELL);
	hc_put_le32(nk + 40, HC_NO_CELL);
	hc_put_le32(nk + 44, security);
	hc_put_le32(nk + 48, HC_NO_CELL);
	hc_put_le16(nk + 72, (uint16_t)bytes);
	sk = hc_cell(cells, security);
	hc_put_le32(sk + 12, hc_get_le32(sk + 12) + 1);
	if (hc_subkey_insert(cells, above, key, err) < 0)
		return HC_NO_CELL;
	nk = hc_cell(cells, above);
	if (hc_get_le16(nk + 52) < name.count * 2)
		hc_put_le16(nk + 52, (uint16_t)(name.count * 2));
	hc_put_le64(nk + 4, cells->now);
	return key;
}

/* 0 and *ret HC_NO_CELL: it isn't there, and was not to be made. */
static int
go_to(struct edit *e, const char *path, bool make, uint32_t *ret, struct hc_err *err)
{
	uint32_t key = root_of(e), next, depth = 0;
	struct hc_name name;
	size_t length;

	for (; *path != '\0' && key != HC_NO_CELL; path += length + (path[length] == '\\')) {
		length = strcspn(path, "\\");
		if (take_name(e, path, length, KEY_NAME_MAX, &name, err) < 0)
			return -1;
		next = hc_subkey_find(&e->cells, key, name);
		if (next == HC_NO_CELL && make) {
			if (depth >= DEPTH_MAX)
				return hc_err_set(err, H_HIVE_EDIT,
						  "a key of %s would be nested too deep",
						  e->name);
			next = make_key(e, key, name, err);
			if (next == HC_NO_CELL)
				return -1;
		}
		key = next;
		depth++;
	}
	*ret = key;
	return 0;
}

static void
release_security(struct hc_cells *cells, uint32_t security)
{
	uint8_t *sk = hc_cell(cells, security);
	uint32_t next = hc_get_le32(sk + 4), before = hc_get_le32(sk + 8);
	uint32_t users = hc_get_le32(sk + 12);

	if (users > 1) {
		hc_put_le32(sk + 12, users - 1);
		return;
	}
	hc_put_le32(hc_cell(cells, before) + 4, next);
	hc_put_le32(hc_cell(cells, next) + 8, before);
	hc_cell_free(cells, security);
}

/* All but the entry in the list above. Not deeper than hc_hive_check lets pass. */
static void
free_key(struct hc_cells *cells, uint32_t key)
{
	uint32_t child, class;

	while ((child = hc_subkey_first(cells, key)) != HC_NO_CELL) {
		free_key(cells, child);
		hc_subkey_remove(cells, key, child);
	}
	if ((hc_get_le16(hc_cell(cells, key) + 2) & KEY_PREDEFINED) == 0)
		hc_values_free(cells, key);
	class = hc_get_le32(hc_cell(cells, key) + 48);
	if (hc_get_le16(hc_cell(cells, key) + 74) > 0)
		hc_cell_free(cells, class);
	release_security(cells, hc_get_le32(hc_cell(cells, key) + 44));
	hc_cell_free(cells, key);
}

static void
delete_key(struct hc_cells *cells, uint32_t key)
{
	uint32_t above = hc_get_le32(hc_cell(cells, key) + 16);

	free_key(cells, key);
	hc_subkey_remove(cells, above, key);
	hc_put_le64(hc_cell(cells, above) + 4, cells->now);
}

/* ---------------------------------------------------------------- one change */

static int
change_value(struct edit *e, uint32_t key, const struct hc_hive_change *c, struct hc_err *err)
{
	struct hc_name name;

	if (take_name(e, c->name, strlen(c->name), VALUE_NAME_MAX, &name, err) < 0)
		return -1;
	if ((hc_get_le16(hc_cell(&e->cells, key) + 2) & KEY_PREDEFINED) != 0)
		return hc_err_set(err, H_HIVE_EDIT, "%s of %s stands for another key", c->key,
				  e->name);
	if (c->kind == HC_HIVE_SET_VALUE)
		return hc_value_set(&e->cells, key, name, c->type, c->data, err);
	hc_value_delete(&e->cells, key, name);
	return 0;
}

static int
make_change(struct edit *e, const struct hc_hive_change *c, struct hc_err *err)
{
	bool make = c->kind == HC_HIVE_SET_VALUE || c->kind == HC_HIVE_MAKE_KEY;
	uint32_t key = HC_NO_CELL;

	if (go_to(e, c->key, make, &key, err) < 0)
		return -1;
	if (key == HC_NO_CELL || c->kind == HC_HIVE_MAKE_KEY)
		return 0;
	if (c->kind == HC_HIVE_DELETE_KEY)
		delete_key(&e->cells, key);
	else
		return change_value(e, key, c, err);
	return 0;
}

/* ---------------------------------------------------------------- the whole */

static int
refuse(const struct edit *e, const char *when, const char *fault, uint64_t at,
       struct hc_err *err)
{
	hc_err_set(err, H_HIVE_EDIT, "%s is not sound%s: %s (at byte %llu)", e->name, when,
		   fault, (unsigned long long)at);
	return hc_err_at(err, at, "%s", e->name);
}

static int
check_before(struct edit *e, struct hc_span hive, struct hc_err *err)
{
	const char *fault = hc_base_block_parse(hive, &e->base);
	uint64_t at;

	if (fault == NULL && hive.size < BASE_BLOCK_BYTES)
		fault = "it is cut short";
	if (fault == NULL && e->base.type != HC_BASE_HIVE)
		fault = "it is a transaction log";
	if (fault != NULL) {
		hc_err_set(err, H_HIVE_FORMAT, "%s is no registry hive: %s", e->name, fault);
		return hc_err_at(err, HC_NO_OFFSET, "%s", e->name);
	}
	if (e->base.primary != e->base.secondary) {
		hc_err_set(err, H_HIVE_DIRTY,
			   "%s was not shut down cleanly (sequence numbers %u and %u): it "
			   "cannot be changed",
			   e->name, e->base.primary, e->base.secondary);
		return hc_err_at(err, HC_NO_OFFSET, "%s", e->name);
	}
	e->cells.minor = hc_get_le32(hive.data + 24);
	if (e->cells.minor < MINOR_FIRST || e->cells.minor > MINOR_LAST) {
		hc_err_set(err, H_HIVE_EDIT, "%s is of version 1.%u, which is not known",
			   e->name, e->cells.minor);
		return hc_err_at(err, HC_NO_OFFSET, "%s", e->name);
	}
	fault = hc_hive_check(hive, &e->before, &at);
	return fault == NULL ? 0 : refuse(e, "", fault, at, err);
}

/* Nothing that was in order may be out of it now. */
static int
check_after(struct edit *e, struct hc_err *err)
{
	const struct hc_hive_census *b = &e->before, *a = &e->after;
	const char *when = " after its changes", *fault;
	uint64_t at;

	fault = hc_hive_check(hc_buf_span(&e->work), &e->after, &at);
	if (fault == NULL && a->unsorted > b->unsorted)
		fault = "a list of subkeys is not sorted";
	if (fault == NULL && a->mishashed > b->mishashed)
		fault = "a list of subkeys has a wrong hash";
	if (fault == NULL && a->foreign > b->foreign)
		fault = "a list of subkeys is of the wrong kind";
	if (fault == NULL && a->miscounted > b->miscounted)
		fault = "a security descriptor has a wrong number of users";
	if (fault == NULL && a->lost > b->lost)
		fault = "a cell in use was lost";
	return fault == NULL ? 0 : refuse(e, when, fault, at, err);
}

/* The first bin keeps a second copy of the time: Windows finds the logs by it where the base block is damaged. */
static void
finish(struct edit *e)
{
	uint8_t *block = e->work.data;

	hc_put_le32(block + 4, e->base.primary + 1);
	hc_put_le32(block + 8, e->base.primary + 1);
	hc_put_le64(block + 12, e->cells.now);
	hc_put_le32(block + 40, e->cells.bins_bytes);
	hc_put_le32(block + 508, hc_base_block_checksum(block));
	hc_put_le64(block + BASE_BLOCK_BYTES + 20, e->cells.now);
}

/* By somebody who had no part in the changes: libhivex reads both. */
static int
verify(struct edit *e, struct hc_span hive, struct hc_err *err)
{
	struct hc_hive *before = NULL, *after = NULL;
	int result = -1;

	if (hc_hive_open(hive, e->name, &before, err) == 0 &&
	    hc_hive_open(hc_buf_span(&e->work), e->name, &after, err) == 0)
		result = hc_hive_verify(before, after, &e->changes, &e->before, &e->after, err);
	hc_hive_close(before);
	hc_hive_close(after);
	return result;
}

/* FILETIME: 100 ns since 1601, 11644473600 s before 1970. */
static uint64_t
filetime(time_t when)
{
	return when < 0 ? 0 : ((uint64_t)when + 11644473600u) * 10000000u;
}

static int
edit(struct edit *e, struct hc_span hive, const struct hc_hive_changes *changes,
     struct hc_err *err)
{
	if (check_before(e, hive, err) < 0 || take_changes(e, changes, err) < 0 ||
	    hc_buf_append(&e->work, hive.data, hive.size, err) < 0)
		return -1;
	e->cells.file = &e->work;
	e->cells.bins_bytes = e->base.bins_bytes;
	if (hc_cells_open(&e->cells, err) < 0)
		return -1;
	for (size_t i = 0; i < changes->count; i++)
		if (make_change(e, &e->changes.items[i], err) < 0)
			return hc_err_wrap(err, "while changing %s of %s",
					   e->changes.items[i].key, e->name);
	finish(e);
	if (check_after(e, err) < 0)
		return -1;
	if (verify(e, hive, err) < 0)
		return hc_err_wrap(err, "while checking the changes of %s", e->name);
	return 0;
}

int
hc_hive_edit(struct hc_span hive, const char *name, const struct hc_hive_changes *changes,
	     time_t when, struct hc_buf *ret, struct hc_err *err)
{
	struct edit e = { .name = name, .cells.now = filetime(when) };
	int result = edit(&e, hive, changes, err);

	if (result == 0 && ret->data == NULL) {
		*ret = e.work; /* no second copy of what may be 100 MiB */
		e.work = (struct hc_buf){ 0 };
	} else if (result == 0) {
		result = hc_buf_append(ret, e.work.data, e.work.size, err);
	}
	hc_cells_done(&e.cells);
	hc_buf_done(&e.work);
	hc_arena_done(&e.arena);
	return result;
}
