/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terminal: putting it back when the program is killed or crashes. */
#ifndef HC_TUI_TERM_PRIV_H
#define HC_TUI_TERM_PRIV_H

/* Remembers the terminal's modes and catches fatal signals, before curses changes anything. */
void hc_rescue_arm(void);
/* Learns the terminal's strings for leaving full screen, once curses knows the terminal. */
void hc_rescue_learn(void);
void hc_rescue_disarm(void);

#endif
