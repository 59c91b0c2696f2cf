/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Authenticode: the digest of a PE file that Secure Boot goes by, and who signed the file.
 *
 * Shape:   one digest of the file, and a list of signatures, each with the names of its certificates.
 *          A firmware looks for the digest in `dbx` and `db`, and for one of the certificates in `db`.
 * Owner:   lists and text live in the caller's arena.
 * Errors:  H_SIGNATURE_FORMAT: no PE, cut short, or signatures that can't be read.
 *          Nothing is verified beyond the digest: that is the firmware's to do, with its own keys.
 * Source:  Windows Authenticode Portable Executable Signature Format (Microsoft, 2008); [PE Format] The Attribute
 *          Certificate Table; RFC 2315 (PKCS #7); RFC 2253 (names).  hazards 38; windows-offline.md section 8.
 * Example:
 *	if (hc_authenticode_read(hc_buf_span(&file), &arena, &code, err) == 0 && code.count > 0)
 *		puts(code.signatures[0].subjects[0]);	// CN=Microsoft Windows,O=Microsoft Corporation,...
 */
#ifndef HC_BASE_AUTHENTICODE_H
#define HC_BASE_AUTHENTICODE_H

#include "restore/base/arena.h"
#include "restore/base/digest.h"

struct hc_signature {
	/* As in RFC 2253, UTF-8: that of the signer first, then who issued each, as far as the
	 * certificates are enclosed. */
	const char **subjects;
	size_t count;
	const char *issuer; /* of the last of them */
	/* The signature is made over this file's SHA-256 digest.  False too where it was made over
	 * another kind of digest. */
	bool fits;
	/* The same over its SHA-1 digest: how drivers were signed up to Windows 7. */
	bool fits_sha1;
};

struct hc_authenticode {
	struct hc_digest digest; /* SHA-256, of the file as it is */
	struct hc_signature *signatures;
	size_t count; /* 0: not signed */
};

int hc_authenticode_read(struct hc_span file, struct hc_arena *arena,
			 struct hc_authenticode *ret, struct hc_err *err);

#endif
