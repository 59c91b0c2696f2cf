/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/catalog: names, manifests good and bad, repositories made, listed and verified. */
#include "tests/unit/tap.h"

#include <sys/file.h>

#include "restore/base/digest.h"
#include "restore/catalog/catalog_priv.h"
#include "tests/unit/castr_store.h"
#include "tests/unit/http_stub.h"
#include "tests/unit/manifest_sample.h"

/* ---------------------------------------------------------------- names */

static void
test_ids(void)
{
	static const char *const bad[] = {
		"",
		".",
		"..",
		".hidden",
		"a/b",
		"a b",
		"a\nb",
		"ä",
		"a%2fb",
		"a12345678901234567890123456789012345678901234567890123456789"
		"01234"
	};
	struct hc_err err;

	for (size_t i = 0; i < COUNT(bad); i++)
		ok_fails(hc_backup_check_id(bad[i], &err), &err, H_BACKUP_ID,
			 "refused as an id: case %zu", i);
	ok_call(hc_backup_check_id("Web-1_2026.11", &err), &err, "an id");
	ok_call(hc_backup_check_id(bad[9] + 1, &err), &err, "an id of 64 characters");
}

static void
test_names(void)
{
	static const struct {
		const char *name, *repository, *id;
	} good[] = {
		{ "/srv/repo//web1", "/srv/repo", "web1" },
		{ "repo//web1", "repo", "web1" },
		{ "//web1", "/", "web1" },
		{ "http://server//web1", "http://server", "web1" },
		{ "https://u:p@server:8443/a/b//web1", "https://u:p@server:8443/a/b", "web1" },
		{ "/a//b//web1", "/a//b", "web1" },
		{ "/srv/repo/backups/web1/manifest.json", "/srv/repo", "web1" },
		{ "http://server/backups/web1/manifest.json", "http://server", "web1" },
		{ "backups/web1/manifest.json", ".", "web1" },
		{ "/backups/web1/manifest.json", "/", "web1" },
	};
	static const struct {
		const char *name;
		enum hc_err_code code;
	} bad[] = {
		{ "web1", H_BACKUP_UNKNOWN },
		{ "http://server/repo/web1", H_BACKUP_UNKNOWN },
		{ "/srv/web1/manifest.json", H_BACKUP_UNKNOWN },
		{ "manifest.json", H_BACKUP_UNKNOWN },
		{ "web1/manifest.json", H_BACKUP_UNKNOWN },
		{ "/srv/xbackups/web1/manifest.json", H_BACKUP_UNKNOWN },
		{ "/srv/repo//", H_BACKUP_ID },
		{ "/srv/repo//../../etc", H_BACKUP_ID },
		{ "/srv/repo/backups/../manifest.json", H_BACKUP_ID },
		{ "/etc/passwd", H_UNSUPPORTED },
	};
	struct hc_arena arena = { 0 };
	const char *repository, *id;
	struct hc_err err;

	for (size_t i = 0; i < COUNT(good); i++) {
		ok_call(hc_backup_parse_name(good[i].name, &arena, &repository, &id, &err),
			&err, "a name: %s", good[i].name);
		ok(strcmp(repository, good[i].repository) == 0 && strcmp(id, good[i].id) == 0,
		   "  is backup %s of %s", id, repository);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		ok_fails(hc_backup_parse_name(bad[i].name, &arena, &repository, &id, &err),
			 &err, bad[i].code, "no name: %s", bad[i].name);
	hc_backup_parse_name("http://joe:s3cret@server/x", &arena, &repository, &id, &err);
	ok(strstr(err.text[0], "s3cret") == NULL, "a password in a bad name is not printed");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- manifests */

#define REFUSED(code, what, change)                                                            \
	do {                                                                                   \
		struct sample s;                                                               \
		struct hc_err why;                                                             \
		make_sample(&s);                                                               \
		change;                                                                        \
		ok_fails(hc_manifest_check(&s.manifest, &why), &why, code,                     \
			 "manifest refused: " what);                                           \
	} while (0)

static void
test_manifest_check(void)
{
	struct sample good;
	struct hc_err err;

	make_sample(&good);
	ok_call(hc_manifest_check(&good.manifest, &err), &err, "a good manifest");
	REFUSED(H_BACKUP_ID, "bad id", s.manifest.id = "../x");
	REFUSED(H_DOC_SCHEMA, "unknown digest", s.manifest.digest = "md5");
	REFUSED(H_DOC_SCHEMA, "store above the repository", s.manifest.store = "../other");
	REFUSED(H_DOC_SCHEMA, "absolute store", s.manifest.store = "/srv");
	REFUSED(H_DOC_SCHEMA, "empty store", s.manifest.store = "");
	REFUSED(H_DOC_SCHEMA, "store ending in a slash", s.manifest.store = "a/");
	REFUSED(H_DOC_SCHEMA, "index with a slash", s.regions[0].index.name = "a/b");
	REFUSED(H_DOC_SCHEMA, "index above", s.regions[0].index.name = "..");
	REFUSED(H_DOC_SCHEMA, "no index", s.regions[0].index.name = NULL);
	REFUSED(H_DOC_SCHEMA, "no digest", s.regions[0].index.sha256 = NULL);
	REFUSED(H_DOC_SCHEMA, "short digest", s.regions[0].index.sha256 = "00");
	REFUSED(H_DOC_SCHEMA, "huge index", s.regions[0].index.size = 1ull << 31);
	REFUSED(H_DOC_SCHEMA, "bad free list", s.free.name = "x/../y");
	REFUSED(H_DISK_LAYOUT, "gap", s.regions[2].start += 512);
	REFUSED(H_DISK_LAYOUT, "overlap",
		s.regions[1].size = s.partition.size = (1 << 19) + 512);
	REFUSED(H_DISK_LAYOUT, "first region not at 0", s.regions[0].start = 512);
	REFUSED(H_DISK_LAYOUT, "behind the disk", s.regions[2].size += 512);
	REFUSED(H_DISK_LAYOUT, "sum that wraps", s.regions[2].size = UINT64_MAX - 4096);
	REFUSED(H_DISK_LAYOUT, "sum that wraps to the right one",
		s.regions[1].size = s.partition.size = UINT64_MAX - 4095;
		s.regions[2].start = 0; s.regions[2].size = s.disk.size);
	REFUSED(H_DISK_LAYOUT, "end not covered", s.regions[2].size -= 512);
	REFUSED(H_DISK_LAYOUT, "no regions", s.disk.regions.count = 0);
	REFUSED(H_DISK_LAYOUT, "out of order", s.disk.regions.items = s.regions + 1;
		s.disk.regions.count = 2);
	REFUSED(H_DISK_LAYOUT, "entry elsewhere", s.partition.start = 8192);
	REFUSED(H_DISK_LAYOUT, "entry of another size", s.partition.size -= 512);
	REFUSED(H_DISK_LAYOUT, "partition without entry", s.regions[1].partition = NULL);
	REFUSED(H_DISK_LAYOUT, "tail with an entry", s.regions[2].partition = &s.partition);
	REFUSED(H_DISK_LAYOUT, "empty disk", s.disk.size = 0);
	REFUSED(H_DISK_LAYOUT, "sectors of 100 bytes", s.disk.logical_block = 100);
	good.manifest.store = "stores/a.castr";
	ok_call(hc_manifest_check(&good.manifest, &err), &err, "a store in a folder below");
}

/* ---------------------------------------------------------------- a whole repository */

static char repo[64];

static void
path_in(char ret[512], const char *id, const char *name)
{
	snprintf(ret, 512, "%s/backups/%s/%s", repo, id, name);
}

/* Writes a file beside the manifest and names it by its hash. */
static void
put_side(const char *id, struct hc_file_ref *ref, struct hc_span bytes,
	 char hash[HC_DIGEST_TEXT])
{
	struct hc_digest digest;
	char path[512];

	path_in(path, id, ref->name);
	write_file(path, bytes);
	hc_digest_of(HC_DIGEST_SHA256, bytes.data, bytes.size, &digest);
	hc_digest_hex(&digest, hash);
	ref->size = bytes.size;
	ref->sha256 = hash;
}

static void
save_manifest(const char *id, const struct hc_manifest *manifest)
{
	struct hc_buf bytes = { 0 };
	struct hc_err err;
	char path[512];

	if (hc_doc_write(&hc_manifest_shape, manifest, HC_JSON_PRETTY, &bytes, &err) < 0)
		abort();
	path_in(path, id, "manifest.json");
	write_file(path, hc_buf_span(&bytes));
	hc_buf_done(&bytes);
}

/* A backup of one disk with one region: the blob of castr_store.h, and a list of free extents. */
static void
make_backup(const char *id, const char *created, const struct store *store)
{
	char hash[2][HC_DIGEST_TEXT], path[512];
	struct hc_buf index = { 0 };
	struct hc_err err;
	struct sample s;

	make_sample(&s);
	path_in(path, id, "");
	if (hc_file_make_dirs(path, &err) < 0 ||
	    hc_index_write(&store->index, &index, &err) < 0)
		abort();
	s.manifest.id = id;
	s.manifest.created = created;
	s.manifest.digest = store->type == HC_DIGEST_SHA256 ? "sha256" : "sha512-256";
	s.disk.size = s.regions[0].size = store->blob.size;
	s.disk.regions.count = 1;
	s.regions[0].free = &s.free;
	put_side(id, &s.regions[0].index, hc_buf_span(&index), hash[0]);
	put_side(id, &s.free, hc_span("x", 1), hash[1]);
	save_manifest(id, &s.manifest);
	hc_buf_done(&index);
}

static void
test_create(void)
{
	const struct hc_repository wanted = { .digest = "sha256",
					      .store = "s.castr",
					      .chunk_min = 4096,
					      .chunk_avg = 65536,
					      .chunk_max = 1 << 20 };
	struct hc_repository other = wanted, got = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_catalog catalog = { 0 };
	struct hc_err err;
	char path[512];

	ok_fails(hc_catalog_read(repo, NULL, &arena, &catalog, &err), &err, H_NOT_FOUND,
		 "no repository yet");
	ok_call(hc_repository_open_or_create(repo, &wanted, &arena, &got, &err), &err,
		"one is made");
	ok(strcmp(got.store, "s.castr") == 0 && got.chunk_max == 1 << 20 && got.created != NULL,
	   "as wanted, with the time");
	snprintf(path, sizeof(path), "%s/s.castr", repo);
	ok(access(path, W_OK) == 0, "its store exists");
	snprintf(path, sizeof(path), "%s/catalog.json", repo);
	ok(access(path, R_OK) == 0, "and a catalog");
	other.digest = "sha512-256";
	ok_call(hc_repository_open_or_create(repo, &other, &arena, &got, &err), &err,
		"the second time");
	ok(strcmp(got.digest, "sha256") == 0, "what is there counts");
	other.digest = "md5";
	ok_fails(hc_repository_open_or_create(repo, &other, &arena, &got, &err), &err,
		 H_DOC_SCHEMA, "an unknown digest is refused");
	other = wanted;
	other.store = "../elsewhere";
	ok_fails(hc_repository_open_or_create(repo, &other, &arena, &got, &err), &err,
		 H_DOC_SCHEMA, "a store above the repository too");
	ok_call(hc_catalog_read(repo, NULL, &arena, &catalog, &err), &err,
		"an empty repository");
	ok(catalog.backups.count == 0 && strcmp(catalog.repository, repo) == 0,
	   "has no backups");
	ok_fails(hc_catalog_read(folder, NULL, &arena, &catalog, &err), &err, H_REPO_FORMAT,
		 "another folder is no repository");
	hc_arena_done(&arena);
}

static bool
listed(const struct hc_catalog *catalog, const char *ids)
{
	char all[256] = "";

	for (size_t i = 0; i < catalog->backups.count; i++) {
		const struct hc_catalog_backup *b = &catalog->backups.items[i];

		strcat(all, b->id);
		strcat(all, b->complete ? " " : "! ");
	}
	if (strcmp(all, ids) != 0)
		printf("# %s\n", all);
	return strcmp(all, ids) == 0;
}

static void
test_list(const struct store *store)
{
	struct hc_catalog catalog = { 0 }, served = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_err err;
	struct stub stub;
	char path[512];

	make_backup("old", "2026-11-20T10:00:00Z", store);
	make_backup("new", "2026-11-23T10:00:00Z", store);
	make_backup("mid", "2026-11-22T10:00:00Z", store);
	path_in(path, "mid", "manifest.json.minisig");
	write_file(path, hc_span("x", 1));
	path_in(path, "unfinished", "");
	hc_file_make_dirs(path, &err);
	make_backup("moved", "2026-11-21T10:00:00Z", store);
	snprintf(path, sizeof(path), "mv %s/backups/moved %s/backups/elsewhere", repo, repo);
	if (system(path) != 0)
		abort();
	path_in(path, ".hidden", "");
	hc_file_make_dirs(path, &err);
	ok_call(hc_catalog_read(repo, NULL, &arena, &catalog, &err), &err,
		"backups are listed");
	ok(listed(&catalog, "new mid old elsewhere! unfinished! "),
	   "newest first; what is not whole is marked, not left out");
	ok(catalog.backups.items[1].is_signed && !catalog.backups.items[0].is_signed,
	   "signed or not");
	ok(strcmp(catalog.backups.items[0].kind, "native") == 0 &&
		   hc_strings_has(&catalog.backups.items[0].modes, "bmr"),
	   "with kind and modes");
	ok_call(hc_catalog_rewrite(repo, &err), &err, "catalog.json is written");
	stub_serve(&stub, repo);
	ok_call(hc_catalog_read(stub.url, NULL, &arena, &served, &err), &err,
		"and read over HTTP");
	ok(listed(&served, "new mid old elsewhere! unfinished! "), "with the same backups");
	ok(strcmp(served.repository, stub.url) == 0, "of that URL");
	snprintf(path, sizeof(path), "%s/catalog.json", repo);
	if (truncate(path, 100) < 0)
		abort();
	ok_fails(hc_catalog_read(stub.url, NULL, &arena, &served, &err), &err, H_DOC_SEAL,
		 "a damaged catalog is refused");
	catalog.backups.items[2].id = "../../x";
	hc_doc_save(&hc_catalog_shape, &catalog, path, &err);
	ok_fails(hc_catalog_read(stub.url, NULL, &arena, &served, &err), &err, H_BACKUP_ID,
		 "and one whose ids lead elsewhere");
	unlink(path);
	ok_fails(hc_catalog_read(stub.url, NULL, &arena, &served, &err), &err, H_NOT_FOUND,
		 "a missing one is named");
	stub_stop(&stub);
	hc_catalog_rewrite(repo, &err);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- one backup */

static int
open_backup(const char *where, const char *id, struct hc_backup **ret, struct hc_err *err)
{
	const struct hc_place_options options = { .patience_ms = 500 };
	char name[256];

	snprintf(name, sizeof(name), "%s//%s", where, id);
	return hc_backup_open(name, &options, ret, err);
}

static void
test_backup(const struct store *store, const char *where)
{
	struct hc_session *session = NULL;
	struct hc_backup *backup = NULL;
	struct hc_image *image = NULL;
	struct hc_buf bytes = { 0 };
	struct hc_digest digest;
	struct hc_err err;
	char path[512], hex[HC_DIGEST_TEXT];
	uint8_t *all = malloc(store->blob.size);

	ok_call(open_backup(where, "new", &backup, &err), &err, "a backup of %s", where);
	ok(strcmp(hc_backup_manifest(backup)->id, "new") == 0 && !hc_backup_is_signed(backup),
	   "is opened");
	path_in(path, "new", "manifest.json");
	hc_file_read(path, 1 << 20, &bytes, &err);
	hc_digest_of(HC_DIGEST_SHA256, bytes.data, bytes.size, &digest);
	hc_digest_hex(&digest, hex);
	ok(strcmp(hc_backup_manifest_sha256(backup), hex) == 0,
	   "its manifest's digest is known");
	snprintf(path, sizeof(path), "%s//new", where);
	ok(strcmp(hc_backup_name_of(backup), path) == 0, "so is its name");
	ok_call(hc_session_open(hc_backup_place(backup), &session, &err), &err, "a session");
	ok_call(hc_backup_image(backup, session, 0, 0, &image, &err), &err,
		"the image of a region");
	ok(image->size == store->blob.size &&
		   image->ops->read(image, session, (struct hc_extent){ 0, image->size }, all,
				    &err) == 0 &&
		   memcmp(all, store->blob.data, store->blob.size) == 0,
	   "holds its bytes");
	bytes.size = 0;
	ok_call(hc_backup_file(backup, session,
			       hc_backup_manifest(backup)->disks.items[0].regions.items[0].free,
			       &bytes, &err),
		&err, "another file");
	ok(bytes.size == 1 && bytes.data[0] == 'x', "is read");
	ok_fails(hc_backup_image(backup, session, 0, 1, &image, &err), &err, H_INTERNAL,
		 "no such region");
	hc_image_close(image);
	hc_session_close(session);
	hc_backup_close(backup);
	ok_fails(open_backup(where, "none", &backup, &err), &err, H_BACKUP_UNKNOWN,
		 "no such backup");
	ok_fails(open_backup(where, "elsewhere", &backup, &err), &err, H_DOC_SCHEMA,
		 "a manifest in another backup's folder");
	hc_buf_done(&bytes);
	free(all);
}

/* The index of "new" replaced by `bytes`; the image is asked for, then all is as before. */
static enum hc_err_code
image_code(struct hc_span bytes)
{
	struct hc_session *session = NULL;
	struct hc_backup *backup = NULL;
	struct hc_image *image = NULL;
	struct hc_buf kept = { 0 };
	enum hc_err_code code = H_OK;
	struct hc_err err;
	char path[512];

	path_in(path, "new", "disk0-head.caibx");
	hc_file_read(path, 1 << 20, &kept, &err);
	if (bytes.data == NULL)
		unlink(path);
	else
		write_file(path, bytes);
	if (open_backup(repo, "new", &backup, &err) < 0 ||
	    hc_session_open(hc_backup_place(backup), &session, &err) < 0)
		abort();
	if (hc_backup_image(backup, session, 0, 0, &image, &err) < 0)
		code = err.code;
	write_file(path, hc_buf_span(&kept));
	hc_image_close(image);
	hc_session_close(session);
	hc_backup_close(backup);
	hc_buf_done(&kept);
	return code;
}

static void
test_damage(const struct store *store)
{
	struct hc_backup *backup = NULL;
	struct hc_buf bytes = { 0 };
	struct store shorter = *store;
	struct hc_err err;
	char path[512];

	path_in(path, "new", "disk0-head.caibx");
	hc_file_read(path, 1 << 20, &bytes, &err);
	ok(image_code(hc_buf_span(&bytes)) == H_OK, "an index as it was");
	bytes.data[70] ^= 1;
	ok(image_code(hc_buf_span(&bytes)) == H_DIGEST_MISMATCH, "with a bit flipped");
	bytes.data[70] ^= 1;
	ok(image_code(hc_span(bytes.data, bytes.size - 1)) == H_DIGEST_MISMATCH, "cut short");
	ok(image_code((struct hc_span){ NULL, 0 }) == H_BACKUP_INCOMPLETE, "missing");
	shorter.index.count--;
	shorter.blob.size = store->blob.size; /* the region stays as large as it was */
	make_backup("short", "2026-11-01T10:00:00Z", &shorter);
	ok_call(open_backup(repo, "short", &backup, &err), &err,
		"a backup whose index is one row short");
	struct hc_session *session = NULL;
	struct hc_image *image = NULL;
	hc_session_open(hc_backup_place(backup), &session, &err);
	ok_fails(hc_backup_image(backup, session, 0, 0, &image, &err), &err, H_INDEX_FORMAT,
		 "has no image");
	hc_session_close(session);
	hc_backup_close(backup);
	shorter = *store;
	shorter.type = HC_DIGEST_SHA512_256;
	make_backup("mixed", "2026-11-01T10:00:00Z", &shorter);
	ok_call(open_backup(repo, "mixed", &backup, &err), &err, "an index of another digest");
	hc_session_open(hc_backup_place(backup), &session, &err);
	ok_fails(hc_backup_image(backup, session, 0, 0, &image, &err), &err, H_INDEX_FORMAT,
		 "is refused");
	hc_session_close(session);
	hc_backup_close(backup);
	path_in(path, "short", "manifest.json");
	bytes.size = 0;
	hc_file_read(path, 1 << 20, &bytes, &err);
	bytes.data[bytes.size / 2] ^= 1;
	write_file(path, hc_buf_span(&bytes));
	ok_fails(open_backup(repo, "short", &backup, &err), &err, H_DOC_SEAL,
		 "a flipped bit in a manifest");
	ok(strcmp(err.object, "backups/short/manifest.json") == 0, "is named");
	hc_buf_done(&bytes);
}

/* ---------------------------------------------------------------- verify */

static void
on_progress(void *ctx, uint64_t done, uint64_t total)
{
	uint64_t *last = ctx;

	if (done < *last || done > total)
		abort();
	*last = done;
}

static void
test_verify(const struct store *store, const char *where)
{
	uint64_t done = 0;
	const struct hc_verify_options options = { .threads = 3,
						   .progress = on_progress,
						   .ctx = &done };
	struct hc_verify_result result = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_backup *backup = NULL;
	struct hc_err err;
	char path[2][512], hex[HC_DIGEST_TEXT];

	if (open_backup(where, "new", &backup, &err) < 0)
		abort();
	put_zeros(store);
	ok_call(hc_backup_verify(backup, &options, &arena, &result, &err), &err,
		"a whole backup of %s", where);
	/* Each chunk is checked once; those of zeros too, which a restore never fetches. */
	ok(result.rows == 11 && result.zero_bytes == 8192 + 12000 + 4096 + 8192 &&
		   result.chunks == 10 && result.bytes == store->blob.size - 8192 &&
		   done == result.bytes && result.fault_count == 0,
	   "is counted right");
	chunk_path(&store->rows[4].digest, path[0]);
	write_file(path[0], hc_span("damaged", 7));
	chunk_path(&store->rows[9].digest, path[1]);
	unlink(path[1]);
	ok_fails(hc_backup_verify(backup, &options, &arena, &result, &err), &err,
		 H_CHUNK_DAMAGED, "one with two bad chunks is not");
	ok(result.fault_count == 2 && result.faults.count == 2 &&
		   result.faults.items[1].code == H_CHUNK_MISSING,
	   "both are named, in order");
	hc_digest_hex(&store->rows[9].digest, hex);
	ok(strstr(result.faults.items[1].object, hex) != NULL &&
		   strstr(result.faults.items[1].text[2],
			  "disk 0, region 0 (disk0-head.caibx)") != NULL,
	   "with chunk and region");
	put_chunk(&store->rows[4].digest, hc_span(store->blob.data + 24289, 12000));
	put_chunk(&store->rows[9].digest,
		  hc_span(store->blob.data + store->blob.size - 1024, 512));
	path_in(path[0], "new", "disk0-p1.free");
	write_file(path[0], hc_span("y", 1));
	ok_fails(hc_backup_verify(backup, NULL, &arena, &result, &err), &err, H_DIGEST_MISMATCH,
		 "one with a bad list of free extents");
	write_file(path[0], hc_span("x", 1));
	ok_call(hc_backup_verify(backup, NULL, &arena, &result, &err), &err, "repaired");
	hc_backup_close(backup);
	hc_arena_done(&arena);
}

static void
test_verify_away(void)
{
	struct hc_verify_result result = { .rows = 77 };
	struct hc_arena arena = { 0 };
	struct hc_backup *backup = NULL;
	struct hc_err err;
	struct stub stub;

	stub_serve(&stub, repo);
	if (open_backup(stub.url, "new", &backup, &err) < 0)
		abort();
	stub_stop(&stub);
	ok_fails(hc_backup_verify(backup, NULL, &arena, &result, &err), &err, H_NET_UNREACHABLE,
		 "a server that is gone is no fault of the backup");
	ok(result.rows == 77, "and there is no result");
	hc_backup_close(backup);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- the lock */

static void
test_lock(void)
{
	struct hc_err err;
	char path[512];
	int fd = -1, other;

	ok_call(hc_repository_lock(repo, &fd, &err), &err, "a repository is locked");
	snprintf(path, sizeof(path), "%s/.lock", repo);
	other = open(path, O_RDWR);
	ok(flock(other, LOCK_EX | LOCK_NB) < 0, "nobody else has it");
	close(fd);
	ok(flock(other, LOCK_EX | LOCK_NB) == 0, "until it is closed");
	close(other);
}

int
main(void)
{
	struct store store;
	struct stub stub;

	begin_folder();
	snprintf(repo, sizeof(repo), "%s/repo", folder);
	test_ids();
	test_names();
	test_manifest_check();
	test_create();
	store_root = repo;
	make_store(&store, HC_DIGEST_SHA256);
	test_list(&store);
	test_backup(&store, repo);
	test_damage(&store);
	test_verify(&store, repo);
	stub_serve(&stub, repo);
	test_backup(&store, stub.url);
	test_verify(&store, stub.url);
	stub_stop(&stub);
	test_verify_away();
	test_lock();
	hc_buf_done(&store.blob);
	ok(end_folder(), "cleaned up");
	return tap_done();
}
