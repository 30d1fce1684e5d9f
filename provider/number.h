/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers in the text of an option. */
#ifndef GT_PROVIDER_NUMBER_H
#define GT_PROVIDER_NUMBER_H

/* 1: digits and nothing else, up to six of them. */
static inline int gt_number(const char *text, unsigned *number)
{
    int digits = 0;

    *number = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < 6; digits++)
        *number = *number * 10 + (unsigned)(text[digits] - '0');
    return digits > 0 && text[digits] == '\0';
}

#endif
