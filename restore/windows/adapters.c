/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What hardware the Windows knew: network and display adapters, PCI devices.
 * Source: device setup classes Net and Display; the hives of NT 4.0 to 10 in the test data.
 */
#include "restore/windows/windows_priv.h"

#include <string.h>
#include <strings.h>

#define NET_CLASS     "Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}"
#define DISPLAY_CLASS "Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}"
#define INTERFACES    "Services\\Tcpip\\Parameters\\Interfaces"
#define NETWORK_CARDS "Microsoft\\Windows NT\\CurrentVersion\\NetworkCards"

struct adapters {
	struct hc_windows_adapter **items;
	size_t *count;
};

static struct adapters
network_of(struct hc_windows *w)
{
	return (struct adapters){ &w->network_adapters.items, &w->network_adapters.count };
}

static struct adapters
display_of(struct hc_windows *w)
{
	return (struct adapters){ &w->display_adapters.items, &w->display_adapters.count };
}

static int
no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory to inspect Windows");
}

static bool
starts(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* ---------------------------------------------------------------- addresses */

/* IPAddress is a list, or one text on some NT 4.0; 0.0.0.0 stands for none. */
static int
read_addresses(struct inspection *in, struct hc_hive_key key,
	       struct hc_windows_adapter *adapter, struct hc_err *err)
{
	struct hc_strings list = { 0 };
	struct hc_err why;
	const char *text;
	uint32_t dhcp;

	if (hc_hive_dword(in->system, key, "EnableDHCP", &dhcp, &why) == 0)
		adapter->dhcp = dhcp != 0 ? HC_YES : HC_NO;
	if (adapter->dhcp == HC_YES)
		return 0;
	if (hc_hive_strings(in->system, key, "IPAddress", in->arena, &list, &why) < 0) {
		text = hc_windows_text(in, in->system, key, "IPAddress");
		if (text != NULL && hc_strings_add(&list, in->arena, text, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < list.count; i++)
		if (strcmp(list.items[i], "0.0.0.0") != 0 &&
		    hc_strings_add(&adapter->addresses, in->arena, list.items[i], err) < 0)
			return -1;
	return 0;
}

static int
read_interface(struct inspection *in, const char *path, struct hc_windows_adapter *adapter,
	       struct hc_err *err)
{
	struct hc_hive_key key;
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	return hc_windows_key(in, path, &key, &why) < 0 ? 0
							: read_addresses(in, key, adapter, err);
}

/* ---------------------------------------------------------------- adapters of a class */

/* WAN miniports, tunnels and other adapters without hardware. */
static bool
is_software(const char *id)
{
	static const char
		*const prefixes[] = {
			"ms_",        "root\\",  "sw\\",     "swd\\", "*6to4",
			"*teredo",    "*isatap", "*iphttps", "*msl",  "compositebus",
			"tunnel",     "*tun",    "bth\\", /* over Bluetooth */
			"{5d624f94-", /* Wi-Fi Direct and hosted networks: vwifimp */
		};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (starts(id, prefixes[i]))
			return true;
	return false;
}

/* From Windows 8 on the class key names the device, Enum\<DeviceInstanceID>, whose key has the service; before that
 * the device names the class key: name_service. */
static const char *
service_of(struct inspection *in, struct hc_hive_key key)
{
	const char *instance = hc_windows_text(in, in->system, key, "DeviceInstanceID");
	const char *path =
		instance == NULL ? NULL : hc_arena_printf(in->arena, "Enum\\%s", instance);
	struct hc_hive_key device;
	struct hc_err why;

	return path == NULL || hc_windows_key(in, path, &device, &why) < 0
		       ? NULL
		       : hc_windows_text(in, in->system, device, "Service");
}

static int
read_adapter(struct inspection *in, const char *class_path, const char *number,
	     struct adapters list, struct hc_err *err)
{
	const char *path = hc_arena_printf(in->arena, "%s\\%s", class_path, number);
	struct hc_windows_adapter adapter = { 0 }, *added;
	struct hc_hive_key key;
	struct hc_err why;
	const char *id;

	if (path == NULL)
		return no_memory(err);
	if (strspn(number, "0123456789") != 4 || number[4] != '\0' ||
	    hc_windows_key(in, path, &key, &why) < 0)
		return 0;
	adapter.hardware_id = hc_windows_text(in, in->system, key, "MatchingDeviceId");
	id = hc_windows_text(in, in->system, key, "ComponentId");
	id = id != NULL ? id : adapter.hardware_id;
	if (id == NULL || is_software(id))
		return 0;
	adapter.description = hc_windows_text(in, in->system, key, "DriverDesc");
	adapter.instance = hc_windows_text(in, in->system, key, "NetCfgInstanceId");
	adapter.service = service_of(in, key);
	adapter.where = hc_windows_where(in, path);
	if (adapter.where == NULL)
		return no_memory(err);
	if (adapter.instance != NULL &&
	    read_interface(in, hc_arena_printf(in->arena, INTERFACES "\\%s", adapter.instance),
			   &adapter, err) < 0)
		return -1;
	added = hc_arena_grow(in->arena, list.items, list.count, sizeof(*added));
	if (added == NULL)
		return no_memory(err);
	*added = adapter;
	return 0;
}

static int
read_class(struct inspection *in, const char *class_path, struct adapters list,
	   struct hc_err *err)
{
	struct hc_strings numbers = { 0 };
	struct hc_hive_key key;
	struct hc_err why;

	if (hc_windows_key(in, class_path, &key, &why) < 0)
		return 0;
	if (hc_hive_subkeys(in->system, key, in->arena, &numbers, &why) < 0)
		return hc_windows_unread(in, class_path, &why, err);
	for (size_t i = 0; i < numbers.count; i++)
		if (read_adapter(in, class_path, numbers.items[i], list, err) < 0)
			return -1;
	return 0;
}

/* The classes of NT 4.0 hold no adapters: SOFTWARE lists the cards by the services that drive them. */
static int
read_network_cards(struct inspection *in, struct adapters list, struct hc_err *err)
{
	struct hc_windows_adapter *adapter;
	struct hc_strings numbers = { 0 };
	struct hc_hive_key key;
	const char *service;
	struct hc_err why;

	if (in->software == NULL || hc_hive_key(in->software, NETWORK_CARDS, &key, &why) < 0 ||
	    hc_hive_subkeys(in->software, key, in->arena, &numbers, &why) < 0)
		return 0;
	for (size_t i = 0; i < numbers.count; i++) {
		const char *path =
			hc_arena_printf(in->arena, NETWORK_CARDS "\\%s", numbers.items[i]);

		if (path == NULL)
			return no_memory(err);
		if (hc_hive_key(in->software, path, &key, &why) < 0)
			continue;
		service = hc_windows_text(in, in->software, key, "ServiceName");
		/* Since 2000 it is the adapter's GUID, and the class key says more. */
		if (service == NULL || service[0] == '{')
			continue;
		adapter = hc_arena_grow(in->arena, list.items, list.count, sizeof(*adapter));
		if (adapter == NULL)
			return no_memory(err);
		adapter->description = hc_windows_text(in, in->software, key, "Title");
		adapter->service = service;
		adapter->where = hc_arena_printf(in->arena, "SOFTWARE\\%s", path);
		if (read_interface(in,
				   hc_arena_printf(in->arena, "Services\\%s\\Parameters\\Tcpip",
						   service),
				   adapter, err) < 0)
			return -1;
	}
	return 0;
}

int
hc_windows_read_adapters(struct inspection *in, struct hc_err *err)
{
	struct hc_windows *w = in->windows;

	if (in->system == NULL || w->current_control_set == NULL)
		return 0;
	if (read_class(in, NET_CLASS, network_of(w), err) < 0)
		return -1;
	if (w->network_adapters.count == 0 && read_network_cards(in, network_of(w), err) < 0)
		return -1;
	return read_class(in, DISPLAY_CLASS, display_of(w), err);
}

/* ---------------------------------------------------------------- pci */

/* Storage, network and display controllers, and bridges: PCI base classes 01, 02, 03 and 06. */
static bool
counts(const struct hc_strings *compatible)
{
	const char *at;

	for (size_t i = 0; i < compatible->count; i++) {
		at = strcasestr(compatible->items[i], "CC_");
		if (at != NULL && at[3] == '0' && at[4] != '\0' && strchr("1236", at[4]))
			return true;
	}
	return false;
}

/* Vista and later name the class by GUID only. */
static const char *
class_name(struct inspection *in, struct hc_hive_key device)
{
	const char *name = hc_windows_text(in, in->system, device, "Class"), *guid, *path;
	struct hc_hive_key key;
	struct hc_err why;

	if (name != NULL)
		return name;
	guid = hc_windows_text(in, in->system, device, "ClassGUID");
	path = guid == NULL ? NULL : hc_arena_printf(in->arena, "Control\\Class\\%s", guid);
	return path == NULL || hc_windows_key(in, path, &key, &why) < 0
		       ? NULL
		       : hc_windows_text(in, in->system, key, "Class");
}

/* Driver is "{class}\0001": the adapter that was read from there gets the device's service. */
static void
name_service(struct inspection *in, struct adapters list, const char *driver,
	     const char *service)
{
	const char *path = hc_arena_printf(in->arena, "Control\\Class\\%s", driver);
	const char *where = path == NULL ? NULL : hc_windows_where(in, path);

	for (size_t i = 0; where != NULL && i < *list.count; i++)
		if ((*list.items)[i].service == NULL && (*list.items)[i].where != NULL &&
		    strcasecmp((*list.items)[i].where, where) == 0)
			(*list.items)[i].service = service;
}

static int
read_instance(struct inspection *in, const char *id, const char *path, struct hc_err *err)
{
	struct hc_windows *w = in->windows;
	struct hc_strings compatible = { 0 };
	struct hc_windows_pci *pci;
	struct hc_hive_key key;
	const char *driver;
	struct hc_err why;

	if (path == NULL)
		return no_memory(err);
	if (hc_windows_key(in, path, &key, &why) < 0 ||
	    hc_hive_strings(in->system, key, "CompatibleIDs", in->arena, &compatible, &why) <
		    0 ||
	    !counts(&compatible))
		return 0;
	pci = hc_arena_grow(in->arena, &w->pci.items, &w->pci.count, sizeof(*pci));
	if (pci == NULL)
		return no_memory(err);
	pci->id = hc_arena_printf(in->arena, "PCI\\%s", id);
	pci->service = hc_windows_text(in, in->system, key, "Service");
	pci->class_name = class_name(in, key);
	driver = hc_windows_text(in, in->system, key, "Driver");
	if (driver != NULL && pci->service != NULL) {
		name_service(in, network_of(w), driver, pci->service);
		name_service(in, display_of(w), driver, pci->service);
	}
	return pci->id != NULL ? 0 : no_memory(err);
}

/* Enum keeps devices that are gone too: offline nothing tells them from those that were there at the last start. */
int
hc_windows_read_pci(struct inspection *in, struct hc_err *err)
{
	struct hc_strings ids = { 0 }, instances;
	struct hc_hive_key key;
	struct hc_err why;

	/* NT 4.0 enumerates no PCI devices. */
	if (in->system == NULL || hc_windows_key(in, "Enum\\PCI", &key, &why) < 0)
		return 0;
	if (hc_hive_subkeys(in->system, key, in->arena, &ids, &why) < 0)
		return hc_windows_unread(in, "pci", &why, err);
	for (size_t i = 0; i < ids.count; i++) {
		const char *path = hc_arena_printf(in->arena, "Enum\\PCI\\%s", ids.items[i]);

		if (path == NULL)
			return no_memory(err);
		instances = (struct hc_strings){ 0 };
		if (hc_windows_key(in, path, &key, &why) < 0 ||
		    hc_hive_subkeys(in->system, key, in->arena, &instances, &why) < 0)
			continue;
		for (size_t n = 0; n < instances.count; n++)
			if (read_instance(in, ids.items[i],
					  hc_arena_printf(in->arena, "%s\\%s", path,
							  instances.items[n]),
					  err) < 0)
				return -1;
	}
	return 0;
}
