/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading PE files.  From the start of the file to the text:
 *
 *   MZ … +60 → "PE\0\0", COFF header, optional header (its third data directory: resources), section table
 *   resources: three levels of directories, type → name → language, then the place of the data
 *   data: VS_VERSIONINFO { VS_FIXEDFILEINFO, StringFileInfo { StringTable { String … } … } … }
 *
 * Levels are steps of the code, not recursion, so a directory that leads to itself ends after the third.
 */
#include "restore/boot/pe.h"

#include <string.h>

#include "restore/base/text.h"

#define COFF_SIZE      20u
#define SECTION_SIZE   40u
#define MAGIC_PE32     0x10bu
#define MAGIC_PE32PLUS 0x20bu
#define DIRECTORY_RSRC 2u /* position among the data directories */
#define RT_VERSION     16u
#define VERSION_INFO   1u /* the name GetFileVersionInfo looks for: VS_VERSION_INFO */
#define ANY            UINT32_MAX
#define FIXED_SIZE     52u
#define FIXED_MAGIC    0xfeef04bdu

struct pe_file {
	struct hc_span bytes;
	struct hc_span coff;
	struct hc_span optional;
	struct hc_span sections;
};

static int
bad(struct hc_err *err, const char *what)
{
	return hc_err_set(err, H_PE_FORMAT, "%s", what);
}

/* ---------------------------------------------------------------- headers and sections */

/* *ret_at: where the COFF header begins. */
static int
find_coff(struct hc_span bytes, uint64_t *ret_at, struct hc_span *ret, struct hc_err *err)
{
	struct hc_span signature;
	uint64_t at;

	if (bytes.size < 64 || memcmp(bytes.data, "MZ", 2) != 0)
		return bad(err, "the file does not start as a program of Windows does (MZ)");
	at = hc_get_le32(bytes.data + 60);
	signature = hc_span_part(bytes, at, 4);
	if (signature.data == NULL || memcmp(signature.data, "PE\0", 4) != 0)
		return bad(err, "there is no PE header where the file says");
	*ret_at = at + 4;
	*ret = hc_span_part(bytes, at + 4, COFF_SIZE);
	return ret->data != NULL ? 0 : bad(err, "the file ends inside the COFF header");
}

static int
read_headers(struct hc_span bytes, struct pe_file *pe, struct hc_err *err)
{
	uint64_t at;

	if (find_coff(bytes, &at, &pe->coff, err) < 0)
		return -1;
	pe->bytes = bytes;
	at += COFF_SIZE;
	pe->optional = hc_span_part(bytes, at, hc_get_le16(pe->coff.data + 16));
	if (pe->optional.data == NULL)
		return bad(err, "the file ends inside the optional header");
	at += pe->optional.size;
	pe->sections = hc_span_part(bytes, at,
				    (uint64_t)hc_get_le16(pe->coff.data + 2) * SECTION_SIZE);
	if (pe->sections.data == NULL)
		return bad(err, "the file ends inside the section table");
	return 0;
}

/* [PE Format] Machine Types. */
static const char *
architecture_of(uint16_t machine)
{
	switch (machine) {
	case 0x014c:
		return "x86";
	case 0x8664:
		return "x64";
	case 0xaa64:
		return "arm64";
	case 0x0200:
		return "ia64";
	default:
		return NULL;
	}
}

/* Where the resources are, as an address in memory; 0: there are none. */
static uint32_t
resource_address(const struct pe_file *pe)
{
	size_t count_at;
	uint16_t magic;

	if (pe->optional.size < 2)
		return 0;
	magic = hc_get_le16(pe->optional.data);
	if (magic != MAGIC_PE32 && magic != MAGIC_PE32PLUS)
		return 0;
	count_at = magic == MAGIC_PE32 ? 92 : 108;
	if (pe->optional.size < count_at + 4 + (DIRECTORY_RSRC + 1) * 8 ||
	    hc_get_le32(pe->optional.data + count_at) <= DIRECTORY_RSRC)
		return 0;
	return hc_get_le32(pe->optional.data + count_at + 4 + DIRECTORY_RSRC * 8);
}

/* What lies at an address, to the end of its section; data NULL when the file holds nothing there. */
static struct hc_span
at_address(const struct pe_file *pe, uint32_t address)
{
	const uint8_t *section = pe->sections.data;
	struct hc_span none = { NULL, 0 };
	uint32_t start, size, inside;

	for (size_t at = 0; at < pe->sections.size; at += SECTION_SIZE) {
		start = hc_get_le32(section + at + 12);
		size = hc_get_le32(section + at + 16);
		if (address < start || address - start >= size)
			continue;
		inside = address - start;
		return hc_span_part(pe->bytes,
				    (uint64_t)hc_get_le32(section + at + 20) + inside,
				    size - inside);
	}
	return none;
}

/* ---------------------------------------------------------------- resource directories */

enum found {
	FOUND,
	MISSING,
	BROKEN,
};

/*
 * The entry of an id (or the first one: ANY) in the directory at `at`.  Entries with names come first, then
 * those with ids.  *ret is the entry's second word: a place, with the high bit set for a directory.
 */
static enum found
find_entry(struct hc_span resources, uint32_t at, uint32_t id, uint32_t *ret)
{
	struct hc_span head = hc_span_part(resources, at, 16), entries;
	size_t count;

	if (head.data == NULL)
		return BROKEN;
	count = (size_t)hc_get_le16(head.data + 12) + hc_get_le16(head.data + 14);
	entries = hc_span_part(resources, (uint64_t)at + 16, count * 8);
	if (entries.data == NULL)
		return BROKEN;
	for (size_t i = 0; i < count; i++)
		if (id == ANY || hc_get_le32(entries.data + i * 8) == id) {
			*ret = hc_get_le32(entries.data + i * 8 + 4);
			return FOUND;
		}
	return MISSING;
}

/* The version resource of the first language. */
static enum found
find_version(const struct pe_file *pe, struct hc_span *ret)
{
	static const uint32_t path[] = { RT_VERSION, VERSION_INFO, ANY };
	uint32_t address = resource_address(pe), at = 0;
	struct hc_span resources, entry, data;
	enum found found;

	if (address == 0)
		return MISSING;
	resources = at_address(pe, address);
	for (size_t level = 0; level < 3; level++) {
		found = find_entry(resources, at, path[level], &at);
		if (found != FOUND)
			return found;
		/* Directories on the way, data at its end. */
		if ((at >> 31 != 0) != (level < 2))
			return BROKEN;
		at &= 0x7fffffff;
	}
	entry = hc_span_part(resources, at, 16);
	if (entry.data == NULL)
		return BROKEN;
	data = at_address(pe, hc_get_le32(entry.data));
	if (data.data == NULL || hc_get_le32(entry.data + 4) > data.size)
		return BROKEN;
	*ret = hc_span(data.data, hc_get_le32(entry.data + 4));
	return FOUND;
}

/* ---------------------------------------------------------------- the version resource */

/* VS_VERSIONINFO, StringFileInfo, StringTable and String all begin alike: length of it all, length of the
 * value, type, key in UTF-16 up to U+0000; value and children start at multiples of 4. */
struct block {
	struct hc_span key;
	struct hc_span rest;   /* value, then children */
	uint16_t value_length; /* as it stands there: bytes, or units of UTF-16 */
};

static size_t
align4(size_t at)
{
	return (at + 3) & ~(size_t)3;
}

static struct hc_span
skip(struct hc_span span, size_t bytes)
{
	bytes = bytes < span.size ? bytes : span.size;
	return hc_span(span.data + bytes, span.size - bytes);
}

/* The next block; *list moves on to what follows it.  False: no more, or none that makes sense. */
static bool
next_block(struct hc_span *list, struct block *ret)
{
	struct hc_span whole;
	size_t key_end = 6;

	if (list->size < 6)
		return false;
	whole = hc_span_part(*list, 0, hc_get_le16(list->data));
	if (whole.size < 6)
		return false;
	while (whole.size - key_end >= 2 && hc_get_le16(whole.data + key_end) != 0)
		key_end += 2;
	if (whole.size - key_end < 2)
		return false;
	ret->key = hc_span(whole.data + 6, key_end - 6);
	ret->rest = skip(whole, align4(key_end + 2));
	ret->value_length = hc_get_le16(whole.data + 2);
	*list = skip(*list, align4(whole.size));
	return true;
}

static bool
key_is(const struct block *block, const char *key)
{
	size_t length = strlen(key);

	if (block->key.size != length * 2)
		return false;
	for (size_t i = 0; i < length; i++)
		if (hc_get_le16(block->key.data + i * 2) != (uint8_t)key[i])
			return false;
	return true;
}

static int
read_string(const struct block *string, struct hc_arena *arena, struct hc_pe *pe,
	    struct hc_err *err)
{
	const struct {
		const char *key;
		const char **to;
	} wanted[] = {
		{ "FileVersion", &pe->file_version_text },
		{ "OriginalFilename", &pe->original_filename },
		{ "InternalName", &pe->internal_name },
		{ "CompanyName", &pe->company },
		{ "ProductName", &pe->product },
	};
	char *text;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (*wanted[i].to != NULL || !key_is(string, wanted[i].key))
			continue;
		/* Some compilers count the value in bytes, most in units of UTF-16: its U+0000
		 * ends it, or the block does. */
		text = hc_utf16_to_utf8(arena, string->rest);
		if (text == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read a PE file");
		if (string->value_length > 0 && text[0] != '\0')
			*wanted[i].to = text;
	}
	return 0;
}

/* The strings of the first table. */
static int
read_strings(struct hc_span children, struct hc_arena *arena, struct hc_pe *pe,
	     struct hc_err *err)
{
	struct block info, table, string;

	while (next_block(&children, &info)) {
		if (!key_is(&info, "StringFileInfo") || !next_block(&info.rest, &table))
			continue;
		while (next_block(&table.rest, &string))
			if (read_string(&string, arena, pe, err) < 0)
				return -1;
		return 0;
	}
	return 0;
}

static int
read_version(struct hc_span resource, struct hc_arena *arena, struct hc_pe *pe,
	     struct hc_err *err)
{
	struct block version;
	const uint8_t *fixed;

	if (!next_block(&resource, &version) || !key_is(&version, "VS_VERSION_INFO"))
		return bad(err, "the version resource does not start with VS_VERSION_INFO");
	/* A length of 0 means that there is none, which the format allows. */
	if (version.value_length != 0) {
		fixed = version.rest.data;
		if (version.rest.size < FIXED_SIZE || version.value_length < FIXED_SIZE ||
		    hc_get_le32(fixed) != FIXED_MAGIC)
			return bad(err, "the version resource holds no VS_FIXEDFILEINFO");
		pe->file_version = hc_arena_printf(
			arena, "%u.%u.%u.%u", hc_get_le16(fixed + 10), hc_get_le16(fixed + 8),
			hc_get_le16(fixed + 14), hc_get_le16(fixed + 12));
		if (pe->file_version == NULL)
			return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read a PE file");
	}
	return read_strings(skip(version.rest, align4(version.value_length)), arena, pe, err);
}

/* ---------------------------------------------------------------- all of it */

int
hc_pe_read(struct hc_span file, struct hc_arena *arena, struct hc_pe *ret, struct hc_err *err)
{
	struct hc_pe pe = { 0 };
	struct pe_file parts;
	struct hc_span version;

	if (read_headers(file, &parts, err) < 0)
		return -1;
	pe.architecture = architecture_of(hc_get_le16(parts.coff.data));
	switch (find_version(&parts, &version)) {
	case FOUND:
		if (read_version(version, arena, &pe, err) < 0)
			return -1;
		break;
	case BROKEN:
		return bad(err,
			   "the resources contradict each other, or the file was cut short");
	case MISSING:
		break;
	}
	*ret = pe;
	return 0;
}

int
hc_pe_architecture(struct hc_span head, const char **ret, struct hc_err *err)
{
	struct hc_span coff;
	uint64_t at;

	if (find_coff(head, &at, &coff, err) < 0)
		return -1;
	*ret = architecture_of(hc_get_le16(coff.data));
	return 0;
}
