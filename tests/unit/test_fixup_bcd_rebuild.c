/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A boot store made anew, as other programs read it, and what bcd says of it afterwards. */
#include "tests/unit/fixup_bcd.h"

/* The store that was planned, as file BCD of the sandbox; `path` on partition 1. */
static bool
take_store(const struct sandbox *box, struct layout *l, const char *path)
{
	for (size_t i = 0; i < l->m.found.edits.count; i++) {
		const struct hc_edit *e = &l->m.found.edits.items[i];
		struct hc_span data;
		struct hc_err err;
		char name[PATH_MAX];
		FILE *file;

		if (e->kind != HC_EDIT_FILE || strcmp(e->path, path) != 0 || e->after == NULL ||
		    hc_base64_decode(&l->m.arena, e->after->bytes, &data, &err) < 0)
			continue;
		file = fopen(path_in(box, name, "BCD"), "wb");
		return file != NULL && fwrite(data.data, data.size, 1, file) == 1 &&
		       fclose(file) == 0;
	}
	return false;
}

/* Decoded by hivexregedit and python: "{id8} element value", texts and numbers, devices as hex of their ids. */
static const char decode[] =
	"hivexregedit --export --unsafe-printable-strings BCD '\\' >BCD.reg && python3 -c '\n"
	"import re\n"
	"key, out = \"\", []\n"
	"for line in open(\"BCD.reg\"):\n"
	"    line = line.strip()\n"
	"    if line.startswith(\"[\"): key = line[1:-1]; continue\n"
	"    if \"=\" not in line: continue\n"
	"    name, value = line.split(\"=\", 1)\n"
	"    name = name.strip(\"\\\"\")\n"
	"    m = re.match(r\"hex\\((\\w+)\\):(.*)|hex:(.*)\", value)\n"
	"    if m:\n"
	"        data = bytes.fromhex((m.group(2) or m.group(3) or \"\").replace(\",\", \"\"))\n"
	"        if m.group(1) in (\"1\", \"7\"):\n"
	"            value = data.decode(\"utf-16-le\").rstrip(\"\\0\").replace(\"\\0\", \" \")\n"
	"        elif len(data) == 88: value = data[0x20:0x24].hex() + \"/\" + data[0x38:0x3c].hex()\n"
	"        else: value = str(int.from_bytes(data, \"little\"))\n"
	"    value = re.sub(r\"^str\\(1\\):\\W(.*)\\W$\", r\"\\1\", value)\n"
	"    value = re.sub(r\"\\{(\\w{8})[-\\w]*\\}\", r\"{\\1}\", value)\n"
	"    key_ = re.sub(r\"\\{(\\w{8})[-\\w]*\\}\", r\"{\\1}\", key)\n"
	"    key_ = key_.replace(\"\\\\Objects\\\\\", \"\").replace(\"\\\\Elements\\\\\", \" \")\n"
	"    out.append(key_ + (\"\" if name == \"Element\" else \" \" + name) + \": \" + value)\n"
	"open(\"BCD.txt\", \"w\").write(\"\\n\".join(out) + \"\\n\")\n'";

static void
decoded_is(const struct sandbox *box, const char *want, const char *what)
{
	struct hc_buf text = { 0 };
	bool same;

	ok(run(box, "%s", decode) == 0, "%s: another program reads it", what);
	text = slurp(box, "BCD.txt");
	same = strcmp((const char *)text.data, want) == 0;
	ok(same, "%s: it holds what a store holds", what);
	if (!same)
		printf("# wanted\n%s# got\n%s", want, (const char *)text.data);
	hc_buf_done(&text);
}

/* Ids of loader and resume object are made of the partition's; the others are those of every store. */
static const char uefi_store[] = "\\Description KeyName: BCD00000000\n"
				 "\\Description System: dword:00000001\n"
				 "{00021680}\\Description Type: dword:10200003\n"
				 "{00021680} 11000001: b07c4a9d/7de84155\n"
				 "{00021680} 12000002: \\Windows\\system32\\winload.efi\n"
				 "{00021680} 12000004: Windows\n"
				 "{00021680} 12000005: en-US\n"
				 "{00021680} 14000006: {6efb52bf}\n"
				 "{00021680} 21000001: b07c4a9d/7de84155\n"
				 "{00021680} 22000002: \\Windows\n"
				 "{00021680} 23000003: {cf312773}\n"
				 "{00021680} 25000020: 0\n"
				 "{00021680} 250000c2: 1\n"
				 "{0ce4991b}\\Description Type: dword:20100000\n"
				 "{0ce4991b} 16000020: 0\n"
				 "{1afa9c49}\\Description Type: dword:20200004\n"
				 "{1afa9c49} 14000006: {7ea2e1ac}\n"
				 "{4636856e}\\Description Type: dword:20100000\n"
				 "{4636856e} 15000011: 0\n"
				 "{4636856e} 15000013: 1\n"
				 "{4636856e} 15000014: 115200\n"
				 "{5189b25c}\\Description Type: dword:20100000\n"
				 "{6efb52bf}\\Description Type: dword:20200003\n"
				 "{6efb52bf} 14000006: {7ea2e1ac} {7ff607e0}\n"
				 "{7ea2e1ac}\\Description Type: dword:20100000\n"
				 "{7ea2e1ac} 14000006: {4636856e} {0ce4991b} {5189b25c}\n"
				 "{7ff607e0}\\Description Type: dword:20200003\n"
				 "{7ff607e0} 250000f3: 0\n"
				 "{7ff607e0} 250000f4: 1\n"
				 "{7ff607e0} 250000f5: 115200\n"
				 "{9dea862c}\\Description Type: dword:10100002\n"
				 "{9dea862c} 11000001: 9cb86a1c/7de84155\n"
				 "{9dea862c} 12000002: \\EFI\\Microsoft\\Boot\\bootmgfw.efi\n"
				 "{9dea862c} 12000004: Windows Boot Manager\n"
				 "{9dea862c} 12000005: en-US\n"
				 "{9dea862c} 14000006: {7ea2e1ac}\n"
				 "{9dea862c} 23000003: {00021680}\n"
				 "{9dea862c} 23000006: {cf312773}\n"
				 "{9dea862c} 24000001: {00021680}\n"
				 "{9dea862c} 24000010: {b2721d73}\n"
				 "{9dea862c} 25000004: 30\n"
				 "{b2721d73}\\Description Type: dword:10200005\n"
				 "{b2721d73} 11000001: 9cb86a1c/7de84155\n"
				 "{b2721d73} 12000002: \\EFI\\Microsoft\\Boot\\memtest.efi\n"
				 "{b2721d73} 12000004: Windows Memory Diagnostic\n"
				 "{b2721d73} 12000005: en-US\n"
				 "{b2721d73} 14000006: {7ea2e1ac}\n"
				 "{b2721d73} 1600000b: 1\n"
				 "{cf312773}\\Description Type: dword:10200004\n"
				 "{cf312773} 11000001: b07c4a9d/7de84155\n"
				 "{cf312773} 12000002: \\Windows\\system32\\winresume.efi\n"
				 "{cf312773} 12000004: Windows Resume Application\n"
				 "{cf312773} 12000005: en-US\n"
				 "{cf312773} 14000006: {1afa9c49}\n"
				 "{cf312773} 21000001: b07c4a9d/7de84155\n"
				 "{cf312773} 22000002: \\hiberfil.sys\n";

static const char bios_store[] = "\\Description KeyName: BCD00000000\n"
				 "\\Description System: dword:00000001\n"
				 "{0ce4991b}\\Description Type: dword:20100000\n"
				 "{0ce4991b} 16000020: 0\n"
				 "{19d023e8}\\Description Type: dword:10200004\n"
				 "{19d023e8} 11000001: 00001000/d4c3b2a1\n"
				 "{19d023e8} 12000002: \\Windows\\system32\\winresume.exe\n"
				 "{19d023e8} 12000004: Windows Resume Application\n"
				 "{19d023e8} 12000005: en-US\n"
				 "{19d023e8} 14000006: {1afa9c49}\n"
				 "{19d023e8} 21000001: 00001000/d4c3b2a1\n"
				 "{19d023e8} 22000002: \\hiberfil.sys\n"
				 "{1afa9c49}\\Description Type: dword:20200004\n"
				 "{1afa9c49} 14000006: {7ea2e1ac}\n"
				 "{4636856e}\\Description Type: dword:20100000\n"
				 "{4636856e} 15000011: 0\n"
				 "{4636856e} 15000013: 1\n"
				 "{4636856e} 15000014: 115200\n"
				 "{5189b25c}\\Description Type: dword:20100000\n"
				 "{6efb52bf}\\Description Type: dword:20200003\n"
				 "{6efb52bf} 14000006: {7ea2e1ac} {7ff607e0}\n"
				 "{7ea2e1ac}\\Description Type: dword:20100000\n"
				 "{7ea2e1ac} 14000006: {4636856e} {0ce4991b} {5189b25c}\n"
				 "{7ff607e0}\\Description Type: dword:20200003\n"
				 "{7ff607e0} 250000f3: 0\n"
				 "{7ff607e0} 250000f4: 1\n"
				 "{7ff607e0} 250000f5: 115200\n"
				 "{8370fdaf}\\Description Type: dword:10200003\n"
				 "{8370fdaf} 11000001: 00001000/d4c3b2a1\n"
				 "{8370fdaf} 12000002: \\Windows\\system32\\winload.exe\n"
				 "{8370fdaf} 12000004: Windows\n"
				 "{8370fdaf} 12000005: en-US\n"
				 "{8370fdaf} 14000006: {6efb52bf}\n"
				 "{8370fdaf} 21000001: 00001000/d4c3b2a1\n"
				 "{8370fdaf} 22000002: \\Windows\n"
				 "{8370fdaf} 23000003: {19d023e8}\n"
				 "{8370fdaf} 25000020: 0\n"
				 "{8370fdaf} 250000c2: 1\n"
				 "{9dea862c}\\Description Type: dword:10100002\n"
				 "{9dea862c} 11000001: 00001000/d4c3b2a1\n"
				 "{9dea862c} 12000004: Windows Boot Manager\n"
				 "{9dea862c} 12000005: en-US\n"
				 "{9dea862c} 14000006: {7ea2e1ac}\n"
				 "{9dea862c} 23000003: {8370fdaf}\n"
				 "{9dea862c} 23000006: {19d023e8}\n"
				 "{9dea862c} 24000001: {8370fdaf}\n"
				 "{9dea862c} 24000010: {b2721d73}\n"
				 "{9dea862c} 25000004: 30\n"
				 "{b2721d73}\\Description Type: dword:10200005\n"
				 "{b2721d73} 11000001: 00001000/d4c3b2a1\n"
				 "{b2721d73} 12000002: \\boot\\memtest.exe\n"
				 "{b2721d73} 12000004: Windows Memory Diagnostic\n"
				 "{b2721d73} 12000005: en-US\n"
				 "{b2721d73} 14000006: {7ea2e1ac}\n"
				 "{b2721d73} 1600000b: 1\n";

#define NONE(why)                                                                              \
	"note: the new boot store has no entry for a recovery environment: " why               \
	"; `reagentc /enable` in Windows makes it, where there is one\n"

static void
test_rebuild(struct sandbox *box)
{
	static const struct layout_part bios[] = {
		{ .image = "w.img", .start = MIB, .active = true },
	};
	struct layout l = gpt(LAPTOP, own);

	ok(make_windows(box, "winload.efi", ":") && put_text(box, "BCD", "no store") &&
		   make_esp(box) && run(box, "mdel -i e.img ::EFI/Microsoft/Boot/BCD") == 0 &&
		   layout_open(box, &l),
	   "an EFI system partition without a store");
	ask_only(&l.m, "bcd");
	finds(&l,
	      "1:/EFI/Microsoft/Boot/BCD made\n" NONE(
		      "there is no ReAgent.xml that can be read"),
	      "a store is made");
	ok(take_store(box, &l, "/EFI/Microsoft/Boot/BCD"), "it is carried by the edit");
	layout_done(&l);
	decoded_is(box, uefi_store, "UEFI");
	ok(make_esp(box), "it is put there");
	looks(box, &l, "", "a store made anew");

	ok(put_text(box, "BCD", "no store, but something that is a text of more bytes") &&
		   make_windows(box, "winload.exe", BIOS_FILES " && cp BCD mnt/Boot/BCD.LOG"),
	   "an active partition with a store that is none");
	l = (struct layout){
		.table = HC_TABLE_MBR, .id = "a1b2c3d4", .parts = bios, .count = 1
	};
	if (ok(layout_open(box, &l), "BIOS: the machine opens")) {
		ask_only(&l.m, "bcd");
		finds(&l,
		      "1:/Boot/BCD replaced\n1:/Boot/BCD.LOG deleted\n" NONE(
			      "there is no ReAgent.xml that can be read"),
		      "a store is replaced");
		ok(take_store(box, &l, "/Boot/BCD"), "it is carried by the edit");
	}
	layout_done(&l);
	decoded_is(box, bios_store, "BIOS");
	ok(make_windows(box, "winload.exe", BIOS_FILES), "it is put there");
	looks(box, &l, "", "a store made anew for BIOS");
	ok(make_windows(box, "other.exe", "echo manager >mnt/bootmgr"), "nothing to start");
	looks(box, &l,
	      "refused: partition 1 has no boot store /Boot/BCD, and Windows no loader that "
	      "one could start\n",
	      "no loader");
}

/* ---------------------------------------------------------------- the recovery environment */

#define STORE "1:/EFI/Microsoft/Boot/BCD made\n"
#define AWAY                                                                                                                                       \
	STORE NONE(                                                                                                                                \
		"ReAgent.xml names a place that is not on this disk") "note: /Windows/System32/Recovery/ReAgent.xml: WinreLocation names a place " \
								      "that is not on this disk: disk {" OTHER                                     \
								      "} or 00000000, offset 41943040\n"
#define PUT_XML                                                                                \
	"mkdir -p mnt/Windows/System32/Recovery && cp r.xml mnt/Windows/System32/Recovery/ReAgent.xml"
#define PUT_RE                                                                                  \
	" && mkdir -p mnt/Recovery/WindowsRE && echo wim >mnt/Recovery/WindowsRE/Winre.wim && " \
	"echo sdi >mnt/Recovery/WindowsRE/boot.sdi"

/*
 * The recovery environment's loader, its options, and what leads to them, of any store: another program's export, the values
 * joined, texts without their ends.  "OPTIONS" stands for the options object, whose id each store makes up.  15000066, a text
 * to show, was seen in one store only.
 */
static const char lines[] =
	"import re, uuid\n"
	"store, key = {}, ''\n"
	"for line in open('x.reg'):\n"
	"    line = line.strip()\n"
	"    if line.startswith('['): key = line[1:-1].split('\\\\')[2:]\n"
	"    elif '=' in line and len(key) > 1:\n"
	"        name, value = line.split('=', 1)\n"
	"        m = re.match(r'hex(?:\\((\\w+)\\))?:(.*)', value)\n"
	"        data = bytes.fromhex(m.group(2).replace(',', '')) if m else None\n"
	"        if m and m.group(1) in ('1', '7'): data, value = None, data.decode('utf-16-le').strip('\\0').replace('\\0', ' ')\n"
	"        store.setdefault(key[0], {})[key[-1]] = data if data is not None else "
	"re.sub(r'^str.1.:.(.*).$', r'\\1', value).strip(' \\0').lower()\n"
	"loader = store['{9dea862c-5cdd-4e70-acc1-f32b344d4795}']['23000003']\n"
	"entry = store[loader]['14000008']\n"
	"options = '{%s}' % uuid.UUID(bytes_le=store[entry]['11000001'][:16])\n"
	"print('enabled', store[loader]['16000009'].hex())\n"
	"for name, object in ((entry, store[entry]), ('OPTIONS', store[options])):\n"
	"    for element, value in sorted(object.items()):\n"
	"        if element == '15000066': continue\n"
	"        if isinstance(value, bytes):\n"
	"            if len(value) > 88: value = value[16:]\n"
	"            value = value.hex()\n"
	"        print(name, element, value)\n";

/* The same as in the store that Windows itself made. */
static bool
same_recovery(const struct sandbox *box, const char *real)
{
	static const char export[] = "hivexregedit --export --unsafe-printable-strings %s '\\' "
				     ">x.reg && python3 lines.py >%s";

	return put_text(box, "lines.py", lines) && run(box, export, real, "real.txt") == 0 &&
	       run(box, export, "BCD", "new.txt") == 0 &&
	       run(box, "test $(wc -l <real.txt) -ge 16 && diff real.txt new.txt") == 0;
}

static void
no_store(struct sandbox *box, const char *xml, const char *more, const char *want,
	 const char *what)
{
	struct layout l = gpt(LAPTOP, own);

	ok(put_text(box, "BCD", "no store") && put_text(box, "r.xml", xml) && make_esp(box) &&
		   run(box, "mdel -i e.img ::EFI/Microsoft/Boot/BCD") == 0 &&
		   make_windows(box, "winload.efi", more) && layout_open(box, &l),
	   "%s: the machine opens", what);
	ask_only(&l.m, "bcd");
	finds(&l, want, what);
	take_store(box, &l, "/EFI/Microsoft/Boot/BCD");
	layout_done(&l);
}

static void
test_recovery(struct sandbox *box)
{
	static const struct layout_part bios[] = {
		{ .image = "w.img", .start = 78644248576, .active = true },
	};
	static const char mbr[] =
		"<WindowsRE><WinreBCD id=\"{3C32C4E7-f36e-11e2-8548-986c4e43b52a}\"/>"
		"<WinreLocation path=\"\\Recovery\\WindowsRE\" id=\"257660\" "
		"offset=\"78644248576\" guid=\"{00000000-0000-0000-0000-000000000000}\"/>";
	struct layout l = gpt(LAPTOP, own);

	no_store(box, REAGENT(LAPTOP, "41943040"), PUT_XML PUT_RE, STORE,
		 "a recovery environment");
	ok(real_hive(box, "bcd", "bandysc-win10-uefi-2020-04-20", "REAL") &&
		   same_recovery(box, "REAL"),
	   "UEFI: the recovery environment's entry is that of the store that Windows made");
	ok(make_esp(box), "it is put there");
	looks(box, &l, "", "a store with a recovery environment");
	no_store(box, REAGENT(LAPTOP, "41943040"), PUT_XML,
		 STORE NONE("Winre.wim or boot.sdi is not where ReAgent.xml says"), "no image");
	no_store(box, REAGENT(LAPTOP, "41943040"),
		 PUT_XML PUT_RE " && rm mnt/Recovery/WindowsRE/boot.sdi",
		 STORE NONE("Winre.wim or boot.sdi is not where ReAgent.xml says"),
		 "no boot.sdi");
	no_store(box, "<WindowsRE/>", PUT_XML PUT_RE,
		 STORE NONE("ReAgent.xml says that there is none in use"), "switched off");
	no_store(box, REAGENT(OTHER, "41943040"), PUT_XML PUT_RE, AWAY, "on another disk");

	ok(put_text(box, "r.xml", mbr) &&
		   make_windows(
			   box, "winload.exe",
			   "mkdir mnt/Boot && echo manager >mnt/bootmgr && " PUT_XML PUT_RE),
	   "BIOS: a Windows without a store");
	l = (struct layout){
		.table = HC_TABLE_MBR, .id = "0003ee7c", .parts = bios, .count = 1
	};
	if (ok(layout_open(box, &l), "BIOS: the machine opens")) {
		ask_only(&l.m, "bcd");
		finds(&l, "1:/Boot/BCD made\n", "BIOS: a store with a recovery environment");
		ok(take_store(box, &l, "/Boot/BCD"), "BIOS: it is carried by the edit");
	}
	layout_done(&l);
	ok(real_hive(box, "bcd", "pybcd-BCDlaptop", "REAL") && same_recovery(box, "REAL"),
	   "BIOS: the recovery environment's entry is that of the store that Windows made");
}

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (run(&box, "truncate -s 4M d.img && mkntfs -qFQ d.img") == 0 &&
	    mount_ntfs(&box, "d.img", "big_writes") && umount_ntfs(&box)) {
		test_rebuild(&box);
		if (getenv("HALCYON_TESTDATA") != NULL)
			test_recovery(&box);
		else
			tap_skip("no real stores: HALCYON_TESTDATA is not set");
	} else {
		tap_skip(NO_NTFS);
	}
	sandbox_close(&box);
	return tap_done();
}
