/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libgosttoken-pkcs11.so exports for `gosttoken doctor` and other programs that look after a
 * store: where the configuration and the tokens are, and whether a token's file is whole. Found by
 * dlsym, absent from every other module. None of them changes a token or needs a login. Structures
 * may grow at their end: `size` says how much the caller knows.
 */
#ifndef GOSTTOKEN_EXAMINE_H
#define GOSTTOKEN_EXAMINE_H

#include <gosttoken/pkcs11-gost.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct gosttoken_places {
    CK_ULONG size;    /* sizeof(gosttoken_places), set by the caller */
    char conf[1024];  /* the gosttoken.conf that was read, or refused; "": there is none */
    char store[1024]; /* the directory of tokens, which need not exist yet; "": there is none */
} gosttoken_places;

/*
 * Of the last C_Initialize in this process, also of one that has failed: then gosttoken_error_text
 * says why. CKR_ARGUMENTS_BAD, CKR_BUFFER_TOO_SMALL (size).
 */
CK_RV gosttoken_get_places(gosttoken_places *places);

typedef struct gosttoken_examination {
    CK_ULONG size;          /* sizeof(gosttoken_examination), set by the caller */
    CK_ULONG objects;       /* how many there are */
    CK_ULONG damaged;       /* how many of them cannot be read */
    CK_ULONG altered;       /* 1: the journal was altered; see gosttoken_verify_journal */
    CK_ULONG last_time;     /* of the newest record of the journal, seconds since 1970; 0: none */
    char path[1024];        /* the token's file, with a NUL; "": a factory token, on no disk yet */
    char first_damage[512]; /* what is wrong with the first damaged object, in words */
} gosttoken_examination;

/*
 * Reads the whole file of the token in this slot: every page, the database's own consistency, every
 * object's checksum, the journal's chain. Takes as long as reading the file. CKR_OK: the database
 * is whole, and so is the token if `damaged` and `altered` are 0. Else what C_OpenSession would
 * answer, or CKR_DEVICE_ERROR; gosttoken_error_text names the file and what to do. Needs
 * C_Initialize.
 */
CK_RV gosttoken_examine(CK_SLOT_ID slot, gosttoken_examination *examination);

#ifdef __cplusplus
}
#endif

#endif
