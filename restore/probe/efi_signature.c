/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What Secure Boot trusts, and what it no longer trusts: signature lists, one behind the other.
 *
 * List: 0 type (GUID), 16 size of the list, 20 size of its header, 24 size of each signature; 28 the header; then
 * signatures: 0 owner (GUID), 16 on the data:
 *   X.509    a5c059a1-94e4-4aa7-87b5-ab155c2bf072   a certificate; a list for each, since sizes differ
 *   SHA-256  c1c41626-504c-4092-aca9-41f936934328   the Authenticode digest of an image
 * Digests in db allow single images; no boot manager of Windows is allowed that way, so they are passed over.
 * Lists of other types (SHA-1, RSA keys, digests of revoked certificates) are told, not judged.
 * Source: UEFI 2.10 section 32.4.1.
 */
#include "restore/probe/probe_priv.h"

#include <string.h>

#include "restore/base/digest.h"
#include "restore/base/x509.h"

#define LIST_HEAD 28u
#define OWNER     16u

static const uint8_t type_x509[16] = { 0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a,
				       0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72 };
static const uint8_t type_sha256[16] = { 0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40,
					 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28 };

struct store {
	const char *name;
	struct hc_arena *arena;
	struct hc_firmware *firmware;
};

static int
unread(struct store *s, struct hc_err *err, const char *what, size_t at)
{
	const char *text = hc_arena_printf(s->arena, "%s: %s at byte %zu", s->name, what, at);

	if (text == NULL)
		return hc_probe_no_memory(err);
	return hc_strings_add(&s->firmware->unread, s->arena, text, err);
}

static int
add_certificate(struct store *s, struct hc_span der, size_t at, struct hc_err *err)
{
	struct hc_efi_certificate *c;
	char hex[HC_DIGEST_TEXT];
	struct hc_digest digest;
	struct hc_x509 names;

	if (!hc_x509_names(der, s->arena, &names))
		return unread(s, err, "a certificate that can't be read", at);
	c = hc_arena_grow(s->arena, &s->firmware->certificates.items,
			  &s->firmware->certificates.count, sizeof(*c));
	hc_digest_of(HC_DIGEST_SHA256, der.data, names.size, &digest);
	hc_digest_hex(&digest, hex);
	if (c == NULL)
		return hc_probe_no_memory(err);
	c->store = s->name;
	c->subject = names.subject;
	c->issuer = names.issuer;
	c->sha256 = hc_arena_strdup(s->arena, hex);
	return c->sha256 == NULL ? hc_probe_no_memory(err) : 0;
}

static int
add_digest(struct store *s, struct hc_span data, size_t at, struct hc_err *err)
{
	char hex[HC_DIGEST_TEXT];
	struct hc_digest digest;

	if (data.size != HC_DIGEST_BYTES)
		return unread(s, err, "a digest of a wrong size", at);
	if (strcmp(s->name, "dbx") != 0)
		return 0;
	memcpy(digest.bytes, data.data, HC_DIGEST_BYTES);
	hc_digest_hex(&digest, hex);
	return hc_strings_add(&s->firmware->revoked, s->arena, hex, err);
}

/* One list, whose sizes are known to be good. */
static int
take_list(struct store *s, struct hc_span list, size_t at, size_t first, size_t each,
	  struct hc_err *err)
{
	bool x509 = memcmp(list.data, type_x509, sizeof(type_x509)) == 0;

	if (!x509 && memcmp(list.data, type_sha256, sizeof(type_sha256)) != 0)
		return unread(s, err, "a list of a type that halcyon does not judge", at);
	for (size_t i = first; i < list.size; i += each) {
		struct hc_span data = hc_span_part(list, i + OWNER, each - OWNER);
		int result = x509 ? add_certificate(s, data, at + i, err)
				  : add_digest(s, data, at + i, err);

		if (result < 0)
			return -1;
	}
	return 0;
}

int
hc_efi_signatures(struct hc_span lists, const char *store, struct hc_arena *arena,
		  struct hc_firmware *ret, struct hc_err *err)
{
	struct store s = { .name = store, .arena = arena, .firmware = ret };

	for (size_t at = 0; at < lists.size;) {
		struct hc_span rest = hc_span(lists.data + at, lists.size - at);
		uint32_t size, header, each;

		if (rest.size < LIST_HEAD)
			return unread(&s, err, "a list that is cut off", at);
		size = hc_get_le32(rest.data + 16);
		header = hc_get_le32(rest.data + 20);
		each = hc_get_le32(rest.data + 24);
		if (size < LIST_HEAD || size > rest.size || header > size - LIST_HEAD ||
		    each <= OWNER || (size - LIST_HEAD - header) % each != 0)
			return unread(&s, err, "a list whose sizes contradict each other", at);
		if (take_list(&s, hc_span(rest.data, size), at, LIST_HEAD + header, each, err) <
		    0)
			return -1;
		at += size;
	}
	return 0;
}
