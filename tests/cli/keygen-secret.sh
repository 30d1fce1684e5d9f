#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken keygen of secret keys
. "$(dirname "$0")/lib.sh"

make_token work

for type in kuznyechik magma gost28147; do
    t 0 "^pkcs11:token=work;id=.*;object=$type-key;type=secret-key\$" \
        gt keygen --label "$type-key" --type "$type" --pin-file pin
    t 0 "^secret key \"$type-key\", $type\$" gt list objects --pin-file pin
done
t 2 'no parameter sets' gt keygen --label x --type magma --paramset Z --pin-file pin
t 2 'no S-box' gt keygen --label x --type gost28147 --paramset Y --pin-file pin
# The standard's example, and an S-box of the old hash.
t 2 'no S-box' gt keygen --label x --type gost28147 --paramset 1.2.643.2.2.31.0 --pin-file pin
t 2 'no S-box' gt keygen --label x --type gost28147 --paramset 1.2.643.2.2.30.1 --pin-file pin
t 2 'needs --label' gt keygen --type magma --pin-file pin
t 2 'kuznyechik, magma, gost28147' gt keygen --label x --type aes --pin-file pin
t 4 'wrong' gt keygen --label x --type magma --pin-file wrong-pin

while read -r letter name; do
    t 0 '' gt keygen --label "box$letter" --type gost28147 --paramset "$letter" --pin-file pin --json
    json "j['paramset'] == '$name' and j['key_type'] == 'gost28147'"
done <<'END'
Z id-tc26-gost-28147-param-Z
A id-Gost28147-89-CryptoPro-A-ParamSet
B id-Gost28147-89-CryptoPro-B-ParamSet
C id-Gost28147-89-CryptoPro-C-ParamSet
D id-Gost28147-89-CryptoPro-D-ParamSet
END

t 0 '' gt keygen --label json --id 0a0b --type kuznyechik --pin-file pin --json
json '{"token", "label", "id", "key_type", "paramset", "uri"} == set(j) and j["id"] == "0a0b"'
json 'j["paramset"] is None'
uri='pkcs11:token=work;object=json;type=secret-key'

# Names that are taken; a pair of the same name is not in the way.
t 1 'already.*--force' gt keygen --label json --type magma --pin-file pin
t 1 'id 0a0b already' gt keygen --label other --id 0a0b --type magma --pin-file pin
t 0 '' gt keygen --label pair --type gost2012_256 --pin-file pin
t 0 '' gt keygen --label pair --type magma --pin-file pin
t 0 '' gt keygen --label json --type magma --pin-file pin --force

# Not shown without a login, and deleted like others.
t 0 'login' gt list objects
is "no secret key is shown without a login" "$(grep -c '^secret' out)" -eq 0
t 0 '' gt list objects --pin-file pin --json
json 'len([o for o in j["objects"] if o["type"] == "secret-key"]) == 11'
json 'all(o["private"] and o["uri"].endswith("type=secret-key") for o in j["objects"] if o["type"] == "secret-key")'
t 0 'Deleted the secret key' gt delete "$uri;id=%0a%0b" --yes --pin-file pin
