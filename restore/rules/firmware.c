/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about firmware: its kind, its bitness, what it trusts. */
#include <string.h>
#include <strings.h>

#include "restore/rules/rules_priv.h"

/* ---------------------------------------------------------------- FW-1 */

/* The conversion that is asked for, by name; NULL: none is. */
static const struct hc_conversion *
conversion_of(const struct hc_rules_input *in)
{
	return in->survey == NULL ? NULL : in->survey->conversion;
}

/* What starts the disk once it is restored. */
static unsigned
firmware_after(const struct hc_rules_input *in)
{
	const struct hc_conversion *conversion = conversion_of(in);

	return conversion == NULL || conversion->refused != NULL ? in->manifest->firmware.type
								 : HC_FIRMWARE_UEFI;
}

static void
tell_layout(const struct hc_conversion *conversion, struct hc_judgement *j)
{
	hc_judge_fact(j, "survey.conversion.partitions",
		      "converted as asked for, it starts from uefi: the disk gets a GPT, and "
		      "its volumes stay at their places");
	if (conversion->replaces != 0)
		hc_judge_fact(j, "survey.conversion.replaces",
			      "an EFI system partition takes the place of partition %llu, "
			      "whose content is left out",
			      (unsigned long long)conversion->replaces);
	else
		hc_judge_fact(j, "survey.conversion.partitions",
			      "an EFI system partition is made in free space");
}

static unsigned
judge_conversion(const struct hc_rules_input *in, const struct hc_conversion *conversion,
		 struct hc_judgement *j)
{
	if (conversion->refused != NULL) {
		hc_judge_fact(j, "survey.conversion.refused",
			      "the conversion to %s that was asked for can't be made: %s",
			      conversion->to, conversion->refused);
		return HC_LEVEL_BLOCK;
	}
	tell_layout(conversion, j);
	if (in->facts->firmware.type != HC_FIRMWARE_UEFI)
		return HC_LEVEL_BLOCK;
	hc_judge_fixup(j, "firmware");
	return HC_LEVEL_REPAIR;
}

JUDGE(judge_firmware_same)
{
	unsigned backup = in->manifest->firmware.type, machine = in->facts->firmware.type;
	const struct hc_conversion *conversion = conversion_of(in);

	hc_judge_fact(j, "manifest.firmware.type", "the backup starts from %s",
		      hc_firmware_names[backup]);
	hc_judge_fact(j, "facts.firmware.type", "this machine was started by %s",
		      hc_firmware_names[machine]);
	if (backup == HC_FIRMWARE_UNKNOWN || machine == HC_FIRMWARE_UNKNOWN)
		return HC_LEVEL_INFO;
	if (conversion != NULL)
		return judge_conversion(in, conversion, j);
	return backup == machine ? HC_LEVEL_PASS : HC_LEVEL_BLOCK;
}

/* Somebody will convert it: there must be a boot manager for the other firmware, which 64-bit Windows has from Vista SP1
 * (build 6001) on.  Of a disk without a Windows a copy is all that is wanted. */
REFUSES_OVER(refuses_conversion)
{
	const struct hc_windows *windows = in->manifest->windows;
	unsigned nt = hc_nt_of(windows);

	if (windows == NULL)
		return NULL;
	if (windows->bitlocker)
		return "a Windows that BitLocker encrypts can't be converted";
	if (!hc_same_text(windows->architecture, "x64"))
		return "only a 64-bit Windows can be converted between BIOS and UEFI";
	if (nt < HC_NT(6, 0) || (nt == HC_NT(6, 0) && hc_build_of(windows) < 6001))
		return "only Windows Vista SP1 and later can be converted between BIOS and UEFI";
	return NULL;
}

/* ---------------------------------------------------------------- FW-2 */

/* Whether UEFI starts this backup; what FW-1 blocks is not looked at further. */
APPLIES(applies_uefi_both)
{
	return firmware_after(in) == HC_FIRMWARE_UEFI &&
	       (in->facts == NULL || in->facts->firmware.type == HC_FIRMWARE_UEFI);
}

JUDGE(judge_bitness)
{
	const char *architecture = in->manifest->windows->architecture;
	uint64_t bits = in->facts->firmware.bits, wanted;

	if (bits == 0 || architecture == NULL) {
		hc_judge_fact(
			j, bits == 0 ? "facts.firmware.bits" : "manifest.windows.architecture",
			"the bitness of one of them is not known");
		return HC_LEVEL_INFO;
	}
	wanted = strcmp(architecture, "x86") == 0 ? 32 : 64;
	hc_judge_fact(j, "facts.firmware.bits", "the UEFI of this machine has %llu bits",
		      (unsigned long long)bits);
	hc_judge_fact(j, "manifest.windows.architecture", "the Windows in the backup is %s",
		      architecture);
	return bits == wanted ? HC_LEVEL_PASS : HC_LEVEL_BLOCK;
}

/* ---------------------------------------------------------------- FW-3 */

/* The common name of a certificate's subject, as any library prints it: "C=US, O=X, CN=Y" or "/O=X/CN=Y". */
struct name {
	const char *text;
	size_t length;
};

static struct name
common_name(const char *subject)
{
	const char *at = subject;
	struct name name = { subject, strlen(subject) };

	for (; (at = strstr(at, "CN")) != NULL; at += 2) {
		const char *value = at + 2 + strspn(at + 2, " ");

		if (*value != '=' || (at != subject && strchr(" ,/+", at[-1]) == NULL))
			continue;
		value += 1 + strspn(value + 1, " ");
		name = (struct name){ value, strcspn(value, ",/+") };
		break;
	}
	return name;
}

static bool
same_common_name(const char *a, const char *b)
{
	struct name x = common_name(a), y = common_name(b);

	return x.length == y.length && strncasecmp(x.text, y.text, x.length) == 0;
}

/* The certificate of this store that the boot manager's chain names, or NULL. */
static const struct hc_efi_certificate *
find_signer(const struct hc_rules_input *in, const char *store)
{
	const struct hc_firmware *firmware = &in->facts->firmware;
	const struct hc_strings *signers = &in->manifest->windows->boot_manager->signers;

	for (size_t i = 0; i < firmware->certificates.count; i++) {
		const struct hc_efi_certificate *c = &firmware->certificates.items[i];

		if (!hc_same_text(c->store, store) || c->subject == NULL)
			continue;
		for (size_t k = 0; k < signers->count; k++)
			if (same_common_name(c->subject, signers->items[k]))
				return c;
	}
	return NULL;
}

static bool
is_revoked(const struct hc_strings *revoked, const char *digest)
{
	for (size_t i = 0; i < revoked->count; i++)
		if (hc_same_name(revoked->items[i], digest))
			return true;
	return false;
}

static unsigned
judge_signer(const struct hc_rules_input *in, struct hc_judgement *j)
{
	const struct hc_boot_manager *manager = in->manifest->windows->boot_manager;
	const struct hc_efi_certificate *found;
	struct name name;

	for (size_t i = 0; i < manager->signers.count; i++) {
		name = common_name(manager->signers.items[i]);
		hc_judge_fact(j, "manifest.windows.boot_manager.signers",
			      "the boot manager %s is signed by: %.*s",
			      hc_or_unknown(manager->path), (int)name.length, name.text);
	}
	if (is_revoked(&in->facts->firmware.revoked, manager->digest)) {
		hc_judge_fact(j, "facts.firmware.revoked",
			      "the firmware has revoked this boot manager");
		return HC_LEVEL_BLOCK;
	}
	found = find_signer(in, "dbx");
	if (found != NULL) {
		name = common_name(found->subject);
		hc_judge_fact(j, "facts.firmware.certificates (dbx)",
			      "the firmware has revoked %.*s", (int)name.length, name.text);
		return HC_LEVEL_BLOCK;
	}
	found = find_signer(in, "db");
	if (found == NULL) {
		hc_judge_fact(j, "facts.firmware.certificates (db)",
			      "the firmware trusts none of its signers");
		return HC_LEVEL_BLOCK;
	}
	name = common_name(found->subject);
	hc_judge_fact(j, "facts.firmware.certificates (db)", "the firmware trusts %.*s",
		      (int)name.length, name.text);
	return HC_LEVEL_PASS;
}

JUDGE(judge_secure_boot)
{
	const struct hc_firmware *firmware = &in->facts->firmware;

	if (firmware->secure_boot == HC_NO) {
		hc_judge_fact(j, "facts.firmware.secure_boot", "Secure Boot is off");
		return HC_LEVEL_PASS;
	}
	hc_judge_fact(j, "facts.firmware.secure_boot", "Secure Boot is %s",
		      firmware->secure_boot == HC_YES ? "on" : "unknown");
	if (firmware->secure_boot != HC_YES)
		return HC_LEVEL_WARN;
	if (in->manifest->windows->boot_manager == NULL) {
		hc_judge_fact(j, "manifest.windows.boot_manager",
			      "who signed the boot manager in the backup is not known");
		return HC_LEVEL_WARN;
	}
	if (firmware->certificates.count == 0) {
		hc_judge_fact(j, "facts.firmware.certificates",
			      "what the firmware trusts could not be read");
		return HC_LEVEL_WARN;
	}
	return judge_signer(in, j);
}

/* ---------------------------------------------------------------- FW-4 */

JUDGE(judge_video_bios)
{
	const struct hc_windows *windows = in->manifest->windows;

	const bool converted = in->manifest->firmware.type != HC_FIRMWARE_UEFI;

	hc_judge_fact(j, HC_WHERE_VERSION, "the backup is a Windows %s that %s by UEFI",
		      windows->version, converted ? "shall start" : "starts");
	if (in->facts->firmware.secure_boot == HC_YES) {
		hc_judge_fact(j, "facts.firmware.secure_boot",
			      "Secure Boot is on, so that there is no CSM");
		return HC_LEVEL_WARN;
	}
	/* What ran here by BIOS has not shown that it runs by UEFI. */
	if (converted || !hc_same_machine(in))
		return HC_LEVEL_WARN;
	hc_judge_fact(j, "facts.machine.uuid", "it ran on this machine");
	return HC_LEVEL_PASS;
}
