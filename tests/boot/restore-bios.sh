#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# BIOS: a machine with a blank IDE disk boots over the network, restores itself over HTTP while the web server is away
# for 20 s in the middle, restarts from its disk, and the stand-in Windows finds itself whole.  A server that takes the
# claim and not the plan, or not the report, erases nothing and nothing twice (hazards 1).
#
# Needs:    root or what lab_as_root finds; the packages of scripts/dev/packages.list; make image.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=scripts/dev/lab/lab.sh
. scripts/dev/lab/lab.sh
lab_as_root "$0" "$@"
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/boot/lib/restore.sh
. tests/boot/lib/restore.sh

# put_answers FILE STATUS: the server answers so when FILE of a report is put; no FILE: it takes all again.
put_answers()
{
    local block=
    [ $# = 0 ] || block="location ~ ^/reports/.*/$1\$ { if (\$request_method = PUT) { return $2; } }"
    mkdir -p "$LAB_DIR/nginx.d"
    echo "$block" >"$LAB_DIR/nginx.d/put.conf"
    lab_web_stop && lab_web_start
}

# The claim is made, the plan can't be put beside it: then nothing was agreed, and nothing is written.
no_plan_no_write()
{
    truncate -s 3G "$tap_work/before.img"
    put_answers plan.json 507 && lab_boot bios then= && lab_wait bios 'status 507' 120 && lab_wait bios 'restore failed' 30 &&
        lab_poweroff bios && cmp "$LAB_DIR/bios/disk0.img" "$tap_work/before.img" &&
        put_answers && rm -r "$LAB_DIR/www/reports/task-bios"
}

server_goes_away_for_20_s()
{
    lab_wait bios '^data +[1-9]' 120 && lab_web_stop && lab_wait bios 'trying again' 30 && sleep 20 && lab_web_start &&
        lab_wait bios '^readback +done' 120
}

# Booted over the network again it restores nothing: the task is claimed, with its report deleted too; and with the claim
# gone the disk itself says that it was restored.
used_once()
{
    cp --sparse=always "$LAB_DIR/bios/disk0.img" "$tap_work/before.img" &&
        rm "$LAB_DIR/www/reports/task-bios/report.json" && refused H1203 &&
        rm -r "$LAB_DIR/www/reports/task-bios" && refused H0601
}

refused()
{
    lab_boot bios then= && lab_wait bios "$1" 120 && lab_poweroff bios &&
        cmp "$LAB_DIR/bios/disk0.img" "$tap_work/before.img"
}

# Erased once more, on request; the server's disk is full when the report comes.  The restore is done all the same, and
# the next start from the network does not begin another.
report_is_not_taken()
{
    jq '.reerase = true' "$LAB_DIR/www/bios.json" >"$tap_work/again.json" && cp "$tap_work/again.json" "$LAB_DIR/www/bios.json" &&
        put_answers report.json 507 && lab_boot bios then= && lab_wait bios 'the report stays in' 240 &&
        lab_wait bios 'restore done, then: reboot' 30 && lab_cut bios &&
        [ ! -e "$LAB_DIR/www/reports/task-bios/report.json" ] &&
        cp --sparse=always "$LAB_DIR/bios/disk0.img" "$tap_work/before.img" && refused H1203
}

image=$(tests/fixtures/standin/build.py --firmware bios --version win7 --controller ide --size 2G --fill 150M --cache)
check 'capture' prepare_repository "$image"
lab_start "$tap_work/lab" "boot=$HALCYON_BUILD/boot" "repository=$repository" "append=halcyon.intent=http://10.77.0.1/bios.json"
answer bios m1 STANDIN0001
lab_machine bios memory=512 serial-number=bios-serial "uuid=$uuid_of_machine" order=net then=disk disk=ide size=3G serial=STANDIN0001
check 'the plan can not be put on the server: nothing is written' no_plan_no_write
lab_boot bios
check 'the web server is away for 20 s in the middle of the restore' server_goes_away_for_20_s
check 'the machine restarts from its disk and is whole' comes_back bios
check 'the report is on the server' report_says bios .outcome restored
check 'it tells of attempts that were repeated' report_says bios '.retries > 0' true
lab_poweroff bios
check 'booted over the network once more, it restores nothing' used_once
check 'the report can not be put on the server: it is not restored again' report_is_not_taken
lab_stop
tap_done
