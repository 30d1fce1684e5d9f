/* SPDX-License-Identifier: Apache-2.0 */
/* see peer.h */
#include "tests/token/peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];
static int gost;

static const char CONFIG[] =
    "openssl_conf = init\n"
    "CA = none\n"
    "[init]\n%s"
    "[engines]\ngost = gost\n"
    "[gost]\nengine_id = gost\ndynamic_path = %s\ndefault_algorithms = ALL\n"
    "[ca]\ndefault_ca = d\n"
    "[d]\ndir = $ENV::CA\ndatabase = $dir/index\nserial = $dir/serial\ncrlnumber = $dir/number\n"
    "new_certs_dir = $dir\ncertificate = $dir.pem\nprivate_key = $dir.key\n"
    "default_days = 30\ndefault_crl_days = 10\npolicy = any\npreserve = yes\n"
    "unique_subject = no\nstring_mask = utf8only\n"
    "[any]\ncommonName = optional\norganizationName = optional\ncountryName = optional\n"
    "[req]\ndistinguished_name = dn\n[dn]\n"
    "[root]\nbasicConstraints = critical,CA:TRUE\nsubjectKeyIdentifier = hash\n"
    "keyUsage = keyCertSign,cRLSign\n"
    "[inter]\nbasicConstraints = critical,CA:TRUE\nsubjectKeyIdentifier = hash\n"
    "authorityKeyIdentifier = keyid\nkeyUsage = keyCertSign,cRLSign\n"
    "[inter0]\nbasicConstraints = critical,CA:TRUE,pathlen:0\nkeyUsage = keyCertSign,cRLSign\n"
    "[nocert]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = cRLSign\n"
    "[nocrl]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = keyCertSign\n"
    "[constrained]\nbasicConstraints = critical,CA:TRUE\n"
    "nameConstraints = critical,permitted;DNS:example.org\n"
    "[leaf]\nbasicConstraints = CA:FALSE\nkeyUsage = digitalSignature,nonRepudiation\n"
    "subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid,issuer\n"
    "[bare]\nbasicConstraints = CA:FALSE\nauthorityKeyIdentifier = none\n"
    "[exchange]\nbasicConstraints = CA:FALSE\nkeyUsage = keyAgreement\n"
    "[odd]\nbasicConstraints = CA:FALSE\n1.2.3.4 = critical,DER:05:00\n"
    "[rich]\nbasicConstraints = critical,CA:FALSE\nkeyUsage = digitalSignature\n"
    "extendedKeyUsage = clientAuth,1.2.643.2.2.34.6\nsubjectKeyIdentifier = hash\n"
    "authorityKeyIdentifier = keyid,issuer\n"
    "subjectAltName = email:a@example.org,DNS:example.org,IP:192.0.2.1,RID:1.2.3.4\n"
    "crlDistributionPoints = URI:http://example.org/crl\n"
    "authorityInfoAccess = caIssuers;URI:http://example.org/ca\n"
    "certificatePolicies = 1.2.643.100.113.1,1.2.643.100.113.2\n"
    "1.2.643.100.111 = ASN1:FORMAT:UTF8,UTF8String:СКЗИ \\\"Тест\\\"\n"
    "1.2.643.100.114 = ASN1:INTEGER:0\n"
    "1.2.3.4.5 = DER:04:02:AB:CD\n";

/* ---- running -------------------------------------------------------------------------------- */

static int vtry(const char *format, va_list args)
{
    char command[2048], arguments[1536];
    int n = vsnprintf(arguments, sizeof arguments, format, args), status;

    assert_true(n > 0 && (size_t)n < sizeof arguments);
    (void)snprintf(command, sizeof command,
                   "cd %s && export CA=${CA:-none} LC_ALL=C.UTF-8 OPENSSL_CONF=%s/cnf && "
                   "unset LD_PRELOAD && { openssl %s ; } >out 2>&1 </dev/null",
                   dir, dir, arguments);
    status = system(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int peer_try(const char *format, ...)
{
    va_list args;
    int status;

    va_start(args, format);
    status = vtry(format, args);
    va_end(args);
    return status;
}

void peer_run(const char *format, ...)
{
    va_list args;
    int status;
    size_t len;

    va_start(args, format);
    status = vtry(format, args);
    va_end(args);
    if (status != 0) {
        uint8_t *out = peer_read("out", &len);

        print_error("%s\n%s", format, (char *)out);
        free(out);
        fail();
    }
}

int peer_gost(void)
{
    return gost;
}

int peer_begin(void **state)
{
    char config[sizeof CONFIG + 512], line[96], name[256];
    FILE *f;
    size_t n;

    if (suite_begin(state) != 0)
        return -1;
    (void)snprintf(dir, sizeof dir, "/tmp/gosttoken-peer-XXXXXX");
    if (mkdtemp(dir) == NULL)
        return -1;
    (void)snprintf(line, sizeof line, "%s/log", dir);
    (void)setenv("GOSTTOKEN_LOG", line, 1);
    f = popen("openssl version -e | sed 's/.*\"\\(.*\\)\"/\\1/'", "r");
    n = f != NULL ? fread(name, 1, sizeof name - 16, f) : 0;
    if (f != NULL)
        (void)pclose(f);
    while (n > 0 && name[n - 1] == '\n')
        n--;
    (void)snprintf(name + n, sizeof name - n, "/gost.so");
    gost = access(name, R_OK) == 0;
    (void)snprintf(config, sizeof config, CONFIG, gost ? "engines = engines\n" : "", name);
    peer_write("cnf", config, strlen(config));
    return 0;
}

int peer_end(void **state)
{
    char command[96];

    (void)snprintf(command, sizeof command, "rm -rf %s", dir);
    (void)!system(command);
    return suite_end(state);
}

/* ---- files ---------------------------------------------------------------------------------- */

void peer_write(const char *name, const void *p, size_t len)
{
    char path[256];
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

uint8_t *peer_read(const char *name, size_t *len)
{
    uint8_t *p = NULL;
    char path[256];
    size_t n = 0, got;
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "rb");
    if (f == NULL)
        fail_msg("no file %s", name);
    do {
        p = realloc(p, n + 65536 + 1);
        assert_non_null(p);
        got = fread(p + n, 1, 65536, f);
        n += got;
    } while (got != 0);
    (void)fclose(f);
    p[n] = 0;
    *len = n;
    return p;
}

int peer_says(const char *name, const char *text)
{
    size_t len;
    uint8_t *p = peer_read(name, &len);
    int found = memmem(p, len, text, strlen(text)) != NULL;

    if (!found)
        print_message("not in %s: %s\n%s\n", name, text, (char *)p);
    free(p);
    return found;
}

int peer_logged(const char *text)
{
    int found = peer_says("log", text);
    char path[96];

    (void)snprintf(path, sizeof path, "%s/log", dir);
    (void)!truncate(path, 0);
    return found;
}

CK_VENDOR_BUFFER file_buffer(const char *name)
{
    CK_VENDOR_BUFFER b;
    size_t len;

    b.pData = peer_read(name, &len);
    b.ulSize = len;
    return b;
}

/* ---- authorities ---------------------------------------------------------------------------- */

static const char *new_key(const char *type)
{
    if (strcmp(type, "EC") == 0)
        return "ec -pkeyopt ec_paramgen_curve:P-256";
    if (strcmp(type, "RSA") == 0)
        return "rsa:2048";
    if (strcmp(type, "gost2012_512") == 0)
        return "gost2012_512 -pkeyopt paramset:A";
    if (strcmp(type, "gost2001") == 0)
        return "gost2001 -pkeyopt paramset:A";
    return "gost2012_256 -pkeyopt paramset:TCB";
}

void peer_key(const char *name, const char *type)
{
    peer_run("req -new -newkey %s -nodes -keyout %s.key -subj /CN=%s/O=Тест -utf8 -out %s.csr",
             new_key(type), name, name, name);
}

/* NAME.der from NAME.pem, without another process. */
static void to_der(const char *name)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char file[64];
    uint8_t *pem, *out;
    const char *p, *at;
    uint32_t bits = 0;
    size_t n, len = 0;
    unsigned have = 0;

    (void)snprintf(file, sizeof file, "%s.pem", name);
    out = pem = peer_read(file, &n);
    p = strstr((char *)pem, "-----\n");
    assert_non_null(p);
    for (p += 6; *p != '-' && *p != '='; p++) {
        at = strchr(digits, *p);
        if (*p == '\n' || at == NULL)
            continue;
        bits = bits << 6 | (uint32_t)(at - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[len++] = (uint8_t)(bits >> have);
        }
    }
    (void)snprintf(file, sizeof file, "%s.der", name);
    peer_write(file, out, len);
    free(pem);
}

static void set_ca(const char *name)
{
    (void)setenv("CA", name, 1);
}

void peer_issue(const char *ca, const char *name, const char *ext, const char *start,
                const char *end)
{
    set_ca(ca);
    peer_run("ca -batch -notext -utf8 -md default -in %s.csr -out %s.pem -extensions %s %s %s %s "
             "%s",
             name, name, ext, start != NULL ? "-startdate" : "", start != NULL ? start : "",
             end != NULL ? "-enddate" : "", end != NULL ? end : "");
    to_der(name);
}

void peer_ca(const char *name, const char *type, const char *parent, const char *ext)
{
    char path[256];

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/serial", name);
    peer_write(path, "1001\n", 5);
    (void)snprintf(path, sizeof path, "%s/number", name);
    peer_write(path, "01\n", 3);
    (void)snprintf(path, sizeof path, "%s/index", name);
    peer_write(path, "", 0);
    if (parent != NULL) {
        peer_key(name, type);
        peer_issue(parent, name, ext, NULL, NULL);
        return;
    }
    peer_run("req -new -x509 -newkey %s -nodes -keyout %s.key -subj /CN=%s/C=RU -days 60 "
             "-extensions %s -out %s.pem",
             new_key(type), name, name, ext, name);
    to_der(name);
}

void peer_revoke(const char *ca, const char *cert)
{
    set_ca(ca);
    peer_run("ca -md default -revoke %s.pem", cert);
}

void peer_crl(const char *ca, const char *name, const char *options)
{
    set_ca(ca);
    peer_run("ca -md default -gencrl %s -out %s.tmp", options, name);
    peer_run("crl -in %s.tmp -outform DER -out %s.crl", name, name);
}

/* ---- the token ------------------------------------------------------------------------------ */

void token_csr(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE pub, CK_OBJECT_HANDLE priv, const char *name)
{
    CK_CHAR *dn[] = {(CK_CHAR *)"CN", (CK_CHAR *)"Алиса", (CK_CHAR *)"C", (CK_CHAR *)"RU"};
    CK_ULONG len;
    CK_BYTE *csr;

    OK(X->C_EX_CreateCSR(s, pub, dn, COUNT(dn), &csr, &len, priv, NULL, 0, NULL, 0));
    peer_write("der", csr, len);
    OK(X->C_EX_FreeBuffer(csr));
    peer_run("req -inform DER -in der -out %s.csr", name);
}

CK_OBJECT_HANDLE token_cert(CK_SESSION_HANDLE s, const char *name)
{
    CK_ULONG category = 1;
    CK_OBJECT_HANDLE h;
    char file[64];
    uint8_t *der;
    size_t len;

    (void)snprintf(file, sizeof file, "%s.der", name);
    der = peer_read(file, &len);
    {
        CK_ATTRIBUTE templ[] = {
            A_ULONG(CKA_CLASS, class_cert), A_ULONG(CKA_CERTIFICATE_TYPE, x509),
            A_BOOL(CKA_TOKEN, yes),         A_BOOL(CKA_PRIVATE, no),
            {CKA_VALUE, der, len},          A_ULONG(CKA_CERTIFICATE_CATEGORY, category),
        };

        OK(F->C_CreateObject(s, templ, COUNT(templ), &h));
    }
    free(der);
    return h;
}

void make_rsa(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM m = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = 2048;
    CK_ATTRIBUTE a[] = {A_ULONG(CKA_MODULUS_BITS, bits)};

    OK(F->C_GenerateKeyPair(s, &m, a, COUNT(a), NULL, 0, pub, priv));
}

void make_ec(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    static const CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    CK_MECHANISM m = {CKM_EC_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE a[] = {A_BYTES(CKA_EC_PARAMS, p256)};

    OK(F->C_GenerateKeyPair(s, &m, a, COUNT(a), NULL, 0, pub, priv));
}
