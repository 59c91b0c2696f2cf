/* SPDX-License-Identifier: GPL-3.0-or-later */
/* media: its tables. */
#include "restore/model/media.h"

const char *const hc_media_kind_names[] = { "repository", "windows-image-backup", "drivers",
					    NULL };

#define T struct hc_media_find
static const struct hc_field find_fields[] = {
	HC_ENUM(T, kind, hc_media_kind_names, "What was found."),
	HC_NEED(T, path, STRING, "Folder, from the root of the volume; empty: the root."),
	HC_FIELD(T, count, NUMBER, "Backups, machines or INF files in it."),
	HC_FIELD(T, about, STRING, "More about it, for people."),
};
static const struct hc_shape find_shape =
	HC_SHAPE(T, NULL, find_fields, false, "Something found on a volume.");
#undef T

#define T struct hc_media_volume
static const struct hc_field volume_fields[] = {
	HC_NEED(T, device, STRING, "Device now; changes between boots."),
	HC_FIELD(T, disk, STRING, "The disk that it lies on."),
	HC_FIELD(T, model, STRING, "Model of the disk."),
	HC_FIELD(T, serial, STRING, "Serial number of the disk."),
	HC_FIELD(T, bus, STRING,
		 "How the disk is attached: usb, ata, nvme, optical and so on."),
	HC_FIELD(T, removable, BOOL, "The medium can be taken out."),
	HC_FIELD(T, boot, BOOL, "This system was started from that disk."),
	HC_FIELD(T, filesystem, STRING,
		 "File system as libblkid names it; null: the disk can't be read."),
	HC_FIELD(T, label, STRING, "Volume label."),
	HC_FIELD(T, uuid, STRING, "Volume serial number, as libblkid writes it."),
	HC_FIELD(T, size, NUMBER, "Bytes."),
	HC_FIELD(T, mounts, STRINGS, "Where it is mounted now."),
	HC_FIELD(T, folder, STRING, "Where --mount puts it."),
	HC_PART(T, finds, LIST, &find_shape, "What was found on it."),
	HC_FIELD(T, unread, STRING,
		 "What of it was not looked at, and why; null: all was looked at."),
};
static const struct hc_shape volume_shape =
	HC_SHAPE(T, NULL, volume_fields, false, "A volume on a disk, a stick or a disc.");
#undef T

#define T struct hc_media_place
static const struct hc_field place_fields[] = {
	HC_NEED(T, where, STRING, "The folder or URL to name in a command."),
	HC_ENUM(T, kind, hc_media_kind_names, "What is there."),
	HC_FIELD(T, from, STRING, "How it was found, for people."),
	HC_FIELD(T, device, STRING, "The volume that has to be mounted for it; null: none."),
	HC_FIELD(T, mounted, BOOL, "That volume is mounted."),
	HC_FIELD(T, usable, BOOL, "halcyon can read what is there."),
	HC_FIELD(T, count, NUMBER, "Backups, machines or INF files there; 0: not counted."),
	HC_FIELD(T, note, STRING, "Why it can't be used, or what else is to be known."),
};
static const struct hc_shape place_shape =
	HC_SHAPE(T, NULL, place_fields, false, "Where backups or drivers may come from.");
#undef T

#define T struct hc_media
static const struct hc_field media_fields[] = {
	HC_FIELD(T, created, STRING, "When, UTC."),
	HC_PART(T, volumes, LIST, &volume_shape, "Volumes of this machine's media."),
	HC_PART(T, places, LIST, &place_shape, "Places to choose from, the likeliest first."),
};
const struct hc_shape hc_media_shape =
	HC_SHAPE(T, "halcyon.media/1", media_fields, false, "What is attached.");
#undef T
