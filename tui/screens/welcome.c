/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Welcome: what this machine is, and what can be done with it. */
#include <stdio.h>

#include "restore/base/text.h"
#include "tui/screens/screens_priv.h"

static const char *
firmware_text(const struct hc_firmware *firmware, char *buf, size_t size)
{
	static const char *const secure[] = { "unknown", "off", "on" };

	if (firmware->type == HC_FIRMWARE_UEFI)
		snprintf(buf, size, "UEFI, %u-bit, Secure Boot %s", (unsigned)firmware->bits,
			 secure[firmware->secure_boot]);
	else if (firmware->type == HC_FIRMWARE_BIOS)
		snprintf(buf, size, "BIOS");
	else
		snprintf(buf, size, "unknown");
	return buf;
}

/* "eth0 10.0.0.5/24, eth1 no link". */
static const char *
network_text(const struct hc_facts *facts, char *buf, size_t size)
{
	size_t used = 0;

	snprintf(buf, size, "no adapter");
	for (size_t i = 0; i < facts->network.count && used < size; i++) {
		const struct hc_network *net = &facts->network.items[i];
		const char *state = !net->link                  ? "no link"
				    : net->addresses.count == 0 ? "no address"
								: net->addresses.items[0];

		used += (size_t)snprintf(buf + used, size - used, "%s%s %s", i > 0 ? ", " : "",
					 hc_text_or(net->name, "?"), state);
	}
	return buf;
}

static const char *
disks_text(const struct hc_facts *facts, char *buf, size_t size)
{
	size_t used = (size_t)snprintf(buf, size, "%zu%s", facts->disks.count,
				       facts->disks.count > 0 ? ": " : "");

	for (size_t i = 0; i < facts->disks.count && used < size; i++) {
		const struct hc_disk *disk = &facts->disks.items[i];
		char bytes[HC_SIZE_TEXT];

		hc_size_text(disk->size, bytes);
		used += (size_t)snprintf(
			buf + used, size - used, "%s%s %s", i > 0 ? ", " : "",
			hc_text_or(disk->model, hc_text_or(disk->path, "disk")), bytes);
	}
	return buf;
}

static int
draw_facts(const struct hc_facts *facts, struct hc_canvas *canvas, struct hc_rect body)
{
	const struct hc_machine *machine = &facts->machine;
	char text[256], memory[HC_SIZE_TEXT];
	int y = body.y;

	y = hc_part_fact(canvas, body, y, "Machine", "%s %s",
			 hc_text_or(machine->vendor, "unknown vendor"),
			 hc_text_or(machine->product, "unknown product"));
	y = hc_part_fact(canvas, body, y, "Serial", "%s",
			 hc_text_or(machine->serial, "none that could be trusted"));
	y = hc_part_fact(canvas, body, y, "UUID", "%s",
			 hc_text_or(machine->uuid, "none that could be trusted"));
	y = hc_part_fact(canvas, body, y, "Firmware", "%s",
			 firmware_text(&facts->firmware, text, sizeof(text)));
	y = hc_part_fact(canvas, body, y, "Processor", "%u logical, %u package%s: %s",
			 (unsigned)facts->cpu.logical, (unsigned)facts->cpu.packages,
			 facts->cpu.packages == 1 ? "" : "s",
			 hc_text_or(facts->cpu.model, "unknown"));
	hc_size_text(facts->memory, memory);
	y = hc_part_fact(canvas, body, y, "Memory", "%s", memory);
	y = hc_part_fact(canvas, body, y, "Disks", "%s", disks_text(facts, text, sizeof(text)));
	return hc_part_fact(canvas, body, y, "Network", "%s",
			    network_text(facts, text, sizeof(text)));
}

static void
draw(const struct hc_wiz *wiz, struct hc_canvas *canvas, struct hc_rect body)
{
	int y = body.y;

	if (wiz->have_facts)
		y = draw_facts(&wiz->facts, canvas, body);
	else if (!hc_part_waiting(wiz, HC_JOB_PROBE, canvas, body.x, y, body.width,
				  "Reading this machine..."))
		hc_canvas_text(
			canvas, body.x, y, body.width, HC_STYLE_BAD,
			"This machine could not be read. \"This machine\" reads it again.");
	if (y < body.y + 8)
		y = body.y + 8;
	y = hc_part_menu(wiz, canvas, body, y + 1);
	hc_canvas_text(
		canvas, body.x, y + 1, body.width, HC_STYLE_DIM,
		"The same on the screen and on a serial console.  F1 or ? explains a screen.");
}

const struct hc_screen_ops hc_screen_welcome = {
	.name = "welcome",
	.heading = "Restore Windows onto bare metal",
	.draw = draw,
	.help = "This is what the machine in front of you says about itself.  Compare "
		"vendor and serial number with its label before you go on.\n\n"
		"Up and Down move, Enter chooses, Esc goes back.  Nothing is written to "
		"any disk before a screen has shown what will be erased and you have "
		"typed the end of that disk's serial number.",
};
