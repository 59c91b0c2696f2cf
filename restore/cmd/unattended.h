/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A restore that asks nobody: the answer file says everything, and the server says that it may begin.
 *
 * Order:   read the answer file ─ match the machine ─ choose the disk ─ plan ─ claim the task on the server
 *          ─ apply ─ report to the server ─ say how the machine ends.
 * Source:  hazards 1, 2, 7, 8; design.md section 10.
 */
#ifndef HC_CMD_UNATTENDED_H
#define HC_CMD_UNATTENDED_H

#include "restore/cmd/cli.h"

int restore_unattended(struct cli *cli, struct hc_err *err);

#endif
