/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SYSTEM\MountedDevices: which volume a drive letter or volume GUID path stands for.
 * Source: windows-offline.md section 9; libyal winreg-kb, "Mounted devices".
 */
#include "restore/windows/windows_priv.h"

#include <string.h>

#include "restore/base/text.h"

#define MBR_BYTES   12u
#define GPT_BYTES   24u
#define GPT_PREFIX  "DMIO:ID:"
#define DEVICE_MIN  8u    /* four characters: the prefix */
#define DEVICE_MAX  8192u /* far beyond what a device interface name has */
#define PREFIX_SIZE (sizeof(GPT_PREFIX) - 1)

/* A device interface starts with \??\ or, since Vista, _??_; a leading character and the last are the same. */
static bool
is_device(struct hc_span data)
{
	uint16_t first, last;

	if (data.size < DEVICE_MIN || data.size > DEVICE_MAX || data.size % 2 != 0)
		return false;
	first = hc_get_le16(data.data);
	last = hc_get_le16(data.data + 6);
	return (first == '\\' || first == '_') && first == last &&
	       hc_get_le16(data.data + 2) == '?' && hc_get_le16(data.data + 4) == '?';
}

int
hc_mounted_device_parse(struct hc_span data, struct hc_arena *arena,
			struct hc_mounted_device *ret, struct hc_err *err)
{
	struct hc_mounted_device device = { .kind = "unknown" };
	const char *text = "";
	char guid[HC_GUID_TEXT];

	if (data.size == MBR_BYTES) {
		device.kind = "mbr";
		device.offset = hc_get_le64(data.data + 4);
		device.disk = text =
			hc_arena_printf(arena, "%08x", (unsigned)hc_get_le32(data.data));
	} else if (data.size == GPT_BYTES && memcmp(data.data, GPT_PREFIX, PREFIX_SIZE) == 0) {
		hc_guid_text(data.data + PREFIX_SIZE, guid);
		device.kind = "gpt";
		device.partition = text = hc_arena_strdup(arena, guid);
	} else if (is_device(data)) {
		device.kind = "device";
		device.device = text = hc_utf16_to_utf8(arena, data);
	}
	if (text == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a mounted device");
	*ret = device;
	return 0;
}

int
hc_windows_read_mounted_devices(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_hive_value_list values = { 0 };
	struct hc_mounted_device *device;
	struct hc_hive_key key;
	struct hc_span data;
	struct hc_err why;

	/* NT 4.0 has no such key: it keeps letters in SYSTEM\DISK. */
	if (in->system == NULL || hc_hive_key(in->system, "MountedDevices", &key, &why) < 0)
		return 0;
	if (hc_hive_values(in->system, key, in->arena, &values, &why) < 0)
		return hc_windows_unread(in, "mounted_devices", &why, err);
	for (size_t i = 0; i < values.count; i++) {
		if (values.items[i].name[0] == '\0' ||
		    hc_hive_bytes(in->system, key, values.items[i].name, in->arena, &data,
				  &why) < 0)
			continue;
		device = hc_arena_grow(in->arena, &w->mounted_devices.items,
				       &w->mounted_devices.count, sizeof(*device));
		if (device == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
		if (hc_mounted_device_parse(data, in->arena, device, err) < 0)
			return -1;
		device->name = values.items[i].name;
	}
	return 0;
}
