/* SPDX-License-Identifier: Apache-2.0 */
/* see template.h */
#include "token/template.h"
#include "token/der.h"

#include <string.h>

static CK_BBOOL bool_of(const CK_ATTRIBUTE *a)
{
    return *(const CK_BBOOL *)a->pValue;
}

static CK_ULONG ulong_of(const CK_ATTRIBUTE *a)
{
    CK_ULONG x;

    memcpy(&x, a->pValue, sizeof x); /* a caller's template may be packed */
    return x;
}

static int same_value(const CK_ATTRIBUTE *a, const CK_ATTRIBUTE *b)
{
    return a->ulValueLen == b->ulValueLen &&
           (a->ulValueLen == 0 || memcmp(a->pValue, b->pValue, a->ulValueLen) == 0);
}

CK_RV tok_template_check(const CK_ATTRIBUTE *templ, CK_ULONG n)
{
    CK_ULONG i;

    if ((templ == NULL && n != 0) || n > TOK_TEMPLATE_MAX)
        return CKR_ARGUMENTS_BAD;
    for (i = 0; i < n; i++) {
        if (templ[i].ulValueLen > TOK_VALUE_MAX ||
            (templ[i].pValue == NULL && templ[i].ulValueLen != 0))
            return CKR_ATTRIBUTE_VALUE_INVALID;
    }
    return CKR_OK;
}

/* ---- forms ---------------------------------------------------------------------------------- */

static int form_bool(const CK_ATTRIBUTE *a)
{
    return a->ulValueLen == sizeof(CK_BBOOL) && bool_of(a) <= CK_TRUE;
}

static int form_ulong(const CK_ATTRIBUTE *a)
{
    return a->ulValueLen == sizeof(CK_ULONG);
}

static int form_bytes(const CK_ATTRIBUTE *a)
{
    (void)a;
    return 1;
}

static int form_date(const CK_ATTRIBUTE *a)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const CK_BYTE *d = a->pValue;
    int i, year, month, day, leap;

    if (a->ulValueLen == 0)
        return 1;
    if (a->ulValueLen != sizeof(CK_DATE))
        return 0;
    for (i = 0; i < 8; i++) {
        if (d[i] < '0' || d[i] > '9')
            return 0;
    }
    year = (d[0] - '0') * 1000 + (d[1] - '0') * 100 + (d[2] - '0') * 10 + d[3] - '0';
    month = (d[4] - '0') * 10 + d[5] - '0';
    day = (d[6] - '0') * 10 + d[7] - '0';
    leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (month != 2 || day < 29 || leap);
}

static int form_oid(const CK_ATTRIBUTE *a)
{
    return tok_der_is_oid(a->pValue, a->ulValueLen);
}

static int form_mechanisms(const CK_ATTRIBUTE *a)
{
    return a->ulValueLen % sizeof(CK_MECHANISM_TYPE) == 0;
}

static int (*const form_ok[])(const CK_ATTRIBUTE *a) = {
    [TOK_FORM_BOOL] = form_bool,   [TOK_FORM_ULONG] = form_ulong,
    [TOK_FORM_BYTES] = form_bytes, [TOK_FORM_DATE] = form_date,
    [TOK_FORM_OID] = form_oid,     [TOK_FORM_MECHANISMS] = form_mechanisms,
};

/* ---- a new object --------------------------------------------------------------------------- */

/* One attribute's value, if the template has it once or always the same. */
static CK_RV find_ulong(const CK_ATTRIBUTE *templ, CK_ULONG n, CK_ATTRIBUTE_TYPE type,
                        CK_ULONG *value)
{
    CK_ULONG i;

    for (i = 0; i < n; i++) {
        if (templ[i].type != type)
            continue;
        if (!form_ulong(&templ[i]))
            return CKR_ATTRIBUTE_VALUE_INVALID;
        if (*value != TOK_NO_TYPE && *value != ulong_of(&templ[i]))
            return CKR_TEMPLATE_INCONSISTENT;
        *value = ulong_of(&templ[i]);
    }
    return CKR_OK;
}

static CK_RV find_kind(CK_OBJECT_CLASS class, CK_ULONG type, const CK_ATTRIBUTE *templ, CK_ULONG n,
                       const tok_kind **kind)
{
    CK_ATTRIBUTE_TYPE type_attr;
    CK_RV rv = find_ulong(templ, n, CKA_CLASS, &class);

    if (rv != CKR_OK)
        return rv;
    if (class == TOK_NO_TYPE)
        return CKR_TEMPLATE_INCOMPLETE;
    if (!tok_kind_class(class, &type_attr))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if (type_attr != TOK_NO_TYPE) {
        rv = find_ulong(templ, n, type_attr, &type);
        if (rv != CKR_OK)
            return rv;
        if (type == TOK_NO_TYPE)
            return CKR_TEMPLATE_INCOMPLETE;
    }
    *kind = tok_kind_find(class, type);
    return *kind != NULL ? CKR_OK : CKR_ATTRIBUTE_VALUE_INVALID;
}

/* An empty CKA_CHECK_VALUE asks for none (2.40, section 4.4.1 and 4.10), which is what objects here
 * have. */
static int no_check_value(const CK_ATTRIBUTE *a)
{
    return a->type == CKA_CHECK_VALUE && a->ulValueLen == 0;
}

/* May this attribute stand in a template for a new object? */
static CK_RV judge_new(tok_how how, const tok_kind *kind, int so, const CK_ATTRIBUTE *a,
                       const tok_attrs *so_far)
{
    static const unsigned forbidden[] = {
        [TOK_CREATE] = TOK_R_NO_CREATE,
        [TOK_GENERATE] = TOK_R_NO_GENERATE,
        [TOK_UNWRAP] = TOK_R_NO_UNWRAP,
    };
    const CK_ATTRIBUTE *twin;
    const tok_rule *rule;
    int known;

    rule = tok_rule_find(a->type, kind->bit, &known);
    if (rule == NULL)
        return known ? CKR_TEMPLATE_INCONSISTENT : CKR_ATTRIBUTE_TYPE_INVALID;
    if ((rule->flags & TOK_R_COMPUTED) == TOK_R_COMPUTED)
        return CKR_ATTRIBUTE_READ_ONLY;
    if ((rule->flags & forbidden[how]) != 0)
        return CKR_TEMPLATE_INCONSISTENT;
    if (!form_ok[rule->form](a))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if ((rule->flags & TOK_R_SO) != 0 && bool_of(a) && !so)
        return CKR_ATTRIBUTE_READ_ONLY;
    twin = tok_attrs_get(so_far, a->type);
    return twin == NULL || same_value(twin, a) ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

static CK_RV set_default(tok_attrs *a, const tok_rule *rule)
{
    switch (rule->initial) {
    case TOK_DEF_FALSE:
        return tok_attrs_set_bool(a, rule->type, CK_FALSE);
    case TOK_DEF_TRUE:
        return tok_attrs_set_bool(a, rule->type, CK_TRUE);
    case TOK_DEF_ZERO:
        return tok_attrs_set_ulong(a, rule->type, 0);
    case TOK_DEF_EMPTY:
        return tok_attrs_set(a, rule->type, NULL, 0);
    case TOK_DEF_NONE:
        break;
    }
    return CKR_OK;
}

CK_RV tok_template_build(tok_how how, CK_OBJECT_CLASS class, CK_ULONG type, int so,
                         const CK_ATTRIBUTE *templ, CK_ULONG n, tok_attrs **out)
{
    const tok_kind *kind = NULL;
    const tok_rule *rule;
    tok_attrs *a;
    CK_ULONG i;
    CK_RV rv = tok_template_check(templ, n);

    if (rv == CKR_OK)
        rv = find_kind(class, type, templ, n, &kind);
    if (rv != CKR_OK)
        return rv;
    a = (kind->bit & (TOK_KINDS_PRIV | TOK_KINDS_SECRET)) != 0 ? tok_attrs_new_secret()
                                                               : tok_attrs_new();
    if (a == NULL)
        return CKR_HOST_MEMORY;
    for (i = 0; i < n && rv == CKR_OK; i++) {
        if (no_check_value(&templ[i]))
            continue;
        rv = judge_new(how, kind, so, &templ[i], a);
        if (rv == CKR_OK)
            rv = tok_attrs_set(a, templ[i].type, templ[i].pValue, templ[i].ulValueLen);
    }
    if (rv == CKR_OK)
        rv = tok_attrs_set_ulong(a, CKA_CLASS, kind->class);
    if (rv == CKR_OK && kind->type_attr != TOK_NO_TYPE)
        rv = tok_attrs_set_ulong(a, kind->type_attr, kind->type);
    for (i = 0; rv == CKR_OK && (rule = tok_rule_at(i)) != NULL; i++) {
        if ((rule->kinds & kind->bit) == 0 || tok_attrs_get(a, rule->type) != NULL)
            continue;
        if ((rule->flags & TOK_R_REQUIRED) != 0 && how == TOK_CREATE)
            rv = CKR_TEMPLATE_INCOMPLETE;
        else
            rv = set_default(a, rule);
    }
    if (rv == CKR_OK)
        *out = a;
    else
        tok_attrs_free(a);
    return rv;
}

static CK_RV dates_ok(const tok_attrs *start_of, const tok_attrs *end_of)
{
    const CK_ATTRIBUTE *start = tok_attrs_get(start_of, CKA_START_DATE);
    const CK_ATTRIBUTE *end = tok_attrs_get(end_of, CKA_END_DATE);

    if (start == NULL || end == NULL || start->ulValueLen == 0 || end->ulValueLen == 0)
        return CKR_OK;
    return memcmp(start->pValue, end->pValue, sizeof(CK_DATE)) <= 0 ? CKR_OK
                                                                    : CKR_TEMPLATE_INCONSISTENT;
}

CK_RV tok_template_finish(tok_how how, tok_attrs *a)
{
    const tok_kind *kind = tok_kind_of(a);
    CK_RV rv = dates_ok(a, a);

    if (kind == NULL)
        return CKR_GENERAL_ERROR;
    return rv == CKR_OK ? kind->complete(a, how) : rv;
}

/* ---- changes -------------------------------------------------------------------------------- */

static CK_RV judge_change(tok_how how, const tok_kind *kind, int so, const CK_ATTRIBUTE *a,
                          const tok_attrs *now, const tok_attrs *so_far)
{
    unsigned allowed = how == TOK_COPY ? TOK_R_SET | TOK_R_COPY : TOK_R_SET;
    const CK_ATTRIBUTE *twin;
    const tok_rule *rule;
    CK_BBOOL was;
    int known;

    rule = tok_rule_find(a->type, kind->bit, &known);
    if (rule == NULL)
        return known ? CKR_TEMPLATE_INCONSISTENT : CKR_ATTRIBUTE_TYPE_INVALID;
    if ((rule->flags & allowed) == 0)
        return CKR_ATTRIBUTE_READ_ONLY;
    if (!form_ok[rule->form](a))
        return CKR_ATTRIBUTE_VALUE_INVALID;
    if (rule->form == TOK_FORM_BOOL) {
        was = tok_attrs_bool(now, a->type, CK_FALSE);
        if (((rule->flags & TOK_R_RISE) != 0 && was && !bool_of(a)) ||
            ((rule->flags & TOK_R_FALL) != 0 && !was && bool_of(a)) ||
            ((rule->flags & TOK_R_SO) != 0 && was != bool_of(a) && !so))
            return CKR_ATTRIBUTE_READ_ONLY;
        /* The SO has vouched for what a trusted key does: a wrapping key that anybody could tell to
         * decrypt would give out what it wraps. That is why nobody else takes the trust away, from
         * the key or from a copy: it has the same value. */
        if ((rule->flags & TOK_R_USE) != 0 && !was && bool_of(a) && !so &&
            tok_attrs_bool(now, CKA_TRUSTED, CK_FALSE))
            return CKR_ATTRIBUTE_READ_ONLY;
    }
    twin = tok_attrs_get(so_far, a->type);
    return twin == NULL || same_value(twin, a) ? CKR_OK : CKR_TEMPLATE_INCONSISTENT;
}

/* A bool that goes one way only, or is the SO's, and is what it was: not written, for somebody may
 * have changed it since `now` was read, and it would go back. */
static void drop_unchanged(const tok_kind *kind, const tok_attrs *now, tok_attrs *a)
{
    const tok_rule *rule;
    size_t i;
    int known;

    for (i = tok_attrs_count(a); i-- > 0;) {
        const CK_ATTRIBUTE *at = tok_attrs_at(a, i);

        rule = tok_rule_find(at->type, kind->bit, &known);
        if ((rule->flags & (TOK_R_RISE | TOK_R_FALL | TOK_R_SO)) != 0 &&
            rule->form == TOK_FORM_BOOL && tok_attrs_bool(now, at->type, CK_FALSE) == bool_of(at))
            tok_attrs_remove(a, at->type);
    }
}

CK_RV tok_template_changes(tok_how how, const tok_attrs *now, int so, const CK_ATTRIBUTE *templ,
                           CK_ULONG n, tok_attrs **changes)
{
    const tok_kind *kind = tok_kind_of(now);
    tok_attrs *a;
    CK_ULONG i;
    CK_RV rv = tok_template_check(templ, n);

    if (rv != CKR_OK)
        return rv;
    if (kind == NULL)
        return CKR_GENERAL_ERROR;
    a = tok_attrs_new();
    if (a == NULL)
        return CKR_HOST_MEMORY;
    for (i = 0; i < n && rv == CKR_OK; i++) {
        if (no_check_value(&templ[i]))
            continue;
        rv = judge_change(how, kind, so, &templ[i], now, a);
        if (rv == CKR_OK)
            rv = tok_attrs_set(a, templ[i].type, templ[i].pValue, templ[i].ulValueLen);
    }
    if (rv == CKR_OK)
        rv = dates_ok(tok_attrs_get(a, CKA_START_DATE) != NULL ? a : now,
                      tok_attrs_get(a, CKA_END_DATE) != NULL ? a : now);
    if (rv == CKR_OK) {
        drop_unchanged(kind, now, a);
        *changes = a;
    } else {
        tok_attrs_free(a);
    }
    return rv;
}
