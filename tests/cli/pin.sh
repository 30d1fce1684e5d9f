#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken pin change, set, unlock, policy
. "$(dirname "$0")/lib.sh"

new=Nw51xyNEW
echo $new >new-pin
echo 12345 >short
echo $so_pin$so_pin >new-so-pin
opens() {
    t 0 '^private|nothing on' gt list objects --pin-file "$1" --token "${2:-work}"
}

t 2 'change, set, unlock and policy' gt pin
t 2 'change, set, unlock and policy' gt pin forget
t 3 'gosttoken init' gt pin change --pin-file pin --new-pin-file new-pin
make_token work
make_key alice

# change
t 0 'user PIN of the token "work" is changed' gt pin change --pin-file pin --new-pin-file new-pin
is "no new PIN in the output" "$(cat out err | grep -c $new)" -eq 0
opens new-pin
t 4 'wrong; 9 tries' gt pin change --pin-file pin --new-pin-file new-pin
t 0 '' gt pin change --pin-fd 5 --new-pin-fd 5 5< <(printf '%s\n%s\n' $new $pin) --json
json 'j["done"] == "change" and j["label"] == "work"'
GOSTTOKEN_PIN=$pin t 0 'changed' gt pin change --new-pin-file new-pin
t 0 '' gt -q pin change --pin-file new-pin --new-pin-file pin
is "-q says nothing" ! -s out
t 4 'has 5 bytes; this token takes 6 to 249' gt pin change --pin-file pin --new-pin-file short
t 4 'present one' gt pin change --pin-file pin --new-pin-file pin
t 4 'no PIN in the first line' gt pin change --pin-file pin --new-pin-file empty
t 4 '--new-pin-file' gt pin change --pin-file pin
t 2 '--new-pin-file and --new-pin-fd' gt pin change --pin-file pin --new-pin-file pin --new-pin-fd 3
t 2 'exclude each other' gt pin change --so --so-pin-file so-pin --so-pin-fd 3 --new-pin-file pin
opens pin

# change --so
t 0 'SO PIN.*changed' gt pin change --so --so-pin-file so-pin --new-pin-file new-so-pin
t 4 'SO PIN .*is wrong; 9 tries' gt pin change --so --so-pin-file so-pin --new-pin-file pin
t 0 '' gt pin change --so --so-pin-file new-so-pin --new-pin-file so-pin
t 4 'so-pin-file' gt pin change --so --new-pin-file pin

# set, and the user PIN that must be changed then
t 4 'SO PIN .*is wrong' gt pin set --so-pin-file wrong-pin --new-pin-file new-pin
t 4 'has 5 bytes' gt pin set --so-pin-file so-pin --new-pin-file short
t 0 'is set' gt pin set --so-pin-file so-pin --new-pin-file new-pin
opens new-pin
t 0 'is set' gt pin set --so-pin-file so-pin --new-pin-file pin --must-change
t 4 'gosttoken pin change' gt keygen --label bob --type gost2012_256 --pin-file pin
t 0 '' gt pin change --pin-file pin --new-pin-file new-pin
t 0 '' gt keygen --label bob --type gost2012_256 --pin-file new-pin
t 0 '' gt pin change --pin-file new-pin --new-pin-file pin

# A PIN that gets locked: each step is told.
for left in 9 8 7 6 5 4 3 2; do
    t 4 "wrong; $left tries are left" gt pin change --pin-file wrong-pin --new-pin-file new-pin
done
t 4 'wrong; 1 try is left' gt pin change --pin-file wrong-pin --new-pin-file new-pin
t 4 'one try is left.*nobody typed' gt pin change --pin-file pin --new-pin-file new-pin
t 0 'one try is left.*pin unlock' gt list
if command -v expect >/dev/null; then
    checks=$((checks + 1))
    expect -c "
        set timeout 60
        proc want {text} {
            expect {
                -re \$text {}
                timeout { exit 9 }
                eof { exit 8 }
            }
        }
        spawn $gosttoken pin change --new-pin-file new-pin
        want {one try is left}
        want {Present user PIN of the token .work.: $}
        send nonsense\\r
        want {is locked now}
        catch {expect eof}
        exit [lindex [wait] 3]" >out 2>err
    [ $? -eq 4 ] || flaw "the last try, typed"
    t 4 'locked.*pin unlock.*pin set' gt pin change --pin-file pin --new-pin-file new-pin
    t 4 'locked.*pin unlock.*pin set' gt list objects --pin-file pin
    t 0 'is locked.*pin unlock.*pin set' gt list
    t 0 'user-pin-locked' gt list
    t 0 '' gt info --json
    json 'j["user_pin"]["state"] == "locked" and j["user_pin"]["tries_left"] == 0'
fi
t 4 'SO PIN .*is wrong' gt pin unlock --so-pin-file wrong-pin
t 0 'all its tries again' gt pin unlock --so-pin-file so-pin
opens pin
t 0 '' gt pin unlock --so-pin-file so-pin --json
json 'j["done"] == "unlock" and j["state"] == "ready"'

# policy
t 0 'tries left +10 of 10' gt pin policy
t 0 'by the user: the user PIN' gt pin policy
t 0 'gosttoken format' gt pin policy
t 0 '' gt pin policy --json
json 'j["token"] == "work" and j["user_pin"]["rules"]["classes"] == [] and j["so_pin"]["tries"] == 10'

# Each rule has its message.
cat >rules.conf <<END
pin.classes = digit upper special
pin.repeated = refuse
pin.history = 3
pin.expiry-days = 90
pin.change-first = initial
pin.tries = 5
END
export GOSTTOKEN_CONF=$work/rules.conf GOSTTOKEN_DIR=$work/ruled
echo 'Good#PIN1' >good
echo 'Good#PIN2' >good2
t 4 'must have a special character' gt init --label rules --so-pin-file so-pin --pin-file pin
rm -rf ruled
t 0 '' gt init --label rules --so-pin-file so-pin --pin-file good
change() {
    printf '%s\n' "$2" >try
    t 4 "$1" gt pin change --pin-file good --new-pin-file try
}
change 'must have a digit;' 'Abcdef#'
change 'must have a capital letter' 'abcdef#1'
change 'must have a special character' 'Abcdefg1'
change 'one character over and over' '########'
t 0 '' gt pin change --pin-file good --new-pin-file good2
t 4 'one of the last 3' gt pin change --pin-file good2 --new-pin-file good
t 4 'pin policy' gt pin set --so-pin-file so-pin --new-pin-file pin
t 0 'must have +a digit, a capital letter, a special character' gt pin policy
t 0 'one character repeated +refused' gt pin policy
t 0 'not taken again +the last 3' gt pin policy
t 0 'must be changed after +90 days' gt pin policy
t 0 'must be changed first +when it was set by the SO' gt pin policy
t 0 'tries left +5 of 5' gt pin policy
t 0 '' gt pin policy --json
json 'j["user_pin"]["rules"] == {"classes": ["digit", "upper", "special"], "repeated": False,
    "history": 3, "expiry_days": 90, "change_first": ["initial"]}'
json 'j["so_pin"]["rules"]["history"] == 0'

# Who may change it.
for who in so user; do
    echo "pin.changed-by = $who" >rules.conf
    export GOSTTOKEN_DIR=$work/by-$who
    make_token $who
done
t 4 'only the security officer.*pin set' env GOSTTOKEN_DIR="$work/by-so" setsid -w "$gosttoken" \
    pin change --pin-file pin --new-pin-file new-pin
t 4 'only the user may.*pin unlock' gt pin set --so-pin-file so-pin --new-pin-file new-pin
t 0 'only the user$' gt pin policy
t 0 '' gt pin change --pin-file pin --new-pin-file new-pin
export GOSTTOKEN_DIR=$work/by-so
t 0 'by the user: nothing' gt pin policy
t 0 '' gt pin policy --json
json 'j["user_pin_changed_by"] == ["so"]'
t 1 'makes no sense' gt pin set --so-pin-file so-pin --new-pin-file new-pin --must-change
t 0 '' gt pin set --so-pin-file so-pin --new-pin-file new-pin

# A factory token: its PINs are everybody's, and it becomes somebody's.
unset GOSTTOKEN_CONF
export GOSTTOKEN_DIR=$work/factory
echo 12345678 >factory-pin
echo 87654321 >factory-so-pin
t 3 'gosttoken init' gt pin change --pin-file factory-pin --new-pin-file pin
t 0 'default one still' gt pin policy --token gosttoken
t 0 'changed' gt pin change --token gosttoken --pin-file factory-pin --new-pin-file pin
t 0 '' gt info --json
json 'j["user_pin"]["state"] == "ok" and j["so_pin"]["state"] == "default"'
t 0 'SO PIN.*changed' gt pin change --so --so-pin-file factory-so-pin --new-pin-file so-pin
t 0 ' ready ' gt list
