/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * driver-inject in parts: a folder of packages, which of them a device gets, whether Windows would take it, where it goes.
 *
 *	driver_folder.c   the folder: INF files, and files by the names that INF files give them
 *	driver_package.c  which packages are for which device, best first
 *	driver_check.c    what one would install, or why it must not be
 *	driver_sign.c     for which processor, and signed by anybody
 *	driver_name.c     oemNN.inf and the label: ours, Windows' own, or new ones
 *	driver_place.c    files and services; driver_register.c: the databases that bind them
 *	driver_stage.c    packages that Windows finds through DevicePath
 *	driver_inject.c   the detector
 *
 * Owner:   a set and all below it live in its arena, but for what edits and notes keep, which is in that of struct fix.
 * Errors:  -1 with err only for what ends the detection; what is wrong with a package is a reason, a text.
 */
#ifndef HC_FIXUP_DRIVER_PRIV_H
#define HC_FIXUP_DRIVER_PRIV_H

#include "restore/base/digest.h"
#include "restore/fixup/fixup_priv.h"
#include "restore/model/survey.h"
#include "restore/windows/inf.h"

#define DRIVER_FILE_MAX (64u << 20)

/* ---------------------------------------------------------------- what is known */

struct driver_package {
	const char *path;   /* of the INF in the folder: viostor/w10/amd64/viostor.inf */
	const char *folder; /* viostor/w10/amd64; "" */
	const char *name;   /* viostor.inf, lower case */
	struct hc_inf *inf;
	struct hc_digest digest; /* of the INF's bytes */
	uint64_t size;
	const char *catalog;     /* in the folder, by its exact name; NULL: none */
	struct hc_strings files; /* all of it, by exact names, INF and catalog too */
	const char *unfit;       /* why it is for no device; NULL: it isn't */
	/* driver_name.c */
	const char *oem, *label; /* oem7.inf; viostor.inf_amd64_0123456789abcdef */
	bool known;              /* the INF is in this Windows, as `oem` */
};

struct driver_candidate {
	struct driver_package *package;
	struct hc_inf_match match;
};

/* A device that this Windows has no driver for. */
struct driver_device {
	const char *id; /* its best one, for people */
	struct hc_strings hardware, compatible;
	bool critical; /* Windows starts through it */
	const char *
		service; /* that Windows would use, whose file is missing; NULL: there is none */
	struct {
		struct driver_candidate *items;
		size_t count;
	} candidates;
	struct hc_strings reasons; /* why a package that names it is not for it */
};

struct driver_set {
	struct hc_arena *arena;
	struct hc_volume *folder; /* request->drivers; NULL: none, or it can't be read */
	struct hc_inf_target target;
	const char *architecture; /* as labels have it: amd64 */
	struct {
		struct driver_device *items;
		size_t count;
	} devices;
	size_t passed_over;      /* INF files that can't be read */
	struct hc_strings taken; /* oemNN.inf of this run */
	/* Where packages are bound; database NULL: CriticalDeviceDatabase. */
	struct fix_hive system, database_hive;
	const char *database;     /* "DriverDatabase\", or "" */
	struct fix_hive software; /* hive NULL: not opened yet */
	bool no_software;
	struct hc_strings staged; /* labels for DevicePath */
	struct {
		const struct driver_plan **items;
		size_t count;
	} placed;
};

/* What a package would install for a device. */
struct driver_file {
	const char *from; /* in the folder, by its exact name */
	const char *to; /* on the volume of Windows; NULL: Windows itself puts it there later */
	bool leave;     /* the INF leaves what is there, or isn't, as it is */
};

struct driver_service {
	const struct hc_inf_service *inf;
	const char *image; /* ImagePath */
};

struct driver_plan {
	struct driver_package *package;
	const struct hc_inf_match *match;
	struct hc_strings ids; /* those of the INF's line that the device has */
	struct hc_inf_install install;
	struct {
		struct driver_file *items;
		size_t count;
	} files;
	struct {
		struct driver_service *items;
		size_t count;
	} services; /* the device's own first */
};

/* ---------------------------------------------------------------- driver_folder.c */

/* The paths of *.inf; what is too much or can't be read is a note. */
int driver_folder_infs(struct fix *fix, struct driver_set *set, struct hc_strings *ret,
		       struct hc_err *err);
/* A file by the path that an INF of `folder` gives it, with either slash: its exact name.  1: no such file. */
int driver_folder_find(struct driver_set *set, const char *folder, const char *path,
		       const char **ret, struct hc_err *err);
/* Of a file of the folder, for edits. */
int driver_folder_source(struct fix *fix, const char *path, struct hc_edit_source *ret,
			 struct hc_err *err);
/* Whether a path from an INF stays where it is put: no "..", no drive, no device. */
bool driver_is_path(const char *path);
/* Whether a text from an INF is a name, or path, of keys of the registry. */
bool driver_is_key(const char *path);
/* Memory and disks end the detection, all else is told in `ret`, a reason. */
int driver_reason(struct driver_set *set, const struct hc_err *why, const char **ret,
		  struct hc_err *err);
/* Sets a reason that driver_text made. */
int driver_say(const char *text, const char **reason);
/* "%s" of a reason, in the set's arena; NULL with err: no memory. */
const char *driver_text(struct driver_set *set, struct hc_err *err, const char *fmt, ...)
	HC_PRINTF(3, 4);

/* ---------------------------------------------------------------- driver_package.c … driver_stage.c */

int driver_packages_find(struct fix *fix, struct driver_set *set, struct hc_err *err);

/* *reason NULL: *ret can be put in place. */
int driver_check(struct fix *fix, struct driver_set *set, const struct driver_device *device,
		 const struct driver_candidate *candidate, struct driver_plan *ret,
		 const char **reason, struct hc_err *err);
/* Every program among the plan's files: of this processor, and signed where this Windows asks for it. */
int driver_sign_check(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		      const char **reason, struct hc_err *err);

/* Fills in oem, label and known. */
int driver_name(struct fix *fix, struct driver_set *set, struct driver_package *package,
		struct hc_err *err);

/* The files of the package into a folder of the volume. */
int driver_copy_package(struct fix *fix, const struct driver_package *package, const char *to,
			const char *because, struct hc_err *err);
int driver_place(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		 const char *because, struct hc_err *err);
/* Finds out where; 0: known, 1: a note says why not. */
int driver_register_open(struct fix *fix, struct driver_set *set, struct hc_err *err);
int driver_register(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		    const char *because, struct hc_err *err);
/* After all of set->placed. */
int driver_register_end(struct fix *fix, struct driver_set *set, struct hc_err *err);
/* What AddReg of a scope sets below a key, but for what the service's own section says. */
int driver_values(struct fix *fix, const struct fix_hive *hive, const char *key,
		  const struct driver_plan *plan, enum hc_inf_scope scope, const char *service,
		  const char *because, struct hc_err *err);
/* Whether a list of filters names only drivers of the plan. */
bool driver_are_own_filters(struct driver_set *set, const struct driver_plan *plan,
			    struct hc_span texts);

int driver_stage(struct fix *fix, struct driver_set *set, const struct driver_package *package,
		 const char *because, struct hc_err *err);
/* DevicePath, after all of them. */
int driver_stage_end(struct fix *fix, struct driver_set *set, struct hc_err *err);

#endif
