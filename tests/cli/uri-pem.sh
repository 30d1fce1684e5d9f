#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken uri-pem: what stands in the file, for every kind of key. That programs use it is seen in
# tests/openssl/stub.sh and foreign.sh.
. "$(dirname "$0")/lib.sh"

printf '[req]\ndistinguished_name = dn\n[dn]\n' >openssl.cnf
stock() {
    OPENSSL_CONF=$work/openssl.cnf openssl "$@" 2>stock.err
}
# What the file in ./out says, a line a value: version, identifiers, the URI.
parsed() {
    sed '/^---/d' out | base64 -d >stub.der
    stock asn1parse -inform der -in stub.der | sed -nE 's/.*prim: *([^:]*[^: ]) *:?(.*)$/\1 \2/p' |
        grep -v '^OCTET'
    stock asn1parse -inform der -in stub.der -noout -strparse "$(stock asn1parse -inform der \
        -in stub.der | sed -n 's/^ *\([0-9]*\):.*OCTET STRING.*/\1/p')" -out octets >/dev/null
    tr -d '\n' <octets
    echo
}

make_token work
id=0
while read -r type label algorithm; do
    t 0 '' gt keygen --label "$label" --id "0$((++id))" --type "$type" --pin-file pin
    uri="pkcs11:token=work;object=$label"
    gt uri-pem "$uri" >plain.pem
    t 0 '' gt uri-pem "$uri" --json
    json "set(j) == {'token', 'uri', 'pem'} and j['token'] == 'work' and j['uri'] == '$uri;type=private'"
    json "j['pem'] == open('plain.pem').read()"
    t 0 '^-----BEGIN PRIVATE KEY' gt uri-pem "$uri" # without a PIN: the public key tells
    is "$type: nothing but the file" "$(grep -c . err)" -eq 0
    is "$type: what the file says" "$(parsed | tr -s '\n ' ' ')" = \
        "INTEGER 00 $algorithm pkcs11:token=work;object=$label;type=private "
done <<'END'
rsa:2048 rsa OBJECT rsaEncryption NULL
ec:p256 p256 OBJECT id-ecPublicKey OBJECT prime256v1
ec:p384 p384 OBJECT id-ecPublicKey OBJECT secp384r1
ec:p521 p521 OBJECT id-ecPublicKey OBJECT secp521r1
gost2012_256 gost OBJECT GOST R 34.10-2012 with 256 bit modulus OBJECT GOST R 34.10-2012 (256 bit) ParamSet B
gost2012_512 big OBJECT GOST R 34.10-2012 with 512 bit modulus OBJECT GOST R 34.10-2012 (512 bit) ParamSet A
END

# By id; of a private key that has no public one beside it, which takes a PIN.
t 0 'BEGIN PRIVATE' gt uri-pem 'pkcs11:id=%01?pin-source=pin'
is "the id and where the PIN is, in the file" \
    "$(parsed | tail -n 1)" = 'pkcs11:id=%01;type=private?pin-source=pin'
t 0 '' gt delete 'pkcs11:object=p256;type=public' --yes --pin-file pin
t 4 'PIN' gt uri-pem 'pkcs11:object=p256'
t 0 'BEGIN PRIVATE' gt uri-pem 'pkcs11:object=p256' --pin-file pin
is "the same curve" "$(parsed | grep -c prime256v1)" -eq 1
is "no PIN in the file" "$(grep -c "$pin" octets)" -eq 0

# Two keys that differ, by one name.
t 0 '' gt keygen --label rsa --id 77 --type ec:p256 --pin-file pin --force
t 3 'give the id' gt uri-pem 'pkcs11:object=rsa'
t 0 'BEGIN PRIVATE' gt uri-pem 'pkcs11:object=rsa;id=%77'
is "the one that was meant" "$(parsed | grep -c id-ecPublicKey)" -eq 1

# Errors.
t 3 'no GOST, RSA or EC key' gt uri-pem 'pkcs11:object=nobody' --pin-file pin
t 3 '.' gt uri-pem 'pkcs11:token=elsewhere;object=rsa'
t 2 'not private' gt uri-pem 'pkcs11:object=rsa;type=public'
t 2 'names no key' gt uri-pem pkcs11:token=work
t 2 'pin-source' gt uri-pem 'pkcs11:object=rsa?pin-value=1234'
t 2 'needs the pkcs11: URI' gt uri-pem
t 2 'needs the pkcs11: URI' gt uri-pem rsa.pem
t 2 '.' gt uri-pem 'pkcs11:objekt=rsa'
t 1 'too long' gt uri-pem "pkcs11:id=%01?pin-source=$(printf 'x%.0s' $(seq 2100))"
