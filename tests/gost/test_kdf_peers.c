/* SPDX-License-Identifier: Apache-2.0 */
/* GOST R 34.11-94, its HMAC, PBKDF2 and the TLS PRF beside what others have of them: gost-engine
 * (the hash, and HMAC over it), nettle and libgcrypt. Random lengths and bytes. */
#include "hash_test.h"

#include "engine_key.h"
#include <openssl/hmac.h>

#include "gost/hash94.h"
#include "gost/kdf.h"

#define MAX_TEXT 400

typedef struct sample {
    uint8_t text[MAX_TEXT], key[100];
    size_t len, key_len;
} sample;

static uint64_t rnd = 5831;

static void draw(sample *s)
{
    s->len = random_below(&rnd, MAX_TEXT + 1);
    s->key_len = 1 + random_below(&rnd, sizeof s->key);
    random_bytes(&rnd, s->text, s->len);
    random_bytes(&rnd, s->key, s->key_len);
    if (s->len % 3 == 0) /* sums that carry far */
        memset(s->text, 0xff, s->len);
}

static void hash94(const gost_sbox *sbox, const sample *s, uint8_t out[32])
{
    gost_hash94 c;

    gost_hash94_init(&c, sbox);
    gost_hash94_update(&c, s->text, s->len);
    gost_hash94_final(&c, out);
}

static void hmac94(const gost_sbox *sbox, const sample *s, uint8_t out[32])
{
    gost_hmac94 c;

    gost_hmac94_init(&c, sbox, s->key, s->key_len);
    gost_hmac94_update(&c, s->text, s->len);
    gost_hmac94_final(&c, out);
}

/* P_hash as RFC 5246 section 5 writes it, over OpenSSL's HMAC. */
static void engine_prf(const EVP_MD *md, const sample *s, uint8_t *out, size_t len)
{
    uint8_t a[64 + MAX_TEXT], block[64];
    unsigned size = (unsigned)EVP_MD_get_size(md), n;

    assert_non_null(HMAC(md, s->key, (int)s->key_len, s->text, s->len, a, &n));
    memcpy(a + size, s->text, s->len);
    while (len > 0) {
        size_t take = len < size ? len : size;

        assert_non_null(HMAC(md, s->key, (int)s->key_len, a, size + s->len, block, &n));
        memcpy(out, block, take);
        out += take;
        len -= take;
        assert_non_null(HMAC(md, s->key, (int)s->key_len, a, size, block, &n));
        memcpy(a, block, size);
    }
}

static void test_engine(void **state)
{
    static const struct {
        const char *md;
        gost_prf_hash hash;
    } kinds[] = {{"md_gost94", GOST_PRF_94},
                 {"md_gost12_256", GOST_PRF_256},
                 {"md_gost12_512", GOST_PRF_512}};
    ENGINE *e = engine_open();
    sample s;

    (void)state;
    if (!e) {
        print_message("skipped: gost-engine is not installed\n");
        skip();
    }
    for (int n = 0; n < CASES(300); n++) {
        const EVP_MD *md = EVP_get_digestbyname("md_gost94");
        uint8_t want[200], got[200];
        unsigned len;

        draw(&s);
        assert_non_null(md);
        if (s.len > 0) { /* gost-engine takes no data for a block of zeros; the others do not */
            assert_int_equal(EVP_Digest(s.text, s.len, want, &len, md, e), 1);
            hash94(gost_hash94_cryptopro, &s, got);
            assert_int_equal(len, 32);
            assert_memory_equal(got, want, 32);
        }
        assert_non_null(HMAC(md, s.key, (int)s.key_len, s.text, s.len, want, &len));
        hmac94(gost_hash94_cryptopro, &s, got);
        assert_memory_equal(got, want, 32);

        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            size_t out = 1 + random_below(&rnd, sizeof want);
            size_t label = random_below(&rnd, s.len + 1);

            md = EVP_get_digestbyname(kinds[i].md);
            assert_non_null(md);
            engine_prf(md, &s, want, out);
            gost_tls_prf(kinds[i].hash, s.key, s.key_len, s.text, label, s.text + label,
                         s.len - label, got, out);
            assert_memory_equal(got, want, out);
            assert_int_equal(PKCS5_PBKDF2_HMAC((const char *)s.key, (int)s.key_len, s.text,
                                               (int)s.len, 1 + n % 5, md, (int)out, want),
                             1);
            gost_pbkdf2(kinds[i].hash, s.key, s.key_len, s.text, s.len, 1 + (uint32_t)n % 5, got,
                        out);
            assert_memory_equal(got, want, out);
        }
    }
    ENGINE_finish(e);
    ENGINE_free(e);
}

#ifdef HAVE_NETTLE
#include <nettle/gosthash94.h>
#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>

static void test_nettle(void **state)
{
    sample s;

    (void)state;
    for (int n = 0; n < CASES(300); n++) {
        uint8_t want[80], got[80];
        struct gosthash94_ctx h;
        struct hmac_gosthash94_ctx m;
        struct hmac_gosthash94cp_ctx mcp;

        draw(&s);
        gosthash94_init(&h);
        gosthash94_update(&h, s.len, s.text);
        gosthash94_digest(&h, 32, want);
        hash94(gost_hash94_test, &s, got);
        assert_memory_equal(got, want, 32);
        gosthash94cp_update(&h, s.len, s.text);
        gosthash94cp_digest(&h, 32, want);
        hash94(gost_hash94_cryptopro, &s, got);
        assert_memory_equal(got, want, 32);
        hmac_gosthash94_set_key(&m, s.key_len, s.key);
        hmac_gosthash94_update(&m, s.len, s.text);
        hmac_gosthash94_digest(&m, 32, want);
        hmac94(gost_hash94_test, &s, got);
        assert_memory_equal(got, want, 32);
        hmac_gosthash94cp_set_key(&mcp, s.key_len, s.key);
        hmac_gosthash94cp_update(&mcp, s.len, s.text);
        hmac_gosthash94cp_digest(&mcp, 32, want);
        hmac94(gost_hash94_cryptopro, &s, got);
        assert_memory_equal(got, want, 32);
        pbkdf2_hmac_gosthash94cp(s.key_len, s.key, 1 + (unsigned)n % 5, s.len, s.text, 77, want);
        gost_pbkdf2(GOST_PRF_94, s.key, s.key_len, s.text, s.len, 1 + (uint32_t)n % 5, got, 77);
        assert_memory_equal(got, want, 77);
    }
}
#else
static void test_nettle(void **state)
{
    (void)state;
    print_message("skipped: built without nettle\n");
    skip();
}
#endif

#ifdef HAVE_GCRYPT
#include <gcrypt.h>

static void gcrypt_mac(int algo, const sample *s, uint8_t out[32])
{
    gcry_mac_hd_t h;
    size_t len = 32;

    assert_int_equal(gcry_mac_open(&h, algo, 0, NULL), 0);
    assert_int_equal(gcry_mac_setkey(h, s->key, s->key_len), 0);
    assert_int_equal(gcry_mac_write(h, s->text, s->len), 0);
    assert_int_equal(gcry_mac_read(h, out, &len), 0);
    gcry_mac_close(h);
}

static void test_gcrypt(void **state)
{
    static const struct {
        int algo;
        gost_prf_hash hash;
    } kinds[] = {{GCRY_MD_GOSTR3411_CP, GOST_PRF_94},
                 {GCRY_MD_STRIBOG256, GOST_PRF_256},
                 {GCRY_MD_STRIBOG512, GOST_PRF_512}};
    sample s;

    (void)state;
    assert_non_null(gcry_check_version(NULL));
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    for (int n = 0; n < CASES(300); n++) {
        uint8_t want[150], got[150];

        draw(&s);
        gcry_md_hash_buffer(GCRY_MD_GOSTR3411_94, want, s.text, s.len);
        hash94(gost_hash94_test, &s, got);
        assert_memory_equal(got, want, 32);
        gcry_md_hash_buffer(GCRY_MD_GOSTR3411_CP, want, s.text, s.len);
        hash94(gost_hash94_cryptopro, &s, got);
        assert_memory_equal(got, want, 32);
        gcrypt_mac(GCRY_MAC_HMAC_GOSTR3411_94, &s, want);
        hmac94(gost_hash94_test, &s, got);
        assert_memory_equal(got, want, 32);
        gcrypt_mac(GCRY_MAC_HMAC_GOSTR3411_CP, &s, want);
        hmac94(gost_hash94_cryptopro, &s, got);
        assert_memory_equal(got, want, 32);
        for (size_t i = 0; s.len > 0 && i < sizeof kinds / sizeof kinds[0]; i++) {
            assert_int_equal(gcry_kdf_derive(s.key, s.key_len, GCRY_KDF_PBKDF2, kinds[i].algo,
                                             s.text, s.len, 1 + (unsigned long)n % 5, sizeof want,
                                             want),
                             0);
            gost_pbkdf2(kinds[i].hash, s.key, s.key_len, s.text, s.len, 1 + (uint32_t)n % 5, got,
                        sizeof got);
            assert_memory_equal(got, want, sizeof got);
        }
    }
}
#else
static void test_gcrypt(void **state)
{
    (void)state;
    print_message("skipped: built without libgcrypt\n");
    skip();
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_engine),
        cmocka_unit_test(test_nettle),
        cmocka_unit_test(test_gcrypt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
