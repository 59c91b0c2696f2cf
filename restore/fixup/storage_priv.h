/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the fixups about drivers of disks share: storage-boot, filters, san-policy.
 *
 * Shape:   a look at SYSTEM with the answers for the chain from the processor to the disk (windows.h); the lists of
 *          filter drivers, of device classes and of single devices.
 * Owner:   the fixup's arena.
 */
#ifndef HC_FIXUP_STORAGE_PRIV_H
#define HC_FIXUP_STORAGE_PRIV_H

#include "restore/fixup/edits_priv.h"
#include "restore/windows/windows.h"

struct storage {
	struct fix *fix;
	struct fix_hive system;
	struct hc_survey chain; /* `drivers`, as far as anybody can say */
};

/* 0: *ret filled in; 1: SYSTEM isn't there or must not be written, and a note says so; -1: err. */
int storage_open(struct fix *fix, struct storage *ret, struct hc_err *err);
/* As hc_windows_service_of; `set` as in fix->windows->control_sets. */
int storage_service(const struct storage *s, const char *set, const char *name,
		    struct hc_service *ret, struct hc_err *err);
/* The answer whose driver this service is; NULL: the disk doesn't need it. */
const struct hc_driver_answer *storage_answer(const struct storage *s, const char *service);
/* Windows can't do without it, whatever the disk hangs on. */
bool storage_is_core(const char *service);
/* "DiskDrive" of a class whose drivers see disks, volumes and what they hang on; NULL: it is another class, or NULL. */
const char *storage_class(const char *guid);
/* A fixup that is made on request only was asked for. */
bool storage_is_requested(const struct fix *fix, const char *id);

/* ---------------------------------------------------------------- CriticalDeviceDatabase: storage_critical.c */

/* Whether new devices are looked up there: 2000 to 7. */
int storage_has_critical(const struct storage *s, bool *ret, struct hc_err *err);
/*
 * A controller that has no entry gets the one that its generation's setup would make, where the driver is installed.
 * 0: its entries are wished for, and *ret_service drives it; 1: there is none that fits, *ret_service NULL, or the driver
 * that fits but isn't installed.
 */
int storage_add_critical(struct storage *s, const struct hc_pci *pci, const char **ret_service,
			 struct hc_err *err);
/* An entry of the current control set is there in the others too, and what every disk needs of them. */
int storage_complete_critical(struct storage *s, const struct hc_driver_answer *answer,
			      struct hc_err *err);

/* ---------------------------------------------------------------- lists of filter drivers: storage_lists.c */

struct storage_lists {
	/* Whether `name` has to go from a list of a device of this class in this control set; then *ret_why says why. */
	int (*unwanted)(struct storage *s, const void *ctx, const char *set, const char *class,
			const char *name, const char **ret_why, struct hc_err *err);
	const void *ctx;
};

/* UpperFilters and LowerFilters of every class and of every device, in every control set. */
int storage_clean_lists(struct storage *s, const struct storage_lists *lists,
			struct hc_err *err);
/* A name without a service, or without its file, in a list that disks and volumes depend on: an `unwanted` without ctx. */
int storage_is_dangling(struct storage *s, const void *ctx, const char *set, const char *class,
			const char *name, const char **ret_why, struct hc_err *err);

/* ---------------------------------------------------------------- the start of a driver: storage_boot.c */

/* Start 0, and no StartOverride that demotes it, in every control set that has the service with its file. */
int storage_start(struct storage *s, const char *service, const char *because,
		  struct hc_err *err);
/* storage_files.c: drivers that start with Windows and whose files are missing. */
int storage_disable_missing(struct storage *s, struct hc_err *err);

/* ---------------------------------------------------------------- san_policy.c */

/* Whether a disk on a bus that is new to this Windows could stay offline. */
bool storage_may_stay_offline(const struct storage *s);

#endif
