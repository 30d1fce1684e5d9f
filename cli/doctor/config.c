/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken.conf: which one, and whether the module takes it. */
#include <stdlib.h>
#include <string.h>
#include <gosttoken/examine.h>
#include "cli/doctor/doctor.h"

void doc_config(doctor *d)
{
    CK_RV (*get_places)(gosttoken_places *) = NULL;
    gosttoken_places places = {.size = sizeof(places)};
    char *why;
    int code;

    *(void **)&get_places = doc_own_function(d->c, "gosttoken_get_places");
    if (!get_places) {
        doc_find(d, DOC_SKIPPED, NULL, _("gosttoken.conf is not read by this module"));
        return;
    }
    code = cli_functions(d->c);
    why = doc_heard();
    if (get_places(&places) != CKR_OK)
        places.conf[0] = '\0';
    if (code != CLI_OK && strstr(why, "gosttoken.conf(5)"))
        doc_find(d, DOC_ERROR, doc_command("editor", *places.conf ? places.conf : "gosttoken.conf"),
                 "%s", why);
    else if (*places.conf)
        doc_find(d, DOC_OK, NULL, _("%s is in effect"), places.conf);
    else
        doc_find(d, DOC_OK, NULL, _("there is no gosttoken.conf: the defaults are in effect"));
    free(why);
}
