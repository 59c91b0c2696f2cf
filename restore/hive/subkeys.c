/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of a key's subkeys: kept sorted, cut in two when it is full, gone when it is empty. */
#include <string.h>

#include "restore/hive/hive_cells_priv.h"

#define LIST_HEAD 4u

/* Where an entry is, or would have to go. */
struct place {
	uint32_t root; /* ri; HC_NO_CELL: the key leads to the leaf itself */
	uint32_t root_at;
	uint32_t leaf;
	uint32_t at;
};

struct hc_name
hc_key_name(const struct hc_cells *cells, uint32_t key)
{
	const uint8_t *nk = hc_cell(cells, key);

	return hc_name_of(nk + 76, hc_get_le16(nk + 72),
			  (hc_get_le16(nk + 2) & KEY_NARROW) != 0);
}

/* ---------------------------------------------------------------- lists of any kind */

static bool
is(const struct hc_cells *cells, uint32_t list, const char *signature)
{
	return memcmp(hc_cell(cells, list), signature, 2) == 0;
}

static uint32_t
step_of(const struct hc_cells *cells, uint32_t list)
{
	return is(cells, list, "lf") || is(cells, list, "lh") ? 8 : 4;
}

static uint32_t
count_of(const struct hc_cells *cells, uint32_t list)
{
	return hc_get_le16(hc_cell(cells, list) + 2);
}

static void
set_count(const struct hc_cells *cells, uint32_t list, uint32_t count)
{
	hc_put_le16(hc_cell(cells, list) + 2, (uint16_t)count);
}

static uint8_t *
entry_of(const struct hc_cells *cells, uint32_t list, uint32_t at)
{
	return hc_cell(cells, list) + LIST_HEAD + (size_t)at * step_of(cells, list);
}

static uint32_t
new_list(struct hc_cells *cells, const char *signature, uint32_t count, struct hc_err *err)
{
	uint32_t step = signature[1] == 'f' || signature[1] == 'h' ? 8 : 4;
	uint32_t list = hc_cell_new(cells, LIST_HEAD + count * step, err);

	if (list != HC_NO_CELL) {
		memcpy(hc_cell(cells, list), signature, 2);
		set_count(cells, list, count);
	}
	return list;
}

/* Opens a gap of zeros; the list itself may have moved. HC_NO_CELL with err set. */
static uint32_t
open_gap(struct hc_cells *cells, uint32_t list, uint32_t at, struct hc_err *err)
{
	uint32_t count = count_of(cells, list), step = step_of(cells, list);
	uint32_t bytes = LIST_HEAD + count * step, moved;

	if (bytes + step > hc_cell_room(cells, list)) {
		/* Some more, so that it does not move each time. */
		moved = hc_cell_new(cells, bytes + step * (1 + count / 8), err);
		if (moved == HC_NO_CELL)
			return HC_NO_CELL;
		memcpy(hc_cell(cells, moved), hc_cell(cells, list), bytes);
		hc_cell_free(cells, list);
		list = moved;
	}
	memmove(entry_of(cells, list, at + 1), entry_of(cells, list, at),
		(size_t)(count - at) * step);
	memset(entry_of(cells, list, at), 0, step);
	set_count(cells, list, count + 1);
	return list;
}

static void
close_gap(struct hc_cells *cells, uint32_t list, uint32_t at)
{
	uint32_t count = count_of(cells, list) - 1;

	memmove(entry_of(cells, list, at), entry_of(cells, list, at + 1),
		(size_t)(count - at) * step_of(cells, list));
	set_count(cells, list, count);
}

/* ---------------------------------------------------------------- finding */

static uint32_t
list_of(const struct hc_cells *cells, uint32_t key)
{
	const uint8_t *nk = hc_cell(cells, key);

	return hc_get_le32(nk + 20) == 0 ? HC_NO_CELL : hc_get_le32(nk + 28);
}

/* The leaf number `at`; false: there are no more. */
static bool
leaf_at(const struct hc_cells *cells, uint32_t key, uint32_t at, struct place *ret)
{
	uint32_t list = list_of(cells, key);

	*ret = (struct place){ .root = HC_NO_CELL, .leaf = list };
	if (list == HC_NO_CELL || !is(cells, list, "ri"))
		return list != HC_NO_CELL && at == 0;
	if (at >= count_of(cells, list))
		return false;
	*ret = (struct place){ .root = list,
			       .root_at = at,
			       .leaf = hc_get_le32(entry_of(cells, list, at)) };
	return true;
}

uint32_t
hc_subkey_find(const struct hc_cells *cells, uint32_t key, struct hc_name name)
{
	struct place p;

	for (uint32_t i = 0; leaf_at(cells, key, i, &p); i++)
		for (uint32_t at = 0; at < count_of(cells, p.leaf); at++) {
			uint32_t child = hc_get_le32(entry_of(cells, p.leaf, at));

			if (hc_name_compare(hc_key_name(cells, child), name) == 0)
				return child;
		}
	return HC_NO_CELL;
}

uint32_t
hc_subkey_first(const struct hc_cells *cells, uint32_t key)
{
	struct place p;

	return leaf_at(cells, key, 0, &p) ? hc_get_le32(entry_of(cells, p.leaf, 0))
					  : HC_NO_CELL;
}

/* Before the first key with a greater name, or behind the last one. */
static void
place_for(const struct hc_cells *cells, uint32_t key, struct hc_name name, struct place *ret)
{
	struct place p;

	for (uint32_t i = 0; leaf_at(cells, key, i, &p); i++) {
		*ret = p;
		for (; ret->at < count_of(cells, p.leaf); ret->at++) {
			uint32_t child = hc_get_le32(entry_of(cells, p.leaf, ret->at));

			if (hc_name_compare(name, hc_key_name(cells, child)) < 0)
				return;
		}
	}
}

/* ---------------------------------------------------------------- adding */

static void
lead_to(struct hc_cells *cells, uint32_t key, const struct place *p, uint32_t leaf)
{
	if (p->root != HC_NO_CELL)
		hc_put_le32(entry_of(cells, p->root, p->root_at), leaf);
	else
		hc_put_le32(hc_cell(cells, key) + 28, leaf);
}

/* Without hints a list of one page has twice the entries; so does Windows below version 5. */
static int
drop_hints(struct hc_cells *cells, uint32_t key, const struct place *p, struct hc_err *err)
{
	uint32_t count = count_of(cells, p->leaf);
	uint32_t list = new_list(cells, "li", count, err);

	if (list == HC_NO_CELL)
		return -1;
	for (uint32_t i = 0; i < count; i++)
		memcpy(entry_of(cells, list, i), entry_of(cells, p->leaf, i), 4);
	lead_to(cells, key, p, list);
	hc_cell_free(cells, p->leaf);
	return 0;
}

/* The upper half becomes a leaf of its own, behind this one. */
static int
cut_leaf(struct hc_cells *cells, uint32_t key, struct place p, struct hc_err *err)
{
	uint32_t count = count_of(cells, p.leaf), lower = count / 2, upper, root;
	char signature[2];

	memcpy(signature, hc_cell(cells, p.leaf), 2);
	upper = new_list(cells, signature, count - lower, err);
	if (upper == HC_NO_CELL)
		return -1;
	memcpy(entry_of(cells, upper, 0), entry_of(cells, p.leaf, lower),
	       (size_t)(count - lower) * step_of(cells, upper));
	set_count(cells, p.leaf, lower);
	if (p.root == HC_NO_CELL) {
		p.root = new_list(cells, "ri", 1, err);
		if (p.root == HC_NO_CELL)
			return -1;
		hc_put_le32(entry_of(cells, p.root, 0), p.leaf);
	}
	if (count_of(cells, p.root) >= INDEX_MAX)
		return hc_err_set(err, H_HIVE_EDIT, "a key cannot have more subkeys");
	root = open_gap(cells, p.root, p.root_at + 1, err);
	if (root == HC_NO_CELL)
		return -1;
	hc_put_le32(entry_of(cells, root, p.root_at + 1), upper);
	hc_put_le32(hc_cell(cells, key) + 28, root);
	return 0;
}

/* A leaf with room for one more where the name belongs. */
static int
make_room(struct hc_cells *cells, uint32_t key, uint32_t child, struct place *ret,
	  struct hc_err *err)
{
	for (;;) {
		uint32_t count;
		int result;

		place_for(cells, key, hc_key_name(cells, child), ret);
		count = count_of(cells, ret->leaf);
		if (is(cells, ret->leaf, "lf") && ret->root == HC_NO_CELL && count >= FAST_MAX)
			result = drop_hints(cells, key, ret, err);
		else if (count >= (is(cells, ret->leaf, "lf") ? FAST_MAX : INDEX_MAX))
			result = cut_leaf(cells, key, *ret, err);
		else
			return 0;
		if (result < 0)
			return -1;
	}
}

int
hc_subkey_insert(struct hc_cells *cells, uint32_t key, uint32_t child, struct hc_err *err)
{
	uint32_t subkeys = hc_get_le32(hc_cell(cells, key) + 20), list;
	struct place p = { .root = HC_NO_CELL };
	struct hc_name name;

	if (list_of(cells, key) == HC_NO_CELL) {
		list = new_list(cells, cells->minor >= MINOR_HASHED ? "lh" : "lf", 1, err);
	} else {
		if (make_room(cells, key, child, &p, err) < 0)
			return -1;
		list = open_gap(cells, p.leaf, p.at, err);
	}
	if (list == HC_NO_CELL)
		return -1;
	lead_to(cells, key, &p, list);
	hc_put_le32(entry_of(cells, list, p.at), child);
	name = hc_key_name(cells, child);
	if (step_of(cells, list) == 8)
		hc_put_le32(entry_of(cells, list, p.at) + 4,
			    is(cells, list, "lh") ? hc_name_hash(name) : hc_name_hint(name));
	hc_put_le32(hc_cell(cells, key) + 20, subkeys + 1);
	return 0;
}

/* ---------------------------------------------------------------- taking away */

/* A list without entries is none: Windows looks at the last one of each. */
static void
drop_leaf(struct hc_cells *cells, uint32_t key, const struct place *p)
{
	hc_cell_free(cells, p->leaf);
	if (p->root != HC_NO_CELL) {
		close_gap(cells, p->root, p->root_at);
		if (count_of(cells, p->root) > 0)
			return;
		hc_cell_free(cells, p->root);
	}
	hc_put_le32(hc_cell(cells, key) + 28, HC_NO_CELL);
}

void
hc_subkey_remove(struct hc_cells *cells, uint32_t key, uint32_t child)
{
	uint32_t subkeys = hc_get_le32(hc_cell(cells, key) + 20);
	struct place p;

	for (uint32_t i = 0; leaf_at(cells, key, i, &p); i++)
		for (; p.at < count_of(cells, p.leaf); p.at++) {
			if (hc_get_le32(entry_of(cells, p.leaf, p.at)) != child)
				continue;
			close_gap(cells, p.leaf, p.at);
			if (count_of(cells, p.leaf) == 0)
				drop_leaf(cells, key, &p);
			hc_put_le32(hc_cell(cells, key) + 20, subkeys - 1);
			return;
		}
}
