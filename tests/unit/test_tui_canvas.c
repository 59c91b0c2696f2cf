/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tui/canvas: text is clipped, broken and made harmless; bars are to scale. */
#include "tests/unit/tap.h"
#include "tui/canvas/canvas.h"

#include <stdlib.h>

static bool
shows(const struct hc_canvas *canvas, const char *want)
{
	struct hc_buf out = { 0 };
	struct hc_err err;
	bool same;

	if (hc_canvas_dump(canvas, &out, &err) < 0)
		return false;
	same = out.size == strlen(want) && memcmp(out.data, want, out.size) == 0;
	if (!same)
		printf("# wanted:\n%s# got:\n%.*s", want, (int)out.size, (char *)out.data);
	hc_buf_done(&out);
	return same;
}

static void
test_text(void)
{
	struct hc_canvas c = { 0 };
	struct hc_err err;

	ok_call(hc_canvas_init(&c, 12, 2, false, &err), &err, "a canvas");
	ok(hc_canvas_text(&c, 0, 0, 12, HC_STYLE_NORMAL, "Größe") == 5,
	   "letters take one cell each");
	ok(hc_canvas_text(&c, 0, 1, 6, HC_STYLE_STRONG, "truncated") == 6,
	   "text is cut at its width");
	ok(shows(&c, "Größe\ntrunc~\n"), "and ends in a mark");
	ok(hc_canvas_cell(&c, 0, 1)->style == HC_STYLE_STRONG, "in its style");
	ok(hc_canvas_cell(&c, 12, 0) == NULL && hc_canvas_cell(&c, 0, -1) == NULL,
	   "there are no cells outside");
	hc_canvas_clear(&c);
	hc_canvas_text(&c, -2, 0, 20, HC_STYLE_NORMAL, "ab\x1b[2Jc\xff");
	hc_canvas_text(&c, 9, 1, 20, HC_STYLE_NORMAL, "漢e\xcc\x81");
	ok(shows(&c, "?[2Jc?\n         ?e?\n"),
	   "control characters, broken UTF-8 and wide letters can't reach the terminal");
	hc_canvas_done(&c);
	ok_fails(hc_canvas_init(&c, 0, 5, false, &err), &err, H_INTERNAL, "none without cells");
}

static void
test_wrap(void)
{
	struct hc_canvas c = { 0 };
	struct hc_err err;

	ok_call(hc_canvas_init(&c, 10, 4, true, &err), &err, "a canvas in ASCII");
	ok(hc_canvas_wrap(&c, (struct hc_rect){ 1, 0, 9, 4 }, HC_STYLE_NORMAL,
			  "the disk is erased\nnow") == 3,
	   "three rows are used");
	ok(shows(&c, " the disk\n is erased\n now\n\n"), "broken at blanks and newlines");
	hc_canvas_clear(&c);
	ok(hc_canvas_wrap(&c, (struct hc_rect){ 0, 0, 4, 2 }, HC_STYLE_NORMAL,
			  "abcdefghijkl") == 2,
	   "no more rows than there are");
	ok(hc_text_rows("abcdefghijkl", 4) == 3 && hc_text_rows("", 4) == 0,
	   "rows are counted alike");
	ok(shows(&c, "abcd\nefgh\n\n\n"), "a long word is broken anywhere");
	hc_canvas_clear(&c);
	hc_canvas_text(&c, 0, 0, 10, HC_STYLE_NORMAL, "Größe");
	ok(shows(&c, "Gr??e\n\n\n\n"), "ASCII shows foreign letters as '?'");
	hc_canvas_done(&c);
}

static void
test_draw(void)
{
	static const struct hc_bar_part parts[] = {
		{ 100, "EFI", HC_STYLE_NORMAL },
		{ 900000, "C: Windows", HC_STYLE_NORMAL },
		{ 300000, NULL, HC_STYLE_DIM },
	};
	struct hc_canvas c = { 0 };
	struct hc_err err;

	ok_call(hc_canvas_init(&c, 40, 4, true, &err), &err, "a canvas");
	hc_canvas_box(&c, (struct hc_rect){ 0, 0, 12, 3 }, HC_STYLE_NORMAL, "Hi");
	hc_canvas_progress(&c, 14, 0, 10, 1, 2);
	hc_canvas_progress(&c, 14, 1, 10, UINT64_MAX, 1);
	hc_canvas_progress(&c, 14, 2, 10, 5, 0);
	hc_canvas_parts(&c, 0, 3, 40, parts, 3);
	ok(shows(&c, "+- Hi -----+  #####.....\n"
		     "|          |  ##########\n"
		     "+----------+  ..........\n"
		     "|EFI|C: Windows               |........|\n"),
	   "a frame, bars of progress, and a disk to scale with its small partition visible");
	hc_canvas_done(&c);
}

static void
test_many_parts(void)
{
	struct hc_bar_part parts[HC_BAR_PARTS];
	struct hc_canvas c = { 0 };
	struct hc_err err;

	for (size_t i = 0; i < HC_BAR_PARTS; i++)
		parts[i] = (struct hc_bar_part){ i, "p", HC_STYLE_NORMAL };
	ok_call(hc_canvas_init(&c, 20, 1, true, &err), &err, "a narrow canvas");
	hc_canvas_parts(&c, 0, 0, 20, parts, HC_BAR_PARTS);
	ok(hc_canvas_cell(&c, 19, 0)->ch == '|',
	   "a bar with too many parts stays in its place");
	hc_canvas_parts(&c, 0, 0, 20, parts, 0);
	hc_canvas_done(&c);
}

static void
test_utf8(void)
{
	static const uint32_t points[] = { 'a', 0xe4, 0x2502, 0x1f600 };
	char text[5];
	uint32_t ch;

	for (size_t i = 0; i < 4; i++) {
		unsigned length = hc_utf8_put(points[i], text);

		ok(hc_utf8_get(text, &ch) == length && ch == points[i], "U+%04X there and back",
		   points[i]);
	}
	ok(hc_utf8_get("\xe2\x94", &ch) == 1 && ch == 0xfffd, "a cut-off sequence is broken");
	ok(hc_utf8_get("\xc0\x80", &ch) == 1 && ch == 0xfffd, "an overlong one too");
	ok(hc_utf8_get("", &ch) == 0, "the end is the end");
}

int
main(void)
{
	test_text();
	test_wrap();
	test_draw();
	test_many_parts();
	test_utf8();
	return tap_done();
}
