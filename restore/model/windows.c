/* SPDX-License-Identifier: GPL-3.0-or-later */
/* windows: its tables. */
#include "restore/model/windows.h"

#include <strings.h>

#include "restore/model/facts.h"

#define T struct hc_hive_state
static const struct hc_field hive_fields[] = {
	HC_FIELD(T, name, STRING, "SYSTEM, SOFTWARE and so on."),
	HC_FIELD(T, dirty, BOOL, "Its two sequence numbers differ."),
	HC_FIELD(T, recovered, BOOL, "Clean, or brought up to date from its logs."),
	HC_FIELD(T, log_entries_replayed, NUMBER, "Entries of its logs that were applied."),
	HC_FIELD(T, read_from, STRING,
		 "The file that was read in its place, SYSTEM.ALT; null: none was."),
};
static const struct hc_shape hive_shape = HC_SHAPE(T, NULL, hive_fields, false, "A hive.");
#undef T

#define T struct hc_hal_witness
static const struct hc_field witness_fields[] = {
	HC_NEED(T, witness, STRING,
		"enum-hardware-id, class-matching-device-id, hal-file or kernel-file."),
	HC_NEED(T, says, STRING, "As it stands there."),
	HC_FIELD(T, where, STRING, "Key or file."),
};
static const struct hc_shape witness_shape =
	HC_SHAPE(T, NULL, witness_fields, false, "One of the places that tell the HAL.");
#undef T

#define T struct hc_windows_hal
static const struct hc_field hal_fields[] = {
	HC_FIELD(T, type, STRING, "HAL type, design.md section 5; null when unknown."),
	HC_FIELD(T, id, STRING, "Windows' hardware id of that HAL."),
	HC_FIELD(T, file, STRING, "The file it was made from."),
	HC_FIELD(T, version, STRING, "Version of the installed hal.dll."),
	HC_PART(T, witnesses, LIST, &witness_shape, "What says so."),
};
static const struct hc_shape hal_shape =
	HC_SHAPE(T, NULL, hal_fields, false, "The installed HAL.");
#undef T

#define T struct hc_windows_file
static const struct hc_field file_fields[] = {
	HC_FIELD(T, file, STRING, "OriginalFilename of the version resource."),
	HC_FIELD(T, version, STRING, "File version."),
};
static const struct hc_shape file_shape =
	HC_SHAPE(T, NULL, file_fields, false, "A system file.");
#undef T

#define T struct hc_domain_controller
static const struct hc_field dc_fields[] = {
	HC_FIELD(T, database, STRING, "Path of ntds.dit."),
	HC_FIELD(T, log_path, STRING, "Folder of its log files."),
	HC_FIELD(T, working_directory, STRING, "Its working folder."),
	HC_FIELD(T, backup_path, STRING, "Folder for its backups."),
	HC_FIELD(T, sysvol, STRING, "Path of SYSVOL."),
	HC_FIELD(T, replication, STRING, "What replicates SYSVOL: frs or dfsr."),
	HC_FIELD(T, frs_working_directory, STRING, "Folder of the FRS database."),
	HC_FIELD(T, frs_log_directory, STRING, "Folder of the FRS log files, where it is set."),
	HC_FIELD(T, domain, STRING, "Root domain."),
	HC_FIELD(T, tombstone_days, NUMBER, "Tombstone lifetime; 0 when it can't be known."),
	HC_FIELD(T, where, STRING, "Key."),
};
static const struct hc_shape dc_shape =
	HC_SHAPE(T, NULL, dc_fields, false, "What a domain controller keeps where.");
#undef T

#define T struct hc_filter_driver
static const struct hc_field filter_fields[] = {
	HC_NEED(T, name, STRING, "Service."),
	HC_NEED(T, kind, STRING, "class-upper, class-lower or minifilter."),
	HC_FIELD(T, group, STRING, "Class GUID, or load order group of a minifilter."),
	HC_FIELD(T, class_name, STRING, "Name of the class."),
	HC_FIELD(T, altitude, STRING, "Altitude of a minifilter."),
	HC_FIELD(T, company, STRING, "CompanyName of its file."),
	HC_ENUM(T, microsoft, hc_tristate_names, "Whether it is Windows' own."),
	HC_FIELD(T, file, STRING, "Path of its file."),
	HC_ENUM(T, file_present, hc_tristate_names, "Whether that file is there."),
	HC_FIELD(T, service_present, BOOL, "Whether there is such a service."),
	HC_FIELD(T, start, NUMBER, "Start value of the service."),
	HC_FIELD(T, where, STRING, "Key."),
};
static const struct hc_shape filter_shape =
	HC_SHAPE(T, NULL, filter_fields, false, "A filter driver.");
#undef T

#define T struct hc_boot_driver
static const struct hc_field driver_fields[] = {
	HC_NEED(T, name, STRING, "Service."),
	HC_FIELD(T, group, STRING, "Load order group."),
	HC_FIELD(T, file, STRING, "Path of its file."),
	HC_ENUM(T, file_present, hc_tristate_names, "Whether that file is there."),
	HC_FIELD(T, overridden, BOOL, "StartOverride demotes it."),
	HC_FIELD(T, where, STRING, "Key."),
};
static const struct hc_shape driver_shape =
	HC_SHAPE(T, NULL, driver_fields, false, "A driver that starts with the boot loader.");
#undef T

#define T struct hc_windows_adapter
static const struct hc_field adapter_fields[] = {
	HC_FIELD(T, description, STRING, "DriverDesc."),
	HC_FIELD(T, hardware_id, STRING, "MatchingDeviceId."),
	HC_FIELD(T, service, STRING, "Service of the driver."),
	HC_FIELD(T, instance, STRING, "NetCfgInstanceId of a network adapter."),
	HC_ENUM(T, dhcp, hc_tristate_names, "Whether it takes its address from DHCP."),
	HC_FIELD(T, addresses, STRINGS, "Fixed addresses."),
	HC_FIELD(T, where, STRING, "Key."),
};
static const struct hc_shape adapter_shape =
	HC_SHAPE(T, NULL, adapter_fields, false, "A network or display adapter.");
#undef T

#define T struct hc_mounted_device
static const struct hc_field mounted_fields[] = {
	HC_NEED(T, name, STRING, "\\DosDevices\\C: or \\??\\Volume{GUID}."),
	HC_NEED(T, kind, STRING, "mbr, gpt, device or unknown."),
	HC_FIELD(T, disk, STRING, "MBR signature, eight hex digits."),
	HC_FIELD(T, offset, NUMBER, "Byte offset of the partition, with an MBR signature."),
	HC_FIELD(T, partition, STRING, "GPT partition GUID."),
	HC_FIELD(T, device, STRING, "Device path, as it stands there."),
};
static const struct hc_shape mounted_shape =
	HC_SHAPE(T, NULL, mounted_fields, false, "A row of MountedDevices.");
#undef T

#define T struct hc_bcd_device
static const struct hc_field bcd_device_fields[] = {
	HC_NEED(T, element, STRING, "Element, eight hex digits."),
	HC_NEED(T, scheme, STRING, "gpt, mbr, raw, boot, none or unknown."),
	HC_FIELD(T, disk, STRING, "MBR signature or disk GUID."),
	HC_FIELD(T, partition, STRING, "GPT partition GUID."),
	HC_FIELD(T, offset, NUMBER, "Byte offset of the partition, with an MBR signature."),
	HC_FIELD(T, path, STRING, "Path of a file, VHD or ramdisk device."),
	HC_FIELD(T, at, NUMBER, "Offset of the descriptor in the element."),
};
static const struct hc_shape bcd_device_shape =
	HC_SHAPE(T, NULL, bcd_device_fields, false, "A device descriptor.");
#undef T

#define T struct hc_bcd_object
static const struct hc_field bcd_object_fields[] = {
	HC_NEED(T, id, STRING, "GUID in braces."),
	HC_NEED(T, type, STRING, "Eight hex digits."),
	HC_FIELD(T, description, STRING, "Element 12000004."),
	HC_FIELD(T, path, STRING, "Element 12000002."),
	HC_FIELD(T, system_root, STRING, "Element 22000002."),
	HC_FIELD(T, default_object, STRING, "Element 23000003."),
	HC_ENUM(T, detect_hal, hc_tristate_names, "Element 26000010; unknown: not set."),
	HC_PART(T, devices, LIST, &bcd_device_shape,
		"Its device descriptors, nested ones too."),
};
static const struct hc_shape bcd_object_shape =
	HC_SHAPE(T, NULL, bcd_object_fields, false, "An object of the store.");
#undef T

#define T struct hc_bcd
static const struct hc_field bcd_fields[] = {
	HC_FIELD(T, where, STRING, "File."),
	HC_PART(T, objects, LIST, &bcd_object_shape, "Its objects."),
};
static const struct hc_shape bcd_shape =
	HC_SHAPE(T, NULL, bcd_fields, false, "The boot configuration.");
#undef T

#define T struct hc_windows_value
static const struct hc_field value_fields[] = {
	HC_FIELD(T, name, STRING, "Name of the value."),
	HC_FIELD(T, type, STRING, "REG_SZ and so on."),
	HC_FIELD(T, data, STRING, "Its text."),
};
static const struct hc_shape value_shape = HC_SHAPE(T, NULL, value_fields, false, "A value.");
#undef T

#define T struct hc_restore_record
static const struct hc_field record_fields[] = {
	HC_NEED(T, kind, STRING, "asr or halcyon."),
	HC_FIELD(T, id, STRING, "LastInstance, or the id of a plan."),
	HC_FIELD(T, where, STRING, "Key or file."),
};
static const struct hc_shape record_shape =
	HC_SHAPE(T, NULL, record_fields, false, "A restore that this Windows went through.");
#undef T

#define T struct hc_windows_pci
static const struct hc_field pci_fields[] = {
	HC_NEED(T, id, STRING, "Hardware id."),
	HC_FIELD(T, service, STRING, "Service of its driver."),
	HC_FIELD(T, class_name, STRING, "Device class."),
};
static const struct hc_shape pci_shape =
	HC_SHAPE(T, NULL, pci_fields, false, "A PCI device that Windows knew.");
#undef T

#define T struct hc_boot_manager
static const struct hc_field boot_manager_fields[] = {
	HC_FIELD(T, path, STRING, "File."),
	HC_FIELD(T, version, STRING, "File version."),
	HC_FIELD(T, digest, STRING, "Authenticode SHA-256 of an EFI image."),
	HC_FIELD(T, signers, STRINGS, "Subjects of its certificates, from the leaf upwards."),
};
static const struct hc_shape boot_manager_shape =
	HC_SHAPE(T, NULL, boot_manager_fields, false, "What the firmware starts.");
#undef T

#define T struct hc_windows
static const struct hc_field windows_fields[] = {
	HC_FIELD(T, product, STRING, "ProductName."),
	HC_FIELD(T, version, STRING, "Major and minor version, 6.1 or 10.0."),
	HC_FIELD(T, build, STRING, "CurrentBuildNumber."),
	HC_FIELD(T, ubr, NUMBER, "UBR; 0 before Windows 10."),
	HC_FIELD(T, edition, STRING, "EditionID."),
	HC_FIELD(T, product_type, STRING, "WinNT, LanmanNT (domain controller) or ServerNT."),
	HC_FIELD(T, product_suite, STRINGS, "ProductSuite."),
	HC_FIELD(T, installation_type, STRING, "Client, Server, Server Core."),
	HC_FIELD(T, service_pack, STRING, "CSDVersion."),
	HC_FIELD(T, hotfixes, STRINGS, "KB numbers, as far as the registry has them."),
	HC_FIELD(T, rollup, STRING, "Build and revision of the newest cumulative update."),
	HC_FIELD(T, servicing_stack, STRING, "Build and revision of the servicing stack."),
	HC_FIELD(T, architecture, STRING, "x86, x64 or arm64."),
	HC_FIELD(T, channel, STRING, "retail, oem, volume, evaluation or unknown."),
	HC_FIELD(T, oem, STRING, "Who installed it, where the channel is oem."),
	HC_FIELD(T, hostname, STRING, "Host name."),
	HC_FIELD(T, system_drive, STRING, "%SystemDrive%."),
	HC_FIELD(T, system_root, STRING, "%SystemRoot%."),
	HC_FIELD(T, firmware, STRING, "bios or uefi: what this installation starts from."),
	HC_FIELD(T, control_sets, STRINGS, "ControlSet001 and so on."),
	HC_FIELD(T, current_control_set, STRING, "The one that Select\\Current names."),
	HC_PART(T, hal, OBJECT, &hal_shape, "The installed HAL."),
	HC_PART(T, kernel, OBJECT, &file_shape, "ntoskrnl.exe."),
	HC_PART(T, kernel32, OBJECT, &file_shape, "kernel32.dll."),
	HC_PART(T, domain_controller, OPTIONAL, &dc_shape, "null: it is none."),
	HC_PART(T, filter_drivers, LIST, &filter_shape, "Class filters and minifilters."),
	HC_PART(T, boot_drivers, LIST, &driver_shape, "Drivers whose Start is 0."),
	HC_PART(T, network_adapters, LIST, &adapter_shape, "Network adapters it knew."),
	HC_PART(T, display_adapters, LIST, &adapter_shape, "Display adapters it knew."),
	HC_PART(T, mounted_devices, LIST, &mounted_shape, "MountedDevices."),
	HC_PART(T, pci, LIST, &pci_shape, "PCI devices it knew."),
	HC_PART(T, bcd, OPTIONAL, &bcd_shape, "null: there is none."),
	HC_PART(T, boot_manager, OPTIONAL, &boot_manager_shape, "null: none was found."),
	HC_FIELD(T, profiles_directory, STRING, "ProfileList\\ProfilesDirectory."),
	HC_PART(T, client_protocols, MAP, &value_shape, "RPC's ClientProtocols, by name."),
	HC_FIELD(T, driver_policies, STRINGS, "Policies that forbid installing drivers."),
	HC_PART(T, restore_history, LIST, &record_shape, "Restores it went through."),
	HC_FIELD(T, bitlocker, BOOL, "The system volume is encrypted."),
	HC_FIELD(T, hibernated, BOOL, "A resumable hiberfil.sys is there."),
	HC_FIELD(T, fast_startup, BOOL, "Shutting down hibernates the kernel."),
	HC_FIELD(T, volume_dirty, BOOL, "The system volume is marked dirty."),
	HC_PART(T, hives, MAP, &hive_shape, "Hives that were read, by name."),
	HC_FIELD(T, system_disk, NUMBER, "Disk of the backup that holds it, from 0."),
	HC_FIELD(T, system_partition, NUMBER, "Partition number there."),
	HC_FIELD(T, unread, STRINGS, "What could not be read, and why."),
};
const struct hc_shape hc_windows_shape =
	HC_SHAPE(T, "halcyon.windows/1", windows_fields, false,
		 "An offline Windows, as far as it can be read.");
#undef T

bool
hc_windows_had_pci(const struct hc_windows *windows, const struct hc_pci *pci)
{
	for (size_t i = 0; i < windows->pci.count; i++)
		for (size_t k = 0; k < pci->hardware_ids.count; k++)
			if (windows->pci.items[i].id != NULL &&
			    pci->hardware_ids.items[k] != NULL &&
			    strcasecmp(windows->pci.items[i].id, pci->hardware_ids.items[k]) ==
				    0)
				return true;
	return false;
}
