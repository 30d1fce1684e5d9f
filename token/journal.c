/* SPDX-License-Identifier: Apache-2.0 */
/* see journal.h */
#include "token/journal.h"
#include "token/config.h"
#include "token/log.h"
#include "gost/streebog.h"

#include <gosttoken/rutoken.h>
#include <string.h>

int tok_journal_wanted(const tok_session *s, const tok_object *key)
{
    (void)s;
    switch (tok_config_get()->journal) {
    case TOK_JOURNAL_OFF:
        return 0;
    case TOK_JOURNAL_ALL:
        return 1;
    default:
        return tok_attrs_bool(key->attrs, CKA_VENDOR_KEY_JOURNAL, CK_FALSE);
    }
}

void tok_journal_use(tok_session *s, tok_use use, CK_MECHANISM_TYPE mech, const tok_object *key,
                     const void *data, size_t len)
{
    static const char *const names[TOK_USES] = {
        [TOK_USE_SIGN] = "sign",
        [TOK_USE_DERIVE] = "derive",
        [TOK_USE_WRAP] = "wrap",
        [TOK_USE_UNWRAP] = "unwrap",
    };
    const CK_ATTRIBUTE *id;
    tok_card *card = NULL;
    vault_use record;

    if (!tok_journal_wanted(s, key))
        return;
    if (tok_session_card(s, 0, &card) != CKR_OK || card == NULL) {
        tok_log_at(TOK_LOG_ERROR, "a use of a key is not in the journal: the token is gone");
        return;
    }
    memset(&record, 0, sizeof record);
    (void)strcpy(record.name, names[use]);
    record.mech = mech;
    record.object = key->id;
    id = tok_attrs_get(key->attrs, CKA_ID);
    if (id != NULL) {
        record.id_len = id->ulValueLen < sizeof record.id ? id->ulValueLen : sizeof record.id;
        if (record.id_len > 0)
            memcpy(record.id, id->pValue, record.id_len);
    }
    if (data != NULL) {
        gost_streebog_hash(256, data, len, record.digest);
        record.has_digest = 1;
    }
    vault_journal_use(card->vt, &record);
    tok_card_free(card);
}
