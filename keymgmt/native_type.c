/* SPDX-License-Identifier: Apache-2.0 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <pthread.h>

#include <openssl/evp.h>
#include <openssl/objects.h>

#include "keymgmt/native.h"

/* Builds of libcrypto without deprecated functions, and OpenSSL 4, lack these. */
#pragma weak EVP_PKEY_asn1_add0
#pragma weak EVP_PKEY_asn1_free
#pragma weak EVP_PKEY_asn1_new

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void add_types(void)
{
    /* libssl has the signatures of 2012 only if there is a type of 2001 as well. Ascending:
     * libcrypto keeps the list sorted, and has no lock for it. */
    static const int nids[] = {NID_id_GostR3410_2001, NID_id_GostR3410_2012_256,
                               NID_id_GostR3410_2012_512};

    if (EVP_PKEY_asn1_new == NULL || EVP_PKEY_asn1_add0 == NULL || EVP_PKEY_asn1_free == NULL)
        return;
    for (size_t i = 0; i < sizeof(nids) / sizeof(nids[0]); i++) {
        EVP_PKEY_ASN1_METHOD *m =
            EVP_PKEY_asn1_new(nids[i], 0, OBJ_nid2sn(nids[i]), OBJ_nid2ln(nids[i]));

        if (m != NULL && !EVP_PKEY_asn1_add0(m))
            EVP_PKEY_asn1_free(m);
    }
}

void gt_native_add_types(void)
{
    pthread_once(&once, add_types);
}
