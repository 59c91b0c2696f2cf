/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which service Windows would bind to a device that it has not met before.
 *
 * Shape:   hc_driver_db is where this generation keeps what it knows: nowhere (NT 4.0), CriticalDeviceDatabase
 *          (2000 to 7), DriverDatabase (8 on; in SYSTEM, in a DRIVERS hive, or in both).
 * Owner:   the inspection's arena; hc_driver_db_close closes the DRIVERS hive.
 * Errors:  no memory; what can't be read is not there.
 * Source:  windows-offline.md sections 3.1, 3.4, 3.5; the hives of 2003, 7, 8.1 and 10 in the test data.
 */
#ifndef HC_WINDOWS_DRIVER_DB_H
#define HC_WINDOWS_DRIVER_DB_H

#include "restore/windows/device_ids.h"
#include "restore/windows/windows_priv.h"

enum hc_driver_db_kind {
	HC_DRIVER_DB_NONE,
	HC_DRIVER_DB_CRITICAL,
	HC_DRIVER_DB_PACKAGES,
};

struct hc_driver_db {
	enum hc_driver_db_kind kind;
	/* Where DriverDatabase lies: the hive, its name, the path of the key in it. */
	struct {
		struct hc_hive *hive;
		const char *name, *path;
	} places[2];
	size_t place_count;
	struct hc_hive *drivers; /* the DRIVERS hive, or NULL */
};

struct hc_driver_match {
	const char *id; /* of the device, that matched */
	const char *service;
	const char *inf; /* NULL: not known */
	const char *where;
};

int hc_driver_db_open(struct inspection *in, struct hc_driver_db *ret, struct hc_err *err);
void hc_driver_db_close(struct hc_driver_db *db);
/* 0: *ret filled in; 1: there is no driver, and only ret->where is set: the key that has none. */
int hc_driver_db_match(struct inspection *in, const struct hc_driver_db *db,
		       struct hc_device_ids ids, struct hc_driver_match *ret,
		       struct hc_err *err);

#endif
