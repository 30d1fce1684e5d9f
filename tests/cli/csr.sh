#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# gosttoken csr: every parameter as an option, in a file; renewals; certificates; what is refused.
. "$(dirname "$0")/csr-lib.sh"

make_token work
make_key alice
make_key bob gost2012_512
export GOSTTOKEN_PIN=$pin
subject='CN=Алиса, ИНН=500100732259, СНИЛС=112-233-445 95, E=a@example.org, C=RU'

# try OPTION...: a request into ./x.csr, for alice
try() {
    rm -f x.csr
    t 0 '' gt csr --label alice --subject "$subject" --out x.csr "$@"
}
extension_template=MCYGHiqFAwICMgEJh/DgTobuzwyF6ZFbgq+0XIHKVYKzRAIBAQIBAA==
expiration=MFAeJABDAHAAUgBhAEUAeABwAGkAcgBhAHQAaQBvAG4ARABhAHQAZR4oADIAMAAyADUAMAAzADIAOAAwADAANQA1ADAAMQArADAAMwA6ADAAMA==
extensions=ME0wHQYDVR0OBBYEFHFumeSIaAp0qiFZv+XFUdl5HEDzMB8GCSsGAQQBgjcVBwQSMBAGCCqFAwICLgADAgEBAgEAMAsGA1UdDwQEAwIE8A==
period=MCQeHABDAHAAUgBhAEMAZQByAHQAUABlAHIAaQBvAGQeBAAxADI=

# ---- a request --------------------------------------------------------------------------------

try
is "it is readable by all" "$(stat -c %a x.csr)" = 644
peer_says 'verify OK' req -in x.csr -verify -noout
peer_says 'INN *= *500100732259' req -in x.csr -noout -subject
t 1 'x.csr is there already: --force' gt csr --label alice --subject CN=a --out x.csr
try --outform der
peer_says 'verify OK' req -in x.csr -inform DER -verify -noout
t 0 'BEGIN CERTIFICATE REQUEST' gt csr --label bob --subject CN=b
cp out bob.csr
peer_says 'verify OK' req -in bob.csr -verify -noout
t 0 '' gt csr 'pkcs11:token=work;object=bob' --subject CN=b --json
json 'j["kind"] == "request" and j["key"] == "bob" and j["key_type"] == "gost2012_512"'
json 'j["subject"] == "CN=b" and "BEGIN CERTIFICATE REQUEST" in j["pem"] and j["file"] is None'
json '{"kind", "token", "key", "key_type", "uri", "subject", "file", "pem"} == set(j)'
if command -v certtool >/dev/null; then
    t 0 'Subject: CN=b' certtool --crq-info --infile bob.csr
fi

# ---- each parameter as an option ---------------------------------------------------------------

declare -A tested
parameter() {
    tested[$1]=1
}

parameter request-type # and active-cert-id, active-cert-pin: renewals, below
try --request-type First
parameter eku-string
try --eku-string 1.3.6.1.5.5.7.3.2,emailProtection
holds x.csr BgNVHSUEFjAUBggrBgEFBQcDAgYIKwYBBQUHAwQ=
t 2 'EkuString\[1\]' gt csr --label alice --subject CN=a --eku-string 1.2.3,nonsense
parameter template-oid
try --template-oid 1.2.643.2.2.46.0.3,User
holds x.csr BgkrBgEEAYI3FQcEEjAQBggqhQMCAi4AAwIBAQIBAA==
holds x.csr BgkrBgEEAYI3FAIECh4IAFUAcwBlAHI=
parameter group-id
try --group-id work
t 3 'no token matches nowhere' gt csr --label alice --subject CN=a --group-id nowhere
parameter start-date
try --start-date 2025-03-28T00:55:01+03:00
holds x.csr HhoAQwBwAFIAYQBTAHQAYQByAHQARABhAHQAZR4oADIAMAAyADUAMAAzADIAOAAwADAANQA1ADAAMQArADAAMwA6ADAAMA==
parameter expiration-date
try --expiration-date 2025-03-28T00:55:01+03:00
holds x.csr $expiration
t 2 'ExpirationDate: .* is not a date' gt csr --label alice --subject CN=a --expiration-date 31.02.2025
parameter extensions-data
printf '[{"OID":"1.3.6.1.4.1.311.21.7","Critical":true,"Value":"%s"}]' $extension_template >list
try --extensions-data "$(base64 -w0 list)"
holds x.csr $extension_template
try --extensions-data @list
holds x.csr $extension_template
base64 list >list64
try --extensions-data @list64
holds x.csr $extension_template
t 2 'ExtensionsData: this is not Base64' gt csr --label alice --subject CN=a --extensions-data '*'
t 1 'cannot read nowhere' gt csr --label alice --subject CN=a --extensions-data @nowhere
parameter extensions-config
echo "OID='1.2.643.100.114' Critical='false' Value='AgEC'" >config
try --extensions-config config
holds x.csr BgUqhQNkcgQDAgEC
echo "OID='1.2.643.100.114' Critical='no' Value='AgEC'" >>config
t 2 'ExtensionsConfig:2: "no"' gt csr --label alice --subject CN=a --extensions-config config
parameter named-values-data
try --named-values-data "$(printf '[{"Name":"CpRaCertPeriod","Value":"12"}]' | base64 -w0)"
holds x.csr $period
parameter cert-period
parameter cert-period-units
try --cert-period 12 --cert-period-units Months
holds x.csr $period
t 2 'CertPeriodUnits: ' gt csr --label alice --subject CN=a --cert-period 12
parameter attributes-data
printf '[{"Oid":"1.3.6.1.4.1.311.13.2.1","Blobs":["%s"]},{"Oid":"1.3.6.1.4.1.311.2.1.14","Blobs":["%s"]}]' \
    $expiration $extensions >attributes
try --attributes-data "$(base64 -w0 attributes)"
holds x.csr $expiration
holds x.csr $extensions
peer_says 'verify OK' req -in x.csr -verify -noout
peer_says 'Non Repudiation' req -in x.csr -noout -text
t 2 'AttributesData\[0\].Blobs\[0\]: the attribute 1.2.840.113549.1.9.14 holds' gt csr --label alice \
    --subject CN=a --attributes-data '[{"Oid":"1.2.840.113549.1.9.14","Blobs":["AgEA"]}]'
t 2 'ExtensionsData\[0\].Value: .* 2.5.29.15 ' gt csr --label alice --subject CN=a \
    --extensions-data '[{"Oid":"2.5.29.15","Value":"AgEA","Critical":false}]'
parameter is-client
rm x.csr
t 0 'not signed yet' env -u GOSTTOKEN_PIN setsid -w "$gosttoken" csr --label alice --subject CN=a \
    --is-client --out x.csr
t 0 'Subject: CN *= *a' openssl req -in x.csr -noout -text
is "the signature is empty" "$(openssl asn1parse -in x.csr | grep -c 'l= *1 prim: BIT STRING')" -eq 1
t 2 'SelfSigned: ' gt csr --label alice --subject CN=a --is-client --self-signed

parameter self-signed
rm x.csr
t 0 '' gt csr --label alice --subject CN=Alice --self-signed --start-date 2025-01-31 \
    --cert-period 1 --cert-period-units Months --key-usage digitalSignature --out x.csr
t 0 'notAfter=Feb 28 00:00:00 2025' openssl x509 -in x.csr -noout -dates
t 2 'NamedValuesData: a certificate' gt csr --label alice --subject CN=a --selfsigned \
    --named-values-data '[{"Name":"a","Value":"b"}]'
t 0 '' gt csr --label alice --subject CN=Alice --selfsigned --out alice.crt --cert-period 10 \
    --cert-period-units Years
t 0 'X509v3 Subject Key Identifier' openssl x509 -in alice.crt -noout -text
peer_says 'OK' verify -CAfile alice.crt alice.crt

# ---- what else there is -------------------------------------------------------------------------

parameter subject
try --subject "/CN=$(printf 'a%.0s' {1..65})/C=RU"
is "a long name is warned of" "$(grep -c 'warning: Subject: .*64' err)" -eq 1
try --subject 'CN=a, ИНН=500100732258'
is "a wrong INN is warned of" "$(grep -c 'warning: Subject: .*ИНН' err)" -eq 1
t 2 'Subject: ИНН has 12 digits' gt csr --label alice --subject ИНН=1
t 2 'Subject: ИНН has 12 digits.*"7707083893", go to ИННЮЛ' gt csr --label alice --subject 'CN=x, ИНН=7707083893'
t 2 'Subject: inn has 12 digits.*INNLE' gt csr --label alice --subject 'inn=7707 083893'
# Names in what is printed: those that are known, with their values as text, in the order of RFC 4514.
t 0 '' gt csr --label alice --json \
    --subject 'CN=x\, y, ИННЮЛ=7707083893, ОГРНИП=304500116000157, ОГРН=1027700132195, 1.2.3=z'
json 'j["subject"] == "1.2.3=#0C017A,OGRN=1027700132195,OGRNIP=304500116000157,INNLE=7707083893,CN=x\\, y"'
t 2 '"X" is not an attribute of a name such as' gt csr --label alice --subject X=1
t 2 'Subject: a request says' gt csr --label alice
parameter key-usage
try --key-usage digitalSignature,nonRepudiation
holds x.csr BgNVHQ8BAf8EBAMCBsA=
parameter identification-kind
try --identification-kind qualified-signature
holds x.csr BgUqhQNkcgQDAgEB
parameter subject-sign-tool
try --subject-sign-tool 'КриптоПро CSP'
holds x.csr DBbQmtGA0LjQv9GC0L7Qn9GA0L4gQ1NQ
parameter issuer-sign-tool
try --issuer-sign-tool 'A|B|C|D'
holds x.csr MAwMAUEMAUIMAUMMAUQ=
parameter certificate-policies
try --certificate-policies KC1,КС2
holds x.csr MBQwCAYGKoUDZHEBMAgGBiqFA2RxAg==
parameter subject-alt-name
try --subject-alt-name DNS:example.org
holds x.csr ggtleGFtcGxlLm9yZw==
parameter extensions-attribute
try --key-usage keyAgreement
holds x.csr BgkqhkiG9w0BCQ4=
try --key-usage keyAgreement --extensions-attribute microsoft
holds x.csr BgorBgEEAYI3AgEO
lacks x.csr BgkqhkiG9w0BCQ4=
peer_says 'Key Agreement' req -in x.csr -noout -text

# ---- a file of parameters -------------------------------------------------------------------------

cat >params.json <<'EOF'
{
    "RequestType": "First",
    "Subject": {"CN": "Алиса", "OU": ["one", "two"], "ОГРН": "1027700132195"},
    "EkuString": "1.3.6.1.5.5.7.3.2",
    "StartDate": "", "IsClient": "false", "SelfSigned": null,
    "CertPeriod": "12", "CertPeriodUnits": "Months",
    "ExtensionsData": "W3siT2lkIjoiMS4yLjY0My4xMDAuMTE0IiwiVmFsdWUiOiJBZ0VBIiwiQ3JpdGljYWwiOmZhbHNlfV0="
}
EOF
rm -f x.csr
t 0 '' gt csr --label alice --params params.json --out x.csr
holds x.csr $period
holds x.csr BgUqhQNkcgQDAgEA
t 0 '' gt csr --label alice --params - --out y.csr --subject CN=other --expiration-date \
    2025-03-28T00:55:01+03:00 <params.json
holds y.csr $expiration
lacks y.csr $period
t 0 'Subject: CN *= *other' openssl req -in y.csr -noout -text
echo '{"EkuStrng": "x"}' >bad.json
t 2 'no parameter "EkuStrng"; did you mean "EkuString"' gt csr --label alice --params bad.json
t 2 'JSON: this is not JSON' gt csr --label alice --params pin
echo '["EkuString"]' >list.json
t 2 'an object' gt csr --label alice --params list.json
t 1 'cannot read nowhere' gt csr --label alice --params nowhere
printf '{"Subject": "CN=a\0b"}' >bad.json
t 2 'not a text in UTF-8' gt csr --label alice --params bad.json

# ---- renewals -----------------------------------------------------------------------------------

parameter active-cert-id
parameter active-cert-pin
# renewed FILE: signed by alice's certificate, with that certificate in it, over a request of bob's
renewed() {
    peer_says 'Verification successful' cms -verify -in "$1" -inform PEM -CAfile alice.crt \
        -purpose any -outform DER -out inner.der
    [ -n "$have_peer" ] || return 0
    peer_says 'verify OK' req -inform DER -in inner.der -verify -noout
    holds inner.der BgkrBgEEAYI3DQEx # the attribute of the renewal certificate
    holds inner.der "$(openssl x509 -in alice.crt -outform DER | base64 -w0)"
    peer_says "$2" req -inform DER -in inner.der -noout -subject
}
t 0 '' gt import-cert alice.crt
sha1=$(openssl x509 -in alice.crt -noout -fingerprint -sha1 | sed 's/.*=//')
serial=$(openssl x509 -in alice.crt -noout -serial | sed 's/.*=//')
for id in alice "$sha1" "$serial" 'pkcs11:token=work;object=alice;type=cert'; do
    rm -f renewed.p7
    t 0 'signed with the certificate "alice"' gt csr --label bob --request-type Renew \
        --active-cert-id "$id" --out renewed.p7
    renewed renewed.p7 'CN *= *Alice' # the subject is that of the certificate
done
t 0 'BEGIN PKCS7' gt csr --label bob --request-type renew --active-cert-id alice --subject CN=Bob
cp out renewed.p7
renewed renewed.p7 'CN *= *Bob'
t 2 'ActiveCertId: RequestType Renew needs' gt csr --label bob --request-type Renew
t 3 'ActiveCertId: there is no such' gt csr --label bob --request-type Renew --active-cert-id carol
t 2 'ActiveCertId: it is only for' gt csr --label bob --active-cert-id alice --subject CN=a
t 2 'RequestType: .*SelfSigned' gt csr --label bob --request-type Renew --active-cert-id alice \
    --self-signed
# The PIN of the active certificate, as a file's field, and as an option its source.
(
    umask 077
    printf '{"RequestType":"Renew","ActiveCertId":"alice","ActiveCertPin":"%s"}' "$pin" >renew.json
)
t 0 'BEGIN PKCS7' env -u GOSTTOKEN_PIN setsid -w "$gosttoken" csr --label bob --params renew.json
is "a file of one's own is no matter for a warning" ! -s err
chmod 644 renew.json
t 0 'others may read' env -u GOSTTOKEN_PIN setsid -w "$gosttoken" csr --label bob --params renew.json
t 0 'BEGIN PKCS7' env -u GOSTTOKEN_PIN setsid -w "$gosttoken" csr --label bob --request-type Renew \
    --active-cert-id alice --active-cert-pin file:pin
t 0 'BEGIN PKCS7' env -u GOSTTOKEN_PIN setsid -w "$gosttoken" csr --label bob --request-type Renew \
    --active-cert-id alice --active-cert-pin fd:7 7<pin
t 4 'wrong' env -u GOSTTOKEN_PIN setsid -w "$gosttoken" csr --label bob --request-type Renew \
    --active-cert-id alice --active-cert-pin file:wrong-pin
t 2 'ActiveCertPin: a PIN is not given on the command line' gt csr --label bob --request-type Renew \
    --active-cert-id alice --active-cert-pin "$pin"
# A certificate on another token: its PIN is not that of the key's.
t 0 '' gt init --label home --so-pin-file so-pin --pin-file pin
t 0 '' gt keygen --token home --label carol --type gost2012_256
t 4 'ActiveCertPin: the active certificate is on another token' gt csr --token home --label carol \
    --request-type Renew --active-cert-id 'pkcs11:token=work;object=alice'
t 0 '' gt csr --token home --label carol --request-type Renew --active-cert-id \
    'pkcs11:token=work;object=alice' --active-cert-pin file:pin --out carol.p7
renewed carol.p7 'CN *= *Alice'
# One that has expired can sign, and the authority will not like it.
t 0 '' gt csr --token home --label carol --subject CN=Old --self-signed --start-date 2020-01-01 \
    --expiration-date 2021-01-01 --out old.crt
t 0 '' gt cert install --token home old.crt
t 0 'warning: the certificate "carol" has expired' gt csr --token home --label carol \
    --request-type Renew --active-cert-id carol --out old.p7
t 2 'GroupId: it is another token' gt csr --token home --group-id work --label alice --subject CN=a

# ---- which key ----------------------------------------------------------------------------------

t 3 'several tokens' gt csr --label alice --subject CN=a
t 3 'several such keys.*alice' gt csr --token work --subject CN=a
t 0 'BEGIN' gt csr --token home --subject CN=a
t 3 'no such key' gt csr --token work --label nobody --subject CN=a
t 2 'takes the pkcs11: URI' gt csr alice --subject CN=a
t 2 'the URI names the key' gt csr 'pkcs11:object=alice' --label alice --subject CN=a
t 2 'hexadecimal' gt csr --token work --id xyz --subject CN=a
t 4 'terminal' env -u GOSTTOKEN_PIN setsid -w "$gosttoken" csr --token work --label alice --subject CN=a
t 4 'wrong' gt csr --token work --label alice --subject CN=a --pin-file wrong-pin

# Other kinds of keys.
for type in rsa:2048 ec:p256; do
    t 0 '' gt keygen --token work --label "key-$type" --type "$type"
    t 0 'BEGIN' gt csr --token work --label "key-$type" --subject CN=x
    cp out other.csr
    t 0 'verify OK' openssl req -in other.csr -verify -noout
done

# The private key knows its public half where that is no object of its own.
t 0 '' gt keygen --token work --label half --type gost2012_256
t 0 '' gt delete --token work --label half --type public --yes
t 0 'BEGIN' gt csr --token work --label half --subject CN=a
cp out half.csr
peer_says 'verify OK' req -in half.csr -verify -noout

# ---- every option of the table was tried ------------------------------------------------------------

gt --print-tables csr | sed -n 's/^option --\([a-z-]*\).*/\1/p' >names
: >out
: >err
while read -r option; do
    case $option in
    label | id | params | selfsigned | out | outform | force) continue ;;
    esac
    is "$option has a test" -n "${tested[$option]:-}"
done <names
for name in RequestType ActiveCertPin ActiveCertId EkuString TemplateOid GroupId StartDate ExpirationDate \
    ExtensionsData IsClient SelfSigned CertPeriod CertPeriodUnits NamedValuesData AttributesData \
    ExtensionsConfig; do
    option=$(sed 's/\([a-z]\)\([A-Z]\)/\1-\2/g' <<<"$name" | tr '[:upper:]' '[:lower:]')
    is "$name is the option --$option" "$(grep -cx -- "$option" names)" -eq 1
    is "$name has a test" -n "${tested[$option]:-}"
done
