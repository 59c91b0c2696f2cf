/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The descriptors of a device element as rows of a document. */
#include <string.h>

#include "restore/base/text.h"
#include "restore/boot/boot_priv.h"

#define FILE_HEAD   12u /* u32 1, u32 size, u32 5: ahead of the descriptor of a file's volume */
#define FILE_FIRST  0x1cu /* the least offset of a descriptor that such a head fits before */
#define LOCATE_PATH 0x1cu

/* The path behind the descriptor of a file's volume; an empty span where it isn't one. */
static struct hc_span
file_path(struct hc_span value, const struct hc_bcd_descriptor *d)
{
	const uint8_t *head;
	uint32_t size;

	if (d->at < FILE_FIRST)
		return hc_span(NULL, 0);
	head = value.data + d->at - FILE_HEAD;
	size = hc_get_le32(head + 4);
	if (hc_get_le32(head) != 1 || hc_get_le32(head + 8) != 5 ||
	    size < FILE_HEAD + d->size || size > value.size - (d->at - FILE_HEAD))
		return hc_span(NULL, 0);
	return hc_span(head + FILE_HEAD + d->size, size - FILE_HEAD - d->size);
}

static struct hc_span
path_of(struct hc_span value, const struct hc_bcd_descriptor *d)
{
	struct hc_span path = file_path(value, d);

	if (path.size == 0 && d->type == HC_BCD_DEVICE_LOCATE)
		path = hc_span(value.data + d->at + LOCATE_PATH, d->size - LOCATE_PATH);
	return path.size >= 2 && hc_get_le16(path.data) != 0 ? path : hc_span(NULL, 0);
}

static const char *
guid(struct hc_arena *arena, const uint8_t bytes[16])
{
	char text[HC_GUID_TEXT];

	hc_guid_text(bytes, text);
	return hc_arena_printf(arena, "{%s}", text);
}

/* False: no memory. */
static bool
put_partition(struct hc_bcd_device *device, const struct hc_bcd_partition *p,
	      struct hc_arena *arena)
{
	switch (p->scheme) {
	case HC_BCD_GPT:
		device->scheme = "gpt";
		device->disk = guid(arena, p->disk);
		device->partition = guid(arena, p->partition);
		return device->disk != NULL && device->partition != NULL;
	case HC_BCD_MBR:
		device->scheme = "mbr";
		device->disk = hc_arena_printf(arena, "%08x", hc_get_le32(p->disk));
		device->offset = hc_get_le64(p->partition);
		return device->disk != NULL;
	case HC_BCD_RAW:
		device->scheme = "raw";
		return true;
	default:
		device->scheme = "unknown";
		return true;
	}
}

static int
put_row(struct hc_span value, const struct hc_bcd_descriptor *d, const char *element,
	struct hc_arena *arena, struct hc_bcd_object *object, struct hc_err *err)
{
	struct hc_bcd_device *device = hc_arena_grow(arena, &object->devices.items,
						     &object->devices.count, sizeof(*device));
	struct hc_span path = path_of(value, d);
	bool good = device != NULL;

	if (good) {
		device->element = element;
		device->at = d->at;
		device->scheme = d->type == HC_BCD_DEVICE_BOOT     ? "boot"
				 : d->type == HC_BCD_DEVICE_LOCATE ? "none"
								   : "unknown";
		if (d->type == HC_BCD_DEVICE_PARTITION)
			good = put_partition(device, &d->partition, arena);
	}
	if (good && path.size > 0) {
		device->path = hc_utf16_to_utf8(arena, path);
		good = device->path != NULL;
	}
	return good ? 0
		    : hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a boot configuration");
}

int
hc_bcd_devices(struct hc_span value, const char *element, struct hc_arena *arena,
	       struct hc_bcd_object *object, struct hc_err *err)
{
	/* Nothing recognised: the row says that there is something. */
	const struct hc_bcd_descriptor nothing = { .at = 0x10 };
	struct hc_bcd_descriptors found;

	if (hc_bcd_scan(value, &found, err) < 0)
		return -1;
	element = hc_arena_strdup(arena, element);
	if (element == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a boot configuration");
	if (found.count == 0)
		return put_row(hc_span(NULL, 0), &nothing, element, arena, object, err);
	for (size_t i = 0; i < found.count; i++)
		if (put_row(value, &found.items[i], element, arena, object, err) < 0)
			return -1;
	return 0;
}
