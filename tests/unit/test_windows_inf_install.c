/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/windows/inf: what an installation holds: files, services, registry; and of storage drivers' real INF files. */
#include "tests/unit/tap.h"

#include <stdlib.h>

#include "restore/base/file.h"
#include "restore/base/text.h"
#include "restore/windows/inf.h"

static const struct hc_inf_target ws2003 = { "x86", 5, 2, 3790, 3, 0 };
static const struct hc_inf_target server2019 = { "x64", 10, 0, 17763, 3, 0 };

static const char package[] =
	"[Version]\nSignature=\"$Chicago$\"\n"
	"[i.NT]\nCopyFiles=f,@one.sys,nowhere\nAddReg=r\nDelReg=gone\nNeeds=common,Far.NT\n"
	"Include=far.inf\nFeatureScore=c0\nDriverVer=1/1/2000\n"
	"[common]\nNeeds=common,i.NT\nAddReg=more\nFeatureScore=80\n"
	"[i.NT.Services]\nAddService=svc,0x2,s,log\nAddService=,2\nNeeds=Far.NT.Services\n"
	"DelService=old\n"
	"[i.NT.HW]\nAddReg=hw\nNeeds=Far.NT.HW\n"
	"[f]\nnew.sys,old.sy_,,0x10\nplain.sys\n,x\nincab.sys\n"
	"[s]\nDisplayName=\"A, b\"\nDescription=d\nServiceType=1\nStartType=0x0\nErrorControl=3\n"
	"ServiceBinary=%12%\\new.sys\nLoadOrderGroup=SCSI miniport\nDependencies=a,+b\n"
	"Security=\"D:P(A;;GA;;;SY)\"\nStartName=\\Driver\\x\nAddReg=sr\n"
	"[log]\nAddReg=lr\n"
	"[r]\nHKR,,Own,,\"text\"\n[more]\nHKLM,SOFTWARE\\X,,,\n"
	"[hw]\nHKR,\"Interrupt Management\",,0x10\nhkr,Only\n"
	"[sr]\nHKR,Parameters,BusType,0x00010001,0x0b\n"
	"[lr]\nHKR,,TypesSupported,0x10001,7\n"
	"[DestinationDirs]\nDefaultDestDir=11\nf=12,\"\\deep\\er\\\"\n"
	"[SourceDisksNames]\n1=%d%,,,\\plain\n2=%d%,\"drv.CAB\",,\\cabs\n"
	"[SourceDisksNames.amd64]\n1=%d%,tag,,\"\\amd64\\\"\n"
	"[SourceDisksFiles]\none.sys=1\nold.sy_=1,sub\nincab.sys=2,ignored\n"
	"[SourceDisksFiles.amd64]\nONE.SYS=1,sixty\\four\n"
	"[Strings]\nd=disk\n"
	/* What AddService=,2 must not take for its section. */
	"[]\nServiceType=9\n";

static bool
is(const char *got, const char *want)
{
	return want == NULL ? got == NULL : got != NULL && strcmp(got, want) == 0;
}

static bool
is_file(const struct hc_inf_file *file, const char *directory, const char *folder,
	const char *name, const char *source)
{
	return is(file->directory, directory) && is(file->folder, folder) &&
	       is(file->name, name) && is(file->source, source);
}

static bool
is_value(const struct hc_inf_registry *r, const char *root, const char *key, const char *name,
	 uint32_t type)
{
	return is(r->root, root) && is(r->key, key) && is(r->name, name) && r->type == type &&
	       !r->key_only;
}

static bool
is_number(const struct hc_inf_registry *r, uint32_t want)
{
	return r->type == 4 && r->data.size == 4 && hc_get_le32(r->data.data) == want;
}

/* ---------------------------------------------------------------- a package made for this */

static void
test_files(const struct hc_inf *inf, struct hc_arena *arena)
{
	struct hc_inf_install w = { .section = NULL };
	struct hc_err err;

	ok_call(hc_inf_install(inf, &ws2003, "i.NT", arena, &w, &err), &err, "on x86");
	ok(w.files.count == 4 && w.files.items[0].flags == 0x10 &&
		   is_file(&w.files.items[0], "12", "deep\\er", "new.sys",
			   "plain\\sub\\old.sy_") &&
		   is_file(&w.files.items[1], "12", "deep\\er", "plain.sys", NULL) &&
		   is_file(&w.files.items[3], "11", "", "one.sys", "plain\\one.sys"),
	   "files: renamed, of Windows' own media, by itself");
	ok(is_file(&w.files.items[2], "12", "deep\\er", "incab.sys", "incab.sys") &&
		   is(w.files.items[2].cabinet, "cabs\\drv.CAB") &&
		   w.files.items[0].cabinet == NULL,
	   "a file in a cabinet");
	ok_call(hc_inf_install(inf, &server2019, "i.NT", arena, &w, &err), &err, "on amd64");
	ok(is_file(&w.files.items[0], "12", "deep\\er", "new.sys", "amd64\\sub\\old.sy_") &&
		   is_file(&w.files.items[3], "11", "", "one.sys",
			   "amd64\\sixty\\four\\one.sys"),
	   "the places of an architecture");
	ok(w.needs[HC_INF_PART_DEVICE].count == 1 &&
		   is(w.needs[HC_INF_PART_DEVICE].items[0], "Far.NT") &&
		   w.needs[HC_INF_PART_SERVICES].count == 1 &&
		   is(w.needs[HC_INF_PART_HARDWARE].items[0], "Far.NT.HW") &&
		   w.includes.count == 1 && is(w.includes.items[0], "far.inf"),
	   "what other INF files have to say");
	ok(w.other.count == 2 && is(w.other.items[0], "DelReg") &&
		   is(w.other.items[1], "DelService") && w.feature_score == 0xc0,
	   "what is asked for beyond; the feature score");
	ok_fails(hc_inf_install(inf, &ws2003, NULL, arena, &w, &err), &err, H_INF_FORMAT,
		 "no section");
	ok_fails(hc_inf_install(inf, &ws2003, "i", arena, &w, &err), &err, H_INF_FORMAT,
		 "a section that isn't there");
}

static void
test_services(const struct hc_inf *inf, struct hc_arena *arena)
{
	struct hc_inf_install w = { .section = NULL };
	const struct hc_inf_registry *r;
	const struct hc_inf_service *s;
	struct hc_err err;

	ok_call(hc_inf_install(inf, &ws2003, "i.NT", arena, &w, &err), &err, "services");
	s = w.services.items;
	ok(w.services.count == 2 && is(s->name, "svc") && s->flags == HC_INF_ASSOCIATED &&
		   s->type == 1 && s->start == 0 && s->error == 3 &&
		   is(s->display_name, "A, b") && is(s->description, "d") &&
		   is(s->binary, "%12%\\new.sys") && is(s->group, "SCSI miniport") &&
		   is(s->security, "D:P(A;;GA;;;SY)") && is(s->start_name, "\\Driver\\x") &&
		   s->dependencies.count == 2 && is(s->dependencies.items[1], "+b"),
	   "a service");
	ok(is(s[1].name, "") && s[1].type == HC_INF_UNSET && s[1].start == HC_INF_UNSET &&
		   s[1].binary == NULL,
	   "the null driver");
	r = w.registry.items;
	ok(w.registry.count == 6 && r[0].scope == HC_INF_DRIVER &&
		   is_value(&r[0], "HKR", "", "Own", 1) && r[0].data.size == 10 &&
		   is_value(&r[1], "HKLM", "SOFTWARE\\X", "", 1) && r[1].data.size == 2,
	   "values of the device; a key's own value");
	ok(r[2].scope == HC_INF_SERVICE && is(r[2].service, "svc") && is_number(&r[2], 11) &&
		   r[3].scope == HC_INF_EVENT_LOG && is(r[3].service, "svc") &&
		   is_number(&r[3], 7),
	   "values of the service, of its event log");
	ok(r[4].scope == HC_INF_HARDWARE && r[4].key_only &&
		   is(r[4].key, "Interrupt Management") && r[5].key_only &&
		   is(r[5].root, "HKR") && is(r[5].key, "Only"),
	   "keys without value");
}

/* ---------------------------------------------------------------- data of AddReg */

struct data_row {
	const char *flags_and_data, *want;
	size_t size;
	uint32_t type;
};

static void
test_data(void)
{
	static const struct data_row rows[] = {
		{ ",a", "a\0\0", 4, 1 },
		{ "0x0,\"a,\"", "a\0,\0\0", 6, 1 },
		{ "0x00020000,%%x%%", "%\0x\0%\0\0", 8, 2 },
		{ "0x00010000,a,,b", "a\0\0\0b\0\0\0\0", 10, 7 },
		{ "0x00010008,\xe4", "\xe4\0\0\0\0", 6, 7 },
		{ "0x00010000", "\0", 2, 7 },
		{ "1,01,ff,0xA", "\x01\xff\x0a", 3, 3 },
		{ "0x1,01,\\\n  02,", "\x01\x02", 2, 3 },
		{ "0x00010001,257", "\x01\x01\0", 4, 4 },
		{ "0x00010001,-1", "\xff\xff\xff\xff", 4, 4 },
		{ "0x00010001,0xffffffff", "\xff\xff\xff\xff", 4, 4 },
		{ "0x00010001", "\0\0\0", 4, 4 },
		{ "0x00010001,01,02,03,0x4", "\1\2\3\4", 4, 4 },
		{ "0x00020001,aa", "\xaa", 1, 0 },
		{ "0x000b0001,1,2,3,4,5,6,7,8", "\1\2\3\4\5\6\7\10", 8, 11 },
		{ "%REG_SZ%,a", "a\0\0", 4, 1 },
		{ "0x1,1g", NULL, 0, 0 },
		{ "0x1,100", NULL, 0, 0 },
		{ "0x00010001,4294967296", NULL, 0, 0 },
		{ "0x00010001,x", NULL, 0, 0 },
	};
	struct hc_arena arena = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct data_row *row = &rows[i];
		struct hc_inf_install w = { .section = NULL };
		struct hc_inf *inf;
		struct hc_err err = { 0 };
		char text[256];
		int result;

		snprintf(text, sizeof(text), "[i]\nAddReg=r\n[r]\nHKR,k,n,%s\n",
			 row->flags_and_data);
		result = hc_inf_read(hc_span(text, strlen(text)), 0, &arena, &inf, &err);
		if (result == 0)
			result = hc_inf_install(inf, &ws2003, "i", &arena, &w, &err);
		ok(row->want == NULL ? result == -1 && err.code == H_INF_FORMAT
				     : result == 0 && w.registry.count == 1 &&
					       w.registry.items->type == row->type &&
					       w.registry.items->data.size == row->size &&
					       memcmp(w.registry.items->data.data, row->want,
						      row->size) == 0,
		   "data %.*s", (int)strcspn(row->flags_and_data, "\\"), row->flags_and_data);
	}
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- real ones */

static void
install_real(const char *file, const char *id, const struct hc_inf_target *target,
	     struct hc_arena *arena, struct hc_inf_install *ret)
{
	struct hc_strings hardware = { &id, 1 };
	struct hc_inf_match match = { .install = NULL };
	struct hc_buf bytes = { 0 };
	struct hc_inf *inf = NULL;
	struct hc_err err;
	char path[4096];

	*ret = (struct hc_inf_install){ .section = NULL };
	snprintf(path, sizeof(path), "%s/inf/%s", getenv("HALCYON_TESTDATA"), file);
	ok_call(hc_file_read(path, HC_INF_BYTES_MAX, &bytes, &err) < 0 ||
				hc_inf_read(hc_buf_span(&bytes), 0x409, arena, &inf, &err) < 0
			? -1
			: hc_inf_match(inf, target, (struct hc_device_ids){ &hardware, NULL },
				       arena, &match, &err),
		&err, "%s has %s", file, id);
	if (inf != NULL)
		ok_call(hc_inf_install(inf, target, match.install, arena, ret, &err), &err,
			"its installation");
	hc_buf_done(&bytes);
}

/* Expected values are what stands in these files, read by eye. */
static void
test_real(void)
{
	struct hc_arena arena = { 0 };
	struct hc_inf_install w;

	install_real("genahci/genahci.inf", "pci\\cc_010601", &ws2003, &arena, &w);
	ok(w.registry.count == 2 && w.services.count == 1 &&
		   is(w.services.items->display_name, "Standard SATA AHCI Driver") &&
		   w.registry.items[0].scope == HC_INF_SERVICE &&
		   is(w.registry.items[0].service, "genahci") &&
		   is_value(&w.registry.items[0], "HKR", "Parameters\\PnpInterface", "5", 4) &&
		   is_number(&w.registry.items[0], 1) &&
		   is_value(&w.registry.items[1], "HKR", "Parameters", "BusType", 4) &&
		   is_number(&w.registry.items[1], 11),
	   "genahci: what its service is told");
	install_real("virtualbox-additions/VBoxGuest.inf", "PCI\\VEN_80EE&DEV_CAFE",
		     &server2019, &arena, &w);
	ok(w.registry.count == 1 && w.registry.items[0].scope == HC_INF_DRIVER &&
		   is_value(&w.registry.items[0], "HKLM",
			    "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", "VBoxTray",
			    1) &&
		   w.files.count == 3 && is(w.other.items[0], "DelService"),
	   "VBoxGuest: a value below HKLM");
	install_real("reactos-0.4.13/hdc.inf", "PCI\\CC_0101", &ws2003, &arena, &w);
	ok(w.services.count >= 1 && w.services.items->start == 0, "hdc.inf of ReactOS");
	hc_arena_done(&arena);
}

int
main(void)
{
	struct hc_arena arena = { 0 };
	struct hc_inf *inf = NULL;
	struct hc_err err;

	ok_call(hc_inf_read(hc_span(package, strlen(package)), 0, &arena, &inf, &err), &err,
		"a package is read");
	if (inf != NULL) {
		test_files(inf, &arena);
		test_services(inf, &arena);
	}
	test_data();
	if (getenv("HALCYON_TESTDATA") != NULL)
		test_real();
	else
		tap_skip("HALCYON_TESTDATA is not set");
	hc_arena_done(&arena);
	return tap_done();
}
