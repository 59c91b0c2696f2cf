/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processors and memory, as Linux runs them. */
#include "restore/probe/probe_priv.h"

#include <stdlib.h>
#include <string.h>

/* 2048 processors with 4 KiB each. */
#define CPUINFO_MAX (8u << 20)

struct reader {
	struct hc_arena *arena;
	struct hc_cpu *cpu;
	struct hc_strings
		packages; /* "physical id", each once: some hypervisors count 0, 2, 4 … */
};

static int
take_features(struct reader *r, char *value, struct hc_err *err)
{
	char *save = NULL;

	if (r->cpu->features.count > 0)
		return 0;
	for (char *f = strtok_r(value, " ", &save); f != NULL; f = strtok_r(NULL, " ", &save)) {
		if (hc_strings_add(&r->cpu->features, r->arena, f, err) < 0)
			return -1;
		if (strcmp(f, "lm") == 0)
			r->cpu->long_mode = true;
	}
	return 0;
}

/* "model name	: Intel(R) …" */
static int
take_line(struct reader *r, char *line, struct hc_err *err)
{
	char *colon = strchr(line, ':'), *value;
	size_t name;

	if (colon == NULL)
		return 0;
	value = colon + 1 + strspn(colon + 1, " \t");
	*colon = '\0';
	name = strcspn(line, "\t");
	line[name] = '\0';
	if (strcmp(line, "processor") == 0) {
		r->cpu->logical++;
	} else if (strcmp(line, "vendor_id") == 0 && r->cpu->vendor == NULL) {
		r->cpu->vendor = hc_arena_strdup(r->arena, value);
	} else if (strcmp(line, "model name") == 0 && r->cpu->model == NULL) {
		r->cpu->model = hc_arena_strdup(r->arena, value);
	} else if (strcmp(line, "physical id") == 0) {
		if (!hc_strings_has(&r->packages, value) &&
		    hc_strings_add(&r->packages, r->arena, value, err) < 0)
			return -1;
		r->cpu->packages = r->packages.count;
	} else if (strcmp(line, "flags") == 0) {
		return take_features(r, value, err);
	}
	return 0;
}

static int
each_line(struct reader *r, struct hc_buf *text, struct hc_err *err)
{
	char *save = NULL;

	if (text->size == 0 || hc_buf_append(text, "", 1, err) < 0)
		return text->size == 0 ? 0 : -1;
	for (char *line = strtok_r((char *)text->data, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		if (take_line(r, line, err) < 0)
			return -1;
	return 0;
}

int
hc_probe_processors(struct probe *p, struct hc_err *err)
{
	struct reader r = { .arena = p->arena, .cpu = &p->facts->cpu };
	const char *memory = hc_tree_text(&p->tree, p->arena, "/proc/meminfo");
	struct hc_buf text = { 0 };
	int result = 0;

	if (hc_tree_bytes(&p->tree, &text, CPUINFO_MAX, "/proc/cpuinfo"))
		result = each_line(&r, &text, err);
	hc_buf_done(&text);
	if (r.cpu->packages == 0 && r.cpu->logical > 0)
		r.cpu->packages = 1; /* a uniprocessor kernel does not say */
	memory = memory == NULL ? NULL : strstr(memory, "MemTotal:");
	if (memory != NULL)
		p->facts->memory = strtoull(memory + strlen("MemTotal:"), NULL, 10) * 1024;
	return result;
}
