/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Authenticode over OpenSSL.
 *
 * The digest covers the file but for three places: the checksum and the entry of the certificate table in the
 * optional header, and that table itself, which ends the file.  The specification walks the sections in the order
 * of their places in the file; as these follow each other without gaps in anything a linker writes, that is the
 * file from start to end.
 */
#include "restore/base/authenticode.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/authenticode_priv.h"
#include "restore/base/x509_priv.h"

#define CHECKSUM_AT        64u /* in the optional header */
#define SECURITY           4u  /* position among the data directories */
#define CERT_PKCS          2u  /* WIN_CERT_TYPE_PKCS_SIGNED_DATA */
#define CERTIFICATES_MAX   16u /* in one chain */
#define SIGNATURES_MAX     16u
#define SPC_INDIRECT_DATA  "1.3.6.1.4.1.311.2.1.4"
#define CERTIFICATE_HEADER 8u

struct layout {
	size_t checksum;       /* where its 4 bytes are */
	size_t entry;          /* where the 8 bytes about the table are; 0: nowhere */
	struct hc_span table;  /* empty: not signed */
	struct hc_span hashed; /* the file without the table */
};

static int
bad(struct hc_err *err, const char *what)
{
	return hc_err_set(err, H_SIGNATURE_FORMAT, "%s", what);
}

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read a signature");
}

/* ---------------------------------------------------------------- where things are */

/* The optional header: after "PE\0\0" and the 20 bytes of the COFF header. */
static struct hc_span
optional_header(struct hc_span file, size_t *ret_at)
{
	struct hc_span none = { NULL, 0 }, head;
	uint64_t at;

	if (file.size < 64 || memcmp(file.data, "MZ", 2) != 0)
		return none;
	at = hc_get_le32(file.data + 60);
	head = hc_span_part(file, at, 24);
	if (head.data == NULL || memcmp(head.data, "PE\0", 4) != 0)
		return none;
	*ret_at = (size_t)at + 24;
	return hc_span_part(file, at + 24, hc_get_le16(head.data + 20));
}

static int
find_places(struct hc_span file, struct layout *ret, struct hc_err *err)
{
	size_t at = 0, count_at;
	struct hc_span optional = optional_header(file, &at);
	struct layout l = { .hashed = file };
	uint32_t table_at, table_size;
	uint16_t magic;

	if (optional.size < CHECKSUM_AT + 4)
		return bad(err, "the file is no program of Windows, or was cut short");
	l.checksum = at + CHECKSUM_AT;
	magic = hc_get_le16(optional.data);
	if (magic != 0x10b && magic != 0x20b)
		return bad(err, "the optional header is neither PE32 nor PE32+");
	count_at = magic == 0x10b ? 92 : 108;
	if (optional.size < count_at + 4 + (SECURITY + 1) * 8 ||
	    hc_get_le32(optional.data + count_at) <= SECURITY) {
		*ret = l;
		return 0;
	}
	l.entry = at + count_at + 4 + SECURITY * 8;
	table_at = hc_get_le32(file.data + l.entry);
	table_size = hc_get_le32(file.data + l.entry + 4);
	if (table_at != 0 && table_size != 0) {
		l.table = hc_span_part(file, table_at, table_size);
		if (l.table.data == NULL || table_at < l.entry + 8 ||
		    l.table.size != file.size - table_at)
			return bad(err, "the certificate table does not end the file");
		l.hashed = hc_span(file.data, table_at);
	}
	*ret = l;
	return 0;
}

int
hc_authenticode_parts(struct hc_span file, struct hc_span ret[HC_AUTHENTICODE_PARTS],
		      struct hc_err *err)
{
	static const uint8_t zeros[8];
	struct layout l = { 0 };
	size_t from, size;

	if (find_places(file, &l, err) < 0)
		return -1;
	from = l.checksum + 4;
	size = l.hashed.size;
	ret[0] = hc_span(file.data, l.checksum);
	ret[1] = hc_span(file.data + from, l.entry == 0 ? 0 : l.entry - from);
	if (l.entry != 0)
		from = l.entry + 8;
	ret[2] = hc_span(file.data + from, size - from);
	/* A signed file is filled up to a multiple of 8 before the table is appended; an unsigned
	 * one is taken as if it were. */
	ret[3] = hc_span(zeros, (8 - size % 8) % 8);
	return 0;
}

int
hc_authenticode_hashes(const struct hc_span *parts, size_t count,
		       struct hc_authenticode_hashes *ret, struct hc_err *err)
{
	EVP_MD_CTX *sha1 = EVP_MD_CTX_new(), *sha256 = EVP_MD_CTX_new();
	bool good = sha1 != NULL && sha256 != NULL &&
		    EVP_DigestInit_ex(sha1, EVP_sha1(), NULL) == 1 &&
		    EVP_DigestInit_ex(sha256, EVP_sha256(), NULL) == 1;

	for (size_t i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(sha1, parts[i].data, parts[i].size) == 1 &&
		       EVP_DigestUpdate(sha256, parts[i].data, parts[i].size) == 1;
	good = good && EVP_DigestFinal_ex(sha1, ret->sha1, NULL) == 1 &&
	       EVP_DigestFinal_ex(sha256, ret->sha256.bytes, NULL) == 1;
	EVP_MD_CTX_free(sha1);
	EVP_MD_CTX_free(sha256);
	return good ? 0 : no_memory(err);
}

/* ---------------------------------------------------------------- certificates */

/* Who issued the last of the chain, when that certificate is enclosed and not in the chain yet; else NULL. */
static X509 *
issuer_of(const STACK_OF(X509) * certificates, X509 *const *chain, size_t count)
{
	const X509_NAME *wanted = X509_get_issuer_name(chain[count - 1]);

	for (int i = 0; i < sk_X509_num(certificates); i++) {
		X509 *one = sk_X509_value(certificates, i);
		bool known = false;

		for (size_t k = 0; k < count; k++)
			known = known || chain[k] == one;
		if (!known && X509_NAME_cmp(X509_get_subject_name(one), wanted) == 0)
			return one;
	}
	return NULL;
}

static int
read_chain(PKCS7 *p7, struct hc_arena *arena, struct hc_signature *ret, struct hc_err *err)
{
	STACK_OF(PKCS7_SIGNER_INFO) *signers = PKCS7_get_signer_info(p7);
	STACK_OF(X509) *certificates = p7->d.sign->cert;
	PKCS7_ISSUER_AND_SERIAL *leaf;
	X509 *chain[CERTIFICATES_MAX];
	size_t count = 1;

	if (signers == NULL || sk_PKCS7_SIGNER_INFO_num(signers) < 1 || certificates == NULL)
		return bad(err, "the signature names no signer");
	leaf = sk_PKCS7_SIGNER_INFO_value(signers, 0)->issuer_and_serial;
	chain[0] = X509_find_by_issuer_and_serial(certificates, leaf->issuer, leaf->serial);
	if (chain[0] == NULL)
		return bad(err, "the signer's certificate is not enclosed");
	while (count < CERTIFICATES_MAX) {
		chain[count] = issuer_of(certificates, chain, count);
		if (chain[count] == NULL)
			break;
		count++;
	}
	ret->subjects = hc_arena_array(arena, count, sizeof(*ret->subjects));
	if (ret->subjects == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++) {
		ret->subjects[i] = hc_x509_name(X509_get_subject_name(chain[i]), arena);
		if (ret->subjects[i] == NULL)
			return no_memory(err);
	}
	ret->count = count;
	ret->issuer = hc_x509_name(X509_get_issuer_name(chain[count - 1]), arena);
	return ret->issuer == NULL ? no_memory(err) : 0;
}

/* ---------------------------------------------------------------- what is signed */

/* The second part of SpcIndirectDataContent { data, messageDigest { algorithm, digest } }, in DER; NULL: none. */
static X509_SIG *
message_digest(const PKCS7 *content)
{
	char type[sizeof(SPC_INDIRECT_DATA) + 1];
	STACK_OF(ASN1_TYPE) *parts = NULL;
	X509_SIG *result = NULL;
	const ASN1_TYPE *second;
	const unsigned char *at;

	if (content == NULL || OBJ_obj2txt(type, sizeof(type), content->type, 1) <= 0 ||
	    strcmp(type, SPC_INDIRECT_DATA) != 0 || content->d.other == NULL ||
	    content->d.other->type != V_ASN1_SEQUENCE)
		return NULL;
	at = content->d.other->value.sequence->data;
	parts = d2i_ASN1_SEQUENCE_ANY(NULL, &at, content->d.other->value.sequence->length);
	second = parts == NULL || sk_ASN1_TYPE_num(parts) < 2 ? NULL
							      : sk_ASN1_TYPE_value(parts, 1);
	if (second != NULL && second->type == V_ASN1_SEQUENCE) {
		at = second->value.sequence->data;
		result = d2i_X509_SIG(NULL, &at, second->value.sequence->length);
	}
	sk_ASN1_TYPE_pop_free(parts, ASN1_TYPE_free);
	return result;
}

/* NID of the kind of digest that the signature was made over, where it is this file's; 0: it isn't. */
static int
signed_over(const PKCS7 *content, const struct hc_authenticode_hashes *hashes)
{
	const struct {
		int kind;
		const uint8_t *bytes;
		int size;
	} own[] = { { NID_sha256, hashes->sha256.bytes, HC_DIGEST_BYTES },
		    { NID_sha1, hashes->sha1, HC_SHA1_BYTES } };
	X509_SIG *digest = message_digest(content);
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OCTET_STRING *value = NULL;
	const ASN1_OBJECT *id = NULL;
	int result = 0;

	if (digest == NULL)
		return 0;
	X509_SIG_get0(digest, &algorithm, &value);
	X509_ALGOR_get0(&id, NULL, NULL, algorithm);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (OBJ_obj2nid(id) == own[i].kind &&
		    ASN1_STRING_length(value) == own[i].size &&
		    memcmp(ASN1_STRING_get0_data(value), own[i].bytes, (size_t)own[i].size) ==
			    0)
			result = own[i].kind;
	X509_SIG_free(digest);
	return result;
}

static int
read_signature(struct hc_span der, struct hc_arena *arena,
	       const struct hc_authenticode_hashes *hashes, struct hc_signature *ret,
	       struct hc_err *err)
{
	const unsigned char *at = der.data;
	PKCS7 *p7 = d2i_PKCS7(NULL, &at, (long)der.size);
	struct hc_signature signature = { 0 };
	int result;

	if (p7 == NULL || !PKCS7_type_is_signed(p7) || p7->d.sign == NULL) {
		result = bad(err, "the certificate table holds something that is no PKCS #7 "
				  "SignedData");
	} else {
		int kind = signed_over(p7->d.sign->contents, hashes);

		result = read_chain(p7, arena, &signature, err);
		signature.fits = kind == NID_sha256;
		signature.fits_sha1 = kind == NID_sha1;
	}
	PKCS7_free(p7);
	/* What OpenSSL has to say about it stays in a queue of the thread. */
	ERR_clear_error();
	if (result == 0)
		*ret = signature;
	return result;
}

/* ---------------------------------------------------------------- all of it */

/* WIN_CERTIFICATE: length with this header, revision, type, the certificate; each at a multiple of 8. */
static int
read_table(struct hc_span table, struct hc_arena *arena,
	   const struct hc_authenticode_hashes *hashes, struct hc_authenticode *code,
	   struct hc_err *err)
{
	struct hc_signature *signature;
	size_t length;

	for (size_t at = 0; table.size - at >= CERTIFICATE_HEADER;
	     at = hc_min_u64(at + hc_round_up(length, 8), table.size)) {
		length = hc_get_le32(table.data + at);
		if (length < CERTIFICATE_HEADER || length > table.size - at)
			return bad(err, "the certificate table contradicts itself");
		if (hc_get_le16(table.data + at + 6) != CERT_PKCS)
			continue;
		if (code->count == SIGNATURES_MAX)
			return bad(err, "there are more signatures than any file has");
		signature = hc_arena_grow(arena, &code->signatures, &code->count,
					  sizeof(*signature));
		if (signature == NULL)
			return no_memory(err);
		if (read_signature(hc_span(table.data + at + CERTIFICATE_HEADER,
					   length - CERTIFICATE_HEADER),
				   arena, hashes, signature, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_authenticode_read(struct hc_span file, struct hc_arena *arena, struct hc_authenticode *ret,
		     struct hc_err *err)
{
	struct hc_span parts[HC_AUTHENTICODE_PARTS];
	struct hc_authenticode code = { 0 };
	struct hc_authenticode_hashes hashes;
	struct layout layout = { 0 };

	if (find_places(file, &layout, err) < 0 ||
	    hc_authenticode_parts(file, parts, err) < 0 ||
	    hc_authenticode_hashes(parts, HC_AUTHENTICODE_PARTS, &hashes, err) < 0)
		return -1;
	code.digest = hashes.sha256;
	if (read_table(layout.table, arena, &hashes, &code, err) < 0)
		return -1;
	*ret = code;
	return 0;
}
