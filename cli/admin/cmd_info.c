/* SPDX-License-Identifier: Apache-2.0 */
/* gosttoken info: everything a token says of itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/admin/mechanism_list.h"
#include "cli/admin/pin_policy.h"

/* What is gathered before anything is printed. */
typedef struct page {
    cli_facts f;
    CK_INFO module;
    int has_module, login;
    cli_objects objects; /* those that the session may see */
    gosttoken_journal_state journal;
    CK_RV journal_rv; /* CKR_FUNCTION_NOT_SUPPORTED: the module has none */
    cli_mechanisms mechanisms;
} page;

static const CK_OBJECT_CLASS classes[] = {CKO_PRIVATE_KEY, CKO_PUBLIC_KEY, CKO_CERTIFICATE,
                                          CKO_SECRET_KEY, CKO_DATA};

static size_t count(const page *p, CK_OBJECT_CLASS cls)
{
    size_t n = 0;

    for (size_t i = 0; i < p->objects.n; i++)
        n += p->objects.at[i].cls->cls == cls;
    return n;
}

/* ---- gathering ------------------------------------------------------------------------------ */

static int count_objects(cli *c, page *p)
{
    CK_SESSION_HANDLE session;
    int code = cli_session(c, &p->f.token, 0, &session);

    if (code != CLI_OK)
        return code;
    p->login = c->value[OPT_LOGIN] || c->value[OPT_PIN_FILE] || c->value[OPT_PIN_FD];
    if (p->login)
        code = cli_login(c, &p->f.token, session, NULL);
    if (code == CLI_OK)
        code = cli_objects_find(c, session, &p->f.token, NULL, 0, &p->objects);
    /* While the login lasts, so that the anchor is checked too. */
    if (code == CLI_OK)
        p->journal_rv = gt_p11_verify_journal(c->p11, p->f.token.slot, &p->journal);
    c->fn->C_CloseSession(session);
    return code;
}

static int gather(cli *c, page *p)
{
    cli_token token;
    CK_RV rv;
    int code = cli_choose(c, &token);

    p->journal_rv = CKR_FUNCTION_NOT_SUPPORTED;
    if (code == CLI_OK)
        code = cli_facts_read(c, token.slot, &p->f);
    if (code != CLI_OK)
        return code;
    p->f.token.label_shared = token.label_shared;
    p->has_module = c->fn->C_GetInfo(&p->module) == CKR_OK;
    if (p->f.token.initialized)
        code = count_objects(c, p);
    if (code == CLI_OK && p->f.token.initialized)
        code = cli_facts_read(c, token.slot, &p->f); /* a login has changed the tries */
    if (code == CLI_OK) {
        rv = cli_mechanisms_read(c, token.slot, &p->mechanisms);
        if (rv != CKR_OK && c->value[OPT_MECHANISMS])
            code = cli_fail_rv(c, rv, "%s", _("list the mechanisms"));
    }
    return code;
}

/* ---- text ----------------------------------------------------------------------------------- */

/* A blank-padded field, shown harmless. */
static char *field(const CK_UTF8CHAR *text, size_t len)
{
    char *utf8, *shown;

    while (len && (text[len - 1] == ' ' || text[len - 1] == 0))
        len--;
    utf8 = cli_utf8(text, len);
    shown = cli_printable(utf8);
    free(utf8);
    return shown;
}

static void print_field(const char *name, const CK_UTF8CHAR *text, size_t len)
{
    char *shown = field(text, len);

    cli_print_line(name, "%s", *shown ? shown : "-");
    free(shown);
}

static char *size_text(CK_ULONG bytes)
{
    static const char *const units[] = {N_("B"), N_("KiB"), N_("MiB"), N_("GiB"), N_("TiB")};
    double n = (double)bytes;
    size_t unit = 0;

    if (bytes == CK_UNAVAILABLE_INFORMATION)
        return cli_strdup(_("not known"));
    for (; n >= 1024 && unit + 1 < sizeof(units) / sizeof(*units); unit++)
        n /= 1024;
    return cli_printf(unit ? "%.1f %s" : "%.0f %s", n, gettext(units[unit]));
}

static void print_memory(const cli_facts *f)
{
    char *total = size_text(f->total), *left = size_text(f->free_room);

    if (f->total == CK_UNAVAILABLE_INFORMATION)
        cli_print_line(_("memory"), "%s", total);
    else
        cli_print_line(_("memory"), _("%s, of which %s are free"), total, left);
    free(total);
    free(left);
}

static void print_token(const page *p)
{
    const CK_TOKEN_INFO *info = &p->f.token.info;

    puts(_("Token:"));
    print_field(_("label"), info->label, sizeof(info->label));
    print_field(_("serial number"), info->serialNumber, sizeof(info->serialNumber));
    print_field(_("manufacturer"), info->manufacturerID, sizeof(info->manufacturerID));
    print_field(_("model"), info->model, sizeof(info->model));
    cli_print_line(_("hardware version"), "%d.%d", info->hardwareVersion.major,
                   info->hardwareVersion.minor);
    cli_print_line(_("firmware version"), "%d.%d", info->firmwareVersion.major,
                   info->firmwareVersion.minor);
    cli_print_line(_("slot"), "%lu", p->f.token.slot);
    cli_print_line(_("state"), "%s", cli_token_state_words(&p->f.token));
    print_memory(&p->f);
    if (p->f.has_details && p->f.details.path_len)
        cli_print_line(_("file"), "%s", p->f.details.path);
    else if (p->f.has_details)
        cli_print_line(_("file"), "%s", _("none yet: the first login makes it"));
    if (!p->has_module)
        return;
    print_field(_("module"), p->module.libraryDescription, sizeof(p->module.libraryDescription));
    cli_print_line(_("module version"), _("%d.%d, PKCS #11 %d.%02d"),
                   p->module.libraryVersion.major, p->module.libraryVersion.minor,
                   p->module.cryptokiVersion.major, p->module.cryptokiVersion.minor);
}

static void print_objects(const page *p)
{
    static const char *const words[] = {N_("private keys"), N_("public keys"), N_("certificates"),
                                        N_("secret keys"), N_("data")};

    puts(p->login ? _("Objects:") : _("Objects that are seen without a login:"));
    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
        cli_print_line(gettext(words[i]), "%zu", count(p, classes[i]));
    if (p->f.has_details)
        cli_print_line(_("all, private ones too"), "%lu", p->f.details.objects);
}

static void print_journal(const page *p)
{
    const gosttoken_journal_state *j = &p->journal;

    puts(_("Journal:"));
    if (!p->f.details.journal)
        cli_print_line(_("writing"), "%s", _("off (gosttoken.conf)"));
    if (p->journal_rv != CKR_OK)
        cli_print_line(_("state"), _("cannot be read (%s): see \"gosttoken journal verify\""),
                       gt_rv_name(p->journal_rv));
    else if (j->last < j->first)
        cli_print_line(_("records"), "%s", _("none yet"));
    else
        cli_print_line(_("records"), _("%lu to %lu"), j->first, j->last);
    if (p->journal_rv == CKR_OK && j->last >= j->first)
        cli_print_line(_("state"), "%s",
                       j->altered   ? _("ALTERED: see \"gosttoken journal verify\"")
                       : j->checked ? _("whole, checked against the token's key")
                                    : _("whole, as far as can be told without a login"));
}

/* All of them, or how many there are. */
static void print_mechanisms(const page *p, int in_full, int quiet)
{
    if (in_full) {
        cli_mechanisms_print(&p->mechanisms);
    } else if (p->mechanisms.at) {
        puts(_("Mechanisms:"));
        cli_print_line(_("how many"), quiet ? "%zu" : _("%zu (--mechanisms lists them)"),
                       p->mechanisms.n);
    }
}

static void print_page(const page *p, int in_full, int quiet)
{
    print_token(p);
    if (!p->f.token.initialized) {
        if (!quiet)
            printf(_("The slot is free: \"gosttoken init --label NAME --slot %lu\" makes a "
                     "token.\n"),
                   p->f.token.slot);
        print_mechanisms(p, in_full, quiet);
        return;
    }
    puts(_("User PIN:"));
    cli_print_pin(&p->f.user);
    cli_print_line(_("may be changed by"), "%s", cli_changers_text(p->f.changers));
    puts(_("SO PIN:"));
    cli_print_pin(&p->f.so);
    print_objects(p);
    if (p->journal_rv != CKR_FUNCTION_NOT_SUPPORTED)
        print_journal(p);
    print_mechanisms(p, in_full, quiet);
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static void add_version(cJSON *to, const char *key, CK_VERSION version)
{
    char *text = cli_printf("%d.%d", version.major, version.minor);

    cli_json_string(to, key, text);
    free(text);
}

static void add_field(cJSON *to, const char *key, const CK_UTF8CHAR *text, size_t len)
{
    while (len && (text[len - 1] == ' ' || text[len - 1] == 0))
        len--;
    char *utf8 = cli_utf8(text, len);

    cli_json_string(to, key, utf8);
    free(utf8);
}

static cJSON *json_of_module(const CK_INFO *m)
{
    cJSON *json = cli_json_object();

    add_field(json, "manufacturer", m->manufacturerID, sizeof(m->manufacturerID));
    add_field(json, "description", m->libraryDescription, sizeof(m->libraryDescription));
    add_version(json, "version", m->libraryVersion);
    add_version(json, "pkcs11", m->cryptokiVersion);
    return json;
}

static cJSON *json_of_objects(const page *p)
{
    cJSON *json = cli_json_object();

    for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
        cli_json_ulong(json, cli_class_of(classes[i])->type, count(p, classes[i]));
    cli_json_ulong(json, "total",
                   p->f.has_details ? p->f.details.objects : CK_UNAVAILABLE_INFORMATION);
    return json;
}

static cJSON *json_of_journal(const page *p)
{
    const gosttoken_journal_state *j = &p->journal;
    cJSON *json = cli_json_object();
    int read = p->journal_rv == CKR_OK;

    cli_json_bool(json, "on", p->f.details.journal != 0);
    cli_json_ulong(json, "first", read ? j->first : CK_UNAVAILABLE_INFORMATION);
    cli_json_ulong(json, "last", read ? j->last : CK_UNAVAILABLE_INFORMATION);
    cli_json_ulong(json, "anchored", read ? j->anchored : CK_UNAVAILABLE_INFORMATION);
    cli_json_bool(json, "altered", !read || j->altered);
    cli_json_bool(json, "checked", read && j->checked);
    return json;
}

static int print_json(const page *p)
{
    const cli_facts *f = &p->f;
    cJSON *json = cli_json_of_token(&f->token), *memory = cli_json_object();

    add_version(json, "hardware_version", f->token.info.hardwareVersion);
    add_version(json, "firmware_version", f->token.info.firmwareVersion);
    cli_json_ulong(memory, "total", f->total);
    cli_json_ulong(memory, "free",
                   f->total == CK_UNAVAILABLE_INFORMATION ? f->total : f->free_room);
    cli_json_add(json, "memory", memory);
    cli_json_string(json, "file", f->has_details && f->details.path_len ? f->details.path : NULL);
    if (p->has_module)
        cli_json_add(json, "module", json_of_module(&p->module));
    if (f->token.initialized) {
        cli_json_add(json, "user_pin", cli_json_of_pin(&f->user));
        cli_json_add(json, "so_pin", cli_json_of_pin(&f->so));
        if (f->changers)
            cli_json_add(json, "user_pin_changed_by", cli_json_of_changers(f->changers));
        else
            cli_json_string(json, "user_pin_changed_by", NULL);
        cli_json_bool(json, "login", p->login);
        cli_json_add(json, "objects", json_of_objects(p));
    }
    if (f->token.initialized && p->journal_rv != CKR_FUNCTION_NOT_SUPPORTED)
        cli_json_add(json, "journal", json_of_journal(p));
    else
        cli_json_string(json, "journal", NULL);
    if (p->mechanisms.at)
        cli_json_add(json, "mechanisms", cli_json_of_mechanisms(&p->mechanisms));
    else
        cli_json_string(json, "mechanisms", NULL);
    return cli_json_print(json);
}

/* --------------------------------------------------------------------------------------------- */

static int run(cli *c)
{
    page *p = cli_alloc(sizeof(*p));
    int code = gather(c, p);

    if (code == CLI_OK && c->value[OPT_JSON])
        code = print_json(p);
    else if (code == CLI_OK)
        print_page(p, c->value[OPT_MECHANISMS] != NULL, c->value[OPT_QUIET] != NULL);
    cli_objects_free(&p->objects);
    cli_mechanisms_free(&p->mechanisms);
    free(p);
    return code;
}

static const cli_option options[] = {
    {OPT_SLOT, 0, "slot", "N", N_("the token in this slot, whatever its state")},
    {OPT_LOGIN, 0, "login", NULL, N_("ask for the PIN, to count private objects too")},
    {OPT_MECHANISMS, 0, "mechanisms", NULL,
     N_("list what it can do: mechanisms and their key sizes")},
    {0},
};

const cli_command cli_info = {
    .name = "info",
    .operands = "",
    .summary = N_("Shows what a token is, how its PINs stand, and what is on it"),
    .details =
        N_("Without a login, nothing on the token changes and no try is spent. Private objects\n"
           "are counted after a login, which takes place with --login, --pin-file or --pin-fd."),
    .options = options,
    .run = run,
};
