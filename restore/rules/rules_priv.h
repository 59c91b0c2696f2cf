/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What judges report through, what they share, and the judges by topic. */
#ifndef HC_RULES_PRIV_H
#define HC_RULES_PRIV_H

#include "restore/rules/rules.h"

/* Besides the levels: the rule has nothing to say, and no finding is made. */
#define HC_LEVEL_NONE 99u

/* Where the version of a Windows is read. */
#define HC_WHERE_VERSION "manifest.windows.version"

/* ---------------------------------------------------------------- reporting (rules.c) */

/* Evidence; `where` names the member of the document, or the key or file that the document names. */
void hc_judge_fact(struct hc_judgement *j, const char *where, const char *fmt, ...)
	HC_PRINTF(3, 4);
/* A better remedy than the row's. */
void hc_judge_remedy(struct hc_judgement *j, const char *fmt, ...) HC_PRINTF(2, 3);
/* A repair that takes care of it: an id of design.md section 9. */
void hc_judge_fixup(struct hc_judgement *j, const char *id);

/* ---------------------------------------------------------------- comparing (compare.c) */

bool hc_same_text(const char *a, const char *b);
/* The same without regard to case, as Windows compares names. */
bool hc_same_name(const char *a, const char *b);
/* What is printed for a fact that is missing. */
const char *hc_or_unknown(const char *text);
/* HC_NT of "6.1"; 0: unknown. */
unsigned hc_nt_of(const struct hc_windows *windows);
/* 0: unknown. */
uint64_t hc_build_of(const struct hc_windows *windows);
unsigned hc_mode_of(const struct hc_rules_input *in);
/* The disk of the backup that is restored; NULL: there is no such disk. */
const struct hc_manifest_disk *hc_source_disk(const struct hc_rules_input *in);
/* The Windows on the target, NULL: none is known. */
const struct hc_windows *hc_target_windows(const struct hc_rules_input *in);
/* Whether firmware tells nothing of whose machine it is, or the same, and its tables are those of the backup's machine
 * (hazards 15).  Machines of one model have the same tables: it answers for the HAL only. */
bool hc_same_tables(const struct hc_rules_input *in);
/* Whether it is the same make, model and configuration (hazards 16), with the differences as evidence: HC_YES, HC_NO,
 * HC_UNKNOWN when nothing differs but not everything is known. */
unsigned hc_same_hardware(const struct hc_rules_input *in, struct hc_judgement *j);

/* ---------------------------------------------------------------- HALs (hal.c) */

/* The id of the backup's HAL, or of its file where no id is known; NULL: unknown. */
const char *hc_hal_of_backup(const struct hc_windows *windows);

/* ---------------------------------------------------------------- the judges */

#define JUDGE(name)        unsigned name(const struct hc_rules_input *in, struct hc_judgement *j)
#define APPLIES(name)      bool name(const struct hc_rules_input *in)
#define REFUSES_OVER(name) const char *name(const struct hc_rules_input *in)

/* firmware.c */
JUDGE(judge_firmware_same);
JUDGE(judge_bitness);
JUDGE(judge_secure_boot);
JUDGE(judge_video_bios);
APPLIES(applies_uefi_both);
REFUSES_OVER(refuses_conversion);
/* hal.c */
JUDGE(judge_hal_type);
JUDGE(judge_hal_update);
JUDGE(judge_hal_apic);
APPLIES(applies_hal_type);
APPLIES(applies_hal_update);
APPLIES(applies_hal_apic);
/* witness.c */
JUDGE(judge_hal_witnesses);
/* cpu.c */
JUDGE(judge_cpu);
/* version.c */
JUDGE(judge_version);
JUDGE(judge_channel);
JUDGE(judge_service_pack);
/* scenario.c */
JUDGE(judge_scenario);
JUDGE(judge_offline);
/* hardware.c */
JUDGE(judge_hardware_same);
JUDGE(judge_hardware_spare);
/* drivers.c */
JUDGE(judge_storage_drivers);
JUDGE(judge_filters);
JUDGE(judge_policies);
/* domain.c */
JUDGE(judge_folders);
JUDGE(judge_dc_paths);
JUDGE(judge_dc_age);
APPLIES(applies_dc);
/* disk.c */
JUDGE(judge_size);
JUDGE(judge_sectors);
JUDGE(judge_identity_free);
JUDGE(judge_dynamic);
JUDGE(judge_holds);
JUDGE(judge_member);
/* backup.c */
JUDGE(judge_complete);
/* volume.c */
JUDGE(judge_bitlocker);
JUDGE(judge_hibernated);
JUDGE(judge_journal);
/* network.c */
JUDGE(judge_fixed_addresses);

#endif
