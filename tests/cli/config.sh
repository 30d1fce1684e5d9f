#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken config
. "$(dirname "$0")/lib.sh"

t 0 "^module = $build/lib/gosttoken.so$" gt config
is "the module is the build tree's" "$(grep -c "^module-path = $build/lib/libgosttoken-pkcs11.so$" out)" -eq 1
is "the default provider is active" "$(grep -A1 '^\[default_sect\]' out | grep -c '^activate = 1')" -eq 1
is "no PIN source unasked" "$(grep -c pin out)" -eq 0
is "TLS 1.3 is off" "$(grep -A1 '^\[system_default_sect\]' out | grep -c '^MaxProtocol = TLSv1.2')" -eq 1
is "for curl too" "$(grep -c '^Protocol = -TLSv1.3' out)" -eq 1
cp out plain
t 0 '' gt config --tls13
is "--tls13 leaves it on" "$(grep -cE "^(ssl_|\[ssl|MaxP|Prot)" out)" -eq 0
t 0 '' gt config --openssl
is "--openssl is the default" "$(cmp -s out plain; echo $?)" -eq 0
t 0 '^token = work$' gt config --token work
t 0 "^pin-source = $work/pin$" gt config --pin-source pin
t 0 "^module: $build/lib/libgosttoken-pkcs11.so$" gt config --p11-kit
t 0 '^module-path = /opt/vendor.so$' gt config --module /opt/vendor.so
GOSTTOKEN_PIN=$pin t 0 '' gt config --token work # t looks for the PIN in what is printed
t 0 '' gt config --json
json '{"provider", "module", "text"} == set(j) and j["provider"].endswith("/lib/gosttoken.so")'
json 'j["text"] == open("plain", encoding="utf-8").read()'

t 2 'exclude' gt config --openssl --p11-kit
t 2 'label, not a URI' gt config --token pkcs11:token=work
t 2 'one line' gt config --token $'a\nb = c'
t 1 'cannot use the PIN file' gt config --pin-source nowhere
t 2 'does not take' gt config nginx

# OpenSSL reads it back as it was meant, strange labels too, and keeps its own provider.
# (A module with a sanitizer does not load into the system's openssl.)
if [ -z "${GOSTTOKEN_SANITIZE:-}" ]; then
    OPENSSL_CONF=$work/plain t 0 '^ *default' openssl list -providers
    OPENSSL_CONF=$work/plain t 0 '^ *gosttoken' openssl list -providers
    for label in 'a b#c$d"e' ' blank at first' "it's; a, label" 'мой \токен'; do
        make_token "$label"
        gt config --token "$label" >weird.cnf
        OPENSSL_CONF=$work/weird.cnf openssl storeutl pkcs11:object=x >out 2>err
        is "OpenSSL reads the label $label" "$(grep -cF "on token \"$label\"" err)" -eq 1
    done
fi

# --check judges the value of bridge, as doctor does: refused, or on OpenSSL before 3.2 worth a note.
for row in 'maybe:1:problem' ':1:problem' 'ON:1:problem' 'auto:0:ok' 'on:0:ok' 'yes:0:ok' 'off:0:ok|note' '0:0:ok|note'; do
    IFS=: read -r value code state <<<"$row"
    gt config | sed "s|^module-path = .*|&\nbridge = $value|" >bridge.cnf
    gt config --check bridge.cnf >out 2>err
    is "--check with bridge = $value: exit code" $? -eq "$code"
    is "--check with bridge = $value: $state" "$(grep -cE "^($state) +bridge = $value(:|$)" out)" -eq 1
done

# Copied out of the build tree it speaks of the installed place.
mkdir -p away/bin
cp "$gosttoken" away/bin/
t 0 '^module = /.*/gosttoken.so$' away/bin/gosttoken config
is "not the build tree's" "$(grep -c "$build/lib" out)" -eq 0
