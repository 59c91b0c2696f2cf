/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume: writing to FAT.  fsck.fat and mtools, called by the test, are the witnesses. */
#include "tests/unit/tap.h"

#include "tests/unit/volume_write.h"

static const char odd_name[] = "A name of more than eight characters & [odd] ones.tar.gz";

static bool
make_fat(struct sandbox *box, int bits, const char *size)
{
	return run(box,
		   "rm -rf w.img t && truncate -s %s w.img && mkfs.fat -F %d -i 1234abcd w.img && "
		   "mkdir -p t/WINNT/system32/drivers t/tree/a/b 't/blank [s]' && "
		   "printf 'boot code' >t/NTLDR && printf deep >t/tree/a/b/file.txt && "
		   "printf odd >'t/%s' && seq 1 40000 >t/large.bin && : >t/empty && "
		   "printf u >t/tree/Größe.txt && export TZ=UTC LC_ALL=C.UTF-8 && "
		   "mcopy -s -m -i w.img t/* ::/ && mattrib -i w.img +h +s +r ::/NTLDR && "
		   "mattrib -i w.img +r ::/tree/a/b/file.txt && mattrib -i w.img +h ::/tree/a",
		   size, bits, odd_name) == 0;
}

/* The dirty bit apart, fsck.fat finds nothing to say. */
static bool
is_sound(const struct sandbox *box, const char *name)
{
	return run(box, "fsck.fat -n %s", name) == 0;
}

static bool
holds(const struct sandbox *box, const char *image, const char *path, const char *want)
{
	return run(box,
		   "LC_ALL=C.UTF-8 mtype -i %s '::/%s' >got && printf '%%s' '%s' | cmp - got",
		   image, path, want) == 0;
}

/* ---------------------------------------------------------------- each kind */

static void
test_nothing(struct sandbox *box, int bits)
{
	struct hc_buf before = slurp(box, "w.img");
	struct opened o;
	struct hc_err err;

	ok_call(open_copy(box, "w.img", &o, &err), &err, "a FAT%d volume opens for writing",
		bits);
	ok(reads(o.volume, "ntldr", text("boot code")) &&
		   hc_volume_remove(o.volume, "WINNT/none", &err) == 0 &&
		   hc_volume_make_folder(o.volume, "winnt\\SYSTEM32", &err) == 0,
	   "it reads; what is so already is fine");
	ok_call(hc_volume_finish(o.volume, &err), &err, "it is finished");
	ok(o.io.writes == 0 && memcmp(before.data, o.bytes.data, before.size) == 0,
	   "and nothing was written (%u writes)", o.io.writes);
	hc_buf_done(&o.bytes);
	hc_buf_done(&before);
}

static void
test_write(struct sandbox *box)
{
	struct hc_buf content = noise(300000, 1);
	struct hc_extents extents = { 0 };
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	ok_call(hc_volume_write(o.volume, "C:/ntldr", text("other"), &err), &err,
		"a hidden, read-only file is replaced");
	ok_call(hc_volume_write(o.volume, "winnt/System32/drivers/new driver.sys",
				hc_buf_span(&content), &err),
		&err, "a new one is made");
	ok(hc_volume_write(o.volume, "a/b c/Dépôt [1]/日本.txt", text("deep"), &err) == 0 &&
		   reads(o.volume, "A/B C/Dépôt [1]/日本.txt", text("deep")),
	   "with the folders above it, of any name");
	ok(hc_volume_write(o.volume, odd_name, text("even"), &err) == 0 &&
		   hc_volume_write(o.volume, "blank [s]/new", text("n"), &err) == 0 &&
		   hc_volume_write(o.volume, "LARGE.BIN", text(""), &err) == 0 &&
		   hc_volume_write(o.volume, "empty", hc_buf_span(&content), &err) == 0,
	   "odd names; a full one is emptied, an empty one filled");
	ok_call(hc_volume_file_extents(o.volume, "empty", &extents, &err), &err,
		"where a file lies");
	ok(hc_extents_total(&extents) == content.size, "is all of it");
	ok(o.io.writes == 0, "until the end nothing reaches the io");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	o.bytes = slurp(box, "b.img");
	for (size_t i = 0, at = 0; i < extents.count; i++) {
		ok(extents.items[i].offset + extents.items[i].length <= o.bytes.size &&
			   memcmp(o.bytes.data + extents.items[i].offset, content.data + at,
				  extents.items[i].length) == 0,
		   "and lies there");
		at += extents.items[i].length;
	}
	hc_buf_done(&o.bytes);
	ok(is_sound(box, "b.img"), "fsck.fat finds no fault");
	ok(holds(box, "b.img", "NTLDR", "other") &&

		   holds(box, "b.img", "A name of*", "even") &&
		   holds(box, "b.img", "blank \\[s\\]/new", "n") &&
		   holds(box, "b.img", "a/b c/Dépôt \\[1\\]/日本.txt", "deep"),
	   "mtype reads what was written");
	ok(run(box, "mattrib -i b.img ::/NTLDR | grep ' A  SHR ' && "
		    "test $(mdir -b -a -i b.img ::/ | wc -l) = 8") == 0,
	   "attributes are kept, and no name is there twice");
	hc_buf_done(&content);
	hc_extents_done(&extents);
}

static void
test_remove(struct sandbox *box)
{
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	ok_call(hc_volume_remove(o.volume, "ntldr", &err), &err, "a read-only file is removed");
	ok_call(hc_volume_remove(o.volume, "tree", &err), &err, "and a tree that holds one");
	ok(hc_volume_remove(o.volume, odd_name, &err) == 0 &&
		   hc_volume_remove(o.volume, "blank [s]", &err) == 0,
	   "and odd names");
	ok_fails(hc_volume_remove(o.volume, "/", &err), &err, H_UNSUPPORTED,
		 "but not the root");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "fsck.fat finds no fault");
	ok(run(box,
	       "mdir -b -a -i b.img ::/ >ls && cat ls && "
	       "test \"$(sort ls | tr '\\n' ' ')\" = '::/WINNT/ ::/empty ::/large.bin '") == 0,
	   "mdir lists the others");
}

static void
test_dirty(struct sandbox *box, int bits)
{
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	ok_call(hc_volume_set_dirty(o.volume, true, &err), &err, "the volume is marked dirty");
	finish_into(box, "b.img", &o, &err);
	ok(run(box, "fsck.fat -n b.img 2>&1 | grep -i 'dirty bit is set'") == 0,
	   "fsck.fat says so");
	open_copy(box, "b.img", &o, &err);
	ok(hc_volume_info(o.volume)->state.dirty, "and info");
	if (bits != 12) {
		uint64_t table = hc_get_le16(o.bytes.data + 14) * 512ull;
		uint64_t size = bits == 32 ? hc_get_le32(o.bytes.data + 36)
					   : hc_get_le16(o.bytes.data + 22);
		uint8_t first = o.bytes.data[table + (bits == 32 ? 7 : 3)];
		uint8_t second = o.bytes.data[table + size * 512 + (bits == 32 ? 7 : 3)];

		ok(!(first & (bits == 32 ? 8 : 0x80)) && first == second,
		   "FAT[1] says so, in both FATs");
	}
	ok_call(hc_volume_set_dirty(o.volume, false, &err), &err, "the mark is taken away");
	finish_into(box, "c.img", &o, &err);
	ok(run(box, "cmp c.img w.img") == 0, "and the volume is as it was");
}

static void
test_refusals(struct sandbox *box)
{
	struct hc_buf much = noise(60u << 20, 2);
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	ok_fails(hc_volume_write(o.volume, "WINNT", text("x"), &err), &err, H_PATH_NOT_FOUND,
		 "a folder is not written");
	ok_fails(hc_volume_write(o.volume, "NTLDR/x", text("x"), &err), &err, H_PATH_NOT_FOUND,
		 "nor through a file");
	ok_fails(hc_volume_write(o.volume, "que*", text("x"), &err), &err, H_UNSUPPORTED,
		 "nor a name that Windows doesn't allow");
	ok_fails(hc_volume_protect(o.volume, "WINNT", &err), &err, H_UNSUPPORTED,
		 "FAT protects nothing");
	ok_fails(hc_volume_write(o.volume, "much", hc_buf_span(&much), &err), &err,
		 H_VOLUME_FULL, "what does not fit is refused");
	ok_fails(hc_volume_write(o.volume, "little", text("x"), &err), &err, H_VOLUME_WRITE,
		 "and then nothing more is written");
	ok_fails(finish_into(box, "b.img", &o, &err), &err, H_VOLUME_WRITE, "nor finished");
	ok(run(box, "cmp b.img w.img") == 0, "the volume is as it was");
	open_copy(box, "w.img", &o, &err);
	hc_volume_write(o.volume, "hiberfil.sys", text("hibr and more"), &err);
	finish_into(box, "b.img", &o, &err);
	ok_fails(open_copy(box, "b.img", &o, &err), &err, H_VOLUME_READ_ONLY,
		 "a hibernated one is not opened");
	abandon(&o);
	open_copy(box, "w.img", &o, &err);
	o.io.fail_at = 1;
	hc_volume_write(o.volume, "NTLDR", text("x"), &err);
	ok_fails(finish_into(box, "b.img", &o, &err), &err, H_IO,
		 "an io that fails is an error");
	hc_buf_done(&much);
}

int
main(void)
{
	static const struct {
		int bits;
		const char *size;
	} kinds[] = { { 12, "6M" }, { 16, "20M" }, { 32, "40M" } };
	struct sandbox box;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sandbox_open(&box);
	for (size_t i = 0; i < 3; i++) {
		if (!ok(make_fat(&box, kinds[i].bits, kinds[i].size), "a FAT%d volume is made",
			kinds[i].bits))
			break;
		test_nothing(&box, kinds[i].bits);
		test_write(&box);
		test_remove(&box);
		test_dirty(&box, kinds[i].bits);
	}
	test_refusals(&box);
	sandbox_close(&box);
	return tap_done();
}
