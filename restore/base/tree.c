/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attribute files below a root. */
#include "restore/base/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ATTRIBUTE_MAX 65536

/* Root and path joined; false when it is too long. */
static bool
join(const struct hc_tree *tree, char ret[HC_TREE_PATH], const char *fmt, va_list args)
{
	size_t root = strlen(tree->root);
	int n;

	if (root >= HC_TREE_PATH)
		return false;
	memcpy(ret, tree->root, root + 1);
	n = vsnprintf(ret + root, HC_TREE_PATH - root, fmt, args);
	return n >= 0 && (size_t)n < HC_TREE_PATH - root;
}

#define JOIN(path, fmt)                                                                        \
	do {                                                                                   \
		va_list args_;                                                                 \
		va_start(args_, fmt);                                                          \
		good = join(tree, path, fmt, args_);                                           \
		va_end(args_);                                                                 \
	} while (0)

static bool
read_file(const char *path, struct hc_buf *out, size_t max)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct hc_err err;
	uint8_t part[4096];
	ssize_t n = 0;
	size_t total = 0;

	if (fd < 0)
		return false;
	while (total < max) {
		size_t want = max - total < sizeof(part) ? max - total : sizeof(part);

		n = read(fd, part, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || hc_buf_append(out, part, (size_t)n, &err) < 0)
			break;
		total += (size_t)n;
	}
	close(fd);
	return n >= 0;
}

bool
hc_tree_bytes(const struct hc_tree *tree, struct hc_buf *out, size_t max, const char *fmt, ...)
{
	char path[HC_TREE_PATH];
	bool good;

	JOIN(path, fmt);
	return good && read_file(path, out, max);
}

static char *
trimmed(struct hc_arena *arena, const struct hc_buf *text)
{
	size_t start = 0, end = text->size;

	while (start < end && (isspace(text->data[start]) || text->data[start] == 0))
		start++;
	while (end > start && (isspace(text->data[end - 1]) || text->data[end - 1] == 0))
		end--;
	if (start == end)
		return NULL;
	return hc_arena_strndup(arena, (const char *)text->data + start, end - start);
}

char *
hc_tree_text(const struct hc_tree *tree, struct hc_arena *arena, const char *fmt, ...)
{
	char path[HC_TREE_PATH];
	struct hc_buf text = { 0 };
	char *ret = NULL;
	bool good;

	JOIN(path, fmt);
	if (good && read_file(path, &text, ATTRIBUTE_MAX))
		ret = trimmed(arena, &text);
	hc_buf_done(&text);
	return ret;
}

uint64_t
hc_tree_number(const struct hc_tree *tree, uint64_t otherwise, const char *fmt, ...)
{
	char path[HC_TREE_PATH], text[32] = "", *end;
	struct hc_buf bytes = { 0 };
	unsigned long long value;
	bool good;

	JOIN(path, fmt);
	if (good && read_file(path, &bytes, sizeof(text) - 1) && bytes.size > 0)
		memcpy(text, bytes.data, bytes.size);
	hc_buf_done(&bytes);
	errno = 0;
	value = strtoull(text, &end, 0);
	return end == text || errno != 0 ? otherwise : value;
}

bool
hc_tree_exists(const struct hc_tree *tree, const char *fmt, ...)
{
	char path[HC_TREE_PATH];
	bool good;

	JOIN(path, fmt);
	return good && access(path, F_OK) == 0;
}

char *
hc_tree_real(const struct hc_tree *tree, struct hc_arena *arena, const char *fmt, ...)
{
	char path[HC_TREE_PATH];
	char *real, *root = NULL, *ret = NULL;
	size_t skip = 0;
	bool good;

	JOIN(path, fmt);
	real = good ? realpath(path, NULL) : NULL;
	if (real == NULL)
		return NULL;
	if (tree->root[0] != '\0') {
		root = realpath(tree->root, NULL);
		/* A link that leads out of a recorded tree is not part of it. */
		skip = root == NULL ? SIZE_MAX : strlen(root);
		if (skip == SIZE_MAX || strncmp(real, root, skip) != 0 || real[skip] == '\0')
			goto out;
	}
	ret = hc_arena_strdup(arena, real + skip);
out:
	free(root);
	free(real);
	return ret;
}

char *
hc_tree_link(const struct hc_tree *tree, struct hc_arena *arena, const char *fmt, ...)
{
	char path[HC_TREE_PATH], target[HC_TREE_PATH];
	const char *name;
	ssize_t n;
	bool good;

	JOIN(path, fmt);
	n = good ? readlink(path, target, sizeof(target) - 1) : -1;
	if (n <= 0)
		return NULL;
	target[n] = '\0';
	name = strrchr(target, '/');
	return hc_arena_strdup(arena, name != NULL ? name + 1 : target);
}

char *
hc_tree_parameter(const struct hc_tree *tree, struct hc_arena *arena, const char *name)
{
	char *line = hc_tree_text(tree, arena, "/proc/cmdline"), *save = NULL, *found = NULL;
	size_t length = strlen(name);

	if (line == NULL)
		return NULL;
	for (char *word = strtok_r(line, " \n", &save); word != NULL;
	     word = strtok_r(NULL, " \n", &save))
		if (strncmp(word, name, length) == 0 && word[length] == '=')
			found = word + length + 1;
	return found;
}

/* Digits compare as numbers, so that sda2 comes before sda10. */
static int
compare_names(const void *a, const void *b)
{
	const char *p = *(const char *const *)a, *q = *(const char *const *)b;

	for (; *p != '\0' && *q != '\0'; p++, q++) {
		if (isdigit((unsigned char)*p) && isdigit((unsigned char)*q)) {
			size_t m = strspn(p, "0123456789"), n = strspn(q, "0123456789");

			if (m != n)
				return m < n ? -1 : 1;
		}
		if (*p != *q)
			return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
	}
	return (*p != '\0') - (*q != '\0');
}

struct hc_tree_names
hc_tree_list(const struct hc_tree *tree, struct hc_arena *arena, const char *fmt, ...)
{
	struct hc_tree_names list = { NULL, 0 };
	char path[HC_TREE_PATH];
	struct dirent *entry;
	bool good;
	DIR *dir;

	JOIN(path, fmt);
	dir = good ? opendir(path) : NULL;
	if (dir == NULL)
		return list;
	while ((entry = readdir(dir)) != NULL) {
		char *name =
			entry->d_name[0] == '.' ? NULL : hc_arena_strdup(arena, entry->d_name);
		const char **slot;

		if (name == NULL)
			continue;
		slot = hc_arena_grow(arena, &list.items, &list.count, sizeof(*slot));
		if (slot != NULL)
			*slot = name;
	}
	closedir(dir);
	if (list.count > 1)
		qsort(list.items, list.count, sizeof(*list.items), compare_names);
	return list;
}
