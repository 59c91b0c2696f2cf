/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change: what would be repaired or taken back, one change after the other; and the last screen before it is. */
#include <stdio.h>
#include <string.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

#define DETAIL_ROWS 8
#define OBJECT_TEXT 512

static int
draw_disk(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const struct hc_disk *disk = hc_wiz_chosen_disk(wiz);
	char size[HC_SIZE_TEXT];

	hc_size_text(disk != NULL ? disk->size : 0, size);
	return hc_part_fact(canvas, body, y, "Disk", "%s, %s, serial %s",
			    hc_text_or(wiz->tasks.disk_path, "?"), size,
			    hc_text_or(disk != NULL ? disk->serial : NULL, "none"));
}

/* "SYSTEM\ControlSet001\Services\disk\Start". */
static void
object_text(const struct hc_edit *edit, char buf[OBJECT_TEXT])
{
	struct hc_buf text = { 0 };
	struct hc_err ignored;

	buf[0] = '\0';
	if (hc_edit_object_text(edit, &text, &ignored) == 0)
		snprintf(buf, OBJECT_TEXT, "%.*s", (int)text.size, (const char *)text.data);
	hc_buf_done(&text);
}

static const char *
state_text(const struct hc_edit_state *state, char *buf, size_t size)
{
	if (state == NULL)
		return "(nothing)";
	if (state->text != NULL)
		return state->text[0] != '\0' ? state->text : "\"\"";
	snprintf(buf, size, "%llu bytes, SHA-256 %.16s...", (unsigned long long)state->size,
		 hc_text_or(state->sha256, "?"));
	return buf;
}

static void
draw_edit_row(const struct hc_edit *edit, struct hc_canvas *canvas, struct hc_rect area, int y,
	      enum hc_style style)
{
	char object[OBJECT_TEXT];

	object_text(edit, object);
	hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, style, "%-16.16s %s",
			 hc_text_or(edit->fixup, "?"), object);
}

static void
draw_edit(const struct hc_edit *edit, struct hc_canvas *canvas, struct hc_rect area)
{
	char object[OBJECT_TEXT], before[64], after[64];
	int y = area.y;

	object_text(edit, object);
	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	y = hc_part_paragraph(canvas, area, y, 2, "What", object);
	y = hc_part_fact(canvas, area, y, "Is", "%s",
			 state_text(edit->before, before, sizeof(before)));
	y = hc_part_fact(canvas, area, y, "Will be", "%s",
			 state_text(edit->after, after, sizeof(after)));
	hc_part_paragraph(canvas, area, y, 2, "Because", edit->because);
}

/* ---------------------------------------------------------------- repairs */

static void
draw_note_row(const struct hc_fix_note *note, struct hc_canvas *canvas, struct hc_rect area,
	      int y, enum hc_style style)
{
	hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, style, "%-16.16s %s%s",
			 hc_text_or(note->fixup, "?"),
			 note->refused ? "CAN'T BE REPAIRED: " : "note: ", note->text);
}

static void
draw_note(const struct hc_fix_note *note, struct hc_canvas *canvas, struct hc_rect area)
{
	int y = area.y;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	y = hc_part_paragraph(canvas, area, y, 3, note->refused ? "Refused" : "Note",
			      note->text);
	hc_part_paragraph(canvas, area, y, 3, "Do", note->remedy);
}

static size_t
refused_count(const struct hc_fix_notes *notes)
{
	size_t count = 0;

	for (size_t i = 0; i < notes->count; i++)
		count += notes->items[i].refused;
	return count;
}

/* Edits first, in the order in which they are made; then what the repairs say besides. */
static void
draw_list(const struct hc_repairs *repairs, size_t selected, struct hc_canvas *canvas,
	  struct hc_rect area)
{
	size_t edits = repairs->edits.count, count = edits + repairs->notes.count;
	size_t first = hc_part_first(selected, count, area.height);
	int y = area.y;

	for (size_t i = first; i < count && y < area.y + area.height; i++, y++) {
		bool refused = i >= edits && repairs->notes.items[i - edits].refused;
		enum hc_style style = hc_part_row(canvas, area, y, i == selected,
						  refused ? HC_STYLE_BAD : HC_STYLE_NORMAL);

		if (i < edits)
			draw_edit_row(&repairs->edits.items[i], canvas, area, y, style);
		else
			draw_note_row(&repairs->notes.items[i - edits], canvas, area, y, style);
	}
}

static void
draw_verdict(const struct hc_repairs *repairs, struct hc_canvas *canvas, struct hc_rect body,
	     int y)
{
	size_t refused = refused_count(&repairs->notes), edits = repairs->edits.count;

	if (edits == 0 && refused == 0)
		hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_GOOD,
			       "NOTHING TO REPAIR: nothing will be written.");
	else if (edits == 0)
		hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_BAD,
			       "NOTHING THAT CAN BE REPAIRED: see what is said below.");
	else if (refused > 0)
		hc_canvas_printf(canvas, body.x, y, body.width, HC_STYLE_WARN,
				 "%zu change%s to make; %zu thing%s can't be repaired.", edits,
				 edits == 1 ? "" : "s", refused, refused == 1 ? "" : "s");
	else
		hc_canvas_printf(canvas, body.x, y, body.width, HC_STYLE_STRONG,
				 "%zu change%s to make.  Nothing has been written yet.", edits,
				 edits == 1 ? "" : "s");
}

static void
draw_repairs(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_repairs *repairs = &wiz->tasks.repairs;
	size_t selected = wiz->selected[HC_SCREEN_REPAIRS], edits = repairs->edits.count;
	int y = body.y, detail = body.y + body.height - DETAIL_ROWS;
	struct hc_rect below = { body.x, detail, body.width, DETAIL_ROWS - 1 };

	if (hc_part_waiting(wiz, HC_JOB_FIX_LOOK, canvas, body.x, y, body.width,
			    "Looking for what has to be repaired... Esc goes back.") ||
	    !wiz->tasks.have_repairs)
		return;
	draw_verdict(repairs, canvas, body, y);
	y = draw_disk(wiz, canvas, body, y + 1);
	draw_list(repairs, selected, canvas,
		  (struct hc_rect){ body.x, y + 1, body.width, detail - y - 1 });
	if (selected < edits)
		draw_edit(&repairs->edits.items[selected], canvas, below);
	else if (selected - edits < repairs->notes.count)
		draw_note(&repairs->notes.items[selected - edits], canvas, below);
}

const struct hc_screen_ops hc_screen_repairs = {
	.name = "repairs",
	.heading = "Repair: what would be changed",
	.draw = draw_repairs,
	.help = "Each registry value, file, sector and firmware variable that would be "
		"changed so that this Windows starts on this machine: the repair, and the "
		"object; below the list what is there now, what would be, and why.\n\n"
		"Nothing is written before the next screen, where you type the end of "
		"the disk's serial number.  The changes can be taken back by \"Undo a "
		"repair\" until Windows has started.",
};

/* ---------------------------------------------------------------- undo */

static void
draw_made(const struct hc_made_repair *made, struct hc_canvas *canvas, struct hc_rect area,
	  int y, bool selected)
{
	char time[HC_PART_TIME], changes[32] = "not known what";

	if (made->unknown == NULL)
		snprintf(changes, sizeof(changes), "%zu change%s", made->edits.count,
			 made->edits.count == 1 ? "" : "s");
	hc_part_time(made->created, time);
	hc_canvas_printf(canvas, area.x + 2, y, area.width - 2,
			 hc_part_row(canvas, area, y, selected, HC_STYLE_NORMAL),
			 "%-16s  %-15s %-9s %s%s", time, changes, hc_text_or(made->state, "?"),
			 made->backup != NULL ? "restore of " : "repair of the disk",
			 hc_text_or(made->backup, ""));
}

/* The changes of the selected repair, as many as there is room for. */
static void
draw_made_edits(const struct hc_made_repair *made, struct hc_canvas *canvas,
		struct hc_rect area)
{
	int y = area.y, end = area.y + area.height;

	hc_canvas_rule(canvas, area.x, y++, area.width, HC_STYLE_DIM);
	if (made->unknown != NULL)
		hc_part_paragraph(canvas, area, y, 3, "Not known", made->unknown);
	for (size_t i = 0; i < made->edits.count && y < end; i++, y++) {
		if (y == end - 1 && i + 1 < made->edits.count)
			hc_canvas_printf(canvas, area.x + 2, y, area.width - 2, HC_STYLE_DIM,
					 "and %zu more", made->edits.count - i);
		else
			draw_edit_row(&made->edits.items[i], canvas, area, y, HC_STYLE_NORMAL);
	}
}

static void
draw_undoable(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_undoable *undoable = &wiz->tasks.undoable;
	size_t count = wiz->tasks.have_undoable ? undoable->repairs.count : 0;
	size_t selected = wiz->selected[HC_SCREEN_UNDOABLE];
	int y = body.y, detail = body.y + body.height - DETAIL_ROWS;
	int rows = detail - y - 6;
	size_t first = hc_part_first(selected, count, rows);

	if (hc_part_waiting(wiz, HC_JOB_UNDO_LOOK, canvas, body.x, y, body.width,
			    "Looking for what was repaired... Esc goes back.") ||
	    !wiz->tasks.have_undoable)
		return;
	if (undoable->hindrance == NULL)
		hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_STRONG,
			       "The latest can be taken back.  Nothing has been written yet.");
	else
		hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_BAD,
			       "NOTHING CAN BE TAKEN BACK:");
	y = draw_disk(wiz, canvas, body, y + 1);
	y = hc_part_paragraph(canvas, body, y, 2, "Because", undoable->hindrance);
	for (size_t i = first; i < count && i < first + (size_t)rows; i++)
		draw_made(&undoable->repairs.items[i], canvas, body, ++y, i == selected);
	if (selected < count)
		draw_made_edits(
			&undoable->repairs.items[selected], canvas,
			(struct hc_rect){ body.x, detail, body.width, DETAIL_ROWS - 1 });
}

const struct hc_screen_ops hc_screen_undoable = {
	.name = "undoable",
	.heading = "Undo: what was repaired",
	.draw = draw_undoable,
	.help = "The repairs that this disk records, the latest first, with what each "
		"changed.  The latest is taken back, whichever is selected: every sector "
		"gets the bytes that it had before.  Then the one before it can be.\n\n"
		"That works as long as nobody has written to the same places: once "
		"Windows has started it is too late, and nothing is changed.",
};

/* ---------------------------------------------------------------- the typed word */

static const char *
allow_title(const struct hc_wiz *wiz)
{
	return wiz->task == HC_TASK_UNDO ? "Undo: confirm" : "Repair: confirm";
}

static int
draw_what(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body, int y)
{
	const struct hc_wiz_tasks *tasks = &wiz->tasks;

	if (wiz->task == HC_TASK_FIX)
		return hc_part_fact(canvas, body, y, "Changes", "%zu, as they were listed",
				    tasks->repairs.edits.count);
	if (tasks->undoable.repairs.count == 0)
		return y;
	return hc_part_fact(canvas, body, y, "Taken back", "the repair of %s, %s",
			    hc_text_or(tasks->undoable.repairs.items[0].created, "?"),
			    hc_text_or(tasks->undoable.repairs.items[0].run, "?"));
}

static void
draw_allow(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_disk *disk = hc_wiz_chosen_disk(wiz);
	const char *word = hc_wiz_allow_word(wiz);
	char holds[256];
	int y = body.y;

	hc_canvas_text(canvas, body.x, y, body.width, HC_STYLE_BAD,
		       wiz->task == HC_TASK_UNDO ? "THE LAST REPAIR WILL BE TAKEN BACK"
						 : "THE WINDOWS ON THIS DISK WILL BE CHANGED");
	y = draw_disk(wiz, canvas, body, y + 2);
	if (disk != NULL) {
		y = hc_part_fact(canvas, body, y, "Model", "%s",
				 hc_text_or(disk->model, "unknown"));
		hc_part_disk_holds(disk, holds, sizeof(holds));
		y = hc_part_fact(canvas, body, y, "Holds now", "%s", holds);
		hc_part_disk_bar(canvas, body.x + 12, y++, body.width - 12, disk);
		if (disk->identity.shared)
			y += hc_canvas_wrap(canvas,
					    (struct hc_rect){ body.x, y, body.width, 2 },
					    HC_STYLE_WARN,
					    "Another disk here says it has the same serial "
					    "number or WWN.");
	}
	y = draw_what(wiz, canvas, body, y) + 1;
	hc_canvas_printf(canvas, body.x, y, body.width, HC_STYLE_NORMAL,
			 "This disk is known as   %s",
			 hc_text_or(wiz->tasks.disk_identity, "?"));
	hc_canvas_printf(canvas, body.x, y + 1, body.width, HC_STYLE_STRONG,
			 "Type the last %zu characters of that name:", strlen(word));
	hc_part_field(canvas, body.x, y + 3, 14, &wiz->confirm);
	if (hc_wiz_allowed(wiz))
		hc_canvas_text(canvas, body.x + 16, y + 3, body.width - 16, HC_STYLE_WARN,
			       "Enter writes to this disk.");
	else if (wiz->confirm.length >= strlen(word))
		hc_canvas_text(canvas, body.x + 16, y + 3, body.width - 16, HC_STYLE_WARN,
			       "That is not this disk.");
}

const struct hc_screen_ops hc_screen_allow = {
	.name = "allow",
	.title = allow_title,
	.draw = draw_allow,
	.help = "Read the serial number off the disk's label, or off the line above the "
		"field, and type its last characters; then Enter writes.\n\n"
		"The changes are made in memory, checked, and recorded on the disk before "
		"the first of them is written: if the power fails, the same task finishes "
		"them.  Esc goes back; nothing has been written until now.",
};
