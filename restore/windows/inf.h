/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * INF files: which devices a driver package is for, and what installing it means, read as SetupAPI reads it.
 *
 * Shape:   struct hc_inf (one file) -> struct hc_inf_model (one line of a models section, for one Windows)
 *          -> struct hc_inf_match (the best of them for a device) -> struct hc_inf_install (files, services, registry).
 * Units:   numbers as the INF has them; paths with '\'; directories as DIRIDs in text ("12"), and %12% in a binary's path
 *          stays for whoever knows where Windows lies.
 * Owner:   the caller's arena, which has to outlive what comes of it: results point into the file that was read.
 * Errors:  H_INF_FORMAT, also for one beyond the limits below; H_OUT_OF_MEMORY.
 * Source:  Microsoft's pages on INF files ("INF Version Section", "INF Manufacturer Section", "INF Models Section",
 *          "INF DDInstall Section", "INF CopyFiles Directive", "INF AddReg Directive", "INF AddService Directive",
 *          "How Windows Ranks Drivers"); tests/fixtures/inf.
 * Example:
 *	if (hc_inf_read(bytes, 0, &arena, &inf, err) == 0 &&
 *	    hc_inf_match(inf, &target, ids, &arena, &match, err) == 0 &&
 *	    hc_inf_install(inf, &target, match.install, &arena, &install, err) == 0)
 *		printf("%zu files\n", install.files.count);
 */
#ifndef HC_WINDOWS_INF_H
#define HC_WINDOWS_INF_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"
#include "restore/windows/device_ids.h"

/* The largest INF of Windows itself has 2 MiB. */
#define HC_INF_BYTES_MAX  (16u << 20)
#define HC_INF_LINES_MAX  (256u << 10)
#define HC_INF_FIELDS_MAX (1u << 20)
#define HC_INF_EXPANDED_MAX                                                                    \
	(32u << 20) /* text after strings were put in, and text that an installation makes */
#define HC_INF_ITEMS_MAX    (64u << 10) /* files, values of the registry */
#define HC_INF_SERVICES_MAX 256u
#define HC_INF_SOURCES_MAX  4096u
#define HC_INF_NEEDS_MAX    64u /* sections that one installation is made of */

struct hc_inf_sections;

struct hc_inf {
	/* Of [Version]; NULL: it isn't there.  Windows takes no INF whose signature isn't one of its three. */
	const char *signature, *class_name, *class_guid, *provider;
	const char *date, *version; /* the two parts of DriverVer */
	bool is_windows;      /* signature is "$Windows NT$", "$Chicago$" or "$Windows 95$" */
	uint32_t date_number; /* 20061231; 0: none, or no date */
	uint64_t
		version_number; /* four times 16 bits, 6.1.7600.1 is 0x000600011db00001; 0: none */
	const struct hc_inf_sections *sections;
};

/* The Windows that shall have the driver. */
struct hc_inf_target {
	const char *architecture; /* x86, x64 (or amd64), ia64, arm, arm64 */
	unsigned major, minor, build;
	unsigned product_type; /* wProductType: 1 workstation, 2 domain controller, 3 server */
	unsigned suite;        /* wSuiteMask */
};

/* `language`: the LANGID of the Windows, whose [Strings.xxxx] comes before its primary language's and before [Strings],
 * string by string; 0: [Strings] alone. */
int hc_inf_read(struct hc_span bytes, unsigned language, struct hc_arena *arena,
		struct hc_inf **ret, struct hc_err *err);

/* CatalogFile as [Version] has it for this Windows; NULL: none. */
const char *hc_inf_catalog(const struct hc_inf *inf, const struct hc_inf_target *target);

/* ---------------------------------------------------------------- devices: inf_match.c */

struct hc_inf_model {
	const char *manufacturer, *description;
	const char *decoration; /* of [Manufacturer], NT…; NULL: none */
	const char *section;    /* the models section */
	const char *install;    /* DDInstall, without decoration */
	struct hc_strings
		ids; /* first the hardware id, then the compatible ones; "" where the line leaves one out */
};

struct hc_inf_models {
	struct hc_inf_model *items;
	size_t count;
};

/* All lines that this Windows goes by, in the INF's order. */
int hc_inf_models(const struct hc_inf *inf, const struct hc_inf_target *target,
		  struct hc_arena *arena, struct hc_inf_models *ret, struct hc_err *err);

struct hc_inf_match {
	struct hc_inf_model model;
	const char *id;      /* that matched, in the INF's spelling */
	size_t id_position;  /* in model.ids */
	const char *install; /* DDInstall with its decoration; NULL: the INF has none */
	/* Identifier score, lower is better: 0x0000 hardware id by hardware id, 0x1000 hardware id by compatible id of the INF,
	 * 0x2000 compatible id by hardware id, 0x3000 compatible id by compatible id; plus the position in the device's list. */
	uint32_t rank;
};

/* 0: the best line for a device; 1: this INF has no driver for it.  Of lines with one rank the one whose own list has the id
 * first, then the first.  Which of two INF files is better: rank, date_number, version_number. */
int hc_inf_match(const struct hc_inf *inf, const struct hc_inf_target *target,
		 struct hc_device_ids ids, struct hc_arena *arena, struct hc_inf_match *ret,
		 struct hc_err *err);

/* The section that stands for `name` on this Windows: name.NTamd64.10.0, name.NTamd64, name.NT, name; NULL: none. */
const char *hc_inf_install_section(const struct hc_inf *inf, const struct hc_inf_target *target,
				   const char *name);

/* ---------------------------------------------------------------- what an installation does: inf_install.c */

struct hc_inf_file {
	const char *directory; /* DIRID; NULL: the INF says none */
	const char *folder;    /* below it; "" */
	const char *name;
	const char *
		source; /* its path in the package, or in `cabinet`; NULL: Windows' own layout.inf says where */
	const char *cabinet; /* its path in the package; NULL: the file lies there by itself */
	uint32_t flags;      /* COPYFLG_… */
};

#define HC_INF_UNSET      UINT32_MAX
#define HC_INF_ASSOCIATED 0x2u /* SPSVCINST_ASSOCSERVICE: the device's own service */

struct hc_inf_service {
	const char *name; /* "": the null driver */
	uint32_t flags;
	const char *section;
	const char *display_name,
		*description; /* these and the next: NULL where the section does not say */
	const char *binary, *group, *security, *start_name;
	uint32_t type, start, error; /* HC_INF_UNSET: the section does not say */
	struct hc_strings dependencies;
};

/* What HKR stands for. */
enum hc_inf_scope {
	HC_INF_DRIVER,    /* the device's key below Class */
	HC_INF_HARDWARE,  /* the device's key below Enum */
	HC_INF_SERVICE,   /* the service's key */
	HC_INF_EVENT_LOG, /* the service's key below EventLog */
	HC_INF_SCOPE_COUNT
};

#define HC_INF_NOCLOBBER 0x02u /* FLG_ADDREG_…: leave a value that is there */
#define HC_INF_DELETE    0x04u /* delete the value */
#define HC_INF_APPEND    0x08u /* add to the texts that are there */
#define HC_INF_KEY_ONLY  0x10u
#define HC_INF_OVERWRITE 0x20u /* only a value that is there */

struct hc_inf_registry {
	enum hc_inf_scope scope;
	const char *service; /* for HC_INF_SERVICE, HC_INF_EVENT_LOG */
	const char *root;    /* HKR, HKLM, HKCR, HKCU, HKU */
	const char *key;     /* below it; "" */
	const char *name;    /* ""; the key's own value */
	uint32_t flags;
	bool key_only;       /* make the key, no value */
	uint32_t type;       /* REG_… */
	struct hc_span data; /* as the registry holds it */
};

/* The three sections that an installation is made of. */
enum hc_inf_part {
	HC_INF_PART_DEVICE,   /* DDInstall */
	HC_INF_PART_SERVICES, /* DDInstall.Services */
	HC_INF_PART_HARDWARE, /* DDInstall.HW */
	HC_INF_PART_COUNT
};

struct hc_inf_install {
	const char *section;
	struct {
		struct hc_inf_file *items;
		size_t count;
	} files;
	struct {
		struct hc_inf_service *items;
		size_t count;
	} services;
	struct {
		struct hc_inf_registry *items;
		size_t count;
	} registry;
	/* Sections of other INF files, which `includes` names: what they ask for is in none of the lists. */
	struct hc_strings needs[HC_INF_PART_COUNT], includes;
	/* Directives that ask for more than these lists hold: DelReg, RegisterDlls … */
	struct hc_strings other;
	uint32_t feature_score; /* 0xff: none given */
};

/* `section` as hc_inf_match gives it: with decoration. */
int hc_inf_install(const struct hc_inf *inf, const struct hc_inf_target *target,
		   const char *section, struct hc_arena *arena, struct hc_inf_install *ret,
		   struct hc_err *err);

/* The package's files by [SourceDisksFiles] for this architecture: their paths in it; those in cabinets are left out.  One that
 * is named for all architectures and for this one can be there twice. */
int hc_inf_sources(const struct hc_inf *inf, const struct hc_inf_target *target,
		   struct hc_arena *arena, struct hc_strings *ret, struct hc_err *err);

#endif
