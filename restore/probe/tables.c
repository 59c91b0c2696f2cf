/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firmware's tables of processors, out of /sys/firmware/acpi and low memory, and the HAL type that follows. */
#include "restore/probe/probe_priv.h"

#include <string.h>

#define FOLDER    "/sys/firmware/acpi/tables"
#define TABLE_MAX (1u << 20)

/* Signatures, each once.  Files are named SSDT1, SSDT2 where there are more; folders are "data" and "dynamic". */
static int
list_tables(struct probe *p, struct hc_err *err)
{
	struct hc_tree_names names = hc_tree_list(&p->tree, p->arena, FOLDER);
	struct hc_strings *tables = &p->facts->acpi.tables;

	for (size_t i = 0; i < names.count; i++) {
		const char *name = hc_arena_strndup(p->arena, names.items[i], 4);

		if (name == NULL)
			return hc_probe_no_memory(err);
		if (name[0] >= 'a' || hc_strings_has(tables, name))
			continue;
		if (hc_strings_add(tables, p->arena, name, err) < 0)
			return -1;
	}
	return 0;
}

/* The first table of this name; some firmware has two, of which Linux and Windows take the first. */
static bool
read_table(struct probe *p, const char *name, struct hc_buf *bytes)
{
	bytes->size = 0;
	if (hc_tree_bytes(&p->tree, bytes, TABLE_MAX, FOLDER "/%s", name))
		return true;
	bytes->size = 0;
	return hc_tree_bytes(&p->tree, bytes, TABLE_MAX, FOLDER "/%s1", name);
}

/* Of the first table of each name, as everywhere here. */
static int
digest_tables(struct probe *p, struct hc_buf *bytes, struct hc_err *err)
{
	struct hc_acpi *acpi = &p->facts->acpi;

	for (size_t i = 0; i < acpi->tables.count; i++) {
		struct hc_acpi_digest found, *kept;
		int result;

		if (hc_acpi_is_secret(acpi->tables.items[i]) ||
		    !read_table(p, acpi->tables.items[i], bytes))
			continue;
		result = hc_acpi_digest(hc_buf_span(bytes), p->arena, &found, err);
		if (result < 0)
			return -1;
		if (result > 0)
			continue;
		kept = hc_arena_grow(p->arena, &acpi->digests.items, &acpi->digests.count,
				     sizeof(*kept));
		if (kept == NULL)
			return hc_probe_no_memory(err);
		*kept = found;
	}
	return 0;
}

static int
add_damage(struct probe *p, const char *table, const struct hc_damage *damage,
	   struct hc_err *err)
{
	const char *text;

	if (damage->text[0] == '\0')
		return 0;
	text = hc_arena_printf(p->arena, "%s: %s", table, damage->text);
	if (text == NULL)
		return hc_probe_no_memory(err);
	return hc_strings_add(&p->facts->acpi.damaged, p->arena, text, err);
}

static int
read_fadt(struct probe *p, struct hc_hal_input *in, struct hc_buf *bytes, struct hc_err *err)
{
	struct hc_damage damage = { .text = "can't be read" };

	if (!hc_strings_has(&p->facts->acpi.tables, "FACP"))
		return 0;
	p->facts->acpi.present = true;
	if (read_table(p, "FACP", bytes))
		hc_fadt_parse(hc_buf_span(bytes), &in->fadt, &damage);
	return add_damage(p, "FACP", &damage, err);
}

static int
read_madt(struct probe *p, struct hc_hal_input *in, struct hc_buf *bytes, struct hc_err *err)
{
	struct hc_damage damage = { .text = "can't be read", .incomplete = true };
	struct hc_madt madt = { 0 };

	if (!hc_strings_has(&p->facts->acpi.tables, "APIC"))
		return 0;
	if (read_table(p, "APIC", bytes) &&
	    hc_madt_parse(hc_buf_span(bytes), &madt, &in->pcat, &damage, err) < 0)
		return -1;
	in->madt_incomplete = damage.incomplete;
	p->facts->acpi.madt = hc_arena_alloc(p->arena, sizeof(madt));
	if (p->facts->acpi.madt == NULL)
		return hc_probe_no_memory(err);
	*p->facts->acpi.madt = madt;
	return add_damage(p, "APIC", &damage, err);
}

/* UEFI lists what it has in its system table: "ACPI20=0x7f7e014", "MPS=0xf5a40", one a line. */
static bool
efi_lists(struct probe *p, const char *name)
{
	const char *text = hc_tree_text(&p->tree, p->arena, "/sys/firmware/efi/systab");

	return text != NULL && strstr(text, name) != NULL;
}

static int
read_low(struct probe *p, struct hc_hal_input *in, struct hc_buf *low, struct hc_err *err)
{
	bool known = false;

	if (hc_low_memory(&p->tree, low, &known, err) < 0)
		return -1;
	in->acpi_hidden = !p->facts->acpi.present &&
			  (efi_lists(p, "ACPI") || hc_rsdp_find(hc_buf_span(low)) != 0);
	if (known && hc_mps_parse(hc_buf_span(low), p->arena, &p->facts->mps, err) < 0)
		return -1;
	if (p->facts->mps.present == HC_NO && efi_lists(p, "MPS=")) {
		p->facts->mps.present = HC_UNKNOWN;
		p->facts->mps.damaged = "the MP table that UEFI lists lies elsewhere";
	}
	return 0;
}

int
hc_probe_hal(struct probe *p, struct hc_err *err)
{
	struct hc_hal_input in = { .acpi = &p->facts->acpi,
				   .mps = &p->facts->mps,
				   .firmware = &p->facts->firmware,
				   .machine = &p->facts->machine };
	struct hc_buf bytes = { 0 }, low = { 0 };
	int result = -1;

	if (list_tables(p, err) == 0 && digest_tables(p, &bytes, err) == 0 &&
	    read_fadt(p, &in, &bytes, err) == 0 && read_madt(p, &in, &bytes, err) == 0 &&
	    read_low(p, &in, &low, err) == 0)
		result = hc_hal_classify(&in, p->arena, &p->facts->hal, err);
	hc_buf_done(&bytes);
	hc_buf_done(&low);
	return result;
}
