# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A folder of driver packages for tests; source it in the top folder.
#
# Needs:    HALCYON_TESTDATA, openssl.
# Provides: viostor_package DIR   the driver of virtio disks: its real INF; program and signed catalog are made

viostor_package()
{
    local tool=$PWD/tests/tools/driver_files.py
    mkdir -p "$1" || return 1
    # shellcheck disable=SC2016 # $ARCH$ is the INF's; filled in as stampinf and the project's build do
    sed 's/_INX_SUBSYS_VENDOR_ID/1AF4/; s/INX_PLATFORM_DRIVERS_DIR/12/; s/\$ARCH\$/amd64/; s/INX_COMPANY/Red Hat, Inc./
        s/INX_PREFIX_VENDOR/Red Hat /; s|^DriverVer=.*|DriverVer=05/18/2026,62.94.104.1000|' \
        "$HALCYON_TESTDATA/inf/virtio-win/viostor_viostor.inx" >"$1/viostor.inf" &&
        (cd "$1" && "$tool" sys amd64 viostor.sys && "$tool" cat sha256 viostor.cat viostor.sys)
}
