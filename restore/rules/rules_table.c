/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rules: the table, and the page that each row makes. */
#include <string.h>

#include "restore/rules/rules_priv.h"

#define KB         "Microsoft KB 249694"
#define NETBACKUP  "the NetBackup article on dissimilar hardware (000011480)"
#define DESIGN     "design.md section 6"
#define OFFLINE(n) "windows-offline.md section " n
#define BMR        HC_RULE_BMR
#define VOLUME     HC_RULE_VOLUME
#define STATE      HC_RULE_STATE
#define EVERY_MODE (BMR | VOLUME | STATE)
#define MACHINE    HC_RULE_MACHINE
#define WINDOWS    HC_RULE_WINDOWS
#define TARGET     HC_RULE_TARGET
#define OUTSIDE    HC_RULE_OUTSIDE
#define THERE      HC_RULE_TARGET_WINDOWS
#define PASS(text)                                                                             \
	{                                                                                      \
		HC_LEVEL_PASS, text                                                            \
	}
#define INFO(text)                                                                             \
	{                                                                                      \
		HC_LEVEL_INFO, text                                                            \
	}
#define REPAIR(text)                                                                           \
	{                                                                                      \
		HC_LEVEL_REPAIR, text                                                          \
	}
#define WARN(text)                                                                             \
	{                                                                                      \
		HC_LEVEL_WARN, text                                                            \
	}
#define BLOCK(text)                                                                            \
	{                                                                                      \
		HC_LEVEL_BLOCK, text                                                           \
	}

static const struct hc_rule rules[] = {
#include "restore/rules/rules.def"
};

const struct hc_rule *
hc_rules_at(size_t position)
{
	return position < sizeof(rules) / sizeof(rules[0]) ? &rules[position] : NULL;
}

const struct hc_rule *
hc_rules_by_id(const char *id)
{
	const struct hc_rule *rule;

	for (size_t i = 0; (rule = hc_rules_at(i)) != NULL; i++)
		if (hc_same_name(rule->id, id))
			return rule;
	return NULL;
}

/* ---------------------------------------------------------------- the page */

static int
print_modes(const struct hc_rule *rule, struct hc_buf *out, struct hc_err *err)
{
	if (rule->modes == EVERY_MODE)
		return hc_buf_printf(out, err, "Applies in every mode.\n");
	return hc_buf_printf(out, err, "Applies in the modes:%s%s%s.\n",
			     (rule->modes & BMR) != 0 ? " bmr" : "",
			     (rule->modes & VOLUME) != 0 ? " volume" : "",
			     (rule->modes & STATE) != 0 ? " system-state" : "");
}

static int
print_range(const struct hc_rule *rule, struct hc_buf *out, struct hc_err *err)
{
	if (rule->since == 0)
		return 0;
	return hc_buf_printf(out, err, "Applies to Windows of the versions %u.%u to %u.%u.\n",
			     rule->since / 256, rule->since % 256, rule->until / 256,
			     rule->until % 256);
}

static int
print_outcomes(const struct hc_rule *rule, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_printf(out, err, "\n## What can come out\n\n") < 0)
		return -1;
	for (size_t i = 0; rule->outcomes[i].text != NULL; i++)
		if (hc_buf_printf(out, err, "- %s: %s\n",
				  hc_level_names[rule->outcomes[i].level],
				  rule->outcomes[i].text) < 0)
			return -1;
	if ((rule->needs & (MACHINE | WINDOWS | THERE)) == 0)
		return 0;
	return hc_buf_printf(
		out, err,
		"\nIt is \"info: not evaluated\" while one of these is not known:%s%s%s.\n",
		(rule->needs & MACHINE) != 0 ? " the machine" : "",
		(rule->needs & WINDOWS) == 0   ? ""
		: (rule->needs & MACHINE) != 0 ? ", the Windows in the backup"
					       : " the Windows in the backup",
		(rule->needs & THERE) != 0 ? ", the Windows on the target" : "");
}

int
hc_rule_page(const struct hc_rule *rule, struct hc_buf *out, struct hc_err *err)
{
	if (hc_buf_printf(out, err, "# %s: %s\n\n## What is compared\n\n%s\n\n", rule->id,
			  rule->title, rule->asks) < 0 ||
	    print_modes(rule, out, err) < 0 || print_range(rule, out, err) < 0 ||
	    print_outcomes(rule, out, err) < 0)
		return -1;
	return hc_buf_printf(out, err,
			     "\n## Why\n\n%s\n\nSource: %s.\n\n## What to do\n\n%s\n\n"
			     "## Overriding\n\n%s\n",
			     rule->because, rule->source, rule->remedy, rule->overriding);
}
