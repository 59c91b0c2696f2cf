/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the machine was started. */
#include "restore/probe/probe_priv.h"

#define SECURE_BOOT "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* An efivarfs file: four bytes of attributes, then the value.  Source: UEFI 2.10 section 3.3. */
static unsigned
secure_boot(const struct probe *p)
{
	struct hc_buf value = { 0 };
	unsigned ret = HC_UNKNOWN;
	struct hc_tree_names names;

	if (hc_tree_bytes(&p->tree, &value, 64, SECURE_BOOT) && value.size >= 5) {
		ret = value.data[4] == 1 ? HC_YES : HC_NO;
	} else {
		/* Firmware without the variable knows no Secure Boot; without efivarfs nobody can tell. */
		names = hc_tree_list(&p->tree, p->arena, "/sys/firmware/efi/efivars");
		if (names.count > 0)
			ret = HC_NO;
	}
	hc_buf_done(&value);
	return ret;
}

int
hc_probe_firmware(struct probe *p, struct hc_err *err)
{
	struct hc_firmware *f = &p->facts->firmware;

	(void)err;
	if (hc_tree_exists(&p->tree, "/sys/firmware/efi")) {
		f->type = HC_FIRMWARE_UEFI;
		f->bits = hc_tree_number(&p->tree, 64, "/sys/firmware/efi/fw_platform_size");
		f->secure_boot = secure_boot(p);
	} else if (hc_tree_exists(&p->tree, "/sys/firmware")) {
		f->type = HC_FIRMWARE_BIOS;
		f->secure_boot = HC_NO;
	}
	return 0;
}
