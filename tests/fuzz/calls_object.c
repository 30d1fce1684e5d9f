/* SPDX-License-Identifier: Apache-2.0 */
/* Objects and keys. See input.h. */
#include "tests/fuzz/input.h"

#include <string.h>

static CK_RV made(CK_RV rv, const CK_OBJECT_HANDLE *o)
{
    if (rv == CKR_OK && o != NULL)
        keep_object(*o);
    return rv;
}

static CK_OBJECT_HANDLE *place(input *in)
{
    return or_null(in, call_memory(sizeof(CK_OBJECT_HANDLE)));
}

static CK_RV create(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    templ t = in_template(in, FOR_OBJECT);
    CK_OBJECT_HANDLE *o = place(in);

    return made(F->C_CreateObject(s, t.p, t.n, o), o);
}

static CK_RV copy(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_OBJECT_HANDLE from = in_object(in), *o;
    templ t = in_template(in, FOR_SEARCH);

    o = place(in);
    return made(F->C_CopyObject(s, from, t.p, t.n, o), o);
}

static CK_RV destroy(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);

    return F->C_DestroyObject(s, in_object(in));
}

static CK_RV get_size(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_OBJECT_HANDLE o = in_object(in);

    return F->C_GetObjectSize(s, o, or_null(in, call_memory(sizeof(CK_ULONG))));
}

static CK_RV get_attributes(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_OBJECT_HANDLE o = in_object(in);
    templ t = in_questions(in), given = {call_memory(t.n * sizeof(CK_ATTRIBUTE)), t.n};
    CK_RV rv;

    if (t.p != NULL)
        memcpy(given.p, t.p, t.n * sizeof(CK_ATTRIBUTE));
    rv = F->C_GetAttributeValue(s, o, t.p, t.n);
    questions_check("C_GetAttributeValue", &t, &given);
    return rv;
}

static CK_RV set_attributes(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_OBJECT_HANDLE o = in_object(in);
    templ t = in_template(in, FOR_SEARCH);

    return F->C_SetAttributeValue(s, o, t.p, t.n);
}

static CK_RV find_init(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    templ t = in_template(in, FOR_SEARCH);

    return F->C_FindObjectsInit(s, t.p, t.n);
}

static CK_RV find(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_ULONG most = in_byte(in) % 40, *n = call_memory(sizeof *n);
    CK_OBJECT_HANDLE *found = or_null(in, call_memory(most * sizeof *found));
    CK_RV rv;

    n = or_null(in, n);
    rv = F->C_FindObjects(s, found, most, n);
    if (rv == CKR_OK && *n > most)
        wrong("C_FindObjects: %lu of %lu", *n, most);
    for (CK_ULONG i = 0; rv == CKR_OK && i < *n && i < 8; i++)
        keep_object(found[i]);
    return rv;
}

static CK_RV find_final(input *in)
{
    return F->C_FindObjectsFinal(in_session(in));
}

static CK_RV generate(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_MECHANISM *m = in_mechanism(in);
    templ t = in_template(in, FOR_SEARCH);
    CK_OBJECT_HANDLE *o = place(in);

    return made(F->C_GenerateKey(s, m, t.p, t.n, o), o);
}

static CK_RV generate_pair(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_MECHANISM *m = in_mechanism(in);
    templ pub = in_template(in, FOR_PAIR), priv = in_template(in, FOR_SEARCH);
    CK_OBJECT_HANDLE *a = place(in), *b = place(in);
    CK_RV rv = F->C_GenerateKeyPair(s, m, pub.p, pub.n, priv.p, priv.n, a, b);

    (void)made(rv, a);
    return made(rv, b);
}

/* A key that may come out, mostly. */
static CK_OBJECT_HANDLE in_inner(input *in)
{
    uint8_t b = in_byte(in);

    return b < 160 ? now.objects[AT_28147 + 1 - 2 * (b & 1)] : in_object(in);
}

static CK_RV wrap(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_MECHANISM *m = in_mechanism(in);
    CK_OBJECT_HANDLE with = in_key(in, 1), key = in_inner(in);
    room r = in_room(in);
    CK_RV rv = F->C_WrapKey(s, m, with, key, r.p, r.len_p);

    room_check("C_WrapKey", rv, &r);
    return rv;
}

static CK_RV unwrap(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_MECHANISM *m = in_mechanism(in);
    CK_OBJECT_HANDLE with = in_key(in, 0), *o;
    blob b = in_last(in);
    templ t = in_template(in, FOR_KEY);

    o = place(in);
    return made(F->C_UnwrapKey(s, m, with, b.p, b.len, t.p, t.n, o), o);
}

static CK_RV derive(input *in)
{
    CK_SESSION_HANDLE s = in_session(in);
    CK_MECHANISM *m = in_mechanism(in);
    CK_OBJECT_HANDLE base = in_key(in, 0), *o;
    templ t = in_template(in, FOR_KEY);

    o = place(in);
    return made(F->C_DeriveKey(s, m, base, t.p, t.n, o), o);
}

const fuzz_call calls_object[] = {
    {"C_CreateObject", create},
    {"C_GenerateKey", generate},
    {"C_GenerateKeyPair", generate_pair},
    {"C_WrapKey", wrap},
    {"C_UnwrapKey", unwrap},
    {"C_DeriveKey", derive},
    {"C_CopyObject", copy},
    {"C_DestroyObject", destroy},
    {"C_GetObjectSize", get_size},
    {"C_GetAttributeValue", get_attributes},
    {"C_SetAttributeValue", set_attributes},
    {"C_FindObjectsInit", find_init},
    {"C_FindObjects", find},
    {"C_FindObjectsFinal", find_final},
};
const size_t calls_object_n = COUNT(calls_object);
