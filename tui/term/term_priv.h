/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminal: putting it back when the program is killed or crashes. */
#ifndef HC_TUI_TERM_PRIV_H
#define HC_TUI_TERM_PRIV_H

/* Remembers a terminal's modes and catches fatal signals, before curses changes anything. */
void hc_rescue_arm(int in, int out);
/* Learns the strings for leaving full screen of the terminal that curses knows now. */
void hc_rescue_learn(int in);
void hc_rescue_disarm(int in);

#endif
