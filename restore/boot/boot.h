/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What starts a Windows: the BCD store, boot.ini, and which of them on which volume.
 *
 * Shape:   device elements as bytes (bcd_device.c, bcd_patch.c) · the store as a document (bcd.c) · boot.ini of NT 4.0
 *          to 2003 (boot_ini.c) · the store that starts a given Windows (describe.c).
 * Units:   bytes; offsets in an element count from its first byte.
 * Owner:   the caller's arena.
 * Errors:  H_BCD_FORMAT, H_BOOT_INI_FORMAT; those of hives and volumes.
 * Source:  windows-offline.md section 7, checked against real stores (data/hives/bcd); hazards 23.
 * Example:
 *	struct hc_bcd bcd;
 *	if (hc_bcd_read(hive, "disk0-p1 \\Boot\\BCD", &arena, &bcd, err) == 0)
 *		printf("%zu objects\n", bcd.objects.count);
 */
#ifndef HC_BOOT_BOOT_H
#define HC_BOOT_BOOT_H

#include "restore/base/io.h"
#include "restore/hive/hive.h"
#include "restore/model/facts.h"
#include "restore/model/windows.h"
#include "restore/volume/volume.h"

/* ---------------------------------------------------------------- device elements */

/* How a descriptor names its partition: the numbers that stand on disk.  WMI's numbering is another. */
enum hc_bcd_scheme {
	HC_BCD_GPT = 0,
	HC_BCD_MBR = 1,
	HC_BCD_RAW = 2,
};

/* A partition as a descriptor names it, bytes as they lie there. */
struct hc_bcd_partition {
	uint32_t scheme;
	uint8_t disk[16];      /* GPT: disk GUID; MBR: signature, 4 bytes, then zeros */
	uint8_t partition[16]; /* GPT: partition GUID; MBR: offset in bytes, 8, then zeros */
};

/* Whether they name the same one; never for raw and unknown schemes, which name none for certain. */
bool hc_bcd_partition_equal(const struct hc_bcd_partition *a, const struct hc_bcd_partition *b);

/* A value of more descriptors than this is refused: real ones hold one or two. */
#define HC_BCD_DEVICES_MAX 64

/*
 * Every descriptor in the value of a device element (`element`: its eight hex digits), nested ones too, in their order,
 * appended to object->devices.  GUIDs as Windows prints them: lower case, in braces.
 * A device that names no partition ("locate") is a row of scheme "none"; a value in which nothing is recognised, one of
 * scheme "unknown".  H_BCD_FORMAT for more than HC_BCD_DEVICES_MAX; `object` is then as it was.
 */
int hc_bcd_devices(struct hc_span value, const char *element, struct hc_arena *arena,
		   struct hc_bcd_object *object, struct hc_err *err);

struct hc_bcd_map {
	const struct hc_bcd_move {
		struct hc_bcd_partition from, to;
		uint64_t start; /* where `from` began, in bytes; 0: not known */
	} * items;
	size_t count;
};

/* A descriptor that was left as it is. */
struct hc_bcd_unknown {
	uint64_t at;
	struct hc_bcd_partition partition;
};

struct hc_bcd_patched {
	size_t changed;
	size_t kept; /* in the map, and the same before and after */
	struct {
		struct hc_bcd_unknown *items;
		size_t count;
	} unknown; /* not in the map, raw ones included */
};

/*
 * Replaces, in place, each partition that the map holds; nothing else of the value changes, nor its length.  The scheme may
 * change too.  Each descriptor is looked up once, so a map may exchange two partitions.
 * H_BCD_FORMAT as hc_bcd_devices; the bytes are then as they were.
 */
int hc_bcd_patch(uint8_t *value, size_t length, const struct hc_bcd_map *map,
		 struct hc_arena *arena, struct hc_bcd_patched *ret, struct hc_err *err);

/* The value of a device element, appended: a partition itself; an image file on one that is loaded into memory, whose settings
 * are the object `options`.  H_BCD_FORMAT: the path is too long. bcd_make.c */
int hc_bcd_make_partition(const struct hc_bcd_partition *partition, struct hc_buf *out,
			  struct hc_err *err);
int hc_bcd_make_ramdisk(const struct hc_bcd_partition *partition, const uint8_t options[16],
			const char *path, struct hc_buf *out, struct hc_err *err);

/* ---------------------------------------------------------------- the store */

/* `where` is kept in the document.  H_BCD_FORMAT when the hive holds no objects: it is no BCD store. An object of which a
 * part can't be read is there without it. */
int hc_bcd_read(struct hc_hive *hive, const char *where, struct hc_arena *arena,
		struct hc_bcd *ret, struct hc_err *err);

/* \EFI\Microsoft\Boot\BCD, else \Boot\BCD; a constant.  H_PATH_NOT_FOUND when there is neither. */
int hc_bcd_find(struct hc_volume *volume, const char **ret_path, struct hc_err *err);

/* ---------------------------------------------------------------- the boot manager: bootmgr.c */

/*
 * What starts Windows on this volume, which is the EFI system partition or the active one:
 * \EFI\Microsoft\Boot\bootmgfw.efi, else \bootmgr, else \ntldr.  Version, digest and signers are those of an
 * EFI program; the others tell their path only.  Signatures that don't fit the file, and those over other
 * digests than SHA-256, name no signer; after the enclosed certificates comes who issued the last of them.
 * 0: found; 1: there is none; -1: it can't be read, and err says which file and why.
 */
int hc_boot_manager_read(struct hc_volume *volume, struct hc_arena *arena,
			 struct hc_boot_manager *ret, struct hc_err *err);

/* ---------------------------------------------------------------- what starts this Windows */

/* A partition that may hold the store. */
struct hc_boot_volume {
	const char *name; /* for `where` and messages: disk0-p1 */
	struct hc_io *io;
	struct hc_volume *volume; /* opened already; NULL: io is */
	bool has_partition;       /* false: not known how a store would name it */
	struct hc_bcd_partition partition;
};

/* How a store names a partition of a disk; false: it can't (no table, or ids that can't be read). */
bool hc_bcd_partition_of(const struct hc_partition *partition, unsigned table,
			 const char *table_id, struct hc_bcd_partition *ret);
/* Whether a device of the document names that partition. */
bool hc_bcd_device_is(const struct hc_bcd_device *device, const struct hc_bcd_partition *p);

/*
 * Fills in windows->bcd, windows->firmware and windows->boot_manager (of the store's volume; without a store, the first
 * that there is), adds the store to windows->hives, and to `unread` what could not be read.
 * Of several stores it is the one whose loader names `system`, the volume that Windows lies on (an index into
 * `volumes`); of several of those, and of none, the first.
 * Volumes of kinds that can't be opened are passed over.  Fails for lack of memory only.
 */
int hc_boot_describe(const struct hc_boot_volume *volumes, size_t count, size_t system,
		     struct hc_arena *arena, struct hc_windows *windows, struct hc_err *err);

/* ---------------------------------------------------------------- boot.ini: boot_ini.c */

struct hc_boot_ini_entry {
	uint64_t line;    /* of the file, from 0 */
	const char *path; /* multi(0)disk(0)rdisk(0)partition(1)\WINDOWS: as it stands there */
	const char *kind; /* multi, scsi, signature; NULL: no ARC path (C:\="Windows 98") */
	uint64_t adapter; /* multi(N), scsi(N) */
	uint64_t disk; /* the BIOS's or adapter's number: rdisk(N) of multi, disk(N) of scsi */
	uint64_t partition;    /* from 1 */
	const char *signature; /* signature(N): eight hex digits; else NULL */
	const char *folder;    /* \WINDOWS */
	const char *title;
	struct hc_strings options; /* /fastdetect /NoExecute=OptOut: as they stand there */
	const char *hal;           /* of /HAL=: halacpi.dll; NULL: hal.dll */
	const char *kernel;        /* of /KERNEL=; NULL: ntoskrnl.exe */
};

struct hc_boot_ini {
	bool has_timeout;
	int64_t timeout; /* seconds; -1 waits for ever */
	const char *default_path;
	struct {
		struct hc_boot_ini_entry *items;
		size_t count;
	} entries;
};

/* [boot loader] and [operating systems]; other sections and lines that are none are passed over, as ntldr does.
 * H_BOOT_INI_FORMAT: neither section, or more than 64 KiB.  Bytes above 0x7f become U+FFFD: the code page is not known. */
int hc_boot_ini_read(struct hc_span text, struct hc_arena *arena, struct hc_boot_ini *ret,
		     struct hc_err *err);

#endif
