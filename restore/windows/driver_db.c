/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the ids of a device to a service.
 *
 * Windows 8 and later:
 *	DriverDatabase\DeviceIds\<id>: a value for each INF that names the id, REG_BINARY of 4 bytes:
 *		0	1: a hardware id in that INF; 2: a compatible id
 *		1	feature score, 0xff where the INF has none; less is better
 *	DriverDatabase\DriverInfFiles\<inf>: Active = label of the package
 *	DriverDatabase\DriverPackages\<label>: SignerScore; Version = REG_BINARY with date (24) and version (32)
 *		\Descriptors\<id>: Configuration = name
 *		\Configurations\<name>: Service; ExcludeIds
 *	The meaning of bytes 0 and 1 is concluded from which INFs of the test data carry which (basicdisplay.inf
 *	has FeatureScore FB, usbxhci.inf 80).
 * Rank: Microsoft Learn, "How Windows ranks drivers": signature, feature score, identifier; then date and version.
 *	All that is signed by anybody trusted is one class here: the top byte of SignerScore [own knowledge].
 * Windows 2000 to 7:
 *	Control\CriticalDeviceDatabase\<id with # for \>: Service.  The first id that is there counts.
 */
#include "restore/windows/driver_db.h"

#include <string.h>
#include <strings.h>

#define CRITICAL       "Control\\CriticalDeviceDatabase"
#define DATABASE       "DriverDatabase"
#define VERSION_DATE   24u
#define VERSION_NUMBER 32u
#define VERSION_BYTES  40u
#define NO_FEATURE     0xffu

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to look for drivers");
}

/* ---------------------------------------------------------------- where it is */

static bool
has_key(struct hc_hive *hive, const char *path)
{
	struct hc_hive_key key;
	struct hc_err why;

	return hive != NULL && hc_hive_key(hive, path, &key, &why) == 0;
}

static void
add_place(struct hc_driver_db *db, struct hc_hive *hive, const char *name)
{
	size_t n = db->place_count;
	const char *path = NULL;

	if (has_key(hive, DATABASE "\\DeviceIds"))
		path = DATABASE "\\";
	else if (hive == db->drivers && has_key(hive, "DeviceIds"))
		path = "";
	if (path == NULL)
		return;
	db->places[n].hive = hive;
	db->places[n].name = name;
	db->places[n].path = path;
	db->place_count++;
	db->kind = HC_DRIVER_DB_PACKAGES;
}

int
hc_driver_db_open(struct inspection *in, struct hc_driver_db *ret, struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/config/DRIVERS", in->root);
	struct hc_driver_db db = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	if (hc_windows_file_present(in, path) != HC_NO &&
	    hc_windows_open_hive(in, "DRIVERS", &db.drivers, err) < 0)
		return -1;
	add_place(&db, in->system, "SYSTEM");
	if (db.drivers != NULL)
		add_place(&db, db.drivers, "DRIVERS");
	/* Its presence decides, not the version (windows-offline.md 3.1). */
	if (db.kind == HC_DRIVER_DB_NONE && hc_windows_key(in, CRITICAL, &key, &why) == 0)
		db.kind = HC_DRIVER_DB_CRITICAL;
	*ret = db;
	return 0;
}

void
hc_driver_db_close(struct hc_driver_db *db)
{
	hc_hive_close(db->drivers);
	db->drivers = NULL;
}

/* ---------------------------------------------------------------- DriverDatabase */

/* Less is better, from the first member on; of date and version more is better. */
struct candidate {
	struct hc_driver_match match;
	unsigned signer, feature, identifier;
	uint64_t date, version;
};

struct search {
	struct inspection *in;
	const struct hc_driver_db *db;
	struct hc_device_ids ids;
	struct candidate best;
	bool found;
};

static bool
is_better(const struct candidate *a, const struct candidate *b)
{
	if (a->signer != b->signer)
		return a->signer < b->signer;
	if (a->feature != b->feature)
		return a->feature < b->feature;
	if (a->identifier != b->identifier)
		return a->identifier < b->identifier;
	return a->date != b->date ? a->date > b->date : a->version > b->version;
}

/* A key below one of the places: "DriverPackages\x.inf_amd64_…". */
static int
place_key(const struct search *s, size_t place, const char *path, struct hc_hive_key *ret)
{
	const char *full =
		hc_arena_printf(s->in->arena, "%s%s", s->db->places[place].path, path);
	struct hc_err why;

	return full == NULL ? -1 : hc_hive_key(s->db->places[place].hive, full, ret, &why);
}

/* The label of an INF's package: the active one, else the first. */
static const char *
package_of(const struct search *s, size_t place, const char *inf)
{
	const char *path = hc_arena_printf(s->in->arena, "DriverInfFiles\\%s", inf), *label;
	struct hc_hive *hive = s->db->places[place].hive;
	struct hc_strings all = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL || place_key(s, place, path, &key) < 0)
		return NULL;
	label = hc_windows_text(s->in, hive, key, "Active");
	if (label == NULL && hc_hive_strings(hive, key, "", s->in->arena, &all, &why) == 0 &&
	    all.count > 0)
		label = all.items[0];
	return label;
}

static bool
has_id(const struct hc_strings *list, const char *id)
{
	for (size_t i = 0; list != NULL && i < list->count; i++)
		if (strcasecmp(list->items[i], id) == 0)
			return true;
	return false;
}

static bool
is_excluded(const struct search *s, struct hc_hive *hive, struct hc_hive_key configuration)
{
	struct hc_strings excluded = { 0 };
	struct hc_err why;

	if (hc_hive_strings(hive, configuration, "ExcludeIds", s->in->arena, &excluded, &why) <
	    0)
		return false;
	for (size_t i = 0; i < excluded.count; i++)
		if (has_id(s->ids.hardware, excluded.items[i]) ||
		    has_id(s->ids.compatible, excluded.items[i]))
			return true;
	return false;
}

/* The service that a package binds to an id; NULL: none. */
static const char *
service_for(const struct search *s, size_t place, const char *label, const char *id)
{
	const char *path =
		hc_arena_printf(s->in->arena, "DriverPackages\\%s\\Descriptors\\%s", label, id);
	struct hc_hive *hive = s->db->places[place].hive;
	const char *configuration;
	struct hc_hive_key key;

	if (path == NULL || place_key(s, place, path, &key) < 0)
		return NULL;
	configuration = hc_windows_text(s->in, hive, key, "Configuration");
	path = configuration == NULL
		       ? NULL
		       : hc_arena_printf(s->in->arena, "DriverPackages\\%s\\Configurations\\%s",
					 label, configuration);
	if (path == NULL || place_key(s, place, path, &key) < 0 || is_excluded(s, hive, key))
		return NULL;
	return hc_windows_text(s->in, hive, key, "Service");
}

static void
rank_package(const struct search *s, size_t place, const char *label, struct candidate *ret)
{
	const char *path = hc_arena_printf(s->in->arena, "DriverPackages\\%s", label);
	struct hc_hive *hive = s->db->places[place].hive;
	uint32_t score = UINT32_MAX;
	struct hc_hive_key key;
	struct hc_span version;
	struct hc_err why;

	if (path == NULL || place_key(s, place, path, &key) < 0)
		return;
	(void)(hc_hive_dword(hive, key, "SignerScore", &score, &why) < 0);
	ret->signer = score >> 24;
	if (hc_hive_bytes(hive, key, "Version", s->in->arena, &version, &why) == 0 &&
	    version.size >= VERSION_BYTES) {
		ret->date = hc_get_le64(version.data + VERSION_DATE);
		ret->version = hc_get_le64(version.data + VERSION_NUMBER);
	}
}

/* One INF under one id.  `position` counts through hardware, then compatible ids. */
static int
try_inf(struct search *s, size_t place, struct hc_hive_key key, const char *inf,
	struct candidate candidate, struct hc_err *err)
{
	struct hc_hive *hive = s->db->places[place].hive;
	const char *label, *id = candidate.match.id;
	struct hc_span data;
	struct hc_err why;

	candidate.feature = NO_FEATURE;
	if (hc_hive_bytes(hive, key, inf, s->in->arena, &data, &why) == 0 && data.size >= 2) {
		/* A compatible id of the INF ranks below any hardware id of it. */
		if (data.data[0] > 1)
			candidate.identifier += 0x1000;
		candidate.feature = data.data[1];
	}
	for (size_t i = 0; i < s->db->place_count; i++) {
		label = package_of(s, i, inf);
		if (label == NULL)
			continue;
		candidate.match.service = service_for(s, i, label, id);
		candidate.match.inf = inf;
		if (candidate.match.service == NULL)
			continue;
		rank_package(s, i, label, &candidate);
		if (s->found && !is_better(&candidate, &s->best))
			continue;
		candidate.match.where =
			hc_arena_printf(s->in->arena, "%s\\" DATABASE "\\DeviceIds\\%s",
					s->db->places[place].name, id);
		if (candidate.match.where == NULL)
			return no_memory(err);
		s->best = candidate;
		s->found = true;
	}
	return 0;
}

static int
try_id(struct search *s, const char *id, unsigned identifier, struct hc_err *err)
{
	const char *path = hc_arena_printf(s->in->arena, "DeviceIds\\%s", id);
	struct candidate candidate = { .match = { .id = id }, .identifier = identifier };
	struct hc_hive_value_list infs;
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	for (size_t i = 0; i < s->db->place_count; i++) {
		infs = (struct hc_hive_value_list){ 0 };
		if (place_key(s, i, path, &key) < 0 ||
		    hc_hive_values(s->db->places[i].hive, key, s->in->arena, &infs, &why) < 0)
			continue;
		for (size_t n = 0; n < infs.count; n++)
			if (infs.items[n].name[0] != '\0' &&
			    try_inf(s, i, key, infs.items[n].name, candidate, err) < 0)
				return -1;
	}
	return 0;
}

static int
match_packages(struct search *s, struct hc_driver_match *ret, struct hc_err *err)
{
	const struct hc_strings *hardware = s->ids.hardware, *compatible = s->ids.compatible;

	for (size_t i = 0; hardware != NULL && i < hardware->count; i++)
		if (try_id(s, hardware->items[i], (unsigned)i, err) < 0)
			return -1;
	/* Compatible ids of the device rank below its hardware ids, whatever they are in the INF. */
	for (size_t i = 0; compatible != NULL && i < compatible->count; i++)
		if (try_id(s, compatible->items[i], 0x2000 + (unsigned)i, err) < 0)
			return -1;
	if (s->found) {
		*ret = s->best.match;
		return 0;
	}
	ret->where = hc_arena_printf(s->in->arena, "%s\\" DATABASE "\\DeviceIds",
				     s->db->places[0].name);
	return ret->where != NULL ? 1 : no_memory(err);
}

/* ---------------------------------------------------------------- CriticalDeviceDatabase */

/* A package's label starts with the name of its INF: "mshdc.inf_x86_neutral_fab873f3e8a3315c". */
static const char *
inf_of_label(struct inspection *in, const char *label)
{
	const char *end = label == NULL ? NULL : strcasestr(label, ".inf");

	return end == NULL ? NULL
			   : hc_arena_strndup(in->arena, label, (size_t)(end - label) + 4);
}

/* 0 found, 1 not. */
static int
try_critical(struct inspection *in, const char *id, struct hc_driver_match *ret,
	     struct hc_err *err)
{
	char *path = hc_arena_printf(in->arena, CRITICAL "\\%s", id);
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	for (char *p = path + strlen(CRITICAL) + 1; *p != '\0'; p++)
		if (*p == '\\')
			*p = '#';
	if (hc_windows_key(in, path, &key, &why) < 0)
		return 1;
	ret->service = hc_windows_text(in, in->system, key, "Service");
	/* A class without a service, such as that of host bridges: nothing is bound by it. */
	if (ret->service == NULL)
		return 1;
	ret->id = id;
	ret->inf = inf_of_label(in, hc_windows_text(in, in->system, key, "DriverPackageId"));
	ret->where = hc_windows_where(in, path);
	return ret->where != NULL ? 0 : no_memory(err);
}

static int
match_critical(struct inspection *in, struct hc_device_ids ids, struct hc_driver_match *ret,
	       struct hc_err *err)
{
	const struct hc_strings *lists[] = { ids.hardware, ids.compatible };
	int result;

	for (size_t n = 0; n < 2; n++)
		for (size_t i = 0; lists[n] != NULL && i < lists[n]->count; i++) {
			result = try_critical(in, lists[n]->items[i], ret, err);
			if (result <= 0)
				return result;
		}
	ret->where = hc_windows_where(in, CRITICAL);
	return ret->where != NULL ? 1 : no_memory(err);
}

int
hc_driver_db_match(struct inspection *in, const struct hc_driver_db *db,
		   struct hc_device_ids ids, struct hc_driver_match *ret, struct hc_err *err)
{
	struct search search = { .in = in, .db = db, .ids = ids };

	*ret = (struct hc_driver_match){ 0 };
	if (db->kind == HC_DRIVER_DB_PACKAGES)
		return match_packages(&search, ret, err);
	if (db->kind == HC_DRIVER_DB_CRITICAL)
		return match_critical(in, ids, ret, err);
	ret->where = hc_windows_where(in, "Services");
	return ret->where != NULL ? 1 : no_memory(err);
}
