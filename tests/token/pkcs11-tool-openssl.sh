#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# OpenSC's pkcs11-tool with RSA and EC keys on the module; OpenSSL on the other side.
#   pkcs11-tool-openssl.sh MODULE
set -euo pipefail
module=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export GOSTTOKEN_DIR=$dir/store OPENSSL_CONF=/dev/null
unset GOSTTOKEN_LOG GOSTTOKEN_FACTORY_TOKEN
cd "$dir"
passed=0

if ! command -v pkcs11-tool >/dev/null || ! command -v openssl >/dev/null; then
    echo "pkcs11-tool or openssl is not installed: skipped"
    exit 77
fi

tool() { pkcs11-tool --module "$module" "$@"; }
user() { tool --slot 0 --login --pin 222222 "$@"; }
die() {
    echo "FAILED: $*" >&2
    [ ! -s out ] || sed 's/^/  | /' out >&2
    exit 1
}
ok() { passed=$((passed + 1)); }
run() { "$@" >out 2>&1 || die "$*"; }
says() { grep -Eq -- "$1" out || die "no \"$1\" in the output"; }

# SubjectPublicKeyInfo (RFC 5480) up to the point. This pkcs11-tool's --read-object knows P-256 only.
declare -A heads=(
    [prime256v1]=3059301306072a8648ce3d020106082a8648ce3d030107034200
    [secp384r1]=3076301006072a8648ce3d020106052b81040022036200
    [secp521r1]=30819b301006072a8648ce3d020106052b8104002303818600
)
public_key() { # CURVE OUT: of the key with that label
    run tool --slot 0 -O --type pubkey
    point=$(awk -v label="$1" '
        /EC_POINT:/ { found = $2; next }
        /^ +[0-9a-f]+$/ { found = found $1 }
        $1 == "label:" && $2 == label { print found }' out)
    [ -n "$point" ] || die "no EC_POINT"
    point=04${point#04*04}
    printf '%s' "${heads[$1]}$point" | perl -ne 'print pack("H*", $_)' >e.der
    run openssl pkey -pubin -inform DER -in e.der -out "$2"
}

run tool --init-token --slot 0 --label work --so-pin 11111111
run tool --slot 0 --login --so-pin 11111111 --init-pin --new-pin 222222
printf 'a message that is signed\n' >message
head -c 32 /dev/urandom >short

# RSA: made in the token.
run user --keypairgen --key-type rsa:2048 --label r --id 01
says 'sensitive, always sensitive, never extract'
run tool --slot 0 --read-object --type pubkey --id 01 -o r.der
run openssl pkey -pubin -inform DER -in r.der -out r.pem
ok
for hash in SHA1 SHA224 SHA256 SHA384 SHA512; do
    run user --sign -m "$hash-RSA-PKCS" --id 01 -i message -o sig
    run openssl dgst "-${hash,,}" -verify r.pem -signature sig message
    run tool --slot 0 --verify -m "$hash-RSA-PKCS" --id 01 -i message --signature-file sig
    says 'Signature is valid'
    run user --sign -m "$hash-RSA-PKCS-PSS" --id 01 -i message -o sig
    run openssl dgst "-${hash,,}" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest \
        -verify r.pem -signature sig message
    ok
done
run user --sign -m RSA-PKCS --id 01 -i short -o sig
run openssl pkeyutl -verify -pubin -inkey r.pem -in short -sigfile sig -pkeyopt rsa_padding_mode:pkcs1
ok
run openssl pkeyutl -encrypt -pubin -inkey r.pem -in short -out secret
run user --decrypt -m RSA-PKCS --id 01 -i secret -o back
cmp short back || die "PKCS #1 decryption"
for hash in sha1 sha256 sha512; do
    run openssl pkeyutl -encrypt -pubin -inkey r.pem -in short -out secret \
        -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:$hash -pkeyopt rsa_mgf1_md:$hash
    upper=${hash^^}
    [ "$upper" != SHA1 ] || upper=SHA-1
    run user --decrypt -m RSA-PKCS-OAEP --hash-algorithm "$upper" --mgf "MGF1-${hash^^}" --id 01 \
        -i secret -o back
    cmp short back || die "OAEP decryption with $hash"
    ok
done

# RSA and EC made elsewhere.
run openssl genrsa -out imported.pem 2048
run openssl pkey -in imported.pem -outform DER -out imported.der
run user --write-object imported.der --type privkey --label imported --id 02
run openssl pkey -in imported.pem -pubout -out imported-pub.pem
run user --sign -m SHA256-RSA-PKCS --id 02 -i message -o sig
run openssl dgst -sha256 -verify imported-pub.pem -signature sig message
ok
run openssl ecparam -name prime256v1 -genkey -noout -out ec-imported.pem
run openssl pkey -in ec-imported.pem -outform DER -out ec-imported.der
run user --write-object ec-imported.der --type privkey --label ec-imported --id 03
run openssl pkey -in ec-imported.pem -pubout -out ec-imported-pub.pem
run user --sign -m ECDSA-SHA256 --signature-format openssl --id 03 -i message -o sig
run openssl dgst -sha256 -verify ec-imported-pub.pem -signature sig message
ok

# EC: made in the token.
id=10
for curve in prime256v1 secp384r1 secp521r1; do
    id=$((id + 1))
    run user --keypairgen --key-type "EC:$curve" --label "$curve" --id $id --usage-sign --usage-derive
    public_key "$curve" e.pem
    for hash in SHA1 SHA256 SHA384 SHA512; do
        run user --sign -m "ECDSA-$hash" --signature-format openssl --id $id -i message -o sig
        run openssl dgst "-${hash,,}" -verify e.pem -signature sig message
    done
    ok
    run openssl ecparam -name $curve -genkey -noout -out peer.pem
    run openssl pkey -in peer.pem -pubout -outform DER -out peer.der
    run openssl pkeyutl -derive -inkey peer.pem -peerkey e.pem -out want
    run user --derive -m ECDH1-DERIVE --id $id -i peer.der -o got
    cmp want got || die "ECDH on $curve"
    ok
done

# Digests.
for hash in MD5 SHA-1 SHA224 SHA256 SHA384 SHA512; do
    run tool --slot 0 --hash -m "$hash" -i message -o got
    name=${hash,,}
    run openssl dgst "-${name/-/}" -binary -out want message
    cmp want got || die "digest $hash"
done
ok

# Its own tests, with every key that there is.
run user --test
says 'No errors'
ok

echo "pkcs11-tool: $passed checks passed"
