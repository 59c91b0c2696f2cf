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
	bool windows;
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

/* In what a table breaks the specification; text "" when in nothing.  It is still a table that is there. */
struct hc_damage {
	char text[96];
	bool incomplete; /* not every entry could be read: counts are least numbers */
};

struct hc_fadt {
	unsigned revision;
	bool hardware_reduced; /* no 8259, no PM timer: only Windows 8 and later */
};

/* false: these bytes are no FADT at all; *ret is as it was. */
bool hc_fadt_parse(struct hc_span bytes, struct hc_fadt *ret, struct hc_damage *ret_damage);
/* *ret_pcat: the machine also has two 8259s.  Fails only for want of memory. */
int hc_madt_parse(struct hc_span bytes, struct hc_madt *ret, bool *ret_pcat,
		  struct hc_damage *ret_damage, struct hc_err *err);
/* 0: *ret is filled in; 1: a table that is cut off, or of a kind that does not tell machines apart (acpi_digest.c). */
int hc_acpi_digest(struct hc_span bytes, struct hc_arena *arena, struct hc_acpi_digest *ret,
		   struct hc_err *err);
/* Licence keys: neither read nor recorded. */
bool hc_acpi_is_secret(const char *signature);
/* Address of ACPI's root pointer in low memory (address 0 on); 0: there is none. */
uint64_t hc_rsdp_find(struct hc_span low);

/* Looks for the MP floating pointer in low memory (address 0 on) and counts the usable processors.
 * Unknown, with the reason in `damaged`: a floating pointer whose table can't be read, or an EBDA that can't. */
int hc_mps_parse(struct hc_span low, struct hc_arena *arena, struct hc_mps *ret,
		 struct hc_err *err);

#define MPS_PLACES 4

/* One of the places where the floating pointer may be, all below 1 MiB. */
struct hc_mps_place {
	const char *name;
	struct hc_extent range;
};

size_t hc_mps_places(struct hc_span low, struct hc_mps_place ret[MPS_PLACES]);
/* The first KiB of the EBDA as the BIOS data area has it; empty when there is none. */
struct hc_extent hc_ebda(struct hc_span low);

struct hc_hal_input {
	const struct hc_acpi *acpi;
	const struct hc_mps *mps;
	const struct hc_firmware *firmware;
	const struct hc_machine *machine;
	struct hc_fadt fadt;
	bool pcat;
	bool madt_incomplete; /* more processors may be in the part that can't be read */
	bool acpi_hidden;     /* the firmware has ACPI, and Linux runs without it */
};

/* design.md section 5. Pure. */
int hc_hal_classify(const struct hc_hal_input *input, struct hc_arena *arena,
		    struct hc_hal *ret, struct hc_err *err);
int hc_probe_processors(struct probe *p, struct hc_err *err);
int hc_probe_hal(struct probe *p, struct hc_err *err);

/* ---------------------------------------------------------------- the rest */

int hc_probe_firmware(struct probe *p, struct hc_err *err);
/* Adds what these signature lists hold to certificates, revoked and unread of *ret.  Fails only for want of memory. */
int hc_efi_signatures(struct hc_span lists, const char *store, struct hc_arena *arena,
		      struct hc_firmware *ret, struct hc_err *err);

struct hc_pci_numbers {
	unsigned vendor, device, subsystem_vendor, subsystem, revision;
	unsigned class; /* class << 16 | subclass << 8 | programming interface */
};

/* Fills hardware_ids and compatible_ids as Windows makes them. */
int hc_pci_ids(const struct hc_pci_numbers *numbers, struct hc_arena *arena, struct hc_pci *pci,
	       struct hc_err *err);
int hc_probe_pci(struct probe *p, struct hc_err *err);
int hc_probe_network(struct probe *p, struct hc_err *err);
struct hc_disk_list;
/* Every disk; with `windows`, `holds` names the Windows on it. */
int hc_probe_list_disks(const char *sysroot, bool windows, struct hc_arena *arena,
			struct hc_disk_list *ret, struct hc_err *err);
int hc_probe_disks(struct probe *p, struct hc_err *err);
/* Low memory of this machine or of the recording; data NULL when it can't be read. The caller frees it. */
int hc_low_memory(const struct hc_tree *tree, struct hc_buf *ret, bool *ret_known,
		  struct hc_err *err);

#endif
