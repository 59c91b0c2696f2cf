/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/base/authenticode: Debian's signed boot programs, and small ones made for the fuzz target. */
#include "tests/unit/tap.h"

#include "restore/base/authenticode.h"
#include "restore/base/file.h"
#include "tests/unit/sandbox.h"

#define CORPUS   "tests/fuzz/authenticode/corpus/"
#define FILE_MAX (16u << 20)

/* ---------------------------------------------------------------- small ones */

/*
 * The program and its digest, as osslsigncode 2.9 says: db86f943…25980.  Certificates: Prüfer, issued by "Middle,
 * of three", issued by Root.
 */
static const struct expected {
	const char *name;
	bool fails;
	bool fits;         /* each signature */
	size_t signatures; /* how many there are */
	size_t subjects;   /* of the first */
	const char *issuer;
} cases[] = {
	{ "not-signed", false, false, 0, 0, NULL },
	{ "no-entry-for-a-table", false, false, 0, 0, NULL },
	{ "chain-of-three", false, true, 1, 3, "CN=Root,O=Halcyon tests" },
	{ "issuer-not-enclosed", false, true, 1, 1, "CN=Middle\\, of three,O=Halcyon tests" },
	{ "two-signatures", false, true, 2, 3, "CN=Root,O=Halcyon tests" },
	{ "digest-of-another-kind", false, false, 1, 3, "CN=Root,O=Halcyon tests" },
	{ "content-of-another-kind", false, false, 1, 3, "CN=Root,O=Halcyon tests" },
	{ "changed-after-it-was-signed", false, false, 1, 3, "CN=Root,O=Halcyon tests" },
	{ "certificates-that-issue-each-other", false, true, 1, 2, "CN=A" },
	{ "certificate-of-another-type", false, false, 0, 0, NULL },
	{ "certificate-of-no-length", true, false, 0, 0, NULL },
	{ "certificate-of-another-type-and-no-length", true, false, 0, 0, NULL },
	{ "certificate-longer-than-its-table", true, false, 0, 0, NULL },
	{ "cut-in-the-table", true, false, 0, 0, NULL },
	{ "bytes-after-the-table", true, false, 0, 0, NULL },
	{ "table-over-the-headers", true, false, 0, 0, NULL },
	{ "no-pkcs-7", true, false, 0, 0, NULL },
	{ "signer-not-enclosed", true, false, 0, 0, NULL },
	{ "optional-header-of-another-kind", true, false, 0, 0, NULL },
};

static void
test_case(const struct expected *e)
{
	struct hc_arena arena = { 0 };
	struct hc_authenticode code = { .count = 0 };
	struct hc_buf file = { 0 };
	struct hc_err err;
	char path[256];
	bool fits = true;

	snprintf(path, sizeof(path), CORPUS "%s", e->name);
	ok_call(hc_file_read(path, FILE_MAX, &file, &err), &err, "%s", e->name);
	if (e->fails) {
		ok_fails(hc_authenticode_read(hc_buf_span(&file), &arena, &code, &err), &err,
			 H_SIGNATURE_FORMAT, "is refused");
	} else {
		ok_call(hc_authenticode_read(hc_buf_span(&file), &arena, &code, &err), &err,
			"is read");
		for (size_t i = 0; i < code.count; i++)
			fits = fits && code.signatures[i].fits == e->fits;
		ok(code.count == e->signatures && fits, "signatures: %zu, which %s", code.count,
		   e->fits ? "fit" : "do not fit");
		ok(code.count == 0 || code.signatures[0].fits_sha1 ==
					      (strcmp(e->name, "digest-of-another-kind") == 0),
		   "a digest of the older kind is told from others");
		ok(code.count == 0 || (code.signatures[0].count == e->subjects &&
				       strcmp(code.signatures[0].issuer, e->issuer) == 0),
		   "certificates, and who issued the last of them");
	}
	hc_buf_done(&file);
	hc_arena_done(&arena);
}

static void
test_names_and_cuts(void)
{
	struct hc_arena arena = { 0 };
	struct hc_authenticode code;
	struct hc_buf file = { 0 };
	char hex[HC_DIGEST_TEXT];
	struct hc_err err;
	size_t cut;

	if (hc_file_read(CORPUS "chain-of-three", FILE_MAX, &file, &err) < 0 ||
	    hc_authenticode_read(hc_buf_span(&file), &arena, &code, &err) < 0)
		return;
	hc_digest_hex(&code.digest, hex);
	ok(strcmp(hex, "db86f94357749b7cebdf618d1b548424fd7c753db0fa8d8903219d0032225980") == 0,
	   "the digest is the one osslsigncode signed");
	ok(strcmp(code.signatures[0].subjects[0], "CN=Pr\\C3\\BCfer,O=Halcyon tests") == 0 &&
		   strcmp(code.signatures[0].subjects[1],
			  "CN=Middle\\, of three,O=Halcyon tests") == 0 &&
		   strcmp(code.signatures[0].subjects[2], "CN=Root,O=Halcyon tests") == 0,
	   "names from the signer upwards, though enclosed in another order");
	for (cut = 0; cut < file.size; cut++)
		if (hc_authenticode_read(hc_span(file.data, cut), &arena, &code, &err) != -1 ||
		    err.code != H_SIGNATURE_FORMAT)
			break;
	ok(cut == file.size, "cut at any byte it is refused");
	/* Checksum and entry are not part of the digest, their neighbours are. */
	memset(file.data + 0x98 + 64, 0xee, 4);
	ok(hc_authenticode_read(hc_buf_span(&file), &arena, &code, &err) == 0 &&
		   code.signatures[0].fits,
	   "another checksum changes nothing");
	file.data[0x98 + 68] ^= 1;
	ok(hc_authenticode_read(hc_buf_span(&file), &arena, &code, &err) == 0 &&
		   !code.signatures[0].fits,
	   "the byte behind it does");
	hc_buf_done(&file);
	hc_arena_done(&arena);
}

/* An unsigned file is hashed as if it were filled up to a multiple of 8, as signing does. */
static void
test_padding(void)
{
	struct hc_arena arena = { 0 };
	struct hc_authenticode full, longer;
	struct hc_buf file = { 0 };
	struct hc_err err;

	if (hc_file_read(CORPUS "not-signed", FILE_MAX, &file, &err) < 0 ||
	    hc_buf_append(&file, "abc", 3, &err) < 0 ||
	    hc_authenticode_read(hc_buf_span(&file), &arena, &longer, &err) < 0 ||
	    hc_buf_append(&file, "\0\0\0\0", 5, &err) < 0 ||
	    hc_authenticode_read(hc_buf_span(&file), &arena, &full, &err) < 0)
		return;
	ok(hc_digest_equal(&longer.digest, &full.digest), "missing bytes count as zeros");
	hc_buf_done(&file);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- real ones */

static bool
load(const char *path, struct hc_arena *arena, struct hc_authenticode *ret)
{
	struct hc_buf file = { 0 };
	struct hc_err err;
	char text[2048];
	int result = hc_file_read(path, FILE_MAX, &file, &err);

	if (result == 0)
		result = hc_authenticode_read(hc_buf_span(&file), arena, ret, &err);
	if (result < 0) {
		hc_err_format(&err, text, sizeof(text));
		printf("# %s\n", text);
	}
	hc_buf_done(&file);
	return result == 0;
}

/* Signed files that fit what was signed; the digest of the file before it was signed is the same. */
static void
test_shim(void)
{
	struct hc_arena arena = { 0 };
	struct hc_authenticode plain, code;
	bool fit = true;

	if (access("/usr/lib/shim/shimx64.efi.signed", R_OK) < 0) {
		tap_skip("package shim-signed is not installed");
		return;
	}
	if (!ok(load("/usr/lib/shim/shimx64.efi.signed", &arena, &code) && code.count >= 1,
		"Debian's shim is signed"))
		return;
	for (size_t i = 0; i < code.count; i++) {
		fit = fit && code.signatures[i].fits;
		for (size_t k = 0; k < code.signatures[i].count; k++)
			printf("# %zu: %s\n", i + 1, code.signatures[i].subjects[k]);
	}
	ok(fit, "each signature (%zu) fits", code.count);
	ok(strncmp(code.signatures[0].subjects[0],
		   "CN=Microsoft Windows UEFI Driver Publisher,", 43) == 0 &&
		   code.signatures[0].count == 2 &&
		   strncmp(code.signatures[0].subjects[1],
			   "CN=Microsoft Corporation UEFI CA 2011,", 38) == 0,
	   "by Microsoft, with the certificate that firmware has in db");
	if (access("/usr/lib/shim/shimx64.efi", R_OK) == 0)
		ok(load("/usr/lib/shim/shimx64.efi", &arena, &plain) && plain.count == 0 &&
			   hc_digest_equal(&plain.digest, &code.digest),
		   "the unsigned file has the same digest");
	hc_arena_done(&arena);
}

/* osslsigncode as a witness, where it is installed. */
static void
test_grub(const struct sandbox *box)
{
	static const char path[] = "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed";
	struct hc_arena arena = { 0 };
	struct hc_authenticode code;
	struct hc_buf said;
	char hex[HC_DIGEST_TEXT];

	if (access(path, R_OK) < 0) {
		tap_skip("package grub-efi-amd64-signed is not installed");
		return;
	}
	ok(load(path, &arena, &code) && code.count == 1 && code.signatures[0].fits &&
		   code.signatures[0].count == 1 &&
		   strncmp(code.signatures[0].subjects[0], "CN=Debian Secure Boot Signer",
			   28) == 0 &&
		   strcmp(code.signatures[0].issuer, "CN=Debian Secure Boot CA") == 0,
	   "Debian's GRUB is signed by Debian");
	if (run(box, "command -v osslsigncode") != 0) {
		tap_skip("osslsigncode is not installed");
		hc_arena_done(&arena);
		return;
	}
	run(box,
	    "osslsigncode verify -in %s 2>&1 | sed -n 's/^Calculated message digest *: *//p' | "
	    "tr -d ' \\n' | tr A-F a-f >digest",
	    path);
	said = slurp(box, "digest");
	hc_digest_hex(&code.digest, hex);
	ok(strcmp((const char *)said.data, hex) == 0, "osslsigncode computes the same: %s",
	   said.data);
	hc_buf_done(&said);
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		test_case(&cases[i]);
	test_names_and_cuts();
	test_padding();
	test_shim();
	test_grub(&box);
	sandbox_close(&box);
	return tap_done();
}
