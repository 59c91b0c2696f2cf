/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * windows: what `halcyon inspect` found of an offline Windows.
 *
 * Shape:   the members other tools rely on (design.md section 4); what can't be read is null, "unknown" or
 *          empty, with the reason in `unread`.
 * Units:   bytes; days.  `where` names the place a fact was read: a registry key as HIVE\key, or a file.
 * Owner:   the arena it was read into.
 * Source:  windows-offline.md sections 2 to 11; hazards 13, 14, 16, 22.
 */
#ifndef HC_MODEL_WINDOWS_H
#define HC_MODEL_WINDOWS_H

#include "restore/model/json.h"
#include "restore/model/tristate.h"

/* Version of Windows NT as one number: HC_NT(6, 1). */
#define HC_NT(major, minor) ((major)*256u + (minor))

struct hc_hive_state {
	const char *name; /* SYSTEM, SOFTWARE */
	bool dirty;       /* its sequence numbers differ */
	bool recovered;   /* brought up to date from its logs, or clean */
	uint64_t log_entries_replayed;
	const char *read_from; /* SYSTEM.ALT, in place of a SYSTEM that is damaged; else NULL */
};

/* One of the places that tell the HAL (hazards 14). */
struct hc_hal_witness {
	const char *
		witness; /* enum-hardware-id, class-matching-device-id, hal-file, kernel-file */
	const char *says; /* acpiapic_mp, halmacpi.dll, ntkrnlmp.exe: as it stands there */
	const char *where;
};

struct hc_windows_hal {
	const char *type; /* acpi-multiprocessor …: design.md section 5; NULL unknown */
	const char *id;   /* acpiapic_mp, acpiapic (Vista on) …; NULL unknown */
	const char *file; /* the file it was made from: halmacpi.dll */
	const char *version;
	struct {
		struct hc_hal_witness *items;
		size_t count;
	} witnesses;
};

struct hc_windows_file {
	const char *file;    /* OriginalFilename of the version resource: ntkrnlmp.exe */
	const char *version; /* 5.2.3790.1830 */
};

struct hc_domain_controller {
	const char *database;
	const char *log_path;
	const char *working_directory;
	const char *backup_path;
	const char *sysvol;
	const char *replication; /* frs, dfsr; NULL unknown */
	const char *frs_working_directory;
	const char *frs_log_directory;
	const char *domain;
	uint64_t tombstone_days; /* 0: can't be known offline (hazards 20) */
	const char *where;
};

/* A driver that sits above or below others, or over file systems. */
struct hc_filter_driver {
	const char *name; /* service */
	const char *kind; /* class-upper, class-lower, minifilter */
	const char *
		group; /* of a class filter: the class GUID; of a minifilter: its load order group */
	const char *class_name; /* Class value of that key: DiskDrive */
	const char *altitude;   /* minifilters */
	const char *company;    /* of the version resource */
	unsigned microsoft;     /* enum hc_tristate */
	const char *file;       /* \Windows\System32\drivers\x.sys */
	unsigned file_present;  /* enum hc_tristate */
	bool service_present;   /* false: a dangling name */
	uint64_t start;         /* 0 to 4; 0 as well where service_present is false */
	const char *where;
};

struct hc_boot_driver {
	const char *name;
	const char *group;
	const char *file;
	unsigned file_present; /* enum hc_tristate */
	bool overridden;       /* StartOverride demotes it */
	const char *where;
};

struct hc_windows_adapter {
	const char *description;
	const char *hardware_id; /* MatchingDeviceId */
	const char *service;
	const char *instance;        /* NetCfgInstanceId; NULL for displays */
	unsigned dhcp;               /* enum hc_tristate */
	struct hc_strings addresses; /* fixed ones */
	const char *where;
};

struct hc_mounted_device {
	const char *name;      /* \DosDevices\C:, \??\Volume{…} */
	const char *kind;      /* mbr, gpt, device, unknown */
	const char *disk;      /* mbr: signature as eight hex digits */
	uint64_t offset;       /* mbr: bytes */
	const char *partition; /* gpt: partition GUID */
	const char *device;    /* device: as it stands there */
};

struct hc_bcd_device {
	const char *element;   /* 11000001 */
	const char *scheme;    /* gpt, mbr, raw, boot, none, unknown */
	const char *disk;      /* mbr: signature; gpt: disk GUID */
	const char *partition; /* gpt: partition GUID */
	uint64_t offset;       /* mbr: bytes */
	const char *path;      /* of a file, VHD or ramdisk device */
	uint64_t at; /* of the descriptor in the element's bytes: nested ones are not at 16 */
};

struct hc_bcd_object {
	const char *id;   /* {9dea862c-…} */
	const char *type; /* eight hex digits: 10200003 */
	const char *description;
	const char *path, *system_root; /* 12000002, 22000002 */
	const char
		*default_object; /* 23000003 of the boot manager, or a resume object's loader */
	unsigned detect_hal;     /* 26000010, enum hc_tristate: unknown where it is not there */
	struct {
		struct hc_bcd_device *items;
		size_t count;
	} devices;
};

struct hc_bcd {
	const char *where; /* disk0-p1 \EFI\Microsoft\Boot\BCD */
	struct {
		struct hc_bcd_object *items;
		size_t count;
	} objects;
};

/* A name and its data: RPC client protocols. */
struct hc_windows_value {
	const char *name;
	const char *type; /* REG_SZ, REG_EXPAND_SZ … */
	const char *data;
};

struct hc_windows_values {
	struct hc_windows_value *items;
	size_t count;
};

struct hc_restore_record {
	const char *kind; /* asr, halcyon */
	const char *id;   /* ASR\RestoreSession LastInstance; the id of a plan of ours */
	const char *where;
};

/* A PCI device that was there when Windows last ran (hazards 16: what "the same hardware" is compared by). */
struct hc_windows_pci {
	const char *id; /* PCI\VEN_8086&DEV_7111&SUBSYS_197615AD&REV_01 */
	const char *service;
	const char *class_name; /* hdc, SCSIAdapter, System … */
};

/* The file the firmware or boot sector starts. */
struct hc_boot_manager {
	const char *path;
	const char *version;
	const char *digest; /* Authenticode SHA-256 of an EFI image, hex; NULL under BIOS */
	struct hc_strings
		signers; /* "CN=Microsoft Windows Production PCA 2011" …: leaf to root */
};

struct hc_windows {
	const char *product;
	const char *version; /* "6.1", "10.0" */
	const char *build;
	uint64_t ubr; /* update build revision; 0 before Windows 10 */
	const char *edition;
	const char *product_type;        /* WinNT, LanmanNT, ServerNT */
	struct hc_strings product_suite; /* Enterprise, DataCenter, Terminal Server … */
	const char *installation_type;
	const char *service_pack;
	struct hc_strings hotfixes;
	const char *rollup; /* newest cumulative update: "9600.18528"; NULL: none is known */
	const char *servicing_stack;
	const char *architecture; /* x86, x64, arm64 */
	const char *channel;      /* retail, oem, volume, evaluation, unknown */
	const char *oem;          /* who installed it, where the channel is oem: DELL */
	const char *hostname;
	const char *system_drive, *system_root;
	const char *firmware; /* bios, uefi */
	struct hc_strings control_sets;
	const char *current_control_set;
	struct hc_windows_hal hal;
	struct hc_windows_file kernel, kernel32;
	struct hc_domain_controller *domain_controller; /* NULL: it is none */
	struct {
		struct hc_filter_driver *items;
		size_t count;
	} filter_drivers;
	struct {
		struct hc_boot_driver *items;
		size_t count;
	} boot_drivers;
	struct {
		struct hc_windows_adapter *items;
		size_t count;
	} network_adapters, display_adapters;
	struct {
		struct hc_mounted_device *items;
		size_t count;
	} mounted_devices;
	struct {
		struct hc_windows_pci *items;
		size_t count;
	} pci;
	struct hc_bcd *bcd; /* NULL: none was found */
	struct hc_boot_manager *boot_manager;
	const char *profiles_directory; /* as it stands: %SystemDrive%\Documents and Settings */
	struct hc_windows_values
		client_protocols;          /* HKLM\SOFTWARE\Microsoft\Rpc\ClientProtocols */
	struct hc_strings driver_policies; /* values that forbid installing drivers, by name */
	struct {
		struct hc_restore_record *items;
		size_t count;
	} restore_history;
	bool bitlocker;
	bool hibernated;
	bool fast_startup; /* HiberbootEnabled */
	bool volume_dirty;
	struct {
		struct hc_hive_state *items;
		size_t count;
	} hives;
	uint64_t system_disk;      /* of the backup's disks, from 0 */
	uint64_t system_partition; /* its number there */
	struct hc_strings unread;
};

extern const struct hc_shape hc_windows_shape; /* halcyon.windows/1 */

struct hc_pci;
/* Whether a device with one of these hardware ids was there when Windows last ran. */
bool hc_windows_had_pci(const struct hc_windows *windows, const struct hc_pci *pci);

#endif
