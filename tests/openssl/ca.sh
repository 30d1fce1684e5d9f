#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A certification authority whose key is on a token: x509 -req, ca, crl, ocsp.
. "$(dirname "$0")/lib.sh"

new_token work
for type in gost2012_256 gost2012_512; do
    new_key work "ca-$type" "$type"
    new_key work "user-$type" gost2012_256
    ca_key=$(key work "ca-$type")
    must ours req -new -x509 -key "$ca_key" -subj "/CN=Root $type" -days 30 -out ca.crt \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
    must ours req -new -key "$(key work "user-$type")" -subj "/CN=User $type" -out user.csr

    # x509 -req, with the authority's certificate in a file and on the token
    printf 'keyUsage=critical,digitalSignature\n' >ext
    must ours x509 -req -in user.csr -CA ca.crt -CAkey "$ca_key" -CAcreateserial -days 10 \
        -extfile ext -out user.crt
    says 'user.crt: OK' ours verify -CAfile ca.crt user.crt
    add_cert work "ca-$type" ca.crt
    must ours x509 -req -in user.csr -CA "$(cert work "ca-$type")" -CAkey "$ca_key" \
        -set_serial 77 -days 10 -out user2.crt
    says 'user2.crt: OK' ours verify -CAfile ca.crt user2.crt
    must ours x509 -in user.crt -outform DER -out user.der
    tamper user.der bad.der
    must ours x509 -in bad.der -inform DER -out bad.crt
    refuses 'signature failure' ours verify -CAfile ca.crt bad.crt
    refuses 'mismatch' ours x509 -req -in user.csr -CA ca.crt \
        -CAkey "$(key work "user-$type")" -set_serial 78 -out wrong.crt

    # ca with its database
    rm -rf db
    mkdir -p db/new
    : >db/index.txt
    echo 1000 >db/serial
    echo 01 >db/crlnumber
    cat >ca.cnf <<END
[ca]
default_ca = demo
[demo]
database = db/index.txt
serial = db/serial
crlnumber = db/crlnumber
new_certs_dir = db/new
certificate = ca.crt
private_key = $ca_key
default_md = $(digest_of "$type")
default_days = 10
default_crl_days = 5
policy = any
x509_extensions = ext
unique_subject = no
[any]
commonName = supplied
[ext]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
END
    must ours ca -config ca.cnf -batch -notext -in user.csr -out issued.crt
    says 'issued.crt: OK' ours verify -CAfile ca.crt issued.crt
    must ours ca -config ca.cnf -gencrl -out empty.crl
    says 'verify OK' ours crl -in empty.crl -CAfile ca.crt -noout
    says 'issued.crt: OK' ours verify -crl_check -CRLfile empty.crl -CAfile ca.crt issued.crt
    must ours ca -config ca.cnf -revoke issued.crt
    must ours ca -config ca.cnf -gencrl -out full.crl
    says 'verify OK' ours crl -in full.crl -CAfile ca.crt -noout
    says 'Serial Number: 1000' ours crl -in full.crl -noout -text
    refuses 'certificate revoked' ours verify -crl_check -CRLfile full.crl -CAfile ca.crt \
        issued.crt

    # ocsp: the authority answers for itself
    must ours ocsp -no_nonce -issuer ca.crt -cert issued.crt -reqout ocsp.req
    must ours ocsp -index db/index.txt -CA ca.crt -rsigner ca.crt -rkey "$ca_key" \
        -rmd "$(digest_of "$type")" -reqin ocsp.req -respout ocsp.resp
    says 'issued.crt: revoked' ours ocsp -no_nonce -issuer ca.crt -cert issued.crt -respin ocsp.resp \
        -CAfile ca.crt

    if have_peer; then
        says 'issued.crt: OK' peer verify -CAfile ca.crt issued.crt
        says 'verify OK' peer crl -in full.crl -CAfile ca.crt -noout
    fi
done
