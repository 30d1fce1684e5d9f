#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Signatures of GOST R 34.10-2001: they verify, and nothing else is done with such keys. First fixed
# ones, then what Debian's gost-engine makes, where there is one.
. "$(dirname "$0")/lib.sh"

only='GOST R 34.10-2001 keys only verify'
# When all of the fixed certificates but the RFC's are valid.
at=1900000000

# RFC 4491, section 4.2
base64 -d >rfc.der <<'END'
MIIB0DCCAX8CECv1xh7CEb0Xx9zUYma0LiEwCAYGKoUDAgIDMG0xHzAdBgNVBAMM
Fkdvc3RSMzQxMC0yMDAxIGV4YW1wbGUxEjAQBgNVBAoMCUNyeXB0b1BybzELMAkG
A1UEBhMCUlUxKTAnBgkqhkiG9w0BCQEWGkdvc3RSMzQxMC0yMDAxQGV4YW1wbGUu
Y29tMB4XDTA1MDgxNjE0MTgyMFoXDTE1MDgxNjE0MTgyMFowbTEfMB0GA1UEAwwW
R29zdFIzNDEwLTIwMDEgZXhhbXBsZTESMBAGA1UECgwJQ3J5cHRvUHJvMQswCQYD
VQQGEwJSVTEpMCcGCSqGSIb3DQEJARYaR29zdFIzNDEwLTIwMDFAZXhhbXBsZS5j
b20wYzAcBgYqhQMCAhMwEgYHKoUDAgIkAAYHKoUDAgIeAQNDAARAhJVodWACGkB1
CM0TjDGJLP3lBQN6Q1z0bSsP508yfleP68wWuZWIA9CafIWuD+SN6qa7flbHy7Df
D2a8yuoaYDAIBgYqhQMCAgMDQQA8L8kJRLcnqeyn1en7U23Sw6pkfEQu3u0xFkVP
vFQ/3cHeF26NG+xxtZPz3TaTVXdoiYkXYiD02rEx1bUcM97i
END

# An authority with CryptoPro-A, its CRL, and a signer with CryptoPro-XchB, whose certificate is in
# the message; made by gost-engine.
cat >ca.crt <<'END'
-----BEGIN CERTIFICATE-----
MIIBZjCCAROgAwIBAgIBATAKBgYqhQMCAgMFADAYMRYwFAYDVQQDDA1PbGQgYXV0
aG9yaXR5MCAXDTI2MTEyMjA3MDY1N1oYDzIxMDAxMDI1MDcwNjU3WjAYMRYwFAYD
VQQDDA1PbGQgYXV0aG9yaXR5MGMwHAYGKoUDAgITMBIGByqFAwICIwEGByqFAwIC
HgEDQwAEQB05Xt/LCyuL1PdCYrRiLVwGsjzjkmLTg6mxRe5CYN5N+wuF7+prjmxT
e/bmrkI8Xop0ZAT5fV4IPH5slCr+aTKjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYD
VR0PAQH/BAQDAgEGMB0GA1UdDgQWBBS8LJFOpWF4N797ZMkYWe4UOOnULTAKBgYq
hQMCAgMFAANBAGHu0pla1DGXwrlZPh+EfXNOTkILoLoziGvveIkazR6PncyhB9aR
nM9galcYxVvriorxxm2XNDyW2NkEw5ELr1k=
-----END CERTIFICATE-----
END
cat >ca.crl <<'END'
-----BEGIN X509 CRL-----
MIGqMFkCAQEwCgYGKoUDAgIDBQAwGDEWMBQGA1UEAwwNT2xkIGF1dGhvcml0eRcN
MjYxMTIyMDcwNjU3WhgPMjEwMDEwMjUwNzA2NTdaoA4wDDAKBgNVHRQEAwIBATAK
BgYqhQMCAgMFAANBAC20SNPWA/M/ujH8/TWh2wS0MOt4tCv1F91nTp9/W9c/a2qF
G/YG0rkXKfQJhtFTIeNYs44TiKyBE2EtQm5p+tY=
-----END X509 CRL-----
END
cat >csr.pem <<'END'
-----BEGIN CERTIFICATE REQUEST-----
MIHTMIGBAgEAMBUxEzARBgNVBAMMCk9sZCBzaWduZXIwYzAcBgYqhQMCAhMwEgYH
KoUDAgIkAQYHKoUDAgIeAQNDAARAGeMN5JRv8iwgs5eYotqwePpGCBWKQpw5him9
JU970XcvEp6442DSijAtv1h22ZRV+g0Q1GApFB6GU2FttvtKj6AAMAoGBiqFAwIC
AwUAA0EAlcAfahJ4GWxTff5jtPh0w0B4KVb5L6e9vnPitNczuCghDWTnMsAbzOHn
NmeYBMildMmFqsf6EvBeF4u45Cv2ow==
-----END CERTIFICATE REQUEST-----
END
base64 -d >old.p7s <<'END'
MIIDVQYJKoZIhvcNAQcCoIIDRjCCA0ICAQExDDAKBgYqhQMCAgkFADALBgkqhkiG9w0BBwGgggGF
MIIBgTCCAS6gAwIBAgIBAjAKBgYqhQMCAgMFADAYMRYwFAYDVQQDDA1PbGQgYXV0aG9yaXR5MCAX
DTI2MTEyMjA3MDY1N1oYDzIxMDAxMDI1MDcwNjU3WjAVMRMwEQYDVQQDDApPbGQgc2lnbmVyMGMw
HAYGKoUDAgITMBIGByqFAwICJAEGByqFAwICHgEDQwAEQBnjDeSUb/IsILOXmKLasHj6RggVikKc
OYYpvSVPe9F3LxKeuONg0oowLb9YdtmUVfoNENRgKRQehlNhbbb7So+jYDBeMAwGA1UdEwEB/wQC
MAAwDgYDVR0PAQH/BAQDAgeAMB8GA1UdIwQYMBaAFLwskU6lYXg3v3tkyRhZ7hQ46dQtMB0GA1Ud
DgQWBBSLlzXOZe6184PxGB4rr0q29mgdTDAKBgYqhQMCAgMFAANBAKY4wBRyJvC9t/WX5pjly2cs
MLQuSBntuMibQ5QkltMFde2qQV+wpeUvOuaWRznyX6axSpYeRUIZgLhx9wABUqsxggGXMIIBkwIB
ATAdMBgxFjAUBgNVBAMMDU9sZCBhdXRob3JpdHkCAQIwCgYGKoUDAgIJBQCgggETMBgGCSqGSIb3
DQEJAzELBgkqhkiG9w0BBwEwHAYJKoZIhvcNAQkFMQ8XDTI2MTEyMjA3MDY1N1owLwYJKoZIhvcN
AQkEMSIEIM0439cxcxsT/u/dTTBF1JoFs4bx7U/4TuHzO5Nqc3W0MIGnBgkqhkiG9w0BCQ8xgZkw
gZYwCwYJYIZIAWUDBAEqMAoGCCqFAwcBAQICMAoGCCqFAwcBAQIDMAgGBiqFAwICCTAIBgYqhQMC
AhUwCwYJYIZIAWUDBAEWMAsGCWCGSAFlAwQBAjAKBggqhkiG9w0DBzAOBggqhkiG9w0DAgICAIAw
DQYIKoZIhvcNAwICAUAwBwYFKw4DAgcwDQYIKoZIhvcNAwICASgwCgYGKoUDAgITBQAEQEzffYAC
WEay+Loj96jFfb5orGHg/YbR7a8PgciA5dvmODsvCiNk5cfqYjltq9HCJqwhyiZN+6P1k7agxV5/
dvk=
END
base64 -d >old.sig <<'END'
OlcjI1mwtVb7XodnB2duSEv5BwXg9CFYl5kJB3djYzssRwB1sES6grDBVWF7Vtb+cJoZuRLJghvJ
fErD/AAzMg==
END

# ---- what is good, and what is not any more ------------------------------------------------------

must ours x509 -inform DER -in rfc.der -out rfc.crt
says ': OK' ours verify -check_ss_sig -no_check_time -CAfile rfc.crt rfc.crt
says 'id-GostR3410-2001-CryptoPro-XchA-ParamSet' ours x509 -in rfc.crt -noout -text
also 'Public Key Algorithm: GOST R 34.10-2001'
tamper rfc.der bad.der
must ours x509 -inform DER -in bad.der -out bad.crt
refuses 'signature failure' ours verify -check_ss_sig -no_check_time -CAfile bad.crt bad.crt

must ours cms -verify -inform DER -in old.p7s -content message -binary -noverify -signer ee.crt \
    -out /dev/null
says ': OK' ours verify -attime "$at" -CAfile ca.crt -CRLfile ca.crl -crl_check_all ee.crt
refuses 'unable to get' ours verify -attime "$at" -CAfile rfc.crt ee.crt
says 'verify OK' ours crl -in ca.crl -CAfile ca.crt -noout
says 'verify OK' ours req -verify -in csr.pem -noout
cms_verify() {
    ours cms -verify -inform DER -in "$1" -content "$2" -binary -attime "$at" -CAfile ca.crt \
        -purpose any -out /dev/null
}
ok cms_verify old.p7s message
refuses 'verif|digest|signature' cms_verify old.p7s altered
tamper old.p7s bad.p7s
refuses 'verif|signature' cms_verify bad.p7s message
must ours crl -in ca.crl -outform DER -out crl.der
tamper crl.der bad.der
must ours crl -inform DER -in bad.der -out bad.crl
refuses 'CRL signature failure' ours verify -attime "$at" -CAfile ca.crt -CRLfile bad.crl \
    -crl_check_all ee.crt
must ours req -in csr.pem -outform DER -out csr.der
tamper csr.der bad.der
ours req -verify -inform DER -in bad.der -noout >bad.txt 2>&1 || true # its status differs by version
checks=$((checks + 1))
grep -qi 'verif.*fail' bad.txt || flaw "a request that was changed verifies" cat bad.txt

ours x509 -in ee.crt -noout -pubkey >pub.pem
says 'Verified OK' ours dgst -md_gost94 -verify pub.pem -signature old.sig message
refuses 'verification fail' ours dgst -md_gost94 -verify pub.pem -signature old.sig altered
tamper old.sig bad.sig
refuses 'verification fail' ours dgst -md_gost94 -verify pub.pem -signature bad.sig message
refuses 'wrong digest' ours dgst -md_gost12_256 -verify pub.pem -signature old.sig message
for md in md_gost94 md_gost12_256; do
    must ours dgst "-$md" -binary -out "$md.bin" message
done
says 'Verified Success' ours pkeyutl -verify -pubin -inkey pub.pem -in md_gost94.bin \
    -sigfile old.sig
refuses 'verification fail' ours pkeyutl -verify -pubin -inkey pub.pem -in md_gost12_256.bin \
    -sigfile old.sig
says 'key is valid' ours pkey -pubin -in pub.pem -pubcheck -noout
# Written as it was read.
must ours pkey -pubin -in pub.pem -outform DER -out pub.der
must ours pkey -pubin -inform DER -in pub.der -out again.pem
same pub.pem again.pem

says 'good signature of CN=Old signer' "$gosttoken" verify --ca ca.crt --crl ca.crl --crl-check \
    --at 2030-03-17T00:00:00Z --content message old.p7s
also 'gost2001, md_gost94'
refuses 'signature is wrong' "$gosttoken" verify --no-chain --content message bad.p7s
refuses 'content was changed' "$gosttoken" verify --no-chain --content altered old.p7s

# ---- malformed keys ------------------------------------------------------------------------------

# spki FILE ALGORITHM PARAMETERS [POINT]: the contents in hexadecimal; POINT: a form of it.
cat >spki.py <<'END'
import sys
path, oid, params, form = sys.argv[1:]
def tlv(tag, value):
    assert len(value) < 128
    return bytes([tag, len(value)]) + value
point = open('pub.der', 'rb').read()[-64:]
forms = {'good': tlv(4, point), 'short': tlv(4, point[:-1]), 'long': tlv(4, point + b'\0'),
         'bare': point, 'none': b'', 'more': tlv(4, point) + b'\0',
         'off': tlv(4, bytes([point[0] ^ 1]) + point[1:]), 'zero': tlv(4, bytes(64)),
         'huge': tlv(4, b'\xff' * 64)}
algorithm = tlv(0x30, tlv(6, bytes.fromhex(oid)) + bytes.fromhex(params))
open(path, 'wb').write(tlv(0x30, algorithm + tlv(3, b'\0' + forms[form])))
END
spki() {
    must python3 spki.py key.der "$1" "$2" "${3:-good}"
}
load() {
    ours pkey -pubin -inform DER -in key.der -noout
}
k2001=2a8503020213
xch_b=06072a850302022401
md94=06072a850302021e01

spki $k2001 "3012$xch_b$md94"
same key.der pub.der
# Without digestParamSet; with encryptionParamSet.
spki $k2001 "3009$xch_b"
ok load
spki $k2001 "301b$xch_b${md94}06072a850302021f01"
ok load
while read -r oid params what; do
    before=$failures
    spki "$oid" "$params"
    refuses '.' load
    [ "$failures" -eq "$before" ] || echo "  ($what)"
done <<END
$k2001 3012${xch_b}06072a850302021e00 the test parameters of the digest
$k2001 3013${xch_b}06082a85030701010202 the digest of 2012
$k2001 300b06092a8503070102010101 a set of 2012
$k2001 301406092a8503070102010101$md94 a set of 2012 with the old digest
$k2001 300b06092a8503070102010201 a set of 512 bits
$k2001 301206072a850302022309$md94 no set at all
$k2001 3012$md94$xch_b in the wrong order
$k2001 301b$xch_b$md94 cut short
$k2001 3014$xch_b${md94}0500 something behind
$k2001 0500 NULL
$k2001 3000 nothing in them
2a85030701010101 3012$xch_b$md94 a key of 2012 with the old digest
2a8503020214 3012$xch_b$md94 a key of 1994
END
for form in short long bare more none; do
    spki $k2001 "3012$xch_b$md94" $form
    refuses '.' load
done
for form in off zero huge; do
    spki $k2001 "3012$xch_b$md94" $form
    must ours pkey -pubin -inform DER -in key.der -out key.pem
    refuses 'not a point' ours pkey -pubin -in key.pem -pubcheck -noout
    refuses 'verification fail' ours dgst -md_gost94 -verify key.pem -signature old.sig message
done

# ---- refused -------------------------------------------------------------------------------------

refuses "$only" ours genpkey -algorithm gost2001 -pkeyopt paramset:A -out never
refuses "$only" ours genpkey -algorithm gost2001 -out never
refuses "$only" ours genpkey -genparam -algorithm gost2001 -pkeyopt paramset:A -out never
refuses "$only" ours req -x509 -newkey gost2001 -pkeyopt paramset:A -nodes -subj /CN=x \
    -keyout never -out never
refuses "$only|not supported for this keytype" ours cms -encrypt -binary -in message -gost89 \
    -outform DER -out never ee.crt
refuses "$only|not supported for this keytype" ours pkeyutl -encrypt -pubin -inkey pub.pem \
    -in message -out never
# A private key: the number 1, as gost-engine writes it.
cat >private.py <<'END'
import base64
algorithm = bytes.fromhex('301c06062a8503020213301206072a85030202230106072a850302021e01')
info = bytes([2, 1, 0]) + algorithm + bytes([4, 34, 4, 32, 1]) + bytes(31)
print('-----BEGIN PRIVATE KEY-----')
print(base64.encodebytes(bytes([0x30, len(info)]) + info).decode(), end='')
print('-----END PRIVATE KEY-----')
END
python3 private.py >private.pem
refuses "$only" ours pkcs8 -nocrypt -in private.pem -out never
refuses '.' ours dgst -md_gost94 -sign private.pem -out never message
holds "nothing was made" ! -s never

# sigs ARGUMENT...: see sigs.c.
sigs() {
    env "${preload[@]}" OPENSSL_CONF="$cnf" "$build/tests/sigs" "$@"
}
says '^1 signatures, 0 failures' sigs pub.pem md_gost94 old.sig message
head -c 64 /dev/zero >zero.sig
refuses 'does not verify' sigs pub.pem md_gost94 zero.sig message

# ---- of gost-engine ------------------------------------------------------------------------------

if ! have_peer; then
    echo "no gost-engine at $engine: the rest is left out"
    exit 0
fi

many=60
cat >files.py <<'END'
import os, random, sys
for i in range(int(sys.argv[1])):
    with open('random-%03d' % i, 'wb') as f:
        f.write(os.urandom(random.choice([1, 31, 32, 33, 64, 200, 4096]) + i))
END
must python3 files.py $many
cat >ca.cnf <<'END'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = nobody
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
[ca]
default_ca = own
[own]
database = index.txt
crlnumber = crlnumber
default_md = md_gost94
default_crl_days = 30
END
# request NAME: with a key of its own
request() {
    must peer req -new -newkey gost2001 -pkeyopt "paramset:$set" -nodes -keyout "$1.key" \
        -subj "/CN=$1 $set" -config ca.cnf -out "$1.csr"
}
# issue NAME ISSUER SERIAL EXTENSIONS
issue() {
    must peer x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -set_serial "$3" -days 30 \
        -extfile ca.cnf -extensions "$4" -out "$1.crt"
}
# list_of ISSUER: its CRL
list_of() {
    must peer ca -config ca.cnf -gencrl -keyfile "$1.key" -cert "$1.crt" -out "$1.crl"
}
by_lists=(-CAfile root.crt -untrusted mid.crt -CRLfile root.crl -CRLfile mid.crl -crl_check_all)

for set in A B C XA XB; do
    echo "$set"
    must peer req -x509 -newkey gost2001 -pkeyopt "paramset:$set" -nodes -keyout root.key \
        -subj "/CN=root $set" -days 30 -config ca.cnf -extensions root -set_serial 1 -out root.crt
    request mid
    issue mid root 2 root
    request leaf
    issue leaf mid 3 leaf
    must peer pkey -in leaf.key -pubout -out leaf.pub

    says 'verify OK' ours req -verify -in leaf.csr -noout
    says ': OK' ours verify -check_ss_sig -CAfile root.crt -untrusted mid.crt leaf.crt
    refuses 'unable to get' ours verify -CAfile root.crt leaf.crt
    # Read, written and shown as the peer does it.
    ok ours pkey -pubin -in leaf.pub -outform DER -out ours.der
    ok peer pkey -pubin -in leaf.pub -outform DER -out theirs.der
    same ours.der theirs.der
    for who in peer ours; do
        ok "$who" pkey -pubin -in leaf.pub -noout -text_pub
        cp "$out" "$who.txt"
    done
    same ours.txt peer.txt

    rm -f index.txt*
    : >index.txt
    echo 01 >crlnumber
    list_of root
    list_of mid
    says 'verify OK' ours crl -in mid.crl -CAfile mid.crt -noout
    says ': OK' ours verify "${by_lists[@]}" leaf.crt
    must peer ca -config ca.cnf -revoke leaf.crt -keyfile mid.key -cert mid.crt
    list_of mid
    refuses 'revoked' ours verify "${by_lists[@]}" leaf.crt

    sign=(-sign -binary -in message -signer leaf.crt -inkey leaf.key -certfile mid.crt -outform DER)
    must peer cms "${sign[@]}" -out detached.p7s
    must peer cms "${sign[@]}" -nodetach -noattr -out attached.p7s
    must peer smime "${sign[@]}" -nodetach -out attached.p7
    trust=(-binary -CAfile root.crt -purpose any)
    ok ours cms -verify -inform DER -in detached.p7s -content message "${trust[@]}" -out /dev/null
    refuses 'verif|digest|signature' ours cms -verify -inform DER -in detached.p7s \
        -content altered "${trust[@]}" -out /dev/null
    for how in cms:attached.p7s smime:attached.p7; do
        rm -f content
        ok ours "${how%:*}" -verify -inform DER -in "${how#*:}" "${trust[@]}" -out content
        same message content
    done
    says 'good signature' "$gosttoken" verify --ca root.crt --content message detached.p7s
    refuses 'content was changed' "$gosttoken" verify --no-chain --content altered detached.p7s

    : >many.sig
    for f in random-*; do
        peer dgst -md_gost94 -sign leaf.key -out one.sig "$f"
        cat one.sig >>many.sig
    done
    says "^$many signatures, 0 failures" sigs leaf.pub md_gost94 many.sig random-*
    refuses "$only" ours pkcs8 -nocrypt -in leaf.key -out never
done
