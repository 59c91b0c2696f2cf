# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# From network boot to the restored system: what the boot tests of both firmwares share; source after tap.sh and lab.sh.
#
# Needs:    build/boot (make image), build/bin/halcyon, the stand-in Windows.
# Provides: prepare_repository IMAGE...  captures each as backup m1, m2 … into $tap_work/repository
#           answer NAME BACKUP SERIAL    writes the answer file NAME.json for the machine of that name
#           comes_back NAME              the machine restarted and the stand-in finds itself whole

halcyon=$HALCYON_BUILD/bin/halcyon
# shellcheck disable=SC2154 # of tap.sh
repository=$tap_work/repository
uuid_of_machine=5d1b7a3e-8c52-4f0e-9a61-2f7c3b9d4e10

prepare_repository()
{
    local number=1 image
    for image in "$@"; do
        "$halcyon" capture "$image" --to "$repository" --id "m$number" --quiet || return 1
        number=$((number + 1))
    done
}

# Two identifiers of the machine, and the disk by its serial number.
answer()
{
    cat >"$LAB_DIR/www/$1.json" <<JSON
{
  "schema": "halcyon.intent/1",
  "task": "task-$1",
  "backup": "/repository//$2",
  "match": { "uuid": "$uuid_of_machine", "serial": "$1-serial" },
  "target": { "identity": "$3" },
  "reports": "/reports",
  "end": "reboot"
}
JSON
}

comes_back()
{
    lab_wait "$1" 'restore done, then: reboot' 240 &&
        lab_wait "$1" 'ORACLE: (WHOLE|BROKEN)' 240 && lab_console "$1" | grep 'ORACLE: WHOLE'
}

report_says()
{
    [ "$(jq -r "$2" "$LAB_DIR/www/reports/task-$1/report.json")" = "$3" ]
}
