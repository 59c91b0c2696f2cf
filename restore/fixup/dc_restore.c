/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dc-restore: a domain controller that learns that it was restored, before it talks to the others.
 *
 * Source:  windows-offline.md section 11; hazards 28.  BurFlags: KB 290762.  LastRestoreId: Microsoft Learn, "Registry
 *          Keys and Values for Backup and Restore" [own knowledge]: DFSR compares it with the one that it saw last, and
 *          only then looks at its key Restore.
 */
#include <string.h>

#include "restore/fixup/fixup_priv.h"

#define NTDS "Services\\NTDS\\Parameters"
#define FRS  "Services\\NtFrs\\Parameters"
#define BUR  FRS "\\Backup/Restore\\Process at Startup"
#define DFSR "Services\\DFSR"

#define BUR_AUTHORITATIVE     0xd4u
#define BUR_NON_AUTHORITATIVE 0xd2u

static int
mark_frs(struct fix *fix, const struct fix_hive *system, const char *set, struct hc_err *err)
{
	const char *service = fix_key(fix, set, FRS), *key = fix_key(fix, set, BUR);
	bool authoritative = fix->request->sysvol_authoritative;

	if (service == NULL || key == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (!fix_has_key(system, service))
		return 0;
	return want_dword(fix, system, key, "BurFlags",
			  authoritative ? BUR_AUTHORITATIVE : BUR_NON_AUTHORITATIVE,
			  authoritative
				  ? "the SYSVOL of this controller is the one that counts (D4)"
				  : "SYSVOL shall be fetched from another controller (D2)",
			  err);
}

static int
mark_dfsr(struct fix *fix, const struct fix_hive *system, const char *set, struct hc_err *err)
{
	const char *service = fix_key(fix, set, DFSR),
		   *key = fix_key(fix, set, DFSR "\\Restore"),
		   *session = fix_key(fix, set, "Control\\BackupRestore\\SystemStateRestore");
	bool authoritative = fix->request->sysvol_authoritative;

	if (service == NULL || key == NULL || session == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (!fix_has_key(system, service))
		return 0;
	if (want_text(fix, system, key, "SYSVOL", REG_SZ,
		      authoritative ? "authoritative" : "non-authoritative",
		      authoritative ? "the SYSVOL of this controller is the one that counts"
				    : "SYSVOL shall be fetched from another controller",
		      err) < 0)
		return -1;
	if (fix->request->run == NULL)
		return fix_note(fix, err,
				"this run has no id, so DFSR may not see that it was restored");
	return want_text(fix, system, session, "LastRestoreId", REG_SZ, fix->request->run,
			 "DFSR looks at its restore key only when this id is a new one", err);
}

/* FRS is the only one that there is before 2008. */
static const char *
replication(const struct fix *fix)
{
	const char *known = fix->windows->domain_controller->replication;

	return known != NULL                                               ? known
	       : fix->version >= HC_NT(5, 0) && fix->version < HC_NT(6, 0) ? "frs"
									   : NULL;
}

static int
mark_set(struct fix *fix, const struct fix_hive *system, const char *set, struct hc_err *err)
{
	const char *key = fix_key(fix, set, NTDS), *by = replication(fix);

	if (key == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for repairs");
	if (!fix_has_key(system, key))
		return 0;
	if (want_dword(fix, system, key, "Database restored from backup", 1,
		       "the directory must take a new invocation id, or the others no longer "
		       "believe it (USN rollback)",
		       err) < 0)
		return -1;
	if (by == NULL)
		return 0;
	return strcmp(by, "frs") == 0 ? mark_frs(fix, system, set, err)
				      : mark_dfsr(fix, system, set, err);
}

int
fix_dc_restore(struct fix *fix, struct hc_err *err)
{
	const struct hc_domain_controller *dc = fix->windows->domain_controller;
	struct fix_hive system;
	int found;

	/* A controller of NT 4.0 has no directory, and needs nothing. */
	if (dc == NULL || dc->database == NULL)
		return 0;
	found = fix_hive(fix, "SYSTEM", &system, err);
	if (found != 0)
		return found < 0 ? -1 : 0;
	for (size_t i = 0; i < fix->windows->control_sets.count; i++)
		if (mark_set(fix, &system, fix->windows->control_sets.items[i], err) < 0)
			return -1;
	if (replication(fix) == NULL)
		return fix_refuse(
			fix,
			"Start the controller in directory services restore mode, and "
			"restore SYSVOL non-authoritatively there, before it goes back "
			"to the network.",
			err,
			"whether FRS or DFSR replicates the SYSVOL of this controller "
			"can't be told, so its copy is not marked as restored");
	return 0;
}
