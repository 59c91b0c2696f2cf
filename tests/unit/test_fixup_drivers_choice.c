/* SPDX-License-Identifier: GPL-3.0-or-later */
/* driver-inject: which package of a folder is taken, which are refused and why; registries and INF files written here. */
#include "restore/fixup/fixup_priv.h"
#include "tests/unit/driver_packages.h"

#define ID      "PCI\\VEN_1AF4&DEV_1001"
#define LACKING ID "&SUBSYS_00021AF4&REV_00, which Windows starts through, has no driver"

static const struct machine_pci other_disk = { "0000:00:05.0", NULL, "1234&DEV_0001",
					       "00011234",     "00", "010000" };
static const struct machine_pci network = { "0000:00:06.0", NULL, "1234&DEV_0009",
					    "00091234",     "00", "020000" };

#define SYSTEM_TEXT(arch)                                                                       \
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"                  \
	"[\\ControlSet001\\Control\\Session Manager\\Environment]\n"                            \
	"\"PROCESSOR_ARCHITECTURE\"=\"" arch "\"\n"                                             \
	"[\\ControlSet001\\Control\\CriticalDeviceDatabase\\*pnp0a03]\n\"Service\"=\"pci\"\n"   \
	"[\\ControlSet001\\Services\\pci]\n\"Type\"=dword:00000001\n\"Start\"=dword:00000000\n" \
	"[\\ControlSet001\\Control\\CriticalDeviceDatabase\\pci#ven_1234&dev_0001]\n"           \
	"\"Service\"=\"lost\"\n"                                                                \
	"[\\ControlSet001\\Services\\lost]\n\"Type\"=dword:00000001\n\"Start\"=dword:00000000\n"

#define SOFTWARE_TEXT(version, build)                                                          \
	"[\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"" version "\"\n"      \
	"\"CurrentBuildNumber\"=\"" build "\"\n"

static bool
make_windows(struct windows *w, const char *system, const char *software)
{
	return make_hive_text(&w->box, "SYSTEM", system) &&
	       make_hive_text(&w->box, "SOFTWARE", software) &&
	       make_windows_volume(&w->box, FILES);
}

/* ---------------------------------------------------------------- one folder after the other */

#define NEW "02/01/2024,2.0.0.0"
#define OLD "01/01/2024,3.0.0.0"

/* A package a/NAME.inf with what belongs to it. */
static void
package(struct windows *w, const char *name, const char *target, const char *id,
	const char *version, const char *arch, const char *catalog, const char *more)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s.inf", name, name);
	make_inf(&w->box, path, name, target, id, version, more);
	make_programs(&w->box, name, name, arch, catalog);
}

static void
good(struct windows *w, const char *name, const char *id, const char *version)
{
	package(w, name, ",NTamd64", id, version, "x64", "tag", "");
}

static void
nothing(struct windows *w)
{
	run(&w->box, "mkdir drv");
}

static void
for_x86(struct windows *w)
{
	package(w, "a", ",NTx86", ID, NEW, "x86", "tag", "");
}

static void
for_10(struct windows *w)
{
	package(w, "a", ",NTamd64.10.0", ID, NEW, "x64", "tag", "");
}

static void
without_catalog(struct windows *w)
{
	package(w, "a", ",NTamd64", ID, NEW, "x64", UNSIGNED, "");
}

static void
with_foreign_catalog(struct windows *w)
{
	good(w, "a", ID, NEW);
	good(w, "b", "PCI\\VEN_0001", NEW);
	run(&w->box, "cd drv && printf x >>b/b.sys && cp b/b.sys a/a.sys");
}

static void
with_junk_catalog(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box, "echo junk >drv/a/a.cat");
}

static void
with_own_signature(struct windows *w)
{
	char top[PATH_MAX];

	without_catalog(w);
	if (getcwd(top, sizeof(top)) != NULL)
		run(&w->box,
		    "cp %s/tests/fuzz/authenticode/corpus/digest-of-another-kind "
		    "drv/a/a.sys",
		    top);
}

static void
with_new_signature(struct windows *w)
{
	package(w, "a", ",NTamd64", ID, NEW, "x64", SIGNED, "");
}

static void
with_wrong_program(struct windows *w)
{
	package(w, "a", ",NTamd64", ID, NEW, "x86", "tag", "");
}

static void
without_program(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box, "mv drv/a/a.sys drv/a/a.sy_");
}

static void
in_cabinet(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box, "sed -i 's/^1=Disk/1=Disk,a.cab/' drv/a/a.inf");
}

static void
out_of_the_folder(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box, "mv drv/a/a.sys drv && sed -i 's/^a.sys=1/a.sys=1,../' drv/a/a.inf");
}

static void
out_of_the_place(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box,
	    "sed -i 's/^DefaultDestDir=12/DefaultDestDir=12,..\\\\config/' drv/a/a.inf");
}

static void
for_a_program(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box, "sed -i 's/^ServiceType=1/ServiceType=0x10/' drv/a/a.inf");
}

static void
without_service(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box,
	    "sed -i 's/^AddService.*/Include=mshdc.inf/; s/^CopyFiles.*/Include=mshdc.inf/' "
	    "drv/a/a.inf");
}

static void
two_versions(struct windows *w)
{
	good(w, "a", ID, OLD);
	good(w, "b", ID, NEW);
}

static void
two_ranks(struct windows *w)
{
	good(w, "a", ID "&SUBSYS_00021AF4", OLD);
	good(w, "b", ID, NEW);
}

static void
newer_unsigned(struct windows *w)
{
	good(w, "b", ID, OLD);
	without_catalog(w);
}

static void
damaged(struct windows *w)
{
	good(w, "b", ID, NEW);
	run(&w->box,
	    "cd drv && echo 'no section' >broken.inf && echo '[autorun]' >autorun.inf && "
	    "sed 's/^AddService=.*/AddService=b,zz,Service/; s/^DriverVer=.*/DriverVer="
	    "03.01.2024/' b/b.inf >b/a.inf");
}

static void
with_links(struct windows *w)
{
	good(w, "b", ID, NEW);
	run(&w->box, "cd drv && ln -s . loop && ln -s .. b/up && ln -s b/b.inf a.inf && "
		     "ln -s / root && mkdir c && ln -s ../b c/b");
}

static void
many(struct windows *w)
{
	good(w, "b", ID, NEW);
	run(&w->box,
	    "cd drv && mkdir z && cd z && for i in $(seq 4200); do echo '[Version]' >$i.inf; done");
}

static void
deep(struct windows *w)
{
	good(w, "b", ID, NEW);
	run(&w->box, "cd drv && p=z && for i in $(seq 20); do p=$p/z; done && mkdir -p $p && "
		     "cp b/* $p");
}

static void
with_a_name(struct windows *w)
{
	good(w, "a", ID, NEW);
	run(&w->box, "mv drv/a/a.inf 'drv/a/a;b.inf'");
}

static const struct folder {
	const char *about;
	void (*make)(struct windows *w);
	const char *chosen; /* the INF that is put in place; NULL: none, and no edit at all */
	const char *notes;
} folders[] = {
	{ "an empty folder", nothing, NULL,
	  "refused: " LACKING ", and no package in DRV is for it\n" },
	{ "another processor", for_x86, NULL,
	  "refused: " LACKING ": a/a.inf is for x86, this Windows is x64\n" },
	{ "another Windows", for_10, NULL,
	  "refused: " LACKING ": a/a.inf is for another version of Windows\n" },
	{ "no catalog", without_catalog, NULL,
	  "refused: " LACKING
	  ": a/a.inf: a/a.sys is not signed, and this Windows loads no such driver: it has no "
	  "signature of its own, and the catalog is no help: a.cat is not in the package\n" },
	{ "a catalog that lists another file", with_foreign_catalog, NULL,
	  "refused: " LACKING
	  ": a/a.inf: a/a.sys is not signed, and this Windows loads no such driver: it has no "
	  "signature of its own, and the catalog doesn't list it\n" },
	{ "a catalog that is none", with_junk_catalog, NULL,
	  "refused: " LACKING
	  ": a/a.inf: a/a.sys is not signed, and this Windows loads no such driver: it has no "
	  "signature of its own, and the catalog is no help: the file is no PKCS #7 SignedData\n" },
	{ "a signature in the file", with_own_signature, "a/a.inf", "" },
	{ "a signature that this Windows has to learn", with_new_signature, "a/a.inf",
	  "note: a/a.inf is signed by SHA-256 only, which this Windows takes after the update "
	  "KB3033929 or KB4474419; neither is known to be installed\n" },
	{ "a program for another processor", with_wrong_program, NULL,
	  "refused: " LACKING ": a/a.inf: a/a.sys is for x86, this Windows is x64\n" },
	{ "a packed program", without_program, NULL,
	  "refused: " LACKING ": a/a.inf: a.sys is not in the package, or is packed\n" },
	{ "a cabinet", in_cabinet, NULL,
	  "refused: " LACKING ": a/a.inf: a.sys is packed in a.cab\n" },
	{ "a path out of the folder", out_of_the_folder, NULL,
	  "refused: " LACKING ": a/a.inf: ..\\a.sys is not in the package, or is packed\n" },
	{ "a path out of its place", out_of_the_place, NULL,
	  "refused: " LACKING ": a/a.inf: it wants a file where none can be\n" },
	{ "a service that is no driver", for_a_program, NULL,
	  "refused: " LACKING
	  ": a/a.inf: its service a is no driver that Windows can start from\n" },
	{ "no service", without_service, NULL,
	  "refused: " LACKING
	  ": a/a.inf: it brings no driver of its own, but goes by Windows' mshdc.inf\n" },
	{ "a name that Windows can't have", with_a_name, NULL,
	  "refused: " LACKING
	  ": a/a;b.inf: its INF has a name that no file of Windows can have\n" },
	{ "the newer of two", two_versions, "b/b.inf", "" },
	{ "the closer of two", two_ranks, "a/a.inf", "" },
	{ "the newer one is not signed", newer_unsigned, "b/b.inf", "" },
	{ "a damaged INF beside it", damaged, "b/b.inf",
	  "note: broken.inf was passed over: it has no section, so it is no INF file\n" },
	{ "links", with_links, "b/b.inf", "" },
	{ "too many", many, "b/b.inf",
	  "note: DRV holds more than 100000 files or 4096 INF files: the rest was not looked at\n" },
	{ "too deep", deep, "b/b.inf",
	  "note: z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z/z: what lies below this folder was not looked at\n" },
};

/* The notes, with the folder's name as DRV. */
static struct hc_buf
notes_of(struct windows *w)
{
	const struct hc_fix_notes *notes = &w->offline.found.notes;
	struct hc_buf text = { 0 };
	struct hc_err err;

	for (size_t i = 0; i < notes->count; i++) {
		const char *at = strstr(notes->items[i].text, w->folder);
		size_t length = at == NULL ? strlen(notes->items[i].text)
					   : (size_t)(at - notes->items[i].text);

		hc_buf_printf(&text, &err, "%s: %.*s%s%s\n",
			      notes->items[i].refused ? "refused" : "note", (int)length,
			      notes->items[i].text, at == NULL ? "" : "DRV",
			      at == NULL ? "" : at + strlen(w->folder));
	}
	hc_buf_append(&text, "", 1, &err);
	return text;
}

static const char *
chosen_of(const struct windows *w)
{
	for (size_t i = 0; i < w->offline.found.edits.count; i++) {
		const struct hc_edit *e = &w->offline.found.edits.items[i];

		if (e->path != NULL && strncmp(e->path, "/Windows/INF/oem", 16) == 0)
			return e->from->path + strlen(w->folder) + 1;
	}
	return w->offline.found.edits.count == 0 ? NULL : "edits, but no INF";
}

static void
is_chosen(struct windows *w, const char *chosen, const char *notes, const char *what)
{
	struct hc_buf got;
	struct hc_err err;

	w->offline.found = (struct hc_fix_found){ 0 };
	ok_call(hc_fixup_detect(&w->offline.offline, &w->offline.request, &w->offline.arena,
				&w->offline.found, &err),
		&err, "%s: it looks", what);
	got = notes_of(w);
	ok(same(chosen_of(w), chosen), "%s: %s", what, chosen == NULL ? "refused" : chosen);
	if (!ok(strcmp((const char *)got.data, notes) == 0, "%s: the notes", what))
		printf("# %s, notes\n%s", chosen_of(w) ? chosen_of(w) : "none",
		       (const char *)got.data);
	hc_buf_done(&got);
}

static void
test_folders(void)
{
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &virtio_disk);
	if (!ok(make_windows(&w, SYSTEM_TEXT("AMD64"), SOFTWARE_TEXT("6.1", "7601")),
		"Windows 7, 64 bits"))
		goto out;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		run(&w.box, "rm -rf drv");
		folders[i].make(&w);
		if (ok(windows_open(&w), "%s", folders[i].about))
			is_chosen(&w, folders[i].chosen, folders[i].notes, folders[i].about);
		windows_close(&w);
	}
out:
	windows_end(&w);
}

/* ---------------------------------------------------------------- other devices, other states */

/* Both are staged, each in a folder of its own, and the network adapter has no service yet. */
static void
are_staged(const struct windows *w)
{
	const struct hc_edits *edits = &w->offline.found.edits;
	char net[17], disk[17], want[1024];
	struct hc_buf got = { 0 };
	struct hc_err err;

	digits_of(&w->box, "drv/net/net.inf", net);
	digits_of(&w->box, "drv/disk/disk.inf", disk);
	for (size_t i = 0; i < edits->count; i++) {
		const struct hc_edit *e = &edits->items[i];

		if ((e->path != NULL && strstr(e->path, "halcyon") != NULL) ||
		    (e->name != NULL && strcmp(e->name, "DevicePath") == 0) ||
		    (e->key != NULL && strstr(e->key, "\\net") != NULL))
			edit_line(e, &got, &err);
	}
	hc_buf_append(&got, "", 1, &err);
#define STAGED "1:/Windows/halcyon/drivers/"
#define N      "net.inf_amd64_neutral_%s"
#define D      "disk.inf_amd64_neutral_%s"
	snprintf(want, sizeof(want),
		 STAGED D "/disk.inf made\n" STAGED D "/disk.cat made\n" STAGED D
			  "/disk.sys made\n" STAGED N "/net.inf made\n" STAGED N
			  "/net.cat made\n" STAGED N "/net.sys made\n" STAGED N
			  "/more.txt made\n"
			  "SOFTWARE Microsoft\\Windows\\CurrentVersion DevicePath: (none) -> "
			  "%%SystemRoot%%\\inf;%%SystemRoot%%\\halcyon\\drivers\\" D
			  ";%%SystemRoot%%\\halcyon\\drivers\\" N "\n",
		 disk, disk, disk, net, net, net, net, disk, net);
	if (!ok(strcmp((const char *)got.data, want) == 0, "both are staged"))
		printf("# wanted\n%s# got\n%s", want, (const char *)got.data);
	hc_buf_done(&got);
}

/* Devices that Windows doesn't start through: DevicePath. */
static void
test_others(void)
{
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &virtio_disk);
	machine_add(&w.machine, &network);
	good(&w, "disk", ID, NEW);
	good(&w, "net", "PCI\\VEN_1234&DEV_0009", NEW);
	run(&w.box,
	    "sed -i 's/^ServiceBinary.*/ServiceBinary=%%12%%\\\\net.sys/' drv/net/net.inf; "
	    "printf 'more' >drv/net/more.txt; "
	    "sed -i 's/^net.sys=1/net.sys=1\\nmore.txt=1\\nnot-there.dll=1/' drv/net/net.inf");
	if (ok(make_windows(&w, SYSTEM_TEXT("AMD64"), SOFTWARE_TEXT("6.1", "7601")) &&
		       windows_open(&w),
	       "a disk and a network adapter")) {
		w.offline.request.only = (struct hc_strings){ 0 };
		ask_only(&w.offline, "driver-inject");
		is_chosen(&w, "disk/disk.inf", "", "a disk and a network adapter");
		are_staged(&w);
		is_repaired(&w, "a disk and a network adapter");
	}
	windows_close(&w);
	run(&w.box, "rm -rf drv && rm -f SYSTEM SOFTWARE");
	package(&w, "net", ",NTamd64", "PCI\\VEN_1234&DEV_0009", NEW, "x64", UNSIGNED, "");
	if (windows_open(&w))
		is_chosen(
			&w, NULL,
			"note: PCI\\VEN_1234&DEV_0009&SUBSYS_00091234&REV_00 gets no driver: net/net.inf: net/net.sys is not signed, and this Windows loads no such driver: it has no signature of its own, and the catalog is no help: net.cat is not in the package\n",
			"an unsigned network driver is left out");
	windows_end(&w);
}

/* Windows would use a driver whose file is missing: only the same driver helps. */
static void
test_lost(void)
{
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &other_disk);
	good(&w, "a", "PCI\\VEN_1234&DEV_0001", NEW);
	if (ok(make_windows(&w, SYSTEM_TEXT("AMD64"), SOFTWARE_TEXT("6.1", "7601")) &&
		       windows_open(&w),
	       "a lost file"))
		is_chosen(
			&w, NULL,
			"refused: PCI\\VEN_1234&DEV_0001&SUBSYS_00011234&REV_00, which Windows starts through, has no driver (the file of lost is missing): a/a.inf: it brings the driver a, and Windows would go on using lost\n",
			"a package with another driver");
	windows_close(&w);
	good(&w, "lost", "PCI\\VEN_1234&DEV_0001", OLD);
	if (windows_open(&w)) {
		is_chosen(&w, "lost/lost.inf", "", "a package with the driver");
		is_repaired(&w, "a package with the driver");
	}
	windows_end(&w);
}

/* What another repair binds stays bound so. */
static void
test_bound(void)
{
	struct hc_edit_state after = { .text = "intelide" };
	struct hc_edit edit = { .fixup = "storage-boot",
				.key = "ControlSet001\\Control\\CriticalDeviceDatabase\\"
				       "pci#ven_1af4&dev_1001",
				.name = "Service",
				.after = &after };
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &virtio_disk);
	good(&w, "a", ID, NEW);
	if (ok(make_windows(&w, SYSTEM_TEXT("AMD64"), SOFTWARE_TEXT("6.1", "7601")) &&
		       windows_open(&w),
	       "Windows 7")) {
		struct hc_fix_found found = { .edits = { &edit, 1 } };
		struct fix fix = { .offline = &w.offline.offline,
				   .windows = w.offline.offline.windows,
				   .request = &w.offline.request,
				   .version = HC_NT(6, 1),
				   .id = "driver-inject",
				   .arena = &w.offline.arena,
				   .found = &found };
		struct hc_err err;

		ok_call(fix_driver_inject(&fix, &err), &err, "it looks");
		ok(found.edits.count == 1 && found.notes.count == 0,
		   "a device that storage-boot binds is left to it");
		found = (struct hc_fix_found){ 0 };
		ok(fix_driver_inject(&fix, &err) == 0 && found.edits.count > 1,
		   "another one is not");
	}
	windows_end(&w);
}

#define NOWHERE                                                                                \
	"refused: the folder of driver packages can't be read: opening the directory "         \
	"/nowhere/at/all: No such file or directory\n"

static void
test_unknown(void)
{
	struct windows w;

	windows_begin(&w);
	machine_init(&w.machine, &virtio_disk);
	good(&w, "a", ID, NEW);
	if (ok(make_windows(&w, SYSTEM_TEXT("AMD64"), SOFTWARE_TEXT("6.1", "7601")) &&
		       windows_open(&w),
	       "Windows 7")) {
		w.offline.request.facts = NULL;
		is_chosen(&w, NULL,
			  "note: the machine is not known: nobody can say which drivers this "
			  "Windows lacks\n",
			  "no facts");
		w.offline.request.facts = &w.machine.facts;
		w.offline.request.drivers = NULL;
		is_chosen(&w, NULL,
			  "refused: " LACKING ", and no folder of driver packages was given\n",
			  "no folder");
		w.offline.request.drivers = "/nowhere/at/all";
		is_chosen(&w, NULL, NOWHERE "refused: " LACKING "\n",
			  "a folder that is not there");
		w.machine.disk.controller = "0000:0f:00.0";
		is_chosen(
			&w, NULL,
			"note: nobody can say which controller the disk of this Windows hangs on: it gets no driver\n" NOWHERE,
			"a disk on an unknown controller");
	}
	windows_close(&w);
	run(&w.box, "rm -f SOFTWARE");
	w.machine.disk.controller = virtio_disk.address;
	if (ok(make_hive_text(&w.box, "SOFTWARE", "[\\Microsoft]\n") &&
		       make_windows_volume(&w.box, FILES) && windows_open(&w),
	       "a Windows of no known version"))
		is_chosen(
			&w, NULL,
			"note: version or processor of this Windows is not known: no drivers are chosen for it\n",
			"no version");
	windows_end(&w);
}

int
main(void)
{
	test_folders();
	test_others();
	test_lost();
	test_bound();
	test_unknown();
	return tap_done();
}
