/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A PKCS #11 module for tests, with what real ones do wrong and what real ones are right to do. The
 * test loads it too, calls mock_control() and changes what it likes; counters tell it what the
 * client did.
 */
#ifndef MOCK_MODULE_H
#define MOCK_MODULE_H

#include <gosttoken/pkcs11-gost.h>
#include <stdint.h>

#define MOCK_SLOTS    4
#define MOCK_OBJECTS  16
#define MOCK_SESSIONS 64
#define MOCK_FAULTS   8

typedef enum mock_call {
    MOCK_INITIALIZE,
    MOCK_FINALIZE,
    MOCK_GET_INFO,
    MOCK_GET_SLOT_LIST,
    MOCK_GET_TOKEN_INFO,
    MOCK_OPEN_SESSION,
    MOCK_CLOSE_SESSION,
    MOCK_GET_SESSION_INFO,
    MOCK_LOGIN,
    MOCK_GET_ATTRIBUTE_VALUE,
    MOCK_FIND_OBJECTS_INIT,
    MOCK_SIGN_INIT,
    MOCK_SIGN,
    MOCK_GENERATE_RANDOM,
    MOCK_CALLS
} mock_call;

typedef struct mock_object {
    CK_OBJECT_CLASS cls;
    CK_KEY_TYPE key_type;
    const char *label; /* NULL: none */
    uint8_t id;        /* one byte; 0: none */
    int is_private;
    int always_authenticate;
    const uint8_t *params, *value, *public_info;
    size_t params_len, value_len, public_info_len;
} mock_object;

typedef struct mock_slot {
    int present;
    const char *label, *serial;
    CK_FLAGS flags; /* without those that follow from the tries */
    const char *pin;
    int tries, max_tries;
    int logins, wrong_pins, context_logins;
    unsigned long sessions_max; /* told and kept; 0: no limit told */
    unsigned long hidden_max;   /* kept, not told; 0: none */
    int slow_ms;                /* C_GetTokenInfo takes that long */
    mock_object objects[MOCK_OBJECTS];
    size_t n_objects;
    /* the module's own */
    int logged_in;
    unsigned int handles; /* part of every object handle: changes at login and logout */
} mock_slot;

/* The call fails with rv after `skip` good ones, `times` times. */
typedef struct mock_fault {
    mock_call call;
    int skip, times;
    CK_RV rv;
} mock_fault;

typedef struct mock {
    mock_slot slots[MOCK_SLOTS];
    mock_fault faults[MOCK_FAULTS];
    int calls[MOCK_CALLS];
    int sign_ms;      /* C_Sign takes that long, without a lock */
    int login_ms;     /* C_Login too */
    int extended;     /* the Rutoken extension tells the tries left */
    int inherits;     /* a forked child finds the module initialised */
    int overlaps;     /* two threads were in one session: the client's fault */
    int dead_handles; /* a session handle of another initialisation was used */
    int open, open_most;
} mock;

/* Exported. The state is cleared by mock_reset: one token "mock", PIN "123456", a key pair "key".
 */
mock *mock_control(void);
void mock_reset(void);
/* What an application does that also uses the module. */
void mock_logout(int slot);
void mock_close_all(int slot);

/* A signature is: key id, slot, then data repeated; so a test sees which key has signed what. */
#define MOCK_SIGNATURE 64

#endif
