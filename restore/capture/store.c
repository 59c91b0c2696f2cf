/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New chunks on their way into the store.
 *
 * claimed (a thread compresses and writes it) ─▶ staged (whole, in the staging folder) ─▶ flushed ─▶ in the store
 *
 * A chunk that appears under its name before its bytes are on the disk may be empty after a power cut, and
 * the next capture would trust it.  So they are flushed first, many at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "restore/capture/capture_priv.h"

#define BUCKETS          65536u
#define COMMIT_BYTES     (512ull << 20)
#define COMMIT_CHUNKS    32768u
#define NOREPLACE        1u /* RENAME_NOREPLACE of linux/fs.h */
#define FRAME_HEADER_MAX 18u

struct chunk {
	struct hc_digest digest;
	uint64_t size;      /* uncompressed */
	struct chunk *next; /* in its bucket */
	struct chunk *next_staged;
};

struct hc_store {
	int store, staging; /* folders */
	pthread_mutex_t lock;
	pthread_mutex_t commit_lock;    /* one commit at a time; taken before `lock` */
	struct chunk *buckets[BUCKETS]; /* claimed and staged ones */
	struct chunk *staged;
	size_t staged_count;
	uint64_t staged_bytes;
	struct hc_store_counts counts;
};

int
hc_store_open(const char *folder, const char *name, const char *staging, struct hc_store **ret,
	      struct hc_err *err)
{
	struct hc_store *store = calloc(1, sizeof(*store));
	char path[PATH_MAX];

	if (store == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to open a chunk store");
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	store->store = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	store->staging = open(staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pthread_mutex_init(&store->lock, NULL);
	pthread_mutex_init(&store->commit_lock, NULL);
	if (store->store < 0 || store->staging < 0) {
		hc_err_sys(err, H_STORE_WRITE, "opening the chunk store %s", path);
		hc_store_close(store);
		return -1;
	}
	*ret = store;
	return 0;
}

void
hc_store_close(struct hc_store *store)
{
	struct chunk *c, *next;

	if (store == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (c = store->buckets[i]; c != NULL; c = next) {
			next = c->next;
			free(c);
		}
	if (store->store >= 0)
		close(store->store);
	if (store->staging >= 0)
		close(store->staging);
	pthread_mutex_destroy(&store->lock);
	pthread_mutex_destroy(&store->commit_lock);
	free(store);
}

struct hc_store_counts
hc_store_counts(struct hc_store *store)
{
	struct hc_store_counts counts;

	pthread_mutex_lock(&store->lock);
	counts = store->counts;
	pthread_mutex_unlock(&store->lock);
	return counts;
}

/* ---------------------------------------------------------------- what is there already */

/* "ab12/ab12….cacnk" in the store's folder. */
static void
store_name(const struct hc_digest *digest, char ret[HC_CHUNK_NAME])
{
	char name[HC_CHUNK_NAME];

	hc_chunk_name("-", digest, name);
	memcpy(ret, name + 2, strlen(name + 2) + 1);
}

/*
 * Whether the store holds the chunk.  A file that can't be it is not believed: one that is no zstd frame (an
 * empty one after a power cut), or whose frame says that it holds another number of bytes.
 */
static bool
store_has(struct hc_store *store, const struct hc_digest *digest, uint64_t size)
{
	char name[HC_CHUNK_NAME];
	uint8_t head[FRAME_HEADER_MAX];
	uint64_t found;
	ssize_t n;
	int fd;

	store_name(digest, name);
	fd = openat(store->store, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = pread(fd, head, sizeof(head), 0);
	close(fd);
	return n > 0 && hc_zstd_content_size(hc_span(head, (size_t)n), &found) &&
	       (found == 0 || found == size);
}

static size_t
bucket_of(const struct hc_digest *digest)
{
	return hc_get_le16(digest->bytes) % BUCKETS;
}

static struct chunk *
find(struct hc_store *store, const struct hc_digest *digest)
{
	struct chunk *c = store->buckets[bucket_of(digest)];

	while (c != NULL && !hc_digest_equal(&c->digest, digest))
		c = c->next;
	return c;
}

/* 1: claimed for the caller; 0: somebody has it in hand already. */
static int
claim(struct hc_store *store, const struct hc_digest *digest, uint64_t size, struct chunk **ret,
      struct hc_err *err)
{
	struct chunk *c = NULL;
	int result = 0;

	pthread_mutex_lock(&store->lock);
	if (find(store, digest) == NULL) {
		c = calloc(1, sizeof(*c));
		if (c == NULL) {
			result = hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a chunk");
		} else {
			c->digest = *digest;
			c->size = size;
			c->next = store->buckets[bucket_of(digest)];
			store->buckets[bucket_of(digest)] = c;
			*ret = c;
			result = 1;
		}
	}
	pthread_mutex_unlock(&store->lock);
	return result;
}

static void
forget(struct hc_store *store, struct chunk *chunk)
{
	struct chunk **at;

	pthread_mutex_lock(&store->lock);
	for (at = &store->buckets[bucket_of(&chunk->digest)]; *at != chunk; at = &(*at)->next)
		;
	*at = chunk->next;
	pthread_mutex_unlock(&store->lock);
	free(chunk);
}

/* ---------------------------------------------------------------- commit */

/* Fails with ENOENT when the chunk's folder is missing, with EEXIST when its name is taken. */
static int
move_noreplace(struct hc_store *store, const char *from, const char *to)
{
	struct stat st;

	if (syscall(SYS_renameat2, store->staging, from, store->store, to, NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	/* A file system without that. Whoever gets in between writes the same bytes. */
	if (fstatat(store->store, to, &st, 0) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(store->staging, from, store->store, to);
}

static int
move_in(struct hc_store *store, const struct chunk *chunk, struct hc_err *err)
{
	char from[HC_DIGEST_TEXT], to[HC_CHUNK_NAME], folder[5] = "";
	int result;

	hc_digest_hex(&chunk->digest, from);
	store_name(&chunk->digest, to);
	result = move_noreplace(store, from, to);
	if (result < 0 && errno == ENOENT) {
		memcpy(folder, to, 4);
		if (mkdirat(store->store, folder, 0755) < 0 && errno != EEXIST)
			return hc_err_sys(err, H_STORE_WRITE,
					  "making the folder %s of the store", folder);
		result = move_noreplace(store, from, to);
	}
	if (result < 0 && errno == EEXIST) {
		/* Another capture was faster; or the file is damaged, and ours replaces it. */
		if (store_has(store, &chunk->digest, chunk->size))
			result = unlinkat(store->staging, from, 0);
		else
			result = renameat(store->staging, from, store->store, to);
	}
	return result < 0
		       ? hc_err_sys(err, H_STORE_WRITE, "moving chunk %s into the store", from)
		       : 0;
}

static int
flush(struct hc_store *store, struct hc_err *err)
{
	return syncfs(store->store) < 0
		       ? hc_err_sys(err, H_STORE_WRITE, "flushing the chunk store to its disk")
		       : 0;
}

/* Moves what is staged into the store. */
static int
commit_staged(struct hc_store *store, struct hc_err *err)
{
	struct chunk *list, *next;
	int result;

	pthread_mutex_lock(&store->lock);
	list = store->staged;
	store->staged = NULL;
	store->staged_count = 0;
	store->staged_bytes = 0;
	pthread_mutex_unlock(&store->lock);
	if (list == NULL)
		return 0;
	result = flush(store, err);
	for (; list != NULL; list = next) {
		next = list->next_staged;
		if (result == 0)
			result = move_in(store, list, err);
		forget(store, list);
	}
	return result;
}

int
hc_store_commit(struct hc_store *store, struct hc_err *err)
{
	int result;

	pthread_mutex_lock(&store->commit_lock);
	result = commit_staged(store, err);
	if (result == 0)
		result = flush(store, err); /* the names */
	pthread_mutex_unlock(&store->commit_lock);
	return result;
}

static int
commit_when_full(struct hc_store *store, struct hc_err *err)
{
	bool full;
	int result = 0;

	pthread_mutex_lock(&store->commit_lock);
	pthread_mutex_lock(&store->lock);
	full = store->staged_bytes >= COMMIT_BYTES || store->staged_count >= COMMIT_CHUNKS;
	pthread_mutex_unlock(&store->lock);
	if (full)
		result = commit_staged(store, err);
	pthread_mutex_unlock(&store->commit_lock);
	return result;
}

/* ---------------------------------------------------------------- put */

static int
write_staged(struct hc_store *store, const struct hc_digest *digest, struct hc_span bytes,
	     struct hc_err *err)
{
	char name[HC_DIGEST_TEXT];
	size_t done = 0;
	ssize_t n;
	int fd;

	hc_digest_hex(digest, name);
	fd = openat(store->staging, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	if (fd < 0)
		return hc_err_sys(err, H_STORE_WRITE, "creating a chunk");
	while (done < bytes.size) {
		n = write(fd, bytes.data + done, bytes.size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			hc_err_sys(err, H_STORE_WRITE, "writing a chunk");
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	return close(fd) < 0 ? hc_err_sys(err, H_STORE_WRITE, "writing a chunk") : 0;
}

int
hc_store_put(struct hc_store *store, const struct hc_digest *digest, struct hc_span bytes,
	     int level, struct hc_zstd *zstd, struct hc_buf *scratch, struct hc_err *err)
{
	struct chunk *chunk = NULL;
	bool full;
	int claimed = claim(store, digest, bytes.size, &chunk, err);

	if (claimed <= 0)
		return claimed;
	if (store_has(store, digest, bytes.size)) {
		forget(store, chunk);
		return 0;
	}
	scratch->size = 0;
	if (hc_zstd_pack(zstd, level, bytes, scratch, err) < 0 ||
	    write_staged(store, digest, hc_buf_span(scratch), err) < 0) {
		forget(store, chunk);
		return -1;
	}
	pthread_mutex_lock(&store->lock);
	chunk->next_staged = store->staged;
	store->staged = chunk;
	store->staged_count++;
	store->staged_bytes += scratch->size;
	store->counts.new_chunks++;
	store->counts.stored_bytes += scratch->size;
	full = store->staged_bytes >= COMMIT_BYTES || store->staged_count >= COMMIT_CHUNKS;
	pthread_mutex_unlock(&store->lock);
	return full ? commit_when_full(store, err) : 0;
}
