/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about a system state: the Windows in the backup and the one that it goes into. */
#include <stdio.h>
#include <string.h>

#include "restore/rules/rules_priv.h"

/* ---------------------------------------------------------------- OS-1 */

static void
join(const struct hc_strings *list, char *buf, size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "none");
	for (size_t i = 0; i < list->count && used < size; i++) {
		int n = snprintf(buf + used, size - used, "%s%s", used > 0 ? ", " : "",
				 list->items[i]);

		used += n < 0 ? 0 : (size_t)n;
	}
}

static bool
same_suite(const struct hc_strings *a, const struct hc_strings *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!hc_strings_has(b, a->items[i]))
			return false;
	return true;
}

static bool
is_server(const char *product_type)
{
	return hc_same_name(product_type, "ServerNT") || hc_same_name(product_type, "LanmanNT");
}

/* A name that both have, and have otherwise.  What one lacks says nothing. */
static bool
differs(struct hc_judgement *j, const char *what, const char *old, const char *here,
	const char *where)
{
	if (old == NULL || here == NULL || hc_same_name(old, here))
		return false;
	/* Promoting a server to a domain controller does not make it another product. */
	if (is_server(old) && is_server(here))
		return false;
	hc_judge_fact(j, where, "%s: %s in the backup, %s on the target", what, old, here);
	return true;
}

static void
say_version(struct hc_judgement *j, const char *who, const struct hc_windows *windows,
	    const char *where)
{
	hc_judge_fact(j, where, "the %s holds %s, version %s", who,
		      windows->product != NULL ? windows->product : "a Windows",
		      hc_or_unknown(windows->version));
}

JUDGE(judge_version)
{
	const struct hc_windows *old = in->manifest->windows, *here = hc_target_windows(in);
	char suite[2][128];
	bool other;

	say_version(j, "backup", old, HC_WHERE_VERSION);
	say_version(j, "target", here, "survey.target_windows.version");
	if (hc_nt_of(old) == 0 || hc_nt_of(here) == 0)
		return HC_LEVEL_INFO;
	other = hc_nt_of(old) != hc_nt_of(here);
	/* From 10.0 on the build is what tells one version from the next. */
	if (hc_nt_of(old) >= HC_NT(10, 0))
		other |= differs(j, "build", old->build, here->build,
				 "survey.target_windows.build");
	other |= differs(j, "edition", old->edition, here->edition,
			 "survey.target_windows.edition");
	other |= differs(j, "installation type", old->installation_type,
			 here->installation_type, "survey.target_windows.installation_type");
	other |= differs(j, "product type", old->product_type, here->product_type,
			 "survey.target_windows.product_type");
	other |= differs(j, "architecture", old->architecture, here->architecture,
			 "survey.target_windows.architecture");
	if (!same_suite(&old->product_suite, &here->product_suite)) {
		join(&old->product_suite, suite[0], sizeof(suite[0]));
		join(&here->product_suite, suite[1], sizeof(suite[1]));
		hc_judge_fact(j, "survey.target_windows.product_suite",
			      "suite: %s in the backup, %s on the target", suite[0], suite[1]);
		other = true;
	}
	return other ? HC_LEVEL_BLOCK : HC_LEVEL_PASS;
}

/* ---------------------------------------------------------------- OS-2 */

static bool
is_known_channel(const char *channel)
{
	return channel != NULL && strcmp(channel, "unknown") != 0;
}

static void
say_channel(struct hc_judgement *j, const char *who, const struct hc_windows *windows,
	    const char *where)
{
	if (!is_known_channel(windows->channel))
		hc_judge_fact(j, where, "how the Windows %s was sold is not known", who);
	else if (windows->oem != NULL)
		hc_judge_fact(j, where, "the Windows %s is an %s version (%s)", who,
			      windows->channel, windows->oem);
	else
		hc_judge_fact(j, where, "the Windows %s is of the channel %s", who,
			      windows->channel);
}

JUDGE(judge_channel)
{
	const struct hc_windows *old = in->manifest->windows, *here = hc_target_windows(in);

	say_channel(j, "in the backup", old, "manifest.windows.channel");
	say_channel(j, "on the target", here, "survey.target_windows.channel");
	if (!is_known_channel(old->channel) || !is_known_channel(here->channel))
		return HC_LEVEL_INFO;
	if (strcmp(old->channel, here->channel) != 0)
		return HC_LEVEL_BLOCK;
	if (strcmp(old->channel, "oem") != 0)
		return HC_LEVEL_PASS;
	if (old->oem == NULL || here->oem == NULL)
		return HC_LEVEL_INFO;
	return hc_same_name(old->oem, here->oem) ? HC_LEVEL_PASS : HC_LEVEL_BLOCK;
}

/* ---------------------------------------------------------------- OS-3 */

/* "Service Pack 3" → 3; none → 0. */
static unsigned
pack_of(const struct hc_windows *windows)
{
	unsigned pack = 0;

	if (windows->service_pack == NULL ||
	    sscanf(windows->service_pack, "Service Pack %2u", &pack) != 1)
		return 0;
	return pack;
}

/* Windows 2000's own hotfix names begin with Q, later ones with KB. */
static bool
has_hotfix(const struct hc_windows *windows, const char *number)
{
	for (size_t i = 0; i < windows->hotfixes.count; i++) {
		const char *name = windows->hotfixes.items[i];

		if (hc_same_text(name + strcspn(name, "0123456789"), number))
			return true;
	}
	return false;
}

static bool
lacks_810161(struct hc_judgement *j, const struct hc_windows *windows, const char *who,
	     const char *where)
{
	if (pack_of(windows) >= 4 || has_hotfix(windows, "810161"))
		return false;
	hc_judge_fact(j, where, "neither Service Pack 4 nor hotfix 810161 is %s", who);
	return true;
}

static unsigned
judge_2000(const struct hc_windows *old, const struct hc_windows *here, struct hc_judgement *j)
{
	bool lacking = lacks_810161(j, old, "in the backup", "manifest.windows.hotfixes");

	if (here != NULL)
		lacking |= lacks_810161(j, here, "on the target",
					"survey.target_windows.hotfixes");
	if (lacking)
		return HC_LEVEL_BLOCK;
	return here == NULL ? HC_LEVEL_INFO : HC_LEVEL_PASS;
}

static void
say_pack(struct hc_judgement *j, const char *who, const struct hc_windows *windows,
	 const char *where)
{
	if (windows == NULL)
		hc_judge_fact(j, where, "the %s: no Windows was found there", who);
	else
		hc_judge_fact(j, where, "the %s: version %s, %s", who,
			      hc_or_unknown(windows->version),
			      windows->service_pack != NULL ? windows->service_pack
							    : "no service pack");
}

JUDGE(judge_service_pack)
{
	const struct hc_windows *old = in->manifest->windows, *here = hc_target_windows(in);

	say_pack(j, "backup", old, "manifest.windows.service_pack");
	say_pack(j, "target", here, "survey.target_windows.service_pack");
	if (hc_nt_of(old) == HC_NT(5, 0))
		return judge_2000(old, here, j);
	/* 64-bit XP is of version 5.2, too. */
	if (hc_nt_of(old) != HC_NT(5, 2) || !is_server(old->product_type) || pack_of(old) != 1)
		return HC_LEVEL_PASS;
	if (here == NULL)
		return HC_LEVEL_INFO;
	return hc_nt_of(here) == HC_NT(5, 2) && pack_of(here) == 1 ? HC_LEVEL_PASS
								   : HC_LEVEL_BLOCK;
}
