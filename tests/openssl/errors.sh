#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Wrong or missing things: each must fail with an OpenSSL error that names the cause.
. "$(dirname "$0")/lib.sh"

new_token work
new_key work alice gost2012_256
self_signed work alice
alice=$(key work alice)

# with CNF COMMAND...: ours under another configuration
with() {
    local cnf=$1
    shift
    ours "$@"
}

sign() {
    ours dgst -md_gost12_256 -sign "$1" -out never message
}

# As OpenSSL prints its errors: "…:error:NUMBER:library:function:reason:file:line:text".
refuses_key() {
    local pattern=$1 uri=$2
    rm -f never
    refuses "error:.*($pattern)" sign "$uri"
    holds "nothing was signed" ! -s never
    refuses "error:.*($pattern)" ours cms -sign -binary -in message -signer alice.crt \
        -inkey "$uri" -outform DER -out never
}

# names
refuses_key 'no such token' 'pkcs11:token=nowhere;object=alice;type=private'
refuses_key 'no such object' 'pkcs11:token=work;object=nobody;type=private'
refuses_key 'no such object' 'pkcs11:token=work;id=%ff%fe;type=private'
refuses 'error:.*(no such token)' ours x509 -in 'pkcs11:token=nowhere;object=alice;type=cert' -noout
refuses 'error:.*(no such object)' \
    ours x509 -in 'pkcs11:token=work;object=nobody;type=cert' -noout
refuses_key 'unknown attribute: colour' 'pkcs11:token=work;object=alice;colour=red'
refuses_key 'type|attribute' 'pkcs11:token=work;object=alice;type=potato'
refuses_key 'URI' 'pkcs11:token=work;object=%zz'

# two that match
new_token spare
new_key spare alice gost2012_256
new_key spare other gost2012_256
refuses_key 'more than one object' 'pkcs11:object=alice;type=private'
# spelt fully it is one again
ok sign "$alice"
must "$gosttoken" keygen --force --token spare --label alice --type gost2012_256 \
    --pin-file "$work/pin"
refuses_key 'more than one object' "$(key spare alice)"

# PINs
refuses_key 'wrong pin' "$alice?pin-value=not-the-pin"
also '[0-9]+ (more )?(try|tries)|(try|tries) left'
unset GOSTTOKEN_PIN
no_terminal=(setsid --wait env "${preload[@]}" OPENSSL_CONF="$cnf" "$openssl")
refuses 'error:.*PIN' "${no_terminal[@]}" dgst -md_gost12_256 -sign "$alice" -out never message
refuses_key 'pin-source|cannot (open|read)|No such file' "$alice?pin-source=$work/no-such-file"
export GOSTTOKEN_PIN=$pin
ok sign "$alice"

# The last try is not spent without a person, and the lock says so.
wrong() {
    refuses 'error:.*PIN' sign "$(key spare other)?pin-value=bad-$1"
}
for n in 1 2 3 4 5 6 7 8 9 10 11; do
    wrong $n
done
also 'last try'
refuses 'last try' sign "$(key spare other)"
also 'error:.*pin'
if command -v pkcs11-tool >/dev/null && [ -z "$sanitize" ]; then
    # Somebody spends it all the same.
    for n in 1 2; do
        pkcs11-tool --module "$build/lib/libgosttoken-pkcs11.so" --token-label spare --login \
            --pin "bad-$n" -O >/dev/null 2>&1 || true
    done
    refuses 'error:.*lock' sign "$(key spare other)"
fi
# The other token is as it was.
ok sign "$alice"

# the module
module_at() {
    sed "s|^\([[:space:]]*module-path[[:space:]]*=\).*|\1 $1|" "$cnf" >moved.cnf
    grep -qF "$1" moved.cnf || flaw "no module-path in the configuration" cat "$cnf"
    with "$work/moved.cnf" dgst -md_gost12_256 -sign "$alice" -out never message
}
refuses 'error:.*(not loadable).*/nonexistent/module.so' module_at /nonexistent/module.so
refuses 'error:.*(not loadable).*libcrypto' \
    module_at "$(ldd "$openssl" | awk '/libcrypto/ { print $3 }')"
refuses 'error:.*(not loadable)' module_at "$work/message"

# the store: open to others, not a directory, another user's, not writable
in_store() {
    env GOSTTOKEN_DIR="$1" "${preload[@]}" OPENSSL_CONF="$cnf" "$openssl" dgst -md_gost12_256 \
        -sign "$alice" -out never message
}
mkdir open-store
chmod 0777 open-store
refuses 'error:.*(token store|GOSTTOKEN_DIR)' in_store "$work/open-store"
printf 'not a database, by far\n' >not-a-directory
refuses 'error:.*(token store|GOSTTOKEN_DIR)' in_store "$work/not-a-directory"
# root may write anywhere, so another user has to try.
as_nobody() {
    runuser -u nobody -- env HOME="$work/theirs" "$@"
}
if [ "$(id -u)" -eq 0 ] && command -v runuser >/dev/null &&
    as_nobody test -x "$gosttoken" -a -x "$build/tests/life"; then
    chmod 711 "$work"
    chmod 644 "$cnf" message
    mkdir theirs
    chown nobody theirs
    install -o nobody -m 600 pin their-pin
    install -o nobody -m 600 so-pin their-so-pin
    theirs=(as_nobody env GOSTTOKEN_DIR="$work/theirs/tokens")
    must as_nobody mkdir -m 700 "$work/theirs/tokens"
    must "${theirs[@]}" "$gosttoken" init --label work --pin-file "$work/their-pin" \
        --so-pin-file "$work/their-so-pin"
    must "${theirs[@]}" "$gosttoken" keygen --token work --label alice --type gost2012_256 \
        --pin-file "$work/their-pin"
    chmod -R a-w theirs/tokens
    refuses 'writ.*(token store|GOSTTOKEN_DIR)|(token store|GOSTTOKEN_DIR).*writ' "${theirs[@]}" \
        "$gosttoken" keygen --token work --label bob --type gost2012_256 \
        --pin-file "$work/their-pin"
    # To sign, the count of tries has to be written first.
    refuses 'error:.*(token store|GOSTTOKEN_DIR)' "${theirs[@]}" "${preload[@]}" \
        OPENSSL_CONF="$cnf" "$openssl" dgst -md_gost12_256 -sign "$alice" -out /dev/null message
    chmod -R u+w theirs/tokens
    ok "${theirs[@]}" "${preload[@]}" OPENSSL_CONF="$cnf" "$openssl" dgst -md_gost12_256 \
        -sign "$alice" -out /dev/null message
    refuses 'error:.*(token store|GOSTTOKEN_DIR)' as_nobody env GOSTTOKEN_DIR="$work/tokens" \
        "${preload[@]}" OPENSSL_CONF="$cnf" "$openssl" dgst -md_gost12_256 -sign "$alice" \
        -out /dev/null message
    refuses 'token store|GOSTTOKEN_DIR' as_nobody env GOSTTOKEN_DIR="$work/tokens" "$gosttoken" \
        keygen --token work --label no --type gost2012_256 --pin-file "$work/their-pin"
fi
ok sign "$alice"

# A configuration that is not understood is not guessed at. (OpenSSL goes on without a provider that
# refuses its section, and drops the reason.)
sed 's|^\([[:space:]]*\)\(activate[[:space:]]*=.*\)|\1\2\n\1bridge = perhaps|' "$cnf" >odd.cnf
refuses '.' with "$work/odd.cnf" dgst -md_gost12_256 -sign "$alice" -out never message
holds "nothing was signed" ! -s never
