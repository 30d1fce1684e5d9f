#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Another maker's module (SoftHSM, which has no GOST in Debian): what does not need GOST works.
. "$(dirname "$0")/lib.sh"

module=
for f in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
    [ -e "$f" ] && module=$f
done
[ -n "$module" ] || skip "softhsm2 is not installed"
mkdir softhsm
echo "directories.tokendir = $work/softhsm" >softhsm2.conf
export SOFTHSM2_CONF=$work/softhsm2.conf
v() {
    gt --module "$module" "$@"
}

t 0 'not-initialized' v list
t 0 'is ready' v init --label work --so-pin-file so-pin --pin-file pin
t 0 'ready +work$' v list
t 1 'already' v init --label work --so-pin-file so-pin --pin-file pin
t 1 'does not have this algorithm' v keygen --label alice --type gost2012_256 --pin-file pin
if command -v pkcs11-tool >/dev/null; then
    printf 'hello' >data
    pkcs11-tool --module "$module" --token-label work --login --pin $pin --write-object data \
        --type data --label note >out 2>err
    pkcs11-tool --module "$module" --token-label work --login --pin $pin --keypairgen \
        --key-type EC:prime256v1 --label ec --id 07 >out 2>err
    t 0 'private key "ec", ec' v list objects --pin-file pin
    t 0 'data "note"' v list objects --pin-file pin
    t 0 'Deleted' v delete --label ec --type key --yes --pin-file pin
    t 0 'Deleted' v delete pkcs11:object=note --yes --pin-file pin
fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.key -subj /CN=ec \
    -out ec.crt 2>/dev/null
t 3 'does not match any' v import-cert --label ec --pin-file pin ec.crt
t 0 'type=cert' v import-cert --label ec --no-key --pin-file pin ec.crt
t 4 'wrong' v list objects --pin-file wrong-pin
GOSTTOKEN_MODULE=$module t 0 ' work$' gt list
t 0 '' v init --label work --so-pin-file so-pin --pin-file pin --force --yes
t 0 'nothing on the token' v list objects --pin-file pin

# Administration, as far as the module goes; what it cannot do is said, and what to do instead.
echo 'Another5PIN' >new-pin
t 0 '^  tries left|length +4 to' v info
t 0 'manufacturer +SoftHSM' v info
is "no journal, no file" "$(grep -cE '^Journal|^  file' out)" -eq 0
t 0 '' v info --mechanisms --pin-file pin --json
json 'j["journal"] is None and j["file"] is None and j["user_pin"]["tries"] is None'
json 'j["user_pin"]["default"] is None and j["user_pin_changed_by"] is None and j["login"]'
json 'any(m["name"] == "CKM_RSA_PKCS" and m["max_key_size"] for m in j["mechanisms"])'
t 0 'changed' v pin change --pin-file pin --new-pin-file new-pin
t 4 'user PIN .*is wrong' v pin change --pin-file pin --new-pin-file new-pin
t 4 'takes 4 to 255' v pin change --pin-file new-pin --new-pin-file <(echo abc)
t 0 'SO PIN.*changed' v pin change --so --so-pin-file so-pin --new-pin-file new-pin
t 0 'is set' v pin set --so-pin-file new-pin --new-pin-file pin
t 4 'SO PIN .*is wrong' v pin set --so-pin-file so-pin --new-pin-file pin
t 1 'knows no --must-change' v pin set --so-pin-file new-pin --new-pin-file pin --must-change
t 1 'cannot give tries back.*pin set' v pin unlock --so-pin-file new-pin
t 0 'may be changed by +not known' v pin policy
t 1 'cannot be renamed.*format' v label home --pin-file pin
t 1 'no journal' v journal show
t 1 'no journal' v journal verify --pin-file pin
t 3 '0 happened' v events --count 1 --timeout 1
t 5 'may hold keys.*--force' v format --yes --so-pin-file new-pin --new-pin-file pin
t 1 'leave those options out' v format --yes --force --tries 3 --so-pin-file new-pin --new-pin-file pin
t 1 'without its SO PIN' v format --yes --force --repair --new-pin-file pin
t 4 'SO PIN .*is wrong' v format --yes --force --so-pin-file so-pin --new-pin-file pin
t 0 '"fresh" is formatted' v format --yes --force --label fresh --so-pin-file new-pin \
    --new-so-pin-file so-pin --new-pin-file pin
t 0 'nothing on the token' v list objects --token fresh --pin-file pin
t 0 'is set' v pin set --token fresh --so-pin-file so-pin --new-pin-file new-pin
