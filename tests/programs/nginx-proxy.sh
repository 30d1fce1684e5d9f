#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# nginx as a client: a proxy that shows a token's certificate to the server behind it.
. "$(dirname "$0")/lib.sh"
. "$programs/nginx-lib.sh"

make_pki
make_rsa
stub gost2012_512 "$(key cli client512)" client512.key
ports 4
gost=${suites[0]}

# The server behind: the openssl program, which wants a certificate.
behind() {
    background "behind-$1" ours s_server -accept "$1" -www -CAfile ca.crt -Verify 2 \
        -verify_return_error "${@:2}"
    listening "$1"
}
behind "${port[0]}" -cert rsa.crt -key rsa.key
if have_suites; then
    behind "${port[1]}" -cert server.crt -key "$(key srv server)" -cipher "$gost"
fi

# location PATH PORT CA CERTIFICATE KEY
location() {
    cat <<END
        location /$1 {
            proxy_pass https://localhost:$2/;
            proxy_ssl_verify on;
            proxy_ssl_name localhost;
            proxy_ssl_trusted_certificate $work/$3;
            proxy_ssl_certificate $work/$4;
            proxy_ssl_certificate_key "$5";
            proxy_ssl_ciphers HIGH:$gost;
            proxy_ssl_session_reuse off;
        }
END
}
{
    echo "server { listen 127.0.0.1:${port[2]};"
    location rsa "${port[0]}" rsa.crt client.crt "engine:gosttoken:$(key cli client)"
    location stub "${port[0]}" rsa.crt client512.crt "$work/client512.key"
    if have_suites; then
        location gost "${port[1]}" ca.crt client.crt "engine:gosttoken:$(key cli client)"
    fi
    cat <<END
        location /none {
            proxy_pass https://localhost:${port[0]}/;
            proxy_ssl_name localhost;
        }
    }
END
} | nginx_conf proxy 2
nginx_start proxy

get() {
    curl -sS --fail --max-time 120 "http://localhost:${port[2]}/$1"
}

begin "nginx: proxy with a GOST client certificate, AES suites, engine:… and key file with a URI"
says 'CN *= *client' get rsa
says 'CN *= *client512' get stub
refuses '50[02]|error' get none
for n in 1 2 3 4 5 6 7 8; do
    says 'CN *= *client' get rsa
done
end "nginx $nginx_version"

if have_suites; then
    begin "nginx: proxy with a GOST client certificate, GOST suites, engine:…"
    says "Cipher.*$gost" get gost
    also 'CN *= *client'
    end "nginx $nginx_version"
fi
nginx_stop proxy
