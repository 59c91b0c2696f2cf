/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon bootcheck: would this boot, and if not, where does the chain break? */
#include "restore/fixup/bootcheck.h"
#include "restore/cmd/offline_open.h"
#include "restore/cmd/prepare.h"

static int
print(struct cli *cli, const struct hc_bootcheck *check, struct hc_err *err)
{
	struct hc_buf text = { 0 };
	int result;

	if (cli->json)
		return cli_print(&hc_bootcheck_shape, check, err);
	if (cli->quiet)
		return 0;
	result = hc_bootcheck_text(check, cli->args[0], &text, err);
	if (result == 0)
		result = cli_print_buf(&text, err);
	hc_buf_done(&text);
	return result;
}

int
cmd_bootcheck(struct cli *cli, struct hc_err *err)
{
	const char *name = cli->args[0];
	struct offline_place place = { 0 };
	struct hc_bootcheck check = { 0 };
	struct hc_facts store = { 0 };
	const struct hc_facts *facts;
	uint64_t disk;
	bool here;
	int result = -1;

	if (cli_number(cli, "disk", 0, &disk, err) < 0 ||
	    offline_from_place(cli, name, disk, &place, err) < 0 ||
	    machine_facts(cli, place.disk != NULL ? name : NULL, &store, &facts, &here, err) <
		    0)
		goto out;
	/* A disk of this machine has its place in these facts only; firmware entries are of disks that are here (hazards 6). */
	if (hc_bootcheck(&place.offline, facts, here ? place.disk : NULL,
			 here && place.disk != NULL, &cli->arena, &check, err) == 0 &&
	    print(cli, &check, err) == 0)
		result = check.boots == HC_NO ? hc_bootcheck_error(&check, name, err) : 0;
out:
	offline_place_close(&place);
	return result;
}
