/* SPDX-License-Identifier: Apache-2.0 */
/* Making a secret key on a token: see p11/stream.h. */
#include <stdlib.h>
#include <string.h>

#include "p11/internal.h"
#include "p11/stream.h"

enum { ID_RANDOM = 8, TEMPLATE_MAX = 24 };

struct generate {
    CK_MECHANISM_TYPE mechanism;
    CK_ATTRIBUTE templ[TEMPLATE_MAX];
    size_t n;
};

/* Token objects are made in a read-write session, and those of the pool are not. */
static CK_RV generate_work(gt_lease *lease, void *arg)
{
    const struct generate *g = arg;
    CK_MECHANISM mechanism = {.mechanism = g->mechanism};
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    CK_SLOT_ID slot;
    CK_RV rv;

    pthread_mutex_lock(&lease->t->p->lock);
    slot = lease->t->slot;
    pthread_mutex_unlock(&lease->t->p->lock);
    rv = lease->f->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);
    if (rv != CKR_OK)
        return rv;
    rv = lease->f->C_GenerateKey(session, &mechanism, (CK_ATTRIBUTE *)g->templ, g->n, &key);
    (void)lease->f->C_CloseSession(session);
    return rv;
}

/* The one token to make it on. */
static gt_token *choose(gt_p11 *p, const gt_uri *uri, gt_error *err)
{
    gt_token **tokens, *t = NULL;
    size_t n = gt_tokens_match(p, uri, &tokens, err);

    if (n == 0)
        return NULL;
    if (n == 1)
        t = tokens[0];
    else
        gt_fail(err, GT_AMBIGUOUS, CKR_OK,
                "%zu tokens match, and a key is made on one: add token= or serial= to the URI", n);
    free(tokens);
    return t;
}

static int is_taken(gt_token *t, const CK_ATTRIBUTE *name, int *taken, gt_error *err)
{
    CK_OBJECT_CLASS cls = CKO_SECRET_KEY;
    const CK_ATTRIBUTE want[] = {{CKA_CLASS, &cls, sizeof(cls)}, *name};
    gt_object_list list;

    if (!gt_objects_search(t, want, 2, &list, err))
        return 0;
    *taken = *taken || list.n > 0;
    gt_object_list_clear(&list);
    return 1;
}

static gt_object *find_made(gt_token *t, const CK_ATTRIBUTE *id, gt_error *err)
{
    CK_OBJECT_CLASS cls = CKO_SECRET_KEY;
    CK_BBOOL yes = CK_TRUE;
    const CK_ATTRIBUTE want[] = {
        {CKA_CLASS, &cls, sizeof(cls)}, {CKA_TOKEN, &yes, sizeof(yes)}, *id};
    gt_object *o = NULL;
    gt_object_list list;

    if (!gt_objects_search(t, want, 3, &list, err))
        return NULL;
    if (list.n == 1)
        o = gt_object_ref(list.items[0]);
    else
        gt_fail(err, GT_NO_OBJECT, CKR_OK, "the key was made, and %zu are found with its id",
                list.n);
    gt_object_list_clear(&list);
    return o;
}

gt_object *gt_p11_generate(gt_p11 *p, const char *uri, const gt_prompt *prompt,
                           CK_MECHANISM_TYPE mechanism, const CK_ATTRIBUTE *templ, size_t n,
                           gt_error *err)
{
    CK_BYTE random_id[ID_RANDOM];
    CK_ATTRIBUTE id = {CKA_ID, random_id, sizeof(random_id)};
    CK_BBOOL yes = CK_TRUE;
    struct generate g = {.mechanism = mechanism};
    gt_pin_request pins = {.prompt = prompt};
    gt_object *made = NULL;
    int taken = 0;
    gt_token *t;
    gt_uri u;

    if (!gt_uri_parse(uri, &u, err))
        return NULL;
    pins.uri = &u;
    if (u.cls != GT_ANY_CLASS && u.cls != CKO_SECRET_KEY) {
        gt_fail(err, GT_BAD_URI, CKR_OK, "a secret key is made, and the URI says type=%s",
                gt_class_name(u.cls));
        goto end;
    }
    if (u.label == NULL || u.label->ulValueLen == 0) {
        gt_fail(err, GT_BAD_URI, CKR_OK, "the URI must have object=, the name of the new key");
        goto end;
    }
    if (!gt_uri_matches_module(&u, p, err) || (t = choose(p, &u, err)) == NULL ||
        !gt_token_login(t, &pins, err))
        goto end;
    if (u.id != NULL)
        id = *u.id;
    else if (!gt_p11_random_of(t, random_id, sizeof(random_id), err))
        goto end;
    if (!is_taken(t, u.label, &taken, err) || !is_taken(t, &id, &taken, err))
        goto end;
    if (taken) {
        gt_fail(err, GT_AMBIGUOUS, CKR_OK,
                "token \"%s\" has a secret key of that name or id already: choose another",
                t->label);
        goto end;
    }
    if (n + 3 > TEMPLATE_MAX) {
        gt_fail(err, GT_TOKEN_ERROR, CKR_ARGUMENTS_BAD, "too many attributes");
        goto end;
    }
    if (n > 0)
        memcpy(g.templ, templ, n * sizeof(*templ));
    g.templ[n] = (CK_ATTRIBUTE){CKA_TOKEN, &yes, sizeof(yes)};
    g.templ[n + 1] = *u.label;
    g.templ[n + 2] = id;
    g.n = n + 3;
    if (gt_with_session(t, NULL, 0, generate_work, &g, "C_GenerateKey", err))
        made = find_made(t, &id, err);
end:
    gt_uri_clear(&u);
    return made;
}
