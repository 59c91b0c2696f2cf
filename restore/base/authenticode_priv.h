/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of a PE file is hashed for a signature, for those who look the hash up elsewhere: security_catalog.c. */
#ifndef HC_BASE_AUTHENTICODE_PRIV_H
#define HC_BASE_AUTHENTICODE_PRIV_H

#include "restore/base/digest.h"

#define HC_AUTHENTICODE_PARTS 4
#define HC_SHA1_BYTES         20

struct hc_authenticode_hashes {
	struct hc_digest sha256;
	uint8_t sha1[HC_SHA1_BYTES];
};

/* The parts follow one another; H_SIGNATURE_FORMAT: it is no PE. */
int hc_authenticode_parts(struct hc_span file, struct hc_span ret[HC_AUTHENTICODE_PARTS],
			  struct hc_err *err);
int hc_authenticode_hashes(const struct hc_span *parts, size_t count,
			   struct hc_authenticode_hashes *ret, struct hc_err *err);

#endif
