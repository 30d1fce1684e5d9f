/* SPDX-License-Identifier: Apache-2.0 */
/* What some modules have beside the standard's function list, for administration: see p11.h. */
#include "p11/internal.h"

#include <dlfcn.h>
#include <string.h>

CK_FUNCTION_LIST_EXTENDED *gt_p11_extended(gt_p11 *p)
{
    const gt_module *m = gt_module_of(p);

    return m != NULL ? m->extended : NULL;
}

CK_RV gt_p11_details(gt_p11 *p, CK_SLOT_ID slot, gosttoken_details *details)
{
    const gt_module *m = gt_module_of(p);

    memset(details, 0, sizeof(*details));
    details->size = sizeof(*details);
    return m != NULL && m->get_details != NULL ? m->get_details(slot, details)
                                               : CKR_FUNCTION_NOT_SUPPORTED;
}

CK_RV gt_p11_verify_journal(gt_p11 *p, CK_SLOT_ID slot, gosttoken_journal_state *state)
{
    const gt_module *m = gt_module_of(p);

    memset(state, 0, sizeof(*state));
    state->size = sizeof(*state);
    return m != NULL && m->verify_journal != NULL ? m->verify_journal(slot, state)
                                                  : CKR_FUNCTION_NOT_SUPPORTED;
}

void *gt_p11_symbol(gt_p11 *p, const char *name)
{
    const gt_module *m = gt_module_of(p);

    return m != NULL ? dlsym(m->dl, name) : NULL;
}

const char *gt_p11_own_text(gt_p11 *p)
{
    const gt_module *m = gt_module_of(p);
    const char *text = m != NULL && m->error_text != NULL ? m->error_text() : "";

    return *text != '\0' ? text : NULL;
}
