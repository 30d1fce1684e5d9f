# SPDX-License-Identifier: Apache-2.0
# mkcert.py NAME OUT [pem] [YEARS] <pubkey's output: a certificate (DER, or PEM) of that public key whose
# signature is zeros; valid for YEARS, by default 20-40: 2020 to 2040. import-cert does not check signatures: that is the verifier's business.
import base64
import sys


def tlv(tag, *parts):
    body = b''.join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, 'big') + body


def oid(hexa):
    return tlv(6, bytes.fromhex(hexa))


params, point = (bytes.fromhex(line) for line in sys.stdin.read().split())
small = len(point) == 64
key_oid = oid('2a85030701010101' if small else '2a85030701010102')
digest_oid = oid('2a85030701010202' if small else '2a85030701010203')
sign_oid = tlv(0x30, oid('2a85030701010302' if small else '2a85030701010303'))
spki = tlv(0x30, tlv(0x30, key_oid, tlv(0x30, params, digest_oid)), tlv(3, b'\0', tlv(4, point)))
name = tlv(0x30, tlv(0x31, tlv(0x30, oid('550403'), tlv(0x0c, sys.argv[1].encode()))))
pem = 'pem' in sys.argv[3:]
years = (sys.argv[3 + pem:] or ['20-40'])[0].split('-')
dates = tlv(0x30, *(tlv(0x17, y.encode() + b'0101000000Z') for y in years))
serial = tlv(2, bytes([1 + sum(sys.argv[1].encode()) % 100]))
tbs = tlv(0x30, tlv(0xa0, tlv(2, b'\2')), serial, sign_oid, name, dates, name, spki)
der = tlv(0x30, tbs, sign_oid, tlv(3, b'\0' + bytes(len(point))))
if pem:
    body = base64.encodebytes(der)
    der = b'-----BEGIN CERTIFICATE-----\n' + body + b'-----END CERTIFICATE-----\n'
open(sys.argv[2], 'wb').write(der)
