/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * NTFS volumes with a Windows tree, for tests of restore/windows: registries of HALCYON_TESTDATA, changed by text or
 * as they are, or made from text; and whatever files a test puts beside them.
 */
#ifndef HC_TESTS_WINDOWS_VOLUME_H
#define HC_TESTS_WINDOWS_VOLUME_H

#include <strings.h>

#include "restore/windows/windows.h"
#include "tests/unit/sandbox.h"
#include "tests/unit/tap.h"

__attribute__((unused)) static bool
put_text(const struct sandbox *box, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file = fopen(path_in(box, path, "%s", name), "w");

	return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0;
}

/* A hive made from text of tests/fixtures/windows, root at "\". */
__attribute__((unused)) static bool
make_hive(const struct sandbox *box, const char *hive, const char *fixture)
{
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL &&
	       run(box,
		   "python3 -c \"import sys; sys.path.insert(0, '%s/tests/fixtures/standin'); "
		   "from builder import reg; reg.build('%s', '%s', 'ROOT', "
		   "[open('%s/tests/fixtures/windows/%s').read()], {})\"",
		   top, hive, hive, top, fixture) == 0;
}

/* A hive made from text in the same dialect. */
__attribute__((unused)) static bool
make_hive_text(const struct sandbox *box, const char *hive, const char *text)
{
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL && put_text(box, "hive.reg", text) &&
	       run(box,
		   "python3 -c \"import sys; sys.path.insert(0, '%s/tests/fixtures/standin'); "
		   "from builder import reg; reg.build('%s', '%s', 'ROOT', "
		   "[open('hive.reg').read()], {})\"",
		   top, hive, hive) == 0;
}

/* A real hive, unpacked to `hive`; false when there is none. */
__attribute__((unused)) static bool
real_hive(const struct sandbox *box, const char *set, const char *name, const char *hive)
{
	return run(box,
		   "f=%s/hives/%s/%s; if [ -e $f.xz ]; then xz -dc $f.xz; else cat $f; fi >%s",
		   getenv("HALCYON_TESTDATA"), set, name, hive) == 0;
}

/* Changes a hive by text in the dialect of tests/fixtures/standin/builder/reg.py; hivex leaves it with equal sequence numbers, whatever they were. */
__attribute__((unused)) static bool
change_hive(const struct sandbox *box, const char *hive, const char *text)
{
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL && put_text(box, "text.reg", text) &&
	       run(box,
		   "python3 -c \"import sys; sys.path.insert(0, '%s/tests/fixtures/standin'); "
		   "from builder import reg; "
		   "open('change.reg', 'w').write(reg.render(open('text.reg').read(), {}))\" && "
		   "hivexregedit --merge %s change.reg",
		   top, hive) == 0;
}

/* A volume w.img: the hives of the sandbox (SYSTEM, SOFTWARE, DRIVERS) in \Windows\System32\config, and empty files
 * NAME.sys in \Windows\System32\drivers for the names of `drivers`.  Its boot sector is right for a small disk on which it
 * begins at 1 MiB. */
__attribute__((unused)) static bool
make_windows_volume(struct sandbox *box, const char *drivers)
{
	if (run(box, "rm -f w.img && truncate -s 80M w.img && "
		     "mkntfs -qFQ -p 2048 -H 64 -S 63 w.img") != 0 ||
	    !mount_ntfs(box, "w.img", "big_writes"))
		return false;
	run(box,
	    "mkdir -p mnt/Windows/System32/config mnt/Windows/System32/drivers && "
	    "for h in SYSTEM SOFTWARE DRIVERS; do "
	    "[ ! -e $h ] || cp $h mnt/Windows/System32/config/; done; "
	    "for d in %s; do : >mnt/Windows/System32/drivers/$d.sys; done",
	    drivers);
	return umount_ntfs(box);
}

struct opened_volume {
	struct hc_io *file;
	struct hc_volume *volume;
};

__attribute__((unused)) static int
open_windows_volume(const struct sandbox *box, struct opened_volume *ret, struct hc_err *err)
{
	char path[PATH_MAX];

	*ret = (struct opened_volume){ 0 };
	return hc_io_open_file(path_in(box, path, "w.img"), &ret->file, err) == 0 &&
			       hc_volume_open(ret->file, &ret->volume, err) == 0
		       ? 0
		       : -1;
}

__attribute__((unused)) static void
close_windows_volume(struct opened_volume *opened)
{
	hc_volume_close(opened->volume);
	hc_io_close(opened->file);
}

__attribute__((unused)) static int
inspect_volume(const struct sandbox *box, struct hc_arena *arena, struct hc_windows *ret,
	       struct hc_err *err)
{
	struct opened_volume opened;
	int result = open_windows_volume(box, &opened, err);

	*ret = (struct hc_windows){ 0 };
	if (result == 0)
		result = hc_windows_inspect(opened.volume, arena, ret, err);
	close_windows_volume(&opened);
	return result;
}

__attribute__((unused)) static bool
same(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcasecmp(got, want) == 0;
}

#define NO_NTFS "an NTFS volume cannot be made: mkntfs and ntfs-3g (FUSE, root) are needed"

#endif
