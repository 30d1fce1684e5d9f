/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this CPU can do, for choosing between bodies of one function. The answers come from the
 * compiler's run-time (cpuid, asked once at load, the system's support for the registers
 * included), so a call costs a load and a test and nothing is kept here. Internal to gost/.
 */
#ifndef GOST_CPU_H
#define GOST_CPU_H

#if defined(__x86_64__)
#define GOST_X86 1
#else
#define GOST_X86 0
#endif

int gost_cpu_ssse3(void);
int gost_cpu_avx2(void);
int gost_cpu_bmi2(void);
int gost_cpu_pclmul(void); /* and SSE 4.1 */

/* ADX and BMI2: two carry chains at once, for the fields. */
int gost_cpu_adx(void);

#endif
