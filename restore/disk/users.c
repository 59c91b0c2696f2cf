/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who uses a disk: mounts, swap, holders (LVM, md, multipath, loop).
 * Source: /proc/self/mountinfo (proc_pid_mountinfo(5)), /proc/swaps, /sys/block/.../holders.
 */
#include "restore/disk/disk_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 8

/* A block device that is the disk, a part of it, or made from it. */
struct device {
	const char *name;
	const char *number; /* "8:1" */
};

struct search {
	const struct hc_tree *tree;
	struct hc_arena *arena;
	struct hc_strings *found;
	struct device *devices;
	size_t count;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to look for the users of a disk");
}

static int
add_found(struct search *s, struct hc_err *err, const char *text)
{
	if (text == NULL)
		return no_memory(err);
	return hc_strings_has(s->found, text) ? 0
					      : hc_strings_add(s->found, s->arena, text, err);
}

static bool
is_known(const struct search *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->devices[i].name, name) == 0)
			return true;
	return false;
}

static const char *
holder_text(struct search *s, const char *name)
{
	const char *title =
		hc_tree_text(s->tree, s->arena, "/sys/class/block/%s/dm/name", name);

	if (title != NULL)
		return hc_arena_printf(s->arena, "held by %s (%s)", name, title);
	return hc_arena_printf(s->arena, "held by %s", name);
}

/* The device `name`, its partitions, and everything made from them. */
static int
add_device(struct search *s, const char *name, unsigned depth, struct hc_err *err)
{
	struct hc_tree_names names;
	struct device *d;

	if (depth > DEPTH_MAX || is_known(s, name))
		return 0;
	d = hc_arena_grow(s->arena, &s->devices, &s->count, sizeof(*d));
	if (d == NULL)
		return no_memory(err);
	d->name = name;
	d->number = hc_tree_text(s->tree, s->arena, "/sys/class/block/%s/dev", name);
	names = hc_tree_list(s->tree, s->arena, "/sys/class/block/%s", name);
	for (size_t i = 0; i < names.count; i++)
		if (hc_tree_exists(s->tree, "/sys/class/block/%s/%s/partition", name,
				   names.items[i]) &&
		    add_device(s, names.items[i], depth + 1, err) < 0)
			return -1;
	names = hc_tree_list(s->tree, s->arena, "/sys/class/block/%s/holders", name);
	for (size_t i = 0; i < names.count; i++)
		if (add_found(s, err, holder_text(s, names.items[i])) < 0 ||
		    add_device(s, names.items[i], depth + 1, err) < 0)
			return -1;
	return 0;
}

/* Undoes \040 and the like, in place. */
static void
unescape(char *text)
{
	char *to = text;

	for (char *p = text; *p != '\0'; p++) {
		unsigned value;

		if (p[0] == '\\' && sscanf(p + 1, "%3o", &value) == 1) {
			*to++ = (char)value;
			p += 3;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

/* The device behind a mount: by number, or by the source's name (btrfs has numbers of its own). */
static const struct device *
find_device(const struct search *s, const char *number, const char *source)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct device *d = &s->devices[i];

		if (d->number != NULL && number != NULL && strcmp(d->number, number) == 0)
			return d;
		if (source != NULL && strncmp(source, "/dev/", 5) == 0 &&
		    strcmp(source + 5, d->name) == 0)
			return d;
	}
	return NULL;
}

struct mount {
	char *number, *source, *point;
};

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw: cut to pieces.  False: it is no such line. */
static bool
parse_mount(char *line, struct mount *ret)
{
	char *save = NULL, *field = strtok_r(line, " ", &save);
	unsigned after = 0;

	*ret = (struct mount){ 0 };
	for (unsigned n = 0; field != NULL; n++, field = strtok_r(NULL, " ", &save)) {
		if (n == 2)
			ret->number = field;
		else if (n == 4)
			ret->point = field;
		else if (after > 0 && ++after == 3)
			ret->source = field;
		if (n > 5 && after == 0 && strcmp(field, "-") == 0)
			after = 1;
	}
	if (ret->number == NULL || ret->point == NULL)
		return false;
	unescape(ret->point);
	return true;
}

static int
look_at_mount(struct search *s, char *line, struct hc_err *err)
{
	const struct device *d;
	struct mount m;

	if (!parse_mount(line, &m))
		return 0;
	d = find_device(s, m.number, m.source);
	return d == NULL ? 0
			 : add_found(s, err,
				     hc_arena_printf(s->arena, "%s mounted at %s", d->name,
						     m.point));
}

/* The same, the mount point alone. */
static int
take_point(struct search *s, char *line, struct hc_err *err)
{
	struct mount m;

	if (!parse_mount(line, &m) || find_device(s, m.number, m.source) == NULL)
		return 0;
	return add_found(s, err, m.point);
}

static int
look_at_swap(struct search *s, char *line, struct hc_err *err)
{
	const struct device *d;

	line[strcspn(line, " \t")] = '\0';
	d = find_device(s, NULL, line);
	return d == NULL ? 0
			 : add_found(s, err,
				     hc_arena_printf(s->arena, "%s used as swap", d->name));
}

static int
each_line(struct search *s, const char *file,
	  int (*look)(struct search *, char *, struct hc_err *), struct hc_err *err)
{
	char *text = hc_tree_text(s->tree, s->arena, "%s", file), *save = NULL;

	if (text == NULL)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		if (look(s, line, err) < 0)
			return -1;
	return 0;
}

/* Loop devices over the disk's own nodes. */
static int
look_for_loops(struct search *s, struct hc_err *err)
{
	struct hc_tree_names names = hc_tree_list(s->tree, s->arena, "/sys/block");

	for (size_t i = 0; i < names.count; i++) {
		const char *backing = hc_tree_text(
			s->tree, s->arena, "/sys/block/%s/loop/backing_file", names.items[i]);

		if (backing != NULL && find_device(s, NULL, backing) != NULL &&
		    add_found(s, err,
			      hc_arena_printf(s->arena, "attached to %s", names.items[i])) < 0)
			return -1;
	}
	return 0;
}

int
hc_disk_users(const struct hc_tree *tree, const char *name, struct hc_arena *arena,
	      struct hc_disk *disk, struct hc_err *err)
{
	struct search s = { .tree = tree, .arena = arena, .found = &disk->in_use_by };

	if (add_device(&s, name, 0, err) < 0 ||
	    each_line(&s, "/proc/self/mountinfo", look_at_mount, err) < 0 ||
	    each_line(&s, "/proc/swaps", look_at_swap, err) < 0)
		return -1;
	return look_for_loops(&s, err);
}

int
hc_mount_points(const struct hc_tree *tree, const char *name, struct hc_arena *arena,
		struct hc_strings *list, struct hc_err *err)
{
	struct device device = { name,
				 hc_tree_text(tree, arena, "/sys/class/block/%s/dev", name) };
	struct search s = {
		.tree = tree, .arena = arena, .found = list, .devices = &device, .count = 1
	};

	return each_line(&s, "/proc/self/mountinfo", take_point, err);
}

int
hc_file_users(const struct hc_tree *tree, const char *path, uint64_t dev, uint64_t inode,
	      struct hc_arena *arena, struct hc_strings *list, struct hc_err *err)
{
	struct hc_tree_names names = hc_tree_list(tree, arena, "/sys/block");

	for (size_t i = 0; i < names.count; i++) {
		const char *backing = hc_tree_text(
			tree, arena, "/sys/block/%s/loop/backing_file", names.items[i]);
		struct stat st;
		const char *text;

		if (backing == NULL || stat(backing, &st) != 0 || (uint64_t)st.st_dev != dev ||
		    (uint64_t)st.st_ino != inode)
			continue;
		text = hc_arena_printf(arena, "%s attached to %s", path, names.items[i]);
		if (text == NULL)
			return no_memory(err);
		if (hc_strings_add(list, arena, text, err) < 0)
			return -1;
	}
	return 0;
}
