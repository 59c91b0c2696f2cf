/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a Windows demands of the processor.
 * Source: windows-offline.md section 6.4 [own knowledge there]; the rows for 24H2 hold for Server 2025 too, which has its build.
 */
#include <string.h>

#include "restore/rules/rules_priv.h"

struct demand {
	const char *feature; /* as Linux names it */
	const char *name;
	unsigned since;       /* HC_NT */
	uint64_t since_build; /* 0: every build */
	bool x64_only;
};

static const struct demand demands[] = {
	{ "lm", "64-bit mode", 0, 0, true },
	{ "nx", "NX", HC_NT(6, 2), 0, false },
	{ "pae", "PAE", HC_NT(6, 2), 0, false },
	{ "sse2", "SSE2", HC_NT(6, 2), 0, false },
	{ "cx16", "CMPXCHG16B", HC_NT(6, 3), 0, true },
	{ "lahf_lm", "LAHF and SAHF", HC_NT(6, 3), 0, true },
	{ "3dnowprefetch", "PREFETCHW", HC_NT(6, 3), 0, true },
	{ "popcnt", "POPCNT", HC_NT(10, 0), 26100, true },
	{ "sse4_2", "SSE4.2", HC_NT(10, 0), 26100, true },
};

/*
 * Intel's processors from Core 2 to Haswell take PREFETCHW as one that does nothing, and don't list it; Windows 8.1 to
 * 11 run there [own knowledge].  SSSE3 came with Core 2.
 */
static bool
has(const struct hc_cpu *cpu, const char *feature)
{
	if (hc_strings_has(&cpu->features, feature))
		return true;
	return strcmp(feature, "3dnowprefetch") == 0 &&
	       hc_same_text(cpu->vendor, "GenuineIntel") &&
	       hc_strings_has(&cpu->features, "ssse3");
}

static unsigned
judge_demand(const struct hc_rules_input *in, const struct demand *d, struct hc_judgement *j)
{
	const struct hc_windows *windows = in->manifest->windows;
	uint64_t build = hc_build_of(windows);

	if (hc_nt_of(windows) < d->since ||
	    (d->x64_only && strcmp(windows->architecture, "x64") != 0) ||
	    (build != 0 && build < d->since_build) || has(&in->facts->cpu, d->feature))
		return HC_LEVEL_PASS;
	hc_judge_fact(j, "facts.cpu.features", "the processor has no %s (%s)", d->name,
		      d->feature);
	if (build == 0 && d->since_build != 0) {
		hc_judge_fact(j, "manifest.windows.build",
			      "whether this Windows needs it is not known");
		return HC_LEVEL_INFO;
	}
	return HC_LEVEL_BLOCK;
}

JUDGE(judge_cpu)
{
	const struct hc_windows *windows = in->manifest->windows;
	unsigned level = HC_LEVEL_PASS;

	if (in->facts->cpu.features.count == 0 || windows->architecture == NULL ||
	    hc_nt_of(windows) == 0) {
		hc_judge_fact(j,
			      in->facts->cpu.features.count == 0 ? "facts.cpu.features"
								 : HC_WHERE_VERSION,
			      "what the processor has, or what Windows needs, is not known");
		return HC_LEVEL_INFO;
	}
	/* "lm" is a feature of x86 processors only. */
	if (strcmp(windows->architecture, "arm64") == 0) {
		if (!has(&in->facts->cpu, "lm") && !has(&in->facts->cpu, "sse2")) {
			hc_judge_fact(j, "facts.cpu.features", "it is no x86 processor");
			return HC_LEVEL_PASS;
		}
		hc_judge_fact(j, "facts.cpu.features", "the processor is no ARM64");
		level = HC_LEVEL_BLOCK;
	}
	for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++) {
		unsigned one = judge_demand(in, &demands[i], j);

		if (one > level)
			level = one;
	}
	if (level == HC_LEVEL_BLOCK)
		hc_judge_fact(j, "manifest.windows.build", "Windows %s (build %s, %s) needs it",
			      windows->version, hc_or_unknown(windows->build),
			      windows->architecture);
	else if (level == HC_LEVEL_PASS)
		hc_judge_fact(j, "facts.cpu.features",
			      "%s: nothing is missing that Windows %s (%s) demands",
			      hc_or_unknown(in->facts->cpu.model), windows->version,
			      windows->architecture);
	return level;
}
