#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The wizard's life: a run that outlives it is taken up by the next one, an engine that dies is told of, several terminals
# show the same and each of them drives it.
# Needs: halcyon-wizard of the host build (WIZARD names another), python3, ncurses' terminal descriptions.
# Provides: TAP.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export WIZARD=${WIZARD:-${HALCYON_BUILD:-$here/../../build}/host/bin/halcyon-wizard}
exec python3 "$here/wizard/life.py"
