/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An offline machine of any layout: images of a sandbox as partitions that begin anywhere.
 *
 *	static const struct layout_part parts[] = { { .image = "w.img", .start = 1 << 20, .type = "07", .active = true } };
 *	struct layout l = { .table = HC_TABLE_MBR, .id = "5cbea03e", .parts = parts, .count = 1 };
 *	layout_open(&box, &l) && is_found(&l.m, "", "…");
 *	layout_done(&l);
 */
#ifndef HC_TESTS_FIXUP_LAYOUT_H
#define HC_TESTS_FIXUP_LAYOUT_H

#include "restore/base/text.h"
#include "tests/unit/fixup_fixture.h"

#define LAYOUT_PARTS 6u

struct layout_part {
	const char *image;
	uint64_t start;
	const char *type; /* NULL: Windows data of the table's kind */
	const char *guid;
	bool active, logical;
	uint64_t number; /* 0: in their order */
};

struct layout {
	unsigned table;
	const char *id;
	const struct layout_part *parts;
	size_t count;
	const char *disk; /* image of the whole disk, or NULL */
	struct offline_machine m;
	struct hc_io *ios[LAYOUT_PARTS], *whole;
};

__attribute__((unused)) static bool
layout_open(const struct sandbox *box, struct layout *l)
{
	struct hc_offline_part parts[LAYOUT_PARTS] = { 0 };
	struct hc_offline_layout layout = { .logical_block = 512,
					    .disk_size = 107374182400u,
					    .table = l->table,
					    .table_id = l->id,
					    .parts = parts,
					    .count = l->count };
	char path[PATH_MAX];
	struct hc_err err;

	memset(&l->m, 0, sizeof(l->m));
	if (l->disk != NULL &&
	    hc_io_open_file(path_in(box, path, "%s", l->disk), &l->whole, &err) < 0)
		return false;
	layout.disk = l->whole;
	for (size_t i = 0; i < l->count; i++) {
		const struct layout_part *p = &l->parts[i];

		if (hc_io_open_file(path_in(box, path, "%s", p->image), &l->ios[i], &err) < 0)
			return false;
		parts[i].io = l->ios[i];
		parts[i].entry = (struct hc_partition){
			.number = p->number != 0 ? p->number : i + 1,
			.start = p->start,
			.size = l->ios[i]->size,
			.type = p->type != NULL            ? p->type
				: l->table == HC_TABLE_GPT ? FIXTURE_DATA
							   : "07",
			.guid = p->guid,
			.active = p->active,
			.logical = p->logical,
		};
	}
	if (hc_offline_open(&layout, NULL, &l->m.arena, &l->m.offline, &err) == 0)
		return true;
	printf("# %s\n", err.text[0]);
	return false;
}

__attribute__((unused)) static void
layout_done(struct layout *l)
{
	offline_done(&l->m);
	for (size_t i = 0; i < l->count; i++)
		hc_io_close(l->ios[i]);
	hc_io_close(l->whole);
	memset(l->ios, 0, sizeof(l->ios));
	l->whole = NULL;
}

/* A partition as a store names it. */
__attribute__((unused)) static struct hc_bcd_partition
mbr_partition(uint32_t signature, uint64_t offset)
{
	struct hc_bcd_partition p = { .scheme = HC_BCD_MBR };

	hc_put_le32(p.disk, signature);
	hc_put_le64(p.partition, offset);
	return p;
}

__attribute__((unused)) static struct hc_bcd_partition
gpt_partition(const char *disk, const char *partition)
{
	struct hc_bcd_partition p = { .scheme = HC_BCD_GPT };

	hc_guid_parse(disk, p.disk);
	hc_guid_parse(partition, p.partition);
	return p;
}

#endif
