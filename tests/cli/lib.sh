# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of gosttoken(1) start with: a directory of their own, PINs, and checks that count.
# A check that fails is shown with its command and output, and the script goes on.
set -uo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${GOSTTOKEN_BUILD:-$here/../../build}" && pwd) || exit 1
gosttoken=$build/bin/gosttoken
# shellcheck disable=SC2034
top=$(cd "$here/../.." && pwd)

work=$(mktemp -d "${TMPDIR:-/tmp}/gosttoken-cli.XXXXXX")
checks=0
failures=0

finish() {
    local status=$?
    chmod -R u+rwX "$work" 2>/dev/null
    rm -rf "$work"
    echo "$checks checks, $failures failed"
    # A script that breaks off in the middle, by a variable that is not set, has not passed.
    [ "$status" -eq 0 ] || echo "FAILED: the script ended with status $status"
    [ "$status" -eq 0 ] && [ "$checks" -gt 0 ] && [ "$failures" -eq 0 ]
    exit $?
}
trap finish EXIT
cd "$work" || exit 1

unset GOSTTOKEN_PIN GOSTTOKEN_MODULE GOSTTOKEN_CONF GOSTTOKEN_LOG GOSTTOKEN_FACTORY_TOKEN
unset OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES SSL_CERT_FILE SSL_CERT_DIR
unset LANGUAGE LC_MESSAGES LC_CTYPE LANG
export HOME=$work XDG_DATA_HOME=$work GOSTTOKEN_DIR=$work/tokens LC_ALL=C.UTF-8
umask 077

# Recognisable wherever they should not be seen.
pin=Kd83jqPIN
so_pin=Vb27mmSOP
echo $pin >pin
echo $so_pin >so-pin
echo "not-$pin" >wrong-pin
: >empty
: >out
: >err

skip() {
    trap - EXIT
    rm -rf "$work"
    echo "skipped: $*"
    exit 77
}

flaw() {
    failures=$((failures + 1))
    echo "FAILED: $*"
    sed 's/^/  out| /' out
    sed 's/^/  err| /' err
}

# The program, without a terminal: what would ask, fails.
gt() {
    setsid -w "$gosttoken" "$@"
}

# t CODE PATTERN COMMAND...: the exit code and a pattern (egrep, letter case ignored) that the
# output or the errors must have; '' for none. Standard output is in ./out, errors in ./err.
t() {
    local code=$1 pattern=$2 status=0
    shift 2
    checks=$((checks + 1))
    "$@" >out 2>err || status=$?
    if [ $status -ne "$code" ]; then
        flaw "exit code $status instead of $code: $*"
    elif [ -n "$pattern" ] && ! grep -aqiE -e "$pattern" out err; then
        flaw "nothing about /$pattern/: $*"
    elif [ "$code" -ne 0 ] && [ -s out ]; then
        flaw "failed, and wrote to standard output: $*"
    elif [ "$code" -ne 0 ] && [ "$(grep -c '^gosttoken: ' err)" -lt 1 ]; then
        flaw "failed without a message: $*"
    elif grep -aqF -e "$pin" -e "$so_pin" out err; then
        flaw "a PIN in the output: $*"
    elif grep -aqE 'Sanitizer|runtime error:' err; then
        flaw "a sanitizer has something to say: $*"
    fi
}

# is TEXT CONDITION...: a condition of test(1)
is() {
    local text=$1
    shift
    checks=$((checks + 1))
    test "$@" || flaw "$text: test $*"
}

# json EXPRESSION: true of ./out, parsed, which Python sees as j.
json() {
    checks=$((checks + 1))
    python3 - "$1" <<'END' || flaw "not so: $1"
import json, sys
j = json.load(open('out', encoding='utf-8'))
sys.exit(0 if eval(sys.argv[1]) else 1)
END
}

# The token and key most tests want.
make_token() {
    t 0 '' gt init --label "$1" --so-pin-file so-pin --pin-file pin
}
make_key() {
    t 0 '^pkcs11:' gt keygen --label "$1" --type "${2:-gost2012_256}" --pin-file pin
}

[ -x "$gosttoken" ] || {
    echo "no $gosttoken: is GOSTTOKEN_BUILD a build tree?"
    exit 1
}
