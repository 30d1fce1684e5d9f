/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/object.h. */
#include <stdlib.h>
#include <string.h>
#include "cli/object.h"

static const cli_class classes[] = {
    {CKO_PRIVATE_KEY, "private", N_("private key")},
    {CKO_PUBLIC_KEY, "public", N_("public key")},
    {CKO_CERTIFICATE, "cert", N_("certificate")},
    {CKO_SECRET_KEY, "secret-key", N_("secret key")},
    {CKO_DATA, "data", N_("data")},
};
#define CLASSES (sizeof(classes) / sizeof(*classes))

const cli_class *cli_class_by_type(const char *type)
{
    for (size_t i = 0; i < CLASSES; i++)
        if (!strcmp(classes[i].type, type))
            return &classes[i];
    return NULL;
}

const cli_class *cli_class_of(CK_OBJECT_CLASS cls)
{
    for (size_t i = 0; i < CLASSES; i++)
        if (classes[i].cls == cls)
            return &classes[i];
    return NULL;
}

const char *cli_key_type_name(CK_KEY_TYPE type)
{
    static const struct {
        CK_KEY_TYPE type;
        const char *name;
    } names[] = {
        {CKK_GOSTR3410, "gost2012_256"},
        {CKK_GOSTR3410_512, "gost2012_512"},
        {CKK_GOST28147, "gost28147"},
        {CKK_KUZNYECHIK, "kuznyechik"},
        {CKK_MAGMA, "magma"},
        {CKK_RSA, "rsa"},
        {CKK_EC, "ec"},
        {CKK_AES, "aes"},
        {CKK_GENERIC_SECRET, "generic"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i].type == type)
            return names[i].name;
    return "unknown";
}

uint8_t *cli_attribute(cli *c, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                       CK_ATTRIBUTE_TYPE type, size_t *len)
{
    CK_ATTRIBUTE a = {type, NULL, 0};
    uint8_t *value;

    *len = 0;
    if (c->fn->C_GetAttributeValue(session, object, &a, 1) != CKR_OK ||
        a.ulValueLen == CK_UNAVAILABLE_INFORMATION)
        return NULL;
    value = cli_alloc(a.ulValueLen + 1);
    a.pValue = value;
    if (c->fn->C_GetAttributeValue(session, object, &a, 1) != CKR_OK) {
        free(value);
        return NULL;
    }
    *len = a.ulValueLen;
    return value;
}

static CK_ULONG number(cli *c, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                       CK_ATTRIBUTE_TYPE type)
{
    CK_ULONG n = CK_UNAVAILABLE_INFORMATION;
    size_t len;
    uint8_t *value = cli_attribute(c, session, object, type, &len);

    if (value && len == sizeof(n))
        memcpy(&n, value, sizeof(n));
    free(value);
    return n;
}

char *cli_object_uri(const cli_token *token, CK_OBJECT_CLASS cls, const char *label,
                     const uint8_t *id, size_t id_len)
{
    P11KitUri *uri = cli_uri_new(token);
    CK_ATTRIBUTE attrs[] = {
        {CKA_CLASS, &cls, sizeof(cls)},
        {CKA_LABEL, (void *)label, strlen(label)},
        {CKA_ID, (void *)id, id_len},
    };

    for (size_t i = 0; uri && i < sizeof(attrs) / sizeof(*attrs); i++)
        if (attrs[i].ulValueLen)
            p11_kit_uri_set_attribute(uri, &attrs[i]);
    return cli_uri_text(uri);
}

/* Fills o; returns 0 for classes that are not shown (domain parameters, hardware features). */
static int describe(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                    CK_OBJECT_HANDLE handle, cli_object *o)
{
    size_t len;
    uint8_t *value;

    memset(o, 0, sizeof(*o));
    o->handle = handle;
    o->cls = cli_class_of(number(c, session, handle, CKA_CLASS));
    if (!o->cls)
        return 0;
    value = cli_attribute(c, session, handle, CKA_LABEL, &len);
    o->label = cli_utf8(value ? value : (const uint8_t *)"", len);
    free(value);
    o->id = cli_attribute(c, session, handle, CKA_ID, &o->id_len); /* data objects have none */
    o->key_type = number(c, session, handle, CKA_KEY_TYPE);
    value = cli_attribute(c, session, handle, CKA_PRIVATE, &len);
    o->is_private = value && len == 1 && *value;
    free(value);
    if (o->key_type == CKK_GOSTR3410 || o->key_type == CKK_GOSTR3410_512) {
        value = cli_attribute(c, session, handle, CKA_GOSTR3410_PARAMS, &len);
        o->paramset = value ? gost_paramset_by_der(value, len) : NULL;
        free(value);
    }
    o->uri = cli_object_uri(token, o->cls->cls, o->label, o->id, o->id_len);
    return 1;
}

/* Private keys first, then public ones, certificates…, each by label. */
static int by_class_and_label(const void *a, const void *b)
{
    const cli_object *x = a, *y = b;

    if (x->cls != y->cls)
        return x->cls < y->cls ? -1 : 1;
    return strcmp(x->label, y->label);
}

int cli_objects_find(cli *c, CK_SESSION_HANDLE session, const cli_token *token,
                     const CK_ATTRIBUTE *match, size_t n, cli_objects *found)
{
    CK_OBJECT_HANDLE *handles = NULL, chunk[64];
    CK_ULONG got = 0;
    size_t count = 0, size = 0;
    CK_RV rv;

    found->at = NULL;
    found->n = 0;
    rv = c->fn->C_FindObjectsInit(session, (CK_ATTRIBUTE *)match, (CK_ULONG)n);
    if (rv != CKR_OK)
        return cli_fail_rv(c, rv, _("search the token \"%s\""), token->label);
    while ((rv = c->fn->C_FindObjects(session, chunk, sizeof(chunk) / sizeof(*chunk), &got)) ==
               CKR_OK &&
           got) {
        if (count + got > size) {
            CK_OBJECT_HANDLE *more = cli_alloc(2 * (count + got) * sizeof(*more));

            if (count)
                memcpy(more, handles, count * sizeof(*more));
            free(handles);
            handles = more;
            size = 2 * (count + got);
        }
        memcpy(handles + count, chunk, got * sizeof(*chunk));
        count += got;
    }
    c->fn->C_FindObjectsFinal(session);
    if (rv != CKR_OK) {
        free(handles);
        return cli_fail_rv(c, rv, _("search the token \"%s\""), token->label);
    }
    found->at = cli_alloc((count + 1) * sizeof(*found->at));
    for (size_t i = 0; i < count; i++)
        if (describe(c, session, token, handles[i], &found->at[found->n]))
            found->n++;
    free(handles);
    qsort(found->at, found->n, sizeof(*found->at), by_class_and_label);
    return CLI_OK;
}

void cli_objects_free(cli_objects *o)
{
    for (size_t i = 0; i < o->n; i++) {
        free(o->at[i].label);
        free(o->at[i].id);
        free(o->at[i].uri);
    }
    free(o->at);
    o->at = NULL;
    o->n = 0;
}
