/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/base: encrypted bytes.  The openssl command is the witness for what they are. */
#include <string.h>

#include "restore/base/encrypted.h"
#include "restore/base/file.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/tap.h"

static const char secret[] = "correct horse battery staple";

static struct hc_span
span(const char *text)
{
	return hc_span(text, strlen(text));
}

static bool
opens(struct hc_span key, const char *context, const struct hc_buf *bytes, struct hc_span want)
{
	struct hc_buf out = { 0 };
	struct hc_err err;
	bool same = hc_decrypt(key, context, hc_buf_span(bytes), &out, &err) == 0 &&
		    out.size == want.size &&
		    (want.size == 0 || memcmp(out.data, want.data, want.size) == 0);

	hc_buf_done(&out);
	return same;
}

static void
test_sizes(void)
{
	static const size_t sizes[] = { 0, 17, (1u << 20) + 5 };
	struct hc_buf content = { 0 };
	struct hc_err err;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct hc_buf bytes = { 0 };

		hc_buf_reserve(&content, sizes[i] + 1, &err);
		for (content.size = 0; content.size < sizes[i]; content.size++)
			content.data[content.size] = (uint8_t)(content.size * 7);
		ok_call(hc_encrypt(span(secret), "a/b", hc_buf_span(&content), &bytes, &err),
			&err, "%zu bytes are encrypted", sizes[i]);
		ok(bytes.size == sizes[i] + HC_ENCRYPTED_OVERHEAD &&
			   opens(span(secret), "a/b", &bytes, hc_buf_span(&content)),
		   "and decrypted again");
		hc_buf_done(&bytes);
	}
	hc_buf_done(&content);
}

static void
refuses(struct hc_span key, const char *context, struct hc_span bytes, const char *what)
{
	struct hc_buf out = { 0 };
	struct hc_err err;

	ok_fails(hc_decrypt(key, context, bytes, &out, &err), &err, H_UNDO_KEY, "%s", what);
	ok(out.size == 0, "and nothing of it is told");
	hc_buf_done(&out);
}

static void
test_refusals(void)
{
	/* version, salt, nonce, content, tag */
	static const size_t places[] = { 16, 30, 60, 75, 72 + 9 };
	struct hc_buf bytes = { 0 }, again = { 0 };
	struct hc_err err;

	hc_encrypt(span(secret), "run/sectors", span("nine byte"), &bytes, &err);
	hc_encrypt(span(secret), "run/sectors", span("nine byte"), &again, &err);
	ok(memcmp(bytes.data + 20, again.data + 20, 44) != 0 &&
		   memcmp(bytes.data + 72, again.data + 72, 9) != 0,
	   "salt, nonce and bytes are others each time");
	refuses(span("correct horse battery stapl"), "run/sectors", hc_buf_span(&bytes),
		"another secret");
	refuses(span(secret), "run/manifest.json", hc_buf_span(&bytes), "another context");
	refuses(span(secret), "run/sectors", hc_span(bytes.data, bytes.size - 1), "a cut one");
	refuses(span(secret), "run/sectors", hc_span(bytes.data, 80), "one without a tag");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		bytes.data[places[i]] ^= 1;
		refuses(span(secret), "run/sectors", hc_buf_span(&bytes), "a flipped bit");
		bytes.data[places[i]] ^= 1;
	}
	ok(opens(span(secret), "run/sectors", &bytes, span("nine byte")), "it opens as it was");
	hc_buf_done(&bytes);
	hc_buf_done(&again);
}

/* GCM encrypts as CTR does that counts from 2 behind the nonce (SP 800-38D section 7.1). */
static void
test_witness(const struct sandbox *box)
{
	struct hc_buf bytes = { 0 };
	char path[PATH_MAX];
	struct hc_err err;

	hc_encrypt(span(secret), "run/sectors", span("what hives held"), &bytes, &err);
	hc_file_replace(path_in(box, path, "encrypted"), hc_buf_span(&bytes), &err);
	ok(run(box,
	       "hex() { tail -c +$(($1 + 1)) encrypted | head -c $2 | od -An -v -tx1 | tr -d ' \\n'; } && "
	       "key=$(openssl kdf -binary -keylen 32 -kdfopt 'pass:%s' -kdfopt hexsalt:$(hex 20 32) "
	       "-kdfopt n:32768 -kdfopt r:8 -kdfopt p:3 -kdfopt maxmem_bytes:67108864 SCRYPT | "
	       "od -An -v -tx1 | tr -d ' \\n') && "
	       "tail -c +73 encrypted | head -c 15 | openssl enc -d -aes-256-ctr -K $key "
	       "-iv $(hex 52 12)00000002 >plain && printf 'what hives held' | cmp - plain",
	       secret) == 0,
	   "the openssl command decrypts it: scrypt and AES-256, by the numbers of the header");
	hc_buf_done(&bytes);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_sizes();
	test_refusals();
	test_witness(&box);
	sandbox_close(&box);
	return tap_done();
}
