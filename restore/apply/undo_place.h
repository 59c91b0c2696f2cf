/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A place for the records of repairs outside of the disk: a folder on a stick or in a repository, where FAT can't keep them
 * from other users or a volume has no room for them.
 *
 * Shape:   FOLDER/halcyon-undo/RUN/sectors and manifest.json, both encrypted (base/encrypted.h) by the content of a key
 *          file: a passphrase (one end of line at its end does not count) or random bytes.
 * Owner:   hc_undo_place_close; strings live in the caller's arena.
 * Errors:  H_UNDO_PLACE: there is no such folder, it lies in the memory of a system that runs from memory, the key file is
 *          in it, or is too short.
 *          H_UNDO_ELSEWHERE: no record of this run lies there.  H_UNDO_KEY.  H_IO.
 * Source:  hazards 24; docs/decisions/0014-undo-elsewhere.md.
 */
#ifndef HC_APPLY_UNDO_PLACE_H
#define HC_APPLY_UNDO_PLACE_H

#include "restore/base/arena.h"
#include "restore/base/bytes.h"

#define HC_UNDO_SECTORS  "sectors"
#define HC_UNDO_MANIFEST "manifest.json"

struct hc_undo_place;

/* The folder has to be there: one that was to be a mounted stick must not become a folder beside it.  Writes nothing. */
int hc_undo_place_open(const char *folder, const char *key_file, struct hc_undo_place **ret,
		       struct hc_err *err);
void hc_undo_place_close(struct hc_undo_place *place);
/* Absolute, as the journal names it. */
const char *hc_undo_place_folder(const struct hc_undo_place *place);

/* `name` is one of the two above; `run` a GUID in braces, else H_SECTORS: a journal may say anything. */
/* Durable when it returns: flushed, with the folders that lead to it, and read back. */
int hc_undo_place_put(const struct hc_undo_place *place, const char *run, const char *name,
		      struct hc_span content, struct hc_err *err);
/* Appended. */
int hc_undo_place_get(const struct hc_undo_place *place, const char *run, const char *name,
		      struct hc_buf *out, struct hc_err *err);
/* Both files and their folder; fine if they are gone. */
int hc_undo_place_remove(const struct hc_undo_place *place, const char *run,
			 struct hc_err *err);

#endif
