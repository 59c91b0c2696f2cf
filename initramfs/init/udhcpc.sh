#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Applies what DHCP gave (called by udhcpc with the lease in its environment), or a fixed address (called by stage 30).
# Needs: interface, ip, mask (bits), and what else the lease has. Provides: address, routes, /etc/resolv.conf, hostname,
# and /run/halcyon/net/INTERFACE: one NAME=VALUE a line, values as the server sent them, without quoting.
set -eu
: "${interface:?}" "${ip:=}"
# shellcheck source=initramfs/init/lib.sh
. /init.d/lib.sh

# clean TEXT: a DHCP server is a stranger; no control characters from it in our files
clean() { printf '%s' "$1" | tr -d '\000-\037\177'; }

record() {
    {
        echo "interface=$interface"
        echo "mac=$(cat "/sys/class/net/$interface/address")"
        echo "ip=$ip"
        echo "prefix=${mask:-24}"
        echo "router=$(clean "${router:-}")"
        echo "dns=$(clean "${dns:-}")"
        echo "domain=$(clean "${search:-${domain:-}}")"
        echo "hostname=$(clean "${hostname:-}")"
        echo "server=$(clean "${serverid:-}")"
        echo "next_server=$(clean "${siaddr:-}")"
        echo "tftp_server=$(clean "${tftp:-}")"
        echo "boot_file=$(clean "${bootfile:-${boot_file:-}}")"
        # Firmware that boots by HTTP gets a URL as boot file: its server is where the image came from.
        case ${bootfile:-${boot_file:-}} in
            http://*/* | https://*/*) echo "http_server=$(clean "${bootfile:-$boot_file}" | sed 's#^\([a-z]*://[^/]*\)/.*#\1#')" ;;
        esac
        echo "ntp=$(clean "${ntpsrv:-}")"
    } >"$STATE/net.$interface.new"
    mkdir -p "$STATE/net"
    mv "$STATE/net.$interface.new" "$STATE/net/$interface"
}

# The preferred adapter's servers first, at most three: more are not asked.
write_resolv() {
    first=$(cat "$STATE/nic.first" 2>/dev/null || true)
    for nic in $first $(ls "$STATE/net"); do
        [ -f "$STATE/net/$nic" ] || continue
        sed -n 's/^domain=\(..*\)/search \1/p' "$STATE/net/$nic"
        sed -n 's/^dns=//p' "$STATE/net/$nic" | tr ' ' '\n' | sed -n 's/^\(..*\)/nameserver \1/p'
    done | awk '!seen[$0]++ && (!/^nameserver/ || n++ < 3)' >/etc/resolv.conf.$$
    mv /etc/resolv.conf.$$ /etc/resolv.conf
}

apply() {
    ip addr flush dev "$interface"
    ip addr add "$ip/${mask:-24}" dev "$interface"
    metric=$((100 + $(cat "/sys/class/net/$interface/ifindex")))
    if [ "$(cat "$STATE/nic.first" 2>/dev/null)" = "$interface" ]; then metric=50; fi
    for gateway in ${router:-}; do
        ip route replace default via "$gateway" dev "$interface" metric "$metric" && break
    done
}

case ${1:-} in
    deconfig)
        rm -f "$STATE/net/$interface"
        ip addr flush dev "$interface"
        ip link set "$interface" up
        ;;
    bound | renew)
        apply
        record
        write_resolv
        [ -z "${hostname:-}" ] || hostname "$(clean "$hostname")"
        ;;
esac
