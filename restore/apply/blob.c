/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening what the plan names, and comparing it with the plan. */
#include <stdlib.h>
#include <string.h>

#include "restore/apply/apply_priv.h"

/* Where in the manifest a blob stands. */
struct place {
	size_t disk, region;
	const struct hc_region *found; /* NULL: nowhere */
};

static struct place
find_region(const struct hc_manifest *manifest, const char *index)
{
	for (size_t d = 0; d < manifest->disks.count; d++) {
		const struct hc_regions *regions = &manifest->disks.items[d].regions;

		for (size_t r = 0; r < regions->count; r++)
			if (strcmp(regions->items[r].index.name, index) == 0)
				return (struct place){ d, r, &regions->items[r] };
	}
	return (struct place){ 0, 0, NULL };
}

static int
check_data(const struct hc_plan_data *data, const struct hc_region *region, uint64_t block,
	   struct hc_err *err)
{
	if (region == NULL || strcmp(region->index.sha256, data->index.sha256) != 0)
		return hc_err_set(err, H_PLAN_STALE,
				  "the backup's %s is not the one the plan names",
				  data->index.name);
	if (data->source_offset > region->size ||
	    data->length > region->size - data->source_offset)
		return hc_err_set(err, H_PLAN_STALE,
				  "the plan takes more from %s than it holds",
				  data->index.name);
	if (data->length % block != 0 || data->target_offset % block != 0)
		return hc_err_set(err, H_UNSUPPORTED,
				  "%s does not lie on whole sectors of %llu bytes", data->what,
				  (unsigned long long)block);
	return 0;
}

static int
open_blob(struct hc_apply *apply, struct hc_session *session, struct blob *blob,
	  struct hc_err *err)
{
	struct place at =
		find_region(hc_backup_manifest(apply->backup), blob->plan->index.name);
	struct hc_buf packed = { 0 };
	int result;

	if (check_data(blob->plan, at.found, apply->plan->target.logical_block, err) < 0 ||
	    hc_backup_image(apply->backup, session, at.disk, at.region, &blob->image, err) < 0)
		return -1;
	if (blob->image->ops->check_zeros != NULL &&
	    blob->image->ops->check_zeros(blob->image, session, err) < 0)
		return -1;
	if (at.found->free == NULL)
		return 0;
	result = hc_backup_file(apply->backup, session, at.found->free, &packed, err);
	if (result == 0)
		result = hc_extents_unpack(hc_buf_span(&packed), at.found->size, &blob->free,
					   err);
	hc_buf_done(&packed);
	return result;
}

int
apply_open_blobs(struct hc_apply *apply, struct hc_err *err)
{
	const struct hc_plan *plan = apply->plan;
	struct hc_session *session = NULL;
	int result = -1;

	if (strcmp(hc_backup_manifest_sha256(apply->backup), plan->manifest_sha256) != 0)
		return hc_err_set(err, H_PLAN_STALE, "the manifest of backup %s changed since",
				  plan->backup);
	apply->blobs = calloc(plan->data.count + 1, sizeof(*apply->blobs));
	if (apply->blobs == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the plan's blobs");
	if (hc_session_open(hc_backup_place(apply->backup), &session, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->data.count; i++) {
		apply->blobs[i].plan = &plan->data.items[i];
		if (open_blob(apply, session, &apply->blobs[i], err) < 0) {
			hc_err_wrap(err, "while opening %s of backup %s",
				    plan->data.items[i].what, plan->backup);
			goto out;
		}
	}
	apply->figures.received += hc_session_received(session);
	result = 0;
out:
	hc_session_close(session);
	return result;
}

void
apply_close_blobs(struct hc_apply *apply)
{
	for (size_t i = 0; apply->blobs != NULL && i < apply->plan->data.count; i++) {
		hc_image_close(apply->blobs[i].image);
		hc_extents_done(&apply->blobs[i].free);
	}
	free(apply->blobs);
}
