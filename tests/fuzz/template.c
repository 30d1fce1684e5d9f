/* SPDX-License-Identifier: Apache-2.0 */
/* Templates: one that makes sense as a beginning, then attributes of all sorts. See input.h. */
#include "tests/fuzz/input.h"

#include <string.h>

typedef enum form { BOOL, NUMBER, BYTES, CLASS, TYPE, CERT_TYPE, OID, CURVE, DATE, MECHS } form;

static const struct {
    CK_ATTRIBUTE_TYPE type;
    form form;
    CK_ULONG natural;
} attributes[] = {
    {CKA_CLASS, CLASS, 0},
    {CKA_TOKEN, BOOL, 0},
    {CKA_PRIVATE, BOOL, 0},
    {CKA_LABEL, BYTES, 5},
    {CKA_APPLICATION, BYTES, 5},
    {CKA_VALUE, BYTES, 32},
    {CKA_VALUE, BYTES, 64},
    {4 /* CKA_UNIQUE_ID */, BYTES, 5},
    {CKA_OBJECT_ID, BYTES, 5},
    {CKA_CERTIFICATE_TYPE, CERT_TYPE, 0},
    {CKA_ISSUER, BYTES, 11},
    {CKA_SERIAL_NUMBER, BYTES, 5},
    {CKA_TRUSTED, BOOL, 0},
    {CKA_CERTIFICATE_CATEGORY, NUMBER, 2},
    {CKA_KEY_TYPE, TYPE, 0},
    {CKA_SUBJECT, BYTES, 11},
    {CKA_ID, BYTES, 4},
    {CKA_SENSITIVE, BOOL, 0},
    {CKA_ENCRYPT, BOOL, 0},
    {CKA_DECRYPT, BOOL, 0},
    {CKA_WRAP, BOOL, 0},
    {CKA_UNWRAP, BOOL, 0},
    {CKA_SIGN, BOOL, 0},
    {CKA_SIGN_RECOVER, BOOL, 0},
    {CKA_VERIFY, BOOL, 0},
    {CKA_VERIFY_RECOVER, BOOL, 0},
    {CKA_DERIVE, BOOL, 0},
    {CKA_START_DATE, DATE, 0},
    {CKA_END_DATE, DATE, 0},
    {CKA_MODULUS, BYTES, 64},
    {CKA_MODULUS_BITS, NUMBER, 512},
    {CKA_PUBLIC_EXPONENT, BYTES, 3},
    {CKA_PRIVATE_EXPONENT, BYTES, 64},
    {CKA_PRIME_1, BYTES, 32},
    {CKA_PRIME_2, BYTES, 32},
    {CKA_EXPONENT_1, BYTES, 32},
    {CKA_EXPONENT_2, BYTES, 32},
    {CKA_COEFFICIENT, BYTES, 32},
    {CKA_PUBLIC_KEY_INFO, BYTES, 100},
    {CKA_VALUE_BITS, NUMBER, 256},
    {CKA_VALUE_LEN, NUMBER, 32},
    {CKA_EXTRACTABLE, BOOL, 0},
    {CKA_LOCAL, BOOL, 0},
    {CKA_NEVER_EXTRACTABLE, BOOL, 0},
    {CKA_ALWAYS_SENSITIVE, BOOL, 0},
    {CKA_KEY_GEN_MECHANISM, NUMBER, 0},
    {CKA_MODIFIABLE, BOOL, 0},
    {CKA_COPYABLE, BOOL, 0},
    {CKA_DESTROYABLE, BOOL, 0},
    {CKA_EC_PARAMS, CURVE, 0},
    {CKA_EC_POINT, BYTES, 67},
    {CKA_ALWAYS_AUTHENTICATE, BOOL, 0},
    {CKA_WRAP_WITH_TRUSTED, BOOL, 0},
    {CKA_WRAP_TEMPLATE, BYTES, 0},
    {CKA_GOSTR3410_PARAMS, OID, 0},
    {CKA_GOSTR3411_PARAMS, OID, 0},
    {CKA_GOST28147_PARAMS, OID, 0},
    {CKA_HW_FEATURE_TYPE, NUMBER, CKH_VENDOR_DEFINED | 1},
    {CKA_ALLOWED_MECHANISMS, MECHS, 0},
    {CKA_CHECK_VALUE, BYTES, 3},
    {CKA_URL, BYTES, 9},
    {CKA_VENDOR_KEY_JOURNAL, BOOL, 0},
    {CKA_VENDOR_KEY_CONFIRM_OP, BOOL, 0},
    {CKA_VENDOR_DEFINED | 0x3000, BYTES, 1},
};

static const CK_OBJECT_CLASS classes[] = {CKO_SECRET_KEY,       CKO_PRIVATE_KEY, CKO_PUBLIC_KEY,
                                          CKO_CERTIFICATE,      CKO_DATA,        CKO_HW_FEATURE,
                                          CKO_DOMAIN_PARAMETERS};
static const CK_KEY_TYPE types[] = {
    CKK_GOSTR3410, CKK_GOSTR3410_512,   CKK_GENERIC_SECRET, CKK_KUZNYECHIK, CKK_MAGMA,
    CKK_GOST28147, CKK_KUZNYECHIK_TWIN, CKK_MAGMA_TWIN,     CKK_RSA,        CKK_EC,
    CKK_AES,       CKK_GOSTR3411};

/* DER of object identifiers: curves of GOST and NIST, hashes, S-boxes. */
static const CK_BYTE oids[][12] = {
    {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 1},
    {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 1, 1},
    {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 2, 1},
    {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 1, 2, 3},
    {6, 7, 0x2A, 0x85, 3, 2, 2, 36, 0},
    {6, 7, 0x2A, 0x85, 3, 2, 2, 30, 1},
    {6, 8, 0x2A, 0x85, 3, 7, 1, 1, 2, 2},
    {6, 8, 0x2A, 0x85, 3, 7, 1, 1, 2, 3},
    {6, 7, 0x2A, 0x85, 3, 2, 2, 31, 1},
    {6, 9, 0x2A, 0x85, 3, 7, 1, 2, 5, 1, 1},
    {6, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7},
    {6, 5, 0x2B, 0x81, 4, 0, 34},
    {6, 7, 0x2A, 0x85, 3, 2, 2, 35, 0},
    {6, 1, 0x2A},
};

#define MOST 40

typedef struct making {
    CK_ATTRIBUTE at[MOST];
    CK_ULONG n;
} making;

static void put(making *m, CK_ATTRIBUTE_TYPE type, const void *value, CK_ULONG len)
{
    void *p = call_memory(len);

    if (m->n == MOST)
        return;
    memcpy(p, value, len);
    m->at[m->n++] = (CK_ATTRIBUTE){type, p, len};
}

static void put_bool(making *m, CK_ATTRIBUTE_TYPE type, int value)
{
    CK_BBOOL b = value ? CK_TRUE : CK_FALSE;

    put(m, type, &b, sizeof b);
}

static void put_number(making *m, CK_ATTRIBUTE_TYPE type, CK_ULONG n)
{
    put(m, type, &n, sizeof n);
}

static void put_blob(making *m, CK_ATTRIBUTE_TYPE type, blob b)
{
    if (m->n < MOST)
        m->at[m->n++] = (CK_ATTRIBUTE){type, b.p, b.len};
}

static void put_oid(making *m, CK_ATTRIBUTE_TYPE type, unsigned which)
{
    const CK_BYTE *oid = oids[which % COUNT(oids)];

    put(m, type, oid, oid[1] + 2U);
}

static void natural(input *in, making *m, unsigned which)
{
    CK_ATTRIBUTE_TYPE type = attributes[which].type;
    uint8_t b = in_byte(in);

    switch (attributes[which].form) {
    case BOOL:
        put_bool(m, type, b & 1);
        break;
    case NUMBER:
        put_number(m, type, b < 128 ? attributes[which].natural : in_ulong(in));
        break;
    case CLASS:
        put_number(m, type, b < 240 ? classes[b % COUNT(classes)] : in_ulong(in));
        break;
    case TYPE:
        put_number(m, type, b < 240 ? types[b % COUNT(types)] : in_ulong(in));
        break;
    case CERT_TYPE:
        put_number(m, type, b < 240 ? CKC_X_509 : b);
        break;
    case OID:
        put_oid(m, type, b);
        break;
    case CURVE:
        put_oid(m, type, 10 + (b & 1));
        break;
    case DATE:
        put(m, type, "20250131", b < 200 ? 8 : b & 7);
        break;
    case MECHS:
        put(m, type,
            (CK_MECHANISM_TYPE[]){CKM_KUZNYECHIK_MGM, CKM_GOSTR3410, CKM_RSA_PKCS,
                                  CKM_GOSTR3410_512},
            b < 200 ? sizeof(CK_MECHANISM_TYPE) * (b & 3) : b % 33);
        break;
    case BYTES:
    default:
        put_blob(m, type, in_good_blob(in, attributes[which].natural));
    }
}

/* What the call wants, by its purpose and the mechanism that was named. */
static void expected(making *m, purpose what)
{
    unsigned key = mechanism_key();

    switch (what) {
    case FOR_OBJECT:
        put_number(m, CKA_CLASS, CKO_DATA);
        break;
    case FOR_PAIR:
        if (key == AT_RSA_PUB)
            put_number(m, CKA_MODULUS_BITS, 512);
        else if (key == AT_EC_PUB)
            put_oid(m, CKA_EC_PARAMS, 10);
        else
            put_oid(m, CKA_GOSTR3410_PARAMS, key == AT_512_PUB ? 2 : 0);
        break;
    case FOR_KEY:
        put_number(m, CKA_CLASS, CKO_SECRET_KEY);
        put_number(m, CKA_KEY_TYPE,
                   key == AT_28147 || key <= AT_512_PRIV ? CKK_GOST28147 : CKK_KUZNYECHIK);
        break;
    case FOR_SEARCH:
    default:
        break;
    }
}

static void preset(input *in, making *m, purpose what)
{
    uint8_t which = in_byte(in);
    unsigned type;
    blob b;

    if (which < 64) {
        expected(m, what);
        return;
    }

    switch (which & 7) {
    case 0: /* a secret key that is made */
        put_number(m, CKA_CLASS, CKO_SECRET_KEY);
        type = 2 + (which >> 3) % 6;
        put_number(m, CKA_KEY_TYPE, types[type]);
        if (which & 128)
            put_number(m, CKA_VALUE_LEN, type < 6 ? 32 : 64);
        if (which & 64) {
            put_bool(m, CKA_SENSITIVE, 0);
            put_bool(m, CKA_EXTRACTABLE, 1);
        }
        break;
    case 1: /* one that is brought */
        put_number(m, CKA_CLASS, CKO_SECRET_KEY);
        type = 2 + (which >> 3) % 6;
        put_number(m, CKA_KEY_TYPE, types[type]);
        put_blob(m, CKA_VALUE, in_good_blob(in, type < 6 ? 32 : 64));
        break;
    case 2: /* a pair of GOST */
        put_oid(m, CKA_GOSTR3410_PARAMS, which >> 3);
        break;
    case 3:
        put_number(m, CKA_MODULUS_BITS, which & 8 ? in_ulong(in) : 512);
        put_oid(m, CKA_EC_PARAMS, 10 + (which >> 4));
        break;
    case 4:
        put_number(m, CKA_CLASS, which & 8 ? CKO_PUBLIC_KEY : CKO_PRIVATE_KEY);
        type = (which >> 4) % 4;
        put_number(m, CKA_KEY_TYPE, type == 2 ? CKK_RSA : type == 3 ? CKK_EC : types[type]);
        if (type < 2)
            put_oid(m, CKA_GOSTR3410_PARAMS, type == 0 ? 0 : 2);
        b = world_points()[type == 3 ? 2 : type & 1];
        if (type != 2 && (which & 8))
            put(m, type == 3 ? CKA_EC_POINT : CKA_VALUE, b.p, b.len);
        else if (type != 2)
            put_blob(m, CKA_VALUE, in_good_blob(in, type == 1 ? 64 : 32));
        if (type == 3)
            put_oid(m, CKA_EC_PARAMS, 10);
        break;
    case 5:
        put_number(m, CKA_CLASS, which & 8 ? CKO_DATA : CKO_CERTIFICATE);
        if ((which & 8) == 0)
            put_number(m, CKA_CERTIFICATE_TYPE, CKC_X_509);
        b = world_certificate();
        put(m, CKA_VALUE, b.p, which & 16 ? in_word(in) % b.len : b.len);
        break;
    case 6:
        put_number(m, CKA_CLASS, classes[(which >> 3) % COUNT(classes)]);
        break;
    default:
        break;
    }
}

static templ done(making *m)
{
    templ t = {call_memory(m->n * sizeof m->at[0]), m->n};

    memcpy(t.p, m->at, m->n * sizeof m->at[0]);
    return t;
}

templ in_template(input *in, purpose what)
{
    making m = {.n = 0};
    unsigned more, how;
    uint8_t head;
    templ t;

    preset(in, &m, what);
    head = in_byte(in);
    more = head & 15;
    for (unsigned i = 0; i < more && in->len > 0; i++) {
        uint8_t which = in_byte(in);

        if (which < 240)
            natural(in, &m, which % COUNT(attributes));
        else if (which < 248)
            put_blob(&m, attributes[in_byte(in) % COUNT(attributes)].type, in_blob(in, 8));
        else
            put_blob(&m, in_ulong(in), in_good_blob(in, 8));
    }
    t = done(&m);
    how = head >> 4;
    if (how == 15)
        return (templ){NULL, t.n};
    if (how == 14)
        t.n = 0;
    return t;
}

templ in_questions(input *in)
{
    making m = {.n = 0};
    unsigned n = in_byte(in) & 31;
    CK_ULONG len;
    templ t;

    for (unsigned i = 0; i < n && m.n < MOST; i++) {
        uint8_t which = in_byte(in);
        CK_ATTRIBUTE *a = &m.at[m.n++];

        a->type = which < 248 ? attributes[which % COUNT(attributes)].type : in_ulong(in);
        which = in_byte(in);
        len = which < 200 ? 1024 : which < 240 ? which - 200U : 0;
        a->pValue = which < 248 ? call_memory(len) : NULL;
        a->ulValueLen = which < 248 ? len : in_ulong(in);
    }
    t = done(&m);
    return in_byte(in) >= 250 ? (templ){NULL, t.n} : t;
}

void questions_check(const char *name, const templ *t, const templ *as_given)
{
    for (CK_ULONG i = 0; t->p != NULL && i < t->n; i++) {
        const CK_ATTRIBUTE *a = &t->p[i], *was = &as_given->p[i];

        if (a->pValue != was->pValue || a->type != was->type)
            wrong("%s: the template is another one", name);
        if (a->pValue == NULL)
            continue;
        if (a->ulValueLen != CK_UNAVAILABLE_INFORMATION && a->ulValueLen > was->ulValueLen)
            wrong("%s: %lu bytes in %lu", name, a->ulValueLen, was->ulValueLen);
        out_check(name, a->pValue, was->ulValueLen);
        if (a->ulValueLen != CK_UNAVAILABLE_INFORMATION)
            out_keep(a->pValue, a->ulValueLen);
    }
}
