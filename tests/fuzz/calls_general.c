/* SPDX-License-Identifier: Apache-2.0 */
/* The library, slots, tokens, PINs and sessions. See input.h. */
#include "tests/fuzz/input.h"

#include <string.h>

static CK_RV make_mutex(void **m)
{
    *m = &now;
    return CKR_OK;
}

static CK_RV use_mutex(void *m)
{
    (void)m;
    return CKR_OK;
}

static CK_RV notify(CK_SESSION_HANDLE s, CK_NOTIFICATION event, void *app)
{
    (void)s;
    (void)event;
    (void)app;
    return CKR_OK;
}

static CK_RV initialize(input *in)
{
    CK_C_INITIALIZE_ARGS args = {.flags = in_byte(in) & 3};
    uint8_t how = in_byte(in);

    if (how < 128)
        return F->C_Initialize(NULL);
    args.CreateMutex = how & 1 ? make_mutex : NULL;
    args.DestroyMutex = how & 2 ? use_mutex : NULL;
    args.LockMutex = how & 4 ? use_mutex : NULL;
    args.UnlockMutex = how & 8 ? use_mutex : NULL;
    args.pReserved = how >= 240 ? &args : NULL;
    return F->C_Initialize(&args);
}

static CK_RV finalize(input *in)
{
    return F->C_Finalize(in_byte(in) >= 240 ? &now : NULL);
}

static CK_RV get_info(input *in)
{
    return F->C_GetInfo(or_null(in, call_memory(sizeof(CK_INFO))));
}

static CK_RV get_function_list(input *in)
{
    return F->C_GetFunctionList(or_null(in, call_memory(sizeof(void *))));
}

static CK_RV get_slot_list(input *in)
{
    CK_ULONG n = in_byte(in) % 8, *n_p = call_memory(sizeof n);

    *n_p = n;
    return F->C_GetSlotList(in_byte(in), or_null(in, call_memory(n * sizeof(CK_SLOT_ID))),
                            or_null(in, n_p));
}

static CK_RV get_slot_info(input *in)
{
    CK_SLOT_ID slot = in_slot(in);

    return F->C_GetSlotInfo(slot, or_null(in, call_memory(sizeof(CK_SLOT_INFO))));
}

static CK_RV get_token_info(input *in)
{
    CK_SLOT_ID slot = in_slot(in);

    return F->C_GetTokenInfo(slot, or_null(in, call_memory(sizeof(CK_TOKEN_INFO))));
}

static CK_RV get_mechanism_list(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    CK_ULONG n = in_byte(in), *n_p = call_memory(sizeof n);

    *n_p = n;
    return F->C_GetMechanismList(slot, or_null(in, call_memory(n * sizeof(CK_MECHANISM_TYPE))),
                                 or_null(in, n_p));
}

static CK_RV get_mechanism_info(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    CK_MECHANISM *m = in_mechanism(in);

    return F->C_GetMechanismInfo(slot, m != NULL ? m->mechanism : 0,
                                 or_null(in, call_memory(sizeof(CK_MECHANISM_INFO))));
}

static CK_RV init_token(input *in)
{
    CK_SLOT_ID slot = in_slot(in);
    blob pin = in_pin(in), label = in_good_blob(in, 32);
    CK_UTF8CHAR *whole = call_memory(32);

    if (in_byte(in) < 200)
        memset(whole, ' ', 32);
    memcpy(whole, label.p, label.len < 32 ? label.len : 32);
    return F->C_InitToken(slot, pin.p, pin.len, or_null(in, whole));
}

static CK_RV init_pin(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob pin = in_pin(in);

    return F->C_InitPIN(s, pin.p, pin.len);
}

static CK_RV set_pin(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob old = in_pin(in), pin = in_pin(in);

    return F->C_SetPIN(s, old.p, old.len, pin.p, pin.len);
}

static CK_RV open_session(input *in)
{
    CK_SESSION_HANDLE *place = in_session_place(in), *out = call_memory(sizeof *out);
    CK_SLOT_ID slot = in_slot(in);
    uint8_t how = in_byte(in);
    CK_FLAGS flags = (how & 1 ? 0 : CKF_RW_SESSION) | (how < 240 ? CKF_SERIAL_SESSION : 0) |
                     (how >= 252 ? 0x100 : 0);
    CK_RV rv = F->C_OpenSession(slot, flags, how & 2 ? &now : NULL, how & 4 ? notify : NULL,
                                how == 251 ? NULL : out);

    if (rv == CKR_OK)
        *place = *out;
    return rv;
}

static CK_RV close_session(input *in)
{
    return F->C_CloseSession(in_session(in));
}

static CK_RV close_all(input *in)
{
    return F->C_CloseAllSessions(in_slot(in));
}

static CK_RV get_session_info(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);

    return F->C_GetSessionInfo(s, or_null(in, call_memory(sizeof(CK_SESSION_INFO))));
}

static CK_USER_TYPE in_user(input *in)
{
    static const CK_USER_TYPE users[] = {CKU_USER, CKU_SO, CKU_CONTEXT_SPECIFIC, 3};
    uint8_t b = in_byte(in);

    return b < 250 ? users[b % COUNT(users)] : in_ulong(in);
}

static CK_RV login(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_USER_TYPE user = in_user(in);
    blob pin = in_pin(in);

    return F->C_Login(s, user, pin.p, pin.len);
}

static CK_RV login_user(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_USER_TYPE user = in_user(in);
    blob pin = in_pin(in), name = {NULL, 0};

    if (in_byte(in) & 1)
        name = in_blob(in, 4);
    return F->C_LoginUser(s, user, pin.p, pin.len, name.p, name.len);
}

static CK_RV logout(input *in)
{
    return F->C_Logout(in_session(in));
}

static CK_RV get_state(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    room r = in_room(in);
    CK_RV rv = F->C_GetOperationState(s, r.p, r.len_p);

    room_check("C_GetOperationState", rv, &r);
    return rv;
}

static CK_RV set_state(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob b = in_last(in);
    CK_OBJECT_HANDLE crypt = in_object(in), sign = in_object(in);
    uint8_t how = in_byte(in);

    return F->C_SetOperationState(s, b.p, b.len, how & 1 ? crypt : 0, how & 2 ? sign : 0);
}

static CK_RV seed_random(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    blob b = in_blob(in, 16);

    return F->C_SeedRandom(s, b.p, b.len);
}

static CK_RV generate_random(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_ULONG n = in_byte(in);

    return F->C_GenerateRandom(s, or_null(in, call_memory(n)), n);
}

static CK_RV get_function_status(input *in)
{
    return F->C_GetFunctionStatus(in_session(in));
}

static CK_RV cancel_function(input *in)
{
    return F->C_CancelFunction(in_session(in));
}

static CK_RV wait_for_event(input *in)
{
    CK_FLAGS flags = CKF_DONT_BLOCK | in_byte(in);

    return F->C_WaitForSlotEvent(flags, or_null(in, call_memory(sizeof(CK_SLOT_ID))),
                                 in_byte(in) >= 240 ? &now : NULL);
}

static CK_RV get_interface_list(input *in)
{
    CK_ULONG n = in_byte(in) % 6, *n_p = call_memory(sizeof n);

    *n_p = n;
    return F->C_GetInterfaceList(or_null(in, call_memory(n * sizeof(CK_INTERFACE))),
                                 or_null(in, n_p));
}

static CK_RV get_interface(input *in)
{
    uint8_t how = in_byte(in);
    CK_VERSION *v = call_memory(sizeof *v);
    CK_INTERFACE **out = call_memory(sizeof *out);
    CK_UTF8CHAR *name = how < 128 ? (CK_UTF8CHAR *)in_string(in, 0) : call_memory(8);
    CK_RV rv;

    if (how >= 128)
        memcpy(name, "PKCS 11", 8);
    v->major = in_byte(in) % 5;
    v->minor = in_byte(in) % 50;
    out = or_null(in, out);
    rv = F->C_GetInterface(how & 1 ? name : NULL, how & 2 ? v : NULL, out, in_byte(in) % 4);
    return rv == CKR_FUNCTION_FAILED ? CKR_ARGUMENTS_BAD : rv; /* there is none of that name */
}

static CK_RV session_cancel(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);

    return F->C_SessionCancel(s, (CK_FLAGS)in_word(in) << 3 | in_byte(in));
}

const fuzz_call calls_general[] = {
    {"C_OpenSession", open_session},
    {"C_Login", login},
    {"C_CloseSession", close_session},
    {"C_Logout", logout},
    {"C_Initialize", initialize},
    {"C_Finalize", finalize},
    {"C_GetInfo", get_info},
    {"C_GetFunctionList", get_function_list},
    {"C_GetSlotList", get_slot_list},
    {"C_GetSlotInfo", get_slot_info},
    {"C_GetTokenInfo", get_token_info},
    {"C_GetMechanismList", get_mechanism_list},
    {"C_GetMechanismInfo", get_mechanism_info},
    {"C_InitToken", init_token},
    {"C_InitPIN", init_pin},
    {"C_SetPIN", set_pin},
    {"C_CloseAllSessions", close_all},
    {"C_GetSessionInfo", get_session_info},
    {"C_LoginUser", login_user},
    {"C_GetOperationState", get_state},
    {"C_SetOperationState", set_state},
    {"C_SeedRandom", seed_random},
    {"C_GenerateRandom", generate_random},
    {"C_GetFunctionStatus", get_function_status},
    {"C_CancelFunction", cancel_function},
    {"C_WaitForSlotEvent", wait_for_event},
    {"C_GetInterfaceList", get_interface_list},
    {"C_GetInterface", get_interface},
    {"C_SessionCancel", session_cancel},
};
const size_t calls_general_n = COUNT(calls_general);
