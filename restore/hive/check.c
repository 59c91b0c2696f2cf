/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a hive sound?  Every bin, every cell, and all that the root leads to; hive_cells_priv.h has the tables. */
#include <stdlib.h>
#include <string.h>

#include "restore/hive/hive_cells_priv.h"

struct pending {
	uint32_t key, parent, depth;
};

struct security {
	uint32_t cell, users;
};

struct walk {
	struct hc_span bins;
	uint32_t minor;
	uint8_t *starts; /* a bit for each 8 bytes: a cell in use begins there */
	uint8_t *seen;   /* something has led to it */
	uint64_t in_use, reached;
	struct pending *stack;
	size_t depth, stack_room;
	struct security *securities; /* by cell */
	size_t security_count;
	struct hc_hive_census census;
	const char *fault;
	uint64_t at;
};

static const char NO_MEMORY[] = "it is too large for this machine's memory";

/* False, so that callers may return it. */
static bool
fail(struct walk *w, uint32_t cell, const char *fault)
{
	if (w->fault == NULL) {
		w->fault = fault;
		w->at = (uint64_t)cell + BASE_BLOCK_BYTES;
	}
	return false;
}

static bool
bit(const uint8_t *bits, uint32_t cell)
{
	return (bits[cell / 64] >> (cell / 8 % 8) & 1) != 0;
}

static void
set_bit(uint8_t *bits, uint32_t cell)
{
	bits[cell / 64] = (uint8_t)(bits[cell / 64] | 1u << (cell / 8 % 8));
}

/* ---------------------------------------------------------------- bins and cells */

static bool
check_cells(struct walk *w, uint32_t bin, uint32_t end)
{
	for (uint32_t at = bin + BIN_HEAD, bytes; at < end; at += bytes) {
		int32_t length = (int32_t)hc_get_le32(w->bins.data + at);

		bytes = length < 0 ? 0u - (uint32_t)length : (uint32_t)length;
		if (bytes < 8 || bytes % 8 != 0 || bytes > end - at)
			return fail(w, at, "the length of a cell is impossible");
		if (length < 0) {
			set_bit(w->starts, at);
			w->in_use++;
		}
	}
	return true;
}

static bool
check_bins(struct walk *w)
{
	uint32_t length;

	for (uint32_t at = 0; at < w->bins.size; at += length) {
		const uint8_t *bin = w->bins.data + at;

		length = hc_get_le32(bin + 8);
		if (memcmp(bin, "hbin", 4) != 0 || hc_get_le32(bin + 4) != at || length == 0 ||
		    length % BIN_STEP != 0 || length > w->bins.size - at)
			return fail(w, at, "there is no bin where one should begin");
		if (!check_cells(w, at, at + length))
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- cells that are led to */

/* What the cell holds, at least `need` bytes; data NULL with the fault noted. */
static struct hc_span
peek(struct walk *w, uint32_t cell, uint64_t need)
{
	struct hc_span none = { NULL, 0 };
	uint32_t room;

	if (cell % 8 != 0 || cell >= w->bins.size || !bit(w->starts, cell)) {
		fail(w, cell, "something leads to a place where no cell in use begins");
		return none;
	}
	room = 0u - hc_get_le32(w->bins.data + cell) - 4;
	if (need > room) {
		fail(w, cell, "a cell is too short for what it should hold");
		return none;
	}
	return hc_span(w->bins.data + cell + 4, room);
}

/* The same for one that only one thing leads to. */
static struct hc_span
reach(struct walk *w, uint32_t cell, uint64_t need)
{
	struct hc_span content = peek(w, cell, need);

	if (content.data == NULL)
		return content;
	if (bit(w->seen, cell)) {
		fail(w, cell, "two things lead to the same cell");
		return (struct hc_span){ NULL, 0 };
	}
	set_bit(w->seen, cell);
	w->reached++;
	return content;
}

static bool
is(struct hc_span cell, const char *signature)
{
	return memcmp(cell.data, signature, 2) == 0;
}

/* ---------------------------------------------------------------- values */

static bool
check_segments(struct walk *w, uint32_t cell, uint32_t bytes)
{
	struct hc_span db = reach(w, cell, 8), list;
	uint32_t count = (bytes + SEGMENT_BYTES - 1) / SEGMENT_BYTES;

	if (db.data == NULL)
		return false;
	if (!is(db, "db") || hc_get_le16(db.data + 2) != count)
		return fail(w, cell, "long data are not kept as they should be");
	list = reach(w, hc_get_le32(db.data + 4), (uint64_t)count * 4);
	if (list.data == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t part = hc_min_u64(bytes - i * SEGMENT_BYTES, SEGMENT_BYTES);

		if (reach(w, hc_get_le32(list.data + 4 * (size_t)i), part).data == NULL)
			return false;
	}
	return true;
}

static bool
check_value(struct walk *w, uint32_t cell)
{
	struct hc_span vk = reach(w, cell, 20);
	uint32_t bytes;

	if (vk.data == NULL)
		return false;
	if (!is(vk, "vk") || hc_get_le16(vk.data + 2) > vk.size - 20)
		return fail(w, cell, "a value is none");
	w->census.values++;
	bytes = hc_get_le32(vk.data + 4);
	if ((bytes & INLINE_DATA) != 0)
		return (bytes & ~INLINE_DATA) <= 4 ||
		       fail(w, cell, "a value's length is wrong");
	if (bytes == 0)
		return true;
	if (w->minor >= MINOR_SEGMENTS && bytes > SEGMENT_BYTES)
		return check_segments(w, hc_get_le32(vk.data + 8), bytes);
	return reach(w, hc_get_le32(vk.data + 8), bytes).data != NULL;
}

static bool
check_values(struct walk *w, struct hc_span key)
{
	uint32_t count = hc_get_le32(key.data + 36);
	struct hc_span list;

	if (count == 0 || (hc_get_le16(key.data + 2) & KEY_PREDEFINED) != 0)
		return true;
	list = reach(w, hc_get_le32(key.data + 40), (uint64_t)count * 4);
	if (list.data == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!check_value(w, hc_get_le32(list.data + 4 * (size_t)i)))
			return false;
	return true;
}

/* ---------------------------------------------------------------- keys */

static struct hc_span
peek_key(struct walk *w, uint32_t cell)
{
	struct hc_span key = peek(w, cell, 76);

	if (key.data != NULL &&
	    (!is(key, "nk") || hc_get_le16(key.data + 72) > key.size - 76)) {
		fail(w, cell, "a key is none");
		key.data = NULL;
	}
	return key;
}

static struct hc_name
name_of(struct hc_span key)
{
	return hc_name_of(key.data + 76, hc_get_le16(key.data + 72),
			  (hc_get_le16(key.data + 2) & KEY_NARROW) != 0);
}

static bool
push(struct walk *w, struct pending item)
{
	if (w->depth == w->stack_room) {
		size_t room = w->stack_room * 2 + 64;
		struct pending *stack = realloc(w->stack, room * sizeof(*stack));

		if (stack == NULL)
			return fail(w, 0, NO_MEMORY);
		w->stack = stack;
		w->stack_room = room;
	}
	w->stack[w->depth++] = item;
	return true;
}

/* Where a list of subkeys stands: whose it is, and the name before. */
struct position {
	struct pending from;
	uint64_t count;
	struct hc_name before;
};

static bool
check_child(struct walk *w, uint32_t child, struct position *p)
{
	struct hc_span key = peek_key(w, child);
	struct pending item = { child, p->from.key, p->from.depth + 1 };
	struct hc_name name;

	if (key.data == NULL)
		return false;
	name = name_of(key);
	if (p->count > 0 && hc_name_compare(p->before, name) >= 0)
		w->census.unsorted++;
	p->before = name;
	p->count++;
	return push(w, item);
}

static bool
check_list(struct walk *w, uint32_t cell, struct position *p, bool below_root)
{
	struct hc_span list = reach(w, cell, 4);
	uint32_t count, step;
	bool hashed;

	if (list.data == NULL)
		return false;
	hashed = is(list, "lh");
	step = hashed || is(list, "lf") ? 8 : 4;
	if (step == 4 && !is(list, "li") && (below_root || !is(list, "ri")))
		return fail(w, cell, "a list of subkeys is none");
	if (hashed ? w->minor < MINOR_HASHED : w->minor >= MINOR_HASHED && !is(list, "ri"))
		w->census.foreign++;
	count = hc_get_le16(list.data + 2);
	if (count == 0 || (uint64_t)count * step > list.size - 4)
		return fail(w, cell, "the length of a list of subkeys is impossible");
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *entry = list.data + 4 + (size_t)i * step;
		uint32_t to = hc_get_le32(entry);

		if (is(list, "ri") ? !check_list(w, to, p, true) : !check_child(w, to, p))
			return false;
		if (step == 8 && hc_get_le32(entry + 4) != (hashed ? hc_name_hash(p->before)
								   : hc_name_hint(p->before)))
			w->census.mishashed++;
	}
	return true;
}

static bool
check_subkeys(struct walk *w, struct hc_span key, struct pending from)
{
	uint32_t count = hc_get_le32(key.data + 20);
	struct position p = { .from = from };

	if (count == 0)
		return true;
	if (from.depth >= DEPTH_MAX)
		return fail(w, from.key, "keys are nested too deep");
	if (!check_list(w, hc_get_le32(key.data + 28), &p, false))
		return false;
	return p.count == count || fail(w, from.key, "a key has another number of subkeys");
}

/* ---------------------------------------------------------------- security */

static int
by_cell(const void *a, const void *b)
{
	const struct security *x = a, *y = b;

	return x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* The ring that they form. */
static bool
collect_securities(struct walk *w, uint32_t first)
{
	size_t room = 0;
	uint32_t cell = first, before = HC_NO_CELL;

	do {
		struct hc_span sk = reach(w, cell, 20);

		if (sk.data == NULL)
			return false;
		if (!is(sk, "sk") || hc_get_le32(sk.data + 16) > sk.size - 20 ||
		    (before != HC_NO_CELL && hc_get_le32(sk.data + 8) != before))
			return fail(w, cell, "the ring of security descriptors is broken");
		if (w->security_count == room) {
			struct security *more;

			room = room * 2 + 64;
			more = realloc(w->securities, room * sizeof(*more));
			if (more == NULL)
				return fail(w, 0, NO_MEMORY);
			w->securities = more;
		}
		w->securities[w->security_count++] = (struct security){ .cell = cell };
		before = cell;
		cell = hc_get_le32(sk.data + 4);
	} while (cell != first);
	if (hc_get_le32(w->bins.data + first + 4 + 8) != before)
		return fail(w, first, "the ring of security descriptors is broken");
	qsort(w->securities, w->security_count, sizeof(w->securities[0]), by_cell);
	return true;
}

static bool
use_security(struct walk *w, uint32_t cell)
{
	struct security wanted = { .cell = cell }, *found;

	found = bsearch(&wanted, w->securities, w->security_count, sizeof(wanted), by_cell);
	if (found == NULL)
		return fail(w, cell, "a key has no security descriptor");
	found->users++;
	return true;
}

/* ---------------------------------------------------------------- all of it */

static bool
check_key(struct walk *w, struct pending item)
{
	struct hc_span key;
	uint32_t class;

	if (reach(w, item.key, 76).data == NULL)
		return false;
	key = peek_key(w, item.key);
	if (key.data == NULL)
		return false;
	if (item.depth > 0 && hc_get_le32(key.data + 16) != item.parent)
		return fail(w, item.key, "a key names another one as that above it");
	w->census.keys++;
	class = hc_get_le32(key.data + 48);
	if (class != HC_NO_CELL && hc_get_le16(key.data + 74) > 0 &&
	    reach(w, class, hc_get_le16(key.data + 74)).data == NULL)
		return false;
	return use_security(w, hc_get_le32(key.data + 44)) && check_values(w, key) &&
	       check_subkeys(w, key, item);
}

static void
check_all(struct walk *w, uint32_t root)
{
	struct pending first = { .key = root };
	struct hc_span key;

	if (!check_bins(w))
		return;
	key = peek_key(w, root);
	if (key.data == NULL || !collect_securities(w, hc_get_le32(key.data + 44)) ||
	    !push(w, first))
		return;
	while (w->depth > 0)
		if (!check_key(w, w->stack[--w->depth]))
			return;
	for (size_t i = 0; i < w->security_count; i++) {
		const uint8_t *sk = w->bins.data + w->securities[i].cell + 4;

		if (hc_get_le32(sk + 12) != w->securities[i].users)
			w->census.miscounted++;
	}
	w->census.lost = w->in_use - w->reached;
}

const char *
hc_hive_check(struct hc_span hive, struct hc_hive_census *ret, uint64_t *at)
{
	struct walk w = { 0 };
	struct hc_base_block base;

	*at = 0;
	w.fault = hc_base_block_parse(hive, &base);
	if (w.fault != NULL)
		return w.fault;
	w.bins = hc_span_part(hive, BASE_BLOCK_BYTES, base.bins_bytes);
	if (w.bins.data == NULL)
		return "it is cut short";
	w.minor = hc_get_le32(hive.data + 24);
	w.starts = calloc(1, w.bins.size / 64 + 1);
	w.seen = calloc(1, w.bins.size / 64 + 1);
	if (w.starts == NULL || w.seen == NULL)
		fail(&w, 0, NO_MEMORY);
	else
		check_all(&w, hc_get_le32(hive.data + 36));
	free(w.starts);
	free(w.seen);
	free(w.stack);
	free(w.securities);
	*at = w.at;
	if (w.fault == NULL)
		*ret = w.census;
	return w.fault;
}
