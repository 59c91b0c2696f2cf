/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A folder of its own for a test, commands run in it, NTFS images made there.
 *
 *	struct sandbox box;
 *	sandbox_open(&box);
 *	ok(run(&box, "truncate -s 8M a.img && mkntfs -qFQ a.img") == 0, "…");
 *	sandbox_close(&box);
 *
 * Commands run with sh in the folder; what they print goes to its file `log`.
 */
#ifndef HC_TESTS_SANDBOX_H
#define HC_TESTS_SANDBOX_H

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "restore/base/bytes.h"

struct sandbox {
	char path[64];
	bool mounted;
};

__attribute__((unused)) static void
sandbox_open(struct sandbox *box)
{
	/* In memory where that is possible: what others write to the disk makes fsync slow. */
	snprintf(box->path, sizeof(box->path), "%s/halcyon-test-XXXXXX",
		 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	box->mounted = false;
	if (mkdtemp(box->path) == NULL || setenv("LC_ALL", "C.UTF-8", 1) < 0) {
		perror("a folder for a test");
		exit(99);
	}
}

__attribute__((format(printf, 2, 3), unused)) static int
run(const struct sandbox *box, const char *fmt, ...)
{
	char command[8192], whole[8192 + 256];
	va_list args;
	int status;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	snprintf(whole, sizeof(whole),
		 "cd %s && PATH=$PATH:/usr/sbin:/sbin && { %s; } >>log 2>&1", box->path,
		 command);
	status = system(whole);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

__attribute__((format(printf, 3, 4), unused)) static const char *
path_in(const struct sandbox *box, char ret[PATH_MAX], const char *fmt, ...)
{
	char name[PATH_MAX - 128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(name, sizeof(name), fmt, args);
	va_end(args);
	snprintf(ret, PATH_MAX, "%s/%s", box->path, name);
	return ret;
}

/* A file of the sandbox, NUL-terminated; empty when it isn't there. */
__attribute__((unused)) static struct hc_buf
slurp(const struct sandbox *box, const char *name)
{
	struct hc_buf buf = { 0 };
	struct hc_err err;
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "%s", name), "rb");

	if (file != NULL && fseek(file, 0, SEEK_END) == 0 &&
	    hc_buf_reserve(&buf, (size_t)ftell(file) + 1, &err) == 0) {
		rewind(file);
		buf.size = fread(buf.data, 1, buf.room - 1, file);
	}
	if (file != NULL)
		fclose(file);
	hc_buf_append(&buf, "", 1, &err);
	buf.size--;
	return buf;
}

/* Mounts an NTFS image at `mnt`; false where FUSE does not work. */
__attribute__((unused)) static bool
mount_ntfs(struct sandbox *box, const char *image, const char *options)
{
	box->mounted =
		run(box,
		    "mkdir -p mnt && { [ -c /dev/fuse ] || mknod /dev/fuse c 10 229; } && "
		    "ntfs-3g -o %s %s mnt",
		    options, image) == 0;
	return box->mounted;
}

__attribute__((unused)) static bool
umount_ntfs(struct sandbox *box)
{
	box->mounted = false;
	return run(box, "umount mnt") == 0;
}

__attribute__((unused)) static void
sandbox_close(struct sandbox *box)
{
	if (box->mounted)
		umount_ntfs(box);
	if (getenv("KEEP") != NULL)
		printf("# kept: %s\n", box->path);
	else
		run(box, "rm -rf %s", box->path);
}

#endif
