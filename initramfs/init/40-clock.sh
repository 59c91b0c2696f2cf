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

# Only http: what we trust certificates by can't come from a server whose certificate is not checked yet.
by_http() {
    url=$(param intent) || return 1
    case $url in http://*) ;; *) return 1 ;; esac
    text=$(timeout 10 wget -S --spider -T 5 "$url" 2>&1 | sed -n 's/^ *[Dd]ate: *//p' | tr -d '\r' | tail -n 1)
    [ -n "$text" ] || {
        echo "no Date header from $url"
        return 1
    }
    date -u -D '%a, %d %b %Y %T GMT' -s "$text" >/dev/null || return 1
    source="Date header of $url"
}

before=$(date +%s)
begin=$(now)
if by_ntp || by_http; then
    moved=$(($(date +%s) - before - ($(now) - begin) / 100))
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ), moved by $moved s, from the $source" >"$STATE/summary"
else
    echo "$(date -u +%Y-%m-%dT%H:%M:%SZ), the machine's own clock" >"$STATE/summary"
fi
