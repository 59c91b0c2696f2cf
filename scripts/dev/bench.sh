#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Restore and capture of a mixed image beside other tools, in one run: ratios, peak memory.  No test: nothing fails here.
#
# Needs:    root (FUSE), the packages of scripts/dev/packages.list, make static; about five times SIZE of disk.
# Provides: a table on standard output.
# Options:  --size 4G   size of the image (half of it files, a quarter of that random bytes)
#           --rounds 3  each measurement is the median of so many
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
halcyon=$(realpath "$HALCYON_BUILD/bin/halcyon")

size=4G rounds=3
while [ $# -gt 0 ]; do
    case $1 in
    --size) size=$2 ;;
    --rounds) rounds=$2 ;;
    *) echo "bench: unknown option $1" >&2; exit 2 ;;
    esac
    shift 2
done

# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/web.sh
. tests/lib/web.sh
w=$tap_work
declare -A seconds memory

# An NTFS volume: this machine's own programs and libraries as files, random bytes, empty space.
make_image()
{
    truncate -s "$size" "$w/volume"
    mkntfs -QFL bench "$w/volume" >/dev/null 2>&1
    mkdir "$w/mnt"
    ntfs-3g "$w/volume" "$w/mnt"
    local room=$(($(stat -c %s "$w/volume") / 2)) have=0 file n=0
    mkdir "$w/mnt/files"
    while read -r have file; do
        room=$((room - have))
        [ "$room" -gt 0 ] || break
        n=$((n + 1))
        cp "$file" "$w/mnt/files/$n"
    done < <(find /usr/lib /usr/share /usr/bin -xdev -type f -size +1k -printf '%s %p\n' | sort -R --random-source=<(yes))
    head -c $(($(stat -c %s "$w/volume") / 8)) /dev/urandom >"$w/mnt/random"
    umount "$w/mnt"
    # As every other tool sees it: a disk with one partition.
    truncate -s "$(($(stat -c %s "$w/volume") + (2 << 20)))" "$w/disk.img"
    echo 'start=2048, type=7, bootable' | sfdisk -q "$w/disk.img"
    dd if="$w/volume" of="$w/disk.img" bs=1M seek=1 conv=notrunc,sparse status=none
}

# measure NAME COMMAND: median wall time and greatest memory of some rounds; what the command writes is removed before each.
measure()
{
    local name=$1 i times=() out
    for i in $(seq "$rounds"); do
        rm -rf "$w/out" "$w/out.store" "$w/out.caibx"
        bash -c "/usr/bin/time -f '%e %M' $2" >/dev/null 2>"$w/err" || true
        out=$(tail -n 1 "$w/err")
        case $out in
        [0-9]*) times+=("$out") ;;
        *) echo "bench: $name failed: $(tail -n 3 "$w/err")" >&2; seconds[$name]=0; return ;;
        esac
    done
    seconds[$name]=$(printf '%s\n' "${times[@]}" | sort -n | sed -n "$(((rounds + 1) / 2))p" | cut -d ' ' -f 1)
    memory[$name]=$(printf '%s\n' "${times[@]}" | cut -d ' ' -f 2 | sort -n | tail -n 1)
}

row()
{
    awk -v what="$1" -v a="${seconds[$2]}" -v b="${seconds[$3]}" -v m="${memory[$2]:-0}" -v n="${memory[$3]:-0}" -v goal="$4" 'BEGIN {
        printf "| %s | %.2f | %.2f | %.2f | %d | %d | %s |\n", what, a, b, (a > 0 ? b / a : 0), m / 1024, n / 1024, goal }'
}

echo "bench: making an image of $size" >&2
make_image
echo 'bench: capturing' >&2
measure capture "$halcyon capture $w/disk.img --to $w/out --id b --quiet"
mv "$w/out" "$w/repo"
measure casync-make "casync make --digest=sha256 --store=$w/out.store $w/out.caibx $w/volume"
casync make --digest=sha256 --store="$w/casync.castr" "$w/casync.caibx" "$w/volume" >/dev/null
partclone.ntfs -q -c -s "$w/volume" -o - 2>/dev/null | zstd -q -3 -T2 -o "$w/partclone.zst"
zstd -q -3 -T2 "$w/volume" -o "$w/volume.zst"
qemu-img convert -f raw -O qcow2 -c -o compression_type=zstd "$w/volume" "$w/volume.qcow2"
web_start "$w"

echo 'bench: restoring' >&2
measure restore "$halcyon restore $w/repo//b --target $w/out --confirm out --quiet"
measure restore-http "$halcyon restore $web_url/repo//b --target $w/out --confirm out --quiet"
measure casync-extract "casync extract --store=$w/casync.castr $w/casync.caibx $w/out"
measure casync-http "timeout 600 casync extract --store=$web_url/casync.castr $web_url/casync.caibx $w/out"
measure zstd-dd "bash -c 'set -o pipefail; zstd -dc $w/volume.zst | dd of=$w/out bs=1M conv=sparse,fsync status=none'"
measure partclone "bash -c 'truncate -s $size $w/out; set -o pipefail; zstd -dc $w/partclone.zst | partclone.restore -q -C -s - -O $w/out -L $w/partclone.log >/dev/null 2>&1; sync $w/out'"
measure qemu-img "qemu-img convert -m 4 -W -O raw $w/volume.qcow2 $w/out"

echo
echo "Image of $size, $rounds rounds, medians, $(nproc) processors ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)); restores include reading back."
echo
echo '| what | halcyon s | peer s | peer / halcyon | halcyon MiB | peer MiB | goal |'
echo '|---|---|---|---|---|---|---|'
row 'restore over HTTP / casync extract over HTTP' restore-http casync-http '>= 8'
row 'restore, local / casync extract, local' restore casync-extract '>= 2'
row 'restore over HTTP / zstd -d \| dd, local' restore-http zstd-dd '>= 0.91'
row 'restore over HTTP / zstd -dc \| partclone.restore' restore-http partclone '>= 2'
row 'restore, local / qemu-img convert' restore qemu-img ''
row 'capture / casync make' capture casync-make '>= 1'
echo
echo "Stored: halcyon $(du -sm "$w/repo" | cut -f 1) MiB, casync $(du -sm "$w/casync.castr" | cut -f 1), partclone + zstd $(du -sm "$w/partclone.zst" | cut -f 1), zstd $(du -sm "$w/volume.zst" | cut -f 1), qcow2 $(du -sm "$w/volume.qcow2" | cut -f 1)."
