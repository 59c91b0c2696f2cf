/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mounted-devices: drive letters and volume GUID paths go on meaning the same volumes.
 *
 * Data of a value (windows-offline.md section 9): u32 signature, u64 offset in bytes; or "DMIO:ID:" and the GUID of a GPT
 * partition; or the name of a removable device, which stays as it is.
 */
#include <string.h>
#include <strings.h>

#include "restore/fixup/edits_priv.h"
#include "restore/fixup/moves.h"

#define KEY         "MountedDevices"
#define LETTER      "\\DosDevices\\"
#define GPT_PREFIX  "DMIO:ID:"
#define PREFIX_SIZE 8u
#define MBR_BYTES   12u
#define GPT_BYTES   24u

/* ---------------------------------------------------------------- reading */

static bool
parse(struct hc_span data, struct fix_name *ret)
{
	struct fix_name name = { .disk_known = true };

	if (data.size == MBR_BYTES) {
		name.partition.scheme = HC_BCD_MBR;
		memcpy(name.partition.disk, data.data, 4);
		memcpy(name.partition.partition, data.data + 4, 8);
	} else if (data.size == GPT_BYTES && memcmp(data.data, GPT_PREFIX, PREFIX_SIZE) == 0) {
		name.partition.scheme = HC_BCD_GPT;
		name.disk_known = false;
		memcpy(name.partition.partition, data.data + PREFIX_SIZE, 16);
	} else {
		return false;
	}
	*ret = name;
	return true;
}

static struct hc_span
render(struct fix *fix, const struct hc_bcd_partition *p)
{
	uint8_t *data = hc_arena_alloc(fix->arena, GPT_BYTES);

	if (data == NULL)
		return hc_span(NULL, 0);
	if (p->scheme == HC_BCD_MBR) {
		memcpy(data, p->disk, 4);
		memcpy(data + 4, p->partition, 8);
		return hc_span(data, MBR_BYTES);
	}
	memcpy(data, GPT_PREFIX, PREFIX_SIZE);
	memcpy(data + PREFIX_SIZE, p->partition, 16);
	return hc_span(data, GPT_BYTES);
}

int
fix_mounted_read(struct fix *fix, const struct fix_hive *system, struct fix_mounted_list *ret,
		 struct hc_err *err)
{
	struct hc_hive_value_list values = { 0 };
	struct fix_mounted_list list = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	*ret = list;
	if (hc_hive_key(system->hive, KEY, &key, &why) < 0)
		return 0;
	if (hc_hive_values(system->hive, key, fix->arena, &values, &why) < 0) {
		if (why.code != H_OUT_OF_MEMORY)
			return fix_refuse(fix, NULL, err, "%s\\%s: %s", system->path, KEY,
					  why.text[0]);
		*err = why;
		return -1;
	}
	for (size_t i = 0; i < values.count; i++) {
		struct fix_mounted *row;
		struct hc_span data;

		if (hc_hive_bytes(system->hive, key, values.items[i].name, fix->arena, &data,
				  &why) < 0)
			continue;
		row = hc_arena_grow(fix->arena, &list.items, &list.count, sizeof(*row));
		if (row == NULL)
			return fix_no_memory(err);
		*row = (struct fix_mounted){ .name = values.items[i].name,
					     .type = values.items[i].type,
					     .data = data };
		row->named = parse(data, &row->partition);
	}
	*ret = list;
	return 0;
}

const char *
fix_system_letter(struct fix *fix)
{
	return fix->windows->system_drive == NULL
		       ? NULL
		       : hc_arena_printf(fix->arena, LETTER "%s", fix->windows->system_drive);
}

/* ---------------------------------------------------------------- what they shall be */

enum why {
	AS_IT_IS,
	MOVED,  /* the map says so */
	SYSTEM, /* Windows lies there */
	TWICE,  /* it goes: another letter has that partition */
};

static const char *const because[] = {
	[AS_IT_IS] = "",
	[MOVED] = "the partition goes by other ids than before",
	[SYSTEM] =
		"Windows expects itself on this letter, which named no partition of this disk",
	[TWICE] = "a partition has one letter, and the other one is right",
};

struct change {
	struct fix_mounted row;
	struct hc_span data; /* as it shall be */
	enum why why;
};

struct letters {
	struct fix *fix;
	struct fix_hive hive;
	struct fix_here here;
	struct change *items;
	size_t count;
	size_t system; /* of the letter of Windows; HC_OFFLINE_NONE: no such value */
};

static bool
is_letter(const struct fix_mounted *row)
{
	return strncasecmp(row->name, LETTER, strlen(LETTER)) == 0;
}

static bool
same_data(struct hc_span a, struct hc_span b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static int
apply_map(struct letters *l, const struct fix_mounted_list *list, const struct hc_bcd_map *map,
	  const char *letter, struct hc_err *err)
{
	l->items = hc_arena_array(l->fix->arena, list->count + 2, sizeof(*l->items));
	if (l->items == NULL)
		return fix_no_memory(err);
	l->count = list->count;
	l->system = HC_OFFLINE_NONE;
	for (size_t i = 0; i < list->count; i++) {
		struct change *c = &l->items[i];
		const struct hc_bcd_move *move;

		*c = (struct change){ .row = list->items[i], .data = list->items[i].data };
		if (letter != NULL && strcasecmp(c->row.name, letter) == 0)
			l->system = i;
		move = c->row.named ? fix_move_of(map, &c->row.partition) : NULL;
		if (move == NULL)
			continue;
		c->data = render(l->fix, &move->to);
		if (c->data.data == NULL)
			return fix_no_memory(err);
		c->why = same_data(c->data, c->row.data) ? AS_IT_IS : MOVED;
	}
	return 0;
}

/* Of two letters of one partition the system's stays, else the one that was there before. */
static void
drop_twins(struct letters *l)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t k = 0; k < l->count; k++) {
			struct change *a = &l->items[i], *b = &l->items[k];

			if (i == k || !is_letter(&a->row) || !is_letter(&b->row) ||
			    a->why == TWICE || b->why == TWICE ||
			    (a->why == AS_IT_IS && b->why == AS_IT_IS) ||
			    !same_data(a->data, b->data))
				continue;
			if (k == l->system || (i != l->system && b->why == AS_IT_IS))
				a->why = TWICE;
			else
				b->why = TWICE;
		}
}

/* ---------------------------------------------------------------- the letter of Windows */

/* Logical Disk Manager: its volumes are named by GUIDs of its own database. */
static bool
is_dynamic(const struct hc_partition *entry)
{
	return entry->type != NULL &&
	       (strcasecmp(entry->type, "42") == 0 ||
		strcasecmp(entry->type, "af9b60a0-1431-4f62-bc68-3311714a69ad") == 0);
}

static bool
has_other_letter(const struct letters *l, struct hc_span data)
{
	for (size_t i = 0; i < l->count; i++)
		if (is_letter(&l->items[i].row) && same_data(l->items[i].data, data))
			return true;
	return false;
}

/* The value is missing: Windows gives the letter itself, unless another letter has its partition already. */
static int
missing_letter(struct letters *l, const char *letter, struct hc_span wanted, struct hc_err *err)
{
	if (!has_other_letter(l, wanted))
		return fix_note(l->fix, err,
				"SYSTEM\\" KEY " has no value %s: Windows gives the letter "
				"when it starts",
				letter);
	l->system = l->count++;
	l->items[l->system] = (struct change){ .row = { .name = letter, .type = REG_BINARY },
					       .data = wanted,
					       .why = SYSTEM };
	return 0;
}

/* It names a partition of this disk: the one with Windows, or it is not for us to say which is right. */
static int
check_place(struct letters *l, const struct fix_name *names, struct hc_err *err)
{
	size_t at = fix_here_find(&l->here, names);

	if (at == l->here.system)
		return 0;
	return fix_refuse(l->fix, "If Windows does not start as it did, correct this value.",
			  err,
			  "%s names %s of this disk, while Windows, which expects itself "
			  "there, lies on %s",
			  l->items[l->system].row.name, l->fix->offline->volumes[at].name,
			  l->fix->offline->volumes[l->here.system].name);
}

static int
check_system(struct letters *l, const char *letter, struct hc_err *err)
{
	const struct hc_bcd_partition *system = &l->here.items[l->here.system];
	struct fix *fix = l->fix;
	struct hc_span wanted;
	struct fix_name names;
	struct change *c;

	if (letter == NULL)
		return 0;
	if (is_dynamic(&fix->offline->volumes[l->here.system].entry))
		return fix_note(fix, err,
				"Windows lies on a dynamic disk, whose volumes have ids "
				"of their own: %s is left as it is",
				letter);
	if (system->scheme == HC_BCD_RAW)
		return fix_note(fix, err,
				"this disk has no ids that a drive letter can be given by: "
				"%s is left as it is",
				letter);
	wanted = render(fix, system);
	if (wanted.data == NULL)
		return fix_no_memory(err);
	if (l->system == HC_OFFLINE_NONE)
		return missing_letter(l, letter, wanted, err);
	c = &l->items[l->system];
	if (!parse(c->data, &names))
		return fix_refuse(
			fix, "If Windows gives itself another letter, delete this value.", err,
			"%s names no partition, as those of removable devices do: "
			"it is left as it is",
			c->row.name);
	if (fix_here_find(&l->here, &names) != HC_OFFLINE_NONE)
		return check_place(l, &names, err);
	c->why = SYSTEM;
	c->data = wanted;
	return 0;
}

/* ---------------------------------------------------------------- all of it */

int
fix_mounted_devices(struct fix *fix, struct hc_err *err)
{
	const char *letter = fix_system_letter(fix);
	struct fix_mounted_list list = { 0 };
	struct letters l = { .fix = fix };
	struct hc_bcd_map map = { 0 };
	int found = fix_hive(fix, "SYSTEM", &l.hive, err);

	if (found != 0)
		return found < 0 ? -1 : 0;
	if (fix_mounted_read(fix, &l.hive, &list, err) < 0 || fix_here(fix, &l.here, err) < 0 ||
	    fix_moves(fix, &l.here, &map, err) < 0)
		return -1;
	if (!fix_has_key(&l.hive, KEY)) {
		/* NT 4.0: SYSTEM\DISK, Information. */
		return fix_has_key(&l.hive, "DISK") && map.count > 0
			       ? fix_refuse(fix,
					    "Give drive letters again with the Disk "
					    "Administrator once Windows has started.",
					    err,
					    "this Windows keeps its drive letters in "
					    "SYSTEM\\DISK, which halcyon does not change")
			       : 0;
	}
	if (apply_map(&l, &list, &map, letter, err) < 0 || check_system(&l, letter, err) < 0)
		return -1;
	drop_twins(&l);
	for (size_t i = 0; i < l.count; i++) {
		const struct change *c = &l.items[i];
		int result = 0;

		if (c->why == TWICE)
			result = want_no_value(fix, &l.hive, KEY, c->row.name, because[c->why],
					       err);
		else if (c->why != AS_IT_IS)
			result = want_value(fix, &l.hive, KEY, c->row.name, c->row.type,
					    c->data, because[c->why], err);
		if (result < 0)
			return -1;
	}
	return 0;
}
