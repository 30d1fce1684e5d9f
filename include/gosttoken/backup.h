/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libgosttoken-pkcs11.so exports for `gosttoken backup` and `restore`: encrypted copies of a
 * software token. Found by dlsym, absent from every other module. All need C_Initialize;
 * gosttoken_error_text says more about a failure. Structures may grow at their end: `size` says how
 * much the caller knows.
 *
 * A copy holds the whole token: its objects, PINs, counters of tries and journal. In it the keys
 * are sealed under the PINs, as on the token, and all of it once more under the passphrase. Who has
 * both the copy and its passphrase can guess PINs without a counter: a passphrase is to be better
 * than a PIN.
 */
#ifndef GOSTTOKEN_BACKUP_H
#define GOSTTOKEN_BACKUP_H

#include <gosttoken/pkcs11-gost.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GOSTTOKEN_BACKUP_ID 16

typedef struct gosttoken_backup_info {
    CK_ULONG size;                   /* sizeof(gosttoken_backup_info), set by the caller */
    CK_UTF8CHAR label[32];           /* blank-padded */
    CK_UTF8CHAR serial[16];          /* hexadecimal digits */
    CK_BYTE id[GOSTTOKEN_BACKUP_ID]; /* of the copy, by chance: the journal has it too */
    CK_SLOT_ID slot;                 /* where the token was; after a restore, where it is */
    CK_ULONG time;                   /* when the copy was made, seconds since 1970 */
    CK_ULONG objects;                /* how many there are */
    CK_ULONG bytes;                  /* of the token's file */
    CK_ULONG replaced;               /* after a restore, 1: it has taken a token's place */
    char kept[1024]; /* after a restore: where the damaged file is that was in the slot, with a NUL;
                        "": there was none */
} gosttoken_backup_info;

/*
 * Writes a copy of the session's token to the descriptor, from where it stands, and syncs it. The
 * user or the SO must be logged in (CKR_USER_NOT_LOGGED_IN). The journal gets its record first, so
 * that there is no copy without one. Other processes go on working with the token. A token that is
 * damaged is not copied (CKR_DEVICE_ERROR). CKR_PIN_LEN_RANGE: no passphrase.
 */
CK_RV gosttoken_backup(CK_SESSION_HANDLE session, int fd, const CK_UTF8CHAR *passphrase,
                       CK_ULONG passphrase_len, gosttoken_backup_info *info);

/*
 * Reads a copy from the descriptor to its end and tells whether every byte is as it was written.
 * CKR_PIN_INCORRECT: the passphrase; CKR_ENCRYPTED_DATA_INVALID: no copy, or a damaged one. No
 * token is touched.
 */
CK_RV gosttoken_backup_check(int fd, const CK_UTF8CHAR *passphrase, CK_ULONG passphrase_len,
                             gosttoken_backup_info *info);

#define GOSTTOKEN_SLOT_ANY ((CK_SLOT_ID)-1)

typedef struct gosttoken_restore_request {
    CK_ULONG size; /* sizeof(gosttoken_restore_request) */
    int fd;        /* of the copy, at its beginning */
    const CK_UTF8CHAR *passphrase;
    CK_ULONG passphrase_len;
    CK_USER_TYPE user;      /* CKU_USER or CKU_SO, */
    const CK_UTF8CHAR *pin; /* and this one's PIN as it was when the copy was made */
    CK_ULONG pin_len;
    CK_SLOT_ID slot; /* or GOSTTOKEN_SLOT_ANY: the token's, if it is there; where it was, if that is
                        free or (with `replace`) has a file that cannot be read; else the first free
                        one */
    int replace;     /* 1: the token in the slot may be replaced */
} gosttoken_restore_request;

/*
 * Makes the token of a copy anew, with its serial number. It appears when it is whole, on the disk,
 * checked from end to end (every object, and that every sealed value opens), or not at all: then
 * what was there is there still. This process must have no session open (CKR_SESSION_EXISTS).
 * A file that is damaged, whatever is damaged in it, or that this build cannot read, is replaced as
 * a token is, and kept beside the new one (`kept`).
 *
 * CKR_FUNCTION_REJECTED: there is a token already, and `replace` is 0, or it is in another slot
 * than the one named. CKR_DEVICE_ERROR: what is in the slot is no plain file of this user.
 * CKR_PIN_INCORRECT: the passphrase, or the PIN; CKR_PIN_LOCKED: that PIN was locked in the copy. A
 * right PIN gives its tries back, as a login does; but if the token that is replaced is the same
 * (by its serial number), no counter of tries that can be read of it is higher afterwards than it
 * was on that one: an old copy does not unlock a PIN.
 */
CK_RV gosttoken_restore(const gosttoken_restore_request *request, gosttoken_backup_info *info);

#ifdef __cplusplus
}
#endif

#endif
