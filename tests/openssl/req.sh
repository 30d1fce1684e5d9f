#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Requests and self-signed certificates of token keys.
. "$(dirname "$0")/lib.sh"

new_token work
for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    uri=$(key work "$type")

    must ours req -new -key "$uri" -subj "/C=RU/CN=Alice" -out "$type.csr"
    says 'verify OK' ours req -verify -in "$type.csr" -noout
    says "GOST R 34.10-2012 with GOST R 34.11-2012 \(${type#gost2012_} bit\)" \
        ours req -in "$type.csr" -noout -text
    ok ours req -in "$type.csr" -noout -pubkey -out from-csr.pem
    ok ours pkey -in "$uri" -pubout -out from-key.pem
    same from-csr.pem from-key.pem

    # A broken signature is told; openssl 3.0 says so but exits 0, so the words are what counts.
    ok ours req -in "$type.csr" -outform DER -out "$type.csr.der"
    tamper "$type.csr.der" bad.der
    ours req -verify -in bad.der -inform DER -noout >"$out" 2>&1 || true
    checks=$((checks + 1))
    grep -q 'verify failure' "$out" || flaw "a broken request verifies" ours req -verify bad.der

    # The digest named, extensions, and a subject that is not ASCII.
    must ours req -new -key "$uri" "-$(digest_of "$type")" -utf8 -subj "/CN=Алиса" \
        -addext "subjectAltName=email:alice@example.org" -out named.csr
    says 'verify OK' ours req -verify -in named.csr -noout
    says 'email:alice@example.org' ours req -in named.csr -noout -text
    says 'Алиса' ours req -in named.csr -noout -subject -nameopt utf8,sep_comma_plus_space

    must ours req -new -x509 -key "$uri" -subj "/CN=Alice" -days 30 -out "$type.crt"
    says ': OK' ours verify -CAfile "$type.crt" "$type.crt"
    says ': OK' ours verify -check_ss_sig -CAfile "$type.crt" "$type.crt"
    ok ours x509 -in "$type.crt" -outform DER -out crt.der
    tamper crt.der bad.der
    ok ours x509 -in bad.der -inform DER -out bad.crt
    refuses 'signature failure' ours verify -check_ss_sig -CAfile bad.crt bad.crt

    # The key and its certificate are seen to belong together, and those of another key are not.
    add_cert work "$type" "$type.crt"
    ok ours x509 -in "$(cert work "$type")" -outform DER -out from-token.der
    same crt.der from-token.der
done

# A 512-bit digest is not for a 256-bit key.
refuses 'digest' ours req -new -key "$(key work gost2012_256)" -md_gost12_512 -subj /CN=x -out x.csr
refuses 'digest' ours req -new -key "$(key work gost2012_256)" -sha256 -subj /CN=x -out x.csr

# A request's own configuration; with the provider's lines in it, they are read a second time.
cat >req.cnf <<END
[req]
distinguished_name = dn
prompt = no
req_extensions = ext
[dn]
O = Example
CN = Bob
[ext]
keyUsage = digitalSignature
END
must ours req -new -config req.cnf -key "$(key work gost2012_256)" -out bob.csr
says 'Digital Signature' ours req -in bob.csr -noout -text
sed 's/^\[req\]/[own]/' req.cnf | cat "$cnf" - >twice.cnf
must ours req -new -config twice.cnf -section own -key "$(key work gost2012_256)" -out bob.csr
says 'verify OK' ours req -verify -in bob.csr -noout

if have_peer; then
    for type in gost2012_256 gost2012_512; do
        says 'verify OK' peer req -verify -in "$type.csr" -noout
        says ': OK' peer verify -check_ss_sig -CAfile "$type.crt" "$type.crt"
    done
fi
