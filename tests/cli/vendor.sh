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
