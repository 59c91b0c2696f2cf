/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkcpio: writes a cpio archive (newc) from a manifest, the same bytes each time.
 *
 *   mkcpio MTIME <MANIFEST >ARCHIVE
 *
 * Manifest, a line each, in the grammar of the kernel's usr/gen_init_cpio.c; # begins a comment:
 *   file  NAME SOURCE MODE UID GID
 *   dir   NAME MODE UID GID
 *   slink NAME TARGET MODE UID GID
 *   nod   NAME MODE UID GID TYPE MAJOR MINOR      TYPE is b or c
 * Owner, mode and device numbers come from the manifest, the time stamp from MTIME, inode numbers are counted:
 * no root is needed, and nothing of the build machine gets in. Lines may come in any order; a name twice is an error.
 * Format: Documentation/driver-api/early-userspace/buffer-format.rst of the kernel.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	MAX_FIELDS = 8,
	MAX_LINE = 4096,
	MODE_BITS = 07777,
	TYPE_BLOCK = 0060000,
	TYPE_CHAR = 0020000,
	TYPE_DIR = 0040000,
	TYPE_FILE = 0100000,
	TYPE_LINK = 0120000,
};

struct entry {
	char *name;   /* without the leading slash */
	char *source; /* content: path of a file, or target of a link; else NULL */
	uint32_t mode, uid, gid, major, minor;
	size_t line; /* of the manifest, for messages */
};

struct list {
	struct entry *entries;
	size_t count, room;
};

static int
complain(size_t line, const char *what, const char *object)
{
	fprintf(stderr, "mkcpio: error: line %zu: %s: %s\n", line, what, object);
	return -1;
}

static int
number(const char *text, int base, uint32_t *ret_value)
{
	char *end;

	errno = 0;
	unsigned long value = strtoul(text, &end, base);
	if (errno || *end || end == text || value > UINT32_MAX)
		return -1;
	*ret_value = (uint32_t)value;
	return 0;
}

static int
push(struct list *list, const struct entry *entry)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 256;
		struct entry *more = realloc(list->entries, room * sizeof(*more));
		if (!more)
			return -1;
		list->entries = more;
		list->room = room;
	}
	list->entries[list->count++] = *entry;
	return 0;
}

/* One line, cut into words, as an entry. */
static int
parse(char *words[], size_t count, size_t line, struct entry *entry)
{
	static const struct {
		const char *word;
		size_t count, mode_at;
		uint32_t type;
	} kinds[] = {
		{ "file", 6, 3, TYPE_FILE },
		{ "dir", 5, 2, TYPE_DIR },
		{ "slink", 6, 3, TYPE_LINK },
		{ "nod", 8, 2, 0 },
	};
	size_t k = 0;

	while (k < 4 && strcmp(words[0], kinds[k].word) != 0)
		k++;
	if (k == 4)
		return complain(line, "unknown kind", words[0]);
	if (count != kinds[k].count)
		return complain(line, "wrong number of words", words[0]);
	size_t at = kinds[k].mode_at;
	*entry = (struct entry){ .line = line };
	if (number(words[at], 8, &entry->mode) || entry->mode & ~(uint32_t)MODE_BITS ||
	    number(words[at + 1], 10, &entry->uid) || number(words[at + 2], 10, &entry->gid))
		return complain(line, "mode, uid or gid is no number", words[1]);
	entry->mode |= kinds[k].type;
	if (kinds[k].type == 0) {
		entry->mode |= words[5][0] == 'b' ? TYPE_BLOCK : TYPE_CHAR;
		if (number(words[6], 10, &entry->major) || number(words[7], 10, &entry->minor))
			return complain(line, "device number is no number", words[1]);
	}
	if (words[1][0] != '/' || !words[1][1])
		return complain(line, "name must begin with / and go on", words[1]);
	entry->name = strdup(words[1] + 1);
	entry->source = at == 3 ? strdup(words[2]) : NULL;
	return entry->name && (at != 3 || entry->source)
		       ? 0
		       : complain(line, "out of memory", words[1]);
}

static int
read_manifest(FILE *in, struct list *list)
{
	char text[MAX_LINE];

	for (size_t line = 1; fgets(text, sizeof(text), in); line++) {
		char *words[MAX_FIELDS + 1];
		size_t count = 0;
		struct entry entry;

		if (!strchr(text, '\n'))
			return complain(line, "line is too long or has no end", text);
		if (text[0] == '#')
			continue;
		for (char *w = strtok(text, " \t\n"); w && count <= MAX_FIELDS;
		     w = strtok(NULL, " \t\n"))
			words[count++] = w;
		if (!count)
			continue;
		if (parse(words, count, line, &entry))
			return -1;
		if (push(list, &entry))
			return complain(line, "out of memory", entry.name);
	}
	return ferror(in) ? complain(0, "cannot read the manifest", strerror(errno)) : 0;
}

/* By name, so that a folder stands before what is in it: '/' sorts right after its name's end here. */
static int
by_name(const void *a, const void *b)
{
	const unsigned char *x = (const unsigned char *)((const struct entry *)a)->name;
	const unsigned char *y = (const unsigned char *)((const struct entry *)b)->name;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	int left = *x == '/' ? 1 : *x, right = *y == '/' ? 1 : *y;
	return left - right;
}

static int
pad(uint64_t *at)
{
	for (; *at % 4; ++*at)
		if (putchar(0) == EOF)
			return -1;
	return 0;
}

static int
header(const struct entry *entry, uint32_t inode, uint32_t mtime, uint64_t size, uint64_t *at)
{
	size_t name_size = strlen(entry->name) + 1;
	uint32_t links = (entry->mode & ~(uint32_t)MODE_BITS) == TYPE_DIR ? 2 : 1;

	int wrote = printf(
		"070701%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32 "%08" PRIX32
		"%08" PRIX32 "%08" PRIX32 "%08X%08X%08" PRIX32 "%08" PRIX32 "%08zX%08X%s",
		inode, entry->mode, entry->uid, entry->gid, links, mtime, (uint32_t)size, 0U,
		0U, entry->major, entry->minor, name_size, 0U, entry->name);
	if (wrote < 0 || putchar(0) == EOF)
		return -1;
	*at += (uint64_t)wrote + 1;
	return pad(at);
}

static int
copy_file(const struct entry *entry, uint32_t inode, uint32_t mtime, uint64_t *at)
{
	char buffer[65536];
	struct stat st;
	size_t got;
	uint64_t left;
	int ret = -1;

	FILE *in = fopen(entry->source, "rb");
	if (!in || fstat(fileno(in), &st) || !S_ISREG(st.st_mode) || st.st_size > UINT32_MAX) {
		complain(entry->line, "cannot read the file", entry->source);
		goto out;
	}
	left = (uint64_t)st.st_size;
	if (header(entry, inode, mtime, left, at))
		goto out;
	while (left && (got = fread(buffer, 1, sizeof(buffer), in)) > 0 && got <= left) {
		if (fwrite(buffer, 1, got, stdout) != got)
			goto out;
		left -= got;
		*at += got;
	}
	if (left) {
		complain(entry->line, "the file changed while it was read", entry->source);
		goto out;
	}
	ret = pad(at);
out:
	if (in)
		fclose(in);
	return ret;
}

static int
write_entry(const struct entry *entry, uint32_t inode, uint32_t mtime, uint64_t *at)
{
	if ((entry->mode & ~(uint32_t)MODE_BITS) == TYPE_FILE)
		return copy_file(entry, inode, mtime, at);
	uint64_t size = entry->source ? strlen(entry->source) : 0;
	if (header(entry, inode, mtime, size, at))
		return -1;
	if (size && fputs(entry->source, stdout) == EOF)
		return -1;
	*at += size;
	return pad(at);
}

static int
write_archive(const struct list *list, uint32_t mtime)
{
	struct entry trailer = { .name = (char[]){ "TRAILER!!!" } };
	uint64_t at = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct entry *entry = &list->entries[i];
		if (i && strcmp(entry->name, list->entries[i - 1].name) == 0)
			return complain(entry->line, "the name is there twice", entry->name);
		if (write_entry(entry, (uint32_t)i + 1, mtime, &at))
			return complain(entry->line, "not written", entry->name);
	}
	if (header(&trailer, 0, 0, 0, &at) || fflush(stdout))
		return complain(0, "cannot write the archive", strerror(errno));
	return 0;
}

int
main(int argc, char *argv[])
{
	struct list list = { 0 };
	uint32_t mtime;
	int ret = 1;

	if (argc != 2 || number(argv[1], 10, &mtime)) {
		fputs("usage: mkcpio MTIME <MANIFEST >ARCHIVE\n", stderr);
		return 2;
	}
	if (read_manifest(stdin, &list))
		goto out;
	qsort(list.entries, list.count, sizeof(*list.entries), by_name);
	if (write_archive(&list, mtime) == 0)
		ret = 0;
out:
	for (size_t i = 0; i < list.count; i++) {
		free(list.entries[i].name);
		free(list.entries[i].source);
	}
	free(list.entries);
	return ret;
}
