#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The openssl program's commands as rows of the table, each once and briefly; tests/openssl/ tests
# them at length.
. "$(dirname "$0")/lib.sh"

make_pki
make_rsa
types="gost2012_256 gost2012_512"
declare -A uri=([gost2012_256]=$(key cli client) [gost2012_512]=$(key cli client512))
declare -A crt=([gost2012_256]=client.crt [gost2012_512]=client512.crt)
end_entity=(-CAfile ca.crt -purpose any)

begin "openssl req, x509, verify"
for type in $types; do
    ok ours req -new -key "${uri[$type]}" -subj /CN=x -out x.csr
    says 'verify OK|Certificate request self-signature verify OK' ours req -in x.csr -verify -noout
    ok ours x509 -req -in x.csr -CA ca.crt -CAkey "$(key srv ca)" -days 1 -out x.crt
    says ': OK' ours verify -CAfile ca.crt x.crt
    says 'GOST R 34' ours x509 -in x.crt -noout -text
done
end

begin "openssl ca, crl"
mkdir ca.d
: >ca.d/index
echo 01 >ca.d/serial
echo 01 >ca.d/crlnumber
cat >ca.cnf <<END
.include = $cnf
[ca]
default_ca = here
[here]
database = $work/ca.d/index
serial = $work/ca.d/serial
crlnumber = $work/ca.d/crlnumber
new_certs_dir = $work/ca.d
certificate = $work/ca.crt
private_key = $(key srv ca)
default_md = default
default_days = 1
default_crl_days = 1
policy = any
[any]
commonName = supplied
END
ok ours ca -config ca.cnf -batch -notext -in client.csr -out by-ca.crt
ok ours ca -config ca.cnf -revoke by-ca.crt
ok ours ca -config ca.cnf -gencrl -out ca.crl
says 'verify OK' ours crl -in ca.crl -CAfile ca.crt -noout
refuses 'revoked' ours verify -crl_check -CAfile ca.crt -CRLfile ca.crl by-ca.crt
end

begin "openssl dgst -sign, -verify"
for type in $types; do
    md=$(digest_of "$type")
    ok ours dgst "-$md" -sign "${uri[$type]}" -out sig message
    ok ours x509 -in "${crt[$type]}" -noout -pubkey -out pub.pem
    says 'Verified OK' ours dgst "-$md" -verify pub.pem -signature sig message
    refuses 'fail' ours dgst "-$md" -verify pub.pem -signature sig altered
done
end

begin "openssl pkeyutl -sign, -verify"
for type in $types; do
    ok ours dgst "-$(digest_of "$type")" -binary -out hash message
    ok ours pkeyutl -sign -inkey "${uri[$type]}" -in hash -out sig
    says 'Verified Successfully' ours pkeyutl -verify -certin -inkey "${crt[$type]}" -in hash -sigfile sig
done
end

begin "openssl pkeyutl -derive"
for type in $types; do
    ok ours genpkey -algorithm "$type" -pkeyopt paramset:A -out soft.pem
    ok ours pkey -in soft.pem -pubout -out soft.pub
    ok ours x509 -in "${crt[$type]}" -noout -pubkey -out pub.pem
    ok ours pkeyutl -derive -inkey "${uri[$type]}" -peerkey soft.pub -pkeyopt ukmhex:0102030405060708 -out k1
    ok ours pkeyutl -derive -inkey soft.pem -peerkey pub.pem -pkeyopt ukmhex:0102030405060708 -out k2
    same k1 k2
    holds "a key came out" -s k1
done
end

begin "openssl storeutl, pkey -pubout"
says 'CERTIFICATE' ours storeutl -certs 'pkcs11:token=cli'
for type in $types; do
    ok ours pkey -in "${uri[$type]}" -pubout -out p1
    ok ours x509 -in "${crt[$type]}" -noout -pubkey -out p2
    same p1 p2
done
end

# cms_way ROW ARGUMENT...
cms_way() {
    begin "$1"
    for type in $types; do
        rm -f m
        ok ours cms -sign -binary -in message -signer "${crt[$type]}" -inkey "${uri[$type]}" "${@:2}" \
            -outform DER -out m
        ok ours cms -verify -binary -inform DER -in m -content message "${end_entity[@]}" -out /dev/null
        refuses 'fail|digest|verif' ours cms -verify -binary -inform DER -in m -content altered \
            "${end_entity[@]}" -out /dev/null
    done
    end
}
cms_way "openssl cms -sign, -verify"
cms_way "openssl cms -sign -noattr" -noattr
cms_way "openssl cms -sign -cades" -cades

begin "openssl smime -sign, -verify (PKCS #7)"
for type in $types; do
    ok ours smime -sign -binary -in message -signer "${crt[$type]}" -inkey "${uri[$type]}" -outform DER -out m
    ok ours smime -verify -binary -inform DER -in m -content message "${end_entity[@]}" -out /dev/null
done
end

for cipher in gost89 kuznyechik-ctr-acpkm kuznyechik-ctr-acpkm-omac magma-ctr-acpkm magma-ctr-acpkm-omac; do
    begin "openssl cms -encrypt, -decrypt with $cipher"
    for type in $types; do
        rm -f m plain
        ok ours cms -encrypt -binary -in message "-$cipher" -outform DER -out m "${crt[$type]}"
        ok ours cms -decrypt -binary -inform DER -in m -inkey "${uri[$type]}" -recip "${crt[$type]}" -out plain
        same message plain
    done
    end
done

begin "openssl ocsp, a responder with a token key"
ports 1
ok ours ocsp -index ca.d/index -rsigner ca.crt -rkey "$(key srv ca)" -CA ca.crt -issuer ca.crt \
    -cert by-ca.crt -no_nonce -respout answer.der
says ': revoked' ours ocsp -respin answer.der -no_nonce -issuer ca.crt -cert by-ca.crt \
    -CAfile ca.crt
also 'verify OK'
background ocsp ours ocsp -port "${port[0]}" -index ca.d/index -rsigner ca.crt \
    -rkey "$(key srv ca)" -CA ca.crt
asked() {
    ours ocsp -url "http://127.0.0.1:${port[0]}/" -issuer ca.crt -cert by-ca.crt -CAfile ca.crt -timeout 5
}
until_true asked || true
says ': revoked' asked
also 'verify OK'
end

begin "openssl ts -reply, key file with a URI"
stub gost2012_256 "$(key cli tsa)" tsa.key
new_key cli tsa gost2012_256 A
ok ours req -new -key "$(key cli tsa)" -subj /CN=TSA -addext extendedKeyUsage=critical,timeStamping -out tsa.csr
ok ours x509 -req -in tsa.csr -CA ca.crt -CAkey "$(key srv ca)" -copy_extensions copyall -days 1 -out tsa.crt
cat >ts.cnf <<END
[tsa]
default_tsa = here
[here]
serial = $work/ts.serial
signer_cert = $work/tsa.crt
signer_key = $work/tsa.key
signer_digest = md_gost12_256
digests = md_gost12_256
default_policy = 1.2.3.4
END
echo 01 >ts.serial
ok ours ts -query -data message -md_gost12_256 -cert -out q.tsq
ok ours ts -reply -config ts.cnf -queryfile q.tsq -out q.tsr
says 'Verification: OK' ours ts -verify -data message -in q.tsr -CAfile ca.crt
end

begin "openssl genpkey, pkcs12 -export with a software key"
for type in $types; do
    ok ours genpkey -algorithm "$type" -pkeyopt paramset:A -out soft.pem
    ok ours req -new -x509 -key soft.pem -subj /CN=soft -days 1 -out soft.crt
    ok ours pkcs12 -export -inkey soft.pem -in soft.crt -passout pass:secret -out soft.p12
    ok ours pkcs12 -in soft.p12 -passin pass:secret -nodes -out back.pem
    ok ours pkey -in back.pem -pubout -out p1
    ok ours pkey -in soft.pem -pubout -out p2
    same p1 p2
done
end

begin "openssl enc, mac, dgst with the algorithms of GOST"
for cipher in gost89 gost89-cnt gost89-cbc kuznyechik-ctr kuznyechik-cbc magma-ctr magma-cbc; do
    ok ours enc "-$cipher" -K "$(printf '%064d' 7)" -iv "$(printf '%032d' 0 | cut -c1-32)" -in message -out c
    ok ours enc -d "-$cipher" -K "$(printf '%064d' 7)" -iv "$(printf '%032d' 0 | cut -c1-32)" -in c -out plain
    same message plain
done
for mac in kuznyechik-mac magma-mac gost-mac; do
    ok ours mac -macopt "hexkey:$(printf '%064d' 7)" -in message "$mac"
done
ok ours dgst -md_gost94 message
end

# tls ROW CA SUITE SERVER-ARGUMENT...: both kinds of client, mutual.
tls() {
    local ca=$2 suite=$3 type
    begin "$1"
    ports 1
    background tls ours s_server -accept "${port[0]}" -www -CAfile ca.crt -Verify 2 \
        -verify_return_error -tls1_2 -cipher "$suite" "${@:4}"
    if comes_up "${port[0]}"; then
        for type in $types; do
            says "Cipher is ${suite/ALL/}" ours s_client -connect "localhost:${port[0]}" -CAfile "$ca" \
                -verify_return_error -cert "${crt[$type]}" -key "${uri[$type]}" -tls1_2 -cipher "$suite"
        done
        refuses 'alert|certificate' ours s_client -connect "localhost:${port[0]}" -CAfile "$ca" -tls1_2 \
            -cipher "$suite"
    else
        cat tls.log >"$out"
        flaw "the server does not come up"
    fi
    kill "${running[-1]}" 2>/dev/null || true
    end
}
tls "openssl s_server, s_client: AES suite, RSA server, GOST client" rsa.crt ECDHE-RSA-AES256-GCM-SHA384 \
    -cert rsa.crt -key rsa.key
for suite in "${suites[@]}"; do
    tls "openssl s_server, s_client: $suite, 256-bit server, mutual" ca.crt "$suite" -cert server.crt \
        -key "$(key srv server)"
    tls "openssl s_server, s_client: $suite, 512-bit server, mutual" ca.crt "$suite" -cert server512.crt \
        -key "$(key srv server512)"
done
begin "openssl ciphers lists the GOST suites"
for suite in "${suites[@]}"; do
    says "^$suite" ours ciphers -v "$suite"
done
end
