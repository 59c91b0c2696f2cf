/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Driver packages in the folder drv of a sandbox: INF files of HALCYON_TESTDATA with their build tool's placeholders filled
 * in, or written here, and programs and catalogs made by tests/tools/driver_files.py; and an offline Windows that gets
 * what was found put into it, by other means than halcyon's.
 */
#ifndef HC_TESTS_DRIVER_PACKAGES_H
#define HC_TESTS_DRIVER_PACKAGES_H

#include "restore/base/text.h"
#include "tests/unit/fixup_fixture.h"

#define SIGNED   "sha256"
#define UNSIGNED NULL

/* drv/FOLDER/NAME.sys and, unless `catalog` is NULL, a catalog of that kind, NAME.cat, that lists it. */
__attribute__((unused)) static bool
make_programs(const struct sandbox *box, const char *folder, const char *name, const char *arch,
	      const char *catalog)
{
	char top[PATH_MAX];

	if (getcwd(top, sizeof(top)) == NULL ||
	    run(box,
		"mkdir -p drv/%s && cd drv/%s && %s/tests/tools/driver_files.py sys %s %s.sys",
		folder, folder, top, arch, name) != 0)
		return false;
	return catalog == NULL ||
	       run(box, "cd drv/%s && %s/tests/tools/driver_files.py cat %s %s.cat %s.sys",
		   folder, top, catalog, name, name) == 0;
}

/* viostor of virtio-win for an architecture of INF files (amd64), as stampinf and the project's build make it. */
__attribute__((unused)) static bool
make_viostor(const struct sandbox *box, const char *folder, const char *arch,
	     const char *version)
{
	return run(box,
		   "mkdir -p drv/%s && sed 's/_INX_SUBSYS_VENDOR_ID/1AF4/; "
		   "s/INX_PLATFORM_DRIVERS_DIR/12/; s/\\$ARCH\\$/%s/; s/INX_COMPANY/Red Hat, "
		   "Inc./; s/INX_PREFIX_VENDOR/Red Hat /; s|^DriverVer=.*|DriverVer=%s|' "
		   "%s/inf/virtio-win/viostor_viostor.inx >drv/%s/viostor.inf",
		   folder, arch, version, getenv("HALCYON_TESTDATA"), folder) == 0;
}

/* An INF for one id, with a service of its name that starts on demand. */
__attribute__((unused)) static bool
make_inf(const struct sandbox *box, const char *path, const char *name, const char *target,
	 const char *id, const char *version, const char *more)
{
	char text[4096];

	snprintf(text, sizeof(text),
		 "[Version]\nSignature=\"$Windows NT$\"\nClass=SCSIAdapter\n"
		 "ClassGuid={4D36E97B-E325-11CE-BFC1-08002BE10318}\nProvider=Maker\n"
		 "CatalogFile=%s.cat\nDriverVer=%s\n"
		 "[SourceDisksNames]\n1=Disk\n[SourceDisksFiles]\n%s.sys=1\n"
		 "[DestinationDirs]\nDefaultDestDir=12\n"
		 "[Manufacturer]\nMaker=Models%s\n[Models%s%s]\nA device=Install,%s\n"
		 "[Install]\nCopyFiles=@%s.sys\n[Install.Services]\nAddService=%s,2,Service\n"
		 "[Service]\nServiceType=1\nStartType=3\nErrorControl=1\n"
		 "ServiceBinary=%%12%%\\%s.sys\nLoadOrderGroup=SCSI miniport\n%s",
		 name, version, name, target, *target == '\0' ? "" : ".",
		 *target == '\0' ? "" : target + 1, id, name, name, name, more);
	return run(box, "mkdir -p drv/$(dirname %s)", path) == 0 &&
	       put_text(box, "inf", text) && run(box, "mv inf drv/%s", path) == 0;
}

/* The first 16 hex digits of a file's SHA-256, by sha256sum. */
__attribute__((unused)) static const char *
digits_of(const struct sandbox *box, const char *path, char ret[17])
{
	struct hc_buf text;

	run(box, "sha256sum %s >sum", path);
	text = slurp(box, "sum");
	snprintf(ret, 17, "%.16s", (const char *)text.data);
	hc_buf_done(&text);
	return ret;
}

/* ---------------------------------------------------------------- what was found is put in place */

/* All edits of files (from the host) and hives, into w.img. */
__attribute__((unused)) static bool
apply_found(struct sandbox *box, struct offline_machine *m)
{
	static const char *const hives[] = { "SYSTEM", "SOFTWARE", "DRIVERS" };
	bool result = mount_ntfs(box, "w.img", "big_writes");

	for (size_t i = 0; result && i < m->found.edits.count; i++) {
		const struct hc_edit *e = &m->found.edits.items[i];

		if (e->kind == HC_EDIT_FILE)
			result = run(box, "mkdir -p \"$(dirname 'mnt%s')\" && cp '%s' 'mnt%s'",
				     e->path, e->from->path, e->path) == 0;
	}
	for (size_t i = 0; result && i < sizeof(hives) / sizeof(hives[0]); i++)
		result = make_hive_edits(box, m, hives[i]) &&
			 run(box, "[ ! -e %s ] || cp %s mnt/Windows/System32/config/", hives[i],
			     hives[i]) == 0;
	return umount_ntfs(box) && result;
}

/* ---------------------------------------------------------------- a Windows to ask */

#define FILES "disk partmgr ftdisk volmgr volume volsnap mountmgr pci ACPI "

static const struct machine_pci virtio_disk = { "0000:00:04.0", NULL, "1AF4&DEV_1001",
						"00021AF4",     "00", "010000" };

struct windows {
	struct sandbox box;
	struct machine machine;
	struct offline_machine offline;
	bool opened;
	char folder[PATH_MAX];
};

__attribute__((unused)) static bool
windows_open(struct windows *w)
{
	w->opened = offline_open(&w->box, &w->offline, false);
	if (!w->opened)
		return false;
	ask_only(&w->offline, "driver-inject");
	w->offline.request.facts = &w->machine.facts;
	w->offline.request.target = &w->machine.disk;
	w->offline.request.drivers = path_in(&w->box, w->folder, "drv");
	return true;
}

__attribute__((unused)) static void
windows_close(struct windows *w)
{
	if (w->opened)
		offline_done(&w->offline);
	w->opened = false;
}

__attribute__((unused)) static void
windows_begin(struct windows *w)
{
	memset(w, 0, sizeof(*w));
	sandbox_open(&w->box);
}

__attribute__((unused)) static void
windows_end(struct windows *w)
{
	windows_close(w);
	machine_done(&w->machine);
	sandbox_close(&w->box);
}

/* What was found is put in place, and nothing is found any more. */
__attribute__((unused)) static void
is_repaired(struct windows *w, const char *what)
{
	bool applied = apply_found(&w->box, &w->offline);

	windows_close(w);
	ok(applied && windows_open(w), "%s: it is put in place", what);
	is_found(&w->offline, "", what);
}

/* What was looked for is what is expected; %s of `want` stands for the digits of a label, %d for oemNN. */
__attribute__((unused)) static void
is_wanted(struct windows *w, const char *inf, const char *want, unsigned oem, const char *what)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	char digits[17];

	digits_of(&w->box, inf, digits);
	for (const char *p = want; *p != '\0'; p++)
		if (p[0] == '%' && p[1] == 's')
			hc_buf_printf(&text, &err, "%s", digits), p++;
		else if (p[0] == '%' && p[1] == 'd')
			hc_buf_printf(&text, &err, "oem%u", oem), p++;
		else
			hc_buf_append(&text, p, 1, &err);
	hc_buf_append(&text, "", 1, &err);
	is_found(&w->offline, (const char *)text.data, what);
	hc_buf_done(&text);
}

#endif
