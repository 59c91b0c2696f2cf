#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# All checks of the sources as tests, and for each a proof that it can fail.
#
# Needs: `make host`, clang-format, shellcheck, mandoc. Provides: TAP.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
number=0 failed=0

result()
{
    number=$((number + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $number - $2"
    elif [ "$1" -eq 77 ]; then
        echo "ok $number - $2 # SKIP ${3:-}"
        return
    else
        echo "not ok $number - $2"
        failed=1
    fi
    while read -r line; do [ -z "$line" ] || echo "# $line"; done <<<"${3:-}"
}

for check in deps.py size.py docs.py words.sh shellcheck.sh format.sh; do
    status=0
    output=$("$here/$check" 2>/dev/null) || status=$?
    result "$status" "check ${check%.*}" "$output"
done
last=''
while IFS=: read -r status name; do
    if [ "$name" != end ]; then result "$status" "selftest: $name"; fi
    last=$name
done < <("$here/selftest.sh")
# A selftest that died has proved nothing.
status=1
if [ "$last" = end ]; then status=0; fi
result "$status" "the selftest ran to its end"
echo "1..$number"
exit "$failed"
