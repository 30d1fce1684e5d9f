#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Where a PIN may come from, and in which order.
. "$(dirname "$0")/lib.sh"

new_token work
new_key work alice gost2012_256
alice=$(key work alice)
unset GOSTTOKEN_PIN
printf 'wrong-pin\n' >bad-pin
chmod 600 bad-pin

sign() {
    local uri=$1
    shift
    ours dgst -md_gost12_256 -sign "$uri" -out sig "$@" message
}

# Adds a line to the provider's own section: the one that names our module.
configured() {
    awk -v line="$1" '{ print } /^[[:space:]]*module[[:space:]]*=.*gosttoken/ { print line }' \
        "$cnf" >configured.cnf
    grep -qF "$1" configured.cnf || flaw "no section of ours in the configuration" cat "$cnf"
}

sign_configured() {
    local cnf=$work/configured.cnf
    sign "$@"
}

ok sign "$alice?pin-value=$pin"
ok sign "$alice?pin-source=$work/pin"
ok sign "$alice?pin-source=file:$work/pin"
ok env GOSTTOKEN_PIN="$pin" "${preload[@]}" OPENSSL_CONF="$cnf" "$openssl" dgst -md_gost12_256 \
    -sign "$alice" -out sig message
configured "pin = $pin"
ok sign_configured "$alice"
configured "pin-source = $work/pin"
ok sign_configured "$alice"
# A PIN without an end of line, and with one as other systems write it.
printf '%s' "$pin" >bare-pin
chmod 600 bare-pin
ok sign "$alice?pin-source=$work/bare-pin"

# The order: the URI before the configuration, before the environment. The first one counts alone.
configured "pin = $pin"
refuses 'PIN' sign_configured "$alice?pin-source=$work/bad-pin"
ok sign "$alice?pin-value=$pin"
configured "pin-source = $work/bad-pin"
ok sign_configured "$alice?pin-value=$pin"
export GOSTTOKEN_PIN=$pin
refuses 'PIN' sign_configured "$alice"
ok sign "$alice"
unset GOSTTOKEN_PIN

# -passin is OpenSSL's own way to answer what a store asks.
ok sign "$alice" -passin "pass:$pin"
ok sign "$alice" -passin "file:$work/pin"
refuses 'PIN' sign "$alice" -passin pass:wrong-pin
ok sign "$alice"?pin-source="$work/pin"

# A person at a terminal. expect gives the program one; openssl turns the echo off after it has
# asked, so the person waits for that.
if command -v expect >/dev/null; then
    # shellcheck disable=SC2016 # these are variables of expect
    ask() {
        env "${preload[@]}" OPENSSL_CONF="$cnf" LIVE_PIN="$1" ALICE="$alice" OPENSSL="$openssl" \
            expect -c '
                set timeout 60
                spawn $env(OPENSSL) dgst -md_gost12_256 -sign $env(ALICE) -out sig message
                expect {
                    -re "(?i)pin.*work|work.*pin" {}
                    eof { puts "nobody asked"; exit 3 }
                    timeout { puts "timeout"; exit 4 }
                }
                for {set n 0} {![regexp {\s-echo\s} [exec stty -a <$spawn_out(slave,name)]]} {incr n} {
                    if {$n > 1200} { puts "the echo stays on"; exit 5 }
                    after 50
                }
                send "$env(LIVE_PIN)\r"
                expect eof
                lassign [wait] pid spawn_id os status
                exit $status'
    }
    rm -f sig
    ok ask "$pin"
    holds "signed" -s sig
    refuses 'error:.*(wrong|incorrect)' ask wrong-pin
else
    echo "expect is not installed: nobody is asked"
fi

# A PIN given in a URI is in none of our errors. (The program itself shows the URI it was given, on
# a line of its own.)
ours_only() {
    local status=0
    sign "$1" >all 2>&1 || status=$?
    sed '/^Could not .* from pkcs11:/d' all
    return $status
}
refuses 'error:' ours_only "pkcs11:token=work;object=nobody;type=private?pin-value=$pin"
refuses 'error:' ours_only "pkcs11:token=nowhere;object=alice;type=private?pin-value=$pin"
refuses 'error:' ours_only "pkcs11:token=work;object=alice;colour=red?pin-value=$pin"
refuses 'error:' ours_only "pkcs11:token=work;object=alice;type=private?pin-value=%zz$pin"
ok ours storeutl -text "pkcs11:token=work?pin-value=$pin"
