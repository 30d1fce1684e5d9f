#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Damaged token files: what is said of them, and that a backup takes their place whatever is damaged.
. "$(dirname "$0")/lib.sh"

echo correct-horse-17 >password
echo 'kdf.ms = 1' >fast.conf
export GOSTTOKEN_CONF=$work/fast.conf
file=tokens/token-0.db

make_token work
make_key alice
t 0 '' gt backup copy --pin-file pin --password-file password
gt list objects --pin-file pin --json >objects
cp -r tokens good
size=$(stat -c %s $file)
pages=$((size / 4096))
is "there are pages to damage" "$pages" -gt 4
restore() {
    gt restore copy --pin-file pin --password-file password "$@"
}
fresh() {
    rm -rf tokens
    cp -r good tokens
}
page() { # NUMBER: other bytes in that page
    fresh
    head -c 4096 /dev/urandom | dd of=$file bs=4096 seek="$1" conv=notrunc status=none
}

# whole TEXT: the token is, and the damaged file, which is in ./damaged, is kept
whole() {
    t 0 'is whole: 2 objects' gt doctor tokens
    gt list objects --pin-file pin --json >objects.now
    is "$1: the token is whole again" "$(cmp objects objects.now 2>&1)" = ""
    is "$1: the damaged file is kept" "$(cmp damaged $file.damaged-1 2>&1)" = ""
    is "$1: and nothing else" "$(find tokens -mindepth 1 ! -name 'token-0.db*' | wc -l)" -eq 0
}

# ---- any page, any length ------------------------------------------------------------------------

for ((n = 0; n < pages; n++)); do
    page $n
    cp $file damaged
    t 1 '--force' restore
    is "page $n: nothing is done without --force" "$(cmp damaged $file 2>&1)" = ""
    t 5 '' restore --force
    t 0 'kept as .*/tokens/token-0.db.damaged-1' restore --force --yes
    whole "page $n"
done
for n in 0 1 99 512 4096 5000 $((size / 2)) $((size - 4096)) $((size - 1)); do
    fresh
    truncate -s "$n" $file
    cp $file damaged
    t 1 '--force' restore
    t 0 'kept as' restore --force --yes
    whole "$n bytes"
done
fresh
head -c 60000 /dev/urandom >$file
cp $file damaged
t 1 'slot 0 is a token that cannot be read: --force' restore --slot 0
t 0 '' restore --slot 0 --force --yes --json
json 'j["kept"].endswith("/tokens/token-0.db.damaged-1") and j["replaced"]'
whole garbage
# The next one has the next number.
head -c 60000 /dev/urandom >$file
t 0 'token-0.db.damaged-2' restore --force --yes
is "the first one stays" "$(cmp damaged $file.damaged-1 2>&1)" = ""
t 0 '' restore --force --yes --json
json 'j["kept"] is None'

# What somebody did to the journal is kept for who looks into it; a forgotten journal of SQLite's beside the
# name that it gets is not.
fresh
"$build/tests/cli-alter" tokens 0 "DELETE FROM journal WHERE seq = 2" >out 2>err
cp $file damaged
echo old >$file.damaged-1-journal
t 0 'kept as' restore --force --yes
whole "an altered journal"
is "no journal of another file is beside it" ! -e $file.damaged-1-journal

# As doctor says it, by the SO's PIN, and to a slot that is not the one of the backup.
page 2
cp $file damaged
remedy=$(gt doctor tokens | sed -n 's/^ *\$ gosttoken restore FILE //p')
is "doctor names the command" "$remedy" = "--slot 0 --force"
# shellcheck disable=SC2086
t 0 '' gt restore copy $remedy --yes --so-pin-file so-pin --password-file password
whole "the SO's PIN"
page 2
t 1 'is in slot 0: restore it there' restore --force --yes --slot 3
mv $file tokens/token-4.db
t 1 'slot 4 has this token already' restore
t 5 '' restore --force
t 0 'slot 4.* as it was' restore --force --yes
is "kept there" -e tokens/token-4.db.damaged-1

# What is no file of ours is not replaced.
fresh
rm $file
mkdir $file
t 1 'not a plain file' restore --slot 0 --force --yes
is "a directory stays" -d $file

# Tries that are spent stay spent, as long as their record can be read.
fresh
for _ in 1 2 3 4; do
    gt list objects --pin-file wrong-pin >/dev/null 2>&1
done
cp -r tokens spent
kept=0
for ((n = 0; n < pages; n++)); do
    rm -rf tokens
    cp -r spent tokens
    head -c 4096 /dev/urandom | dd of=$file bs=4096 seek="$n" conv=notrunc status=none
    t 0 'kept as' gt restore copy --force --yes --so-pin-file so-pin --password-file password
    gt list objects --pin-file wrong-pin >out 2>err
    if grep -aq '5 tries' err; then
        kept=$((kept + 1))
    fi
done
is "most pages say nothing of tries: $kept of $pages keep them" "$kept" -ge $((pages / 2))

# ---- what is said of them ------------------------------------------------------------------------

for n in 0 1 2 3; do
    page $n
    t 0 '^ +0 +- +unreadable' gt list
    is "page $n: not: no token is in use" "$(grep -c 'gosttoken init' out)" -eq 0
    t 0 'slot 0 cannot be used: .*token-0.db' gt list
    t 0 '' gt list --json
    json '[(t["slot"], t["state"]) for t in j["tokens"]] == [(0, "unreadable"), (1, "not-initialized")]'
    json '"token-0.db" in j["tokens"][0]["trouble"] and j["tokens"][0]["label"] == ""'
    t 3 'no token that can be read' gt list objects
    t 3 'no token that can be read' gt keygen --label x --type gost2012_256 --pin-file pin
    t 1 'slot 0 cannot be read: .*token-0.db.*doctor' gt info --slot 0
    t 1 'slot 0 cannot be read: .*token-0.db' gt format --slot 0 --repair --force --yes
    t 1 'slot 0 holds a token that cannot be read' \
        gt init --label new --slot 0 --force --yes --so-pin-file so-pin --pin-file pin
    gt doctor tokens >out 2>err
    is "page $n: one finding, its remedy, the sum" "$(wc -l <out)" -eq 3
    is "page $n: without escapes" "$(grep -c 'x0a\|\*\*\*' out)" -eq 0
done
: >$file
t 0 '^ +0 +- +unreadable' gt list
rm -rf tokens
t 0 'no token is in use' gt list
