#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every shell script of the tree, whatever its name, passes shellcheck.
#
# Needs: shellcheck. Provides: its complaints, exit status 1 when there is one.
set -eu
cd "${HALCYON_TREE:-$(dirname "$0")/../..}"

scripts()
{
    find . -name .git -prune -o -path ./build -prune -o -type f -print | sort | while read -r file; do
        case $file in
        *.sh) echo "$file" ;;
        *) ! head -n 1 "$file" | LC_ALL=C tr -d '\0' | grep -qE '^#!.*[ /](ba|da|a)?sh$' || echo "$file" ;;
        esac
    done
}

# SC2187 only says that busybox sh is checked as dash.
list=$(scripts)
[ -n "$list" ] || { echo "check-shell: found no script"; exit 1; }
printf '%s\n' "$list" | tr '\n' '\0' | xargs -0 shellcheck -x -e SC2187
