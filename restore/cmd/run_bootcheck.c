/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a restore: would it start? */
#include "restore/base/log.h"
#include "restore/cmd/offline_open.h"
#include "restore/cmd/run.h"
#include "restore/fixup/bootcheck.h"

/* Somebody said by name that what a repair was for may stay as it is. */
static bool
was_accepted(const struct hc_plan *plan)
{
	for (size_t i = 0; i < plan->verdict.findings.count; i++) {
		const struct hc_finding *finding = &plan->verdict.findings.items[i];

		if (finding->overridden &&
		    (finding->level == HC_LEVEL_BLOCK || finding->fixups.count > 0))
			return true;
	}
	return false;
}

static int
judge(struct run *run, const struct hc_bootcheck *check, struct hc_err *err)
{
	const struct hc_boot_link *broken = hc_bootcheck_first_broken(check);

	if (broken == NULL)
		return 0;
	hc_bootcheck_error(check, run->plan->target.path, err);
	if (!was_accepted(run->plan))
		return -1;
	hc_log(HC_LOG_WARN,
	       "restored and checked, but it will not boot as it is, which was accepted:");
	hc_log_err(err);
	return 0;
}

/* A disk without a Windows, or one that can't be read, starts nothing that could be judged; the rules said so. */
static int
look(struct cli *cli, struct run *run, struct hc_bootcheck *check, struct hc_err *err)
{
	struct offline_place place = { 0 };
	int result = offline_from_place(cli, run->plan->target.path, 0, &place, err);

	if (result == 0)
		result = hc_bootcheck(&place.offline, run->facts, run->here ? place.disk : NULL,
				      run->here, &cli->arena, check, err);
	offline_place_close(&place);
	return result;
}

int
run_bootcheck(struct cli *cli, struct run *run, struct hc_err *err)
{
	struct hc_bootcheck *check = hc_arena_alloc(&cli->arena, sizeof(*check));

	if (run->plan->system_partition == 0)
		return 0;
	if (check == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a check");
	if (look(cli, run, check, err) < 0)
		return hc_err_wrap(err, "while looking whether what was restored will boot");
	run->report.bootcheck = check;
	return judge(run, check, err);
}
