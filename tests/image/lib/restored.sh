# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Restored disks side by side; source it after tests/lib/tap.sh.
: "${w:?a folder to work in}"

# same_disk A B: $w/A.img and $w/B.img hold the same bytes, the journal's 4 KiB apart, which name the run
same_disk()
{
    local at
    at=$(grep -abom1 'halcyon journal' "$w/$1.img" | cut -d: -f1) || return 1
    { cmp -l "$w/$1.img" "$w/$2.img" || true; } | awk -v at="$at" '$1 <= at || $1 > at + 4096 { n++ } END { print n + 0 " bytes differ"; exit n > 0 }'
}
