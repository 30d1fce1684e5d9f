#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken format
. "$(dirname "$0")/lib.sh"

new=Nw51xyNEW
echo $new >new-pin
echo 12345678 >factory-pin
echo 87654321 >factory-so-pin

t 3 'gosttoken init' gt format --so-pin-file so-pin --new-pin-file pin
t 1 'no token to format.*init' env GOSTTOKEN_FACTORY_TOKEN=off setsid -w "$gosttoken" \
    format --slot 0 --so-pin-file so-pin --new-pin-file pin

# The factory token, as the maker's panel would: its PINs are known, nothing is lost.
t 4 'SO PIN .*is wrong' gt format --slot 0 --label mine --so-pin-file so-pin --new-pin-file pin \
    --new-so-pin-file so-pin
t 0 '"mine" is formatted' gt format --slot 0 --label mine --so-pin-file factory-so-pin \
    --new-pin-file pin --new-so-pin-file so-pin
t 0 'ready +mine$' gt list

# An existing one: an empty one after a yes, one with keys only by --force too.
t 5 '--yes' gt format --so-pin-file so-pin --new-pin-file pin
t 0 'formatted' gt format --so-pin-file so-pin --new-pin-file pin --yes
make_key alice
t 5 'holds 2 objects.*--force' gt format --so-pin-file so-pin --new-pin-file pin --yes
t 5 '--yes' gt format --so-pin-file so-pin --new-pin-file pin --force
t 0 alice gt list objects --pin-file pin

# What is wrong is found before anything is erased.
yes=(--force --yes)
t 4 'SO PIN .*is wrong; 9 tries' gt format "${yes[@]}" --so-pin-file wrong-pin --new-pin-file pin
t 4 'so-pin-file' gt format "${yes[@]}" --new-pin-file pin
t 4 'new-pin-file' gt format "${yes[@]}" --so-pin-file so-pin
t 4 '9 bytes, and --min-length asks for 10' \
    gt format "${yes[@]}" --so-pin-file so-pin --new-pin-file pin --min-length 10
t 4 'SO PIN has 9 bytes, and --so-min-length' gt format "${yes[@]}" --so-pin-file so-pin \
    --new-pin-file pin --so-min-length 12 --new-so-pin-file so-pin
t 2 'at most 32' gt format "${yes[@]}" --so-pin-file so-pin --new-pin-file pin \
    --label 123456789012345678901234567890123
for bad in 'min-length 0' 'min-length 32' 'so-min-length 32' 'tries 0' 'tries 11' 'so-tries 2' \
    'so-tries 11' 'tries x'; do
    # shellcheck disable=SC2086
    t 2 "--${bad% *} takes a number" gt format "${yes[@]}" --so-pin-file so-pin --new-pin-file pin --$bad
done
t 2 'so, user or both' gt format "${yes[@]}" --so-pin-file so-pin --new-pin-file pin --changed-by me
t 2 'exclude each other' gt format "${yes[@]}" --so-pin-file so-pin --new-pin-file pin --new-pin-fd 3
t 0 alice gt list objects --pin-file pin

# All that the dialog has.
t 0 '' gt format "${yes[@]}" --so-pin-file so-pin --new-so-pin-file new-pin --new-pin-file pin \
    --label fresh --min-length 8 --so-min-length 9 --tries 3 --so-tries 4 --changed-by user --json
json 'j["label"] == "fresh" and j["state"] == "ready"'
t 0 'nothing on' gt list objects --pin-file pin
t 0 '' gt pin policy --json
json '[j["user_pin"][k] for k in ("min_length", "tries", "tries_left")] == [8, 3, 3]'
json '[j["so_pin"][k] for k in ("min_length", "tries", "tries_left")] == [9, 4, 4]'
json 'j["user_pin_changed_by"] == ["user"]'
t 4 'SO PIN .*is wrong; 3 tries' gt pin unlock --so-pin-file so-pin
# They stay when nothing is said of them, and the SO PIN too.
t 0 '' gt format --yes --so-pin-file new-pin --new-pin-file pin
t 0 '' gt pin policy --json
json 'j["user_pin"]["tries"] == 3 and j["so_pin"]["tries"] == 4 and j["token"] == "fresh"'
json 'j["user_pin_changed_by"] == ["user"]'
t 0 '' gt pin unlock --so-pin-file new-pin

# The SO PIN is lost or locked.
make_key alice
t 5 '--force too' gt format --repair --yes --new-pin-file pin --new-so-pin-file so-pin
t 0 'formatted' gt format --repair "${yes[@]}" --new-pin-file pin --new-so-pin-file so-pin
t 0 'nothing on' gt list objects --pin-file pin
t 0 '' gt pin unlock --so-pin-file so-pin

# A token that is in use by another program is not touched; and a name for several.
make_token second
t 3 'several tokens' gt format --yes --so-pin-file so-pin --new-pin-file pin
t 0 '' gt format --yes --token second --so-pin-file so-pin --new-pin-file pin
t 0 '' gt format --yes --slot 1 --so-pin-file so-pin --new-pin-file pin
t 2 'exclude each other' gt format --yes --slot 1 --token second --so-pin-file so-pin --new-pin-file pin

# Stricter words in the configuration hold.
echo 'pin.min-length = 12' >strict.conf
GOSTTOKEN_CONF=$work/strict.conf t 4 '12 to 249 bytes' \
    gt format --yes --slot 1 --so-pin-file so-pin --new-pin-file pin --min-length 4
