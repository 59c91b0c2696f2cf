/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An empty FAT32 by mformat. */
#include "restore/volume/format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "restore/volume/fat_priv.h"

#define FAT32_CLUSTERS 65525u
#define CLUSTER_MAX    4096u /* what Windows takes for volumes of up to 8 GiB */
#define CODE_START     90u   /* behind the BPB of FAT32 */
#define CODE_END       510u
#define COPY_SECTOR    6u /* the boot sector's copy */

static int
ignore(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	(void)ctx;
	(void)bytes;
	(void)err;
	return 0;
}

/* Sectors of a cluster: as large as leaves enough clusters for FAT32, with its tables off. */
static unsigned
cluster_sectors(const struct hc_fat_request *request)
{
	unsigned sectors = 1;

	while (2 * sectors * request->block <= CLUSTER_MAX &&
	       request->size / (2 * sectors * request->block) >= FAT32_CLUSTERS + 512u)
		sectors *= 2;
	return sectors;
}

static int
run_mformat(const struct hc_fat_request *request, const struct hc_fat_image *image,
	    struct hc_err *err)
{
	char total[32], hidden[32], cluster[16], serial[16], sector[16];
	const char *const args[] = { "-F",    "-h255", "-s63", total, hidden,
				     cluster, serial,  sector, NULL };
	unsigned code = 0;

	/* -S takes the size as a power of two, from 128. */
	while (128u << code < request->block)
		code++;
	snprintf(total, sizeof(total), "-T%llu",
		 (unsigned long long)(request->size / request->block));
	snprintf(hidden, sizeof(hidden), "-H%llu",
		 (unsigned long long)(request->start / request->block));
	snprintf(cluster, sizeof(cluster), "-c%u", cluster_sectors(request));
	snprintf(serial, sizeof(serial), "-N%08x", request->serial);
	snprintf(sector, sizeof(sector), "-S%u", code);
	return hc_mtools_run(image, "mformat", args, (struct hc_sink){ ignore, NULL }, err);
}

/* mformat leaves a program there that starts another disk, and a partition table of one entry, for disks without one: firmware
 * that looks closely must not take the volume for a disk. */
static int
clear_code(const struct hc_fat_image *image, uint64_t sector, struct hc_err *err)
{
	static const uint8_t zeros[CODE_END - CODE_START];
	const ssize_t done =
		pwrite(image->fd, zeros, sizeof(zeros), (off_t)(sector + CODE_START));

	return done == (ssize_t)sizeof(zeros)
		       ? 0
		       : hc_err_sys(err, H_IO, "writing a new file system");
}

/* The same file once more, so that the io has a descriptor of its own. */
static int
open_again(const struct hc_fat_image *image, struct hc_io **ret, struct hc_err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", image->fd);
	return hc_io_open_file(path, ret, err);
}

int
hc_fat_format(const struct hc_fat_request *request, struct hc_io **ret, struct hc_err *err)
{
	struct hc_fat_image image;
	int result;

	if (request->block < 512 || request->block > 4096 ||
	    (request->block & (request->block - 1)) != 0 ||
	    request->size / request->block < FAT32_CLUSTERS ||
	    request->size / request->block > UINT32_MAX)
		return hc_err_set(err, H_VOLUME_FORMAT,
				  "%llu bytes in sectors of %u are no FAT32 volume",
				  (unsigned long long)request->size, request->block);
	if (hc_fat_image_blank(request->size, &image, err) < 0)
		return -1;
	result = run_mformat(request, &image, err);
	if (result == 0)
		result = clear_code(&image, 0, err);
	if (result == 0)
		result = clear_code(&image, (uint64_t)COPY_SECTOR * request->block, err);
	if (result == 0)
		result = open_again(&image, ret, err);
	hc_fat_image_done(&image);
	return result < 0 ? hc_err_wrap(err, "while making an empty FAT32 file system") : 0;
}
