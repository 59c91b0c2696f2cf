/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The judges, by topic. */
#ifndef HC_RULES_PRIV_H
#define HC_RULES_PRIV_H

#include "restore/rules/rules.h"

#define JUDGE(name) enum hc_level name(const struct hc_rules_input *in, struct hc_judgement *j)

/* firmware.c */
JUDGE(judge_firmware_same);
/* disk.c */
JUDGE(judge_offline);
JUDGE(judge_size);
JUDGE(judge_sectors);
JUDGE(judge_identity_free);
JUDGE(judge_holds);
JUDGE(judge_member);
/* backup.c */
JUDGE(judge_complete);
JUDGE(judge_bitlocker);
JUDGE(judge_hibernated);

#endif
