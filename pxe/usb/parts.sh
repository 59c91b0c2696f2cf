# shellcheck shell=bash
# shellcheck disable=SC2154  # make-media.sh sets what is used here
# SPDX-License-Identifier: GPL-3.0-or-later
# What a stick and an ISO are made of: source it.
#
# Needs:    grub-pc-bin, grub-common, grub-efi-amd64-signed, shim-signed, mtools, dosfstools, gdisk, exfatprogs.
# Provides: the functions below; each writes files or ranges that it is told, and nothing else.

# The stick, in sectors of 512 bytes. Entry 1 is the data partition although it lies last: Windows before 10 1703 shows
# only the first entry of a removable disk.
STICK_BIOS_AT=2048 STICK_BIOS_SECTORS=2048
STICK_ESP_AT=4096 STICK_ESP_SECTORS=$((256 * 2048))
STICK_DATA_AT=$((STICK_ESP_AT + STICK_ESP_SECTORS))

GRUB_PC=/usr/lib/grub/i386-pc
GRUB_SIGNED=/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed
SHIM=/usr/lib/shim

# What GRUB under BIOS needs besides its kernel: it reads nothing of its own from the medium but grub.cfg.
GRUB_PC_MODULES=(biosdisk part_gpt part_msdos fat iso9660 search search_fs_file normal configfile linux echo test
    serial terminal chain sleep reboot halt minicmd ls cat)

# le SIZE NUMBER: the number in SIZE bytes, least significant first
le()
{
    local i number=$2
    for ((i = 0; i < $1; i++)); do
        # shellcheck disable=SC2059  # the format is made here
        printf "\\x$(printf %02x $((number & 255)))"
        number=$((number >> 8))
    done
}

# patch FILE OFFSET: standard input over the bytes at OFFSET
patch()
{
    dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# fill_menu TEMPLATE FILE: needs words, timeout, intent
fill_menu()
{
    local line=NOINTENT
    [ -z "$intent" ] || line=INTENT
    sed -e "s|^@IF:$line@||; /^@IF:/d" -e "s|@WORDS@|$words|g; s|@TIMEOUT@|$timeout|g; s|@INTENT@|halcyon.intent=$intent|g" \
        "$1" >"$2"
}

# grub_core FORMAT MARK FILE: GRUB for BIOS that looks for the medium with the file MARK
grub_core()
{
    cat >"$3.cfg" <<END
search --no-floppy --file --set=root $2
set prefix=(\$root)/boot/grub
configfile \$prefix/grub.cfg
END
    grub-mkimage -O "$1" -d "$GRUB_PC" -c "$3.cfg" -p /boot/grub -o "$3" "${GRUB_PC_MODULES[@]}"
    rm "$3.cfg"
}

# fill_tree DIR MARK: the files that are the same on every medium
fill_tree()
{
    mkdir -p "$1"/{boot/grub,EFI/BOOT,.disk} "$(dirname "$1/$2")"
    cp "$boot/vmlinuz" "$boot/initramfs.img" "$1/boot/"
    fill_menu "$here/grub.cfg.in" "$1/boot/grub/grub.cfg"
    cp "$SHIM/shimx64.efi.signed" "$1/EFI/BOOT/BOOTX64.EFI"
    cp "$SHIM/mmx64.efi.signed" "$1/EFI/BOOT/mmx64.efi"
    cp "$GRUB_SIGNED" "$1/EFI/BOOT/grubx64.efi"
    # Debian's signed GRUB looks for this name where its own folder is not to be found.
    echo "halcyon" >"$1/.disk/info"
    : >"$1/$2"
}

# fat_image DIR FILE SECTORS LABEL: a FAT file system with what is in DIR
fat_image()
{
    truncate -s $(($3 * 512)) "$2"
    mkfs.fat -F 32 -n "$4" "$2" >/dev/null
    (shopt -s dotglob && MTOOLS_SKIP_CHECK=1 mcopy -s -Q -i "$2" "$1"/* ::/)
}

# bios_boot TARGET CORE: boot code into the first sector, which keeps its table, and GRUB into its partition
bios_boot()
{
    local mbr=$2.mbr
    head -c 440 "$GRUB_PC/boot.img" >"$mbr"
    # boot.img: 0x5C first sector of the core; 0x66 the jump over the check of a BIOS's drive number is taken out, as
    # grub-bios-setup does for disks.
    le 8 "$STICK_BIOS_AT" | patch "$mbr" 92
    printf '\x90\x90' | patch "$mbr" 102
    # diskboot.img, the core's first sector: at 0x1F4 where the rest begins; grub-mkimage set its length.
    le 8 $((STICK_BIOS_AT + 1)) | patch "$2" 500
    patch "$1" 0 <"$mbr"
    # Some BIOSes start only from a disk with an active partition; UEFI looks at the type alone.
    printf '\x80' | patch "$1" 446
    dd if="$2" of="$1" bs=512 seek="$STICK_BIOS_AT" conv=notrunc status=none
    rm "$mbr"
}

# partition TARGET DISK-GUID: a new table; the data partition takes what is left
partition()
{
    sgdisk --zap-all "$1" >/dev/null 2>&1 || true
    sgdisk --disk-guid="$2" --set-alignment=2048 \
        --new=2:"$STICK_BIOS_AT":+"$STICK_BIOS_SECTORS" --typecode=2:ef02 --change-name=2:'BIOS boot' \
        --new=3:"$STICK_ESP_AT":+"$STICK_ESP_SECTORS" --typecode=3:ef00 --change-name=3:'halcyon' \
        --new=1:"$STICK_DATA_AT":0 --typecode=1:0700 --change-name=1:'halcyon data' "$1" >/dev/null
}

# data_sectors TARGET: of the data partition
data_sectors()
{
    sgdisk --info=1 "$1" | sed -n 's/^Partition size: \([0-9]*\) sectors.*/\1/p'
}
