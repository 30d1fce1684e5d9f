/* SPDX-License-Identifier: Apache-2.0 */
/* A token's file read from end to end, to tell whether it is whole. */
#include "token/vault/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* SQLite heads its list with a line for the database, which says nothing here: the first damage, in
 * one line. */
static void one_line(const char *text, char out[200])
{
    const char *end = text;
    size_t n = 0;

    while (strncmp(text, "***", 3) == 0 && (end = strchr(text, '\n')) != NULL)
        text = end + 1;
    for (; *text != '\0' && *text != '\n' && n < 199; text++)
        out[n++] = (unsigned char)*text < ' ' ? ' ' : *text;
    out[n] = '\0';
}

/* SQLite's own check reads every page of the file, and thereby the checksum of each. */
static CK_RV check_pages(vault_token *t)
{
    sqlite3_stmt *s = NULL;
    char first[200];
    const char *text;
    CK_RV rv = CKR_OK;

    if (sqlite3_prepare_v2(t->db, "PRAGMA integrity_check(1)", -1, &s, NULL) != SQLITE_OK ||
        sqlite3_step(s) != SQLITE_ROW) {
        rv = vault_fail_db(t, "check");
    } else {
        text = (const char *)sqlite3_column_text(s, 0);
        if (text == NULL || strcmp(text, "ok") != 0) {
            one_line(text != NULL ? text : "no answer", first);
            rv = vault_fail(CKR_DEVICE_ERROR,
                            "%s: the file is damaged (%s): restore it from a backup", t->path,
                            first);
        }
    }
    (void)sqlite3_finalize(s);
    return rv;
}

/* Every object; those that are deleted meanwhile by somebody else are not missed. */
static CK_RV check_objects(vault_token *t, vault_examination *e)
{
    uint64_t *ids = NULL;
    size_t n = 0;
    CK_RV rv = vault_find(t, NULL, 0, &ids, &n);

    for (size_t i = 0; rv == CKR_OK && i < n; i++) {
        vault_object *o = NULL;

        rv = vault_read(t, ids[i], &o);
        if (rv == CKR_OBJECT_HANDLE_INVALID) {
            rv = CKR_OK;
            continue;
        }
        e->objects++;
        if (rv == CKR_DEVICE_ERROR) {
            if (e->damaged++ == 0)
                (void)snprintf(e->first_damage, sizeof(e->first_damage), "%s", vault_error_text());
            rv = CKR_OK;
        }
        vault_object_free(o);
    }
    free(ids);
    return rv;
}

/* The time of the last record: lines are as journal.c writes them. */
static uint64_t last_time(const char *text, size_t len)
{
    static const char key[] = "\"time\":\"";
    const char *at = text, *found = NULL;
    struct tm tm;

    while ((at = memmem(at, (size_t)(text + len - at), key, sizeof(key) - 1)) != NULL)
        found = at += sizeof(key) - 1;
    memset(&tm, 0, sizeof(tm));
    if (found == NULL || strptime(found, "%Y-%m-%dT%H:%M:%SZ", &tm) == NULL)
        return 0;
    return (uint64_t)timegm(&tm);
}

static CK_RV check_journal(vault_token *t, vault_examination *e)
{
    vault_journal_state state;
    char *text = NULL, *end = NULL;
    size_t len = 0;
    CK_RV rv = vault_journal_verify(t, &state);

    if (rv != CKR_OK)
        return rv;
    e->altered = state.altered;
    rv = vault_journal_text(t, &text, &len);
    if (rv != CKR_OK)
        return rv;
    /* strptime wants an end. */
    end = realloc(text, len + 1);
    if (end == NULL) {
        free(text);
        return vault_fail(CKR_HOST_MEMORY, "out of memory");
    }
    end[len] = '\0';
    e->last_time = last_time(end, len);
    free(end);
    return CKR_OK;
}

CK_RV vault_examine(vault_token *t, vault_examination *e)
{
    CK_RV rv;

    memset(e, 0, sizeof(*e));
    rv = vault_begin(t, VAULT_READ);
    if (rv == CKR_OK)
        rv = vault_end(t, check_pages(t));
    if (rv == CKR_OK)
        rv = check_objects(t, e);
    return rv == CKR_OK ? check_journal(t, e) : rv;
}
