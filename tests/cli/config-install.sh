#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken config --install, --uninstall and --check, on many shapes of openssl.cnf
. "$(dirname "$0")/lib.sh"

make_token work

# OpenSSL with this file: its own provider and ours are active, and it knows a URI.
works() {
    [ -n "${GOSTTOKEN_SANITIZE:-}" ] && return # its module does not load into the system's openssl
    is "$1: both providers" "$(OPENSSL_CONF=$work/$1 openssl list -providers 2>&1 |
        grep -cE '^ *(default|gosttoken)$')" -eq 2
    is "$1: SHA-256 still works" "$(OPENSSL_CONF=$work/$1 openssl dgst -sha256 /dev/null 2>&1 | grep -c e3b0c442)" -eq 1
}

# ---- shapes --------------------------------------------------------------------------------------

mkdir shapes
# Debian's, and those of others.
cp "$(openssl version -d | sed 's/.*"\(.*\)"/\1/')/openssl.cnf" shapes/system.cnf 2>/dev/null ||
    printf 'HOME = .\nopenssl_conf = openssl_init\n[openssl_init]\n' >shapes/system.cnf
printf '' >shapes/empty.cnf
printf '# only a comment' >shapes/no-line-end.cnf
printf 'HOME = .\n[req]\ndistinguished_name = dn\n[dn]\n' >shapes/no-openssl-conf.cnf
cat >shapes/providers.cnf <<'END'
openssl_conf = my init
[my init]
providers = the_providers
alg_section = evp
[evp]
[the_providers]
default = base
legacy = old
[base]
# activate = 1
[old]
activate = 1
[req]
distinguished_name = dn
[dn]
END
cat >shapes/engine.cnf <<'END'
openssl_conf = openssl_def
[openssl_def]
engines = engine_section
[engine_section]
other = other_section
[other_section]
engine_id = dynamic
END
cat >shapes/tls.cnf <<'END'
openssl_conf = default_conf
[default_conf]
ssl_conf = my_ssl
[my_ssl]
system_default = my_tls
[my_tls]
MinProtocol = TLSv1.2
CipherString = DEFAULT:@SECLEVEL=2
END
printf '.include = %s/shapes/tls.cnf\n[extra]\nx = y\n' "$work" >shapes/include.cnf
sed 's/$/\r/' shapes/providers.cnf >shapes/crlf.cnf
printf 'openssl_conf = nowhere\n' >shapes/dangling.cnf

for shape in shapes/*.cnf; do
    cp "$shape" was
    gt config --check "$shape" --json >out 2>err
    is "$shape: nothing is there yet" $? -eq 1
    t 0 'has gosttoken in it now' gt config --install "$shape"
    is "$shape: the copy is what it was" "$(cmp -s "$shape.before-gosttoken" was && echo same)" = same
    is "$shape: what was there is there" "$(head -c "$(stat -c %s was)" "$shape" | cmp -s - was && echo same)" = same
    works "$shape"
    t 0 'gosttoken' gt config --check "$shape" --json
    cp "$shape" once
    t 0 'already' gt config --install "$shape"
    is "$shape: twice is once" "$(cmp -s "$shape" once && echo same)" = same
    t 0 '' gt config --install "$shape" --tls13 --token work
    is "$shape: one block" "$(grep -c '>>> gosttoken' "$shape")" -eq 1
    is "$shape: with the token" "$(tr -d '\r' <"$shape" | grep -c '^token = work$')" -eq 1
    works "$shape"
    t 0 'is out of' gt config --uninstall "$shape"
    is "$shape: as it was" "$(cmp -s "$shape" was && echo same)" = same
    t 0 'no lines' gt config --uninstall "$shape"
done
is "CRLF stays CRLF" "$(gt config --install shapes/crlf.cnf >/dev/null; grep -cv $'\r$' shapes/crlf.cnf)" -eq 0

# A file that is not there is made; one in a link is written, not the link.
t 0 '' gt config --install new.cnf
works new.cnf
cp shapes/tls.cnf real.cnf
chmod 640 real.cnf
ln -s real.cnf link.cnf
t 0 '' gt config --install link.cnf --json
json 'j["changed"] and j["backup"].endswith("real.cnf.before-gosttoken")'
is "still a link" -L link.cnf
is "the mode is kept" "$(stat -c %a real.cnf)" = 640
works link.cnf
if [ -z "${GOSTTOKEN_SANITIZE:-}" ]; then
    printf 'MinProtocol = TLSv1.2' >want
    is "the other TLS settings hold" "$(grep -c "$(cat want)" real.cnf)" -eq 1
fi

# ---- what is refused -----------------------------------------------------------------------------

gt config >by-hand.cnf
cp by-hand.cnf was
t 1 'did not write' gt config --install by-hand.cnf
is "and left alone" "$(cmp -s by-hand.cnf was && echo same)" = same
printf '[a\nx = y\n' >broken.cnf
t 1 'line' gt config --install broken.cnf
is "--check says so too" "$(gt config --check broken.cnf 2>err | grep -c 'line 1')" -eq 1
printf '# >>> gosttoken: made by `gosttoken config --install`, taken out by --uninstall\n' >half.cnf
t 1 'not their end' gt config --install half.cnf
t 1 'not their end' gt config --uninstall half.cnf
head -c 100 /dev/zero >zeros.cnf
t 1 'no text' gt config --install zeros.cnf
t 1 'cannot read' gt config --check nowhere.cnf
t 1 'cannot read' gt config --uninstall nowhere.cnf
t 2 'exclude' gt config --install --check
t 2 'exclude' gt config --nginx --curl
t 2 'FILE is for' gt config --nginx file.cnf
if [ "$(id -u)" -ne 0 ]; then
    mkdir locked && cp shapes/tls.cnf locked && chmod 500 locked
    t 1 'cannot write' gt config --install locked/tls.cnf
fi

# ---- --check finds what is wrong -------------------------------------------------------------------

# The output of a failure is on standard output by design: t would call that a flaw.
finds() {
    local what=$1 state=$2 status=0
    gt config --check bad.cnf >out 2>err || status=$?
    is "$what: exit code" "$status" -eq "$([ "$state" = problem ] && echo 1 || echo 0)"
    is "$what: $state" "$(grep -E "^$state " out | grep -cE "$what")" -ge 1
}
sed '/^\[default_sect\]/,/^\[gosttoken_sect\]/s/^activate.*//' by-hand.cnf >bad.cnf
finds 'default_sect' problem
# The distribution's own file, which is included, may name it too.
sed 's/^default = .*//;/^\.include/d' by-hand.cnf >bad.cnf
finds 'default provider' problem
sed '/^\[gosttoken_sect\]/,$s/^activate.*/activate = no/' by-hand.cnf >bad.cnf
finds 'gosttoken_sect' problem
sed 's/^gosttoken = .*//' by-hand.cnf >bad.cnf
finds 'does not name gosttoken' problem
sed 's/^openssl_conf.*//;/^\.include/d' by-hand.cnf >bad.cnf
finds 'openssl_conf' problem
sed 's|^module = .*|module = /nowhere/gosttoken.so|' by-hand.cnf >bad.cnf
finds 'module = /nowhere' problem
sed 's|^module-path = .*|module-path = /nowhere/pkcs11.so|' by-hand.cnf >bad.cnf
finds 'module-path = /nowhere' problem
cp pin open-pin
chmod 644 open-pin
gt config --pin-source open-pin >bad.cnf
finds 'open to others' problem
gt config --tls13 >bad.cnf
sed -i '/^\.include/d' bad.cnf
finds 'TLS 1.3 is on' note
sed 's/^\[openssl_init\]/&\nengines = eng/;$a[eng]\ngost = gost_sect\n[gost_sect]\nengine_id = gost' by-hand.cnf >bad.cnf
finds 'another engine' note
cp by-hand.cnf bad.cnf
finds 'module = ' ok

# ---- what is not there ------------------------------------------------------------------------------

t 0 'anew.cnf was not there: it is made' gt config --install anew.cnf
is "nothing is kept of what was not" ! -e anew.cnf.before-gosttoken
rm anew.cnf
t 0 '' gt config --install anew.cnf --json
json 'j["changed"] and j["backup"] is None'

# ---- what is no file -------------------------------------------------------------------------------

mkfifo pipe
t 1 'no plain file' timeout 10 "$gosttoken" config --install pipe
is "it is a pipe still" -p pipe
ln -s nowhere.cnf dangling
t 1 'cannot read dangling' gt config --install dangling
is "a link to nowhere stays" -L dangling
if [ "$(id -u)" = 0 ] && mknod null c 1 3 2>/dev/null; then
    t 1 'no plain file' gt config --install null
    is "a device stays" -c null
fi

# ---- snippets --------------------------------------------------------------------------------------

t 0 'ssl_certificate_key' gt config --nginx
is "TLS 1.2 alone" "$(grep -c '^ssl_protocols TLSv1.2;$' out)" -eq 1
t 0 '^ssl_protocols TLSv1.2 TLSv1.3;$' gt config --nginx --tls13
t 0 '^tls-max = 1.2$' gt config --curl
t 0 '^engine' gt config --curl --tls13
is "no limit" "$(grep -c tls-max out)" -eq 0
t 0 '^key = "pkcs11:token=work%20%D0%96;object=NAME;type=private"$' gt config --curl --token 'work Ж'
