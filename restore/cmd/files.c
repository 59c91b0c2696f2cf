/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon ls, cat, extract: single files out of a backup, without restoring it. */
#include "restore/cmd/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/base/log.h"
#include "restore/base/text.h"

static void
print_entry(const struct hc_entry *entry)
{
	char when[HC_TIME_TEXT];

	hc_time_text((time_t)entry->modified, when);
	printf("%-6s %14llu  %s  %s%s%s\n", hc_entry_type_names[entry->type],
	       (unsigned long long)entry->size, when, entry->name, entry->target ? " -> " : "",
	       entry->target ? entry->target : "");
}

static int
list(struct cli *cli, struct opened *o, const char *path, struct hc_err *err)
{
	struct hc_entries entries = { 0 };
	struct hc_entry entry = { 0 };

	if (hc_volume_stat(o->volume, path, &cli->arena, &entry, err) < 0)
		return -1;
	if (entry.type != HC_ENTRY_FOLDER) {
		print_entry(&entry);
		return 0;
	}
	if (hc_volume_list(o->volume, path, &cli->arena, &entries, err) < 0)
		return -1;
	for (size_t i = 0; i < entries.count; i++)
		print_entry(&entries.items[i]);
	return 0;
}

int
cmd_ls(struct cli *cli, struct hc_err *err)
{
	struct opened o;
	int result = opened_open(cli, cli->args[0], &o, err);

	if (result == 0)
		result = list(cli, &o, cli->arg_count > 1 ? cli->args[1] : "/", err);
	opened_close(&o);
	return result;
}

/* ---------------------------------------------------------------- contents */

static int
write_fd(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	const int *fd = ctx;
	size_t done = 0;

	while (done < bytes.size) {
		ssize_t n = write(*fd, bytes.data + done, bytes.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return hc_err_sys(err, H_IO, "writing %zu bytes", bytes.size);
		done += (size_t)n;
	}
	return 0;
}

int
cmd_cat(struct cli *cli, struct hc_err *err)
{
	int out = STDOUT_FILENO;
	struct opened o;
	int result = opened_open(cli, cli->args[0], &o, err);

	if (result == 0)
		result = hc_volume_read(o.volume, cli->args[1],
					(struct hc_sink){ write_fd, &out }, err);
	opened_close(&o);
	return result;
}

static int
extract_file(struct opened *o, const char *path, const char *to, struct hc_err *err)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644), result;

	if (fd < 0)
		return hc_err_sys(err, H_IO, "creating %s", to);
	result = hc_volume_read(o->volume, path, (struct hc_sink){ write_fd, &fd }, err);
	if (close(fd) < 0 && result == 0)
		result = hc_err_sys(err, H_IO, "writing %s", to);
	/* Half a file must not look like one. */
	if (result < 0)
		unlink(to);
	return result;
}

/* What could not be taken along, so that the rest still is. */
struct tally {
	unsigned files, failed;
	struct hc_err first;
};

static int extract_tree(struct cli *cli, struct opened *o, const char *path, const char *to,
			struct tally *tally, struct hc_err *err);

/* A name of Windows can't leave the folder: NTFS forbids '/', but a damaged volume may hold it. */
static bool
safe_name(const char *name)
{
	return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static int
extract_entry(struct cli *cli, struct opened *o, const struct hc_entry *entry, const char *path,
	      const char *to, struct tally *tally)
{
	const char *from_path = hc_arena_printf(&cli->arena, "%s/%s", path, entry->name);
	const char *to_path = hc_arena_printf(&cli->arena, "%s/%s", to, entry->name);
	struct hc_err err;
	int result;

	if (from_path == NULL || to_path == NULL)
		result = hc_err_set(&err, H_OUT_OF_MEMORY, "no memory for a path");
	else if (!safe_name(entry->name))
		result = hc_err_set(&err, H_VOLUME_FORMAT, "the name \"%s\" cannot be",
				    entry->name);
	else if (entry->type == HC_ENTRY_FOLDER)
		return extract_tree(cli, o, from_path, to_path, tally, &err);
	else if (entry->type == HC_ENTRY_LINK)
		return 0; /* what it points to is reached by its own name */
	else
		result = extract_file(o, from_path, to_path, &err);
	if (result == 0) {
		tally->files++;
		return 0;
	}
	hc_log(HC_LOG_WARN, "left out %s: %s", from_path ? from_path : entry->name,
	       err.text[0]);
	if (tally->failed++ == 0)
		tally->first = err;
	return 0;
}

static int
extract_tree(struct cli *cli, struct opened *o, const char *path, const char *to,
	     struct tally *tally, struct hc_err *err)
{
	struct hc_entries entries = { 0 };

	if (hc_file_make_dirs(to, err) < 0 ||
	    hc_volume_list(o->volume, path, &cli->arena, &entries, err) < 0)
		return -1;
	for (size_t i = 0; i < entries.count; i++)
		if (extract_entry(cli, o, &entries.items[i], path, to, tally) < 0)
			return -1;
	return 0;
}

int
cmd_extract(struct cli *cli, struct hc_err *err)
{
	const char *to = cli_get(cli, "to"), *path = cli->args[1];
	struct tally tally = { 0 };
	struct hc_entry entry = { 0 };
	struct opened o;
	int result;

	if (to == NULL)
		return hc_err_set(err, H_USAGE, "extract wants --to OUT");
	result = opened_open(cli, cli->args[0], &o, err);
	if (result == 0)
		result = hc_volume_stat(o.volume, path, &cli->arena, &entry, err);
	if (result == 0 && entry.type == HC_ENTRY_FOLDER) {
		result = extract_tree(cli, &o, path, to, &tally, err);
		if (result == 0 && tally.failed > 0) {
			*err = tally.first;
			result = hc_err_wrap(err, "%u files were extracted, %u left out",
					     tally.files, tally.failed);
		}
	} else if (result == 0) {
		result = extract_file(&o, path, to, err);
	}
	opened_close(&o);
	return result;
}
