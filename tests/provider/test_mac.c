/* SPDX-License-Identifier: Apache-2.0 */
/* MACs as programs meet them, native ones and shells; and the hash GOST R 34.11-94. The other side
 * is gost-engine in another process. */
#include "symmetric.h"

#include <pthread.h>

#include <openssl/core_names.h>

#include "mac/mac.h"

enum { LONGEST = 30000 };

static const struct subject {
    const char *name;
    size_t size, most;
    int shell;
} subjects[] = {
    {"gost-mac", 4, 4, 1},
    {"gost-mac-12", 4, 4, 1},
    {"magma-mac", 8, 8, 1},
    {"kuznyechik-mac", 16, 16, 1},
    {"magma-ctr-acpkm-omac", 8, 8, 0},
    {"kuznyechik-ctr-acpkm-omac", 16, 16, 0},
};
enum { SUBJECTS = sizeof(subjects) / sizeof(subjects[0]) };

static uint8_t text[LONGEST];

static EVP_MAC_CTX *new_mac(OSSL_LIB_CTX *lib, const char *name)
{
    EVP_MAC *mac = EVP_MAC_fetch(lib, name, NULL);
    EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);

    EVP_MAC_free(mac);
    return ctx;
}

/* In parts, with a copy taken in the middle to go on with. Returns the length. */
static size_t feed(EVP_MAC_CTX *ctx, size_t len, uint8_t *out, uint64_t *rnd)
{
    EVP_MAC_CTX *copy = NULL;
    size_t size;

    for (size_t done = 0, part; done < len; done += part) {
        part = sy_part(rnd, len - done);
        assert_int_equal(EVP_MAC_update(copy != NULL ? copy : ctx, text + done, part), 1);
        if (copy == NULL && sy_random(rnd) % 3 == 0)
            assert_non_null(copy = EVP_MAC_CTX_dup(ctx));
    }
    assert_int_equal(EVP_MAC_final(copy != NULL ? copy : ctx, out, &size, 64), 1);
    EVP_MAC_CTX_free(copy);
    return size;
}

static size_t run_native(const char *name, const uint8_t *key, size_t len, uint8_t *out,
                         uint64_t *rnd)
{
    EVP_MAC_CTX *ctx = new_mac(NULL, name);
    size_t size;

    assert_non_null(ctx);
    assert_int_equal(EVP_MAC_init(ctx, key, 32, NULL), 1);
    size = feed(ctx, len, out, rnd);
    EVP_MAC_CTX_free(ctx);
    return size;
}

/* As the method of a MAC key does it inside EVP_DigestSignInit. */
static EVP_MD_CTX *new_shell(const char *name, const uint8_t *key)
{
    const EVP_MD *md = EVP_get_digestbynid(OBJ_txt2nid(name));
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    assert_non_null(md);
    assert_int_equal(EVP_DigestInit_ex(ctx, md, NULL), 1);
    if (key != NULL)
        assert_int_equal(EVP_MD_CTX_ctrl(ctx, GT_MAC_CTRL_SET_KEY, 32, (void *)(uintptr_t)key), 1);
    return ctx;
}

static size_t run_shell(const char *name, const uint8_t *key, size_t len, uint8_t *out,
                        uint64_t *rnd)
{
    EVP_MD_CTX *ctx = new_shell(name, key), *copy = EVP_MD_CTX_new();
    unsigned size;

    for (size_t done = 0, part; done < len; done += part) {
        part = sy_part(rnd, len - done);
        assert_int_equal(EVP_DigestUpdate(ctx, text + done, part), 1);
        if (sy_random(rnd) % 3 == 0) {
            EVP_MD_CTX *old = ctx;

            assert_int_equal(EVP_MD_CTX_copy_ex(copy, ctx), 1);
            ctx = copy;
            copy = old;
        }
    }
    assert_int_equal(EVP_DigestFinal_ex(ctx, out, &size), 1);
    EVP_MD_CTX_free(ctx);
    EVP_MD_CTX_free(copy);
    return size;
}

/* ---- examples -------------------------------------------------------------------------------- */

/* GOST R 34.13-2015, A.1.6 and A.2.6. */
static void examples(void **state)
{
    static const struct {
        const char *name, *key, *text, *mac;
    } table[] = {
        {"kuznyechik-mac", "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef",
         "1122334455667700ffeeddccbbaa9988 00112233445566778899aabbcceeff0a "
         "112233445566778899aabbcceeff0a00 2233445566778899aabbcceeff0a0011",
         "336f4d296059fbe3"},
        {"magma-mac", "ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
         "92def06b3c130a59 db54c704f8189d20 4a98fb2e67a8024c 8912409b17b57e41", "154e7210"},
    };
    uint64_t rnd = 1;
    uint8_t key[32], mac[64], want[16];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        size_t len = sy_unhex(text, table[i].text), size = sy_unhex(want, table[i].mac);

        sy_unhex(key, table[i].key);
        run_native(table[i].name, key, len, mac, &rnd);
        assert_memory_equal(mac, want, size);
        run_shell(table[i].name, key, len, mac, &rnd);
        assert_memory_equal(mac, want, size);
    }
}

/* ---- native ones, shells, gost-engine ----------------------------------------------------------
 */

static void alike(void **state)
{
    uint64_t rnd = 2;
    uint8_t key[32], one[64], two[64];

    (void)state;
    for (size_t turn = 0; turn < 20 * SUBJECTS; turn++) {
        const struct subject *s = &subjects[turn % SUBJECTS];
        size_t len = sy_random(&rnd) % (turn % 4 ? 100 : LONGEST);

        sy_fill(&rnd, key, sizeof(key));
        sy_fill(&rnd, text, len);
        assert_int_equal(run_native(s->name, key, len, one, &rnd), s->size);
        assert_int_equal(run_native(s->name, key, len, two, &rnd), s->size);
        assert_memory_equal(one, two, s->size);
        if (s->shell) {
            assert_int_equal(run_shell(s->name, key, len, two, &rnd), s->size);
            assert_memory_equal(one, two, s->size);
        }
    }
}

static void peer(void **state)
{
    static const size_t lengths[] = {9, 16, 17, 1023, 1024, 1025, 4096, 4097, LONGEST};
    uint64_t rnd = 3;
    uint8_t key[32], mac[64];
    char out[256];

    (void)state;
    if (fx_peer() == NULL)
        skip();
    for (size_t i = 0; i < SUBJECTS; i++) {
        const struct subject *s = &subjects[i];

        if (strcmp(s->name, "magma-ctr-acpkm-omac") == 0)
            continue; /* gost-engine has no such MAC */
        for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
            sy_fill(&rnd, key, sizeof(key));
            sy_fill(&rnd, text, lengths[j]);
            sy_write("plain", text, lengths[j]);
            /* Both: the method of that name would take another's digest. */
            assert_int_equal(fx_other("openssl dgst -%s -mac %s -macopt hexkey:%s -out mac plain",
                                      s->name, s->name, sy_hex(key, sizeof(key))),
                             0);
            out[sy_read("mac", out, sizeof(out) - 1)] = '\0';
            assert_int_equal(run_native(s->name, key, lengths[j], mac, &rnd), s->size);
            assert_non_null(strstr(out, sy_hex(mac, s->size)));
        }
    }
}

/* ---- parameters and controls -------------------------------------------------------------------
 */

static void lengths(void **state)
{
    uint64_t rnd = 4;
    uint8_t key[32] = {1}, whole[64], mac[64];

    (void)state;
    for (size_t i = 0; i < SUBJECTS; i++) {
        const struct subject *s = &subjects[i];
        EVP_MAC_CTX *ctx = new_mac(NULL, s->name);

        run_native(s->name, key, 1000, whole, &rnd);
        for (size_t size = 0; size <= s->most + 1; size++) {
            OSSL_PARAM params[] = {OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                                   OSSL_PARAM_construct_end()};
            int right = size > 0 && size <= s->most;

            assert_int_equal(EVP_MAC_init(ctx, key, 32, params), right);
            if (!right) {
                assert_true(fx_error("bad parameter", "size"));
                continue;
            }
            assert_int_equal(EVP_MAC_CTX_get_mac_size(ctx), size);
            assert_int_equal(feed(ctx, 1000, mac, &rnd), size);
            assert_memory_equal(mac, whole, size);
        }
        EVP_MAC_CTX_free(ctx);
        if (s->shell) {
            EVP_MD_CTX *md = new_shell(s->name, key);

            assert_int_equal(EVP_DigestUpdate(md, text, 1000), 1);
            assert_int_equal(EVP_MD_CTX_ctrl(md, EVP_MD_CTRL_XOF_LEN, 0, NULL), 0);
            assert_int_equal(EVP_MD_CTX_ctrl(md, EVP_MD_CTRL_XOF_LEN, (int)s->most + 1, NULL), 0);
            assert_int_equal(EVP_MD_CTX_ctrl(md, EVP_MD_CTRL_XOF_LEN, 3, NULL), 1);
            memset(mac, 0, sizeof(mac));
            assert_int_equal(EVP_DigestFinal_ex(md, mac, NULL), 1);
            assert_memory_equal(mac, whole, 3);
            assert_int_equal(mac[3], 0);
            EVP_MD_CTX_free(md);
        }
    }
}

/* One context: again under the same key, under another, the key as a parameter, none. */
static void keys(void **state)
{
    uint64_t rnd = 5;
    uint8_t key[2][32], want[2][64], mac[64];
    size_t size;

    (void)state;
    sy_fill(&rnd, key[0], sizeof(key));
    for (size_t i = 0; i < SUBJECTS; i++) {
        const char *name = subjects[i].name;
        EVP_MAC_CTX *ctx = new_mac(NULL, name);
        OSSL_PARAM params[] = {
            OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key[0], 32),
            OSSL_PARAM_construct_end(),
        };

        for (size_t j = 0; j < 2; j++)
            run_native(name, key[j], 777, want[j], &rnd);
        assert_int_equal(EVP_MAC_init(ctx, NULL, 0, NULL), 1);
        assert_int_equal(EVP_MAC_update(ctx, text, 10), 0);
        assert_int_equal(EVP_MAC_final(ctx, mac, &size, sizeof(mac)), 0);
        assert_true(fx_error("no key", "MAC"));
        assert_int_equal(EVP_MAC_init(ctx, key[0], 31, NULL), 0);
        assert_true(fx_error("wrong length", "31"));
        assert_int_equal(EVP_MAC_init(ctx, NULL, 0, params), 1);
        feed(ctx, 777, mac, &rnd);
        assert_memory_equal(mac, want[0], subjects[i].size);
        assert_int_equal(EVP_MAC_init(ctx, NULL, 0, NULL), 1);
        feed(ctx, 777, mac, &rnd);
        assert_memory_equal(mac, want[0], subjects[i].size);
        assert_int_equal(EVP_MAC_init(ctx, key[1], 32, NULL), 1);
        assert_int_equal(EVP_MAC_update(ctx, text, 10), 1);
        assert_int_equal(EVP_MAC_init(ctx, NULL, 0, NULL), 1); /* that was nothing */
        feed(ctx, 777, mac, &rnd);
        assert_memory_equal(mac, want[1], subjects[i].size);
        EVP_MAC_CTX_free(ctx);
        if (subjects[i].shell) {
            EVP_MD_CTX *md = new_shell(name, NULL);
            unsigned len = 0;

            assert_int_equal(EVP_DigestUpdate(md, text, 10), 0);
            assert_int_equal(EVP_DigestFinal_ex(md, mac, NULL), 0);
            assert_int_equal(EVP_MD_CTX_ctrl(md, GT_MAC_CTRL_SET_KEY, 16, key[0]), 0);
            assert_int_equal(EVP_MD_CTX_ctrl(md, GT_MAC_CTRL_KEY_LEN, 0, &len), 1);
            assert_int_equal(len, 32);
            assert_int_equal(EVP_MD_get_size(EVP_MD_CTX_get0_md(md)), subjects[i].size);
            ERR_clear_error();
            EVP_MD_CTX_free(md);
        }
    }
}

/* gost-mac is gost-mac-12 with another S-box. */
static void sboxes(void **state)
{
    static char a[] = "id-Gost28147-89-CryptoPro-A-ParamSet", none[] = "no-such-thing";
    OSSL_PARAM param[2] = {OSSL_PARAM_construct_utf8_string("paramset", a, 0),
                           OSSL_PARAM_construct_end()};
    uint64_t rnd = 6;
    uint8_t key[32] = {3}, want[64], mac[64];
    EVP_MAC_CTX *ctx = new_mac(NULL, "gost-mac-12");
    EVP_MD_CTX *md = new_shell("gost-mac-12", key);

    (void)state;
    run_native("gost-mac", key, 3000, want, &rnd);
    assert_int_equal(EVP_MAC_init(ctx, key, 32, param), 1);
    feed(ctx, 3000, mac, &rnd);
    assert_memory_equal(mac, want, 4);
    EVP_MAC_CTX_free(ctx);
    assert_int_equal(EVP_MD_CTX_ctrl(md, EVP_CTRL_SET_SBOX, 0, none), 0);
    assert_int_equal(EVP_MD_CTX_ctrl(md, EVP_CTRL_SET_SBOX, 0, a), 1);
    assert_int_equal(EVP_DigestUpdate(md, text, 3000), 1);
    assert_int_equal(EVP_DigestFinal_ex(md, mac, NULL), 1);
    assert_memory_equal(mac, want, 4);
    EVP_MD_CTX_free(md);
    /* There is none in OMAC. */
    ctx = new_mac(NULL, "kuznyechik-mac");
    assert_int_equal(EVP_MAC_init(ctx, key, 32, param), 0);
    assert_true(fx_error("bad parameter", "paramset"));
    EVP_MAC_CTX_free(ctx);
}

/* Sections of OMAC-ACPKM: RFC 8645, A.4.1 and A.4.2 have sections of two blocks, and of six for the
 * master key. */
static void sections(void **state)
{
    size_t section = 32, master = 96;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_size_t("key-mesh", &section),
        OSSL_PARAM_construct_size_t("cipher-key-mesh", &master),
        OSSL_PARAM_construct_end(),
    };
    uint64_t rnd = 7;
    uint8_t key[32], mac[64], want[16];
    EVP_MAC_CTX *ctx = new_mac(NULL, "kuznyechik-ctr-acpkm-omac");

    (void)state;
    sy_unhex(key, "8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef");
    sy_unhex(text, "1122334455667700ffeeddccbbaa9988 0011223344556677");
    sy_unhex(want, "b5367f47b62b995eeb2a648c5843145e");
    assert_int_equal(EVP_MAC_init(ctx, key, 32, params), 1);
    assert_int_equal(feed(ctx, 24, mac, &rnd), 16);
    assert_memory_equal(mac, want, 16);
    sy_unhex(text, "1122334455667700ffeeddccbbaa9988 00112233445566778899aabbcceeff0a "
                   "112233445566778899aabbcceeff0a00 2233445566778899aabbcceeff0a0011 "
                   "33445566778899aabbcceeff0a001122");
    sy_unhex(want, "fbb8dcee45bea67c35f58c5700898e5d");
    assert_int_equal(EVP_MAC_init(ctx, key, 32, NULL), 1);
    assert_int_equal(feed(ctx, 80, mac, &rnd), 16);
    assert_memory_equal(mac, want, 16);
    section = 33;
    assert_int_equal(EVP_MAC_init(ctx, key, 32, params), 0);
    assert_true(fx_error("bad parameter", "key-mesh"));
    EVP_MAC_CTX_free(ctx);
}

/* A record's MAC is under TLSTREE(key, seq): RFC 9189, A.1.1, has the leaves of a key of ones. */
static void records(void **state)
{
    static const struct {
        uint8_t seq[8];
        const char *leaf;
    } table[] = {
        {{0, 0, 0, 0, 0, 0, 0, 63},
         "507642d958c520c6d7eef5ca8a5316d4f34b855d2dd4bcbf4e5bf0ff641a19ff"},
        {{0, 0, 0, 0, 0, 0, 0, 64},
         "c19b639f4bea788c1c59b4c887db5b07c19119101868dab89a8d9361b2f010f3"},
        {{0, 0, 0, 1, 0, 0, 0, 0},
         "7ffb1ad7e57b70be109631d2719298b97dee3b008d86f83daaf62a4ea5b7aafd"},
    };
    uint64_t rnd = 8;
    uint8_t key[32], other[32], leaf[32], want[64], mac[64], seq[8];
    EVP_MD_CTX *md, *copy = EVP_MD_CTX_new();

    (void)state;
    memset(key, 0xff, sizeof(key));
    md = new_shell("kuznyechik-mac", key);
    /* Forwards, and back: levels are kept from one record to the next. */
    for (size_t n = 0; n < 12; n++) {
        size_t i = n * n % 5 % 3;

        sy_unhex(leaf, table[i].leaf);
        memcpy(seq, table[i].seq, sizeof(seq));
        run_native("kuznyechik-mac", leaf, 500, want, &rnd);
        /* libssl copies the context for each record. */
        assert_int_equal(EVP_MD_CTX_copy_ex(copy, md), 1);
        assert_int_equal(EVP_MD_CTX_ctrl(copy, EVP_MD_CTRL_TLSTREE, 0, seq), 1);
        assert_int_equal(EVP_DigestUpdate(copy, text, 500), 1);
        assert_int_equal(EVP_DigestFinal_ex(copy, mac, NULL), 1);
        assert_memory_equal(mac, want, 16);
    }
    /* A copy is not changed by a new key of what it was copied from, nor by its end. */
    assert_int_equal(EVP_MD_CTX_copy_ex(copy, md), 1);
    memset(other, 0x33, sizeof(other));
    assert_int_equal(EVP_MD_CTX_ctrl(md, GT_MAC_CTRL_SET_KEY, 32, other), 1);
    assert_int_equal(EVP_MD_CTX_ctrl(md, EVP_MD_CTRL_TLSTREE, 0, seq), 1);
    assert_int_equal(EVP_DigestUpdate(md, text, 500), 1);
    assert_int_equal(EVP_DigestFinal_ex(md, mac, NULL), 1);
    assert_memory_not_equal(mac, want, 16);
    EVP_MD_CTX_free(md);
    assert_int_equal(EVP_MD_CTX_ctrl(copy, EVP_MD_CTRL_TLSTREE, 0, seq), 1);
    assert_int_equal(EVP_DigestUpdate(copy, text, 500), 1);
    assert_int_equal(EVP_DigestFinal_ex(copy, mac, NULL), 1);
    assert_memory_equal(mac, want, 16);
    EVP_MD_CTX_free(copy);
    md = new_shell("gost-mac", key);
    assert_int_equal(EVP_MD_CTX_ctrl(md, EVP_MD_CTRL_TLSTREE, 0, seq), 0);
    EVP_MD_CTX_free(md);
}

/* ---- GOST R 34.11-94 ---------------------------------------------------------------------------
 */

/* RFC 5831, 7.3, has the test S-box; of CryptoPro's, this one is widely published. */
static void hash94(void **state)
{
    uint8_t want[32], got[64];
    size_t size;
    unsigned len;
    EVP_MD *fetched = EVP_MD_fetch(NULL, "md_gost94", NULL);

    (void)state;
    sy_unhex(want, "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0");
    assert_int_equal(EVP_Q_digest(NULL, "md_gost94", NULL, "", 0, got, &size), 1);
    assert_int_equal(size, 32);
    assert_memory_equal(got, want, 32);
    assert_non_null(fetched);
    assert_int_equal(EVP_MD_get_type(fetched), NID_id_GostR3411_94);
    assert_int_equal(EVP_MD_get_block_size(fetched), 32);
    EVP_MD_free(fetched);
    assert_int_equal(EVP_Digest("", 0, got, &len, EVP_get_digestbynid(NID_id_GostR3411_94), NULL),
                     1);
    assert_memory_equal(got, want, 32);
}

static void hash94_peer(void **state)
{
    uint64_t rnd = 9;
    uint8_t got[64];
    char out[256];
    size_t size;

    (void)state;
    if (fx_peer() == NULL)
        skip();
    for (size_t len = 1; len < LONGEST; len = len * 3 + 1) {
        sy_fill(&rnd, text, len);
        sy_write("plain", text, len);
        assert_int_equal(fx_other("openssl dgst -md_gost94 -out hash plain"), 0);
        out[sy_read("hash", out, sizeof(out) - 1)] = '\0';
        assert_int_equal(EVP_Q_digest(NULL, "md_gost94", NULL, text, len, got, &size), 1);
        assert_non_null(strstr(out, sy_hex(got, size)));
    }
}

/* ---- library contexts, threads -----------------------------------------------------------------
 */

static void *in_context(void *arg)
{
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new();
    uint64_t rnd = (uint64_t)(uintptr_t)arg;
    uint8_t key[32], one[64], two[64];
    int ok = OSSL_LIB_CTX_load_config(lib, fx_path("ours.cnf"));

    for (size_t i = 0; i < 5 * SUBJECTS && ok; i++) {
        const struct subject *s = &subjects[i % SUBJECTS];
        EVP_MAC_CTX *ctx = new_mac(lib, s->name);

        sy_fill(&rnd, key, sizeof(key));
        ok = ctx != NULL && EVP_MAC_init(ctx, key, 32, NULL) &&
             feed(ctx, 900, one, &rnd) == s->size &&
             run_native(s->name, key, 900, two, &rnd) == s->size && memcmp(one, two, s->size) == 0;
        EVP_MAC_CTX_free(ctx);
    }
    OSSL_LIB_CTX_free(lib);
    return ok ? NULL : text;
}

static void threads(void **state)
{
    pthread_t ids[6];
    void *result;

    (void)state;
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, in_context, (void *)(uintptr_t)(i + 90)), 0);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(pthread_join(ids[i], &result), 0);
        assert_null(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples), cmocka_unit_test(alike),       cmocka_unit_test(lengths),
        cmocka_unit_test(keys),     cmocka_unit_test(sboxes),      cmocka_unit_test(sections),
        cmocka_unit_test(records),  cmocka_unit_test(hash94),      cmocka_unit_test(threads),
        cmocka_unit_test(peer),     cmocka_unit_test(hash94_peer),
    };

    fx_start("bridge = off\n");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
