/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of repairs outside of the disk: which folder is fit, and the encrypted files in it. */
#include "restore/apply/undo_place.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "restore/base/encrypted.h"
#include "restore/base/file.h"
#include "restore/base/text.h"
#include "restore/disk/sectors.h"

#define BELOW      "halcyon-undo"
#define SECRET_MIN 8u
#define SECRET_MAX 65536u

struct hc_undo_place {
	char folder[PATH_MAX];
	struct hc_buf secret;
};

/* ---------------------------------------------------------------- opening */

static bool
is_memory(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 && (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

/* The boot image: its own folders are gone with the power, and the record of a repair is for then. */
static int
check_lasting(const char *folder, struct hc_err *err)
{
	if (!is_memory(folder) || !is_memory("/"))
		return 0;
	return hc_err_set(err, H_UNDO_PLACE,
			  "%s lies in the memory of this system: it is lost with the power",
			  folder);
}

static int
find_folder(const char *folder, char ret[PATH_MAX], struct hc_err *err)
{
	struct stat st;

	if (realpath(folder, ret) == NULL)
		return hc_err_sys(err, H_UNDO_PLACE, "looking for the folder %s", folder);
	if (stat(ret, &st) < 0 || !S_ISDIR(st.st_mode))
		return hc_err_set(err, H_UNDO_PLACE, "%s is not a folder", folder);
	return check_lasting(ret, err);
}

/* A key that lies beside what it opens keeps nobody out. */
static int
check_outside(const char *folder, const char *key_file, struct hc_err *err)
{
	const size_t length = strlen(folder);
	char key[PATH_MAX];

	if (realpath(key_file, key) == NULL)
		return hc_err_sys(err, H_UNDO_PLACE, "looking for the key file %s", key_file);
	if (strncmp(key, folder, length) != 0 || (key[length] != '/' && length > 1))
		return 0;
	return hc_err_set(err, H_UNDO_PLACE, "the key file %s lies in the folder %s", key_file,
			  folder);
}

/* A passphrase that an editor wrote ends in a line end, which nobody counts as part of it. */
static int
read_secret(const char *key_file, struct hc_buf *ret, struct hc_err *err)
{
	if (hc_file_read(key_file, SECRET_MAX, ret, err) < 0)
		return hc_err_wrap(err, "while reading the key file");
	if (ret->size > 0 && ret->data[ret->size - 1] == '\n')
		ret->size--;
	if (ret->size > 0 && ret->data[ret->size - 1] == '\r')
		ret->size--;
	if (ret->size >= SECRET_MIN)
		return 0;
	return hc_err_set(err, H_UNDO_PLACE, "the key file %s has %zu bytes: %u are the least",
			  key_file, ret->size, SECRET_MIN);
}

int
hc_undo_place_open(const char *folder, const char *key_file, struct hc_undo_place **ret,
		   struct hc_err *err)
{
	struct hc_undo_place *place;

	if (folder == NULL || key_file == NULL)
		return hc_err_set(err, H_UNDO_PLACE,
				  "--undo-to and --undo-key belong together: the record is "
				  "kept encrypted only");
	place = calloc(1, sizeof(*place));
	if (place == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a place for undo");
	if (find_folder(folder, place->folder, err) < 0 ||
	    check_outside(place->folder, key_file, err) < 0 ||
	    read_secret(key_file, &place->secret, err) < 0) {
		hc_undo_place_close(place);
		return -1;
	}
	*ret = place;
	return 0;
}

void
hc_undo_place_close(struct hc_undo_place *place)
{
	if (place == NULL)
		return;
	if (place->secret.data != NULL)
		explicit_bzero(place->secret.data, place->secret.room);
	hc_buf_done(&place->secret);
	free(place);
}

const char *
hc_undo_place_folder(const struct hc_undo_place *place)
{
	return place->folder;
}

/* ---------------------------------------------------------------- names */

static int
check_run(const char *run, struct hc_err *err)
{
	const size_t length = strlen(run);
	char guid[HC_GUID_TEXT];
	uint8_t bytes[16];

	if (length == HC_GUID_TEXT + 1 && run[0] == '{' && run[length - 1] == '}') {
		memcpy(guid, run + 1, sizeof(guid) - 1);
		guid[sizeof(guid) - 1] = '\0';
		if (hc_guid_parse(guid, bytes))
			return 0;
	}
	return hc_err_set(err, H_SECTORS, "\"%s\" names no run", run);
}

/* FOLDER/halcyon-undo, with RUN and NAME as far as they are given. */
static int
path_of(const struct hc_undo_place *place, const char *run, const char *name,
	char ret[PATH_MAX], struct hc_err *err)
{
	int length;

	if (run != NULL && check_run(run, err) < 0)
		return -1;
	length = snprintf(ret, PATH_MAX, "%s/" BELOW "%s%s%s%s", place->folder,
			  run != NULL ? "/" : "", run != NULL ? run : "",
			  name != NULL ? "/" : "", name != NULL ? name : "");
	return length < PATH_MAX
		       ? 0
		       : hc_err_set(err, H_UNDO_PLACE, "the path of the folder is too long");
}

/* What the encrypted bytes are bound to. */
static void
context_of(const char *run, const char *name, char ret[80])
{
	snprintf(ret, 80, "%s/%s", run, name);
}

/* ---------------------------------------------------------------- files */

static int
make_folder(const char *path, const char *above, struct hc_err *err)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return hc_err_sys(err, H_UNDO_PLACE, "creating the folder %s", path);
	return hc_file_sync_folder(above, err);
}

/* Each folder that leads to the files, known to the one above it. */
static int
make_folders(const struct hc_undo_place *place, const char *run, struct hc_err *err)
{
	char below[PATH_MAX], folder[PATH_MAX];

	if (path_of(place, NULL, NULL, below, err) < 0 ||
	    path_of(place, run, NULL, folder, err) < 0 ||
	    make_folder(below, place->folder, err) < 0)
		return -1;
	return make_folder(folder, below, err);
}

static int
check_written(const char *path, const struct hc_buf *bytes, struct hc_err *err)
{
	struct hc_buf again = { 0 };
	int result = hc_file_read(path, bytes->size, &again, err);

	if (result == 0 &&
	    (again.size != bytes->size || memcmp(again.data, bytes->data, bytes->size) != 0))
		result = hc_err_set(err, H_UNDO_PLACE, "%s reads back differently", path);
	hc_buf_done(&again);
	return result;
}

int
hc_undo_place_put(const struct hc_undo_place *place, const char *run, const char *name,
		  struct hc_span content, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	char path[PATH_MAX], context[80];
	int result = -1;

	if (path_of(place, run, name, path, err) < 0)
		return -1;
	context_of(run, name, context);
	if (make_folders(place, run, err) == 0 &&
	    hc_encrypt(hc_buf_span(&place->secret), context, content, &bytes, err) == 0 &&
	    hc_file_replace(path, hc_buf_span(&bytes), err) == 0)
		result = check_written(path, &bytes, err);
	hc_buf_done(&bytes);
	return result < 0 ? hc_err_wrap(err, "while keeping the record of a repair") : 0;
}

int
hc_undo_place_get(const struct hc_undo_place *place, const char *run, const char *name,
		  struct hc_buf *out, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	char path[PATH_MAX], context[80];
	int result;

	if (path_of(place, run, name, path, err) < 0)
		return -1;
	context_of(run, name, context);
	result = hc_file_read(path, HC_SECTORS_MAX + HC_ENCRYPTED_OVERHEAD, &bytes, err);
	if (result < 0 && err->code == H_NOT_FOUND)
		hc_err_set(err, H_UNDO_ELSEWHERE, "there is no %s", path);
	if (result == 0) {
		result = hc_decrypt(hc_buf_span(&place->secret), context, hc_buf_span(&bytes),
				    out, err);
		if (result < 0)
			hc_err_at(err, HC_NO_OFFSET, "%s", path);
	}
	hc_buf_done(&bytes);
	return result;
}

int
hc_undo_place_remove(const struct hc_undo_place *place, const char *run, struct hc_err *err)
{
	static const char *const names[] = { HC_UNDO_SECTORS, HC_UNDO_MANIFEST };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (path_of(place, run, names[i], path, err) < 0)
			return -1;
		if (unlink(path) < 0 && errno != ENOENT)
			return hc_err_sys(err, H_IO, "removing %s", path);
	}
	if (path_of(place, run, NULL, path, err) < 0)
		return -1;
	return rmdir(path) == 0 || errno == ENOENT
		       ? 0
		       : hc_err_sys(err, H_IO, "removing the folder %s", path);
}
