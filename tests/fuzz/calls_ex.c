/* SPDX-License-Identifier: Apache-2.0 */
/* The extended functions. See input.h. */
#include "tests/fuzz/input.h"

#include <string.h>

static CK_RUTOKEN_INIT_PARAM *init_param(input *in)
{
    CK_RUTOKEN_INIT_PARAM *p = call_memory(sizeof *p + 64);
    uint8_t how = in_byte(in);
    blob so = in_pin(in), user = in_pin(in), label = in_blob(in, 6);

    p->ulSizeofThisStructure = how < 240 ? sizeof *p : how < 248 ? in_byte(in) : in_ulong(in);
    p->UseRepairMode = (how & 7) == 7;
    p->pNewAdminPin = so.p;
    p->ulNewAdminPinLen = so.len;
    p->pNewUserPin = user.p;
    p->ulNewUserPinLen = user.len;
    p->ChangeUserPINPolicy = how & 64 ? in_byte(in) : 3;
    p->ulMinAdminPinLen = how & 8 ? in_ulong(in) : 6;
    p->ulMinUserPinLen = how & 16 ? in_ulong(in) : 6;
    p->ulMaxAdminRetryCount = how & 32 ? in_ulong(in) : 10;
    p->ulMaxUserRetryCount = how & 32 ? in_ulong(in) : 10;
    p->pTokenLabel = label.p;
    p->ulLabelLen = label.len;
    p->ulSmMode = in_byte(in) < 250 ? 0 : in_ulong(in);
    return p;
}

static CK_RV get_list(input *in)
{
    return X->C_EX_GetFunctionListExtended(or_null(in, call_memory(sizeof(void *))));
}

static CK_RV init_token(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    blob pin = in_pin(in);

    return X->C_EX_InitToken(slot, pin.p, pin.len, or_null(in, init_param(in)));
}

static CK_RV get_token_info(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    CK_TOKEN_INFO_EXTENDED *info;
    CK_ULONG size = in_byte(in) < 200 ? sizeof *info : in_ulong(in);

    info = call_memory(size < 8 ? 8 : size < sizeof *info ? size : sizeof *info);
    memcpy(info, &size, sizeof size);
    return X->C_EX_GetTokenInfoExtended(slot, or_null(in, info));
}

static CK_RV unblock(input *in)
{
    return X->C_EX_UnblockUserPIN(in_session(in));
}

static CK_RV set_name(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob b = in_blob(in, 7);

    return X->C_EX_SetTokenName(s, b.p, b.len);
}

static CK_RV get_name(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    room r = in_room(in);
    CK_RV rv = X->C_EX_GetTokenName(s, r.p, r.len_p);

    room_check("C_EX_GetTokenName", rv, &r);
    return rv;
}

static CK_RV set_licence(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_ULONG number = in_ulong(in) + 1;
    blob b = in_blob(in, 72);

    return X->C_EX_SetLicense(s, number, b.p, b.len);
}

static CK_RV get_licence(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_ULONG number = in_ulong(in) + 1;
    room r = in_room(in);
    CK_RV rv = X->C_EX_GetLicense(s, number, r.p, r.len_p);

    room_check("C_EX_GetLicense", rv, &r);
    return rv;
}

/* What is returned in memory of the module's: looked at, kept, given back. */
static void returned(const char *name, CK_RV rv, CK_BYTE *const *p, const CK_ULONG *len)
{
    if (rv != CKR_OK || p == NULL || len == NULL)
        return;
    if (*p == NULL && *len != 0)
        wrong("%s: %lu bytes of nothing", name, *len);
    if (*p != NULL) {
        out_check(name, *p, *len);
        out_keep(*p, *len);
        if (X->C_EX_FreeBuffer(*p) != CKR_OK)
            wrong("%s: its buffer cannot be freed", name);
    }
}

typedef struct gift {
    CK_BYTE **p;
    CK_ULONG *len;
} gift;

static gift in_gift(input *in)
{
    gift g = {call_memory(sizeof(CK_BYTE *)), call_memory(sizeof(CK_ULONG))};

    g.p = or_null(in, g.p);
    g.len = or_null(in, g.len);
    return g;
}

static CK_OBJECT_HANDLE in_own(input *in, unsigned at)
{
    return in_byte(in) < 192 ? now.objects[at] : in_object(in);
}

static CK_RV certificate_text(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_OBJECT_HANDLE o = in_own(in, AT_CERTIFICATE);
    gift g = in_gift(in);
    CK_RV rv = X->C_EX_GetCertificateInfoText(s, o, (CK_CHAR **)g.p, g.len);

    returned("C_EX_GetCertificateInfoText", rv, g.p, g.len);
    return rv;
}

static CK_RV cms_sign(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob data = in_blob(in, 20);
    CK_OBJECT_HANDLE cert = in_own(in, AT_CERTIFICATE), key = in_own(in, AT_GOST_PRIV), *more;
    CK_ULONG n = in_byte(in) % 4;
    gift g = in_gift(in);
    CK_RV rv;

    more = call_memory(n * sizeof *more);
    for (CK_ULONG i = 0; i < n; i++)
        more[i] = in_object(in);
    more = or_null(in, more);
    rv = X->C_EX_PKCS7Sign(s, data.p, data.len, cert, g.p, g.len, key, more, n, in_byte(in));
    returned("C_EX_PKCS7Sign", rv, g.p, g.len);
    return rv;
}

static CK_CHAR **strings(input *in, CK_ULONG *n)
{
    CK_CHAR **list;
    uint8_t how = in_byte(in);

    *n = how == 0 ? 2 : how & 7;
    list = call_memory(*n * sizeof *list);
    for (CK_ULONG i = 0; i < *n; i++)
        list[i] = in_string(in, i & 1);
    return how >= 250 ? NULL : list;
}

static CK_RV create_csr(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_OBJECT_HANDLE pub = in_own(in, AT_GOST_PUB), priv = in_own(in, AT_GOST_PRIV);
    CK_ULONG dn_n, attributes_n, extensions_n;
    CK_CHAR **dn = strings(in, &dn_n), **attributes = strings(in, &attributes_n),
            **extensions = strings(in, &extensions_n);
    gift g = in_gift(in);
    CK_RV rv = X->C_EX_CreateCSR(s, pub, dn, dn_n, g.p, g.len, priv, attributes, attributes_n,
                                 extensions, extensions_n);

    returned("C_EX_CreateCSR", rv, g.p, g.len);
    return rv;
}

static CK_RV free_buffer(input *in)
{
    (void)in;
    return X->C_EX_FreeBuffer(NULL);
}

static CK_RV set_local_pin(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    blob user = in_pin(in), local = in_pin(in);

    return X->C_EX_SetLocalPIN(slot, user.p, user.len, local.p, local.len, in_ulong(in));
}

static CK_RV token_manage(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_ULONG mode = in_ulong(in) + 3;
    CK_VENDOR_PIN_PARAMS *p = call_memory(sizeof *p + 64);
    blob pin = in_pin(in);

    p->userType = in_byte(in) < 200 ? CKU_USER : in_ulong(in);
    p->pPinValue = pin.p;
    p->ulPinLength = pin.len;
    return X->C_EX_TokenManage(s, mode, or_null(in, p));
}

static CK_RV slot_manage(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    CK_ULONG mode = in_ulong(in) + 5;
    CK_VENDOR_RESTORE_FACTORY_DEFAULTS_PARAMS *restore = call_memory(sizeof *restore + 64);
    CK_LOCAL_PIN_INFO *info = call_memory(sizeof *info + 64);
    blob pin = in_pin(in), key = in_blob(in, 32);

    if (mode == MODE_GET_LOCAL_PIN_INFO) {
        info->ulPinID = in_byte(in);
        return X->C_EX_SlotManage(slot, mode, or_null(in, info));
    }
    restore->ulSizeofThisStructure = in_byte(in) < 240 ? sizeof *restore : in_byte(in);
    restore->pAdminPin = pin.p;
    restore->ulAdminPinLen = pin.len;
    restore->pInitParam = or_null(in, init_param(in));
    restore->pNewEmitentKey = key.p;
    restore->ulNewEmitentKeyLen = key.len;
    restore->ulNewEmitentKeyRetryCount = in_ulong(in);
    return X->C_EX_SlotManage(slot, mode, or_null(in, restore));
}

static CK_RV get_journal(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    room r = in_room(in);
    CK_RV rv = X->C_EX_GetJournal(slot, r.p, r.len_p);

    if (rv == CKR_OK && r.p != NULL && r.len_p == NULL)
        wrong("C_EX_GetJournal: no length");
    if (r.p != NULL)
        out_check("C_EX_GetJournal", r.p, r.had);
    return rv;
}

static CK_RV wrap_key(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_MECHANISM *generation = in_mechanism(in);
    templ t = in_template(in, FOR_KEY);
    CK_MECHANISM *derivation = in_mechanism(in);
    CK_OBJECT_HANDLE base = in_key(in, 0), *key;
    CK_MECHANISM *wrapping = in_mechanism(in);
    room r = in_room(in);
    CK_RV rv;

    key = or_null(in, call_memory(sizeof *key));
    rv = X->C_EX_WrapKey(s, generation, t.p, t.n, derivation, base, wrapping, r.p, r.len_p, key);
    room_check("C_EX_WrapKey", rv, &r);
    if (rv == CKR_OK && key != NULL)
        keep_object(*key);
    return rv;
}

static CK_RV unwrap_key(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_MECHANISM *derivation = in_mechanism(in);
    CK_OBJECT_HANDLE base = in_key(in, 0), *key;
    CK_MECHANISM *unwrapping = in_mechanism(in);
    blob b = in_last(in);
    templ t = in_template(in, FOR_KEY);
    CK_RV rv;

    key = or_null(in, call_memory(sizeof *key));
    rv = X->C_EX_UnwrapKey(s, derivation, base, unwrapping, b.p, b.len, t.p, t.n, key);
    if (rv == CKR_OK && key != NULL)
        keep_object(*key);
    return rv;
}

static CK_VENDOR_BUFFER *buffers(input *in, CK_ULONG *n)
{
    CK_VENDOR_BUFFER *b;
    uint8_t how = in_byte(in);

    *n = how & 3;
    b = call_memory(*n * sizeof *b);
    for (CK_ULONG i = 0; i < *n; i++) {
        blob from = how & 4 ? world_certificate() : in_blob(in, 60);

        if (how & 4) { /* as it is */
            b[i].pData = call_memory(from.len);
            memcpy(b[i].pData, from.p, from.len);
        } else {
            b[i].pData = from.p;
        }
        b[i].ulSize = from.len;
    }
    return how >= 250 ? NULL : b;
}

static CK_RV verify_init(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob cms = in_last(in);
    CK_VENDOR_X509_STORE *store = call_memory(sizeof *store);
    CK_ULONG mode;

    store->pTrustedCertificates = buffers(in, &store->ulTrustedCertificateCount);
    store->pCertificates = buffers(in, &store->ulCertificateCount);
    store->pCrls = buffers(in, &store->ulCrlCount);
    store = or_null(in, store);
    mode = in_byte(in) % 5;
    return X->C_EX_PKCS7VerifyInit(s, cms.p, cms.len, store, mode, in_byte(in));
}

static void signers_returned(CK_RV rv, CK_VENDOR_BUFFER **signers, const CK_ULONG *n)
{
    if (rv != CKR_OK || signers == NULL || n == NULL || *signers == NULL)
        return;
    for (CK_ULONG i = 0; i < *n; i++) {
        out_keep((*signers)[i].pData, (*signers)[i].ulSize);
        (void)X->C_EX_FreeBuffer((*signers)[i].pData);
    }
    (void)X->C_EX_FreeBuffer((CK_BYTE *)*signers);
}

static CK_RV verify(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    gift data = in_gift(in);
    CK_VENDOR_BUFFER **signers = or_null(in, call_memory(sizeof *signers));
    CK_ULONG *n = or_null(in, call_memory(sizeof *n));
    CK_RV rv = X->C_EX_PKCS7Verify(s, data.p, data.len, signers, n);

    returned("C_EX_PKCS7Verify", rv, data.p, data.len);
    signers_returned(rv, signers, n);
    return rv;
}

static CK_RV verify_update(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob b = in_blob(in, 20);

    return X->C_EX_PKCS7VerifyUpdate(s, b.p, b.len);
}

static CK_RV verify_final(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_VENDOR_BUFFER **signers = or_null(in, call_memory(sizeof *signers));
    CK_ULONG *n = or_null(in, call_memory(sizeof *n));
    CK_RV rv = X->C_EX_PKCS7VerifyFinal(s, signers, n);

    signers_returned(rv, signers, n);
    return rv;
}

/* What a software token does not have. */
static CK_RV others(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_SLOT_ID slot = in_slot(in);
    blob b = in_blob(in, 16);
    room r = in_room(in);

    switch (in_byte(in) % 12) {
    case 0:
        return X->C_EX_LoadActivationKey(s, b.p, b.len);
    case 1:
        return X->C_EX_SetActivationPassword(slot, in_string(in, 0));
    case 2:
        return X->C_EX_GetVolumesInfo(slot, call_memory(sizeof(CK_VOLUME_INFO_EXTENDED)), r.len_p);
    case 3:
        return X->C_EX_GetDriveSize(slot, r.len_p);
    case 4:
        return X->C_EX_ChangeVolumeAttributes(slot, CKU_USER, b.p, b.len, 1, 1, CK_TRUE);
    case 5:
        return X->C_EX_FormatDrive(slot, CKU_USER, b.p, b.len, NULL, 0);
    case 6:
        return X->C_EX_GenerateActivationPassword(s, 1, r.p, r.len_p, 0);
    case 7:
        return X->C_EX_SignInvisibleInit(s, in_mechanism(in), in_object(in));
    case 8:
        return X->C_EX_SignInvisible(s, b.p, b.len, r.p, r.len_p);
    case 9:
        return X->C_EX_Authenticate(s, in_object(in), b.p, b.len);
    case 10:
        return X->C_EX_Deauthenticate(s, in_object(in));
    default:
        return X->C_EX_UnblockAuthenticator(s, in_object(in));
    }
}

const fuzz_call calls_ex[] = {
    {"C_EX_GetCertificateInfoText", certificate_text},
    {"C_EX_PKCS7Sign", cms_sign},
    {"C_EX_CreateCSR", create_csr},
    {"C_EX_PKCS7VerifyInit", verify_init},
    {"C_EX_PKCS7Verify", verify},
    {"C_EX_PKCS7VerifyUpdate", verify_update},
    {"C_EX_PKCS7VerifyFinal", verify_final},
    {"C_EX_WrapKey", wrap_key},
    {"C_EX_UnwrapKey", unwrap_key},
    {"C_EX_TokenManage", token_manage},
    {"C_EX_SlotManage", slot_manage},
    {"C_EX_InitToken", init_token},
    {"C_EX_GetTokenInfoExtended", get_token_info},
    {"C_EX_UnblockUserPIN", unblock},
    {"C_EX_SetTokenName", set_name},
    {"C_EX_GetTokenName", get_name},
    {"C_EX_SetLicense", set_licence},
    {"C_EX_GetLicense", get_licence},
    {"C_EX_SetLocalPIN", set_local_pin},
    {"C_EX_GetJournal", get_journal},
    {"C_EX_GetFunctionListExtended", get_list},
    {"C_EX_FreeBuffer", free_buffer},
    {"others", others},
};
const size_t calls_ex_n = COUNT(calls_ex);
