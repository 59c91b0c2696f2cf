#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The main job, shown: a machine without an operating system boots over the network, restores a backup over HTTP, and
# boots from its disk.  Everything happens in a private network of virtual machines; this machine's disks are not touched.
#
# Needs:    Debian 12 or 13, apt (with sudo where needed), about 10 GB of disk; everything else it installs and builds.
# Provides: the restored machine's console in this terminal, and the report at the end.
# Options:  --firmware bios|uefi (uefi)
#           --wizard: nothing by itself; the machine's serial console, and with it the wizard, is in this terminal
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}

firmware=uefi wizard=no
for word; do
    case $word in
    --wizard) wizard=yes ;;
    --firmware) ;;
    *) firmware=$word ;;
    esac
done
case $firmware in
uefi) version=win10 disk=nvme ;;
bios) version=win7 disk=ide ;;
*) echo "demo: --firmware is bios or uefi" >&2; exit 2 ;;
esac

say()
{
    printf '\n\033[1m== %s\033[0m\n' "$*"
}

# What the machine prints, as it prints it, without the control sequences of firmware and boot loaders.
follow_console()
{
    tail -n +1 -F "$LAB_DIR/demo/serial.log" 2>/dev/null | sed -u 's/\x1b\[[0-9;?=]*[A-Za-z]//g; s/\r//g; /^[[:space:]]*$/d; s/^/   | /'
}

say 'Installing what the demonstration needs (once)'
scripts/dev/setup.sh
say 'Building halcyon and its boot image (once, about 10 minutes)'
make --no-print-directory image

say "Making a stand-in for the Windows that died ($firmware, $disk disk)"
image=$(tests/fixtures/standin/build.py --firmware "$firmware" --version "$version" --controller "$disk" --size 3G --fill 300M --cache)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say 'Capturing it into a repository: this is the backup'
"$HALCYON_BUILD/bin/halcyon" capture "$image" --to "$work/repository" --id server7
"$HALCYON_BUILD/bin/halcyon" catalog "$work/repository"

machine=("firmware=$firmware" memory=1024 smp=2 vendor=Halcyon product=Demonstration serial-number=DEMO-0001
    uuid=0f9c2f6e-53a1-4a9e-b6f1-3d6f0a7c1b22 order=net then=disk "disk=$disk" size=4G serial=STANDIN0001)

if [ "$wizard" = yes ]; then
    say 'A new machine with a blank disk is switched on; its wizard comes in this terminal (Ctrl-] switches it off)'
    for word in "${machine[@]}"; do
        options+=("--${word%%=*}" "${word#*=}")
    done
    scripts/dev/lab/run.sh "${options[@]}" --repository "$work/repository"
    exit
fi

say 'A new machine with a blank disk is switched on; it boots over the network and restores itself'
# shellcheck source=scripts/dev/lab/lab.sh
. scripts/dev/lab/lab.sh
lab_as_root "$0" "$@"
lab_start "$work/lab" "boot=$HALCYON_BUILD/boot" "repository=$work/repository" "append=halcyon.intent=http://10.77.0.1/demo.json"
cat >"$LAB_DIR/www/demo.json" <<'JSON'
{
  "schema": "halcyon.intent/1",
  "task": "demo",
  "backup": "/repository//server7",
  "match": { "uuid": "0f9c2f6e-53a1-4a9e-b6f1-3d6f0a7c1b22", "serial": "DEMO-0001" },
  "target": { "identity": "STANDIN0001" },
  "reports": "/reports",
  "end": "reboot"
}
JSON
lab_machine demo "${machine[@]}"
lab_boot demo
follow_console &
follower=$!
result=0
lab_wait demo 'ORACLE: (WHOLE|BROKEN)|halcyon: restore failed' 600 >"$work/last" || result=1
kill "$follower" 2>/dev/null || true
wait "$follower" 2>/dev/null || true

say 'The report that the machine sent to the server'
cat "$LAB_DIR/www/reports/demo/report.txt" || result=1
if [ "$result" = 0 ] && lab_console demo | grep -q 'ORACLE: WHOLE'; then
    say 'Restored over the network, started from its own disk, and every file is as it was.'
else
    say 'The demonstration failed; the last lines of the console:'
    lab_console demo | tail -n 30
    result=1
fi
lab_stop
exit $result
