/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What PROGRESS and RESULT say of a run that is no restore. */
#include "tui/screens/screens_priv.h"

static const struct hc_task_words words[] = {
	[HC_TASK_VERIFY] = {
		.progress = "Verify: reading the backup",
		.result = "Verify: result",
		.good = "VERIFIED: every byte of the backup is there and right.",
		.stopped = "STOPPED: not all of the backup was read.",
		.failed = "FAILED: the backup could not be verified.",
		.damaged = "DAMAGED: bytes of the backup are not what they were.",
		.stop = "Reading stops where it is; nothing was written.",
	},
	[HC_TASK_CAPTURE] = {
		.progress = "Capture: reading the disk",
		.result = "Capture: result",
		.good = "CAPTURED: the backup is in the repository.",
		.stopped = "STOPPED: there is no backup; what was stored is used next time.",
		.failed = "FAILED: there is no backup; the disk was only read.",
		.damaged = "FAILED: the repository is damaged; there is no backup.",
		.stop = "Reading stops where it is, and there is no backup.  What was stored "
			"already is not stored again when the same disk is captured later.",
	},
};

const struct hc_task_words *
hc_words_of(const struct hc_wiz *wiz)
{
	return &words[wiz->task == HC_TASK_CAPTURE ? HC_TASK_CAPTURE : HC_TASK_VERIFY];
}
