#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cms -encrypt and smime -encrypt to GOST certificates, and their decryption with keys of a token;
# with Debian's gost-engine on either side.
. "$(dirname "$0")/lib.sh"

new_token work
both=ours
if have_peer; then
    both="ours peer"
fi
head -c 300000 /dev/urandom >big

# opens FILE TYPE WHO [OPTION...]: WHO, whose key it is, gets the content back
opens() {
    local file=$1 type=$2 who=$3 key
    shift 3
    if [ "$who" = ours ]; then
        key=$(key work "$type")
    else
        key=peer-$type.pem
    fi
    rm -f content
    ok "$who" "$@" -decrypt -binary -inform DER -in "$file" -recip "$who-$type.crt" -inkey "$key" \
        -out content
}

for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    self_signed work "$type"
    cp "$type.crt" "ours-$type.crt"
    if have_peer; then
        must peer genpkey -algorithm "$type" -pkeyopt paramset:B -out "peer-$type.pem"
        must peer req -new -x509 -key "peer-$type.pem" -subj /CN=peer -days 30 \
            -out "peer-$type.crt"
    fi
    for cipher in gost89 kuznyechik-ctr-acpkm kuznyechik-ctr-acpkm-omac magma-ctr-acpkm \
        magma-ctr-acpkm-omac; do
        echo "$type $cipher"
        for file in message big; do
            for from in $both; do
                for to in $both; do
                    # What the peer sends to itself is no matter of ours; and its decryption goes
                    # wrong after 4096 bytes of Kuznyechik, 1024 of Magma, of its own messages too.
                    case $from:$to:$cipher:$file in
                    peer:peer:* | ours:peer:*-acpkm*:big) continue ;;
                    esac
                    must "$from" cms -encrypt -binary -in "$file" "-$cipher" -outform DER \
                        -out m.der "$to-$type.crt"
                    opens m.der "$type" "$to" cms
                    same "$file" content
                done
            done
        done
    done
    # Other ciphers go by the older transport.
    must ours cms -encrypt -binary -in message -aes256 -outform DER -out m.der "$type.crt"
    opens m.der "$type" ours cms
    same message content
    refuses '32 bytes' ours cms -encrypt -binary -in message -aes128 -outform DER -out m.der \
        "$type.crt"

    for from in $both; do
        for to in $both; do
            [ "$from:$to" != peer:peer ] || continue
            must "$from" smime -encrypt -binary -in message -gost89 -outform DER -out m.der \
                "$to-$type.crt"
            opens m.der "$type" "$to" smime
            same message content
        done
    done

    # As mail, and in parts.
    must ours cms -encrypt -binary -stream -in big -kuznyechik-ctr-acpkm-omac -out m.eml "$type.crt"
    rm -f content
    ok ours cms -decrypt -binary -in m.eml -recip "$(cert work "$type")" \
        -inkey "$(key work "$type")" -out content
    same big content
done

# Two recipients of different sizes; each opens it, nobody else does.
new_key work third gost2012_256
self_signed work third
must ours cms -encrypt -binary -in message -kuznyechik-ctr-acpkm -outform DER -out m.der \
    gost2012_256.crt gost2012_512.crt
for type in gost2012_256 gost2012_512; do
    opens m.der "$type" ours cms
    same message content
done
rm -f content
refuses 'recipient|no matching|decrypt' ours cms -decrypt -binary -inform DER -in m.der \
    -recip third.crt -inkey "$(key work third)" -out content
# (Without -debug_decrypt OpenSSL goes on with a random key, so that nobody learns from the error.)
refuses 'damaged|another key|wrapped' ours cms -decrypt -debug_decrypt -binary -inform DER \
    -in m.der -recip gost2012_256.crt -inkey "$(key work third)" -out content

# With a MAC, what was altered is not believed.
for cipher in kuznyechik-ctr-acpkm-omac magma-ctr-acpkm-omac; do
    must ours cms -encrypt -binary -in message "-$cipher" -outform DER -out m.der gost2012_256.crt
    tamper m.der bad.der
    refuses '.' ours cms -decrypt -binary -inform DER -in bad.der -recip gost2012_256.crt \
        -inkey "$(key work gost2012_256)" -out /dev/null
done
