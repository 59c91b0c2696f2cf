/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ntfsrecover as a child process, and what it and we say to each other.
 *
 * It parses hostile bytes, keeps its state in globals and ends by exit(): so it runs in a process that has nothing but
 * a socket to us.  It asks for each read and each write by a message; what it may touch is decided on our side, where the
 * io is: a connection to a server, say, must not be used by two processes.
 */
#ifndef HC_VOLUME_REPLAY_PRIV_H
#define HC_VOLUME_REPLAY_PRIV_H

#include <stdio.h>

#include "restore/volume/replay.h"

#define HC_REPLAY_PIECE 65536u /* bytes of a message, at most */

enum hc_replay_what {
	HC_REPLAY_READ,
	HC_REPLAY_WRITE,
	HC_REPLAY_DONE, /* the child's last word: it succeeded; `offset` records were redone */
	HC_REPLAY_OK,
	HC_REPLAY_FAILED,
};

struct hc_replay_message {
	uint32_t what; /* enum hc_replay_what */
	uint32_t length;
	uint64_t offset;
	uint8_t bytes
		[HC_REPLAY_PIECE]; /* `length` of them, in WRITE and in the answer to READ */
};
#define HC_REPLAY_HEAD offsetof(struct hc_replay_message, bytes)

/* What the child runs; it ends by itself, and its descriptor 3 is the socket. */
typedef void hc_replay_body(uint64_t size);

struct hc_replay_limits {
	int silence_ms; /* without a message, at most */
	int total_ms;
};

/* What ntfsrecover says of the journal (replay_words.c). */
struct hc_replay_words {
	char line[160],
		reason[160]; /* the line that is being read; the first that tells of an error */
	size_t length;
	uint64_t page_size, data_offset, sequence_bits, file_size; /* of the journal */
	unsigned log_major;
	/* The record it tells of now: number and size; the LSN of the one behind it. */
	unsigned long action;
	uint64_t size, lsn;
	uint8_t *idle; /* a bit for each action that changes nothing */
	uint64_t aborted;
	bool has_gap;
	bool reached; /* the last one is the record that it has to start from */
};

int hc_replay_words_init(struct hc_replay_words *w, unsigned log_major, struct hc_err *err);
void hc_replay_words_take(struct hc_replay_words *w, const char *text, size_t length);
void hc_replay_words_done(struct hc_replay_words *w);

/* Runs `body` on the volume.  `io` takes its writes, also when it fails. */
int hc_replay_run(struct hc_io *io, hc_replay_body *body, const struct hc_replay_limits *limits,
		  struct hc_volume_replayed *ret, struct hc_err *err);

/* The real one (replay_child.c). */
hc_replay_body hc_replay_ntfsrecover;

/*
 * What ntfsrecover is linked as (module.mk): its main, a counter of its own; and ours in place of what it calls.
 */
int hc_ntfsrecover(int argc, char **argv);
extern unsigned int hc_ntfsrecover_redone;
FILE *hc_ntfsrecover_fopen(const char *name, const char *mode);
struct _ntfs_volume *hc_ntfsrecover_mount(const char *name, unsigned long flags);
_Noreturn void hc_ntfsrecover_exit(int status);

#endif
