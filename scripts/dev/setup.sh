#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Install what is missing of scripts/dev/packages.list; says nothing when nothing is.
#
# Usage:    setup.sh           install
#           setup.sh --list    print the packages for this release, one a line
# Needs:    Debian 12 or 13, apt; root or sudo when something is missing.
set -euo pipefail

list=$(cd "$(dirname "$0")" && pwd)/packages.list

die()
{
    echo "setup.sh: $*" >&2
    exit 1
}

wanted()
{
    sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$list"
}

available()
{
    apt-cache policy "$1" 2>/dev/null | grep '^  Candidate:' | grep -v '(none)' >/dev/null
}

# pick ALTERNATIVES: the one that is installed, else the first one that apt could install.
pick()
{
    local name names
    IFS='|' read -r -a names <<<"$1"
    for name in "${names[@]}"; do
        [ -z "${installed[$name]:-}" ] || { echo "$name"; return 0; }
    done
    for name in "${names[@]}"; do
        ! available "$name" || { echo "$name"; return 0; }
    done
    echo "$1" >>"$unknown"
    return 1
}

# Fill resolved and missing; fails when there is a line that apt knows nothing for.
resolve()
{
    local line name word status
    resolved=() missing=() installed=()
    while read -r word status; do
        [ "$status" != installed ] || installed[$word]=yes
    done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n')
    : >"$unknown"
    while read -r line; do
        name=$(pick "$line") || continue
        resolved+=("$name")
        [ -n "${installed[$name]:-}" ] || missing+=("$name")
    done < <(wanted)
    [ ! -s "$unknown" ]
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "root is needed, and there is no sudo; as root, run: $*"
    fi
}

apt_get()
{
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@" </dev/null >&2
}

install_missing()
{
    echo "installing ${missing[*]}" >&2
    apt_get install -y --no-install-recommends "${missing[@]}" && return 0
    # Old lists name files that the mirror has no longer.
    apt_get update
    apt_get install -y --no-install-recommends "${missing[@]}" || die "apt could not install: ${missing[*]}"
}

# A package's service on port 80 of this machine is not what anybody asked for: the lab starts its own.
silence_nginx()
{
    [ -d /run/systemd/system ] || return 0
    case " ${missing[*]} " in
    *" nginx"*) as_root systemctl disable --now nginx.service >&2 || true ;;
    esac
}

declare -A installed
resolved=() missing=()
unknown=$(mktemp)
trap 'rm -f "$unknown"' EXIT
command -v apt-get >/dev/null || die "this is not Debian: there is no apt-get; install what $list names by your own means"
case ${1:-} in
'' | --list) ;;
*) die "unknown option: $1 (there is only --list)" ;;
esac
if ! resolve; then
    # A fresh machine has no lists yet.
    [ "${1:-}" = --list ] || apt_get update
    resolve || die "apt knows no package for: $(tr '\n' ' ' <"$unknown")"
fi
if [ "${1:-}" = --list ]; then
    printf '%s\n' "${resolved[@]}"
elif [ ${#missing[@]} != 0 ]; then
    install_missing
    silence_nginx
fi
