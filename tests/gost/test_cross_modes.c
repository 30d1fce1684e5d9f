/* SPDX-License-Identifier: Apache-2.0 */
/* Random keys, messages and parts against gost-engine: every cipher and MAC that it has. */
#include "tests/gost/modes_test.h"

#include <dlfcn.h>

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "gost/gost28147.h"
#include "gost/kexp15.h"
#include "gost/modes.h"
#include "gost/omac.h"

static ENGINE *engine;
static uint8_t text[LONGEST + 40], want[LONGEST + 40], got[LONGEST + 40];

static int start_engine(void **state)
{
    (void)state;
    ENGINE_load_builtin_engines();
    engine = ENGINE_by_id("gost");
    if (engine != NULL && !ENGINE_init(engine)) {
        ENGINE_free(engine);
        engine = NULL;
    }
    if (engine == NULL)
        print_message("           gost-engine is not installed\n");
    return 0;
}

static int stop_engine(void **state)
{
    (void)state;
    if (engine != NULL) {
        ENGINE_finish(engine);
        ENGINE_free(engine);
    }
    return 0;
}

/* ---- ciphers -------------------------------------------------------------------------------- */

/* Ours, all of one shape. */
typedef struct ours {
    gost_block block;
    gost_ctr ctr;
    gost_feedback feedback;
    gost_28147_stream stream;
} ours;

static void ecb_e(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_block_encrypt(&((ours *)c)->block, in, out, len / ((ours *)c)->block.class->size);
}

static void ecb_d(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_block_decrypt(&((ours *)c)->block, in, out, len / ((ours *)c)->block.class->size);
}

static void cbc_e(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_cbc_encrypt(&((ours *)c)->feedback, in, out, len / ((ours *)c)->block.class->size);
}

static void cbc_d(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_cbc_decrypt(&((ours *)c)->feedback, in, out, len / ((ours *)c)->block.class->size);
}

static void cfb_e(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_cfb_encrypt(&((ours *)c)->feedback, in, out, len);
}

static void cfb_d(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_cfb_decrypt(&((ours *)c)->feedback, in, out, len);
}

static void ofb(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_ofb_crypt(&((ours *)c)->feedback, in, out, len);
}

static void ctr(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_ctr_crypt(&((ours *)c)->ctr, in, out, len);
}

static void cnt_28147(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_28147_cnt(&((ours *)c)->stream, in, out, len);
}

static void cfb_28147_e(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_28147_cfb_encrypt(&((ours *)c)->stream, in, out, len);
}

static void cfb_28147_d(void *c, const uint8_t *in, uint8_t *out, size_t len)
{
    gost_28147_cfb_decrypt(&((ours *)c)->stream, in, out, len);
}

enum { BLOCK_IV, HALF_IV, ACPKM, CNT_A, CNT_Z, ANY_SBOX_CBC, ANY_SBOX_CFB };

static const struct cipher {
    const char *name;
    const gost_block_class *class;
    crypt_function *encrypt, *decrypt;
    int kind;
    int whole; /* blocks only */
} ciphers[] = {
    {"kuznyechik-ecb", &gost_block_kuznyechik, ecb_e, ecb_d, BLOCK_IV, 1},
    {"kuznyechik-cbc", &gost_block_kuznyechik, cbc_e, cbc_d, BLOCK_IV, 1},
    {"kuznyechik-cfb", &gost_block_kuznyechik, cfb_e, cfb_d, BLOCK_IV, 0},
    {"kuznyechik-ofb", &gost_block_kuznyechik, ofb, ofb, BLOCK_IV, 0},
    {"kuznyechik-ctr", &gost_block_kuznyechik, ctr, ctr, HALF_IV, 0},
    {"kuznyechik-ctr-acpkm", &gost_block_kuznyechik, ctr, ctr, ACPKM, 0},
    {"magma-ecb", &gost_block_magma, ecb_e, ecb_d, BLOCK_IV, 1},
    {"magma-cbc", &gost_block_magma, cbc_e, cbc_d, BLOCK_IV, 1},
    {"magma-ctr", &gost_block_magma, ctr, ctr, HALF_IV, 0},
    {"magma-ctr-acpkm", &gost_block_magma, ctr, ctr, ACPKM, 0},
    {"gost89-cbc", &gost_block_28147, cbc_e, cbc_d, ANY_SBOX_CBC, 1},
    {"gost89", &gost_block_28147, cfb_28147_e, cfb_28147_d, ANY_SBOX_CFB, 0},
    {"gost89-cnt", &gost_block_28147, cnt_28147, cnt_28147, CNT_A, 0},
    {"gost89-cnt-12", &gost_block_28147, cnt_28147, cnt_28147, CNT_Z, 0},
};

static void theirs(void *ctx, const uint8_t *in, uint8_t *out, size_t len)
{
    int n = 0;

    assert_int_equal(EVP_CipherUpdate(ctx, out, &n, in, (int)len), 1);
    assert_int_equal(n, len);
}

/* The parameters of a gost89 cipher: SEQUENCE { OCTET STRING iv, OBJECT IDENTIFIER set }. */
static void set_parameters(EVP_CIPHER_CTX *ctx, const gost_sbox *sbox, const uint8_t iv[8])
{
    uint8_t der[64] = {0x30, (uint8_t)(10 + sbox->der_len), 0x04, 8};
    ASN1_TYPE *type = ASN1_TYPE_new();
    ASN1_STRING *string = ASN1_STRING_new();

    memcpy(der + 4, iv, 8);
    memcpy(der + 12, sbox->der, sbox->der_len);
    assert_int_equal(ASN1_STRING_set(string, der, (int)(12 + sbox->der_len)), 1);
    ASN1_TYPE_set(type, V_ASN1_SEQUENCE, string);
    assert_true(EVP_CIPHER_asn1_to_param(ctx, type) > 0);
    ASN1_TYPE_free(type);
}

static void prepare(const struct cipher *c, const EVP_CIPHER *cipher, ours *o, EVP_CIPHER_CTX *ctx,
                    int encrypt, const gost_sbox *sbox, size_t section, const uint8_t key[32],
                    const uint8_t iv[16])
{
    gost_block_init(&o->block, c->class, sbox, key);
    EVP_CIPHER_CTX_reset(ctx); /* or kuznyechik-cfb and -ofb start where they stopped */
    assert_int_equal(EVP_CipherInit_ex(ctx, cipher, engine, NULL, NULL, encrypt), 1);
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    if (c->kind >= ANY_SBOX_CBC)
        set_parameters(ctx, sbox, iv);
    assert_int_equal(EVP_CipherInit_ex(ctx, NULL, NULL, key, iv, encrypt), 1);
    EVP_CIPHER_CTX_set_padding(ctx, 0);
    switch (c->kind) {
    case ACPKM:
        assert_true(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_KEY_MESH, (int)section, NULL) > 0);
        gost_ctr_init(&o->ctr, &o->block, iv, section);
        break;
    case HALF_IV:
        gost_ctr_init(&o->ctr, &o->block, iv, 0);
        break;
    case BLOCK_IV:
    case ANY_SBOX_CBC:
        gost_feedback_init(&o->feedback, &o->block, iv, c->class->size);
        break;
    case ANY_SBOX_CFB:
        /* It meshes under the test set too, for which RFC 4357 prescribes that none be done. */
        gost_28147_cfb_init(&o->stream, sbox, 1, key, iv);
        break;
    default:
        gost_28147_cnt_init(&o->stream, sbox, 1, key, iv);
    }
}

static void one_cipher(uint64_t *rnd, const struct cipher *c, const EVP_CIPHER *cipher)
{
    size_t unit = c->whole ? c->class->size : 1;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t key[32], iv[16] = {0};
    ours o;

    assert_non_null(ctx);
    for (unsigned i = 0; i < CASES(200); i++) {
        size_t len = some_length(rnd) / unit * unit;
        size_t section = (1 + random_below(rnd, 70)) * c->class->size;
        const gost_sbox *sbox = c->kind == CNT_A ? gost_sbox_cryptopro_a : gost_sbox_tc26_z;

        random_bytes(rnd, key, sizeof key);
        random_bytes(rnd, iv, c->kind == HALF_IV || c->kind == ACPKM ? c->class->size / 2 : 16);
        random_bytes(rnd, text, len);
        if (c->kind >= ANY_SBOX_CBC)
            sbox = gost_sbox_at(i % 6); /* test, A to D, Z */
        prepare(c, cipher, &o, ctx, 1, sbox, section, key, iv);
        in_parts(rnd, theirs, ctx, text, want, len, unit);
        in_parts(rnd, c->encrypt, &o, text, got, len, unit);
        assert_memory_equal(got, want, len);
        prepare(c, cipher, &o, ctx, 0, sbox, section, key, iv);
        in_parts(rnd, theirs, ctx, want, got, len, unit);
        assert_memory_equal(got, text, len);
        in_parts(rnd, c->decrypt, &o, want, got, len, unit);
        assert_memory_equal(got, text, len);
    }
    EVP_CIPHER_CTX_free(ctx);
}

static void test_ciphers(void **state)
{
    uint64_t rnd = 41;

    (void)state;
    if (engine == NULL)
        skip();
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        int nid = OBJ_txt2nid(ciphers[i].name);
        const EVP_CIPHER *cipher = nid ? ENGINE_get_cipher(engine, nid) : NULL;

        if (cipher == NULL) {
            print_message("           gost-engine has no %s\n", ciphers[i].name);
            continue;
        }
        one_cipher(&rnd, &ciphers[i], cipher);
    }
}

/* ---- MACs ----------------------------------------------------------------------------------- */

#define SET_KEY 0x1004 /* gost-engine's EVP_MD_CTRL_SET_KEY */

/* What gost-engine's SET_KEY takes with argument 0. */
struct engine_mac_key {
    int nid;
    uint8_t key[32];
    short size;
};

static const EVP_MD *engine_md(const char *name)
{
    int nid = OBJ_txt2nid(name);
    const EVP_MD *md = engine && nid ? ENGINE_get_digest(engine, nid) : NULL;

    if (md == NULL)
        print_message("           gost-engine has no %s\n", name);
    return md;
}

static void engine_mac(const EVP_MD *md, int arg, void *key, size_t len, uint8_t *mac, size_t size)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned n = 0;

    assert_int_equal(EVP_DigestInit_ex(ctx, md, engine), 1);
    assert_int_equal(EVP_MD_CTX_ctrl(ctx, SET_KEY, arg, key), 1);
    /* In one part: gost-engine's gost-mac of a single block depends on the parts. */
    assert_int_equal(EVP_DigestUpdate(ctx, text, len), 1);
    assert_int_equal(EVP_DigestFinal_ex(ctx, mac, &n), 1);
    assert_int_equal(n, size);
    EVP_MD_CTX_free(ctx);
}

static void omac(void *m, const uint8_t *in, uint8_t *out, size_t len)
{
    (void)out;
    gost_omac_update(m, in, len);
}

static void test_omac(void **state)
{
    static const struct {
        const char *name;
        const gost_block_class *class;
    } macs[] = {{"kuznyechik-mac", &gost_block_kuznyechik}, {"magma-mac", &gost_block_magma}};
    uint64_t rnd = 42;
    unsigned done = 0;

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        const EVP_MD *md = engine_md(macs[k].name);
        unsigned size = macs[k].class->size;

        for (unsigned i = 0; md && i < CASES(300); i++, done++) {
            size_t len = i < 40 ? i : some_length(&rnd), cut = (size_t)EVP_MD_size(md);
            uint8_t key[32], mac[16], expect[64];
            gost_block b;
            gost_omac m;

            random_bytes(&rnd, key, sizeof key);
            random_bytes(&rnd, text, len);
            engine_mac(md, 32, key, len, expect, cut);
            gost_block_init(&b, macs[k].class, NULL, key);
            gost_omac_init(&m, &b);
            in_parts(&rnd, omac, &m, text, got, len, 1);
            gost_omac_final(&m, mac, size);
            assert_true(cut <= size);
            assert_memory_equal(mac, expect, cut);
        }
    }
    if (done == 0)
        skip();
}

static void omac_acpkm(void *m, const uint8_t *in, uint8_t *out, size_t len)
{
    (void)out;
    gost_omac_acpkm_update(m, in, len);
}

/* The digest of this name is the MAC alone. Only Kuznyechik's in gost-engine up to 3.0.1. */
static void test_omac_acpkm(void **state)
{
    const EVP_MD *md = engine_md("kuznyechik-ctr-acpkm-omac");
    uint64_t rnd = 46;

    (void)state;
    if (!md)
        skip();
    for (unsigned i = 0; i < CASES(300); i++) {
        size_t len = i < 40 ? 1 + i : 1 + some_length(&rnd);
        int section = 16 * (1 + (int)random_below(&rnd, 20));
        int master = 16 * (3 + (int)random_below(&rnd, 20)); /* the first key is made before */
        uint8_t key[32], mac[16], expect[64];
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        gost_omac_acpkm m;
        unsigned n = 0;
        gost_block b;

        random_bytes(&rnd, key, sizeof key);
        random_bytes(&rnd, text, len);
        assert_int_equal(EVP_DigestInit_ex(ctx, md, engine), 1);
        assert_int_equal(EVP_MD_CTX_ctrl(ctx, SET_KEY, 32, key), 1);
        assert_int_equal(EVP_MD_CTX_ctrl(ctx, EVP_CTRL_KEY_MESH, section, &master), 1);
        assert_int_equal(EVP_DigestUpdate(ctx, text, len), 1);
        assert_int_equal(EVP_DigestFinal_ex(ctx, expect, &n), 1);
        assert_int_equal(n, 16);
        EVP_MD_CTX_free(ctx);
        gost_block_init(&b, &gost_block_kuznyechik, NULL, key);
        gost_omac_acpkm_init(&m, &b, (uint64_t)section, (uint64_t)master);
        in_parts(&rnd, omac_acpkm, &m, text, got, len, 1);
        gost_omac_acpkm_final(&m, mac, 16);
        assert_memory_equal(mac, expect, 16);
    }
}

static void mac_28147(void *m, const uint8_t *in, uint8_t *out, size_t len)
{
    (void)out;
    gost_28147_mac_update(m, in, len);
}

static void test_gost_mac(void **state)
{
    const EVP_MD *old = engine_md("gost-mac"), *new = engine_md("gost-mac-12");
    struct engine_mac_key k = {0};
    uint64_t rnd = 43;

    (void)state;
    if (!old || !new)
        skip();
    for (unsigned i = 0; i < CASES(600); i++) {
        size_t len = i < 120 ? i / 4 : some_length(&rnd);
        const gost_sbox *sbox = gost_sbox_at(i % 6);
        uint8_t mac[4], expect[64];
        gost_28147_mac m;

        random_bytes(&rnd, k.key, sizeof k.key);
        random_bytes(&rnd, text, len);
        if (i % 7 == 0) {
            sbox = gost_sbox_tc26_z;
            engine_mac(new, 32, k.key, len, expect, 4);
        } else if (i % 7 == 1) {
            sbox = gost_sbox_cryptopro_a;
            engine_mac(old, 32, k.key, len, expect, 4);
        } else {
            k.nid = OBJ_txt2nid(sbox->oid);
            assert_int_not_equal(k.nid, NID_undef);
            engine_mac(old, 0, &k, len, expect, 4);
        }
        gost_28147_mac_init(&m, sbox, 1, k.key, NULL);
        in_parts(&rnd, mac_28147, &m, text, got, len, 1);
        gost_28147_mac_final(&m, mac);
        assert_memory_equal(mac, expect, 4);
    }
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* gost-engine only imports. Its key is the MAC's and then the cipher's. */
static void test_kexp15(void **state)
{
    static const char *const names[] = {"kuznyechik-kexp15", "magma-kexp15"};
    static const gost_block_class *const classes[] = {&gost_block_kuznyechik, &gost_block_magma};
    uint64_t rnd = 44;
    unsigned done = 0;

    (void)state;
    for (int k = 0; k < 2; k++) {
        int nid = OBJ_txt2nid(names[k]);
        const EVP_CIPHER *cipher = engine && nid ? ENGINE_get_cipher(engine, nid) : NULL;

        for (unsigned i = 0; cipher && i < CASES(100); i++, done++) {
            EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
            uint8_t keys[64], iv[16] = {0}, secret[32], out[48], in[64];
            int n = 0;

            random_bytes(&rnd, keys, sizeof keys);
            random_bytes(&rnd, iv, classes[k]->size / 2);
            random_bytes(&rnd, secret, sizeof secret);
            gost_kexp15(classes[k], keys + 32, keys, iv, secret, 32, out);
            EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
            assert_int_equal(EVP_DecryptInit_ex(ctx, cipher, engine, keys, iv), 1);
            assert_int_equal(EVP_DecryptUpdate(ctx, in, &n, out, (int)(32 + classes[k]->size)), 1);
            assert_memory_equal(in, secret, 32);
            EVP_CIPHER_CTX_free(ctx);
        }
    }
    if (done == 0)
        skip();
}

/* gost-engine's own functions for RFC 4357, 6.3 and 6.5, where its file shows them. */
static struct {
    void (*init)(void *ctx, const uint8_t *k8_to_k1);
    void (*diversify)(void *ctx, const uint8_t *key, const uint8_t *ukm, uint8_t *out);
    int (*wrap)(void *ctx, const uint8_t *kek, const uint8_t *ukm, const uint8_t *cek,
                uint8_t *ukm_cek_mac);
} lib;

static int find_functions(void)
{
    Dl_info info;
    void *so, *code;
    ENGINE_CIPHERS_PTR any = engine ? ENGINE_get_ciphers(engine) : NULL;

    memcpy(&code, &any, sizeof code);
    if (!any || !dladdr(code, &info) || !(so = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD)))
        return 0;
    *(void **)&lib.init = dlsym(so, "gost_init");
    *(void **)&lib.diversify = dlsym(so, "keyDiversifyCryptoPro");
    *(void **)&lib.wrap = dlsym(so, "keyWrapCryptoPro");
    dlclose(so);
    return lib.init && lib.diversify && lib.wrap;
}

static void test_wrap(void **state)
{
    static uint64_t ctx[8192]; /* more than the engine's own */
    uint64_t rnd = 45;

    (void)state;
    if (!find_functions()) {
        print_message("           gost-engine does not show its functions\n");
        skip();
    }
    for (unsigned i = 0; i < CASES(300); i++) {
        const gost_sbox *sbox = gost_sbox_at(i % 8);
        uint8_t kek[32], ukm[8], cek[32], out[36], expect[44], rows[8][16];

        for (int j = 0; j < 8; j++)
            memcpy(rows[j], sbox->rows[7 - j], 16);
        random_bytes(&rnd, kek, sizeof kek);
        random_bytes(&rnd, ukm, sizeof ukm);
        random_bytes(&rnd, cek, sizeof cek);
        lib.init(ctx, rows[0]);
        lib.diversify(ctx, kek, ukm, expect);
        gost_28147_diversify(sbox, kek, ukm, out);
        assert_memory_equal(out, expect, 32);
        lib.wrap(ctx, kek, ukm, cek, expect);
        gost_28147_wrap(sbox, 1, kek, ukm, cek, out);
        assert_memory_equal(out, expect + 8, 36);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ciphers),    cmocka_unit_test(test_omac),
        cmocka_unit_test(test_omac_acpkm), cmocka_unit_test(test_gost_mac),
        cmocka_unit_test(test_kexp15),     cmocka_unit_test(test_wrap),
    };

    return cmocka_run_group_tests(tests, start_engine, stop_engine);
}
