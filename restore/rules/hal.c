/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which HAL may follow which: KB 249694's table, by the Windows that it is about.
 * Source: design.md section 5; hazards 14, 15; windows-offline.md section 6.
 */
#include <string.h>

#include "restore/rules/hal.h"

const struct hc_hal_kind hc_hal_kinds[] = {
	{ "acpiapic_mp", "ACPI multiprocessor PC", "halmacpi.dll", HC_HAL_ACPI_APIC, HC_YES },
	{ "acpiapic_up", "ACPI uniprocessor PC", "halaacpi.dll", HC_HAL_ACPI_APIC, HC_NO },
	{ "acpipic_up", "ACPI PC", "halacpi.dll", HC_HAL_ACPI_PIC, HC_NO },
	{ "mps_mp", "MPS multiprocessor PC", "halmps.dll", HC_HAL_MPS, HC_YES },
	{ "mps_up", "MPS uniprocessor PC", "halapic.dll", HC_HAL_MPS, HC_NO },
	{ "syspro_mp", "Compaq SystemPro multiprocessor", "halsp.dll", HC_HAL_SYSPRO, HC_YES },
	{ "e_isa_up", "Standard PC", "hal.dll", HC_HAL_STANDARD, HC_NO },
	/* Vista and later: one HAL for one processor and for more. */
	{ "acpiapic", "ACPI x86 or x64 PC", NULL, HC_HAL_ACPI_APIC, HC_UNKNOWN },
};

#define NT_LAST HC_NT(255, 255)

/* First match counts. */
static const struct hc_hal_generation generations[] = {
	/* NT 4.0 keeps no HAL in the registry, and there is no repair for its files. */
	{ .architecture = "x86",
	  .since = HC_NT(4, 0),
	  .until = HC_NT(4, 0),
	  .choice = HC_HAL_BY_TYPE,
	  .compare = HC_HAL_COMPARE_FILE | HC_HAL_COMPARE_KERNEL },
	{ .architecture = "x86",
	  .since = HC_NT(5, 0),
	  .until = HC_NT(5, 2),
	  .choice = HC_HAL_BY_TYPE,
	  .compare = HC_HAL_COMPARE_IDS | HC_HAL_COMPARE_FILE | HC_HAL_COMPARE_KERNEL },
	/* 64-bit XP and 2003: hal.dll is the file's name whatever its type is. */
	{ .architecture = "x64",
	  .since = HC_NT(5, 2),
	  .until = HC_NT(5, 2),
	  .choice = HC_HAL_BY_TYPE,
	  .compare = HC_HAL_COMPARE_IDS | HC_HAL_COMPARE_KERNEL },
	{ .architecture = "x86",
	  .since = HC_NT(6, 0),
	  .until = HC_NT(6, 0),
	  .choice = HC_HAL_BY_OPTION },
	{ .architecture = "x86",
	  .since = HC_NT(6, 1),
	  .until = HC_NT(6, 1),
	  .choice = HC_HAL_BY_LOADER },
	{ .architecture = "x86", .since = HC_NT(6, 2), .until = NT_LAST, .choice = HC_HAL_ONE },
	{ .architecture = "x64", .since = HC_NT(6, 0), .until = NT_LAST, .choice = HC_HAL_ONE },
	{ .architecture = "arm64",
	  .since = HC_NT(10, 0),
	  .until = NT_LAST,
	  .choice = HC_HAL_ONE },
};

const struct hc_hal_generation *
hc_hal_generation_of(const struct hc_windows *windows)
{
	unsigned nt = hc_nt_of(windows);

	for (size_t i = 0; i < sizeof(generations) / sizeof(generations[0]); i++)
		if (nt >= generations[i].since && nt <= generations[i].until &&
		    hc_same_text(windows->architecture, generations[i].architecture))
			return &generations[i];
	return NULL;
}

const struct hc_hal_kind *
hc_hal_kind_by(enum hc_hal_name what, const char *name)
{
	for (size_t i = 0; i < HC_HAL_KINDS; i++) {
		const struct hc_hal_kind *kind = &hc_hal_kinds[i];

		if (hc_same_name(name, what == HC_HAL_ID ? kind->id : kind->file))
			return kind;
	}
	return NULL;
}

const struct hc_hal_kind *
hc_hal_kind_of_backup(const struct hc_windows *windows)
{
	if (windows == NULL)
		return NULL;
	return windows->hal.id != NULL ? hc_hal_kind_by(HC_HAL_ID, windows->hal.id)
				       : hc_hal_kind_by(HC_HAL_FILE, windows->hal.file);
}

const char *
hc_hal_of_backup(const struct hc_windows *windows)
{
	const struct hc_hal_kind *kind = hc_hal_kind_of_backup(windows);

	return kind != NULL ? kind->id : NULL;
}

bool
hc_hal_fit_processors(const struct hc_hal_kind *a, const struct hc_hal_kind *b)
{
	return a->multiprocessor == HC_UNKNOWN || b->multiprocessor == HC_UNKNOWN ||
	       a->multiprocessor == b->multiprocessor;
}

/* ---------------------------------------------------------------- how the two stand to each other */

enum relation {
	RELATION_UNKNOWN,
	RELATION_IDENTICAL,
	RELATION_RUNS_HERE, /* the same machine, which can run what is installed */
	RELATION_SAME_TABLES,
	RELATION_PAIR, /* compatible, not identical */
	RELATION_FOREIGN,
};

/* Whether the loader chooses the HAL by the machine's tables (BCD element 26000010 of a Windows loader). */
static bool
detects_hal(const struct hc_bcd *bcd)
{
	for (size_t i = 0; bcd != NULL && i < bcd->objects.count; i++)
		if (hc_same_name(bcd->objects.items[i].type, "10200003") &&
		    bcd->objects.items[i].detect_hal == HC_YES)
			return true;
	return false;
}

/* Nobody could look at the tables: /sys was not there. */
static bool
is_acpi_unknown(const struct hc_facts *facts)
{
	return !facts->acpi.present && facts->acpi.tables.count == 0 &&
	       facts->hal.evidence.count == 0;
}

/* 32-bit Vista and 7: halacpi or halmacpi, by whether the machine has a MADT. */
static enum relation
relate_acpi(const struct hc_rules_input *in, const struct hc_hal_generation *generation,
	    const struct hc_hal_kind *backup)
{
	const struct hc_acpi *acpi = &in->facts->acpi;
	bool apic = backup->family == HC_HAL_ACPI_APIC;

	if (is_acpi_unknown(in->facts))
		return RELATION_UNKNOWN;
	if (!acpi->present)
		return RELATION_FOREIGN;
	if (generation->choice == HC_HAL_BY_LOADER || apic == (acpi->madt != NULL) ||
	    detects_hal(in->manifest->windows->bcd))
		return RELATION_IDENTICAL;
	return RELATION_PAIR;
}

static enum relation
relate(const struct hc_rules_input *in, const struct hc_hal_generation *generation)
{
	const struct hc_hal_kind *backup = hc_hal_kind_of_backup(in->manifest->windows);
	const struct hc_hal_kind *machine = hc_hal_kind_by(HC_HAL_ID, in->facts->hal.id);

	if (generation == NULL || backup == NULL)
		return RELATION_UNKNOWN;
	if (hc_strings_has(&in->facts->hal.runnable, backup->id)) {
		if (hc_same_machine(in))
			return RELATION_RUNS_HERE;
		if (hc_same_tables(in))
			return RELATION_SAME_TABLES;
	}
	if (generation->choice != HC_HAL_BY_TYPE)
		return relate_acpi(in, generation, backup);
	if (machine == NULL)
		return RELATION_UNKNOWN;
	if (machine->family != backup->family)
		return RELATION_FOREIGN;
	return hc_hal_fit_processors(machine, backup) ? RELATION_IDENTICAL : RELATION_PAIR;
}

static void
say_hals(const struct hc_rules_input *in, struct hc_judgement *j)
{
	const struct hc_windows *windows = in->manifest->windows;
	const struct hc_hal_kind *backup = hc_hal_kind_of_backup(windows);
	const struct hc_hal_kind *machine = hc_hal_kind_by(HC_HAL_ID, in->facts->hal.id);
	const char *where = "manifest.windows.hal.id";

	for (size_t i = 0; i < windows->hal.witnesses.count; i++) {
		const struct hc_hal_witness *w = &windows->hal.witnesses.items[i];

		if (backup == NULL || w->where == NULL ||
		    (!hc_same_name(w->says, backup->id) &&
		     !hc_same_name(w->says, backup->file)))
			continue;
		where = w->where;
		break;
	}
	if (backup == NULL)
		hc_judge_fact(j, where, "the HAL of the backup is not known");
	else
		hc_judge_fact(j, where, "the backup has the HAL %s (%s)", backup->name,
			      backup->id);
	if (machine == NULL)
		hc_judge_fact(j, "facts.hal.id", "the HAL of this machine is not known");
	else
		hc_judge_fact(j, "facts.hal.id", "this machine has the HAL %s (%s)",
			      machine->name, machine->id);
}

/* ---------------------------------------------------------------- HAL-1, HAL-2 */

APPLIES(applies_hal_type)
{
	const struct hc_hal_generation *generation =
		hc_hal_generation_of(in->manifest->windows);

	return generation == NULL || generation->choice != HC_HAL_ONE;
}

JUDGE(judge_hal_type)
{
	enum relation relation = relate(in, hc_hal_generation_of(in->manifest->windows));

	say_hals(in, j);
	for (size_t i = 0; i < in->facts->hal.evidence.count; i++)
		hc_judge_fact(j, "facts.hal.evidence", "%s", in->facts->hal.evidence.items[i]);
	if (relation == RELATION_RUNS_HERE)
		hc_judge_fact(j, "facts.hal.runnable",
			      "it is the machine of the backup, and can run that HAL");
	if (relation == RELATION_SAME_TABLES)
		hc_judge_fact(
			j, "facts.acpi.digests",
			"its firmware has the tables of the backup's machine, and can run "
			"that HAL");
	if (relation == RELATION_UNKNOWN)
		return HC_LEVEL_INFO;
	return relation == RELATION_FOREIGN ? HC_LEVEL_BLOCK : HC_LEVEL_PASS;
}

APPLIES(applies_hal_update)
{
	const struct hc_hal_generation *generation =
		hc_hal_generation_of(in->manifest->windows);

	return generation != NULL &&
	       (generation->choice == HC_HAL_BY_TYPE || generation->choice == HC_HAL_BY_OPTION);
}

JUDGE(judge_hal_update)
{
	const struct hc_hal_generation *generation =
		hc_hal_generation_of(in->manifest->windows);
	enum relation relation = relate(in, generation);

	/* What HAL-1 blocks, or can't tell, needs no second finding. */
	if (relation == RELATION_FOREIGN || relation == RELATION_UNKNOWN)
		return HC_LEVEL_NONE;
	say_hals(in, j);
	if (relation != RELATION_PAIR)
		return HC_LEVEL_PASS;
	if (generation->choice == HC_HAL_BY_OPTION)
		hc_judge_fact(
			j, "manifest.windows.bcd",
			"without detecthal the loader starts the HAL of the old machine here");
	else if (hc_hal_kind_of_backup(in->manifest->windows)->multiprocessor == HC_YES)
		hc_judge_fact(j, "facts.hal.id",
			      "without the update Windows runs a multiprocessor HAL on one "
			      "processor");
	else
		hc_judge_fact(j, "facts.hal.id",
			      "without the update Windows uses one processor of this machine");
	hc_judge_fixup(j, "hal");
	return HC_LEVEL_REPAIR;
}

/* ---------------------------------------------------------------- HAL-4 */

APPLIES(applies_hal_apic)
{
	const struct hc_hal_generation *generation =
		hc_hal_generation_of(in->manifest->windows);

	return generation != NULL && generation->choice == HC_HAL_ONE;
}

JUDGE(judge_hal_apic)
{
	const struct hc_acpi *acpi = &in->facts->acpi;

	if (is_acpi_unknown(in->facts)) {
		hc_judge_fact(j, "facts.acpi", "the ACPI tables could not be read");
		return HC_LEVEL_INFO;
	}
	hc_judge_fact(j, "facts.acpi.present", "this machine has %s",
		      acpi->present ? "ACPI" : "no ACPI");
	if (!acpi->present)
		return HC_LEVEL_BLOCK;
	if (acpi->madt == NULL) {
		hc_judge_fact(j, "facts.acpi.madt", "it has no APIC: there is no MADT");
		return HC_LEVEL_BLOCK;
	}
	return HC_LEVEL_PASS;
}
