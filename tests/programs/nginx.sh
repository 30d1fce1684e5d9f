#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nginx as a server: its key on a token, named by engine:… or by a key file that holds a URI; GOST
# suites, and an RSA certificate beside GOST certificates of clients; reloaded while it is asked.
. "$(dirname "$0")/lib.sh"
. "$programs/nginx-lib.sh"

make_pki
make_rsa
stub gost2012_256 "$(key srv server)" server.key
stub gost2012_256 "$(key cli client)" client.key
stub gost2012_512 "$(key cli client512)" client512.key
ports 6
gost=${suites[0]}

# A client of ours in C's place: certificate and key as files, the key a stub.
mutual=(--cert client.crt --key client.key)
{
    if have_suites; then
        server "${port[0]}" server.crt "engine:gosttoken:$(key srv server)" "$gost" on
        server "${port[1]}" server.crt "$work/server.key" "$gost" on
        server "${port[2]}" server512.crt "engine:gosttoken:$(key srv server512)" "$gost:${suites[1]}" off
        server "${port[5]}" server512.crt "engine:pkcs11:$(key srv server512)" "$gost" on
    fi
    server "${port[3]}" rsa.crt "$work/rsa.key" HIGH on
} | nginx_conf main 4
nginx_start main

holds "there are four workers" "$(workers | wc -l)" -eq 4

if have_suites; then
    begin "nginx: server, GOST suites, ssl_certificate_key engine:…, clients' certificates required"
    says "$gost SUCCESS CN=client" get ca.crt "${port[0]}" "${mutual[@]}"
    says "$gost SUCCESS CN=client512" get ca.crt "${port[0]}" --cert client512.crt --key client512.key
    says '400 No required SSL certificate' get ca.crt "${port[0]}"
    refuses 'certificate|self.signed' get rsa.crt "${port[0]}" "${mutual[@]}"
    says "GOST2012-.* NONE" get ca.crt "${port[2]}"
    many 1000 "${port[0]}" ca.crt "${mutual[@]}"
    says "$gost SUCCESS CN=client" get ca.crt "${port[0]}" "${mutual[@]}"
    end "4 workers, 1,000 handshakes, reloaded meanwhile (nginx $nginx_version)"

    begin "nginx: server, GOST suites, ssl_certificate_key engine:pkcs11:pkcs11:…"
    says "$gost SUCCESS CN=client" get ca.crt "${port[5]}" "${mutual[@]}"
    end "nginx $nginx_version"

    begin "nginx: server, GOST suites, key file with a URI"
    says "$gost SUCCESS CN=client" get ca.crt "${port[1]}" "${mutual[@]}"
    if command -v wrk >/dev/null; then
        ok env wrk -t 1 -c 8 -d 2 "https://localhost:${port[2]}/"
        checks=$((checks + 1))
        if grep -q 'Socket errors' "$out"; then
            flaw "wrk saw errors"
        fi
    fi
    end "nginx $nginx_version"
else
    begin "nginx: server, GOST suites, ssl_certificate_key engine:…, clients' certificates required"
    line no
    begin "nginx: server, GOST suites, ssl_certificate_key engine:pkcs11:pkcs11:…"
    line no
    begin "nginx: server, GOST suites, key file with a URI"
    line no
fi

begin "nginx: server with an RSA certificate, AES suites, clients' GOST certificates required"
says '(AES|CHACHA).* SUCCESS CN=client' get rsa.crt "${port[3]}" "${mutual[@]}"
says '(AES|CHACHA).* SUCCESS CN=client512' get rsa.crt "${port[3]}" --cert client512.crt --key client512.key
says '400 No required SSL certificate' get rsa.crt "${port[3]}"
many 500 "${port[3]}" rsa.crt "${mutual[@]}"
end "4 workers, 500 handshakes, reloaded meanwhile (nginx $nginx_version)"
nginx_stop main

# The loader of nginx 1.29 and later.
begin "nginx: server, ssl_certificate_key store:pkcs11:…"
if [ "$(printf '%s\n' 1.29.0 "$nginx_version" | sort -V | head -n 1)" = 1.29.0 ]; then
    server "${port[4]}" server.crt "store:$(key srv server)" "$gost" on | nginx_conf store 2
    nginx_start store
    says "$gost SUCCESS CN=client" get ca.crt "${port[4]}" "${mutual[@]}"
    nginx_stop store
    end "nginx $nginx_version"
else
    left_out "needs nginx 1.29; this is $nginx_version"
fi
