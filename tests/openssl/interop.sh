#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every parameter set, both ways: what we sign, Debian's gost-engine verifies in a process of its
# own, and what it signs with a key of its own, we verify.
. "$(dirname "$0")/lib.sh"

have_peer || skip "no gost-engine at $engine"
new_token work

# both VERIFIER CERT PUB: the files sig (bare), signed.der (detached), attached.der
verified_by() {
    local who=$1 crt=$2 pub=$3 md=$4
    says ': OK' "$who" verify -check_ss_sig -CAfile "$crt" "$crt"
    says 'Verified OK' "$who" dgst "-$md" -verify "$pub" -signature sig message
    refuses 'verification fail' "$who" dgst "-$md" -verify "$pub" -signature sig altered
    says 'verify OK' "$who" req -verify -in csr.pem -noout
    ok "$who" cms -verify -inform DER -in signed.der -content message -binary -CAfile "$crt" \
        -purpose any -out /dev/null
    refuses 'verif|digest|signature' "$who" cms -verify -inform DER -in signed.der \
        -content altered -binary -CAfile "$crt" -purpose any -out /dev/null
    rm -f content
    ok "$who" cms -verify -inform DER -in attached.der -binary -CAfile "$crt" -purpose any \
        -out content
    same message content
}

# what is signed, with a key that SIGNER understands
signed_by() {
    local who=$1 key=$2 crt=$3 md=$4
    must "$who" pkey -in "$key" -pubout -out pub.pem
    must "$who" req -new -key "$key" -subj "/CN=interop" -out csr.pem
    must "$who" req -new -x509 -key "$key" -subj "/CN=interop" -days 30 -out "$crt"
    must "$who" dgst "-$md" -sign "$key" -out sig message
    must "$who" cms -sign -binary -in message -signer "$crt" -inkey "$key" -outform DER \
        -out signed.der
    must "$who" cms -sign -binary -nodetach -noattr -in message -signer "$crt" -inkey "$key" \
        -outform DER -out attached.der
}

# type, our name of the parameter set, the peer's
while read -r type ours_name peer_name; do
    echo "$type $ours_name"
    md=$(digest_of "$type")
    label=$type-$ours_name
    new_key work "$label" "$type" "$ours_name"
    signed_by ours "$(key work "$label")" our.crt "$md"
    verified_by peer our.crt pub.pem "$md"
    verified_by ours our.crt pub.pem "$md"

    must peer genpkey -algorithm "$type" -pkeyopt "paramset:$peer_name" -out soft.pem
    signed_by peer soft.pem peer.crt "$md"
    verified_by ours peer.crt pub.pem "$md"
    # The public key is the same one after we have read and written it.
    ok ours pkey -pubin -in pub.pem -pubout -out pub2.pem
    ok peer pkey -pubin -in pub2.pem -pubout -outform DER -out pub2.der
    ok peer pkey -in soft.pem -pubout -outform DER -out pub.der
    same pub.der pub2.der
    # And the key on the token is on the curve that the peer has under that name.
    ok peer x509 -in our.crt -noout -text
    set_name=$(grep -o 'Parameter set:.*' "$out" || true)
    holds "the peer names our set" -n "$set_name"
    ok peer x509 -in peer.crt -noout -text
    holds "the peer reads our set as its own: $set_name" \
        "$set_name" = "$(grep -o 'Parameter set:.*' "$out" || true)"
done <<END
gost2012_256 A A
gost2012_256 B B
gost2012_256 C C
gost2012_256 XA XA
gost2012_256 XB XB
gost2012_256 TCA TCA
gost2012_256 TCB TCB
gost2012_256 TCC TCC
gost2012_256 TCD TCD
gost2012_512 A A
gost2012_512 B B
gost2012_512 C C
END
