/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From BIOS to UEFI: what the fixup firmware's two halves share. */
#ifndef HC_FIXUP_FIRMWARE_PRIV_H
#define HC_FIXUP_FIRMWARE_PRIV_H

#include "restore/fixup/fixup_priv.h"

#define BIOS_STORE "/Boot/BCD"
#define EFI_FOLDER "/EFI/Microsoft/Boot"
#define EFI_STORE  EFI_FOLDER "/BCD"

struct conversion {
	struct fix *fix;
	size_t esp;   /* index into the volumes */
	size_t store; /* of the volume whose BIOS_STORE starts this Windows */
	struct hc_bcd_partition esp_id, system_id;
};

/*
 * Whether a store has a loader for this Windows, under the ids that it has or, by the request's map, will have; its path is
 * *ret, else NULL.
 */
int firmware_loader_of(const struct conversion *c, const struct fix_hive *store,
		       const char **ret, struct hc_err *err);
/* The store of BIOS, copied to the ESP and changed there.  0: wished; 1: a note says why not. */
int firmware_want_store(struct conversion *c, struct hc_err *err);

#endif
