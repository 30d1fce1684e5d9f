/* SPDX-License-Identifier: Apache-2.0 */
#include "bridge/internal.h"

#include <stdio.h>

int gt_bridge_foreign(const gt_alg *alg, char id[GT_ENGINE_ID])
{
    int nid = OBJ_sn2nid(alg->name);
    ENGINE *e;

    if (ENGINE_get_pkey_meth_engine == NULL || ENGINE_finish == NULL || ENGINE_get_id == NULL)
        return 0;
    e = ENGINE_get_pkey_meth_engine(nid);
    if (e == NULL)
        return 0;
    snprintf(id, GT_ENGINE_ID, "%s", ENGINE_get_id(e) != NULL ? ENGINE_get_id(e) : "?");
    ENGINE_finish(e);
    return 1;
}
