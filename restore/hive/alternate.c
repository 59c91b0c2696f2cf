/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SYSTEM.ALT, in place of a SYSTEM that can't be recovered.
 *
 * A flush writes SYSTEM first: its primary number is raised, its pages are written, its secondary number follows.  Then
 * the same is done with SYSTEM.ALT.  So whichever is torn, the other one is whole; and the number of a whole
 * SYSTEM.ALT is one of the two that a torn SYSTEM has.  Any other is of another time: 2003 leaves the file that it
 * found when it was installed over 2000.
 *
 * Source: Maxim Suhanov, "Windows registry file format specification", "Files": file type 1 is that of a second copy to
 * Windows 2000.  No real SYSTEM.ALT has been seen: which number it has is [own knowledge].
 */
#include <string.h>

#include "restore/hive/hive_log_priv.h"

static int
refuse(enum hc_err_code code, const char *name, const char *fault, struct hc_err *err)
{
	hc_err_set(err, code, "%s.ALT can't be read in its place: %s", name, fault);
	return hc_err_at(err, HC_NO_OFFSET, "%s.ALT", name);
}

/* NULL: it is whole. */
static const char *
fault_of(struct hc_span alternate, struct hc_base_block *ret)
{
	const char *fault = hc_base_block_parse(alternate, ret);
	uint64_t at;

	if (fault != NULL)
		return fault;
	if (ret->type != HC_BASE_HIVE && ret->type != HC_BASE_ALTERNATE)
		return "it is a transaction log";
	if (ret->primary != ret->secondary)
		return "it was being written, too";
	if (alternate.size < (uint64_t)BASE_BLOCK_BYTES + ret->bins_bytes)
		return "it is cut short";
	if (!hc_bins_whole(alternate.data + BASE_BLOCK_BYTES, ret->bins_bytes, &at))
		return "its bins do not follow each other";
	return NULL;
}

int
hc_hive_alternate(struct hc_span hive, struct hc_span alternate, const char *name,
		  struct hc_buf *ret, struct hc_err *err)
{
	struct hc_base_block base, torn;
	const char *fault = fault_of(alternate, &base);
	struct hc_buf copy = { 0 };

	if (fault != NULL)
		return refuse(H_HIVE_LOG_DAMAGED, name, fault, err);
	/* Without a sound base block nothing tells the time of SYSTEM. */
	if (hc_base_block_parse(hive, &torn) == NULL && base.primary != torn.primary &&
	    base.primary != torn.secondary)
		return refuse(H_HIVE_LOG_UNFIT, name, "it is of another time", err);
	if (hc_buf_append(&copy, alternate.data, alternate.size, err) < 0)
		return -1;
	hc_put_le32(copy.data + 28, HC_BASE_HIVE);
	hc_put_le32(copy.data + 508, hc_base_block_checksum(copy.data));
	*ret = copy;
	return 0;
}
