/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal as the functions above the vault see it.
 *
 * What changes a token (logins, PINs, formats, private and secret keys made, changed, destroyed)
 * the vault writes down itself, in the transaction of the change: nobody has to call anything.
 * What only uses a key (a signature) is told here. Such records are gathered in memory and written
 * in batches, so that a signature costs a few microseconds more and no wait for a disk; the first
 * after a quiet second is written at once. Who is killed loses at most the uses of the last second
 * of work.
 *
 * Which uses are written: those of keys with CKA_VENDOR_KEY_JOURNAL, or of all keys with
 * `journal = all`; none with `journal = off`. See gosttoken.conf(5).
 *
 * tok_journal_use is called once after success: by operation.c for signatures and MACs, by
 * C_DeriveKey, C_WrapKey and C_UnwrapKey.
 */
#ifndef TOK_JOURNAL_H
#define TOK_JOURNAL_H

#include "token/object.h"

typedef enum tok_use {
    TOK_USE_SIGN,   /* data: the signature; its digest is written */
    TOK_USE_DERIVE, /* key: the base key; data NULL */
    TOK_USE_WRAP,   /* key: the key that left the token, wrapped; data: what came out */
    TOK_USE_UNWRAP, /* key: the unwrapping key; data: what went in */
    TOK_USES
} tok_use;

/* 1 if uses of that key are written down. Cheap. */
int tok_journal_wanted(const tok_session *s, const tok_object *key);

/*
 * Writes a use down, if it is wanted: mechanism, CKA_ID, the object's number, Streebog-256 of
 * `data` (NULL: none). A record that cannot be kept is counted in the journal and the log, and
 * does not undo the use. No lock but the session's is held.
 */
void tok_journal_use(tok_session *s, tok_use use, CK_MECHANISM_TYPE mech, const tok_object *key,
                     const void *data, size_t len);

#endif
