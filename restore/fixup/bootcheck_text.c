/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bootcheck for people. */
#include <stdio.h>
#include <string.h>

#include "restore/fixup/bootcheck.h"

static const char *const marks[] = { [HC_LINK_UNKNOWN] = "?",
				     [HC_LINK_OK] = "ok",
				     [HC_LINK_BROKEN] = "BROKEN",
				     [HC_LINK_SKIPPED] = "-" };

static int
put_link(const struct hc_boot_link *link, struct hc_buf *out, struct hc_err *err)
{
	const char *mark =
		link->state < sizeof(marks) / sizeof(marks[0]) ? marks[link->state] : "?";

	if (hc_buf_printf(out, err, "  %-6s  %-20s  %s%s%s\n", mark, link->title,
			  link->object != NULL ? link->object : "",
			  link->object != NULL ? ": " : "",
			  link->found != NULL ? link->found : "") < 0)
		return -1;
	if (link->remedy != NULL &&
	    hc_buf_printf(out, err, "%32sDo:  %s\n", "", link->remedy) < 0)
		return -1;
	return link->fixup == NULL ? 0
				   : hc_buf_printf(out, err, "%32sFix: %s\n", "", link->fixup);
}

static int
put_unknown(const struct hc_bootcheck *check, struct hc_buf *out, struct hc_err *err)
{
	const char *between = "";

	if (hc_buf_printf(out, err, "Nothing is broken, but this could not be judged: ") < 0)
		return -1;
	for (size_t i = 0; i < check->links.count; i++) {
		if (check->links.items[i].state != HC_LINK_UNKNOWN)
			continue;
		if (hc_buf_printf(out, err, "%s%s", between, check->links.items[i].title) < 0)
			return -1;
		between = ", ";
	}
	return hc_buf_printf(out, err, ".\n");
}

static int
put_answer(const struct hc_bootcheck *check, const char *name, struct hc_buf *out,
	   struct hc_err *err)
{
	const struct hc_boot_link *broken = hc_bootcheck_first_broken(check);

	if (broken == NULL && check->boots == HC_YES)
		return hc_buf_printf(out, err, "It will boot.\n");
	if (broken == NULL)
		return put_unknown(check, out, err);
	if (broken->fixup == NULL)
		return hc_buf_printf(out, err, "It will not boot: %s.  No repair is known.\n",
				     broken->title);
	return hc_buf_printf(out, err, "It will not boot: %s.  Run: halcyon fix %s --only %s\n",
			     broken->title, name, broken->fixup);
}

int
hc_bootcheck_text(const struct hc_bootcheck *check, const char *name, struct hc_buf *out,
		  struct hc_err *err)
{
	bool uefi = check->firmware != NULL && strcmp(check->firmware, "uefi") == 0;

	if (hc_buf_printf(out, err, "%s, by %s\n\n",
			  check->windows != NULL ? check->windows : "a Windows",
			  uefi ? "UEFI" : "BIOS") < 0)
		return -1;
	for (size_t i = 0; i < check->links.count; i++)
		if (put_link(&check->links.items[i], out, err) < 0)
			return -1;
	return hc_buf_append(out, "\n", 1, err) < 0 ? -1 : put_answer(check, name, out, err);
}

int
hc_bootcheck_error(const struct hc_bootcheck *check, const char *name, struct hc_err *err)
{
	const struct hc_boot_link *broken = hc_bootcheck_first_broken(check);

	hc_err_set(err, H_BOOT_BROKEN, "%s is broken: %s", broken->title, broken->found);
	if (broken->object != NULL)
		hc_err_at(err, HC_NO_OFFSET, "%s", broken->object);
	if (broken->fixup != NULL)
		return hc_err_remedy(err, "Run `halcyon fix %s --only %s`.", name,
				     broken->fixup);
	return broken->remedy != NULL ? hc_err_remedy(err, "%s", broken->remedy) : -1;
}
