#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Under valgrind: no invalid access anywhere, and nothing lost that our modules allocated. (Stock
# openssl loses a few blocks of its own; those are not counted.)
. "$(dirname "$0")/lib.sh"

command -v valgrind >/dev/null || skip "valgrind is not installed"
[ -z "$sanitize" ] || skip "valgrind and sanitizers do not go together"

. "$here/valgrind-lib.sh"

new_token work
for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    self_signed work "$type"
    uri=$(key work "$type")
    checked "$openssl" cms -sign -binary -in message -signer "$(cert work "$type")" \
        -inkey "$uri" -outform DER -out m.p7s
    checked "$openssl" cms -verify -binary -inform DER -in m.p7s -content message \
        -CAfile "$type.crt" -purpose any -out /dev/null
done
# Key transport and agreement: opened on the token, made in software.
ours pkey -in "$uri" -pubout -out token.pub
for cipher in gost89 kuznyechik-ctr-acpkm-omac; do
    checked "$openssl" cms -encrypt -binary -in message "-$cipher" -outform DER -out m.der "$type.crt"
    checked "$openssl" cms -decrypt -binary -inform DER -in m.der -recip "$type.crt" -inkey "$uri" \
        -out /dev/null
done
checked "$openssl" genpkey -algorithm "$type" -pkeyopt paramset:A -out soft.pem
ours pkey -in soft.pem -pubout -out soft.pub
checked "$openssl" pkeyutl -derive -inkey "$uri" -peerkey soft.pub -pkeyopt ukmhex:0102030405060708 \
    -out one
checked "$openssl" pkeyutl -derive -inkey soft.pem -peerkey token.pub \
    -pkeyopt ukmhex:0102030405060708 -out two
same one two

# Both sides of a handshake, each with a key of the token.
for suite in GOST2012-KUZNYECHIK-KUZNYECHIKOMAC IANA-GOST2012-GOST8912-GOST8912; do
    : >server.log
    OPENSSL_CONF=$cnf timeout 300 "${valgrind[@]}" \
        --log-file=vg.server "$openssl" s_server -accept 127.0.0.1:0 -naccept 1 \
        -WWW -tls1_2 -cert "$type.crt" -key "$uri" -CAfile "$type.crt" -Verify 1 >server.log 2>&1 &
    server=$!
    accepts server.log "$server" || true
    checks=$((checks + 1))
    printf 'GET /message HTTP/1.0\r\n\r\n' |
        OPENSSL_CONF=$cnf "${valgrind[@]}" \
            --log-file=vg.log "$openssl" s_client -tls1_2 -cipher "$suite" \
            -connect "127.0.0.1:$port" -ign_eof \
            -cert "$type.crt" -key "$uri" -CAfile "$type.crt" >client.log 2>&1 || true
    cp client.log "$out"
    grep -aqF 'signs with GOST' client.log || flaw "no answer" s_client "$suite"
    wait "$server" || true
    judge s_client "$suite"
    cp vg.server vg.log
    judge s_server "$suite"
done
checked "$openssl" req -new -key "$uri" -subj /CN=x -out x.csr
checked "$openssl" req -verify -in x.csr -noout
checked "$openssl" dgst -md_gost12_512 -sign "$uri" -out sig message
checked "$openssl" storeutl -noout 'pkcs11:token=work'
# Errors lose nothing either.
OPENSSL_CONF=$cnf "${valgrind[@]}" \
    --log-file=vg.log "$openssl" pkey -in "$uri" >/dev/null 2>&1 || true
judge "$openssl" pkey -in "$uri"
OPENSSL_CONF=$cnf "${valgrind[@]}" \
    --log-file=vg.log "$openssl" pkey -in 'pkcs11:token=work;object=nobody;type=private' -pubout \
    >/dev/null 2>&1 || true
judge "$openssl" pkey -in "nobody"

checked "$openssl" version
checked "$build/tests/loadloop" "$cnf" "$uri" "${GOSTTOKEN_LOADLOOP:-50}"
# By hand the whole loop is quick; memory must not grow with the rounds.
rss() {
    "$build/tests/rusage" "$build/tests/loadloop" "$cnf" "$uri" "$1" 2>&1 |
        sed -n 's/^rusage: \([0-9]*\) kB.*/\1/p'
}
few=$(rss 5)
many=$(rss 105)
echo "peak memory after 5 and 105 rounds: $few kB, $many kB"
holds "memory does not grow by a hundred rounds" "$many" -lt $((few + 4096))
