/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/disk: volumes of a recorded machine's media, the folders they get, the medium that it was started from. */
#include "restore/disk/media.h"
#include "tests/unit/disk_fixture.h"

#define USB "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/host2/target2:0:0/2:0:0:0"

/* A stick of a recorded machine. */
static void
put_disk(const char *name, const char *number)
{
	char path[512], text[512];

	snprintf(path, sizeof(path), "tree" USB "/block/%s/size", name);
	put_text(path, "2097152\n");
	snprintf(path, sizeof(path), "tree" USB "/block/%s/dev", name);
	put_text(path, number);
	snprintf(path, sizeof(path), "tree" USB "/block/%s/removable", name);
	put_text(path, "1");
	snprintf(path, sizeof(path), "tree/sys/block/%s", name);
	snprintf(text, sizeof(text), "..%s/block/%s", USB + strlen("/sys"), name);
	put_link(path, text);
	snprintf(path, sizeof(path), "tree/sys/class/block/%s", name);
	snprintf(text, sizeof(text), "../..%s/block/%s", USB + strlen("/sys"), name);
	put_link(path, text);
}

static void
record(const char *name, struct hc_partition *partitions, size_t count)
{
	struct hc_disk_record record = { 0 };
	char path[128], device[64];
	struct hc_err err;

	snprintf(path, sizeof(path), "tree/disks/%s.json", name);
	snprintf(device, sizeof(device), "/dev/%s", name);
	put_text(path, "");
	record.disk = (struct hc_disk){ .path = device,
					.size = 1u << 30,
					.table = HC_TABLE_GPT,
					.table_id = "0ab81a74-5d4b-4d53-9c0e-3cf0c3a5b111",
					.holds = "GPT",
					.holds_kind = "data",
					.partitions = { partitions, count } };
	ok_call(hc_doc_save(&hc_disk_record_shape, &record, in_dir(path), &err), &err,
		"%s is recorded", name);
}

static void
make_tree(void)
{
	struct hc_partition sda[] = {
		{ .number = 1,
		  .size = 100,
		  .filesystem = "vfat",
		  .label = "HALCYON",
		  .volume_serial = "1A2B-3C4D" },
		{ .number = 2,
		  .size = 200,
		  .filesystem = "exfat",
		  .label = "Back ups/\xc3\xa4" },
		{ .number = 3, .size = 300, .filesystem = "swap" },
		{ .number = 4, .size = 400, .filesystem = "linux_raid_member" },
		{ .number = 5, .size = 500 },
		{ .number = 6, .size = 600, .filesystem = "BitLocker" },
		{ .number = 7, .size = 700, .filesystem = "ntfs", .volume_serial = "01D4A3" },
	};
	struct hc_partition nvme[] = {
		{ .number = 1, .size = 100, .filesystem = "ext4", .label = "HALCYON" },
		{
			.number = 2,
			.size = 200,
			.filesystem = "xfs",
			.label = "..",
		},
		{ .number = 3, .size = 300, .filesystem = "ntfs", .label = "..hidden" },
	};

	put_disk("sda", "8:0");
	put_disk("nvme0n1", "259:0");
	put_text("tree/sys/class/block/nvme0n1p1/dev", "259:1\n");
	put_text("tree/proc/self/mountinfo",
		 "22 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n"
		 "23 1 0:99 / /mnt/a\\040b ro - exfat /dev/sda2 ro\n");
	record("sda", sda, sizeof(sda) / sizeof(sda[0]));
	record("nvme0n1", nvme, sizeof(nvme) / sizeof(nvme[0]));
}

static const struct hc_media_volume *
find(const struct hc_media *media, const char *device)
{
	static const struct hc_media_volume none;

	for (size_t i = 0; i < media->volumes.count; i++)
		if (is(media->volumes.items[i].device, device))
			return &media->volumes.items[i];
	return &none;
}

static void
test_volumes(void)
{
	struct hc_arena arena = { 0 };
	struct hc_media media = { 0 };
	const struct hc_media_volume *v;
	struct hc_err err;

	ok_call(hc_media_volumes(in_dir("tree"), &arena, &media, &err), &err,
		"the media of a recorded machine are listed");
	ok(media.volumes.count == 7,
	   "swap, members of something larger and what has no file system are left out");
	v = find(&media, "/dev/sda2");
	ok(is(v->disk, "/dev/sda") && is(v->bus, "usb") && v->removable && v->size == 200 &&
		   is(v->filesystem, "exfat"),
	   "disk, bus, size and file system of one");
	ok(is(v->folder, HC_MEDIA_DIR "/Back_ups___"),
	   "its folder is its label, fit for a command line");
	ok(v->mounts.count == 1 && is(v->mounts.items[0], "/mnt/a b"), "where it is mounted");
	ok(is(find(&media, "/dev/nvme0n1p1")->folder, HC_MEDIA_DIR "/HALCYON") &&
		   is(find(&media, "/dev/sda1")->folder, HC_MEDIA_DIR "/sda1-HALCYON"),
	   "the second of a name gets its device as well");
	ok(is(find(&media, "/dev/sda7")->folder, HC_MEDIA_DIR "/01D4A3"),
	   "without a label it is the serial number");
	ok(is(find(&media, "/dev/nvme0n1p2")->folder, HC_MEDIA_DIR "/nvme0n1p2") &&
		   is(find(&media, "/dev/nvme0n1p3")->folder,
		      HC_MEDIA_DIR "/nvme0n1p3-..hidden"),
	   "no label leads out of the folder, or hides in it");
	ok(hc_media_is_running_system(find(&media, "/dev/nvme0n1p1")) &&
		   !hc_media_is_running_system(v),
	   "the running system is told from a medium that is mounted");
	ok(hc_media_reader(v) == HC_MEDIA_MOUNT &&
		   hc_media_reader(find(&media, "/dev/sda1")) == HC_MEDIA_VOLUME &&
		   hc_media_reader(find(&media, "/dev/sda6")) == HC_MEDIA_NOTHING,
	   "who reads which");
	ok(v->unread != NULL && !v->boot, "nothing of a recording can be looked into");
	hc_arena_done(&arena);
}

static bool
is_boot_medium(const char *line, const char *device)
{
	struct hc_arena arena = { 0 };
	struct hc_media media = { 0 };
	struct hc_disk_list disks = { 0 };
	struct hc_err err;
	bool used = false, boot;

	put_text("tree/proc/cmdline", line);
	if (hc_media_volumes(in_dir("tree"), &arena, &media, &err) < 0 ||
	    hc_disk_list(in_dir("tree"), &arena, &disks, &err) < 0)
		return false;
	for (size_t i = 0; i < disks.count; i++)
		if (is(disks.items[i].path, find(&media, device)->disk))
			used = hc_strings_has(&disks.items[i].in_use_by, "boot medium");
	boot = find(&media, device)->boot;
	hc_arena_done(&arena);
	return boot && used;
}

static void
test_boot_medium(void)
{
	ok(is_boot_medium("quiet halcyon.medium=1a2b-3c4d", "/dev/sda2") &&
		   !is_boot_medium("quiet halcyon.medium=1a2b-3c4d", "/dev/nvme0n1p1"),
	   "the disk with the volume that halcyon.medium names is in use as boot medium");
	ok(is_boot_medium(
		   "halcyon.medium=x halcyon.medium=0AB81A74-5d4b-4d53-9c0e-3cf0c3a5b111",
		   "/dev/sda1"),
	   "or with the table; the last word counts");
	ok(!is_boot_medium("halcyon.medium= xhalcyon.medium=1A2B-3C4D", "/dev/sda1") &&
		   !is_boot_medium("quiet", "/dev/sda1"),
	   "without the word there is none");
}

int
main(void)
{
	fixture_start();
	make_tree();
	test_volumes();
	test_boot_medium();
	fixture_end();
	return tap_done();
}
