/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every document, as if its seal were right: what is read can be written, and reads the same again.  The first
 * byte, from 'a' on, says which document it is.  modules: restore/model */
#include <stdlib.h>
#include <string.h>

#include "restore/model/event.h"
#include "restore/model/intent.h"
#include "restore/model/report.h"
#include "restore/model/survey.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	const struct hc_shape *shapes[] = { &hc_facts_shape,   &hc_windows_shape,
					    &hc_catalog_shape, &hc_intent_shape,
					    &hc_survey_shape,  &hc_verdict_shape,
					    &hc_plan_shape,    &hc_event_shape,
					    &hc_report_shape,  &hc_journal_shape };
	_Alignas(16) static char first[4096], second[4096];
	struct hc_buf out = { 0 }, again = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err = { 0 };
	struct hc_shape shape;

	if (length == 0 || bytes[0] < 'a' ||
	    bytes[0] >= 'a' + sizeof(shapes) / sizeof(shapes[0]))
		return 0;
	shape = *shapes[bytes[0] - 'a'];
	shape.sealed = false;
	memset(first, 0, sizeof(first));
	memset(second, 0, sizeof(second));
	if (hc_doc_read(&shape, hc_span(bytes + 1, length - 1), &arena, first, &err) == 0 &&
	    (hc_doc_write(&shape, first, HC_JSON_PRETTY, &out, &err) < 0 ||
	     hc_doc_read(&shape, hc_buf_span(&out), &arena, second, &err) < 0 ||
	     hc_doc_write(&shape, second, HC_JSON_PRETTY, &again, &err) < 0 ||
	     out.size != again.size || memcmp(out.data, again.data, out.size) != 0))
		abort();
	hc_buf_done(&out);
	hc_buf_done(&again);
	hc_arena_done(&arena);
	return 0;
}
