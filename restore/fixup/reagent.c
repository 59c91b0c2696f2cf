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

/* The same of a file in the folder that it names. */
static bool
holds_file(const struct recovery *r, const struct fix_reagent_row *row, size_t at,
	   const char *name)
{
	struct fix_reagent_row file = *row;

	file.path = row->path[0] == '\0'
			    ? ""
			    : hc_arena_printf(r->fix->arena, "%s\\%s", row->path, name);
	return file.path != NULL && holds(r, &file, at);
}

/* The row names a partition of GPT by its disk and where it begins: what a move says besides its ids. */
static const struct hc_bcd_move *
gpt_move(const struct recovery *r, const struct fix_reagent_row *row)
{
	for (size_t i = 0; row->offset != 0 && i < r->map->count; i++) {
		const struct hc_bcd_move *move = &r->map->items[i];

		if (move->from.scheme == HC_BCD_GPT && move->start == row->offset &&
		    memcmp(move->from.disk, row->guid, 16) == 0)
			return move;
	}
	return NULL;
}

/* MBR names are in the map as they stand here. */
static const struct hc_bcd_move *
mbr_move(const struct recovery *r, const struct fix_reagent_row *row)
{
	struct fix_name name = { .partition.scheme = HC_BCD_MBR, .disk_known = true };

	hc_put_le32(name.partition.disk, (uint32_t)row->id);
	hc_put_le64(name.partition.partition, row->offset);
	return fix_move_of(r->map, &name);
}

static size_t
by_map(const struct recovery *r, const struct fix_reagent_row *row)
{
	const struct hc_bcd_move *move =
		hc_is_zero(row->guid, 16) ? mbr_move(r, row) : gpt_move(r, row);

	return move == NULL
		       ? HC_OFFLINE_NONE
		       : fix_here_find(r->here, &(struct fix_name){ move->to, true, false });
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

/* 0: read; 1: there is none, or it can't be read, and `why` is set; -1: what ends the detection. */
static int
read_text(struct recovery *r, struct hc_buf *text, struct hc_err *why, struct hc_err *err)
{
	const struct hc_offline *offline = r->fix->offline;

	r->path = hc_arena_printf(r->fix->arena, "%s/System32/Recovery/ReAgent.xml",
				  offline->root);
	if (r->path == NULL)
		return fix_no_memory(err);
	if (hc_volume_read_all(offline->volumes[offline->system].volume, r->path,
			       FIX_REAGENT_MAX, text, why) == 0)
		return 0;
	if (why->code != H_OUT_OF_MEMORY && why->code != H_DISK_READ)
		return 1;
	*err = *why;
	return -1;
}

int
fix_reagent(struct fix *fix, const struct fix_here *here, const struct hc_bcd_map *map,
	    struct hc_err *err)
{
	struct recovery r = { .fix = fix, .here = here, .map = map };
	struct hc_buf text = { 0 };
	struct hc_err why;
	int result = read_text(&r, &text, &why, err);

	if (result == 0)
		result = rewrite(&r, hc_buf_span(&text), err);
	else if (result > 0)
		result = why.code == H_PATH_NOT_FOUND
				 ? 0
				 : fix_refuse(fix, hc_err_info(why.code)->remedy, err, "%s: %s",
					      r.path, why.text[0]);
	hc_buf_done(&text);
	return result;
}

/* ---------------------------------------------------------------- for a boot store that is made anew */

static const struct fix_reagent_row *
location(const struct fix_reagent *doc)
{
	for (size_t i = 0; i < doc->rows.count; i++)
		if (strcmp(doc->rows.items[i].tag, "WinreLocation") == 0)
			return &doc->rows.items[i];
	return NULL;
}

/* NULL: it is there. */
static const char *
find_recovery(const struct recovery *r, const struct fix_reagent *doc, struct fix_recovery *ret)
{
	const struct fix_reagent_row *row = location(doc);
	size_t at = HC_OFFLINE_NONE;

	if (hc_is_zero(doc->entry, 16) || row == NULL)
		return "ReAgent.xml says that there is none in use";
	at = find_place(r, row);
	if (at == HC_OFFLINE_NONE || r->here->items[at].scheme == HC_BCD_RAW)
		return "ReAgent.xml names a place that is not on this disk";
	if (!holds_file(r, row, at, "Winre.wim") || !holds_file(r, row, at, "boot.sdi"))
		return "Winre.wim or boot.sdi is not where ReAgent.xml says";
	ret->volume = at;
	ret->folder = row->path;
	memcpy(ret->entry, doc->entry, 16);
	return NULL;
}

int
fix_recovery(struct fix *fix, const struct fix_here *here, const struct hc_bcd_map *map,
	     struct fix_recovery *ret, const char **ret_why, struct hc_err *err)
{
	struct recovery r = { .fix = fix, .here = here, .map = map };
	struct fix_reagent doc = { 0 };
	struct hc_buf text = { 0 };
	struct hc_err why;
	int result = read_text(&r, &text, &why, err);

	if (result == 0)
		result = fix_reagent_read(hc_buf_span(&text), fix->arena, &doc, err);
	hc_buf_done(&text);
	if (result < 0)
		return -1;
	*ret_why = result > 0 ? "there is no ReAgent.xml that can be read"
			      : find_recovery(&r, &doc, ret);
	return *ret_why == NULL ? 0 : 1;
}
