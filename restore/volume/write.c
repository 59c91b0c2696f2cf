/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing to volumes: what holds for every file system.  Names, and what may be asked of which volume. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/volume/volume_priv.h"

#define NAME_UNITS 255u /* of UTF-16, in a name: NTFS and the long names of FAT */

/* ---------------------------------------------------------------- names */

static bool
is_device_name(struct hc_span name)
{
	static const char *const devices[] = { "CON", "PRN", "AUX", "NUL" };
	const char *text = (const char *)name.data;
	size_t base = 0;

	while (base < name.size && text[base] != '.')
		base++;
	for (size_t i = 0; base == 3 && i < sizeof(devices) / sizeof(devices[0]); i++)
		if (strncasecmp(text, devices[i], 3) == 0)
			return true;
	return base == 4 && text[3] >= '1' && text[3] <= '9' &&
	       (strncasecmp(text, "COM", 3) == 0 || strncasecmp(text, "LPT", 3) == 0);
}

/* What Win32 accepts as the name of a new file.  Source: "Naming Files, Paths, and Namespaces" of Microsoft. */
static bool
is_windows_name(struct hc_span name)
{
	struct hc_buf utf16 = { 0 };
	struct hc_err err;
	char *text;
	bool good;

	if (name.size == 0 || name.data[name.size - 1] == '.' ||
	    name.data[name.size - 1] == ' ' || is_device_name(name))
		return false;
	for (size_t i = 0; i < name.size; i++)
		if (name.data[i] < ' ' || memchr("\"*:<>?|/\\", name.data[i], 9) != NULL)
			return false;
	text = strndup((const char *)name.data, name.size);
	good = text != NULL && hc_utf8_to_utf16(text, &utf16, &err) == 0 &&
	       utf16.size / 2 <= NAME_UNITS;
	free(text);
	hc_buf_done(&utf16);
	return good;
}

/* Each part may be made where it isn't there. */
static int
check_names(const char *path, struct hc_err *err)
{
	const char *rest = path;
	struct hc_span part;

	while (hc_path_next(&rest, &part))
		if (!(part.size == 1 && part.data[0] == '.') && !is_windows_name(part)) {
			hc_err_set(err, H_UNSUPPORTED,
				   "\"%.*s\" is no name that Windows allows", (int)part.size,
				   (const char *)part.data);
			return hc_err_at(err, HC_NO_OFFSET, "%s", path);
		}
	return 0;
}

int
hc_path_split(const char *path, char **ret_folder, struct hc_span *ret_name, struct hc_err *err)
{
	struct hc_span part, name = { NULL, 0 };
	const char *rest = path;

	while (hc_path_next(&rest, &part))
		if (part.size != 1 || part.data[0] != '.')
			name = part;
	if (name.size == 0)
		return hc_err_set(err, H_UNSUPPORTED, "the root of the volume is meant");
	*ret_folder = strndup(path, (size_t)((const char *)name.data - path));
	if (*ret_folder == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for a path");
	*ret_name = name;
	return 0;
}

/* ---------------------------------------------------------------- dispatch */

static int
check_writable(const struct hc_volume *volume, const char *what, const char *path,
	       struct hc_err *err)
{
	if (volume->writer == NULL)
		return hc_err_set(err, H_VOLUME_READ_ONLY,
				  "%s %s: the volume was not opened for writing", what, path);
	if (volume->broken)
		return hc_err_set(err, H_VOLUME_WRITE,
				  "%s %s: an earlier change to the volume failed", what, path);
	return 0;
}

static int
refuse_kind(const struct hc_volume *volume, const char *what, struct hc_err *err)
{
	return hc_err_set(err, H_UNSUPPORTED, "%s: a volume of kind \"%s\" has none", what,
			  volume->info.kind);
}

int
hc_volume_finish(struct hc_volume *volume, struct hc_err *err)
{
	int result = check_writable(volume, "finishing", "the volume", err);

	if (result == 0)
		result = volume->writer->finish(volume, err);
	hc_volume_close(volume);
	return result;
}

int
hc_volume_write(struct hc_volume *volume, const char *path, struct hc_span content,
		struct hc_err *err)
{
	if (check_writable(volume, "writing", path, err) < 0 || check_names(path, err) < 0)
		return -1;
	return volume->writer->write(volume, path, content, err);
}

int
hc_volume_make_folder(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	if (check_writable(volume, "making", path, err) < 0 || check_names(path, err) < 0)
		return -1;
	return volume->writer->make_folder(volume, path, err);
}

int
hc_volume_remove(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	if (check_writable(volume, "removing", path, err) < 0)
		return -1;
	return volume->writer->remove(volume, path, err);
}

int
hc_volume_protect(struct hc_volume *volume, const char *path, struct hc_err *err)
{
	if (check_writable(volume, "protecting", path, err) < 0)
		return -1;
	if (volume->writer->protect == NULL)
		return refuse_kind(volume, "access control", err);
	return volume->writer->protect(volume, path, err);
}

int
hc_volume_is_protected(struct hc_volume *volume, const char *path, bool *ret,
		       struct hc_err *err)
{
	if (volume->ops->is_protected == NULL)
		return refuse_kind(volume, "access control", err);
	return volume->ops->is_protected(volume, path, ret, err);
}

int
hc_volume_set_dirty(struct hc_volume *volume, bool dirty, struct hc_err *err)
{
	if (check_writable(volume, "marking", "the volume", err) < 0)
		return -1;
	return volume->writer->set_dirty(volume, dirty, err);
}

int
hc_volume_file_extents(struct hc_volume *volume, const char *path, struct hc_extents *ret,
		       struct hc_err *err)
{
	if (volume->ops->file_extents == NULL)
		return refuse_kind(volume, "places of files", err);
	return volume->ops->file_extents(volume, path, ret, err);
}
