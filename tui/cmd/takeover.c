/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking up the run that an earlier wizard began. */
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "restore/base/file.h"
#include "tui/cmd/cmd_priv.h"

#define RECORD         "run.json"
#define PLAN_MAX_BYTES (64u << 20)

void
hc_takeover_record(const struct hc_wiz *wiz, const char *dir)
{
	struct hc_buf text = { 0 };
	struct hc_err ignored;
	char path[HC_PATH];

	/* A run that can't be written down is shown by this wizard all the same. */
	snprintf(path, sizeof(path), "%s/" RECORD, dir);
	if (hc_wiz_record(wiz, &text, &ignored) < 0 ||
	    hc_file_replace(path, hc_buf_span(&text), &ignored) < 0)
		unlink(path);
	hc_buf_done(&text);
}

void
hc_takeover_forget(const char *dir)
{
	char path[HC_PATH];

	snprintf(path, sizeof(path), "%s/" RECORD, dir);
	unlink(path);
}

/* The folder of the record that was written last. */
static bool
find(const char *run_dir, char buf[HC_PATH])
{
	struct timespec newest = { 0 };
	char pattern[HC_PATH];
	glob_t found;
	bool any = false;

	snprintf(pattern, sizeof(pattern), "%s/" RECORD,
		 run_dir != NULL ? run_dir : HC_STATE_DIR "/wizard-*");
	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		struct stat info;

		/* What somebody else put there is not believed. */
		if (stat(path, &info) < 0 || info.st_uid != geteuid() ||
		    (any && (info.st_mtim.tv_sec < newest.tv_sec ||
			     (info.st_mtim.tv_sec == newest.tv_sec &&
			      info.st_mtim.tv_nsec < newest.tv_nsec))))
			continue;
		any = true;
		newest = info.st_mtim;
		snprintf(buf, HC_PATH, "%.*s", (int)(strlen(path) - strlen("/" RECORD)), path);
	}
	globfree(&found);
	return any;
}

bool
hc_takeover(struct hc_wiz *wiz, const char *run_dir, struct hc_engine *engine)
{
	char dir[HC_PATH], path[HC_PATH];
	struct hc_buf record = { 0 }, plan = { 0 };
	struct hc_err ignored;
	bool taken = false;

	if (!find(run_dir, dir))
		return false;
	snprintf(path, sizeof(path), "%.4000s/" RECORD, dir);
	if (hc_file_read(path, 65536, &record, &ignored) == 0 &&
	    hc_wiz_resume(wiz, hc_buf_span(&record), &ignored) == 0) {
		taken = hc_engine_follow(engine, dir, wiz->job, &ignored) == 0;
		snprintf(path, sizeof(path), "%.4000s/%s", dir, hc_wiz_job_files[HC_JOB_PLAN]);
		if (hc_wiz_job_writes(wiz->job) &&
		    hc_file_read(path, PLAN_MAX_BYTES, &plan, &ignored) == 0)
			hc_wiz_resume_plan(wiz, hc_buf_span(&plan));
	}
	hc_buf_done(&record);
	hc_buf_done(&plan);
	return taken;
}
