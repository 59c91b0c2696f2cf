/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How disks are told apart: names, shared names, several paths to one disk (hazards 3). */
#include "restore/disk/disk_priv.h"

#include <string.h>

void
hc_identity_choose(struct hc_disk *disk)
{
	struct hc_identity *id = &disk->identity;

	id->serial = disk->serial;
	id->wwn = disk->wwn;
	id->size = disk->size;
	if (disk->serial != NULL)
		id->name = disk->serial;
	else if (disk->wwn != NULL)
		id->name = disk->wwn;
	else if (disk->is_file && strrchr(disk->path, '/') != NULL)
		id->name = strrchr(disk->path, '/') + 1;
	else
		id->name = disk->is_file ? disk->path : id->pci_path;
}

static bool
same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* Two names of one disk: one WWN, and nothing that speaks against it. */
static bool
same_disk(const struct hc_disk *a, const struct hc_disk *b)
{
	if (!same_text(a->wwn, b->wwn) || a->size != b->size)
		return false;
	if (a->serial != NULL && b->serial != NULL && strcmp(a->serial, b->serial) != 0)
		return false;
	return a->identity.edges == NULL || b->identity.edges == NULL ||
	       strcmp(a->identity.edges, b->identity.edges) == 0;
}

static bool
is_multipath(const struct hc_disk *disk)
{
	return same_text(disk->bus, "multipath");
}

/* Appends the paths and the users of `from` to `to`. */
static int
merge(struct hc_disk *to, const struct hc_disk *from, struct hc_arena *arena,
      struct hc_err *err)
{
	if (hc_strings_add(&to->other_paths, arena, from->path, err) < 0)
		return -1;
	for (size_t i = 0; i < from->other_paths.count; i++)
		if (hc_strings_add(&to->other_paths, arena, from->other_paths.items[i], err) <
		    0)
			return -1;
	for (size_t i = 0; i < from->member_of.count; i++)
		if (!hc_strings_has(&to->member_of, from->member_of.items[i]) &&
		    hc_strings_add(&to->member_of, arena, from->member_of.items[i], err) < 0)
			return -1;
	/* The assembled multipath device holds its paths: that is no use by somebody else. */
	for (size_t i = 0; !is_multipath(to) && i < from->in_use_by.count; i++)
		if (!hc_strings_has(&to->in_use_by, from->in_use_by.items[i]) &&
		    hc_strings_add(&to->in_use_by, arena, from->in_use_by.items[i], err) < 0)
			return -1;
	return 0;
}

static int
merge_paths(struct hc_disk_list *list, struct hc_arena *arena, struct hc_err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		for (size_t j = i + 1; j < list->count;) {
			struct hc_disk *a = &list->items[i], *b = &list->items[j];

			if (!same_disk(a, b)) {
				j++;
				continue;
			}
			if (is_multipath(b) && !is_multipath(a)) {
				struct hc_disk swap = *a;

				*a = *b;
				*b = swap;
			}
			if (merge(a, b, arena, err) < 0)
				return -1;
			memmove(b, b + 1, (list->count - j - 1) * sizeof(*b));
			list->count--;
		}
	}
	return 0;
}

static bool
is_unique(const struct hc_disk_list *list, size_t which, bool wwn)
{
	const char *mine = wwn ? list->items[which].wwn : list->items[which].serial;

	for (size_t i = 0; mine != NULL && i < list->count; i++)
		if (i != which &&
		    same_text(mine, wwn ? list->items[i].wwn : list->items[i].serial))
			return false;
	return mine != NULL;
}

int
hc_disks_compare(struct hc_disk_list *list, struct hc_arena *arena, struct hc_err *err)
{
	if (merge_paths(list, arena, err) < 0)
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		struct hc_disk *disk = &list->items[i];

		if (disk->serial == NULL && disk->wwn == NULL)
			continue;
		/* Namespaces of one NVMe drive share its serial, but not their WWN. */
		if (is_unique(list, i, false))
			disk->identity.name = disk->serial;
		else if (is_unique(list, i, true))
			disk->identity.name = disk->wwn;
		else
			disk->identity.shared = true;
	}
	return 0;
}
