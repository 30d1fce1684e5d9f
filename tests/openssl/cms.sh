#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cms -sign and -verify in every form that a user may ask for.
. "$(dirname "$0")/lib.sh"

new_token work
peers=(ours)
if have_peer; then
    peers+=(peer)
fi

# check VERIFIER FORM FILE CA [OPTION...]: the content comes back, with the right bytes.
check_attached() {
    local who=$1 form=$2 file=$3 ca=$4
    shift 4
    rm -f content
    ok "$who" cms -verify -inform "$form" -in "$file" -CAfile "$ca" -purpose any -binary \
        -out content "$@"
    same message content
}

check_detached() {
    local who=$1 form=$2 file=$3 ca=$4
    shift 4
    ok "$who" cms -verify -inform "$form" -in "$file" -CAfile "$ca" -purpose any -binary \
        -content message -out /dev/null "$@"
    refuses 'verif|digest|signature' "$who" cms -verify -inform "$form" -in "$file" \
        -CAfile "$ca" -purpose any -binary -content altered -out /dev/null "$@"
}

for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    self_signed work "$type"
    md=$(digest_of "$type")
    crt=$type.crt
    sign=(ours cms -sign -binary -in message -signer "$(cert work "$type")"
        -inkey "$(key work "$type")")

    for form in PEM DER SMIME; do
        for options in "" "-md $md" "-noattr" "-cades" "-stream" "-nocerts -certfile $crt" \
            "-keyid"; do
            # shellcheck disable=SC2086 # several words
            must "${sign[@]}" $options -outform "$form" -out detached
            # shellcheck disable=SC2086
            must "${sign[@]}" $options -nodetach -outform "$form" -out attached
            verify=()
            case $options in
            -cades) verify=(-cades) ;;
            -nocerts*) verify=(-certfile "$crt") ;;
            esac
            for who in "${peers[@]}"; do
                check_attached "$who" "$form" attached "$crt" "${verify[@]}"
                # A detached S/MIME message carries the content itself.
                if [ "$form" = SMIME ]; then
                    check_attached "$who" "$form" detached "$crt" "${verify[@]}"
                else
                    check_detached "$who" "$form" detached "$crt" "${verify[@]}"
                fi
            done
        done
    done

    # What stands in the signature: the digest, and an identifier that is not left empty.
    must "${sign[@]}" -outform DER -out one.der
    case $type in
    *256) n=2 ;;
    *512) n=3 ;;
    esac
    for oid in "1.2.643.7.1.1.2.$n" "1.2.643.7.1.1.1.$((n - 1))"; do
        says "algorithm: .*\\($oid\\)" ours cms -cmsout -print -inform DER -in one.der -noout
    done
    tamper one.der bad.der
    refuses 'verif|signature' ours cms -verify -inform DER -in bad.der -content message -binary \
        -CAfile "$crt" -purpose any -out /dev/null

    # The certificate may lie in a file and the key on the token.
    must ours cms -sign -binary -in message -signer "$crt" -inkey "$(key work "$type")" \
        -outform DER -out one.der
    check_detached ours DER one.der "$crt"

    # Text, as mail is signed: line ends are made canonical.
    must ours cms -sign -text -in message -signer "$crt" -inkey "$(key work "$type")" \
        -out mail.txt
    ok ours cms -verify -text -in mail.txt -CAfile "$crt" -purpose any -out content
    tr -d '\r' <content >plain
    same message plain
done

# Two signers, one of each length, and a third afterwards.
cat gost2012_256.crt gost2012_512.crt >both.crt
must ours cms -sign -binary -in message -outform DER -out two.der \
    -signer "$(cert work gost2012_256)" -inkey "$(key work gost2012_256)" \
    -signer "$(cert work gost2012_512)" -inkey "$(key work gost2012_512)"
for who in "${peers[@]}"; do
    check_detached "$who" DER two.der both.crt
done
new_key work third gost2012_256
self_signed work third
cat third.crt >>both.crt
must ours cms -resign -inform DER -in two.der -outform DER -out three.der \
    -signer "$(cert work third)" -inkey "$(key work third)"
for who in "${peers[@]}"; do
    check_detached "$who" DER three.der both.crt
done
ok ours cms -verify -inform DER -in three.der -content message -binary -CAfile both.crt \
    -purpose any -signer signers.pem -out /dev/null
holds "three signers" "$(grep -c BEGIN signers.pem)" -eq 3

# A certificate of another key is refused when signing, an unknown signer when verifying.
refuses 'key values mismatch|does not match|no matching' ours cms -sign -binary -in message \
    -signer gost2012_256.crt -inkey "$(key work third)" -outform DER -out wrong.der
must ours cms -sign -binary -in message -signer third.crt -inkey "$(key work third)" \
    -outform DER -out one.der
refuses 'self.signed certificate|verify error' ours cms -verify -inform DER -in one.der \
    -content message -binary -CAfile gost2012_256.crt -purpose any -out /dev/null
