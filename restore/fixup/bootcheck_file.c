/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks share: what is said, files that should be there, and programs by their heads. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/boot/pe.h"
#include "restore/fixup/bootcheck_priv.h"

#define SAID_MAX 1024
#define HEAD_MAX 4096u

int
link_no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a check of the boot chain");
}

int
link_say(struct bootcheck *b, struct hc_boot_link *link, unsigned state, struct hc_err *err,
	 const char *fmt, ...)
{
	char text[SAID_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	link->state = state;
	link->found = hc_arena_strdup(b->arena, text);
	return link->found != NULL ? 0 : link_no_memory(err);
}

bool
is_of_a_file(const struct hc_err *why)
{
	static const enum hc_err_code codes[] = {
		H_HIVE_FORMAT,         H_HIVE_DIRTY,      H_HIVE_MISSING,  H_HIVE_LOG_UNFIT,
		H_HIVE_LOG_DAMAGED,    H_HIVE_REPLAY,     H_VOLUME_FORMAT, H_PATH_NOT_FOUND,
		H_REPARSE_UNSUPPORTED, H_FILE_ENCRYPTED,  H_WOF_DAMAGED,   H_PE_FORMAT,
		H_BCD_FORMAT,          H_BOOT_INI_FORMAT,
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (why->code == codes[i])
			return true;
	return false;
}

const char *
object_of(struct bootcheck *b, size_t volume, const char *path)
{
	char *text = volume == HC_OFFLINE_NONE
			     ? hc_arena_strdup(b->arena, path)
			     : hc_arena_printf(b->arena, "%s %s",
					       b->offline->volumes[volume].name, path);

	for (char *at = text; at != NULL && *at != '\0'; at++)
		if (*at == '/')
			*at = '\\';
	return text;
}

const char *
below_root(struct bootcheck *b, const char *path)
{
	return hc_arena_printf(b->arena, "%s/%s", b->offline->root, path);
}

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* The next part of a path, without slashes around it. */
static size_t
next_part(const char **path)
{
	while (is_slash(**path))
		(*path)++;
	return strcspn(*path, "/\\");
}

bool
is_same_folder(const char *a, const char *b)
{
	size_t length;

	while ((length = next_part(&a)) > 0) {
		if (next_part(&b) != length || strncasecmp(a, b, length) != 0)
			return false;
		a += length;
		b += length;
	}
	return next_part(&b) == 0;
}

/* ---------------------------------------------------------------- files */

int
look_for_file(struct bootcheck *b, size_t volume, const char *path, struct hc_entry *ret,
	      const char **ret_said, struct hc_err *err)
{
	struct hc_volume *opened = b->offline->volumes[volume].volume;
	struct hc_entry entry;

	if (opened == NULL) {
		*ret_said = "the partition holds no volume that can be read";
		return 1;
	}
	if (hc_volume_stat(opened, path, b->arena, &entry, err) < 0) {
		if (!is_of_a_file(err))
			return -1;
		*ret_said = err->code == H_PATH_NOT_FOUND
				    ? "there is no such file"
				    : hc_arena_strdup(b->arena, err->text[0]);
		return *ret_said != NULL ? 1 : link_no_memory(err);
	}
	/* What WOF compressed is HC_ENTRY_OTHER. */
	if (entry.type != HC_ENTRY_FILE && entry.type != HC_ENTRY_OTHER) {
		*ret_said = "it is no file";
		return 1;
	}
	*ret = entry;
	return 0;
}

/* ---------------------------------------------------------------- programs */

struct head {
	uint8_t bytes[HEAD_MAX];
	size_t size;
};

/* Ends the reading when there is enough. */
static int
take_head(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct head *head = ctx;
	size_t size = (size_t)hc_min_u64(bytes.size, HEAD_MAX - head->size);

	memcpy(head->bytes + head->size, bytes.data, size);
	head->size += size;
	return head->size < HEAD_MAX
		       ? 0
		       : hc_err_set(err, H_CANCELLED, "no more of this file is needed");
}

static int
read_architecture(struct hc_volume *volume, const char *path, const char **ret,
		  struct hc_err *err)
{
	struct head head = { .size = 0 };

	if (hc_volume_read(volume, path, (struct hc_sink){ take_head, &head }, err) < 0 &&
	    head.size < HEAD_MAX)
		return -1;
	return hc_pe_architecture(hc_span(head.bytes, head.size), ret, err);
}

/* Content that halcyon can't decode, but a boot loader might. */
static bool
is_out_of_reach(const struct hc_err *why)
{
	return why->code == H_REPARSE_UNSUPPORTED;
}

int
look_at_program(struct bootcheck *b, size_t volume, const char *path, unsigned *ret_state,
		const char **ret_said, struct hc_err *err)
{
	const char *wanted = b->windows->architecture, *found = NULL;
	struct hc_entry entry;
	int missing = look_for_file(b, volume, path, &entry, ret_said, err);

	*ret_state = HC_LINK_BROKEN;
	if (missing != 0)
		return missing < 0 ? -1 : 0;
	if (read_architecture(b->offline->volumes[volume].volume, path, &found, err) < 0) {
		if (!is_of_a_file(err))
			return -1;
		if (is_out_of_reach(err))
			*ret_state = HC_LINK_UNKNOWN;
		*ret_said = hc_arena_strdup(b->arena, err->text[0]);
	} else if (found == NULL) {
		*ret_said = "it is for processors that no Windows of this kind runs on";
	} else if (wanted == NULL) {
		*ret_state = HC_LINK_UNKNOWN;
		*ret_said = hc_arena_printf(b->arena,
					    "it is for %s, and for which this Windows is, is "
					    "not known",
					    found);
	} else if (strcmp(found, wanted) != 0) {
		*ret_said = hc_arena_printf(b->arena, "it is for %s, and this Windows for %s",
					    found, wanted);
	} else {
		*ret_state = HC_LINK_OK;
		*ret_said = found;
	}
	return *ret_said != NULL ? 0 : link_no_memory(err);
}

int
check_program(struct bootcheck *b, struct hc_boot_link *link, size_t volume, const char *path,
	      struct hc_err *err)
{
	unsigned state;
	const char *said;

	if (path == NULL || (link->object = object_of(b, volume, path)) == NULL)
		return link_no_memory(err);
	if (look_at_program(b, volume, path, &state, &said, err) < 0)
		return -1;
	return link_say(b, link, state, err, state == HC_LINK_OK ? "it is there, for %s" : "%s",
			said);
}
