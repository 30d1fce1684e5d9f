#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken verify: what is good, what is not and why; messages made by an attacker.
. "$(dirname "$0")/lib.sh"
. "$here/cms-lib.sh"

make_authority
make_token work
signer alice gost2012_256
signer bob gost2012_512
echo 'a contract' >a.txt
sign=(gt sign --token work --pin-file pin)
verify=(gt verify --ca ca.crt)
t 0 '' "${sign[@]}" --label alice --out good.sig a.txt
t 0 '' "${sign[@]}" --label alice --detached a.txt
t 0 '' "${sign[@]}" --label alice --label bob --out two.sig a.txt

# ---- usage -----------------------------------------------------------------------------------
t 2 'name the messages' gt verify
t 2 'name whom you trust' gt verify good.sig
t 2 'leaves out' "${verify[@]}" --no-chain good.sig
t 2 'are for one message' "${verify[@]}" --out x good.sig two.sig
t 2 'content inside' "${verify[@]}" --content a.txt good.sig
t 2 'for --out' "${verify[@]}" --out x a.txt.sig
t 2 'both want' "${verify[@]}" --json --out - good.sig
t 2 'is a time' "${verify[@]}" --at yesterday good.sig
t 1 'cannot read' "${verify[@]}" not-there.sig
t 1 'no X.509 certificate' gt verify --ca a.txt good.sig
t 1 'no X.509 CRL' "${verify[@]}" --crl ca.crt good.sig
: >empty.sig
t 1 'is empty' "${verify[@]}" empty.sig
t 1 'no CMS message' "${verify[@]}" a.txt

# ---- what is good ----------------------------------------------------------------------------
t 0 'good signature of CN=alice' "${verify[@]}" good.sig
grep -q 'certificate: trusted' out || flaw "trusted"
t 0 'not checked' gt verify --no-chain good.sig
t 0 'good' "${verify[@]}" a.txt.sig
t 0 '' "${verify[@]}" --quiet good.sig two.sig
is "--quiet" "$(wc -c <out)" -eq 0
t 0 'contract' "${verify[@]}" --quiet --out - good.sig
is "only the content" "$(cat out)" = 'a contract'
t 0 '' "${verify[@]}" --out content good.sig
t 1 'there already' "${verify[@]}" --out content good.sig
checks=$((checks + 1))
gt verify --ca ca.crt - <good.sig >out 2>err || flaw "standard input"
t 0 '' "${verify[@]}" --json two.sig
json 'j[0]["valid"] and len(j[0]["signers"]) == 2 and j[0]["detached"] is False'
json 'all(s["valid"] and s["cades_bes"] and s["chain"] == "trusted" for s in j[0]["signers"])'
json 'sorted(s["key_type"] for s in j[0]["signers"]) == ["gost2012_256", "gost2012_512"]'
base64 good.sig >plain.b64
t 0 'good' "${verify[@]}" plain.b64
{ echo '-----BEGIN PKCS7-----'; base64 good.sig; echo '-----END PKCS7-----'; } >old.pem
t 0 'good' "${verify[@]}" old.pem
mkdir authorities
cp ca.crt authorities
echo rubbish >authorities/README
t 0 'good' gt verify --ca authorities good.sig

# ---- what is not -----------------------------------------------------------------------------
# bad REASON FILE [OPTION...]: for a person and for a program
bad() {
    local reason=$1 file=$2
    shift 2
    checks=$((checks + 1))
    if "${verify[@]}" --json "$@" "$file" >out 2>err; then
        flaw "$file passes"
    elif ! grep -q '^gosttoken: ' err || grep -qE 'Sanitizer|runtime error:' err; then
        flaw "$file: what is wrong is not said"
    fi
    json "any(s['reason'] == '$reason' for s in j[0]['signers']) and not j[0]['valid']"
    rm -f extracted
    "${verify[@]}" --out extracted "$@" "$file" >/dev/null 2>&1
    is "no content comes out of $file" ! -e extracted
}
attack() {
    python3 "$here/cms.py" "$@" || flaw "cms.py $*"
}
echo 'another' >b.txt
t 1 'changed' "${verify[@]}" --content b.txt a.txt.sig
mv a.txt a.moved
t 1 'no file a.txt' "${verify[@]}" a.txt.sig
mv a.moved a.txt
attack content good.sig x.sig 'a contrast'
bad content x.sig
attack no-certs good.sig x.sig
bad no-certificate x.sig
t 0 'good' "${verify[@]}" --cert alice.crt x.sig
attack no-signers good.sig x.sig
t 1 'no signatures' "${verify[@]}" x.sig
attack zero-signature good.sig x.sig
bad signature x.sig
attack empty-signature good.sig x.sig
t 1 'wrong|not known' "${verify[@]}" x.sig
for a in contentType messageDigest signingTime signingCertificateV2; do
    attack drop good.sig x.sig $a
    t 1 'signature' "${verify[@]}" x.sig
    attack double good.sig x.sig $a
    t 1 'signature' "${verify[@]}" x.sig
    attack empty-value good.sig x.sig $a
    t 1 '.' "${verify[@]}" x.sig
done
attack no-attributes good.sig x.sig
bad signature x.sig
# The signature itself is right here: what was signed as attributes is given as the content.
attack attributes-as-content good.sig x.sig
bad attributes x.sig
attack other-type good.sig x.sig
bad attributes x.sig
attack nested good.sig x.sig good.sig
bad content x.sig
attack twice good.sig x.sig
t 0 'good' "${verify[@]}" x.sig
attack same-certs good.sig x.sig
t 0 'good' "${verify[@]}" x.sig
attack no-digests good.sig x.sig
t 1 '.' "${verify[@]}" x.sig
attack more-digests good.sig x.sig
t 0 'good' "${verify[@]}" x.sig
attack unknown-digest good.sig x.sig
t 1 '.' "${verify[@]}" x.sig
attack signer-digest good.sig x.sig
t 1 'signature' "${verify[@]}" x.sig
attack huge-length good.sig x.sig
t 1 'damaged' "${verify[@]}" x.sig
attack many-signers good.sig x.sig 1001
t 1 'too many' "${verify[@]}" x.sig
size=$(stat -c %s good.sig)
for ((n = 1; n < size; n += 37)); do
    attack cut good.sig x.sig $n
    t 1 'damaged|no CMS' "${verify[@]}" x.sig
done
attack cut good.sig x.sig $((size - 1))
t 1 'damaged' "${verify[@]}" x.sig
{ cat good.sig; echo more; } >x.sig
t 1 'something follows' "${verify[@]}" x.sig
# Any bit of what is signed, of who has signed and of the signature: all that follows the version of the
# SignerInfo, of which nothing depends.
first=$(ours asn1parse -inform DER -in good.sig | sed -n 's/^ *\([0-9]*\):d=5 .*INTEGER *:01$/\1/p' | tail -n 1)
is "the signer is found" "$((size - ${first:-0}))" -gt 200 -a "$((size - ${first:-0}))" -lt 400
for ((n = ${first:-0} + 3; n < size; n += 7)); do
    attack flip good.sig x.sig $n
    checks=$((checks + 1))
    "${verify[@]}" x.sig >out 2>err && flaw "a bit at $n is of no matter"
done
# Several messages, or half of one, in a file: it is not the first one that counts.
attack content good.sig x.sig 'a contrast'
pem() {
    echo '-----BEGIN CMS-----'
    base64 "$1"
    echo '-----END CMS-----'
}
{ pem good.sig; pem x.sig; } >several.pem
t 1 'more than one message' "${verify[@]}" several.pem
{ pem good.sig; pem x.sig | sed '$d'; } >several.pem
t 1 'more than one message' "${verify[@]}" several.pem
{ echo 'What was agreed on:'; pem good.sig; cat alice.crt; } >one.pem
t 0 'good' "${verify[@]}" one.pem
{ base64 good.sig; echo '- and more'; } >x.b64
t 1 'no CMS message' "${verify[@]}" x.b64
# One of two is bad: it is told which.
attack content two.sig x.sig 'a contrast'
bad content x.sig

# A certificate of somebody else with the signer's issuer and number, put before the right one.
number=$((0x$(ours x509 -in alice.crt -noout -serial | cut -d= -f2)))
t 0 '^pkcs11:' gt keygen --token work --label mallory --type gost2012_256 --pin-file pin
certificate mallory signer 100 $number
ours x509 -in mallory.crt -outform DER -out mallory.der
attack first-cert good.sig x.sig mallory.der
t 0 'good signature of CN=alice' "${verify[@]}" x.sig
# Without a chain, --cert says who it must be.
t 0 'good' gt verify --no-chain --cert alice.crt good.sig
t 1 'none of those' gt verify --no-chain --cert bob.crt good.sig
# And a signature of another key under the signer's name: signingCertificate tells.
t 0 '' "${sign[@]}" --label mallory --cert mallory.crt --include none --out m.sig a.txt
bad signature m.sig --cert alice.crt
t 0 'CN=mallory' "${verify[@]}" --cert alice.crt --cert mallory.crt m.sig
# The same key in two certificates of one issuer and number: the attribute tells them apart.
certificate alice signer 90 $number
cp alice.crt twin.crt
attack no-certs good.sig x.sig
bad cades x.sig --cert twin.crt

# ---- chains ----------------------------------------------------------------------------------
do_it ours req -new -x509 -key "$ca_key" -subj '/CN=Nobody' -days 10 -config ours.cnf \
    -extensions authority -out nobody.crt
checks=$((checks + 1))
gt verify --ca nobody.crt good.sig >out 2>err && flaw "an authority that is not trusted"
grep -q 'no authority' err || flaw "untrusted"
t 0 'good' "${verify[@]}" --at "$(date -u -d '+10 days' +%F)" good.sig
bad expired good.sig --at "$(date -u -d '+200 days' +%F)"
bad chain good.sig --at "$(date -u -d '-200 days' +%F)"
crl none.crl
crl some.crl bob.crt
bad crl good.sig --crl-check
t 0 'good' "${verify[@]}" --crl-check --crl none.crl good.sig
t 0 'good' "${verify[@]}" --crl some.crl good.sig
bad revoked two.sig --crl some.crl
bad crl good.sig --crl none.crl --at "$(date -u -d '+60 days' +%F)"

# A list that the signer put in, from before the revocation, does not stand in for the one given.
ours crl -in none.crl -outform DER -out none.der
attack crl two.sig planted.sig none.der
bad revoked planted.sig --crl some.crl
bad revoked planted.sig --crl some.crl --crl-check
t 0 'good' "${verify[@]}" --crl-check planted.sig
# Signatures that others can make.
weak() { # DIGEST BITS
    "$openssl" req -new -x509 -newkey "rsa:$2" -nodes -config extensions -keyout rsa.key -subj /CN=weak -days 9 \
        -out rsa.crt >/dev/null 2>&1 &&
        "$openssl" cms -sign -md "$1" -binary -nodetach -in a.txt -signer rsa.crt -inkey rsa.key \
            -outform DER -out weak.sig 2>/dev/null
}
if weak sha256 2048; then
    t 0 'good' gt verify --ca rsa.crt weak.sig
fi
if weak md5 2048; then
    t 1 'others can forge' gt verify --ca rsa.crt weak.sig
fi
if weak sha256 512; then
    t 1 'others can forge' gt verify --ca rsa.crt weak.sig
fi
# The half of a list is none.
{ cat none.crl; sed '$d' some.crl; } >half.crl
t 1 'a CRL in half.crl is damaged' "${verify[@]}" --crl half.crl good.sig
{ cat ca.crt; sed '$d' bob.crt; } >half.crt
t 1 'a certificate in half.crt is damaged' gt verify --ca half.crt good.sig

# ---- a directory -----------------------------------------------------------------------------
mkdir -p tree/below
cp a.txt a.txt.sig tree
cp good.sig tree/below
t 0 'good' "${verify[@]}" tree
is "both" "$(grep -c 'good signature' out)" -eq 2
cp x.sig tree/below
checks=$((checks + 1))
"${verify[@]}" tree >out 2>err && flaw "a bad one among good ones"
grep -q '1 message of 3' err || flaw "how many are bad"
mkdir none
t 1 'no message in' "${verify[@]}" none

# What has the content's name and is no file is not waited for.
mkdir strange
mkfifo strange/a.txt
cp a.txt.sig strange
t 1 'there is no file strange/a.txt' timeout 20 "$gosttoken" verify --ca ca.crt strange

# ---- gost-engine on the other side -----------------------------------------------------------
if have_peer; then
    for bits in 256 512; do
        do_it peer req -new -x509 -newkey gost2012_$bits -pkeyopt paramset:A -nodes -keyout soft.key \
            -addext subjectKeyIdentifier=hash -subj /CN=Peer -days 10 -out soft.crt
        for options in "-cades" "-cades -nodetach" "-nodetach" "-noattr -nodetach" "-nodetach -stream" "-nodetach -keyid"; do
            # shellcheck disable=SC2086
            do_it peer cms -sign -in a.txt -binary $options -md md_gost12_$bits -signer soft.crt \
                -inkey soft.key -outform DER -out soft.sig
            content=(--content a.txt)
            [[ $options == *nodetach* ]] && content=()
            t 0 'good signature of CN=Peer' gt verify --ca soft.crt "${content[@]}" soft.sig
            if [[ $options == *cades* ]]; then
                t 0 'CAdES-BES' gt verify --ca soft.crt --cades "${content[@]}" soft.sig
            else
                t 1 'not CAdES-BES' gt verify --ca soft.crt --cades "${content[@]}" soft.sig
            fi
        done
    done
    do_it peer cms -encrypt -in a.txt -binary -kuznyechik-ctr-acpkm -outform DER -out envelope.der soft.crt
    t 1 'without signatures' gt verify --ca soft.crt envelope.der
else
    echo "no gost-engine here: left out"
fi
