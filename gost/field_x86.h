/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The special fields for x86-64: additions for every CPU, and multiplications for those with BMI2
 * and ADX (when GOST_ADX is defined). Included by field_special.h; same contract, same bounds.
 *
 * The assembly is straight-line code, so it is constant time by construction.
 */
#ifndef GOST_FIELD_X86_H
#define GOST_FIELD_X86_H

#define FE_HAVE_ADD 1

/* One operation on every limb: AOP(0), then ANEXT(i) for the others. */
#if FE_LIMBS == 4
#define FE_CHAIN(first, next, src)                                                                 \
    first " " src(0) ",%[r0]\n\t" next " " src(1) ",%[r1]\n\t" next                                \
                                                  " " src(2) ",%[r2]\n\t" next                     \
                                                             " " src(3) ",%[r3]\n\t"
#define FE_CHAIN_ZERO(next) next " $0,%[r1]\n\t" next " $0,%[r2]\n\t" next " $0,%[r3]\n\t"
#define FE_TOP              "%[r3]"
#define FE_REGS             [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3)
#define FE_DECLARE          uint64_t r0 = 0, r1 = 0, r2 = 0, r3 = 0
#define FE_GIVE(r)          ((r)->w[0] = r0, (r)->w[1] = r1, (r)->w[2] = r2, (r)->w[3] = r3)
#define FE_LOAD_A                                                                                  \
    "movq (%[a]),%[r0]\n\tmovq 8(%[a]),%[r1]\n\tmovq 16(%[a]),%[r2]\n\tmovq 24(%[a]),%[r3]\n\t"
#else
#define FE_CHAIN(first, next, src)                                                                 \
    first " " src(0) ",%[r0]\n\t" next " " src(1) ",%[r1]\n\t" next " " src(                       \
        2) ",%[r2]\n\t" next " " src(3) ",%[r3]\n\t" next                                          \
                                        " " src(4) ",%[r4]\n\t" next                               \
                                                   " " src(5) ",%[r5]\n\t" next                    \
                                                              " " src(6) ",%[r6]\n\t" next         \
                                                                         " " src(7) ",%[r7]\n\t"
#define FE_CHAIN_ZERO(next)                                                                        \
    next " $0,%[r1]\n\t" next " $0,%[r2]\n\t" next " $0,%[r3]\n\t" next " $0,%[r4]\n\t" next       \
         " $0,%[r5]\n\t" next " $0,%[r6]\n\t" next " $0,%[r7]\n\t"
#define FE_TOP "%[r7]"
#define FE_REGS                                                                                    \
    [r0] "=&r"(r0), [r1] "=&r"(r1), [r2] "=&r"(r2), [r3] "=&r"(r3), [r4] "=&r"(r4),                \
        [r5] "=&r"(r5), [r6] "=&r"(r6), [r7] "=&r"(r7)
#define FE_DECLARE uint64_t r0 = 0, r1 = 0, r2 = 0, r3 = 0, r4 = 0, r5 = 0, r6 = 0, r7 = 0
#define FE_GIVE(r)                                                                                 \
    ((r)->w[0] = r0, (r)->w[1] = r1, (r)->w[2] = r2, (r)->w[3] = r3, (r)->w[4] = r4,               \
     (r)->w[5] = r5, (r)->w[6] = r6, (r)->w[7] = r7)
#define FE_LOAD_A                                                                                  \
    "movq (%[a]),%[r0]\n\tmovq 8(%[a]),%[r1]\n\tmovq 16(%[a]),%[r2]\n\tmovq 24(%[a]),%[r3]\n\t"    \
    "movq 32(%[a]),%[r4]\n\tmovq 40(%[a]),%[r5]\n\tmovq 48(%[a]),%[r6]\n\tmovq 56(%[a]),%[r7]\n\t"
#endif
#define FE_B(i) "8*" #i "(%[b])"

/* After `op` left a carry that stands for 2^n: x = carry ? c : 0, and the same op with x. */
#ifdef FE_MINUS
#define FE_FIX(op, opc)                                                                            \
    "sbbq %[x],%[x]\n\t"                                                                           \
    "andl %[c],%k[x]\n\t" op " %[x],%[r0]\n\t" FE_CHAIN_ZERO(opc) "sbbq %[x],%[x]\n\t"             \
                                                                  "andl %[c],%k[x]\n\t" op         \
                                                                  " %[x],%[r0]\n\t"
#define FE_FIX_SUM        FE_FIX("addq", "adcq")
#define FE_FIX_DIFFERENCE FE_FIX("subq", "sbbq")
#else
/* y = x = carry's mask; (r, y) -+= x & p, twice; the second time under what is left of y. */
#define FE_FIX(op, opc, back)                                                                      \
    "sbbq %[y],%[y]\n\t"                                                                           \
    "movl %k[y],%k[x]\n\t"                                                                         \
    "andl %[c]/2,%k[x]\n\t"                                                                        \
    "movq %[y],%[z]\n\t"                                                                           \
    "shlq $63,%[z]\n\t" op " %[x],%[r0]\n\t" FE_CHAIN_P(opc) back                                  \
        " $0,%[y]\n\t"                                                                             \
        "movl %k[y],%k[x]\n\t"                                                                     \
        "andl %[c]/2,%k[x]\n\t"                                                                    \
        "shlq $63,%[y]\n\t" op " %[x],%[r0]\n\t" FE_CHAIN_P2(opc)
#if FE_LIMBS == 4
#define FE_CHAIN_P(next)  next " $0,%[r1]\n\t" next " $0,%[r2]\n\t" next " %[z],%[r3]\n\t"
#define FE_CHAIN_P2(next) next " $0,%[r1]\n\t" next " $0,%[r2]\n\t" next " %[y],%[r3]\n\t"
#else
#define FE_CHAIN_P(next)                                                                           \
    next " $0,%[r1]\n\t" next " $0,%[r2]\n\t" next " $0,%[r3]\n\t" next " $0,%[r4]\n\t" next       \
         " $0,%[r5]\n\t" next " $0,%[r6]\n\t" next " %[z],%[r7]\n\t"
#define FE_CHAIN_P2(next)                                                                          \
    next " $0,%[r1]\n\t" next " $0,%[r2]\n\t" next " $0,%[r3]\n\t" next " $0,%[r4]\n\t" next       \
         " $0,%[r5]\n\t" next " $0,%[r6]\n\t" next " %[y],%[r7]\n\t"
#endif
/* The mask is -1 while a carry (a borrow) stands: p's own borrow (carry) makes it 0. */
#define FE_FIX_SUM        FE_FIX("subq", "sbbq", "adcq")
#define FE_FIX_DIFFERENCE FE_FIX("addq", "adcq", "adcq")
#endif

static inline void fe_add(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t x, y, z;
    FE_DECLARE;

    (void)p;
    __asm__ volatile(FE_LOAD_A FE_CHAIN("addq", "adcq", FE_B) FE_FIX_SUM
                     : FE_REGS, [x] "=&r"(x), [y] "=&r"(y), [z] "=&r"(z)
                     : [a] "r"(a->w), [b] "r"(b->w), [c] "i"(FE_C)
                     : "cc", "memory");
    FE_GIVE(r);
}

static inline void fe_sub(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t x, y, z;
    FE_DECLARE;

    (void)p;
    __asm__ volatile(FE_LOAD_A FE_CHAIN("subq", "sbbq", FE_B) FE_FIX_DIFFERENCE
                     : FE_REGS, [x] "=&r"(x), [y] "=&r"(y), [z] "=&r"(z)
                     : [a] "r"(a->w), [b] "r"(b->w), [c] "i"(FE_C)
                     : "cc", "memory");
    FE_GIVE(r);
}

#ifdef GOST_ADX
#include "gost/field_adx.h"
#endif

#endif
