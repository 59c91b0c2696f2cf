/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Security descriptors of files.
 *
 * Descriptor   0 u8 revision (1)   2 u16 control   4 u32 owner   8 u32 group   12 u32 SACL   16 u32 DACL: offsets
 * ACL (2.4.5)  0 u8 revision (2)   2 u16 size   4 u16 count of entries   8 entries
 * ACE (2.4.4)  0 u8 type (0 allow, 1 deny)   1 u8 flags   2 u16 size   4 u32 mask   8 SID
 * SID (2.4.2)  0 u8 revision (1)   1 u8 count of subauthorities   2 authority, 6 bytes   8 u32 subauthorities
 * Source:      [MS-DTYP], the sections named.
 */
#include "restore/volume/descriptor_priv.h"

#include <string.h>

#define HEAD_SIZE 20u
#define ACL_HEAD  8u
#define ACE_HEAD  8u
#define ACL_MAX   65535u

#define CONTROL_DACL      0x0004u
#define CONTROL_AUTO      0x0400u
#define CONTROL_PROTECTED 0x1000u
#define CONTROL_RELATIVE  0x8000u

#define OBJECTS      0x01u /* files inherit it */
#define FOLDERS      0x02u
#define NOT_FURTHER  0x04u
#define INHERIT_ONLY 0x08u /* not for the folder itself */
#define INHERITED    0x10u

#define ALLOW   0u
#define DENY    1u
#define FULL    0x001f01ffu /* FILE_ALL_ACCESS */
#define GENERIC 0xf0000000u

/* S-1-5-18 and S-1-5-32-544 (2.4.2.4). */
static const uint8_t system_sid[] = { 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0 };
static const uint8_t admins_sid[] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0 };
/* S-1-3-0 and S-1-3-1: whoever made the object, in entries to be inherited. */
static const uint8_t creator_owner[] = { 1, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0 };
static const uint8_t creator_group[] = { 1, 1, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0 };

#define SID_OF(bytes)                                                                          \
	{                                                                                      \
		(bytes), sizeof(bytes)                                                         \
	}
static const struct hc_span everything_to[] = { SID_OF(system_sid), SID_OF(admins_sid) };
#define TRUSTED (sizeof(everything_to) / sizeof(everything_to[0]))

struct ace {
	uint8_t type, flags;
	uint32_t mask;
	struct hc_span sid;
};

/* ---------------------------------------------------------------- reading */

static bool
same(struct hc_span a, struct hc_span b)
{
	return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* The SID at an offset; without data when it makes no sense. */
static struct hc_span
read_sid(struct hc_span bytes, uint64_t offset)
{
	struct hc_span head = hc_span_part(bytes, offset, 8);

	if (head.data == NULL || head.data[0] != 1 || head.data[1] > 15)
		return (struct hc_span){ NULL, 0 };
	return hc_span_part(bytes, offset, 8 + 4ull * head.data[1]);
}

/* The DACL with its head; without data when there is none that makes sense. */
static struct hc_span
read_dacl(struct hc_span bytes)
{
	struct hc_span none = { NULL, 0 }, head = hc_span_part(bytes, 0, HEAD_SIZE), acl;

	if (head.data == NULL || head.data[0] != 1 ||
	    !(hc_get_le16(head.data + 2) & CONTROL_DACL) ||
	    hc_get_le32(head.data + 16) < HEAD_SIZE)
		return none;
	acl = hc_span_part(bytes, hc_get_le32(head.data + 16), ACL_HEAD);
	if (acl.data == NULL || hc_get_le16(acl.data + 2) < ACL_HEAD)
		return none;
	return hc_span_part(bytes, hc_get_le32(head.data + 16), hc_get_le16(acl.data + 2));
}

/* The entry at *at, which moves on; false: it makes no sense. */
static bool
read_ace(struct hc_span acl, uint64_t *at, struct ace *ret)
{
	struct hc_span head = hc_span_part(acl, *at, ACE_HEAD), whole;

	if (head.data == NULL)
		return false;
	whole = hc_span_part(acl, *at, hc_get_le16(head.data + 2));
	if (whole.data == NULL || whole.size < ACE_HEAD)
		return false;
	*at += whole.size;
	*ret = (struct ace){ whole.data[0], whole.data[1], hc_get_le32(whole.data + 4),
			     read_sid(whole, ACE_HEAD) };
	return true;
}

/* As a bit; 0 for another. */
static unsigned
trusted(struct hc_span sid)
{
	for (unsigned i = 0; i < TRUSTED; i++)
		if (sid.data != NULL && same(sid, everything_to[i]))
			return 1u << i;
	return 0;
}

bool
hc_descriptor_is_protected(struct hc_span bytes, bool folder)
{
	struct hc_span acl = read_dacl(bytes);
	unsigned seen = 0, who;
	uint64_t at = ACL_HEAD;
	struct ace ace;

	if (acl.data == NULL || !(hc_get_le16(bytes.data + 2) & CONTROL_PROTECTED) ||
	    trusted(read_sid(bytes, hc_get_le32(bytes.data + 4))) == 0)
		return false;
	for (unsigned i = hc_get_le16(acl.data + 4); i > 0; i--) {
		who = read_ace(acl, &at, &ace) ? trusted(ace.sid) : 0;
		if (who == 0 || ace.type != ALLOW || (ace.mask & FULL) != FULL ||
		    ace.flags & INHERIT_ONLY ||
		    (folder && (ace.flags & (OBJECTS | FOLDERS)) != (OBJECTS | FOLDERS)))
			return false;
		seen |= who;
	}
	return seen == (1u << TRUSTED) - 1;
}

/* ---------------------------------------------------------------- making */

/* Head and an ACL without entries. */
static int
begin(uint16_t control, struct hc_buf *out, struct hc_err *err)
{
	uint8_t head[HEAD_SIZE + ACL_HEAD] = { 1 };

	hc_put_le16(head + 2, control | CONTROL_RELATIVE | CONTROL_DACL);
	hc_put_le32(head + 16, HEAD_SIZE);
	head[HEAD_SIZE] = 2;
	out->size = 0;
	return hc_buf_append(out, head, sizeof(head), err);
}

static int
add_ace(struct hc_buf *out, const struct ace *ace, struct hc_err *err)
{
	uint8_t *acl = out->data + HEAD_SIZE, head[ACE_HEAD] = { ace->type, ace->flags };

	if (out->size - HEAD_SIZE + ACE_HEAD + ace->sid.size > ACL_MAX)
		return hc_err_set(
			err, H_UNSUPPORTED,
			"a folder passes on more access control than a file can have");
	hc_put_le16(head + 2, (uint16_t)(ACE_HEAD + ace->sid.size));
	hc_put_le32(head + 4, ace->mask);
	hc_put_le16(acl + 4, (uint16_t)(hc_get_le16(acl + 4) + 1));
	return hc_buf_append(out, head, sizeof(head), err) < 0
		       ? -1
		       : hc_buf_append(out, ace->sid.data, ace->sid.size, err);
}

/* Owner Administrators, group SYSTEM: what an object made by SYSTEM has. */
static int
end(struct hc_buf *out, struct hc_err *err)
{
	size_t owner = out->size;

	if (hc_buf_append(out, admins_sid, sizeof(admins_sid), err) < 0 ||
	    hc_buf_append(out, system_sid, sizeof(system_sid), err) < 0)
		return -1;
	hc_put_le16(out->data + HEAD_SIZE + 2, (uint16_t)(owner - HEAD_SIZE));
	hc_put_le32(out->data + 4, (uint32_t)owner);
	hc_put_le32(out->data + 8, (uint32_t)(owner + sizeof(admins_sid)));
	return 0;
}

static int
add_trusted(struct hc_buf *out, uint8_t flags, struct hc_err *err)
{
	for (size_t i = 0; i < TRUSTED; i++) {
		struct ace ace = { ALLOW, flags, FULL, everything_to[i] };

		if (add_ace(out, &ace, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_descriptor_protected(bool folder, struct hc_buf *out, struct hc_err *err)
{
	if (begin(CONTROL_PROTECTED, out, err) < 0 ||
	    add_trusted(out, folder ? OBJECTS | FOLDERS : 0, err) < 0)
		return -1;
	return end(out, err);
}

/* ---------------------------------------------------------------- inheriting */

/* Generic rights as those of files: FILE_GENERIC_READ and so on, [MS-SMB2] 2.2.13.1. */
static uint32_t
map_generic(uint32_t mask)
{
	static const struct {
		uint32_t generic, file;
	} map[] = { { 0x10000000, FULL },
		    { 0x80000000, 0x00120089 },
		    { 0x40000000, 0x00120116 },
		    { 0x20000000, 0x001200a0 } };
	uint32_t result = mask & ~GENERIC;

	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (mask & map[i].generic)
			result |= map[i].file;
	return result;
}

/* The entry for the object itself, the one that it passes on, or one that is both. */
static int
inherit_ace(const struct ace *ace, bool folder, uint8_t mark, struct hc_buf *out,
	    struct hc_err *err)
{
	struct hc_span owner = SID_OF(creator_owner), group = SID_OF(creator_group);
	uint8_t further =
		folder && !(ace->flags & NOT_FURTHER) ? ace->flags & (OBJECTS | FOLDERS) : 0;
	bool itself = ace->flags & (folder ? FOLDERS : OBJECTS), general;
	struct ace own = *ace, next = *ace;

	if (same(own.sid, owner))
		own.sid = everything_to[1];
	else if (same(own.sid, group))
		own.sid = everything_to[0];
	own.mask = map_generic(own.mask);
	general = own.mask != ace->mask || own.sid.data != ace->sid.data;
	own.flags = mark;
	next.flags = (uint8_t)(mark | further | INHERIT_ONLY);
	if (itself && further != 0 && !general) {
		own.flags = (uint8_t)(mark | further);
		further = 0;
	}
	if (itself && add_ace(out, &own, err) < 0)
		return -1;
	return further != 0 ? add_ace(out, &next, err) : 0;
}

int
hc_descriptor_inherit(struct hc_span parent, bool folder, bool marked, struct hc_buf *out,
		      struct hc_err *err)
{
	struct hc_span acl = read_dacl(parent);
	uint64_t at = ACL_HEAD;
	struct ace ace;

	if (begin(marked ? CONTROL_AUTO : 0, out, err) < 0)
		return -1;
	for (unsigned i = acl.data == NULL ? 0 : hc_get_le16(acl.data + 4); i > 0; i--) {
		if (!read_ace(acl, &at, &ace))
			break;
		if (ace.sid.data != NULL && (ace.type == ALLOW || ace.type == DENY) &&
		    inherit_ace(&ace, folder, marked ? INHERITED : 0, out, err) < 0)
			return -1;
	}
	if (hc_get_le16(out->data + HEAD_SIZE + 4) == 0 && add_trusted(out, 0, err) < 0)
		return -1;
	return end(out, err);
}
