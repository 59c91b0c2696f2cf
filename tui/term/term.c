/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminal: ncurses, and nothing else. */
#include "tui/term/term.h"

/* musl has no _XOPEN_SOURCE by default, by which curses.h decides. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tui/term/term_priv.h"

/* How long after Esc a key sequence may go on: short, so that Esc answers at once; a serial line at 9600
 * baud sends a whole sequence in 4 ms.  The variable ESCDELAY overrides it, as in any curses program. */
#define ESC_DELAY_MS 40

#define CTRL_KEY(letter) ((letter)&0x1f)

struct hc_term {
	SCREEN *screen;
	bool ascii;
	bool colours;
};

/* ---------------------------------------------------------------- open and close */

/* The VT series draws lines by switching its character set, not by UTF-8. */
static bool
speaks_utf8(void)
{
	const char *name = getenv("TERM");

	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	       (name == NULL || strncmp(name, "vt", 2) != 0);
}

static void
set_colours(struct hc_term *term)
{
	term->colours = has_colors() && start_color() == OK;
	if (!term->colours)
		return;
	init_pair(HC_STYLE_TITLE, COLOR_WHITE, COLOR_BLUE);
	init_pair(HC_STYLE_DIM, COLOR_CYAN, COLOR_BLACK);
	init_pair(HC_STYLE_GOOD, COLOR_GREEN, COLOR_BLACK);
	init_pair(HC_STYLE_WARN, COLOR_YELLOW, COLOR_BLACK);
	init_pair(HC_STYLE_BAD, COLOR_RED, COLOR_BLACK);
}

int
hc_term_open(enum hc_draw draw, struct hc_term **ret, struct hc_err *err)
{
	struct hc_term *term;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return hc_err_set(err, H_TERMINAL,
				  "standard input and output are not a terminal");
	term = calloc(1, sizeof(*term));
	if (term == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the terminal");
	if (setlocale(LC_CTYPE, "") == NULL || draw == HC_DRAW_UTF8)
		setlocale(LC_CTYPE, "C.UTF-8");
	term->ascii = draw == HC_DRAW_ASCII || (draw == HC_DRAW_AUTO && !speaks_utf8());
	hc_rescue_arm();
	term->screen = newterm(NULL, stdout, stdin);
	/* A serial console may say nothing about itself; everything made since understands this. */
	if (term->screen == NULL)
		term->screen = newterm("vt100", stdout, stdin);
	if (term->screen == NULL) {
		hc_rescue_disarm();
		free(term);
		return hc_err_set(err, H_TERMINAL, "ncurses does not know the terminal \"%s\"",
				  getenv("TERM") != NULL ? getenv("TERM") : "");
	}
	hc_rescue_learn();
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	if (getenv("ESCDELAY") == NULL)
		set_escdelay(ESC_DELAY_MS);
	set_colours(term);
	*ret = term;
	return 0;
}

void
hc_term_close(struct hc_term *term)
{
	if (term == NULL)
		return;
	endwin();
	delscreen(term->screen);
	hc_rescue_disarm();
	free(term);
}

void
hc_term_suspend(struct hc_term *term)
{
	(void)term;
	def_prog_mode();
	endwin();
}

void
hc_term_resume(struct hc_term *term)
{
	(void)term;
	reset_prog_mode();
	clearok(curscr, TRUE);
	refresh();
}

void
hc_term_size(const struct hc_term *term, int *width, int *height, bool *ascii)
{
	getmaxyx(stdscr, *height, *width);
	*ascii = term->ascii;
}

/* ---------------------------------------------------------------- keys */

static enum hc_key
key_of(int result, wint_t ch)
{
	static const struct {
		int code;
		enum hc_key key;
	} codes[] = {
		{ KEY_UP, HC_KEY_UP },		{ KEY_DOWN, HC_KEY_DOWN },
		{ KEY_LEFT, HC_KEY_LEFT },	{ KEY_RIGHT, HC_KEY_RIGHT },
		{ KEY_PPAGE, HC_KEY_PAGE_UP },	{ KEY_NPAGE, HC_KEY_PAGE_DOWN },
		{ KEY_HOME, HC_KEY_HOME },	{ KEY_END, HC_KEY_END },
		{ KEY_FIND, HC_KEY_HOME },	{ KEY_SELECT, HC_KEY_END }, /* vt220 */
		{ KEY_ENTER, HC_KEY_ENTER },	{ KEY_BACKSPACE, HC_KEY_ERASE },
		{ KEY_DC, HC_KEY_DELETE },	{ KEY_F(1), HC_KEY_HELP },
	}, letters[] = {
		{ '\r', HC_KEY_ENTER },		{ '\n', HC_KEY_ENTER },
		{ CTRL_KEY('H'), HC_KEY_ERASE }, { 0x7f, HC_KEY_ERASE },
		{ 0x1b, HC_KEY_BACK },		{ CTRL_KEY('C'), HC_KEY_BACK },
		{ CTRL_KEY('U'), HC_KEY_CLEAR },  { CTRL_KEY('R'), HC_KEY_AGAIN },
	};

	if (result == KEY_CODE_YES) {
		for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
			if ((wint_t)codes[i].code == ch)
				return codes[i].key;
		return HC_KEY_NONE;
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if ((wint_t)letters[i].code == ch)
			return letters[i].key;
	return ch >= ' ' ? HC_KEY_TEXT : HC_KEY_NONE;
}

int
hc_term_read(struct hc_term *term, int timeout_ms, struct hc_wiz_input *ret)
{
	struct pollfd wait = { STDIN_FILENO, POLLIN, 0 };
	wint_t ch = 0;
	int result = get_wch(&ch), ready;

	(void)term;
	if (result == ERR) {
		ready = poll(&wait, 1, timeout_ms);
		if (ready < 0 && errno != EINTR)
			return -1;
		if (ready > 0 && (wait.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
			return -1;
		/* After EINTR too: a new size arrives as a key. */
		result = get_wch(&ch);
	}
	if (result == OK && ch == CTRL_KEY('L'))
		clearok(curscr, TRUE);
	if (result == ERR)
		return 0;
	*ret = (struct hc_wiz_input){ .kind = HC_INPUT_KEY,
				      .key = key_of(result, ch),
				      .ch = ch };
	return ret->key != HC_KEY_NONE;
}

/* ---------------------------------------------------------------- showing */

static attr_t
attributes(const struct hc_term *term, uint8_t style)
{
	static const attr_t plain[HC_STYLE_COUNT] = {
		[HC_STYLE_TITLE] = A_REVERSE,    [HC_STYLE_STRONG] = A_BOLD,
		[HC_STYLE_SELECTED] = A_REVERSE, [HC_STYLE_FIELD] = A_REVERSE,
		[HC_STYLE_GOOD] = A_BOLD,        [HC_STYLE_WARN] = A_BOLD,
		[HC_STYLE_BAD] = A_BOLD,
	};

	/* The title's colours stand for its reverse; a reversed pair would be white again. */
	if (term->colours && style == HC_STYLE_TITLE)
		return A_BOLD;
	return plain[style];
}

static short
pair_of(const struct hc_term *term, uint8_t style)
{
	bool coloured = style == HC_STYLE_TITLE || style == HC_STYLE_DIM ||
			style == HC_STYLE_GOOD || style == HC_STYLE_WARN ||
			style == HC_STYLE_BAD;

	return term->colours && coloured ? (short)style : 0;
}

void
hc_term_show(struct hc_term *term, const struct hc_canvas *canvas)
{
	for (int y = 0; y < canvas->height; y++) {
		for (int x = 0; x < canvas->width; x++) {
			const struct hc_cell *cell = hc_canvas_cell(canvas, x, y);
			wchar_t text[2] = { (wchar_t)cell->ch, L'\0' };
			cchar_t out;

			setcchar(&out, text, attributes(term, cell->style),
				 pair_of(term, cell->style), NULL);
			mvadd_wch(y, x, &out);
		}
	}
	curs_set(canvas->cursor_x >= 0);
	move(canvas->cursor_x >= 0 ? canvas->cursor_y : canvas->height - 1,
	     canvas->cursor_x >= 0 ? canvas->cursor_x : canvas->width - 1);
	refresh();
}
