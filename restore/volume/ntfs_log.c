/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What $LogFile knows and $Bitmap does not yet.
 *
 * When a volume was not closed properly, its journal may hold allocations that were committed but not
 * written to $Bitmap, and files whose MFT records were not written either.  Replaying it brings those files
 * back, so their clusters must have been captured: what the journal allocates counts as used.
 *
 * The journal is not replayed here.  Every log page is searched for the record "set bits in a bitmap"; taking
 * one too many costs nothing but a few clusters that are captured for no need.
 *
 * Log page:    0 "RCRD"   8 u64 last LSN, or in the copies at the journal's start the page's place (LFS 1)
 *              records from byte `data` on (64); a record may go on behind the head of the next page
 * Client data: 0 u16 redo operation (0x15: set bits in a non-resident bitmap)   2 u16 undo operation (0x16)
 *              4 u16 redo offset   6 u16 redo length   14 u16 clusters listed   20 u16 part of the cluster
 *              24 u64 VCN in the bitmap   at redo offset: u32 first bit, u32 count
 * Source:      libntfs-3g's logfile.h and ntfsrecover.
 */
#include <errno.h>
#include <string.h>

#include "restore/volume/ntfs_priv.h"

#include <ntfs-3g/mst.h>

#define CARRY        256u /* as much of the page before as a record that goes on can need */
#define SPECIAL      34u  /* restart pages and copies of pages, at most (LFS 2) */
#define RESTARTS     2u
#define SET_BITS     0x15
#define CLEAR_BITS   0x16
#define CLIENT_FIXED 32u /* of the client data before the list of clusters */
#define PAGE_MIN     512u
#define PAGE_MAX     65536u

struct log {
	struct hc_walk *walk;
	ntfs_attr *data;
	uint32_t page_size;
	uint32_t data_offset;
	uint64_t pages;
	uint64_t
		lsn_mask; /* of an LSN, the bits that are a place in the journal, in units of 8 bytes */
	uint8_t *page;    /* CARRY bytes, then room for a page */
	uint8_t *special; /* the first pages */
	bool good[SPECIAL];
};

/* ---------------------------------------------------------------- pages */

/* Reads a page behind the carry; false when it is no whole log page. */
static bool
read_page(struct log *l, uint64_t number, uint8_t *page)
{
	if (number >= l->pages || ntfs_attr_pread(l->data, (s64)(number * l->page_size),
						  l->page_size, page) != (s64)l->page_size)
		return false;
	return memcmp(page, "RCRD", 4) == 0 &&
	       ntfs_mst_post_read_fixup_warn((NTFS_RECORD *)(void *)page, l->page_size,
					     FALSE) == 0;
}

/* What a record that went on would have had on the page before. */
static void
set_carry(struct log *l, const uint8_t *before)
{
	if (before == NULL)
		memset(l->page, 0, CARRY);
	else
		memcpy(l->page, before + l->page_size - CARRY, CARRY);
}

static void
take_record(struct log *l, const uint8_t *client, size_t size)
{
	struct hc_walk *w = l->walk;
	uint32_t redo = hc_get_le16(client + 4);
	uint64_t vcn, first, count;

	if (hc_get_le16(client) != SET_BITS ||
	    (hc_get_le16(client + 2) != CLEAR_BITS && hc_get_le16(client + 2) != 0) ||
	    hc_get_le16(client + 6) != 8 || redo < CLIENT_FIXED || redo % 8 != 0 ||
	    redo > size - 8)
		return;
	vcn = hc_get_le64(client + 24);
	if (vcn > w->clusters)
		return;
	first = vcn * w->cluster_size * 8 + hc_get_le32(client + redo);
	count = hc_get_le32(client + redo + 4);
	if (count <= w->clusters && first <= w->clusters - count)
		w->logged += hc_walk_use(w, first, count);
	/* The part of the cluster is not used by what replays journals of ordinary volumes; of large
	 * clusters it might be. */
	first += hc_get_le16(client + 20) * 4096ull;
	if (count <= w->clusters && first <= w->clusters - count)
		w->logged += hc_walk_use(w, first, count);
}

/* Searches carry and page; the page's head lies between them and is cut out. */
static void
search(struct log *l, uint8_t *page)
{
	uint8_t *start = page + l->data_offset - CARRY;
	size_t size = CARRY + l->page_size - l->data_offset;

	memmove(start, l->page, CARRY);
	for (size_t at = 0; at + CLIENT_FIXED + 8 <= size; at += 8)
		take_record(l, start + at, size - at);
}

/* ---------------------------------------------------------------- the journal */

/* Page size, place of the data, LSNs: from either restart page. */
static bool
read_restart(struct log *l)
{
	uint8_t head[PAGE_MIN];
	uint32_t area;

	for (s64 at = 0; at <= 4096; at += 4096) {
		if (ntfs_attr_pread(l->data, at, sizeof(head), head) != sizeof(head) ||
		    (memcmp(head, "RSTR", 4) != 0 && memcmp(head, "CHKD", 4) != 0))
			continue;
		l->page_size = hc_get_le32(head + 20);
		area = hc_get_le16(head + 24);
		if (l->page_size < PAGE_MIN || l->page_size > PAGE_MAX ||
		    (l->page_size & (l->page_size - 1)) != 0 || area > sizeof(head) - 48)
			continue;
		l->data_offset = hc_get_le16(head + area + 38);
		if (l->data_offset < CARRY / 8 || l->data_offset % 8 != 0 ||
		    l->data_offset > l->page_size / 2 || l->page_size - l->data_offset < CARRY)
			l->data_offset = 64;
		l->lsn_mask = UINT64_MAX;
		if (hc_get_le32(head + area + 16) < 64)
			l->lsn_mask >>= hc_get_le32(head + area + 16);
		l->pages = (uint64_t)l->data->data_size / l->page_size;
		return l->pages > SPECIAL;
	}
	return false;
}

static void
search_pages(struct log *l)
{
	uint8_t *page = l->page + CARRY;
	bool carry = false;

	/* The last page goes on in the first one. */
	for (uint64_t i = RESTARTS; i < l->pages + SPECIAL; i++) {
		uint64_t number = i < l->pages ? i : i - l->pages + RESTARTS;

		if (!carry)
			set_carry(l, NULL);
		carry = read_page(l, number, page);
		if (!carry)
			continue;
		memcpy(l->special + SPECIAL * l->page_size, page, l->page_size);
		search(l, page);
		set_carry(l, l->special + SPECIAL * l->page_size);
	}
}

/* A copy of a page that was still being filled: with whatever may come before and behind it. */
static void
search_copy(struct log *l, unsigned n)
{
	const uint8_t *copy = l->special + n * l->page_size;
	uint8_t *page = l->page + CARRY, *around = l->special + SPECIAL * l->page_size;
	uint64_t places[2] = { hc_get_le64(copy + 8) / l->page_size,
			       (hc_get_le64(copy + 8) & l->lsn_mask) * 8 / l->page_size };

	for (unsigned i = 0; i < SPECIAL; i++) {
		if (!l->good[i])
			continue;
		set_carry(l, l->special + i * l->page_size);
		memcpy(page, copy, l->page_size);
		search(l, page);
	}
	for (unsigned i = 0; i < 2; i++) {
		if (places[i] >= RESTARTS && read_page(l, places[i] - 1, around)) {
			set_carry(l, around);
			memcpy(page, copy, l->page_size);
			search(l, page);
		}
		if (places[i] < l->pages && read_page(l, places[i] + 1, around)) {
			set_carry(l, copy);
			memcpy(page, around, l->page_size);
			search(l, page);
		}
	}
}

static int
search_log(struct log *l, struct hc_err *err)
{
	l->page = malloc(CARRY + (size_t)l->page_size);
	l->special = malloc((SPECIAL + 1) * (size_t)l->page_size);
	if (l->page == NULL || l->special == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read $LogFile");
	search_pages(l);
	for (unsigned i = RESTARTS; i < SPECIAL; i++)
		l->good[i] = read_page(l, i, l->special + i * l->page_size);
	for (unsigned i = RESTARTS; i < SPECIAL; i++)
		if (l->good[i])
			search_copy(l, i);
	return l->walk->n->io_failed ? hc_ntfs_fail(l->walk->n, err, "reading", "$LogFile") : 0;
}

int
hc_ntfs_log_uses(struct hc_walk *walk, bool *ret_known, struct hc_err *err)
{
	struct log log = { .walk = walk };
	ntfs_inode *inode = ntfs_inode_open(walk->n->ntfs, FILE_LogFile);
	int result = 0;

	*ret_known = false;
	if (inode == NULL)
		return 0;
	log.data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	if (log.data != NULL && read_restart(&log)) {
		result = search_log(&log, err);
		*ret_known = result == 0;
	}
	free(log.page);
	free(log.special);
	if (log.data != NULL)
		ntfs_attr_close(log.data);
	ntfs_inode_close(inode);
	return result;
}
