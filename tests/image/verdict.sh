#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The verdict from the command line: check's exit status and words, catalog's order for a machine, and plan, which promises
# no repair that it can't make.
#
# Needs:    build/host/bin/halcyon, sfdisk, python3, jq.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

halcyon=$HALCYON_BUILD/host/bin/halcyon
golden=tests/golden/rules
w=$tap_work
facts=$golden/base-facts.json

# backup ID HAL: a captured disk whose manifest says that a Server 2003 with this HAL lies on it.
backup()
{
    "$halcyon" capture "$w/disk.img" --to "$w/repo" --id "$1" --quiet
    python3 - "$w/repo/backups/$1/manifest.json" "$golden/base-manifest.json" "$2" <<'PY'
import hashlib, json, re, sys
path, sample, hal = sys.argv[1:]
manifest, windows = json.load(open(path)), json.load(open(sample))["windows"]
windows["hal"] = {"id": hal, "witnesses": []}
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
check 'accepted by name, the plan says that it is not made' prints \
    'repair hal was not made (HAL-2: The HAL fits the number of processors)' plan_losses --accept HAL-2
tap_done
