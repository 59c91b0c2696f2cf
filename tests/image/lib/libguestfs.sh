# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What libguestfs sees of a disk: a Linux of its own, started in QEMU for each question (20 s); source after tests/lib/tap.sh.
#
# Needs:    root, guestfs-tools, $w (a folder to work in); vmlinuz and modules of `make image`, since a container has none.
# Provides: libguestfs_missing    why it can't be asked; fails where it can
#           libguestfs COMMAND... with what libguestfs wants in its environment
: "${w:?a folder to work in}"

libguestfs_missing()
{
    if ! command -v virt-inspector >/dev/null || ! command -v virt-win-reg >/dev/null; then
        echo 'guestfs-tools is not installed'
    elif [ ! -e "$HALCYON_BUILD/boot/vmlinuz" ] || [ ! -d "$(libguestfs_modules)" ]; then
        echo 'make image has not run'
    else
        return 1
    fi
}

libguestfs_modules() { echo "$(realpath "$HALCYON_BUILD")/kernel/modules/$(cat "$HALCYON_BUILD/kernel/release" 2>/dev/null)"; }

# supermin reads /lib/modules though another folder is named, and gives up where a machine has none.  One at a time: another
# test must not take that folder away meanwhile.
libguestfs()
(
    flock 8
    mkdir -p "$w/appliance"
    if [ ! -e /lib/modules ]; then
        mkdir /lib/modules
        trap 'rmdir /lib/modules' EXIT
    fi
    SUPERMIN_KERNEL=$(realpath "$HALCYON_BUILD/boot/vmlinuz") SUPERMIN_MODULES=$(libguestfs_modules) LIBGUESTFS_CACHEDIR=$w/appliance \
        LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg TMPDIR=$w "$@" </dev/null
) 8>"$HALCYON_BUILD/libguestfs.lock"
