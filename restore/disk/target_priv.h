/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The opened target, shared by target.c (open, identity, partitions) and target_io.c (bytes). */
#ifndef HC_DISK_TARGET_PRIV_H
#define HC_DISK_TARGET_PRIV_H

#include <stdatomic.h>

#include "restore/disk/disk_priv.h"

#define TARGET_ALIGN 4096

struct hc_target {
	int fd;       /* O_DIRECT where `direct` says so */
	int buffered; /* for what O_DIRECT won't take; the same as fd where there is no O_DIRECT */
	bool is_file;
	bool direct;
	bool independent;
	atomic_bool dirty; /* something was written through the page cache */
	uint64_t size;
	uint64_t logical_block;
	unsigned major, minor; /* of a device */
	char *path;
};

/* The disk busy for a moment: tries again until it isn't, or 5 seconds are over. */
#define TARGET_PATIENCE_MS 5000
bool hc_target_wait(unsigned *waited_ms);

#endif
