/* SPDX-License-Identifier: Apache-2.0 */
/* The check digits of Russian numbers. Each takes a string of digits of the right length. */
#ifndef CLI_CSR_DIGITS_H
#define CLI_CSR_DIGITS_H

typedef int csr_checksum_fn(const char *digits); /* 1: they are right */

/* INN: of a person, 12 digits; of an organization with 00 before its 10. */
csr_checksum_fn csr_sum_inn;
csr_checksum_fn csr_sum_innle;  /* 10 digits */
csr_checksum_fn csr_sum_ogrn;   /* 13 */
csr_checksum_fn csr_sum_ogrnip; /* 15 */
csr_checksum_fn csr_sum_snils;  /* 11 */

#endif
