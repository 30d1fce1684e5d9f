/* SPDX-License-Identifier: Apache-2.0 */
/* RSA keys as objects: what is checked and computed when one is made (kind.h). */
#include "token/der.h"
#include "token/kind.h"
#include "token/ossl.h"
#include "token/pkey.h"
#include "token/secmem.h"

#include <openssl/bn.h>

#include <string.h>

#define E_MAX 64 /* bits; OpenSSL verifies with no longer exponents under long moduli */

/* A number as it is to be stored: as short as it can be, so that searching finds it. */
static CK_RV shorten(tok_attrs *a, CK_ATTRIBUTE_TYPE type)
{
    const CK_ATTRIBUTE *at = tok_attrs_get(a, type);
    size_t skip = 0;

    while (skip < at->ulValueLen && ((const CK_BYTE *)at->pValue)[skip] == 0)
        skip++;
    if (skip == 0)
        return CKR_OK;
    return tok_attrs_set(a, type, (const CK_BYTE *)at->pValue + skip, at->ulValueLen - skip);
}

static int odd(const CK_ATTRIBUTE *at)
{
    return at->ulValueLen != 0 && (((const CK_BYTE *)at->pValue)[at->ulValueLen - 1] & 1) != 0;
}

static CK_RV public_half(tok_attrs *a)
{
    const CK_ATTRIBUTE *n = tok_attrs_get(a, CKA_MODULUS);
    const CK_ATTRIBUTE *e = tok_attrs_get(a, CKA_PUBLIC_EXPONENT);
    unsigned n_bits, e_bits;
    CK_RV rv;

    if (n == NULL || e == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    n_bits = tok_number_bits(n->pValue, n->ulValueLen);
    e_bits = tok_number_bits(e->pValue, e->ulValueLen);
    if (n_bits < TOK_RSA_MIN || n_bits > TOK_RSA_MAX || !odd(n) || e_bits < 2 || e_bits > E_MAX ||
        !odd(e))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    rv = shorten(a, CKA_MODULUS);
    return rv == CKR_OK ? shorten(a, CKA_PUBLIC_EXPONENT) : rv;
}

/* ---- SubjectPublicKeyInfo (RFC 8017, A.1.1) -------------------------------------------------- */

static void put_integer(tok_der_out *out, const CK_ATTRIBUTE *at)
{
    static const uint8_t zero = 0;
    const uint8_t *end = out->p;

    tok_der_put(out, at->pValue, at->ulValueLen);
    if ((((const CK_BYTE *)at->pValue)[0] & 0x80) != 0)
        tok_der_put(out, &zero, 1);
    tok_der_wrap(out, TOK_DER_INTEGER, end);
}

static CK_RV set_info(tok_attrs *a)
{
    static const uint8_t algorithm[] = {0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                        0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
    static const uint8_t no_unused_bits = 0;
    uint8_t buf[TOK_RSA_BYTES + 64];
    tok_der_out out;
    const uint8_t *end;

    tok_der_out_init(&out, buf, sizeof buf);
    end = out.p;
    put_integer(&out, tok_attrs_get(a, CKA_PUBLIC_EXPONENT));
    put_integer(&out, tok_attrs_get(a, CKA_MODULUS));
    tok_der_wrap(&out, TOK_DER_SEQUENCE, end);
    tok_der_put(&out, &no_unused_bits, 1);
    tok_der_wrap(&out, TOK_DER_BITS, end);
    tok_der_put(&out, algorithm, sizeof algorithm);
    tok_der_wrap(&out, TOK_DER_SEQUENCE, end);
    if (tok_der_out_len(&out) == 0)
        return CKR_GENERAL_ERROR;
    return tok_attrs_set(a, CKA_PUBLIC_KEY_INFO, out.p, tok_der_out_len(&out));
}

CK_RV tok_kind_rsa_public(tok_attrs *a, tok_how how)
{
    const CK_ATTRIBUTE *n;
    CK_RV rv = public_half(a);

    if (rv == CKR_OK)
        rv = set_info(a);
    if (rv != CKR_OK)
        return rv;
    n = tok_attrs_get(a, CKA_MODULUS);
    rv = tok_attrs_set_ulong(a, CKA_MODULUS_BITS, tok_number_bits(n->pValue, n->ulValueLen));
    return rv == CKR_OK ? tok_kind_key_origin(a, how, 0) : rv;
}

/* ---- a private key from outside -------------------------------------------------------------- */

/* Its numbers; on OpenSSL's heap, wiped when they are freed. */
enum { N, E, D, P, Q, DP, DQ, QI, T, U, NUMBERS };

static const CK_ATTRIBUTE_TYPE types[] = {
    CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
    CKA_PRIME_2, CKA_EXPONENT_1,      CKA_EXPONENT_2,       CKA_COEFFICIENT,
};

typedef struct key {
    BN_CTX *bn;
    BIGNUM *x[NUMBERS]; /* T and U: for computing */
    int given[NUMBERS];
} key;

static CK_RV key_read(OSSL_LIB_CTX *lib, const tok_attrs *a, key *k)
{
    size_t i;

    k->bn = BN_CTX_secure_new_ex(lib);
    if (k->bn == NULL)
        return CKR_HOST_MEMORY;
    for (i = 0; i < NUMBERS; i++) {
        const CK_ATTRIBUTE *at = i < T ? tok_attrs_get(a, types[i]) : NULL;

        k->x[i] = BN_secure_new();
        if (k->x[i] == NULL)
            return CKR_HOST_MEMORY;
        if (i > E)
            BN_set_flags(k->x[i], BN_FLG_CONSTTIME);
        if (at == NULL || at->ulValueLen == 0)
            continue;
        if (tok_number_bits(at->pValue, at->ulValueLen) > TOK_RSA_MAX)
            return CKR_ATTRIBUTE_VALUE_INVALID;
        if (BN_bin2bn(at->pValue, (int)at->ulValueLen, k->x[i]) == NULL)
            return CKR_HOST_MEMORY;
        k->given[i] = 1;
    }
    return CKR_OK;
}

static void key_free(key *k)
{
    size_t i;

    for (i = 0; i < NUMBERS; i++)
        BN_clear_free(k->x[i]);
    BN_CTX_free(k->bn);
}

/* 1 if (2^d)^e is 2. */
static int fits(key *k)
{
    return BN_set_word(k->x[T], 2) &&
           BN_mod_exp_mont_consttime(k->x[U], k->x[T], k->x[D], k->x[N], k->bn, NULL) &&
           BN_mod_exp(k->x[T], k->x[U], k->x[E], k->x[N], k->bn) && BN_is_word(k->x[T], 2);
}

/* The public exponent need not be given, but nearly everybody's is one of these. */
static CK_RV find_e(key *k, tok_attrs *a)
{
    static const CK_BYTE usual[][3] = {{1, 0, 1}, {0, 0, 3}, {0, 0, 17}};
    size_t i;

    for (i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        if (BN_bin2bn(usual[i], sizeof usual[i], k->x[E]) == NULL)
            return CKR_HOST_MEMORY;
        if (fits(k))
            return tok_attrs_set(a, CKA_PUBLIC_EXPONENT, usual[i], sizeof usual[i]);
    }
    return CKR_TEMPLATE_INCOMPLETE;
}

/* Computes U, what number i must be, or checks it, and stores it if it is not there. */
static CK_RV settle(key *k, tok_attrs *a, int i, int computed)
{
    uint8_t *bytes;
    int len;
    CK_RV rv = CKR_HOST_MEMORY;

    if (!computed)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if (k->given[i])
        return BN_cmp(k->x[i], k->x[U]) == 0 ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
    bytes = tok_secret_alloc(TOK_RSA_BYTES);
    if (bytes == NULL)
        return rv;
    len = BN_bn2bin(k->x[U], bytes);
    rv = tok_attrs_set(a, types[i], bytes, (size_t)len);
    tok_secret_free(bytes);
    return rv;
}

/* What an exponent is under a prime: d mod (p - 1). */
static int under(key *k, int prime)
{
    return BN_copy(k->x[T], k->x[prime]) != NULL && BN_sub_word(k->x[T], 1) &&
           BN_mod(k->x[U], k->x[D], k->x[T], k->bn);
}

static CK_RV crt(key *k, tok_attrs *a)
{
    CK_RV rv;

    /* T = p * q */
    if (BN_is_one(k->x[P]) || BN_is_one(k->x[Q]) || !BN_is_odd(k->x[P]) || !BN_is_odd(k->x[Q]) ||
        !BN_mul(k->x[T], k->x[P], k->x[Q], k->bn) || BN_cmp(k->x[T], k->x[N]) != 0)
        return CKR_ATTRIBUTE_VALUE_INVALID;
    rv = settle(k, a, DP, under(k, P));
    if (rv == CKR_OK)
        rv = settle(k, a, DQ, under(k, Q));
    if (rv == CKR_OK)
        rv = settle(k, a, QI, BN_mod_inverse(k->x[U], k->x[Q], k->x[P], k->bn) != NULL);
    return rv;
}

static CK_RV examine(OSSL_LIB_CTX *lib, tok_attrs *a)
{
    key k = {0};
    CK_RV rv = key_read(lib, a, &k);

    if (rv == CKR_OK && (!BN_is_odd(k.x[N]) || BN_num_bits(k.x[N]) < (int)TOK_RSA_MIN ||
                         BN_is_zero(k.x[D]) || BN_cmp(k.x[D], k.x[N]) >= 0))
        rv = CKR_ATTRIBUTE_VALUE_INVALID;
    if (rv == CKR_OK && !k.given[E])
        rv = find_e(&k, a);
    if (rv == CKR_OK)
        rv = public_half(a);
    if (rv == CKR_OK && !fits(&k))
        rv = CKR_ATTRIBUTE_VALUE_INVALID;
    if (rv == CKR_OK && k.given[P] && k.given[Q])
        rv = crt(&k, a);
    else if (rv == CKR_OK &&
             (k.given[P] || k.given[Q] || k.given[DP] || k.given[DQ] || k.given[QI]))
        rv = CKR_TEMPLATE_INCOMPLETE; /* of no use without both primes */
    key_free(&k);
    return rv;
}

CK_RV tok_kind_rsa_private(tok_attrs *a, tok_how how)
{
    OSSL_LIB_CTX *lib;
    CK_RV rv;

    if (tok_attrs_get(a, CKA_MODULUS) == NULL || tok_attrs_get(a, CKA_PRIVATE_EXPONENT) == NULL)
        return CKR_TEMPLATE_INCOMPLETE;
    if (how == TOK_GENERATE) { /* OpenSSL has just made it */
        rv = public_half(a);
    } else {
        lib = tok_ossl_enter();
        if (lib == NULL)
            return CKR_FUNCTION_FAILED;
        rv = examine(lib, a);
        tok_ossl_leave();
    }
    if (rv == CKR_OK)
        rv = set_info(a);
    return rv == CKR_OK ? tok_kind_key_origin(a, how, 1) : rv;
}
