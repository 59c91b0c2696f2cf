/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Domain controllers: where the directory and SYSVOL lie.
 *
 * Source:  windows-offline.md section 11; the values of the real 2003 controller.
 *
 * ProductType alone says that it is one: machines that are none can have a key NTDS\Parameters.  A controller of NT 4 is
 * LanmanNT too, but keeps its accounts in SAM: it has no NTDS, and all but the domain stays NULL.
 * The tombstone lifetime lies in the directory itself and stays 0.
 */
#include <string.h>
#include <strings.h>

#include "restore/windows/windows_priv.h"

#define NTDS  "Services\\NTDS\\Parameters"
#define NTFRS "Services\\NtFrs"

/* [own knowledge]: "Local State" of the move of SYSVOL from FRS to DFSR: 0 start, 1 prepared, 2 redirected, 3 eliminated.
 * From 2 on SYSVOL is what DFSR replicates. */
#define MIGRATION      "Services\\DFSR\\Parameters\\SysVols\\Migrating SysVols"
#define REDIRECTED     2
#define START_DISABLED 4

/* A text of the current control set that not every controller has. */
static const char *
setting(struct inspection *in, const char *path, const char *name)
{
	struct hc_hive_key key;
	struct hc_err why;

	return hc_windows_key(in, path, &key, &why) == 0
		       ? hc_windows_text(in, in->system, key, name)
		       : NULL;
}

/* NULL: neither says so.  A controller made on 2008 or later has no NtFrs at work, and one that took part in no
 * migration has no state: that alone proves nothing. */
static const char *
replication(struct inspection *in)
{
	uint32_t state, start;
	struct hc_err why;

	if (hc_windows_number(in, MIGRATION, "Local State", &state, &why) == 0 &&
	    state >= REDIRECTED)
		return "dfsr";
	if (hc_windows_number(in, NTFRS, "Start", &start, &why) == 0 && start != START_DISABLED)
		return "frs";
	return NULL;
}

static bool
is_nt4(const struct inspection *in)
{
	return in->windows->version != NULL && strcmp(in->windows->version, "4.0") == 0;
}

/* The domain's DNS name.  That of NT 4 is a flat one, which its logon keeps (seen in the real controller); the Domain of
 * TCP/IP is another matter there. */
static const char *
domain(struct inspection *in)
{
	const char *name;
	struct hc_hive_key key;
	struct hc_err why;

	if (is_nt4(in))
		return hc_windows_software(in, CURRENT_VERSION "\\Winlogon", &key, &why) == 0
			       ? hc_windows_text(in, in->software, key, "CachePrimaryDomain")
			       : NULL;
	name = setting(in, "Services\\Tcpip\\Parameters", "Domain");
	return name != NULL ? name : setting(in, "Services\\Tcpip\\Parameters", "NV Domain");
}

static void
read_directory(struct inspection *in, struct hc_hive_key key, struct hc_domain_controller *dc)
{
	struct hc_hive *hive = in->system;

	dc->database = hc_windows_text(in, hive, key, "DSA Database file");
	dc->log_path = hc_windows_text(in, hive, key, "Database log files path");
	dc->working_directory = hc_windows_text(in, hive, key, "DSA Working Directory");
	dc->backup_path = hc_windows_text(in, hive, key, "Database backup path");
}

int
hc_windows_read_domain_controller(struct inspection *in, struct hc_err *err)
{
	const char *type = in->windows->product_type;
	struct hc_domain_controller *dc;
	struct hc_hive_key key;
	struct hc_err why;

	if (type == NULL || strcasecmp(type, "LanmanNT") != 0)
		return 0;
	dc = hc_arena_alloc(in->arena, sizeof(*dc));
	if (dc == NULL)
		return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
	in->windows->domain_controller = dc;
	dc->where = hc_windows_where(in, "Control\\ProductOptions");
	dc->domain = domain(in);
	dc->sysvol = setting(in, "Services\\Netlogon\\Parameters", "SysVol");
	dc->frs_working_directory = setting(in, NTFRS "\\Parameters", "Working Directory");
	dc->frs_log_directory = setting(in, NTFRS "\\Parameters", "DB Log File Directory");
	dc->replication = replication(in);
	if (hc_windows_key(in, NTDS, &key, &why) == 0) {
		dc->where = hc_windows_where(in, NTDS);
		read_directory(in, key, dc);
	} else if (!is_nt4(in) &&
		   hc_windows_unread(in, "domain_controller.database", &why, err) < 0) {
		return -1;
	}
	return dc->where != NULL
		       ? 0
		       : hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}
