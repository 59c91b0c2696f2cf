/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a backup whole?  Its indexes and other files are read first; then the rows of all indexes
 * are sorted by digest, so that each chunk is fetched once, in the order in which the store's
 * folders have them; threads take them in batches.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "restore/catalog/catalog_priv.h"

#define THREADS     4u
#define THREADS_MAX 64u
#define BATCH       16u

/* A row that needs a chunk. */
struct item {
	const struct hc_digest *digest;
	uint64_t offset;
	uint32_t size;
	uint32_t part; /* index in parts */
};

/* A region and its index. */
struct part {
	size_t disk, region;
	const char *name;
	struct hc_index index;
};

struct fault {
	uint32_t part;
	uint64_t offset;
	struct hc_err err;
};

struct verify {
	const struct hc_backup *backup;
	const struct hc_verify_options *options;
	struct part *parts;
	size_t part_count;
	struct item *items;
	size_t item_count;
	uint64_t total_bytes;
	uint64_t rows, zero_bytes;
	size_t largest;
	atomic_size_t next;
	atomic_bool halt;
	pthread_mutex_t lock; /* of what follows */
	uint64_t done_bytes, fetched_bytes;
	uint64_t fault_count;
	struct fault *faults;
	bool broken; /* `why` says what kept the checking from its end */
	struct hc_err why;
};

/* ---------------------------------------------------------------- faults */

/* The bytes are not what they should be, as opposed to: they could not be had. */
static bool
is_fault(const struct hc_err *err)
{
	return hc_err_info(err->code)->class == HC_ERR_CLASS_INTEGRITY;
}

/* -1 when it is no fault of the backup: the whole check ends. */
static int
note(struct verify *v, uint32_t part, uint64_t offset, struct hc_err *err)
{
	int result = 0;

	hc_err_wrap(err, "in disk %zu, region %zu (%s)", v->parts[part].disk,
		    v->parts[part].region, v->parts[part].name);
	pthread_mutex_lock(&v->lock);
	if (is_fault(err)) {
		if (v->fault_count < HC_VERIFY_FAULTS_MAX)
			v->faults[v->fault_count] = (struct fault){ part, offset, *err };
		v->fault_count++;
	} else {
		if (!v->broken)
			v->why = *err;
		v->broken = true;
		atomic_store(&v->halt, true);
		result = -1;
	}
	pthread_mutex_unlock(&v->lock);
	return result;
}

static int
by_place(const void *a, const void *b)
{
	const struct fault *x = a, *y = b;

	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* ---------------------------------------------------------------- what there is */

static int
list_parts(struct verify *v, struct hc_err *err)
{
	const struct hc_manifest *m = hc_backup_manifest(v->backup);
	size_t count = 0;

	for (size_t d = 0; d < m->disks.count; d++)
		count += m->disks.items[d].regions.count;
	v->parts = calloc(count + 1, sizeof(*v->parts));
	v->faults = calloc(HC_VERIFY_FAULTS_MAX, sizeof(*v->faults));
	if (v->parts == NULL || v->faults == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu regions", count);
	for (size_t d = 0; d < m->disks.count; d++) {
		const struct hc_regions *regions = &m->disks.items[d].regions;

		for (size_t r = 0; r < regions->count; r++)
			v->parts[v->part_count++] = (struct part){
				.disk = d, .region = r, .name = regions->items[r].index.name
			};
	}
	return 0;
}

/* Everything beside the manifest; each index is kept for its rows. */
static int
read_files(struct verify *v, struct hc_session *session, struct hc_err *err)
{
	const struct hc_manifest *m = hc_backup_manifest(v->backup);
	struct hc_buf bytes = { 0 };
	int result = 0;

	for (uint32_t p = 0; p < v->part_count && result == 0; p++) {
		struct part *part = &v->parts[p];
		const struct hc_file_ref *extra =
			m->disks.items[part->disk].regions.items[part->region].free;

		if (hc_backup_index(v->backup, session, part->disk, part->region, &part->index,
				    err) < 0)
			result = note(v, p, 0, err);
		bytes.size = 0;
		if (result == 0 && extra != NULL &&
		    hc_backup_file(v->backup, session, extra, &bytes, err) < 0)
			result = note(v, p, 0, err);
	}
	hc_buf_done(&bytes);
	return result;
}

static int
by_digest(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = memcmp(x->digest->bytes, y->digest->bytes, HC_DIGEST_BYTES);

	if (order != 0)
		return order;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	if (x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void
add_rows(struct verify *v, uint32_t p)
{
	const struct hc_index *index = &v->parts[p].index;
	uint64_t start = 0;

	v->rows += index->count;
	for (size_t row = 0; row < index->count; row++) {
		uint64_t size = index->rows[row].end - start;

		if (hc_index_row_is_zero(index, row))
			v->zero_bytes += size;
		v->items[v->item_count++] =
			(struct item){ &index->rows[row].digest, start, (uint32_t)size, p };
		start = index->rows[row].end;
	}
}

/* Rows of one digest but of different sizes stay apart: one of them is wrong. */
static void
keep_different(struct verify *v)
{
	size_t kept = 0;

	for (size_t i = 0; i < v->item_count; i++) {
		const struct item *item = &v->items[i];

		if (kept > 0 && v->items[kept - 1].size == item->size &&
		    hc_digest_equal(v->items[kept - 1].digest, item->digest))
			continue;
		v->items[kept++] = *item;
		v->total_bytes += item->size;
		v->largest = (size_t)hc_max_u64(v->largest, item->size);
	}
	v->item_count = kept;
}

static int
list_items(struct verify *v, struct hc_err *err)
{
	size_t rows = 0;

	for (size_t p = 0; p < v->part_count; p++)
		rows += v->parts[p].index.count;
	v->items = calloc(rows + 1, sizeof(*v->items));
	if (v->items == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu rows", rows);
	for (uint32_t p = 0; p < v->part_count; p++)
		add_rows(v, p);
	if (v->item_count > 1)
		qsort(v->items, v->item_count, sizeof(*v->items), by_digest);
	keep_different(v);
	return 0;
}

/* ---------------------------------------------------------------- the threads */

static int
check_item(struct verify *v, struct hc_session *session, const struct item *item, void *buf,
	   struct hc_err *err)
{
	const struct hc_chunk_want want = {
		.store = hc_backup_manifest(v->backup)->store,
		.type = v->parts[item->part].index.digest,
		.digest = item->digest,
		.size = item->size,
		.blob_offset = item->offset,
	};

	if (hc_chunk_read(session, &want, buf, err) == 0)
		return 0;
	return note(v, item->part, item->offset, err);
}

static void
report(struct verify *v, uint64_t bytes)
{
	pthread_mutex_lock(&v->lock);
	v->done_bytes += bytes;
	if (v->options->progress != NULL)
		v->options->progress(v->options->ctx, v->done_bytes, v->total_bytes);
	pthread_mutex_unlock(&v->lock);
}

static void
work(struct verify *v, struct hc_session *session, void *buf)
{
	struct hc_err err;

	while (!atomic_load(&v->halt)) {
		size_t first = atomic_fetch_add(&v->next, BATCH);
		uint64_t bytes = 0;

		if (first >= v->item_count)
			break;
		for (size_t i = first; i < first + BATCH && i < v->item_count; i++) {
			if (check_item(v, session, &v->items[i], buf, &err) < 0)
				return;
			bytes += v->items[i].size;
		}
		report(v, bytes);
	}
}

static void *
thread_main(void *ctx)
{
	struct verify *v = ctx;
	struct hc_session *session = NULL;
	void *buf = malloc(v->largest + 1);
	struct hc_err err;

	if (buf == NULL)
		hc_err_set(&err, H_OUT_OF_MEMORY, "no memory for a row of %zu bytes",
			   v->largest);
	if (buf == NULL || hc_session_open(hc_backup_place(v->backup), &session, &err) < 0) {
		note(v, 0, 0, &err);
		free(buf);
		return NULL;
	}
	work(v, session, buf);
	pthread_mutex_lock(&v->lock);
	v->fetched_bytes += hc_session_received(session);
	pthread_mutex_unlock(&v->lock);
	hc_session_close(session);
	free(buf);
	return NULL;
}

/* One thread is enough to get through; the first that can't be started ends the starting. */
static int
run_threads(struct verify *v, struct hc_err *err)
{
	pthread_t threads[THREADS_MAX];
	unsigned wanted = v->options->threads == 0 ? THREADS : v->options->threads, count = 0;
	int failed = 0;

	if (v->item_count == 0)
		return 0;
	wanted = wanted > THREADS_MAX ? THREADS_MAX : wanted;
	while (count < wanted && failed == 0) {
		failed = pthread_create(&threads[count], NULL, thread_main, v);
		count += failed == 0;
	}
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	if (count == 0)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no thread can be started");
	return 0;
}

/* ---------------------------------------------------------------- result */

static int
fill_result(struct verify *v, struct hc_arena *arena, struct hc_verify_result *ret,
	    struct hc_err *err)
{
	size_t kept = (size_t)hc_min_u64(v->fault_count, HC_VERIFY_FAULTS_MAX);
	struct hc_err *list = hc_arena_array(arena, kept, sizeof(*list));

	if (list == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for %zu faults", kept);
	if (kept > 1)
		qsort(v->faults, kept, sizeof(*v->faults), by_place);
	for (size_t i = 0; i < kept; i++)
		list[i] = v->faults[i].err;
	*ret = (struct hc_verify_result){
		.rows = v->rows,
		.zero_bytes = v->zero_bytes,
		.chunks = v->item_count,
		.bytes = v->total_bytes,
		.fetched_bytes = v->fetched_bytes,
		.fault_count = v->fault_count,
		.faults = { list, kept },
	};
	if (v->fault_count == 0)
		return 0;
	*err = list[0];
	return hc_err_wrap(err, "%llu faults in backup %s", (unsigned long long)v->fault_count,
			   hc_backup_name_of(v->backup));
}

static int
verify_all(struct verify *v, struct hc_arena *arena, struct hc_verify_result *ret,
	   struct hc_err *err)
{
	struct hc_session *session = NULL;
	int result;

	if (list_parts(v, err) < 0 ||
	    hc_session_open(hc_backup_place(v->backup), &session, err) < 0)
		return -1;
	result = read_files(v, session, err);
	v->fetched_bytes = hc_session_received(session);
	hc_session_close(session);
	if (result == 0 && (list_items(v, err) < 0 || run_threads(v, err) < 0))
		return -1;
	if (v->broken) {
		*err = v->why;
		return -1;
	}
	return fill_result(v, arena, ret, err);
}

int
hc_backup_verify(const struct hc_backup *backup, const struct hc_verify_options *options,
		 struct hc_arena *arena, struct hc_verify_result *ret, struct hc_err *err)
{
	static const struct hc_verify_options defaults = { 0 };
	struct verify v = { .backup = backup,
			    .options = options == NULL ? &defaults : options };
	int result;

	pthread_mutex_init(&v.lock, NULL);
	result = verify_all(&v, arena, ret, err);
	for (size_t p = 0; p < v.part_count; p++)
		hc_index_done(&v.parts[p].index);
	free(v.parts);
	free(v.items);
	free(v.faults);
	pthread_mutex_destroy(&v.lock);
	return result;
}
