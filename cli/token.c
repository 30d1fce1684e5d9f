/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/token.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/token.h"

#define UNTOUCHED_SERIAL "0000000000000000"

int cli_functions(cli *c)
{
    gt_p11_config config = {.module = c->value[OPT_MODULE]};
    gt_error err = {0};

    if (c->fn)
        return CLI_OK;
    if (!c->p11)
        c->p11 = gt_p11_new(&config);
    if (!c->p11)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    c->fn = gt_p11_functions(c->p11, &err);
    if (c->fn)
        return CLI_OK;
    /* C_Initialize has no better results for a store that cannot be used: without the module's
     * own words (GT_STORE) it is said where to look. */
    if (!c->value[OPT_MODULE] && err.reason != GT_STORE &&
        (err.rv == CKR_GENERAL_ERROR || err.rv == CKR_FUNCTION_FAILED) &&
        !strstr(err.text, "loaded"))
        return cli_fail(CLI_FAILURE,
                        _("%s; look at the directory that $GOSTTOKEN_DIR names: it must be a "
                          "directory of yours that nobody else can write to"),
                        err.text);
    return cli_fail_err(&err);
}

/* Fields of CK_TOKEN_INFO are padded with blanks, by some modules with zeros. */
static void trim(const CK_UTF8CHAR *field, size_t len, char *out)
{
    while (len && (field[len - 1] == ' ' || field[len - 1] == 0))
        len--;
    memcpy(out, field, len);
    out[len] = 0;
}

static CK_RV read_token(cli *c, CK_SLOT_ID slot, cli_token *t)
{
    const CK_FLAGS factory = CKF_SO_PIN_TO_BE_CHANGED | CKF_USER_PIN_TO_BE_CHANGED;
    CK_RV rv;

    memset(t, 0, sizeof(*t));
    t->slot = slot;
    rv = c->fn->C_GetTokenInfo(slot, &t->info);
    if (rv != CKR_OK)
        return rv;
    trim(t->info.label, sizeof(t->info.label), t->label);
    trim(t->info.serialNumber, sizeof(t->info.serialNumber), t->serial);
    t->initialized = (t->info.flags & CKF_TOKEN_INITIALIZED) != 0;
    t->factory = t->initialized && (t->info.flags & factory) == factory;
    /* Our module shows a token that exists on no disk yet with this serial number. */
    t->untouched = t->factory && !strcmp(t->serial, UNTOUCHED_SERIAL);
    if (!t->initialized)
        gt_p11_slot_trouble(c->p11, slot, t->trouble, sizeof(t->trouble));
    return CKR_OK;
}

int cli_token_read(cli *c, CK_SLOT_ID slot, cli_token *token)
{
    CK_RV rv = read_token(c, slot, token);

    return rv == CKR_OK ? CLI_OK : cli_fail_rv(c, rv, _("read the token in slot %lu"), slot);
}

static int by_slot(const void *a, const void *b)
{
    CK_SLOT_ID x = ((const cli_token *)a)->slot, y = ((const cli_token *)b)->slot;

    return (x > y) - (x < y);
}

static CK_RV slot_list(cli *c, CK_SLOT_ID **slots, CK_ULONG *n)
{
    CK_RV rv = c->fn->C_GetSlotList(CK_TRUE, NULL, n);

    *slots = NULL;
    while (rv == CKR_OK) {
        free(*slots);
        *slots = cli_alloc((*n + 1) * sizeof(**slots));
        rv = c->fn->C_GetSlotList(CK_TRUE, *slots, n);
        if (rv != CKR_BUFFER_TOO_SMALL)
            return rv;
        rv = c->fn->C_GetSlotList(CK_TRUE, NULL, n); /* a token came in between */
    }
    return rv;
}

/* What the module says nothing of is in its slot all the same. */
static void note_unreadable(const cli *c, CK_SLOT_ID slot, CK_RV rv, cli_token *t)
{
    const char *own = gt_p11_store_text(c->p11, rv);
    char *text = own ? cli_strdup(own) : cli_printf(_("the token answered %s"), gt_rv_name(rv));

    memset(t, 0, sizeof(*t));
    t->slot = slot;
    (void)snprintf(t->trouble, sizeof(t->trouble), "%s", text);
    free(text);
}

int cli_tokens(cli *c, cli_token **list, size_t *n)
{
    CK_SLOT_ID *slots;
    CK_ULONG count = 0;
    CK_RV rv;
    int code = cli_functions(c);

    *list = NULL;
    *n = 0;
    if (code != CLI_OK)
        return code;
    rv = slot_list(c, &slots, &count);
    if (rv != CKR_OK) {
        free(slots);
        return cli_fail_rv(c, rv, _("list the tokens"));
    }
    *list = cli_alloc((count + 1) * sizeof(**list));
    for (CK_ULONG i = 0; i < count; i++) {
        rv = read_token(c, slots[i], *list + *n);
        if (rv == CKR_TOKEN_NOT_PRESENT)
            continue;
        if (rv != CKR_OK)
            note_unreadable(c, slots[i], rv, *list + *n);
        ++*n;
    }
    free(slots);
    qsort(*list, *n, sizeof(**list), by_slot);
    for (size_t i = 0; i < *n; i++)
        for (size_t j = 0; j < *n; j++)
            if (i != j && !strcmp((*list)[i].label, (*list)[j].label))
                (*list)[i].label_shared = 1;
    return CLI_OK;
}

int cli_uri_parse(const char *text, P11KitUri **uri)
{
    char *safe;
    int r, code;

    *uri = p11_kit_uri_new();
    if (!*uri)
        return cli_fail(CLI_FAILURE, _("out of memory"));
    r = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, *uri);
    if (r == P11_KIT_URI_OK && !p11_kit_uri_any_unrecognized(*uri))
        return CLI_OK;
    p11_kit_uri_free(*uri);
    *uri = NULL;
    safe = gt_uri_without_pin(text);
    code = cli_fail(
        CLI_USAGE, "%s: %s", safe ? safe : "URI",
        r == P11_KIT_URI_OK
            ? _("this pkcs11: URI has an attribute that is not known (RFC 7512 lists them)")
            : _("this is not a well-formed pkcs11: URI (RFC 7512)"));
    free(safe);
    return code;
}

/* Does the URI say which token it means? */
static int names_token(P11KitUri *uri)
{
    CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(uri);

    return info->label[0] || info->serialNumber[0] || info->model[0] || info->manufacturerID[0] ||
           p11_kit_uri_get_slot_id(uri) != (CK_SLOT_ID)-1;
}

static int uri_fits(P11KitUri *uri, const cli_token *t)
{
    CK_SLOT_ID slot = p11_kit_uri_get_slot_id(uri);

    return p11_kit_uri_match_token_info(uri, (CK_TOKEN_INFO_PTR)&t->info) &&
           (slot == (CK_SLOT_ID)-1 || slot == t->slot);
}

/* The labels of the tokens for a message: "work", "home". */
static char *label_list(const cli_token *list, size_t n)
{
    char *all = cli_strdup("");

    for (size_t i = 0; i < n; i++) {
        char *label, *longer;

        if (!list[i].initialized || list[i].factory)
            continue;
        label = cli_printable(list[i].label);
        longer = cli_printf("%s%s\"%s\"", all, *all ? ", " : "", label);
        free(label);
        free(all);
        all = longer;
    }
    return all;
}

void cli_tokens_warn(const cli_token *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (*list[i].trouble)
            cli_warn(_("the token in slot %lu cannot be used: %s"), list[i].slot, list[i].trouble);
}

size_t cli_tokens_unreadable(const cli_token *list, size_t n)
{
    size_t unreadable = 0;

    for (size_t i = 0; i < n; i++)
        unreadable += *list[i].trouble != '\0';
    return unreadable;
}

static int not_one_token(const cli *c, size_t matches, int named, const char *want,
                         const cli_token *list, size_t n)
{
    char *labels = label_list(list, n), *shown = cli_printable(want ? want : "");
    char place[300];
    int code;

    gt_p11_place(c->p11, place, sizeof(place));
    if (!matches)
        cli_tokens_warn(list, n);
    if (matches > 1 && named)
        code = cli_fail(CLI_NOT_FOUND,
                        _("%zu tokens match%s%s: name one by its serial number, --token "
                          "'pkcs11:serial=…' (\"gosttoken list\" shows them)"),
                        matches, want ? " " : "", shown);
    else if (matches > 1)
        code = cli_fail(CLI_NOT_FOUND, _("there are several tokens (%s): name one by --token"),
                        labels);
    else if (!*labels && cli_tokens_unreadable(list, n))
        code = cli_fail(CLI_NOT_FOUND,
                        _("there is no token that can be read%s: \"gosttoken doctor tokens\" says "
                          "what to do"),
                        place);
    else if (!*labels)
        code = cli_fail(CLI_NOT_FOUND,
                        _("there is no token%s%s%s; \"gosttoken init --label NAME\" makes one"),
                        want ? " " : "", shown, place);
    else
        code = cli_fail(CLI_NOT_FOUND, _("no token matches%s%s: there is %s%s"), want ? " " : "",
                        shown, labels, place);
    free(labels);
    free(shown);
    return code;
}

/* What --token says: a label, or a URI. Freed with free_wanted. */
typedef struct wanted {
    const char *text; /* NULL: it is not given */
    P11KitUri *uri;   /* NULL: it is a label */
} wanted;

static int read_wanted(const cli *c, wanted *w)
{
    w->text = c->value[OPT_TOKEN];
    w->uri = NULL;
    return w->text && gt_is_uri(w->text) ? cli_uri_parse(w->text, &w->uri) : CLI_OK;
}

static void free_wanted(wanted *w)
{
    if (w->uri)
        p11_kit_uri_free(w->uri);
}

static int is_wanted(const wanted *w, const cli_token *t)
{
    return !w->text || (w->uri ? uri_fits(w->uri, t) : !strcmp(w->text, t->label));
}

int cli_tokens_named(cli *c, cli_token **list, size_t *n)
{
    size_t named = 0;
    wanted want;
    char *safe;
    int code = read_wanted(c, &want);

    *list = NULL;
    *n = 0;
    if (code == CLI_OK)
        code = cli_tokens(c, list, n);
    if (code != CLI_OK || !want.text)
        goto end;
    for (size_t i = 0; i < *n; i++)
        named += is_wanted(&want, &(*list)[i]) != 0;
    if (!named) {
        safe = gt_uri_without_pin(want.text);
        code = not_one_token(c, 0, 1, safe, *list, *n);
        free(safe);
    }
    named = 0;
    for (size_t i = 0; i < *n; i++)
        if (is_wanted(&want, &(*list)[i]))
            (*list)[named++] = (*list)[i];
    *n = named;
end:
    free_wanted(&want);
    return code;
}

int cli_token_choose(cli *c, P11KitUri *uri, cli_token *token)
{
    cli_token *list = NULL;
    size_t n = 0, matches = 0;
    wanted want;
    int code = read_wanted(c, &want), named = want.text || (uri && names_token(uri));

    if (code == CLI_OK)
        code = cli_tokens(c, &list, &n);
    if (code != CLI_OK)
        goto end;
    for (size_t i = 0; i < n; i++) {
        const cli_token *t = &list[i];

        if (!t->initialized || (t->factory && !named))
            continue;
        if (!is_wanted(&want, t) || (uri && !uri_fits(uri, t)))
            continue;
        if (!matches++)
            *token = *t;
    }
    if (matches != 1) {
        char *safe = want.text ? gt_uri_without_pin(want.text) : NULL;

        code = not_one_token(c, matches, named, safe, list, n);
        free(safe);
    }
end:
    free(list);
    free_wanted(&want);
    return code;
}

P11KitUri *cli_uri_new(const cli_token *token)
{
    P11KitUri *uri = p11_kit_uri_new();
    CK_TOKEN_INFO *info = uri ? p11_kit_uri_get_token_info(uri) : NULL;

    if (!info)
        return NULL;
    memcpy(info->label, token->info.label, sizeof(info->label));
    if (token->label_shared || !*token->label)
        memcpy(info->serialNumber, token->info.serialNumber, sizeof(info->serialNumber));
    return uri;
}

char *cli_uri_text(P11KitUri *uri)
{
    char *text = NULL, *copy;

    if (uri && p11_kit_uri_format(uri, P11_KIT_URI_FOR_OBJECT_ON_TOKEN, &text) != P11_KIT_URI_OK)
        text = NULL;
    p11_kit_uri_free(uri);
    copy = cli_strdup(text ? text : "");
    free(text);
    return copy;
}

char *cli_token_uri(const cli_token *token)
{
    return cli_uri_text(cli_uri_new(token));
}

const char *cli_token_state(const cli_token *token)
{
    static const struct {
        CK_FLAGS mask, value;
        const char *word;
    } states[] = {
        {CKF_TOKEN_INITIALIZED, 0, N_("not-initialized")},
        {CKF_SO_PIN_TO_BE_CHANGED | CKF_USER_PIN_TO_BE_CHANGED,
         CKF_SO_PIN_TO_BE_CHANGED | CKF_USER_PIN_TO_BE_CHANGED, N_("factory")},
        {CKF_USER_PIN_INITIALIZED, 0, N_("no-user-pin")},
        {CKF_USER_PIN_LOCKED, CKF_USER_PIN_LOCKED, N_("user-pin-locked")},
        {CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_FINAL_TRY, N_("user-pin-final-try")},
        {CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_COUNT_LOW, N_("user-pin-tries-low")},
    };

    if (*token->trouble)
        return N_("unreadable");
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
        if ((token->info.flags & states[i].mask) == states[i].value)
            return states[i].word;
    return N_("ready");
}

const char *cli_token_state_words(const cli_token *token)
{
    return gettext(cli_token_state(token));
}

int cli_session(cli *c, const cli_token *token, int writable, CK_SESSION_HANDLE *session)
{
    CK_FLAGS flags = CKF_SERIAL_SESSION | (writable ? CKF_RW_SESSION : 0);
    CK_RV rv = c->fn->C_OpenSession(token->slot, flags, NULL, NULL, session);

    return rv == CKR_OK ? CLI_OK : cli_fail_rv(c, rv, _("open the token \"%s\""), token->label);
}
