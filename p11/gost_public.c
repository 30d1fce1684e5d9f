/* SPDX-License-Identifier: Apache-2.0 */
/* The public half of a GOST key, from wherever the token has it. */
#include "p11/internal.h"

#include <stdlib.h>
#include <string.h>

#define OID_MAX 32
#define OID_TAG 0x06

struct half {
    uint8_t oid[OID_MAX];
    size_t oid_len;
    uint8_t pub[128];
    size_t pub_len;
};

static int set_oid(struct half *half, const uint8_t *oid, size_t len)
{
    gt_der in = {oid, len}, body;

    if (len > OID_MAX || !gt_der_take(&in, OID_TAG, &body) || in.len != 0)
        return 0;
    memcpy(half->oid, oid, len);
    half->oid_len = len;
    return 1;
}

/* CKA_VALUE is X | Y, or in some tokens the OCTET STRING around it. */
static int set_pub(struct half *half, const uint8_t *value, size_t len, size_t want)
{
    gt_der in = {value, len}, body;

    if (len != want) {
        if (!gt_der_take(&in, 0x04, &body) || in.len != 0 || body.len != want)
            return 0;
        value = body.p;
    }
    memcpy(half->pub, value, want);
    half->pub_len = want;
    return 1;
}

static size_t pub_size(CK_KEY_TYPE type)
{
    return type == CKK_GOSTR3410 ? 64 : type == CKK_GOSTR3410_512 ? 128 : 0;
}

/* Reads an attribute; one that is not there is as good as empty. 0: a fault. */
static int get_optional(gt_object *o, CK_ATTRIBUTE_TYPE type, uint8_t **value, size_t *len,
                        gt_error *err)
{
    if (gt_object_get(o, type, value, len, err))
        return 1;
    return err->reason == GT_TOKEN_ERROR &&
           (err->rv == CKR_ATTRIBUTE_TYPE_INVALID || err->rv == CKR_ATTRIBUTE_SENSITIVE);
}

/* From a public key. *usable 0: it says nothing of use. */
static int from_public(gt_object *o, struct half *half, int *usable, gt_error *err)
{
    uint8_t *oid = NULL, *value = NULL;
    size_t oid_len, len;
    int ok;

    ok = get_optional(o, CKA_GOSTR3410_PARAMS, &oid, &oid_len, err) &&
         get_optional(o, CKA_VALUE, &value, &len, err);
    if (ok)
        *usable = oid_len > 0 && len > 0 && set_oid(half, oid, oid_len) &&
                  set_pub(half, value, len, pub_size(o->key_type));
    free(oid);
    free(value);
    return ok;
}

static int from_der(gt_object *o, CK_ATTRIBUTE_TYPE type, size_t want,
                    int (*parse)(gt_der in, gt_der *params, gt_der *xy), struct half *half,
                    int *usable, gt_error *err)
{
    uint8_t *value = NULL;
    gt_der params, xy;
    size_t len;
    int ok = get_optional(o, type, &value, &len, err);

    if (ok)
        *usable = len > 0 && parse((gt_der){value, len}, &params, &xy) && xy.len == want &&
                  set_oid(half, params.p, params.len) && set_pub(half, xy.p, xy.len, want);
    free(value);
    return ok;
}

int gt_object_companions(gt_object *key, CK_OBJECT_CLASS cls, gt_object_list *list, gt_error *err)
{
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE want[3] = {{CKA_CLASS, &cls, sizeof(cls)}, {CKA_TOKEN, &yes, sizeof(yes)}};

    memset(list, 0, sizeof(*list));
    if (key->id_len > 0)
        want[2] = (CK_ATTRIBUTE){CKA_ID, key->id, key->id_len};
    else if (key->label_len > 0)
        want[2] = (CK_ATTRIBUTE){CKA_LABEL, key->label, key->label_len};
    else
        return 1;
    return gt_objects_search(key->t, want, 3, list, err);
}

static int from_companions(gt_object *key, CK_OBJECT_CLASS cls, struct half *half, int *usable,
                           gt_error *err)
{
    gt_object_list list;
    int ok = gt_object_companions(key, cls, &list, err);

    for (size_t i = 0; i < list.n && ok && !*usable; i++) {
        gt_object *o = list.items[i];

        if (cls == CKO_CERTIFICATE)
            ok = from_der(o, CKA_VALUE, pub_size(key->key_type), gt_der_gost_certificate, half,
                          usable, err);
        else if (o->key_type == key->key_type)
            ok = from_public(o, half, usable, err);
    }
    gt_object_list_clear(&list);
    return ok;
}

int gt_object_gost_public(gt_object *key, uint8_t *oid, size_t *oid_len, uint8_t *pub,
                          size_t *pub_len, gt_error *err)
{
    size_t want = pub_size(key->key_type), own_len = 0;
    struct half half;
    uint8_t *own = NULL;
    int usable = 0, ok;

    if (want == 0 || (key->cls != CKO_PUBLIC_KEY && key->cls != CKO_PRIVATE_KEY))
        return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT, "%s is not a GOST key",
                       key->uri);
    if (key->cls == CKO_PUBLIC_KEY) {
        ok = from_public(key, &half, &usable, err);
    } else {
        ok = from_companions(key, CKO_PUBLIC_KEY, &half, &usable, err);
        if (ok && !usable)
            ok = from_der(key, CKA_PUBLIC_KEY_INFO, want, gt_der_gost_spki, &half, &usable, err);
        if (ok && !usable)
            ok = from_companions(key, CKO_CERTIFICATE, &half, &usable, err);
    }
    if (!ok)
        return 0;
    if (!usable)
        return gt_fail(err, GT_NO_OBJECT, CKR_KEY_NEEDED,
                       "token \"%s\" has neither a public key nor a certificate that goes with %s",
                       key->t->label, key->uri);
    /* A public key under the wrong id would give signatures that nobody can verify. */
    if (key->cls == CKO_PRIVATE_KEY) {
        if (!get_optional(key, CKA_GOSTR3410_PARAMS, &own, &own_len, err))
            return 0;
        usable = own_len == 0 || (own_len == half.oid_len && memcmp(own, half.oid, own_len) == 0);
        free(own);
        if (!usable)
            return gt_fail(err, GT_KEY_TYPE, CKR_KEY_TYPE_INCONSISTENT,
                           "the public key that goes with %s has another parameter set", key->uri);
    }
    memcpy(oid, half.oid, half.oid_len);
    *oid_len = half.oid_len;
    memcpy(pub, half.pub, half.pub_len);
    *pub_len = half.pub_len;
    return 1;
}
