# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Words for the kernel's command line: source it. Needs: die, as the caller has it. Provides: check_words.

# The words end up in scripts of iPXE and GRUB, through sed; these characters mean something there.
check_words()
{
    case $1 in
    *[\'\"\\\$\;\&\|\<\>\{\}\#]* | *$'\n'*)
        die "kernel words can't hold quotes, backslash, newline or any of \$ ; & | < > { } #: $1" ;;
    esac
}
