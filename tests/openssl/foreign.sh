#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# RSA and EC keys of tokens, our own and another module's (SoftHSM 2), and that OpenSSL's own keys
# of these types stay OpenSSL's, in whatever order the configuration has the providers. "plain" is
# the openssl program without any of it.
. "$(dirname "$0")/lib.sh"

plain() {
    env -u GOSTTOKEN_PIN OPENSSL_CONF=/dev/null "$openssl" "$@"
}

softhsm=
for module in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so; do
    if [ -e "$module" ]; then
        softhsm=$module
    fi
done
if ! command -v softhsm2-util >/dev/null || ! command -v pkcs11-tool >/dev/null; then
    softhsm=
fi
mkdir soft
cat >soft.conf <<END
directories.tokendir = $work/soft
objectstore.backend = file
log.level = ERROR
END
export SOFTHSM2_CONF=$work/soft.conf

p11() {
    pkcs11-tool --module "$softhsm" --token-label soft --login --pin "$pin" "$@"
}
# soft_key LABEL ID TYPE [USAGE...]
soft_key() {
    must p11 --keypairgen --label "$1" --id "$2" --key-type "$3" "${@:4}"
}

# What `gosttoken config` says of TLS is for GOST certificates.
sed -i "/^ssl_conf *=/d" "$cnf"
ours_cnf=$cnf
sed "s|^module-path = .*|module-path = $softhsm|" "$ours_cnf" >soft.cnf
# with_quirks WORDS: the same with a line of quirks.
with_quirks() {
    sed "s/^module-path = .*/&\nquirks = $1/" "$work/soft.cnf" >"$work/quirks.cnf"
    cnf=$work/quirks.cnf
}
ours_first() {
    awk '/^default *= / { held = $0; next } { print } /^gosttoken *= / && held { print held }' "$1"
}

# handshake KEY VERSION TYPE [CIPHER]: a server with a key of a token, and a client with nothing.
handshake() {
    local server port
    : >server.out
    ours s_server -accept 127.0.0.1:0 -cert "$work/$3.crt" -key "$1" -naccept 1 -www "-$2" \
        >server.out 2>&1 </dev/null &
    server=$!
    accepts server.out "$server" || true
    ok sh -c "echo | env -u GOSTTOKEN_PIN OPENSSL_CONF=/dev/null '$openssl' s_client -connect 127.0.0.1:$port \
        -$2 -CAfile '$work/$3.crt' -verify_return_error ${4:+-cipher $4}"
    also 'Verify return code: 0'
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
}

# salt_of PUBLIC SIGNATURE: the length of salt with which it is right, of message and SHA-256.
salt_of() {
    local salt
    for salt in 0 20 32 222; do
        ! plain dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt \
            -verify "$1" -signature "$2" message >/dev/null 2>&1 || echo "$salt"
    done
}

# Every operation with the keys rsa, p256, p384 and p521 of a token.
all_operations() {
    local token=$1 type uri md
    for type in rsa p256 p384 p521; do
        uri=$(key "$token" $type)
        must ours pkey -in "$uri" -pubout -out pub.pem
        ok plain pkey -pubin -in pub.pem -noout
        ok ours pkey -in "${uri%private}public" -pubin -pubout -out pub2.pem
        same pub.pem pub2.pem
        for md in sha1 sha256 sha384 sha512; do
            must ours dgst -$md -sign "$uri" -out sig message
            says 'Verified OK' plain dgst -$md -verify pub.pem -signature sig message
            says 'Verified OK' ours dgst -$md -prverify "$uri" -signature sig message
            refuses 'Verification failure|error' plain dgst -$md -verify pub.pem -signature sig altered
        done
        plain dgst -sha256 -binary -out digest message
        must ours pkeyutl -sign -inkey "$uri" -pkeyopt digest:sha256 -in digest -out sig
        ok plain pkeyutl -verify -pubin -inkey pub.pem -pkeyopt digest:sha256 -in digest -sigfile sig
        refuses '.' ours pkeyutl -sign -inkey "$uri" -pkeyopt digest:sha512 -in digest -out never
        must ours req -new -key "$uri" -subj "/CN=$type" -out req.pem
        says 'verify OK' plain req -in req.pem -verify -noout
        must ours req -new -x509 -key "$uri" -subj "/CN=$type" -days 30 -out "$type.crt"
        ok plain verify -CAfile "$type.crt" "$type.crt"
        must ours cms -sign -binary -nodetach -in message -signer "$type.crt" -inkey "$uri" \
            -outform DER -out m.p7m
        must plain cms -verify -binary -inform DER -in m.p7m -CAfile "$type.crt" -purpose any -out m.out
        same m.out message
        must plain cms -encrypt -binary -in message -aes256 -outform DER -out m.p7e "$type.crt"
        must ours cms -decrypt -binary -inform DER -in m.p7e -inkey "$uri" -recip "$type.crt" -out m.out
        same m.out message
        refuses 'stays|export|could not|error' ours pkey -in "$uri" -out never
        holds "no private key was written" ! -s never
        handshake "$uri" tls1_2 $type
        handshake "$uri" tls1_3 $type
    done
    uri=$(key "$token" rsa)
    plain x509 -in rsa.crt -noout -pubkey >pub.pem
    for salt in digest max 0 20; do
        must ours dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:$salt \
            -sign "$uri" -out sig message
        says 'Verified OK' plain dgst -sha256 -sigopt rsa_padding_mode:pss \
            -sigopt rsa_pss_saltlen:$salt -verify pub.pem -signature sig message
    done
    # Nothing said of the salt: as long as with a key from a file, and not none.
    must ours dgst -sha256 -sigopt rsa_padding_mode:pss -sign "$uri" -out sig message
    [ -s soft.pem ] || plain genrsa -out soft.pem 2048 2>/dev/null
    plain dgst -sha256 -sigopt rsa_padding_mode:pss -sign soft.pem -out sig2 message
    plain pkey -in soft.pem -pubout -out soft.pub
    holds "a salt of the usual length" "$(salt_of pub.pem sig)" = "$(salt_of soft.pub sig2)"
    must ours dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha1 -sign "$uri" \
        -out sig message
    says 'Verified OK' plain dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha1 \
        -verify pub.pem -signature sig message
    must ours req -new -x509 -key "$uri" -sigopt rsa_padding_mode:pss -subj /CN=pss -out pss.crt
    ok plain verify -CAfile pss.crt pss.crt
    must ours cms -sign -binary -nodetach -in message -signer rsa.crt -inkey "$uri" \
        -keyopt rsa_padding_mode:pss -outform DER -out m.p7m
    ok plain cms -verify -binary -inform DER -in m.p7m -CAfile rsa.crt -purpose any -out /dev/null
    for options in pkcs1 oaep "oaep -pkeyopt rsa_oaep_md:sha256" \
        "oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha1 -pkeyopt rsa_oaep_label:0102"; do
        # shellcheck disable=SC2086 # words
        must plain pkeyutl -encrypt -pubin -inkey pub.pem -pkeyopt rsa_padding_mode:$options \
            -in message -out enc
        # shellcheck disable=SC2086
        must ours pkeyutl -decrypt -inkey "$uri" -pkeyopt rsa_padding_mode:$options -in enc -out m.out
        same m.out message
        tamper enc bad
        # Of wrong PKCS #1 v1.5 padding a token may say that it is, or give something else (OpenSSL
        # 3.2 and later does, and so do the modules that have it inside).
        # shellcheck disable=SC2086
        if [ "$options" = pkcs1 ]; then
            : >wrong
            ours pkeyutl -decrypt -inkey "$uri" -pkeyopt rsa_padding_mode:pkcs1 -in bad \
                -out wrong >"$out" 2>&1 </dev/null || true
            holds "nothing came of a changed text" "$(cmp -s wrong message && echo same)" != same
        else
            refuses '.' ours pkeyutl -decrypt -inkey "$uri" -pkeyopt rsa_padding_mode:$options \
                -in bad -out never
        fi
    done
    handshake "$uri" tls1_2 rsa AES128-GCM-SHA256
    for type in p256 p384 p521; do
        plain genpkey -algorithm EC -pkeyopt "group:P-${type#p}" -out peer.pem
        plain pkey -in peer.pem -pubout -out peer.pub
        plain x509 -in $type.crt -noout -pubkey >pub.pem
        must ours pkeyutl -derive -inkey "$(key "$token" $type)" -peerkey peer.pub -out z1
        must plain pkeyutl -derive -inkey peer.pem -peerkey pub.pem -out z2
        same z1 z2
    done
    refuses 'curve|param|different' ours pkeyutl -derive -inkey "$(key "$token" p256)" \
        -peerkey peer.pub -out never
    for mode in fork fork-first threads; do
        ok env OPENSSL_CONF="$cnf" "$build/tests/life" $mode "$uri"
        ok env OPENSSL_CONF="$cnf" "$build/tests/life" $mode "$(key "$token" p256)"
    done
    ok env OPENSSL_CONF="$cnf" ASAN_OPTIONS=detect_leaks=0 "$build/tests/life" exit "$uri"
}

# What is nobody's business but OpenSSL's.
software() {
    local provider
    must ours genrsa -out soft.pem 2048
    ok ours rsa -in soft.pem -check -noout
    must ours genpkey -algorithm EC -pkeyopt group:P-256 -out ec.pem
    for file in soft.pem ec.pem; do
        must ours req -new -x509 -key $file -subj /CN=software -days 30 -out software.crt
        ok ours verify -CAfile software.crt software.crt
        handshake "$work/$file" tls1_3 software
    done
    checks=$((checks + 1))
    ours list -key-managers >"$out" 2>&1
    for type in 'RSA, rsaEncryption' 'EC, id-ecPublicKey'; do
        provider=$(grep "$type" "$out" | sed -n '1s/.*@ //p')
        [ "$provider" = default ] || flaw "$type is first of all $provider's" ours list -key-managers
    done
    if [ -z "$sanitize" ]; then
        ok ours speed -seconds 1 rsa1024 ecdsap256
    fi
}

# used FILE TYPE: libcrypto's newer reader of key files, and its older (Python, nginx).
used() {
    must ours dgst -sha256 -sign "$1" -out sig message
    says 'Verified OK' ours dgst -sha256 -prverify "$1" -signature sig message
    ok env "${preload[@]}" OPENSSL_CONF="$cnf" python3 -c "
import ssl
ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain('$2.crt', '$1')"
}

# Key files that name a key: ours, and pkcs11-provider's. key_files TOKEN [OPTION...]
key_files() {
    local type
    for type in rsa p256; do
        must "$gosttoken" uri-pem "${@:2}" "$(key "$1" $type)"
        cp "$out" made.pem
        used made.pem $type
        handshake "$work/made.pem" tls1_3 $type
        cat >uri.conf <<END
asn1 = SEQUENCE:uri
[uri]
magic = VISIBLESTRING:PKCS\\#11 Provider URI v1.0
uri = UTF8String:$(key "$1" $type)
END
        plain asn1parse -genconf uri.conf -noout -out uri.der
        {
            cat $type.crt
            echo '-----BEGIN PKCS#11 PROVIDER URI-----'
            base64 -w 64 uri.der
            echo '-----END PKCS#11 PROVIDER URI-----'
        } >file.pem
        used file.pem $type
    done
}

# ---- our own module ----------------------------------------------------------------------------

new_token work
new_key work rsa rsa:2048
for curve in p256 p384 p521; do
    new_key work $curve ec:$curve
done
new_key work gost gost2012_256
self_signed work gost
all_operations work
key_files work
software
ours_first "$ours_cnf" >first.cnf
holds "our provider comes first" "$(grep -nm1 '^gosttoken *=' first.cnf | cut -d: -f1)" -lt \
    "$(grep -nm1 '^default *=' first.cnf | cut -d: -f1)"
cnf=$work/first.cnf
software
must ours dgst -sha256 -sign "$(key work rsa)" -out sig message
says 'Verified OK' ours dgst -sha256 -prverify "$(key work rsa)" -signature sig message
# Ours alone, and the default provider when RSA was asked for already.
# The distribution's own file, which ours may include, names the default provider too.
sed '/^default *=/d;/^\.include/d' "$ours_cnf" >late.cnf
for type in rsa p256; do
    ok env OPENSSL_CONF="$work/late.cnf" "$build/tests/life" late "$(key work $type)"
done
cnf=$ours_cnf

# The wrong PIN; a token that is gone.
refuses 'PIN.*wrong' env GOSTTOKEN_PIN=wrong-one OPENSSL_CONF="$cnf" "${preload[@]}" "$openssl" dgst -sha256 \
    -sign "$(key work rsa)" -out never message
holds "nothing was signed" ! -s never
mv tokens elsewhere
refuses 'token' ours dgst -sha256 -sign "$(key work rsa)" -out never message
mv elsewhere tokens

# ---- another module ----------------------------------------------------------------------------

if [ -z "$softhsm" ]; then
    echo "SoftHSM 2 or pkcs11-tool is not here: only our own module was tried"
    exit
fi
must softhsm2-util --init-token --free --label soft --so-pin "$so_pin" --pin "$pin"
soft_key rsa 01 rsa:2048
soft_key p256 02 EC:secp256r1 --usage-sign --usage-derive
soft_key p384 03 EC:secp384r1 --usage-sign --usage-derive
soft_key p521 04 EC:secp521r1 --usage-sign --usage-derive
cnf=$work/soft.cnf
all_operations soft
key_files soft --module "$softhsm"
software

# Only a certificate beside the private key, and then nothing.
must p11 --delete-object --type pubkey --id 02
refuses 'neither a public key nor a certificate' ours dgst -sha256 -sign "$(key soft p256)" -out never message
plain x509 -in p256.crt -outform DER -out p256.der
must p11 --write-object p256.der --type cert --id 02 --label p256
must ours dgst -sha256 -sign "$(key soft p256)" -out sig message
plain x509 -in p256.crt -noout -pubkey >pub.pem
says 'Verified OK' plain dgst -sha256 -verify pub.pem -signature sig message
must ours cms -sign -binary -in message -signer "$(cert soft p256)" -inkey "$(key soft p256)" \
    -outform DER -out m.p7s

# Two keys of one label; a key that may not sign, and one that wants its PIN every time.
soft_key twin 0a rsa:2048
soft_key twin 0b rsa:2048
refuses '2 objects match' ours dgst -sha256 -sign "$(key soft twin)" -out never message
must ours dgst -sha256 -sign 'pkcs11:token=soft;id=%0b;type=private' -out sig message
says 'Verified OK' ours dgst -sha256 -prverify 'pkcs11:token=soft;id=%0b;type=private' \
    -signature sig message
if command -v p11tool >/dev/null; then
    must env GNUTLS_PIN="$pin" p11tool --provider="$softhsm" --login --generate-privkey=rsa --bits=2048 \
        --mark-decrypt --label decrypts --id 0c --outfile=/dev/null pkcs11:token=soft
    refuses 'CKA_SIGN' ours dgst -sha256 -sign "$(key soft decrypts)" -out never message
fi
soft_key careful 0d rsa:2048 --usage-sign --always-auth
must ours dgst -sha256 -sign "$(key soft careful)" -out sig message
says 'Verified OK' ours dgst -sha256 -prverify "$(key soft careful)" -signature sig message
holds "nothing else was signed" ! -s never
refuses 'PIN.*wrong' env GOSTTOKEN_PIN=wrong-one OPENSSL_CONF="$cnf" "${preload[@]}" "$openssl" dgst -sha256 \
    -sign "$(key soft rsa)" -out never message

# The quirks, all that SoftHSM can live with at once, and each alone.
for quirks in 'login-first no-finalize no-init-args no-threads one-session raw-rsa' \
    no-threads one-session no-finalize raw-rsa; do
    with_quirks "$quirks"
    for mode in fork threads; do
        ok env OPENSSL_CONF="$cnf" "$build/tests/life" $mode "$(key soft rsa)"
    done
    must ours dgst -sha256 -sigopt rsa_padding_mode:pss -sign "$(key soft rsa)" -out sig message
    says 'Verified OK' ours dgst -sha256 -sigopt rsa_padding_mode:pss -prverify "$(key soft rsa)" \
        -signature sig message
done
with_quirks no-context-login
refuses 'CKR_USER_NOT_LOGGED_IN|login|log in|PIN' ours dgst -sha256 -sign "$(key soft careful)" -out never message
with_quirks 'no-such-quirk'
refuses 'no-such-quirk.*known are.*one-session' ours dgst -sha256 -sign "$(key soft rsa)" -out never message
