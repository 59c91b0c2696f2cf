/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminal: ncurses, and nothing else. */
#include "tui/term/term.h"

/* musl has no _XOPEN_SOURCE by default, by which curses.h decides. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "tui/term/term_priv.h"

/* How long after Esc a key sequence may go on: short, so that Esc answers at once; a serial line at 9600
 * baud sends a whole sequence in 4 ms.  The variable ESCDELAY overrides it, as in any curses program. */
#define ESC_DELAY_MS 40

#define CTRL_KEY(letter) ((letter)&0x1f)

/* So much may still be on its way when the next picture is sent. */
#define UNSENT_BYTES 64

struct hc_term {
	SCREEN *screen;
	FILE *in, *out; /* of the device; else standard input and output, which stay open */
	bool own;
	bool ascii;
	bool colours;
};

/* ---------------------------------------------------------------- open and close */

/* The VT series draws lines by switching its character set, not by UTF-8. */
static bool
speaks_utf8(const char *type)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 &&
	       (type == NULL || strncmp(type, "vt", 2) != 0);
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

/* What a wizard that was killed has left of a line, as a shell wants to find it. */
static void
make_sane(int fd)
{
	struct termios modes;

	if (tcgetattr(fd, &modes) < 0)
		return;
	modes.c_iflag |= ICRNL | IXON;
	modes.c_oflag |= OPOST | ONLCR;
	modes.c_lflag |= ICANON | ECHO | ECHOE | ECHOK | ISIG | IEXTEN;
	tcsetattr(fd, TCSANOW, &modes);
}

static int
open_files(struct hc_term *term, const char *device, struct hc_err *err)
{
	int in, out;

	if (device == NULL) {
		term->in = stdin;
		term->out = stdout;
	} else {
		/* Not as a controlling terminal: the shells that run on it want that. */
		in = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
		out = in >= 0 ? fcntl(in, F_DUPFD_CLOEXEC, 0) : -1;
		term->own = true;
		term->in = in >= 0 ? fdopen(in, "r") : NULL;
		term->out = out >= 0 ? fdopen(out, "w") : NULL;
		if (term->in == NULL || term->out == NULL)
			return hc_err_set(err, H_TERMINAL, "the terminal %s can't be opened",
					  device);
	}
	if (isatty(fileno(term->in)) && isatty(fileno(term->out))) {
		if (device != NULL)
			make_sane(fileno(term->in));
		return 0;
	}
	return device == NULL ? hc_err_set(err, H_TERMINAL,
					   "standard input and output are not a terminal")
			      : hc_err_set(err, H_TERMINAL, "%s is not a terminal", device);
}

static void
close_files(struct hc_term *term)
{
	if (term->own && term->in != NULL)
		fclose(term->in);
	if (term->own && term->out != NULL)
		fclose(term->out);
	free(term);
}

/* A line may be declared as another kind of terminal than the one at its end: these are understood everywhere. */
static void
know_more_keys(void)
{
	static const struct {
		const char *sent;
		int code;
	} keys[] = {
		{ "\033[A", KEY_UP },     { "\033OA", KEY_UP },    { "\033[B", KEY_DOWN },
		{ "\033OB", KEY_DOWN },   { "\033[C", KEY_RIGHT }, { "\033OC", KEY_RIGHT },
		{ "\033[D", KEY_LEFT },   { "\033OD", KEY_LEFT },  { "\033[H", KEY_HOME },
		{ "\033OH", KEY_HOME },   { "\033[1~", KEY_HOME }, { "\033[F", KEY_END },
		{ "\033OF", KEY_END },    { "\033[4~", KEY_END },  { "\033[5~", KEY_PPAGE },
		{ "\033[6~", KEY_NPAGE }, { "\033[3~", KEY_DC },   { "\033OP", KEY_F(1) },
		{ "\033[11~", KEY_F(1) }, { "\033[[A", KEY_F(1) },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (key_defined(keys[i].sent) <= 0)
			define_key(keys[i].sent, keys[i].code);
}

/* What every program on a full screen wants of curses. */
static void
set_modes(struct hc_term *term)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	know_more_keys();
	nodelay(stdscr, TRUE);
	if (getenv("ESCDELAY") == NULL)
		set_escdelay(ESC_DELAY_MS);
	set_colours(term);
}

int
hc_term_open(const struct hc_term_options *options, struct hc_term **ret, struct hc_err *err)
{
	const char *type = options->type != NULL ? options->type : getenv("TERM");
	struct hc_term *term = calloc(1, sizeof(*term));

	if (term == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the terminal");
	if (open_files(term, options->device, err) < 0) {
		close_files(term);
		return -1;
	}
	if (setlocale(LC_CTYPE, "") == NULL || options->draw == HC_DRAW_UTF8)
		setlocale(LC_CTYPE, "C.UTF-8");
	term->ascii = options->draw == HC_DRAW_ASCII ||
		      (options->draw == HC_DRAW_AUTO && !speaks_utf8(type));
	hc_rescue_arm(fileno(term->in), fileno(term->out));
	term->screen = newterm(type, term->out, term->in);
	/* A serial console may say nothing about itself; everything made since understands this. */
	if (term->screen == NULL)
		term->screen = newterm("vt100", term->out, term->in);
	if (term->screen == NULL) {
		hc_rescue_disarm(fileno(term->in));
		close_files(term);
		return hc_err_set(err, H_TERMINAL, "ncurses does not know the terminal \"%s\"",
				  type != NULL ? type : "");
	}
	hc_rescue_learn(fileno(term->in));
	set_modes(term);
	*ret = term;
	return 0;
}

void
hc_term_close(struct hc_term *term)
{
	if (term == NULL)
		return;
	set_term(term->screen);
	endwin();
	/* Not delscreen: it takes the windows of all other screens with it (seen with ncurses 6.4). */
	hc_rescue_disarm(fileno(term->in));
	close_files(term);
}

void
hc_term_suspend(struct hc_term *term)
{
	set_term(term->screen);
	def_prog_mode();
	endwin();
}

void
hc_term_resume(struct hc_term *term)
{
	set_term(term->screen);
	reset_prog_mode();
	clearok(curscr, TRUE);
	refresh();
}

/* Only a controlling terminal tells of a new size: the others are asked. */
void
hc_term_size(struct hc_term *term, int *width, int *height, bool *ascii)
{
	struct winsize now;

	set_term(term->screen);
	if (ioctl(fileno(term->in), TIOCGWINSZ, &now) == 0 && now.ws_row > 0 &&
	    now.ws_col > 0 && is_term_resized(now.ws_row, now.ws_col))
		resizeterm(now.ws_row, now.ws_col);
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
hc_term_wait(struct hc_term *const *terms, size_t count, int timeout_ms)
{
	struct pollfd waits[HC_TERMS];
	nfds_t n = 0;

	for (size_t i = 0; i < count && n < HC_TERMS; i++)
		if (terms[i] != NULL)
			waits[n++] = (struct pollfd){ fileno(terms[i]->in), POLLIN, 0 };
	/* A signal may tell of a new size. */
	return poll(waits, n, timeout_ms) >= 0 || errno == EINTR ? 0 : -1;
}

static bool
has_gone(const struct hc_term *term)
{
	struct pollfd now = { fileno(term->in), POLLIN, 0 };

	return poll(&now, 1, 0) > 0 && (now.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

int
hc_term_key(struct hc_term *term, struct hc_wiz_input *ret)
{
	wint_t ch = 0;
	int result;

	set_term(term->screen);
	while ((result = get_wch(&ch)) != ERR) {
		if (result == OK && ch == CTRL_KEY('L'))
			clearok(curscr, TRUE);
		*ret = (struct hc_wiz_input){ .kind = HC_INPUT_KEY,
					      .key = key_of(result, ch),
					      .ch = ch };
		if (ret->key != HC_KEY_NONE)
			return 1;
	}
	return has_gone(term) ? -1 : 0;
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

bool
hc_term_show(struct hc_term *term, const struct hc_canvas *canvas)
{
	int unsent = 0;

	if (ioctl(fileno(term->out), TIOCOUTQ, &unsent) == 0 && unsent > UNSENT_BYTES)
		return false;
	set_term(term->screen);
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
	return true;
}
