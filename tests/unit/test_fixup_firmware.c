/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/fixup/firmware: a Windows of a BIOS machine, on a disk with a GPT and an EFI system partition; its boot store is a
 * real one. */
#include "tests/unit/fixup_fixture.h"

#include "restore/base/text.h"

/* Where the store of data/hives/bcd/pybcd-BCDlaptop has everything: its FACTS.md. */
#define OLD_DISK   0x0003ee7cu
#define OLD_OFFSET 78644248576u

#define MGR  "{9dea862c-5cdd-4e70-acc1-f32b344d4795}"
#define LOAD "{40a5a38e-1d81-11e3-806a-cb00aeb9e05c}"
#define WAKE "{40a5a38d-1d81-11e3-806a-cb00aeb9e05c}"
#define RE   "{3c32c4e7-f36e-11e2-8548-986c4e43b52a}"
#define SDI  "{3c32c4e8-f36e-11e2-8548-986c4e43b52a}"
#define TEST "{b2721d73-1db4-4c62-bf78-c548a880142d}"
#define FW   "{a5a30fa2-3d06-4e9f-b5f4-a01df9d1fcba}"

#define OUT_OF_REACH                                                                           \
	"note: the boot entries of the machine that this Windows shall start on are out of "   \
	"reach: it starts by \\EFI\\BOOT there\n"
#define NO_CONVERSION "refused: the conversion to UEFI is not made: "

struct conversion {
	struct offline_machine m;
	struct hc_bcd_move move;
};

static bool
open_conversion(const struct sandbox *box, struct conversion *c)
{
	memset(c, 0, sizeof(*c));
	if (!ok(offline_open(box, &c->m, true), "an offline machine opens"))
		return false;
	ask_only(&c->m, "firmware");
	c->m.request.convert_firmware = "uefi";
	c->move.from.scheme = HC_BCD_MBR;
	hc_put_le32(c->move.from.disk, OLD_DISK);
	hc_put_le64(c->move.from.partition, OLD_OFFSET);
	hc_bcd_partition_of(&c->m.offline.volumes[1].entry, HC_TABLE_GPT, c->m.offline.table_id,
			    &c->move.to);
	c->m.request.moves.items = &c->move;
	c->m.request.moves.count = 1;
	return true;
}

/* An empty EFI system partition. */
static bool
empty_esp(const struct sandbox *box)
{
	return run(box, "rm -f esp.img && truncate -s 8M esp.img && mkfs.vfat esp.img") == 0;
}

/* ---------------------------------------------------------------- what is found */

/* "gpt 1": which partitions a device names. */
static void
device_text(struct offline_machine *m, const struct hc_edit *edit, char *ret, size_t room)
{
	struct hc_bcd_object object = { 0 };
	struct hc_span bytes;
	struct hc_err err;

	ret[0] = '\0';
	if (hc_base64_decode(&m->arena, edit->after->bytes, &bytes, &err) < 0 ||
	    hc_bcd_devices(bytes, "11000001", &m->arena, &object, &err) < 0)
		return;
	for (size_t i = 0; i < object.devices.count; i++) {
		const struct hc_bcd_device *d = &object.devices.items[i];
		size_t used = strlen(ret);

		snprintf(ret + used, room - used, " %s of %.8s partition %.1s", d->scheme,
			 d->disk != NULL ? d->disk + 1 : "?",
			 d->partition != NULL ? d->partition + 36 : "?");
	}
}

/* Values of the store as object, element and new data; the rest as is_found has it. */
static bool
is_converted(struct offline_machine *m, const char *want, const char *what)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	char device[256];
	bool same_text;

	m->found = (struct hc_fix_found){ 0 };
	ok_call(hc_fixup_detect(&m->offline, &m->request, &m->arena, &m->found, &err), &err,
		"%s: it looks", what);
	for (size_t i = 0; i < m->found.edits.count; i++) {
		const struct hc_edit *e = &m->found.edits.items[i];

		if (e->kind == HC_EDIT_FILE) {
			edit_line(e, &text, &err);
			continue;
		}
		device_text(m, e, device, sizeof(device));
		hc_buf_printf(
			&text, &err, "%llu:%s %s:%s%s\n", (unsigned long long)e->partition,
			e->path, e->key, strcmp(e->after->type, "REG_BINARY") == 0 ? "" : " ",
			strcmp(e->after->type, "REG_BINARY") == 0 ? device : e->after->text);
	}
	for (size_t i = 0; i < m->found.notes.count; i++)
		hc_buf_printf(&text, &err, "%s: %s\n",
			      m->found.notes.items[i].refused ? "refused" : "note",
			      m->found.notes.items[i].text);
	hc_buf_append(&text, "", 1, &err);
	same_text = strcmp((const char *)text.data, want) == 0;
	ok(same_text, "%s: the edits are those expected", what);
	if (!same_text)
		printf("# wanted\n%s# got\n%s", want, (const char *)text.data);
	hc_buf_done(&text);
	return same_text;
}

#define STORE           "1:/EFI/Microsoft/Boot/BCD "
#define ELEMENT(id, el) STORE "Objects\\" id "\\Elements\\" el ":"
#define ON_ESP          " gpt of 11111111 partition 1\n"
#define ON_WINDOWS      " gpt of 11111111 partition 2\n"

static const char all[] = "1:/EFI/Microsoft/Boot/BCD made\n"
	/* in the order of the store */
	ELEMENT(RE, "11000001") ON_WINDOWS ELEMENT(RE, "21000001") ON_WINDOWS ELEMENT(
		RE,
		"12000002") " \\windows\\system32\\winload.efi\n" ELEMENT(SDI,
									  "31000003") ON_WINDOWS
		ELEMENT(WAKE, "11000001") ON_WINDOWS ELEMENT(WAKE, "21000001") ON_WINDOWS ELEMENT(
			WAKE,
			"12000002") " \\WINDOWS\\system32\\winresume.efi\n" ELEMENT(LOAD,
										    "11000001")
			ON_WINDOWS ELEMENT(LOAD, "21000001") ON_WINDOWS ELEMENT(
				LOAD,
				"12000002") " \\WINDOWS\\system32\\winload.efi\n" ELEMENT(MGR,
											  "11000001") ON_ESP
				ELEMENT(MGR, "12000002") " \\EFI\\Microsoft\\Boot\\bootmgfw.efi\n" ELEMENT(
					TEST, "11000001")
					ON_ESP ELEMENT(
						TEST,
						"12000002") " \\EFI\\Microsoft\\Boot\\memtest.efi\n" STORE
							    "Objects\\" FW
							    "\\Description: 269484033\n" ELEMENT(
								    FW,
								    "24000001") " " MGR
										"\n" STORE
										"Description: 1\n"
										"1:/EFI/Microsoft/Boot/bootmgfw.efi made\n"
										"1:/EFI/Microsoft/Boot/en-US/bootmgfw.efi.mui made\n"
										"1:/EFI/Microsoft/Boot/memtest.efi made\n"
										"1:/EFI/Microsoft/Boot/Fonts/segmono_boot.ttf made\n"
										"1:/EFI/BOOT/BOOTX64.EFI made\n" OUT_OF_REACH;

static void
test_conversion(struct sandbox *box)
{
	struct conversion c;

	if (!open_conversion(box, &c))
		return;
	ok(same(c.m.offline.windows->firmware, "bios"), "a BIOS started it");
	is_converted(&c.m, all, "the conversion");
	ok(run(box, "cp BCD.bios BCD") == 0 && make_hive_edits(box, &c.m, "BCD"),
	   "the store becomes another");
	offline_done(&c.m);
	ok(run(box,
	       "rm -rf esp && mkdir -p esp/EFI/BOOT esp/EFI/Microsoft && "
	       "cp -r efi esp/EFI/Microsoft/Boot && mkdir esp/EFI/Microsoft/Boot/Fonts && "
	       "cp font esp/EFI/Microsoft/Boot/Fonts/segmono_boot.ttf && "
	       "cp efi/bootmgfw.efi esp/EFI/BOOT/BOOTX64.EFI && "
	       "cp BCD esp/EFI/Microsoft/Boot/BCD && mcopy -s -i esp.img esp/EFI ::/") == 0,
	   "other tools make it");
	if (!open_conversion(box, &c))
		return;
	ok(same(c.m.offline.windows->firmware, "uefi"), "it starts by UEFI");
	ok(same(c.m.offline.windows->bcd->where, "partition 1 \\EFI\\Microsoft\\Boot\\BCD"),
	   "from its new store");
	is_converted(&c.m, "", "a second look");
	/* As it would be found if the old store were the one that counts. */
	c.m.offline.windows->firmware = "bios";
	is_converted(&c.m, OUT_OF_REACH, "a second look beside the old store");
	ask_only(&c.m, "efi-boot");
	c.m.offline.windows->firmware = "uefi";
	is_converted(&c.m, OUT_OF_REACH, "efi-boot has nothing to add");
	offline_done(&c.m);
}

/* ---------------------------------------------------------------- what is refused */

static void
refused(const struct sandbox *box, void (*change)(struct conversion *), const char *want,
	const char *what)
{
	struct conversion c;

	if (!open_conversion(box, &c))
		return;
	change(&c);
	is_converted(&c.m, want, what);
	offline_done(&c.m);
}

static void
as_it_is(struct conversion *c)
{
	c->m.offline.windows->firmware = "bios";
}

static void
not_asked(struct conversion *c)
{
	c->m.request.convert_firmware = NULL;
}

static void
to_bios(struct conversion *c)
{
	c->m.offline.windows->firmware = "uefi";
	c->m.request.convert_firmware = "bios";
}

static void
of_32_bits(struct conversion *c)
{
	c->m.offline.windows->architecture = "x86";
}

static void
of_vista_rtm(struct conversion *c)
{
	c->m.offline.windows->version = "6.0";
	c->m.offline.windows->build = "6000";
}

static void
with_mbr(struct conversion *c)
{
	c->m.offline.table = HC_TABLE_MBR;
}

static void
without_esp(struct conversion *c)
{
	c->m.offline.volumes[0].entry.type = FIXTURE_DATA;
}

static void
without_map(struct conversion *c)
{
	c->m.request.moves.count = 0;
}

/* Brought up to date from its logs: the file that would be copied is not what was read. */
static void
with_logs(struct conversion *c)
{
	struct hc_hive *hive;
	struct hc_err err;

	ok_call(hc_offline_hive_at(&c->m.offline, 1, "/Boot/BCD", &hive, &err), &err,
		"the store");
	c->m.offline.hives.items[0].loaded.state.dirty = true;
	c->m.offline.hives.items[0].loaded.state.recovered = true;
}

static void
test_refused(const struct sandbox *box)
{
	refused(box, not_asked, "", "not asked for");
	refused(box, to_bios,
		"refused: the conversion from uefi to bios is not made: halcyon converts 64-bit "
		"Windows from Vista SP1 on, from BIOS to UEFI\n",
		"the way back");
	refused(box, of_32_bits,
		"refused: the conversion from bios to uefi is not made: halcyon converts 64-bit "
		"Windows from Vista SP1 on, from BIOS to UEFI\n",
		"32 bits");
	refused(box, of_vista_rtm,
		"refused: the conversion from bios to uefi is not made: halcyon converts 64-bit "
		"Windows from Vista SP1 on, from BIOS to UEFI\n",
		"Vista without a service pack");
	refused(box, with_mbr, NO_CONVERSION "the disk has no GPT\n", "an MBR");
	refused(box, without_esp,
		NO_CONVERSION "the disk has no EFI system partition that a firmware can read\n",
		"no EFI system partition");
	refused(box, without_map,
		NO_CONVERSION "no boot store of this disk starts this Windows\n",
		"a store that names other partitions");
	refused(box, with_logs, NO_CONVERSION "the boot store was not closed\n",
		"a store whose logs were not written into it");
}

static void
test_other_store(const struct sandbox *box)
{
	struct conversion c;

	run(box, "mmd -i esp.img ::/EFI ::/EFI/Microsoft ::/EFI/Microsoft/Boot; "
		 "mcopy -o -i esp.img BCD.bios ::/EFI/Microsoft/Boot/BCD");
	if (!open_conversion(box, &c))
		return;
	c.m.offline.windows->firmware = "bios";
	c.m.request.moves.count = 0;
	is_converted(&c.m,
		     NO_CONVERSION "the EFI system partition has a boot store of another "
				   "Windows\n",
		     "another system's store");
	offline_done(&c.m);
}

/* Half of it is worse than nothing: edits that were wished for already go too. */
static void
test_all_or_nothing(struct sandbox *box)
{
	struct conversion c;

	ok(empty_esp(box) && run(box, "cp BCD.bios BCD.re") == 0 &&
		   change_hive(box, "BCD.re",
			       "[\\Objects\\" LOAD "\\Elements\\21000001]\n"
			       "\"Element\"=hex:00\n") &&
		   mount_ntfs(box, "w.img", "big_writes") &&
		   run(box, "cp BCD.re mnt/Boot/BCD") == 0 && umount_ntfs(box),
	   "a store with nothing but the recovery environment");
	refused(box, as_it_is, NO_CONVERSION "no boot store of this disk starts this Windows\n",
		"the recovery environment of a Windows is not the Windows");
	ok(make_hive_text(box, "BCD.none", "[\\Description]\n\"System\"=dword:00000001\n") &&
		   mount_ntfs(box, "w.img", "big_writes") &&
		   run(box, "cp BCD.none mnt/Boot/BCD") == 0 && umount_ntfs(box),
	   "a store without objects");
	refused(box, as_it_is, NO_CONVERSION "BCD has no key Objects\n", "is none");
	ok(mount_ntfs(box, "w.img", "big_writes") &&
		   run(box,
		       "cp BCD.bios mnt/Boot/BCD && rm mnt/Windows/Boot/EFI/bootmgfw.efi") ==
			   0 &&
		   umount_ntfs(box),
	   "Windows has lost its boot manager");
	if (!open_conversion(box, &c))
		return;
	is_converted(&c.m,
		     "refused: /EFI/Microsoft/Boot/bootmgfw.efi is not there, and it can't be "
		     "taken from /Windows/Boot/EFI/bootmgfw.efi: "
		     "/Windows/Boot/EFI/bootmgfw.efi does not exist\n",
		     "no boot manager");
	offline_done(&c.m);
	ok(mount_ntfs(box, "w.img", "big_writes") &&
		   run(box, "rm mnt/Windows/System32/winload.efi") == 0 && umount_ntfs(box),
	   "and its loader");
	if (!open_conversion(box, &c))
		return;
	is_converted(&c.m, NO_CONVERSION "/Windows/System32/winload.efi does not exist\n",
		     "no loader");
	offline_done(&c.m);
}

/* ---------------------------------------------------------------- the machine */

static bool
make_machine(struct sandbox *box)
{
	char top[PATH_MAX];

	return getcwd(top, sizeof(top)) != NULL &&
	       make_hive(box, "SYSTEM", "2012r2/SYSTEM.reg") &&
	       make_hive(box, "SOFTWARE", "2012r2/SOFTWARE.reg") &&
	       run(box,
		   "mkdir -p efi/en-US && echo mui >efi/en-US/bootmgfw.efi.mui && "
		   "echo font >font && echo memtest >efi/memtest.efi && "
		   "python3 -c \"import sys; sys.path.insert(0, '%s/tests/fixtures/standin'); "
		   "from builder import pe; open('efi/bootmgfw.efi', 'wb').write("
		   "pe.make('x64', 'bootmgr.exe', 'x', (6, 3, 9600, 1), kind='efi'))\"",
		   top) == 0 &&
	       real_hive(box, "bcd", "pybcd-BCDlaptop", "BCD.bios") &&
	       make_windows_volume(box, "") && mount_ntfs(box, "w.img", "big_writes") &&
	       run(box,
		   "mkdir -p mnt/Boot mnt/Windows/Boot/Fonts && "
		   "cp -r efi mnt/Windows/Boot/EFI && "
		   "cp font mnt/Windows/Boot/Fonts/segmono_boot.ttf && "
		   "cp BCD.bios mnt/Boot/BCD && echo x >mnt/Windows/System32/winload.efi") ==
		       0 &&
	       umount_ntfs(box) && empty_esp(box);
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (getenv("HALCYON_TESTDATA") == NULL) {
		tap_skip("HALCYON_TESTDATA is not set");
	} else if (!make_windows_volume(&box, "")) {
		tap_skip(NO_NTFS);
	} else if (ok(make_machine(&box), "a machine is made")) {
		test_refused(&box);
		test_conversion(&box);
		test_other_store(&box);
		test_all_or_nothing(&box);
	}
	sandbox_close(&box);
	return tap_done();
}
