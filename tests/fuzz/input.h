/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to the arguments of a call: numbers, buffers, handles, PINs. Every buffer that a call
 * gets is memory of its own of exactly the size that is said, and is freed after the call: a read
 * or write beyond its end, or after the call, is seen by AddressSanitizer. When the bytes are used
 * up everything is zero, which stands for something sensible.
 */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include <gosttoken/pkcs11-3.h>
#include <gosttoken/rutoken.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ABSURD   ((CK_ULONG)-1)

typedef struct input {
    const uint8_t *p;
    size_t len;
} input;

uint8_t in_byte(input *in);
uint32_t in_word(input *in); /* 16 bits */
CK_ULONG in_ulong(input *in);

/* Memory for this call: zeroed; never NULL. */
void *call_memory(size_t len);
void call_done(void);

typedef struct blob {
    CK_BYTE *p;
    CK_ULONG len;
} blob;

/* Bytes to be read by the module: mostly `natural` many; what an earlier call has returned; NULL; a
 * length that cannot be. */
blob in_blob(input *in, CK_ULONG natural);
/* What the module has returned last, mostly: a signature, a ciphertext. */
blob in_last(input *in);
/* As many bytes as the mechanism that was named last wants at once, mostly. */
blob in_data(input *in);
/* in_blob without NULL and lengths that cannot be. */
blob in_good_blob(input *in, CK_ULONG natural);
/* A string that ends with a zero, in memory of its own; those of places 0 and 1 belong together. */
CK_CHAR *in_string(input *in, unsigned place);

/* Room for what the module returns. */
typedef struct room {
    CK_BYTE *p;        /* may be NULL */
    CK_ULONG len, had; /* had: what len was before the call */
    CK_ULONG *len_p;   /* &len, in memory of its own; or NULL */
} room;
room in_room(input *in);
/* After the call: looks at what came out, and keeps it for later calls. */
void room_check(const char *name, CK_RV rv, const room *r);

/* What came out in any way: must not hold a secret. */
void out_check(const char *name, const void *p, size_t len);
void out_keep(const void *p, size_t len);

/* p, or now and then NULL. */
void *or_null(input *in, void *p);

CK_SESSION_HANDLE in_session(input *in);
CK_SESSION_HANDLE *in_session_place(input *in);
CK_OBJECT_HANDLE in_object(input *in);
void keep_object(CK_OBJECT_HANDLE o);
CK_SLOT_ID in_slot(input *in);
CK_MECHANISM *in_mechanism(input *in);
/* A key of the token that the mechanism named last can use, mostly. */
CK_OBJECT_HANDLE in_key(input *in, int public);
void *in_message_param(input *in, CK_ULONG *len, const room *tag);
blob in_pin(input *in);

/* Public keys of the token, as parameters have them: GOST 256, GOST 512, P-256, not on a curve. */
const blob *world_points(void);
blob world_certificate(void);

/* What a template is for. */
typedef enum purpose { FOR_SEARCH, FOR_OBJECT, FOR_PAIR, FOR_KEY } purpose;

typedef struct templ {
    CK_ATTRIBUTE *p;
    CK_ULONG n;
} templ;
templ in_template(input *in, purpose what);
/* The kind of key that the last mechanism makes; of RSA, EC or GOST: AT_…_PUB. */
unsigned mechanism_key(void);
int mechanism_known_length(void);
/* For C_GetAttributeValue: room for values. */
templ in_questions(input *in);
void questions_check(const char *name, const templ *t, const templ *as_given);

/* ---- the module ----------------------------------------------------------------------------- */

extern CK_FUNCTION_LIST_3_0 *F;
extern CK_FUNCTION_LIST_EXTENDED *X;

#define SESSIONS 6
#define OBJECTS  48

/* The token's objects, in the order in which they are made and found; then those of the run. */
enum {
    AT_GOST,
    AT_GOST_PUB,
    AT_GOST_PRIV,
    AT_512_PUB,
    AT_512_PRIV,
    AT_EC_PUB,
    AT_EC_PRIV,
    AT_RSA_PUB,
    AT_RSA_PRIV,
    AT_KUZNYECHIK, /* not to come out; the next one may, and so on */
    AT_MAGMA = AT_KUZNYECHIK + 2,
    AT_28147 = AT_MAGMA + 2,
    AT_GENERIC = AT_28147 + 2,
    AT_TWIN = AT_GENERIC + 2,
    AT_MAGMA_TWIN = AT_TWIN + 2,
    AT_DATA = AT_MAGMA_TWIN + 2,
    AT_CERTIFICATE,
    AT_RUN
};

typedef struct fuzz_state {
    CK_SESSION_HANDLE sessions[SESSIONS];
    CK_OBJECT_HANDLE objects[OBJECTS];
    unsigned next_object;
    unsigned mechanism; /* the row of the one that was named last */
} fuzz_state;

extern fuzz_state now;

/* Values that no call may ever return. */
#define SECRETS 8
typedef struct secret_value {
    const char *name;
    uint8_t bytes[64];
    size_t len;
} secret_value;
extern secret_value secrets[SECRETS];

#define USER_PIN "user-secret-1"
#define SO_PIN   "so-secret-1"

/* Says what is wrong and aborts, so that the fuzzer keeps the input. */
void wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

typedef struct fuzz_call {
    const char *name;
    CK_RV (*make)(input *in);
} fuzz_call;

extern const fuzz_call calls_general[], calls_object[], calls_crypto[], calls_message[], calls_ex[];
extern const size_t calls_general_n, calls_object_n, calls_crypto_n, calls_message_n, calls_ex_n;

/* The token that every run begins with. */
void world_start(void);
void world_restore(void);

#endif
