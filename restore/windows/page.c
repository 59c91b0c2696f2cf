/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An inspection as a page for people.  What is not known is left out; what could not be read stands at the end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/windows/windows.h"

#define HOTFIXES_SHOWN 12
#define INDENT         15
#define WIDTH          80

/* A page in the making: the first failure to append stays. */
struct page {
	struct hc_buf *out;
	struct hc_err *err;
	bool failed;
};

/* A registry may hold what a terminal would obey: control characters, C1 ones (U+0080 to U+009F) too, become '?'. */
static void
tame(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
		if (*at < 0x20 || *at == 0x7f)
			*at = '?';
		else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = '?';
	}
}

static void
trim_end(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && text[length - 1] == ' ')
		text[--length] = '\0';
}

/* "Label          text"; the label is empty on the lines that belong to the one above. */
__attribute__((format(printf, 3, 4))) static void
line(struct page *p, const char *label, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tame(text);
	trim_end(text);
	p->failed =
		p->failed || hc_buf_printf(p->out, p->err, "%-*s%s\n", INDENT, label, text) < 0;
}

/* Names, with commas, in lines that a terminal takes. */
static void
names(struct page *p, const char *label, const char *const *items, size_t count)
{
	char text[WIDTH + 1] = "";
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(items[i]) + 2;

		if (used > 0 && INDENT + used + length > WIDTH) {
			line(p, label, "%s", text);
			label = "";
			used = 0;
		}
		if (length > sizeof(text) - 1) {
			line(p, label, "%s%s", items[i], i + 1 < count ? "," : "");
			label = "";
			continue;
		}
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", items[i],
					 i + 1 < count ? ", " : "");
	}
	if (used > 0)
		line(p, label, "%s", text);
}

/* ", text", or nothing. */
static const char *
comma(const char *text)
{
	return text == NULL ? "" : ", ";
}

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static const char *
or_unknown(const char *text)
{
	return text == NULL ? "unknown" : text;
}

/* ---------------------------------------------------------------- which Windows */

static const char *
role(const char *product_type)
{
	if (strcasecmp(product_type, "LanmanNT") == 0)
		return "domain controller";
	if (strcasecmp(product_type, "ServerNT") == 0)
		return "server";
	return strcasecmp(product_type, "WinNT") == 0 ? "workstation" : product_type;
}

/* Windows 8.1 may have two hundred: more than a few are counted, and the newest number says how far it is. */
static void
hotfixes(struct page *p, const struct hc_strings *list)
{
	const char *newest = "KB0";

	for (size_t i = 0; i < list->count; i++)
		if (strtoul(list->items[i] + strcspn(list->items[i], "0123456789"), NULL, 10) >
		    strtoul(newest + strcspn(newest, "0123456789"), NULL, 10))
			newest = list->items[i];
	if (list->count > HOTFIXES_SHOWN)
		line(p, "Hotfixes", "%zu, up to %s (--json has them all)", list->count, newest);
	else if (list->count > 0)
		names(p, "Hotfixes", list->items, list->count);
}

static void
put_product(struct page *p, const struct hc_windows *w)
{
	line(p, "Windows", "%s%s%s", or_unknown(w->product), comma(w->service_pack),
	     or_empty(w->service_pack));
	if (w->ubr != 0)
		line(p, "Version", "%s, build %s.%llu", or_unknown(w->version),
		     or_unknown(w->build), (unsigned long long)w->ubr);
	else
		line(p, "Version", "%s, build %s", or_unknown(w->version),
		     or_unknown(w->build));
	if (w->edition != NULL || w->installation_type != NULL)
		line(p, "Edition", "%s%s%s", or_unknown(w->edition),
		     comma(w->installation_type), or_empty(w->installation_type));
	line(p, "Architecture", "%s", or_unknown(w->architecture));
	if (w->channel != NULL)
		line(p, "Channel", "%s%s%s", w->channel, comma(w->oem), or_empty(w->oem));
	line(p, "Host", "%s", or_unknown(w->hostname));
	if (w->product_type != NULL)
		line(p, "Role", "%s", role(w->product_type));
	if (w->product_suite.count > 0)
		names(p, "Suites", w->product_suite.items, w->product_suite.count);
	hotfixes(p, &w->hotfixes);
	if (w->rollup != NULL)
		line(p, "Rollup", "%s", w->rollup);
}

static void
put_controller(struct page *p, const struct hc_domain_controller *dc)
{
	const struct {
		const char *label, *value;
	} rows[] = {
		{ "Domain", dc->domain },
		{ "  database", dc->database },
		{ "  logs", dc->log_path },
		{ "  working", dc->working_directory },
		{ "  backups", dc->backup_path },
		{ "  SYSVOL", dc->sysvol },
		{ "  replication", dc->replication },
		{ "  FRS", dc->frs_working_directory },
		{ "  FRS logs", dc->frs_log_directory },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].value != NULL || i == 0)
			line(p, rows[i].label, "%s", or_unknown(rows[i].value));
	if (dc->tombstone_days != 0)
		line(p, "  tombstones", "kept for %llu days",
		     (unsigned long long)dc->tombstone_days);
}

/* ---------------------------------------------------------------- what it runs on */

static void
put_hal(struct page *p, const struct hc_windows *w)
{
	const struct hc_windows_hal *hal = &w->hal;

	if (hal->type != NULL || hal->id != NULL || hal->file != NULL)
		line(p, "HAL", "%s, id %s, file %s%s%s", or_unknown(hal->type),
		     or_unknown(hal->id), or_unknown(hal->file), hal->version ? " " : "",
		     or_empty(hal->version));
	for (size_t i = 0; i < hal->witnesses.count; i++) {
		const struct hc_hal_witness *witness = &hal->witnesses.items[i];

		line(p, "", "%s says %s (%s)", witness->witness, witness->says,
		     or_unknown(witness->where));
	}
	if (w->kernel.file != NULL || w->kernel.version != NULL)
		line(p, "Kernel", "%s %s", or_unknown(w->kernel.file),
		     or_unknown(w->kernel.version));
	if (w->kernel32.version != NULL)
		line(p, "kernel32.dll", "%s", w->kernel32.version);
	line(p, "Firmware", "%s", or_unknown(w->firmware));
	if (w->boot_manager != NULL) {
		line(p, "Boot manager", "%s %s", or_unknown(w->boot_manager->path),
		     or_empty(w->boot_manager->version));
		for (size_t i = 0; i < w->boot_manager->signers.count; i++)
			line(p, "", "signed by %s", w->boot_manager->signers.items[i]);
	}
	if (w->system_partition != 0)
		line(p, "Lies on", "disk %llu, partition %llu",
		     (unsigned long long)w->system_disk,
		     (unsigned long long)w->system_partition);
	if (w->system_root != NULL)
		line(p, "System root", "%s", w->system_root);
	if (w->current_control_set != NULL)
		line(p, "Control set", "%s of %zu", w->current_control_set,
		     w->control_sets.count);
}

/* As bcdedit calls it. */
static const char *
element_name(const char *element)
{
	static const char *const known[][2] = {
		{ "11000001", "device" },
		{ "21000001", "osdevice" },
		{ "31000003", "ramdisksdidevice" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(element, known[i][0]) == 0)
			return known[i][1];
	return element;
}

static void
put_bcd_device(struct page *p, const struct hc_bcd_device *d)
{
	const char *name = element_name(d->element), *path = or_empty(d->path);
	const char *blank = d->path == NULL ? "" : " ";

	if (strcmp(d->scheme, "mbr") == 0)
		line(p, "", "    %s disk %s, offset %llu%s%s", name, or_unknown(d->disk),
		     (unsigned long long)d->offset, blank, path);
	else if (strcmp(d->scheme, "gpt") == 0)
		line(p, "", "    %s partition %s of disk %s%s%s", name,
		     or_unknown(d->partition), or_unknown(d->disk), blank, path);
	else
		line(p, "", "    %s %s%s%s", name, d->scheme, blank, path);
}

/* Boot manager, loaders and the like: applications, whose type begins with 1.  What others inherit is not shown. */
static void
put_bcd(struct page *p, const struct hc_bcd *bcd)
{
	line(p, "Boot store", "%s, %zu objects", or_unknown(bcd->where), bcd->objects.count);
	for (size_t i = 0; i < bcd->objects.count; i++) {
		const struct hc_bcd_object *o = &bcd->objects.items[i];

		if (o->type[0] != '1')
			continue;
		line(p, "", "%s%s%s", o->id, o->description == NULL ? "" : " ",
		     or_empty(o->description));
		if (o->path != NULL)
			line(p, "", "    %s", o->path);
		/* A loader names its resume object by the same element. */
		if (o->default_object != NULL && strncmp(o->type, "101", 3) == 0)
			line(p, "", "    default %s", o->default_object);
		for (size_t k = 0; k < o->devices.count; k++)
			put_bcd_device(p, &o->devices.items[k]);
	}
}

/* "\??\IDE#CdRomVMware_IDE_CDR10____1.00#3031#{53f5…}": class and name of the device are enough for people. */
static const char *
device_name(const char *device, int *ret_length)
{
	const char *end;

	if (strncmp(device, "\\??\\", 4) == 0 || strncmp(device, "_??_", 4) == 0)
		device += 4;
	end = strchr(device, '#');
	end = end == NULL ? NULL : strchr(end + 1, '#');
	while (end != NULL && end[-1] == '_')
		end--;
	*ret_length = (int)(end != NULL ? (size_t)(end - device) : strlen(device));
	return device;
}

static void
put_letters(struct page *p, const struct hc_windows *w)
{
	const char *label = "Drive letters";

	for (size_t i = 0; i < w->mounted_devices.count; i++) {
		const struct hc_mounted_device *d = &w->mounted_devices.items[i];
		const char *name = NULL;
		int length = 0;

		if (strncasecmp(d->name, "\\DosDevices\\", 12) != 0)
			continue;
		if (strcmp(d->kind, "mbr") == 0)
			line(p, label, "%s disk %s, offset %llu", d->name + 12,
			     or_unknown(d->disk), (unsigned long long)d->offset);
		else if (strcmp(d->kind, "gpt") == 0)
			line(p, label, "%s partition %s", d->name + 12,
			     or_unknown(d->partition));
		else
			name = device_name(d->device != NULL ? d->device : or_unknown(d->kind),
					   &length);
		if (name != NULL)
			line(p, label, "%s %.*s", d->name + 12, length, name);
		label = "";
	}
}

/* ---------------------------------------------------------------- drivers */

static int
by_name(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

/* What the old machine had no device for: on Windows 8 and later that is most of them. */
static void
put_overridden(struct page *p, const struct hc_windows *w, const char **list)
{
	size_t count = 0;

	for (size_t i = 0; i < w->boot_drivers.count; i++)
		if (w->boot_drivers.items[i].overridden)
			list[count++] = w->boot_drivers.items[i].name;
	if (count == 0)
		return;
	qsort(list, count, sizeof(*list), by_name);
	line(p, "  not started", "of these, StartOverride keeps from starting:");
	names(p, "", list, count);
}

static void
put_boot_drivers(struct page *p, const struct hc_windows *w, struct hc_arena *arena)
{
	const char **list = hc_arena_array(arena, w->boot_drivers.count + 1, sizeof(*list));

	if (list == NULL) {
		p->failed = true;
		hc_err_set(p->err, H_OUT_OF_MEMORY, "no memory for a page");
		return;
	}
	for (size_t i = 0; i < w->boot_drivers.count; i++)
		list[i] = w->boot_drivers.items[i].name;
	qsort(list, w->boot_drivers.count, sizeof(*list), by_name);
	names(p, "Boot drivers", list, w->boot_drivers.count);
	for (size_t i = 0; i < w->boot_drivers.count; i++) {
		const struct hc_boot_driver *d = &w->boot_drivers.items[i];

		if (d->file_present == HC_NO)
			line(p, "", "FILE MISSING: %s wants %s", d->name, or_unknown(d->file));
	}
	put_overridden(p, w, list);
}

static void
put_filters(struct page *p, const struct hc_windows *w)
{
	const char *label = "Filters";

	for (size_t i = 0; i < w->filter_drivers.count; i++) {
		const struct hc_filter_driver *f = &w->filter_drivers.items[i];
		const char *of = f->class_name != NULL ? f->class_name : f->group;

		/* Windows' own are no news, unless they are missing. */
		if (f->microsoft == HC_YES && f->service_present && f->file_present != HC_NO)
			continue;
		line(p, label, "%s: %s%s%s, %s%s%s", f->name, f->kind, of ? " of " : "",
		     or_empty(of),
		     f->company               ? f->company
		     : f->microsoft == HC_YES ? "Windows' own"
					      : "company unknown",
		     f->service_present ? "" : ", NO SUCH SERVICE",
		     f->service_present && f->file_present == HC_NO ? ", FILE MISSING" : "");
		label = "";
	}
}

static void
put_adapters(struct page *p, const struct hc_windows *w)
{
	const char *label = "Network";

	for (size_t i = 0; i < w->network_adapters.count; i++) {
		const struct hc_windows_adapter *a = &w->network_adapters.items[i];

		line(p, label, "%s (%s)%s", or_unknown(a->description),
		     or_unknown(a->hardware_id), a->dhcp == HC_YES ? ", DHCP" : "");
		if (a->dhcp != HC_YES)
			for (size_t k = 0; k < a->addresses.count; k++)
				line(p, "", "    fixed address %s", a->addresses.items[k]);
		label = "";
	}
	label = "Display";
	for (size_t i = 0; i < w->display_adapters.count; i++) {
		const struct hc_windows_adapter *a = &w->display_adapters.items[i];

		line(p, label, "%s (%s)", or_unknown(a->description),
		     or_unknown(a->hardware_id));
		label = "";
	}
}

/* ---------------------------------------------------------------- in which state */

static void
put_hives(struct page *p, const struct hc_windows *w)
{
	const char *label = "Hives";

	for (size_t i = 0; i < w->hives.count; i++) {
		const struct hc_hive_state *h = &w->hives.items[i];

		if (!h->dirty)
			line(p, label, "%s: clean", h->name);
		else if (h->recovered)
			line(p, label, "%s: not shut down cleanly; %llu log entries replayed",
			     h->name, (unsigned long long)h->log_entries_replayed);
		else
			line(p, label,
			     "%s: not shut down cleanly, and not brought up to date from its "
			     "logs%s%s",
			     h->name, h->read_from != NULL ? "; read from " : "",
			     h->read_from != NULL ? h->read_from : "");
		label = "";
	}
}

static void
put_state(struct page *p, const struct hc_windows *w)
{
	const struct {
		bool is;
		const char *text;
	} states[] = {
		{ w->bitlocker, "encrypted by BitLocker" },
		{ w->hibernated, "hibernated: a resumable hiberfil.sys is there" },
		{ w->fast_startup, "fast startup is on: shutting down hibernates the kernel" },
		{ w->volume_dirty, "the volume is marked dirty: chkdsk is due" },
	};
	const char *label = "State";

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!states[i].is)
			continue;
		line(p, label, "%s", states[i].text);
		label = "";
	}
	put_hives(p, w);
	for (size_t i = 0; i < w->driver_policies.count; i++)
		line(p, i == 0 ? "Policies" : "", "%s forbids installing drivers",
		     w->driver_policies.items[i]);
	for (size_t i = 0; i < w->restore_history.count; i++) {
		const struct hc_restore_record *r = &w->restore_history.items[i];

		line(p, i == 0 ? "Restored" : "", "%s %s (%s)", r->kind, or_empty(r->id),
		     or_unknown(r->where));
	}
	for (size_t i = 0; i < w->unread.count; i++)
		line(p, i == 0 ? "Not read" : "", "%s", w->unread.items[i]);
}

int
hc_windows_page(const struct hc_windows *windows, struct hc_arena *arena, struct hc_buf *out,
		struct hc_err *err)
{
	struct page p = { out, err, false };

	put_product(&p, windows);
	if (windows->domain_controller != NULL)
		put_controller(&p, windows->domain_controller);
	put_hal(&p, windows);
	if (windows->bcd != NULL)
		put_bcd(&p, windows->bcd);
	put_letters(&p, windows);
	put_boot_drivers(&p, windows, arena);
	put_filters(&p, windows);
	put_adapters(&p, windows);
	put_state(&p, windows);
	return p.failed ? -1 : 0;
}
