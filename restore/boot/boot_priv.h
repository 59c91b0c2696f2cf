/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptors in a device element: what listing and patching share. */
#ifndef HC_BOOT_BOOT_PRIV_H
#define HC_BOOT_BOOT_PRIV_H

#include "restore/boot/boot.h"

enum hc_bcd_device_type {
	HC_BCD_DEVICE_BOOT = 5,      /* where the boot manager came from: no ids */
	HC_BCD_DEVICE_PARTITION = 6, /* a qualified partition */
	HC_BCD_DEVICE_LOCATE = 8,    /* found at boot, by a path: no ids */
};

struct hc_bcd_descriptor {
	size_t at;
	uint32_t type;
	uint32_t size;                     /* with its header */
	struct hc_bcd_partition partition; /* of HC_BCD_DEVICE_PARTITION */
};

struct hc_bcd_descriptors {
	struct hc_bcd_descriptor items[HC_BCD_DEVICES_MAX];
	size_t count;
};

/* H_BCD_FORMAT: more than there is room for. */
int hc_bcd_scan(struct hc_span value, struct hc_bcd_descriptors *ret, struct hc_err *err);
/* The partition of the descriptor that begins there. */
struct hc_bcd_partition hc_bcd_partition_at(const uint8_t *descriptor);
void hc_bcd_partition_put(uint8_t *descriptor, const struct hc_bcd_partition *partition);

#endif
