# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What bootcheck claims of a stand-in Windows, against what its own oracle finds there; source it.
#
# Provides: bootcheck_agrees SAID CLAIMED   the oracle's lines; halcyon.bootcheck/1, or a report with one

# The oracle's check, and the links of bootcheck that say the same: that of the link which is named as the first broken one must be
# red, and where all are called whole it must not be.  Nothing is claimed of what could not be judged, nor of what is broken
# further on, which may follow from the first: a loader is not on the partition that a wrong entry leads to.
# Not here are firmware and hibernation, which the oracle judges by what a test tells it, and boot-drivers: of files of drivers it
# asks only for those of its own chain.
bootcheck_agrees()
{
    local check links found claimed wrong=0 seen=0
    while read -r check links; do
        found=$(grep -v 'FAIL not judged' "$1" | sed -nE "s/^ORACLE: ($check) (ok|FAIL)( .*)?$/\\2/p" | sort | head -n 1) # FAIL, where one is
        claimed=$(jq -r --arg links " $links " '(.bootcheck // .) | .first_broken as $first |
            [.links[] | select(.id as $id | $links | contains(" " + $id + " "))] |
            if any(.id == $first) then "FAIL" elif length > 0 and all(.state == "ok" or .state == "skipped") then "ok" else "nothing" end' "$2") || return 1
        if [ -n "$found" ] && [ "$claimed" != nothing ]; then
            seen=$((seen + 1))
            [ "$found" = "$claimed" ] || wrong=$((wrong + 1))
        fi
        echo "$check: the stand-in says ${found:-nothing}, bootcheck $claimed ($links)"
    done <<'TABLE'
boot-code|partition-table mbr fallback partition-table
boot-sectors boot-sector
bcd boot-store
bcd-devices boot-entry
winload loader
system-hive system-hive control-set
driver-chain bus-drivers disk-drivers
controller controller-driver
hal kernel hal
mounted-devices drive-letter
software-hive software-hive
TABLE
    echo "$seen compared, $wrong differ"
    [ "$seen" -ge 6 ] && [ "$wrong" = 0 ]
}
