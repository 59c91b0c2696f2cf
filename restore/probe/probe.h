/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * STAGE machine → facts: firmware, names, processors, HAL type, PCI functions, disks, network.
 *
 * Shape:   hc_probe fills struct hc_facts from this machine, or from a recorded tree; hc_probe_record writes one:
 *          DIR/sys, DIR/proc (the files used, links kept), DIR/disks/<name>.json (what needs a device to be opened),
 *          DIR/low-memory (the first MiB, as far as firmware tables lie there), DIR/created.
 * Units:   bytes.
 * Owner:   the arena.  A recording holds serial numbers and addresses, no contents of disks, and no passwords: the
 *          keyboard buffer of the BIOS is left out of low-memory.
 * Errors:  H_PROBE, H_DISK_*; a part that can't be read is null or unknown, not an error (hazards 16, 20).
 * Source:  design.md section 5; SMBIOS 3.7; ACPI 6.5 section 5.2; MultiProcessor Specification 1.4; hazards 8, 15, 20.
 * Example:
 *	struct hc_facts facts = { 0 };
 *	struct hc_probe_options options = { .sysroot = NULL };
 *	if (hc_probe(&options, &arena, &facts, err) < 0)
 *		return -1;
 */
#ifndef HC_PROBE_PROBE_H
#define HC_PROBE_PROBE_H

#include "restore/model/facts.h"

struct hc_probe_options {
	const char *sysroot; /* a recorded tree; NULL: this machine */
	bool windows; /* look into the registries on the disks for the names of the Windows there */
};

int hc_probe(const struct hc_probe_options *options, struct hc_arena *arena,
	     struct hc_facts *ret, struct hc_err *err);
/* Writes a recorded tree of this machine into `dir`, which is made. */
int hc_probe_record(const char *dir, struct hc_err *err);

#endif
