/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Access control on NTFS: what new objects inherit, and the DACL that keeps a folder to SYSTEM and Administrators.
 *
 * Security descriptor, self-relative ([MS-DTYP] 2.4.6):
 *              0 u8 revision (1)   2 u16 control   4 u32 owner   8 u32 group   12 u32 SACL   16 u32 DACL: offsets
 * ACL (2.4.5): 0 u8 revision (2)   2 u16 size   4 u16 count of entries   8 entries
 * ACE (2.4.4): 0 u8 type (0: allow)   1 u8 flags (1 object, 2 container inherit)   2 u16 size   4 u32 mask   8 SID
 * SID (2.4.2): 0 u8 revision (1)   1 u8 count of subauthorities   2 authority, 6 bytes   8 u32 subauthorities
 *
 * libntfs-3g keeps it in $Secure, as Windows does, or on NTFS 1.2 in the file's own $SECURITY_DESCRIPTOR.
 */
#include "restore/volume/ntfs_priv.h"

#include <errno.h>
#include <string.h>

#define CONTROL_DACL      0x0004u
#define CONTROL_PROTECTED 0x1000u
#define CONTROL_RELATIVE  0x8000u
#define FULL              0x001f01ffu /* FILE_ALL_ACCESS */
#define INHERIT           3u          /* by objects and containers */
#define INHERIT_ONLY      8u
#define DESCRIPTOR_MAX    65536u

/* S-1-5-18 and S-1-5-32-544: [MS-DTYP] 2.4.2.4. */
static const uint8_t system_sid[] = { 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0 };
static const uint8_t admins_sid[] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0 };

static const struct known {
	const uint8_t *sid;
	uint8_t size;
} allowed[] = { { system_sid, sizeof(system_sid) }, { admins_sid, sizeof(admins_sid) } };

#define HEAD_SIZE  20u
#define ACL_SIZE   (8u + 8u + sizeof(system_sid) + 8u + sizeof(admins_sid))
#define WHOLE_SIZE (HEAD_SIZE + ACL_SIZE + sizeof(admins_sid) + sizeof(system_sid))

static struct SECURITY_CONTEXT
context_of(struct hc_ntfs *n, struct PERMISSIONS_CACHE **cache)
{
	*cache = NULL;
	/* As root, without mapping of users: new objects belong to Administrators. */
	return (struct SECURITY_CONTEXT){ .vol = n->ntfs, .pseccache = cache };
}

le32
hc_ntfs_inherited_id(struct hc_ntfs *n, ntfs_inode *folder, bool for_folder)
{
	struct PERMISSIONS_CACHE *cache;
	struct SECURITY_CONTEXT context = context_of(n, &cache);

	return n->ntfs->major_ver < 3 ? const_cpu_to_le32(0)
				      : ntfs_inherited_id(&context, folder, for_folder);
}

/* D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA), owner BA, group SY; files pass nothing on. */
static void
build_descriptor(uint8_t ret[WHOLE_SIZE], bool folder)
{
	uint8_t *acl = ret + HEAD_SIZE, *at = acl + 8, *owner = acl + ACL_SIZE;

	memset(ret, 0, WHOLE_SIZE);
	ret[0] = 1;
	hc_put_le16(ret + 2, CONTROL_RELATIVE | CONTROL_PROTECTED | CONTROL_DACL);
	hc_put_le32(ret + 4, (uint32_t)(owner - ret));
	hc_put_le32(ret + 8, (uint32_t)(owner - ret + (ptrdiff_t)sizeof(admins_sid)));
	hc_put_le32(ret + 16, HEAD_SIZE);
	acl[0] = 2;
	hc_put_le16(acl + 2, ACL_SIZE);
	hc_put_le16(acl + 4, sizeof(allowed) / sizeof(allowed[0]));
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		at[1] = folder ? INHERIT : 0;
		hc_put_le16(at + 2, (uint16_t)(8 + allowed[i].size));
		hc_put_le32(at + 4, FULL);
		memcpy(at + 8, allowed[i].sid, allowed[i].size);
		at += 8 + allowed[i].size;
	}
	memcpy(owner, admins_sid, sizeof(admins_sid));
	memcpy(owner + sizeof(admins_sid), system_sid, sizeof(system_sid));
}

/* Which of those that are allowed an SID at an offset is, as a bit; 0 for none. */
static unsigned
known_sid(struct hc_span bytes, uint64_t offset)
{
	for (unsigned i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		struct hc_span sid = hc_span_part(bytes, offset, allowed[i].size);

		if (sid.data != NULL && memcmp(sid.data, allowed[i].sid, sid.size) == 0)
			return 1u << i;
	}
	return 0;
}

/* Protected; owned by one of the two; both allowed everything, here and below, and nobody else named. */
static bool
keeps_others_out(struct hc_span bytes, bool folder)
{
	struct hc_span head = hc_span_part(bytes, 0, HEAD_SIZE), acl, ace;
	unsigned seen = 0, who;
	uint64_t at, end;

	if (head.data == NULL || head.data[0] != 1 ||
	    (hc_get_le16(head.data + 2) & (CONTROL_DACL | CONTROL_PROTECTED)) !=
		    (CONTROL_DACL | CONTROL_PROTECTED) ||
	    known_sid(bytes, hc_get_le32(head.data + 4)) == 0)
		return false;
	at = hc_get_le32(head.data + 16);
	acl = hc_span_part(bytes, at, 8);
	if (at < HEAD_SIZE || acl.data == NULL)
		return false;
	end = at + hc_get_le16(acl.data + 2);
	at += 8;
	for (unsigned i = hc_get_le16(acl.data + 4); i > 0; i--) {
		ace = hc_span_part(bytes, at, 8);
		if (ace.data == NULL || end < at || end - at < hc_get_le16(ace.data + 2) ||
		    hc_get_le16(ace.data + 2) < 8)
			return false;
		who = known_sid(bytes, at + 8);
		if (who == 0 || ace.data[0] != 0 ||
		    (hc_get_le32(ace.data + 4) & FULL) != FULL || ace.data[1] & INHERIT_ONLY ||
		    (folder && (ace.data[1] & INHERIT) != INHERIT))
			return false;
		seen |= who;
		at += hc_get_le16(ace.data + 2);
	}
	return seen == (1u << (sizeof(allowed) / sizeof(allowed[0]))) - 1;
}

bool
hc_ntfs_has_protected(struct hc_ntfs *n, ntfs_inode *inode)
{
	struct PERMISSIONS_CACHE *cache;
	struct SECURITY_CONTEXT context = context_of(n, &cache);
	char *bytes = malloc(DESCRIPTOR_MAX);
	bool result = false;
	int size;

	if (bytes == NULL)
		return false;
	size = ntfs_get_ntfs_acl(&context, inode, bytes, DESCRIPTOR_MAX);
	if (size > 0 && (unsigned)size <= DESCRIPTOR_MAX)
		result = keeps_others_out(hc_span(bytes, (size_t)size),
					  inode->mrec->flags & MFT_RECORD_IS_DIRECTORY);
	free(bytes);
	return result;
}

int
hc_ntfs_set_protected(struct hc_ntfs *n, ntfs_inode *inode)
{
	struct PERMISSIONS_CACHE *cache;
	struct SECURITY_CONTEXT context = context_of(n, &cache);
	uint8_t bytes[WHOLE_SIZE];

	build_descriptor(bytes, inode->mrec->flags & MFT_RECORD_IS_DIRECTORY);
	errno = EIO;
	if (ntfs_set_ntfs_acl(&context, inode, (const char *)bytes, sizeof(bytes), 0) != 0)
		return -1;
	ntfs_inode_update_times(inode, NTFS_UPDATE_CTIME);
	return 0;
}

int
hc_ntfs_is_protected(struct hc_volume *volume, const char *path, bool *ret, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *inode = hc_ntfs_lookup(n, path, err);

	if (inode == NULL)
		return -1;
	*ret = hc_ntfs_has_protected(n, inode);
	ntfs_inode_close(inode);
	return 0;
}

int
hc_ntfs_protect(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	struct hc_ntfs *n = (struct hc_ntfs *)volume;
	ntfs_inode *inode = hc_ntfs_lookup_own(n, path, err);
	bool done = false;
	int result = 0;

	if (inode == NULL)
		return -1;
	if (hc_ntfs_set_protected(n, inode) < 0)
		result = hc_ntfs_change_failed(n, "protecting", path, err);
	errno = EIO;
	if (ntfs_inode_close(inode) != 0 && result == 0)
		result = hc_ntfs_change_failed(n, "protecting", path, err);
	result = hc_ntfs_changed(n, result, "protecting", path, err);
	if (result < 0 || hc_ntfs_is_protected(volume, path, &done, err) < 0)
		return -1;
	if (done)
		return 0;
	volume->broken = true;
	hc_err_set(err, H_VOLUME_WRITE, "%s does not have the access control that it was given",
		   path);
	return hc_err_at(err, HC_NO_OFFSET, "%s", path);
}
