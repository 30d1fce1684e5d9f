# SPDX-License-Identifier: Apache-2.0
# cms.py WHAT IN OUT [MORE]: a CMS message in DER, altered as an attacker would. What there is to
# alter stands in `ways` below.
import sys


def read(data, at=0):
    """Tag, contents, and where the next element begins."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        n = length & 0x7f
        length, at = int.from_bytes(data[at:at + n], 'big'), at + n
    assert at + length <= len(data)
    return tag, data[at:at + length], at + length


def parts(data):
    """The elements of a list."""
    at, found = 0, []
    while at < len(data):
        tag, body, at = read(data, at)
        found.append([tag, body])
    return found


def put(tag, body):
    if isinstance(body, list):
        body = b''.join(put(*e) for e in body)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, 'big') + body


SIGNED = bytes.fromhex('2a864886f70d010702')
DATA = bytes.fromhex('2a864886f70d010701')
ATTRIBUTES = {'contentType': '2a864886f70d010903', 'messageDigest': '2a864886f70d010904',
              'signingTime': '2a864886f70d010905',
              'signingCertificateV2': '2a864886f70d010910022f'}


class Message:
    def __init__(self, data):
        info = parts(read(data)[1])
        self.fields = parts(parts(info[1][1])[0][1])
        self.encap = parts(self.fields[2][1])
        self.signers = [parts(s[1]) for s in parts(self.fields[-1][1])]

    def attributes(self, signer=0):
        return next(f for f in self.signers[signer] if f[0] == 0xa0)

    def certs(self):
        return next(f for f in self.fields if f[0] == 0xa0)

    def content(self):
        return parts(self.encap[1][1])[0][1]

    def set_content(self, content):
        self.encap = self.encap[:1] + [[0xa0, put(4, content)]]

    def der(self):
        self.fields[2] = [0x30, self.encap]
        self.fields[-1] = [0x31, b''.join(put(0x30, s) for s in self.signers)]
        return put(0x30, [[6, SIGNED], [0xa0, put(0x30, self.fields)]])


def drop(m, name):
    a = m.attributes()
    a[1] = b''.join(put(*e) for e in parts(a[1]) if parts(e[1])[0][1].hex() != ATTRIBUTES[name])


def double(m, name):
    a = m.attributes()
    a[1] = b''.join(put(*e) * (2 if parts(e[1])[0][1].hex() == ATTRIBUTES[name] else 1)
                    for e in parts(a[1]))


def empty_value(m, name):
    a, all_of = m.attributes(), b''
    for e in parts(a[1]):
        fields = parts(e[1])
        if fields[0][1].hex() == ATTRIBUTES[name]:
            fields[1][1] = b''
        all_of += put(0x30, fields)
    a[1] = all_of


def attributes_as_content(m, _):
    """The signature is over the attributes as a SET; without them it would be over the content."""
    for s in m.signers:
        s[:] = [f for f in s if f[0] != 0xa0] if s is not m.signers[0] else s
    a = m.attributes()
    m.set_content(put(0x31, a[1]))
    m.signers[0] = [f for f in m.signers[0] if f[0] != 0xa0]


def no_attributes(m, _):
    m.signers[0] = [f for f in m.signers[0] if f[0] != 0xa0]


def content(m, text):
    m.set_content(text.encode())


def other_type(m, _):
    m.encap[0][1] = bytes.fromhex('2a864886f70d0109100104')


def nested(m, path):
    m.set_content(open(path, 'rb').read())


def no_signers(m, _):
    m.signers = []


def twice(m, _):
    m.signers = m.signers * 2


def no_certs(m, _):
    m.fields = [f for f in m.fields if f[0] != 0xa0]


def same_certs(m, _):
    c = m.certs()
    c[1] = c[1] * 3


def first_cert(m, path):
    c = m.certs()
    c[1] = open(path, 'rb').read() + c[1]


def crl(m, path):
    """A list of revoked certificates, which a signer may put in."""
    at = next(i for i, f in enumerate(m.fields) if f[0] == 0xa0)
    m.fields.insert(at + 1, [0xa1, open(path, 'rb').read()])


def no_digests(m, _):
    m.fields[1] = [0x31, b'']


def more_digests(m, _):
    """Another digest, and the signer's once more."""
    sha = put(0x30, [[6, bytes.fromhex('608648016503040201')]])
    m.fields[1] = [0x31, sha + m.fields[1][1] * 2]


def unknown_digest(m, _):
    m.fields[1] = [0x31, put(0x30, [[6, bytes.fromhex('2a0304')]])]


def signer_digest(m, _):
    """SHA-256 where Streebog was used."""
    m.fields[1] = [0x31, m.fields[1][1] + put(0x30, [[6, bytes.fromhex('608648016503040201')]])]
    m.signers[0][2] = [0x30, put(6, bytes.fromhex('608648016503040201'))]


def zero_signature(m, _):
    last = [f for f in m.signers[0] if f[0] == 4][-1]
    last[1] = bytes(len(last[1]))


def empty_signature(m, _):
    last = [f for f in m.signers[0] if f[0] == 4][-1]
    last[1] = b''


def many_signers(m, n):
    m.signers = m.signers * int(n)


ways = {f.__name__.replace('_', '-'): f for f in (
    drop, double, empty_value, attributes_as_content, no_attributes, content, other_type, nested,
    no_signers, twice, no_certs, same_certs, first_cert, crl, no_digests, more_digests, unknown_digest,
    signer_digest, zero_signature, empty_signature, many_signers)}

what, source, target = sys.argv[1:4]
more = sys.argv[4] if len(sys.argv) > 4 else ''
data = open(source, 'rb').read()
if what == 'cut':
    result = data[:int(more)]
elif what == 'flip':
    result = bytearray(data)
    result[int(more)] ^= 1
elif what == 'huge-length':
    # the outermost length says 2^63
    result = data[:1] + b'\x88\x80' + bytes(7) + read(data)[1]
else:
    m = Message(data)
    ways[what](m, more)
    result = m.der()
open(target, 'wb').write(bytes(result))
