/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in memory: wiping, comparing, and marking them for the constant-time test. */
#ifndef GOST_MEM_H
#define GOST_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Overwrites len bytes at p with zeros; the compiler cannot drop it. p may be NULL if len is 0. */
void gost_wipe(void *p, size_t len);

/*
 * Overwrites the stack below the caller's frame: what the functions it has called (and the compiler
 * on their behalf, in spilled registers) left there. A caller that has secrets of its own in
 * compiler temporaries puts the work into a function that is not inlined, and calls this after it.
 */
void gost_wipe_stack(void);
/* The same for a caller of the curves' mul, which goes deeper than anything else in gost/. */
void gost_wipe_stack_deep(void);

/* Returns 1 if the len bytes at a and b are the same, else 0, in a time that depends on len only.
 */
int gost_equal(const void *a, const void *b, size_t len);

/*
 * For the constant-time test, which runs under valgrind's memcheck: gost_poison marks len bytes as
 * undefined, so that a branch or an index that depends on them is reported; gost_unpoison marks
 * bytes as public again where a secret computation yields a public result (a signature, a public
 * key, "this PIN is wrong"). Both cost a few instructions and do nothing outside valgrind.
 */
void gost_poison(const void *p, size_t len);
void gost_unpoison(const void *p, size_t len);

#endif
