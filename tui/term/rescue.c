/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminal: putting them back when the program is killed or crashes. */
#include "tui/term/term.h"
#include "tui/term/term_priv.h"

#include <curses.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
			     SIGTERM, SIGHUP, SIGINT, SIGQUIT };
#define FATAL (sizeof(fatal) / sizeof(fatal[0]))

struct rescued {
	bool armed;
	int in, out;
	struct termios modes;
	char strings[256];
	size_t length;
};

/* A signal handler gets no argument: this is the one place where state has to be the process's. */
static struct {
	struct rescued terms[HC_TERMS];
	struct sigaction before[FATAL];
	unsigned armed;
} rescue;

static void
reset_signals(void)
{
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &rescue.before[i], NULL);
}

/* Everything here may be called from a signal handler (signal-safety(7)).  A line that has stopped may not keep the
 * others from it, nor us from dying. */
static void
put_back(int number)
{
	for (size_t i = 0; i < HC_TERMS; i++) {
		const struct rescued *term = &rescue.terms[i];
		int flags = fcntl(term->out, F_GETFL);
		ssize_t ignored;

		if (!term->armed)
			continue;
		fcntl(term->out, F_SETFL, flags | O_NONBLOCK);
		ignored = write(term->out, term->strings, term->length);
		(void)ignored;
		fcntl(term->out, F_SETFL, flags);
		tcsetattr(term->in, TCSANOW, &term->modes);
	}
	/* Then what would have happened without us, on return: a core dump, a sanitizer's report, death. */
	for (size_t i = 0; i < FATAL; i++)
		if (fatal[i] == number)
			sigaction(number, &rescue.before[i], NULL);
	raise(number);
}

static struct rescued *
of_terminal(int in)
{
	for (size_t i = 0; i < HC_TERMS; i++)
		if (rescue.terms[i].armed && rescue.terms[i].in == in)
			return &rescue.terms[i];
	return NULL;
}

void
hc_rescue_arm(int in, int out)
{
	struct sigaction action = { .sa_handler = put_back };
	size_t at = 0;

	while (at < HC_TERMS && rescue.terms[at].armed)
		at++;
	if (at == HC_TERMS)
		return;
	rescue.terms[at] = (struct rescued){ .in = in, .out = out };
	tcgetattr(in, &rescue.terms[at].modes);
	rescue.terms[at].armed = true;
	if (rescue.armed++ > 0)
		return;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &action, &rescue.before[i]);
}

/* Appends a capability without its padding, "$<2>". */
static void
learn(struct rescued *term, const char *text)
{
	if (text == NULL)
		return;
	while (*text != '\0' && term->length < sizeof(term->strings) - 1) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>') != NULL)
			text = strchr(text, '>') + 1;
		else
			term->strings[term->length++] = *text++;
	}
}

void
hc_rescue_learn(int in)
{
	struct rescued *term = of_terminal(in);

	if (term == NULL)
		return;
	learn(term, keypad_local);
	learn(term, exit_attribute_mode);
	learn(term, cursor_normal);
	learn(term, exit_ca_mode);
	learn(term, "\r\n");
}

void
hc_rescue_disarm(int in)
{
	struct rescued *term = of_terminal(in);

	if (term == NULL)
		return;
	term->armed = false;
	if (--rescue.armed == 0)
		reset_signals();
}
