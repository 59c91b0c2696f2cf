/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the machine was started, and whom its firmware trusts. */
#include "restore/probe/probe_priv.h"

#define EFIVARS     "/sys/firmware/efi/efivars"
#define SECURE_BOOT EFIVARS "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define ATTRIBUTES  4u /* bytes before the value of an efivarfs file */
#define STORE_MAX   (1u << 20)

/* Source: UEFI 2.10 section 3.3. */
static unsigned
secure_boot(const struct probe *p)
{
	struct hc_buf value = { 0 };
	unsigned ret = HC_UNKNOWN;
	struct hc_tree_names names;

	if (hc_tree_bytes(&p->tree, &value, 64, SECURE_BOOT) && value.size > ATTRIBUTES) {
		ret = value.data[ATTRIBUTES] == 1 ? HC_YES : HC_NO;
	} else {
		/* Firmware without the variable knows no Secure Boot; without efivarfs nobody can tell. */
		names = hc_tree_list(&p->tree, p->arena, EFIVARS);
		if (names.count > 0)
			ret = HC_NO;
	}
	hc_buf_done(&value);
	return ret;
}

/* A store that is not there is empty: so it is before the owner enrols keys.  Source: UEFI 2.10 section 32.3. */
static int
read_stores(struct probe *p, struct hc_err *err)
{
	static const struct {
		const char *name, *file;
	} stores[] = {
		{ "PK", EFIVARS "/PK-8be4df61-93ca-11d2-aa0d-00e098032b8c" },
		{ "KEK", EFIVARS "/KEK-8be4df61-93ca-11d2-aa0d-00e098032b8c" },
		{ "db", EFIVARS "/db-d719b2cb-3d3a-4596-a3bc-dad00e67656f" },
		{ "dbx", EFIVARS "/dbx-d719b2cb-3d3a-4596-a3bc-dad00e67656f" },
	};
	struct hc_buf value = { 0 };
	int result = 0;

	for (size_t i = 0; i < sizeof(stores) / sizeof(stores[0]) && result == 0; i++) {
		value.size = 0;
		if (!hc_tree_bytes(&p->tree, &value, STORE_MAX, "%s", stores[i].file) ||
		    value.size <= ATTRIBUTES)
			continue;
		result = hc_efi_signatures(
			hc_span(value.data + ATTRIBUTES, value.size - ATTRIBUTES),
			stores[i].name, p->arena, &p->facts->firmware, err);
	}
	hc_buf_done(&value);
	return result;
}

int
hc_probe_firmware(struct probe *p, struct hc_err *err)
{
	struct hc_firmware *f = &p->facts->firmware;

	if (hc_tree_exists(&p->tree, "/sys/firmware/efi")) {
		f->type = HC_FIRMWARE_UEFI;
		f->bits = hc_tree_number(&p->tree, 64, "/sys/firmware/efi/fw_platform_size");
		f->secure_boot = secure_boot(p);
		return read_stores(p, err);
	}
	if (hc_tree_exists(&p->tree, "/sys/firmware")) {
		f->type = HC_FIRMWARE_BIOS;
		f->secure_boot = HC_NO;
	}
	return 0;
}
