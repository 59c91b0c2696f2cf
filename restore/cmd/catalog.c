/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon catalog: the backups in a repository. */
#include <stdio.h>

#include "restore/base/text.h"
#include "restore/cmd/prepare.h"

static void
print_backup(const struct hc_catalog_backup *backup)
{
	char used[HC_SIZE_TEXT];

	hc_size_text(backup->used_bytes, used);
	printf("%-28s %-16s %-20s %11s  %s%s\n", backup->id, backup->host ? backup->host : "-",
	       backup->created ? backup->created : "-", used, backup->os ? backup->os : "-",
	       backup->complete ? "" : "  (damaged)");
}

int
cmd_catalog(struct cli *cli, struct hc_err *err)
{
	struct hc_place_options place;
	struct hc_catalog catalog = { 0 };

	if (place_options(cli, &place, err) < 0 ||
	    hc_catalog_read(cli->args[0], &place, &cli->arena, &catalog, err) < 0)
		return -1;
	if (cli->json)
		return cli_print(&hc_catalog_shape, &catalog, err);
	printf("%-28s %-16s %-20s %11s  %s\n", "ID", "HOST", "CREATED", "USED", "SYSTEM");
	for (size_t i = 0; i < catalog.backups.count; i++)
		print_backup(&catalog.backups.items[i]);
	return 0;
}
