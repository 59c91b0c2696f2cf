/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process that replays: ntfsrecover over an io whose bytes come from its parent, by messages. */
#include "restore/volume/ntfs_priv.h"
#include "restore/volume/replay_priv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET 3
#define CLEAN  2u /* RESTART_VOLUME_IS_CLEAN, of a restart area's flags */

struct remote {
	struct hc_io io;
	struct hc_replay_message message;
};

/* ntfsrecover passes the name to our mount as it got it: that is how mounting finds the rest. */
struct session {
	struct hc_ntfs ntfs;
	struct remote remote;
	uint8_t boot[1024];
	char name[1];
};

/* ---------------------------------------------------------------- the io */

/* Sends the message and takes the answer into its place. */
static int
ask(struct hc_replay_message *m, size_t payload, struct hc_err *err)
{
	ssize_t got;

	if (send(SOCKET, m, HC_REPLAY_HEAD + payload, MSG_NOSIGNAL) < 0)
		return hc_err_sys(err, H_IO, "asking for the volume");
	got = recv(SOCKET, m, sizeof(*m), 0);
	if (got < (ssize_t)HC_REPLAY_HEAD || m->what != HC_REPLAY_OK)
		return hc_err_set(err, H_IO, "the volume can't be used any more");
	return 0;
}

static int
remote_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct hc_replay_message *m = &((struct remote *)io)->message;
	uint8_t *to = buf;

	for (size_t n; length > 0; to += n, offset += n, length -= n) {
		n = (size_t)hc_min_u64(length, HC_REPLAY_PIECE);
		m->what = HC_REPLAY_READ;
		m->length = (uint32_t)n;
		m->offset = offset;
		if (ask(m, 0, err) < 0)
			return -1;
		memcpy(to, m->bytes, n);
	}
	return 0;
}

static int
remote_pwrite(struct hc_io *io, uint64_t offset, const void *buf, size_t length,
	      struct hc_err *err)
{
	struct hc_replay_message *m = &((struct remote *)io)->message;
	const uint8_t *from = buf;

	for (size_t n; length > 0; from += n, offset += n, length -= n) {
		n = (size_t)hc_min_u64(length, HC_REPLAY_PIECE);
		m->what = HC_REPLAY_WRITE;
		m->length = (uint32_t)n;
		m->offset = offset;
		memcpy(m->bytes, from, n);
		if (ask(m, n, err) < 0)
			return -1;
	}
	return 0;
}

static const struct hc_io_ops remote_ops = {
	.name = "parent",
	.pread = remote_pread,
	.pwrite = remote_pwrite,
};

/* ---------------------------------------------------------------- what ntfsrecover calls */

/* A journal of version 2.0 may say that it is clean although the volume was in use, and ntfsrecover would believe it.
 * To replay what is there already changes nothing: records have their order, and what they change knows its own. */
static void
doubt_clean(ntfs_attr *data)
{
	uint8_t page[512];

	for (s64 at = 0; at <= 4096; at += 4096) {
		uint32_t area;

		if (ntfs_attr_pread(data, at, sizeof(page), page) != (s64)sizeof(page) ||
		    memcmp(page, "RSTR", 4) != 0 || hc_get_le16(page + 28) != 2)
			continue;
		area = hc_get_le16(page + 24) + 14u;
		if (area + 2 > sizeof(page) - 2)
			continue;
		hc_put_le16(page + area, (uint16_t)(hc_get_le16(page + area) & ~CLEAN));
		ntfs_attr_pwrite(data, at + area, 2, page + area);
	}
}

static struct session *
session_of(const char *name)
{
	return (struct session *)(uintptr_t)(name - offsetof(struct session, name));
}

/* It looks at the boot sector before it mounts, and takes sizes from there. */
FILE *
hc_ntfsrecover_fopen(const char *name, const char *mode)
{
	struct session *session = session_of(name);
	struct hc_err err;

	if (hc_io_pread(session->ntfs.volume.io, 0, session->boot, sizeof(session->boot),
			&err) < 0)
		return NULL;
	return fmemopen(session->boot, sizeof(session->boot), mode);
}

struct _ntfs_volume *
hc_ntfsrecover_mount(const char *name, unsigned long flags)
{
	struct session *session = session_of(name);
	ntfs_inode *inode;
	ntfs_attr *data;

	(void)flags;
	if (hc_ntfs_mount(&session->ntfs) < 0)
		return NULL;
	inode = ntfs_inode_open(session->ntfs.ntfs, FILE_LogFile);
	if (inode == NULL)
		return session->ntfs.ntfs;
	data = ntfs_attr_open(inode, AT_DATA, AT_UNNAMED, 0);
	if (data != NULL) {
		doubt_clean(data);
		ntfs_attr_close(data);
	}
	ntfs_inode_close(inode);
	return session->ntfs.ntfs;
}

/* Without what the parent registered for its own end. */
_Noreturn void
hc_ntfsrecover_exit(int status)
{
	fflush(stdout);
	_exit(status);
}

void
hc_replay_ntfsrecover(uint64_t size)
{
	/* -s: redo what was committed; -k: also with a journal of version 2.0; -v: say what is left alone. */
	char program[] = "ntfsrecover", options[] = "-skv";
	struct session *session = calloc(1, sizeof(*session));
	struct hc_err err;

	if (session == NULL)
		hc_ntfsrecover_exit(1);
	session->remote.io = (struct hc_io){ &remote_ops, size };
	session->ntfs.volume.io = &session->remote.io;
	session->ntfs.volume.writer = &hc_ntfs_writer;
	char *argv[] = { program, options, session->name, NULL };
	/* Begin anew: the command line was read by the same getopt. */
	optind = 0;
	if (hc_ntfsrecover(3, argv) != 0 || session->ntfs.write_failed ||
	    session->ntfs.io_failed)
		hc_ntfsrecover_exit(1);
	fflush(stdout);
	session->remote.message.what = HC_REPLAY_DONE;
	session->remote.message.offset = hc_ntfsrecover_redone;
	session->remote.message.length = 0;
	hc_ntfsrecover_exit(ask(&session->remote.message, 0, &err) < 0);
}
