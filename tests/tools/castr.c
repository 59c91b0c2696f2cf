/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * castr: bare indexes and stores without a repository around them, for tests beside casync and desync.
 *
 *	castr read PLACE INDEX STORE [CA-FILE] >BLOB	a folder or URL; the blob's bytes, checked
 *	castr write BLOB PLACE INDEX STORE SIZE		rows of SIZE bytes, SHA-256, into a folder
 *
 * Exit status: that of halcyon (design.md section 4).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "restore/base/file.h"
#include "restore/base/log.h"
#include "restore/source/source.h"

#define BLOCK     (1u << 20)
#define INDEX_MAX (1u << 30)

static int
copy(struct hc_image *image, struct hc_session *session, struct hc_err *err)
{
	static char buf[BLOCK];

	for (uint64_t at = 0; at < image->size;) {
		const struct hc_extent part = { at, hc_min_u64(BLOCK, image->size - at) };

		if (image->ops->read(image, session, part, buf, err) < 0)
			return -1;
		if (fwrite(buf, 1, (size_t)part.length, stdout) != part.length)
			return hc_err_sys(err, H_IO, "writing");
		at += part.length;
	}
	return fflush(stdout) == 0 ? 0 : hc_err_sys(err, H_IO, "writing");
}

static int
read_blob(char **argv, const char *ca_file, struct hc_err *err)
{
	const struct hc_place_options options = { .patience_ms = 3000, .ca_file = ca_file };
	struct hc_session *session = NULL;
	struct hc_place *place = NULL;
	struct hc_image *image = NULL;
	struct hc_buf bytes = { 0 };
	struct hc_index index = { 0 };
	int result = -1;

	if (hc_place_open(argv[0], &options, &place, err) < 0 ||
	    hc_session_open(place, &session, err) < 0 ||
	    hc_place_get(session, argv[1], INDEX_MAX, &bytes, err) < 0 ||
	    hc_index_parse(hc_buf_span(&bytes), &index, err) < 0 ||
	    hc_image_open_castr(&index, argv[2], &image, err) < 0)
		goto out;
	result = copy(image, session, err);
out:
	hc_image_close(image);
	hc_buf_done(&bytes);
	hc_session_close(session);
	hc_place_close(place);
	return result;
}

static int
put_row(struct hc_session *session, struct hc_zstd *zstd, const char *store, struct hc_span row,
	struct hc_digest *ret, struct hc_err *err)
{
	struct hc_buf packed = { 0 };
	char name[HC_CHUNK_NAME], *slash;
	bool is_new;
	int result;

	hc_digest_of(HC_DIGEST_SHA256, row.data, row.size, ret);
	hc_chunk_name(store, ret, name);
	slash = strrchr(name, '/');
	*slash = '\0';
	result = hc_place_make_folder(session, name, &is_new, err);
	*slash = '/';
	if (result == 0)
		result = hc_zstd_pack(zstd, 3, row, &packed, err);
	if (result == 0)
		result = hc_place_put(session, name, hc_buf_span(&packed), err);
	hc_buf_done(&packed);
	return result;
}

static int
write_rows(struct hc_span blob, struct hc_session *session, char **argv, struct hc_index *index,
	   struct hc_err *err)
{
	struct hc_zstd *zstd = NULL;
	int result = hc_zstd_new(&zstd, err);

	for (size_t at = 0; at < blob.size && result == 0; index->count++) {
		struct hc_index_row *row = &index->rows[index->count];
		size_t size = (size_t)hc_min_u64(index->chunk_max, blob.size - at);

		result = put_row(session, zstd, argv[3], hc_span(blob.data + at, size),
				 &row->digest, err);
		at += size;
		row->end = at;
	}
	hc_zstd_free(zstd);
	return result;
}

static int
write_blob(char **argv, struct hc_err *err)
{
	const uint64_t size = strtoull(argv[4], NULL, 10);
	struct hc_index index = { .digest = HC_DIGEST_SHA256,
				  .chunk_min = size,
				  .chunk_avg = size,
				  .chunk_max = size };
	struct hc_buf blob = { 0 }, bytes = { 0 };
	struct hc_session *session = NULL;
	struct hc_place *place = NULL;
	bool is_new;
	int result = -1;

	if (size == 0 || hc_file_read(argv[0], INDEX_MAX, &blob, err) < 0)
		return -1;
	index.rows = calloc(blob.size / size + 2, sizeof(*index.rows));
	if (index.rows == NULL) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory for rows");
		goto out;
	}
	if (hc_place_open(argv[1], NULL, &place, err) < 0 ||
	    hc_session_open(place, &session, err) < 0 ||
	    hc_place_make_folder(session, argv[3], &is_new, err) < 0 ||
	    write_rows(hc_buf_span(&blob), session, argv, &index, err) < 0 ||
	    hc_index_write(&index, &bytes, err) < 0)
		goto out;
	result = hc_place_put(session, argv[2], hc_buf_span(&bytes), err);
out:
	hc_index_done(&index);
	hc_buf_done(&bytes);
	hc_buf_done(&blob);
	hc_session_close(session);
	hc_place_close(place);
	return result;
}

int
main(int argc, char **argv)
{
	struct hc_err err = { 0 };
	int result;

	if ((argc == 5 || argc == 6) && strcmp(argv[1], "read") == 0) {
		result = read_blob(argv + 2, argc == 6 ? argv[5] : NULL, &err);
	} else if (argc == 7 && strcmp(argv[1], "write") == 0) {
		result = write_blob(argv + 2, &err);
	} else {
		fprintf(stderr,
			"castr read PLACE INDEX STORE [CA-FILE] | castr write BLOB PLACE INDEX "
			"STORE SIZE\n");
		return 2;
	}
	if (result == 0)
		return 0;
	hc_log_err(&err);
	return hc_err_exit_status(&err);
}
