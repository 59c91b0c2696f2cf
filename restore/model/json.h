/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Documents as tables: one table per struct says how it is read, written and described.
 *
 * Shape:   a shape is a list of fields; a field is a member name, a type, the offset in the struct, and a
 *          sentence for docs/formats/.  The JSON Schema of a document is printed from the same table.
 * Units:   numbers are unsigned 64-bit up to 2^63-1; NULL strings are JSON null.
 * Owner:   what is read lives in the caller's arena.
 * Errors:  H_DOC_SYNTAX, H_DOC_SCHEMA (with the path of the member), H_DOC_VERSION, H_DOC_SEAL.
 *          Unknown members are passed over; an unknown major version is refused.
 * Source:  design.md section 4; RFC 8259.  The only user of the JSON library.
 * Example:
 *	struct hc_facts facts = { 0 };
 *	if (hc_doc_load(&hc_facts_shape, "facts.json", &arena, &facts, err) < 0)
 *		return -1;
 */
#ifndef HC_MODEL_JSON_H
#define HC_MODEL_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

enum hc_json_type {
	HC_JSON_STRING,   /* const char * */
	HC_JSON_NUMBER,   /* uint64_t */
	HC_JSON_BOOL,     /* bool */
	HC_JSON_ENUM,     /* unsigned, an index into names */
	HC_JSON_OBJECT,   /* struct, embedded */
	HC_JSON_OPTIONAL, /* struct *, NULL is null */
	HC_JSON_LIST,     /* struct { T *items; size_t count; } of structs */
	HC_JSON_STRINGS,  /* struct hc_strings */
	HC_JSON_MAP, /* like LIST; an object whose member names are the structs' first field */
};

struct hc_strings {
	const char **items;
	size_t count;
};

struct hc_shape;

struct hc_field {
	const char *name;
	enum hc_json_type type;
	bool required; /* reading fails without it */
	size_t offset;
	const struct hc_shape *shape; /* of OBJECT, OPTIONAL, LIST, MAP */
	const char *const *names;     /* of ENUM, NULL-terminated */
	const char *about;
};

struct hc_shape {
	const char *schema; /* "halcyon.facts/1" for a document, NULL for a part of one */
	const char *about;
	size_t size; /* of the struct */
	const struct hc_field *fields;
	size_t count;
	bool sealed; /* the last member "seal" covers the document, see hc_doc_write */
};

/* Table rows: HC_FIELD(struct hc_disk, size, NUMBER, "Bytes."). */
#define HC_FIELD(type_, member, kind, text)                                                    \
	{                                                                                      \
#member, HC_JSON_##kind, false, offsetof(type_, member), NULL, NULL, text      \
	}
#define HC_NEED(type_, member, kind, text)                                                     \
	{                                                                                      \
#member, HC_JSON_##kind, true, offsetof(type_, member), NULL, NULL, text       \
	}
#define HC_PART(type_, member, kind, shape_, text)                                             \
	{                                                                                      \
#member, HC_JSON_##kind, false, offsetof(type_, member), shape_, NULL, text    \
	}
#define HC_ENUM(type_, member, names_, text)                                                   \
	{                                                                                      \
#member, HC_JSON_ENUM, false, offsetof(type_, member), NULL, names_, text      \
	}
#define HC_SHAPE(type_, schema_, fields_, sealed_, text)                                       \
	{                                                                                      \
		schema_, text, sizeof(type_), fields_, sizeof(fields_) / sizeof((fields_)[0]), \
			sealed_                                                                \
	}

enum hc_json_style {
	HC_JSON_PRETTY, /* two blanks of indentation: files people read */
	HC_JSON_LINE,   /* one line, for streams of events */
};

/*
 * Reads a document.  `ret` points to the struct, zeroed by the caller.
 * A sealed document is checked first: its last member is "seal", the SHA-256 of the document's own
 * bytes with these 64 digits replaced by zeros.  Anybody can check it:
 *	sed 's/"seal": "[0-9a-f]*"/"seal": "000...0"/' manifest.json | sha256sum
 */
int hc_doc_read(const struct hc_shape *shape, struct hc_span bytes, struct hc_arena *arena,
		void *ret, struct hc_err *err);
/* Appends the document, sealed where its shape says so, with a final newline. */
int hc_doc_write(const struct hc_shape *shape, const void *doc, enum hc_json_style style,
		 struct hc_buf *out, struct hc_err *err);
/* The same from and to a file; saving replaces it atomically. */
int hc_doc_load(const struct hc_shape *shape, const char *path, struct hc_arena *arena,
		void *ret, struct hc_err *err);
int hc_doc_save(const struct hc_shape *shape, const void *doc, const char *path,
		struct hc_err *err);
/* The 64 digits of a sealed document's seal, once it has been read or written; "" for any other bytes. */
#define HC_SEAL_TEXT 65
void hc_doc_seal(struct hc_span bytes, char ret[HC_SEAL_TEXT]);
/* The JSON Schema (draft 2020-12) of a shape. */
int hc_doc_schema(const struct hc_shape *shape, struct hc_buf *out, struct hc_err *err);

/* Appends a copy of `text` to a list of strings. */
int hc_strings_add(struct hc_strings *list, struct hc_arena *arena, const char *text,
		   struct hc_err *err);
bool hc_strings_has(const struct hc_strings *list, const char *text);
/* Without regard to case: names of services, hardware ids. */
bool hc_strings_has_name(const struct hc_strings *list, const char *name);

#endif
