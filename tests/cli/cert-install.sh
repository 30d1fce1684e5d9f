#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken cert: the authority's answer in every form, put on the token; what is refused.
. "$(dirname "$0")/csr-lib.sh"

make_token work
make_key alice
make_key bob gost2012_512
export GOSTTOKEN_PIN=$pin

# issue KEY NAME FILE: the authority's certificate of that public key (its signature is nobody's:
# programs that verify look at that).
issue() {
    checks=$((checks + 1))
    "$build/tests/cli-pubkey" "pkcs11:token=work;object=$1;type=public" |
        python3 "$here/mkcert.py" "${@:2}" || flaw "no certificate of $1"
}
issue alice Alice alice.der
issue alice Alice alice.pem pem
issue alice 'Alice 2' alice2.pem pem
issue bob Bob bob.pem pem
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -subj '/O=Test/CN=Test CA' -out ca.pem 2>err
openssl crl2pkcs7 -nocrl -certfile alice.pem -certfile ca.pem -out chain.p7b
openssl crl2pkcs7 -nocrl -certfile ca.pem -certfile alice.pem -outform DER -out chain.der.p7b
cat ca.pem alice.pem >chain.pem
base64 alice.der >bare.txt
base64 -w0 chain.der.p7b >bare7.txt

# remove: the certificates, for the next one
remove() {
    t 0 '' gt delete --label alice --type cert --yes
}
on_token() {
    t 0 '' gt list objects --json
    json "len([o for o in j['objects'] if o['type'] == 'cert' and o['label'] == '$1']) == $2"
}

# Each form. The URI is that of the key with another type.
id=$(gt list objects --json | python3 -c '
import json, sys
print([o["id"] for o in json.load(sys.stdin)["objects"] if o["label"] == "alice"][0])')
for form in alice.der alice.pem chain.p7b chain.der.p7b chain.pem bare.txt bare7.txt; do
    t 0 'The certificate "alice" \(CN=Alice\) is stored' gt cert install "$form"
    is "$form: the URI is the last line" "$(tail -n 1 out | grep -c '^pkcs11:.*object=alice;type=cert$')" -eq 1
    t 0 '' gt list objects --json
    json "[o['id'] for o in j['objects'] if o['type'] == 'cert'] == ['$id']"
    t 0 'is on the token already' gt cert install "$form"
    remove
done
t 0 '' gt cert install - <alice.pem
remove
t 0 '1 more certificate in the file is left out' gt cert install chain.p7b
t 0 'The certificate "Test CA" \(CN=Test CA,O=Test\) is stored' gt cert install chain.p7b --with-chain
on_token 'Test CA' 1
on_token alice 1
t 0 '' gt cert install chain.p7b --with-chain --json
json 'j["already"] and not j["replaced"] and j["label"] == "alice" and j["chain"][0]["already"]'
json '{"token", "label", "id", "subject", "uri", "already", "replaced", "chain"} == set(j)'
on_token 'Test CA' 1
t 0 '^pkcs11:' gt -q cert install chain.p7b
is "quiet: the URI only" "$(wc -l <out)" -eq 1

# Another certificate of the key takes the place of the first only by --force.
t 1 'another certificate "alice" of this key or label: --force' gt cert install alice2.pem
t 1 'another certificate "alice" of this key' gt cert install alice2.pem --label new
t 0 'in place of another' gt cert install alice2.pem --force
on_token alice 1
t 0 'is stored' gt cert install bob.pem --label 'Bob at work'
on_token 'Bob at work' 1

# A self-signed one of ours; of other kinds of keys.
t 0 '' gt csr --label alice --subject CN=Self --selfsigned --out self.crt
t 0 'in place' gt cert install self.crt --force
for type in rsa:2048 ec:p256; do
    t 0 '' gt keygen --label "$type" --type "$type"
    t 0 '' gt csr --label "$type" --subject "CN=$type" --selfsigned --out other.crt --force
    t 0 'is stored' gt cert install other.crt
done

# What does not belong here.
make_key gone
issue gone Gone gone.pem pem
t 0 '' gt delete --label gone --type private --yes
t 3 'key "gone" on the token "work", of which only the public half' gt cert install gone.pem
t 3 'no certificate in the file belongs to a key' gt cert install ca.pem
cat alice.pem ca.pem alice.pem >twice.pem
t 0 'is stored|is on the token|in place' gt cert install twice.pem --force
cat alice.pem bob.pem >both.pem
t 3 '2 certificates in the file' gt cert install both.pem
t 0 'BEGIN' gt csr --label alice --subject CN=a
cp out a.csr
t 1 'a.csr is a certificate request' gt cert install a.csr
t 1 'holds no certificate' gt cert install pin
t 1 'holds no certificate' gt cert install ca.key
t 1 'holds no certificate' gt cert install empty
head -c 200 alice.der >cut.der
t 1 'holds no certificate' gt cert install cut.der
t 1 'cannot read nowhere' gt cert install nowhere
t 2 'needs the file' gt cert install
t 2 'cert takes install or show' gt cert
t 2 'cert takes install or show' gt cert instal alice.pem
t 2 'label is empty' gt cert install alice.pem --label ''
t 4 'wrong' gt cert install alice.pem --pin-file wrong-pin
issue alice Old expired.pem pem 10-11
t 0 'has expired' gt cert install expired.pem --force

# show, which needs no token
t 0 'Subject: CN=Alice' env GOSTTOKEN_DIR=/nonexistent "$gosttoken" cert show alice.der
t 0 'Issuer: CN=Test CA' gt cert show chain.p7b
t 0 '' gt cert show chain.p7b --json
json 'len(j["certificates"]) == 2 and j["certificates"][0]["not_before"] == "2020-01-01T00:00:00Z"'
json 'set(j["certificates"][0]) == {"subject", "issuer", "serial", "not_before", "not_after", "algorithm"}'
t 2 'needs a file' gt cert show

# Random damage: an answer, never a crash.
python3 - <<'END_OF_PY'
import random
random.seed(2)
for name in 'alice.der', 'chain.der.p7b', 'chain.pem':
    data = open(name, 'rb').read()
    for i in range(25):
        b = bytearray(data)
        for _ in range(random.randint(1, 4)):
            b[random.randrange(len(b))] = random.randrange(256)
        open(f'damaged.{name}.{i}', 'wb').write(b[:random.choice([len(b), random.randrange(len(b))])])
END_OF_PY
for f in damaged.*; do
    status=0
    gt cert show "$f" >out 2>err || status=$?
    is "$f: exit code $status" $status -le 1
done
