/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of result codes that the device's makers publish for their users: each code with calls
 * that provoke it, or the reason why this token never gives it. Prints the table. Afterwards the
 * token must be as it was: what is refused changes nothing.
 */
#include "tests/token/codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/sanitizer.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static char conf[160];

void codes_conf(const char *text)
{
    FILE *f = fopen(conf, "w");

    assert_non_null(f);
    assert_true(fprintf(f, "kdf.ms = 1\n%s\n", text) > 0);
    assert_int_equal(fclose(f), 0);
}

/* ---- the token as it was -------------------------------------------------------------------- */

typedef struct picture {
    CK_ULONG objects;
    CK_TOKEN_INFO token;
    CK_ULONG sizes;
} picture;

static void look(picture *p)
{
    CK_OBJECT_HANDLE found[64];
    CK_SESSION_HANDLE s;
    CK_ULONG size;

    memset(p, 0, sizeof *p);
    s = open_user();
    OK(F->C_GetTokenInfo(0, &p->token));
    memset(p->token.utcTime, 0, sizeof p->token.utcTime);
    p->token.ulFreePublicMemory = p->token.ulFreePrivateMemory = 0; /* of the disk */
    p->token.ulTotalPublicMemory = p->token.ulTotalPrivateMemory = 0;
    OK(F->C_FindObjectsInit(s, NULL, 0));
    OK(F->C_FindObjects(s, found, COUNT(found), &p->objects));
    OK(F->C_FindObjectsFinal(s));
    for (CK_ULONG i = 0; i < p->objects; i++) {
        OK(F->C_GetObjectSize(s, found[i], &size));
        p->sizes += size;
    }
    OK(F->C_CloseAllSessions(0));
}

/* ---- the test ------------------------------------------------------------------------------- */

static void run(const code_row *row)
{
    picture before, after;
    CK_RV rv;

    assert_int_equal(test_begin_token(NULL), 0);
    codes_fill();
    look(&before);
    rv = row->provoke();
    if (rv != row->code)
        fail_msg("%s: %s gave 0x%lx", row->name, row->how, rv);
    if (!row->changes) {
        (void)F->C_Finalize(NULL);
        codes_conf("");
        OK(F->C_Initialize(NULL));
        look(&after);
        if (memcmp(&before, &after, sizeof before) != 0)
            fail_msg("%s: %s has changed the token", row->name, row->how);
    }
    (void)test_end(NULL);
    codes_conf("");
}

static void every_code(void **state)
{
    unsigned reached = 0, named = 0;

    (void)state;
    for (size_t i = 0; i < published_n; i++) {
        const char *name = published[i];
        unsigned here = 0;

        for (size_t f = 0; f < code_families_n; f++) {
            for (const code_row *r = code_families[f]; r->name != NULL; r++) {
                if (strcmp(r->name, name) != 0)
                    continue;
                here++;
                if (r->provoke == NULL) {
                    (void)printf("%-36s never: %s\n", name, r->how);
                    named++;
                    continue;
                }
                if (r->not_sanitized && SANITIZED) {
                    (void)printf("%-36s %s (not with a sanitizer)\n", name, r->how);
                    continue;
                }
                run(r);
                (void)printf("%-36s %s\n", name, r->how);
                reached += here == 1;
            }
        }
        if (here == 0)
            fail_msg("%s has no row", name);
    }
    (void)printf("%zu codes: %u provoked, %u with a reason\n", published_n, reached, named);
    assert_true(named < 12);
}

/* A row of a code that is not in the list would be of no use. */
static void no_stray_rows(void **state)
{
    (void)state;
    for (size_t f = 0; f < code_families_n; f++) {
        for (const code_row *r = code_families[f]; r->name != NULL; r++) {
            size_t i;

            for (i = 0; i < published_n && strcmp(published[i], r->name) != 0; i++)
                continue;
            if (i == published_n)
                fail_msg("%s is not in the list", r->name);
        }
    }
}

static int begin(void **state)
{
    if (suite_begin(state) != 0)
        return -1;
    (void)snprintf(conf, sizeof conf, "%s.conf", store_dir());
    codes_conf("");
    return setenv("GOSTTOKEN_CONF", conf, 1);
}

static int end(void **state)
{
    (void)unlink(conf);
    return suite_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_stray_rows),
        cmocka_unit_test(every_code),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
