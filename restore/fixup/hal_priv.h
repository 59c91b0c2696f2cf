/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the repair hal: hal.c decides, hal_files.c finds HAL and kernels, hal_registry.c and hal_boot_ini.c say where
 * they are named. */
#ifndef HC_FIXUP_HAL_PRIV_H
#define HC_FIXUP_HAL_PRIV_H

#include "restore/fixup/fixup_priv.h"

/* What the files are kept as: ntldr takes names of 8.3 only. */
#define FIX_HAL_OLD_HAL    "halold.dll"
#define FIX_HAL_OLD_KERNEL "krnlold.exe"

/* One of a pair of HALs that may follow each other. */
struct fix_hal_kind {
	const char *id;
	const char *pair; /* id of the other one */
	const char *name; /* DriverDesc */
	const char *section;
	const char *hal, *kernel, *pae; /* the files that they are made from, 32 bit */
};

/* ---------------------------------------------------------------- hal_files.c */

#define FIX_HAL_FILES 3

struct fix_hal_file {
	const char *target;     /* hal.dll: its name in System32 */
	const char *name;       /* halmacpi.dll: the one it shall be made from */
	const char *old;        /* halold.dll: what the one there is kept as; NULL: not kept */
	const char *is_version; /* of the one there */
	const char *
		rejected; /* why the first one that was found would not do; NULL: there was none */
	struct hc_edit_source from;
	bool found;
};

struct fix_hal_files {
	struct fix_hal_file items[FIX_HAL_FILES];
	size_t count;
};

/*
 * Which files of System32 shall be made from which, and where these lie on the volume of Windows, at the versions of those
 * there.  0: all were found; 1: not all, and a note says so.
 */
int fix_hal_find_files(struct fix *fix, const struct fix_hal_kind *to,
		       struct fix_hal_files *ret, struct hc_err *err);
int fix_hal_want_files(struct fix *fix, const struct fix_hal_files *files, const char *because,
		       struct hc_err *err);

/* ---------------------------------------------------------------- hal_registry.c */

/* The devices whose hardware id is `from->id`, in every control set. */
struct fix_hal_device {
	const char *instance; /* ControlSet001\Enum\Root\ACPI_HAL\0000 */
	const char *class;    /* ControlSet001\Control\Class\{…}\0000; NULL: there is none */
	struct hc_strings ids;
};

struct fix_hal_devices {
	struct fix_hal_device *items;
	size_t count;
};

int fix_hal_find_devices(struct fix *fix, const struct fix_hive *system,
			 const struct fix_hal_kind *from, struct fix_hal_devices *ret,
			 struct hc_err *err);
int fix_hal_want_devices(struct fix *fix, const struct fix_hive *system,
			 const struct fix_hal_devices *devices, const struct fix_hal_kind *from,
			 const struct fix_hal_kind *to, const char *because,
			 struct hc_err *err);

/* ---------------------------------------------------------------- hal_boot_ini.c */

/* boot.ini with an entry more, which starts the same Windows with the files that are kept; without `with_hal`, with the
 * kernel only.  0: in `ret`, or empty when there is such an entry already; 1: not possible, and a note says so. */
int fix_hal_boot_ini(struct fix *fix, bool with_hal, struct hc_buf *ret, struct hc_err *err);

#endif
