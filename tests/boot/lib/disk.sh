# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Two disks that boot, with nothing on them but a message for the serial console.
#
# Provides: test_disk_bios FILE  a boot sector that prints "DISK BOOTED" on COM1 and halts
#           test_disk_uefi FILE  a FAT volume with GRUB as its boot loader, which prints the same

# xor dx,dx; mov si,0x7c18; mov dx,0x3f8; next: lodsb; test al,al; jz halt; out dx,al; jmp next; halt: hlt; jmp halt
# with cs and ds set to 0 first. The message starts at byte 24.
test_disk_bios()
{
    local file=$1
    truncate -s 1M "$file"
    {
        printf '\x31\xc0\x8e\xd8\xbe\x18\x7c\xba\xf8\x03\xac\x84\xc0\x74\x03\xee\xeb\xf8\xf4\xeb\xfd\x90\x90\x90'
        printf '\r\nDISK BOOTED\r\n\0'
    } | dd of="$file" conv=notrunc status=none
    printf '\x55\xaa' | dd of="$file" bs=1 seek=510 conv=notrunc status=none
}

test_disk_uefi()
{
    local file=$1 work
    work=$(mktemp -d)
    # GRUB prints its welcome on the same line.
    printf '%s\n' 'echo' 'echo "DISK BOOTED"' 'sleep 3600' >"$work/cfg"
    truncate -s 64M "$file"
    grub-mkimage -O x86_64-efi -o "$work/loader" -c "$work/cfg" -p / echo sleep &&
        mformat -i "$file" -F :: && mmd -i "$file" ::/EFI ::/EFI/BOOT && mcopy -i "$file" "$work/loader" ::/EFI/BOOT/BOOTX64.EFI
    rm -rf "$work"
}
