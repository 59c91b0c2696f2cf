/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of keys and values as Windows compares and hashes them: by UTF-16 units in upper case. */
#include "restore/hive/hive_cells_priv.h"

/*
 * Upper case is `c - down` from `first` to `last`.  From the
 * Unicode character database, "Simple_Uppercase_Mapping"; the whole table of Windows has more scripts.
 */
static const struct {
	uint16_t first, last, down;
} letters[] = {
	{ 0x0000, 0x0060, 0 },  { 0x0061, 0x007a, 32 }, { 0x007b, 0x00b4, 0 },
	{ 0x00b6, 0x00df, 0 },  { 0x00e0, 0x00f6, 32 }, { 0x00f7, 0x00f7, 0 },
	{ 0x00f8, 0x00fe, 32 }, { 0x0391, 0x03a9, 0 },  { 0x03b1, 0x03c1, 32 },
	{ 0x03c3, 0x03c9, 32 }, { 0x0400, 0x042f, 0 },  { 0x0430, 0x044f, 32 },
	{ 0x0450, 0x045f, 80 }, { 0x05d0, 0x05ea, 0 },  { 0x0621, 0x064a, 0 },
	{ 0x2010, 0x2027, 0 },  { 0x3041, 0x3096, 0 },  { 0x30a1, 0x30fc, 0 },
	{ 0x3400, 0x4db5, 0 },  { 0x4e00, 0x9fa5, 0 },  { 0xac00, 0xd7a3, 0 },
};
#define LETTERS (sizeof(letters) / sizeof(letters[0]))

static size_t
row_of(uint32_t character)
{
	size_t i = 0;

	while (i < LETTERS && (character < letters[i].first || character > letters[i].last))
		i++;
	return i;
}

uint32_t
hc_upcase(uint32_t character)
{
	size_t row;

	if (character < 0x80)
		return character - (character >= 'a' && character <= 'z' ? 32 : 0);
	row = row_of(character);
	if (character == 0xff)
		return 0x178;
	return row < LETTERS ? character - letters[row].down : character;
}

bool
hc_name_is_known(struct hc_name name)
{
	for (uint32_t i = 0; i < name.count; i++)
		if (row_of(hc_name_unit(name, i)) == LETTERS)
			return false;
	return true;
}

static bool
fits_narrow(struct hc_name name)
{
	for (uint32_t i = 0; i < name.count; i++)
		if (hc_name_unit(name, i) > 0xff)
			return false;
	return true;
}

uint32_t
hc_name_bytes(struct hc_name name)
{
	return name.count * (fits_narrow(name) ? 1 : 2);
}

bool
hc_name_put(struct hc_name name, uint8_t *to)
{
	bool narrow = fits_narrow(name);

	for (uint32_t i = 0; i < name.count; i++)
		if (narrow)
			to[i] = (uint8_t)hc_name_unit(name, i);
		else
			hc_put_le16(to + 2 * (size_t)i, hc_name_unit(name, i));
	return narrow;
}

int
hc_name_compare(struct hc_name a, struct hc_name b)
{
	for (uint32_t i = 0; i < a.count && i < b.count; i++) {
		uint32_t x = hc_upcase(hc_name_unit(a, i)), y = hc_upcase(hc_name_unit(b, i));

		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.count == b.count ? 0 : a.count < b.count ? -1 : 1;
}

/* Of the specification, section "Hash leaf". */
uint32_t
hc_name_hash(struct hc_name name)
{
	uint32_t hash = 0;

	for (uint32_t i = 0; i < name.count; i++)
		hash = hash * 37 + hc_upcase(hc_name_unit(name, i));
	return hash;
}

/* The first four characters as they stand; none where one of them is not of one byte. */
uint32_t
hc_name_hint(struct hc_name name)
{
	uint32_t hint = 0;

	for (uint32_t i = 0; i < name.count && i < 4; i++) {
		if (hc_name_unit(name, i) > 0xff)
			return 0;
		hint |= (uint32_t)hc_name_unit(name, i) << 8 * i;
	}
	return hint;
}

/* ---------------------------------------------------------------- UTF-8 */

/* libhivex gives valid UTF-8; bytes that aren't stand for themselves. */
static uint32_t
next_character(const char **text)
{
	const uint8_t *p = (const uint8_t *)*text;
	unsigned more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
	uint32_t c = more == 0 ? *p : *p & (0x3fu >> more);

	for (unsigned i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*text += 1;
			return *p;
		}
		c = c << 6 | (p[i] & 0x3f);
	}
	*text += 1 + more;
	return c;
}

/* Where two texts go on; most of them begin the same. */
static void
skip_same(const char **a, const char **b)
{
	for (; **a == **b && **a > 0; (*a)++)
		(*b)++;
}

int
hc_text_compare(const char *a, const char *b)
{
	skip_same(&a, &b);
	while (*a != '\0' && *b != '\0') {
		uint32_t x = hc_upcase(next_character(&a)), y = hc_upcase(next_character(&b));

		if (x != y)
			return x < y ? -1 : 1;
	}
	return *a == *b ? 0 : *a == '\0' ? -1 : 1;
}

bool
hc_path_is_within(const char *path, const char *above)
{
	if (*above == '\0')
		return true;
	skip_same(&path, &above);
	while (*path != '\0' && *above != '\0')
		if (hc_upcase(next_character(&path)) != hc_upcase(next_character(&above)))
			return false;
	return *above == '\0' && (*path == '\0' || *path == '\\');
}
