#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings all network adapters up; DHCP on each, or the address of the kernel line (halcyon.ip= or ip=, the kernel's own syntax).
# Needs: network adapters of stage 20. Provides: addresses, routes, /etc/resolv.conf, a file per lease in $STATE/net.
# On failure: no lease is no failure (a stick needs no network); the summary says so, and DHCP keeps trying.
set -eu
# shellcheck source=initramfs/init/lib.sh
. /init.d/lib.sh

CARRIER_DEADLINE=1000 # hundredths of a second until a link must be up
LEASE_DEADLINE=4500   # hundredths of a second until a lease must be there, where a link is up
OTHERS=300            # hundredths of a second that the other adapters get after the first lease

adapters() {
    for path in /sys/class/net/*; do
        [ -e "$path/device" ] && [ "$(cat "$path/type")" = 1 ] && basename "$path"
    done
    return 0
}

linked() {
    for nic in $(adapters); do
        if [ "$(cat "/sys/class/net/$nic/carrier" 2>/dev/null)" = 1 ]; then echo "$nic"; fi
    done
}

leases() { find "$STATE/net" -type f | wc -l; }

# preferred: the adapter the machine was booted from (halcyon.nic=MAC, or pxelinux's BOOTIF=01-MAC)
preferred() {
    mac=$(param nic || word BOOTIF | sed 's/^..-//; s/-/:/g') || return 0
    mac=$(printf '%s' "$mac" | tr 'A-F' 'a-f')
    for nic in $(adapters); do
        if [ "$(cat "/sys/class/net/$nic/address")" = "$mac" ]; then echo "$nic"; fi
    done
}

# wait_until HUNDREDTHS COMMAND: run COMMAND until it succeeds or the time is over
wait_until() {
    end=$(($(now) + $1))
    shift
    until "$@"; do
        [ "$(now)" -lt "$end" ] || return 1
        sleep 0.1
    done
}

link_is_up() {
    first=$(cat "$STATE/nic.first")
    if [ -n "$first" ]; then linked | grep -qxF "$first"; else [ -n "$(linked)" ]; fi
}

lease_is_there() {
    first=$(cat "$STATE/nic.first")
    if [ -n "$first" ]; then [ -f "$STATE/net/$first" ]; else [ "$(leases)" -gt 0 ]; fi
}

all_leases_are_there() { [ "$(leases)" -ge "$(linked | wc -l)" ]; }

# prefix NETMASK: 255.255.255.0 or 24 as a number of bits
prefix() {
    case $1 in *.*) ;; *) echo "${1:-24}" && return ;; esac
    bits=0
    for byte in $(echo "$1" | tr . ' '); do
        while [ "$byte" -gt 0 ]; do
            bits=$((bits + byte % 2)) byte=$((byte / 2))
        done
    done
    echo "$bits"
}

# fixed CLIENT:SERVER:GATEWAY:NETMASK:HOST:DEVICE:AUTOCONF:DNS0:DNS1 (Documentation/admin-guide/nfs/nfsroot.rst of the kernel)
fixed() {
    IFS=: read -r ip server router mask hostname device _ dns0 dns1 <<EOF
$1
EOF
    interface=${device:-$(preferred)}
    interface=${interface:-$(linked | head -n 1)}
    interface=${interface:-$(adapters | head -n 1)}
    [ -e "/sys/class/net/$interface" ] || {
        echo "the kernel line gives an address to the adapter '$interface', but there are only: $(adapters | xargs)"
        exit 1
    }
    export interface ip router hostname siaddr="$server" dns="$dns0 $dns1"
    mask=$(prefix "$mask")
    export mask
    sh /init.d/udhcpc bound
}

mkdir -p "$STATE/net"
hostname halcyon
ip link set lo up
preferred >"$STATE/nic.first"
for nic in $(adapters); do
    ip link set "$nic" up || echo "the adapter $nic can't be brought up"
done
[ -z "$(adapters)" ] || wait_until "$CARRIER_DEADLINE" link_is_up || echo "no link after $(seconds "$CARRIER_DEADLINE") s"

address=$(param ip || word ip || echo dhcp)
case $address in
    off | none) ;;
    dhcp | on | any | *:dhcp | *:on | *:any)
        for nic in $(adapters); do
            # It stays: it renews the lease, and gets one later where the cable was missing.
            setsid udhcpc -f -i "$nic" -s /init.d/udhcpc -t 5 -T 3 -A 5 -x "hostname:$(hostname)" \
                -O bootfile -O tftp -O ntpsrv -O search >"$STATE/log/udhcpc.$nic" 2>&1 &
        done
        if [ -n "$(linked)" ]; then
            wait_until "$LEASE_DEADLINE" lease_is_there || echo "no lease after $(seconds "$LEASE_DEADLINE") s"
            wait_until "$OTHERS" all_leases_are_there || true
        fi
        ;;
    *) fixed "$address" ;;
esac

summary=
for nic in $(adapters); do
    got=$(ip -4 addr show dev "$nic" | sed -n 's/^ *inet \([^ ]*\).*/\1/p' | head -n 1)
    if [ "$(cat "/sys/class/net/$nic/carrier" 2>/dev/null)" = 1 ]; then got=${got:-no address}; else got=${got:-no link}; fi
    summary="$summary${summary:+, }$nic $got"
done
echo "${summary:-no network adapter}" >"$STATE/summary"
