/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Security descriptors of files as bytes ([MS-DTYP] 2.4.6, self-relative): the one that keeps others out, and what a new
 * file inherits.
 */
#ifndef HC_VOLUME_DESCRIPTOR_PRIV_H
#define HC_VOLUME_DESCRIPTOR_PRIV_H

#include "restore/base/bytes.h"

#define HC_DESCRIPTOR_MAX 65536u

/* D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA), owner BA, group SY; of a file without OICI, since files pass nothing on. */
int hc_descriptor_protected(bool folder, struct hc_buf *out, struct hc_err *err);
/* Protected; owned by SYSTEM or Administrators; both allowed everything, here and below, and nobody else named. */
bool hc_descriptor_is_protected(struct hc_span bytes, bool folder);
/*
 * What Windows gives to an object that SYSTEM makes in a folder that has the descriptor `parent` ([MS-DTYP] 2.5.3.4): entries
 * that allow or deny and are to be inherited; when there are none, or the parent's make no sense, SYSTEM and
 * Administrators, full.  `marked`: entries say that they were inherited, as from Windows 2000 on.
 */
int hc_descriptor_inherit(struct hc_span parent, bool folder, bool marked, struct hc_buf *out,
			  struct hc_err *err);

#endif
