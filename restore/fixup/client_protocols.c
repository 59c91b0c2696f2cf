/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client-protocols: the RPC transports that programs of this Windows can use, as values of ClientProtocols.
 *
 * Source:  KB 249694, whose list is that of 2000 to 2003; hazards 22.  From Vista on: the real Windows 7 and 8.1 hold
 *          the same four.  NT 4.0: what the real domain controller holds, without the transports of IPX and NetBIOS,
 *          which not every NT 4.0 has [own knowledge].
 * The article prints ncacn_ip_udp; UDP carries datagrams, and in every real registry its value is ncadg_ip_udp.
 */
#include <string.h>

#include "restore/fixup/fixup_priv.h"

#define KEY "Microsoft\\Rpc\\ClientProtocols"

struct protocol {
	const char *name, *library;
};

static const struct protocol nt4[] = {
	{ .name = "ncacn_ip_tcp", .library = "rpcltccm.dll" },
	{ .name = "ncacn_np", .library = "rpcltc1.dll" },
	{ .name = "ncadg_ip_udp", .library = "rpcltccm.dll" },
	{ .name = "ncalrpc", .library = "ncalrpc" },
	{ 0 },
};

static const struct protocol nt5[] = {
	{ .name = "ncacn_ip_tcp", .library = "rpcrt4.dll" },
	{ .name = "ncacn_nb_tcp", .library = "rpcrt4.dll" },
	{ .name = "ncacn_np", .library = "rpcrt4.dll" },
	{ .name = "ncadg_ip_udp", .library = "rpcrt4.dll" },
	{ 0 },
};

static const struct protocol nt6[] = {
	{ .name = "ncacn_http", .library = "rpcrt4.dll" },
	{ .name = "ncacn_ip_tcp", .library = "rpcrt4.dll" },
	{ .name = "ncacn_np", .library = "rpcrt4.dll" },
	{ .name = "ncadg_ip_udp", .library = "rpcrt4.dll" },
	{ 0 },
};

/* First match counts. */
static const struct generation {
	unsigned since;
	const struct protocol *protocols;
} generations[] = {
	{ HC_NT(6, 0), nt6 },
	{ HC_NT(5, 0), nt5 },
	{ HC_NT(4, 0), nt4 },
};

/* A value that names a library, whichever: some product may have put its own there. */
static bool
is_there(const struct fix_hive *hive, const char *name)
{
	struct hc_hive_key key;
	struct hc_hive_value value;
	struct hc_err ignored;

	return hc_hive_key(hive->hive, KEY, &key, &ignored) == 0 &&
	       hc_hive_value_find(hive->hive, key, name, &value) && value.size > 2;
}

int
fix_client_protocols(struct fix *fix, struct hc_err *err)
{
	const struct protocol *protocols = NULL;
	struct fix_hive software;
	int found;

	for (size_t i = 0; protocols == NULL && i < sizeof(generations) / sizeof(*generations);
	     i++)
		if (fix->version >= generations[i].since)
			protocols = generations[i].protocols;
	if (protocols == NULL)
		return fix_note(fix, err,
				"which client protocols belong here is not known: the version "
				"of this Windows can't be read");
	found = fix_hive(fix, "SOFTWARE", &software, err);
	if (found != 0)
		return found < 0 ? -1 : 0;
	for (; protocols->name != NULL; protocols++) {
		if (is_there(&software, protocols->name))
			continue;
		if (want_text(fix, &software, KEY, protocols->name, REG_SZ, protocols->library,
			      "RPC can't use this transport without it", err) < 0)
			return -1;
	}
	return 0;
}
