#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What happens to a token while nginx uses it: a changed PIN, a token formatted anew, a deleted one.
# nginx answers as long as it can, then refuses the handshake with an error, and never crashes.
. "$(dirname "$0")/lib.sh"
. "$programs/nginx-lib.sh"
have_suites || skip "no GOST suites"
need pkcs11-tool

make_pki
ports 1
gost=${suites[0]}
nginx_conf main 2 <<END
    server {
        listen 127.0.0.1:${port[0]} ssl;
        ssl_certificate $work/server.crt;
        ssl_certificate_key "engine:gosttoken:$(key srv server)";
        ssl_ciphers $gost;
        location / { return 200 "\$ssl_cipher\n"; }
    }
END
nginx_start main

get() {
    curl -sS --cacert ca.crt --max-time 120 "https://localhost:${port[0]}/[1-$1]"
}

# The same workers as before are there: none has died.
same_workers() {
    holds "no worker has died" "$(workers)" = "$before"
    checks=$((checks + 1))
    if grep -E 'exited on signal' main.error >"$out"; then
        flaw "a worker has crashed"
    fi
}

before=$(workers)
says "$gost" get 20
begin "nginx: the token's PIN is changed while it runs"
new_pin=${pin}2
must pkcs11-tool --module "$build/lib/libgosttoken-pkcs11.so" --token-label srv --login --pin "$pin" \
    --change-pin --new-pin "$new_pin"
says "$gost" get 20
same_workers
# A service's next start takes the new PIN from the file.
printf '%s\n' "$new_pin" >"$work/pin"
ok nginx_run main -s reload
for n in $before; do
    until_true gone "$n" || true
done
says "$gost" get 20
end "it goes on; a reload wants the new PIN in the file"

begin "nginx: the token is formatted anew while it runs"
before=$(workers)
ok "$gosttoken" init --label srv --force --yes --pin-file "$work/pin" --so-pin-file "$work/so-pin"
refuses 'curl' get 1
same_workers
refuses 'curl' get 5
same_workers
checks=$((checks + 1))
cp main.error "$out"
also 'gosttoken' cat main.error
end "handshakes fail with an error in the log"

begin "nginx: the token has a new key and certificate; a reload, and it answers"
new_key_of() {
    "$gosttoken" keygen --token srv --label server --type gost2012_256 --paramset A --pin-file "$work/pin"
}
ok new_key_of
ok ours req -new -x509 -key "$(key srv server)" -subj /CN=server -days 1 "${names[@]}" -out server.crt
cp server.crt ca.crt
ok nginx_run main -s reload
for n in $before; do
    until_true gone "$n" || true
done
says "$gost" get 20
end

begin "nginx: the token's file is deleted while it runs"
before=$(workers)
rm -rf "${GOSTTOKEN_DIR:?}"
refuses 'curl' get 1
refuses 'curl' get 5
same_workers
end "handshakes fail with an error in the log"

# Asked by a signal: `nginx -s quit` reads the configuration first, and the key is gone.
before=$(workers)
kill -QUIT "$nginx_master"
for n in $nginx_master $before; do
    holds "nginx leaves no process" "$(until_true gone "$n" && echo gone)" = gone
done
clean cat main.error
