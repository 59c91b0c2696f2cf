/* SPDX-License-Identifier: GPL-3.0-or-later */
/* restore/volume: writing to NTFS.  ntfsfix, ntfsresize (cluster accounting) and ntfssecaudit are the witnesses. */
#include "tests/unit/tap.h"

#include "tests/unit/ntfs_image.h"
#include "tests/unit/ntfs_journal.h"
#include "tests/unit/volume_write.h"

#define BIG (1000000u)

static int
set_short_name(const struct sandbox *box, const char *name, const char *alias)
{
	char path[PATH_MAX];

	return setxattr(path_in(box, path, "%s", name), "system.ntfs_dos_name", alias,
			strlen(alias), 0);
}

static bool
fill_volume(struct sandbox *box)
{
	if (run(box,
		"truncate -s 32M w.img && mkntfs -qFQ -c 4096 w.img && "
		"head -c %u /dev/urandom >big",
		BIG) != 0 ||
	    !mount_ntfs(box, "w.img", "compression,streams_interface=windows"))
		return false;
	return run(box,
		   "cd mnt && mkdir -p Windows/System32 packed tree/a/b/c 'tree/long folder name' && "
		   "cp ../big Windows/System32/big.bin && printf hello >Windows/win.ini && "
		   "printf fine >Windows/LongFileName.txt && : >empty && "
		   "truncate -s 1M sparse && printf end >>sparse && truncate -s 400K tail && "
		   "yes halcyon | head -c 300000 >../text && printf a >wof && "
		   "cp ../text wof:WofCompressedData && printf a >dedup && printf a >junction && "
		   "printf 1 >tree/a/b/c/1 && cp ../text 'tree/long folder name/two words.text' && "
		   "ln tree/a/b/c/1 kept && for i in $(seq 150); do echo $i >tree/a/file-number-$i; done && "
		   "printf 'this is the secret' >efs && mkdir tree/link && printf s >tree/a/s:stream") ==
		       0 &&
	       set_short_name(box, "mnt/Windows/LongFileName.txt", "LONGFI~1.TXT") == 0 &&
	       set_short_name(box, "mnt/tree/long folder name", "LONGFO~1") == 0 &&
	       set_reparse(box, "mnt/wof", 0x80000017) == 0 &&
	       set_reparse(box, "mnt/dedup", 0x80000013) == 0 &&
	       set_reparse(box, "mnt/tree/link", 0xa0000003) == 0 &&
	       set_attributes(box, "mnt/packed", 0x800) == 0 &&
	       set_attributes(box, "mnt/Windows/win.ini", 0x27) == 0 &&
	       run(box, "cp text mnt/packed/text && mkdir mnt/packed/deeper") == 0 &&
	       umount_ntfs(box) && run(box, "mv w.img a.img") == 0 && mark_encrypted(box) &&
	       run(box, "mv a.img w.img") == 0;
}

/* The volume contradicts itself nowhere that the tools look. */
static bool
is_sound(const struct sandbox *box, const char *name)
{
	return run(box,
		   "ntfsfix -n %s && ntfsresize -i -f -P %s && ntfssecaudit -a %s >audit 2>&1; "
		   "grep 'No errors were found' audit",
		   name, name, name) == 0;
}

static bool
has_attribute(const struct sandbox *box, const char *image, const char *path, const char *what)
{
	return run(box, "ntfsinfo -f -F '%s' %s | grep -E '%s'", path, image, what) == 0;
}

/* ---------------------------------------------------------------- nothing */

static void
test_nothing(struct sandbox *box)
{
	struct hc_buf before = slurp(box, "w.img");
	struct hc_entries list = { 0 };
	struct hc_arena arena = { 0 };
	struct opened o;
	struct hc_err err;

	ok_call(open_copy(box, "w.img", &o, &err), &err, "a volume opens for writing");
	ok(reads(o.volume, "Windows/win.ini", text("hello")) &&
		   hc_volume_list(o.volume, "tree/a", &arena, &list, &err) == 0 &&
		   list.count > 150,
	   "and reads like any other");
	ok_call(hc_volume_remove(o.volume, "Windows/none", &err), &err,
		"removing what isn't there is fine");
	ok_call(hc_volume_make_folder(o.volume, "C:\\windows\\SYSTEM32", &err), &err,
		"so is making a folder that is");
	ok_call(hc_volume_finish(o.volume, &err), &err, "it is finished");
	ok(o.io.writes == 0 && memcmp(before.data, o.bytes.data, before.size) == 0,
	   "and nothing was written (%u writes)", o.io.writes);
	hc_buf_done(&o.bytes);
	hc_buf_done(&before);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- contents */

static bool
same_place(struct hc_volume *volume, const char *path, const struct hc_extents *before,
	   uint64_t clusters)
{
	struct hc_extents now = { 0 };
	struct hc_err err;
	bool same = hc_volume_file_extents(volume, path, &now, &err) == 0 && now.count > 0;
	uint64_t left = clusters * 4096;

	for (size_t i = 0; same && i < now.count && left > 0; i++) {
		uint64_t part = hc_min_u64(hc_round_up(now.items[i].length, 4096), left);

		same = i < before->count && now.items[i].offset == before->items[i].offset;
		left -= part;
	}
	hc_extents_done(&now);
	return same;
}

static void
test_replace(struct sandbox *box)
{
	static const char path[] = "Windows/System32/big.bin";
	struct hc_buf same = noise(BIG, 1), more = noise(3 * BIG, 2), less = noise(5000, 3);
	struct hc_extents before = { 0 }, content = { 0 };
	struct hc_entry entry;
	struct hc_arena arena = { 0 };
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	hc_volume_file_extents(o.volume, path, &before, &err);
	ok(hc_extents_total(&before) == BIG, "a file lies somewhere");
	ok_call(hc_volume_write(o.volume, path, hc_buf_span(&same), &err), &err,
		"a file is replaced");
	ok(reads(o.volume, path, hc_buf_span(&same)) &&
		   same_place(o.volume, path, &before, BIG / 4096),
	   "its clusters stay");
	hc_volume_file_extents(o.volume, path, &content, &err);
	ok(content.count > 0 && memcmp(o.bytes.data + content.items[0].offset, same.data,
				       hc_min_u64(4096, content.items[0].length)) == 0,
	   "the bytes lie where file_extents says");
	ok(hc_volume_write(o.volume, path, hc_buf_span(&more), &err) == 0 &&
		   reads(o.volume, path, hc_buf_span(&more)) &&
		   same_place(o.volume, path, &before, BIG / 4096),
	   "it grows behind them");
	ok(hc_volume_write(o.volume, path, hc_buf_span(&less), &err) == 0 &&
		   reads(o.volume, path, hc_buf_span(&less)) &&
		   same_place(o.volume, path, &before, 1),
	   "it shrinks to the first of them");
	ok(hc_volume_write(o.volume, "windows/longfi~1.TXT", hc_buf_span(&less), &err) == 0 &&
		   reads(o.volume, "Windows/LongFileName.txt", hc_buf_span(&less)),
	   "a small file grows out of the $MFT, found by its short name");
	ok(hc_volume_write(o.volume, "Windows/win.ini", text("other"), &err) == 0 &&
		   hc_volume_stat(o.volume, "Windows/win.ini", &arena, &entry, &err) == 0 &&
		   (entry.attributes & 0x27) == 0x27 && entry.size == 5,
	   "a read-only one is written, and stays read-only");
	ok(hc_volume_write(o.volume, "empty", text("x"), &err) == 0 &&
		   hc_volume_write(o.volume, "Windows/System32/empty.me", hc_buf_span(&less),
				   &err) == 0 &&
		   hc_volume_write(o.volume, "Windows/System32/empty.me", text(""), &err) == 0,
	   "empty ones are filled, full ones emptied");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "and is sound");
	ok(run(box,
	       "test $(ntfscat b.img Windows/win.ini) = other && "
	       "test $(ntfscat b.img /empty) = x && "
	       "test $(ntfscat b.img Windows/System32/empty.me | wc -c) = 0 && "
	       "test $(ntfscat b.img Windows/System32/big.bin | wc -c) = 5000 && "
	       "ntfscat -i 2 w.img >log1 && ntfscat -i 2 b.img >log2 && cmp log1 log2") == 0,
	   "ntfscat reads what was written, and the journal as it was");
	ok(has_attribute(box, "b.img", "/Windows/LongFileName.txt", "LONGFI~1.TXT"),
	   "the short name is there still");
	hc_buf_done(&same);
	hc_buf_done(&more);
	hc_buf_done(&less);
	hc_extents_done(&before);
	hc_extents_done(&content);
	hc_arena_done(&arena);
}

static void
test_ordinary(struct sandbox *box)
{
	static const char *const paths[] = { "packed/text", "sparse", "wof", "tail",
					     "packed/new" };
	struct hc_buf content = noise(200000, 4);
	struct hc_extents extents = { 0 };
	struct hc_arena arena = { 0 };
	struct hc_entry entry = { 0 };
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	ok_fails(hc_volume_file_extents(o.volume, "packed/text", &extents, &err), &err,
		 H_UNSUPPORTED, "a compressed file lies nowhere as it is read");
	ok_fails(hc_volume_file_extents(o.volume, "sparse", &extents, &err), &err,
		 H_UNSUPPORTED, "nor does one with holes");
	ok_fails(hc_volume_file_extents(o.volume, "Windows/win.ini", &extents, &err), &err,
		 H_UNSUPPORTED, "nor one in the $MFT");
	ok_fails(hc_volume_file_extents(o.volume, "wof", &extents, &err), &err, H_UNSUPPORTED,
		 "nor one packed by WOF");
	for (size_t i = 0; i < 5; i++) {
		ok_call(hc_volume_write(o.volume, paths[i], hc_buf_span(&content), &err), &err,
			"%s is written", paths[i]);
		ok(reads(o.volume, paths[i], hc_buf_span(&content)) &&
			   hc_volume_stat(o.volume, paths[i], &arena, &entry, &err) == 0 &&
			   entry.reparse_tag == 0 && (entry.attributes & 0xe00) == 0 &&
			   hc_volume_file_extents(o.volume, paths[i], &extents, &err) == 0 &&
			   hc_extents_total(&extents) == content.size,
		   "and is an ordinary file");
		hc_extents_done(&extents);
		extents = (struct hc_extents){ 0 };
	}
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "and is sound");
	ok(!has_attribute(box, "b.img", "/wof", "REPARSE|WofCompressedData") &&
		   has_attribute(box, "w.img", "/wof", "REPARSE"),
	   "no reparse point is left, and no packed stream");
	ok(run(box, "test $(ntfscat b.img wof | wc -c) = 200000 && "
		    "ntfsinfo -fv -F '/$Extend/$Reparse' b.img >now && "
		    "ntfsinfo -fv -F '/$Extend/$Reparse' w.img >before && "
		    "grep -c -i 80000017 before; ! grep -i 80000017 now") == 0,
	   "nor an entry in $Reparse");
	hc_buf_done(&content);
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- making and removing */

static void
test_make(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_entries list = { 0 };
	struct hc_entry entry;
	struct opened o;
	struct hc_err err;
	char path[64];
	unsigned good = 0;

	open_copy(box, "w.img", &o, &err);
	ok_call(hc_volume_write(o.volume, "C:/halcyon/undo of today/Größe.txt", text("deep"),
				&err),
		&err, "a file is made with the folders above it");
	ok(reads(o.volume, "HALCYON/UNDO OF TODAY/GRÖSSE.TXT", text("deep")) == false &&
		   reads(o.volume, "HALCYON/undo of TODAY/GRÖßE.TXT", text("deep")),
	   "and found in either case");
	ok(reads(o.volume, "halcyon/UNDOOF~1/GR_E~1.TXT", text("deep")) ||
		   reads(o.volume, "halcyon/UNDOOF~1/GR__E~1.TXT", text("deep")),
	   "by its short name too");
	for (unsigned i = 0; i < 150; i++) {
		snprintf(path, sizeof(path), "halcyon/a long name %u.text", i);
		good += hc_volume_write(o.volume, path, text(path), &err) == 0;
	}
	ok(good == 150 &&
		   reads(o.volume, "halcyon/ALONG~10.TEX", text("halcyon/a long name 9.text")),
	   "short names are counted");
	ok(hc_volume_write(o.volume, "boot.ini", text("[boot loader]"), &err) == 0 &&
		   hc_volume_stat(o.volume, "halcyon", &arena, &entry, &err) == 0 &&
		   entry.type == HC_ENTRY_FOLDER && (entry.attributes & 0x20) == 0,
	   "a name that fits 8.3; a folder");
	ok(hc_volume_list(o.volume, "halcyon", &arena, &list, &err) == 0 && list.count == 151,
	   "a folder lists each once (%zu)", list.count);
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "and is sound");
	ok(has_attribute(box, "b.img", "/boot.ini", "Namespace:.*Win32 & DOS") &&
		   has_attribute(box, "b.img", "/halcyon/a long name 1.text",
				 "Namespace:.*Win32$") &&
		   has_attribute(box, "b.img", "/halcyon/a long name 1.text",
				 "Namespace:.*DOS$") &&
		   !has_attribute(box, "b.img", "/halcyon/a long name 1.text", "POSIX"),
	   "names lie in the namespaces of Windows");
	ok(mount_ntfs(box, "b.img", "ro") &&
		   run(box, "test $(cat 'mnt/halcyon/undo of today/Größe.txt') = deep && "
			    "test $(ls mnt/halcyon | wc -l) = 151") == 0,
	   "ntfs-3g lists and reads them");
	umount_ntfs(box);
	hc_arena_done(&arena);
}

static void
test_remove(struct sandbox *box)
{
	struct hc_arena arena = { 0 };
	struct hc_entry entry;
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	ok_call(hc_volume_remove(o.volume, "Windows/LongFileName.txt", &err), &err,
		"a file is removed");
	ok_fails(hc_volume_stat(o.volume, "Windows/LONGFI~1.TXT", &arena, &entry, &err), &err,
		 H_PATH_NOT_FOUND, "with its short name");
	ok_call(hc_volume_remove(o.volume, "TREE", &err), &err, "a tree is removed");
	ok_fails(hc_volume_stat(o.volume, "tree", &arena, &entry, &err), &err, H_PATH_NOT_FOUND,
		 "all of it");
	ok(reads(o.volume, "kept", text("1")),
	   "a file in it that has another name keeps that one");
	ok_call(hc_volume_remove(o.volume, "wof", &err), &err, "a packed file is removed");
	ok(hc_volume_write(o.volume, "tree/x y z.txt", text("again"), &err) == 0 &&
		   hc_volume_remove(o.volume, "tree/XYZ~1.TXT", &err) == 0 &&
		   hc_volume_remove(o.volume, "tree", &err) == 0,
	   "what was made here can be removed, by its short name too");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "and is sound");
	ok(run(box, "ntfsls b.img >ls && ! grep -E '^(tree|wof)' ls && grep kept ls") == 0,
	   "ntfsls does not see them");
	hc_arena_done(&arena);
}

/* ---------------------------------------------------------------- access, flags */

static void
test_protect(struct sandbox *box)
{
	struct opened o;
	struct hc_err err;
	bool is = true;

	open_copy(box, "w.img", &o, &err);
	ok(hc_volume_is_protected(o.volume, "Windows", &is, &err) == 0 && !is,
	   "a folder is open at first");
	ok_call(hc_volume_make_folder(o.volume, "undo", &err), &err, "a folder is made");
	ok_call(hc_volume_protect(o.volume, "undo", &err), &err, "it is protected");
	ok_call(hc_volume_write(o.volume, "undo/secret", text("s"), &err), &err,
		"a file is made in it");
	ok(hc_volume_protect(o.volume, "Windows/win.ini", &err) == 0 &&
		   hc_volume_is_protected(o.volume, "WINDOWS/win.ini", &is, &err) == 0 && is,
	   "a file is protected");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "and is sound: each descriptor is in every list");
	open_copy(box, "b.img", &o, &err);
	ok(hc_volume_is_protected(o.volume, "undo", &is, &err) == 0 && is,
	   "opened again, it is protected");
	abandon(&o);
	ok(run(box,
	       "ntfssecaudit -v b.img undo >acl 2>&1; ntfssecaudit -v b.img undo/secret >acl2 2>&1; "
	       "grep 'owner S-1-5-32-544' acl && grep 'group S-1-5-18$' acl && "
	       "grep '02003400 02000000 00031400' acl && grep '02003400 02000000 00101400' acl2 && "
	       "grep 'mode 0700' acl && grep 'mode 0700' acl2") == 0,
	   "ntfssecaudit reads two entries, inherited by what is in it, and nothing for others");
}

static void
test_dirty(struct sandbox *box)
{
	struct opened o;
	struct hc_err err;

	open_copy(box, "w.img", &o, &err);
	ok_call(hc_volume_set_dirty(o.volume, true, &err), &err, "the volume is marked dirty");
	ok(hc_volume_info(o.volume)->state.dirty, "which info says");
	finish_into(box, "b.img", &o, &err);
	open_copy(box, "b.img", &o, &err);
	ok(hc_volume_info(o.volume)->state.dirty, "so does it when it is opened again");
	ok(run(box, "ntfsinfo -fm b.img | grep 'Volume Flags.*DIRTY'") == 0, "and ntfsinfo");
	ok_call(hc_volume_set_dirty(o.volume, false, &err), &err, "the mark is taken away");
	finish_into(box, "c.img", &o, &err);
	ok(run(box, "ntfsinfo -fm c.img | grep 'Volume Flags: 0x0000'") == 0,
	   "and ntfsinfo says so");
}

/* $VOLUME_INFORMATION (0x70), in $MFT and $MFTMirr: the value starts at 24, the version at 8 in it. */
static unsigned
set_version(struct hc_buf *image, uint8_t major, uint8_t minor)
{
	static const uint8_t head[] = { 0x70, 0, 0, 0, 0x28, 0, 0, 0 };
	unsigned found = 0;

	for (size_t at = 0; at + 64 <= image->size; at += 8)
		if (memcmp(image->data + at, head, sizeof(head)) == 0 &&
		    image->data[at + 32] == 3) {
			image->data[at + 32] = major;
			image->data[at + 33] = minor;
			found++;
		}
	return found;
}

/* Windows NT 4.0's NTFS has no $Secure: a file's descriptor is its own. */
static void
test_old(struct sandbox *box)
{
	struct hc_buf image = slurp(box, "w.img");
	struct opened o;
	struct hc_err err;
	char path[PATH_MAX];
	bool is = false;

	ok(set_version(&image, 1, 2) == 2, "a volume is made NTFS 1.2");
	hc_file_replace(path_in(box, path, "a.img"), hc_buf_span(&image), &err);
	hc_buf_done(&image);
	ok_call(open_copy(box, "a.img", &o, &err), &err, "it opens for writing");
	ok(hc_volume_make_folder(o.volume, "WINNT/repair", &err) == 0 &&
		   hc_volume_protect(o.volume, "WINNT/repair", &err) == 0 &&
		   hc_volume_write(o.volume, "WINNT/repair/a file", text("a"), &err) == 0,
	   "a file is made in a protected folder");
	ok(hc_volume_is_protected(o.volume, "winnt/repair", &is, &err) == 0 && is &&
		   reads(o.volume, "WINNT/REPAIR/AFILE~1", text("a")),
	   "the folder is protected");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "and is sound");
	ok(has_attribute(box, "b.img", "/WINNT/repair", "SECURITY_DESCRIPTOR") &&
		   run(box,
		       "ntfssecaudit -v b.img 'WINNT/repair/a file' >acl 2>&1; "
		       "grep '02003400 02000000 00001400' acl && grep 'mode 0700' acl") == 0,
	   "in its own descriptor, which what is in it inherits");
}

/* ---------------------------------------------------------------- refusals */

static void
test_refusals(struct sandbox *box)
{
	static const char *const names[] = { "a:b",   "x/con",  "x/Lpt1.txt",
					     "dot.",  "blank ", "que?stion",
					     "../up", "tab\t",  "wrong\xff" };
	struct hc_volume *volume;
	struct hc_io *file;
	struct opened o;
	struct hc_err err;
	char path[PATH_MAX];
	unsigned refused = 0;

	open_copy(box, "w.img", &o, &err);
	ok_fails(hc_volume_write(o.volume, "dedup", text("x"), &err), &err,
		 H_REPARSE_UNSUPPORTED, "a file whose content lies elsewhere is not written");
	ok_fails(hc_volume_write(o.volume, "efs", text("x"), &err), &err, H_FILE_ENCRYPTED,
		 "nor an encrypted one");
	ok_fails(hc_volume_write(o.volume, "Windows", text("x"), &err), &err, H_PATH_NOT_FOUND,
		 "nor a folder");
	ok_fails(hc_volume_write(o.volume, "Windows/win.ini/x", text("x"), &err), &err,
		 H_PATH_NOT_FOUND, "nor through a file");
	ok_fails(hc_volume_write(o.volume, "tree/link/x", text("x"), &err), &err,
		 H_REPARSE_UNSUPPORTED, "nor through a link");
	ok_fails(hc_volume_write(o.volume, "$LogFile", text("x"), &err), &err,
		 H_VOLUME_READ_ONLY, "nor what is NTFS's own");
	ok_fails(hc_volume_remove(o.volume, "$Extend/$Reparse", &err), &err, H_VOLUME_READ_ONLY,
		 "which can't be removed either");
	ok_fails(hc_volume_remove(o.volume, "C:\\", &err), &err, H_UNSUPPORTED,
		 "nor can the root");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		refused += hc_volume_write(o.volume, names[i], text("x"), &err) == -1 &&
			   (err.code == H_UNSUPPORTED || err.code == H_TEXT_ENCODING);
	ok(refused == sizeof(names) / sizeof(names[0]),
	   "names that Windows doesn't allow are not made (%u)", refused);
	ok(o.io.writes == 0, "none of this writes anything");
	abandon(&o);
	hc_io_open_file(path_in(box, path, "w.img"), &file, &err);
	ok_fails(hc_volume_open_write(file, 0, &volume, &err), &err, H_VOLUME_READ_ONLY,
		 "what can't be written to is not opened");
	ok_call(hc_volume_open(file, &volume, &err), &err, "a volume is opened for reading");
	ok_fails(hc_volume_write(volume, "empty", text("x"), &err), &err, H_VOLUME_READ_ONLY,
		 "and not written to");
	ok_fails(hc_volume_finish(volume, &err), &err, H_VOLUME_READ_ONLY, "nor finished");
	hc_io_close(file);
	hc_volume_open_dir(box->path, &volume, &err);
	ok_fails(hc_volume_remove(volume, "big", &err), &err, H_VOLUME_READ_ONLY,
		 "nor is a directory");
	ok_fails(hc_volume_is_protected(volume, "big", &(bool){ false }, &err), &err,
		 H_UNSUPPORTED, "which has no DACLs");
	hc_volume_close(volume);
}

static void
test_states(struct sandbox *box)
{
	struct hc_buf image = slurp(box, "w.img");
	uint32_t clusters[3] = { 7000, 7010, 7020 };
	struct opened o;
	struct hc_err err;
	char path[PATH_MAX];

	open_copy(box, "w.img", &o, &err);
	hc_volume_write(o.volume, "hiberfil.sys", text("hibr and what was in memory"), &err);
	finish_into(box, "b.img", &o, &err);
	ok_fails(open_copy(box, "b.img", &o, &err), &err, H_VOLUME_READ_ONLY,
		 "a hibernated volume is refused");
	ok(strstr(err.text[0], "hibernated") != NULL && o.io.writes == 0, "for that reason");
	abandon(&o);
	write_journal(&image, clusters);
	hc_file_replace(path_in(box, path, "b.img"), hc_buf_span(&image), &err);
	hc_buf_done(&image);
	ok_fails(open_copy(box, "b.img", &o, &err), &err, H_VOLUME_READ_ONLY,
		 "so is one whose journal was not replayed");
	ok(strstr(err.text[0], "$LogFile") != NULL && o.io.writes == 0, "for that reason");
	abandon(&o);
}

/* ---------------------------------------------------------------- when it goes wrong */

static void
test_full(struct sandbox *box)
{
	struct hc_buf much = noise(60u << 20, 5), part = noise(1u << 20, 6);
	struct opened o;
	struct hc_err err;
	char path[32];
	unsigned made = 0;
	bool full = false;

	open_copy(box, "w.img", &o, &err);
	ok_fails(hc_volume_write(o.volume, "much", hc_buf_span(&much), &err), &err,
		 H_VOLUME_FULL, "a file that does not fit is refused");
	ok(o.io.writes == 0, "before anything is written");
	for (; made < 60 && !full; made++) {
		snprintf(path, sizeof(path), "fill/%u", made);
		full = hc_volume_write(o.volume, path, hc_buf_span(&part), &err) < 0;
	}
	ok(full && err.code == H_VOLUME_FULL && made > 20, "so is one after many (%u)", made);
	ok_call(hc_volume_write(o.volume, "Windows/win.ini", text("fits"), &err), &err,
		"what fits is written all the same");
	ok_call(finish_into(box, "b.img", &o, &err), &err, "the volume is finished");
	ok(is_sound(box, "b.img"), "and is sound");
	hc_buf_done(&much);
	hc_buf_done(&part);
}

/* Everything once; the first error is kept, and others must follow it. */
static int
do_all(struct hc_volume *volume, const struct hc_buf *content, struct hc_err *err)
{
	static const char *const written[] = { "Windows/System32/big.bin", "wof", "packed/text",
					       "new folder/new file", "Windows/win.ini" };
	struct hc_err other;
	int result = 0;

	for (size_t i = 0; i < 5; i++)
		if (hc_volume_write(volume, written[i], hc_buf_span(content),
				    result == 0 ? err : &other) < 0)
			result = -1;
	if (hc_volume_remove(volume, "tree", result == 0 ? err : &other) < 0)
		result = -1;
	if (hc_volume_protect(volume, "new folder", result == 0 ? err : &other) < 0)
		result = -1;
	if (hc_volume_set_dirty(volume, true, result == 0 ? err : &other) < 0)
		result = -1;
	return hc_volume_finish(volume, result == 0 ? err : &other) < 0 ? -1 : result;
}

static void
test_faults(struct sandbox *box)
{
	struct hc_buf content = noise(50000, 7);
	struct opened o;
	struct hc_err err;
	unsigned total, failed = 0, tried = 0;

	open_copy(box, "w.img", &o, &err);
	ok_call(do_all(o.volume, &content, &err), &err, "everything is done once");
	total = o.io.writes;
	hc_buf_done(&o.bytes);
	for (unsigned at = 1; at <= total; at += at < 40 ? 1 : 23) {
		open_copy(box, "w.img", &o, &err);
		o.io.fail_at = at;
		err.code = H_OK;
		tried++;
		failed += do_all(o.volume, &content, &err) == -1 && err.code == H_IO &&
			  o.io.writes == at;
		hc_buf_done(&o.bytes);
	}
	ok(total > 50 && failed == tried,
	   "each write that fails is an error, and the last one (%u of %u, %u writes)", failed,
	   tried, total);
	hc_buf_done(&content);
}

int
main(void)
{
	struct sandbox box;

	setvbuf(stdout, NULL, _IOLBF, 0);
	sandbox_open(&box);
	if (fill_volume(&box)) {
		test_nothing(&box);
		test_replace(&box);
		test_ordinary(&box);
		test_make(&box);
		test_remove(&box);
		test_protect(&box);
		test_dirty(&box);
		test_old(&box);
		test_refusals(&box);
		test_states(&box);
		test_full(&box);
		test_faults(&box);
	} else {
		tap_skip(
			"an NTFS image cannot be made: mkntfs, ntfs-3g (FUSE, root) and setfattr are needed");
	}
	sandbox_close(&box);
	return tap_done();
}
