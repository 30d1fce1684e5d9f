/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fe_mul of the Montgomery fields of 4 limbs for x86-64 with BMI2 and ADX: the loop of
 * field_mont.h, with two carry chains (see field_adx.h). Included by field_mont.h.
 */
#ifndef GOST_FIELD_MONT_ADX_H
#define GOST_FIELD_MONT_ADX_H

#define FE_HAVE_MUL 1

/* (t0..t5) += rdx * the 4 limbs at `src`, t5 being 0 or 1; the carries are clear. */
#define FE_MUL_ADD(src, t0, t1, t2, t3, t4, t5)                                                    \
    "mulxq (%[" src "]),%%rax,%%rcx\n\tadcxq %%rax,%[" t0 "]\n\tadoxq %%rcx,%[" t1 "]\n\t"         \
    "mulxq 8(%[" src "]),%%rax,%%rcx\n\tadcxq %%rax,%[" t1 "]\n\tadoxq %%rcx,%[" t2 "]\n\t"        \
    "mulxq 16(%[" src "]),%%rax,%%rcx\n\tadcxq %%rax,%[" t2 "]\n\tadoxq %%rcx,%[" t3 "]\n\t"       \
    "mulxq 24(%[" src "]),%%rax,%%rcx\n\tadcxq %%rax,%[" t3 "]\n\tadoxq %%rcx,%[" t4 "]\n\t"       \
    "movl $0,%%eax\n\tadcxq %%rax,%[" t4 "]\n\tadoxq %%rax,%[" t5 "]\n\tadcxq %%rax,%[" t5 "]\n\t"

/* One limb of b, then the multiple of p that makes t0 zero: t0 is free then, t1 the lowest. */
#define FE_MONT_ROW(i, t0, t1, t2, t3, t4, t5)                                                     \
    "movq 8*" #i "(%[b]),%%rdx\n\t"                                                                \
    "xorl %k[" t5 "],%k[" t5                                                                       \
    "]\n\t" FE_MUL_ADD("a", t0, t1, t2, t3, t4,                                                    \
                       t5) "movq %[" t0                                                            \
                           "],%%rdx\n\timulq %[inv],%%rdx\n\txorl %%eax,%%eax\n\t" FE_MUL_ADD(     \
                               "m", t0, t1, t2, t3, t4, t5)

static __attribute__((noinline, no_sanitize_address)) void fe_mul(const gost_modulus *p, fe *r,
                                                                  const fe *a, const fe *b)
{
    uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5;

    __asm__ volatile(FE_MONT_ROW(0, "t0", "t1", "t2", "t3", "t4", "t5")
                         FE_MONT_ROW(1, "t1", "t2", "t3", "t4", "t5", "t0")
                             FE_MONT_ROW(2, "t2", "t3", "t4", "t5", "t0", "t1")
                                 FE_MONT_ROW(3, "t3", "t4", "t5", "t0", "t1", "t2")
                     : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3),
                       [t4] "+&r"(t4), [t5] "=&r"(t5)
                     : [a] "r"(a->w), [b] "r"(b->w), [m] "r"(p->m), [inv] "m"(p->neg_inv)
                     : "rax", "rcx", "rdx", "cc", "memory");
    {
        const uint64_t t[4] = {t4, t5, t0, t1};
        fe d;
        uint64_t borrow = fe_sub_limbs(d.w, t, p->m);

        memcpy(r->w, t, sizeof t);
        fe_cmov(r, ~gost_mask_nonzero(borrow & ~t2), &d);
    }
}

#endif
