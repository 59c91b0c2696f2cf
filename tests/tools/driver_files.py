#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to a driver package beside its INF, made for tests.

  driver_files.py sys ARCHITECTURE FILE [FILLER]      a small driver
  driver_files.py cat KIND OUT FILE...                a security catalog that lists the files

KIND: sha256 (digests as bytes), tag (SHA-1 as hex digits in UTF-16, as up to Windows 7), cms (content in an octet
string), other (content of another type), unsigned (no signer).  A catalog is PKCS #7 SignedData (RFC 2315) over a trust
list; it is signed by a key that is thrown away, with openssl(1).  The digest of a PE file leaves out checksum, entry of the
certificate table and that table (Windows Authenticode Portable Executable Signature Format).
"""
import hashlib
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, os.pardir, "fixtures", "standin"))
from builder import pe  # noqa: E402


def hashed(data):
    """What of a file is hashed."""
    if data[:2] != b"MZ":
        return data
    optional = struct.unpack_from("<I", data, 60)[0] + 24
    entry = optional + (112 if struct.unpack_from("<H", data, optional)[0] == 0x20B else 96) + 4 * 8
    table = struct.unpack_from("<I", data, entry)[0] or len(data)
    body = data[:table] + bytes(-table % 8)
    return body[:optional + 64] + body[optional + 68:entry] + body[entry + 8:]


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def oid(text):
    numbers = [int(n) for n in text.split(".")]
    out = bytearray()
    for number in [numbers[0] * 40 + numbers[1]] + numbers[2:]:
        groups = [number & 127]
        while number > 127:
            number >>= 7
            groups.insert(0, number & 127 | 128)
        out += bytes(groups)
    return der(6, bytes(out))


def sequence(*parts):
    return der(0x30, *parts)


def parts_of(data):
    """The whole elements inside a DER element."""
    def head(at):
        size, skip = data[at + 1], 2
        if size & 128:
            skip += size & 127
            size = int.from_bytes(data[at + 2:at + skip], "big")
        return skip, size
    skip, size = head(0)
    at, end, out = skip, skip + size, []
    while at < end:
        skip, size = head(at)
        out.append(data[at:at + skip + size])
        at += skip + size
    return out


NULL = der(5)
SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL)
SHA1 = sequence(oid("1.3.14.3.2.26"), NULL)
TRUST_LIST = "1.3.6.1.4.1.311.10.1"


def trust_list(kind, names):
    members = []
    for name in names:
        with open(name, "rb") as file:
            body = hashed(file.read())
        name = hashlib.sha256(body).digest()
        if kind == "tag":
            name = hashlib.sha1(body).hexdigest().upper().encode("utf-16-le") + bytes(2)
        members.append(sequence(der(4, name), der(0x31)))
    member = "1.3.6.1.4.1.311.12.1." + ("2" if kind == "tag" else "3")
    return sequence(sequence(oid("1.3.6.1.4.1.311.12.1.1")), der(4, bytes(16)),
                    der(0x17, b"240102030405Z"), sequence(oid(member), NULL), sequence(*members))


def signed(kind, content):
    """SignedData in its ContentInfo."""
    digest = SHA1 if kind == "tag" else SHA256
    with tempfile.TemporaryDirectory() as folder:
        def openssl(*words, **more):
            return subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True, **more).stdout
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key", "-out", "cert", "-outform", "DER",
                "-subj", "/CN=Driver tests", "-days", "3650")
        with open(os.path.join(folder, "cert"), "rb") as file:
            certificate = file.read()
        # version, serial, algorithm, issuer ...
        fields = parts_of(parts_of(certificate)[0])
        inner = b"".join(parts_of(content))
        attributes = [sequence(oid("1.2.840.113549.1.9.3"), der(0x31, oid(TRUST_LIST))),
                      sequence(oid("1.2.840.113549.1.9.4"), der(0x31, der(4, (
                          hashlib.sha1 if kind == "tag" else hashlib.sha256)(inner).digest())))]
        signature = openssl("dgst", "-sha1" if kind == "tag" else "-sha256", "-sign", "key",
                            input=der(0x31, *attributes))
    signer = sequence(der(2, b"\1"), sequence(fields[3], fields[1]), digest, der(0xA0, *attributes),
                      sequence(oid("1.2.840.10045.4." + ("1" if kind == "tag" else "3.2"))), der(4, signature))
    if kind == "cms":
        content = der(4, content)
    of = "1.3.6.1.4.1.311.10.2" if kind == "other" else TRUST_LIST
    return sequence(oid("1.2.840.113549.1.7.2"), der(0xA0, sequence(
        der(2, b"\1"), der(0x31, digest), sequence(oid(of), der(0xA0, content)), der(0xA0, certificate),
        der(0x31, *([] if kind == "unsigned" else [signer])))))


def main():
    if sys.argv[1] == "sys":
        filler = sys.argv[4].encode() if len(sys.argv) > 4 else b""
        data = bytearray(pe.make("x86" if sys.argv[2] == "x86" else "x64", os.path.basename(sys.argv[3]),
                                 "Built for a test", (1, 0, 0, 0), filler=filler))
        if sys.argv[2] == "arm64":
            data[0x84:0x86] = struct.pack("<H", 0xAA64)
        out = sys.argv[3]
    else:
        data, out = signed(sys.argv[2], trust_list(sys.argv[2], sys.argv[4:])), sys.argv[3]
    with open(out, "wb") as file:
        file.write(data)


if __name__ == "__main__":
    main()
