# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A kernel and a tiny image for tests of the lab itself: busybox, a few drivers, one script.
#
# Needs:    apt (once; the files are kept in $HALCYON_BUILD/lab/kernel), busybox-static, cpio, xz.
# Provides: test_kernel DIR                 DIR/vmlinuz and DIR/modules/, from the package behind linux-image-amd64
#           test_image FILE MODULES SCRIPT  an image that loads those modules, then runs SCRIPT (guest/init says in what)

TEST_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# In the order that insmod wants.
TEST_MODULES="virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci failover net_failover virtio_net e1000 virtio_blk"

test_package()
{
    local dir=$1 name
    name=$(apt-cache depends --no-recommends --no-suggests linux-image-amd64 2>/dev/null | awk '/Depends: linux-image/ { print $2; exit }')
    [ -n "$name" ] || { echo "apt knows no linux-image-amd64; run apt-get update" >&2; return 1; }
    (cd "$dir" && apt-get -qq -o APT::Sandbox::User=root download "$name")
}

# Debian 13 compresses its modules; busybox insmod does not read that.
test_unpack()
{
    local dir=$1 module
    mkdir "$dir/all" "$dir/modules"
    dpkg-deb -x "$dir"/linux-image-*.deb "$dir/all" || return 1
    mv "$dir"/all/boot/vmlinuz-* "$dir/vmlinuz" || return 1
    for module in $TEST_MODULES; do
        # shellcheck disable=SC2016  # expanded by the inner shell
        find "$dir/all" -name "$module.ko" -exec cp {} "$dir/modules/" ';' \
            -o -name "$module.ko.xz" -exec sh -c 'xz -dc "$1" >"$2"' sh {} "$dir/modules/$module.ko" ';'
        echo "$module" >>"$dir/modules/order"
    done
    rm -rf "$dir/all" "$dir"/*.deb
}

test_kernel()
{
    local kept=${HALCYON_BUILD:-build}/lab/kernel new
    mkdir -p "$1" "${kept%/*}"
    if [ ! -e "$kept/vmlinuz" ]; then
        new=$(mktemp -d "$kept.XXXXXX")
        if ! { test_package "$new" && test_unpack "$new"; }; then
            rm -rf "$new"
            return 1
        fi
        # Somebody else may have been faster; both have the same.
        mv -T "$new" "$kept" 2>/dev/null || rm -rf "$new"
    fi
    cp -a "$kept/." "$1/"
}

test_image()
{
    local root
    root=$(mktemp -d)
    mkdir "$root"/{bin,proc,sys,dev,tmp}
    cp /bin/busybox "$root/bin/busybox"
    cp "$TEST_HERE/guest/init" "$root/init"
    cp "$TEST_HERE/guest/bound" "$root/bin/bound"
    cp -r "$2" "$root/modules"
    cp "$3" "$root/script"
    (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc) | gzip -1 >"$1"
    rm -rf "$root"
}
