/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile data of MountedDevices: never an error, and always of a kind.  modules: restore/windows */
#include <stdlib.h>
#include <string.h>

#include "restore/windows/windows.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct hc_arena arena = { 0 };
	struct hc_mounted_device device;
	struct hc_err err;

	if (hc_mounted_device_parse(hc_span(bytes, length), &arena, &device, &err) < 0 ||
	    (strcmp(device.kind, "mbr") == 0) != (device.disk != NULL) ||
	    (strcmp(device.kind, "gpt") == 0) != (device.partition != NULL) ||
	    (strcmp(device.kind, "device") == 0) != (device.device != NULL))
		abort();
	hc_arena_done(&arena);
	return 0;
}
