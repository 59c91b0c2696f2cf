/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume: security descriptors.  The expectations were written by hand after [MS-DTYP] 2.5.3.4. */
#include "tests/unit/tap.h"

#include "restore/volume/descriptor_priv.h"

#define OI 1u
#define CI 2u
#define NP 4u
#define IO 8u
#define ID 16u

static const uint8_t system_sid[] = { 1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0 };
static const uint8_t admins_sid[] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0 };
static const uint8_t users_sid[] = { 1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x21, 2, 0, 0 };
static const uint8_t creator_sid[] = { 1, 1, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0 };

static const struct hc_span sids[] = { { system_sid, sizeof(system_sid) },
				       { admins_sid, sizeof(admins_sid) },
				       { users_sid, sizeof(users_sid) },
				       { creator_sid, sizeof(creator_sid) } };
enum who { SY, BA, BU, CO };

struct entry {
	unsigned type, flags;
	uint32_t mask;
	enum who who;
};

struct entries {
	struct entry items[6];
	unsigned count;
};

/* A descriptor with these entries, owned by one of the above. */
static struct hc_buf
make(unsigned control, enum who owner, const struct entries *entries)
{
	struct hc_buf buf = { 0 };
	uint8_t head[28] = { 1 };
	struct hc_err err;

	hc_put_le16(head + 2, (uint16_t)(control | 0x8004));
	hc_put_le32(head + 16, 20);
	head[20] = 2;
	hc_buf_append(&buf, head, sizeof(head), &err);
	for (unsigned i = 0; i < entries->count; i++) {
		const struct entry *e = &entries->items[i];
		uint8_t ace[8] = { (uint8_t)e->type, (uint8_t)e->flags };

		hc_put_le16(ace + 2, (uint16_t)(8 + sids[e->who].size));
		hc_put_le32(ace + 4, e->mask);
		hc_buf_append(&buf, ace, 8, &err);
		hc_buf_append(&buf, sids[e->who].data, sids[e->who].size, &err);
	}
	hc_put_le16(buf.data + 22, (uint16_t)(buf.size - 20));
	hc_put_le16(buf.data + 24, (uint16_t)entries->count);
	hc_put_le32(buf.data + 4, (uint32_t)buf.size);
	hc_buf_append(&buf, sids[owner].data, sids[owner].size, &err);
	hc_put_le32(buf.data + 8, (uint32_t)buf.size);
	hc_buf_append(&buf, system_sid, sizeof(system_sid), &err);
	return buf;
}

static bool
is_protected(unsigned control, enum who owner, bool folder, struct entries entries)
{
	struct hc_buf buf = make(control, owner, &entries);
	bool result = hc_descriptor_is_protected(hc_buf_span(&buf), folder);

	/* Cut anywhere, it isn't, or the owner would not be there. */
	for (size_t size = 0; size < buf.size - sizeof(system_sid); size++)
		if (hc_descriptor_is_protected(hc_span(buf.data, size), folder))
			result = !result;
	hc_buf_done(&buf);
	return result;
}

static void
test_protected(void)
{
	const struct entries good = {
		{ { 0, OI | CI, 0x1f01ff, SY }, { 0, OI | CI, 0x1f01ff, BA } }, 2
	};
	struct entries other = good;
	struct hc_buf want = make(0x1000, BA, &good), got = { 0 };
	struct hc_err err;

	ok(hc_descriptor_protected(true, &got, &err) == 0 && got.size == want.size &&
		   memcmp(got.data, want.data, want.size) == 0,
	   "the descriptor is D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA), byte for byte");
	ok(hc_descriptor_is_protected(hc_buf_span(&got), true), "and counts as protected");
	ok(hc_descriptor_protected(false, &got, &err) == 0 &&
		   hc_descriptor_is_protected(hc_buf_span(&got), false) &&
		   !hc_descriptor_is_protected(hc_buf_span(&got), true),
	   "that of a file does so for a file only");
	ok(is_protected(0x1400, SY, true, good),
	   "another owner of the two, marked as inherited");
	ok(!is_protected(0, BA, true, good), "not protected: what is above would be added");
	ok(!is_protected(0x1000, BU, true, good), "another owner may change the DACL");
	other.items[2] = (struct entry){ 0, 0, 1, BU };
	other.count = 3;
	ok(!is_protected(0x1000, BA, true, other), "somebody else may read");
	other.count = 1;
	ok(!is_protected(0x1000, BA, true, other), "Administrators may not");
	other = good;
	other.items[1].type = 1;
	ok(!is_protected(0x1000, BA, true, other), "an entry denies");
	other = good;
	other.items[1].mask = 0x1200a9;
	ok(!is_protected(0x1000, BA, true, other), "not everything is allowed");
	other = good;
	other.items[0].flags = OI | CI | IO;
	ok(!is_protected(0x1000, BA, true, other), "the folder itself is left out");
	hc_buf_done(&want);
	hc_buf_done(&got);
}

static bool
inherits(bool folder, bool marked, struct entries parent, struct entries child)
{
	struct hc_buf from = make(0x1000, BU, &parent), got = { 0 };
	struct hc_buf want = make(marked ? 0x400 : 0, BA, &child);
	struct hc_err err;
	bool same =
		hc_descriptor_inherit(hc_buf_span(&from), folder, marked, &got, &err) == 0 &&
		got.size == want.size && memcmp(got.data, want.data, want.size) == 0;

	hc_buf_done(&from);
	hc_buf_done(&got);
	hc_buf_done(&want);
	return same;
}

static void
test_inherit(void)
{
	const struct entries none = { { { 0, 0, 0x1f01ff, SY }, { 0, 0, 0x1f01ff, BA } }, 2 };

	ok(inherits(false, true, (struct entries){ { { 0, OI | CI, 0x1200a9, BU } }, 1 },
		    (struct entries){ { { 0, ID, 0x1200a9, BU } }, 1 }),
	   "a file inherits, and passes nothing on");
	ok(inherits(true, true, (struct entries){ { { 1, OI | CI, 0x2, BU } }, 1 },
		    (struct entries){ { { 1, OI | CI | ID, 0x2, BU } }, 1 }),
	   "a folder inherits and passes on, denials too");
	ok(inherits(true, false, (struct entries){ { { 0, OI | CI, 0x1f01ff, BA } }, 1 },
		    (struct entries){ { { 0, OI | CI, 0x1f01ff, BA } }, 1 }),
	   "without the mark on NTFS 1.2");
	ok(inherits(true, true, (struct entries){ { { 0, OI | CI | NP, 0x1f01ff, BA } }, 1 },
		    (struct entries){ { { 0, ID, 0x1f01ff, BA } }, 1 }),
	   "what is for one level goes one level");
	ok(inherits(true, true, (struct entries){ { { 0, OI, 0x1f01ff, BA } }, 1 },
		    (struct entries){ { { 0, OI | IO | ID, 0x1f01ff, BA } }, 1 }),
	   "a folder only carries what is for files");
	ok(inherits(false, true, (struct entries){ { { 0, CI, 0x1f01ff, BU } }, 1 }, none),
	   "a file does not inherit what is for folders: the default is SYSTEM and Administrators");
	ok(inherits(false, true, (struct entries){ { { 0, OI | CI | IO, 0x10000000, CO } }, 1 },
		    (struct entries){ { { 0, ID, 0x1f01ff, BA } }, 1 }),
	   "CREATOR OWNER becomes the owner, generic rights those of files");
	ok(inherits(true, true, (struct entries){ { { 0, OI | CI | IO, 0x10000000, CO } }, 1 },
		    (struct entries){ { { 0, ID, 0x1f01ff, BA },
					{ 0, OI | CI | IO | ID, 0x10000000, CO } },
				      2 }),
	   "and in a folder is passed on as it was");
	ok(inherits(true, true, (struct entries){ { { 5, OI | CI, 0x1, BU } }, 1 }, none),
	   "entries of other types are not inherited");
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	test_protected();
	test_inherit();
	return tap_done();
}
