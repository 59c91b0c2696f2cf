/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A volume with a file of each kind: plain, compressed, sparse, encrypted, reparse points, page file. */
#ifndef HC_TESTS_NTFS_IMAGE_H
#define HC_TESTS_NTFS_IMAGE_H

#include <sys/xattr.h>

#include "restore/base/file.h"
#include "restore/base/text.h"
#include "tests/unit/sandbox.h"

#define IMAGE_BYTES (64u << 20)

static int
set_reparse(const struct sandbox *box, const char *name, uint32_t tag)
{
	uint8_t data[24] = { 0 };
	char path[PATH_MAX];

	hc_put_le32(data, tag);
	hc_put_le16(data + 4, sizeof(data) - 8);
	hc_put_le32(data + 8, 1);
	return setxattr(path_in(box, path, "%s", name), "system.ntfs_reparse_data", data,
			sizeof(data), 0);
}

/* A symbolic link as Windows writes it: substitute name \??\C:\Users, print name C:\Users. */
static int
set_symlink(const struct sandbox *box, const char *name)
{
	static const char substitute[] = "\\??\\C:\\Users", print[] = "C:\\Users";
	struct hc_buf names = { 0 };
	struct hc_err err;
	uint8_t data[256] = { 0 };
	char path[PATH_MAX];
	size_t first;

	hc_utf8_to_utf16(substitute, &names, &err);
	first = names.size;
	hc_utf8_to_utf16(print, &names, &err);
	hc_put_le32(data, 0xa000000c);
	hc_put_le16(data + 4, (uint16_t)(12 + names.size));
	hc_put_le16(data + 10, (uint16_t)first);
	hc_put_le16(data + 12, (uint16_t)first);
	hc_put_le16(data + 14, (uint16_t)(names.size - first));
	memcpy(data + 20, names.data, names.size);
	first = names.size;
	hc_buf_done(&names);
	return setxattr(path_in(box, path, "%s", name), "system.ntfs_reparse_data", data,
			20 + first, 0);
}

/* [MS-FSCC] 2.6: 0x20 archive, 0x800 compressed, 0x4000 encrypted. */
static int
set_attributes(const struct sandbox *box, const char *name, uint32_t attributes)
{
	char path[PATH_MAX];

	return setxattr(path_in(box, path, "%s", name), "system.ntfs_attrib", &attributes,
			sizeof(attributes), 0);
}

static void
spill(const struct sandbox *box, const char *name, const struct hc_buf *bytes)
{
	struct hc_err err;
	char path[PATH_MAX];

	hc_file_replace(path_in(box, path, "%s", name), hc_buf_span(bytes), &err);
}

/*
 * libntfs-3g makes no file encrypted: the attribute is set by hand in the MFT record of a file whose content
 * stands in it too.  A record starts at a multiple of 1024; at 20 the offset of the first attribute,
 * $STANDARD_INFORMATION, whose value starts at 24 and has the file's attributes at 32.
 */
static bool
mark_encrypted(const struct sandbox *box)
{
	struct hc_buf image = slurp(box, "a.img");
	uint8_t *at = memmem(image.data, image.size, "this is the secret", 18);
	bool good = at != NULL;

	if (good) {
		at = image.data + hc_round_down((uint64_t)(at - image.data), 1024);
		at += hc_get_le16(at + 20) + 24 + 32;
		hc_put_le32(at, hc_get_le32(at) | 0x4000);
		spill(box, "a.img", &image);
	}
	hc_buf_done(&image);
	return good;
}

__attribute__((unused)) static bool
fill_image(struct sandbox *box)
{
	if (run(box,
		"truncate -s %u a.img && mkntfs -qFQ -c 4096 -L 'Täst' a.img && "
		"head -c 3500000 /dev/urandom >big && head -c 3502080 /dev/urandom >pieces",
		IMAGE_BYTES) != 0 ||
	    !mount_ntfs(box, "a.img", "compression,big_writes,streams_interface=none"))
		return false;
	return run(box,
		   "cd mnt && mkdir -p Windows/System32 'Ünïcode Ördner' packed && "
		   "cp ../big Windows/System32/big.bin && printf hello >Windows/win.ini && "
		   "printf x >'Ünïcode Ördner/ä€𝄞.txt' && "
		   "yes halcyon | head -c 300000 >../text && "
		   "truncate -s 5M sparse && printf end >>sparse && : >empty && "
		   "head -c 2M /dev/urandom >pagefile.sys && head -c 256K /dev/urandom >swapfile.sys && "
		   "{ printf hibr; head -c 1M /dev/urandom; } >hiberfil.sys && "
		   "printf a >wof && printf a >dedup && printf a >link && printf 'this is the secret' >efs && "
		   "for i in 4 2 0 3 1; do dd if=../pieces of=frag bs=700416 skip=$i seek=$i count=1 "
		   "conv=notrunc; done && "
		   "head -c 100K /dev/urandom >gone && rm gone") == 0 &&
	       set_reparse(box, "mnt/wof", 0x80000017) == 0 &&
	       set_reparse(box, "mnt/dedup", 0x80000013) == 0 &&
	       set_symlink(box, "mnt/link") == 0 &&
	       set_attributes(box, "mnt/packed", 0x800) == 0 &&
	       run(box, "cp text mnt/packed/text") == 0 && umount_ntfs(box) &&
	       mark_encrypted(box);
}

#endif
