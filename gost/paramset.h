/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parameter sets of GOST R 34.10-2012 and all their names. The same curve has more than one
 * object identifier (RFC 7836, RFC 9215, RFC 4357): each row is one identifier, and `canonical` the
 * row that new keys print.
 */
#ifndef GOST_PARAMSET_H
#define GOST_PARAMSET_H

#include <stddef.h>
#include <stdint.h>

struct gost_curve;

typedef struct gost_paramset {
    const char *name; /* the long name OpenSSL gives it: "id-tc26-gost-3410-2012-256-paramSetA" */
    const char *shorthand; /* gost-engine's: "A", "B", "C", "XA", "XB", "TCA".."TCD" (256);
                              "A", "B", "C" (512); "0" for the test sets */
    const char *oid;       /* "1.2.643.7.1.2.1.1.1" */
    const uint8_t *der;    /* the DER OBJECT IDENTIFIER, as in CKA_GOSTR3410_PARAMS */
    size_t der_len;
    unsigned bits;                  /* 256 or 512: size of the digest signed */
    unsigned test;                  /* 1: the standard's example set, not for real keys */
    const struct gost_curve *curve; /* shared by rows that name the same curve */
    const char *canonical;          /* the OID that names this curve in new keys */
    /* RFC 9215, section 4.1: digestParamSet in SubjectPublicKeyInfo. 1: must be present
     * (CryptoPro sets with 2012 keys), 0: should be absent (the TC26 sets). */
    unsigned needs_digest_oid;
} gost_paramset;

/* The i-th row, or NULL past the end. */
const gost_paramset *gost_paramset_at(size_t i);

/* By DER OBJECT IDENTIFIER (tag and length included), or NULL if unknown. */
const gost_paramset *gost_paramset_by_der(const uint8_t *der, size_t len);

/* By dotted OID or OpenSSL's long name, or, within `bits` (256 or 512), gost-engine's shorthand,
 * letter case ignored. NULL if unknown. */
const gost_paramset *gost_paramset_by_name(const char *name, unsigned bits);

#endif
