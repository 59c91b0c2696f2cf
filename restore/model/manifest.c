/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manifest, repository marker and catalog: their tables. */
#include "restore/model/manifest.h"

const char *const hc_region_names[] = { "head", "partition", "gap", "tail", NULL };

#define T struct hc_file_ref
static const struct hc_field file_ref_fields[] = {
	HC_NEED(T, name, STRING, "File name beside the manifest."),
	HC_NEED(T, size, NUMBER, "Bytes."),
	HC_NEED(T, sha256, STRING, "SHA-256 of the file."),
};
const struct hc_shape hc_file_ref_shape = HC_SHAPE(T, NULL, file_ref_fields, false, "A file.");
#undef T

#define T struct hc_volume_state
static const struct hc_field volume_fields[] = {
	HC_FIELD(T, dirty, BOOL, "Marked for checking."),
	HC_FIELD(T, hibernated, BOOL, "Holds a resumable hiberfil.sys."),
	HC_FIELD(T, journal_clean, BOOL, "$LogFile was closed properly."),
	HC_FIELD(T, bitlocker, BOOL, "Encrypted by BitLocker: copied as raw blocks."),
};
static const struct hc_shape volume_shape =
	HC_SHAPE(T, NULL, volume_fields, false, "State of a volume when it was captured.");
#undef T

#define T struct hc_region
static const struct hc_field region_fields[] = {
	HC_ENUM(T, kind, hc_region_names, "What part of the disk it is."),
	HC_NEED(T, start, NUMBER, "First byte on the disk."),
	HC_NEED(T, size, NUMBER, "Bytes."),
	HC_PART(T, partition, OPTIONAL, &hc_partition_shape, "Its entry in the table."),
	HC_PART(T, index, OBJECT, &hc_file_ref_shape, "casync blob index."),
	HC_PART(T, free, OPTIONAL, &hc_file_ref_shape, "Extents that no file uses."),
	HC_FIELD(T, used_bytes, NUMBER, "Bytes in use; the size where that is unknown."),
	HC_FIELD(T, data_bytes, NUMBER, "Bytes in chunks that are not all zeros."),
	HC_PART(T, volume, OPTIONAL, &volume_shape, "State of the volume."),
	HC_FIELD(T, zeroed, STRINGS, "Files whose contents were left out."),
};
static const struct hc_shape region_shape =
	HC_SHAPE(T, NULL, region_fields, false, "A part of a disk.");
#undef T

#define T struct hc_manifest_disk
static const struct hc_field disk_fields[] = {
	HC_NEED(T, number, NUMBER, "From 0."),
	HC_FIELD(T, model, STRING, "Model."),
	HC_FIELD(T, serial, STRING, "Serial number."),
	HC_FIELD(T, wwn, STRING, "World wide name."),
	HC_FIELD(T, bus, STRING, "ata, nvme, scsi, virtio, usb, mmc, file."),
	HC_NEED(T, size, NUMBER, "Bytes."),
	HC_NEED(T, logical_block, NUMBER, "Logical sector size."),
	HC_FIELD(T, physical_block, NUMBER, "Physical sector size."),
	HC_ENUM(T, table, hc_table_names, "Partition table."),
	HC_FIELD(T, table_id, STRING, "Disk GUID, or MBR signature as eight hex digits."),
	HC_FIELD(T, sector0, STRING, "First logical sector, base64."),
	HC_FIELD(T, gpt_header, STRING, "Primary GPT header sector, base64."),
	HC_FIELD(T, gpt_entries, STRING, "GPT entry array byte for byte, base64."),
	HC_PART(T, regions, LIST, &region_shape, "Parts that cover the disk in order."),
};
static const struct hc_shape disk_shape = HC_SHAPE(T, NULL, disk_fields, false, "A disk.");
#undef T

#define T struct hc_totals
static const struct hc_field totals_fields[] = {
	HC_FIELD(T, disk_bytes, NUMBER, "Size of the disks."),
	HC_FIELD(T, used_bytes, NUMBER, "Bytes in use on them."),
	HC_FIELD(T, data_bytes, NUMBER, "Bytes in chunks that are not all zeros."),
	HC_FIELD(T, chunks, NUMBER, "Rows that are not all zeros."),
	HC_FIELD(T, new_chunks, NUMBER, "Chunks that the store did not hold before."),
	HC_FIELD(T, stored_bytes, NUMBER, "Compressed size of the new chunks."),
};
static const struct hc_shape totals_shape = HC_SHAPE(T, NULL, totals_fields, false, "Sums.");
#undef T

#define T struct hc_manifest
static const struct hc_field manifest_fields[] = {
	HC_NEED(T, id, STRING, "Backup id: letters, digits, dot, dash, underscore."),
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, tool, STRING, "halcyon and its version."),
	HC_FIELD(T, host, STRING, "Host name of the Windows inside."),
	HC_NEED(T, digest, STRING, "sha256 or sha512-256: how chunks are named."),
	HC_NEED(T, store, STRING, "Chunk store, relative to the repository."),
	HC_FIELD(T, chunk_min, NUMBER, "Least chunk size."),
	HC_FIELD(T, chunk_avg, NUMBER, "Average that was aimed at."),
	HC_FIELD(T, chunk_max, NUMBER, "Greatest chunk size."),
	HC_PART(T, machine, OBJECT, &hc_machine_shape,
		"The machine it came from, where known."),
	HC_PART(T, acpi_digests, LIST, &hc_acpi_digest_shape,
		"Firmware tables of that machine, as in facts.acpi.digests; empty when not known."),
	HC_PART(T, firmware, OBJECT, &hc_firmware_shape, "What its Windows starts from."),
	HC_PART(T, windows, OPTIONAL, &hc_windows_shape, "The Windows inside."),
	HC_PART(T, disks, LIST, &disk_shape, "Disks."),
	HC_PART(T, totals, OBJECT, &totals_shape, "Sums."),
	HC_FIELD(T, warnings, STRINGS, "What the operator should know about this backup."),
};
const struct hc_shape hc_manifest_shape =
	HC_SHAPE(T, "halcyon.manifest/1", manifest_fields, true, "What one backup holds.");
#undef T

#define T struct hc_repository
static const struct hc_field repository_fields[] = {
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_NEED(T, digest, STRING, "sha256 or sha512-256."),
	HC_NEED(T, store, STRING, "Chunk store, relative to the repository."),
	HC_FIELD(T, chunk_min, NUMBER, "Least chunk size."),
	HC_FIELD(T, chunk_avg, NUMBER, "Average that is aimed at."),
	HC_FIELD(T, chunk_max, NUMBER, "Greatest chunk size."),
};
const struct hc_shape hc_repository_shape =
	HC_SHAPE(T, "halcyon.repository/1", repository_fields, true, "Marks a repository.");
#undef T

#define T struct hc_catalog_part
static const struct hc_field part_fields[] = {
	HC_NEED(T, number, NUMBER, "From 1."),
	HC_FIELD(T, start, NUMBER, "First byte."),
	HC_FIELD(T, size, NUMBER, "Bytes."),
	HC_FIELD(T, filesystem, STRING, "ntfs, vfat and so on."),
	HC_FIELD(T, label, STRING, "Of the file system, else of the table."),
};
static const struct hc_shape part_shape =
	HC_SHAPE(T, NULL, part_fields, false, "A partition, for people.");
#undef T

#define T struct hc_catalog_disk
static const struct hc_field layout_fields[] = {
	HC_FIELD(T, size, NUMBER, "Bytes."),
	HC_PART(T, parts, LIST, &part_shape, "Its partitions."),
};
static const struct hc_shape layout_shape =
	HC_SHAPE(T, NULL, layout_fields, false, "How a disk is divided.");
#undef T

#define T struct hc_catalog_backup
static const struct hc_field backup_fields[] = {
	HC_NEED(T, id, STRING, "What follows REPO//."),
	HC_FIELD(T, host, STRING, "Host name."),
	HC_FIELD(T, machine_uuid, STRING, "SMBIOS uuid of the machine it came from."),
	HC_PART(T, machine, OBJECT, &hc_machine_shape, "The machine it came from."),
	HC_FIELD(T, os, STRING, "Product name of the Windows inside."),
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_FIELD(T, kind, STRING, "native, windows-image-backup or image."),
	HC_FIELD(T, modes, STRINGS, "What it can be restored as: bmr, volume, system-state."),
	HC_FIELD(T, used_bytes, NUMBER, "Bytes in use."),
	HC_FIELD(T, disk_bytes, NUMBER, "Size of its disks."),
	HC_PART(T, disks, LIST, &layout_shape, "Its disks and how they are divided."),
	HC_FIELD(T, complete, BOOL, "Its manifest is whole."),
	{ "signed", HC_JSON_BOOL, false, offsetof(T, is_signed), NULL, NULL,
	  "Has a signature." },
	HC_FIELD(T, outcome, STRING,
		 "The verdict's outcome for the machine that was asked about; null: none was."),
	HC_FIELD(T, reasons, STRINGS, "What stands against it: rule, level, title."),
};
static const struct hc_shape backup_shape =
	HC_SHAPE(T, NULL, backup_fields, false, "A backup.");
#undef T

#define T struct hc_catalog
static const struct hc_field catalog_fields[] = {
	HC_FIELD(T, repository, STRING, "Where it was read."),
	HC_PART(T, backups, LIST, &backup_shape, "Backups by their time, newest first."),
};
const struct hc_shape hc_catalog_shape =
	HC_SHAPE(T, "halcyon.catalog/1", catalog_fields, true, "What a repository holds.");
#undef T
