# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the tests of other people's programs start with: the checks, tokens and certificates of
# tests/openssl/lib.sh; besides those, servers in the background and the lines of the table.
#
#   GOSTTOKEN_MODE=native   the provider without its bridge
#   GOSTTOKEN_TABLE=DIR     lines for docs/compatibility.md are written into this directory
# shellcheck source-path=SCRIPTDIR source=../openssl/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../openssl/lib.sh"

# shellcheck disable=SC2034
programs=$(cd "$here/../programs" && pwd)
mode=${GOSTTOKEN_MODE:-hybrid}
version=$("$openssl" version | sed -E 's/^OpenSSL ([0-9]+\.[0-9]+).*/\1/')
running=()
umask 022

# A service has no terminal and no PIN in its environment: the configuration names a file.
unset GOSTTOKEN_PIN
# shellcheck disable=SC2154
"$gosttoken" config --pin-source "$work/pin" >"$cnf"
[ "$mode" = hybrid ] || sed -i 's/^\(module-path = .*\)/\1\nbridge = off/' "$cnf"
export OPENSSL_CONF=$cnf

# Under the address sanitizer it gets its library too.
# shellcheck disable=SC2154
if [ ${#preload[@]} -gt 0 ]; then
    nginx() { env "${preload[@]}" "$(type -P nginx)" "$@"; }
fi

# ---- what ends with the script -----------------------------------------------------------------

# In native mode a row that fails is a fact for the table, and the table is compared.
leave() {
    local status=$?
    set +e
    if [ ${#running[@]} -gt 0 ]; then
        kill "${running[@]}" 2>/dev/null
        wait "${running[@]}" 2>/dev/null
    fi
    if [ -n "${row:-}" ]; then
        failures=$((failures + 1))
        line "no" "the test was broken off"
    fi
    if [ "$mode" = native ] && [ "$status" -ne 77 ]; then
        echo "native mode: $failures of $checks checks failed"
        status=0 failures=0
        # Not even a key could be had.
        [ -s "$lines" ] || status=77
    fi
    (exit "$status")
    finish
}
trap leave EXIT

# ---- rows of the table -------------------------------------------------------------------------

row=
row_failures=0
lines=${GOSTTOKEN_TABLE:-$work}/$(basename "$0" .sh).$version.$mode
[ -z "${GOSTTOKEN_TABLE:-}" ] || mkdir -p "$GOSTTOKEN_TABLE"
: >"$lines"

# line STATE [REMARK]
line() {
    printf '%s|%s|%s|%s|%s\n' "$row" "$version" "$mode" "$1" "${2:-}" | tee -a "$lines"
    row=
}

# begin ROW: the checks from here on are that row's.
begin() {
    row=$1
    row_failures=$failures
}

# end [REMARK]: the row works if none of its checks failed.
end() {
    if [ "$failures" -eq "$row_failures" ]; then
        line works "${1:-}"
    else
        line no
    fi
}

# left_out REMARK: the row could not be tried here.
left_out() {
    line "not tried" "$1"
}

# ---- servers -----------------------------------------------------------------------------------

need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || skip "there is no $program"
    done
}

# ports N: sets port to an array of that many free ones. They lie below those that the kernel gives to
# whoever connects, and begin at another place in each process: no client of another test has one by the
# time that our server wants it, nor has another test's server.
next_port=$((20000 + $$ % 600 * 20))
ports() {
    # shellcheck disable=SC2034
    mapfile -t port < <(python3 - "$next_port" "$1" <<'END'
import socket, sys
at, wanted, tries = int(sys.argv[1]), int(sys.argv[2]), 12000
while wanted and tries:
    try:
        socket.create_server(('127.0.0.1', at)).close()
        print(at)
        wanted -= 1
    except OSError:
        pass
    at, tries = at + 1 if at < 31999 else 20000, tries - 1
END
    )
    [ ${#port[@]} -eq "$1" ] || { echo "no free ports"; exit 1; }
    next_port=$((port[-1] < 31999 ? port[-1] + 1 : 20000))
}

# background NAME COMMAND...: its output goes to NAME.log, its process id to $!.
background() {
    local name=$1
    shift
    # The process itself is to be ended later, not a shell around it.
    [ "$1" != ours ] || set -- env "${preload[@]}" OPENSSL_CONF="$cnf" "$openssl" "${@:2}"
    "$@" >"$name.log" 2>&1 </dev/null &
    running+=($!)
}

# until_true COMMAND...: waits for up to a minute.
until_true() {
    local n
    for ((n = 0; n < 1200; n++)); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.05
    done
    return 1
}

knock() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1")
}

# comes_up PORT: whether the server started last listens there; it is not waited for when it has ended.
comes_up() {
    local n
    for ((n = 0; n < 1200; n++)); do
        ! knock "$1" 2>/dev/null || return 0
        ! gone "${running[-1]}" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

# listening PORT: fails the script if nothing comes up there.
listening() {
    checks=$((checks + 1))
    if ! comes_up "$1"; then
        cat ./*.log >"$out" 2>/dev/null || true
        flaw "nothing listens on port $1"
        exit 1
    fi
}

gone() {
    ! kill -0 "$1"
}

# ---- keys and certificates ---------------------------------------------------------------------

# stub TYPE URI FILE: a key file that holds a URI, for programs that take only files.
stub() {
    case $1 in
    *256) set -- "$@" 1.2.643.2.2.35.1 1.2.643.7.1.1.2.2 ;;
    *512) set -- "$@" 1.2.643.7.1.2.1.2.1 1.2.643.7.1.1.2.3 ;;
    esac
    cat >stub.conf <<END
asn1 = SEQUENCE:info
[info]
version = INTEGER:0
algorithm = SEQUENCE:algorithm
key = FORMAT:ASCII,OCTETSTRING:$2
[algorithm]
oid = OID:$1
parameters = SEQUENCE:parameters
[parameters]
curve = OID:$4
digest = OID:$5
END
    must ours asn1parse -genconf stub.conf -noout -out stub.der
    {
        echo '-----BEGIN PRIVATE KEY-----'
        base64 -w 64 stub.der
        echo '-----END PRIVATE KEY-----'
    } >"$3"
}

# sign_request NAME: NAME.csr into NAME.crt, by the authority of the token "srv".
sign_request() {
    must ours x509 -req -in "$1.csr" -CA ca.crt -CAkey "$(key srv ca)" -days 30 \
        -copy_extensions copyall -out "$1.crt"
}

# issue TOKEN LABEL TYPE [REQ-OPTION...]: a key and a certificate on the token, and LABEL.crt.
issue() {
    local token=$1 label=$2 type=$3
    shift 3
    new_key "$token" "$label" "$type" A
    must ours req -new -key "$(key "$token" "$label")" -subj "/CN=$label" -out "$label.csr" "$@"
    sign_request "$label"
    add_cert "$token" "$label" "$label.crt"
}

# Two tokens: "srv" with an authority and a server's key, "cli" with a client's.
names=(-addext "subjectAltName=DNS:localhost,IP:127.0.0.1")
make_pki() {
    new_token srv
    new_token cli
    new_key srv ca gost2012_256 A
    must ours req -new -x509 -key "$(key srv ca)" -subj "/CN=GOST CA" -days 30 -out ca.crt \
        -addext keyUsage=critical,keyCertSign,cRLSign
    issue srv server gost2012_256 "${names[@]}"
    issue srv server512 gost2012_512 "${names[@]}"
    issue cli client gost2012_256
    issue cli client512 gost2012_512
}

# A server that knows nothing of GOST: rsa.key and rsa.crt.
make_rsa() {
    must ours req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.crt -days 30 \
        -subj /CN=localhost "${names[@]}"
}

suites=(GOST2012-KUZNYECHIK-KUZNYECHIKOMAC GOST2012-MAGMA-MAGMAOMAC
    IANA-GOST2012-GOST8912-GOST8912 LEGACY-GOST2012-GOST8912-GOST8912)

# Has this build got the GOST suites of TLS 1.2?
have_suites() {
    ours ciphers "${suites[0]}" >/dev/null 2>&1
}

must_have_suites() {
    have_suites || { [ "$mode" = native ] || skip "no GOST suites"; }
}
