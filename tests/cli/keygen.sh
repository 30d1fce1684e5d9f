#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken keygen
. "$(dirname "$0")/lib.sh"

t 3 'gosttoken init' gt keygen --label alice --type gost2012_256 --pin-file pin
make_token work

t 0 '^pkcs11:token=work;id=.*;object=alice;type=private$' \
    gt keygen --label alice --type gost2012_256 --pin-file pin
t 2 'needs --label' gt keygen --type gost2012_256 --pin-file pin
t 2 'needs --type' gt keygen --label bob --pin-file pin
t 2 'no key type' gt keygen --label bob --type rsa --pin-file pin
t 2 'no parameter set' gt keygen --label bob --type gost2012_256 --paramset Z --pin-file pin
t 2 'no parameter set|for keys of 256' gt keygen --label bob --type gost2012_512 --paramset TCA --pin-file pin
t 2 'for keys of 512' gt keygen --label bob --type gost2012_256 --paramset 1.2.643.7.1.2.1.2.1 --pin-file pin
t 2 'example|no parameter set' gt keygen --label bob --type gost2012_256 --paramset 1.2.643.2.2.35.0 --pin-file pin
t 2 'hexadecimal' gt keygen --label bob --type gost2012_256 --id 0g --pin-file pin
t 2 'hexadecimal' gt keygen --label bob --type gost2012_256 --id abc --pin-file pin
t 2 'UTF-8' gt keygen --label $'\xff' --type gost2012_256 --pin-file pin
t 4 'terminal' gt keygen --label bob --type gost2012_256
t 4 'wrong' gt keygen --label bob --type gost2012_256 --pin-file wrong-pin
t 3 'no token matches' gt keygen --token home --label bob --type gost2012_256 --pin-file pin
t 2 'unknown option --size' gt keygen --size 256

# Every parameter set, by its short name and by its OID.
n=0
while read -r type short oid name; do
    n=$((n + 1))
    t 0 '' gt keygen --label "short$n" --type "$type" --paramset "$short" --pin-file pin --json
    json "j['paramset'] == '$name' and j['key_type'] == '$type'"
    t 0 '' gt keygen --label "oid$n" --type "$type" --paramset "$oid" --pin-file pin --json
    json "j['paramset'] == '$name'"
done <<'END'
gost2012_256 A 1.2.643.2.2.35.1 id-GostR3410-2001-CryptoPro-A-ParamSet
gost2012_256 B 1.2.643.2.2.35.2 id-GostR3410-2001-CryptoPro-B-ParamSet
gost2012_256 C 1.2.643.2.2.35.3 id-GostR3410-2001-CryptoPro-C-ParamSet
gost2012_256 XA 1.2.643.2.2.36.0 id-GostR3410-2001-CryptoPro-XchA-ParamSet
gost2012_256 XB 1.2.643.2.2.36.1 id-GostR3410-2001-CryptoPro-XchB-ParamSet
gost2012_256 TCA 1.2.643.7.1.2.1.1.1 id-tc26-gost-3410-2012-256-paramSetA
gost2012_256 TCB 1.2.643.7.1.2.1.1.2 id-tc26-gost-3410-2012-256-paramSetB
gost2012_256 TCC 1.2.643.7.1.2.1.1.3 id-tc26-gost-3410-2012-256-paramSetC
gost2012_256 TCD 1.2.643.7.1.2.1.1.4 id-tc26-gost-3410-2012-256-paramSetD
gost2012_512 A 1.2.643.7.1.2.1.2.1 id-tc26-gost-3410-2012-512-paramSetA
gost2012_512 B 1.2.643.7.1.2.1.2.2 id-tc26-gost-3410-2012-512-paramSetB
gost2012_512 C 1.2.643.7.1.2.1.2.3 id-tc26-gost-3410-2012-512-paramSetC
END
is "twelve parameter sets" $n -eq 12

# The defaults, and what the JSON has.
t 0 '' gt keygen --label json --type gost2012_512 --pin-file pin --json
json '{"token", "label", "id", "key_type", "paramset", "private_uri", "public_uri"} == set(j)'
json 'j["paramset"] == "id-tc26-gost-3410-2012-512-paramSetA" and len(j["id"]) == 16'
json 'j["private_uri"].endswith("type=private") and j["public_uri"].endswith("type=public")'

# Labels and ids that are taken.
t 1 'already.*--force' gt keygen --label alice --type gost2012_256 --pin-file pin
t 0 '' gt keygen --label id --id 0102:Ab --type gost2012_256 --pin-file pin --json
t 0 '' gt keygen --label id2 --id 0102ac --type gost2012_256 --pin-file pin --json
json 'j["id"] == "0102ac"'
t 1 'id 0102ab already' gt keygen --label id3 --id 0102ab --type gost2012_256 --pin-file pin
t 0 '' gt keygen --label alice --type gost2012_256 --pin-file pin --force
t 0 '' gt list objects --pin-file pin --json
json 'len([o for o in j["objects"] if o["label"] == "alice" and o["type"] == "private"]) == 2'

# A name with everything that a URI must encode.
name='Иван & Co; 100% "x"/?#'
t 0 'object=%D0%98' gt keygen --label "$name" --type gost2012_256 --pin-file pin
uri=$(cat out)
t 0 'Deleted' gt delete "$uri" --yes --pin-file pin

# The last try is left to a person; then the PIN locks.
echo "still-$pin" | tr a-z n-za-m >other-wrong
for _ in 1 2 3 4 5 6 7 8 9; do
    gt list objects --pin-file wrong-pin >/dev/null 2>&1
done
t 4 'one try is left' gt keygen --label last --type gost2012_256 --pin-file pin
t 0 'user-pin-final-try' gt list
