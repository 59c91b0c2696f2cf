/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An open hive. */
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
