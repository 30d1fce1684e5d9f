#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken events
. "$(dirname "$0")/lib.sh"

t 2 '--count takes a number' gt events --count 0
t 2 '--timeout takes a number' gt events --timeout soon
make_token work
t 0 '' gt events --timeout 1
is "nothing happened" ! -s out
t 3 '1 event was waited for, and 0' gt events --timeout 1 --count 1

# follow FILE OPTION...: in the background; watching already, in its second thread, on return.
follow() {
    local file=$1 i
    shift
    setsid -w "$gosttoken" events "$@" >"$file" 2>"$file.err" &
    follower=$!
    for ((i = 0; i < 300; i++)); do
        watcher=$(pgrep -P "$follower" || echo "$follower")
        [ "$(find "/proc/$watcher/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -ge 2 ] && break
        sleep 0.1
    done
    sleep 0.5
}
# so_many N FILE: waits until the file has so many lines.
so_many() {
    local i
    for ((i = 0; i < 300 && $(wc -l <"$2") < $1; i++)); do
        sleep 0.1
    done
    is "there are $1 events" "$(wc -l <"$2")" -eq "$1"
}
# ended CODE
ended() {
    local status=0
    wait "$follower" || status=$?
    is "events ends with $1" "$status" -eq "$1"
}
follow lines --count 3 --timeout 200
make_token other
so_many 1 lines
t 0 '' gt format --token other --so-pin-file so-pin --new-pin-file pin --yes
so_many 2 lines
rm tokens/token-1.db
ended 0
cp lines out
is "it was added" "$(grep -cE '^20[0-9T:Z-]+  token-added +1  [0-9a-f]{16}  other$' lines)" -eq 1
is "changed" "$(grep -cE 'token-changed +1 ' lines)" -eq 1
is "and removed" "$(grep -cE 'token-removed +1 .*other$' lines)" -eq 1

# JSON: an object a line, there at once.
follow objects --json
make_token third
so_many 1 objects # while it runs
cp objects out
json 'j["event"] == "token-added" and j["label"] == "third" and j["initialized"] and j["slot"] == 1'
# Ctrl-C is how it ends.
kill -INT "$watcher"
ended 0
is "and it says nothing" ! -s objects.err
follow objects
kill -TERM "$watcher"
ended 0
