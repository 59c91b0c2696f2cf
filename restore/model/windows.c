/* SPDX-License-Identifier: GPL-3.0-or-later */
/* windows: its tables. */
#include "restore/model/windows.h"

#define T struct hc_hive_state
static const struct hc_field hive_fields[] = {
	HC_NEED(T, name, STRING, "SYSTEM, SOFTWARE and so on."),
	HC_FIELD(T, dirty, BOOL, "Its two sequence numbers differ."),
	HC_FIELD(T, log_entries_replayed, NUMBER, "Entries of its logs that were applied."),
};
static const struct hc_shape hive_shape = HC_SHAPE(T, NULL, hive_fields, false, "A hive.");
#undef T

#define T struct hc_windows
static const struct hc_field windows_fields[] = {
	HC_FIELD(T, product, STRING, "ProductName."),
	HC_FIELD(T, version, STRING, "Major and minor version, 6.1 or 10.0."),
	HC_FIELD(T, build, STRING, "CurrentBuildNumber."),
	HC_FIELD(T, edition, STRING, "EditionID."),
	HC_FIELD(T, product_type, STRING, "WinNT, LanmanNT (domain controller) or ServerNT."),
	HC_FIELD(T, installation_type, STRING, "Client, Server, Server Core."),
	HC_FIELD(T, service_pack, STRING, "CSDVersion."),
	HC_FIELD(T, architecture, STRING, "x86, x64 or arm64."),
	HC_FIELD(T, hostname, STRING, "Host name."),
	HC_FIELD(T, system_drive, STRING, "%SystemDrive%."),
	HC_FIELD(T, system_root, STRING, "%SystemRoot%."),
	HC_FIELD(T, firmware, STRING, "bios or uefi: what this installation starts from."),
	HC_FIELD(T, control_sets, STRINGS, "ControlSet001 and so on."),
	HC_FIELD(T, current_control_set, STRING, "The one that Select\\Current names."),
	HC_FIELD(T, hibernated, BOOL, "A resumable hiberfil.sys is there."),
	HC_FIELD(T, volume_dirty, BOOL, "The system volume is marked dirty."),
	HC_PART(T, hives, LIST, &hive_shape, "Hives that were read."),
	HC_FIELD(T, system_disk, NUMBER, "Disk of the backup that holds it, from 0."),
	HC_FIELD(T, system_partition, NUMBER, "Partition number there."),
	HC_FIELD(T, unread, STRINGS, "What could not be read, and why."),
};
const struct hc_shape hc_windows_shape =
	HC_SHAPE(T, "halcyon.windows/1", windows_fields, false,
		 "An offline Windows, as far as it can be read.");
#undef T
