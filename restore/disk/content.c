/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies on an open disk: edges, table, volumes, and a sentence for people. */
#include "restore/disk/disk_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "restore/base/text.h"
#include "restore/disk/journal.h"

/* Storage Spaces of Windows; MS-DOC: PARTITION_SPACES_GUID. */
#define SPACES_TYPE  "e75caf8f-f680-4cee-afa3-b001e56efc2d"
#define VOLUMES_TOLD 6

int
hc_edges(struct hc_io *io, char ret[HC_DIGEST_TEXT], bool *ret_blank, struct hc_err *err)
{
	size_t length = (size_t)hc_min_u64(io->size, EDGE_BYTES);
	struct hc_digest_ctx *ctx = hc_digest_new(HC_DIGEST_SHA256);
	uint8_t *bytes = NULL;
	struct hc_digest digest;
	int result = -1;

	*ret_blank = true;
	if (ctx == NULL || posix_memalign((void **)&bytes, 4096, EDGE_BYTES) != 0) {
		hc_err_set(err, H_OUT_OF_MEMORY, "no memory to read the ends of a disk");
		goto out;
	}
	for (unsigned i = 0; i < 2; i++) {
		if (hc_io_pread(io, i == 0 ? 0 : io->size - length, bytes, length, err) < 0)
			goto out;
		hc_digest_add(ctx, bytes, length);
		*ret_blank = *ret_blank && hc_is_zero(bytes, length);
	}
	result = 0;
out:
	if (ctx != NULL) {
		hc_digest_end(ctx, &digest);
		hc_digest_hex(&digest, ret);
	}
	free(bytes);
	return result;
}

/* ---------------------------------------------------------------- volumes */

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to describe a disk");
}

static int
add_members(struct hc_disk *disk, const struct hc_strings *members, struct hc_arena *arena,
	    struct hc_err *err)
{
	for (size_t i = 0; i < members->count; i++)
		if (!hc_strings_has(&disk->member_of, members->items[i]) &&
		    hc_strings_add(&disk->member_of, arena, members->items[i], err) < 0)
			return -1;
	return 0;
}

static int
describe_volumes(int fd, struct hc_disk *disk, struct hc_arena *arena, struct hc_err *err)
{
	for (size_t i = 0; i < disk->partitions.count; i++) {
		struct hc_partition *p = &disk->partitions.items[i];
		struct hc_signature found;

		if (hc_signature_read(fd, (struct hc_extent){ p->start, p->size }, arena,
				      &found, err) < 0 ||
		    add_members(disk, &found.members, arena, err) < 0)
			return -1;
		p->filesystem = found.type;
		p->label = found.label;
		p->volume_serial = found.serial;
		if (disk->table == HC_TABLE_GPT && strcmp(p->type, SPACES_TYPE) == 0) {
			const char *spaces[] = { "storage_spaces_member" };
			const struct hc_strings one = { spaces, 1 };

			if (add_members(disk, &one, arena, err) < 0)
				return -1;
		}
	}
	return 0;
}

/* ---------------------------------------------------------------- for people */

static const char *
volume_text(const struct hc_partition *p, struct hc_arena *arena)
{
	char size[HC_SIZE_TEXT];
	const char *title = p->label != NULL ? p->label : p->name;

	hc_size_text(p->size, size);
	if (title != NULL && title[0] != '\0')
		return hc_arena_printf(arena, "%s \"%s\" %s",
				       p->filesystem != NULL ? p->filesystem : "unknown", title,
				       size);
	return hc_arena_printf(arena, "%s %s",
			       p->filesystem != NULL ? p->filesystem : "unknown", size);
}

static const char *
table_text(const struct hc_disk *disk, struct hc_arena *arena)
{
	const char *text = hc_arena_printf(
		arena, "%s, %zu partition%s", disk->table == HC_TABLE_GPT ? "GPT" : "MBR",
		disk->partitions.count, disk->partitions.count == 1 ? "" : "s");

	for (size_t i = 0; text != NULL && i < disk->partitions.count; i++) {
		const char *volume;

		if (i == VOLUMES_TOLD)
			return hc_arena_printf(arena, "%s, and %zu more", text,
					       disk->partitions.count - i);
		volume = volume_text(&disk->partitions.items[i], arena);
		text = volume == NULL ? NULL
				      : hc_arena_printf(arena, "%s%s %s", text,
							i == 0 ? ":" : ",", volume);
	}
	return text;
}

/* holds and holds_kind.  `whole` is what the disk as one volume looks like, `broken` why its table is unreadable. */
static int
tell(struct hc_disk *disk, const struct hc_signature *whole, const char *broken, bool blank,
     struct hc_arena *arena, struct hc_err *err)
{
	const char *text;

	disk->holds_kind = disk->member_of.count > 0 ? "member" : "data";
	if (broken != NULL) {
		text = hc_arena_printf(arena, "a partition table that can't be read: %s",
				       broken);
	} else if (disk->table != HC_TABLE_NONE) {
		text = table_text(disk, arena);
	} else if (whole->type != NULL) {
		text = whole->label != NULL
			       ? hc_arena_printf(arena, "%s \"%s\", no partitions", whole->type,
						 whole->label)
			       : hc_arena_printf(arena, "%s, no partitions", whole->type);
	} else if (blank) {
		text = hc_arena_strdup(arena, "nothing");
		if (disk->member_of.count == 0)
			disk->holds_kind = "blank";
	} else {
		text = hc_arena_strdup(arena, "data without a partition table");
	}
	if (text == NULL)
		return no_memory(err);
	disk->holds = text;
	return 0;
}

/* A restore of ours that was begun, or finished, here (hazards 2, 7). */
static int
look_for_journal(struct hc_io *io, struct hc_disk *disk, struct hc_arena *arena,
		 struct hc_err *err)
{
	size_t length = (size_t)hc_min_u64(io->size, HC_JOURNAL_WITHIN);
	uint8_t *start = malloc(length);
	struct hc_journal journal = { 0 };
	uint64_t offset;
	int result = -1;

	if (start == NULL)
		return no_memory(err);
	if (hc_io_pread(io, 0, start, length, err) < 0)
		goto out;
	if (hc_journal_find(hc_span(start, length), arena, &journal, &offset) == 1 &&
	    journal.state != HC_JOURNAL_NONE) {
		bool finished = journal.state == HC_JOURNAL_FINISHED;

		disk->journal = journal.plan;
		disk->holds_kind = finished ? "halcyon-finished" : "halcyon-unfinished";
		disk->holds =
			hc_arena_printf(arena, "a%s restore of backup %s by halcyon (%s); %s",
					finished ? " finished" : "n unfinished",
					journal.backup ? journal.backup : "?",
					journal.created ? journal.created : "?", disk->holds);
		if (disk->holds == NULL) {
			no_memory(err);
			goto out;
		}
	}
	result = 0;
out:
	free(start);
	return result;
}

int
hc_disk_content(int fd, struct hc_arena *arena, struct hc_disk *disk, struct hc_err *err)
{
	char edges[HC_DIGEST_TEXT];
	struct hc_signature whole = { 0 };
	struct hc_table table = { 0 };
	const char *broken = NULL;
	struct hc_err why;
	struct hc_io *io;
	bool blank;
	int result = -1;

	if (hc_io_borrow_fd(fd, disk->size, disk->path, &io, err) < 0)
		return -1;
	if (hc_edges(io, edges, &blank, err) < 0 ||
	    hc_signature_read(fd, (struct hc_extent){ 0, disk->size }, arena, &whole, err) < 0)
		goto out;
	disk->identity.edges = hc_arena_strdup(arena, edges);
	if (disk->identity.edges == NULL) {
		no_memory(err);
		goto out;
	}
	/* A table that can't be read is a fact about the disk, not a failure to describe it. */
	if (hc_table_read(io, disk->is_file ? 0 : disk->logical_block, arena, &table, &why) <
	    0) {
		if (why.code != H_DISK_TABLE && why.code != H_DISK_LAYOUT) {
			*err = why;
			goto out;
		}
		broken = hc_arena_printf(arena, "%s%s%s", why.text[0],
					 why.frames > 1 ? "; " : "",
					 why.frames > 1 ? why.text[1] : "");
	}
	disk->table = table.type;
	disk->table_id = table.id;
	disk->partitions = table.partitions;
	if (disk->is_file && table.logical_block != 0)
		disk->logical_block = table.logical_block;
	if (add_members(disk, &whole.members, arena, err) < 0 ||
	    describe_volumes(fd, disk, arena, err) < 0)
		goto out;
	result = tell(disk, &whole, broken, blank, arena, err);
	if (result == 0)
		result = look_for_journal(io, disk, arena, err);
out:
	hc_io_close(io);
	return result;
}
