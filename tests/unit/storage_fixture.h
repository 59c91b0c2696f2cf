/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Offline machines for tests of the fixups about drivers: a volume on which every driver that SYSTEM names has a file, but
 * for those that a test leaves out; a machine with one controller; and the edits made in the hive, so that a second look
 * can find nothing.
 */
#ifndef HC_TESTS_STORAGE_FIXTURE_H
#define HC_TESTS_STORAGE_FIXTURE_H

#include "restore/base/text.h"
#include "tests/unit/fixup_fixture.h"

static const struct machine_pci lsi_u320 = { "0000:00:10.0", NULL, "1000&DEV_0030",
					     "197615AD",     "01", "010000" };
static const struct machine_pci lsi_sas = { "0000:03:00.0", NULL, "1000&DEV_0054",
					    "1F091028",     "02", "010000" };
static const struct machine_pci lsi_sas_vmware = {
	"0000:03:00.0", "0000:00:15.0", "1000&DEV_0054", "197615AD", "01", "010000"
};
static const struct machine_pci vmware_bridge = { "0000:00:15.0", NULL, "15AD&DEV_07A0",
						  "07A015AD",     "01", "060400" };
static const struct machine_pci piix4 = { "0000:00:07.1", NULL, "8086&DEV_7111",
					  "197615AD",     "01", "01018a" };
static const struct machine_pci piix3 = { "0000:00:01.1", NULL, "8086&DEV_7010",
					  "11001AF4",     "00", "010180" };
static const struct machine_pci via_ide = { "0000:00:0f.1", NULL, "1106&DEV_0571",
					    "05711106",     "06", "01018a" };
static const struct machine_pci vbox_ahci = { "0000:00:0d.0", NULL, "8086&DEV_2829",
					      "00000000",     "02", "010601" };
static const struct machine_pci ich9_ahci = { "0000:00:1f.2", NULL, "8086&DEV_2922",
					      "11001AF4",     "02", "010601" };
static const struct machine_pci dell_raid = { "0000:00:1f.2", NULL, "8086&DEV_282A",
					      "05341028",     "04", "010400" };
static const struct machine_pci nvme = { "0000:01:00.0", NULL, "144D&DEV_A808",
					 "A801144D",     "00", "010802" };
static const struct machine_pci virtio = { "0000:00:04.0", NULL, "1AF4&DEV_1001",
					   "00021AF4",     "00", "010000" };
static const struct machine_pci pvscsi = { "0000:0b:00.0", NULL, "15AD&DEV_07C0",
					   "07C015AD",     "02", "010700" };

/* One line for a driver's file, below \Windows, in lower case but for System32: NTFS as Windows has it has one folder. */
static void
list_file(FILE *list, const char *image_path, const char *name)
{
	char path[PATH_MAX];

	if (image_path == NULL || image_path[0] == '\0')
		snprintf(path, sizeof(path), "system32/drivers/%s.sys", name);
	else
		snprintf(path, sizeof(path), "%s",
			 strncasecmp(image_path, "\\SystemRoot\\", 12) == 0 ? image_path + 12
									    : image_path);
	for (char *p = path; *p != '\0'; p++)
		*p = *p == '\\' ? '/' : *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	if (strncmp(path, "system32/", 9) == 0)
		fprintf(list, "System32/%s\n", path + 9);
}

static bool
is_one_of(const char *names, const char *name)
{
	char all[512], wanted[96];

	snprintf(all, sizeof(all), " %s ", names != NULL ? names : "");
	snprintf(wanted, sizeof(wanted), " %s ", name);
	return strcasestr(all, wanted) != NULL;
}

/* Writes `files`: the file of every driver of a control set, but for those of `without`. */
__attribute__((unused)) static bool
list_drivers(const struct sandbox *box, const char *set, const char *without)
{
	struct hc_buf bytes = slurp(box, "SYSTEM");
	struct hc_hive_children services = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_hive *hive = NULL;
	struct hc_hive_key key;
	struct hc_err err;
	char path[PATH_MAX];
	FILE *list = fopen(path_in(box, path, "files"), "w");
	bool done =
		list != NULL && hc_hive_open(hc_buf_span(&bytes), "SYSTEM", &hive, &err) == 0;

	snprintf(path, sizeof(path), "%s\\Services", set);
	done = done && hc_hive_key(hive, path, &key, &err) == 0 &&
	       hc_hive_children(hive, key, &arena, &services, &err) == 0;
	for (size_t i = 0; done && i < services.count; i++) {
		const char *image = NULL, *name = services.items[i].name;
		uint32_t type;

		if (is_one_of(without, name) ||
		    hc_hive_dword(hive, services.items[i].key, "Type", &type, &err) < 0 ||
		    (type & 11) == 0)
			continue;
		if (hc_hive_string(hive, services.items[i].key, "ImagePath", &arena, &image,
				   &err) < 0)
			image = NULL;
		list_file(list, image, name);
	}
	if (list != NULL)
		fclose(list);
	hc_hive_close(hive);
	hc_arena_done(&arena);
	hc_buf_done(&bytes);
	return done;
}

/* The volume w.img with the hives of the sandbox and the files of `files`; programs in the folder `made` go over them. */
__attribute__((unused)) static bool
make_driver_volume(struct sandbox *box, const char *without)
{
	if (!list_drivers(box, "ControlSet001", without) ||
	    run(box, "rm -f w.img && truncate -s 120M w.img && mkntfs -qFQ w.img") != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes"))
		return false;
	run(box, "mkdir -p mnt/Windows/System32/config && "
		 "for h in SYSTEM SOFTWARE DRIVERS; do "
		 "[ ! -e $h ] || cp $h mnt/Windows/System32/config/; done; cd mnt/Windows && "
		 "sed 's#/[^/]*$##' ../../files | sort -u | xargs -d '\\n' mkdir -p && "
		 "xargs -d '\\n' touch <../../files && "
		 "{ [ ! -d ../../made ] || cp ../../made/* System32/drivers/; }");
	return umount_ntfs(box);
}

/* A real SYSTEM, changed by text; where its logs are missing this is a copy that is declared clean (hazards 13). */
__attribute__((unused)) static bool
take_system(const struct sandbox *box, const char *set, const char *change)
{
	run(box, "rm -rf SYSTEM SOFTWARE DRIVERS made");
	return real_hive(box, set, "SYSTEM", "SYSTEM") &&
	       change_hive(box, "SYSTEM", change != NULL ? change : "[\\Select]\n");
}

/* ---------------------------------------------------------------- making the edits */

/* Makes the edits of the last look in SYSTEM, by a tool that is not ours, and puts it back. */
__attribute__((unused)) static bool
make_edits(struct sandbox *box, struct offline_machine *m)
{
	return make_hive_edits(box, m, "SYSTEM") && mount_ntfs(box, "w.img", "big_writes") &&
	       run(box, "cp SYSTEM mnt/Windows/System32/config/") == 0 && umount_ntfs(box);
}

/* ---------------------------------------------------------------- a case */

struct storage_case {
	const char *set;     /* of HALCYON_TESTDATA; NULL: `text`, or as the last one left it */
	const char *text;    /* SYSTEM; with `version` in SOFTWARE */
	const char *change;  /* of a real SYSTEM */
	const char *without; /* drivers that have no file */
	const char *version;
	const struct machine_pci *controller; /* NULL: the machine is unknown */
	bool bridge;                          /* the controller is below vmware_bridge */
	const char *want;
	const char *about;
};

/* Of the edits that were found, those of SYSTEM: no other file was changed in between. */
static size_t
count_edits(const struct hc_edits *edits)
{
	size_t count = 0;

	for (size_t i = 0; i < edits->count; i++)
		if (edits->items[i].path != NULL && strstr(edits->items[i].path, "/SYSTEM"))
			count++;
	return count;
}

/* What differs from the last look, after its edits, is what can't be repaired: edits must be none. */
__attribute__((unused)) static void
look_again(struct sandbox *box, struct offline_machine *before, const struct machine *machine,
	   const char *about)
{
	struct offline_machine m;
	struct hc_err err;

	if (!ok(make_edits(box, before) && offline_open(box, &m, false),
		"%s: the edits are made", about))
		return;
	m.request = before->request;
	m.request.facts = before->request.facts == NULL ? NULL : &machine->facts;
	ok_call(hc_fixup_detect(&m.offline, &m.request, &m.arena, &m.found, &err), &err,
		"%s: it looks again", about);
	if (!ok(count_edits(&m.found.edits) == 0, "%s: a second look finds nothing", about)) {
		struct hc_buf text = { 0 };

		for (size_t i = 0; i < m.found.edits.count; i++)
			edit_line(&m.found.edits.items[i], &text, &err);
		hc_buf_append(&text, "", 1, &err);
		printf("# %s", (const char *)text.data);
		hc_buf_done(&text);
	}
	offline_done(&m);
}

/* A SOFTWARE that says no more than the version. */
static bool
make_software(const struct sandbox *box, const char *version)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "[\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"%s\"\n",
		 version);
	return make_hive_text(box, "SOFTWARE", text);
}

__attribute__((unused)) static bool
prepare_case(struct sandbox *box, const struct storage_case *c)
{
	if (c->set == NULL && c->text == NULL)
		return true;
	if (c->set != NULL) {
		if (!take_system(box, c->set, c->change))
			return false;
	} else {
		run(box, "rm -rf SYSTEM SOFTWARE DRIVERS");
		if (!make_hive_text(box, "SYSTEM", c->text))
			return false;
	}
	return (c->version == NULL || make_software(box, c->version)) &&
	       make_driver_volume(box, c->without);
}

__attribute__((unused)) static void
run_case(struct sandbox *box, const struct storage_case *c, const char *fixup)
{
	struct offline_machine m;
	struct machine machine;

	if (!prepare_case(box, c)) {
		tap_skip(NO_NTFS);
		return;
	}
	if (!ok(offline_open(box, &m, false), "%s: it opens", c->about))
		return;
	ask_only(&m, fixup);
	machine_init(&machine, c->controller);
	if (c->bridge)
		machine_add(&machine, &vmware_bridge);
	m.request.facts = c->controller == NULL ? NULL : &machine.facts;
	m.request.target = &machine.disk;
	is_found(&m, c->want, c->about);
	if (m.found.edits.count > 0)
		look_again(box, &m, &machine, c->about);
	offline_done(&m);
	machine_done(&machine);
}

#endif
