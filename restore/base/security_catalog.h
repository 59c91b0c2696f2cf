/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Security catalogs (.cat): signed lists of the files of a driver package.
 *
 * Shape:   a catalog is a PKCS #7 SignedData whose content is a certificate trust list.  Of each file it holds a digest:
 *          of a PE file the Authenticode one, of others that of all their bytes; SHA-1, SHA-256, or both.
 * Owner:   the bytes of the list live in the caller's arena.
 * Errors:  H_SIGNATURE_FORMAT: it is no catalog.
 *          Whether a file is listed is asked by looking for its digest in the list as a string of bytes, and for the tag
 *          that older catalogs have instead (the SHA-1 as hex digits in UTF-16): no 20 bytes of a list are the
 *          digest of a file by chance.  The signature itself is not verified, and nobody is trusted or distrusted: that
 *          takes the certificates that Windows has, and Windows does it.
 * Source:  RFC 2315 (PKCS #7); "Catalog Files and Digital Signatures" (Microsoft Learn); the ids
 *          1.3.6.1.4.1.311.10.1 (CTL) and 12.1.2, 12.1.3 (its members) and the form of the tags are own knowledge.
 * Example:
 *	if (hc_security_catalog_read(bytes, &arena, &catalog, err) == 0 &&
 *	    hc_security_catalog_lists(&catalog, driver, &listed, err) == 0 && listed)
 *		puts("listed");
 */
#ifndef HC_BASE_SECURITY_CATALOG_H
#define HC_BASE_SECURITY_CATALOG_H

#include <stdbool.h>

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

struct hc_security_catalog {
	struct hc_span list; /* the trust list, DER */
	/* Its signer's digest is SHA-1: what a Windows 7 without updates takes. */
	bool sha1;
};

int hc_security_catalog_read(struct hc_span file, struct hc_arena *arena,
			     struct hc_security_catalog *ret, struct hc_err *err);
/* Whether it lists this content. */
int hc_security_catalog_lists(const struct hc_security_catalog *catalog, struct hc_span content,
			      bool *ret, struct hc_err *err);

#endif
