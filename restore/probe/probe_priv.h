/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the probe: each fills its member of the facts.  Parsers take (bytes, length) and never fail loudly on
 * hostile ones: they return false. */
#ifndef HC_PROBE_PROBE_PRIV_H
#define HC_PROBE_PROBE_PRIV_H

#include "restore/base/tree.h"
#include "restore/probe/probe.h"

#define LOW_MEMORY_BYTES (1u << 20)

struct probe {
	struct hc_tree tree;
	bool live;
	struct hc_arena *arena;
	struct hc_facts *facts;
};

int hc_probe_no_memory(struct hc_err *err);

/* ---------------------------------------------------------------- names: smbios.c, placeholder.c */

/*
 * System information (type 1) out of an SMBIOS structure table.  `version` is major << 8 | minor: from 2.6 on the
 * first three fields of the uuid are little-endian; before, the 16 bytes are printed as they stand, which is what
 * Linux and dmidecode do.  Texts are as the firmware has them, placeholders included.
 */
bool hc_smbios_machine(struct hc_span table, unsigned version, struct hc_arena *arena,
		       struct hc_machine *ret);
/* The version that an entry point (_SM_ or _SM3_) states; false when it is none. */
bool hc_smbios_version(struct hc_span entry, unsigned *ret_version);
/* Texts that firmware has where nobody wrote anything (hazards 8). */
bool hc_is_placeholder(const char *text);
bool hc_is_placeholder_uuid(const char *uuid);
/* "52:54:00:…": locally administered, multicast or zero addresses identify nothing. */
bool hc_is_placeholder_mac(const char *mac);
int hc_probe_machine(struct probe *p, struct hc_err *err);

/* ---------------------------------------------------------------- processors: acpi.c, mps.c, hal.c, cpu.c */

struct hc_fadt {
	unsigned revision;
	bool hardware_reduced; /* no 8259, no PM timer: only Windows 8 and later */
};

bool hc_fadt_parse(struct hc_span bytes, struct hc_fadt *ret);
/* *ret_pcat: the machine also has two 8259s. */
bool hc_madt_parse(struct hc_span bytes, struct hc_arena *arena, struct hc_madt *ret,
		   bool *ret_pcat);
/* Looks for the MP floating pointer in low memory (address 0 on) and counts the usable processors: enum hc_tristate.
 * HC_UNKNOWN: a floating pointer to a table that does not lie in these bytes. */
unsigned hc_mps_parse(struct hc_span low, uint64_t *ret_processors);
/* EBDA (or last KiB of base memory), and BIOS ROM: where the floating pointer may be. All below 1 MiB. */
size_t hc_mps_places(struct hc_span low, struct hc_extent ret[5]);

struct hc_hal_input {
	const struct hc_acpi *acpi;
	const struct hc_mps *mps;
	const struct hc_firmware *firmware;
	const struct hc_machine *machine;
	struct hc_fadt fadt;
	bool pcat;
};

/* design.md section 5. Pure. */
int hc_hal_classify(const struct hc_hal_input *input, struct hc_arena *arena,
		    struct hc_hal *ret, struct hc_err *err);
int hc_probe_processors(struct probe *p, struct hc_err *err);
int hc_probe_hal(struct probe *p, struct hc_err *err);

/* ---------------------------------------------------------------- the rest */

int hc_probe_firmware(struct probe *p, struct hc_err *err);
int hc_probe_pci(struct probe *p, struct hc_err *err);
int hc_probe_network(struct probe *p, struct hc_err *err);
/* Low memory of this machine or of the recording; data NULL when it can't be read. The caller frees it. */
int hc_low_memory(const struct hc_tree *tree, struct hc_buf *ret, bool *ret_known,
		  struct hc_err *err);

#endif
