/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which packages are for which device: every INF of the folder is asked for every device that has no driver.
 *
 * Best first, as Windows ranks what is signed alike ("How Windows Ranks Drivers"): rank of the id, then date, then version.
 * Of a device that Windows starts through, an INF that names it for another processor or another Windows is told as a
 * reason: that is what people get wrong.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

#define REASONS_MAX 8u
#define NOTES_MAX   16u

static const char *const architectures[] = { "x86", "x64", "arm64", "ia64" };

static struct hc_device_ids
ids_of(const struct driver_device *device)
{
	return (struct hc_device_ids){ &device->hardware, &device->compatible };
}

/* ---------------------------------------------------------------- a package */

static const char *
lower_name(struct driver_set *set, const char *path, struct hc_err *err)
{
	const char *slash = strrchr(path, '/');
	char *name = hc_arena_strdup(set->arena, slash == NULL ? path : slash + 1);

	if (name == NULL)
		fix_no_memory(err);
	for (char *p = name; p != NULL && *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return name;
}

static int
make_package(struct driver_set *set, const char *path, struct hc_span bytes,
	     struct driver_package **ret, struct hc_err *err)
{
	struct driver_package *package = hc_arena_alloc(set->arena, sizeof(*package));
	const char *slash = strrchr(path, '/'), *catalog;

	if (package == NULL)
		return fix_no_memory(err);
	package->path = path;
	package->folder =
		hc_arena_strndup(set->arena, path, slash == NULL ? 0 : (size_t)(slash - path));
	package->name = lower_name(set, path, err);
	package->size = bytes.size;
	hc_digest_of(HC_DIGEST_SHA256, bytes.data, bytes.size, &package->digest);
	if (package->folder == NULL || package->name == NULL)
		return fix_no_memory(err);
	if (hc_inf_read(bytes, 0, set->arena, &package->inf, err) < 0)
		return -1;
	catalog = hc_inf_catalog(package->inf, &set->target);
	if (catalog != NULL &&
	    driver_folder_find(set, package->folder, catalog, &package->catalog, err) < 0)
		return -1;
	*ret = package;
	return 0;
}

/* ---------------------------------------------------------------- order */

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_candidates(const void *a, const void *b)
{
	const struct driver_candidate *x = a, *y = b;
	int order = compare_numbers(x->match.rank, y->match.rank);

	if (order == 0)
		order = compare_numbers(y->package->inf->date_number,
					x->package->inf->date_number);
	if (order == 0)
		order = compare_numbers(y->package->inf->version_number,
					x->package->inf->version_number);
	return order != 0 ? order : strcmp(x->package->path, y->package->path);
}

/* ---------------------------------------------------------------- an INF that is near */

static const char *
other_architecture(const struct driver_set *set, const struct hc_inf *inf,
		   const struct driver_device *device, struct hc_arena *arena)
{
	for (size_t i = 0; i < sizeof(architectures) / sizeof(architectures[0]); i++) {
		struct hc_inf_target target = set->target;
		struct hc_inf_match match;
		struct hc_err why;

		target.architecture = architectures[i];
		if (strcmp(target.architecture, set->target.architecture) != 0 &&
		    hc_inf_match(inf, &target, ids_of(device), arena, &match, &why) == 0)
			return architectures[i];
	}
	return NULL;
}

/* For this processor, but another Windows: one of each generation is tried. */
static bool
is_for_other_version(const struct driver_set *set, const struct hc_inf *inf,
		     const struct driver_device *device, struct hc_arena *arena)
{
	static const struct {
		unsigned major, minor, build;
	} versions[] = { { 5, 0, 2195 }, { 5, 1, 2600 },   { 5, 2, 3790 },   { 6, 1, 7601 },
			 { 6, 3, 9600 }, { 10, 0, 14393 }, { 10, 0, 19045 }, { 10, 0, 26100 } };

	for (size_t i = 0; i < 2 * sizeof(versions) / sizeof(versions[0]); i++) {
		struct hc_inf_target target = set->target;
		struct hc_inf_match match;
		struct hc_err why;

		target.major = versions[i / 2].major;
		target.minor = versions[i / 2].minor;
		target.build = versions[i / 2].build;
		target.product_type = i % 2 == 0 ? 1 : 3;
		if (hc_inf_match(inf, &target, ids_of(device), arena, &match, &why) == 0)
			return true;
	}
	return false;
}

static int
add_near(struct driver_set *set, const struct hc_inf *inf, const char *path,
	 struct driver_device *device, struct hc_arena *arena, struct hc_err *err)
{
	const char *architecture, *text;

	if (!device->critical || device->reasons.count >= REASONS_MAX)
		return 0;
	architecture = other_architecture(set, inf, device, arena);
	if (architecture != NULL)
		text = driver_text(set, err, "%s is for %s, this Windows is %s", path,
				   architecture, set->target.architecture);
	else if (is_for_other_version(set, inf, device, arena))
		text = driver_text(set, err, "%s is for another version of Windows", path);
	else
		return 0;
	return text == NULL ? -1 : hc_strings_add(&device->reasons, set->arena, text, err);
}

/* ---------------------------------------------------------------- all of them */

/* How many devices the INF is for; reads it into `arena`. */
static int
count_matches(struct driver_set *set, const char *path, struct hc_span bytes,
	      struct hc_arena *arena, size_t *ret, struct hc_err *why)
{
	struct hc_inf *inf;
	int result;

	if (hc_inf_read(bytes, 0, arena, &inf, why) < 0)
		return -1;
	for (size_t i = 0; inf->is_windows && i < set->devices.count; i++) {
		struct driver_device *device = &set->devices.items[i];
		struct hc_inf_match match;

		result = hc_inf_match(inf, &set->target, ids_of(device), arena, &match, why);
		if (result == 1)
			result = add_near(set, inf, path, device, arena, why);
		else if (result == 0)
			++*ret;
		if (result < 0)
			return -1;
	}
	return 0;
}

static int
add_candidates(struct driver_set *set, const char *path, struct hc_span bytes,
	       struct hc_err *err)
{
	struct driver_package *package = NULL;

	if (make_package(set, path, bytes, &package, err) < 0)
		return -1;
	for (size_t i = 0; i < set->devices.count; i++) {
		struct driver_device *device = &set->devices.items[i];
		struct driver_candidate candidate = { .package = package }, *added;
		int result = hc_inf_match(package->inf, &set->target, ids_of(device),
					  set->arena, &candidate.match, err);

		if (result < 0)
			return -1;
		if (result > 0)
			continue;
		added = hc_arena_grow(set->arena, &device->candidates.items,
				      &device->candidates.count, sizeof(*added));
		if (added == NULL)
			return fix_no_memory(err);
		*added = candidate;
	}
	return 0;
}

/* A damaged INF is told and passed over. */
static int
look_into(struct fix *fix, struct driver_set *set, const char *path, struct hc_err *err)
{
	struct hc_buf bytes = { 0 };
	struct hc_arena arena = { 0 };
	const char *reason;
	struct hc_err why;
	size_t matches = 0;
	int result = hc_volume_read_all(set->folder, path, HC_INF_BYTES_MAX, &bytes, &why);

	if (result == 0)
		result = count_matches(set, path, hc_buf_span(&bytes), &arena, &matches, &why);
	if (result == 0 && matches > 0)
		result = add_candidates(set, path, hc_buf_span(&bytes), &why);
	if (result < 0) {
		result = driver_reason(set, &why, &reason, err);
		if (result == 0 && set->passed_over < NOTES_MAX)
			result = fix_note(fix, err, "%s was passed over: %s", path, reason);
		set->passed_over++;
	}
	hc_arena_done(&arena);
	hc_buf_done(&bytes);
	return result;
}

int
driver_packages_find(struct fix *fix, struct driver_set *set, struct hc_err *err)
{
	struct hc_strings infs = { 0 };

	if (driver_folder_infs(fix, set, &infs, err) < 0)
		return -1;
	for (size_t i = 0; i < infs.count; i++)
		if (look_into(fix, set, infs.items[i], err) < 0)
			return -1;
	if (set->passed_over > NOTES_MAX &&
	    fix_note(fix, err, "%zu INF files were passed over, which can't be read",
		     set->passed_over) < 0)
		return -1;
	for (size_t i = 0; i < set->devices.count; i++)
		if (set->devices.items[i].candidates.count > 0)
			qsort(set->devices.items[i].candidates.items,
			      set->devices.items[i].candidates.count,
			      sizeof(struct driver_candidate), compare_candidates);
	return 0;
}
