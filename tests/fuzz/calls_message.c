/* SPDX-License-Identifier: Apache-2.0 */
/* The functions for messages of PKCS #11 3.0. See input.h. */
#include "tests/fuzz/input.h"

#define INIT(name)                                                                                 \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        CK_SESSION_HANDLE s = in_session(in);                                                      \
        CK_MECHANISM *m = in_mechanism(in);                                                        \
                                                                                                   \
        return F->C_##name(s, m, in_key(in, 0));                                                   \
    }
#define FINAL(name)                                                                                \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        return F->C_##name(in_session(in));                                                        \
    }

typedef struct message {
    CK_SESSION_HANDLE s;
    room tag, out;
    void *param;
    CK_ULONG param_len;
    blob aad, data;
    CK_FLAGS flags;
} message;

static message in_message(input *in)
{
    message m = {.s = in_session(in), .tag = {.p = call_memory(16), .had = 16}};
    uint8_t how = in_byte(in);

    if (how >= 128) /* the tag that was made last */
        m.tag = in_room(in);
    if (how >= 250)
        m.tag.p = NULL;
    m.param = in_message_param(in, &m.param_len, &m.tag);
    m.aad = in_blob(in, 20);
    m.data = in_byte(in) < 160 ? in_blob(in, 32) : in_last(in);
    m.out = in_room(in);
    m.flags = in_byte(in) & 3 ? CKF_END_OF_MESSAGE : in_byte(in);
    return m;
}

#define WHOLE(name)                                                                                \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        message m = in_message(in);                                                                \
        CK_RV rv = F->C_##name(m.s, m.param, m.param_len, m.aad.p, m.aad.len, m.data.p,            \
                               m.data.len, m.out.p, m.out.len_p);                                  \
                                                                                                   \
        room_check("C_" #name, rv, &m.out);                                                        \
        return rv;                                                                                 \
    }
#define BEGIN(name)                                                                                \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        message m = in_message(in);                                                                \
                                                                                                   \
        return F->C_##name(m.s, m.param, m.param_len, m.aad.p, m.aad.len);                         \
    }
#define NEXT(name)                                                                                 \
    static CK_RV do_##name(input *in)                                                              \
    {                                                                                              \
        message m = in_message(in);                                                                \
        CK_RV rv = F->C_##name(m.s, m.param, m.param_len, m.data.p, m.data.len, m.out.p,           \
                               m.out.len_p, m.flags);                                              \
                                                                                                   \
        room_check("C_" #name, rv, &m.out);                                                        \
        return rv;                                                                                 \
    }

/* clang-format off */
INIT(MessageEncryptInit)
WHOLE(EncryptMessage)
BEGIN(EncryptMessageBegin)
NEXT(EncryptMessageNext)
FINAL(MessageEncryptFinal)
INIT(MessageDecryptInit)
WHOLE(DecryptMessage)
BEGIN(DecryptMessageBegin)
NEXT(DecryptMessageNext)
FINAL(MessageDecryptFinal)
INIT(MessageSignInit)
FINAL(MessageSignFinal)
INIT(MessageVerifyInit)
FINAL(MessageVerifyFinal)
/* clang-format on */

/* Nothing of signing messages is offered. */
static CK_RV do_sign_and_verify(input *in)
{
    message m = in_message(in);

    switch (in_byte(in) % 6) {
    case 0:
        return F->C_SignMessage(m.s, m.param, m.param_len, m.data.p, m.data.len, m.out.p,
                                m.out.len_p);
    case 1:
        return F->C_SignMessageBegin(m.s, m.param, m.param_len);
    case 2:
        return F->C_SignMessageNext(m.s, m.param, m.param_len, m.data.p, m.data.len, m.out.p,
                                    m.out.len_p);
    case 3:
        return F->C_VerifyMessage(m.s, m.param, m.param_len, m.data.p, m.data.len, m.aad.p,
                                  m.aad.len);
    case 4:
        return F->C_VerifyMessageBegin(m.s, m.param, m.param_len);
    default:
        return F->C_VerifyMessageNext(m.s, m.param, m.param_len, m.data.p, m.data.len, m.aad.p,
                                      m.aad.len);
    }
}

#define ROW(name)                                                                                  \
    {                                                                                              \
        "C_" #name, do_##name                                                                      \
    }
const fuzz_call calls_message[] = {
    ROW(MessageEncryptInit),
    ROW(EncryptMessage),
    ROW(EncryptMessageBegin),
    ROW(EncryptMessageNext),
    ROW(MessageEncryptFinal),
    ROW(MessageDecryptInit),
    ROW(DecryptMessage),
    ROW(DecryptMessageBegin),
    ROW(DecryptMessageNext),
    ROW(MessageDecryptFinal),
    ROW(MessageSignInit),
    ROW(MessageSignFinal),
    ROW(MessageVerifyInit),
    ROW(MessageVerifyFinal),
    {"C_SignMessage and the like", do_sign_and_verify},
};
const size_t calls_message_n = COUNT(calls_message);
