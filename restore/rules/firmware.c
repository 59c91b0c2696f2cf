/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about firmware. */
#include "restore/rules/rules_priv.h"

JUDGE(judge_firmware_same)
{
	unsigned backup = in->manifest->firmware.type, machine = in->facts->firmware.type;

	hc_judge_fact(j, "manifest.firmware.type", "the backup starts from %s",
		      hc_firmware_names[backup]);
	hc_judge_fact(j, "facts.firmware.type", "this machine was started by %s",
		      hc_firmware_names[machine]);
	if (backup == HC_FIRMWARE_UNKNOWN || machine == HC_FIRMWARE_UNKNOWN)
		return HC_LEVEL_INFO;
	return backup == machine ? HC_LEVEL_PASS : HC_LEVEL_BLOCK;
}
