#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# TLS 1.2 with GOST: the four suites, keys of both sizes on tokens on both sides, each side asking
# for the other's certificate, and many records; with Debian's gost-engine as server and as client;
# and a GOST client certificate in a suite of AES.
. "$(dirname "$0")/lib.sh"

suites="GOST2012-KUZNYECHIK-KUZNYECHIKOMAC GOST2012-MAGMA-MAGMAOMAC
IANA-GOST2012-GOST8912-GOST8912 LEGACY-GOST2012-GOST8912-GOST8912"
types="gost2012_256 gost2012_512"
server=

new_token work
for type in $types; do
    new_key work "$type" "$type"
    self_signed work "$type"
    cp "$type.crt" "ours-$type.crt"
    key work "$type" >"ours-$type.uri"
    if have_peer; then
        must peer genpkey -algorithm "$type" -pkeyopt paramset:A -out "peer-$type.key"
        must peer req -new -x509 -key "peer-$type.key" -subj "/CN=peer $type" -days 30 \
            -addext keyUsage=critical,digitalSignature,keyCertSign -out "peer-$type.crt"
    fi
done
cat ./*-gost*.crt >all.crt
# 5,000 records of 512 bytes: the keys change on the way in each suite.
head -c 2560000 /dev/urandom >big

# The key of a side: a URI of ours, a file of the peer's.
key_of() {
    if [ "$1" = ours ]; then
        cat "ours-$2.uri"
    else
        echo "peer-$2.key"
    fi
}

# as WHO: what `ours` and `peer` of lib.sh are, for a program that is limited in time.
as() {
    if [ "$1" = ours ]; then
        program=(env "${preload[@]}" "OPENSSL_CONF=$cnf" timeout 180 "$openssl")
    else
        program=(env -u GOSTTOKEN_PIN "OPENSSL_CONF=$work/peer.cnf" timeout 180 "$openssl")
    fi
}

# serve WHO TYPE CONNECTIONS [OPTION...]: a server of files, on a port of its own choice.
serve() {
    local who=$1 type=$2 connections=$3
    shift 3
    as "$who"
    : >server.log
    "${program[@]}" s_server -accept 127.0.0.1:0 -naccept "$connections" -WWW -tls1_2 \
        -max_send_frag 512 -cert "$who-$type.crt" -key "$(key_of "$who" "$type")" \
        -CAfile all.crt "$@" >server.log 2>&1 </dev/null &
    server=$!
    if ! accepts server.log "$server"; then
        cp server.log "$out"
        flaw "the server of $who does not start" s_server "$type" "$@"
    fi
}

# The server has had its connections and goes by itself.
served() {
    local status=0
    wait "$server" || status=$?
    checks=$((checks + 1))
    cp server.log "$out"
    clean s_server
    [ "$status" -eq 0 ] || flaw "the server ended with $status" "$@"
}

stop() {
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
}

# get WHO SUITE FILE [OPTION...]: asks the server for a file; what s_client says is in client.log.
get() {
    local who=$1 suite=$2 file=$3
    shift 3
    as "$who"
    printf 'GET /%s HTTP/1.0\r\n\r\n' "$file" |
        "${program[@]}" s_client -connect "127.0.0.1:$port" -tls1_2 -cipher "$suite" \
            -CAfile all.crt -verify_return_error -ign_eof "$@" >client.log 2>&1
}

# The file came, whole, under this suite.
got() {
    local suite=$1 file=$2
    checks=$((checks + 1))
    cp client.log "$out"
    clean s_client
    grep -aq "Cipher is $suite\$" client.log || flaw "it was not $suite" s_client
    python3 - client.log "$file" >"$out" 2>&1 <<'END' || flaw "$file did not come whole" s_client
import sys
log = open(sys.argv[1], 'rb').read()
want = open(sys.argv[2], 'rb').read()
sys.exit(0 if want in log else "not in %d bytes" % len(log))
END
}

# handshake SERVER CLIENT SUITE SERVER-TYPE CLIENT-TYPE FILE
handshake() {
    local by=$1 with=$2 suite=$3 type=$4 other=$5 file=$6
    serve "$by" "$type" 1 -Verify 1 -verify_return_error
    get "$with" "$suite" "$file" -cert "$with-$other.crt" -key "$(key_of "$with" "$other")" || true
    got "$suite" "$file"
    served "$by and $with, $suite, $type"
    grep -aq "subject=CN *= *.*$other\|depth=0 CN *= *.*$other" server.log ||
        flaw "the server did not see the client's certificate" s_server
}

says 'GOST2012-KUZNYECHIK-KUZNYECHIKOMAC' ours ciphers -s -tls1_2 kGOST18
says 'IANA-GOST2012-GOST8912-GOST8912' ours ciphers -s -tls1_2 kGOST

sides="ours:ours"
if have_peer; then
    sides="$sides ours:peer peer:ours"
fi
for suite in $suites; do
    for side in $sides; do
        for type in $types; do
            handshake "${side%:*}" "${side#*:}" "$suite" "$type" "$type" message
        done
        handshake "${side%:*}" "${side#*:}" "$suite" gost2012_256 gost2012_512 big
    done
    # Without a client's certificate, and the same session again.
    serve ours gost2012_512 6
    get ours "$suite" message -reconnect || true
    stop
    checks=$((checks + 1))
    cp client.log "$out"
    [ "$(grep -ac '^Reused, .*Cipher is ' client.log)" -ge 4 ] ||
        flaw "the session was not resumed" s_client -reconnect
done

# Who has no certificate, or one of somebody else, does not come in.
first=${suites%%[[:space:]]*}
for with in "" "-cert stranger.crt -key stranger.pem"; do
    must ours req -new -x509 -newkey gost2012_256 -pkeyopt paramset:A -nodes -keyout stranger.pem \
        -subj /CN=stranger -days 30 -out stranger.crt
    serve ours gost2012_256 1 -Verify 1 -verify_return_error
    # shellcheck disable=SC2086 # several words
    get ours "$first" message $with || true
    served "$first, a stranger" || true
    checks=$((checks + 1))
    cp client.log "$out"
    ! grep -aqF 'signs with GOST' client.log || flaw "a stranger got the file" s_client "$with"
done
# Nor is a server believed whose certificate is not known.
serve ours gost2012_256 1
refuses 'self.signed certificate|verify error' ours s_client -connect "127.0.0.1:$port" -tls1_2 \
    -CAfile ours-gost2012_512.crt -verify_return_error -ign_eof
stop

# A server with RSA and AES that wants a GOST client.
must ours req -new -x509 -newkey rsa:2048 -nodes -keyout rsa.pem -subj /CN=rsa -days 30 -out rsa.crt
cat rsa.crt >>all.crt
cp rsa.crt ours-rsa.crt
echo rsa.pem >ours-rsa.uri
for type in $types; do
    serve ours rsa 1 -Verify 1 -verify_return_error
    get ours ECDHE-RSA-AES256-GCM-SHA384 big -cert "ours-$type.crt" -key "$(key work "$type")" ||
        true
    got ECDHE-RSA-AES256-GCM-SHA384 big
    served "RSA, $type"
    grep -aq "depth=0 CN *= *$type" server.log || flaw "the server did not see the client" s_server
done
