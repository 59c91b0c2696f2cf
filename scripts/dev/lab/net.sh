# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of lab.sh: the network namespace and its servers.

lab_in()
{
    nsenter --net="/run/netns/$LAB_NS" -- "$@"
}

lab_net_create()
{
    ip netns add "$LAB_NS" &&
        lab_in ip link set lo up &&
        lab_in ip link add br0 type bridge &&
        lab_in ip addr add "$LAB_ADDRESS/24" dev br0 &&
        lab_in ip addr add fd77::1/64 dev br0 nodad &&
        lab_in ip link set br0 up
}

# lab_tap NAME: a tap on the bridge, new each time.
lab_tap()
{
    lab_in ip link del "$1" 2>/dev/null || true
    lab_in ip tuntap add "$1" mode tap &&
        lab_in ip link set "$1" master br0 &&
        lab_in ip link set "$1" up
}

lab_net_off()
{
    lab_in ip link set br0 down
}

lab_net_on()
{
    lab_in ip link set br0 up
}

# Nobody else lends addresses in here, so the check whether one is in use is left out: it costs 3 s a machine.
lab_configure()
{
    local said
    said=$(lab_in "$LAB_ROOT/pxe/server/configure.sh" --out "$LAB_DIR" --address "$LAB_ADDRESS" --interface br0 \
        --user root --no-ping --append "$LAB_KERNEL_WORDS $LAB_WORDS" ${LAB_CONFIGURE[@]+"${LAB_CONFIGURE[@]}"} 2>&1) && return 0
    lab_say "$said"
    return 1
}

lab_append()
{
    LAB_WORDS=$*
    lab_configure
}

# lab_serve LOG COMMAND...: start a server in the background; LAB_SERVED is its process.
lab_serve()
{
    local log=$1
    shift
    nsenter --net="/run/netns/$LAB_NS" -- "$@" </dev/null >>"$log" 2>&1 {LAB_LOCK}>&- &
    disown $!
    LAB_SERVED=$(lab_process $!)
}

# lab_listening udp|tcp PORT: /proc/net shows addresses as hexadecimal; 0A is LISTEN, 07 an open UDP socket.
lab_listening()
{
    lab_in cat "/proc/net/$1" | awk -v port="$(printf ':%04X$' "$2")" \
        '$2 ~ port && ($4 == "0A" || $4 == "07") { found = 1 } END { exit !found }'
}

# lab_wait_server NAME udp|tcp PORT LOG
lab_wait_server()
{
    lab_until 10 lab_listening "$2" "$3" && return 0
    lab_say "$1 does not listen on $2 port $3 after 10 s; $4 ends with:"
    tail -n 20 "$4" >&2
    return 1
}

# iPXE asks for an IPv6 router too and waits 12 s for an answer: there is one here, which routes nothing.
lab_router_advertisements()
{
    printf '%s\n' enable-ra 'dhcp-range=fd77::,ra-only' 'ra-param=br0,0,0' >"$LAB_DIR/dnsmasq.d/lab.conf"
}

lab_dhcp_start()
{
    lab_router_advertisements
    # --no-daemon: stay root, as a user namespace has no other user.
    [ "$LAB_PROXY" = no ] || lab_lender_start || return 1
    lab_serve "$LAB_DIR/log/dnsmasq.out" dnsmasq --no-daemon -C "$LAB_DIR/dnsmasq.conf"
    lab_wait_server dnsmasq udp 69 "$LAB_DIR/log/dnsmasq.out"
}

# The DHCP server that a site has already, on a host of its own: it lends addresses and knows nothing about booting.
lab_lender_start()
{
    local ns=$LAB_NS.lender inside
    # Not ip -n: that mounts things, which a chroot does not let it.
    inside="nsenter --net=/run/netns/$ns --"
    ip netns add "$ns" &&
        lab_in ip link add lender-port type veth peer name lender netns "$ns" &&
        lab_in ip link set lender-port master br0 up &&
        $inside ip addr add 10.77.0.2/24 dev lender &&
        $inside ip link set lender up || return 1
    $inside dnsmasq --no-daemon -C /dev/null --port=0 --user=root --group=root \
        --interface=lender --dhcp-range=10.77.0.100,10.77.0.199,1h --no-ping --dhcp-leasefile="$LAB_DIR/state/lender.leases" \
        --log-facility="$LAB_DIR/log/lender.log" </dev/null >>"$LAB_DIR/log/lender.log" 2>&1 {LAB_LOCK}>&- &
    disown $!
}

lab_web_start()
{
    lab_serve "$LAB_DIR/log/nginx.out" nginx -c "$LAB_DIR/nginx.conf" -e "$LAB_DIR/log/nginx-error.log" -g 'daemon off;'
    LAB_WEB=$LAB_SERVED
    lab_wait_server nginx tcp 80 "$LAB_DIR/log/nginx-error.log"
}

lab_web_stop()
{
    lab_runs "$LAB_WEB" || { lab_say "the web server does not run"; return 1; }
    kill -TERM "${LAB_WEB% *}"
    lab_until 10 lab_gone "$LAB_WEB" || { lab_say "nginx did not end within 10 s"; return 1; }
}
