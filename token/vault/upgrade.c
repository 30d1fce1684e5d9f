/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of older versions. They are brought up to date inside the transaction of the first change
 * that is made to them: whoever is killed in the middle leaves the old version, and a file that
 * cannot be written can still be read.
 */
#include "token/vault/local.h"

/*
 * Version 1 had no policy, history, licences and journal, and did not know when a PIN was set:
 * that is taken to be now.
 */
static CK_RV from_1(vault_token *t)
{
    static const CK_USER_TYPE users[] = {CKU_SO, CKU_USER};
    vault_pin pins[2];
    vault_policy policy;
    vault_head head;
    CK_RV read[2], rv = CKR_OK;
    int found[2];

    for (int i = 0; i < 2; i++) {
        read[i] = vault_pin_read(t, users[i], &pins[i], &found[i]);
        /* A damaged row stays as damaged as it is. */
        if (read[i] != CKR_OK && read[i] != CKR_DEVICE_ERROR)
            return read[i];
    }
    for (int i = 0; i < ST_N; i++) /* tables cannot be changed under a statement that is not done */
        if (t->stmt[i] != NULL)
            (void)sqlite3_reset(t->stmt[i]);
    rv = vault_script(t, vault_schema_1to2);
    if (rv != CKR_OK)
        return rv;
    t->version = 2;
    for (int i = 0; rv == CKR_OK && i < 2; i++) {
        pins[i].changed = vault_time();
        if (read[i] == CKR_OK && found[i])
            rv = vault_pin_write(t, users[i], &pins[i]);
        vault_policy_default(users[i], &policy);
        if (rv == CKR_OK)
            rv = vault_policy_write(t, users[i], &policy);
    }
    vault_head_new(t, &head);
    if (rv == CKR_OK)
        rv = vault_head_write(t, &head);
    if (rv == CKR_OK)
        rv = vault_journal_put(t, NULL, "upgrade", ",\"from\":1");
    return rv;
}

CK_RV vault_upgrade(vault_token *t)
{
    return from_1(t);
}
