/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of restore/disk and restore/probe need: a folder of their own, commands, images, recorded trees. */
#ifndef HC_TESTS_DISK_FIXTURE_H
#define HC_TESTS_DISK_FIXTURE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "restore/base/text.h"
#include "restore/disk/disk.h"
#include "tests/unit/tap.h"

static char fixture_dir[128];

__attribute__((unused)) static bool
is(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
fixture_start(void)
{
	const char *tmp = getenv("TMPDIR");

	/* The tools lie in sbin, which a user's path may not have. */
	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	snprintf(fixture_dir, sizeof(fixture_dir), "%.80s/halcyon-test-XXXXXX",
		 tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(fixture_dir) == NULL) {
		perror("mkdtemp");
		exit(1);
	}
	setenv("D", fixture_dir, 1);
}

/* A shell command in which $D is the test's folder; its status. */
static int
run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
fixture_end(void)
{
	run("rm -rf \"$D\"");
}

__attribute__((unused)) static bool
have(const char *tool)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", tool);
	return run(command) == 0;
}

/* "name" in the test's folder; four at a time. */
static const char *
in_dir(const char *name)
{
	static char paths[4][512];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", fixture_dir, name);
	return path;
}

/* Bytes at an offset of a file that is there or is made. */
__attribute__((unused)) static void
poke(const char *name, uint64_t offset, const void *bytes, size_t size)
{
	int fd = open(in_dir(name), O_RDWR | O_CREAT, 0600);

	if (fd < 0 || pwrite(fd, bytes, size, (off_t)offset) != (ssize_t)size) {
		perror(name);
		exit(1);
	}
	close(fd);
}

__attribute__((unused)) static void
peek(const char *name, uint64_t offset, void *bytes, size_t size)
{
	int fd = open(in_dir(name), O_RDONLY);

	if (fd < 0 || pread(fd, bytes, size, (off_t)offset) != (ssize_t)size) {
		perror(name);
		exit(1);
	}
	close(fd);
}

/* A file of a recorded tree, folders made. */
__attribute__((unused)) static void
put_text(const char *name, const char *text)
{
	struct hc_err err;
	char folder[512];

	snprintf(folder, sizeof(folder), "%s", in_dir(name));
	*strrchr(folder, '/') = '\0';
	if (hc_file_make_dirs(folder, &err) < 0) {
		fprintf(stderr, "%s\n", err.text[0]);
		exit(1);
	}
	unlink(in_dir(name));
	poke(name, 0, text, strlen(text));
}

__attribute__((unused)) static void
put_link(const char *name, const char *target)
{
	put_text(name, "");
	unlink(in_dir(name));
	if (symlink(target, in_dir(name)) != 0) {
		perror(name);
		exit(1);
	}
}

/* Reads the table of an image in the test's folder. */
__attribute__((unused)) static int
read_table(const char *name, uint64_t block, struct hc_arena *arena, struct hc_table *ret,
	   struct hc_err *err)
{
	struct hc_io *io;
	int result;

	if (hc_io_open_file(in_dir(name), &io, err) < 0)
		return -1;
	result = hc_table_read(io, block, arena, ret, err);
	hc_io_close(io);
	return result;
}

/* Whether libfdisk agrees about it. */
__attribute__((unused)) static int
witness(const char *name, const struct hc_table *table, struct hc_err *err)
{
	struct hc_io *io;
	int result;

	if (hc_io_open_file(in_dir(name), &io, err) < 0)
		return -1;
	result = hc_table_witness(io, table, err);
	hc_io_close(io);
	return result;
}

/* What a backup's manifest would say of a table. */
__attribute__((unused)) static struct hc_manifest_disk
manifest_of(const struct hc_table *table, uint64_t size, struct hc_arena *arena)
{
	struct hc_manifest_disk disk = { .size = size,
					 .logical_block = table->logical_block,
					 .table = table->type,
					 .table_id = table->id };

	disk.sector0 = hc_base64_encode(arena, table->sector0);
	if (table->type == HC_TABLE_GPT) {
		disk.gpt_header = hc_base64_encode(arena, table->gpt_header);
		disk.gpt_entries = hc_base64_encode(arena, table->gpt_entries);
	}
	return disk;
}

/* Carries out writes on a file. */
__attribute__((unused)) static void
do_writes(const char *name, const struct hc_plan_writes *writes, struct hc_arena *arena)
{
	struct hc_span bytes;
	struct hc_err err;

	for (size_t i = 0; i < writes->count; i++) {
		if (hc_base64_decode(arena, writes->items[i].bytes, &bytes, &err) < 0)
			exit(1);
		poke(name, writes->items[i].offset, bytes.data, bytes.size);
	}
}

#endif
