/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a request to everything that a plan is made of: backup opened, machine probed, target described, survey read.
 * Writes nothing.
 */
#ifndef HC_CMD_PREPARE_H
#define HC_CMD_PREPARE_H

#include "restore/apply/undo_place.h"
#include "restore/catalog/catalog.h"
#include "restore/cmd/cli.h"
#include "restore/disk/disk.h"
#include "restore/fixup/fixup.h"
#include "restore/model/intent.h"
#include "restore/plan/plan.h"

struct request {
	const char *backup;
	const char *target;           /* NULL: the verdict is about the machine only */
	const struct hc_facts *facts; /* NULL: read or probed as the options say */
	struct hc_strings accepted, overrides;
	const char *task;
	uint64_t tombstone_days; /* 0: not stated */
	bool reuse, unattended, named_by_identity, reerase;
	bool compare;              /* nothing will be written */
	struct hc_fix_request fix; /* what is asked of the repairs: drivers, those on request */
};

struct prepared {
	struct hc_backup *backup;
	struct hc_facts facts;
	struct hc_disk target;
	struct hc_survey survey;
	struct hc_plan_input input;
	struct hc_strings without; /* repairs that were left out */
	bool here; /* the facts are of the machine that this runs on, and the target is a disk of it */
};

/* --patience, --ca-file and --credentials. */
int place_options(struct cli *cli, struct hc_place_options *ret, struct hc_err *err);
/* What time the backup's server says it is, for the rules: *ret stays NULL where none says it (hazards 20). */
int server_time(struct cli *cli, const struct hc_backup *backup, const char **ret,
		struct hc_err *err);
/*
 * The facts that questions about the machine are judged on: those that --for-machine and --facts name, else this machine's,
 * read into *store.  *ret is NULL where nothing is known: --for-machine unknown, or an image file as target (hazards 6).
 * `target` NULL: there is none.  *ret_here: they are this machine's.
 */
int machine_facts(struct cli *cli, const char *target, struct hc_facts *store,
		  const struct hc_facts **ret, bool *ret_here, struct hc_err *err);
/* Where records of repairs are kept outside of the disk; *ret is NULL where neither is given. */
int undo_place(const char *folder, const char *key_file, struct hc_undo_place **ret,
	       struct hc_err *err);
/* fix.c: --only, --fixups, --without, --drivers, --convert-firmware, --sysvol-authoritative, --undo-to, --undo-key. */
int fix_request_from_options(struct cli *cli, struct hc_fix_request *ret, struct hc_err *err);
/* Adds what an answer file asks for; options that were given stand. */
int fix_request_from_intent(struct cli *cli, const struct hc_intent *intent,
			    struct hc_fix_request *ret, struct hc_err *err);
/* A request from the command's own options. */
int request_from_options(struct cli *cli, struct request *ret, struct hc_err *err);
int prepare(struct cli *cli, const struct request *request, struct prepared *ret,
	    struct hc_err *err);
void prepared_done(struct prepared *prepared);

/* Builds the plan and its id (its seal). */
int prepared_plan(struct cli *cli, const struct prepared *prepared, struct hc_plan *ret,
		  const char **ret_id, struct hc_err *err);

#endif
