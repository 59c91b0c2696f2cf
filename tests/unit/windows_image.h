/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An NTFS volume with a Windows on it, w.img of a sandbox: hives of HALCYON_TESTDATA, or what a test puts there.
 *
 *	if (make_windows(&box, "win7-sp1-x86-WKS-WIN732BITA", "Windows", 0x14c))
 *		ok_call(inspect_volume(&box, &arena, &windows, &err), &err, "it is inspected");
 */
#ifndef HC_TESTS_WINDOWS_IMAGE_H
#define HC_TESTS_WINDOWS_IMAGE_H

#include <fcntl.h>

#include "tests/unit/windows_volume.h"

/* The head of a PE file, as much of it as tells the machine. */
__attribute__((unused)) static bool
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
__attribute__((unused)) static bool
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

__attribute__((unused)) static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

/* Whether `unread` has an entry for this. */
__attribute__((unused)) static bool
notes(const struct hc_windows *w, const char *what)
{
	size_t length = strlen(what);

	for (size_t i = 0; i < w->unread.count; i++)
		if (strncmp(w->unread.items[i], what, length) == 0 &&
		    w->unread.items[i][length] == ':')
			return true;
	return false;
}

#endif
