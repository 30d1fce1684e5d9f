/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of schema version 1 (VAULT_SCHEMA) and every statement. A change of the tables is a
 * new version; what older versions need to become new ones goes here too.
 *
 * meta, state: one row each. pin: a row a user (CKU_SO, CKU_USER). object: attributes as
 * tok_attrs_encode writes them, the sealed ones in a blob of seal.c. find: the index, see find.c.
 * Each row of the first four ends in a checksum, Streebog-256 (record.c).
 */
#include "token/vault/local.h"

const char *const vault_schema =
    "PRAGMA application_id = 1735357300;" /* VAULT_APPLICATION */
    "PRAGMA user_version = 1;"            /* VAULT_SCHEMA */
    "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), serial BLOB NOT NULL,"
    " epoch BLOB NOT NULL, label BLOB NOT NULL, so_pin_min INTEGER NOT NULL,"
    " user_pin_min INTEGER NOT NULL, so_tries INTEGER NOT NULL, user_tries INTEGER NOT NULL,"
    " kdf_m INTEGER NOT NULL, kdf_t INTEGER NOT NULL, kdf_p INTEGER NOT NULL, sum BLOB NOT NULL);"
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1), generation INTEGER NOT NULL,"
    " objects INTEGER NOT NULL, next_id INTEGER NOT NULL, sum BLOB NOT NULL);"
    "CREATE TABLE pin(user INTEGER PRIMARY KEY, salt BLOB NOT NULL, kdf_m INTEGER NOT NULL,"
    " kdf_t INTEGER NOT NULL, kdf_p INTEGER NOT NULL, nonce BLOB NOT NULL, box BLOB NOT NULL,"
    " tries INTEGER NOT NULL, tries_left INTEGER NOT NULL, factory INTEGER NOT NULL,"
    " sum BLOB NOT NULL);"
    "CREATE TABLE object(id INTEGER PRIMARY KEY, body BLOB NOT NULL, seals BLOB NOT NULL,"
    " sum BLOB NOT NULL);"
    "CREATE TABLE find(type INTEGER NOT NULL, value BLOB NOT NULL, object INTEGER NOT NULL,"
    " PRIMARY KEY(type, value, object)) WITHOUT ROWID;";

/* For every connection. EXTRA: the journal's removal, which is the commit, is synced too. */
const char *const vault_pragmas = "PRAGMA trusted_schema = OFF;"
                                  "PRAGMA cell_size_check = ON;"
                                  "PRAGMA foreign_keys = ON;"
                                  "PRAGMA secure_delete = ON;"
                                  "PRAGMA synchronous = EXTRA;"
                                  "PRAGMA mmap_size = 0;"
                                  "PRAGMA temp_store = MEMORY;";

/* For a file that nobody else knows: it is synced as a whole when it is done. */
const char *const vault_pragmas_fresh = "PRAGMA trusted_schema = OFF;"
                                        "PRAGMA page_size = 4096;"
                                        "PRAGMA journal_mode = MEMORY;"
                                        "PRAGMA synchronous = OFF;"
                                        "PRAGMA mmap_size = 0;"
                                        "PRAGMA temp_store = MEMORY;";

const char *const vault_statements[ST_N] = {
    [ST_BEGIN_READ] = "BEGIN",
    [ST_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [ST_BEGIN_ALONE] = "BEGIN EXCLUSIVE",
    [ST_COMMIT] = "COMMIT",
    [ST_EPOCH] = "SELECT epoch FROM meta WHERE id = 1",
    [ST_GENERATION] = "SELECT generation FROM state WHERE id = 1",
    [ST_META_READ] = "SELECT serial, epoch, label, so_pin_min, user_pin_min, so_tries, user_tries,"
                     " kdf_m, kdf_t, kdf_p, sum FROM meta WHERE id = 1",
    [ST_META_WRITE] = "INSERT OR REPLACE INTO meta VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_STATE_READ] = "SELECT generation, objects, next_id, sum FROM state WHERE id = 1",
    [ST_STATE_WRITE] = "INSERT OR REPLACE INTO state VALUES(1, ?, ?, ?, ?)",
    [ST_PIN_READ] = "SELECT salt, kdf_m, kdf_t, kdf_p, nonce, box, tries, tries_left, factory, sum"
                    " FROM pin WHERE user = ?",
    [ST_PIN_WRITE] = "INSERT OR REPLACE INTO pin VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_PIN_DELETE] = "DELETE FROM pin WHERE user = ?",
    [ST_OBJECT_READ] = "SELECT body, seals, sum FROM object WHERE id = ?",
    [ST_OBJECT_INSERT] = "INSERT INTO object VALUES(?, ?, ?, ?)",
    [ST_OBJECT_UPDATE] = "UPDATE object SET body = ?, seals = ?, sum = ? WHERE id = ?",
    [ST_OBJECT_DELETE] = "DELETE FROM object WHERE id = ?",
    [ST_OBJECT_DELETE_ALL] = "DELETE FROM object",
    [ST_FIND_INSERT] = "INSERT INTO find VALUES(?, ?, ?)",
    [ST_FIND_DELETE] = "DELETE FROM find WHERE type = ? AND value = ? AND object = ?",
    [ST_FIND_DELETE_OBJECT] = "DELETE FROM find WHERE object = ?",
    [ST_FIND_DELETE_ALL] = "DELETE FROM find",
    [ST_FIND_COUNT] = "SELECT count(*) FROM (SELECT 1 FROM find WHERE type = ? AND value = ?"
                      " LIMIT ?)",
    [ST_FIND_LIST] = "SELECT object FROM find WHERE type = ? AND value = ? ORDER BY object",
    [ST_FIND_HAS] = "SELECT 1 FROM find WHERE type = ? AND value = ? AND object = ?",
};
