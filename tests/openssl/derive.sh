#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# pkeyutl -derive, VKO and KEG, with a key of a token, with a software key, and by Debian's
# gost-engine: all get the same.
. "$(dirname "$0")/lib.sh"

new_token work
eight=0102030405060708
sixteen=000102030405060708090a0b0c0d0e0f
thirty_two=${sixteen}f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff

derive() {
    local who=$1 key=$2 peer=$3 file=$4 option options=()
    shift 4
    for option; do
        options+=(-pkeyopt "$option")
    done
    rm -f "$file"
    ok "$who" pkeyutl -derive -inkey "$key" -peerkey "$peer" "${options[@]}" -out "$file"
}

while read -r type set sizes; do
    new_key work "$type-$set" "$type" "$set"
    token=$(key work "$type-$set")
    must ours pkey -in "$token" -pubout -out token.pub
    must ours genpkey -algorithm "$type" -pkeyopt "paramset:$set" -out soft.pem
    must ours pkey -in soft.pem -pubout -out soft.pub
    for size in $sizes; do
        for options in "ukmhex:$eight vko:$size" "ukmhex:$sixteen vko:$size" \
            "ukmhex:$thirty_two vko:$size"; do
            # shellcheck disable=SC2086 # several words
            derive ours "$token" soft.pub one $options
            # shellcheck disable=SC2086
            derive ours soft.pem token.pub two $options
            holds "$size bits" "$(stat -c %s one)" -eq $((size / 8))
            same one two
            if have_peer; then
                # shellcheck disable=SC2086
                derive peer soft.pem token.pub three $options
                same one three
            fi
        done
    done
    # As TLS has it: 8 bytes for VKO, 32 for KEG.
    for ukm in "$eight" "$thirty_two"; do
        derive ours "$token" soft.pub one "ukmhex:$ukm"
        derive ours soft.pem token.pub two "ukmhex:$ukm"
        same one two
        if have_peer; then
            derive peer soft.pem token.pub three "ukmhex:$ukm"
            same one three
        fi
    done
done <<END
gost2012_256 A 256
gost2012_256 TCA 256
gost2012_512 A 256 512
gost2012_512 C 256 512
END

# The last key is on 512-C.
refuses 'ukm' ours pkeyutl -derive -inkey "$token" -peerkey soft.pub -out never
must ours genpkey -algorithm gost2012_256 -pkeyopt paramset:A -out short.pem
must ours pkey -in short.pem -pubout -out short.pub
refuses '512' ours pkeyutl -derive -inkey "$(key work gost2012_256-A)" -peerkey short.pub \
    -pkeyopt "ukmhex:$eight" -pkeyopt vko:512 -out never
must ours genpkey -algorithm gost2012_512 -pkeyopt paramset:A -out other.pem
must ours pkey -in other.pem -pubout -out other.pub
refuses 'parameters|curve' ours pkeyutl -derive -inkey "$token" -peerkey other.pub \
    -pkeyopt "ukmhex:$eight" -out never
for value in abc 256x 2560 -256 "" 4294967552; do
    refuses "vko:$value: it is 256 or 512" ours pkeyutl -derive -inkey "$token" -peerkey soft.pub \
        -pkeyopt "ukmhex:$eight" -pkeyopt "vko:$value" -out never
done
holds "nothing was derived" ! -s never
