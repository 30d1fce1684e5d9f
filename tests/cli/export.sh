#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken export-cert and export-pub
. "$(dirname "$0")/lib.sh"

stock() {
    OPENSSL_CONF=$work/openssl.cnf openssl "$@" 2>stock.err
}
printf '[req]\ndistinguished_name = dn\n[dn]\n[ca]\nbasicConstraints = critical, CA:true\nsubjectKeyIdentifier = hash\n[ee]\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid:always\n' >openssl.cnf

make_token work

# Every kind of key that keygen makes; the stock program reads what it knows.
for type in rsa:2048 rsa:3072 ec:p256 ec:p384 ec:p521; do
    t 0 '' gt keygen --label "$type" --type "$type" --pin-file pin --json
    json "j['key_type'] == '$type' and j['paramset'] is None"
    t 0 '^-----BEGIN PUBLIC KEY' gt export-pub --label "$type"
    is "OpenSSL reads the $type key" "$(stock pkey -pubin -noout -in out -text | grep -ciE 'public-key|^modulus|nist curve')" -ge 1
done
t 0 '' gt export-pub --label ec:p256 --outform der --out p256.der
is "DER is the same key" "$(stock pkey -pubin -inform der -in p256.der | sha256sum)" = \
    "$(gt export-pub --label ec:p256 | sha256sum)"
# RFC 9215: the digest of a key on a CryptoPro set is named, of one on a TC26 set not.
make_key alice
t 0 '' gt keygen --label old --type gost2012_256 --paramset A --pin-file pin
make_key big gost2012_512
gt export-pub --label alice --outform der >alice.der
gt export-pub --label old --outform der >old.der
gt export-pub --label big --outform der >big.der
is "TC26 B: no digest" "$(stock asn1parse -inform der -in alice.der | grep -c OBJECT)" -eq 2
is "CryptoPro A: the digest" "$(stock asn1parse -inform der -in old.der | grep -c OBJECT)" -eq 3
is "512 bits" "$(stock asn1parse -inform der -in big.der | grep -c 'BIT STRING')" -eq 1

# By URI, by id, as JSON, into files.
uri=$(gt list objects --pin-file pin --json | python3 -c '
import json, sys
for o in json.load(sys.stdin)["objects"]:
    if o["label"] == "alice" and o["type"] == "private": print(o["uri"])')
gt export-pub --label alice >alice.pub
t 0 'BEGIN PUBLIC' gt export-pub "$uri" --pin-file pin # the private key tells its public half
is "the same" "$(cmp -s out alice.pub && echo same)" = same
t 0 '' gt export-pub --label alice --json
json "j['pem'] == open('alice.pub').read() and j['key_type'] == 'gost2012_256'"
t 0 '' gt export-pub --label alice --out file.pub --json
json "j['file'] == 'file.pub' and 'pem' not in j"
is "the file" "$(cmp -s file.pub alice.pub && echo same)" = same
t 1 'there already' gt export-pub --label alice --out file.pub
t 0 '' gt export-pub --label big --out file.pub --force
is "a pipe" "$(gt export-pub --label alice --out /dev/stdout | cmp -s - alice.pub && echo same)" = same
t 2 'what is to be exported' gt export-pub
t 2 'exclude each other' gt export-pub "$uri" --label alice
t 2 'no pkcs11: URI' gt export-pub alice
t 2 'pem or der' gt export-pub --label alice --outform text
t 2 'needs --out' gt export-pub --label alice --outform der --json
t 2 'not one that' gt export-pub 'pkcs11:object=alice;type=cert'
t 3 'no such object' gt export-pub --label nobody --pin-file pin
t 1 'cannot write' gt export-pub --label alice --out nowhere/file
t 0 '' gt keygen --label alice --type gost2012_256 --pin-file pin --force
t 3 'give the id' gt export-pub --label alice

# ---- certificates, a chain -------------------------------------------------------------------------

stock req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.crt -subj '/CN=Root' -days 30 -extensions ca
stock req -new -newkey rsa:2048 -nodes -keyout sub.key -out sub.csr -subj '/CN=Sub'
stock x509 -req -in sub.csr -CA root.crt -CAkey root.key -CAcreateserial -out sub.crt -days 20 \
    -extfile openssl.cnf -extensions ca
# Another authority of the same name, with another key: not the issuer.
stock req -x509 -newkey rsa:2048 -nodes -keyout fake.key -out fake.crt -subj '/CN=Sub' -days 30 -extensions ca
stock req -new -newkey rsa:2048 -nodes -keyout ee.key -out ee.csr -subj '/CN=ee'
stock x509 -req -in ee.csr -CA sub.crt -CAkey sub.key -CAcreateserial -out ee.crt -days 10 \
    -extfile openssl.cnf -extensions ee
t 0 '' gt import-cert root.crt --no-key --label Root --pin-file pin
t 0 '' gt import-cert fake.crt --no-key --label Fake --pin-file pin
t 0 '' gt import-cert sub.crt --no-key --label Sub --pin-file pin
t 0 '' gt import-cert ee.crt --no-key --label ee --pin-file pin
t 0 '' gt export-cert --label ee
is "the certificate" "$(cmp -s out ee.crt && echo same)" = same
t 0 '' gt export-cert 'pkcs11:object=ee;type=cert' --outform der --out ee.der
is "in DER" "$(stock x509 -inform der -in ee.der | cmp -s - ee.crt && echo same)" = same
t 0 '' gt export-cert --label ee --chain
cat ee.crt sub.crt root.crt >chain.pem
is "the chain" "$(cmp -s out chain.pem && echo same)" = same
t 0 '' gt export-cert --label Root --chain
is "a root has none above it" "$(cmp -s out root.crt && echo same)" = same
t 2 'one certificate' gt export-cert --label ee --chain --outform der --out x.der
t 3 'no such object' gt export-cert --label nobody --pin-file pin
# Standard output by its name is not replaced, even where a file is behind it.
"$gosttoken" export-cert --label ee --out /dev/stdout >by-name 2>err
is "standard output by its name" "$(cmp -s by-name ee.crt && echo same)" = same
