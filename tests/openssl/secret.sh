#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Secret keys of a token and its random bytes, as far as the openssl program of every version goes:
# mac by a parameter, and the configuration's [random].
. "$(dirname "$0")/lib.sh"

new_token work
for type in kuznyechik magma gost28147; do
    new_key work "$type" "$type"
done
head -c 300000 /dev/urandom >big
uri() {
    printf 'pkcs11:token=work;object=%s;type=secret-key' "$1"
}

# ---- mac ---------------------------------------------------------------------------------------

while read -r mac type bytes; do
    must ours mac -macopt "pkcs11-uri:$(uri "$type")" -in big -out one -binary "$mac"
    ok ours mac -macopt "pkcs11-uri:$(uri "$type")" -in big -out two -binary "$mac"
    same one two
    holds "$mac has $bytes bytes" "$(stat -c %s one)" -eq "$bytes"
    refuses 'no such object' ours mac -macopt "pkcs11-uri:$(uri nobody)" -in big "$mac"
done <<'END'
kuznyechik-mac kuznyechik 16
magma-mac magma 8
gost-mac-12 gost28147 4
END
refuses 'wrong key type' ours mac -macopt "pkcs11-uri:$(uri magma)" -in big kuznyechik-mac
refuses 'paramset' ours mac -macopt "pkcs11-uri:$(uri gost28147)" -in big gost-mac
refuses 'at once' ours mac -macopt "pkcs11-uri:$(uri magma)" \
    -macopt hexkey:000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f -in big magma-mac
GOSTTOKEN_PIN='' refuses 'pin' ours mac -macopt "pkcs11-uri:$(uri magma)" -in big magma-mac

# Secret keys are no concern of storeutl's: nothing is exported.
refuses '.' ours storeutl -noout "$(uri magma)"

# ---- rand --------------------------------------------------------------------------------------

must ours rand -hex 16
cp "$cnf" random.cnf
python3 - random.cnf <<'END'
import re, sys
text = open(sys.argv[1]).read()
section = re.search(r'^openssl_conf\s*=\s*(\S+)', text, re.M).group(1)
text = re.sub(r'^\[\s*%s\s*\]\n' % section, lambda m: m.group(0) + 'random = random_sect\n', text, flags=re.M)
open(sys.argv[1], 'w').write(text + '\n[random_sect]\nrandom = GOSTTOKEN-RANDOM\n')
END
cnf=$work/random.cnf
must ours rand -hex 32
cp "$out" one
must ours rand -hex 32
holds "the bytes are others each time" "$(cat "$out")" != "$(cat one)"
ok ours rand -out many 1000000
holds "as many as were asked for" "$(stat -c %s many)" -eq 1000000
holds "they do not look like a pattern" "$(gzip -c many | wc -c)" -gt 990000
# A key made with them, and where they come from is where they must come from.
ok ours genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem
sed 's#^\(module-path\|pkcs11-module-path\) *=.*#module-path = /nonexistent/module.so#' random.cnf >lost.cnf
grep -q nonexistent lost.cnf || sed -i 's#^activate *= *1#&#; /^\[gost/a module-path = /nonexistent/module.so' lost.cnf
cnf=$work/lost.cnf
refuses 'module' ours rand -hex 16
