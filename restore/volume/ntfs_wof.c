/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files on NTFS that the Windows Overlay Filter compressed.  The unnamed stream has the file's size and holds nothing;
 * a named one holds the content, see wof.c.
 */
#include "restore/volume/ntfs_priv.h"

#include <errno.h>

#include "restore/base/text.h"

const char *
hc_ntfs_wof_parse(ntfs_inode *inode, struct hc_wof *ret)
{
	size_t size = 0;
	uint8_t *data = hc_ntfs_reparse_data(inode, &size);
	const char *why = hc_wof_parse(hc_span(data, data == NULL ? 0 : size), ret);

	free(data);
	return why;
}

/* A stream of a file as an io. */
struct stream {
	struct hc_io io;
	struct hc_ntfs *n;
	ntfs_attr *attr;
	const char *path;
};

static int
stream_pread(struct hc_io *io, uint64_t offset, void *buf, size_t length, struct hc_err *err)
{
	struct stream *s = (struct stream *)io;
	size_t done = 0;
	s64 got;

	while (done < length) {
		errno = EIO;
		got = ntfs_attr_pread(s->attr, (s64)(offset + done), (s64)(length - done),
				      (uint8_t *)buf + done);
		if (got <= 0 || (uint64_t)got > length - done)
			return hc_ntfs_fail(s->n, err, "reading", s->path);
		done += (size_t)got;
	}
	return 0;
}

static const struct hc_io_ops stream_ops = { .name = HC_WOF_STREAM, .pread = stream_pread };

/* NULL with err set. */
static ntfs_attr *
open_stream(struct hc_ntfs *n, ntfs_inode *inode, const struct hc_wof *wof, const char *path,
	    struct hc_err *err)
{
	struct hc_buf name = { 0 };
	ntfs_attr *attr;

	if (hc_utf8_to_utf16(HC_WOF_STREAM, &name, err) < 0)
		return NULL;
	errno = EIO;
	attr = ntfs_attr_open(inode, AT_DATA, (ntfschar *)(void *)name.data,
			      (u32)(name.size / 2));
	if (attr == NULL && errno == ENOENT && !n->io_failed) {
		hc_err_set(err, H_WOF_DAMAGED, "%s, compressed with %s, has no stream %s", path,
			   wof->name, HC_WOF_STREAM);
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
	} else if (attr == NULL) {
		hc_ntfs_fail(n, err, "opening", path);
	} else if (NAttrEncrypted(attr)) {
		hc_err_set(err, H_FILE_ENCRYPTED, "%s is encrypted", path);
		hc_err_at(err, HC_NO_OFFSET, "%s", path);
		ntfs_attr_close(attr);
		attr = NULL;
	}
	hc_buf_done(&name);
	return attr;
}

int
hc_ntfs_wof_read(struct hc_ntfs *n, ntfs_inode *inode, const struct hc_wof *wof,
		 const char *path, struct hc_sink sink, struct hc_err *err)
{
	struct stream s = { .io.ops = &stream_ops, .n = n, .path = path };
	int result;

	s.attr = open_stream(n, inode, wof, path, err);
	if (s.attr == NULL)
		return -1;
	s.io.size = (uint64_t)s.attr->data_size;
	result = hc_wof_decode(wof, (uint64_t)inode->data_size, &s.io, path, sink, err);
	ntfs_attr_close(s.attr);
	return result;
}
