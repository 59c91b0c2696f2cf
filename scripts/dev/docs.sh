#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Write the documentation that is generated: the schema of each document, and what the tables know of errors, rules and
# repairs.
#
# Needs: the host build of halcyon (make host), python3. Provides: docs/formats/*.json, docs/errors/*.md, docs/rules/*.md, docs/fixups/*.md.
set -eu
cd "$(dirname "$0")/../.."
halcyon=${HALCYON_BUILD:-build}/host/bin/halcyon

mkdir -p docs/formats docs/errors docs/rules docs/fixups
"$halcyon" explain --list schemas | while read -r name _; do
    name=${name#halcyon.}
    name=${name%/*}
    "$halcyon" explain --schema "$name" >"docs/formats/$name.json.new"
    mv "docs/formats/$name.json.new" "docs/formats/$name.json"
done
scripts/dev/errors-pages.py
scripts/dev/rules-pages.py
scripts/dev/fixups-pages.py
