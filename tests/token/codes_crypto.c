/* SPDX-License-Identifier: Apache-2.0 */
/* Operations. See codes.h. */
#include "tests/token/codes.h"

#include <string.h>

static CK_BYTE block[64], out[256];

static CK_OBJECT_HANDLE free_key(CK_SESSION_HANDLE s)
{
    return codes_find(s, CKO_SECRET_KEY, "free");
}

static CK_RV init(CK_SESSION_HANDLE s, CK_C_SignInit f, CK_MECHANISM_TYPE type,
                  CK_OBJECT_HANDLE key)
{
    CK_MECHANISM m = {type, NULL, 0};

    return f(s, &m, key);
}

static CK_RV no_mechanism(void)
{
    return F->C_DigestInit(open_rw(), NULL);
}

static CK_RV no_length(void)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};

    OK(F->C_DigestInit(s, &m));
    return F->C_Digest(s, block, 4, out, NULL);
}

static CK_RV short_signature(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG n = 63;

    OK(init(s, F->C_SignInit, CKM_GOSTR3410, codes_find(s, CKO_PRIVATE_KEY, "k")));
    return F->C_Sign(s, block, 32, out, &n);
}

static CK_RV short_digest(void)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_MECHANISM m = {CKM_GOSTR3411_12_512, NULL, 0};
    CK_ULONG n = 63;

    OK(F->C_DigestInit(s, &m));
    return F->C_Digest(s, block, 4, out, &n);
}

static CK_RV short_ciphertext(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG n = 15;

    OK(init(s, F->C_EncryptInit, CKM_KUZNYECHIK_ECB, free_key(s)));
    return F->C_Encrypt(s, block, 16, out, &n);
}

static CK_RV short_state(void)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_MECHANISM m = {CKM_GOSTR3411_12_512, NULL, 0};
    CK_ULONG n = 1;

    OK(F->C_DigestInit(s, &m));
    return F->C_GetOperationState(s, out, &n);
}

static void rsa(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *pub, CK_OBJECT_HANDLE *priv)
{
    CK_MECHANISM m = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = 512;
    CK_ATTRIBUTE t[] = {A_ULONG(CKA_MODULUS_BITS, bits)};

    OK(F->C_GenerateKeyPair(s, &m, t, 1, NULL, 0, pub, priv));
}

/* A number that is not below the modulus. */
static CK_RV too_great(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE number[64];
    CK_ULONG n = sizeof out;

    rsa(s, &pub, &priv);
    memset(number, 0xFF, sizeof number);
    OK(init(s, F->C_SignInit, CKM_RSA_X_509, priv));
    return F->C_Sign(s, number, sizeof number, out, &n);
}

static CK_RV rsa_spoilt(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE pub, priv;
    CK_BYTE number[64] = {0, 1};
    CK_MECHANISM m = {CKM_RSA_PKCS_OAEP, NULL, 0};
    CK_RSA_PKCS_OAEP_PARAMS p = {CKM_SHA_1, CKG_MGF1_SHA1, 1, NULL, 0};
    CK_ULONG n = sizeof out;

    rsa(s, &pub, &priv);
    m.pParameter = &p;
    m.ulParameterLen = sizeof p;
    OK(F->C_DecryptInit(s, &m, priv));
    return F->C_Decrypt(s, number, sizeof number, out, &n);
}

static CK_RV half_digest(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG n = sizeof out;

    OK(init(s, F->C_SignInit, CKM_GOSTR3410, codes_find(s, CKO_PRIVATE_KEY, "k")));
    return F->C_Sign(s, block, 31, out, &n);
}

static CK_RV half_block(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG n = sizeof out;

    OK(init(s, F->C_EncryptInit, CKM_KUZNYECHIK_ECB, free_key(s)));
    return F->C_Encrypt(s, block, 17, out, &n);
}

static CK_RV half_block_back(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_ULONG n = sizeof out;

    OK(init(s, F->C_DecryptInit, CKM_KUZNYECHIK_ECB, free_key(s)));
    return F->C_Decrypt(s, block, 17, out, &n);
}

static CK_RV wrong_tag(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_BYTE iv[16] = {1};
    CK_GCM_PARAMS p = {iv, 16, 128, NULL, 0, 128};
    CK_MECHANISM m = {CKM_KUZNYECHIK_MGM, &p, sizeof p};
    CK_ULONG n = sizeof out;

    OK(F->C_DecryptInit(s, &m, free_key(s)));
    return F->C_Decrypt(s, block, 40, out, &n);
}

static CK_RV recover(void)
{
    CK_SESSION_HANDLE s = open_user();

    return init(s, F->C_SignRecoverInit, CKM_RSA_PKCS, codes_find(s, CKO_PRIVATE_KEY, "k"));
}

static CK_RV may_not_sign(void)
{
    CK_SESSION_HANDLE s = open_user();

    return init(s, F->C_SignInit, CKM_KUZNYECHIK_MAC, codes_find(s, CKO_SECRET_KEY, "locked"));
}

static CK_RV no_key(void)
{
    return init(open_user(), F->C_SignInit, CKM_GOSTR3410, 777777);
}

static CK_RV data_as_key(void)
{
    CK_SESSION_HANDLE s = open_user();

    return init(s, F->C_EncryptInit, CKM_KUZNYECHIK_ECB, codes_find(s, CKO_DATA, "data"));
}

static CK_RV other_key_type(void)
{
    CK_SESSION_HANDLE s = open_user();

    return init(s, F->C_SignInit, CKM_GOSTR3410_512, codes_find(s, CKO_PRIVATE_KEY, "k"));
}

static CK_RV public_signs(void)
{
    CK_SESSION_HANDLE s = open_user();

    return init(s, F->C_SignInit, CKM_GOSTR3410, codes_find(s, CKO_PUBLIC_KEY, "k"));
}

static CK_RV no_such_mechanism(void)
{
    CK_MECHANISM m = {0x7654321, NULL, 0};

    return F->C_DigestInit(open_rw(), &m);
}

static CK_RV not_for_digests(void)
{
    CK_MECHANISM m = {CKM_GOSTR3410, NULL, 0};

    return F->C_DigestInit(open_rw(), &m);
}

static CK_RV wrong_parameter(void)
{
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, block, 5};

    return F->C_DigestInit(open_rw(), &m);
}

static CK_RV missing_parameter(void)
{
    CK_SESSION_HANDLE s = open_user();

    return init(s, F->C_EncryptInit, CKM_KUZNYECHIK_CTR_ACPKM, free_key(s));
}

static CK_RV cut_parameter(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_GCM_PARAMS p = {block, 16, 128, NULL, 0, 128};
    CK_MECHANISM m = {CKM_KUZNYECHIK_MGM, &p, sizeof p - 1};

    return F->C_EncryptInit(s, &m, free_key(s));
}

static CK_RV two_digests(void)
{
    CK_SESSION_HANDLE s = open_rw();
    CK_MECHANISM m = {CKM_GOSTR3411_12_256, NULL, 0};

    OK(F->C_DigestInit(s, &m));
    return F->C_DigestInit(s, &m);
}

static CK_RV two_searches(void)
{
    CK_SESSION_HANDLE s = open_rw();

    OK(F->C_FindObjectsInit(s, NULL, 0));
    return F->C_FindObjectsInit(s, NULL, 0);
}

static CK_RV two_signatures(void)
{
    CK_SESSION_HANDLE s = open_user();
    CK_OBJECT_HANDLE key = codes_find(s, CKO_PRIVATE_KEY, "k");

    OK(init(s, F->C_SignInit, CKM_GOSTR3410, key));
    return init(s, F->C_SignInit, CKM_GOSTR3410, key);
}

static CK_RV nothing_to_sign(void)
{
    CK_ULONG n = sizeof out;

    return F->C_Sign(open_user(), block, 32, out, &n);
}

static CK_RV nothing_to_find(void)
{
    return F->C_FindObjectsFinal(open_rw());
}

static CK_RV nothing_to_decrypt(void)
{
    CK_ULONG n = sizeof out;

    return F->C_DecryptUpdate(open_rw(), block, 16, out, &n);
}

static CK_RV verify(CK_ULONG n)
{
    CK_SESSION_HANDLE s = open_user();

    memset(out, 1, 64);
    OK(init(s, F->C_VerifyInit, CKM_GOSTR3410, codes_find(s, CKO_PUBLIC_KEY, "k")));
    return F->C_Verify(s, block, 32, out, n);
}

static CK_RV wrong_signature(void)
{
    return verify(64);
}

static CK_RV cut_signature(void)
{
    return verify(63);
}

static CK_RV wrong_mac(void)
{
    CK_SESSION_HANDLE s = open_user();

    OK(init(s, F->C_VerifyInit, CKM_KUZNYECHIK_MAC, free_key(s)));
    return F->C_Verify(s, block, 32, block, 16);
}

const code_row codes_crypto[] = {
    PROVOKED(CKR_ARGUMENTS_BAD, "C_DigestInit, no mechanism", no_mechanism),
    PROVOKED(CKR_ARGUMENTS_BAD, "C_Digest, no place for the length", no_length),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_Sign", short_signature),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_Digest", short_digest),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_Encrypt", short_ciphertext),
    PROVOKED(CKR_BUFFER_TOO_SMALL, "C_GetOperationState", short_state),
    PROVOKED(CKR_DATA_INVALID, "C_Sign, CKM_RSA_X_509, not below the modulus", too_great),
    PROVOKED(CKR_DATA_LEN_RANGE, "C_Sign, 31 bytes of a digest", half_digest),
    PROVOKED(CKR_DATA_LEN_RANGE, "C_Encrypt, ECB of 17 bytes", half_block),
    PROVOKED(CKR_ENCRYPTED_DATA_INVALID, "C_Decrypt, MGM", wrong_tag),
    PROVOKED(CKR_ENCRYPTED_DATA_INVALID, "C_Decrypt, OAEP", rsa_spoilt),
    PROVOKED(CKR_ENCRYPTED_DATA_LEN_RANGE, "C_Decrypt, ECB of 17 bytes", half_block_back),
    PROVOKED(CKR_FUNCTION_NOT_SUPPORTED, "C_SignRecoverInit", recover),
    PROVOKED(CKR_KEY_FUNCTION_NOT_PERMITTED, "C_SignInit", may_not_sign),
    PROVOKED(CKR_KEY_HANDLE_INVALID, "C_SignInit", no_key),
    PROVOKED(CKR_KEY_HANDLE_INVALID, "C_EncryptInit, data", data_as_key),
    PROVOKED(CKR_KEY_TYPE_INCONSISTENT, "C_SignInit", other_key_type),
    PROVOKED(CKR_KEY_TYPE_INCONSISTENT, "C_SignInit, a public key", public_signs),
    PROVOKED(CKR_MECHANISM_INVALID, "C_DigestInit", no_such_mechanism),
    PROVOKED(CKR_MECHANISM_INVALID, "C_DigestInit, one that signs", not_for_digests),
    PROVOKED(CKR_MECHANISM_PARAM_INVALID, "C_DigestInit", wrong_parameter),
    PROVOKED(CKR_MECHANISM_PARAM_INVALID, "C_EncryptInit, CTR without IV", missing_parameter),
    PROVOKED(CKR_MECHANISM_PARAM_INVALID, "C_EncryptInit, MGM, cut off", cut_parameter),
    PROVOKED(CKR_OPERATION_ACTIVE, "C_DigestInit", two_digests),
    PROVOKED(CKR_OPERATION_ACTIVE, "C_FindObjectsInit", two_searches),
    PROVOKED(CKR_OPERATION_ACTIVE, "C_SignInit", two_signatures),
    PROVOKED(CKR_OPERATION_NOT_INITIALIZED, "C_Sign", nothing_to_sign),
    PROVOKED(CKR_OPERATION_NOT_INITIALIZED, "C_FindObjectsFinal", nothing_to_find),
    PROVOKED(CKR_OPERATION_NOT_INITIALIZED, "C_DecryptUpdate", nothing_to_decrypt),
    PROVOKED(CKR_SIGNATURE_INVALID, "C_Verify", wrong_signature),
    PROVOKED(CKR_SIGNATURE_INVALID, "C_Verify, a MAC", wrong_mac),
    PROVOKED(CKR_SIGNATURE_LEN_RANGE, "C_Verify", cut_signature),
    LAST_ROW,
};
