/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which partition of this disk is meant by a name that it had before: what bcd and mounted-devices go by.
 *
 * Shape:   names that stores and MountedDevices hold, and the partitions that are here → struct hc_bcd_map.
 * Source:  hazards 9; windows-offline.md sections 7 and 9.
 *
 * The caller of the repairs knows the map when it has restored the disk (request->moves).  Otherwise it is inferred,
 * and never guessed: MountedDevices names each disk that this Windows ever saw, and all of them begin a partition at 1 MiB.
 *	GPT	a partition GUID that one partition here has, under another disk GUID: that partition.
 *	MBR	the signature by which Windows calls the drive that it lies on is the one that this disk had, provided that
 *		the offset fits.  Names with that signature mean the partition here that begins where they say.
 * Everything else is another disk's, or not known.
 */
#ifndef HC_FIXUP_MOVES_H
#define HC_FIXUP_MOVES_H

#include "restore/fixup/fixup_priv.h"

struct fix_name {
	struct hc_bcd_partition partition;
	bool disk_known; /* false: MountedDevices names a GPT partition by its own GUID only */
	bool is_system;  /* Windows calls the partition that it lies on by it */
};

struct fix_names {
	struct fix_name *items;
	size_t count;
};

/* The partitions of this disk, in the order of offline->volumes; one that can't be named is of scheme "raw". */
struct fix_here {
	struct hc_bcd_partition *items;
	size_t count;
	size_t system; /* the one with Windows */
};

int fix_here(struct fix *fix, struct fix_here *ret, struct hc_err *err);
/* HC_OFFLINE_NONE: it is not on this disk.  Without its disk a GPT partition is found by its GUID. */
size_t fix_here_find(const struct fix_here *here, const struct fix_name *name);

/* Pure. */
int fix_moves_infer(const struct fix_names *names, const struct fix_here *here,
		    struct hc_arena *arena, struct hc_bcd_map *ret, struct hc_err *err);
/* request->moves, else what the names in this Windows and its stores tell. */
int fix_moves(struct fix *fix, const struct fix_here *here, struct hc_bcd_map *ret,
	      struct hc_err *err);

/* NULL: the map does not hold it. */
const struct hc_bcd_move *fix_move_of(const struct hc_bcd_map *map,
				      const struct fix_name *name);
int fix_map_add(struct hc_arena *arena, struct hc_bcd_map *map,
		const struct hc_bcd_partition *from, const struct hc_bcd_partition *to,
		struct hc_err *err);
/* "disk {…}, partition {…}", "disk signature a1b2c3d4, offset 1048576"; NULL: no memory. */
const char *fix_name_text(struct hc_arena *arena, const struct fix_name *name);

/* ---------------------------------------------------------------- MountedDevices: mounted_devices.c */

struct fix_mounted {
	const char *name; /* \DosDevices\C: */
	uint32_t type;
	struct hc_span data;
	bool named; /* as an MBR or GPT partition: `partition` says which */
	struct fix_name partition;
};

struct fix_mounted_list {
	struct fix_mounted *items;
	size_t count;
};

/* Of a SYSTEM hive; without the key the list is empty. */
int fix_mounted_read(struct fix *fix, const struct fix_hive *system,
		     struct fix_mounted_list *ret, struct hc_err *err);
/* "\DosDevices\C:"; NULL: which letter it is is not known, or no memory. */
const char *fix_system_letter(struct fix *fix);

/* ---------------------------------------------------------------- boot stores: stores.c */

/* A device element, with bytes of its own. */
struct fix_element {
	const char *object; /* name of its key: {9dea862c-…} */
	const char *element;
	const char *key;
	uint32_t type;
	uint8_t *data;
	size_t size;
};

struct fix_store {
	size_t volume;
	struct fix_hive hive;
	struct hc_bcd bcd;
	struct {
		struct fix_element *items;
		size_t count;
	} elements;
};

/* A store that is there and can't be read. */
struct fix_unread_store {
	size_t volume;
	const char *path;
	unsigned code; /* enum hc_err_code */
	const char *text;
};

struct fix_stores {
	struct fix_store *items;
	size_t count;
	struct {
		struct fix_unread_store *items;
		size_t count;
	} unread;
};

/* Every store on this disk. */
int fix_stores(struct fix *fix, struct fix_stores *ret, struct hc_err *err);
/* NULL: there is none. */
const struct fix_element *fix_element_of(const struct fix_store *store, const char *object,
					 const char *element);
const struct hc_bcd_object *fix_object_of(const struct fix_store *store, const char *id);
/* What the boot manager starts by itself; NULL: it isn't there, or is no Windows loader. */
const struct hc_bcd_object *fix_default_loader(const struct fix_store *store);

enum fix_device {
	FIX_DEVICE_NONE,  /* it names no partition */
	FIX_DEVICE_PLAIN, /* a partition itself */
	FIX_DEVICE_OTHER, /* a file on one, several, or a form that names none for certain */
};
/* *ret: of the partition, or of the first of them; not written for NONE. */
int fix_device_of(struct fix *fix, const struct fix_element *element, enum fix_device *ret_kind,
		  struct fix_name *ret, struct hc_err *err);
/* All partitions that its elements name, appended. */
int fix_store_names(struct fix *fix, const struct fix_store *store, struct fix_names *names,
		    struct hc_err *err);

/* ---------------------------------------------------------------- what goes with the stores */

/* bcd_files.c: what starts the boot manager, where it is missing on the boot partition, from this Windows' own copies. */
int fix_boot_files(struct fix *fix, struct hc_err *err);
/* bcd_rebuild.c: the store that starts this Windows is made anew where it is missing, or is no store.  *ret: of those that
 * can't be read, the one that is replaced; NULL: none. */
int fix_rebuild(struct fix *fix, const struct fix_here *here, const struct hc_bcd_map *map,
		const struct fix_stores *stores, const struct fix_unread_store **ret,
		struct hc_err *err);
/* "uefi" or "bios": how this Windows starts. */
const char *fix_firmware_of(const struct fix *fix);
/* reagent.c: \Windows\System32\Recovery\ReAgent.xml, which says where the recovery environment lies. */
int fix_reagent(struct fix *fix, const struct fix_here *here, const struct hc_bcd_map *map,
		struct hc_err *err);

/* The recovery environment that ReAgent.xml tells of, where it is on this disk. */
struct fix_recovery {
	uint8_t entry[16]; /* its object in the boot store goes by this GUID */
	size_t volume;
	const char *folder; /* of Winre.wim and boot.sdi: \Recovery\WindowsRE */
};
/* 0: it is there; 1: not, and *ret_why is the reason, a constant. */
int fix_recovery(struct fix *fix, const struct fix_here *here, const struct hc_bcd_map *map,
		 struct fix_recovery *ret, const char **ret_why, struct hc_err *err);

#endif
