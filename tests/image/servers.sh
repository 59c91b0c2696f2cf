#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Servers: those that the kernel line and DHCP name, as `halcyon media` lists them.
#
# Needs:    root, jq, nginx; build/host/bin/halcyon.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/web.sh
. tests/lib/web.sh

halcyon=$(realpath "${HALCYON_BUILD:-build}/host/bin/halcyon")

if [ "$(id -u)" != 0 ]; then
    echo 'root is needed' >&2
    exit 77
fi

sysroot=$tap_work/root
mkdir -p "$sysroot/proc" "$sysroot/run/halcyon/net"

# servers OPTION...: places of the recorded machine
servers()
{
    "$halcyon" media --sysroot "$sysroot" --json "$@" | jq -r '[.places[] | "\(.where) \(.usable)"] | join("; ")'
}

echo 'quiet halcyon.repo=http://u:secret@192.0.2.1/repository' >"$sysroot/proc/cmdline"
printf 'interface=eth0\nnext_server=192.0.2.1\n' >"$sysroot/run/halcyon/net/eth0"
printf 'interface=eth1\nhttp_server=https://boot.example\nnext_server=192.0.2.9\n' >"$sysroot/run/halcyon/net/eth1"
check 'the kernel line and DHCP name servers, each once' test "$(servers)" = \
    'http://192.0.2.1/repository true; https://boot.example/repository true'
check 'no password is in the document' test "$("$halcyon" media --sysroot "$sysroot" --json | grep -c secret)" = 0
echo 'halcyon.repo=smb://u:secret@server/share' >"$sysroot/proc/cmdline"
rm "$sysroot"/run/halcyon/net/*
check "what can't be read is listed with the reason" test "$(servers)" = 'smb://server/share false'
check 'which says what is known' test "$("$halcyon" media --sysroot "$sysroot" --json | jq -r '.places[0].note')" = \
    'a URL starts with "smb"; only http and https are known'

# A machine of its own: a mount namespace in which /proc/cmdline is ours.
asked()
{
    unshare -m sh -c 'mount --bind "$1" /proc/cmdline && mkdir -p /run/halcyon && mount --bind "$2" /run/halcyon && exec "$3" media --json --patience 2' \
        sh "$sysroot/proc/cmdline" "$sysroot/run/halcyon" "$halcyon" | jq -r '[.places[] | select(.device == null) | "\(.where) \(.usable)"] | join("; ")'
}

mkdir -p "$tap_work/www"
truncate -s 4M "$tap_work/blank"
"$halcyon" capture "$tap_work/blank" --to "$tap_work/www/repository" --id first --quiet
web_start "$tap_work/www"
echo "halcyon.repo=$web_url/repository" >"$sysroot/proc/cmdline"
printf 'http_server=%s\n' "$web_url/nothing" >"$sysroot/run/halcyon/net/eth0"
check 'a server that answers can be used; one that only might have had a repository is not listed' test "$(asked)" = "$web_url/repository true"
echo "halcyon.repo=$web_url/wrong" >"$sysroot/proc/cmdline"
check 'one that was named and has none is listed as that' test "$(asked)" = "$web_url/wrong false"

tap_done
