#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# curl with certificate and key named by pkcs11: URIs, in the three ways it has; GOST suites, AES
# suites, and the trap of TLS 1.3.
. "$(dirname "$0")/lib.sh"
need curl
curl --version | grep '^curl.* OpenSSL/3' >/dev/null || skip "this curl is not built with OpenSSL 3"
curl_version=$(curl --version | sed -n '1s/^curl \([0-9.]*\).*/\1/p')

make_pki
make_rsa
stub gost2012_256 "$(key cli client)" client.key
ports 3
gost=${suites[0]}

# A server as strangers run it: it does not know our configuration and speaks TLS 1.3 too. It asks
# for a certificate and cannot verify one (it does not know the algorithm), so it is told not to mind.
background far env OPENSSL_CONF=/dev/null "$openssl" s_server -accept "${port[0]}" -www -cert rsa.crt \
    -key rsa.key
listening "${port[0]}"
# One that speaks TLS 1.2 and 1.3, knows GOST and wants a certificate.
"$gosttoken" config --tls13 --pin-source "$work/pin" >server.cnf
background near env OPENSSL_CONF="$work/server.cnf" "$openssl" s_server -accept "${port[1]}" -www \
    -cert rsa.crt -key rsa.key -CAfile ca.crt -Verify 2 -verify_return_error
listening "${port[1]}"
if have_suites; then
    background gost ours s_server -accept "${port[2]}" -www -cert server.crt \
        -key "$(key srv server)" -CAfile ca.crt -Verify 2 -verify_return_error
    listening "${port[2]}"
fi

get() {
    curl -sS --fail --max-time 120 --cacert "$1" "${@:3}" "https://localhost:$2/"
}

# asked ROW ARGUMENT...: both kinds of suites with these arguments.
asked() {
    begin "curl: $1, AES suites"
    says 'CN *= *client' get rsa.crt "${port[1]}" "${@:2}"
    end "curl $curl_version"
    begin "curl: $1, GOST suites"
    if have_suites; then
        says "Cipher.*$gost" get ca.crt "${port[2]}" --ciphers "$gost" "${@:2}"
        also 'CN *= *client'
        end "curl $curl_version"
    else
        line no
    fi
}

uris=(--cert "$(cert cli client)" --key "$(key cli client)")
asked "--engine gosttoken --key-type ENG" --engine gosttoken --key-type ENG --cert-type ENG "${uris[@]}"
asked "--engine pkcs11" --engine pkcs11 --key-type ENG --cert-type ENG "${uris[@]}"
asked "--cert pkcs11:… --key pkcs11:…" "${uris[@]}"
asked "--cert FILE --key FILE, the key file with a URI" --cert client.crt --key client.key

# For PROV curl makes a library context of its own, without any configuration, and loads the provider
# with the name "pkcs11" into it: ours under that name, the PIN's file named by the URI.
begin "curl: --key-type PROV"
if [ "$(printf '%s\n' 8.12.0 "$curl_version" | sort -V | head -n 1)" = 8.12.0 ]; then
    mkdir modules
    ln -s "$build/lib/gosttoken.so" modules/pkcs11.so
    says 'CN *= *client' env OPENSSL_MODULES="$work/modules" curl -sS --fail --max-time 120 \
        --cacert rsa.crt --key-type PROV --cert-type PROV --cert "$(cert cli client)" \
        --key "$(key cli client)?pin-source=file:$work/pin" "https://localhost:${port[1]}/"
    end "our provider under the name pkcs11, and pin-source in the URI; curl $curl_version"
else
    left_out "needs curl 8.12; this is $curl_version"
fi

# What is said when it cannot be.
refuses 'key|certificate' get rsa.crt "${port[1]}" --cert client.crt --key "$(key cli nobody)"
refuses 'alert|certificate' get rsa.crt "${port[1]}"

# Without those lines both sides take TLS 1.3, and the certificate stays at home.
begin "curl: GOST client certificate against a server with TLS 1.3, the configuration as printed"
says 'New, TLSv1\.2|Protocol *: TLSv1\.2' get rsa.crt "${port[0]}"
says 'CN *= *client' get rsa.crt "${port[1]}" --cert client.crt --key client.key
end "TLS 1.3 is off in it; curl $curl_version"
if [ "$mode" = hybrid ]; then
    refuses 'alert|certificate' env OPENSSL_CONF="$work/server.cnf" curl -sS --fail --max-time 120 \
        --cacert rsa.crt "${uris[@]}" "https://localhost:${port[1]}/"
fi
