/* SPDX-License-Identifier: Apache-2.0 */
/* see paramset.h */
#include "gost/paramset.h"

#include <string.h>
#include "gost/curve.h"

/* DER of 1.2.643.2.2.<family>.<n>, 1.2.643.7.1.2.1.1.<n> and 1.2.643.7.1.2.1.2.<n> */
#define DER_CP(family, n)                                                                          \
    {                                                                                              \
        0x06, 0x07, 0x2a, 0x85, 0x03, 0x02, 0x02, family, n                                        \
    }
#define DER_TC26(size, n)                                                                          \
    {                                                                                              \
        0x06, 0x09, 0x2a, 0x85, 0x03, 0x07, 0x01, 0x02, 0x01, size, n                              \
    }

static const uint8_t der_cp_test[] = DER_CP(35, 0);
static const uint8_t der_cp_a[] = DER_CP(35, 1);
static const uint8_t der_cp_b[] = DER_CP(35, 2);
static const uint8_t der_cp_c[] = DER_CP(35, 3);
static const uint8_t der_cp_xa[] = DER_CP(36, 0);
static const uint8_t der_cp_xb[] = DER_CP(36, 1);
static const uint8_t der_256_a[] = DER_TC26(1, 1);
static const uint8_t der_256_b[] = DER_TC26(1, 2);
static const uint8_t der_256_c[] = DER_TC26(1, 3);
static const uint8_t der_256_d[] = DER_TC26(1, 4);
static const uint8_t der_512_test[] = DER_TC26(2, 0);
static const uint8_t der_512_a[] = DER_TC26(2, 1);
static const uint8_t der_512_b[] = DER_TC26(2, 2);
static const uint8_t der_512_c[] = DER_TC26(2, 3);

#define DER(d)   .der = (d), .der_len = sizeof(d)
#define TC26_256 "1.2.643.7.1.2.1.1."
#define TC26_512 "1.2.643.7.1.2.1.2."

/* Canonical names are the TC26 ones: these sets are the 2012 standard's own (RFC 9215, 4.1, needs
 * no digestParamSet beside them). A curve's canonical row comes before its other rows. */
static const gost_paramset rows[] = {
    {.name = "id-tc26-gost-3410-2012-256-paramSetA",
     .shorthand = "TCA",
     .oid = TC26_256 "1",
     DER(der_256_a),
     .bits = 256,
     .curve = &gost_curve_256_tc26a,
     .canonical = TC26_256 "1"},
    {.name = "id-tc26-gost-3410-2012-256-paramSetB",
     .shorthand = "TCB",
     .oid = TC26_256 "2",
     DER(der_256_b),
     .bits = 256,
     .curve = &gost_curve_256_cpa,
     .canonical = TC26_256 "2"},
    {.name = "id-tc26-gost-3410-2012-256-paramSetC",
     .shorthand = "TCC",
     .oid = TC26_256 "3",
     DER(der_256_c),
     .bits = 256,
     .curve = &gost_curve_256_cpb,
     .canonical = TC26_256 "3"},
    {.name = "id-tc26-gost-3410-2012-256-paramSetD",
     .shorthand = "TCD",
     .oid = TC26_256 "4",
     DER(der_256_d),
     .bits = 256,
     .curve = &gost_curve_256_cpc,
     .canonical = TC26_256 "4"},
    {.name = "id-GostR3410-2001-CryptoPro-A-ParamSet",
     .shorthand = "A",
     .oid = "1.2.643.2.2.35.1",
     DER(der_cp_a),
     .bits = 256,
     .curve = &gost_curve_256_cpa,
     .canonical = TC26_256 "2",
     .needs_digest_oid = 1},
    {.name = "id-GostR3410-2001-CryptoPro-B-ParamSet",
     .shorthand = "B",
     .oid = "1.2.643.2.2.35.2",
     DER(der_cp_b),
     .bits = 256,
     .curve = &gost_curve_256_cpb,
     .canonical = TC26_256 "3",
     .needs_digest_oid = 1},
    {.name = "id-GostR3410-2001-CryptoPro-C-ParamSet",
     .shorthand = "C",
     .oid = "1.2.643.2.2.35.3",
     DER(der_cp_c),
     .bits = 256,
     .curve = &gost_curve_256_cpc,
     .canonical = TC26_256 "4",
     .needs_digest_oid = 1},
    {.name = "id-GostR3410-2001-CryptoPro-XchA-ParamSet",
     .shorthand = "XA",
     .oid = "1.2.643.2.2.36.0",
     DER(der_cp_xa),
     .bits = 256,
     .curve = &gost_curve_256_cpa,
     .canonical = TC26_256 "2",
     .needs_digest_oid = 1},
    {.name = "id-GostR3410-2001-CryptoPro-XchB-ParamSet",
     .shorthand = "XB",
     .oid = "1.2.643.2.2.36.1",
     DER(der_cp_xb),
     .bits = 256,
     .curve = &gost_curve_256_cpc,
     .canonical = TC26_256 "4",
     .needs_digest_oid = 1},
    {.name = "id-GostR3410-2001-TestParamSet",
     .shorthand = "0",
     .oid = "1.2.643.2.2.35.0",
     DER(der_cp_test),
     .bits = 256,
     .test = 1,
     .curve = &gost_curve_256_test,
     .canonical = "1.2.643.2.2.35.0",
     .needs_digest_oid = 1},
    {.name = "id-tc26-gost-3410-2012-512-paramSetA",
     .shorthand = "A",
     .oid = TC26_512 "1",
     DER(der_512_a),
     .bits = 512,
     .curve = &gost_curve_512_a,
     .canonical = TC26_512 "1"},
    {.name = "id-tc26-gost-3410-2012-512-paramSetB",
     .shorthand = "B",
     .oid = TC26_512 "2",
     DER(der_512_b),
     .bits = 512,
     .curve = &gost_curve_512_b,
     .canonical = TC26_512 "2"},
    {.name = "id-tc26-gost-3410-2012-512-paramSetC",
     .shorthand = "C",
     .oid = TC26_512 "3",
     DER(der_512_c),
     .bits = 512,
     .curve = &gost_curve_512_c,
     .canonical = TC26_512 "3"},
    {.name = "id-tc26-gost-3410-2012-512-paramSetTest",
     .shorthand = "0",
     .oid = TC26_512 "0",
     DER(der_512_test),
     .bits = 512,
     .test = 1,
     .curve = &gost_curve_512_test,
     .canonical = TC26_512 "0"},
};

#define ROWS (sizeof rows / sizeof rows[0])

const gost_paramset *gost_paramset_at(size_t i)
{
    return i < ROWS ? &rows[i] : NULL;
}

const gost_paramset *gost_paramset_by_der(const uint8_t *der, size_t len)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (len == rows[i].der_len && !memcmp(der, rows[i].der, len))
            return &rows[i];
    }
    return NULL;
}

static int lower(int ch) /* not the locale's idea of it */
{
    return ch >= 'A' && ch <= 'Z' ? ch + ('a' - 'A') : ch;
}

static int same_name(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

const gost_paramset *gost_paramset_by_name(const char *name, unsigned bits)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (!strcmp(name, rows[i].oid) || same_name(name, rows[i].name) ||
            (rows[i].bits == bits && same_name(name, rows[i].shorthand)))
            return &rows[i];
    }
    return NULL;
}
