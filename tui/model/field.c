/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line that is typed: printable ASCII, which is all that URLs, paths and serial numbers need. */
#include "tui/model/wiz_priv.h"

#include <string.h>

void
hc_wiz_field_set(struct hc_wiz_field *field, const char *text)
{
	*field = (struct hc_wiz_field){ 0 };
	for (; *text != '\0' && field->length < sizeof(field->text) - 1; text++)
		if (*text >= ' ' && *text <= '~')
			field->text[field->length++] = *text;
	field->cursor = field->length;
}

/* Takes the character at the cursor out. */
static void
take_out(struct hc_wiz_field *field)
{
	if (field->cursor == field->length)
		return;
	memmove(field->text + field->cursor, field->text + field->cursor + 1,
		field->length - field->cursor);
	field->length--;
}

static void
take_out_before(struct hc_wiz_field *field)
{
	if (field->cursor == 0)
		return;
	field->cursor--;
	take_out(field);
}

static void
put_in(struct hc_wiz_field *field, uint32_t ch)
{
	if (ch < ' ' || ch > '~' || field->length >= sizeof(field->text) - 1)
		return;
	memmove(field->text + field->cursor + 1, field->text + field->cursor,
		field->length - field->cursor + 1);
	field->text[field->cursor++] = (char)ch;
	field->length++;
}

bool
hc_wiz_field_key(struct hc_wiz_field *field, const struct hc_wiz_input *input)
{
	enum hc_key key = input->key;

	if (key == HC_KEY_TEXT)
		put_in(field, input->ch);
	else if (key == HC_KEY_ERASE)
		take_out_before(field);
	else if (key == HC_KEY_DELETE)
		take_out(field);
	else if (key == HC_KEY_LEFT && field->cursor > 0)
		field->cursor--;
	else if (key == HC_KEY_RIGHT && field->cursor < field->length)
		field->cursor++;
	else if (key == HC_KEY_HOME)
		field->cursor = 0;
	else if (key == HC_KEY_END)
		field->cursor = field->length;
	else if (key == HC_KEY_CLEAR)
		hc_wiz_field_set(field, "");
	else
		return false;
	return true;
}
