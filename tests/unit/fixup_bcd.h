/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Machines with a boot store, and what bcd finds there as lines: file BCD of a sandbox on an EFI system partition e.img or
 * on the partition w.img with Windows itself.
 */
#ifndef HC_TESTS_FIXUP_BCD_H
#define HC_TESTS_FIXUP_BCD_H

#include "restore/fixup/moves.h"
#include "tests/unit/fixup_layout.h"

#define MIB      1048576u
#define LAPTOP   "5541e87d-91a5-4f2b-ad43-a0345c199e9b"
#define L_ESP    "1c6ab89c-bcbf-4abe-8593-618e4d2f5811"
#define L_SYSTEM "9d4a7cb0-ab9d-4d71-961f-50f1d9c9252f"
#define OTHER    "66666666-7777-8888-9999-aaaaaaaaaaaa"
#define N_ESP    "eeeeeeee-0000-0000-0000-000000000001"
#define N_SYSTEM "55555555-0000-0000-0000-000000000002"

#define SOFTWARE                                                                               \
	"[\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"6.3\"\n"              \
	"\"SystemRoot\"=\"C:\\\\Windows\"\n"
#define SYSTEM                                                                                 \
	"[\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"                 \
	"[\\ControlSet001\\Control]\n"

/* ---------------------------------------------------------------- the machines */

/* A Windows on w.img with what a shell puts there; `loader`: its loader below Windows/System32. */
__attribute__((unused)) static bool
make_windows(struct sandbox *box, const char *loader, const char *more)
{
	return make_hive_text(box, "SYSTEM", SYSTEM) &&
	       make_hive_text(box, "SOFTWARE", SOFTWARE) && make_windows_volume(box, "") &&
	       mount_ntfs(box, "w.img", "big_writes") &&
	       run(box, "echo loader >mnt/Windows/System32/%s; %s", loader, more) == 0 &&
	       umount_ntfs(box);
}

/* e.img with the store of the sandbox. */
__attribute__((unused)) static bool
make_esp(const struct sandbox *box)
{
	return run(box, "rm -f e.img && truncate -s 34M e.img && mkfs.vfat -F 32 e.img && "
			"mmd -i e.img ::EFI ::EFI/Microsoft ::EFI/Microsoft/Boot && "
			"mcopy -i e.img BCD ::EFI/Microsoft/Boot/BCD && "
			"echo manager >m && mcopy -i e.img m "
			"::EFI/Microsoft/Boot/bootmgfw.efi") == 0;
}

#define BIOS_FILES "mkdir mnt/Boot && cp BCD mnt/Boot && echo manager >mnt/bootmgr"

/* ---------------------------------------------------------------- edits as lines */

/* The partition at a place in an element: "gpt 9d4a7cb0/5541e87d", "mbr 0003ee7c+78644248576". */
__attribute__((unused)) static void
put_partition(struct hc_span value, size_t partition, size_t scheme, size_t disk,
	      struct hc_buf *out)
{
	const uint8_t *b = value.data;
	struct hc_err err;

	if (hc_get_le32(b + scheme) == 0)
		hc_buf_printf(out, &err, "gpt %08x/%08x", hc_get_le32(b + partition),
			      hc_get_le32(b + disk));
	else
		hc_buf_printf(out, &err, "mbr %08x+%llu", hc_get_le32(b + disk),
			      (unsigned long long)hc_get_le64(b + partition));
}

/* Two layouts are met: 88 bytes of a partition; a ramdisk, with the nested descriptor at 0x44.  Read without the code under
 * test.  What else differs is said. */
__attribute__((unused)) static void
put_element(struct layout *l, const struct hc_edit *e, struct hc_buf *out)
{
	struct hc_span old, new;
	uint8_t copy[512];
	size_t at;
	struct hc_err err;

	hc_base64_decode(&l->m.arena, e->before->bytes, &old, &err);
	hc_base64_decode(&l->m.arena, e->after->bytes, &new, &err);
	at = hc_get_le32(old.data + 0x10) == 6 ? 0x10 : 0x44;
	hc_buf_printf(out, &err, "%.8s %.8s ", strchr(e->key, '{') + 1,
		      strrchr(e->key, '\\') + 1);
	put_partition(old, at + 0x10, at + 0x24, at + 0x28, out);
	hc_buf_printf(out, &err, " -> ");
	put_partition(new, at + 0x10, at + 0x24, at + 0x28, out);
	memcpy(copy, old.data, old.size);
	memcpy(copy + at + 0x10, new.data + at + 0x10, 16);
	memcpy(copy + at + 0x24, new.data + at + 0x24, 20);
	hc_buf_printf(out, &err, "%s\n",
		      old.size == new.size &&memcmp(copy, new.data, new.size) == 0
			      ? ""
			      : ", and more differs");
}

__attribute__((unused)) static bool
finds(struct layout *l, const char *want, const char *what)
{
	struct hc_buf text = { 0 };
	struct hc_err err;
	bool same;

	l->m.found = (struct hc_fix_found){ 0 };
	ok_call(hc_fixup_detect(&l->m.offline, &l->m.request, &l->m.arena, &l->m.found, &err),
		&err, "%s: it looks", what);
	for (size_t i = 0; i < l->m.found.edits.count; i++) {
		const struct hc_edit *e = &l->m.found.edits.items[i];

		if (e->kind == HC_EDIT_VALUE)
			put_element(l, e, &text);
		else
			edit_line(e, &text, &err);
	}
	for (size_t i = 0; i < l->m.found.notes.count; i++)
		hc_buf_printf(&text, &err, "%s: %s\n",
			      l->m.found.notes.items[i].refused ? "refused" : "note",
			      l->m.found.notes.items[i].text);
	hc_buf_append(&text, "", 1, &err);
	same = strcmp((const char *)text.data, want) == 0;
	ok(same, "%s: the edits are those expected", what);
	if (!same)
		printf("# wanted\n%s# got\n%s", want, (const char *)text.data);
	hc_buf_done(&text);
	return same;
}

/* Opens, looks, makes the edits in the store of the sandbox. */
__attribute__((unused)) static void
looks(struct sandbox *box, struct layout *l, const char *want, const char *what)
{
	if (ok(layout_open(box, l), "%s: the machine opens", what)) {
		ask_only(&l->m, "bcd");
		finds(l, want, what);
		ok(make_hive_edits(box, &l->m, "BCD"), "%s: the store is repaired", what);
	}
	layout_done(l);
}

/* ReAgent.xml of that laptop; `disk` and `at`: where the recovery environment lies. */
#define REAGENT(disk, at)                                                                      \
	"<?xml version='1.0' encoding='utf-8'?>\r\n<WindowsRE version=\"2.0\">\r\n"            \
	"  <WinreBCD id=\"{b4462c65-5b64-11ea-95a8-fa55bfc2661a}\"/>\r\n"                      \
	"  <!-- <WinreLocation id=\"1\" offset=\"1\" guid=\"{" LAPTOP "}\"/> -->\r\n"          \
	"  <WinreLocation path=\"\\Recovery\\WindowsRE\" id=\"0\" offset=\"" at "\" "          \
	"guid=\"{" disk "}\"/>\r\n"                                                            \
	"  <ImageLocation path=\"\" id=\"0\" offset=\"0\" "                                    \
	"guid=\"{00000000-0000-0000-0000-000000000000}\"/>\r\n</WindowsRE>\r\n"

/* ---------------------------------------------------------------- a UEFI laptop of the test data */

__attribute__((unused)) static const struct layout_part own[] = {
	{ .image = "e.img", .start = MIB, .type = FIXTURE_ESP, .guid = L_ESP },
	{ .image = "w.img", .start = 40 * MIB, .guid = L_SYSTEM },
};
__attribute__((unused)) static struct layout
gpt(const char *id, const struct layout_part *parts)
{
	return (struct layout){ .table = HC_TABLE_GPT, .id = id, .parts = parts, .count = 2 };
}

#endif
