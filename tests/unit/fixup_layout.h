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

static void
put_escaped(FILE *file, const char *text)
{
	for (; *text != '\0'; text++)
		fprintf(file, *text == '\\' || *text == '"' ? "\\%c" : "%c", *text);
}

/* Makes the edits of REG_BINARY values that were found in a hive of the sandbox, by hivexregedit. */
__attribute__((unused)) static bool
make_values(const struct sandbox *box, struct layout *l, const char *hive)
{
	struct hc_buf text = { 0 };
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "values.reg"), "w");
	struct hc_err err;
	bool good = file != NULL;

	for (size_t i = 0; good && i < l->m.found.edits.count; i++) {
		const struct hc_edit *e = &l->m.found.edits.items[i];
		struct hc_span data = { 0 };

		if (e->kind != HC_EDIT_VALUE || strcmp(strrchr(e->path, '/') + 1, hive) != 0)
			continue;
		good = e->after == NULL ||
		       hc_base64_decode(&l->m.arena, e->after->bytes, &data, &err) == 0;
		fprintf(file, "[\\%s]\n\"", e->key);
		put_escaped(file, e->name);
		fprintf(file, "\"=%s", e->after == NULL ? "-" : "hex:");
		for (size_t k = 0; k < data.size; k++)
			fprintf(file, "%s%02x", k > 0 ? "," : "", data.data[k]);
		fprintf(file, "\n");
	}
	if (file == NULL || fclose(file) != 0 || !good)
		return false;
	text = slurp(box, "values.reg");
	good = change_hive(box, hive, (const char *)text.data);
	hc_buf_done(&text);
	return good;
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
