/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reading one backup and listing all of them share. */
#ifndef HC_CATALOG_CATALOG_PRIV_H
#define HC_CATALOG_CATALOG_PRIV_H

#include "restore/catalog/catalog.h"

#define HC_MARKER_NAME        "halcyon.json"
#define HC_LIST_NAME          "catalog.json"
#define HC_MARKER_BYTES_MAX   65536u
#define HC_MANIFEST_BYTES_MAX (64u << 20)
#define HC_LIST_BYTES_MAX     (256u << 20)
#define HC_INDEX_BYTES_MAX    (1u << 30)

/* Reads and checks backups/ID/manifest.json; `ret_sha256` may be NULL.  H_BACKUP_UNKNOWN: not
 * there. */
int hc_manifest_read(struct hc_session *session, const char *id, struct hc_arena *arena,
		     struct hc_manifest *ret, char ret_sha256[HC_DIGEST_TEXT],
		     struct hc_err *err);
int hc_backup_signature_exists(struct hc_session *session, const char *id, bool *ret,
			       struct hc_err *err);
/* A folder below the repository, in plain URL-safe names. */
bool hc_store_name_good(const char *store);
/* "sha256" or "sha512-256"; false for anything else. */
bool hc_digest_type_parse(const char *name, enum hc_digest_type *ret);

#endif
