/* SPDX-License-Identifier: Apache-2.0 */
/* AlgorithmIdentifier of a GOST key. Internal to codec/. */
#ifndef GT_ALGORITHM_H
#define GT_ALGORITHM_H

#include "codec/asn1.h"
#include "keymgmt/key.h"

void gt_codec_put_algorithm(gt_asn1_out *der, const gt_key *key);

/* Takes one off; NULL if it is not a GOST key's or the parameter set is unknown. */
const gost_paramset *gt_codec_take_any_algorithm(gt_asn1 *in, const gt_alg **alg);

/* The same where a private key is to follow: NULL for those that only verify. */
const gost_paramset *gt_codec_take_algorithm(gt_asn1 *in);

#endif
