/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/probe: what the firmware trusts, out of signature lists and out of recorded variables. */
#include "tests/unit/probe_data.h"
#include "tests/unit/x509_sample.h"

#define GLOBAL "-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define IMAGES "-d719b2cb-3d3a-4596-a3bc-dad00e67656f"
#define ONES   "1111111111111111111111111111111111111111111111111111111111111111"

static const char x509[] = "\xa1\x59\xc0\xa5\xe4\x94\xa7\x4a\x87\xb5\xab\x15\x5c\x2b\xf0\x72";
static const char sha256[] = "\x26\x16\xc4\xc1\x4c\x50\x92\x40\xac\xa9\x41\xf9\x36\x93\x43\x28";
static const char rsa[] = "\xe8\x66\x57\x3c\x9c\x26\x34\x4e\xaa\x14\xed\x77\x6e\x85\xb3\xb6";

static struct hc_arena arena;

/* Appends a list of one signature of `size` bytes. */
static void
put_list(struct hc_buf *to, const char *type, const void *data, size_t size)
{
	uint8_t head[28 + 16] = { 0 };

	memcpy(head, type, 16);
	hc_put_le32(head + 16, (uint32_t)(sizeof(head) + size));
	hc_put_le32(head + 24, (uint32_t)(16 + size));
	if (hc_buf_append(to, head, sizeof(head), &err) < 0 ||
	    hc_buf_append(to, data, size, &err) < 0)
		exit(1);
}

/* Whether these lists, as dbx, come to so many certificates and digests, and to this text in `unread`. */
static bool
lists_are(struct hc_span bytes, size_t certificates, size_t digests, const char *unread)
{
	uint8_t *copy =
		malloc(bytes.size + 1); /* just that much: the address sanitizer looks on */
	struct hc_firmware f = { 0 };
	bool same;

	memcpy(copy, bytes.data, bytes.size);
	same = hc_efi_signatures(hc_span(copy, bytes.size), "dbx", &arena, &f, &err) == 0 &&
	       f.certificates.count == certificates && f.revoked.count == digests &&
	       f.unread.count == (unread != NULL ? 1 : 0) &&
	       (unread == NULL || is(f.unread.items[0], unread));
	if (!same)
		printf("# %zu certificates, %zu digests, %s\n", f.certificates.count,
		       f.revoked.count, f.unread.count > 0 ? f.unread.items[0] : "");
	free(copy);
	return same;
}

static void
test_lists(void)
{
	struct hc_buf lists = { 0 };
	uint8_t digest[32], *first;
	struct hc_span all;
	bool told = true;

	memset(digest, 0x11, sizeof(digest));
	put_list(&lists, x509, sample_ca, sizeof(sample_ca));
	put_list(&lists, sha256, digest, sizeof(digest));
	put_list(&lists, x509, sample_leaf, sizeof(sample_leaf));
	all = hc_buf_span(&lists);
	ok(lists_are(all, 2, 1, NULL), "two certificates and a digest, in three lists");
	for (size_t n = 1; n < all.size; n++) {
		struct hc_firmware f = { 0 };

		if (hc_efi_signatures(hc_span(all.data, n), "dbx", &arena, &f, &err) < 0)
			break;
		/* Between two lists nobody can see that there was another. */
		told = told && (f.unread.count == 1 || n == 44 + sizeof(sample_ca) ||
				n == 44 + sizeof(sample_ca) + 44 + 32);
	}
	ok(told, "cut anywhere else, the cut is told");

	first = lists.data;
	hc_put_le32(first + 16, 0);
	ok(lists_are(all, 0, 0, "dbx: a list whose sizes contradict each other at byte 0"),
	   "a list of no size");
	hc_put_le32(first + 16, (uint32_t)(44 + sizeof(sample_ca)));
	hc_put_le32(first + 20, UINT32_MAX);
	ok(lists_are(all, 0, 0, "dbx: a list whose sizes contradict each other at byte 0"),
	   "a header beyond the list");
	hc_put_le32(first + 20, 0);
	hc_put_le32(first + 24, 0);
	ok(lists_are(all, 0, 0, "dbx: a list whose sizes contradict each other at byte 0"),
	   "signatures of no size");
	hc_put_le32(first + 24, (uint32_t)(16 + sizeof(sample_ca)));
	first[44] = 0;
	ok(lists_are(all, 1, 1, "dbx: a certificate that can't be read at byte 28"),
	   "a damaged certificate: what stands behind it counts");
	lists.size = 0;
	put_list(&lists, rsa, digest, sizeof(digest));
	put_list(&lists, sha256, digest, sizeof(digest));
	ok(lists_are(hc_buf_span(&lists), 0, 1,
		     "dbx: a list of a type that halcyon does not judge at byte 0"),
	   "another type");
	lists.size = 0;
	put_list(&lists, sha256, digest, 20);
	ok(lists_are(hc_buf_span(&lists), 0, 0, "dbx: a digest of a wrong size at byte 28"),
	   "a digest of 20 bytes is none of SHA-256");
	lists.size = 0;
	put_list(&lists, sha256, sample_ca, 48);
	hc_put_le32(lists.data + 20,
		    64 + 64); /* the difference is a multiple of the size, below zero */
	ok(lists_are(hc_buf_span(&lists), 0, 0,
		     "dbx: a list whose sizes contradict each other at byte 0"),
	   "a header just beyond the list");
	hc_buf_done(&lists);
}

/* An efivarfs file: attributes, then the lists. */
static void
put_variable(const char *name, const char *type, const void *data, size_t size)
{
	struct hc_buf value = { 0 };
	char path[256];

	if (hc_buf_append(&value, "\x27\0\0\0", 4, &err) < 0)
		exit(1);
	put_list(&value, type, data, size);
	snprintf(path, sizeof(path), "s/sys/firmware/efi/efivars/%s", name);
	put_text(path, "");
	poke(path, 0, value.data, value.size);
	hc_buf_done(&value);
}

static void
test_variables(void)
{
	struct hc_probe_options options = { .sysroot = hc_arena_strdup(&arena, in_dir("s")) };
	struct hc_facts f = { 0 };
	const struct hc_efi_certificate *c;
	uint8_t digest[32];

	memset(digest, 0x11, sizeof(digest));
	put_variable("PK" GLOBAL, x509, sample_ca, sizeof(sample_ca));
	put_variable("KEK" GLOBAL, x509, sample_ca, sizeof(sample_ca));
	put_variable("db" IMAGES, x509, sample_leaf, sizeof(sample_leaf));
	put_variable("dbx" IMAGES, sha256, digest, sizeof(digest));
	put_variable("db" GLOBAL, x509, sample_ca, sizeof(sample_ca)); /* of another vendor */
	put_text("s/sys/firmware/efi/efivars/SecureBoot" GLOBAL, "\x06");
	poke("s/sys/firmware/efi/efivars/SecureBoot" GLOBAL, 0, "\x06\0\0\0\1", 5);
	ok_call(hc_probe(&options, &arena, &f, &err), &err, "a machine with Secure Boot");
	ok(f.firmware.secure_boot == HC_YES && f.firmware.certificates.count == 3 &&
		   f.firmware.unread.count == 0,
	   "enforced; PK, KEK and db hold a certificate each");
	c = f.firmware.certificates.items;
	ok(is(c[0].store, "PK") && is(c[1].store, "KEK") && is(c[2].store, "db") &&
		   is(c[0].subject, SAMPLE_CA_NAME) && is(c[0].sha256, SAMPLE_CA_SHA256),
	   "PK: %s, %s", c[0].subject, c[0].sha256);
	ok(is(c[2].subject, "CN=leaf") && is(c[2].issuer, SAMPLE_CA_NAME) &&
		   is(c[2].sha256, SAMPLE_LEAF_SHA256),
	   "db: %s by %s", c[2].subject, c[2].issuer);
	ok(f.firmware.revoked.count == 1 && is(f.firmware.revoked.items[0], ONES),
	   "dbx: a digest");

	put_variable("db" IMAGES, sha256, digest, sizeof(digest));
	poke("s/sys/firmware/efi/efivars/SecureBoot" GLOBAL, 0, "\x06\0\0\0\0", 5);
	memset(&f, 0, sizeof(f));
	ok(hc_probe(&options, &arena, &f, &err) == 0 && f.firmware.secure_boot == HC_NO &&
		   f.firmware.revoked.count == 1,
	   "a digest in db revokes nothing; Secure Boot is off");
}

int
main(void)
{
	fixture_start();
	test_lists();
	test_variables();
	fixture_end();
	hc_arena_done(&arena);
	return tap_done();
}
