/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A Windows whose volume BitLocker encrypts: what its boot store, which is not encrypted, says of it. */
#include <string.h>
#include <strings.h>

#include "restore/windows/windows.h"

#define LOADER "10200003"

/* Whether a loader of the store lies on that partition: a data volume is named by none. */
static bool
starts_from(const struct hc_bcd *bcd, const struct hc_bcd_partition *partition)
{
	for (size_t i = 0; bcd != NULL && i < bcd->objects.count; i++) {
		const struct hc_bcd_object *object = &bcd->objects.items[i];

		if (object->type == NULL || strcasecmp(object->type, LOADER) != 0)
			continue;
		for (size_t k = 0; k < object->devices.count; k++)
			if (hc_bcd_device_is(&object->devices.items[k], partition))
				return true;
	}
	return false;
}

int
hc_windows_encrypted(const struct hc_boot_volume *volumes, size_t count, struct hc_arena *arena,
		     struct hc_windows *ret, size_t *ret_system, struct hc_err *err)
{
	for (size_t i = 0; i < count; i++) {
		struct hc_windows windows = { .bitlocker = true };
		const char *note;

		if (!volumes[i].has_partition || volumes[i].io == NULL ||
		    !hc_volume_is_bitlocker(volumes[i].io))
			continue;
		if (hc_boot_describe(volumes, count, i, arena, &windows, err) < 0)
			return -1;
		if (!starts_from(windows.bcd, &volumes[i].partition))
			continue;
		note = hc_arena_printf(arena, HC_WINDOWS_ENCRYPTED, volumes[i].name);
		if (note == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
		if (hc_strings_add(&windows.unread, arena, note, err) < 0)
			return -1;
		*ret = windows;
		*ret_system = i;
		return 0;
	}
	return 1;
}
