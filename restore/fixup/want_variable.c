/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wishes about variables of the firmware. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/boot/efivars.h"
#include "restore/fixup/edits_priv.h"

/* "0001 0000": the numbers of an order; NULL: no memory. */
static const char *
order_text(struct hc_arena *arena, struct hc_span data)
{
	const char *text = "";

	for (size_t at = 0; text != NULL && at + 2 <= data.size; at += 2)
		text = hc_arena_printf(arena, "%s%s%04X", text, at > 0 ? " " : "",
				       (unsigned)hc_get_le16(data.data + at));
	return text;
}

/* "Windows Boot Manager: \\EFI\\… on partition 1 (GUID)"; NULL: no memory, or no load option. */
static const char *
entry_text(struct hc_arena *arena, struct hc_span data)
{
	char guid[HC_GUID_TEXT];
	struct hc_load_option o;
	struct hc_err ignored;

	if (hc_load_option_read(data, arena, &o, &ignored) < 0)
		return NULL;
	if (!o.has_drive)
		return hc_arena_strdup(arena, o.description);
	hc_guid_text(o.drive.signature, guid);
	return hc_arena_printf(arena, "%s: %s on partition %u (%s)", o.description,
			       o.path != NULL ? o.path : "no file", (unsigned)o.drive.partition,
			       guid);
}

static struct hc_edit_state *
variable_state(struct fix *fix, const char *name, struct hc_span bytes)
{
	const struct hc_span data = hc_span_part(
		bytes, HC_EFI_ATTRIBUTE_BYTES,
		bytes.size < HC_EFI_ATTRIBUTE_BYTES ? 0 : bytes.size - HC_EFI_ATTRIBUTE_BYTES);
	struct hc_edit_state state = { .bytes = hc_base64_encode(fix->arena, bytes),
				       .size = bytes.size };

	state.text = strcmp(name, HC_EFI_BOOT_ORDER) == 0 ? order_text(fix->arena, data)
							  : entry_text(fix->arena, data);
	if (state.text == NULL)
		state.text = hc_hive_data_text(fix->arena, REG_BINARY, data);
	return state.bytes == NULL || state.text == NULL ? NULL : fix_state(fix, &state);
}

int
want_variable(struct fix *fix, const char *name, struct hc_span before, struct hc_span after,
	      const char *because, struct hc_err *err)
{
	struct hc_edit edit = { .kind = HC_EDIT_VARIABLE,
				.name = hc_arena_strdup(fix->arena, name),
				.because = because };

	if (before.size == after.size && (before.data == NULL) == (after.data == NULL) &&
	    (before.data == NULL || memcmp(before.data, after.data, after.size) == 0))
		return 0;
	if (before.data != NULL)
		edit.before = variable_state(fix, name, before);
	if (after.data != NULL)
		edit.after = variable_state(fix, name, after);
	return edit.name == NULL || (before.data != NULL && edit.before == NULL) ||
			       (after.data != NULL && edit.after == NULL)
		       ? fix_no_memory(err)
		       : fix_add(fix, &edit, err);
}
