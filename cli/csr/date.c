/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and periods of validity. */
#include <stdio.h>
#include <string.h>
#include "cli/csr/csr.h"

#define YEAR_MIN 1950 /* UTCTime begins there, GeneralizedTime ends at 9999 */
#define YEAR_MAX 9999

const char *const csr_unit_names[] = {"Years", "Months", "Weeks", "Days", "Hours", "Minutes", NULL};

static const csr_unit units[] = {
    {"Years", 12, 0},   {"Months", 1, 0},   {"Weeks", 0, 7 * 86400},
    {"Days", 0, 86400}, {"Hours", 0, 3600}, {"Minutes", 0, 60},
};

const csr_unit *csr_unit_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (csr_same_word(units[i].name, name))
            return &units[i];
    return NULL;
}

/* Exactly n digits. */
static int number(const char **p, int n, int *value)
{
    *value = 0;
    for (; n; n--, ++*p) {
        if (**p < '0' || **p > '9')
            return 0;
        *value = *value * 10 + (**p - '0');
    }
    return 1;
}

static int literal(const char **p, char ch)
{
    if (**p != ch)
        return 0;
    ++*p;
    return 1;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* "Z", "+03:00", "+0300", "+03", or nothing. */
static int zone(const char **p, int *minutes)
{
    int sign, hours, rest = 0;

    *minutes = 0;
    if (!**p || literal(p, 'Z') || literal(p, 'z'))
        return 1;
    sign = **p == '-' ? -1 : 1;
    if ((!literal(p, '+') && !literal(p, '-')) || !number(p, 2, &hours))
        return 0;
    if (**p && ((literal(p, ':'), 1)) && !number(p, 2, &rest))
        return 0;
    *minutes = sign * (hours * 60 + rest);
    return hours <= 14 && rest < 60;
}

/* hh:mm[:ss[.fraction]] or, packed, hhmm[ss] */
static int clock_time(const char **p, int packed, struct tm *tm)
{
    if (!number(p, 2, &tm->tm_hour) || (!packed && !literal(p, ':')) || !number(p, 2, &tm->tm_min))
        return 0;
    if (packed ? **p >= '0' && **p <= '9' : literal(p, ':')) {
        if (!number(p, 2, &tm->tm_sec))
            return 0;
        if (literal(p, '.')) { /* a fraction, which certificates do not have */
            if (**p < '0' || **p > '9')
                return 0;
            while (**p >= '0' && **p <= '9')
                ++*p;
        }
    }
    return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec < 60;
}

/* The date itself; *packed: no marks stand in it. */
static int date(const char **p, struct tm *tm, int *packed)
{
    const char *start = *p;
    int year;

    *packed = 0;
    if (number(p, 2, &tm->tm_mday) && literal(p, '.')) {
        if (!number(p, 2, &tm->tm_mon) || !literal(p, '.') || !number(p, 4, &year))
            return 0;
    } else {
        *p = start;
        if (!number(p, 4, &year))
            return 0;
        *packed = !literal(p, '-');
        if (!number(p, 2, &tm->tm_mon) || (!*packed && !literal(p, '-')) ||
            !number(p, 2, &tm->tm_mday))
            return 0;
    }
    if (year < YEAR_MIN || tm->tm_mon < 1 || tm->tm_mon > 12 || tm->tm_mday < 1 ||
        tm->tm_mday > month_days(year, tm->tm_mon))
        return 0;
    tm->tm_year = year - 1900;
    tm->tm_mon--;
    return 1;
}

static int in_range(time_t t)
{
    struct tm tm;

    return gmtime_r(&t, &tm) && tm.tm_year + 1900 >= YEAR_MIN && tm.tm_year + 1900 <= YEAR_MAX;
}

int csr_time_read(const char *text, csr_time *t)
{
    struct tm tm = {0};
    const char *p = text;
    int packed;

    if (!date(&p, &tm, &packed))
        return 0;
    if (packed ? *p >= '0' && *p <= '9' : literal(&p, 'T') || literal(&p, ' ')) {
        if (!clock_time(&p, packed, &tm))
            return 0;
    }
    if (!zone(&p, &t->zone) || *p)
        return 0;
    t->utc = timegm(&tm) - (time_t)t->zone * 60;
    return in_range(t->utc);
}

void csr_time_write(const csr_time *t, char out[32])
{
    time_t local = t->utc + (time_t)t->zone * 60;
    int minutes = t->zone < 0 ? -t->zone : t->zone;
    struct tm tm = {0};
    size_t n;

    gmtime_r(&local, &tm);
    n = strftime(out, 32, "%Y%m%d%H%M%S", &tm);
    snprintf(out + n, 32 - n, "%c%02d:%02d", t->zone < 0 ? '-' : '+', minutes / 60 % 100,
             minutes % 60);
}

int csr_time_add(csr_time *t, long n, const csr_unit *unit)
{
    struct tm tm;
    long months;
    int year, month;

    if (n < 0 || n > 5000000000L)
        return 0;
    if (!unit->months) {
        t->utc += (time_t)n * unit->seconds;
        return in_range(t->utc);
    }
    if (n > YEAR_MAX * 12 || !gmtime_r(&t->utc, &tm))
        return 0;
    months = tm.tm_mon + n * unit->months;
    year = tm.tm_year + 1900 + (int)(months / 12);
    month = (int)(months % 12);
    if (year > YEAR_MAX)
        return 0;
    if (tm.tm_mday > month_days(year, month + 1))
        tm.tm_mday = month_days(year, month + 1);
    tm.tm_year = year - 1900;
    tm.tm_mon = month;
    t->utc = timegm(&tm);
    return in_range(t->utc);
}
