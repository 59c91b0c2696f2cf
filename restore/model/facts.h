/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * facts: what `halcyon probe` found on this machine, or in a recorded tree.
 *
 * Shape:   see struct hc_facts; disks, PCI functions and adapters are lists.
 * Units:   sizes and offsets in bytes; memory in bytes.
 * Owner:   the arena it was built in.
 * Source:  design.md section 4 and 5; hazards 3, 4, 8, 10, 14, 15, 20.
 */
#ifndef HC_MODEL_FACTS_H
#define HC_MODEL_FACTS_H

#include "restore/model/json.h"
#include "restore/model/tristate.h"

enum hc_firmware_type {
	HC_FIRMWARE_UNKNOWN,
	HC_FIRMWARE_BIOS,
	HC_FIRMWARE_UEFI,
};

enum hc_table_type {
	HC_TABLE_NONE,
	HC_TABLE_MBR,
	HC_TABLE_GPT,
};

extern const char *const hc_firmware_names[]; /* unknown bios uefi */
extern const char *const hc_table_names[];    /* none mbr gpt */

/* A certificate that the firmware trusts, or no longer trusts. */
struct hc_efi_certificate {
	const char *store; /* PK, KEK, db, dbx */
	const char *subject;
	const char *issuer;
	const char *sha256; /* of the certificate, hex */
};

struct hc_firmware {
	unsigned type;        /* enum hc_firmware_type */
	uint64_t bits;        /* of UEFI: 32 or 64; 0 for BIOS */
	unsigned secure_boot; /* enum hc_tristate */
	struct {
		struct hc_efi_certificate *items;
		size_t count;
	} certificates;
	struct hc_strings revoked; /* Authenticode SHA-256 digests in dbx, hex */
	struct hc_strings
		unread; /* what these stores hold besides, damaged or of another kind */
};

struct hc_machine {
	const char *vendor;
	const char *product;
	const char *version;
	const char *serial; /* NULL when missing or a placeholder (hazards 8) */
	const char *uuid;   /* as Linux prints it (SMBIOS 2.6 byte order); NULL like serial */
};

struct hc_cpu {
	const char *vendor;
	const char *model;
	uint64_t logical;
	uint64_t packages;
	struct hc_strings features;
	bool long_mode;
};

struct hc_madt {
	uint64_t local_apics; /* entries of type 0 and 9 */
	uint64_t enabled;     /* processors, each once */
	uint64_t online_capable;
	uint64_t io_apics;
};

/* A table of the firmware that is the same at each start, by its digest: what is in it stays out of documents. */
struct hc_acpi_digest {
	const char *signature; /* FACP, APIC, DSDT … */
	const char *oem;       /* OEM ID of its head */
	const char *oem_table;
	uint64_t oem_revision;
	const char *sha256; /* hex; without the checksum, and of a FADT without its pointers */
};

struct hc_acpi_digests {
	struct hc_acpi_digest *items;
	size_t count;
};

struct hc_acpi {
	bool present;
	struct hc_strings tables;
	struct hc_acpi_digests digests;
	struct hc_strings
		damaged;      /* "APIC: an entry of type 0 with 0 bytes at byte 60 of 120" */
	struct hc_madt *madt; /* NULL: no MADT; a damaged one is one */
};

struct hc_mps {
	unsigned present; /* enum hc_tristate: the scan needs /dev/mem (hazards 20) */
	uint64_t processors;
	const char *where;   /* "BIOS ROM: pointer at f5a40, table at f5a50" */
	const char *damaged; /* why `present` is unknown */
};

struct hc_hal {
	const char *type; /* "acpi-multiprocessor" … */
	const char *id;   /* "acpiapic_mp" … */
	const char *file; /* "halmacpi.dll" … */
	const char *preferred;
	struct hc_strings runnable;
	struct hc_strings evidence;
};

struct hc_pci {
	const char *address; /* 0000:00:1f.2 */
	const char *
		parent; /* address of the bridge above, or of a VMBus device; NULL: a root bus */
	struct hc_strings hardware_ids; /* Windows style, best match first */
	struct hc_strings compatible_ids;
	const char *class; /* six hex digits: class, subclass, programming interface */
	const char *driver;
};

/* A device that Hyper-V offers without PCI. */
struct hc_vmbus {
	const char *address; /* GUID of the device */
	struct hc_strings hardware_ids;
	const char *driver;
};

struct hc_partition {
	uint64_t number;
	uint64_t start;
	uint64_t size;
	const char *type;       /* GPT: type GUID; MBR: two hex digits */
	const char *guid;       /* GPT only */
	const char *name;       /* GPT only */
	const char *attributes; /* GPT only: 16 hex digits */
	bool active;            /* MBR only */
	bool logical;           /* MBR only */
	const char *filesystem; /* as libblkid names it: ntfs, vfat, BitLocker … */
	const char *label;
	const char *volume_serial;
};

struct hc_partitions {
	struct hc_partition *items;
	size_t count;
};

/* How a disk is told from every other one (hazards 3). */
struct hc_identity {
	const char
		*name; /* what --confirm wants: serial, else WWN, else the file's base name */
	const char *serial;
	const char *wwn;
	const char *pci_path; /* of the controller, with the port: for disks without serial */
	uint64_t size;
	const char *edges; /* SHA-256 of the first and the last MiB, hex */
	bool shared;       /* another disk here has the same serial or WWN */
};

struct hc_disk {
	const char *path;
	const char *model;
	const char *serial;
	const char *wwn;
	const char *bus;        /* ata, nvme, scsi, virtio, usb, mmc, file … */
	const char *controller; /* address of a PCI function or of a VMBus device */
	uint64_t size;
	uint64_t logical_block;
	uint64_t physical_block;
	bool removable;
	bool read_only;
	bool is_file;         /* an image file, not a device */
	unsigned table;       /* enum hc_table_type */
	const char *table_id; /* disk GUID, or MBR signature as eight hex digits */
	struct hc_partitions partitions;
	struct hc_strings in_use_by; /* mount points, holders, "boot medium" … */
	struct hc_strings member_of; /* "isw_raid_member", "LVM2_member" …: hazards 4 */
	const char *holds; /* what is on it now, for people: "Windows: SERVER7, volumes C: …" */
	const char *
		holds_kind; /* "blank", "data", "member", "halcyon-unfinished", "halcyon-finished" */
	const char *journal;           /* id of the plan whose journal it carries, else NULL */
	struct hc_strings other_paths; /* multipath: more ways to the same disk */
	struct hc_identity identity;
};

/* One disk as a document: disks/<name>.json of a recorded tree. */
struct hc_disk_record {
	struct hc_disk disk;
};

struct hc_network {
	const char *name;
	const char *mac; /* NULL for a locally administered one (hazards 8) */
	const char *driver;
	bool link;
	struct hc_strings addresses;
};

struct hc_facts {
	const char *created;
	struct hc_firmware firmware;
	struct hc_machine machine;
	struct hc_cpu cpu;
	struct hc_acpi acpi;
	struct hc_mps mps;
	struct hc_hal hal;
	uint64_t memory;
	struct {
		struct hc_pci *items;
		size_t count;
	} pci;
	struct {
		struct hc_vmbus *items;
		size_t count;
	} vmbus;
	struct {
		struct hc_disk *items;
		size_t count;
	} disks;
	struct {
		struct hc_network *items;
		size_t count;
	} network;
};

extern const struct hc_shape hc_facts_shape;
extern const struct hc_shape hc_disk_record_shape; /* halcyon.disk/1 */
extern const struct hc_shape hc_machine_shape;
extern const struct hc_shape hc_acpi_digest_shape;
extern const struct hc_shape hc_firmware_shape;
extern const struct hc_shape hc_partition_shape;
extern const struct hc_shape hc_identity_shape;

#endif
