/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of restore/hive share: an open hive. */
#ifndef HC_HIVE_HIVE_PRIV_H
#define HC_HIVE_HIVE_PRIV_H

#include <hivex.h>

#include "restore/hive/hive.h"

struct hc_hive {
	hive_h *hive;
	char name[32];
	bool dirty;
};

#endif
