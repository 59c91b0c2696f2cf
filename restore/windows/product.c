/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Windows it is: control sets, names, versions, architecture. */
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

/* ---------------------------------------------------------------- SYSTEM */

int
hc_windows_read_control_sets(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_strings keys = { 0 };
	struct hc_hive_key root, select;
	struct hc_err why;
	uint32_t current = 0;

	if (in->system == NULL)
		return 0;
	if (hc_hive_key(in->system, "", &root, &why) < 0 ||
	    hc_hive_subkeys(in->system, root, in->arena, &keys, &why) < 0)
		return hc_windows_unread(in, "control sets", &why, err);
	for (size_t i = 0; i < keys.count; i++)
		if (strncasecmp(keys.items[i], "ControlSet0", 11) == 0 &&
		    hc_strings_add(&w->control_sets, in->arena, keys.items[i], err) < 0)
			return -1;
	if (hc_hive_key(in->system, "Select", &select, &why) < 0 ||
	    hc_hive_dword(in->system, select, "Current", &current, &why) < 0)
		return hc_windows_unread(in, "current control set", &why, err);
	/* Before the first start, as text-mode setup leaves it, none is current yet. */
	if (current == 0)
		(void)(hc_hive_dword(in->system, select, "Default", &current, &why) < 0);
	w->current_control_set = hc_arena_printf(in->arena, "ControlSet%03u", current);
	return w->current_control_set != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

/* Not every Windows has the list. */
static int
read_suite(struct inspection *in, struct hc_err *err)
{
	struct hc_hive_key key;
	struct hc_err why;

	if (hc_windows_key(in, "Control\\ProductOptions", &key, &why) == 0 &&
	    hc_hive_strings(in->system, key, "ProductSuite", in->arena,
			    &in->windows->product_suite, &why) == 0)
		return 0;
	return why.code == H_HIVE_MISSING ? 0
					  : hc_windows_unread(in, "product_suite", &why, err);
}

static int
read_system(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_err why;

	if (w->current_control_set == NULL)
		return 0;
	if (hc_windows_setting(in, "Services\\Tcpip\\Parameters", "Hostname", &w->hostname,
			       &why) < 0 &&
	    hc_windows_setting(in, "Control\\ComputerName\\ComputerName", "ComputerName",
			       &w->hostname, &why) < 0 &&
	    hc_windows_unread(in, "hostname", &why, err) < 0)
		return -1;
	if (hc_windows_setting(in, "Control\\ProductOptions", "ProductType", &w->product_type,
			       &why) < 0 &&
	    hc_windows_unread(in, "product_type", &why, err) < 0)
		return -1;
	return read_suite(in, err);
}

/* ---------------------------------------------------------------- SOFTWARE */

static int
read_version(struct inspection *in, struct hc_hive *hive, struct hc_hive_key key,
	     struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	uint32_t major, minor;
	struct hc_err why;

	/* From 10 on; CurrentVersion stays at 6.3 there. */
	if (hc_hive_dword(hive, key, "CurrentMajorVersionNumber", &major, &why) == 0 &&
	    hc_hive_dword(hive, key, "CurrentMinorVersionNumber", &minor, &why) == 0)
		w->version = hc_arena_printf(in->arena, "%u.%u", major, minor);
	else if (hc_hive_string(hive, key, "CurrentVersion", in->arena, &w->version, &why) < 0)
		return hc_windows_unread(in, "version", &why, err);
	return 0;
}

static int
read_software(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_hive *hive = in->software;
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t ubr;

	if (hc_hive_key(hive, CURRENT_VERSION, &key, &why) < 0)
		return hc_windows_unread(in, "SOFTWARE", &why, err);
	w->product = hc_windows_text(in, hive, key, "ProductName");
	w->edition = hc_windows_text(in, hive, key, "EditionID");
	w->installation_type = hc_windows_text(in, hive, key, "InstallationType");
	w->service_pack = hc_windows_text(in, hive, key, "CSDVersion");
	w->system_root = hc_windows_text(in, hive, key, "SystemRoot");
	if (w->system_root != NULL && w->system_root[1] == ':')
		w->system_drive = hc_arena_strndup(in->arena, w->system_root, 2);
	if (hc_hive_dword(hive, key, "UBR", &ubr, &why) == 0)
		w->ubr = ubr;
	/* Not CurrentBuild: before Vista that holds something else. */
	if (hc_hive_string(hive, key, "CurrentBuildNumber", in->arena, &w->build, &why) < 0 &&
	    hc_windows_unread(in, "build", &why, err) < 0)
		return -1;
	return read_version(in, hive, key, err);
}

/* ---------------------------------------------------------------- architecture */

/* From the PE header of cmd.exe; NULL when that can't be read: the registry tells too, less surely. */
static const char *
architecture_of_files(struct inspection *in)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/cmd.exe", in->root);
	struct hc_pe pe;
	struct hc_err why;

	if (path == NULL || hc_windows_read_pe(in, path, &pe, &why) < 0)
		return NULL;
	return pe.architecture;
}

static const char *
architecture_name(const char *processor)
{
	static const char *const names[][2] = {
		{ "x86", "x86" },
		{ "AMD64", "x64" },
		{ "ARM64", "arm64" },
		{ "IA64", "ia64" },
	};

	for (size_t i = 0; processor != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(processor, names[i][0]) == 0)
			return names[i][1];
	return processor;
}

/* Of a volume without a readable cmd.exe and SYSTEM.  BuildLabEx as 7 and 8.1 have it: "9600.18505.amd64fre.winblue…";
 * before Vista only 64-bit Windows have Wow6432Node.  That a 64-bit Windows of NT 5.2 could be one for Itanium is what
 * its name tells [own knowledge]. */
static const char *
software_architecture(struct inspection *in)
{
	static const char *const builds[][2] = {
		{ ".x86fre.", "x86" },
		{ ".amd64fre.", "x64" },
		{ ".arm64fre.", "arm64" },
		{ ".ia64fre.", "ia64" },
	};
	struct hc_hive_key key;
	const char *build;
	struct hc_err why;

	if (hc_windows_software(in, CURRENT_VERSION, &key, &why) < 0)
		return NULL;
	build = hc_windows_text(in, in->software, key, "BuildLabEx");
	for (size_t i = 0; build != NULL && i < sizeof(builds) / sizeof(builds[0]); i++)
		if (strstr(build, builds[i][0]) != NULL)
			return builds[i][1];
	if (hc_windows_software(in, "Wow6432Node", &key, &why) < 0)
		return NULL;
	return in->windows->product != NULL && strstr(in->windows->product, "Itanium") != NULL
		       ? "ia64"
		       : "x64";
}

/* cmd.exe first, as libguestfs does: it is there in every Windows, and nobody edits it (windows-offline.md 3.6). */
static int
read_architecture(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	const char *processor = NULL;
	struct hc_err why;

	w->architecture = architecture_of_files(in);
	if (w->architecture == NULL &&
	    hc_windows_setting(in, "Control\\Session Manager\\Environment",
			       "PROCESSOR_ARCHITECTURE", &processor, &why) == 0)
		w->architecture = architecture_name(processor);
	if (w->architecture == NULL)
		w->architecture = software_architecture(in);
	if (w->architecture != NULL || (in->system == NULL && in->software == NULL))
		return 0;
	hc_err_set(&why, H_HIVE_MISSING,
		   "neither cmd.exe nor SYSTEM nor SOFTWARE tells the processor");
	return hc_windows_unread(in, "architecture", &why, err);
}

int
hc_windows_read_product(struct inspection *in, struct hc_err *err)
{
	if (in->system != NULL && read_system(in, err) < 0)
		return -1;
	if (in->software != NULL && read_software(in, err) < 0)
		return -1;
	return read_architecture(in, err);
}
