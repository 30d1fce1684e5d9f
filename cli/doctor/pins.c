/* SPDX-License-Identifier: Apache-2.0 */
/* How the PINs of each token stand. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <gosttoken/module.h>
#include "cli/doctor/doctor.h"

#define DAY 86400L

/* What the flags of C_GetTokenInfo tell, the gravest first; of each PIN one line is said. */
static const struct {
    CK_FLAGS flag;
    doc_status status;
    const char *text;    /* takes the label */
    const char *command; /* takes " --token LABEL"; NULL: none */
} states[] = {
    {CKF_USER_PIN_LOCKED, DOC_ERROR, N_("token \"%s\": the user PIN is locked"),
     "gosttoken pin unlock%s"},
    {CKF_USER_PIN_FINAL_TRY, DOC_WARNING, N_("token \"%s\": one try is left for the user PIN"),
     "gosttoken list objects --login%s"},
    {CKF_USER_PIN_TO_BE_CHANGED, DOC_WARNING,
     N_("token \"%s\": the user PIN is the maker's or a first one, and has to be changed"),
     "gosttoken pin change%s"},
    {CKF_USER_PIN_COUNT_LOW, DOC_WARNING,
     N_("token \"%s\": the last user PIN tried was a wrong one"),
     "gosttoken list objects --login%s"},
    {0, DOC_OK, NULL, NULL},
    {CKF_SO_PIN_LOCKED, DOC_ERROR,
     N_("token \"%s\": the SO PIN is locked: a user PIN that is locked or forgotten cannot be set "
        "any more"),
     "gosttoken info%s"},
    {CKF_SO_PIN_FINAL_TRY, DOC_WARNING, N_("token \"%s\": one try is left for the SO PIN"),
     "gosttoken pin change --so%s"},
    {CKF_SO_PIN_TO_BE_CHANGED, DOC_WARNING,
     N_("token \"%s\": the SO PIN is the maker's, and has to be changed"),
     "gosttoken pin change --so%s"},
    {CKF_SO_PIN_COUNT_LOW, DOC_WARNING, N_("token \"%s\": the last SO PIN tried was a wrong one"),
     "gosttoken info%s"},
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void tell(doctor *d, size_t i, const cli_token *t)
{
    char *token = doc_token_option(t->label);

    doc_find(d, states[i].status, cli_printf(states[i].command, token), gettext(states[i].text),
             t->label);
    free(token);
}
#pragma GCC diagnostic pop

static void look_at_flags(doctor *d, const cli_token *t)
{
    const size_t n = sizeof(states) / sizeof(*states);

    if (!(t->info.flags & CKF_USER_PIN_INITIALIZED)) {
        char *token = doc_token_option(t->label);

        doc_find(d, DOC_WARNING, cli_printf("gosttoken pin set%s", token),
                 _("token \"%s\": there is no user PIN yet"), t->label);
        free(token);
    }
    for (size_t i = 0; i < n; i++)
        if (t->info.flags & states[i].flag) {
            tell(d, i, t);
            while (i < n && states[i].flag)
                i++; /* the rest of this PIN's */
        }
}

static void look_at_age(doctor *d, const cli_token *t, const gosttoken_pin_details *p, int so)
{
    long left = (long)p->changed + (long)p->expiry_days * DAY - (long)time(NULL);
    char *token, *command;

    if (!p->set || !p->expiry_days || !p->changed)
        return;
    token = doc_token_option(t->label);
    command = cli_printf("gosttoken pin change%s%s", so ? " --so" : "", token);
    if (left < 0)
        doc_find(d, DOC_ERROR, command,
                 so ? _("token \"%s\": the SO PIN has expired")
                    : _("token \"%s\": the user PIN has expired"),
                 t->label);
    else if (left < (long)d->days * DAY)
        doc_find(d, DOC_WARNING, command,
                 so ? _("token \"%s\": the SO PIN expires in %ld days")
                    : _("token \"%s\": the user PIN expires in %ld days"),
                 t->label, left / DAY);
    else
        free(command);
    free(token);
}

void doc_pins(doctor *d)
{
    CK_RV (*get_details)(CK_SLOT_ID, gosttoken_details *) = NULL;
    gosttoken_details more = {.size = sizeof(more)};
    cli_token *list;
    size_t n;

    *(void **)&get_details = doc_own_function(d->c, "gosttoken_get_details");
    if (!doc_tokens(d, &list, &n))
        goto end;
    for (size_t i = 0; i < n; i++) {
        int before = cJSON_GetArraySize(d->findings);

        look_at_flags(d, &list[i]);
        if (get_details && get_details(list[i].slot, &more) == CKR_OK) {
            look_at_age(d, &list[i], &more.user, 0);
            look_at_age(d, &list[i], &more.so, 1);
        }
        if (cJSON_GetArraySize(d->findings) == before)
            doc_find(d, DOC_OK, NULL, _("token \"%s\": the PINs are in order"), list[i].label);
    }
end:
    free(list);
}
