#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Opaque secret keys (EVP_SKEY): skeyutl and enc of OpenSSL 3.5, with keys that stay on the
# token. An older openssl program has no skeyutl: skipped.
. "$(dirname "$0")/lib.sh"

"$openssl" skeyutl -help >/dev/null 2>&1 || skip "this openssl has no skeyutl"

new_token work
head -c 300000 /dev/urandom >big
iv=a0a1a2a3a4a5a6a7b0b1b2b3b4b5b6b7
uri() {
    printf 'pkcs11:token=work;object=%s' "$1"
}

# ---- skeyutl -----------------------------------------------------------------------------------

for type in kuznyechik magma gost28147; do
    says 'type=secret-key' ours skeyutl -genkey -skeymgmt "$type" -skeyopt "pkcs11-uri:$(uri "$type")"
    says "secret key \"$type\", $type" "$gosttoken" list objects --pin-file pin
    refuses 'already' ours skeyutl -genkey -skeymgmt "$type" -skeyopt "pkcs11-uri:$(uri "$type")"
done
says 'object=named' ours skeyutl -genkey -skeymgmt magma -skeyopt "pkcs11-uri:$(uri named);id=%01%02"
says 'id=%01%02' "$gosttoken" list objects --pin-file pin
ok ours skeyutl -genkey -skeymgmt gost28147 -skeyopt "pkcs11-uri:$(uri box-a)" \
    -skeyopt paramset:1.2.643.2.2.31.1
refuses 'object=' ours skeyutl -genkey -skeymgmt magma -skeyopt pkcs11-uri:pkcs11:token=work
refuses 'no such token' ours skeyutl -genkey -skeymgmt magma -skeyopt 'pkcs11-uri:pkcs11:token=x;object=y'
refuses 'paramset' ours skeyutl -genkey -skeymgmt magma -skeyopt "pkcs11-uri:$(uri no)" -skeyopt paramset:A

# ---- enc ---------------------------------------------------------------------------------------

# Every cipher that enc takes, there and back, and the same bytes twice.
while read -r name type digits; do
    vector=()
    if [ "$digits" -gt 0 ]; then
        vector=(-iv "${iv:0:$digits}")
    fi
    key=(-skeymgmt "$type" -skeyopt "pkcs11-uri:$(uri "$type")")
    ok ours enc "-$name" "${key[@]}" "${vector[@]}" -in big -out sealed
    ok ours enc -d "-$name" "${key[@]}" "${vector[@]}" -in sealed -out back
    same big back
    ok ours enc "-$name" "${key[@]}" "${vector[@]}" -in big -out again
    same sealed again
    holds "$name changes the text" "$(cmp -s big sealed; echo $?)" -ne 0
done <<'END'
kuznyechik-ecb kuznyechik 0
kuznyechik-cbc kuznyechik 32
kuznyechik-cfb kuznyechik 32
kuznyechik-ofb kuznyechik 32
kuznyechik-ctr kuznyechik 16
kuznyechik-ctr-acpkm kuznyechik 16
magma-ecb magma 0
magma-cbc magma 16
magma-cfb magma 16
magma-ofb magma 16
magma-ctr magma 8
magma-ctr-acpkm magma 8
gost89 gost28147 16
gost89-cbc gost28147 16
gost89-ecb gost28147 0
END
refuses 'wrong key type' ours enc -magma-ctr -skeymgmt kuznyechik \
    -skeyopt "pkcs11-uri:$(uri kuznyechik)" -iv a0a1a2a3 -in big -out sealed
refuses 'wrong key type' ours enc -magma-ctr -skeymgmt magma \
    -skeyopt "pkcs11-uri:$(uri kuznyechik)" -iv a0a1a2a3 -in big -out sealed
refuses 'no such object' ours enc -magma-ctr -skeymgmt magma -skeyopt "pkcs11-uri:$(uri nobody)" \
    -iv a0a1a2a3 -in big -out sealed
# Another provider's cipher gets nothing of it.
refuses '.' ours enc -aes-256-ctr -skeymgmt magma -skeyopt "pkcs11-uri:$(uri magma)" \
    -iv "$iv" -in big -out sealed

# A key in memory is the same cipher.
raw=000102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1e0f
ok ours enc -magma-ctr-acpkm -skeymgmt magma -skeyopt "hexraw-bytes:$raw" -iv a0a1a2a3 -in big -out sealed
ok ours enc -d -magma-ctr-acpkm -K "$raw" -iv a0a1a2a3 -in sealed -out back
same big back

# ---- mac ---------------------------------------------------------------------------------------

# 3.5's mac takes EVP_SKEYs by no option: the parameter serves, as everywhere (secret.sh).
if ours mac -help 2>&1 | grep skeymgmt >/dev/null; then
    by_skey=yes
else
    by_skey=no
fi
while read -r mac type; do
    ok ours mac -macopt "pkcs11-uri:$(uri "$type")" -in big -binary -out one "$mac"
    holds "$mac made something" -s one
    [ "$by_skey" = yes ] || continue
    ok ours mac -skeymgmt "$type" -skeyopt "pkcs11-uri:$(uri "$type")" -in big -binary -out two "$mac"
    same one two
done <<'END'
kuznyechik-mac kuznyechik
magma-mac magma
gost-mac-12 gost28147
END
