/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repairs on a volume whose journal was not replayed: found, and made, on what it says. */
#include "restore/volume/write.h"
#include "tests/unit/fixup_fixture.h"
#include "tests/unit/journal_image.h"

#define SET "win7-sp1-x86-WKS-WIN732BITA"

static bool
put_hive(const struct sandbox *box, struct hc_volume *volume, const char *name)
{
	struct hc_buf bytes;
	struct hc_err err;
	char path[64];
	bool good;

	run(box, "f=%s/hives/%s/%s; if [ -e $f.xz ]; then xz -dc $f.xz; else cat $f; fi >hive",
	    getenv("HALCYON_TESTDATA"), SET, name);
	bytes = slurp(box, "hive");
	snprintf(path, sizeof(path), "/Windows/System32/config/%s", name);
	good = hc_volume_write(volume, path, hc_buf_span(&bytes), &err) == 0;
	hc_buf_done(&bytes);
	return good;
}

/* w.img: a volume with a Windows, whose journal is as if it were in use. */
static bool
make_volume(const struct sandbox *box)
{
	struct hc_volume *volume = NULL;
	struct hc_err err;
	struct copy c;
	uint64_t first;

	if (!take_real(box, JOURNAL_1))
		return false;
	first = roll_back(box, 8);
	copy_open(box, "real.img", &c);
	ok_call(hc_volume_open_write(c.overlay, 0, &volume, &err), &err, "a volume is opened");
	ok(put_hive(box, volume, "SYSTEM") && put_hive(box, volume, "SOFTWARE"),
	   "a Windows is put there");
	ok_call(hc_volume_finish(volume, &err), &err, "and written");
	copy_save(box, &c, "real.img", "w.img");
	copy_close(&c);
	reopen(box, "w.img", first, 1, 1);
	return true;
}

/* Marks the volume as dirty: the smallest edit there is. */
static int
perform(struct hc_io *io, struct hc_err *err)
{
	struct hc_edit_state clear = { .text = "clear" }, set = { .text = "set" };
	struct hc_edit edit = { .kind = HC_EDIT_FLAG,
				.fixup = "test",
				.partition = 1,
				.path = "dirty",
				.before = &clear,
				.after = &set };
	const struct hc_edits edits = { &edit, 1 };
	const struct hc_fix_target target = { .partition = 1, .io = io };
	struct hc_arena arena = { 0 };
	int result = hc_fixup_perform(&edits, &target, 1, &arena, err);

	hc_arena_done(&arena);
	return result;
}

static void
test_good(const struct sandbox *box)
{
	static struct offline_machine m;
	struct hc_volume *volume = NULL;
	struct hc_err err;
	struct copy c;

	if (ok(offline_open(box, &m, false), "the machine opens")) {
		const struct hc_offline_volume *v = &m.offline.volumes[0];

		ok(v->overlay != NULL && v->io == v->overlay &&
			   hc_volume_info(v->volume)->state.journal_clean,
		   "with the volume as its journal leaves it");
		offline_done(&m);
	}
	copy_open(box, "w.img", &c);
	ok_call(perform(c.overlay, &err), &err, "a repair is made");
	ok_call(hc_volume_open(c.overlay, &volume, &err), &err, "the volume opens");
	ok(hc_volume_info(volume)->state.journal_clean && hc_volume_info(volume)->state.dirty,
	   "its journal was replayed, and the repair is there");
	hc_volume_close(volume);
	copy_close(&c);
}

#define AUTOREBOOT                                                                             \
	"SYSTEM ControlSet001\\Control\\CrashControl AutoReboot: 1 -> 0\n"                     \
	"SYSTEM ControlSet002\\Control\\CrashControl AutoReboot: 1 -> 0\n"

/* Accepted by name: the journal goes first, then comes what is to be changed, and Windows is told to check the volume. */
static void
test_accepted(const struct sandbox *box, struct offline_machine *m)
{
	struct hc_fix_target target = { .partition = 1 };
	struct hc_volume *volume = NULL;
	struct hc_err err;
	struct copy c;

	hc_strings_add(&m->request.accepted, &m->arena, "VOL-3", &err);
	is_found(m,
		 "1 flag journal @0: open -> dropped\n" AUTOREBOOT
		 "1 flag dirty @0: clear -> set\n",
		 "with the loss accepted");
	ok(m->found.unreplayed.count == 1 &&
		   strcmp(m->found.unreplayed.items[0], "partition 1") == 0,
	   "the verdict is told");
	copy_open(box, "w.img", &c);
	target.io = c.overlay;
	ok_call(hc_fixup_perform(&m->found.edits, &target, 1, &m->arena, &err), &err,
		"the repairs are made");
	ok_call(hc_fixup_check(&m->found.edits, &target, 1, &m->arena, &err), &err,
		"and are in effect");
	ok_call(hc_volume_open(c.overlay, &volume, &err), &err, "the volume opens");
	ok(hc_volume_info(volume)->state.journal_clean && hc_volume_info(volume)->state.dirty,
	   "its journal is clean, and it is to be checked");
	hc_volume_close(volume);
	copy_save(box, &c, "w.img", "dropped.img");
	ok(run(box, "ntfscat -f -i 2 dropped.img >log && test -s log && "
		    "test $(tr -d '\\377' <log | wc -c) = 0") == 0,
	   "ntfscat finds the journal empty");
	ok(run(box, "ntfsinfo -f -m dropped.img | grep -i 'Volume Flags.*0x0001'") == 0,
	   "ntfsinfo finds the volume dirty");
	copy_close(&c);
}

static void
test_bad(const struct sandbox *box)
{
	static struct offline_machine m;
	struct hc_err err;
	struct copy c;

	run(box, "dd if=/dev/zero of=w.img bs=4096 seek=$((341784 / 4 + 26)) count=3 "
		 "conv=notrunc");
	if (ok(offline_open(box, &m, false), "a machine with a damaged journal opens")) {
		const struct hc_offline_volume *v = &m.offline.volumes[0];

		ok(v->overlay == NULL && !hc_volume_info(v->volume)->state.journal_clean,
		   "as it is");
		ask_only(&m, "autoreboot");
		is_found(
			&m,
			"refused: the journal of partition 1 can't be replayed, so nothing on it "
			"may be changed\n",
			"it is said before anything is written");
		test_accepted(box, &m);
		m.request.accepted.count = 0;
		ask_only(&m, "profile-list");
		is_found(&m, "", "nothing to change, nothing to accept");
		ok(m.found.unreplayed.count == 0, "and nothing to judge");
		offline_done(&m);
	}
	copy_open(box, "w.img", &c);
	ok_fails(perform(c.overlay, &err), &err, H_VOLUME_REPLAY, "a repair is refused");
	ok(changed(&c) == 0, "and nothing was written");
	copy_close(&c);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (make_volume(&box)) {
		test_good(&box);
		test_bad(&box);
	} else {
		tap_skip("HALCYON_TESTDATA is not set, or there is no qemu-img");
	}
	sandbox_close(&box);
	return tap_done();
}
