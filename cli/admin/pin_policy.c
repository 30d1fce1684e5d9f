/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/pin_policy.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/admin/pin_policy.h"

#define NAME_COLUMNS 24

void cli_print_line(const char *name, const char *format, ...)
{
    int columns = cli_columns(name);
    va_list ap;

    printf("  %s%*s", name, columns < NAME_COLUMNS ? NAME_COLUMNS - columns : 1, "");
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    putchar('\n');
}

/* ---- one PIN -------------------------------------------------------------------------------- */

static const struct {
    const char *state, *words;
} states[] = {
    {"not-set", N_("not set yet (\"gosttoken pin set\")")},
    {"locked", N_("locked")},
    {"final-try", N_("one try is left")},
    {"must-change", N_("must be changed before it is used (\"gosttoken pin change\")")},
    {"default", N_("the default one still: it should be changed (\"gosttoken pin change\")")},
    {"tries-low", N_("in use; a wrong PIN was tried last")},
    {"ok", N_("in use")},
};

static const char *state_words(const cli_pin_facts *p)
{
    const char *state = cli_pin_state(p);

    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
        if (!strcmp(states[i].state, state))
            return gettext(states[i].words);
    return state;
}

void cli_print_pin(const cli_pin_facts *p)
{
    char *when;

    cli_print_line(_("state"), "%s", state_words(p));
    if (p->tries && p->set)
        cli_print_line(_("tries left"), _("%lu of %lu"), p->left, p->tries);
    if (p->max)
        cli_print_line(_("length"), _("%lu to %lu bytes"), p->min, p->max);
    if (p->details && p->details->changed) {
        when = cli_time(p->details->changed);
        cli_print_line(_("set"), "%s", when);
        free(when);
    }
}

static const struct {
    CK_ULONG bit;
    const char *name, *words;
} classes[] = {{GOSTTOKEN_CLASS_DIGIT, "digit", N_("a digit")},
               {GOSTTOKEN_CLASS_LOWER, "lower", N_("a small letter")},
               {GOSTTOKEN_CLASS_UPPER, "upper", N_("a capital letter")},
               {GOSTTOKEN_CLASS_SPECIAL, "special", N_("a special character")}};
#define CLASSES (sizeof(classes) / sizeof(*classes))

static void print_classes(CK_ULONG wanted)
{
    char *all = cli_strdup("");

    for (size_t i = 0; i < CLASSES; i++) {
        char *longer;

        if (!(wanted & classes[i].bit))
            continue;
        longer = cli_printf("%s%s%s", all, *all ? ", " : "", gettext(classes[i].words));
        free(all);
        all = longer;
    }
    cli_print_line(_("must have"), "%s", *all ? all : _("nothing in particular"));
    free(all);
}

void cli_print_rules(const cli_pin_facts *p)
{
    const gosttoken_pin_details *d = p->details;

    if (!d)
        return;
    print_classes(d->classes);
    cli_print_line(_("one character repeated"), "%s", d->varied ? _("refused") : _("allowed"));
    if (d->history)
        cli_print_line(_("not taken again"), ngettext("the last %lu", "the last %lu", d->history),
                       d->history);
    else
        cli_print_line(_("not taken again"), "%s", _("none: old PINs may come back"));
    if (d->expiry_days)
        cli_print_line(_("must be changed after"), ngettext("%lu day", "%lu days", d->expiry_days),
                       d->expiry_days);
    else
        cli_print_line(_("must be changed after"), "%s", _("never"));
    cli_print_line(_("must be changed first"), "%s",
                   d->change_first == (GOSTTOKEN_FIRST_FACTORY | GOSTTOKEN_FIRST_INITIAL)
                       ? _("when it is a default one, or was set by the SO")
                   : d->change_first & GOSTTOKEN_FIRST_FACTORY ? _("when it is a default one")
                   : d->change_first & GOSTTOKEN_FIRST_INITIAL ? _("when it was set by the SO")
                                                               : _("never"));
}

const char *cli_changers_text(unsigned long changers)
{
    return changers == (GOSTTOKEN_CHANGER_SO | GOSTTOKEN_CHANGER_USER) ? _("the user and the SO")
           : changers & GOSTTOKEN_CHANGER_SO                           ? _("only the SO")
           : changers & GOSTTOKEN_CHANGER_USER                         ? _("only the user")
                                                                       : _("not known");
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static cJSON *json_of_rules(const gosttoken_pin_details *d)
{
    cJSON *json = cli_json_object(), *array = cli_json_array();

    for (size_t i = 0; i < CLASSES; i++)
        if (d->classes & classes[i].bit)
            cli_json_string_item(array, classes[i].name);
    cli_json_add(json, "classes", array);
    cli_json_bool(json, "repeated", !d->varied);
    cli_json_ulong(json, "history", d->history);
    cli_json_ulong(json, "expiry_days", d->expiry_days);
    array = cli_json_array();
    if (d->change_first & GOSTTOKEN_FIRST_FACTORY)
        cli_json_string_item(array, "factory");
    if (d->change_first & GOSTTOKEN_FIRST_INITIAL)
        cli_json_string_item(array, "initial");
    cli_json_add(json, "change_first", array);
    return json;
}

cJSON *cli_json_of_pin(const cli_pin_facts *p)
{
    cJSON *json = cli_json_object();
    char *when = p->details && p->details->changed ? cli_time(p->details->changed) : NULL;

    cli_json_string(json, "state", cli_pin_state(p));
    cli_json_bool(json, "set", p->set);
    cli_json_bool(json, "locked", p->locked);
    cli_json_maybe(json, "default", p->is_default);
    cli_json_maybe(json, "must_change", p->due);
    cli_json_ulong(json, "tries", p->tries ? p->tries : CK_UNAVAILABLE_INFORMATION);
    cli_json_ulong(json, "tries_left", p->tries ? p->left : CK_UNAVAILABLE_INFORMATION);
    cli_json_ulong(json, "min_length", p->min);
    cli_json_ulong(json, "max_length", p->max ? p->max : CK_UNAVAILABLE_INFORMATION);
    cli_json_string(json, "changed", when);
    if (p->details)
        cli_json_add(json, "rules", json_of_rules(p->details));
    else
        cli_json_string(json, "rules", NULL);
    free(when);
    return json;
}

cJSON *cli_json_of_changers(unsigned long changers)
{
    cJSON *array = cli_json_array();

    if (changers & GOSTTOKEN_CHANGER_SO)
        cli_json_string_item(array, "so");
    if (changers & GOSTTOKEN_CHANGER_USER)
        cli_json_string_item(array, "user");
    return array;
}

/* ---- pin policy ----------------------------------------------------------------------------- */

/* What of it can still be changed, and how. */
static void print_changes(const cli_facts *f)
{
    puts(_("What can be changed:"));
    if (f->user.set)
        puts(f->changers && !(f->changers & GOSTTOKEN_CHANGER_USER)
                 ? _("  by the user: nothing; the SO sets the user PIN (\"gosttoken pin set\")")
                 : _("  by the user: the user PIN (\"gosttoken pin change\")"));
    puts(f->user.set && f->changers && !(f->changers & GOSTTOKEN_CHANGER_SO)
             ? _("  by the SO: the SO PIN (\"gosttoken pin change --so\"), the tries of the user "
                 "PIN (\"gosttoken pin unlock\")")
             : _("  by the SO: the SO PIN (\"gosttoken pin change --so\"), the user PIN "
                 "(\"gosttoken pin set\"), its tries (\"gosttoken pin unlock\")"));
    if (f->has_extended)
        puts(_("  only when the token is made anew, which erases it (\"gosttoken format\"): "
               "shortest lengths, numbers of tries, who may change the user PIN"));
    if (f->has_details)
        puts(_("  the other rules a new token takes from gosttoken.conf, see gosttoken.conf(5)"));
}

static int print_policy(cli *c, const cli_facts *f)
{
    char *label = cli_printable(f->token.label);

    if (!c->value[OPT_QUIET])
        printf(_("Token \"%s\"\n"), label);
    free(label);
    puts(_("User PIN:"));
    cli_print_pin(&f->user);
    cli_print_rules(&f->user);
    cli_print_line(_("may be changed by"), "%s", cli_changers_text(f->changers));
    puts(_("SO PIN:"));
    cli_print_pin(&f->so);
    cli_print_rules(&f->so);
    if (!c->value[OPT_QUIET])
        print_changes(f);
    return CLI_OK;
}

int cli_pin_policy(cli *c)
{
    cli_token token;
    cli_facts f;
    cJSON *json;
    int code = cli_token_choose(c, NULL, &token);

    if (code == CLI_OK)
        code = cli_facts_read(c, token.slot, &f);
    if (code != CLI_OK)
        return code;
    if (!c->value[OPT_JSON])
        return print_policy(c, &f);
    json = cli_json_object();
    cli_json_string(json, "token", f.token.label);
    cli_json_add(json, "user_pin", cli_json_of_pin(&f.user));
    cli_json_add(json, "so_pin", cli_json_of_pin(&f.so));
    if (f.changers)
        cli_json_add(json, "user_pin_changed_by", cli_json_of_changers(f.changers));
    else
        cli_json_string(json, "user_pin_changed_by", NULL);
    return cli_json_print(json);
}
