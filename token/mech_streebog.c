/* SPDX-License-Identifier: Apache-2.0 */
/* CKM_GOSTR3411_12_256 and _512: digests. */
#include "gost/mem.h"
#include "gost/streebog.h"
#include "token/mech.h"

#include <stdlib.h>

typedef struct digest_op {
    tok_op op;
    gost_streebog hash;
} digest_op;

static CK_RV digest_update(tok_op *op, const CK_BYTE *data, CK_ULONG len)
{
    gost_streebog_update(&((digest_op *)op)->hash, data, len);
    return CKR_OK;
}

static CK_RV digest_finish(tok_op *op, CK_BYTE *out)
{
    gost_streebog_final(&((digest_op *)op)->hash, out);
    return CKR_OK;
}

static void digest_free(tok_op *op)
{
    gost_wipe(op, sizeof(digest_op));
    free(op);
}

static const tok_op_class digest_class = {
    .update = digest_update,
    .finish = digest_finish,
    .state_at = offsetof(digest_op, hash),
    .state_len = sizeof(gost_streebog),
    .free = digest_free,
};

static CK_RV digest_start(const tok_mech *m, const CK_MECHANISM *param, tok_op **out)
{
    digest_op *op;
    CK_RV rv = tok_mech_hash_param(param, m->digest);

    if (rv != CKR_OK)
        return rv;
    op = calloc(1, sizeof *op);
    if (op == NULL)
        return CKR_HOST_MEMORY;
    op->op.class = &digest_class;
    op->op.size = m->digest / 8;
    gost_streebog_init(&op->hash, m->digest);
    *out = &op->op;
    return CKR_OK;
}

const tok_mech_class tok_mech_streebog = {
    .digest = digest_start,
};
