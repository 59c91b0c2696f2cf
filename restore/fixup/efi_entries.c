/* SPDX-License-Identifier: GPL-3.0-or-later */
/* efi-boot: the firmware's own list of what it starts.  Only entries whose partition is in this restore's map are replaced
 * (hazards 9). */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "restore/base/text.h"
#include "restore/boot/efivars.h"
#include "restore/fixup/efi_priv.h"

#define NUMBERS 65536u

/* What an entry for Windows' boot manager stands for here. */
enum role {
	ROLE_OTHER, /* another program, or a partition that is where it belongs */
	ROLE_OURS,  /* it starts this Windows */
	ROLE_STALE, /* it started this Windows under an id that is gone */
	ROLE_CLONE, /* the same, but a disk with that id is attached */
	ROLE_LOST,  /* its partition is not known */
};

struct boot_list {
	struct fix *fix;
	const struct hc_offline_volume *esp;
	uint8_t guid[16]; /* of the ESP */
	struct hc_efi_boot boot;
	unsigned char *roles; /* enum role of each entry */
	uint16_t *order;
	size_t ordered;
};

const char *
fix_efivars_folder(const struct fix *fix)
{
	return fix->request->efivars != NULL ? fix->request->efivars : HC_EFIVARS;
}

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for boot entries");
}

/* ---------------------------------------------------------------- whose partition it is */

static bool
names(const char *text, const uint8_t guid[16])
{
	uint8_t other[16];

	return text != NULL && hc_guid_parse(text, other) && memcmp(other, guid, 16) == 0;
}

static bool
is_here(const struct fix *fix, const uint8_t guid[16])
{
	for (size_t i = 0; i < fix->offline->count; i++)
		if (names(fix->offline->volumes[i].entry.guid, guid))
			return true;
	return false;
}

/* On another disk of this machine.  The target's own table in the facts may be that of before. */
static bool
is_attached(const struct fix *fix, const uint8_t guid[16])
{
	const struct hc_facts *facts = fix->request->facts;
	const struct hc_disk *target = fix->request->target;

	for (size_t i = 0; i < facts->disks.count; i++) {
		const struct hc_disk *disk = &facts->disks.items[i];

		if (target != NULL && strcmp(disk->path, target->path) == 0)
			continue;
		for (size_t k = 0; k < disk->partitions.count; k++)
			if (names(disk->partitions.items[k].guid, guid))
				return true;
	}
	return false;
}

static bool
is_old_id(const struct fix *fix, const uint8_t guid[16])
{
	const struct hc_bcd_map *moves = &fix->request->moves;

	for (size_t i = 0; i < moves->count; i++)
		if (moves->items[i].from.scheme == HC_BCD_GPT &&
		    memcmp(moves->items[i].from.partition, guid, 16) == 0)
			return true;
	return false;
}

static enum role
role_of(const struct boot_list *list, const struct hc_load_option *option)
{
	const uint8_t *guid = option->drive.signature;

	if (!option->has_drive || option->drive.signature_kind != HC_EFI_SIGNATURE_GUID ||
	    option->path == NULL || strcasecmp(option->path, HC_EFI_WINDOWS_PATH) != 0)
		return ROLE_OTHER;
	if (memcmp(guid, list->guid, 16) == 0)
		return ROLE_OURS;
	if (is_here(list->fix, guid))
		return ROLE_OTHER;
	if (is_attached(list->fix, guid))
		return is_old_id(list->fix, guid) ? ROLE_CLONE : ROLE_OTHER;
	return is_old_id(list->fix, guid) &&
			       strcmp(option->description, "Windows Boot Manager") == 0
		       ? ROLE_STALE
		       : ROLE_LOST;
}

/* ---------------------------------------------------------------- reading the list */

static int
read_order(struct boot_list *list, struct hc_err *err)
{
	struct hc_span order = list->boot.order;

	if (order.data == NULL)
		return 0;
	if ((order.size - HC_EFI_ATTRIBUTE_BYTES) % 2 != 0)
		return fix_refuse(list->fix, NULL, err,
				  "the firmware's BootOrder has %zu bytes, which is no list: "
				  "its boot entries are left",
				  order.size - HC_EFI_ATTRIBUTE_BYTES) < 0
			       ? -1
			       : 1;
	list->ordered = (order.size - HC_EFI_ATTRIBUTE_BYTES) / 2;
	list->order = hc_arena_array(list->fix->arena, list->ordered + 1, sizeof(uint16_t));
	if (list->order == NULL)
		return no_memory(err);
	for (size_t i = 0; i < list->ordered; i++)
		list->order[i] = hc_get_le16(order.data + HC_EFI_ATTRIBUTE_BYTES + 2 * i);
	return 0;
}

static int
tell(struct boot_list *list, const struct hc_efi_entry *entry,
     const struct hc_load_option *option, enum role role, struct hc_err *err)
{
	char guid[HC_GUID_TEXT];

	hc_guid_text(option->drive.signature, guid);
	if (role == ROLE_CLONE)
		return fix_note(list->fix, err,
				"Boot%04X is left: it starts the disk that this one was made "
				"from, partition %s, which is attached too",
				entry->number, guid);
	if (role == ROLE_LOST)
		return fix_note(list->fix, err,
				"Boot%04X is left: it starts Windows from partition %s, which "
				"is on no disk of this machine",
				entry->number, guid);
	if (role == ROLE_OURS && (option->attributes & HC_LOAD_OPTION_ACTIVE) == 0)
		return fix_note(list->fix, err,
				"Boot%04X starts this Windows, but somebody has turned it off",
				entry->number);
	return 0;
}

static int
read_roles(struct boot_list *list, struct hc_err *err)
{
	const size_t count = list->boot.entries.count;
	struct hc_err why;

	list->roles = hc_arena_alloc(list->fix->arena, count + 1);
	if (list->roles == NULL)
		return no_memory(err);
	for (size_t i = 0; i < count; i++) {
		const struct hc_efi_entry *entry = &list->boot.entries.items[i];
		struct hc_load_option option;
		int result;

		if (hc_load_option_read(hc_span(entry->bytes.data + HC_EFI_ATTRIBUTE_BYTES,
						entry->bytes.size - HC_EFI_ATTRIBUTE_BYTES),
					list->fix->arena, &option, &why) == 0) {
			list->roles[i] = (unsigned char)role_of(list, &option);
			result = tell(list, entry, &option, list->roles[i], err);
		} else if (why.code == H_OUT_OF_MEMORY) {
			result = no_memory(err);
		} else {
			result = fix_note(list->fix, err, "Boot%04X is left: %s", entry->number,
					  why.text[0]);
		}
		if (result < 0)
			return -1;
	}
	return 0;
}

/* 0: read; 1: it can't be, and a note says so. */
static int
read_list(struct boot_list *list, struct hc_err *err)
{
	struct fix *fix = list->fix;
	struct hc_err why;
	int result;

	if (list->esp->entry.guid == NULL || !hc_guid_parse(list->esp->entry.guid, list->guid))
		return fix_note(fix, err,
				"%s has no id that a boot entry could name: Windows starts by "
				"\\EFI\\BOOT",
				list->esp->name) < 0
			       ? -1
			       : 1;
	if (hc_efi_boot_read(fix_efivars_folder(fix), fix->arena, &list->boot, &why) < 0) {
		if (why.code == H_OUT_OF_MEMORY)
			return no_memory(err);
		return fix_refuse(fix, hc_err_info(why.code)->remedy, err, "%s", why.text[0]) <
				       0
			       ? -1
			       : 1;
	}
	result = read_order(list, err);
	return result != 0 ? result : read_roles(list, err);
}

/* ---------------------------------------------------------------- what shall be there */

static size_t
place_in_order(const struct boot_list *list, unsigned number)
{
	size_t at = 0;

	while (at < list->ordered && list->order[at] != number)
		at++;
	return at;
}

/* The first in the order, of those in none the lowest number; the count of entries: there is none. */
static size_t
first_with(const struct boot_list *list, enum role role)
{
	size_t best = list->boot.entries.count, best_place = SIZE_MAX;

	for (size_t i = 0; i < list->boot.entries.count; i++) {
		size_t place;

		if (list->roles[i] != role)
			continue;
		place = place_in_order(list, list->boot.entries.items[i].number);
		if (place < best_place) {
			best = i;
			best_place = place;
		}
	}
	return best;
}

static bool
is_free(const struct boot_list *list, unsigned number)
{
	for (size_t i = 0; i < list->boot.entries.count; i++)
		if (list->boot.entries.items[i].number == number)
			return false;
	return place_in_order(list, number) == list->ordered;
}

static int
want_order(struct boot_list *list, const uint16_t *order, size_t count, const char *because,
	   struct hc_err *err)
{
	struct fix *fix = list->fix;
	const size_t size = HC_EFI_ATTRIBUTE_BYTES + 2 * count;
	uint8_t *bytes = hc_arena_alloc(fix->arena, size);

	if (bytes == NULL)
		return no_memory(err);
	hc_put_le32(bytes, list->boot.order.data != NULL ? hc_get_le32(list->boot.order.data)
							 : HC_EFI_ATTRIBUTES);
	for (size_t i = 0; i < count; i++)
		hc_put_le16(bytes + HC_EFI_ATTRIBUTE_BYTES + 2 * i, order[i]);
	return want_variable(fix, HC_EFI_BOOT_ORDER, list->boot.order, hc_span(bytes, size),
			     because, err);
}

/* `before` NULL: a new one of this number. */
static int
want_entry(struct boot_list *list, const struct hc_efi_entry *before, unsigned number,
	   struct hc_err *err)
{
	const struct hc_partition *entry = &list->esp->entry;
	struct fix *fix = list->fix;
	struct hc_efi_drive drive = { .partition = (uint32_t)entry->number,
				      .start = entry->start / fix->offline->logical_block,
				      .size = entry->size / fix->offline->logical_block,
				      .format = 2,
				      .signature_kind = HC_EFI_SIGNATURE_GUID };
	const char *name = before != NULL ? before->name
					  : hc_arena_printf(fix->arena, "Boot%04X-%s", number,
							    HC_EFI_GLOBAL);
	struct hc_buf bytes = { 0 };
	uint8_t attributes[HC_EFI_ATTRIBUTE_BYTES];
	int result = -1;

	memcpy(drive.signature, list->guid, sizeof(drive.signature));
	hc_put_le32(attributes,
		    before != NULL ? hc_get_le32(before->bytes.data) : HC_EFI_ATTRIBUTES);
	if (name == NULL)
		no_memory(err);
	else if (hc_buf_append(&bytes, attributes, sizeof(attributes), err) == 0 &&
		 hc_load_option_windows(&drive, &bytes, err) == 0)
		result = want_variable(
			fix, name, before != NULL ? before->bytes : (struct hc_span){ 0 },
			hc_buf_span(&bytes),
			before != NULL ? "the entry names the partition by an id that this "
					 "restore has replaced"
				       : "the firmware has no entry that starts this Windows",
			err);
	hc_buf_done(&bytes);
	return result;
}

/* The order without the stale entries but `kept`; `number` goes first where it has no place (NUMBERS: none). */
static int
set_order(struct boot_list *list, size_t kept, unsigned number, struct hc_err *err)
{
	uint16_t *order = hc_arena_array(list->fix->arena, list->ordered + 1, sizeof(*order));
	size_t count = 0;

	if (order == NULL)
		return no_memory(err);
	if (number < NUMBERS && place_in_order(list, number) == list->ordered)
		order[count++] = (uint16_t)number;
	for (size_t i = 0; i < list->ordered; i++) {
		bool drop = false;

		for (size_t k = 0; k < list->boot.entries.count; k++)
			drop |= list->boot.entries.items[k].number == list->order[i] &&
				list->roles[k] == ROLE_STALE && k != kept;
		if (!drop)
			order[count++] = list->order[i];
	}
	/* A variable without data is none: a list of nothing but stale ones stays, and starts nothing. */
	if (count == 0)
		return 0;
	return want_order(list, order, count,
			  "the entry of this Windows has the place that it had, or else the "
			  "first one",
			  err);
}

static int
remove_stale(struct boot_list *list, size_t kept, struct hc_err *err)
{
	for (size_t i = 0; i < list->boot.entries.count; i++)
		if (list->roles[i] == ROLE_STALE && i != kept &&
		    want_variable(list->fix, list->boot.entries.items[i].name,
				  list->boot.entries.items[i].bytes, (struct hc_span){ 0 },
				  "the entry starts this Windows by an id that this restore "
				  "has replaced, and there is another one for it",
				  err) < 0)
			return -1;
	return 0;
}

/* A stale entry becomes the new one in its place, which needs no room for another variable; else a new one is made. */
static int
make_entry(struct boot_list *list, size_t *kept, unsigned *number, struct hc_err *err)
{
	const size_t count = list->boot.entries.count, stale = first_with(list, ROLE_STALE);

	if (stale < count) {
		*kept = stale;
		*number = list->boot.entries.items[stale].number;
		return want_entry(list, &list->boot.entries.items[stale], *number, err);
	}
	for (*number = 0; *number < NUMBERS && !is_free(list, *number);)
		++*number;
	if (*number == NUMBERS)
		return hc_err_set(err, H_EFIVARS_FULL, "every number of a boot entry is taken");
	return want_entry(list, NULL, *number, err);
}

int
efi_entries(struct fix *fix, size_t esp, struct hc_err *err)
{
	struct boot_list list = { .fix = fix, .esp = &fix->offline->volumes[esp] };
	size_t kept = SIZE_MAX, ours;
	unsigned number = NUMBERS;
	int result = read_list(&list, err);

	if (result != 0)
		return result < 0 ? -1 : 0;
	ours = first_with(&list, ROLE_OURS);
	if (ours == list.boot.entries.count) {
		if (make_entry(&list, &kept, &number, err) < 0)
			return -1;
	} else if (place_in_order(&list, list.boot.entries.items[ours].number) ==
		   list.ordered) {
		if (fix_note(fix, err,
			     "Boot%04X starts this Windows, but it is not in the firmware's "
			     "BootOrder",
			     list.boot.entries.items[ours].number) < 0)
			return -1;
	}
	if (set_order(&list, kept, number, err) < 0)
		return -1;
	return remove_stale(&list, kept, err);
}
