#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Write everything a network-boot server needs into one folder, and check it.
#
# Needs:    dnsmasq, nginx, ipxe, shim-signed and grub-efi-amd64-signed (scripts/dev/setup.sh installs them).
# Provides: OUT/dnsmasq.conf OUT/nginx.conf OUT/tftp/ OUT/www/boot.ipxe OUT/tftp/grub/grub.cfg; nothing is started.
# The lab (scripts/dev/lab) starts exactly these files, so what is tested is what an operator gets.
set -euo pipefail

usage()
{
    cat <<'END'
usage: configure.sh --out DIR --address ADDRESS --interface NAME [option...]
  --out DIR           folder to fill: configuration, boot loaders, logs, state
  --address ADDRESS   IPv4 address of this server on the network of the machines
  --interface NAME    network interface with that address
  --boot DIR          folder with vmlinuz and initramfs.img (default OUT/www/boot)
  --repository DIR    folder of the repository, read-only here (default OUT/www/repository)
  --reports DIR       folder that machines write their reports to (default OUT/www/reports)
  --range FIRST,LAST  addresses to lend (default: .100 to .199 of a /24 around ADDRESS)
  --proxy             another DHCP server lends the addresses; add the boot information only
  --uefi shim|ipxe    boot loader for UEFI: signed, loads by TFTP (shim, the default); or unsigned, for machines
                      without Secure Boot, loads by HTTP (ipxe, the default with --proxy)
  --router ADDRESS    default route for the machines (default none)
  --no-ping           lend an address without first trying whether somebody uses it
  --append WORDS      words for the kernel's command line, after the usual ones; may be repeated
  --intent URL        same as --append halcyon.intent=URL
  --console WORDS     console words (default "console=tty0 console=ttyS0,115200")
  --user NAME         user that nginx and dnsmasq run as (default: www-data and dnsmasq)
END
}

die()
{
    echo "configure.sh: $*" >&2
    exit 2
}

here=$(cd "$(dirname "$0")" && pwd)
pxe=$(dirname "$here")
# shellcheck source=pxe/words.sh
. "$pxe/words.sh"
out='' address='' interface='' boot='' repository='' reports='' range='' proxy=no router='' ping=yes uefi=''
append='' console='console=tty0 console=ttyS0,115200' web_user=www-data dhcp_user=dnsmasq

parse()
{
    while [ $# -gt 0 ]; do
        case $1 in
        --help) usage; exit 0 ;;
        --proxy) proxy=yes; shift; continue ;;
        --no-ping) ping=no; shift; continue ;;
        esac
        [ $# -ge 2 ] || die "$1: unknown option, or its value is missing (--help lists the options)"
        case $1 in
        --out) out=$2 ;;
        --address) address=$2 ;;
        --interface) interface=$2 ;;
        --boot) boot=$2 ;;
        --repository) repository=$2 ;;
        --reports) reports=$2 ;;
        --range) range=$2 ;;
        --router) router=$2 ;;
        --uefi) uefi=$2 ;;
        --append) append="$append $2" ;;
        --intent) append="$append halcyon.intent=$2" ;;
        --console) console=$2 ;;
        --user) web_user=$2 dhcp_user=$2 ;;
        *) die "$1: unknown option (--help lists the options)" ;;
        esac
        shift 2
    done
}

# Paths go into nginx.conf and dnsmasq.conf unquoted.
check_path()
{
    case $1 in
    *[!A-Za-z0-9/._+=@-]*) die "a path can't hold anything but A-Z a-z 0-9 / . _ + = @ -: $1" ;;
    esac
}

folder()
{
    mkdir -p "$1"
    (cd "$1" && pwd)
}

check_arguments()
{
    [ -n "$out" ] || die "--out DIR is missing"
    [[ $address =~ ^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "--address: not an IPv4 address: '$address'"
    [[ $interface =~ ^[A-Za-z0-9_.-]+$ ]] || die "--interface: not an interface's name: '$interface'"
    [ -n "$uefi" ] || { uefi=shim; [ "$proxy" = no ] || uefi=ipxe; }
    [ "$proxy-$uefi" != yes-shim ] ||
        die "--proxy goes with --uefi ipxe only: GRUB asks the server that lent the address, and that isn't this one"
    case $uefi in
    shim) uefi=shimx64.efi ;;
    ipxe) uefi=snponly.efi ;;
    *) die "--uefi: shim or ipxe, not '$uefi'" ;;
    esac
    [ -n "$range" ] || range="${address%.*}.100,${address%.*}.199"
    check_words "$append $console"
    out=$(folder "$out")
    boot=$(folder "${boot:-$out/www/boot}")
    repository=$(folder "${repository:-$out/www/repository}")
    reports=$(folder "${reports:-$out/www/reports}")
    for path in "$out" "$boot" "$repository" "$reports"; do
        check_path "$path"
    done
}

# GRUB reads quoted words, so that a URL's ? and * stay what they are.
grub_words()
{
    local word list=()
    read -r -a list <<<"$1"
    for word in "${list[@]}"; do
        printf "'%s' " "$word"
    done
}

# fill TEMPLATE FILE: put the values in place of @NAME@; lines whose @IF:NAME@ does not hold are left out.
fill()
{
    local mode=RANGE line_router=NOROUTER line_ping=PING
    [ "$proxy" = no ] || mode=PROXY
    [ -z "$router" ] || line_router=ROUTER
    [ "$ping" = yes ] || line_ping=NOPING
    sed -e "s|^@IF:$mode@||; s|^@IF:$line_router@||; s|^@IF:$line_ping@||; /^@IF:/d" \
        -e "s|@OUT@|$out|g; s|@ADDRESS@|$address|g; s|@INTERFACE@|$interface|g" \
        -e "s|@BOOT@|$boot|g; s|@REPOSITORY@|$repository|g; s|@REPORTS@|$reports|g" \
        -e "s|@RANGE@|$range|g; s|@ROUTER@|$router|g; s|@UEFI@|$uefi|g" \
        -e "s|@WEB_USER@|$web_user|g; s|@DHCP_USER@|$dhcp_user|g" \
        -e "s|@WORDS@|$words|g; s|@GRUB_WORDS@|$(grub_words "$words")|g" "$1" >"$2.new"
    mv "$2.new" "$2"
}

loader()
{
    [ -r "$1" ] || die "$1 is missing: install the Debian package $3"
    cp -f "$1" "$out/tftp/$2"
}

copy_loaders()
{
    loader /usr/lib/ipxe/undionly.kpxe undionly.kpxe ipxe
    loader /usr/lib/ipxe/snponly.efi snponly.efi ipxe
    loader /usr/lib/shim/shimx64.efi.signed shimx64.efi shim-signed
    # shim asks the TFTP server for a neighbour of this name.
    loader /usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed grubx64.efi grub-efi-amd64-signed
}

check_result()
{
    local nginx_said
    dnsmasq --test -C "$out/dnsmasq.conf" 2>"$out/log/check" || die "dnsmasq refuses $out/dnsmasq.conf: $(cat "$out/log/check")"
    # nginx binds to the address even in a test: it has to be there.
    if ! nginx_said=$(nginx -t -q -c "$out/nginx.conf" -e "$out/log/nginx-error.log" 2>&1); then
        die "nginx refuses $out/nginx.conf: $nginx_said"
    fi
    rm -f "$out/log/check"
}

PATH=$PATH:/usr/sbin:/sbin
parse "$@"
check_arguments
words="$console halcyon.repo=http://$address/repository$append"
mkdir -p "$out"/{tftp/grub,www,log,state,nginx.d,dnsmasq.d}
[ "$(id -u)" != 0 ] || chown "$web_user" "$reports"
ln -sfn "$boot" "$out/tftp/boot"
copy_loaders
fill "$here/dnsmasq.conf.in" "$out/dnsmasq.conf"
fill "$here/nginx.conf.in" "$out/nginx.conf"
fill "$pxe/ipxe/boot.ipxe.in" "$out/www/boot.ipxe"
fill "$pxe/grub/grub.cfg.in" "$out/tftp/grub/grub.cfg"
check_result
cat <<END
network boot for $interface ($address) is written to $out; start it with
  dnsmasq -C $out/dnsmasq.conf
  nginx -c $out/nginx.conf -e $out/log/nginx-error.log
END
