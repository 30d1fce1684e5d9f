/* SPDX-License-Identifier: Apache-2.0 */
/* Objects: reading what they are, keeping them, finding them again. */
#include "p11/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BATCH 64

static const struct {
    CK_OBJECT_CLASS cls;
    const char *name, *words;
} classes[] = {
    {CKO_PRIVATE_KEY, "private", "private key"}, {CKO_PUBLIC_KEY, "public", "public key"},
    {CKO_CERTIFICATE, "cert", "certificate"},    {CKO_SECRET_KEY, "secret-key", "secret key"},
    {CKO_DATA, "data", "data object"},           {GT_ANY_CLASS, "object", "object"},
};

/* The last row stands for every other class. */
static size_t class_row(CK_OBJECT_CLASS cls)
{
    size_t i = 0;

    while (i + 1 < sizeof(classes) / sizeof(classes[0]) && classes[i].cls != cls)
        i++;
    return i;
}

const char *gt_class_name(CK_OBJECT_CLASS cls)
{
    return classes[class_row(cls)].name;
}

const char *gt_class_words(CK_OBJECT_CLASS cls)
{
    return classes[class_row(cls)].words;
}

/* Those that a URI can name: a search by label alone also meets hardware features and profiles. */
static int has_class_name(CK_OBJECT_CLASS cls)
{
    return class_row(cls) + 1 < sizeof(classes) / sizeof(classes[0]);
}

/* ---- attributes ----------------------------------------------------------------------------- */

/* Some attributes of a list may be missing; the others are good all the same (PKCS #11, 5.7). */
static CK_RV some_may_miss(CK_RV rv)
{
    return rv == CKR_ATTRIBUTE_TYPE_INVALID || rv == CKR_ATTRIBUTE_SENSITIVE ? CKR_OK : rv;
}

static CK_RV read_one(const gt_lease *lease, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type,
                      uint8_t **value, size_t *len)
{
    CK_ATTRIBUTE a = {type, NULL, 0};
    CK_RV rv;

    *value = NULL;
    *len = 0;
    /* The value may grow between the two calls. */
    for (int tries = 0; tries < 3; tries++) {
        a.pValue = NULL;
        rv = lease->f->C_GetAttributeValue(lease->session, handle, &a, 1);
        if (rv != CKR_OK)
            return rv;
        if (a.ulValueLen == CK_UNAVAILABLE_INFORMATION)
            return CKR_ATTRIBUTE_TYPE_INVALID;
        free(*value);
        *value = malloc(a.ulValueLen + 1);
        if (*value == NULL)
            return CKR_HOST_MEMORY;
        a.pValue = *value;
        rv = lease->f->C_GetAttributeValue(lease->session, handle, &a, 1);
        if (rv == CKR_OK && a.ulValueLen != CK_UNAVAILABLE_INFORMATION) {
            (*value)[a.ulValueLen] = '\0';
            *len = a.ulValueLen;
            return CKR_OK;
        }
        if (rv != CKR_BUFFER_TOO_SMALL)
            break;
    }
    free(*value);
    *value = NULL;
    return rv != CKR_OK ? rv : CKR_ATTRIBUTE_TYPE_INVALID;
}

/* Missing is the same as empty. */
static CK_RV read_optional(const gt_lease *lease, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type,
                           uint8_t **value, size_t *len)
{
    return some_may_miss(read_one(lease, handle, type, value, len));
}

static CK_RV read_fixed(const gt_lease *lease, CK_OBJECT_HANDLE handle, CK_ATTRIBUTE_TYPE type,
                        void *value, size_t size)
{
    uint8_t buffer[sizeof(CK_ULONG)];
    CK_ATTRIBUTE a = {type, buffer, size};
    CK_RV rv = lease->f->C_GetAttributeValue(lease->session, handle, &a, 1);

    if (rv == CKR_OK && a.ulValueLen == size)
        memcpy(value, buffer, size);
    return some_may_miss(rv);
}

/* ---- searching ------------------------------------------------------------------------------ */

CK_RV gt_find_handles(gt_lease *lease, const CK_ATTRIBUTE *want, size_t n_want, size_t max,
                      CK_OBJECT_HANDLE **handles, size_t *n)
{
    CK_OBJECT_HANDLE batch[BATCH];
    CK_ULONG got;
    CK_RV rv, end;

    *handles = NULL;
    *n = 0;
    rv = lease->f->C_FindObjectsInit(lease->session, (CK_ATTRIBUTE *)want, n_want);
    if (rv != CKR_OK)
        return rv;
    do {
        CK_OBJECT_HANDLE *more;

        got = 0;
        rv = lease->f->C_FindObjects(lease->session, batch, BATCH, &got);
        if (rv != CKR_OK || got == 0)
            break;
        if (got > BATCH) {
            rv = CKR_GENERAL_ERROR;
            break;
        }
        more = realloc(*handles, (*n + got) * sizeof(*more));
        if (more == NULL) {
            rv = CKR_HOST_MEMORY;
            break;
        }
        memcpy(more + *n, batch, got * sizeof(*more));
        *handles = more;
        *n += got;
    } while (max == 0 || *n < max);
    end = lease->f->C_FindObjectsFinal(lease->session);
    if (rv == CKR_OK)
        rv = end;
    if (rv != CKR_OK) {
        lease->spoilt = 1;
        free(*handles);
        *handles = NULL;
        *n = 0;
    }
    return rv;
}

static int make_uri(gt_object *o)
{
    P11KitUri *uri = p11_kit_uri_new();
    CK_TOKEN_INFO *info;
    CK_ATTRIBUTE a;
    int ok = 0;

    if (uri == NULL)
        return 0;
    info = p11_kit_uri_get_token_info(uri);
    memcpy(info->label, o->t->info.label, sizeof(info->label));
    memcpy(info->serialNumber, o->t->info.serialNumber, sizeof(info->serialNumber));
    a = (CK_ATTRIBUTE){CKA_CLASS, &o->cls, sizeof(o->cls)};
    if (p11_kit_uri_set_attribute(uri, &a) != P11_KIT_URI_OK)
        goto end;
    a = (CK_ATTRIBUTE){CKA_ID, o->id, o->id_len};
    if (o->id_len > 0 && p11_kit_uri_set_attribute(uri, &a) != P11_KIT_URI_OK)
        goto end;
    a = (CK_ATTRIBUTE){CKA_LABEL, o->label, o->label_len};
    if (o->label_len > 0 && p11_kit_uri_set_attribute(uri, &a) != P11_KIT_URI_OK)
        goto end;
    ok = p11_kit_uri_format(uri, P11_KIT_URI_FOR_OBJECT_ON_TOKEN, &o->uri) == P11_KIT_URI_OK;
end:
    p11_kit_uri_free(uri);
    return ok;
}

/* What there is to know about a handle. *out NULL with CKR_OK: not an object for us. */
static CK_RV read_object(gt_lease *lease, CK_OBJECT_HANDLE handle, gt_object **out)
{
    gt_object *o = calloc(1, sizeof(*o));
    CK_BBOOL always = CK_FALSE;
    uint8_t *label = NULL;
    CK_RV rv;

    *out = NULL;
    if (o == NULL)
        return CKR_HOST_MEMORY;
    atomic_init(&o->refs, 1);
    o->p = gt_p11_ref(lease->t->p);
    o->t = lease->t;
    o->cls = GT_ANY_CLASS;
    o->key_type = CK_UNAVAILABLE_INFORMATION;
    o->cert_type = CK_UNAVAILABLE_INFORMATION;
    o->handle = handle;
    o->objects_gen = lease->objects_gen;
    rv = read_fixed(lease, handle, CKA_CLASS, &o->cls, sizeof(o->cls));
    if (rv != CKR_OK || !has_class_name(o->cls))
        goto drop;
    rv = read_optional(lease, handle, CKA_LABEL, &label, &o->label_len);
    o->label = (char *)label;
    if (rv == CKR_OK && o->label == NULL && (o->label = calloc(1, 1)) == NULL)
        rv = CKR_HOST_MEMORY;
    if (rv == CKR_OK && o->cls != CKO_DATA)
        rv = read_optional(lease, handle, CKA_ID, &o->id, &o->id_len);
    if (rv == CKR_OK && o->cls == CKO_CERTIFICATE)
        rv = read_fixed(lease, handle, CKA_CERTIFICATE_TYPE, &o->cert_type, sizeof(o->cert_type));
    else if (rv == CKR_OK && o->cls != CKO_DATA)
        rv = read_fixed(lease, handle, CKA_KEY_TYPE, &o->key_type, sizeof(o->key_type));
    if (rv == CKR_OK && o->cls == CKO_PRIVATE_KEY)
        rv = read_fixed(lease, handle, CKA_ALWAYS_AUTHENTICATE, &always, sizeof(always));
    o->always_authenticate = always == CK_TRUE;
    if (rv == CKR_OK && (o->cls == CKO_CERTIFICATE || o->cls == CKO_PUBLIC_KEY))
        rv = read_optional(lease, handle, CKA_VALUE, &o->value, &o->value_len);
    if (rv == CKR_OK && !make_uri(o))
        rv = CKR_HOST_MEMORY;
    if (rv != CKR_OK)
        goto drop;
    *out = o;
    return CKR_OK;

drop:
    gt_object_free(o);
    /* It was deleted while we looked. */
    return rv == CKR_OBJECT_HANDLE_INVALID ? CKR_OK : rv;
}

struct search {
    const CK_ATTRIBUTE *want;
    size_t n_want;
    gt_object_list *list;
};

static CK_RV search_work(gt_lease *lease, void *arg)
{
    const struct search *s = arg;
    CK_OBJECT_HANDLE *handles;
    size_t n;
    CK_RV rv;

    gt_object_list_clear(s->list);
    rv = gt_find_handles(lease, s->want, s->n_want, 0, &handles, &n);
    if (rv == CKR_OK && n > 0) {
        s->list->items = calloc(n, sizeof(*s->list->items));
        if (s->list->items == NULL)
            rv = CKR_HOST_MEMORY;
    }
    for (size_t i = 0; i < n && rv == CKR_OK; i++) {
        gt_object *o;

        rv = read_object(lease, handles[i], &o);
        if (rv == CKR_OK && o != NULL)
            s->list->items[s->list->n++] = o;
    }
    free(handles);
    return rv;
}

int gt_objects_search(gt_token *t, const CK_ATTRIBUTE *want, size_t n_want, gt_object_list *list,
                      gt_error *err)
{
    struct search s = {want, n_want, list};
    int ok;

    memset(list, 0, sizeof(*list));
    ok = gt_with_session(t, NULL, 1, search_work, &s, "the search for objects", err);
    if (!ok)
        gt_object_list_clear(list);
    return ok;
}

void gt_object_list_clear(gt_object_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        gt_object_free(list->items[i]);
    free(list->items);
    list->items = NULL;
    list->n = 0;
}

/* ---- finding again -------------------------------------------------------------------------- */

static CK_RV not_there(const gt_object *o, gt_lease *lease, size_t n)
{
    lease->reported = 1;
    if (n > 1)
        gt_fail(
            lease->err, GT_AMBIGUOUS, CKR_OBJECT_HANDLE_INVALID,
            "token \"%s\" has %zu objects like %s, and which one was meant cannot be told after "
            "it was initialised anew: give them different ids",
            o->t->label, n, o->uri);
    else
        gt_fail(lease->err, GT_NO_OBJECT, CKR_OBJECT_HANDLE_INVALID,
                "%s is not on the token any more: it was deleted or changed, or the login that it "
                "needs was lost",
                o->uri);
    return CKR_FUNCTION_FAILED;
}

CK_RV gt_object_locate(gt_object *o, gt_lease *lease)
{
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE want[6];
    CK_OBJECT_HANDLE *handles;
    size_t n = 0, found;
    CK_RV rv;

    want[n++] = (CK_ATTRIBUTE){CKA_CLASS, &o->cls, sizeof(o->cls)};
    want[n++] = (CK_ATTRIBUTE){CKA_TOKEN, &yes, sizeof(yes)};
    if (o->key_type != CK_UNAVAILABLE_INFORMATION)
        want[n++] = (CK_ATTRIBUTE){CKA_KEY_TYPE, &o->key_type, sizeof(o->key_type)};
    if (o->id_len > 0)
        want[n++] = (CK_ATTRIBUTE){CKA_ID, o->id, o->id_len};
    if (o->label_len > 0)
        want[n++] = (CK_ATTRIBUTE){CKA_LABEL, o->label, o->label_len};
    if (o->value_len > 0)
        want[n++] = (CK_ATTRIBUTE){CKA_VALUE, o->value, o->value_len};
    rv = gt_find_handles(lease, want, n, 2, &handles, &found);
    if (rv != CKR_OK)
        return rv;
    if (found == 0 && gt_login_vanished(lease)) {
        rv = CKR_USER_NOT_LOGGED_IN;
    } else if (found != 1) {
        rv = not_there(o, lease, found);
    } else {
        lease->object = handles[0];
        pthread_mutex_lock(&o->p->lock);
        o->handle = handles[0];
        o->objects_gen = lease->objects_gen;
        pthread_mutex_unlock(&o->p->lock);
    }
    free(handles);
    return rv;
}

/* ---- what callers see ----------------------------------------------------------------------- */

gt_object *gt_object_ref(gt_object *o)
{
    atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
    return o;
}

void gt_object_free(gt_object *o)
{
    gt_p11 *p;

    if (o == NULL || atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) != 1)
        return;
    p = o->p;
    free(o->label);
    free(o->id);
    free(o->value);
    free(o->uri);
    free(o);
    gt_p11_free(p);
}

gt_p11 *gt_object_p11(const gt_object *o)
{
    return o->p;
}

CK_OBJECT_CLASS gt_object_class(const gt_object *o)
{
    return o->cls;
}

CK_KEY_TYPE gt_object_key_type(const gt_object *o)
{
    return o->key_type;
}

CK_CERTIFICATE_TYPE gt_object_certificate_type(const gt_object *o)
{
    return o->cert_type;
}

const char *gt_object_label(const gt_object *o)
{
    return o->label;
}

const uint8_t *gt_object_id(const gt_object *o, size_t *len)
{
    *len = o->id_len;
    return o->id_len > 0 ? o->id : NULL;
}

const char *gt_object_token_label(const gt_object *o)
{
    return o->t->label;
}

const char *gt_object_token_serial(const gt_object *o)
{
    return o->t->serial;
}

const char *gt_object_uri(const gt_object *o)
{
    return o->uri;
}

struct get {
    CK_ATTRIBUTE_TYPE type;
    uint8_t **value;
    size_t *len;
};

static CK_RV get_work(gt_lease *lease, void *arg)
{
    const struct get *g = arg;

    return read_one(lease, lease->object, g->type, g->value, g->len);
}

int gt_object_get(gt_object *o, CK_ATTRIBUTE_TYPE type, uint8_t **value, size_t *len, gt_error *err)
{
    struct get g = {type, value, len};

    *value = NULL;
    *len = 0;
    return gt_with_session(o->t, o, 0, get_work, &g, "C_GetAttributeValue", err);
}
