/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A hive with nothing in it: base block, one bin, the root key and its security.
 *
 * The layout is that of an empty boot store which Windows made (data/hives/bcd/gobcdedit-template): version 1.3, the root is
 * the first cell.  Administrators and SYSTEM have full access.
 */
#include <string.h>

#include "restore/hive/hive_cells_priv.h"

#define ROOT_NAME  "NewStoreRoot"
#define ROOT_FLAGS 0x2cu /* the root, not to be deleted, its name in bytes */
#define ROOT_BYTES 96u   /* of the cell, with its length */
#define DESCRIPTOR 0x68u

/* [MS-DTYP] 2.4.6, self-relative: owner and group Administrators; 2.4.4.2: access 0x000f003f. */
static const uint8_t descriptor[DESCRIPTOR] = {
	/* revision, control, where owner, group, SACL and DACL lie */
	0x01, 0x00, 0x04, 0x80, 0x48, 0x00, 0x00, 0x00, 0x58, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x14, 0x00, 0x00, 0x00,
	/* DACL: two entries */
	0x02, 0x00, 0x34, 0x00, 0x02, 0x00, 0x00, 0x00,
	/* S-1-5-32-544 */
	0x00, 0x00, 0x18, 0x00, 0x3f, 0x00, 0x0f, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x05, 0x20, 0x00, 0x00, 0x00, 0x20, 0x02, 0x00, 0x00,
	/* S-1-5-18 */
	0x00, 0x00, 0x14, 0x00, 0x3f, 0x00, 0x0f, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x05, 0x12, 0x00, 0x00, 0x00,
	/* owner, group */
	0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x20, 0x00, 0x00, 0x00, 0x20, 0x02,
	0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x20, 0x00, 0x00, 0x00,
	0x20, 0x02, 0x00, 0x00
};

static void
put_base_block(uint8_t *block)
{
	memcpy(block, "regf", 4);
	hc_put_le32(block + 4, 1);
	hc_put_le32(block + 8, 1);
	hc_put_le32(block + 20, 1);
	hc_put_le32(block + 24, 3);
	hc_put_le32(block + 32, 1);
	hc_put_le32(block + 36, BIN_HEAD);
	hc_put_le32(block + 40, BIN_STEP);
	hc_put_le32(block + 44, 1);
	hc_put_le32(block + 508, hc_base_block_checksum(block));
}

/* Both cells begin behind the bin's head; what is left is one free cell. */
static void
put_bin(uint8_t *bin)
{
	const uint32_t security = BIN_HEAD + ROOT_BYTES,
		       security_bytes = (uint32_t)hc_round_up(4 + 20 + DESCRIPTOR, 8),
		       free_cell = security + security_bytes;
	uint8_t *key = bin + BIN_HEAD + 4, *sk = bin + security + 4;

	memcpy(bin, "hbin", 4);
	hc_put_le32(bin + 8, BIN_STEP);
	hc_put_le32(bin + BIN_HEAD, 0u - ROOT_BYTES);
	memcpy(key, "nk", 2);
	hc_put_le16(key + 2, ROOT_FLAGS);
	hc_put_le32(key + 16, HC_NO_CELL);
	hc_put_le32(key + 28, HC_NO_CELL);
	hc_put_le32(key + 32, HC_NO_CELL);
	hc_put_le32(key + 40, HC_NO_CELL);
	hc_put_le32(key + 44, security);
	hc_put_le32(key + 48, HC_NO_CELL);
	hc_put_le16(key + 72, sizeof(ROOT_NAME) - 1);
	memcpy(key + 76, ROOT_NAME, sizeof(ROOT_NAME) - 1);
	hc_put_le32(bin + security, 0u - security_bytes);
	memcpy(sk, "sk", 2);
	hc_put_le32(sk + 4, security);
	hc_put_le32(sk + 8, security);
	hc_put_le32(sk + 12, 1);
	hc_put_le32(sk + 16, DESCRIPTOR);
	memcpy(sk + 20, descriptor, DESCRIPTOR);
	hc_put_le32(bin + free_cell, BIN_STEP - free_cell);
}

int
hc_hive_new(struct hc_buf *ret, struct hc_err *err)
{
	uint8_t file[BASE_BLOCK_BYTES + BIN_STEP] = { 0 };

	put_base_block(file);
	put_bin(file + BASE_BLOCK_BYTES);
	return hc_buf_append(ret, file, sizeof(file), err);
}
