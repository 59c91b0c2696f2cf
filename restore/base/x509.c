/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of X.509 certificates over OpenSSL's X509. */
#include "restore/base/x509.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "restore/base/x509_priv.h"

const char *
hc_x509_name(const X509_NAME *name, struct hc_arena *arena)
{
	BIO *out = BIO_new(BIO_s_mem());
	const char *text = NULL;
	char *bytes;
	long length;

	/* RFC 2253 escapes what is not ASCII, so the text is UTF-8 whatever the certificate holds. */
	if (out != NULL && X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253) >= 0) {
		length = BIO_get_mem_data(out, &bytes);
		if (length >= 0)
			text = hc_arena_strndup(arena, length > 0 ? bytes : "", (size_t)length);
	}
	BIO_free(out);
	return text;
}

bool
hc_x509_names(struct hc_span der, struct hc_arena *arena, struct hc_x509 *ret)
{
	const unsigned char *at = der.data;
	struct hc_x509 found = { 0 };
	X509 *x = NULL;

	if (der.data != NULL && der.size <= LONG_MAX)
		x = d2i_X509(NULL, &at, (long)der.size);
	if (x != NULL) {
		found.subject = hc_x509_name(X509_get_subject_name(x), arena);
		found.issuer = hc_x509_name(X509_get_issuer_name(x), arena);
		found.size = (size_t)(at - der.data);
	}
	X509_free(x);
	/* What OpenSSL had to say stays in a queue of its own otherwise. */
	ERR_clear_error();
	if (found.subject == NULL || found.issuer == NULL)
		return false;
	*ret = found;
	return true;
}
