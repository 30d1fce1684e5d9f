/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of a backend, and points from bytes; see curve.h. */
#include "gost/curve.h"

#include <stdatomic.h>
#include "gost/cpu.h"

static _Atomic int forced = -1;

void gost_curve_force(int backend)
{
    atomic_store_explicit(&forced, backend, memory_order_relaxed);
}

const gost_curve_ops *gost_curve_best(const gost_curve *c)
{
    int choice = atomic_load_explicit(&forced, memory_order_relaxed);

    if (choice < 0)
        choice = gost_cpu_adx() && gost_cpu_avx2() ? GOST_BACKEND_ADX : GOST_BACKEND_PORTABLE;
    return c->ops[choice] ? c->ops[choice] : c->ops[GOST_BACKEND_PORTABLE];
}

int gost_curve_read_point(const gost_curve *c, const uint8_t *pub, uint64_t *x, uint64_t *y)
{
    gost_limbs_from_le(x, pub, c->limbs);
    gost_limbs_from_le(y, pub + 8 * c->limbs, c->limbs);
    return gost_mod_below(&c->p, x) && gost_mod_below(&c->p, y) &&
           gost_curve_best(c)->on_curve(c, x, y);
}
