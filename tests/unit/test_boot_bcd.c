/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/boot: real BCD stores, against what the collector's own decoder wrote into FACTS.md; the store that starts a
 * Windows. */
#include "tests/unit/tap.h"

#include <stdlib.h>

#include "restore/boot/boot.h"
#include "tests/unit/sandbox.h"

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

/* ---------------------------------------------------------------- against FACTS.md */

/* A section "## bcd/NAME" has a line for each object:
 *   - {guid} type=0x10200003: 11000001=type=6 len=72 GPT part={…} disk={…}; 12000002=\Windows\…; … */
struct facts {
	unsigned objects, texts, devices, wrong;
	char first_wrong[256];
};

static void
wrong(struct facts *facts, const char *id, const char *item)
{
	if (facts->wrong++ == 0)
		snprintf(facts->first_wrong, sizeof(facts->first_wrong), "%.40s %.200s", id,
			 item);
}

static const struct hc_bcd_object *
find(const struct hc_bcd *bcd, const char *id)
{
	for (size_t i = 0; i < bcd->objects.count; i++)
		if (strcmp(bcd->objects.items[i].id, id) == 0)
			return &bcd->objects.items[i];
	return NULL;
}

/* A row of this element; of `path`, where that isn't NULL. */
static const struct hc_bcd_device *
find_device(const struct hc_bcd_object *object, const char *element, const char *path)
{
	for (size_t i = 0; i < object->devices.count; i++)
		if (strcmp(object->devices.items[i].element, element) == 0 &&
		    (path == NULL || is(object->devices.items[i].path, path)))
			return &object->devices.items[i];
	return NULL;
}

static bool
device_agrees(const struct hc_bcd_object *object, const char *element, const char *says)
{
	const struct hc_bcd_device *d = find_device(object, element, NULL);
	unsigned long long offset;
	char disk[64], partition[64], path[128];

	if (d == NULL)
		return false;
	if (sscanf(says, "type=6 len=72 GPT part=%63s disk=%63s", partition, disk) == 2)
		return d->at == 16 && is(d->scheme, "gpt") && is(d->disk, disk) &&
		       is(d->partition, partition);
	if (sscanf(says, "type=6 len=72 MBR offset=%llu disksig=%63s", &offset, disk) == 2)
		return d->at == 16 && is(d->scheme, "mbr") && is(d->disk, disk) &&
		       d->offset == offset;
	if (strncmp(says, "type=5 ", 7) == 0)
		return d->at == 16 && is(d->scheme, "boot");
	if (strncmp(says, "type=8 ", 7) == 0)
		return d->at == 16 && is(d->scheme, "none");
	if (sscanf(says, "type=0 len=%llu ramdisk/file %127s", &offset, path) == 2)
		return find_device(object, element, path) != NULL;
	return strncmp(says, "bin[", 4) == 0 && !is(d->scheme, "unknown");
}

static void
compare_element(const struct hc_bcd_object *object, const char *item, struct facts *facts)
{
	const struct {
		const char *element, *got;
	} texts[] = {
		{ "12000004=", object->description },
		{ "12000002=", object->path },
		{ "22000002=", object->system_root },
		{ "23000003=", object->default_object },
	};
	char element[9];

	snprintf(element, sizeof(element), "%.8s", item);
	if (item[1] == '1') {
		facts->devices++;
		if (!device_agrees(object, element, item + 9))
			wrong(facts, object->id, item);
		return;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strncmp(item, texts[i].element, 9) != 0)
			continue;
		facts->texts++;
		if (!is(texts[i].got, item + 9))
			wrong(facts, object->id, item);
	}
	if (strncmp(item, "26000010=", 9) == 0 &&
	    object->detect_hal != (strcmp(item + 9, "bin[1]:01") == 0 ? HC_YES : HC_NO))
		wrong(facts, object->id, item);
}

static void
compare_object(const struct hc_bcd *bcd, char *line, struct facts *facts)
{
	const struct hc_bcd_object *object;
	char id[40], type[12], *item = strstr(line, ": "), *next;

	if (item == NULL || sscanf(line, "  - %39s type=0x%8[0-9a-f]:", id, type) != 2)
		return;
	facts->objects++;
	object = find(bcd, id);
	if (object == NULL || !is(object->type, type)) {
		wrong(facts, id, "is missing, or of another type");
		return;
	}
	for (item += 2; item[0] != '\0'; item = next) {
		next = strstr(item, "; ");
		if (next != NULL) {
			*next = '\0';
			next += 2;
		} else {
			next = item + strlen(item);
		}
		compare_element(object, item, facts);
	}
}

/* Every object of the section that `name` has. */
static struct facts
compare(const struct sandbox *box, const char *name, const struct hc_bcd *bcd)
{
	struct facts facts = { 0 };
	struct hc_buf text;

	run(box,
	    "sed -n '\\|^## bcd/%s\\(.xz\\)\\?$|,/^## [^b]/p' %s/hives/FACTS.md |"
	    " tail -n +2 | sed '/^##/,$d' >facts",
	    name, getenv("HALCYON_TESTDATA"));
	text = slurp(box, "facts");
	for (char *line = (char *)text.data, *next; line != NULL; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		compare_object(bcd, line, &facts);
	}
	hc_buf_done(&text);
	return facts;
}

static struct hc_buf
store(const struct sandbox *box, const char *name)
{
	run(box, "f=%s/hives/bcd/%s; if [ -e $f.xz ]; then xz -dc $f.xz; else cat $f; fi >hive",
	    getenv("HALCYON_TESTDATA"), name);
	return slurp(box, "hive");
}

static int
read_store(const struct sandbox *box, const char *name, struct hc_arena *arena,
	   struct hc_bcd *ret, struct hc_err *err)
{
	struct hc_buf bytes = store(box, name);
	struct hc_hive *hive = NULL;
	int result = hc_hive_open(hc_buf_span(&bytes), "BCD", &hive, err);

	if (result == 0)
		result = hc_bcd_read(hive, name, arena, ret, err);
	hc_hive_close(hive);
	hc_buf_done(&bytes);
	return result;
}

/* Numbers of objects and of device elements: counted in FACTS.md by grep. */
static const struct {
	const char *name;
	unsigned objects, devices;
} stores[] = {
	{ "aioboot-AIO_Tools_MS_BCD", 10, 4 },
	{ "aioboot-AIO_Tools_MS_BCDEFI", 8, 2 },
	{ "aioboot-AIO_Tools_MS_pcbios_bcd", 9, 4 },
	{ "aioboot-Boot_BCD", 5, 0 },
	{ "bandysc-win10-uefi-2020-04-20", 18, 12 },
	{ "bandysc-win10-uefi-2020-06-07", 17, 12 },
	{ "fog-generalized-win7", 11, 6 },
	{ "gobcdedit-template", 0, 0 },
	{ "pybcd-BCD.bkup", 2, 3 },
	{ "pybcd-BCD2", 10, 4 },
	{ "pybcd-BCDTest", 8, 11 },
	{ "pybcd-BCDfresh", 2, 3 },
	{ "pybcd-BCDgen", 10, 4 },
	{ "pybcd-BCDlaptop", 13, 9 },
	{ "qthivex-blankbcd", 0, 0 },
	{ "qthivex-rigorous", 0, 0 },
	{ "regipy-win10-uefi-dualboot-linux", 17, 12 },
};

static void
test_stores(const struct sandbox *box)
{
	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
		struct hc_arena arena = { 0 };
		struct hc_bcd bcd = { 0 };
		struct facts facts;
		struct hc_err err;

		ok_call(read_store(box, stores[i].name, &arena, &bcd, &err), &err, "%s is read",
			stores[i].name);
		facts = compare(box, stores[i].name, &bcd);
		ok(facts.wrong == 0 && facts.objects == bcd.objects.count,
		   "%zu objects of %u, %u texts, %u device elements: as FACTS.md has them %s",
		   bcd.objects.count, facts.objects, facts.texts, facts.devices,
		   facts.first_wrong);
		ok(facts.objects == stores[i].objects && facts.devices == stores[i].devices,
		   "and none was passed over");
		hc_arena_done(&arena);
	}
}

static void
test_not_stores(const struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_bcd bcd = { 0 };
	struct hc_err err;

	ok_fails(read_store(box, "bandysc-BCD.LOG", &arena, &bcd, &err), &err, H_HIVE_FORMAT,
		 "a log is no hive");
	ok_fails(read_store(box, "../nt4-sp3-pdc-x86/SYSTEM", &arena, &bcd, &err), &err,
		 H_BCD_FORMAT, "another hive is no store");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- nested ones of real stores, read by hand off a dump */

static void
test_nested(const struct sandbox *box)
{
	static const struct {
		const char *name, *id, *element, *scheme, *path, *disk;
		uint64_t at, offset;
		const char *partition;
	} rows[] = {
		{ "regipy-win10-uefi-dualboot-linux", "{733b62e6-f608-11eb-825c-c112f60133ab}",
		  "21000001", "gpt", "\\Recovery\\WindowsRE\\Winre.wim",
		  "{0b2394a9-095e-487d-8d48-719ecd4d78ca}", 0x44, 0,
		  "{6cdfcd69-de75-4490-8f99-5a84bf264917}" },
		{ "pybcd-BCDTest", "{d99dfa6e-8442-22f3-b2d5-323c2953813d}", "11000001", "boot",
		  "\\Workspace\\metadeploy\\boot.wim", NULL, 0x30, 0, NULL },
		{ "pybcd-BCDTest", "{d99dfa6e-8442-22f3-b2d5-323c2953813d}", "21000001", "mbr",
		  "\\Workspace\\metadeploy\\boot.wim.aoeu", "36234da4", 0x30, 0x100000, NULL },
		{ "pybcd-BCDTest", "{effdfa6e-8442-22f3-b2d5-323c2953814e}", "21000001", "mbr",
		  "\\boot\\boot.wimaoeu", "36234da4", 0x44, 0x100000, NULL },
		{ "pybcd-BCDTest", "{fffdfa6e-8442-22f3-b2d5-323c2953814f}", "11000001", "none",
		  "\\test.vhd", NULL, 0x76, 0, NULL },
		{ "pybcd-BCDTest", "{fffdfa6e-8442-22f3-b2d5-323c2953814f}", "21000001", "mbr",
		  "\\test.vhd", "36234da4", 0x76, 0x100000, NULL },
	};
	struct hc_arena arena = { 0 };
	struct hc_err err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hc_bcd_object *object = NULL;
		const struct hc_bcd_device *d = NULL;
		struct hc_bcd bcd = { 0 };

		if (read_store(box, rows[i].name, &arena, &bcd, &err) == 0)
			object = find(&bcd, rows[i].id);
		if (object != NULL)
			d = find_device(object, rows[i].element, rows[i].path);
		ok(d != NULL && is(d->scheme, rows[i].scheme) && d->at == rows[i].at &&
			   is(d->disk, rows[i].disk) && is(d->partition, rows[i].partition) &&
			   d->offset == rows[i].offset,
		   "%s %s: %s at 0x%llx", rows[i].name, rows[i].element, rows[i].scheme,
		   (unsigned long long)rows[i].at);
	}
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- which store */

/* 0: a UEFI store; 1: the BIOS laptop's; 2: a store that is none; 3: no volume; 4: one whose recovery environment has a
 * partition of its own. */
static bool
make_volumes(struct sandbox *box)
{
	static const char *const commands[] = {
		"mkdir -p mnt/EFI/Microsoft/Boot && cat $T/bandysc-win10-uefi-2020-06-07 "
		">mnt/EFI/Microsoft/Boot/BCD",
		"mkdir -p mnt/Boot && cat $T/pybcd-BCDlaptop >mnt/Boot/BCD",
		"mkdir -p mnt/boot && cat $T/bandysc-BCD.LOG >mnt/boot/bcd",
		"true",
		"mkdir -p mnt/Boot && xz -dc $T/regipy-win10-uefi-dualboot-linux.xz >mnt/Boot/BCD",
	};

	for (unsigned i = 0; i < 5; i++) {
		char image[16];

		snprintf(image, sizeof(image), "v%u.img", i);
		if (run(box, "truncate -s 8M %s && mkntfs -qFQ %s", image, image) != 0 ||
		    !mount_ntfs(box, image, "big_writes"))
			return false;
		run(box, "T=%s/hives/bcd; %s", getenv("HALCYON_TESTDATA"), commands[i]);
		if (!umount_ntfs(box))
			return false;
	}
	return run(box, "truncate -s 0 v3.img && truncate -s 1M v3.img") == 0;
}

/* The volumes of `order`, the last of them being the one Windows lies on. */
static struct hc_windows
describe(const struct sandbox *box, const char *order, struct hc_bcd_partition partition,
	 struct hc_arena *arena)
{
	struct hc_boot_volume volumes[4] = { { .name = NULL } };
	struct hc_windows windows = { .version = "6.3" };
	size_t count = strlen(order);
	struct hc_err err;
	char path[PATH_MAX];

	for (size_t i = 0; i < count; i++) {
		volumes[i].name = hc_arena_printf(arena, "disk0-p%c", order[i] + 1);
		if (hc_io_open_file(path_in(box, path, "v%c.img", order[i]), &volumes[i].io,
				    &err) < 0)
			return windows;
	}
	volumes[count - 1].has_partition = partition.scheme != HC_BCD_RAW;
	volumes[count - 1].partition = partition;
	ok_call(hc_boot_describe(volumes, count, count - 1, arena, &windows, &err), &err,
		"volumes %s are looked through", order);
	for (size_t i = 0; i < count; i++)
		hc_io_close(volumes[i].io);
	return windows;
}

static const struct hc_bcd_partition laptop = { HC_BCD_MBR,
						{ 0x7c, 0xee, 0x03 },
						{ 0, 0, 0x90, 0x4f, 0x12 } };
static const struct hc_bcd_partition asus = {
	HC_BCD_GPT,
	{ 0x7d, 0xe8, 0x41, 0x55, 0xa5, 0x91, 0x2b, 0x4f, 0xad, 0x43, 0xa0, 0x34, 0x5c, 0x19,
	  0x9e, 0x9b },
	{ 0xb0, 0x7c, 0x4a, 0x9d, 0x9d, 0xab, 0x71, 0x4d, 0x96, 0x1f, 0x50, 0xf1, 0xd9, 0xc9,
	  0x25, 0x2f },
};
/* Of the dual boot machine: Windows' own partition, and that of its recovery environment. */
static const struct hc_bcd_partition dual = {
	HC_BCD_GPT,
	{ 0xa9, 0x94, 0x23, 0x0b, 0x5e, 0x09, 0x7d, 0x48, 0x8d, 0x48, 0x71, 0x9e, 0xcd, 0x4d,
	  0x78, 0xca },
	{ 0x38, 0x2c, 0x0f, 0x8e, 0xea, 0xe4, 0xba, 0x47, 0xb7, 0xfc, 0x9d, 0x8c, 0x74, 0xdc,
	  0xcf, 0x0b },
};
static const struct hc_bcd_partition recovery = {
	HC_BCD_GPT,
	{ 0xa9, 0x94, 0x23, 0x0b, 0x5e, 0x09, 0x7d, 0x48, 0x8d, 0x48, 0x71, 0x9e, 0xcd, 0x4d,
	  0x78, 0xca },
	{ 0x69, 0xcd, 0xdf, 0x6c, 0x75, 0xde, 0x90, 0x44, 0x8f, 0x99, 0x5a, 0x84, 0xbf, 0x26,
	  0x49, 0x17 },
};
static const struct hc_bcd_partition none = { .scheme = HC_BCD_RAW };

static void
test_near_misses(const struct sandbox *box)
{
	struct hc_bcd_partition elsewhere = asus;
	struct hc_arena arena = { 0 };
	struct hc_windows w;

	elsewhere.disk[15] ^= 1;
	w = describe(box, "103", elsewhere, &arena);
	ok(w.bcd != NULL && is(w.bcd->where, "disk0-p2 \\Boot\\BCD"),
	   "the disk's GUID has to agree, too");
	w = describe(box, "143", recovery, &arena);
	ok(w.bcd != NULL && is(w.bcd->where, "disk0-p2 \\Boot\\BCD"),
	   "a recovery environment in a file there is not the Windows on it");
	w = describe(box, "143", dual, &arena);
	ok(w.bcd != NULL && is(w.bcd->where, "disk0-p5 \\Boot\\BCD") && is(w.firmware, "uefi"),
	   "firmware by its loader, wherever the store lies");
	hc_arena_done(&arena);
}

static void
test_describe(struct sandbox *box)
{
	struct hc_bcd_partition elsewhere = laptop;
	struct hc_arena arena = { 0 };
	struct hc_windows w;

	if (!make_volumes(box)) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return;
	}
	w = describe(box, "013", laptop, &arena);
	ok(w.bcd != NULL && is(w.bcd->where, "disk0-p2 \\Boot\\BCD") &&
		   is(w.firmware, "bios") && w.bcd->objects.count == 13 && w.unread.count == 0,
	   "the store whose loader names the volume, though it is the second");
	ok(w.hives.count == 1 && is(w.hives.items[0].name, "BCD") && !w.hives.items[0].dirty &&
		   w.hives.items[0].recovered,
	   "the store's state is noted");
	w = describe(box, "103", asus, &arena);
	ok(w.bcd != NULL && is(w.bcd->where, "disk0-p1 \\EFI\\Microsoft\\Boot\\BCD") &&
		   is(w.firmware, "uefi"),
	   "the same for the other");
	elsewhere.partition[3] ^= 1;
	w = describe(box, "013", elsewhere, &arena);
	ok(w.bcd != NULL && is(w.bcd->where, "disk0-p1 \\EFI\\Microsoft\\Boot\\BCD") &&
		   is(w.firmware, "uefi"),
	   "none names it: the first");
	w = describe(box, "10", none, &arena);
	ok(w.bcd != NULL && is(w.bcd->where, "disk0-p2 \\Boot\\BCD") && is(w.firmware, "bios"),
	   "a volume without a name: the first");
	w = describe(box, "23", laptop, &arena);
	ok(w.bcd == NULL && w.unread.count == 1 && w.hives.count == 0 &&
		   strncmp(w.unread.items[0], "BCD: disk0-p3: ", 15) == 0 &&
		   is(w.firmware, "bios"),
	   "one that can't be read is said: %s", w.unread.count ? w.unread.items[0] : "");
	w = describe(box, "20", none, &arena);
	ok(w.bcd != NULL && w.unread.count == 1, "also beside one that may be the wrong one");
	w = describe(box, "3", asus, &arena);
	ok(w.bcd == NULL && w.unread.count == 1 && is(w.firmware, "uefi"),
	   "no store: firmware by the partition table");
	w = describe(box, "3", none, &arena);
	ok(w.firmware == NULL, "no table either: unknown");
	test_near_misses(box);
	hc_arena_done(&arena);
}

static void
test_partition_of(void)
{
	const struct hc_partition p = { .start = 0x124f900000,
					.guid = "9d4a7cb0-ab9d-4d71-961f-50f1d9c9252f" };
	const struct hc_partition no_guid = { .start = 512 };
	struct hc_bcd_partition got = { 0 };

	ok(hc_bcd_partition_of(&p, HC_TABLE_MBR, "0003ee7c", &got) &&
		   got.scheme == HC_BCD_MBR && hc_get_le32(got.disk) == 0x3ee7c &&
		   hc_get_le64(got.partition) == 0x124f900000,
	   "an MBR partition as a store names it");
	ok(hc_bcd_partition_of(&p, HC_TABLE_GPT, "5541E87D-91A5-4F2B-AD43-A0345C199E9B",
			       &got) &&
		   got.scheme == HC_BCD_GPT && got.disk[0] == 0x7d && got.partition[0] == 0xb0,
	   "a GPT partition");
	ok(!hc_bcd_partition_of(&no_guid, HC_TABLE_GPT, "5541e87d-91a5-4f2b-ad43-a0345c199e9b",
				&got) &&
		   !hc_bcd_partition_of(&p, HC_TABLE_GPT, "5541e87d", &got) &&
		   !hc_bcd_partition_of(&p, HC_TABLE_MBR, "none", &got) &&
		   !hc_bcd_partition_of(&p, HC_TABLE_MBR, NULL, &got) &&
		   !hc_bcd_partition_of(&p, HC_TABLE_NONE, "0003ee7c", &got),
	   "without ids, or with others, it has no name");
}

int
main(void)
{
	struct sandbox box;

	test_partition_of();
	sandbox_open(&box);
	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
	} else {
		test_stores(&box);
		test_not_stores(&box);
		test_nested(&box);
		test_describe(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
