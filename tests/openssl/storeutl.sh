#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# storeutl: what is on the tokens, by type, label and id.
. "$(dirname "$0")/lib.sh"

new_token first
new_token second
new_key first alice gost2012_256
new_key first bob gost2012_512
new_key second alice gost2012_256
self_signed first alice
self_signed first bob
self_signed second alice

# found N URI [OPTION...]
found() {
    local n=$1 uri=$2
    shift 2
    says "^Total found: $n\$" ours storeutl -noout "$@" "$uri"
}

# Two private keys, two public keys and two certificates on the first token.
found 6 'pkcs11:token=first'
found 3 'pkcs11:token=second'
# A PIN is sent to one token only, so of two tokens the public objects are listed.
found 6 'pkcs11:'
found 2 'pkcs11:token=first' -keys
found 2 'pkcs11:token=first;type=private'
found 2 'pkcs11:token=first' -certs
found 2 'pkcs11:token=first;type=cert'
found 2 'pkcs11:token=first;type=public'
found 3 'pkcs11:token=first;object=alice'
found 1 'pkcs11:token=first;object=alice;type=cert'
found 1 'pkcs11:token=first;object=bob;type=private'
refuses 'no PIN is sent to more than one' \
    ours storeutl -noout 'pkcs11:object=alice;type=private'
found 2 'pkcs11:object=alice;type=cert'
# A contradiction finds nothing; OpenSSL 3.5 calls that a failure, 3.0 does not.
checks=$((checks + 1))
ours storeutl -noout -keys 'pkcs11:token=first;type=cert' >"$out" 2>&1 || true
clean storeutl -keys
! grep -qE '^[0-9]+: ' "$out" || flaw "keys are found among certificates" cat "$out"
refuses 'no such object' ours storeutl -noout 'pkcs11:token=first;object=nobody'

# The listing names each object by a URI that finds it again.
ok ours storeutl 'pkcs11:token=first;object=alice;type=cert'
sed -n '/BEGIN CERT/,/END CERT/p' "$out" >listed.crt
ok ours x509 -in listed.crt -outform DER -out listed.der
ok ours x509 -in "$(cert first alice)" -outform DER -out direct.der
same listed.der direct.der

# By id, as gosttoken list tells it; keys and certificate of one name share it.
ok "$gosttoken" list objects --token first --pin-file "$work/pin"
id=$(grep -aoE 'id=[%0-9A-Fa-f]+' "$out" | head -n 1 || true)
holds "list tells an id in a URI" -n "$id"
if [ -n "$id" ]; then
    found 3 "pkcs11:token=first;$id"
    found 1 "pkcs11:token=first;$id;type=private"
fi

# Certificates and public keys need no PIN.
unset GOSTTOKEN_PIN
found 2 'pkcs11:token=first;type=cert'
found 1 'pkcs11:token=first;object=alice;type=public'

# Searches by name, as storeutl offers them, on what the loader returns.
says 'Total found: 1' ours storeutl -noout -certs -subject /CN=bob 'pkcs11:token=first'
