/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The constant-time test of the modes, to be run under valgrind's memcheck: keys, messages, wrapped
 * keys and MACs are marked as undefined, and memcheck reports each branch and each address that
 * depends on them. IVs and lengths are public. With the argument "control" it does what must be
 * reported: it looks a byte of a gamma up in a table.
 */
#include "tests/gost/hash_test.h"

#include "gost/aead.h"
#include "gost/gost28147.h"
#include "gost/kexp15.h"
#include "gost/mem.h"
#include "gost/mgm_sum.h"
#include "gost/modes.h"
#include "gost/omac.h"

static uint8_t key[64], text[2400], out[2400], back[2400], mac[16];
static uint8_t iv[32] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
static int failures;

/* Makes public what came out, and says whether it is the secret text again. */
static void expect(const char *what, const void *got, const void *want, size_t len)
{
    static uint8_t a[sizeof text], b[sizeof text];

    memcpy(a, got, len);
    memcpy(b, want, len);
    gost_unpoison(a, len);
    gost_unpoison(b, len);
    if (memcmp(a, b, len) != 0) {
        printf("%s: wrong result\n", what);
        failures++;
    }
}

static void test_streams(const gost_block *b)
{
    gost_feedback f;
    gost_ctr c;

    for (size_t cut = 1; cut < sizeof text; cut += 1013) {
        gost_ctr_init(&c, b, iv, 16 * b->class->size);
        gost_ctr_crypt(&c, text, out, cut);
        gost_ctr_crypt(&c, text + cut, out + cut, sizeof text - cut);
        gost_ctr_init(&c, b, iv, 16 * b->class->size);
        gost_ctr_crypt(&c, out, back, sizeof text);
        expect("ctr", back, text, sizeof text);

        gost_feedback_init(&f, b, iv, 16);
        gost_cfb_encrypt(&f, text, out, cut);
        gost_cfb_encrypt(&f, text + cut, out + cut, sizeof text - cut);
        gost_feedback_init(&f, b, iv, 16);
        gost_cfb_decrypt(&f, out, back, cut);
        gost_cfb_decrypt(&f, out + cut, back + cut, sizeof text - cut);
        expect("cfb", back, text, sizeof text);

        gost_feedback_init(&f, b, iv, 16);
        gost_ofb_crypt(&f, text, out, cut);
        gost_ofb_crypt(&f, text + cut, out + cut, sizeof text - cut);
        gost_feedback_init(&f, b, iv, 16);
        gost_ofb_crypt(&f, out, back, sizeof text);
        expect("ofb", back, text, sizeof text);
    }
    gost_feedback_init(&f, b, iv, 32);
    gost_cbc_encrypt(&f, text, out, sizeof text / b->class->size);
    gost_feedback_init(&f, b, iv, 32);
    gost_cbc_decrypt(&f, out, back, sizeof text / b->class->size);
    expect("cbc", back, text, sizeof text);
}

static void test_macs(const gost_block *b)
{
    static const size_t lens[] = {0, 1, 8, 16, 17, 2400};
    uint8_t tag[16];
    gost_omac_acpkm o;
    gost_aead a;
    gost_omac m;

    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        gost_omac_init(&m, b);
        gost_omac_update(&m, text, lens[i] / 3);
        gost_omac_update(&m, text + lens[i] / 3, lens[i] - lens[i] / 3);
        gost_omac_final(&m, mac, b->class->size);

        gost_omac_acpkm_init(&o, b, 64, 192);
        gost_omac_acpkm_update(&o, text, lens[i]);
        gost_omac_acpkm_final(&o, mac, b->class->size);

        gost_aead_init(&a, b, iv);
        gost_aead_ad(&a, text, lens[i]);
        gost_aead_encrypt(&a, text, out, lens[i] / 3);
        gost_aead_encrypt(&a, text + lens[i] / 3, out + lens[i] / 3, lens[i] - lens[i] / 3);
        gost_aead_final(&a, mac);
        gost_aead_init(&a, b, iv);
        gost_aead_ad(&a, text, lens[i]);
        gost_aead_decrypt(&a, out, back, lens[i]);
        gost_aead_final(&a, tag);
        expect("mgm", back, text, lens[i]);
        expect("mgm's tag", tag, mac, b->class->size);
    }
    gost_mgm_sum_portable(mac, text, text + 1000, 16, b->class->size);
    gost_mgm_sum(mac, text, text + 1000, 16, b->class->size);
}

static void test_kexp15(const gost_block_class *class)
{
    size_t n = 32 + class->size;

    gost_kexp15(class, key, key + 32, iv, text, 32, out);
    if (!gost_kimp15(class, key, key + 32, iv, out, n, back))
        failures++;
    expect("kexp15", back, text, 32);
    out[3] ^= 1;
    failures += gost_kimp15(class, key, key + 32, iv, out, n, back);
}

static void test_28147(const gost_sbox *sbox, int meshing)
{
    gost_28147_stream c;
    gost_28147_mac m;

    gost_28147_cnt_init(&c, sbox, meshing, key, iv);
    gost_28147_cnt(&c, text, out, 1021);
    gost_28147_cnt(&c, text + 1021, out + 1021, sizeof text - 1021);
    gost_28147_cnt_init(&c, sbox, meshing, key, iv);
    gost_28147_cnt(&c, out, back, sizeof text);
    expect("cnt", back, text, sizeof text);

    gost_28147_cfb_init(&c, sbox, meshing, key, iv);
    gost_28147_cfb_encrypt(&c, text, out, 1021);
    gost_28147_cfb_encrypt(&c, text + 1021, out + 1021, sizeof text - 1021);
    gost_28147_cfb_init(&c, sbox, meshing, key, iv);
    gost_28147_cfb_decrypt(&c, out, back, 11);
    gost_28147_cfb_decrypt(&c, out + 11, back + 11, sizeof text - 11);
    expect("gost89 cfb", back, text, sizeof text);

    for (size_t len = 0; len <= sizeof text; len += 6) {
        gost_28147_mac_init(&m, sbox, meshing, key, NULL);
        gost_28147_mac_update(&m, text, len / 2);
        gost_28147_mac_update(&m, text + len / 2, len - len / 2);
        gost_28147_mac_final(&m, mac);
    }
    for (int diversify = 0; diversify < 2; diversify++) {
        gost_28147_wrap(sbox, diversify, key, iv, text, out);
        if (!gost_28147_unwrap(sbox, diversify, key, iv, out, back))
            failures++;
        expect("wrap", back, text, 32);
        out[35] ^= 1;
        failures += gost_28147_unwrap(sbox, diversify, key, iv, out, back);
    }
}

static void poison(void)
{
    gost_poison(key, sizeof key);
    gost_poison(text, sizeof text);
}

__attribute__((noinline)) static int control(const gost_block *b)
{
    static volatile uint8_t table[256];
    uint8_t gamma[16] = {0};
    gost_ctr c;

    gost_ctr_init(&c, b, iv, 0);
    gost_ctr_crypt(&c, gamma, gamma, sizeof gamma);
    return table[gamma[5]];
}

int main(int argc, char **argv)
{
    static const gost_block_class *const classes[] = {&gost_block_kuznyechik, &gost_block_magma};
    uint64_t rnd = 9;
    gost_block b;

    random_bytes(&rnd, key, sizeof key);
    random_bytes(&rnd, text, sizeof text);
    poison();
    for (int i = 0; i < 2; i++) {
        gost_block_init(&b, classes[i], NULL, key);
        if (argc > 1 && strcmp(argv[1], "control") == 0)
            return control(&b);
        test_streams(&b);
        test_macs(&b);
        test_kexp15(classes[i]);
        puts(classes[i]->name);
    }
    for (int i = 0; i < 2; i++)
        test_28147(i ? gost_sbox_tc26_z : gost_sbox_cryptopro_a, i);
    puts("gost89");
    return failures > 0;
}
