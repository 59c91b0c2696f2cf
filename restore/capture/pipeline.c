/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pipeline of capture.
 *
 * reader: reads a stretch of data into a free batch, cuts it into rows ─▶ queue ─▶ workers: hash each row,
 * put its chunk into the store ─▶ done ─▶ reader: takes the digests, the batch is free again
 *
 * Memory: BATCH bytes for each of threads + 2 batches, and what zstd needs per thread.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "restore/capture/capture_priv.h"

#define BATCH        (4u << 20)
#define BATCH_ROWS   (BATCH / 4096u + 1)
#define ZERO_SIZES   21u /* 1 byte to 1 MiB */
#define REPORT_MS    100
#define ROWS_AT_ONCE 4096u

struct batch_row {
	uint32_t offset, length;
	struct hc_digest digest;
	bool zeros; /* the digest is known */
};

struct batch {
	uint8_t *data;
	struct batch_row *rows;
	size_t count;
	size_t first; /* of the index */
	bool busy;    /* in the queue or with a worker */
	struct batch *next;
};

struct hc_pipeline {
	struct hc_pipeline_options options;
	pthread_mutex_t lock;
	pthread_cond_t filled, freed;
	struct batch *queue, **queue_end;
	struct batch *batches;
	unsigned batch_count, thread_count;
	pthread_t *threads;
	bool closing;
	bool failed;
	struct hc_err err; /* why */
	/* The reader's own. */
	struct hc_index *index;
	size_t room;
	struct hc_digest zeros[ZERO_SIZES];
	bool zeros_stored[ZERO_SIZES];
	struct hc_zstd *zstd;
	struct hc_buf scratch;
	uint64_t done_bytes;
	uint64_t data_bytes;
	struct timespec reported;
};

/* ---------------------------------------------------------------- workers */

static int
work_on(struct hc_pipeline *p, struct batch *b, struct hc_zstd *zstd, struct hc_buf *scratch,
	struct hc_err *err)
{
	for (size_t i = 0; i < b->count; i++) {
		struct batch_row *row = &b->rows[i];
		struct hc_span bytes = hc_span(b->data + row->offset, row->length);

		if (row->zeros)
			continue;
		hc_digest_of(p->options.digest, bytes.data, bytes.size, &row->digest);
		if (hc_store_put(p->options.store, &row->digest, bytes, p->options.level, zstd,
				 scratch, err) < 0)
			return -1;
	}
	return 0;
}

static void
fail(struct hc_pipeline *p, const struct hc_err *err)
{
	pthread_mutex_lock(&p->lock);
	if (!p->failed) {
		p->failed = true;
		p->err = *err;
	}
	pthread_cond_broadcast(&p->freed);
	pthread_mutex_unlock(&p->lock);
}

/* The next batch of the queue; NULL when there will be none. */
static struct batch *
take(struct hc_pipeline *p)
{
	struct batch *b;

	pthread_mutex_lock(&p->lock);
	while (p->queue == NULL && !p->closing)
		pthread_cond_wait(&p->filled, &p->lock);
	b = p->queue;
	if (b != NULL) {
		p->queue = b->next;
		if (p->queue == NULL)
			p->queue_end = &p->queue;
	}
	pthread_mutex_unlock(&p->lock);
	return b;
}

static void *
worker(void *arg)
{
	struct hc_pipeline *p = arg;
	struct hc_zstd *zstd = NULL;
	struct hc_buf scratch = { 0 };
	struct batch *b;
	struct hc_err err;
	bool skip = hc_zstd_new(&zstd, &err) < 0;

	if (skip)
		fail(p, &err);
	while ((b = take(p)) != NULL) {
		if (!skip && work_on(p, b, zstd, &scratch, &err) < 0) {
			fail(p, &err);
			skip = true;
		}
		pthread_mutex_lock(&p->lock);
		b->busy = false;
		pthread_cond_broadcast(&p->freed);
		pthread_mutex_unlock(&p->lock);
	}
	hc_zstd_free(zstd);
	hc_buf_done(&scratch);
	return NULL;
}

/* ---------------------------------------------------------------- the reader */

static int
add_row(struct hc_pipeline *p, uint64_t end, struct hc_err *err)
{
	struct hc_index_row *grown;
	size_t room;

	if (p->index->count == p->room) {
		room = p->room == 0 ? ROWS_AT_ONCE : p->room * 2;
		grown = reallocarray(p->index->rows, room, sizeof(*grown));
		if (grown == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu rows", room);
		p->index->rows = grown;
		p->room = room;
	}
	p->index->rows[p->index->count++] = (struct hc_index_row){ .end = end };
	return 0;
}

/* The digest of `length` zeros, a power of two.  Its chunk is put into the store once, for readers
 * such as casync that fetch it like any other. */
static int
zero_digest(struct hc_pipeline *p, uint64_t length, struct hc_digest *ret, struct hc_err *err)
{
	unsigned i = (unsigned)__builtin_ctzll(length);
	uint8_t *bytes;
	int result = 0;

	if (!p->zeros_stored[i]) {
		bytes = calloc(1, (size_t)length);
		if (bytes == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for zeros");
		hc_digest_of(p->options.digest, bytes, (size_t)length, &p->zeros[i]);
		result = hc_store_put(p->options.store, &p->zeros[i],
				      hc_span(bytes, (size_t)length), p->options.level, p->zstd,
				      &p->scratch, err);
		p->zeros_stored[i] = result == 0;
		free(bytes);
	}
	*ret = p->zeros[i];
	return result;
}

/* Rows of zeros that need no batch. */
static int
add_zeros(struct hc_pipeline *p, uint64_t from, uint64_t length, struct hc_err *err)
{
	uint64_t row;

	for (; length > 0; from += row, length -= row) {
		row = hc_rows_zero_row(from, length);
		if (add_row(p, from + row, err) < 0 ||
		    zero_digest(p, row, &p->index->rows[p->index->count - 1].digest, err) < 0)
			return -1;
	}
	return 0;
}

/* Takes over the digests of a batch that a worker is done with. */
static void
harvest(struct hc_pipeline *p, struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		p->index->rows[b->first + i].digest = b->rows[i].digest;
	b->count = 0;
}

static int
failed(struct hc_pipeline *p, struct hc_err *err)
{
	if (p->options.stop != NULL && atomic_load(p->options.stop))
		return hc_err_set(err, H_CANCELLED, "stopped while reading the disk");
	if (!p->failed)
		return 0;
	*err = p->err;
	return -1;
}

/* Waits for a batch that is free; `all`: until all of them are. */
static int
wait_free(struct hc_pipeline *p, bool all, struct batch **ret, struct hc_err *err)
{
	struct batch *found;
	unsigned busy;
	int result;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		found = NULL;
		busy = 0;
		for (unsigned i = 0; i < p->batch_count; i++) {
			if (p->batches[i].busy) {
				busy++;
				continue;
			}
			harvest(p, &p->batches[i]);
			found = &p->batches[i];
		}
		result = failed(p, err);
		if (all ? busy == 0 : result < 0 || found != NULL)
			break;
		pthread_cond_wait(&p->freed, &p->lock);
	}
	pthread_mutex_unlock(&p->lock);
	*ret = found;
	return result;
}

static void
hand_over(struct hc_pipeline *p, struct batch *b)
{
	pthread_mutex_lock(&p->lock);
	b->busy = true;
	b->next = NULL;
	*p->queue_end = b;
	p->queue_end = &b->next;
	pthread_cond_signal(&p->filled);
	pthread_mutex_unlock(&p->lock);
}

static int
add_batch_row(struct hc_pipeline *p, struct batch *b, uint64_t from, size_t offset,
	      size_t length, bool zeros, struct hc_err *err)
{
	struct batch_row *row = &b->rows[b->count];

	if (add_row(p, from + offset + length, err) < 0)
		return -1;
	*row = (struct batch_row){ .offset = (uint32_t)offset,
				   .length = (uint32_t)length,
				   .zeros = zeros };
	b->count++;
	return zeros ? zero_digest(p, length, &row->digest, err) : 0;
}

/* Cuts what was read; *ret is how much of it was cut. */
static int
cut_batch(struct hc_pipeline *p, struct hc_rows *rows, struct batch *b, uint64_t from,
	  size_t length, bool end_follows, size_t *ret, struct hc_err *err)
{
	size_t at = 0, row, zero;
	bool zeros;

	b->first = p->index->count;
	while (at < length && b->count < BATCH_ROWS) {
		row = hc_rows_cut(rows, from + at, hc_span(b->data + at, length - at),
				  end_follows, &zeros);
		if (row == 0)
			break;
		if (!zeros) {
			if (add_batch_row(p, b, from, at, row, false, err) < 0)
				return -1;
			p->data_bytes += row;
			at += row;
			continue;
		}
		for (; row > 0 && b->count < BATCH_ROWS; row -= zero, at += zero) {
			zero = (size_t)hc_rows_zero_row(from + at, row);
			if (add_batch_row(p, b, from, at, zero, true, err) < 0)
				return -1;
		}
	}
	*ret = at;
	return 0;
}

static void
report(struct hc_pipeline *p, bool now)
{
	struct timespec t;
	long long ms;

	if (p->options.progress == NULL)
		return;
	clock_gettime(CLOCK_MONOTONIC, &t);
	ms = (long long)(t.tv_sec - p->reported.tv_sec) * 1000 +
	     (t.tv_nsec - p->reported.tv_nsec) / 1000000;
	if (!now && ms < REPORT_MS)
		return;
	p->reported = t;
	p->options.progress(p->options.ctx, p->done_bytes, p->options.total_bytes);
}

/* Reads and cuts the data at `from`; *ret: how far it got. */
static int
read_data(struct hc_pipeline *p, struct hc_io *io, struct hc_rows *rows, uint64_t from,
	  uint64_t *ret, struct hc_err *err)
{
	uint64_t length = hc_rows_data_at(rows, from, BATCH);
	bool end_follows =
		from + length == rows->size || hc_rows_zeros_at(rows, from + length) > 0;
	struct batch *b;
	size_t cut = 0;

	if (wait_free(p, false, &b, err) < 0 ||
	    hc_io_pread(io, from, b->data, (size_t)length, err) < 0 ||
	    cut_batch(p, rows, b, from, (size_t)length, end_follows, &cut, err) < 0)
		return -1;
	hand_over(p, b);
	p->done_bytes += cut;
	report(p, false);
	*ret = from + cut;
	return 0;
}

int
hc_pipeline_run(struct hc_pipeline *p, struct hc_io *io, struct hc_rows *rows,
		struct hc_index *ret, uint64_t *ret_data, struct hc_err *err)
{
	struct hc_index index = { .digest = p->options.digest,
				  .chunk_min = HC_ROW_MIN,
				  .chunk_avg = HC_ROW_AVG,
				  .chunk_max = HC_ROW_MAX };
	struct hc_err late;
	struct batch *unused;
	uint64_t at = 0, zeros;
	int result = 0;

	p->index = &index;
	p->room = 0;
	p->data_bytes = 0;
	while (at < rows->size && result == 0) {
		zeros = hc_rows_zeros_at(rows, at);
		if (zeros > 0) {
			result = add_zeros(p, at, zeros, err);
			at += zeros;
		} else {
			result = read_data(p, io, rows, at, &at, err);
		}
	}
	/* Workers are waited for in any case: they hold batches. */
	if (wait_free(p, true, &unused, &late) < 0 && result == 0) {
		*err = late;
		result = -1;
	}
	p->index = NULL;
	if (result < 0) {
		hc_index_done(&index);
		return -1;
	}
	report(p, true);
	*ret = index;
	*ret_data = p->data_bytes;
	return 0;
}

/* ---------------------------------------------------------------- open and close */

void
hc_pipeline_close(struct hc_pipeline *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->filled);
	pthread_mutex_unlock(&p->lock);
	for (unsigned i = 0; i < p->thread_count; i++)
		pthread_join(p->threads[i], NULL);
	for (unsigned i = 0; p->batches != NULL && i < p->batch_count; i++) {
		free(p->batches[i].data);
		free(p->batches[i].rows);
	}
	free(p->batches);
	free(p->threads);
	hc_zstd_free(p->zstd);
	hc_buf_done(&p->scratch);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->filled);
	pthread_cond_destroy(&p->freed);
	free(p);
}

static int
start(struct hc_pipeline *p, struct hc_err *err)
{
	p->batch_count = p->options.threads + 2;
	p->batches = calloc(p->batch_count, sizeof(*p->batches));
	p->threads = calloc(p->options.threads, sizeof(*p->threads));
	if (p->batches == NULL || p->threads == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for the threads of a capture");
	for (unsigned i = 0; i < p->batch_count; i++) {
		p->batches[i].data = malloc(BATCH);
		p->batches[i].rows = calloc(BATCH_ROWS, sizeof(*p->batches[i].rows));
		if (p->batches[i].data == NULL || p->batches[i].rows == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY,
					  "no memory for %u buffers of %u bytes",
					  p->batch_count, BATCH);
	}
	if (hc_zstd_new(&p->zstd, err) < 0)
		return -1;
	for (; p->thread_count < p->options.threads; p->thread_count++)
		if (pthread_create(&p->threads[p->thread_count], NULL, worker, p) != 0)
			return hc_err_set(err, H_OUT_OF_MEMORY,
					  "a thread could not be started");
	return 0;
}

int
hc_pipeline_open(const struct hc_pipeline_options *options, struct hc_pipeline **ret,
		 struct hc_err *err)
{
	struct hc_pipeline *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a capture");
	p->options = *options;
	p->queue_end = &p->queue;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->filled, NULL);
	pthread_cond_init(&p->freed, NULL);
	if (start(p, err) < 0) {
		hc_pipeline_close(p);
		return -1;
	}
	*ret = p;
	return 0;
}
