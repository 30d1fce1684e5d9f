/* SPDX-License-Identifier: Apache-2.0 */
/* see mech_rsa.h */
#include "token/mech_rsa.h"
#include "token/pkey.h"

#include <openssl/core_names.h>

#include <string.h>

const tok_mech_class tok_mech_rsa_pkcs = {
    .sign = tok_rsa_sign,
    .verify = tok_rsa_verify,
    .encrypt = tok_rsa_encrypt,
    .decrypt = tok_rsa_decrypt,
    .wrap = tok_rsa_wrap,
    .unwrap = tok_rsa_unwrap,
};

const tok_mech_class tok_mech_rsa_raw = {
    .sign = tok_rsa_sign,
    .verify = tok_rsa_verify,
    .encrypt = tok_rsa_encrypt,
    .decrypt = tok_rsa_decrypt,
    .wrap = tok_rsa_wrap,
    .unwrap = tok_rsa_unwrap,
};

const tok_mech_class tok_mech_rsa_pss = {
    .sign = tok_rsa_sign,
    .verify = tok_rsa_verify,
};

const tok_mech_class tok_mech_rsa_oaep = {
    .encrypt = tok_rsa_encrypt,
    .decrypt = tok_rsa_decrypt,
    .wrap = tok_rsa_wrap,
    .unwrap = tok_rsa_unwrap,
};

tok_rsa_pad tok_rsa_pad_of(const tok_mech *m)
{
    static const tok_mech_class *const classes[] = {
        [TOK_RSA_RAW] = &tok_mech_rsa_raw,
        [TOK_RSA_PKCS1] = &tok_mech_rsa_pkcs,
        [TOK_RSA_PSS] = &tok_mech_rsa_pss,
        [TOK_RSA_OAEP] = &tok_mech_rsa_oaep,
    };
    int pad = TOK_RSA_RAW;

    while (pad < TOK_RSA_OAEP && classes[pad] != m->class)
        pad++;
    return (tok_rsa_pad)pad;
}

static char *text(const char *s) /* OSSL_PARAMs are not const; OpenSSL does not write into these */
{
    return (char *)(uintptr_t)s;
}

void tok_rsa_ossl_params(const tok_rsa_params *p, OSSL_PARAM out[TOK_RSA_OSSL])
{
    static const char *const modes[] = {
        [TOK_RSA_RAW] = OSSL_PKEY_RSA_PAD_MODE_NONE,
        [TOK_RSA_PKCS1] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
        [TOK_RSA_PSS] = OSSL_PKEY_RSA_PAD_MODE_PSS,
        [TOK_RSA_OAEP] = OSSL_PKEY_RSA_PAD_MODE_OAEP,
    };
    size_t n = 0;

    out[n++] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_PAD_MODE, text(modes[p->pad]), 0);
    if (p->hash != NULL)
        out[n++] = OSSL_PARAM_construct_utf8_string(p->pad == TOK_RSA_OAEP
                                                        ? OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST
                                                        : OSSL_SIGNATURE_PARAM_DIGEST,
                                                    text(p->hash->name), 0);
    if (p->mgf != NULL)
        out[n++] =
            OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_MGF1_DIGEST, text(p->mgf->name), 0);
    if (p->pad == TOK_RSA_PSS)
        out[n++] =
            OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, (int *)(uintptr_t)&p->salt);
    if (p->label_len != 0)
        out[n++] = OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL,
                                                     (void *)(uintptr_t)p->label, p->label_len);
    out[n] = OSSL_PARAM_construct_end();
}

CK_ULONG tok_rsa_bytes(const tok_attrs *a)
{
    const CK_ATTRIBUTE *n = tok_attrs_get(a, CKA_MODULUS);

    return n != NULL ? n->ulValueLen : 0; /* stored without leading zeros */
}
