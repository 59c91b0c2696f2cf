#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Sets the clock: by NTP from halcyon.ntp=SERVER or the lease, else by the Date header of the server that has the answer file.
# Needs: network of stage 30. Provides: a clock good enough for certificates. Neither source is authenticated (docs/threat-model.md).
# On failure: never; without a source the machine's own clock stays.
set -eu
# shellcheck source=initramfs/init/lib.sh
. /init.d/lib.sh

by_ntp() {
    for server in $(param ntp || cat "$STATE"/net/* 2>/dev/null | sed -n 's/^ntp=//p'); do
        if timeout 10 ntpd -n -q -p "$server"; then
            source="NTP server $server"
            return 0
        fi
        echo "no time from the NTP server $server"
    done
    return 1
}

# Only http: what certificates are judged by can't come from a server whose own is not checked yet.
# Not by wget, which shows no headers of an answer like 404; any answer has a Date.
by_http() {
    url=$(param intent) || return 1
    case $url in http://*) ;; *) return 1 ;; esac
    server=${url#http://}
    server=${server%%/*}
    server=${server##*@}
    port=${server##*:}
    case $port in '' | *[!0-9]*) port=80 ;; *) server=${server%:*} ;; esac
    text=$(printf 'HEAD / HTTP/1.0\r\nHost: %s\r\n\r\n' "$server" | timeout 10 nc "$(echo "$server" | tr -d '[]')" "$port" |
        tr -d '\r' | sed -n 's/^[Dd]ate: *//p' | head -n 1)
    [ -n "$text" ] || {
        echo "no Date header from $server port $port"
        return 1
    }
    date -u -D '%a, %d %b %Y %T GMT' -s "$text" >/dev/null || return 1
    source="Date header of $server"
}

before=$(date +%s)
begin=$(now)
if by_ntp || by_http; then
    moved=$(($(date +%s) - before - ($(now) - begin) / 100))
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ), moved by $moved s, from the $source" >"$STATE/summary"
else
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ), the machine's own clock" >"$STATE/summary"
fi
