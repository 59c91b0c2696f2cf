/* SPDX-License-Identifier: GPL-3.0-or-later */
/* facts: its tables. */
#include "restore/model/facts.h"

const char *const hc_firmware_names[] = { "unknown", "bios", "uefi", NULL };
const char *const hc_tristate_names[] = { "unknown", "no", "yes", NULL };
const char *const hc_table_names[] = { "none", "mbr", "gpt", NULL };

#define T struct hc_efi_certificate
static const struct hc_field certificate_fields[] = {
	HC_NEED(T, store, STRING, "PK, KEK, db or dbx."),
	HC_FIELD(T, subject, STRING, "Subject."),
	HC_FIELD(T, issuer, STRING, "Issuer."),
	HC_FIELD(T, sha256, STRING, "SHA-256 of the certificate."),
};
static const struct hc_shape certificate_shape = HC_SHAPE(
	T, NULL, certificate_fields, false, "A certificate in a store of Secure Boot.");
#undef T

#define T struct hc_firmware
static const struct hc_field firmware_fields[] = {
	HC_ENUM(T, type, hc_firmware_names, "How the machine was started."),
	HC_FIELD(T, bits, NUMBER, "Word size of UEFI, 32 or 64; 0 under BIOS."),
	HC_ENUM(T, secure_boot, hc_tristate_names, "Whether Secure Boot is enforced."),
	HC_PART(T, certificates, LIST, &certificate_shape, "Certificates of Secure Boot."),
	HC_FIELD(T, revoked, STRINGS, "Digests of EFI images that dbx forbids."),
	HC_FIELD(T, unread, STRINGS, "Parts of these stores that could not be judged."),
};
const struct hc_shape hc_firmware_shape =
	HC_SHAPE(T, NULL, firmware_fields, false, "The firmware.");
#undef T

#define T struct hc_machine
static const struct hc_field machine_fields[] = {
	HC_FIELD(T, vendor, STRING, "SMBIOS system manufacturer."),
	HC_FIELD(T, product, STRING, "SMBIOS product name."),
	HC_FIELD(T, version, STRING, "SMBIOS version."),
	HC_FIELD(T, serial, STRING, "SMBIOS serial number; null when it is a placeholder."),
	HC_FIELD(T, uuid, STRING,
		 "SMBIOS uuid as Linux prints it; null when it is a placeholder."),
};
const struct hc_shape hc_machine_shape =
	HC_SHAPE(T, NULL, machine_fields, false, "The machine's names.");
#undef T

#define T struct hc_cpu
static const struct hc_field cpu_fields[] = {
	HC_FIELD(T, vendor, STRING, "Vendor as CPUID has it."),
	HC_FIELD(T, model, STRING, "Model name."),
	HC_FIELD(T, logical, NUMBER, "Logical processors that run."),
	HC_FIELD(T, packages, NUMBER, "Sockets in use."),
	HC_FIELD(T, features, STRINGS, "Features by the kernel's names."),
	HC_FIELD(T, long_mode, BOOL, "Can run 64-bit code."),
};
static const struct hc_shape cpu_shape =
	HC_SHAPE(T, NULL, cpu_fields, false, "The processors.");
#undef T

#define T struct hc_madt
static const struct hc_field madt_fields[] = {
	HC_FIELD(T, local_apics, NUMBER, "Entries of type 0 and 9."),
	HC_FIELD(T, enabled, NUMBER, "Enabled processors, each once."),
	HC_FIELD(T, online_capable, NUMBER, "Processors that could be added while running."),
	HC_FIELD(T, io_apics, NUMBER, "Entries of type 1."),
};
static const struct hc_shape madt_shape = HC_SHAPE(T, NULL, madt_fields, false, "The MADT.");
#undef T

#define T struct hc_acpi_digest
static const struct hc_field acpi_digest_fields[] = {
	HC_NEED(T, signature, STRING, "Signature: FACP, APIC, DSDT, HPET or MCFG."),
	HC_FIELD(T, oem, STRING, "OEM ID of its head."),
	HC_FIELD(T, oem_table, STRING, "OEM Table ID of its head."),
	HC_FIELD(T, oem_revision, NUMBER, "OEM Revision of its head."),
	HC_NEED(T, sha256, STRING,
		"SHA-256 of the table with zeros for its checksum and, of a FADT, its pointers."),
};
const struct hc_shape hc_acpi_digest_shape =
	HC_SHAPE(T, NULL, acpi_digest_fields, false,
		 "A table of the firmware that is the same at each start.");
#undef T

#define T struct hc_acpi
static const struct hc_field acpi_fields[] = {
	HC_FIELD(T, present, BOOL, "There is a FADT."),
	HC_FIELD(T, tables, STRINGS, "Signatures of the tables."),
	HC_PART(T, digests, LIST, &hc_acpi_digest_shape,
		"Tables that are the same at each start, to tell whether firmware is the same."),
	HC_FIELD(T, damaged, STRINGS, "Tables that break the specification, and in what."),
	HC_PART(T, madt, OPTIONAL, &madt_shape, "null when there is no MADT."),
};
static const struct hc_shape acpi_shape = HC_SHAPE(T, NULL, acpi_fields, false, "ACPI.");
#undef T

#define T struct hc_mps
static const struct hc_field mps_fields[] = {
	HC_ENUM(T, present, hc_tristate_names, "Whether there is an MP table."),
	HC_FIELD(T, processors, NUMBER, "Processors that it lists as usable."),
	HC_FIELD(T, where, STRING, "Where floating pointer and table were found."),
	HC_FIELD(T, damaged, STRING, "Why nobody can tell whether there is one."),
};
static const struct hc_shape mps_shape =
	HC_SHAPE(T, NULL, mps_fields, false, "The MultiProcessor Specification's table.");
#undef T

#define T struct hc_hal
static const struct hc_field hal_fields[] = {
	HC_FIELD(T, type, STRING, "HAL type, design.md section 5."),
	HC_FIELD(T, id, STRING, "Windows' hardware id of that HAL."),
	HC_FIELD(T, file, STRING, "Source file of that HAL."),
	HC_FIELD(T, preferred, STRING, "The HAL id that a fresh setup would choose here."),
	HC_FIELD(T, runnable, STRINGS, "HAL ids that this firmware can run."),
	HC_FIELD(T, evidence, STRINGS, "What led there."),
};
static const struct hc_shape hal_shape = HC_SHAPE(T, NULL, hal_fields, false, "The HAL type.");
#undef T

#define T struct hc_pci
static const struct hc_field pci_fields[] = {
	HC_FIELD(T, address, STRING, "domain:bus:device.function."),
	HC_FIELD(T, parent, STRING,
		 "Address of the bridge or VMBus device above; null on a root bus."),
	HC_FIELD(T, hardware_ids, STRINGS, "Windows hardware ids, best match first."),
	HC_FIELD(T, compatible_ids, STRINGS, "Windows compatible ids, best match first."),
	HC_FIELD(T, class, STRING, "Class, subclass and programming interface in hex."),
	HC_FIELD(T, driver, STRING, "Linux driver bound to it."),
};
static const struct hc_shape pci_shape =
	HC_SHAPE(T, NULL, pci_fields, false, "A PCI function.");
#undef T

#define T struct hc_vmbus
static const struct hc_field vmbus_fields[] = {
	HC_FIELD(T, address, STRING, "GUID of the device."),
	HC_FIELD(T, hardware_ids, STRINGS, "Windows hardware ids, best match first."),
	HC_FIELD(T, driver, STRING, "Linux driver bound to it."),
};
static const struct hc_shape vmbus_shape =
	HC_SHAPE(T, NULL, vmbus_fields, false, "A device of Hyper-V's VMBus.");
#undef T

#define T struct hc_partition
static const struct hc_field partition_fields[] = {
	HC_NEED(T, number, NUMBER, "Number in the table, from 1."),
	HC_NEED(T, start, NUMBER, "First byte."),
	HC_NEED(T, size, NUMBER, "Bytes."),
	HC_FIELD(T, type, STRING, "GPT: type GUID; MBR: type byte as two hex digits."),
	HC_FIELD(T, guid, STRING, "GPT: unique partition GUID."),
	HC_FIELD(T, name, STRING, "GPT: name."),
	HC_FIELD(T, attributes, STRING, "GPT: attribute bits as 16 hex digits."),
	HC_FIELD(T, active, BOOL, "MBR: marked active."),
	HC_FIELD(T, logical, BOOL, "MBR: inside the extended partition."),
	HC_FIELD(T, filesystem, STRING, "File system as libblkid names it; null when unknown."),
	HC_FIELD(T, label, STRING, "Volume label."),
	HC_FIELD(T, volume_serial, STRING, "Volume serial number."),
};
const struct hc_shape hc_partition_shape =
	HC_SHAPE(T, NULL, partition_fields, false, "A partition.");
#undef T

#define T struct hc_identity
static const struct hc_field identity_fields[] = {
	HC_FIELD(T, name, STRING, "What --confirm wants."),
	HC_FIELD(T, serial, STRING, "Serial number."),
	HC_FIELD(T, wwn, STRING, "World wide name, NVMe EUI or NGUID."),
	HC_FIELD(T, pci_path, STRING, "Controller and port."),
	HC_FIELD(T, size, NUMBER, "Bytes."),
	HC_FIELD(T, edges, STRING, "SHA-256 over the first and the last MiB."),
	HC_FIELD(T, shared, BOOL, "Another disk here has the same serial or WWN."),
};
const struct hc_shape hc_identity_shape =
	HC_SHAPE(T, NULL, identity_fields, false, "How a disk is told from every other.");
#undef T

#define T struct hc_disk
static const struct hc_field disk_fields[] = {
	HC_NEED(T, path, STRING, "Device or file now; changes between boots."),
	HC_FIELD(T, model, STRING, "Model."),
	HC_FIELD(T, serial, STRING, "Serial number."),
	HC_FIELD(T, wwn, STRING, "World wide name."),
	HC_FIELD(T, bus, STRING, "ata, nvme, scsi, virtio, usb, mmc, file."),
	HC_FIELD(T, controller, STRING, "Address of its controller, among pci or vmbus."),
	HC_NEED(T, size, NUMBER, "Bytes."),
	HC_FIELD(T, logical_block, NUMBER, "Logical sector size in bytes."),
	HC_FIELD(T, physical_block, NUMBER, "Physical sector size in bytes."),
	HC_FIELD(T, removable, BOOL, "Removable medium."),
	HC_FIELD(T, read_only, BOOL, "Write-protected."),
	HC_FIELD(T, is_file, BOOL, "An image file, not a device."),
	HC_ENUM(T, table, hc_table_names, "Partition table."),
	HC_FIELD(T, table_id, STRING, "Disk GUID, or MBR signature as eight hex digits."),
	HC_PART(T, partitions, LIST, &hc_partition_shape, "Partitions by their start."),
	HC_FIELD(T, in_use_by, STRINGS, "Mount points, holders; empty when free."),
	HC_FIELD(T, member_of, STRINGS, "RAID, LVM and the like that it is a part of."),
	HC_FIELD(T, holds, STRING, "What is on it now, for people."),
	HC_FIELD(T, holds_kind, STRING,
		 "blank, data, member, halcyon-unfinished or halcyon-finished."),
	HC_FIELD(T, journal, STRING, "Plan id of the halcyon journal on it."),
	HC_FIELD(T, other_paths, STRINGS, "More paths to the same disk."),
	HC_PART(T, identity, OBJECT, &hc_identity_shape, "How it is told from every other."),
};
static const struct hc_shape disk_shape = HC_SHAPE(T, NULL, disk_fields, false, "A disk.");
#undef T

#define T struct hc_disk_record
static const struct hc_field disk_record_fields[] = {
	HC_PART(T, disk, OBJECT, &disk_shape, "The disk."),
};
const struct hc_shape hc_disk_record_shape = HC_SHAPE(
	T, "halcyon.disk/1", disk_record_fields, false, "A disk as `probe --record` saw it.");
#undef T

#define T struct hc_network
static const struct hc_field network_fields[] = {
	HC_FIELD(T, name, STRING, "Interface name."),
	HC_FIELD(T, mac, STRING, "Address; null for a locally administered one."),
	HC_FIELD(T, driver, STRING, "Linux driver."),
	HC_FIELD(T, link, BOOL, "Cable and carrier."),
	HC_FIELD(T, addresses, STRINGS, "IP addresses with prefix length."),
};
static const struct hc_shape network_shape =
	HC_SHAPE(T, NULL, network_fields, false, "A network adapter.");
#undef T

#define T struct hc_facts
static const struct hc_field facts_fields[] = {
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_PART(T, firmware, OBJECT, &hc_firmware_shape, "The firmware."),
	HC_PART(T, machine, OBJECT, &hc_machine_shape, "The machine's names."),
	HC_PART(T, cpu, OBJECT, &cpu_shape, "The processors."),
	HC_PART(T, acpi, OBJECT, &acpi_shape, "ACPI tables."),
	HC_PART(T, mps, OBJECT, &mps_shape, "MP table."),
	HC_PART(T, hal, OBJECT, &hal_shape, "HAL type by design.md section 5."),
	HC_FIELD(T, memory, NUMBER, "Usable memory in bytes."),
	HC_PART(T, pci, LIST, &pci_shape, "PCI functions."),
	HC_PART(T, vmbus, LIST, &vmbus_shape, "Devices of Hyper-V's VMBus."),
	HC_PART(T, disks, LIST, &disk_shape, "Disks."),
	HC_PART(T, network, LIST, &network_shape, "Network adapters."),
};
const struct hc_shape hc_facts_shape =
	HC_SHAPE(T, "halcyon.facts/1", facts_fields, false, "What `halcyon probe` found.");
#undef T
