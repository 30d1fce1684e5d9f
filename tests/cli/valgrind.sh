#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main commands under valgrind: no leak, no invalid access.
. "$(dirname "$0")/lib.sh"
command -v valgrind >/dev/null || skip "valgrind is not installed"

vg() {
    setsid -w valgrind -q --error-exitcode=42 --leak-check=full --show-leak-kinds=definite,possible \
        --errors-for-leak-kinds=definite,possible "$gosttoken" "$@"
}

t 0 '' vg init --label work --so-pin-file so-pin --pin-file pin
t 0 '' vg init --label work --so-pin-file so-pin --pin-file pin --force --yes
t 0 '' vg keygen --label alice --type gost2012_256 --pin-file pin
t 0 '' vg keygen --label bob --type gost2012_512 --pin-file pin --json
"$build/tests/cli-pubkey" "pkcs11:object=alice;type=public" | python3 "$here/mkcert.py" Alice alice.der
t 0 '' vg import-cert --pin-file pin alice.der
t 3 '' vg import-cert --label bob --pin-file pin alice.der
t 0 '' vg list
t 0 '' vg list --json
t 0 '' vg list objects --pin-file pin
t 0 '' vg list objects --pin-file pin --json
t 4 '' vg list objects --pin-file wrong-pin
t 3 '' vg list objects --token nowhere
t 3 '' vg delete --label alice --yes --pin-file pin
t 0 '' vg delete --label alice --type all --yes --pin-file pin --json
t 0 '' vg config --token work --pin-source pin
t 0 '' vg config --json
t 0 '' vg --help
t 2 '' vg list --frob
t 1 '' vg --module /nonexistent.so list
