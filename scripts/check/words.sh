#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No notes to ourselves, no paths of one machine, no names of mirrors, no missing licence line in what is committed.
#
# Needs: grep, find. Provides: one line for each place that is wrong, exit status 1 when there is one.
set -eu
cd "${HALCYON_TREE:-$(dirname "$0")/../..}"
wrong=0

tree()
{
    find . -name .git -prune -o -path ./build -prune -o -name __pycache__ -prune -o -type f -print
}

# refuse WHY REGEX [FILTER]: report every line that matches, in text files; this file holds the words itself.
refuse()
{
    found=$(tree | grep -v '^\./scripts/check/\(words\|selftest\)\.sh$' | tr '\n' '\0' |
        xargs -0 grep -InE -- "$2" /dev/null | grep -vE -- "${3:-^$}" | sed 's#^\./##' || true)
    if [ -n "$found" ]; then
        printf '%s\n' "$found" | sed "s#\$#   <- $1#"
        wrong=1
    fi
}

licence_lines()
{
    tree | grep -E '\.(c|h|sh|py|mk|def|in|ipxe|conf)$|/Makefile$|/init$' | while read -r file; do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' ||
            printf '%s: the licence line is missing\n' "${file#./}"
    done
}

refuse 'finish it, or open an issue' '(^|[^A-Za-z])(TODO|FIXME|XXX|HACK)([^A-Za-z]|$)' '^\./docs/'
refuse 'a path of one machine' '(^|[^A-Za-z0-9_./$}-])/(work|home/[a-z]+|root)/' 'homedir|/root/\.|/home/user'
refuse 'ask apt for the mirror' '(deb|ftp|security|snapshot|archive|cdn|http)[a-z0-9.-]*\.debian\.(org|net)|ubuntu\.com|pypi\.|npmjs|crates\.io'
refuse 'ask apt for the mirror' 'https?://[^ /"]+/debian(-security)?(/|$| )'
missing=$(licence_lines)
if [ -n "$missing" ]; then
    printf '%s\n' "$missing"
    wrong=1
fi
exit "$wrong"
