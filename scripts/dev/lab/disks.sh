# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of lab.sh: disks and their controllers on QEMU's command line.

lab_line_disks()
{
    local n
    LAB_CONTROLLERS=''
    for ((n = 1; n <= LAB_DISKS; n++)); do
        lab_line_image "$n" && lab_line_disk "$n" || return 1
    done
}

lab_line_image()
{
    local image=${LAB_D[$1.image]:-$LAB_DIR/$LAB_NAME/disk$(($1 - 1)).img} format=raw
    case $image in
    *.qcow2) format=qcow2 ;;
    esac
    if [ ! -e "$image" ]; then
        [ "$format" = raw ] || { lab_say "$image is missing; only raw images are made here"; return 1; }
        truncate -s "${LAB_D[$1.size]:-8G}" "$image" || return 1
    fi
    # cache=unsafe: flushes are not waited for. What the guest wrote is in the host's page cache and survives lab_cut.
    LAB_QEMU+=(-drive "if=none,id=drive$1,file=${image//,/,,},format=$format,cache=unsafe,discard=unmap,detect-zeroes=unmap")
}

# The controller, once, before its first disk: lab_controller DEVICE ID
lab_controller()
{
    case $LAB_CONTROLLERS in
    *" $2 "*) return 0 ;;
    esac
    LAB_CONTROLLERS="$LAB_CONTROLLERS $2 "
    LAB_QEMU+=(-device "$1,id=$2")
}

# lab_scsi N CONTROLLER: disk N as the next target of that controller.
lab_scsi()
{
    lab_controller "$2" scsi
    LAB_DEVICE="scsi-hd,bus=scsi.0,scsi-id=$(($1 - 1))"
}

lab_line_disk()
{
    local n=$1 bus=${LAB_D[$1.bus]} serial=${LAB_D[$1.serial]:-HC-$LAB_NAME-$1} wwn=${LAB_D[$1.wwn]:-} sector=${LAB_D[$1.sector]:-512}
    local common="drive=drive$n,bootindex=$((9 + n))"
    [ "$sector" = 512 ] || common="$common,logical_block_size=$sector,physical_block_size=$sector"
    case $bus in
    ide)
        [ "$LAB_BOARD" = pc ] || { lab_say "disk=ide is on machine=pc only (q35 has AHCI)"; return 1; }
        LAB_DEVICE="ide-hd,bus=ide.$(((n - 1) / 2)),unit=$(((n - 1) % 2))" ;;
    ahci)
        LAB_DEVICE="ide-hd,bus=ide.$((n - 1))"
        [ "$LAB_BOARD" = q35 ] || { lab_controller ich9-ahci ahci; LAB_DEVICE="ide-hd,bus=ahci.$((n - 1))"; } ;;
    nvme) lab_line_nvme "$n" "$common" "$serial" "$wwn"; return ;;
    virtio-blk) LAB_DEVICE=virtio-blk-pci ;;
    virtio-scsi) lab_scsi "$n" virtio-scsi-pci ;;
    lsi) lab_scsi "$n" lsi53c895a ;;
    megasas) lab_scsi "$n" megasas ;;
    mptsas) lab_scsi "$n" mptsas1068 ;;
    pvscsi) lab_scsi "$n" pvscsi ;;
    esp) lab_scsi "$n" am53c974 ;;
    usb) lab_controller qemu-xhci usb; LAB_DEVICE="usb-storage,bus=usb.0,removable=on" ;;
    *) lab_say "unknown disk controller: $bus"; return 1 ;;
    esac
    [ -z "$wwn" ] || common="$common,wwn=$wwn"
    case $bus-$wwn in
    virtio-blk-?* | usb-?*) lab_say "disk=$bus has no wwn"; return 1 ;;
    esac
    LAB_QEMU+=(-device "$LAB_DEVICE,id=disk$n,serial=${serial//,/,,},$common")
}

# NVMe keeps the serial number with the controller and the EUI-64 with the name space.
lab_line_nvme()
{
    local n=$1 common=$2 serial=${3//,/,,} wwn=$4
    if [ -z "$wwn" ]; then
        LAB_QEMU+=(-device "nvme,id=disk$n,serial=$serial,$common")
    else
        LAB_QEMU+=(-device "nvme,id=nvme$n,serial=$serial" -device "nvme-ns,id=disk$n,bus=nvme$n,eui64=$wwn,$common")
    fi
}
