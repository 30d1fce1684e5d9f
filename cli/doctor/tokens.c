/* SPDX-License-Identifier: Apache-2.0 */
/* Is each token whole? Our module reads its file from end to end. */
#include <stdlib.h>
#include <string.h>
#include <gosttoken/examine.h>
#include <gosttoken/module.h>
#include "cli/doctor/doctor.h"

typedef struct own {
    CK_RV (*examine)(CK_SLOT_ID, gosttoken_examination *);
    const char *(*error_text)(void);
} own;

/* Puts a backup in the place of what is damaged, whatever it is. */
static char *remedy(CK_SLOT_ID slot)
{
    return cli_printf("gosttoken restore FILE --slot %lu --force", slot);
}

static void look_at_whole(doctor *d, const cli_token *t, const gosttoken_examination *e)
{
    char *token = doc_token_option(t->label);

    if (e->damaged)
        doc_find(d, DOC_ERROR, remedy(t->slot),
                 ngettext("%s: %lu object of the token \"%s\" is damaged: %s",
                          "%s: %lu objects of the token \"%s\" are damaged: %s", e->damaged),
                 e->path, e->damaged, t->label, e->first_damage);
    if (e->altered)
        doc_find(d, DOC_ERROR, cli_printf("gosttoken journal verify%s", token),
                 _("%s: the journal of the token \"%s\" was altered"), e->path, t->label);
    if (!e->damaged && !e->altered)
        doc_find(d, DOC_OK, NULL,
                 ngettext("the token \"%s\" is whole: %lu object, %s",
                          "the token \"%s\" is whole: %lu objects, %s", e->objects),
                 t->label, e->objects, e->path);
    free(token);
}

static void look_at(doctor *d, const own *f, CK_SLOT_ID slot)
{
    gosttoken_examination e = {.size = sizeof(e)};
    char trouble[400];
    cli_token t;
    CK_RV rv = f->examine(slot, &e);

    if (rv == CKR_OK) {
        if (*e.path && cli_token_read(d->c, slot, &t) == CLI_OK)
            look_at_whole(d, &t, &e);
    } else if (rv == CKR_TOKEN_NOT_RECOGNIZED) {
        /* A slot that is free answers so, too. */
        if (gt_p11_slot_trouble(d->c->p11, slot, trouble, sizeof(trouble)))
            doc_find(d, DOC_ERROR, remedy(slot), "%s", trouble);
    } else {
        doc_find(d, DOC_ERROR, remedy(slot), "%s (%s)", f->error_text(), gt_rv_name(rv));
    }
}

/* What another maker's module says of its tokens. */
static void of_other_module(doctor *d)
{
    cli_token *list = NULL;
    size_t n = 0;

    if (doc_module(d) && cli_tokens(d->c, &list, &n) == CLI_OK)
        for (size_t i = 0; i < n; i++)
            if (*list[i].trouble)
                doc_find(d, DOC_ERROR, NULL, _("slot %lu holds a token that cannot be read: %s"),
                         list[i].slot, list[i].trouble);
    free(list);
    if (!cJSON_GetArraySize(d->findings))
        doc_find(d, DOC_SKIPPED, NULL, _("this module does not keep its tokens in files"));
}

void doc_token_files(doctor *d)
{
    CK_SLOT_ID slots[4096];
    CK_ULONG n = sizeof(slots) / sizeof(*slots);
    own f = {0};
    CK_RV rv;

    *(void **)&f.examine = doc_own_function(d->c, "gosttoken_examine");
    *(void **)&f.error_text = doc_own_function(d->c, "gosttoken_error_text");
    if (!f.examine || !f.error_text) {
        of_other_module(d);
        return;
    }
    if (!doc_module(d))
        return;
    rv = d->c->fn->C_GetSlotList(CK_TRUE, slots, &n);
    if (rv != CKR_OK) {
        doc_find(d, DOC_ERROR, cli_strdup("gosttoken doctor store"), "%s (%s)", f.error_text(),
                 gt_rv_name(rv));
        return;
    }
    for (CK_ULONG i = 0; i < n; i++)
        look_at(d, &f, slots[i]);
    if (!cJSON_GetArraySize(d->findings))
        doc_find(d, DOC_SKIPPED, cli_strdup("gosttoken init --label NAME"),
                 _("no token is in use"));
}
