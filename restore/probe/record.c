/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes a recorded tree: the files that the probe reads, with the links that lead to them. */
#include "restore/probe/probe_priv.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/base/text.h"
#include "restore/disk/disk.h"

#define FILE_MAX  (8u << 20)
#define LINKS_MAX 16

/* What is read, as shell patterns. */
static const char *const patterns[] = {
	"/proc/cpuinfo",
	"/proc/meminfo",
	"/proc/swaps",
	"/proc/self/mountinfo",
	"/sys/firmware/acpi/tables/*",
	"/sys/firmware/dmi/tables/*",
	"/sys/firmware",
	"/sys/firmware/efi",
	"/sys/firmware/efi/fw_platform_size",
	"/sys/firmware/efi/efivars/BootOrder-*", /* shows that efivarfs was mounted */
	"/sys/firmware/efi/efivars/SecureBoot-*",
	"/sys/firmware/efi/efivars/PK-*",
	"/sys/firmware/efi/efivars/KEK-*",
	"/sys/firmware/efi/efivars/db-*",
	"/sys/firmware/efi/efivars/dbx-*",
	"/sys/firmware/efi/systab",
	"/sys/class/dmi/id/sys_vendor",
	"/sys/class/dmi/id/product_*",
	"/sys/bus/pci/devices/*/vendor",
	"/sys/bus/pci/devices/*/device",
	"/sys/bus/pci/devices/*/subsystem_*",
	"/sys/bus/pci/devices/*/revision",
	"/sys/bus/pci/devices/*/class",
	"/sys/bus/pci/devices/*/driver",
	"/sys/bus/vmbus/devices/*/class_id",
	"/sys/bus/vmbus/devices/*/driver",
	"/sys/class/net/*/address",
	"/sys/class/net/*/carrier",
	"/sys/class/net/*/device/driver",
	"/sys/class/ata_port/*/port_no",
	"/sys/block/*/dev",
	"/sys/block/*/size",
	"/sys/block/*/ro",
	"/sys/block/*/removable",
	"/sys/block/*/hidden",
	"/sys/block/*/serial",
	"/sys/block/*/wwid",
	"/sys/block/*/nsid",
	"/sys/block/*/queue/*_block_size",
	"/sys/block/*/device/model",
	"/sys/block/*/device/vendor",
	"/sys/block/*/device/name",
	"/sys/block/*/device/serial",
	"/sys/block/*/device/wwid",
	"/sys/block/*/device/sas_address",
	"/sys/block/*/device/vpd_pg80",
	"/sys/block/*/dm/uuid",
	"/sys/block/*/dm/name",
	"/sys/block/*/md/uuid",
	"/sys/block/*/loop/backing_file",
	"/sys/devices/virtual/nvme-subsystem/*/nvme*",
	"/sys/class/block/*/dev",
	"/sys/class/block/*/partition",
	"/sys/class/block/*/holders/*",
};

/* "/a/b/../c" to "/a/c", in place. */
static void
normalise(char *path)
{
	char *to = path, *from = path;

	while (*from != '\0') {
		size_t n = strcspn(from + 1, "/") + 1;

		if (n == 3 && strncmp(from, "/..", 3) == 0) {
			while (to > path && *--to != '/')
				continue;
		} else if (n > 1 && !(n == 2 && from[1] == '.')) {
			memmove(to, from, n);
			to += n;
		}
		from += n;
	}
	*to = '\0';
}

static int
failed(const char *path, struct hc_err *err)
{
	return hc_err_sys(err, H_PROBE, "recording %s", path);
}

/* Licence keys have no business in a support case: such a table is recorded as an empty file, which is its name. */
static bool
is_secret(const char *path)
{
	static const char tables[] = "/sys/firmware/acpi/tables/";

	return strncmp(path, tables, sizeof(tables) - 1) == 0 &&
	       hc_acpi_is_secret(path + sizeof(tables) - 1);
}

static int
copy_file(const char *dir, const char *path, struct hc_arena *arena, struct hc_err *err)
{
	const struct hc_tree live = { "" };
	char *to = hc_arena_printf(arena, "%s%s", dir, path);
	struct hc_buf bytes = { 0 };
	int result = 0;

	if (to == NULL)
		return hc_probe_no_memory(err);
	/* Attributes that refuse to be read (carrier of an interface that is down) are absent in the recording. */
	if (is_secret(path) || hc_tree_bytes(&live, &bytes, FILE_MAX, "%s", path))
		result = hc_file_replace(to, hc_buf_span(&bytes), err);
	hc_buf_done(&bytes);
	return result;
}

/* Makes the folders and links on the way to `path`.  A link is copied, and what it leads to is where it goes on. */
static int
record_path(const char *dir, char path[HC_TREE_PATH], struct hc_arena *arena,
	    struct hc_err *err)
{
	char target[HC_TREE_PATH], *to;
	unsigned links = 0;
	size_t end = 0;
	struct stat st;

	while (path[end] != '\0') {
		size_t start = end;
		char *joined;
		ssize_t n;

		end += 1 + strcspn(path + end + 1, "/");
		to = hc_arena_printf(arena, "%s%.*s", dir, (int)end, path);
		joined = hc_arena_strndup(arena, path, end);
		if (to == NULL || joined == NULL)
			return hc_probe_no_memory(err);
		if (lstat(joined, &st) != 0)
			return 0; /* gone meanwhile */
		if (S_ISDIR(st.st_mode)) {
			if (mkdir(to, 0700) != 0 && errno != EEXIST)
				return failed(joined, err);
			continue;
		}
		if (S_ISREG(st.st_mode))
			return copy_file(dir, joined, arena, err);
		n = S_ISLNK(st.st_mode) ? readlink(joined, target, sizeof(target) - 1) : -1;
		if (n <= 0 || target[0] == '/' || ++links > LINKS_MAX)
			return 0;
		target[n] = '\0';
		if (symlink(target, to) != 0 && errno != EEXIST)
			return failed(joined, err);
		joined = hc_arena_printf(arena, "%.*s/%s%s", (int)start, path, target,
					 path + end);
		if (joined == NULL || strlen(joined) >= HC_TREE_PATH)
			return hc_probe_no_memory(err);
		memcpy(path, joined, strlen(joined) + 1);
		normalise(path);
		end = 0;
	}
	return 0;
}

static int
record_tree(const char *dir, struct hc_arena *arena, struct hc_err *err)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		glob_t found;
		int result = 0;

		if (glob(patterns[i], GLOB_NOSORT, NULL, &found) != 0)
			continue;
		for (size_t n = 0; n < found.gl_pathc && result == 0; n++) {
			char path[HC_TREE_PATH];

			if (strlen(found.gl_pathv[n]) >= sizeof(path))
				continue;
			memcpy(path, found.gl_pathv[n], strlen(found.gl_pathv[n]) + 1);
			result = record_path(dir, path, arena, err);
		}
		globfree(&found);
		if (result < 0)
			return -1;
	}
	return 0;
}

static int
record_disks(const char *dir, struct hc_arena *arena, struct hc_err *err)
{
	struct hc_disk_list list;
	char *folder = hc_arena_printf(arena, "%s/disks", dir);

	if (folder == NULL)
		return hc_probe_no_memory(err);
	if (hc_probe_list_disks(NULL, true, arena, &list, err) < 0 ||
	    hc_file_make_dirs(folder, err) < 0)
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		const struct hc_disk_record record = { list.items[i] };
		const char *name = strrchr(list.items[i].path, '/') + 1;
		char *path = hc_arena_printf(arena, "%s/%s.json", folder, name);

		if (path == NULL)
			return hc_probe_no_memory(err);
		if (hc_doc_save(&hc_disk_record_shape, &record, path, err) < 0)
			return -1;
	}
	return 0;
}

static int
record_memory(const char *dir, struct hc_arena *arena, struct hc_err *err)
{
	const struct hc_tree live = { "" };
	char *path = hc_arena_printf(arena, "%s/low-memory", dir);
	struct hc_buf low = { 0 };
	bool known;
	int result = -1;

	if (path == NULL)
		return hc_probe_no_memory(err);
	if (hc_low_memory(&live, &low, &known, err) == 0)
		result = known ? hc_file_replace(path, hc_buf_span(&low), err) : 0;
	hc_buf_done(&low);
	return result;
}

static int
record_created(const char *dir, struct hc_arena *arena, struct hc_err *err)
{
	char now[HC_TIME_TEXT];
	char *path = hc_arena_printf(arena, "%s/created", dir);

	if (path == NULL)
		return hc_probe_no_memory(err);
	hc_time_text(time(NULL), now);
	return hc_file_replace(path, hc_span(now, strlen(now)), err);
}

int
hc_probe_record(const char *dir, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	const struct hc_tree there = { dir };
	int result = -1;

	if (hc_tree_exists(&there, "/sys")) {
		hc_err_set(err, H_PROBE, "%s holds a recording already", dir);
		return hc_err_remedy(err, "Name a folder that does not exist yet.");
	}
	if (hc_file_make_dirs(dir, err) == 0 && record_tree(dir, &arena, err) == 0 &&
	    record_disks(dir, &arena, err) == 0 && record_memory(dir, &arena, err) == 0)
		result = record_created(dir, &arena, err);
	hc_arena_done(&arena);
	return result < 0 ? hc_err_wrap(err, "while recording this machine into %s", dir) : 0;
}
