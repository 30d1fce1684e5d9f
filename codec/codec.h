/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GOST keys outside the process: SubjectPublicKeyInfo (RFC 9215, section 4), the URI stub and text.
 *
 * A URI stub is a PKCS #8 PrivateKeyInfo whose privateKey octets hold a pkcs11: URI instead of a
 * key: what OpenSSL carries about as "the private key" when the key is on a token.
 */
#ifndef GT_CODEC_H
#define GT_CODEC_H

#include "keymgmt/key.h"

#define GT_URI_MAX       2048               /* bytes of a URI in a stub, its NUL not counted */
#define GT_ALGORITHM_MAX 64                 /* bytes of an AlgorithmIdentifier, at most */
#define GT_SPKI_MAX      256                /* bytes of a SubjectPublicKeyInfo, at most */
#define GT_STUB_MAX      (GT_URI_MAX + 128) /* bytes of a URI stub, at most */

/*
 * The contents of the AlgorithmIdentifier's parameters: GostR3410-2012-PublicKeyParameters,
 * SEQUENCE included; -2001- of old keys (RFC 4491, section 2.3.2). digestParamSet is written where
 * RFC 9215 wants it; reading takes it present or absent, as well as the old encryptionParamSet
 * behind it. Both directions return 1 or a length, or 0.
 */
size_t gt_codec_write_params(const gt_key *key, uint8_t *out, size_t size);
const gost_paramset *gt_codec_read_params(const gt_alg *alg, const uint8_t *der, size_t len);

/* The contents of the public key's BIT STRING: an OCTET STRING of X | Y. */
size_t gt_codec_write_point(const gt_key *key, uint8_t *out, size_t size);
gt_key *gt_codec_read_point(const gt_alg *alg, const gost_paramset *ps, const uint8_t *der,
                            size_t len);

/* SubjectPublicKeyInfo. Reading takes exactly len bytes. */
size_t gt_codec_write_spki(const gt_key *key, uint8_t *out, size_t size);
gt_key *gt_codec_read_spki(const uint8_t *der, size_t len);

/*
 * The URI stub of a private key, and back: the URI is copied to uri (GT_URI_MAX + 1 bytes) with a
 * NUL. Reading returns 0 if this is not a GOST key or holds no pkcs11: URI.
 */
size_t gt_codec_write_stub(const gt_key *key, const char *uri, uint8_t *out, size_t size);
int gt_codec_read_stub(const uint8_t *der, size_t len, const gost_paramset **ps, char *uri);

/* The stub of any type of key, whose AlgorithmIdentifier this is, SEQUENCE included. */
size_t gt_codec_write_stub_of(const uint8_t *algorithm, size_t len, const char *uri, uint8_t *out,
                              size_t size);

/* The URI in the privateKey octets of a stub. */
int gt_codec_read_stub_octets(const uint8_t *octets, size_t len, char *uri);

/*
 * The privateKey octets of a software key's PrivateKeyInfo. Written as gost-engine and RFC 9548
 * have it: the number, little-endian, ps->bits / 8 bytes. Read in this form, also with masks behind
 * it; in an OCTET STRING; as an INTEGER; in a SEQUENCE before the public key. NULL: none of these.
 */
gt_key *gt_codec_read_private(const gost_paramset *ps, const uint8_t *octets, size_t len);

/* Prints the parts wanted, a line a call. Lines have no newline. line returns 0 to stop. */
enum { GT_TEXT_PARAMS = 1, GT_TEXT_PUBLIC = 2, GT_TEXT_PRIVATE = 4 };
typedef int gt_line_fn(void *arg, const char *line);
int gt_codec_print(const gt_key *key, unsigned parts, gt_line_fn *line, void *arg);

#endif
