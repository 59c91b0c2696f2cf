/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * windows: what `halcyon inspect` found of an offline Windows.
 *
 * Shape:   the members other tools rely on (design.md section 4), as far as they are read so far; what can't
 *          be read is null, with the reason in `unread`.
 * Source:  windows-offline.md section 3.6; hazards 13, 16.
 */
#ifndef HC_MODEL_WINDOWS_H
#define HC_MODEL_WINDOWS_H

#include "restore/model/json.h"

struct hc_hive_state {
	const char *name; /* SYSTEM, SOFTWARE */
	bool dirty;
	uint64_t log_entries_replayed;
};

struct hc_windows {
	const char *product;
	const char *version; /* "6.1", "10.0" */
	const char *build;
	const char *edition;
	const char *product_type; /* WinNT, LanmanNT, ServerNT */
	const char *installation_type;
	const char *service_pack;
	const char *architecture; /* x86, x64, arm64 */
	const char *hostname;
	const char *system_drive;
	const char *system_root;
	const char *firmware; /* bios, uefi */
	struct hc_strings control_sets;
	const char *current_control_set;
	bool hibernated;
	bool volume_dirty;
	struct {
		struct hc_hive_state *items;
		size_t count;
	} hives;
	uint64_t system_disk;      /* of the backup's disks, from 0 */
	uint64_t system_partition; /* its number there */
	struct hc_strings unread;
};

extern const struct hc_shape hc_windows_shape; /* halcyon.windows/1 */

#endif
