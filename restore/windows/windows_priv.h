/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of an inspection: each reads one topic and fills in its members of struct hc_windows.
 *
 * A part that can't read something notes why (hc_windows_unread) and returns 0; what some Windows have and others
 * don't is left NULL without a note.  -1 means that the inspection can't go on: no memory.
 */
#ifndef HC_WINDOWS_WINDOWS_PRIV_H
#define HC_WINDOWS_WINDOWS_PRIV_H

#include "restore/boot/pe.h"
#include "restore/hive/hive.h"
#include "restore/windows/windows.h"

struct inspection {
	struct hc_volume *volume;
	struct hc_arena *arena;
	struct hc_windows *windows;
	const char *root;                  /* "/Windows" */
	struct hc_hive *system, *software; /* NULL: could not be read */
	const char *hal_inf_version; /* DriverVersion of the HAL, by hal.c: 5.2.3790.1830 */
};

typedef int hc_windows_part(struct inspection *in, struct hc_err *err);

/* product.c: control sets, names, versions, architecture. control_sets goes first: the others need to know which. */
hc_windows_part hc_windows_read_control_sets, hc_windows_read_product;

/* services.c, filters.c, adapters.c, mounted.c */
hc_windows_part hc_windows_read_boot_drivers, hc_windows_read_filters, hc_windows_read_adapters,
	hc_windows_read_pci, hc_windows_read_mounted_devices;

/* inspect.c: finds and opens the Windows on in->volume, and reads control sets and product into in->windows, for a
 * question that is no inspection.  0 found, 1 none.  hc_windows_end closes what was opened, whatever was returned. */
int hc_windows_begin(struct inspection *in, struct hc_err *err);
void hc_windows_end(struct inspection *in);
/* hotfixes.c. */
hc_windows_part hc_windows_read_hotfixes;
/* channel.c: after product.c. */
hc_windows_part hc_windows_read_channel;
/* hal.c: after product.c. */
hc_windows_part hc_windows_read_hal;
/* dc.c: after product.c. */
hc_windows_part hc_windows_read_domain_controller;
/* policy.c. */
hc_windows_part hc_windows_read_policy;
/* gaps.c, last: what other places tell where SOFTWARE does not. */
hc_windows_part hc_windows_fill_gaps;

#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"

/* Notes what could not be read; only running out of memory ends an inspection. */
int hc_windows_unread(struct inspection *in, const char *what, const struct hc_err *why,
		      struct hc_err *err);

/* inspect.c: opens \Windows\System32\config\NAME; *ret is NULL when it can't be read, with the reason noted. */
int hc_windows_open_hive(struct inspection *in, const char *name, struct hc_hive **ret,
			 struct hc_err *err);

/* inspect.c: a PE file of at most 64 MiB, by its path on the volume; text lives in the inspection's arena. */
int hc_windows_read_pe(struct inspection *in, const char *path, struct hc_pe *ret,
		       struct hc_err *err);

/* ---------------------------------------------------------------- registry: registry.c */

/* A key of the current control set; -1 with H_HIVE_MISSING where it, or the hive, is not there. */
int hc_windows_key(struct inspection *in, const char *path, struct hc_hive_key *ret,
		   struct hc_err *err);
/* A text of the current control set. */
int hc_windows_setting(struct inspection *in, const char *path, const char *name,
		       const char **ret, struct hc_err *err);
/* A number of the current control set. */
int hc_windows_number(struct inspection *in, const char *path, const char *name, uint32_t *ret,
		      struct hc_err *err);
/* A key of SOFTWARE; -1 with H_HIVE_MISSING where it, or the hive, is not there. */
int hc_windows_software(struct inspection *in, const char *path, struct hc_hive_key *ret,
			struct hc_err *err);
/* A text that some Windows have and others don't: NULL when it isn't there or is empty. */
const char *hc_windows_text(struct inspection *in, struct hc_hive *hive, struct hc_hive_key key,
			    const char *name);
/* Whatever order a registry has them in. */
void hc_windows_sort_each_once(struct hc_strings *list);
/* "SYSTEM\ControlSet001\path", for `where`; NULL: no memory. */
const char *hc_windows_where(struct inspection *in, const char *path);

/* ---------------------------------------------------------------- services: services.c */

/* 0: it is there; 1: it isn't, and only name and where are set; -1: no memory. */
int hc_windows_service(struct inspection *in, const char *name, struct hc_service *ret,
		       struct hc_err *err);
int hc_windows_service_names(struct inspection *in, struct hc_strings *ret, struct hc_err *why);
/* Where the file of a driver lies on this volume, by its ImagePath (NULL or "": the default). */
int hc_windows_driver_file(struct inspection *in, const char *name, const char *image_path,
			   const char **ret, struct hc_err *err);
/* enum hc_tristate; unknown for NULL and where the folder can't be read. */
unsigned hc_windows_file_present(struct inspection *in, const char *path);

#endif
