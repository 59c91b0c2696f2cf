/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a wish that is not fulfilled becomes an edit: what want.c and want_file.c share. */
#ifndef HC_FIXUP_EDITS_PRIV_H
#define HC_FIXUP_EDITS_PRIV_H

#include "restore/fixup/fixup_priv.h"

int fix_no_memory(struct hc_err *err);
/* Whether the trouble is with one file of the volume, and so a note; else reading itself failed: disk, server, memory. */
bool fix_is_of_file(enum hc_err_code code);
/* Adds it unless an equal one is there; its `fixup` is filled in. */
int fix_add(struct fix *fix, const struct hc_edit *edit, struct hc_err *err);
/* A copy in the arena; NULL: no memory. */
struct hc_edit_state *fix_state(struct fix *fix, const struct hc_edit_state *state);

#endif
