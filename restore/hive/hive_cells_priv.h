/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cells that a hive is made of: names, a walk over all of them, and room for new ones.
 *
 * Shape:   names.c compares names as Windows does; check.c walks a hive and says whether it is sound; cells.c gives
 *          and takes room; subkeys.c keeps lists of subkeys; edit.c changes keys and values with them.
 * Units:   a cell is known by its offset in the bins, as the file has it; places within it count behind the four bytes
 *          of its length.
 * Owner:   a pointer into the bins is good until the next hc_cell_new.
 * Source:  Maxim Suhanov, "Windows registry file format specification" (github.com/msuhanov/regf), sections "Hive bin"
 *          to "Big data"; every number here was checked against the hives of Windows NT 4 to 10 in the test data.
 *
 * Cell:    length (4), negative while it is in use, a multiple of 8; then one of these:
 *
 *	nk  2 flags (2)            4 last written (8)       16 parent (4)            20 number of subkeys (4)
 *	   28 list of subkeys (4) 32 volatile ones (4)      36 number of values (4)  40 list of values (4)
 *	   44 security (4)        48 class (4)              52 longest name below, as UTF-16 bytes (2)
 *	   60 longest name of a value, likewise (4)         64 longest data (4)
 *	   72 bytes of name (2)   74 bytes of class (2)     76 name
 *	vk  2 bytes of name (2)    4 bytes of data (4), bit 31: they stand in the next four bytes
 *	    8 cell of data (4)    12 type (4)               16 flags (2)             20 name
 *	sk  4 next (4)             8 before (4)             12 keys that use it (4)  16 bytes of descriptor (4)
 *	lf, lh  2 entries (2)      4 for each: key (4), hint or hash of its name (4)
 *	li, ri  2 entries (2)      4 for each: key (li), or another list (ri) (4)
 *	db  2 segments (2)         4 list of their cells (4); each but the last has 16344 bytes
 *
 * Which list: lf where the minor version is below 5, and li once it is full; lh from 5 on.  Full lists are cut in two
 * under an ri.  From version 4 on data of more than 16344 bytes are a db; below it they are one cell.
 */
#ifndef HC_HIVE_HIVE_CELLS_PRIV_H
#define HC_HIVE_HIVE_CELLS_PRIV_H

#include "restore/hive/edit.h"
#include "restore/hive/hive_log_priv.h"

#define HC_NO_CELL UINT32_MAX

#define BIN_HEAD       32u
#define SEGMENT_BYTES  16344u
#define MINOR_HASHED   5u /* lh */
#define MINOR_SEGMENTS 4u /* db */
/* Each is more than the largest seen in test data; bin, heads and entries fill a page at 507, Windows XP and later
 * cut lists that have 1012 entries in two (own knowledge; the largest seen: lh 1005, li 951). */
#define FAST_MAX  507u
#define INDEX_MAX 1012u
#define DEPTH_MAX 512u /* of keys; Microsoft, "Registry Element Size Limits" */

#define KEY_NARROW     0x20u /* the name has one byte a character */
#define KEY_PREDEFINED 0x40u /* stands for another key; what counts values is none */
#define VALUE_NARROW   0x01u
#define INLINE_DATA    0x80000000u

/* ---------------------------------------------------------------- names: names.c */

/* UTF-16, or its lower halves where all others are zero. */
struct hc_name {
	const uint8_t *units;
	uint32_t count;
	bool narrow;
};

static inline uint16_t
hc_name_unit(struct hc_name name, uint32_t at)
{
	return name.narrow ? name.units[at] : hc_get_le16(name.units + 2 * (size_t)at);
}

static inline struct hc_name
hc_name_of(const uint8_t *units, uint32_t bytes, bool narrow)
{
	return (struct hc_name){ units, narrow ? bytes : bytes / 2, narrow };
}

/* Bytes of a name as a cell keeps it: one a character where that is enough. */
uint32_t hc_name_bytes(struct hc_name name);
/* Writes them; whether one a character was enough. */
bool hc_name_put(struct hc_name name, uint8_t *to);

uint32_t hc_upcase(uint32_t character);
/* Less than, equal to or greater than 0: the order of lists of subkeys. */
int hc_name_compare(struct hc_name a, struct hc_name b);
/* Of lh, and of lf. */
uint32_t hc_name_hash(struct hc_name name);
uint32_t hc_name_hint(struct hc_name name);
/* Whether the upper case of all its characters is known here: else nobody may sort by it. */
bool hc_name_is_known(struct hc_name name);
/* The same order for UTF-8. */
int hc_text_compare(const char *a, const char *b);
/* Whether a path is `above`, or below it: A\B and A\B\C, but not A\BC. */
bool hc_path_is_within(const char *path, const char *above);

/* ---------------------------------------------------------------- a walk over all cells: check.c */

/* What a hive may have and Windows goes on with it: a change must not add to it. */
struct hc_hive_census {
	uint64_t keys, values;
	uint64_t unsorted;   /* subkeys that are not behind the one before */
	uint64_t mishashed;  /* entries of lf and lh that don't fit the name */
	uint64_t miscounted; /* security cells with another number of users */
	uint64_t foreign;    /* lists of a kind that Windows does not use in this version */
	uint64_t lost;       /* cells in use that nothing leads to */
};
/* NULL: base block, bins and cells are sound, and so is everything that can be reached from the root; else what is
 * wrong, and *at is where in the file. */
const char *hc_hive_check(struct hc_span hive, struct hc_hive_census *ret, uint64_t *at);

/* ---------------------------------------------------------------- room: cells.c */

/* A hive that hc_hive_check found sound; the file is borrowed. */
struct hc_cells {
	struct hc_buf *file;
	uint32_t bins_bytes;
	uint32_t minor;
	uint64_t now;  /* FILETIME for the keys that are changed */
	uint32_t from; /* bin that the search for room begins with */
	uint32_t *bin_of_page;
};

int hc_cells_open(struct hc_cells *cells, struct hc_err *err);
void hc_cells_done(struct hc_cells *cells);

static inline uint8_t *
hc_cell(const struct hc_cells *cells, uint32_t cell)
{
	return cells->file->data + BASE_BLOCK_BYTES + cell + 4;
}

/* Bytes that the cell has room for. */
uint32_t hc_cell_room(const struct hc_cells *cells, uint32_t cell);
/* All zero; HC_NO_CELL with err set. */
uint32_t hc_cell_new(struct hc_cells *cells, uint32_t bytes, struct hc_err *err);
/* HC_NO_CELL is fine. */
void hc_cell_free(struct hc_cells *cells, uint32_t cell);

/* ---------------------------------------------------------------- lists of subkeys: subkeys.c */

struct hc_name hc_key_name(const struct hc_cells *cells, uint32_t key);
/* HC_NO_CELL: there is none. */
uint32_t hc_subkey_find(const struct hc_cells *cells, uint32_t key, struct hc_name name);
/* The first one; HC_NO_CELL: there is none. */
uint32_t hc_subkey_first(const struct hc_cells *cells, uint32_t key);
int hc_subkey_insert(struct hc_cells *cells, uint32_t key, uint32_t child, struct hc_err *err);
void hc_subkey_remove(struct hc_cells *cells, uint32_t key, uint32_t child);

/* ---------------------------------------------------------------- values: values.c */

int hc_value_set(struct hc_cells *cells, uint32_t key, struct hc_name name, uint32_t type,
		 struct hc_span data, struct hc_err *err);
/* Fine if it isn't there. */
void hc_value_delete(struct hc_cells *cells, uint32_t key, struct hc_name name);
void hc_values_free(struct hc_cells *cells, uint32_t key);

/* ---------------------------------------------------------------- did it work: verify.c */

/* The two differ as the changes say, and in nothing else. Their keys are without needless backslashes. */
int hc_hive_verify(struct hc_hive *before, struct hc_hive *after,
		   const struct hc_hive_changes *changes,
		   const struct hc_hive_census *census_before,
		   const struct hc_hive_census *census_after, struct hc_err *err);

#endif
