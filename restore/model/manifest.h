/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * manifest: what one backup holds; halcyon.json and catalog.json: what a repository holds.
 *
 * Shape:   manifest ─ disks[] ─ regions[]: the regions of a disk cover it without gap or overlap, in order:
 *          head │ partition │ gap │ partition │ … │ tail.  Each region has a blob index of its own.
 * Units:   bytes.
 * Owner:   the arena it was read into.
 * Source:  design.md section 7; transport.md sections 1 and 6; hazards 12, 17, 18, 19.
 */
#ifndef HC_MODEL_MANIFEST_H
#define HC_MODEL_MANIFEST_H

#include "restore/model/facts.h"
#include "restore/model/windows.h"

enum hc_region_kind {
	HC_REGION_HEAD, /* from byte 0 to the first partition: MBR, GPT, gap */
	HC_REGION_PARTITION,
	HC_REGION_GAP,  /* between partitions: extended boot records live here */
	HC_REGION_TAIL, /* from the last partition to the end: backup GPT */
};

extern const char *const hc_region_names[];

/* A file beside the manifest, by name and by hash. */
struct hc_file_ref {
	const char *name;
	uint64_t size;
	const char *sha256;
};

struct hc_volume_state {
	bool dirty;         /* NTFS: $Volume flags bit 0 */
	bool hibernated;    /* a resumable hiberfil.sys */
	bool journal_clean; /* $LogFile was closed properly */
	bool bitlocker;
};

struct hc_region {
	unsigned kind; /* enum hc_region_kind */
	uint64_t start;
	uint64_t size;
	struct hc_partition *partition; /* of HC_REGION_PARTITION */
	struct hc_file_ref index;       /* disk0-p2.caibx */
	struct hc_file_ref *free;       /* disk0-p2.free: extents no file uses (hazards 18) */
	uint64_t used_bytes; /* that a file system says are used; size when unknown */
	uint64_t data_bytes; /* in rows that are not all zeros */
	struct hc_volume_state *volume;
	struct hc_strings zeroed; /* files whose contents were left out: \pagefile.sys */
};

struct hc_regions {
	struct hc_region *items;
	size_t count;
};

struct hc_manifest_disk {
	uint64_t number;
	const char *model;
	const char *serial;
	const char *wwn;
	const char *bus;
	uint64_t size;
	uint64_t logical_block;
	uint64_t physical_block;
	unsigned table; /* enum hc_table_type */
	const char *table_id;
	const char *sector0;     /* base64: first logical sector */
	const char *gpt_header;  /* base64: primary header sector; GPT only */
	const char *gpt_entries; /* base64: the entry array byte for byte; GPT only */
	struct hc_regions regions;
};

struct hc_totals {
	uint64_t disk_bytes;
	uint64_t used_bytes;
	uint64_t data_bytes;
	uint64_t chunks;       /* rows, zeros left out */
	uint64_t new_chunks;   /* that this capture put into the store */
	uint64_t stored_bytes; /* compressed size of the new chunks */
};

struct hc_manifest {
	const char *id;
	const char *created;
	const char *tool;
	const char *host;
	const char *digest; /* sha256 or sha512-256 */
	const char *store;  /* relative to the repository: default.castr */
	uint64_t chunk_min, chunk_avg, chunk_max;
	struct hc_machine machine;
	struct hc_acpi_digests acpi_digests; /* empty: captured elsewhere, or no ACPI */
	struct hc_firmware firmware;
	struct hc_windows *windows; /* NULL: no Windows was recognised */
	struct {
		struct hc_manifest_disk *items;
		size_t count;
	} disks;
	struct hc_totals totals;
	struct hc_strings warnings;
};

/* REPO/halcyon.json */
struct hc_repository {
	const char *created;
	const char *digest;
	const char *store;
	uint64_t chunk_min, chunk_avg, chunk_max;
};

/* How a disk is divided, for people. */
struct hc_catalog_part {
	uint64_t number;
	uint64_t start;
	uint64_t size;
	const char *filesystem;
	const char *label;
};

struct hc_catalog_disk {
	uint64_t size;
	struct {
		struct hc_catalog_part *items;
		size_t count;
	} parts;
};

/* A line of REPO/catalog.json, and of what `halcyon catalog` prints. */
struct hc_catalog_backup {
	const char *id;
	const char *host;
	const char *machine_uuid;
	struct hc_machine machine; /* empty in catalogs of older programs */
	const char *os;
	const char *created;
	const char *kind; /* native, windows-image-backup, image */
	struct hc_strings modes;
	uint64_t used_bytes;
	uint64_t disk_bytes;
	struct {
		struct hc_catalog_disk *items;
		size_t count;
	} disks; /* empty in catalogs of older programs */
	bool complete;
	bool is_signed;
	const char
		*outcome; /* the verdict's, for the machine that was asked about; else NULL */
	struct hc_strings reasons; /* its findings from repair on: "HAL-1 block: ..." */
};

struct hc_catalog {
	const char *repository;
	struct {
		struct hc_catalog_backup *items;
		size_t count;
	} backups;
};

extern const struct hc_shape hc_manifest_shape;   /* halcyon.manifest/1, sealed */
extern const struct hc_shape hc_repository_shape; /* halcyon.repository/1, sealed */
extern const struct hc_shape hc_catalog_shape;    /* halcyon.catalog/1, sealed */
extern const struct hc_shape hc_file_ref_shape;

#endif
