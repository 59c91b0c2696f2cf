/* SPDX-License-Identifier: GPL-3.0-or-later */
/* halcyon probe: facts of a machine. */
#include "restore/probe/probe.h"

#include <stdio.h>

#include "restore/base/text.h"
#include "restore/cmd/cli.h"

static const char *
or_unknown(const char *text)
{
	return text != NULL ? text : "unknown";
}

static void
print_disk(const struct hc_disk *disk)
{
	char size[HC_SIZE_TEXT];

	hc_size_text(disk->size, size);
	printf("  %-14s %10s  %-6s %s\n", disk->path, size, or_unknown(disk->bus),
	       or_unknown(disk->model));
	printf("      identity %s%s\n", or_unknown(disk->identity.name),
	       disk->identity.shared ? " (another disk has it too)" : "");
	if (disk->holds != NULL)
		printf("      holds %s\n", disk->holds);
	for (size_t i = 0; i < disk->in_use_by.count; i++)
		printf("      in use: %s\n", disk->in_use_by.items[i]);
	for (size_t i = 0; i < disk->member_of.count; i++)
		printf("      part of: %s\n", disk->member_of.items[i]);
	for (size_t i = 0; i < disk->partitions.count; i++) {
		const struct hc_partition *p = &disk->partitions.items[i];

		hc_size_text(p->size, size);
		printf("      %2llu %10s  %-10s %s\n", (unsigned long long)p->number, size,
		       p->filesystem ? p->filesystem : "-", p->label ? p->label : "");
	}
}

static void
print_facts(const struct hc_facts *f)
{
	char memory[HC_SIZE_TEXT];

	hc_size_text(f->memory, memory);
	printf("Machine   %s %s, serial %s\n", or_unknown(f->machine.vendor),
	       or_unknown(f->machine.product), or_unknown(f->machine.serial));
	printf("Firmware  %s", hc_firmware_names[f->firmware.type]);
	if (f->firmware.type == HC_FIRMWARE_UEFI)
		printf(", %llu bits, Secure Boot: %s", (unsigned long long)f->firmware.bits,
		       hc_tristate_names[f->firmware.secure_boot]);
	printf("\nProcessor %s, %llu running, %s of memory\n", or_unknown(f->cpu.model),
	       (unsigned long long)f->cpu.logical, memory);
	printf("HAL       %s (%s, %s)\n", or_unknown(f->hal.type), or_unknown(f->hal.id),
	       or_unknown(f->hal.file));
	for (size_t i = 0; i < f->hal.evidence.count; i++)
		printf("          %s\n", f->hal.evidence.items[i]);
	printf("Disks\n");
	for (size_t i = 0; i < f->disks.count; i++)
		print_disk(&f->disks.items[i]);
	printf("Network\n");
	for (size_t i = 0; i < f->network.count; i++)
		printf("  %-14s %s  %s, %s\n", f->network.items[i].name,
		       or_unknown(f->network.items[i].mac),
		       or_unknown(f->network.items[i].driver),
		       f->network.items[i].link ? "link" : "no link");
}

int
cmd_probe(struct cli *cli, struct hc_err *err)
{
	const struct hc_probe_options options = { .sysroot = cli_get(cli, "sysroot") };
	struct hc_facts facts = { 0 };

	if (cli_has(cli, "record") && hc_probe_record(cli_get(cli, "record"), err) < 0)
		return -1;
	if (hc_probe(&options, &cli->arena, &facts, err) < 0)
		return -1;
	if (cli->json)
		return cli_print(&hc_facts_shape, &facts, err);
	print_facts(&facts);
	return 0;
}
