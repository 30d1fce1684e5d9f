#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Symmetric algorithms by enc, mac, dgst, speed and cms; gost-engine on the other side.
. "$(dirname "$0")/lib.sh"

key=000102030405060708090a0b0c0d0e0ff0e1d2c3b4a5968778695a4b3c2d1e0f
iv=a0a1a2a3a4a5a6a7b0b1b2b3b4b5b6b7
head -c 300000 /dev/urandom >big
head -c 1000 big >small

peers=(ours)
if have_peer; then
    peers+=(peer)
fi

# ---- enc ---------------------------------------------------------------------------------------

# NAME, digits of its IV, and whether gost-engine has it
while read -r name digits both; do
    vector=()
    if [ "$digits" -gt 0 ]; then
        vector=(-iv "${iv:0:$digits}")
    fi
    must ours enc "-$name" -K "$key" "${vector[@]}" -in big -out sealed
    for who in "${peers[@]}"; do
        [ "$who" = ours ] || [ "$both" = yes ] || continue
        ok "$who" enc -d "-$name" -K "$key" "${vector[@]}" -in sealed -out back
        same big back
        must "$who" enc "-$name" -K "$key" "${vector[@]}" -in big -out sealed2
        same sealed sealed2
    done
done <<'END'
gost89 16 yes
gost89-cnt 16 yes
gost89-cnt-12 16 yes
gost89-cbc 16 yes
gost89-ecb 0 no
kuznyechik-ecb 0 yes
kuznyechik-cbc 32 yes
kuznyechik-cfb 32 yes
kuznyechik-ofb 32 yes
kuznyechik-ctr 16 yes
kuznyechik-ctr-acpkm 16 yes
magma-ecb 0 no
magma-cbc 16 yes
magma-cfb 16 no
magma-ofb 16 no
magma-ctr 8 yes
magma-ctr-acpkm 8 yes
END

# With a password, and our hash under PBKDF2; without padding; from a pipe.
for who in "${peers[@]}"; do
    must ours enc -kuznyechik-cbc -md md_gost12_512 -pbkdf2 -pass pass:word -in big -out sealed
    ok "$who" enc -d -kuznyechik-cbc -md md_gost12_512 -pbkdf2 -pass pass:word -in sealed -out back
    same big back
done
# A wrong password: one in 256 of them makes padding that looks right, and a few of them do not all.
wrong_password() {
    local n status=0
    for n in 1 2 3 4 5 6; do
        status=0
        ours enc -d -kuznyechik-cbc -md md_gost12_512 -pbkdf2 -pass "pass:other$n" -in sealed -out back || status=$?
        [ $status -eq 0 ] || break
        ! cmp -s big back || return 0
    done
    return $status
}
refuses 'bad decrypt' wrong_password
refuses 'wrong length|block' ours enc -kuznyechik-cbc -nopad -K "$key" -iv "$iv" -in small -out back
pipe() {
    ours enc -kuznyechik-ctr -K "$key" -iv "${iv:0:16}" <big |
        ours enc -d -kuznyechik-ctr -K "$key" -iv "${iv:0:16}" >back
}
must pipe
same big back
# enc does not do AEAD, by its own rule.
refuses 'AEAD' ours enc -kuznyechik-mgm -K "$key" -iv "$iv" -in small -out back

# ---- mac and dgst ------------------------------------------------------------------------------

for name in gost-mac gost-mac-12 magma-mac kuznyechik-mac kuznyechik-ctr-acpkm-omac \
    magma-ctr-acpkm-omac; do
    must ours mac -macopt "hexkey:$key" -in big -out value "$name"
    tr 'A-F' 'a-f' <value >mac.ours
    must ours mac -macopt "hexkey:$key" -in big -binary -out value "$name"
    holds "the MAC in binary" "$(od -An -v -tx1 value | tr -d " \n")" = "$(tr -d '\n' <mac.ours)"
    if have_peer && [ "$name" != magma-ctr-acpkm-omac ]; then
        says "$(tr -d '\n' <mac.ours)" peer dgst "-$name" -mac "$name" -macopt "hexkey:$key" big
    fi
done
says '^[0-9A-F]{8}$' ours mac -macopt "hexkey:$key" -macopt size:4 -in big kuznyechik-mac
refuses 'size of kuznyechik-mac' ours mac -macopt "hexkey:$key" -macopt size:17 -in big kuznyechik-mac
refuses 'wrong length' ours mac -macopt hexkey:00 -in big kuznyechik-mac
says '[0-9a-f]{64}' ours dgst -md_gost94 big
for who in "${peers[@]}"; do
    "$who" dgst -r -md_gost94 big >"hash.$who"
done
if have_peer; then
    same hash.ours hash.peer
fi
# HMAC over our hashes.
must ours dgst -r -md_gost12_256 -mac HMAC -macopt "hexkey:$key" -out value big
if have_peer; then
    says "$(cut -d' ' -f1 value)" peer dgst -md_gost12_256 -mac HMAC -macopt "hexkey:$key" big
fi

# ---- cms under a secret key --------------------------------------------------------------------

# gost-engine 3.0.1 writes a message under sections of CMS's length and reads it under TLS's: of
# ACPKM it reads only what is shorter than those, its own messages too.
round() { # NAME FILE ENCRYPT DECRYPT OPTIONS...
    local name=$1 file=$2 from=$3 to=$4 how=$5
    local id=()
    if [ "$how" = encrypt ]; then
        id=(-secretkeyid 01)
        must "$from" cms -encrypt -secretkey "$key" "${id[@]}" "-$name" -in "$file" -binary \
            -outform DER -out sealed
        ok "$to" cms -decrypt -secretkey "$key" "${id[@]}" -in sealed -inform DER -binary -out back
    else
        must "$from" cms -EncryptedData_encrypt -secretkey "$key" "-$name" -in "$file" -binary \
            -outform DER -out sealed
        ok "$to" cms -EncryptedData_decrypt -secretkey "$key" -in sealed -inform DER -binary \
            -out back
    fi
    same "$file" back
}

for name in gost89 magma-ctr-acpkm kuznyechik-ctr-acpkm; do
    for file in small big; do
        round "$name" "$file" ours ours EncryptedData
        round "$name" "$file" ours ours encrypt
        if have_peer; then
            round "$name" "$file" peer ours EncryptedData
            round "$name" "$file" peer ours encrypt
            if [ "$file" = small ] || [ "$name" = gost89 ]; then
                round "$name" "$file" ours peer EncryptedData
                round "$name" "$file" ours peer encrypt
            fi
        fi
    done
done
for name in magma-ctr-acpkm-omac kuznyechik-ctr-acpkm-omac; do
    for file in small big; do
        round "$name" "$file" ours ours encrypt
        if have_peer; then
            round "$name" "$file" peer ours encrypt
            [ "$file" = big ] || round "$name" "$file" ours peer encrypt
        fi
    done
    must ours cms -encrypt -secretkey "$key" -secretkeyid 01 "-$name" -in big -binary -outform DER \
        -out sealed
    # The last byte is of the MAC.
    tamper sealed bad
    refuses 'the MAC is wrong' ours cms -decrypt -secretkey "$key" -secretkeyid 01 -in bad \
        -inform DER -binary -out back
done

# ---- beside gost-engine in one process, in either order ------------------------------------------

if have_peer; then
    for order in 'engines = engines\nproviders = providers' 'providers = providers\nengines = engines'; do
        {
            printf 'openssl_conf = both\n[both]\n%b\n' "$order"
            sed -n '/^\[engines\]/,$p' "$work/peer.cnf"
            awk '/^\[/ { keep = 1 } /openssl_conf|^\[.*init/ { keep = 0 } keep' "$cnf"
        } >both.cnf
        section=$(sed -n 's/^providers *= *//p' "$cnf")
        sed -i "s/^providers = providers/providers = $section/" both.cnf
        both() {
            env "${preload[@]}" OPENSSL_CONF="$work/both.cnf" "$openssl" "$@"
        }
        says 'gosttoken' both list -providers
        for name in gost89 kuznyechik-ctr-acpkm magma-cbc; do
            must ours enc "-$name" -K "$key" -iv "${iv:0:16}" -in big -out sealed
            ok both enc "-$name" -K "$key" -iv "${iv:0:16}" -in big -out sealed2
            same sealed sealed2
        done
        ok both dgst -mac kuznyechik-mac -macopt "hexkey:$key" big
        says "$(ours mac -macopt "hexkey:$key" -in big kuznyechik-mac)" \
            both mac -macopt "hexkey:$key" -in big kuznyechik-mac
        ok both cms -encrypt -secretkey "$key" -secretkeyid 01 -kuznyechik-ctr-acpkm-omac -in small \
            -binary -outform DER -out sealed
        ok ours cms -decrypt -secretkey "$key" -secretkeyid 01 -in sealed -inform DER -binary \
            -out back
        same small back
    done
fi

# ---- the rest ----------------------------------------------------------------------------------

says 'kuznyechik-mgm' ours list -cipher-algorithms
says 'kuznyechik-mac' ours list -mac-algorithms
for name in kuznyechik-ctr kuznyechik-mgm magma-ctr-acpkm gost89-cnt md_gost94; do
    says "$name +[0-9.]+k" ours speed -elapsed -seconds 1 -bytes 8192 -evp "$name"
done
