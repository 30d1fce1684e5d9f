#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken backup and restore
. "$(dirname "$0")/lib.sh"

password=correct-horse-17
echo $password >password
echo "no-$password" >wrong-password
echo short >short-password
cat >fast.conf <<END
kdf.ms = 1
END
export GOSTTOKEN_CONF=$work/fast.conf
chmod 600 fast.conf
gt list >out 2>err || sed -n 1p err

make_token work
make_key alice
make_key bob gost2012_512
t 0 '' gt keygen --label rsa --type rsa:2048 --pin-file pin
gt list objects --pin-file pin --json >objects.before
gt export-pub --label alice >alice.pub

# ---- backup ------------------------------------------------------------------------------------

t 0 'token "work" is in copy: 6 objects, read back' gt backup copy --pin-file pin --password-file password
is "nobody else reads it" "$(stat -c %a copy)" = 600
is "nothing of it is plain" "$(grep -acE 'alice|work|SQLite' copy)" -eq 0
t 0 '' gt backup copy2 --pin-file pin --password-fd 3 3<password --json
json '{"token", "serial", "copy", "made", "slot", "objects", "bytes", "file"} == set(j)'
json 'j["token"] == "work" and j["objects"] == 6 and len(j["copy"]) == 32'
t 1 'is there already' gt backup copy --pin-file pin --password-file password
t 0 '' gt backup copy2 --pin-file pin --password-file password --force
t 2 'needs the name' gt backup --pin-file pin --password-file password
t 2 'needs the name' gt backup - --pin-file pin --password-file password
t 4 'at least 12' gt backup copy3 --pin-file pin --password-file short-password
t 4 'wrong' gt backup copy3 --pin-file wrong-pin --password-file password
t 4 'terminal' gt backup copy3 --pin-file pin
t 4 'cannot read the password file' gt backup copy3 --pin-file pin --password-file nowhere
t 1 'cannot write' gt backup nowhere/copy3 --pin-file pin --password-file password
t 2 'exclude' gt backup copy3 --pin-file pin --password-file password --password-fd 3 3<password
mkfifo pipe
t 1 'no plain file' gt backup pipe --force --pin-file pin --password-file password
is "a pipe stays" -p pipe
is "no failure leaves a file" "$(find . -name "*copy3*" | wc -l)" -eq 0
if [ -c /dev/full ]; then
    ln -s /dev/full full
    t 1 '' gt backup full --pin-file pin --password-file password # a name is there
fi

# ---- what is no copy, or another password's ------------------------------------------------------

t 0 'is whole: a copy of the token "work"' gt restore copy --check --password-file password
t 0 '' gt restore copy --check --password-file password --json
json 'j["restored"] is False and j["token"] == "work"'
t 4 'password|passphrase' gt restore copy --check --password-file wrong-password
t 1 'no backup' gt restore password --check --password-file password
t 1 'cannot read' gt restore nowhere --check --password-file password
t 1 'not a file' gt restore <(cat copy) --check --password-file password
t 2 'needs the file' gt restore --check
t 2 'exclude' gt restore copy --check --password-file password --password-fd 3 3<password
t 2 'exclude' gt restore copy --password-file password --so-pin-file so-pin --so-pin-fd 3 3<so-pin
cp -r tokens tokens.before
size=$(stat -c %s copy)
for at in 0 15 20 30 50 60 70 100 111 112 200 $((size / 2)) $((size - 17)) $((size - 16)) $((size - 1)); do
    cp copy bad
    python3 -c "
f = open('bad', 'r+b'); f.seek($at); b = f.read(1)[0]; f.seek($at); f.write(bytes([b ^ 1]))"
    code=1
    [ "$at" -ge 112 ] && [ "$at" -lt 65648 ] && code=4 # the first chunk: the password is blamed
    t $code '' gt restore bad --check --password-file password
done
for len in 0 10 111 112 113 $((size / 2)) $((size - 16)) $((size - 1)); do
    head -c $len copy >bad
    t 1 '' gt restore bad --force --yes --pin-file pin --password-file password
done
{ cat copy; echo; } >bad
t 1 'follows' gt restore bad --force --yes --pin-file pin --password-file password
is "nothing of the store has changed" "$(diff -r tokens tokens.before)" = ""

# ---- restore -------------------------------------------------------------------------------------

t 1 'is here, in slot 0: --force' gt restore copy --pin-file pin --password-file password
t 5 '' gt restore copy --force --pin-file pin --password-file password
t 0 '' gt delete "pkcs11:object=alice" --type key --yes --pin-file pin
t 0 '' gt keygen --label carol --type gost2012_256 --pin-file pin
t 0 'in slot 0, as it was' gt restore copy --force --yes --pin-file pin --password-file password
gt list objects --pin-file pin --json >objects.after
is "all objects are back" "$(diff objects.before objects.after)" = ""
is "nothing else is in the directory" "$(find tokens -mindepth 1 ! -name token-0.db ! -name token-0.db-queue | wc -l)" -eq 0

# In another store, where there is none.
home=$GOSTTOKEN_DIR
export GOSTTOKEN_DIR=$work/elsewhere
t 4 'not the one the token had' gt restore copy --pin-file wrong-pin --password-file password
is "and speaks of no tries" "$(grep -c tries err)" -eq 0
is "a wrong PIN makes nothing" "$(find elsewhere -type f 2>/dev/null | wc -l)" -eq 0
t 0 '' gt restore copy --pin-file pin --password-file password --slot 5 --json
json 'j["slot"] == 5 and j["restored"] and not j["replaced"]'
gt list objects --pin-file pin --json >objects.after
is "the objects are there" "$(diff objects.before objects.after)" = ""
gt export-pub --label alice >again.pub
is "with the same keys" "$(cmp -s again.pub alice.pub && echo same)" = same
t 1 'in slot 5' gt restore copy --force --yes --pin-file pin --password-file password --slot 4
t 0 '' gt restore copy --force --yes --so-pin-file so-pin --password-file password
if [ -e "$build/lib/gosttoken.so" ] && [ -z "${GOSTTOKEN_SANITIZE:-}" ]; then
    gt config >ours.cnf
    echo data >data
    GOSTTOKEN_PIN=$(cat pin) OPENSSL_CONF=$work/ours.cnf openssl dgst -md_gost12_256 \
        -sign 'pkcs11:object=alice;type=private' -out data.sig data 2>err
    is "a restored key signs" "$(OPENSSL_CONF=$work/ours.cnf openssl dgst -md_gost12_256 \
        -verify alice.pub -signature data.sig data 2>>err)" = "Verified OK"
fi

# Another token where this one was: it moves.
export GOSTTOKEN_DIR=$work/third
make_token other
t 0 'in slot 1' gt restore copy --pin-file pin --password-file password
mkdir fifth
cp third/token-0.db fifth
GOSTTOKEN_DIR=$work/fifth t 1 'another token, "other"' gt restore copy --slot 0 --pin-file pin --password-file password
GOSTTOKEN_DIR=$work/fifth t 0 'in slot 0' gt restore copy --slot 0 --force --yes --pin-file pin --password-file password
GOSTTOKEN_DIR=$work/fifth gt list objects --pin-file pin --json >objects.after
is "the other token is replaced" "$(diff objects.before objects.after)" = ""
rm tokens.before -r

# A damaged file: what a backup is for.
export GOSTTOKEN_DIR=$work/fourth
mkdir fourth
head -c 3000 third/token-1.db >fourth/token-0.db
chmod 600 fourth/token-0.db
t 1 'cannot be read' gt restore copy --pin-file pin --password-file password
t 0 'in slot 0' gt restore copy --slot 0 --force --yes --pin-file pin --password-file password
gt list objects --pin-file pin --json >objects.after
is "the damage is gone" "$(diff objects.before objects.after)" = ""

# ---- tries ---------------------------------------------------------------------------------------

# tries: what is left for the user PIN
export GOSTTOKEN_DIR=$home
for _ in 1 2 3; do
    gt list objects --pin-file wrong-pin >/dev/null 2>&1
done
t 0 '' gt restore copy --force --yes --so-pin-file so-pin --password-file password
t 4 '6 tries' gt list objects --pin-file wrong-pin # one of seven: restored or not, three are gone
for _ in 1 2 3 4 5 6 7; do
    gt list objects --pin-file wrong-pin >/dev/null 2>&1
done
t 0 'user-pin-final-try' gt list
t 0 '' gt restore copy --force --yes --pin-file pin --password-file password
t 0 'user-pin-final-try' gt list # an old copy gives no new tries
t 0 '' gt list --json
json 'j["tokens"][0]["label"] == "work"'

# ---- the journal ---------------------------------------------------------------------------------

if gt --print-tables journal >/dev/null 2>&1; then
    t 0 '' gt journal show
    is "it tells of the copy" "$(grep -c 'backup' out)" -ge 1
    is "and of the restoring" "$(grep -c 'token-restore' out)" -ge 1
    export GOSTTOKEN_DIR=$work/elsewhere
    t 0 '' gt journal verify --pin-file pin
    export GOSTTOKEN_DIR=$home
fi

# ---- a full disk, a kill: all or nothing ---------------------------------------------------------

export GOSTTOKEN_DIR=$work/sixth
mkdir sixth
(
    trap '' XFSZ
    ulimit -f 8
    t 1 '' gt restore copy --pin-file pin --password-file password
    GOSTTOKEN_DIR=$work/fifth t 1 '' gt backup small --pin-file pin --password-file password
    [ "$failures" -eq 0 ] || touch failed
)
is "a file too large for the disk fails" ! -e failed
is "and leaves nothing" "$(find . -name ".new-token*" -o -name "small*" | wc -l)" -eq 0
cp fifth/token-0.db sixth
t 0 '' gt delete "pkcs11:object=bob" --type key --yes --pin-file pin
gt list objects --pin-file pin --json >objects.now
# How long it takes here is measured, the shortest of three, and it is killed at fourteen places of that time.
took=
for _ in 1 2 3; do
    began=$(date +%s%N)
    t 0 '' "$gosttoken" restore copy --force --yes --pin-file pin --password-file password
    ms=$((($(date +%s%N) - began) / 1000000 + 1))
    [ -n "$took" ] && [ "$took" -le $ms ] || took=$ms
    t 0 '' gt delete "pkcs11:object=bob" --type key --yes --pin-file pin
done
killed=0
for place in 1 2 3 4 5 6 7 8 9 10 11 12 15 20; do
    ms=$((took * place / 10 + 1))
    timeout -s KILL "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))" "$gosttoken" restore copy --force --yes \
        --pin-file pin --password-file password >out 2>err || killed=$((killed + 1))
    gt list objects --pin-file pin --json >objects.after 2>err
    if cmp -s objects.after objects.before; then
        gt delete "pkcs11:object=bob" --type key --yes --pin-file pin >out 2>err
    else
        is "killed after $ms: the token is as it was" "$(diff objects.now objects.after)" = ""
    fi
done
is "some were killed" "$killed" -gt 3
t 0 '' gt restore copy --force --yes --pin-file pin --password-file password
is "no leftovers" "$(find sixth -mindepth 1 ! -name token-0.db ! -name token-0.db-queue | wc -l)" -eq 0

# A backup that is killed leaves nothing, where the file system has files without a name. (A kill may cost a try.)
if python3 -c 'import os; os.open(".", os.O_TMPFILE | os.O_RDWR)' 2>err; then
    took=
    for n in 1 2 3; do
        began=$(date +%s%N)
        t 0 '' gt backup "unhurt$n" --pin-file pin --password-file password
        ms=$((($(date +%s%N) - began) / 1000000 + 1))
        [ -n "$took" ] && [ "$took" -le $ms ] || took=$ms
    done
    killed=0
    for place in 1 2 3 4 5 6 7 8 9; do
        ms=$((took * place / 10 + 1))
        timeout -s TERM "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))" "$gosttoken" backup "cut$place" \
            --pin-file pin --password-file password >out 2>err || killed=$((killed + 1))
        t 0 '' gt list objects --pin-file pin
    done
    is "some backups were killed" "$killed" -gt 2
    is "and left no file" "$(find . -name '.cut*' | wc -l)" -eq 0
fi

# Somebody else works with the token meanwhile.
for _ in 1 2 3 4 5 6; do
    gt keygen --label "more$RANDOM$RANDOM" --type gost2012_256 --pin-file pin >/dev/null 2>&1
done &
for n in 1 2 3; do
    t 0 '' gt backup "during$n" --pin-file pin --password-file password
    t 0 'is whole' gt restore "during$n" --check --password-file password
done
wait
t 0 '' gt restore during3 --force --yes --pin-file pin --password-file password
