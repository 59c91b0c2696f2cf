/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Device elements of a BCD store: where in the value descriptors lie (windows-offline.md section 7).
 *
 * A value is the GUID of an options object, then a descriptor; offsets here are of the descriptor:
 *	0x00 type     0x04 flags     0x08 size, header included     0x0c 0
 * Type 6, a qualified partition, 0x48 bytes:
 *	0x10 partition: GUID, or u64 offset in bytes     0x20 0     0x24 scheme     0x28 disk: GUID, or u32 signature
 * Type 5, boot, has the same size and nothing in it.  Type 8, locate:
 *	0x10 kind: 0 by an element, 1 by a path     0x14 element     0x18 offset of a nested descriptor or 0     0x1c path
 * Type 0 is a file or what lies in a file (ramdisk, VHD), by a path:
 *	u32 1     u32 size of this part     u32 5     nested descriptor     path in UTF-16
 * so that nested ones begin at even offsets that depend on what is around them.  Instead of following each
 * nesting, of which there are more than were seen, every even offset is tried: a header of 16 bytes has 12 that are fixed, and
 * who patches looks both ids up.
 */
#include <string.h>

#include "restore/boot/boot_priv.h"

#define FIRST          0x10u /* behind the options object */
#define PARTITION_SIZE 0x48u
#define LOCATE_LEAST   0x1eu /* of an empty path */

struct hc_bcd_partition
hc_bcd_partition_at(const uint8_t *descriptor)
{
	struct hc_bcd_partition p = { .scheme = hc_get_le32(descriptor + 0x24) };

	memcpy(p.partition, descriptor + 0x10, sizeof(p.partition));
	memcpy(p.disk, descriptor + 0x28, sizeof(p.disk));
	return p;
}

void
hc_bcd_partition_put(uint8_t *descriptor, const struct hc_bcd_partition *partition)
{
	memcpy(descriptor + 0x10, partition->partition, sizeof(partition->partition));
	hc_put_le32(descriptor + 0x24, partition->scheme);
	memcpy(descriptor + 0x28, partition->disk, sizeof(partition->disk));
}

bool
hc_bcd_partition_equal(const struct hc_bcd_partition *a, const struct hc_bcd_partition *b)
{
	if (a->scheme != b->scheme)
		return false;
	switch (a->scheme) {
	case HC_BCD_GPT:
		return memcmp(a->disk, b->disk, 16) == 0 &&
		       memcmp(a->partition, b->partition, 16) == 0;
	case HC_BCD_MBR:
		return memcmp(a->disk, b->disk, 4) == 0 &&
		       memcmp(a->partition, b->partition, 8) == 0;
	default:
		return false;
	}
}

/* The type of a descriptor that begins there; 0: none does. */
static uint32_t
recognise(const uint8_t *bytes, size_t length)
{
	uint32_t type, size;

	if (length < LOCATE_LEAST || hc_get_le32(bytes + 12) != 0)
		return 0;
	type = hc_get_le32(bytes);
	size = hc_get_le32(bytes + 8);
	if (size > length)
		return 0;
	if ((type == HC_BCD_DEVICE_PARTITION || type == HC_BCD_DEVICE_BOOT) &&
	    size == PARTITION_SIZE)
		return type;
	if (type == HC_BCD_DEVICE_LOCATE && size >= LOCATE_LEAST &&
	    hc_get_le32(bytes + 4) == 0 && hc_get_le32(bytes + 0x10) <= 1)
		return type;
	return 0;
}

int
hc_bcd_scan(struct hc_span value, struct hc_bcd_descriptors *ret, struct hc_err *err)
{
	size_t at = FIRST;

	ret->count = 0;
	while (at < value.size) {
		const uint8_t *bytes = value.data + at;
		uint32_t type = recognise(bytes, value.size - at);
		struct hc_bcd_descriptor *d;

		if (type == 0) {
			at += 2;
			continue;
		}
		if (ret->count == HC_BCD_DEVICES_MAX)
			return hc_err_set(err, H_BCD_FORMAT,
					  "a device element of %zu bytes names more than %u "
					  "devices",
					  value.size, HC_BCD_DEVICES_MAX);
		d = &ret->items[ret->count++];
		*d = (struct hc_bcd_descriptor){ .at = at,
						 .type = type,
						 .size = hc_get_le32(bytes + 8) };
		if (type == HC_BCD_DEVICE_PARTITION)
			d->partition = hc_bcd_partition_at(bytes);
		/* Ids may look like a header; what a locate descriptor holds may be one. */
		at += type == HC_BCD_DEVICE_LOCATE ? LOCATE_LEAST : PARTITION_SIZE;
	}
	return 0;
}
