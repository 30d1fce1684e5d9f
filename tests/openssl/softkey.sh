#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Software keys: made, written, read by us and by Debian's gost-engine, encrypted, in PKCS #12, and
# beside keys of a token.
. "$(dirname "$0")/lib.sh"

new_token work
both=ours
if have_peer; then
    both="ours peer"
fi

# signs KEY PUB MD: what is signed with the one verifies with the other, on either side
signs() {
    local key=$1 pub=$2 md=$3 who with
    for who in $both; do
        must "$who" dgst "-$md" -sign "$key" -out sig message
        for with in $both; do
            says 'Verified OK' "$with" dgst "-$md" -verify "$pub" -signature sig message
            refuses 'verification fail' "$with" dgst "-$md" -verify "$pub" -signature sig altered
        done
    done
}

while read -r type set; do
    echo "$type $set"
    md=$(digest_of "$type")
    for maker in $both; do
        must "$maker" genpkey -algorithm "$type" -pkeyopt "paramset:$set" -out key.pem
        must "$maker" pkey -in key.pem -pubout -out pub.pem
        signs key.pem pub.pem "$md"
        # The key is the same one after it was read and written.
        must ours pkey -in key.pem -out again.pem
        must ours pkey -in again.pem -pubout -outform DER -out ours.der
        must "$maker" pkey -in again.pem -outform DER -out again.der
        must "$maker" pkey -in key.pem -outform DER -out key.der
        [ "$maker" = ours ] && same key.der again.der
        signs again.pem pub.pem "$md"
    done
done <<END
gost2012_256 A
gost2012_256 B
gost2012_256 C
gost2012_256 XA
gost2012_256 XB
gost2012_256 TCA
gost2012_256 TCB
gost2012_256 TCC
gost2012_256 TCD
gost2012_512 A
gost2012_512 B
gost2012_512 C
END

for type in gost2012_256 gost2012_512; do
    must ours genpkey -algorithm "$type" -pkeyopt paramset:A -out key.pem
    must ours pkey -in key.pem -pubout -out pub.pem
    must ours req -new -x509 -key key.pem -subj "/CN=$type" -days 30 -out key.crt
    ok ours pkey -in key.pem -check -noout
    # Encrypted, and in a file with its certificate.
    must ours pkey -in key.pem -aes256 -passout pass:secret -out locked.pem
    refuses 'password|decrypt|read' ours pkey -in locked.pem -passin pass:wrong -noout
    must ours pkey -in locked.pem -passin pass:secret -pubout -out again.pem
    same pub.pem again.pem
    must ours pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.p8
    must ours pkey -inform DER -in key.p8 -pubout -out again.pem
    same pub.pem again.pem
    must ours pkcs12 -export -inkey key.pem -in key.crt -passout pass:secret -out key.p12
    must ours pkcs12 -in key.p12 -passin pass:secret -nodes -nocerts -out out.pem
    must ours pkey -in out.pem -pubout -out again.pem
    same pub.pem again.pem
    if have_peer; then
        must peer pkcs12 -in key.p12 -passin pass:secret -nodes -nocerts -out out.pem
        must peer pkey -in out.pem -pubout -outform DER -out again.der
        must peer pkey -in key.pem -pubout -outform DER -out pub.der
        same pub.der again.der
        must peer pkcs12 -export -inkey key.pem -in key.crt -passout pass:secret -out peer.p12
        must ours pkcs12 -in peer.p12 -passin pass:secret -nodes -nocerts -out out.pem
        must ours pkey -in out.pem -pubout -out again.pem
        same pub.pem again.pem
    fi
    # The text shows nothing of it.
    says 'Private key: in software' ours pkey -in key.pem -noout -text
    checks=$((checks + 1))
    if grep -A1 'Private key' "$out" | grep -E '[0-9A-Fa-f]{32}' >/dev/null; then
        flaw "something that looks like a private value is printed"
    fi
    # A key of the token in the same process: a request for the one, certified by the other.
    new_key work "$type" "$type"
    self_signed work "$type"
    must ours req -new -key key.pem -subj /CN=leaf -out leaf.csr
    must ours x509 -req -in leaf.csr -CA "$type.crt" -CAkey "$(key work "$type")" -days 30 \
        -CAcreateserial -out leaf.crt
    says ': OK' ours verify -CAfile "$type.crt" leaf.crt
    must ours cms -sign -binary -in message -signer leaf.crt -inkey key.pem -outform DER -out one.der
    ok ours cms -verify -inform DER -in one.der -content message -binary -CAfile "$type.crt" \
        -purpose any -out /dev/null
    must ours req -new -x509 -newkey "$type" -pkeyopt paramset:B -nodes -keyout new.pem \
        -subj /CN=new -days 30 -out new.crt
    says ': OK' ours verify -CAfile new.crt new.crt
done

refuses 'parameter set' ours genpkey -algorithm gost2012_256 -out never.pem
refuses 'parameter set|paramset' ours genpkey -algorithm gost2012_512 -pkeyopt paramset:TCA \
    -out never.pem
holds "no key was made" ! -s never.pem
