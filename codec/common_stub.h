/* SPDX-License-Identifier: Apache-2.0 */
/* URI stubs of the keys of keymgmt/common.h, and the decoder of such a file. */
#ifndef GT_CODEC_COMMON_STUB_H
#define GT_CODEC_COMMON_STUB_H

#include "keymgmt/common.h"

/* Of a private key; at most GT_STUB_MAX bytes. Returns the length, or 0. */
size_t gt_common_write_stub(gt_object *object, uint8_t *out, size_t size, gt_error *err);

extern const OSSL_DISPATCH gt_common_stub_rsa[], gt_common_stub_ec[];

/* Rows of the lists of decoders. */
#define GT_COMMON_STUB_PROPERTIES "provider=gosttoken,input=der,structure=PrivateKeyInfo"
#define GT_COMMON_STUB_DECODERS                                                                    \
    {GT_COMMON_RSA_NAMES, GT_COMMON_STUB_PROPERTIES, gt_common_stub_rsa, "URIs of RSA keys"},      \
    {                                                                                              \
        GT_COMMON_EC_NAMES, GT_COMMON_STUB_PROPERTIES, gt_common_stub_ec, "URIs of EC keys"        \
    }

#endif
