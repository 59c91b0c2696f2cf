/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a fixup is written with: it says what should be there, and what differs becomes an edit.
 *
 * A detector states its wishes through want_*().  Each looks at what is there; when that is what is wanted it does nothing, so
 * a healthy system gets no edits, and a second run none.  A wish that another fixup has stated in the same words is
 * not repeated; one that contradicts an earlier one is H_INTERNAL.
 * What it can't or must not change it says by fix_note and fix_refuse.
 */
#ifndef HC_FIXUP_FIXUP_PRIV_H
#define HC_FIXUP_FIXUP_PRIV_H

#include "restore/fixup/fixup.h"

#define REG_SZ        1u
#define REG_EXPAND_SZ 2u
#define REG_BINARY    3u
#define REG_DWORD     4u
#define REG_MULTI_SZ  7u

struct fix {
	struct hc_offline *offline;
	const struct hc_windows *windows; /* offline->windows */
	const struct hc_fix_request *request;
	unsigned version; /* HC_NT(6, 1); 0: unknown */
	const char *id;   /* of the fixup that is looking */
	struct hc_arena *arena;
	struct hc_fix_found *found;
};

/* Returns -1 only for what ends the detection: no memory, a disk or server that can't be read. */
typedef int fix_detect(struct fix *fix, struct hc_err *err);

/* ---------------------------------------------------------------- where a value is: a hive of this disk */

struct fix_hive {
	struct hc_hive *hive;
	uint64_t partition;
	const char *path;
};

/* 0: opened; 1: it isn't there or must not be written, and a note says so; -1: err. */
int fix_hive(struct fix *fix, const char *name, struct fix_hive *ret, struct hc_err *err);
int fix_hive_at(struct fix *fix, size_t volume, const char *path, struct fix_hive *ret,
		struct hc_err *err);
/* SYSTEM, and then fix->windows->control_sets one by one: "ControlSet001\" + what is given; NULL: no memory. */
const char *fix_key(struct fix *fix, const char *set, const char *fmt, ...) HC_PRINTF(3, 4);
/* Whether a key, or a value of it, is there. */
bool fix_has_key(const struct fix_hive *hive, const char *key);
bool fix_has_value(const struct fix_hive *hive, const char *key, const char *name);

/* ---------------------------------------------------------------- wishes: registry.  want.c */

/* The key is made, with those above it, where it isn't there.  name "" is its default value. */
int want_value(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	       uint32_t type, struct hc_span data, const char *because, struct hc_err *err);
int want_dword(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	       uint32_t value, const char *because, struct hc_err *err);
/* REG_SZ or REG_EXPAND_SZ, with its terminator. */
int want_text(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	      uint32_t type, const char *text, const char *because, struct hc_err *err);
int want_texts(struct fix *fix, const struct fix_hive *hive, const char *key, const char *name,
	       const struct hc_strings *texts, const char *because, struct hc_err *err);
int want_no_value(struct fix *fix, const struct fix_hive *hive, const char *key,
		  const char *name, const char *because, struct hc_err *err);
int want_key(struct fix *fix, const struct fix_hive *hive, const char *key, const char *because,
	     struct hc_err *err);
/* With all that is below it. */
int want_no_key(struct fix *fix, const struct fix_hive *hive, const char *key,
		const char *because, struct hc_err *err);

/* ---------------------------------------------------------------- wishes: files and sectors.  want_file.c */

/* Content that the edit carries, at most 64 KiB.  Folders on the way are made.  Attributes and security of a file that is
 * replaced stay. */
int want_file(struct fix *fix, size_t volume, const char *path, struct hc_span content,
	      const char *because, struct hc_err *err);
/* Content that is read when the edit is made; its digest and size are found out now.  A source on a volume: its number is
 * from->partition. */
int want_file_from(struct fix *fix, size_t volume, const char *path,
		   const struct hc_edit_source *from, const char *because, struct hc_err *err);
int want_no_file(struct fix *fix, size_t volume, const char *path, const char *because,
		 struct hc_err *err);
/* `volume` HC_OFFLINE_NONE: of the disk as a whole (only where offline->disk is known). */
int want_bytes(struct fix *fix, size_t volume, uint64_t offset, struct hc_span bytes,
	       const char *because, struct hc_err *err);
/* The NTFS dirty flag: Windows checks the volume when it starts. */
int want_dirty(struct fix *fix, size_t volume, const char *because, struct hc_err *err);
/* An EFI variable, "BootOrder-8be4df61-93ca-11d2-aa0d-00e098032b8c", as efivarfs shows it: four bytes of attributes
 * first.  `before` and `after` with data NULL: it isn't there.  want_variable.c */
int want_variable(struct fix *fix, const char *name, struct hc_span before,
		  struct hc_span after, const char *because, struct hc_err *err);
/* Where the firmware's variables are read and written. */
const char *fix_efivars_folder(const struct fix *fix);

/* content.c: the bytes that an edit puts into a file: inline, or from its source on `volumes`; appended.  Checked against
 * after->size and after->sha256 (H_FIX_STALE). */
struct fix_volumes {
	struct hc_volume *(*of)(void *ctx, uint64_t partition, struct hc_err *err);
	void *ctx;
};
int fix_source_read(const struct hc_edit_source *from, const struct fix_volumes *volumes,
		    struct hc_buf *out, struct hc_err *err);
int fix_content(const struct hc_edit *edit, const struct fix_volumes *volumes,
		struct hc_arena *arena, struct hc_buf *out, struct hc_err *err);

/* ---------------------------------------------------------------- what holds for all of them.  settle.c */

/* The edits of all fixups together: what may not be made becomes a refusal, what the operator has accepted by name an
 * edit or a note. */
int fix_settle(struct fix *fix, struct hc_err *err);
/* Of NTFS, and it could not be replayed. */
bool fix_has_open_journal(const struct hc_offline_volume *volume);

/* ---------------------------------------------------------------- notes */

/* Told only. */
int fix_note(struct fix *fix, struct hc_err *err, const char *fmt, ...) HC_PRINTF(3, 4);
/* Something is wrong that this fixup can't, or must not, repair; `remedy` may be NULL. */
int fix_refuse(struct fix *fix, const char *remedy, struct hc_err *err, const char *fmt, ...)
	HC_PRINTF(4, 5);

/* ---------------------------------------------------------------- the fixups, a file each */

fix_detect fix_storage_boot, fix_driver_inject, fix_hal, fix_client_protocols, fix_profile_list,
	fix_mounted_devices, fix_bcd, fix_boot_sectors, fix_efi_boot, fix_firmware, fix_filters,
	fix_devices, fix_dc_restore, fix_asr_session, fix_hibernation, fix_chkdsk,
	fix_san_policy, fix_autoreboot;

#endif
