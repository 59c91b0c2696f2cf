/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Registry hives, read: keys by path, values by name; and brought up to date from their transaction logs.
 *
 * Shape:   a hive is opened from the bytes of its file; a key is a number that is valid while it is open.
 * Units:   names are compared without regard to case; paths use backslashes, "" is the root.
 * Owner:   hc_hive_close frees the hive; strings live in the caller's arena.
 * Errors:  H_HIVE_FORMAT, H_HIVE_MISSING (no such key or value, or of another type); from the logs H_HIVE_DIRTY
 *          (there is none), H_HIVE_LOG_UNFIT, H_HIVE_LOG_DAMAGED, H_HIVE_REPLAY.
 * Source:  windows-offline.md section 10 (sequence numbers); hazards 13; hive_log_priv.h for the logs.  The only user
 *          of libhivex.
 * Example:
 *	if (hc_hive_open(bytes, "SYSTEM", &hive, err) < 0 ||
 *	    hc_hive_key(hive, "Select", &key, err) < 0 ||
 *	    hc_hive_dword(hive, key, "Current", &current, err) < 0)
 *		return -1;
 *
 * hc_hive_open opens a hive that was not shut down cleanly as it lies there, and hc_hive_is_dirty says so;
 * hc_hive_recover makes the copy to open instead.
 */
#ifndef HC_HIVE_HIVE_H
#define HC_HIVE_HIVE_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"
#include "restore/model/windows.h"

struct hc_hive;
struct hc_hive_key {
	size_t node;
};

/* `name` is for messages; the bytes are copied. */
int hc_hive_open(struct hc_span bytes, const char *name, struct hc_hive **ret,
		 struct hc_err *err);
void hc_hive_close(struct hc_hive *hive);
/* The two sequence numbers of the base block differ: Windows would replay the logs first. */
bool hc_hive_is_dirty(const struct hc_hive *hive);

/* ---------------------------------------------------------------- transaction logs */

/* The files NAME.LOG, NAME.LOG1, NAME.LOG2 beside the hive; size 0: not there. */
struct hc_hive_logs {
	struct hc_span log, log1, log2;
};

struct hc_hive_recovery {
	bool dirty;               /* the hive needed its logs */
	bool base_block_from_log; /* its own is damaged */
	uint64_t entries; /* flushes that were replayed; an old log (to Windows 8) holds one */
	uint64_t bytes_replayed;
	/* What of the logs was left out, and why: "SYSTEM.LOG2 at byte 32768: an entry's Hash-1 is wrong".
	 * Windows leaves it out too.  "": nothing. */
	char ignored[HC_ERR_TEXT];
};

/*
 * Does what Windows does when it loads a hive: *ret gets a copy with all of its logs in it, shut down cleanly; the
 * hive and its logs stay as they are.  A clean hive needs no copy: dirty is false and *ret is not touched.
 * Where the logs can't make the hive whole, -1 and the reason; then it may still be opened as it lies there,
 * to be read and never to be written.
 */
int hc_hive_recover(struct hc_span hive, const struct hc_hive_logs *logs, const char *name,
		    struct hc_buf *ret, struct hc_hive_recovery *ret_state, struct hc_err *err);

/*
 * NT 4.0 and 2000 keep SYSTEM.ALT, a whole second copy of SYSTEM that is written after it.  Where SYSTEM can't be
 * recovered and `alternate` is a whole hive of the same time, *ret gets it to be read; it may lack what was being
 * written, so nothing may be written on its ground.  H_HIVE_LOG_UNFIT: it is of another time; H_HIVE_LOG_DAMAGED.
 */
int hc_hive_alternate(struct hc_span hive, struct hc_span alternate, const char *name,
		      struct hc_buf *ret, struct hc_err *err);

/* ---------------------------------------------------------------- off a volume: load.c */

struct hc_hive_loaded {
	struct hc_hive *hive;
	struct hc_hive_state state;
	struct hc_strings notes; /* why it is not up to date, and which log could not be read */
};

struct hc_volume;

/*
 * Opens the hive at `path` of a volume, brought up to date from NAME.LOG, NAME.LOG1 and NAME.LOG2 beside it, in memory;
 * the volume stays as it is.  Where its logs can't do that, SYSTEM is read from SYSTEM.ALT if that fits; else it is opened as
 * it lies there, and `notes` says why: something can be read of it, and it is never to be written (hazards 13, 16).
 * `name` is kept.
 */
int hc_hive_load(struct hc_volume *volume, const char *path, const char *name,
		 struct hc_arena *arena, struct hc_hive_loaded *ret, struct hc_err *err);

/* The bytes of that hive as they would be without logs, to be edited (edit.h).  H_HIVE_DIRTY: its logs can't make it whole. */
int hc_hive_load_bytes(struct hc_volume *volume, const char *path, const char *name,
		       struct hc_arena *arena, struct hc_buf *ret, struct hc_err *err);

/* ---------------------------------------------------------------- keys and values */

/* "ControlSet001\Services\Tcpip\Parameters". */
int hc_hive_key(struct hc_hive *hive, const char *path, struct hc_hive_key *ret,
		struct hc_err *err);
int hc_hive_subkeys(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
		    struct hc_strings *ret, struct hc_err *err);

/* REG_SZ and REG_EXPAND_SZ. */
int hc_hive_string(struct hc_hive *hive, struct hc_hive_key key, const char *name,
		   struct hc_arena *arena, const char **ret, struct hc_err *err);
/* REG_MULTI_SZ. */
int hc_hive_strings(struct hc_hive *hive, struct hc_hive_key key, const char *name,
		    struct hc_arena *arena, struct hc_strings *ret, struct hc_err *err);
/* REG_DWORD, of either byte order. */
int hc_hive_dword(struct hc_hive *hive, struct hc_hive_key key, const char *name, uint32_t *ret,
		  struct hc_err *err);
/* The bytes of a value of any type. */
int hc_hive_bytes(struct hc_hive *hive, struct hc_hive_key key, const char *name,
		  struct hc_arena *arena, struct hc_span *ret, struct hc_err *err);

/* ---------------------------------------------------------------- lists: lists.c */

struct hc_hive_child {
	const char *name;
	struct hc_hive_key key;
};
struct hc_hive_children {
	struct hc_hive_child *items;
	size_t count;
};
/* The subkeys with their keys: asking for each by name would go through the whole list each time. */
int hc_hive_children(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
		     struct hc_hive_children *ret, struct hc_err *err);

struct hc_hive_value {
	const char *name; /* "" is the key's default value */
	uint32_t type;    /* [MS-RRP] 3.1.1.5: 1 is REG_SZ */
	size_t size;      /* bytes of its data */
	size_t value;
};
struct hc_hive_value_list {
	struct hc_hive_value *items;
	size_t count;
};
int hc_hive_values(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
		   struct hc_hive_value_list *ret, struct hc_err *err);
/* "REG_SZ"; "REG_0000ffff" of one that has no name. */
const char *hc_hive_type_name(struct hc_arena *arena, uint32_t type);
/* The number of such a name; false: there is none. */
bool hc_hive_type_number(const char *name, uint32_t *ret);
/* The data as people read it: texts as they stand, nothing expanded; the parts of a list with a blank between;
 * numbers decimal; other bytes as hex.  H_HIVE_FORMAT for more than 64 KiB. */
int hc_hive_value_text(struct hc_hive *hive, const struct hc_hive_value *value,
		       struct hc_arena *arena, const char **ret, struct hc_err *err);
/* The same of data that lies in no hive yet; NULL: no memory. */
const char *hc_hive_data_text(struct hc_arena *arena, uint32_t type, struct hc_span data);
/* A value by its name; false: it isn't there, or can't be read. */
bool hc_hive_value_find(struct hc_hive *hive, struct hc_hive_key key, const char *name,
			struct hc_hive_value *ret);

#endif
