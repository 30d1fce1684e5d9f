/* SPDX-License-Identifier: Apache-2.0 */
/* see oid.h */
#include "token/x509/oid.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

/* The first row of an OID has the name that is printed; more rows are names that are understood. */
static const tok_oid_name names[] = {
    /* names: X.520, RFC 4519, PKCS #9; the Russian ones are those of the order of the FSB on
     * qualified certificates */
    {"2.5.4.3", "CN", "commonName"},
    {"2.5.4.4", "SN", "surname"},
    {"2.5.4.5", "serialNumber", "serialNumber"},
    {"2.5.4.6", "C", "countryName"},
    {"2.5.4.7", "L", "localityName"},
    {"2.5.4.8", "ST", "stateOrProvinceName"},
    {"2.5.4.8", "S", "state"},
    {"2.5.4.9", "street", "streetAddress"},
    {"2.5.4.10", "O", "organizationName"},
    {"2.5.4.11", "OU", "organizationalUnitName"},
    {"2.5.4.12", "title", "title"},
    {"2.5.4.12", "T", "title"},
    {"2.5.4.13", "description", "description"},
    {"2.5.4.15", "businessCategory", "businessCategory"},
    {"2.5.4.16", "postalAddress", "postalAddress"},
    {"2.5.4.17", "postalCode", "postalCode"},
    {"2.5.4.18", "postOfficeBox", "postOfficeBox"},
    {"2.5.4.20", "telephoneNumber", "telephoneNumber"},
    {"2.5.4.41", "name", "name"},
    {"2.5.4.42", "GN", "givenName"},
    {"2.5.4.42", "G", "givenName"},
    {"2.5.4.43", "initials", "initials"},
    {"2.5.4.43", "I", "initials"},
    {"2.5.4.44", "generationQualifier", "generationQualifier"},
    {"2.5.4.45", "x500UniqueIdentifier", "x500UniqueIdentifier"},
    {"2.5.4.46", "dnQualifier", "dnQualifier"},
    {"2.5.4.65", "pseudonym", "pseudonym"},
    {"2.5.4.72", "role", "role"},
    {"2.5.4.97", "organizationIdentifier", "organizationIdentifier"},
    {"0.9.2342.19200300.100.1.1", "UID", "userId"},
    {"0.9.2342.19200300.100.1.25", "DC", "domainComponent"},
    {"1.2.840.113549.1.9.1", "emailAddress", "emailAddress"},
    {"1.2.840.113549.1.9.1", "E", "email"},
    {"1.2.840.113549.1.9.2", "unstructuredName", "unstructuredName"},
    {"1.2.840.113549.1.9.2", "UN", "unstructuredName"},
    {"1.2.840.113549.1.9.7", "challengePassword", "challengePassword"},
    {"1.2.840.113549.1.9.8", "unstructuredAddress", "unstructuredAddress"},
    {"1.2.643.3.131.1.1", "INN", "INN"},
    {"1.2.643.100.1", "OGRN", "OGRN"},
    {"1.2.643.100.3", "SNILS", "SNILS"},
    {"1.2.643.100.4", "INNLE", "INNLE"},
    {"1.2.643.100.4", "INNUL", "INNUL"},
    {"1.2.643.100.5", "OGRNIP", "OGRNIP"},

    /* algorithms */
    {"1.2.643.7.1.1.1.1", "gost2012_256", "GOST R 34.10-2012 with 256 bit modulus"},
    {"1.2.643.7.1.1.1.2", "gost2012_512", "GOST R 34.10-2012 with 512 bit modulus"},
    {"1.2.643.2.2.19", "gost2001", "GOST R 34.10-2001"},
    {"1.2.643.7.1.1.3.2", "id-tc26-signwithdigest-gost3410-2012-256",
     "GOST R 34.10-2012 with GOST R 34.11-2012 (256 bit)"},
    {"1.2.643.7.1.1.3.3", "id-tc26-signwithdigest-gost3410-2012-512",
     "GOST R 34.10-2012 with GOST R 34.11-2012 (512 bit)"},
    {"1.2.643.2.2.3", "id-GostR3411-94-with-GostR3410-2001",
     "GOST R 34.11-94 with GOST R 34.10-2001"},
    {"1.2.643.7.1.1.2.2", "md_gost12_256", "GOST R 34.11-2012 with 256 bit hash"},
    {"1.2.643.7.1.1.2.3", "md_gost12_512", "GOST R 34.11-2012 with 512 bit hash"},
    {"1.2.643.2.2.9", "md_gost94", "GOST R 34.11-94"},
    {"1.2.643.2.2.30.1", "id-GostR3411-94-CryptoProParamSet", "id-GostR3411-94-CryptoProParamSet"},
    {"1.2.840.113549.1.1.1", "rsaEncryption", "rsaEncryption"},
    {"1.2.840.113549.1.1.5", "RSA-SHA1", "sha1WithRSAEncryption"},
    {"1.2.840.113549.1.1.10", "RSASSA-PSS", "rsassaPss"},
    {"1.2.840.113549.1.1.11", "RSA-SHA256", "sha256WithRSAEncryption"},
    {"1.2.840.113549.1.1.12", "RSA-SHA384", "sha384WithRSAEncryption"},
    {"1.2.840.113549.1.1.13", "RSA-SHA512", "sha512WithRSAEncryption"},
    {"1.2.840.10045.2.1", "id-ecPublicKey", "id-ecPublicKey"},
    {"1.2.840.10045.3.1.7", "prime256v1", "prime256v1"},
    {"1.3.132.0.34", "secp384r1", "secp384r1"},
    {"1.3.132.0.35", "secp521r1", "secp521r1"},
    {"1.2.840.10045.4.3.2", "ecdsa-with-SHA256", "ecdsa-with-SHA256"},
    {"1.2.840.10045.4.3.3", "ecdsa-with-SHA384", "ecdsa-with-SHA384"},
    {"1.2.840.10045.4.3.4", "ecdsa-with-SHA512", "ecdsa-with-SHA512"},

    /* extensions */
    {"2.5.29.9", "subjectDirectoryAttributes", "X509v3 Subject Directory Attributes"},
    {"2.5.29.14", "subjectKeyIdentifier", "X509v3 Subject Key Identifier"},
    {"2.5.29.15", "keyUsage", "X509v3 Key Usage"},
    {"2.5.29.16", "privateKeyUsagePeriod", "X509v3 Private Key Usage Period"},
    {"2.5.29.17", "subjectAltName", "X509v3 Subject Alternative Name"},
    {"2.5.29.18", "issuerAltName", "X509v3 Issuer Alternative Name"},
    {"2.5.29.19", "basicConstraints", "X509v3 Basic Constraints"},
    {"2.5.29.30", "nameConstraints", "X509v3 Name Constraints"},
    {"2.5.29.31", "crlDistributionPoints", "X509v3 CRL Distribution Points"},
    {"2.5.29.32", "certificatePolicies", "X509v3 Certificate Policies"},
    {"2.5.29.33", "policyMappings", "X509v3 Policy Mappings"},
    {"2.5.29.35", "authorityKeyIdentifier", "X509v3 Authority Key Identifier"},
    {"2.5.29.36", "policyConstraints", "X509v3 Policy Constraints"},
    {"2.5.29.37", "extendedKeyUsage", "X509v3 Extended Key Usage"},
    {"2.5.29.46", "freshestCRL", "X509v3 Freshest CRL"},
    {"2.5.29.54", "inhibitAnyPolicy", "X509v3 Inhibit Any Policy"},
    {"1.3.6.1.5.5.7.1.1", "authorityInfoAccess", "Authority Information Access"},
    {"1.3.6.1.5.5.7.1.11", "subjectInfoAccess", "Subject Information Access"},
    {"1.2.643.100.111", "subjectSignTool", "Signing Tool of Subject"},
    {"1.2.643.100.112", "issuerSignTool", "Signing Tool of Issuer"},
    {"1.2.643.100.114", "identificationKind", "Identification Kind of Subject"},

    /* policies: the classes of signature tools */
    {"1.2.643.100.113.1", "classSignToolKC1", "Class of Signing Tool KC1"},
    {"1.2.643.100.113.2", "classSignToolKC2", "Class of Signing Tool KC2"},
    {"1.2.643.100.113.3", "classSignToolKC3", "Class of Signing Tool KC3"},
    {"1.2.643.100.113.4", "classSignToolKB1", "Class of Signing Tool KB1"},
    {"1.2.643.100.113.5", "classSignToolKB2", "Class of Signing Tool KB2"},
    {"1.2.643.100.113.6", "classSignToolKA1", "Class of Signing Tool KA1"},
    {"2.5.29.32.0", "anyPolicy", "X509v3 Any Policy"},

    /* extended key usage and others */
    {"2.5.29.37.0", "anyExtendedKeyUsage", "Any Extended Key Usage"},
    {"1.3.6.1.5.5.7.3.1", "serverAuth", "TLS Web Server Authentication"},
    {"1.3.6.1.5.5.7.3.2", "clientAuth", "TLS Web Client Authentication"},
    {"1.3.6.1.5.5.7.3.3", "codeSigning", "Code Signing"},
    {"1.3.6.1.5.5.7.3.4", "emailProtection", "E-mail Protection"},
    {"1.3.6.1.5.5.7.3.5", "ipsecEndSystem", "IPSec End System"},
    {"1.3.6.1.5.5.7.3.6", "ipsecTunnel", "IPSec Tunnel"},
    {"1.3.6.1.5.5.7.3.7", "ipsecUser", "IPSec User"},
    {"1.3.6.1.5.5.7.3.8", "timeStamping", "Time Stamping"},
    {"1.3.6.1.5.5.7.3.9", "OCSPSigning", "OCSP Signing"},
    {"1.3.6.1.4.1.311.2.1.21", "msCodeInd", "Microsoft Individual Code Signing"},
    {"1.3.6.1.4.1.311.2.1.22", "msCodeCom", "Microsoft Commercial Code Signing"},
    {"1.3.6.1.4.1.311.10.3.1", "msCTLSign", "Microsoft Trust List Signing"},
    {"1.3.6.1.4.1.311.10.3.4", "msEFS", "Microsoft Encrypted File System"},
    {"1.3.6.1.4.1.311.20.2.2", "msSmartcardLogin", "Microsoft Smartcard Login"},
    {"1.3.6.1.4.1.311.20.2.3", "msUPN", "Microsoft User Principal Name"},
    {"1.3.6.1.5.5.7.48.1", "OCSP", "OCSP"},
    {"1.3.6.1.5.5.7.48.2", "caIssuers", "CA Issuers"},
};

int tok_oid_text(tok_der oid, char text[TOK_OID_MAX])
{
    uint64_t n = 0;
    size_t at = 0, i;
    int fresh = 1, first = 1, len;

    if (oid.len == 0 || (oid.p[oid.len - 1] & 0x80) != 0)
        return 0;
    for (i = 0; i < oid.len; i++) {
        if ((fresh && oid.p[i] == 0x80) || n >> 57 != 0)
            return 0;
        n = n << 7 | (oid.p[i] & 0x7F);
        fresh = (oid.p[i] & 0x80) == 0;
        if (!fresh)
            continue;
        if (first) { /* the two first numbers stand in one: 40 X + Y, X at most 2 */
            uint64_t x = n < 80 ? n / 40 : 2;

            len = snprintf(text + at, TOK_OID_MAX - at, "%" PRIu64 ".%" PRIu64, x, n - 40 * x);
        } else {
            len = snprintf(text + at, TOK_OID_MAX - at, ".%" PRIu64, n);
        }
        if (len < 0 || (size_t)len >= TOK_OID_MAX - at)
            return 0;
        at += (size_t)len;
        first = 0;
        n = 0;
    }
    return 1;
}

int tok_oid_is(tok_der oid, const char *text)
{
    char is[TOK_OID_MAX];

    return tok_oid_text(oid, is) && strcmp(is, text) == 0;
}

int tok_oid_like(const char *text)
{
    return text[0] >= '0' && text[0] <= '9' && strchr(text, '.') != NULL &&
           strspn(text, "0123456789.") == strlen(text);
}

/* One number of the text. 1, or 0. */
static int number(const char **text, uint64_t *n)
{
    const char *s = *text;

    if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
        return 0;
    for (*n = 0; *s >= '0' && *s <= '9'; s++) {
        if (*n > (UINT64_C(1) << 62) / 10)
            return 0;
        *n = *n * 10 + (uint64_t)(*s - '0');
    }
    *text = s;
    return 1;
}

static void put_number(tok_bytes *b, uint64_t n)
{
    uint8_t out[10];
    size_t i = sizeof out;

    out[--i] = (uint8_t)(n & 0x7F);
    while ((n >>= 7) != 0)
        out[--i] = (uint8_t)(0x80 | (n & 0x7F));
    tok_bytes_put(b, out + i, sizeof out - i);
}

int tok_oid_put(tok_bytes *b, const char *text)
{
    size_t start = b->len, at;
    uint64_t x, y;

    if (strlen(text) >= TOK_OID_MAX || !number(&text, &x) || x > 2 || *text++ != '.' ||
        !number(&text, &y) || (x < 2 && y >= 40))
        return 0;
    at = tok_bytes_begin(b, TOK_DER_OID);
    put_number(b, 40 * x + y);
    while (*text == '.') {
        text++;
        if (!number(&text, &y))
            break;
        put_number(b, y);
    }
    if (*text != '\0' || text[-1] == '.') {
        b->len = b->failed ? b->len : start;
        return 0;
    }
    tok_bytes_end(b, at);
    return 1;
}

const tok_oid_name *tok_oid_named(const char *oid)
{
    size_t i;

    for (i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i].oid, oid) == 0)
            return &names[i];
    }
    return NULL;
}

const char *tok_oid_by_name(const char *name)
{
    size_t i;

    for (i = 0; i < COUNT(names); i++) {
        if (strcasecmp(names[i].name, name) == 0 || strcasecmp(names[i].title, name) == 0)
            return names[i].oid;
    }
    return NULL;
}
