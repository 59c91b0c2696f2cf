/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An offline machine to ask fixups about: the volume w.img of a sandbox as partition 1 of an MBR disk, or esp.img and w.img
 * as partitions 1 and 2 of a GPT disk; what a detector found, as lines that a test can compare.
 *
 *	offline_open_mbr(&box, &m);
 *	m.request.only = one("autoreboot");
 *	is_found(&m, "SYSTEM ControlSet001\\Control\\CrashControl AutoReboot: 1 -> 0\n", "it is set");
 *	offline_done(&m);
 */
#ifndef HC_TESTS_FIXUP_FIXTURE_H
#define HC_TESTS_FIXUP_FIXTURE_H

#include "restore/base/text.h"
#include "restore/fixup/fixup.h"
#include "tests/unit/windows_machine.h"

#define FIXTURE_ESP  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define FIXTURE_DATA "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"

struct offline_machine {
	struct hc_arena arena;
	struct hc_io *ios[2];
	struct hc_offline offline;
	struct hc_fix_request request;
	struct hc_fix_found found;
};

__attribute__((unused)) static bool
offline_open(const struct sandbox *box, struct offline_machine *m, bool gpt)
{
	static const char *const names[] = { "esp.img", "w.img" };
	struct hc_offline_part parts[2] = { 0 };
	struct hc_offline_layout layout = { .logical_block = 512,
					    .table = gpt ? HC_TABLE_GPT : HC_TABLE_MBR,
					    .table_id = gpt ? "11111111-2222-3333-4444-"
							      "555555555555"
							    : "a1b2c3d4",
					    .parts = parts };
	uint64_t at = 1u << 20;
	char path[PATH_MAX];
	struct hc_err err;

	memset(m, 0, sizeof(*m));
	for (size_t i = gpt ? 0 : 1; i < 2; i++) {
		struct hc_offline_part *part = &parts[layout.count++];

		if (hc_io_open_file(path_in(box, path, "%s", names[i]), &m->ios[i], &err) < 0)
			return false;
		part->io = m->ios[i];
		part->entry = (struct hc_partition){
			.number = layout.count,
			.start = at,
			.size = m->ios[i]->size,
			.type = !gpt     ? "07"
				: i == 0 ? FIXTURE_ESP
					 : FIXTURE_DATA,
			.guid = !gpt     ? NULL
				: i == 0 ? "aaaaaaaa-0000-0000-0000-000000000001"
					 : "aaaaaaaa-0000-0000-0000-000000000002",
			.active = !gpt,
			.filesystem = i == 0 ? "vfat" : "ntfs",
		};
		at += hc_round_up(m->ios[i]->size, 1u << 20);
	}
	layout.disk_size = at + (1u << 20);
	if (hc_offline_open(&layout, NULL, &m->arena, &m->offline, &err) == 0)
		return true;
	printf("# %s\n", err.text[0]);
	return false;
}

__attribute__((unused)) static void
offline_done(struct offline_machine *m)
{
	hc_offline_close(&m->offline);
	hc_io_close(m->ios[0]);
	hc_io_close(m->ios[1]);
	hc_arena_done(&m->arena);
}

/* "only" of a request: this fixup alone. */
__attribute__((unused)) static void
ask_only(struct offline_machine *m, const char *id)
{
	struct hc_err err;

	m->request.only = (struct hc_strings){ 0 };
	m->request.requested = (struct hc_strings){ 0 };
	hc_strings_add(&m->request.only, &m->arena, id, &err);
}

static const char *
state_text(const struct hc_edit_state *state)
{
	if (state == NULL)
		return "(none)";
	return state->text != NULL ? state->text : state->sha256;
}

/* One line for an edit: hive or file, key, name, old and new. */
__attribute__((unused)) static int
edit_line(const struct hc_edit *e, struct hc_buf *out, struct hc_err *err)
{
	const char *file = e->path != NULL ? strrchr(e->path, '/') : NULL;

	if (e->kind == HC_EDIT_VALUE || e->kind == HC_EDIT_KEY)
		return hc_buf_printf(out, err, "%s %s %s: %s -> %s\n", file + 1, e->key,
				     e->kind == HC_EDIT_KEY ? "(key)" : e->name,
				     state_text(e->before), state_text(e->after));
	if (e->kind == HC_EDIT_FILE)
		return hc_buf_printf(out, err, "%llu:%s %s\n", (unsigned long long)e->partition,
				     e->path,
				     e->after == NULL    ? "deleted"
				     : e->before == NULL ? "made"
							 : "replaced");
	return hc_buf_printf(out, err, "%llu %s %s @%llu: %s -> %s\n",
			     (unsigned long long)e->partition, hc_edit_kind_names[e->kind],
			     e->name ? e->name : "", (unsigned long long)e->offset,
			     state_text(e->before), state_text(e->after));
}

/* Detects, and compares the edits of one fixup (NULL: of all) and then its notes ("note: …", "refused: …") with `want`. */
__attribute__((unused)) static bool
is_found_by(struct offline_machine *m, const char *id, const char *want, const char *what)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	bool same;

	m->found = (struct hc_fix_found){ 0 };
	ok_call(hc_fixup_detect(&m->offline, &m->request, &m->arena, &m->found, &err), &err,
		"%s: it looks", what);
	for (size_t i = 0; i < m->found.edits.count; i++)
		if (id == NULL || strcmp(m->found.edits.items[i].fixup, id) == 0)
			edit_line(&m->found.edits.items[i], &text, &err);
	for (size_t i = 0; i < m->found.notes.count; i++)
		if (id == NULL || strcmp(m->found.notes.items[i].fixup, id) == 0)
			hc_buf_printf(&text, &err, "%s: %s\n",
				      m->found.notes.items[i].refused ? "refused" : "note",
				      m->found.notes.items[i].text);
	hc_buf_append(&text, "", 1, &err);
	same = strcmp((const char *)text.data, want) == 0;
	ok(same, "%s: the edits are those expected", what);
	if (!same)
		printf("# wanted\n%s# got\n%s", want, (const char *)text.data);
	hc_buf_done(&text);
	return same;
}

/* The same of everything that was found. */
__attribute__((unused)) static bool
is_found(struct offline_machine *m, const char *want, const char *what)
{
	return is_found_by(m, NULL, want, what);
}

/* ---------------------------------------------------------------- making what was found */

#define REG_HEAD "Windows Registry Editor Version 5.00\n\n"

static void
escaped_text(const char *text, struct hc_buf *out)
{
	struct hc_err err;

	for (; *text != '\0'; text++)
		hc_buf_printf(out, &err, *text == '\\' || *text == '"' ? "\\%c" : "%c", *text);
}

/* Every key above as well: hivexregedit makes one level at a time. */
static void
key_text(const char *key, struct hc_buf *out)
{
	struct hc_err err;

	for (const char *p = strchr(key, '\\'); p != NULL; p = strchr(p + 1, '\\'))
		hc_buf_printf(out, &err, "[\\%.*s]\n\n", (int)(p - key), key);
	hc_buf_printf(out, &err, "[\\%s]\n", key);
}

/* The edits that were found of one hive, by the name of its file, for hivexregedit. */
static bool
edits_text(struct offline_machine *m, const char *hive, struct hc_buf *out)
{
	struct hc_err err;

	hc_buf_printf(out, &err, REG_HEAD);
	for (size_t i = 0; i < m->found.edits.count; i++) {
		const struct hc_edit *e = &m->found.edits.items[i];
		struct hc_span data = { 0 };
		uint32_t type = 0;

		if (e->key == NULL || strcmp(strrchr(e->path, '/') + 1, hive) != 0)
			continue;
		if (e->kind == HC_EDIT_KEY && e->after == NULL) {
			hc_buf_printf(out, &err, "[-\\%s]\n\n", e->key);
			continue;
		}
		key_text(e->key, out);
		if (e->kind == HC_EDIT_KEY) {
			hc_buf_printf(out, &err, "\n");
			continue;
		}
		if (e->after != NULL &&
		    (!hc_hive_type_number(e->after->type, &type) ||
		     hc_base64_decode(&m->arena, e->after->bytes, &data, &err) < 0))
			return false;
		hc_buf_printf(out, &err, *e->name == '\0' ? "@" : "\"");
		escaped_text(e->name, out);
		hc_buf_printf(out, &err, *e->name == '\0' ? "=" : "\"=");
		hc_buf_printf(out, &err, e->after == NULL ? "-" : "hex(%x):", type);
		for (size_t k = 0; k < data.size; k++)
			hc_buf_printf(out, &err, "%s%02x", k > 0 ? "," : "", data.data[k]);
		hc_buf_printf(out, &err, "\n\n");
	}
	return hc_buf_append(out, "", 1, &err) == 0;
}

/* Makes them in a hive of the sandbox, by a tool that is not ours. */
__attribute__((unused)) static bool
make_hive_edits(const struct sandbox *box, struct offline_machine *m, const char *hive)
{
	struct hc_buf text = { 0 };
	bool done = edits_text(m, hive, &text);

	if (done && text.size > sizeof(REG_HEAD))
		done = put_text(box, "edits.reg", (const char *)text.data) &&
		       run(box, "hivexregedit --merge %s edits.reg", hive) == 0;
	hc_buf_done(&text);
	return done;
}

#endif
