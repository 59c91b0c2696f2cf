#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The wizard on real terminals: each kind of terminal, how fast a key is answered, what stays after its death.
# Needs: halcyon-wizard of the host build (WIZARD names another), python3, ncurses' terminal descriptions, strace.
# Provides: TAP.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export WIZARD=${WIZARD:-${HALCYON_BUILD:-$here/../../build}/host/bin/halcyon-wizard}
exec python3 "$here/wizard/terminal.py"
