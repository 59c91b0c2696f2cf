# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A kernel and a tiny image for tests of the lab itself: busybox, network drivers, one script.
#
# Needs:    apt (or the package in the build folder already), busybox-static, cpio, xz.
# Provides: test_kernel DIR   DIR/vmlinuz and DIR/modules/ from Debian's linux-image-amd64; kept in $HALCYON_BUILD
#           test_image FILE MODULES INIT   an initramfs with those modules whose /init is busybox sh with INIT

TEST_MODULES="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci failover net_failover virtio_net e1000 virtio_blk"

test_package()
{
    local dir=$1 name
    name=$(apt-cache depends --no-recommends --no-suggests linux-image-amd64 2>/dev/null | awk '/Depends: linux-image/ { print $2; exit }')
    [ -n "$name" ] || { echo "apt knows no linux-image-amd64; run apt-get update" >&2; return 1; }
    (cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "$name")
}

test_kernel()
{
    local kept=${HALCYON_BUILD:-build}/lab/kernel dir=$1 module
    mkdir -p "$dir" "${kept%/*}"
    if [ ! -e "$kept/vmlinuz" ]; then
        local new
        new=$(mktemp -d "$kept.XXXXXX")
        test_package "$new" && test_unpack "$new" || { rm -rf "$new"; return 1; }
        # Somebody else may have been faster; both have the same.
        mv -T "$new" "$kept" 2>/dev/null || rm -rf "$new"
    fi
    cp -a "$kept/." "$dir/"
}

# Debian 13 compresses its modules; busybox insmod does not read that.
test_unpack()
{
    local dir=$1 module
    mkdir "$dir/all" "$dir/modules"
    dpkg-deb -x "$dir"/linux-image-*.deb "$dir/all" || return 1
    mv "$dir"/all/boot/vmlinuz-* "$dir/vmlinuz" || return 1
    for module in $TEST_MODULES; do
        find "$dir/all" -name "$module.ko" -exec cp {} "$dir/modules/" ';' \
            -o -name "$module.ko.xz" -exec sh -c 'xz -dc "$1" >"$2"' sh {} "$dir/modules/$module.ko" ';'
    done
    rm -rf "$dir/all" "$dir"/*.deb
}

test_image()
{
    local file=$1 modules=$2 init=$3 root
    root=$(mktemp -d)
    mkdir "$root"/{bin,proc,sys,dev}
    cp /bin/busybox "$root/bin/busybox"
    cp -r "$modules" "$root/modules"
    # shellcheck disable=SC2016  # runs in the machine
    printf '%s\n' '#!/bin/busybox sh' '/bin/busybox --install -s /bin' 'export PATH=/bin' \
        'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev' \
        "for m in $TEST_MODULES; do [ ! -e /modules/\$m.ko ] || insmod /modules/\$m.ko; done" "$init" >"$root/init"
    chmod 755 "$root/init"
    (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) | gzip -1 >"$file"
    rm -rf "$root"
}
