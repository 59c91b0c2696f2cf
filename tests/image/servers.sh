#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Servers: those that the kernel line and DHCP name, as `halcyon media` lists them; and those that want to know who asks.
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

# servers: places of the recorded machine
servers()
{
    "$halcyon" media --sysroot "$sysroot" --json | jq -r '[.places[] | "\(.where) \(.usable)"] | join("; ")'
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
# shellcheck disable=SC2016  # the shell inside expands them
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

# ---------------------------------------------------------------- credentials

printf 'backup:{PLAIN}s3cret words\n' >"$tap_work/users"
who=$tap_work/who
target=$tap_work/new.img

# credentials LINE...: the file, for us alone
credentials()
{
    rm -f "$who"
    (umask 077 && printf '%s\n' "$@" >"$who")
}

# refused ID COMMAND...: it fails with this id
refused()
{
    local id=$1 said
    shift
    if said=$("$halcyon" "$@" 2>&1); then return 1; fi
    echo "$said"
    grep -q "error: $id " <<<"$said"
}

locked=$web_url/locked/repository
check 'without credentials the server refuses, at once' refused H0106 catalog "$locked"
credentials '# ours' 'user = backup' 'password = s3cret words'
check 'with them the catalog is read' "$halcyon" catalog "$locked" --credentials "$who"
check 'and a backup verified' "$halcyon" verify "$locked//first" --credentials "$who"
check 'and restored' "$halcyon" restore "$locked//first" --target "$target" --confirm new.img --credentials "$who" \
    --state-dir "$tap_work/state" --accept BAK-1

nowhere()
{
    ! grep -r 's3cret' "$tap_work/state" "$tap_work/nginx.log" "$tap_work/access.log"
}

check 'the password is in no plan, event or report' nowhere
credentials 'user = backup' 'password = wrong'
check 'a wrong password is refused' refused H0106 catalog "$locked" --credentials "$who"
credentials 'bearer = t0ken'
check 'a token opens what a token opens' "$halcyon" catalog "$web_url/token/repository" --credentials "$who"
check 'another server that this one redirects to is asked' refused H0401 catalog "$web_url/elsewhere/x" --credentials "$who"
check 'and does not learn who we are' grep -qx 'authorization "-"' "$tap_work/saw.log"
chmod 640 "$who"
check 'a file that others can read is refused' refused H0107 catalog "$locked" --credentials "$who"
credentials 'bearer = t0ken'
ln -s "$who" "$tap_work/link"
check 'so is a link' refused H0107 catalog "$locked" --credentials "$tap_work/link"
credentials 'user = backup'
check 'so is a user without a password' refused H0107 catalog "$locked" --credentials "$who"
credentials 'user = backup' 'pass word = s3cret'
check 'so is a line that is none' refused H0107 catalog "$locked" --credentials "$who"
check 'and the message does not repeat it' test "$("$halcyon" catalog "$locked" --credentials "$who" 2>&1 | grep -c s3cret)" = 0

tap_done
