#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The boot image keeps its promises: size, signatures, nothing of the machine it was built on, a start in 512 MiB.
#
# Needs:    make image. Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

check 'the image passes its checks' initramfs/build/60-check.sh
mv "$tap_work/.out" "$tap_work/said"
for part in budget signatures paths start; do
    said=$(grep -E "^[^:]+: $part" "$tap_work/said" | head -n 1) || true
    if why=$(grep -m 1 "^SKIP:.*$part" "$tap_work/said"); then
        skip "$part" "${why#SKIP: }"
    else
        check "${said:-$part}" test -n "$said"
    fi
done
tap_done
