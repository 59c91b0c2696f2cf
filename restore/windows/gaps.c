/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What other places tell where SOFTWARE is missing or says nothing, or something else: names of old editions, the version out of the kernel,
 * the service pack out of SYSTEM, the folder that was found.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

/* ---------------------------------------------------------------- version, service pack */

/* "5.2" out of "5.2.3790.1830". */
static const char *
two_numbers(struct inspection *in, const char *version)
{
	unsigned major, minor;

	return sscanf(version, "%3u.%3u.", &major, &minor) == 2
		       ? hc_arena_printf(in->arena, "%u.%u", major, minor)
		       : NULL;
}

/* The build is the kernel's only: hal.inf keeps that of the first release (6.1.7600 on the real 7601). */
static void
fill_version(struct inspection *in)
{
	struct hc_windows *w = in->windows;
	const char *kernel =
		w->kernel.version != NULL ? w->kernel.version : w->kernel32.version;
	unsigned build;

	if (kernel == NULL)
		kernel = w->hal.version;
	if (w->version == NULL && kernel != NULL)
		w->version = two_numbers(in, kernel);
	if (w->version == NULL && in->hal_inf_version != NULL)
		w->version = two_numbers(in, in->hal_inf_version);
	if (w->build == NULL && kernel != NULL && sscanf(kernel, "%*3u.%*3u.%6u", &build) == 1)
		w->build = hc_arena_printf(in->arena, "%u", build);
}

/* Control\Windows CSDVersion: 100h is Service Pack 1, 300h the real NT 4's Service Pack 3. */
static void
fill_service_pack(struct inspection *in)
{
	struct hc_err why;
	uint32_t csd;

	if (in->windows->service_pack == NULL && in->software == NULL &&
	    hc_windows_number(in, "Control\\Windows", "CSDVersion", &csd, &why) == 0 &&
	    csd >> 8 != 0 && csd >> 8 < 256)
		in->windows->service_pack =
			hc_arena_printf(in->arena, "Service Pack %u", csd >> 8);
}

/* ---------------------------------------------------------------- editions before Vista */

/* The first row that fits; names as Microsoft's [own knowledge: which suite is which edition]. */
static const struct {
	const char *version;
	bool server;
	const char *suite; /* NULL: any */
	const char *edition;
} editions[] = {
	{ "4.0", false, NULL, "Workstation" },
	{ "4.0", true, "Terminal Server", "Terminal Server" },
	{ "4.0", true, "Enterprise", "Enterprise Server" },
	{ "4.0", true, NULL, "Server" },
	{ "5.0", false, NULL, "Professional" },
	{ "5.0", true, "DataCenter", "Datacenter Server" },
	{ "5.0", true, "Enterprise", "Advanced Server" },
	{ "5.0", true, NULL, "Server" },
	{ "5.1", false, "Personal", "Home" },
	{ "5.1", false, "EmbeddedNT", "Embedded" },
	{ "5.1", false, NULL, "Professional" },
	{ "5.2", false, NULL, "Professional" },
	{ "5.2", true, "Small Business(Restricted)", "Small Business Server" },
	{ "5.2", true, "DataCenter", "Datacenter" },
	{ "5.2", true, "Blade", "Web" },
	{ "5.2", true, "Compute Server", "Compute Cluster" },
	{ "5.2", true, "Storage Server", "Storage Server" },
	{ "5.2", true, "Enterprise", "Enterprise" },
	{ "5.2", true, NULL, "Standard" },
};

static bool
has_suite(const struct hc_windows *w, const char *suite)
{
	for (size_t i = 0; i < w->product_suite.count; i++)
		if (strcasecmp(w->product_suite.items[i], suite) == 0)
			return true;
	return false;
}

/* XP Professional in a coat: SYSTEM\WPA\MediaCenter and TabletPC, Installed 1 [own knowledge]. */
static const char *
edition_of_xp(struct inspection *in)
{
	static const char *const keys[][2] = {
		{ "WPA\\MediaCenter", "Media Center" },
		{ "WPA\\TabletPC", "Tablet PC" },
	};
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t installed;

	for (size_t i = 0; in->system != NULL && i < sizeof(keys) / sizeof(keys[0]); i++)
		if (hc_hive_key(in->system, keys[i][0], &key, &why) == 0 &&
		    hc_hive_dword(in->system, key, "Installed", &installed, &why) == 0 &&
		    installed == 1)
			return keys[i][1];
	return NULL;
}

static void
fill_edition(struct inspection *in)
{
	struct hc_windows *w = in->windows;
	bool server = w->product_type != NULL && strcasecmp(w->product_type, "WinNT") != 0;

	if (w->edition != NULL || w->version == NULL || w->product_type == NULL)
		return;
	if (strcmp(w->version, "5.1") == 0)
		w->edition = edition_of_xp(in);
	if (w->edition != NULL)
		return;
	for (size_t i = 0; i < sizeof(editions) / sizeof(editions[0]); i++)
		if (strcmp(editions[i].version, w->version) == 0 &&
		    editions[i].server == server &&
		    (editions[i].suite == NULL || has_suite(w, editions[i].suite))) {
			w->edition = editions[i].edition;
			return;
		}
}

/* ---------------------------------------------------------------- where it lies */

/* A partition of a disk, not a removable device: 12 bytes of MBR, 24 of GPT (windows-offline.md section 9). */
static bool
is_partition(struct hc_span value)
{
	return value.size == 12 || (value.size == 24 && memcmp(value.data, "DMIO:ID:", 8) == 0);
}

/* The letter of the only partition that has one; 0 when there are more, or none. */
static char
only_letter(struct inspection *in)
{
	char name[] = "\\DosDevices\\C:", *letter = &name[12], found = 0;
	struct hc_hive_key key;
	struct hc_span value;
	struct hc_err why;

	if (in->system == NULL || hc_hive_key(in->system, "MountedDevices", &key, &why) < 0)
		return 0;
	for (*letter = 'A'; *letter <= 'Z'; ++*letter) {
		if (hc_hive_bytes(in->system, key, name, in->arena, &value, &why) < 0 ||
		    !is_partition(value))
			continue;
		if (found != 0)
			return 0;
		found = *letter;
	}
	return found;
}

/* The folder's name as it stands on the volume: \WINDOWS, however we asked for it. */
static const char *
folder_name(struct inspection *in)
{
	struct hc_entries entries = { 0 };
	const char *name = in->root + 1;
	struct hc_err why;

	if (hc_volume_list(in->volume, "/", in->arena, &entries, &why) == 0)
		for (size_t i = 0; i < entries.count; i++)
			if (strcasecmp(entries.items[i].name, name) == 0)
				return entries.items[i].name;
	return name;
}

static int
fill_root(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_err why;
	char letter;

	if (w->system_root != NULL)
		return 0;
	letter = only_letter(in);
	if (letter == 0) {
		hc_err_set(&why, H_HIVE_MISSING,
			   "MountedDevices does not tell one drive letter for it");
		return hc_windows_unread(in, "system_drive", &why, err);
	}
	w->system_drive = hc_arena_printf(in->arena, "%c:", letter);
	w->system_root = hc_arena_printf(in->arena, "%c:\\%s", letter, folder_name(in));
	return w->system_drive != NULL && w->system_root != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

/* The family, where ProductName can't be read: version and type tell as much up to 8.1.  10.0 is many products. */
static const char *
product_of(const struct hc_windows *w)
{
	static const struct {
		const char *version, *client, *server;
	} families[] = {
		{ "5.0", "Windows 2000", "Windows 2000 Server" },
		{ "5.1", "Windows XP", NULL },
		{ "5.2", "Windows XP x64", "Windows Server 2003" },
		{ "6.0", "Windows Vista", "Windows Server 2008" },
		{ "6.1", "Windows 7", "Windows Server 2008 R2" },
		{ "6.2", "Windows 8", "Windows Server 2012" },
		{ "6.3", "Windows 8.1", "Windows Server 2012 R2" },
	};

	if (w->version == NULL || w->product_type == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strcmp(w->version, families[i].version) == 0)
			return strcasecmp(w->product_type, "WinNT") == 0 ? families[i].client
									 : families[i].server;
	return NULL;
}

/* 11 keeps the ProductName of 10; its builds start at 22000 [own knowledge].  Servers have their own names. */
static int
correct_product(struct inspection *in, struct hc_err *err)
{
	static const char ten[] = "Windows 10";
	struct hc_windows *w = in->windows;

	/* NT 4 has no ProductName. */
	if (w->product == NULL && in->software != NULL && w->version != NULL &&
	    strcmp(w->version, "4.0") == 0)
		w->product = "Windows NT 4.0";
	if (w->product == NULL)
		w->product = product_of(w);
	if (w->product == NULL || w->build == NULL || strtoul(w->build, NULL, 10) < 22000 ||
	    strncmp(w->product, ten, sizeof(ten) - 1) != 0)
		return 0;
	w->product = hc_arena_printf(in->arena, "Windows 11%s", w->product + sizeof(ten) - 1);
	return w->product != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

int
hc_windows_fill_gaps(struct inspection *in, struct hc_err *err)
{
	fill_version(in);
	fill_service_pack(in);
	fill_edition(in);
	if (correct_product(in, err) < 0)
		return -1;
	return fill_root(in, err);
}
