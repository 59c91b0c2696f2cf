/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small good manifest, for tests to spoil. */
#ifndef HC_TESTS_MANIFEST_SAMPLE_H
#define HC_TESTS_MANIFEST_SAMPLE_H

#include "restore/model/manifest.h"

static const char zero_hash[] =
	"0000000000000000000000000000000000000000000000000000000000000000";

/* One disk of 1 MiB: head, a partition, tail. */
struct sample {
	struct hc_partition partition;
	struct hc_file_ref free;
	struct hc_region regions[3];
	struct hc_manifest_disk disk;
	struct hc_manifest manifest;
};

static void
make_sample(struct sample *s)
{
	memset(s, 0, sizeof(*s));
	s->partition = (struct hc_partition){
		.number = 1, .start = 4096, .size = 1 << 19, .type = "07"
	};
	s->free = (struct hc_file_ref){ "disk0-p1.free", 3, zero_hash };
	s->regions[0] = (struct hc_region){ .kind = HC_REGION_HEAD,
					    .size = 4096,
					    .index = { "disk0-head.caibx", 104, zero_hash } };
	s->regions[1] = (struct hc_region){ .kind = HC_REGION_PARTITION,
					    .start = 4096,
					    .size = 1 << 19,
					    .partition = &s->partition,
					    .free = &s->free,
					    .index = { "disk0-p1.caibx", 104, zero_hash } };
	s->regions[2] = (struct hc_region){ .kind = HC_REGION_TAIL,
					    .start = 4096 + (1 << 19),
					    .size = (1 << 19) - 4096,
					    .index = { "disk0-tail.caibx", 104, zero_hash } };
	s->disk = (struct hc_manifest_disk){ .size = 1 << 20, .logical_block = 512 };
	s->disk.regions.items = s->regions;
	s->disk.regions.count = 3;
	s->manifest = (struct hc_manifest){ .id = "b1",
					    .digest = "sha256",
					    .store = "s.castr",
					    .created = "2026-11-23T10:00:00Z" };
	s->manifest.disks.items = &s->disk;
	s->manifest.disks.count = 1;
}

#endif
