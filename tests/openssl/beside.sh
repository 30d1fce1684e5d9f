#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian's gost-engine in the same configuration, before the provider and after it: envelopes,
# agreements, suites and MACs work as if each were alone, with keys of a token and of files.
. "$(dirname "$0")/lib.sh"

have_peer || skip "no gost-engine at $engine"
new_token work
for type in gost2012_256 gost2012_512; do
    # By the identifier that the peer gives the curve: for it, one curve with two is two.
    new_key work "$type" "$type" A
    self_signed work "$type"
done
must peer genpkey -algorithm gost2012_256 -pkeyopt paramset:A -out soft.pem
must peer req -new -x509 -key soft.pem -subj /CN=soft -days 30 -out soft.crt

# conf FIRST SECOND: the lines that activate the two, in this order
conf() {
    sed "s/^providers = provider_sect/$1\n$2/" "$cnf"
    sed -n '/^\[engines\]/,$p' peer.cnf
}
conf 'engines = engines' 'providers = provider_sect' >engine-first.cnf
conf 'providers = provider_sect' 'engines = engines' >engine-last.cnf

# exchange WHO WITH CERTIFICATE KEY CIPHER
exchange() {
    must "$1" cms -encrypt -binary -in message "-$5" -outform DER -out m.der "$3"
    rm -f content
    ok "$2" cms -decrypt -debug_decrypt -binary -inform DER -in m.der -recip "$3" -inkey "$4" \
        -out content
    same message content
}

# handshake SUITE TYPE
handshake() {
    local suite=$1 type=$2 server port
    : >server.log
    env "${preload[@]}" OPENSSL_CONF="$both" timeout 180 "$openssl" s_server -accept 127.0.0.1:0 -naccept 1 -WWW -tls1_2 \
        -cert "$type.crt" -key "$(key work "$type")" -Verify 1 -CAfile "$type.crt" \
        -verify_return_error >server.log 2>&1 </dev/null &
    server=$!
    accepts server.log "$server" || true
    printf 'GET /message HTTP/1.0\r\n\r\n' | env "${preload[@]}" OPENSSL_CONF="$both" timeout 120 "$openssl" s_client \
        -connect "127.0.0.1:$port" -tls1_2 \
        -cipher "$suite" -CAfile "$type.crt" -cert "$type.crt" -key "$(key work "$type")" -ign_eof \
        >client.log 2>&1 || true
    wait "$server" || true
    checks=$((checks + 1))
    cat client.log server.log >"$out"
    clean s_client
    grep -aqF 'signs with GOST' client.log || flaw "no answer" s_client "$suite" "$type"
}

together() {
    env "${preload[@]}" OPENSSL_CONF="$both" "$openssl" "$@"
}

names=any
case $("$openssl" version) in
"OpenSSL 3."[0-3].*) ;;
*) names=equal ;;
esac
ukm=ukmhex:0102030405060708
for order in engine-first engine-last; do
    echo "$order"
    both=$work/$order.cnf
    for cipher in gost89 kuznyechik-ctr-acpkm magma-ctr-acpkm-omac; do
        for type in gost2012_256 gost2012_512; do
            exchange together together "$type.crt" "$(key work "$type")" "$cipher"
            exchange ours together "$type.crt" "$(key work "$type")" "$cipher"
            exchange together ours "$type.crt" "$(key work "$type")" "$cipher"
        done
        exchange together together soft.crt soft.pem "$cipher"
        exchange together peer soft.crt soft.pem "$cipher"
    done
    must together genpkey -algorithm gost2012_256 -pkeyopt paramset:A -out new.pem
    must together pkey -in new.pem -pubout -out new.pub
    must together pkey -in "$(key work gost2012_256)" -pubout -out token.pub
    # A newer pkeyutl (3.5) compares the names of the two types as texts, and the engine's are capitals.
    if [ "$names" = any ]; then
        ok together pkeyutl -derive -inkey "$(key work gost2012_256)" -peerkey new.pub \
            -pkeyopt $ukm -out one
        ok together pkeyutl -derive -inkey new.pem -peerkey token.pub -pkeyopt $ukm -out two
        same one two
    fi
    for suite in GOST2012-KUZNYECHIK-KUZNYECHIKOMAC GOST2012-MAGMA-MAGMAOMAC \
        IANA-GOST2012-GOST8912-GOST8912 LEGACY-GOST2012-GOST8912-GOST8912; do
        handshake "$suite" gost2012_256
        handshake "$suite" gost2012_512
    done
    for mac in gost-mac gost-mac-12 magma-mac kuznyechik-mac; do
        for options in "" "-macopt size:3"; do
            for who in together ours peer; do
                # shellcheck disable=SC2086 # several words
                must "$who" dgst -mac "$mac" -macopt key:0123456789abcdef0123456789ABCDEF $options \
                    message
                sed 's/.*= //' "$out" >"mac.$who"
            done
            same mac.ours mac.peer
            same mac.ours mac.together
        done
    done
done

# The keys of MACs, alone.
refuses '32 bytes|MAC' ours dgst -mac kuznyechik-mac -macopt key:short message
for size in 4x 0 17 ""; do
    refuses "size:$size: it is 1 to 16 bytes" ours dgst -mac kuznyechik-mac \
        -macopt key:0123456789abcdef0123456789ABCDEF -macopt "size:$size" message
done
refuses '.' ours dgst -mac kuznyechik-mac message
ok ours dgst -mac magma-mac -macopt \
    hexkey:ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff message
