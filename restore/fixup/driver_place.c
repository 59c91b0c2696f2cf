/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A package in its places: the programs, the services that the boot loader goes by, and what Windows keeps of a package.
 *
 *	2000 to 2003	the files, \Windows\inf\oemNN.inf
 *	Vista on	also \Windows\System32\DriverStore\FileRepository\<label>, and the catalog in CatRoot
 *
 * Source: windows-offline.md 3.1, 3.4; Services of the hives of 2003, 7 and 10 in the test data (form of ImagePath).
 */
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

#define CATALOGS "/System32/CatRoot/{F750E6C3-38EE-11D1-85E5-00C04FC295EE}/"

/* ---------------------------------------------------------------- files */

static int
copy(struct fix *fix, const char *from, const char *to, const char *because, struct hc_err *err)
{
	struct hc_edit_source source;

	if (driver_folder_source(fix, from, &source, err) < 0)
		return -1;
	return want_file_from(fix, fix->offline->system, to, &source, because, err);
}

int
driver_copy_package(struct fix *fix, const struct driver_package *package, const char *to,
		    const char *because, struct hc_err *err)
{
	size_t skip = *package->folder == '\0' ? 0 : strlen(package->folder) + 1;

	for (size_t i = 0; i < package->files.count; i++) {
		const char *path = hc_arena_printf(fix->arena, "%s/%s", to,
						   package->files.items[i] + skip);

		if (path == NULL)
			return fix_no_memory(err);
		if (copy(fix, package->files.items[i], path, because, err) < 0)
			return -1;
	}
	return 0;
}

static int
place_files(struct fix *fix, const struct driver_plan *plan, const char *because,
	    struct hc_err *err)
{
	for (size_t i = 0; i < plan->files.count; i++)
		if (plan->files.items[i].to != NULL && !plan->files.items[i].leave &&
		    copy(fix, plan->files.items[i].from, plan->files.items[i].to, because,
			 err) < 0)
			return -1;
	return 0;
}

static int
place_package(struct fix *fix, struct driver_set *set, const struct driver_package *package,
	      const char *because, struct hc_err *err)
{
	const char *root = fix->offline->root;
	const char *inf = driver_text(set, err, "%s/INF/%s", root, package->oem);
	const char *store = driver_text(set, err, "%s/System32/DriverStore/FileRepository/%s",
					root, package->label);
	const char *catalog = driver_text(set, err, "%s" CATALOGS "%.*s.cat", root,
					  (int)strlen(package->oem) - 4, package->oem);

	if (inf == NULL || store == NULL || catalog == NULL ||
	    copy(fix, package->path, inf, because, err) < 0)
		return -1;
	if (fix->version < HC_NT(6, 0))
		return 0;
	if (driver_copy_package(fix, package, store, because, err) < 0)
		return -1;
	return package->catalog == NULL ? 0
					: copy(fix, package->catalog, catalog, because, err);
}

/* ---------------------------------------------------------------- AddReg */

bool
driver_are_own_filters(struct driver_set *set, const struct driver_plan *plan,
		       struct hc_span texts)
{
	for (size_t at = 0; at + 1 < texts.size;) {
		const char *name =
			hc_utf16_to_utf8(set->arena, hc_span(texts.data + at, texts.size - at));
		bool own = false;

		if (name == NULL || *name == '\0')
			return name != NULL;
		for (size_t i = 0; i < plan->services.count; i++)
			own = own || strcasecmp(plan->services.items[i].inf->name, name) == 0;
		if (!own)
			return false;
		while (at + 1 < texts.size && hc_get_le16(texts.data + at) != 0)
			at += 2;
		at += 2;
	}
	return true;
}

static bool
is_filters(const struct hc_inf_registry *value)
{
	return strcasecmp(value->name, "UpperFilters") == 0 ||
	       strcasecmp(value->name, "LowerFilters") == 0;
}

/* What halcyon sets from the service's own section. */
static bool
is_of_service(const struct hc_inf_registry *value)
{
	static const char *const names[] = {
		"Type",  "Start",       "ErrorControl",    "ImagePath",
		"Group", "DisplayName", "DependOnService", "DependOnGroup"
	};

	if (value->scope != HC_INF_SERVICE)
		return false;
	if (strncasecmp(value->key, "StartOverride", 13) == 0)
		return true;
	for (size_t i = 0; *value->key == '\0' && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(value->name, names[i]) == 0)
			return true;
	return false;
}

static bool
same_place(const struct hc_inf_registry *a, const struct hc_inf_registry *b)
{
	return a->scope == b->scope && a->key_only == b->key_only &&
	       (a->service == NULL) == (b->service == NULL) &&
	       (a->service == NULL || strcasecmp(a->service, b->service) == 0) &&
	       strcasecmp(a->key, b->key) == 0 && strcasecmp(a->name, b->name) == 0;
}

static bool
is_taken(struct driver_set *set, const struct driver_plan *plan, size_t position,
	 enum hc_inf_scope scope, const char *service)
{
	const struct hc_inf_registry *value = &plan->install.registry.items[position];

	if (value->scope != scope || strcmp(value->root, "HKR") != 0 || is_of_service(value) ||
	    (service != NULL &&
	     (value->service == NULL || strcasecmp(value->service, service) != 0)) ||
	    (*value->key != '\0' && !driver_is_key(value->key)))
		return false;
	/* A filter that nothing starts would keep the device from starting. */
	if (is_filters(value) && !driver_are_own_filters(set, plan, value->data))
		return false;
	/* Of two for one place the later one counts. */
	for (size_t i = position + 1; i < plan->install.registry.count; i++)
		if (same_place(value, &plan->install.registry.items[i]))
			return false;
	return true;
}

static int
want_of(struct fix *fix, const struct fix_hive *hive, const char *key,
	const struct hc_inf_registry *value, const char *because, struct hc_err *err)
{
	bool there = fix_has_value(hive, key, value->name);

	if (value->key_only)
		return want_key(fix, hive, key, because, err);
	if (value->flags & HC_INF_DELETE)
		return want_no_value(fix, hive, key, value->name, because, err);
	/* Lists that are there grow when Windows installs the package. */
	if (there ? value->flags & (HC_INF_NOCLOBBER | HC_INF_APPEND)
		  : value->flags & HC_INF_OVERWRITE)
		return 0;
	return want_value(fix, hive, key, value->name, value->type, value->data, because, err);
}

int
driver_values(struct fix *fix, const struct fix_hive *hive, const char *key,
	      const struct driver_plan *plan, enum hc_inf_scope scope, const char *service,
	      const char *because, struct hc_err *err)
{
	struct hc_arena arena = { 0 };
	struct driver_set scratch = { .arena = &arena };
	int result = 0;

	for (size_t i = 0; result == 0 && i < plan->install.registry.count; i++) {
		const struct hc_inf_registry *value = &plan->install.registry.items[i];
		const char *below = key;

		if (!is_taken(&scratch, plan, i, scope, service))
			continue;
		if (*value->key != '\0')
			below = driver_text(&scratch, err, "%s\\%s", key, value->key);
		result = below == NULL ? -1 : want_of(fix, hive, below, value, because, err);
	}
	hc_arena_done(&arena);
	return result;
}

/* ---------------------------------------------------------------- services */

static int
want_dependencies(struct fix *fix, struct driver_set *set, const struct fix_hive *hive,
		  const char *key, const struct hc_strings *all, const char *because,
		  struct hc_err *err)
{
	struct hc_strings services = { 0 }, groups = { 0 };

	for (size_t i = 0; i < all->count; i++) {
		bool group = all->items[i][0] == '+';

		if (all->items[i][group] != '\0' &&
		    hc_strings_add(group ? &groups : &services, set->arena,
				   all->items[i] + group, err) < 0)
			return -1;
	}
	if (services.count > 0 &&
	    want_texts(fix, hive, key, "DependOnService", &services, because, err) < 0)
		return -1;
	return groups.count == 0
		       ? 0
		       : want_texts(fix, hive, key, "DependOnGroup", &groups, because, err);
}

/* Start is 0 whatever the INF says: Windows raises that of the drivers it starts from itself, when it installs them. */
static int
place_service(struct fix *fix, struct driver_set *set, const char *key,
	      const struct driver_plan *plan, const struct driver_service *service,
	      const char *because, struct hc_err *err)
{
	const struct fix_hive *hive = &set->system;
	const struct hc_inf_service *inf = service->inf;
	const char *override = hc_arena_printf(set->arena, "%s\\StartOverride", key);

	if (override == NULL)
		return fix_no_memory(err);
	if (want_dword(fix, hive, key, "Type", inf->type, because, err) < 0 ||
	    want_dword(fix, hive, key, "Start", 0, because, err) < 0 ||
	    want_dword(fix, hive, key, "ErrorControl",
		       inf->error == HC_INF_UNSET ? 1 : inf->error, because, err) < 0 ||
	    want_text(fix, hive, key, "ImagePath", REG_EXPAND_SZ, service->image, because,
		      err) < 0 ||
	    (inf->group != NULL &&
	     want_text(fix, hive, key, "Group", REG_SZ, inf->group, because, err) < 0) ||
	    (inf->display_name != NULL && want_text(fix, hive, key, "DisplayName", REG_SZ,
						    inf->display_name, because, err) < 0) ||
	    want_dependencies(fix, set, hive, key, &inf->dependencies, because, err) < 0 ||
	    want_no_key(fix, hive, override, because, err) < 0)
		return -1;
	return driver_values(fix, hive, key, plan, HC_INF_SERVICE, inf->name, because, err);
}

static int
place_services(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
	       const char *because, struct hc_err *err)
{
	const struct hc_strings *sets = &fix->windows->control_sets;

	for (size_t i = 0; i < sets->count; i++)
		for (size_t k = 0; k < plan->services.count; k++) {
			const char *key = fix_key(fix, sets->items[i], "Services\\%s",
						  plan->services.items[k].inf->name);

			if (key == NULL)
				return fix_no_memory(err);
			if (place_service(fix, set, key, plan, &plan->services.items[k],
					  because, err) < 0)
				return -1;
		}
	return 0;
}

int
driver_place(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
	     const char *because, struct hc_err *err)
{
	if (place_files(fix, plan, because, err) < 0 ||
	    place_package(fix, set, plan->package, because, err) < 0 ||
	    place_services(fix, set, plan, because, err) < 0)
		return -1;
	return driver_register(fix, set, plan, because, err);
}
