/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminal: putting it back when the program is killed or crashes. */
#include "tui/term/term_priv.h"

#include <curses.h>
#include <signal.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

static const int fatal[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
			     SIGTERM, SIGHUP, SIGINT, SIGQUIT };
#define FATAL (sizeof(fatal) / sizeof(fatal[0]))

/* A signal handler gets no argument: this is the one place where state has to be the process's. */
static struct {
	struct termios modes;
	struct sigaction before[FATAL];
	char strings[256];
	size_t length;
} rescue;

/* Everything here may be called from a signal handler (signal-safety(7)). */
static void
put_back(int number)
{
	ssize_t ignored = write(STDOUT_FILENO, rescue.strings, rescue.length);

	(void)ignored;
	tcsetattr(STDIN_FILENO, TCSANOW, &rescue.modes);
	/* Then what would have happened without us, on return: a core dump, a sanitizer's report, death. */
	for (size_t i = 0; i < FATAL; i++)
		if (fatal[i] == number)
			sigaction(number, &rescue.before[i], NULL);
	raise(number);
}

void
hc_rescue_arm(void)
{
	struct sigaction action = { .sa_handler = put_back };

	tcgetattr(STDIN_FILENO, &rescue.modes);
	sigemptyset(&action.sa_mask);
	rescue.length = 0;
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &action, &rescue.before[i]);
}

/* Appends a capability without its padding, "$<2>". */
static void
learn(const char *text)
{
	if (text == NULL)
		return;
	while (*text != '\0' && rescue.length < sizeof(rescue.strings) - 1) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>') != NULL)
			text = strchr(text, '>') + 1;
		else
			rescue.strings[rescue.length++] = *text++;
	}
}

void
hc_rescue_learn(void)
{
	learn(keypad_local);
	learn(exit_attribute_mode);
	learn(cursor_normal);
	learn(exit_ca_mode);
	learn("\r\n");
}

void
hc_rescue_disarm(void)
{
	for (size_t i = 0; i < FATAL; i++)
		sigaction(fatal[i], &rescue.before[i], NULL);
}
