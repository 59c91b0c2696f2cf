/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reader, the writer and the seal of documents share. */
#ifndef HC_MODEL_JSON_PRIV_H
#define HC_MODEL_JSON_PRIV_H

#include <jansson.h>

#include "restore/model/json.h"

/* Any struct { T *items; size_t count; }: same members, same layout. */
struct hc_json_list {
	void *items;
	size_t count;
};

/* The text that ends a sealed document, around the 64 digits. */
#define HC_SEAL_BEFORE "\"seal\": \""
#define HC_SEAL_DIGITS 64u

int hc_seal_check(struct hc_span bytes, struct hc_err *err);
/* Fills in the digits of the document that starts at `start`; they must be 64 zeros. */
int hc_seal_fill(struct hc_buf *out, size_t start, struct hc_err *err);

#endif
