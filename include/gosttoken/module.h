/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libgosttoken-pkcs11.so exports beside the functions of PKCS #11 and of rutoken.h, for
 * programs that know this module and have more to tell a person than those can: found by dlsym,
 * absent from every other module. None of them changes a token that is there; all need C_Initialize
 * but gosttoken_error_text. Structures may grow at their end: `size` says how much the caller
 * knows.
 */
#ifndef GOSTTOKEN_MODULE_H
#define GOSTTOKEN_MODULE_H

#include <gosttoken/pkcs11-gost.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What went wrong last in a call of this thread, as one English sentence that names the file or the
 * rule, and what to do. Never NULL, never a secret; valid until the thread calls the module again.
 */
const char *gosttoken_error_text(void);

/* The classes of characters that a PIN must have: letters are those of ASCII and Cyrillic. */
#define GOSTTOKEN_CLASS_DIGIT   1UL
#define GOSTTOKEN_CLASS_LOWER   2UL
#define GOSTTOKEN_CLASS_UPPER   4UL
#define GOSTTOKEN_CLASS_SPECIAL 8UL

/* When a PIN has to be changed before it is good for anything else. */
#define GOSTTOKEN_FIRST_FACTORY 1UL /* while it is the factory's or a default one */
#define GOSTTOKEN_FIRST_INITIAL 2UL /* a user PIN that the SO has set */

/* Who may change the user PIN: the bits of CK_RUTOKEN_INIT_PARAM.ChangeUserPINPolicy. */
#define GOSTTOKEN_CHANGER_SO   1UL
#define GOSTTOKEN_CHANGER_USER 2UL

/* One PIN, as it stands, and the policy for it (gosttoken.conf(5) tells what the words mean). */
typedef struct gosttoken_pin_details {
    CK_ULONG set;        /* 0: there is none yet (a user PIN) */
    CK_ULONG is_default; /* is still what the factory or a reset has set */
    CK_ULONG due;        /* must be changed before anything else is done with it */
    CK_ULONG tries, tries_left;
    CK_ULONG changed;          /* when it was set, seconds since 1970; 0: not known */
    CK_ULONG min_len, max_len; /* bytes */
    CK_ULONG classes;          /* GOSTTOKEN_CLASS_… */
    CK_ULONG varied;           /* 1: one character over and over is refused */
    CK_ULONG history;          /* so many of the last ones are refused */
    CK_ULONG expiry_days;      /* 0: never */
    CK_ULONG change_first;     /* GOSTTOKEN_FIRST_… */
} gosttoken_pin_details;

typedef struct gosttoken_details {
    CK_ULONG size;           /* sizeof(gosttoken_details), set by the caller */
    CK_ULONG path_len;       /* of path; 0: the token is on no disk yet (a factory token) */
    char path[1024];         /* the token's file, with a NUL; cut off if it is longer */
    CK_ULONG objects, bytes; /* how many objects there are, private ones too; the file's size */
    CK_ULONG changers;       /* GOSTTOKEN_CHANGER_… */
    CK_ULONG journal;        /* 0: the configuration has switched it off */
    gosttoken_pin_details user, so;
} gosttoken_details;

/*
 * CKR_ARGUMENTS_BAD (details NULL), CKR_BUFFER_TOO_SMALL (size), CKR_TOKEN_NOT_RECOGNIZED (not
 * initialised or not readable), and the results of C_GetTokenInfo. No login.
 */
CK_RV gosttoken_get_details(CK_SLOT_ID slot, gosttoken_details *details);

/*
 * C_InitToken for a slot that has no token: where another process has just made one, that one is
 * not erased, even if the SO PIN is the right one for it, but the answer is CKR_FUNCTION_FAILED.
 * label: 32 bytes, blank-padded. CKR_ARGUMENTS_BAD.
 */
CK_RV gosttoken_make_token(CK_SLOT_ID slot, const CK_UTF8CHAR *so_pin, CK_ULONG so_pin_len,
                           const CK_UTF8CHAR *label);

typedef struct gosttoken_journal_state {
    CK_ULONG size;                  /* sizeof(gosttoken_journal_state), set by the caller */
    CK_ULONG first, last, anchored; /* numbers of records, as C_EX_GetJournal has them; last <
                                       first: there are none */
    CK_ULONG broken;                /* the first record that does not fit its chain; 0: none */
    CK_ULONG checked; /* 1: somebody is logged in to the token in this process, and so the chain up
                         to the record `anchored` was checked against the token's key */
    CK_ULONG altered; /* 1: broken, not what the token's key vouches for, or the journal itself has
                         on record that it was altered once */
} gosttoken_journal_state;

/*
 * Reads the whole journal and follows its chain. CKR_OK whatever the verdict is. CKR_DEVICE_ERROR:
 * so damaged that it cannot be read (gosttoken_error_text says more).
 */
CK_RV gosttoken_verify_journal(CK_SLOT_ID slot, gosttoken_journal_state *state);

#ifdef __cplusplus
}
#endif

#endif
