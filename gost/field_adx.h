/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fe_mul and fe_sqr of the special fields for x86-64 with BMI2 and ADX. Included by
 * field_special.h; same contract and bounds as its portable ones.
 *
 * A row of products a * b[i] runs two carry chains at once: adcx adds the low halves, adox the high
 * halves one limb up. `xor` clears both carries. After the rows the upper half lies in registers,
 * is multiplied by c and folded onto the lower half.
 *
 * "memory" stands for what the pointers lead to: operands of their own would need more registers
 * than there are without optimization. (With outputs that go unused it is "volatile" that keeps a
 * statement.) AddressSanitizer's stack frames take one too; there is
 * nothing for it to see here.
 */
#ifndef GOST_FIELD_ADX_H
#define GOST_FIELD_ADX_H

#define FE_HAVE_MUL 1
#define FE_ASM      static __attribute__((noinline, no_sanitize_address))

#if FE_LIMBS == 4

/* t[4..7] * c onto t[0..3]; rax and rcx are free. */
#ifdef FE_MINUS
#define FE_FOLD(t0, t1, t2, t3, t4, t5, t6, t7)                                                    \
    "movl %[c],%%edx\n\t"                                                                          \
    "xorl %%eax,%%eax\n\t"                                                                         \
    "mulxq " t4 ",%%rax,%%rcx\n\tadcxq %%rax," t0 "\n\tadoxq %%rcx," t1 "\n\t"                     \
    "mulxq " t5 ",%%rax,%%rcx\n\tadcxq %%rax," t1 "\n\tadoxq %%rcx," t2 "\n\t"                     \
    "mulxq " t6 ",%%rax,%%rcx\n\tadcxq %%rax," t2 "\n\tadoxq %%rcx," t3 "\n\t"                     \
    "mulxq " t7 ",%%rax,%%rcx\n\tadcxq %%rax," t3 "\n\t"                                           \
    "movl $0,%%eax\n\tadoxq %%rax,%%rcx\n\tadcxq %%rax,%%rcx\n\t"                                  \
    "imulq %%rdx,%%rcx\n\t"                                                                        \
    "addq %%rcx," t0 "\n\tadcq $0," t1 "\n\tadcq $0," t2 "\n\tadcq $0," t3 "\n\t"                  \
    "sbbq %%rax,%%rax\n\tandl %%edx,%%eax\n\taddq %%rax," t0 "\n\t"
#else
#define FE_FOLD(t0, t1, t2, t3, t4, t5, t6, t7)                                                    \
    "movl %[c],%%edx\n\t"                                                                          \
    "mulxq " t4 "," t4 ",%%rax\n\t"                                                                \
    "mulxq " t5 "," t5 ",%%rcx\n\taddq %%rax," t5 "\n\t"                                           \
    "mulxq " t6 "," t6 ",%%rax\n\tadcq %%rcx," t6 "\n\t"                                           \
    "mulxq " t7 "," t7 ",%%rcx\n\tadcq %%rax," t7 "\n\tadcq $0,%%rcx\n\t"                          \
    "subq " t4 "," t0 "\n\tsbbq " t5 "," t1 "\n\tsbbq " t6 "," t2 "\n\tsbbq " t7 "," t3 "\n\t"     \
    "adcq $0,%%rcx\n\t"                                                                            \
    "imulq %%rdx,%%rcx\n\t"                                                                        \
    "addq %%rcx," t0 "\n\tadcq $0," t1 "\n\tadcq $0," t2 "\n\tadcq $0," t3 "\n\t"                  \
    "sbbq %%rax,%%rax\n\tmovq %%rax,%%rcx\n\tmovq %%rax,%%rdx\n\t"                                 \
    "shrq $1,%%rdx\n\tandq $-(%c[c]/2),%%rcx\n\t"                                                  \
    "addq %%rcx," t0 "\n\tadcq %%rax," t1 "\n\tadcq %%rax," t2 "\n\tadcq %%rdx," t3 "\n\t"
#endif

#define FE_ROW(i, t0, t1, t2, t3, t4)                                                              \
    "movq 8*" #i "(%[b]),%%rdx\n\t"                                                                \
    "xorl %%eax,%%eax\n\t"                                                                         \
    "mulxq (%[a]),%%rax,%%rcx\n\tadcxq %%rax," t0 "\n\tadoxq %%rcx," t1 "\n\t"                     \
    "mulxq 8(%[a]),%%rax,%%rcx\n\tadcxq %%rax," t1 "\n\tadoxq %%rcx," t2 "\n\t"                    \
    "mulxq 16(%[a]),%%rax,%%rcx\n\tadcxq %%rax," t2 "\n\tadoxq %%rcx," t3 "\n\t"                   \
    "mulxq 24(%[a]),%%rax," t4 "\n\tadcxq %%rax," t3 "\n\t"                                        \
    "movl $0,%%eax\n\tadoxq %%rax," t4 "\n\tadcxq %%rax," t4 "\n\t"

FE_ASM void fe_mul(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    uint64_t t0, t1, t2, t3, t4, t5, t6, t7;

    (void)p;
    __asm__ volatile(
        "movq (%[b]),%%rdx\n\t"
        "mulxq (%[a]),%[t0],%[t1]\n\t"
        "mulxq 8(%[a]),%%rax,%[t2]\n\taddq %%rax,%[t1]\n\t"
        "mulxq 16(%[a]),%%rax,%[t3]\n\tadcq %%rax,%[t2]\n\t"
        "mulxq 24(%[a]),%%rax,%[t4]\n\tadcq %%rax,%[t3]\n\tadcq $0,%[t4]\n\t" FE_ROW(
            1, "%[t1]", "%[t2]", "%[t3]", "%[t4]", "%[t5]")
            FE_ROW(2, "%[t2]", "%[t3]", "%[t4]", "%[t5]", "%[t6]")
                FE_ROW(3, "%[t3]", "%[t4]", "%[t5]", "%[t6]", "%[t7]")
                    FE_FOLD("%[t0]", "%[t1]", "%[t2]", "%[t3]", "%[t4]", "%[t5]", "%[t6]", "%[t7]")
        : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3), [t4] "=&r"(t4),
          [t5] "=&r"(t5), [t6] "=&r"(t6), [t7] "=&r"(t7)
        : [a] "r"(a->w), [b] "r"(b->w), [c] "i"(FE_C)
        : "rax", "rcx", "rdx", "cc", "memory");
    r->w[0] = t0;
    r->w[1] = t1;
    r->w[2] = t2;
    r->w[3] = t3;
}

FE_ASM void fe_sqr(const gost_modulus *p, fe *r, const fe *a)
{
    uint64_t t0, t1, t2, t3, t4, t5, t6, t7;

    (void)p;
    __asm__ volatile(/* the products of different limbs, once: t1..t6 */
                     "movq (%[a]),%%rdx\n\t"
                     "mulxq 8(%[a]),%[t1],%[t2]\n\t"
                     "mulxq 16(%[a]),%%rax,%[t3]\n\taddq %%rax,%[t2]\n\t"
                     "mulxq 24(%[a]),%%rax,%[t4]\n\tadcq %%rax,%[t3]\n\tadcq $0,%[t4]\n\t"
                     "movq 8(%[a]),%%rdx\n\t"
                     "xorl %%eax,%%eax\n\t"
                     "mulxq 16(%[a]),%%rax,%%rcx\n\tadcxq %%rax,%[t3]\n\tadoxq %%rcx,%[t4]\n\t"
                     "mulxq 24(%[a]),%%rax,%[t5]\n\tadcxq %%rax,%[t4]\n\t"
                     "movl $0,%%eax\n\tadoxq %%rax,%[t5]\n\tadcxq %%rax,%[t5]\n\t"
                     "movq 16(%[a]),%%rdx\n\t"
                     "mulxq 24(%[a]),%%rax,%[t6]\n\taddq %%rax,%[t5]\n\tadcq $0,%[t6]\n\t"
                     /* doubled (adcx), plus the squares (adox) */
                     "xorl %k[t7],%k[t7]\n\t"
                     "movq (%[a]),%%rdx\n\t"
                     "mulxq %%rdx,%[t0],%%rcx\n\t"
                     "adcxq %[t1],%[t1]\n\tadoxq %%rcx,%[t1]\n\t"
                     "movq 8(%[a]),%%rdx\n\t"
                     "mulxq %%rdx,%%rax,%%rcx\n\t"
                     "adcxq %[t2],%[t2]\n\tadoxq %%rax,%[t2]\n\t"
                     "adcxq %[t3],%[t3]\n\tadoxq %%rcx,%[t3]\n\t"
                     "movq 16(%[a]),%%rdx\n\t"
                     "mulxq %%rdx,%%rax,%%rcx\n\t"
                     "adcxq %[t4],%[t4]\n\tadoxq %%rax,%[t4]\n\t"
                     "adcxq %[t5],%[t5]\n\tadoxq %%rcx,%[t5]\n\t"
                     "movq 24(%[a]),%%rdx\n\t"
                     "mulxq %%rdx,%%rax,%%rcx\n\t"
                     "adcxq %[t6],%[t6]\n\tadoxq %%rax,%[t6]\n\t"
                     "adcxq %[t7],%[t7]\n\tadoxq %%rcx,%[t7]\n\t" FE_FOLD(
                         "%[t0]", "%[t1]", "%[t2]", "%[t3]", "%[t4]", "%[t5]", "%[t6]", "%[t7]")
                     : [t0] "=&r"(t0), [t1] "=&r"(t1), [t2] "=&r"(t2), [t3] "=&r"(t3),
                       [t4] "=&r"(t4), [t5] "=&r"(t5), [t6] "=&r"(t6), [t7] "=&r"(t7)
                     : [a] "r"(a->w), [c] "i"(FE_C)
                     : "rax", "rcx", "rdx", "cc", "memory");
    r->w[0] = t0;
    r->w[1] = t1;
    r->w[2] = t2;
    r->w[3] = t3;
}

#else /* 8 limbs: the lower half of the product waits in memory, f.lo */

#define FE_STEP(j, x, y)                                                                           \
    "mulxq 8*" #j "(%[a]),%%rax,%%rcx\n\tadcxq %%rax," x "\n\tadoxq %%rcx," y "\n\t"

/* One row: t0 goes to lo[i], and becomes the limb above t7. */
#define FE_ROW(i, t0, t1, t2, t3, t4, t5, t6, t7)                                                  \
    "movq 8*" #i "(%[b]),%%rdx\n\t"                                                                \
    "xorl %%eax,%%eax\n\t" FE_STEP(0, t0, t1) "movq " t0 ",8*" #i "(%[f])\n\t" FE_STEP(1, t1, t2)  \
        FE_STEP(2, t2, t3) FE_STEP(3, t3, t4) FE_STEP(4, t4, t5) FE_STEP(5, t5, t6)                \
            FE_STEP(6, t6, t7) "mulxq 56(%[a]),%%rax," t0 "\n\tadcxq %%rax," t7 "\n\t"             \
                               "movl $0,%%eax\n\tadoxq %%rax," t0 "\n\tadcxq %%rax," t0 "\n\t"

/* The upper half is in r8..r15; the result comes to be there. */
#ifdef FE_MINUS
#define FE_FSTEP(j, t, x, y)                                                                       \
    "mulxq " t "," t "," y "\n\tadoxq " x "," t "\n\tadcxq 8*" #j "(%[f])," t "\n\t"
#define FE_FOLD                                                                                    \
    "movl %[c],%%edx\n\t"                                                                          \
    "xorl %%eax,%%eax\n\t"                                                                         \
    "mulxq %%r8,%%r8,%%rcx\n\tadcxq (%[f]),%%r8\n\t" FE_FSTEP(1, "%%r9", "%%rcx", "%%rax")         \
        FE_FSTEP(2, "%%r10", "%%rax", "%%rcx") FE_FSTEP(3, "%%r11", "%%rcx", "%%rax") FE_FSTEP(    \
            4, "%%r12", "%%rax", "%%rcx") FE_FSTEP(5, "%%r13", "%%rcx", "%%rax")                   \
            FE_FSTEP(6, "%%r14", "%%rax", "%%rcx") FE_FSTEP(                                       \
                7, "%%r15", "%%rcx",                                                               \
                "%%rax") "movl $0,%%ecx\n\tadoxq %%rcx,%%rax\n\tadcxq %%rcx,%%rax\n\t"             \
                         "imulq %%rdx,%%rax\n\t"                                                   \
                         "addq %%rax,%%r8\n\tadcq $0,%%r9\n\tadcq $0,%%r10\n\tadcq $0,%%r11\n\t"   \
                         "adcq $0,%%r12\n\tadcq $0,%%r13\n\tadcq $0,%%r14\n\tadcq $0,%%r15\n\t"    \
                         "sbbq %%rax,%%rax\n\tandl %%edx,%%eax\n\taddq %%rax,%%r8\n\t"
#else
#define FE_FSTEP(t, x, y) "mulxq " t "," t "," y "\n\tadcq " x "," t "\n\t"
#define FE_FSUB(op, j, t) "movq 8*" #j "(%[f]),%%rax\n\t" op " " t ",%%rax\n\tmovq %%rax," t "\n\t"
#define FE_FOLD                                                                                    \
    "movl %[c],%%edx\n\t"                                                                          \
    "mulxq %%r8,%%r8,%%rcx\n\t"                                                                    \
    "mulxq %%r9,%%r9,%%rax\n\taddq %%rcx,%%r9\n\t" FE_FSTEP("%%r10", "%%rax", "%%rcx") FE_FSTEP(   \
        "%%r11", "%%rcx", "%%rax") FE_FSTEP("%%r12", "%%rax", "%%rcx")                             \
        FE_FSTEP("%%r13", "%%rcx", "%%rax") FE_FSTEP(                                              \
            "%%r14", "%%rax",                                                                      \
            "%%rcx") "mulxq %%r15,%%r15,%%rax\n\tadcq %%rcx,%%r15\n\tmovq %%rax,%%rcx\n\tadcq "    \
                     "$0,%%rcx\n\t" FE_FSUB("subq", 0, "%%r8") FE_FSUB("sbbq", 1, "%%r9")          \
                         FE_FSUB("sbbq", 2, "%%r10") FE_FSUB("sbbq", 3,                            \
                                                             "%%r11") FE_FSUB("sbbq", 4, "%%r12")  \
                             FE_FSUB("sbbq", 5, "%%r13") FE_FSUB("sbbq", 6, "%%r14")               \
                                 FE_FSUB("sbbq", 7,                                                \
                                         "%%r15") "adcq $0,%%rcx\n\t"                              \
                                                  "imulq %%rdx,%%rcx\n\t"                          \
                                                  "addq %%rcx,%%r8\n\tadcq $0,%%r9\n\tadcq "       \
                                                  "$0,%%r10\n\tadcq $0,%%r11\n\t"                  \
                                                  "adcq $0,%%r12\n\tadcq $0,%%r13\n\tadcq "        \
                                                  "$0,%%r14\n\tadcq $0,%%r15\n\t"                  \
                                                  "sbbq %%rax,%%rax\n\tmovq %%rax,%%rcx\n\tmovq "  \
                                                  "%%rax,%%rdx\n\t"                                \
                                                  "shrq $1,%%rdx\n\tandq $-(%c[c]/2),%%rcx\n\t"    \
                                                  "addq %%rcx,%%r8\n\tadcq %%rax,%%r9\n\tadcq "    \
                                                  "%%rax,%%r10\n\tadcq %%rax,%%r11\n\t"            \
                                                  "adcq %%rax,%%r12\n\tadcq %%rax,%%r13\n\tadcq "  \
                                                  "%%rax,%%r14\n\tadcq %%rdx,%%r15\n\t"
#endif

/* What the assembly keeps in memory, behind one register. */
typedef struct fe_frame {
    uint64_t lo[8];
    uint64_t *r;
} fe_frame;

#define FE_OUT                                                                                     \
    "movq 64(%[f]),%%rax\n\t"                                                                      \
    "movq %%r8,(%%rax)\n\tmovq %%r9,8(%%rax)\n\tmovq %%r10,16(%%rax)\n\tmovq %%r11,24(%%rax)\n\t"  \
    "movq %%r12,32(%%rax)\n\tmovq %%r13,40(%%rax)\n\tmovq %%r14,48(%%rax)\n\tmovq %%r15,56(%%rax)"

FE_ASM void fe_mul(const gost_modulus *p, fe *r, const fe *a, const fe *b)
{
    fe_frame f;

    (void)p;
    f.r = r->w;
    __asm__ volatile(
        "movq (%[b]),%%rdx\n\t"
        "mulxq (%[a]),%%rax,%%r9\n\tmovq %%rax,(%[f])\n\t"
        "mulxq 8(%[a]),%%rax,%%r10\n\taddq %%rax,%%r9\n\t"
        "mulxq 16(%[a]),%%rax,%%r11\n\tadcq %%rax,%%r10\n\t"
        "mulxq 24(%[a]),%%rax,%%r12\n\tadcq %%rax,%%r11\n\t"
        "mulxq 32(%[a]),%%rax,%%r13\n\tadcq %%rax,%%r12\n\t"
        "mulxq 40(%[a]),%%rax,%%r14\n\tadcq %%rax,%%r13\n\t"
        "mulxq 48(%[a]),%%rax,%%r15\n\tadcq %%rax,%%r14\n\t"
        "mulxq 56(%[a]),%%rax,%%r8\n\tadcq %%rax,%%r15\n\tadcq $0,%%r8\n\t" FE_ROW(
            1, "%%r9", "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15",
            "%%r8") FE_ROW(2, "%%r10", "%%r11", "%%r12", "%%r13", "%%r14", "%%r15", "%%r8", "%%r9")
            FE_ROW(3, "%%r11", "%%r12", "%%r13", "%%r14", "%%r15", "%%r8", "%%r9", "%%r10")
                FE_ROW(4, "%%r12", "%%r13", "%%r14", "%%r15", "%%r8", "%%r9", "%%r10", "%%r11")
                    FE_ROW(5, "%%r13", "%%r14", "%%r15", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12")
                        FE_ROW(6, "%%r14", "%%r15", "%%r8", "%%r9", "%%r10", "%%r11", "%%r12",
                               "%%r13") FE_ROW(7, "%%r15", "%%r8", "%%r9", "%%r10", "%%r11",
                                               "%%r12", "%%r13", "%%r14") FE_FOLD FE_OUT
        :
        : [a] "r"(a->w), [b] "r"(b->w), [f] "r"(&f), [c] "i"(FE_C)
        : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc",
          "memory");
}

/* The last product of a row: its high half starts a new limb. */
#define FE_LAST(x, y)                                                                              \
    "mulxq 56(%[a]),%%rax," y "\n\tadcxq %%rax," x "\n\t"                                          \
    "movl $0,%%eax\n\tadoxq %%rax," y "\n\tadcxq %%rax," y "\n\t"
#define FE_BY(i)      "movq 8*" #i "(%[a]),%%rdx\n\txorl %%eax,%%eax\n\t"
#define FE_KEEP(i, t) "movq " t ",8*" #i "(%[f])\n\t"
/* Limb i of the result: twice the products' limb (adcx) and half of a square (adox). */
#define FE_SQUARE(i)  "movq 8*" #i "(%[a]),%%rdx\n\tmulxq %%rdx,%%rax,%%rcx\n\t"
#define FE_TWICE(i, half)                                                                          \
    "movq 8*" #i "(%[f]),%[t]\n\tadcxq %[t],%[t]\n\tadoxq " half ",%[t]\n\tmovq %[t],8*" #i        \
    "(%[f])\n\t"
#define FE_TWICE_REG(t, half) "adcxq " t "," t "\n\tadoxq " half "," t "\n\t"

/* Limb n of the products of different limbs is in r(8 + n % 8), or in lo[n] once no more is added
 * to it, for n up to 6. */
FE_ASM void fe_sqr(const gost_modulus *p, fe *r, const fe *a)
{
    fe_frame f;
    uint64_t t;

    (void)p;
    f.r = r->w;
    __asm__ volatile(
        "movq (%[a]),%%rdx\n\t"
        "mulxq 8(%[a]),%%r9,%%r10\n\t"
        "mulxq 16(%[a]),%%rax,%%r11\n\taddq %%rax,%%r10\n\t"
        "mulxq 24(%[a]),%%rax,%%r12\n\tadcq %%rax,%%r11\n\t"
        "mulxq 32(%[a]),%%rax,%%r13\n\tadcq %%rax,%%r12\n\t"
        "mulxq 40(%[a]),%%rax,%%r14\n\tadcq %%rax,%%r13\n\t"
        "mulxq 48(%[a]),%%rax,%%r15\n\tadcq %%rax,%%r14\n\t"
        "mulxq 56(%[a]),%%rax,%%r8\n\tadcq %%rax,%%r15\n\tadcq $0,%%r8\n\t" FE_KEEP(
            1, "%%r9") FE_KEEP(2, "%%r10") FE_BY(1) FE_STEP(2, "%%r11", "%%r12") FE_STEP(3, "%%r12",
                                                                                         "%%r13")
            FE_STEP(4, "%%r13", "%%r14") FE_STEP(5, "%%r14", "%%r15") FE_STEP(
                6, "%%r15", "%%r8") FE_LAST("%%r8", "%%r9") FE_KEEP(3, "%%r11") FE_KEEP(4, "%%r12")
                FE_BY(2) FE_STEP(3, "%%r13", "%%r14") FE_STEP(4, "%%r14", "%%r15") FE_STEP(
                    5, "%%r15", "%%r8") FE_STEP(6, "%%r8", "%%r9") FE_LAST("%%r9", "%%r10")
                    FE_KEEP(5, "%%r13") FE_KEEP(6, "%%r14") FE_BY(
                        3) FE_STEP(4, "%%r15",
                                   "%%r8") FE_STEP(5, "%%r8", "%%r9") FE_STEP(6, "%%r9", "%%r10")
                        FE_LAST("%%r10", "%%r11") FE_BY(4) FE_STEP(
                            5, "%%r9", "%%r10") FE_STEP(6, "%%r10", "%%r11")
                            FE_LAST("%%r11", "%%r12") FE_BY(5) FE_STEP(6, "%%r11", "%%r12") FE_LAST(
                                "%%r12",
                                "%%r13") "movq 48(%[a]),%%rdx\n\t"
                                         "mulxq 56(%[a]),%%rax,%%r14\n\taddq %%rax,%%r13\n\tadcq "
                                         "$0,%%r14\n\t"
                                         "xorl %%eax,%%eax\n\t" FE_SQUARE(
                                             0) "movq %%rax,(%[f])\n\t" FE_TWICE(1, "%%rcx")
                                             FE_SQUARE(1) FE_TWICE(2, "%%rax") FE_TWICE(
                                                 3, "%%rcx") FE_SQUARE(2) FE_TWICE(4, "%%rax")
                                                 FE_TWICE(5, "%%rcx") FE_SQUARE(3) FE_TWICE(
                                                     6, "%%rax") FE_TWICE_REG("%%r15", "%%rcx")
                                                     FE_KEEP(7, "%%r15") FE_SQUARE(4) FE_TWICE_REG(
                                                         "%%r8", "%%rax") FE_TWICE_REG("%%r9",
                                                                                       "%%rcx")
                                                         FE_SQUARE(5) FE_TWICE_REG("%%r10", "%%rax")
                                                             FE_TWICE_REG("%%r11", "%%rcx")
                                                                 FE_SQUARE(6) FE_TWICE_REG(
                                                                     "%%r12",
                                                                     "%%rax") FE_TWICE_REG("%%r13",
                                                                                           "%%rcx")
                                                                     FE_SQUARE(7) FE_TWICE_REG(
                                                                         "%%r14",
                                                                         "%%rax") "movl "
                                                                                  "$0,%%"
                                                                                  "r15d\n"
                                                                                  "\t" FE_TWICE_REG(
                                                                                      "%%"
                                                                                      "r1"
                                                                                      "5",
                                                                                      "%%"
                                                                                      "rc"
                                                                                      "x")
                                                                                      FE_FOLD FE_OUT
        : [t] "=&r"(t)
        : [a] "r"(a->w), [f] "r"(&f), [c] "i"(FE_C)
        : "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "cc",
          "memory");
}

#endif
#endif
