/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Volumes that BitLocker encrypts, told by their first sector.
 *
 * A fixed one has "-FVE-FS-" where NTFS has its name (byte 3).  BitLocker To Go keeps FAT's look, "MSWIN4.1" there, and is
 * told by a GUID at byte 1a8: 4967d63b-2e29-4ad8-8399-f6a339e3d001, or 92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8 where only
 * what is in use is encrypted (Windows 8 and later).
 *
 * Source: Joachim Metz, "BitLocker Drive Encryption (BDE) format specification" (libbde), sections 2.1 to 2.3.
 */
#include <string.h>

#include "restore/volume/volume.h"

#define NAME_AT  3u
#define TO_GO_AT 0x1a8u

bool
hc_volume_is_bitlocker(struct hc_io *io)
{
	static const uint8_t to_go[][16] = {
		{ 0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39,
		  0xe3, 0xd0, 0x01 },
		{ 0x3b, 0x4d, 0xa8, 0x92, 0x80, 0xdd, 0x0e, 0x4d, 0x9e, 0x4e, 0xb1, 0xe3, 0x28,
		  0x4e, 0xae, 0xd8 },
	};
	uint8_t boot[512];
	struct hc_err ignored;

	if (io->size < sizeof(boot) || hc_io_pread(io, 0, boot, sizeof(boot), &ignored) < 0)
		return false;
	if (memcmp(boot + NAME_AT, "-FVE-FS-", 8) == 0)
		return true;
	for (size_t i = 0; i < sizeof(to_go) / sizeof(to_go[0]); i++)
		if (memcmp(boot + TO_GO_AT, to_go[i], 16) == 0)
			return true;
	return false;
}
