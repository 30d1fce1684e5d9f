#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The public half goes out in every form; the private half in none.
. "$(dirname "$0")/lib.sh"

new_token work
for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    self_signed work "$type"
    uri=$(key work "$type")
    pub="pkcs11:token=work;object=$type;type=public"

    must ours pkey -in "$uri" -pubout -out pub.pem
    must ours pkey -in "$uri" -pubout -outform DER -out pub.der
    ok ours pkey -pubin -in pub.pem -pubout -outform DER -out again.der
    same pub.der again.der
    ok ours x509 -in "$type.crt" -noout -pubkey -out from-crt.pem
    same pub.pem from-crt.pem
    ok env -u GOSTTOKEN_PIN OPENSSL_CONF="$cnf" "${preload[@]}" "$openssl" pkey -pubin \
        -in "$pub" -pubout -out from-token.pem
    same pub.pem from-token.pem
    says 'Public.key' ours pkey -in "$uri" -pubout -text
    says 'X:' ours pkey -pubin -in pub.pem -noout -text
    says 'ParamSet|paramSet' ours pkey -pubin -in pub.pem -noout -text
    ok ours pkey -in "$uri" -check -noout
    ok ours pkey -pubin -in pub.pem -pubcheck -noout
    if have_peer; then
        # The peer writes digestParamSet where RFC 9215 leaves it out; both forms are one key.
        ok peer pkey -pubin -in pub.pem -pubout -outform DER -out peers.der
        ok ours pkey -pubin -inform DER -in peers.der -pubout -outform DER -out again.der
        same pub.der again.der
    fi

    # Every way of writing the private half: a clear error, and nothing in the file.
    private='private key.*(token|export|extract|leave|written)|(token|export|extract|leave).*private'
    while read -r command; do
        rm -f leak
        # shellcheck disable=SC2086 # several words
        refuses "$private" ours $command -out leak
        holds "nothing was written by: $command" ! -s leak
    done <<END
pkey -in $uri
pkey -in $uri -outform DER
pkey -in $uri -aes256 -passout pass:secret
pkcs8 -topk8 -nocrypt -in $uri
pkcs8 -topk8 -nocrypt -in $uri -outform DER
pkcs12 -export -inkey $uri -in $type.crt -passout pass:secret
END
    # Here OpenSSL gives up before it asks us.
    rm -f leak
    refuses 'error:' ours pkey -in "$uri" -traditional -out leak
    holds "nothing was written by pkey -traditional" ! -s leak
    # Text alone may be shown, and holds the public half only.
    ours pkey -in "$uri" -noout -text >text 2>&1 || true
    checks=$((checks + 1))
    if grep -A1 -i 'private key' text | grep -E '[0-9A-Fa-f]{32}' >/dev/null; then
        flaw "something that looks like a private value is printed"
    fi
done
