#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The URI stub: a PKCS #8 file that holds a pkcs11: URI where a private value would stand, for
# programs that accept only a key file. One is made here by hand, as its definition says.
. "$(dirname "$0")/lib.sh"

new_token work
# stub TYPE PARAMSET-OID DIGEST-OID URI FILE
stub() {
    cat >stub.conf <<END
asn1 = SEQUENCE:info
[info]
version = INTEGER:0
algorithm = SEQUENCE:algorithm
key = FORMAT:ASCII,OCTETSTRING:$4
[algorithm]
oid = OID:$1
parameters = SEQUENCE:parameters
[parameters]
curve = OID:$2
digest = OID:$3
END
    must ours asn1parse -genconf stub.conf -noout -out stub.der
    {
        echo '-----BEGIN PRIVATE KEY-----'
        base64 -w 64 stub.der
        echo '-----END PRIVATE KEY-----'
    } >"$5"
}

# uri_pem URI: what pkcs11-provider writes
uri_pem() {
    cat >uri.conf <<END
asn1 = SEQUENCE:uri
[uri]
magic = VISIBLESTRING:PKCS\\#11 Provider URI v1.0
uri = UTF8String:$1
END
    ours asn1parse -genconf uri.conf -noout -out uri.der
    echo '-----BEGIN PKCS#11 PROVIDER URI-----'
    base64 -w 64 uri.der
    echo '-----END PKCS#11 PROVIDER URI-----'
}

for type in gost2012_256 gost2012_512; do
    case $type in
    *256) set -- 1.2.643.2.2.35.1 1.2.643.7.1.1.2.2 ;;
    *512) set -- 1.2.643.7.1.2.1.2.1 1.2.643.7.1.1.2.3 ;;
    esac
    md=$(digest_of "$type")
    new_key work "$type" "$type" A
    uri=$(key work "$type")
    must ours req -new -x509 -key "$uri" -subj "/CN=$type" -days 30 -out "$type.crt" \
        -addext extendedKeyUsage=critical,timeStamping
    stub "$type" "$1" "$2" "$uri" stub.pem
    must ours dgst "-$md" -sign stub.pem -out sig message
    ok ours x509 -in "$type.crt" -noout -pubkey -out pub.pem
    says 'Verified OK' ours dgst "-$md" -verify pub.pem -signature sig message
    must ours cms -sign -binary -in message -signer "$type.crt" -inkey stub.pem -outform DER \
        -out m.p7s
    ok ours cms -verify -binary -inform DER -in m.p7s -content message -CAfile "$type.crt" \
        -purpose any -out /dev/null
    ok ours pkey -in stub.pem -pubout -out pub2.pem
    same pub.pem pub2.pem
    refuses '.' ours pkey -in stub.pem -out leak
    holds "nothing was written" ! -s leak

    # The same file from the program made for it, which needs no PIN for that.
    must env -u GOSTTOKEN_PIN "$gosttoken" uri-pem "$uri"
    cp "$out" made.pem
    ok ours pkey -in made.pem -pubout -out pub2.pem
    same pub.pem pub2.pem
    must env -u GOSTTOKEN_PIN "$gosttoken" uri-pem "${uri%;type=private}?pin-source=$work/pin"
    cp "$out" made.pem
    must env -u GOSTTOKEN_PIN OPENSSL_CONF="$cnf" "${preload[@]}" "$openssl" dgst "-$md" \
        -sign made.pem -out sig message
    says 'Verified OK' ours dgst "-$md" -verify pub.pem -signature sig message
    refuses 'not private' "$gosttoken" uri-pem "${uri%private}cert"
    refuses 'PIN' "$gosttoken" uri-pem "$uri?pin-value=1234"
    refuses 'no GOST, RSA or EC key' "$gosttoken" uri-pem "$(key work nobody)"
    refuses 'names no key' "$gosttoken" uri-pem pkcs11:token=work

    # pkcs11-provider's form of it, wherever OpenSSL reads keys by its store; not only as the first
    # block of a file.
    uri_pem "$uri" >theirs.pem
    must ours dgst "-$md" -sign theirs.pem -out sig message
    says 'Verified OK' ours dgst "-$md" -verify pub.pem -signature sig message
    cat "$type.crt" theirs.pem >both.pem
    must ours cms -sign -binary -in message -signer both.pem -inkey both.pem -outform DER -out m.p7s
    ok ours cms -verify -binary -inform DER -in m.p7s -content message -CAfile "$type.crt" \
        -purpose any -out /dev/null
    uri_pem "$(key work nobody)" >theirs.pem
    refuses '.' ours dgst "-$md" -sign theirs.pem -out never message
    sed 's/^MI/MA/; s/^M[A-H]/MI/' theirs.pem >broken.pem
    refuses '.' ours dgst "-$md" -sign broken.pem -out never message
    holds "nothing was signed" ! -s never

    # ts opens its key by fopen: a time stamp of a token key is made through a stub.
    cat >ts.cnf <<END
[tsa]
default_tsa = demo
[demo]
serial = $work/ts.serial
signer_cert = $work/$type.crt
signer_key = $work/stub.pem
signer_digest = $md
digests = $md
default_policy = 1.2.3.4
ordering = no
tsa_name = yes
END
    echo 01 >ts.serial
    must ours ts -query -data message "-$md" -cert -out message.tsq
    must ours ts -reply -config ts.cnf -section demo -queryfile message.tsq -out message.tsr
    says 'Verification: OK' ours ts -verify -data message -in message.tsr -CAfile "$type.crt"
    refuses 'mismatch|FAILED' ours ts -verify -data altered -in message.tsr -CAfile "$type.crt"

    # A stub of a key that is not there, and one that holds neither a URI nor a key. (OpenSSL drops the errors of what
    # it tries on a file, so the cause cannot be asked for here.)
    stub "$type" "$1" "$2" "$(key work nobody)" stub.pem
    refuses '.' ours dgst "-$md" -sign stub.pem -out never message
    stub "$type" "$1" "$2" "0123456789012345678901234567890" stub.pem
    refuses '.' ours dgst "-$md" -sign stub.pem -out never message
    holds "nothing was signed" ! -s never
done
