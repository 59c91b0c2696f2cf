/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/base: names of certificates. */
#include "restore/base/x509.h"

#include <stdlib.h>

#include "tests/unit/tap.h"
#include "tests/unit/x509_sample.h"

int
main(void)
{
	struct hc_arena arena = { 0 };
	struct hc_x509 x = { 0 };
	uint8_t longer[sizeof(sample_ca) + 5] = { 0 };
	bool refused = true;

	ok(hc_x509_names(hc_span(sample_ca, sizeof(sample_ca)), &arena, &x) &&
		   strcmp(x.subject, SAMPLE_CA_NAME) == 0 &&
		   strcmp(x.issuer, SAMPLE_CA_NAME) == 0 && x.size == sizeof(sample_ca),
	   "a certificate of its own: " SAMPLE_CA_NAME);
	ok(hc_x509_names(hc_span(sample_leaf, sizeof(sample_leaf)), &arena, &x) &&
		   strcmp(x.subject, "CN=leaf") == 0 && strcmp(x.issuer, SAMPLE_CA_NAME) == 0,
	   "one that another vouches for: CN=leaf, by " SAMPLE_CA_NAME);
	memcpy(longer, sample_ca, sizeof(sample_ca));
	ok(hc_x509_names(hc_span(longer, sizeof(longer)), &arena, &x) &&
		   x.size == sizeof(sample_ca),
	   "bytes behind it do not count");
	/* In memory of just that size: the address sanitizer looks on. */
	for (size_t n = 0; n < sizeof(sample_leaf); n++) {
		uint8_t *cut = malloc(n + 1);

		memcpy(cut, sample_leaf, n);
		refused = refused && !hc_x509_names(hc_span(cut, n), &arena, &x);
		free(cut);
	}
	ok(refused, "refused: one cut off, wherever");
	ok(!hc_x509_names(hc_span(NULL, 0), &arena, &x), "refused: nothing");
	hc_arena_done(&arena);
	return tap_done();
}
