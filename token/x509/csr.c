/* SPDX-License-Identifier: Apache-2.0 */
/* see csr.h */
#include "token/x509/csr.h"
#include "token/log.h"
#include "token/x509/ext_text.h"
#include "token/x509/name.h"
#include "token/x509/oid.h"

#include <string.h>

#define SET               0x31
#define CONTEXT_0         0xA0
#define EXTENSION_REQUEST "1.2.840.113549.1.9.14"

static CK_RV refuse(const char *what, const char *type, const char *why)
{
    tok_log("C_EX_CreateCSR: the %s %.40s: %s", what, type, why);
    return CKR_ARGUMENTS_BAD;
}

/* A type that is given twice: neither an extension nor an attribute may be. */
static const char *twice(tok_pairs p)
{
    const char *a, *b;
    CK_ULONG i, j;

    for (i = 0; i < p.n; i += 2) {
        a = tok_type_oid((const char *)p.strings[i]);
        for (j = 0; j < i && a != NULL; j += 2) {
            b = tok_type_oid((const char *)p.strings[j]);
            if (b != NULL && strcmp(a, b) == 0)
                return (const char *)p.strings[i];
        }
    }
    return NULL;
}

static CK_RV extensions_put(tok_bytes *b, tok_pairs extensions, tok_der spki)
{
    const char *why = NULL, *type = twice(extensions);
    size_t attribute, set, seq;
    CK_ULONG i;

    if (extensions.n == 0)
        return CKR_OK;
    if (type != NULL)
        return refuse("extension", type, "it is given twice");
    attribute = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    (void)tok_oid_put(b, EXTENSION_REQUEST);
    set = tok_bytes_begin(b, SET);
    seq = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    for (i = 0; i < extensions.n; i += 2) {
        type = (const char *)extensions.strings[i];
        if (!tok_extension_put(b, type, (const char *)extensions.strings[i + 1], spki, &why))
            return refuse("extension", type, why);
    }
    tok_bytes_end(b, seq);
    tok_bytes_end(b, set);
    tok_bytes_end(b, attribute);
    return CKR_OK;
}

static int attribute_put(tok_bytes *b, const char *type, const char *value, int extended,
                         const char **why)
{
    const char *oid = tok_type_oid(type);
    size_t attribute = tok_bytes_begin(b, TOK_DER_SEQUENCE), set;
    int is;

    *why = "the type is not known";
    if (oid == NULL || !tok_oid_put(b, oid))
        return 0;
    *why = "extensions are given beside it";
    if (extended && strcmp(oid, EXTENSION_REQUEST) == 0)
        return 0;
    set = tok_bytes_begin(b, SET);
    if (!tok_generic_put(b, value, &is, why) || (!is && !tok_name_value_put(b, oid, value, why)))
        return 0;
    tok_bytes_end(b, set);
    tok_bytes_end(b, attribute);
    return 1;
}

static CK_RV attributes_put(tok_bytes *b, tok_pairs attributes, tok_pairs extensions, tok_der spki)
{
    size_t at = tok_bytes_begin(b, CONTEXT_0);
    const char *why = NULL, *type = twice(attributes);
    CK_ULONG i;
    CK_RV rv;

    if (type != NULL)
        return refuse("attribute", type, "it is given twice");
    for (i = 0; i < attributes.n; i += 2) {
        type = (const char *)attributes.strings[i];
        if (!attribute_put(b, type, (const char *)attributes.strings[i + 1], extensions.n != 0,
                           &why))
            return refuse("attribute", type, why);
    }
    rv = extensions_put(b, extensions, spki);
    if (rv == CKR_OK)
        tok_bytes_end_set_of(b, at);
    return rv;
}

static CK_RV info_put(tok_bytes *b, tok_der spki, tok_pairs dn, tok_pairs attributes,
                      tok_pairs extensions)
{
    size_t at = tok_bytes_begin(b, TOK_DER_SEQUENCE);
    CK_RV rv;

    tok_bytes_uint(b, 0); /* version 1 */
    rv = tok_name_put(b, dn.strings, dn.n);
    if (rv != CKR_OK)
        return rv;
    tok_bytes_der(b, spki);
    rv = attributes_put(b, attributes, extensions, spki);
    tok_bytes_end(b, at);
    return rv;
}

CK_RV tok_csr_make(tok_session *s, const tok_object *pub, const tok_signer *signer, tok_pairs dn,
                   tok_pairs attributes, tok_pairs extensions, tok_bytes *out)
{
    tok_bytes spki = {0}, info = {0}, sig = {0};
    tok_spki key;
    size_t at;
    CK_RV rv = tok_spki_of_object(pub, &spki);

    if (rv == CKR_OK)
        rv = spki.failed                                        ? CKR_HOST_MEMORY
             : tok_spki_read((tok_der){spki.p, spki.len}, &key) ? CKR_OK
                                                                : CKR_KEY_HANDLE_INVALID;
    if (rv == CKR_OK)
        rv = info_put(&info, key.whole, dn, attributes, extensions);
    if (rv == CKR_OK && info.failed)
        rv = CKR_HOST_MEMORY;
    if (rv == CKR_OK) {
        tok_bytes_byte(&sig, 0); /* no unused bits */
        rv = tok_signer_sign(s, signer, &key, (tok_der){info.p, info.len}, &sig);
    }
    if (rv == CKR_OK) {
        at = tok_bytes_begin(out, TOK_DER_SEQUENCE);
        tok_bytes_put(out, info.p, info.len);
        tok_signer_algorithm_put(out, signer, 0);
        tok_bytes_element(out, TOK_DER_BITS, sig.p, sig.len);
        tok_bytes_end(out, at);
        rv = out->failed || sig.failed ? CKR_HOST_MEMORY : CKR_OK;
    }
    tok_bytes_free(&sig);
    tok_bytes_free(&info);
    tok_bytes_free(&spki);
    return rv;
}
