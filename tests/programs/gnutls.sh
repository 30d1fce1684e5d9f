#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# GnuTLS, which has GOST of its own (nettle's), on the other side: the one suite of TLS 1.2 that both
# know, as client and as server; certificates, requests and CMS by certtool. Its keys are software
# keys with certificates of our authority, ours are on tokens.
. "$(dirname "$0")/lib.sh"
[ "$mode" = hybrid ] || skip "one mode is enough"
need gnutls-cli gnutls-serv certtool
gnutls_version=$(gnutls-cli --version | sed -n '1s/.* //p')

suite=${suites[2]} # IANA-GOST2012-GOST8912-GOST8912; GnuTLS: TLS_GOSTR341112_256_28147_CNT_IMIT
# Nothing of it is on by default, its groups neither: without them "The curve is unsupported".
priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:-MAC-ALL:-KX-ALL:+VKO-GOST-12
priority=$priority:+CIPHER-GOST-ALL:+MAC-GOST-ALL:+SIGN-GOST-ALL:+GROUP-GOST-ALL
gnutls-cli --list --priority "$priority" 2>/dev/null | grep GOSTR341112_256_28147_CNT_IMIT >/dev/null ||
    skip "GnuTLS $gnutls_version has no GOST suite"

make_pki
# Keys of GnuTLS's own making.
for bits in 256 512; do
    must certtool --generate-privkey --pkcs8 --password= --key-type "gost12-$bits" --outfile "their$bits.key"
    printf 'cn = their%s\ndns_name = localhost\nsigning_key\n' "$bits" >template
    must certtool --generate-request --load-privkey "their$bits.key" --template template \
        --outfile "their$bits.csr"
    sign_request "their$bits"
done

# It leaves when its input ends, and would not wait for the answer.
request() {
    local n
    printf 'GET / HTTP/1.0\r\n\r\n'
    for ((n = 0; n < 600; n++)); do
        ! grep -aqE '</HTML>|rror' cli.out || break
        sleep 0.1
    done
}
cli() {
    local status=0
    : >cli.out
    request | timeout 120 gnutls-cli --priority "$priority" --x509cafile "$1" -p "$2" localhost "${@:3}" \
        >cli.out 2>&1 || status=$?
    cat cli.out
    return $status
}

begin "GnuTLS: certtool reads, verifies and makes GOST certificates and requests"
for name in server server512; do
    says 'Verified' certtool --verify --load-ca-certificate ca.crt --infile "$name.crt"
    says 'GOST R 34.10-2012' certtool --crq-info --infile "$name.csr"
    says 'verify OK' ours req -in "$name.csr" -verify -noout
done
for bits in 256 512; do
    says 'Verified' certtool --verify --load-ca-certificate ca.crt --infile "their$bits.crt"
    says 'verify OK' ours req -in "their$bits.csr" -verify -noout
    says ': OK' ours verify -CAfile ca.crt "their$bits.crt"
    # An authority of theirs.
    printf 'cn = their CA\nca\ncert_signing_key\nexpiration_days = 30\n' >template
    must certtool --generate-self-signed --load-privkey "their$bits.key" --template template \
        --outfile "ca$bits.crt"
    printf 'cn = ours\nexpiration_days = 30\n' >template
    must certtool --generate-certificate --load-request server.csr --load-ca-certificate "ca$bits.crt" \
        --load-ca-privkey "their$bits.key" --template template --outfile by-them.crt
    says ': OK' ours verify -CAfile "ca$bits.crt" by-them.crt
done
refuses '.' certtool --verify --load-ca-certificate ca256.crt --infile server.crt
end "GnuTLS $gnutls_version"

begin "GnuTLS: CMS signatures, both ways"
for bits in 256 512; do
    name=client${bits#256}
    must ours cms -sign -binary -in message -signer "$name.crt" -inkey "$(key cli "$name")" -nosmimecap \
        -outform DER -out m.p7
    says 'Signature status: ok' certtool --p7-verify --load-ca-certificate ca.crt \
        --load-data message --inder --infile m.p7
    refuses 'verif' certtool --p7-verify --load-ca-certificate ca.crt --load-data altered --inder --infile m.p7
    must certtool --p7-detached-sign --load-certificate "their$bits.crt" --load-privkey "their$bits.key" \
        --infile message --outfile theirs.p7
    says 'successful' ours cms -verify -binary -inform PEM -in theirs.p7 -content message -CAfile ca.crt \
        -purpose any -out /dev/null
    refuses 'fail' ours cms -verify -binary -inform PEM -in theirs.p7 -content altered -CAfile ca.crt \
        -purpose any -out /dev/null
done
end "GnuTLS $gnutls_version"

have_suites || skip "no GOST suites"
begin "GnuTLS: gnutls-cli and s_server with a token key, $suite, mutual"
for name in server server512; do
    ports 2
    background "$name" ours s_server -accept "${port[0]}" -www -cert "$name.crt" -key "$(key srv "$name")" \
        -cipher "$suite" -CAfile ca.crt -Verify 2 -verify_return_error
    listening "${port[0]}"
    for bits in 256 512; do
        says 'HTTP/1.0 200' cli ca.crt "${port[0]}" --x509certfile "their$bits.crt" \
            --x509keyfile "their$bits.key"
        also 'VKO-GOST-12.*GOST28147-TC26Z-CNT.*GOST28147-TC26Z-IMIT'
        also "Subject: CN *= *their$bits"
    done
    refuses 'not trusted|unknown' cli ca256.crt "${port[0]}"
done
end "GnuTLS $gnutls_version"

begin "GnuTLS: gnutls-serv and s_client with a token key, $suite, mutual"
client() {
    printf 'GET / HTTP/1.0\r\n\r\n' |
        ours s_client -ign_eof -connect "localhost:${port[0]}" -tls1_2 -CAfile "$1" -verify_return_error \
            -verify_hostname localhost "${@:2}" 2>&1
}
for bits in 256 512; do
    ports 1
    background "serv$bits" gnutls-serv --http --port "${port[0]}" --priority "$priority" \
        --x509certfile "their$bits.crt" --x509keyfile "their$bits.key" --x509cafile ca.crt \
        --require-client-cert --verify-client-cert
    listening "${port[0]}"
    for name in client client512; do
        says 'HTTP/1.0 200' client ca.crt -cert "$name.crt" -key "$(key cli "$name")"
        also "Cipher is $suite"
        also "CN=$name"
    done
    refuses 'verify|certificate' client ca256.crt -cert client.crt -key "$(key cli client)"
done
end "GnuTLS $gnutls_version"
