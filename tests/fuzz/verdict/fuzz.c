/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whatever the documents say, there is a verdict, and it can be printed.  The input is one object with the documents
 * that the rules compare.  modules: restore/plan */
#include <stdlib.h>

#include "restore/plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

struct all {
	struct hc_rules_input in;
	struct hc_disk_record *target;
};

static const struct hc_field fields[] = {
	HC_PART(struct all, in.facts, OPTIONAL, &hc_facts_shape, ""),
	HC_PART(struct all, in.manifest, OPTIONAL, &hc_manifest_shape, ""),
	HC_PART(struct all, in.survey, OPTIONAL, &hc_survey_shape, ""),
	HC_PART(struct all, target, OPTIONAL, &hc_disk_record_shape, ""),
	HC_FIELD(struct all, in.mode, STRING, ""),
	HC_FIELD(struct all, in.server_time, STRING, ""),
	HC_FIELD(struct all, in.disk, NUMBER, ""),
	HC_FIELD(struct all, in.partition, NUMBER, ""),
	HC_FIELD(struct all, in.unattended, BOOL, ""),
	HC_FIELD(struct all, in.overrides, STRINGS, ""),
	HC_FIELD(struct all, in.accepted, STRINGS, ""),
};
static const struct hc_shape shape = HC_SHAPE(struct all, NULL, fields, false, "");

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct all all = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_buf text = { 0 };
	struct hc_verdict verdict;
	struct hc_err err;

	if (hc_doc_read(&shape, hc_span(bytes, length), &arena, &all, &err) == 0 &&
	    all.in.manifest != NULL) {
		all.in.target = all.target != NULL ? &all.target->disk : NULL;
		if (hc_rules_judge(&all.in, &arena, &verdict, &err) < 0 ||
		    hc_verdict_text(&verdict, &text, &err) < 0)
			abort();
	}
	hc_buf_done(&text);
	hc_arena_done(&arena);
	return 0;
}
