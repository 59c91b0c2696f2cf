#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Unpacks what ntfsrecover is compiled from, for every build of halcyon (restore/volume/module.mk): sources as they are pinned.
# Needs: what 10-fetch.sh needs, patch. Provides: build/ntfsrecover/{config.h,ntfsprogs/*.c,ntfsprogs/*.h}.
set -eu
# shellcheck source=initramfs/build/common.sh
. "$(dirname "$0")/common.sh"

need patch patch
DIR=$BUILD/ntfsrecover
mkdir -p "$BUILD"
exec 9>"$BUILD/.ntfsrecover.lock"
flock 9
unpack ntfs-3g "$DIR"
mkdir "$DIR/ntfsprogs"
for file in ntfsrecover.c ntfsrecover.h playlog.c utils.c utils.h; do mv "$DIR/src/ntfsprogs/$file" "$DIR/ntfsprogs/"; done
version=$(awk '$1 == "ntfs-3g" { print $2; exit }' "$LOCK")
rm -rf "$DIR/src" "$DIR/debian"
# What its configure would find on any Linux that we build on.
{
    for header in CTYPE ERRNO FCNTL GETOPT LIMITS LOCALE MALLOC STDARG STDDEF STDINT STDIO STDLIB STRING STRINGS SYS_STAT SYS_TYPES TIME UNISTD; do
        echo "#define HAVE_${header}_H 1"
    done
    echo '#define HAVE_GETTIMEOFDAY 1'
    echo '#define HAVE_CLOCK_GETTIME 1'
    echo '#define STDC_HEADERS 1'
    echo "#define VERSION \"${version#*:}\""
    echo '#define PACKAGE_BUGREPORT ""'
} >"$DIR/config.h"
