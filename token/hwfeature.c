/* SPDX-License-Identifier: Apache-2.0 */
/* see hwfeature.h */
#include "token/hwfeature.h"

#define VENDOR(n) (CKA_VENDOR_DEFINED | (n))

#define NO_MODE   0xFFUL /* of secure messaging: none */
#define USB       0x01UL
#define USB_CCID  0x21UL

/* clang-format off */
static const struct { CK_ATTRIBUTE_TYPE type; CK_BBOOL value; } bools[] = {
    {CKA_TOKEN,       CK_TRUE},
    {CKA_PRIVATE,     CK_FALSE},
    {CKA_MODIFIABLE,  CK_FALSE},
    {CKA_COPYABLE,    CK_FALSE},
    {CKA_DESTROYABLE, CK_FALSE},
    {VENDOR(0x3000UL), CK_FALSE}, /* secure messaging is available */
    {VENDOR(0x3005UL), CK_FALSE}, /* external authentication */
    {VENDOR(0x3006UL), CK_FALSE}, /* biometric authentication */
    {VENDOR(0x3007UL), CK_TRUE},  /* custom PINs are supported */
    {VENDOR(0x3008UL), CK_FALSE}, /* the administrator has one */
    {VENDOR(0x3009UL), CK_FALSE}, /* the user has one */
    {VENDOR(0x300AUL), CK_TRUE},  /* trusted certificates on the token */
    {VENDOR(0x300BUL), CK_TRUE},  /* FKC2 */
};

static const struct { CK_ATTRIBUTE_TYPE type; CK_ULONG value; } numbers[] = {
    {CKA_CLASS,           CKO_HW_FEATURE},
    {CKA_HW_FEATURE_TYPE, TOK_FEATURE_TOKEN_INFO},
    {VENDOR(0x3001UL), NO_MODE},  /* current mode of secure messaging */
    {VENDOR(0x3002UL), NO_MODE},  /* supported modes */
    {VENDOR(0x3003UL), USB},      /* current interface */
    {VENDOR(0x3004UL), USB_CCID}, /* supported interfaces */
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

CK_RV tok_hwfeature_attrs(tok_attrs **out)
{
    tok_attrs *a = tok_attrs_new();
    size_t i;
    CK_RV rv = a != NULL ? CKR_OK : CKR_HOST_MEMORY;

    for (i = 0; i < COUNT(bools) && rv == CKR_OK; i++)
        rv = tok_attrs_set_bool(a, bools[i].type, bools[i].value);
    for (i = 0; i < COUNT(numbers) && rv == CKR_OK; i++)
        rv = tok_attrs_set_ulong(a, numbers[i].type, numbers[i].value);
    if (rv == CKR_OK)
        *out = a;
    else
        tok_attrs_free(a);
    return rv;
}
