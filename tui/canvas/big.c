/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canvas: words in block letters, to be read from across the room. */
#include "tui/canvas/canvas.h"

#include <stddef.h>

/* Four by five pixels, a hexadecimal digit for each row from the top. */
#define LETTER_WIDTH  4
#define LETTER_HEIGHT HC_BIG_HEIGHT
#define PIXEL_CELLS   2

static const struct {
	char letter;
	const char *rows;
} letters[] = {
	{ 'A', "699f9" }, { 'B', "e9e9e" }, { 'C', "78887" }, { 'D', "e999e" },
	{ 'E', "f8e8f" }, { 'F', "f8e88" }, { 'G', "78b97" }, { 'H', "99f99" },
	{ 'I', "72227" }, { 'K', "9aca9" }, { 'L', "8888f" }, { 'N', "9db99" },
	{ 'O', "69996" }, { 'P', "e9e88" }, { 'R', "e9ea9" }, { 'S', "7861e" },
	{ 'T', "72222" }, { 'U', "99996" }, { 'Y', "99711" }, { '0', "69996" },
	{ '1', "26227" }, { '2', "e168f" }, { '3', "e161e" }, { '4', "99f11" },
	{ '5', "f8e1e" }, { '6', "68e96" }, { '7', "f1244" }, { '8', "69696" },
	{ '9', "69716" }, { '%', "91249" }, { ' ', "00000" },
};

static unsigned
row_bits(char letter, int row)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		char digit = letters[i].rows[row];

		if (letters[i].letter == letter)
			return (unsigned)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
	}
	return 0xf; /* a block: somebody will ask */
}

int
hc_canvas_big(struct hc_canvas *canvas, int x, int y, enum hc_style style, const char *word)
{
	for (; *word != '\0'; word++, x += (LETTER_WIDTH + 1) * PIXEL_CELLS - 1)
		for (int row = 0; row < LETTER_HEIGHT; row++)
			for (int pixel = 0; pixel < LETTER_WIDTH; pixel++)
				if (row_bits(*word, row) & 8u >> pixel)
					hc_canvas_text(canvas, x + pixel * PIXEL_CELLS, y + row,
						       PIXEL_CELLS, style,
						       canvas->ascii ? "##" : "██");
	return x;
}
