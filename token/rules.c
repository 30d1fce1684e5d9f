/* SPDX-License-Identifier: Apache-2.0 */
/* see rules.h; PKCS #11 2.40, section 4, and the vendor's attributes */
#include "token/rules.h"

#include <gosttoken/pkcs11-3.h>

#define DATA          TOK_KIND_DATA
#define CERT          TOK_KIND_CERT
#define GPUB          TOK_KIND_GOST_PUB
#define GPRIV         TOK_KIND_GOST_PRIV
#define RPUB          TOK_KIND_RSA_PUB
#define RPRIV         TOK_KIND_RSA_PRIV
#define EPUB          TOK_KIND_EC_PUB
#define EPRIV         TOK_KIND_EC_PRIV
#define GENERIC       TOK_KIND_GENERIC
#define GOST89        TOK_KIND_28147
#define CIPHERS       (TOK_KIND_28147 | TOK_KIND_BLOCK | TOK_KIND_TWIN)
#define PUB           TOK_KINDS_PUB
#define PRIV          TOK_KINDS_PRIV
#define SECRET        TOK_KINDS_SECRET
#define KEYS          TOK_KINDS_KEYS
#define ALL           TOK_KINDS_ALL
#define NOBODY        0u /* an attribute of the standard that no object here has */

#define VENDOR(n)     (CKA_VENDOR_DEFINED | (n))
#define PIN_ENTER     VENDOR(0x2000UL)
#define CONFIRM       VENDOR(0x2001UL)
#define JOURNAL       VENDOR(0x2002UL)
#define CONFIRM_TOUCH VENDOR(0x2003UL)

#define F_BOOL        TOK_FORM_BOOL
#define F_ULONG       TOK_FORM_ULONG
#define F_BYTES       TOK_FORM_BYTES
#define F_DATE        TOK_FORM_DATE
#define F_OID         TOK_FORM_OID
#define F_MECHS       TOK_FORM_MECHANISMS

#define NONE          TOK_DEF_NONE
#define OFF           TOK_DEF_FALSE
#define ON            TOK_DEF_TRUE
#define EMPTY         TOK_DEF_EMPTY
#define ZERO          TOK_DEF_ZERO

#define REQ           TOK_R_REQUIRED
#define COMPUTED      TOK_R_COMPUTED
#define NO_MAKE       (TOK_R_NO_GENERATE | TOK_R_NO_UNWRAP)
#define SO            TOK_R_SO
#define SET           TOK_R_SET
#define COPY          TOK_R_COPY
#define USE           (TOK_R_SET | TOK_R_USE)
#define RISE          TOK_R_RISE
#define FALL          TOK_R_FALL
#define HIDDEN        TOK_R_SECRET
#define GUARDED       TOK_R_GUARDED

/* clang-format off */
static const tok_rule rules[] = {
    /* type                     kinds            form     initial  flags */
    {CKA_CLASS,                 ALL,             F_ULONG, NONE,    REQ},
    {CKA_TOKEN,                 ALL,             F_BOOL,  OFF,     COPY},
    {CKA_PRIVATE,               DATA|CERT|PUB,   F_BOOL,  OFF,     COPY|RISE},
    {CKA_PRIVATE,               PRIV|SECRET,     F_BOOL,  ON,       COPY|RISE},
    {CKA_MODIFIABLE,            ALL,             F_BOOL,  ON,       COPY},
    {CKA_COPYABLE,              ALL,             F_BOOL,  ON,       COPY|FALL},
    {CKA_DESTROYABLE,           ALL,             F_BOOL,  ON,       COPY},
    {CKA_LABEL,                 ALL,             F_BYTES, EMPTY,   SET},
    {CKA_UNIQUE_ID,             ALL,             F_BYTES, NONE,    COMPUTED},

    {CKA_APPLICATION,           DATA,            F_BYTES, EMPTY,   SET},
    {CKA_OBJECT_ID,             DATA,            F_BYTES, EMPTY,   SET},
    {CKA_VALUE,                 DATA,            F_BYTES, EMPTY,   SET},

    {CKA_CERTIFICATE_TYPE,      CERT,            F_ULONG, NONE,    REQ},
    {CKA_VALUE,                 CERT,            F_BYTES, NONE,    REQ},
    {CKA_TRUSTED,               CERT|PUB|SECRET, F_BOOL,  OFF,     SO|SET},
    {CKA_CERTIFICATE_CATEGORY,  CERT,            F_ULONG, ZERO,    0},
    {CKA_START_DATE,            CERT|KEYS,       F_DATE,  EMPTY,   SET},
    {CKA_END_DATE,              CERT|KEYS,       F_DATE,  EMPTY,   SET},
    {CKA_PUBLIC_KEY_INFO,       CERT,            F_BYTES, NONE,    0},
    {CKA_SUBJECT,               CERT,            F_BYTES, NONE,    0},
    {CKA_ID,                    CERT|KEYS,       F_BYTES, EMPTY,   SET},
    {CKA_ISSUER,                CERT,            F_BYTES, NONE,    SET},
    {CKA_SERIAL_NUMBER,         CERT,            F_BYTES, NONE,    SET},
    {CKA_URL,                   CERT,            F_BYTES, EMPTY,   0},
    {CKA_HASH_OF_SUBJECT_PUBLIC_KEY, CERT,       F_BYTES, EMPTY,   0},
    {CKA_HASH_OF_ISSUER_PUBLIC_KEY,  CERT,       F_BYTES, EMPTY,   0},
    {CKA_NAME_HASH_ALGORITHM,   CERT,            F_ULONG, NONE,    0},
    {CKA_JAVA_MIDP_SECURITY_DOMAIN,  CERT,       F_ULONG, ZERO,    0},

    {CKA_KEY_TYPE,              KEYS,            F_ULONG, NONE,    REQ},
    {CKA_DERIVE,                GPUB|GPRIV|EPUB|EPRIV, F_BOOL,  ON,       USE},
    {CKA_DERIVE,                RPUB|RPRIV,      F_BOOL,  OFF,     USE},
    {CKA_DERIVE,                SECRET,          F_BOOL,  ON,       USE},
    {CKA_LOCAL,                 KEYS,            F_BOOL,  NONE,    COMPUTED},
    {CKA_KEY_GEN_MECHANISM,     KEYS,            F_ULONG, NONE,    COMPUTED},
    {CKA_ALLOWED_MECHANISMS,    KEYS,            F_MECHS, EMPTY,   0},
    {CKA_SUBJECT,               PUB|PRIV,        F_BYTES, EMPTY,   SET},
    {CKA_PUBLIC_KEY_INFO,       PUB|PRIV,        F_BYTES, NONE,    COMPUTED},
    {CKA_ENCRYPT,               RPUB,            F_BOOL,  ON,       USE},
    {CKA_ENCRYPT,               GPUB|EPUB|GENERIC, F_BOOL,  OFF,     USE},
    {CKA_ENCRYPT,               CIPHERS,         F_BOOL,  ON,       USE},
    {CKA_VERIFY,                PUB|SECRET,      F_BOOL,  ON,       USE},
    {CKA_VERIFY_RECOVER,        PUB,             F_BOOL,  OFF,     USE},
    {CKA_WRAP,                  PUB|GENERIC,     F_BOOL,  OFF,     USE},
    {CKA_WRAP,                  CIPHERS,         F_BOOL,  ON,       USE},
    {CKA_DECRYPT,               RPRIV,           F_BOOL,  ON,       USE},
    {CKA_DECRYPT,               GPRIV|EPRIV|GENERIC, F_BOOL,  OFF,     USE},
    {CKA_DECRYPT,               CIPHERS,         F_BOOL,  ON,       USE},
    {CKA_SIGN,                  PRIV|SECRET,     F_BOOL,  ON,       USE},
    {CKA_SIGN_RECOVER,          PRIV,            F_BOOL,  OFF,     USE},
    {CKA_UNWRAP,                PRIV|GENERIC,    F_BOOL,  OFF,     USE},
    {CKA_UNWRAP,                CIPHERS,         F_BOOL,  ON,       USE},
    {CKA_SENSITIVE,             PRIV|SECRET,     F_BOOL,  ON,       SET|RISE},
    {CKA_EXTRACTABLE,           PRIV|SECRET,     F_BOOL,  OFF,     SET|FALL},
    {CKA_ALWAYS_SENSITIVE,      PRIV|SECRET,     F_BOOL,  NONE,    COMPUTED},
    {CKA_NEVER_EXTRACTABLE,     PRIV|SECRET,     F_BOOL,  NONE,    COMPUTED},
    {CKA_WRAP_WITH_TRUSTED,     PRIV|SECRET,     F_BOOL,  OFF,     SET|RISE},
    {CKA_ALWAYS_AUTHENTICATE,   PRIV,            F_BOOL,  OFF,     0},

    {CKA_VALUE,                 GPUB,            F_BYTES, NONE,    REQ|NO_MAKE},
    {CKA_VALUE,                 GPRIV,           F_BYTES, NONE,    REQ|NO_MAKE|HIDDEN},
    {CKA_GOSTR3410_PARAMS,      GPUB|GPRIV,      F_OID,   NONE,    REQ},
    {CKA_GOSTR3411_PARAMS,      GPUB|GPRIV,      F_OID,   NONE,    0},
    {CKA_GOST28147_PARAMS,      GPUB|GPRIV,      F_OID,   NONE,    0},
    {CKA_VALUE,                 SECRET,          F_BYTES, NONE,    REQ|NO_MAKE|GUARDED},
    {CKA_VALUE_LEN,             SECRET,          F_ULONG, NONE,    TOK_R_NO_CREATE},
    {CKA_GOST28147_PARAMS,      GOST89,          F_OID,   NONE,    0},

    {CKA_MODULUS,               RPUB|RPRIV,      F_BYTES, NONE,    REQ|NO_MAKE},
    {CKA_MODULUS_BITS,          RPUB,            F_ULONG, NONE,    TOK_R_NO_CREATE|TOK_R_NO_UNWRAP},
    {CKA_PUBLIC_EXPONENT,       RPUB,            F_BYTES, NONE,    REQ|TOK_R_NO_UNWRAP},
    {CKA_PUBLIC_EXPONENT,       RPRIV,           F_BYTES, NONE,    NO_MAKE},
    {CKA_PRIVATE_EXPONENT,      RPRIV,           F_BYTES, NONE,    REQ|NO_MAKE|GUARDED},
    {CKA_PRIME_1,               RPRIV,           F_BYTES, NONE,    NO_MAKE|GUARDED},
    {CKA_PRIME_2,               RPRIV,           F_BYTES, NONE,    NO_MAKE|GUARDED},
    {CKA_EXPONENT_1,            RPRIV,           F_BYTES, NONE,    NO_MAKE|GUARDED},
    {CKA_EXPONENT_2,            RPRIV,           F_BYTES, NONE,    NO_MAKE|GUARDED},
    {CKA_COEFFICIENT,           RPRIV,           F_BYTES, NONE,    NO_MAKE|GUARDED},
    {CKA_EC_PARAMS,             EPUB|EPRIV,      F_BYTES, NONE,    REQ},
    {CKA_EC_POINT,              EPUB,            F_BYTES, NONE,    REQ|NO_MAKE},
    {CKA_EC_POINT,              EPRIV,           F_BYTES, NONE,    NO_MAKE},
    {CKA_VALUE,                 EPRIV,           F_BYTES, NONE,    REQ|NO_MAKE|GUARDED},

    /* Opaque: what a device would do with its buttons and screen. */
    {PIN_ENTER,                 PRIV,            F_BOOL,  OFF,     0},
    {CONFIRM,                   PRIV,            F_BOOL,  OFF,     0},
    {JOURNAL,                   PRIV,            F_BOOL,  OFF,     0},
    {CONFIRM_TOUCH,             PRIV,            F_BOOL,  OFF,     0},
    {PIN_ENTER,                 PUB|SECRET,      F_BOOL,  NONE,    0},
    {CONFIRM,                   PUB|SECRET,      F_BOOL,  NONE,    0},
    {JOURNAL,                   PUB|SECRET,      F_BOOL,  NONE,    0},
    {CONFIRM_TOUCH,             PUB|SECRET,      F_BOOL,  NONE,    0},

    {CKA_AC_ISSUER,             NOBODY,          F_BYTES, NONE,    0},
    {CKA_OWNER,                 NOBODY,          F_BYTES, NONE,    0},
    {CKA_ATTR_TYPES,            NOBODY,          F_BYTES, NONE,    0},
    {CKA_PRIME,                 NOBODY,          F_BYTES, NONE,    0},
    {CKA_SUBPRIME,              NOBODY,          F_BYTES, NONE,    0},
    {CKA_BASE,                  NOBODY,          F_BYTES, NONE,    0},
    {CKA_VALUE_BITS,            NOBODY,          F_ULONG, NONE,    0},
    {CKA_WRAP_TEMPLATE,         NOBODY,          F_BYTES, NONE,    0},
    {CKA_UNWRAP_TEMPLATE,       NOBODY,          F_BYTES, NONE,    0},
    {CKA_DERIVE_TEMPLATE,       NOBODY,          F_BYTES, NONE,    0},
    {CKA_HW_FEATURE_TYPE,       NOBODY,          F_ULONG, NONE,    0},
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

const tok_rule *tok_rule_find(CK_ATTRIBUTE_TYPE type, unsigned kind, int *known)
{
    size_t i;

    *known = 0;
    for (i = 0; i < COUNT(rules); i++) {
        if (rules[i].type != type)
            continue;
        *known = 1;
        if ((rules[i].kinds & kind) != 0)
            return &rules[i];
    }
    return NULL;
}

const tok_rule *tok_rule_at(size_t i)
{
    return i < COUNT(rules) ? &rules[i] : NULL;
}
