/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whether this Windows would load a package's programs.
 *
 * The processor is that of the PE header.  From Vista on, all but the x86 systems load only drivers that are signed: in
 * the file itself, or in the package's catalog, which has to list the file's digest (security_catalog.h says how far that
 * is looked into).  Whether Windows trusts the signer can't be told offline: it has the certificates, and today's
 * test-signed drivers look like any other.
 *
 * Signatures made over SHA-256 alone are nothing to a Vista or Windows 7 without the updates that taught them: KB3033929, or
 * KB4474419 that replaced it [own knowledge for the latter; windows-offline.md 3.2].
 */
#include <string.h>
#include <strings.h>

#include "restore/base/authenticode.h"
#include "restore/base/security_catalog.h"
#include "restore/boot/pe.h"
#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

struct signing {
	struct fix *fix;
	struct driver_set *set;
	const struct driver_plan *plan;
	struct hc_security_catalog catalog;
	const char *no_catalog; /* why there is none; NULL: there is one */
	bool only_sha256;       /* of some program */
};

static bool
is_program(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && strcasecmp(name + length - 4, ".sys") == 0;
}

static bool
are_signed_only(const struct fix *fix)
{
	return fix->version >= HC_NT(6, 0) && strcmp(fix->windows->architecture, "x86") != 0;
}

/* ---------------------------------------------------------------- the catalog */

static int
read_catalog(struct signing *s, struct hc_err *err)
{
	const struct driver_package *package = s->plan->package;
	const char *named = hc_inf_catalog(package->inf, &s->set->target);
	struct hc_buf bytes = { 0 };
	struct hc_err why;
	int result = 0;

	if (package->catalog == NULL)
		return driver_say(
			named == NULL
				? driver_text(s->set, err, "its INF names none")
				: driver_text(s->set, err, "%s is not in the package", named),
			&s->no_catalog);
	if (hc_volume_read_all(s->set->folder, package->catalog, DRIVER_FILE_MAX, &bytes,
			       &why) < 0 ||
	    hc_security_catalog_read(hc_buf_span(&bytes), s->set->arena, &s->catalog, &why) < 0)
		result = driver_reason(s->set, &why, &s->no_catalog, err);
	hc_buf_done(&bytes);
	return result;
}

/* ---------------------------------------------------------------- a program */

/* Which kinds of digest the signatures in the file itself are made over. */
static int
own_signatures(struct hc_span file, struct hc_arena *arena, bool *ret_sha256, bool *ret_sha1,
	       struct hc_err *err)
{
	struct hc_authenticode code;
	struct hc_err why;

	*ret_sha256 = *ret_sha1 = false;
	if (hc_authenticode_read(file, arena, &code, &why) < 0) {
		if (why.code != H_OUT_OF_MEMORY)
			return 0;
		*err = why;
		return -1;
	}
	for (size_t i = 0; i < code.count; i++) {
		*ret_sha256 = *ret_sha256 || code.signatures[i].fits;
		*ret_sha1 = *ret_sha1 || code.signatures[i].fits_sha1;
	}
	return 0;
}

static int
check_signature(struct signing *s, const char *path, struct hc_span file, const char **reason,
		struct hc_err *err)
{
	bool sha256, sha1, listed = false;

	if (own_signatures(file, s->set->arena, &sha256, &sha1, err) < 0 ||
	    (s->no_catalog == NULL &&
	     hc_security_catalog_lists(&s->catalog, file, &listed, err) < 0))
		return -1;
	if (!sha256 && !sha1 && !listed)
		return driver_say(
			driver_text(
				s->set, err,
				"%s is not signed, and this Windows loads no such driver: it "
				"has no signature of its own, and the catalog %s%s",
				path,
				s->no_catalog == NULL ? "doesn't list it" : "is no help: ",
				s->no_catalog == NULL ? "" : s->no_catalog),
			reason);
	if (!sha1 && !(listed && s->catalog.sha1))
		s->only_sha256 = true;
	return 0;
}

static int
judge(struct signing *s, const char *path, struct hc_span file, const char **reason,
      struct hc_err *err)
{
	const char *architecture = s->fix->windows->architecture, *text;
	struct hc_pe pe = { 0 };
	struct hc_err why;

	if (hc_pe_read(file, s->set->arena, &pe, &why) < 0)
		return driver_reason(s->set, &why, &text, err) < 0
			       ? -1
			       : driver_say(driver_text(s->set, err, "%s: %s", path, text),
					    reason);
	if (pe.architecture == NULL || strcmp(pe.architecture, architecture) != 0)
		return driver_say(driver_text(s->set, err, "%s is for %s, this Windows is %s",
					      path,
					      pe.architecture == NULL ? "another processor"
								      : pe.architecture,
					      architecture),
				  reason);
	return are_signed_only(s->fix) ? check_signature(s, path, file, reason, err) : 0;
}

static int
check_program(struct signing *s, const char *path, const char **reason, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	struct hc_err why;
	int result;

	if (hc_volume_read_all(s->set->folder, path, DRIVER_FILE_MAX, &bytes, &why) < 0)
		result = driver_reason(s->set, &why, reason, err);
	else
		result = judge(s, path, hc_buf_span(&bytes), reason, err);
	hc_buf_done(&bytes);
	return result;
}

/* ---------------------------------------------------------------- all of them */

/* What is no reason to leave a package out. */
static int
add_notes(struct signing *s, struct hc_err *err)
{
	const struct hc_strings *hotfixes = &s->fix->windows->hotfixes;

	if (s->only_sha256 && s->fix->version <= HC_NT(6, 1) &&
	    !hc_strings_has(hotfixes, "KB3033929") && !hc_strings_has(hotfixes, "KB4474419"))
		return fix_note(s->fix, err,
				"%s is signed by SHA-256 only, which this Windows takes after "
				"the update KB3033929 or KB4474419; neither is known to be "
				"installed",
				s->plan->package->path);
	return 0;
}

int
driver_sign_check(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
		  const char **reason, struct hc_err *err)
{
	struct signing signing = { .fix = fix, .set = set, .plan = plan };

	if (are_signed_only(fix) && read_catalog(&signing, err) < 0)
		return -1;
	for (size_t i = 0; *reason == NULL && i < plan->files.count; i++)
		if (is_program(plan->files.items[i].from) &&
		    check_program(&signing, plan->files.items[i].from, reason, err) < 0)
			return -1;
	return *reason != NULL ? 0 : add_notes(&signing, err);
}
