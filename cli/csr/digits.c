/* SPDX-License-Identifier: Apache-2.0 */
/* See cli/csr/digits.h. */
#include <string.h>
#include "cli/csr/digits.h"

static int digit(const char *digits, int i)
{
    return digits[i] - '0';
}

/* The weighted sum of the first n digits, modulo 11, modulo 10, is the digit after them. */
static int weighted(const char *digits, const int *weights, int n)
{
    int sum = 0;

    for (int i = 0; i < n; i++)
        sum += weights[i] * digit(digits, i);
    return sum % 11 % 10 == digit(digits, n);
}

int csr_sum_innle(const char *digits)
{
    static const int weights[] = {2, 4, 10, 3, 5, 9, 4, 6, 8};

    return weighted(digits, weights, 9);
}

int csr_sum_inn(const char *digits)
{
    static const int first[] = {7, 2, 4, 10, 3, 5, 9, 4, 6, 8};
    static const int second[] = {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8};

    if (strncmp(digits, "00", 2) == 0)
        return csr_sum_innle(digits + 2);
    return weighted(digits, first, 10) && weighted(digits, second, 11);
}

/* The number of all digits but the last, modulo m, modulo 10, is the last. */
static int remainder_of(const char *digits, int n, int m)
{
    int rest = 0;

    for (int i = 0; i < n; i++)
        rest = (rest * 10 + digit(digits, i)) % m;
    return rest % 10 == digit(digits, n);
}

int csr_sum_ogrn(const char *digits)
{
    return remainder_of(digits, 12, 11);
}

int csr_sum_ogrnip(const char *digits)
{
    return remainder_of(digits, 14, 13);
}

int csr_sum_snils(const char *digits)
{
    int sum = 0;

    if (strncmp(digits, "001001998", 9) <= 0)
        return 1; /* numbers up to 001-001-998 have no check digits */
    for (int i = 0; i < 9; i++)
        sum += digit(digits, i) * (9 - i);
    return sum % 101 % 100 == digit(digits, 9) * 10 + digit(digits, 10);
}
