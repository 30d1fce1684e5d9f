#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken info, in each state a token can be in
. "$(dirname "$0")/lib.sh"

# Nothing there, a factory token, a free slot, a slot that is not.
t 3 'gosttoken init' gt info
t 0 'the default one still' gt info --slot 0
t 0 '' gt info --slot 0 --json
json 'j["state"] == "factory" and j["user_pin"]["state"] == "default" == j["so_pin"]["state"]'
json 'j["file"] is None and j["memory"]["total"] is None and j["uri"]'
t 0 '0000000000000000' gt info --token gosttoken
is "looking at it did not make it" "$(find tokens -name '*.db' 2>/dev/null | wc -l)" -eq 0
t 3 'no token in slot 77' gt info --slot 77
t 2 '--slot takes a number' gt info --slot x
t 2 '--slot takes a number' gt info --slot -1
t 2 'exclude each other' gt info --slot 0 --token work

make_token work
make_key alice
t 0 'slot is free.*--slot 1' gt info --slot 1
t 0 '' gt info --slot 1 --json
json 'j["state"] == "not-initialized" and "user_pin" not in j and j["journal"] is None'

# Everything the page has.
for line in 'label +work' 'serial number +[0-9a-f]{16}' 'manufacturer +gosttoken' 'model' \
    'hardware version +1\.0' 'firmware version +0\.1' 'state +ready' 'memory +.*free' \
    "file +$work/tokens/token-0.db" 'module version +.*PKCS #11 2\.40' 'tries left +10 of 10' \
    'length +6 to 249 bytes' 'may be changed by +the user and the SO' 'public keys +1' \
    'private keys +0' 'all, private ones too +2' 'records +1 to [0-9]+' 'state +whole'; do
    t 0 "^  $line" gt info
done
is "and no mechanisms" "$(grep -c CKM_ out)" -eq 0
is "but their number" "$(grep -cE '^  how many +[0-9]{2,3} \(--mechanisms lists them\)$' out)" -eq 1
t 0 '' gt info --json
json 'j["label"] == "work" and j["login"] is False and j["objects"]["private"] == 0'
json 'j["objects"]["total"] == 2 and j["objects"]["public"] == 1'
json 'j["file"].endswith("token-0.db") and 0 < j["memory"]["free"] <= j["memory"]["total"]'
json 'j["user_pin_changed_by"] == ["so", "user"] and len(j["mechanisms"]) > 60'
json 'set(j["user_pin"]) == {"state", "set", "locked", "default", "must_change", "tries",
    "tries_left", "min_length", "max_length", "changed", "rules"} == set(j["so_pin"])'
json 'j["user_pin"]["changed"].startswith("20") and j["user_pin"]["changed"].endswith("Z")'
json 'j["journal"]["on"] and not j["journal"]["altered"] and not j["journal"]["checked"]'
t 0 'private keys +1' gt info --pin-file pin
t 0 'whole, checked against' gt info --pin-file pin
t 0 '' gt info --pin-file pin --json
json 'j["login"] and j["objects"]["private"] == 1 and j["journal"]["checked"]'
t 4 'wrong.*9 tries' gt info --pin-file wrong-pin
t 4 'terminal' gt info --login
# A PIN of the environment is not spent on looking.
GOSTTOKEN_PIN=wrong t 0 'tries left +9 of 10' gt info

# Mechanisms: names, sizes, what they do.
t 0 '^  CKM_GOSTR3410_KEY_PAIR_GEN +256 +generate-key-pair$' gt info --mechanisms
t 0 '^  CKM_GOSTR3411_12_256 +- +digest$' gt info --mechanisms
is "each has a name" "$(grep -c '^  0x' out)" -eq 0
t 0 '' gt info --mechanisms --json
json 'len(j["mechanisms"]) > 60 and len({m["number"] for m in j["mechanisms"]}) == len(j["mechanisms"])'
json '[m["can"] for m in j["mechanisms"] if m["name"] == "CKM_KUZNYECHIK_MGM"] == [["encrypt", "decrypt"]]'
json 'all(m["can"] and (m["min_key_size"] is None) == (m["max_key_size"] is None) for m in j["mechanisms"])'

# PINs in their states.
state() {
    t 0 '' gt info --json
    json "j['user_pin']['state'] == '$1'"
}
state tries-low
for _ in 1 2 3 4 5 6 7 8; do
    t 4 'wrong' gt info --pin-file wrong-pin
done
state final-try
t 0 'one try is left' gt info
t 4 'one try is left.*nobody typed' gt info --pin-file pin
t 0 '' gt pin unlock --so-pin-file so-pin
state ok
t 0 '' gt pin set --so-pin-file so-pin --new-pin-file pin --must-change
state must-change
t 0 'must be changed before it is used' gt info

# A token that cannot be read.
make_token broken
printf 'garbage' | dd of=tokens/token-1.db conv=notrunc 2>/dev/null
t 1 'cannot be read.*not a gosttoken token' gt info --slot 1
