/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs that harm a token share: the module, a token to be harmed (made once, put back
 * before each round), and questions about it. The questions are asked by a fresh process: what it
 * is told is what anybody would be.
 */
#ifndef FAULT_HARM_H
#define FAULT_HARM_H

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <gosttoken/rutoken.h>

#define COUNT(a) ((CK_ULONG)(sizeof(a) / sizeof((a)[0])))
#define SO_PIN   "so-secret-1"
#define USER_PIN "user-secret-1"
#define PIN_2    "second-pin-2"
#define TEXT(s)  (CK_UTF8CHAR *)(uintptr_t)(s), (CK_ULONG)strlen(s)

extern CK_FUNCTION_LIST *F;
extern CK_FUNCTION_LIST_EXTENDED *X;
extern CK_BBOOL yes, no;

/* Ends the program. */
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
#define NEED(call)                                                                                 \
    do {                                                                                           \
        CK_RV need_rv = (call);                                                                    \
        if (need_rv != CKR_OK)                                                                     \
            die("%s: 0x%lx", #call, need_rv);                                                      \
    } while (0)

/* Loads the module and makes the token in the store of $GOSTTOKEN_DIR, with PIN checks as quick as
 * can be; conf: more lines for gosttoken.conf. */
void harm_start(const char *module, const char *conf);
void harm_end(void);
/* The token as it was made. */
void harm_restore(void);
/* The token's file: its length; and the token's directory. */
size_t harm_file(char path[512]);

CK_SESSION_HANDLE harm_session(void); /* R/W */
void harm_login(CK_SESSION_HANDLE s); /* with either PIN */
CK_OBJECT_HANDLE harm_find(CK_SESSION_HANDLE s, CK_OBJECT_CLASS class, const char *label);

/* The token's objects: labels "o0" to "o9", the kind by the number. */
#define OBJECTS       10
#define PUBLIC_OBJECT 7 /* seen without a login */
enum { ASK_INFO, ASK_COUNT, ASK_USER, ASK_SO, ASK_LICENCE, ASK_JOURNAL, ASK_OBJECTS };
#define QUESTIONS (ASK_OBJECTS + OBJECTS)
extern const char *const question_names[];

typedef struct facts {
    CK_RV rv[QUESTIONS];
    uint8_t digest[QUESTIONS][32];
    int second_user_pin, second_so_pin;
} facts;

/* In a process of its own. 0: it was killed by a signal or hung. */
int harm_ask(facts *f);
int facts_same(const facts *a, const facts *b);

/* For loops in the environment: GOSTTOKEN_BIG, or `small`. */
unsigned harm_rounds(unsigned small);
double harm_now(void);

#endif
