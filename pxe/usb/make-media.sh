#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Make a USB stick, an image of one, or an ISO, that boots under BIOS, UEFI, and UEFI with Secure Boot on.
#
# Needs:    the packages that parts.sh names (scripts/dev/setup.sh installs them); build/boot (make image).
# Provides: Debian's signed shim, GRUB and kernel, halcyon's image, a menu; on a stick a data partition too, which Windows,
#           Linux and the image read and write. Nothing stays mounted, and no loop device is left.
set -euo pipefail

usage()
{
    cat <<'END'
usage: make-media.sh --out FILE --size SIZE [option...]
       make-media.sh --stick SERIAL [option...]
       make-media.sh --iso FILE [option...]
  --out FILE          image of a stick; write it to one with any tool for that
  --size SIZE         of the image: 8G, 500M; at least 320M
  --stick SERIAL      a USB stick that is plugged in, by its serial number (lsblk -o NAME,TRAN,SIZE,MODEL,SERIAL);
                      all that is on it is erased, after you typed the number's last four characters
  --iso FILE          an ISO, for the virtual drive of a remote console; it has no data partition
  --boot DIR          folder with vmlinuz and initramfs.img (default build/boot)
  --copy DIR          copy a folder to the data partition: a repository, drivers, answer files; may be repeated
  --label NAME        of the medium (default HALCYON)
  --append WORDS      words for the kernel's command line, after the usual ones; may be repeated
  --intent URL        adds an entry to the menu that restores unattended by the answer file at URL
  --console WORDS     console words (default "console=tty0 console=ttyS0,115200")
  --timeout SECONDS   until the menu starts the wizard (default 10)
END
}

# die WORDS...: status 1, or what the caller set
die()
{
    echo "make-media.sh: $*" >&2
    exit "${status:-1}"
}

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=pxe/words.sh
. "$here/../words.sh"
# shellcheck source=pxe/usb/parts.sh
. "$here/parts.sh"
# shellcheck source=pxe/usb/stick.sh
. "$here/stick.sh"
PATH=$PATH:/usr/sbin:/sbin
out='' size='' stick='' iso='' boot=$here/../../build/boot label=HALCYON append='' intent='' timeout=10
console='console=tty0 console=ttyS0,115200'
copies=()

parse()
{
    local status=2
    while [ $# -gt 0 ]; do
        [ "$1" != --help ] || { usage; exit 0; }
        [ $# -ge 2 ] || die "$1: unknown option, or its value is missing (--help lists the options)"
        case $1 in
        --out) out=$2 ;;
        --size) size=$2 ;;
        --stick) stick=$2 ;;
        --iso) iso=$2 ;;
        --boot) boot=$2 ;;
        --copy) copies+=("$2") ;;
        --label) label=$2 ;;
        --append) append="$append $2" ;;
        --intent) intent=$2 ;;
        --console) console=$2 ;;
        --timeout) timeout=$2 ;;
        *) die "$1: unknown option (--help lists the options)" ;;
        esac
        shift 2
    done
}

check_arguments()
{
    local status=2 word
    case "${out:+o}${stick:+s}${iso:+i}" in
    o) [[ $size =~ ^[0-9]+[MG]$ ]] || die "--size: a number with M or G, not '$size'"
        [ "$(numfmt --from=iec "$size")" -ge $((320 << 20)) ] || die "--size: at least 320M, not $size" ;;
    s | i) [ -z "$size" ] || die "--size goes with --out only" ;;
    *) die "one of --out FILE --size SIZE, --stick SERIAL, --iso FILE" ;;
    esac
    [ -z "$iso" ] || [ ${#copies[@]} = 0 ] || die "--copy is for sticks: an ISO has no data partition"
    [[ $label =~ ^[A-Za-z0-9_-]{1,11}$ ]] || die "--label: up to 11 of A-Z a-z 0-9 _ -, not '$label'"
    [[ $timeout =~ ^-?[0-9]+$ ]] || die "--timeout: a number of seconds, not '$timeout'"
    for word in "$append" "$console" "$intent"; do
        check_words "$word"
    done
    for word in "${copies[@]}"; do
        [ -d "$word" ] || die "--copy: $word is not a folder"
    done
    { [ -r "$boot/vmlinuz" ] && [ -r "$boot/initramfs.img" ]; } ||
        die "$boot has no vmlinuz and initramfs.img: run make image, or name their folder with --boot"
}

# The firmware of UEFI machines reads a small FAT file system on the ISO; what that loads reads the ISO.
make_iso()
{
    local mark
    mark=/.disk/halcyon-$(cat /proc/sys/kernel/random/uuid)
    fill_tree "$work/tree" "$mark"
    mkdir "$work/efi"
    cp -r "$work/tree/EFI" "$work/efi/"
    fat_image "$work/efi" "$work/tree/boot/grub/efi.img" $((36 * 2048)) "$label"
    grub_core i386-pc-eltorito "$mark" "$work/tree/boot/grub/bios.img"
    xorriso -as mkisofs -quiet -r -J -V "$label" -o "$iso.part" \
        -b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
        -eltorito-alt-boot -e boot/grub/efi.img -no-emul-boot "$work/tree"
    target=$iso.part
}

finish()
{
    rm -rf "$work"
    [ -z "$out$iso" ] || rm -f "$out$iso.part"
}

parse "$@"
check_arguments
words="$console$append"
work=$(mktemp -d)
trap finish EXIT
if [ -n "$iso" ]; then
    make_iso
else
    if [ -n "$stick" ]; then open_stick; else open_image; fi
    make_stick
fi
[ -n "$stick" ] || { mv "$target" "$out$iso"; target=$out$iso; }
echo "$target boots under BIOS and UEFI, Secure Boot on or off"
[ -n "$iso" ] || echo "backups, drivers and answer files go to its partition $label"
