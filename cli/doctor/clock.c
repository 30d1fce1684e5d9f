/* SPDX-License-Identifier: Apache-2.0 */
/* The clock: a sane year, and no earlier than what has happened already. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <gosttoken/examine.h>
#include "cli/doctor/certs.h"

#define FIRST_YEAR 2026 /* the year of this program */
#define LAST_YEAR  2099
#define SLACK      300 /* seconds by which two clocks may differ */

static void write_time(long long seconds, char out[32])
{
    time_t when = (time_t)seconds;
    struct tm tm;

    if (!gmtime_r(&when, &tm) || !strftime(out, 32, "%Y-%m-%d %H:%M:%S", &tm))
        out[0] = '\0';
}

/* The newest thing a token knows to have happened: a record of its journal, or the beginning of a
 * certificate. `what` is a sentence that takes the time now, the label and that time. */
typedef struct newest {
    long long when;
    int certificate;
    char label[33];
} newest;

static void note(newest *best, long long when, int certificate, const cli_token *t)
{
    if (when <= best->when)
        return;
    best->when = when;
    best->certificate = certificate;
    memcpy(best->label, t->label, sizeof(best->label));
}

static void look_at_certificates(doctor *d, const cli_token *t, newest *best)
{
    CK_SESSION_HANDLE session;
    doc_certs certs;

    if (cli_session(d->c, t, 0, &session) != CLI_OK)
        return;
    if (doc_certs_read(d, session, t, &certs)) {
        for (size_t i = 0; i < certs.n; i++)
            if (certs.at[i].x)
                note(best, doc_seconds(X509_get0_notBefore(certs.at[i].x)), 1, t);
        doc_certs_free(&certs);
    }
    d->c->fn->C_CloseSession(session);
}

static void look_at_tokens(doctor *d, newest *best)
{
    CK_RV (*examine)(CK_SLOT_ID, gosttoken_examination *) = NULL;
    cli_token *list = NULL;
    size_t n = 0;

    *(void **)&examine = doc_own_function(d->c, "gosttoken_examine");
    if (cli_functions(d->c) != CLI_OK || cli_tokens(d->c, &list, &n) != CLI_OK)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        gosttoken_examination e = {.size = sizeof(e)};

        if (!list[i].initialized || list[i].untouched)
            continue;
        if (examine && examine(list[i].slot, &e) == CKR_OK)
            note(best, (long long)e.last_time, 0, &list[i]);
        look_at_certificates(d, &list[i], best);
    }
    free(list);
    free(doc_heard()); /* what cannot be read is told by other checks */
}

void doc_clock(doctor *d)
{
    long long now = (long long)time(NULL);
    char now_text[32], then[32];
    time_t when = (time_t)now;
    newest best = {0};
    struct tm tm;

    write_time(now, now_text);
    if (!gmtime_r(&when, &tm) || tm.tm_year + 1900 < FIRST_YEAR || tm.tm_year + 1900 > LAST_YEAR) {
        doc_find(d, DOC_ERROR, cli_strdup("timedatectl"),
                 _("the clock says %s UTC, which cannot be: certificates will not be valid"),
                 now_text);
        return;
    }
    look_at_tokens(d, &best);
    write_time(best.when, then);
    if (now + SLACK < best.when && best.certificate)
        doc_find(d, DOC_ERROR, cli_strdup("timedatectl"),
                 _("the clock says %s UTC, and a certificate of the token \"%s\" begins on %s: the "
                   "clock is slow, or the certificate is for later"),
                 now_text, best.label, then);
    else if (now + SLACK < best.when)
        doc_find(d, DOC_ERROR, cli_strdup("timedatectl"),
                 _("the clock says %s UTC, and the journal of the token \"%s\" has a record of %s: "
                   "the clock was put back"),
                 now_text, best.label, then);
    else
        doc_find(d, DOC_OK, NULL, _("the clock says %s UTC"), now_text);
}
