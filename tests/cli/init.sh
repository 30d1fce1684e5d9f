#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken init
. "$(dirname "$0")/lib.sh"

t 0 'token "work" is ready' gt init --label work --so-pin-file so-pin --pin-file pin
t 0 'ready +work$' gt list
t 0 '' gt -q init --label quiet --so-pin-file so-pin --pin-file pin
is "-q says nothing" ! -s out

# Labels.
t 2 'needs --label' gt init --so-pin-file so-pin --pin-file pin
t 2 'needs --label' gt init --label '' --so-pin-file so-pin --pin-file pin
t 2 'at most 32' gt init --label 123456789012345678901234567890123
t 2 'it has 34 bytes.*Cyrillic' gt init --label ооооооооооооооооо
t 2 'control characters' gt init --label $'a\tb'
t 2 'UTF-8' gt init --label $'caf\xe9'
t 2 'blank at its end' gt init --label 'work '
t 0 'рабочий' gt init --label рабочий --so-pin-file so-pin --pin-file pin
t 0 'рабочий' gt list

# JSON.
t 0 '' gt init --label json --so-pin-file so-pin --pin-file pin --json
json 'j["label"] == "json" and j["state"] == "ready" and len(j["serial"]) > 0'
json 'j["uri"] == "pkcs11:token=json" and isinstance(j["slot"], int)'
json '{"slot", "label", "serial", "manufacturer", "model", "state", "uri"} <= set(j)'

# PINs: missing, short, empty, from descriptors, from the environment.
t 4 'so-pin-file' gt init --label pins --pin-file pin
t 4 'pin-file' gt init --label pins --so-pin-file so-pin
t 4 'cannot read the PIN file' gt init --label pins --so-pin-file nowhere --pin-file pin
t 4 'no PIN in the first line' gt init --label pins --so-pin-file so-pin --pin-file empty
echo 12345 >short
t 4 '5 bytes' gt init --label pins --so-pin-file so-pin --pin-file short
t 2 'exclude each other' gt init --label pins --so-pin-file so-pin --so-pin-fd 3 --pin-file pin
t 2 'file descriptor' gt init --label pins --so-pin-fd x --pin-file pin
t 4 'cannot read the PIN' gt init --label pins --so-pin-fd 99 --pin-file pin
gt list >out
is "none of these made a token" "$(grep -c pins out)" -eq 0
printf '%s\n%s\n' $so_pin $pin >both
t 0 '' gt init --label one-fd --so-pin-fd 5 --pin-fd 5 5<both
t 0 '' gt list objects --token one-fd --pin-file pin
GOSTTOKEN_PIN=$pin t 0 '' gt init --label env --so-pin-file so-pin
t 0 '' gt list objects --token env --pin-file pin
printf '%s\r\n' $pin >dos-pin
t 0 '' gt init --label dos --so-pin-file so-pin --pin-file dos-pin
t 0 '' gt list objects --token dos --pin-file pin
chmod 644 pin
t 0 'open to others' gt init --label warned --so-pin-file so-pin --pin-file pin
chmod 600 pin
t 0 '' gt init --label "link" --so-pin-file <(cat so-pin) --pin-file <(cat pin)

# A token is erased only by --force, after a yes, and by who knows its SO PIN.
make_key() {
    t 0 '' gt keygen --token work --label alice --type gost2012_256 --pin-file pin
}
make_key
t 1 'already.*--force' gt init --label work --so-pin-file so-pin --pin-file pin
t 5 'yes' gt init --label work --so-pin-file so-pin --pin-file pin --force
t 4 'SO PIN.*wrong' gt init --label work --so-pin-file wrong-pin --pin-file pin --force --yes
t 0 alice gt list objects --token work --pin-file pin
t 0 '' gt init --label work --so-pin-file so-pin --pin-file pin --force --yes
t 0 'nothing on the token' gt list objects --token work --pin-file pin

# Slots.
t 2 "slot's number" gt init --label s --slot x --so-pin-file so-pin --pin-file pin
t 2 "slot's number" gt init --label s --slot -1 --so-pin-file so-pin --pin-file pin
t 3 'no slot 9999' gt init --label s --slot 9999 --so-pin-file so-pin --pin-file pin
t 0 '' gt list --json
slot=$(python3 -c 'import json
print([t["slot"] for t in json.load(open("out"))["tokens"] if t["label"] == "work"][0])')
t 1 'holds the token "work"' gt init --label s --slot "$slot" --so-pin-file so-pin --pin-file pin
t 1 'already' gt init --label env --slot "$slot" --force -y --so-pin-file so-pin --pin-file pin
t 0 '' gt init --label renamed --slot "$slot" --force -y --so-pin-file so-pin --pin-file pin
t 3 'no token matches work' gt list objects --token work

# A store that cannot be used.
mkdir -m 0777 open
chmod 0777 open
GOSTTOKEN_DIR=$work/open t 1 'others can write to the directory \(mode 777\): chmod go-w it$' gt init --label x --so-pin-file so-pin --pin-file pin
GOSTTOKEN_DIR=$work/pin/below t 1 'GOSTTOKEN_DIR|directory' \
    gt init --label x --so-pin-file so-pin --pin-file pin
if [ "$(id -u)" != 0 ]; then
    mkdir -m 0500 closed
    GOSTTOKEN_DIR=$work/closed t 1 'permission|writ' \
        gt init --label x --so-pin-file so-pin --pin-file pin
fi

# Several at once, with the same PINs: none erases what another one has made.
race() { # NUMBER OPTION...: that many; their results are in ./codes, what they say in ./said
    local n=$1 i
    shift
    rm -rf race said codes
    for ((i = 1; i <= n; i++)); do
        { GOSTTOKEN_DIR=$work/race gt init --so-pin-file so-pin --pin-file pin "${@//@/$i}" >>said 2>&1
            echo $? >>codes; } &
    done
    wait
    GOSTTOKEN_DIR=$work/race t 0 '' gt list --json
}
for _ in 1 2 3; do
    race 4 --label same
    is "one of one label is made" "$(grep -c '^0$' codes)" -eq 1
    is "the others say so" "$(grep -cE 'token "same" (already )?[(]slot 0[)]' said)" -eq 3
    json '[t["label"] for t in j["tokens"] if t["state"] == "ready"] == ["same"]'
    race 4 --label same@
    is "all of four labels are made" "$(grep -c '^0$' codes)" -eq 4
    json 'sorted(t["label"] for t in j["tokens"] if t["state"] == "ready") == ["same1", "same2", "same3", "same4"]'
    race 3 --label own@ --slot 0
    is "one has the slot" "$(grep -c '^0$' codes)" -eq 1
    is "the others are told who has it" "$(grep -cE 'in slot 0: try again|slot 0 holds the token' said)" -eq 2
done
