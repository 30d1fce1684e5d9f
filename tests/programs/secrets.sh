#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Programs that sign and agree on keys all the while, with a key of a token whose bytes are known: its
# bytes and the PIN are nowhere in their memory but in pages that are locked and excluded from cores
# (the token's for keys, the client's for the PIN with which a worker logs in again); so they are in no
# core that gcore writes, in no log and in no error.
. "$(dirname "$0")/lib.sh"
[ "$mode" = hybrid ] || skip "one mode is enough"
[ -z "$sanitize" ] || skip "a sanitizer keeps what was freed"
[ "$(id -u)" -eq 0 ] || skip "only root may read the memory of processes not its own"
have_suites || skip "no GOST suites"
gost=${suites[0]}

# hex FILE OFFSET LENGTH, from its end if the offset is negative
hex() {
    python3 -c 'import sys; f, a, n = sys.argv[1:]; d = open(f, "rb").read(); a = int(a) % len(d)
print(d[a:a + int(n)].hex())' "$@"
}

new_token srv
must ours genpkey -algorithm gost2012_256 -pkeyopt paramset:A -outform DER -out known.der
must ours pkey -inform DER -in known.der -pubout -outform DER -out known.pub
private=$(hex known.der -32 32)
must "$build/tests/secrets" "$build/lib/libgosttoken-pkcs11.so" "$pin" known "$private" \
    "$(hex known.pub -64 64)"
printf 'key %s\nPIN %s\n' "$private" "$(printf %s "$pin" | od -An -tx1 | tr -d ' \n')" >wanted
must ours req -new -x509 -key "$(key srv known)" -subj "/CN=known" -days 30 "${names[@]}" -out known.crt
# It is the key that it is taken for, and the search finds what is there.
must ours dgst -md_gost12_256 -sign "$(key srv known)" -out sig message
says 'Verified OK' ours dgst -md_gost12_256 -verify <(ours pkey -pubin -inform DER -in known.pub) \
    -signature sig message
refuses '^key: known.der' "$programs/find-secrets" wanted known.der
refuses '^PIN: pin' "$programs/find-secrets" wanted pin

# at_work PID: has it used the key already?
at_work() {
    "$programs/find-secrets" wanted "$1" >found || true
    grep -q '^key: ' found
}

# searched WHAT PID [no key]: five times, while it is at work.
searched() {
    local n core before=$failures
    [ -n "${3:-}" ] || until_true at_work "$2" || true
    for n in 1 2 3 4 5; do
        ok "$programs/find-secrets" wanted "$2"
        sleep 0.1
    done
    # That it is seen where it must be shows that it would be seen elsewhere. The client keeps the PIN
    # to log in again; who has forked and not used the token since has no key.
    says 'PIN: .*locked' "$programs/find-secrets" wanted "$2"
    [ -n "${3:-}" ] || also 'key: .*locked'
    if command -v gcore >/dev/null; then
        says 'Saved corefile' gcore -o core "$2"
        core=core.$2
        ok "$programs/find-secrets" wanted "$core"
        rm -f "$core"
    else
        echo "no gcore: $1 was searched in its memory only"
    fi
    [ "$failures" -eq "$before" ] || echo "that was $1"
}


ports 2
background server ours s_server -accept "${port[0]}" -www -cert known.crt -key "$(key srv known)" \
    -cipher "$gost"
listening "${port[0]}"
server=${running[-1]}
background loop env OPENSSL_CONF="$cnf" bash -c 'while :; do
    openssl s_client -connect localhost:'"${port[0]}"' -CAfile known.crt </dev/null; done'
searched s_server "$server"

# A program with the key loaded once, which does nothing but sign.
background many "$build/tests/many" 10000000 "$(key srv known)" "$build/lib/libgosttoken-pkcs11.so"
searched many "${running[-1]}"
kill "${running[-1]}"

if command -v nginx >/dev/null && command -v curl >/dev/null; then
    . "$programs/nginx-lib.sh"
    cp known.crt ca.crt
    server "${port[1]}" known.crt "engine:gosttoken:$(key srv known)" "$gost" off | nginx_conf main 1
    nginx_start main
    background asking env OPENSSL_CONF="$cnf" curl -sS --cacert ca.crt "https://localhost:${port[1]}/[1-100000]"
    asking=${running[-1]}
    searched "nginx's worker" "$(workers)"
    searched "nginx's master" "$nginx_master" "no key"
    kill "$asking"
    nginx_stop main
    says 'KiB searched' "$programs/find-secrets" wanted main.error main.access
fi
says 'KiB searched' "$programs/find-secrets" wanted server.log loop.log many.log

# The errors that OpenSSL queues, with the PIN refused, and with the key misused.
printf '%s\n' "$pin" >right
echo "Wrong9PIN" >pin
refuses 'PIN' ours pkey -in "$(key srv known)" -noout
cp "$out" errors.log
cp right pin
refuses '.' ours pkey -in "$(key srv known)"
cat "$out" >>errors.log
refuses '.' ours pkey -in "$(key srv nobody)" -noout
cat "$out" >>errors.log
says 'KiB searched' "$programs/find-secrets" wanted errors.log
