/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a device is known by.
 *
 * Shape:   hardware ids, then compatible ids, each best match first, as Windows' bus drivers report them.
 * Owner:   borrowed.
 */
#ifndef HC_WINDOWS_DEVICE_IDS_H
#define HC_WINDOWS_DEVICE_IDS_H

#include "restore/model/json.h"

struct hc_device_ids {
	const struct hc_strings *hardware, *compatible; /* NULL: none */
};

#endif
