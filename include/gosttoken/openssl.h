/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For programs that use the OpenSSL provider with secret keys of a token: the names that OpenSSL's
 * own headers do not have. docs/secret-keys.md shows how they are used.
 */
#ifndef GOSTTOKEN_OPENSSL_H
#define GOSTTOKEN_OPENSSL_H

/*
 * A context parameter of the provider's EVP_CIPHERs and EVP_MACs (UTF-8 string, settable), and a
 * parameter of its EVP_SKEYMGMTs (OpenSSL 3.5), to import and to generate: the `pkcs11:` URI
 * (RFC 7512) of a secret key, which then works on the token.
 */
#define GOSTTOKEN_PARAM_URI "pkcs11-uri"

/*
 * The name to fetch a cipher by for use with that parameter:
 * GOSTTOKEN_CIPHER("kuznyechik-ctr-acpkm"). Under its usual name a cipher may be replaced, by
 * EVP_CipherInit_ex and its kin, with that of an ENGINE (the provider's own bridge is one), which
 * takes no such parameter.
 */
#define GOSTTOKEN_CIPHER(name) "token-" name

/* The EVP_RAND whose bytes are the token's: RAND_set_DRBG_type, or `random =` in openssl.cnf. */
#define GOSTTOKEN_RAND "GOSTTOKEN-RANDOM"

/* The names of the EVP_SKEYMGMTs. */
#define GOSTTOKEN_SKEY_KUZNYECHIK "kuznyechik"
#define GOSTTOKEN_SKEY_MAGMA      "magma"
#define GOSTTOKEN_SKEY_GOST28147  "gost28147"

#endif
