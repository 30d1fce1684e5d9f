#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Digests, bare signatures: dgst and pkeyutl.
. "$(dirname "$0")/lib.sh"

# RFC 6986, section 10.1 (M1, printed in the order of output).
printf '012345678901234567890123456789012345678901234567890123456789012' >m1
says '9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500' ours dgst -md_gost12_256 m1
says '1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48' \
    ours dgst -md_gost12_512 m1
says '9d151eef' ours dgst -streebog256 m1
says '1b54d01a' ours dgst -streebog512 m1

new_token work
peers=(ours)
if have_peer; then
    peers+=(peer)
fi
for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type"
    uri=$(key work "$type")
    md=$(digest_of "$type")
    size=$((${type#gost2012_} / 4))
    must ours pkey -in "$uri" -pubout -out pub.pem

    must ours dgst "-$md" -sign "$uri" -out sig message
    holds "a signature of $size bytes" "$(stat -c %s sig)" -eq "$size"
    tamper sig bad
    for who in "${peers[@]}"; do
        says 'Verified OK' "$who" dgst "-$md" -verify pub.pem -signature sig message
        refuses 'verification fail' "$who" dgst "-$md" -verify pub.pem -signature sig altered
        refuses 'verification fail' "$who" dgst "-$md" -verify pub.pem -signature bad message
    done
    # By the key itself, and with the digest left to the key.
    says 'Verified OK' ours dgst "-$md" -prverify "$uri" -signature sig message
    ok ours dgst -sign "$uri" -out sig message
    says 'Verified OK' ours dgst "-$md" -verify pub.pem -signature sig message
    head -c 10 sig >short
    refuses 'verif' ours dgst "-$md" -verify pub.pem -signature short message

    # pkeyutl on a digest, and -rawin on a message
    ok ours dgst "-$md" -binary -out hash message
    must ours pkeyutl -sign -inkey "$uri" -in hash -out sig
    for who in "${peers[@]}"; do
        says 'Verified Successfully' "$who" pkeyutl -verify -pubin -inkey pub.pem -in hash \
            -sigfile sig
        refuses 'Verification Failure' "$who" pkeyutl -verify -pubin -inkey pub.pem -in hash \
            -sigfile bad
    done
    says 'Verified Successfully' ours pkeyutl -verify -inkey "$uri" -in hash -sigfile sig
    must ours pkeyutl -sign -inkey "$uri" -rawin -digest "$md" -in message -out sig
    says 'Verified OK' ours dgst "-$md" -verify pub.pem -signature sig message
    says 'Verified Successfully' ours pkeyutl -verify -pubin -inkey pub.pem -rawin -digest "$md" \
        -in message -sigfile sig
    # What is not a digest of the key's length is not signed.
    refuses '.' ours pkeyutl -sign -inkey "$uri" -in message -out never
    holds "nothing was signed" ! -s never
    refuses '.' ours dgst -sha256 -sign "$uri" -out never message
done
