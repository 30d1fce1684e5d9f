/* SPDX-License-Identifier: Apache-2.0 */
/* see input.h; templates and mechanisms are in template.c and mechanism.c */
#include "tests/fuzz/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

fuzz_state now;

void wrong(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    abort();
}

uint8_t in_byte(input *in)
{
    if (in->len == 0)
        return 0;
    in->len--;
    return *in->p++;
}

uint32_t in_word(input *in)
{
    uint32_t a = in_byte(in);

    return a << 8 | in_byte(in);
}

CK_ULONG in_ulong(input *in)
{
    static const CK_ULONG odd[] = {ABSURD,
                                   (CK_ULONG)1 << 63,
                                   ((CK_ULONG)1 << 63) - 1,
                                   (CK_ULONG)1 << 32,
                                   ((CK_ULONG)1 << 32) - 1,
                                   (CK_ULONG)1 << 31,
                                   65536,
                                   ABSURD - 7};
    uint8_t b = in_byte(in);

    if (b < 200)
        return b;
    return b < 240 ? in_word(in) : odd[b % COUNT(odd)];
}

/* ---- memory of a call ----------------------------------------------------------------------- */

static void *taken[512];
static size_t taken_n;

void *call_memory(size_t len)
{
    void *p = calloc(1, len != 0 ? len : 1);

    if (p == NULL || taken_n == COUNT(taken))
        abort();
    taken[taken_n++] = p;
    return p;
}

void call_done(void)
{
    while (taken_n > 0)
        free(taken[--taken_n]);
}

/* ---- what has come out ---------------------------------------------------------------------- */

#define KEPT 8
static uint8_t kept[KEPT][2048];
static size_t kept_len[KEPT], kept_next;

/* Not by memmem, and not to be seen by the fuzzer: it would learn the secrets from it, and find
 * them in what it has put in itself. */
#ifdef __clang__
#define UNSEEN __attribute__((no_sanitize("coverage")))
#else
#define UNSEEN
#endif

UNSEEN void out_check(const char *name, const void *p, size_t len)
{
    const uint8_t *bytes = p;

    for (size_t i = 0; i < SECRETS; i++) {
        /* Parts of it count, too. */
        for (size_t from = 0; from + 16 <= secrets[i].len; from += 16) {
            for (size_t at = 0; at + 16 <= len; at++) {
                size_t k = 0;

                while (k < 16 && bytes[at + k] == secrets[i].bytes[from + k])
                    k++;
                if (k == 16)
                    wrong("%s: gave away %s", name, secrets[i].name);
            }
        }
    }
}

void out_keep(const void *p, size_t len)
{
    if (len == 0 || len > sizeof kept[0])
        return;
    memcpy(kept[kept_next % KEPT], p, len);
    kept_len[kept_next++ % KEPT] = len;
}

/* ---- buffers -------------------------------------------------------------------------------- */

static blob filled(CK_ULONG len, uint8_t with)
{
    blob b = {call_memory(len), len};

    for (CK_ULONG i = 0; i < len; i++)
        b.p[i] = (CK_BYTE)(with + i);
    return b;
}

static blob recalled(input *in)
{
    uint8_t which = in_byte(in);
    const size_t slot = (kept_next + KEPT - 1 - which % KEPT) % KEPT; /* 0: the last one */
    size_t len = kept_len[slot];
    blob b = {call_memory(len), len};
    uint32_t at;

    memcpy(b.p, kept[slot], len);
    if (which >= 128 && len > 0) { /* not quite as it was */
        at = in_word(in);
        if (which >= 224)
            b.len = at % len;
        else
            b.p[at % len] ^= (CK_BYTE)(1 << (which & 7));
        if (b.len < len) {
            b.p = call_memory(b.len);
            memcpy(b.p, kept[slot], b.len);
        }
    }
    return b;
}

blob in_good_blob(input *in, CK_ULONG natural)
{
    uint8_t mode = in_byte(in);
    blob b;

    switch (mode & 7) {
    case 4: /* as it stands in the input */
        b.len = in_byte(in);
        b.p = call_memory(b.len);
        for (CK_ULONG i = 0; i < b.len; i++)
            b.p[i] = in_byte(in);
        return b;
    case 5:
        return recalled(in);
    case 6:
        return filled(mode >> 3, mode);
    case 7:
        return filled(in_word(in) % 5000, mode);
    default:
        return filled(natural, mode >> 3);
    }
}

blob in_blob(input *in, CK_ULONG natural)
{
    uint8_t how = in_byte(in);
    blob b;

    if (how < 248)
        return in_good_blob(in, natural);
    b = (blob){how & 1 ? NULL : call_memory(1), how & 2 ? natural : in_ulong(in)};
    if (b.p == NULL)
        return b;
    if (b.len <= 65536)
        b.p = call_memory(b.len);
    else if (b.len < ABSURD / 2) /* a lie that only the caller can know of */
        b.len = ABSURD;
    return b;
}

blob in_last(input *in)
{
    return in_byte(in) < 176 ? recalled(in) : in_blob(in, 64);
}

blob in_data(input *in)
{
    return in_blob(in, (CK_ULONG)mechanism_known_length());
}

CK_CHAR *in_string(input *in, unsigned place)
{
    static const char *const known[] = {
        "commonName",
        "Alice",
        "CN",
        "\xd0\x90\xd0\xbb\xd0\xb8\xd1\x81\xd0\xb0",
        "C",
        "RU",
        "2.5.4.3",
        "UTF8String:x",
        "1.2.643.3.131.1.1",
        "NUMERICSTRING:001234567890",
        "INN",
        "001234567890",
        "keyUsage",
        "digitalSignature,nonRepudiation",
        "extendedKeyUsage",
        "1.2.643.2.2.34.6,1.3.6.1.5.5.7.3.4",
        "2.5.29.17",
        "otherName:1.2.643.3.131.1.1;UTF8:123",
        "1.2.3",
        "DER:3003020101",
        "1.2.4",
        "critical,DER:0500",
        "1.2.5",
        "ASN1:UTF8String:text",
        "basicConstraints",
        "CA:TRUE,pathlen:1",
        "subjectAltName",
        "email:a@b.example,DNS:b.example,IP:10.0.0.1,URI:http://b.example/",
        "certificatePolicies",
        "1.2.643.100.113.1",
        "subjectSignTool",
        "A tool",
        "identificationKind",
        "1",
        "unstructuredName",
        "a name",
        "challengePassword",
        "\xff\xfe",
        "ASN1:SEQUENCE:x",
        "critical,x",
    };
    uint8_t which = in_byte(in);
    char *s;
    size_t n;

    if (which < 192) {
        const char *from = known[(2U * which + place) % COUNT(known)];

        s = call_memory(strlen(from) + 1);
        (void)strcpy(s, from);
    } else if (which < 250) {
        n = in_byte(in);
        s = call_memory(n + 1);
        for (size_t i = 0; i < n; i++)
            s[i] = (char)in_byte(in);
    } else {
        return NULL;
    }
    return (CK_CHAR *)s;
}

/* ---- room ----------------------------------------------------------------------------------- */

room in_room(input *in)
{
    uint8_t mode = in_byte(in);
    room r = {NULL, 0, 0, call_memory(sizeof(CK_ULONG))};

    switch (mode & 7) {
    case 4:
        r.len = mode >> 3;
        r.p = call_memory(r.len);
        break;
    case 5: /* how much? */
        r.len = mode >> 3;
        break;
    case 6:
        r.len = in_word(in) % 3000;
        r.p = call_memory(r.len);
        break;
    case 7:
        if (mode >= 240) {
            r.p = call_memory(8);
            r.len_p = NULL;
            return r;
        }
        /* fall through */
    default:
        r.len = 2048;
        r.p = call_memory(r.len);
    }
    r.had = r.len;
    *r.len_p = r.len;
    return r;
}

void room_check(const char *name, CK_RV rv, const room *r)
{
    CK_ULONG len;

    if (r->len_p == NULL) {
        if (rv == CKR_OK)
            wrong("%s: CKR_OK without a place for the length", name);
        return;
    }
    len = *r->len_p;
    if (r->p == NULL) {
        if (rv == CKR_BUFFER_TOO_SMALL)
            wrong("%s: CKR_BUFFER_TOO_SMALL for no buffer", name);
        return;
    }
    if (rv == CKR_OK) {
        if (len > r->had)
            wrong("%s: returned %lu bytes in %lu", name, len, r->had);
        out_keep(r->p, len);
    }
    if (rv == CKR_BUFFER_TOO_SMALL && len <= r->had)
        wrong("%s: %lu bytes are too small for %lu", name, r->had, len);
    out_check(name, r->p, r->had);
}

void *or_null(input *in, void *p)
{
    return in_byte(in) >= 250 ? NULL : p;
}

/* ---- handles -------------------------------------------------------------------------------- */

CK_SESSION_HANDLE *in_session_place(input *in)
{
    return &now.sessions[in_byte(in) % SESSIONS];
}

CK_SESSION_HANDLE in_session(input *in)
{
    uint8_t b = in_byte(in);

    if (b >= 248)
        return b & 1 ? in_ulong(in) : now.objects[b % OBJECTS];
    return now.sessions[b < 128 ? 0 : b % SESSIONS];
}

CK_OBJECT_HANDLE in_object(input *in)
{
    uint8_t b = in_byte(in);

    return b >= 248 ? in_ulong(in) : now.objects[b % OBJECTS];
}

void keep_object(CK_OBJECT_HANDLE o)
{
    if (o != CK_INVALID_HANDLE)
        now.objects[AT_RUN + now.next_object++ % (OBJECTS - AT_RUN)] = o;
}

CK_SLOT_ID in_slot(input *in)
{
    uint8_t b = in_byte(in);

    return b < 200 ? 0 : b < 230 ? b % 4 : in_ulong(in);
}

blob in_pin(input *in)
{
    static const char *const known[] = {USER_PIN,   SO_PIN,     "wrong-pin",
                                        "12345678", "87654321", "new-pin-1"};
    uint8_t b = in_byte(in);
    const char *from = known[b % COUNT(known)];
    blob p;

    if (b >= 240)
        return in_blob(in, 8);
    p = (blob){call_memory(strlen(from)), strlen(from)};
    memcpy(p.p, from, p.len);
    return p;
}
