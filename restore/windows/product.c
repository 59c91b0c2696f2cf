/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which Windows it is: control sets, names, versions, architecture. */
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"

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
	w->current_control_set = hc_arena_printf(in->arena, "ControlSet%03u", current);
	return 0;
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

static int
read_system(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	const char *processor = NULL;
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
	if (w->architecture != NULL)
		return 0;
	if (hc_windows_setting(in, "Control\\Session Manager\\Environment",
			       "PROCESSOR_ARCHITECTURE", &processor, &why) < 0)
		return hc_windows_unread(in, "architecture", &why, err);
	w->architecture = architecture_name(processor);
	return 0;
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

	if (hc_hive_key(hive, CURRENT_VERSION, &key, &why) < 0)
		return hc_windows_unread(in, "SOFTWARE", &why, err);
	w->product = hc_windows_text(in, hive, key, "ProductName");
	w->edition = hc_windows_text(in, hive, key, "EditionID");
	w->installation_type = hc_windows_text(in, hive, key, "InstallationType");
	w->service_pack = hc_windows_text(in, hive, key, "CSDVersion");
	w->system_root = hc_windows_text(in, hive, key, "SystemRoot");
	if (w->system_root != NULL && w->system_root[1] == ':')
		w->system_drive = hc_arena_strndup(in->arena, w->system_root, 2);
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

int
hc_windows_read_product(struct inspection *in, struct hc_err *err)
{
	in->windows->architecture = architecture_of_files(in);
	if (in->system != NULL && read_system(in, err) < 0)
		return -1;
	return in->software != NULL ? read_software(in, err) : 0;
}
