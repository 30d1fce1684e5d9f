#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The EXAMPLES of gosttoken(1) are run, by the runner of the documents' examples: every command of them stands
# in the table below with what it needs; one that does not fails the test. What a person would type on the
# terminal is added: PINs and passwords come from files. The maker's module of a device is ours.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
dir=$(mktemp -d "${TMPDIR:-/tmp}/gosttoken-man.XXXXXX")
trap 'rm -rf "$dir"' EXIT
for program in jq openssl python3; do
    command -v $program >/dev/null || {
        echo "skipped: the examples need $program"
        exit 77
    }
done

{
    echo '```sh'
    cat <<'END'
umask 077
echo 'change-this' >pin
echo 'change-this-too' >so.pin
echo 'a password for the safe' >password
GOSTTOKEN_PIN=$(cat pin)
export GOSTTOKEN_PIN
# What is answered on a terminal.
gosttoken() {
    case $1 in
    init) [[ " $* " == *' --so-pin-fd '* ]] || set -- "$@" --so-pin-file so.pin --pin-file pin ;;
    pin)
        set -- "$@" --so-pin-file so.pin
        [ "$2" != set ] || set -- "$@" --new-pin-file pin
        ;;
    format) set -- "$@" --so-pin-file so.pin --new-pin-file pin --yes ;;
    backup | restore | import-key) set -- "$@" --password-file password ;;
    esac
    command gosttoken "$@"
}
pass() {
    case $1 in
    token/so) cat so.pin ;;
    token/user) cat pin ;;
    esac
}
# Each on a machine of its own.
on() {
    export GOSTTOKEN_DIR=$PWD/store-$1
}
# issue REQUEST CERTIFICATE
issue() {
    GOSTTOKEN_DIR=$PWD/store-authority openssl x509 -req -in "$1" -CA authority.crt \
        -CAkey 'pkcs11:token=ca;object=ca;type=private' -days 30 -out "$2"
}
command gosttoken config --pin-source pin >openssl.cnf
export OPENSSL_CONF="$PWD/openssl.cnf"
on authority
gosttoken init --label ca
gosttoken keygen --label ca --type gost2012_256
openssl req -new -x509 -key 'pkcs11:token=ca;object=ca;type=private' -days 60 -subj /CN=Authority \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign -out authority.crt
mkdir book
touch book/index
echo 01 >book/crlnumber
cat >ca.cnf <<CNF
.include = $PWD/openssl.cnf
[ca]
default_ca = one
[one]
database = $PWD/book/index
crlnumber = $PWD/book/crlnumber
certificate = $PWD/authority.crt
private_key = pkcs11:token=ca;object=ca;type=private
default_md = default
default_crl_days = 7
CNF
openssl ca -config ca.cnf -gencrl -out authority.crl
on work
END
    python3 - "$top/docs/gosttoken.1" <<'END'
import re, sys
# Command (its beginning), what is done before it, what stands in place of a part of it.
table = [
    ("gosttoken init --label work\n", "", None),
    ("gosttoken keygen --label alice --type gost2012_256\n", "", None),
    ("openssl req -new -key ", "", None),
    ("gosttoken import-cert --label alice alice.crt", "issue alice.csr alice.crt", None),
    ("gosttoken csr --label alice --subject",
     "on enrolled; gosttoken init --label work; gosttoken keygen --label alice --type gost2012_256\n"
     "gosttoken keygen --label alice-2 --type gost2012_256", None),
    ("gosttoken cert install --with-chain answer.p7b",
     "issue alice.p10 answer.crt\n"
     "openssl crl2pkcs7 -nocrl -certfile answer.crt -certfile authority.crt -out answer.p7b", None),
    ("gosttoken csr --label alice-2 --request-type Renew", "", None),
    ("gosttoken init --label work --so-pin-fd 3", "on script", None),
    ("gosttoken list objects --login --json", "on work", None),
    ("gosttoken pin unlock", "on script", None),
    ("gosttoken pin set --must-change", "", None),
    ("gosttoken format --label maria", "", None),
    ("gosttoken journal show", "on work", None),
    ("gosttoken journal verify", "", None),
    ("gosttoken events --count 1", "on events; gosttoken init --label first\n(sleep 2; gosttoken init --label second) &", None),
    ("gosttoken import-key alice.p12",
     "on imported; gosttoken init --label work\n"
     "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=Alice -keyout rsa.key -out rsa.crt\n"
     "openssl pkcs12 -export -inkey rsa.key -in rsa.crt -name alice -passout file:password -out alice.p12", None),
    ("gosttoken export-cert --label alice --chain", "", None),
    ("gosttoken export-pub --label alice", "", None),
    ("gosttoken backup work.backup", "on work", None),
    ("gosttoken restore work.backup --check", "", None),
    ("gosttoken restore work.backup", "on other", None),
    ("gosttoken sign --label alice --detached contract.pdf", "on work; echo contract >contract.pdf", None),
    ("gosttoken sign --label alice --dir out", "mkdir out; echo 1 >out/one; echo 2 >out/two", None),
    ("gosttoken verify --ca authority.crt", "", None),
    ("gosttoken uri-pem ", "", None),
    ("gosttoken --module /usr/lib/librtpkcs11ecp.so", "",
     ("/usr/lib/librtpkcs11ecp.so", '"$(sed -n "s/^module-path = //p" openssl.cnf)"')),
    ("gosttoken config --install", "echo >system.cnf", ("--install", "--install system.cnf")),
    ("gosttoken config --check", "", ("--check", "--check system.cnf")),
    ("gosttoken explain ", "", None),
    ("gosttoken doctor ", "cp authority.crt root.pem", ("--ca root.pem", "--ca root.pem --pin-file pin tokens pins certificates clock")),
]
page = open(sys.argv[1], encoding='utf-8').read()
page = page[page.index('.Sh EXAMPLES'):page.index('.Sh DIAGNOSTICS')]
used = set()
for block in re.findall(r'^\.Bd -literal[^\n]*\n(.*?)^\.Ed', page, re.S | re.M):
    text = block.replace('\\e', '\\').replace('\\(dq', '"').replace('\\-', '-')
    for command in re.split(r'^[$#] ', text, flags=re.M)[1:]:
        rows = [r for r in table if command.startswith(r[0])]
        # The longest: one may be the beginning of another.
        if not rows:
            sys.exit('the example is not known to the test: ' + command)
        row = max(rows, key=lambda r: len(r[0]))
        used.add(row)
        if row[2]:
            if row[2][0] not in command:
                sys.exit('nothing to replace in ' + command)
            command = command.replace(*row[2])
        print(row[1])
        print(command)
for row in table:
    if row not in used:
        sys.exit('no example begins with ' + row[0])
END
    echo 'echo "every example was run"'
    echo '```'
} >"$dir/gosttoken.1.md"
"$here/run" "$dir/gosttoken.1.md"
