/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network adapters: the ones with hardware behind them. */
#include "restore/probe/probe_priv.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static unsigned
prefix_length(const uint8_t *mask, size_t size)
{
	unsigned bits = 0;

	for (size_t i = 0; i < size; i++)
		for (unsigned b = 0; b < 8; b++)
			bits += mask[i] >> b & 1;
	return bits;
}

/* "192.0.2.7/24"; NULL for what is no IP address. */
static const char *
address_text(const struct ifaddrs *a, struct hc_arena *arena)
{
	char text[INET6_ADDRSTRLEN];
	struct sockaddr_in v4, mask4;
	struct sockaddr_in6 v6, mask6;

	if (a->ifa_addr == NULL || a->ifa_netmask == NULL)
		return NULL;
	if (a->ifa_addr->sa_family == AF_INET) {
		memcpy(&v4, a->ifa_addr, sizeof(v4));
		memcpy(&mask4, a->ifa_netmask, sizeof(mask4));
		inet_ntop(AF_INET, &v4.sin_addr, text, sizeof(text));
		return hc_arena_printf(arena, "%s/%u", text,
				       prefix_length((const uint8_t *)&mask4.sin_addr, 4));
	}
	if (a->ifa_addr->sa_family == AF_INET6) {
		memcpy(&v6, a->ifa_addr, sizeof(v6));
		memcpy(&mask6, a->ifa_netmask, sizeof(mask6));
		inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof(text));
		return hc_arena_printf(arena, "%s/%u", text,
				       prefix_length((const uint8_t *)&mask6.sin6_addr, 16));
	}
	return NULL;
}

static int
add_addresses(struct hc_network *net, const struct ifaddrs *list, struct hc_arena *arena,
	      struct hc_err *err)
{
	for (const struct ifaddrs *a = list; a != NULL; a = a->ifa_next) {
		const char *text =
			strcmp(a->ifa_name, net->name) == 0 ? address_text(a, arena) : NULL;

		if (text != NULL && hc_strings_add(&net->addresses, arena, text, err) < 0)
			return -1;
	}
	return 0;
}

static int
add_adapter(struct probe *p, const char *name, const struct ifaddrs *list, struct hc_err *err)
{
	struct hc_network *net = hc_arena_grow(p->arena, &p->facts->network.items,
					       &p->facts->network.count, sizeof(*net));

	if (net == NULL)
		return hc_probe_no_memory(err);
	net->name = name;
	net->mac = hc_tree_text(&p->tree, p->arena, "/sys/class/net/%s/address", name);
	if (net->mac != NULL && hc_is_placeholder_mac(net->mac))
		net->mac = NULL;
	net->driver = hc_tree_link(&p->tree, p->arena, "/sys/class/net/%s/device/driver", name);
	net->link = hc_tree_number(&p->tree, 0, "/sys/class/net/%s/carrier", name) == 1;
	return add_addresses(net, list, p->arena, err);
}

int
hc_probe_network(struct probe *p, struct hc_err *err)
{
	struct hc_tree_names names = hc_tree_list(&p->tree, p->arena, "/sys/class/net");
	struct ifaddrs *list = NULL;
	int result = 0;

	/* Addresses are a matter of the running machine; a recording has none. */
	if (p->live && getifaddrs(&list) != 0)
		list = NULL;
	for (size_t i = 0; i < names.count && result == 0; i++)
		if (hc_tree_exists(&p->tree, "/sys/class/net/%s/device", names.items[i]))
			result = add_adapter(p, names.items[i], list, err);
	if (list != NULL)
		freeifaddrs(list);
	return result;
}
