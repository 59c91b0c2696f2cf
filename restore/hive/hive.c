/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registry hives through libhivex. */
#include "restore/hive/hive_priv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "restore/base/text.h"

#define PATH_PART 256 /* a key's name has at most 255 characters ([MS-RRP] 3.1.1.1) */

/* hivex wants a path: the bytes go into a file in memory. */
static int
make_file(struct hc_span bytes, struct hc_err *err)
{
	int fd = memfd_create("hive", MFD_CLOEXEC);
	size_t done = 0;
	ssize_t n;

	if (fd < 0)
		return hc_err_sys(err, H_OUT_OF_MEMORY, "no memory for a hive");
	while (done < bytes.size) {
		n = write(fd, bytes.data + done, bytes.size - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			hc_err_sys(err, H_OUT_OF_MEMORY, "no memory for a hive of %zu bytes",
				   bytes.size);
			close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	return fd;
}

int
hc_hive_open(struct hc_span bytes, const char *name, struct hc_hive **ret, struct hc_err *err)
{
	struct hc_hive *hive = NULL;
	char path[64];
	int fd = -1, result = -1;

	/* Base block: "regf", primary and secondary sequence number. */
	if (bytes.size < 4096 || memcmp(bytes.data, "regf", 4) != 0) {
		hc_err_set(err, H_HIVE_FORMAT, "%s is no registry hive", name);
		return hc_err_at(err, HC_NO_OFFSET, "%s", name);
	}
	hive = calloc(1, sizeof(*hive));
	if (hive == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a hive");
	snprintf(hive->name, sizeof(hive->name), "%s", name);
	hive->dirty = hc_get_le32(bytes.data + 4) != hc_get_le32(bytes.data + 8);
	fd = make_file(bytes, err);
	if (fd < 0)
		goto out;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	hive->hive = hivex_open(path, 0);
	if (hive->hive == NULL) {
		hc_err_sys(err, H_HIVE_FORMAT, "the hive %s cannot be read", name);
		hc_err_at(err, HC_NO_OFFSET, "%s", name);
		goto out;
	}
	*ret = hive;
	hive = NULL;
	result = 0;
out:
	if (fd >= 0)
		close(fd);
	free(hive);
	return result;
}

void
hc_hive_close(struct hc_hive *hive)
{
	if (hive == NULL)
		return;
	hivex_close(hive->hive);
	free(hive);
}

bool
hc_hive_is_dirty(const struct hc_hive *hive)
{
	return hive->dirty;
}

/* ---------------------------------------------------------------- keys */

static int
missing(const struct hc_hive *hive, const char *what, const char *name, struct hc_err *err)
{
	hc_err_set(err, H_HIVE_MISSING, "%s has no %s %s", hive->name, what, name);
	return hc_err_at(err, HC_NO_OFFSET, "%s", hive->name);
}

int
hc_hive_key(struct hc_hive *hive, const char *path, struct hc_hive_key *ret, struct hc_err *err)
{
	hive_node_h node = hivex_root(hive->hive);
	char part[PATH_PART];
	size_t length;

	for (const char *p = path; node != 0 && *p != '\0'; p += length) {
		p += strspn(p, "\\");
		length = strcspn(p, "\\");
		if (length == 0)
			break;
		if (length >= sizeof(part))
			return missing(hive, "key", path, err);
		memcpy(part, p, length);
		part[length] = '\0';
		node = hivex_node_get_child(hive->hive, node, part);
	}
	if (node == 0)
		return missing(hive, "key", path, err);
	ret->node = node;
	return 0;
}

int
hc_hive_subkeys(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
		struct hc_strings *ret, struct hc_err *err)
{
	hive_node_h *children = hivex_node_children(hive->hive, key.node);
	struct hc_strings list = { 0 };
	int result = 0;

	if (children == NULL)
		return hc_err_sys(err, H_HIVE_FORMAT, "a list of keys of %s cannot be read",
				  hive->name);
	for (size_t i = 0; children[i] != 0 && result == 0; i++) {
		char *name = hivex_node_name(hive->hive, children[i]);

		/* One whose name can't be read is left out: nobody can ask for it. */
		if (name != NULL)
			result = hc_strings_add(&list, arena, name, err);
		free(name);
	}
	free(children);
	if (result == 0)
		*ret = list;
	return result;
}

/* ---------------------------------------------------------------- values */

/* The value's bytes, malloced; NULL with err set. */
static char *
get_value(struct hc_hive *hive, struct hc_hive_key key, const char *name, hive_type *ret_type,
	  size_t *ret_size, struct hc_err *err)
{
	hive_value_h value;
	char *bytes;

	errno = 0;
	value = hivex_node_get_value(hive->hive, key.node, name);
	if (value == 0) {
		missing(hive, "value", name, err);
		return NULL;
	}
	bytes = hivex_value_value(hive->hive, value, ret_type, ret_size);
	if (bytes == NULL) {
		hc_err_sys(err, H_HIVE_FORMAT, "the value %s of %s cannot be read", name,
			   hive->name);
		hc_err_at(err, HC_NO_OFFSET, "%s", hive->name);
	}
	return bytes;
}

int
hc_hive_string(struct hc_hive *hive, struct hc_hive_key key, const char *name,
	       struct hc_arena *arena, const char **ret, struct hc_err *err)
{
	hive_type type;
	size_t size;
	char *bytes = get_value(hive, key, name, &type, &size, err), *text;

	if (bytes == NULL)
		return -1;
	if (type != hive_t_string && type != hive_t_expand_string) {
		free(bytes);
		return missing(hive, "text", name, err);
	}
	text = hc_utf16_to_utf8(arena, hc_span(bytes, size / 2 * 2));
	free(bytes);
	if (text == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for a value of the registry");
	*ret = text;
	return 0;
}

int
hc_hive_strings(struct hc_hive *hive, struct hc_hive_key key, const char *name,
		struct hc_arena *arena, struct hc_strings *ret, struct hc_err *err)
{
	hive_type type;
	size_t size, at = 0, end;
	char *bytes = get_value(hive, key, name, &type, &size, err), *text;
	struct hc_strings list = { 0 };
	int result = 0;

	if (bytes == NULL)
		return -1;
	if (type != hive_t_multiple_strings) {
		free(bytes);
		return missing(hive, "list", name, err);
	}
	for (; at + 2 <= size && result == 0; at = end + 2) {
		for (end = at; end + 2 <= size && hc_get_le16(bytes + end) != 0; end += 2)
			;
		if (end == at)
			break;
		text = hc_utf16_to_utf8(arena, hc_span(bytes + at, end - at));
		if (text == NULL)
			result = hc_err_set(err, H_OUT_OF_MEMORY,
					    "no memory for a value of the registry");
		else
			result = hc_strings_add(&list, arena, text, err);
	}
	free(bytes);
	if (result == 0)
		*ret = list;
	return result;
}

int
hc_hive_dword(struct hc_hive *hive, struct hc_hive_key key, const char *name, uint32_t *ret,
	      struct hc_err *err)
{
	hive_type type;
	size_t size;
	char *bytes = get_value(hive, key, name, &type, &size, err);
	uint32_t value;

	if (bytes == NULL)
		return -1;
	if ((type != hive_t_dword && type != hive_t_dword_be) || size < 4) {
		free(bytes);
		return missing(hive, "number", name, err);
	}
	value = hc_get_le32(bytes);
	*ret = type == hive_t_dword ? value : __builtin_bswap32(value);
	free(bytes);
	return 0;
}

int
hc_hive_bytes(struct hc_hive *hive, struct hc_hive_key key, const char *name,
	      struct hc_arena *arena, struct hc_span *ret, struct hc_err *err)
{
	hive_type type;
	size_t size;
	char *bytes = get_value(hive, key, name, &type, &size, err);
	uint8_t *copy;

	if (bytes == NULL)
		return -1;
	copy = hc_arena_alloc(arena, size + 1);
	if (copy != NULL)
		memcpy(copy, bytes, size);
	free(bytes);
	if (copy == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY,
				  "no memory for a value of the registry");
	*ret = hc_span(copy, size);
	return 0;
}
