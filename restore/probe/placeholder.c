/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What firmware has where nobody wrote anything: it looks like an identity and is none (hazards 8).
 * Source: dmidecode dumps of machines as sold (linuxhw/DMI and others), coreboot's and AMI's defaults.
 */
#include "restore/probe/probe_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Compared without regard to case, blanks around them, or a full stop behind them. */
static const char *const placeholders[] = {
	"--",
	"0",
	"0123456789",
	"012345678",
	"1234567890",
	"123456789",
	"12345678",
	"1234567",
	"123456",
	"base board serial number",
	"chassis serial number",
	"default",
	"default string",
	"empty",
	"invalid",
	"n/a",
	"na",
	"no asset tag",
	"no enclosure",
	"none",
	"not applicable",
	"not available",
	"not defined",
	"not present",
	"not set",
	"not specified",
	"notspecified",
	"null",
	"o.e.m",
	"o.e.m.",
	"oem",
	"oem default string000",
	"product name",
	"serial number",
	"sernum0",
	"sys-1234567890",
	"system manufacturer",
	"system name",
	"system product name",
	"system serial number",
	"system uuid",
	"system version",
	"tbd by oem",
	"to be set by oem",
	"type1productconfigid",
	"undefined",
	"unknow",
	"unknown",
	"unspecified",
	"xxxxxx",
};

/* uuids that whole series of boards share. */
static const char *const uuids[] = {
	"00020003-0004-0005-0006-000700080009", /* AMI's default: 02 00 03 00 04 … as it stands */
	"03000200-0400-0500-0006-000700080009", /* the same, little-endian fields */
	"fefefefe-fefe-fefe-fefe-fefefefefefe",
	"12345678-1234-5678-90ab-cddeefaabbcc", /* Supermicro and Gigabyte boards */
	"78563412-3412-7856-90ab-cddeefaabbcc",
	"ffffffff-ffff-ffff-ffff-ffffffffffff",
	"00000000-0000-0000-0000-000000000000",
};

/* AMI's default, of which each board maker has a spelling of his own. */
static const char to_be_filled[] = "to be filled";

/* One character, again and again: 0000000, FFFF, xxxx, dots. */
static bool
is_repeated(const char *text, size_t length)
{
	for (size_t i = 1; i < length; i++)
		if (tolower((unsigned char)text[i]) != tolower((unsigned char)text[0]))
			return false;
	return length > 1 || !isalnum((unsigned char)text[0]);
}

bool
hc_is_placeholder(const char *text)
{
	size_t length;

	while (isspace((unsigned char)*text))
		text++;
	length = strlen(text);
	while (length > 0 && isspace((unsigned char)text[length - 1]))
		length--;
	if (length == 0 || is_repeated(text, length) ||
	    strncasecmp(text, to_be_filled, strlen(to_be_filled)) == 0)
		return true;
	if (length > 1 && text[length - 1] == '.')
		length--;
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++)
		if (strlen(placeholders[i]) == length &&
		    strncasecmp(placeholders[i], text, length) == 0)
			return true;
	return false;
}

bool
hc_is_placeholder_uuid(const char *uuid)
{
	for (size_t i = 0; i < sizeof(uuids) / sizeof(uuids[0]); i++)
		if (strcasecmp(uuids[i], uuid) == 0)
			return true;
	/* Anything that isn't 32 hex digits, or is one digit 32 times. */
	if (strlen(uuid) != 36 || strspn(uuid, "0123456789abcdefABCDEF-") != 36)
		return true;
	return strspn(uuid, (const char[]){ uuid[0], '-', '\0' }) == 36;
}

bool
hc_is_placeholder_mac(const char *mac)
{
	unsigned b[6];
	int used = 0;

	if (sscanf(mac, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &used) != 6 ||
	    mac[used] != '\0')
		return true;
	/* Bit 0 of the first byte: a group; bit 1: given by whoever set the machine up. */
	return (b[0] & 3) != 0 || (b[0] | b[1] | b[2] | b[3] | b[4] | b[5]) == 0;
}
