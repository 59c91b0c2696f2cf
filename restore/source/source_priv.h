/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What places, chunks and images share. */
#ifndef HC_SOURCE_SOURCE_PRIV_H
#define HC_SOURCE_SOURCE_PRIV_H

#include "restore/net/net.h"
#include "restore/source/source.h"

struct hc_place {
	char *name; /* as shown: a URL without credentials */
	char *url;  /* with them; NULL for a folder */
	char *ca_file, *credentials_file;
	struct hc_place_options options; /* these two point to the copies above */
};

struct hc_session {
	struct hc_place *place;
	struct hc_net *net; /* NULL for a folder */
	int folder;         /* -1 for a URL */
	struct hc_zstd *zstd;
	struct hc_buf packed; /* the chunk file at hand */
	bool plain_first;     /* the last chunk lay in the store uncompressed */
	/* The last row that was read in part, known by its digest. */
	struct hc_buf row;
	struct hc_digest row_digest;
	enum hc_digest_type row_type;
	bool row_valid;
};

/* H_NOT_FOUND for a name that is absolute, empty, or holds empty parts, "." or "..". */
int hc_place_check_name(const char *name, struct hc_err *err);

/* What hc_place_get does, without the check of the name; `fresh`: past caches. */
int hc_session_get(struct hc_session *session, const char *name, size_t max, bool fresh,
		   struct hc_buf *out, struct hc_err *err);

/* XXH64 with seed 0. */
uint64_t hc_xxh64(struct hc_span bytes);
/* Seals the frame that begins at `start`: see seal.c. */
int hc_seal_add(struct hc_buf *out, size_t start, struct hc_err *err);
/* Whether a frame has a seal that does not fit it.  One without a seal is not broken. */
bool hc_seal_broken(struct hc_span frame);

/* The digest of `size` zeros where size is a power of two up to 16 MiB, else NULL. */
const struct hc_digest *hc_zeros_digest(enum hc_digest_type type, uint64_t size);

#endif
