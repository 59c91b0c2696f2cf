#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What Debian's casync writes we read, and what we write casync reads: from folders, over HTTP and HTTPS.
#
# Needs:    casync, nginx, openssl, build/host/tools/castr.
# Provides: TAP.
set -euo pipefail
cd "$(dirname "$0")/../.."
export HALCYON_BUILD=${HALCYON_BUILD:-build}
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh
# shellcheck source=tests/lib/web.sh
. tests/lib/web.sh

castr=$HALCYON_BUILD/host/tools/castr
w=$tap_work
tls_port=$((web_port - 10000))
tls_url=https://localhost:$tls_port

# Programs that compress, noise that does not, zeros at no round offset, and an odd size.
make_blob()
{
    head -c 3000001 "$(command -v qemu-img || command -v bash)"
    head -c 2500000 /dev/zero
    openssl enc -aes-128-ctr -K 00 -iv 00 -in /dev/zero 2>/dev/null | head -c 1000003 || true
    head -c 3000001 "$(command -v casync)"
    head -c 1300000 /dev/zero
}

# The lab's nginx, and the same files over TLS.
web_tls()
{
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -days 2 -keyout "$w/key.pem" -out "$w/ca.pem" 2>/dev/null
    web_folder=$w/web
    web_conf | sed "s|^        listen .*|&\n        listen 127.0.0.1:$tls_port ssl;\n        ssl_certificate $w/ca.pem;\n\
        ssl_certificate_key $w/key.pem;\n        rewrite ^/down/(.*) $web_url/\$1 redirect;|" >"$w/tls.conf"
    web_conf()
    {
        cat "$w/tls.conf"
    }
}

# reads_same PLACE NAME [CA]: what castr reads there is the blob.
reads_same()
{
    "$castr" read "$1" "$2.caibx" "$2.castr" ${3:+"$3"} >"$w/read" && cmp "$w/read" "$w/blob"
}

casync_reads()
{
    rm -f "$w/read"
    casync extract --store="$1/$2.castr" "$1/$2.caibx" "$w/read" && cmp "$w/read" "$w/blob"
}

# fails_with STATUS WORDS COMMAND...: it exits so, and says so.
fails_with()
{
    local want=$1 words=$2 status=0
    shift 2
    "$@" >/dev/null 2>"$w/message" || status=$?
    cat "$w/message"
    [ "$status" = "$want" ] && grep -q "$words" "$w/message"
}

# largest NAME: the chunk file of a store that has most bytes.
largest()
{
    find "$w/web/$1.castr" -name '*.cacnk' -printf '%s %p\n' | sort -n | tail -n 1 | cut -d ' ' -f 2
}

# flip FILE: the lowest bit of the byte in its middle.
flip()
{
    local at
    at=$(($(stat -c %s "$1") / 2))
    chmod u+w "$1"
    printf '%b' "\\x$(printf %02x $((0x$(dd if="$1" bs=1 skip=$at count=1 status=none | od -An -tx1 | tr -d ' ') ^ 1)))" |
        dd of="$1" bs=1 seek=$at conv=notrunc status=none
}

# zero_chunk SIZE: id of as many zeros.
zero_chunk()
{
    head -c "$1" /dev/zero | sha256sum | cut -c 1-64
}

without_zero_chunk()
{
    local id
    id=$(zero_chunk "$2")
    [ -e "$w/web/$1.castr/${id:0:4}/$id.cacnk" ] || { echo "casync wrote no zero chunk $id"; return 1; }
    rm -f "$w/web/$1.castr/${id:0:4}/$id.cacnk"
    reads_same "$w/web" "$1"
}

for tool in casync nginx openssl; do
    command -v $tool >/dev/null || { echo "SKIP: $tool is not installed"; exit 77; }
done
mkdir "$w/web"
make_blob >"$w/blob"
web_tls
web_start "$w/web"

make_with_casync()
{
    casync make --store="$w/web/$1.castr" "${@:2}" "$w/web/$1.caibx" "$w/blob" >/dev/null
}

check 'casync makes a store with SHA-256' make_with_casync sha256 --digest=sha256
check 'casync makes a store with its default digest' make_with_casync sha512 --digest=sha512-256
check 'casync makes a store with chunks of odd sizes' make_with_casync odd --digest=sha256 --chunk-size=100003
check 'casync makes a store with chunks of one size' make_with_casync fixed --digest=sha256 --chunk-size=65536:65536:65536
for name in sha256 sha512 odd fixed; do
    check "casync's $name is read from a folder" reads_same "$w/web" $name
    check "casync's $name is read over HTTP" reads_same "$web_url" $name
done
check 'zero chunks are not needed' without_zero_chunk sha256 262144
check 'nor those of an odd size' without_zero_chunk odd 400012

check 'castr makes a store' "$castr" write "$w/blob" "$w/web" ours.caibx ours.castr 100000
check 'casync reads it from a folder' casync_reads "$w/web" ours
check 'casync reads it over HTTP' casync_reads "$web_url" ours
check 'castr reads it over HTTP' reads_same "$web_url" ours

check 'a server with an unknown certificate is refused' fails_with 1 H0104 "$castr" read "$tls_url" ours.caibx ours.castr
check 'with the CA of the site it is read over HTTPS' reads_same "$tls_url" ours "$w/ca.pem"
check 'but not under another name' fails_with 1 H0104 "$castr" read "https://127.0.0.1:$tls_port" ours.caibx ours.castr "$w/ca.pem"

check 'a redirect is followed' reads_same "$web_url/down" ours
check 'but not from HTTPS to HTTP' fails_with 2 H0103 "$castr" read "$tls_url/down" ours.caibx ours.castr "$w/ca.pem"

for name in sha512 ours; do
    chunk=$(largest $name)
    flip "$chunk"
    id=$(basename "$chunk" .cacnk)
    check "a flipped bit in a chunk of $name is found" fails_with 5 "$id" "$castr" read "$web_url" $name.caibx $name.castr
    rm -f "$chunk"
    check "a missing chunk of $name is found" fails_with 5 H0403 "$castr" read "$web_url" $name.caibx $name.castr
done
web_stop
check 'a server that is gone is said to be' fails_with 1 H0101 "$castr" read "$web_url" sha256.caibx sha256.castr
tap_done
