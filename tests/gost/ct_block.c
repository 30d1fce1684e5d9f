/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constant-time test of the block ciphers, to be run under valgrind's memcheck: keys and data
 * are marked as undefined, and memcheck reports each branch and each address that depends on them.
 * Every body of every cipher; numbers of blocks on both sides of each body's groups. With the
 * argument "control" it does what must be reported: the plain cipher with its tables.
 */
#include "tests/gost/block_test.h"

#include "gost/mem.h"
#include "tests/gost/plain_kuznyechik.h"

static uint8_t key[32], in[16 * MOST_BLOCKS], out[16 * MOST_BLOCKS], back[16 * MOST_BLOCKS];
static int failures;

static void one(const family *f, const gost_sbox *sbox, const gost_block_body *body)
{
    static const size_t counts[] = {1, 2, 3, 4, 5, 8, 9, 16, 17, 31, 32, 33, 64, MOST_BLOCKS};
    gost_block b;

    gost_block_init(&b, f->class, sbox, key);
    body->set_key(&b, key);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        size_t len = counts[i] * f->class->size;

        body->encrypt(&b, in, out, counts[i]);
        body->decrypt(&b, out, back, counts[i]);
        gost_unpoison(back, len);
        gost_unpoison(in, len);
        failures += memcmp(in, back, len) != 0;
        gost_poison(in, len);
    }
    printf("%s, body %s\n", f->class->name, body->name);
}

int main(int argc, char **argv)
{
    uint64_t rnd = 19;

    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, in, sizeof in);
    gost_poison(key, sizeof key);
    gost_poison(in, sizeof in);
    if (argc > 1 && strcmp(argv[1], "control") == 0) {
        plain_key ks;

        plain_set_key(&ks, key);
        return 0;
    }
    for (const family *f = families; f < families + FAMILIES; f++)
        for (unsigned k = 0; k < *f->count; k++)
            if (f->bodies[k].available())
                for (size_t s = 0; s < sbox_count(f); s += 3)
                    one(f, sbox_of(f, s), &f->bodies[k]);
    return failures > 0;
}
