/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What several judges compare: versions, machines, hardware. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "restore/rules/rules_priv.h"

bool
hc_same_text(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

bool
hc_same_name(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcasecmp(a, b) == 0;
}

const char *
hc_or_unknown(const char *text)
{
	return text != NULL ? text : "unknown";
}

unsigned
hc_nt_of(const struct hc_windows *windows)
{
	unsigned major, minor;

	if (windows == NULL || windows->version == NULL ||
	    sscanf(windows->version, "%3u.%3u", &major, &minor) != 2)
		return 0;
	return HC_NT(major, minor);
}

uint64_t
hc_build_of(const struct hc_windows *windows)
{
	return windows == NULL || windows->build == NULL ? 0
							 : strtoull(windows->build, NULL, 10);
}

unsigned
hc_mode_of(const struct hc_rules_input *in)
{
	if (hc_same_text(in->mode, "volume"))
		return HC_RULE_VOLUME;
	return hc_same_text(in->mode, "system-state") ? HC_RULE_STATE : HC_RULE_BMR;
}

const struct hc_manifest_disk *
hc_source_disk(const struct hc_rules_input *in)
{
	return in->disk < in->manifest->disks.count ? &in->manifest->disks.items[in->disk]
						    : NULL;
}

const struct hc_windows *
hc_target_windows(const struct hc_rules_input *in)
{
	return in->survey != NULL ? in->survey->target_windows : NULL;
}

/* ---------------------------------------------------------------- the same machine */

/* Equal, or missing on both: firmware that has no serial number has none the second time. */
static bool
same_or_missing(const char *a, const char *b)
{
	return (a == NULL && b == NULL) || hc_same_text(a, b);
}

bool
hc_same_machine(const struct hc_rules_input *in)
{
	const struct hc_machine *old = &in->manifest->machine;
	const struct hc_machine *here = in->facts != NULL ? &in->facts->machine : NULL;

	return here != NULL && hc_same_name(old->uuid, here->uuid) &&
	       same_or_missing(old->serial, here->serial) &&
	       same_or_missing(old->vendor, here->vendor) &&
	       same_or_missing(old->product, here->product);
}

/* Known on both sides, and not the same. */
static bool
differ(const char *a, const char *b)
{
	return a != NULL && b != NULL && !hc_same_name(a, b);
}

static const struct hc_acpi_digest *
table_of(const struct hc_acpi_digests *list, const char *signature)
{
	for (size_t i = 0; i < list->count; i++)
		if (hc_same_text(list->items[i].signature, signature))
			return &list->items[i];
	return NULL;
}

static bool
each_in(const struct hc_acpi_digests *these, const struct hc_acpi_digests *others)
{
	for (size_t i = 0; i < these->count; i++) {
		const struct hc_acpi_digest *other =
			table_of(others, these->items[i].signature);

		if (other == NULL || !hc_same_text(these->items[i].sha256, other->sha256))
			return false;
	}
	return true;
}

bool
hc_same_tables(const struct hc_rules_input *in)
{
	const struct hc_machine *old = &in->manifest->machine;
	const struct hc_acpi_digests *was = &in->manifest->acpi_digests, *now;

	if (in->facts == NULL || differ(old->uuid, in->facts->machine.uuid) ||
	    differ(old->serial, in->facts->machine.serial) ||
	    differ(old->vendor, in->facts->machine.vendor) ||
	    differ(old->product, in->facts->machine.product))
		return false;
	now = &in->facts->acpi.digests;
	/* The DSDT describes the board: without it the others may be equal on machines of one maker. */
	return table_of(was, "FACP") != NULL && table_of(was, "DSDT") != NULL &&
	       each_in(was, now) && each_in(now, was);
}

/* ---------------------------------------------------------------- the same hardware */

/* One name of the machine's.  Worse of `so_far` and what is found here: HC_NO, then HC_UNKNOWN, then HC_YES. */
static unsigned
compare_name(struct hc_judgement *j, const char *what, const char *old, const char *here,
	     const char *where, unsigned so_far)
{
	if (old == NULL || here == NULL) {
		hc_judge_fact(j, where, "%s: %s in the backup, %s here", what,
			      hc_or_unknown(old), hc_or_unknown(here));
		return so_far == HC_NO ? HC_NO : HC_UNKNOWN;
	}
	if (strcmp(old, here) == 0)
		return so_far;
	hc_judge_fact(j, where, "%s: %s in the backup, %s here", what, old, here);
	return HC_NO;
}

/* Storage controllers and bridges, by what Windows files them under and by their PCI class. */
static bool
is_compared_class(const char *name)
{
	return hc_same_name(name, "hdc") || hc_same_name(name, "SCSIAdapter") ||
	       hc_same_name(name, "System");
}

static bool
is_storage(const struct hc_pci *pci)
{
	return pci->class != NULL && strncmp(pci->class, "01", 2) == 0;
}

static bool
machine_has(const struct hc_facts *facts, const char *id)
{
	for (size_t i = 0; i < facts->pci.count; i++)
		for (size_t k = 0; k < facts->pci.items[i].hardware_ids.count; k++)
			if (hc_same_name(facts->pci.items[i].hardware_ids.items[k], id))
				return true;
	return false;
}

/* A machine may have many of one kind: VMware's has 32 root ports. */
static bool
was_named(const struct hc_windows *windows, size_t position)
{
	for (size_t i = 0; i < position; i++)
		if (is_compared_class(windows->pci.items[i].class_name) &&
		    hc_same_name(windows->pci.items[i].id, windows->pci.items[position].id))
			return true;
	return false;
}

static unsigned
compare_pci(const struct hc_rules_input *in, struct hc_judgement *j, unsigned so_far)
{
	const struct hc_windows *windows = in->manifest->windows;
	const struct hc_facts *facts = in->facts;

	if (windows->pci.count == 0 || facts->pci.count == 0) {
		hc_judge_fact(j, windows->pci.count == 0 ? "manifest.windows.pci" : "facts.pci",
			      "which controllers there are is not known");
		return so_far == HC_NO ? HC_NO : HC_UNKNOWN;
	}
	for (size_t i = 0; i < windows->pci.count; i++) {
		const struct hc_windows_pci *pci = &windows->pci.items[i];

		if (!is_compared_class(pci->class_name) || machine_has(facts, pci->id) ||
		    was_named(windows, i))
			continue;
		hc_judge_fact(j, "manifest.windows.pci", "of the backup, not here: %s (%s)",
			      pci->id, hc_or_unknown(pci->service));
		so_far = HC_NO;
	}
	for (size_t i = 0; i < facts->pci.count; i++) {
		const struct hc_pci *pci = &facts->pci.items[i];

		if (!is_storage(pci) || pci->hardware_ids.count == 0 ||
		    hc_windows_had_pci(windows, pci))
			continue;
		hc_judge_fact(j, "facts.pci[].hardware_ids", "here, not in the backup: %s",
			      pci->hardware_ids.items[0]);
		so_far = HC_NO;
	}
	return so_far;
}

unsigned
hc_same_hardware(const struct hc_rules_input *in, struct hc_judgement *j)
{
	const struct hc_machine *old = &in->manifest->machine, *here = &in->facts->machine;
	unsigned same = HC_YES;

	same = compare_name(j, "vendor", old->vendor, here->vendor, "facts.machine.vendor",
			    same);
	same = compare_name(j, "product", old->product, here->product, "facts.machine.product",
			    same);
	same = compare_name(j, "HAL", hc_hal_of_backup(in->manifest->windows),
			    in->facts->hal.id, "facts.hal.id", same);
	return compare_pci(in, j, same);
}
