/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hal: where this Windows keeps the HALs and kernels that it was installed with or updated to.
 *
 * Source:  windows-offline.md section 6.2: Driver Cache (the cabinet of the highest service pack first), ServicePackFiles,
 *          and what updates left in $hf_mig$; hazards 27.
 * A file counts only if it is for the same processor and has the four numbers of the version of the one that it takes the
 * place of: HAL and kernel of different updates don't start together.
 */
#include <string.h>
#include <strings.h>

#include "restore/boot/pe.h"
#include "restore/fixup/cabinet.h"
#include "restore/fixup/hal_priv.h"

#define PE_MAX      (64u << 20)
#define CABINET_MAX (256u << 20)

static const char *const cabinets[] = { "sp4.cab", "sp3.cab", "sp2.cab", "sp1.cab",
					"driver.cab" };

struct search {
	struct fix *fix;
	struct fix_hal_files *files;
	struct hc_volume *volume;
	uint64_t partition;
};

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to look for a HAL");
}

/* What a file or cabinet can have wrong with it, so that the next one is tried. */
static bool
is_of_file(const struct hc_err *why)
{
	static const enum hc_err_code codes[] = {
		H_PATH_NOT_FOUND,      H_CABINET_FORMAT, H_CABINET_MEMBER, H_PE_FORMAT,
		H_REPARSE_UNSUPPORTED, H_FILE_ENCRYPTED, H_WOF_DAMAGED,    H_VOLUME_FORMAT,
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (why->code == codes[i])
			return true;
	return false;
}

/* ---------------------------------------------------------------- one file */

/* Why the first one that was found won't do: it comes from the place that would be the best. */
static int
reject(struct search *s, struct fix_hal_file *file, const char *place, const char *why,
       struct hc_err *err)
{
	if (file->rejected == NULL)
		file->rejected = hc_arena_printf(s->fix->arena, "the one in %s %s", place, why);
	return file->rejected == NULL ? no_memory(err) : 0;
}

static int
reject_unread(struct search *s, struct fix_hal_file *file, const char *place,
	      const struct hc_err *why, struct hc_err *err)
{
	const char *text = NULL;

	if (!is_of_file(why)) {
		*err = *why;
		return -1;
	}
	if (why->code == H_PATH_NOT_FOUND || why->code == H_CABINET_MEMBER)
		return 0;
	text = hc_arena_printf(s->fix->arena, "can't be read (%s)", why->text[0]);
	return text == NULL ? no_memory(err) : reject(s, file, place, text, err);
}

static const char *
made_as(const struct hc_pe *pe)
{
	return pe->original_filename != NULL ? pe->original_filename : pe->internal_name;
}

/* Takes the file when it is the right one. */
static int
judge(struct search *s, struct fix_hal_file *file, struct hc_span bytes,
      const struct hc_edit_source *from, struct hc_err *err)
{
	const char *arch = s->fix->windows->architecture, *why = NULL;
	struct hc_err unread;
	struct hc_pe pe;

	if (hc_pe_read(bytes, s->fix->arena, &pe, &unread) < 0)
		return reject_unread(s, file, from->path, &unread, err);
	if (pe.architecture == NULL || strcmp(pe.architecture, arch) != 0)
		why = hc_arena_printf(s->fix->arena, "is not for %s", arch);
	else if (pe.file_version == NULL || made_as(&pe) == NULL)
		why = "has no version";
	else if (strcasecmp(made_as(&pe), file->name) != 0)
		why = hc_arena_printf(s->fix->arena, "calls itself %s", made_as(&pe));
	else if (strcmp(pe.file_version, file->is_version) != 0)
		why = hc_arena_printf(s->fix->arena,
				      "has version %s, but %s of this Windows %s",
				      pe.file_version, file->target, file->is_version);
	else {
		file->found = true;
		file->from = *from;
		return 0;
	}
	return why == NULL ? no_memory(err) : reject(s, file, from->path, why, err);
}

/* ---------------------------------------------------------------- places */

/* Reads the cabinet once for all files that are still wanted. */
static int
try_cabinet(struct search *s, const char *path, struct hc_err *err)
{
	struct hc_buf cabinet = { 0 }, member = { 0 };
	struct hc_err why;
	int result = 0;
	const int read = hc_volume_read_all(s->volume, path, CABINET_MAX, &cabinet, &why);

	for (size_t i = 0; i < s->files->count && result == 0; i++) {
		struct fix_hal_file *file = &s->files->items[i];
		const struct hc_edit_source from = { .kind = "cabinet",
						     .partition = s->partition,
						     .path = path,
						     .member = file->name };

		if (file->found)
			continue;
		member.size = 0;
		result = read < 0 || fix_cabinet_read(hc_buf_span(&cabinet), file->name,
						      &FIX_CABINET_LIMITS, &member, &why) < 0
				 ? reject_unread(s, file, path, &why, err)
				 : judge(s, file, hc_buf_span(&member), &from, err);
	}
	hc_buf_done(&member);
	hc_buf_done(&cabinet);
	return result;
}

/* A file that lies there as it is, or by itself in a cabinet: ntkrnlmp.exe, ntkrnlmp.ex_. */
static int
try_file(struct search *s, struct fix_hal_file *file, const char *folder, bool packed,
	 struct hc_err *err)
{
	char *path = hc_arena_printf(s->fix->arena, "%s/%s", folder, file->name);
	const struct hc_edit_source from = { .kind = packed ? "cabinet" : "volume",
					     .partition = s->partition,
					     .path = path };
	struct hc_buf bytes = { 0 }, unpacked = { 0 };
	struct hc_err why;
	int result;

	if (path == NULL)
		return no_memory(err);
	if (packed)
		path[strlen(path) - 1] = '_';
	if (hc_volume_read_all(s->volume, path, PE_MAX, &bytes, &why) < 0 ||
	    (packed && fix_cabinet_read(hc_buf_span(&bytes), NULL, &FIX_CABINET_LIMITS,
					&unpacked, &why) < 0))
		result = reject_unread(s, file, path, &why, err);
	else
		result = judge(s, file, hc_buf_span(packed ? &unpacked : &bytes), &from, err);
	hc_buf_done(&bytes);
	hc_buf_done(&unpacked);
	return result;
}

static int
try_folder(struct search *s, const char *folder, struct hc_err *err)
{
	for (size_t i = 0; i < s->files->count; i++)
		for (int packed = 0; packed < 2 && !s->files->items[i].found; packed++)
			if (try_file(s, &s->files->items[i], folder, packed == 1, err) < 0)
				return -1;
	return 0;
}

/* $hf_mig$\KB931784\SP2QFE: each update keeps its files in folders named by the service pack. */
static int
try_updates(struct search *s, struct hc_err *err)
{
	static const char *const branches[] = { "SP4QFE", "SP3QFE", "SP2QFE", "SP1QFE",
						"RTMQFE" };
	struct hc_arena *arena = s->fix->arena;
	const char *top = hc_arena_printf(arena, "%s/$hf_mig$", s->fix->offline->root);
	struct hc_entries updates = { 0 };
	struct hc_err why;

	if (top == NULL)
		return no_memory(err);
	if (hc_volume_list(s->volume, top, arena, &updates, &why) < 0)
		return is_of_file(&why) ? 0 : (*err = why, -1);
	for (size_t i = 0; i < updates.count; i++)
		for (size_t k = 0; k < sizeof(branches) / sizeof(branches[0]); k++) {
			const char *folder = hc_arena_printf(
				arena, "%s/%s/%s", top, updates.items[i].name, branches[k]);

			if (folder == NULL)
				return no_memory(err);
			if (try_folder(s, folder, err) < 0)
				return -1;
		}
	return 0;
}

static bool
have_all(const struct fix_hal_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (!files->items[i].found)
			return false;
	return true;
}

static int
look(struct search *s, struct hc_err *err)
{
	struct fix *fix = s->fix;
	/* The folders of 64-bit Windows [own knowledge]. */
	const char *arch = strcmp(fix->windows->architecture, "x64") == 0 ? "amd64" : "i386";
	const char *cache =
		hc_arena_printf(fix->arena, "%s/Driver Cache/%s", fix->offline->root, arch);
	const char *pack =
		hc_arena_printf(fix->arena, "%s/ServicePackFiles/%s", fix->offline->root, arch);

	if (cache == NULL || pack == NULL)
		return no_memory(err);
	for (size_t i = 0; i < sizeof(cabinets) / sizeof(cabinets[0]) && !have_all(s->files);
	     i++) {
		const char *path = hc_arena_printf(fix->arena, "%s/%s", cache, cabinets[i]);

		if (path == NULL)
			return no_memory(err);
		if (try_cabinet(s, path, err) < 0)
			return -1;
	}
	if (!have_all(s->files) &&
	    (try_folder(s, cache, err) < 0 || try_folder(s, pack, err) < 0))
		return -1;
	return have_all(s->files) ? 0 : try_updates(s, err);
}

/* ---------------------------------------------------------------- which ones */

/* The version of a file of System32.  0: read; 1: it isn't there; 2: it tells none, and a note says so. */
static int
read_present(struct search *s, struct fix_hal_file *file, struct hc_err *err)
{
	const char *path = hc_arena_printf(s->fix->arena, "%s/System32/%s",
					   s->fix->offline->root, file->target);
	struct hc_buf bytes = { 0 };
	struct hc_pe pe = { 0 };
	struct hc_err why;
	int result;

	if (path == NULL)
		return no_memory(err);
	result = hc_volume_read_all(s->volume, path, PE_MAX, &bytes, &why);
	if (result == 0)
		result = hc_pe_read(hc_buf_span(&bytes), s->fix->arena, &pe, &why);
	hc_buf_done(&bytes);
	if (result < 0 && !is_of_file(&why)) {
		*err = why;
		return -1;
	}
	if (result < 0 && why.code == H_PATH_NOT_FOUND)
		return 1;
	file->is_version = pe.file_version;
	if (file->is_version != NULL)
		return 0;
	return fix_refuse(s->fix, NULL, err,
			  "%s tells no version, so no other can take its place", path) < 0
		       ? -1
		       : 2;
}

static int
say_missing(struct fix *fix, const struct fix_hal_files *files, struct hc_err *err)
{
	for (size_t i = 0; i < files->count; i++) {
		const struct fix_hal_file *file = &files->items[i];

		if (file->found)
			continue;
		if (fix_refuse(fix,
			       "Copy the file of that version from the service pack or update "
			       "into ServicePackFiles\\i386 (amd64 on 64 bit), and repair "
			       "again; or update the HAL in Windows, which starts as it is.",
			       err, "%s of version %s is not on this disk%s%s: the HAL stays",
			       file->name, file->is_version, file->rejected ? "; " : "",
			       file->rejected ? file->rejected : "") < 0)
			return -1;
	}
	return 1;
}

int
fix_hal_find_files(struct fix *fix, const struct fix_hal_kind *to, struct fix_hal_files *ret,
		   struct hc_err *err)
{
	const struct fix_hal_file all[FIX_HAL_FILES] = {
		{ .target = "hal.dll", .name = to->hal, .old = FIX_HAL_OLD_HAL },
		{ .target = "ntoskrnl.exe", .name = to->kernel, .old = FIX_HAL_OLD_KERNEL },
		{ .target = "ntkrnlpa.exe", .name = to->pae },
	};
	/* 64 bit: one hal.dll for both (hazards 14), and no kernel of its own for PAE. */
	const bool x64 = strcmp(fix->windows->architecture, "x64") == 0;
	const struct hc_offline_volume *system = &fix->offline->volumes[fix->offline->system];
	struct fix_hal_files files = { 0 };
	struct search search = { fix, &files, system->volume, system->number };

	for (size_t i = x64 ? 1 : 0; i < (x64 ? 2u : FIX_HAL_FILES); i++) {
		struct fix_hal_file *file = &files.items[files.count];
		int present;

		*file = all[i];
		present = read_present(&search, file, err);
		if (present < 0 || present == 2)
			return present < 0 ? -1 : 1;
		/* Not each edition of 2000 has a kernel for PAE [own knowledge]. */
		if (present == 1 && i == 2 && fix->version == HC_NT(5, 0))
			continue;
		if (present == 1)
			return fix_refuse(fix, NULL, err,
					  "System32\\%s is missing: the HAL can't be updated",
					  file->target) < 0
				       ? -1
				       : 1;
		files.count++;
	}
	if (look(&search, err) < 0)
		return -1;
	*ret = files;
	return have_all(&files) ? 0 : say_missing(fix, &files, err);
}

/* First all copies of what is there, then what takes their place. */
int
fix_hal_want_files(struct fix *fix, const struct fix_hal_files *files, const char *because,
		   struct hc_err *err)
{
	const size_t volume = fix->offline->system;

	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < files->count; i++) {
			const struct fix_hal_file *file = &files->items[i];
			const char *path = hc_arena_printf(fix->arena, "%s/System32/%s",
							   fix->offline->root, file->target);
			const char *old = hc_arena_printf(
				fix->arena, "%s/System32/%s", fix->offline->root,
				file->old != NULL ? file->old : file->target);
			const struct hc_edit_source there = {
				.kind = "volume",
				.partition = fix->offline->volumes[volume].number,
				.path = path
			};

			if (path == NULL || old == NULL)
				return no_memory(err);
			if (pass == 0 && file->old != NULL &&
			    want_file_from(fix, volume, old, &there,
					   "the old one stays, for the second entry of "
					   "boot.ini",
					   err) < 0)
				return -1;
			if (pass == 1 &&
			    want_file_from(fix, volume, path, &file->from, because, err) < 0)
				return -1;
		}
	return 0;
}
