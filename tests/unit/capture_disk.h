/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk to capture, and what its backup is compared with. */
#ifndef HC_TESTS_CAPTURE_DISK_H
#define HC_TESTS_CAPTURE_DISK_H

#include "restore/capture/capture.h"
#include "restore/catalog/catalog.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/tap.h"

/*
 * MBR, a first partition at sector 63 (so the head ends off a block), NTFS; a gap with something in it; FAT;
 * a tail of an odd number of sectors with something in it.
 */
static bool
make_disk(struct sandbox *box)
{
	return run(box, "truncate -s 40M c.img && mkntfs -qFQ -c 4096 -L C c.img && "
			"truncate -s 8M d.img && mkfs.fat -F 12 -n DATA d.img >/dev/null && "
			"head -c 9000000 /dev/urandom >noise") == 0 &&
	       mount_ntfs(box, "c.img", "big_writes") &&
	       run(box,
		   "mkdir -p mnt/a mnt/b && cp noise mnt/a/one && cp noise mnt/b/two && "
		   "head -c 3M /dev/urandom >mnt/pagefile.sys && head -c 2M /dev/zero >mnt/zeros && "
		   "cp noise mnt/gone && for i in $(seq 200); do head -c $((i * 97)) noise >mnt/b/$i; "
		   "done && rm mnt/gone") == 0 &&
	       umount_ntfs(box) &&
	       run(box, "truncate -s $((60 * 1048576 + 512)) disk.img && "
			"printf 'label: dos\\nstart=63,size=81920,type=7,bootable\\n"
			"start=90001,size=16384,type=6\\n' | sfdisk -q disk.img && "
			"dd if=c.img of=disk.img bs=512 seek=63 conv=notrunc,sparse && "
			"dd if=d.img of=disk.img bs=512 seek=90001 conv=notrunc,sparse && "
			"printf gap | dd of=disk.img bs=512 seek=85000 conv=notrunc && "
			"printf tail | dd of=disk.img bs=512 seek=122880 conv=notrunc") == 0;
}

static int
capture(const struct sandbox *box, const char *image, const char *repository, const char *id,
	struct hc_arena *arena, struct hc_manifest *ret, struct hc_err *err)
{
	char source[PATH_MAX], to[PATH_MAX];
	struct hc_capture_options options = {
		.source = path_in(box, source, "%s", image),
		.repository = path_in(box, to, "%s", repository),
		.id = id,
	};

	*ret = (struct hc_manifest){ 0 };
	return hc_capture(&options, arena, ret, err);
}

static bool
verifies(const struct sandbox *box, const char *repository, const char *id)
{
	struct hc_verify_result result = { 0 };
	struct hc_backup *backup = NULL;
	struct hc_arena arena = { 0 };
	struct hc_err err;
	char name[PATH_MAX], text[2048];
	bool good;

	path_in(box, name, "%s//%s", repository, id);
	good = hc_backup_open(name, NULL, &backup, &err) == 0 &&
	       hc_backup_verify(backup, NULL, &arena, &result, &err) == 0;
	if (!good) {
		hc_err_format(&err, text, sizeof(text));
		printf("# %s\n", text);
	}
	hc_backup_close(backup);
	hc_arena_done(&arena);
	return good;
}

/* What the region's place in the source holds, with zeros where the backup promises nothing. */
static bool
same_as_source(const struct sandbox *box, const struct hc_region *region,
	       const char *repository, const char *id, const struct hc_buf *source,
	       const struct hc_buf *got)
{
	uint8_t *want = malloc(region->size);
	struct hc_extents free_list = { 0 };
	struct hc_buf file = { 0 };
	char name[PATH_MAX];
	struct hc_err err;
	bool good;

	memcpy(want, source->data + region->start, region->size);
	if (region->free != NULL) {
		snprintf(name, sizeof(name), "%s/backups/%s/%s", repository, id,
			 region->free->name);
		file = slurp(box, name);
		hc_extents_unpack(hc_buf_span(&file), region->size, &free_list, &err);
	}
	for (size_t i = 0; i < free_list.count; i++)
		memset(want + free_list.items[i].offset, 0, free_list.items[i].length);
	/* Where they differ, only the page file may be zeros in ours. */
	good = got->size == region->size;
	for (uint64_t at = 0, zeroed = 0; good && at < region->size; at += 4096) {
		size_t size = (size_t)hc_min_u64(4096, region->size - at);

		if (memcmp(want + at, got->data + at, size) == 0)
			continue;
		zeroed += size;
		good = hc_is_zero(got->data + at, size) && region->zeroed.count == 1 &&
		       zeroed <= 3 << 20;
	}
	hc_buf_done(&file);
	hc_extents_done(&free_list);
	free(want);
	return good;
}

static bool
is_ntfs(const struct hc_region *region)
{
	return region->partition != NULL && region->partition->filesystem != NULL &&
	       strcmp(region->partition->filesystem, "ntfs") == 0;
}

/* casync restores every region, and it is what the disk holds. */
static void
check_with_casync(const struct sandbox *box, const char *image, const char *repository,
		  const char *id, const struct hc_manifest *m)
{
	const struct hc_regions *regions = &m->disks.items[0].regions;
	struct hc_buf source = slurp(box, image), got;
	uint64_t end = 0;
	bool good = true;

	for (size_t i = 0; i < regions->count; i++) {
		const struct hc_region *r = &regions->items[i];

		good = good && r->start == end;
		end = r->start + r->size;
		good = good &&
		       run(box,
			   "rm -f out && casync extract --digest=%s --store=%s/%s "
			   "%s/backups/%s/%s out",
			   m->digest, repository, m->store, repository, id, r->index.name) == 0;
		/* The backup boot sector lies behind the last cluster (hazards 19). */
		good = good && (!is_ntfs(r) || run(box, "ntfsfix -n out") == 0);
		got = slurp(box, "out");
		good = good && same_as_source(box, r, repository, id, &source, &got);
		if (!good)
			printf("# region %zu of %s\n", i, id);
		hc_buf_done(&got);
	}
	ok(good && end == source.size, "casync restores each region as it was");
	hc_buf_done(&source);
}

#endif
