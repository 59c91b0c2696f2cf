/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device elements of a boot store that is made anew: the two forms that every store has. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/boot/boot_priv.h"

#define DESCRIPTOR   0x48u /* of a partition, bcd_scan.c */
#define PLAIN_AT     0x10u
#define RAMDISK_AT   0x44u
#define RAMDISK_PATH (RAMDISK_AT + DESCRIPTOR)
#define PATH_MAX_16  1024u /* bytes of a path in UTF-16 */

/* A qualified partition: options object (none), then its descriptor. */
static void
put_partition(uint8_t *descriptor, const struct hc_bcd_partition *partition)
{
	hc_put_le32(descriptor, HC_BCD_DEVICE_PARTITION);
	hc_put_le32(descriptor + 8, DESCRIPTOR);
	hc_bcd_partition_put(descriptor, partition);
}

int
hc_bcd_make_partition(const struct hc_bcd_partition *partition, struct hc_buf *out,
		      struct hc_err *err)
{
	uint8_t value[PLAIN_AT + DESCRIPTOR] = { 0 };

	put_partition(value + PLAIN_AT, partition);
	return hc_buf_append(out, value, sizeof(value), err);
}

/*
 * As the stores of Windows 8.1 and 10 have it (windows-offline.md section 7): at 0x10 a descriptor of a file, type 0 with
 * flags 1, its size, 0, then 3; at 0x38 a 1, the size of the rest of it, 5; the partition; the path with its end.
 */
int
hc_bcd_make_ramdisk(const struct hc_bcd_partition *partition, const uint8_t options[16],
		    const char *path, struct hc_buf *out, struct hc_err *err)
{
	uint8_t head[RAMDISK_PATH] = { 0 };
	struct hc_buf wide = { 0 };
	uint32_t size;
	int result = -1;

	if (hc_utf8_to_utf16(path, &wide, err) < 0 || hc_buf_append(&wide, "\0", 2, err) < 0)
		goto out;
	if (wide.size > PATH_MAX_16) {
		hc_err_set(err, H_BCD_FORMAT,
			   "a path of %zu bytes is too long for a boot store", wide.size);
		goto out;
	}
	size = (uint32_t)(RAMDISK_PATH - PLAIN_AT + wide.size);
	memcpy(head, options, 16);
	hc_put_le32(head + 0x14, 1);
	hc_put_le32(head + 0x18, size);
	hc_put_le32(head + 0x20, 3);
	hc_put_le32(head + 0x38, 1);
	hc_put_le32(head + 0x3c, size - 0x28);
	hc_put_le32(head + 0x40, 5);
	put_partition(head + RAMDISK_AT, partition);
	if (hc_buf_append(out, head, sizeof(head), err) == 0 &&
	    hc_buf_append(out, wide.data, wide.size, err) == 0)
		result = 0;
out:
	hc_buf_done(&wide);
	return result;
}
