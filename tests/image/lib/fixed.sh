# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What tests/image/fix.sh needs to look at a disk from outside: with ntfs-3g, mtools, sfdisk, and no line of halcyon.
# Source it after tests/image/lib/disks.sh, whose disks get a boot manager, a loader and a real boot store here.
: "${w:?a folder to work in}"

# How the disks' hives call disk and Windows' partition (FACTS.md), and what the real boot stores have in place of that.
declare -A signatures=([win7]=0x5cbea03e [win81]=0xd1cecf67 [win10-1903]=0xdf4546ae)
declare -A offsets=([win7]=1048576 [win81]=368050176 [win10-1903]=525336576)
gpt_ids=(3c1f9b52-6e07-4a0d-9a41-5d0e7b8a2f10 7a9f1e64-02d3-4c5b-8e26-91b3c4d5e6f7 09931f21-7faf-44a9-81d8-1e73c14b9eaf)
new_ids=(5d2e0c63-7f18-4b1e-8b52-6e1f8c9b3021 6b80f275-13e4-4d6c-9f37-a2c4d5e6f708 1aa42032-80b0-45ba-92e9-2f84d25ca0b0)

furnish()
{
    local store=$HALCYON_TESTDATA/hives/bcd ids=() boot=$w/tree
    case $1 in
    bios) ids=("$store/pybcd-BCDlaptop" "0x124f900000=${offsets[$building]}" "0x0003ee7c=${signatures[$building]}") ;;
    uefi)
        boot=$w/esp
        ids=("$store/bandysc-win10-uefi-2020-06-07" "5541e87d-91a5-4f2b-ad43-a0345c199e9b=${gpt_ids[0]}"
            "1c6ab89c-bcbf-4abe-8593-618e4d2f5811=${gpt_ids[1]}" "9d4a7cb0-ab9d-4d71-961f-50f1d9c9252f=${gpt_ids[2]}")
        ;;
    esac
    tests/image/lib/real_boot.py "$1" "$w/tree" "$boot" "${@:2}" "${ids[@]}"
}

# prepare NAME SET: $w/NAME.img; an MBR gets boot code, which is none.
prepare()
{
    building=$2
    build "$2" || return 1
    [ "$w/$2.img" = "$w/$1.img" ] || mv "$w/$2.img" "$w/$1.img" || return 1
    is_gpt "$1" || printf '%0440d' 1 | dd of="$w/$1.img" conv=notrunc status=none
    rm -rf "$w/tree" "$w/esp"
}

is_gpt() { [ "$(sfdisk --json "$w/$1.img" | jq -r .partitiontable.label)" = gpt ]; }

# rename_disk NAME: another signature, or other GUIDs: what its boot store and its drive letters name is not there any more.
rename_disk()
{
    local i
    if is_gpt "$1"; then
        sgdisk -U "${new_ids[0]}" -u "1:${new_ids[1]}" -u "3:${new_ids[2]}" "$w/$1.img" >/dev/null
        for i in 0 1 2; do renamed+=(-e "s/${gpt_ids[i]}/${new_ids[i]}/g"); done
    else
        sfdisk -q --no-reread --no-tell-kernel --disk-id "$w/$1.img" 0x13579bdf
        renamed+=(-e "s/ ${signatures[$building]#0x}$/ 13579bdf/")
    fi
}

# partitions NAME: number, start and size in sectors, ntfs or fat, of each that has files.
partitions()
{
    sfdisk --json "$w/$1.img" | jq -r '.partitiontable.partitions | to_entries[] |
        select(.value.type != "E3C9E316-0B5C-4DB8-817D-F92DF00215AE") | "\(.key + 1) \(.value.start) \(.value.size) " +
        (if .value.type | IN("C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "6", "c") then "fat" else "ntfs" end)'
}

# extract NAME START SIZE FILE
extract()
{
    qemu-img convert -O raw --image-opts "driver=raw,offset=$(($2 * 512)),size=$(($3 * 512)),file.filename=$w/$1.img" "$4"
}

# on_mounted FILE OPTIONS COMMAND...: with the volume at $w/mnt
on_mounted()
{
    local status=0
    mkdir -p "$w/mnt"
    ntfs-3g -o "no_detach,$2" "$1" "$w/mnt" 2>/dev/null &
    until mountpoint -q "$w/mnt" || ! kill -0 $! 2>/dev/null; do :; done
    "${@:3}" || status=$?
    umount "$w/mnt"
    wait $!
    return "$status"
}

# look_at TOP PREFIX NUMBER: all files with size, time and hash; hives and descriptors of the undo folder
look_at()
{
    local path
    (cd "$1" && find . -type f -printf '%P\0' | sort -z | xargs -0 sha256sum -z | tr '\0' '\n' | sort -k2 >"$w/hashes")
    (cd "$1" && find . -type f -printf '%P\t%s\t%T@\n' | sort) >"$w/times"
    paste "$w/hashes" "$w/times" | sed "s|^|$3 |" >>"$w/$2.files"
    (cd "$1" && find . -type f -ipath './win*/system32/config/s*' -o -type f -ipath '*/boot/bcd*') | while read -r path; do
        install -D "$1/$path" "$w/$2-$3/${path#./}"
    done
    [ ! -d "$1/halcyon" ] || tests/image/lib/descriptors.py "$1/halcyon" >"$w/$2.descriptors"
}

# open_disk PREFIX NAME: $w/PREFIX.files, $w/PREFIX-NUMBER/PATH of the hives
open_disk()
{
    local number start size kind
    rm -rf "$w/$1".files "$w/$1"-*
    while read -r number start size kind; do
        extract "$2" "$start" "$size" "$w/part"
        if [ "$kind" = fat ]; then
            rm -rf "$w/mcopied" && mkdir "$w/mcopied" && mcopy -s -m -i "$w/part" '::/*' "$w/mcopied"
            look_at "$w/mcopied" "$1" "$number"
        else
            on_mounted "$w/part" ro look_at "$w/mnt" "$1" "$number"
        fi
    done < <(partitions "$2")
    rm -f "$w/part"
}

# on_volume NAME COMMAND...: changes the volume of Windows, the last one
on_volume()
{
    local number start size kind
    read -r number start size kind < <(partitions "$1" | tail -n 1)
    extract "$1" "$start" "$size" "$w/part"
    on_mounted "$w/part" rw "${@:2}"
    # No holes here: what became zero has to be written.
    dd if="$w/part" of="$w/$1.img" bs=1M conv=notrunc oflag=seek_bytes seek=$((start * 512)) status=none
    rm "$w/part"
}

# volumes_sound NAME
volumes_sound()
{
    local number start size kind
    while read -r number start size kind; do
        extract "$1" "$start" "$size" "$w/part"
        if [ "$kind" = fat ]; then
            fsck.vfat -n "$w/part"
        else
            ntfsfix -n "$w/part" | tee "$w/ntfsfix" && ! grep -E 'BAD|FAILED' "$w/ntfsfix"
        fi || return 1
    done < <(partitions "$1")
    rm -f "$w/part"
    ! is_gpt "$1" || sgdisk -v "$w/$1.img" | grep 'No problems found'
}

# replayed NUMBER PATH: $w/old, the hive as it was, brought up to date from its logs by somebody else's program
replayed()
{
    local was=$w/was-$1$2
    if [ -s "$was.LOG1" ] && [ -s "$was.LOG2" ]; then
        tests/tools/hive_replay.py "$was" "$was.LOG1" "$was.LOG2" --output "$w/old"
    else
        cp "$was" "$w/old"
    fi
}

# files_changed: what differs between the volumes' files is what the plan names; logs of its hives are empty; ours is ours
files_changed()
{
    local allowed=$w/allowed
    jq -r '.edits[] | select(.path) | "\(.partition) \(.path | ltrimstr("/"))"' "$w/plan.json" | sort -u >"$allowed.plan"
    sed -E 's/$/.LOG/;p;s/$/1/;p;s/1$/2/' "$allowed.plan" | sort >"$allowed.logs"
    diff "$w/was.files" "$w/at.files" | sed -nE 's/^[<>] ([0-9]+) [0-9a-f]{64}  ([^\t]*)\t.*/\1 \2/p' | sort -u >"$w/differ"
    comm -23 "$allowed.plan" "$w/differ" | sed 's/^/not changed: /' >"$w/wrong"
    comm -13 "$allowed.plan" "$w/differ" | grep -vE '^[0-9]+ halcyon/undo/' | comm -23 - "$allowed.logs" | sed 's/^/changed: /' >>"$w/wrong"
    comm -12 "$allowed.logs" "$w/differ" | while read -r number path; do
        [ ! -s "$w/at-$number/$path" ] || echo "not empty: $path" >>"$w/wrong"
    done
    cat "$w/wrong" "$w/differ"
    [ ! -s "$w/wrong" ]
}

# stores: NUMBER:/PATH of each boot store with edits
stores()
{
    jq -r '[.edits[] | select(.fixup == "bcd" and .kind == "value") | "\(.partition):\(.path)"] | unique[]' "$w/plan.json"
}

# hives_changed: each hive that has edits, compared as a whole; the others are the same bytes (files_changed)
hives_changed()
{
    local partition path
    while IFS=$'\t' read -r partition path; do
        replayed "$partition" "$path" || return 1
        tests/image/lib/registry_diff.py "$w/old" "$w/at-$partition$path" --edits "$w/plan.json" --path "$path" &&
            reged -x "$w/at-$partition$path" X '\Select' "$w/reged.reg" >"$w/reged" && cat "$w/reged" &&
            ! grep -iE 'error|corrupt' "$w/reged" && hivexsh -f <(echo ls) "$w/at-$partition$path" || return 1
    done < <(jq -r '[.edits[] | select(.kind == "value" or .kind == "key") | [.partition, .path]] | unique[] | @tsv' "$w/plan.json")
}

# stores_lead_here: what each device element of the boot store names: as before, by the new names
stores_lead_here()
{
    local store=${1#*:}
    tests/image/lib/registry_diff.py --devices "$w/was-${1%%:*}$store" | sed "${renamed[@]}" >"$w/wanted" && [ -s "$w/wanted" ] &&
        tests/image/lib/registry_diff.py --devices "$w/at-${1%%:*}$store" | diff "$w/wanted" -
}

undo_is_closed()
{
    cat "$w/at.descriptors"
    [ "$(wc -l <"$w/at.descriptors")" -ge 5 ] && ! grep -vE '(/ protected|[^/] inherits) S-1-5-18 S-1-5-32-544$' "$w/at.descriptors"
}
