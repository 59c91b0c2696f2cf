/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes that an edit puts into a file. */
#include <string.h>

#include "restore/base/digest.h"
#include "restore/base/file.h"
#include "restore/base/text.h"
#include "restore/fixup/cabinet.h"
#include "restore/fixup/fixup_priv.h"

#define CONTENT_MAX (256u << 20)

static int
read_volume(const struct hc_edit_source *from, const struct fix_volumes *volumes,
	    struct hc_buf *out, struct hc_err *err)
{
	struct hc_volume *volume = volumes->of(volumes->ctx, from->partition, err);

	return volume == NULL ? -1
			      : hc_volume_read_all(volume, from->path, CONTENT_MAX, out, err);
}

static int
read_host(const struct hc_edit_source *from, const struct fix_volumes *volumes,
	  struct hc_buf *out, struct hc_err *err)
{
	(void)volumes;
	return hc_file_read(from->path, CONTENT_MAX, out, err);
}

static int
read_cabinet(const struct hc_edit_source *from, const struct fix_volumes *volumes,
	     struct hc_buf *out, struct hc_err *err)
{
	struct hc_buf cabinet = { 0 };
	int result = read_volume(from, volumes, &cabinet, err);

	if (result == 0 && fix_cabinet_read(hc_buf_span(&cabinet), from->member,
					    &FIX_CABINET_LIMITS, out, err) < 0)
		result = hc_err_at(err, HC_NO_OFFSET, "%s", from->path);
	hc_buf_done(&cabinet);
	return result;
}

static const struct {
	const char *kind;
	int (*read)(const struct hc_edit_source *, const struct fix_volumes *, struct hc_buf *,
		    struct hc_err *);
} kinds[] = {
	{ "volume", read_volume },
	{ "cabinet", read_cabinet },
	{ "host", read_host },
};

int
fix_source_read(const struct hc_edit_source *from, const struct fix_volumes *volumes,
		struct hc_buf *out, struct hc_err *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(from->kind, kinds[i].kind) == 0)
			return kinds[i].read(from, volumes, out, err);
	return hc_err_set(err, H_UNSUPPORTED,
			  "%s: this halcyon takes no files from a source of kind %s",
			  from->path, from->kind);
}

/* The content that was planned, or nothing at all. */
static int
check(const struct hc_edit *edit, const struct hc_buf *content, struct hc_err *err)
{
	struct hc_digest sum;
	char hex[HC_DIGEST_TEXT];

	hc_digest_of(HC_DIGEST_SHA256, content->data, content->size, &sum);
	hc_digest_hex(&sum, hex);
	if (content->size == edit->after->size && edit->after->sha256 != NULL &&
	    strcmp(hex, edit->after->sha256) == 0)
		return 0;
	hc_err_set(err, H_FIX_STALE,
		   "the new content of %s is not what was planned: %zu bytes, "
		   "SHA-256 %s",
		   edit->path, content->size, hex);
	return hc_err_at(err, HC_NO_OFFSET, "%s",
			 edit->from != NULL ? edit->from->path : edit->path);
}

int
fix_content(const struct hc_edit *edit, const struct fix_volumes *volumes,
	    struct hc_arena *arena, struct hc_buf *out, struct hc_err *err)
{
	struct hc_span bytes;

	if (edit->from != NULL) {
		if (fix_source_read(edit->from, volumes, out, err) < 0)
			return hc_err_wrap(err, "while fetching the new content of %s",
					   edit->path);
	} else if (edit->after->bytes == NULL) {
		return hc_err_set(err, H_DOC_SCHEMA, "the edit of %s has no content",
				  edit->path);
	} else if (hc_base64_decode(arena, edit->after->bytes, &bytes, err) < 0 ||
		   hc_buf_append(out, bytes.data, bytes.size, err) < 0) {
		return -1;
	}
	return check(edit, out, err);
}
