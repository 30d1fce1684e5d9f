/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of RFC 7091 section 7 and RFC 9215 appendix A, and two known-k signatures more. */
#include "curve_test.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include "gost/streebog.h"

typedef struct example {
    const char *set;
    unsigned bits;
    const char *d, *x, *y, *e, *k, *r, *s;
} example;

static const example examples[] = {
    /* RFC 7091, 7.1 */
    {"0", 256, "7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28",
     "7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B",
     "26F1B489D6701DD185C8413A977B3CBBAF64D1C593D26627DFFB101A87FF77DA",
     "2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5",
     "77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3",
     "41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493",
     "01456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40"},
    /* RFC 7091, 7.2 */
    {"0", 512,
     "0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B1020"
     "72E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4",
     "115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD"
     "5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1",
     "37C7C90CD40B0F5621DC3AC1B751CFA0E2634FA0503B3D52639F5D7FB72AFD61"
     "EA199441D943FFE7F0C70A2759A3CDB84C114E1F9339FDF27F35ECA93677BEEC",
     "3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C591"
     "7184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C",
     "0359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F3658"
     "86748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1",
     "2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD3"
     "5492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36",
     "1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5"
     "823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A"},
    /* The first certificate below, whose k is known (its digest as an integer is e). */
    {"TCB", 256, "BFCF1D623E5CDD3032A7C6EABB4A923C46E43D640FFEAAF2C3ED39A8FA399924",
     "971566CEDA436EE7678F7E07E84EBB7217406C0B4747AA8FD2AB1453C3D0DFBA",
     "AD58736965949F8E59830F8DE20FC6C0D177F6AB599874F1E2E24FF71F9CE643",
     "706FA77A1F5ECDFA171B7ACB2128A0E6A4D26F3C0FFB2EF283B16CEA207E061C",
     "5782C53F110C596F9155D35EBD25A06A89C50391850A8FEFE33B0E270318857C",
     "E9323A5E88DD87FB7C724383BFFE7CECD4B9FFA2AC33BEEF73A5A1F743404F6B",
     "5E5B9B805B01147A8492C4A162643AC615DC777B9174108F3DC276A41F987AF3"},
};

static void test_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const example *ex = &examples[i];
        const gost_paramset *ps = gost_paramset_by_name(ex->set, ex->bits);
        size_t len = ex->bits / 8;
        uint8_t d[64], k[64], e[64], pub[128], sig[128], want[128];
        gost_3410_key key;

        assert_non_null(ps);
        hex_to_le(d, len, ex->d);
        hex_to_le(k, len, ex->k);
        hex_to_le(e, len, ex->e);
        for (int b = 0; b < test_backends(); b++) {
            gost_curve_force(b);
            hex_to_le(want, len, ex->x);
            hex_to_le(want + len, len, ex->y);
            assert_int_equal(gost_3410_public(ps, d, pub), 1);
            assert_memory_equal(pub, want, 2 * len);
            assert_int_equal(gost_3410_public_valid(ps, pub), 1);

            hex_to_be(want, len, ex->s);
            hex_to_be(want + len, len, ex->r);
            assert_int_equal(gost_3410_key_init(&key, ps, d), 1);
            assert_int_equal(gost_3410_sign_nonce(&key, e, k, sig), 1);
            assert_memory_equal(sig, want, 2 * len);
            assert_int_equal(gost_3410_verify(ps, pub, e, sig), 1);
        }
        gost_curve_force(-1);
    }
}

typedef struct cert_example {
    const char *set; /* OID in the certificate */
    unsigned bits;
    const char *d, *base64;
} cert_example;

#define D_256 "7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28"
#define D_512                                                                                      \
    "0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B1020"                             \
    "72E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4"

static const cert_example certs[] = {
    /* RFC 9215, A.1: the 256-bit test set */
    {"1.2.643.2.2.35.0", 256, D_256,
     "MIIBLTCB26ADAgECAgEKMAoGCCqFAwcBAQMCMBIxEDAOBgNVBAMTB0V4YW1wbGUw"
     "IBcNMDEwMTAxMDAwMDAwWhgPMjA1MDEyMzEwMDAwMDBaMBIxEDAOBgNVBAMTB0V4"
     "YW1wbGUwZjAfBggqhQMHAQEBATATBgcqhQMCAiMABggqhQMHAQECAgNDAARAC9hv"
     "5djbiWaPeJtOHbqFhcVQi0XsW1nYkG3bcOJJK3/ad/+HGhD73ydm0pPF0WSvuzx7"
     "lzpByIXRHXDWibTxJqMTMBEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhQMHAQEDAgNB"
     "AE1T8BL+CBd2UH1Nm7gfAO/bTu/Uq4O6xLrPc1Fzz6gcQaoo0vGrFIKAzZ7Vb+2k"
     "GXQFNVSkJ2e4OtBD/TncBJM="},
    /* RFC 9215, A.2: TC26 256-A */
    {"1.2.643.7.1.2.1.1.1", 256, "3A929ADE789BB9BE10ED359DD39A72C10B87C83F80BE18B85C041F4325B62EC1",
     "MIIBJTCB06ADAgECAgEKMAoGCCqFAwcBAQMCMBIxEDAOBgNVBAMTB0V4YW1wbGUw"
     "IBcNMDEwMTAxMDAwMDAwWhgPMjA1MDEyMzEwMDAwMDBaMBIxEDAOBgNVBAMTB0V4"
     "YW1wbGUwXjAXBggqhQMHAQEBATALBgkqhQMHAQIBAQEDQwAEQHQnldS+6ITd8oUP"
     "7APqP68YROAdnaYLZFCTpV4m38OZePWWz01NDGzx0YlD2UST0WuewKFtUS0uEnzE"
     "aRpjGOKjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoUDBwEBAwIDQQAUC02pEksJ"
     "yw1c6Sjuh0JzoxASlJLsDik2njt5EkhXjB0OHaW+NHxvG1JWx66sIArWSsd6b1s6"
     "DglzGOeubudp"},
    /* RFC 9215, A.3: the 512-bit test set */
    {"1.2.643.7.1.2.1.2.0", 512, D_512,
     "MIIBqjCCARagAwIBAgIBCzAKBggqhQMHAQEDAzASMRAwDgYDVQQDEwdFeGFtcGxl"
     "MCAXDTAxMDEwMTAwMDAwMFoYDzIwNTAxMjMxMDAwMDAwWjASMRAwDgYDVQQDEwdF"
     "eGFtcGxlMIGgMBcGCCqFAwcBAQECMAsGCSqFAwcBAgECAAOBhAAEgYDh7zDVLGEz"
     "3dmdHVxBRVz3302LTJJbvGmvFDPRVlhRWt0hRoUMMlxbgcEzvmVaqMTUQOe5io1Z"
     "SHsMdpa8xV0R7L53NqnsNX/y/TmTH04RTLjNo1knCsfw5/9D2UGUGeph/Sq3f12f"
     "Y1I9O1CgT2PioM9Rt8E63CFWDwvUDMnHN6MTMBEwDwYDVR0TAQH/BAUwAwEB/zAK"
     "BggqhQMHAQEDAwOBgQBBVwPYkvGl8/aMQ1MYmn7iB7gLVjHvnUlSmk1rVCws+hWq"
     "LqzxH0cP3n2VSFaQPDX9j5Ve8wDZXHdTSnJKDu5wL4b6YKCBCRoj3XleHjxonuUS"
     "o8gu4NzCZDx47qj8rNNUklWEhrIPHJ7Bl8kGmYUCYMk7y82cXDMX4ZNE4XOuNg=="},
    /* The example certificates of the Russian technical committee: CryptoPro XchA and 512-B */
    {"1.2.643.2.2.36.0", 256, "BFCF1D623E5CDD3032A7C6EABB4A923C46E43D640FFEAAF2C3ED39A8FA399924",
     "MIICYjCCAg+gAwIBAgIBATAKBggqhQMHAQEDAjBWMSkwJwYJKoZIhvcNAQkBFhpH"
     "b3N0UjM0MTAtMjAxMkBleGFtcGxlLmNvbTEpMCcGA1UEAxMgR29zdFIzNDEwLTIw"
     "MTIgKDI1NiBiaXQpIGV4YW1wbGUwHhcNMTMxMTA1MTQwMjM3WhcNMzAxMTAxMTQw"
     "MjM3WjBWMSkwJwYJKoZIhvcNAQkBFhpHb3N0UjM0MTAtMjAxMkBleGFtcGxlLmNv"
     "bTEpMCcGA1UEAxMgR29zdFIzNDEwLTIwMTIgKDI1NiBiaXQpIGV4YW1wbGUwZjAf"
     "BggqhQMHAQEBATATBgcqhQMCAiQABggqhQMHAQECAgNDAARAut/Qw1MUq9KPqkdH"
     "C2xAF3K7TugHfo9n525D2s5mFZdD5pwf90/i4vF0mFmr9nfRwMYP4o0Pg1mOn5Rl"
     "aXNYraOBwDCBvTAdBgNVHQ4EFgQU1fIeN1HaPbw+XWUzbkJ+kHJUT0AwCwYDVR0P"
     "BAQDAgHGMA8GA1UdEwQIMAYBAf8CAQEwfgYDVR0BBHcwdYAU1fIeN1HaPbw+XWUz"
     "bkJ+kHJUT0ChWqRYMFYxKTAnBgkqhkiG9w0BCQEWGkdvc3RSMzQxMC0yMDEyQGV4"
     "YW1wbGUuY29tMSkwJwYDVQQDEyBHb3N0UjM0MTAtMjAxMiAoMjU2IGJpdCkgZXhh"
     "bXBsZYIBATAKBggqhQMHAQEDAgNBAF5bm4BbARR6hJLEoWJkOsYV3Hd7kXQQjz3C"
     "dqQfmHrz6TI6Xojdh/t8ckODv/587NS5/6KsM77vc6Wh90NAT2s="},
    {"1.2.643.7.1.2.1.2.2", 512,
     "3FC01CDCD4EC5F972EB482774C41E66DB7F380528DFE9E67992BA05AEE462435"
     "757530E641077CE587B976C8EEB48C48FD33FD175F0C7DE6A44E014E6BCB074B",
     "MIIC6DCCAlSgAwIBAgIBATAKBggqhQMHAQEDAzBWMSkwJwYJKoZIhvcNAQkBFhpH"
     "b3N0UjM0MTAtMjAxMkBleGFtcGxlLmNvbTEpMCcGA1UEAxMgR29zdFIzNDEwLTIw"
     "MTIgKDUxMiBiaXQpIGV4YW1wbGUwHhcNMTMxMDA0MDczNjA0WhcNMzAxMDAxMDcz"
     "NjA0WjBWMSkwJwYJKoZIhvcNAQkBFhpHb3N0UjM0MTAtMjAxMkBleGFtcGxlLmNv"
     "bTEpMCcGA1UEAxMgR29zdFIzNDEwLTIwMTIgKDUxMiBiaXQpIGV4YW1wbGUwgaow"
     "IQYIKoUDBwEBAQIwFQYJKoUDBwECAQICBggqhQMHAQECAwOBhAAEgYATGQ9VCiM5"
     "FRGCQ8MEz2F1dANqhaEuywa8CbxOnTvaGJpFQVXQwkwvLFAKh7hk542vOEtxpKtT"
     "CXfGf84nRhMH/Q9bZeAc2eO/yhxrsQhTBufa1Fuou2oe/jUOaG6RAtUUvRzhNTpp"
     "RGGl1+EIY2vzzUua9j9Ol/gAoy/LNKQIfqOBwDCBvTAdBgNVHQ4EFgQUPcbTRXJZ"
     "nHtjj+eBP7b5lcTMekIwCwYDVR0PBAQDAgHGMA8GA1UdEwQIMAYBAf8CAQEwfgYD"
     "VR0BBHcwdYAUPcbTRXJZnHtjj+eBP7b5lcTMekKhWqRYMFYxKTAnBgkqhkiG9w0B"
     "CQEWGkdvc3RSMzQxMC0yMDEyQGV4YW1wbGUuY29tMSkwJwYDVQQDEyBHb3N0UjM0"
     "MTAtMjAxMiAoNTEyIGJpdCkgZXhhbXBsZYIBATAKBggqhQMHAQEDAwOBgQBObS7o"
     "ppPTXzHyVR1DtPa8b57nudJzI4czhsfeX5HDntOq45t9B/qSs8dC6eGxbhHZ9zCO"
     "SFtxWYdmg0au8XI9Xb8vTC1qdwWID7FFjMWDNQZb6lYh/J+8F2xKylvB5nIlRZqO"
     "o3eUNFkNyHJwQCk2WoOlO16zwGk2tdKH4KmD5w=="},
};

static void test_certificates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof certs / sizeof certs[0]; i++) {
        const cert_example *ex = &certs[i];
        const gost_paramset *ps = gost_paramset_by_name(ex->set, 0);
        size_t len = ex->bits / 8;
        uint8_t der[1024], d[64], pub[128], digest[64];
        const uint8_t *p = der;
        unsigned char *tbs = NULL;
        const ASN1_BIT_STRING *pk, *sig;
        X509 *cert;
        int n;

        assert_non_null(ps);
        assert_int_equal(ps->bits, ex->bits);
        n = EVP_DecodeBlock(der, (const unsigned char *)ex->base64, (int)strlen(ex->base64));
        assert_true(n > 0);
        cert = d2i_X509(NULL, &p, n);
        assert_non_null(cert);
        X509_get0_signature(&sig, NULL, cert);
        assert_int_equal(sig->length, 2 * len);
        n = i2d_re_X509_tbs(cert, &tbs);
        assert_true(n > 0);
        gost_streebog_hash(ex->bits, tbs, (size_t)n, digest);

        /* BIT STRING of an OCTET STRING: the key is what it ends with */
        pk = X509_get0_pubkey_bitstr(cert);
        assert_true(pk->length > (int)(2 * len));
        hex_to_le(d, len, ex->d);
        assert_int_equal(gost_3410_public(ps, d, pub), 1);
        assert_memory_equal(pub, pk->data + pk->length - 2 * len, 2 * len);
        assert_int_equal(gost_3410_verify(ps, pub, digest, sig->data), 1);
        digest[0] ^= 1;
        assert_int_equal(gost_3410_verify(ps, pub, digest, sig->data), 0);
        OPENSSL_free(tbs);
        X509_free(cert);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_certificates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
