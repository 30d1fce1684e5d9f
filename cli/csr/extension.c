/* SPDX-License-Identifier: Apache-2.0 */
/* Extensions that are given as bytes: what OpenSSL knows must be what its identifier says. */
#include <stdio.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include "cli/csr/csr.h"

#define OID_EXTENSIONS    "1.2.840.113549.1.9.14"
#define OID_MS_EXTENSIONS "1.3.6.1.4.1.311.2.1.14"

static void free_parsed(const X509V3_EXT_METHOD *method, void *parsed)
{
    if (method->it)
        ASN1_item_free(parsed, ASN1_ITEM_ptr(method->it));
    else
        method->ext_free(parsed);
}

static int holds_its_type(X509_EXTENSION *ext)
{
    const X509V3_EXT_METHOD *method = X509V3_EXT_get(ext);
    void *parsed = method ? X509V3_EXT_d2i(ext) : NULL;

    ERR_clear_error();
    if (parsed)
        free_parsed(method, parsed);
    return !method || parsed;
}

static int refuse(X509_EXTENSION *ext, const char *where, const char *oid, csr_log *log)
{
    return csr_fail(log, where, _("the value is not one of the extension %s (%s)"), oid,
                    OBJ_nid2ln(OBJ_obj2nid(X509_EXTENSION_get_object(ext))));
}

int csr_check_ext(const char *where, const char *oid, const void *value, size_t len, csr_log *log)
{
    ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
    X509_EXTENSION *ext = NULL;
    int ok = object && bytes && ASN1_OCTET_STRING_set(bytes, value, (int)len);

    if (ok)
        ext = X509_EXTENSION_create_by_OBJ(NULL, object, 0, bytes);
    /* An identifier too long for OpenSSL is of nothing that it knows. */
    ok = !ext || holds_its_type(ext) || refuse(ext, where, oid, log);
    X509_EXTENSION_free(ext);
    ASN1_OCTET_STRING_free(bytes);
    ASN1_OBJECT_free(object);
    ERR_clear_error();
    return ok;
}

static int check_all(const X509_EXTENSIONS *exts, const char *where, csr_log *log)
{
    int ok =
        sk_X509_EXTENSION_num(exts) > 0 || csr_fail(log, where, _("there is no extension in it"));

    for (int i = 0; ok && i < sk_X509_EXTENSION_num(exts); i++) {
        X509_EXTENSION *ext = sk_X509_EXTENSION_value(exts, i);
        char oid[80];

        OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object(ext), 1);
        ok = holds_its_type(ext) || refuse(ext, where, oid, log);
    }
    return ok;
}

int csr_check_exts(const char *where, const char *oid, const void *value, size_t len, csr_log *log)
{
    const unsigned char *p = value;
    X509_EXTENSIONS *exts;
    int ok;

    if (strcmp(oid, OID_EXTENSIONS) != 0 && strcmp(oid, OID_MS_EXTENSIONS) != 0)
        return 1;
    exts = d2i_X509_EXTENSIONS(NULL, &p, (long)len);
    ERR_clear_error();
    if (exts && p == (const unsigned char *)value + len)
        ok = check_all(exts, where, log);
    else
        ok = csr_fail(log, where,
                      _("the attribute %s holds the request's extensions, and this is no list of "
                        "extensions"),
                      oid);
    sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
    return ok;
}
