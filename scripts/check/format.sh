#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# C sources are laid out as .clang-format says. Versions differ in details, so that only version 14 (Debian 12) decides.
#
# Usage: format.sh [--fix]. Needs: clang-format.
# Provides: the first line of each file that differs, exit status 1 when there is one; 77 where there is another version.
set -eu
cd "${HALCYON_TREE:-$(dirname "$0")/../..}"

sources()
{
    find restore tui tests -name '*.[ch]' -print0 | sort -z
}

case $(clang-format --version) in
*"version 14."*) ;;
*) echo "check-format: this is not clang-format 14, which decides"; exit 77 ;;
esac
[ -n "$(sources | tr -d '\0')" ] || { echo "check-format: found no source"; exit 1; }
if [ "${1:-}" = --fix ]; then
    sources | xargs -0 clang-format -i
    exit 0
fi
# The first place in each file is enough: `make format` mends them all.
crooked=$(sources | xargs -0 clang-format --dry-run -Werror --ferror-limit=1 2>&1 | sed -n 's/: error: .*//p' | sort -u -t : -k 1,1)
[ -n "$crooked" ] || exit 0
printf '%s\n' "$crooked" | sed 's/$/: not as .clang-format says (make format)/'
exit 1
