/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * X.509 certificates: who they are for, and who vouches for them.
 *
 * Shape:   struct hc_x509 { subject, issuer, size }, names as RFC 2253 writes them: "CN=…,O=Microsoft Corporation,C=US".
 * Units:   bytes.
 * Owner:   the caller's arena.
 * Errors:  none: bytes that are no certificate are told by `false`.  No signature is checked here.
 * Source:  RFC 5280 section 4.1; RFC 2253; OpenSSL reads the DER.
 * Example:
 *	struct hc_x509 x;
 *	if (hc_x509_names(der, &arena, &x))
 *		printf("%s\n", x.subject);
 */
#ifndef HC_BASE_X509_H
#define HC_BASE_X509_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

struct hc_x509 {
	const char *subject;
	const char *issuer;
	size_t size; /* of the certificate; bytes behind it are none of it */
};

bool hc_x509_names(struct hc_span der, struct hc_arena *arena, struct hc_x509 *ret);

#endif
