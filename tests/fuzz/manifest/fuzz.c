/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Manifests, as if their seal were right: read, checked, written, read again.  modules: restore/catalog */
#include <stdlib.h>

#include "restore/catalog/catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_shape shape = hc_manifest_shape;
	struct hc_manifest manifest = { 0 }, again = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err = { 0 };
	struct hc_buf out = { 0 };

	shape.sealed = false;
	if (hc_doc_read(&shape, hc_span(bytes, length), &arena, &manifest, &err) == 0 &&
	    hc_manifest_check(&manifest, &err) == 0 &&
	    (hc_doc_write(&shape, &manifest, HC_JSON_PRETTY, &out, &err) < 0 ||
	     hc_doc_read(&shape, hc_buf_span(&out), &arena, &again, &err) < 0 ||
	     hc_manifest_check(&again, &err) < 0))
		abort();
	hc_buf_done(&out);
	hc_arena_done(&arena);
	return 0;
}
