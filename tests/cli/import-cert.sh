#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken import-cert
. "$(dirname "$0")/lib.sh"

# certificate OBJECT NAME FILE [pem] [YEARS]: one that belongs to that public key
certificate() {
    checks=$((checks + 1))
    "$build/tests/cli-pubkey" "pkcs11:token=work;object=$1;type=public" |
        python3 "$here/mkcert.py" "${@:2}" || flaw "no certificate of $1"
}
make_token work
make_key alice
make_key bob gost2012_512
make_key gone
certificate alice Alice alice.der
certificate alice Alice alice.pem pem
certificate alice 'Alice the second' alice2.der
certificate bob 'Боб "x"' bob.der
certificate gone Gone gone.der
t 0 '' gt delete --label gone --type key --yes --pin-file pin

t 0 'object=alice;type=cert$' gt import-cert --label alice --pin-file pin alice.der
t 0 '' gt list objects --pin-file pin --json
json 'len([o for o in j["objects"] if o["type"] == "cert"]) == 1'
json 'len({o["id"] for o in j["objects"] if o["label"] == "alice"}) == 1'

# Once more: nothing happens. Another one of that label replaces it only by --force.
t 0 'object=alice;type=cert$' gt import-cert --label alice --pin-file pin alice.pem
t 1 'another certificate.*--force' gt import-cert --label alice --pin-file pin alice2.der
t 0 '' gt import-cert --label alice --pin-file pin --force alice2.der
t 0 '' gt list objects --json
json 'len([o for o in j["objects"] if o["type"] == "cert"]) == 1'

# The label is the key's if none is given; standard input; JSON.
t 0 '' gt import-cert --pin-file pin --json - <bob.der
json 'j["label"] == "bob" and j["has_key"] is True and j["subject"].startswith("CN=Боб")'
json '{"token", "label", "id", "subject", "has_key", "uri"} == set(j)'

# A key that is not there, or is another.
t 3 'does not match any key' gt import-cert --label gone --pin-file pin gone.der
t 3 'does not match the key "alice".*"bob"' gt import-cert --label alice --pin-file pin bob.der
t 2 'needs --label' gt import-cert --no-key --pin-file pin gone.der
t 0 '^pkcs11:token=work;object=gone;type=cert$' gt import-cert --no-key --label gone --pin-file pin gone.der
t 0 '' gt list objects --json
json '[o["id"] for o in j["objects"] if o["label"] == "gone"] == [""]'

# Half a pair is not the key: the private half must be there.
make_key half
certificate half Half half.der
t 0 '' gt delete --label half --type private --yes --pin-file pin
t 3 'only the public half' gt import-cert --pin-file pin half.der

# What is no certificate.
t 2 'needs the certificate' gt import-cert --pin-file pin
t 1 'cannot read nowhere' gt import-cert --pin-file pin nowhere
t 1 'not an X.509' gt import-cert --pin-file pin empty
t 1 'not an X.509' gt import-cert --pin-file pin "$here/lib.sh"
head -c 100 alice.der >cut.der
t 1 'not an X.509' gt import-cert --pin-file pin cut.der
(cat alice.der && echo more) >long.der
t 1 'not an X.509' gt import-cert --pin-file pin long.der
sed 's/^MI/!!/' alice.pem >bad.pem
t 1 'not an X.509' gt import-cert --pin-file pin bad.pem
head -c 2000000 /dev/zero >huge
t 1 'too large' gt import-cert --pin-file pin huge
t 1 '' gt import-cert --pin-file pin .
cat alice2.der >/dev/null
certificate bob Other other.pem pem
t 0 '' gt delete --label alice --type cert --yes --pin-file pin
cat alice.pem other.pem >chain.pem
t 0 '1 more certificate' gt import-cert --label alice --pin-file pin chain.pem

# Out of its time: stored all the same, and said.
certificate alice Expired expired.der 10-11
certificate alice Later later.der 48-49
t 0 '"alice" has expired' gt import-cert --label alice --pin-file pin --force expired.der
t 0 '"alice" is not valid yet' gt import-cert --label alice --pin-file pin --force later.der
t 0 '' gt import-cert --label alice --pin-file pin --force alice.der
is "one that is valid is stored in silence" ! -s err

# Another kind of key does not match, and is no trouble.
openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -subj /CN=rsa -out rsa.crt 2>/dev/null
t 3 'does not match' gt import-cert --pin-file pin rsa.crt
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ec.key -subj /CN=ec \
    -out ec.crt 2>/dev/null
t 0 '' gt import-cert --no-key --label ec --pin-file pin ec.crt

# Random damage: an answer, never a crash.
python3 - <<'END'
import random
data = open('bob.der', 'rb').read()
random.seed(1)
for i in range(60):
    b = bytearray(data)
    for _ in range(random.randint(1, 4)):
        b[random.randrange(len(b))] = random.randrange(256)
    open(f'damaged{i}.der', 'wb').write(b[:random.choice([len(b), random.randrange(len(b))])])
END
for f in damaged*.der; do
    status=0
    gt import-cert --label "$f" --pin-file pin "$f" >out 2>err || status=$?
    is "$f: exit code $status" $status -le 5
done

t 4 'wrong' gt import-cert --pin-file wrong-pin alice.der
t 4 'terminal' gt import-cert alice.der
