#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How much of a second machine's disk is new to a store that holds the first one's, by the way chunks are cut.
#
# Usage:    scripts/dev/measure-chunking.sh [TREE [MIB]]      (default: /usr, 600 MiB of it)
#           A = NTFS with the files of TREE; B = the same files, written in another order; C = A with one file in
#           twenty replaced by a newer build (100 bytes inserted in its middle).
# Needs:    root, mkntfs, ntfs-3g, sfdisk, casync, python3, build/bin/halcyon (or HALCYON).
# Provides: a table on stdout (docs/decisions/0002-chunking.md). Takes some minutes and 10 GiB of TMPDIR.
set -euo pipefail

tree=${1:-/usr} mib=${2:-600}
here=$(cd "$(dirname "$0")/../.." && pwd)
halcyon=${HALCYON:-$here/build/bin/halcyon}
work=$(mktemp -d "${TMPDIR:-/tmp}/chunking-XXXXXX")

clean_up() {
    if mountpoint -q "$work/mnt"; then umount "$work/mnt"; fi
    rm -rf "$work"
}
trap clean_up EXIT

# The files that fit, by name: the same list for every image.
list_files() {
    find "$tree" -xdev -type f -size -64M -printf '%s %P\n' 2>/dev/null | LC_ALL=C sort -k 2 |
        awk -v max=$((mib * 1048576)) '{ s += $1 + 2048; if (s < max) print substr($0, length($1) + 2) }' >"$work/list"
    # Another order, the same each time: by the digest of the name.
    while IFS= read -r name; do
        printf '%s %s\n' "$(printf %s "$name" | cksum | cut -d ' ' -f 1)" "$name"
    done <"$work/list" | LC_ALL=C sort -n | cut -d ' ' -f 2- >"$work/list.other"
    awk 'NR % 20 == 7' "$work/list" >"$work/list.new"
}

# image NAME LIST [LIST-OF-NEW]: a disk with one NTFS partition at 1 MiB.
image() {
    local disk=$work/$1.img size=$((mib + mib / 3 + 64))
    truncate -s "${size}M" "$work/volume"
    mkntfs -qFQ -c 4096 "$work/volume" >/dev/null 2>&1
    mkdir -p "$work/mnt"
    ntfs-3g -o big_writes "$work/volume" "$work/mnt"
    copy_list "$2"
    if [ $# -gt 2 ]; then renew "$3"; fi
    umount "$work/mnt"
    truncate -s "$((size + 2))M" "$disk"
    printf 'label: dos\nstart=2048,size=%d,type=7\n' $((size * 2048)) | sfdisk -q "$disk"
    dd if="$work/volume" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
    rm "$work/volume"
}

copy_list() {
    (cd "$tree" && cpio -pdm --quiet "$work/mnt" <"$1") 2>/dev/null || true
}

renew() {
    while IFS= read -r name; do
        python3 - "$work/mnt/$name" <<'PY'
import os, sys
path = sys.argv[1]
data = open(path, "rb").read()
new = data[:len(data) // 2] + b"N" * 100 + data[len(data) // 2:]
os.unlink(path)
open(path, "wb").write(new)
PY
    done <"$1"
}

# What cuts a volume that is not NTFS: the same bytes, but for its name.
deface() {
    cp --sparse=always "$work/$1.img" "$work/$1-raw.img"
    printf 'NOTNTFS ' | dd of="$work/$1-raw.img" bs=1 seek=$((1048576 + 3)) conv=notrunc status=none
}

index_all() {
    local name
    for name in a b c; do
        "$halcyon" capture "$work/$name.img" --to "$work/repo" --id "$name" --quiet
        deface "$name"
        "$halcyon" capture "$work/$name-raw.img" --to "$work/repo" --id "$name-raw" --quiet
        casync make --digest=sha256 --store="$work/store" "$work/$name.caibx" "$work/$name.img" >/dev/null
        casync make --digest=sha256 --chunk-size=65536:65536:65536 --store="$work/fixed" "$work/$name-fixed.caibx" \
            "$work/$name.img" >/dev/null
    done
}

table() {
    python3 - "$work" <<'PY'
import hashlib, struct, sys
work = sys.argv[1]
zeros = {}

def is_zero(digest, size):
    if size not in zeros:
        zeros[size] = hashlib.sha256(bytes(size)).digest()
    return digest == zeros[size]

def rows(path):
    data, end, out = open(path, "rb").read(), 0, []
    for at in range(64, len(data) - 40, 40):
        stop = struct.unpack_from("<Q", data, at)[0]
        if not is_zero(data[at + 8:at + 40], stop - end):
            out.append((data[at + 8:at + 40], stop - end))
        end = stop
    return out

policies = [
    ("data runs of NTFS files, at most 1 MiB (ours)", "repo/backups/%s/disk0-p1.caibx"),
    ("hash of whole 4 KiB blocks, 64 KiB (ours, other volumes)", "repo/backups/%s-raw/disk0-p1.caibx"),
    ("casync, 64 KiB on average", "%s.caibx"),
    ("fixed 64 KiB", "%s-fixed.caibx"),
]
print("| chunks cut by | chunks of A | mean KiB | new in B | new in C |")
print("|---|---|---|---|---|")
for name, path in policies:
    a = rows("%s/%s" % (work, path % "a"))
    known = dict(a)
    new = []
    for other in "bc":
        found = rows("%s/%s" % (work, path % other))
        new.append(100 * sum(s for d, s in found if d not in known) / sum(s for _, s in found))
    print("| %s | %d | %d | %.1f %% | %.1f %% |" % (name, len(known), sum(known.values()) / len(known) / 1024, *new))
PY
}

main() {
    list_files
    printf '%d files of %s, %d of them renewed in C\n\n' "$(wc -l <"$work/list")" "$tree" "$(wc -l <"$work/list.new")"
    image a "$work/list"
    image b "$work/list.other"
    image c "$work/list" "$work/list.new"
    index_all
    table
}

main
