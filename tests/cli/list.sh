#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken list
. "$(dirname "$0")/lib.sh"

t 3 'gosttoken init' gt list objects
t 3 'no token' gt list objects --token work
make_token work
make_key alice
make_key борис gost2012_512

t 0 'ready +work$' gt list
t 0 'ready +work$' gt list tokens
t 2 'tokens.*objects' gt list keys
t 2 'does not take' gt list tokens objects
# --token is heeded.
t 0 'ready +work$' gt list --token work
is "that one alone, and the heading" "$(wc -l <out)" -eq 2
t 0 'ready +work$' gt list --token pkcs11:token=work
t 3 'no token matches nope.*"work"' gt list --token nope
t 3 'no token matches' gt list --token pkcs11:token=nope --json
t 2 'pkcs11: URI' gt list --token 'pkcs11:token=%zz'
t 0 '' gt list --token work --json
json '[t["label"] for t in j["tokens"]] == ["work"]'
t 0 '' gt list --json
json 'len([t for t in j["tokens"] if t["label"] == "work" and t["state"] == "ready"]) == 1'
json 'all(t["uri"] is None for t in j["tokens"] if t["state"] == "not-initialized")'

# Without a PIN: the public halves, and a note on standard error only.
t 0 'login' gt list objects
is "no private key is shown" "$(grep -c '^private' out)" -eq 0
is "both public keys are" "$(grep -c '^public' out)" -eq 2
is "the note is not on standard output" "$(grep -c -- --login out)" -eq 0
t 0 '' gt list objects -q
is "-q is without the note" ! -s err
t 0 '' gt list objects --json
json 'j["login"] is False and [o["type"] for o in j["objects"]] == ["public", "public"]'

# With one, whatever it comes from.
t 0 'private key "alice", gost2012_256, id-tc26-gost-3410-2012-256-paramSetB' \
    gt list objects --pin-file pin
t 0 'private key "борис", gost2012_512, id-tc26-gost-3410-2012-512-paramSetA' \
    gt list objects --pin-fd 7 7<pin
GOSTTOKEN_PIN=$pin t 0 '^private' gt list objects
t 0 '^private' gt list objects --token "pkcs11:token=work?pin-source=$work/pin"
t 0 '^private' gt list objects --token "pkcs11:token=work?pin-source=file:$work/pin"
t 0 '^private' gt list objects --token "pkcs11:token=work?pin-value=$pin"
t 4 'terminal' gt list objects --login
t 0 '' gt list objects --pin-file pin --json
json 'j["login"] is True and len(j["objects"]) == 4'
json 'all(o["uri"].startswith("pkcs11:token=work;") for o in j["objects"])'
json 'sorted({o["label"] for o in j["objects"]}) == ["alice", "борис"]'
json 'all(o["private"] == (o["type"] == "private") for o in j["objects"])'
json '{o["key_type"] for o in j["objects"]} == {"gost2012_256", "gost2012_512"}'
json '{"token", "type", "label", "id", "key_type", "paramset", "private", "uri"} == set(j["objects"][0])'

# PINs that are wrong; which token is meant.
t 4 'wrong.*9 tries are left' gt list objects --pin-file wrong-pin
GOSTTOKEN_PIN=wrong-one t 4 'wrong' gt list objects
t 4 'empty|too long' env GOSTTOKEN_PIN="$(printf 'x%.0s' {1..300})" setsid -w "$gosttoken" list objects
t 3 'no token matches home.*work' gt list objects --token home
t 3 'no token matches' gt list objects --token pkcs11:token=home
t 2 'pkcs11: URI' gt list objects --token 'pkcs11:token=%zz'
t 2 'not known' gt list objects --token 'pkcs11:tokken=work'
make_token home
t 0 '' gt list objects --json
json '{o["token"] for o in j["objects"]} == {"work"}'
GOSTTOKEN_PIN=$pin t 0 'login' gt list objects
is "one PIN is not tried on two tokens" "$(grep -c ^private out)" -eq 0
t 3 'name the one' gt list objects --pin-file pin
t 0 '^private' gt list objects --token work --pin-file pin
t 3 'several tokens \("home", "work"|several tokens \("work", "home"' \
    gt keygen --label x --type gost2012_256 --pin-file pin

# A label that would drive a terminal is shown harmless.
t 0 '' gt keygen --token work --label $'bad\e[31m' --type gost2012_256 --pin-file pin
t 0 'bad\\x1b\[31m' gt list objects --token work --pin-file pin
is "no escape reaches the terminal" "$(grep -c $'\e' out)" -eq 0
t 0 '' gt list objects --token work --pin-file pin --json
json 'any(o["label"] == "bad\x1b[31m" for o in j["objects"])'
# Nor in what is said of a token whose label another program has set, a line end in it.
if command -v pkcs11-tool >/dev/null && [ -z "${GOSTTOKEN_SANITIZE:-}" ]; then
    export GOSTTOKEN_DIR=$work/evil
    module=$build/lib/libgosttoken-pkcs11.so
    pkcs11-tool --module "$module" --init-token --slot-index 0 --label $'e\e[31m\nX\xc2\x9bY' --so-pin "$so_pin" >/dev/null 2>&1
    pkcs11-tool --module "$module" --slot-index 0 --login --login-type so --so-pin "$so_pin" --init-pin --pin "$pin" >/dev/null 2>&1
    t 4 'e.x1b.31m X.xc2.x9bY" is wrong' gt list objects --pin-file wrong-pin
    is "no escape in a message" "$(grep -c -e $'\e' -e $'\xc2\x9b' err)" -eq 0
    is "and one line" "$(wc -l <err)" -eq 1
    t 0 'e.x1b.31m X' gt journal verify
    is "no escape in an answer" "$(grep -c -e $'\e' -e $'\xc2\x9b' out)" -eq 0
    t 0 '' gt list --json
    json 'j["tokens"][0]["label"] == "e\x1b[31m\nX\x9bY"'
    is "nor in JSON" "$(grep -c -e $'\e' -e $'\xc2\x9b' out)" -eq 0
    export GOSTTOKEN_DIR=$work/tokens
fi

# Output that cannot be written is a failure.
[ ! -c /dev/full ] || t 1 'cannot write the output' bash -c "'$gosttoken' list >/dev/full"

# A directory without tokens, as after a mistake in its name: it is named.
GOSTTOKEN_DIR=$work/elsewhere t 0 "no token is in use in $work/elsewhere.*init" gt list
GOSTTOKEN_DIR=$work/elsewhere t 3 "no token in $work/elsewhere" gt list objects
GOSTTOKEN_DIR='' t 0 'GOSTTOKEN_DIR is not set' gt list

# Tokens that cannot be read are not like slots that are free.
GOSTTOKEN_DIR=$work/damaged
mkdir -m 0700 "$GOSTTOKEN_DIR"
for label in good beginning version end; do
    make_token $label
done
printf 'garbage' | dd of=damaged/token-1.db conv=notrunc 2>/dev/null
# PRAGMA user_version, at its place in the file (SQLite's format, 1.3)
printf '\0\0\0\143' | dd of=damaged/token-2.db bs=1 seek=60 conv=notrunc 2>/dev/null
truncate -s 5000 damaged/token-3.db
t 0 '' gt list
cp out listed
is "the good one is ready" "$(grep -c 'ready *good$' listed)" -eq 1
is "three are unreadable" "$(grep -c ' unreadable ' listed)" -eq 3
t 0 'slot 1 .*token-1.db: not a gosttoken token' gt list
t 0 'slot 2 .*schema version 99' gt list
t 0 'slot 3 .*token-3.db' gt list
t 0 '' gt list --json
json '[t["state"] for t in j["tokens"] if t["slot"] in (1, 2, 3)] == ["unreadable"] * 3'
json 'all((t["trouble"] is None) == (t["state"] != "unreadable") for t in j["tokens"])'
t 0 'schema version 99' gt list objects
t 3 'schema version 99' gt list objects --token version
t 1 'slot 2 holds a token that cannot be read.*schema version 99' \
    gt init --label new --slot 2 --force --yes --so-pin-file so-pin --pin-file pin
cp damaged/token-2.db before
t 0 'is ready' gt init --label new --so-pin-file so-pin --pin-file pin
is "the unreadable token is left as it was" "$(cmp damaged/token-2.db before; echo $?)" -eq 0
