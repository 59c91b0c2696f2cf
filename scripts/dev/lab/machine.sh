# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Part of lab.sh: a machine's description, and the QEMU command line it stands for.
#
#   firmware=bios|uefi|uefi-secure   (bios)   uefi-secure: Secure Boot on, with Microsoft's keys
#   machine=pc|q35                   (pc for bios, q35 for uefi)
#   memory=MIB  smp=N  cpu=MODEL     (1024, 1, Nehalem,+rdrand)   smp counts packages: SeaBIOS lists one processor for each
#   acpi=on|off                      (on)     off: BIOS only; the processors are in the MP table then
#   vendor= product= version= serial-number= uuid=     what the machine says it is (SMBIOS type 1)
#   order=net|disk|kernel            (net)    what is tried first; kernel: kernel=FILE initrd=FILE append=WORDS
#   then=disk                        after the first reset the disk comes first, as after a restore (order=net)
#   reboot=exit                      a reset switches the machine off (lab_reason: guest-reset)
#   qemu=WORDS                       more words for QEMU's command line
#   nic=e1000|e1000e|virtio|rtl8139|pcnet|vmxnet3|eepro100|none   (e1000 for bios, virtio for uefi); again for one more
#     mac=ADDRESS                    of the card named last (default from the machine's name)
#     rom=ipxe|none                  its boot ROM; default: ipxe, but none for virtio with UEFI, whose firmware boots it itself
#   disk=ide|ahci|nvme|virtio-blk|virtio-scsi|lsi|megasas|mptsas|pvscsi|esp|usb     none unless said; again for one more.
#                                    SeaBIOS boots from all of these, OVMF not from lsi megasas mptsas pvscsi esp
#     image=FILE size=SIZE           of the disk named last: raw (or .qcow2) file, made sparse when missing (NAME/diskN.img, 8G)
#     serial=TEXT wwn=0xHEX          (HC-NAME-N, none); wwn: ide ahci nvme (as EUI-64) and the SCSI controllers
#     sector=512|4096                logical sector (512)

# Parse KEY=VALUE... into LAB_M (machine), LAB_D (diskN.KEY), LAB_N (nicN.KEY).
lab_parse()
{
    local word key value
    for word in "$@"; do
        key=${word%%=*} value=${word#*=}
        case $key in
        disk) LAB_DISKS=$((LAB_DISKS + 1)); LAB_D[$LAB_DISKS.bus]=$value ;;
        image | size | serial | wwn | sector)
            [ "$LAB_DISKS" -gt 0 ] || { lab_say "$word comes before disk="; return 1; }
            LAB_D[$LAB_DISKS.$key]=$value ;;
        nic) LAB_NICS=$((LAB_NICS + 1)); LAB_N[$LAB_NICS.model]=$value ;;
        mac | rom)
            [ "$LAB_NICS" -gt 0 ] || { lab_say "$word comes before nic="; return 1; }
            LAB_N[$LAB_NICS.$key]=$value ;;
        firmware | machine | memory | smp | cpu | acpi | vendor | product | version | serial-number | uuid | \
            order | then | reboot | kernel | initrd | append | qemu) LAB_M[$key]=$value ;;
        *) lab_say "unknown key of a machine: $word"; return 1 ;;
        esac
    done
}

# Fill LAB_QEMU with the command line for machine $1 as described by the other arguments.
lab_qemu_line()
{
    LAB_NAME=$1 LAB_M=() LAB_D=() LAB_N=() LAB_DISKS=0 LAB_NICS=0 LAB_QEMU=()
    shift
    lab_parse "$@" || return 1
    LAB_UEFI=no
    [[ ${LAB_M[firmware]:-bios} == bios ]] || LAB_UEFI=yes
    lab_line_board && lab_line_firmware && lab_line_identity && lab_line_disks && lab_line_nics && lab_line_boot &&
        lab_line_consoles || return 1
    # shellcheck disable=SC2206  # words, as documented
    LAB_QEMU+=(${LAB_M[qemu]:-})
}
# shellcheck disable=SC2034  # disks.sh reads LAB_D
declare -A LAB_M LAB_D LAB_N
declare -a LAB_QEMU

lab_line_board()
{
    # SeaBIOS, and iPXE through it, show their screen on the serial port too.
    local board=pc options=,graphics=off
    [ "$LAB_UEFI" = no ] || board=q35
    board=${LAB_M[machine]:-$board}
    # shellcheck disable=SC2034  # disks.sh reads it
    LAB_BOARD=$board
    [ "${LAB_M[acpi]:-on}" = on ] || options=$options,acpi=off
    [ "${LAB_M[acpi]:-on}" = on ] || [ "$LAB_UEFI" = no ] || { lab_say "acpi=off is for BIOS: UEFI can't do without"; return 1; }
    [ "${LAB_M[firmware]:-}" != uefi-secure ] || options=$options,smm=on
    # What Windows 11 demands of a processor (SSE4.2, POPCNT), and random numbers: OVMF of 2024 and later does not
    # switch its network on without.
    LAB_QEMU+=(-nodefaults -no-user-config -display none -vga std -rtc base=utc
        -machine "$board$options" -accel "${HALCYON_LAB_ACCEL:-tcg,thread=multi}" -cpu "${LAB_M[cpu]:-Nehalem,+rdrand}"
        -m "${LAB_M[memory]:-1024}" -smp "${LAB_M[smp]:-1},sockets=${LAB_M[smp]:-1},cores=1,threads=1")
}

lab_line_firmware()
{
    local code vars kept=$LAB_DIR/$LAB_NAME/vars.fd
    case ${LAB_M[firmware]:-bios} in
    bios) return 0 ;;
    uefi) code=OVMF_CODE_4M.fd vars=OVMF_VARS_4M.fd ;;
    uefi-secure)
        code=OVMF_CODE_4M.ms.fd vars=OVMF_VARS_4M.ms.fd
        LAB_QEMU+=(-global "driver=cfi.pflash01,property=secure,value=on" -global ICH9-LPC.disable_s3=1) ;;
    *) lab_say "firmware=${LAB_M[firmware]}: bios, uefi or uefi-secure"; return 1 ;;
    esac
    [ -r "/usr/share/OVMF/$code" ] || { lab_say "/usr/share/OVMF/$code is missing: install the package ovmf"; return 1; }
    # The variables are the machine's own and last as long as it does.
    [ -e "$kept" ] || cp "/usr/share/OVMF/$vars" "$kept"
    LAB_QEMU+=(-drive "if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/$code"
        -drive "if=pflash,unit=1,format=raw,file=$kept")
}

# SMBIOS type 1. QEMU splits at commas; a doubled one stands for itself.
lab_line_identity()
{
    local option='type=1' key value
    for key in vendor:manufacturer product:product version:version serial-number:serial; do
        value=${LAB_M[${key%:*}]:-}
        [ -z "$value" ] || option="$option,${key#*:}=${value//,/,,}"
    done
    LAB_QEMU+=(-smbios "$option")
    [ -z "${LAB_M[uuid]:-}" ] || LAB_QEMU+=(-uuid "${LAB_M[uuid]}")
}

lab_line_nics()
{
    local n model rom device
    [ "$LAB_NICS" -gt 0 ] || { LAB_NICS=1; LAB_N[1.model]=e1000; [ "$LAB_UEFI" = no ] || LAB_N[1.model]=virtio; }
    for ((n = 1; n <= LAB_NICS; n++)); do
        model=${LAB_N[$n.model]}
        case $model in
        none) continue ;;
        virtio) device=virtio-net-pci ;;
        eepro100) device=i82559er ;;
        e1000 | e1000e | rtl8139 | pcnet | vmxnet3) device=$model ;;
        *) lab_say "unknown nic: $model"; return 1 ;;
        esac
        rom=ipxe
        [ "$LAB_UEFI-$model" != yes-virtio ] || rom=none
        rom=${LAB_N[$n.rom]:-$rom}
        device="$device,id=nic$n,netdev=net$n,mac=${LAB_N[$n.mac]:-$(lab_mac "$n")},bootindex=$(lab_nic_index "$n")"
        [ "$rom" = ipxe ] || device=$device,romfile=
        LAB_TAPS+=("$(lab_tap_name "$n")")
        LAB_QEMU+=(-netdev "tap,id=net$n,ifname=$(lab_tap_name "$n"),script=no,downscript=no" -device "$device")
    done
}

# Interface names have 15 characters at most: a checksum of the machine's name stands for it.
lab_tap_name()
{
    echo "t$(lab_sum)-$1"
}

lab_mac()
{
    local sum
    sum=$(lab_sum)
    printf '52:54:00:%s:%s:%02x\n' "${sum:0:2}" "${sum:2:2}" "$1"
}

lab_sum()
{
    printf '%s' "$LAB_NAME" | sha256sum | cut -c1-8
}

# Smaller is earlier; disks have 10 and up.
lab_nic_index()
{
    if [ "${LAB_M[order]:-net}" = net ]; then
        echo "$1"
    else
        echo $((100 + $1))
    fi
}

lab_line_boot()
{
    case ${LAB_M[order]:-net}-${LAB_M[then]:-} in
    net- | disk- | net-disk) ;;
    kernel-)
        [ -n "${LAB_M[kernel]:-}" ] || { lab_say "order=kernel wants kernel=FILE"; return 1; }
        LAB_QEMU+=(-kernel "${LAB_M[kernel]}" -append "${LAB_M[append]:-}")
        [ -z "${LAB_M[initrd]:-}" ] || LAB_QEMU+=(-initrd "${LAB_M[initrd]}") ;;
    *) lab_say "order=${LAB_M[order]:-net} then=${LAB_M[then]:-}: then=disk goes with order=net; with order=kernel use reboot=exit, and boot again with order=disk"; return 1 ;;
    esac
    LAB_QEMU+=(-boot "menu=off,strict=off")
    case ${LAB_M[reboot]:-} in
    '') ;;
    exit) LAB_QEMU+=(-action reboot=shutdown) ;;
    *) lab_say "reboot=${LAB_M[reboot]}: only exit"; return 1 ;;
    esac
}

# The console's log gets everything, whether somebody is connected to the socket or not.
lab_line_consoles()
{
    local dir=$LAB_DIR/$LAB_NAME
    LAB_QEMU+=(-name "$LAB_NAME"
        -chardev "socket,id=serial,path=$dir/serial.sock,server=on,wait=off,logfile=$dir/serial.log,logappend=on"
        -serial chardev:serial
        -chardev "socket,id=hmp,path=$dir/monitor.sock,server=on,wait=off" -mon "chardev=hmp,mode=readline"
        -chardev "socket,id=qmp,path=$dir/qmp.sock,server=on,wait=off" -mon "chardev=qmp,mode=control")
}
