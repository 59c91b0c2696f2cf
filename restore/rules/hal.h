/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of HAL, and what each Windows does with them; for hal.c and witness.c. */
#ifndef HC_RULES_HAL_H
#define HC_RULES_HAL_H

#include "restore/rules/rules_priv.h"

enum hc_hal_family {
	HC_HAL_STANDARD,
	HC_HAL_ACPI_PIC,
	HC_HAL_ACPI_APIC,
	HC_HAL_MPS,
	HC_HAL_SYSPRO,
};

/* KB 249694's list: seven, and the one id of Vista and later. */
struct hc_hal_kind {
	const char *id;
	const char *name;
	const char *file; /* what hal.dll is made from */
	enum hc_hal_family family;
	unsigned multiprocessor; /* enum hc_tristate; HC_UNKNOWN: either */
};

#define HC_HAL_KINDS 8
extern const struct hc_hal_kind hc_hal_kinds[HC_HAL_KINDS];

/* How the HAL is chosen that an installed Windows starts with. */
enum hc_hal_choice {
	HC_HAL_BY_TYPE,   /* at installation, once */
	HC_HAL_BY_OPTION, /* the same, unless detecthal is set */
	HC_HAL_BY_LOADER, /* at each start, by the machine's tables */
	HC_HAL_ONE,       /* there is one */
};

enum hc_hal_compare {
	HC_HAL_COMPARE_IDS = 1,
	HC_HAL_COMPARE_FILE = 2,
	HC_HAL_COMPARE_KERNEL = 4,
};

/* A row of hazards 14. */
struct hc_hal_generation {
	const char *architecture;
	unsigned since, until; /* HC_NT */
	enum hc_hal_choice choice;
	unsigned compare; /* enum hc_hal_compare: the witnesses that must agree */
};

enum hc_hal_name {
	HC_HAL_ID,
	HC_HAL_FILE,
};

/* NULL: a Windows of which nothing is known. */
const struct hc_hal_generation *hc_hal_generation_of(const struct hc_windows *windows);
const struct hc_hal_kind *hc_hal_kind_by(enum hc_hal_name what, const char *name);
const struct hc_hal_kind *hc_hal_kind_of_backup(const struct hc_windows *windows);
/* Whether both are for one processor, or both for more. */
bool hc_hal_fit_processors(const struct hc_hal_kind *a, const struct hc_hal_kind *b);

#endif
