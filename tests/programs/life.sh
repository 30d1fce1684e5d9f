#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A process that signs ten thousand times, or makes two thousand handshakes, keeps no file, session or
# memory for it; nor does a worker of nginx.
. "$(dirname "$0")/lib.sh"
[ "$mode" = hybrid ] || skip "one mode is enough"
module=$build/lib/libgosttoken-pkcs11.so
# With a sanitizer everything is slow, and leaks are its matter.
part=1
[ -z "$sanitize" ] || part=10

make_pki
begin "C program: 10,000 signatures by one process leave no file, session or memory behind"
says 'sessions' "$build/tests/many" $((10000 / part)) "$(key cli client)" "$module"
cat "$out"
says 'sessions' "$build/tests/many" $((1000 / part)) "$(key cli client512)" "$module"
end
have_suites || skip "no GOST suites"

begin "C program: 2,000 handshakes of one process, both sides, leave no file, session or memory behind"
says 'sessions' "$build/tests/many" $((2000 / part)) "$(key srv server)" "$module" server.crt ca.crt
cat "$out"
end

command -v nginx >/dev/null && command -v curl >/dev/null || skip "there is no nginx or curl"
. "$programs/nginx-lib.sh"
ports 1
stub gost2012_256 "$(key cli client)" client.key
server "${port[0]}" server.crt "engine:gosttoken:$(key srv server)" "${suites[0]}" on | nginx_conf main 1
nginx_start main

# (curl cannot be under a sanitizer.)
ask_plainly() {
    local n
    for ((n = 0; n < $1; n++)); do
        "$build/tests/plain" connect "${port[0]}" ca.crt client.crt client.key || return
    done
}
ask() {
    if [ -n "$sanitize" ]; then
        ok ask_plainly "$1"
    else
        ok curl -sS --fail --cacert ca.crt --cert client.crt --key client.key --max-time 200 \
            "https://localhost:${port[0]}/[1-$1]"
    fi
    holds "every request was answered" "$(grep -c SUCCESS "$out")" -eq "$1"
}
memory() {
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$worker/status"
}
# The last connection may still be open: the number is known when it stays the same for a second.
files() {
    local n same=0 was='' is
    for ((n = 0; n < 600 && same < 10; n++)); do
        is=$(find "/proc/$worker/fd" -type l | wc -l)
        if [ "$is" = "$was" ]; then same=$((same + 1)); else same=0; fi
        was=$is
        sleep 0.1
    done
    echo "$was"
}

begin "nginx: 2,000 handshakes of one worker leave no file or memory behind"
worker=$(workers)
ask $((200 / part))
fd=$(files) rss=$(memory)
ask $((2000 / part))
echo "$fd files, $rss kB; afterwards $(files) files, $(memory) kB"
holds "no more files are open" "$(files)" -le "$fd"
[ -n "$sanitize" ] || holds "memory has not grown" "$(memory)" -le $((rss + 1024))
holds "it is the same worker" "$(workers)" = "$worker"
ok nginx_run main -s reload
until_true gone "$worker" || true
ask 2
nginx_stop main
end "nginx $nginx_version"
