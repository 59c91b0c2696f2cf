/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A journal of NTFS that was not replayed, written by hand into a volume of mkntfs. */
#ifndef HC_TESTS_NTFS_JOURNAL_H
#define HC_TESTS_NTFS_JOURNAL_H

#include <string.h>

#include "restore/base/bytes.h"

#define PAGE 4096u

/* Protects a page as NTFS does: the last two bytes of each sector are kept in the head. */
static void
protect(uint8_t *page, uint16_t sequence_at)
{
	hc_put_le16(page + 4, sequence_at);
	hc_put_le16(page + 6, PAGE / 512 + 1);
	hc_put_le16(page + sequence_at, 7);
	for (unsigned i = 1; i <= PAGE / 512; i++) {
		memcpy(page + sequence_at + i * 2, page + i * 512 - 2, 2);
		hc_put_le16(page + i * 512 - 2, 7);
	}
}

/* The client data of "set `count` bits from `first` on in $Bitmap", 48 bytes. */
static void
put_set_bits(uint8_t record[48], uint32_t first, uint32_t count)
{
	memset(record, 0, 48);
	hc_put_le16(record, 0x15);
	hc_put_le16(record + 2, 0x16);
	hc_put_le16(record + 4, 0x28);
	hc_put_le16(record + 6, 8);
	hc_put_le16(record + 8, 0x28);
	hc_put_le16(record + 10, 8);
	hc_put_le16(record + 14, 1);
	hc_put_le32(record + 40, first);
	hc_put_le32(record + 44, count);
}

/* In the journal that mkntfs filled with 0xff: restart pages; a record on page 40; one half on page 41 and half
 * on 42; one on the copy, page 2, of a page that went on from page 42. */
static bool
write_journal(struct hc_buf *image, const uint32_t clusters[3])
{
	static uint8_t pages[4][PAGE];
	uint8_t record[48], *log = NULL;

	for (size_t at = 0; log == NULL && at + 64 * PAGE <= image->size; at += PAGE)
		if (image->data[at] == 0xff &&
		    memcmp(image->data + at, image->data + at + 1, 64 * PAGE - 1) == 0)
			log = image->data + at;
	if (log == NULL)
		return false;
	memset(pages, 0, sizeof(pages));
	memcpy(log, "RSTR", 4);
	memset(log + 4, 0, PAGE - 4);
	hc_put_le32(log + 16, PAGE);
	hc_put_le32(log + 20, PAGE);
	hc_put_le16(log + 24, 0x30);
	hc_put_le32(log + 0x30 + 16, 45);
	hc_put_le16(log + 0x30 + 38, 64);
	protect(log, 0x1e);
	put_set_bits(record, clusters[0], 3);
	memcpy(pages[0] + 64 + 48, record, 48);
	put_set_bits(record, clusters[1], 3);
	memcpy(pages[1] + PAGE - 24, record, 24);
	memcpy(pages[2] + 64, record + 24, 24);
	put_set_bits(record, clusters[2], 3);
	memcpy(pages[2] + PAGE - 8, record, 8);
	memcpy(pages[3] + 64, record + 8, 40);
	hc_put_le64(pages[3] + 8, 43 * PAGE);
	for (unsigned i = 0; i < 4; i++) {
		memcpy(pages[i], "RCRD", 4);
		protect(pages[i], 0x28);
		memcpy(log + (i == 3 ? 2 : 40 + i) * PAGE, pages[i], PAGE);
	}
	return true;
}

#endif
