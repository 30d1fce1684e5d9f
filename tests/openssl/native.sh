#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Without the bridge: what native keys do beyond the topics that run in both ways. Last, the same
# in a libcrypto that has no engines.
export GOSTTOKEN_BRIDGE=off
. "$(dirname "$0")/lib.sh"

new_token work
for type in gost2012_256 gost2012_512; do
    new_key work "$type" "$type" A
    self_signed work "$type"
done
peers=(ours)
if have_peer; then
    peers+=(peer)
fi
version=$("$openssl" version | sed -n 's/^OpenSSL \([0-9]*\)\.\([0-9]*\).*/\1 \2/p')
at_least() {
    # shellcheck disable=SC2086 # two words
    set -- "$@" $version
    [ "$3" -gt "$1" ] || { [ "$3" -eq "$1" ] && [ "$4" -ge "$2" ]; }
}

# encrypted FILE: under the passphrase "secret", and no other
encrypted() {
    says 'BEGIN ENCRYPTED PRIVATE KEY' cat "$1"
    ok ours pkey -in "$1" -passin pass:secret -noout
    # (What a stream cipher makes of it is no key.)
    refuses 'password|decrypt|could not' ours pkey -in "$1" -passin pass:wrong -noout
}

# There is no engine of ours, and the key types are the provider's.
says gost2012_256.*gosttoken ours list -key-managers
says gost2012_512.*gosttoken ours list -signature-algorithms
checks=$((checks + 1))
ours engine >"$out" 2>&1 || true
! grep -qE 'gosttoken|pkcs11' "$out" || flaw "the bridge is up" ours engine

for type in gost2012_256 gost2012_512; do
    uri=$(key work "$type")
    crt=$type.crt
    md=$(digest_of "$type")
    must ours pkey -in "$uri" -pubout -out pub.pem

    # Software keys: made, written, read; by the peer as well.
    must ours genpkey -algorithm "$type" -pkeyopt paramset:A -out soft.pem
    must ours dgst "-$md" -sign soft.pem -out sig message
    must ours pkey -in soft.pem -pubout -out soft.pub
    must ours pkcs8 -topk8 -in soft.pem -v2 aes-256-cbc -passout pass:secret -out soft.enc
    ok ours pkey -in soft.enc -passin pass:secret -pubout -out again.pub
    same soft.pub again.pub
    # Encrypted by whatever writes a key file; by a cipher of ours as well.
    for cipher in aes-128-cbc kuznyechik-ctr-acpkm; do
        must ours pkey -in soft.pem "-$cipher" -passout pass:secret -out soft.enc
        encrypted soft.enc
        rm -f soft.enc
        must ours genpkey -algorithm "$type" -pkeyopt paramset:A "-$cipher" -pass pass:secret \
            -out soft.enc
        encrypted soft.enc
        must ours pkey -in soft.enc -passin pass:secret -pubout -out again.pub
    done
    must ours req -x509 -newkey "$type" -pkeyopt paramset:A -passout pass:secret -keyout soft.enc \
        -subj /CN=encrypted -days 30 -out soft.crt
    encrypted soft.enc
    says ': OK' ours verify -check_ss_sig -CAfile soft.crt soft.crt
    must ours pkcs8 -topk8 -in soft.pem -v2 aes-256-cbc -passout pass:secret -outform DER -out soft.der
    ok ours pkcs8 -inform DER -in soft.der -passin pass:secret -out again.pem
    same soft.pem again.pem
    ok ours pkey -inform DER -in soft.der -passin pass:secret -pubout -out again.pub
    same soft.pub again.pub
    # A cipher that no key file can name.
    refuses 'encrypted with kuznyechik-cbc' ours pkey -in soft.pem -kuznyechik-cbc \
        -passout pass:secret -out leak
    refuses 'stays on the token' ours pkey -in "$uri" -aes256 -passout pass:secret -out leak
    holds "an encrypted key does not come out plain" ! -s leak
    for who in "${peers[@]}"; do
        says 'Verified OK' "$who" dgst "-$md" -verify soft.pub -signature sig message
        ok "$who" pkey -in soft.pem -pubout -outform DER -out x.der
        ok ours pkey -pubin -inform DER -in x.der -pubout -out again.pub
        same soft.pub again.pub
    done
    refuses 'no parameter set' ours genpkey -algorithm "$type" -out leak
    refuses 'not a parameter set' ours genpkey -algorithm "$type" -pkeyopt paramset:Z -out leak

    # An agreement between the token and a key in memory, whichever side computes it.
    ukm=0102030405060708
    must ours pkeyutl -derive -inkey "$uri" -peerkey soft.pub -pkeyopt "ukmhex:$ukm" -out one
    holds "32 bytes are derived" "$(stat -c %s one)" -eq 32
    must ours pkeyutl -derive -inkey soft.pem -peerkey pub.pem -pkeyopt "ukmhex:$ukm" -out two
    for value in abc 256x ""; do
        refuses "vko:$value: it is 256 or 512" ours pkeyutl -derive -inkey soft.pem \
            -peerkey pub.pem -pkeyopt "ukmhex:$ukm" -pkeyopt "vko:$value" -out never
    done
    same one two
    if have_peer; then
        must peer pkeyutl -derive -inkey soft.pem -peerkey pub.pem -pkeyopt "ukmhex:$ukm" \
            -pkeyopt vko:256 -out two
        same one two
    fi

    must ours req -new -x509 -key "$uri" -subj "/CN=$type" -days 30 -out plain.crt
    for who in "${peers[@]}"; do
        says ': OK' "$who" verify -check_ss_sig -CAfile plain.crt plain.crt
    done

    # CMS: verified everywhere; signed from 3.2 on, and before that refused and not made wrong.
    if have_peer; then
        must peer genpkey -algorithm "$type" -pkeyopt paramset:A -out theirs.pem
        must peer req -x509 -new -key theirs.pem -subj "/CN=theirs" -days 30 -out theirs.crt
        must peer cms -sign -binary -in message -signer theirs.crt -inkey theirs.pem -outform DER \
            -out theirs.p7s
        ok ours cms -verify -binary -inform DER -in theirs.p7s -content message \
            -CAfile theirs.crt -purpose any -out /dev/null
        refuses 'verif|digest|signature' ours cms -verify -binary -inform DER -in theirs.p7s \
            -content altered -CAfile theirs.crt -purpose any -out /dev/null
    fi
    sign=(ours cms -sign -binary -in message -signer "$crt" -inkey "$uri" -outform DER)
    rm -f ours.p7s
    if at_least 3 2; then
        must "${sign[@]}" -out ours.p7s
        for who in "${peers[@]}"; do
            ok "$who" cms -verify -binary -inform DER -in ours.p7s -content message \
                -CAfile "$crt" -purpose any -out /dev/null
            refuses 'verif|digest|signature' "$who" cms -verify -binary -inform DER \
                -in ours.p7s -content altered -CAfile "$crt" -purpose any -out /dev/null
        done
    else
        refuses 'illegal zero content' "${sign[@]}" -out ours.p7s
    fi
done

# A key file with a URI in it; one whose key is not there.
for name in gost2012_256 nobody; do
    cat >stub.conf <<END
asn1 = SEQUENCE:info
[info]
version = INTEGER:0
algorithm = SEQUENCE:algorithm
key = FORMAT:ASCII,OCTETSTRING:$(key work "$name")
[algorithm]
oid = OID:1.2.643.7.1.1.1.1
parameters = SEQUENCE:parameters
[parameters]
curve = OID:1.2.643.2.2.35.1
digest = OID:1.2.643.7.1.1.2.2
END
    must ours asn1parse -genconf stub.conf -noout -out stub.der
    { echo '-----BEGIN PRIVATE KEY-----'
      base64 -w 64 stub.der
      echo '-----END PRIVATE KEY-----'; } >"$name.pem"
done
must ours dgst -md_gost12_256 -sign gost2012_256.pem -out sig message
must ours pkey -in "$(key work gost2012_256)" -pubout -out pub.pem
says 'Verified OK' ours dgst -md_gost12_256 -verify pub.pem -signature sig message
ok ours pkey -in gost2012_256.pem -pubout -out again.pub
same pub.pem again.pub
refuses '.' ours dgst -md_gost12_256 -sign nobody.pem -out never message
holds "nothing was signed" ! -s never

# ---- TLS 1.2, an RSA server and a GOST client certificate ----------------------------------------

# as WHO: what `ours` and `peer` of lib.sh are, for a program that is limited in time.
as() {
    if [ "$1" = ours ]; then
        program=(env "${preload[@]}" "OPENSSL_CONF=$cnf" timeout 180 "$openssl")
    else
        program=(env -u GOSTTOKEN_PIN "OPENSSL_CONF=$work/peer.cnf" timeout 180 "$openssl")
    fi
}

# handshake SERVER CAFILE CLIENT CERT KEY: both sides' words are in $out; fails if either does.
handshake() {
    local server status=0 port
    as "$1"
    : >server.log
    "${program[@]}" s_server -accept 127.0.0.1:0 -naccept 1 -WWW -tls1_2 -cert rsa.crt \
        -key rsa.key -CAfile "$2" -Verify 2 -verify_return_error >server.log 2>&1 </dev/null &
    server=$!
    accepts server.log "$server" || true
    as "$3"
    printf 'GET /message HTTP/1.0\r\n\r\n' |
        "${program[@]}" s_client -quiet -tls1_2 -CAfile rsa.crt -verify_return_error -cert "$4" \
            -key "$5" -connect "127.0.0.1:$port" \
            2>&1 || status=$?
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    cat server.log
    return "$status"
}

# ciphers of GOST are not offered where they cannot work
checks=$((checks + 1))
ours ciphers -s 'ALL:COMPLEMENTOFALL' >"$out" 2>&1 || flaw "ciphers" ours ciphers
! grep -q GOST "$out" || flaw "GOST ciphers are offered" ours ciphers -s

must ours req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -out rsa.crt -subj /CN=localhost -days 3
for type in gost2012_256 gost2012_512; do
    for who in "${peers[@]}"; do
        says 'signs with GOST' handshake "$who" "$type.crt" ours "$type.crt" "$(key work "$type")"
        refuses 'verify error|certificate verify failed' \
            handshake "$who" rsa.crt ours "$type.crt" "$(key work "$type")"
    done
    if have_peer; then
        must peer genpkey -algorithm "$type" -pkeyopt paramset:A -out theirs.pem
        must peer req -x509 -new -key theirs.pem -subj "/CN=theirs" -days 30 -out theirs.crt
        says 'signs with GOST' handshake ours theirs.crt peer theirs.crt theirs.pem
    fi
done

# ---- life ----------------------------------------------------------------------------------------

uri=$(key work gost2012_256)
for mode in fork fork-first threads; do
    ok env OPENSSL_CONF="$cnf" "$build/tests/life" "$mode" "$uri"
done
ok env OPENSSL_CONF="$cnf" ASAN_OPTIONS=detect_leaks=0 "$build/tests/life" exit "$uri"
ok env OPENSSL_CONF="$cnf" "$build/tests/loadloop" "$cnf" "$uri" 20

# Beside another GOST engine native keys cannot be used; that is said, and nothing crashes.
if have_peer; then
    { sed 's/^\(providers = .*\)/engines = other\n\1/' "$cnf"; echo '[other]'
      echo 'gost = other_gost'; sed -n '/^\[gost\]/,$p' peer.cnf | sed 's/^\[gost\]/[other_gost]/'
    } >beside.cnf
    refuses "engine 'gost'.*bridge = off" env OPENSSL_CONF="$work/beside.cnf" "${preload[@]}" \
        "$openssl" dgst -md_gost12_256 -sign "$uri" -out never message
fi

# ---- a libcrypto without engines, and one without all that is deprecated ---------------------------

# What may be missing there is what we import weakly. In a copy of the provider those imports have
# other names, which no libcrypto has: the loader leaves them empty, as it would there.
cat >hide.py <<'END'
import re, subprocess, sys

def imports(path):
    lines = subprocess.run(['nm', '-D', '-u', path], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    return [(kind, name.split('@')[0]) for kind, name in (line.split()[:2] for line in lines)]

old = re.compile(r'(ENGINE|EC_KEY|EVP_(MD|CIPHER|PKEY)_meth|EVP_PKEY_asn1)_')
found = imports(sys.argv[1])
strong = [name for kind, name in found if kind != 'w' and old.match(name)]
weak = [name for kind, name in found if kind == 'w' and re.match(sys.argv[3], name)]
if strong or 'ENGINE_new' not in weak:
    sys.exit('imported, and not weakly: ' + ' '.join(strong))
data = open(sys.argv[1], 'rb').read()
for name in weak:
    # The table of names comes first in the file.
    data = data.replace(b'\0' + name.encode() + b'\0', b'\0!' + name.encode()[1:] + b'\0', 1)
open(sys.argv[2], 'wb').write(data)
left = {name for kind, name in imports(sys.argv[2])}.intersection(weak)
if left:
    sys.exit('still imported: ' + ' '.join(left))
print(len(weak), 'imports hidden')
END

# without NAME PATTERN BRIDGE: NAME.cnf with a copy of the provider
without() {
    must python3 hide.py "$build/lib/gosttoken.so" "$work/$1.so" "$2"
    cat "$out"
    sed -e "s|^module = .*|module = $work/$1.so|" -e "s/^bridge = .*/bridge = $3/" "$cnf" >"$1.cnf"
}
without engineless '^ENGINE_' auto
without forced '^ENGINE_' on
without future '^(ENGINE|EC_KEY|EVP)_' auto
engineless() {
    env OPENSSL_CONF="$work/engineless.cnf" "${preload[@]}" "$openssl" "$@"
}
future() {
    env OPENSSL_CONF="$work/future.cnf" "${preload[@]}" "$openssl" "$@"
}

for type in gost2012_256 gost2012_512; do
    uri=$(key work "$type")
    md=$(digest_of "$type")
    for us in engineless future; do
        must "$us" dgst "-$md" -sign "$uri" -out sig message
        must "$us" pkey -in "$uri" -pubout -out pub.pem
        must "$us" req -new -x509 -key "$uri" -subj "/CN=$us" -out "$us.crt"
        for who in "$us" "${peers[@]}"; do
            says 'Verified OK' "$who" dgst "-$md" -verify pub.pem -signature sig message
            refuses 'verification fail' "$who" dgst "-$md" -verify pub.pem -signature sig altered
        done
        for who in engineless "${peers[@]}"; do
            says ': OK' "$who" verify -check_ss_sig -CAfile "$us.crt" "$us.crt"
        done
        # CMS looks for digests where only deprecated functions put them.
        if at_least 3 2 && [ "$us" = engineless ]; then
            must "$us" cms -sign -binary -in message -signer "$type.crt" -inkey "$uri" \
                -outform DER -out "$us.p7s"
            ok ours cms -verify -binary -inform DER -in "$us.p7s" -content message \
                -CAfile "$type.crt" -purpose any -out /dev/null
        fi
        ok env OPENSSL_CONF="$work/$us.cnf" "$build/tests/life" threads "$uri"
        ok env OPENSSL_CONF="$work/$us.cnf" "$build/tests/loadloop" "$work/$us.cnf" "$uri" 5
    done
done
refuses 'bridge = on, but this libcrypto has no engines' env OPENSSL_CONF="$work/forced.cnf" \
    "${preload[@]}" "$openssl" dgst -md_gost12_512 -sign "$uri" -out never message
holds "nothing was signed" ! -s never
