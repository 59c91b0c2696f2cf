/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows: real registries on NTFS volumes made here. */
#include "tests/unit/tap.h"

#include <fcntl.h>

#include "restore/windows/windows.h"
#include "tests/unit/sandbox.h"

/* The head of a PE file, as much of it as tells the machine. */
static bool
put_pe(const struct sandbox *box, const char *name, uint16_t machine)
{
	uint8_t bytes[256] = { 'M', 'Z' };
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "%s", name), "wb");

	hc_put_le32(bytes + 60, 128);
	memcpy(bytes + 128, "PE", 2);
	hc_put_le16(bytes + 132, machine);
	return file != NULL && fwrite(bytes, sizeof(bytes), 1, file) == 1 && fclose(file) == 0;
}

/* A volume with the hives of a set of HALCYON_TESTDATA under `root`; machine 0: no cmd.exe. */
static bool
make_windows(struct sandbox *box, const char *set, const char *root, uint16_t machine)
{
	char cmd[128];

	if (run(box, "rm -f w.img && truncate -s 160M w.img && mkntfs -qFQ w.img") != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes"))
		return false;
	snprintf(cmd, sizeof(cmd), "mnt/%s/system32/cmd.exe", root);
	run(box,
	    "mkdir -p mnt/%s/system32/config && for h in SYSTEM SOFTWARE; do "
	    "f=%s/hives/%s/$h; to=mnt/%s/system32/config/$h; "
	    "if [ -e $f.xz ]; then xz -dc $f.xz >$to; elif [ -e $f ]; then cat $f >$to; fi; done",
	    root, getenv("HALCYON_TESTDATA"), set, root);
	if (machine != 0)
		put_pe(box, cmd, machine);
	if (strcmp(root, "NT.OLD") == 0)
		run(box,
		    "printf '[boot loader]\\r\\ntimeout=30\\r\\n"
		    "default=multi(0)disk(0)rdisk(0)partition(1)\\\\NT.OLD\\r\\n' >mnt/boot.ini");
	return umount_ntfs(box);
}

static int
inspect(const struct sandbox *box, struct hc_arena *arena, struct hc_windows *ret,
	struct hc_err *err)
{
	struct hc_volume *volume = NULL;
	struct hc_io *file = NULL;
	char path[PATH_MAX];
	int result = -1;

	*ret = (struct hc_windows){ 0 };
	if (hc_io_open_file(path_in(box, path, "w.img"), &file, err) == 0 &&
	    hc_volume_open(file, &volume, err) == 0)
		result = hc_windows_inspect(volume, arena, ret, err);
	hc_volume_close(volume);
	hc_io_close(file);
	return result;
}

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

/* Expected values are those of data/hives/FACTS.md. */
struct expected {
	const char *set, *root;
	uint16_t machine;
	const char *product, *version, *build, *edition, *product_type, *installation_type,
		*service_pack, *architecture, *hostname, *system_root;
	size_t control_sets;
	bool dirty;
	size_t unread;
};

static const struct expected cases[] = {
	{ "win7-sp1-x86-WKS-WIN732BITA", "Windows", 0x14c, "Windows 7 Ultimate", "6.1", "7601",
	  "Ultimate", "WinNT", "Client", "Service Pack 1", "x86", "WKS-WIN732BITA",
	  "C:\\Windows", 2, false, 0 },
	{ "win81-x64-STUDENT-PC8", "Windows", 0x8664, "Windows 8.1 Enterprise Evaluation",
	  "6.3", "9600", "EnterpriseEval", "WinNT", "Client", NULL, "x64", "STUDENT-PC8",
	  "C:\\Windows", 1, true, 2 }, /* both hives are dirty, without logs */
	{ "nt4-sp3-pdc-x86", "NT.OLD", 0, NULL, "4.0", "1381", NULL, "LanmanNT", NULL,
	  "Service Pack 3", "x86", "server", "C:\\WINNT", 2, false, 0 },
	/* No SOFTWARE: what it would tell is missing, with the reason; architecture from the
	 * environment. */
	{ "2003-sp1-x86-dc", "WINDOWS", 0, NULL, NULL, NULL, NULL, "LanmanNT", NULL, NULL,
	  "x86", "addemo", NULL, 2, false, 1 },
	{ "win10-1903-x64-vmware", "Windows", 0, NULL, NULL, NULL, NULL, "WinNT", NULL, NULL,
	  "x64", "DESKTOP-2KGM189", NULL, 1, true, 2 },
};

static void
test_case(struct sandbox *box, const struct expected *e)
{
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (!make_windows(box, e->set, e->root, e->machine)) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return;
	}
	ok_call(inspect(box, &arena, &w, &err), &err, "%s is inspected", e->set);
	ok(is(w.product, e->product) && is(w.version, e->version) && is(w.build, e->build) &&
		   is(w.edition, e->edition) && is(w.service_pack, e->service_pack),
	   "which Windows: %s, %s, %s, %s, %s", w.product ? w.product : "-",
	   w.version ? w.version : "-", w.build ? w.build : "-", w.edition ? w.edition : "-",
	   w.service_pack ? w.service_pack : "-");
	ok(is(w.product_type, e->product_type) && is(w.installation_type, e->installation_type),
	   "of what type");
	ok(is(w.architecture, e->architecture), "architecture: %s", w.architecture);
	ok(w.hostname != NULL && strcasecmp(w.hostname, e->hostname) == 0, "host: %s",
	   w.hostname ? w.hostname : "-");
	ok((w.system_root == NULL) == (e->system_root == NULL) &&
		   (w.system_root == NULL || (strcasecmp(w.system_root, e->system_root) == 0 &&
					      strcmp(w.system_drive, "C:") == 0)),
	   "where it thinks it is: %s", w.system_root ? w.system_root : "-");
	ok(w.control_sets.count == e->control_sets &&
		   is(w.current_control_set, "ControlSet001"),
	   "control sets (%zu)", w.control_sets.count);
	ok(w.hives.count >= 1 && strcmp(w.hives.items[0].name, "SYSTEM") == 0 &&
		   w.hives.items[0].dirty == e->dirty,
	   "state of its hives");
	ok(w.unread.count == e->unread, "what can't be read is named (%zu: %s)", w.unread.count,
	   w.unread.count > 0 ? w.unread.items[0] : "");
	hc_arena_done(&arena);
}

static void
test_partial(struct sandbox *box)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} machines[] = {
		{ 0x14c, "x86" }, { 0x8664, "x64" }, { 0x200, "ia64" }, { 0x1c4, NULL }
	};
	struct hc_arena arena = { 0 };
	struct hc_windows w;
	struct hc_err err;

	if (run(box, "rm -f w.img && truncate -s 16M w.img && mkntfs -qFQ w.img") != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes")) {
		tap_skip(
			"an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed");
		return;
	}
	run(box, "mkdir -p mnt/Windows/System32/config");
	umount_ntfs(box);
	ok(inspect(box, &arena, &w, &err) == 1, "a volume without SYSTEM holds no Windows");
	mount_ntfs(box, "w.img", "big_writes");
	run(box, "echo nothing >mnt/Windows/System32/config/SYSTEM");
	put_pe(box, "mnt/Windows/System32/cmd.exe", 0xaa64);
	umount_ntfs(box);
	ok_call(inspect(box, &arena, &w, &err), &err, "a Windows with broken hives is one");
	ok(w.unread.count == 2 && strncmp(w.unread.items[0], "SYSTEM: ", 8) == 0 &&
		   strncmp(w.unread.items[1], "SOFTWARE: ", 10) == 0,
	   "of which is said what can't be read");
	ok(is(w.architecture, "arm64") && w.hostname == NULL && w.version == NULL,
	   "and what can is told");
	for (size_t i = 0; i < 4; i++) {
		mount_ntfs(box, "w.img", "big_writes");
		put_pe(box, "mnt/Windows/System32/cmd.exe", machines[i].machine);
		umount_ntfs(box);
		ok(inspect(box, &arena, &w, &err) == 0 && is(w.architecture, machines[i].name),
		   "machine 0x%x of cmd.exe is %s", machines[i].machine,
		   machines[i].name == NULL ? "unknown" : machines[i].name);
	}
	hc_arena_done(&arena);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	test_partial(&box);
	if (getenv("HALCYON_TESTDATA") == NULL)
		tap_skip("HALCYON_TESTDATA is not set");
	else
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			test_case(&box, &cases[i]);
	sandbox_close(&box);
	return tap_done();
}
