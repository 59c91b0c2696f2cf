/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small chunk store for tests, in a folder of its own: text, random bytes, zeros of several sizes. */
#ifndef HC_TESTS_CASTR_STORE_H
#define HC_TESTS_CASTR_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/file.h"
#include "restore/source/source.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "/tmp/halcyon-test-XXXXXX";
static const char *store_root = folder; /* where s.castr is */

static void
begin_folder(void)
{
	if (mkdtemp(folder) == NULL)
		abort();
}

static bool
end_folder(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command) == 0;
}

/* Three times the same pattern: text that compresses, random bytes that don't, zeros of several kinds. */
#define CHUNK_MAX 12000u

static const struct {
	uint32_t size;
	char kind; /* t text, r random, z zeros */
} plan[] = {
	{ 4096, 't' },  { 8192, 'z' }, { 1, 'r' },   { 12000, 'z' },
	{ 12000, 'r' }, { 777, 'z' },  { 100, 't' }, { 4096, 'z' },
	{ 8192, 'z' },  { 512, 't' },  { 512, 't' },
};

struct store {
	struct hc_buf blob;
	struct hc_index index;
	struct hc_index_row rows[COUNT(plan)];
	enum hc_digest_type type;
};

static void
chunk_path(const struct hc_digest *digest, char ret[512])
{
	char name[HC_CHUNK_NAME];

	hc_chunk_name("s.castr", digest, name);
	snprintf(ret, 512, "%s/%s", store_root, name);
}

/* Not hc_file_replace: a test need not be durable, and has no time for fsync. */
static void
write_file(const char *path, struct hc_span bytes)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fwrite(bytes.data, 1, bytes.size, file) != bytes.size ||
	    fclose(file) != 0)
		abort();
}

static void
put_chunk(const struct hc_digest *digest, struct hc_span bytes)
{
	struct hc_buf packed = { 0 };
	struct hc_zstd *zstd;
	struct hc_err err;
	char path[512];

	chunk_path(digest, path);
	*strrchr(path, '/') = '\0';
	if (hc_file_make_dirs(path, &err) < 0 || hc_zstd_new(&zstd, &err) < 0 ||
	    hc_zstd_pack(zstd, 3, bytes, &packed, &err) < 0)
		abort();
	chunk_path(digest, path);
	write_file(path, hc_buf_span(&packed));
	hc_zstd_free(zstd);
	hc_buf_done(&packed);
}

/* Writes the chunks below `folder`/s.castr; the caller frees store->blob. */
static void
make_store(struct store *store, enum hc_digest_type type)
{
	static const char words[] = "backup ";
	uint8_t piece[CHUNK_MAX];
	struct hc_err err;

	memset(store, 0, sizeof(*store));
	store->type = type;
	for (size_t i = 0; i < COUNT(plan); i++) {
		for (uint32_t k = 0; k < plan[i].size; k++)
			piece[k] = plan[i].kind == 'z'   ? 0
				   : plan[i].kind == 't' ? (uint8_t)(words[k % 7] + (char)i)
							 : (uint8_t)((uint32_t)rand() >> 8);
		if (plan[i].kind == 'r')
			piece[0] |= 1;
		hc_buf_append(&store->blob, piece, plan[i].size, &err);
		store->rows[i].end = store->blob.size;
		hc_digest_of(type, piece, plan[i].size, &store->rows[i].digest);
		/* What is known to be zeros is not in the store: reading it would fail. */
		if (plan[i].kind != 'z' || plan[i].size == 777)
			put_chunk(&store->rows[i].digest, hc_span(piece, plan[i].size));
	}
	store->index = (struct hc_index){ .digest = type,
					  .chunk_min = 1,
					  .chunk_avg = 4096,
					  .chunk_max = CHUNK_MAX,
					  .rows = store->rows,
					  .count = COUNT(plan) };
}

/* The chunks of zeros that make_store leaves out: a whole repository has them. */
__attribute__((unused)) static void
put_zeros(const struct store *store)
{
	static const size_t rows[] = { 1, 3, 7 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t row = rows[i], start = store->rows[row - 1].end;

		put_chunk(&store->rows[row].digest,
			  hc_span(store->blob.data + start, store->rows[row].end - start));
	}
}

#endif
