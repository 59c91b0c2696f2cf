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
print_list(const char *title, const struct hc_strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		printf("%-10s%s\n", i == 0 ? title : "", list->items[i]);
}

/* ---------------------------------------------------------------- machine and firmware */

static void
print_machine(const struct hc_machine *m)
{
	printf("%-10s%s %s%s%s\n", "Machine", or_unknown(m->vendor), or_unknown(m->product),
	       m->version != NULL ? ", version " : "", m->version != NULL ? m->version : "");
	printf("%-10sserial %s, uuid %s\n", "", or_unknown(m->serial), or_unknown(m->uuid));
}

static void
print_firmware(const struct hc_firmware *f)
{
	printf("%-10s%s", "Firmware", hc_firmware_names[f->type]);
	if (f->type == HC_FIRMWARE_UEFI)
		printf(", %llu bits, Secure Boot: %s", (unsigned long long)f->bits,
		       hc_tristate_names[f->secure_boot]);
	printf("\n");
	for (size_t i = 0; i < f->certificates.count; i++)
		printf("%-10s%-4s %s\n", i == 0 ? "Keys" : "", f->certificates.items[i].store,
		       f->certificates.items[i].subject);
	if (f->revoked.count > 0)
		printf("%-10sdbx  forbids %zu image%s\n", "", f->revoked.count,
		       f->revoked.count == 1 ? "" : "s");
	print_list("Not read", &f->unread);
}

static void
print_processors(const struct hc_facts *f)
{
	char memory[HC_SIZE_TEXT];

	hc_size_text(f->memory, memory);
	printf("%-10s%s\n", "Processor", or_unknown(f->cpu.model));
	printf("%-10s%llu running in %llu package%s, %s; %s of memory\n", "",
	       (unsigned long long)f->cpu.logical, (unsigned long long)f->cpu.packages,
	       f->cpu.packages == 1 ? "" : "s",
	       f->cpu.long_mode ? "32 and 64 bits" : "32 bits only", memory);
	if (f->acpi.tables.count > 0) {
		printf("%-10s", "ACPI");
		for (size_t i = 0; i < f->acpi.tables.count; i++)
			printf("%s%s", i == 0 ? "" : " ", f->acpi.tables.items[i]);
		printf("\n");
	}
	printf("%-10s%s (%s, %s)\n", "HAL", or_unknown(f->hal.type), or_unknown(f->hal.id),
	       or_unknown(f->hal.file));
	print_list("", &f->hal.evidence);
	if (f->hal.runnable.count > 0) {
		printf("%-10scan run", "");
		for (size_t i = 0; i < f->hal.runnable.count; i++)
			printf(" %s", f->hal.runnable.items[i]);
		printf("\n");
	}
}

/* ---------------------------------------------------------------- devices */

/* The best id: what a driver for just this device would be bound by. */
static const char *
best(const struct hc_strings *ids)
{
	return ids->count > 0 ? ids->items[0] : "unknown";
}

static void
print_devices(const struct hc_facts *f)
{
	if (f->pci.count > 0)
		printf("PCI\n");
	for (size_t i = 0; i < f->pci.count; i++)
		printf("  %-12s class %s  %-12s %s\n", f->pci.items[i].address,
		       or_unknown(f->pci.items[i].class),
		       f->pci.items[i].driver != NULL ? f->pci.items[i].driver : "-",
		       best(&f->pci.items[i].hardware_ids));
	if (f->vmbus.count > 0)
		printf("VMBus\n");
	for (size_t i = 0; i < f->vmbus.count; i++)
		printf("  %s  %-12s %s\n", f->vmbus.items[i].address,
		       f->vmbus.items[i].driver != NULL ? f->vmbus.items[i].driver : "-",
		       best(&f->vmbus.items[i].hardware_ids));
}

static void
print_partition(const struct hc_partition *p)
{
	char size[HC_SIZE_TEXT];

	hc_size_text(p->size, size);
	printf("      %2llu %10s  %-10s %s\n", (unsigned long long)p->number, size,
	       p->filesystem ? p->filesystem : "-", p->label ? p->label : "");
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
	printf("      sectors of %llu bytes, on the medium %llu; controller %s%s%s\n",
	       (unsigned long long)disk->logical_block,
	       (unsigned long long)disk->physical_block, or_unknown(disk->controller),
	       disk->removable ? "; removable" : "",
	       disk->read_only ? "; write-protected" : "");
	if (disk->holds != NULL)
		printf("      holds %s\n", disk->holds);
	for (size_t i = 0; i < disk->in_use_by.count; i++)
		printf("      in use: %s\n", disk->in_use_by.items[i]);
	for (size_t i = 0; i < disk->member_of.count; i++)
		printf("      part of: %s\n", disk->member_of.items[i]);
	for (size_t i = 0; i < disk->other_paths.count; i++)
		printf("      also %s\n", disk->other_paths.items[i]);
	for (size_t i = 0; i < disk->partitions.count; i++)
		print_partition(&disk->partitions.items[i]);
}

static void
print_adapter(const struct hc_network *net)
{
	printf("  %-14s %s  %s, %s", net->name,
	       net->mac != NULL ? net->mac : "no address of its own", or_unknown(net->driver),
	       net->link ? "link" : "no link");
	for (size_t i = 0; i < net->addresses.count; i++)
		printf("%s%s", i == 0 ? ", " : " ", net->addresses.items[i]);
	printf("\n");
}

static void
print_facts(const struct hc_facts *f)
{
	print_machine(&f->machine);
	print_firmware(&f->firmware);
	print_processors(f);
	print_devices(f);
	printf("Disks\n");
	for (size_t i = 0; i < f->disks.count; i++)
		print_disk(&f->disks.items[i]);
	printf("Network\n");
	for (size_t i = 0; i < f->network.count; i++)
		print_adapter(&f->network.items[i]);
}

int
cmd_probe(struct cli *cli, struct hc_err *err)
{
	const struct hc_probe_options options = { .sysroot = cli_get(cli, "sysroot"),
						  .windows = true };
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
