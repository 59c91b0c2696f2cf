/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An offline Windows: what it is, as far as its files and registry say.
 *
 * Shape:   fills in struct hc_windows (restore/model/windows.h) from \Windows\System32\config and a few files.
 * Owner:   the caller's arena.
 * Errors:  reading errors of the disk only: what a damaged or partial Windows does not tell is NULL, with the
 *          reason in `unread` (hazards 16).
 * Source:  windows-offline.md section 3.6; hazards 13, 16.
 * Example:
 *	if (hc_windows_inspect(volume, &arena, &windows, err) == 0)
 *		printf("%s\n", windows.product);
 */
#ifndef HC_WINDOWS_WINDOWS_H
#define HC_WINDOWS_WINDOWS_H

#include "restore/boot/boot.h"
#include "restore/model/facts.h"
#include "restore/model/survey.h"
#include "restore/volume/volume.h"

struct hc_hive;

/* 0: there is one, *ret filled in but for `firmware`, system_disk and system_partition, which the volume
 * can't tell; 1: there is none. */
int hc_windows_inspect(struct hc_volume *volume, struct hc_arena *arena, struct hc_windows *ret,
		       struct hc_err *err);

/* The folder of the Windows on this volume: "/Windows".  0: there is one; 1: there is none. */
int hc_windows_root(struct hc_volume *volume, struct hc_arena *arena, const char **ret,
		    struct hc_err *err);

/* The Windows on a partition of a disk, with firmware and system_partition; NULL: there is none, or it can't be read. */
struct hc_windows *hc_windows_on(struct hc_io *disk, unsigned table,
				 const struct hc_partition *partition, struct hc_arena *arena);
/* What is said of a volume that BitLocker encrypts, by its name. */
#define HC_WINDOWS_ENCRYPTED "%s: encrypted by BitLocker, so nothing in it can be read"

/*
 * A Windows that nobody can look into, among the volumes of a disk: one that BitLocker encrypts and that a loader in a boot
 * store names.  0: *ret has what lies outside of it (boot store, boot manager, firmware), `bitlocker`, and the reason in
 * `unread`; *ret_system is its volume; 1: there is none.
 */
int hc_windows_encrypted(const struct hc_boot_volume *volumes, size_t count,
			 struct hc_arena *arena, struct hc_windows *ret, size_t *ret_system,
			 struct hc_err *err);
/* "Windows Server 2019 Standard of SERVER7"; NULL: no memory. */
const char *hc_windows_name(const struct hc_windows *windows, struct hc_arena *arena);

/* Appends the page that people read; `arena` for its own use. */
int hc_windows_page(const struct hc_windows *windows, struct hc_arena *arena,
		    struct hc_buf *out, struct hc_err *err);

/*
 * Whether this Windows has drivers that start with it for what `target`, a disk of `facts`, hangs on: fills in
 * `drivers` and `drivers_known` of *ret, which are empty and false where nobody can say.  How each answer is found
 * stands in drivers.c.
 */
int hc_windows_drivers(struct hc_volume *volume, const struct hc_facts *facts,
		       const struct hc_disk *target, struct hc_arena *arena,
		       struct hc_survey *ret, struct hc_err *err);

/* ---------------------------------------------------------------- services that are drivers */

/* Start: the boot loader loads it; on demand; never. */
#define HC_SERVICE_BOOT     0u
#define HC_SERVICE_DEMAND   3u
#define HC_SERVICE_DISABLED 4u

struct hc_service {
	const char *name;
	bool present;   /* there is such a key */
	bool is_driver; /* by its Type: of the kernel, of a file system */
	uint32_t type, start;
	bool overridden; /* StartOverride demotes it */
	const char *group;
	const char *file; /* as Windows writes it, without drive; NULL: on another volume */
	unsigned file_present; /* enum hc_tristate */
	const char *where;
};

/* One control set of a Windows; all of it is borrowed. */
struct hc_control_set {
	struct hc_volume *volume;
	const char *root; /* "/Windows" */
	struct hc_hive *system;
	const char *name;         /* ControlSet001 */
	const char *system_drive; /* NULL: C: */
};

/* What a control set says of a service.  0: it is there; 1: it isn't, and only name and where are set; -1: no memory. */
int hc_windows_service_of(const struct hc_control_set *set, const char *name,
			  struct hc_arena *arena, struct hc_service *ret, struct hc_err *err);
/* The same answers for every PCI function of `facts`, with the role "function".  Those that this Windows met in their slot,
 * and those that its database for starting has, can be told; others are "absent", though it may have an INF for them. */
int hc_windows_function_drivers(struct hc_volume *volume, const struct hc_facts *facts,
				struct hc_arena *arena, struct hc_survey *ret,
				struct hc_err *err);

/* One value of MountedDevices; `name` is left NULL.  Data of a form that isn't known is no error: kind "unknown". */
int hc_mounted_device_parse(struct hc_span data, struct hc_arena *arena,
			    struct hc_mounted_device *ret, struct hc_err *err);

#endif
