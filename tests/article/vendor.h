/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program for Rutoken tokens has compiled in: the numbers and the extended function list,
 * typed from the description of the binary interface and not from gosttoken's headers, so that a
 * mistake there is not made here as well.
 */
#ifndef ARTICLE_VENDOR_H
#define ARTICLE_VENDOR_H

#define CRYPTOKI_COMPAT
#include <p11-kit/pkcs11.h>

#define CKM_TC26_3410_WITH_3411_12_256 0xD4321008UL
#define CKM_TC26_3411_12_256           0xD4321012UL
#define USE_HARDWARE_HASH              2UL

typedef CK_RV any_function(void);

/* A version, then pointers; the functions that the article does not call are only places. */
typedef struct extended_list {
    CK_VERSION version;
    CK_RV (*get_function_list_extended)(struct extended_list **);
    CK_RV (*init_token)(CK_SLOT_ID, CK_BYTE *pin, CK_ULONG, void *param);
    any_function *places_3_to_7[5];
    CK_RV (*get_certificate_info_text)(CK_SESSION_HANDLE, CK_OBJECT_HANDLE, CK_BYTE **, CK_ULONG *);
    CK_RV(*pkcs7_sign)
    (CK_SESSION_HANDLE, CK_BYTE *data, CK_ULONG, CK_OBJECT_HANDLE certificate, CK_BYTE **out,
     CK_ULONG *, CK_OBJECT_HANDLE key, CK_OBJECT_HANDLE *extra, CK_ULONG, CK_ULONG flags);
    CK_RV(*create_csr)
    (CK_SESSION_HANDLE, CK_OBJECT_HANDLE pub, CK_BYTE **dn, CK_ULONG, CK_BYTE **csr, CK_ULONG *,
     CK_OBJECT_HANDLE key, CK_BYTE **attributes, CK_ULONG, CK_BYTE **extensions, CK_ULONG);
    CK_RV (*free_buffer)(CK_BYTE *);
    any_function *places_12_to_34[23];
} extended_list;

/* The parameter of init_token. */
typedef struct init_param {
    CK_ULONG size, repair;
    CK_BYTE *admin_pin;
    CK_ULONG admin_pin_len;
    CK_BYTE *user_pin;
    CK_ULONG user_pin_len;
    CK_FLAGS policy;
    CK_ULONG admin_pin_min, user_pin_min, admin_tries, user_tries;
    CK_BYTE *label;
    CK_ULONG label_len, sm_mode;
} init_param;

#endif
