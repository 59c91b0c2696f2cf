/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume/format.h: an empty FAT32, as fsck.fat sees it. */
#include "restore/volume/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "restore/base/bytes.h"
#include "restore/volume/volume.h"
#include "tests/unit/tap.h"

#define MIB (UINT64_C(1) << 20)

static struct hc_err err;

/* Whether a program finds no fault in it; it comes by a pipe, since the file has no name. */
static bool
is_sound(struct hc_io *io, const char *path)
{
	FILE *file = fopen(path, "wb");
	static uint8_t buf[1 << 20];
	char command[256];
	int status = 0;

	for (uint64_t at = 0; file != NULL && at < io->size; at += sizeof(buf)) {
		size_t part = (size_t)hc_min_u64(sizeof(buf), io->size - at);

		if (hc_io_pread(io, at, buf, part, &err) < 0 ||
		    fwrite(buf, 1, part, file) != part)
			status = 1;
	}
	if (file == NULL || fclose(file) != 0 || status != 0)
		return false;
	snprintf(command, sizeof(command), "PATH=$PATH:/usr/sbin:/sbin fsck.fat -n %s >&2",
		 path);
	status = system(command);
	remove(path);
	return status == 0;
}

static void
test_one(uint64_t size, uint32_t block, uint64_t cluster, const char *what)
{
	const struct hc_fat_request request = {
		.size = size, .start = 2048 * MIB, .block = block, .serial = 0x1a2b3c4d
	};
	struct hc_io *io = NULL, *again = NULL;
	struct hc_volume *volume = NULL;
	uint8_t sector[512], other[512];
	char path[64];

	snprintf(path, sizeof(path), "/tmp/halcyon-test-format.%d", (int)getpid());
	ok_call(hc_fat_format(&request, &io, &err), &err, "%s", what);
	ok(io->size == size && is_sound(io, path), "%s: fsck.fat finds no fault", what);
	ok_call(hc_volume_open(io, &volume, &err), &err, "%s: it opens", what);
	ok(strcmp(hc_volume_info(volume)->kind, "fat") == 0 &&
		   hc_volume_info(volume)->serial == 0x1a2b3c4d &&
		   hc_volume_info(volume)->cluster_size == cluster &&
		   strcmp(hc_volume_info(volume)->label, "") == 0,
	   "%s: clusters of %llu bytes", what,
	   (unsigned long long)hc_volume_info(volume)->cluster_size);
	hc_volume_close(volume);
	ok(hc_io_pread(io, 0, sector, 512, &err) == 0 &&
		   hc_get_le32(sector + 28) == 2048 * MIB / block &&
		   hc_is_zero(sector + 90, 420) && memcmp(sector + 82, "FAT32", 5) == 0,
	   "%s: it knows its place, and holds no program and no table", what);
	ok(hc_fat_format(&request, &again, &err) == 0 &&
		   hc_io_pread(again, 0, other, 512, &err) == 0 &&
		   memcmp(sector, other, 512) == 0,
	   "%s: made again it is the same", what);
	hc_io_close(io);
	hc_io_close(again);
}

int
main(void)
{
	const struct hc_fat_request small = { .size = 32 * MIB - 512, .block = 512 };
	struct hc_io *io = NULL;

	test_one(100 * MIB, 512, 1024, "100 MiB");
	test_one(260 * MIB, 512, 4096, "260 MiB");
	test_one(260 * MIB, 4096, 4096, "260 MiB in sectors of 4096 bytes");
	ok_fails(hc_fat_format(&small, &io, &err), &err, H_VOLUME_FORMAT,
		 "too small for a FAT32");
	return tap_done();
}
