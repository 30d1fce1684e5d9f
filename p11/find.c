/* SPDX-License-Identifier: Apache-2.0 */
/* From a URI to objects. Which tokens are logged in to, and when, stands in p11/p11.h. */
#include "p11/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct find {
    gt_p11 *p;
    gt_uri uri;
    CK_OBJECT_CLASS cls;
    gt_pin_request pins;
    gt_token **tokens;
    gt_object_list *lists; /* one for each token */
    size_t n_tokens;
    size_t total;
};

static int needs_login(CK_OBJECT_CLASS cls)
{
    return cls == CKO_PRIVATE_KEY || cls == CKO_SECRET_KEY;
}

static int is_logged_in(gt_token *t)
{
    int in;

    pthread_mutex_lock(&t->p->lock);
    in = t->logged_in;
    pthread_mutex_unlock(&t->p->lock);
    return in;
}

/* Token objects of class cls with the URI's id and label. */
static int search(const struct find *f, gt_token *t, CK_OBJECT_CLASS cls, gt_object_list *list,
                  gt_error *err)
{
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE want[4];
    size_t n = 0;

    want[n++] = (CK_ATTRIBUTE){CKA_TOKEN, &yes, sizeof(yes)};
    if (cls != GT_ANY_CLASS)
        want[n++] = (CK_ATTRIBUTE){CKA_CLASS, &cls, sizeof(cls)};
    if (f->uri.id != NULL)
        want[n++] = *f->uri.id;
    if (f->uri.label != NULL)
        want[n++] = *f->uri.label;
    return gt_objects_search(t, want, n, list, err);
}

static int search_again(struct find *f, size_t i, gt_error *err)
{
    f->total -= f->lists[i].n;
    gt_object_list_clear(&f->lists[i]);
    if (!search(f, f->tokens[i], f->cls, &f->lists[i], err))
        return 0;
    f->total += f->lists[i].n;
    return 1;
}

/* Whether the token shows without a login that it may have what is looked for: a public key or a
 * certificate of that id and label. */
static int has_trace(const struct find *f, gt_token *t, int *trace, gt_error *err)
{
    static const CK_OBJECT_CLASS traces[] = {CKO_PUBLIC_KEY, CKO_CERTIFICATE};

    *trace = 0;
    if (f->uri.id == NULL && f->uri.label == NULL)
        return 1;
    for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]) && !*trace; i++) {
        gt_object_list list;

        if (!search(f, t, traces[i], &list, err))
            return 0;
        *trace = list.n > 0;
        gt_object_list_clear(&list);
    }
    return 1;
}

/* "work", "spare" */
static void list_labels(const struct find *f, char *out, size_t size)
{
    size_t n = 0;

    out[0] = '\0';
    for (size_t i = 0; i < f->n_tokens && n < size; i++)
        n +=
            (size_t)snprintf(out + n, size - n, "%s\"%s\"", i > 0 ? ", " : "", f->tokens[i]->label);
}

static int which_token(const struct find *f, gt_error *err)
{
    char labels[200];

    list_labels(f, labels, sizeof(labels));
    return gt_fail(
        err, GT_AMBIGUOUS, CKR_OK,
        "the URI could mean tokens %s, and no PIN is sent to more than one: add token= or "
        "serial= to it",
        labels);
}

/*
 * The one token to log in to: *at, or n_tokens if none is to be. one: a single object is wanted, so
 * more than one token where it could be is an error.
 */
static int choose_login(const struct find *f, int one, size_t *at, gt_error *err)
{
    size_t candidates = 0, out = 0;

    *at = f->n_tokens;
    if (f->n_tokens == 1) {
        if (!is_logged_in(f->tokens[0]))
            *at = 0;
        return 1;
    }
    for (size_t i = 0; i < f->n_tokens; i++) {
        int in = is_logged_in(f->tokens[i]), candidate = in && f->lists[i].n > 0;

        if (!in && !has_trace(f, f->tokens[i], &candidate, err))
            return 0;
        if (!candidate)
            continue;
        candidates++;
        if (!in) {
            out++;
            *at = i;
        }
    }
    if (candidates > 1 && out > 0) {
        *at = f->n_tokens;
        if (one || f->total == 0)
            return which_token(f, err);
    }
    return 1;
}

static int log_in_and_search(struct find *f, int one, int wanted, gt_error *err)
{
    gt_pin_request pins = f->pins;
    size_t at;

    if (!choose_login(f, one, &at, err))
        return 0;
    if (at == f->n_tokens)
        return 1;
    /* Nobody is asked for a PIN because of an object that may be public. */
    if (!wanted)
        pins.prompt = NULL;
    /* A key that is there to be seen without a login will do where no source names a PIN. */
    if (!gt_token_login(f->tokens[at], &pins, err))
        return err->reason == GT_PIN_NEEDED && err->rv == CKR_USER_NOT_LOGGED_IN && f->total > 0;
    return search_again(f, at, err);
}

static int search_tokens(struct find *f, int one, gt_error *err)
{
    const gt_pin_request *pins = &f->pins;
    int by_uri = f->uri.pin != NULL || f->uri.pin_source != NULL;
    int wanted = needs_login(f->cls);

    if ((f->p->quirks & GT_QUIRK_LOGIN_FIRST) && f->n_tokens == 1 && !is_logged_in(f->tokens[0]) &&
        gt_pin_offered(f->p, pins) && !gt_token_login(f->tokens[0], pins, err))
        return 0;
    for (size_t i = 0; i < f->n_tokens; i++) {
        const gt_pin_request nobody = {NULL, NULL};
        gt_token *t = f->tokens[i];
        gt_error ignored;
        int again;

        if (!gt_token_check_login(t, err))
            return 0;
        pthread_mutex_lock(&f->p->lock);
        again = t->wanted && !t->logged_in && t->pins->right.len > 0;
        pthread_mutex_unlock(&f->p->lock);
        /* It was logged in to before: what was visible then is to be visible now. If that fails
         * there still is what is public. */
        if (again && !by_uri)
            (void)gt_token_login(t, &nobody, &ignored);
        if (!search(f, t, f->cls, &f->lists[i], err))
            return 0;
        f->total += f->lists[i].n;
    }
    if (wanted || by_uri || (f->total == 0 && gt_pin_offered(f->p, pins)))
        return log_in_and_search(f, one, wanted, err);
    return 1;
}

static int nothing_found(const struct find *f, gt_error *err)
{
    char what[160], labels[160];
    int all_in = 1;

    gt_uri_describe(&f->uri, what, sizeof(what));
    list_labels(f, labels, sizeof(labels));
    for (size_t i = 0; i < f->n_tokens; i++)
        all_in = all_in && is_logged_in(f->tokens[i]);
    return gt_fail(
        err, GT_NO_OBJECT, CKR_OK, "no %s%s%s on token%s %s (%s); see `gosttoken list objects`",
        gt_class_words(f->cls), what[0] != '\0' ? " with " : "", what, f->n_tokens > 1 ? "s" : "",
        labels,
        all_in             ? "logged in"
        : f->n_tokens == 1 ? "looked without a login"
                           : "private objects are looked for on one token only: add token=");
}

static void finish(struct find *f)
{
    for (size_t i = 0; i < f->n_tokens; i++)
        gt_object_list_clear(&f->lists[i]);
    free(f->lists);
    free(f->tokens);
    gt_uri_clear(&f->uri);
}

/* Fills f, which is to be finished in any case; 1 if anything was found. */
static int find(struct find *f, gt_p11 *p, const char *uri, CK_OBJECT_CLASS cls,
                const gt_prompt *prompt, int one, gt_error *err)
{
    memset(f, 0, sizeof(*f));
    f->p = p;
    if (!gt_uri_parse(uri, &f->uri, err))
        return 0;
    f->cls = cls != GT_ANY_CLASS ? cls : f->uri.cls;
    f->pins.uri = &f->uri;
    f->pins.prompt = prompt;
    if (f->uri.cls != GT_ANY_CLASS && f->uri.cls != f->cls)
        return gt_fail(err, GT_NO_OBJECT, CKR_OK,
                       "the URI says type=%s, but type=%s is needed here",
                       gt_class_name(f->uri.cls), gt_class_name(f->cls));
    if (!gt_uri_matches_module(&f->uri, p, err))
        return 0;
    f->n_tokens = gt_tokens_match(p, &f->uri, &f->tokens, err);
    if (f->n_tokens == 0)
        return 0;
    f->lists = calloc(f->n_tokens, sizeof(*f->lists));
    if (f->lists == NULL) {
        f->n_tokens = 0;
        return gt_fail(err, GT_NO_MEMORY, CKR_HOST_MEMORY, "out of memory");
    }
    if (!search_tokens(f, one, err))
        return 0;
    return f->total > 0 ? 1 : nothing_found(f, err);
}

size_t gt_p11_find(gt_p11 *p, const char *uri, CK_OBJECT_CLASS cls, const gt_prompt *prompt,
                   gt_found_fn *found, void *arg, gt_error *err)
{
    struct find f;
    size_t n = 0;
    int go_on = find(&f, p, uri, cls, prompt, 0, err);

    for (size_t i = 0; i < f.n_tokens && go_on; i++)
        for (size_t j = 0; j < f.lists[i].n && go_on; j++) {
            n++;
            go_on = found(arg, f.lists[i].items[j]);
        }
    finish(&f);
    return n;
}

/* One of two that match: enough of it to tell it from the other. */
static void describe(const gt_object *o, char *out, size_t size)
{
    size_t n = (size_t)snprintf(out, size, "%s \"%.40s\" id ", gt_class_name(o->cls), o->label);

    if (o->id_len == 0)
        n += (size_t)snprintf(out + n, size - n, "none");
    for (size_t i = 0; i < o->id_len && i < 12 && n + 3 < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%02X", o->id[i]);
    if (o->id_len > 12 && n + 3 < size)
        n += (size_t)snprintf(out + n, size - n, "..");
    if (n < size)
        (void)snprintf(out + n, size - n, " on \"%s\"", o->t->label);
}

static int two_found(const gt_object *a, const gt_object *b, size_t total, gt_error *err)
{
    char first[130], second[130];
    const char *how = "delete one of them";

    describe(a, first, sizeof(first));
    describe(b, second, sizeof(second));
    if (a->t != b->t)
        how = strcmp(a->t->label, b->t->label) != 0 ? "add token= to the URI"
                                                    : "add serial= to the URI";
    else if (a->cls != b->cls)
        how = "add type= to the URI";
    else if (a->id_len != b->id_len || (a->id_len > 0 && memcmp(a->id, b->id, a->id_len) != 0))
        how = "add id= to the URI";
    else if (strcmp(a->label, b->label) != 0)
        how = "add object= to the URI";
    return gt_fail(err, GT_AMBIGUOUS, CKR_OK, "%zu objects match where one is needed: %s; %s: %s",
                   total, first, second, how);
}

gt_object *gt_p11_find_one(gt_p11 *p, const char *uri, CK_OBJECT_CLASS cls, const gt_prompt *prompt,
                           gt_error *err)
{
    gt_object *first = NULL, *second = NULL;
    struct find f;

    if (find(&f, p, uri, cls, prompt, 1, err)) {
        for (size_t i = 0; i < f.n_tokens; i++)
            for (size_t j = 0; j < f.lists[i].n; j++) {
                if (first == NULL)
                    first = f.lists[i].items[j];
                else if (second == NULL)
                    second = f.lists[i].items[j];
            }
        if (second != NULL) {
            two_found(first, second, f.total, err);
            first = NULL;
        }
    }
    if (first != NULL)
        gt_object_ref(first);
    finish(&f);
    return first;
}
