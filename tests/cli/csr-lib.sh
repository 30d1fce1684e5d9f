# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of requests and their answers share, beside lib.sh.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The stock program under Debian's gost-engine, if that is there; it knows nothing of ours.
peer() {
    env -u GOSTTOKEN_PIN OPENSSL_CONF="$work/peer.cnf" openssl "$@"
}
cat >"$work/peer.cnf" <<END_OF_CNF
openssl_conf = init
[init]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
dynamic_path = ${GOSTTOKEN_PEER_ENGINE:-$(openssl version -e | sed 's/.*"\(.*\)"/\1/')/gost.so}
default_algorithms = ALL
END_OF_CNF
have_peer=
peer dgst -md_gost12_256 /dev/null >/dev/null 2>&1 && have_peer=1

# peer_says PATTERN ARGUMENT...: openssl succeeds and says so, where there is an engine.
peer_says() {
    local pattern=$1
    shift
    [ -n "$have_peer" ] || return 0
    checks=$((checks + 1))
    peer "$@" >out 2>err && grep -qaE -- "$pattern" out err ||
        flaw "openssl $*: nothing about /$pattern/"
}

# holds FILE BASE64: the DER or PEM file has these bytes in it.
holds() {
    checks=$((checks + 1))
    python3 - "$1" "$2" <<'END_OF_PY' || flaw "$1 has not $2 in it"
import base64, re, sys
data = open(sys.argv[1], 'rb').read()
pem = re.search(rb'-----BEGIN [A-Z0-9 ]+-----(.*?)-----END', data, re.S)
if pem:
    data = base64.b64decode(pem.group(1))
sys.exit(0 if base64.b64decode(sys.argv[2]) in data else 1)
END_OF_PY
}

# lacks FILE BASE64
lacks() {
    local before=$failures
    holds "$@" >/dev/null
    if [ "$failures" -gt "$before" ]; then
        failures=$before
    else
        flaw "$1 has $2 in it"
    fi
}
