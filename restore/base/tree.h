/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small attribute files below a root: /sys and /proc of this machine, or of a recorded one.
 *
 * Shape:   struct hc_tree { root }: "" for the running machine, else a folder that holds sys/ and proc/.
 *          Paths are given as "/sys/block/sda/size" in both cases, by format.
 * Owner:   what is returned lives in the caller's arena.
 * Errors:  attributes come and go, so what can't be read is simply absent: NULL, false, an empty list.
 * Example:
 *	struct hc_tree live = { "" };
 *	char *model = hc_tree_text(&live, &arena, "/sys/block/%s/device/model", "sda");
 */
#ifndef HC_BASE_TREE_H
#define HC_BASE_TREE_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

#define HC_TREE_PATH 4096

struct hc_tree {
	const char *root;
};

struct hc_tree_names {
	const char **items;
	size_t count;
};

/* The first `max` bytes of a file appended to `out`; false when it can't be read. */
bool hc_tree_bytes(const struct hc_tree *tree, struct hc_buf *out, size_t max, const char *fmt,
		   ...) HC_PRINTF(4, 5);
/* Its text without leading and trailing blanks; NULL when absent or empty. */
char *hc_tree_text(const struct hc_tree *tree, struct hc_arena *arena, const char *fmt, ...)
	HC_PRINTF(3, 4);
/* Its number, decimal or with 0x; `otherwise` when absent. */
uint64_t hc_tree_number(const struct hc_tree *tree, uint64_t otherwise, const char *fmt, ...)
	HC_PRINTF(3, 4);
bool hc_tree_exists(const struct hc_tree *tree, const char *fmt, ...) HC_PRINTF(2, 3);
/* Links followed to the end, as a path without the root: "/sys/devices/pci0000:00/…"; NULL when absent. */
char *hc_tree_real(const struct hc_tree *tree, struct hc_arena *arena, const char *fmt, ...)
	HC_PRINTF(3, 4);
/* The last part of what a link names ("ahci" for …/driver); NULL when absent or no link. */
char *hc_tree_link(const struct hc_tree *tree, struct hc_arena *arena, const char *fmt, ...)
	HC_PRINTF(3, 4);
/* The value of a parameter of the kernel line, the last one that is there; NULL when absent. */
char *hc_tree_parameter(const struct hc_tree *tree, struct hc_arena *arena, const char *name);
/* Names in a folder, sorted ("sda2" before "sda10"), without those that start with a dot. */
struct hc_tree_names hc_tree_list(const struct hc_tree *tree, struct hc_arena *arena,
				  const char *fmt, ...) HC_PRINTF(3, 4);

#endif
