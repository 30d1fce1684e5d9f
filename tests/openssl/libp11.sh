#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# RSA and EC keys of our token by another road: libp11's engine in the openssl program, with our
# module and nothing else of ours. With -engine it makes itself the process's engine for RSA and
# EC, so it is asked for whatever the module itself does with such keys, unless the module does it
# by names of its own.
. "$(dirname "$0")/lib.sh"

found=$("$openssl" version -e | sed 's/.*"\(.*\)"/\1/')/pkcs11.so
[ -e "$found" ] || skip "libp11's engine is not installed"
module=$build/lib/libgosttoken-pkcs11.so

cat >engine.cnf <<END
openssl_conf = init
[init]
engines = engines
[engines]
pkcs11 = libp11
[libp11]
engine_id = pkcs11
MODULE_PATH = $module
default_algorithms = ALL
END
# The engine by the command line, and by the configuration.
by_option() {
    env "${preload[@]}" PKCS11_MODULE_PATH="$module" OPENSSL_CONF=/dev/null "$openssl" "$1" -engine pkcs11 "${@:2}"
}
by_conf() {
    env "${preload[@]}" OPENSSL_CONF="$work/engine.cnf" "$openssl" "$1" -engine pkcs11 "${@:2}"
}
plain() {
    env -u GOSTTOKEN_PIN OPENSSL_CONF=/dev/null "$openssl" "$@"
}

printf %s "$pin" >bare-pin # it takes the line end for a part of the PIN
new_token work
new_key work rsa rsa:2048
new_key work p256 ec:p256
new_key work p384 ec:p384
plain dgst -sha256 -binary -out digest message
for way in by_option by_conf; do
    for type in rsa p256 p384; do
        uri="$(key work $type)?pin-source=file:$work/bare-pin"
        must $way pkey -inform engine -in "$uri" -pubout -out pub.pem
        must $way dgst -keyform engine -sha256 -sign "$uri" -out sig message
        says 'Verified OK' plain dgst -sha256 -verify pub.pem -signature sig message
        refuses 'Verification failure|error' plain dgst -sha256 -verify pub.pem -signature sig altered
        must $way pkeyutl -sign -keyform engine -inkey "$uri" -in digest -pkeyopt digest:sha256 -out sig
        ok plain pkeyutl -verify -pubin -inkey pub.pem -pkeyopt digest:sha256 -in digest -sigfile sig
        must $way req -new -x509 -keyform engine -key "$uri" -subj "/CN=$type" -days 30 -out $type.crt
        ok plain verify -CAfile $type.crt $type.crt
    done
    uri="$(key work rsa)?pin-source=file:$work/bare-pin"
    plain x509 -in rsa.crt -noout -pubkey >pub.pem
    must $way dgst -keyform engine -sha256 -sigopt rsa_padding_mode:pss -sign "$uri" -out sig message
    says 'Verified OK' plain dgst -sha256 -sigopt rsa_padding_mode:pss -verify pub.pem \
        -signature sig message
    for padding in pkcs1 oaep; do
        plain pkeyutl -encrypt -pubin -inkey pub.pem -pkeyopt rsa_padding_mode:$padding \
            -in message -out enc
        must $way pkeyutl -decrypt -keyform engine -inkey "$uri" \
            -pkeyopt rsa_padding_mode:$padding -in enc -out m.out
        same m.out message
    done
    plain genpkey -algorithm EC -pkeyopt group:P-256 -out peer.pem
    plain pkey -in peer.pem -pubout -out peer.pub
    plain x509 -in p256.crt -noout -pubkey >pub.pem
    must $way pkeyutl -derive -keyform engine -inkey "$(key work p256)?pin-source=file:$work/bare-pin" \
        -peerkey peer.pub -out z1
    must plain pkeyutl -derive -inkey peer.pem -peerkey pub.pem -out z2
    same z1 z2
done
