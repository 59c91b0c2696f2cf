#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The lab itself: network boot in three ways, servers that vanish, power cuts, labs side by side, nothing left behind.
#
# Needs:    root or what lab_as_root finds; the packages of scripts/dev/packages.list; apt, once, for a kernel.
# Provides: TAP. Boot times go to standard error.
set -euo pipefail
cd "$(dirname "$0")/../.."

# shellcheck source=scripts/dev/lab/lab.sh
. scripts/dev/lab/lab.sh
# shellcheck source=tests/boot/lib/kernel.sh
. tests/boot/lib/kernel.sh
# shellcheck source=tests/boot/lib/disk.sh
. tests/boot/lib/disk.sh
lab_as_root "$0" "$@"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check NAME COMMAND...: one test; the number comes later, as two rows of tests run at once.
check()
{
    local name=$1
    shift
    if "$@"; then
        echo "ok - $name"
    else
        echo "not ok - $name"
    fi
}

prepare()
{
    test_kernel "$work" && test_image "$work/boot/initramfs.img" "$work/modules" tests/boot/lib/guest/script &&
        mv "$work/vmlinuz" "$work/boot/"
}

# boot_time NAME REGEX SECONDS: like lab_wait from the moment of lab_boot, and says how long it took.
boot_time()
{
    local begin
    begin=$(date +%s%N)
    lab_boot "$1" && lab_wait "$1" "$2" "$3" && echo "# $1: '$2' after $((($(date +%s%N) - begin) / 100000000))e-1 s" >&2
}

web_vanishes()
{
    lab_wait bios 'GUEST download has begun' 300 && lab_web_stop && lab_wait bios 'GUEST download broke at [1-9]' 300 &&
        lab_web_start && lab_wait bios "GUEST download $(sha256sum <"$LAB_DIR/www/big" | cut -d ' ' -f 1)" 300
}

status()
{
    lab_in curl -s -o /dev/null -w '%{http_code} ' "$@"
}

# Stock nginx: the first one to create a folder gets 201, the next 405.
claims_and_reports()
{
    local url=$LAB_URL/reports/task said
    said=$(status -X MKCOL "$url/")$(status -X MKCOL "$url/")$(echo report | status -T - "$url/report.json")
    [ "$said$(cat "$LAB_DIR/www/reports/task/report.json")" = "201 405 201 report" ] && return 0
    echo "# nginx said $said" >&2
    return 1
}

is_cut()
{
    lab_cut "$1" && [ "$(lab_reason "$1")" = cut ] && lab_is_off "$1"
}

# BIOS: through iPXE in the card; the disk afterwards; then a machine without ACPI; then one whose card has plain PXE
# (iPXE that does not say so: there is no other to be had).
row_bios()
{
    lab_start "$work/bios" boot="$work/boot" append='quiet test=download end=reboot lab=one'
    head -c 12M /dev/urandom >"$LAB_DIR/www/big"
    echo "location /slow/ { alias $LAB_DIR/www/; limit_rate 4m; }" >"$LAB_DIR/nginx.d/slow.conf"
    lab_web_stop
    lab_web_start
    test_disk_bios "$work/bios.img"
    lab_machine bios memory=512 disk=ahci image="$work/bios.img" order=net then=disk vendor='Contoso, Ltd.' product=Box serial-number=S1
    check "BIOS boots over the network" boot_time bios 'GUEST up' 300
    check "the kernel gets its words" lab_wait bios 'GUEST cmdline .*halcyon.repo=http://10.77.0.1/repository.*lab=one.*halcyon.nic=52:54:00' 300
    check "the machine says who it is" lab_wait bios 'GUEST machine Contoso, Ltd./Box/S1' 300
    check "the web server vanishes in a download and comes back" web_vanishes
    check "claims and reports" claims_and_reports
    check "BIOS: after a reset the disk comes first" lab_wait bios '^DISK BOOTED' 300
    check "power cut" is_cut bios

    lab_machine mp acpi=off smp=4 disk=virtio-blk size=16M serial=SER-1 order=kernel kernel="$work/boot/vmlinuz" \
        initrd="$work/boot/initramfs.img" append="console=ttyS0 quiet test=write $LAB_KERNEL_WORDS"
    check "without ACPI" boot_time mp 'GUEST acpi 0' 300
    check "the firmware is BIOS" lab_wait mp 'GUEST firmware bios' 300
    check "four processors from the MP table" lab_wait mp 'GUEST processors 4' 300
    check "the disk has its serial number" lab_wait mp 'GUEST disk SER-1' 300
    check "written before the power cut" lab_wait mp 'GUEST written' 300
    check "power cut while it runs" is_cut mp
    check "what was written is still there" grep -q 'HALCYON LAB WAS HERE' "$LAB_DIR/mp/disk0.img"

    lab_append 'quiet lab=two'
    check "new words for the next machines" words_are_new
    printf '%s\n' '#!ipxe' 'set user-class plain' 'autoboot' >"$work/plain.ipxe"
    lab_machine plain memory=512 nic=e1000 rom=none order=kernel kernel=/usr/lib/ipxe/ipxe.lkrn initrd="$work/plain.ipxe"
    check "BIOS without iPXE gets it first" boot_time plain 'using undionly' 300
    check "and then the kernel" lab_wait plain 'boot/vmlinuz' 300
    check "two machines can't run under one name" not_twice plain
    lab_stop
    row_proxy
}

# Another DHCP server lends the addresses, ours only says what to boot: iPXE, and it gets the script.
row_proxy()
{
    lab_start "$work/proxy" boot="$work/boot" proxy=yes
    lab_machine proxied firmware=uefi
    check "beside another DHCP server" boot_time proxied 'http://10.77.0.1/boot/vmlinuz' 300
    check "which lent the address" grep -q 'DHCPACK(lender)' "$LAB_DIR/log/lender.log"
    lab_stop
}

not_within_a_second()
{
    ! lab_wait "$1" 'no such line' 1 2>"$work/said" && grep -q 'went off' "$work/said" && grep -q 'GUEST end' "$work/said"
}

not_twice()
{
    ! lab_boot "$1" 2>/dev/null && lab_is_on "$1"
}

words_are_new()
{
    lab_in curl -s "$LAB_URL/boot.ipxe" | grep 'lab=two' >/dev/null && ! grep 'lab=one' "$LAB_DIR/tftp/grub/grub.cfg"
}

# UEFI: through shim and GRUB; the disk afterwards; then the same with Secure Boot.
row_uefi()
{
    lab_start "$work/uefi" append='quiet end=reboot lab=three'
    cp "$work/boot/"* "$LAB_DIR/www/boot/"
    test_disk_uefi "$work/uefi.img"
    lab_machine uefi firmware=uefi disk=nvme image="$work/uefi.img" order=net then=disk
    check "UEFI boots over the network" boot_time uefi 'GUEST up' 300
    check "a second lab has its own servers" lab_wait uefi 'GUEST cmdline .*lab=three' 300
    check "the firmware is UEFI" lab_wait uefi 'GUEST firmware uefi' 300
    check "without Secure Boot" lab_wait uefi 'GUEST secure boot 0' 300
    check "UEFI: after a reset the disk comes first" lab_wait uefi '^DISK BOOTED' 300
    lab_cut uefi

    # A kernel with one byte changed is refused; GRUB tries again, and finds Debian's own.
    printf 'X' | dd of="$LAB_DIR/www/boot/vmlinuz" bs=1 seek=5000000 conv=notrunc status=none
    lab_append 'quiet end=poweroff'
    lab_machine secure firmware=uefi-secure
    check "Secure Boot refuses a changed kernel" boot_time secure 'bad shim signature' 300
    cp "$work/boot/vmlinuz" "$LAB_DIR/www/boot/"
    check "Secure Boot boots Debian's kernel, at the next try" lab_wait secure 'GUEST secure boot [1-9]' 300
    check "power off" lab_wait_off secure 120 guest-shutdown
    check "a line that does not come is an error" not_within_a_second secure
    lab_stop
}

# A lab whose shell is killed leaves neither processes nor a network nor files.
killed()
{
    local pid ns
    # shellcheck disable=SC2016  # expanded by the inner shell
    { bash -c '. scripts/dev/lab/lab.sh; lab_start; lab_machine m; lab_boot m; echo "$LAB_NS" >"$1"; kill -9 $$' bash "$work/killed" || true; } 2>/dev/null
    ns=$(cat "$work/killed")
    [ -n "$ns" ] && lab_until 15 gone "$ns"
}

gone()
{
    [ ! -e "/run/netns/$1" ] && [ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name "$1.*")" ]
}

mkdir "$work/boot"
if ! prepare; then
    echo "1..0 # SKIP no kernel to boot: apt could not fetch Debian's linux-image-amd64"
    exit 0
fi
row_bios >"$work/row1" &
bios=$!
row_uefi >"$work/row2" &
uefi=$!
# A row that ends early, by a command that failed outside a test, has failed.
wait $bios || echo "not ok - the BIOS row came to its end" >>"$work/row1"
wait $uefi || echo "not ok - the UEFI row came to its end" >>"$work/row2"
check "a killed lab leaves nothing behind" killed >"$work/row3"
cat "$work"/row? | awk '{ n++; sub(/ok -/, "ok " n " -"); print; bad += /^not/ } END { print "1.." n; exit bad > 0 }'
