/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of certificates, for those who have OpenSSL's structures in hand. */
#ifndef HC_BASE_X509_PRIV_H
#define HC_BASE_X509_PRIV_H

#include <openssl/x509.h>

#include "restore/base/arena.h"

/* "CN=Microsoft Windows Production PCA 2011,O=…": RFC 2253, which escapes what is not ASCII, so that a name reads the same
 * wherever it was found.  NULL: no memory, or no name. */
const char *hc_x509_name(const X509_NAME *name, struct hc_arena *arena);

#endif
