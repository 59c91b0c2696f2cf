/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/catalog: what is found on a volume, and what is passed by. */
#include "restore/catalog/look.h"
#include "tests/unit/disk_fixture.h"

static struct hc_arena arena;

static struct hc_media_volume
look(const char *folder)
{
	struct hc_media_volume found = { 0 };
	struct hc_volume *volume = NULL;
	struct hc_err err;

	ok(hc_volume_open_dir(in_dir(folder), &volume, &err) == 0 &&
		   hc_media_look(volume, &arena, &found, &err) == 0,
	   "%s is looked through", folder);
	hc_volume_close(volume);
	return found;
}

static const struct hc_media_find *
find(const struct hc_media_volume *volume, enum hc_media_kind kind, const char *path)
{
	static const struct hc_media_find none;

	for (size_t i = 0; i < volume->finds.count; i++)
		if (volume->finds.items[i].kind == kind &&
		    is(volume->finds.items[i].path, path))
			return &volume->finds.items[i];
	return &none;
}

static void
put_repository(const char *folder)
{
	const struct hc_repository marker = { .digest = "sha256", .store = "default.castr" };
	char name[256];
	struct hc_err err;

	snprintf(name, sizeof(name), "%s/halcyon.json", folder);
	put_text(name, "");
	if (hc_doc_save(&hc_repository_shape, &marker, in_dir(name), &err) < 0)
		printf("# %s\n", err.text[0]);
	snprintf(name, sizeof(name), "%s/backups/web1/manifest.json", folder);
	put_text(name, "{}");
	/* Not looked for inside of a repository. */
	snprintf(name, sizeof(name), "%s/default.castr/x.inf", folder);
	put_text(name, "");
}

static void
test_finds(void)
{
	struct hc_media_volume found;

	put_repository("v/a/b/c");
	put_repository("v/a/b/c2/too/deep");
	put_text("v/a/broken/halcyon.json", "{}");
	put_text("v/windowsimagebackup/SERVER7/MediaId", "");
	put_text("v/WINDOWS/inf/own.inf", "");
	put_text("v/$Recycle.Bin/x/other.inf", "");
	put_text("v/autorun.inf", "");
	put_text("v/drivers/a.INF", "");
	put_text("v/drivers/net/x64/b.inf", "");
	put_text("v/drivers/net/x64/b.sys", "");
	found = look("v");
	ok(found.finds.count == 4 && found.unread == NULL,
	   "four things, and nothing of what Windows keeps for itself");
	ok(find(&found, HC_MEDIA_REPOSITORY, "a/b/c")->count == 1,
	   "a repository three folders deep, with its backups counted");
	ok(find(&found, HC_MEDIA_REPOSITORY, "a/broken")->about != NULL,
	   "a marker that can't be read is told");
	ok(find(&found, HC_MEDIA_IMAGE_BACKUP, "windowsimagebackup")->count == 1 &&
		   is(find(&found, HC_MEDIA_IMAGE_BACKUP, "windowsimagebackup")->about,
		      "SERVER7"),
	   "an image backup in any case, with its machines");
	ok(find(&found, HC_MEDIA_DRIVERS, "drivers")->count == 2,
	   "driver packages by the folder that --drivers takes");
}

static void
test_root(void)
{
	struct hc_media_volume found;

	put_repository("r");
	found = look("r");
	ok(found.finds.count == 1 && find(&found, HC_MEDIA_REPOSITORY, "")->count == 1,
	   "the root of a volume may be the repository");
	put_text("d/one.inf", "");
	found = look("d");
	ok(find(&found, HC_MEDIA_DRIVERS, "")->count == 1, "and the driver folder");
}

static void
test_bounds(void)
{
	struct hc_media_volume found;
	char name[64];

	for (unsigned i = 0; i < HC_LOOK_FOLDERS_MAX + 10; i++) {
		snprintf(name, sizeof(name), "many/%04u/x", i);
		put_text(name, "");
	}
	put_text("many/zz/x.inf", "");
	found = look("many");
	ok(found.finds.count == 0 && found.unread != NULL,
	   "a volume with too many folders says what was not looked at");
}

int
main(void)
{
	fixture_start();
	test_finds();
	test_root();
	test_bounds();
	fixture_end();
	hc_arena_done(&arena);
	return tap_done();
}
