#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the article's program (article.c) on an untouched store, plays the certification authority with
# gost-engine, checks what the program has made, and runs the article's pkcs11-tool commands.
#   article.sh PROGRAM MODULE
set -euo pipefail
program=$1 module=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export GOSTTOKEN_DIR=$dir/store
unset GOSTTOKEN_LOG GOSTTOKEN_FACTORY_TOKEN
cd "$dir"
say() { echo "article: $*"; }
die() { echo "FAILED: $*" >&2; exit 1; }

cat >engine.cnf <<'C'
openssl_conf = init
[init]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
CRYPT_PARAMS = id-Gost28147-89-CryptoPro-A-ParamSet
C
export OPENSSL_CONF=$dir/engine.cnf
if ! openssl engine gost 2>&1 | grep Reference >/dev/null; then
    echo "gost-engine is not installed: skipped"
    exit 77
fi

openssl req -x509 -newkey gost2012_256 -pkeyopt paramset:TCA -nodes -keyout ca.key -out ca.pem \
    -subj /CN=authority -days 30 2>/dev/null
cat >issue.sh <<'C'
set -e
openssl req -inform DER -in request.der -verify -noout 2>verified
grep -q 'verify OK' verified
openssl x509 -req -inform DER -in request.der -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 \
    -copy_extensions copyall -outform DER -out cert_2012-256.cer 2>/dev/null
C
"$program" "$module" "sh issue.sh" || die "the program"
say "every step succeeded"

has() { # FILE text...
    local file=$1 text
    shift
    for text; do
        grep -q -- "$text" "$file" || { cat "$file" >&2; die "$file has no \"$text\""; }
    done
}
openssl req -inform DER -in request.der -noout -text -nameopt utf8,sep_comma_plus,sname >request.txt
has request.txt 'CN=Иванов' 'ST=Москва' 'serialNumber=12312312312' 'emailAddress=ivanov@mail.ru' \
    'L=Moscow' 'Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment' \
    '1.2.643.2.2.34.6' 'email:example@ya.ru' 'Certificate Policies: critical' \
    'Policy: .*\(KC1\|1.2.643.100.113.1\)'
# The text of the extension is in UTF-8, encoded once: the article's 36 bytes.
openssl asn1parse -inform DER -in request.der | grep -A1 -E '1\.2\.643\.100\.111|subjectSignTool|Signing Tool' >tool.asn1
has tool.asn1 '0C24D0A1D09AD097D0982022D0A0D183D182D0BED0BAD0B5D0BD20D0ADD0A6D09F20322E3022'
say "the request says what the article wrote into it"

openssl x509 -inform DER -in cert_2012-256.cer -pubkey -noout >pub.pem
for file in signature signature-raw; do
    # C_Sign's bytes are the ones of X.509.
    openssl dgst -md_gost12_256 -verify pub.pem -signature $file data >/dev/null || die "$file"
done
openssl cms -verify -inform DER -in message.p7s -CAfile ca.pem -purpose any -out content \
    -certsout signers.pem 2>/dev/null || die "the CMS message"
cmp -s content data || die "the content of the CMS message"
cmp -s certificate-read cert_2012-256.cer || die "the certificate as read back"
has certificate-text 'Иванов' 'Москва' 'GOST'
openssl enc -gost89 -e -nopad -K "$(od -An -tx1 secret | tr -d ' \n')" -iv 06072a850302021f \
    -in data -out encrypted-engine
cmp -s encrypted encrypted-engine || die "GOST 28147-89 is not gost-engine's gost89"
say "gost-engine accepts the signatures, the CMS message and the ciphertext"

if command -v pkcs11-tool >/dev/null; then
    tool() { pkcs11-tool --module "$module" --pin 12345678 "$@"; }
    printf 'a file to sign' >file.txt
    tool --keypairgen --key-type GOSTR3410-2012-256:B --id 45 -l >tool.log 2>&1 || die "keypairgen"
    tool --sign --id 45 -l -i file.txt --mechanism GOSTR3410-WITH-GOSTR3411-12-256 -o file.sig \
        >>tool.log 2>&1 || die "sign"
    [ "$(wc -c <file.sig)" = 64 ] || die "the length of a signature"
    [ "$(tool --generate-random 16 2>/dev/null | wc -c)" = 16 ] || die "generate-random"
    tool -O >objects.txt 2>&1 || die "-O"
    has objects.txt 'GOST certificate' 'Public Key Object'
    tool -M >mechanisms.txt 2>&1 || die "-M"
    has mechanisms.txt GOSTR3410-KEY-PAIR-GEN GOSTR3410-WITH-GOSTR3411-12-256
    say "the article's pkcs11-tool commands work"
fi
