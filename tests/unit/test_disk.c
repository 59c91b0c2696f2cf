/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/disk: tables, descriptions, recorded trees, targets. */
#include "tests/unit/disk_writes.h"

#include <sys/file.h>

#include "restore/disk/disk_priv.h"

/* ---------------------------------------------------------------- descriptions of files */

static void
test_describe_file(void)
{
	struct hc_arena arena = { 0 };
	struct hc_disk d = { 0 };
	char edges[HC_DIGEST_TEXT];

	run("rm -f \"$D/img\"; truncate -s 3M \"$D/img\"");
	ok_call(hc_disk_describe(in_dir("img"), &arena, &d, &err), &err,
		"an empty file is described");
	ok(d.is_file && strcmp(d.holds_kind, "blank") == 0 &&
		   strcmp(d.identity.name, "img") == 0 && d.identity.pci_path == NULL &&
		   d.size == 3 * MIB && d.in_use_by.count == 0,
	   "as a blank file named by its base name");
	snprintf(edges, sizeof(edges), "%s", d.identity.edges);
	poke("img", 3 * MIB - 1, "x", 1);
	ok(hc_disk_describe(in_dir("img"), &arena, &d, &err) == 0 &&
		   strcmp(edges, d.identity.edges) != 0 && strcmp(d.holds_kind, "data") == 0,
	   "its last byte counts for its edges, and for being blank");
	ok(run("e=$(cat \"$D/img\" | { head -c 1M; tail -c 1M \"$D/img\"; } | sha256sum | cut "
	       "-c1-64); "
	       "printf %s \"$e\" > \"$D/sum\"") == 0,
	   "sha256sum reads the same ends");
	peek("sum", 0, edges, 64);
	ok(memcmp(edges, d.identity.edges, 64) == 0, "and finds the same");
	run("truncate -s 700 \"$D/tiny\"; printf x | dd of=\"$D/tiny\" conv=notrunc "
	    "status=none; "
	    "cat \"$D/tiny\" \"$D/tiny\" | sha256sum > \"$D/sum\"");
	peek("sum", 0, edges, 64);
	ok(hc_disk_describe(in_dir("tiny"), &arena, &d, &err) == 0 &&
		   memcmp(edges, d.identity.edges, 64) == 0,
	   "of a file below 1 MiB the edges are its content twice");
	ok_fails(hc_disk_describe(fixture_dir, &arena, &d, &err), &err, H_TARGET_BAD,
		 "refused: a folder");
	ok_fails(hc_disk_describe(in_dir("nothing"), &arena, &d, &err), &err, H_DISK_OPEN,
		 "refused: what isn't there");
	put_link("link", "img");
	ok_fails(hc_disk_describe(in_dir("link"), &arena, &d, &err), &err, H_TARGET_BAD,
		 "refused: a symbolic link to a file");
	hc_arena_done(&arena);
}

static void
test_volumes(void)
{
	struct hc_arena arena = { 0 };
	struct hc_disk d = { 0 };

	ok(make_gpt("vol") &&
		   run("mkfs.vfat -n SYSTEM --offset 2048 \"$D/vol\" 2048 >/dev/null 2>&1") ==
			   0,
	   "a GPT with a FAT volume");
	ok_call(hc_disk_describe(in_dir("vol"), &arena, &d, &err), &err, "is described");
	ok(d.partitions.count == 3 && d.partitions.items[0].filesystem != NULL &&
		   strcmp(d.partitions.items[0].filesystem, "vfat") == 0 &&
		   strcmp(d.partitions.items[0].label, "SYSTEM") == 0 &&
		   strlen(d.partitions.items[0].volume_serial) == 9,
	   "with file system, label and serial number of the volume");
	ok(strstr(d.holds, "GPT, 3 partitions: vfat \"SYSTEM\" 2.0 MiB") == d.holds,
	   "for people too");
	poke("vol", 512, "\0", 1);
	ok(hc_disk_describe(in_dir("vol"), &arena, &d, &err) == 0 && d.table == HC_TABLE_NONE &&
		   strcmp(d.holds_kind, "data") == 0 &&
		   strstr(d.holds, "can't be read") != NULL,
	   "a broken table is a fact about the disk, and not a blank disk");
	hc_arena_done(&arena);
}

/* Signatures alone: what libblkid takes for a member (hazards 4). */
static void
test_members(void)
{
	static const uint8_t vmfs[4] = { 0x0d, 0xd0, 0x01, 0xc0 };
	static const uint8_t spaces[16] = { 0x8f, 0xaf, 0x5c, 0xe7, 0x80, 0xf6, 0xee, 0x4c,
					    0xaf, 0xa3, 0xb0, 0x01, 0xe5, 0x6e, 0xfc, 0x2d };
	struct hc_arena arena = { 0 };
	struct hc_disk d = { 0 };
	uint64_t type;

	make_gpt("imsm");
	poke("imsm", 64 * MIB - 1024, "Intel Raid ISM Cfg Sig. 1.1.00", 30);
	ok(hc_disk_describe(in_dir("imsm"), &arena, &d, &err) == 0 && d.table == HC_TABLE_GPT &&
		   hc_strings_has(&d.member_of, "isw_raid_member") &&
		   is(d.holds_kind, "member"),
	   "a disk of an Intel RST array is a member, whatever table it shows");
	run("rm -f \"$D/vmfs\"; truncate -s 8M \"$D/vmfs\"");
	poke("vmfs", MIB, vmfs, sizeof(vmfs));
	ok(hc_disk_describe(in_dir("vmfs"), &arena, &d, &err) == 0 &&
		   hc_strings_has(&d.member_of, "VMFS_volume_member") &&
		   is(d.holds_kind, "member"),
	   "so is a disk of VMFS");
	make_gpt("spaces");
	for (unsigned i = 0; i < 2; i++) {
		type = hc_get_le64(spaces + 8 * i);
		forge("spaces", 1024 + 8 * i, type, 8);
	}
	ok(hc_disk_describe(in_dir("spaces"), &arena, &d, &err) == 0 &&
		   hc_strings_has(&d.member_of, "storage_spaces_member"),
	   "and one of Storage Spaces, by its partition's type");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- recorded trees */

#define SATA "/sys/devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0"

/* A disk of a recorded tree: its folder, the links to it, size in MiB. */
static void
tree_disk(const char *name, const char *device, unsigned mib, const char *dev)
{
	char path[512], text[512];

	snprintf(path, sizeof(path), "tree%s/block/%s/size", device, name);
	snprintf(text, sizeof(text), "%u\n", mib * 2048);
	put_text(path, text);
	snprintf(path, sizeof(path), "tree%s/block/%s/dev", device, name);
	put_text(path, dev);
	snprintf(path, sizeof(path), "tree%s/block/%s/device", device, name);
	put_link(path, "../..");
	snprintf(text, sizeof(text), "..%s/block/%s", device + strlen("/sys"), name);
	snprintf(path, sizeof(path), "tree/sys/block/%s", name);
	put_link(path, text);
	snprintf(text, sizeof(text), "../..%s/block/%s", device + strlen("/sys"), name);
	snprintf(path, sizeof(path), "tree/sys/class/block/%s", name);
	put_link(path, text);
}

static void
tree_put(const char *path, const char *text)
{
	char name[512];

	snprintf(name, sizeof(name), "tree%s", path);
	put_text(name, text);
}

static const struct hc_disk *
find(const struct hc_disk_list *list, const char *path)
{
	static const struct hc_disk none;

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].path, path) == 0)
			return &list->items[i];
	return &none;
}

static void
make_tree(void)
{
	static const char page80[] = "\0\x80\0\x09  WD-1234";

	tree_disk("sda", SATA, 1000, "8:0");
	tree_put(SATA "/model", "WDC WD10EZEX    \n");
	tree_put(SATA "/vendor", "ATA     \n");
	tree_put(SATA "/wwid", "naa.50014ee2b1234567\n");
	put_text("tree" SATA "/vpd_pg80", "");
	poke("tree" SATA "/vpd_pg80", 0, page80, sizeof(page80) - 1);
	tree_put(SATA "/block/sda/sda1/partition", "1");
	tree_put(SATA "/block/sda/sda1/dev", "8:1");
	put_link("tree/sys/class/block/sda1", "../../devices/pci0000:00/0000:00:1f.2/ata3/"
					      "host2/target2:0:0/2:0:0:0/block/sda/sda1");
	tree_put("/sys/class/ata_port/ata3/port_no", "2");
	tree_put("/proc/self/mountinfo",
		 "20 1 0:4 / /proc rw - proc proc rw\n"
		 "36 35 8:1 / /mnt/with\\040blank rw,noatime shared:1 - ntfs3 /dev/sda1 rw\n");
	/* Two paths to one LUN. */
	tree_disk("sdb",
		  "/sys/devices/pci0000:00/0000:05:00.0/host4/rport-4:0-0/target4:0:0/4:0:0:1",
		  2000, "8:16");
	tree_disk("sdc",
		  "/sys/devices/pci0000:00/0000:05:00.1/host5/rport-5:0-0/target5:0:0/5:0:0:1",
		  2000, "8:32");
	tree_put("/sys/block/sdb/device/wwid", "naa.600a0b80\n");
	tree_put("/sys/block/sdc/device/wwid", "naa.600a0b80\n");
	/* Two namespaces of one NVMe drive. */
	for (unsigned i = 1; i <= 2; i++) {
		char path[128];

		snprintf(path, sizeof(path), "nvme0n%u", i);
		tree_disk(path, "/sys/devices/pci0000:00/0000:00:1d.0/0000:03:00.0/nvme/nvme0",
			  500, i == 1 ? "259:0" : "259:1");
		snprintf(path, sizeof(path), "/sys/block/nvme0n%u/wwid", i);
		tree_put(path, i == 1 ? "eui.0025385b71000001" : "eui.0025385b71000002");
		snprintf(path, sizeof(path), "/sys/block/nvme0n%u/nsid", i);
		tree_put(path, i == 1 ? "1" : "2");
		snprintf(path, sizeof(path), "/sys/block/nvme0n%u/serial", i);
		tree_put(path, "S4EVNX0N");
	}
	/* Two sticks of a maker who gives all of them one serial number. */
	tree_disk("sdd",
		  "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.3/1-2.3:1.0/host6/"
		  "target6:0:0/6:0:0:0",
		  100, "8:48");
	tree_disk("sde",
		  "/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/1-4:1.0/host7/target7:0:0/"
		  "7:0:0:0",
		  100, "8:64");
	tree_put("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.3/idVendor", "0951");
	tree_put("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.3/serial",
		 "AA04012700008713");
	tree_put("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/idVendor", "0951");
	tree_put("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-4/serial", "AA04012700008713");
	tree_put("/sys/block/sde/removable", "1");
	/* No name at all, and a useless one. */
	tree_disk("vda", "/sys/devices/pci0000:00/0000:00:05.0/virtio2", 64, "254:0");
	tree_put("/sys/block/vda/serial", "00000000");
	/* What is no disk. */
	tree_disk("sr0", "/sys/devices/pci0000:00/0000:00:1f.2/ata4/host3/target3:0:0/3:0:0:0",
		  700, "11:0");
	tree_disk("loop0", "/sys/devices/virtual", 10, "7:0");
	tree_disk("dm-0", "/sys/devices/virtual", 10, "253:0");
	tree_put("/sys/block/dm-0/dm/uuid", "LVM-abc");
	tree_put("/sys/block/dm-0/dm/name", "vg-root");
	tree_put("/sys/block/nvme0n2/holders/dm-0/dev", "253:0");
	tree_disk("mmcblk0boot0", "/sys/devices/platform/mmc0/mmc0:0001", 4, "179:8");
	tree_put("/proc/swaps",
		 "Filename Type Size Used Priority\n/dev/dm-0 partition 100 0 -2\n");
}

static void
test_tree(void)
{
	struct hc_arena arena = { 0 };
	struct hc_disk_list list = { 0 };
	const struct hc_disk *d;

	make_tree();
	ok_call(hc_disk_list(in_dir("tree"), &arena, &list, &err), &err,
		"a recorded tree is listed");
	ok(list.count == 7,
	   "loop, optical, LVM and eMMC boot devices are not disks, two paths are one");
	d = find(&list, "/dev/sda");
	ok(is(d->model, "WDC WD10EZEX") && is(d->serial, "WD-1234") &&
		   is(d->wwn, "0x50014ee2b1234567") && is(d->bus, "ata") &&
		   is(d->controller, "0000:00:1f.2") && d->size == 1000 * MIB,
	   "SATA: model, serial number, WWN, bus, controller, size");
	ok(is(d->identity.name, "WD-1234") &&
		   is(d->identity.pci_path, "pci-0000:00:1f.2-ata-2.0") && !d->identity.shared,
	   "its identity: serial number, and the port for people");
	ok(d->in_use_by.count == 1 &&
		   is(d->in_use_by.items[0], "sda1 mounted at /mnt/with blank"),
	   "a mounted partition makes it used");
	d = find(&list, "/dev/sdb");
	ok(d->other_paths.count == 1 && is(d->other_paths.items[0], "/dev/sdc") &&
		   !d->identity.shared && hc_strings_has(&d->member_of, "fc_lun") &&
		   is(d->identity.name, "0x600a0b80"),
	   "two paths with one WWN are one disk, a Fibre Channel LUN");
	d = find(&list, "/dev/nvme0n1");
	ok(is(d->bus, "nvme") && is(d->identity.name, "eui.0025385b71000001") &&
		   !d->identity.shared && is(d->identity.pci_path, "pci-0000:03:00.0-nvme-1"),
	   "namespaces that share a serial number are named by their WWN");
	d = find(&list, "/dev/nvme0n2");
	ok(d->in_use_by.count == 2 && is(d->in_use_by.items[0], "held by dm-0 (vg-root)") &&
		   is(d->in_use_by.items[1], "dm-0 used as swap"),
	   "holders are followed to what they are used for");
	d = find(&list, "/dev/sdd");
	ok(is(d->bus, "usb") && is(d->serial, "AA04012700008713") && d->identity.shared &&
		   is(d->identity.pci_path, "pci-0000:00:14.0-usb-0:2.3-scsi-0:0:0") &&
		   find(&list, "/dev/sde")->identity.shared &&
		   find(&list, "/dev/sde")->removable,
	   "one serial number on two sticks is shared");
	d = find(&list, "/dev/vda");
	ok(d->serial == NULL && is(d->identity.name, "pci-0000:00:05.0"),
	   "a serial number of zeros is none");
	ok(is(d->holds_kind, "data") && is(d->holds, "not recorded"),
	   "a disk whose content was not recorded does not count as blank");
	hc_arena_done(&arena);
}

static void
test_record(void)
{
	struct hc_arena arena = { 0 };
	struct hc_disk_record record = { 0 };
	struct hc_disk_list list = { 0 };
	const char *members[] = { "isw_raid_member" };

	record.disk = (struct hc_disk){ .path = "/dev/sda",
					.size = 1,
					.holds = "GPT",
					.holds_kind = "member",
					.table = HC_TABLE_GPT,
					.table_id = "1F0BC3A9-6A3B-4A75-9A56-6C6A3C1A4D11",
					.member_of = { members, 1 },
					.identity.edges = "e" };
	tree_put("/disks/x", "");
	ok_call(hc_doc_save(&hc_disk_record_shape, &record, in_dir("tree/disks/sda.json"),
			    &err),
		&err, "a disk is a document");
	ok(hc_disk_list(in_dir("tree"), &arena, &list, &err) == 0 &&
		   is(find(&list, "/dev/sda")->holds_kind, "member") &&
		   is(find(&list, "/dev/sda")->identity.edges, "e") &&
		   find(&list, "/dev/sda")->size == 1000 * MIB &&
		   hc_strings_has(&find(&list, "/dev/sda")->member_of, "isw_raid_member"),
	   "what was recorded of its content is merged with what sysfs says");
	ok(!hc_strings_has(&find(&list, "/dev/sda")->in_use_by, "boot medium"),
	   "it is not what was started from");
	tree_put("/proc/cmdline", "halcyon.medium=1 halcyon.medium="
				  "1f0bc3a9-6a3b-4a75-9a56-6c6a3c1a4d11 quiet\n");
	ok(hc_disk_list(in_dir("tree"), &arena, &list, &err) == 0 &&
		   hc_strings_has(&find(&list, "/dev/sda")->in_use_by, "boot medium"),
	   "the medium that the kernel's command line names is in use");
	tree_put("/disks/sda.json", "{}");
	ok_fails(hc_disk_list(in_dir("tree"), &arena, &list, &err), &err, H_DOC_SCHEMA,
		 "refused: a recording that is none");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- targets */

static void
test_target_file(void)
{
	struct hc_arena arena = { 0 };
	struct hc_target *t = NULL;
	struct hc_identity id = { 0 }, other;
	_Alignas(4096) static uint8_t out[8192], in[8192];
	bool zeroed = false;
	struct stat st;

	memset(out, 'x', sizeof(out));
	unlink(in_dir("t"));
	ok_fails(hc_target_open(in_dir("t"), NULL, 0, &t, &err), &err, H_DISK_OPEN,
		 "a file that isn't there is not made without a size");
	ok_call(hc_target_open(in_dir("t"), NULL, 8 * MIB + 512, &t, &err), &err,
		"with one it is");
	ok(stat(in_dir("t"), &st) == 0 && st.st_size == 8 * (off_t)MIB + 512 &&
		   st.st_blocks < 16 && (st.st_mode & 077) == 0,
	   "sparse, and for its owner only");
	ok(hc_target_size(t) == 8 * MIB + 512 && hc_target_logical_block(t) == 512,
	   "size and block");
	ok(hc_target_write(t, 4096, out, 8192, &err) == 0 &&
		   hc_target_write(t, 8 * MIB, out, 512, &err) == 0 &&
		   hc_target_flush(t, &err) == 0,
	   "aligned ranges, and odd sectors");
	ok(hc_target_read(t, 4096, in, 8192, &err) == 0 && memcmp(in, out, 8192) == 0 &&
		   hc_target_read(t, 8 * MIB, in, 512, &err) == 0 && memcmp(in, out, 512) == 0,
	   "are read back");
	ok_fails(hc_target_write(t, 8 * MIB, out, 1024, &err), &err, H_INTERNAL,
		 "refused: a write beyond the end");
	ok(hc_target_zero(t, (struct hc_extent){ 4096, 4096 }, true, &zeroed, &err) == 0 &&
		   zeroed && hc_target_read(t, 0, in, 8192, &err) == 0 &&
		   hc_is_zero(in, 8192) && hc_target_read(t, 8192, in, 4096, &err) == 0 &&
		   in[0] == 'x',
	   "a range is zeroed, its neighbours are not");
	ok(hc_target_drop_partitions(t, &err) == 0 &&
		   hc_target_reread_partitions(t, &err) == 0 &&
		   hc_target_discard(t, (struct hc_extent){ 0, hc_target_size(t) }, &err) == 0,
	   "what only devices have is nothing for files");
	ok_call(hc_target_identity(t, &arena, &id, &err), &err, "its identity");
	hc_target_close(t);
	ok_call(hc_target_open(in_dir("t"), &id, 0, &t, &err), &err, "opens it again");
	hc_target_close(t);
	other = id;
	other.size++;
	ok_fails(hc_target_open(in_dir("t"), &other, 0, &t, &err), &err, H_DISK_IDENTITY,
		 "refused: another size");
	other = id;
	other.serial = "S1";
	ok_fails(hc_target_open(in_dir("t"), &other, 0, &t, &err), &err, H_DISK_IDENTITY,
		 "refused: the plan has a disk's serial number");
	other = id;
	other.pci_path = "pci-0000:00:1f.2-ata-2.0";
	ok_fails(hc_target_open(in_dir("t"), &other, 0, &t, &err), &err, H_DISK_IDENTITY,
		 "refused: the plan has a device");
	poke("t", 8 * MIB + 511, "y", 1);
	ok_fails(hc_target_open(in_dir("t"), &id, 0, &t, &err), &err, H_DISK_IDENTITY,
		 "refused: the last byte changed");
	other = id;
	other.edges = NULL;
	ok(hc_target_open(in_dir("t"), &other, 0, &t, &err) == 0,
	   "unless the plan has no edges");
	hc_target_close(t);
	hc_arena_done(&arena);
}

static void
test_identity(void)
{
	const struct hc_identity plan = {
		.serial = "S", .wwn = "0x5", .pci_path = "pci-a", .size = 1, .edges = "e"
	};
	struct hc_identity found = plan, shared = plan;

	found.pci_path = "pci-b";
	ok(hc_identity_check("x", &plan, &found, &err) == 0,
	   "a disk with a name may move to another port");
	shared.shared = true;
	ok_fails(hc_identity_check("x", &shared, &found, &err), &err, H_DISK_IDENTITY,
		 "refused: not if its name is shared");
	found = plan;
	found.serial = "T";
	ok_fails(hc_identity_check("x", &plan, &found, &err), &err, H_DISK_IDENTITY,
		 "refused: another serial number");
	found = plan;
	found.wwn = NULL;
	ok_fails(hc_identity_check("x", &plan, &found, &err), &err, H_DISK_IDENTITY,
		 "refused: no WWN");
	found = plan;
	found.edges = "f";
	ok_fails(hc_identity_check("x", &plan, &found, &err), &err, H_DISK_IDENTITY,
		 "refused: other content");
	shared = plan;
	shared.serial = shared.wwn = NULL;
	found = shared;
	found.pci_path = "pci-b";
	ok_fails(hc_identity_check("x", &shared, &found, &err), &err, H_DISK_IDENTITY,
		 "refused: a disk without a name at another port");
}

static void
test_target_locks(void)
{
	struct flock all = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 1
	};
	struct hc_target *t = NULL, *second = NULL;
	int fd;

	ok(hc_target_open(in_dir("lock"), NULL, MIB, &t, &err) == 0, "a target is opened");
	ok_fails(hc_target_open(in_dir("lock"), NULL, 0, &second, &err), &err, H_DISK_IN_USE,
		 "refused: a second time");
	hc_target_close(t);
	ok(hc_target_open(in_dir("lock"), NULL, 0, &t, &err) == 0, "after closing it is free");
	hc_target_close(t);
	fd = open(in_dir("lock"), O_RDONLY);
	ok(flock(fd, LOCK_EX) == 0, "somebody locks it as udev and systemd do");
	ok_fails(hc_target_open(in_dir("lock"), NULL, 0, &t, &err), &err, H_DISK_IN_USE,
		 "refused");
	close(fd);
	fd = open(in_dir("lock"), O_RDWR);
	ok(fcntl(fd, F_OFD_SETLK, &all) == 0, "somebody locks it as QEMU does");
	ok_fails(hc_target_open(in_dir("lock"), NULL, 0, &t, &err), &err, H_DISK_IN_USE,
		 "refused");
	close(fd);
	put_link("link", "lock");
	ok_fails(hc_target_open(in_dir("link"), NULL, 0, &t, &err), &err, H_TARGET_BAD,
		 "refused: a symbolic link to a file");
	put_link("dangling", "not-there");
	ok_fails(hc_target_open(in_dir("dangling"), NULL, MIB, &t, &err), &err, H_DISK_OPEN,
		 "refused: a symbolic link to nothing");
	ok(access(in_dir("not-there"), F_OK) != 0, "which is not created");
	ok_fails(hc_target_open(fixture_dir, NULL, MIB, &t, &err), &err, H_TARGET_BAD,
		 "refused: a folder");
}

int
main(void)
{
	fixture_start();
	test_tables();
	test_describe_file();
	test_volumes();
	test_members();
	test_tree();
	test_record();
	test_target_file();
	test_identity();
	test_target_locks();
	fixture_end();
	return tap_done();
}
