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

	/* Two are enough to tell; with fewer, the others may be in the part that nobody could read. */
	if (in->acpi_hidden || (in->madt_incomplete && processors < 2))
		return NULL;
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
acpi_evidence(const struct hc_hal_input *in, struct hc_arena *arena, struct hc_hal *hal,
	      struct hc_err *err)
{
	const struct hc_acpi *acpi = in->acpi;
	const struct hc_madt *madt = acpi->madt;

	if (in->acpi_hidden)
		return say(hal, arena, err,
			   "the firmware has ACPI tables, but Linux runs without them");
	if (!acpi->present)
		return say(hal, arena, err, "no FADT");
	if (say(hal, arena, err, "FADT: revision %u%s", in->fadt.revision,
		in->fadt.hardware_reduced ? ", hardware-reduced" : "") < 0)
		return -1;
	if (madt == NULL)
		return say(hal, arena, err, "no MADT");
	if (say(hal, arena, err,
		"MADT: %llu enabled processors of %llu entries, %llu more can be added, "
		"%llu I/O APICs",
		(unsigned long long)madt->enabled, (unsigned long long)madt->local_apics,
		(unsigned long long)madt->online_capable,
		(unsigned long long)madt->io_apics) < 0)
		return -1;
	if (in->madt_incomplete && madt->enabled < 2)
		return say(
			hal, arena, err,
			"the MADT is damaged: it may list more processors than could be read");
	return 0;
}

static int
evidence(const struct hc_hal_input *in, struct hc_arena *arena, struct hc_hal *hal,
	 struct hc_err *err)
{
	if (acpi_evidence(in, arena, hal, err) < 0)
		return -1;
	for (size_t i = 0; i < in->acpi->damaged.count; i++)
		if (say(hal, arena, err, "damaged table: %s", in->acpi->damaged.items[i]) < 0)
			return -1;
	if (in->mps->present == HC_YES)
		return say(hal, arena, err, "MP table: %llu processors (%s)",
			   (unsigned long long)in->mps->processors,
			   in->mps->where != NULL ? in->mps->where : "unknown place");
	if (in->mps->present == HC_NO)
		return say(hal, arena, err, "MP table: none");
	return say(hal, arena, err, "MP table: unknown, %s%s%s",
		   in->mps->damaged != NULL ? in->mps->damaged : "low memory can't be read",
		   in->mps->where != NULL ? "; " : "",
		   in->mps->where != NULL ? in->mps->where : "");
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
