/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hotfixes: the numbers of Microsoft's articles, Q810161 or KB976933, sorted, each once.
 *
 * NT 4 to 2003: SOFTWARE\Microsoft\Windows NT\CurrentVersion\HotFix\<number> and
 * SOFTWARE\Microsoft\Updates\<Windows …>\<SP…>\<number> [own knowledge: no real hive with one was seen].
 * Vista on: component based servicing.  An update is the package Package_for_KB<number>~…; those with _RTM, _SP1
 * or a number before "for" are its parts, and can be installed while the update itself was superseded.  Seen in the
 * real Windows 7 and 8.1: CurrentState is 70h of what is installed, 50h of what was superseded, 40h and 20h of what never
 * was.  7 in Vista and 80h of permanent packages are [own knowledge].
 *
 * A cumulative update (8.1 from 2016 on, Windows 10 and later) is Package_for_RollupFix~…~9600.18528.1.5: its name has build
 * and revision and no number of an article.  That is in the registry only where Windows Update brought it from a file that
 * is named by it: InstallLocation of the real Windows 8.1 ends with windows8.1-kb3197874-x64-express.cab.
 * Package_for_ServicingStack_3385~…~19041.3385.1.1, of what installs updates, is [own knowledge].
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

#define PACKAGES "Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages"

/* The length of a number at the start of a name; 0 when there is none. */
static size_t
number_length(const char *name)
{
	size_t prefix = strncasecmp(name, "KB", 2) == 0 ? 2 : strncasecmp(name, "Q", 1) == 0;
	size_t digits = prefix == 0 ? 0 : strspn(name + prefix, "0123456789");

	return digits >= 5 && digits <= 9 ? prefix + digits : 0;
}

static int
add(struct inspection *in, const char *name, size_t length, struct hc_err *err)
{
	char copy[16]; /* as number_length allows */

	snprintf(copy, sizeof(copy), "%.*s", (int)length, name);
	return hc_strings_add(&in->windows->hotfixes, in->arena, copy, err);
}

/* The subkeys that are numbers of articles; a hotfix that was taken off and left its key has Installed 0. */
static int
add_keys(struct inspection *in, struct hc_hive_key key, struct hc_err *err)
{
	struct hc_hive_children list = { 0 };
	struct hc_err why;
	int result = 0;

	if (hc_hive_children(in->software, key, in->arena, &list, &why) < 0)
		return hc_windows_unread(in, "hotfixes", &why, err);
	for (size_t i = 0; i < list.count && result == 0; i++) {
		size_t length = number_length(list.items[i].name);
		uint32_t installed = 1;

		if (length == 0)
			continue;
		if (hc_hive_dword(in->software, list.items[i].key, "Installed", &installed,
				  &why) < 0 ||
		    installed != 0)
			result = add(in, list.items[i].name, length, err);
	}
	return result;
}

/* Updates\<Windows …>\<SP…>: what is not of Windows itself (Internet Explorer, .NET) is left out. */
static int
add_updates(struct inspection *in, struct hc_err *err)
{
	struct hc_hive_children products = { 0 }, packs;
	struct hc_hive_key key;
	struct hc_err why;
	int result = 0;

	if (hc_windows_software(in, "Microsoft\\Updates", &key, &why) < 0)
		return 0;
	if (hc_hive_children(in->software, key, in->arena, &products, &why) < 0)
		return hc_windows_unread(in, "hotfixes", &why, err);
	for (size_t i = 0; i < products.count && result == 0; i++) {
		if (strncasecmp(products.items[i].name, "Windows ", 8) != 0)
			continue;
		packs = (struct hc_hive_children){ 0 };
		if (hc_hive_children(in->software, products.items[i].key, in->arena, &packs,
				     &why) < 0) {
			result = hc_windows_unread(in, "hotfixes", &why, err);
			continue;
		}
		for (size_t j = 0; j < packs.count && result == 0; j++)
			if (strncasecmp(packs.items[j].name, "SP", 2) == 0)
				result = add_keys(in, packs.items[j].key, err);
	}
	return result;
}

static bool
is_installed(struct inspection *in, struct hc_hive_key package)
{
	struct hc_err why;
	uint32_t state;

	return hc_hive_dword(in->software, package, "CurrentState", &state, &why) == 0 &&
	       (state == 0x70 || state == 0x80 || state == 7);
}

/* ---------------------------------------------------------------- cumulative updates */

/* A version of four numbers behind the last "~" of a package's name; false: it has none. */
static bool
version_of(const char *name, unsigned ret[4])
{
	const char *version = strrchr(name, '~');

	return version != NULL &&
	       sscanf(version, "~%9u.%9u.%9u.%9u", &ret[0], &ret[1], &ret[2], &ret[3]) == 4;
}

static bool
is_newer(const unsigned a[4], const unsigned b[4])
{
	for (size_t i = 0; i < 4; i++)
		if (a[i] != b[i])
			return a[i] > b[i];
	return false;
}

/* The newest package of one kind. */
struct newest {
	const char *prefix;
	unsigned version[4];
	struct hc_hive_key key;
	bool found;
};

static void
take_newer(struct newest *newest, const struct hc_hive_child *package)
{
	unsigned version[4];

	if (strncasecmp(package->name, newest->prefix, strlen(newest->prefix)) != 0 ||
	    !version_of(package->name, version) ||
	    (newest->found && !is_newer(version, newest->version)))
		return;
	memcpy(newest->version, version, sizeof(version));
	newest->key = package->key;
	newest->found = true;
}

/* "…\windows8.1-kb3197874-x64-express.cab" adds KB3197874; anything else adds nothing. */
static int
add_number_of_file(struct inspection *in, struct hc_hive_key package, struct hc_err *err)
{
	const char *path = hc_windows_text(in, in->software, package, "InstallLocation"), *at;
	char number[16];
	size_t length;

	at = path != NULL ? strrchr(path, '\\') : NULL;
	for (; at != NULL && *at != '\0'; at++) {
		length = at[0] == '-' ? number_length(at + 1) : 0;
		if (length == 0 || strchr("-_.", at[1 + length]) == NULL)
			continue;
		snprintf(number, sizeof(number), "KB%.*s", (int)length - 2, at + 3);
		return strncasecmp(at + 1, "KB", 2) == 0 ? add(in, number, strlen(number), err)
							 : 0;
	}
	return 0;
}

static const char *
build_and_revision(struct inspection *in, const struct newest *newest)
{
	return newest->found ? hc_arena_printf(in->arena, "%u.%u", newest->version[0],
					       newest->version[1])
			     : NULL;
}

static int
note_newest(struct inspection *in, const struct newest *rollup, const struct newest *stack,
	    struct hc_err *err)
{
	in->windows->rollup = build_and_revision(in, rollup);
	in->windows->servicing_stack = build_and_revision(in, stack);
	if ((rollup->found && in->windows->rollup == NULL) ||
	    (stack->found && in->windows->servicing_stack == NULL))
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	return rollup->found ? add_number_of_file(in, rollup->key, err) : 0;
}

/* ---------------------------------------------------------------- all packages */

static int
add_packages(struct inspection *in, struct hc_hive_key key, struct hc_err *err)
{
	static const char prefix[] = "Package_for_";
	struct newest rollup = { .prefix = "Package_for_RollupFix~" };
	struct newest stack = { .prefix = "Package_for_ServicingStack" };
	struct hc_hive_children list = { 0 };
	struct hc_err why;
	int result = 0;

	if (hc_hive_children(in->software, key, in->arena, &list, &why) < 0)
		return hc_windows_unread(in, "hotfixes", &why, err);
	for (size_t i = 0; i < list.count && result == 0; i++) {
		const char *name = list.items[i].name;
		size_t length;

		if (strncasecmp(name, prefix, sizeof(prefix) - 1) != 0 ||
		    !is_installed(in, list.items[i].key))
			continue;
		take_newer(&rollup, &list.items[i]);
		take_newer(&stack, &list.items[i]);
		name += sizeof(prefix) - 1;
		length = number_length(name);
		if (length > 0 && name[length] == '~')
			result = add(in, name, length, err);
	}
	return result < 0 ? -1 : note_newest(in, &rollup, &stack, err);
}

int
hc_windows_read_hotfixes(struct inspection *in, struct hc_err *err)
{
	struct hc_hive_key key;
	struct hc_err why;

	if (in->software == NULL)
		return 0;
	if (hc_windows_software(in, CURRENT_VERSION "\\HotFix", &key, &why) == 0 &&
	    add_keys(in, key, err) < 0)
		return -1;
	if (add_updates(in, err) < 0)
		return -1;
	if (hc_windows_software(in, PACKAGES, &key, &why) == 0 &&
	    add_packages(in, key, err) < 0)
		return -1;
	/* An update has a package for each language too, and HotFix lists what Updates does. */
	hc_windows_sort_each_once(&in->windows->hotfixes);
	return 0;
}
