/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the links of a bootcheck are judged with: a row of the table in bootcheck.c and a function for each.
 *
 * A check sets link->object, says what it found by link_say(), and sets fixup and remedy where it is broken.  It never ends the
 * chain: what it needs from a link that could not be read is missing, and then its own state is unknown.
 */
#ifndef HC_FIXUP_BOOTCHECK_PRIV_H
#define HC_FIXUP_BOOTCHECK_PRIV_H

#include "restore/boot/boot.h"
#include "restore/fixup/bootcheck.h"
#include "restore/model/survey.h"

struct bootcheck {
	struct hc_offline *offline;
	const struct hc_windows *windows; /* offline->windows */
	const struct hc_facts *facts;
	const struct hc_disk *target;
	bool this_machine;
	bool uefi;        /* what the partition table is for */
	bool has_ntldr;   /* NT 4.0 to 2003: ntldr and boot.ini, no boot store */
	unsigned version; /* HC_NT(6, 1); 0: unknown */
	struct hc_arena *arena;
	struct hc_survey drivers; /* the chain to the disk, for the facts */

	/* What one link found and later ones need. */
	unsigned has_entry; /* enum hc_tristate: the firmware has an entry for this disk */
	struct hc_bcd bcd;
	const struct hc_bcd_object
		*loader;      /* that the store starts by default; NULL: unknown */
	size_t loader_volume; /* where its file lies; HC_OFFLINE_NONE: unknown */
	struct hc_boot_ini ini;
	const struct hc_boot_ini_entry *ini_entry; /* the default one; NULL: unknown */
};

/* Returns -1 only for what ends the whole check. */
typedef int boot_check(struct bootcheck *b, struct hc_boot_link *link, struct hc_err *err);

/* ---------------------------------------------------------------- bootcheck_file.c */

/* Sets state and found. */
int link_say(struct bootcheck *b, struct hc_boot_link *link, unsigned state, struct hc_err *err,
	     const char *fmt, ...) HC_PRINTF(5, 6);
int link_no_memory(struct hc_err *err);
/* Whether it is about one file or hive, and so a link's matter; else it ends the check. */
bool is_of_a_file(const struct hc_err *why);
/* "partition 1 \Boot\BCD"; NULL: no memory.  HC_OFFLINE_NONE: the path alone. */
const char *object_of(struct bootcheck *b, size_t volume, const char *path);
/* Below the system root: "/Windows/System32/hal.dll"; NULL: no memory. */
const char *below_root(struct bootcheck *b, const char *path);
/* \Windows, /WINDOWS and \windows\ are the same folder. */
bool is_same_folder(const char *a, const char *b);

/* 0: there is such a file; 1: there is none, and *ret_said says what there is; -1: err. */
int look_for_file(struct bootcheck *b, size_t volume, const char *path, struct hc_entry *ret,
		  const char **ret_said, struct hc_err *err);
/* A program by its head: ok when it is there and for the processors of this Windows. */
int look_at_program(struct bootcheck *b, size_t volume, const char *path, unsigned *ret_state,
		    const char **ret_said, struct hc_err *err);
/* The same as a whole link. */
int check_program(struct bootcheck *b, struct hc_boot_link *link, size_t volume,
		  const char *path, struct hc_err *err);

/* ---------------------------------------------------------------- the checks */

boot_check check_firmware;                                        /* bootcheck.c */
boot_check check_mbr, check_boot_sector, check_bios_boot_manager; /* bootcheck_bios.c */
boot_check check_gpt, check_firmware_entry, check_uefi_boot_manager,
	check_fallback;                                      /* bootcheck_uefi.c */
boot_check check_boot_store, check_boot_entry, check_loader; /* bootcheck_store.c */
/* bootcheck_ini.c: of boot.ini, the same three. */
boot_check check_ini, check_ini_entry, check_ini_folder;
boot_check check_hibernation, check_system_hive, check_control_set, check_kernel, check_hal,
	check_software_hive, check_drive_letter; /* bootcheck_windows.c */
boot_check check_boot_drivers, check_bus_drivers, check_controller_driver,
	check_disk_drivers; /* bootcheck_drivers.c */

#endif
