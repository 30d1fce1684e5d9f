/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the module's tests share: the module itself, loaded as a program would, a store of its own
 * in a temporary directory, and the calls that every test makes.
 */
#ifndef TEST_TOKEN_HARNESS_H
#define TEST_TOKEN_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <gosttoken/rutoken.h>
#include "gost/gostr3410.h"

extern CK_FUNCTION_LIST *F;
extern CK_FUNCTION_LIST_EXTENDED *X;

#define SO_PIN          "so-secret-1"
#define USER_PIN        "user-secret-1"
#define PIN(s)          (CK_UTF8CHAR *)(s), (CK_ULONG)strlen(s)

#define OK(call)        assert_int_equal((call), CKR_OK)
#define FAILS(rv, call) assert_int_equal((call), (rv))

#define COUNT(a)        ((CK_ULONG)(sizeof(a) / sizeof(a)[0]))

extern CK_BBOOL yes, no;
extern CK_OBJECT_CLASS class_data, class_cert, class_pub, class_priv, class_secret;
extern CK_KEY_TYPE type_256, type_512, type_generic;
extern CK_CERTIFICATE_TYPE x509;
#define A_BOOL(type, v)                                                                            \
    {                                                                                              \
        (type), &(v), sizeof(CK_BBOOL)                                                             \
    }
#define A_ULONG(type, v)                                                                           \
    {                                                                                              \
        (type), &(v), sizeof(CK_ULONG)                                                             \
    }
#define A_STR(type, s)                                                                             \
    {                                                                                              \
        (type), (void *)(s), sizeof(s) - 1                                                         \
    }
#define A_BYTES(type, b)                                                                           \
    {                                                                                              \
        (type), (void *)(b), sizeof(b)                                                             \
    }

/* cmocka's group fixtures: load the module, make and remove the directory. */
int suite_begin(void **state);
int suite_end(void **state);

/* Each test's: an empty store and an initialised module; the module finalised, the store emptied.
 */
int test_begin(void **state);
int test_end(void **state);

/* The same with a token in slot 0 (label "work", both PINs set). It is made once and copied. */
int test_begin_token(void **state);

const char *store_dir(void);
void store_clear(void);

CK_SESSION_HANDLE open_session(CK_SLOT_ID slot, CK_FLAGS flags);
CK_SESSION_HANDLE open_rw(void);   /* slot 0 */
CK_SESSION_HANDLE open_ro(void);   /* slot 0 */
CK_SESSION_HANDLE open_user(void); /* R/W, logged in */
CK_STATE state_of(CK_SESSION_HANDLE s);

/* A key pair, label "k". */
void make_pair(CK_SESSION_HANDLE s, const gost_paramset *ps, CK_BBOOL token, CK_OBJECT_HANDLE *pub,
               CK_OBJECT_HANDLE *priv);
const gost_paramset *paramset(const char *oid);

/* How many there are; a search for everything does not count the CKO_HW_FEATURE object. */
CK_ULONG find_n(CK_SESSION_HANDLE s, CK_ATTRIBUTE *templ, CK_ULONG n, CK_OBJECT_HANDLE *first);
size_t get_bytes(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type, void *out,
                 size_t room);
CK_ULONG get_ulong(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type);
CK_BBOOL get_bool(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type);
CK_RV get_rv(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE o, CK_ATTRIBUTE_TYPE type);

CK_FLAGS token_flags(CK_SLOT_ID slot);

#endif
