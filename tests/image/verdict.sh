#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The verdict from the command line: check's exit status and words, catalog's order for a machine, and plan, which promises
# no repair that it can't make.
#
# Needs:    build/host/bin/halcyon, sfdisk, python3, jq, nginx.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/web.sh
. tests/lib/web.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
golden=tests/golden/rules
w=$tap_work
facts=$golden/base-facts.json

# backup ID HAL [CREATED]: a captured disk whose manifest says that a Server 2003 with this HAL lies on it; with a time, a
# domain controller that was captured then.
backup()
{
    "$halcyon" capture "$w/disk.img" --to "$w/repo" --id "$1" --quiet
    python3 - "$w/repo/backups/$1/manifest.json" "$golden/base-manifest.json" "${@:2}" <<'PY'
import hashlib, json, re, sys
path, sample, hal, *created = sys.argv[1:]
manifest, windows = json.load(open(path)), json.load(open(sample))["windows"]
windows["hal"] = {"id": hal, "witnesses": []}
if created:
    windows.update(product_type="LanmanNT", domain_controller={"domain": "demo.local"})
    manifest.update(created=created[0])
manifest.update(windows=windows, firmware={"type": "bios", "bits": 0}, seal="0" * 64)
text = json.dumps(manifest, indent=2) + "\n"
seal = hashlib.sha256(text.encode()).hexdigest()
open(path, "w").write(re.sub('"seal": "0+"', f'"seal": "{seal}"', text))
PY
}

# prints WORDS COMMAND...: the command prints just that.
prints()
{
    local words=$1 printed
    shift
    printed=$("$@")
    echo "$printed"
    [ "$printed" = "$words" ]
}

order()
{
    "$halcyon" catalog "$w/repo" --facts "$facts" --json | jq -r '[.backups[] | "\(.id)=\(.outcome)"] | join(" ")'
}

says()
{
    "$halcyon" check "$w/repo//$1" --facts "$facts" >"$w/said" 2>&1 || true
    grep -F -- "$2" "$w/said"
}

plan_losses()
{
    "$halcyon" plan "$w/repo//up" --target "$w/new.img" --facts "$facts" "$@" --out "$w/plan" --quiet
    jq -r '.losses[]' "$w/plan"
}

truncate -s 8M "$w/disk.img"
echo 'start=2048, size=4096, type=7' | sfdisk -q "$w/disk.img"
backup mps mps_mp
backup up acpiapic_up
backup same acpiapic_mp

check 'the same HAL fits' "$halcyon" check "$w/repo//same" --facts "$facts"
check 'one processor on several fits with a repair' "$halcyon" check "$w/repo//up" --facts "$facts"
check_exit 3 'another type of HAL is blocked' "$halcyon" check "$w/repo//mps" --facts "$facts"
check 'but for an override by name' "$halcyon" check "$w/repo//mps" --facts "$facts" --override HAL-1
check_exit 3 'the override of another rule does not help' "$halcyon" check "$w/repo//mps" --facts "$facts" --override HAL-2
check 'on an unknown machine nothing is refused' "$halcyon" check "$w/repo//mps" --for-machine unknown
check 'the verdict names the repair' says up 'Fix: hal'
check 'and the remedy' says mps 'Do:  Use a machine with a HAL of the same type'
check_exit 3 'a system state of unknown history is blocked' "$halcyon" check "$w/repo//same" --facts "$facts" --mode system-state
check 'the backups that fit come first' prints 'same=compatible up=compatible-with-repairs mps=blocked' order
check 'with what stands against the others' bash -c "$halcyon catalog $w/repo --facts $facts | grep -q '^  HAL-1 block: '"
check 'without facts nothing is judged' bash -c "$halcyon catalog $w/repo --json | jq -e 'all(.backups[]; .outcome == null)'"
check_exit 4 'a plan does not promise a repair that it can not make' "$halcyon" plan "$w/repo//up" --target "$w/new.img" --facts "$facts" --out "$w/plan"
# restores OPTIONS...: of the backup that HAL-1 blocks, onto a new file; events and report go to $w/state
restores()
{
    rm -rf "$w/restored.img" "$w/state"
    "$halcyon" restore "$w/repo//mps" --target "$w/restored.img" --facts "$facts" --confirm restored.img --state-dir "$w/state" --quiet "$@"
}

check_exit 3 'a restore of what is blocked is refused' restores
check 'and nothing was written' test ! -s "$w/restored.img"
check_exit 3 'nor does it help to accept the block as if it were a warning' restores --accept HAL-1
check 'an override by name goes on' restores --override HAL-1
check 'it stands in the plan' jq -e '.overrides == ["HAL-1"]' "$w/state/plan.json"
check 'and in the report' jq -e '.overrides == ["HAL-1"]' "$w/state/report.json"
# The volume holds nothing: its Windows stands in the manifest only.
check 'accepted by name, the plan says that it is not made, and why' prints \
    "Windows was not looked at for repairs: partition 1, which holds Windows, is not there or can't be read
repair hal was not made (HAL-2: The HAL fits the number of processors)" plan_losses --accept HAL-2

# ages WORDS CHECK-OPTIONS...: what DC-2 says of the controller's backup; its age is some years.
ages()
{
    local words=$1 said
    shift
    "$halcyon" check "$@" --facts "$facts" --json >"$w/said" 2>/dev/null || true
    said=$(jq -r '.findings[] | select(.rule == "DC-2") | .level, .evidence[].fact' "$w/said")
    echo "$said"
    grep -qE "$words" <<<"$(tr '\n' ' ' <<<"$said")"
}

backup controller acpiapic_mp 2020-01-01T00:00:00Z
web_start "$w"
jq -n --arg backup "$web_url/repo//controller" '{schema: "halcyon.intent/1", backup: $backup, tombstone_days: 100000}' >"$w/intent"
check 'a folder tells no time: the age of a domain controller is not judged' ages '^repair .*no server told' "$w/repo//controller"
check 'a server does, and the backup is too old' ages '^block .*is [0-9]{4} days old' "$web_url/repo//controller"
check_exit 3 'which is the verdict' "$halcyon" check "$web_url/repo//controller" --facts "$facts"
check 'but for a domain that keeps deleted objects for longer' ages '^repair .*kept for 100000 days' "$web_url/repo//controller" \
    --tombstone-days 100000
check 'or for less, whatever is known otherwise' ages '^block .*kept for 30 days' "$web_url/repo//controller" --tombstone-days 30
check_exit 2 'a lifetime is a number' "$halcyon" check "$w/repo//controller" --tombstone-days forever
check_exit 3 'a plan is refused for the same reason' "$halcyon" plan "$web_url/repo//controller" --target "$w/dc.img" --facts "$facts" \
    --out "$w/plan"
check 'an answer file states it, too' "$halcyon" plan --intent "$w/intent" --target "$w/dc.img" --facts "$facts" --accept DC-2 \
    --out "$w/plan" --quiet
check 'catalog judges by the same clock' bash -c "'$halcyon' catalog '$web_url/repo' --facts '$facts' --json |
    jq -e '.backups[] | select(.id == \"controller\") | .outcome == \"blocked\"'"
tap_done
