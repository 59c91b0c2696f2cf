#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Turns a list of applets into BusyBox's .config, and checks that its own configuration tool kept every line.
# Arguments: the list, BusyBox's source folder. Needs: make, gcc. Provides: SOURCE/.config.
set -eu

list=$1
cd "$2"
wanted=$(sed -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' "$list" | sort -u | while read -r word; do
    value=y
    case $word in
        *=*) value=${word#*=} word=${word%%=*} ;;
    esac
    case $word in
        test) word=TEST ;;
        *[a-z]*) word=$(printf '%s' "$word" | tr 'a-z-' 'A-Z_') ;;
    esac
    case $value in
        y | n | [0-9] | [0-9]*[0-9]) ;;
        *) value=\"$value\" ;;
    esac
    printf 'CONFIG_%s=%s\n' "$word" "$value"
done)

make -s HOSTCC=gcc KCONFIG_NOTIMESTAMP=1 allnoconfig >/dev/null
printf '%s\n' "$wanted" >.wanted
# Last line wins nowhere in kconfig, so the old lines go first.
sed -e 's/=.*//' .wanted | while read -r key; do printf '/^%s=/d\n/^# %s is not set/d\n' "$key" "$key"; done >.drop
sed -f .drop .config >.config.new
cat .wanted >>.config.new
mv .config.new .config
yes '' | make -s HOSTCC=gcc KCONFIG_NOTIMESTAMP=1 oldconfig >/dev/null

lost=$(while read -r line; do
    case $line in
        *=n) ! grep -q "^${line%=n}=y" .config || echo "$line" ;;
        *) grep -qxF "$line" .config || echo "$line" ;;
    esac
done <.wanted)
if [ -n "$lost" ]; then
    echo "busybox-config: error: BusyBox does not accept these lines of $list:" >&2
    printf '%s\n' "$lost" >&2
    exit 1
fi
