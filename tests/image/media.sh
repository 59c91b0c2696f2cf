#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Media: what `halcyon media` finds on sticks and discs of several file systems, made by other programs; mounting one and
# letting it go; what it does not write.
#
# Needs:    root, loop devices, mkfs.ext4, mkfs.vfat, mkntfs, ntfs-3g, mtools, xorriso, jq; build/host/bin/halcyon.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$(realpath "${HALCYON_BUILD:-build}/host/bin/halcyon")

# Set by device below.
ext='' fat='' ntfs='' bare=''

# device IMAGE [OPTION...]: a loop device over it, for as long as the test runs
device()
{
    local loop
    loop=$(losetup -f --show "${@:2}" "$1")
    at_end "losetup -d $loop"
    printf -v "$(basename "$1" .img)" %s "$loop"
}

# repository FOLDER: an empty one, as capture begins it
repository()
{
    mkdir -p "$1"
    "$halcyon" capture "$tap_work/blank" --to "$1" --id first --quiet
}

if [ "$(id -u)" != 0 ] || ! losetup -f >/dev/null 2>&1; then
    echo 'root and loop devices are needed' >&2
    exit 77
fi

# ---------------------------------------------------------------- what there is to find

tree=$tap_work/tree
truncate -s 4M "$tap_work/blank"
repository "$tree/backups/halcyon"
mkdir -p "$tree/drivers/net" "$tree/WindowsImageBackup/SERVER7" "$tree/Windows/INF"
touch "$tree/drivers/net/a.inf" "$tree/drivers/b.INF" "$tree/autorun.inf" "$tree/Windows/INF/own.inf"

truncate -s 32M "$tap_work/ext.img" "$tap_work/fat.img" "$tap_work/ntfs.img" "$tap_work/bare.img"
mkfs.ext4 -q -L STICK -d "$tree" "$tap_work/ext.img"
mkfs.vfat -n 'MY FILES' "$tap_work/fat.img" >/dev/null
MTOOLS_SKIP_CHECK=1 mcopy -s -i "$tap_work/fat.img" "$tree"/* ::
mkntfs -q -F -L BACKUPS "$tap_work/ntfs.img" >/dev/null 2>&1
mkdir "$tap_work/mnt"
ntfs-3g "$tap_work/ntfs.img" "$tap_work/mnt"
cp -r "$tree"/. "$tap_work/mnt/"
umount "$tap_work/mnt"
xorriso -as mkisofs -quiet -r -V DISC -o "$tap_work/disc.img" "$tree" 2>/dev/null
mkswap "$tap_work/bare.img" >/dev/null 2>&1

before=$(sha256sum "$tap_work"/*.img)
for image in ext fat ntfs disc bare; do
    device "$tap_work/$image.img"
done

# look DEVICE FILTER: what the document says
look()
{
    "$halcyon" media "$1" --offline --json | jq -r "$2"
}

# says DEVICE FILTER WANT
says()
{
    local got
    got=$(look "$1" "$2")
    echo "$got"
    [ "$got" = "$3" ]
}

all='drivers drivers 2; repository backups/halcyon 1; windows-image-backup WindowsImageBackup 1'
finds='[.volumes[0].finds[] | "\(.kind) \(.path) \(.count)"] | sort | join("; ")'

# shellcheck disable=SC2154  # device() names them
for kind in ext fat ntfs; do
    check "$kind: all that is there is found, and nothing that Windows keeps for itself" says "${!kind}" "$finds" "$all"
done
if grep -qw iso9660 /proc/filesystems || modprobe -q isofs; then
    # shellcheck disable=SC2154
    check "disc: all that is there is found" says "$disc" "$finds" "$all"
else
    skip 'disc: all that is there is found' 'this kernel has no iso9660'
    # shellcheck disable=SC2154
    check 'disc: what the kernel lacks is told' says "$disc" '.volumes[0].unread | test("mounting /dev/loop")' true
fi
check 'label, file system and size are told' says "$ntfs" '.volumes[0] | "\(.label) \(.filesystem) \(.size)"' "BACKUPS ntfs $((32 << 20))"
check 'a repository is a place that can be used' says "$ext" '[.places[] | select(.kind == "repository") | "\(.where) \(.usable) \(.mounted)"] | join("; ")' \
    '/run/halcyon/media/STICK/backups/halcyon true false'
check "an image backup is listed, and why it can't be restored" says "$ext" \
    '.places[] | select(.kind == "windows-image-backup") | "\(.usable) \(.note != null)"' 'false true'
check 'a name with a blank becomes a folder without one' says "$fat" '.volumes[0].folder' /run/halcyon/media/MY_FILES
# shellcheck disable=SC2154
check_exit 1 'swap is no volume' "$halcyon" media "$bare" --offline
check_exit 1 'a file is no volume' "$halcyon" media "$tap_work/blank" --offline

# ---------------------------------------------------------------- one look changes nothing

unchanged()
{
    diff <(echo "$before") <(sha256sum "$tap_work"/*.img)
}

check 'a look leaves nothing mounted' test "$(grep -c /halcyon-media- /proc/mounts)" = 0
check 'and no folder behind' test -z "$(find /tmp -maxdepth 1 -name 'halcyon-media-*' -newer "$tap_work/blank")"
check 'no byte of any medium was changed' unchanged

# A journal that is to be replayed is left as it is, by a look and by a mount.
unclean()
{
    debugfs -w -R 'feature needs_recovery' "$tap_work/ext.img" 2>/dev/null
    sync
    before=$(sha256sum "$tap_work"/*.img)
    says "$ext" "$finds" "$all" && unchanged
}

check 'a journal that was not replayed stays as it is' unclean

# ---------------------------------------------------------------- mounting

# mounts NAME DEVICE WHERE: mounts, finds the repository there, can't write, unmounts
mounts()
{
    local where
    where=$("$halcyon" media --mount "$1")
    [ "$where" = "$2" ] || return 1
    "$halcyon" catalog "$where/backups/halcyon" --json | jq -e '.backups[0].id == "first"' || return 1
    # Twice is once.
    [ "$("$halcyon" media --mount "$1")" = "$2" ] || return 1
    ! touch "$where/x" 2>/dev/null || return 1
    grep " $where " /proc/mounts | tee /dev/stderr | grep -q '[ ,]ro,nosuid,nodev,noexec' || return 1
    "$halcyon" media "$1" --offline --json | jq -e '[.places[].mounted] | all' || return 1
    "$halcyon" media --unmount "$1" && ! grep " $where " /proc/mounts && [ ! -e "$where" ]
}

check 'ext4 is mounted, read-only, and let go' mounts "$ext" /run/halcyon/media/STICK
check 'NTFS is mounted, read-only, and let go' mounts "$ntfs" /run/halcyon/media/BACKUPS
check 'no byte was changed by that' unchanged
check_exit 1 'what is not mounted is not unmounted' "$halcyon" media --unmount "$ext"
check_exit 1 'swap is not mounted' "$halcyon" media --mount "$bare"

# taken DEVICE: its folder is another's
taken()
{
    local status=0
    mkdir -p /run/halcyon/media/STICK
    mount -t tmpfs none /run/halcyon/media/STICK
    "$halcyon" media --mount "$1" || status=$?
    umount /run/halcyon/media/STICK
    rmdir /run/halcyon/media/STICK
    [ "$status" = 1 ]
}

check 'a folder in which another medium is mounted is not covered' taken "$ext"

# As somebody who may not open devices, and not mount.
nobody()
{
    setpriv --reuid 65534 --regid 65534 --clear-groups "$halcyon" media "$1" --offline --json | jq -r '.volumes[0].unread'
}

check_exit 1 'without root a device that may not be read is an error' nobody "$ext"
chmod o+r "$ext"
at_end "chmod o-r $ext"
check 'without root it says what it can not look into' test "$(nobody "$ext")" != null

tap_done
