/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a package would install for a device, or why it is not put in place.
 *
 * A device that Windows starts through needs the whole of it: a service of its own whose program is in the package, and a
 * place for each file that the boot loader or Windows would miss.  For others it is enough that Windows would take the
 * package, since it installs it itself.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/fixup/driver_priv.h"
#include "restore/fixup/edits_priv.h"

#define TYPE_KERNEL_DRIVER 1u
#define START_BOOT         0u
#define VALUES_MAX         2048u
#define NAME_MAX_LENGTH    128u
#define FILE_MAX           (256u << 20)

/* ---------------------------------------------------------------- directories */

/* DIRIDs that have one place in every Windows of a kind ("Using Dirids"). */
static const struct directory {
	const char *id;
	const char *folder; /* below the folder of Windows */
	const char *image;  /* in an ImagePath */
} directories[] = {
	{ "10", "", "\\SystemRoot" },
	{ "11", "/System32", "System32" },
	{ "12", "/System32/drivers", "System32\\drivers" },
	/* The package's own folder in the driver store; from Vista on. */
	{ "13", "/System32/DriverStore/FileRepository/",
	  "\\SystemRoot\\System32\\DriverStore\\FileRepository\\" },
};

static const struct directory *
directory_of(const struct fix *fix, const char *id)
{
	for (size_t i = 0; id != NULL && i < sizeof(directories) / sizeof(directories[0]); i++)
		if (strcmp(directories[i].id, id) == 0 &&
		    (strcmp(id, "13") != 0 || fix->version >= HC_NT(6, 0)))
			return &directories[i];
	return NULL;
}

static char *
slashes(char *path, char from, char to)
{
	for (char *p = path; p != NULL && *p != '\0'; p++)
		if (*p == from)
			*p = to;
	return path;
}

/* "%12%\viostor.sys" as an ImagePath; *ret NULL: it is none that Windows could start from. */
static int
image_path(struct fix *fix, struct driver_set *set, const struct driver_package *package,
	   const char *binary, const char **ret, struct hc_err *err)
{
	const struct directory *directory;
	const char *end = strchr(binary[0] == '%' ? binary + 1 : "", '%'), *label = "";
	char id[8] = { 0 };

	*ret = NULL;
	if (end == NULL || (size_t)(end - binary) > sizeof(id) || end[1] != '\\' ||
	    !driver_is_path(end + 2))
		return 0;
	memcpy(id, binary + 1, (size_t)(end - binary) - 1);
	directory = directory_of(fix, id);
	if (directory == NULL)
		return 0;
	if (strcmp(id, "13") == 0)
		label = package->label;
	*ret = hc_arena_printf(set->arena, "%s%s%s", directory->image, label, end + 1);
	return *ret == NULL ? fix_no_memory(err) : 0;
}

/* Where a file goes; *ret NULL: Windows puts it there itself. */
static int
destination(struct fix *fix, struct driver_set *set, const struct driver_package *package,
	    const struct hc_inf_file *file, const char **ret, struct hc_err *err)
{
	const struct directory *directory = directory_of(fix, file->directory);
	const char *label = "";
	char *path;

	*ret = NULL;
	if (directory == NULL)
		return 0;
	if (strcmp(directory->id, "13") == 0)
		label = package->label;
	path = hc_arena_printf(set->arena, "%s%s%s%s%s/%s", fix->offline->root,
			       directory->folder, label, *file->folder == '\0' ? "" : "/",
			       file->folder, file->name);
	if (path == NULL)
		return fix_no_memory(err);
	*ret = slashes(path, '\\', '/');
	return 0;
}

/* ---------------------------------------------------------------- files */

#define COPYFLG_NO_OVERWRITE 0x10u
#define COPYFLG_REPLACEONLY  0x400u

static int
is_on_volume(struct fix *fix, struct driver_set *set, const char *path, bool *ret,
	     struct hc_err *err)
{
	struct hc_entry entry;
	struct hc_err why;

	*ret = hc_volume_stat(fix->offline->volumes[fix->offline->system].volume, path,
			      set->arena, &entry, &why) == 0;
	if (!*ret && (why.code == H_OUT_OF_MEMORY || why.code == H_DISK_READ)) {
		*err = why;
		return -1;
	}
	return 0;
}

/* Of two for one place the later one counts. */
static int
add_file(struct driver_set *set, struct driver_plan *plan, const struct driver_file *file,
	 struct hc_err *err)
{
	struct driver_file *added;

	for (size_t i = 0; file->to != NULL && i < plan->files.count; i++) {
		added = &plan->files.items[i];
		if (added->to != NULL && strcasecmp(added->to, file->to) == 0) {
			*added = *file;
			return 0;
		}
	}
	added = hc_arena_grow(set->arena, &plan->files.items, &plan->files.count,
			      sizeof(*added));
	if (added == NULL)
		return fix_no_memory(err);
	*added = *file;
	return 0;
}

static int
check_file(struct fix *fix, struct driver_set *set, struct driver_plan *plan,
	   const struct hc_inf_file *file, const char **reason, struct hc_err *err)
{
	struct driver_file found = { 0 };
	bool there = false;

	if (!driver_is_path(file->name) || (*file->folder && !driver_is_path(file->folder)))
		return driver_say(driver_text(set, err, "it wants a file where none can be"),
				  reason);
	if (destination(fix, set, plan->package, file, &found.to, err) < 0 ||
	    (found.to != NULL && is_on_volume(fix, set, found.to, &there, err) < 0))
		return -1;
	if (file->source == NULL)
		return there || found.to == NULL
			       ? 0
			       : driver_say(driver_text(set, err,
							"%s, which it takes from Windows "
							"itself, is not there",
							found.to),
					    reason);
	if (file->cabinet != NULL)
		return driver_say(driver_text(set, err, "%s is packed in %s", file->source,
					      file->cabinet),
				  reason);
	if (driver_folder_find(set, plan->package->folder, file->source, &found.from, err) < 0)
		return -1;
	if (found.from == NULL)
		return driver_say(driver_text(set, err,
					      "%s is not in the package, or is packed",
					      file->source),
				  reason);
	found.leave =
		there ? file->flags & COPYFLG_NO_OVERWRITE : file->flags & COPYFLG_REPLACEONLY;
	return add_file(set, plan, &found, err);
}

/* ---------------------------------------------------------------- services */

static int
add_service(struct driver_set *set, struct driver_plan *plan,
	    const struct hc_inf_service *service, const char *image, struct hc_err *err)
{
	struct driver_service *added = hc_arena_grow(set->arena, &plan->services.items,
						     &plan->services.count, sizeof(*added));

	if (added == NULL)
		return fix_no_memory(err);
	*added = (struct driver_service){ service, image };
	return 0;
}

static bool
is_driver(const struct driver_plan *plan, const struct hc_inf_service *service,
	  const char *image)
{
	for (size_t i = 0; i < plan->services.count; i++)
		if (strcasecmp(plan->services.items[i].inf->name, service->name) == 0)
			return false;
	return image != NULL && service->type == TYPE_KERNEL_DRIVER &&
	       driver_is_key(service->name) && strchr(service->name, '\\') == NULL;
}

/* The device's own service, whatever its start is, or the others that start with Windows: its filters. */
static int
take_services(struct fix *fix, struct driver_set *set, struct driver_plan *plan, bool own,
	      const char **reason, struct hc_err *err)
{
	for (size_t i = 0; i < plan->install.services.count; i++) {
		const struct hc_inf_service *service = &plan->install.services.items[i];
		const char *image;

		if (*service->name == '\0' || own != !!(service->flags & HC_INF_ASSOCIATED) ||
		    (!own && service->start != START_BOOT))
			continue;
		if (image_path(fix, set, plan->package,
			       service->binary == NULL ? "" : service->binary, &image, err) < 0)
			return -1;
		if (!is_driver(plan, service, image))
			return driver_say(driver_text(set, err,
						      "its service %.64s is no driver that "
						      "Windows can start from",
						      service->name),
					  reason);
		if (add_service(set, plan, service, image, err) < 0)
			return -1;
	}
	return 0;
}

/* Whether the plan puts the program of a service where its ImagePath says. */
static int
check_program(struct fix *fix, struct driver_set *set, const struct driver_plan *plan,
	      const struct driver_service *service, const char **reason, struct hc_err *err)
{
	const char *image = service->image;
	bool absolute = strncmp(image, "\\SystemRoot\\", 12) == 0;
	char *path = hc_arena_printf(set->arena, "%s/%s", fix->offline->root,
				     absolute ? image + 12 : image);

	if (path == NULL)
		return fix_no_memory(err);
	slashes(path, '\\', '/');
	for (size_t i = 0; i < plan->files.count; i++)
		if (plan->files.items[i].to != NULL &&
		    strcasecmp(plan->files.items[i].to, path) == 0)
			return 0;
	return driver_say(driver_text(set, err, "it copies no %s for its service %s", path,
				      service->inf->name),
			  reason);
}

static int
check_services(struct fix *fix, struct driver_set *set, const struct driver_device *device,
	       struct driver_plan *plan, const char **reason, struct hc_err *err)
{
	int result = take_services(fix, set, plan, true, reason, err);

	if (result < 0 || *reason != NULL)
		return result;
	if (plan->services.count == 0)
		return driver_say(driver_text(set, err, "it brings no driver of its own%s%s",
					      plan->install.includes.count > 0
						      ? ", but goes by Windows' "
						      : "",
					      plan->install.includes.count > 0
						      ? plan->install.includes.items[0]
						      : ""),
				  reason);
	if (plan->services.count > 1)
		return driver_say(driver_text(set, err, "it names two drivers for one device"),
				  reason);
	if (device->service != NULL &&
	    strcasecmp(device->service, plan->services.items[0].inf->name) != 0)
		return driver_say(driver_text(set, err,
					      "it brings the driver %s, and Windows would go "
					      "on using %s",
					      plan->services.items[0].inf->name,
					      device->service),
				  reason);
	if (take_services(fix, set, plan, false, reason, err) < 0)
		return -1;
	for (size_t i = 0; *reason == NULL && i < plan->services.count; i++)
		if (check_program(fix, set, plan, &plan->services.items[i], reason, err) < 0)
			return -1;
	return 0;
}

/* ---------------------------------------------------------------- all of it */

static int
take_ids(struct driver_set *set, const struct driver_device *device, struct driver_plan *plan,
	 struct hc_err *err)
{
	const struct hc_strings *ids = &plan->match->model.ids;

	for (size_t i = 0; i < ids->count; i++)
		if ((hc_strings_has_name(&device->hardware, ids->items[i]) ||
		     hc_strings_has_name(&device->compatible, ids->items[i])) &&
		    driver_is_key(ids->items[i]) &&
		    !hc_strings_has_name(&plan->ids, ids->items[i]) &&
		    hc_strings_add(&plan->ids, set->arena, ids->items[i], err) < 0)
			return -1;
	return 0;
}

static int
check_critical(struct fix *fix, struct driver_set *set, const struct driver_device *device,
	       struct driver_plan *plan, const char **reason, struct hc_err *err)
{
	const struct hc_inf *inf = plan->package->inf;
	uint8_t guid[16];

	if (take_ids(set, device, plan, err) < 0)
		return -1;
	if (inf->class_guid == NULL || !hc_guid_parse(inf->class_guid, guid))
		return driver_say(driver_text(set, err, "it names no class"), reason);
	if (plan->ids.count == 0 || !driver_is_key(plan->install.section) ||
	    strchr(plan->install.section, '\\') != NULL ||
	    plan->install.registry.count > VALUES_MAX)
		return driver_say(driver_text(set, err, "it names what no registry can hold"),
				  reason);
	return check_services(fix, set, device, plan, reason, err);
}

/* What of the package is there; an edit holds no file that is larger than the limit. */
static int
check_package(struct driver_set *set, struct driver_package *package,
	      const struct hc_strings *sources, const char **reason, struct hc_err *err)
{
	struct hc_entry entry;
	const char *path;
	int found;

	if (hc_strings_add(&package->files, set->arena, package->path, err) < 0 ||
	    (package->catalog != NULL &&
	     hc_strings_add(&package->files, set->arena, package->catalog, err) < 0))
		return -1;
	for (size_t i = 0; i < sources->count; i++) {
		found = driver_folder_find(set, package->folder, sources->items[i], &path, err);
		if (found < 0)
			return -1;
		if (found > 0 || hc_strings_has(&package->files, path))
			continue;
		if (hc_volume_stat(set->folder, path, set->arena, &entry, err) < 0 ||
		    hc_strings_add(&package->files, set->arena, path, err) < 0)
			return -1;
		if (entry.size > FILE_MAX)
			return driver_say(driver_text(set, err, "%s is larger than %u MiB",
						      path, FILE_MAX >> 20),
					  reason);
	}
	return 0;
}

static int
list_package(struct driver_set *set, struct driver_package *package, const char **reason,
	     struct hc_err *err)
{
	struct hc_strings sources = { 0 };
	struct hc_err why;
	int result = 0;

	/* It becomes part of a label, and that of DevicePath. */
	if (package->unfit == NULL &&
	    (!driver_is_path(package->name) || strpbrk(package->name, ";%\\") != NULL ||
	     strlen(package->name) > NAME_MAX_LENGTH))
		result = driver_say(driver_text(set, err,
						"its INF has a name that no file of "
						"Windows can have"),
				    &package->unfit);
	if (result == 0 && package->unfit == NULL && package->files.count == 0) {
		if (hc_inf_sources(package->inf, &set->target, set->arena, &sources, &why) < 0)
			result = driver_reason(set, &why, &package->unfit, err);
		if (result == 0 && package->unfit == NULL)
			result = check_package(set, package, &sources, &package->unfit, err);
	}
	*reason = package->unfit;
	return result;
}

int
driver_check(struct fix *fix, struct driver_set *set, const struct driver_device *device,
	     const struct driver_candidate *candidate, struct driver_plan *ret,
	     const char **reason, struct hc_err *err)
{
	struct driver_plan plan = { .package = candidate->package, .match = &candidate->match };
	struct hc_err why;

	*reason = NULL;
	if (driver_name(fix, set, candidate->package, err) < 0 ||
	    list_package(set, candidate->package, reason, err) < 0)
		return -1;
	if (*reason == NULL &&
	    hc_inf_install(candidate->package->inf, &set->target, candidate->match.install,
			   set->arena, &plan.install, &why) < 0)
		return driver_reason(set, &why, reason, err);
	for (size_t i = 0; *reason == NULL && i < plan.install.files.count; i++)
		if (check_file(fix, set, &plan, &plan.install.files.items[i], reason, err) < 0)
			return -1;
	if (*reason == NULL && device->critical &&
	    check_critical(fix, set, device, &plan, reason, err) < 0)
		return -1;
	if (*reason == NULL && driver_sign_check(fix, set, &plan, reason, err) < 0)
		return -1;
	*ret = plan;
	return 0;
}
