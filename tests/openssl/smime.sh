#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# PKCS #7 signatures: the older command that many scripts still call.
. "$(dirname "$0")/lib.sh"

new_token work
peers=(ours)
if have_peer; then
    peers+=(peer)
fi

for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    self_signed work "$type"
    crt=$type.crt
    sign=(ours smime -sign -binary -in message -signer "$(cert work "$type")"
        -inkey "$(key work "$type")")
    for options in "" "-md $(digest_of "$type")" "-noattr" "-stream"; do
        for form in PEM DER; do
            # shellcheck disable=SC2086 # several words
            must "${sign[@]}" $options -outform "$form" -out detached
            # shellcheck disable=SC2086
            must "${sign[@]}" $options -nodetach -outform "$form" -out attached
            for who in "${peers[@]}"; do
                verify=("$who" smime -verify -inform "$form" -binary -purpose any -CAfile "$crt")
                ok "${verify[@]}" -in detached -content message -out /dev/null
                refuses 'digest|signature|verif' "${verify[@]}" -in detached -content altered \
                    -out /dev/null
                rm -f content
                ok "${verify[@]}" -in attached -out content
                same message content
            done
        done
    done
    # As mail: its line ends are made canonical.
    must ours smime -sign -in message -signer "$crt" -inkey "$(key work "$type")" -out mail.txt
    ok ours smime -verify -in mail.txt -CAfile "$crt" -purpose any -out content
    tr -d '\r' <content >plain
    same message plain
    sed 's/fox/fix/' mail.txt >bad.txt
    refuses 'digest|signature|verif' ours smime -verify -in bad.txt -CAfile "$crt" -purpose any \
        -out /dev/null
done

must ours smime -sign -binary -in message -outform DER -out two.der \
    -signer gost2012_256.crt -inkey "$(key work gost2012_256)" \
    -signer gost2012_512.crt -inkey "$(key work gost2012_512)"
cat gost2012_256.crt gost2012_512.crt >both.crt
ok ours smime -verify -inform DER -in two.der -content message -binary -CAfile both.crt \
    -purpose any -out /dev/null
