/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Security catalogs over OpenSSL. */
#include "restore/base/security_catalog.h"

#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "restore/base/authenticode_priv.h"

#define TRUST_LIST "1.3.6.1.4.1.311.10.1"

static int
bad(struct hc_err *err, const char *what)
{
	return hc_err_set(err, H_SIGNATURE_FORMAT, "%s", what);
}

/* ---------------------------------------------------------------- the list */

static bool
is_trust_list(const PKCS7 *content)
{
	char type[sizeof(TRUST_LIST) + 1];

	return content != NULL && OBJ_obj2txt(type, sizeof(type), content->type, 1) > 0 &&
	       strcmp(type, TRUST_LIST) == 0;
}

/* PKCS #7 has the list there as it is; CMS (RFC 5652) wraps it into an octet string. */
static int
take_list(const ASN1_TYPE *content, struct hc_arena *arena, struct hc_span *ret,
	  struct hc_err *err)
{
	const ASN1_STRING *text;
	uint8_t *copy;

	if (content == NULL ||
	    (content->type != V_ASN1_SEQUENCE && content->type != V_ASN1_OCTET_STRING))
		return bad(err, "the catalog holds no list");
	text = content->value.asn1_string;
	copy = hc_arena_alloc(arena, (size_t)ASN1_STRING_length(text) + 1);
	if (copy == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read a catalog");
	memcpy(copy, ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
	*ret = hc_span(copy, (size_t)ASN1_STRING_length(text));
	return 0;
}

static int
read_signed(PKCS7 *p7, struct hc_arena *arena, struct hc_security_catalog *ret,
	    struct hc_err *err)
{
	STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(p7);
	const ASN1_OBJECT *id = NULL;

	if (signers == NULL || sk_PKCS7_SIGNER_INFO_num(signers) < 1)
		return bad(err, "nobody signed the catalog");
	if (!is_trust_list(p7->d.sign->contents))
		return bad(err, "what is signed is no list of files");
	X509_ALGOR_get0(&id, NULL, NULL, sk_PKCS7_SIGNER_INFO_value(signers, 0)->digest_alg);
	ret->sha1 = OBJ_obj2nid(id) == NID_sha1;
	return take_list(p7->d.sign->contents->d.other, arena, &ret->list, err);
}

int
hc_security_catalog_read(struct hc_span file, struct hc_arena *arena,
			 struct hc_security_catalog *ret, struct hc_err *err)
{
	const unsigned char *at = file.data;
	struct hc_security_catalog catalog = { 0 };
	PKCS7 *p7 = d2i_PKCS7(NULL, &at, (long)file.size);
	int result;

	if (p7 == NULL || !PKCS7_type_is_signed(p7) || p7->d.sign == NULL)
		result = bad(err, "the file is no PKCS #7 SignedData");
	else
		result = read_signed(p7, arena, &catalog, err);
	PKCS7_free(p7);
	/* What OpenSSL has to say about it stays in a queue of the thread. */
	ERR_clear_error();
	if (result == 0)
		*ret = catalog;
	return result;
}

/* ---------------------------------------------------------------- what is in it */

static bool
holds(const struct hc_security_catalog *catalog, const void *bytes, size_t size)
{
	return memmem(catalog->list.data, catalog->list.size, bytes, size) != NULL;
}

/* "A94A8F…" in UTF-16. */
static bool
holds_tag(const struct hc_security_catalog *catalog, const uint8_t sha1[HC_SHA1_BYTES])
{
	uint8_t tag[HC_SHA1_BYTES * 4] = { 0 };
	char hex[3];

	for (size_t i = 0; i < HC_SHA1_BYTES; i++) {
		snprintf(hex, sizeof(hex), "%02X", sha1[i]);
		tag[i * 4] = (uint8_t)hex[0];
		tag[i * 4 + 2] = (uint8_t)hex[1];
	}
	return holds(catalog, tag, sizeof(tag));
}

int
hc_security_catalog_lists(const struct hc_security_catalog *catalog, struct hc_span content,
			  bool *ret, struct hc_err *err)
{
	struct hc_span parts[HC_AUTHENTICODE_PARTS] = { content };
	struct hc_authenticode_hashes hashes;
	size_t count = 1;
	struct hc_err why;

	if (hc_authenticode_parts(content, parts, &why) == 0)
		count = HC_AUTHENTICODE_PARTS;
	if (hc_authenticode_hashes(parts, count, &hashes, err) < 0)
		return -1;
	*ret = holds(catalog, hashes.sha256.bytes, HC_DIGEST_BYTES) ||
	       holds(catalog, hashes.sha1, HC_SHA1_BYTES) || holds_tag(catalog, hashes.sha1);
	return 0;
}
