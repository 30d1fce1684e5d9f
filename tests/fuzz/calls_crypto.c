/* SPDX-License-Identifier: Apache-2.0 */
/* Operations of a session, in one call, in parts, and two at once. See input.h. */
#include "tests/fuzz/input.h"

#define INIT(name, public)                                                                         \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        CK_SESSION_HANDLE s = in_session(in);                                                      \
        CK_MECHANISM *m = in_mechanism(in);                                                        \
                                                                                                   \
        return F->C_##name(s, m, in_key(in, public));                                              \
    }

/* From some bytes to others; now and then in the same place. */
typedef CK_RV in_out(CK_SESSION_HANDLE s, CK_BYTE *in, CK_ULONG in_len, CK_BYTE *out,
                     CK_ULONG *out_len);

static CK_RV through(const char *name, in_out *f, input *in, int back)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob b = back ? in_last(in) : in_data(in);
    room r = in_room(in);
    CK_RV rv;

    if (in_byte(in) >= 224 && b.p != NULL && b.len <= 65536) {
        r.p = b.p;
        if (r.len_p != NULL)
            *r.len_p = r.had = b.len;
    }
    rv = f(s, b.p, b.len, r.p, r.len_p);
    room_check(name, rv, &r);
    return rv;
}

#define THROUGH(name, back)                                                                        \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        return through("C_" #name, F->C_##name, in, back);                                         \
    }

#define UPDATE(name)                                                                               \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        CK_SESSION_HANDLE s = in_session(in);                                                      \
        blob b = in_blob(in, 32);                                                                  \
                                                                                                   \
        return F->C_##name(s, b.p, b.len);                                                         \
    }

#define LAST(name)                                                                                 \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        CK_SESSION_HANDLE s = in_session(in);                                                      \
        blob b = in_last(in);                                                                      \
                                                                                                   \
        return F->C_##name(s, b.p, b.len);                                                         \
    }

#define FINAL(name)                                                                                \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        CK_SESSION_HANDLE s = in_session(in);                                                      \
        room r = in_room(in);                                                                      \
        CK_RV rv = F->C_##name(s, r.p, r.len_p);                                                   \
                                                                                                   \
        room_check("C_" #name, rv, &r);                                                            \
        return rv;                                                                                 \
    }

/* clang-format off */
INIT(EncryptInit, 1)
THROUGH(Encrypt, 0)
THROUGH(EncryptUpdate, 0)
FINAL(EncryptFinal)
INIT(DecryptInit, 0)
THROUGH(Decrypt, 1)
THROUGH(DecryptUpdate, 1)
FINAL(DecryptFinal)
THROUGH(Digest, 0)
UPDATE(DigestUpdate)
FINAL(DigestFinal)
INIT(SignInit, 0)
THROUGH(Sign, 0)
UPDATE(SignUpdate)
FINAL(SignFinal)
INIT(SignRecoverInit, 0)
THROUGH(SignRecover, 0)
INIT(VerifyInit, 1)
UPDATE(VerifyUpdate)
LAST(VerifyFinal)
INIT(VerifyRecoverInit, 1)
THROUGH(VerifyRecover, 0)
THROUGH(DigestEncryptUpdate, 0)
THROUGH(DecryptDigestUpdate, 1)
THROUGH(SignEncryptUpdate, 0)
THROUGH(DecryptVerifyUpdate, 1)
/* clang-format on */

static CK_RV do_DigestInit(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);

    return F->C_DigestInit(s, in_mechanism(in));
}

static CK_RV do_DigestKey(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);

    return F->C_DigestKey(s, in_byte(in) < 160 ? now.objects[AT_GENERIC + 1] : in_object(in));
}

static CK_RV do_Verify(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob data = in_data(in), signature = in_last(in);

    return F->C_Verify(s, data.p, data.len, signature.p, signature.len);
}

#define ROW(name)                                                                                  \
    {                                                                                              \
        "C_" #name, do_##name                                                                      \
    }
const fuzz_call calls_crypto[] = {
    ROW(EncryptInit),
    ROW(Encrypt),
    ROW(EncryptUpdate),
    ROW(EncryptFinal),
    ROW(DecryptInit),
    ROW(Decrypt),
    ROW(DecryptUpdate),
    ROW(DecryptFinal),
    ROW(DigestInit),
    ROW(Digest),
    ROW(DigestUpdate),
    ROW(DigestKey),
    ROW(DigestFinal),
    ROW(SignInit),
    ROW(Sign),
    ROW(SignUpdate),
    ROW(SignFinal),
    ROW(SignRecoverInit),
    ROW(SignRecover),
    ROW(VerifyInit),
    ROW(Verify),
    ROW(VerifyUpdate),
    ROW(VerifyFinal),
    ROW(VerifyRecoverInit),
    ROW(VerifyRecover),
    ROW(DigestEncryptUpdate),
    ROW(DecryptDigestUpdate),
    ROW(SignEncryptUpdate),
    ROW(DecryptVerifyUpdate),
};
const size_t calls_crypto_n = COUNT(calls_crypto);
