# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# For the tests of sign and verify, after lib.sh: an authority, certificates of it, and the openssl
# program on either side.

openssl=$(command -v openssl)
preload=()
case ${GOSTTOKEN_SANITIZE:-} in
*address*)
    preload=(LD_PRELOAD="$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)"
        ASAN_OPTIONS=detect_leaks=0:exitcode=99)
    ;;
*thread*) preload=(LD_PRELOAD="$(gcc -print-file-name=libtsan.so)") ;;
esac

# With our provider, and with gost-engine alone.
ours() {
    env "${preload[@]}" OPENSSL_CONF="$work/ours.cnf" GOSTTOKEN_PIN=$pin "$openssl" "$@" </dev/null
}
engine=${GOSTTOKEN_PEER_ENGINE:-$("$openssl" version -e | sed 's/.*"\(.*\)"/\1/')/gost.so}
peer() {
    OPENSSL_CONF="$work/peer.cnf" "$openssl" "$@" </dev/null
}
have_peer() {
    [ -e "$engine" ] && peer dgst -md_gost12_256 /dev/null >/dev/null 2>&1
}

# do_it COMMAND...: what the test stands on.
do_it() {
    "$@" >"$work/.do" 2>&1 || {
        flaw "cannot go on: $*"
        sed 's/^/  | /' "$work/.do"
        exit 1
    }
}

cat >extensions <<END
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = clientAuth, 1.2.643.2.2.34.6
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[agree]
keyUsage = critical, keyAgreement
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = revocation
[revocation]
database = crl.db/index
crlnumber = crl.db/number
default_md = md_gost12_256
END
{
    "$gosttoken" config | sed '/^\.include/d'
    cat extensions
} >ours.cnf
cat >peer.cnf <<END
openssl_conf = init
[init]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
dynamic_path = $engine
default_algorithms = ALL
[req]
distinguished_name = dn
[dn]
END
ca_key='pkcs11:token=ca;object=ca;type=private'

# certificate NAME EXTENSIONS DAYS [SERIAL]: of the key NAME, by the authority, to NAME.crt. The numbers
# are all of one length, for messages to be so.
next_serial=70000
certificate() {
    next_serial=$((next_serial + 1))
    do_it ours req -new -utf8 -key "pkcs11:token=work;object=$1;type=private" -subj "/CN=$1" \
        -out "$1.csr"
    do_it ours x509 -req -in "$1.csr" -CA ca.crt -CAkey "$ca_key" \
        -set_serial "${4:-$next_serial}" -days "$3" -extfile extensions -extensions "$2" \
        -out "$1.crt"
}

# The authority, whose key is on the token "ca".
make_authority() {
    make_token ca
    t 0 '^pkcs11:' gt keygen --token ca --label ca --type gost2012_256 --pin-file pin
    do_it ours req -new -x509 -key "$ca_key" -subj '/CN=Authority' -days 1000 -config ours.cnf \
        -extensions authority -out ca.crt
}

# signer NAME TYPE [EXTENSIONS [DAYS]]: a key and its certificate on the token "work".
signer() {
    t 0 '^pkcs11:' gt keygen --token work --label "$1" --type "$2" --pin-file pin
    certificate "$1" "${3:-signer}" "${4:-100}"
    t 0 '^pkcs11:' gt import-cert --token work --label "$1" --pin-file pin "$1.crt"
}

# crl OUT [CERT...]: the authority's list, with these certificates in it.
crl() {
    local to=$1
    shift
    rm -rf crl.db
    mkdir crl.db
    : >crl.db/index
    echo 01 >crl.db/number
    for cert in "$@"; do
        do_it ours ca -config ours.cnf -cert ca.crt -keyfile "$ca_key" -revoke "$cert"
    done
    do_it ours ca -config ours.cnf -cert ca.crt -keyfile "$ca_key" -gencrl -crldays 30 -out "$to"
}
