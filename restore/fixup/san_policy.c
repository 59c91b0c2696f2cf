/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * san-policy: disks on a bus that is new to this Windows come online by themselves.
 * Source: windows-offline.md section 3.2; hazards 28; the Parameters of partmgr of 7, 8.1 and 10 in the test data.
 */
#include <string.h>

#include "restore/fixup/storage_priv.h"

#define PARAMETERS "Services\\partmgr\\Parameters"
#define POLICY     "SanPolicy"
#define ONLINE_ALL                                                                             \
	1u /* VDS_SAN_POLICY: 2 all that are shared stay offline, 3 all, 4 all internal ones */

bool
storage_may_stay_offline(const struct storage *s)
{
	const struct fix *fix = s->fix;
	const char *type = fix->windows->product_type, *set = fix->windows->current_control_set;
	const char *path = set == NULL ? NULL : fix_key(s->fix, set, PARAMETERS);
	struct hc_hive_key key;
	struct hc_err why;
	uint32_t policy;

	if (fix->version < HC_NT(6, 0) || type == NULL || strcmp(type, "WinNT") == 0)
		return false;
	/* Without the value it depends on the edition: Enterprise and Datacenter of 2008 keep shared disks offline [own
	 * knowledge]. */
	return path == NULL || hc_hive_key(s->system.hive, path, &key, &why) < 0 ||
	       hc_hive_dword(s->system.hive, key, POLICY, &policy, &why) < 0 ||
	       policy != ONLINE_ALL;
}

int
fix_san_policy(struct fix *fix, struct hc_err *err)
{
	const struct hc_strings *sets = &fix->windows->control_sets;
	struct fix_hive system;
	int result;

	if (fix->version < HC_NT(6, 0))
		return fix_note(fix, err,
				fix->version == 0
					? "the version of this Windows is unknown: whether it "
					  "has a SAN policy can't be said"
					: "this Windows has no SAN policy: it brings every "
					  "disk online");
	result = fix_hive(fix, "SYSTEM", &system, err);
	for (size_t i = 0; result == 0 && i < sets->count; i++) {
		const char *service = fix_key(fix, sets->items[i], "Services\\partmgr");
		const char *key = fix_key(fix, sets->items[i], PARAMETERS);

		if (service == NULL || key == NULL)
			return fix_no_memory(err);
		if (fix_has_key(&system, service) &&
		    want_dword(fix, &system, key, POLICY, ONLINE_ALL,
			       "disks on a bus that is new to it shall come online", err) < 0)
			return -1;
	}
	return result < 0 ? -1 : 0;
}
