/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an offline Windows says of itself: the hives SYSTEM and SOFTWARE, boot.ini, cmd.exe. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/hive/hive.h"
#include "restore/windows/windows.h"

#define HIVE_MAX        (1u << 30)
#define PE_HEAD         4096u
#define BOOT_INI_MAX    65536u
#define CURRENT_VERSION "Microsoft\\Windows NT\\CurrentVersion"

struct inspection {
	struct hc_volume *volume;
	struct hc_arena *arena;
	struct hc_windows *windows;
	const char *root; /* "/Windows" */
};

/* Notes what could not be read; only running out of memory ends an inspection. */
static int
unread(struct inspection *in, const char *what, const struct hc_err *why, struct hc_err *err)
{
	const char *text = hc_arena_printf(in->arena, "%s: %s", what, why->text[0]);

	if (text == NULL || why->code == H_OUT_OF_MEMORY)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	return hc_strings_add(&in->windows->unread, in->arena, text, err);
}

/* ---------------------------------------------------------------- where it is */

static int
has_system(struct inspection *in, const char *root, struct hc_err *err)
{
	struct hc_entry entry;
	struct hc_err why;
	const char *path = hc_arena_printf(in->arena, "%s/System32/config/SYSTEM", root);

	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	if (hc_volume_stat(in->volume, path, in->arena, &entry, &why) == 0)
		return entry.type == HC_ENTRY_FILE || entry.type == HC_ENTRY_OTHER;
	if (why.code == H_PATH_NOT_FOUND || why.code == H_VOLUME_FORMAT)
		return 0;
	*err = why;
	return -1;
}

/* boot.ini of NT 4 to 2003: "default=multi(0)disk(0)rdisk(0)partition(1)\WINNT". */
static const char *
root_of_boot_ini(struct inspection *in)
{
	struct hc_buf text = { 0 };
	struct hc_err why;
	const char *found = NULL, *line, *at;
	size_t length;

	if (hc_volume_read_all(in->volume, "/boot.ini", BOOT_INI_MAX, &text, &why) == 0 &&
	    hc_buf_append(&text, "", 1, &why) == 0) {
		line = strcasestr((const char *)text.data, "default=");
		at = line == NULL ? NULL : line + strcspn(line, "\\\r\n");
		if (at != NULL && *at == '\\') {
			length = strcspn(at, "\r\n\"= ");
			found = hc_arena_strndup(in->arena, at, length);
		}
	}
	hc_buf_done(&text);
	return found;
}

/* 0 found, 1 none. */
static int
find_root(struct inspection *in, struct hc_err *err)
{
	const char *roots[] = { "/Windows", "/WINNT", NULL, "/WIN32", "/WIN" };
	int found;

	roots[2] = root_of_boot_ini(in);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		if (roots[i] == NULL)
			continue;
		found = has_system(in, roots[i], err);
		if (found < 0)
			return -1;
		if (found) {
			in->root = roots[i];
			return 0;
		}
	}
	return 1;
}

/* ---------------------------------------------------------------- hives */

/* *ret is NULL when it can't be read; the reason is noted. */
static int
open_hive(struct inspection *in, const char *name, struct hc_hive **ret, struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/config/%s", in->root, name);
	struct hc_hive_state *state;
	struct hc_hive *hive = NULL;
	struct hc_buf bytes = { 0 };
	struct hc_err why;
	int result;

	*ret = NULL;
	if (path == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	result = hc_volume_read_all(in->volume, path, HIVE_MAX, &bytes, &why);
	if (result == 0)
		result = hc_hive_open(hc_buf_span(&bytes), name, &hive, &why);
	hc_buf_done(&bytes);
	if (result < 0)
		return unread(in, name, &why, err);
	state = hc_arena_grow(in->arena, &in->windows->hives.items, &in->windows->hives.count,
			      sizeof(*state));
	if (state == NULL) {
		hc_hive_close(hive);
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	}
	state->name = name;
	state->dirty = hc_hive_is_dirty(hive);
	*ret = hive;
	return 0;
}

/* A text that some Windows have and others don't: NULL without a note when it isn't there. */
static const char *
text_of(struct inspection *in, struct hc_hive *hive, struct hc_hive_key key, const char *name)
{
	struct hc_err why;
	const char *text;

	return hc_hive_string(hive, key, name, in->arena, &text, &why) == 0 && text[0] != '\0'
		       ? text
		       : NULL;
}

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
		return unread(in, "version", &why, err);
	return 0;
}

static int
read_software(struct inspection *in, struct hc_hive *hive, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_hive_key key;
	struct hc_err why;

	if (hc_hive_key(hive, CURRENT_VERSION, &key, &why) < 0)
		return unread(in, "SOFTWARE", &why, err);
	w->product = text_of(in, hive, key, "ProductName");
	w->edition = text_of(in, hive, key, "EditionID");
	w->installation_type = text_of(in, hive, key, "InstallationType");
	w->service_pack = text_of(in, hive, key, "CSDVersion");
	w->system_root = text_of(in, hive, key, "SystemRoot");
	if (w->system_root != NULL && w->system_root[1] == ':')
		w->system_drive = hc_arena_strndup(in->arena, w->system_root, 2);
	/* Not CurrentBuild: before Vista that holds something else. */
	if (hc_hive_string(hive, key, "CurrentBuildNumber", in->arena, &w->build, &why) < 0 &&
	    unread(in, "build", &why, err) < 0)
		return -1;
	return read_version(in, hive, key, err);
}

static int
read_control_sets(struct inspection *in, struct hc_hive *hive, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_strings keys = { 0 };
	struct hc_hive_key root, select;
	struct hc_err why;
	uint32_t current = 0;

	if (hc_hive_key(hive, "", &root, &why) < 0 ||
	    hc_hive_subkeys(hive, root, in->arena, &keys, &why) < 0)
		return unread(in, "control sets", &why, err);
	for (size_t i = 0; i < keys.count; i++)
		if (strncasecmp(keys.items[i], "ControlSet0", 11) == 0 &&
		    hc_strings_add(&w->control_sets, in->arena, keys.items[i], err) < 0)
			return -1;
	if (hc_hive_key(hive, "Select", &select, &why) < 0 ||
	    hc_hive_dword(hive, select, "Current", &current, &why) < 0)
		return unread(in, "current control set", &why, err);
	w->current_control_set = hc_arena_printf(in->arena, "ControlSet%03u", current);
	return 0;
}

/* A text of the current control set. */
static int
get_setting(struct inspection *in, struct hc_hive *hive, const char *path, const char *name,
	    const char **ret, struct hc_err *err)
{
	const char *full =
		hc_arena_printf(in->arena, "%s\\%s", in->windows->current_control_set, path);
	struct hc_hive_key key;

	if (full == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	if (hc_hive_key(hive, full, &key, err) < 0)
		return -1;
	return hc_hive_string(hive, key, name, in->arena, ret, err);
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
read_system(struct inspection *in, struct hc_hive *hive, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	const char *processor = NULL;
	struct hc_err why;

	if (read_control_sets(in, hive, err) < 0)
		return -1;
	if (w->current_control_set == NULL)
		return 0;
	if (get_setting(in, hive, "Services\\Tcpip\\Parameters", "Hostname", &w->hostname,
			&why) < 0 &&
	    get_setting(in, hive, "Control\\ComputerName\\ComputerName", "ComputerName",
			&w->hostname, &why) < 0 &&
	    unread(in, "hostname", &why, err) < 0)
		return -1;
	if (get_setting(in, hive, "Control\\ProductOptions", "ProductType", &w->product_type,
			&why) < 0 &&
	    unread(in, "product_type", &why, err) < 0)
		return -1;
	if (w->architecture != NULL)
		return 0;
	if (get_setting(in, hive, "Control\\Session Manager\\Environment",
			"PROCESSOR_ARCHITECTURE", &processor, &why) < 0)
		return unread(in, "architecture", &why, err);
	w->architecture = architecture_name(processor);
	return 0;
}

/* ---------------------------------------------------------------- architecture */

struct head {
	uint8_t bytes[PE_HEAD];
	size_t size;
};

/* Takes the first bytes of a file, then ends the reading by an error that the caller knows. */
static int
take_head(void *ctx, struct hc_span bytes, struct hc_err *err)
{
	struct head *head = ctx;
	size_t size = bytes.size < sizeof(head->bytes) ? bytes.size : sizeof(head->bytes);

	memcpy(head->bytes, bytes.data, size);
	head->size = size;
	return hc_err_set(err, H_CANCELLED, "enough");
}

/* From the PE header of cmd.exe; NULL when that can't be read ([PE format] COFF header: Machine). */
static const char *
pe_architecture(struct inspection *in)
{
	const char *path = hc_arena_printf(in->arena, "%s/System32/cmd.exe", in->root);
	struct head head = { .size = 0 };
	struct hc_err why;
	uint32_t at;

	if (path == NULL)
		return NULL;
	hc_volume_read(in->volume, path, (struct hc_sink){ take_head, &head }, &why);
	if (head.size < 64 || memcmp(head.bytes, "MZ", 2) != 0)
		return NULL;
	at = hc_get_le32(head.bytes + 60);
	if (at > head.size || head.size - at < 6 || memcmp(head.bytes + at, "PE\0", 4) != 0)
		return NULL;
	switch (hc_get_le16(head.bytes + at + 4)) {
	case 0x014c:
		return "x86";
	case 0x8664:
		return "x64";
	case 0xaa64:
		return "arm64";
	case 0x0200:
		return "ia64";
	default:
		return NULL;
	}
}

int
hc_windows_inspect(struct hc_volume *volume, struct hc_arena *arena, struct hc_windows *ret,
		   struct hc_err *err)
{
	struct hc_windows windows = { 0 };
	struct inspection in = { volume, arena, &windows, NULL };
	struct hc_hive *hive = NULL;
	int result = find_root(&in, err);

	if (result != 0)
		return result;
	windows.hibernated = hc_volume_info(volume)->state.hibernated;
	windows.volume_dirty = hc_volume_info(volume)->state.dirty;
	windows.architecture = pe_architecture(&in);
	result = open_hive(&in, "SYSTEM", &hive, err);
	if (result == 0 && hive != NULL)
		result = read_system(&in, hive, err);
	hc_hive_close(hive);
	hive = NULL;
	if (result == 0)
		result = open_hive(&in, "SOFTWARE", &hive, err);
	if (result == 0 && hive != NULL)
		result = read_software(&in, hive, err);
	hc_hive_close(hive);
	if (result == 0)
		*ret = windows;
	return result;
}
