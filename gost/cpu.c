/* SPDX-License-Identifier: Apache-2.0 */
/* See gost/cpu.h. */
#include "gost/cpu.h"

#if GOST_X86

#include <cpuid.h>
#include <stdatomic.h>

int gost_cpu_ssse3(void)
{
    return __builtin_cpu_supports("ssse3") != 0;
}

int gost_cpu_avx2(void)
{
    return __builtin_cpu_supports("avx2") != 0;
}

int gost_cpu_bmi2(void)
{
    return __builtin_cpu_supports("bmi2") != 0;
}

int gost_cpu_pclmul(void)
{
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

int gost_cpu_adx(void)
{
    /* Older clangs do not know "adx" by name. The cpuid instruction is slow where it traps (in a
     * virtual machine), so its answer is kept: 0 not asked yet, 1 no, 2 yes. */
    static _Atomic int known;
    int k = atomic_load_explicit(&known, memory_order_relaxed);

    if (k == 0) {
        unsigned a, b = 0, c, d;

        k = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_ADX) ? 2 : 1;
        atomic_store_explicit(&known, k, memory_order_relaxed);
    }
    return k == 2 && gost_cpu_bmi2();
}

#else

int gost_cpu_adx(void)
{
    return 0;
}

int gost_cpu_pclmul(void)
{
    return 0;
}

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

#endif
