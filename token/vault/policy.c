/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policy of PINs: what it is made of, where it is kept, and the one place that judges a PIN.
 *
 * A policy keeps people who go through this module from choosing badly, and those who try PINs
 * through it from trying on. It is no defence against somebody with the file: who can read it can
 * guess at Argon2id's price without any counter, and who can write it can put an older copy back.
 * So its rows have checksums against damage, and no MAC: a MAC would change nothing of that.
 */
#include "token/vault/local.h"

#include <string.h>
#include <time.h>

#define DAY ((uint64_t)24 * 60 * 60)

uint64_t vault_time(void)
{
    time_t now = time(NULL);

    return now < 0 ? 0 : (uint64_t)now;
}

/* ---- settings ------------------------------------------------------------------------------- */

void vault_settings_default(vault_settings *s)
{
    static const vault_rules unsaid = {-1, -1, -1, -1, -1, -1, -1, -1};

    s->so = s->user = unsaid;
    s->changers = s->kdf_ms = -1;
    s->journal = 1;
    s->records = VAULT_RECORDS;
}

void vault_configure(vault *v, const vault_settings *s)
{
    v->settings = *s;
}

/* ---- rows ----------------------------------------------------------------------------------- */

void vault_policy_default(CK_USER_TYPE user, vault_policy *p)
{
    memset(p, 0, sizeof(*p));
    p->max = VAULT_PIN_MAX;
    if (user == CKU_USER)
        p->changers = VAULT_CHANGER_SO | VAULT_CHANGER_USER;
}

static void policy_sum(const vault_token *t, CK_USER_TYPE user, const vault_policy *p,
                       uint8_t sum[SUM])
{
    gost_streebog h;

    vault_sum_begin(&h, "policy", t->epoch);
    vault_sum_u64(&h, user);
    vault_sum_u64(&h, p->max);
    vault_sum_u64(&h, p->classes);
    vault_sum_u64(&h, p->varied);
    vault_sum_u64(&h, p->history);
    vault_sum_u64(&h, p->expiry_days);
    vault_sum_u64(&h, p->force);
    vault_sum_u64(&h, p->changers);
    gost_streebog_final(&h, sum);
}

CK_RV vault_policy_read(vault_token *t, CK_USER_TYPE user, vault_policy *p)
{
    uint8_t sum[SUM], stored[SUM];
    sqlite3_stmt *s = NULL;
    int have = 0;
    CK_RV rv;

    if (t->version < 2) {
        vault_policy_default(user, p);
        return CKR_OK;
    }
    rv = vault_query(t, ST_POLICY_READ, &s, "i", (uint64_t)user);
    if (rv == CKR_OK)
        rv = vault_next(t, s, &have);
    if (rv != CKR_OK)
        return rv;
    if (have && vault_col_u64(s, 0, &p->max) && vault_col_u64(s, 1, &p->classes) &&
        vault_col_u64(s, 2, &p->varied) && vault_col_u64(s, 3, &p->history) &&
        vault_col_u64(s, 4, &p->expiry_days) && vault_col_u64(s, 5, &p->force) &&
        vault_col_u64(s, 6, &p->changers) && vault_col_bytes(s, 7, stored, SUM)) {
        policy_sum(t, user, p, sum);
        if (memcmp(sum, stored, SUM) == 0 && p->history <= VAULT_HISTORY_MAX) {
            (void)sqlite3_reset(s);
            return CKR_OK;
        }
    }
    return vault_fail(CKR_DEVICE_ERROR, "%s: the token's PIN policy is damaged: restore a backup",
                      t->path);
}

CK_RV vault_policy_write(vault_token *t, CK_USER_TYPE user, const vault_policy *p)
{
    uint8_t sum[SUM];

    policy_sum(t, user, p, sum);
    return vault_exec(t, ST_POLICY_WRITE, "iiiiiiiib", (uint64_t)user, p->max, p->classes,
                      p->varied, p->history, p->expiry_days, p->force, p->changers, sum,
                      (size_t)SUM);
}

CK_RV vault_policy_of(vault_token *t, CK_USER_TYPE user, vault_meta *m, vault_policy *p)
{
    CK_RV rv = vault_begin(t, VAULT_READ);

    if (rv != CKR_OK)
        return rv;
    rv = vault_meta_read(t, m);
    if (rv == CKR_OK)
        rv = vault_policy_read(t, user, p);
    return vault_end(t, rv);
}

/* ---- a new token's -------------------------------------------------------------------------- */

/* The number that init asks for, within the limit that is set: `strict` is 1 if more is stricter,
 * -1 if less is. */
static uint64_t limited(unsigned asked, int set, int strict, uint64_t otherwise)
{
    if (asked == 0)
        return set >= 0 ? (uint64_t)set : otherwise;
    if (set >= 0 && (strict > 0 ? (unsigned)set > asked : (unsigned)set < asked))
        return (uint64_t)set;
    return asked;
}

static uint64_t or_else(int set, uint64_t otherwise)
{
    return set >= 0 ? (uint64_t)set : otherwise;
}

static void rules_init(const vault_rules *set, CK_USER_TYPE user, const vault_policy *was,
                       vault_policy *p)
{
    if (was != NULL)
        *p = *was;
    else
        vault_policy_default(user, p);
    p->max = or_else(set->max, p->max);
    p->classes = or_else(set->classes, p->classes);
    p->varied = or_else(set->varied, p->varied);
    p->history = or_else(set->history, p->history);
    p->expiry_days = or_else(set->expiry_days, p->expiry_days);
    p->force = or_else(set->force, p->force);
}

CK_RV vault_policy_init(const vault_init *init, const vault_settings *set, const vault_meta *was,
                        const vault_policy *was_so, const vault_policy *was_user, vault_meta *m,
                        vault_policy *so, vault_policy *user)
{
    uint64_t both;

    rules_init(&set->so, CKU_SO, was_so, so);
    rules_init(&set->user, CKU_USER, was_user, user);
    user->changers = or_else(set->changers, user->changers);
    if (init->changers != 0) {
        both = set->changers >= 0 ? init->changers & (unsigned)set->changers : init->changers;
        user->changers = both != 0 ? both : (uint64_t)set->changers;
    }
    m->so_pin_min =
        limited(init->so_pin_min, set->so.min, 1, was != NULL ? was->so_pin_min : VAULT_PIN_MIN);
    m->user_pin_min = limited(init->user_pin_min, set->user.min, 1,
                              was != NULL ? was->user_pin_min : VAULT_PIN_MIN);
    m->so_tries =
        limited(init->so_tries, set->so.tries, -1, was != NULL ? was->so_tries : VAULT_TRIES);
    m->user_tries =
        limited(init->user_tries, set->user.tries, -1, was != NULL ? was->user_tries : VAULT_TRIES);
    if (m->so_pin_min > so->max || m->user_pin_min > user->max || so->max > VAULT_PIN_MAX ||
        user->max > VAULT_PIN_MAX || m->so_tries < 1 || m->user_tries < 1 ||
        m->so_tries > VAULT_TRIES_MAX || m->user_tries > VAULT_TRIES_MAX)
        return vault_fail(CKR_ARGUMENTS_BAD,
                          "a token needs PIN lengths up to %d, the shortest not above the longest, "
                          "and tries up to %d",
                          VAULT_PIN_MAX, VAULT_TRIES_MAX);
    return CKR_OK;
}

/* ---- a PIN ---------------------------------------------------------------------------------- */

/* The class of the character that begins at p, and its length: UTF-8, or a single byte where it is
 * not. */
static unsigned class_at(const uint8_t *p, size_t left, size_t *len)
{
    unsigned c;

    *len = 1;
    if (*p >= '0' && *p <= '9')
        return VAULT_CLASS_DIGIT;
    if (*p >= 'a' && *p <= 'z')
        return VAULT_CLASS_LOWER;
    if (*p >= 'A' && *p <= 'Z')
        return VAULT_CLASS_UPPER;
    if (*p < 0xC2 || *p > 0xF4)
        return VAULT_CLASS_SPECIAL;
    *len = *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    if (*len > left)
        *len = left;
    for (size_t i = 1; i < *len; i++) {
        if ((p[i] & 0xC0) != 0x80) {
            *len = 1;
            return VAULT_CLASS_SPECIAL;
        }
    }
    if (*len != 2)
        return VAULT_CLASS_SPECIAL;
    c = (unsigned)(p[0] & 0x1F) << 6 | (p[1] & 0x3Fu);
    if (c >= 0x0400 && c <= 0x042F) /* with the letters of Ukrainian, Serbian and so on */
        return VAULT_CLASS_UPPER;
    return c >= 0x0430 && c <= 0x045F ? VAULT_CLASS_LOWER : VAULT_CLASS_SPECIAL;
}

CK_RV vault_policy_judge(CK_USER_TYPE user, const vault_meta *m, const vault_policy *p,
                         const uint8_t *pin, size_t len)
{
    static const struct {
        unsigned bit;
        const char *name;
    } classes[] = {{VAULT_CLASS_DIGIT, "a digit"},
                   {VAULT_CLASS_LOWER, "a small letter"},
                   {VAULT_CLASS_UPPER, "a capital letter"},
                   {VAULT_CLASS_SPECIAL, "a special character"}};
    uint64_t min = user == CKU_SO ? m->so_pin_min : m->user_pin_min, has = 0;
    size_t first = 0, size;
    int varied = 0;

    if (len < min || len > p->max)
        return vault_fail(CKR_PIN_LEN_RANGE, "the new %s PIN must have %llu to %llu bytes",
                          vault_user_name(user), (unsigned long long)min,
                          (unsigned long long)p->max);
    for (size_t at = 0; at < len; at += size) {
        has |= class_at(pin + at, len - at, &size);
        if (at == 0)
            first = size;
        else if (size != first || memcmp(pin, pin + at, size) != 0)
            varied = 1;
    }
    if (p->varied && !varied)
        return vault_fail(CKR_INAPPROPRIATE_PIN, "the new %s PIN is one character over and over",
                          vault_user_name(user));
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if ((p->classes & classes[i].bit) != 0 && (has & classes[i].bit) == 0)
            return vault_fail(CKR_INAPPROPRIATE_PIN, "the new %s PIN must have %s",
                              vault_user_name(user), classes[i].name);
    return CKR_OK;
}

uint64_t vault_policy_initial(const vault_policy *user)
{
    /* Whoever may not change the PIN cannot be told to. */
    return (user->force & VAULT_FORCE_INITIAL) != 0 && (user->changers & VAULT_CHANGER_USER) != 0
               ? PIN_FORCED
               : 0;
}

int vault_policy_due(const vault_policy *policy, const vault_pin *pin)
{
    if ((pin->flags & PIN_FORCED) != 0)
        return 1;
    if ((policy->force & VAULT_FORCE_FACTORY) != 0 && (pin->flags & (PIN_FACTORY | PIN_OWN)) != 0)
        return 1;
    return policy->expiry_days != 0 && vault_time() >= pin->changed + policy->expiry_days * DAY;
}
