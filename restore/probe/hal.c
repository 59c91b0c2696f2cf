/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The HAL type that Windows NT 5.x would choose here, and those that could run here.
 * Source: design.md section 5; KB 309283 and windows-offline.md section 6 for what runs where.
 */
#include "restore/probe/probe_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

struct hal_row {
	const char *type, *id, *file;
	bool fadt;
	bool syspro;
	unsigned madt;        /* enum hc_tristate; HC_UNKNOWN: either */
	unsigned mp;          /* whether there is an MP table */
	uint64_t least, most; /* processors */
};

/* First match counts. */
static const struct hal_row rows[] = {
	{ .type = "acpi-multiprocessor",
	  .id = "acpiapic_mp",
	  .file = "halmacpi.dll",
	  .fadt = true,
	  .madt = HC_YES,
	  .least = 2,
	  .most = UINT64_MAX },
	{ .type = "acpi-uniprocessor",
	  .id = "acpiapic_up",
	  .file = "halaacpi.dll",
	  .fadt = true,
	  .madt = HC_YES,
	  .least = 0,
	  .most = 1 },
	{ .type = "acpi-pc",
	  .id = "acpipic_up",
	  .file = "halacpi.dll",
	  .fadt = true,
	  .madt = HC_NO,
	  .least = 0,
	  .most = UINT64_MAX },
	{ .type = "mps-multiprocessor",
	  .id = "mps_mp",
	  .file = "halmps.dll",
	  .mp = HC_YES,
	  .least = 2,
	  .most = UINT64_MAX },
	{ .type = "mps-uniprocessor",
	  .id = "mps_up",
	  .file = "halapic.dll",
	  .mp = HC_YES,
	  .least = 0,
	  .most = 1 },
	{ .type = "syspro-multiprocessor",
	  .id = "syspro_mp",
	  .file = "halsp.dll",
	  .mp = HC_NO,
	  .syspro = true,
	  .least = 0,
	  .most = UINT64_MAX },
	{ .type = "standard-pc",
	  .id = "e_isa_up",
	  .file = "hal.dll",
	  .mp = HC_NO,
	  .least = 0,
	  .most = UINT64_MAX },
};

static bool
is_syspro(const struct hc_machine *m)
{
	return m->vendor != NULL && m->product != NULL &&
	       strncasecmp(m->vendor, "compaq", 6) == 0 &&
	       strncasecmp(m->product, "systempro", 9) == 0;
}

static const struct hal_row *
find_row(const struct hc_hal_input *in)
{
	const struct hc_madt *madt = in->acpi->madt;
	uint64_t processors = madt != NULL ? madt->enabled : in->mps->processors;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct hal_row *r = &rows[i];

		if (r->fadt != in->acpi->present || (r->syspro && !is_syspro(in->machine)))
			continue;
		if (r->madt != HC_UNKNOWN && (r->madt == HC_YES) != (madt != NULL))
			continue;
		if (!r->fadt && r->mp != in->mps->present)
			continue;
		if (processors >= r->least && processors <= r->most)
			return r;
	}
	/* No ACPI, and nobody could look for an MP table. */
	return NULL;
}

__attribute__((format(printf, 4, 5))) static int
say(struct hc_hal *hal, struct hc_arena *arena, struct hc_err *err, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return hc_strings_add(&hal->evidence, arena, text, err);
}

static int
evidence(const struct hc_hal_input *in, struct hc_arena *arena, struct hc_hal *hal,
	 struct hc_err *err)
{
	const struct hc_madt *madt = in->acpi->madt;

	if (in->acpi->present) {
		if (say(hal, arena, err, "FADT: revision %u%s", in->fadt.revision,
			in->fadt.hardware_reduced ? ", hardware-reduced" : "") < 0)
			return -1;
	} else if (say(hal, arena, err, "no FADT") < 0) {
		return -1;
	}
	if (madt != NULL) {
		if (say(hal, arena, err,
			"MADT: %llu enabled processors of %llu entries, %llu more can be "
			"added, %llu I/O APICs",
			(unsigned long long)madt->enabled,
			(unsigned long long)madt->local_apics,
			(unsigned long long)madt->online_capable,
			(unsigned long long)madt->io_apics) < 0)
			return -1;
	} else if (in->acpi->present && say(hal, arena, err, "no MADT") < 0) {
		return -1;
	}
	if (in->mps->present == HC_YES)
		return say(hal, arena, err, "MP table: %llu processors",
			   (unsigned long long)in->mps->processors);
	return say(hal, arena, err, "MP table: %s",
		   in->mps->present == HC_NO ? "none" : "unknown, memory can't be read");
}

/* KB 309283, JSI tip 4632: hal anywhere, halacpi on all ACPI, halmacpi and halaacpi where there is an APIC, halmps and
 * halapic where there is an MP table.  The PIC HALs need the two 8259s. */
static int
runnable(const struct hc_hal_input *in, struct hc_arena *arena, struct hc_hal *hal,
	 struct hc_err *err)
{
	bool apic = in->acpi->present && in->acpi->madt != NULL;
	bool pic = !in->fadt.hardware_reduced && (!apic || in->pcat);
	const struct {
		const char *id;
		bool runs;
	} list[] = {
		{ "acpiapic", apic },
		{ "acpiapic_mp", apic },
		{ "acpiapic_up", apic },
		{ "acpipic_up", in->acpi->present && pic },
		{ "mps_mp", in->mps->present == HC_YES },
		{ "mps_up", in->mps->present == HC_YES },
		{ "syspro_mp", is_syspro(in->machine) },
		{ "e_isa_up", pic && in->firmware->type == HC_FIRMWARE_BIOS },
	};

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i].runs && hc_strings_add(&hal->runnable, arena, list[i].id, err) < 0)
			return -1;
	return 0;
}

int
hc_hal_classify(const struct hc_hal_input *in, struct hc_arena *arena, struct hc_hal *ret,
		struct hc_err *err)
{
	const struct hal_row *row = find_row(in);
	struct hc_hal hal = { 0 };

	if (row != NULL) {
		hal.type = row->type;
		hal.id = row->id;
		hal.file = row->file;
		hal.preferred = row->id;
	}
	if (evidence(in, arena, &hal, err) < 0 || runnable(in, arena, &hal, err) < 0)
		return -1;
	*ret = hal;
	return 0;
}

/* ---------------------------------------------------------------- from the tree */

static int
read_acpi(struct probe *p, struct hc_hal_input *in, struct hc_err *err)
{
	static const char folder[] = "/sys/firmware/acpi/tables";
	struct hc_tree_names names = hc_tree_list(&p->tree, p->arena, folder);
	struct hc_acpi *acpi = &p->facts->acpi;
	struct hc_buf bytes = { 0 };
	struct hc_madt madt;

	for (size_t i = 0; i < names.count; i++) {
		/* SSDT1, SSDT2: the signature is four characters long.  Folders are "data" and "dynamic". */
		const char *name = hc_arena_strndup(p->arena, names.items[i], 4);

		if (name == NULL)
			return hc_probe_no_memory(err);
		if (name[0] >= 'a' || hc_strings_has(&acpi->tables, name))
			continue;
		if (hc_strings_add(&acpi->tables, p->arena, name, err) < 0)
			return -1;
	}
	if (hc_tree_bytes(&p->tree, &bytes, 65536, "%s/FACP", folder))
		acpi->present = hc_fadt_parse(hc_buf_span(&bytes), &in->fadt);
	bytes.size = 0;
	if (hc_tree_bytes(&p->tree, &bytes, 1u << 20, "%s/APIC", folder) &&
	    hc_madt_parse(hc_buf_span(&bytes), p->arena, &madt, &in->pcat)) {
		acpi->madt = hc_arena_alloc(p->arena, sizeof(madt));
		if (acpi->madt != NULL)
			*acpi->madt = madt;
	}
	hc_buf_done(&bytes);
	return 0;
}

int
hc_probe_hal(struct probe *p, struct hc_err *err)
{
	struct hc_hal_input in = { .acpi = &p->facts->acpi,
				   .mps = &p->facts->mps,
				   .firmware = &p->facts->firmware,
				   .machine = &p->facts->machine };
	struct hc_buf low = { 0 };
	bool known = false;
	int result = -1;

	if (read_acpi(p, &in, err) < 0 || hc_low_memory(&p->tree, &low, &known, err) < 0)
		goto out;
	if (known)
		p->facts->mps.present =
			hc_mps_parse(hc_buf_span(&low), &p->facts->mps.processors);
	result = hc_hal_classify(&in, p->arena, &p->facts->hal, err);
out:
	hc_buf_done(&low);
	return result;
}
