/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HAL-3: whether registry, HAL, kernel and kernel32 of the backup belong together.
 * Source: the NetBackup article; hazards 14; windows-offline.md sections 6.1 and 6.2.
 */
#include <stdio.h>
#include <string.h>

#include "restore/rules/hal.h"

/* ---------------------------------------------------------------- types */

/* HC_YES: one for several processors; HC_UNKNOWN: another file. */
static unsigned
kernel_is_multiprocessor(const char *file)
{
	if (hc_same_name(file, "ntkrnlmp.exe") || hc_same_name(file, "ntkrpamp.exe"))
		return HC_YES;
	if (hc_same_name(file, "ntoskrnl.exe") || hc_same_name(file, "ntkrnlpa.exe"))
		return HC_NO;
	return HC_UNKNOWN;
}

/* Whether a witness speaks against the HAL that is taken for the installed one. */
static bool
disagrees(const struct hc_hal_generation *generation, const struct hc_hal_kind *installed,
	  const struct hc_hal_witness *w)
{
	const struct hc_hal_kind *said = NULL;
	unsigned multiprocessor;

	if (hc_same_text(w->witness, "kernel-file")) {
		multiprocessor = kernel_is_multiprocessor(w->says);
		return (generation->compare & HC_HAL_COMPARE_KERNEL) != 0 &&
		       multiprocessor != HC_UNKNOWN &&
		       installed->multiprocessor != HC_UNKNOWN &&
		       multiprocessor != installed->multiprocessor;
	}
	if (hc_same_text(w->witness, "hal-file")) {
		if ((generation->compare & HC_HAL_COMPARE_FILE) != 0)
			said = hc_hal_kind_by(HC_HAL_FILE, w->says);
	} else if ((generation->compare & HC_HAL_COMPARE_IDS) != 0) {
		said = hc_hal_kind_by(HC_HAL_ID, w->says);
	}
	return said != NULL &&
	       (said->family != installed->family || !hc_hal_fit_processors(said, installed));
}

/* Returns how many disagree. */
static size_t
compare_types(const struct hc_windows *windows, const struct hc_hal_generation *generation,
	      struct hc_judgement *j)
{
	const struct hc_hal_kind *installed = hc_hal_kind_of_backup(windows);
	size_t wrong = 0;

	for (size_t i = 0; i < windows->hal.witnesses.count; i++) {
		const struct hc_hal_witness *w = &windows->hal.witnesses.items[i];
		const char *where =
			w->where != NULL ? w->where : "manifest.windows.hal.witnesses";

		if (generation == NULL || installed == NULL ||
		    !disagrees(generation, installed, w)) {
			hc_judge_fact(j, where, "%s says %s", w->witness,
				      hc_or_unknown(w->says));
			continue;
		}
		hc_judge_fact(j, where, "%s says %s, which does not go with the HAL %s",
			      w->witness, w->says, installed->name);
		wrong++;
	}
	return wrong;
}

/* ---------------------------------------------------------------- versions */

/*
 * Hotfixes replace single files, so that only the service pack is compared: what the least revision of its files is.
 * Builds 2195 to 3790 [own knowledge, confirmed for 5.1 SP3, 5.2 SP1 and SP2 on real files].
 */
static const struct pack {
	unsigned nt, revision, pack;
} packs[] = {
	{ HC_NT(5, 0), 6600, 4 }, { HC_NT(5, 1), 5512, 3 }, { HC_NT(5, 1), 2180, 2 },
	{ HC_NT(5, 1), 1106, 1 }, { HC_NT(5, 2), 3959, 2 }, { HC_NT(5, 2), 1830, 1 },
};

struct level {
	unsigned nt, build, pack;
	bool known;
};

static struct level
level_of_version(const char *version)
{
	struct level level = { 0 };
	unsigned major, minor, revision;

	if (version == NULL ||
	    sscanf(version, "%5u.%5u.%9u.%9u", &major, &minor, &level.build, &revision) != 4)
		return level;
	level.known = true;
	level.nt = HC_NT(major, minor);
	for (size_t i = 0; i < sizeof(packs) / sizeof(packs[0]); i++) {
		if (packs[i].nt != level.nt || revision < packs[i].revision)
			continue;
		level.pack = packs[i].pack;
		break;
	}
	return level;
}

static bool
same_level(struct level a, struct level b)
{
	return !a.known || !b.known || (a.nt == b.nt && a.build == b.build && a.pack == b.pack);
}

static void
say_version(struct hc_judgement *j, const char *file, const char *version, const char *where)
{
	if (version != NULL)
		hc_judge_fact(j, where, "%s is of version %s", file, version);
}

/* Later Windows chooses the HAL at each start, but no start brings another kernel. */
static unsigned
judge_versions(const struct hc_windows *windows, unsigned nt)
{
	struct level hal = level_of_version(windows->hal.version);
	struct level kernel = level_of_version(windows->kernel.version);
	struct level kernel32 = level_of_version(windows->kernel32.version);

	/* NT 4.0 counts service packs elsewhere. */
	if (nt < HC_NT(5, 0))
		return HC_LEVEL_PASS;
	if (nt < HC_NT(6, 0))
		return same_level(hal, kernel) && same_level(kernel, kernel32) &&
				       same_level(hal, kernel32)
			       ? HC_LEVEL_PASS
			       : HC_LEVEL_REPAIR;
	if (!same_level(kernel, kernel32))
		return HC_LEVEL_BLOCK;
	return same_level(hal, kernel) ? HC_LEVEL_PASS : HC_LEVEL_WARN;
}

JUDGE(judge_hal_witnesses)
{
	const struct hc_windows *windows = in->manifest->windows;
	unsigned nt = hc_nt_of(windows), level;
	size_t wrong;

	wrong = compare_types(windows, hc_hal_generation_of(windows), j);
	say_version(j, "hal.dll", windows->hal.version, "manifest.windows.hal.version");
	say_version(j, "ntoskrnl.exe", windows->kernel.version,
		    "manifest.windows.kernel.version");
	say_version(j, "kernel32.dll", windows->kernel32.version,
		    "manifest.windows.kernel32.version");
	if (nt == 0 || (windows->hal.witnesses.count == 0 && windows->hal.version == NULL &&
			windows->kernel.version == NULL)) {
		hc_judge_fact(j, nt == 0 ? HC_WHERE_VERSION : "manifest.windows.hal",
			      nt == 0 ? "the version of this Windows is not known"
				      : "neither HAL nor kernel could be read");
		return HC_LEVEL_INFO;
	}
	level = judge_versions(windows, nt);
	if (wrong > 0)
		level = nt >= HC_NT(5, 0) ? HC_LEVEL_REPAIR : HC_LEVEL_BLOCK;
	if (level == HC_LEVEL_REPAIR)
		hc_judge_fixup(j, "hal");
	return level;
}
