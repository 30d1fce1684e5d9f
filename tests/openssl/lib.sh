# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every topic of the end-to-end tests starts with. Two ways to run the unmodified openssl
# program: `ours` under the configuration that `gosttoken config` prints and nothing else, and
# `peer` under Debian's gost-engine and nothing of ours. A check that fails is counted and shown
# with its command and output, and the script goes on; the exit status is judged at the end.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${GOSTTOKEN_BUILD:-$here/../../build}" && pwd)
sanitize=${GOSTTOKEN_SANITIZE:-}
openssl=$(command -v openssl)
gosttoken=$build/bin/gosttoken

work=$(mktemp -d "${TMPDIR:-/tmp}/gosttoken-e2e.XXXXXX")
out=$work/.output
checks=0
failures=0

finish() {
    local status=$?
    chmod -R u+rwX "$work" 2>/dev/null || true
    rm -rf "$work"
    echo "$checks checks, $failures failed"
    if [ "$status" -eq 0 ] && [ "$failures" -gt 0 ]; then
        status=1
    fi
    exit "$status"
}
trap finish EXIT
cd "$work"

# Nothing of the caller's surroundings counts: no language, no proxy between us and our own servers.
unset LANGUAGE http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR
unset OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES GOSTTOKEN_MODULE GOSTTOKEN_CONF GOSTTOKEN_LOG GOSTTOKEN_FACTORY_TOKEN
export HOME=$work XDG_DATA_HOME=$work GOSTTOKEN_DIR=$work/tokens LC_ALL=C.UTF-8

# Recognisable wherever they should not be seen.
pin=Kd83jqPIN
so_pin=Vb27mmSOP
printf '%s\n' "$pin" >"$work/pin"
printf '%s\n' "$so_pin" >"$work/so-pin"
chmod 600 "$work/pin" "$work/so-pin"
export GOSTTOKEN_PIN=$pin

skip() {
    echo "skipped: $*"
    exit 77
}

# ---- the two openssl programs ------------------------------------------------------------------

# The program is not built with a sanitizer; our modules may be, and then want its library first.
# Leaks of stock openssl's own are no matter of ours: valgrind.sh looks for ours.
preload=()
case $sanitize in
*address*)
    preload=(LD_PRELOAD="$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)"
        ASAN_OPTIONS=detect_leaks=0:exitcode=99
        UBSAN_OPTIONS=print_stacktrace=1:exitcode=99)
    ;;
*thread*) preload=(LD_PRELOAD="$(gcc -print-file-name=libtsan.so)" TSAN_OPTIONS=exitcode=99) ;;
esac

cnf=$work/ours.cnf
ours() {
    env "${preload[@]}" OPENSSL_CONF="$cnf" "$openssl" "$@"
}

engine=${GOSTTOKEN_PEER_ENGINE:-$("$openssl" version -e | sed 's/.*"\(.*\)"/\1/')/gost.so}
peer() {
    env -u GOSTTOKEN_PIN OPENSSL_CONF="$work/peer.cnf" "$openssl" "$@"
}
cat >"$work/peer.cnf" <<END
openssl_conf = init
[init]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
dynamic_path = $engine
default_algorithms = ALL
END

# Debian 13 has no package of gost-engine: what needs it is left out there, and said.
have_peer() {
    [ -e "$engine" ] && peer dgst -md_gost12_256 /dev/null >/dev/null 2>&1
}

# ---- checks ------------------------------------------------------------------------------------

flaw() {
    failures=$((failures + 1))
    echo "FAILED: $1"
    shift
    if [ $# -gt 0 ]; then
        printf '  $'
        printf ' %q' "$@"
        echo
    fi
    if [ -s "$out" ]; then
        tail -n 40 "$out" | tr -cd '[:print:]\n\t' | sed 's/^/  | /'
    fi
}

# What no output may hold: a PIN, a sanitizer's report.
clean() {
    if grep -aqFe "$pin" -e "$so_pin" "$out"; then
        flaw "a PIN is in the output" "$@"
    fi
    if grep -aqE 'Sanitizer|runtime error:' "$out"; then
        flaw "a sanitizer has something to say" "$@"
    fi
}

# ok COMMAND...: it must succeed. Its output is in $out.
ok() {
    local status=0
    checks=$((checks + 1))
    "$@" >"$out" 2>&1 </dev/null || status=$?
    clean "$@"
    if [ "$status" -ne 0 ]; then
        flaw "exit status $status" "$@"
        return 0
    fi
}

# must COMMAND...: the same where nothing after it makes sense without it.
must() {
    local before=$failures
    ok "$@"
    [ "$failures" -eq "$before" ] || exit 1
}

# says PATTERN COMMAND...: it must succeed and say so.
says() {
    local before=$failures pattern=$1
    shift
    ok "$@"
    if [ "$failures" -eq "$before" ] && ! grep -aqEie "$pattern" "$out"; then
        flaw "nothing about /$pattern/ in the output" "$@"
    fi
}

# refuses PATTERN COMMAND...: it must fail, not by a crash, and name the cause.
refuses() {
    local status=0 pattern=$1
    shift
    checks=$((checks + 1))
    "$@" >"$out" 2>&1 </dev/null || status=$?
    clean "$@"
    if [ "$status" -eq 0 ]; then
        flaw "succeeded, and must not" "$@"
    elif [ "$status" -ge 99 ]; then
        flaw "crashed: exit status $status" "$@"
    else
        also "$pattern" "$@"
    fi
    # To read what users are told: GOSTTOKEN_VERBOSE=1.
    [ -z "${GOSTTOKEN_VERBOSE:-}" ] || { echo "? $*" && cat "$out"; }
}

# also PATTERN [COMMAND...]: the output of the last command says this as well. The names of our
# source files in OpenSSL's errors do not count.
also() {
    local pattern=$1
    shift
    # Not grep -q: it would leave before sed has written all, and the pipe would have failed.
    if ! sed -E 's/:[a-z0-9_]+\/[a-z0-9_]+\.c:[0-9]+:/:/' "$out" | grep -aEie "$pattern" >/dev/null; then
        flaw "not a word about /$pattern/" "$@"
    fi
}

# holds TEXT CONDITION...: a condition of test(1).
holds() {
    local text=$1
    shift
    checks=$((checks + 1))
    : >"$out"
    if ! test "$@"; then
        flaw "$text" test "$@"
    fi
}

same() {
    checks=$((checks + 1))
    cmp -- "$1" "$2" >"$out" 2>&1 || flaw "$1 and $2 differ" cmp "$1" "$2"
}

# The last byte changed: of a DER signature or raw signature that is the signature itself.
tamper() {
    python3 - "$1" "$2" <<'END'
import sys
data = bytearray(open(sys.argv[1], 'rb').read())
data[-1] ^= 1
open(sys.argv[2], 'wb').write(data)
END
}

# accepts LOG PID: waits, up to a minute, until s_server says where it listens; sets port. 1 if it does not.
accepts() {
    local n
    port=
    for ((n = 0; n < 1200; n++)); do
        port=$(sed -n '/^ACCEPT.*:[0-9]*$/{s/.*://p;q}' "$1")
        [ -z "$port" ] || return 0
        kill -0 "$2" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

# ---- tokens, keys, certificates ----------------------------------------------------------------

# new_token LABEL: an initialised token with the PINs above.
new_token() {
    must "$gosttoken" init --label "$1" --pin-file "$work/pin" --so-pin-file "$work/so-pin"
}

# new_key TOKEN LABEL TYPE [PARAMSET]
new_key() {
    must "$gosttoken" keygen --token "$1" --label "$2" --type "$3" ${4:+--paramset "$4"} \
        --pin-file "$work/pin"
}

# add_cert TOKEN LABEL FILE
add_cert() {
    must "$gosttoken" import-cert --token "$1" --label "$2" --pin-file "$work/pin" "$3"
}

# self_signed TOKEN LABEL: makes LABEL.crt, and puts it on the token.
self_signed() {
    must ours req -new -x509 -key "$(key "$1" "$2")" -subj "/CN=$2" -days 30 \
        -addext keyUsage=critical,digitalSignature,keyCertSign,cRLSign -out "$2.crt"
    add_cert "$1" "$2" "$2.crt"
}

key() {
    echo "pkcs11:token=$1;object=$2;type=private"
}

cert() {
    echo "pkcs11:token=$1;object=$2;type=cert"
}

# digest_of TYPE: the digest of a key's length.
digest_of() {
    echo "md_gost12_${1#gost2012_}"
}

[ -x "$gosttoken" ] || { echo "no $gosttoken: is GOSTTOKEN_BUILD a build tree?"; exit 1; }
"$gosttoken" config >"$cnf"
# The same topics without the bridge.
if [ -n "${GOSTTOKEN_BRIDGE:-}" ]; then
    sed -i "s/^module-path = .*/&\nbridge = $GOSTTOKEN_BRIDGE/" "$cnf"
fi

printf 'The quick brown fox\nsigns with GOST.\n' >"$work/message"
printf 'The quick brown fix\nsigns with GOST.\n' >"$work/altered"
