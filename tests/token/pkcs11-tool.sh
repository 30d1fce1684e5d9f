#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# OpenSC's pkcs11-tool on the module, as a person uses it. Signatures are checked by gost-engine's
# own code in a process of its own when it is installed (the algorithms as OpenSSL knows them), and
# by the module's C_Verify always.
#   pkcs11-tool.sh MODULE
set -euo pipefail
module=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export GOSTTOKEN_DIR=$dir/store
unset GOSTTOKEN_LOG GOSTTOKEN_FACTORY_TOKEN
cd "$dir"
passed=0

if ! command -v pkcs11-tool >/dev/null; then
    echo "pkcs11-tool is not installed: skipped"
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
refused() { # refused CODE command...
    local code=$1
    shift
    if "$@" >out 2>&1; then die "should have failed: $*"; fi
    grep -q "$code" out || die "no $code: $*"
    ok
}
says() { grep -Eq -- "$1" out || die "no \"$1\" in the output"; }

# An element of DER, in hexadecimal: tag, content. Lengths below 65536.
element() {
    local n=$((${#2} / 2))
    if [ $n -lt 128 ]; then
        printf '%s%02x%s' "$1" $n "$2"
    elif [ $n -lt 256 ]; then
        printf '%s81%02x%s' "$1" $n "$2"
    else
        printf '%s82%04x%s' "$1" $n "$2"
    fi
}

# The field of the public key with that label, from what -O wrote to out.
field() {
    awk -v label="$1" -v field="$2" '
        /^[^ ]/ { if (name == label) print found; name = found = "" }
        /^  [A-Za-z]/ { inside = index($0, "  " field ":") == 1 }
        inside { line = $0; sub(/^.*:/, "", line); gsub(/ /, "", line); found = found line }
        /^  label:/ { name = $2 }
        END { if (name == label) print found }' out
}

# SubjectPublicKeyInfo (RFC 9215) of a listed key into pub.der. This pkcs11-tool cannot do it by
# --read-object.
public_key_info() {
    local bits=$1 oid value algorithm
    oid=$(field "$2" 'PARAMS OID')
    value=$(field "$2" VALUE)
    algorithm=06082a8503070101010$((bits / 256))
    local hash=06082a8503070101020$((bits / 256 + 1))
    element 30 "$(element 30 "$algorithm$(element 30 "$oid$hash")")$(element 03 \
        "00$(element 04 "$value")")" | perl -ne 'print pack("H*", $_)' >pub.der
}

# The factory token, and a token of one's own.
run tool -L
says 'token label +: gosttoken'
says 'SO PIN to be changed'
ok
run tool --init-token --slot 0 --label work --so-pin 11111111
run tool -L
says 'token label +: work'
says 'uninitialized'
run tool --slot 0 --login --so-pin 11111111 --init-pin --new-pin 222222
run tool -L
says 'PIN initialized'
ok
refused CKR_PIN_INCORRECT tool --init-token --slot 0 --label other --so-pin 99999999
refused CKR_PIN_INCORRECT tool --slot 0 --login --pin 333333 -O
refused CKR_PIN_LEN_RANGE tool --slot 0 --login --so-pin 11111111 --init-pin --new-pin 22
run tool -L
says 'user PIN count low'
run user -O
run tool -L
if grep -q 'user PIN count low' out; then die "the counter did not go back"; fi
ok

run tool --slot 0 -M
for m in GOSTR3410-KEY-PAIR-GEN GOSTR3410 GOSTR3411-12-256 GOSTR3410-WITH-GOSTR3411-12-512; do
    says "$m"
done
ok

# The names for the parameter sets that pkcs11-tool sends, by gost-engine's.
declare -A sets=(
    [256:A]=TCA [256:B]=A [256:C]=B [256:D]=C
    [512:A]=A [512:B]=B [512:C]=C
)
engine=$(ls "$(openssl version -e 2>/dev/null | sed 's/.*"\(.*\)"/\1/')"/gost.so 2>/dev/null || true)

printf 'a message that is signed\n' >message
head -c 100000 /dev/urandom >long
id=10
for set in 256:A 256:B 256:C 256:D 512:A 512:B 512:C; do
    bits=${set%:*}
    id=$((id + 1))
    run user --keypairgen --key-type "GOSTR3410-2012-$set" --label "k$set" --id $id
    says 'sensitive, always sensitive, never extract'
    run tool --slot 0 -O --type pubkey
    says "GOSTR3410-2012-$bits"
    if grep -q 'Private Key' out; then die "a private key without a login"; fi

    run tool --slot 0 --hash -m "GOSTR3411-12-$bits" -i message -o digest
    run tool --slot 0 --hash -m "GOSTR3411-12-$bits" -i long -o digest-long
    [ "$(stat -c %s digest)" -eq $((bits / 8)) ] || die "digest size"
    raw=GOSTR3410
    [ "$bits" = 256 ] || raw=GOSTR3410_512
    run user --sign -m "$raw" --id $id -i digest -o sig-raw
    run user --sign -m "GOSTR3410-WITH-GOSTR3411-12-$bits" --id $id -i message -o sig-message
    run user --sign -m "GOSTR3410-WITH-GOSTR3411-12-$bits" --id $id -i long -o sig-long
    [ "$(stat -c %s sig-raw)" -eq $((bits / 4)) ] || die "signature size"
    for pair in "$raw:digest:sig-raw" "$raw:digest:sig-message" "$raw:digest-long:sig-long" \
        "GOSTR3410-WITH-GOSTR3411-12-$bits:message:sig-raw"; do
        IFS=: read -r mech data sig <<<"$pair"
        run tool --slot 0 --verify -m "$mech" --id $id -i "$data" --signature-file "$sig"
        says 'Signature is valid'
    done
    head -c $((bits / 4)) /dev/urandom >sig-bad
    tool --slot 0 --verify -m "$raw" --id $id -i digest --signature-file sig-bad >out 2>&1 || true
    says 'Invalid signature|CKR_SIGNATURE_INVALID'
    ok

    if [ -n "$engine" ]; then
        run tool --slot 0 -O --type pubkey
        public_key_info "$bits" "k$set"
        run env OPENSSL_CONF=/dev/null openssl pkey -engine gost -pubin -inform DER -in pub.der \
            -text -noout
        for pair in message:sig-raw message:sig-message long:sig-long; do
            IFS=: read -r data sig <<<"$pair"
            run env OPENSSL_CONF=/dev/null openssl dgst -engine gost "-md_gost12_$bits" -keyform DER \
                -verify pub.der -signature "$sig" "$data"
            says 'Verified OK'
        done
        run env OPENSSL_CONF=/dev/null openssl dgst -engine gost "-md_gost12_$bits" -binary \
            -out digest-engine message
        cmp digest digest-engine || die "digests differ"
        env OPENSSL_CONF=/dev/null openssl genpkey -engine gost -algorithm "gost2012_$bits" \
            -pkeyopt "paramset:${sets[$set]}" -outform DER -out /dev/null 2>out || die genpkey
        ok
    fi
done

# A certificate, in and out.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null \
    -subj "/CN=pkcs11-tool" -days 30 -outform DER -out cert.der 2>/dev/null
run user --write-object cert.der --type cert --id 77 --label "a certificate"
run tool --slot 0 -O --type cert
says 'a certificate'
says 'CN ?= ?pkcs11-tool'
run tool --slot 0 --read-object --type cert --id 77 -o back.der
cmp cert.der back.der || die "the certificate has changed"
ok

# Data, open and private.
run user --write-object message --type data --label note
run user --write-object message --type data --label secret-note --private
run user --read-object --type data --label secret-note -o back
cmp message back || die "the private data has changed"
run tool --slot 0 -O --type data
says 'label: +.?note'
if grep -q secret-note out; then die "private data without a login"; fi
ok

run tool --slot 0 --generate-random 32 -o random
[ "$(stat -c %s random)" -eq 32 ] || die "random size"
ok

# Changes of PINs.
run tool --slot 0 --login --pin 222222 --change-pin --new-pin 444444
refused CKR_PIN_INCORRECT user -O
run tool --slot 0 --login --pin 444444 --change-pin --new-pin 222222
run tool --slot 0 --login --login-type so --so-pin 11111111 --change-pin --new-pin 55555555
refused CKR_PIN_INCORRECT tool --slot 0 --login --login-type so --so-pin 11111111 --change-pin \
    --new-pin 66666666
run tool --slot 0 --login --login-type so --so-pin 55555555 --change-pin --new-pin 11111111
ok

# Deleting.
run user --delete-object --type privkey --id 11
run user -O --type privkey
if grep -q 'k256:A' out; then die "the key is still there"; fi
says 'k256:B'
run user --delete-object --type cert --id 77
refused 'not found' tool --slot 0 --read-object --type cert --id 77 -o back.der

# A locked PIN says so, and the SO opens it.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    tool --slot 0 --login --pin 333333 -O >out 2>&1 || true
done
refused CKR_PIN_LOCKED user -O
run tool -L
says 'user PIN locked'
run tool --slot 0 --login --so-pin 11111111 --init-pin --new-pin 222222
run user -O --type privkey
says 'k512:C'
ok

# pkcs11-tool's own battery, and its check of a forked child.
run user --test
if grep -q 'ERR\|failed' out; then die "--test found errors"; fi
ok
run tool --test-fork
ok

echo "pkcs11-tool: $passed checks passed"
