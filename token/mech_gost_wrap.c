/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CKM_GOSTR3410_KEY_WRAP: a secret key of 32 bytes for the holder of a GOST R 34.10 key, as
 * GostR3410-KeyTransport (RFC 4490, 4.2): VKO of the sender's key and the recipient's, then
 * CryptoPro key wrap (RFC 4357, 6.3). The hash of VKO is that of the keys' CKA_GOSTR3411_PARAMS:
 * GOST R 34.11-94, or Streebog-256 for keys of both sizes, as in R 1323565.1.025-2019's key
 * transport.
 *
 * The parameter is CK_GOSTR3410_KEY_WRAP_PARAMS. Without hKey the sender's key is made for this
 * once. The sender's public key goes into the result in both cases, so that nobody has to look for
 * it.
 */
#include "gost/mem.h"
#include "gost/random.h"
#include "gost/vko.h"
#include "token/der.h"
#include "token/gostkey.h"
#include "token/keys.h"
#include "token/mech_key.h"
#include "token/secmem.h"

#include <string.h>

#define UKM         8
#define MAC         (GOST_28147_WRAPPED - GOST_BLOCK_KEY)
#define WRAPPED_MAX 512

/* A GOST key's public side, of either object. */
typedef struct party {
    const gost_paramset *ps;
    const tok_gost_hash *hash;
} party;

static gost_vko_hash vko_hash(const party *p)
{
    return p->hash->digest == 0 ? GOST_VKO_2001 : GOST_VKO_2012_256;
}

static CK_RV read_params(const CK_MECHANISM *param, CK_GOSTR3410_KEY_WRAP_PARAMS *p)
{
    if (param->ulParameterLen != sizeof *p)
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(p, param->pParameter, sizeof *p);
    if ((p->pWrapOID == NULL && p->ulWrapOIDLen != 0) ||
        (p->pUKM != NULL ? p->ulUKMLen != UKM : p->ulUKMLen != 0))
        return CKR_MECHANISM_PARAM_INVALID;
    return CKR_OK;
}

/* What the parameter names, or the recipient's key, or what goes with its hash. */
static CK_RV choose_sbox(const CK_GOSTR3410_KEY_WRAP_PARAMS *p, const tok_attrs *recipient,
                         const party *to, const gost_sbox **sbox)
{
    if (p->pWrapOID != NULL)
        *sbox = gost_sbox_by_der(p->pWrapOID, p->ulWrapOIDLen);
    else if (tok_attrs_get(recipient, CKA_GOST28147_PARAMS) != NULL)
        *sbox = tok_key_sbox(recipient);
    else
        *sbox = to->hash->digest == 0 ? gost_sbox_cryptopro_a : gost_sbox_tc26_z;
    return *sbox != NULL ? CKR_OK : CKR_MECHANISM_PARAM_INVALID;
}

/* ---- GostR3410-KeyTransport ----------------------------------------------------------------- */

typedef struct transport {
    const gost_sbox *sbox;
    CK_BYTE ukm[UKM];
    CK_BYTE wrapped[GOST_28147_WRAPPED];
    CK_BYTE sender[GOST_3410_MAX_PUB];
    int has_sender;
} transport;

static size_t write_transport(const transport *t, const party *p, uint8_t buf[WRAPPED_MAX],
                              const uint8_t **start)
{
    uint8_t spki_buf[TOK_GOST_SPKI_MAX];
    const uint8_t *spki, *all, *params, *end;
    size_t spki_len = tok_gost_spki(p->ps, p->hash, t->sender, spki_buf, &spki);
    tok_der in = {spki, spki_len}, content;
    tok_der_out out;

    if (spki_len == 0 || !tok_der_take(&in, TOK_DER_SEQUENCE, &content, NULL))
        return 0;
    tok_der_out_init(&out, buf, WRAPPED_MAX);
    all = params = end = out.p;
    tok_der_put(&out, t->ukm, UKM);
    tok_der_wrap(&out, TOK_DER_OCTETS, end);
    end = out.p;
    tok_der_put(&out, content.p, content.len);
    tok_der_wrap(&out, TOK_DER_CONTEXT_0, end);
    tok_der_put(&out, t->sbox->der, t->sbox->der_len);
    tok_der_wrap(&out, TOK_DER_CONTEXT_0, params);
    params = end = out.p;
    tok_der_put(&out, t->wrapped + GOST_BLOCK_KEY, MAC);
    tok_der_wrap(&out, TOK_DER_OCTETS, end);
    end = out.p;
    tok_der_put(&out, t->wrapped, GOST_BLOCK_KEY);
    tok_der_wrap(&out, TOK_DER_OCTETS, end);
    tok_der_wrap(&out, TOK_DER_SEQUENCE, params);
    tok_der_wrap(&out, TOK_DER_SEQUENCE, all);
    *start = out.p;
    return tok_der_out_len(&out);
}

/* The inside of a SubjectPublicKeyInfo: a key of the same curve? */
static int read_sender(tok_der in, const party *p, transport *t)
{
    tok_der alg, params, oid, bits, raw;
    const gost_paramset *ps;

    if (!tok_der_take(&in, TOK_DER_SEQUENCE, &alg, NULL) ||
        !tok_der_take(&in, TOK_DER_BITS, &bits, NULL) || in.len != 0 ||
        !tok_der_take(&alg, TOK_DER_OID, NULL, NULL) ||
        !tok_der_take(&alg, TOK_DER_SEQUENCE, &params, NULL) || alg.len != 0 ||
        !tok_der_take(&params, TOK_DER_OID, NULL, &oid))
        return 0;
    ps = gost_paramset_by_der(oid.p, oid.len);
    if (ps == NULL || ps->curve != p->ps->curve || bits.len == 0 || bits.p[0] != 0)
        return 0;
    bits.p++;
    bits.len--;
    if (!tok_der_take(&bits, TOK_DER_OCTETS, &raw, NULL) || bits.len != 0 ||
        raw.len != ps->bits / 4)
        return 0;
    memcpy(t->sender, raw.p, raw.len);
    t->has_sender = 1;
    return 1;
}

static int take_octets(tok_der *in, uint8_t *out, size_t len)
{
    tok_der octets;

    if (!tok_der_take(in, TOK_DER_OCTETS, &octets, NULL) || octets.len != len)
        return 0;
    memcpy(out, octets.p, len);
    return 1;
}

static int read_transport(const CK_BYTE *der, CK_ULONG len, const party *p, transport *t)
{
    tok_der in = {der, len}, all, key, params, oid, sender;

    memset(t, 0, sizeof *t);
    /* A mask ([0] between key and MAC) is for GOST R 34.10-94 only. */
    if (!tok_der_take(&in, TOK_DER_SEQUENCE, &all, NULL) || in.len != 0 ||
        !tok_der_take(&all, TOK_DER_SEQUENCE, &key, NULL) ||
        !take_octets(&key, t->wrapped, GOST_BLOCK_KEY) ||
        !take_octets(&key, t->wrapped + GOST_BLOCK_KEY, MAC) || key.len != 0 ||
        !tok_der_take(&all, TOK_DER_CONTEXT_0, &params, NULL) || all.len != 0 ||
        !tok_der_take(&params, TOK_DER_OID, NULL, &oid))
        return 0;
    if (tok_der_is(&params, TOK_DER_CONTEXT_0) &&
        (!tok_der_take(&params, TOK_DER_CONTEXT_0, &sender, NULL) || !read_sender(sender, p, t)))
        return 0;
    t->sbox = gost_sbox_by_der(oid.p, oid.len);
    return t->sbox != NULL && take_octets(&params, t->ukm, UKM) && params.len == 0;
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* A key for this once; its public key goes to pub. */
static CK_RV make_sender(const party *to, tok_key **key, CK_BYTE *pub)
{
    uint8_t *d = tok_secret_alloc(GOST_3410_MAX_KEY);
    tok_key *k = tok_secret_alloc(sizeof *k);
    CK_RV rv = d != NULL && k != NULL ? CKR_OK : CKR_HOST_MEMORY;

    if (rv == CKR_OK &&
        (!gost_3410_keygen(to->ps, d, gost_random_system, NULL) ||
         !gost_3410_public(to->ps, d, pub) || !gost_3410_key_init(&k->gost, to->ps, d)))
        rv = CKR_FUNCTION_FAILED;
    if (rv == CKR_OK) {
        gost_unpoison(pub, to->ps->bits / 4);
        atomic_init(&k->refs, 1);
        *key = k;
    } else {
        tok_secret_free(k);
    }
    tok_secret_free(d);
    return rv;
}

static CK_RV load_sender(const tok_mech *m, tok_session *s, CK_OBJECT_HANDLE handle,
                         const party *to, tok_key **key, CK_BYTE *pub)
{
    tok_object *o = NULL;
    const CK_ATTRIBUTE *info;
    party from;
    CK_RV rv = tok_key_get(s, handle, &o);

    if (rv == CKR_OK)
        rv = tok_mech_key_ok(m, o, CKO_PRIVATE_KEY, CKA_DERIVE);
    if (rv == CKR_OK)
        rv = tok_gost_params(o->attrs, &from.ps, &from.hash);
    if (rv == CKR_OK && from.ps->curve != to->ps->curve)
        rv = CKR_KEY_TYPE_INCONSISTENT;
    if (rv == CKR_OK)
        rv = tok_key_pin(s, handle, o);
    if (rv == CKR_OK) {
        /* the public key stands at the end of CKA_PUBLIC_KEY_INFO */
        info = tok_attrs_get(o->attrs, CKA_PUBLIC_KEY_INFO);
        if (info == NULL || info->ulValueLen < from.ps->bits / 4)
            rv = CKR_DEVICE_ERROR;
        else
            memcpy(pub, (const CK_BYTE *)info->pValue + info->ulValueLen - from.ps->bits / 4,
                   from.ps->bits / 4);
    }
    if (rv == CKR_OK)
        rv = tok_object_key(s, o, key);
    tok_object_free(o);
    return rv;
}

/* ---- wrapping ------------------------------------------------------------------------------- */

static CK_RV seal(const transport *t, const party *to, const tok_key *sender,
                  const CK_BYTE *recipient, const void *cek, CK_BYTE *out)
{
    uint8_t *kek = tok_secret_alloc(GOST_VKO_MAX);
    CK_RV rv = CKR_OK;

    if (kek == NULL)
        return CKR_HOST_MEMORY;
    if (gost_vko(&sender->gost, vko_hash(to), recipient, t->ukm, UKM, kek) == GOST_BLOCK_KEY)
        gost_28147_wrap(t->sbox, 1, kek, t->ukm, cek, out);
    else
        rv = CKR_FUNCTION_FAILED;
    tok_secret_free(kek);
    return rv;
}

static CK_RV wrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                  tok_object *wrapping, tok_object *key, CK_BYTE *out, CK_ULONG *out_len)
{
    const CK_ATTRIBUTE *recipient = tok_attrs_get(wrapping->attrs, CKA_VALUE);
    CK_GOSTR3410_KEY_WRAP_PARAMS p;
    uint8_t buf[WRAPPED_MAX];
    const uint8_t *start;
    CK_ULONG room = *out_len;
    tok_key *sender = NULL;
    void *cek = NULL;
    transport t;
    size_t len;
    party to;
    CK_RV rv = read_params(param, &p);

    memset(&t, 0, sizeof t);
    if (rv == CKR_OK && key->class != CKO_SECRET_KEY)
        rv = CKR_KEY_NOT_WRAPPABLE;
    if (rv == CKR_OK)
        rv = tok_gost_params(wrapping->attrs, &to.ps, &to.hash);
    if (rv == CKR_OK && (recipient == NULL || recipient->ulValueLen != to.ps->bits / 4))
        rv = CKR_DEVICE_ERROR;
    if (rv == CKR_OK)
        rv = choose_sbox(&p, wrapping->attrs, &to, &t.sbox);
    if (rv == CKR_OK)
        rv = tok_key_value_of(s, key, GOST_BLOCK_KEY, &cek);
    if (rv != CKR_OK)
        return rv;
    len = write_transport(&t, &to, buf, &start); /* its size does not depend on what is in it */
    *out_len = len;
    if (len == 0)
        rv = CKR_GENERAL_ERROR;
    else if (out != NULL && room < len)
        rv = CKR_BUFFER_TOO_SMALL;
    if (rv != CKR_OK || out == NULL)
        goto end;
    if (p.pUKM != NULL)
        memcpy(t.ukm, p.pUKM, UKM);
    else if (!gost_random_system(NULL, t.ukm, UKM))
        rv = CKR_FUNCTION_FAILED;
    if (rv == CKR_OK)
        rv = p.hKey == CK_INVALID_HANDLE ? make_sender(&to, &sender, t.sender)
                                         : load_sender(m, s, p.hKey, &to, &sender, t.sender);
    if (rv == CKR_OK)
        rv = seal(&t, &to, sender, recipient->pValue, cek, t.wrapped);
    if (rv == CKR_OK && write_transport(&t, &to, buf, &start) == len)
        memcpy(out, start, len);
    else if (rv == CKR_OK)
        rv = CKR_GENERAL_ERROR;
end:
    tok_key_free(sender);
    tok_secret_free(cek);
    return rv;
}

/* The sender's public key: the transport's own, else that of the object hKey. */
static CK_RV find_sender(tok_session *s, CK_OBJECT_HANDLE handle, const party *me, transport *t)
{
    const CK_ATTRIBUTE *value = NULL;
    tok_object *o = NULL;
    party from;
    CK_RV rv;

    if (t->has_sender)
        return CKR_OK;
    if (handle == CK_INVALID_HANDLE)
        return CKR_MECHANISM_PARAM_INVALID;
    rv = tok_key_get(s, handle, &o);
    if (rv == CKR_OK && o->kind->bit != TOK_KIND_GOST_PUB)
        rv = CKR_KEY_TYPE_INCONSISTENT;
    if (rv == CKR_OK)
        rv = tok_gost_params(o->attrs, &from.ps, &from.hash);
    if (rv == CKR_OK && from.ps->curve != me->ps->curve)
        rv = CKR_KEY_TYPE_INCONSISTENT;
    if (rv == CKR_OK)
        value = tok_attrs_get(o->attrs, CKA_VALUE);
    if (rv == CKR_OK && (value == NULL || value->ulValueLen != me->ps->bits / 4))
        rv = CKR_DEVICE_ERROR;
    if (rv == CKR_OK)
        memcpy(t->sender, value->pValue, value->ulValueLen);
    tok_object_free(o);
    return rv;
}

static CK_RV open_transport(const transport *t, const party *me, const tok_key *mine, void **value)
{
    uint8_t *kek = tok_secret_alloc(GOST_VKO_MAX);
    void *cek = tok_secret_alloc(GOST_BLOCK_KEY);
    CK_RV rv = kek != NULL && cek != NULL ? CKR_OK : CKR_HOST_MEMORY;

    if (rv == CKR_OK &&
        (gost_vko(&mine->gost, vko_hash(me), t->sender, t->ukm, UKM, kek) != GOST_BLOCK_KEY ||
         !gost_28147_unwrap(t->sbox, 1, kek, t->ukm, t->wrapped, cek)))
        rv = CKR_WRAPPED_KEY_INVALID;
    if (rv == CKR_OK)
        *value = cek;
    else
        tok_secret_free(cek);
    tok_secret_free(kek);
    return rv;
}

static CK_RV unwrap(const tok_mech *m, const CK_MECHANISM *param, tok_session *s,
                    tok_object *wrapping, const CK_BYTE *wrapped, CK_ULONG wrapped_len,
                    tok_attrs *key, void **value, size_t *len)
{
    CK_GOSTR3410_KEY_WRAP_PARAMS p = {NULL, 0, NULL, 0, CK_INVALID_HANDLE};
    tok_key *mine = NULL;
    transport t;
    party me;
    CK_RV rv = param->ulParameterLen != 0 ? read_params(param, &p) : CKR_OK;

    (void)m;
    if (rv == CKR_OK)
        rv = tok_gost_params(wrapping->attrs, &me.ps, &me.hash);
    if (rv == CKR_OK)
        rv = tok_key_wanted(key, GOST_BLOCK_KEY, 1, len);
    if (rv == CKR_KEY_SIZE_RANGE)
        rv = CKR_TEMPLATE_INCONSISTENT;
    if (rv == CKR_OK && !read_transport(wrapped, wrapped_len, &me, &t))
        rv = CKR_WRAPPED_KEY_INVALID;
    if (rv == CKR_OK && p.pUKM != NULL && memcmp(p.pUKM, t.ukm, UKM) != 0)
        rv = CKR_WRAPPED_KEY_INVALID;
    if (rv == CKR_OK)
        rv = find_sender(s, p.hKey, &me, &t);
    if (rv == CKR_OK)
        rv = tok_object_key(s, wrapping, &mine);
    if (rv == CKR_OK)
        rv = open_transport(&t, &me, mine, value);
    tok_key_free(mine);
    return rv;
}

const tok_mech_class tok_mech_gost_wrap = {
    .wrap = wrap,
    .unwrap = unwrap,
};
