/* SPDX-License-Identifier: Apache-2.0 */
/* Linked into a test, takes the place of gost/cpu.c: a CPU with nothing but the architecture. */
#include "gost/cpu.h"

int gost_cpu_ssse3(void)
{
    return 0;
}

int gost_cpu_avx2(void)
{
    return 0;
}

int gost_cpu_bmi2(void)
{
    return 0;
}

int gost_cpu_adx(void)
{
    return 0;
}

int gost_cpu_pclmul(void)
{
    return 0;
}
