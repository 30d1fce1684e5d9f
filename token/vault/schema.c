/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of schema version 2 (VAULT_SCHEMA) and every statement. A change of the tables is a
 * new version; what older versions need to become new ones goes here and into upgrade.c.
 *
 * meta, state: one row each. pin, policy: a row a user (CKU_SO, CKU_USER). object: attributes as
 * tok_attrs_encode writes them, the sealed ones in a blob of seal.c. find: the index, see find.c.
 * history: PINs of the past, see history.c. extra: licences and the default PIN. journal: its
 * records; head: where it begins and ends, and its anchor, see journal.c. Each row but those of
 * find, history and journal has a checksum, Streebog-256 (record.c).
 */
#include "token/vault/local.h"

#define VERSION_2_TABLES                                                                           \
    "PRAGMA user_version = 2;" /* VAULT_SCHEMA */                                                  \
    "CREATE TABLE policy(user INTEGER PRIMARY KEY, pin_max INTEGER NOT NULL,"                      \
    " classes INTEGER NOT NULL, varied INTEGER NOT NULL, history INTEGER NOT NULL,"                \
    " expiry_days INTEGER NOT NULL, force INTEGER NOT NULL, changers INTEGER NOT NULL,"            \
    " sum BLOB NOT NULL);"                                                                         \
    "CREATE TABLE history(user INTEGER NOT NULL, seq INTEGER NOT NULL, salt BLOB NOT NULL,"        \
    " hash BLOB NOT NULL, PRIMARY KEY(user, seq)) WITHOUT ROWID;"                                  \
    "CREATE TABLE extra(id INTEGER PRIMARY KEY, value BLOB NOT NULL, sum BLOB NOT NULL);"          \
    "CREATE TABLE head(id INTEGER PRIMARY KEY CHECK(id = 1), first INTEGER NOT NULL,"              \
    " base BLOB NOT NULL, seq INTEGER NOT NULL, link BLOB NOT NULL,"                               \
    " anchor_seq INTEGER NOT NULL, anchor_link BLOB NOT NULL, mac BLOB NOT NULL,"                  \
    " sum BLOB NOT NULL);"                                                                         \
    "CREATE TABLE journal(seq INTEGER PRIMARY KEY, body BLOB NOT NULL, link BLOB NOT NULL);"

const char *const vault_schema_1to2 =
    "ALTER TABLE pin ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;" VERSION_2_TABLES;

const char *const vault_schema =
    "PRAGMA application_id = 1735357300;" /* VAULT_APPLICATION */
    "CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), serial BLOB NOT NULL,"
    " epoch BLOB NOT NULL, label BLOB NOT NULL, so_pin_min INTEGER NOT NULL,"
    " user_pin_min INTEGER NOT NULL, so_tries INTEGER NOT NULL, user_tries INTEGER NOT NULL,"
    " kdf_m INTEGER NOT NULL, kdf_t INTEGER NOT NULL, kdf_p INTEGER NOT NULL, sum BLOB NOT NULL);"
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1), generation INTEGER NOT NULL,"
    " objects INTEGER NOT NULL, next_id INTEGER NOT NULL, sum BLOB NOT NULL);"
    "CREATE TABLE pin(user INTEGER PRIMARY KEY, salt BLOB NOT NULL, kdf_m INTEGER NOT NULL,"
    " kdf_t INTEGER NOT NULL, kdf_p INTEGER NOT NULL, nonce BLOB NOT NULL, box BLOB NOT NULL,"
    " tries INTEGER NOT NULL, tries_left INTEGER NOT NULL, factory INTEGER NOT NULL,"
    " sum BLOB NOT NULL, changed INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE object(id INTEGER PRIMARY KEY, body BLOB NOT NULL, seals BLOB NOT NULL,"
    " sum BLOB NOT NULL);"
    "CREATE TABLE find(type INTEGER NOT NULL, value BLOB NOT NULL, object INTEGER NOT NULL,"
    " PRIMARY KEY(type, value, object)) WITHOUT ROWID;" VERSION_2_TABLES;

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
    [ST_VERSION] = "PRAGMA user_version",
    [ST_PIN_READ] = "SELECT salt, kdf_m, kdf_t, kdf_p, nonce, box, tries, tries_left, factory, sum,"
                    " changed FROM pin WHERE user = ?",
    [ST_PIN_READ_1] = "SELECT salt, kdf_m, kdf_t, kdf_p, nonce, box, tries, tries_left, factory,"
                      " sum FROM pin WHERE user = ?",
    [ST_PIN_WRITE] = "INSERT OR REPLACE INTO pin VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_PIN_DELETE] = "DELETE FROM pin WHERE user = ?",
    [ST_OBJECT_READ] = "SELECT body, seals, sum FROM object WHERE id = ?",
    [ST_OBJECT_INSERT] = "INSERT INTO object VALUES(?, ?, ?, ?)",
    [ST_OBJECT_UPDATE] = "UPDATE object SET body = ?, seals = ?, sum = ? WHERE id = ?",
    [ST_OBJECT_DELETE] = "DELETE FROM object WHERE id = ?",
    [ST_OBJECT_INDEXED] = "SELECT 1 FROM find WHERE object = ? LIMIT 1",
    [ST_OBJECT_DELETE_ALL] = "DELETE FROM object",
    [ST_FIND_INSERT] = "INSERT INTO find VALUES(?, ?, ?)",
    [ST_FIND_DELETE] = "DELETE FROM find WHERE type = ? AND value = ? AND object = ?",
    [ST_FIND_DELETE_OBJECT] = "DELETE FROM find WHERE object = ?",
    [ST_FIND_DELETE_ALL] = "DELETE FROM find",
    [ST_FIND_COUNT] = "SELECT count(*) FROM (SELECT 1 FROM find WHERE type = ? AND value = ?"
                      " LIMIT ?)",
    [ST_FIND_LIST] = "SELECT object FROM find WHERE type = ? AND value = ? ORDER BY object",
    [ST_FIND_HAS] = "SELECT 1 FROM find WHERE type = ? AND value = ? AND object = ?",
    [ST_POLICY_READ] = "SELECT pin_max, classes, varied, history, expiry_days, force, changers, sum"
                       " FROM policy WHERE user = ?",
    [ST_POLICY_WRITE] = "INSERT OR REPLACE INTO policy VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_HISTORY_READ] = "SELECT salt, hash FROM history WHERE user = ? ORDER BY seq DESC LIMIT ?",
    [ST_HISTORY_ADD] = "INSERT INTO history SELECT ?1, 1 + coalesce(max(seq), 0), ?2, ?3"
                       " FROM history WHERE user = ?1",
    [ST_HISTORY_TRIM] = "DELETE FROM history WHERE user = ?1 AND seq <="
                        " (SELECT max(seq) FROM history WHERE user = ?1) - ?2",
    [ST_HISTORY_DELETE] = "DELETE FROM history",
    [ST_EXTRA_READ] = "SELECT value, sum FROM extra WHERE id = ?",
    [ST_EXTRA_WRITE] = "INSERT OR REPLACE INTO extra VALUES(?, ?, ?)",
    [ST_EXTRA_DELETE] = "DELETE FROM extra WHERE id = ?",
    [ST_HEAD_READ] = "SELECT first, base, seq, link, anchor_seq, anchor_link, mac, sum FROM head"
                     " WHERE id = 1",
    [ST_HEAD_WRITE] = "INSERT OR REPLACE INTO head VALUES(1, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_JOURNAL_ADD] = "INSERT INTO journal VALUES(?, ?, ?)",
    [ST_JOURNAL_READ] = "SELECT seq, body, link FROM journal WHERE seq >= ? ORDER BY seq",
    [ST_JOURNAL_TRIM] = "DELETE FROM journal WHERE seq < ?",
};
