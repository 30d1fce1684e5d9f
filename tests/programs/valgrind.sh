#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# curl, nginx, a C program and Python's ssl under valgrind: no invalid access anywhere, and nothing lost
# that our modules allocated. (tests/openssl/valgrind.sh does it with the openssl program.)
. "$(dirname "$0")/lib.sh"
. "$here/valgrind-lib.sh"
[ "$mode" = hybrid ] || skip "one mode is enough"
need valgrind
[ -z "$sanitize" ] || skip "valgrind and sanitizers do not go together"
have_suites || skip "no GOST suites"

make_pki
make_rsa
stub gost2012_256 "$(key cli client)" client.key
stub gost2012_512 "$(key srv server512)" server512.key
ports 4
gost=${suites[0]}
background rsa ours s_server -accept "${port[0]}" -www -cert rsa.crt -key rsa.key -CAfile ca.crt \
    -Verify 2 -verify_return_error
listening "${port[0]}"
background gost ours s_server -accept "${port[1]}" -www -cert server.crt -key "$(key srv server)" \
    -CAfile ca.crt -Verify 2 -verify_return_error
listening "${port[1]}"

# shown PATTERN: the output of the program that was just checked.
shown() {
    checks=$((checks + 1))
    grep -aqE "$1" answer || flaw "nothing about /$1/ in the answer"
}

if command -v curl >/dev/null; then
    for options in "" "--engine gosttoken --key-type ENG --cert-type ENG"; do
        # shellcheck disable=SC2086
        checked curl -sS --fail --max-time 120 --cacert ca.crt --cert "$(cert cli client)" \
            --key "$(key cli client)" $options -o answer "https://localhost:${port[1]}/"
        shown 'CN *= *client'
    done
    checked curl -sS --fail --max-time 120 --cacert rsa.crt --cert client.crt --key client.key -o answer \
        "https://localhost:${port[0]}/" "https://localhost:${port[0]}/"
    shown 'CN *= *client'
    # What cannot be loses nothing either.
    # shellcheck disable=SC2154 # valgrind-lib.sh
    OPENSSL_CONF=$cnf "${valgrind[@]}" --log-file=vg.log curl -sS --cacert rsa.crt --cert client.crt \
        --key "$(key cli nobody)" "https://localhost:${port[0]}/" >/dev/null 2>&1 || true
    judge curl nobody
fi

checked "$build/tests/plain" connect "${port[0]}" rsa.crt client.crt client.key
checked "$build/tests/plain" connect "${port[1]}" ca.crt client.crt client.key

background serve env OPENSSL_CONF="$cnf" "${valgrind[@]}" --log-file=vg.log \
    "$build/tests/plain" serve "${port[2]}" ca.crt server512.crt server512.key
server=${running[-1]}
until_true grep -q ready serve.log || true
ok "$build/tests/plain" connect "${port[2]}" ca.crt client.crt client.key
wait "$server" || flaw "the server failed"
judge plain serve

python=$(command -v /usr/bin/python3 python3 | head -n 1)
if "$python" -c 'import ssl; assert ssl.OPENSSL_VERSION_INFO >= (3, 0)'; then
    export PYTHONMALLOC=malloc
    checked "$python" "$programs/plain.py" connect "${port[0]}" rsa.crt client.crt client.key
    checked "$python" "$programs/plain.py" connect "${port[1]}" ca.crt client.crt client.key "$gost"
fi

if command -v nginx >/dev/null && command -v curl >/dev/null; then
    . "$programs/nginx-lib.sh"
    server "${port[3]}" server.crt "engine:gosttoken:$(key srv server)" "$gost" on | nginx_conf main 1
    sed -i 's/^daemon on;/daemon off; master_process off;/' main.conf
    background nginx env OPENSSL_CONF="$cnf" "${valgrind[@]}" --log-file=vg.log nginx -e "$work/main.error" \
        -c "$work/main.conf"
    server=${running[-1]}
    until_true knock "${port[3]}" || true
    for ((i = 0; i < 3; i++)); do
        says "$gost SUCCESS CN=client" get ca.crt "${port[3]}" --cert client.crt --key client.key
        says '400 No required SSL' get ca.crt "${port[3]}"
    done
    # Its own way out: without a master, the fast one.
    kill -QUIT "$server"
    wait "$server" || flaw "nginx ended with an error"
    judge nginx
    clean cat main.error
fi
