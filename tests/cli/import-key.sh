#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken import-key: keys that the openssl program, and gost-engine in it, have made.
. "$(dirname "$0")/lib.sh"

engine=${GOSTTOKEN_PEER_ENGINE:-$(openssl version -e | sed 's/.*"\(.*\)"/\1/')/gost.so}
cat >peer.cnf <<END
openssl_conf = init
[init]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
dynamic_path = $engine
default_algorithms = ALL
[req]
distinguished_name = dn
[dn]
END
peer() {
    OPENSSL_CONF=$work/peer.cnf openssl "$@" 2>peer.err
}
stock() {
    OPENSSL_CONF=/dev/null openssl "$@" 2>peer.err
}

password=Qx71wzFILE
echo $password >password
echo "no-$password" >wrong-password
make_token work

n=0
# same WHAT PUB: the key just imported as key$n has this public half.
imported() {
    local what=$1 pub=$2
    shift 2
    n=$((n + 1))
    t 0 '^pkcs11:.*type=private$' gt import-key --label "key$n" --pin-file pin "$@"
    gt export-pub --label "key$n" --outform der >got.der 2>>err
    # The engine names the digest of every key, RFC 9215 of some: compared is what both must have.
    is "$what: the same public key" "$(tail -c 64 got.der | sha256sum)" = \
        "$(grep -v '^-' "$pub" | base64 -d | tail -c 64 | sha256sum)"
}

# ---- RSA and EC --------------------------------------------------------------------------------

stock genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem
stock genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pem
stock genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem
stock genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.pem
for key in rsa p256 p384 p521; do
    stock pkey -in $key.pem -pubout -out $key.pub
    imported "$key" $key.pub $key.pem
done
stock pkey -in rsa.pem -outform DER -out rsa.der
imported "RSA, DER" rsa.pub rsa.der
stock rsa -in rsa.pem -traditional -out rsa-old.pem
imported "RSA, the old form" rsa.pub rsa-old.pem
stock rsa -in rsa.pem -traditional -aes128 -passout file:password -out rsa-old-enc.pem
imported "RSA, the old form, encrypted" rsa.pub rsa-old-enc.pem --password-file password
stock ec -in p256.pem -outform DER -out p256-old.der
imported "EC, the old form" p256.pub p256-old.der
stock ec -in p256.pem -conv_form compressed -out p256-compressed.pem
imported "EC, a compressed point" p256.pub p256-compressed.pem
stock ec -in p384.pem -no_public -out p384-private.pem
imported "EC, the private value alone" p384.pub p384-private.pem
stock pkcs8 -topk8 -in rsa.pem -v2 aes-256-cbc -passout file:password -out rsa-enc.pem
imported "PBES2" rsa.pub rsa-enc.pem --password-file password
stock pkcs8 -topk8 -in rsa.pem -scrypt -outform DER -passout file:password -out rsa-scrypt.der
imported "scrypt, DER, from a descriptor" rsa.pub rsa-scrypt.der --password-fd 3 3<password
stock pkcs8 -topk8 -in rsa.pem -v1 PBE-SHA1-3DES -passout file:password -out rsa-v1.pem
imported "PKCS #12's own encryption" rsa.pub rsa-v1.pem --password-file password
imported "standard input" rsa.pub - <rsa.pem

t 0 '' gt import-key rsa.pem --label json --id 0a0b --pin-file pin --json
json 'j["key_type"] == "rsa:2048" and j["id"] == "0a0b" and j["certificates"] == 0 and j["paramset"] is None'

# The stock program's PKCS #12, in its new form and its old one, with the chain.
stock req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
    -subj '/CN=Test CA' -days 30 -config peer.cnf
stock req -new -key rsa.pem -out rsa.csr -subj '/CN=rsa.example' -config peer.cnf
stock x509 -req -in rsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out rsa.crt -days 20
stock pkcs12 -export -inkey rsa.pem -in rsa.crt -certfile ca.pem -name "Friendly name" \
    -passout file:password -out new.p12
t 0 'object=Friendly%20name;type=private' gt import-key new.p12 --pin-file pin --password-file password
t 0 '' gt export-cert --label "Friendly name" --chain --out chain.pem
is "the chain is on the token" "$(cat rsa.crt ca.pem | openssl crl2pkcs7 -nocrl -certfile /dev/stdin | sha256sum)" = \
    "$(openssl crl2pkcs7 -nocrl -certfile chain.pem | sha256sum)"
stock pkcs12 -export -legacy -inkey rsa.pem -in rsa.crt -certfile ca.pem -passout file:password -out old.p12
t 0 '' gt import-key old.p12 --label old --pin-file pin --password-file password --json
json 'j["certificates"] == 1 and j["cert_uri"].endswith("type=cert")' # the CA's is there already
t 0 '' gt import-key old.p12 --label alone --no-cert --pin-file pin --password-file password --json
json 'j["certificates"] == 0 and "cert_uri" not in j'
stock pkcs12 -export -inkey rsa.pem -in rsa.crt -passout pass: -out empty.p12
t 0 '' gt import-key empty.p12 --label nopass --pin-file pin --password-file empty
cat rsa.pem rsa.crt ca.pem >all.pem
t 0 '' gt import-key all.pem --label pem --pin-file pin --json
json 'j["certificates"] == 1'

# ---- what is refused, and leaves nothing -------------------------------------------------------

before=$(gt list objects --pin-file pin --json | sha256sum)
t 2 'needs the key' gt import-key --label x --pin-file pin
t 2 'needs --label' gt import-key rsa.pem --pin-file pin
t 2 'exclude' gt import-key rsa.pem --label x --password-file password --password-fd 3
t 1 'cannot read' gt import-key nowhere.pem --label x --pin-file pin
t 1 'no private key' gt import-key ca.pem --label x --pin-file pin
t 1 'no private key' gt import-key password --label x --pin-file pin
t 1 'no private key' gt import-key empty --label x --pin-file pin
t 1 'one at a time' gt import-key <(cat rsa.pem p256.pem) --label x --pin-file pin
t 4 'password of .* is wrong' gt import-key rsa-enc.pem --label x --pin-file pin --password-file wrong-password
# The old form has nothing but its padding to tell by, which is right for one wrong password in 256. This
# is how such a file looks to that password: what it gives is no key.
iv=00112233445566778899AABBCCDDEEFF
aes=$( (cat wrong-password | tr -d '\n'; printf '\x00\x11\x22\x33\x44\x55\x66\x77') | md5sum | cut -c1-32)
{
    printf -- '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,%s\n\n' $iv
    head -c 1190 rsa.pem | stock enc -aes-128-cbc -K "$aes" -iv $iv -base64
    echo '-----END RSA PRIVATE KEY-----'
} >padded.pem
stock rsa -in padded.pem -passin file:wrong-password -noout && flaw "padded.pem holds a key"
grep -qi 'bad decrypt' peer.err && flaw "the padding of padded.pem is wrong"
t 4 'password of .* is wrong' gt import-key padded.pem --label x --pin-file pin --password-file wrong-password
t 4 'password of .* is wrong' gt import-key rsa-old-enc.pem --label x --pin-file pin --password-file wrong-password
t 4 'password of .* is wrong' gt import-key new.p12 --label x --pin-file pin --password-file wrong-password
t 4 'no terminal' gt import-key rsa-enc.pem --label x --pin-file pin
t 4 'no terminal' gt import-key rsa-old-enc.pem --label x --pin-file pin
t 4 'cannot read the password file' gt import-key rsa-enc.pem --label x --pin-file pin --password-file nowhere
t 1 'already' gt import-key rsa.pem --label json --pin-file pin
t 1 'id 0a0b already' gt import-key rsa.pem --label x --id 0a0b --pin-file pin
t 1 'no certificate .* belongs' gt import-key <(cat p256.pem rsa.crt) --label x --pin-file pin
stock genpkey -algorithm ED25519 -out ed.pem
t 1 'neither of GOST nor RSA nor EC' gt import-key ed.pem --label x --pin-file pin
stock genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out k1.pem
t 1 'curve' gt import-key k1.pem --label x --pin-file pin
# The public half of another key: OpenSSL believes it.
stock genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -outform DER -out other.der
stock pkey -in p256.pem -outform DER -out p256.der
{ head -c -64 p256.der; tail -c 64 other.der; } >mixed.der
t 1 'do not belong to each other' gt import-key mixed.der --label x --pin-file pin
# So many iterations that it would take hours: in PBES2, in PBES1, in the MAC of PKCS #12.
cat >slow.py <<'END'
# slow.py <der >other.der: every number 2048 of a structure becomes 2^31 - 1.
import sys
def tlv(tag, body):
    n = len(body).to_bytes(3, 'big').lstrip(b'\0')
    return bytes([tag, len(body)] if len(body) < 128 else [tag, 0x80 | len(n), *n]) + body
def slow(der):
    out = b''
    while der:
        tag, n, head = der[0], der[1], 2
        if n >= 128:
            head += n - 128
            n = int.from_bytes(der[2:head], 'big')
        body, der = der[head:head + n], der[head + n:]
        body = slow(body) if tag & 0x20 else b'\x7f\xff\xff\xff' if (tag, body) == (2, b'\x08\0') else body
        out += tlv(tag, body)
    return out
sys.stdout.buffer.write(slow(sys.stdin.buffer.read()))
END
stock pkcs8 -topk8 -in p256.pem -v2 aes-256-cbc -iter 2048 -outform DER -passout file:password -out slow-v2.der
stock pkcs8 -topk8 -in p256.pem -v1 PBE-SHA1-3DES -iter 2048 -outform DER -passout file:password -out slow-v1.der
cp new.p12 slow-mac.der
for form in v2 v1 mac; do
    python3 slow.py <slow-$form.der >slow.der
    is "$form: it asks for more" "$(cmp -s slow.der slow-$form.der || echo other)" = other
    t 1 'in a way that is not known' timeout 20 "$gosttoken" import-key slow.der --label x --pin-file pin --password-file password
done
head -c 700 rsa.der >cut.der
t 1 '' gt import-key cut.der --label x --pin-file pin
head -c 900 new.p12 >cut.p12
t 1 '' gt import-key cut.p12 --label x --pin-file pin --password-file password
is "nothing was left" "$(gt list objects --pin-file pin --json | sha256sum)" = "$before"
is "no password in any message" "$(cat out err | grep -cF "$password")" -eq 0

# The key cannot be read, and signs.
if command -v pkcs11-tool >/dev/null && [ -z "${GOSTTOKEN_SANITIZE:-}" ]; then
    tool() {
        pkcs11-tool --module "$build/lib/libgosttoken-pkcs11.so" --login --pin "$(cat pin)" "$@"
    }
    tool --list-objects --type privkey >out 2>err
    is "every key is sensitive" "$(grep -c 'Access: *sensitive$' out)" -eq "$(grep -c '^Private Key' out)"
    is "and says so of each" "$(grep -c '^Private Key' out)" -gt "$n"
    echo data >data
    tool --sign --mechanism SHA256-RSA-PKCS --label key1 --input-file data --output-file data.sig >out 2>err
    is "the RSA key signs" "$(openssl dgst -sha256 -verify rsa.pub -signature data.sig data)" = "Verified OK"
fi

# ---- GOST, from gost-engine --------------------------------------------------------------------

if [ ! -e "$engine" ] || ! peer dgst -md_gost12_256 /dev/null >/dev/null; then
    echo "no gost-engine: its keys are not tried"
    exit
fi
for set in 256:A 256:B 256:C 256:XA 256:TCA 256:TCB 256:TCC 256:TCD 512:A 512:B 512:C; do
    alg=gost2012_${set%:*}
    peer genpkey -algorithm "$alg" -pkeyopt "paramset:${set#*:}" -out "$alg.pem"
    peer pkey -in "$alg.pem" -pubout -out "$alg.pub"
    imported "$alg ${set#*:}" "$alg.pub" "$alg.pem"
done
for alg in gost2012_256 gost2012_512; do
    peer pkey -in $alg.pem -outform DER -out $alg.der
    imported "$alg, DER" $alg.pub $alg.der
    for cipher in aes-256-cbc gost89 kuznyechik-ctr-acpkm magma-ctr-acpkm; do
        for prf in hmacWithSHA256 1.2.643.7.1.1.4.2; do
            rm -f enc.pem
            peer pkcs8 -topk8 -in $alg.pem -v2 $cipher -v2prf $prf -passout file:password -out enc.pem
            imported "$alg under $cipher, $prf" $alg.pub enc.pem --password-file password
        done
        t 4 'is wrong' gt import-key enc.pem --label x --pin-file pin --password-file wrong-password
    done
done
for prf in 1.2.643.7.1.1.4.1 1.2.643.2.2.10; do
    peer pkcs8 -topk8 -in gost2012_256.pem -v2 gost89 -v2prf $prf -passout file:password -out enc.pem
    imported "gost89, $prf" gost2012_256.pub enc.pem --password-file password
done

# The number otherwise: in an OCTET STRING (as the engine can write it), as an INTEGER, before the
# public key, under a mask.
GOST_PK_FORMAT=LEGACY_PK_WRAP peer pkey -in gost2012_256.pem -out wrapped.pem
is "the engine wraps it" "$(openssl asn1parse -in wrapped.pem | tail -1 | grep -c '\[HEX DUMP\]:0420')" -eq 1
imported "in an OCTET STRING" gost2012_256.pub wrapped.pem
cat >rewrite.py <<'END'
# rewrite.py FORM <key.der >other.der: another form of the number in a GOST PrivateKeyInfo.
import sys
der = sys.stdin.buffer.read()
size = 64 if der[-66:-64] == b'\x04\x40' else 32
head, d = der[:-size - 2], der[-size:]
def tlv(tag, body):
    assert len(body) < 256
    return bytes([tag, len(body)]) + body if len(body) < 128 else bytes([tag, 0x81, len(body)]) + body
head = head[2:] if head[1] < 128 else head[3:]  # what stands in the outer SEQUENCE
# The order of the group of the CryptoPro-A curve.
q = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893
n = int.from_bytes(d, 'little')
mask = 0x1234567890ABCDEF << 128 | 77
masked = (n * pow(mask, -1, q) % q).to_bytes(32, 'little') + mask.to_bytes(32, 'little')
form = {
    'integer': lambda: tlv(2, n.to_bytes(n.bit_length() // 8 + 1, 'big')),
    'reversed': lambda: tlv(4, d[::-1]),
    'masked': lambda: masked,
    'masked-wrapped': lambda: tlv(4, masked),
    'sequence': lambda: tlv(0x30, tlv(4, d) + tlv(4, bytes(8))),
}[sys.argv[1]]()
sys.stdout.buffer.write(tlv(0x30, head + tlv(4, form)))
END
peer genpkey -algorithm gost2012_256 -pkeyopt paramset:A -out a.pem
peer pkey -in a.pem -pubout -out a.pub
peer pkey -in a.pem -outform DER -out a.der
for form in integer masked masked-wrapped sequence; do
    python3 rewrite.py $form <a.der >$form.der
    imported "the number as $form" a.pub $form.der
done
python3 rewrite.py integer <gost2012_512.der >integer512.der
imported "512 bits as an INTEGER" gost2012_512.pub integer512.der

# Big-endian in an OCTET STRING: the certificate tells.
peer req -x509 -new -key a.pem -out a.crt -subj '/CN=Алиса' -utf8 -days 20
python3 rewrite.py reversed <a.der | openssl base64 >body
{ echo "-----BEGIN PRIVATE KEY-----"; cat body; echo "-----END PRIVATE KEY-----"; cat a.crt; } >reversed.pem
imported "big-endian, with its certificate" a.pub reversed.pem

# PKCS #12 of gost-engine: RFC 9548's MAC and the older one.
peer req -x509 -new -key a.pem -out a.crt -subj '/CN=Alice' -days 20
for mac in md_gost12_256 md_gost12_512 md_gost94 sha256; do
    for legacy in 0 1; do
        [ $legacy = 1 ] && export LEGACY_GOST_PKCS12=1
        rm -f gost.p12
        peer pkcs12 -export -inkey a.pem -in a.crt -name alice -keypbe gost89 -certpbe gost89 \
            -macalg $mac -passout file:password -out gost.p12
        unset LEGACY_GOST_PKCS12
        imported "PKCS #12, $mac, legacy $legacy" a.pub gost.p12 --password-file password
        t 0 '' gt export-cert --label "key$n" --out cert.pem --force
        is "its certificate" "$(cmp -s cert.pem a.crt && echo same)" = same
    done
    t 4 'is wrong' gt import-key gost.p12 --label x --pin-file pin --password-file wrong-password
done
peer pkcs12 -export -inkey gost2012_512.pem -in a.crt -keypbe kuznyechik-ctr-acpkm \
    -certpbe kuznyechik-ctr-acpkm -macalg md_gost12_512 -passout file:password -out other.p12
python3 -c "
f = open('gost.p12', 'r+b'); f.seek(200); b = f.read(1)[0]; f.seek(200); f.write(bytes([b ^ 1]))"
t 4 'wrong, or the file is damaged' gt import-key gost.p12 --label x --pin-file pin --password-file password

# With our provider the imported keys sign, and the engine agrees.
if [ -e "$build/lib/gosttoken.so" ] && [ -z "${GOSTTOKEN_SANITIZE:-}" ]; then
    gt config >ours.cnf
    echo data >data
    for alg in gost2012_256 gost2012_512; do
        t 0 '' gt import-key $alg.pem --label "sign-$alg" --pin-file pin
        GOSTTOKEN_PIN=$(cat pin) OPENSSL_CONF=$work/ours.cnf openssl dgst "-md_gost12_${alg#*_}" \
            -sign "pkcs11:object=sign-$alg;type=private" -out data.sig data 2>err
        is "$alg signs" "$(peer dgst "-md_gost12_${alg#*_}" -verify $alg.pub -signature data.sig data)" = \
            "Verified OK"
    done
fi
