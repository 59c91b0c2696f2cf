/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of a key, by name. */
#include "restore/hive/hive_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Nothing forbids a hive to list one long name a hundred thousand times. */
#define NAMES_MAX (64u << 20)

int
hc_hive_values(struct hc_hive *hive, struct hc_hive_key key, struct hc_arena *arena,
	       struct hc_strings *ret_names, struct hc_err *err)
{
	hive_value_h *values = hivex_node_values(hive->hive, key.node);
	struct hc_strings list = { 0 };
	size_t total = 0;
	int result = 0;

	if (values == NULL)
		return hc_err_sys(err, H_HIVE_FORMAT, "a list of values of %s cannot be read",
				  hive->name);
	for (size_t i = 0; values[i] != 0 && result == 0; i++) {
		char *name = hivex_value_key(hive->hive, values[i]);

		/* One whose name can't be read is left out: nobody can ask for it. */
		total += name != NULL ? strlen(name) : 0;
		if (total > NAMES_MAX)
			result = hc_err_set(err, H_HIVE_FORMAT,
					    "a list of %s has more than %u bytes of names",
					    hive->name, NAMES_MAX);
		else if (name != NULL)
			result = hc_strings_add(&list, arena, name, err);
		free(name);
	}
	free(values);
	if (result == 0)
		*ret_names = list;
	return result;
}
