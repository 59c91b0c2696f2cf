/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the recovery environment lies, by the ids and offsets of this disk. */
#include "restore/fixup/reagent.h"

#include <string.h>

#include "restore/base/text.h"
#include "restore/fixup/edits_priv.h"
#include "restore/fixup/moves.h"

struct recovery {
	struct fix *fix;
	const struct fix_here *here;
	const struct hc_bcd_map *map;
	const char *path; /* of the file */
};

static uint64_t
start_of(const struct recovery *r, size_t at)
{
	return r->fix->offline->volumes[at].entry.start;
}

/* ---------------------------------------------------------------- which partition is meant */

/* Whether the row's disk is, or was, that of a partition here. */
static bool
same_disk(const struct recovery *r, const struct fix_reagent_row *row, size_t at)
{
	const struct hc_bcd_partition *here = &r->here->items[at];
	uint8_t signature[4];

	hc_put_le32(signature, (uint32_t)row->id);
	for (size_t i = 0; i <= r->map->count; i++) {
		const struct hc_bcd_partition *from =
			i == 0 ? here : &r->map->items[i - 1].from;

		if (i > 0 && !hc_bcd_partition_equal(&r->map->items[i - 1].to, here))
			continue;
		if (from->scheme == HC_BCD_GPT
			    ? memcmp(from->disk, row->guid, 16) == 0
			    : from->scheme == HC_BCD_MBR && hc_is_zero(row->guid, 16) &&
				      memcmp(from->disk, signature, 4) == 0)
			return true;
	}
	return false;
}

/* Whether what the row names lies on a partition; false where that can't be read. */
static bool
holds(const struct recovery *r, const struct fix_reagent_row *row, size_t at)
{
	struct hc_volume *volume = r->fix->offline->volumes[at].volume;
	struct hc_entry entry;
	struct hc_err ignored;

	return volume != NULL && row->path[0] != '\0' &&
	       hc_volume_stat(volume, row->path, r->fix->arena, &entry, &ignored) == 0;
}

/* MBR names are in the map as they stand here. */
static size_t
by_map(const struct recovery *r, const struct fix_reagent_row *row)
{
	struct fix_name name = { .partition.scheme = HC_BCD_MBR, .disk_known = true };
	const struct hc_bcd_move *move;

	if (!hc_is_zero(row->guid, 16))
		return HC_OFFLINE_NONE;
	hc_put_le32(name.partition.disk, (uint32_t)row->id);
	hc_put_le64(name.partition.partition, row->offset);
	move = fix_move_of(r->map, &name);
	if (move == NULL)
		return HC_OFFLINE_NONE;
	return fix_here_find(r->here, &(struct fix_name){ move->to, true, false });
}

/* Of the partitions that are, or were, of the row's disk: the one that begins there and holds it, else the only one that
 * holds it, else the one that begins there. */
static size_t
find_place(const struct recovery *r, const struct fix_reagent_row *row)
{
	size_t begins = HC_OFFLINE_NONE, holder = HC_OFFLINE_NONE, holders = 0,
	       mapped = by_map(r, row);

	if (mapped != HC_OFFLINE_NONE)
		return mapped;
	for (size_t i = 0; i < r->here->count; i++) {
		bool has;

		if (!same_disk(r, row, i))
			continue;
		has = holds(r, row, i);
		if (start_of(r, i) == row->offset) {
			if (has)
				return i;
			begins = i;
		}
		if (has) {
			holder = i;
			holders++;
		}
	}
	return holders == 1 ? holder : begins;
}

/* ---------------------------------------------------------------- the file */

static int
place_row(const struct recovery *r, struct fix_reagent_row *row, struct hc_err *err)
{
	const struct hc_bcd_partition *to;
	char guid[HC_GUID_TEXT];
	size_t at;

	if (row->id == 0 && hc_is_zero(row->guid, 16))
		return 0;
	at = find_place(r, row);
	if (at == HC_OFFLINE_NONE) {
		hc_guid_text(row->guid, guid);
		return fix_note(r->fix, err,
				"%s: %s names a place that is not on this disk: disk {%s} or "
				"%08x, offset %llu",
				r->path, row->tag, guid, (unsigned)row->id,
				(unsigned long long)row->offset);
	}
	to = &r->here->items[at];
	row->offset = start_of(r, at);
	if (to->scheme == HC_BCD_GPT) {
		if (hc_is_zero(row->guid, 16))
			row->id = 0;
		memcpy(row->guid, to->disk, 16);
	} else {
		memset(row->guid, 0, 16);
		row->id = hc_get_le32(to->disk);
	}
	return 0;
}

static int
rewrite(const struct recovery *r, struct hc_span text, struct hc_err *err)
{
	struct fix_reagent doc;
	struct fix_reagent_row *rows;
	struct hc_buf out = { 0 };
	int result = -1;

	if (fix_reagent_read(text, r->fix->arena, &doc, err) < 0)
		return -1;
	rows = hc_arena_array(r->fix->arena, doc.rows.count + 1, sizeof(*rows));
	if (rows == NULL)
		return fix_no_memory(err);
	for (size_t i = 0; i < doc.rows.count; i++) {
		rows[i] = doc.rows.items[i];
		if (place_row(r, &rows[i], err) < 0)
			return -1;
	}
	if (fix_reagent_write(text, &doc, rows, &out, err) < 0)
		goto out;
	result =
		out.size > FIX_REAGENT_MAX
			? fix_refuse(r->fix, NULL, err, "%s is too large to be changed",
				     r->path)
			: want_file(r->fix, r->fix->offline->system, r->path, hc_buf_span(&out),
				    "the recovery environment's place goes by other ids than "
				    "this file says",
				    err);
out:
	hc_buf_done(&out);
	return result;
}

int
fix_reagent(struct fix *fix, const struct fix_here *here, const struct hc_bcd_map *map,
	    struct hc_err *err)
{
	struct recovery r = { .fix = fix, .here = here, .map = map };
	struct hc_buf text = { 0 };
	struct hc_err why;
	int result;

	r.path = hc_arena_printf(fix->arena, "%s/System32/Recovery/ReAgent.xml",
				 fix->offline->root);
	if (r.path == NULL)
		return fix_no_memory(err);
	if (hc_volume_read_all(fix->offline->volumes[fix->offline->system].volume, r.path,
			       FIX_REAGENT_MAX, &text, &why) == 0) {
		result = rewrite(&r, hc_buf_span(&text), err);
	} else if (why.code == H_PATH_NOT_FOUND) {
		result = 0;
	} else if (why.code == H_OUT_OF_MEMORY || why.code == H_DISK_READ) {
		*err = why;
		result = -1;
	} else {
		result = fix_refuse(fix, hc_err_info(why.code)->remedy, err, "%s: %s", r.path,
				    why.text[0]);
	}
	hc_buf_done(&text);
	return result;
}
