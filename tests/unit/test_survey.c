/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/survey: what is read out of a backup, and off a target, before there is a plan. */
#include "restore/survey/survey.h"

#include "restore/capture/capture.h"
#include "restore/disk/disk.h"
#include "tests/unit/windows_machine.h"

static const struct machine_pci ahci = { "0000:00:01.0", NULL, "1234&DEV_0009",
					 "00091234",     "00", "010601" };
static const struct machine_pci other = { "0000:00:01.0", NULL, "1234&DEV_0002",
					  "00021234",     "00", "010601" };

/* win.img: an MBR disk whose second partition holds the Windows of w.img; data.img: one without. */
static bool
make_disks(struct sandbox *box)
{
	return make_hive(box, "SYSTEM", "packages-system.reg") &&
	       make_hive(box, "DRIVERS", "packages.reg") &&
	       make_windows_volume(box,
				   "disk partmgr volmgr volsnap mountmgr pci ACPI storahci") &&
	       run(box,
		   "truncate -s 8M small.img && mkntfs -qFQ small.img && "
		   "truncate -s 100M win.img && printf 'label: dos\\nstart=2048,size=16384,type=7\\n"
		   "start=18432,size=163840,type=7,bootable\\n' | sfdisk -q win.img && "
		   "dd if=small.img of=win.img bs=512 seek=2048 conv=notrunc,sparse && "
		   "dd if=w.img of=win.img bs=512 seek=18432 conv=notrunc,sparse && "
		   "truncate -s 20M data.img && printf 'label: dos\\nstart=2048,size=16384,type=7\\n' | "
		   "sfdisk -q data.img && "
		   "dd if=small.img of=data.img bs=512 seek=2048 conv=notrunc,sparse") == 0;
}

static int
capture(const struct sandbox *box, const char *image, const char *id, struct hc_err *err)
{
	char source[PATH_MAX], to[PATH_MAX];
	struct hc_capture_options options = { .source = path_in(box, source, "%s", image),
					      .repository = path_in(box, to, "repo"),
					      .id = id };
	struct hc_manifest manifest = { 0 };
	struct hc_arena arena = { 0 };
	int result = hc_capture(&options, &arena, &manifest, err);

	hc_arena_done(&arena);
	return result;
}

/* Surveys a backup for a machine whose disk is `target`, a file of the sandbox. */
static int
survey(const struct sandbox *box, const char *id, const char *target, struct machine *m,
       bool with_facts, struct hc_err *err)
{
	struct hc_survey_request request = { .disk = 0 };
	struct hc_backup *backup = NULL;
	char name[PATH_MAX], path[PATH_MAX];
	int result = -1;

	memset(&m->survey, 0, sizeof(m->survey));
	request.facts = with_facts ? &m->facts : NULL;
	if (target != NULL) {
		if (hc_disk_describe(path_in(box, path, "%s", target), &m->arena, &m->disk,
				     err) < 0)
			return -1;
		request.target = &m->disk;
	}
	if (hc_backup_open(path_in(box, name, "repo//%s", id), NULL, &backup, err) == 0)
		result = hc_survey(backup, &request, &m->arena, &m->survey, err);
	hc_backup_close(backup);
	return result;
}

static void
test_drivers(const struct sandbox *box)
{
	struct machine m;
	struct hc_err err;

	machine_init(&m, &ahci);
	ok_call(survey(box, "win", NULL, &m, true, &err), &err, "a backup is surveyed");
	ok(m.survey.drivers_known && machine_answer(&m, ahci.address) != NULL &&
		   same(machine_answer(&m, ahci.address)->state, "ready") &&
		   m.survey.drivers.count == 8,
	   "its Windows has drivers for this machine (%zu answers)", m.survey.drivers.count);
	ok(survey(box, "win", NULL, &m, false, &err) == 0 && !m.survey.drivers_known,
	   "of a machine that isn't known nobody can say");
	ok(survey(box, "data", NULL, &m, true, &err) == 0 && !m.survey.drivers_known &&
		   m.survey.target_windows == NULL,
	   "a backup without a Windows has no drivers to ask for");
	machine_done(&m);
	machine_init(&m, &other);
	ok(survey(box, "win", NULL, &m, true, &err) == 0 && m.survey.drivers_known &&
		   same(machine_answer(&m, other.address)->state, "absent"),
	   "for another machine it has none");
	machine_done(&m);
}

static void
test_target(const struct sandbox *box)
{
	struct machine m;
	struct hc_err err;

	machine_init(&m, &ahci);
	ok_call(survey(box, "data", "win.img", &m, true, &err), &err, "a target is looked at");
	ok(m.survey.target_windows != NULL && m.survey.target_windows->system_partition == 2 &&
		   same(m.survey.target_windows->firmware, "bios") &&
		   same(m.survey.target_windows->current_control_set, "ControlSet001") &&
		   m.survey.target_windows->boot_drivers.count == 14,
	   "the Windows on it, in full");
	ok(m.survey.target_holds != NULL &&
		   strncmp(m.survey.target_holds, "a Windows of an unknown host; ", 30) == 0,
	   "and for people: %s", m.survey.target_holds ? m.survey.target_holds : "-");
	ok(survey(box, "win", "data.img", &m, true, &err) == 0 &&
		   m.survey.target_windows == NULL && m.survey.drivers_known,
	   "one without a Windows, for which the backup's is asked");
	machine_done(&m);
}

int
main(void)
{
	struct sandbox box;
	struct hc_err err;

	sandbox_open(&box);
	if (make_disks(&box)) {
		ok_call(capture(&box, "win.img", "win", &err), &err,
			"a disk with a Windows is captured");
		ok_call(capture(&box, "data.img", "data", &err), &err, "and one without");
		test_drivers(&box);
		test_target(&box);
	} else {
		tap_skip(NO_NTFS);
	}
	sandbox_close(&box);
	return tap_done();
}
