/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Yes, no, or nobody could look: "unknown" is an answer (hazards 16). */
#ifndef HC_MODEL_TRISTATE_H
#define HC_MODEL_TRISTATE_H

enum hc_tristate {
	HC_UNKNOWN,
	HC_NO,
	HC_YES,
};

extern const char *const hc_tristate_names[]; /* unknown no yes */

#endif
