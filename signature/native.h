/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OSSL_OP_SIGNATURE for the keys of keymgmt/native.h: of a finished digest, of a message that is
 * hashed here, and, under the name of signature and digest together (an OID's), of a message as
 * OpenSSL 3.4 and later ask for it.
 */
#ifndef GT_SIGNATURE_NATIVE_H
#define GT_SIGNATURE_NATIVE_H

#include <openssl/core.h>

extern const OSSL_ALGORITHM gt_signature_algorithms[];

#endif
