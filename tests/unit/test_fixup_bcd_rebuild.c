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
	finds(&l, "1:/EFI/Microsoft/Boot/BCD made\n", "a store is made");
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
		finds(&l, "1:/Boot/BCD replaced\n1:/Boot/BCD.LOG deleted\n",
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

int
main(void)
{
	struct sandbox box;

	sandbox_open(&box);
	if (run(&box, "truncate -s 4M d.img && mkntfs -qFQ d.img") == 0 &&
	    mount_ntfs(&box, "d.img", "big_writes") && umount_ntfs(&box))
		test_rebuild(&box);
	else
		tap_skip(NO_NTFS);
	sandbox_close(&box);
	return tap_done();
}
