/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All parts of the probe, one after the other. */
#include "restore/probe/probe_priv.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "restore/base/text.h"

int
hc_probe_no_memory(struct hc_err *err)
{
	return hc_err_set(err, H_OUT_OF_MEMORY, "no memory for the machine's facts");
}

static int
probe_created(struct probe *p, struct hc_err *err)
{
	char now[HC_TIME_TEXT];

	if (p->live) {
		hc_time_text(time(NULL), now);
		p->facts->created = hc_arena_strdup(p->arena, now);
		return p->facts->created == NULL ? hc_probe_no_memory(err) : 0;
	}
	p->facts->created = hc_tree_text(&p->tree, p->arena, "/created");
	return 0;
}

int
hc_probe(const struct hc_probe_options *options, struct hc_arena *arena, struct hc_facts *ret,
	 struct hc_err *err)
{
	/* The HAL type depends on firmware and names, which come before it. */
	static int (*const parts[])(struct probe *, struct hc_err *) = {
		probe_created, hc_probe_firmware, hc_probe_machine, hc_probe_processors,
		hc_probe_hal,  hc_probe_pci,      hc_probe_network, hc_probe_disks,
	};
	struct hc_facts facts = { 0 };
	struct probe p = { .tree = { options->sysroot != NULL ? options->sysroot : "" },
			   .live = options->sysroot == NULL,
			   .windows = options->windows,
			   .arena = arena,
			   .facts = &facts };
	struct stat st;

	if (!p.live && (stat(options->sysroot, &st) != 0 || !S_ISDIR(st.st_mode))) {
		hc_err_set(err, H_PROBE, "there is no recorded machine in %s",
			   options->sysroot);
		return hc_err_remedy(err, "Name a folder that `halcyon probe --record` wrote.");
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (parts[i](&p, err) < 0)
			return -1;
	*ret = facts;
	return 0;
}
